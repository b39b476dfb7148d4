"""What Apple's libraries do with one chain: the world in which a handler of challenges is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from pincompiler.base.bounds import CHALLENGE_HELPER, CLOSURE_BYTES
from pincompiler.base.records import dataclass
from pincompiler.ios.arm64.calls import ARGUMENTS, END, SELF, Jump, arguments
from pincompiler.ios.arm64.values import DIFFERENCE, UNKNOWN, Token, field
from pincompiler.ios.arm64.way import cell
from pincompiler.shipped.ios.challenges import names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pincompiler.ios.arm64.calls import Answer
    from pincompiler.ios.arm64.machine import ArmMachine
    from pincompiler.ios.arm64.values import Value
    from pincompiler.ios.arm64.way import CodeWay
    from pincompiler.shipped.ios.challenges.dispatch import Dispatch

HANDLER, CHALLENGE, TRUST, SERVED, COMPLETE = "handler", "challenge", "trust", "served", "complete"
_DECISIVE: Final = frozenset((HANDLER, CHALLENGE, TRUST, SERVED, COMPLETE, "space"))
"""What somebody must have been given to decide on a chain."""
_DIGEST: Final = 32
_INVOKE: Final = 16
_CERTIFICATES: Final = 2
"""How many a server sends: its own, and the CA's."""


@dataclass(frozen=True, slots=True)
class ChainWorld:
    """A chain, by what those say of it who look."""

    trusted: bool
    """Whether the system's evaluation succeeds."""
    equal: bool
    """Whether what it has equals what the app compares it with."""


_FIXED: Final = {
    **dict.fromkeys(names.VOID, 0),
    "_SecTrustSetAnchorCertificatesOnly": 0,
    "_SecTrustSetPolicies": 0,
    "_SecTrustGetCertificateCount": _CERTIFICATES,
}
"""What functions give, whatever they are given."""


class AppleModel:
    """Answers for Apple's libraries in one world; implements :class:`~pincompiler.ios.arm64.calls.Model`."""

    def __init__(self, machine: ArmMachine, dispatch: Dispatch, world: ChainWorld) -> None:
        self._machine, self._dispatch, self._world = machine, dispatch, world

    # -- functions ---------------------------------------------------------------------------------

    def call(self, way: CodeWay, name: str) -> Answer:
        """Call an imported function."""
        if name in names.KEEPING:
            return way.registers[0]
        if name in names.ENDING or "assertionFailure" in name or "fatalError" in name:
            return END
        if name in _FIXED:
            return _FIXED[name]
        do = self._FUNCTIONS.get(name)
        return self._compare(way, name) if do is None else do(self, way, name)

    def _evaluate(self, way: CodeWay, _: str) -> Answer:
        way.note("evaluated")
        return int(self._trusted(way))

    def _evaluate_to_memory(self, way: CodeWay, _: str) -> Answer:
        way.note("evaluated")
        way.store(way.registers[1], 4, names.PROCEED if self._trusted(way) else names.RECOVERABLE)
        return 0

    def _compare(self, way: CodeWay, name: str) -> Answer:
        """A comparison, a credential of Swift's overlay, or what is not known."""
        if name in names.EQUAL_IF_TRUE or name in names.EQUAL_IF_ZERO:
            equal = self._equal(way, way.registers[0], way.registers[1], name)
            return None if equal is None else int(equal == (name in names.EQUAL_IF_TRUE))
        if "NSURLCredentialC" in name and "trust" in name:
            return Token("credential", "", way.pc)
        return self._elsewhere(way, name)

    def _serve(self, way: CodeWay, name: str) -> Answer:
        return Token(SERVED, name, way.pc)

    def _trusted(self, way: CodeWay) -> bool:
        return self._world.trusted or any(what == "tampered" for what, _, _ in way.events)

    def _later(self, way: CodeWay, name: str) -> Answer:
        """The result is given to a block, beside the trust."""
        block = way.registers[2]
        code = self._machine.block_code(way, block)
        if code is None:
            return self._elsewhere(way, name)
        way.note("evaluated")
        good = self._trusted(way)
        result = int(good) if name.endswith("WithError") else (names.PROCEED if good else names.RECOVERABLE)
        way.registers[:4] = [block, way.registers[0], result, 0 if good else Token("error")]
        return Jump((code,))

    def _hash(self, way: CodeWay, _: str) -> Answer:
        """``CC_SHA256``: of what a server sent the digest is as well."""
        if not self._is_served(way, way.registers[0]):
            return None
        for at in range(0, _DIGEST, 8):
            place = way.registers[2]
            here = place + at if isinstance(place, int) else place._replace(at=place.at + at)
            way.store(here, 8, Token(SERVED, "digest", way.pc))
        return way.registers[2]

    def _exceptions(self, way: CodeWay, _: str) -> Answer:
        return Token("exceptions", "", way.pc)

    def _set_exceptions(self, way: CodeWay, _: str) -> Answer:
        way.note("tampered")
        return 1

    def _set_anchors(self, way: CodeWay, _: str) -> Answer:
        way.note("anchored")
        return 0

    def _nameless_policy(self, way: CodeWay, _: str) -> Answer:
        way.note("nameless")
        return Token("policy", "", way.pc)

    def _policy(self, way: CodeWay, _: str) -> Answer:
        if way.registers[0] == 0 or way.registers[1] == 0:
            way.note("nameless")
        return Token("policy", "", way.pc)

    def _trust_of(self, way: CodeWay, _: str) -> Answer:
        """``sec_trust_copy_ref``."""
        return way.registers[0] if _kind(way.registers[0]) == TRUST else None

    def _store_strong(self, way: CodeWay, _: str) -> Answer:
        way.store(way.registers[0], 8, way.registers[1])
        return 0

    def _load_weak(self, way: CodeWay, _: str) -> Answer:
        return way.load(way.registers[0], 8, self._machine.constant)

    def _box(self, way: CodeWay, _: str) -> Answer:
        return Token("object", "", way.pc)

    def _make(self, way: CodeWay, _: str) -> Answer:
        return self._object(way)

    def _object(self, way: CodeWay) -> Answer:
        kind = self._dispatch.class_of(way.registers[0])
        return Token("object", kind, way.pc)

    # -- messages ----------------------------------------------------------------------------------

    def send(self, way: CodeWay, selector: str) -> Answer:
        """Send a message to what register 0 holds."""
        answer = self._apples(way, selector)
        if answer is not None or selector in names.CONFIGURED:
            return answer
        implementations = self._dispatch.implementations(way.registers[0], selector)
        if implementations:
            return Jump(implementations)
        return way.registers[0] if selector == "init" else self._elsewhere(way, selector)

    def _apples(self, way: CodeWay, selector: str) -> Answer:
        """A message to one of Apple's objects."""
        receiver = way.registers[0]
        if selector in names.ROLES and _kind(receiver) != "object":
            role = names.ROLES[selector]
            return Token(role, "", way.pc if role == "credential" else 0)
        if selector in names.SELVES:
            return receiver
        if selector in names.ANSWERS:
            return self._answer_sender(way, selector)
        if selector in names.EQUALITIES:
            equal = self._equal(way, receiver, way.registers[2], selector)
            return None if equal is None else int(equal != (selector in names.COMPARISONS))
        if selector == "count" and self._is_served(way, receiver):
            return _CERTIFICATES
        makes = selector == "alloc" or (selector == "new" and self._dispatch.class_of(receiver))
        return self._object(way) if makes else None

    def _answer_sender(self, way: CodeWay, selector: str) -> Answer:
        answer = names.ANSWERS[selector]
        way.note("answer", "refuse" if answer == "accept" and way.registers[2] == 0 else answer)
        return 0

    # -- calls of values ---------------------------------------------------------------------------

    def invoke(self, way: CodeWay, function: Value) -> Answer:
        """Call the function that a value is: of a completion handler that is the answer."""
        if function == field(Token(HANDLER, at=_INVOKE), 0):
            way.note("answer", _answer(way.registers[1], way.registers[2]))
            return 0
        if function == field(Token(COMPLETE, at=_INVOKE), 0):
            way.note("answer", _agreed(way.registers[1]))
            return 0
        return self._elsewhere(way, "a function that is a value")

    def enters(self, way: CodeWay, size: int) -> bool:
        """Whether a function may decide: it is given what decisions are made of, or it is small."""
        return size <= CHALLENGE_HELPER.limit or any(
            self._is_decisive(way, value) for value in (*way.registers[:ARGUMENTS], way.registers[SELF])
        )

    def _is_decisive(self, way: CodeWay, value: Value) -> bool:
        if isinstance(value, Token) and _has(value, _DECISIVE):
            return True
        base, start = cell(value)
        return any(
            one == base and start <= at < start + CLOSURE_BYTES.limit
            for (one, at), (_, held) in way.cells.items()
            if isinstance(held, Token) and _has(held, _DECISIVE)
        )

    def same(self, way: CodeWay, one: Value, other: Value) -> bool | None:
        """Whether two numbers are equal: of what a server sent, that is the comparison of this world."""
        if isinstance(one, int) or SERVED not in one.roots:
            return None
        if other == 0 and one.name != DIFFERENCE:
            return None
        way.note("compared")
        return self._world.equal

    # -- what is compared --------------------------------------------------------------------------

    def _equal(self, way: CodeWay, one: Value, other: Value, name: str) -> bool | None:
        """Whether two values are equal in this world; None if that is not known."""
        kinds = {_kind(one), _kind(other)}
        if "method" in kinds:
            other_name = next(
                (v.name for v in (one, other) if isinstance(v, Token) and v.kind == "variable"), ""
            )
            return other_name == names.SERVER_TRUST if other_name.startswith(names.METHOD) else None
        candidates = [one, other]
        if name.startswith("_$s"):  # Swift's strings and data have two words each
            candidates = way.registers[:4]
        if any(self._is_served(way, value) for value in candidates):
            way.note("compared")
            return self._world.equal
        return None

    def _is_served(self, way: CodeWay, value: Value) -> bool:
        """Whether a value comes from what a server sent, or leads to it."""
        if isinstance(value, int):
            held = way.cells.get((0, value))
            return held is not None and isinstance(held[1], Token) and _has(held[1], frozenset((SERVED,)))
        return _has(value, frozenset((SERVED,)))

    def _elsewhere(self, way: CodeWay, name: str) -> Answer:
        """A call that is not known: what it gives is made of what it got."""
        given = arguments(way, name)
        if any(_kind(value) in (HANDLER, COMPLETE) for value in given) or self._captured(way):
            way.note("elsewhere", name)
        if any(self._is_served(way, value) for value in given):
            return Token(SERVED, name, way.pc)
        receiver = 0 if name.startswith("_") else 1
        if any(isinstance(value, Token) and _has(value, _DECISIVE) for value in given[receiver:]):
            way.note("shared", name)
        return None

    def _captured(self, way: CodeWay) -> bool:
        """Whether a closure that is given, and is not run here, has the completion handler in it."""
        return any(
            isinstance(value, Token)
            and value.kind == "object"
            and any(
                base == value.whole and isinstance(held, Token) and held.kind in (HANDLER, COMPLETE)
                for (base, _), (_, held) in way.cells.items()
            )
            for value in (*way.registers[:ARGUMENTS], way.registers[SELF])
        )

    _FUNCTIONS: ClassVar[Mapping[str, Callable[[AppleModel, CodeWay, str], Answer]]] = {
        **dict.fromkeys(names.MAKING, _make),
        **dict.fromkeys(names.EVALUATING, _evaluate),
        **dict.fromkeys(names.EVALUATING_TO_MEMORY, _evaluate_to_memory),
        **dict.fromkeys(names.EVALUATING_LATER, _later),
        **dict.fromkeys(names.SERVED, _serve),
        "_CC_SHA256": _hash,
        "_CC_SHA1": _hash,
        "_SecTrustCopyExceptions": _exceptions,
        "_SecTrustSetExceptions": _set_exceptions,
        "_SecTrustSetAnchorCertificates": _set_anchors,
        "_SecPolicyCreateBasicX509": _nameless_policy,
        "_SecPolicyCreateSSL": _policy,
        "_sec_trust_copy_ref": _trust_of,
        "_objc_storeStrong": _store_strong,
        "_objc_loadWeakRetained": _load_weak,
        "_swift_allocObject": _box,
    }


def _kind(value: Value) -> str:
    return value.kind if isinstance(value, Token) else ""


def _has(value: Token, kinds: frozenset[str]) -> bool:
    """Whether a thing is of one of some kinds, or was made of one."""
    return not kinds.isdisjoint(value.roots)


def _answer(disposition: Value, credential: Value) -> str:
    """What a completion handler gets (``URLSession.AuthChallengeDisposition``)."""
    if not isinstance(disposition, int):
        return "unknown"
    if disposition == 0:
        return "refuse" if credential == 0 else "accept"
    return {1: "default", 2: "refuse", 3: "refuse"}.get(disposition & 0xFFFFFFFF, "unknown")


def _agreed(value: Value) -> str:
    """What the block of a verification gets: true or false."""
    if not isinstance(value, int):
        return "unknown"
    return "accept" if value & 1 else "refuse"


def things(question: object) -> Iterator[Token]:
    """The things that a question on a way is about."""
    if isinstance(question, Token):
        yield question
    elif isinstance(question, tuple):
        for part in question:
            yield from things(part)


def decided_elsewhere(question: object) -> bool:
    """Whether an answer comes from a call of something unknown that knows the chain."""
    return any(one.kind == UNKNOWN and not _DECISIVE.isdisjoint(one.of) for one in things(question))
