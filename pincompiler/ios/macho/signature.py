"""The entitlements in an image's code signature: what it was signed to be allowed.

Nothing of the signature is checked: an audit reads what is there.
Source: ``kern/cs_blobs.h`` of Apple's XNU; all numbers are big-endian.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import ENTITLEMENT_BYTES
from pincompiler.ios.macho.format import MachOError

if TYPE_CHECKING:
    from pincompiler.ios.macho.format import ByteView

_SUPER_BLOB: Final = 0xFADE0CC0
_ENTITLEMENTS: Final = 0xFADE7171
_SLOT: Final = 5
"""CSSLOT_ENTITLEMENTS: a property list in XML; slot 7 repeats it in DER."""
_HEADER: Final = struct.Struct(">3I")
_PAIR: Final = struct.Struct(">2I")


def entitlements(signature: ByteView) -> bytes:
    """The property list of the entitlements, as it was signed; empty if there is none."""
    magic, _, count = signature.unpack(_HEADER, 0)
    if magic != _SUPER_BLOB:
        raise MachOError(f"it begins with {magic:#x}")
    signature.check(_HEADER.size, count * _PAIR.size)
    for at in range(_HEADER.size, _HEADER.size + count * _PAIR.size, _PAIR.size):
        slot, offset = signature.unpack(_PAIR, at)
        if slot == _SLOT:
            return _content(signature, offset)
    return b""


def _content(signature: ByteView, offset: int) -> bytes:
    magic, size = signature.unpack(_PAIR, offset)
    if magic != _ENTITLEMENTS or size < _PAIR.size:
        raise MachOError("its entitlements do not begin as such do")
    if size > ENTITLEMENT_BYTES.limit:
        raise MachOError(f"its entitlements have more than {ENTITLEMENT_BYTES}")
    return signature.copy(offset + _PAIR.size, size - _PAIR.size)
