"""The OkHttp pins in a shipped app's code, as the enforcement they are.

Calls of ``CertificatePinner.Builder.add`` are found by name.  Where R8 has renamed OkHttp, they are known by
what they pass: a pattern, and an array of nothing but pins.  What is computed at run time is a doubt.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pincompiler.dex import Dex, DexError, Program, arguments, containing, exactly
from pincompiler.dex.values import Items, Text, leaves, possible, texts
from pincompiler.dex.values import ResourceRef as Resource
from pincompiler.facts.okhttp import OkHttpFacts
from pincompiler.platforms.okhttp.model import Entry, OkHttp, understands_deep
from pincompiler.policy import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pincompiler.dex import Site, StringPattern
    from pincompiler.dex.method import MethodBody
    from pincompiler.dex.values import Value
    from pincompiler.shipped.source import Source, Want

_BUILDERS = ("Lokhttp3/CertificatePinner$Builder;", "Lcom/squareup/okhttp/CertificatePinner$Builder;")
_TAKERS = (
    ("Lokhttp3/OkHttpClient$Builder;", "certificatePinner"),
    ("Lcom/squareup/okhttp/OkHttpClient;", "setCertificatePinner"),
)
_LIBRARY = ("Lokhttp3/", "Lcom/squareup/okhttp/")
_PIN = exactly(51, rb"sha256/[A-Za-z0-9+/]{43}=")
_VERSION = containing(rb"okhttp/[0-9]+\.[0-9]+\.[0-9]+")
_DIGEST = containing(rb"Policy sha256/[A-Za-z0-9+/]{43}= pins nothing")


@dataclass(frozen=True, slots=True)
class CodePins:
    """What an app's code pins."""

    pinner: OkHttp
    found: bool
    """Whether there is any pinner at all."""
    attached: bool
    """Whether some client is given a pinner; where names are gone, taken for granted."""
    doubts: tuple[str, ...]
    """What could not be told, each a sentence."""


def code_pins(files: Iterable[tuple[str, bytes]], strings: Callable[[int], tuple[str, ...]]) -> CodePins:
    """The pins in the DEX files of an app; ``strings`` gives every value of a string resource.

    Never raises for what the files hold: what is malformed becomes a doubt.
    """
    doubts: list[str] = []
    program = Program(_readable(files, doubts))
    try:
        return _pins(program, _Reader(program, strings, doubts), doubts)
    except DexError as error:
        return CodePins(
            OkHttp(()), found=False, attached=True, doubts=(*doubts, f"the code is malformed: {error}")
        )


def _pins(program: Program, reader: _Reader, doubts: list[str]) -> CodePins:
    named = any(program.class_def(builder) for builder in _BUILDERS) or bool(reader.named_sites())
    entries = tuple(dict.fromkeys(reader.by_name() if named else reader.by_shape()))
    version = max((_numbers(found[0]) for found in reader.matches(_VERSION, r"\d+\.\d+")), default=None)
    digest = next((found[0] for found in reader.matches(_DIGEST, r"sha256/[A-Za-z0-9+/]{43}=")), "")
    attached = not named or any(reader.sites(*taker) for taker in _TAKERS)
    return CodePins(
        OkHttp(entries, understands_deep(version), digest), bool(entries), attached, tuple(doubts)
    )


def _readable(files: Iterable[tuple[str, bytes]], doubts: list[str]) -> Iterator[Dex]:
    for name, data in files:
        try:
            yield Dex(data, name)
        except DexError as error:
            doubts.append(f"{name} cannot be read: {error}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@dataclass(frozen=True, slots=True)
class _Reader:
    program: Program
    strings: Callable[[int], tuple[str, ...]]
    doubts: list[str]

    def sites(self, cls: str, name: str) -> tuple[Site, ...]:
        """Calls of a method from outside the library that has it."""
        found = self.program.call_sites(cls, name)
        return tuple(site for site in found if not site.method.class_name.startswith(_LIBRARY))

    def named_sites(self) -> tuple[Site, ...]:
        """Calls of ``add`` by its name."""
        return tuple(site for builder in _BUILDERS for site in self.sites(builder, "add"))

    def matches(self, pattern: StringPattern, text: str) -> Iterator[re.Match[str]]:
        """Every match of a regular expression in the strings that a pattern finds."""
        for dex in self.program.files:
            for number in dex.string_ids(pattern):
                if found := re.search(text, dex.string(number)):
                    yield found

    def by_name(self) -> Iterator[Entry]:
        """What each call of ``add`` passes."""
        for site in self.named_sites():
            try:
                _, host, pins = arguments(self.program, site)[:3]
            except (DexError, ValueError) as error:
                self.doubts.append(f"{_place(site.method, site.line)} cannot be followed: {error}")
                continue
            yield from self._entries(host, pins, _place(site.method, site.line))

    def by_shape(self) -> Iterator[Entry]:
        """What calls pass that look like ``add``, in the methods that use a pin."""
        methods = {
            site.method: None
            for dex in self.program.files
            for site in dex.string_uses(dex.string_ids(_PIN))
            if not site.method.class_name.startswith(_LIBRARY)
        }
        for method in methods:
            found = False
            try:
                calls = self.program.flow(method).calls.values()
            except DexError as error:
                self.doubts.append(f"{_place(method, None)} cannot be followed: {error}")
                continue
            for values in calls:
                host, pins = values[-2:] if len(values) > 1 else (None, None)
                if isinstance(host, Text) and isinstance(pins, Items) and _all_pins(pins):
                    found = True
                    yield from self._entries(host, pins, _place(method, None))
            if not found:
                self.doubts.append(f"{_place(method, None)} uses a pin, and for which host is not known")

    def _entries(self, host: Value, pins: Value, place: str) -> Iterator[Entry]:
        patterns, keys = self._texts(host), self._texts(pins)
        if patterns is None or keys is None:
            what = "host" if patterns is None else "pins"
            self.doubts.append(f"{place} adds pins, and the {what} is computed at run time")
            return
        for pattern in patterns:
            yield Entry(pattern, tuple(_key(text) for text in keys))

    def _texts(self, value: Value) -> tuple[str, ...] | None:
        """Every string that a value may be, resources in all their configurations; None if there may be others."""
        found = list(texts(value))
        for leaf in leaves(value):
            if isinstance(leaf, Resource):
                found += self.strings(leaf.resource)
            elif not isinstance(leaf, Text):
                return None
        exact = all(one.exact for one in possible(value) if isinstance(one, Items))
        return tuple(dict.fromkeys(found)) if found and exact else None


def _all_pins(items: Items) -> bool:
    return bool(items.items) and all(
        isinstance(one, Text) and re.match(r"sha(256|1)/", one.value) for one in items.items
    )


def _key(text: str) -> Key:
    """The pin as OkHttp decodes it: either alphabet, padding and white space optional, any length.

    A SHA-1 pin is no SPKI pin of SHA-256; it stands for a key that no chain has.
    """
    body = re.sub(r"\s|=", "", text.removeprefix("sha256/")).replace("+", "-").replace("/", "_")
    try:
        return Key(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (Base64Error, ValueError):
        return Key(text.encode())


def _place(method: MethodBody, line: int | None) -> str:
    return f"{method.class_name}->{method.name}{f' (line {line})' if line else ''}"


WANTED: tuple[Want, ...] = ()


def collect(source: Source) -> OkHttpFacts:  # noqa: ARG001 - to come
    """The facts."""
    return OkHttpFacts()
