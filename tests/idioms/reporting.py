"""What a run of the generator showed: figures held to the bars, tables, and every app that was not understood."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.idioms.building import BUILDS
from tests.idioms.making import PINNER
from tests.idioms.measuring import Answer
from tests.idioms.words import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tests.idioms.measuring import Measured


@dataclass(frozen=True, slots=True)
class Bar:
    """What is demanded of a run."""

    name: str
    value: Callable[[Sequence[Measured]], float]
    least: float = 0.0
    most: float = float("inf")
    percent: bool = False

    def met(self, some: Sequence[Measured]) -> bool:
        """Whether a run is good enough."""
        return self.least <= self.value(some) <= self.most

    def shown(self, some: Sequence[Measured]) -> str:
        """The figure and what it is held to."""
        unit = " %" if self.percent else ""
        bar = f"at least {self.least:g}{unit}" if self.least else f"at most {self.most:g}{unit}"
        return f"{self.name}: {self.value(some):.1f}{unit} (bar: {bar})" + (
            "" if self.met(some) else "  BELOW THE BAR"
        )


def share_found(some: Iterable[Measured], *builds: str) -> float:
    """Percent of the sound apps of which every pin is found."""
    sound = [one for one in some if one.app.state is State.SOUND and one.build in builds]
    return 100 * sum(one.answer is Answer.FOUND for one in sound) / max(1, len(sound))


def share_differing(some: Iterable[Measured]) -> float:
    """Percent of sources of which the builds do not have one answer."""
    answers: dict[str, set[Answer]] = {}
    for one in some:
        answers.setdefault(one.app.name, set()).add(one.answer)
    return 100 * sum(len(found) > 1 for found in answers.values()) / max(1, len(answers))


BARS: Final = (
    Bar("wrong clean", lambda some: sum(one.answer is Answer.CLEAN for one in some), most=0),
    Bar("false alarms on sound apps", lambda some: sum(bool(one.alarms) for one in some), most=0),
    Bar("invented pins", lambda some: sum(bool(one.invented) for one in some), most=0),
    Bar("pins found with D8", lambda some: share_found(some, "d8"), least=97, percent=True),
    Bar("pins found with R8", lambda some: share_found(some, "r8", "r8-full"), least=90, percent=True),
    Bar("sources whose builds differ", share_differing, most=3, percent=True),
)


def faults(one: Measured) -> tuple[str, ...]:
    """What is wrong with an answer; unknown is not wrong."""
    wrong = [one.answer.value] if one.answer is Answer.CLEAN else []
    wrong += [f"false alarm: {', '.join(one.alarms)}"] if one.alarms else []
    wrong += [f"invented: {', '.join(one.invented)}"] if one.invented else []
    return tuple(wrong)


def summary(some: Sequence[Measured]) -> Iterator[str]:
    """Lines for a terminal."""
    yield f"{len(some):,} apps of {len({one.app.name for one in some}):,} sources"
    for bar in BARS:
        yield f"  {bar.shown(some)}"
    yield ""
    yield from _table("where the check is", some, lambda one: one.app.site)
    for pinner, title in ((True, "how pins reach OkHttp"), (False, "how pins reach a check by hand")):
        own = [one for one in some if (one.app.site == PINNER) is pinner and one.app.state is State.SOUND]
        yield from _table(title, own, lambda one: f"{one.app.arrival} ({one.app.language})")
    by_hand = [one for one in some if one.app.site != PINNER and one.app.state is State.SOUND]
    yield from _table("how they are compared", by_hand, lambda one: one.app.comparison)
    yield from _table(
        "encoding", [one for one in some if one.app.state is State.SOUND], lambda one: one.app.encoding.value
    )
    yield from _table("state", some, lambda one: one.app.state.value)


def _table(title: str, some: Sequence[Measured], key: Callable[[Measured], str]) -> Iterator[str]:
    yield f"{title:44}" + "".join(f"{build:>28}" for build in BUILDS)
    for row in sorted({key(one) for one in some}):
        cells = []
        for build in BUILDS:
            found = Counter(one.answer for one in some if key(one) == row and one.build == build)
            cells.append(
                " ".join(f"{answer.name.lower()}:{found[answer]}" for answer in Answer if found[answer])
            )
        yield f"  {row:42}" + "".join(f"{cell:>28}" for cell in cells)
    yield ""


def listed(some: Iterable[Measured]) -> Iterator[str]:
    """Every app with a fault, and what the audit says."""
    for one in some:
        if wrong := faults(one):
            yield f"{one.build}  {one.app.title}  [{'; '.join(wrong)}]  {one.said}"
