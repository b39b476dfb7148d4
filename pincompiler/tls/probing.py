"""What is asked of a host: every address, every kind of certificate, TLS 1.2 and 1.3; and of many at once."""

from __future__ import annotations

import socket
from collections import deque
from concurrent.futures import Future
from dataclasses import field
from threading import Thread
from typing import TYPE_CHECKING

from pincompiler.base.bounds import ADDRESSES
from pincompiler.base.records import dataclass
from pincompiler.tls.answers import Answer, Declined, Offer, Seen, Served, Unreached, Visit
from pincompiler.tls.handshake import Place, handshake

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pincompiler.tls.trust import TrustedContexts


Endpoint = tuple[str, int]
"""A host, in lower-case A-labels, and a port."""


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """How to get to servers, and how hard to try."""

    timeout: float = 10.0
    """Seconds for a whole handshake, connecting included."""
    retries: int = 1
    """How often to ask again where nothing was learnt."""
    jobs: int = 16
    """Hosts to ask at a time."""
    resolve: Mapping[Endpoint, tuple[str, ...]] = field(default_factory=dict)
    """Numeric addresses to take for a host and port, instead of asking the DNS."""
    connect: tuple[str, int | None] | None = None
    """An address, and maybe a port, that stands for every host's."""


def look_at_all(
    endpoints: Sequence[Endpoint], ways: ProbeOptions, trusted: TrustedContexts
) -> Iterator[Seen]:
    """What each shows, in the order of the question, ``ways.jobs`` at a time.

    Whoever stops listening, at Ctrl-C for one, does not wait for servers that stall: nothing more is begun, and
    the threads do not keep the program alive.  An executor's would.
    """
    found: tuple[Future[Seen], ...] = tuple(Future() for _ in endpoints)
    todo = deque(zip(endpoints, found, strict=True))

    def work() -> None:
        while todo:
            try:
                endpoint, future = todo.popleft()
            except IndexError:  # another thread was quicker
                return
            try:
                future.set_result(look_at(endpoint, ways, trusted))
            except BaseException as bug:  # noqa: BLE001 - raised again where the result is wanted
                future.set_exception(bug)

    for _ in range(min(ways.jobs, len(endpoints))):
        Thread(target=work, daemon=True).start()
    try:
        for future in found:
            yield future.result()
    finally:
        todo.clear()


def look_at(endpoint: Endpoint, ways: ProbeOptions, trusted: TrustedContexts) -> Seen:
    """What all addresses of a host show."""
    host, port = endpoint
    try:
        places = _places(endpoint, ways)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the name cannot be asked for"
        return Seen(host, port, (), f"has no address: {(reason or str(error)).lower()}")
    asked = places[: ADDRESSES.limit]
    own = trusted.of(host)
    visits = (Visit(_title(place, port), _answers(host, place, ways, own)) for place in asked)
    more = f"has {len(places):,} addresses, of which {len(asked)} were asked" if asked != places else ""
    return Seen(host, port, tuple(visits), more)


def _title(place: Place, port: int) -> str:
    address, used = place.address[:2]
    shown = f"[{address}]" if ":" in address else address
    return str(address) if used == port else f"{shown}:{used}"


def _places(endpoint: Endpoint, ways: ProbeOptions) -> tuple[Place, ...]:
    """The addresses of a host, without those of families that this machine has no address of."""
    host, port = endpoint
    names, flags = ways.resolve.get(endpoint, ()), socket.AI_NUMERICHOST
    if ways.connect:
        names, port = (ways.connect[0],), ways.connect[1] or port
    if not names:
        names, flags = (host,), socket.AI_ADDRCONFIG
    found = [
        Place(family, address)
        for name in names
        for family, *_, address in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=flags)
    ]
    return tuple(dict.fromkeys(found))


def _answers(
    host: str, place: Place, ways: ProbeOptions, trusted: TrustedContexts
) -> tuple[tuple[Offer, Answer], ...]:
    """The answers to every offer from which something new can be learnt."""
    first = _ask(Offer.ANY, host, place, ways, trusted)
    answers = [(Offer.ANY, first)]
    if isinstance(first, Served):
        others = [Offer.RSA, Offer.ECDSA]
        if first.protocol == "TLS 1.2":  # of this version and kind, the answer is known
            others.remove(offer_of(first))
        answers += ((offer, _declined(_ask(offer, host, place, ways, trusted))) for offer in others)
    return tuple(answers)


def _declined(answer: Answer) -> Answer:
    """Some servers hang up on an offer they do not like; this one has just shown that it is there."""
    if isinstance(answer, Unreached) and answer.closed:
        return Declined("connection closed")
    return answer


def offer_of(served: Served) -> Offer:
    """The offer that asks for certificates of this kind."""
    return Offer.RSA if served.chain[0].algorithm.startswith("RSA") else Offer.ECDSA


def _ask(offer: Offer, host: str, place: Place, ways: ProbeOptions, trusted: TrustedContexts) -> Answer:
    answer: Answer = Unreached("")
    for _ in range(1 + ways.retries):
        answer = handshake(trusted, offer, host, place, ways.timeout)
        if not isinstance(answer, Unreached) or answer.elsewhere:
            break
    return answer
