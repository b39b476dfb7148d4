"""Property lists: read whole, edited in place.

An app's Info.plist is its team's file: only the entries that are ours are replaced, as bytes, and
everything else keeps its order, layout and comments to the letter.
"""

from __future__ import annotations

import plistlib
import re
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

from pincompiler.base.bounds import shortened
from pincompiler.base.errors import InputError
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import Location
from pincompiler.platforms.plist_scan import MalformedPlistError, scan
from pincompiler.platforms.unfilled import is_unfilled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pincompiler.platforms.plist_scan import Node, Outline

KeyPath = tuple[str, ...]
_DECIDING = ("NSAppTransportSecurity", "TSKConfiguration")
_VARIANT = lazy_regex(r"[~-]")
"""What stands before the platform or device that a key is for (Apple's Information Property List Key Reference)."""
_REFUSALS = (
    plistlib.InvalidFileException,
    ValueError,
    OverflowError,
    RecursionError,
    AttributeError,  # what plistlib says of a <date> that is none
    LookupError,  # and of a binary one that is damaged
    TypeError,
)
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


def load(data: bytes, what: str) -> dict[str, Any]:
    """The dictionary of a property list, XML or binary.

    MalformedPlistError if it is malformed, brings entities, has one key twice, or is no dictionary; InputError as of
    :func:`pincompiler.platforms.plist_scan.scan`.
    """
    root = None if data.startswith(b"bplist") else scan(data, what)
    try:
        values = plistlib.loads(data)
    except _REFUSALS as error:
        wrong = tuple(_wrong_texts(data, root)) if root else ()
        raise MalformedPlistError(wrong or _whole(what, f"not a property list: {error}")) from error
    if not isinstance(values, dict):
        raise MalformedPlistError(_whole(what, "its root is no dictionary"))
    if root is None and not _is_keyed_by_texts(values):
        raise MalformedPlistError(_whole(what, "a key of a dictionary in it is no string"))
    return values


def _is_keyed_by_texts(root: object) -> bool:
    """Whether every key is a string, as Apple's property lists want it; only the binary form can say another thing."""
    ahead, seen = [root], set[int]()
    while ahead:
        value = ahead.pop()
        if not isinstance(value, dict | list) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
            return False
        ahead += value.values() if isinstance(value, dict) else value
    return True


def _whole(what: str, message: str) -> tuple[tuple[Location, str], ...]:
    return ((Location(what), message),)


def _wrong_texts(data: bytes, root: Node) -> Iterator[tuple[Location, str]]:
    """The values of a property list that are none of their kind, in their order; of UTF-16, which has no pieces, none."""
    ahead = [root]
    while ahead:
        node = ahead.pop()
        ahead += reversed(node.entries.values())
        if node.where is not None:
            try:
                plistlib.loads(b"<plist>" + data[node.start : node.end] + b"</plist>")
            except _REFUSALS:
                yield node.where, f"the text of <{node.tag}> is no {node.tag}"
            except ExpatError:
                return


def entry(data: bytes, name: str, what: str) -> object:
    """One entry of an XML property list's root, None if it has none; the others are passed over.

    InputError as of :func:`edit`.
    """
    refuse_other_forms(data, what)
    node = scan(data, what, {}).entries.get(name)
    if node is None:
        return None
    try:
        return plistlib.loads(b"<plist>" + data[node.start : node.end] + b"</plist>")
    except _REFUSALS as error:
        raise InputError(f"{what}: not a property list: {error}") from error


def variants(values: Mapping[str, Any]) -> Iterator[str]:
    """Keys by which some platform or device has another section that pins, each with what that leaves unknown."""
    for key in values:
        name = _VARIANT.split(key, 1)[0]
        if name in _DECIDING and name != key:
            yield f"{shortened(key)}, and which devices take that instead is not documented"


def build_settings(values: Mapping[str, Any], sections: Iterable[KeyPath]) -> Iterator[tuple[KeyPath, str]]:
    """Texts below some paths that are filled in when the app is built, each with its path.

    A key counts like a value.  What a binary property list refers to twice is looked at once.
    """
    ahead: list[tuple[KeyPath, object]] = [(path, _at(values, path)) for path in sections]
    seen: set[int] = set()
    while ahead:
        path, value = ahead.pop()
        if isinstance(value, str) and is_unfilled(value):
            yield path, value
        elif isinstance(value, dict | list) and id(value) not in seen:
            seen.add(id(value))
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for name, item in pairs:
                ahead.append(((*path, str(name)), item))
                if isinstance(name, str) and is_unfilled(name):
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
    root = scan(data, what, _outline(changes))
    unit = _indentation(data, root)
    splices: list[tuple[int, int, bytes]] = []
    new: dict[int, tuple[Node, int, list[bytes]]] = {}
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


def _grouped(root: Node, changes: Mapping[KeyPath, object]) -> Mapping[KeyPath, object]:
    """The changes, with those below one entry that is missing, or no dictionary, joined into one."""
    grouped: dict[KeyPath, Any] = {}
    for path, value in changes.items():
        node: Node | None = root
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


def _outline(paths: Iterable[KeyPath]) -> Outline:
    """The names to look at on each level; what stands below others is passed over."""
    outline: dict[str, Any] = {}
    for path in paths:
        below = outline
        for name in path:
            below = below.setdefault(name, {})
    return outline


def _insertion(
    data: bytes, node: Node, depth: int, entries: list[bytes], unit: str
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


def _indentation(data: bytes, root: Node) -> str:
    """The white space before the first key of the root, by which the file is laid out."""
    first = next(iter(root.entries.values()), None)
    if first is None:
        return "\t"
    line = data[data.rfind(b"\n", 0, first.key_start) + 1 : first.key_start]
    return line.decode() if re.fullmatch(rb"[ \t]+", line) else "\t"
