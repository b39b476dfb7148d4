"""The bundles of an app that are processes: the app, its extensions, and the apps nested in it.

Each has a main bundle of its own, whose Info.plist alone says what App Transport Security and TrustKit do in it
(SecPolicyServer.c and TrustKit.m ask the main bundle): those of frameworks and resource bundles count for nothing.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from pincompiler.archives.archive import MemberError
from pincompiler.base.bounds import PLIST_BYTES, PROCESSES
from pincompiler.base.errors import InputError, MalformedError
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.platforms import plist

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pincompiler.ios.container import AppContainer

_PROCESS: Final = lazy_regex(
    r"((?:.*/)?[^/]+\.(?:app|appex))/(?:Contents/)?Info\.plist", re.IGNORECASE | re.DOTALL
)
_MAIN: Final = ("Info.plist", "Contents/Info.plist")


@dataclass(frozen=True, slots=True)
class Bundle:
    """One process's bundle."""

    path: str
    """Below the app's folder: ``PlugIns/Share.appex``; empty: the app itself."""
    plist: str
    """The file of its Info.plist, below the app's folder."""
    data: bytes = b""
    """What is in that file."""
    values: Mapping[str, Any] = field(default_factory=dict)
    unread: str = ""
    """Why that could not be read, or may be another on devices: a sentence without its subject; empty: neither."""

    @property
    def inside(self) -> str:
        """The folder of its files, below the app's folder, with its slash; empty: the app's."""
        return self.plist.removesuffix("Info.plist")

    @property
    def executable(self) -> str:
        """The file of its executable, below the app's folder; empty: it does not say."""
        name = self.text("CFBundleExecutable")
        if not name:
            return ""
        return f"{self.inside}MacOS/{name}" if self.inside.endswith("Contents/") else f"{self.inside}{name}"

    def text(self, key: str) -> str:
        """A text of its Info.plist; empty: there is none."""
        found = self.values.get(key)
        return found if isinstance(found, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts of its Info.plist."""
        found = self.values.get(key)
        return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def read_bundles(container: AppContainer) -> tuple[tuple[Bundle, ...], bool]:
    """All of them, the app first, and whether there are more than are looked at."""
    files = container.files
    main = next((one for one in _MAIN if one in files), _MAIN[0])
    found = {"": main}
    for file in files:
        match = _PROCESS.fullmatch(file)
        if match and not _is_stub(match[1]):
            found.setdefault(match[1], file)
    kept = list(found.items())[: PROCESSES.limit]
    return tuple(_read(container, path, file) for path, file in kept), len(found) > len(kept)


def _is_stub(path: str) -> bool:
    """Whether it lies in a place that no process is started from."""
    return path.startswith(("SC_Info/", "_WatchKitStub/"))


def _read(container: AppContainer, path: str, file: str) -> Bundle:
    try:
        data = container.read(file, PLIST_BYTES.limit)
        values = plist.load(data, file)
    except MemberError as error:
        return Bundle(path, file, unread=f"cannot be read: {error.why}")
    except MalformedError as error:
        return Bundle(path, file, unread=f"cannot be read: {error.faults[0][1]}")
    except InputError as error:
        return Bundle(path, file, unread=f"cannot be read: {error}")
    return Bundle(path, file, data, values, "; ".join(_doubts(container, file, values)))


def _doubts(container: AppContainer, file: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Why devices may have other values than were read."""
    if odd := container.oddity(file):
        yield odd
    yield from (f"has {said}" for said in plist.variants(values))
