"""Why a chain is refused, and what to do about it, from OpenSSL's numbers (x509_vfy.h)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.keys.decoding import decoding
from pincompiler.tls.answers import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography import x509

_RENEW = "renew it with the same key, so that the pins stay good"
_OWN_CA = "pass --ca-file if its CA is your own"
_NO_ISSUER = "serve the intermediate certificates too, or, if its CA is your own, pass --ca-file"
_NAME_IT = "serve a chain that ends in a CA that the host is to trust, or name its CA under [anchors]"
_STRONGER = (
    "have it issued anew, for RSA of 2048 bits or more or an EC key, and signed with SHA-256 or better"
)
_REASONS = {
    9: (
        "not-yet-valid",
        "shows a certificate that is not valid yet",
        "check its dates and this machine's clock",
    ),
    10: ("expired", "shows a certificate that has ended", _RENEW),
    18: ("self-signed", "shows a self-signed certificate that nobody vouches for", _OWN_CA),
    19: ("untrusted", "shows a chain whose root is not trusted here", _OWN_CA),
    20: ("incomplete-chain", "shows a chain that ends before any trusted CA", _NO_ISSUER),
    21: ("incomplete-chain", "shows a chain that ends before any trusted CA", _NO_ISSUER),
    26: (
        "wrong-purpose",
        "shows a certificate that is not for TLS servers",
        "have one issued for serverAuth",
    ),
    66: ("weak-key", "shows a certificate whose key is too small", _STRONGER),
    67: ("weak-key", "shows a chain with a CA whose key is too small", _STRONGER),
    68: ("weak-signature", "shows a chain with a signature that is too weak", _STRONGER),
    79: ("invalid-ca", "shows a chain with an issuer that is no CA", "have it issued by a CA's certificate"),
}
_OF_CAS = (_OWN_CA, _NO_ISSUER)
_OTHER = "ask whoever runs the server; openssl s_client shows the chain"


def refusal(error: int, shown: Sequence[x509.Certificate], *, named: bool = False) -> Refused:
    """The refusal for one of OpenSSL's verification errors; ``shown`` is what the server sent.

    ``named`` is whether CAs of the app's own are trusted.
    """
    code, problem, fix = _REASONS.get(
        error, ("invalid-chain", f"shows a chain that is not valid (OpenSSL's error {error})", _OTHER)
    )
    return Refused(code, problem, _NAME_IT if named and fix in _OF_CAS else fix, issuers(shown))


def damaged() -> Refused:
    """The refusal of what cannot be decoded."""
    return Refused("damaged", "shows a certificate that is damaged", "have it issued again")


def wrong_host(host: str, names: tuple[str, ...], shown: Sequence[x509.Certificate]) -> Refused:
    """The refusal of a certificate for other hosts."""
    listed = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    problem = f"shows a certificate for {listed or 'no host at all'}, and not for {host}"
    return Refused("wrong-host", problem, "check the name, the address and the server's SNI", issuers(shown))


def issuers(shown: Sequence[x509.Certificate]) -> tuple[str, ...]:
    """Who signed what was shown, nearest first; damaged names are left out."""
    found = []
    for one in shown:
        try:
            with decoding():
                found.append(one.issuer.rfc4514_string())
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))
