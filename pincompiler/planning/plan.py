"""All that is to be said of a plan, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.planning.moves import RootMove, root_moves
from pincompiler.planning.schedule import KeyNeed, Member, RotationVerdict, Safety, needs, rotation_verdicts
from pincompiler.planning.support import Expiry, LeafPins, SupportWindow, expiries, leaf_pins, windows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pincompiler.policy.enforcement import Key
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.project import Project


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a plan says: its rotations, keys, releases, and the days that matter."""

    source: str
    """The pins.toml, as it was named."""
    policy: Policy
    """What it means now, and the next release will."""
    today: date
    fleet: tuple[Member, ...]
    verdicts: tuple[RotationVerdict, ...]
    needs: tuple[KeyNeed, ...]
    backups: tuple[Key, ...]
    """The keys of pin-sets that no rotation names."""
    expiries: tuple[Expiry, ...]
    windows: tuple[SupportWindow, ...]
    leaf_pins: tuple[LeafPins, ...]
    moves: tuple[RootMove, ...]
    """Rotations to roots that some supported device lacks."""

    @property
    def unread(self) -> tuple[Member, ...]:
        """The releases that could not be read."""
        return tuple(one for one in self.fleet if one.release.error)

    def has(self, safety: Safety) -> bool:
        """Whether a rotation is this."""
        return any(one.safety is safety for one in self.verdicts)


def planned(source: str, project: Project, fleet: Sequence[Member], today: date) -> Plan:
    """The plan for the days from today on."""
    policy, rotations = project.policy, project.rotations
    named = {key for one in rotations for key in (*one.before, *one.after)}
    pinned = dict.fromkeys(key for pin_set in policy.sets for key in pin_set.keys)
    verdicts = tuple(rotation_verdicts(rotations, fleet, today))
    return Plan(
        source,
        policy,
        today,
        tuple(fleet),
        verdicts,
        tuple(needs(verdicts, fleet, policy, today)),
        tuple(key for key in pinned if key not in named),
        tuple(expiries(fleet, today)),
        tuple(windows(fleet, today)),
        tuple(leaf_pins(policy)),
        tuple(root_moves((one for one in rotations if one.day >= today), fleet)),
    )
