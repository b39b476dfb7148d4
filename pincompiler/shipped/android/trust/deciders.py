"""The app's trust managers, hostname verifiers and WebView clients, and what is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import DexError, opcodes
from pincompiler.android.dex.access import ACC_ABSTRACT
from pincompiler.android.dex.refs import parameters
from pincompiler.base.bounds import DECIDERS, LIBRARY_UNITS
from pincompiler.base.finding import Confidence
from pincompiler.base.location import java_name
from pincompiler.facts import Code, Mechanism
from pincompiler.facts.trust import Decider, Decides, Flaw, When
from pincompiler.shipped.android.source import texts_in
from pincompiler.shipped.android.trust.flaws import (
    TrustFlaw,
    by_kind_of_class,
    failures,
    flaw_of_chain,
    flaw_of_strategy,
)
from pincompiler.shipped.android.trust.verifiers import flaw_of_host, flaw_of_host_by_refusal, unasked
from pincompiler.shipped.android.trust.vocabulary import NOTHING, About
from pincompiler.shipped.android.trust.ways import PLAINLY, Given, Mode
from pincompiler.shipped.android.trust.webview import (
    KINDS,
    asks_kind,
    flaw_of_error,
    flaws_of_kinds,
    unchecked,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pincompiler.android.dex.classes import ClassDef, MethodDef
    from pincompiler.shipped.android.source import Source
    from pincompiler.shipped.android.trust.ways import Explorer, Way, Ways

CHAIN: Final = "[Ljava/security/cert/X509Certificate;"
TRUST_MANAGERS: Final = (
    "Ljavax/net/ssl/X509TrustManager;",
    "Ljavax/net/ssl/X509ExtendedTrustManager;",
    "Landroid/net/http/X509TrustManagerExtensions;",
)
_STRATEGIES: Final = tuple(
    f"L{package}/TrustStrategy;"
    for apache in ("org/apache/http", "cz/msebera/android/httpclient")
    for package in (f"{apache}/ssl", f"{apache}/conn/ssl")
)
"""What Apache's HttpClient asks before a trust manager, which it passes over if the answer is yes."""
_VERIFIERS: Final = (
    "Ljavax/net/ssl/HostnameVerifier;",
    "Lorg/conscrypt/ConscryptHostnameVerifier;",
    "Lorg/apache/http/conn/ssl/X509HostnameVerifier;",
    "Lorg/apache/http/conn/ssl/AbstractVerifier;",
)
_WEB_CLIENT: Final = "Landroid/webkit/WebViewClient;"
_ON_ERROR: Final = "(Landroid/webkit/WebView;Landroid/webkit/SslErrorHandler;Landroid/net/http/SslError;)V"
_IS_TRUSTED: Final = "isTrusted"
_HOST_OF_CHAIN: Final = 2
"""Where Conscrypt passes a trust manager the host, beside the chain and the kind of key."""
_OF_CONSCRYPT: Final = f"({CHAIN}Ljava/lang/String;Ljavax/net/ssl/SSLSession;)Z"
_ABOUT: Final = {
    CHAIN: About.CHAIN,
    "Ljavax/net/ssl/SSLSession;": About.SESSION,
    "Ljavax/net/ssl/SSLSocket;": About.SESSION,
    "Ljava/security/cert/X509Certificate;": About.CERTIFICATE,
    "Landroid/webkit/WebView;": About.VIEW,
    "Landroid/webkit/SslErrorHandler;": About.HANDLER,
    "Landroid/net/http/SslError;": About.ERROR,
}
"""By type, what a parameter is."""
_OF_TRUST: Final = {
    **_ABOUT,
    "Ljava/lang/String;": About.AUTH_TYPE,
    "Ljava/net/Socket;": About.SOCKET,
    "Ljavax/net/ssl/SSLEngine;": About.SOCKET,
}
_OF_HOSTS: Final = {
    **_ABOUT,
    CHAIN: About.CERTIFICATE,
    "Ljava/lang/String;": About.HOST,
    "[Ljava/lang/String;": About.CERTIFICATE | About.NAMES,
}
"""The same of those that decide on hosts: Apache's are passed the names in a certificate."""
ROLES: Final = {
    Decides.CHAIN: "X509TrustManager.checkServerTrusted",
    Decides.HOST: "HostnameVerifier.verify",
    Decides.ERROR: "WebViewClient.onReceivedSslError",
}
_DOES: Final = {
    Decides.CHAIN: "accepts a certificate chain",
    Decides.HOST: "accepts a certificate for a host",
    Decides.ERROR: "loads pages although their certificate was refused",
}
_UNKNOWN: Final = {
    When.UNREAD: " under a condition that could not be read",
    When.UNSEEN: ", unless code that could not be followed refuses it",
}
_COMPLEX: Final = "its decision on trust is too complex to be followed"
_NAME_PATTERNS: Final = frozenset({"*.", ".."})
"""What ``OkHostnameVerifier.verifyHostname`` of OkHttp 2 to 5 looks for in names."""
_NAMES_OF: Final = "getSubjectAlternativeNames"
_LEAST_METHODS: Final = 2
"""A constructor, and something that makes a difference."""


def deciders(
    source: Source, explorer: Explorer, refuses: Callable[[ClassDef], bool], *, web: bool
) -> Iterator[Decider]:
    """All that decide wrongly; ``web`` if some code overrules an error of a WebView.

    ``refuses`` says of a class of trust managers whether it is known by running it to refuse all it should.
    """
    yield from _of_class(source, explorer, TRUST_MANAGERS, Decides.CHAIN, refuses)
    yield from _of_class(source, explorer, _STRATEGIES, Decides.CHAIN)
    yield from _of_class(source, explorer, _VERIFIERS, Decides.HOST)
    if web:
        yield from _of_class(source, explorer, (_WEB_CLIENT,), Decides.ERROR)


def _of_class(
    source: Source,
    explorer: Explorer,
    bases: tuple[str, ...],
    decides: Decides,
    refuses: Callable[[ClassDef], bool] = lambda _cls: False,
) -> Iterator[Decider]:
    classes = source.program.subclasses(*bases)
    if len(classes) > DECIDERS.limit:
        why = f"only {DECIDERS.limit} of them were looked at"
        source.doubt(f"the {len(classes)} classes below {bases[0]}", why, Mechanism.TRUST_MANAGER)
    for cls in classes[: DECIDERS.limit]:
        own = source.owner_of(cls.name).first_party
        try:
            methods = [method for method in _methods(cls, decides) if own or _is_small(method)]
            found = {method: _flaws(explorer, method, decides) for method in methods}
        except DexError as error:
            source.doubt(
                cls.name, f"it decides on trust and cannot be read: {error}", Mechanism.TRUST_MANAGER
            )
            continue
        if own and None in found.values() and not refuses(cls):
            source.doubt(cls.name, _COMPLEX, Mechanism.TRUST_MANAGER)
        for method in methods if own else ():
            _cut(source, cls, explored(explorer, method, decides, PLAINLY))
            _left(source, cls, ways_of(explorer, method, decides) if found[method] == () else None, refuses)
        if decides is Decides.HOST and any(
            m.ref.descriptor[-1] == "V" and not one for m, one in found.items()
        ):
            continue  # of a library's verifier with several forms, each calls the next: all must accept
        told = {
            (one.flaw, one.when): (method, one) for method in reversed(methods) for one in found[method] or ()
        }
        for method, one in told.values():
            # What an abstract class leaves open is said of those that complete it.
            if method.body and not (one.when in _UNKNOWN and cls.access & ACC_ABSTRACT):
                yield from _told(source, source.code(method.body), method, decides, one)
        if own:
            yield from _completed(source, explorer, cls, decides)


def _left(
    source: Source,
    cls: ClassDef,
    ways: Ways | None,
    refuses: Callable[[ClassDef], bool] = lambda _cls: False,
) -> None:
    """That a decision which seems sound is left to methods of the app's own that are too much to be followed."""
    for name in sorted(ways.left if ways else ()):
        owner = name.partition("->")[0]
        own = source.owner_of(owner).first_party and not is_okhttp_verifier(source, owner)
        if own and not refuses(cls):
            why = f"its decision on trust is left to {java_name(name)}, which is too complex to be followed"
            source.doubt(cls.name, why, Mechanism.TRUST_MANAGER)


def is_okhttp_verifier(source: Source, name: str) -> bool:
    """Whether it is OkHttp's ``OkHostnameVerifier`` under a name that R8 gave it.

    It is known by its strings, and that it asks for the names in the certificate.
    """
    cls = source.program.class_def(name)
    try:
        if cls is None or not texts_in(cls) >= _NAME_PATTERNS:
            return False
        return any(
            one.opcode in opcodes.INVOKES and body.dex.method_ref(one.reference or 0).name == _NAMES_OF
            for body in (method.body for method in cls.methods)
            if body is not None
            for one in body.instructions
        )
    except DexError:
        return False


def _cut(source: Source, cls: ClassDef, explored: Iterable[Ways]) -> None:
    """That a decision rests on a constant which lies beyond a bound: whatever it seems to be, it may be another."""
    for why in sorted({one for ways in explored for one in ways.cut}):
        source.doubt(cls.name, f"its decision on trust cannot be followed: {why}", Mechanism.TRUST_MANAGER)


def explored(explorer: Explorer, method: MethodDef, decides: Decides, mode: Mode) -> Iterator[Ways]:
    """The ways through a method as they were asked for: of a WebView's client for each kind of error, too."""
    modes = [mode]
    if decides is Decides.ERROR:
        modes += [mode._replace(kind=kind) for kind in KINDS]
    for one in modes:
        ways = ways_of(explorer, method, decides, one)
        if ways is not None:
            yield ways


def _told(
    source: Source, code: Code, method: MethodDef, decides: Decides, one: TrustFlaw
) -> Iterator[Decider]:
    """What is wrong with a method; what may be sound, and is not understood, is among the unseen.

    Of libraries' code that is left out, but for a WebView's client that goes on by something other than the
    certificate.
    """
    if one.when not in _UNKNOWN or (
        one.when is When.UNREAD and not code.owner.first_party and decides is Decides.ERROR
    ):
        yield Decider(code, decides, _role(method, decides), one.flaw, one.when, one.confidence, one.shown)
    elif code.owner.first_party:
        why = "; ".join((f"{_DOES[decides]}{_UNKNOWN[one.when]}", *one.shown))
        source.doubt(code.location.symbol, why, Mechanism.TRUST_MANAGER)


def _completed(source: Source, explorer: Explorer, cls: ClassDef, decides: Decides) -> Iterator[Decider]:
    """What a class makes of a method that it inherits, by what it has in the place of other methods."""
    if cls.access & ACC_ABSTRACT or len(cls.methods) < _LEAST_METHODS:
        return
    ancestors = [one for one in source.program.ancestry(cls.name) if one.name != cls.name]
    own = {(method.ref.name, method.ref.descriptor) for method in cls.methods}
    for method in [method for one in ancestors for method in _methods(one, decides)]:
        if (method.ref.name, method.ref.descriptor) in own or method.body is None:
            continue
        own.add((method.ref.name, method.ref.descriptor))
        try:
            alone = _flaws(explorer, method, decides)
            told = _flaws(explorer, method, decides, receiver=cls.name)
        except DexError as error:
            source.doubt(
                cls.name, f"it decides on trust and cannot be read: {error}", Mechanism.TRUST_MANAGER
            )
            continue
        if told is None:
            source.doubt(cls.name, _COMPLEX, Mechanism.TRUST_MANAGER)
            continue
        _cut(source, cls, explored(explorer, method, decides, Mode(cls.name)))
        _left(source, cls, None if told else ways_of(explorer, method, decides, Mode(cls.name)))
        base = source.program.class_def(method.ref.class_name)
        for one in told:
            if told == alone and not (one.when in _UNKNOWN and base and base.access & ACC_ABSTRACT):
                continue
            place = source.code(method.body)
            symbol = f"{cls.name}->{method.ref.name}{method.ref.descriptor}"
            code = Code(replace(place.location, symbol=symbol), cls.name, source.owner_of(cls.name))
            yield from _told(source, code, method, decides, one)


def _is_small(method: MethodDef) -> bool:
    return method.body is not None and len(method.body.units) <= LIBRARY_UNITS.limit


def _role(method: MethodDef, decides: Decides) -> str:
    """What a method is by the names of the platform, or of the library whose type it implements."""
    if method.ref.name == _IS_TRUSTED:
        return f"TrustStrategy.{_IS_TRUSTED}"
    return "ConscryptHostnameVerifier.verify" if method.ref.descriptor == _OF_CONSCRYPT else ROLES[decides]


def _methods(cls: ClassDef, decides: Decides) -> list[MethodDef]:
    """The methods of a class that decide, the plainest first."""
    found = [method for method in cls.methods if method.body is not None and _decides(method) is decides]
    return sorted(found, key=lambda method: len(method.ref.descriptor))


def _decides(method: MethodDef) -> Decides | None:
    name, descriptor = method.ref.name, method.ref.descriptor
    if name == "checkServerTrusted" and descriptor.startswith(f"({CHAIN}Ljava/lang/String;"):
        return Decides.CHAIN
    if (name, descriptor) == (_IS_TRUSTED, f"({CHAIN}Ljava/lang/String;)Z"):
        return Decides.CHAIN
    if (name, descriptor) == ("verify", _OF_CONSCRYPT):
        return Decides.HOST
    if name == "verify" and descriptor.startswith("(Ljava/lang/String;") and descriptor[-1] in "ZV":
        kinds = parameters(descriptor)[1:]
        known = {
            "Ljavax/net/ssl/SSLSession;",
            "Ljavax/net/ssl/SSLSocket;",
            "Ljava/security/cert/X509Certificate;",
        }
        return (
            Decides.HOST if kinds and (set(kinds) <= known or set(kinds) == {"[Ljava/lang/String;"}) else None
        )
    return Decides.ERROR if (name, descriptor) == ("onReceivedSslError", _ON_ERROR) else None


def ways_of(explorer: Explorer, method: MethodDef, decides: Decides, mode: Mode = PLAINLY) -> Ways | None:
    """The ways through a method that decides; none if it has no code."""
    if method.body is None:
        return None
    is_static = method.body.is_static
    about = [About.MISPLACED if is_static else NOTHING]
    given = [Given(something=not is_static)]
    for index, kind in enumerate(parameters(method.ref.descriptor)):
        about.append(_about(decides, index, kind))
        given.append(_passed(method, index, kind))
    return explorer.ways(method.body, tuple(about), tuple(given), mode)


def _about(decides: Decides, index: int, kind: str) -> About:
    """What a parameter of a method that decides is."""
    if decides is Decides.HOST:
        return _OF_HOSTS.get(kind, NOTHING)
    if kind == "Ljava/lang/String;" and index == _HOST_OF_CHAIN:
        return About.HOST
    return _OF_TRUST.get(kind, NOTHING)


def _passed(method: MethodDef, index: int, kind: str) -> Given:
    """What the platform, or the library whose type a method implements, passes it: no null, and no empty chain.

    Not so the host of connections that were made without one (Conscrypt's), and the names of certificates
    that have none (Apache's).
    """
    if kind == "[Ljava/lang/String;" or (kind == "Ljava/lang/String;" and _is_of_conscrypt(method, index)):
        return Given()
    filled = kind in {CHAIN, "Ljava/lang/String;"}
    # A client's connection that is no SSLEngine is an SSLSocket.
    shown = "Ljavax/net/ssl/SSLSocket;" if kind == "Ljava/net/Socket;" else kind
    return Given(something=kind[0] in "L[", filled=filled, kind=shown)


def _is_of_conscrypt(method: MethodDef, index: int) -> bool:
    """Whether a parameter is the host of what only Conscrypt calls: (chain, type, host) and its verifiers."""
    return index == _HOST_OF_CHAIN or method.ref.descriptor == _OF_CONSCRYPT


def _flaws(
    explorer: Explorer, method: MethodDef, decides: Decides, receiver: str = ""
) -> tuple[TrustFlaw, ...] | None:
    """What is wrong with a method, of each class that R8 made this one of; none if it is too complex.

    For the ``receiver``, see :class:`~pincompiler.shipped.android.trust.ways.Mode`.
    """
    found = _flaws_as(explorer, method, decides, Mode(receiver))
    if not found and found is not None:
        return _failing(explorer, method, decides, Mode(receiver, failing=True))
    if found is None or all(one.when is not When.UNREAD for one in found):
        return found
    # A condition that makes no difference is known by where it leads to.
    directed = _flaws_as(explorer, method, decides, Mode(receiver, directed=True))
    return found if directed is None else directed


def _failing(explorer: Explorer, method: MethodDef, decides: Decides, mode: Mode) -> tuple[TrustFlaw, ...]:
    """What a method that seems sound accepts where code throws that is not followed."""
    if decides is Decides.CHAIN or method.body is None or not method.body.handlers:
        return ()
    ways = ways_of(explorer, method, decides, mode)
    accepting = (unasked if decides is Decides.HOST else unchecked)(ways.ways if ways else ())
    failed = min((failure for way in accepting for failure in failures(way)), default="")
    found = TrustFlaw(Flaw.SKIPS, When.UNSEEN, Confidence.LIKELY, (f"where {failed} throws",))
    return (found,) if failed else ()


def _flaws_as(
    explorer: Explorer, method: MethodDef, decides: Decides, mode: Mode
) -> tuple[TrustFlaw, ...] | None:
    """The same of the ways as they are asked for."""
    ways = ways_of(explorer, method, decides, mode)
    if ways is None or not ways.complete:
        return None
    if decides is Decides.ERROR and asks_kind(ways):
        by_kind = {kind: ways_of(explorer, method, decides, mode._replace(kind=kind)) for kind in KINDS}
        cut = any(one.cut for one in by_kind.values() if one)
        told = flaws_of_kinds(explorer, by_kind, mode)
        return tuple(filter(_holds_anyway, told)) if told and cut else told
    answers: dict[Decides, Callable[[tuple[Way, ...]], TrustFlaw | None]] = {
        Decides.CHAIN: flaw_of_strategy if method.ref.name == _IS_TRUSTED else flaw_of_chain,
        Decides.HOST: flaw_of_host_by_refusal if method.ref.descriptor[-1] == "V" else flaw_of_host,
        Decides.ERROR: lambda part: flaw_of_error(explorer, part, mode),
    }
    answer = answers[decides]
    found = (one for part in by_kind_of_class(ways).values() if (one := answer(part)) is not None)
    return tuple(one for one in found if not ways.cut or _holds_anyway(one))


def _holds_anyway(flaw: TrustFlaw) -> bool:
    """Whether something is wrong on every way, so that it matters to nobody which of them conditions choose."""
    surely = flaw.when is When.ALWAYS and flaw.confidence is Confidence.CONFIRMED
    return surely and flaw.flaw is Flaw.ACCEPTS_ALL and bool(flaw.shown)
