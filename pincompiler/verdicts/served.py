"""Whether what a server shows is what an app was built to accept: today, and as long as its pins live.

Nothing here connects or reads a clock: a policy, the models of its targets, what was :class:`Seen` and an
instant go in, and a :class:`ServerVerdict` comes out.
"""

from __future__ import annotations

from dataclasses import field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.base.records import dataclass
from pincompiler.keys.spki import pinned_chain
from pincompiler.policy.enforcement import Role
from pincompiler.policy.trust import Store
from pincompiler.tls.answers import Seen, Served, Unreached
from pincompiler.tls.remarks import Remark, of_seen
from pincompiler.verdicts.candidate import Candidate
from pincompiler.verdicts.chain_verdicts import Outcome, names_of, on_pins
from pincompiler.verdicts.served_devices import about_devices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from pincompiler.facts import InForce
    from pincompiler.facts.common import System
    from pincompiler.keys.spki import PublicKey
    from pincompiler.policy.enforcement import Key, PinSet
    from pincompiler.policy.policy import Policy
    from pincompiler.verdicts.chain_verdicts import ChainVerdict


_HASHABLE = "serve a chain of RSA-2048, RSA-3072, RSA-4096, P-256 or P-384 keys"


@dataclass(frozen=True, slots=True)
class Match:
    """A pinned key that a server shows."""

    key: Key
    role: Role
    """Where it stands in the chain, whatever pins.toml says of it."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one enforcement makes of a chain: pins.toml itself, or a target's model."""

    who: str
    verdicts: tuple[tuple[date, ChainVerdict], ...]
    """Today, on the last day of the pin-set, and on the first day after it; as far as pins decide."""
    why: str = ""
    """Why it blocks a chain that has a pinned key: see :meth:`Enforcement.refuses`."""


@dataclass(frozen=True, slots=True)
class ShownChain:
    """A validated chain, where it was shown, and what comes of it."""

    chain: tuple[PublicKey, ...]
    shown: tuple[tuple[str, str], ...]
    """Addresses and versions of TLS."""
    matches: tuple[Match, ...]
    outlooks: tuple[Outlook, ...]

    @property
    def leaf_ends(self) -> datetime:
        """The last second of the server's certificate, in UTC."""
        return _ends(self.chain[0])

    @property
    def ca_ends(self) -> datetime | None:
        """The last second of the CA above it that ends first; None if no CA is in the chain."""
        return min(map(_ends, self.chain[1:]), default=None)


@dataclass(frozen=True, slots=True)
class ServerVerdict:
    """All that is to be said of a host."""

    host: str
    port: int
    pin_set: PinSet | None
    chains: tuple[ShownChain, ...]
    backups: tuple[Key, ...]
    """Pinned keys that are in no chain that was shown (RFC 7469 section 2.5)."""
    remarks: tuple[Remark, ...]
    reached: bool
    """Whether the server was met at all."""
    complete: bool
    """Whether every address answered, and all supported devices are known to accept what was shown, or to refuse it."""

    def failed(self, threshold: Level) -> bool:
        """Whether there is a remark of this level or a graver one, apart from failures to look."""
        return any(remark.level.rank <= threshold.rank for remark in self.remarks if not remark.unknown)


@dataclass(frozen=True, slots=True)
class Requirements:
    """What servers are held to."""

    policy: Policy
    in_force: tuple[InForce, ...]
    """What pins.toml means, and then what each of its targets makes of it."""
    now: datetime
    """UTC."""
    today: date
    horizon: int
    """Warn this many days before an end."""
    private: bool
    """Whether trust anchors were named, by option or in pins.toml, so that an unknown CA is no surprise."""
    oldest: Mapping[System, int] = field(default_factory=dict)
    """The oldest versions that the app runs on, of systems of which that is known."""


def server_verdict(seen: Seen, asked: Requirements) -> ServerVerdict:
    """The verdict on one host."""
    pin_set = asked.policy.covering(seen.host)
    own = pin_set is not None and bool(pin_set.trust.anchors)
    asked = replace(asked, private=asked.private or own)
    keys = tuple(dict.fromkeys(pin_set.keys)) if pin_set else ()
    chains = tuple(_checked(path, shown, seen.host, keys, asked) for path, shown in _chains(seen))
    in_use = {match.key for one in chains for match in one.matches}
    backups = tuple(key for key in keys if key not in in_use and not key.retired)
    remarks = [*of_seen(seen)]
    if not (keys or own):
        remarks.append(_unpinned(seen.host))
    elif pin_set and keys and chains:
        remarks += _about_pins(chains, backups, pin_set, asked)
    remarks += _about_targets(chains, asked)
    remarks += _about_anchors(seen.host, chains, asked) if chains else ()
    on_devices = tuple(about_devices(seen, asked.in_force, asked.oldest, asked.now, asked.today))
    remarks += on_devices
    remarks += _about_ends(chains, pin_set, asked)
    ordered = sorted(dict.fromkeys(remarks), key=lambda remark: remark.level.rank)
    answers = [answer for visit in seen.visits for _, answer in visit.answers]
    reached = any(not isinstance(answer, Unreached) for answer in answers)
    complete = (
        reached
        and not seen.problem
        and not any(one.unknown for one in on_devices)
        and not any(isinstance(a, Unreached) and not a.elsewhere for a in answers)
    )
    return ServerVerdict(seen.host, seen.port, pin_set, chains, backups, tuple(ordered), reached, complete)


def _ends(key: PublicKey) -> datetime:
    assert key.certificate is not None, "chains are made of certificates"  # noqa: S101
    return key.certificate.not_after


def _chains(seen: Seen) -> Iterator[tuple[tuple[PublicKey, ...], tuple[tuple[str, str], ...]]]:
    """Each chain that was shown, once, with the places where it was."""
    found: dict[tuple[PublicKey, ...], dict[tuple[str, str], None]] = {}
    for visit in seen.visits:
        for _, answer in visit.answers:
            if isinstance(answer, Served):
                found.setdefault(answer.chain, {})[visit.address, answer.protocol] = None
    return ((path, tuple(shown)) for path, shown in found.items())


def _checked(
    path: tuple[PublicKey, ...],
    shown: tuple[tuple[str, str], ...],
    host: str,
    keys: tuple[Key, ...],
    asked: Requirements,
) -> ShownChain:
    chain = pinned_chain(path)
    leaf, above = {chain.leaf, chain.leaf_certificate}, {*chain.cas, *chain.ca_certificates}
    matches = [Match(key, Role.LEAF) for key in keys if (key.whole or key.spki_sha256) in leaf]
    matches += [Match(key, Role.CA) for key in keys if (key.whole or key.spki_sha256) in above]
    pin_set = asked.policy.covering(host)
    days = _days(pin_set.expires if pin_set else None, asked.today)

    candidate = Candidate(host, path, declared=asked.private)
    outlooks = tuple(
        Outlook(
            one.title,
            tuple((day, on_pins(one, candidate, day)) for day in days),
            one.enforcement.refuses(host, chain),
        )
        for one in asked.in_force
    )
    return ShownChain(path, shown, tuple(matches), outlooks)


def _days(expires: date | None, today: date) -> tuple[date, ...]:
    """Today, the last day with pins and the first without."""
    if expires is None or expires <= today:
        return (today,)
    return tuple(dict.fromkeys((today, expires - timedelta(days=1), expires)))


# -- remarks ---------------------------------------------------------------------------------------


def _unpinned(host: str) -> Remark:
    return Remark(
        Level.ERROR,
        "not-pinned",
        "is not pinned by pins.toml",
        f"add {host} to a [[pin-set]], or ask for another host",
    )


def _about_pins(
    chains: Sequence[ShownChain], backups: Sequence[Key], pin_set: PinSet, asked: Requirements
) -> Iterator[Remark]:
    """Whether each chain has a pinned key, and whether there is another for the day it is lost."""
    for one in chains:
        if not one.matches:
            yield _mismatch(one, pin_set, asked)
        for match in one.matches:
            if match.key.retired:
                yield Remark(
                    Level.ERROR,
                    "retired-key",
                    f"serves {match.key.title}, which is retired",
                    "serve another pinned key",
                )
            if match.key.role not in (None, match.role):
                yield Remark(
                    Level.ERROR,
                    "wrong-role",
                    f"serves {match.key.title} as {match.role.value}, and pins.toml says {match.key.role}",
                    f'write role = "{match.role.value}" for it, and compile again',
                )
    if not backups:
        yield Remark(
            Level.ERROR,
            "no-backup",
            "has every pinned key in use, so losing them locks every user out",
            "pin a key that no server shows yet (RFC 7469 section 2.5)",
        )
    if not pin_set.enforce:
        yield Remark(
            Level.NOTE,
            "report-only",
            "is report-only: no chain is refused",
            "set enforce = true when it is ready",
        )


def _mismatch(one: ShownChain, pin_set: PinSet, asked: Requirements) -> Remark:
    """No key matches: somebody else's certificate, or a rotation that went ahead of the app."""
    if box := interception(one.chain, private=asked.private):
        return box
    enforced = pin_set.enforce and (pin_set.expires is None or asked.today < pin_set.expires)
    level, out = (Level.ERROR, ": apps are locked out") if enforced else (Level.WARNING, "")
    for shown in one.chain:
        old = next((key for key in pin_set.keys if key.whole and key.spki_sha256 == shown.spki_sha256), None)
        if old:
            message = (
                f"shows {shown.subject or 'a certificate'}, which was renewed with the key of `{old.title}`"
            )
            ended = f", which ends on {old.certificate.not_after:%Y-%m-%d}" if old.certificate else ""
            why = f"and pins.toml pins the whole certificate before it{ended}"
            fix = (
                'go back to that certificate; pin its key (pin = "key") and ship the app before you renew it'
            )
            return Remark(level, "no-pin-matches", f"{message}, {why}{out}", fix)
    message = f"shows {one.chain[0].subject or 'a certificate'}, and no key of its chain is pinned{out}"
    fix = "go back to a certificate with a pinned key; pin the new key and ship the app before you use it"
    return Remark(level, "no-pin-matches", message, fix)


def interception(chain: Sequence[PublicKey], *, private: bool) -> Remark | None:
    """The remark on a chain that was made by something between here and the server, if it looks like it."""
    from pincompiler.keys.interception import intercepted_by
    from pincompiler.tls.keys import public_anchors

    # A box has no key of a public CA, and what hangs below one is public whatever its name and its last root.
    if not public_anchors().isdisjoint(key.spki_sha256 for key in chain[1:] or chain):
        return None
    fix = "ask from a network that does not intercept TLS, or exempt the host there; never pin this"
    if known := intercepted_by(key.subject for key in chain[1:] or chain):
        return Remark(Level.ERROR, "intercepted", f"is intercepted on this network, by {known}", fix)
    if not private:
        root = chain[-1].subject or "a CA without a name"
        problem = f"shows a chain that ends in {root}, which this machine trusts and the public does not"
        return Remark(Level.ERROR, "intercepted", problem, f"{fix}; if that CA is your own, pass --ca-file")
    return None


def _about_targets(chains: Iterable[ShownChain], asked: Requirements) -> Iterator[Remark]:
    """Targets that will part from pins.toml, where pins.toml itself accepts; elsewhere they would be an echo."""
    for one in chains:
        wanted = {day: verdict.outcome for day, verdict in one.outlooks[0].verdicts}
        for outlook in one.outlooks[1:]:
            for day, verdict in outlook.verdicts:
                yield from _about_target(outlook, wanted[day], verdict, day, asked.today)


def _about_target(
    outlook: Outlook, wanted: Outcome, verdict: ChainVerdict, day: date, today: date
) -> Iterator[Remark]:
    on = "today" if day == today else f"on {day}"
    blocked = verdict.outcome in (Outcome.BLOCKED, Outcome.UNKNOWN)
    if blocked and wanted is Outcome.WORKS:
        message = f"is blocked by {outlook.who} {on}{f', which {outlook.why}' if outlook.why else ''}"
        fix = _HASHABLE if outlook.why else "run pincompiler check"
        yield Remark(Level.ERROR, "target-blocks", message, fix)
    elif blocked and wanted is Outcome.UNPINNED and day == today:
        message = f"is not pinned by pins.toml {on}, and {outlook.who} blocks it"
        yield Remark(Level.ERROR, "target-blocks", message, "serve a key that shipped apps have pinned")
    elif verdict.outcome is Outcome.UNPINNED and wanted is not Outcome.UNPINNED:
        message = f"is not pinned by {outlook.who} {on}"
        yield Remark(Level.WARNING, "target-unpinned", message, "run pincompiler check")


def _about_anchors(host: str, chains: Sequence[ShownChain], asked: Requirements) -> Iterator[Remark]:
    """Configurations that trust other CAs than those by which the chain was validated."""
    for one in asked.in_force:
        trust = one.enforcement.trust(host)
        ended = all(Candidate(host, chain.chain).ends_in(trust.sources) for chain in chains)
        if Store.SYSTEM not in trust.sources and not (asked.private or ended):
            message = f"is asked by the system's CAs, and {one.title} trusts {names_of(trust)} instead"
            yield Remark(Level.WARNING, "other-anchors", message, "pass those with --ca-file")


def _about_ends(
    chains: Iterable[ShownChain], pin_set: PinSet | None, asked: Requirements
) -> Iterator[Remark]:
    """Certificates and pins that end soon."""
    for one in chains:
        for what, ends, fix in (
            ("its certificate", one.leaf_ends, "renew it with the same key, or with a pinned one"),
            ("a CA of its chain", one.ca_ends, "ask the CA for its new intermediate, and pin that before"),
        ):
            if ends is not None and ends < asked.now:
                yield _ended(one, asked.now)
            elif ends is not None and (left := (ends - asked.now).days) < asked.horizon:
                yield Remark(
                    Level.WARNING, "certificate-ends", f"{what} ends on {ends:%Y-%m-%d}, {in_days(left)}", fix
                )
    if pin_set is None or pin_set.expires is None:
        return
    left = (pin_set.expires - asked.today).days
    ship = "set a later `expires`, compile, and ship the app"
    if left <= 0:
        yield Remark(Level.ERROR, "pins-ended", f"has had no pins since {pin_set.expires}", ship)
    elif left <= asked.horizon:
        yield Remark(
            Level.WARNING, "pins-end", f"has no pins from {pin_set.expires} on, {in_days(left)}", ship
        )


def _ended(one: ShownChain, now: datetime) -> Remark:
    """A validated chain ends above such a certificate only at an anchor of pins.toml, as Android does."""
    ended = next(key for key in reversed(one.chain) if _ends(key) < now)
    return Remark(
        Level.WARNING,
        "anchor-ended",
        f"ends in {ended.subject or 'an anchor without a name'}, which ended on {_ends(ended):%Y-%m-%d}: Android "
        "accepts that of an anchor of the app, and OpenSSL, Java and Apple do not",
        "put the CA's new certificate, with the same name and key, into the anchor's file",
    )


def in_days(days: int) -> str:
    """ "in 3 days", "tomorrow", "today"."""
    return "today" if days <= 0 else "tomorrow" if days == 1 else f"in {days:,} days"
