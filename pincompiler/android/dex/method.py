"""One method's code: its instructions, exception handlers and source lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.android.dex.access import ACC_STATIC
from pincompiler.android.dex.debug import read_lines
from pincompiler.android.dex.decoding import Instruction, boundaries, decode_all
from pincompiler.android.dex.format import DexError, guarded, numbers, u32
from pincompiler.android.dex.handlers import read_handlers
from pincompiler.android.dex.opcodes import ARRAY_DATA, PACKED_SWITCH, SPARSE_SWITCH
from pincompiler.android.dex.refs import WIDE, parameters
from pincompiler.base.bounds import ARRAY_ELEMENTS
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pincompiler.android.dex.format import Numbers
    from pincompiler.android.dex.handlers import Handler
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.dex.tables import Tables

_INSTRUCTIONS_AT: Final = 16


class ParameterPlace(NamedTuple):
    """Where a parameter arrives."""

    number: int
    """0 is the receiver of an instance method."""
    register: int
    """Of a ``long`` or ``double``, the first of two."""
    kind: str
    """Its declared type; of the receiver, the class that defines the method."""


@dataclass(frozen=True, slots=True)
class MethodBody:
    """A method with code, in the DEX file that defines it."""

    dex: Tables
    class_index: int
    method: int
    """Its method id."""
    access: int
    code: int
    """File offset of its code_item."""

    def __hash__(self) -> int:
        return self.code ^ self.method

    @property
    def class_name(self) -> str:
        """Descriptor of the class that defines it."""
        return self.dex.method_ref(self.method).class_name

    @property
    def name(self) -> str:
        """Its name."""
        return self.dex.method_ref(self.method).name

    @property
    def descriptor(self) -> str:
        """Parameters and return type, as in ``(I)V``."""
        return self.dex.method_ref(self.method).descriptor

    @property
    def is_static(self) -> bool:
        """Whether it has no receiver."""
        return bool(self.access & ACC_STATIC)

    @property
    def source_file(self) -> str | None:
        """Name of the file its class was compiled from, if that was kept."""
        return self.dex.source_file(self.class_index)

    @property
    @guarded
    def registers(self) -> int:
        """How many registers it uses; its parameters arrive in the last ones."""
        return self._header(0)

    @property
    @guarded
    def ins(self) -> int:
        """How many registers its parameters take."""
        return self._header(2)

    def _header(self, at: int) -> int:
        return int.from_bytes(self.dex.data[self.code + at : self.code + at + 2], "little")

    def parameters_at(self) -> Iterator[ParameterPlace]:
        """Where its parameters arrive: in the last registers, the receiver of an instance method first.

        Of malformed code, what would lie outside the registers is left out.
        """
        kinds = parameters(self.descriptor)
        at = self.registers - self.ins
        for number, kind in enumerate(kinds if self.is_static else (self.class_name, *kinds)):
            if 0 <= at <= self.registers:
                yield ParameterPlace(number, at, kind)
            at += 2 if kind in WIDE else 1

    @property
    def units(self) -> Numbers:
        """Its code units."""
        size = u32(self.dex.data, self.code + 12)
        return numbers(self.dex.data, self.code + _INSTRUCTIONS_AT, size, "H")

    @property
    @guarded
    def instructions(self) -> tuple[Instruction, ...]:
        """All instructions, in the order of the code; payloads left out."""
        cached = self.dex.cache.instructions.get(self.code)
        if cached is None:
            units = self.units
            self.dex.charge(len(units))
            cached = self.dex.cache.instructions[self.code] = decode_all(units)
        return cached

    @property
    def places(self) -> Mapping[int, int]:
        """The index of each instruction, by its offset."""
        cached = self.dex.cache.places.get(self.code)
        if cached is None:
            cached = {one.offset: number for number, one in enumerate(self.instructions)}
            self.dex.cache.places[self.code] = cached
        return cached

    def called_at(self, offset: int) -> MethodRef | None:
        """The method that the call at an offset names; None if no instruction is there, or it names none."""
        place = self.places.get(offset)
        reference = None if place is None else self.instructions[place].reference
        return None if reference is None else self.dex.method_ref(reference)

    @guarded
    def starts(self, offsets: Iterable[int]) -> list[int]:
        """Keep those of ``offsets``, in code units, at which an instruction begins."""
        wanted = sorted(set(offsets))
        return boundaries(self.units, wanted) if wanted else []

    @property
    @guarded
    def handlers(self) -> tuple[Handler, ...]:
        """All exception handlers, innermost first as the runtime tries them."""
        cached = self.dex.cache.handlers.get(self.code)
        if cached is None:
            # The try items are aligned to four bytes.
            table = self.code + _INSTRUCTIONS_AT + (2 * len(self.units) + 3 & ~3)
            dex = self.dex
            cached = dex.cache.handlers[self.code] = read_handlers(
                dex.data, table, self._header(6), charge=dex.charge, type_name=dex.type_name
            )
        return cached

    def line_of(self, offset: int) -> int | None:
        """The source line of the instruction at ``offset``, if debug information was kept."""
        return next((line for start, line in reversed(self.lines) if start <= offset), None)

    @property
    @guarded
    def lines(self) -> tuple[tuple[int, int], ...]:
        """Offsets at which a new source line begins, each with that line."""
        cached = self.dex.cache.lines.get(self.code)
        if cached is None:
            at = u32(self.dex.data, self.code + 8)
            cached = self.dex.cache.lines[self.code] = read_lines(self.dex.data, at) if at else ()
        return cached

    @guarded
    def switch_targets(self, switch: Instruction) -> tuple[int, ...]:
        """Offsets that a switch may jump to, the next instruction apart."""
        return self._payload(switch, self._read_targets)

    @guarded
    def switch_target(self, switch: Instruction, value: int) -> int | None:
        """The offset that a switch jumps to with a value; none if it goes on to the next instruction."""
        targets, units, at = self.switch_targets(switch), self.units, switch.target or 0
        if units[at] == PACKED_SWITCH:
            keys = [_signed32(units[at + 2] | units[at + 3] << 16) + n for n in range(len(targets))]
        else:
            firsts = range(at + 2, at + 2 + 2 * len(targets), 2)
            keys = [_signed32(units[first] | units[first + 1] << 16) for first in firsts]
        return dict(zip(keys, targets, strict=True)).get(value)

    @guarded
    def array_data(self, fill: Instruction) -> tuple[int, ...]:
        """Elements that a fill-array-data writes, as signed numbers."""
        return self._payload(fill, self._read_array)

    def _payload(self, of: Instruction, read: Callable[[Instruction], tuple[int, ...]]) -> tuple[int, ...]:
        """Read a payload once: an analysis asks for it again and again."""
        key = (self.code, of.offset)
        cached = self.dex.cache.payloads.get(key)
        if cached is None:
            cached = self.dex.cache.payloads[key] = read(of)
        return cached

    def _read_targets(self, switch: Instruction) -> tuple[int, ...]:
        units, at = self.units, switch.target
        if at is None or not 0 <= at < len(units) or units[at] not in {PACKED_SWITCH, SPARSE_SWITCH}:
            raise DexError("malformed DEX file: a switch without its table")
        count = units[at + 1]
        first = at + (4 if units[at] == PACKED_SWITCH else 2 + 2 * count)
        self.dex.charge(count)
        pairs = (units[first + 2 * n] | units[first + 2 * n + 1] << 16 for n in range(count))
        return tuple(switch.offset + _signed32(pair) for pair in pairs)

    def _read_array(self, fill: Instruction) -> tuple[int, ...]:
        units, at = self.units, fill.target
        if at is None or not 0 <= at < len(units) or units[at] != ARRAY_DATA:
            raise DexError("malformed DEX file: fill-array-data without its table")
        width, count = units[at + 1], units[at + 2] | units[at + 3] << 16
        start = self.code + _INSTRUCTIONS_AT + 2 * (at + 4)
        if not 1 <= width <= 8 or count > ARRAY_ELEMENTS.limit or start + width * count > len(self.dex.data):
            raise DexError("malformed or oversized array data in a DEX file")
        self.dex.charge(count)
        raw = self.dex.data[start : start + width * count]
        return tuple(
            int.from_bytes(raw[n : n + width], "little", signed=True) for n in range(0, len(raw), width)
        )


def _signed32(value: int) -> int:
    return value - (1 << 32) if value >> 31 else value
