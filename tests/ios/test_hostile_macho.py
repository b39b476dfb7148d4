"""Images made to stop, fool or crash a reader give answers and doubts, soon; never another exception."""

from __future__ import annotations

import random
import struct
import time
import zipfile
from typing import Final

import pytest

from pincompiler.ios.arm64.machine import ArmMachine
from pincompiler.ios.arm64.sites import CallSites
from pincompiler.ios.arm64.stubs import Stubs
from pincompiler.ios.arm64.texts import texts_of
from pincompiler.ios.macho import ImagePart, MachO, MachOError, read_macho
from pincompiler.shipped.ios.challenges import challenge_handlers, verify_blocks
from tests import builds as golden
from tests.fuzz.mutating import mutated
from tests.ios.test_macho import HANDLER, SOURCE
from tests.ios.writer import BASE, Segment, command, image, sparse, whole

MUTATIONS: Final = 300
HOSTILE_S: Final = 20.0
"""Seconds of CPU time for one image that is made to take long."""


def interrogate(data: bytes) -> None:
    """Ask everything there is to ask."""
    try:
        file = read_macho(data)
    except MachOError:
        return
    for one in file.images:
        ask(one)


def ask(one: MachO) -> None:
    assert isinstance((one.cpu, one.encrypted, one.entitlements, one.functions, one.imports), tuple)
    if not one.commands.wide:
        return
    assert isinstance((one.constant_strings, one.objc.selector_refs, one.objc.class_refs), tuple)
    assert isinstance((one.objc.classes, one.objc.categories, one.objc.protocols), tuple)
    for address, text in one.c_strings():
        assert (one.section_at(address) is not None) or text
    for address in one.functions[:50]:
        assert one.function(address) is None or isinstance(one.symbols.at(address), str)
    stubs = Stubs(one)
    assert isinstance((stubs.functions, stubs.messages), tuple)
    assert all(handler.verdict for handler in (*challenge_handlers(one), *verify_blocks(one)))
    machine = ArmMachine(one)
    for address in one.functions[:50]:
        assert all(texts_of(machine, address))
    assert isinstance(CallSites(machine).of(("credentialForTrust:", "_objc_release")), tuple)
    assert all(str(doubt).replace("\n", "").isprintable() for doubt in one.doubts)


def seeds() -> tuple[bytes, ...]:
    """Sound programs without their zeros: some of those that are committed."""
    found = []
    for name in ("ios-test_macho", "ios-test_challenges", "ios-swift"):
        with zipfile.ZipFile(golden.FOLDER / f"{name}.zip") as archive:
            found += [sparse(archive.read(member)) for member in sorted(archive.namelist())[:6]]
    return tuple(found)


def test_damage_is_a_doubt() -> None:
    sound = seeds()
    chance = random.Random(11)  # noqa: S311
    for number in range(MUTATIONS):
        data = whole(mutated(sound[number % len(sound)], chance, sound))
        began = time.process_time()
        interrogate(data)
        assert time.process_time() - began < HOSTILE_S


@pytest.mark.usefixtures("builds")
def test_every_beginning_is_refused_or_read() -> None:
    data = golden.program(SOURCE, least="12.0")
    for length in (*range(0, 3000, 37), *range(3000, len(data), 1009)):
        interrogate(data[:length])


def spent(data: bytes) -> MachO:
    """The image, after all was asked of it in time."""
    (one,) = read_macho(data).images
    began = time.process_time()
    ask(one)
    assert time.process_time() - began < HOSTILE_S
    return one


def parts(one: MachO) -> set[ImagePart]:
    return {doubt.part for doubt in one.doubts}


def test_load_commands_of_no_size_end() -> None:
    data = bytearray(image([Segment("__TEXT", BASE, bytes(64))], (command(0x1B, bytes(16)),)))
    struct.pack_into("<I", data, 16, 0xFFFFFFFF)
    struct.pack_into("<I", data, 32 + 4, 0)
    assert ImagePart.COMMANDS in parts(spent(bytes(data)))


def test_load_commands_larger_than_the_file_are_a_doubt() -> None:
    data = bytearray(image([Segment("__TEXT", BASE, bytes(64))]))
    struct.pack_into("<I", data, 20, 0x7FFFFFFF)
    assert ImagePart.COMMANDS in parts(spent(bytes(data)))


def classes(count: int, *, distinct: bool, methods: int = 1) -> bytes:
    """An image of classes: of one name each, and with the same list of methods."""
    lists = BASE + 0x4000
    size = 8 * count
    first = lists + size
    data_of = first + 40 * (count if distinct else 1)
    rest = data_of + 72
    body = bytearray()
    for number in range(count):
        body += struct.pack("<Q", first + (40 * number if distinct else 0))
    for _ in range(count if distinct else 1):
        body += struct.pack("<5Q", first, 0, 0, 0, data_of)
    body += struct.pack("<4I4Q", 0, 0, 0, 0, 0, rest, rest + 16, 0) + bytes(24)
    body += b"Name\0".ljust(16, b"\0") + struct.pack("<2I", 24, methods)
    body += struct.pack("<3Q", rest, rest, BASE) * min(methods, 50)
    sections = [("__objc_classlist", lists, size, 0)]
    return image([Segment("__TEXT", BASE, bytes(0x4000)), Segment("__DATA", lists, bytes(body), sections)])


def test_a_hundred_thousand_classes_are_read() -> None:
    one = spent(classes(100_000, distinct=True))
    assert len(one.objc.classes) == 100_000
    assert not parts(one) - {ImagePart.CODE}


def test_a_hundred_thousand_names_of_one_class_are_one() -> None:
    assert len(spent(classes(100_000, distinct=False)).objc.classes) == 1


def test_one_list_of_methods_for_all_classes_has_a_bound() -> None:
    one = spent(classes(60_000, distinct=True, methods=50))
    assert ImagePart.CLASSES in parts(one)
    assert len(one.objc.classes) < 60_000


def test_methods_without_end_are_a_doubt() -> None:
    assert ImagePart.CLASSES in parts(spent(classes(3, distinct=True, methods=0xFFFFFFFF)))


@pytest.mark.parametrize(
    "name", ["__objc_classlist", "__objc_selrefs", "__cstring", "__cfstring", "__objc_catlist"]
)
def test_sections_over_each_other_are_read_once_or_twice(name: str) -> None:
    body = b"text\0\0\0\0" + struct.pack("<Q", BASE + 0x8000) * 20_000
    at = BASE + 0x8000
    sections = [(name, at, len(body), 2 if name == "__cstring" else 0)] * 1000
    spent(image([Segment("__TEXT", BASE, bytes(64)), Segment("__DATA", at, body, sections)]))


def test_names_over_each_other_have_a_bound() -> None:
    """A hundred thousand imports, the name of each being the rest of the last one's."""
    count = 100_000
    names = b"a" * count + b"\0"
    head = struct.pack("<7I", 0, 28, 32, 32 + 4 * count, count, 1, 0) + struct.pack("<I", 0)
    body = head + b"".join(struct.pack("<I", number << 9) for number in range(count)) + names
    one = spent(
        image([Segment("__TEXT", BASE, bytes(64))], linkedit=body, links={0x80000034: (0, len(body))})
    )
    assert ImagePart.IMPORTS in parts(one)


@pytest.mark.parametrize(
    "code",
    [b"\x40a\0\x72\0\xc0\xff\xff\xff\xff\x7f\0", b"\x40a\0" + b"\x72\0\x90" * 50_000, b"\xc0\x80", b"\x40"],
)
def test_opcodes_have_a_bound(code: bytes) -> None:
    text = image([Segment("__TEXT", BASE, bytes(64))], (command(0x22, bytes(40)),), linkedit=code)
    data = bytearray(text)
    at = data.index(struct.pack("<2I", 0x22, 48))
    struct.pack_into("<2I", data, at + 16, len(data) - len(code), len(code))
    spent(bytes(data))


def program(code: bytes) -> bytes:
    """An image whose delegate answers challenges by some instructions."""
    text = BASE + 0x4000
    strings = text + 0x1000
    lists = text + 0x2000
    names = HANDLER.encode().ljust(64, b"\0") + b"Delegate\0"
    body = struct.pack("<Q", lists + 8) + struct.pack("<5Q", lists + 8, 0, 0, 0, lists + 48)
    body += struct.pack("<4I5Q", 0, 0, 0, 0, 0, strings + 64, lists + 104, 0, 0)
    body = body.ljust(104, b"\0") + struct.pack("<2I3Q", 24, 1, strings, strings, text)
    starts = b"\x80\x80\x01\0"
    return image(
        [
            Segment("__TEXT", BASE, bytes(0x4000)),
            Segment("__CODE", text, code.ljust(0x1000, b"\0"), [("__text", text, len(code), 0x80000400)]),
            Segment("__NAMES", strings, names.ljust(0x1000, b"\0")),
            Segment("__DATA", lists, body, [("__objc_classlist", lists, 8, 0)]),
        ],
        linkedit=starts,
        links={0x26: (0, len(starts))},
    )


RET, NOP = 0xD65F03C0, 0xD503201F
ENDLESS: Final = {
    "a branch to itself": [0x14000000],
    "a call of itself": [0x94000000, RET],
    "a loop on a number": [0xD2800000, 0x91000400, 0x17FFFFFF],
    "a loop on something unknown": [0x91000463, 0xB5FFFFE3, RET],
    "forty branches": [*(0xB4000040 | number % 8 << 0 for number in range(40)), RET],
    "loads of loads": [0xF9400063, 0xB5FFFFE3, RET],
    "no end": [NOP] * 1000,
    "a return to nowhere": [0xD65F0060],
    "additions without end": [0x8B030063, 0xCA030084, 0xB5FFFFC3, RET],
}


@pytest.mark.parametrize("name", ENDLESS)
def test_code_without_end_is_unknown(name: str) -> None:
    one = spent(program(struct.pack(f"<{len(ENDLESS[name])}I", *ENDLESS[name])))
    (handler,) = challenge_handlers(one)
    assert handler.verdict.name == "UNKNOWN"
    assert handler.why


def test_the_smallest_handler_accepts() -> None:
    """``answer(0, credential)``, where the credential is whatever register 2 holds."""
    code = [0xAA0403E0, 0xF9400810, 0xD2800001, 0xD61F0200]
    (handler,) = challenge_handlers(spent(program(struct.pack("<4I", *code))))
    assert handler.verdict.name == "ACCEPTS_ALL"
