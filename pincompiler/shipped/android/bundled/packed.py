"""What lies in archives among an app's files, or packed once more: found like the rest, or named as not looked into."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from pincompiler.android.apk import ArchiveError, MemberError
from pincompiler.android.apk.inner import is_packed_otherwise, opened
from pincompiler.archives.directory import UnboundedError
from pincompiler.archives.storage import Memory
from pincompiler.base.bounds import INNER_BYTES, INNER_ENTRIES, INNER_LEVELS
from pincompiler.base.errors import printable
from pincompiler.base.records import dataclass
from pincompiler.facts.common import Mechanism

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pincompiler.android.apk.inner import Holder
    from pincompiler.archives.archive import Entry
    from pincompiler.archives.storage import Storage


class Doubting(Protocol):
    """What keeps in mind what could not be seen."""

    def doubt(self, what: str, why: str, *mechanisms: Mechanism) -> None:
        """Remember it."""


@dataclass(slots=True)
class Packed:
    """The archives inside one app, and what may still be unpacked of them."""

    source: Doubting
    look: Callable[[str, Holder, str, int], None]
    """What looks at each file: its name in the app, what it is in, its name there, and how many archives are around it."""
    _bytes: int = field(default_factory=lambda: INNER_BYTES.limit)
    _entries: int = field(default_factory=lambda: INNER_ENTRIES.limit)

    def open(self, kind: str, member: str, holder: Holder, entry: str, level: int) -> None:
        """Look at all files of an archive."""
        if level >= INNER_LEVELS.limit:
            self._doubt(member, f"is inside more than {INNER_LEVELS}")
            return
        holder = holder if level else _Charged(holder, self._spend)
        try:
            file = holder.window(entry)
            if file is None:
                file = Memory(holder.read(entry, INNER_BYTES.limit))
            inner, size = opened(kind, member, file, self._bytes)
            self._spend(size)
        except (MemberError, UnboundedError) as error:
            self._doubt(member, error.why)
        except ArchiveError:
            self._doubt(member, "begins or is named like an archive, and cannot be read as one")
        else:
            for name in self._names(member, inner):
                self._file(f"{member}!{printable(name)}", inner, name, level + 1)

    def _names(self, member: str, inner: Holder) -> Iterator[str]:
        """The files in it, as long as their number is no burden."""
        for name in inner.names():
            if name.endswith("/"):
                continue
            if self._entries <= 0:
                self._doubt(member, f"is not looked into any more, after {INNER_ENTRIES}")
                return
            self._entries -= 1
            yield name
        if inner.is_cut:
            self._doubt(member, "has more files than were read")

    def _file(self, member: str, inner: Holder, name: str, level: int) -> None:
        try:
            why = is_packed_otherwise(inner.entry(name))
        except MemberError as error:
            why = error.why
        if why:
            self._doubt(member, why)
        else:
            self.look(member, _Charged(inner, self._spend), name, level)

    def _spend(self, size: int) -> None:
        if size > self._bytes:
            raise MemberError("", f"is more than the {INNER_BYTES} that are read of archives inside an app")
        self._bytes -= size

    def _doubt(self, member: str, why: str) -> None:
        self.source.doubt(member, f"may hold certificates: it {why}", Mechanism.KEYSTORE)


@dataclass(slots=True)
class _Charged:
    """The files of an archive, whose bytes count: many of its entries may be the same bytes."""

    inner: Holder
    spend: Callable[[int], None]

    @property
    def is_cut(self) -> bool:
        return self.inner.is_cut

    def names(self) -> tuple[str, ...]:
        return self.inner.names()

    def entry(self, name: str) -> Entry:
        return self.inner.entry(name)

    def head(self, name: str, size: int) -> bytes:
        return self.inner.head(name, size)

    def read(self, name: str, limit: int | None = None) -> bytes:
        self.spend(self.entry(name).size)
        return self.inner.read(name, limit)

    def chunks(self, name: str, size: int = 1 << 18) -> Iterator[bytes]:
        self.spend(self.entry(name).size)
        return self.inner.chunks(name, size)

    def window(self, name: str) -> Storage | None:
        return self.inner.window(name)
