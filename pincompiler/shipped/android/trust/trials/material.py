"""Certificates that are made up, and the constants that may be meant to be theirs."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from binascii import Error as Base64Error
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.android.running.java.certificates import MadeCertificate
from pincompiler.android.running.java.tools import bytes_of
from pincompiler.android.running.values import (
    Collected,
    Instance,
    JavaArray,
    JavaList,
    JavaMap,
    JavaSet,
    TextBuffer,
    Thing,
    Value,
    Wrapped,
)
from pincompiler.base.bounds import TRIAL_VALUES, TRIALS
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.keys.certificates import SEQUENCE, spki_of, tag_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_MARK: Final = b"pincompiler made this up"
_KEY: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + b"\x04" + _MARK
_DIGEST_SIZES: Final = frozenset({20, 32})
_BYTES: Final = range(-128, 128)
_SO_MUCH: Final = 10
"""Bytes that a key can be found for that has them in its hash, by whoever has the computers for it."""
_LEAST_OF_A_KEY: Final = 64
_HASHES: Final = lazy_regex(
    r"(?:(?<![0-9A-Za-z+/])|(?<=sha256/)|(?<=sha1/))(?:(?:[0-9a-fA-F]{2}[:\s-]?){31}[0-9a-fA-F]{2}|(?:[0-9a-fA-F]{2}[:\s-]?){19}[0-9a-fA-F]{2}"
    r"|[A-Za-z0-9+/_-]{43}=?|[A-Za-z0-9+/_-]{27}=?)(?![0-9A-Za-z+/=])"
)
_SPELLED: Final = lazy_regex(r"(?:30[0-9a-f]{2})[0-9a-f]{100,8000}", re.IGNORECASE)
_ENCODED: Final = lazy_regex(r"M[A-Za-z0-9+/\s]{100,8000}={0,2}")
_SEPARATORS: Final = str.maketrans("", "", ": \n-")


class TakenFor(StrEnum):
    """What of a certificate a constant may be."""

    KEY_HASH = "key-hash"
    CERTIFICATE_HASH = "certificate-hash"
    KEY = "key"
    """A SubjectPublicKeyInfo."""
    CERTIFICATE = "certificate"


class Guess(NamedTuple):
    """A constant, and what of a certificate it is taken for."""

    kind: TakenFor
    data: bytes


class Trial(NamedTuple):
    """What is so while code is run."""

    trusted: bool
    """Whether Android itself trusts the chain, and takes it for one of the host."""
    guess: Guess | None = None
    """What the certificates are taken to be; none: nothing that an app has a constant of."""
    peers: bool = False
    """Whether a certificate of which nothing is known is the server's, too."""
    alone: bool = False
    """Whether the server shows its own certificate only, and no CA's."""


def made_up(guess: Guess | None) -> MadeCertificate:
    """A certificate that no constant of an app is of, but what is guessed."""
    key = _KEY.ljust(91, b".")
    if guess and guess.kind is TakenFor.CERTIFICATE:
        return MadeCertificate(guess.data, spki_of(guess.data) or key)
    if guess and guess.kind is TakenFor.KEY:
        key = guess.data
    return MadeCertificate(b"0\x82\x02\x00" + b"a certificate that pincompiler made up".ljust(512, b"."), key)


def mostly_other(guess: Guess) -> Iterator[Guess]:
    """Hashes that share with what was guessed so little that keys can be found which do, too.

    Of one the first 80 bits are the same, of one the last, and of one what Java's ``Arrays.hashCode`` makes of it.
    """
    if guess.kind not in {TakenFor.KEY_HASH, TakenFor.CERTIFICATE_HASH}:
        return
    other = bytes(one ^ 0xFF for one in guess.data)
    yield guess._replace(data=guess.data[:_SO_MUCH] + other[_SO_MUCH:])
    yield guess._replace(data=other[:-_SO_MUCH] + guess.data[-_SO_MUCH:])
    yield guess._replace(data=_of_same_hash_code(guess.data))


def _of_same_hash_code(data: bytes) -> bytes:
    """Other bytes of which Java's ``Arrays.hashCode`` is the same: one up, and the next down by 31."""
    signed = memoryview(data).cast("b").tolist()
    for at in range(len(signed) - 1):
        for step in (1, -1):
            one, next_one = signed[at] + step, signed[at + 1] - 31 * step
            if one in _BYTES and next_one in _BYTES:
                return data[:at] + bytes((one & 255, next_one & 255)) + data[at + 2 :]
    return bytes(reversed(data))


# Constants.


def guesses(
    roots: Iterable[Value], kinds: Iterable[tuple[TakenFor, int]], own: Collection[bytes]
) -> tuple[tuple[Guess, ...], bool]:
    """What of some values may be a hash, a key or a certificate, and whether that is all.

    ``kinds`` are the hashes that code takes, with their sizes in bytes; what is the certificates' ``own`` is none.
    """
    asked = tuple(dict.fromkeys(kinds))
    found: dict[Guess, None] = {}
    within = _Within(roots)
    for data in within:
        if data in own:
            continue
        if len(data) in _DIGEST_SIZES and any(data):
            found |= {Guess(kind, data): None for kind, size in asked if size == len(data)}
        elif len(data) > _LEAST_OF_A_KEY and _is_whole(data):
            whole = spki_of(data)
            found[Guess(TakenFor.CERTIFICATE if whole else TakenFor.KEY, data)] = None
        if len(found) > TRIALS.limit:
            return tuple(found)[: TRIALS.limit], False
    return tuple(found), within.whole


def _is_whole(data: bytes) -> bool:
    """Whether bytes are one sequence of DER, and not what code made of a certificate that is made up."""
    outer = tag_at(data, 0)
    return outer is not None and outer[0] == SEQUENCE and outer[2] == len(data) and _MARK not in data


class _Within:
    """The bytes that values hold or spell, each once, as far as they are looked at."""

    def __init__(self, roots: Iterable[Value]) -> None:
        self._waiting = list(roots)[::-1]
        self._seen: set[int] = set()
        self.whole = True

    def __iter__(self) -> Iterator[bytes]:
        texts: set[str] = set()
        while self._waiting:
            if len(self._seen) > TRIAL_VALUES.limit:
                self.whole = False
                return
            one = self._waiting.pop()
            if isinstance(one, str):
                if one not in texts:
                    texts.add(one)
                    yield from spelled(one)
            elif isinstance(one, Thing) and id(one) not in self._seen:
                self._seen.add(id(one))
                yield from self._of(one)

    def _of(self, one: Thing) -> Iterator[bytes]:
        if isinstance(one, Instance):
            self._waiting += one.fields.values()
        elif isinstance(one, JavaArray) and one.cls == "[B":
            data = bytes_of(one)
            if data is not None:
                yield data
        elif isinstance(one, JavaArray) and one.cls[1] in "L[":
            self._waiting += one.items
        elif isinstance(one, Collected):
            self._waiting += _held(one)
        elif isinstance(one, TextBuffer):
            self._waiting.append(one.text or "")
        elif isinstance(one, Wrapped) and isinstance(one.value, MadeCertificate):
            yield one.value.whole
        elif isinstance(one, Wrapped) and isinstance(one.value, bytes):
            yield one.value
        elif isinstance(one, Wrapped) and isinstance(one.value, Thing | str):
            self._waiting.append(one.value)


def held_by(values: Iterable[Value]) -> Iterable[bytes]:
    """The bytes that values hold or spell, certificates and keys among them."""
    return _Within(values)


def _held(one: Collected) -> list[Value]:
    if isinstance(one, JavaList):
        return one.items
    of = one.map if isinstance(one, JavaSet) else one
    return [value for entry in of.entries.values() for value in entry] if isinstance(of, JavaMap) else []


def spelled(text: str) -> Iterator[bytes]:
    """The hashes, keys and certificates that a text spells: hexadecimal with or without separators, or base64."""
    for found in _HASHES.finditer(text):
        digits = found[0].translate(_SEPARATORS)
        if re.fullmatch(r"[0-9a-fA-F]{64}|[0-9a-fA-F]{40}", digits):
            yield bytes.fromhex(digits)
        else:
            yield from _decoded(found[0].translate(str.maketrans("-_", "+/")))
    for found in _SPELLED.finditer(text) if len(text) > _LEAST_OF_A_KEY else ():
        yield bytes.fromhex(found[0][: len(found[0]) // 2 * 2])
    for found in _ENCODED.finditer(text) if len(text) > _LEAST_OF_A_KEY else ():
        yield from _decoded("".join(found[0].split()))


def _decoded(text: str) -> Iterator[bytes]:
    bare = text.rstrip("=")
    try:
        yield b64decode(bare + "=" * (-len(bare) % 4))
    except (Base64Error, ValueError):
        return


def hash_of(name: str, data: bytes) -> bytes:
    """A digest, by the name that Python has for it."""
    return hashlib.new(name, data, usedforsecurity=False).digest()
