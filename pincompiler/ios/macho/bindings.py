"""The opcodes by which images before iOS 13.4 bind pointers to imported symbols: a small machine's program.

Source: ``BIND_OPCODE_…`` in ``mach-o/loader.h``, and ``MachOLoaded.cpp`` of Apple's dyld.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from pincompiler.base.bounds import MACHO_BINDINGS
from pincompiler.ios.macho.format import MachOError, shown, uleb128
from pincompiler.ios.macho.pointers import Import, library_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pincompiler.ios.macho.commands import LinkedLibrary, MachOSegment

_ADDRESS: Final = (1 << 64) - 1


class Bindings:
    """Runs the opcodes of one image; what was bound until something is damaged stays."""

    def __init__(
        self, segments: Sequence[MachOSegment], libraries: Sequence[LinkedLibrary], width: int
    ) -> None:
        """``width``: bytes of a pointer."""
        self._segments, self._libraries, self._width = segments, libraries, width
        self.bound: dict[int, str] = {}
        """The symbol that each pointer is bound to, by the pointer's address."""
        self.imports: dict[str, Import] = {}
        self.threaded: list[Import] | None = None
        """The imports by ordinal, if the pointers of arm64e hold the ordinals."""
        self._name, self._ordinal, self._address = "", 0, 0
        self._left = MACHO_BINDINGS.limit

    def run(self, code: bytes) -> None:
        """Run one of the programs; :class:`MachOError` if it is damaged."""
        self._name, self._ordinal, self._address = "", 0, 0
        at = 0
        while at < len(code):
            operation, low = code[at] & 0xF0, code[at] & 0x0F
            at += 1
            step = self._STEPS.get(operation)
            if step is None:
                raise MachOError(f"there is no opcode {operation:#x}")
            at = step(self, code, at, low)

    def _done(self, code: bytes, at: int, low: int) -> int:
        """Lazy bindings have one after each, so it ends nothing."""
        del code, low
        return at

    def _small_ordinal(self, code: bytes, at: int, low: int) -> int:
        del code
        self._ordinal = low
        return at

    def _large_ordinal(self, code: bytes, at: int, low: int) -> int:
        del low
        self._ordinal, at = uleb128(code, at)
        return at

    def _special_ordinal(self, code: bytes, at: int, low: int) -> int:
        del code
        self._ordinal = low - 16 if low else 0
        return at

    def _symbol(self, code: bytes, at: int, low: int) -> int:
        del low
        end = code.find(b"\0", at)
        if end < 0:
            raise MachOError("the name of a symbol has no end")
        self._name = shown(code[at:end])
        return end + 1

    def _skipped_number(self, code: bytes, at: int, low: int) -> int:
        del low
        return uleb128(code, at)[1]

    def _kind(self, code: bytes, at: int, low: int) -> int:
        del code, low
        return at

    def _place(self, code: bytes, at: int, low: int) -> int:
        shift, at = uleb128(code, at)
        if low >= len(self._segments):
            raise MachOError(f"there is no segment {low}")
        self._address = self._segments[low].address + shift & _ADDRESS
        return at

    def _move(self, code: bytes, at: int, low: int) -> int:
        del low
        shift, at = uleb128(code, at)
        self._address = self._address + shift & _ADDRESS
        return at

    def _bind(self, code: bytes, at: int, low: int) -> int:
        del code, low
        self._put(1, 0)
        return at

    def _bind_and_move(self, code: bytes, at: int, low: int) -> int:
        del low
        shift, at = uleb128(code, at)
        self._put(1, shift)
        return at

    def _bind_and_scale(self, code: bytes, at: int, low: int) -> int:
        del code
        self._put(1, low * self._width)
        return at

    def _bind_many(self, code: bytes, at: int, low: int) -> int:
        del low
        count, at = uleb128(code, at)
        skip, at = uleb128(code, at)
        self._put(count, skip)
        return at

    def _thread(self, code: bytes, at: int, low: int) -> int:
        if low == 0:
            at = uleb128(code, at)[1]
            self.threaded = []
        return at

    def _put(self, count: int, skip: int) -> None:
        """Bind some pointers, each ``skip`` bytes behind the one before."""
        self._left -= count
        if self._left < 0:
            raise MachOError(f"there are more than {MACHO_BINDINGS}")
        one = self.imports.get(self._name)
        if one is None:
            one = self.imports[self._name] = Import(self._name, library_of(self._ordinal, self._libraries))
        if self.threaded is not None:
            self.threaded.append(one)
            return
        for _ in range(count):
            self.bound[self._address] = self._name
            self._address = self._address + self._width + skip & _ADDRESS

    _STEPS: ClassVar[dict[int, Callable[[Bindings, bytes, int, int], int]]] = {
        0x00: _done,
        0x10: _small_ordinal,
        0x20: _large_ordinal,
        0x30: _special_ordinal,
        0x40: _symbol,
        0x50: _kind,
        0x60: _skipped_number,
        0x70: _place,
        0x80: _move,
        0x90: _bind,
        0xA0: _bind_and_move,
        0xB0: _bind_and_scale,
        0xC0: _bind_many,
        0xD0: _thread,
    }
