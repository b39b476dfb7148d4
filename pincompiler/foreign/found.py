"""What a file of another tool, or a source file, says of pins."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import date
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.foreign.literals import COMPUTED_ENTRY
from pincompiler.platforms.okhttp.pins import fault_of
from pincompiler.policy.enforcement import Key

if TYPE_CHECKING:
    from pincompiler.foreign.literals import Literal, SourceText
    from pincompiler.policy.enforcement import Enforcement

_PIN = re.compile(r"(?:sha256/)?([A-Za-z0-9+/]{43}=)")
PREFIX = "sha256/"


@dataclass(frozen=True, slots=True)
class OnPlatform:
    """What one platform makes of it."""

    platform: str
    """How sentences call it, behind the file's name."""
    enforcement: Enforcement


@dataclass(frozen=True, slots=True)
class Foreign:
    """The pins of such a file."""

    configurations: tuple[OnPlatform, ...]
    doubts: tuple[str, ...] = ()
    """What is computed, or means something that is not known: a sentence each, with its place."""
    aside: tuple[str, ...] = ()
    """What decides besides, and pins.toml does not say; likewise."""
    by_platform: bool = False
    """Whether the configurations are of different platforms, which may make different things of it."""

    def and_more(self, other: Foreign) -> Foreign:
        """What both have."""
        return Foreign(
            (*self.configurations, *other.configurations),
            (*self.doubts, *other.doubts),
            (*self.aside, *other.aside),
            self.by_platform or other.by_platform,
        )


def key_of(text: str, *, prefixed: bool | None = None) -> Key | None:
    """The key that a pin is of, in canonical base64; ``prefixed``: with `sha256/` or without, None: either."""
    found = _PIN.fullmatch(text)
    if found is None or prefixed not in (None, text.startswith(PREFIX)):
        return None
    pin = b64decode(found[1])
    return Key(pin)


class Taking:
    """Takes what it can of a literal, and keeps what it cannot as doubts."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._doubts: dict[str, None] = {}

    @property
    def doubts(self) -> tuple[str, ...]:
        """What was not taken, a sentence each, in their order."""
        return tuple(self._doubts)

    def doubt(self, one: Literal, what: str) -> None:
        """Keep it that something is not what it should be, or computed."""
        self._doubts.setdefault(self._source.said(one.at, one.end, what if one.known else "is computed"))

    def keys(self, pins: Literal, *, prefixed: bool | None) -> tuple[Key, ...]:
        """The keys of an array of pins; empty, and a doubt, if some of them are none."""
        if not pins.items:
            self.doubt(pins, "is no array of pins")
        found = []
        for one in pins.items:
            key = key_of(one.text or "", prefixed=prefixed)
            if key:
                found.append(key)
            else:
                form = {True: " with sha256/ before it", False: " without sha256/", None: ""}[prefixed]
                self.doubt(one, f"is no pin: that is 44 characters of base64{form}")
        return tuple(found) if len(found) == len(pins.items) else ()

    def flag(self, options: Literal | None, name: str, *, unsaid: bool) -> bool:
        """A boolean among the entries of a literal."""
        one = options.entries.get(name) if options else None
        if one is None:
            return unsaid
        if not isinstance(one.value, bool):
            self.doubt(one, f"is no boolean, as {name} has to be")
        return one.value if isinstance(one.value, bool) else unsaid

    def day(self, options: Literal | None, name: str) -> date | None:
        """A day among them, yyyy-MM-dd."""
        one = options.entries.get(name) if options else None
        if one is None or one.value in (None, ""):
            return None
        try:
            return date.fromisoformat(one.text or "")
        except ValueError:
            self.doubt(one, f"is no yyyy-MM-dd, as {name} has to be")
            return None

    def unwrapped(self, given: Literal, *, wild: bool = False) -> dict[str, Literal]:
        """The entries of a dictionary by hosts, ``wild``: or `*.host`; what is none of it becomes a doubt."""
        if not given.entries:
            self.doubt(given, "names no host")
        found: dict[str, Literal] = {}
        for name, one in given.entries.items():
            fault = "a star is none" if "*" in name and not wild else fault_of(name, None)
            if name == COMPUTED_ENTRY:
                self.doubt(one, "is computed")
            elif fault:
                self.doubt(one, f"is for {name!r}, which is no host: {fault}")
            else:
                found[name] = one
        return found
