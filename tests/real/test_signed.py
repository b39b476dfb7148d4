"""Apps signed by the real apksigner and jarsigner: an audit reads the same in them as before, and takes nothing for odd."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.shipped import read_app
from pincompiler.workflows.audit import AuditOptions, audit
from tests import pki
from tests.real.apps import NSC, App, build_apps
from tests.real.install import SIGNER
from tests.real.jvm import call
from tests.strategies import TODAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pincompiler.verdicts.subject import Subject

pytestmark = pytest.mark.usefixtures("real_tools")

WORD: Final = "changeit"
"""Opens the store."""
BLOCK: Final = b"APK Sig Block 42"
"""What ends the block of the newer schemes, which stands before the archive's directory."""
SCHEMES: Final[Mapping[str, tuple[set[int], tuple[str, ...]]]] = {
    "only the first": ({1}, ("--min-sdk-version=23", "--max-sdk-version=28")),
    "only the second": ({2}, ("--min-sdk-version=26",)),
    "the first three": ({1, 2, 3}, ("--min-sdk-version=23",)),
}
"""With the Androids for which that will do."""
JAVA: Final = """\
import okhttp3.*;
public final class Net {
    OkHttpClient client() {
        return new OkHttpClient.Builder().certificatePinner(new CertificatePinner.Builder()
            .add("api.example.com", "sha256/OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c=").build())
            .hostnameVerifier((host, session) -> true).build();
    }
}
"""
CONFIGURATION: Final = """\
<network-security-config><domain-config>
<domain includeSubdomains="true">api.example.com</domain>
<pin-set><pin digest="SHA-256">OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c=</pin></pin-set>
</domain-config></network-security-config>
"""
FOUND: Final = {
    "missing-backup-pin",
    "permissive-hostname-verifier",
    "pinner-behind-permissive-trust",
    "cleartext-pinned-host",
}
"""In the app, signed or not."""


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An APK and a bundle of one app that has pins of three kinds."""
    files: dict[str, str | bytes] = {NSC: CONFIGURATION, "assets/api.pem": pki.pem(pki.certificate())}
    apps = {form: App(java=JAVA, files=files, form=form) for form in ("apk", "aab")}
    return build_apps(tmp_path_factory.mktemp("unsigned"), apps)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A developer's key."""
    path = tmp_path_factory.mktemp("store") / "developer.p12"
    path.write_bytes(pki.pkcs12_store(WORD.encode()))
    return path


def told(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[object, Subject]:
    """The facts and the judgement, but for the hash of the file; it is named as from its own folder."""
    monkeypatch.chdir(path.parent)
    name = Path(path.name)
    return replace(read_app(name), sha256=""), replace(audit(name, AuditOptions(TODAY)), sha256="")


@pytest.mark.parametrize("schemes", SCHEMES)
def test_an_apk(
    schemes: str, unsigned: dict[str, Path], store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed, (wanted, androids) = tmp_path / unsigned["apk"].name, SCHEMES[schemes]
    chosen = [f"--v{n}-signing-enabled={str(n in wanted).lower()}" for n in (1, 2, 3)]
    key = ["--ks", str(store), "--ks-pass", f"pass:{WORD}", "--v4-signing-enabled=false"]
    call([SIGNER, "sign", *key, *chosen, "--min-sdk-version=23", f"--out={signed}", str(unsigned["apk"])])
    said = call([SIGNER, "verify", "--verbose", *androids, str(signed)]).decode()
    assert {int(n) for n in re.findall(r"Verified using v(\d) scheme \([^)]*\): true", said)} == wanted
    assert (BLOCK in signed.read_bytes()) is (wanted != {1})
    before, after = told(unsigned["apk"], monkeypatch), told(signed, monkeypatch)
    assert after == before
    assert {finding.rule for finding in after[1].findings} == FOUND


def test_a_bundle(
    unsigned: dict[str, Path], store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Play takes them: signed as a jar."""
    signed = tmp_path / unsigned["aab"].name
    key = ["-keystore", str(store), "-storepass", WORD]
    call(["jarsigner", *key, "-signedjar", str(signed), str(unsigned["aab"]), "api"])
    with zipfile.ZipFile(signed) as archive:
        assert {"META-INF/API.SF", "META-INF/API.EC"} <= set(archive.namelist())
    before, after = told(unsigned["aab"], monkeypatch), told(signed, monkeypatch)
    assert after == before
    assert {finding.rule for finding in after[1].findings} == FOUND
