"""What TrustKit for iOS does with its configuration; target ``trustkit``: TSKConfiguration in an Info.plist.

Facts are from TrustKit 3.0.7: parse_configuration.m (what raises at launch), configuration_utils.m
(which entry decides), TSKSPKIHashCache.m (which keys it can hash), TSKPinningValidator.m.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeGuard

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.platforms import plist
from pincompiler.platforms.ats import record, recorded
from pincompiler.platforms.target import Objection, Target
from pincompiler.platforms.trustkit_registry import unregistered
from pincompiler.policy.enforcement import Demand, Enforcement, EntryId, Key, PinSet, Reach, any_of
from pincompiler.policy.hosts import public_suffix, public_suffixes_below

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pincompiler.base.location import Location
    from pincompiler.platforms.target import Job
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.project import App, Output, Version

SECTION = ("TSKConfiguration",)
DOMAINS = (*SECTION, "TSKPinnedDomains")
PINS, EXPIRES = "TSKPublicKeyHashes", "TSKExpirationDate"
EXCLUDE = "kSKExcludeSubdomainFromParentPolicy"
"""The key's real text: TrustKit misspelt its own constant in 2017 and reads only this."""

_DATE = lazy_regex(r"(\d{1,4})[-/](\d{1,2})[-/](\d{1,2})\s*")
_TRUE = lazy_regex(r"\s*[+-]?0*[1-9YyTt]")
_URL = lazy_regex(r"""[^\s<>"{}|\\^`\x00-\x20\x7f-\U0010ffff]+""")
_NO_DOMAIN = "no domain is pinned"
_WITHOUT = (
    "leave this target out until one is, or `path` for an environment without pins: path = { NAME = … }"
)
HASHABLE = frozenset({"", "RSA-2048", "RSA-3072", "RSA-4096", "P-256", "P-384"})
_RSA_3072_SINCE = (3, 0, 5)
"""Tag by tag, TSKSPKIHashCache.m hashes RSA-2048, and RSA-3072 from here on.  Issue 352 of TrustKit, "2048 bit key not
supported in 3.0.4", is what this looks like where a CA of the chain has an RSA-3072 key."""


@dataclass(frozen=True, slots=True)
class TrustKitDomain:
    """One entry of TSKPinnedDomains."""

    name: str
    """Compared as it is, case and all."""
    include_subdomains: bool
    """The name and everything below it, unless a public suffix lies between."""
    keys: tuple[Key, ...]
    enforce: bool = True
    expires: date | None = None
    """Pins are off from 00:00 UTC of this day."""
    report_uris: tuple[str, ...] = ()
    excluded: bool = False
    """Whether the entry does nothing but except its exact name from the entry above."""
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class TrustKit(Enforcement):
    """A TrustKit configuration."""

    domains: tuple[TrustKitDomain, ...]
    swizzle: bool = False
    policy_digest: str = field(default="", compare=False)
    """Of the policy it was compiled from; known where it was read from a file."""
    problems: tuple[tuple[plist.KeyPath, str], ...] = ()
    """What a configuration that was read has in it that TrustKit raises on, each with its place."""
    kinds: frozenset[str] = field(default=HASHABLE, compare=False)
    """The kinds of keys that this TrustKit can hash."""
    _by_name: Mapping[str, TrustKitDomain] = field(init=False, compare=False, repr=False)
    _exact: Mapping[str, Demand] = field(init=False, compare=False, repr=False)
    _wide: Mapping[str, Demand] = field(init=False, compare=False, repr=False)
    _islands: frozenset[str] = field(init=False, compare=False, repr=False)
    """Public suffixes below including names: what is inside them is not theirs."""

    def __post_init__(self) -> None:
        exact = {
            d.name: any_of(d.keys, d.expires) if d.enforce and not d.excluded else () for d in self.domains
        }
        wide = {d.name: exact[d.name] for d in self.domains if d.include_subdomains and not d.excluded}
        object.__setattr__(self, "_by_name", {d.name: d for d in self.domains})
        object.__setattr__(self, "_exact", exact)
        object.__setattr__(self, "_wide", wide)
        object.__setattr__(self, "_islands", frozenset(public_suffixes_below(wide) if wide else ()))

    def names(self) -> Iterable[str]:
        """Every domain, and the public suffixes inside the including ones."""
        return self._exact.keys() | self._islands

    def demand(self, host: str) -> Demand:
        """The entry of the host itself, else of the longest name above it that includes it."""
        if (found := self._exact.get(host)) is not None:
            return found
        return self._wide.get(self._above(host), ())

    def _above(self, host: str) -> str:
        """The longest name above a host that includes it, or nothing."""
        name = host
        while name and name not in self._islands:
            name = name.partition(".")[2]
            if name in self._wide:
                return name
        return ""

    def deciding(self, host: str) -> tuple[str, ...]:
        """The key of TSKPinnedDomains that counts."""
        return tuple(f"TSKPinnedDomains › {name}" for name, _ in self.entries_for(host))

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        """The same, by name and reach."""
        name = host if host in self._exact else self._above(host)
        return ((name, Reach.ALL if name in self._wide else Reach.NONE),) if name else ()

    def hashable(self) -> frozenset[str] | None:
        """TSKSPKIHashCache.m, by which ssl_pin_verifier.m looks for pinned keys from the root down."""
        return self.kinds

    def alike(self, host: str, other: str) -> bool:
        """Whether failures of both are reported to the same places."""
        here, there = (
            {uri for name, _ in self.entries_for(one) for uri in self._by_name[name].report_uris}
            for one in (host, other)
        )
        return here == there

    def pin_sets(self) -> tuple[PinSet, ...]:
        """One for each domain."""
        return tuple(
            PinSet(
                (d.name,),
                Reach.ALL if d.name in self._wide else Reach.NONE,
                d.keys,
                d.expires,
                d.enforce and not d.excluded,
                d.report_uris,
                d.where,
            )
            for d in self.domains
        )


# -- from the policy -----------------------------------------------------------------------------


def hashed_by(version: Version | None) -> frozenset[str]:
    """The kinds of keys that a TrustKit can hash; one of unknown version is 3.0.5 or newer."""
    new = version is None or version >= _RSA_3072_SINCE
    return HASHABLE if new else HASHABLE - {"RSA-3072"}


def lower(policy: Policy, app: App, output: Output) -> TrustKit:
    """The entries nearest to a policy, in the order of their names."""
    domains = [
        d for pin_set in policy.sets for host in pin_set.hosts if (d := _domain(host, pin_set, policy))
    ]
    ordered = tuple(sorted(domains, key=lambda domain: domain.name))
    return TrustKit(ordered, output.swizzle, kinds=hashed_by(app.trustkit))


def _domain(host: str, pin_set: PinSet, policy: Policy) -> TrustKitDomain | None:
    enforce = bool(pin_set.public_keys)
    keys = pin_set.public_keys or pin_set.keys
    if not keys:
        # An exempt host, or one whose anchor decides alone; TrustKit wants pins even where it does not enforce them, so lend it some.
        around = (s for s in policy.above(host) if s.enforce and s.reach is not Reach.NONE)
        keys = next((s.keys for s in around), ())
    if not keys:
        return None
    wide = pin_set.reach is not Reach.NONE
    return TrustKitDomain(host, wide, keys, enforce, pin_set.expires, pin_set.report_uris)


def objections(_policy: Policy, _app: App, model: TrustKit) -> Iterator[Objection]:
    """What makes TrustKit raise at launch."""
    if not model.domains:
        yield Objection((), f"TrustKit raises at launch: {_NO_DOMAIN}", _WITHOUT)
    for _, problem in model.problems:
        yield Objection((), f"TrustKit raises at launch: {problem}", "mend the configuration")
    for domain in model.domains:
        if refused := unusable(domain):
            yield Objection((domain.name,), f"TrustKit raises at launch: {refused[0]}", refused[1])


def unusable(domain: TrustKitDomain) -> tuple[str, str] | None:
    """Why parse_configuration.m refuses an entry, and what to do."""
    name, pins = domain.name, {key.spki_sha256 for key in domain.keys}
    if refused := unregistered(name):
        return refused
    if domain.include_subdomains and public_suffix(name) == name:
        return f"{name} is a public suffix and includes subdomains", "name the hosts below it"
    least = 2 if domain.enforce else 1
    if len(pins) < least and not domain.excluded:
        return f"{name} has {len(pins)} distinct pins and needs {least}", "add a backup key"
    return None


# -- to and from a plist -------------------------------------------------------------------------


def entries(model: TrustKit, job: Job) -> Mapping[plist.KeyPath, object]:
    """TSKConfiguration, and the record."""
    configuration = {
        "TSKSwizzleNetworkDelegates": model.swizzle,
        "TSKPinnedDomains": {domain.name: _entry(domain) for domain in model.domains},
    }
    return {SECTION: configuration, **record("trustkit", job)}


def _entry(domain: TrustKitDomain) -> dict[str, object]:
    if domain.excluded:
        return {EXCLUDE: True}
    entry: dict[str, object] = {
        "TSKEnforcePinning": domain.enforce,
        "TSKIncludeSubdomains": domain.include_subdomains,
        "TSKPublicKeyHashes": [key.pin for key in domain.keys],
        # Otherwise failures go to TrustKit's makers.
        "TSKDisableDefaultReportUri": True,
    }
    if domain.report_uris:
        entry["TSKReportUris"] = list(domain.report_uris)
    if domain.expires:
        entry["TSKExpirationDate"] = domain.expires.isoformat()
    return entry


def read(data: bytes, app: App, file: str = "Info.plist") -> TrustKit:
    """TSKConfiguration of an Info.plist, XML or binary; none is no domain."""
    return replace(read_values(plist.load(data, file)), kinds=hashed_by(app.trustkit))


def read_values(values: Mapping[str, Any]) -> TrustKit:
    """The same, of a property list already loaded."""
    configuration = values.get(SECTION[0])
    if configuration is None:
        return TrustKit(())
    problems: list[tuple[plist.KeyPath, str]] = []
    if not isinstance(configuration, dict):
        return TrustKit((), problems=((SECTION, "TSKConfiguration is no dictionary"),))
    entries = configuration.get(DOMAINS[-1])
    if not isinstance(entries, dict | None):
        problems.append((DOMAINS, "TSKPinnedDomains is no dictionary"))
    domains: list[TrustKitDomain] = []
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        if isinstance(name, str) and isinstance(entry, dict):
            domains.append(_read_domain(name, entry, problems))
        else:
            problems.append(((*DOMAINS, str(name)), f"the entry of {name} is no dictionary"))
    problems += _orphans(domains)
    if not (domains or problems):
        problems.append((SECTION, _NO_DOMAIN))
    return TrustKit(
        tuple(sorted(domains, key=lambda domain: domain.name)),
        truth(configuration.get("TSKSwizzleNetworkDelegates"), unsaid=False),
        recorded(values, "trustkit"),
        tuple(problems),
    )


def _read_domain(
    name: str, entry: Mapping[str, Any], problems: list[tuple[plist.KeyPath, str]]
) -> TrustKitDomain:
    place = (*DOMAINS, name)
    if truth(entry.get(EXCLUDE), unsaid=False):
        if len(entry) > 1:
            problems.append((place, f"{name} has {EXCLUDE} and other keys beside it"))
        return TrustKitDomain(name, include_subdomains=False, keys=(), excluded=True)
    problems += (((*place, *path), f"{name} has {said}") for path, said in _refused(entry))
    pins = (strict_pin(text) for text in _listed(entry, PINS))
    return TrustKitDomain(
        name,
        truth(entry.get("TSKIncludeSubdomains"), unsaid=False),
        tuple(Key(pin) for pin in pins if pin is not None),
        truth(entry.get("TSKEnforcePinning"), unsaid=True),
        expiration(entry.get(EXPIRES)),
        tuple(uri for uri in _listed(entry, "TSKReportUris") if _is_url(uri)),
    )


def _refused(entry: Mapping[str, Any]) -> Iterator[tuple[plist.KeyPath, str]]:
    """What parse_configuration.m raises on, or sends a message to that it does not understand, within one entry."""
    for number, text in enumerate(_listed(entry, PINS)):
        if strict_pin(text) is None:
            yield (PINS, str(number)), f"the pin {text!r}, which is no base64 of 32 bytes"
    for number, uri in enumerate(_listed(entry, "TSKReportUris")):
        if not _is_url(uri):
            yield ("TSKReportUris", str(number)), f"the report URI {uri!r}"
    for key in (PINS, "TSKReportUris"):
        if not isinstance(entry.get(key), list | None):
            yield (key,), f"a {key} that is no array"
    for key in ("TSKIncludeSubdomains", "TSKEnforcePinning", "TSKDisableDefaultReportUri", EXCLUDE):
        if not isinstance(entry.get(key), str | bool | int | float | None):
            yield (key,), f"a {key} that is no boolean"
    if not isinstance(entry.get(EXPIRES), str | None):
        yield (EXPIRES,), f"a {EXPIRES} that is no string"


def _listed(entry: Mapping[str, Any], key: str) -> list[object]:
    value = entry.get(key)
    return value if isinstance(value, list) else []


def _orphans(domains: Iterable[TrustKitDomain]) -> list[tuple[plist.KeyPath, str]]:
    """What is excluded from a policy that nobody has: asked of the name with an "a" put before it."""
    policies = TrustKit(tuple(domains))
    return [
        ((*DOMAINS, one.name), f"{one.name} is excluded, and no entry above it includes subdomains")
        for one in policies.domains
        if one.excluded and not policies.deciding(f"a{one.name}")
    ]


def truth(value: object, *, unsaid: bool) -> bool:
    """boolValue, which numbers and strings have."""
    if value is None:
        return unsaid
    if isinstance(value, str):
        return _TRUE.match(value) is not None
    return isinstance(value, int | float) and value != 0


def _is_url(text: object) -> TypeGuard[str]:
    """Whether NSURL URLWithString takes it on every iOS: before 17 it escapes nothing by itself."""
    return isinstance(text, str) and _URL.fullmatch(text) is not None


def strict_pin(text: object) -> bytes | None:
    """NSData initWithBase64EncodedString, no options: padded, no white space; and 32 bytes."""
    try:
        pin = b64decode(text, validate=True) if isinstance(text, str) else b""
    except (Base64Error, ValueError):
        return None
    return pin if len(pin) == 32 else None


def expiration(text: object) -> date | None:
    """NSDateFormatter yyyy-MM-dd; what it cannot read never expires, silently."""
    found = _DATE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def instants(day: date) -> str:
    """00:00 UTC."""
    return f"at {day.isoformat()} 00:00 UTC"


LEFT_OUT = "which CAs a device trusts: those that users and profiles install count as the system's"

TRUSTKIT = Target(
    name="trustkit",
    title="TrustKit",
    lower=lower,
    objections=objections,
    entries=entries,
    read=read,
    instants=instants,
    left_out=LEFT_OUT,
    uncovered="WKWebView, sessions whose delegate does not ask TrustKit (unless it swizzles), native TLS",
    options=frozenset({"swizzle"}),
    suffixes=(".plist",),
    of_apple="trustkit",
    reports=True,
)
