"""Which pins an app's pinners get, by running the code that makes them.

Asked where following constants gives up, or would say that nothing is pinned.  The method that makes a pinner is run
with unknown parameters; where something of the pins is unknown then, its callers are run instead, who know more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.android.running.choices import RunEnd, Runs
from pincompiler.android.running.image import Image
from pincompiler.android.running.java.library import JavaLibrary
from pincompiler.android.running.machine import Machine
from pincompiler.android.running.starts import callers, enter
from pincompiler.base.bounds import RUN_APP_STEPS, RUN_LEVELS, RUN_STARTS, RUNS
from pincompiler.shipped.android.okhttp.roles import calls_of
from pincompiler.shipped.android.okhttp.watching import PinGiven, PinWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pincompiler.android.dex.method import MethodBody
    from pincompiler.shipped.android.okhttp.roles import Roles
    from pincompiler.shipped.android.source import Source

    _Look = Callable[[PinWatch], Iterator[tuple[PinGiven, ...]]]


class Ran(NamedTuple):
    """What one place gives a pinner, in all runs that reach it."""

    given: tuple[PinGiven, ...]
    """All pins of which pattern and text are known."""
    complete: bool
    """Whether nothing else may be given there."""
    varies: bool = False
    """Whether runs of one start differ, by a condition that is not known."""
    cut: str = ""
    """The bound that ended the search for who knows more, or misled the runs: without it more might be known."""


class _Seen(NamedTuple):
    """What the runs of one start did."""

    runs: tuple[tuple[PinWatch, RunEnd], ...]
    all_ways: bool


_MORE_CALLERS: Final = "more callers lead there than are run"
_MORE_TYPES: Final = "a class has more supertypes than are looked at"


class RunPins:
    """The runs for the questions about one OkHttp."""

    def __init__(self, source: Source, roles: Roles, near: Iterable[MethodBody]) -> None:
        self._roles = roles
        left_out = frozenset((roles.client, roles.builder, *calls_of(source.program, roles)))
        self._image = Image(source.program, roles.classes, left_out)
        self._library = JavaLibrary(source.resource)
        self._seen: dict[MethodBody, _Seen] = {}
        self._callers: dict[MethodBody, list[MethodBody] | None] = {}
        self._near = set(near)
        self.steps = 0

    def pinner(self, method: MethodBody, offset: int) -> Ran:
        """What the pinner gets that the call at an offset makes."""
        place = (method, offset)

        def look(watch: PinWatch) -> Iterator[tuple[PinGiven, ...]]:
            return (one.given for one in watch.pinners if place in one.places)

        return self._ask(method, look)

    def added(self, method: MethodBody, offset: int) -> Ran:
        """What the call at an offset adds."""
        place = (method, offset)

        def look(watch: PinWatch) -> Iterator[tuple[PinGiven, ...]]:
            found = watch.added.get(place)
            return iter(() if found is None else (tuple(found),))

        return self._ask(method, look)

    def seen_at(self, method: MethodBody, offset: int) -> tuple[PinGiven, ...]:
        """What the call at an offset adds, in the runs that were made."""
        found: dict[PinGiven, None] = {}
        for seen in self._seen.values():
            for watch, _ in seen.runs:
                found.update(watch.added.get((method, offset), {}))
        return tuple(found)

    def _ask(self, method: MethodBody, look: _Look) -> Ran:
        found: dict[PinGiven, None] = {}
        complete, varies, cut = True, False, ""
        waiting, seen = [(method, 0)], {method}
        reached = False
        while waiting:
            start, level = waiting.pop(0)
            ran = self._read(start, method, look)
            above = [] if ran.complete and not ran.varies else self._callers_of(start)
            if above and level < RUN_LEVELS.limit:
                fresh = [one for one in above if one not in seen]
                seen.update(fresh)
                waiting += [(one, level + 1) for one in fresh]
                continue
            # None stands for too many; any that are left here are a level too far.
            cut = cut if above == [] else _MORE_CALLERS
            found.update(dict.fromkeys(ran.given))
            complete &= ran.complete
            varies |= ran.varies
            reached |= bool(ran.given) or ran.complete
        if self._image.cut:  # a class that is not known to be of a type may have sent a run astray
            complete, cut = False, cut or _MORE_TYPES
        return Ran(tuple(found), complete and reached, varies, cut)

    def _callers_of(self, method: MethodBody) -> list[MethodBody] | None:
        if method not in self._callers:
            self._callers[method] = callers(self._image, method)
        return self._callers[method]

    def _read(self, start: MethodBody, of: MethodBody, look: _Look) -> Ran:
        """What the runs of one start say of a place in a method."""
        seen = self._start(start)
        contents: dict[frozenset[PinGiven], tuple[PinGiven, ...]] = {}
        complete = seen.all_ways
        for watch, end in seen.runs:
            some = tuple(look(watch))
            for content in some:
                contents.setdefault(frozenset(content), content)
            # A call that was given up may have come to the place, unless that is what the call was made from.
            complete &= all(of in under_way for under_way in end.machine.given_up)
            complete &= not end.stopped or bool(some)
        given = dict.fromkeys(one for content in contents.values() for one in content)
        known = tuple(one for one in given if one.pattern is not None and one.pin is not None)
        complete &= bool(contents) and len(known) == len(given)
        return Ran(known, complete, varies=len(contents) > 1)

    def _start(self, body: MethodBody) -> _Seen:
        if body not in self._seen:
            self._near.add(body)
            self._seen[body] = self._run(body)
        return self._seen[body]

    def _run(self, body: MethodBody) -> _Seen:
        found: list[tuple[PinWatch, RunEnd]] = []
        if self.steps > RUN_APP_STEPS.limit or len(self._seen) >= RUN_STARTS.limit:
            return _Seen((), all_ways=False)
        watch = PinWatch(self._roles)

        def make(decisions: tuple[int, ...]) -> Machine:
            nonlocal watch
            watch = PinWatch(self._roles)
            return Machine(self._image, self._library, decisions, watcher=watch, near=self._near)

        runs = Runs(make, lambda machine: enter(machine, body), RUNS.limit)
        for end in runs:
            self.steps += end.machine.steps
            found.append((watch, end))
            if self.steps > RUN_APP_STEPS.limit:
                return _Seen(tuple(found), all_ways=False)
        return _Seen(tuple(found), all_ways=not runs.left)
