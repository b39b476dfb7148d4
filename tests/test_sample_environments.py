"""samples/environments/: each build that Gradle and Xcode put together has its own pins, and no release a proxy's."""

from __future__ import annotations

import plistlib
import re
from base64 import b64encode
from functools import cache
from typing import TYPE_CHECKING

import pytest

from pincompiler.platforms.nsc import read as read_nsc
from pincompiler.platforms.okhttp.code import read as read_okhttp
from pincompiler.policy.project import App
from tests import pki
from tests.sample_environments import (
    ANDROID,
    BUILD_TYPES,
    FLAVOURS,
    PROJECT,
    configurations,
    gradle_files,
    xcode_files,
)
from tests.test_cli import run
from tests.test_environments import pinned

if TYPE_CHECKING:
    from pathlib import Path

PINS_KT = "kotlin/com/example/shop/Pins.kt"
NSC = "res/xml/network_security_config.xml"


@cache
def pin(name: str) -> str:
    """As OpenSSL computes it of a certificate."""
    return b64encode(pki.openssl_pin((PROJECT / "certs" / f"{name}.pem").read_bytes())).decode()


def wanted(flavour: str, *, proxy: bool) -> dict[str, set[str]]:
    """What the builds of an environment have to pin."""
    hosts = {
        "production": {"api.example.com": "shop-ca", "auth.example.com": "shop-ca"},
        "staging": {"api.staging.example.com": "staging-ca"},
    }[flavour]
    more = {pin("proxy")} if proxy else set()
    return {
        host: {pin(ca), pin("backup-ca")} | more
        for host, ca in {**hosts, "pay.example.net": "partner-ca"}.items()
    }


# -- Gradle --------------------------------------------------------------------------------------


@pytest.mark.parametrize("build_type", BUILD_TYPES)
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_each_variant_of_gradle_has_its_own_pins(flavour: str, build_type: str) -> None:
    files = gradle_files(flavour, build_type)
    assert pinned(read_nsc(files[NSC].read_bytes(), App())) == wanted(flavour, proxy=False)
    debug = build_type == "debug"
    assert pinned(read_okhttp(files[PINS_KT].read_bytes(), App())) == wanted(flavour, proxy=debug)
    of_assessment = {"res/xml/network_security_config_debug.xml", "res/raw/pins_proxy.pem"}
    assert (of_assessment <= files.keys()) is debug
    assert debug or of_assessment.isdisjoint(files)
    content = b"".join(path.read_bytes() for path in files.values())
    assert (pin("proxy").encode() in content) is debug


def test_the_flavours_are_the_environments() -> None:
    text = (ANDROID / "build.gradle.kts").read_text("utf-8")
    flavours = re.findall(r'create\("(\w+)"\) \{ dimension = "environment"', text)
    declared = re.search(r"\[environments\]\n((?:.+\n)+)", (PROJECT / "pins.toml").read_text("utf-8"))
    assert declared
    assert flavours == [line.split(" = ")[0] for line in declared[1].splitlines()] == list(FLAVOURS)
    folders = {path.name for path in (ANDROID / "src").iterdir()}
    built = {f"{one}{kind}" for one in flavours for kind in ("", "Debug", "Release")}
    assert folders == built | {"main", "debug"}, "Gradle would pass over a folder of any other name"


# -- Xcode ---------------------------------------------------------------------------------------


def test_the_configurations_of_xcode() -> None:
    assert list(configurations()) == [
        f"{one.capitalize()}-{kind}" for one in FLAVOURS for kind in ("Debug", "Release")
    ]


@pytest.mark.parametrize("name", configurations())
def test_each_configuration_of_xcode_has_its_own_pins(name: str) -> None:
    flavour, _, kind = name.lower().partition("-")
    plist, swift = xcode_files(configurations()[name])
    hosts = wanted(flavour, proxy=kind == "debug")
    info = plistlib.loads(plist.read_bytes())
    assert info["CFBundleIdentifier"].endswith(".staging") is (flavour == "staging"), "the team's own entries"
    domains = info["NSAppTransportSecurity"]["NSPinnedDomains"]
    assert {
        host: {one["SPKI-SHA256-BASE64"] for one in entry["NSPinnedCAIdentities"]}
        for host, entry in domains.items()
    } == hosts
    (code,) = swift
    text = code.read_text("utf-8")
    blocks = re.findall(r'domains\["(.+?)"\] = domain\(.*?pins: \[(.*?)\]', text, re.DOTALL)
    assert {host: set(re.findall(r'"([\w+/=]{44})"', pins)) for host, pins in blocks} == hosts


# -- pincompiler ---------------------------------------------------------------------------------


def test_nothing_is_wrong_with_it(tmp_path: Path) -> None:
    for command in (("check",), ("compile", "--check"), *(("check", "-e", one) for one in FLAVOURS)):
        ran = run(*command, str(PROJECT / "pins.toml"), cwd=tmp_path)
        assert (ran.code, ran.stdout) == (0, ""), ran
