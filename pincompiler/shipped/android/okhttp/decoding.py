"""Pins of code as the facts have them."""

from __future__ import annotations

from base64 import b64encode

from pincompiler.facts.common import Algorithm
from pincompiler.platforms.okhttp.pins import hash_of
from pincompiler.policy.enforcement import Key


def algorithm_of(pin: str) -> Algorithm:
    """What a pin says it is the hash of."""
    return Algorithm.SPKI_SHA1 if pin.startswith("sha1/") else Algorithm.SPKI_SHA256


def shown(pin: str) -> str:
    """The pin in canonical base64 where it decodes, else as it is written."""
    found = hash_of(pin)
    return b64encode(found).decode("ascii") if found else pin


def key_of(pin: str) -> Key:
    """The key that a pin stands for; one that throws, or is of another hash, stands for a key that no chain has."""
    return Key(hash_of(pin) or pin.encode("utf-8", "replace"))
