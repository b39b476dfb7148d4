"""What an app enforces in effect: for each host, process, mechanism and range of versions of its system.

The same evaluators answer that the compiler uses.  What was not seen whole is never called missing.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import shortened
from pincompiler.base.records import dataclass
from pincompiler.facts import AppleMechanism, Mechanism, State, System
from pincompiler.policy.differences import unused_labels
from pincompiler.policy.enforcement import out_of_force
from pincompiler.policy.hosts import is_ip_address, is_no_name
from pincompiler.policy.trust import SYSTEM_ALONE
from pincompiler.verdicts.confining import Confinement, cas_of, confined_to, confinement, trusted_besides
from pincompiler.verdicts.related import Related

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from typing import TypeAlias

    from pincompiler.base.location import Location
    from pincompiler.facts import InForce, ShippedApp, VersionRange
    from pincompiler.facts.common import AnyMechanism, AppMechanism
    from pincompiler.policy.enforcement import Clause, Demand
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.trust import Trust

    _Asked: TypeAlias = Mapping[str, tuple[AppMechanism, ...]]
    """By process, the mechanisms that it has or may have."""


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


_RANKS: Final = {one: rank for rank, one in enumerate(Verdict)}


class Means(StrEnum):
    """What keeps somebody in the middle out."""

    NOTHING = "nothing"
    PINS = "pins"
    CAS = "cas"
    """Only CAs that the app brings along are trusted: CA pinning."""
    BOTH = "pins and cas"


EVERY_OTHER: Final = "*"
"""The host of a row that is about all hosts which no configuration names."""


@dataclass(frozen=True, slots=True)
class HostVerdict:
    """One row of the table."""

    host: str
    """``*.example.com`` stands for the names below, where they fare otherwise than the name itself;
    :data:`EVERY_OTHER` for all hosts without a name in any configuration."""
    mechanism: AnyMechanism
    api: VersionRange
    verdict: Verdict
    why: str
    """A sentence without its full stop."""
    where: Location | None = None
    by: Means = Means.NOTHING
    process: str = ""
    """In an app for Apple's systems, whose connections these are: :attr:`Process.path`."""


@dataclass(frozen=True, slots=True)
class _Judgement:
    verdict: Verdict
    why: str
    where: Location | None = None
    by: Means = Means.NOTHING


class HostVerdicts:
    """What an app does for a host, whichever is asked: work in proportion to the configurations that name it."""

    def __init__(self, app: ShippedApp, today: date) -> None:
        self._app, self._today = app, today
        self._shipped = app.shipped
        self._related = Related(self._shipped)
        _, other = unused_labels(name for one in self._shipped for name in one.enforcement.names())
        self._elsewhere = [_one(one, other, today) for one in self._shipped]
        """What each does for hosts that it does not name."""
        self._anywhere = any(one.enforcement.demand(other) for one in self._shipped)
        self._asked = {
            process: {one: tuple(self._cut(process, one)) for one in some}
            for process, some in _mechanisms(app, self._shipped).items()
        }

    def _cut(self, process: str, mechanism: AppMechanism) -> Iterator[tuple[VersionRange, _Group]]:
        """The stretches of versions on which other configurations count, each with those that do."""
        asked = process, mechanism
        own = [number for number, one in enumerate(self._shipped) if (one.process, one.mechanism) == asked]
        for api in _stretches(self._app.runs_on[process], [self._shipped[number] for number in own]):
            counting = [number for number in own if _counts(self._shipped[number], api)]
            yield api, _Group(self._app, process, mechanism, counting, self._elsewhere)

    def all_rows(self, policy: Policy | None) -> tuple[HostVerdict, ...]:
        """Every row: the hosts of pins.toml and those that the app itself pins; by each mechanism it has."""
        names = dict.fromkeys(policy.names() if policy else ())
        for shipped in self._shipped:
            names |= dict.fromkeys(sorted({*shipped.enforcement.names(), *shipped.pinned_otherwise}))
        below, other = unused_labels(names)
        rows: list[HostVerdict] = []
        for name in names:
            own = self.of(name)
            rows += own
            if not (is_ip_address(name) or is_no_name(name)):
                wide = tuple(self._rows(f"*.{name}", f"{below}.{name}"))
                if self._is_reached(policy, f"{below}.{name}") and _said(wide) != _said(own):
                    rows += wide
        return (*rows, *self._of_others(other), *_vain(self._shipped))

    def of(self, host: str) -> tuple[HostVerdict, ...]:
        """The rows of one host, be it configured or not."""
        return tuple(self._rows(host, host))

    def _of_others(self, host: str) -> Iterator[HostVerdict]:
        """The rows of hosts that nobody names, where whom they trust keeps somebody out: ``<base-config>`` may say so."""
        trusts = (one.enforcement.trust(host) for one in self._shipped if one.mechanism is Mechanism.NSC)
        if any(confinement(trust) is not Confinement.NONE for trust in trusts):
            yield from self._of_mechanism("", Mechanism.NSC, EVERY_OTHER, host, self._naming(host))

    def _is_reached(self, policy: Policy | None, host: str) -> bool:
        """Whether anybody wants or does anything for a name below a configured one."""
        wanted = policy is not None and bool(policy.demand(host))
        naming = (self._shipped[number].enforcement for number in self._related.of(host))
        return wanted or self._anywhere or any(one.demand(host) for one in naming)

    def _naming(self, host: str) -> dict[int, _Judgement]:
        """What those do for a host that name it."""
        return {number: _one(self._shipped[number], host, self._today) for number in self._related.of(host)}

    def _rows(self, label: str, host: str) -> Iterator[HostVerdict]:
        """The rows of one host, process by process."""
        naming = self._naming(host)
        for process, mechanisms in self._asked.items():
            found = {one: self._of_mechanism(process, one, label, host, naming) for one in mechanisms}
            # What code may do besides makes no host less pinned that the system itself holds to pins.
            held = any(all(row.verdict is Verdict.ENFORCED for row in rows) for rows in found.values())
            for mechanism, rows in found.items():
                known = any(row.verdict is not Verdict.UNKNOWN for row in rows)
                if known or not held or mechanism is not AppleMechanism.CODE:
                    yield from rows

    def _of_mechanism(
        self, process: str, mechanism: AppMechanism, label: str, host: str, naming: dict[int, _Judgement]
    ) -> list[HostVerdict]:
        """One row for each stretch of versions on which a mechanism does the same."""
        rows: list[HostVerdict] = []
        for api, group in self._asked[process][mechanism]:
            found = group.judged(self._app, naming, host)
            row = HostVerdict(label, mechanism, api, found.verdict, found.why, found.where, found.by, process)
            last = rows[-1] if rows else None
            if last and (last.verdict, last.why, last.by) == (row.verdict, row.why, row.by):
                rows[-1] = replace(last, api=replace(last.api, last=api.last))
            else:
                rows.append(row)
        return rows


class _Group:
    """The configurations of a mechanism on some versions of the system, and which of them speaks for a host."""

    def __init__(
        self,
        app: ShippedApp,
        process: str,
        mechanism: AppMechanism,
        counting: list[int],
        elsewhere: list[_Judgement],
    ) -> None:
        self._process, self._mechanism = process, mechanism
        self._counting = frozenset(counting)
        self._elsewhere = elsewhere
        self._first = counting[0] if counting else None
        self._ordered = sorted(counting, key=lambda number: self._place(number, elsewhere[number]))
        self._covering = [one for one in self._ordered if elsewhere[one].verdict is not Verdict.NOT_COVERED]
        unseen = (one for one in app.unseen if mechanism in one.mechanisms and one.process == process)
        self._unseen = next(unseen, None)

    def judged(self, app: ShippedApp, naming: dict[int, _Judgement], host: str) -> _Judgement:
        """What becomes of a host; ``naming`` is what those do for it that name it."""
        some = {number: found for number, found in naming.items() if number in self._counting}
        covers = any(found.verdict is not Verdict.NOT_COVERED for found in some.values())
        if covers or self._other(self._covering, some) is not None:
            other = self._other(self._ordered, some)
            known = some if other is None else some | {other: self._elsewhere[other]}
            found = known[min(known, key=lambda number: self._place(number, known[number]))]
            return _heeded(app, found) if self._mechanism is Mechanism.NSC else found
        if self._unseen:
            return _Judgement(Verdict.UNKNOWN, f"{self._unseen.what}: {self._unseen.why}")
        if self._first is not None:
            return some.get(self._first, self._elsewhere[self._first])
        return _Judgement(Verdict.NOT_COVERED, _absent(app, self._process, self._mechanism, host))

    def _other(self, ordered: list[int], some: dict[int, _Judgement]) -> int | None:
        """Of those that do not name the host the one that counts most."""
        return next((number for number in ordered if number not in some), None)

    def _place(self, number: int, found: _Judgement) -> tuple[int, int]:
        """The lower, the more it counts."""
        if self._mechanism is Mechanism.NSC:
            # Variants are for different devices: the worst of them is what some of them get.
            return _RANKS[found.verdict], number
        # Clients stand side by side: whichever enforces best speaks for the host, others have rules of their own.
        return (len(_RANKS) if found.verdict is Verdict.NOT_COVERED else -_RANKS[found.verdict]), number


def verdicts(app: ShippedApp, policy: Policy | None, today: date) -> tuple[HostVerdict, ...]:
    """Every row of an app."""
    return HostVerdicts(app, today).all_rows(policy)


def _vain(some: Iterable[InForce]) -> Iterator[HostVerdict]:
    """A row for each name that has pins and is no host's: whatever it is asked, another entry would answer."""
    for shipped in some:
        for name, why in shipped.unmatched:
            said = f"no host matches {shortened(name)}: {why}"
            yield HostVerdict(name, shipped.mechanism, shipped.api, Verdict.DISABLED, said, shipped.where)


def _mechanisms(app: ShippedApp, all_shipped: Iterable[InForce]) -> _Asked:
    """Those that each process has or may have, and the platform's own, which every app could have."""
    if app.system is not System.ANDROID:
        return {process: _of_apple(app, process) for process in app.runs_on}
    there = {shipped.mechanism for shipped in all_shipped} | {Mechanism.NSC}
    for unseen in app.unseen:
        # What could be anything is reported as OkHttp's, the usual one, and not once for each mechanism.
        some = unseen.mechanisms - {Mechanism.NSC}
        there |= {Mechanism.OKHTTP} if len(some) > 2 else some
    return {"": tuple(mechanism for mechanism in Mechanism if mechanism in there)}


def _of_apple(app: ShippedApp, process: str) -> tuple[AppMechanism, ...]:
    there = {one.mechanism for one in app.shipped if one.process == process} | {AppleMechanism.ATS}
    for unseen in app.unseen:
        if unseen.process == process:
            there |= {AppleMechanism.CODE} & unseen.mechanisms
    return tuple(mechanism for mechanism in AppleMechanism if mechanism in there)


def _said(rows: tuple[HostVerdict, ...]) -> list[tuple[object, ...]]:
    return [(row.process, row.mechanism, row.api, row.verdict) for row in rows]


def _stretches(supported: VersionRange, shipped: Iterable[InForce]) -> Iterator[VersionRange]:
    """The supported versions, cut wherever some configuration begins or ends to count."""
    first = supported.first
    starts = {first}
    for one in shipped:
        starts |= {one.api.first} | ({one.api.last + 1} if one.api.last is not None else set())
    cuts = sorted(start for start in starts if start >= first)
    for here, following in zip(cuts, [*cuts[1:], None], strict=True):
        yield replace(supported, first=here, last=following - 1 if following is not None else None)


def _counts(shipped: InForce, api: VersionRange) -> bool:
    return shipped.api.first <= api.first and (shipped.api.last is None or api.first <= shipped.api.last)


def _heeded(app: ShippedApp, found: _Judgement) -> _Judgement:
    """What the configuration does, where the app's own code may connect by a stack that does not read it."""
    if found.verdict is not Verdict.ENFORCED or not app.bundled.runtimes:
        return found
    why = f"{found.why}; whether the app's connections heed it is not known: {app.bundled.runtimes[0]}"
    return _Judgement(Verdict.UNKNOWN, why, found.where)


def _absent(app: ShippedApp, process: str, mechanism: AppMechanism, host: str) -> str:
    if mechanism is AppleMechanism.ATS:
        system = app.runs_on[process].system.value
        later = [one.api.first for one in app.shipped if (one.mechanism, one.process) == (mechanism, process)]
        if later:
            return f"{system} ignores NSPinnedDomains below version {min(later)}"
        return f"the Info.plist of {process or 'the app'} has no NSPinnedDomains"
    if mechanism is not Mechanism.NSC:
        return f"the app pins nothing by {mechanism.value}"
    if app.nsc.files:
        return f"Android ignores the network security configuration below API level 24{_ignored(app, host)}"
    return "the app has no network security configuration"


def _ignored(app: ShippedApp, host: str) -> str:
    """Which CAs it therefore does not know; before Android 7 it trusts those of the system and of users."""
    trusts = (one.enforcement.trust(host) for one in app.nsc.shipped)
    own = next((cas_of(trust) for trust in trusts if trust.anchors), "")
    return f": it trusts the system's CAs and those that users install, and not {own}" if own else ""


def _one(shipped: InForce, host: str, today: date) -> _Judgement:
    """What one configuration does for a host: by its pins, and by whom it trusts."""
    demand, trust = shipped.enforcement.demand(host), shipped.enforcement.trust(host)
    confined = Confinement.NONE if trust is SYSTEM_ALONE else confinement(trust)
    says = demand or confined is not Confinement.NONE or shipped.mechanism is Mechanism.NSC
    if shipped.state is State.BROKEN and says:
        return _Judgement(Verdict.BROKEN, shipped.why, shipped.where)
    by_pins = _by_pins(shipped, host, demand, today)
    if by_pins.verdict is Verdict.NOT_COVERED and trust is not SYSTEM_ALONE:
        by_pins = replace(by_pins, why=f"{by_pins.why}{_besides(trust, confined)}")
    match confined:
        case Confinement.NOBODY:
            why = f"{shipped.title} trusts no CA, so that every certificate is refused"
            return _Judgement(Verdict.BROKEN, why, shipped.where)
        case Confinement.CAS:
            return _confined(by_pins, shipped, trust)
        case Confinement.UNREAD if by_pins.verdict is Verdict.NOT_COVERED:
            files = ", ".join(one.name for one in trust.unread[:2])
            why = f"{shipped.title} trusts only the CAs in {files}, which could not be read"
            return _Judgement(Verdict.UNKNOWN, why, shipped.where)
    return by_pins


def _by_pins(shipped: InForce, host: str, demand: Demand, today: date) -> _Judgement:
    """What its pins do for a host, whomever it trusts."""
    verdict, why = Verdict.ENFORCED, ""
    if not demand and shipped.doubts:
        verdict, why = Verdict.UNKNOWN, shipped.doubts[0]
    elif not demand:
        verdict, why = Verdict.NOT_COVERED, f"{shipped.title} does not pin it"
    elif shipped.idle(host):
        verdict, why = Verdict.DISABLED, shipped.why
    elif not any(clause.in_force(today) for clause in demand):
        verdict, why = Verdict.EXPIRED, out_of_force(demand, today)
    elif shipped.state is State.UNKNOWN:
        verdict, why = Verdict.UNKNOWN, shipped.why
    elif any(map(_impossible, demand)):
        verdict, why = Verdict.BROKEN, "no certificate can meet its pins"
    by = Means.PINS if verdict is Verdict.ENFORCED else Means.NOTHING
    return _Judgement(verdict, why or _decided(shipped, host, demand), shipped.where, by)


def _besides(trust: Trust, confined: Confinement) -> str:
    """Whom a host trusts that has no pins, where that is not the system alone; what confines it is said elsewhere."""
    found = trusted_besides(trust) if confined is Confinement.NONE else ""
    if confined is Confinement.LIST:
        found = f"{len(trust.anchors):,} CAs that the app brings along"
    return f", and trusts {found}" if found else ""


def _confined(by_pins: _Judgement, shipped: InForce, trust: Trust) -> _Judgement:
    """What becomes of a host that is trusted through CAs of the app alone."""
    only = confined_to(trust)
    match by_pins.verdict:
        case Verdict.BROKEN:
            return by_pins
        case Verdict.ENFORCED:
            return replace(by_pins, why=f"{by_pins.why}, and {only}", by=Means.BOTH)
        case Verdict.NOT_COVERED | Verdict.UNKNOWN:
            rest = ""
        case _:  # its pins do nothing, and whom it trusts stays as it is
            rest = f"; {by_pins.why}"
    return _Judgement(
        Verdict.ENFORCED, f"{shipped.title}: CA pinning, {only}{rest}", shipped.where, Means.CAS
    )


def _decided(shipped: InForce, host: str, demand: Demand) -> str:
    """By which entries the host is pinned, and until when."""
    entries = ", ".join(shipped.enforcement.deciding(host)[:2])
    until = max((clause.until for clause in demand if clause.until), default=None)
    return f"{shipped.title}: {entries}{f', until {until.isoformat()}' if until else ''}"


def _impossible(clause: Clause) -> bool:
    """Whether no pin of it has the length of a SHA-256, or of the SHA-1 that OkHttp also takes."""
    return not any(len(pin) in {20, 32} for pin in clause.leaf | clause.ca)
