"""What we read of an image is what LIEF reads of it: sections, imports, encryption, libraries, function starts.

``python -m tests.ios.lief_oracle FILE…`` compares files of one's own, and prints what differs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pincompiler.ios.macho import MachO, read_macho

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEFINED, _DEBUGGING = 0x0E, 0xE0
"""Of a symbol's type: where it is defined, and that it is for debuggers."""


def ours(image: MachO) -> dict[str, object]:
    said = image.commands
    return {
        "sections": [(one.segment, one.name, one.address, one.size, one.offset) for one in said.sections],
        "libraries": [one.name for one in said.libraries],
        "rpaths": said.rpaths,
        "encryption": [(one.offset, one.size, one.system) for one in said.encryption],
        "functions": list(image.functions),
        "imports": sorted(image.imports),
        "uuid": said.uuid,
    }


def theirs(binary: Any) -> dict[str, object]:
    from lief import MachO as Lief

    has = binary.encryption_info if binary.has_encryption_info else None
    starts = binary.function_starts.functions if binary.has_function_starts else ()
    named = (Lief.LoadCommand.TYPE.ID_DYLIB,)
    return {
        "sections": [
            (one.segment_name, one.name, one.virtual_address, one.size, one.offset) for one in binary.sections
        ],
        "libraries": [one.name for one in binary.libraries if one.command not in named],
        "rpaths": [one.path for one in binary.rpaths],
        "encryption": [(has.crypt_offset, has.crypt_size, has.crypt_id)] if has else [],
        "functions": [binary.imagebase + start for start in starts],
        "imports": sorted(set(imported(binary))),
        "uuid": bytes(binary.uuid.uuid).hex() if binary.has_uuid else "",
    }


def imported(binary: Any) -> Iterator[str]:
    """What opcodes or fixups bind, and what the symbol table leaves undefined.

    LIEF's own list of imports lacks weak definitions, which dyld looks for in other images first, and has every symbol
    for debuggers that is defined nowhere, and every export of an image without symbols.
    """
    from lief import MachO as Lief

    yield from (one.symbol.name for one in binary.bindings if one.has_symbol)
    for one in binary.symbols:
        listed = one.origin == Lief.Symbol.ORIGIN.SYMTAB
        if listed and not one.raw_type & (_DEFINED | _DEBUGGING) and not one.value:
            yield one.name


def read_by_lief(data: bytes) -> list[Any]:
    import lief

    lief.logging.disable()
    file = lief.MachO.parse(list(data))
    return [file.at(number) for number in range(file.size)] if file else []


def differences(image: MachO, binary: Any) -> Iterator[str]:
    """What of an image we read otherwise than LIEF."""
    found, expected = ours(image), theirs(binary)
    for name, value in found.items():
        if value != expected[name]:
            yield f"{image.cpu} {name}: {str(value)[:300]}, for LIEF {str(expected[name])[:300]}"


def compare(data: bytes) -> list[str]:
    """The differences in all slices of a file."""
    binaries, images = read_by_lief(data), read_macho(data).images
    if len(binaries) != len(images):
        return [f"{len(images)} images, for LIEF {len(binaries)}"]
    return [one for pair in zip(images, binaries, strict=True) for one in differences(*pair)]


if __name__ == "__main__":
    for path in sys.argv[1:]:
        found = compare(Path(path).read_bytes())
        print(path, *(found or ["the same"]), sep="\n  ")
