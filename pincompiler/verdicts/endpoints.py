"""The hosts that an app names, each pinned or not, and whose they are.

OWASP MASVS-NETWORK-2 asks for pins of all remote endpoints under the developer's control.  Which these are the app does
not say: the hosts of pins.toml are, and the domains that the reader names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.base.finding import Confidence, Use
from pincompiler.facts import Mechanism, State
from pincompiler.verdicts.headline import HostState, state
from pincompiler.verdicts.hosts import Verdict
from pincompiler.verdicts.subject import Endpoint, Pinned

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pincompiler.base.location import Location
    from pincompiler.facts import ShippedApp
    from pincompiler.policy.policy import Policy
    from pincompiler.verdicts.hosts import HostVerdict, HostVerdicts

_PINNED: Final = {
    HostState.ENFORCED: Pinned.PINNED,
    HostState.IN_PART: Pinned.IN_PART,
    HostState.UNKNOWN: Pinned.UNKNOWN,
}
"""All others are not."""


def endpoints(
    app: ShippedApp, policy: Policy | None, own_domains: Collection[str], known: HostVerdicts
) -> tuple[Endpoint, ...]:
    """Every host that pins.toml, code in use, a configuration or a file names; the reader's own first, the worst before."""
    named: dict[str, list[Location]] = {host: [] for host in (policy.names() if policy else ())}
    for host, where in _named(app):
        named.setdefault(host, []).append(where)
    marked = bool(own_domains) or policy is not None
    elsewhere = _pins_elsewhere(app)
    found = []
    for host, places in named.items():
        own = _is_own(host, policy, own_domains) if marked else None
        decided, why = _decided(known.of(host), elsewhere=elsewhere)
        found.append(Endpoint(host, decided, own, why, tuple(dict.fromkeys(places))))
    return tuple(sorted(found, key=lambda one: (not one.own, list(Pinned).index(one.state), one.host)))


def _named(app: ShippedApp) -> Iterator[tuple[str, Location]]:
    """Each host with a place that names it."""
    for shipped in app.shipped:
        if shipped.owner.first_party and shipped.state is not State.DISABLED and shipped.where:
            unmatched = dict(shipped.unmatched)
            for name in shipped.enforcement.names():
                # A pattern of OkHttp's is about names below the one that it has.
                meant = shipped.mechanism is Mechanism.NSC or shipped.enforcement.demand(name)
                if meant and "*" not in name and name not in unmatched:
                    yield name.lower().removesuffix("."), shipped.where
    for one in app.addresses.named:
        if one.code is None or app.reach(one.code).use is not Use.PRESENT:
            yield one.host, one.where


def _is_own(host: str, policy: Policy | None, own_domains: Iterable[str]) -> bool:
    if policy is not None and policy.covering(host) is not None:
        return True
    return any(host == domain or host.endswith(f".{domain}") for domain in own_domains)


def _pins_elsewhere(app: ShippedApp) -> bool:
    """Whether the app has pins of which it is not known for which hosts they count."""
    certain = (pin for pin in app.pins if pin.confidence is not Confidence.CANDIDATE)
    return any(not pin.host for pin in certain) or any(one.pins for one in app.unseen)


def _decided(rows: tuple[HostVerdict, ...], *, elsewhere: bool) -> tuple[Pinned, str]:
    """What the rows of a host come to, and by what."""
    found = _PINNED.get(state(rows), Pinned.NOT_PINNED)
    if found is Pinned.NOT_PINNED and elsewhere:
        return Pinned.UNKNOWN, "the app has pins whose hosts are not known"
    row = _decisive(rows, found)
    within = f" in {row.process}" if row.process else ""
    return found, f"{row.mechanism.value}{within} {row.api.words}: {row.why}"


def _decisive(rows: tuple[HostVerdict, ...], found: Pinned) -> HostVerdict:
    """The row that shows it: what enforces, what is not known, or the worst."""
    wanted = {Pinned.UNKNOWN: Verdict.UNKNOWN, Pinned.NOT_PINNED: None}.get(found, Verdict.ENFORCED)
    worst = min(rows, key=lambda row: list(Verdict).index(row.verdict))
    return next((row for row in rows if row.verdict is wanted), worst)
