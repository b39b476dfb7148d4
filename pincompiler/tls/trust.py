"""Whom to trust, on which day, and for which offer: OpenSSL's contexts, made once and used by all threads."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from OpenSSL import SSL, crypto

from pincompiler.base.errors import InputError
from pincompiler.base.records import dataclass
from pincompiler.keys.decoding import decoding
from pincompiler.keys.names import is_for, names_in
from pincompiler.policy.trust import SYSTEM_ALONE, Store
from pincompiler.tls.answers import Offer, Refused, Served
from pincompiler.tls.refusals import refusal, unsuited, wrong_host

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography import x509

    from pincompiler.policy.trust import Trust

_SUITES = {Offer.RSA: b"aRSA", Offer.ECDSA: b"aECDSA"}


@dataclass(frozen=True, slots=True)
class TrustedContexts:
    """Trust anchors and an instant at which certificates have to be valid."""

    contexts: Mapping[Offer, SSL.Context]
    private: bool
    """Whether the anchors are the user's own, so that they need not be known to the public."""
    own: Mapping[str, TrustedContexts] = field(default_factory=dict)
    """Those of hosts that are validated by other anchors."""

    def of(self, host: str) -> TrustedContexts:
        """What a host is validated by."""
        return self.own.get(host, self)


def trust(ca_file: Path | None, now: datetime) -> TrustedContexts:
    """The system's trust anchors, or instead those of a PEM file; ``now`` is UTC.

    Raises InputError when the file holds none.
    """
    return TrustedContexts({offer: _context(offer, ca_file, now) for offer in Offer}, ca_file is not None)


def trust_in(wanted: Trust, ca_file: Path | None, now: datetime) -> TrustedContexts:
    """The CAs that a host trusts, and with them those of :func:`trust` where the system's are among them."""
    contexts = {offer: _context(offer, ca_file, now, wanted) for offer in Offer}
    return TrustedContexts(contexts, private=True)


def _context(offer: Offer, ca_file: Path | None, now: datetime, wanted: Trust = SYSTEM_ALONE) -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    if suites := _SUITES.get(offer):
        # Which certificate a server shows follows from the suites: TLS 1.2 names the kind of key in them.
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
        context.set_cipher_list(suites)
    context.set_verify(SSL.VERIFY_PEER, _noted)
    if Store.SYSTEM in wanted.sources:
        _load(context, ca_file)
    store = context.get_cert_store()
    if store is not None:
        store.set_time(now)
        for anchor in wanted.anchors:
            # Android and Apple end at an intermediate CA as well, where the app names it.
            store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
            store.add_cert(crypto.load_certificate(crypto.FILETYPE_ASN1, anchor.der))
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
        return refusal(error.errors[0], certificates)
    if not _for_servers(certificates[0]):
        return unsuited(certificates)
    return accepted(path, host, "")


def _for_servers(certificate: x509.Certificate) -> bool:
    """RFC 5280 section 4.2.1.12: a certificate that lists purposes has no other."""
    from cryptography import x509

    try:
        with decoding():
            purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return not {x509.OID_SERVER_AUTH, x509.oid.ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}.isdisjoint(
        purposes
    )


def accepted(path: Sequence[crypto.X509], host: str, protocol: str) -> Served | Refused:
    """What a validated path shows, if it is for the host."""
    from pincompiler.keys.spki import KeyFileError
    from pincompiler.tls.keys import certificate, key_of

    ders = [crypto.dump_certificate(crypto.FILETYPE_ASN1, one) for one in path]
    try:
        leaf = certificate(ders[0])
        names = names_in(leaf)
        if not is_for(names, host):
            return wrong_host(host, names, (leaf,))
        return Served(protocol, tuple(key_of(der) for der in ders))
    except KeyFileError as error:
        return Refused("unusual-key", f"shows a certificate that {error}", error.fix)
    except ValueError:
        return Refused("damaged", "shows a certificate that is damaged", "have it issued again")
