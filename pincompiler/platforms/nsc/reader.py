"""The Network Security Configuration as Android reads it, and what it refuses.

One function for each thing that AOSP's XmlConfigSource parses.  Unknown elements and attributes
are skipped without a word, at every level, as Android does.  What it refuses is kept as a
:class:`~pincompiler.platforms.nsc.model.Problem` and reading goes on, so that all of it is told.
"""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from pincompiler.errors import InputError
from pincompiler.location import Location, Span
from pincompiler.platforms.nsc.model import NAMESPACE, Domain, DomainConfig, Nsc, Problem, Reporting
from pincompiler.policy import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_DATE = re.compile(r"\s*(\d+)-\s*(\d+)-\s*(\d+)")
_WHITE = " \t\r\n"


def parse_xml(data: bytes, what: str) -> Element:
    """The root of an XML text.  InputError if it is malformed or brings its own entities."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"{what}: not XML: {error.msg}") from error
    if root.getroottree().docinfo.doctype:
        raise InputError(f"{what}: has a DOCTYPE, which aapt refuses and which could pull in other files")
    if root.tag != "network-security-config":
        raise InputError(f"{what}: its root is <{root.tag}> and not <network-security-config>")
    return root


def read_xml(data: bytes, file: str) -> Nsc:
    """The configuration in an XML text, as a release build uses it."""
    return read_tree(parse_xml(data, file), file)


def read_tree(root: Element, file: str) -> Nsc:
    """The configuration below a root element whose ``sourceline`` s are those of ``file``."""
    reader = _Reader(file)
    reader.root(root)
    return Nsc(tuple(reader.configs), root.get(f"{{{NAMESPACE}}}policy", ""), tuple(reader.problems))


@dataclass(frozen=True, slots=True)
class _Inherited:
    """What a domain-config takes from those around it unless it says otherwise."""

    keys: tuple[Key, ...] = ()
    expires: date | None = None
    overridden: bool = False


@dataclass
class _Reader:
    file: str
    configs: list[DomainConfig] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def root(self, root: Element) -> None:
        for name in ("base-config", "debug-overrides"):
            for again in root.findall(name)[1:]:
                self.refuse(again, f"only one {name} is allowed")
        base = root.find("base-config")
        inherited = _Inherited() if base is None else _Inherited(overridden=self._anchors(base) or False)
        for element in (*root.findall("base-config"), *root.findall("debug-overrides")):
            for name in ("domain", "pin-set", "domain-config"):
                for child in element.findall(name):
                    self.refuse(child, f"<{name}> is not allowed in <{element.tag}>")
        for element in root.findall("domain-config"):
            self._domain_config(element, inherited)

    def _domain_config(self, element: Element, around: _Inherited) -> None:
        own = self._single(element, "pin-set")
        anchors = self._single(element, "trust-anchors")
        keys, expires = (around.keys, around.expires) if own is None else self._pin_set(own)
        overridden = around.overridden if anchors is None else bool(self._anchors(element))
        domains = tuple(d for child in element.findall("domain") if (d := self._domain(child)))
        if not element.findall("domain"):
            self.refuse(element, "a domain-config has no <domain> of its own")
        reporting = self._reporting(element)
        here = self._where(element)
        self.configs.append(
            DomainConfig(domains, keys, expires if keys else None, reporting, overridden, here)
        )
        for nested in element.findall("domain-config"):
            self._domain_config(nested, _Inherited(keys, expires, overridden))

    def _single(self, element: Element, name: str) -> Element | None:
        found = element.findall(name)
        for again in found[1:]:
            self.refuse(again, f"a second <{name}> in one domain-config")
        return found[0] if found else None

    def _domain(self, element: Element) -> Domain | None:
        if any(isinstance(child.tag, str) for child in element):
            self.refuse(element, "<domain> contains another element")
        name = _text(element).strip(_WHITE).lower()
        if not name:
            self.refuse(element, "a <domain> is empty")
            return None
        if name in self.seen:
            self.refuse(element, f"{name} has already been specified")
            return None
        self.seen.add(name)
        return Domain(name, _true(element.get("includeSubdomains")))

    def _pin_set(self, element: Element) -> tuple[tuple[Key, ...], date | None]:
        pins = [pin for child in element.findall("pin") if (pin := self._pin(child))]
        expires = None
        text = element.get("expiration")
        if text is not None:
            expires = expiration(text)
            if expires is None:
                self.refuse(element, f'the expiration "{text}" is no date of the form yyyy-MM-dd')
        return tuple(Key(pin) for pin in dict.fromkeys(pins)), expires

    def _pin(self, element: Element) -> bytes | None:
        if any(isinstance(child.tag, str) for child in element):
            self.refuse(element, "<pin> contains another element")
        digest = element.get("digest")
        if digest is None or digest.upper() != "SHA-256":
            self.refuse(element, f"the pin digest {digest or '(none)'} is not SHA-256")
            return None
        pin = decode_base64(_text(element).strip(_WHITE))
        if pin is None or len(pin) != 32:
            size = "is not base64" if pin is None else f"has {len(pin)} bytes instead of 32"
            self.refuse(element, f"a pin {size}")
            return None
        return pin

    def _anchors(self, element: Element) -> bool | None:
        """Whether a trust anchor of this config has overridePins; None without trust-anchors."""
        anchors = element.find("trust-anchors")
        if anchors is None:
            return None
        for certificates in anchors.findall("certificates"):
            source = certificates.get("src")
            if source is None:
                self.refuse(certificates, "<certificates> has no src")
            elif source not in ("system", "user", "wfa") and not source.startswith("@"):
                self.refuse(certificates, f'the certificates src "{source}" is unknown')
        return any(_true(c.get("overridePins")) for c in anchors.findall("certificates"))

    def _reporting(self, element: Element) -> Reporting | None:
        found = element.find("trustkit-config")
        if found is None:
            return None
        uris = tuple(_text(uri).strip(_WHITE) for uri in found.findall("report-uri"))
        return Reporting(
            _true(found.get("enforcePinning")), _true(found.get("disableDefaultReportUri")), uris
        )

    def refuse(self, element: Element, message: str) -> None:
        self.problems.append(Problem(message, self._where(element)))

    def _where(self, element: Element) -> Location:
        line = element.sourceline or 1
        return Location(self.file, Span(line, 1, line, 1))


def decode_base64(text: str) -> bytes | None:
    """``android.util.Base64.decode(text, DEFAULT)``: foreign characters are skipped, padding is optional."""
    body, _, padding = _NOT_BASE64.sub("", text).partition("=")
    padding = f"={padding}" if _NOT_BASE64.sub("", text) != body else ""
    wanted = {0: "", 2: "==", 3: "="}.get(len(body) % 4)
    if wanted is None or padding not in ("", wanted):
        return None
    return b64decode(body + wanted)


def expiration(text: str) -> date | None:
    """``SimpleDateFormat("yyyy-MM-dd").parse``, not lenient: what follows the date is ignored.

    Years are read as they stand (``26`` is the year 26).  Years past 9999 mean the last day there is.
    """
    found = _DATE.match(text)
    if found is None:
        return None
    year, month, day = (int(part[:9]) for part in found.groups())
    try:
        return date(min(year, 9999), month, day)
    except ValueError:
        return None


def _text(element: Element) -> str:
    """The text of an element without its comments, which aapt2 drops."""
    return "".join(_pieces(element))


def _pieces(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            return
        yield child.tail or ""


def _true(text: str | None) -> bool:
    """A boolean attribute as aapt2 types it; any other text stays text, which Android reads as false."""
    if text is None:
        return False
    return text.strip() in ("true", "TRUE", "True") or (text.strip().isdigit() and int(text) != 0)
