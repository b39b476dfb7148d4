"""The index answers as androguard's full analysis does, on real DEX files.

One exception is known, the ``clone()`` of arrays: androguard takes the brackets off the class and so
counts ``[Ljava/lang/Object;->clone()`` as a call of ``Object.clone()``, and drops ``[Lx;->clone()``
where ``x`` has no such method.
"""

from __future__ import annotations

import importlib
import random
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pincompiler.dex.index import Dex, Site
from tests.dex import apks

if TYPE_CHECKING:
    from collections.abc import Iterator

# A method by class, name and descriptor.
Name = tuple[str, str, str]
Use = tuple[Name | str, Name, int]

METHODS = 400
STRINGS = 200
CLASSES = 300
CLONE = ("clone", "()Ljava/lang/Object;")


@dataclass(frozen=True, slots=True)
class Oracle:
    """androguard's cross-references of one DEX file."""

    dex: Any
    analysis: Any

    def calls(self, wanted: set[Name]) -> set[Use]:
        return {
            (name(callee.get_method()), name(caller.get_method()), offset)
            for callee in self.analysis.get_methods()
            if name(callee.get_method()) in wanted
            for _, caller, offset in callee.get_xref_from()
        }

    def string_uses(self, wanted: set[str]) -> set[Use]:
        return {
            (text.get_orig_value(), name(caller.get_method()), offset)
            for text in self.analysis.get_strings()
            if text.get_orig_value() in wanted
            for _, caller, offset in text.get_xref_from(with_offset=True)
        }

    def subclasses(self, base: str) -> set[str]:
        return {
            str(found.get_name())
            for found in self.dex.get_classes()
            if base == found.get_superclassname() or base in found.get_interfaces()
        }


def name(method: Any) -> Name:
    return method.get_class_name(), method.get_name(), method.get_descriptor().replace(" ", "")


def identity(dex: Dex, index: int) -> Name:
    ref = dex.method_ref(index)
    return ref.class_name, ref.name, ref.descriptor


def caller(site: Site) -> tuple[Name, int]:
    body = site.method
    return (body.class_name, body.name, body.descriptor), 2 * site.offset


@pytest.fixture(scope="module", params=[f"{apk}!{member}" for apk, member in apks.dex_members()] or ["none"])
def case(request: pytest.FixtureRequest) -> tuple[Dex, Oracle]:
    """A real DEX file, read by both."""
    apks.require_apks()
    logger = pytest.importorskip("loguru").logger
    logger.disable("androguard")
    dex = importlib.import_module("androguard.core.dex")
    analyses = importlib.import_module("androguard.core.analysis.analysis")

    apk, member = request.param.split("!")
    data = apks.read(apk, member)
    parsed = dex.DEX(data)
    analysis = analyses.Analysis()
    analysis.add(parsed)
    analysis.create_xref()
    return Dex(data, member), Oracle(parsed, analysis)


def ids(dex: Dex) -> tuple[set[int], set[int]]:
    """What an audit asks about, and as much again that chance chose."""
    chance = random.Random(zlib.crc32(dex.data))  # noqa: S311
    table = len(dex.layout.methods) // 4
    methods = set(chance.sample(range(table), min(METHODS, table)))
    strings = set(chance.sample(range(len(dex.strings)), min(STRINGS, len(dex.strings))))
    for cls, names in apks.TARGETS.items():
        for wanted in names:
            methods.update(dex.method_refs(cls, wanted))
    return methods, strings | set(dex.string_ids(*apks.PIN_PATTERNS))


def test_call_sites(case: tuple[Dex, Oracle]) -> None:
    dex, oracle = case
    wanted = {index for index in ids(dex)[0] if dex.method_ref(index)[1:] != CLONE}
    found = {(identity(dex, site.ref), *caller(site)) for site in dex.call_sites(wanted)}
    assert found == oracle.calls({identity(dex, index) for index in wanted})


def test_string_uses(case: tuple[Dex, Oracle]) -> None:
    dex, oracle = case
    wanted = ids(dex)[1]
    found = {(dex.string(site.ref), *caller(site)) for site in dex.string_uses(wanted)}
    assert found == oracle.string_uses({dex.string(index) for index in wanted})


def test_pin_shaped_strings(case: tuple[Dex, Oracle]) -> None:
    dex, _ = case
    texts = [dex.strings.raw(index) for index in range(len(dex.strings))]
    for pattern in apks.PIN_PATTERNS:
        if pattern.whole:
            stored = [bytes((min(len(text), 127),)) + text + b"\0" for text in texts]
            expected = {i for i, text in enumerate(stored) if pattern.regex.match(text)}
        else:
            expected = {i for i, text in enumerate(texts) if pattern.regex.search(text)}
        assert set(dex.string_ids(pattern)) == expected


def test_instructions(case: tuple[Dex, Oracle]) -> None:
    dex, oracle = case
    bodies = {
        identity(dex, method.method): method.body
        for index in range(min(len(dex.layout.classes) // 8, CLASSES))
        for method in dex.class_at(index).methods
        if method.body
    }
    for cls in oracle.dex.get_classes()[:CLASSES]:
        for method in cls.get_methods():
            if method.get_code() is not None:
                body = bodies[name(method)]
                assert [one[:3] for one in body.instructions] == list(decoded(method)), body.name


def decoded(method: Any) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Offset, opcode and registers of each instruction, as androguard has them."""
    offset = 0
    for one in method.get_instructions():
        if one.get_op_value() < 256:  # payloads have larger numbers
            registers = [operand[1] for operand in one.get_operands() if operand[0] == 0]
            if one.get_name().endswith("/range") and len(registers) == 2:
                registers = list(range(registers[0], registers[1] + 1))
            yield offset // 2, one.get_op_value(), tuple(registers)
        offset += one.get_length()


def test_subclasses(case: tuple[Dex, Oracle]) -> None:
    dex, oracle = case
    found = dex.subclasses(apks.BASES)
    for base in apks.BASES:
        assert {cls.name for cls in found.get(base, ())} == oracle.subclasses(base)
