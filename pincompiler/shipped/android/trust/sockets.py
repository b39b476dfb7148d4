"""TLS sockets of the app's own, old versions of TLS, and what libraries offer to check nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.program import arguments
from pincompiler.android.constants.values import (
    NESTED,
    NULL,
    Created,
    Number,
    Returned,
    Text,
    leaves,
    possible,
    texts,
)
from pincompiler.android.dex import DexError
from pincompiler.facts import Mechanism
from pincompiler.facts.trust import Decides, InsecureFactory, OldProtocols, RawSocket, StockDecider
from pincompiler.shipped.android.source import CallsOf, New, Read
from pincompiler.shipped.android.trust.uses import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.android.constants.flow import MethodFlow
    from pincompiler.android.constants.values import Value
    from pincompiler.android.dex import Site
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.shipped.android.source import Source

    _Handled = dict[MethodBody, dict[int, list[tuple[int, int]]]]
    """By method, where the result of each call in it is handed."""

_FACTORY: Final = "Ljavax/net/ssl/SSLSocketFactory;"
_ANY_FACTORY: Final = "Ljavax/net/SocketFactory;"
_ANDROIDS: Final = "Landroid/net/SSLCertificateSocketFactory;"
"""It compares names itself where it is given one, and not in its other overloads (AOSP: verifyHostname)."""
_GIVEN_A_NAME: Final = ("(Ljava/lang/String;", "(Ljava/net/Socket;Ljava/lang/String;")
_CREATE: Final = (
    *(CallsOf(one, "createSocket") for one in (_FACTORY, _ANY_FACTORY, _ANDROIDS)),
    CallsOf(CONTEXT, "createSSLEngine"),
)
_IDENTIFY: Final = CallsOf("Ljavax/net/ssl/SSLParameters;", "setEndpointIdentificationAlgorithm")
_VERIFY: Final = (CallsOf(None, "verify", "(Ljava/lang/String;Ljavax/net/ssl/SSLSession;)Z"), _IDENTIFY)
_INSECURE: Final = CallsOf(_ANDROIDS, "getInsecure")
_GET: Final = CallsOf(CONTEXT, "getInstance")
_ENABLE: Final = (
    CallsOf("Ljavax/net/ssl/SSLSocket;", "setEnabledProtocols"),
    CallsOf("Ljavax/net/ssl/SSLEngine;", "setEnabledProtocols"),
    CallsOf("Ljavax/net/ssl/SSLParameters;", "setProtocols"),
)
_OLD: Final = frozenset({"SSLv2", "SSLv2Hello", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1"})
"""``SSL`` and ``TLS`` are not among them: on Android both stand for the newest (Conscrypt's provider)."""
_APACHE: Final = ("Lorg/apache/http/conn/ssl/", "Lcz/msebera/android/httpclient/conn/ssl/")
_STOCK: Final = tuple(
    want
    for package in _APACHE
    for want in (
        New(f"{package}AllowAllHostnameVerifier;"),
        New(f"{package}NoopHostnameVerifier;"),
        Read(f"{package}NoopHostnameVerifier;", "INSTANCE"),
        Read(f"{package}AllowAllHostnameVerifier;", "INSTANCE"),
        Read(f"{package}SSLSocketFactory;", "ALLOW_ALL_HOSTNAME_VERIFIER"),
        Read(f"{package}SSLConnectionSocketFactory;", "ALLOW_ALL_HOSTNAME_VERIFIER"),
        New(f"{package}TrustAllStrategy;"),
        New(f"{package}TrustSelfSignedStrategy;"),
        Read(f"{package}TrustAllStrategy;", "INSTANCE"),
        Read(f"{package}TrustSelfSignedStrategy;", "INSTANCE"),
    )
)
_MODE: Final = CallsOf("Ljavax/net/ssl/SSLEngine;", "setUseClientMode")
WANTED: Final = (*_CREATE, *_VERIFY, _MODE, _INSECURE, _GET, *_ENABLE, *_STOCK)
_HANDED_ON: Final = (
    "it makes an SSLEngine, and nothing in the app was seen to ask whose certificate that is shown"
)
_DELEGATING: Final = frozenset(
    {"createSocket", "connectSocket", "createLayeredSocket", "createSSLEngine", "engineCreateSSLEngine"}
)
"""Methods of factories: whoever calls them has the socket, and the duty."""
_TALKS: Final = frozenset(
    {
        *("startHandshake", "getInputStream", "getOutputStream", "connect", "getSession", "setSoTimeout"),
        *("beginHandshake", "wrap", "unwrap"),
    }
)


def stock_deciders(source: Source) -> Iterator[StockDecider]:
    """Uses of what comes with Apache's HTTP client and accepts every name, or every chain of one certificate."""
    for want in _STOCK:
        for site in source.sites(want):
            if not site.method.class_name.startswith(_APACHE):
                simple = want.class_name.rpartition("/")[2].rstrip(";")
                what = f"{simple}.{want.name}" if isinstance(want, Read) else simple
                decides = Decides.CHAIN if simple.endswith("Strategy") else Decides.HOST
                yield StockDecider(source.code(site.method, site.offset), decides, what)


def insecure_factories(source: Source) -> Iterator[InsecureFactory]:
    """Uses of Android's own factory that checks nothing."""
    for site in source.sites(_INSECURE):
        yield InsecureFactory(source.code(site.method, site.offset))


def _own(source: Source, want: CallsOf) -> list[Site]:
    """Calls in the app's own code: these are followed, which takes time, and many libraries have such calls."""
    return [site for site in source.sites(want) if source.owner_of(site.method.class_name).first_party]


def old_protocols(source: Source) -> Iterator[OldProtocols]:
    """Calls of the app's own that ask for SSL 3, TLS 1.0 or TLS 1.1 by name."""
    for want in (_GET, *_ENABLE):
        for site in _own(source, want):
            try:
                passed = arguments(source.program, site)
            except DexError as error:
                _doubt_versions(source, site, str(error))
                continue
            if any(leaf == NESTED for value in passed for leaf in leaves(value)):
                _doubt_versions(source, site, NESTED.why)
            named = list(dict.fromkeys(text for value in passed for text in texts(value)))
            old = tuple(text for text in named if text in _OLD)
            if old:
                simple = (want.class_name or "").rpartition("/")[2].rstrip(";")
                code = source.code(site.method, site.offset)
                yield OldProtocols(code, f"{simple}.{want.name}", old, only=len(old) == len(named))


def _doubt_versions(source: Source, site: Site, why: str) -> None:
    what = source.code(site.method, site.offset).location.symbol
    source.doubt(
        what, f"which versions of TLS it asks for cannot be followed: {why}", Mechanism.TRUST_MANAGER
    )


# Sockets.


def raw_sockets(source: Source) -> Iterator[RawSocket]:
    """TLS sockets that are talked through, where nothing asks whose certificate it is."""
    wrappers: frozenset[str] | None = None
    handled: _Handled = {}
    idle = {site for site in _own(source, _IDENTIFY) if _is_idle(source, site)}
    verifying = {_family(site.method) for site in source.sites(*_VERIFY) if site not in idle}
    own = {name for name in verifying if source.owner_of(f"{name};").first_party}
    for site in (site for want in _CREATE for site in _own(source, want)):
        if site.method.name in _DELEGATING:
            continue
        if wrappers is None:
            found = source.program.subclasses(_FACTORY, _ANY_FACTORY)
            wrappers = frozenset(_outer(cls.name) for cls in found)
        name = site.method.class_name
        if _outer(name) in wrappers or _family(site.method) in verifying:
            continue
        try:
            talks, escapes = _used(source, site, handled)
        except DexError as error:
            source.doubt(name, f"it makes sockets and cannot be followed: {error}", Mechanism.TRUST_MANAGER)
            continue
        if not talks or (escapes and own):
            continue
        if _is_engine(site) and escapes:
            if not _serves(source, site):
                source.doubt(name, _HANDED_ON, Mechanism.TRUST_MANAGER)
        else:
            yield RawSocket(source.code(site.method, site.offset), f"{_simple(site)}.{_called(site)}")


def _is_idle(source: Source, site: Site) -> bool:
    """Whether the algorithm to identify servers by is certainly none."""
    try:
        passed = arguments(source.program, site)
    except DexError:
        return False
    return len(passed) > 1 and all(one in {NULL, Text("")} for one in possible(passed[1]))


def _is_engine(site: Site) -> bool:
    return site.method.dex.method_ref(site.ref).class_name == CONTEXT


def _serves(source: Source, engine: Site) -> bool:
    """Whether code near one that makes an engine makes some engine a server's, or leaves open whose it is."""
    near = [site for site in source.sites(_MODE) if _family(site.method) == _family(engine.method)]
    modes = [source.program.flow(site.method).calls.get(site.offset, ())[1:] for site in near]
    return any(mode != (Number(1),) for mode in modes)


def _called(site: Site) -> str:
    return site.method.dex.method_ref(site.ref).name


def _simple(site: Site) -> str:
    return site.method.dex.method_ref(site.ref).class_name.rpartition("/")[2].rstrip(";")


def _outer(class_name: str) -> str:
    return class_name.rstrip(";").partition("$")[0]


def _family(method: MethodBody) -> str:
    return _outer(method.class_name)


def _used(source: Source, site: Site, handled: _Handled) -> tuple[bool, bool]:
    """Whether the socket is talked through as a client's, and whether other code gets hold of it."""
    flow = source.program.flow(site.method)
    passed = flow.calls.get(site.offset, ())
    if not passed or not _is_tls(site, passed[0]) or _compares(site, passed[0]):
        return False, False
    if site.method not in handled:
        handled[site.method] = _uses(flow)
    talks = escapes = False
    uses = handled[site.method].get(site.offset, ())
    for offset, index in uses:
        if offset == _KEPT:
            continue
        ref = site.method.called_at(offset)
        if ref is None or index or ref.class_name not in _SOCKETS:
            escapes = True
        elif ref.name in _TALKS:
            talks = True
        elif ref.name == "setUseClientMode" and flow.calls[offset][1] == Number(0):
            return False, False
    stored = any(offset == _KEPT for offset, _ in uses)
    return talks or stored, escapes or stored


def _uses(flow: MethodFlow) -> dict[int, list[tuple[int, int]]]:
    """By the offset of a call, where its result is passed, and as which argument; ``_KEPT`` where it is kept."""
    kept = (*flow.writes.values(), *(() if flow.returned is None else (flow.returned,)))
    found: dict[int, list[tuple[int, int]]] = {}
    for offset, values in (*flow.calls.items(), (_KEPT, kept)):
        for index, value in enumerate(values):
            for one in possible(value):
                if isinstance(one, Returned):
                    found.setdefault(one.offset, []).append((offset, index))
    return found


_KEPT: Final = -1
_SOCKETS: Final = frozenset({"Ljava/net/Socket;", "Ljavax/net/ssl/SSLSocket;", "Ljavax/net/ssl/SSLEngine;"})


def _is_tls(site: Site, factory: Value) -> bool:
    """A socket of the general factory is one of TLS if the factory is known to be."""
    if site.method.dex.method_ref(site.ref).class_name in {_FACTORY, _ANDROIDS, CONTEXT}:
        return True
    makers = {(_FACTORY, "getDefault"), (CONTEXT, "getSocketFactory")}
    return _is_androids(factory) or any(
        isinstance(one, Returned) and one.ref[:2] in makers for one in possible(factory)
    )


def _compares(site: Site, factory: Value) -> bool:
    """Whether Android's own factory is given the name, which it then compares: whatever type the code names."""
    ref = site.method.dex.method_ref(site.ref)
    named = ref.descriptor.startswith(_GIVEN_A_NAME)
    return named and (ref.class_name == _ANDROIDS or _is_androids(factory))


def _is_androids(factory: Value) -> bool:
    """Whether it is certainly one that checks: not the insecure one, which is reported where it is made."""
    made = possible(factory)
    return all(
        one.descriptor == _ANDROIDS
        if isinstance(one, Created)
        else isinstance(one, Returned) and one.ref[:2] == (_ANDROIDS, "getDefault")
        for one in made
    )
