"""An app as one thing, whether it comes as an APK, as splits or as a bundle.

Facts only: what is in the app and where, what is strange about it, and what could not be read.
Members are named as a user would look for them: ``classes.dex`` in an APK, ``base.apk!classes.dex``
in a set of splits, ``base/dex/classes.dex`` in a bundle.
"""

from __future__ import annotations

import re
from dataclasses import field, replace
from enum import StrEnum
from itertools import count, takewhile
from typing import TYPE_CHECKING, Self

from pincompiler.android.apk.manifest import Manifest
from pincompiler.android.apk.markup import MarkupError, tree
from pincompiler.android.apk.resources import ResourceName, ResourceReference, Resources, Value
from pincompiler.archives.archive import Archive, MemberError
from pincompiler.archives.oddities import Anomaly, Oddities, Unread
from pincompiler.base.bounds import MEMBER_BYTES, NSC_BYTES, NSC_VARIANTS, NSC_VARIANTS_BYTES, OTHER_XML
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from lxml.etree import _Element as Element

    from pincompiler.android.apk.markup import Markup
    from pincompiler.platforms.nsc.model import Nsc
    from pincompiler.policy.trust import Anchor

_DEX = lazy_regex(r"classes([0-9]{0,9})\.dex", re.ASCII)
_NOT_IN_NAMES = lazy_regex(r"[^\w.]")
_FRAMEWORK = 0x01
_NSC_TAG = "network-security-config"


class PackageKind(StrEnum):
    """What the app came as."""

    APK = "apk"
    APKS = "apks"
    """An archive of APKs, whatever its name ends in: bundletool's, APKPure's or APKMirror's."""
    SPLITS = "splits"
    """A directory of APKs."""
    AAB = "aab"


@dataclass(frozen=True, slots=True)
class Part:
    """One APK, or one module of a bundle."""

    name: str
    """How its members differ from those of others; empty for a single APK."""
    archive: Archive
    inside: str = ""
    """Where a module lies in its bundle: ``base/``."""
    proto: bool = False
    """Whether XML and resources are in the protobuf form."""

    def shown(self, entry: str) -> str:
        """The member that an archive entry is."""
        return f"{self.name}!{entry}" if self.name and not self.inside else entry

    def resource(self, path: str) -> str:
        """The archive entry of a path that the resource table names."""
        return f"{self.inside}{path}"

    def loaded(self) -> frozenset[str]:
        """The archive entries that Android takes for code: ``classes.dex``, ``classes2.dex``, …, no gap."""
        folder = f"{self.inside}dex/" if self.inside else ""
        names = (f"{folder}classes{number if number > 1 else ''}.dex" for number in count(1))
        return frozenset(takewhile(self.archive.__contains__, names))

    def dex(self) -> Iterator[tuple[int, str]]:
        """Number and archive entry of every DEX file that is where Android looks for code."""
        folder = f"{self.inside}dex/" if self.inside else ""
        for entry in self.archive.names():
            # Most of an app's files are others.
            if (
                entry.endswith(".dex")
                and entry.startswith(folder)
                and (found := _DEX.fullmatch(entry[len(folder) :]))
            ):
                yield int(found[1] or 1), entry


@dataclass(frozen=True, slots=True)
class NscVariant:
    """The network security configuration on some devices."""

    qualifier: str
    """Which devices: ``v28``, ``land``; empty for all that no other variant is for."""
    member: str
    """The file; empty if there is none, which is one of the problems of ``nsc``."""
    root: Element | None
    """Its XML; references are ids such as ``@7f0100ab``."""
    nsc: Nsc
    """What Android reads there, and why it would refuse it."""
    is_debug_twin: bool
    """Whether it is the ``<name>_debug`` that Android adds in debuggable builds."""


@dataclass(frozen=True, slots=True)
class Package:
    """The app; open until it is closed, for members are read when they are asked for."""

    kind: PackageKind
    name: str
    """The file or directory as it was given."""
    sha256: str
    """Of the file; of a directory, that of the lines ``sha256sum *.apk`` prints in it."""
    manifests: tuple[Manifest, ...]
    """Of the base first, then of each split; facts about the app are those of the base."""
    resources: Resources
    parts: tuple[Part, ...]
    close: Callable[[], None]
    """Gives the files back."""
    limit: int = field(default_factory=lambda: MEMBER_BYTES.limit)
    _oddities: Oddities = field(default_factory=Oddities, repr=False)
    _unknowns: dict[Unread, None] = field(default_factory=dict, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def manifest(self) -> Manifest:
        """The base's."""
        return self.manifests[0] if self.manifests else Manifest()

    @property
    def anomalies(self) -> tuple[Anomaly, ...]:
        """What is strange, as far as the app has been read by now."""
        found = dict.fromkeys(self._oddities.all())
        archives: set[int] = set()
        for part in self.parts:
            if id(part.archive) not in archives:
                archives.add(id(part.archive))
                inside = "" if part.inside else part.name
                for one in part.archive.anomalies:
                    member = "!".join(word for word in (inside, one.member) if word)
                    found[Anomaly(one.what, member)] = None
        return tuple(found)

    @property
    def unknowns(self) -> tuple[Unread, ...]:
        """What could not be read, as far as it has been tried by now."""
        cut = [part.name or self.name for part in self.parts if part.archive.is_cut]
        lost = (Unread("resources", why) for why in self.resources.lost)
        return (*self._unknowns, *(Unread(name, "has more entries than were read") for name in cut), *lost)

    def members(self) -> Iterator[str]:
        """Every file in it, by name; a bundle's modules are in one archive."""
        return (member for member, _, _ in self.entries())

    def entries(self) -> Iterator[tuple[str, Archive, str]]:
        """Every file in it: its name, the archive that it is in, and the name it has there."""
        archives: set[int] = set()
        for part in self.parts:
            if id(part.archive) not in archives:
                archives.add(id(part.archive))
                archive, before = part.archive, part.shown("")
                for entry in archive.names():
                    if entry[-1:] != "/":
                        yield before + entry, archive, entry

    def read(self, member: str, limit: int | None = None) -> bytes:
        """The bytes of a member.  MemberError if there is none or it is larger than the limit."""
        head, mark, rest = member.partition("!")
        for part in self.parts:
            if mark and part.name == head and rest in part.archive and not part.inside:
                return part.archive.read(rest, self.limit if limit is None else limit)
            if (not part.name or part.inside) and member in part.archive:
                return part.archive.read(member, self.limit if limit is None else limit)
        raise MemberError(self.name, f"has no {ascii(member)[1:-1]}")

    def dex_files(self) -> Iterator[tuple[str, bytes]]:
        """Name and bytes of each DEX file, the base's first; what cannot be read becomes unknown."""
        for part in self.parts:
            entries = sorted(part.dex())
            loaded = part.loaded()
            for _, entry in entries:
                member = part.shown(entry)
                if entry not in loaded:
                    self._oddities.note("is not loaded by Android, which counts without gaps", member)
                try:
                    yield member, part.archive.read(entry, self.limit)
                except MemberError as error:
                    self.doubt(member, error.why)

    def values(self, identifier: int) -> tuple[Value, ...]:
        """Every value of a resource on all devices, references followed."""
        return self.resources.values(identifier)

    def strings(self, identifier: int) -> tuple[str, ...]:
        """Every string that a string or string array can be."""
        return self.resources.strings(identifier)

    def files(self, identifier: int) -> tuple[tuple[str, str], ...]:
        """Qualifier and member of each file that a resource is, such as ``@raw/ca``."""
        return tuple(
            (value.qualifier, self._file(value)[1])
            for value in self.values(identifier)
            if isinstance(value.content, str)
        )

    def doubt(self, what: str, why: str) -> None:
        """Remember that something could not be read."""
        self._unknowns[Unread(what, why)] = None

    def nsc_variants(self) -> tuple[NscVariant, ...]:
        """The network security configuration on all devices, and its debug twin's.

        Empty without the manifest's attribute.  What Android could not load is a variant all the
        same, with that as a problem, for the app would crash; but with splits missing it is unknown.
        """
        identifier = self.manifest.nsc
        if identifier is None:
            return ()
        variants = list(self._variants(identifier, twin=False))
        twin = self._twin(identifier)
        if twin is not None:
            variants.extend(self._variants(twin, twin=True))
        return tuple(variants)

    def _twin(self, identifier: int) -> int | None:
        """The resource that Android looks for in debuggable builds, if there is one."""
        name = self.resources.name(identifier)
        if name is None or not self.manifest.package:
            return None
        return self.resources.identify(ResourceName(self.manifest.package, name.type, f"{name.entry}_debug"))

    def other_nscs(self, *identifiers: int) -> tuple[NscVariant, ...]:
        """Network security configurations that the manifest does not name; without ``identifiers``, all that there are."""
        named = self.manifest.nsc
        known = {named, self._twin(named)} if named is not None else set()
        some = identifiers or self.resources.identifiers("xml")
        if len(some) > OTHER_XML.limit:
            self.doubt("res/xml", f"has more than {OTHER_XML}")
        return tuple(
            variant
            for identifier in some[: OTHER_XML.limit]
            if identifier not in known and any(map(self._may_be_nsc, self.files(identifier)))
            for variant in self._variants(identifier, twin=False)
            if variant.root is not None and variant.root.tag == _NSC_TAG
        )

    def _may_be_nsc(self, file: tuple[str, str]) -> bool:
        """Whether a file has that word, in either coding of binary XML."""
        try:
            data = self.read(file[1], min(self.limit, NSC_BYTES.limit))
        except MemberError:  # then it is no XML of the app, or one that no configuration is as large as
            return False
        return any(_NSC_TAG.encode(coding) in data for coding in ("utf-8", "utf-16-le"))

    def _variants(self, identifier: int, *, twin: bool) -> Iterator[NscVariant]:
        values = self.values(identifier)
        if not values:
            values = (Value("", ResourceReference(identifier)),)
        left = NSC_VARIANTS_BYTES.limit
        for value in values[: NSC_VARIANTS.limit]:
            variant, size = self._variant(value, left, twin=twin)
            left -= size
            if variant is not None:
                yield variant
        if len(values) > NSC_VARIANTS.limit:
            self.doubt("networkSecurityConfig", f"has more than {NSC_VARIANTS.limit} variants")

    def _variant(self, value: Value, left: int, *, twin: bool) -> tuple[NscVariant | None, int]:
        """What one value leads to, None if that is not known; and how much had to be read for it."""
        if not isinstance(value.content, str):
            return self._no_file(value, twin=twin), 0
        part, member = self._file(value)
        entry = part.resource(value.content) if part else ""
        if part is None or entry not in part.archive:
            return self._lost(value, member, f"the file {member} is missing", twin=twin), 0
        try:
            data = part.archive.read(entry, min(self.limit, NSC_BYTES.limit, left))
        except MemberError as error:
            self.doubt(member, error.why)
            return None, 0
        markup = read_markup(data, member, self._oddities, proto=part.proto)
        return self._parsed(value, member, markup, twin=twin), len(data)

    def _no_file(self, value: Value, *, twin: bool) -> NscVariant | None:
        if isinstance(value.content, ResourceReference) and value.content.id >> 24 == _FRAMEWORK:
            self.doubt("networkSecurityConfig", f"{value.content} is a resource of Android itself")
            return None
        shown = (
            f"the resource {value.content}"
            if isinstance(value.content, ResourceReference)
            else "its resource"
        )
        return self._lost(value, "", f"{shown} is no file", twin=twin)

    def _lost(self, value: Value, member: str, why: str, *, twin: bool) -> NscVariant | None:
        """Certain to crash, unless splits or tables are missing that could have it."""
        if self._incomplete():
            self.doubt("networkSecurityConfig", why)
            return None
        return NscVariant(value.qualifier, member, None, self._refused(why, member), twin)

    def _incomplete(self) -> bool:
        whole = any(one.what in ("resources", "splits") for one in self._unknowns)
        return whole or any(one.what.endswith(("resources.arsc", "resources.pb")) for one in self._unknowns)

    def _parsed(self, value: Value, member: str, markup: Markup, *, twin: bool) -> NscVariant:
        from lxml.etree import QName

        from pincompiler.platforms.nsc.reader import read_tree

        try:
            root = tree(markup)
        except MarkupError as error:
            return NscVariant(value.qualifier, member, None, self._refused(str(error), member), twin)
        written: dict[str, set[int]] = {}

        def write(identifier: int) -> str:
            text = self._written(identifier)
            written.setdefault(text, set()).add(identifier)
            return text

        named = tree(markup, write)
        # What Android refuses as a whole may have pins all the same: they are reported, and nothing enforces them.
        nsc, local = read_tree(named, self.name, member), QName(root).localname
        nsc = nsc.with_resources(lambda text: self._anchors(text, written.get(text, set())))
        if local != _NSC_TAG:
            why = f"its root is <{local}> and not <network-security-config>"
            nsc = self._refused(why, member, root.sourceline, nsc)
        elif markup.broken:
            nsc = self._refused(f"its XML is broken: {markup.broken}", member, content=nsc)
        return NscVariant(value.qualifier, member, root, nsc, twin)

    def _anchors(self, text: str, identifiers: set[int]) -> tuple[Anchor, ...] | None:
        """The CAs of a resource; None where a file of it cannot be read, or devices have different ones."""
        from pincompiler.keys.anchors import anchors_in, one_resource

        members = [member for identifier in identifiers for _, member in self.files(identifier)]
        try:
            return one_resource(anchors_in(self.read(member), text) for member in members)
        except MemberError:
            return None

    def _refused(self, why: str, member: str, line: int = 1, content: Nsc | None = None) -> Nsc:
        """A configuration that Android does not read to its end, with what could be read of it."""
        from pincompiler.base.location import Location, Span
        from pincompiler.platforms.nsc.model import Nsc, Problem

        where = Location(self.name, Span(line, 1, line, 1), member=member or "AndroidManifest.xml")
        problem = Problem(why, where)
        return (
            replace(content, problems=(problem, *content.problems))
            if content
            else Nsc((), problems=(problem,))
        )

    def _written(self, identifier: int) -> str:
        """A reference as the author wrote it, for the reader of NSC texts."""
        name = self.resources.name(identifier)
        if name is None:
            prefix = "@android:" if identifier >> 24 == _FRAMEWORK else "@"
            return f"{prefix}raw/x{identifier:08x}"
        entry = _NOT_IN_NAMES.sub("_", name.entry)
        return f"@{_NOT_IN_NAMES.sub('_', name.type) or 'raw'}/{entry or '_'}"

    def _file(self, value: Value) -> tuple[Part | None, str]:
        path = str(value.content)
        part = next((one for one in self.parts if one.name == value.part), None)
        return part, part.shown(part.resource(path)) if part else path


def read_markup(data: bytes, member: str, oddities: Oddities, *, proto: bool) -> Markup:
    """A document in either form."""
    if proto:
        from pincompiler.android.apk.bundle import read_proto_xml

        return read_proto_xml(data)
    from pincompiler.android.apk.axml import read_axml

    return read_axml(data, member, oddities)
