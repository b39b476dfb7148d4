"""What a compile target is: a model of one platform, how to reach it, and how it looks in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from pincompiler.base.records import dataclass
from pincompiler.policy.enforcement import Enforcement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date
    from pathlib import PurePosixPath

    from pincompiler.base.finding import Snippet
    from pincompiler.base.location import Location
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.project import App, Output

M = TypeVar("M", bound=Enforcement)
M_co = TypeVar("M_co", bound=Enforcement, covariant=True)


class Reader(Protocol[M_co]):
    """Reads an artifact: its content, the app it is for, and what messages call it."""

    def __call__(self, data: bytes, app: App, file: str = ...) -> M_co: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Objection:
    """Something the platform refuses outright, crashes on or cannot do with what it was given."""

    hosts: tuple[str, ...]
    """The configured names it concerns."""
    problem: str
    """A sentence without its full stop."""
    fix: str
    where: Location | None = None
    """Where it is, when that is not in pins.toml."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a writer has besides the model."""

    source: str
    """The name of the pins.toml, for the header."""
    digest: str
    """The policy's digest, to survive into the shipped artifact."""
    output: Output
    base: bytes = b""
    """The hand-written file that the output is merged with; else empty."""


@dataclass(frozen=True, slots=True)
class Twin(Generic[M]):
    """A file for debuggable builds beside that of the release, which is in such builds as well."""

    lower: Callable[[Policy], M]
    """What it says for the policy of an assessment."""
    joined: Callable[[M, M], M]
    """What a debuggable build enforces that has both: the release's first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Generic[M]):
    """One kind of artifact.  A new one is a module, a template if it is code, and a registry line."""

    name: str
    """As in ``[target.NAME]``."""
    title: str
    """How sentences call the platform."""
    lower: Callable[[Policy, App, Output], M]
    """The nearest the platform comes to the policy; whether that is near enough is measured."""
    objections: Callable[[Policy, App, M], Iterable[Objection]]
    """What the platform refuses in the lowered model."""
    write: Callable[[M, Job], bytes] | None = None
    """The artifact; the same model and job give the same bytes."""
    beside: Callable[[M, Output], Mapping[PurePosixPath, bytes]] = lambda model, output: {}  # noqa: ARG005 - most have none
    """The certificates that the artifact refers to, as PEM, and XML that keeps it, by paths below the output directory."""
    beside_in: Callable[[Output], PurePosixPath | None] = lambda output: None  # noqa: ARG005 - most have none
    """The folder in which those stand."""
    entries: Callable[[M, Job], Mapping[tuple[str, ...], object]] | None = None
    """Instead of ``write``, for a target that is part of a property list: what to set in it, by key path.
    Several such targets may share a file."""
    read: Reader[M]
    """The model of an artifact; ``read(write(model)) == model``.  InputError if it is none."""
    merge: Callable[[bytes, str, M], M] | None = None
    """The model of the output when it is merged with a hand-written base: of that its content, and what messages call it."""
    twin: Twin[M] | None = None
    """How assessment builds differ from others; None: by a file in place of the release's, with more pins."""
    unassessed: Callable[[App], str] = lambda app: ""  # noqa: ARG005 - most can
    """Why there can be no assessment builds of an app; empty: there can."""
    instants: Callable[[date], str]
    """The instants at which a set that expires on a day is no longer enforced."""
    uncovered: str
    """Which connections of an app the platform does not see."""
    left_out: str
    """What the model of the platform leaves out of the question, besides connections that it does not see."""
    excerpt: Callable[[M, str], Snippet | None] | None = None
    """The part of the artifact that is about a configured name, as ``write`` writes it; None if it has none."""
    options: frozenset[str] = frozenset()
    """What ``[target.NAME]`` may say besides ``path``."""
    required: frozenset[str] = frozenset()
    """What it must say."""
    suffixes: tuple[str, ...] = ()
    """The file name extensions that make sense."""
    also_uncovered: Callable[[App], str] = lambda app: ""  # noqa: ARG005 - most do not depend on it
    """Connections that the versions of the app's libraries do not see besides; empty: none."""
    mechanism: str = ""
    """What the audit of an app calls the thing that enforces it: ``nsc``, ``okhttp``; empty: not on Android."""
    of_apple: str = ""
    """What it is called in an app for Apple's systems: ``ats``, ``trustkit``; empty: not there."""
    reports: bool = False
    """Whether failures can be reported and pins be report-only."""
    inert: Callable[[App], str] = lambda app: ""  # noqa: ARG005 - most targets always work
    """Why some of the app's users get nothing of it, or nothing."""

    @property
    def edits(self) -> bool:
        """Whether the output is a part of a file, and the rest of it somebody else's."""
        return self.entries is not None
