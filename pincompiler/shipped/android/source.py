"""What a collector of facts is given: the package, the program, and where the wanted things are used.

Every collector says beforehand which calls, objects, fields and strings it wants to know of; all of
them are found in one pass over the code (:func:`find`), which is what makes an audit fast.
"""

from __future__ import annotations

from dataclasses import field
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from pincompiler.android.apk.resources import ResourceReference
from pincompiler.android.constants.values import NULL, ResourceRef, Text, leaves, texts
from pincompiler.android.dex import DexError, opcodes
from pincompiler.android.dex.scan import Wanted
from pincompiler.base.location import Location, Span
from pincompiler.base.records import dataclass
from pincompiler.facts.common import Code, Mechanism, Owner, Unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from pincompiler.android.apk import Package
    from pincompiler.android.constants.program import Program
    from pincompiler.android.constants.values import Value
    from pincompiler.android.dex import Dex, Site, StringPattern
    from pincompiler.android.dex.classes import ClassDef
    from pincompiler.android.dex.method import MethodBody


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CallsOf:
    """Calls of a method; of any class or name, or with any parameters, where None is given."""

    class_name: str | None
    name: str | None
    descriptor: str | None = None


@dataclass(frozen=True, slots=True)
class New:
    """Places where objects of a class are made."""

    class_name: str


@dataclass(frozen=True, slots=True)
class Read:
    """Reads of a static field."""

    class_name: str
    name: str


@dataclass(frozen=True, slots=True)
class Mention:
    """Uses of strings that match a pattern, see :func:`pincompiler.android.dex.exactly`."""

    pattern: StringPattern


IN_CODE = frozenset(Mechanism) - {Mechanism.NSC}
"""What is unknown if code cannot be read."""
Want: TypeAlias = CallsOf | New | Read | Mention


@dataclass(frozen=True, slots=True)
class Source:
    """One app, opened, with its code searched."""

    path: str
    package: Package
    program: Program
    owner_of: Callable[[str], Owner]
    """Whose code a class is, by its descriptor."""
    found: Mapping[Want, tuple[Site, ...]]
    unseen: dict[Unseen, None] = field(default_factory=dict)
    """Filled by the collectors."""
    sought: Mapping[str, bytes] = field(default_factory=dict)
    """Certificates, in DER by their names, that no file should have in any form."""

    def sites(self, *wants: Want) -> tuple[Site, ...]:
        """Where something is used that some collector asked for, the library's own uses included."""
        return tuple(site for want in wants for site in self.found[want])

    def strings(self, *mentions: Mention) -> Iterator[tuple[Dex, str]]:
        """Every string that matches, used or not."""
        for mention in mentions:
            for dex in self.program.files:
                for number in dex.string_ids(mention.pattern):
                    yield dex, dex.string(number)

    def code(self, method: MethodBody, offset: int | None = None) -> Code:
        """A place in the code: a method, or an instruction in it."""
        name = method.class_name
        return Code(self.where(method, offset), name, self.owner_of(name))

    def where(self, method: MethodBody, offset: int | None = None) -> Location:
        """The location of a method, or of an instruction in it; its line if that was kept."""
        try:
            lines = method.lines
            line = method.line_of(offset) if offset is not None else (lines[0][1] if lines else None)
        except DexError:  # damaged debug information harms nothing else
            line = None
        span = Span(line, 1, line, 1) if line else None
        symbol = f"{method.class_name}->{method.name}{method.descriptor}"
        return Location(self.path, span, member=method.dex.name, symbol=symbol, offset=offset)

    def member(self, name: str, line: int | None = None) -> Location:
        """The location of a file in the app, or of a line of it."""
        return Location(self.path, Span(line, 1, line, 1) if line else None, member=name)

    def texts(self, value: Value) -> tuple[str, ...] | None:
        """Every string that a value may be, resources on all devices; None if there may be others."""
        found = list(texts(value))
        for leaf in leaves(value):
            if isinstance(leaf, ResourceRef):
                found += self.package.strings(leaf.resource)
            elif not isinstance(leaf, Text) and leaf != NULL:
                return None
        return tuple(dict.fromkeys(found)) or None

    def resource(self, identifier: int) -> str | tuple[str, ...] | None:
        """The text, or the array of texts, that a resource is on every device; None if devices differ."""
        contents = {value.content for value in self.package.values(identifier)}
        content = contents.pop() if len(contents) == 1 else None
        if not isinstance(content, tuple):
            return content if isinstance(content, str) else None
        items = [
            self.package.strings(one.id) if isinstance(one, ResourceReference) else (one,) for one in content
        ]
        found = tuple(one[0] for one in items if len(one) == 1 and isinstance(one[0], str))
        return found if len(found) == len(content) else None

    def bounded(self, items: Collection[T], limit: int, what: str, *mechanisms: Mechanism) -> tuple[T, ...]:
        """The first of some items; that there are more than ``limit`` is a doubt about ``what``."""
        if len(items) > limit:
            self.doubt(what, f"only the first {limit:,} were looked at", *mechanisms)
        return tuple(islice(items, limit))

    def doubt(self, what: str, why: str, *mechanisms: Mechanism, pins: bool = False) -> None:
        """Remember that something could not be seen; without mechanisms, about all of them."""
        self.unseen[Unseen(what, why, frozenset(mechanisms or Mechanism), pins)] = None

    def remark(self, what: str, why: str) -> None:
        """Remember what was not looked at, and leaves nothing unknown that an audit answers."""
        self.unseen[Unseen(what, why, frozenset())] = None


def find(program: Program, wants: Iterable[Want], unseen: dict[Unseen, None]) -> dict[Want, tuple[Site, ...]]:
    """Where each thing is used, by one pass over each DEX file; a damaged one is among the unseen.

    Of classes of one name only the first counts, as for Android.
    """
    found: dict[Want, list[Site]] = {want: [] for want in wants}
    for dex in program.files:
        try:
            for want, site in _uses(dex, found):
                if program.counts(site.method):
                    found[want].append(site)
        except DexError as error:
            unseen[Unseen(dex.name, f"cannot be searched: {error}", IN_CODE)] = None
    return {want: tuple(sites) for want, sites in found.items()}


def _uses(dex: Dex, wants: Iterable[Want]) -> Iterator[tuple[Want, Site]]:
    """All uses in one file."""
    by_use: dict[tuple[frozenset[int], int], list[Want]] = {}
    for want in wants:
        family, ids = _ids(dex, want)
        for number in ids:
            by_use.setdefault((family, number), []).append(want)
    families: dict[frozenset[int], set[int]] = {}
    for family, number in by_use:
        families.setdefault(family, set()).add(number)
    for site in dex.uses(*(Wanted(family, frozenset(ids)) for family, ids in families.items())):
        for family in families:
            if site.opcode in family:
                yield from ((want, site) for want in by_use.get((family, site.ref), ()))


def _ids(dex: Dex, want: Want) -> tuple[frozenset[int], Iterable[int]]:
    """The instructions that use something, and its ids in one file."""
    if isinstance(want, CallsOf):
        refs = dex.method_refs(want.class_name, want.name)
        if want.descriptor is not None:
            refs = tuple(ref for ref in refs if dex.method_ref(ref).descriptor == want.descriptor)
        return opcodes.INVOKES, refs
    if isinstance(want, Read):
        return opcodes.STATIC_GETS, dex.field_refs(want.class_name, want.name)
    if isinstance(want, New):
        kind = dex.type_id(want.class_name)
        return opcodes.NEW_INSTANCE, () if kind is None else (kind,)
    return opcodes.CONST_STRING, dex.string_ids(want.pattern)


def texts_in(cls: ClassDef) -> frozenset[str]:
    """The constant texts in the code of a class, by which a library is known whatever R8 called it.

    Raises:
        DexError: Its code cannot be read.

    """
    return frozenset(
        method.body.dex.string(one.reference)
        for method in cls.methods
        if method.body is not None
        for one in method.body.instructions
        if one.opcode in opcodes.CONST_STRING and one.reference is not None
    )
