"""Constant texts of an image: C strings and constant NSStrings.

Sources: ``CFString.c`` of Apple's CoreFoundation for the layout of ``__cfstring``.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

from pincompiler.ios.macho.format import MachOError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pincompiler.ios.macho.commands import MachOSection
    from pincompiler.ios.macho.memory import ImageMemory

_TEXT: Final = re.compile(rb"[^\0]+")
C_STRINGS: Final = 2
"""S_CSTRING_LITERALS: a section of texts that end with a zero each."""
_CONSTANT: Final = struct.Struct("<4Q")
"""Class, flags, pointer, length in units."""
_UNICODE: Final = 0x10
"""Of the flags: two bytes a unit."""


def c_strings(memory: ImageMemory, section: MachOSection) -> Iterator[tuple[int, bytes]]:
    """Address and bytes of each text of a section, but for empty ones."""
    view = memory.view
    start = view.check(memory.offset(section.address), section.size)
    for text in _TEXT.finditer(view.buffer, start, start + section.size):
        yield section.address + text.start() - start, text[0]


def constant_string(memory: ImageMemory, pointer: Callable[[int], int | str | None], address: int) -> str:
    """The text of a constant NSString; :class:`MachOError` if there is none."""
    _, flags, _, length = memory.view.unpack(_CONSTANT, memory.offset(address))
    text = pointer(address + 16)
    if not isinstance(text, int):
        raise MachOError(f"the string at {address:#x} has no text")
    wide = flags & _UNICODE
    raw = memory.counted(text, length * 2 if wide else length)
    return raw.decode("utf-16-le" if wide else "utf-8", "replace")


def constant_strings(section: MachOSection) -> range:
    """The addresses of the constant NSStrings of a section."""
    return range(section.address, section.address + section.size - _CONSTANT.size + 1, _CONSTANT.size)
