"""What Android skips in a Network Security Configuration without a word, and hardly anybody means it to.

XmlConfigSource asks for each element and attribute by its exact name and place, and skips the rest: a
misspelt ``<pin-set>`` leaves a host without pins, and neither the build nor the device says so.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import NSC_HOSTS_NAMED, NSC_LOOKS, NSC_ODDITIES, shortened
from pincompiler.base.records import dataclass
from pincompiler.platforms.nsc.booleans import boolean
from pincompiler.platforms.spelling import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element as Element

    from pincompiler.base.location import Location

_CONFIG: Final = ("trust-anchors", "certificateTransparency", "domainEncryption")
_CHILDREN: Final = {
    "network-security-config": ("base-config", "domain-config", "debug-overrides"),
    "base-config": _CONFIG,
    "domain-config": ("domain", "pin-set", "domain-config", "trustkit-config", *_CONFIG),
    "debug-overrides": ("trust-anchors",),
    "pin-set": ("pin",),
    "trust-anchors": ("certificates",),
    "trustkit-config": ("report-uri",),
}
_ATTRIBUTES: Final = {
    "base-config": ("cleartextTrafficPermitted", "hstsEnforced"),
    "domain-config": ("cleartextTrafficPermitted", "hstsEnforced"),
    "domain": ("includeSubdomains",),
    "pin-set": ("expiration",),
    "pin": ("digest",),
    "certificates": ("src", "overridePins", "disableCT"),
    "certificateTransparency": ("enabled",),
    "domainEncryption": ("mode",),
    "trustkit-config": ("enforcePinning", "disableDefaultReportUri"),
}
_REFUSED: Final = {
    (around, name)
    for around in ("base-config", "debug-overrides")
    for name in ("domain", "pin-set", "domain-config")
}
"""Misplaced, and not skipped: Android throws."""
_OTHERS: Final = frozenset({"debug-overrides", "trustkit-config"})
"""Read by others than a release of Android, to whom elements mean something that are not known here."""
_PINNING: Final = frozenset({"domain-config", "domain", "pin-set", "pin"})
_ELEMENTS: Final = frozenset(name for names in _CHILDREN.values() for name in names)
_ANYWHERE: Final = tuple(f"{{*}}{name}" for name in sorted(_ELEMENTS))
_ALL: Final = tuple(sorted(_ELEMENTS))
_OWNERS: Final = {name: owner for owner, names in _ATTRIBUTES.items() for name in names}
_ANY_NAMESPACE: Final = ("cleartextTrafficPermitted", "hstsEnforced")
_DEFAULTS: Final = {"includeSubdomains": False, "overridePins": False, "cleartextTrafficPermitted": True}
_YES, _NO = ("true", "yes", "on", "t", "y"), ("false", "no", "off", "f", "n")


class OddityKind(StrEnum):
    """What is skipped."""

    ELEMENT = "element"
    ATTRIBUTE = "attribute"


@dataclass(frozen=True, slots=True)
class Oddity:
    """One thing that counts for nothing."""

    kind: OddityKind
    message: str
    """A sentence without its full stop."""
    fix: str
    where: Location
    pinning: bool = False
    """Whether hosts lose pins by it."""
    hosts: tuple[str, ...] = ()
    """The domains of the config that it is in."""


def oddities(root: Element, where: Callable[[Element], Location]) -> tuple[Oddity, ...]:
    """The first of them, in the order of the document, and that there are more; of debug-overrides, elements alone."""
    found = list(islice(_walk(root, where), NSC_ODDITIES.limit + 1))
    if len(found) > NSC_ODDITIES.limit:
        found[NSC_ODDITIES.limit :] = [_more(found[NSC_ODDITIES.limit].where)]
    return tuple(found)


def _more(where: Location) -> Oddity:
    """What stands for all that was not looked at, pins among it."""
    message = "much is skipped without a word, and not all of it was looked at"
    return Oddity(OddityKind.ELEMENT, message, "mend the other findings first", where, pinning=True)


def _walk(root: Element, where: Callable[[Element], Location]) -> Iterator[Oddity]:
    # Elements are visited in the order of the document; nothing below one that is skipped is looked at.
    ahead: list[tuple[Element, tuple[str, ...]]] = [(root, ())]
    left = NSC_LOOKS.limit
    while ahead:
        element, hosts = ahead.pop()
        name = _name(element)
        if name == "domain-config":
            some = islice(_named(element, "domain"), NSC_HOSTS_NAMED.limit)
            hosts = tuple((child.text or "").strip().lower() for child in some)
        children = tuple(_elements(element))
        known = [child for child in children if _name(child) in _CHILDREN.get(name, ())]
        left -= len(children) - len(known) + max(0, len(element.attrib) - len(_ATTRIBUTES.get(name, ())))
        if left < 0:
            yield _more(where(element))
            return
        if name != "debug-overrides":
            yield from _attributes(element, name, where, hosts)
        for child in children if name in _CHILDREN else ():
            if _is_skipped(name, _name(child)):
                yield from _skipped(child, name, where, hosts)
        further = known if name != "debug-overrides" else []
        ahead += [(one, hosts) for one in reversed(further)]


def _is_skipped(around: str, name: str) -> bool:
    """Whether Android passes over an element there; in what others read, one that counts elsewhere."""
    known = name in _CHILDREN[around] or (around, name) in _REFUSED
    return not known and (around not in _OTHERS or name in _ELEMENTS)


def _skipped(
    element: Element, around: str, where: Callable[[Element], Location], hosts: tuple[str, ...]
) -> Iterator[Oddity]:
    """An element that Android does not know there, whether or not it resembles one that it knows."""
    name = _name(element)
    if name in _ELEMENTS:
        owner = next(owner for owner, names in _CHILDREN.items() if name in names)
        said, fix, meant = f"<{name}> counts only inside <{owner}>", f"move it into <{owner}>", name
    elif meant := nearest(name, _CHILDREN[around]) or nearest(name, _ALL):
        said, fix = f"Android knows no <{name}>", f"write <{meant}>"
    elif (below := next(element.iterdescendants(*_ANYWHERE), None)) is not None:
        said, fix = f"Android knows no <{name}>, and skips the <{_name(below)}> in it", f"take <{name}> away"
        meant = _name(below)
    else:
        said, fix = f"Android knows no <{shortened(name)}>", "take it away, or write what is meant"
        meant = "pin" if around == "pin-set" else ""
    message = f"{said}: it is skipped without a word"
    yield Oddity(OddityKind.ELEMENT, message, fix, where(element), meant in _PINNING, hosts)


def _attributes(
    element: Element, name: str, where: Callable[[Element], Location], hosts: tuple[str, ...]
) -> Iterator[Oddity]:
    own = _ATTRIBUTES.get(name, ())
    for key, text in element.attrib.items():
        space, _, attribute = str(key).rpartition("}")
        value = str(text)
        if attribute in own and (not space or attribute in _ANY_NAMESPACE):
            said, fix = _odd_value(attribute, value)
        else:
            said, fix = _odd_attribute(name, attribute, namespaced=bool(space))
        if said:
            pinning = name == "domain" and _pinned(element)
            yield Oddity(OddityKind.ATTRIBUTE, said, fix, where(element), pinning, hosts)


def _odd_value(attribute: str, value: str) -> tuple[str, str]:
    """A word where a boolean belongs, which comes to mean the opposite."""
    default = _DEFAULTS.get(attribute)
    word = value.strip().lower()
    if default is None or boolean(value) is not None or word not in (_NO if default else _YES):
        return "", ""
    meant, taken = ("false", "true") if default else ("true", "false")
    said = f'{attribute}="{value}" is no boolean to Android, which takes it for {taken}'
    return said, f'write {attribute}="{meant}"'


def _odd_attribute(element: str, attribute: str, *, namespaced: bool) -> tuple[str, str]:
    own = _ATTRIBUTES.get(element, ())
    if attribute in own:
        return (
            f"{attribute} counts only without a namespace: it is skipped without a word",
            "take its prefix away",
        )
    if namespaced:
        return "", ""
    if attribute in _OWNERS:
        owner = "domain-config" if _OWNERS[attribute] == "base-config" else _OWNERS[attribute]
        said = f"{attribute} on <{element}> is skipped without a word: it belongs on <{owner}>"
        return said, f"move it to <{owner}>"
    if meant := nearest(attribute, own):
        said = f"Android knows no {attribute} on <{element}>: it is skipped without a word"
        return said, f"write {meant}"
    return "", ""


def _pinned(domain: Element) -> bool:
    """Whether the config of a domain, or one around it, has pins."""
    return any(next(_named(one, "pin-set"), None) is not None for one in domain.iterancestors())


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _elements(element: Element) -> Iterator[Element]:
    return (child for child in element if isinstance(child.tag, str))


def _named(element: Element, name: str) -> Iterator[Element]:
    yield from element.iterchildren(f"{{*}}{name}")
