"""Tasks in processes of their own, each of which may die and then costs its own task only.

A worker has a pipe to itself, and the parent no threads: nothing is shared that a dying process leaves locked or half
written.  The pools of concurrent.futures and pebble have one queue for all, whose lock dies with its holder.
"""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from pincompiler.base.interruptions import uninterrupted
from pincompiler.base.quiet import silence
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from multiprocessing.connection import Connection


@dataclass(frozen=True, slots=True)
class Died:
    """Instead of a result: the process ended before it had one."""

    task: Any
    why: str
    """Completes "the process …"."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a task may take; a process that takes more dies."""

    seconds: float | None = None
    """By the clock, from when it is begun."""
    megabytes: int | None = None
    """Of data of the process, as Linux counts it (``RLIMIT_DATA``): what is beyond raises MemoryError in it."""


UNBOUNDED: Final = Allowance()


@dataclass(frozen=True, slots=True)
class Split:
    """Instead of a result: the tasks that the task turned out to consist of."""

    tasks: tuple[Any, ...]


def supervised(
    work: Callable[[Any], Any], tasks: Iterable[Any], jobs: int, allowance: Allowance = UNBOUNDED
) -> Generator[Any]:
    """The results of ``work``, in the order of the tasks; those of a split task stand in its place.

    ``work``, what it takes and what it gives are pickled.  An exception in it ends its process with a traceback.
    When the iterator is closed or interrupted, every process ends at once, whatever it does.
    """
    crew = _Crew(work, tasks, jobs, allowance)
    try:
        yield from crew.results()
    finally:
        crew.end()


@dataclass(slots=True, eq=False)
class _Task:
    given: Any
    result: Any = None
    done: bool = False


class _Crew:
    def __init__(
        self, work: Callable[[Any], Any], tasks: Iterable[Any], jobs: int, allowance: Allowance
    ) -> None:
        self._work = work
        self._jobs = jobs
        self._allowance = allowance
        self._order = deque(map(_Task, tasks))
        """All whose results were not yet taken."""
        self._queue = deque(self._order)
        """Those that no worker was given yet."""
        self._workers: list[_Worker] = []

    def results(self) -> Iterator[Any]:
        while self._order:
            if self._order[0].done:
                yield self._order.popleft().result
            else:
                self._hand_out()
                self._collect()

    def end(self) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.dismiss()

    def _hand_out(self) -> None:
        self._workers = [worker for worker in self._workers if worker.task or worker.process.is_alive()]
        while self._queue and (worker := self._free()):
            worker.take(self._queue.popleft())

    def _free(self) -> _Worker | None:
        """A worker without a task, a new one if need be; None if there are enough."""
        idle = next((worker for worker in self._workers if worker.task is None), None)
        if idle is None and len(self._workers) < self._jobs:
            idle = _Worker(self._work, self._allowance)
            self._workers.append(idle)
        return idle

    def _collect(self) -> None:
        from multiprocessing.connection import wait

        busy = {worker: worker.task for worker in self._workers if worker.task}
        ready = wait(
            [one for worker in busy for one in (worker.pipe, worker.process.sentinel)], self._patience()
        )
        for worker, task in busy.items():
            answered = worker.pipe in ready or worker.process.sentinel in ready
            if answered or worker.overdue():
                result = worker.answer() if answered else worker.stop()
                if isinstance(result, Died):
                    self._workers.remove(worker)
                self._settle(task, result)

    def _patience(self) -> float | None:
        """Seconds until the next task has taken too long; None: none ever has."""
        ends = [worker.ends for worker in self._workers if worker.task and worker.ends is not None]
        return max(0.0, min(ends) - monotonic()) if ends else None

    def _settle(self, task: _Task, result: Any) -> None:
        if isinstance(result, Split):
            parts = list(map(_Task, result.tasks))
            at = self._order.index(task)
            del self._order[at]
            for part in reversed(parts):
                self._order.insert(at, part)
            self._queue.extendleft(reversed(parts))
        else:
            task.result, task.done = result, True


class _Worker:
    """A process that does one task after another."""

    def __init__(self, work: Callable[[Any], Any], allowance: Allowance) -> None:
        from multiprocessing import get_context

        context = get_context()
        self.task: _Task | None = None
        self.ends: float | None = None
        """When its task has taken too long, in seconds of the monotonic clock."""
        self._allowance = allowance
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(work, allowance, theirs, self.pipe), daemon=True)
        with uninterrupted(), _own_modules():
            self.process.start()
        theirs.close()

    def take(self, task: _Task) -> None:
        """Give it a task."""
        self.task = task
        seconds = self._allowance.seconds
        self.ends = None if seconds is None else monotonic() + seconds
        with suppress(BrokenPipeError):  # it has died, as its answer will say
            self.pipe.send(task.given)

    def answer(self) -> Any:
        """The result of its task, or that it died."""
        task, self.task = self.task, None
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            self.dismiss()
            return Died(task.given if task else None, _ended(self.process.exitcode))

    def overdue(self) -> bool:
        """Whether its task has taken too long."""
        return self.ends is not None and monotonic() >= self.ends

    def stop(self) -> Died:
        """End a process that takes too long, whatever it does."""
        task, self.task = self.task, None
        self.process.kill()
        self.dismiss()
        return Died(
            task.given if task else None, f"took more than {self._allowance.seconds:g} s and was stopped"
        )

    def dismiss(self) -> None:
        """Wait for the end of a process that has died or was killed."""
        self.process.join()
        self.pipe.close()


def _serve(work: Callable[[Any], Any], allowance: Allowance, pipe: Connection, theirs: Connection) -> None:
    """Do tasks as they come."""
    theirs.close()
    _bound_memory(allowance)
    # As in the parent: no cycles to look for, and no warnings to show.
    gc.disable()
    silence()
    # An interruption ends it without a traceback, unless it is to be ignored.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    _end_with_parent()
    with suppress(BrokenPipeError, EOFError):
        while True:
            pipe.send(work(pipe.recv()))


def _bound_memory(allowance: Allowance) -> None:
    if allowance.megabytes is None:
        return
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (allowance.megabytes << 20, resource.RLIM_INFINITY))


def _end_with_parent() -> None:
    """However the parent will end, and whatever this process does then."""
    from multiprocessing import parent_process
    from threading import Thread

    def wait_for_it() -> None:
        if parent := parent_process():
            parent.join()
            os._exit(1)

    Thread(target=wait_for_it, daemon=True).start()


@contextmanager
def _own_modules() -> Iterator[None]:
    """Let a process that is not forked import the modules of this one, and none that lie in the working directory."""
    name = "PYTHONSAFEPATH"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _ended(code: int | None) -> str:
    if code is None or code >= 0:
        return f"ended with status {code}{', as after the traceback of a bug' if code == 1 else ''}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    memory = ", as the system does when memory runs out" if name == "SIGKILL" else ""
    return f"was ended by {name}{memory}"
