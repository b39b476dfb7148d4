"""The Network Security Configuration as Android reads it, and what it refuses.

One function for each thing that AOSP's XmlConfigSource parses.  Unknown elements and attributes
are skipped without a word, at every level, as Android does; namespaces of elements do not count.
What it refuses, if only in a debuggable build, is kept as a
:class:`~pincompiler.platforms.nsc.model.Problem` and reading goes on, so that all of it is reported; what
it skips and nobody would want skipped is among the oddities.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import field, replace
from datetime import date
from typing import TYPE_CHECKING

from pincompiler.base.errors import InputError, MalformedError, printable
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import Location, Span
from pincompiler.base.records import dataclass
from pincompiler.platforms.nsc.booleans import boolean
from pincompiler.platforms.nsc.elements import WHITE, children, texts
from pincompiler.platforms.nsc.model import (
    NAMESPACE,
    Certificates,
    Domain,
    DomainConfig,
    Nsc,
    Problem,
    Reporting,
    Settings,
)
from pincompiler.platforms.nsc.oddities import oddities
from pincompiler.platforms.nsc.places import places
from pincompiler.platforms.unfilled import is_unfilled
from pincompiler.policy.enforcement import Key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lxml.etree import _Element as Element
    from lxml.etree import _LogEntry

_NOT_BASE64 = lazy_regex(r"[^A-Za-z0-9+/=]")
_DATE = lazy_regex(r"[ \t]*(\d+)-[ \t]*(\d+)-[ \t]*(\d+)")
_LAST_YEAR = 292_278_994
"""Java's calendar ends here."""
_REFERENCE = lazy_regex(r"@\*?(?:[\w.]+:)?\w+/[\w.]+|@null")


class MalformedNscError(MalformedError):
    """What was to be a network security configuration is none."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """``problems``: at least one."""
        super().__init__(tuple((one.where, one.message) for one in problems))
        self.problems = problems


def parse_xml(data: bytes, what: str) -> Element:
    """The root of an XML text, with what its DOCTYPE says inside the file filled in, as aapt2 does it.

    Attributes that it gives to elements which lack them are got from these like others.

    MalformedNscError if it is malformed, which aapt2 refuses, too, refers to what is outside the file, which aapt2
    leaves out, or is another file; InputError if it is larger than libxml2's limits.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities="internal", no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if any(one.type_name == "ERR_RESOURCE_LIMIT" for one in parser.error_log):
            raise InputError(f"{what}: {_one_line(error.msg)}") from error
        raise MalformedNscError(
            tuple(_fault(one, data, _at(what, one.line, one.column)) for one in parser.error_log)
        ) from error
    if etree.QName(root).localname != "network-security-config":
        message = f"its root is <{root.tag}> and not <network-security-config>"
        raise MalformedNscError((Problem(message, _at(what, root.sourceline or 1, 1)),))
    return root


def _fault(error: _LogEntry, data: bytes, where: Location) -> Problem:
    """What libxml2 reports; with a DOCTYPE aapt2 takes it that some entities are elsewhere."""
    said = _one_line(error.message)
    if b"<!DOCTYPE" in data and error.type_name in ("ERR_UNDECLARED_ENTITY", "WAR_UNDECLARED_ENTITY"):
        return Problem(f"{said} in this file, and aapt2 leaves it out", where, elsewhere=True)
    return Problem(f"not XML: {said}", where, unbuilt=True)


def _one_line(words: str) -> str:
    """What libxml2 says: it quotes the file, line ends and all."""
    return printable(" ".join(words.split()))


def _at(file: str, line: int, column: int) -> Location:
    line, column = max(line, 1), max(column, 1)
    return Location(file, Span(line, column, line, column))


def read_xml(data: bytes, file: str) -> Nsc:
    """The configuration in an XML text, as a release build uses it."""
    root = parse_xml(data, file)
    return read_tree(root, file, known=places(root, data))


def read_tree(
    root: Element, file: str, member: str = "", known: Mapping[Element, tuple[int, int]] | None = None
) -> Nsc:
    """The configuration below a root element whose ``sourceline`` s are those of ``file``, or of its member.

    ``known``: where its elements begin, if that is known.
    """
    reader = _Reader(Location(file, member=member), known or {})
    reader.root(root)
    return Nsc(
        tuple(reader.configs),
        root.get(f"{{{NAMESPACE}}}policy", ""),
        tuple(reader.problems),
        reader.base,
        reader.overrides,
        reader.unended,
        oddities(root, reader.where),
    )


def take_unfilled(
    root: Element, file: str, known: Mapping[Element, tuple[int, int]]
) -> tuple[tuple[str, Location], ...]:
    """Take out each config that has a value which is filled in later, and give these values with their places.

    What such a config says, and of which hosts, is not known; of the others all is.
    """
    reader = _Reader(Location(file), known)
    found: list[tuple[str, Location]] = []
    for config in tuple(root.iterchildren("*")):
        said = [(text, one) for one in config.iter("*") for text in (one.text or "", *one.attrib.values())]
        unfilled = [(str(text).strip(), reader.where(one)) for text, one in said if is_unfilled(str(text))]
        if unfilled:
            root.remove(config)
        found += unfilled
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Inherited:
    """What a domain-config takes from those around it unless it says otherwise."""

    settings: Settings
    keys: tuple[Key, ...] = ()
    expires: date | None = None
    reporting: Reporting | None = None
    trustkit_expires: date | None = None


@dataclass(slots=True)
class _Reader:
    place: Location
    places: Mapping[Element, tuple[int, int]]
    """Of elements whose text is at hand: line and column."""
    configs: list[DomainConfig] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    base: Settings = field(default_factory=Settings)
    overrides: tuple[Certificates, ...] | None = None
    unended: Location | None = None
    seen: set[str] = field(default_factory=set)
    refused: list[tuple[str, Location]] = field(default_factory=list)
    """Pins that Android refuses, as they are written."""
    debug: bool = False
    """Whether what is being read counts in debuggable builds only."""

    def root(self, root: Element) -> None:
        for element in self._one(root, "base-config"):
            self.base = self._settings(element, Settings())
        for element in self._one(root, "debug-overrides"):
            self.debug = True
            self.overrides = self._settings(element, Settings()).anchors or ()
            self.unended = None if children(element, "trust-anchors") else self.where(element)
        self.debug = False
        for element in children(root, "domain-config"):
            self._domain_config(element, _Inherited(self.base))

    def _one(self, root: Element, name: str) -> Iterator[Element]:
        """The elements of which there may be one, and which have no domains of their own."""
        elements = children(root, name)
        for again in elements[1:]:
            self.refuse(again, f"only one {name} is allowed")
        for element in elements:
            yield element
            for stray in ("domain", "pin-set", "domain-config"):
                for child in children(element, stray):
                    self.refuse(child, f"<{stray}> is not allowed in <{name}>")

    def _domain_config(self, element: Element, around: _Inherited) -> None:
        own = self._single(element, "pin-set", "domain-config")
        refused = len(self.refused)
        keys, expires = (around.keys, around.expires) if own is None else self._pin_set(own)
        trustkit_expires = expires or around.trustkit_expires
        settings = self._settings(element, around.settings)
        reporting = self._reporting(element, around.reporting)
        named = children(element, "domain")
        if not named:
            self.refuse(element, "a domain-config has no <domain> of its own")
        self.configs.append(
            DomainConfig(
                tuple(d for child in named if (d := self._domain(child))),
                keys,
                expires if keys else None,
                reporting,
                any(anchor.overrides_pins for anchor in settings.anchors or ()),
                self.where(element),
                settings,
                None if own is None else self.where(own),
                trustkit_expires if keys else None,
                _spelling(own, named, keys),
                tuple(self.refused[refused:]),
            )
        )
        for nested in children(element, "domain-config"):
            self._domain_config(nested, _Inherited(settings, keys, expires, reporting, trustkit_expires))

    def _settings(self, element: Element, around: Settings) -> Settings:
        """What a config says, and what it inherits: each thing as a whole."""
        here = self.where(element)
        for name, text in element.attrib.items():
            # Its name is looked at without its namespace, and a text that is no boolean permits.
            if str(name).rpartition("}")[2] == "cleartextTrafficPermitted":
                permitted = boolean(str(text))
                around = replace(around, cleartext=permitted is not False, cleartext_where=here)
        for child in children(element, "certificateTransparency"):
            wanted = bool(boolean(child.get("enabled")))
            around = replace(around, transparency=wanted, transparency_where=self.where(child))
        anchors = self._anchors(element, str(element.tag).rpartition("}")[2])
        if anchors is None:
            return around
        found = replace(around, anchors=anchors[0], anchors_where=anchors[1])
        ended = around.transparency is True and not children(element, "certificateTransparency")
        if ended and any(one.source != "system" for one in anchors[0]):
            return replace(found, transparency=None, transparency_where=None, lapsed=True)
        return found

    def _single(self, element: Element, name: str, around: str) -> Element | None:
        found = children(element, name)
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
        return Domain(name, bool(boolean(element.get("includeSubdomains"))), self.where(element))

    def _pin_set(self, element: Element) -> tuple[tuple[Key, ...], date | None]:
        # Of a pin that is there twice, the first place counts.
        pins: dict[bytes, Location] = {}
        for child in children(element, "pin"):
            if pin := self._pin(child):
                pins.setdefault(pin, self.where(child))
        expires = None
        text = element.get("expiration")
        if text is not None:
            expires = expiration(text)
            if expires is None:
                self.refuse(element, f'the expiration "{text}" is no date of the form yyyy-MM-dd')
        return tuple(Key(pin, where=where) for pin, where in pins.items()), expires

    def _pin(self, element: Element) -> bytes | None:
        pin = self._sha256(element)
        if pin is None and (text := "".join(map(str, element.itertext())).strip(WHITE)):
            self.refused.append((text, self.where(element)))
        return pin

    def _sha256(self, element: Element) -> bytes | None:
        """The bytes of a pin; None if it was refused."""
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
        found = texts(element)
        if len(found) > 1:
            self.refuse(element, f"a comment divides the text of <{name}>, and Android reads one part only")
            return None
        return found[0] if found else ""

    def _anchors(self, element: Element, name: str) -> tuple[tuple[Certificates, ...], Location] | None:
        """The trust anchors of a config and their place; None without trust-anchors."""
        anchors = self._single(element, "trust-anchors", name)
        if anchors is None:
            return None
        found = []
        for certificates in children(anchors, "certificates"):
            source = certificates.get("src")
            if source is None:
                self.refuse(certificates, "<certificates> has no src")
                continue
            if source not in ("system", "user", "wfa") and not _REFERENCE.fullmatch(source.strip(WHITE)):
                self.refuse(certificates, f'the certificates src "{source}" is unknown')
            if source == "wfa":
                self.refuse(certificates, 'the certificates src "wfa" is unknown before Android 10', 29)
            overrides = boolean(certificates.get("overridePins"))
            found.append(
                Certificates(source, self.debug if overrides is None else overrides, self.where(certificates))
            )
        return tuple(found), self.where(anchors)

    def _reporting(self, element: Element, around: Reporting | None) -> Reporting | None:
        """TrustKit's element; without one, or where it leaves out an attribute, that of the config around."""
        for found in children(element, "trustkit-config"):
            uris = tuple("".join(texts(uri)) for uri in children(found, "report-uri"))
            enforce, disable = found.get("enforcePinning"), found.get("disableDefaultReportUri")
            inherited = around is not None and around.disable_default_uri and disable is None
            return Reporting(bool(boolean(enforce)), inherited or bool(boolean(disable)), uris)
        return around

    def refuse(self, element: Element, message: str, before: int | None = None) -> None:
        self.problems.append(Problem(message, self.where(element), self.debug, before))

    def where(self, element: Element) -> Location:
        line, column = self.places.get(element) or (element.sourceline or 1, 1)
        return replace(self.place, span=Span(line, column, line, column))


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


def _spelling(own: Element | None, named: Sequence[Element], keys: tuple[Key, ...]) -> str:
    """What TrustKitConfigurationParser compares to the letter: digests, and the last domain if it has pins."""
    for pin in children(own, "pin") if own is not None else ():
        digest = str(pin.get("digest"))
        if digest != "SHA-256":
            return f"the pin digest {digest} is not spelled SHA-256"
    text = (named[-1].text or "") if named and keys else ""
    return f"white space stands around {text.strip()}" if text != text.strip() else ""
