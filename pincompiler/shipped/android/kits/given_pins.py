"""Pins that an app gives to libraries whose job is pinning, by the calls that the table of calls has."""

from __future__ import annotations

from base64 import b64encode
from binascii import a2b_base64
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pincompiler.android.apk import MemberError
from pincompiler.android.constants.program import arguments
from pincompiler.android.dex import DexError
from pincompiler.base.bounds import STORE_BYTES
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.facts.common import Algorithm, InForce, Pin
from pincompiler.facts.kits import GivenPins
from pincompiler.keys.stores import read_store
from pincompiler.policy.enforcement import Key, Reach
from pincompiler.shipped.android.kits.known_calls import libraries, sites_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.android.constants.values import Value
    from pincompiler.android.dex import Site
    from pincompiler.facts.common import Code
    from pincompiler.shipped.android.kits.known_calls import KnownLibrary, KnownUse
    from pincompiler.shipped.android.source import Source

_FORM: Final = lazy_regex(r"(?:(CERT)?SHA256:)?((?:[0-9A-Fa-f]{2}:?){20}(?:(?:[0-9A-Fa-f]{2}:?){12})?)")
"""A hash in hexadecimal digits, with what java-pinning writes before it."""
_ALGORITHMS: Final = {20: Algorithm.SPKI_SHA1, 32: Algorithm.SPKI_SHA256}
_UNREAD: Final = "pins that are not known"


@dataclass(frozen=True, slots=True)
class FoundGiven:
    """What there is of them."""

    pins: tuple[Pin, ...] = ()
    shipped: tuple[InForce, ...] = ()
    codes: tuple[Code, ...] = ()


def collect(source: Source) -> FoundGiven:
    """The facts; what was not followed is a doubt, for the library pins."""
    pins: list[Pin] = []
    shipped: list[InForce] = []
    codes: list[Code] = []
    for library in libraries():
        for one, site in sites_of(source, library, library.of("pins")):
            code = source.code(site.method, site.offset)
            some = tuple(_pins(source, library, one, site, code))
            codes.append(code)
            pins += some
            shipped += _shipped(library, one, code, some)
    return FoundGiven(tuple(dict.fromkeys(pins)), tuple(shipped), tuple(dict.fromkeys(codes)))


def _pins(source: Source, library: KnownLibrary, one: KnownUse, site: Site, code: Code) -> Iterator[Pin]:
    roles = one.arguments or ()
    try:
        passed = arguments(source.program, site)[-len(roles) :] if roles else ()
    except DexError as error:
        source.doubt(
            code.location.symbol,
            f"gives {library.name} pins, and cannot be followed: {error}",
            library.mechanism,
            pins=True,
        )
        return
    by_role = dict(zip(roles, passed, strict=False))
    hosts = _hosts(source, by_role)
    known = tuple(_keys(source, by_role))
    if not known or None in known:
        why = f"gives {library.name} {_UNREAD}"
        source.doubt(code.location.symbol, why, library.mechanism, pins=not hosts)
    elif hosts is None and {"host", "url"} & by_role.keys():
        why = f"gives {library.name} pins for a host that is only known at run time"
        source.doubt(code.location.symbol, why, library.mechanism)
    for host in hosts or ("",):
        for key in known:
            if key is not None:
                algorithm, digest, what = key
                reach = Reach.NONE if host else None
                text = b64encode(digest).decode("ascii")
                yield Pin(
                    library.mechanism,
                    host,
                    reach,
                    algorithm,
                    text,
                    code.location,
                    code.owner,
                    what=what or f"given to {library.name}",
                )


def _hosts(source: Source, by_role: dict[str, Value]) -> tuple[str, ...] | None:
    """The hosts of a call; None if it has none, or they are not known."""
    texts = [source.texts(by_role[role]) for role in ("host", "url") if role in by_role]
    if not texts or None in texts:
        return None
    named = [one if "host" in by_role else urlsplit(one).hostname for some in texts for one in some or ()]
    return tuple(one.lower() for one in named if one) or None


def _keys(source: Source, by_role: dict[str, Value]) -> Iterator[tuple[Algorithm, bytes, str] | None]:
    """Each pin, with what else is known of it; None for one that is not known."""
    for role, value in by_role.items():
        if role == "pins":
            yield from (_hash(text) for text in source.texts(value) or (None,))
        elif role == "files":
            for name in source.texts(value) or (None,):
                yield from _of_file(source, name)


def _hash(text: str | None) -> tuple[Algorithm, bytes, str] | None:
    form = _FORM.fullmatch(text or "")
    if form is None:
        return None
    digest = bytes.fromhex(form[2].replace(":", ""))
    return Algorithm.CERTIFICATE if form[1] else _ALGORITHMS[len(digest)], digest, ""


def _of_file(source: Source, name: str | None) -> Iterator[tuple[Algorithm, bytes, str] | None]:
    """The keys of the certificates in a file among the assets."""
    ends = f"assets/{name}"
    members = (
        [one for one in source.package.members() if one == ends or one.endswith(f"/{ends}")] if name else []
    )
    for member in members[:1]:
        try:
            store = read_store(source.package.read(member, STORE_BYTES.limit))
        except MemberError:
            store = None
        for one in store.certificates if store else ():
            yield (
                Algorithm.SPKI_SHA256,
                one.spki_sha256,
                f"{one.subject}, ends {one.not_after:%Y-%m-%d}, in {member}",
            )
        if store is None or not store.certificates:
            yield None
    if not members:
        yield None


def _shipped(library: KnownLibrary, one: KnownUse, code: Code, pins: tuple[Pin, ...]) -> Iterator[InForce]:
    """What a call enforces for hosts that are known."""
    by_host: dict[str, dict[Key, None]] = {}
    for pin in pins:
        if pin.host and pin.algorithm is not Algorithm.CERTIFICATE:
            by_host.setdefault(pin.host, {})[Key(a2b_base64(pin.pin))] = None
    if by_host:
        keys = {host: tuple(some) for host, some in by_host.items()}
        given = GivenPins(keys, one.words, code.location)
        yield InForce(library.mechanism, library.name, given, code.location, code.owner)
