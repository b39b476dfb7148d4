"""What an Xcode project says of its targets: the project.pbxproj of an .xcodeproj, a property list of the old kind.

Read are the product type of each native target, and INFOPLIST_FILE and IPHONEOS_DEPLOYMENT_TARGET of its build
configurations and of the project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pincompiler.base.bounds import PLIST_DEPTH
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

APPLICATION = "com.apple.product-type.application"
_EXTENSIONS = ("com.apple.product-type.app-extension", "com.apple.product-type.extensionkit-extension")
_WORD = lazy_regex(r'"(?:[^"\\]|\\.|\\\n)*"|[^\s{}()=;,"]+|[{}()=;,]')
_BLANK = lazy_regex(r"\s*")
_ESCAPED = lazy_regex(r"\\(.)")


@dataclass(frozen=True, slots=True)
class XcodeTarget:
    """An app, or an extension of one."""

    name: str
    extension: bool
    info_plists: tuple[str, ...]
    """Of its configurations, as they are written there."""
    minimum: tuple[str, ...]
    """The versions of iOS from which on it runs, of its configurations, else of the project's."""


def read_project(text: str) -> tuple[XcodeTarget, ...]:
    """The apps and extensions of a project; nothing of what is no such project."""
    top = _Reader(text).value()
    objects = top.get("objects") if isinstance(top, dict) else None
    if not isinstance(objects, dict):
        return ()
    records = {name: one for name, one in objects.items() if isinstance(one, dict)}
    of_project = [
        setting
        for one in records.values()
        if one.get("isa") == "PBXProject"
        for setting in _settings(records, one)
    ]
    return tuple(_targets(records, of_project))


def _targets(
    records: Mapping[str, dict[str, Any]], of_project: list[dict[str, Any]]
) -> Iterator[XcodeTarget]:
    for one in records.values():
        kind = one.get("productType")
        if one.get("isa") != "PBXNativeTarget" or kind not in (APPLICATION, *_EXTENSIONS):
            continue
        settings = list(_settings(records, one))
        plists = _texts(settings, "INFOPLIST_FILE") or _texts(of_project, "INFOPLIST_FILE")
        least = _texts(settings, "IPHONEOS_DEPLOYMENT_TARGET") or _texts(
            of_project, "IPHONEOS_DEPLOYMENT_TARGET"
        )
        yield XcodeTarget(str(one.get("name", "")), kind in _EXTENSIONS, plists, least)


def _settings(records: Mapping[str, dict[str, Any]], one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    listed = records.get(str(one.get("buildConfigurationList")), {}).get("buildConfigurations")
    for name in listed if isinstance(listed, list) else ():
        found = records.get(str(name), {}).get("buildSettings")
        if isinstance(found, dict):
            yield found


def _texts(settings: list[dict[str, Any]], name: str) -> tuple[str, ...]:
    found = (one.get(name) for one in settings)
    return tuple(dict.fromkeys(one for one in found if isinstance(one, str)))


class _Reader:
    """Reads the first value of a text; what follows no rule ends the reading with what there is."""

    def __init__(self, text: str) -> None:
        self._words = _words(text)

    def value(self) -> Any:
        return self._value(next(self._words, ""), 0)

    def _value(self, word: str, depth: int) -> Any:
        if depth >= PLIST_DEPTH.limit:
            return None
        if word == "{":
            return self._dictionary(depth)
        if word == "(":
            return self._array(depth)
        return _ESCAPED.sub(r"\1", word[1:-1]) if word.startswith('"') else word

    def _dictionary(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key in self._words:
            if key == "}" or next(self._words, "") != "=":
                break
            found[key.strip('"')] = self._value(next(self._words, ""), depth + 1)
            if next(self._words, "") != ";":
                break
        return found

    def _array(self, depth: int) -> list[Any]:
        found: list[Any] = []
        for word in self._words:
            if word == ")":
                break
            if word != ",":
                found.append(self._value(word, depth + 1))
        return found


def _words(text: str) -> Iterator[str]:
    """The words of a text, without its comments."""
    at = 0
    while True:
        found = _BLANK.match(text, at)
        at = found.end() if found else at
        if text.startswith(("//", "/*"), at):
            ends = "\n" if text.startswith("//", at) else "*/"
            end = text.find(ends, at + 2)
            if end < 0:
                return
            at = end + len(ends)
            continue
        word = _WORD.match(text, at)
        if word is None:
            return
        at = word.end()
        yield word[0]
