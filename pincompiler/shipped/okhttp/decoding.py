"""Pins as OkHttp reads them: what it takes, what it throws on, and what matches nothing."""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64decode
from binascii import Error as Base64Error
from typing import Final

from pincompiler.facts.common import Algorithm
from pincompiler.policy import Key

ALGORITHMS: Final = {"sha256/": Algorithm.SPKI_SHA256, "sha1/": Algorithm.SPKI_SHA1}


def hash_of(pin: str) -> bytes | None:
    """The hash that a pin is of; none if OkHttp throws on it.

    ``String.decodeBase64`` of Okio: padding and line ends at the end and white space anywhere are skipped,
    either alphabet, and any length.
    """
    prefix = next((one for one in ALGORITHMS if pin.startswith(one)), None)
    if prefix is None:
        return None
    body = re.sub(r"[\n\r \t]", "", pin.removeprefix(prefix).rstrip("=\n\r \t"))
    if not re.fullmatch(r"[A-Za-z0-9+/_-]*", body) or len(body) % 4 == 1:
        return None
    try:
        return urlsafe_b64decode(body.replace("+", "-").replace("/", "_") + "=" * (-len(body) % 4))
    except (Base64Error, ValueError):
        return None


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
