"""What every form of a plan says in the same words: keys, days, refusals, and what to do next."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from pincompiler.base.location import java_name
from pincompiler.base.records import dataclass
from pincompiler.planning.schedule import ENDLESS, Safety, earlier
from pincompiler.policy.enforcement import Role
from pincompiler.roots.holding import Platform
from pincompiler.verdicts.chain_verdicts import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from pincompiler.planning.moves import RootMove
    from pincompiler.planning.plan import Plan
    from pincompiler.planning.schedule import KeyNeed, Refusal, RotationVerdict
    from pincompiler.planning.support import Expiry, LeafPins, SupportWindow
    from pincompiler.policy.enforcement import Key
    from pincompiler.policy.project import SupportedRelease


def keys_named(keys: Iterable[Key]) -> str:
    """``api-2027``, or ``api-2027 under shop-ca`` for a chain."""
    return " under ".join(key.title for key in keys)


def days(first: date, last: date) -> str:
    """``2027-03-01 to 2027-08-31``; what has no end is ``2027-03-01 on``."""
    return f"{first} on" if last == ENDLESS else f"{first} to {last}"


def some(names: Sequence[str]) -> str:
    """The names, or the first of them and how many more."""
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2:,} more"


def content(entry: SupportedRelease, plan: Plan) -> str:
    """Where a plan has it from what a release accepts; a file that goes on changing is no record of it."""
    own = PurePath(entry.file) == PurePath(PurePath(plan.source).name)
    if own and entry.day <= plan.today:
        return f"{entry.file} as it is now; what was shipped is git:REV:{entry.file}"
    return entry.file or entry.policy


# -- rotations -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReleaseRefusal:
    """All that a release has against one chain of a rotation."""

    release: str
    served: tuple[Key, ...]
    outcome: Outcome
    first: date
    last: date
    mechanisms: tuple[str, ...]
    why: str

    @property
    def sentence(self) -> str:
        """Without its full stop."""
        when = days(self.first, self.last)
        if self.outcome is Outcome.UNKNOWN:
            return f"{self.release} may refuse {keys_named(self.served)}, {when}: {self.why}"
        return f"{self.release} refuses {keys_named(self.served)}, {when}: {', '.join(self.mechanisms)}"


def refused(one: RotationVerdict) -> tuple[ReleaseRefusal, ...]:
    """The refusals of a rotation, release by release: one configuration less to read for each platform."""
    found: dict[tuple[str, tuple[Key, ...], Outcome], list[Refusal]] = {}
    for refusal in one.refusals:
        found.setdefault((refusal.release, refusal.served, refusal.outcome), []).append(refusal)
    return tuple(
        ReleaseRefusal(
            *of,
            min(refusal.first for refusal in group),
            max(refusal.last for refusal in group),
            tuple(dict.fromkeys(map(mechanism, group))),
            java_name(group[0].why),
        )
        for of, group in found.items()
    )


def mechanism(one: Refusal) -> str:
    """``nsc, API 24+``; what is not for Android has no API level."""
    name = one.mechanism or "all of it"
    return f"{name} ({one.api.words})" if one.api else name


def first_safe(one: RotationVerdict, plan: Plan) -> str:
    """The day, or that there is none."""
    if one.first_safe is None:
        return "none"
    if all(member.last < one.first_safe for member in plan.fleet):
        return f"{one.first_safe}, when none of these releases is supported any more"
    return str(one.first_safe)


def next_step(one: RotationVerdict, plan: Plan) -> str:
    """What to do about a rotation that is not safe, in a line; nothing for one that is."""
    if one.safety is Safety.SAFE:
        return ""
    dropped = [refusal for refusal in one.dropped if refusal.outcome is Outcome.BLOCKED]
    lacking = [refusal for refusal in one.lacking if refusal.outcome is Outcome.BLOCKED]
    if dropped:
        step = _keep(one, min(dropped, key=lambda refusal: refusal.first), plan)
    elif lacking:
        step = _wait(one, max(lacking, key=lambda refusal: refusal.last), plan)
    else:
        otherwise = f"; else rotate on {one.first_safe} or later" if one.first_safe else ""
        return f"look into {one.refusals[0].release}: {java_name(one.refusals[0].why)}{otherwise}"
    return f"{_perhaps(one, plan)}{step}"


def _perhaps(one: RotationVerdict, plan: Plan) -> str:
    """A chain is taken for what is written of it; a pinned CA above a server's key may have been left out."""
    old, new = one.rotation.before, one.rotation.after
    pin_set = plan.policy.covering(one.rotation.host)
    pinned = [key.title for key in pin_set.keys if key.role is Role.CA] if pin_set else []
    if not pinned or len(old) > 1 or len(new) > 1 or Role.CA in (old[0].role, new[0].role):
        return ""
    above = pinned[0]
    chains = f'from = ["{old[0].title}", "{above}"] and to = ["{new[0].title}", "{above}"]'
    return f"if {above} is above these keys, write {chains}; else "


def _keep(one: RotationVerdict, drop: Refusal, plan: Plan) -> str:
    """The old keys are served for longer than a release accepts them."""
    old, day = keys_named(one.rotation.before), one.rotation.day
    if one.first_safe:
        last = earlier(drop.first)
        when = f"on {last}" if last == one.first_safe else f"between {one.first_safe} and {last}"
        return f"rotate {when}: then {drop.release} comes, which refuses {old}"
    if any(member.name == drop.release and member.first > plan.today for member in plan.fleet):
        return f"keep {old} in {drop.release}: it is served until {day}"
    return f"replace {drop.release} by a release that accepts {old}: it is served until {day}"


def _wait(one: RotationVerdict, lack: Refusal, plan: Plan) -> str:
    """The new keys are served before every release accepts them."""
    rotation = one.rotation
    new = keys_named(rotation.after)
    back = f"go back to {keys_named(rotation.before)}, and " if one.past else ""
    if not one.accepted_from:
        pin_set = plan.policy.covering(rotation.host)
        if pin_set and not set(rotation.after).intersection(pin_set.keys):
            return f"{back}add {new} to the pin-set of {rotation.host}, and ship a release with it"
        why = _newest(one, lack, plan)
        return f"{back}ship a release that accepts {new}: the newest one does not, as {why}"
    accept = f"{one.accepted_from} and newer accept it"
    if one.first_safe:
        return f"{back}rotate on {one.first_safe} or later: until then {lack.release} refuses {new}; {accept}"
    if lack.last == ENDLESS:
        return f"{back}set a support-until for {lack.release}, which refuses {new}; {accept}"
    return f"{back}move the next rotation of {rotation.host} too: {lack.release} refuses {new} until then"


def _newest(one: RotationVerdict, otherwise: Refusal, plan: Plan) -> str:
    """Why the newest release refuses the new keys, if it does so on the days in question."""
    newest = max(plan.fleet, key=lambda member: member.first).name
    return java_name(next((each for each in one.lacking if each.release == newest), otherwise).why)


# -- the rest ------------------------------------------------------------------------------------


def key_need(one: KeyNeed, today: date) -> str:
    """How long a key is in use, and whether it may be retired then."""
    if one.key.retired:
        return "retired" if one.served_until is None else "retired, and still served: rotate away from it"
    if one.disputed:
        return f"undecided: the rotation of {one.disputed.host} on {one.disputed.day} has to be safe first"
    if one.elsewhere:
        return f"undecided: no rotation says what {some(one.elsewhere)} serves, where it is pinned too"
    use = f"the only way for {some(one.needed_by)}" if one.needed_until else "no release needs its pin"
    if one.served_until == ENDLESS:
        end = f" until {one.needed_until}" if one.needed_until and one.needed_until != ENDLESS else ""
        return f"in use, and no rotation leads away from it; {use}{end}"
    if one.served_until is None:
        return "can be retired now: it is not served any more"
    return f"can be retired on {one.retirable(today)}: until then it is served, and {use}"


def expiry(one: Expiry, today: date) -> str:
    """That pins end too early."""
    over = one.expires <= today
    if len(one.hosts) == 1:
        when = f"is not pinned since {one.expires}" if over else f"loses its pins on {one.expires}"
    else:
        when = f"are not pinned since {one.expires}" if over else f"lose their pins on {one.expires}"
    what = f"{one.release}: {some(one.hosts)} {when} ({', '.join(one.mechanisms)})"
    if one.following and one.until:
        return f"{what}, {(one.until - one.expires).days:,} days before {one.following} of {one.until}"
    if one.until:
        return f"{what}, no release is planned after it, and it is supported until {one.until}"
    return f"{what}, and no release is planned after it"


def move(one: RootMove) -> str:
    """What a move to a root that devices lack depends on."""
    rotation = one.rotation
    head = f"{rotation.host} moves to {one.root.name} on {rotation.day}: {one.lacking.versions}"
    of = f" ({some(one.releases)})"
    if one.lacking.platform is Platform.IOS:
        # By the macOS of the same year, and Apple sends roots between releases as well.
        head = f"{rotation.host} moves to {one.root.name} on {rotation.day}: {one.lacking.clause} it"
        head += "; devices that no update has brought it"
    if one.by:
        signed = " or ".join(root.name for root in one.by)
        return f"{head} accept it only by the certificate with which {signed} signed it{of}"
    lack = "" if one.lacking.platform is Platform.IOS else " lack it, and"
    return f"{head}{lack} accept only a chain to a root that they have{of}"


def window(one: SupportWindow) -> str:
    """What shorter lifetimes mean for a release."""
    if one.last is None:
        return f"{one.release}, {one.first} on: no number of backup pins is enough if each has a new key"
    head = f"{one.release}, {one.first} to {one.last}"
    if not one.renewals:
        return f"{head}: one certificate can last for all of it"
    plural = "" if one.renewals == 1 else "s"
    return (
        f"{head}: {one.renewals:,} renewal{plural} at least, "
        f"so {one.renewals:,} backup pin{plural} if each has a new key"
    )


def leaf_set(one: LeafPins) -> str:
    """What a pin-set has for that."""
    more = one.keys - 1
    return f"{one.title} pins no CA, and {more or 'no'} backup key{'' if more == 1 else 's'}"


def heading(lifetimes: Iterable[tuple[date, int]], today: date) -> str:
    """What public CAs may do, and since when."""
    return ", ".join(
        f"{length} days {'since' if since <= today else 'from'} {since}" for since, length in lifetimes
    )


def counts(plan: Plan) -> str:
    """How the plan comes out, in a line."""
    safeties = [one.safety for one in plan.verdicts]
    counts = ", ".join(f"{n:,} {safety.value}" for safety in Safety if (n := safeties.count(safety)))
    unread = f"; could not read {some([one.name for one in plan.unread])}" if plan.unread else ""
    number = len(safeties)
    rotations = f"{number:,} rotation{'' if number == 1 else 's'}{': ' if counts else ''}{counts}"
    releases = f"{len(plan.fleet):,} release{'' if len(plan.fleet) == 1 else 's'}"
    return f"{plan.source}: {releases}, {rotations}{unread}"


def backups(plan: Plan) -> Iterator[Key]:
    """The keys that are pinned for the day on which a plan fails."""
    return (key for key in plan.backups if not key.retired)


def key_rows(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Each key and what is said of it; none without rotations."""
    rows = tuple((one.key.title, key_need(one, plan.today)) for one in plan.needs)
    spare = (
        (key.title, "no rotation names it: a backup, unless some host serves it already")
        for key in backups(plan)
    )
    return (*rows, *spare) if rows else ()
