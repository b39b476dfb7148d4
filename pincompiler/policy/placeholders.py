"""Pins that stand for one still to be written: no key has such a hash."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from operator import sub
from typing import Final

EMPTY: Final = hashlib.sha256(b"").digest()
_FEW: Final = 12
"""Different letters of a text that nobody drew by chance: forty-two of a hash have thirty-one on average, and never so few."""
_SEQUENT: Final = 14
"""Neighbours in the order of an alphabet or a keyboard's digits: of a hash one or two are."""
_WORDS: Final = (
    *(
        "placeholder",
        "replace",
        "example",
        "yourpin",
        "yourkey",
        "pinhere",
        "keyhere",
        "hashhere",
        "backup",
        "primary",
    ),
    *(
        "sample",
        "changeme",
        "base64",
        "sha256",
        "certificate",
        "publickey",
        "fingerprint",
        "pinhash",
        "dummy0",
        "fakepin",
    ),
)
"""Words of six letters and more, which a hash has once in millions."""


def placeholder(pin: bytes) -> str:
    """What a pin is instead of a hash, as the end of a sentence; empty if it may be one."""
    if len(pin) != 32:
        return "one byte repeated" if pin and pin == pin[:1] * len(pin) else ""
    text = b64encode(pin).decode("ascii").rstrip("=")[:42]
    letters = "".join(filter(str.isalnum, text.lower()))
    word = next((one for one in _WORDS if one in letters), "")
    reasons = (
        (pin == EMPTY, "the SHA-256 of nothing"),
        (pin == pin[:1] * 32, "one byte repeated"),
        (len(set(text)) <= _FEW or _is_periodic(text), "a few letters repeated"),
        (max(_sequent(text.encode()), _sequent(pin)) >= _SEQUENT, "letters or bytes in their order"),
        (pin.isascii() and pin.decode("ascii", "replace").isprintable(), "a text and no hash"),
        (bool(word), f"a text with `{word}` in it"),
    )
    return next((said for holds, said in reasons if holds), "")


def _is_periodic(text: str) -> bool:
    """Whether it is one part over and over, at least twice; its last letter has bits of its own."""
    half = len(text) // 2 + 1
    size = text.find(text[:1], 1, half)
    while size > 0:
        if text.startswith(text[size:]):
            return True
        size = text.find(text[:1], size + 1, half)
    return False


def _sequent(values: bytes) -> int:
    """How many follow the one before, or the one before that, in their order, up or down; 0 follows 255."""
    steps = [list(map(sub, values[apart:], values)) for apart in (1, 2)]
    return max(
        some.count(step) + some.count(around) for some in steps for step, around in ((1, -255), (-1, 255))
    )
