"""Where the central directory of a ZIP archive is: what its last bytes say, as Android reads them."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from pincompiler.base.bounds import END_RECORDS
from pincompiler.base.errors import InputError
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from pincompiler.archives.oddities import Oddities
    from pincompiler.archives.storage import Storage

CENTRAL_SIGNATURE = 0x02014B50
MOST_16 = 0xFFFF
"""Stands for a number of 16 bits that does not fit; also the length of the longest comment."""
MOST_32 = 0xFFFFFFFF
"""Stands for one of 32 bits that does not."""
_END = Struct("<4s4H2IH")
_END64_LOCATOR = Struct("<4sIQI")
_END64 = Struct("<4sQ2H2I4Q")


class ArchiveError(InputError):
    """The file is no ZIP archive, or nothing in it can be found."""


class UnboundedError(ArchiveError):
    """There may be an archive, and to find what is in it takes more than is looked at."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.why = why
        """A sentence that begins with its verb."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the central directory is and what the end record says of it."""

    start: int
    size: int
    count: int
    shift: int = 0
    """What has to be added to every offset because something stands before the archive."""


def find_directory(storage: Storage, name: str, oddities: Oddities) -> Directory:
    """The central directory of the last end record that leads to one.

    Android looks for the signature from the end backwards and takes the first that it meets.
    """
    span = min(storage.size, MOST_16 + _END.size)
    end = storage.size
    tried = 0
    while end >= _END.size and tried < END_RECORDS.limit:
        start = max(0, end - span)
        block = storage.read(start, min(span + 3, storage.size - start))
        at = block.rfind(b"PK\x05\x06")
        while at >= 0 and tried < END_RECORDS.limit:
            found = _directory(storage, start + at, oddities)
            if found is not None:
                if tried:
                    oddities.note("has several end records; the last that leads to a directory was taken")
                if start + at + _END.size < storage.size - MOST_16:
                    oddities.note("its end record is further from the end than Android looks")
                return found
            tried += 1
            at = block.rfind(b"PK\x05\x06", 0, at)
        end = start
    if tried >= END_RECORDS.limit:
        raise UnboundedError(name, f"has more than {END_RECORDS}")
    kind = (
        "a ZIP archive without a usable directory"
        if tried or storage.read(0, 2) == b"PK"
        else "no ZIP archive"
    )
    raise ArchiveError(f"{name}: is {kind}")


def _directory(storage: Storage, end_at: int, oddities: Oddities) -> Directory | None:
    """What the end record at this place leads to, if anything."""
    record = storage.read(end_at, _END.size)
    if len(record) < _END.size:
        return None
    *_, count, size, start, comment = _END.unpack(record)
    before = end_at
    if count == MOST_16 or MOST_32 in (size, start):
        count, size, start, before = _end64(storage, end_at, (count, size, start))
    here = int.from_bytes(storage.read(start, 4), "little") == CENTRAL_SIGNATURE
    shift = 0
    if not here:
        shift = before - size - start
        moved = int.from_bytes(storage.read(start + shift, 4), "little") == CENTRAL_SIGNATURE
        if shift <= 0 or not moved:
            return Directory(start, 0, 0) if count == size == 0 and start == end_at else None
        oddities.note("something stands before the archive; Android refuses that")
    elif storage.read(0, 2) != b"PK":
        oddities.note("does not begin with an entry; newer versions of Android refuse that")
    if start + shift + size != before:
        oddities.note("the central directory is not where the end record says, or larger or smaller")
        size = max(size, before - start - shift)
    if end_at + _END.size + comment != storage.size:
        oddities.note("has bytes after its end record; Android refuses that")
    return Directory(start + shift, max(0, size), count, shift)


def _end64(storage: Storage, end_at: int, values: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Count, size and start out of the zip64 end record if there is one, and where that begins."""
    count, size, start = values
    locator = storage.read(end_at - _END64_LOCATOR.size, _END64_LOCATOR.size)
    if end_at >= _END64_LOCATOR.size and locator[:4] == b"PK\x06\x07":
        at = _END64_LOCATOR.unpack(locator)[2]
        record = storage.read(at, _END64.size)
        if record[:4] == b"PK\x06\x06" and len(record) == _END64.size:
            count, size, start = _END64.unpack(record)[7:]
            return count, size, start, at
    return count, size, start, end_at
