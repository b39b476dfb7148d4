"""What TrustKit for iOS makes of its configuration, where that is hardly what its author meant.

Facts are from TrustKit 3.0.7: parse_configuration.m (what raises, what is passed over), configuration_utils.m (how names
are compared), TSKPinningValidator.m (what is enforced, and until when), TrustKit.m (where failures are reported).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pincompiler.base.bounds import shortened
from pincompiler.platforms import trustkit
from pincompiler.platforms.plist_faults import Fault, FaultKind, unfilled_in
from pincompiler.platforms.spelling import nearest
from pincompiler.platforms.unfilled import is_unfilled
from pincompiler.platforms.unmatched import never_matched
from pincompiler.policy.enforcement import title_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pincompiler.platforms.ats import Ats
    from pincompiler.platforms.trustkit import TrustKit, TrustKitDomain

_ROOT: Final = (
    "TSKSwizzleNetworkDelegates",
    "TSKPinnedDomains",
    "TSKIgnorePinningForUserDefinedTrustAnchors",
)
_ENTRY: Final = (
    trustkit.PINS,
    trustkit.EXPIRES,
    trustkit.EXCLUDE,
    "TSKEnforcePinning",
    "TSKIncludeSubdomains",
    "TSKPublicKeyAlgorithms",
    "TSKReportUris",
    "TSKDisableDefaultReportUri",
)


def faults(values: Mapping[str, Any], ats: Ats) -> Iterator[Fault]:
    """All of them; ``ats`` is what App Transport Security pins in the same app."""
    configuration = values.get(trustkit.SECTION[0])
    given = configuration.get(trustkit.DOMAINS[-1]) if isinstance(configuration, dict) else configuration
    if configuration is None or (isinstance(given, str) and is_unfilled(given)):
        return
    kit = trustkit.read_values(values)
    entries: Mapping[str, Any] = given if isinstance(given, dict) else {}
    known = {name: entry for name, entry in entries.items() if not unfilled_in(name, entry)}
    yield from _raised(kit, known)
    if isinstance(configuration, dict):
        yield from _keys((), configuration, _ROOT)
    for domain in kit.domains:
        if domain.name in known:
            # What was compiled from a pins.toml only reports because that says so.
            yield from _entry(domain, known[domain.name], ats, meant=bool(kit.policy_digest))
    yield from _reporting(kit, known)


def _raised(kit: TrustKit, known: Mapping[str, Any]) -> Iterator[Fault]:
    """What raises when TrustKit is started, which its library does by itself where the Info.plist configures it."""
    for path, problem in kit.problems:
        hosts = path[2:3]
        if not hosts or hosts[0] in known:
            yield _crash(problem, "mend this entry", path, hosts)
    for domain in kit.domains:
        if domain.name in known and (refused := trustkit.unusable(domain)):
            yield _crash(*refused, (*trustkit.DOMAINS, domain.name), (domain.name,))


def _crash(problem: str, fix: str, path: tuple[str, ...], hosts: tuple[str, ...]) -> Fault:
    return Fault(FaultKind.CRASHING, f"TrustKit raises when it is started: {problem}", fix, path, hosts)


def _keys(where: tuple[str, ...], entry: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Fault]:
    """Keys that TrustKit does not ask for."""
    path = (*trustkit.DOMAINS, *where) if where else trustkit.SECTION
    for key in entry:
        if key in known:
            continue
        meant = trustkit.EXCLUDE if "ExcludeSubdomain" in key else nearest(key, known)
        of = f" in the entry of {where[0]}" if where else ""
        message = f"TrustKit knows no {shortened(key)}{of}, and skips it without a word"
        fix = f"write {meant}" if meant else "take it away, or write what is meant"
        yield Fault(FaultKind.IGNORED, message, fix, (*path, key), where, grave=False)


def _entry(domain: TrustKitDomain, entry: Mapping[str, Any], ats: Ats, *, meant: bool) -> Iterator[Fault]:
    name = domain.name
    path = (*trustkit.DOMAINS, name)
    yield from _keys((name,), entry, _ENTRY)
    if trustkit.unusable(domain) is None and (reason := _unmatched(name)):
        message = f"TSKPinnedDomains › {name} matches no host: {reason}"
        fix = "write the host name in small letters"
        if name.startswith("*."):
            fix = f"write {name[2:].lower()}, and TSKIncludeSubdomains as <true/>"
        yield Fault(FaultKind.UNMATCHED, message, fix, path, (name,))
    if trustkit.EXPIRES in entry and domain.expires is None and isinstance(entry[trustkit.EXPIRES], str):
        shown = shortened(entry[trustkit.EXPIRES])
        message = f'the pins of {name} never end: {trustkit.EXPIRES} "{shown}" is no yyyy-MM-dd'
        fix = "write a date such as 2027-06-30"
        yield Fault(FaultKind.ENDLESS, message, fix, (*path, trustkit.EXPIRES), (name,), grave=False)
    if domain.excluded:
        return
    if not (domain.enforce or meant or ats.demand(name)):
        message = f"TrustKit only reports for {name}: a wrong key passes, for TSKEnforcePinning is not true"
        fix = "write <true/>, or leave TSKEnforcePinning out"
        yield Fault(FaultKind.UNENFORCED, message, fix, (*path, "TSKEnforcePinning"), (name,), grave=False)
    if ats.demand(name) and (domain.expires or not domain.enforce):
        soft = "TSKEnforcePinning" if not domain.enforce else trustkit.EXPIRES
        message = (
            f"{soft} of {name} softens nothing, for NSPinnedDomains pins {name} as well and knows no such key"
        )
        fix = "take the host out of one of the two"
        yield Fault(FaultKind.HARDENED, message, fix, (*path, soft), (name,), grave=False)


def _unmatched(name: str) -> str:
    """Why the name is never looked up: TrustKit compares it as it is, with the host as connections have it."""
    if name.endswith("."):
        return "connections have no dot at the end of a host"
    if reason := never_matched(name.lower(), "TrustKit"):
        return reason
    return (
        "TrustKit compares capital letters as they are, and connections have small ones"
        if name != name.lower()
        else ""
    )


def _reporting(kit: TrustKit, known: Mapping[str, Any]) -> Iterator[Fault]:
    """Hosts whose failures go to the makers of TrustKit as well (kTSKDefaultReportUri)."""
    disabled = (
        (one.name, known[one.name].get("TSKDisableDefaultReportUri"))
        for one in kit.domains
        if one.name in known and not one.excluded
    )
    hosts = tuple(name for name, value in disabled if not trustkit.truth(value, unsaid=False))
    if hosts:
        message = f"failed connections to {title_of(hosts)} are reported to overmind.datatheorem.com"
        fix = "set TSKDisableDefaultReportUri to <true/> in each entry"
        path = (*trustkit.DOMAINS, hosts[0])
        yield Fault(FaultKind.REPORTING, message, fix, path, hosts, grave=False)
