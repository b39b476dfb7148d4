"""An XML document as Android's parser hands it out, from whatever form it was in.

Binary XML and the protobuf form of bundles become the same events; a manifest is read from them
as they are, a network security configuration from the lxml tree that :func:`tree` makes of them.
Thousands of events are made, so they are named tuples: those cost a third of a dataclass.
"""

from __future__ import annotations

import re
from enum import IntEnum
from struct import pack, unpack
from typing import TYPE_CHECKING, NamedTuple

from pincompiler.base.errors import InputError
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element as Element

ANDROID = "http://schemas.android.com/apk/res/android"
_LAST_LINE = 0xFFFE
"""libxml2 keeps line numbers in 16 bits, and takes all ones as a sign to look elsewhere."""
_NAME = lazy_regex(r"[A-Za-z_][\w.-]*", re.ASCII)
_NO_TEXT = lazy_regex("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class MarkupError(InputError):
    """The document has not even a root element."""


class ValueKind(IntEnum):
    """What a typed value is: the ``dataType`` s of AOSP's ``Res_value`` that matter here."""

    NULL = 0x00
    REFERENCE = 0x01
    ATTRIBUTE = 0x02
    STRING = 0x03
    FLOAT = 0x04
    DYNAMIC_REFERENCE = 0x07
    DECIMAL = 0x10
    HEXADECIMAL = 0x11
    BOOLEAN = 0x12
    FIRST_COLOUR = 0x1C
    LAST_COLOUR = 0x1F


class Attribute(NamedTuple):
    """One attribute with its typed value."""

    namespace: str
    name: str
    id: int
    """The resource id by which the framework knows it, whatever it is called; 0 if it has none."""
    kind: int
    """A :class:`ValueKind` or another data type of ``Res_value``."""
    data: int
    """The value if it is a number, a boolean (0 or 1) or a reference; 0 for a string."""
    text: str
    """What ``getAttributeValue`` returns; for a reference ``@7f0100ab``."""

    @property
    def reference(self) -> int | None:
        """The resource id that is the value."""
        return self.data if self.kind in (ValueKind.REFERENCE, ValueKind.DYNAMIC_REFERENCE) else None

    @property
    def truth(self) -> bool | None:
        """The value as ``getAttributeBooleanValue`` takes it; None if it is no number."""
        return bool(self.data) if ValueKind.DECIMAL <= self.kind <= ValueKind.LAST_COLOUR else None


class StartTag(NamedTuple):
    """A start tag."""

    line: int
    namespace: str
    name: str
    attributes: tuple[Attribute, ...]


class TextPiece(NamedTuple):
    """A piece of text, as one call of ``next()`` hands it out."""

    line: int
    text: str


class EndTag(NamedTuple):
    """An end tag, of the innermost element."""


Event = StartTag | TextPiece | EndTag


@dataclass(frozen=True, slots=True)
class Markup:
    """The events up to the end of the root element, or to where the document breaks off."""

    events: tuple[Event, ...]
    broken: str = ""
    """Why it could not be read to the end; Android refuses such a document when it gets there."""


def tree(markup: Markup, written: Callable[[int], str] | None = None) -> Element:
    """The root of a tree whose ``sourceline`` s are the author's, if the file kept them.

    Between two pieces of text that follow one another stands an empty comment, for they stay
    two, as aapt2 leaves them where the author had a comment.  ``written`` says what stands for a
    reference.  MarkupError without an element.
    """
    from lxml import etree

    root: Element | None = None
    open_elements: list[Element] = []
    for event in markup.events:
        if isinstance(event, StartTag):
            tag = _tag(event.namespace, event.name)
            element = etree.SubElement(open_elements[-1], tag) if open_elements else etree.Element(tag)
            root = element if root is None else root
            for attribute in event.attributes:
                key = _tag(attribute.namespace, attribute.name)
                if element.get(key) is None:
                    target = attribute.reference if written else None
                    text = written(target) if written and target else attribute.text
                    element.set(key, _clean(text))
            element.sourceline = max(1, min(event.line, _LAST_LINE))
            open_elements.append(element)
        elif not open_elements:
            continue
        elif isinstance(event, TextPiece):
            _add_text(open_elements[-1], _clean(event.text))
        else:
            open_elements.pop()
    if root is None:
        raise MarkupError(markup.broken or "the document has no element")
    return root


def typed_text(kind: int, data: int, string: str) -> str:
    """What AOSP's ``TypedValue.coerceToString`` makes of a value, but references in hexadecimal."""
    if kind == ValueKind.STRING:
        return string
    if kind in (ValueKind.REFERENCE, ValueKind.DYNAMIC_REFERENCE) and not data:
        return "@null"
    if kind == ValueKind.FLOAT:
        return f"{unpack('<f', pack('<I', data))[0]:.9g}"
    if ValueKind.FIRST_COLOUR <= kind <= ValueKind.LAST_COLOUR:
        return f"#{data:x}"
    if kind == ValueKind.BOOLEAN:
        return "true" if data else "false"
    return _FORMS.get(kind, "{1}").format(data, data - (data >> 31 << 32))


_FORMS: dict[int, str] = {
    ValueKind.NULL: "",
    ValueKind.REFERENCE: "@{0:08x}",
    ValueKind.DYNAMIC_REFERENCE: "@{0:08x}",
    ValueKind.ATTRIBUTE: "?{0:08x}",
    ValueKind.HEXADECIMAL: "0x{0:x}",
}


def _clean(text: str) -> str:
    """What XML can hold of a text."""
    if text.isascii() and text.isprintable():
        return text
    return _NO_TEXT.sub("\ufffd", text)


def _add_text(element: Element, text: str) -> None:
    from lxml import etree

    if len(element):
        last = element[-1]
        if last.tail is None:
            last.tail = text
            return
    elif element.text is None:
        element.text = text
        return
    divider = etree.Comment("")
    divider.tail = text
    element.append(divider)


def _tag(namespace: str, name: str) -> str:
    """A name that lxml accepts; what XML does not allow as a name is kept apart as ``_.…``."""
    from lxml import etree

    full = f"{{{namespace}}}{name}" if namespace else name
    if not namespace and _NAME.fullmatch(name):
        return full
    try:
        etree.Element(full)
    except ValueError:
        safe = re.sub(r"[^\w.-]", "_", f"{namespace}.{name}", flags=re.ASCII)
        return f"_.{safe}"
    return full
