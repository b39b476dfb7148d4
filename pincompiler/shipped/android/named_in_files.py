"""Files of an app that name classes: the manifest, Cordova's plugins, layouts, services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.apk.archive import MemberError
from pincompiler.base.bounds import REACH_FILES
from pincompiler.base.location import binary_name
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.android.apk import Package

_MARKS: Final = frozenset("\0\r\n\t \"'<>=#")
"""What a name in a file may stand between."""


@dataclass(slots=True, eq=False)
class NamedInFiles:
    """Which classes the files of an app name."""

    package: Package
    components: frozenset[str] = frozenset()
    manifest: bytes = b""
    cordova: bytes | None = None
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
        name = binary_name(class_name)
        package = self.package.manifest.package
        if package and name.startswith(f"{package}.") and _holds(self.manifest, name[len(package) :]):
            return True  # as in android:name=".Main", which other attributes may be written like
        # Without a package, a name is a word, or two letters of a shrinker's: those stand everywhere.
        return name in self.components or ("." in name and _holds(self.manifest, name))

    def in_cordova(self, class_name: str) -> bool:
        """Whether Cordova's list of plugins names it."""
        if self.cordova is None:
            self.cordova = self._read(lambda name: name.endswith("res/xml/config.xml"))
        return _holds(self.cordova, binary_name(class_name))

    def anywhere(self, class_name: str) -> bool:
        """Whether any layout, other XML, service or Xposed file names it."""
        if self.others is None:
            self.others = self._read(_may_name)
        return self.unread or _holds(self.others, binary_name(class_name))

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


def _may_name(member: str) -> bool:
    xml = member.endswith(".xml") and not member.endswith("AndroidManifest.xml")
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
