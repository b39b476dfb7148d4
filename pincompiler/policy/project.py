"""What one pins.toml says, read and checked: the policy, the app, the outputs, the record."""

from __future__ import annotations

from dataclasses import field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from pincompiler.base.location import Location
    from pincompiler.policy.enforcement import Key
    from pincompiler.policy.policy import Policy

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class App:
    """What the compiler knows of the app; None means that nothing was said."""

    android_min_sdk: int | None = None
    android_target_sdk: int | None = None
    ios_minimum: Version | None = None
    okhttp: Version | None = None
    trustkit: Version | None = None
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Environment:
    """Servers that some builds of the app talk to: an entry of ``[environments]``."""

    name: str
    """Empty: pins.toml declares none, and everything counts."""
    release: bool = False
    """Whether users get it: what is meant when nothing is said."""
    pinning: bool = True
    where: Location | None = field(default=None, compare=False)


UNNAMED: Final = Environment("", release=True)


@dataclass(frozen=True, slots=True)
class Output:
    """One artifact asked for: ``[target.KIND]`` or ``[target.KIND.INSTANCE]``."""

    target: str
    """The kind, as the registry of targets calls it."""
    path: PurePosixPath
    """Below the project directory."""
    package: str = ""
    """For Kotlin and Java."""
    base: PurePosixPath | None = None
    """For the NSC: the hand-written file it is merged with."""
    swizzle: bool = False
    """For TrustKit: whether it hooks every NSURLSession delegate by itself."""
    where: Location | None = field(default=None, compare=False)
    entry: str = field(default="path", compare=False)
    """What in its table says where it goes."""
    instance: str = ""
    """Which of several of a kind: for an app extension, a module; empty: the one of ``[target.KIND]``."""

    @property
    def name(self) -> str:
        """As users write it behind ``target.``: ``ats``, ``ats.widget``."""
        return f"{self.target}.{self.instance}" if self.instance else self.target

    @property
    def where_path(self) -> Location | None:
        """The place of that."""
        return self.where.at(self.entry) if self.where else None


def names_output(asked: str, name: str) -> bool:
    """Whether what a user calls a target is the output of that name, or all of its kind: ``ats``, ``ats.widget``."""
    return name == asked or name.partition(".")[0] == asked


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A finding the team lives with until a day, and why: ``[[accept]]``."""

    rule: str
    reason: str
    until: date
    """The first day on which the finding is back."""
    target: str = ""
    """A kind of targets, or one output by its name; empty: every target."""
    hosts: tuple[str, ...] = ()
    """Empty: every host."""
    places: tuple[str, ...] = ()
    """Patterns of ``fnmatch`` for members and symbols of shipped apps, spelt either way; empty: every place."""
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SupportedRelease:
    """A version of the app that users have, or will have: ``[[release]]``."""

    name: str
    day: date
    """The first on which anybody runs it."""
    until: date | None = None
    """The last day on which it is supported; None: no end is known."""
    policy: str = ""
    """The digest of the policy it was compiled from, as :meth:`Policy.digest` writes it."""
    file: str = ""
    """Instead of that: the app, configuration or pins.toml of it, or ``git:REV:PATH``."""
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A day on which a host's servers change from one key to another: ``[[rotation]]``."""

    host: str
    before: tuple[Key, ...]
    """What is served until then, from the server's key up; a CA's key comes first if only that is known."""
    after: tuple[Key, ...]
    """What is served from then on; on the day itself clients may meet either."""
    day: date
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Project:
    """What one pins.toml says for one environment, and where it stands."""

    root: Path
    """The directory from which it names paths; nothing outside is read or written."""
    file: str
    """Its name, for messages and headers."""
    policy: Policy
    app: App
    keys: tuple[Key, ...]
    outputs: tuple[Output, ...]
    acceptances: tuple[Acceptance, ...]
    releases: tuple[SupportedRelease, ...] = ()
    """By date."""
    rotations: tuple[Rotation, ...] = ()
    """By host, in the order of the file, and then by day."""
    inputs: frozenset[Path] = frozenset()
    """The files it is read from: itself, those of its keys, the bases."""
    source: str = ""
    """What headers call a pins.toml that is no file; nothing else is known of where it is from."""
    environment: Environment = UNNAMED
    assessed: Project | None = None
    """The same for the assessment builds of the environment; None: it has none."""
    abandoned: tuple[Output, ...] = ()
    """Where files for its assessment builds may stand from before, besides those that it has now."""
    folder: PurePosixPath = PurePosixPath()
    """Where it stands below ``root``."""

    @property
    def pins(self) -> Path:
        """Its path."""
        return self.root / self.folder / self.file

    @property
    def title(self) -> str:
        """Which builds it is of: the environment's name, and that they are for an assessment."""
        kind = "assessment" if self.policy.assessors else ""
        return " ".join(filter(None, (self.environment.name, kind)))

    def supported(self, first: date, last: date) -> tuple[SupportedRelease, ...]:
        """The releases that are supported on a day between two, both included."""
        return tuple(one for one in self.releases if one.day <= last and (one.until or first) >= first)
