"""Mutated binary XML: aapt2, which reads with Android's own ResXMLTree, refuses what we refuse and sees what we see."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from pincompiler.android.apk.axml import read_axml
from pincompiler.android.apk.markup import StartTag, TextPiece
from pincompiler.archives.oddities import Oddities
from tests.apk.aapt import demand_aapt2
from tests.apk.forge import Attr, Node, axml, simple_zip
from tests.apk.test_fuzz import mutations
from tests.patience import WAIT_S

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.android.apk.markup import Markup

pytestmark = pytest.mark.real

MANIFEST = axml(Node("manifest", [Attr("package", "a.b")]))
SEED = Node(
    "root",
    [Attr("a", "x"), Attr("b", True)],
    [Node("in", [Attr("c", "é💚")], ["text"], line=4), Node("b", line=7)],
    line=2,
)
_ELEMENT = re.compile(r"^ *E: (.*) \(line=(-?\d+)\)$", re.MULTILINE)


def seen(markup: Markup) -> tuple[list[tuple[str, int]], int, int]:
    """Names and lines of elements; how many attributes and texts they have."""
    starts = [one for one in markup.events if isinstance(one, StartTag)]
    return (
        [(printed(one), one.line) for one in starts],
        sum(len(one.attributes) for one in starts),
        sum(isinstance(one, TextPiece) for one in markup.events),
    )


def printed(tag: StartTag) -> str:
    """As aapt2 prints it: each part up to a zero."""
    space, name = (text.partition("\0")[0] for text in (tag.namespace, tag.name))
    return f"{space}:{name}" if space else name


@pytest.mark.parametrize("utf8", [True, False])
def test_aapt2_reads_the_same(utf8: bool, tmp_path: Path) -> None:  # noqa: FBT001
    demand_aapt2()
    documents = list(mutations(axml(SEED, utf8=utf8), 80))
    files = {f"res/xml/m{number}.xml": data for number, data in enumerate(documents)}
    apk = tmp_path / "app.apk"
    apk.write_bytes(simple_zip({"AndroidManifest.xml": MANIFEST, **files}, 0))
    read = refused = 0
    for name, data in files.items():
        done = subprocess.run(
            ["aapt2", "dump", "xmltree", "--file", name, apk],
            capture_output=True,
            check=False,
            timeout=WAIT_S,
        )
        markup = read_axml(data, name, Oddities())
        if done.returncode > 0:
            refused += 1
            assert markup.broken, (name, done.stderr)
        elif done.returncode == 0:
            read += 1
            text = done.stdout.decode("utf-8", "replace")
            theirs = [(found[1], int(found[2])) for found in _ELEMENT.finditer(text)]
            if theirs[-1:] == [("b", 7)] and len(theirs) == 1:
                continue  # of two roots aapt2 keeps the second; Android's parsers end with the first
            counts = (len(re.findall(f"^ *{kind}: ", text, re.MULTILINE)) for kind in "AT")
            assert seen(markup) == (theirs, *counts), (name, markup.broken)
    assert min(read, refused) > len(files) // 8
