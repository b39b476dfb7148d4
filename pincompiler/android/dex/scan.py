"""Find instructions that refer to chosen ids, over all code at once, at one or two ns per byte.

Of a code unit, the even byte is an opcode or the low half of an index; the odd byte is the index's
high half.  ``bytes.translate`` turns each such stream into one mask per unit: a bit is set where the
byte could belong to one group of the wanted instructions.  The conjunction of three streams, each
read as one long integer, leaves few candidates, which are then compared exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.opcodes import CONST_STRING_JUMBO
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_CHUNK: Final = 16384
"""Bytes per step: integers of this length stay in the cache (measured: whole sections are 3.5 × slower)."""
_GROUPS: Final = 8
_NOT_ZERO: Final = lazy_regex(rb"[^\0]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Instructions of some opcodes whose index is one of some ids."""

    opcodes: frozenset[int]
    ids: frozenset[int]


def candidates(data: bytes, section: range, wanted: Iterable[Wanted]) -> list[int]:
    """The sorted file offsets in ``section`` of what may be wanted instructions.

    None is missed.  One that lies inside a payload or across two instructions is still among them;
    a sweep over its method shows.
    """
    groups = [(want.opcodes, sorted(want.ids)) for want in wanted if want.ids]
    if not groups or not section:
        return []
    exact: list[set[int]] = [set() for _ in range(256)]
    for opcodes, ids in groups:
        for opcode in opcodes:
            exact[opcode].update(ids)
    masks = _masks(_spread(groups))
    return [
        at
        for chunk in range(section.start & ~1, section.stop - 3, _CHUNK)
        for at in _hits(data, chunk, section.stop, masks)
        if _index(data, at) in exact[data[at]]
    ]


def _hits(data: bytes, start: int, stop: int, masks: tuple[bytes, bytes, bytes]) -> Iterator[int]:
    """Units of one chunk whose opcode, and whose next unit's halves, share a bit."""
    low, high, opcode = masks
    # One unit more than a chunk: the index of its last instruction.
    units = data[start : min(start + _CHUNK + 2, stop)]
    even = units[::2]
    odd = units[1::2]
    both = int.from_bytes(even.translate(low), "little") & int.from_bytes(odd.translate(high), "little")
    if both:
        both &= int.from_bytes(even.translate(opcode), "little") << 8
        if both:
            for match in _NOT_ZERO.finditer(both.to_bytes(len(even), "little")):
                yield start + 2 * match.start() - 2


def _index(data: bytes, at: int) -> int:
    width = 4 if data[at] == CONST_STRING_JUMBO else 2
    return int.from_bytes(data[at + 2 : at + 2 + width], "little")


def _spread(groups: Sequence[tuple[frozenset[int], list[int]]]) -> list[tuple[frozenset[int], list[int]]]:
    """Cut the largest groups in halves until each bit of a mask has one: fewer chance candidates."""
    while len(groups) > _GROUPS:  # merge: the sets that are asked for together stay exact anyway
        (opcodes, ids), (others, more), *rest = sorted(groups, key=lambda group: len(group[1]))
        groups = [(opcodes | others, sorted({*ids, *more})), *rest]
    spread = list(groups)
    while len(spread) < _GROUPS:
        spread.sort(key=lambda group: -len(group[1]))
        opcodes, ids = spread[0]
        if len(ids) == 1:
            break
        spread[:1] = [(opcodes, ids[: len(ids) // 2]), (opcodes, ids[len(ids) // 2 :])]
    return spread


def _masks(groups: Sequence[tuple[frozenset[int], list[int]]]) -> tuple[bytes, bytes, bytes]:
    low, high, opcode = bytearray(256), bytearray(256), bytearray(256)
    for number, (opcodes, ids) in enumerate(groups):
        bit = 1 << number
        for wanted in opcodes:
            opcode[wanted] |= bit
        for index in ids:
            low[index & 255] |= bit
            high[index >> 8 & 255] |= bit
    return bytes(low), bytes(high), bytes(opcode)
