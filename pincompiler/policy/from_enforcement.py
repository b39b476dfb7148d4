"""From what a platform enforces back to a pins.toml that means the same."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain, count
from types import MappingProxyType
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.base.templating import render, toml_literal
from pincompiler.policy.differences import unused_labels
from pincompiler.policy.enforcement import Demand, Enforcement, Key, PinSet, Reach, Role
from pincompiler.policy.hosts import canonical_host, is_ip_address
from pincompiler.policy.policy import Policy
from pincompiler.policy.trust import SYSTEM_ALONE, Anchor, Store, Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping


def lift(
    enforcement: Enforcement, *others: Enforcement, named: Callable[[Anchor], bool] = lambda _: False
) -> Policy:
    """The policy nearest to an enforcement; whether it is the same is for ``differences`` to say.

    ``named`` is whether pins.toml can name the file of an anchor; without those a set trusts the system's CAs.  A
    server's certificate among the anchors becomes its key, because that is what Android makes of it.

    Keys are named key-1, key-2… in the order in which they are met, that of the enforcement's own.  Names that no host can have, such
    as ``*.example.com`` in an NSC, protect nothing and are left out, and so are hosts of which an NSC says other things
    alone.  ``others`` that mean the same add what they know besides: keys that are only tried, and where to report.
    """
    names = sorted(name for name in enforcement.names() if canonical_host(name) == name)
    labels = unused_labels(names)
    configured: dict[str, PinSet] = {}
    for pin_set in (pin_set for one in (enforcement, *others) for pin_set in one.pin_sets()):
        for host in pin_set.hosts:
            known = configured.get(host)
            if known is None or pin_set.report_uris or (pin_set.keys and not known.keys):
                configured[host] = pin_set
    written = (key for one in configured.values() for key in one.keys)
    order = {pin: number for number, pin in enumerate(dict.fromkeys(key.spki_sha256 for key in written))}
    keys, anchors = _Keys({}, order), _Anchors(named, {})
    pinned = {name for name in names if enforcement.demand(name) or enforcement.trust(name) != SYSTEM_ALONE}
    groups: dict[object, PinSet] = {}
    for name in names:
        lifted = _pin_set(name, enforcement, labels, configured.get(name), keys, anchors)
        if lifted is None or not (
            lifted.enforce or lifted.keys or lifted.report_uris or _counts(name, pinned)
        ):
            continue
        group = (
            *(lifted.reach, lifted.keys, lifted.expires, lifted.enforce, lifted.report_uris),
            lifted.trust,
        )
        before = groups.get(group)
        hosts = (*before.hosts, name) if before else (name,)
        groups[group] = replace(lifted, hosts=hosts)
    return Policy(tuple(groups.values()))


def _counts(name: str, pinned: Collection[str]) -> bool:
    """Whether a name is among those that are held to something, or below one, so that it may be an exception."""
    if is_ip_address(name):
        return name in pinned
    while name and name not in pinned:
        name = name.partition(".")[2]
    return bool(name)


def _pin_set(
    name: str,
    enforcement: Enforcement,
    labels: tuple[str, str],
    configured: PinSet | None,
    keys: _Keys,
    anchors: _Anchors,
) -> PinSet | None:
    below, deeper = labels
    demand, trusted = enforcement.demand(name), enforcement.trust(name)
    # What holds later is no part of a pin-set, which has one end; the comparison after this says so.
    demand = tuple(clause for clause in demand if clause.since is None) or demand
    same = [
        (enforcement.demand(host), enforcement.trust(host)) == (demand, trusted)
        for host in (f"{below}.{name}", f"{deeper}.{below}.{name}")
    ]
    reach = (Reach.ALL if same[1] else Reach.ONE_LABEL) if same[0] else Reach.NONE
    if is_ip_address(name):  # whatever a file says, no name lies below
        reach = Reach.NONE
    uris = configured.report_uris if configured else ()
    trust, servers = anchors.of(trusted)
    if trust.anchors and _skips_all(trusted):
        demand = ()
    pinned = keys.of(demand) or tuple(keys.named(one.spki_sha256, Role.LEAF) for one in servers)
    if pinned or demand or trust.anchors:
        until = demand[0].until if demand else None
        return PinSet((name,), reach, pinned, until, enforce=True, report_uris=uris, trust=trust)
    if configured is None:
        return None
    tried = tuple(keys.named(key.spki_sha256, key.role) for key in configured.keys)
    return PinSet(
        (name,),
        reach if is_ip_address(name) else configured.reach,
        tried,
        configured.expires,
        enforce=False,
        report_uris=uris,
    )


def _skips_all(trust: Trust) -> bool:
    """Whether no chain at all is held to pins (overridePins), so that who is trusted says everything."""
    return bool(trust.overriding) and trust.sources <= trust.overriding


@dataclass(frozen=True, slots=True)
class _Anchors:
    """Names, as pins.toml has them, for anchors that are called after resources."""

    named: Callable[[Anchor], bool]
    known: dict[Anchor, Anchor]

    def of(self, trust: Trust) -> tuple[Trust, tuple[Anchor, ...]]:
        """Whom pins.toml can say that are trusted, and the servers' certificates among the anchors.

        What users install pins.toml does not trust; where nothing is left, the system's CAs take the place.
        Beside others whom chains may end in, a server's certificate demands nothing.
        """
        alone = all(isinstance(one, Anchor) and not (one.is_ca or one.unread) for one in trust.sources)
        servers = trust.anchors if alone else ()
        own = [one for one in trust.anchors if one.is_ca and not one.unread]
        if (trust.overriding and not _skips_all(trust)) or not all(map(self.named, own)):
            return SYSTEM_ALONE, servers
        stores = {Store.SYSTEM} & trust.sources if own else {Store.SYSTEM}
        found = Trust(frozenset((*stores, *map(self._called, own))))
        return SYSTEM_ALONE if found == SYSTEM_ALONE else found, servers

    def _called(self, anchor: Anchor) -> Anchor:
        if anchor not in self.known:
            name = anchor.name.partition("/")[2] or anchor.name
            words = re.findall(r"[a-z0-9]+", name.lower().removeprefix("pins_"))
            plain = bool(words) and words[0][0].isalpha() and "-".join(words) not in list(Store)
            name = "-".join(words if plain else ("ca", *words))[:50].rstrip("-")
            taken = {one.name for one in self.known.values()}
            numbered = (f"{name}-{number}" for number in count(2))
            free = next(one for one in chain([name], numbered) if one not in taken)
            self.known[anchor] = replace(anchor, name=free)
        return self.known[anchor]


@dataclass(frozen=True, slots=True)
class _Keys:
    """Names for keys that come without."""

    by_pin: dict[bytes, Key]
    order: Mapping[bytes, int]
    """Their places where they were written."""

    def of(self, demand: Demand) -> tuple[Key, ...]:
        keys: list[Key] = []
        for clause in demand:
            for pin in sorted(
                clause.leaf | clause.ca, key=lambda one: (self.order.get(one, len(self.order)), one)
            ):
                in_both = pin in clause.leaf and pin in clause.ca
                role = None if in_both else Role.LEAF if pin in clause.leaf else Role.CA
                keys.append(self.named(pin, role))
            for whole in sorted(clause.leaf_certificates | clause.ca_certificates):
                role = Role.LEAF if whole in clause.leaf_certificates else Role.CA
                keys.append(self.named(b"", role, whole))
        return tuple(dict.fromkeys(keys))

    def named(self, pin: bytes, role: Role | None, whole: bytes = b"") -> Key:
        name = f"key-{len(self.by_pin) + 1}"
        return self.by_pin.setdefault(pin or whole, Key(pin, role, name, whole=whole))


def to_toml(
    policy: Policy,
    origins: Iterable[str],
    left_out: Iterable[str] = (),
    differing: Iterable[str] = (),
    apart: Iterable[str] = (),
    notes: Mapping[str, Iterable[str]] = MappingProxyType({}),
    skipped: Iterable[str] = (),
    file_of: Callable[[Anchor], str] = lambda _: "",
    servers: Iterable[Anchor] = (),
    app: Iterable[Mapping[str, str]] = (),
    targets: Iterable[Mapping[str, object]] = (),
) -> bytes:
    """A commented pins.toml of a policy.

    ``origins`` are what it was taken from.  ``left_out`` is what of them was not compared, ``differing`` what is known
    to differ, ``apart`` where others that were not taken differ, a sentence each;
    ``notes`` is what its origins say of pins and hosts in comments; ``skipped`` are hosts whose pins count for no chain there.  ``file_of`` is the path of an anchor's file from the
    directory of pins.toml; ``servers`` are the anchors of the origin that are servers' certificates.  ``app`` and
    ``targets`` are proposals for these tables, as the template has them.
    """
    anchors = {one.name: file_of(one) for pin_set in policy.sets for one in pin_set.trust.anchors}
    keys = {key.name: key for pin_set in policy.sets for key in pin_set.keys}
    return render(
        "pins.toml.j2",
        origins=list(origins),
        left_out=list(left_out),
        differing=list(differing),
        apart=list(apart),
        skipped=list(skipped),
        keys=_shown_keys(keys.values(), {one.spki_sha256: one.name for one in servers}, notes),
        anchors=[{"name": name, "file": file} for name, file in sorted(anchors.items())],
        sets=[_shown(one, notes) for one in policy.sets],
        app=list(app),
        targets=list(targets),
    )


def template(
    hosts: tuple[str, ...],
    app: Iterable[Mapping[str, str]] = (),
    targets: Iterable[Mapping[str, object]] = (),
) -> bytes:
    """A pins.toml to fill in, for hosts whose keys are not at hand yet; ``app`` and ``targets`` are proposals."""
    named = hosts or ("api.example.com",)
    keys = [
        {
            "name": "current",
            "lines": [f'file = "certs/{named[0]}.pem"'],
            "notes": [_CURRENT.format(host=named[0])],
        },
        {"name": "next", "lines": ['file = "certs/next.csr"'], "notes": [_NEXT]},
    ]
    one = {"hosts": list(named), "reach": "none", "key_names": ["current", "next"], "more": [], "notes": []}
    return render(
        "pins.toml.j2",
        origins=[],
        left_out=[],
        differing=[],
        apart=[],
        skipped=[],
        keys=keys,
        anchors=[],
        sets=[one],
        app=list(app),
        targets=list(targets),
    )


_CURRENT = "Served now: openssl s_client -connect {host}:443 </dev/null | openssl x509 -out certs/{host}.pem"
_NEXT = (
    "The next one, made now and kept offline: openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
    "-nodes -subj /CN=next -keyout next.key -out certs/next.csr"
)


_SERVER = (
    "Of the server's certificate {name}: as an anchor it is a name and a key to Android, which takes a renewed "
    "certificate with them, and an expired one."
)


def _shown_keys(
    keys: Iterable[Key], servers: Mapping[bytes, str], notes: Mapping[str, Iterable[str]]
) -> list[Mapping[str, object]]:
    return [
        {
            "name": key.name,
            "lines": [_hash(key), *([f'role = "{key.role.value}"'] if key.role else [])],
            "notes": [
                *([f"The public root CA {key.root}."] if key.root else []),
                *notes.get(key.pin, ()),
                *([_SERVER.format(name=servers[key.spki_sha256])] if key.spki_sha256 in servers else []),
                *([] if key.role else ['Add role = "leaf" if it is the server\'s own key, "ca" if a CA\'s.']),
            ],
        }
        for key in keys
    ]


def _hash(key: Key) -> str:
    return f'certificate-sha256 = "{key.whole.hex()}"' if key.whole else f'spki-sha256 = "{key.pin}"'


def _shown(pin_set: PinSet, notes: Mapping[str, Iterable[str]]) -> Mapping[str, object]:
    more = [f"expires = {pin_set.expires.isoformat()}"] if pin_set.expires else []
    if pin_set.trust is not SYSTEM_ALONE:
        stores = (one.value for one in Store if one in pin_set.trust.sources)
        names = (*stores, *(one.name for one in pin_set.trust.anchors))
        more.insert(0, f"trust = [{', '.join(map(toml_literal, names))}]")
    if not pin_set.enforce:
        more.append("enforce = false")
    if pin_set.report_uris:
        more.append(f"report-uris = [{', '.join(map(toml_literal, pin_set.report_uris))}]")
    return {
        "hosts": list(pin_set.hosts),
        "reach": pin_set.reach.value,
        "key_names": [key.name for key in pin_set.keys],
        "more": more,
        "notes": list(dict.fromkeys(note for host in pin_set.hosts for note in notes.get(host, ()))),
    }
