"""Damaged DEX files give an answer or a DexError, soon; never another exception."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.android.constants.program import Program, arguments
from pincompiler.android.dex import opcodes
from pincompiler.android.dex.format import DexError
from pincompiler.android.dex.index import Dex
from pincompiler.android.dex.scan import Wanted
from tests.builds import assemble
from tests.dex import apks
from tests.dex.idioms import APP, HELPER, cases
from tests.patience import no_hang

if TYPE_CHECKING:
    from collections.abc import Callable

MUTATIONS: Final = 500
"""Seconds for one damaged file of a few kilobytes; the undamaged one takes a fiftieth."""


def interrogate(data: bytes) -> None:
    """Ask everything there is to ask; a malformed part must not spoil the questions after it."""
    try:
        dex = Dex(data, "classes.dex")
    except DexError:
        return
    program = Program([dex])
    for question in questions(dex, program):
        try:
            question()
        except DexError:
            continue


def questions(dex: Dex, program: Program) -> list[Callable[[], object]]:
    def classes() -> list[str]:
        return [dex.type_name(kind) for kind in dex.layout.classes[0::8].tolist()]

    return [
        lambda: dex.string_ids(*apks.PIN_PATTERNS),
        lambda: dex.uses(Wanted(opcodes.CONST_STRING, frozenset(range(len(dex.strings))))),
        lambda: dex.subclasses(["Ljava/lang/Object;"]),
        lambda: all(follow(program, name) for name in classes()),
        lambda: [dex.class_def(name) for name in classes()],
        lambda: [
            program.origins(value)
            for site in dex.call_sites(range(len(dex.layout.methods) // 4))
            for value in arguments(program, site)
        ],
        lambda: dex.call_sites(dex.method_refs("LSink;", "take")),
    ]


def follow(program: Program, name: str) -> bool:
    cls = program.class_def(name)
    if cls is None:
        return True
    assert isinstance((cls.superclass, cls.interfaces, cls.source_file, cls.static_values), tuple)
    for method in cls.methods:
        if method.body:
            try:
                assert isinstance((method.body.instructions, method.body.handlers, method.body.lines), tuple)
                program.flow(method.body)
            except DexError:
                continue
    return True


def flip(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 3, 20))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def overwrite(data: bytearray, chance: random.Random) -> bytes:
    at = 4 * chance.randrange(len(data) // 4)
    data[at : at + 4] = chance.choice(
        (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", chance.randbytes(4), data[:4])
    )
    return bytes(data)


def in_header(data: bytearray, chance: random.Random) -> bytes:
    at = 4 * chance.randrange(8, 28)
    data[at : at + 4] = chance.randrange(2 * len(data)).to_bytes(4, "little")
    return bytes(data)


def in_code(data: bytearray, chance: random.Random) -> bytes:
    section = Dex(bytes(data), "").layout.sections[0x2001]
    for _ in range(4):
        data[chance.randrange(section.start, section.stop)] = chance.choice((0, 1, 0x28, 0x2B, 0xFF, 0x6E))
    return bytes(data)


def truncate(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: chance.randrange(len(data))])


@pytest.fixture(scope="module")
def sound() -> bytes:
    sources = {"Cases": cases(), "Helper": HELPER, "App": APP}
    return assemble(sources)


@pytest.mark.slow
@pytest.mark.parametrize("damage", [flip, overwrite, in_header, in_code, truncate])
def test_damage(sound: bytes, damage: Callable[[bytearray, random.Random], bytes]) -> None:
    for seed in range(MUTATIONS):
        chance = random.Random(seed)  # noqa: S311
        data = damage(bytearray(sound), chance)
        with no_hang(f"{damage.__name__} with seed {seed}"):
            try:
                interrogate(data)
            except Exception as error:  # noqa: BLE001
                pytest.fail(f"{damage.__name__} with seed {seed}: {error!r}")


@pytest.mark.parametrize("data", [b"", b"dex\n", b"dex\n035\0", b"PK\3\4" * 40, b"dex\n035\0" + bytes(200)])
def test_no_dex_file(data: bytes) -> None:
    with pytest.raises(DexError):
        Dex(data, "classes.dex")
