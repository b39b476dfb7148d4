"""Which roots older ones have signed, by what their CAs have published: advice, where a store lacks a root.

A path is never built from these, only from certificates that a server shows.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from pincompiler.base.records import dataclass
from pincompiler.roots.holding import Answer, holds
from pincompiler.roots.knowledge import known_roots

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.roots.holding import Platform
    from pincompiler.roots.root import Root


@dataclass(frozen=True, slots=True)
class CrossSign:
    """That an older root has signed a younger one."""

    root: str
    """Its subject, RFC 4514 text."""
    by: str
    until: date | None
    """The last day of the certificate; None: it was not read."""


_ISRG = "O=Internet Security Research Group,C=US"
_STARFIELD = "CN=Starfield Services Root Certificate Authority - G2,O=Starfield Technologies\\, Inc.,L=Scottsdale,ST=Arizona,C=US"
_SECTIGO = "CN=Sectigo Public Server Authentication Root"
_USERTRUST = "Certification Authority,O=The USERTRUST Network,L=Jersey City,ST=New Jersey,C=US"
_R1 = "CN=GlobalSign Root CA,OU=Root CA,O=GlobalSign nv-sa,C=BE"

CROSS_SIGNS: Final = (
    # Let's Encrypt, Chains of Trust: their certificates were read.
    CrossSign(
        f"CN=ISRG Root X1,{_ISRG}", "CN=DST Root CA X3,O=Digital Signature Trust Co.", date(2024, 9, 30)
    ),
    CrossSign(f"CN=ISRG Root X2,{_ISRG}", f"CN=ISRG Root X1,{_ISRG}", date(2032, 9, 2)),
    # Google, HTTPS and device compatibility, 2021.
    CrossSign("CN=GTS Root R1,O=Google Trust Services LLC,C=US", _R1, None),
    # Sectigo knowledge base, new Public Roots and Issuing CAs Hierarchy, 2025.
    CrossSign(f"{_SECTIGO} R46,O=Sectigo Limited,C=GB", f"CN=USERTrust RSA {_USERTRUST}", None),
    CrossSign(f"{_SECTIGO} E46,O=Sectigo Limited,C=GB", f"CN=USERTrust ECC {_USERTRUST}", None),
    # AWS Security Blog, 2024: the Amazon roots 1 to 4.
    *(CrossSign(f"CN=Amazon Root CA {number},O=Amazon,C=US", _STARFIELD, None) for number in (1, 2, 3, 4)),
)


def cross_signers(
    root: Root, versions: Iterable[tuple[Platform, int]], today: date
) -> tuple[tuple[Root, date | None], ...]:
    """The roots that have signed one and that all of the versions have, each with the last day of its certificate."""
    known, asked = known_roots(), tuple(versions)
    found = (
        (by, one.until)
        for one in CROSS_SIGNS
        if one.root == root.subject and (one.until is None or one.until >= today)
        for by in known.by_name(one.by)
    )
    return tuple(
        (by, until)
        for by, until in found
        if all(holds(by, *version).answer is Answer.YES for version in asked)
    )
