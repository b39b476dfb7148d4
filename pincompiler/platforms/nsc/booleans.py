"""Attributes of an NSC that are true or false."""

from __future__ import annotations

from pincompiler.base.lazy_regex import lazy_regex

_INTEGER = lazy_regex(r"-?[0-9]{1,9}|0x[0-9A-Fa-f]{1,8}")
_WHITE = " \t\r\n"
_WORDS = {"true": True, "TRUE": True, "True": True, "false": False, "FALSE": False, "False": False}


def boolean(text: str | None) -> bool | None:
    """A boolean attribute as aapt2 types it; None for any other text, in whose place Android takes its default."""
    word = (text or "").strip(_WHITE)
    if _INTEGER.fullmatch(word):
        return bool(word.strip("-0x"))
    return _WORDS.get(word)
