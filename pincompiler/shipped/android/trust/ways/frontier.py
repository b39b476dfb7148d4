"""Where ways through a method go on, part, are caught and end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pincompiler.android.dex.format import DexError
from pincompiler.shipped.android.trust.exceptions import ancestry
from pincompiler.shipped.android.trust.vocabulary import EventKind
from pincompiler.shipped.android.trust.ways.lineage import UNSET, Thrown
from pincompiler.shipped.android.trust.ways.way import Event

if TYPE_CHECKING:
    from pincompiler.android.constants.program import Program
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.shipped.android.trust.ways.lineage import Val
    from pincompiler.shipped.android.trust.ways.way import Condition, Side


class Passed(NamedTuple):
    """A condition, and which way it was left if that matters."""

    condition: Condition
    taken: Side | None


class Progress(NamedTuple):
    """How far a way has come."""

    place: int
    """Index of the next instruction."""
    registers: tuple[Val, ...]
    result: Val
    tests: frozenset[Passed]
    events: frozenset[Event]


class End(NamedTuple):
    """How a way ended."""

    thrown: str | None
    value: Val
    """What it returns; unset if that is nothing."""
    tests: frozenset[Passed]
    events: frozenset[Event]


class Frontier:
    """The states of one method that wait to be run, each once, and the ends that were reached."""

    __slots__ = ("_handlers", "_places", "_program", "_seen", "ends", "instructions", "waiting")

    def __init__(self, program: Program, body: MethodBody, largest: int) -> None:
        self._program = program
        # An instruction has one to five code units, mostly two.
        self.instructions = body.instructions if len(body.units) <= 2 * largest else ()
        self._places = {one.offset: n for n, one in enumerate(self.instructions)}
        self._handlers = body.handlers
        self.ends: dict[End, None] = {}
        self.waiting: list[Progress] = []
        self._seen: set[Progress] = set()

    def push(self, state: Progress) -> None:
        """Have a state run, unless it was."""
        if state not in self._seen:
            self._seen.add(state)
            self.waiting.append(state)

    def go_on(self, place: int, registers: list[Val], state: Progress) -> None:
        """Go on behind the instruction at a place."""
        if place + 1 < len(self.instructions):
            self.push(state._replace(place=place + 1, registers=tuple(registers)))

    def jump(self, state: Progress, registers: list[Val], offset: int, tests: frozenset[Passed]) -> None:
        """Go on at an offset.  Raises DexError if no instruction begins there."""
        place = self._places.get(offset)
        if place is None:
            raise DexError("malformed DEX file: a branch leads between instructions")
        self.push(Progress(place, tuple(registers), state.result, tests, state.events))

    def after(self, place: int) -> int | None:
        """The offset of what follows the instruction at a place; none at the end."""
        return self.instructions[place + 1].offset if place + 1 < len(self.instructions) else None

    def end(self, state: Progress, value: Val, thrown: str | None = None) -> None:
        """A way has ended."""
        self.ends[End(thrown, value, state.tests, state.events)] = None

    def fail(self, offset: int, name: str, registers: list[Val], state: Progress) -> None:
        """Go to wherever an exception is caught of which nothing is known but that a call may throw it."""
        event = Event(EventKind.FAILED, name, offset)
        for handler in self._handlers:
            if handler.start <= offset < handler.end:
                after = state._replace(events=state.events | {event}, result=UNSET)
                self.jump(after, registers, handler.target, state.tests)

    def land(self, offset: int, thrown: str, name: str, registers: list[Val], state: Progress) -> None:
        """Go to where an exception is caught, or end."""
        supers = ancestry(self._program, thrown)
        for handler in self._handlers:
            if not handler.start <= offset < handler.end:
                continue
            caught = handler.exception
            surely = caught is None or caught in supers
            if surely or thrown in ancestry(self._program, caught or ""):
                kind = EventKind.SWALLOWED if surely else EventKind.PARTLY_SWALLOWED
                event = Event(kind, f"{name or 'the call'} in catch {caught or 'any'}", offset)
                # What it did before it refused has not happened.
                events = frozenset(e for e in state.events if e.offset != offset) | {event}
                after = state._replace(events=events, result=UNSET._replace(inside=Thrown(thrown)))
                self.jump(after, registers, handler.target, state.tests)
            if surely:
                return
        self.end(state, UNSET, thrown)
