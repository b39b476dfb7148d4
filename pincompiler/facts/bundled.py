"""Files in the app: certificates, key stores, and strings that look like pins."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pincompiler.base.finding import Confidence
from pincompiler.base.location import java_name
from pincompiler.base.records import dataclass
from pincompiler.facts.common import Area

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.base.location import Location
    from pincompiler.facts.common import Code
    from pincompiler.keys.certificates import BundledCertificate, StoreFile

CA_BUNDLE = 20
"""More certificates than this in one file are a list of public CAs, and pin nothing."""


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """Certificates or private keys in a file of the app, or in a string of its code."""

    where: Location
    store: StoreFile
    trusted: bool = False
    """Whether code was seen to put them into a key store that a trust manager is made of."""
    anchor: bool | None = None
    """Whether the network security configuration trusts them in releases, too; None if it does not at all."""
    code: Code | None = None
    """The code that uses the string; None for files."""
    passwords: tuple[str, ...] = ()
    """Constants with which the code opens it."""

    @property
    def title(self) -> str:
        """How sentences call it: ``assets/ca.pem``, or the code that it is in."""
        return java_name(self.where.symbol.partition("->")[0]) if self.code else self.where.member


@dataclass(frozen=True, slots=True)
class BundledTrust:
    """A ``TrustManagerFactory`` that is given a key store, and by it trusts what the app brings along."""

    code: Code
    """The call of ``init``."""
    certificates: tuple[BundledCertificate, ...]
    """Everything seen to be in the key store."""
    files: tuple[str, ...] = ()
    """The members that they are from; those from strings in the code have none."""
    attached: bool | None = None
    """Whether an ``SSLContext`` is given its trust managers; None if that is unknown."""
    complete: bool = True
    """Whether that is all that is in the key store."""

    @property
    def confidence(self) -> Confidence:
        """How sure it is that its certificates decide on connections."""
        return Confidence.CONFIRMED if self.attached else Confidence.LIKELY


@dataclass(frozen=True, slots=True)
class Sighting:
    """A file with what was searched for in all files: a certificate that should be nowhere, or its key."""

    name: str
    """Which of those that were searched for."""
    where: Location


class Trusts(StrEnum):
    """Whom requests trust that a script sends through a plugin."""

    SYSTEM = "system"
    EVERYBODY = "everybody"
    ANY_NAME = "any-name"
    """Whoever has a certificate for some name, whatever host was asked."""
    CERTIFICATES = "certificates"
    """Those whose certificates are in the app."""
    APART = "apart"
    """Whomever they would: what is compared are certificates of another connection."""


@dataclass(frozen=True, slots=True)
class ScriptTrust:
    """A call in a script that sets whom its requests trust, or seems to."""

    call: str
    """``setServerTrustMode('nocheck')``."""
    trusts: Trusts
    where: Location
    files: tuple[str, ...] = ()
    """The members with the certificates that are trusted alone."""


@dataclass(frozen=True, slots=True)
class BundledFacts(Area):
    """All of it."""

    files: tuple[CertificateFile, ...] = ()
    trust: tuple[BundledTrust, ...] = ()
    scripts: tuple[ScriptTrust, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    runtimes: tuple[str, ...] = ()
    """What runs the app's own code and may connect past Android's classes: ``libflutter.so: Flutter has …``."""

    @property
    def used(self) -> Iterator[BundledTrust]:
        """The trust managers that an SSLContext is given, or may be; lists of public CAs are no pins."""
        for trust in self.trust:
            if trust.attached is not False and len(trust.certificates) <= CA_BUNDLE:
                yield trust

    def origin(self, trust: BundledTrust, certificate: BundledCertificate) -> str:
        """The file that a certificate is from, for the end of a sentence; nothing if it is from the code."""
        files = (file for file in self.files if file.where.member in trust.files)
        members = [file.where.member for file in files if certificate in file.store.certificates]
        return f" (from {members[0]})" if members else ""
