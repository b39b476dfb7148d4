"""Whose code a class, a program or a selector of an iOS app is, and what libraries that connect are asked by.

Read for it: AFNetworking 4.0.1, Alamofire 5.9 and 4.9, TrustKit 3.0.7, SDWebImage 5.19, GTMSessionFetcher 3.4,
GoogleUtilities 7.13, CouchbaseLite 1.4, CocoaAsyncSocket 7.6.
"""

from __future__ import annotations

from typing import Final

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.facts.common import FIRST_PARTY, Owner

_CLASSES: Final = (
    (lazy_regex(r"(?:AFURLSession|AFHTTPSession|AFSecurityPolicy|AFURLConnection)\w*"), "AFNetworking"),
    (lazy_regex(r"(?:_TtC\w*9Alamofire|Alamofire\.)\w*"), "Alamofire"),
    (lazy_regex(r"(?:TSK[A-Z]\w*|TrustKit)"), "TrustKit"),
    (lazy_regex(r"SDWebImage\w*"), "SDWebImage"),
    (lazy_regex(r"GTMSession\w*"), "GTMSessionFetcher"),
    (lazy_regex(r"(?:GUL|FIR|FBL|GDT|APM)[A-Z]\w*"), "Firebase"),
    (lazy_regex(r"CBL[A-Z_]\w*"), "CouchbaseLite"),
    (lazy_regex(r"GCDAsync\w*"), "CocoaAsyncSocket"),
)
"""Names of classes that a library has and nobody else, be it linked in or a framework of its own."""
_FRAMEWORKS: Final = {
    "afnetworking": "AFNetworking",
    "alamofire": "Alamofire",
    "trustkit": "TrustKit",
    "sdwebimage": "SDWebImage",
    "gtmsessionfetcher": "GTMSessionFetcher",
    "gtmsessionfetchercore": "GTMSessionFetcher",
    "googleutilities": "Firebase",
    "cocoaasyncsocket": "CocoaAsyncSocket",
    "couchbaselite": "CouchbaseLite",
}
"""The same of frameworks, by the names of their files, in small letters."""
ALAMOFIRE: Final = lazy_regex(
    r"_\$s9Alamofire\d+(?P<name>PinnedCertificatesTrustEvaluator|PublicKeysTrustEvaluator|DisabledTrustEvaluator"
    r"|CompositeTrustEvaluator|ServerTrustManager|ServerTrustPolicyManager|ServerTrustPolicy)\w*"
)
"""What of Alamofire a program must have from elsewhere to pin with it, as Swift mangles names."""
AFNETWORKING: Final = ("policyWithPinningMode:", "setAllowInvalidCertificates:")
"""Messages that set whom AFNetworking trusts, which it does not send itself."""
TRUSTKIT_CALLS: Final = (
    "initSharedInstanceWithConfiguration:",
    "initWithConfiguration:",
    "initializeWithConfiguration:",
)
"""Messages that give TrustKit a configuration in code."""
TRUSTKIT_ASKED: Final = ("handleChallenge:completionHandler:", "evaluateTrust:forHostname:")
"""Messages that ask it about a server."""


def library_of_class(name: str) -> str:
    """The library that a class is of; empty: no table knows it."""
    return next((library for pattern, library in _CLASSES if pattern.match(name)), "")


def library_of_file(file: str) -> str:
    """The library that a program is, by its path in the app."""
    return _FRAMEWORKS.get(file.rpartition("/")[2].lower(), "")


def owner_of(file: str, identifier: str, app: str) -> Owner:
    """Whose a program is; ``identifier`` is of the framework that it is in, ``app`` the app's, empty if not known."""
    if library := library_of_file(file):
        return Owner(library)
    if ".framework/" not in file or not identifier or _company(identifier) == _company(app):
        return FIRST_PARTY
    return Owner(identifier, first_party=True)


def _company(identifier: str) -> str:
    return ".".join(identifier.lower().split(".")[:2])
