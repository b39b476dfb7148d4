"""What aapt2 built is read back: values, configurations, lines, in each form it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree

from pincompiler.android.apk import Package, PackageKind, ResourceName, open_package
from pincompiler.android.apk.markup import EndTag, StartTag, TextPiece, tree
from pincompiler.android.apk.package import read_markup
from pincompiler.archives.oddities import Oddities
from pincompiler.platforms.nsc.reader import parse_xml, read_tree
from tests.apk.aapt import build, bundle, demand_aapt2

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pincompiler.android.apk.markup import Event

pytestmark = pytest.mark.real

PIN = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
MANIFEST = """\
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="a.b"
    android:versionCode="7" android:versionName="@string/version">
  <uses-sdk android:minSdkVersion="24" android:targetSdkVersion="33"/>
  <uses-permission android:name="android.permission.INTERNET"/>
  <application android:name=".Shell" android:networkSecurityConfig="@xml/alias" android:debuggable="true"
      android:usesCleartextTraffic="@bool/clear" android:testOnly="false">
    <activity android:name=".Main"/>
    <meta-data android:name="key" android:value="text"/>
  </application>
</manifest>
"""
NSC = f"""\
<?xml version="1.0" encoding="utf-8"?>
<!-- a comment
     of two lines -->
<network-security-config xmlns:p="urn:pincompiler" p:policy="abc">

  <domain-config
      cleartextTrafficPermitted="false">
    <domain includeSubdomains="true">HOST</domain>
    <domain includeSubdomains="1">two.test</domain>
    <pin-set expiration="2027-06-01">
      <pin digest="SHA-256">
        {PIN}
      </pin>
    </pin-set>
    <domain-config><domain>sub.HOST</domain>
      <trust-anchors><certificates src="@raw/ca" overridePins="true"/></trust-anchors>
    </domain-config>
  </domain-config>
  <domain-config><domain>again.test</domain><pin-set expiration="31.12.">
      <pin digest="SHA-1">abc</pin></pin-set></domain-config>
</network-security-config>
"""
VALUES = """\
<resources>
  <item type="xml" name="alias">@xml/nsc</item>
  <string name="version">1.0</string>
  <string name="pin">sha256/default \\u00fc</string>
  <string name="styled">one <b>two</b></string>
  <string name="other">@string/pin</string>
  <bool name="clear">true</bool>
  <integer name="five">-5</integer>
  <string-array name="pins"><item>first</item><item>@string/pin</item></string-array>
  <plurals name="many"><item quantity="one">eins</item><item quantity="other">viele</item></plurals>
</resources>
"""


def nsc(host: str) -> str:
    return NSC.replace("HOST", host)


SOURCES = {
    "AndroidManifest.xml": MANIFEST,
    "res/values/values.xml": VALUES,
    "res/values-de-rAT/v.xml": '<resources><string name="pin">sha256/at</string></resources>',
    "res/values-b+sr+Latn/v.xml": '<resources><string name="pin">sha256/sr</string></resources>',
    "res/values-mcc310-mnc04-ldrtl-sw600dp-w700dp-h500dp-large-long-round-widecg-highdr-land-car-night-hdpi"
    "-finger-keyssoft-qwerty-navhidden-wheel-1280x800-v27/v.xml": (
        '<resources><string name="pin">sha256/all</string></resources>'
    ),
    "res/xml/nsc.xml": nsc("one.test"),
    "res/xml-v28/nsc.xml": nsc("v28.test"),
    "res/xml-land/nsc.xml": nsc("land.test"),
    "res/xml/nsc_debug.xml": nsc("debug.test"),
    "res/xml/alias_debug.xml": nsc("twin.test"),
    "res/raw/ca.pem": "-----BEGIN",
}
FORMS: dict[str, tuple[list[str], list[str]]] = {
    "plain": ([], []),
    "proto": (["--proto-format"], []),
    "short-paths": ([], ["--enable-resource-path-shortening"]),
    "sparse": ([], ["--enable-sparse-encoding"]),
}
ALL = "mcc310-mnc04-ldrtl-sw600dp-w700dp-h500dp-large-long-round-widecg-highdr-land-car-night-hdpi"
ALL += "-finger-keyssoft-qwerty-navhidden-wheel-1280x800-v27"


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    demand_aapt2()
    built = {}
    for name, (options, optimize) in FORMS.items():
        built[name] = build(tmp_path_factory.mktemp(name), SOURCES, options=options, optimize=optimize)
    built["bundle"] = bundle(built["proto"], tmp_path_factory.mktemp("bundle") / "app.aab")
    return built


@pytest.fixture(params=[*FORMS, "bundle"])
def package(apps: dict[str, Path], request: pytest.FixtureRequest) -> Iterator[Package]:
    with open_package(apps[request.param]) as opened:
        yield opened
        assert opened.anomalies == ()
        assert opened.unknowns == ()


def test_the_manifest_says_the_same_in_every_form(package: Package, apps: dict[str, Path]) -> None:
    with open_package(apps["plain"]) as plain:
        assert package.manifest == plain.manifest
    found = package.manifest
    assert (found.package, found.version_name, found.version_code) == ("a.b", "1.0", 7)
    assert (found.min_sdk, found.target_sdk) == (24, 33)
    assert (found.debuggable, found.test_only, found.cleartext) == (True, False, True)
    assert found.application == "a.b.Shell"
    assert found.permissions == ("android.permission.INTERNET",)
    assert found.metadata == (("key", "text"),)


def test_every_configuration_is_found_through_the_alias(package: Package) -> None:
    variants = package.nsc_variants()
    found = {(one.qualifier, one.is_debug_twin): one.nsc.configs[0].domains[0].name for one in variants}
    assert found == {
        ("", False): "one.test",
        ("v28", False): "v28.test",
        ("land", False): "land.test",
        ("", True): "twin.test",
    }
    assert all(one.member in set(package.members()) for one in variants)


def test_a_shipped_configuration_reads_as_its_source(package: Package) -> None:
    """Same meaning, same problems, on the same lines as when the author's file is read."""
    for one in package.nsc_variants():
        if one.is_debug_twin:
            continue
        host = {"": "one.test"}.get(one.qualifier, f"{one.qualifier}.test")
        assert one.nsc == read_tree(parse_xml(nsc(host).encode(), ""), package.name, one.member)
        assert len(one.nsc.problems) == 2
        assert one.nsc.policy_digest == "abc"
        assert one.nsc.configs[1].overridden


def test_lines_are_those_of_the_source(package: Package) -> None:
    source = etree.fromstring(nsc("one.test").encode())
    root = package.nsc_variants()[0].root
    assert root is not None
    lines = {(one.tag, one.sourceline) for one in root.iter("*")}
    authors = {(one.tag, one.sourceline) for one in source.iter("*")}
    # libxml2 counts to the end of a start tag, aapt2 to its beginning
    assert authors - lines == {("domain-config", 7)}
    assert lines - authors == {("domain-config", 6)}


def find(package: Package, kind: str, name: str) -> int:
    found = package.resources.identify(ResourceName("a.b", kind, name))
    assert found is not None
    return found


def test_values(package: Package) -> None:
    pins = {value.qualifier: value.content for value in package.values(find(package, "string", "pin"))}
    assert pins == {
        "": "sha256/default ü",
        "de-rAT": "sha256/at",
        "b+sr+Latn": "sha256/sr",
        ALL: "sha256/all",
    }
    strings = set(package.strings(find(package, "string", "other")))
    assert strings == set(pins.values())
    assert set(package.strings(find(package, "array", "pins"))) == {"first", *strings}
    assert set(package.strings(find(package, "plurals", "many"))) == {"eins", "viele"}
    assert package.strings(find(package, "string", "styled")) == ("one two",)
    assert package.values(find(package, "bool", "clear"))[0].content is True
    assert package.values(find(package, "integer", "five"))[0].content == -5
    assert [package.read(file) for _, file in package.files(find(package, "raw", "ca"))] == [b"-----BEGIN"]


def test_code_of_a_bundle(apps: dict[str, Path]) -> None:
    with open_package(apps["bundle"]) as package:
        assert package.kind is PackageKind.AAB
        assert [name for name, _ in package.dex_files()] == ["base/dex/classes.dex", "base/dex/classes2.dex"]
        assert "base/res/xml/nsc.xml" in {one.member for one in package.nsc_variants()}


def _comparable(event: Event) -> object:
    if isinstance(event, StartTag):
        return event.line, event.namespace, event.name, frozenset(event.attributes)
    return (event.text,) if isinstance(event, TextPiece) else EndTag


def test_both_forms_of_xml_are_the_same_events(apps: dict[str, Path]) -> None:
    with open_package(apps["plain"]) as plain, open_package(apps["proto"]) as proto:
        for member in ("AndroidManifest.xml", "res/xml/nsc.xml", "res/xml/alias_debug.xml"):
            oddities = Oddities()
            binary = read_markup(plain.read(member), member, oddities, proto=False)
            other = read_markup(proto.read(member), member, oddities, proto=True)
            assert list(map(_comparable, binary.events)) == list(map(_comparable, other.events))
            assert etree.tostring(tree(binary)).count(b"<") == etree.tostring(tree(other)).count(b"<")


def test_short_paths_are_short(apps: dict[str, Path]) -> None:
    with open_package(apps["short-paths"]) as package:
        assert not any(one.member.startswith("res/xml") for one in package.nsc_variants())
        assert all(one.nsc.configs for one in package.nsc_variants())


def test_a_comment_divides_a_text(tmp_path: Path) -> None:
    demand_aapt2()
    text = nsc("one.test").replace("two.test", "tw<!-- -->o.test")
    path = build(tmp_path, {**SOURCES, "res/xml/nsc.xml": text})
    with open_package(path) as package:
        expected = read_tree(parse_xml(text.encode(), ""), str(path), "res/xml/nsc.xml")
        assert package.nsc_variants()[0].nsc == expected


@pytest.mark.parametrize("options", [["--proto-format"], []])
def test_a_resource_that_is_only_in_a_split(tmp_path: Path, options: list[str]) -> None:
    """aapt2's own splits: what is for landscape leaves the base."""
    demand_aapt2()
    split = tmp_path / "split.apk"
    base = build(tmp_path, SOURCES, options=[*options, "--split", f"{split}:land"])
    folder = tmp_path / "set"
    folder.mkdir()
    base.rename(folder / "base.apk")
    split.rename(folder / "split.apk")
    with open_package(folder) as package:
        members = {one.qualifier: one.member for one in package.nsc_variants() if not one.is_debug_twin}
        assert members == {
            "": "base.apk!res/xml/nsc.xml",
            "v28": "base.apk!res/xml-v28/nsc.xml",
            "land": "split.apk!res/xml-land/nsc.xml",
        }
        assert package.unknowns == ()
