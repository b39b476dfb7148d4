"""The constant texts that a function names, Swift's among them, in the order of its code: candidates, no more.

Swift keeps a text of up to fifteen bytes in two numbers, whose last byte has its length; ``strings`` never shows it.  A
longer one is its length and its address less 32, with the highest bit set; an array of constants is an object in the
data.  The code is read once, as it lies: which way is taken does not matter for what is named.

Source: ``StringObject.swift`` and ``GlobalObjects.cpp`` of Swift 5 and 6.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import SWIFT_ARRAY, SWIFT_DEPTH
from pincompiler.ios.arm64.calls import ARGUMENTS
from pincompiler.ios.arm64.instructions import BEFORE, ZERO
from pincompiler.ios.arm64.steps import step
from pincompiler.ios.arm64.values import UNKNOWN, Token, moved
from pincompiler.ios.arm64.way import CodeWay, cell
from pincompiler.ios.macho import ImagePart, MachOError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.ios.arm64.instructions import ArmInstruction
    from pincompiler.ios.arm64.machine import ArmMachine
    from pincompiler.ios.macho import MachO

_SMALL: Final = 0xE
"""The upper four bits of the second number of a short text of ASCII; the next four are its length."""
_LARGE: Final = 8
"""Those of a text that is a constant of the image."""
_COUNT: Final = 0xFFFFFFFFFFFF
_ADDRESS: Final = 0x0FFFFFFFFFFFFFFF
_HEAD: Final = 32
"""Bytes of an object before its elements, and of what an address of a text is less."""
_ARRAY: Final = struct.Struct("<2Q")
_JUMPS: Final = frozenset(("b", "br", "ret", "cbz", "cbnz", "tbz", "tbnz", "b.cond", "trap"))
_C_TEXTS: Final = ("__cstring", "__ustring")


def texts_of(machine: ArmMachine, function: int) -> tuple[str, ...]:
    """The texts that the function at an address names, each once; none if its code cannot be read."""
    span = machine.image.function(function)
    if span is None:
        return ()
    way = CodeWay(span[0])
    found: dict[str, None] = {}
    try:
        while way.pc < span[1]:
            found |= dict.fromkeys(_named(machine, way))
    except MachOError as error:
        machine.image.doubt(ImagePart.STRINGS, str(error))
    return tuple(found)


def _named(machine: ArmMachine, way: CodeWay) -> Iterator[str]:
    """Do the next instruction, and give what it names."""
    one = machine.instruction(way.pc)
    if one.op in ("bl", "blr"):
        for number in range(ARGUMENTS):
            yield from _pair(machine.image, way.registers[number], way.registers[number + 1])
        way.forget_call(Token(UNKNOWN, "call", way.pc))
    elif one.op not in _JUMPS:
        step(way, one, machine.constant)
        yield from _made(machine.image, way, one)
    way.pc += 4


def _made(image: MachO, way: CodeWay, one: ArmInstruction) -> Iterator[str]:
    """What an instruction made: an address, or two numbers beside each other in memory."""
    if one.op in ("str", "stp"):
        index = one.more >> 8
        # What was moved already, or will be: the base is where it was stored, or is further by that.
        base, at = cell(
            moved(way.registers[one.n], 0 if index == BEFORE else -one.value if index else one.value)
        )
        for near in (-8, 0, 8):
            low, high = way.cells.get((base, at + near)), way.cells.get((base, at + near + 8))
            if low is not None and high is not None:
                yield from _pair(image, low[1], high[1])
        return
    value = way.registers[one.d] if one.d != ZERO else None
    if isinstance(value, int) and one.op in ("adr", "add", "orr", "ldr", "ldr literal"):
        yield from _at(image, value)


def _at(image: MachO, address: int) -> Iterator[str]:
    """The text, or the texts of the array, that lie at an address."""
    text = image.constant_strings.get(address)
    if text is not None:
        yield text
        return
    section = image.section_at(address)
    if section is not None and section.name in _C_TEXTS:
        try:
            yield image.memory.text(address).decode("utf-8", "replace")
        except MachOError:
            return
    elif section is not None and not section.name.startswith("__text"):
        # A global that is made once has a word before its object.
        for start in (address, address + 8):
            yield from array_texts(image, start)


def array_texts(image: MachO, address: int, depth: int = 0) -> Iterator[str]:
    """The texts in an array of constants, and in those that it holds; nothing if there is none at an address.

    :class:`MachOError` if the texts of the image have been read too often.
    """
    try:
        count, capacity = image.memory.view.unpack(_ARRAY, image.memory.offset(address + 16))
    except MachOError:
        return
    if 0 < count <= SWIFT_ARRAY.limit and capacity >> 1 == count and depth <= SWIFT_DEPTH.limit:
        yield from _elements(image, address + _HEAD, count, depth)


def _elements(image: MachO, place: int, count: int, depth: int) -> Iterator[str]:
    """The texts among the words of an array, as long as they are texts, or texts with arrays."""
    for _ in range(count):
        image.memory.take(_ARRAY.size)
        try:
            low, high = image.memory.view.unpack(_ARRAY, image.memory.offset(place))
        except MachOError:
            return
        found = tuple(_pair(image, low, high, place + 8))
        if not found:
            return
        yield from found
        more = tuple(_inner(image, place + _ARRAY.size, depth))
        yield from more
        place += _ARRAY.size + (8 if more else 0)


def _inner(image: MachO, place: int, depth: int) -> Iterator[str]:
    """The texts of the array that a word of another points to."""
    try:
        inner = image.pointer(place)
    except MachOError:
        return
    if isinstance(inner, int):
        yield from array_texts(image, inner, depth + 1)


def _pair(image: MachO, low: object, high: object, place: int | None = None) -> Iterator[str]:
    """The text that two words are, if they are one; ``place`` is where the second is a pointer in the data."""
    if not isinstance(low, int) or not isinstance(high, int):
        return
    if high >> 60 == _SMALL:
        size = high >> 56 & 15
        raw = (low.to_bytes(8, "little") + high.to_bytes(8, "little"))[:15]
        text = raw[:size].decode("ascii", "replace")
        if size and text.isprintable() and not any(raw[size:]):
            yield text
    elif low >> 60 in (0xC, 0xD) and low & _COUNT:
        try:
            to: int | str | None = high & _ADDRESS if place is None else image.pointer(place)
            if isinstance(to, int) and (place is not None or high >> 60 == _LARGE):
                text = image.memory.copy((to & _ADDRESS) + _HEAD, low & _COUNT).decode()
            else:
                return
        except (MachOError, UnicodeDecodeError):
            return
        image.memory.take(len(text))
        yield text
