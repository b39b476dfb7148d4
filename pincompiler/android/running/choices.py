"""All runs of one start: each takes other ways where a branch depends on something unknown.

A run is given its first decisions and takes its own from there on; so no state is ever copied.  What is decided
early, close to the start, is decided otherwise first.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from pincompiler.android.dex.format import DexError
from pincompiler.android.running.values import BoundReachedError, StoppedError, ThrownError
from pincompiler.base.bounds import FEW_RUNS, RUN_FRAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pincompiler.android.running.machine import Machine
    from pincompiler.android.running.values import Thing, Value


class RunEnd(NamedTuple):
    """How a run ended."""

    machine: Machine
    returned: Value | None
    """None if it threw or was stopped."""
    stopped: str
    """Why it was given up; empty if it came to its end."""
    thrown: Thing | None = None
    """The exception that it ended by."""
    bounded: bool = False
    """Whether a bound stopped it."""


class Runs:
    """The runs of one start, as many as are allowed; what is decided after the last event makes no other run."""

    def __init__(
        self, make: Callable[[tuple[int, ...]], Machine], start: Callable[[Machine], Value], most: int
    ) -> None:
        self._make, self._start, self._most = make, start, most
        self.left = 0
        """Ways that were not tried."""

    def __iter__(self) -> Iterator[RunEnd]:
        waiting: list[tuple[int, int, tuple[int, ...]]] = [(0, 0, ())]
        order = count(1)
        most = self._most
        for done in range(self._most):
            if not waiting or done >= most:
                break
            _, _, decisions = heappop(waiting)
            machine = self._make(decisions)
            yield self._run(machine)
            taken = machine.taken if machine.decisive is None else machine.taken[: machine.decisive]
            for number in range(len(decisions), len(taken)):
                before = tuple(one.choice for one in taken[:number])
                for other in range(taken[number].ways):
                    if other != taken[number].choice:
                        heappush(waiting, (taken[number].depth, next(order), (*before, other)))
            if len(waiting) > self._most:
                most = FEW_RUNS.limit
        self.left = len(waiting)

    def _run(self, machine: Machine) -> RunEnd:
        try:
            with _deep_enough():
                return RunEnd(machine, self._start(machine), "")
        except ThrownError as thrown:
            return RunEnd(machine, None, "", thrown.value)
        except (StoppedError, DexError) as stopped:
            return RunEnd(machine, None, str(stopped), bounded=isinstance(stopped, BoundReachedError))
        except RecursionError:
            return RunEnd(machine, None, "calls that are too deep", bounded=True)


@contextmanager
def _deep_enough() -> Iterator[None]:
    """Room for as many calls as a machine makes one inside the other: each takes several of Python's."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(max(usual, RUN_FRAMES.limit))
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)
