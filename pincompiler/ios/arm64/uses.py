"""Where an image uses something: which instructions call a stub, or make an address.

Nothing is disassembled to find them.  A call's upper byte is one of eight, and an address of a page's is in the second
instruction of a pair: a search over bytes finds the candidates, and only those and what is before them are decoded.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pincompiler.ios.arm64.instructions import MASK_64, decode, target
from pincompiler.ios.macho import ImagePart, MachOError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.ios.macho import MachO

_CALLS: Final = re.compile(b"[\x14-\x17\x94-\x97]")
"""The upper byte of B and BL."""
_NEAR: Final = re.compile(b"[\x10\x30\x50\x58\x70]")
"""The upper byte of ADR and of LDR from a literal, which linkers make of pairs that lead no further than 1 MB."""
_PAGE: Final = 0xFFF
_SECONDS: Final = ((0x91000000, 0), (0xF9400000, 3))
"""ADD of an immediate number, and LDR of eight bytes, whose distance is a number of eights."""


class Uses:
    """The uses of addresses in the code of one image of arm64 or arm64e."""

    def __init__(self, image: MachO) -> None:
        self._image = image

    @cached_property
    def _text(self) -> tuple[int, bytes]:
        """Address and bytes of the code; nothing if it cannot be read."""
        section = self._image.section("__TEXT", "__text")
        if section is None:
            return 0, b""
        try:
            return section.address, self._image.memory.copy(section.address, section.size // 4 * 4)
        except MachOError as error:
            self._image.doubt(ImagePart.CODE, str(error))
            return 0, b""

    @cached_property
    def _tops(self) -> bytes:
        return self._text[1][3::4]

    def _words(self, tops: re.Pattern[bytes]) -> Iterator[tuple[int, int]]:
        """Address and word of the instructions with one of some upper bytes."""
        base, code = self._text
        for match in tops.finditer(self._tops):
            at = 4 * match.start()
            yield base + at, int.from_bytes(code[at : at + 4], "little")

    def callers(self, targets: Iterable[int]) -> Iterator[int]:
        """The addresses of the instructions that call, or go on at, one of some addresses."""
        wanted = frozenset(targets)
        for address, word in self._words(_CALLS) if wanted else ():
            if target(word, address) in wanted:
                yield address

    def makers(self, targets: Iterable[int]) -> Iterator[int]:
        """The addresses of the instructions that make one of some addresses, or load from it."""
        wanted = frozenset(targets)
        if not wanted:
            return
        for address, word in self._words(_NEAR):
            one = decode(word)
            if one.op in ("adr", "ldr literal") and address + one.value in wanted:
                yield address
        base, code = self._text
        for match in _second(wanted).finditer(code):
            if not match.start() & 3 and self._completes(base + match.start(), wanted):
                yield base + match.start()

    def _completes(self, address: int, wanted: frozenset[int]) -> bool:
        """Whether an instruction adds to a page that is made before it in its function, and to what."""
        base, code = self._text
        one = decode(int.from_bytes(code[address - base : address - base + 4], "little"))
        span = self._image.function(address)
        start = base if span is None else max(span[0], base)
        for at in range(address - base - 4, start - base - 1, -4):
            before = decode(int.from_bytes(code[at : at + 4], "little"))
            if before.op == "adrp" and before.d == one.n:
                page = (base + at & ~_PAGE) + before.value & MASK_64
                if page + one.value in wanted:
                    return True
        return False

    def functions(self, addresses: Iterable[int]) -> tuple[int, ...]:
        """The functions around some instructions, each once, ascending."""
        spans = (self._image.function(address) for address in addresses)
        return tuple(sorted({span[0] for span in spans if span is not None}))


def _second(targets: Iterable[int]) -> re.Pattern[bytes]:
    """What the second instruction of a pair for one of some addresses looks like: the registers are any."""
    found = set()
    for to in targets:
        for kind, shift in _SECONDS:
            low = to & _PAGE
            if not low & (1 << shift) - 1:
                _, second, third, last = (kind | low >> shift << 10).to_bytes(4, "little")
                found.add(
                    b"."
                    + b"[%b]" % b"".join(b"\\x%02x" % (second | n) for n in range(4))
                    + re.escape(bytes((third, last)))
                )
    return re.compile(b"|".join(sorted(found)), re.DOTALL)
