"""Network security configurations that are in an app and that its manifest does not name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Confidence
from pincompiler.rules.app.unnamed_nsc import RULE
from pincompiler.rules.rule import Audited
from pincompiler.shipped import read_app
from tests.apk.forge import Node, Res, TableForm, app, arsc, axml, config, manifest, nsc, simple_zip, uses_nsc
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.base.finding import Finding
    from pincompiler.facts import ShippedApp

BARE = manifest()


def read(tmp_path: Path, **changes: bytes | None) -> ShippedApp:
    path = tmp_path / "app.apk"
    path.write_bytes(simple_zip(app(**{"classes.dex": None, **changes})))
    return read_app(path)


def findings(shipped: ShippedApp) -> list[Finding]:
    assert RULE.app
    return list(RULE.app(Audited(shipped, TODAY)))


def test_pins_that_the_manifest_does_not_name_are_reported_and_candidates(tmp_path: Path) -> None:
    """ApplicationInfo.networkSecurityConfigRes is the only way to one since Android 7.0."""
    shipped = read(tmp_path, **{"AndroidManifest.xml": BARE})
    assert [(one.location.member, one.hosts) for one in findings(shipped) if one.location] == [
        ("res/n.xml", ("example.com",)),
        ("res/n28.xml", ("v28.example.com",)),
    ]
    assert {(pin.host, pin.confidence) for pin in shipped.pins} == {
        ("example.com", Confidence.CANDIDATE),
        ("v28.example.com", Confidence.CANDIDATE),
    }
    assert shipped.shipped == ()


def test_what_the_manifest_names_and_its_twin_are_not(tmp_path: Path) -> None:
    table = arsc({"xml": {"n": [Res("res/n.xml")], "n_debug": [Res("res/d.xml")], "o": [Res("res/o.xml")]}})
    files = {"res/d.xml": nsc("debug.example.com"), "res/o.xml": nsc("other.example.com")}
    shipped = read(
        tmp_path, **{"resources.arsc": table, "AndroidManifest.xml": manifest(uses_nsc()), **files}
    )
    assert [one.location.member for one in findings(shipped) if one.location] == ["res/o.xml"]


def test_tables_of_all_forms_are_searched(tmp_path: Path) -> None:
    for form in (TableForm(sparse=True), TableForm(short=True), TableForm(compact=True)):
        table = arsc({"string": {"s": [Res("x")]}, "xml": {"n": [Res("r/a", config(sdk=28))]}}, form)
        shipped = read(tmp_path, **{"resources.arsc": table, "AndroidManifest.xml": BARE, "r/a": nsc()})
        assert [one.location.member for one in findings(shipped) if one.location] == ["r/a"]


def test_others_have_nothing_to_lose(tmp_path: Path) -> None:
    """A configuration without pins, another document that has the word, one that is damaged, one that is not there."""
    no_pins = axml(Node("network-security-config", [], [Node("base-config", [])]))
    other = axml(Node("paths", [], [Node("network-security-config", [])]))
    for content in (no_pins, other, b"network-security-config", None):
        shipped = read(tmp_path, **{"AndroidManifest.xml": BARE, "res/n.xml": content, "res/n28.xml": None})
        assert (findings(shipped), shipped.pins, shipped.nsc.unnamed) == ([], (), ())
