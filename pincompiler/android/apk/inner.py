"""Archives and packed files inside an app, of the kinds that apps unpack by themselves.

ZIP, which JAR, AAR and others are, is read by :class:`Archive`; tar (POSIX pax and its forerunners) and the packings gzip
(RFC 1952), bzip2, xz and lzma are read here.  Other kinds are known by their first bytes alone, so that what they hold is
not taken for nothing.  Nothing is written to disk, and nothing unpacks to more than the caller allows.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import TYPE_CHECKING, Final, Protocol

from pincompiler.archives.archive import DEFLATED, STORED, Archive, Entry, MemberError
from pincompiler.archives.directory import UnboundedError
from pincompiler.archives.storage import Memory, Storage, Window
from pincompiler.base.bounds import INNER_BYTES, INNER_ENTRIES, INNER_MEMORY
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_BLOCK: Final = 512
"""Bytes; all of a tar archive is in blocks of this size."""
TAR_HEAD: Final = _BLOCK
"""Bytes by which :func:`kind_of` knows a tar archive."""
_ENCRYPTED: Final = 0x1
_ZIP: Final = (b"PK\3\4", b"PK\5\6")
_TAR: Final = "tar"
_FILES: Final = (b"\0", b"0", b"7", b"S")
"""What tar calls files with content, sparse ones included."""
_PACKINGS: Final = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz"}
_LZMA: Final = b"\x5d\0\0"
_UNREAD: Final = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x04\x22\x4d\x18": "LZ4",
    b"LZIP": "lzip",
    b"MSCF": "cabinet",
    b"!<arch>\n": "ar",
    b"070701": "cpio",
    b"\x1f\x9d": "compress",
}
"""Kinds that are not unpacked, by their first bytes."""
_BY_NAME: Final = {".br": "Brotli", ".tar": _TAR, ".zip": "zip", ".jar": "zip", ".aar": "zip"}
"""Kinds without a beginning of their own, or which may have lost it."""
_ENDINGS: Final = (".gz", ".bz2", ".xz", ".lzma")


class Holder(Protocol):
    """What has files in it, as :class:`Archive` does."""

    @property
    def is_cut(self) -> bool:
        """Whether it has more files than were read."""

    def names(self) -> tuple[str, ...]:
        """All of them."""

    def entry(self, name: str) -> Entry:
        """What is known of one."""

    def head(self, name: str, size: int) -> bytes:
        """Its first bytes."""

    def read(self, name: str, limit: int | None = None) -> bytes:
        """All of it."""

    def chunks(self, name: str, size: int = ...) -> Iterator[bytes]:
        """The same, piece by piece."""

    def window(self, name: str) -> Storage | None:
        """It in place, unless it is packed."""


@dataclass(slots=True, eq=False)
class Loose:
    """Files that lie unpacked in something: a tar archive's, or the one that a packing holds."""

    name: str
    """Of what they lie in, for messages."""
    files: Mapping[str, Storage]
    is_cut: bool = False
    """Whether it has more files than were read."""

    def names(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self.files)

    def entry(self, name: str) -> Entry:
        """Its size, in the form of a ZIP archive's."""
        size = self.files[name].size
        return Entry(name, STORED, 0, 0, size, size, 0)

    def head(self, name: str, size: int) -> bytes:
        """Its first bytes."""
        return self.files[name].read(0, size)

    def read(self, name: str, limit: int | None = None) -> bytes:
        """All of it.  MemberError if that is more than ``limit`` bytes."""
        file = self.files[name]
        if limit is not None and file.size > limit:
            raise MemberError(self.name, f"{name} has {file.size} bytes, more than {limit}")
        return file.read(0, file.size)

    def chunks(self, name: str, size: int = 1 << 18) -> Iterator[bytes]:
        """The same, piece by piece."""
        file = self.files[name]
        return (file.read(at, size) for at in range(0, file.size, size))

    def window(self, name: str) -> Storage | None:
        """It in place."""
        return self.files[name]


def kind_of(name: str, head: bytes, block: Callable[[], bytes]) -> str:
    """What kind of archive or packing a file is, by its first bytes or else its name; empty if none.

    ``block`` gives the first 512 bytes, which a tar archive needs.
    """
    if head.startswith(_ZIP):
        return "zip"
    for kinds in (_PACKINGS, _UNREAD):
        for mark, kind in kinds.items():
            if head.startswith(mark):
                return kind
    ending = name[name.rfind(".") :].lower()
    if ending == ".lzma" and head.startswith(_LZMA):
        return "lzma"
    if b"\0" in head and _tar_size(block()) is not None:
        return _TAR
    return _BY_NAME.get(ending, "")


def opened(kind: str, name: str, file: Storage, limit: int) -> tuple[Holder, int]:
    """What an archive of a kind that :func:`kind_of` knows holds, and how many bytes were unpacked for that.

    Raises:
        ArchiveError: It cannot be read, unpacks to more than ``limit`` bytes, or is of a kind that is not unpacked.

    """
    if kind == "zip":
        return Archive(file, name), 0
    if kind == _TAR:
        return _tar(name, file), 0
    if kind not in (*_PACKINGS.values(), "lzma"):
        raise MemberError(name, f"is an archive ({kind}) of a kind that is not unpacked")
    data = _unpacked(kind, name, file, limit)
    return Loose(name, {_inner_name(name): Memory(data)}), len(data)


def is_packed_otherwise(entry: Entry) -> str:
    """Why only another program than Android unpacks an entry of a ZIP archive; empty if that is not so."""
    if entry.flags & _ENCRYPTED:
        return "is encrypted"
    return "" if entry.method in (STORED, DEFLATED) else f"is packed by the method {entry.method}"


def _inner_name(name: str) -> str:
    """What a packed file is called once unpacked."""
    last = name[name.rfind("/") + 1 :]
    if last.lower().endswith(".tgz"):
        return last[:-3] + _TAR
    return next((last[: -len(one)] for one in _ENDINGS if last.lower().endswith(one)), last)


def _unpacked(kind: str, name: str, file: Storage, limit: int) -> bytes:
    """All streams of a packing, one behind the other; what follows the last is no part of it."""
    found, data = bytearray(), file.read(0, file.size)
    while data:
        unpacker = _unpacker(kind)
        try:
            found += unpacker.decompress(data, limit - len(found) + 1)
        except (zlib.error, OSError, EOFError, lzma.LZMAError) as error:
            if not found:
                raise MemberError(name, f"cannot be unpacked: {error}") from error
            break
        if len(found) > limit:
            raise UnboundedError(
                name, f"unpacks to more than the {INNER_BYTES} that are read of archives inside an app"
            )
        if not unpacker.eof:
            raise MemberError(name, "is cut off: not all of it can be unpacked")
        data = unpacker.unused_data.lstrip(b"\0")
    return bytes(found)


class _Unpacker(Protocol):
    """What the standard library has in common for one stream."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def _unpacker(kind: str) -> _Unpacker:
    if kind == "gzip":
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    if kind == "bzip2":
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(memlimit=INNER_MEMORY.limit)


def _tar(name: str, file: Storage) -> Loose:
    """The files of a tar archive; MemberError if there is none in it, or it is damaged before its end."""
    files: dict[str, Storage] = {}
    at, called = 0, ""
    while (header := file.read(at, _BLOCK)).strip(b"\0"):
        size = _tar_size(header)
        if size is None or at + _BLOCK + size > file.size:
            raise MemberError(name, f"is no tar archive any more at byte {at}")
        if len(files) >= INNER_ENTRIES.limit:
            return Loose(name, files, is_cut=True)
        content, kind = Window(file, at + _BLOCK, size), header[156:157]
        if kind == b"L":
            called = _text(content.read(0, _BLOCK * _BLOCK))
        elif kind in _FILES:
            files[called or _tar_name(header)] = content
            called = ""
        at += _BLOCK + -(-size // _BLOCK) * _BLOCK
    return Loose(name, files)


def _tar_size(header: bytes) -> int | None:
    """The size of the file behind a header; None if it is none, by its checksum."""
    if len(header) < _BLOCK:
        return None
    try:
        stated = int(header[148:156].strip(b"\0 ") or b"x", 8)
        size = int(header[124:136].strip(b"\0 ") or b"0", 8) if header[124] < 0x80 else _large(header)
    except ValueError:
        return None
    summed = sum(header) - sum(header[148:156]) + 8 * 0x20
    return size if stated == summed and size >= 0 else None


def _large(header: bytes) -> int:
    """A size as GNU tar writes it where octal digits do not suffice."""
    return int.from_bytes(header[125:136], "big")


def _tar_name(header: bytes) -> str:
    """A name with the folder that POSIX tar keeps apart."""
    folder = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{folder}/{_text(header[:100])}".lstrip("/")


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("utf-8", "backslashreplace")
