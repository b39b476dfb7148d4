"""Texts as Java has them: sequences of UTF-16 units, each a character of a ``str`` here."""

from __future__ import annotations

from pincompiler.android.running.numbers import int32
from pincompiler.android.running.values import StoppedError
from pincompiler.base.bounds import TEXT_LETTERS


def units(text: str) -> str:
    """A text with each character beyond the first plane as its two surrogates."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    data = text.encode("utf-16-be", "surrogatepass")
    return "".join(chr(data[at] << 8 | data[at + 1]) for at in range(0, len(data), 2))


def characters(text: str) -> str:
    """A text with each pair of surrogates as the character that they stand for; a lone one stays."""
    if text.isascii():
        return text
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")


def bounded(text: str) -> str:
    """The same text.  StoppedError if it is too long."""
    if len(text) > TEXT_LETTERS.limit:
        raise StoppedError("a text that is too long")
    return text


def hash_of(text: str) -> int:
    """``String.hashCode``."""
    found = 0
    for one in text:
        found = (31 * found + ord(one)) & 0xFFFFFFFF
    return int32(found)
