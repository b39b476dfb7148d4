"""Files in the app: certificates, key stores, and strings that look like pins.

What is in the files is found without the code (:mod:`.scanning`); which of them a trust manager is made of,
the code says (:mod:`.trusting`).  Only the latter are pins; the others are reported as candidates.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import DexError, containing
from pincompiler.base.bounds import CODE_CERTIFICATES
from pincompiler.base.finding import Confidence
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import java_name
from pincompiler.facts.bundled import CA_BUNDLE, BundledFacts, BundledTrust, CertificateFile
from pincompiler.facts.common import Algorithm, Mechanism, Owner, Pin
from pincompiler.keys.stores import read_store
from pincompiler.shipped.android.bundled import scripts, trusting
from pincompiler.shipped.android.bundled.scanning import UNKNOWN_OWNER, Scan, stores_again
from pincompiler.shipped.android.bundled.trusting import Trusting
from pincompiler.shipped.android.source import Mention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.android.dex import Site
    from pincompiler.base.location import Location
    from pincompiler.keys.certificates import BundledCertificate
    from pincompiler.shipped.android.source import Source, Want

_PEM_TEXT: Final = Mention(containing(rb"-----BEGIN [A-Z0-9 ]+-----"))
_DER_TEXT: Final = Mention(containing(rb"MII[A-Za-z][A-Za-z0-9+/\n]{300}"))
WANTED: Final[tuple[Want, ...]] = (*trusting.WANTED, _PEM_TEXT, _DER_TEXT)
_RUNTIMES: Final = {
    "libflutter.so": "Flutter has its own TLS stack, which heeds neither the network security configuration"
    " nor OkHttp's pins",
    "libunity.so": "Unity has its own TLS stack, which heeds neither the network security configuration"
    " nor OkHttp's pins",
    **dict.fromkeys(
        (
            *("libmonodroid.so", "libmonosgen-2.0.so", "libxamarin-app.so", "libcoreclr.so"),
            # All that is left of the runtime when the app itself is compiled to native code.
            "libSystem.Security.Cryptography.Native.Android.so",
        ),
        "the app's own code is .NET, which is not read, and which may bring its own TLS stack",
    ),
}
"""Platforms on which the app itself is built, by the libraries that they have."""
_STARTERS: Final = {
    "Lio/flutter/embedding/engine/FlutterJNI;": "libflutter.so",
    "Lmono/MonoRuntimeProvider;": "libmonodroid.so",
    "Lcom/unity3d/player/UnityPlayer;": "libunity.so",
}
"""Their classes that load the library by name, and are called by it, so that no shrinker renames them.

Play delivers the library in a split of its own, which whoever audits ``base.apk`` alone does not have.
"""
_JAVA_STACKS: Final = lazy_regex(r"(?:.*[!/])?lib(?:conscrypt|cronet|gmscore|jingle_peerconnection)[^/]*\.so")
"""Native halves of libraries that Java code sets up, and WebRTC's, which is for media between users."""


def collect(source: Source) -> BundledFacts:
    """The facts."""
    scan = Scan(source).run()
    code = Trusting(source)
    trust = code.collect()
    for member, known in code.opened.items():
        if known and member in scan.stores and scan.stores[member].unread:
            stores_again(scan, member, known)
    for member, store in scan.stores.items():
        if store.unread:
            source.doubt(member, store.unread, Mechanism.KEYSTORE)
    runtimes = tuple(_runtimes(source, scan))
    for library, why in runtimes:
        source.doubt(library, why, Mechanism.HYBRID)
    _stacks(source, scan)
    used = {member for one in trust for member in one.files}
    anchors = _anchors(source) if scan.stores else {}
    files = [
        CertificateFile(
            source.member(member),
            store,
            trusted=member in used,
            anchor=anchors.get(member),
            passwords=tuple(code.opened.get(member, ())),
        )
        for member, store in scan.stores.items()
    ]
    trusted = {one.sha256 for some in trust for one in some.certificates}
    files += _texts(source, trusted)
    choices = scripts.collect(source)
    alone = frozenset(file for one in choices for file in one.files)
    pins = (*_pins(trust), *_candidates(files, trusted, alone), *scan.pins)
    codes = (*(one.code for one in trust), *(one.code for one in files if one.code))
    return BundledFacts(
        pins, (), codes, tuple(files), trust, choices, scan.sightings, tuple(map(": ".join, runtimes))
    )


def _anchors(source: Source) -> dict[str, bool]:
    """The members that the network security configuration trusts, and whether it does so in releases, too."""
    found: dict[str, bool] = {}
    for variant in source.package.nsc_variants():
        for element in variant.root.iterfind(".//certificates") if variant.root is not None else ():
            text = str(element.get("src", ""))
            if re.fullmatch("@[0-9a-f]{8}", text):
                debug = any(above.tag == "debug-overrides" for above in element.iterancestors())
                for _, member in source.package.files(int(text[1:], 16)):
                    released = not debug and not variant.is_debug_twin
                    found[member] = found.get(member, False) or released
    return found


def _texts(source: Source, trusted: set[bytes]) -> Iterator[CertificateFile]:
    """Certificates and keys in strings of the app's own code, once for each string."""
    once: dict[tuple[str, int], Site] = {}
    for site in source.sites(_PEM_TEXT, _DER_TEXT):
        if source.owner_of(site.method.class_name).first_party:
            once.setdefault((site.method.dex.name, site.ref), site)
    texts = once.values()
    for site in source.bounded(
        texts, CODE_CERTIFICATES.limit, "certificates in the code", Mechanism.KEYSTORE
    ):
        code = source.code(site.method, site.offset)
        try:
            store = read_store(site.method.dex.string(site.ref).encode("utf-8", "replace"))
        except DexError as error:
            source.doubt(
                code.location.symbol, f"may have a certificate, and is damaged: {error}", Mechanism.KEYSTORE
            )
            continue
        if store is not None:
            if store.unread:
                source.doubt(
                    code.location.symbol, f"has a certificate of which {store.unread}", Mechanism.KEYSTORE
                )
            in_use = any(one.sha256 in trusted for one in store.certificates)
            yield CertificateFile(code.location, store, trusted=in_use, code=code)


def _pins(trust: tuple[BundledTrust, ...]) -> Iterator[Pin]:
    """The certificates that trust managers of the app are confined to."""
    for one in trust:
        if len(one.certificates) <= CA_BUNDLE:
            confidence = Confidence.CONFIRMED if one.attached else Confidence.LIKELY
            for certificate in one.certificates:
                yield _pin(certificate, Mechanism.KEYSTORE, one.code.location, one.code.owner, confidence)


def _candidates(files: list[CertificateFile], trusted: set[bytes], alone: frozenset[str]) -> Iterator[Pin]:
    """Certificates that no code was seen to use; lists of CAs and identities of the app's own are none.

    Those in the files ``alone`` are all that a script has its requests trust.
    """
    for file in files:
        some = file.store.certificates
        if file.trusted or file.anchor is not None or file.store.private_keys or len(some) > CA_BUNDLE:
            continue
        hybrid = re.match(r"(?:.*[!/])?assets/(?:www|public|flutter_assets)/", file.where.member)
        by_script = file.where.member in alone
        mechanism = Mechanism.HYBRID if hybrid or by_script else Mechanism.KEYSTORE
        confidence = Confidence.LIKELY if by_script else Confidence.CANDIDATE
        owner = file.code.owner if file.code else UNKNOWN_OWNER
        for certificate in some:
            if certificate.sha256 not in trusted:
                yield _pin(certificate, mechanism, file.where, owner, confidence)


def _pin(
    certificate: BundledCertificate,
    mechanism: Mechanism,
    where: Location,
    owner: Owner,
    confidence: Confidence,
) -> Pin:
    spki = b64encode(certificate.spki_sha256).decode("ascii")
    what = f"{certificate.subject}, ends {certificate.not_after:%Y-%m-%d}, sha256/{spki}"
    pin = b64encode(certificate.sha256).decode("ascii")
    return Pin(
        mechanism, "", None, Algorithm.CERTIFICATE, pin, where, owner, confidence=confidence, what=what
    )


def _runtimes(source: Source, scan: Scan) -> Iterator[tuple[str, str]]:
    """What runs the app's own code, and why that leaves unknown what it accepts."""
    found = {why: library for library, why in reversed(_RUNTIMES.items()) if library in scan.libraries}
    for why in dict.fromkeys(_RUNTIMES.values()):
        if why in found:
            yield scan.libraries[found[why]], why
    for starter, library in _STARTERS.items():
        if _RUNTIMES[library] not in found and source.program.class_def(starter):
            why = f"loads {library}, which is in an APK that was not read; {_RUNTIMES[library]}"
            yield java_name(starter), why


def _stacks(source: Source, scan: Scan) -> None:
    """Other libraries that have their own TLS, and leave unknown what they accept."""
    for member, how in scan.stacks.items():
        if not _JAVA_STACKS.fullmatch(member) and member.rpartition("/")[2] not in _RUNTIMES:
            source.doubt(
                member,
                f"{how}: the hosts are not seen, and neither the network security configuration nor pins in"
                " the code count for them",
                Mechanism.NATIVE,
            )
