"""Elements of a Network Security Configuration: found in a tree, and put into one."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element as Element

    from pincompiler.platforms.nsc.model import Certificates, Domain, DomainConfig, Reporting

WHITE: Final = " \t\r\n"


def children(element: Element, name: str) -> list[Element]:
    """The child elements of a name, in whatever namespace: Android asks for the local name only."""
    return list(element.iterchildren(f"{{*}}{name}"))


def local_name(tag: object) -> str:
    """Of an element or attribute."""
    return str(tag).rpartition("}")[2]


def texts(element: Element) -> list[str]:
    """The pieces of text as aapt2 keeps them: divided by comments, trimmed, and no blank ones."""
    from lxml.etree import Comment

    found = [element.text or ""]
    for child in element:
        if child.tag is Comment:
            found.append("")
        found[-1] += child.tail or ""
    return [text for piece in found if (text := piece.strip(WHITE))]


def write_domains(element: Element, domains: Iterable[Domain]) -> None:
    """A ``<domain>`` for each of them."""
    from lxml.etree import SubElement

    for domain in domains:
        entry = SubElement(element, "domain")
        entry.text = domain.name
        write_reach(entry, wide=domain.include_subdomains)


def write_reach(domain: Element, *, wide: bool) -> None:
    """Whether it includes what lies below: said in either case, as Android lint wants it."""
    domain.set("includeSubdomains", "true" if wide else "false")


def write_anchors(element: Element, anchors: Iterable[Certificates]) -> None:
    """The ``<trust-anchors>`` of a config."""
    from lxml.etree import SubElement

    trusted = SubElement(element, "trust-anchors")
    for one in anchors:
        SubElement(trusted, "certificates", {"src": one.source})


def write_pins(element: Element, config: DomainConfig) -> None:
    """The ``<pin-set>`` of a config that has keys, each with its name in a comment."""
    from lxml.etree import Comment, SubElement

    expiration = {"expiration": config.expires.isoformat()} if config.expires else {}
    pin_set = SubElement(element, "pin-set", expiration)
    for key in config.keys:
        pin_set.append(Comment(f" {key.label} "))
        SubElement(pin_set, "pin", digest="SHA-256").text = key.pin


def write_reporting(element: Element, reporting: Reporting) -> None:
    """TrustKit-Android's element."""
    from lxml.etree import SubElement

    flags = {
        "enforcePinning": "true" if reporting.enforce else "false",
        "disableDefaultReportUri": "true" if reporting.disable_default_uri else "false",
    }
    config = SubElement(element, "trustkit-config", flags)
    for uri in reporting.uris:
        SubElement(config, "report-uri").text = uri


def take(element: Element) -> None:
    """Take an element out of a parent that has others, and leave their layout."""
    parent, before = element.getparent(), element.getprevious()
    assert parent is not None  # noqa: S101 - no root is taken out
    if element.getnext() is None and before is not None:
        before.tail = element.tail
    element.tail = None
    parent.remove(element)


def fit(parent: Element, child: Element) -> None:
    """Put a copy of an element behind the last child, laid out as that one is."""
    from lxml.etree import indent

    own = deepcopy(child)
    own.tail = parent[-1].tail if len(parent) else parent.text
    inner, closing = ("" if text is None or text.strip() else text for text in (parent.text, own.tail))
    if len(parent) and "\n" in inner and "\n" in closing:
        inner, closing = (text[text.rindex("\n") :] for text in (inner, closing))
        parent[-1].tail = inner
        indent(own, inner.removeprefix(closing) or "    ")
        for one in own.iter():
            one.text = _deeper(one.text, inner)
            one.tail = _deeper(one.tail, inner) if one is not own else one.tail
    parent.append(own)


def _deeper(text: str | None, inner: str) -> str | None:
    return text if text is None or text.strip() else text.replace("\n", inner)
