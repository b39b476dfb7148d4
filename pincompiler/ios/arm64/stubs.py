"""What the stubs of an image lead to: a linker writes one for each function of another image that is called.

What a stub loads is what dyld binds: the table of indirect symbols may be stripped, and nothing at run time reads it.
Selector stubs (``__objc_stubs``) load a selector and go on to ``objc_msgSend``; they have several sizes.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import MACHO_STUBS
from pincompiler.ios.arm64.instructions import MASK_64, decode
from pincompiler.ios.macho import ImagePart, MachOError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pincompiler.ios.macho import MachO

_SYMBOL_STUBS: Final = 8
_MESSAGES: Final = "__objc_stubs"
_LENGTH: Final = 8
"""Instructions of the longest stub."""


class Stubs:
    """The stubs of one image of arm64 or arm64e."""

    def __init__(self, image: MachO) -> None:
        self._image = image

    @cached_property
    def functions(self) -> Mapping[int, str]:
        """The imported function that each stub goes to, by the stub's address."""
        found = {}
        for section in self._image.commands.sections:
            if section.kind == _SYMBOL_STUBS and section.stub_size:
                for address in self._bounded(section.address, section.size, section.stub_size):
                    for pointer in self._loaded(address, section.stub_size):
                        if isinstance(name := self._pointer(pointer), str):
                            found[address] = name
        return found

    @cached_property
    def messages(self) -> Mapping[int, str]:
        """The selector that each selector stub sends, by the stub's address."""
        found: dict[int, str] = {}
        selectors = self._image.objc.selector_refs
        for section in self._image.commands.sections:
            if section.name != _MESSAGES:
                continue
            # A stub begins where its selector is loaded: one of them is no function of its own.
            for address in self._bounded(section.address, section.size, 4):
                if self._begins(address):
                    pointer = next(iter(self._loaded(address, 12)), None)
                    if pointer is not None and pointer in selectors:
                        found[address] = selectors[pointer]
        return found

    def _bounded(self, address: int, size: int, step: int) -> range:
        found = range(address, address + size - step + 1, step)
        if len(found) > MACHO_STUBS.limit:
            self._image.doubt(ImagePart.CODE, f"there are more than {MACHO_STUBS}")
        return found[: MACHO_STUBS.limit]

    def _begins(self, address: int) -> bool:
        """Whether the instruction makes a page for register 1, where selectors are given."""
        try:
            one = decode(self._image.memory.u32(address))
        except MachOError:
            return False
        return one.op in ("adrp", "ldr literal") and one.d == 1

    def _pointer(self, address: int) -> int | str | None:
        try:
            return self._image.pointer(address)
        except MachOError:
            return None

    def _loaded(self, address: int, size: int) -> Iterator[int]:
        """The addresses that the instructions of a stub load from."""
        pages: dict[int, int] = {}
        for here in range(address, address + min(size, 4 * _LENGTH), 4):
            try:
                one = decode(self._image.memory.u32(here))
            except MachOError:
                return
            if one.op in ("adr", "adrp"):
                pages[one.d] = (here & ~0xFFF if one.op == "adrp" else here) + one.value & MASK_64
            elif one.op == "add" and one.n in pages:
                pages[one.d] = pages[one.n] + one.value
            elif one.op == "ldr" and one.n in pages:
                yield pages[one.n] + one.value
            elif one.op == "ldr literal":
                yield here + one.value
