"""The clients of an app, and the pinner that each of them gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from pincompiler.android.constants.values import Created, FieldValue, Returned, Value, possible
from pincompiler.android.dex import DexError, opcodes
from pincompiler.base.bounds import CLIENT_DEPTH
from pincompiler.base.records import dataclass
from pincompiler.facts.okhttp import Client, Pinning
from pincompiler.shipped.android.okhttp.trace import ByValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.android.dex.method import MethodBody
    from pincompiler.facts import Code
    from pincompiler.shipped.android.okhttp.drafts import Draft
    from pincompiler.shipped.android.okhttp.pinners import Pinners
    from pincompiler.shipped.android.okhttp.trace import Trace
    from pincompiler.shipped.android.okhttp.uses import OkHttpUses, Taken
    from pincompiler.shipped.android.source import Source

_REQUEST: Final = "Lokhttp3/Request$Builder;"
_RETROFIT: Final = "Lretrofit2/Retrofit$Builder;"
_TRUSTING: Final = frozenset(
    {"sslSocketFactory", "hostnameVerifier", "setSslSocketFactory", "setHostnameVerifier"}
)


@dataclass(slots=True)
class Taker:
    """A pinner that is given to a builder."""

    taken: Taken
    targets: frozenset[Value]
    """The builder, and what its parameter or field may stand for."""
    pinners: list[Draft]
    empty: bool
    """Whether the pinner may be one that pins nothing."""
    is_open: bool
    """Whether it may be any other."""


class _Request(NamedTuple):
    """What a client is used for: a builder of requests or of Retrofit, and the method that sets its URL."""

    method: MethodBody
    built: Value
    builder: str
    setter: str


class Clients:
    """All clients that code of the app makes with one OkHttp."""

    def __init__(self, source: Source, trace: Trace, uses: OkHttpUses, pinners: Pinners) -> None:
        self.source = source
        self.trace = trace
        self.uses = uses
        self.pinners = pinners
        self.takers: list[Taker] = []
        self.copies: list[frozenset[Value]] = []
        """Builders that are given what a client has, field by field: what R8 makes of ``newBuilder()``."""
        budget = source.program.budget
        self._taking: ByValue[Taker] = ByValue(budget)
        self._deriving: ByValue[Taken] = ByValue(budget)
        self._making: ByValue[Taken] = ByValue(budget)
        self._trusting: ByValue[Taken] = ByValue(budget)
        self._requests: ByValue[_Request] = ByValue(budget)
        self._urls_set: dict[tuple[MethodBody, str, str], ByValue[Value]] = {}
        self._known: dict[tuple[MethodBody, int], Client] = {}
        self._busy: set[tuple[MethodBody, int]] = set()

    def collect(self) -> dict[int, list[Code]]:
        """Follow what is given to builders; the clients that get each pinner, by the draft's id."""
        for taken in self.uses.takers:
            if self._is_copy(taken):
                self.copies.append(self.trace.up(taken.receiver))
                continue
            found, default, is_open = self.pinners.given(taken.arguments[-1])
            empty = default or any(draft.empty for draft in found)
            full = [draft for draft in found if not draft.empty]
            self.takers.append(Taker(taken, self.trace.up(taken.receiver), full, empty, is_open))
            for draft in found:
                draft.takers.append(taken)
        self._sort()
        attached: dict[int, list[Code]] = {}
        for made in (*self.uses.clients, *self._derived_clients()):
            client = self.client(made)
            for taker in self._takers(self._builders(made)):
                for draft in taker.pinners:
                    attached.setdefault(id(draft), []).append(client.code)
        return attached

    def _sort(self) -> None:
        """Note by which values it is found what is done with clients and their builders."""
        for taker in self.takers:
            self._taking.add(taker.targets, taker)
        for one in self.uses.derived:
            self._deriving.add(one.made, one)
        for one in (*self.uses.clients, *self._derived_clients()):
            self._making.add(one.made, one)
        for one in self.uses.others:
            if one.ref and one.ref.name in _TRUSTING:
                self._trusting.add(self.trace.up(one.receiver), one)
            for client, request in _requests(one):
                self._requests.add(self.trace.down(client), request)

    def facts(self) -> tuple[Client, ...]:
        """Each client, in the order of the code."""
        return tuple(dict.fromkeys(self._known.values()))

    def _derived_clients(self) -> Iterator[Taken]:
        """In OkHttp 2 a copy is a client, not a builder."""
        if self.trace.roles.client == self.trace.roles.builder:
            yield from self.uses.derived

    def client(self, made: Taken) -> Client:
        """What is known of the client that a call makes."""
        key = (made.method, made.offset)
        if key not in self._known:
            self._busy.add(key)
            self._known[key] = self._client(made)
            self._busy.discard(key)
        return self._known[key]

    def _client(self, made: Taken) -> Client:
        builders = self._builders(made)
        takers = self._takers(builders)
        parents = [self.client(one) for one in self._parents(builders)]
        pinning, cleared = self._pinning(made, builders, takers, parents)
        pinners = [self._code(d.made) for taker in takers for d in taker.pinners]
        inherited = [] if takers else [code for parent in parents for code in parent.pinners]
        return Client(
            self._code(made),
            self.pinners.roles.library,
            pinning,
            tuple(dict.fromkeys((*pinners, *inherited))),
            tuple(dict.fromkeys(parent.code for parent in parents)),
            self._code(cleared.taken) if cleared else None,
            tuple(dict.fromkeys(self._hosts(made))),
            tuple(dict.fromkeys(self._trust(builders))),
        )

    def _builders(self, made: Taken) -> frozenset[Value]:
        """What a client is built of: the builder that has the call, or that the constructor is given."""
        if self.trace.roles.client == self.trace.roles.builder:
            return frozenset(made.made)
        constructed = made.ref is not None and made.ref.name == "<init>"
        return self.trace.down(made.arguments[-1] if constructed else made.receiver)

    def _is_skipped(self, taker: Taker) -> bool:
        """Whether some branch leads around a call, after the builder that it is on was made."""
        taken = taker.taken
        made = [
            one.offset
            for one in taker.targets
            if isinstance(one, Created | Returned)
            and one.method == taken.method
            and one.offset < taken.offset
        ]
        first = max(made, default=0)
        try:
            self.source.program.budget.spend(len(taken.method.instructions) >> 3)
            return any(
                one.target is not None
                and first <= one.offset < taken.offset < one.target
                and not _only_throws(taken.method, one.target)
                for one in taken.method.instructions
                if one.opcode not in opcodes.SWITCHES and one.opcode != opcodes.FILL_ARRAY_DATA
            )
        except DexError:
            return True

    def _is_copy(self, taken: Taken) -> bool:
        given = tuple(self.trace.local(taken.arguments[-1]))
        return any(
            isinstance(one, FieldValue) and one.ref.class_name == self.trace.roles.client for one in given
        )

    def _is_copied(self, builders: frozenset[Value]) -> bool:
        return any(builders & targets for targets in self.copies)

    def _code(self, taken: Taken) -> Code:
        return self.source.code(taken.method, taken.offset)

    def _takers(self, builders: frozenset[Value]) -> list[Taker]:
        return self._taking.of(builders)

    def _parents(self, builders: frozenset[Value]) -> Iterator[Taken]:
        """What makes the clients that a client is derived from."""
        if len(self._busy) > CLIENT_DEPTH.limit:
            self.trace.cut = True
            return
        for derived in self._deriving.of(builders):
            inlined = derived.ref is not None and derived.ref.name == "<init>"
            origin = self.trace.down(derived.arguments[-1] if inlined else derived.receiver)
            for one in self._making.of(origin):
                if (one.method, one.offset) not in self._busy:
                    yield one

    def _is_derived(self, builders: frozenset[Value]) -> bool:
        return bool(self._deriving.of(builders))

    # Whether it pins.

    def _pinning(
        self, made: Taken, builders: frozenset[Value], takers: list[Taker], parents: list[Client]
    ) -> tuple[Pinning, Taker | None]:
        clearing = [taker for taker in takers if taker.empty]
        setting = [taker for taker in takers if taker.pinners or taker.is_open]
        if clearing:
            return self._clearing(clearing[0], builders, setting, parents)
        inherits = any(parent.pinning is Pinning.PINNED for parent in parents)
        if any(taker.pinners for taker in setting) or inherits:
            return Pinning.PINNED, None
        return (
            Pinning.UNKNOWN if self._may_be_pinned(made, builders, setting, parents) else Pinning.NONE
        ), None

    def _clearing(
        self, first: Taker, builders: frozenset[Value], setting: list[Taker], parents: list[Client]
    ) -> tuple[Pinning, Taker | None]:
        """What becomes of a client whose builder is given a pinner that pins nothing."""
        if first.pinners or first.is_open or self._is_skipped(first):
            return Pinning.PERHAPS, first
        if setting and not _is_last(first, setting):
            return Pinning.PINNED, None
        some_pin = any(taker.pinners for taker in self.takers)
        # Of which client a copy is made is not known: where some pin, it is taken for one of these.
        inherits_some = self._is_copied(builders) and some_pin
        if setting or inherits_some or any(parent.pinning is Pinning.PINNED for parent in parents):
            return Pinning.CLEARED, first
        unsure = (Pinning.UNKNOWN, Pinning.PERHAPS)
        if any(parent.pinning in unsure for parent in parents) or (
            self._is_derived(builders) and not parents
        ):
            may_pin = some_pin or any(taker.is_open for taker in self.takers)
            return (Pinning.PERHAPS, first) if may_pin else (Pinning.UNKNOWN, None)
        return Pinning.NONE, None

    def _may_be_pinned(
        self, made: Taken, builders: frozenset[Value], setting: list[Taker], parents: list[Client]
    ) -> bool:
        """Whether a pinner may come from where it could not be followed."""
        if (
            setting
            or self._is_copied(builders)
            or any(parent.pinning is not Pinning.NONE for parent in parents)
        ):
            return True
        if self._is_derived(builders) and not parents:
            return True
        if self.trace.is_open(builders):
            return True
        return self.trace.escapes(made.method, builders)

    # What it is used for.

    def _hosts(self, made: Taken) -> Iterator[str]:
        """Hosts of the URLs of the calls, and of the Retrofits, that it is seen to be used for."""
        for request in self._requests.of(made.made):
            wanted = frozenset(_chain(self.trace, request.built, request.builder))
            for url in self._urls(request).of(wanted):
                for text in self.source.texts(url) or ():
                    if host := _host(text):
                        yield host

    def _urls(self, request: _Request) -> ByValue[Value]:
        """What a method gives the builders of requests, by these builders."""
        key = request.method, request.builder, request.setter
        if key not in self._urls_set:
            found = self._urls_set[key] = ByValue(self.source.program.budget)
            for builder, url in self._set_urls(*key):
                found.add(_chain(self.trace, builder, request.builder), url)
        return self._urls_set[key]

    def _set_urls(self, method: MethodBody, builder: str, setter: str) -> Iterator[tuple[Value, Value]]:
        """Each builder in a method that is given a URL, and what that is."""
        for one in method.instructions:
            if one.opcode not in opcodes.INVOKES:
                continue
            ref = method.dex.method_ref(one.reference or 0)
            if ref.class_name == builder and ref.name == setter:
                passed = self.source.program.call_arguments(method, one.offset) or ()
                if len(passed) > 1:
                    yield passed[0], passed[1]

    def _trust(self, builders: frozenset[Value]) -> Iterator[str]:
        """Classes of the app that decide on certificates or names for it."""
        for use in self._trusting.of(builders):
            for value in use.arguments[1:]:
                for one in self.trace.down(value):
                    if isinstance(one, Created) and self.source.program.class_def(one.descriptor):
                        yield one.descriptor


def _requests(use: Taken) -> Iterator[tuple[Value, _Request]]:
    """The client of a call, or of a Retrofit, and what it is used for."""
    if use.ref is None or len(use.arguments) < 2:
        return
    if use.ref.name in {"newCall", "newWebSocket"}:
        yield use.receiver, _Request(use.method, use.arguments[1], _REQUEST, "url")
    elif use.ref.class_name == _RETROFIT and use.ref.name == "client":
        yield use.arguments[1], _Request(use.method, use.receiver, _RETROFIT, "baseUrl")


def _chain(trace: Trace, value: Value, builder: str) -> Iterator[Value]:
    """A builder behind the calls that return it, and behind what it builds."""
    waiting = list(possible(value))
    seen: set[Value] = set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        passed = None
        if isinstance(one, Returned) and one.ref.class_name == builder:
            passed = trace.flow(one.method).calls.get(one.offset)
        if passed:
            waiting += possible(passed[0])
        else:
            yield one


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _is_last(clearing: Taker, setting: Iterable[Taker]) -> bool:
    """Whether a pinner is taken away after it was set; in other methods, either may be."""
    here = clearing.taken
    return all(one.taken.method != here.method or one.taken.offset <= here.offset for one in setting)


def _only_throws(method: MethodBody, start: int) -> bool:
    """Whether what begins at an offset runs straight into a ``throw``."""
    behind = (one for one in method.instructions if one.offset >= start)
    last = next((one for one in behind if one.opcode in opcodes.ENDS or one.target is not None), None)
    return last is not None and last.opcode == opcodes.THROW
