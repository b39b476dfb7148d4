"""How a certificate, or its key, is written in files of any kind: what is searched for where it must not be."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Final

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.keys.certificates import elements_in, spki_of, tag_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WIDTHS: Final = (64, 76)
"""Letters of a line of base64: RFC 7468 section 2, RFC 2045 section 6.8."""
_RUN: Final = lazy_regex(rb"[A-Za-z0-9]+")
"""What is written alike in each of these ways."""
_PLUS_AND_SLASH: Final = (
    (b"+", b"/"),
    (b"-", b"_"),
    (b"+", b"\\/"),
    (b"\\u002B", b"/"),
    (b"\\u002B", b"\\u002F"),
    (b"\\u002b", b"\\u002f"),
    (b"%2B", b"%2F"),
    (b"%2b", b"%2f"),
)
"""How base64 has them, and its other alphabet (RFC 4648 section 5), JSON of PHP and of .NET, and addresses."""
_SEPARATORS: Final = ("", ":", " ")
_UNCOMPRESSED: Final = b"\4"
_SEQUENCE: Final = b"\x30"


def spellings(der: bytes) -> tuple[bytes, ...]:
    """Each form of a certificate and of its key that may stand in a file.

    The key in DER, whatever is around it; in hexadecimal; in base64 of either alphabet, as JSON and addresses escape it,
    in lines of 64 and 76 letters, and as PEM that is in base64 once more; and the SHA-256 and SHA-1 of certificate and
    key, bare, in base64 and in hexadecimal.  Texts are UTF-8, and UTF-16 as resources of Android have it.
    """
    return tuple(dict.fromkeys(_spellings(der)))


def _spellings(der: bytes) -> Iterator[bytes]:
    spki = spki_of(der) or der
    bits = _bits(spki)
    number = _number(bits)
    digests = [sha256(one).digest() for one in (spki, der)]
    digests += [sha1(one, usedforsecurity=False).digest() for one in (spki, der)]
    yield from (number, *digests)
    texts = [one.encode() for one in _hexadecimal(number, digests)]
    texts += [text for digest in digests for text in _escaped(digest)]
    for text in (*texts, *_base64(der, spki, bits, number)):
        yield text
        yield text.decode("ascii").encode("utf-16-le")


def _hexadecimal(number: bytes, digests: Iterable[bytes]) -> Iterator[str]:
    texts = [number.hex()]
    for digest in digests:
        texts += [digest.hex(separator) if separator else digest.hex() for separator in _SEPARATORS]
    for text in texts:
        yield from (text, text.upper())


def _base64(der: bytes, spki: bytes, bits: bytes, number: bytes) -> Iterator[bytes]:
    """The number of a key, which no other key has, in base64: by itself or in lines, and these once more."""
    yield from _shifted(number)
    for whole in (der, spki, bits):
        for width in _WIDTHS:
            line = _line(whole, number, width)
            yield _run(line)
            if whole is der:
                yield from _shifted(line)


def _shifted(data: bytes) -> Iterator[bytes]:
    """Its base64 inside of something longer, for three bytes are four letters."""
    for before in range(3):
        skipped, size = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        yield _run(b64encode(b"\0" * before + data)[skipped:size])


def _line(whole: bytes, number: bytes, width: int) -> bytes:
    """The longest piece of a line of base64 that is of the number alone."""
    text, at = b64encode(whole), whole.find(number)
    first, last = -(-at * 8 // 6), (at + len(number)) * 8 // 6
    starts = (first, *range(first // width * width + width, last, width))
    return max((text[start : min(start // width * width + width, last)] for start in starts), key=len)


def _run(text: bytes) -> bytes:
    return max(_RUN.findall(text), key=len, default=text)


def _escaped(digest: bytes) -> Iterator[bytes]:
    text = b64encode(digest).rstrip(b"=")
    for plus, slash in _PLUS_AND_SLASH:
        yield text.replace(b"+", plus).replace(b"/", slash)


def _bits(spki: bytes) -> bytes:
    """What a SubjectPublicKeyInfo has behind the algorithm (RFC 5280 section 4.1), such as an RSAPublicKey."""
    outer = tag_at(spki, 0)
    parts = list(elements_in(spki, outer[1], len(spki))) if outer else []
    return spki[parts[1][2] + 1 : parts[1][3]] if len(parts) > 1 else spki


def _number(bits: bytes) -> bytes:
    """RSA's modulus (RFC 8017 appendix A.1.1), or the point of a curve (RFC 5480 section 2.2)."""
    outer = tag_at(bits, 0) if bits.startswith(_SEQUENCE) else None
    part = next(elements_in(bits, outer[1], len(bits)), None) if outer else None
    number = bits[part[2] : part[3]].lstrip(b"\0") if part else bits.removeprefix(_UNCOMPRESSED)
    return number or bits
