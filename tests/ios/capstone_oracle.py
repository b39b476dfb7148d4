"""Instructions as capstone decodes them: where branches lead, and which registers may change.

``python -m tests.ios.capstone_oracle [--most N] FILE…`` compares the code of Mach-O files, and prints what differs.
"""

from __future__ import annotations

import argparse
import functools
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pincompiler.ios.arm64.instructions import LINK, STACK, ZERO, decode, target
from pincompiler.ios.macho import read_macho

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.ios.arm64.instructions import ArmInstruction

_BRANCHES: Final = re.compile(r"b|bl|bc?\..*|cbn?z|tbn?z")
_REGISTER: Final = re.compile(r"[xw](\d+)")
_NAMED: Final = {"sp": STACK, "wsp": STACK, "fp": 29, "lr": LINK}
_NOT_WRITTEN: Final = frozenset(
    (
        "cmp",
        "cmn",
        "tst",
        "pacibsp",
        "paciasp",
        "autibsp",
        "autiasp",
        "svc",
        "hvc",
        "smc",
        "st1",
        "st2",
        "st3",
        "st4",
    )
)
"""Capstone lists as written: the first register of comparisons, the link register where it is signed or the kernel is
called, and the distance by which a store of vectors moves its base."""
_SILENT: Final = frozenset(
    (
        "str",
        "stp",
        "str v",
        "stp v",
        "store",
        "nop",
        "b",
        "b.cond",
        "cbz",
        "cbnz",
        "tbz",
        "tbnz",
        "br",
        "ret",
        "trap",
    )
)
_OTHERS: Final = frozenset(("ccmp", "ccmn", "zero v", "ldr v", "ldp v"))


@functools.cache
def _disassembler() -> Any:
    import capstone

    found = capstone.Cs(capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM)
    found.detail = True
    return found


def changed(one: ArmInstruction) -> set[int]:
    """The registers that may be others after an instruction, as our machine has it."""
    found: set[int] = set()
    if one.op in ("bl", "blr"):
        found.add(LINK)
    elif one.op == "forget":
        found |= {one.d, one.n, one.m}
    elif one.op == "forget v":
        found.add(one.n)
    elif one.op == "ldp":
        found |= {one.d, one.m}
    elif one.op not in _SILENT | _OTHERS:
        found.add(one.d)
    if one.op in ("ldr", "str", "ldrs", "ldp", "stp", "ldr v", "str v", "ldp v", "stp v") and one.more >> 8:
        found.add(one.n)
    return found - {ZERO}


def difference(word: int, address: int) -> str:
    """How an instruction is another for capstone; empty if it is the same, or none at all."""
    for other in _disassembler().disasm(word.to_bytes(4, "little"), address):
        ours = target(word, address)
        theirs = other.operands[-1].imm & (1 << 64) - 1 if _BRANCHES.fullmatch(other.mnemonic) else None
        if ours != theirs:
            return f"{other.mnemonic}: leads to {ours}, for capstone to {theirs}"
        written = set(_registers(other)) if other.mnemonic not in _NOT_WRITTEN else set()
        if not written <= (kept := changed(decode(word))):
            return f"{other.mnemonic}: changes {sorted(kept)}, for capstone {sorted(written)}"
    return ""


def _registers(other: Any) -> Iterator[int]:
    for number in other.regs_access()[1]:
        name = other.reg_name(number)
        if name in _NAMED:
            yield _NAMED[name]
        elif (match := _REGISTER.fullmatch(name)) is not None:
            yield int(match[1])


def words(data: bytes) -> Iterator[tuple[int, int]]:
    """Address and word of each instruction in the code of all images that are arm64."""
    for image in read_macho(data).images:
        section = image.section("__TEXT", "__text")
        if section is not None and image.cpu.startswith("arm64"):
            code = image.memory.view.numbers(image.memory.offset(section.address), section.size // 4, "I")
            for number, word in enumerate(code):
                yield section.address + 4 * number, word


def compare(pairs: Iterable[tuple[int, int]]) -> tuple[int, Counter[str]]:
    """How many instructions there were, and the differences of those that were not seen before."""
    count, seen, found = 0, set(), Counter[str]()
    for address, word in pairs:
        count += 1
        if word not in seen:
            seen.add(word)
            if text := difference(word, address):
                found[text.partition(":")[0] + f" {word:#010x}: " + text.partition(": ")[2]] += 1
    return count, found


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--most", type=int, default=10_000_000)
    asked.add_argument("files", nargs="+", type=Path)
    given = asked.parse_args()
    left = given.most
    for path in given.files:
        count, found = compare(pair for pair, _ in zip(words(path.read_bytes()), range(left), strict=False))
        left -= count
        print(f"{path}: {count:,} instructions, {sum(found.values())} differences", *found, sep="\n  ")


if __name__ == "__main__":
    main()
