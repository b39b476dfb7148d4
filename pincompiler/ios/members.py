"""The files of an app, be they in a ZIP archive or in a folder: names with slashes, read one by one."""

from __future__ import annotations

import os
import stat
from dataclasses import field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pincompiler.archives.archive import Archive, MemberError, plain
from pincompiler.archives.storage import File, digest
from pincompiler.base.bounds import ARCHIVE_ENTRIES, MEMBER_BYTES
from pincompiler.base.errors import InputError
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pincompiler.archives.storage import Storage


class Members(Protocol):
    """What the files of an app are read by."""

    @property
    def is_cut(self) -> bool:
        """Whether there are more than were looked at."""

    def names(self) -> Sequence[str]:
        """All files, by their paths."""

    def read(self, name: str, limit: int | None = None) -> bytes:
        """What is in one.  MemberError if it cannot be had, or is more than ``limit``, :data:`MEMBER_BYTES` by default."""

    def head(self, name: str, size: int) -> bytes:
        """How one begins.  MemberError if it cannot be had."""

    def oddity(self, name: str) -> str:
        """Why others may read another file there: a sentence without its subject; empty if they do not."""

    def digest(self) -> str:
        """The SHA-256 of the whole, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class ZippedFiles:
    """Those of a ZIP archive.

    Which of two entries of one name an installer takes is not documented, and an encrypted one none can read: both are odd.
    """

    archive: Archive
    storage: Storage

    @property
    def is_cut(self) -> bool:
        """Whether the archive has more entries than were read."""
        return self.archive.is_cut

    def names(self) -> Sequence[str]:
        """Those of the directory, folders left out."""
        return tuple(name for name in self.archive.names() if not name.endswith("/"))

    def read(self, name: str, limit: int | None = None) -> bytes:
        """The unpacked bytes."""
        return self.archive.read(name, limit)

    def head(self, name: str, size: int) -> bytes:
        """The first unpacked bytes."""
        return self.archive.head(name, size)

    def oddity(self, name: str) -> str:
        """What no build tool writes."""
        if name in self.archive.repeated:
            return "is in the archive more than once"
        if self.archive.entry(name).encrypted:
            return "is marked as encrypted in the archive"
        return ""

    def digest(self) -> str:
        """Of the file, as ``sha256sum`` prints it."""
        return digest(self.storage)


@dataclass(slots=True, eq=False, repr=False)
class LooseFiles:
    """Those of a folder; no link is followed: it may lead anywhere."""

    folder: Path
    is_cut: bool = False
    _names: tuple[str, ...] = ()
    _links: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        found: list[str] = []
        for name in self._walk():
            if len(found) == ARCHIVE_ENTRIES.limit:
                self.is_cut = True
                break
            found.append(name)
        self._names = tuple(sorted(found))

    def _walk(self) -> Iterator[str]:
        def failed(error: OSError) -> None:
            raise InputError(f"{self.folder}: cannot be read: {error.strerror}") from error

        for here, _, files in os.walk(self.folder, onerror=failed):
            below = os.path.relpath(here, self.folder)
            for file in files:
                name = file if below == "." else f"{below}/{file}"
                mode = Path(here, file).lstat().st_mode
                if stat.S_ISLNK(mode):
                    self._links.add(name)
                if stat.S_ISREG(mode) or stat.S_ISLNK(mode):
                    yield name

    def names(self) -> Sequence[str]:
        """In order."""
        return self._names

    def read(self, name: str, limit: int | None = None) -> bytes:
        """All of a file."""
        limit = MEMBER_BYTES.limit if limit is None else limit
        with self._file(name) as file:
            if file.size > limit:
                raise MemberError(str(self.folder), f"{plain(name)} has {file.size} bytes, more than {limit}")
            return file.read(0, file.size)

    def head(self, name: str, size: int) -> bytes:
        """The beginning of a file."""
        with self._file(name) as file:
            return file.read(0, size)

    def _file(self, name: str) -> File:
        if name in self._links:
            raise MemberError(str(self.folder), f"{plain(name)} is a link, which is not followed")
        try:
            return File(self.folder / name)
        except InputError as error:
            raise MemberError(str(self.folder), str(error)) from error

    def oddity(self, name: str) -> str:  # noqa: ARG002 - files of a folder are what they are
        """Nothing."""
        return ""

    def digest(self) -> str:
        """Of the lines that ``sha256sum`` prints for the files in the order of their names."""
        whole = sha256()
        for name in self._names:
            if name in self._links:
                continue
            with self._file(name) as file:
                whole.update(f"{digest(file)}  {name}\n".encode("utf-8", "surrogateescape"))
        return whole.hexdigest()


def packed(storage: Storage, name: str) -> ZippedFiles:
    """The files in a ZIP archive.  InputError if it is none."""
    return ZippedFiles(Archive(storage, name), storage)
