"""Names for people: classes and methods as Java's compiler writes them, mechanisms by what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.facts import Mechanism
from pincompiler.regexes import lazy_regex
from pincompiler.reports.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_MECHANISMS = {
    Mechanism.NSC: "Network security configuration",
    Mechanism.OKHTTP: "OkHttp",
    Mechanism.TRUSTKIT: "TrustKit-Android",
    Mechanism.KEYSTORE: "Bundled certificates",
    Mechanism.TRUST_MANAGER: "Trust manager in code",
    Mechanism.CRONET: "Cronet",
    Mechanism.NATIVE: "Native code",
    Mechanism.HYBRID: "Hybrid framework",
}


def java_name(text: str) -> str:
    """``com.example.Net$1.verify(java.lang.String, int[])`` of a method in a DEX file, or its class.

    In a sentence, each of those that it names.  Everything else stays as it is, and what is invisible is spelt out.
    """
    if ";" not in text and "->" not in text:
        return visible(text)
    if _SYMBOL.fullmatch(text) or _DESCRIPTOR.fullmatch(text):
        return visible(_name(text))
    return visible(_IN_SENTENCE.sub(lambda found: _name(found[0]), text))


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
    return f"{name.replace('/', '.') if name else _PRIMITIVES[primitive]}{'[]' * len(dimensions)}"


def mechanism_name(mechanism: str) -> str:
    """What people call a mechanism that the reports for programs know by its id."""
    known = {one.value: name for one, name in _MECHANISMS.items()}
    return known.get(mechanism) or visible(mechanism)
