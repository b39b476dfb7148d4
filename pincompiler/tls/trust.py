"""Whom to trust, on which day, and for which offer: OpenSSL's contexts, made once and used by all threads.

Where an app names its own CAs, chains are validated as Android validates them (Conscrypt's TrustManagerImpl and
TrustedCertificateIndex): a CA is known by its name and key, a server's certificate may be one, a chain may end at any
of them, and the dates of the anchor in which it ends do not count.
"""

from __future__ import annotations

from dataclasses import field
from itertools import product
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from OpenSSL import SSL, crypto

from pincompiler.base.errors import InputError
from pincompiler.base.records import dataclass
from pincompiler.keys.decoding import DamagedError, decoding
from pincompiler.keys.names import is_for, names_in
from pincompiler.policy.trust import SYSTEM_ALONE, Store
from pincompiler.tls.answers import Offer, Refused, Served
from pincompiler.tls.fitness import unfit
from pincompiler.tls.refusals import damaged, refusal, wrong_host

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography import x509

    from pincompiler.policy.trust import Trust

_NO_CHECK_TIME: Final = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of x509_vfy.h, for which pyOpenSSL has no name."""
_AS_ANDROID: Final = crypto.X509StoreFlags.PARTIAL_CHAIN | _NO_CHECK_TIME
"""Android and Apple end at an intermediate CA as well, where the app names it."""
_ENDED, _NOT_YET = 10, 9
"""OpenSSL's numbers for a certificate out of its dates, as :func:`refusal` takes them."""
_SUITES = {Offer.RSA: b"aRSA", Offer.ECDSA: b"aECDSA"}


@dataclass(frozen=True, slots=True)
class TrustedContexts:
    """Trust anchors and an instant at which certificates have to be valid."""

    contexts: Mapping[Offer, SSL.Context]
    private: bool
    """Whether the anchors are the user's own, so that they need not be known to the public."""
    now: datetime
    """The instant, in UTC."""
    anchors: frozenset[bytes] = frozenset()
    """The identities of an app's own CAs; with any, dates count below the anchor alone."""
    named: tuple[x509.Certificate, ...] = ()
    """Their certificates, those of the app first."""
    stores: crypto.X509Store | None = None
    """Beside those, the CAs of the device; None: they have no say."""
    own: Mapping[str, TrustedContexts] = field(default_factory=dict)
    """Those of hosts that are validated by other anchors."""

    def of(self, host: str) -> TrustedContexts:
        """What a host is validated by."""
        return self.own.get(host, self)


def trust(
    ca_file: Path | None,
    now: datetime,
    wanted: Trust = SYSTEM_ALONE,
    shown: Sequence[x509.Certificate] = (),
) -> TrustedContexts:
    """Whom an app trusts, at an instant in UTC.

    The stores of devices are this machine's, or instead the CAs of a PEM file; only such a file says what users have
    installed, or what is in an anchor's file that was not read.  Of ``shown``, certificates to be validated, those count
    as anchors that have the name and key of one.  Raises InputError when the file holds none.
    """
    from pincompiler.tls.keys import certificate

    known = frozenset(one.identity for one in wanted.anchors)
    named = (
        *(certificate(one.der) for one in wanted.anchors if one.der),
        *(one for one in shown if known and _identity(one) in known),
    )
    unsaid = Store.USER in wanted.sources or bool(wanted.unread)
    stores = Store.SYSTEM in wanted.sources or (unsaid and ca_file is not None)
    contexts = {}
    for offer in Offer:
        contexts[offer] = context = _context(offer)
        if stores:
            _load(context, ca_file)
        store = context.get_cert_store()
        assert store is not None  # noqa: S101 - every context has one
        store.set_time(now)
        if known:
            store.set_flags(_AS_ANDROID)
        for one in named:
            store.add_cert(crypto.X509.from_cryptography(one))
    return TrustedContexts(
        *(contexts, ca_file is not None or bool(known), now, known, named),
        _store_of(ca_file, now) if known and stores else None,
    )


def _store_of(ca_file: Path | None, now: datetime) -> crypto.X509Store | None:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    _load(context, ca_file)
    store = context.get_cert_store()
    if store is not None:
        store.set_time(now)
    return store


def _identity(one: x509.Certificate) -> bytes:
    """What trust engines know a certificate by; nothing of one that is damaged."""
    from pincompiler.keys.spki import identity_of

    try:
        with decoding():
            return identity_of(one.subject, one.public_key())
    except DamagedError:
        return b""


def _context(offer: Offer) -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    if suites := _SUITES.get(offer):
        # Which certificate a server shows follows from the suites: TLS 1.2 names the kind of key in them.
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
        context.set_cipher_list(suites)
    context.set_verify(SSL.VERIFY_PEER, _noted)
    return context


def _load(context: SSL.Context, ca_file: Path | None) -> None:
    if ca_file is None:
        context.set_default_verify_paths()
        return
    try:
        context.load_verify_locations(str(ca_file))
    except SSL.Error as error:
        raise InputError(f"{ca_file}: no trust anchors could be read; give a PEM file of CAs") from error


def _noted(connection: SSL.Connection, _certificate: crypto.X509, error: int, _depth: int, ok: int) -> bool:
    """Keep why OpenSSL refuses; its verdict stands."""
    if not ok:
        connection.set_app_data(error)
    return bool(ok)


def validated(
    trusted: TrustedContexts, certificates: Sequence[x509.Certificate], host: str
) -> Served | Refused:
    """The same for certificates from a file, the server's own first: path, dates, purpose and name."""
    store = trusted.contexts[Offer.ANY].get_cert_store()
    assert store is not None  # noqa: S101 - every context has one
    leaf, *others = (crypto.X509.from_cryptography(one) for one in certificates)
    try:
        path = crypto.X509StoreContext(store, leaf, others).get_verified_chain()
    except crypto.X509StoreContextError as error:
        found = _by_one(trusted.named, leaf, others)
        if found is None:
            return refusal(error.errors[0], certificates, named=bool(trusted.anchors))
        path = found
    return _unfit(path, trusted) or accepted(path, host, "", trusted, certificates)


def _unfit(path: Sequence[crypto.X509], trusted: TrustedContexts) -> Refused | None:
    shown = [one.to_cryptography() for one in path]
    first = next(
        (n for n, one in enumerate(shown) if trusted.anchors and _identity(one) in trusted.anchors), None
    )
    return unfit(shown[:-1], shown[-1:]) if first is None else unfit(shown[:first])


def _by_one(
    named: Sequence[x509.Certificate], leaf: crypto.X509, others: list[crypto.X509]
) -> list[crypto.X509] | None:
    """The path to one of several anchors: of two with one name OpenSSL tries the first alone, Android both."""
    certificates = [one.to_cryptography() for one in (leaf, *others)]
    try:
        with decoding():
            names = {name for one in certificates for name in (one.issuer, one.subject)}
            candidates = [one for one in named if one.subject in names]
    except DamagedError:
        return None
    # A server's certificate that is an anchor needs no other, and OpenSSL goes on to whatever was sent for its issuer.
    for one, sent in product(candidates, (others, [])):
        try:
            return crypto.X509StoreContext(_store_of_one(one), leaf, sent).get_verified_chain()
        except crypto.X509StoreContextError:
            continue
    # Whether an anchor may sign is a question of OpenSSL's alone: to Android it is a name and a key, whatever it says.
    for one, below in product(candidates, certificates):
        try:
            if _issued(below, one):
                path = crypto.X509StoreContext(_store_of_one(below), leaf, others).get_verified_chain()
                return [*path, crypto.X509.from_cryptography(one)]
        except crypto.X509StoreContextError:
            continue
    return None


def _issued(below: x509.Certificate, by: x509.Certificate) -> bool:
    """Whether a certificate has the name and the signature of another, be that a CA's or not."""
    try:
        below.verify_directly_issued_by(by)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def accepted(
    path: Sequence[crypto.X509],
    host: str,
    protocol: str,
    trusted: TrustedContexts,
    shown: Sequence[x509.Certificate],
) -> Served | Refused:
    """What a validated path shows, if it is for the host; ``shown`` is what was sent."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from pincompiler.keys.spki import KeyFileError
    from pincompiler.tls.keys import certificate, key_of

    ders = [crypto.dump_certificate(crypto.FILETYPE_ASN1, one) for one in path]
    try:
        loaded = tuple(map(certificate, ders))
        names = names_in(loaded[0])
        if not is_for(names, host):
            return wrong_host(host, names, loaded[:1])
        if trusted.anchors:
            with decoding():
                loaded, dated = _ended(loaded, trusted)
            if ended := _out_of_date(loaded[:dated], trusted.now):
                return ended
        keys = tuple(key_of(one.public_bytes(Encoding.DER)) for one in loaded)
        return Served(protocol, keys, tuple(shown))
    except KeyFileError as error:
        return Refused("unusual-key", f"shows a certificate that {error}", error.fix)
    except ValueError:
        return damaged()


def _ended(
    path: Sequence[x509.Certificate], trusted: TrustedContexts
) -> tuple[tuple[x509.Certificate, ...], int]:
    """The path as Android has it, and how many certificates of it stand below the first anchor.

    TrustManagerImpl.checkTrustedRecursive: from an anchor it goes on to anchors alone, whatever was sent besides.
    """
    own = {_identity(one): one for one in reversed(trusted.named)}
    passed = [_identity(one) in trusted.anchors for one in path]
    first = passed.index(True) if True in passed else len(path) - 1
    found = list(path[: first + 1])
    sources = (*trusted.named, *path[first + 1 :])
    # Whoever vouches for the anchor does so for the app's certificate of it.
    while (last := own.get(_identity(found[-1]), found[-1])).issuer != last.subject:
        below = {_identity(one) for one in found}
        others = (one for one in sources if one.subject == last.issuer or _identity(one) in trusted.anchors)
        further = (one for one in others if _identity(one) not in below and _vouched(one, last))
        above = next((one for one in further if one in trusted.named or _in(trusted.stores, one)), None)
        if above is None:
            break
        found.append(above)
    return tuple(found), first


def _vouched(by: x509.Certificate, last: x509.Certificate) -> bool:
    return _in(_store_of_one(by), last) or _issued(last, by)


def _store_of_one(one: x509.Certificate) -> crypto.X509Store:
    store = crypto.X509Store()
    store.set_flags(_AS_ANDROID)
    store.add_cert(crypto.X509.from_cryptography(one))
    return store


def _in(store: crypto.X509Store | None, one: x509.Certificate) -> bool:
    """Whether a store vouches for a certificate."""
    try:
        if store is None:
            return False
        crypto.X509StoreContext(store, crypto.X509.from_cryptography(one)).verify_certificate()
    except crypto.X509StoreContextError:
        return False
    return True


def _out_of_date(dated: Sequence[x509.Certificate], now: datetime) -> Refused | None:
    """The refusal of certificates for their dates, where OpenSSL was not to look at any."""
    for one in dated:
        if now > one.not_valid_after_utc:
            return refusal(_ENDED, dated)
        if now < one.not_valid_before_utc:
            return refusal(_NOT_YET, dated)
    return None
