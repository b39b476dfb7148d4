"""A ZIP archive as Android reads it.

Android's libziparchive believes the central directory alone; of a local header it takes only the
lengths that lead to the data.  It knows two ways of packing, stored and deflated; what an entry
of any other method holds is taken as it lies where resources are read.  It has no eye for the
encryption flag.  Malware lives on the difference to desktop tools, which give up here: so
nothing of the kind is an error, it is read and reported as an anomaly.  Where Android itself would
refuse the archive, it is read anyway and that is said too.

Nothing is ever written to disk, and no entry may unpack to more than it declares or the limit.
"""

from __future__ import annotations

from dataclasses import field
from io import BytesIO
from struct import Struct
from typing import TYPE_CHECKING, Final

from isal import isal_zlib as zlib
from isal.igzip_lib import IsalError

from pincompiler.archives.directory import (
    CENTRAL_SIGNATURE,
    MOST_16,
    MOST_32,
    ArchiveError,
    UnboundedError,
    find_directory,
)
from pincompiler.archives.oddities import Anomaly, Oddities
from pincompiler.archives.storage import Memory, Storage, Window
from pincompiler.base.bounds import ARCHIVE_ENTRIES, DIRECTORY_BYTES, MEMBER_BYTES, SHOWN_LONG, shortened
from pincompiler.base.errors import printable
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

STORED, DEFLATED = 0, 8
_LOCAL = Struct("<4s5H3I2H")
_CENTRAL = Struct("<4s6H3I5H2I")
_LENGTHS = Struct("<I24x3H12x")
_USUAL_EXTRA = 16
"""Bytes of extra field that most entries have at most."""
_HEAD_SLACK = 320
"""Packed bytes beyond the wanted ones: the tables with which a deflated block begins."""
_PIECE = 1 << 17
"""Packed bytes that are unpacked at a time."""
_DAMAGED: Final[type[Exception]] = IsalError  # type: ignore[assignment]  # its stubs have it as an object
_UTF8_NAME, _ENCRYPTED, _DESCRIPTOR = 0x800, 0x1, 0x8


class MemberError(ArchiveError):
    """One entry cannot be had; the others may."""

    def __init__(self, archive: str, why: str) -> None:
        super().__init__(archive, why)
        self.why = why
        """A sentence that a report on the archive need not begin with its name."""

    def __str__(self) -> str:
        return ": ".join(self.args)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the central directory says of one entry."""

    name: str
    method: int
    flags: int
    crc: int
    packed: int
    """Bytes in the archive."""
    size: int
    """Bytes once unpacked."""
    offset: int
    """Of its local header."""

    @property
    def encrypted(self) -> bool:
        """Whether it is marked so."""
        return bool(self.flags & _ENCRYPTED)


@dataclass(slots=True, eq=False, repr=False)
class Archive:
    """An archive whose directory has been read; entries are unpacked when they are asked for.

    Of several entries of one name the first counts: so it did when Android still took such
    archives, and since version 5 it refuses them.
    """

    storage: Storage
    name: str = "archive"
    """For messages."""
    _oddities: Oddities = field(default_factory=Oddities)
    _positions: dict[str, int] = field(default_factory=dict)
    _central: bytes = b""
    _shift: int = 0
    is_cut: bool = False
    """Whether it has more entries than were read."""
    repeated: set[str] = field(default_factory=set)
    """The names that it has more than once."""

    def __post_init__(self) -> None:
        directory = find_directory(self.storage, self.name, self._oddities)
        self._shift = directory.shift
        if directory.size > DIRECTORY_BYTES.limit:
            raise UnboundedError(self.name, f"has a central directory of more than {DIRECTORY_BYTES}")
        self._central = self.storage.read(directory.start, directory.size)
        self._index(directory.count)

    def _index(self, count: int) -> None:
        """Find where each name's record is; the records themselves are parsed on demand."""
        central, positions, at, number = self._central, self._positions, 0, 0
        last = len(central) - _CENTRAL.size
        while at <= last:
            signature, name_size, extra, comment = _LENGTHS.unpack_from(central, at)
            if signature != CENTRAL_SIGNATURE:
                at = central.find(b"PK\x01\x02", at) if number < count else -1
                if at < 0:
                    break
                self._oddities.note("has rubbish in its central directory; Android refuses that")
                continue
            if number >= ARCHIVE_ENTRIES.limit:
                self.is_cut = True
                break
            number += 1
            raw = central[at + 46 : at + 46 + name_size]
            name = _text(raw)
            if positions.setdefault(name, at) != at:
                self.repeated.add(name)
                self._oddities.note("is there more than once; Android refuses the archive", plain(name))
            elif b"\0" in raw or "\\x" in name:
                self._oddities.note("has a name that is not UTF-8 or contains a zero", plain(name))
            at += 46 + name_size + extra + comment
        if number != count and not (count == MOST_16 and number > count):
            what = f"the end record counts {count} entries, the directory has {number}"
            self._oddities.note(what)
        if self.is_cut:
            self._oddities.note(f"has more than {ARCHIVE_ENTRIES.limit} entries; the others were not read")

    @property
    def anomalies(self) -> tuple[Anomaly, ...]:
        """What was strange up to now; reading entries may add to it."""
        return self._oddities.all()

    def names(self) -> tuple[str, ...]:
        """All entries in the order of the directory, those of directories included."""
        return tuple(self._positions)

    def __contains__(self, name: str) -> bool:
        return name in self._positions

    def matching(self, pattern: re.Pattern[str]) -> Iterator[str]:
        """The names which match as a whole."""
        return (name for name in self._positions if pattern.fullmatch(name))

    def entry(self, name: str) -> Entry:
        """What the directory says of it.  MemberError if there is none of that name."""
        at = self._positions.get(name)
        if at is None:
            raise MemberError(self.name, f"has no {plain(name)}")
        fields = _CENTRAL.unpack_from(self._central, at)
        flags, method = fields[3:5]
        crc, packed, size, name_size, extra_size = fields[7:12]
        extra = self._central[at + 46 + name_size : at + 46 + name_size + extra_size]
        size, packed, offset = _zip64([size, packed, fields[16]], extra)
        return Entry(name, method, flags, crc, packed, size, offset + self._shift)

    def read(self, name: str, limit: int | None = None) -> bytes:
        """The unpacked bytes.  MemberError if there are none or more than ``limit``, :data:`MEMBER_BYTES` by default."""
        entry = self.entry(name)
        limit = MEMBER_BYTES.limit if limit is None else limit
        start = self._data_start(entry)
        if entry.size > limit:
            raise MemberError(self.name, f"{plain(name)} unpacks to {entry.size} bytes, more than {limit}")
        if entry.encrypted:
            self._oddities.note("is marked as encrypted, which Android does not look at", plain(name))
        if entry.method == DEFLATED:
            data = self._inflate(entry, start)
            good = zlib.crc32(data) == entry.crc
        else:
            data, good = self._stored(entry, start)
        if not good:
            self._oddities.note("does not have the checksum that the directory states", plain(name))
        return data

    def head(self, name: str, size: int) -> bytes:
        """The first unpacked bytes, fewer where the entry has no more; costs mostly no more than these bytes do.

        MemberError if the entry is not where the directory says, or cannot be unpacked.
        """
        entry = self.entry(name)
        # Header, name and the data's start are one read unless the data is aligned to a page.
        before = _LOCAL.size + len(name) + _USUAL_EXTRA
        block = self.storage.read(entry.offset, before + size + _HEAD_SLACK)
        if block[:4] != b"PK\x03\x04" or len(block) < _LOCAL.size:
            raise MemberError(self.name, f"{plain(name)} is not where the directory says")
        name_size, extra = _LOCAL.unpack_from(block)[9:]
        start = _LOCAL.size + name_size + extra
        wanted = min(size if entry.method == STORED else size + _HEAD_SLACK, entry.packed)
        data = block[start : start + wanted]
        if len(data) < wanted:
            data = self.storage.read(entry.offset + start, wanted)
        if entry.method != DEFLATED:
            return data[: min(size, entry.size)]
        try:
            found = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, min(size, entry.size) or 1)
        except _DAMAGED:
            found = b""
        return found if len(found) >= min(size, entry.size) else self._beginning(name, size)

    def _beginning(self, name: str, size: int) -> bytes:
        """The same of an entry whose first bytes lie behind more than tables, such as blocks without content."""
        found = b""
        for piece in self.chunks(name):
            found += piece
            if len(found) >= size:
                break
        return found[:size]

    def chunks(self, name: str, size: int = 1 << 18) -> Iterator[bytes]:
        """The unpacked bytes piece by piece, each up to ``size``: memory does not grow with the entry.

        MemberError if they cannot be had, perhaps after some of them.
        """
        entry = self.entry(name)
        start = self._data_start(entry)
        if entry.method != DEFLATED:
            for at in range(0, entry.size, size):
                yield self.storage.read(start + at, min(size, entry.size - at))
            return
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        left = entry.size
        try:
            for at in range(0, entry.packed, size):
                packed = self.storage.read(start + at, min(size, entry.packed - at))
                while left > 0 and (data := unpacker.decompress(packed, min(size, left))):
                    packed = unpacker.unconsumed_tail
                    left -= len(data)
                    yield data
        except _DAMAGED as error:
            raise MemberError(self.name, f"{plain(name)} cannot be unpacked: {error}") from error

    def window(self, name: str) -> Storage | None:
        """The entry in place if it is stored as it is; None if it has to be unpacked."""
        entry = self.entry(name)
        if entry.method != STORED or entry.packed != entry.size:
            return None
        return Window(self.storage, self._data_start(entry), entry.size)

    def _data_start(self, entry: Entry) -> int:
        """Where its bytes begin: the one thing that the local header decides."""
        name = plain(entry.name)
        header = self.storage.read(entry.offset, _LOCAL.size)
        if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
            raise MemberError(self.name, f"{name} is not where the directory says")
        flags, method = _LOCAL.unpack(header)[2:4]
        packed, size, name_size, extra = _LOCAL.unpack(header)[7:]
        if method != entry.method:
            self._oddities.note("has two different compression methods; the directory's counts", name)
        if (
            not flags & _DESCRIPTOR
            and MOST_32 not in (packed, size)
            and (packed, size)
            != (
                entry.packed & MOST_32,
                entry.size & MOST_32,
            )
        ):
            self._oddities.note("has two different sizes; the directory's count", name)
        start = entry.offset + _LOCAL.size
        if _text(self.storage.read(start, name_size)) != entry.name:
            self._oddities.note("is called otherwise in its local header; the directory's name counts", name)
        return start + int(name_size + extra)

    def _inflate(self, entry: Entry, start: int) -> bytes:
        try:
            data, more = _unpacked(self.storage.read(start, entry.packed), entry.size or 1)
        except _DAMAGED as error:
            raise MemberError(self.name, f"{plain(entry.name)} cannot be unpacked: {error}") from error
        if len(data) < entry.size:
            self._oddities.note("unpacks to less than the directory states", plain(entry.name))
        elif more or len(data) > entry.size:
            self._oddities.note("unpacks to more than the directory states", plain(entry.name))
        return data[: entry.size]

    def _stored(self, entry: Entry, start: int) -> tuple[bytes, bool]:
        """The bytes as they lie; inflated after all if only that gives the right checksum."""
        name = plain(entry.name)
        data = self.storage.read(start, entry.size)
        if len(data) < entry.size:
            self._oddities.note("is cut off by the end of the file", name)
        good = zlib.crc32(data) == entry.crc
        if entry.method != STORED:
            self._oddities.note(f"has the unknown compression method {entry.method}: read as stored", name)
            if not good and (unpacked := self._despite_method(entry, start)) is not None:
                return unpacked, True
        elif entry.packed != entry.size:
            self._oddities.note("is stored, but with two different sizes", name)
        return data, good

    def _despite_method(self, entry: Entry, start: int) -> bytes | None:
        try:
            data, _ = _unpacked(self.storage.read(start, entry.packed), entry.size or 1)
        except _DAMAGED:
            return None
        return data if zlib.crc32(data) == entry.crc else None


def read_archive(data: bytes, name: str = "archive") -> Archive:
    """An archive in memory."""
    return Archive(Memory(data), name)


def _unpacked(packed: bytes, size: int) -> tuple[bytes, bool]:
    """What is unpacked, up to ``size`` bytes, and whether more would follow.  IsalError if it is damaged before.

    In pieces that stay in the cache: asked for all at once, zlib makes blocks and copies them into one.
    """
    unpacker, view = zlib.decompressobj(-zlib.MAX_WBITS), memoryview(packed)
    unpacked, at = BytesIO(), 0
    while at < len(packed) and size > 0 and not unpacker.eof:
        size -= unpacked.write(unpacker.decompress(view[at : at + _PIECE], size))
        at += _PIECE
    left = unpacker.unconsumed_tail or view[at : at + _PIECE]
    return unpacked.getvalue(), not unpacker.eof and _more(unpacker, left)


def _more(unpacker: zlib.Decompress, left: bytes | memoryview) -> bool:
    """Whether anything would follow what has been unpacked; what follows may be rubbish, too."""
    try:
        return bool(unpacker.decompress(left, 1))
    except _DAMAGED:
        return True


def _text(raw: bytes) -> str:
    r"""A name as Android takes it, UTF-8 whatever the flags say; other bytes are shown as ``\xNN``."""
    return raw.decode("utf-8", "backslashreplace")


def plain(name: str) -> str:
    """A name that may stand in a message."""
    return shortened(printable(name), SHOWN_LONG)


def _zip64(values: list[int], extra: bytes) -> list[int]:
    """The sizes and the offset, taken from the zip64 field where they overflow; other fields do not count."""
    if MOST_32 not in values:
        return values
    at = 0
    while at + 4 <= len(extra):
        kind = int.from_bytes(extra[at : at + 2], "little")
        size = int.from_bytes(extra[at + 2 : at + 4], "little")
        if kind == 1:
            field64 = extra[at + 4 : at + 4 + size]
            for index, value in enumerate(values):
                if value == MOST_32 and len(field64) >= 8:
                    values[index] = int.from_bytes(field64[:8], "little")
                    field64 = field64[8:]
            break
        at += 4 + size
    return values
