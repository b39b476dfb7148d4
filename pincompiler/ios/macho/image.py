"""One image of a Mach-O file: an index that answers an audit's questions, and reads only what they need.

Damage costs what it touches, and is a doubt of the image's; what was not asked for was not read, and has no doubts.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import MACHO_FUNCTIONS, MACHO_STRINGS
from pincompiler.ios.macho import signature, texts
from pincompiler.ios.macho.bindings import Bindings
from pincompiler.ios.macho.commands import LoadCommands
from pincompiler.ios.macho.format import ImageDoubts, ImagePart, MachOError, TextBudget, uleb128
from pincompiler.ios.macho.memory import ImageMemory
from pincompiler.ios.macho.objc import ObjcMetadata
from pincompiler.ios.macho.pointers import PointerFormats, read_chained
from pincompiler.ios.macho.symbols import SymbolTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pincompiler.ios.macho.commands import MachOSection
    from pincompiler.ios.macho.format import ByteView, ImageDoubt
    from pincompiler.ios.macho.pointers import Import

_PROGRAMS: Final = ((2, 3), (4, 5), (6, 7))
"""Where in LC_DYLD_INFO the offsets and sizes of bind, weak bind and lazy bind stand."""


class MachO:
    """One program: all of a thin file, or a slice of a fat one."""

    def __init__(self, view: ByteView) -> None:
        """:class:`MachOError` if there is no header of a little-endian image."""
        self._view = view
        self._doubts = ImageDoubts()
        self.commands = LoadCommands(view, self._doubts)
        self.memory = ImageMemory(view, self.commands.segments, self.commands.encryption)
        self.symbols = SymbolTable(view, self.commands.symbol_table, self._doubts, wide=self.commands.wide)
        self.objc = ObjcMetadata(self.memory, self.pointer, self.commands.sections, self._doubts)
        if not self.commands.wide:
            self._doubts.add(ImagePart.CODE, "it is a 32-bit program, of which only the header is read")

    @property
    def doubts(self) -> tuple[ImageDoubt, ...]:
        """What was not seen whole of what was asked for until now."""
        return self._doubts.all()

    def doubt(self, part: ImagePart, why: str) -> None:
        """Note what a reader of the image did not see whole."""
        self._doubts.add(part, why)

    @property
    def cpu(self) -> str:
        """``arm64``, ``arm64e``, ``x86_64``, ``armv7``…"""
        return self.commands.cpu

    @property
    def encrypted(self) -> bool:
        """Whether the App Store has encrypted it: its code and texts cannot be read then, its imports can."""
        return any(one.system for one in self.commands.encryption)

    def section(self, segment: str, name: str) -> MachOSection | None:
        """The first section of these names."""
        found = (one for one in self.commands.sections if (one.segment, one.name) == (segment, name))
        return next(found, None)

    def section_at(self, address: int) -> MachOSection | None:
        """The section around an address; of those that overlap, the one that begins last."""
        at = bisect_right(self._by_address, address, key=lambda one: one.address)
        if not at or address >= self._by_address[at - 1].address + self._by_address[at - 1].size:
            return None
        return self._by_address[at - 1]

    @cached_property
    def _by_address(self) -> list[MachOSection]:
        return sorted(self.commands.sections, key=lambda one: one.address)

    # -- pointers ----------------------------------------------------------------------------------

    def pointer(self, address: int) -> int | str | None:
        """What the pointer at an address is once dyld has loaded the image.

        An address, the name of an imported symbol, or None for a null pointer; :class:`MachOError` if none can be there.
        """
        bound = self._bindings.bound.get(address)
        if bound is not None:
            return bound
        return self._formats.resolve(address, self.memory.u64(address))

    @cached_property
    def _formats(self) -> PointerFormats:
        formats = PointerFormats(self.commands.segments, self.memory.base)
        if (place := self.commands.data.get("chained fixups")) is not None:
            try:
                table = self._view.part(*place)
                read_chained(table, formats, self.commands.libraries, self._doubts)
            except MachOError as error:
                self._doubts.add(ImagePart.IMPORTS, error)
        elif self._bindings.threaded is not None:
            formats.threaded(self._bindings.threaded, len(self.commands.segments))
        return formats

    @cached_property
    def _bindings(self) -> Bindings:
        found = Bindings(self.commands.segments, self.commands.libraries, 8 if self.commands.wide else 4)
        for offset, size in _PROGRAMS:
            if not (info := self.commands.dyld_info):
                break
            try:
                found.run(self._view.copy(info[offset], info[size]))
            except MachOError as error:
                self._doubts.add(ImagePart.IMPORTS, error)
        return found

    @cached_property
    def imports(self) -> Mapping[str, Import]:
        """The symbols that other images must have, by name: of fixups, opcodes and the symbol table."""
        found: dict[str, Import] = {}
        for one in self._formats.imports:
            found.setdefault(one.name, one)
        for name, one in self._bindings.imports.items():
            found.setdefault(name, one)
        for one in self.symbols.undefined(self.commands.libraries):
            found.setdefault(one.name, one)
        return found

    # -- texts -------------------------------------------------------------------------------------

    def c_strings(self) -> Iterator[tuple[int, bytes]]:
        """Address and bytes of all C strings but empty ones, Swift's longer constants among them."""
        budget = TextBudget(self._view.size)
        for section in self.commands.sections:
            if section.kind == texts.C_STRINGS and section.filled:
                try:
                    budget.take(section.size)
                    yield from texts.c_strings(self.memory, section)
                except MachOError as error:
                    self._doubts.add(ImagePart.STRINGS, error)

    @cached_property
    def constant_strings(self) -> Mapping[int, str]:
        """The constant NSStrings, by address."""
        found: dict[int, str] = {}
        for section in self.commands.sections:
            if section.name == "__cfstring":
                try:
                    self._read_constant_strings(section, found)
                except MachOError as error:
                    self._doubts.add(ImagePart.STRINGS, error)
        return found

    def _read_constant_strings(self, section: MachOSection, found: dict[int, str]) -> None:
        for address in texts.constant_strings(section):
            if len(found) >= MACHO_STRINGS.limit:
                raise MachOError(f"there are more than {MACHO_STRINGS}")
            found[address] = texts.constant_string(self.memory, self.pointer, address)

    @cached_property
    def entitlements(self) -> bytes:
        """The property list of its entitlements, as it was signed; empty if there is none."""
        place = self.commands.data.get("signature")
        try:
            return b"" if place is None else signature.entitlements(self._view.part(*place))
        except MachOError as error:
            self._doubts.add(ImagePart.SIGNATURE, error)
            return b""

    # -- functions ---------------------------------------------------------------------------------

    @cached_property
    def functions(self) -> array[int]:
        """The addresses of all functions, ascending; stripping leaves them."""
        found: array[int] = array("Q")
        place = self.commands.data.get("function starts")
        try:
            raw = b"" if place is None else self._view.copy(*place)
            self._read_functions(raw, found)
        except MachOError as error:
            self._doubts.add(ImagePart.CODE, error)
        return found

    def _read_functions(self, raw: bytes, found: array[int]) -> None:
        address, at = self.memory.base, 0
        while at < len(raw):
            step, at = uleb128(raw, at)
            if not step:
                return
            address += step
            if address >> 64 or len(found) >= MACHO_FUNCTIONS.limit:
                raise MachOError(f"there are more than {MACHO_FUNCTIONS}, or they leave the image")
            found.append(address)

    def function(self, address: int) -> tuple[int, int] | None:
        """Where the function around an address begins and ends; None if none is known."""
        at = bisect_right(self.functions, address)
        if not at:
            return None
        start = self.functions[at - 1]
        end = self._code_end(start)
        if end is None or address >= end:
            return None
        return start, min(self.functions[at], end) if at < len(self.functions) else end

    def _code_end(self, address: int) -> int | None:
        """Where the section of code around an address ends."""
        at = bisect_right(self._code_spans, address, key=lambda span: span[0])
        if not at or address >= self._code_spans[at - 1][1]:
            return None
        return self._code_spans[at - 1][1]

    @cached_property
    def _code_spans(self) -> list[tuple[int, int]]:
        """Begin and end of each section of code, ascending."""
        return sorted(
            (one.address, one.address + one.size)
            for one in self.commands.sections
            if one.flags & _INSTRUCTIONS
        )


_INSTRUCTIONS: Final = 0x80000400
"""S_ATTR_PURE_INSTRUCTIONS, S_ATTR_SOME_INSTRUCTIONS."""
