"""From a path to an app for Apple's systems: an IPA, a ZIP archive or a folder with ``X.app``, an Xcode archive.

What a thing is its content says: ``Payload/X.app`` of an IPA (what App Store Connect takes), ``X.app`` by itself as
Xcode builds it, ``Products/Applications/X.app`` of an ``.xcarchive``.  An Xcode archive's ``dSYMs`` are no part of the app.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from pincompiler.archives.archive import plain
from pincompiler.archives.kinds import NoAppError
from pincompiler.archives.storage import File, Memory, standard_input
from pincompiler.base.bounds import APPS_NAMED
from pincompiler.base.errors import InputError
from pincompiler.base.existence import is_directory
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.ios.members import LooseFiles, packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from pincompiler.ios.members import Members

_APP: Final = lazy_regex(
    r"((?:(Payload)/|(?:[^/]+\.xcarchive/)?(Products/Applications)/)?[^/]+\.app/)(?:Contents/)?Info\.plist",
    re.IGNORECASE | re.DOTALL,
)
"""The Info.plist of an app, with the app's folder and what it is in."""
_PLISTS: Final = ("Info.plist", "Contents/Info.plist")


class AppKind(StrEnum):
    """What an app lies in."""

    IPA = "ipa"
    APP = "app"
    XCARCHIVE = "xcarchive"


@dataclass(frozen=True, slots=True)
class AppContainer:
    """An app and what it lies in; to be closed, or used as a context manager."""

    kind: AppKind
    name: str
    """As it was given."""
    members: Members
    root: str
    """The app's folder, ``Payload/Shop.app/``; empty: it is all there is."""
    files: Mapping[str, None]
    """The paths of the app's files, below its folder."""
    close: Callable[[], None]

    @property
    def app(self) -> str:
        """What the app's folder is called."""
        return self.root.rstrip("/").rpartition("/")[2] or Path(self.name).name

    def read(self, file: str, limit: int | None = None) -> bytes:
        """A file of the app.  MemberError as of :meth:`Members.read`."""
        return self.members.read(self.root + file, limit)

    def head(self, file: str, size: int) -> bytes:
        """How a file of the app begins.  MemberError if it cannot be had."""
        return self.members.head(self.root + file, size)

    def oddity(self, file: str) -> str:
        """What others may read otherwise in it, as :meth:`Members.oddity`."""
        return self.members.oddity(self.root + file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_container(path: Path) -> AppContainer:
    """The app of a file, a folder, or standard input for ``-``.

    NoAppError if there is none; InputError if there are several, or nothing can be read.
    """
    if str(path) == "-":
        return _open(packed(Memory(standard_input()), "<stdin>"), "<stdin>", lambda: None)
    if is_directory(path):
        return _open(LooseFiles(path), str(path), lambda: None)
    file = File(path)
    try:
        return _open(packed(file, str(path)), str(path), file.close)
    except InputError:
        file.close()
        raise


def _open(members: Members, name: str, close: Callable[[], None]) -> AppContainer:
    names = members.names()
    found = [match for one in names if (match := _APP.fullmatch(one))]
    roots = dict.fromkeys(match[1] for match in found)
    if len(roots) > 1:
        raise InputError(f"{name}: holds several apps; name one of them: {_listed(roots)}")
    if found:
        first = found[0]
        kind = AppKind.IPA if first[2] else AppKind.XCARCHIVE if first[3] else AppKind.APP
        root = first[1]
        files = {one[len(root) :]: None for one in names if one.startswith(root)}
        return AppContainer(kind, name, members, root, files, close)
    if any(one in names for one in _PLISTS) and Path(name).name.lower().endswith(".app"):
        return AppContainer(AppKind.APP, name, members, "", dict.fromkeys(names), close)
    raise NoAppError(f"{name}: has no app for Apple's systems in it")


def _listed(roots: Iterable[str]) -> str:
    names = [plain(root.rstrip("/")) for root in roots]
    more = f", and {len(names) - APPS_NAMED.limit} more" if len(names) > APPS_NAMED.limit else ""
    return f"{', '.join(names[: APPS_NAMED.limit])}{more}"
