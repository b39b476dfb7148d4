"""What an output of pins.toml makes of its policy, and what an app with it in has in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pincompiler.base.records import dataclass
from pincompiler.facts import AppleMechanism, Mechanism, VersionRange
from pincompiler.facts.kits import OS_ENFORCES as SINCE
from pincompiler.platforms.registry import target_named
from pincompiler.verdicts.in_force import configured

if TYPE_CHECKING:
    from pincompiler.base.finding import Snippet
    from pincompiler.facts import InForce
    from pincompiler.facts.common import AppMechanism
    from pincompiler.policy.enforcement import Enforcement
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.project import Output


@dataclass(frozen=True, slots=True)
class Lowering:
    """What one output makes of the policy."""

    output: Output
    model: Any
    """What is generated."""
    effective: Enforcement
    """That, merged with the hand-written base if there is one: what the app will enforce."""
    wanted: Policy
    """What it is held to."""
    said: Policy
    """What the file says by itself: that of which it carries the digest."""
    unmanaged: frozenset[str] = frozenset()
    """Names that come from a hand-written base and not from the policy."""

    @property
    def mechanism(self) -> AppMechanism:
        """The mechanism of apps by which that is enforced."""
        target = target_named(self.output.target)
        return Mechanism(target.mechanism) if target.mechanism else AppleMechanism(target.of_apple)

    def excerpt(self, host: str) -> Snippet | None:
        """The part of the generated file that is about a host of pins.toml; None if there is none."""
        of_host = target_named(self.output.target).excerpt
        return of_host(self.model, host) if of_host else None

    def in_force(self, least: int = SINCE) -> InForce:
        """The same for whoever has it on a device; ``least`` is the first API level of Android on which it counts."""
        title = f"{self.output.name} ({self.output.path})"
        return configured(self.effective, title, api=VersionRange(least))
