"""Libraries whose pins come from elsewhere than constants in the code: a server, a script, the app's own class."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from pincompiler.android.constants.program import arguments
from pincompiler.android.constants.values import Items, Number, Text, Value, bound_of
from pincompiler.android.dex import DexError
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.facts.common import Algorithm, Mechanism, Pin
from pincompiler.facts.kits import RunTimePins
from pincompiler.shipped.android.kits.known_calls import libraries, sites_of
from pincompiler.shipped.android.source import CallsOf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.android.constants.program import Program
    from pincompiler.android.dex import Site
    from pincompiler.android.dex.classes import ClassDef
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.shipped.android.source import Source, Want


_PIN_MANAGERS = ("Lorg/conscrypt/CertPinManager;", "Lcom/android/org/conscrypt/CertPinManager;")
_CONSCRYPT = ("Lorg/conscrypt/", "Lcom/android/org/conscrypt/")
_NETTY = "Lio/netty/handler/ssl/util/FingerprintTrustManagerFactory"
_FINGERPRINTS = (CallsOf(f"{_NETTY};", "<init>"), CallsOf(f"{_NETTY}Builder;", "fingerprints"))
_COMPUTED = "gives Netty fingerprints of certificates that are only known at run time"
_HEXADECIMAL = lazy_regex(r"(?:[0-9A-Fa-f]{2}:?){20,64}")

WANTED: tuple[Want, ...] = _FINGERPRINTS


@dataclass(frozen=True, slots=True)
class FoundRunTimePins:
    """What there is of them."""

    kits: tuple[RunTimePins, ...] = ()
    pins: tuple[Pin, ...] = ()


def collect(source: Source) -> FoundRunTimePins:
    """The facts; that the pins themselves were not seen is a doubt for each."""
    found = dict.fromkeys((*_put_to_use(source), *_pin_managers(source)))
    for one in found:
        source.doubt(one.title, one.why, one.mechanism)
    return FoundRunTimePins(tuple(found), tuple(_netty(source)))


def _put_to_use(source: Source) -> Iterator[RunTimePins]:
    for library in libraries():
        for _, site in sites_of(source, library, library.of("starts")):
            code = source.code(site.method, site.offset)
            yield RunTimePins(library.name, library.mechanism, library.why, code)


def _pin_managers(source: Source) -> Iterator[RunTimePins]:
    """Classes of the app by which Conscrypt's trust manager asks whether a chain has a pin."""
    for cls in source.program.subclasses(*_PIN_MANAGERS):
        if not cls.name.startswith(_CONSCRYPT):
            body = _checker(cls)
            if body is not None:
                why = f"Conscrypt asks {cls.name} whether a chain is pinned, which decides in code"
                code = source.code(body)
                yield RunTimePins("Conscrypt's CertPinManager", Mechanism.TRUST_MANAGER, why, code)


def _checker(cls: ClassDef) -> MethodBody | None:
    try:
        bodies = [method.body for method in cls.methods if method.body is not None]
        named = [body for body in bodies if body.name in {"checkChainPinning", "isChainValid"}]
    except DexError:
        return None
    return next(iter(named or bodies), None)


# -- Netty ---------------------------------------------------------------------------------------


def _netty(source: Source) -> Iterator[Pin]:
    """Fingerprints of certificates, which Netty accepts for whatever host; those that are computed are a doubt."""
    for site in source.sites(*_FINGERPRINTS):
        if not site.method.class_name.startswith("Lio/netty/"):
            where = source.code(site.method, site.offset)
            digests = tuple(_digests(source.program, site))
            for why in dict.fromkeys(one for one in digests if isinstance(one, str)):
                source.doubt(where.location.symbol, why, Mechanism.TRUST_MANAGER, pins=True)
            for digest in (one for one in digests if one and isinstance(one, bytes)):
                text = b64encode(digest).decode("ascii")
                yield Pin(
                    Mechanism.TRUST_MANAGER,
                    "",
                    None,
                    Algorithm.CERTIFICATE,
                    text,
                    where.location,
                    where.owner,
                    what="accepted by Netty's FingerprintTrustManagerFactory",
                )


def _digests(program: Program, site: Site) -> Iterator[bytes | str]:
    """The fingerprints that a call is given; for each that is not known, a doubt."""
    try:
        passed = arguments(program, site)[1:]
    except (DexError, ValueError):
        yield _COMPUTED
        return
    for value in passed:
        if not isinstance(value, Text):  # that is the name of the hash
            yield from map(_digest, value.items if isinstance(value, Items) else ())
            if not isinstance(value, Items) or not value.exact:
                yield _doubt(value)


def _digest(value: Value) -> bytes | str:
    """A fingerprint of hexadecimal digits or of bytes, empty if it is none, on which Netty throws; or a doubt."""
    if isinstance(value, Text):
        return bytes.fromhex(value.value.replace(":", "")) if _HEXADECIMAL.fullmatch(value.value) else b""
    if isinstance(value, Items) and value.exact:
        numbers = [one.value & 255 for one in value.items if isinstance(one, Number)]
        return bytes(numbers) if len(numbers) == len(value.items) else _COMPUTED
    return _doubt(value)


def _doubt(value: Value) -> str:
    """Why a fingerprint, or an array of them, is not known."""
    bound = bound_of(value)
    return (
        f"gives Netty fingerprints of certificates that were not followed: {bound.why}"
        if bound
        else _COMPUTED
    )
