"""Files of an app that name classes: the manifest, layouts and other XML, lists of services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.archives.archive import MemberError
from pincompiler.base.bounds import REACH_FILES
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import binary_name
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pincompiler.android.apk import Package

_MARKS: Final = frozenset("\0\r\n\t \"'<>=#")
"""What a name in a file may stand between."""
_LABEL: Final = lazy_regex(rb"\.([\w$]+)")
_WIDE_LABEL: Final = lazy_regex(rb"\.\0((?:[\w$]\0)+)")


@dataclass(slots=True, eq=False)
class NamedInFiles:
    """Which classes the files of an app name."""

    package: Package
    components: frozenset[str] = frozenset()
    manifest: bytes = b""
    resources: bytes | None = None
    last_labels: frozenset[bytes] = frozenset()
    """What may be the simple name of a class that the resources name."""
    others: bytes | None = None
    unread: bool = False
    """Whether some of these could not be read: they may name anything."""

    def __post_init__(self) -> None:
        manifests = self.package.manifests
        named = {one.name for manifest in manifests for one in manifest.components}
        named |= {name for one in manifests for name in (one.application, one.component_factory)}
        self.components = frozenset(named)
        self.manifest = self._read(lambda name: name.endswith("AndroidManifest.xml"))

    def in_manifest(self, class_name: str) -> bool:
        """Whether a manifest names it: a component, instrumentation, what start-up libraries look up."""
        return binary_name(class_name) in self.components or self._names(self.manifest, class_name)

    def in_resources(self, class_name: str) -> bool:
        """Whether XML among the resources names it: a layout's view or fragment, a destination, a preference."""
        if self.resources is None:
            self.resources = self._read(_is_resource)
            self.last_labels = frozenset(_last_labels(self.resources))
        # Searching megabytes for each of thousands of classes would take longer than the rest.
        simple = binary_name(class_name).rpartition(".")[2]
        possible = simple.encode() in self.last_labels or not simple.isascii()
        return possible and self._names(self.resources, class_name)

    def elsewhere(self, class_name: str) -> bool:
        """Whether any asset, service or Xposed file names it."""
        if self.others is None:
            self.others = self._read(_may_name)
        return self.unread or _holds(self.others, binary_name(class_name))

    def _names(self, xml: bytes, class_name: str) -> bool:
        """Whether XML names a class, as ``com.example.Main`` or, in the package of the manifest, as ``.Main``."""
        name = binary_name(class_name)
        package = self.package.manifest.package
        if package and name.startswith(f"{package}.") and _holds(xml, name[len(package) :]):
            return True
        # Without a package, a name is a word, or two letters of a shrinker's: those stand everywhere.
        return "." in name and _holds(xml, name)

    def _read(self, wanted: Callable[[str], bool]) -> bytes:
        found, left = [], REACH_FILES.limit
        for member in self.package.members():
            if wanted(member):
                try:
                    found.append(self.package.read(member, left))
                except MemberError:
                    self.unread = True
                    continue
                left -= len(found[-1])
        return b"\0".join(found)


def _is_resource(member: str) -> bool:
    """Whether it is XML of which Android, or a library such as Navigation or Cordova, makes objects by name."""
    return member.endswith(".xml") and not member.endswith("AndroidManifest.xml") and "assets/" not in member


def _last_labels(data: bytes) -> Iterator[bytes]:
    """Whatever stands behind a dot, of both encodings; without the tag of protobuf's that may follow it, too."""
    for label in _LABEL.findall(data):
        yield from (label, label[:-1], label[:-2])
    for label in _WIDE_LABEL.findall(data):
        yield label[::2]


def _may_name(member: str) -> bool:
    xml = member.endswith(".xml") and "assets/" in member
    return xml or "META-INF/services/" in member or member.endswith("assets/xposed_init")


def _holds(data: bytes, name: str) -> bool:
    """Whether a name stands in some files by itself: behind its length in binary XML, or between marks."""
    for coding, width in (("utf-8", 1), ("utf-16-le", 2)):
        text = name.encode(coding)
        length = (len(name) & (1 << 8 * width) - 1).to_bytes(width, "little")
        marks = {b"", *(mark.encode(coding) for mark in _MARKS)}
        at = data.find(text)
        while at >= 0:
            end = at + len(text)
            before, behind = data[max(0, at - width) : at], data[end : end + width]
            if (before == length or before in marks) and behind in marks:
                return True
            at = data.find(text, at + 1)
    return False
