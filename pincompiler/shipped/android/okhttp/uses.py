"""What an app does with the classes of one OkHttp: each use sorted by what it means."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.program import arguments
from pincompiler.android.constants.values import (
    Created,
    ItemOf,
    Items,
    OneOf,
    Parameter,
    Returned,
    Text,
    Value,
    item_of,
    possible,
    union,
)
from pincompiler.android.dex import DexError, opcodes
from pincompiler.android.dex.scan import Wanted
from pincompiler.base.bounds import OKHTTP_USES, PIN_CALLERS
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.facts import Mechanism

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pincompiler.android.constants.program import Program
    from pincompiler.android.dex import Site
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.shipped.android.okhttp.roles import Roles
    from pincompiler.shipped.android.source import Source

_HOST: Final = lazy_regex(r"(\*\*?\.)?[\w-]+(\.[\w-]+)+")
_PIN: Final = lazy_regex(r"sha(1|256)/.+")


@dataclass(frozen=True, slots=True)
class Taken:
    """A call, or a write to a field, with what it is done to and what it is given."""

    method: MethodBody
    offset: int
    ref: MethodRef | None
    """The method called; none for a write to a field."""
    arguments: tuple[Value, ...]
    """The receiver first."""

    @property
    def receiver(self) -> Value:
        """What it is done to."""
        return self.arguments[0]

    @property
    def made(self) -> tuple[Value, ...]:
        """What it gives: the new object of a constructor, or what the call returns."""
        if self.ref is None:
            return ()
        if self.ref.name == "<init>":
            return tuple(one for one in possible(self.receiver) if isinstance(one, Created))
        return (Returned(self.ref, self.method, self.offset),)


@dataclass(frozen=True, slots=True)
class OkHttpUses:
    """All uses outside OkHttp itself, by meaning."""

    adds: list[Taken] = field(default_factory=list)
    """The last two arguments are pattern and pins."""
    pins: list[Taken] = field(default_factory=list)
    """``new Pin(pattern, pin)``."""
    pinners: list[Taken] = field(default_factory=list)
    takers: list[Taken] = field(default_factory=list)
    """The last argument is the pinner."""
    asked: list[Taken] = field(default_factory=list)
    clients: list[Taken] = field(default_factory=list)
    derived: list[Taken] = field(default_factory=list)
    others: list[Taken] = field(default_factory=list)
    """Calls of clients and their builders that mean nothing here by themselves."""


def uses_of(source: Source, roles: Roles, sites: Iterable[Site]) -> OkHttpUses:
    """Sort the calls of OkHttp's classes."""
    found = OkHttpUses()
    for site in source.bounded(tuple(sites), OKHTTP_USES.limit, "uses of OkHttp", Mechanism.OKHTTP):
        if roles.is_own(site.method):
            continue
        ref = site.method.dex.method_ref(site.ref)
        kind = _kind(roles, ref, found)
        try:
            passed = arguments(source.program, site)
        except DexError as error:
            if kind is not found.others:
                source.doubt(
                    source.code(site.method).location.symbol, f"cannot be followed: {error}", Mechanism.OKHTTP
                )
            continue
        if passed:
            kind.append(Taken(site.method, site.offset, ref, passed))
    return found


def _kind(roles: Roles, ref: MethodRef, found: OkHttpUses) -> list[Taken]:
    kinds = (
        (roles.adds, found.adds),
        (roles.makes_pin, found.pins),
        (roles.makes_pinner, found.pinners),
        (roles.takes_pinner, found.takers),
        (roles.asks_pinner, found.asked),
        (roles.makes_client, found.clients),
        (roles.derives, found.derived),
    )
    return next((some for means, some in kinds if means(ref)), found.others)


def sites_of(program: Program, classes: Iterable[str]) -> Iterator[Site]:
    """Every call of a method of some classes, by a pass of its own: for classes whose names were not known before."""
    some = tuple(classes)
    for dex in program.files:
        ids = frozenset(number for name in some for number in dex.method_refs(name, None))
        yield from dex.uses(Wanted(opcodes.INVOKES, ids))


def field_takers(source: Source, roles: Roles) -> Iterator[Taken]:
    """Writes of a pinner right into a builder's field: what R8 makes of small setters."""
    for dex in source.program.files:
        ids = frozenset(
            number
            for number in dex.field_refs(roles.builder, None)
            if dex.field_ref(number).descriptor == roles.pinner
        )
        for site in dex.uses(Wanted(opcodes.INSTANCE_PUTS, ids)):
            if roles.is_own(site.method):
                continue
            try:
                put = source.program.flow(site.method).puts.get(site.offset)
            except DexError as error:
                source.doubt(
                    source.code(site.method).location.symbol, f"cannot be followed: {error}", Mechanism.OKHTTP
                )
                continue
            if put:
                yield Taken(site.method, site.offset, None, put)


def adds_by_pin(source: Source, roles: Roles, sites: Iterable[Site]) -> Iterator[Taken]:
    """What is added, known by the making of each pin: by whoever calls the method that makes it.

    R8 may have put ``add`` into its caller, and given it other parameters.
    """
    program = source.program
    for site in sites:
        ref = site.method.dex.method_ref(site.ref)
        if not roles.makes_pin(ref) or site.method.class_name == roles.pin:
            continue
        receiver, *given = arguments(program, site)
        made = given if len(given) == 2 else _completed(program, ref, given)
        parameters = {one.index for value in made for one in _parameters(value, site.method)}
        if not parameters:
            yield Taken(site.method, site.offset, ref, (receiver, *made))
            continue
        body = site.method
        callers = program.call_sites(body.class_name, body.name, body.descriptor)
        for call in source.bounded(callers, PIN_CALLERS.limit, source.where(body).symbol, Mechanism.OKHTTP):
            passed = arguments(program, call)
            called = call.method.dex.method_ref(call.ref)
            replaced = [_replaced(value, body, passed) for value in made]
            yield Taken(call.method, call.offset, called, (passed[0], *replaced))


def _completed(program: Program, ref: MethodRef, given: list[Value]) -> list[Value]:
    """Pattern and pin, of which R8 put what is always the same into the constructor of pins."""
    constructor = program.method(ref)
    body = constructor.body if constructor else None
    used = [
        body.dex.string(one.reference or 0)
        for one in (body.instructions if body else ())
        if body is not None and one.opcode in opcodes.CONST_STRING
    ]
    hosts = union(Text(text) for text in used if _HOST.fullmatch(text))
    pins = union(Text(text) for text in used if _PIN.fullmatch(text))
    return [hosts, *given] if isinstance(hosts, Text) and given else [*(given or [hosts]), pins]


def _parameters(value: Value, method: MethodBody) -> Iterator[Parameter]:
    for one in possible(value):
        if isinstance(one, ItemOf):
            yield from _parameters(one.array, method)
        elif isinstance(one, Parameter) and one.method == method:
            yield one


def _replaced(value: Value, method: MethodBody, passed: Sequence[Value]) -> Value:
    """The value with what was passed in place of the parameters."""
    if isinstance(value, OneOf):
        return union(_replaced(one, method, passed) for one in value.values)
    if isinstance(value, ItemOf):
        array = _replaced(value.array, method, passed)
        return union(array.items) if isinstance(array, Items) and array.exact else item_of(array)
    if isinstance(value, Parameter) and value.method == method and value.index < len(passed):
        return passed[value.index]
    return value
