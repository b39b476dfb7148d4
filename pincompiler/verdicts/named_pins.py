"""Pins in apps that are of public root CAs, called by the CA's name: no certificate file is needed for that."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import replace
from typing import TYPE_CHECKING

from pincompiler.facts.common import Algorithm
from pincompiler.roots.knowledge import known_roots

if TYPE_CHECKING:
    from pincompiler.facts.common import Pin
    from pincompiler.roots.root import Root


def named(pin: Pin) -> Pin:
    """The pin, with the name of the public root whose key or certificate it is of, if it is of one."""
    root = _root_of(pin)
    if root is None:
        return pin
    what = f"public root {root.name}"
    return replace(pin, what=f"{what}: {pin.what}" if pin.what else what)


def _root_of(pin: Pin) -> Root | None:
    try:
        digest = b64decode(pin.pin, validate=True)
    except (Base64Error, ValueError):
        return None
    known = known_roots()
    if pin.algorithm is Algorithm.CERTIFICATE:
        return known.by_certificate(digest)
    return known.by_pin(digest) if pin.algorithm is Algorithm.SPKI_SHA256 else None
