"""Calls that install a trust manager or a hostname verifier."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.program import arguments
from pincompiler.android.constants.values import Created, FieldValue, Parameter, Returned, leaves
from pincompiler.android.dex import DexError
from pincompiler.base.bounds import TRUST_CALLS, TRUST_DEPTH
from pincompiler.base.location import java_name
from pincompiler.facts.common import Mechanism
from pincompiler.facts.trust import Decider, Decides, Override
from pincompiler.shipped.android.source import CallsOf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.android.constants.values import Value
    from pincompiler.android.dex import Site
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.shipped.android.source import Source

CONTEXT: Final = "Ljavax/net/ssl/SSLContext;"
_HTTPS: Final = "Ljavax/net/ssl/HttpsURLConnection;"
_INIT: Final = CallsOf(CONTEXT, "init")
_OVERRIDES: Final = (
    CallsOf(_HTTPS, "setDefaultHostnameVerifier"),
    CallsOf(_HTTPS, "setDefaultSSLSocketFactory"),
)
_TAKERS: Final = (
    _INIT,
    *_OVERRIDES,
    CallsOf(_HTTPS, "setHostnameVerifier"),
    CallsOf("Lokhttp3/OkHttpClient$Builder;", "sslSocketFactory"),
    CallsOf("Lokhttp3/OkHttpClient$Builder;", "hostnameVerifier"),
    CallsOf("Lcom/squareup/okhttp/OkHttpClient;", "setHostnameVerifier"),
    CallsOf("Lorg/apache/http/conn/ssl/SSLSocketFactory;", "setHostnameVerifier"),
    CallsOf("Lorg/apache/http/impl/client/HttpClientBuilder;", "setSSLHostnameVerifier"),
    CallsOf("Lorg/apache/http/ssl/SSLContextBuilder;", "loadTrustMaterial"),
    CallsOf("Lorg/conscrypt/Conscrypt;", "setHostnameVerifier"),
    CallsOf("Lorg/conscrypt/Conscrypt;", "setDefaultHostnameVerifier"),
)
WANTED: Final = _TAKERS


class TrustUses:
    """What each of these calls is given."""

    def __init__(self, source: Source, classes: Iterable[str]) -> None:
        self._source = source
        self._classes = frozenset(classes)
        self.by_class: dict[str, dict[str, None]] = {}
        """Calls that each class is handed to, in words."""
        self._spoilt: dict[MethodBody, list[tuple[Value, str]]] = {}
        """Contexts that a method initialises with one of the classes."""
        sites = [(want, site) for want in _TAKERS for site in source.sites(want)] if self._classes else []
        # What libraries do among themselves is no finding, and there is much of it.
        own = [(want, site) for want, site in sites if source.owner_of(site.method.class_name).first_party]
        mechanism = Mechanism.TRUST_MANAGER
        for want, site in source.bounded(own, TRUST_CALLS.limit, "calls that take trust managers", mechanism):
            for name in self.given(site):
                place = f"{_short(want.class_name)}.{want.name} in {_place(site.method)}"
                self.by_class.setdefault(name, {})[place] = None
                if want is _INIT:
                    context = source.program.flow(site.method).calls[site.offset][0]
                    self._spoilt.setdefault(site.method, []).append((context, name))

    def given(self, site: Site) -> list[str]:
        """Those of the classes whose objects a call may be given."""
        try:
            passed = arguments(self._source.program, site)[1:] or arguments(self._source.program, site)
            found = {name: None for value in passed for name in self._made(value, 0, site)}
        except DexError as error:
            self._doubt(site, f"cannot be followed: {error}")
            return []
        return [name for name in found if name in self._classes]

    def _doubt(self, site: Site, why: str) -> None:
        code = self._source.code(site.method, site.offset)
        if code.owner.first_party:
            self._source.doubt(
                code.location.symbol, f"sets what decides on trust, and {why}", Mechanism.TRUST_MANAGER
            )

    def _made(self, value: Value, depth: int, site: Site) -> Iterator[str]:
        """Classes of the objects that a value is, or that are in it; that they are too far away is a doubt."""
        for leaf in leaves(value):
            if isinstance(leaf, Created):
                yield leaf.descriptor
            elif isinstance(leaf, FieldValue | Returned | Parameter):
                further = [one for one in self._source.program.origins(leaf) if one != leaf]
                if further and depth >= TRUST_DEPTH.limit:
                    self._doubt(site, "it is made too far away to be followed")
                    continue
                for origin in further:
                    yield from self._made(origin, depth + 1, site)

    def of_factory(self, site: Site) -> str:
        """The trust manager behind the socket factory that a call is given, if it is one of the classes."""
        try:
            passed = arguments(self._source.program, site)
            origins = [one for value in passed[-1:] for one in (value, *self._source.program.origins(value))]
            returned = [one for one in origins if isinstance(one, Returned)]
            found = (self._spoiling(one) for one in returned)
            return next(filter(None, found), "")
        except DexError:
            return ""

    def _spoiling(self, factory: Returned) -> str:
        """The class that a context was initialised with, of which a call returned the factory.

        A method that R8 inlined others into has several contexts.
        """
        spoilt = self._spoilt.get(factory.method, ())
        if factory.ref[:2] != (CONTEXT, "getSocketFactory"):
            return spoilt[0][1] if spoilt else ""
        calls = self._source.program.flow(factory.method).calls
        context = calls[factory.offset][0]
        return next((name for one, name in spoilt if one == context), "")


def _short(descriptor: str | None) -> str:
    return (descriptor or "").rpartition("/")[2].rstrip(";").replace("$", ".")


def _place(method: MethodBody) -> str:
    return java_name(f"{method.class_name}->{method.name}")


def with_uses(found: Iterable[Decider], uses: TrustUses) -> Iterator[Decider]:
    """The same, with what they are handed to."""
    for one in found:
        yield replace(one, uses=tuple(sorted(uses.by_class.get(one.code.class_name, ()))))


def overrides(source: Source, uses: TrustUses, found: Iterable[Decider]) -> Iterator[Override]:
    """Calls that replace what all connections of the app are checked by."""
    lenient = {one.code.class_name for one in found if one.decides is not Decides.ERROR}
    for want in _OVERRIDES:
        for site in source.sites(want):
            given = [name for name in uses.given(site) if name in lenient]
            broken = given[0] if given else ""
            if not broken and want.name == "setDefaultSSLSocketFactory":
                broken = uses.of_factory(site)
            call = f"HttpsURLConnection.{want.name}"
            yield Override(source.code(site.method, site.offset), call, broken)
