"""The facts of manifests, with Android's defaults."""

from __future__ import annotations

import pytest

from pincompiler.android.apk.arsc import BinaryTable
from pincompiler.android.apk.axml import read_axml
from pincompiler.android.apk.manifest import CODENAME_SDK, Component, Manifest, read_manifest
from pincompiler.android.apk.markup import Markup
from pincompiler.android.apk.resources import Resources
from pincompiler.archives.oddities import Oddities
from tests.apk.forge import (
    BOOLEAN,
    DECIMAL,
    REFERENCE,
    Attr,
    Node,
    Res,
    android,
    arsc,
    axml,
    config,
    uses_nsc,
)

RESOURCES = {
    "bool": {"b": [Res((BOOLEAN, 0)), Res((BOOLEAN, 1), config(sdk=28))]},
    "integer": {"i": [Res((DECIMAL, 23))]},
    "string": {"s": [Res("1.0-beta")]},
}


def read(*elements: Node, top: list[Attr] | None = None) -> Manifest:
    root = Node("manifest", [Attr("package", "a.b"), *(top or [])], elements)
    table = BinaryTable(arsc(RESOURCES), Oddities())
    return read_manifest(read_axml(axml(root), "m", Oddities()), Resources((table,)))


def sdk(**values: str | int) -> Node:
    ids = {"minSdkVersion": 0x0101020C, "targetSdkVersion": 0x01010270}
    return Node("uses-sdk", [android(name, ids[name], value) for name, value in values.items()])


def test_defaults() -> None:
    assert read(Node("application")) == Manifest(package="a.b")
    assert read_manifest(Markup(()), Resources()) == Manifest()
    assert Manifest().cleartext is None
    assert not Manifest().debuggable


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ([], (1, 1)),
        ([sdk(minSdkVersion=21)], (21, 21)),
        ([sdk(targetSdkVersion=30)], (1, 30)),
        ([sdk(minSdkVersion=24, targetSdkVersion=34)], (24, 34)),
        ([sdk(minSdkVersion="24", targetSdkVersion="Tiramisu")], (24, CODENAME_SDK)),
        ([sdk(minSdkVersion=24), sdk(targetSdkVersion=34)], (24, 34)),
    ],
)
def test_sdk_levels(elements: list[Node], expected: tuple[int, int]) -> None:
    found = read(*elements)
    assert (found.min_sdk, found.target_sdk) == expected


def test_attributes_go_by_id_and_not_by_name() -> None:
    scrambled = android("xyz", 0x01010527, 0x7F010000, REFERENCE)
    impostor = Attr("debuggable", True, "http://schemas.android.com/apk/res/android")
    found = read(Node("application", [scrambled, impostor]))
    assert found.nsc == 0x7F010000
    assert not found.debuggable


def test_the_configuration_must_be_a_reference() -> None:
    assert read(Node("application", [uses_nsc()])).nsc == 0x7F010000
    assert read(Node("application", [android("n", 0x01010527, "res/xml/n.xml")])).nsc is None
    assert read(Node("application", [android("n", 0x01010527, 0, REFERENCE)])).nsc is None


def test_references_are_looked_up() -> None:
    attributes = [
        android("debuggable", 0x0101000F, 0x7F010000, REFERENCE),
        android("usesCleartextTraffic", 0x010104EC, 0x7F0100FF, REFERENCE),
    ]
    top = [
        android("versionName", 0x0101021C, 0x7F030000, REFERENCE),
        android("versionCode", 0x0101021B, 0x7F020000, REFERENCE),
    ]
    found = read(Node("application", attributes), top=top)
    assert (found.debuggable, found.cleartext) == (True, None)
    assert (found.version_name, found.version_code) == ("1.0-beta", 23)


def test_version_codes_have_two_halves() -> None:
    top = [android("versionCode", 0x0101021B, -1), android("versionCodeMajor", 0x01010576, 2)]
    assert read(top=top).version_code == (2 << 32) + 0xFFFFFFFF


def test_classes_are_named_in_full() -> None:
    def named(kind: str, name: str) -> Node:
        return Node(kind, [android("name", 0x01010003, name)])

    children = [
        named("activity", ".Main"),
        named("service", "Plain"),
        named("provider", "x.y.Z"),
        Node("receiver"),
    ]
    factory = android("appComponentFactory", 0x0101057A, "p.Factory")
    found = read(
        Node("application", [android("name", 0x01010003, ".Shell"), factory], children),
        named("uses-permission", "android.permission.INTERNET"),
        named("activity", "outside"),
    )
    assert found.application == "a.b.Shell"
    assert found.component_factory == "p.Factory"
    assert set(found.components) == {
        Component("activity", "a.b.Main"),
        Component("service", "a.b.Plain"),
        Component("provider", "x.y.Z"),
    }
    assert found.permissions == ("android.permission.INTERNET",)


def test_splits() -> None:
    name = android("name", 0x01010003, "com.android.vending.splits.required")
    meta = Node("meta-data", [name, android("value", 0x01010024, True)])
    assert read(Node("application", [], [meta])).split_required
    assert read(Node("application"), top=[android("isSplitRequired", 0x01010591, True)]).split_required
    assert read(top=[Attr("split", "config.de")]).split == "config.de"
    assert read(Node("application", [], [meta])).metadata == (
        ("com.android.vending.splits.required", "true"),
    )
