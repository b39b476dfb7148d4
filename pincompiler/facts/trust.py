"""Code that decides on trust by itself: trust managers, hostname verifiers, WebView clients, sockets."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pincompiler.base.finding import Confidence
from pincompiler.base.records import dataclass
from pincompiler.facts.common import Area

if TYPE_CHECKING:
    from pincompiler.facts.common import Code


class Decides(StrEnum):
    """On what."""

    CHAIN = "chain"
    """A trust manager: whether a certificate chain is trusted."""
    HOST = "host"
    """A hostname verifier: whether the certificate is that of the host."""
    ERROR = "error"
    """A WebView's client: whether a page loads although its certificate was refused."""


class Flaw(StrEnum):
    """How a decision is wrong."""

    ACCEPTS_ALL = "accepts-all"
    """No way through it refuses."""
    SWALLOWS = "swallows"
    """The check is made, and its refusal is caught and forgotten."""
    VALIDITY_ONLY = "validity-only"
    """Only dates are looked at."""
    NAME_ONLY = "name-only"
    """Only names and numbers are looked at, which whoever makes a certificate chooses."""
    UNHEEDED = "unheeded"
    """Keys or hashes are asked for and constants are there, and what Android trusts is let in all the same."""
    PARTIAL = "partial"
    """So little of a hash is compared that other keys have it, too."""
    SKIPS = "skips"
    """Under some condition nothing is checked."""
    IGNORES_CERTIFICATE = "ignores-certificate"
    """A verifier that compares names without asking the certificate for any."""
    SUBSTRING = "substring"
    """A verifier that is content with a part of a name."""


class When(StrEnum):
    """Under which condition a decision is wrong."""

    ALWAYS = "always"
    DEBUGGABLE = "debuggable"
    """Only if the manifest says ``android:debuggable``."""
    NOT_DEBUGGABLE = "not-debuggable"
    DEBUG_BUILD = "debug-build"
    """A flag named DEBUG, of which the value is not known."""
    SETTING = "setting"
    """A flag or a choice that the class keeps, or that Android or Java keeps for it."""
    ANSWER = "answer"
    """The answer of code that is not followed, and that gets nothing of the certificate."""
    ANDROID_VERSION = "android-version"
    """On which version of Android the app runs."""
    HOST = "host"
    """A comparison with the name of the host."""
    OTHER_HOSTS = "other-hosts"
    """The same, if it is those that are not named for which nothing is checked."""
    ERROR_KIND = "error-kind"
    """Which error it is, if no certificate of an attacker's is known to bring that one about."""
    PROVOKED = "provoked"
    """Which error it is, among them one that any certificate of an attacker's brings about."""
    CERTIFICATE = "certificate"
    """What is written in the certificate: whoever makes one chooses that."""
    CHAIN = "chain"
    """How many certificates there are, or what is written in them: whoever makes them chooses that."""
    USER = "user"
    """Someone taps on a button."""
    LATER = "later"
    """Other code, which got hold of the decision, says so."""
    UNREAD = "unread"
    """A condition of which it is not known what it is about."""
    UNSEEN = "unseen"
    """Code that is not followed gets the certificate or the decision: it may check."""


@dataclass(frozen=True, slots=True)
class Decider:
    """A method that decides on trust, and wrongly."""

    code: Code
    decides: Decides
    role: str
    """``X509TrustManager.checkServerTrusted``: what it is by the platform's names."""
    flaw: Flaw
    when: When = When.ALWAYS
    confidence: Confidence = Confidence.CONFIRMED
    shown: tuple[str, ...] = ()
    """What in it is decisive."""
    uses: tuple[str, ...] = ()
    """The calls that it is handed to: ``SSLContext.init in com.example.Net.client``."""


@dataclass(frozen=True, slots=True)
class StockDecider:
    """A use of what a library offers to accept every name, or every chain of a shape that anybody can make."""

    code: Code
    decides: Decides
    what: str
    """``AllowAllHostnameVerifier``."""


@dataclass(frozen=True, slots=True)
class Override:
    """A call that replaces what all of the app's HttpsURLConnections are checked by."""

    code: Code
    call: str
    """``HttpsURLConnection.setDefaultHostnameVerifier``."""
    broken_by: str
    """What it is replaced by, if that is known to decide wrongly; else nothing."""


@dataclass(frozen=True, slots=True)
class RawSocket:
    """A TLS socket of a client that no code compares the host's name for."""

    code: Code
    call: str
    """What makes it."""


@dataclass(frozen=True, slots=True)
class InsecureFactory:
    """A use of SSLCertificateSocketFactory.getInsecure."""

    code: Code


@dataclass(frozen=True, slots=True)
class OldProtocols:
    """A call that asks for versions of TLS that are broken."""

    code: Code
    call: str
    versions: tuple[str, ...]
    only: bool = True
    """Whether it asks for no newer one beside them."""


@dataclass(frozen=True, slots=True)
class TrustFacts(Area):
    """All of it."""

    deciders: tuple[Decider, ...] = ()
    stock: tuple[StockDecider, ...] = ()
    overrides: tuple[Override, ...] = ()
    sockets: tuple[RawSocket, ...] = ()
    insecure: tuple[InsecureFactory, ...] = ()
    protocols: tuple[OldProtocols, ...] = ()

    @property
    def permissive(self) -> tuple[Decider, ...]:
        """Deciders on connections that accept anything at all times: what they serve is not protected."""
        always = {When.ALWAYS, When.CHAIN}
        hollow = {Flaw.ACCEPTS_ALL, Flaw.SWALLOWS, Flaw.VALIDITY_ONLY, Flaw.NAME_ONLY}
        return tuple(
            one
            for one in self.deciders
            if one.flaw in hollow and one.when in always and one.decides is not Decides.ERROR
        )
