"""Certificates and key stores in files of any name: PEM, DER, PKCS#7, PKCS#12, JKS, JCEKS, BKS and UBER.

What a file is, its first bytes say (:func:`sniff`); :func:`read_store` decodes it.  The Java and Bouncy
Castle containers keep certificates in the clear, so that no password is needed to read them; PKCS#12 may be
opened with passwords that are known.  Nothing is ever raised for what a file holds, and nothing that a file
declares (counts, lengths, iterations) is believed without bounds.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import CERTIFICATES, DER_DEPTH, ITERATIONS
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.keys.certificates import (
    INTEGER,
    SEQUENCE,
    BundledCertificate,
    Container,
    StoreFile,
    decode,
    elements_in,
    is_begun,
    spki_of,
    tag_at,
)
from pincompiler.keys.decoding import DamagedError, decoding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PEM = lazy_regex(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_ESCAPED = lazy_regex(rb"(?:\\[nrt])+")
"""Line breaks as scripts and JSON write them."""
_CERTIFICATE_TEXT = lazy_regex(rb"\s*MI[A-Za-z0-9+/]{14}")
"""How the base64 of what has more than 127 bytes begins."""
_KEY_TEXT = lazy_regex(rb"\s*[A-Za-z0-9+/]{16}")
_BASE64 = lazy_regex(rb"\s*(MII[A-Za-z0-9+/\s]+={0,2})\s*")
_BKS_HEAD = lazy_regex(rb"\0\0\0[\0-\2]\0\0\0\x14", re.DOTALL)
_PKCS7_OID = bytes.fromhex("06092a864886f70d0107")
_JKS, _JCEKS = b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"
_DAMAGED = "it is damaged, or of a kind that nobody reads"
_SOME_DAMAGED = "a certificate in it is damaged, or of a kind that nobody reads"
_OCTETS: Final = 0x04
HEAD: Final = 64
"""Bytes by which :func:`sniff` knows a file."""
_BEGINNING: Final = 4 * HEAD // 3 & ~3
"""Letters of base64 that are no more than so many bytes."""


def sniff(head: bytes, size: int) -> Container | None:
    """What a file of ``size`` bytes may be by its first :data:`HEAD` bytes; None if nothing of the kind.

    For text, which may hold PEM anywhere, this is reported only where the very first characters say so.
    """
    if head[:4] in (_JKS, _JCEKS):
        return Container.JKS if head[:4] == _JKS else Container.JCEKS
    if _BKS_HEAD.match(head):
        return Container.BKS
    if head[:1] == b"\x30":
        return _sniff_der(head, size)
    if head.startswith(b"-----BEGIN ") or _BASE64.match(head):
        return Container.PEM
    return None


def _sniff_der(head: bytes, size: int) -> Container | None:
    """A sequence by what it begins with; one that the file is too short for, if nothing else begins like it."""
    found = tag_at(head, 0)
    if found is None:
        return None
    _, start, end = found
    if head[start : start + 4] == b"\x02\x01\x03\x30":
        return Container.PKCS12
    if head[start : start + len(_PKCS7_OID)] == _PKCS7_OID:
        return Container.PKCS7
    inner = tag_at(head, start)
    # A certificate's first element is the sequence of what is signed, and more follows it.
    if end is None or inner is None or inner[0] != SEQUENCE:
        return None
    whole = inner[2] is not None and inner[2] < end <= size
    return Container.DER if whole or is_begun(head) else None


def read_store(data: bytes, passwords: Iterable[str] = ()) -> StoreFile | None:
    """What is in a file; None if it is no certificate, key or store after all."""
    container = sniff(data[:HEAD], len(data))
    if container is Container.DER:
        return _read_der(data)
    if container is Container.PKCS7:
        return _read_pkcs7(data)
    if container is Container.PKCS12:
        return _read_pkcs12(data, ("", *passwords))
    if container in (Container.JKS, Container.JCEKS, Container.BKS):
        from pincompiler.keys import java_stores

        return java_stores.read_store(data, container)
    return _read_pem(data)


# -- DER -------------------------------------------------------------------------------------------


def _read_der(data: bytes) -> StoreFile | None:
    """Certificates one behind the other, as ``generateCertificates`` takes them."""
    elements = (data[start:end] for start, _, _, end in elements_in(data, 0, len(data)))
    ders = list(islice(takewhile(lambda der: spki_of(der) is not None, elements), CERTIFICATES.limit + 1))
    behind = sum(map(len, ders))
    found, unread = _decoded(ders[: CERTIFICATES.limit])
    if is_begun(data[behind : behind + HEAD]):
        unread = _SOME_DAMAGED
    if not ders and not unread:
        return None
    return StoreFile(Container.DER, found, unread=_too_many(ders) or unread)


def _too_many(found: Sequence[object]) -> str:
    """That not all of them were read; empty if all were."""
    return f"it has more than {CERTIFICATES}" if len(found) > CERTIFICATES.limit else ""


def _iterations(data: bytes, start: int, end: int, depth: int = 0) -> int:
    """The most iterations that any password hashing in there asks for: the number behind a salt."""
    most, before = 0, 0
    for _, tag, first, last in elements_in(data, start, end):
        if tag == INTEGER and before == _OCTETS:
            most = max(most, int.from_bytes(data[first:last], "big"))
        elif tag & 0x20 or tag == _OCTETS:
            if depth >= DER_DEPTH.limit:
                return ITERATIONS.limit + 1  # what is deeper may ask for any number
            most = max(most, _iterations(data, first, last, depth + 1))
        before = tag
    return most


# -- PEM, PKCS#7, PKCS#12 --------------------------------------------------------------------------


def _read_pem(data: bytes) -> StoreFile | None:
    """Every block of a text, be its line breaks escaped; base64 without its armour, too."""
    ders: list[bytes] = []
    keys = open_keys = 0
    damaged = False
    blocks = tuple(_blocks(data))
    for label, body, ended in blocks[: CERTIFICATES.limit]:
        if label in ("PKCS7", "CMS") and body:
            return _read_pkcs7(_base64(body))
        if label in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"):
            der = _base64(body) if ended else b""
            ders.append(_first(der) if label.startswith("TRUSTED") else der)
            # What only looks like a certificate is a text that code puts together, or another kind of file.
            damaged |= not spki_of(ders[-1]) and _CERTIFICATE_TEXT.match(body) is not None
        elif label.endswith("PRIVATE KEY"):
            keys += ended
            open_keys += ended and _is_private_key(label, body)
            damaged |= not ended and _KEY_TEXT.match(body) is not None
    if not ders and not keys and (bare := _BASE64.fullmatch(data)):
        ders = [_base64(bare[1])]
        damaged |= not spki_of(ders[0]) and is_begun(_base64(b"".join(bare[1].split())[:_BEGINNING]))
    found, unread = _decoded(der for der in ders if spki_of(der))
    unread = unread or (_SOME_DAMAGED if damaged else "")
    if not found and not keys and not unread:
        return None
    return StoreFile(Container.PEM, found, keys, open_keys, _too_many(blocks) or unread)


def _blocks(data: bytes) -> Iterator[tuple[str, bytes, bool]]:
    """Label and body of each block, and whether its end is there: what is cut off is a block, too."""
    begun = list(islice(_PEM.finditer(data), CERTIFICATES.limit + 1))
    stops = (*(one.start() for one in begun[1:]), len(data))
    for one, stop in zip(begun, stops, strict=False):
        end = data.find(b"-----END %b-----" % one[1], one.end(), stop)
        body = data[one.end() : stop if end < 0 else end]
        yield one[1].decode("ascii"), _ESCAPED.sub(b"\n", body).replace(b"\\/", b"/"), end >= 0


def _first(der: bytes) -> bytes:
    """The first value: OpenSSL's trusted certificates have more behind the certificate."""
    found = tag_at(der, 0)
    return der[: found[2]] if found and found[2] else der


def _base64(text: bytes) -> bytes:
    """What it decodes to; nothing if it does not."""
    try:
        return b64decode(b"".join(text.split()), validate=True)
    except (Base64Error, ValueError):
        return b""


def _is_private_key(label: str, body: bytes) -> bool:
    """Whether this really is a key, and one without a password."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    mark = label.encode("ascii")
    try:
        with decoding():
            load_pem_private_key(b"-----BEGIN %b-----%b-----END %b-----\n" % (mark, body, mark), None)
    except DamagedError:  # or it is encrypted
        return False
    return True


def _read_pkcs7(data: bytes) -> StoreFile:
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates

    try:
        with decoding():
            loaded = load_der_pkcs7_certificates(data)
            ders = [one.public_bytes(Encoding.DER) for one in loaded[: CERTIFICATES.limit]]
    except DamagedError:
        return StoreFile(Container.PKCS7, unread=_DAMAGED)
    found, unread = _decoded(ders)
    return StoreFile(Container.PKCS7, found, unread=_too_many(loaded) or unread)


def _decoded(ders: Iterable[bytes]) -> tuple[tuple[BundledCertificate, ...], str]:
    """The certificates, each once, and why there may be others."""
    some = tuple(dict.fromkeys(ders))
    found = {one.sha256: one for der in some if (one := decode(der))}
    return tuple(found.values()), _SOME_DAMAGED if len(found) < len(some) else ""


def _read_pkcs12(data: bytes, passwords: Iterable[str]) -> StoreFile:
    """Opened with the first password that fits, the empty one and none at all among them."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    whole = tag_at(data, 0)
    if whole is None or (whole[2] or 0) > len(data):
        return StoreFile(Container.PKCS12, unread=_DAMAGED)
    if _iterations(data, 0, len(data)) > ITERATIONS.limit:
        return StoreFile(Container.PKCS12, unread="it takes too much work to open")
    for password in (None, *dict.fromkeys(passwords)):
        try:
            with decoding():
                loaded = load_pkcs12(data, None if password is None else password.encode())
        except DamagedError:
            continue
        certs = [*([loaded.cert] if loaded.cert else []), *loaded.additional_certs]
        found, unread = _decoded(
            one.certificate.public_bytes(Encoding.DER) for one in certs[: CERTIFICATES.limit]
        )
        keys = int(loaded.key is not None)
        return StoreFile(
            Container.PKCS12,
            found,
            keys,
            keys,
            unread=_too_many(certs) or unread,
        )
    return StoreFile(Container.PKCS12, unread="it is locked with a password that is not known", locked=True)
