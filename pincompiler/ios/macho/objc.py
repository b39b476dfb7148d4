"""Objective-C in an image: classes, categories and protocols, their methods, and the references of its code.

Swift's classes are among them, by mangled names (``_TtC7Example8Delegate``).  A selector that is only referred to, or
that a protocol demands, is implemented by nobody: only the methods of classes and categories are implementations.

Source: ``objc-runtime-new.h`` of Apple's objc4.
"""

from __future__ import annotations

import struct
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

from pincompiler.base.bounds import OBJC_CLASSES, OBJC_METHODS
from pincompiler.base.records import dataclass
from pincompiler.ios.macho.format import ImagePart, MachOError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pincompiler.ios.macho.commands import MachOSection
    from pincompiler.ios.macho.format import ImageDoubts
    from pincompiler.ios.macho.memory import ImageMemory

T = TypeVar("T")
_CLASS: Final = "_OBJC_CLASS_$_"
_DATA_BITS: Final = 7
"""Low bits of the pointer to a class's data, which say that Swift made it."""
_LIST: Final = struct.Struct("<2I")
_COUNT: Final = struct.Struct("<Q")
_SMALL: Final = 0x80000000
"""Of a list of methods: its entries are three relative offsets of four bytes."""
_DIRECT: Final = 0x40000000
"""Their names are texts, not references to them."""
_SMALL_ENTRY: Final = struct.Struct("<3i")
_SIZE: Final = 0xFFFC
_LARGE_BYTES: Final = 24
_MADE_LATER: Final = "__objc_stublist"
"""Swift classes whose superclass may change with the library that has it."""
_LEAST: Final = 4
"""Half the bytes of a reference, and a third of a method's: honest tables do not overlap."""
_CLASS_LISTS: Final = ("__objc_classlist", "__objc_nlclslist")
_CATEGORY_LISTS: Final = ("__objc_catlist", "__objc_catlist2", "__objc_nlcatlist")


@dataclass(frozen=True, slots=True)
class ObjcMethod:
    """A method that is implemented here."""

    selector: str
    address: int
    of_class: bool
    """Whether it is sent to the class (``+``), not to its objects (``-``)."""


@dataclass(frozen=True, slots=True)
class ObjcClass:
    """A class, or a category that adds to one."""

    name: str
    """Of the class; ``?`` of a category whose class cannot be read."""
    category: str
    """The category's name; empty for a class itself."""
    address: int
    superclass: str
    """Its name, wherever it is defined; empty for a root and for categories."""
    methods: tuple[ObjcMethod, ...]
    protocols: tuple[str, ...]

    @property
    def title(self) -> str:
        """As debuggers show it: ``Delegate``, ``NSURLRequest(Loose)``."""
        return f"{self.name}({self.category})" if self.category else self.name


@dataclass(frozen=True, slots=True)
class ObjcProtocol:
    """A protocol, which implements nothing."""

    name: str
    selectors: tuple[str, ...]
    """Of all methods that it lists, demanded or optional."""


class ObjcMetadata:
    """What the Objective-C runtime is told of an image; each table is read when it is asked for."""

    def __init__(
        self,
        memory: ImageMemory,
        pointer: Callable[[int], int | str | None],
        sections: Iterable[MachOSection],
        doubts: ImageDoubts,
    ) -> None:
        self._memory, self._pointer, self._doubts = memory, pointer, doubts
        self._sections = tuple(sections)
        self._left = OBJC_METHODS.limit + memory.view.size // _LEAST
        self._names: dict[int, str] = {}
        self._selectors: dict[int, str] = {}

    @cached_property
    def classes(self) -> tuple[ObjcClass, ...]:
        """All classes that are defined here, in the order of the image."""
        if any(one.name == _MADE_LATER and one.size for one in self._sections):
            self._doubts.add(ImagePart.CLASSES, "Swift makes some when the app runs")
        return tuple(self._each(_CLASS_LISTS, self._class))

    @cached_property
    def categories(self) -> tuple[ObjcClass, ...]:
        """All categories that are defined here."""
        return tuple(self._each(_CATEGORY_LISTS, self._category))

    @cached_property
    def protocols(self) -> tuple[ObjcProtocol, ...]:
        """All protocols that are described here."""
        return tuple(self._each(("__objc_protolist",), self._protocol))

    def implementing(self, selectors: Iterable[str]) -> Iterator[tuple[ObjcClass, ObjcMethod]]:
        """The methods of classes and categories that answer to some selectors."""
        wanted = frozenset(selectors)
        for one in (*self.classes, *self.categories):
            for method in one.methods:
                if method.selector in wanted:
                    yield one, method

    @cached_property
    def selector_refs(self) -> Mapping[int, str]:
        """The selector that each reference holds, by the reference's address."""
        found = {}
        for address, target in self._pointers(("__objc_selrefs",)):
            if isinstance(target, int):
                try:
                    found[address] = self._selector(target)
                except MachOError as error:
                    self._doubts.add(ImagePart.CLASSES, error)
        return found

    @cached_property
    def class_refs(self) -> Mapping[int, str]:
        """The name of the class that each reference holds, by the reference's address."""
        found = {}
        for address, target in self._pointers(("__objc_classrefs", "__objc_superrefs")):
            try:
                found[address] = self._class_name(target)
            except MachOError as error:
                self._doubts.add(ImagePart.CLASSES, error)
        return found

    # -- tables ------------------------------------------------------------------------------------

    def _each(self, lists: Iterable[str], read: Callable[[int], T]) -> Iterator[T]:
        seen: set[int] = set()
        for _, target in self._pointers(lists):
            if not isinstance(target, int) or target in seen:
                continue
            seen.add(target)
            if len(seen) > OBJC_CLASSES.limit:
                self._doubts.add(ImagePart.CLASSES, f"there are more than {OBJC_CLASSES}")
                return
            try:
                yield read(target)
            except MachOError as error:
                self._doubts.add(ImagePart.CLASSES, error)

    def _pointers(self, names: Iterable[str]) -> Iterator[tuple[int, int | str | None]]:
        """Address and target of each pointer in the sections of these names."""
        wanted = frozenset(names)
        for section in self._sections:
            if section.name not in wanted:
                continue
            try:
                self._take(section.size // 8)
                for address in range(section.address, section.address + section.size - 7, 8):
                    yield address, self._pointer(address)
            except MachOError as error:
                self._doubts.add(ImagePart.CLASSES, error)

    # -- what they point to ------------------------------------------------------------------------

    def _class(self, address: int) -> ObjcClass:
        data = self._data(address)
        methods = [*self._methods(data + 32, of_class=False)]
        meta = self._pointer(address)
        if isinstance(meta, int):
            methods += self._methods(self._data(meta) + 32, of_class=True)
        above = self._pointer(address + 8)
        return ObjcClass(
            self._name_of(address),
            "",
            address,
            self._class_name(above) if above is not None else "",
            tuple(methods),
            self._protocols(data + 40),
        )

    def _category(self, address: int) -> ObjcClass:
        methods = (
            *self._methods(address + 16, of_class=False),
            *self._methods(address + 24, of_class=True),
        )
        title = self._text(address)
        return ObjcClass(
            self._class_name(self._pointer(address + 8)),
            title,
            address,
            "",
            methods,
            self._protocols(address + 32),
        )

    def _protocol(self, address: int) -> ObjcProtocol:
        selectors = [
            name
            for field in range(24, 56, 8)
            for name, _ in self._method_list(self._pointer(address + field))
        ]
        return ObjcProtocol(self._text(address + 8), tuple(selectors))

    def _data(self, address: int) -> int:
        """The address of the read-only data of a class."""
        data = self._pointer(address + 32)
        if not isinstance(data, int):
            raise MachOError(f"the class at {address:#x} has no data")
        return data & ~_DATA_BITS

    def _name_of(self, address: int) -> str:
        name = self._names.get(address)
        if name is None:
            name = self._names[address] = self._text(self._data(address) + 24)
        return name

    def _class_name(self, target: int | str | None) -> str:
        if isinstance(target, str):
            return target.removeprefix(_CLASS)
        return self._name_of(target) if target is not None else "?"

    def _text(self, field: int) -> str:
        """The text that the pointer at an address leads to."""
        target = self._pointer(field)
        if not isinstance(target, int):
            raise MachOError(f"the pointer at {field:#x} leads to no text")
        return shown(self._memory.text(target))

    def _selector(self, address: int) -> str:
        name = self._selectors.get(address)
        if name is None:
            name = self._selectors[address] = shown(self._memory.text(address))
        return name

    def _protocols(self, field: int) -> tuple[str, ...]:
        at = self._pointer(field)
        if not isinstance(at, int):
            return ()
        count = self._memory.u64(at)
        self._take(count)
        found = (self._pointer(at + _COUNT.size + 8 * number) for number in range(count))
        return tuple(self._text(one + 8) for one in found if isinstance(one, int))

    # -- methods -----------------------------------------------------------------------------------

    def _methods(self, field: int, *, of_class: bool) -> Iterator[ObjcMethod]:
        for name, address in self._method_list(self._pointer(field)):
            if address:
                yield ObjcMethod(name, address, of_class)

    def _method_list(self, at: int | str | None) -> Iterator[tuple[str, int]]:
        """Selector and address of each method of a list; the address is 0 in protocols."""
        if not isinstance(at, int):
            return
        flags, count = self._memory.view.unpack(_LIST, self._memory.offset(at))
        self._take(count)
        first = at + _LIST.size
        if flags & _SMALL:
            yield from self._small_methods(first, count, direct=bool(flags & _DIRECT))
            return
        if flags & _SIZE != _LARGE_BYTES:
            raise MachOError(f"the methods at {at:#x} have {flags & _SIZE} bytes each")
        for here in range(first, first + _LARGE_BYTES * count, _LARGE_BYTES):
            name, address = self._pointer(here), self._pointer(here + 16)
            if not isinstance(name, int):
                raise MachOError(f"the method at {here:#x} has no name")
            yield self._selector(name), address if isinstance(address, int) else 0

    def _small_methods(self, first: int, count: int, *, direct: bool) -> Iterator[tuple[str, int]]:
        raw = self._memory.copy(first, count * _SMALL_ENTRY.size)
        for number, (name, _, code) in enumerate(_SMALL_ENTRY.iter_unpack(raw)):
            here = first + number * _SMALL_ENTRY.size
            target: int | str | None = here + name
            if not direct:
                target = self._pointer(here + name)
            if not isinstance(target, int):
                raise MachOError(f"the method at {here:#x} has no name")
            yield self._selector(target), here + 8 + code if code else 0

    def _take(self, count: int) -> None:
        """Count entries of lists; those of a hostile image may all be one long list."""
        self._left -= count
        if self._left < 0:
            raise MachOError(f"there are more than {OBJC_METHODS}, beside one for every {_LEAST} bytes")
