"""Where something is, in a text or a file."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

TomlPath = tuple[str | int, ...]
"""The way to a TOML value: table and key names, and indices into arrays, from the top."""
_DESCRIPTOR = lazy_regex(r"(\[*)(?:L([^;()]+);|([VZBSCIJFD]))")
_SYMBOL = lazy_regex(r"(\[*L[^;()]+;)->([^;()]+)(?:\((.*)\)\[*(?:L[^;()]+;|[VZBSCIJFD]))?")
_IN_SENTENCE = lazy_regex(
    r"(?<![\w/])\[*L(?:[\w$-]+/)+[\w$-]+;(?:->[\w$<>-]+(?:\([\w/$;\[-]*\)\[*(?:L[\w/$-]+;|[VZBSCIJFD]))?)?"
)
"""A class or a method among other words; one without a package might be any word."""
_PRIMITIVES = {
    "V": "void", "Z": "boolean", "B": "byte", "S": "short", "C": "char", "I": "int", "J": "long", "F": "float",
    "D": "double",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of text.  Lines and columns count from 1, columns in code points."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file: a span when it is known, else the TOML path that leads to one.

    Positions in a TOML text cost a second walk over it, so the reader hands out paths, and
    :func:`pincompiler.source.document.place` finds their spans once something has to be said.
    """

    file: str
    span: Span | None = None
    path: TomlPath = ()
    on_key: bool = False
    """Whether ``path`` means the name of the entry rather than its value."""
    member: str = ""
    """The file inside an app: ``classes2.dex``, ``res/xml/network_security_config.xml``."""
    symbol: str = ""
    """The method inside a DEX file: ``Lcom/example/Net;->client()Lokhttp3/OkHttpClient;``."""
    offset: int | None = field(default=None, compare=False)
    """Where in the method's bytecode, in code units of 16 bits, as dexdump prints it."""

    def at(self, *more: str | int, on_key: bool = False) -> Location:
        """The place of an entry below this one; a place that is no TOML path stays as it is."""
        if self.span is not None:
            return self
        return Location(self.file, None, (*self.path, *more), on_key)


def binary_name(descriptor: str) -> str:
    """``com.example.Net$1`` of ``Lcom/example/Net$1;``, as the manifest and ``Class.forName`` have it.  JLS §13.1."""
    return descriptor[1:-1].replace("/", ".")


def java_name(text: str) -> str:
    """``com.example.Net$1.verify(java.lang.String, int[])`` of a method in a DEX file, or its class.

    In a sentence, each of those that it names.  Everything else stays as it is.  JVMS §4.3.2, §4.3.3.
    """
    if ";" not in text and "->" not in text:
        return text
    if _SYMBOL.fullmatch(text) or _DESCRIPTOR.fullmatch(text):
        return _name(text)
    return _IN_SENTENCE.sub(lambda found: _name(found[0]), text)


def _name(symbol: str) -> str:
    found = _SYMBOL.fullmatch(symbol)
    if found is None:
        return _type(symbol)
    owner, method, parameters = found.groups()
    behind = f"({', '.join(_types(parameters))})" if parameters is not None else ""
    return f"{_type(owner)}.{method}{behind}"


def _types(descriptors: str) -> Iterator[str]:
    return (_type(found[0]) for found in _DESCRIPTOR.finditer(descriptors))


def _type(descriptor: str) -> str:
    found = _DESCRIPTOR.fullmatch(descriptor)
    if found is None:
        return descriptor
    dimensions, name, primitive = found.groups()
    return (
        f"{binary_name(descriptor.lstrip('[')) if name else _PRIMITIVES[primitive]}{'[]' * len(dimensions)}"
    )
