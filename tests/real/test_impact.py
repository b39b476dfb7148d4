"""`impact` on really built apps: pins of OkHttp, Cronet and TrustKit-Android in code, in APKs, splits and bundles."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests import pki
from tests.real.apps import App, build_app, build_apps
from tests.real.kits import stubs, trustkit
from tests.real.test_kits import MAIN, MANIFEST, NAMED, NSC, ONE
from tests.test_cli import run
from tests.test_verify import SPARE, pin
from tests.tls_servers import Chain, chain

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("real_tools")

NAMES: Final = ("nsc", "free.nsc", "over", "okhttp", "old", "cronet", "two", "none")
HOSTS: Final = tuple(f"{name}.example.com" for name in NAMES)
CODE: Final = """\
import okhttp3.*;
import java.util.*;
import org.chromium.net.CronetEngine;
public final class Net {
    static final CertificatePinner PINNER = new CertificatePinner.Builder()
        .add("okhttp.example.com", "sha256/LEAF", "sha256/SPARE")
        .add("two.example.com", "sha256/SPARE")
        .add("old.example.com", "sha1/SHA1")
        .build();
    public static int status() throws java.io.IOException {
        OkHttpClient client = new OkHttpClient.Builder().certificatePinner(PINNER).build();
        return client.newCall(new Request.Builder().url("https://okhttp.example.com/").build()).execute().code();
    }
    public static CronetEngine engine(android.content.Context context) throws Exception {
        Set<byte[]> pins = new HashSet<>();
        pins.add(android.util.Base64.decode("MIDDLE", 0));
        pins.add(android.util.Base64.decode("SPARE", 0));
        return new CronetEngine.Builder(context)
            .addPublicKeyPins("cronet.example.com", pins, true, new Date(1893456000000L))
            .enablePublicKeyPinningBypassForLocalTrustAnchors(false)
            .build();
    }
}
"""


@pytest.fixture(scope="module")
def made() -> Chain:
    """One chain for all hosts."""
    return chain("P-256", HOSTS)


@pytest.fixture(scope="module")
def shop(made: Chain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the chain, and one app in three forms."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "new.pem").write_bytes(b"".join(map(pki.pem, made.served)))
    (folder / "root.pem").write_bytes(pki.pem(made.root))
    leaf = pin(made.leaf)
    sha1 = b64encode(hashlib.sha1(pki.public(made.key, Encoding.DER)).digest()).decode()  # noqa: S324
    parts = {"LEAF": leaf, "MIDDLE": pin(made.intermediate), "SPARE": SPARE, "SHA1": sha1}
    code = CODE
    for name, text in parts.items():
        code = code.replace(name, text)
    skipped = '<trust-anchors><certificates src="system" overridePins="true" /></trust-anchors>'
    nsc = "".join(
        f'<domain-config><domain>{host}.example.com</domain><pin-set{end}><pin digest="SHA-256">{pinned}</pin>'
        f"</pin-set>{more}</domain-config>"
        for host, end, pinned, more in (
            ("nsc", ' expiration="2027-01-01"', leaf, ""),
            ("over", "", SPARE, skipped),
            ("two", "", leaf, ""),
        )
    )
    nsc = f"<network-security-config>{nsc}</network-security-config>"
    libraries = ("okhttp-4.12.0", stubs())
    apps = {
        form: App(java=code, nsc=nsc, libraries=libraries, form=form) for form in ("apk", "splits", "aab")
    }
    for form, path in build_apps(folder, apps).items():
        path.rename(folder / f"shop.{form}")
    return folder


def impact(folder: Path, *arguments: str, form: str = "json") -> tuple[int, str]:
    ran = run(
        *("impact", "--chain", "new.pem", "--today", "2026-11-25", "--until", "2027-01-10", "--no-cache"),
        *("-f", form, *arguments),
        cwd=folder,
    )
    return ran.code, ran.stdout


def rows(release: Any) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """First days, outcomes and reasons, by host and mechanism; without those that only say ``does not pin it``."""
    found = {
        (one["host"].removesuffix(".example.com"), row["mechanism"]): [
            (day["from"], day["outcome"], day["why"].split(":")[0]) for day in row["days"]
        ]
        for one in release["hosts"]
        for row in one["mechanisms"]
    }
    return {key: days for key, days in found.items() if not days[0][2].endswith("does not pin it")}


@pytest.mark.parametrize("form", ["apk", "splits", "aab"])
def test_pins_in_code_and_configuration_decide(form: str, shop: Path, made: Chain) -> None:
    code, printed = impact(shop, "--ca-file", "root.pem", f"shop.{form}")
    leaf = f"leaf P-256 {pin(made.leaf)[:8]}… CN=nsc.example.com"
    middle = f"ca P-256 {pin(made.intermediate)[:8]}… CN=Example Shop Root Issuing"
    day, refused = "2026-11-25", "none of its pins is in the chain"
    assert code == 1
    assert rows(json.loads(printed)["releases"][0]) == {
        ("nsc", "nsc"): [(day, "works", leaf), ("2027-01-01", "unpinned", "its pins ended on 2027-01-01")],
        # Whether the named anchor is one of the system's on devices is not known.
        ("over", "nsc"): [(day, "unknown", refused)],
        ("okhttp", "okhttp"): [(day, "works", leaf)],
        ("old", "okhttp"): [(day, "unknown", refused)],
        ("cronet", "cronet"): [(day, "works", middle)],
        ("two", "nsc"): [(day, "works", leaf)],
        ("two", "okhttp"): [(day, "blocked", refused)],
    }
    outcomes = {one["host"]: one["days"][0]["outcome"] for one in json.loads(printed)["releases"][0]["hosts"]}
    assert (outcomes["two.example.com"], outcomes["none.example.com"]) == ("blocked", "unpinned")


def test_code_is_named_as_people_write_it(shop: Path) -> None:
    code, printed = impact(
        shop, "--ca-file", "root.pem", "--host", "none.example.com", "shop.apk", form="text"
    )
    assert (code, "com.example.app.Net.<clinit>" in printed, ";->" in printed) == (0, True, False)


def test_pins_of_trustkit_android_decide_on_every_android(shop: Path, tmp_path: Path) -> None:
    code, nsc = (
        text.replace("api.example.com", "nsc.example.com") for text in (MAIN, NSC.replace(ONE, SPARE))
    )
    manifest = MANIFEST.format(api=21, nsc=NAMED.format("network_security_config"))
    files = {"res/xml/network_security_config.xml": nsc}
    parts = {"java": code, "manifest": manifest, "files": files, "least_api": 26}
    app = build_app(tmp_path / "app", libraries=(trustkit(),), **parts)
    ended, printed = impact(shop, "--ca-file", "root.pem", "--host", "nsc.example.com", str(app))
    (one,) = json.loads(printed)["releases"][0]["hosts"]
    known = {
        (row["mechanism"], row["android"]["first"], day["outcome"], day["why"].partition(":")[0])
        for row in one["mechanisms"]
        for day in row["days"]
    }
    refused, other = "none of its pins is in the chain", "Android ignores the network security configuration"
    assert (ended, known) == (
        1,
        {
            ("nsc", 21, "unpinned", f"{other} below API level 24"),
            ("trustkit", 21, "blocked", refused),
            # The nested configuration, which only reports, is for another host.
            ("trustkit", 21, "unpinned", "TrustKit with res/xml/network_security_config.xml does not pin it"),
            ("nsc", 24, "blocked", refused),
            ("trustkit", 24, "blocked", refused),
        },
    )
    _, printed = impact(shop, "--ca-file", "root.pem", "--host", "free.nsc.example.com", str(app))
    assert "enforcePinning is not true for it, so TrustKit only reports" in printed
