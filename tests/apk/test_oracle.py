"""androguard's parsers and apkInspector as oracles: what both sides read must be the same.

The differences are androguard's, and are taken out of the comparison by name: it writes ``_`` in
framework attribute names as ``:``, its configurations do not tell scripts of a language apart, and
it writes long qualifiers in an order of its own (aapt2's folder names settle those).
"""

from __future__ import annotations

import importlib
import io
from typing import TYPE_CHECKING, Any

import pytest

from pincompiler.android.apk.arsc import BinaryTable
from pincompiler.android.apk.axml import read_axml
from pincompiler.android.apk.markup import StartTag, TextPiece, ValueKind
from pincompiler.archives.archive import read_archive
from pincompiler.archives.oddities import Oddities
from tests.apk.aapt import build, demand_aapt2
from tests.apk.forge import app, nsc, simple_zip
from tests.apk.test_aapt2 import FORMS, SOURCES
from tests.apk.test_axml import DOCUMENT
from tests.apk.test_resources import FORMS as LAYOUTS
from tests.apk.test_resources import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pincompiler.android.apk.markup import Attribute

BUILT = [name for name in FORMS if name != "proto"]


@pytest.fixture(scope="module")
def axml_module() -> Any:
    from loguru import logger

    logger.disable("androguard")
    return importlib.import_module("androguard.core.axml")


def told(axml_module: Any, data: bytes) -> Iterator[tuple[object, ...]]:
    """androguard's events."""
    parser = axml_module.AXMLParser(data)
    while parser.is_valid():
        kind = next(parser)
        if kind == axml_module.START_TAG:
            attributes = [
                (
                    parser.getAttributeNamespace(number),
                    parser.getAttributeName(number).replace("_", ":"),
                    parser.getAttributeValueType(number),
                    parser.getAttributeValueData(number),
                    parser.getAttributeValue(number),
                )
                for number in range(parser.getAttributeCount())
            ]
            plain = tuple(
                (space, name, value_type, *_value(value_type, data_of, text))
                for space, name, value_type, data_of, text in attributes
            )
            yield ("start", parser.m_lineNumber, parser.namespace or "", parser.name, plain)
        elif kind == axml_module.TEXT:
            yield ("text", parser.m_lineNumber, parser.text)
        elif kind == axml_module.END_TAG:
            yield ("end",)
        else:
            return


def read(data: bytes) -> Iterator[tuple[object, ...]]:
    """Ours, in the same words."""
    markup = read_axml(data, "m", Oddities())
    assert not markup.broken

    def plain(one: Attribute) -> tuple[object, ...]:
        value = _value(one.kind, one.data, one.text)
        return (one.namespace, one.name.replace("_", ":"), one.kind, *value)

    for event in markup.events:
        if isinstance(event, StartTag):
            yield ("start", event.line, event.namespace, event.name, tuple(map(plain, event.attributes)))
        else:
            yield ("text", event.line, event.text) if isinstance(event, TextPiece) else ("end",)


def _value(kind: int, data: int, text: str) -> tuple[int, str]:
    """A string counts as text, a boolean as one, the rest as a number."""
    if kind == ValueKind.STRING:
        return 0, text
    return (int(data != 0) if kind == ValueKind.BOOLEAN else data), ""


def check_table(axml_module: Any, data: bytes) -> int:
    """Compare every resource of a table; how many there are."""
    parser = axml_module.ARSCParser(data)
    parser._analyse()
    table = BinaryTable(data, Oddities())
    for identifier, configs in parser.resource_values.items():
        mine = list(table.values(identifier))
        simple = {value.qualifier for value in mine if not value.qualifier.startswith(("b+", "mcc"))}
        assert simple <= {one.get_qualifier() for one in configs}
        assert len(mine) == len(configs)
        name = table.name(identifier)
        assert name is not None
        for entry in configs.values():
            assert entry.get_value() == name.entry
            if (
                not entry.is_complex()
                and not isinstance(entry.key, int)
                and entry.key.get_data_type_string() == "string"
            ):
                assert entry.key.get_data_value() in {value.content for value in mine}
    return len(parser.resource_values)


@pytest.mark.slow
@pytest.mark.parametrize("utf8", [True, False])
def test_forged_documents(axml_module: Any, *, utf8: bool) -> None:
    from tests.apk.forge import axml

    for data in (axml(DOCUMENT, utf8=utf8), nsc(), *(app()[name] for name in app() if name.endswith("xml"))):
        assert list(read(data)) == list(told(axml_module, data))


@pytest.mark.slow
@pytest.mark.parametrize("layout", [one for one in LAYOUTS if not one.compact], ids=str)
def test_forged_tables(axml_module: Any, layout: Any) -> None:
    from tests.apk.forge import arsc

    assert check_table(axml_module, arsc(TABLE, layout)) == sum(map(len, TABLE.values()))


@pytest.mark.parametrize("form", BUILT)
@pytest.mark.real
def test_what_aapt2_builds(axml_module: Any, tmp_path: Path, form: str) -> None:
    zip_entry = importlib.import_module("apkInspector.headers").ZipEntry
    demand_aapt2()
    options, optimize = FORMS[form]
    data = build(tmp_path, SOURCES, options=options, optimize=optimize).read_bytes()
    archive, oracle = read_archive(data), zip_entry.parse(io.BytesIO(data))
    assert set(archive.names()) == set(oracle.namelist())
    for name in archive.names():
        assert archive.read(name) == oracle.read(name)
        if name.endswith(".xml"):
            assert list(read(archive.read(name))) == list(told(axml_module, archive.read(name)))
    assert check_table(axml_module, archive.read("resources.arsc")) > 10


def test_apkinspector_reads_the_same_tricks() -> None:
    from apkInspector import headers

    from tests.apk.forge import Member, forge_zip

    for member in (
        Member(b"m", b"data", flags=1),
        Member(b"m", b"data", method=0x7600, real_method=0),
        Member(b"m", b"data" * 9, method=21, real_method=8),
        Member(b"m", b"data", extra=b"\xca\xfe\xff\xff", local_extra=b"\0"),
    ):
        raw = forge_zip([member])
        assert read_archive(raw).read("m") == headers.ZipEntry.parse(io.BytesIO(raw)).read("m") == member.data
    assert read_archive(simple_zip(app())).names() == tuple(
        headers.ZipEntry.parse(io.BytesIO(simple_zip(app()))).namelist()
    )
