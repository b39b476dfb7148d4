"""All public roots that are known, by pin, by name and by certificate: the rows of roots.json.

The file is read when a root is first asked for.  How far each of its sources goes, the manual says (``roots``).
"""

from __future__ import annotations

import json
from binascii import a2b_base64
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pincompiler.base.records import dataclass
from pincompiler.roots.root import Root, root_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILE: Final = Path(__file__).with_name("roots.json")


@dataclass(frozen=True, slots=True)
class AndroidLevel:
    """What is known of the store of an API level."""

    release: str
    """``7.0``, ``12L``."""
    source: str
    """The tag of AOSP that was read, or the commit that stands for one."""
    exact: bool
    """Whether it is from tags of the release, not from the project's state at about its day."""


class Knowledge:
    """The roots of a file, each made into a record when it is asked for."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content
        self._rows: dict[bytes, list[Mapping[str, Any]]] = {}
        self._named: dict[str, list[Mapping[str, Any]]] = {}
        self._certified: dict[bytes, Mapping[str, Any]] = {}
        for row in content["roots"]:
            self._rows.setdefault(a2b_base64(row["spki"]), []).append(row)

    @property
    def made(self) -> date:
        """The day of its newest source."""
        return date.fromisoformat(self._content["made"])

    @property
    def android_read(self) -> date:
        """The day of the newest state of Android's store that was read."""
        return date.fromisoformat(self._content["sources"]["aosp"][1])

    @property
    def count(self) -> int:
        """How many roots there are."""
        return len(self._content["roots"])

    @property
    def title(self) -> str:
        """What is known, for people, in a line."""
        levels = self.levels
        first, last = levels[min(levels)].release, levels[max(levels)].release
        return (
            f"root CAs: {self.count} as of {self.made}; Android {first} to {last} (list of {self.android_read:%Y-%m}), "
            f"iOS {min(self.ios)} to {max(self.ios)}, Mozilla's list of {self.made}"
        )

    @property
    def unknown_from(self) -> int:
        """The first API level of which nothing is known."""
        return int(self._content["unknown_android_from"])

    @cached_property
    def levels(self) -> dict[int, AndroidLevel]:
        """The API levels whose stores are known, in their order."""
        return {
            int(level): AndroidLevel(one["release"], one["source"], one["grade"] == "tag")
            for level, one in self._content["android"].items()
        }

    @cached_property
    def macos(self) -> tuple[str, ...]:
        """The releases of macOS whose stores are known, in their order."""
        return tuple(self._content["macos"])

    @cached_property
    def ios(self) -> dict[int, tuple[str, ...]]:
        """The major versions of iOS, each with the releases of macOS that have its store."""
        found: dict[int, list[str]] = {}
        majors: dict[str, str] = self._content["ios_of_macos"]
        for release in self.macos:
            first, *more = release.split(".")
            major = majors.get(first) or majors.get(f"{first}.{more[0]}")
            if major:
                found.setdefault(int(major), []).append(release)
        return {major: tuple(releases) for major, releases in found.items()}

    def by_pin(self, spki_sha256: bytes) -> Root | None:
        """The root of a key; of several names of one key, the first."""
        rows = self._rows.get(spki_sha256)
        return _root(self, rows[0]["subject"], rows[0]["spki"]) if rows else None

    def by_name(self, subject: str) -> tuple[Root, ...]:
        """The roots of a subject in RFC 4514 text, compared as anchors' names are: without regard to case and blanks."""
        if not self._named:
            for row in self._content["roots"]:
                self._named.setdefault(folded(row["subject"]), []).append(row)
        return tuple(_root(self, one["subject"], one["spki"]) for one in self._named.get(folded(subject), ()))

    def by_certificate(self, sha256: bytes) -> Root | None:
        """The root that has had a certificate of this SHA-256."""
        if not self._certified:
            self._certified.update(
                (bytes.fromhex(one), row) for row in self._content["roots"] for one in row["certs"]
            )
        row = self._certified.get(sha256)
        return _root(self, row["subject"], row["spki"]) if row else None

    def all(self) -> Iterable[Root]:
        """Every root, in the order of their names."""
        return (_root(self, row["subject"], row["spki"]) for row in self._content["roots"])

    def row(self, subject: str, spki: str) -> Mapping[str, Any]:
        """The row of a name and a pin in base64."""
        return next(row for row in self._rows[a2b_base64(spki)] if row["subject"] == subject)


@cache
def _root(known: Knowledge, subject: str, spki: str) -> Root:
    return root_of(known.row(subject, spki))


def folded(subject: str) -> str:
    """A name in RFC 4514 text, so that names that are the same to a platform are equal (RFC 5280 section 7.1)."""
    return " ".join(subject.lower().split())


@cache
def known_roots() -> Knowledge:
    """What this version knows."""
    return Knowledge(json.loads(FILE.read_text("utf-8")))
