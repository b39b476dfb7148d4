"""How a certificate, or its key, is written in files of any kind: what is searched for where it must not be."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pincompiler.keys.certificates import spki_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTHS: Final = (64, 76)
"""Letters of a line of base64: RFC 7468 section 2, RFC 2045 section 6.8."""


def spellings(der: bytes) -> tuple[bytes, ...]:
    """Each form of a certificate and of its key that may stand in a file.

    In DER; in base64, of either alphabet and without its end; and as SHA-256, bare, in base64 and in hexadecimal, with
    and without colons.  Of PEM it is a line of the signature, as 64 or 76 letters go.  Texts are UTF-8, and UTF-16 as resources of Android have it.
    """
    found = dict.fromkeys(_spellings(der))
    return tuple(found)


def _spellings(der: bytes) -> Iterator[bytes]:
    spki = spki_of(der) or der
    digests = [sha256(one).digest() for one in (spki, der)]
    yield from (spki, *digests)
    texts = [b64encode(one) for one in (der, spki, *digests)]
    texts += [one.translate(bytes.maketrans(b"+/", b"-_")) for one in texts]
    for digest in digests:
        for separator in ("", ":"):
            written = digest.hex(separator) if separator else digest.hex()
            texts += [written.encode(), written.upper().encode()]
    whole = b64encode(der)
    texts += [whole[: len(whole) // width * width][-width:] for width in _WIDTHS]
    for text in (one.rstrip(b"=") for one in texts):
        yield text
        yield text.decode("ascii").encode("utf-16-le")
