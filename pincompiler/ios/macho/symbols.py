"""The symbol table: names of what is defined, and of what others must define.

Nothing at run time depends on most of it, so it may be stripped, and it may lie.
Source: ``mach-o/nlist.h`` of Apple's XNU.
"""

from __future__ import annotations

import re
import struct
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import MACHO_SYMBOLS
from pincompiler.ios.macho.format import ImagePart, MachOError, shown
from pincompiler.ios.macho.pointers import Import, library_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pincompiler.ios.macho.commands import LinkedLibrary
    from pincompiler.ios.macho.format import ByteView, ImageDoubts

_WIDE: Final = struct.Struct("<IBBHQ")
_NARROW: Final = struct.Struct("<IBBHI")
_UNDEFINED: Final = re.compile(rb"[\x00\x01\x10\x11]")
"""N_UNDF in ``n_type``, private or external or both, and no debugging symbol; the others are defined."""
_IN_SECTION: Final = re.compile(rb"[\x0e\x0f\x1e\x1f]")


class SymbolTable:
    """LC_SYMTAB of one image; tables are searched in the file, and names are made when they are asked for."""

    def __init__(self, view: ByteView, layout: tuple[int, ...], doubts: ImageDoubts, *, wide: bool) -> None:
        """``layout``: offset and number of symbols, offset and size of names; empty if there is none."""
        self._doubts, self._form = doubts, _WIDE if wide else _NARROW
        self._names: ByteView | None = None
        self._table = b""
        if not layout:
            return
        start, count, names, size = layout
        if count > MACHO_SYMBOLS.limit:
            doubts.add(ImagePart.SYMBOLS, f"there are more than {MACHO_SYMBOLS}")
        try:
            self._names = view.part(names, size)
            self._table = view.copy(start, min(count, MACHO_SYMBOLS.limit) * self._form.size)
        except MachOError as error:
            doubts.add(ImagePart.SYMBOLS, error)

    def name(self, index: int) -> str:
        """The name of a symbol; :class:`MachOError` if there is none of this index."""
        return self._name(self._entry(index)[0])

    def undefined(self, libraries: Sequence[LinkedLibrary]) -> Iterator[Import]:
        """The symbols that other images must define."""
        for index in self._of_kind(_UNDEFINED):
            try:
                name, _, _, description, value = self._entry(index)
                if value == 0:  # or it is a common symbol of an object file
                    ordinal = description >> 8
                    yield Import(self._name(name), library_of(ordinal if ordinal < 0xFE else -2, libraries))
            except MachOError as error:
                self._doubts.add(ImagePart.SYMBOLS, error)

    @cached_property
    def _indices(self) -> Mapping[int, int]:
        """The first symbol that is defined at each address."""
        found: dict[int, int] = {}
        for index in self._of_kind(_IN_SECTION):
            found.setdefault(self._entry(index)[4], index)
        return found

    def at(self, address: int) -> str:
        """The name of what is defined at an address; empty if it has none, or none that can be read."""
        index = self._indices.get(address)
        try:
            return "" if index is None else self.name(index)
        except MachOError as error:
            self._doubts.add(ImagePart.SYMBOLS, error)
            return ""

    def _of_kind(self, kind: re.Pattern[bytes]) -> Iterator[int]:
        for match in kind.finditer(self._table[4 :: self._form.size]):
            yield match.start()

    def _entry(self, index: int) -> tuple[int, int, int, int, int]:
        if not 0 <= index < len(self._table) // self._form.size:
            raise MachOError(f"there is no symbol {index:,}")
        name, kind, section, description, value = self._form.unpack_from(self._table, index * self._form.size)
        return name, kind, section, description, value

    def _name(self, offset: int) -> str:
        if self._names is None:
            raise MachOError("there are no names")
        return shown(self._names.text(offset))
