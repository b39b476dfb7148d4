"""The load commands of an image: segments, sections, libraries, platform, encryption, and where all else lies.

Sources: ``mach-o/loader.h`` of Apple's XNU; which commands dyld reads, ``MachOFile.cpp`` of dyld.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, ClassVar, Final

from pincompiler.base.bounds import LOAD_COMMANDS
from pincompiler.base.records import dataclass
from pincompiler.ios.macho.format import MAGIC_32, MAGIC_64, ImagePart, MachOError, cpu_name, fixed, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.ios.macho.format import ByteView, ImageDoubts

_REQUIRED: Final = 0x80000000
"""LC_REQ_DYLD: a bit that says that dyld must know the command."""
_ZERO_FILLED: Final = (1, 12, 18)
"""S_ZEROFILL, S_GB_ZEROFILL, S_THREAD_LOCAL_ZEROFILL: sections without bytes in the file."""
_PLATFORMS: Final = {
    1: "macos",
    2: "ios",
    3: "tvos",
    4: "watchos",
    5: "bridgeos",
    6: "maccatalyst",
    7: "ios-simulator",
    8: "tvos-simulator",
    9: "watchos-simulator",
    10: "driverkit",
    11: "visionos",
    12: "visionos-simulator",
}
_OLD_PLATFORMS: Final = {0x24: "macos", 0x25: "ios", 0x2F: "tvos", 0x30: "watchos"}
"""LC_VERSION_MIN_…, which Xcode wrote before 2018."""
_KINDS: Final = {1: "object", 2: "executable", 6: "library", 8: "bundle", 10: "symbols"}
_LIBRARIES: Final = {0x0C: "load", 0x18: "weak", 0x1F: "reexport", 0x20: "lazy", 0x23: "upward"}
_DATA: Final = {
    0x1D: "signature",
    0x26: "function starts",
    0x33: "exports",
    0x34: "chained fixups",
}


@dataclass(frozen=True, slots=True)
class MachOSegment:
    """A stretch of memory, and the bytes of the file that it begins with."""

    name: str
    address: int
    """Where it lies before the image is moved, in bytes."""
    memory: int
    """Bytes in memory."""
    offset: int
    """In the image, in bytes."""
    size: int
    """Bytes in the file."""
    protection: int
    """At the start: 1 read, 2 write, 4 execute."""


@dataclass(frozen=True, slots=True)
class MachOSection:
    """A named part of a segment; all numbers as the file has them, right or not."""

    segment: str
    name: str
    address: int
    size: int
    offset: int
    flags: int
    first_symbol: int
    """Of a section of stubs or pointers: the index of its first entry in the table of indirect symbols."""
    stub_size: int
    """Of a section of stubs, in bytes."""

    @property
    def kind(self) -> int:
        """``S_REGULAR`` = 0 and so on."""
        return self.flags & 0xFF

    @property
    def filled(self) -> bool:
        """Whether the file has bytes of it; the others are zero in memory."""
        return self.kind not in _ZERO_FILLED


@dataclass(frozen=True, slots=True)
class LinkedLibrary:
    """A library that dyld loads with the image."""

    name: str
    """As the load command has it: ``@rpath/TrustKit.framework/TrustKit``."""
    how: str
    """``load``, ``weak`` (may be missing), ``reexport``, ``lazy`` or ``upward``."""


@dataclass(frozen=True, slots=True)
class BuildTarget:
    """A platform that the image was built for."""

    platform: str
    """``ios``, ``ios-simulator``, ``maccatalyst``…; one without a name is ``platform 99``."""
    least: str
    """The oldest version that it runs on: ``14.0``."""
    sdk: str


@dataclass(frozen=True, slots=True)
class Encryption:
    """LC_ENCRYPTION_INFO: which bytes the App Store encrypts."""

    offset: int
    size: int
    system: int
    """``cryptid``: 0 means that nothing is encrypted yet."""


class LoadCommands:
    """What the header and the load commands of one image say; both byte widths, little-endian."""

    def __init__(self, view: ByteView, doubts: ImageDoubts) -> None:
        self._view, self._doubts = view, doubts
        magic, kind, subtype, file_type, count, size = view.unpack(_HEADER, 0)
        if magic not in (MAGIC_32, MAGIC_64):
            raise MachOError("it does not begin as a little-endian Mach-O image does")
        self.wide = magic == MAGIC_64
        self.cpu = cpu_name(kind, subtype)
        self.kind = _KINDS.get(file_type, f"type {file_type}")
        self.segments: list[MachOSegment] = []
        self.sections: list[MachOSection] = []
        self.libraries: list[LinkedLibrary] = []
        self.rpaths: list[str] = []
        self.targets: list[BuildTarget] = []
        self.encryption: list[Encryption] = []
        self.uuid = ""
        self.install_name = ""
        self.dyld_info: tuple[int, ...] = ()
        """Offsets and sizes of rebase, bind, weak bind, lazy bind and export opcodes."""
        self.symbol_table: tuple[int, ...] = ()
        """Offset and number of symbols, offset and size of their names."""
        self.indirect: tuple[int, ...] = ()
        """Offset and number of indirect symbols."""
        self.data: dict[str, tuple[int, ...]] = {}
        """Offset and size of what else lies in ``__LINKEDIT``, by name."""
        self._read(32 if self.wide else 28, size, count)

    def _read(self, at: int, size: int, count: int) -> None:
        if count > LOAD_COMMANDS.limit:
            self._doubts.add(ImagePart.COMMANDS, f"there are more than {LOAD_COMMANDS}")
        try:
            table = self._view.part(at, size)
            place = 0
            for _ in range(min(count, LOAD_COMMANDS.limit)):
                command, length = table.unpack(_COMMAND, place)
                self._command(command & ~_REQUIRED, table.part(place, max(length, _COMMAND.size)))
                place += max(length, _COMMAND.size)
        except MachOError as error:
            self._doubts.add(ImagePart.COMMANDS, error)

    def _command(self, command: int, body: ByteView) -> None:
        if command in _LIBRARIES:
            self.libraries.append(LinkedLibrary(_name(body), _LIBRARIES[command]))
        elif command in _OLD_PLATFORMS:
            self._old_platform(_OLD_PLATFORMS[command], body)
        elif command in _DATA:
            self.data.setdefault(_DATA[command], body.unpack(_PAIR, 8))
        elif (read := self._READERS.get(command)) is not None:
            read(self, body)

    def _segment_64(self, body: ByteView) -> None:
        self._segment(body, _SEGMENT_64, _SECTION_64)

    def _segment_32(self, body: ByteView) -> None:
        self._segment(body, _SEGMENT_32, _SECTION_32)

    def _segment(self, body: ByteView, form: struct.Struct, section: struct.Struct) -> None:
        name = fixed(body.copy(8, _NAME))
        address, memory, offset, size, _, protection, count, _ = body.unpack(form, 8 + _NAME)
        self.segments.append(MachOSegment(name, address, memory, offset, size, protection))
        first, step = 8 + _NAME + form.size, 2 * _NAME + section.size
        for at in range(first, min(first + step * count, body.size - step + 1), step):
            title, owner = fixed(body.copy(at, _NAME)), fixed(body.copy(at + _NAME, _NAME))
            where, length, start, _, _, _, flags, symbol, stub, *_ = body.unpack(section, at + 2 * _NAME)
            self.sections.append(MachOSection(owner, title, where, length, start, flags, symbol, stub))
        if first + step * count > body.size:
            raise MachOError(f"segment {name!r} has no room for its {count:,} sections")

    def _build_version(self, body: ByteView) -> None:
        platform, least, sdk = body.unpack(_TRIPLE, 8)
        name = _PLATFORMS.get(platform, f"platform {platform}")
        self.targets.append(BuildTarget(name, version(least), version(sdk)))

    def _old_platform(self, name: str, body: ByteView) -> None:
        least, sdk = body.unpack(_PAIR, 8)
        if name != "macos" and self.cpu in ("x86_64", "i386"):
            name += "-simulator"
        self.targets.append(BuildTarget(name, version(least), version(sdk)))

    def _encryption(self, body: ByteView) -> None:
        self.encryption.append(Encryption(*body.unpack(_TRIPLE, 8)))

    def _uuid(self, body: ByteView) -> None:
        self.uuid = self.uuid or body.copy(8, 16).hex()

    def _id(self, body: ByteView) -> None:
        self.install_name = self.install_name or _name(body)

    def _rpath(self, body: ByteView) -> None:
        self.rpaths.append(_name(body))

    def _symbols(self, body: ByteView) -> None:
        self.symbol_table = self.symbol_table or body.unpack(_FOUR, 8)

    def _dynamic_symbols(self, body: ByteView) -> None:
        self.indirect = self.indirect or body.unpack(_PAIR, 56)

    def _dyld(self, body: ByteView) -> None:
        self.dyld_info = self.dyld_info or body.unpack(_TEN, 8)

    _READERS: ClassVar[dict[int, Callable[[LoadCommands, ByteView], None]]] = {
        0x01: _segment_32,
        0x02: _symbols,
        0x0B: _dynamic_symbols,
        0x0D: _id,
        0x19: _segment_64,
        0x1B: _uuid,
        0x1C: _rpath,
        0x21: _encryption,
        0x22: _dyld,
        0x2C: _encryption,
        0x32: _build_version,
    }


def version(packed: int) -> str:
    """``14.0`` of 0x000E0000: two bytes, one byte, one byte, of which a last zero is not shown."""
    text = f"{packed >> 16}.{packed >> 8 & 0xFF}"
    return f"{text}.{packed & 0xFF}" if packed & 0xFF else text


def _name(body: ByteView) -> str:
    """The text of a command, whose offset is its first number; it may fill the command to its end."""
    start = body.u32(8)
    return shown(body.copy(start, body.size - start).partition(b"\0")[0])


_HEADER: Final = struct.Struct("<6I")
_COMMAND: Final = struct.Struct("<2I")
_PAIR: Final = struct.Struct("<2I")
_TRIPLE: Final = struct.Struct("<3I")
_FOUR: Final = struct.Struct("<4I")
_TEN: Final = struct.Struct("<10I")
_NAME: Final = 16
"""Bytes of the name of a segment or section."""
_SEGMENT_64: Final = struct.Struct("<4Q4I")
_SEGMENT_32: Final = struct.Struct("<8I")
_SECTION_64: Final = struct.Struct("<2Q8I")
_SECTION_32: Final = struct.Struct("<9I")
