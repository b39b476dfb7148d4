"""Where the entries of an XML property list stand in its text."""

from __future__ import annotations

from dataclasses import field
from typing import Any, NoReturn
from xml.parsers import expat

from pincompiler.base.bounds import PLIST_DEPTH
from pincompiler.base.errors import InputError, MalformedError
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import Location, Span
from pincompiler.base.records import dataclass

_START_TAG = lazy_regex(rb"""<[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>""")
_SCALARS = frozenset({"integer", "real", "date", "data"})
"""Whose text may be none of that kind."""
_ELEMENTS = _SCALARS | {"plist", "dict", "array", "key", "string", "true", "false"}
"""All that Apple's parser takes; CFPropertyList.c, parseXMLElement."""


@dataclass(slots=True)
class Node:
    """An element of the text: byte offsets, and for a dict its entries, for an array its items by their numbers."""

    tag: str
    start: int
    key_start: int = 0
    inner_end: int = -1
    """Where its closing tag starts; -1 for an element that closes itself."""
    end: int = 0
    text: str = ""
    where: Location | None = None
    """Of an element whose text may be wrong."""
    looked_into: bool = False
    entries: dict[str, Node] = field(default_factory=dict)
    pending: Node | None = None
    """The key whose value comes next."""


Outline = dict[str, Any]


class MalformedPlistError(MalformedError):
    """What was to be a property list is none."""


def scan(data: bytes, what: str, outline: Outline | None = None) -> Node:
    """The root dictionary of an XML property list with the places of its entries.

    With an outline only the dictionaries that it names are looked into, and checked.  Raises MalformedPlistError with
    every fault up to one after which nothing can be read; InputError for what Apple reads and pincompiler does not.
    """
    scanner = _Scanner(data, what, outline)
    try:
        scanner.parser.Parse(data, True)
    except expat.ExpatError as error:
        place = _at(what, error.lineno, error.offset + 1)
        scanner.faults.append((place, f"not XML: {expat.ErrorString(error.code)}"))
    if not scanner.faults and (scanner.root is None or scanner.root.tag != "dict"):
        place = Location(what, _span(data, scanner.root.start if scanner.root else 0))
        scanner.faults.append((place, "not a property list with a dictionary at its root"))
    if scanner.faults or scanner.root is None:
        raise MalformedPlistError(tuple(scanner.faults))
    return scanner.root


def _at(file: str, line: int, column: int) -> Location:
    return Location(file, Span(line, column, line, column))


def span_at(data: bytes, root: Node, path: tuple[str, ...]) -> Span:
    """The place of an entry, or of the innermost one around it that is there: that of its key, or of an array's item."""
    node = root
    for name in path:
        node = node.entries.get(name, node)
    return _span(data, node.key_start or node.start)


def _span(data: bytes, offset: int) -> Span:
    before = data[:offset]
    text = before.decode("utf-16" if before.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", "replace")
    line, column = text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1
    return Span(line, column, line, column)


class _Scanner:
    """Expat's events to nodes; only the text of keys is kept."""

    def __init__(self, data: bytes, what: str, outline: Outline | None) -> None:
        self.data = data
        self.what = what
        self.faults: list[tuple[Location, str]] = []
        self.root: Node | None = None
        self.stack: list[Node] = []
        self.outlines: list[Outline | None] = [outline]
        self.passed_over = 0
        """How deep inside an element that nobody asked for."""
        self.parser = expat.ParserCreate()
        self.parser.EntityDeclHandler = self._entity
        # Apple's DOCTYPE has its DTD elsewhere, so expat would take any entity for declared there.
        self.parser.SkippedEntityHandler = self._skipped
        self.parser.XmlDeclHandler = self._declaration
        self.parser.buffer_text = True
        self._look()

    def _look(self) -> None:
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _pass_over(self) -> None:
        self.passed_over = 1
        self.parser.StartElementHandler = self._deeper
        self.parser.EndElementHandler = self._shallower
        self.parser.CharacterDataHandler = None

    def _deeper(self, _tag: str, _attributes: object) -> None:
        self.passed_over += 1

    def _shallower(self, tag: str) -> None:
        self.passed_over -= 1
        if not self.passed_over:
            self._look()
            self._end(tag)

    def _here(self) -> Location:
        return _at(self.what, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)

    def _fault(self, message: str) -> None:
        self.faults.append((self._here(), message))

    def _refuse(self, message: str) -> NoReturn:
        self._fault(message)
        raise MalformedPlistError(tuple(self.faults))

    def _leave(self, message: str) -> NoReturn:
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        raise InputError(f"{self.what}:{line}:{column}: {message}")

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "us-ascii"):
            self._leave(f"its encoding is {encoding}; save it as UTF-8")

    def _entity(self, name: str, *_rest: object) -> None:
        self._refuse(f"declares the entity {name}, which no property list needs")

    def _skipped(self, name: str, _is_parameter: bool) -> None:  # noqa: FBT001 - expat's signature
        self._fault(f"refers to the entity {name}, which is declared nowhere")

    def _start(self, tag: str, _attributes: object) -> None:
        if len(self.stack) > PLIST_DEPTH.limit:
            self._leave("nested too deeply")
        node = Node(tag, self.parser.CurrentByteIndex)
        if not self.stack and tag != "plist":
            # CFPropertyList.c reads a value without <plist> around it, too.
            refuse = self._leave if tag in _ELEMENTS else self._refuse
            refuse(f"not a property list: its root is <{tag}>")
        if tag not in _ELEMENTS:
            self._fault(f"<{tag}> is no element of a property list")
        if tag in _SCALARS:
            node.where = self._here()
        parent = self.stack[-1] if self.stack else None
        self.stack.append(node)
        if parent is not None:
            self._adopt(parent, node)

    def _adopt(self, parent: Node, node: Node) -> None:
        outline = self.outlines[-1]
        if parent.tag == "plist":
            self.root = self.root or node
        elif parent.tag == "dict" and node.tag != "key" and parent.pending is None:
            self._fault(f"<{node.tag}> in a dictionary without a <key> before it")
        elif parent.tag == "dict" and node.tag != "key":
            assert parent.pending is not None  # noqa: S101 - for the type checker
            name = parent.pending.text
            node.key_start = parent.pending.start
            parent.entries[name] = node
            parent.pending = None
            if outline is not None and not outline.get(name):
                self._pass_over()
                return
            outline = outline and outline[name]
        elif parent.tag == "array":
            parent.entries[str(len(parent.entries))] = node
        if node.tag == "dict":
            node.looked_into = True
            self.outlines.append(outline)

    def _text(self, text: str) -> None:
        if self.stack and self.stack[-1].tag == "key":
            self.stack[-1].text += text

    def _end(self, tag: str) -> None:
        node = self.stack.pop()
        opening = _START_TAG.match(self.data, node.start)
        if opening and opening[0].endswith(b"/>"):
            node.end = opening.end()
        else:
            node.inner_end = self.parser.CurrentByteIndex
            node.end = self.data.index(b">", node.inner_end) + 1
        if tag == "key" and self.stack and self.stack[-1].tag == "dict":
            self._name(self.stack[-1], node)
        elif tag == "dict":
            if node.pending is not None:
                self._fault(f"the key {node.pending.text} has no value")
            if node.looked_into:
                self.outlines.pop()

    def _name(self, parent: Node, key: Node) -> None:
        if parent.pending is not None:
            self._fault(f"the key {parent.pending.text} has no value")
        if key.text in parent.entries:
            self._fault(f"the key {key.text} stands twice in one dictionary")
        parent.pending = key
