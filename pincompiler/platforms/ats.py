"""Target ``ats``: NSPinnedDomains of iOS and macOS, in an Info.plist.

Facts are from Apple's documentation of NSPinnedDomains and from SecPolicy.c (parseNSPinnedDomains)
and SecPolicyServer.c of Apple's published Security project: entries of a host and of the name above
it are a union; the leaf list and the CA list must each match; there is no expiry.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import field
from typing import TYPE_CHECKING, Any

from pincompiler.base.bounds import shortened
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.platforms import plist
from pincompiler.platforms.headers import header_line
from pincompiler.platforms.target import Objection, Target
from pincompiler.policy.enforcement import Clause, Demand, Enforcement, EntryId, Key, PinSet, Reach, Role
from pincompiler.policy.hosts import is_ip_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from pincompiler.base.location import Location
    from pincompiler.platforms.target import Job
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.project import App, Output

SECTION = ("NSAppTransportSecurity", "NSPinnedDomains")
RECORD = "Pincompiler"
"""The entry of an Info.plist that says which policy its pins were compiled from."""

INCLUDES = "NSIncludesSubdomains"
LEAF = "NSPinnedLeafIdentities"
CA = "NSPinnedCAIdentities"
PIN = "SPKI-SHA256-BASE64"
_OPENING = ("NSAllowsArbitraryLoads", "NSAllowsArbitraryLoadsForMedia", "NSAllowsArbitraryLoadsInWebContent")
"""Keys that take App Transport Security away from some connections, to whichever host."""
_EXEMPTING = frozenset(
    {
        "NSExceptionAllowsInsecureHTTPLoads",
        "NSExceptionMinimumTLSVersion",
        "NSExceptionRequiresForwardSecrecy",
        "NSRequiresCertificateTransparency",
        "NSTemporaryExceptionAllowsInsecureHTTPLoads",
        "NSTemporaryExceptionMinimumTLSVersion",
        "NSTemporaryExceptionRequiresForwardSecrecy",
        "NSThirdPartyExceptionAllowsInsecureHTTPLoads",
        "NSThirdPartyExceptionMinimumTLSVersion",
        "NSThirdPartyExceptionRequiresForwardSecrecy",
    }
)
"""Keys of an entry of NSExceptionDomains, under their names of today and before (Apple's Information Property List)."""
_NO_LETTER = lazy_regex(r"[^A-Za-z0-9+/=]+")
_GROUPS = lazy_regex(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=))?")


@dataclass(frozen=True, slots=True)
class PinnedDomain:
    """One entry of NSPinnedDomains."""

    name: str
    """Lower-case, as it is compared."""
    include_subdomains: bool
    """The name and exactly one label below it."""
    leaf: tuple[Key, ...] | None = None
    """Keys of which the server must have one; None: no such list; empty: no chain is good enough."""
    ca: tuple[Key, ...] | None = None
    """Keys of which a CA of the chain must have one; likewise."""
    where: Location | None = field(default=None, compare=False)

    @property
    def reach(self) -> Reach:
        """How far below the name it counts."""
        return Reach.ONE_LABEL if self.include_subdomains else Reach.NONE


@dataclass(frozen=True, slots=True)
class Exemption:
    """One switch of NSAppTransportSecurity, or one entry of its NSExceptionDomains."""

    name: str
    """The domain, lower-case; empty for all."""
    include_subdomains: bool
    """The name and everything below it."""
    said: str

    def holds(self, host: str) -> bool:
        """Whether it is for a host."""
        return self.name in ("", host) or (self.include_subdomains and host.endswith(f".{self.name}"))


@dataclass(frozen=True, slots=True)
class Ats(Enforcement):
    """All pinned domains of an app."""

    domains: tuple[PinnedDomain, ...]
    policy_digest: str = field(default="", compare=False)
    """Of the policy it was compiled from; known where it was read from a file."""
    exceptions: tuple[Exemption, ...] = field(default=(), compare=False)
    """What App Transport Security does without elsewhere in the file."""
    _index: Mapping[str, tuple[PinnedDomain, Demand]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        index = {domain.name: (domain, _demand(domain.leaf, domain.ca)) for domain in self.domains}
        object.__setattr__(self, "_index", index)

    def names(self) -> Iterable[str]:
        """Every domain."""
        return self._index.keys()

    def demand(self, host: str) -> Demand:
        """parseNSPinnedDomains: the host's own entry and that of the name one label up, if it includes.

        Case and one trailing dot of the host do not count.
        """
        name = host.lower().removesuffix(".")
        own = self._index.get(name)
        above = self._index.get(name.partition(".")[2])
        if above is None or not above[0].include_subdomains:
            return own[1] if own else ()
        if own is None:
            return above[1]
        return _demand(_joined(own[0].leaf, above[0].leaf), _joined(own[0].ca, above[0].ca))

    def besides(self, host: str) -> str:
        """What a pinned host may do without: TLS, its newer versions, public logs."""
        name = host.lower().removesuffix(".")
        found = (one.said for one in self.exceptions if one.holds(name))
        return ", ".join(found) if self.demand(host) else ""

    def deciding(self, host: str) -> tuple[str, ...]:
        """The keys of NSPinnedDomains that count, one or two."""
        name = host.lower().removesuffix(".")
        wide = ", NSIncludesSubdomains"
        return tuple(
            f"NSPinnedDomains › {found.name}{wide if found.name != name else ''}"
            for found in self._matching(name)
        )

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        """The same, by name and reach."""
        return tuple((found.name, found.reach) for found in self._matching(host.lower().removesuffix(".")))

    def _matching(self, name: str) -> Iterator[PinnedDomain]:
        own, above = self._index.get(name), self._index.get(name.partition(".")[2])
        if own:
            yield own[0]
        if above and above[0].include_subdomains:
            yield above[0]

    def pin_sets(self) -> tuple[PinSet, ...]:
        """One for each domain; that both lists must match is beyond what a pin-set says."""
        return tuple(
            PinSet(
                (domain.name,),
                domain.reach,
                (*(domain.leaf or ()), *(domain.ca or ())),
                enforce=domain.leaf is not None or domain.ca is not None,
                where=domain.where,
            )
            for domain in self.domains
        )


def _demand(leaf: tuple[Key, ...] | None, ca: tuple[Key, ...] | None) -> Demand:
    """A clause for each list that is there."""
    nobody: frozenset[bytes] = frozenset()
    demand = []
    if leaf is not None:
        demand.append(Clause(frozenset(key.spki_sha256 for key in leaf), nobody))
    if ca is not None:
        demand.append(Clause(nobody, frozenset(key.spki_sha256 for key in ca)))
    return tuple(demand)


def _joined(own: tuple[Key, ...] | None, above: tuple[Key, ...] | None) -> tuple[Key, ...] | None:
    """Two lists of one kind are one, with each key once; a list that is there stays there."""
    if own is None or above is None:
        return above if own is None else own
    known = frozenset(own)
    return (*own, *(key for key in above if key not in known))


# -- from the policy -----------------------------------------------------------------------------


def lower(policy: Policy, _app: App, _output: Output) -> Ats:
    """The entries nearest to a policy, in the order of their names.

    A key of unknown role is put with the leaves, where a server's key most often belongs.
    """
    domains = (
        PinnedDomain(
            host,
            pin_set.reach is not Reach.NONE,
            tuple(key for key in keys if key.role is not Role.CA) or None,
            tuple(key for key in keys if key.role is Role.CA) or None,
        )
        for pin_set in policy.sets
        if (keys := pin_set.public_keys)
        for host in pin_set.hosts
    )
    return Ats(tuple(sorted(domains, key=lambda domain: domain.name)))


def objections(_policy: Policy, app: App, model: Ats) -> Iterator[Objection]:
    """Addresses are matched from iOS 17 on."""
    addresses = tuple(domain.name for domain in model.domains if is_ip_address(domain.name))
    if addresses and (app.ios_minimum is None or app.ios_minimum < (17,)):
        message = f"{addresses[0]} is an address, which NSPinnedDomains matches only from iOS 17 on"
        yield Objection(addresses, message, 'pin a host name, or write ios-minimum = "17.0"')


# -- to and from a plist -------------------------------------------------------------------------


def entries(model: Ats, job: Job) -> Mapping[plist.KeyPath, object]:
    """NSPinnedDomains, and the record."""
    return {SECTION: {domain.name: _entry(domain) for domain in model.domains}, **record("ats", job)}


def record(target: str, job: Job) -> Mapping[plist.KeyPath, object]:
    """The entries that say what a section was compiled from."""
    return {(RECORD, "Notice"): header_line(job.source), (RECORD, target): job.digest}


def recorded(values: Mapping[str, Any], target: str) -> str:
    """The digest of the policy that a section of a property list was compiled from."""
    entry = values.get(RECORD)
    digest = entry.get(target) if isinstance(entry, dict) else None
    return digest if isinstance(digest, str) else ""


def _entry(domain: PinnedDomain) -> dict[str, object]:
    entry: dict[str, object] = {INCLUDES: domain.include_subdomains}
    if domain.ca is not None:
        entry[CA] = [{PIN: key.pin} for key in domain.ca]
    if domain.leaf is not None:
        entry[LEAF] = [{PIN: key.pin} for key in domain.leaf]
    return entry


def read(data: bytes, app: App, file: str = "Info.plist") -> Ats:  # noqa: ARG001
    """NSPinnedDomains of an Info.plist, XML or binary; none is no domain."""
    return read_values(plist.load(data, file))


def read_values(values: Mapping[str, Any]) -> Ats:
    """The same, of a property list already loaded; what Apple skips is skipped."""
    section = values.get(SECTION[0])
    entries = section.get(SECTION[1]) if isinstance(section, dict) else None
    domains: dict[str, PinnedDomain] = {}
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        if name and isinstance(name, str) and isinstance(entry, dict):
            leaf, ca = _identities(entry.get(LEAF), Role.LEAF), _identities(entry.get(CA), Role.CA)
            # Names that differ only in case are entries of one domain, which add up.
            same = domains.get(name.lower(), PinnedDomain(name.lower(), include_subdomains=False))
            domains[name.lower()] = PinnedDomain(
                name.lower(),
                entry.get(INCLUDES) is True or same.include_subdomains,
                _joined(same.leaf, leaf),
                _joined(same.ca, ca),
            )
    return Ats(
        tuple(sorted(domains.values(), key=lambda domain: domain.name)),
        recorded(values, "ats"),
        tuple(_exceptions(section)) if isinstance(section, dict) else (),
    )


def _exceptions(section: Mapping[str, Any]) -> Iterator[Exemption]:
    """What the section has besides NSPinnedDomains."""
    for key in _OPENING:
        # A build setting, or a word for yes, may open it as well.
        if section.get(key, False) is not False:
            yield Exemption("", include_subdomains=True, said=f"has {key}")
    entries = section.get("NSExceptionDomains")
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        if isinstance(name, str) and isinstance(entry, dict):
            said = [f"{key} = {_shown(entry[key])}" for key in sorted(map(str, entry)) if key in _EXEMPTING]
            if said:
                wide = entry.get(INCLUDES) is True
                yield Exemption(name.lower(), wide, f"has NSExceptionDomains › {name} with {', '.join(said)}")


def _shown(value: object) -> str:
    return shortened(str(value)) if isinstance(value, bool | str | int | float) else "…"


def _identities(items: object, role: Role) -> tuple[Key, ...] | None:
    """The pins of a list; what is no pin is dropped, and what is no list is an empty one.

    parseNSPinnedDomains takes a host for pinned as soon as the key is there, whatever its value.
    """
    if items is None:
        return None
    listed = items if isinstance(items, list) else ()
    pins = (decoded(item.get(PIN)) for item in listed if isinstance(item, dict))
    return tuple(Key(pin, role) for pin in pins if pin)


def decoded(text: object) -> bytes:
    """SecBase64Decode: what is outside the alphabet is passed over, and so is a last group of fewer than four."""
    letters = _NO_LETTER.sub("", text) if isinstance(text, str) else ""
    whole = _GROUPS.match(letters)
    return b64decode(whole[0]) if whole else b""


def instants(_day: date) -> str:
    """NSPinnedDomains has no expiry."""
    return "never: iOS enforces until the app is updated"


def inert(app: App) -> str:
    """NSPinnedDomains came with iOS 14."""
    least = app.ios_minimum
    before = ".".join(map(str, least)) if least is not None and least < (14,) else ""
    return f"iOS {before} to 13 ignores NSPinnedDomains" if before else ""


ATS = Target(
    name="ats",
    title="NSPinnedDomains",
    lower=lower,
    objections=objections,
    entries=entries,
    read=read,
    instants=instants,
    left_out="which CAs a device trusts: those that users and profiles install count as the system's",
    uncovered="WKWebView and SFSafariViewController, app extensions with their own Info.plist, native TLS",
    suffixes=(".plist",),
    of_apple="ats",
    inert=inert,
)
