"""What an app enforces in effect: for each host, mechanism and range of Android versions.

The same evaluators answer that the compiler uses.  What was not seen whole is never called missing.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pincompiler.base.bounds import shortened
from pincompiler.base.records import dataclass
from pincompiler.facts import ApiRange, Mechanism, State
from pincompiler.policy.differences import unused_labels
from pincompiler.policy.hosts import is_ip_address, is_no_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from pincompiler.base.location import Location
    from pincompiler.facts import FileMechanism, InForce, ShippedApp
    from pincompiler.policy.enforcement import Clause, Demand
    from pincompiler.policy.policy import Policy


class Verdict(StrEnum):
    """What becomes of a connection that somebody in the middle answers; from worst to best."""

    BROKEN = "broken"
    """The configuration harms: the app crashes, or no certificate at all is accepted."""
    DISABLED = "disabled"
    """Pins are there and never put to use."""
    EXPIRED = "expired"
    NOT_COVERED = "not covered"
    UNKNOWN = "unknown"
    ENFORCED = "enforced"


@dataclass(frozen=True, slots=True)
class HostVerdict:
    """One row of the table."""

    host: str
    """``*.example.com`` stands for the names below, where they fare otherwise than the name itself."""
    mechanism: Mechanism | FileMechanism
    api: ApiRange
    verdict: Verdict
    why: str
    """A sentence without its full stop."""
    where: Location | None = None


@dataclass(frozen=True, slots=True)
class _Judgement:
    verdict: Verdict
    why: str
    where: Location | None = None


def verdicts(app: ShippedApp, policy: Policy | None, today: date) -> tuple[HostVerdict, ...]:
    """Every row: the hosts of pins.toml and those that the app itself pins; by each mechanism it has."""
    mechanisms = _mechanisms(app)
    names = dict.fromkeys(policy.names() if policy else ())
    for shipped in app.shipped:
        names |= dict.fromkeys(sorted({*shipped.enforcement.names(), *shipped.pinned_otherwise}))
    below, _ = unused_labels(names)
    rows: list[HostVerdict] = []
    for name in names:
        own = tuple(_rows(app, mechanisms, name, name, today))
        rows += own
        if not (is_ip_address(name) or is_no_name(name)):
            wide = tuple(_rows(app, mechanisms, f"*.{name}", f"{below}.{name}", today))
            if _reached(app, policy, f"{below}.{name}") and _said(wide) != _said(own):
                rows += wide
    return (*rows, *_vain(app))


def _vain(app: ShippedApp) -> Iterator[HostVerdict]:
    """A row for each name that has pins and is no host's: whatever it is asked, another entry would answer."""
    for shipped in app.shipped:
        for name, why in shipped.unmatched:
            said = f"no host matches {shortened(name)}: {why}"
            yield HostVerdict(name, shipped.mechanism, shipped.api, Verdict.DISABLED, said, shipped.where)


def _mechanisms(app: ShippedApp) -> tuple[Mechanism, ...]:
    """Those that the app has or may have, and the NSC, which every app could have."""
    there = {shipped.mechanism for shipped in app.shipped} | {Mechanism.NSC}
    for unseen in app.unseen:
        # What could be anything is reported as OkHttp's, the usual one, and not once for each mechanism.
        some = unseen.mechanisms - {Mechanism.NSC}
        there |= {Mechanism.OKHTTP} if len(some) > 2 else some
    return tuple(mechanism for mechanism in Mechanism if mechanism in there)


def _reached(app: ShippedApp, policy: Policy | None, host: str) -> bool:
    """Whether anybody wants or does anything for a name below a configured one."""
    return bool(policy and policy.demand(host)) or any(s.enforcement.demand(host) for s in app.shipped)


def _said(rows: tuple[HostVerdict, ...]) -> list[tuple[object, ...]]:
    return [(row.mechanism, row.api, row.verdict) for row in rows]


def _rows(
    app: ShippedApp, mechanisms: Iterable[Mechanism], label: str, host: str, today: date
) -> Iterator[HostVerdict]:
    """One row for each mechanism and each stretch of Android versions on which it does the same."""
    for mechanism in mechanisms:
        shipped = [one for one in app.shipped if one.mechanism is mechanism]
        rows: list[HostVerdict] = []
        for api in _stretches(app, shipped):
            found = _judged(app, mechanism, [s for s in shipped if _counts(s, api)], host, today)
            row = HostVerdict(label, mechanism, api, found.verdict, found.why, found.where)
            last = rows[-1] if rows else None
            if last and (last.verdict, last.why) == (row.verdict, row.why):
                rows[-1] = HostVerdict(
                    label, mechanism, ApiRange(last.api.first, api.last), row.verdict, row.why, last.where
                )
            else:
                rows.append(row)
        yield from rows


def _stretches(app: ShippedApp, shipped: Iterable[InForce]) -> Iterator[ApiRange]:
    """The supported versions, cut wherever some configuration begins or ends to count."""
    first = max(app.manifest.min_sdk, 1)
    starts = {first}
    for one in shipped:
        starts |= {one.api.first} | ({one.api.last + 1} if one.api.last is not None else set())
    cuts = sorted(start for start in starts if start >= first)
    for here, following in zip(cuts, [*cuts[1:], None], strict=True):
        yield ApiRange(here, following - 1 if following is not None else None)


def _counts(shipped: InForce, api: ApiRange) -> bool:
    return shipped.api.first <= api.first and (shipped.api.last is None or api.first <= shipped.api.last)


def _judged(
    app: ShippedApp, mechanism: Mechanism, shipped: list[InForce], host: str, today: date
) -> _Judgement:
    found = [_one(one, host, today) for one in shipped]
    covered = [one for one in found if one.verdict is not Verdict.NOT_COVERED]
    if mechanism is Mechanism.NSC and covered:
        # Variants are for different devices: the worst of them is what some of them get.
        return min(found, key=lambda one: list(Verdict).index(one.verdict))
    if covered:
        # Clients stand side by side: whichever enforces best speaks for the host, others have rules of their own.
        return max(covered, key=lambda one: list(Verdict).index(one.verdict))
    for unseen in app.unseen:
        if mechanism in unseen.mechanisms:
            return _Judgement(Verdict.UNKNOWN, f"{unseen.what}: {unseen.why}")
    if found:
        return found[0]
    return _Judgement(Verdict.NOT_COVERED, _absent(app, mechanism))


def _absent(app: ShippedApp, mechanism: Mechanism) -> str:
    if mechanism is not Mechanism.NSC:
        return f"the app pins nothing by {mechanism.value}"
    if app.nsc.files:
        return "Android ignores the network security configuration below API level 24"
    return "the app has no network security configuration"


def _one(shipped: InForce, host: str, today: date) -> _Judgement:
    """What one configuration does for a host."""
    demand = shipped.enforcement.demand(host)
    verdict, why = Verdict.ENFORCED, ""
    if shipped.state is State.BROKEN and (demand or shipped.mechanism is Mechanism.NSC):
        verdict, why = Verdict.BROKEN, shipped.why
    elif not demand and shipped.doubts:
        verdict, why = Verdict.UNKNOWN, shipped.doubts[0]
    elif not demand:
        verdict, why = Verdict.NOT_COVERED, f"{shipped.title} does not pin it"
    elif shipped.idle(host):
        verdict, why = Verdict.DISABLED, shipped.why
    elif not any(clause.in_force(today) for clause in demand):
        last = max(clause.until for clause in demand if clause.until)
        verdict, why = Verdict.EXPIRED, f"its pins ended on {last.isoformat()}"
    elif any(map(_impossible, demand)):
        verdict, why = Verdict.BROKEN, "no certificate can meet its pins"
    return _Judgement(verdict, why or _decided(shipped, host, demand), shipped.where)


def _decided(shipped: InForce, host: str, demand: Demand) -> str:
    """By which entries the host is pinned, and until when."""
    entries = ", ".join(shipped.enforcement.deciding(host)[:2])
    until = max((clause.until for clause in demand if clause.until), default=None)
    return f"{shipped.title}: {entries}{f', until {until.isoformat()}' if until else ''}"


def _impossible(clause: Clause) -> bool:
    """Whether no pin of it has the length of a SHA-256, or of the SHA-1 that OkHttp also takes."""
    return not any(len(pin) in {20, 32} for pin in clause.leaf | clause.ca)
