"""What a handler of challenges accepts: it is run with four chains, as the system and the app would see them.

The chain of an attacker is trusted by nobody and equals no pin.  A handler that accepts it on every way accepts every
server; one that accepts it on some way has a condition.  The other chains show what it demands: that the system trusts
a chain, that it equals what the app knows, or both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.base.records import dataclass
from pincompiler.facts.challenges import ChallengeHandler, ChallengeVerdict
from pincompiler.ios.arm64.machine import ArmMachine
from pincompiler.ios.arm64.sites import CallSites
from pincompiler.ios.arm64.values import Token
from pincompiler.shipped.ios.challenges.dispatch import Dispatch
from pincompiler.shipped.ios.challenges.model import (
    CHALLENGE,
    COMPLETE,
    HANDLER,
    TRUST,
    AppleModel,
    ChainWorld,
    decided_elsewhere,
    things,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pincompiler.ios.arm64.machine import CodeWays
    from pincompiler.ios.arm64.values import Value
    from pincompiler.ios.arm64.way import CodeWay
    from pincompiler.ios.macho import MachO

HANDLERS: Final[Mapping[str, tuple[int, int]]] = {
    "URLSession:didReceiveChallenge:completionHandler:": (3, 4),
    "URLSession:task:didReceiveChallenge:completionHandler:": (4, 5),
    "webView:didReceiveAuthenticationChallenge:completionHandler:": (3, 4),
    "connection:willSendRequestForAuthenticationChallenge:": (3, 0),
    "connection:didReceiveAuthenticationChallenge:": (3, 0),
}
"""In which registers the challenge and the completion handler are; 0 if the answer is sent to the challenge's sender."""
VERIFY: Final = "_sec_protocol_options_set_verify_block"
_BENIGN: Final = frozenset(("host", "method", "space", CHALLENGE))
"""What is asked of the challenge itself, which is no comparison of a chain."""
_ATTACKER: Final = ChainWorld(trusted=False, equal=False)
_STOLEN_NAME: Final = ChainWorld(trusted=False, equal=True)
_OTHER_CA: Final = ChainWorld(trusted=True, equal=False)
_HONEST: Final = ChainWorld(trusted=True, equal=True)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a handler does with one chain."""

    accepts: bool
    """Whether on some way it accepts, and nobody unknown has decided that."""
    always: bool
    """Whether it does on every way."""
    unsure: bool
    """Whether on some way an unknown decides, or the answer is not known."""
    why: str
    """Why not all ways were seen; empty if they were."""
    answers: frozenset[str]
    events: frozenset[str]
    conditions: tuple[str, ...]
    benign: bool
    """Whether all that it depends on is asked of the challenge itself."""


def challenge_handlers(image: MachO) -> Iterator[ChallengeHandler]:
    """Every method of an image's classes and categories that answers challenges; the image must have code to read."""
    machine, dispatch = ArmMachine(image), Dispatch(image)
    for one, method in image.objc.implementing(HANDLERS):
        if not method.of_class:
            challenge, handler = HANDLERS[method.selector]
            registers: dict[int, Value] = {0: Token("object", one.name), challenge: Token(CHALLENGE)}
            if handler:
                registers[handler] = Token(HANDLER)
            verdict, why, events = verdict_on(machine, dispatch, method.address, registers)
            yield ChallengeHandler(
                one.title,
                method.selector,
                method.address,
                verdict,
                why,
                "anchored" in events,
                "nameless" in events,
            )


def verify_blocks(image: MachO) -> Iterator[ChallengeHandler]:
    """Every block that Network.framework asks about a server's chain."""
    machine, dispatch = ArmMachine(image), Dispatch(image)
    registers: Mapping[int, Value] = {
        0: Token("block"),
        1: Token("metadata"),
        2: Token(TRUST),
        3: Token(COMPLETE),
    }
    blocks = {code: site for site in CallSites(machine).of((VERIFY,)) for code in site.blocks}
    for code, site in sorted(blocks.items()):
        verdict, why, events = verdict_on(machine, dispatch, code, registers)
        owner = dispatch.owner(site.function)
        yield ChallengeHandler(
            owner, VERIFY[1:], code, verdict, why, "anchored" in events, "nameless" in events
        )


def verdict_on(
    machine: ArmMachine, dispatch: Dispatch, address: int, registers: Mapping[int, Value]
) -> tuple[ChallengeVerdict, str, frozenset[str]]:
    """The verdict on a function that answers a challenge, what there is to add, and what was noted on its ways."""

    def see(world: ChainWorld) -> _Seen:
        return _seen(machine.run(address, registers, AppleModel(machine, dispatch, world)))

    attacker = see(_ATTACKER)
    verdict = _of_attacker(attacker)
    if verdict is not None:
        return *verdict, attacker.events
    stolen, other, honest = see(_STOLEN_NAME), see(_OTHER_CA), see(_HONEST)
    events = attacker.events | stolen.events | other.events | honest.events
    return *_of_others(stolen, other, honest), events


def _of_attacker(seen: _Seen) -> tuple[ChallengeVerdict, str] | None:
    """The verdict, if what is done with an attacker's chain is enough for one."""
    if seen.always:
        ignored = "evaluated" in seen.events
        return ChallengeVerdict.IGNORES_RESULT if ignored else ChallengeVerdict.ACCEPTS_ALL, ""
    if seen.accepts:
        return ChallengeVerdict.SKIPS, ", ".join(seen.conditions)
    if seen.unsure:
        return ChallengeVerdict.UNKNOWN, seen.why or ", ".join(seen.conditions)
    return None


def _of_others(stolen: _Seen, other: _Seen, honest: _Seen) -> tuple[ChallengeVerdict, str]:
    """The verdict on a handler that does not accept an attacker's chain."""
    if stolen.accepts:
        return ChallengeVerdict.COMPARES_ONLY, ""
    for one in (stolen, other, honest):
        if one.unsure or (one is other and one.accepts and not one.always and not one.benign):
            return ChallengeVerdict.UNKNOWN, one.why or ", ".join(one.conditions)
    if other.accepts:
        return ChallengeVerdict.EVALUATES, ""
    if honest.accepts:
        return ChallengeVerdict.PINS, ""
    return _of_answers(honest.answers)


def _of_answers(answers: frozenset[str]) -> tuple[ChallengeVerdict, str]:
    """The verdict on a handler that accepts no chain by itself."""
    if "default" in answers:
        return ChallengeVerdict.LEAVES, ""
    return (
        (ChallengeVerdict.REFUSES, "") if answers else (ChallengeVerdict.UNKNOWN, "it was not seen to answer")
    )


def _seen(ways: CodeWays) -> _Seen:
    accepting = [way for way in ways.ended if _answer(way) == "accept"]
    sure = [way for way in accepting if not _is_unsure(way)]
    unclear = [way for way in ways.ended if _answer(way) == "unknown"]
    unsure = bool(ways.why) or bool(unclear) or len(sure) < len(accepting)
    asked = [question for way in sure or accepting or unclear for question, _ in way.conditions]
    return _Seen(
        accepts=bool(sure),
        always=bool(sure) and len(sure) == len(ways.ended) and not ways.why,
        unsure=unsure,
        why=ways.why,
        answers=frozenset(_answer(way) for way in ways.ended) - {""},
        events=frozenset(what for way in ways.ended for what, _, _ in way.events),
        benign=all(
            not _BENIGN.isdisjoint(name for one in things(asked) for name in one.roots)
            for way in sure
            for asked, _ in way.conditions
        ),
        conditions=tuple(dict.fromkeys(name for question in asked for name in _named(question))),
    )


def _is_unsure(way: CodeWay) -> bool:
    """Whether what a way depends on may be somebody's decision on the chain, who is not known."""
    shared = any(what == "shared" for what, _, _ in way.events)
    return any(
        decided_elsewhere(asked)
        or (shared and _BENIGN.isdisjoint(name for one in things(asked) for name in one.roots))
        for asked, _ in way.conditions
    )


def _answer(way: CodeWay) -> str:
    """The answer that a way gives: an acceptance counts before all others; empty if none was seen."""
    found = [more for what, _, more in way.events if what == "answer"]
    if "accept" in found:
        return "accept"
    if any(what == "elsewhere" for what, _, _ in way.events) or "unknown" in found:
        return "unknown"
    return found[0] if found else ""


def _named(question: object) -> Iterator[str]:
    """What a question is about, in names that are in the code."""
    for one in things(question):
        yield from sorted(one.roots)
