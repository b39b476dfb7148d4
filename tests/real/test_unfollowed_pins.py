"""Pins that no audit follows to their end: it says that it does not know, or that they do nothing, and is never clean."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.shipped import read_app
from pincompiler.shipped.android.trust.peers import WHY
from pincompiler.workflows.audit import AuditOptions, audit
from tests.builds import build_app

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("builds")
TODAY: Final = date(2026, 11, 23)
HASHED: Final = """\
import java.security.*;
import javax.net.ssl.*;
public final class Net {
    static final String PIN = "OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c=";
    public int get() throws Exception {
        HttpsURLConnection one = (HttpsURLConnection) new java.net.URL("https://api.example.com/").openConnection();
        one.connect();
        byte[] key = one.getServerCertificates()[0].getPublicKey().getEncoded();
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
        if (!PIN.equals(android.util.Base64.encodeToString(hash, 2))) throw new SSLException("pin");
        return one.getResponseCode();
    }
}
"""
SHOWN: Final = """\
import javax.net.ssl.*;
public final class Net {
    public int get() throws Exception {
        HttpsURLConnection one = (HttpsURLConnection) new java.net.URL("https://api.example.com/").openConnection();
        one.connect();
        android.util.Log.d("Net", one.getServerCertificates().length + " certificates");
        return one.getResponseCode();
    }
}
"""
PINNER: Final = """\
import okhttp3.*;
import java.util.*;
public final class Net {
    static final List<String> PINS = new ArrayList<>();
    public OkHttpClient client() {
        CertificatePinner.Builder pins = new CertificatePinner.Builder();
        ADD
        CertificatePinner made = pins.build();
        USE
        return new OkHttpClient.Builder()GIVE.build();
    }
}
"""
ADD: Final = """\
pins.add("api.example.com", "sha256/OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c=",
            "sha256/qhxcigFVtf7yBCQe/jlYT7pUFM0YzXEKsB9NFmBQo4k=");"""
GIVE: Final = ".certificatePinner(made)"


def of_pinner(add: str = ADD, use: str = "", give: str = GIVE) -> str:
    return PINNER.replace("ADD", add).replace("USE", use).replace("GIVE", give)


def rules(apk: Path) -> set[str]:
    return {one.rule for one in audit(apk, AuditOptions(TODAY)).findings}


def test_a_key_that_is_hashed_after_connecting_may_be_pinned(tmp_path: Path) -> None:
    """A constant that decides is a pin; what is handed on to nobody in sight is unknown."""
    pinned = read_app(build_app(tmp_path / "a", java=HASHED, libraries=()))
    assert [one.pin for one in pinned.pins] == ["OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c="]
    assert pinned.complete
    handed = HASHED.replace("public int get", "public byte[] get").replace("one.getResponseCode()", "hash")
    handed = "\n".join(line for line in handed.splitlines() if "PIN" not in line)
    (doubt,) = [
        one for one in read_app(build_app(tmp_path / "b", java=handed, libraries=())).unseen if one.mechanisms
    ]
    assert doubt.what.startswith("Lcom/example/app/Net;->get")
    assert doubt.why == WHY


def test_certificates_that_are_only_counted_are_no_doubt(tmp_path: Path) -> None:
    assert read_app(build_app(tmp_path / "a", java=SHOWN, libraries=())).complete


def test_a_pinner_that_is_only_logged_is_given_to_nobody(tmp_path: Path) -> None:
    logged = of_pinner(use='android.util.Log.d("Net", made.toString());', give="")
    assert rules(build_app(tmp_path / "a", java=logged)) == {"unattached-pinner"}


def test_a_pinner_that_goes_where_it_is_not_followed_is_unknown(tmp_path: Path) -> None:
    handed = of_pinner(use="new java.lang.ref.WeakReference<>(made).get();", give="")
    (doubt,) = [one for one in read_app(build_app(tmp_path / "a", java=handed)).unseen if one.mechanisms]
    assert "whether a client gets it is not known" in doubt.why


def test_a_client_with_an_empty_pinner_is_reported(tmp_path: Path) -> None:
    assert rules(build_app(tmp_path / "a", java=of_pinner(add=""))) == {"empty-pin-set"}
    assert rules(build_app(tmp_path / "b", java=of_pinner())) == set()
    # Many apps build one pinner for all flavours, and give it to nobody where there are no pins.
    assert rules(build_app(tmp_path / "c", java=of_pinner(add="", give=""))) == set()


STREAMED: Final = """\
import java.util.*;
import java.util.stream.*;
import okhttp3.*;
public final class Net {
    static final List<String> KEYS = Arrays.asList(" OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c=", "",
        "qhxcigFVtf7yBCQe/jlYT7pUFM0YzXEKsB9NFmBQo4k=");
    public OkHttpClient client() {
        List<String> pins = KEYS.stream().map(String::trim).filter(one -> !one.isEmpty()).map(one -> "sha256/" + one)
            .collect(Collectors.toList());
        CertificatePinner made = new CertificatePinner.Builder().add("api.example.com", pins.toArray(new String[0])).build();
        return new OkHttpClient.Builder().certificatePinner(made).build();
    }
}
"""


def test_pins_that_go_through_a_stream_are_found(tmp_path: Path) -> None:
    app = read_app(build_app(tmp_path / "a", java=STREAMED))
    assert {(one.pattern, one.pins) for pinner in app.okhttp.pinners for one in pinner.added} == {
        (
            "api.example.com",
            (
                "sha256/OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c=",
                "sha256/qhxcigFVtf7yBCQe/jlYT7pUFM0YzXEKsB9NFmBQo4k=",
            ),
        )
    }
    assert app.complete
