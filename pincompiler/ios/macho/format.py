"""The bytes of a Mach-O file: every read is checked against the range that it may lie in.

Sources: ``mach-o/loader.h``, ``mach-o/fat.h`` and ``mach/machine.h`` of Apple's XNU.
"""

from __future__ import annotations

import sys
from array import array
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from pincompiler.base.bounds import MACHO_TEXT, MACHO_TEXTS
from pincompiler.base.errors import InputError
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    import mmap
    import struct
    from typing import Literal

Buffer: TypeAlias = "bytes | mmap.mmap"
"""A file in memory, or mapped: neither is copied."""
Numbers: TypeAlias = "memoryview[int]"

MAGIC_64: Final = 0xFEEDFACF
MAGIC_32: Final = 0xFEEDFACE
_CPU_ARM64: Final = 0x0100000C
_CPUS: Final = {
    7: "i386",
    12: "armv7",
    18: "ppc",
    0x01000007: "x86_64",
    _CPU_ARM64: "arm64",
    0x01000012: "ppc64",
    0x0200000C: "arm64_32",
}
_ARM64E: Final = 2
_SUBTYPE: Final = 0x00FFFFFF
_POINTER: Final = 0xFFFFFFFFFFFFFFFF


class MachOError(InputError):
    """A Mach-O file is not what it should be; ``str()`` says where it departs from the format."""


class ImagePart(StrEnum):
    """What of an image may not have been seen whole; the value is a noun of a sentence."""

    COMMANDS = "load commands"
    CONTENTS = "contents"
    IMPORTS = "imports"
    SYMBOLS = "symbols"
    CLASSES = "Objective-C classes"
    STRINGS = "strings"
    CODE = "code"
    SIGNATURE = "code signature"


@dataclass(frozen=True, slots=True)
class ImageDoubt:
    """A part of an image that was not seen whole."""

    part: ImagePart
    why: str
    """A clause of a sentence; of many reasons the first."""
    times: int
    """How many reasons there are."""

    def __str__(self) -> str:
        """A sentence without its period."""
        more = f", and {self.times - 1:,} more" if self.times > 1 else ""
        return f"{self.part}: {self.why}{more}"


class ImageDoubts:
    """The doubts of one image, of each part the first and how many there are."""

    def __init__(self) -> None:
        self._found: dict[ImagePart, tuple[str, int]] = {}

    def add(self, part: ImagePart, why: object) -> None:
        """Note a reason why a part was not seen whole."""
        first, times = self._found.get(part, (str(why), 0))
        self._found[part] = first, times + 1

    def all(self) -> tuple[ImageDoubt, ...]:
        """What was noted until now; reading more may add to it."""
        return tuple(ImageDoubt(part, *found) for part, found in self._found.items())


class TextBudget:
    """How many bytes of texts may still be read: those of a hostile file overlap, and each has the rest of it."""

    def __init__(self, size: int) -> None:
        """``size``: of the image, in bytes."""
        self._left = MACHO_TEXTS.limit + 4 * size

    def take(self, size: int) -> None:
        """Count a text; :class:`MachOError` if there were too many."""
        self._left -= size
        if self._left < 0:
            raise MachOError(f"its texts have more than {MACHO_TEXTS}, beside four times the image's")


class ByteView:
    """A range of a file, counted from its own beginning; a read that leaves it raises :class:`MachOError`."""

    __slots__ = ("_budget", "buffer", "size", "start")

    def __init__(
        self, buffer: Buffer, start: int = 0, size: int | None = None, budget: TextBudget | None = None
    ) -> None:
        self.buffer, self.start = buffer, start
        self.size = len(buffer) - start if size is None else size
        self._budget = budget or TextBudget(self.size)

    def check(self, at: int, size: int) -> int:
        """The offset in the file of a range of this view."""
        if at < 0 or size < 0 or at + size > self.size:
            raise MachOError(f"{size:,} bytes at {at:#x} lie outside of its {self.size:,} bytes")
        return self.start + at

    def part(self, at: int, size: int) -> ByteView:
        """A range of this one, as a view of its own."""
        return ByteView(self.buffer, self.check(at, size), size, self._budget)

    def apart(self, at: int, size: int) -> ByteView:
        """A range of this one that is a file of its own, with a budget of its own."""
        return ByteView(self.buffer, self.check(at, size), size)

    def copy(self, at: int, size: int) -> bytes:
        """A copy of some bytes."""
        start = self.check(at, size)
        return bytes(self.buffer[start : start + size])

    def unpack(self, form: struct.Struct, at: int) -> tuple[int, ...]:
        """The numbers of a structure."""
        return form.unpack_from(self.buffer, self.check(at, form.size))

    def u32(self, at: int) -> int:
        """A number of four bytes."""
        start = self.check(at, 4)
        return int.from_bytes(self.buffer[start : start + 4], "little")

    def u64(self, at: int) -> int:
        """A number of eight bytes."""
        start = self.check(at, 8)
        return int.from_bytes(self.buffer[start : start + 8], "little")

    def i32(self, at: int) -> int:
        """A number of four bytes with a sign."""
        start = self.check(at, 4)
        return int.from_bytes(self.buffer[start : start + 4], "little", signed=True)

    def numbers(self, at: int, count: int, width: Literal["I", "Q"]) -> Numbers:
        """A table of little-endian numbers, which costs the same whatever its length."""
        start = self.check(at, size := count * (4 if width == "I" else 8))
        view = memoryview(self.buffer)[start : start + size].cast("B").cast(width)
        if sys.byteorder == "little":
            return view
        swapped: array[int] = array(width, view.tobytes())
        swapped.byteswap()
        return memoryview(swapped)

    def text(self, at: int) -> bytes:
        """The bytes up to the next zero."""
        start = self.check(at, 0)
        end = self.buffer.find(b"\0", start, min(start + MACHO_TEXT.limit, self.start + self.size))
        if end < 0:
            self._budget.take(min(MACHO_TEXT.limit, self.size - at))
            raise MachOError(f"the text at {at:#x} has no end within {MACHO_TEXT}")
        self._budget.take(end - start)
        return bytes(self.buffer[start:end])

    def take(self, size: int) -> None:
        """Count bytes of texts; :class:`MachOError` if there were too many."""
        self._budget.take(size)

    def counted(self, at: int, size: int) -> bytes:
        """A copy of some bytes that are a text."""
        self._budget.take(size)
        return self.copy(at, size)


def cpu_name(kind: int, subtype: int) -> str:
    """What tools call a processor: ``arm64``, ``arm64e``, ``x86_64``…; one without a name by its number."""
    if kind == _CPU_ARM64 and subtype & _SUBTYPE == _ARM64E:
        return "arm64e"
    return _CPUS.get(kind, f"cpu {kind:#x}")


def uleb128(data: bytes, at: int) -> tuple[int, int]:
    """Read an unsigned LEB128 number of at most 64 bits: its value, and the offset behind it."""
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value & _POINTER, at
        shift += 7
    raise MachOError(f"the number at {at:#x} has no end")


def shown(raw: bytes) -> str:
    """A name in the file, as text; what is not UTF-8 is replaced, as Apple's tools do."""
    return raw.decode("utf-8", "replace")


def fixed(raw: bytes) -> str:
    """A name in a field of sixteen bytes, which ends at a zero or fills it."""
    return shown(raw.partition(b"\0")[0])
