"""Writes the files of an app byte by byte, well-formed or not, without any tool."""

from __future__ import annotations

import tarfile
import zlib
from dataclasses import dataclass, field, replace
from io import BytesIO
from struct import pack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ANDROID = "http://schemas.android.com/apk/res/android"
STRING, REFERENCE, DECIMAL, BOOLEAN = 3, 1, 0x10, 0x12


# --- ZIP ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Member:
    """One entry; what is None is what it should be."""

    name: bytes
    data: bytes
    method: int = 8
    flags: int = 0
    crc: int | None = None
    packed: int | None = None
    size: int | None = None
    extra: bytes = b""
    local_name: bytes | None = None
    local_method: int | None = None
    local_extra: bytes = b""
    real_method: int | None = None
    """How the bytes are really packed."""


def deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def forge_zip(
    members: Iterable[Member],
    *,
    before: bytes = b"",
    between: bytes = b"",
    after: bytes = b"",
    comment: bytes = b"",
    count: int | None = None,
    shifted: bool = False,
) -> bytes:
    """An archive; ``shifted`` leaves ``before`` out of all offsets."""
    body, central, number = bytearray(before), bytearray(), 0
    base = len(before) if shifted else 0
    for one in members:
        number += 1
        really = one.method if one.real_method is None else one.real_method
        raw = deflate(one.data) if really == 8 else one.data
        crc = zlib.crc32(one.data) if one.crc is None else one.crc
        packed = len(raw) if one.packed is None else one.packed
        size = len(one.data) if one.size is None else one.size
        offset = len(body) - base
        local = one.name if one.local_name is None else one.local_name
        method = one.method if one.local_method is None else one.local_method
        head = (20, one.flags, method, 0, 0, crc, packed, size, len(local), len(one.local_extra))
        body += pack("<4s5H3I2H", b"PK\3\4", *head) + local + one.local_extra + raw
        rest = (20, 20, one.flags, one.method, 0, 0, crc, packed, size, len(one.name), len(one.extra))
        central += pack("<4s6H3I5H2I", b"PK\1\2", *rest, 0, 0, 0, 0, offset) + one.name + one.extra
    start = len(body) - base
    entries = number if count is None else count
    end = pack("<4s4H2IH", b"PK\5\6", 0, 0, entries, entries, len(central), start, len(comment))
    return bytes(body + central + between + end + comment + after)


def simple_zip(files: Mapping[str, bytes], method: int = 8) -> bytes:
    return forge_zip(Member(name.encode(), data, method) for name, data in files.items())


def tar(files: Mapping[str, bytes]) -> bytes:
    """A tar archive."""
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, BytesIO(data))
    return made.getvalue()


# --- string pools ---------------------------------------------------------------------------------


def pool(strings: Sequence[str], *, utf8: bool = True) -> bytes:
    data, offsets = bytearray(), []
    for text in strings:
        offsets.append(len(data))
        if utf8:
            raw = text.encode("utf-8", "surrogatepass")
            units = len(text.encode("utf-16-le", "surrogatepass")) // 2
            data += _length8(units & 0x7FFF) + _length8(len(raw) & 0x7FFF) + raw + b"\0"
        else:
            raw = text.encode("utf-16-le", "surrogatepass")
            data += pack("<H", len(raw) // 2) + raw + b"\0\0"
    data += bytes(-len(data) % 4)
    start = 28 + 4 * len(offsets)
    head = pack("<HHIIIIII", 1, 28, start + len(data), len(offsets), 0, 0x100 if utf8 else 0, start, 0)
    return head + pack(f"<{len(offsets)}I", *offsets) + bytes(data)


def _length8(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([0x80 | number >> 8, number & 0xFF])


# --- binary XML -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Attr:
    name: str
    value: str | bool | int
    namespace: str = ""
    id: int = 0
    raw: str | None = None
    """Kept besides the typed value, as the first aapt did."""
    kind: int | None = None


@dataclass(frozen=True)
class Node:
    name: str
    attributes: Sequence[Attr] = ()
    children: Sequence[Node | str] = ()
    line: int = 1
    namespace: str = ""


@dataclass
class AxmlWriter:
    """Numbers strings so that those with a resource id come first, as the format wants it."""

    utf8: bool = True
    stride: int = 20
    ids: dict[tuple[str, int], int] = field(default_factory=dict)
    strings: dict[str, int] = field(default_factory=dict)

    def document(self, root: Node, *, kind: int = 3, extra: bytes = b"", after: bytes = b"") -> bytes:
        for attribute in _attributes(root):
            if attribute.id:
                self.ids.setdefault((attribute.name, attribute.id), len(self.ids))
        body = self.node(root)
        names = [name for name, _ in self.ids] + list(self.strings)
        ids = [identifier for _, identifier in self.ids]
        chunks = pool(names, utf8=self.utf8)
        chunks += pack("<HHI", 0x180, 8, 8 + 4 * len(ids)) + pack(f"<{len(ids)}I", *ids)
        chunks += extra + body + after
        return pack("<HHI", kind, 8, 8 + len(chunks)) + chunks

    def string(self, text: str) -> int:
        return len(self.ids) + self.strings.setdefault(text, len(self.strings))

    def node(self, node: Node | str, line: int = 1) -> bytes:
        if isinstance(node, str):
            return pack("<HHIIiiHBBI", 0x104, 16, 28, line, -1, self.string(node), 8, 0, 0, 0)
        ns = self.string(node.namespace) if node.namespace else -1
        attributes = b"".join(self.attribute(one).ljust(self.stride, b"\xee") for one in node.attributes)
        shape = (20, self.stride, len(node.attributes), 0, 0, 0)
        name = self.string(node.name)
        start = pack("<HHIIiii6H", 0x102, 16, 36 + len(attributes), node.line, -1, ns, name, *shape)
        inside = b"".join(self.node(child, node.line) for child in node.children)
        return start + attributes + inside + pack("<HHIIiii", 0x103, 16, 24, node.line, -1, ns, name)

    def attribute(self, one: Attr) -> bytes:
        value, raw = one.value, -1 if one.raw is None else self.string(one.raw)
        if isinstance(value, str):
            kind, data = STRING, self.string(value)
            raw = data if one.raw is None else raw
        elif isinstance(value, bool):
            kind, data = BOOLEAN, 0xFFFFFFFF if value else 0
        else:
            kind, data = DECIMAL, value & 0xFFFFFFFF
        ns = self.string(one.namespace) if one.namespace else -1
        name = self.ids[one.name, one.id] if one.id else self.string(one.name)
        return pack("<iiiHBBI", ns, name, raw, 8, 0, kind if one.kind is None else one.kind, data)


def _attributes(node: Node) -> Iterable[Attr]:
    yield from node.attributes
    for child in node.children:
        if isinstance(child, Node):
            yield from _attributes(child)


def axml(root: Node, *, utf8: bool = True) -> bytes:
    return AxmlWriter(utf8=utf8).document(root)


# --- resources.arsc -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Res:
    """One value: a type and data, a string, or a bag of such."""

    value: str | tuple[int, int] | tuple[str | tuple[int, int], ...]
    qualifier: bytes = bytes(64)
    """A ResTable_config without its size."""


def config(*, sdk: int = 0, orientation: int = 0, language: bytes = b"\0\0") -> bytes:
    raw = bytearray(64)
    raw[8:10] = language
    raw[12] = orientation
    raw[24:26] = pack("<H", sdk)
    return bytes(raw)


@dataclass(frozen=True)
class TableForm:
    """How a table may be laid out."""

    utf8: bool = True
    sparse: bool = False
    short: bool = False
    compact: bool = False


def arsc(
    types: Mapping[str, Mapping[str, Sequence[Res]]],
    form: TableForm | None = None,
    package: str = "a.b",
    number: int = 0x7F,
) -> bytes:
    """A table: type name to entry name to values; ids are given in order."""
    form = form or TableForm()
    strings: dict[str, int] = {}
    keys: dict[str, int] = {}
    chunks = b""
    for kind, entries in enumerate(types.values(), 1):
        for name in entries:
            keys.setdefault(name, len(keys))
        configs = dict.fromkeys(one.qualifier for values in entries.values() for one in values)
        for qualifier in configs:
            chunks += _type(kind, qualifier, entries, form, strings, keys)
    type_pool, key_pool = pool(list(types), utf8=form.utf8), pool(list(keys), utf8=form.utf8)
    wide = package.encode("utf-16-le").ljust(256, b"\0")
    offsets = (288, len(types), 288 + len(type_pool), len(keys), 0)
    body = type_pool + key_pool + chunks
    packages = pack("<HHII", 0x200, 288, 288 + len(body), number) + wide + pack("<5I", *offsets) + body
    values = pool(list(strings), utf8=form.utf8)
    return pack("<HHII", 2, 12, 12 + len(values) + len(packages), 1) + values + packages


def _type(
    kind: int,
    qualifier: bytes,
    entries: Mapping[str, Sequence[Res]],
    form: TableForm,
    strings: dict[str, int],
    keys: dict[str, int],
) -> bytes:
    body, places = bytearray(), {}
    for number, (name, values) in enumerate(entries.items()):
        for one in values:
            if one.qualifier == qualifier:
                places[number] = len(body)
                body += _entry(keys[name], one.value, form, strings)
    if form.sparse:
        index = b"".join(pack("<HH", number, at // 4) for number, at in places.items())
        count, flags = len(places), 1
    elif form.short:
        at = [places.get(number, 0x3FFFC) // 4 for number in range(len(entries))]
        index = pack(f"<{len(at)}H", *at)
        index += bytes(-len(index) % 4)
        count, flags = len(entries), 2
    else:
        at = [places.get(number, 0xFFFFFFFF) for number in range(len(entries))]
        index, count, flags = pack(f"<{len(at)}I", *at), len(entries), 0
    header = 20 + 64
    shape = (kind, flags, 0, count, header + len(index))
    raw = pack("<I", 64) + qualifier[4:64]
    return (
        pack("<HHIBBHII", 0x201, header, header + len(index) + len(body), *shape) + raw + index + bytes(body)
    )


def _entry(
    key: int,
    value: str | tuple[int, int] | tuple[str | tuple[int, int], ...],
    form: TableForm,
    strings: dict[str, int],
) -> bytes:
    def typed(one: str | tuple[int, int]) -> tuple[int, int]:
        return (STRING, strings.setdefault(one, len(strings))) if isinstance(one, str) else one

    if isinstance(value, str) or (len(value) == 2 and isinstance(value[0], int)):
        kind, data = typed(value)
        if form.compact:
            return pack("<HHI", key, 8 | kind << 8, data)
        return pack("<HHIHBBI", 8, 0, key, 8, 0, kind, data)
    items = b"".join(pack("<IHBBI", 0x02000000 | n, 8, 0, *typed(one)) for n, one in enumerate(value))
    return pack("<HHIII", 16, 1, key, 0, len(value)) + items


# --- whole apps -----------------------------------------------------------------------------------

NSC_ID = 0x7F010000
PIN = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def manifest(
    *more: Attr, package: str = "a.b", split: str = "", version: int = 0, children: Sequence[Node] = ()
) -> bytes:
    """A manifest; ``more`` are attributes of its application."""
    top = [Attr("package", package), *([Attr("split", split)] if split else [])]
    top += [android("versionCode", 0x0101021B, version)] if version else []
    return axml(Node("manifest", top, [*children, Node("application", more)]))


def android(name: str, identifier: int, value: str | int, kind: int | None = None) -> Attr:
    return Attr(name, value, ANDROID, identifier, kind=kind)


def uses_nsc(identifier: int = NSC_ID) -> Attr:
    return android("networkSecurityConfig", 0x01010527, identifier, REFERENCE)


def nsc(host: str = "example.com", pin: str = PIN) -> bytes:
    domain = Node("domain", [Attr("includeSubdomains", True)], [host], line=3)
    pins = Node("pin-set", [], [Node("pin", [Attr("digest", "SHA-256")], [pin], line=5)], line=4)
    policy = Attr("policy", "abc", "urn:pincompiler")
    return axml(
        Node("network-security-config", [policy], [Node("domain-config", [], [domain, pins], line=2)])
    )


def app(**changes: bytes | None) -> dict[str, bytes]:
    """The files of an app with a configuration for all devices and one for Android 9."""
    table = arsc({"xml": {"n": [Res("res/n.xml"), Res("res/n28.xml", config(sdk=28))]}})
    files: dict[str, bytes | None] = {
        "AndroidManifest.xml": manifest(uses_nsc()),
        "resources.arsc": table,
        "res/n.xml": nsc(),
        "res/n28.xml": nsc("v28.example.com"),
        "classes.dex": b"dex\n035\0",
        **changes,
    }
    return {name: data for name, data in files.items() if data is not None}


def with_attributes(node: Node, *more: Attr) -> Node:
    return replace(node, attributes=(*node.attributes, *more))
