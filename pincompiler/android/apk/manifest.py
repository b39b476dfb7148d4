"""What AndroidManifest.xml says of an app, as PackageParser takes it.

The framework knows its attributes by their resource ids and not by their names, which malware
and shrinkers rename; ``package`` and ``split`` have no id and go by name.
"""

from __future__ import annotations

import re
from dataclasses import field
from enum import IntEnum
from typing import TYPE_CHECKING

from pincompiler.android.apk.markup import ANDROID, Attribute, EndTag, StartTag, ValueKind
from pincompiler.android.apk.resources import ResourceReference
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pincompiler.android.apk.markup import Markup
    from pincompiler.android.apk.resources import Content, Resources

CODENAME_SDK = 10_000
"""``CUR_DEVELOPMENT``: the level of a preview that is named by a letter."""
_COMPONENTS = ("activity", "activity-alias", "service", "receiver", "provider")


class _Id(IntEnum):
    """AOSP's public resource ids of the attributes that are read."""

    NAME = 0x01010003
    DEBUGGABLE = 0x0101000F
    VALUE = 0x01010024
    MIN_SDK = 0x0101020C
    VERSION_CODE = 0x0101021B
    VERSION_NAME = 0x0101021C
    TARGET_SDK = 0x01010270
    TEST_ONLY = 0x01010272
    CLEARTEXT = 0x010104EC
    NSC = 0x01010527
    VERSION_CODE_MAJOR = 0x01010576
    FACTORY = 0x0101057A
    SPLIT_REQUIRED = 0x01010591


@dataclass(frozen=True, slots=True)
class Component:
    """A class that Android starts by name; a packed app names some that no DEX file has."""

    kind: str
    """The element: ``activity``, ``service``, ``receiver``, ``provider``, …"""
    name: str
    """The full class name."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts of one manifest."""

    package: str = ""
    version_name: str = ""
    version_code: int = 0
    min_sdk: int = 1
    """1 if it is not stated."""
    target_sdk: int = 1
    """``min_sdk`` if it is not stated."""
    debuggable: bool = False
    """In any configuration: then ``<debug-overrides>`` count and the ``_debug`` twin is loaded."""
    test_only: bool = False
    cleartext: bool | None = None
    """``usesCleartextTraffic``; None if it is not stated."""
    nsc: int | None = None
    """The resource id of ``networkSecurityConfig``."""
    application: str = ""
    """The full name of the application class; empty for Android's own."""
    component_factory: str = ""
    """The full name of ``appComponentFactory``, which runs before the application class does."""
    components: tuple[Component, ...] = ()
    permissions: tuple[str, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    """Name and value of the application's own ``<meta-data>``."""
    split: str = ""
    """The name of the split; empty for a base."""
    split_required: bool = False
    """Whether this APK was never meant to run without its splits."""
    unread: bool = False
    """Whether there is none, or it cannot be read: then nothing above is known."""


def read_manifest(markup: Markup, resources: Resources) -> Manifest:
    """The facts of a manifest; values that are references are looked up."""
    return _Reader(resources, markup).manifest()


@dataclass(slots=True, eq=False, repr=False)
class _Reader:
    resources: Resources
    markup: Markup
    package: str = ""
    found: dict[str, list[StartTag]] = field(default_factory=dict)
    """The elements that count, by the way to them: ``manifest/application/activity``."""

    def manifest(self) -> Manifest:
        for way, start in _elements(self.markup):
            self.found.setdefault(way, []).append(start)
        top = self._first("manifest")
        app = self._first("manifest/application")
        self.package = _named(top, "package")
        minimum, target = self._sdks()
        factory = self._text(app, _Id.FACTORY)
        low, high = self._number(top, _Id.VERSION_CODE), self._number(top, _Id.VERSION_CODE_MAJOR)
        metadata = self.found.get("manifest/application/meta-data", ())
        return Manifest(
            package=self.package,
            version_name=self._text(top, _Id.VERSION_NAME),
            version_code=((high or 0) << 32) + ((low or 0) & 0xFFFFFFFF),
            min_sdk=minimum,
            target_sdk=target,
            debuggable=self._truth(app, _Id.DEBUGGABLE) or False,
            test_only=self._truth(app, _Id.TEST_ONLY) or False,
            cleartext=self._truth(app, _Id.CLEARTEXT),
            nsc=_reference(_known(app, _Id.NSC)),
            application=self._class(self._text(app, _Id.NAME)),
            component_factory=self._class(factory),
            components=tuple(self._components()),
            permissions=tuple(self._names("manifest/uses-permission")),
            metadata=tuple((self._text(one, _Id.NAME), self._text(one, _Id.VALUE)) for one in metadata),
            split=_named(top, "split"),
            split_required=self._split_required(top, app),
        )

    def _sdks(self) -> tuple[int, int]:
        """The lowest API level and the one aimed at; of several ``<uses-sdk>`` the last counts."""
        minimum, target = 1, None
        for start in self.found.get("manifest/uses-sdk", ()):
            minimum = self._level(start, _Id.MIN_SDK) or minimum
            target = self._level(start, _Id.TARGET_SDK) or target
        return minimum, minimum if target is None else target

    def _level(self, start: StartTag, identifier: int) -> int | None:
        attribute = _known(start, identifier)
        if attribute is not None and attribute.kind == ValueKind.STRING:
            text = attribute.text.strip()
            if text:
                return int(text) if re.fullmatch("[0-9]{1,5}", text) else CODENAME_SDK
        return self._number(start, identifier)

    def _split_required(self, top: StartTag | None, app: StartTag | None) -> bool:
        """Said by the platform's attribute, or to the Play Store by a meta-data."""
        if self._truth(top, _Id.SPLIT_REQUIRED) or self._truth(app, _Id.SPLIT_REQUIRED):
            return True
        return any(
            self._text(start, _Id.NAME) == "com.android.vending.splits.required"
            and self._truth(start, _Id.VALUE)
            for start in self.found.get("manifest/application/meta-data", ())
        )

    def _components(self) -> Iterator[Component]:
        for kind in _COMPONENTS:
            for name in self._names(f"manifest/application/{kind}"):
                yield Component(kind, self._class(name))

    def _names(self, way: str) -> Iterator[str]:
        for start in self.found.get(way, ()):
            name = self._text(start, _Id.NAME)
            if name:
                yield name

    def _class(self, name: str) -> str:
        """``buildClassName``: a name that begins with a dot or has none is below the package."""
        if name.startswith("."):
            return self.package + name
        return f"{self.package}.{name}" if name and "." not in name else name

    def _first(self, way: str) -> StartTag | None:
        return next(iter(self.found.get(way, ())), None)

    def _text(self, start: StartTag | None, identifier: int) -> str:
        attribute = _known(start, identifier)
        if attribute is None:
            return ""
        return str(self._resolved(attribute, lambda content: isinstance(content, str), attribute.text))

    def _number(self, start: StartTag | None, identifier: int) -> int | None:
        attribute = _known(start, identifier)
        if attribute is None or (attribute.truth is None and attribute.reference is None):
            return None
        found = self._resolved(attribute, lambda content: type(content) is int, attribute.data)
        return found if isinstance(found, int) else None

    def _truth(self, start: StartTag | None, identifier: int) -> bool | None:
        """A boolean; true if a reference is true on any device."""
        attribute = _known(start, identifier)
        if attribute is None or attribute.reference is None:
            return attribute.truth if attribute else None
        values = self.resources.values(attribute.reference)
        truths = [bool(value.content) for value in values if isinstance(value.content, int)]
        return any(truths) if truths else None

    def _resolved(self, attribute: Attribute, good: Callable[[Content], bool], plain: Content) -> Content:
        """The first value of a reference that is of the right type, or the plain value."""
        if attribute.reference is None:
            return plain
        for value in self.resources.values(attribute.reference):
            if not isinstance(value.content, tuple) and good(value.content):
                return value.content
        return str(ResourceReference(attribute.reference)) if isinstance(plain, str) else None


def _elements(markup: Markup) -> Iterator[tuple[str, StartTag]]:
    """Each element with the way to it, as deep as anything counts."""
    way: list[str] = []
    for event in markup.events:
        if isinstance(event, StartTag):
            way.append(event.name)
            if len(way) <= 3:
                yield "/".join(way), event
        elif way and isinstance(event, EndTag):
            way.pop()


def _known(start: StartTag | None, identifier: int) -> Attribute | None:
    """The attribute of a resource id."""
    attributes = start.attributes if start else ()
    return next((one for one in attributes if one.id == identifier), None)


def _named(start: StartTag | None, name: str) -> str:
    """The attribute of a name without a namespace."""
    attributes = start.attributes if start else ()
    return next((one.text for one in attributes if one.name == name and one.namespace != ANDROID), "")


def _reference(attribute: Attribute | None) -> int | None:
    """The resource that is referred to; a path or a name in its place is nothing to Android."""
    return (attribute.reference or None) if attribute else None
