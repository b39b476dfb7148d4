"""Whether a trust manager that pins is put to use.

An ``SSLContext`` that is initialised with it decides for the sockets and engines that it makes, and for no others; one
of which nobody takes a socket factory decides nothing.  OkHttp's ``sslSocketFactory(factory, manager)`` takes the
manager for what the factory has, and asks it for no chain of a server (OkHttp 4, ``OkHttpClient.Builder``).  What
cannot be followed is taken for a use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.program import arguments
from pincompiler.android.constants.values import NULL, Created, Items, Returned, leaves, possible
from pincompiler.android.dex import DexError
from pincompiler.base.bounds import TRUST_CALLS
from pincompiler.facts.common import Mechanism
from pincompiler.shipped.android.source import CallsOf
from pincompiler.shipped.android.trust.uses import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.android.constants.flow import MethodFlow
    from pincompiler.android.constants.values import Value
    from pincompiler.android.dex import Site
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.shipped.android.source import Source

_INIT: Final = CallsOf(CONTEXT, "init")
WANTED: Final = (_INIT,)
_ASKED: Final = frozenset({"init", "getProtocol", "getProvider", "getSupportedSSLParameters"})
"""Methods of a context by which no connection gets it."""
_SHOWING: Final = frozenset(
    {
        *(f"Ljava/lang/{name};" for name in ("Object", "String", "StringBuilder", "StringBuffer")),
        *("Ljava/util/Objects;", "Landroid/util/Log;", "Lkotlin/jvm/internal/Intrinsics;"),
    }
)
"""Classes that do nothing with an object but show it, or ask whether it is there."""
_DECIDED: Final = frozenset({(CONTEXT, "init"), ("Lokhttp3/OkHttpClient$Builder;", "sslSocketFactory")})
"""Calls that use a manager for nothing, or for what the context is used for."""
NO_CONTEXT: Final = "pins, and no SSLContext is seen to ask it"
_NO_FACTORY: Final = "pins, and of the SSLContext that is given it nobody is seen to take a socket factory"


class Attaching:
    """The contexts of an app, and the trust managers they are given."""

    def __init__(self, source: Source) -> None:
        self._source, self._program = source, source.program
        sites = [one for one in source.sites(_INIT) if source.owner_of(one.method.class_name).first_party]
        what = "calls that take trust managers"
        self._inits = source.bounded(sites, TRUST_CALLS.limit, what, Mechanism.TRUST_MANAGER)

    def doubt(self, classes: Iterable[str]) -> None:
        """Report as unknown which of some trust managers no connection is seen to use."""
        names = tuple(classes)
        given = [(site, *self._given(site)) for site in self._inits] if names else []
        for name in names:
            makers = {one.method for one in self._program.makings(name)}
            loose = any(is_open and site.method in makers for site, _, is_open in given)
            why = self._why_unused(name, [site for site, held, _ in given if name in held])
            if why and not loose:
                self._source.doubt(name, why, Mechanism.TRUST_MANAGER)

    def _why_unused(self, name: str, inits: list[Site]) -> str:
        try:
            if any(map(self._is_used, inits)) or self._goes_elsewhere(name):
                return ""
        except DexError:
            return ""
        return _NO_FACTORY if inits else NO_CONTEXT

    def _given(self, site: Site) -> tuple[set[str], bool]:
        """The classes of the trust managers that a context is given; whether there may be others."""
        try:
            managers = arguments(self._program, site)[2]
            values = [one for leaf in leaves(managers) for one in (leaf, *self._program.origins(leaf))]
        except (DexError, IndexError):
            return set(), True
        made = {one.descriptor for one in values if isinstance(one, Created)}
        arrays = [one for one in possible(managers) if isinstance(one, Items)]
        if len(arrays) == 1 and arrays[0].exact and self._is_of_platform(arrays[0].items[:1]):
            return set(), False  # of several managers the context asks the first, and no other
        known = all(one.exact for one in arrays) and not any(one.startswith("[") for one in made)
        return made, not known or any(map(self._is_unknown, leaves(managers)))

    def _is_of_platform(self, values: Iterable[Value]) -> bool:
        """Whether a value is one of the managers that a factory of the platform makes."""
        ends = [end for one in values for leaf in leaves(one) for end in self._program.origins(leaf)]
        found = [leaf for end in ends for leaf in leaves(end)]
        return bool(found) and all(
            isinstance(one, Returned) and one.ref.name == "getTrustManagers" for one in found
        )

    def _is_unknown(self, leaf: Value) -> bool:
        if isinstance(leaf, Created) or leaf == NULL:
            return False
        ends = self._program.origins(leaf)
        return not all(
            isinstance(one, Created)
            or one == NULL
            or (isinstance(one, Returned) and one.ref.name == "getTrustManagers")
            for one in ends
        )

    # What becomes of it.

    def _is_used(self, init: Site) -> bool:
        """Whether a context may make sockets for somebody."""
        flow = self._program.flow(init.method)
        passed = flow.calls.get(init.offset, ())
        contexts = frozenset(possible(passed[0])) if passed else frozenset()
        if (
            not contexts
            or not all(isinstance(one, Returned) for one in contexts)
            or _leaves_by(flow, contexts)
        ):
            return True
        for ref, result in _calls_with(init.method, flow, contexts):
            if ref.class_name == CONTEXT and ref.name == "getSocketFactory":
                if _leaves_by(flow, result) or any(True for _ in _calls_with(init.method, flow, result)):
                    return True
            elif ref.class_name != CONTEXT or ref.name not in _ASKED:
                return True
        return False

    def _goes_elsewhere(self, name: str) -> bool:
        """Whether an object of a class is given to what may use it otherwise; so is one that is made unseen."""
        sites = self._program.makings(name)
        return not sites or any(self._is_given_away(one.method, name) for one in sites)

    def _is_given_away(self, method: MethodBody, name: str) -> bool:
        flow = self._program.flow(method)
        seen = (one for passed in flow.calls.values() for value in passed for one in leaves(value))
        made = frozenset(one for one in seen if isinstance(one, Created) and one.descriptor == name)
        calls = _calls_with(method, flow, made)
        return (
            not made
            or _leaves_by(flow, made)
            or any(ref.class_name != name and (ref.class_name, ref.name) not in _DECIDED for ref, _ in calls)
        )


def _calls_with(
    method: MethodBody, flow: MethodFlow, values: frozenset[Value]
) -> Iterator[tuple[MethodRef, frozenset[Value]]]:
    """The calls of a method that are passed some values and may keep them, each with what it returns."""
    for offset, passed in flow.calls.items():
        ref = method.called_at(offset)
        if ref is None or ref.class_name in _SHOWING:
            continue
        if any(one in values for value in passed for one in leaves(value)):
            yield ref, frozenset({Returned(ref, method, offset)})


def _leaves_by(flow: MethodFlow, values: frozenset[Value]) -> bool:
    """Whether a method returns one of some values, or writes it to a field."""
    kept = (*flow.writes.values(), *(() if flow.returned is None else (flow.returned,)))
    return any(one in values for value in kept for one in leaves(value))
