"""The instructions of ARM64 that decide: decoded one by one, all others by what they overwrite.

A few dozen of a thousand are understood.  Of every other one it is known which registers it may write, and these are
unknown after it, so that a value that is not understood is never taken for another.

Source: Arm Architecture Reference Manual for A-profile (DDI 0487), C4 (encodings) and C6 (base instructions).
"""

from __future__ import annotations

from typing import Final, NamedTuple

MASK_64: Final = 0xFFFFFFFFFFFFFFFF
MASK_32: Final = 0xFFFFFFFF
STACK: Final = 31
"""Register 31 where it is the stack pointer."""
ZERO: Final = 32
"""Register 31 where it is zero, and what is written to it is lost."""
LINK: Final = 30


class ArmInstruction(NamedTuple):
    """One instruction; fields that it has no use for are 0."""

    op: str
    d: int = 0
    """The register that it writes, or stores."""
    n: int = 0
    m: int = 0
    value: int = 0
    """An immediate number, a distance in bytes, or a shift."""
    wide: bool = True
    """Whether it works on 64 bits."""
    more: int = 0
    """What else it has: a condition, a second register, a size."""


def signed(value: int, bits: int) -> int:
    """A number of some bits as one with a sign."""
    return value - (1 << bits) if value >> bits - 1 & 1 else value


def decode(word: int) -> ArmInstruction:
    """The instruction of a word of four bytes."""
    return _GROUPS[word >> 25 & 15](word)


def target(word: int, address: int) -> int | None:
    """Where a branch leads, if the instruction at an address is one that says so."""
    one = decode(word)
    return address + one.value & MASK_64 if one.op in _DIRECT else None


_DIRECT: Final = frozenset(("b", "bl", "b.cond", "cbz", "cbnz", "tbz", "tbnz"))


def _zero(register: int) -> int:
    return ZERO if register == 31 else register


# -- numbers -----------------------------------------------------------------------------------------


def _immediate(word: int) -> ArmInstruction:
    kind = word >> 23 & 7
    d, n, wide = word & 31, word >> 5 & 31, bool(word >> 31)
    if kind in (0, 1):
        far = signed((word >> 5 & 0x7FFFF) << 2 | word >> 29 & 3, 21)
        return ArmInstruction("adrp" if wide else "adr", _zero(d), value=far << 12 if wide else far)
    if kind == 2:
        value = (word >> 10 & 0xFFF) << (12 if word >> 22 & 1 else 0)
        flags = word >> 29 & 1
        op = ("add", "adds", "sub", "subs")[word >> 29 & 3]
        return ArmInstruction(op, _zero(d) if flags else d, n, ZERO, value, wide)
    if kind == 4:
        return _logical_immediate(word, d, n, wide=wide)
    if kind == 5:
        op = ("movn", "", "movz", "movk")[word >> 29 & 3]
        shift = 16 * (word >> 21 & 3)
        return ArmInstruction(op or "unknown", _zero(d), value=word >> 5 & 0xFFFF, wide=wide, more=shift)
    if kind == 6:
        reserved = not wide and word & 0x00208000  # a shift by more than there are bits
        op = "unknown" if reserved else ("sbfm", "bfm", "ubfm", "unknown")[word >> 29 & 3]
        return ArmInstruction(op, _zero(d), _zero(n), 0, word >> 16 & 63, wide, word >> 10 & 63)
    return ArmInstruction("unknown", _zero(d))


def _logical_immediate(word: int, d: int, n: int, *, wide: bool) -> ArmInstruction:
    op = ("and", "orr", "eor", "ands")[word >> 29 & 3]
    mask = bit_mask(word >> 22 & 1, word >> 16 & 63, word >> 10 & 63, wide=wide)
    to = _zero(d) if op == "ands" else d
    return (
        ArmInstruction("unknown", to) if mask is None else ArmInstruction(op, to, _zero(n), ZERO, mask, wide)
    )


def bit_mask(n: int, rotation: int, ones: int, *, wide: bool) -> int | None:
    """A mask as logical instructions have it; None for what is none (``DecodeBitMasks`` of the manual)."""
    length = (n << 6 | ~ones & 63).bit_length() - 1
    if length < 1 or (n and not wide):
        return None
    size = 1 << length
    count = (ones & size - 1) + 1
    if count == size:
        return None
    element = (1 << count) - 1
    turn = rotation & size - 1
    element = (element >> turn | element << size - turn) & (1 << size) - 1
    for _ in range(6 - length):
        element |= element << size
        size *= 2
    return element & (MASK_64 if wide else MASK_32)


# -- branches ----------------------------------------------------------------------------------------


def _branching(word: int) -> ArmInstruction:
    if word & 0x7C000000 == 0x14000000:
        return ArmInstruction("bl" if word >> 31 else "b", value=signed(word & 0x3FFFFFF, 26) * 4)
    if word & 0x7C000000 == 0x34000000:
        return _compare_and_branch(word)
    top = word >> 24 & 0xFF
    if top == 0x54:
        return ArmInstruction("b.cond", value=signed(word >> 5 & 0x7FFFF, 19) * 4, more=word & 15)
    if top in (0xD6, 0xD7):
        return _to_register(word)
    if top == 0xD4:
        return ArmInstruction("trap" if word >> 21 & 7 in (1, 2) else "unknown", ZERO)
    # MRS and its like write a register; hints, barriers and MSR do not.
    reads = top == 0xD5 and word >> 21 & 1
    return ArmInstruction("unknown", _zero(word & 31)) if reads else ArmInstruction("nop")


def _compare_and_branch(word: int) -> ArmInstruction:
    """CBZ, CBNZ, TBZ and TBNZ."""
    d, bits = _zero(word & 31), word >> 25 & 1
    op = ("cbz", "cbnz", "tbz", "tbnz")[bits << 1 | word >> 24 & 1]
    if bits:
        value = signed(word >> 5 & 0x3FFF, 14) * 4
        return ArmInstruction(op, d, value=value, more=word >> 31 << 5 | word >> 19 & 31)
    return ArmInstruction(op, d, value=signed(word >> 5 & 0x7FFFF, 19) * 4, wide=bool(word >> 31))


def _to_register(word: int) -> ArmInstruction:
    """BR, BLR, RET and those that check a signature first."""
    op = ("br", "blr", "ret", "trap")[word >> 21 & 3]
    if op == "ret":
        return ArmInstruction(op, n=LINK if word >> 11 & 1 else word >> 5 & 31)
    return ArmInstruction(op, n=word >> 5 & 31)


# -- memory ------------------------------------------------------------------------------------------

AT, BEFORE, AFTER = 0, 1, 2
"""How an address is made: base plus distance; the same, which the base becomes; the base, which moves afterwards."""


def _memory(word: int) -> ArmInstruction:
    kind = word >> 28 & 3
    vector = word >> 26 & 1
    if kind == 1 and not word >> 24 & 1:
        return _literal(word)
    if kind == 1:  # tags of memory, which may move their base, and others that apps have not
        return ArmInstruction("forget", _zero(word & 31), word >> 5 & 31, ZERO)
    if kind == 2:
        return _pair(word)
    if kind == 3:
        return _single(word)
    if vector:  # structures of vectors, which may move their base
        return ArmInstruction("forget v", ZERO, word >> 5 & 31 if word >> 23 & 1 else ZERO)
    # Exclusive ones and compare-and-swap: any of the three may be written.
    return ArmInstruction("forget", _zero(word & 31), _zero(word >> 16 & 31), _zero(word >> 10 & 31))


def _literal(word: int) -> ArmInstruction:
    far = signed(word >> 5 & 0x7FFFF, 19) * 4
    size = word >> 30 & 3
    if word >> 26 & 1:
        return ArmInstruction("forget v", ZERO, ZERO)
    if size == 3:
        return ArmInstruction("nop")  # a prefetch
    op = "ldr literal" if size < 2 else "unknown"
    return ArmInstruction(op, _zero(word & 31), value=far, wide=size == 1)


def _pair(word: int) -> ArmInstruction:
    """LDP, STP and LDPSW; LDNP and STNP have the index of none."""
    opc, vector, load = word >> 30 & 3, word >> 26 & 1, word >> 22 & 1
    index = (AT, AFTER, AT, BEFORE)[word >> 23 & 3]
    size = 4 << opc if vector else (8 if opc >> 1 else 4)
    if opc == 3 or (opc == 1 and not vector):
        return ArmInstruction("forget", _zero(word & 31), _zero(word >> 10 & 31), word >> 5 & 31)
    value = signed(word >> 15 & 127, 7) * size
    op = ("ldp" if load else "stp") + (" v" if vector else "")
    first, second = word & 31, word >> 10 & 31
    if not vector:
        first, second = _zero(first), _zero(second)
    return ArmInstruction(op, first, word >> 5 & 31, second, value, size > 4, size | index << 8)


def _single(word: int) -> ArmInstruction:
    """Loads and stores of one register."""
    size, vector, opc = word >> 30, word >> 26 & 1, word >> 22 & 3
    scaled = word >> 24 & 1
    d, n = word & 31, word >> 5 & 31
    if not scaled and word >> 21 & 1:
        if word >> 10 & 3 == 2:
            return _indexed(word)
        # Atomic ones write the first, those that check a signature the base as well.
        return ArmInstruction(
            "forget", _zero(d), n if word >> 10 & 1 and word >> 11 & 1 else ZERO, _zero(word >> 16 & 31)
        )
    index = AT if scaled else (AT, AFTER, AT, BEFORE)[word >> 10 & 3]
    bytes_ = 1 << (size | opc >> 1 << 2 if vector else size)
    value = (word >> 10 & 0xFFF) * bytes_ if scaled else signed(word >> 12 & 0x1FF, 9)
    if vector:
        return ArmInstruction("ldr v" if opc & 1 else "str v", d, n, 0, value, True, bytes_ | index << 8)
    if size == 3 and opc == 2:
        return ArmInstruction("nop")  # a prefetch
    op = ("str", "ldr", "ldrs", "ldrs")[opc]
    wide = opc == 2 if opc > 1 else size == 3
    return ArmInstruction(op, _zero(d), n, 0, value, wide, bytes_ | index << 8)


def _indexed(word: int) -> ArmInstruction:
    """A load or store whose distance is in a register."""
    vector, opc, d, size = word >> 26 & 1, word >> 22 & 3, word & 31, word >> 30
    if vector:
        return (
            ArmInstruction("forget v", ZERO, ZERO) if opc & 1 else ArmInstruction("store", n=word >> 5 & 31)
        )
    if opc == 0:
        return ArmInstruction("store", n=word >> 5 & 31)
    if size == 3 and opc == 2:
        return ArmInstruction("nop")
    return ArmInstruction("unknown", _zero(d))


# -- registers ---------------------------------------------------------------------------------------


def _registers(word: int) -> ArmInstruction:
    d, n, m = _zero(word & 31), _zero(word >> 5 & 31), _zero(word >> 16 & 31)
    wide = bool(word >> 31)
    if not word >> 28 & 1:
        return _shifted(word, d, n, m)
    kind = word >> 21 & 15
    if kind == 4:
        op = ("csel", "csinc", "csinv", "csneg")[word >> 30 << 1 & 2 | word >> 10 & 1]
        return ArmInstruction(op, d, n, m, 0, wide, word >> 12 & 15)
    if kind == 2:
        op = "ccmp" if word >> 30 & 1 else "ccmn"
        second = word >> 16 & 31
        given = ArmInstruction(
            op, word & 15, n, ZERO if word >> 11 & 1 else _zero(second), 0, wide, word >> 12 & 15
        )
        return given._replace(value=second) if word >> 11 & 1 else given
    if kind == 8 and not word >> 29 & 3:
        op = "msub" if word >> 15 & 1 else "madd"
        return ArmInstruction(op, d, n, m, 0, wide, _zero(word >> 10 & 31))
    if kind == 6 and word >> 12 & 15 == 2 and not word >> 29 & 3:
        return ArmInstruction("shift", d, n, m, word >> 10 & 3, wide)
    carry = kind == 0 and word >> 29 & 1
    return ArmInstruction("flags" if carry else "unknown", d)


def _shifted(word: int, d: int, n: int, m: int) -> ArmInstruction:
    """Logical ones, additions and subtractions, with a second register that may be shifted or extended."""
    wide, kind, shift = bool(word >> 31), word >> 29 & 3, word >> 22 & 3
    amount = word >> 10 & 63
    if word >> 24 & 1:
        op = ("add", "adds", "sub", "subs")[kind]
        if word >> 21 & 1:  # extended: register 31 is the stack
            to = d if kind & 1 else word & 31
            plain = word >> 10 & 63 == 0x18
            base = word >> 5 & 31
            return (
                ArmInstruction(op, to, base, m, 0, wide)
                if plain
                else ArmInstruction("flags" if kind & 1 else "unknown", to)
            )
        return ArmInstruction(op, d, n, m, 0, wide, shift << 6 | amount)
    op = ("and", "orr", "eor", "ands")[kind] if not word >> 21 & 1 else ("bic", "orn", "eon", "bics")[kind]
    return ArmInstruction(op, d, n, m, 0, wide, shift << 6 | amount)


# -- vectors -----------------------------------------------------------------------------------------


def _vector(word: int) -> ArmInstruction:
    """Vectors and floating point: some write a register of numbers, or compare."""
    d = word & 31
    if word & 0x5F000000 == 0x1E000000:
        if not word >> 21 & 1 or not word >> 10 & 63:
            return ArmInstruction("unknown v", _zero(d), d)
        if word >> 10 & 15 == 8 or word >> 10 & 3 == 1:
            return ArmInstruction("flags", ZERO)
    elif word & 0xBFE0FC00 in (0x0E003C00, 0x0E002C00):
        return ArmInstruction("unknown", _zero(d))
    if word & 0xFFF8FFE0 == 0x6F00E400 or word & 0xFFF8FFE0 == 0x2F00E400:
        return ArmInstruction("zero v", d)
    return ArmInstruction("forget v", d, ZERO)


def _reserved(word: int) -> ArmInstruction:
    """Those of the scalable extensions, which no iPhone has, among them."""
    return ArmInstruction("unknown", word & 31)


_GROUPS: Final = (
    *(_reserved,) * 4,
    *(_memory, _registers, _memory, _vector),
    *(_immediate, _immediate, _branching, _branching),
    *(_memory, _registers, _memory, _vector),
)
"""By bits 25 to 28 (C4.1)."""
