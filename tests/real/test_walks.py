"""The walks of environments and assessments through samples/environments/, with the real tools.

Each variant is put together as Gradle does, built by kotlinc, R8 and aapt2, and audited.  With CAs of this test in place
of the sample's, the builds of production connect to four servers: the right one, a real mitmproxy before it, and two
that neither build may take.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests import parts, pki
from tests.real import apps
from tests.real.apps import App, build_apps
from tests.real.certificates import make_chain
from tests.real.install import ANDROIDS, FRAMEWORK, R8_VERSION, tools_directory
from tests.real.jvm import call, jars, java, javac, oracle
from tests.real.serving import MITMPROXY, intercepted, mitmdump, served
from tests.real.test_handshake import fetched, pem_of
from tests.real.toolchain import _bytes, _repaired, _text, compile_kotlin
from tests.sample_environments import FLAVOURS, PROJECT, gradle_files
from tests.test_cli import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

pytestmark = pytest.mark.usefixtures("real_tools")

PINS: Final = PROJECT / "pins.toml"
VARIANTS: Final = [("production", "release"), ("staging", "release"), ("production", "debug")]
# What Gradle's plugin puts into a manifest.
SDKS: Final = '<uses-sdk android:minSdkVersion="26" android:targetSdkVersion="36" />'


def variant(flavour: str, kind: str, project: Path = PROJECT) -> App:
    """A release is shrunk by R8, a debug build is debuggable."""
    found = gradle_files(flavour, kind, project / "android" / "app")
    files = {name: path.read_text("utf-8") for name, path in found.items()}
    manifest = files.pop("AndroidManifest.xml").replace(
        'schemas.android.com/apk/res/android">',
        f'schemas.android.com/apk/res/android" package="com.example.shop">\n    {SDKS}',
    )
    code = {name.removeprefix("kotlin/"): text for name, text in files.items() if name.endswith(".kt")}
    rest = {name: text for name, text in files.items() if not name.endswith(".kt")}
    assert code.keys() == {"com/example/shop/Pins.kt", "com/example/shop/Shop.kt"}
    return App(
        kotlin=code,
        files=rest,
        manifest=manifest,
        main="",
        shrink="r8-full" if kind == "release" else "",
        debuggable=kind == "debug",
    )


@pytest.fixture(scope="module")
def apks(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Each variant, by its flavour and build type."""
    named = {"-".join(one): variant(*one) for one in VARIANTS}
    built = build_apps(tmp_path_factory.mktemp("variants"), named)
    return {one: built["-".join(one)] for one in VARIANTS}


def audited(apk: Path, meant: str, folder: Path, pins: Path = PINS) -> tuple[int, set[str]]:
    """The exit code of an audit, and the rules of its errors."""
    ran = run("audit", "--pins", str(pins), "-e", meant, "-f", "json", str(apk), cwd=folder)
    (subject,) = json.loads(ran.stdout)["subjects"]
    return ran.code, {one["rule"] for one in subject["findings"] if one["level"] == "error"}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_each_release_has_its_own_pins(
    flavour: str, apks: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    """No drift, nothing unknown; and one that was exchanged for the other is found to be that."""
    for meant in FLAVOURS:
        wanted = (0, set()) if flavour == meant else (1, {"wrong-environment"})
        assert audited(apks[flavour, "release"], meant, tmp_path) == wanted


def test_a_debug_build_is_no_release(apks: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    """The pin of the proxy's key is one that the release does not have, besides."""
    found = {"assessment-in-release", "debuggable-app", "unexpected-key"}
    assert audited(apks["production", "debug"], "production", tmp_path) == (1, found)


# -- shrinking -------------------------------------------------------------------------------------


def test_a_shrinker_of_resources_keeps_what_is_found_by_name(tmp_path: Path) -> None:
    """R8's own, which Gradle runs: without the file that says so, debuggable builds would lose theirs."""
    twin, anchor = "res/xml/network_security_config_debug.xml", "res/raw/pins_proxy.pem"
    files = {name: str(text) for name, text in variant("production", "debug").files.items()}
    assert "res/raw/network_security_config_debug_keep.xml" in files
    # The same of a name that nothing keeps.
    alike = {
        "res/xml/other_debug.xml": files[twin].replace("pins_proxy", "pins_other"),
        "res/raw/pins_other.pem": files[anchor],
    }
    left = shrunk(tmp_path, {**files, **alike})
    assert {twin, anchor, "res/xml/network_security_config.xml"} <= left
    assert alike.keys().isdisjoint(left), "it does shrink, and the file is needed"


def shrunk(folder: Path, files: Mapping[str, str]) -> set[str]:
    """The members of an app of these resources that R8 leaves, which its class uses none of."""
    code = "package com.example.shop; public class Shop {}"
    manifest = variant("production", "debug").manifest
    for name, text in {**files, "AndroidManifest.xml": manifest, "Shop.java": code}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "rules").write_text("-keep class com.example.shop.Shop\n-dontwarn **\n", "utf-8")
    given, left, flat = (str(folder / name) for name in ("in.ap_", "out.ap_", "flat.zip"))
    call(["aapt2", "compile", "--dir", str(folder / "res"), "-o", flat])
    link = ["aapt2", "link", "--proto-format", "--auto-add-overlay", "-o", given, flat]
    call([*link, "-I", str(tools_directory() / FRAMEWORK), "--manifest", str(folder / "AndroidManifest.xml")])
    javac([folder / "Shop.java"], "", folder / "classes", "-nowarn", "--release", "8")
    shrink = [
        *java(),
        "-cp",
        jars(f"r8-{R8_VERSION}"),
        "com.android.tools.r8.R8",
        "--release",
        "--min-api",
        "26",
    ]
    shrink += [
        "--lib",
        apps._interface(),
        "--pg-conf",
        str(folder / "rules"),
        "--output",
        str(folder / "out.zip"),
    ]
    call([*shrink, "--android-resources", given, left, str(folder / "classes/com/example/shop/Shop.class")])
    with zipfile.ZipFile(left) as archive:
        return set(archive.namelist())


# -- handshakes ------------------------------------------------------------------------------------

HOST: Final = "api.example.com"
SERVERS: Final = ("right", "proxy", "public", "impostor")
"""The server; a mitmproxy before it; one with a certificate of another CA that devices trust; and one of a CA that only is
called as the proxy's."""
OKHTTP: Final = "4.12.0"


@dataclass(frozen=True)
class Walk:
    """The sample with CAs of this test, compiled, and the servers."""

    project: Path
    ports: Mapping[str, int]
    cas: Mapping[str, bytes]
    """DER of the CA of each server."""


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    parts.need([] if mitmdump().is_file() else [MITMPROXY])
    folder = tmp_path_factory.mktemp("walk")
    project = shutil.copytree(PROJECT, folder / "project")
    right, public = make_chain(HOST), make_chain(HOST)
    with ExitStack() as stack:

        def serve(name: str, pem: bytes) -> int:
            (folder / f"{name}.pem").write_bytes(pem)
            return stack.enter_context(served(folder / f"{name}.pem"))

        ports = {name: serve(name, one.server) for name, one in (("right", right), ("public", public))}
        root = pem_of(folder, right.certificates[2])
        ports["proxy"], made = stack.enter_context(intercepted(ports["right"], root, folder / "mitmproxy"))
        shutil.copy(made, project / "certs" / "proxy.pem")
        shutil.copy(root, project / "certs" / "shop-ca.pem")
        proxy = x509.load_pem_x509_certificate(made.read_bytes())
        impostor, pem = signed_as(proxy)
        ports["impostor"] = serve("impostor", pem)
        ran = run("compile", cwd=project)
        assert ran.code == 0, ran
        cas = {"right": right.certificates[2], "public": public.certificates[2], "impostor": impostor}
        yield Walk(project, ports, {**cas, "proxy": proxy.public_bytes(Encoding.DER)})


def signed_as(proxy: x509.Certificate) -> tuple[bytes, bytes]:
    """A CA of the proxy's name with a key of its own, and what a server under it has."""
    own, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca = builder(proxy.subject, proxy, own).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    names = x509.SubjectAlternativeName([x509.DNSName(HOST)])
    leaf = builder(pki.name(HOST), proxy, key).add_extension(names, critical=False)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate = leaf.sign(own, hashes.SHA256()).public_bytes(Encoding.PEM)
    return ca.sign(own, hashes.SHA256()).public_bytes(Encoding.DER), private + certificate


def builder(
    subject: x509.Name, issuer: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(issuer.not_valid_before_utc)
        .not_valid_after(issuer.not_valid_after_utc)
    )


@pytest.mark.parametrize(("kind", "proxied"), [("release", "refuse"), ("debug", "200")])
def test_okhttp_lets_the_proxy_through_in_debug_builds_alone(
    kind: str, proxied: str, walk: Walk, tmp_path: Path
) -> None:
    """Of a client that trusts all of their CAs, so that its pins alone decide."""
    files = gradle_files("production", kind, walk.project / "android" / "app")
    compile_kotlin([files["kotlin/com/example/shop/Pins.kt"]], OKHTTP, tmp_path / "classes")
    cas = [*walk.cas.values()]
    asked = [("com.example.shop.Pins", walk.ports[name], cas) for name in SERVERS]
    unpinned = [("", walk.ports[name], cas) for name in SERVERS]
    told = fetched(OKHTTP, tmp_path / "classes", [*asked, *unpinned], HOST)
    assert told[len(SERVERS) :] == ["200"] * len(SERVERS), "without pins it takes them all"
    assert dict(zip(SERVERS, told, strict=False)) == {
        "right": "200",
        "proxy": proxied,
        "public": "refuse",
        "impostor": "refuse",
    }


@pytest.fixture(scope="module")
def resources(walk: Walk, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both builds of production without code, by aapt2."""
    apps = {
        kind: replace(variant("production", kind, walk.project), kotlin=(), shrink="")
        for kind in ("release", "debug")
    }
    return build_apps(tmp_path_factory.mktemp("resources"), apps)


TOLD: Final = {
    "release": {"right": "accept", "proxy": "no anchor", "public": "pins", "impostor": "no anchor"},
    "debug": {"right": "accept", "proxy": "accept", "public": "pins", "impostor": "no anchor"},
}
"""The device trusts the CAs of the right server and of the public one, its user those of the proxy and of the impostor."""


@pytest.mark.parametrize("api", [min(ANDROIDS), max(ANDROIDS)])
def test_android_lets_the_proxy_through_in_debug_builds_alone(
    api: int, walk: Walk, resources: dict[str, Path]
) -> None:
    version = ANDROIDS[api]
    android = jars(f"android-{version}")
    system, user = (
        certificates(walk.cas[name] for name in names)
        for names in (("right", "public"), ("proxy", "impostor"))
    )
    asked = [(kind, name) for kind in TOLD for name in SERVERS]
    message = [struct.pack(">i", len(asked))]
    for kind, name in asked:
        message += [struct.pack(">i", kind == "debug"), *of_build(resources[kind]), system, user]
        message += [_text(HOST), struct.pack(">i", walk.ports[name])]
    path = os.pathsep.join((str(oracle("nsc", version, android)), _repaired(version, android), android))
    told = call([*java(), "-cp", path, "LiveBuilds"], b"".join(message)).decode().splitlines()
    assert dict(zip(asked, told, strict=True)) == {(kind, name): TOLD[kind][name] for kind, name in asked}


def certificates(ders: Iterable[bytes]) -> bytes:
    some = [*ders]
    return struct.pack(">i", len(some)) + b"".join(map(_bytes, some))


def of_build(apk: Path) -> Iterator[bytes]:
    """Configuration, the one for debuggable builds, and raw resources by their ids, as aapt2 put them into an app."""
    ids = re.findall(r"resource 0x(\w+) raw/(\w+)", call(["aapt2", "dump", "resources", str(apk)]).decode())
    with zipfile.ZipFile(apk) as archive:
        members = {Path(name).with_suffix("").as_posix(): archive.read(name) for name in archive.namelist()}
    for name in ("network_security_config", "network_security_config_debug"):
        yield _bytes(members.get(f"res/xml/{name}", b""))
    yield struct.pack(">i", len(ids))
    for number, name in ids:
        yield struct.pack(">i", int(number, 16)) + _bytes(members[f"res/raw/{name}"])
