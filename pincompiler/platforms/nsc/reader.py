"""The Network Security Configuration as Android reads it, and what it refuses.

One function for each thing that AOSP's XmlConfigSource parses.  Unknown elements and attributes
are skipped without a word, at every level, as Android does; namespaces of elements do not count.
What it refuses, if only in a debuggable build, is kept as a
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
    from lxml.etree import _Element as Element

_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_DATE = re.compile(r"[ \t]*(\d+)-[ \t]*(\d+)-[ \t]*(\d+)")
_LAST_YEAR = 292_278_994
"""Java's calendar ends here."""
_INTEGER = re.compile(r"-?[0-9]{1,9}|0x[0-9A-Fa-f]{1,8}")
_REFERENCE = re.compile(r"@\*?(?:[\w.]+:)?\w+/[\w.]+|@null")
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
        raise InputError(f"{what}: has a DOCTYPE, which could pull in other files; take it out")
    if etree.QName(root).localname != "network-security-config":
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
        overridden = False
        for name in ("base-config", "debug-overrides"):
            elements = _children(root, name)
            for again in elements[1:]:
                self.refuse(again, f"only one {name} is allowed")
            for element in elements:
                for stray in ("domain", "pin-set", "domain-config"):
                    for child in _children(element, stray):
                        self.refuse(child, f"<{stray}> is not allowed in <{name}>")
                anchors = self._anchors(element, name)
                if name == "base-config":
                    overridden = bool(anchors)
        for element in _children(root, "domain-config"):
            self._domain_config(element, _Inherited(overridden=overridden))

    def _domain_config(self, element: Element, around: _Inherited) -> None:
        own = self._single(element, "pin-set", "domain-config")
        keys, expires = (around.keys, around.expires) if own is None else self._pin_set(own)
        anchors = self._anchors(element, "domain-config")
        overridden = around.overridden if anchors is None else anchors
        named = _children(element, "domain")
        if not named:
            self.refuse(element, "a domain-config has no <domain> of its own")
        domains = tuple(d for child in named if (d := self._domain(child)))
        reporting = self._reporting(element)
        here = self._where(element)
        self.configs.append(
            DomainConfig(domains, keys, expires if keys else None, reporting, overridden, here)
        )
        for nested in _children(element, "domain-config"):
            self._domain_config(nested, _Inherited(keys, expires, overridden))

    def _single(self, element: Element, name: str, around: str) -> Element | None:
        found = _children(element, name)
        for again in found[1:]:
            self.refuse(again, f"a second <{name}> in one {around}")
        return found[0] if found else None

    def _domain(self, element: Element) -> Domain | None:
        text = self._text(element, "domain")
        if text is None:
            return None
        name = text.lower()
        if not name:
            self.refuse(element, "a <domain> is empty")
            return None
        if name in self.seen:
            self.refuse(element, f"{name} has already been specified")
            return None
        self.seen.add(name)
        return Domain(name, _true(element.get("includeSubdomains")))

    def _pin_set(self, element: Element) -> tuple[tuple[Key, ...], date | None]:
        pins = [pin for child in _children(element, "pin") if (pin := self._pin(child))]
        expires = None
        text = element.get("expiration")
        if text is not None:
            expires = expiration(text)
            if expires is None:
                self.refuse(element, f'the expiration "{text}" is no date of the form yyyy-MM-dd')
        return tuple(Key(pin) for pin in dict.fromkeys(pins)), expires

    def _pin(self, element: Element) -> bytes | None:
        digest = element.get("digest")
        if digest is None or digest.upper() != "SHA-256":
            self.refuse(element, f"the pin digest {digest or '(none)'} is not SHA-256")
            return None
        text = self._text(element, "pin")
        if text is None:
            return None
        pin = decode_base64(text)
        if pin is None or len(pin) != 32:
            size = "is not base64" if pin is None else f"has {len(pin)} bytes instead of 32"
            self.refuse(element, f"a pin {size}")
            return None
        return pin

    def _text(self, element: Element, name: str) -> str | None:
        """What the element says: one text and nothing else; None if it was refused."""
        if any(isinstance(child.tag, str) for child in element):
            self.refuse(element, f"<{name}> contains another element")
            return None
        texts = _texts(element)
        if len(texts) > 1:
            self.refuse(element, f"a comment divides the text of <{name}>, and Android reads one part only")
            return None
        return texts[0] if texts else ""

    def _anchors(self, element: Element, name: str) -> bool | None:
        """Whether a trust anchor of this config has overridePins; None without trust-anchors."""
        anchors = self._single(element, "trust-anchors", name)
        if anchors is None:
            return None
        every = _children(anchors, "certificates")
        for certificates in every:
            source = certificates.get("src")
            if source is None:
                self.refuse(certificates, "<certificates> has no src")
            elif source not in ("system", "user", "wfa") and not _REFERENCE.fullmatch(source.strip(_WHITE)):
                self.refuse(certificates, f'the certificates src "{source}" is unknown')
        return any(_true(certificates.get("overridePins")) for certificates in every)

    def _reporting(self, element: Element) -> Reporting | None:
        for found in _children(element, "trustkit-config"):
            uris = tuple("".join(_texts(uri)) for uri in _children(found, "report-uri"))
            enforce, disable = found.get("enforcePinning"), found.get("disableDefaultReportUri")
            return Reporting(_true(enforce), _true(disable), uris)
        return None

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

    Years are read as they stand (``26`` is the year 26); one past 9999 becomes one of the 9,600s to
    9,900s with the same calendar, which is as far away.
    """
    found = _DATE.match(text)
    if found is None:
        return None
    try:
        year, month, day = map(int, found.groups())
        if year > _LAST_YEAR:
            return None
        return date(year if year <= date.max.year else 9600 + year % 400, month, day)
    except ValueError:
        return None


def _children(element: Element, name: str) -> list[Element]:
    """The child elements of a name, in whatever namespace: Android asks for the local name only."""
    return list(element.iterchildren(f"{{*}}{name}"))


def _texts(element: Element) -> list[str]:
    """The pieces of text as aapt2 keeps them: divided by comments, trimmed, and no blank ones."""
    from lxml.etree import Comment

    texts = [element.text or ""]
    for child in element:
        if child.tag is Comment:
            texts.append("")
        texts[-1] += child.tail or ""
    return [text for piece in texts if (text := piece.strip(_WHITE))]


def _true(text: str | None) -> bool:
    """A boolean attribute as aapt2 types it; any other text stays text, which Android reads as false."""
    word = (text or "").strip(_WHITE)
    if _INTEGER.fullmatch(word):
        return bool(word.strip("-0x"))
    return word in ("true", "TRUE", "True")
