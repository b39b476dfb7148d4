"""What iOS makes of NSPinnedDomains, where that is hardly what its author meant.

Facts are from Apple's documentation of NSPinnedDomains and NSAppTransportSecurity, and from SecPolicy.c
(parseNSPinnedDomains, CreateCFDataFromBase64CFString) and SecPolicyServer.c of its Security project.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pincompiler.base.bounds import shortened
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.platforms import ats
from pincompiler.platforms.plist_faults import Fault, FaultKind, unfilled_in
from pincompiler.platforms.spelling import nearest
from pincompiler.platforms.unmatched import never_matched
from pincompiler.policy.enforcement import title_of
from pincompiler.policy.hosts import is_ip_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pincompiler.platforms.plist import KeyPath


_KEYS: Final = (ats.INCLUDES, ats.LEAF, ats.CA)
_LISTS: Final = ((ats.LEAF, "leaf"), (ats.CA, "ca"))
_HEX: Final = lazy_regex(r"(?:[0-9A-Fa-f]{2}:?){32}")
_PREFIX: Final = lazy_regex(r"\s*(?:pin-)?sha-?256[/=:]\W*", re.IGNORECASE)
_YES: Final = frozenset({"yes", "true", "1", "y", "t"})
_ARBITRARY: Final = "NSAllowsArbitraryLoads"
_INSTEAD: Final = (
    "NSAllowsArbitraryLoadsForMedia",
    "NSAllowsArbitraryLoadsInWebContent",
    "NSAllowsLocalNetworking",
)
"""From iOS 10 on any of them, whatever its value, makes iOS ignore NSAllowsArbitraryLoads (Apple's documentation)."""
_PLAIN: Final = (
    "NSExceptionAllowsInsecureHTTPLoads",
    "NSThirdPartyExceptionAllowsInsecureHTTPLoads",
    "NSTemporaryExceptionAllowsInsecureHTTPLoads",
)
_OLD_TLS: Final = (
    "NSExceptionMinimumTLSVersion",
    "NSThirdPartyExceptionMinimumTLSVersion",
    "NSTemporaryExceptionMinimumTLSVersion",
)
_REQUIRED: Final = "SecTrustPinningRequired"
"""SecPolicy.c, SecPolicyReconcilePinningRequiredIfInfoSpecified: this and the keys of an app exclude each other."""
_WEAK: Final = frozenset({"TLSv1.0", "TLSv1.1"})


def faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    """All of them, entry by entry, then what the rest of NSAppTransportSecurity does to pinned hosts."""
    if values.get(_REQUIRED) is True:
        hosts = tuple(ats.read_values(values).names())
        message = (
            f"{_REQUIRED} makes iOS drop the keys of NSPinnedDomains and ask for pins of Apple's own instead"
        )
        yield Fault(FaultKind.BLOCKED, message, "take it away", (_REQUIRED,), hosts)
    section = values.get(ats.SECTION[0])
    entries = section.get(ats.SECTION[1]) if isinstance(section, dict) else None
    if not isinstance(entries, dict):
        if entries is not None and not unfilled_in("", entries):
            message = "NSPinnedDomains is no dictionary, so nothing in it is read"
            yield Fault(FaultKind.IGNORED, message, "write a dictionary of hosts", ats.SECTION)
        return
    model = ats.read_values(values)
    for name, entry in entries.items():
        if not unfilled_in(name, entry):
            yield from _entry(name, entry, model, values)
    yield from _joint(model)


def _entry(name: str, entry: object, model: ats.Ats, values: Mapping[str, Any]) -> Iterator[Fault]:
    path = (*ats.SECTION, name)
    if not isinstance(entry, dict):
        message = f"the entry of {name} is no dictionary, so it pins nothing"
        yield Fault(
            FaultKind.IGNORED, message, "write a dictionary with the host's identities", path, (name,)
        )
        return
    if reason := never_matched(name.lower(), "iOS"):
        message = f"NSPinnedDomains › {name} matches no host: {reason}"
        yield Fault(FaultKind.UNMATCHED, message, "write a host name", path, (name,))
        return
    if is_ip_address(name) and not _at_least_17(values):
        message = f"{name} is an address, which NSPinnedDomains matches only from iOS 17 on"
        yield Fault(FaultKind.UNMATCHED, message, "pin a host name", path, (name,), grave=False)
    yield from _keys(name, entry, model)
    for key, role in _LISTS:
        if key in entry:
            yield from _identities(name, key, entry[key], _usable(model, name, role))


def _at_least_17(values: Mapping[str, Any]) -> bool:
    least = str(values.get("MinimumOSVersion", "")).partition(".")[0]
    return least.isdecimal() and int(least) >= 17


def _usable(model: ats.Ats, name: str, role: str) -> bool:
    """Whether some key counts for a host, be it of the entry above."""
    clauses = [getattr(clause, role) for clause in model.demand(name)]
    return any(len(pin) == 32 for pins in clauses for pin in pins)


def _keys(name: str, entry: Mapping[str, Any], model: ats.Ats) -> Iterator[Fault]:
    """Keys that iOS does not know there, and values that it does not take."""
    path = (*ats.SECTION, name)
    misspelt = False
    for key in entry:
        if key not in _KEYS:
            meant = _meant(key)
            message = f"iOS knows no {shortened(key)} in the entry of {name}, and skips it without a word"
            fix = f"write {meant}" if meant else "take it away, or write what is meant"
            pinning = meant in {ats.LEAF, ats.CA}
            misspelt |= pinning
            yield Fault(FaultKind.IGNORED, message, fix, (*path, key), (name,), grave=pinning)
    includes = entry.get(ats.INCLUDES)
    if not isinstance(includes, bool) and str(includes).strip().lower() in _YES:
        shown = f'the text "{includes}"' if isinstance(includes, str) else f"the number {includes}"
        message = f"{ats.INCLUDES} of {name} is {shown} and not <true/>, so names below {name} are not pinned"
        yield Fault(FaultKind.IGNORED, message, "write <true/>", (*path, ats.INCLUDES), (name,), grave=False)
    if ats.LEAF not in entry and ats.CA not in entry and not misspelt:
        pinned = bool(model.demand(name))
        rest = "so it adds nothing to what pins it" if pinned else "so it is not pinned"
        message = f"the entry of {name} has neither {ats.LEAF} nor {ats.CA}, {rest}"
        yield Fault(FaultKind.IGNORED, message, "give it identities", path, (name,), grave=not pinned)


def _meant(key: str) -> str:
    """The key that was probably meant."""
    if "identit" in key.lower():
        return ats.CA if "ca" in key.lower() else ats.LEAF
    return nearest(key, _KEYS)


def _identities(name: str, key: str, items: object, usable: bool) -> Iterator[Fault]:  # noqa: FBT001
    """What cannot be read of one list; where nothing can, no chain is good enough."""
    path: KeyPath = (*ats.SECTION, name, key)
    if not isinstance(items, list):
        reasons = [(path, f"its {key} is no array")]
    else:
        found = ((str(number), _unreadable(item)) for number, item in enumerate(items))
        reasons = [((*path, number), f"in its {key}, {why}") for number, why in found if why]
        reasons = reasons or ([] if items else [(path, f"its {key} is empty")])
    if usable:
        for place, why in reasons:
            message = f"an identity of {name} counts for nothing: {why}"
            yield Fault(FaultKind.IDENTITY, message, _FIX, place, (name,))
        return
    place, why = reasons[0]  # a list of which nothing counts has one
    more = f" (and {len(reasons) - 1:,} more likewise)" if len(reasons) > 1 else ""
    message = f"{name} accepts no chain at all: {why}{more}"
    yield Fault(FaultKind.BLOCKED, message, _FIX, place, (name,))


_FIX: Final = f"write dictionaries with {ats.PIN}, the base64 of 32 bytes: pincompiler pin FILE"


def _unreadable(item: object) -> str:
    """Why an identity is no pin that any key could have; empty if it is one."""
    if not isinstance(item, dict):
        return f"a value is no dictionary with {ats.PIN}"
    if ats.PIN not in item:
        meant = next((key for key in item if nearest(key, (ats.PIN,))), "")
        return f"an identity has {meant} and lacks {ats.PIN}" if meant else f"an identity lacks {ats.PIN}"
    text = item[ats.PIN]
    if not isinstance(text, str):
        return f"{ats.PIN} is no string"
    size = len(ats.decoded(text))
    if size == 32:
        return ""
    shown = shortened(text.strip())
    reasons = (
        (_PREFIX.match(text), f"{shown} has a prefix"),
        (_HEX.fullmatch(text.strip()), f"{shown} is hex and not base64"),
        ("-" in text or "_" in text, f"{shown} is base64 for URLs, whose - and _ are passed over"),
        (True, f"{shown or 'an empty text'} has {size} bytes instead of 32"),
    )
    return next(reason for holds, reason in reasons if holds)


def _joint(model: ats.Ats) -> Iterator[Fault]:
    """Hosts for which both lists must match: trustd checks each by itself, the leaf's and the CAs'."""
    for domain in model.domains:
        demand = model.demand(domain.name)
        counts = [len([pin for pin in clause.pins if len(pin) == 32]) for clause in demand]
        if len(demand) == 2 and all(counts):
            message = (
                f"every chain for {domain.name} must match {ats.LEAF} and {ats.CA}: "
                "neither list is a backup for the other"
            )
            fix = "keep one of the lists, or read this as meant"
            path = (*ats.SECTION, domain.name)
            yield Fault(FaultKind.JOINT, message, fix, path, (domain.name,), grave=False)


# -- the rest of NSAppTransportSecurity ----------------------------------------------------------


def loosened(
    values: Mapping[str, Any], pinned: Iterable[str], demanded: Callable[[str], bool]
) -> Iterator[Fault]:
    """Switches that let connections to pinned hosts go without TLS, or with versions of it that are broken.

    ``pinned`` are the hosts with entries, ``demanded`` whether a host has pins.
    """
    section = values.get(ats.SECTION[0])
    if not isinstance(section, dict):
        return
    exceptions = section.get("NSExceptionDomains")
    entries = {
        name.lower(): (name, entry)
        for name, entry in (exceptions.items() if isinstance(exceptions, dict) else ())
        if isinstance(entry, dict) and not unfilled_in(name, entry)
    }
    hosts = tuple(dict.fromkeys(name.lower() for name in pinned))
    if section.get(_ARBITRARY) is True and not any(key in section for key in _INSTEAD):
        open_ = tuple(host for host in hosts if _nearest_entry(host, entries) is None)
        if open_:
            message = f"{_ARBITRARY} takes App Transport Security from {title_of(open_)}, so http:// reaches it without TLS"
            fix = "take it away, or except the hosts that need it in NSExceptionDomains"
            yield Fault(FaultKind.LOOSENED, message, fix, (ats.SECTION[0], _ARBITRARY), open_)
    for name, (spelt, entry) in entries.items():
        opened = [host for host in hosts if _nearest_entry(host, entries) == name]
        if demanded(name):
            opened.insert(0, name)
        said = _said(entry)
        if opened and said:
            named = tuple(dict.fromkeys(opened))
            message = f"{title_of(named)} is pinned, and NSExceptionDomains › {spelt} {said}"
            path = (ats.SECTION[0], "NSExceptionDomains", spelt)
            yield Fault(FaultKind.LOOSENED, message, "take the exception away", path, named)


def left_alone(values: Mapping[str, Any]) -> str:
    """The hosts from which App Transport Security is taken, as sentences call them; empty: none."""
    section = values.get(ats.SECTION[0])
    if not isinstance(section, dict):
        return ""
    if section.get(_ARBITRARY) is True and not any(key in section for key in _INSTEAD):
        return "every host"
    exceptions = section.get("NSExceptionDomains")
    entries = exceptions.items() if isinstance(exceptions, dict) else ()
    open_ = tuple(
        str(name)
        for name, entry in entries
        if isinstance(entry, dict) and any(entry.get(key) is True for key in _PLAIN)
    )
    return title_of(open_) if open_ else ""


def _nearest_entry(host: str, entries: Mapping[str, tuple[str, Mapping[str, Any]]]) -> str | None:
    """The entry of NSExceptionDomains that is for a host: its own, else the longest that includes it."""
    name = host
    while name:
        found = entries.get(name)
        if found and (name == host or found[1].get(ats.INCLUDES) is True):
            return name
        name = name.partition(".")[2]
    return None


def _said(entry: Mapping[str, Any]) -> str:
    if any(entry.get(key) is True for key in _PLAIN):
        return "permits connections without TLS"
    old = next((entry[key] for key in _OLD_TLS if entry.get(key) in _WEAK), "")
    return f"permits {old}" if old else ""
