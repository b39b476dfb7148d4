"""Apps made by chance: where the check is, how pins arrive, in which encoding, how they are compared, and what it is
worth.

The same seed gives the same apps.  What an app pins is known since it was made so: the truth is the generator's, never
the audit's.
"""

from __future__ import annotations

import random
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.serialization import Encoding as KeyEncoding
from cryptography.hazmat.primitives.serialization import PublicFormat
from cryptography.x509 import load_pem_x509_certificates

from tests.idioms.java import JAVA
from tests.idioms.kotlin import KOTLIN
from tests.idioms.words import UNPINNED, Arrival, Encoding, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.idioms.words import Language

PACKAGE: Final = "com.example.app"
LANGUAGES: Final = {one.name: one for one in (JAVA, KOTLIN)}
PINNER: Final = "CertificatePinner"
STORE: Final = "KeyStore"
_WEIGHTS: Final = {"sound": 6, "broken": 3, "absent": 1}


@dataclass(frozen=True, slots=True)
class Made:
    """One app, before it is built."""

    number: int
    language: str
    site: str
    arrival: str
    encoding: Encoding
    comparison: str
    """For OkHttp, how the pins are added."""
    shape: str
    reach: str
    host_by: str
    """How OkHttp's host is given; empty elsewhere."""
    state: State
    pins: tuple[str, ...]
    """Base64 of the SHA-256 of each key; empty if the app has none."""
    certificates: tuple[str, ...]
    """Base64 of the SHA-256 of each certificate, where whole ones are written down."""
    sources: tuple[tuple[str, str], ...]
    """The files, by name."""
    resources: tuple[str, ...]
    """What its resource array has, if it has one."""

    @property
    def name(self) -> str:
        """Of its package below the app's."""
        return f"x{self.number:04}"

    @property
    def host(self) -> str:
        """The one that it asks."""
        return f"{self.name}.example.com"

    @property
    def title(self) -> str:
        """What a reader wants to know of it."""
        words = (
            self.site,
            self.arrival,
            self.encoding.value,
            self.comparison,
            self.shape,
            self.reach,
            self.host_by,
        )
        return f"{self.name} {self.language}: {' / '.join(filter(None, words))}: {self.state.value}"


def made(seed: int, count: int) -> list[Made]:
    """So many apps: each site with each arrival in each language in turn, all else by chance."""
    chance = random.Random(seed)  # noqa: S311
    pairs = [
        (language, site, arrival)
        for language in LANGUAGES.values()
        for site in language.sites
        for arrival in language.arrivals
        if site != STORE or language.arrivals[arrival].text
    ]
    apps: list[Made] = []
    while len(apps) < count:
        chance.shuffle(pairs)
        for language, site, arrival in pairs[: count - len(apps)]:
            apps.append(_one(chance, len(apps), language, site, arrival))
    return apps


def _one(chance: random.Random, number: int, language: Language, site: str, arrival: str) -> Made:
    state = _state(chance, language, site)
    pinner = site == PINNER
    encoding = _encoding(chance, language, site, text=language.arrivals[arrival].text)
    fitting = [name for name, (encodings, _) in language.comparisons.items() if encoding in encodings]
    pick = _Picked(
        number,
        language,
        site,
        arrival,
        encoding,
        chance.choice(list(language.addings) if pinner else [""] if site == STORE else fitting),
        "" if pinner or site == STORE else chance.choice(list(language.shapes)),
        "" if pinner or site == STORE else chance.choice(list(language.reaches)),
        chance.choice(list(language.hosts)) if pinner else "",
        state,
        _secrets(chance, encoding),
        chance.choice(("android", "java")),
    )
    return pick.app()


def _state(chance: random.Random, language: Language, site: str) -> State:
    kind = chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    if kind == "broken":
        return chance.choice(language.sites[site].states)
    if kind == "absent" and site != STORE:
        return chance.choice((State.ABSENT, State.DECOY))
    return State.SOUND


def _encoding(chance: random.Random, language: Language, site: str, *, text: bool) -> Encoding:
    if site == STORE:
        return Encoding.CERTIFICATE
    able = list(language.prefixed) if site == PINNER else list(Encoding)
    return chance.choice([one for one in able if not (text and one is Encoding.BYTES)])


@dataclass(frozen=True, slots=True)
class Secret:
    """A key that is pinned."""

    hash: bytes
    key: bytes = b""
    certificate: bytes = b""

    def literal(self, encoding: Encoding) -> str:
        """As it is written down, without quotation marks; of bytes their numbers."""
        base64 = b64encode(self.hash).decode()
        written = {
            Encoding.BASE64: base64,
            Encoding.PREFIXED: f"sha256/{base64}",
            Encoding.HEX: self.hash.hex(),
            Encoding.COLONS: self.hash.hex(":").upper(),
            Encoding.BYTES: ", ".join(str(one - 256 if one > 127 else one) for one in self.hash),
            Encoding.KEY: self.key.hex(),
            Encoding.CERTIFICATE: b64encode(self.certificate).decode(),
        }
        return written[encoding]


def _secrets(chance: random.Random, encoding: Encoding) -> tuple[Secret, Secret]:
    """Two keys: of a hash nobody needs to have the key."""
    if encoding in {Encoding.KEY, Encoding.CERTIFICATE}:
        one, other = chance.sample(_pool(), 2)
        return one, other
    return Secret(chance.randbytes(32)), Secret(chance.randbytes(32))


@cache
def _pool() -> list[Secret]:
    found = load_pem_x509_certificates((Path(__file__).parent / "certificates.pem").read_bytes())
    keys = [
        one.public_key().public_bytes(KeyEncoding.DER, PublicFormat.SubjectPublicKeyInfo) for one in found
    ]
    return [
        Secret(sha256(key).digest(), key, one.public_bytes(KeyEncoding.DER))
        for key, one in zip(keys, found, strict=True)
    ]


# -- filling templates -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Picked:
    """What chance has chosen."""

    number: int
    language: Language
    site: str
    arrival: str
    encoding: Encoding
    comparison: str
    shape: str
    reach: str
    host_by: str
    state: State
    secrets: tuple[Secret, Secret]
    decoder: str

    def app(self) -> Made:
        unpinned = self.state in UNPINNED
        by_arrival = (
            self.language.arrivals[self.arrival].text and "0x7f" in self.language.arrivals[self.arrival].pins
        )
        certificates = [
            one.certificate
            for one in self.secrets
            if one.certificate and self.encoding is Encoding.CERTIFICATE
        ]
        return Made(
            self.number,
            self.language.name,
            self.site,
            self.arrival,
            self.encoding,
            self.comparison,
            self.shape,
            self.reach,
            self.host_by,
            self.state,
            () if unpinned else tuple(b64encode(one.hash).decode() for one in self.secrets),
            () if unpinned else tuple(b64encode(sha256(one).digest()).decode() for one in certificates),
            tuple(self._sources().items()),
            tuple(one.literal(self.encoding) for one in self.secrets) if by_arrival and not unpinned else (),
        )

    def _sources(self) -> dict[str, str]:
        arrival = self._arrival()
        words = {
            **self._literals(),
            "#FIELD": "",
            "#ASSIGN": "",
            "#PARAMETER": arrival.parameter,
            "#GIVEN": arrival.given,
        }
        members, beside = self._members(arrival)
        if self.language is JAVA and arrival.parameter:
            kind, name = arrival.parameter.rsplit(" ", 1)
            words |= {
                "#FIELD": f"private final {kind.replace('...', '[]')} {name};",
                "#ASSIGN": f"this.{name} = {name};",
            }
        top = f"{arrival.beside}\n{beside}"
        frame = self.language.frame.replace("#MEMBERS", f"{arrival.members}\n{members}").replace(
            "#BESIDE", top
        )
        used = ""
        for call, helper in self.language.helpers.items():
            used += helper if re.search(rf"(?<!\w){re.escape(call)}", frame + used) else ""
        frame = frame.replace("#HELPERS", used)
        suffix = self.language.suffix
        return {f"Net{suffix}": filled(frame, words), f"Main{suffix}": filled(self.language.main, words)}

    def _arrival(self) -> Arrival:
        if self.state is State.EMPTY:
            return self.language.none
        return Arrival("") if self.state in UNPINNED else self.language.arrivals[self.arrival]

    def _members(self, arrival: Arrival) -> tuple[str, str]:
        """Of the class, and what stands beside it."""
        language = self.language
        decoy = language.decoy if self.state is State.DECOY else ""
        state = State.ABSENT if self.state is State.DECOY else self.state
        if self.site == PINNER:
            declared, host = language.hosts[self.host_by]
            pins = language.prefixed[self.encoding].replace("#ARRIVED", arrival.pins)
            used = language.okhttp[state].replace("#ADD", language.addings[self.comparison])
            return f"{decoy}{declared}\n{used.replace('#PINS', pins).replace('#HOST', host)}", ""
        site = language.sites[self.site]
        if self.site == STORE:
            given = "null" if state is State.DETACHED else self._managers()
            return site.members.replace("#PINS", arrival.pins).replace("#CHECK", given), ""
        proceed = "cancel" if state is State.ABSENT else "proceed"
        members = site.members.replace("#PROCEED", f"handler.{proceed}(){';' * (language is JAVA)}")
        if state is State.ABSENT:
            return decoy + members.replace("#CHECK", ""), ""
        check = language.checks[state].replace("#CHAIN", site.chain).replace("#REFUSE", site.refuse)
        matching, beside = self._matching(arrival)
        return f"{members.replace('#CHECK', check)}\n{matching}", beside

    def _managers(self) -> str:
        return "factory.getTrustManagers()" if self.language is JAVA else "factory.trustManagers"

    def _matching(self, arrival: Arrival) -> tuple[str, str]:
        """The methods that compare, and what stands beside the class."""
        language = self.language
        members, beside, call = language.shapes[self.shape]
        _, body = language.comparisons[self.comparison]
        if self.state is State.EMPTY:
            body = f"{language.empty}\n{body}"
        inside = "pins" if beside else arrival.pins
        body = body.replace("#HAVE", language.have.get(self.encoding, ""))
        key = "cert.getPublicKey().getEncoded()" if language is JAVA else "cert.publicKey.encoded"
        hashed = f"{'Net.' * (language is JAVA)}hash({key})"
        body = body.replace("#HASH", hashed).replace("#CERT", "cert").replace("#PINS", inside)
        if language is JAVA:
            body = body.replace("decoded(", "Net.decoded(")
        reach = re.sub(
            r"#CALL\(((?:\([^()]*\) )?[\w.]+(?:\[0\]|\(0\))?)\)",
            lambda found: call.replace("#IT", found[1]),
            language.reaches[self.reach],
        )
        made = f"{members}\n{reach}".replace("#ALL", arrival.pins)
        return made.replace("#BODY", body), beside.replace("#BODY", body)

    def _literals(self) -> dict[str, str]:
        one, two = (secret.literal(self.encoding) for secret in self.secrets)
        before, after = self.language.bytes_literal if self.encoding is Encoding.BYTES else ('"', '"')
        middle = len(one) // 2
        kind = self.language.bytes_type if self.encoding is Encoding.BYTES else "String"
        return {
            "#T": kind,
            "#ONE": f"{before}{one}{after}",
            "#TWO": f"{before}{two}{after}",
            "#BOTH": f'"{one},{two}"',
            "#LEFT": f'"{one[:middle]}"',
            "#RIGHT": f'"{one[middle:]}"',
            "#BACK": f'"{one[::-1]}"',
            "#NAME": f"x{self.number:04}.example.com",
            "#LABEL": f"x{self.number:04}",
            "#PACKAGE": f"{PACKAGE}.x{self.number:04}",
            "#DECODE": self._decode(),
            "#DECOY": b64encode(sha256(one.encode()).digest()).decode(),
        }

    def _decode(self) -> str:
        """Of a text that is a hash, by one of several decoders."""
        java = self.language is JAVA
        if self.encoding is Encoding.HEX:
            if java:
                return _HEX_JAVA[self.decoder]
            return _HEX_KOTLIN[self.decoder]
        plain = (
            "Base64.decode(text, Base64.NO_WRAP)"
            if self.decoder == "android"
            else "java.util.Base64.getDecoder().decode(text)"
        )
        return f"return {plain};" if java else plain


_WORD: Final = re.compile("#[A-Z]+")
_HEX_JAVA: Final = {
    "android": """\
int size = text.length() / 2; byte[] out = new byte[size]; for (int at = 0; at < size; at++)
out[at] = (byte) ((Character.digit(text.charAt(2 * at), 16) << 4) + Character.digit(text.charAt(2 * at + 1), 16)); return out;""",
    "java": """\
byte[] out = new byte[text.length() / 2]; for (int at = 0; at < out.length; at++)
out[at] = (byte) Integer.parseInt(text.substring(2 * at, 2 * at + 2), 16); return out;""",
}
_HEX_KOTLIN: Final = {
    "android": "text.chunked(2).map { it.toInt(16).toByte() }.toByteArray()",
    "java": "text.decodeHex().toByteArray()",
}


def filled(text: str, words: Mapping[str, str]) -> str:
    """A template with all of its words, which may have words of their own."""
    while (full := _WORD.sub(lambda found: words[found[0]], text)) != text:
        text = full
    return text


def parted(apps: Sequence[Made], size: int) -> list[list[Made]]:
    """In batches, each of which is compiled and shrunk at once."""
    return [list(apps[at : at + size]) for at in range(0, len(apps), size)]
