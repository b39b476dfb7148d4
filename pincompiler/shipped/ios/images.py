"""What one Mach-O file of an app may decide on: a summary of all its slices, after which its bytes are given back."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import CANDIDATES
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.facts.challenges import ChallengeVerdict
from pincompiler.ios.macho import MachOError, read_macho
from pincompiler.ios.macho.texts import C_STRINGS
from pincompiler.shipped.ios.challenges import HANDLERS, challenge_handlers
from pincompiler.shipped.ios.libraries import AFNETWORKING, ALAMOFIRE, TRUSTKIT_ASKED, TRUSTKIT_CALLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.facts.challenges import ChallengeHandler
    from pincompiler.ios.macho import FatSlice, MachO

_SWIFT: Final = ("_Tt", "Swift.")
_RANK: Final = {
    verdict: number
    for number, verdict in enumerate(
        (
            ChallengeVerdict.ACCEPTS_ALL,
            ChallengeVerdict.IGNORES_RESULT,
            ChallengeVerdict.SKIPS,
            ChallengeVerdict.COMPARES_ONLY,
            ChallengeVerdict.UNKNOWN,
            ChallengeVerdict.PINS,
            ChallengeVerdict.EVALUATES,
            ChallengeVerdict.LEAVES,
            ChallengeVerdict.REFUSES,
        )
    )
}
"""From the worst to the best."""
_BYPASSES: Final = ("allowsAnyHTTPSCertificateForHost:",)
"""A private class method of NSURLRequest, which a category may replace."""
_ACCEPTING: Final = ("setAllowsAnyHTTPSCertificate:forHost:",)
_TRUST_SENT: Final = ("serverTrust", "credentialForTrust:", "initWithTrust:")
"""Messages of whoever decides on a server's chain, whatever asks for that."""
_EVALUATING: Final = lazy_regex(
    r"_SecTrust(?:Evaluate\w*|GetTrustResult|Set(?:AnchorCertificates\w*|Exceptions|Policies))"
)
_STACKS: Final = (
    (
        "_sec_protocol_options_set_verify_block",
        "gives Network.framework a block that decides on certificates",
    ),
    ("_SSLSetSessionOption", "makes TLS connections with Secure Transport"),
    ("_kCFStreamSSLValidatesCertificateChain", "sets whether streams check certificates"),
    ("_curl_easy_setopt", "connects with curl"),
    ("_SSL_CTX_new", "connects with OpenSSL or BoringSSL"),
)
"""Imported names by which a program decides on certificates in another way than by a delegate."""
_LABELS: Final = (b"client finished", b"c ap traffic")
"""With which every TLS client derives what it sends: of TLS 1.2 (RFC 5246 section 7.4.9) and of 1.3 (RFC 8446 section 7.1)."""
_ADDING: Final = ("_class_addMethod", "_class_replaceMethod", "_method_setImplementation")
_DART: Final = b"_kDartIsolateSnapshotData"
_PIN: Final = lazy_regex(rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")
_END: Final = lazy_regex(rb"=\0")
_BEFORE: Final = (b"\0", b"/", b"")
_LETTERS: Final = 44
CODE_CPUS: Final = ("arm64", "arm64e")


@dataclass(frozen=True, slots=True)
class ImageSummary:
    """What of a file matters, all slices together; what one slice does, the app does on some device."""

    cpus: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """Why its code cannot be followed, clauses."""
    encrypted: bool = False
    libraries: tuple[str, ...] = ()
    """What it loads, as the load commands have it."""
    classes: frozenset[str] = frozenset()
    handlers: tuple[ChallengeHandler, ...] = ()
    """The methods that are asked whom to trust, each as the worst of its slices has it."""
    named: frozenset[str] = frozenset()
    """Of their classes, those that some code refers to, or that a text names."""
    bypasses: tuple[tuple[str, str], ...] = ()
    decides: tuple[str, ...] = ()
    """What else of it decides on certificates, or may: predicates."""
    sent: frozenset[str] = frozenset()
    """Of the selectors that matter, those that its code refers to."""
    alamofire: frozenset[str] = frozenset()
    """What it takes from Alamofire to choose whom to trust."""
    entitlements: bytes = b""
    candidates: tuple[bytes, ...] = ()
    """Texts in the shape of a pin."""
    more_candidates: bool = False

    def loads(self, library: str) -> bool:
        """Whether it loads a library, by the name of its file, or has its classes in it."""
        return any(one.rpartition("/")[2] == library for one in self.libraries) or library in self.classes


def summarised(data: bytes) -> ImageSummary:
    """The summary of a file; MachOError if it is no Mach-O file."""
    file = read_macho(data)
    slices = _running(file.slices)
    images = [one.image for one in slices if one.image is not None]
    unread = [*file.doubts, *(f"its {one.cpu} slice: {one.why}" for one in slices if one.image is None)]
    decides: list[str] = []
    sent: set[str] = set()
    for image in images:
        unread += _unread(image)
        decides += _decides(image)
        sent |= _sent(image)
    if any(label in data for label in _LABELS):
        decides.append("has a TLS stack of its own, to which App Transport Security does not apply")
    if _DART in data:
        unread.append("it is compiled Dart code, which is not read")
    begins = frozenset(_text_begins(slices))
    handlers = tuple(_handlers(images))
    named = {name for image in images for name in _named_classes(image)} if handlers else set()
    candidates = tuple(dict.fromkeys(_candidates(data, begins)))
    return ImageSummary(
        tuple(dict.fromkeys(one.cpu for one in file.slices)),
        tuple(dict.fromkeys(unread)),
        any(image.encrypted for image in images),
        tuple(dict.fromkeys(one.name for image in images for one in image.commands.libraries)),
        frozenset(one.name for image in images for one in image.objc.classes),
        handlers,
        frozenset(name for one in handlers if (name := _class(one)) in named),
        tuple(_implementing(images)),
        tuple(dict.fromkeys(decides)),
        frozenset(sent),
        frozenset(
            found["name"] for image in images for one in image.imports if (found := ALAMOFIRE.match(one))
        ),
        next((image.entitlements for image in images if image.entitlements), b""),
        candidates[: CANDIDATES.limit],
        len(candidates) > CANDIDATES.limit,
    )


def _running(slices: tuple[FatSlice, ...]) -> tuple[FatSlice, ...]:
    """Those that devices run: of a file with one for their processors, not what is for the simulator beside it."""
    return tuple(one for one in slices if one.cpu in CODE_CPUS) or slices


def _unread(image: MachO) -> Iterator[str]:
    if image.encrypted:  # then its texts and names are damaged, which is said by this
        yield "it is encrypted as the App Store does; audit the build that is uploaded to it"
        return
    if image.cpu not in CODE_CPUS:
        yield f"it is for {image.cpu} processors, whose code is not read"
        return
    list(image.objc.classes), list(image.objc.categories), image.imports
    yield from map(str, image.doubts)


def _implementing(images: Iterable[MachO]) -> Iterator[tuple[str, str]]:
    found = (
        (owner.title, method.selector)
        for image in images
        for owner, method in image.objc.implementing(_BYPASSES)
    )
    return iter(dict.fromkeys(found))


def _handlers(images: Iterable[MachO]) -> Iterator[ChallengeHandler]:
    worst: dict[tuple[str, str], ChallengeHandler] = {}
    for image in images:
        for one in _of_image(image):
            known = worst.setdefault((one.owner, one.selector), one)
            if _RANK[one.verdict] < _RANK[known.verdict]:
                worst[one.owner, one.selector] = one
    return iter(worst.values())


def _of_image(image: MachO) -> Iterator[ChallengeHandler]:
    if not any(not method.of_class for _, method in image.objc.implementing(HANDLERS)):
        return
    if image.cpu in CODE_CPUS and not image.encrypted:
        yield from challenge_handlers(image)


def _named_classes(image: MachO) -> Iterator[str]:
    """Every class that code refers to, of this image or another; Swift makes its own without a reference."""
    yield from image.objc.class_refs.values()
    yield from image.constant_strings.values()
    yield from (one.name for one in image.objc.classes if one.name.startswith(_SWIFT))
    yield from (one.superclass for one in image.objc.classes)


def _class(one: ChallengeHandler) -> str:
    """The class of a handler; a category's method answers for every object of it."""
    return one.owner.partition("(")[0]


def _decides(image: MachO) -> Iterator[str]:
    imports = image.imports
    yield from (predicate for name, predicate in _STACKS if name in imports)
    implemented = {method.selector for _, method in image.objc.implementing(HANDLERS)}
    if not implemented and (name := next((one for one in imports if _EVALUATING.fullmatch(one)), "")):
        yield f"calls {name[1:]}, and for which connections is not followed"
    sent = set(image.objc.selector_refs.values())
    if not implemented and (asked := sent & set(_TRUST_SENT)):
        yield f"sends {min(asked)}, and for which connections is not followed"
    for owner, method in image.objc.implementing(HANDLERS):
        if method.of_class:  # a class may be a delegate, too
            yield f"has +[{owner.title} {method.selector}], which is not followed"
    if sent & set(_ACCEPTING):
        yield "has NSURLRequest allow any certificate, by a private method of Apple's"
    named = {*sent, *image.constant_strings.values()} & set(HANDLERS) - implemented
    if named and any(one in imports for one in _ADDING):
        yield f"names {min(named)}, and may add such a method when it runs"


def _sent(image: MachO) -> set[str]:
    wanted = {*AFNETWORKING, *TRUSTKIT_CALLS, *TRUSTKIT_ASKED}
    return wanted & set(image.objc.selector_refs.values())


def _text_begins(slices: Iterable[FatSlice]) -> Iterator[int]:
    """Where in the file a section of texts begins: of its first text nothing need end before."""
    for one in slices:
        if one.image is None:
            continue
        for section in one.image.commands.sections:
            if section.kind == C_STRINGS:
                with suppress(MachOError):
                    yield one.offset + one.image.memory.offset(section.address)


def _candidates(data: bytes, begins: frozenset[int]) -> Iterator[bytes]:
    """Texts of 32 bytes in base64, up to one more than are kept."""
    left = CANDIDATES.limit + 1
    for end in _END.finditer(data):
        start = end.start() + 1 - _LETTERS
        text = data[start : end.start() + 1] if start >= 0 else b""
        if left and _PIN.fullmatch(text) and (start in begins or data[start - 1 : start] in _BEFORE):
            left -= 1
            yield text


def unreadable(why: str) -> ImageSummary:
    """The summary of a file that cannot be read at all."""
    return ImageSummary(unread=(why,))


__all__ = ["CODE_CPUS", "ImageSummary", "MachOError", "summarised", "unreadable"]
