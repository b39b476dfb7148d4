"""The ``_debug`` file beside a network security configuration, where Android refuses it (XmlConfigSource)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.rules.app.refused_nsc import RULE
from pincompiler.rules.rule import Audited
from pincompiler.shipped import read_app
from tests.apk.forge import Attr, Node, Res, app, arsc, axml, nsc, simple_zip
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.base.finding import Finding

OVERRIDES = Node(
    "debug-overrides", (), (Node("trust-anchors", (), (Node("certificates", (Attr("src", "nowhere"),)),)),)
)


def findings(tmp_path: Path, twin: bytes, main: bytes | None = None) -> list[Finding]:
    table = arsc({"xml": {"n": [Res("res/n.xml")], "n_debug": [Res("res/d.xml")]}})
    path = tmp_path / "app.apk"
    files = {"resources.arsc": table, "res/d.xml": twin, "classes.dex": None, "res/n.xml": main or nsc()}
    path.write_bytes(simple_zip(app(**files)))
    assert RULE.app
    return list(RULE.app(Audited(read_app(path), TODAY)))


def test_what_a_debuggable_build_refuses_is_a_note(tmp_path: Path) -> None:
    twice = Node("network-security-config", (), (OVERRIDES,))
    (found,) = findings(tmp_path, axml(twice))
    assert (found.level, found.location and found.location.member) == (Level.NOTE, "res/d.xml")
    assert "in debuggable builds" in found.message
    (found,) = findings(tmp_path, b"no XML")
    assert found.level is Level.NOTE


def test_what_no_build_reads_is_none(tmp_path: Path) -> None:
    """Of the twin debug-overrides alone are read, and that only where the file itself has none."""
    assert findings(tmp_path, nsc(pin="short")) == []
    own = Node("network-security-config", (), (Node("debug-overrides"),))
    twin = axml(Node("network-security-config", (), (OVERRIDES,)))
    assert findings(tmp_path, twin, axml(own)) == []
