"""Bytes that are read by position: a file, a part of another, or memory.

Archives are read piecewise so that memory does not grow with them, and an APK that is stored
uncompressed inside another archive is read where it lies.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol, Self
from weakref import WeakKeyDictionary

from pincompiler.base.bounds import STDIN_BYTES
from pincompiler.base.errors import InputError
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO

_CHUNK = 1 << 18
_GIVEN: WeakKeyDictionary[BinaryIO, bytes] = WeakKeyDictionary()
"""What came from standard input, which gives it once: several apps in it are opened one after the other."""


class Storage(Protocol):
    """Something of a known size to read from."""

    @property
    def size(self) -> int:
        """In bytes."""

    def read(self, offset: int, size: int) -> bytes:
        """What is there; less than asked for past the end, never an error for that."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes at hand."""

    data: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.data)

    def read(self, offset: int, size: int) -> bytes:
        """A copy of a part."""
        return self.data[offset : offset + size] if offset >= 0 < size else b""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of something larger, as if it stood alone."""

    whole: Storage
    start: int
    size: int

    def read(self, offset: int, size: int) -> bytes:
        """A part of the part."""
        size = min(size, self.size - offset)
        return self.whole.read(self.start + offset, size) if offset >= 0 < size else b""


class File:
    """A file, open until it is closed; InputError if it cannot be read."""

    __slots__ = ("_file", "path", "size")

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file: BinaryIO = path.open("rb", buffering=0)
            self.size = self._file.seek(0, 2)
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from error

    def read(self, offset: int, size: int) -> bytes:
        """What is there now, should the file be changing."""
        size = min(size, self.size - offset)
        if offset < 0 or size <= 0:
            return b""
        try:
            self._file.seek(offset)
            data = self._file.read(size)
            while data and len(data) < size and (more := self._file.read(size - len(data))):
                data += more
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read: {error.strerror}") from error
        return data

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def standard_input() -> bytes:
    """All that comes, the same whenever it is asked for.  InputError if nothing can, or more than :data:`STDIN_BYTES` do."""
    if sys.stdin is None:
        raise InputError("standard input is closed")
    stream = sys.stdin.buffer
    if stream not in _GIVEN:
        _GIVEN[stream] = stream.read(STDIN_BYTES.limit + 1)
    if len(_GIVEN[stream]) > STDIN_BYTES.limit:
        raise InputError(f"standard input has more than {STDIN_BYTES}")
    return _GIVEN[stream]


def digest(storage: Storage) -> str:
    """The SHA-256 of all of it, in hexadecimal."""
    total = sha256()
    for offset in range(0, storage.size, _CHUNK):
        total.update(storage.read(offset, _CHUNK))
    return total.hexdigest()
