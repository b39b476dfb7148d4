"""Checks of certificates outside trust managers, in some forms: what each pins, and what is said of the others."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.facts import Mechanism
from pincompiler.shipped import read_app
from tests.builds import build_app
from tests.real.conditions import ALL_MODES, KEPT, in_modes, named

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("builds")

FIRST, SECOND = (b64encode(sha256(one).digest()).decode("ascii") for one in (b"first", b"second"))
HASHES: Final = """\
import java.security.MessageDigest;
import java.security.cert.Certificate;
final class Hashes {
    static String of(Certificate one) throws Exception {
        byte[] key = one.getPublicKey().getEncoded();
        return android.util.Base64.encodeToString(MessageDigest.getInstance("SHA-256").digest(key), 2);
    }
}
"""
CHECK: Final = """\
import java.io.*;
import java.net.*;
import java.security.cert.*;
import java.util.*;
import javax.net.ssl.*;
public final class NAME MORE {
    BODY
}
"""
OPEN: Final = """\
public InputStream open() throws Exception {
    HttpsURLConnection made = (HttpsURLConnection) new URL("https://api.example.com/").openConnection();
    made.connect();
    BODY
    return made.getInputStream();
}
"""
LEAF: Final = "made.getServerCertificates()[0]"
FORMS: Final[dict[str, tuple[set[str] | None, str, str]]] = {
    # name: its pins, none that something is unknown; what it extends, its members
    "Throws": (
        {FIRST},
        "",
        OPEN.replace(
            "BODY", f'if (!Hashes.of({LEAF}).equals("{FIRST}")) throw new SSLPeerUnverifiedException("pin");'
        ),
    ),
    "Disconnects": (
        {FIRST, SECOND},
        "",
        f'static final Set<String> PINS = new HashSet<>(Arrays.asList("{FIRST}", "{SECOND}"));'
        + OPEN.replace(
            "BODY", f"if (!PINS.contains(Hashes.of({LEAF}))) {{ made.disconnect(); return null; }}"
        ),
    ),
    "IsPassedPins": (
        {FIRST},
        "",
        "static void check(HttpsURLConnection made, String... pins) throws Exception {"
        f" for (String pin : pins) if (pin.equals(Hashes.of({LEAF}))) return; throw new SSLException(pins[0]); }}"
        + OPEN.replace("BODY", f'check(made, "{FIRST}");'),
    ),
    "OfSocket": (
        {SECOND},
        "",
        (
            "public void talk(SSLSocket socket) throws Exception { socket.startHandshake();"
            f' if (!"{SECOND}".equals(Hashes.of(socket.getSession().getPeerCertificates()[0]))) {{'
            " socket.close(); throw new IOException(); } socket.getOutputStream().write(1); }"
        ),
    ),
    "Verifies": (
        {FIRST},
        "implements HostnameVerifier",
        (
            "@Override public boolean verify(String host, SSLSession session) { try {"
            f' return Hashes.of(session.getPeerCertificates()[0]).equals("{FIRST}")'
            " && HttpsURLConnection.getDefaultHostnameVerifier().verify(host, session);"
            " } catch (Exception e) { return false; } }"
        ),
    ),
    "Sorted": (
        {FIRST, SECOND},
        "",
        OPEN.replace(
            "BODY",
            f'StringTokenizer some = new StringTokenizer("{SECOND};{FIRST}", ";");'
            " String[] all = new String[some.countTokens()]; int at = 0;"
            " while (some.hasMoreTokens()) all[at++] = some.nextToken(); Arrays.sort(all);"
            f' if (Arrays.binarySearch(all, Hashes.of({LEAF})) < 0) throw new SSLException("pin");',
        ),
    ),
    "Buffers": (
        {FIRST},
        "",
        OPEN.replace(
            "BODY",
            f'java.nio.ByteBuffer pin = java.nio.ByteBuffer.wrap("{FIRST}".getBytes());'
            f" if (!pin.equals(java.nio.ByteBuffer.wrap(Hashes.of({LEAF}).getBytes())))"
            ' throw new SSLException("pin");',
        ),
    ),
    "ByHelper": (
        {FIRST},
        "",
        (
            "private static final class Pins { private final List<String> some;"
            " Pins(String... some) { this.some = Arrays.asList(some); }"
            " void check(Certificate one) throws Exception {"
            ' if (!some.contains("sha256/" + Hashes.of(one))) throw new SSLException("pin"); } }'
            f' private final Pins pins = new Pins("sha256/{FIRST}");'
        )
        + OPEN.replace("BODY", f"pins.check({LEAF});"),
    ),
    "InOuter": (
        {SECOND},
        "",
        (
            "private final String pin; public NAME(String pin) { this.pin = pin; }"
            " private final class Verifier implements HostnameVerifier {"
            " @Override public boolean verify(String host, SSLSession session) {"
            " try { return pin.equals(Hashes.of(session.getPeerCertificates()[0])); } catch (Exception e) { return false; } } }"
            " private void use(HttpsURLConnection made) { made.setHostnameVerifier(new Verifier()); }"
            " public static void all(HttpsURLConnection made) {"
            f' new NAME("{SECOND}").use(made); }}'
        ),
    ),
    "OfTwo": (
        {FIRST, SECOND},
        "implements HostnameVerifier",
        (
            "private final String pin; private NAME(String pin) { this.pin = pin; }"
            " @Override public boolean verify(String host, SSLSession session) {"
            " try { return pin.equals(Hashes.of(session.getPeerCertificates()[0])); } catch (Exception e) { return false; } }"
            " public static void use(HttpsURLConnection one, HttpsURLConnection other) {"
            f' one.setHostnameVerifier(new NAME("{FIRST}")); other.setHostnameVerifier(new NAME("{SECOND}")); }}'
        ),
    ),
    "OnlyLogs": (
        None,
        "",
        OPEN.replace("BODY", f'if (!Hashes.of({LEAF}).equals("{FIRST}")) android.util.Log.w("x", "wrong");'),
    ),
    "FromFile": (
        None,
        "",
        OPEN.replace(
            "BODY",
            f'if (!Hashes.of({LEAF}).equals(new BufferedReader(new FileReader("pin")).readLine()))'
            ' throw new SSLException("pin");',
        ),
    ),
    "Shows": (set(), "", OPEN.replace("BODY", f'android.util.Log.i("key", Hashes.of({LEAF}));')),
    "Names": (
        set(),
        "",
        OPEN.replace(
            "BODY", f'android.util.Log.i("name", ((X509Certificate) {LEAF}).getSubjectDN().getName());'
        ),
    ),
}


@in_modes(*ALL_MODES)
def test_what_a_connection_shows_may_be_pinned(mode: str, tmp_path: Path) -> None:
    sources = [
        CHECK.replace("MORE", more).replace("BODY", body).replace("NAME", name)
        for name, (_, more, body) in FORMS.items()
    ]
    app = read_app(build_app(tmp_path / "a", java=[*sources, HASHES], shrink=mode, rules=KEPT))
    found: dict[str, set[str]] = {}
    for one in app.pins:
        if one.mechanism is Mechanism.TRUST_MANAGER:
            found.setdefault(named(one.where.symbol), set()).add(one.pin)
    doubted = {named(one.what) for one in app.unseen if one.mechanisms}
    assert found == {name: pins for name, (pins, *_) in FORMS.items() if pins}
    assert doubted == {name for name, (pins, *_) in FORMS.items() if pins is None}
