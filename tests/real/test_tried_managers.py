"""Trust managers that compare keys with constants, in many forms: what each pins, and whether that decides.

A form is sound if it refuses all keys but those of its pins, hollow if it lets in whatever Android trusts, and unknown
if what it compares with, or what else decides, is not in the app.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.facts import Algorithm, Mechanism
from pincompiler.shipped import read_app
from tests.builds import build_app
from tests.real.conditions import ALL_MODES, GIVEN, KEPT, findings_in, in_modes, named

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pincompiler.facts import ShippedApp

pytestmark = pytest.mark.usefixtures("builds")

FIRST, SECOND = sha256(b"first").digest(), sha256(b"second").digest()
SHORT: Final = sha1(b"first", usedforsecurity=False).digest()
KEY: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004") + bytes(range(100, 164))
CERTIFICATE: Final = (
    "MIIBODCB4KADAgECAggu49rt3RkDpzAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5jb20wHhcNMj"
)


def base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def numbers(data: bytes) -> str:
    return ", ".join(str(one - 256 if one > 127 else one) for one in data)


MANAGER: Final = """\
import static com.example.app.Tools.*;
import java.security.MessageDigest;
import java.security.cert.*;
import java.util.*;
import javax.net.ssl.*;
public final class NAME implements X509TrustManager {
    private final X509TrustManager platform = Given.platform();
    MORE
    public static void use() throws Exception {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, new TrustManager[] {new NAME(ARGUMENTS)}, null);
        SSLContext.setDefault(tls);
    }
    @Override public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        platform.checkServerTrusted(chain, type);
        BODY
    }
    @Override public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException();
    }
    @Override public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
}
"""
TOOLS: Final = """\
import java.security.MessageDigest;
import java.security.cert.*;
import java.util.*;
final class Tools {
    static byte[] hash(String name, byte[] data) throws CertificateException {
        try {
            return MessageDigest.getInstance(name).digest(data);
        } catch (java.security.NoSuchAlgorithmException error) {
            throw new CertificateException(error);
        }
    }
    static byte[] hash(X509Certificate one) throws CertificateException {
        return hash("SHA-256", one.getPublicKey().getEncoded());
    }
    static String base64(X509Certificate one) throws CertificateException {
        return Base64.getEncoder().encodeToString(hash(one));
    }
    static String hex(byte[] data) {
        StringBuilder found = new StringBuilder();
        for (byte one : data) found.append(String.format("%02x", one));
        return found.toString();
    }
}
"""
REFUSE: Final = 'throw new CertificateException("not pinned");'
SET: Final = (
    f'static final Set<String> PINS = new HashSet<>(Arrays.asList("{base64(FIRST)}", "{base64(SECOND)}"));'
)
ANY: Final = "for (X509Certificate one : chain) if (PINS.contains(base64(one))) return;"
BY_CONSTRUCTOR: Final = "private final List<byte[]> pins = new ArrayList<>();"
XOR: Final = """\
static boolean same(byte[] one, byte[] other) {
    int found = one.length ^ other.length;
    for (int at = 0; at < one.length && at < other.length; at++) found |= one[at] ^ other[at];
    return found == 0;
}
"""
DIGITS: Final = """\
private static final char[] DIGITS = "0123456789ABCDEF".toCharArray();
static String digits(byte[] data) {
    char[] found = new char[data.length * 3 - 1];
    for (int at = 0; at < data.length; at++) {
        if (at > 0) found[at * 3 - 1] = ':';
        found[at * 3] = DIGITS[(data[at] & 0xF0) >>> 4];
        found[at * 3 + 1] = DIGITS[data[at] & 15];
    }
    return new String(found);
}
"""
BYTES: Final = f"static final byte[] PIN = {{{numbers(FIRST)}}};"
LONG: Final = f'static final String KEY = "{KEY.hex()}";'
PINNED: Final[dict[str, tuple[dict[Algorithm, set[bytes]], str, str, str]]] = {
    # name: what it pins, its body, more members, what its constructor is given
    "Texts": ({Algorithm.SPKI_SHA256: {FIRST, SECOND}}, f"{ANY} {REFUSE}", SET, ""),
    "OneText": (
        {Algorithm.SPKI_SHA256: {FIRST}},
        f'if (!"{base64(FIRST)}".equals(base64(chain[0]))) {REFUSE}',
        "",
        "",
    ),
    "Hexadecimal": (
        {Algorithm.SPKI_SHA256: {FIRST}},
        f'if (!hex(hash(chain[0])).equalsIgnoreCase("{FIRST.hex().upper()}")) {REFUSE}',
        "",
        "",
    ),
    "Colons": (
        {Algorithm.SPKI_SHA256: {FIRST}},
        f'if (digits(hash(chain[0])).compareTo("{FIRST.hex(":").upper()}") != 0) {REFUSE}',
        DIGITS,
        "",
    ),
    "Bytes": (
        {Algorithm.SPKI_SHA256: {FIRST}},
        f"if (!Arrays.equals(PIN, hash(chain[0]))) {REFUSE}",
        BYTES,
        "",
    ),
    "ByteByByte": (
        {Algorithm.SPKI_SHA256: {FIRST}},
        f"if (!same(PIN, hash(chain[0]))) {REFUSE}",
        BYTES + XOR,
        "",
    ),
    "OldHash": (
        {Algorithm.SPKI_SHA1: {SHORT}},
        f'if (!MessageDigest.isEqual(hash("SHA-1", chain[0].getPublicKey().getEncoded()), PIN)) {REFUSE}',
        f"static final byte[] PIN = {{{numbers(SHORT)}}};",
        "",
    ),
    "WholeCertificate": (
        {Algorithm.CERTIFICATE: {FIRST}},
        f'if (!hex(hash("SHA-256", chain[0].getEncoded())).equals("{FIRST.hex()}")) {REFUSE}',
        "",
        "",
    ),
    "WholeKey": (
        {Algorithm.SPKI_SHA256: {sha256(KEY).digest()}},
        (
            "String key = new java.math.BigInteger(1, chain[0].getPublicKey().getEncoded()).toString(16);"
            f" if (!KEY.equalsIgnoreCase(key)) {REFUSE}"
        ),
        LONG,
        "",
    ),
    "Arguments": (
        {Algorithm.SPKI_SHA256: {FIRST, SECOND}},
        f"for (byte[] pin : pins) if (Arrays.equals(pin, hash(chain[0]))) return; {REFUSE}",
        BY_CONSTRUCTOR
        + "Arguments(String... given) { for (String one : given) pins.add(Base64.getDecoder().decode(one)); }",
        f'"{base64(FIRST)}", "{base64(SECOND)}"',
    ),
    "Interface": (
        {Algorithm.SPKI_SHA256: {FIRST}},
        f"if (!check.fine(chain[chain.length - 1])) {REFUSE}",
        (
            "interface Check { boolean fine(X509Certificate one) throws CertificateException; }"
            " private final Check check; Interface(Check given) { check = given; }"
        ),
        f'one -> base64(one).equals("{base64(FIRST)}")',
    ),
    "Switch": (
        {Algorithm.SPKI_SHA256: {FIRST, SECOND}},
        f'switch (base64(chain[0])) {{ case "{base64(FIRST)}": case "{base64(SECOND)}": return; default: {REFUSE} }}',
        "",
        "",
    ),
    "Enumerated": (
        {Algorithm.SPKI_SHA256: {FIRST, SECOND}},
        f"for (Known one : Known.values()) if (one.pin.equals(base64(chain[0]))) return; {REFUSE}",
        (
            f'enum Known {{ A("{base64(FIRST)}"), B("{base64(SECOND)}");'
            " final String pin; Known(String given) { pin = given; } }"
        ),
        "",
    ),
    "Disjoint": (
        {Algorithm.SPKI_SHA256: {FIRST, SECOND}},
        f"if (Collections.disjoint(PINS, Collections.singleton(base64(chain[0])))) {REFUSE}",
        SET,
        "",
    ),
    "Rethrown": (
        {Algorithm.SPKI_SHA256: {FIRST, SECOND}},
        f"try {{ {ANY} {REFUSE} }} catch (CertificateException e) {{ throw new CertificateException(e); }}",
        SET,
        "",
    ),
}
PINNED.update(
    {
        "InThread": (
            {Algorithm.SPKI_SHA256: {FIRST}},
            (
                f'boolean[] fine = {{false}}; Thread one = new Thread(() -> fine[0] = same(chain[0], "{base64(FIRST)}"));'
                " one.start(); try { one.join(); } catch (InterruptedException e) { throw new CertificateException(e); }"
                f" if (!fine[0]) {REFUSE}"
            ),
            (
                "static boolean same(X509Certificate one, String pin)"
                " { try { return base64(one).equals(pin); } catch (CertificateException e) { return false; } }"
            ),
            "",
        ),
        "AllOf": (
            {Algorithm.SPKI_SHA256: {FIRST}},
            (
                "CertificateException last = null; for (Check one : checks)"
                " { try { one.of(chain); } catch (CertificateException e) { last = e; } } if (last != null) throw last;"
            ),
            (
                "interface Check { void of(X509Certificate[] chain) throws CertificateException; }"
                ' private final List<Check> checks = Arrays.asList(chain -> platform.checkServerTrusted(chain, "RSA"),'
                f' chain -> {{ if (!base64(chain[0]).equals("{base64(FIRST)}")) {REFUSE} }});'
            ),
            "",
        ),
    }
)
HOLLOW: Final[dict[str, tuple[str, str]]] = {
    "OnlyLogs": (f'{ANY} android.util.Log.w("pins", "not pinned");', SET),
    "OnlyCounts": ("if (!PINS.contains(base64(chain[0]))) wrong++;", SET + "int wrong;"),
    "Drops": (f'base64(chain[0]).equals("{base64(FIRST)}");', ""),
    "Swallows": (f"try {{ {ANY} {REFUSE} }} catch (CertificateException e) {{ e.printStackTrace(); }}", SET),
    "TakesAllElse": (f"if (PINS.isEmpty()) {REFUSE} {ANY}", SET),
    "Reports": (
        "for (X509Certificate one : chain) if (!PINS.contains(base64(one))) new Thread(() -> { }).start();",
        SET,
    ),
}
HOLLOW.update(
    {
        # So little of a hash is compared that other keys have it, too.
        "FirstByte": (f"if (hash(chain[0])[0] != PIN[0]) {REFUSE}", BYTES),
        "LastBytes": (
            f"for (int at = 24; at < 32; at++) if (hash(chain[0])[at] != PIN[at]) {REFUSE}",
            BYTES,
        ),
        "HashCode": (f"if (Arrays.hashCode(hash(chain[0])) != Arrays.hashCode(PIN)) {REFUSE}", BYTES),
    }
)
UNKNOWN: Final[dict[str, tuple[str, str]]] = {
    "FromServer": (
        f"if (!pins.contains(base64(chain[0]))) {REFUSE}",
        "static final Set<String> pins = new HashSet<>(); static void add(String given) { pins.add(given); }",
    ),
    "Flag": (f'if (Boolean.getBoolean("lax")) return; {ANY} {REFUSE}', SET),
    "Native": ("check(chain[0].getEncoded());", "static native void check(byte[] one);"),
    "NeverAsks": (f"if (PINS.isEmpty()) {{ {ANY} {REFUSE} }}", SET),
    "ByFuture": (
        (
            "if (!java.util.concurrent.CompletableFuture.supplyAsync(() -> Objects.equals(chain[0].getSigAlgName(), null))"
            f".join()) {REFUSE}"
        ),
        "",
    ),
    "ByChance": (
        "byte[] other = new byte[32]; new Random(7).nextBytes(other); if (!Arrays.equals(other, hash(chain[0]))) wrong++;",
        "int wrong;",
    ),
    "OnFirstUse": (
        'String old = System.getProperty("key"); if (old != null && !old.equals(base64(chain[0]))) wrong++;',
        "int wrong;",
    ),
    "OnlyLength": (f"if (base64(chain[0]).length() != 44) {REFUSE}", ""),
    "KeepsKnown": (
        "Set<String> left = new HashSet<>(known); left.retainAll(Arrays.asList(base64(chain[0]))); wrong = left.size();",
        "int wrong; static final Set<String> known = new HashSet<>(); static void add(String given) { known.add(given); }",
    ),
    "BySerialNumber": (f"if (!chain[0].getSerialNumber().equals(java.math.BigInteger.TEN)) {REFUSE}", ""),
}
NOTHING: Final[dict[str, tuple[str, str]]] = {
    "Delegates": ("", ""),
    "LogsTheKey": ('android.util.Log.i("key", base64(chain[0]));', ""),
    "LogsShortly": (
        'String said = "key " + base64(chain[0]); if (said.length() < 4000) android.util.Log.i("key", said);',
        "",
    ),
    "LogsTheNumber": ('android.util.Log.i("number", chain[0].getSerialNumber().toString());', ""),
    "Dates": ("chain[0].checkValidity();", ""),
}


def source(name: str, body: str, more: str, arguments: str = "") -> str:
    filled = MANAGER.replace("BODY", body).replace("MORE", more).replace("ARGUMENTS", arguments)
    return filled.replace("NAME", name)


def pins_of(app: ShippedApp) -> dict[str, dict[Algorithm, set[str]]]:
    """By class, the pins of trust managers."""
    found: dict[str, dict[Algorithm, set[str]]] = {}
    for one in app.pins:
        if one.mechanism is Mechanism.TRUST_MANAGER:
            found.setdefault(named(one.where.symbol), {}).setdefault(one.algorithm, set()).add(one.pin)
    return found


def wanted(table: Mapping[Algorithm, set[bytes]]) -> dict[Algorithm, set[str]]:
    return {algorithm: set(map(base64, pins)) for algorithm, pins in table.items()}


@in_modes(*ALL_MODES)
def test_what_managers_pin_is_what_they_let_in(mode: str, tmp_path: Path) -> None:
    sources = [source(name, *form[1:]) for name, form in PINNED.items()]
    for table in (HOLLOW, UNKNOWN, NOTHING):
        sources += [source(name, *form) for name, form in table.items()]
    app = read_app(build_app(tmp_path / "a", java=[*sources, TOOLS, GIVEN], shrink=mode, rules=KEPT))
    pins = pins_of(app)
    assert {name: pins.get(name) for name in PINNED} == {
        name: wanted(form[0]) for name, form in PINNED.items()
    }
    doubted = {named(one.what) for one in app.unseen if one.mechanisms}
    assert doubted - {"InThread"} == set(UNKNOWN)  # a thread may not be followed in all its ways
    found = {(named(one.location.symbol), one.rule) for one in findings_in(app) if one.location}
    assert found == {(name, "unheeded-pins") for name in HOLLOW}
    assert not set(pins) - set(PINNED) - {"Flag"}
