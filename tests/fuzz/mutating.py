"""Damage: flipped bits, edge values, cuts, repetitions and transplants, also from other inputs of the kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def mutated(seed: bytes, chance: random.Random, others: Sequence[bytes] = ()) -> bytes:
    """One damaged copy."""
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        if data:
            _damage(data, chance, others or (seed,))
    if chance.random() < 0.1:
        del data[chance.randrange(len(data) + 1) :]
    return bytes(data)


def _damage(data: bytearray, chance: random.Random, others: Sequence[bytes]) -> None:
    at = chance.randrange(len(data))
    match chance.randrange(7):
        case 0:
            data[at] ^= 1 << chance.randrange(8)
        case 1:
            data[at] = chance.randrange(256)
        case 2:
            wide = chance.choice((2, 4))
            data[at : at + wide] = (chance.choice(EDGES) & (1 << 8 * wide) - 1).to_bytes(
                wide, chance.choice(("little", "big"))
            )
        case 3 if len(data) > 40:
            del data[at : at + chance.randrange(1, 30)]
        case 4:
            data[at:at] = data[at : at + chance.randrange(1, 40)]
        case 5:
            other = chance.choice(others)
            start = chance.randrange(len(other)) if other else 0
            data[at:at] = other[start : start + chance.randrange(1, 60)]
        case _:
            other_place = chance.randrange(len(data))
            data[at : at + 8] = data[other_place : other_place + 8]
