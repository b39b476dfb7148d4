"""A hand-written Network Security Configuration, and the pins of pins.toml in it.

For every host the pins are those of pins.toml where it covers the host, and all else is as it was: trust anchors,
cleartext traffic, public logs.  A config whose domains are pinned alike receives the pin-set.  Other domains get a
config at the top level, in which what they had from the configs around them is repeated: nested there, they would
inherit its pins as well (NetworkSecurityConfig.Builder).
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, Final

from pincompiler.base.location import Location
from pincompiler.base.records import dataclass
from pincompiler.platforms.nsc.elements import (
    children,
    fit,
    local_name,
    take,
    texts,
    write_anchors,
    write_domains,
    write_pins,
    write_reach,
    write_reporting,
)
from pincompiler.platforms.nsc.model import Problem
from pincompiler.platforms.nsc.places import places
from pincompiler.platforms.nsc.reader import parse_xml, read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element as Element

    from pincompiler.platforms.nsc.model import Domain, DomainConfig, Nsc

_INHERITED: Final = (
    "pin-set",
    "trust-anchors",
    "certificateTransparency",
    "domainEncryption",
    "trustkit-config",
)
_UNMODELLED: Final = ("hstsEnforced", "domainEncryption", "trustkit-config")
_ATTRIBUTES: Final = ("cleartextTrafficPermitted", "hstsEnforced")
"""Android asks for these whatever their namespace."""


def merge(base: bytes, file: str, generated: Nsc) -> Nsc:
    """What the output is to Android: the base, which messages call ``file``, with the generated configs in it.

    Places are those of the base.  MalformedNscError or InputError as :func:`read_xml`.
    """
    root = parse_xml(base, file)
    known = places(root, base)
    before = read_tree(root, file, known=known)
    merging = _Merging(root, before, generated)
    merging.insert()
    found = read_tree(root, file, known=known)
    keys = {key: key for config in generated.configs for key in config.keys}
    anchors = {
        one.source: one.anchors for config in generated.configs for one in config.settings.anchors or ()
    }
    # Names and roles of keys, and the certificates of anchors, are not in the file.
    configs = tuple(
        replace(config, keys=tuple(keys.get(key, key) for key in config.keys)) for config in found.configs
    )
    return replace(
        replace(found, configs=configs).with_resources(anchors.get),
        policy_digest="",
        problems=(*before.problems, *merging.problems),
        oddities=before.oddities,
        target_sdk=generated.target_sdk,
    )


def insert(root: Element, generated: Nsc) -> None:
    """Put generated configs into the tree of a base."""
    _Merging(root, read_tree(root, "the base"), generated).insert()


@dataclass(frozen=True, slots=True)
class _Place:
    """A domain-config of the base as it was."""

    element: Element
    model: DomainConfig
    around: _Place | None
    said: Mapping[str, Element | str]
    """Its statements and those of the configs around it, each from the nearest; of the base-config none."""


@dataclass(slots=True)
class _Merging:
    root: Element
    base: Nsc
    generated: Nsc
    problems: list[Problem] = field(default_factory=list)
    places: dict[int, _Place] = field(default_factory=dict)
    """By the id of their models."""
    filled: dict[Element, DomainConfig] = field(default_factory=dict)
    """Configs of the base with what was put into them."""
    moved: list[Element] = field(default_factory=list)
    """Configs that go to the end of the file."""

    def insert(self) -> None:
        around: dict[Element, _Place] = {}
        for element, model in zip(_nested(self.root), self.base.configs, strict=True):
            outer = around.get(_parent(element))
            place = _Place(element, model, outer, {**(outer.said if outer else {}), **_said(element)})
            around[element] = self.places[id(model)] = place
        for place in self.places.values():
            self._share(place)
        for place in self.places.values():
            if self._is_exposed(place):
                self._move(place)
        for config in self.generated.configs:
            self._add(config)
        self.root.extend(self.moved)

    # -- domains of the base ---------------------------------------------------------------------

    def _share(self, place: _Place) -> None:
        """Divide the domains of a config by what is generated for them."""
        groups: dict[object, tuple[DomainConfig | None, list[Domain]]] = {}
        for domain in place.model.domains:
            config = self._wanted(place, domain)
            groups.setdefault(config and _key(config, domain), (config, []))[1].append(domain)
        staying = None if None in groups else next(iter(groups), None)
        for key, (config, domains) in groups.items():
            if config is None:
                continue
            element = place.element
            for domain in domains:
                if self._may_widen(place, domain, config):
                    write_reach(_domain(element, domain.name), wide=True)
            if key == staying:
                self.filled[element] = config
            else:
                some = [_domain(element, domain.name) for domain in domains]
                for one in some:
                    take(one)
                element = self._new(some, place)
            self._fill(element, config)

    def _wanted(self, place: _Place, domain: Domain) -> DomainConfig | None:
        """What is generated for a domain of the base; None: nothing, or nothing that could be put in."""
        config = self.generated.config(domain.name)
        if config is None or domain.unmatched:
            return None
        own = {local_name(child.tag) for child in place.element}
        named = any(one.name == domain.name for one in config.domains)
        if "pin-set" in own:
            self._refuse("pins", domain, named=named)
            return None
        if not config.keys and config.settings.anchors is None:
            return None
        if "trust-anchors" in own and self._trusts_others(place, config):
            self._refuse("trust-anchors", domain, named=True)
            return None
        if "trustkit-config" in own and config.reporting:
            self._refuse("a trustkit-config", domain, named=True)
            return None
        return config

    def _refuse(self, what: str, domain: Domain, *, named: bool) -> None:
        if named:
            message = f"{domain.name} has {what} here and by pins.toml; keep one"
            self.problems.append(Problem(message, domain.where or Location("the base")))

    def _trusts_others(self, place: _Place, config: DomainConfig) -> bool:
        target = self.generated.target_sdk
        stated = config.settings.anchors is not None
        return stated and place.model.settings.trust(target) != config.settings.trust(target)

    def _may_widen(self, place: _Place, domain: Domain, config: DomainConfig) -> bool:
        """Whether the pins are to reach below it, and nothing but pins would change there."""
        wanted = any(one.name == domain.name and one.include_subdomains for one in config.domains)
        if domain.include_subdomains or not wanted:
            return False
        below = self.base.config(f".{domain.name}")
        there = self.places[id(below)].said if below else _said(self._base_config())
        here = place.model.settings, (below.settings if below else self.base.base)
        one, other = (
            (some.trust(self.generated.target_sdk), some.cleartext, some.transparency, some.exempt)
            for some in here
        )
        return one == other and _unmodelled(place.said) == _unmodelled(there)

    def _base_config(self) -> Element | None:
        return next(iter(children(self.root, "base-config")), None)

    # -- domains that the base does not have -------------------------------------------------------

    def _add(self, config: DomainConfig) -> None:
        """Give generated hosts configs with the settings of what decided on them before."""
        taken = {domain.name for one in self.base.configs for domain in one.domains}
        groups: dict[int, list[Domain]] = {}
        for domain in config.domains:
            if domain.name not in taken:
                groups.setdefault(id(self.base.config(domain.name)), []).append(domain)
        for around, domains in groups.items():
            element = self._new([], self.places.get(around))
            write_domains(element, domains)
            self._fill(element, config)

    # -- configs inside others ---------------------------------------------------------------------

    def _is_exposed(self, place: _Place) -> bool:
        """Whether it would inherit what was put into a config around it."""
        outer = place.around
        while outer is not None:
            if outer.element in self.filled:
                return not _is_shielded(place.element, self.filled[outer.element])
            if outer.element in self.moved:
                return False
            outer = outer.around
        return False

    def _move(self, place: _Place) -> None:
        """Take a config out of those around it, with what it had from them."""
        take(place.element)
        self.moved.append(place.element)
        self._repeat(place.element, place)

    # -- what is put in ------------------------------------------------------------------------------

    def _new(self, domains: list[Element], place: _Place | None) -> Element:
        """A config at the end of the file with the settings of another."""
        from lxml import etree

        element = etree.Element("domain-config")
        element.extend(domains)
        self.moved.append(element)
        if place is not None:
            element.sourceline = place.element.sourceline
            self._repeat(element, place, pins=False)
        return element

    def _repeat(self, element: Element, place: _Place, *, pins: bool = True) -> None:
        from lxml import etree

        settings = place.model.settings
        left_out = set() if pins else {"pin-set"}
        # What trust anchors have ended must not begin again.
        left_out |= {"certificateTransparency"} if settings.transparency is None else set()
        own = {local_name(name) for name in element.attrib}
        for name, said in place.said.items():
            if isinstance(said, str):
                element.attrib.update({} if name in own else {name: said})
            elif not children(element, name) and name not in left_out:
                fit(element, said)
        if settings.lapsed and settings.transparency is None and not settings.exempt:
            # Anchors around it have ended the demand for public logs, and its own would not.
            fit(element, etree.Element("certificateTransparency", enabled="false"))

    def _fill(self, element: Element, config: DomainConfig) -> None:
        from lxml import etree

        added = etree.Element("added")
        if config.settings.anchors is not None:
            for old in children(element, "trust-anchors"):
                take(old)
            write_anchors(added, config.settings.anchors)
        if config.keys:
            write_pins(added, config)
        if config.reporting:
            write_reporting(added, config.reporting)
        for one in added:
            fit(element, one)


def _nested(around: Element) -> Iterator[Element]:
    """The domain-configs in an element in the order in which they are read."""
    for element in children(around, "domain-config"):
        yield element
        yield from _nested(element)


def _parent(element: Element) -> Element:
    parent = element.getparent()
    assert parent is not None  # noqa: S101 - all but the root have one
    return parent


def _said(element: Element | None) -> dict[str, Element | str]:
    """What an element states by itself of what it would inherit otherwise."""
    if element is None:
        return {}
    stated: dict[str, Element | str] = {
        local_name(name): str(text)
        for name, text in element.attrib.items()
        if local_name(name) in _ATTRIBUTES
    }
    return {**stated, **{name: found[0] for name in _INHERITED if (found := children(element, name))}}


def _unmodelled(said: Mapping[str, Element | str]) -> list[str]:
    """What is stated that settings do not have."""
    from lxml.etree import tostring

    some = {name: said[name] for name in _UNMODELLED if name in said}
    return sorted(
        f"{name}={one}" if isinstance(one, str) else tostring(one, method="c14n", with_tail=False).decode()
        for name, one in some.items()
    )


def _key(config: DomainConfig, domain: Domain) -> object:
    """What is equal for all domains that may share a config; TrustKit-Android knows one domain in each."""
    alone = domain.name if config.reporting else ""
    return config.keys, config.expires, config.settings.anchors, config.reporting, alone


def _domain(config: Element, name: str) -> Element:
    return next(one for one in children(config, "domain") if [name] == [t.lower() for t in texts(one)])


def _is_shielded(element: Element, around: DomainConfig) -> bool:
    """Whether it says all by itself that was put into the config around it."""
    own = {local_name(child.tag) for child in element}
    return (
        "pin-set" in own
        and ("trust-anchors" in own or around.settings.anchors is None)
        and ("trustkit-config" in own or around.reporting is None)
    )
