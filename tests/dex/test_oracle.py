"""The index answers as androguard's full analysis does, on real DEX files.

The cross-references are asked of androguard itself, not by way of :mod:`pincompiler.android.androguard`.  Four
exceptions are known; each is taken out of a comparison by what it is, never by where it was found:

* calls of ``clone()``, for androguard takes the brackets off the class of a method: it counts
  ``[Ljava/lang/Object;->clone()`` as a call of ``Object.clone()``, and drops ``[I->clone()``;
* reads and writes of fields that the DEX file does not define: androguard has none of them;
* ``new-instance`` and ``const-class`` of a class within itself: androguard has none of them;
* ``const-class`` of arrays: androguard counts it for the class without brackets, or not at all.

Only the fast index knows of these; that it finds them is tested in :mod:`tests.dex.test_androguard_engine`.
"""

from __future__ import annotations

import importlib
import random
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pincompiler.android.dex import opcodes
from pincompiler.android.dex.index import Dex, Site
from pincompiler.android.dex.scan import Wanted
from tests.dex import apks

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.real

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

    def field_uses(self, wanted: set[Name], *, writes: bool) -> set[Use]:
        return {
            (found, name(caller.get_method()), offset)
            for field in self.analysis.get_fields()
            if (found := field_name(field.get_field())) in wanted
            for _, caller, offset in (field.get_xref_write if writes else field.get_xref_read)(
                with_offset=True
            )
        }

    def type_uses(self, *, new: bool) -> set[Use]:
        return {
            (cls.name, name(caller.get_method()), offset)
            for cls in self.analysis.get_classes()
            for caller, offset in (cls.get_xref_new_instance if new else cls.get_xref_const_class)()
        }

    def defined_fields(self) -> set[Name]:
        return {field_name(field) for cls in self.dex.get_classes() for field in cls.get_fields()}

    def subclasses(self, base: str) -> set[str]:
        return {
            str(found.get_name())
            for found in self.dex.get_classes()
            if base == found.get_superclassname() or base in found.get_interfaces()
        }


def name(method: Any) -> Name:
    return method.get_class_name(), method.get_name(), method.get_descriptor().replace(" ", "")


def field_name(field: Any) -> Name:
    return field.get_class_name(), field.get_name(), field.get_descriptor()


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
    importlib.import_module("loguru").logger.disable("androguard")
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
    found = {
        (dex.string(site.ref), *caller(site))
        for site in dex.uses(Wanted(opcodes.CONST_STRING, frozenset(wanted)))
    }
    assert found == oracle.string_uses({dex.string(index) for index in wanted})


def fields(dex: Dex, oracle: Oracle) -> dict[Name, int]:
    """As many fields as methods, by chance, of those that androguard knows of."""
    chance = random.Random(zlib.crc32(dex.data))  # noqa: S311
    table = len(dex.layout.fields) // 4
    names = {tuple(dex.field_ref(index)): index for index in chance.sample(range(table), min(METHODS, table))}
    known = oracle.defined_fields()
    return {found: index for found, index in names.items() if found in known}


def test_field_reads_and_writes(case: tuple[Dex, Oracle]) -> None:
    dex, oracle = case
    wanted = fields(dex, oracle)
    ids = frozenset(wanted.values())
    reads = dex.uses(Wanted(opcodes.STATIC_GETS | opcodes.INSTANCE_GETS, ids))
    for sites, writes in ((reads, False), (dex.field_writes(ids), True)):
        found = {(tuple(dex.field_ref(site.ref)), *caller(site)) for site in sites}
        assert found == oracle.field_uses(set(wanted), writes=writes)
    static = [site for site in reads if site.opcode in opcodes.STATIC_GETS]
    assert list(dex.uses(Wanted(opcodes.STATIC_GETS, ids))) == static


@pytest.mark.parametrize("new", [True, False])
def test_class_uses(case: tuple[Dex, Oracle], *, new: bool) -> None:
    dex, oracle = case
    names = {kind: dex.type_name(kind) for kind in range(len(dex.layout.types))}
    family = opcodes.NEW_INSTANCE if new else opcodes.CONST_CLASS
    sites = dex.uses(Wanted(family, frozenset(names)))
    uses = {(names[site.ref], *caller(site)) for site in sites}
    of_arrays = {(place, offset) for kind, place, offset in uses if kind.startswith("[")}
    expected = {use for use in oracle.type_uses(new=new) if use[1:] not in of_arrays}
    assert {use for use in uses if use[0] != use[1][0] and not use[0].startswith("[")} == expected


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
    chance = random.Random(zlib.crc32(dex.data))  # noqa: S311
    types = len(dex.layout.types)
    chosen = (dex.type_name(kind) for kind in chance.sample(range(types), min(CLASSES, types)))
    bases = (*apks.BASES, *chosen)
    found = dex.subclasses(bases)
    for base in bases:
        assert {cls.name for cls in found.get(base, ())} == oracle.subclasses(base)
