"""What a Gradle build says of an Android app, as far as it stands there: nothing of it is run.

Kotlin's and Groovy's build files are read for the names of the Android Gradle plugin's DSL (`namespace`, `minSdk`,
`targetSdk`, `productFlavors`) and for OkHttp among the dependencies; versions may be those of a version catalog
(gradle/libs.versions.toml), or of an `ext` block of another build file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.foreign.literals import SourceText
from pincompiler.foreign.tokens import NAME, STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

APPLICATION = "com.android.application"
_OKHTTP = lazy_regex(r"com\.squareup\.okhttp3:okhttp(?:-bom|-jvm)?:(\d[\w.]*)")
_OKHTTP_MODULE = lazy_regex(r"com\.squareup\.okhttp3:okhttp(?:-bom|-jvm)?")
_OF_FLAVOURS = frozenset({"create", "register", "maybeCreate", "named", "getByName"})
_NUMBER = lazy_regex(r"\d{1,3}")


@dataclass(frozen=True, slots=True)
class BuildValue:
    """Something that a build file says, and where."""

    value: str
    """Empty: it is computed."""
    where: str
    """``file:line``."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """A version catalog: versions and plugins by their names, OkHttp's version, as far as they are literal."""

    versions: Mapping[str, BuildValue]
    plugins: Mapping[str, str]
    okhttp: BuildValue | None


@dataclass(frozen=True, slots=True)
class Module:
    """What one build file says."""

    application: bool
    namespace: BuildValue | None
    min_sdk: BuildValue | None
    target_sdk: BuildValue | None
    okhttp: BuildValue | None
    flavours: tuple[BuildValue, ...]


def read_catalog(values: Mapping[str, Any], file: str, text: str) -> Catalog:
    """A catalog, from the values of its TOML."""
    versions = {
        _normal(name): BuildValue(value, f"{file}:{_line_of(text, name)}")
        for name, value in _table(values, "versions").items()
        if isinstance(value, str)
    }
    plugins = {}
    for name, value in _table(values, "plugins").items():
        found = value.get("id") if isinstance(value, dict) else str(value).partition(":")[0]
        plugins[_normal(name)] = str(found)
    okhttp = None
    for name, value in _table(values, "libraries").items():
        okhttp = okhttp or _library(value, versions, f"{file}:{_line_of(text, name)}")
    return Catalog(versions, plugins, okhttp)


def _library(value: object, versions: Mapping[str, BuildValue], where: str) -> BuildValue | None:
    """OkHttp's version, if a library of the catalog is OkHttp."""
    if isinstance(value, str):
        found = _OKHTTP.fullmatch(value)
        return BuildValue(found[1], where) if found else None
    if not isinstance(value, dict):
        return None
    module = value.get("module") or f"{value.get('group')}:{value.get('name')}"
    if not _OKHTTP_MODULE.fullmatch(str(module)):
        return None
    version = value.get("version")
    if isinstance(version, dict):
        return versions.get(_normal(str(version.get("ref"))))
    return BuildValue(version, where) if isinstance(version, str) else None


def _table(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name)
    return found if isinstance(found, dict) else {}


def _normal(name: str) -> str:
    """Catalogs take `-`, `_` and `.` for one."""
    return name.replace("-", ".").replace("_", ".")


def _line_of(text: str, name: str) -> int:
    for number, line in enumerate(text.splitlines(), 1):
        if line.split("=")[0].strip().strip('"') == name:
            return number
    return 1


def read_module(
    text: str, file: str, catalogs: Iterable[Catalog], extras: Mapping[str, BuildValue]
) -> Module:
    """What a build file says; ``extras`` are values that other build files give names."""
    return _Reader(SourceText(text, file, ".kts"), tuple(catalogs), extras).module()


def read_extras(text: str, file: str) -> Mapping[str, BuildValue]:
    """The numbers and texts that a build file gives names: ``minSdkVersion = 24`` in an ``ext`` block."""
    source = SourceText(text, file, ".kts")
    found: dict[str, BuildValue] = {}
    for number, token in enumerate(source.tokens):
        if token.kind == NAME and source.is_sign(number + 1, "="):
            literal, _ = source.value(number + 2)
            if isinstance(literal.value, str | int) and not isinstance(literal.value, bool):
                found.setdefault(token.text, BuildValue(str(literal.value), source.line(token.at)))
    return found


class _Reader:
    def __init__(
        self, source: SourceText, catalogs: tuple[Catalog, ...], extras: Mapping[str, BuildValue]
    ) -> None:
        self._source = source
        self._catalogs = catalogs
        self._extras = extras

    def module(self) -> Module:
        return Module(
            self._is_application(),
            self._said("namespace"),
            self._number("minSdk", "minSdkVersion"),
            self._number("targetSdk", "targetSdkVersion"),
            self._okhttp(),
            tuple(self._flavours()),
        )

    def _is_application(self) -> bool:
        """Whether the plugin is applied here, and not only named for other modules (``apply false``).

        A convention plugin of the project may apply it under any name: `applicationId` is of apps alone.
        """
        source = self._source
        if self._said("applicationId"):
            return True
        aliases = {
            f"libs.plugins.{name}"
            for one in self._catalogs
            for name, id_ in one.plugins.items()
            if id_ == APPLICATION
        }
        for number, token in enumerate(source.tokens):
            alias = token.kind == NAME and token.text == "libs" and self._dotted(number) in aliases
            if alias or (token.kind == STRING and token.text == APPLICATION):
                line = source.line(token.at)
                words = [
                    source.name(n)
                    for n in range(number, number + 16)
                    if n < len(source.tokens) and source.line(source.tokens[n].at) == line
                ]
                if "apply" not in words:
                    return True
        return False

    def _dotted(self, number: int) -> str:
        source, words = self._source, [self._source.name(number)]
        while source.is_sign(number + 1, ".") and source.name(number + 2):
            number += 2
            words.append(source.name(number))
        return ".".join(words)

    def _said(self, *names: str) -> BuildValue | None:
        """What the first mention of a setting sets it to."""
        source = self._source
        for number, token in enumerate(source.tokens):
            if token.kind != NAME or token.text not in names or source.is_sign(number - 1, "."):
                continue
            start = (
                number + 2
                if source.is_sign(number + 1, "=") or source.is_sign(number + 1, "(")
                else number + 1
            )
            if start >= len(source.tokens):
                continue
            literal, _ = source.value(start)
            where = source.line(token.at)
            if isinstance(literal.value, str | int) and not isinstance(literal.value, bool):
                return BuildValue(str(literal.value), where)
            return self._named(start) or BuildValue("", where)
        return None

    def _named(self, start: int) -> BuildValue | None:
        """A value that a catalog or another build file has."""
        dotted = self._dotted(start)
        for one in self._catalogs:
            name = dotted.removeprefix("libs.versions.").removesuffix(".toInt").removesuffix(".get")
            if dotted.startswith("libs.versions.") and name in one.versions:
                return one.versions[name]
        words = dotted.split(".")
        if words[0] in ("rootProject", "project", "ext", "extra"):
            return self._extras.get(words[-1])
        return None

    def _number(self, *names: str) -> BuildValue | None:
        found = self._said(*names)
        return found if found is None or _NUMBER.fullmatch(found.value) else BuildValue("", found.where)

    def _okhttp(self) -> BuildValue | None:
        source = self._source
        for token in source.tokens:
            found = _OKHTTP.match(token.text) if token.kind == STRING else None
            if found:
                return BuildValue(found[1], source.line(token.at))
        used = any(token.text == "libs" for token in source.tokens)
        return next((one.okhttp for one in self._catalogs if one.okhttp and used), None)

    def _flavours(self) -> Iterator[BuildValue]:
        """The names in ``productFlavors``: of Kotlin's `create("…")`, or of Groovy's blocks."""
        source = self._source
        for number, token in enumerate(source.tokens):
            if token.text != "productFlavors" or not source.is_sign(number + 1, "{"):
                continue
            for inner in range(number + 2, source.closing.get(number + 1, number + 1)):
                if source.blocks[inner] != number + 1:
                    continue
                name, following = source.tokens[inner], inner + 1
                if name.kind == NAME and source.is_sign(following, "{"):
                    yield BuildValue(name.text, source.line(name.at))
                elif (
                    name.text in _OF_FLAVOURS
                    and source.is_sign(following, "(")
                    and following + 1 < len(source.tokens)
                ):
                    given = source.tokens[following + 1]
                    if given.kind == STRING:
                        yield BuildValue(given.text, source.line(given.at))
