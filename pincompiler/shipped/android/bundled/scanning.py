"""The files of an app, looked through once: certificates, strings that look like pins, and TLS stacks.

Thousands of members are pictures, compiled XML and code: these are passed over by name, the others by their
first bytes, and only text, JavaScript and native libraries are unpacked, piece by piece.
"""

from __future__ import annotations

import re
from base64 import b64encode
from binascii import a2b_base64
from dataclasses import field
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Final

from pincompiler.android.apk import MemberError
from pincompiler.android.apk.inner import TAR_HEAD, kind_of
from pincompiler.android.hermes import MAGIC, HermesError, strings
from pincompiler.base.bounds import CANDIDATES, HERMES_BYTES, STORE_BYTES, STORES, STORES_BYTES
from pincompiler.base.finding import Confidence
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.facts.common import Algorithm, Mechanism, Owner, Pin
from pincompiler.keys.stores import HEAD, read_store, sniff
from pincompiler.shipped.android.bundled.packed import Packed
from pincompiler.shipped.seeking import Seeker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pincompiler.android.apk.inner import Holder
    from pincompiler.facts.bundled import Sighting
    from pincompiler.keys.certificates import StoreFile
    from pincompiler.shipped.android.source import Source

UNKNOWN_OWNER: Final = Owner("unknown")
_PASSED_OVER: Final = frozenset(
    {
        *("png", "jpg", "jpeg", "webp", "gif", "bmp", "svg", "svgz", "ico", "ttf", "otf", "woff", "woff2"),
        *("mp3", "mp4", "m4a", "m4v", "ogg", "wav", "aac", "webm", "tflite", "lottie", "dex", "arsc", "pb"),
        *(
            "class",
            "kotlin_module",
            "kotlin_builtins",
            "kotlin_metadata",
            "version",
            "proto",
            "prof",
            "profm",
        ),
    }
)
"""Pictures, sounds, fonts and code, by what their names end in."""
_COMPILED_XML: Final = lazy_regex(r"(?:.*[!/])?(?:res/.*|AndroidManifest\.xml)", re.DOTALL)
_SIGNATURE: Final = lazy_regex(
    r"(?:.*[!/])?META-INF/(?:.*\.(?:RSA|DSA|EC|SF|MF)|(?:services|proguard|com/android)/.*)",
    re.DOTALL | re.IGNORECASE,
)
_LIBRARY_DATA: Final = ("com/ibm/icu/impl/data/", "org/joda/time/tz/data/")
"""Folders of libraries that come with thousands of files."""
_LIBRARY: Final = lazy_regex(r"(?:.*[!/])?lib/([^/]+)/([^/]+\.so)", re.DOTALL)
_ABIS: Final = ("arm64-v8a", "armeabi-v7a", "armeabi", "x86_64", "x86")
_SMALLEST: Final = 33
"""Bytes; neither a certificate nor a pin (``sha1/`` and 28 letters) is shorter."""
_ELF: Final = b"\x7fELF"
_TEXT: Final = lazy_regex(rb"(?:\xef\xbb\xbf)?[\t\n\r\x20-\x7e\x80-\xf4]{8,}")
_PIN_HINT: Final = lazy_regex(rb"sha(?:256|1)[/\"'=:]|publicKeyHashes")
_CANONICAL: Final = rb"[AEIMQUYcgkosw048]="
_PIN: Final = lazy_regex(
    # curl's option has two slashes; one of them may be the first character of the hash as well.
    rb"sha256//?([A-Za-z0-9+/]{42}" + _CANONICAL + rb")(?![A-Za-z0-9+/=])"
    rb"|sha1/([A-Za-z0-9+/]{26}" + _CANONICAL + rb")(?![A-Za-z0-9+/=])"
    rb"|pin-sha256[\"']?\s*[=:]\s*\\?[\"']?([A-Za-z0-9+/]{42}" + _CANONICAL + rb")(?![A-Za-z0-9+/=])"
    # What scripts give react-native-ssl-public-key-pinning: an array of bare hashes.
    rb"|publicKeyHashes[\"']?\s*:\s*\[((?:\s*[\"'][A-Za-z0-9+/]{42}" + _CANONICAL + rb"[\"']\s*,?)+)"
)
_HASH: Final = lazy_regex(rb"[A-Za-z0-9+/]{43}=")
_HASH_LETTERS: Final = 44
_OCTET: Final = rb"[0-9A-Fa-f]{2}"
_FINGERPRINT: Final = lazy_regex(
    rb"(?<![0-9A-Fa-f: ])" + _OCTET + rb"([: ])" + _OCTET + rb"(?:\1" + _OCTET + rb"){30}(?!\1?[0-9A-Fa-f])"
)
"""The SHA-256 of a certificate as tools print it, which plugins for Cordova and Flutter take."""
_RULED: Final = (b":" * 30, b" " * 30)
"""What a fingerprint has at every third place, its ends left out."""
_PEM: Final = b"-----BEGIN "
_CERTIFICATE: Final = lazy_regex(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----\s*MI")
"""With what follows: native libraries that read PEM have the first line alone."""
_TLS: Final = (b"client finished", b"c ap traffic")
"""Labels with which every client derives what it sends: of TLS 1.2 (RFC 5246 section 7.4.9) and of 1.3 (RFC 8446 7.1)."""
_HANDSHAKE: Final = lazy_regex(
    rb"\0(?:SSL_do_handshake|mbedtls_ssl_handshake|gnutls_handshake|SSL_ForceHandshake|(?:wolf)?SSL_connect)\0"
)
"""What OpenSSL and BoringSSL, Mbed TLS, GnuTLS, NSS and wolfSSL call the function that makes a connection."""
_CALLED: Final = (b"andshake\0", b"SSL_connect\0")
"""The ends of these names, which are searched for faster."""
_CURL: Final = b"\0curl_easy_init\0"
_GO: Final = b"runtime.goexit"
"""In the table of functions that Go's run time needs, of programs without symbols too; that has crypto/tls, if used."""
_CONNECTING: Final = lazy_regex(
    r"lib(?:curl|ssl|mbedtls|wolfssl|gnutls|gojni|Qt[456]?Network)(?:[^A-Za-z].*)?\.so", re.DOTALL
)
"""Libraries that are there to connect: where nothing in one says how, it was packed, or asks for it in other words."""
_PACKED: Final = lazy_regex(
    r"(?:.*[!/])?(?:[^/]*\.so\.(?:xz|gz|zst|br|lzma|7z)|libs\.(?:xzs|zst|zstd|spo|spk))", re.DOTALL
)
"""Native libraries in another form, which the app unpacks by itself, as SoLoader does."""
_OVERLAP: Final = 160
"""Bytes of a piece that are looked at with the next one: longer than any pin."""


class FileSign(Enum):
    """What a file has besides pins."""

    PEM = auto()
    TLS = auto()
    """A TLS stack."""
    HANDSHAKE = auto()
    """The name of a function of one."""
    CURL = auto()
    GO = auto()


@dataclass(slots=True)
class Scan:
    """What was found in the files."""

    source: Source
    stores: dict[str, StoreFile] = field(default_factory=dict)
    """By member."""
    pins: list[Pin] = field(default_factory=list)
    stacks: dict[str, str] = field(default_factory=dict)
    """Native libraries that connect by themselves, each with how: the predicate of a sentence."""
    libraries: dict[str, str] = field(default_factory=dict)
    """Every native library by its name, with the member of the variant that was read."""
    _left: int = field(default_factory=lambda: STORES_BYTES.limit)
    _packed: Packed = field(init=False)
    _seeker: Seeker = field(init=False)

    def __post_init__(self) -> None:
        self._seeker = Seeker(self.source.sought)
        self._packed = Packed(self.source, self._member)

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """Where something is that should be in no file."""
        return tuple(self._seeker.sightings)

    def run(self) -> Scan:
        """Look through all members."""
        libraries: dict[str, list[tuple[int, str, Holder, str]]] = {}
        archive: Holder
        for member, archive, entry in self.source.package.entries():
            if member.endswith(".so") and (found := _LIBRARY.fullmatch(member)):
                self._look_for(member, archive, entry)
                self._unpack(member, archive, entry, 0)
                rank = _ABIS.index(found[1]) if found[1] in _ABIS else len(_ABIS)
                libraries.setdefault(found[2], []).append((rank, member, archive, entry))
            else:
                self._member(member, archive, entry, 0)
        for name, variants in libraries.items():
            # One build of a library for each processor: what is in one is in all.
            _, member, archive, entry = min(variants, key=lambda variant: variant[:2])
            self.libraries[name] = member
            self._library(member, archive, entry)
        return self

    def _member(self, member: str, archive: Holder, entry: str, level: int) -> None:
        """A file, unless its name says that it is of no interest; ``level`` archives are around it."""
        self._look_for(member, archive, entry)
        if _PACKED.fullmatch(member):
            self.source.doubt(member, "is native code in a packed form, which is not read", Mechanism.NATIVE)
        elif not _passed_over(member):
            self._file(member, archive, entry, level)
        elif self._seeker:
            self._unpack(member, archive, entry, level)

    def _unpack(self, member: str, archive: Holder, entry: str, level: int) -> None:
        """Look into an archive that is called otherwise, as ``libpython.zip.so`` is."""
        try:
            head = archive.head(entry, HEAD)
            if not head.startswith(_ELF) and (kind := _kind(archive, entry, head)):
                self._packed.open(kind, member, archive, entry, level)
        except MemberError as error:
            self.source.doubt(member, f"cannot be read: {error.why}", Mechanism.KEYSTORE)

    def _look_for(self, member: str, archive: Holder, entry: str) -> None:
        """Search all of a file for the certificates that should be nowhere."""
        try:
            if self._seeker:
                self._seeker.look(self.source.member(member), archive.chunks(entry))
        except MemberError as error:
            self.source.doubt(member, f"cannot be read: {error.why}", Mechanism.KEYSTORE)

    def _file(self, member: str, archive: Holder, entry: str, level: int) -> None:
        try:
            if (size := archive.entry(entry).size) < _SMALLEST:
                return
            head = archive.head(entry, HEAD)
            if sniff(head, size):
                self._store(member, archive, entry)
            elif head.startswith(MAGIC):
                self._bytecode(member, archive.read(entry, HERMES_BYTES.limit))
            elif head.startswith(_ELF):
                self._library(member, archive, entry)
            elif kind := _kind(archive, entry, head):
                self._packed.open(kind, member, archive, entry, level)
            elif _TEXT.match(head) and self._search(
                member, archive.chunks(entry), Mechanism.HYBRID, _PIN, _certificates
            ):
                self._store(member, archive, entry)
        except MemberError as error:
            self.source.doubt(member, f"cannot be read: {error.why}", Mechanism.KEYSTORE)

    def _bytecode(self, member: str, data: bytes) -> None:
        """The pins among the strings of React Native's bytecode; bare hashes only beside the name that plugins give them."""
        try:
            found = tuple(strings(data, _SMALLEST))
        except HermesError as wrong:
            self.source.doubt(member, str(wrong), Mechanism.HYBRID)
            return
        bare = b"publicKeyHashes" in data
        for text in found:
            raw = text.encode("utf-8", "replace")
            if bare and len(raw) == _HASH_LETTERS and _HASH.fullmatch(raw):
                self._candidate(
                    member, data.find(raw), Mechanism.HYBRID, Algorithm.SPKI_SHA256, a2b_base64(raw)
                )
            elif _PIN_HINT.search(raw):
                self._pins(member, raw, data.find(raw), 0, Mechanism.HYBRID, _PIN)
            elif _is_ruled(raw):
                self._fingerprints(member, raw, data.find(raw), 0)

    def _store(self, member: str, archive: Holder, entry: str) -> None:
        """A file that may hold certificates."""
        size = archive.entry(entry).size
        if size > STORE_BYTES.limit:
            why = f"may hold certificates, and has more than {STORE_BYTES}"
            self.source.doubt(member, why, Mechanism.KEYSTORE)
            return
        if len(self.stores) >= STORES.limit or size > self._left:
            why = "there are too many in the app to read them all"
            self.source.doubt("certificates", why, Mechanism.KEYSTORE)
            return
        self._left -= size
        store = read_store(archive.read(entry, STORE_BYTES.limit))
        if store is not None:
            self.stores[member] = store

    def _library(self, member: str, archive: Holder, entry: str) -> None:
        try:
            mechanism = Mechanism.HYBRID if entry.endswith("/libapp.so") else Mechanism.NATIVE
            found = self._search(member, archive.chunks(entry), mechanism, _PIN, _connections)
            if how := _how(entry.rpartition("/")[2], found):
                self.stacks[member] = how
            if FileSign.PEM in found:
                self._store(member, archive, entry)
        except MemberError as error:
            self.source.doubt(member, f"cannot be read: {error.why}", Mechanism.NATIVE)

    def _search(
        self,
        member: str,
        chunks: Iterator[bytes],
        mechanism: Mechanism,
        pattern: re.Pattern[bytes],
        seen: Callable[[bytes], Iterator[FileSign]],
    ) -> frozenset[FileSign]:
        """Take down all pins in a file; what else is seen in some piece of it."""
        found: set[FileSign] = set()
        at, before = 0, b""
        for chunk in chunks:
            data = before + chunk
            start, known = at - len(before), len(before)
            if _PIN_HINT.search(data):
                self._pins(member, data, start, known, mechanism, pattern)
            if mechanism is Mechanism.HYBRID and _is_ruled(data):
                self._fingerprints(member, data, start, known)
            found.update(seen(data))
            at += len(chunk)
            before = data[-_OVERLAP:]
        return frozenset(found)

    def _pins(
        self, member: str, data: bytes, at: int, known: int, mechanism: Mechanism, pattern: re.Pattern[bytes]
    ) -> None:
        """The pins that end in the new part of a piece of a file."""
        for match in pattern.finditer(data):
            if match.end() <= known:
                continue
            algorithm = Algorithm.SPKI_SHA1 if match[2] else Algorithm.SPKI_SHA256
            for text in _HASH.findall(match[4]) if match[4] else (match[1] or match[2] or match[3],):
                self._candidate(member, at + match.start(), mechanism, algorithm, a2b_base64(text))

    def _fingerprints(self, member: str, data: bytes, at: int, known: int) -> None:
        """The same for fingerprints of certificates."""
        for match in _FINGERPRINT.finditer(data):
            if match.end() > known:
                digest = bytes.fromhex(match[0].replace(b":", b" ").decode("ascii"))
                start = at + match.start()
                self._candidate(member, start, Mechanism.HYBRID, Algorithm.CERTIFICATE, digest)

    def _candidate(
        self, member: str, at: int, mechanism: Mechanism, algorithm: Algorithm, digest: bytes
    ) -> None:
        if len(self.pins) >= CANDIDATES.limit:
            why = f"only the first {CANDIDATES.limit:,} were looked at"
            self.source.doubt("strings that look like pins", why, Mechanism.HYBRID, Mechanism.NATIVE)
            return
        pin = b64encode(digest).decode("ascii")
        where, what = self.source.member(member), f"at byte {at}"
        self.pins.append(
            Pin(
                mechanism,
                "",
                None,
                algorithm,
                pin,
                where,
                UNKNOWN_OWNER,
                confidence=Confidence.CANDIDATE,
                what=what,
            )
        )


def _kind(archive: Holder, entry: str, head: bytes) -> str:
    return kind_of(entry, head, partial(archive.head, entry, TAR_HEAD))


def _certificates(data: bytes) -> Iterator[FileSign]:
    if _PEM in data:
        yield FileSign.PEM


def _connections(data: bytes) -> Iterator[FileSign]:
    """What in a piece of a native library says that it connects, or has certificates."""
    if any(label in data for label in _TLS):
        yield FileSign.TLS
    if any(name in data for name in _CALLED) and _HANDSHAKE.search(data):
        yield FileSign.HANDSHAKE
    if _PEM in data and _CERTIFICATE.search(data):
        yield FileSign.PEM
    if _CURL in data:
        yield FileSign.CURL
    if _GO in data:
        yield FileSign.GO


def _how(name: str, found: frozenset[FileSign]) -> str:
    """How a native library connects, as the predicate of a sentence; empty if it does not."""
    if FileSign.TLS in found:
        return "has a TLS stack of its own"
    if FileSign.HANDSHAKE in found:
        return "connects by a TLS stack in native code"
    if FileSign.CURL in found:
        return "makes requests by curl"
    if _CONNECTING.fullmatch(name) and FileSign.GO not in found:
        return "is called like a library that connects by itself, and how it does is not seen"
    return ""


def _is_ruled(data: bytes) -> bool:
    """Whether some fingerprint may be in there: a tenth of the time that a regular expression takes."""
    return any(rule in data[first::3] for first in range(3) for rule in _RULED)


def _passed_over(member: str) -> bool:
    """Whether neither a certificate nor a pin of the app's can be in there, by its name."""
    ending = member.rpartition(".")[2].lower()
    if ending in _PASSED_OVER or member.startswith(_LIBRARY_DATA):
        return True
    if ending == "xml":
        return _COMPILED_XML.fullmatch(member) is not None
    return "META-INF/" in member and _SIGNATURE.fullmatch(member) is not None


def stores_again(scan: Scan, member: str, passwords: Iterable[str]) -> None:
    """Read a locked store once more, with passwords that were found in the code."""
    try:
        store = read_store(scan.source.package.read(member, STORE_BYTES.limit), passwords)
    except MemberError:  # then it was not read before
        return
    if store is not None:
        scan.stores[member] = store
