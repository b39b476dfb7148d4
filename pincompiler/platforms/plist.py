"""Property lists: read whole, edited in place.

An app's Info.plist is its team's file: only the entries that are ours are replaced, as bytes, and
everything else keeps its order, layout and comments to the letter.
"""

from __future__ import annotations

import plistlib
import re
from dataclasses import field
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from pincompiler.base.bounds import PLIST_DEPTH
from pincompiler.base.errors import InputError
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

KeyPath = tuple[str, ...]
_UNMARKED = lazy_regex(rb"\0[\s<]|[\s<]\0")
"""How UTF-16 begins without a byte order mark, which expat takes."""

_NEW = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
</dict>
</plist>
"""


_PLAIN = lazy_regex(r"[A-Za-z0-9 +/=._:-]*")
"""What stands for itself in XML; nearly all that is ever written."""
_BUILD_SETTING = lazy_regex(r"\$[({]\w")


def load(data: bytes, what: str) -> dict[str, Any]:
    """The dictionary of a property list, XML or binary.

    InputError if it is malformed, brings entities, has one key twice, or is no dictionary.
    """
    if not data.startswith(b"bplist"):
        _scan(data, what)
    values = _parsed(data, what)
    if not isinstance(values, dict):
        raise InputError(f"{what}: its root is no dictionary")
    return values


def entry(data: bytes, name: str, what: str) -> object:
    """One entry of an XML property list's root, None if it has none; the others are passed over.

    InputError as of :func:`edit`.
    """
    refuse_other_forms(data, what)
    node = _scan(data, what, {}).entries.get(name)
    return None if node is None else _parsed(b"<plist>" + data[node.start : node.end] + b"</plist>", what)


def _parsed(data: bytes, what: str) -> Any:
    try:
        return plistlib.loads(data)
    # AttributeError: what plistlib says of a <date> that is none.
    except (
        plistlib.InvalidFileException,
        ValueError,
        OverflowError,
        RecursionError,
        AttributeError,
    ) as error:
        raise InputError(f"{what}: not a property list: {error}") from error


def build_settings(values: Mapping[str, Any], sections: Iterable[KeyPath]) -> Iterator[tuple[KeyPath, str]]:
    """Texts below some paths that Xcode fills in when it builds, ``$(NAME)`` or ``${NAME}``, each with its path.

    A key counts like a value.  What a binary property list refers to twice is looked at once.
    """
    ahead: list[tuple[KeyPath, object]] = [(path, _at(values, path)) for path in sections]
    seen: set[int] = set()
    while ahead:
        path, value = ahead.pop()
        if isinstance(value, str) and _BUILD_SETTING.search(value):
            yield path, value
        elif isinstance(value, dict | list) and id(value) not in seen:
            seen.add(id(value))
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for name, item in pairs:
                ahead.append(((*path, str(name)), item))
                if isinstance(name, str) and _BUILD_SETTING.search(name):
                    yield path, name


def _at(values: object, path: KeyPath) -> object:
    """What stands at a path; None if nothing does."""
    for name in path:
        values = values.get(name) if isinstance(values, dict) else None
    return values


def edit(data: bytes, changes: Mapping[KeyPath, object], what: str) -> bytes:
    """The XML property list with the entries at some paths set; empty ``data`` starts a new one.

    InputError if it is binary, not UTF-8 or otherwise not to be edited safely.
    """
    data = data or _NEW
    refuse_other_forms(data, what)
    root = _scan(data, what, _outline(changes))
    unit = _indentation(data, root)
    splices: list[tuple[int, int, bytes]] = []
    new: dict[int, tuple[_Node, int, list[bytes]]] = {}
    for path, value in _grouped(root, changes).items():
        parent = root
        for name in path[:-1]:
            parent = parent.entries[name]
        old, rendered = parent.entries.get(path[-1]), _render(value, unit, len(path))
        if old is not None:
            splices.append((old.start, old.end, rendered))
        else:
            inner = f"{unit * len(path)}".encode()
            entry = inner + _scalar(path[-1], "key").encode() + b"\n" + inner + rendered + b"\n"
            new.setdefault(parent.start, (parent, len(path), []))[2].append(entry)
    splices += (_insertion(data, *rest, unit) for rest in new.values())
    return _spliced(data, splices)


def refuse_other_forms(data: bytes, what: str) -> None:
    """InputError for a property list that is not UTF-8 text, in which bytes can be replaced."""
    if data.startswith(b"bplist"):
        raise InputError(f"{what}: is a binary property list; run plutil -convert xml1 on it first")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _UNMARKED.match(data):
        raise InputError(f"{what}: its encoding is UTF-16; save it as UTF-8")


def _grouped(root: _Node, changes: Mapping[KeyPath, object]) -> Mapping[KeyPath, object]:
    """The changes, with those below one entry that is missing, or no dictionary, joined into one."""
    grouped: dict[KeyPath, Any] = {}
    for path, value in changes.items():
        node: _Node | None = root
        depth = 0
        while depth < len(path) and node is not None and node.tag == "dict":
            node = node.entries.get(path[depth])
            depth += 1
        if depth == len(path):
            grouped[path] = value
            continue
        below = grouped.setdefault(path[:depth], {})
        for name in path[depth:-1]:
            below = below.setdefault(name, {})
        below[path[-1]] = value
    return grouped


def _outline(paths: Iterable[KeyPath]) -> _Outline:
    """The names to look at on each level; what stands below others is passed over."""
    outline: dict[str, Any] = {}
    for path in paths:
        below = outline
        for name in path:
            below = below.setdefault(name, {})
    return outline


def _insertion(
    data: bytes, node: _Node, depth: int, entries: list[bytes], unit: str
) -> tuple[int, int, bytes]:
    """New entries at the end of a dictionary, before its closing tag."""
    outer, content = (unit * (depth - 1)).encode(), b"".join(entries)
    if node.inner_end < 0:  # <dict/>
        return node.start, node.end, b"<dict>\n" + content + outer + b"</dict>"
    line = data.rfind(b"\n", 0, node.inner_end) + 1
    if data[line : node.inner_end].strip():  # the tag does not have its line for itself
        return node.inner_end, node.inner_end, b"\n" + content + outer
    return line, line, content


def _spliced(data: bytes, splices: Iterable[tuple[int, int, bytes]]) -> bytes:
    pieces, at = [], 0
    for start, end, new in sorted(splices, key=lambda splice: splice[:2]):
        pieces += [data[at:start], new]
        at = end
    return b"".join((*pieces, data[at:]))


def _render(value: object, unit: str, depth: int) -> bytes:
    """A value as plistlib writes it, without the document around it, in the file's own indentation."""
    lines: list[str] = []
    _lay_out(value, lines, unit, unit * depth)
    return "\n".join(lines).removeprefix(unit * depth).encode()


def _lay_out(value: object, lines: list[str], unit: str, before: str) -> None:
    """Add the lines of a value: plistlib takes four times as long for a dictionary of ten thousand."""
    if isinstance(value, dict) and value:
        lines.append(f"{before}<dict>")
        for name, item in value.items():
            lines.append(f"{before}{unit}{_scalar(name, 'key')}")
            _lay_out(item, lines, unit, before + unit)
        lines.append(f"{before}</dict>")
    elif isinstance(value, list | tuple) and value:
        lines.append(f"{before}<array>")
        for item in value:
            _lay_out(item, lines, unit, before + unit)
        lines.append(f"{before}</array>")
    else:
        lines.append(before + _scalar(value))


def _scalar(value: Any, tag: str = "string") -> str:
    if isinstance(value, bool):
        return "<true/>" if value else "<false/>"
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return f"<{tag}>{value}</{tag}>"
    written = plistlib.dumps(value).decode().split("\n", 3)[3].removesuffix("\n</plist>\n")
    return written.replace("string>", f"{tag}>")


def _indentation(data: bytes, root: _Node) -> str:
    """The white space before the first key of the root, by which the file is laid out."""
    first = next(iter(root.entries.values()), None)
    if first is None:
        return "\t"
    line = data[data.rfind(b"\n", 0, first.key_start) + 1 : first.key_start]
    return line.decode() if re.fullmatch(rb"[ \t]+", line) else "\t"


# -- where things stand --------------------------------------------------------------------------


_START_TAG = lazy_regex(rb"""<[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>""")


@dataclass(slots=True)
class _Node:
    """An element of the text: byte offsets, and for a dict its entries."""

    tag: str
    start: int
    key_start: int = 0
    inner_end: int = -1
    """Where its closing tag starts; -1 for an element that closes itself."""
    end: int = 0
    text: str = ""
    looked_into: bool = False
    entries: dict[str, _Node] = field(default_factory=dict)
    pending: _Node | None = None
    """The key whose value comes next."""


_Outline = dict[str, Any]


class _Refused(Exception):  # noqa: N818 - a signal out of expat's callbacks
    pass


def _scan(data: bytes, what: str, outline: _Outline | None = None) -> _Node:
    """The root dictionary of an XML property list with the places of its entries.

    With an outline only the dictionaries that it names are looked into, and checked.
    """
    scanner = _Scanner(data, outline)
    try:
        scanner.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise InputError(
            f"{what}:{error.lineno}:{error.offset + 1}: not XML: {expat.ErrorString(error.code)}"
        ) from error
    except _Refused as refusal:
        line, column = scanner.parser.CurrentLineNumber, scanner.parser.CurrentColumnNumber + 1
        raise InputError(f"{what}:{line}:{column}: {refusal}") from None
    if scanner.root is None or scanner.root.tag != "dict":
        raise InputError(f"{what}: not a property list with a dictionary at its root")
    return scanner.root


class _Scanner:
    """Expat's events to nodes; only the text of keys is kept."""

    def __init__(self, data: bytes, outline: _Outline | None) -> None:
        self.data = data
        self.root: _Node | None = None
        self.stack: list[_Node] = []
        self.outlines: list[_Outline | None] = [outline]
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

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "us-ascii"):
            raise _Refused(f"its encoding is {encoding}; save it as UTF-8")

    def _entity(self, name: str, *_rest: object) -> None:
        raise _Refused(f"declares the entity {name}, which no property list needs")

    def _skipped(self, name: str, _is_parameter: bool) -> None:  # noqa: FBT001 - expat's signature
        raise _Refused(f"refers to the entity {name}, which is declared nowhere")

    def _start(self, tag: str, _attributes: object) -> None:
        if len(self.stack) > PLIST_DEPTH.limit:
            raise _Refused("nested too deeply")
        node = _Node(tag, self.parser.CurrentByteIndex)
        if not self.stack and tag != "plist":
            raise _Refused(f"not a property list: its root is <{tag}>")
        parent = self.stack[-1] if self.stack else None
        self.stack.append(node)
        if parent is not None:
            self._adopt(parent, node)

    def _adopt(self, parent: _Node, node: _Node) -> None:
        outline = self.outlines[-1]
        if parent.tag == "plist":
            self.root = self.root or node
        elif parent.tag == "dict" and node.tag != "key":
            if parent.pending is None:
                raise _Refused(f"<{node.tag}> in a dictionary without a <key> before it")
            name = parent.pending.text
            node.key_start = parent.pending.start
            parent.entries[name] = node
            parent.pending = None
            if outline is not None and not outline.get(name):
                self._pass_over()
                return
            outline = outline and outline[name]
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
                raise _Refused(f"the key {node.pending.text} has no value")
            if node.looked_into:
                self.outlines.pop()

    def _name(self, parent: _Node, key: _Node) -> None:
        if parent.pending is not None:
            raise _Refused(f"the key {parent.pending.text} has no value")
        if key.text in parent.entries:
            raise _Refused(f"the key {key.text} stands twice in one dictionary")
        parent.pending = key
