"""Which methods own a place in the code, without reading the code of any other class.

Compilers do not lay code out in the order of classes, and nothing in a code_item names its method.
So: step back from the place to what looks like the head of a code_item, then prove it.  Proof is a
method of some class whose class_data names that very offset; classes are found through a search for
the offset's LEB128 form.  Look-alikes inside instructions do occur, and fail the proof.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.android.dex.format import (
    CLASS_DATA,
    CODE,
    DEBUG_INFO,
    DexError,
    as_uleb128,
    numbers,
    u32,
    uleb128,
)
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pincompiler.android.dex.format import Layout

CODE_HEADER: Final = 16
_STEPS_PER_HIT: Final = 4096
"""16 KiB: longer methods are left to the full map."""
_STEPS: Final = 200_000
_ROUNDS: Final = 16
_FEW_CLASSES: Final = 64
"""A file so small is read whole."""
_FEW_OFFSETS: Final = 12
"""So many are searched for one by one; more, by one alternation."""


class EncodedField(NamedTuple):
    """A field as its class defines it."""

    field: int
    access: int


class EncodedMethod(NamedTuple):
    """A method as its class defines it; ``code`` is 0 when it has none."""

    method: int
    access: int
    code: int


class ClassData(NamedTuple):
    """The members of one class."""

    static_fields: tuple[EncodedField, ...]
    instance_fields: tuple[EncodedField, ...]
    methods: tuple[EncodedMethod, ...]


_NO_MEMBERS: Final = ClassData((), (), ())


class CodeOwner(NamedTuple):
    """One method that has some code: the index of its class, and how the class defines it."""

    class_index: int
    method: EncodedMethod


class Body(NamedTuple):
    """A code_item: all methods that share it, and the places in it that were asked for."""

    owners: list[CodeOwner]
    places: list[int]


@dataclass(slots=True)
class _Budget:
    """Steps left, so that no file makes the walk back longer than reading all of it."""

    steps: int


class CodeMap:
    """From places in the code of one DEX file to methods."""

    def __init__(self, data: bytes, layout: Layout) -> None:
        self._data = data
        self._classes = layout.classes
        section = layout.sections.get(CODE, range(0))
        start = section.start + 3 & ~3
        self.section = range(start, max(start, section.stop))
        self._words = numbers(data, start, len(self.section) // 4, "I")
        self._debug = layout.sections.get(DEBUG_INFO, range(0))
        self._class_data_end = layout.sections.get(CLASS_DATA, range(len(data))).stop
        self._members: dict[int, ClassData] = {}
        self._entries = 0
        self._whole: tuple[list[int], dict[int, list[CodeOwner]]] | None = None
        self._by_class_data: tuple[list[int], list[int]] | None = None

    @property
    def _class_data(self) -> tuple[list[int], list[int]]:
        """Sorted offsets of class_data, and the index of the class of each."""
        if self._by_class_data is None:
            column = self._classes[6::8].tolist()
            indices = sorted((index for index, offset in enumerate(column) if offset), key=column.__getitem__)
            self._by_class_data = [column[index] for index in indices], indices
        return self._by_class_data

    def members(self, class_index: int) -> ClassData:
        """Read the fields and methods of one class."""
        offset = self._classes[8 * class_index + 6]
        if not offset:
            return _NO_MEMBERS
        known = self._members.get(offset)
        if known is None:
            known = self._members[offset] = self._read(offset)
        return known

    def _read(self, at: int) -> ClassData:
        data = self._data
        counts = []
        for _ in range(4):
            count, at = uleb128(data, at)
            counts.append(count)
        self._entries += sum(counts)
        # An entry takes two bytes: more of them than bytes means lists laid over each other.
        if self._entries > len(data):
            raise DexError("malformed DEX file: its classes claim more members than it can hold")
        statics, at = self._fields(at, counts[0])
        instances, at = self._fields(at, counts[1])
        direct, at = self._methods(at, counts[2])
        virtual, at = self._methods(at, counts[3])
        return ClassData(statics, instances, (*direct, *virtual))

    def _fields(self, at: int, count: int) -> tuple[tuple[EncodedField, ...], int]:
        fields = []
        index = 0
        for _ in range(count):
            step, at = uleb128(self._data, at)
            access, at = uleb128(self._data, at)
            index += step
            fields.append(EncodedField(index, access))
        return tuple(fields), at

    def _methods(self, at: int, count: int) -> tuple[list[EncodedMethod], int]:
        methods = []
        index = 0
        for _ in range(count):
            step, at = uleb128(self._data, at)
            access, at = uleb128(self._data, at)
            code, at = uleb128(self._data, at)
            index += step
            methods.append(EncodedMethod(index, access, code))
        return methods, at

    def bodies(self, places: Sequence[int]) -> dict[int, Body]:
        """Map the offset of each code_item that holds some of ``places`` to its owners and these places."""
        if not places:
            return {}
        if len(self._classes) < 8 * _FEW_CLASSES:
            return self._from_whole(places)
        found: dict[int, Body] = {}
        budget = _Budget(_STEPS)
        refuted: set[int] = set()
        waiting, lost = list(places), []
        for _ in range(_ROUNDS):
            heads, unplaced = self._heads(waiting, refuted, budget)
            lost += unplaced
            owners = self._owners(heads)
            waiting = []
            for head, inside in heads.items():
                if head in owners:
                    found.setdefault(head, Body(owners[head], [])).places.extend(inside)
                else:
                    refuted.add(head)
                    waiting += inside
            if not waiting:
                break
        lost = self._without_handlers([*lost, *waiting], budget)
        if lost:
            for head, body in self._from_whole(sorted(lost)).items():
                found.setdefault(head, Body(body.owners, [])).places.extend(body.places)
        return found

    def _heads(
        self, places: Sequence[int], refuted: set[int], budget: _Budget
    ) -> tuple[dict[int, list[int]], list[int]]:
        """Group places under the nearest plausible head that covers them; and those that have none."""
        heads: dict[int, list[int]] = {}
        none = []
        head = end = -1
        for place in places:
            if not head < place < end:
                head = self._step_back(place, budget, refuted)
                end = self._end(head) if head >= 0 else -1
            if head >= 0:
                heads.setdefault(head, []).append(place)
            else:
                none.append(place)
        return heads, none

    def _step_back(
        self, place: int, budget: _Budget, refuted: Iterable[int] = (), *, covering: bool = True
    ) -> int:
        """Find the nearest offset before ``place`` where a code_item could begin; -1 if none is near."""
        words, start = self._words, self.section.start
        first = (place - start - CODE_HEADER) >> 2
        stop = max(-1, first - min(budget.steps, _STEPS_PER_HIT))
        room = len(self.section)
        # In bytes from the section's start: a head at i ends at 4 * i + 16 + 2 * size.
        least = place - start - CODE_HEADER if covering else -1
        for i in range(first, stop, -1):
            size = words[i + 3]
            if (
                size
                and least < 4 * i + 2 * size <= room
                and self._plausible(i)
                and start + 4 * i not in refuted
            ):
                budget.steps -= first - i
                return start + 4 * i
        budget.steps -= max(0, first - stop)
        return -1

    def _plausible(self, i: int) -> bool:
        """Whether the words from ``i`` could be registers, ins, outs and debug_info offset of a code_item."""
        registers, outs, debug = self._words[i], self._words[i + 1], self._words[i + 2]
        return (
            registers >> 16 <= registers & 0xFFFF
            and outs & 0xFFFF < 256
            and (not debug or debug in self._debug)
        )

    def _end(self, head: int) -> int:
        """Where the instructions of the code_item at ``head`` end."""
        return head + CODE_HEADER + 2 * u32(self._data, head + 12)

    def _without_handlers(self, places: Iterable[int], budget: _Budget) -> list[int]:
        """Leave out the places that proved to lie in a try table, which follows a method's instructions."""
        nearest = {place: self._step_back(place, budget, covering=False) for place in places}
        owners = self._owners({head for head in nearest.values() if head >= 0})
        return [place for place, head in nearest.items() if head not in owners or self._end(head) > place]

    def _owners(self, heads: Iterable[int]) -> dict[int, list[CodeOwner]]:
        """Find the methods whose class names one of ``heads`` as the offset of its code."""
        owners: dict[int, list[CodeOwner]] = {}
        offsets, classes = self._class_data
        wanted = {as_uleb128(head): head for head in heads}
        if not wanted or not offsets:
            return {}
        seen = set()
        for at in self._occurrences(wanted, range(offsets[0], self._class_data_end)):
            place = bisect_right(offsets, at) - 1
            # Classes that share one class_data stand side by side.
            while place >= 0 and (place, offsets[place]) not in seen:
                seen.add((place, offsets[place]))
                for method in self.members(classes[place]).methods:
                    if method.code:
                        owners.setdefault(method.code, []).append(CodeOwner(classes[place], method))
                place = place - 1 if place and offsets[place - 1] == offsets[place] else -1
        return {head: owners[head] for head in wanted.values() if head in owners}

    def _occurrences(self, wanted: Iterable[bytes], area: range) -> list[int]:
        needles = list(wanted)
        if len(needles) > _FEW_OFFSETS:
            by_first: dict[bytes, list[bytes]] = {}
            for needle in needles:
                by_first.setdefault(needle[:1], []).append(needle[1:])
            pattern = b"|".join(
                re.escape(first) + b"(?:" + b"|".join(map(re.escape, rests)) + b")"
                for first, rests in by_first.items()
            )
            return [
                match.start() for match in re.compile(pattern).finditer(self._data, area.start, area.stop)
            ]
        places = []
        for needle in needles:
            at = self._data.find(needle, area.start, area.stop)
            while at >= 0:
                places.append(at)
                at = self._data.find(needle, at + 1, area.stop)
        return places

    def _from_whole(self, places: Iterable[int]) -> dict[int, Body]:
        """The same from a map of all code: the slow way, which needs no luck."""
        if self._whole is None:
            owners: dict[int, list[CodeOwner]] = {}
            for class_index in range(len(self._classes) // 8):
                for method in self.members(class_index).methods:
                    if method.code:
                        owners.setdefault(method.code, []).append(CodeOwner(class_index, method))
            self._whole = sorted(owners), owners
        heads, by_head = self._whole
        found: dict[int, Body] = {}
        for place in places:
            at = bisect_right(heads, place) - 1
            if at >= 0 and place < self._end(heads[at]):
                found.setdefault(heads[at], Body(by_head[heads[at]], [])).places.append(place)
        return found
