"""What a rule is: an id, a level, a check, and its documentation, which is also its test."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pincompiler.finding import Finding, Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from pincompiler.fidelity import Remembered
    from pincompiler.location import Location
    from pincompiler.platforms.target import Target
    from pincompiler.policy import Enforcement, Key, PinSet, Policy
    from pincompiler.project import App


@dataclass(frozen=True, slots=True)
class Judged:
    """An enforcement to be judged by itself: pins.toml, or what was read from an NSC or a plist."""

    pin_sets: tuple[PinSet, ...]
    keys: tuple[Key, ...]
    """Every key that is known, used or not."""
    today: date
    horizon: int = 30
    """Days before an expiry at which it is told."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """A policy and what one target makes of it."""

    policy: Policy
    wanted: Remembered
    """The policy's verdicts, remembered from target to target."""
    app: App
    target: Target[Any]
    model: Enforcement
    today: date
    where: Location | None = None
    """The place of ``[target.NAME]``."""
    unmanaged: frozenset[str] = frozenset()
    """Names that come from a hand-written base and not from the policy."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that should not be.  Its id reads well after "allow"."""

    id: str
    level: Level
    doc: str
    """The docstring of its module: summary, why, example, what to use instead."""
    policy: Callable[[Judged], Iterator[Finding]] | None = None
    """Judges one enforcement."""
    target: Callable[[Lowered], Iterator[Finding]] | None = None
    """Judges what a target makes of a policy.  With neither check, the reader of pins.toml tells it."""
    references: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The first line of its documentation, without the full stop."""
        return self.doc.strip().partition("\n")[0].rstrip(".")

    @property
    def examples(self) -> tuple[str, ...]:
        """The pins.toml snippets of its documentation: wrong, right."""
        return tuple(re.findall(r"```toml\n(.*?)```", self.doc, re.DOTALL))

    def at(self, where: Location | None, message: str, fix: str, **more: Any) -> Finding:
        """A finding of this rule."""
        return Finding(self.id, self.level, message, where, fix, **more)
