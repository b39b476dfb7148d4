"""Assemble DEX files from smali text with the assembler of old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import parts
from tests.real.install import R8_VERSION, SMALI_VERSION, lacking
from tests.real.jvm import jars, workshop

if TYPE_CHECKING:
    from pathlib import Path


def assemble(sources: dict[str, str], scratch: Path) -> bytes:
    """Give the DEX file of some classes; skip where there is no assembler."""
    parts.need(lacking(f"smali-{SMALI_VERSION}", f"r8-{R8_VERSION}"))
    folder = scratch / "smali"
    folder.mkdir()
    for name, text in sources.items():
        (folder / f"{name}.smali").write_text(text, "utf-8")
    out = scratch / "classes.dex"
    workshop().do("smali", jars(f"smali-{SMALI_VERSION}"), str(folder), str(out))
    return out.read_bytes()


def class_file(name: str, body: str, extends: str = "Ljava/lang/Object;", access: str = "public") -> str:
    return f'.class {access} {name}\n.super {extends}\n.source "Source.java"\n{body}\n'


def method(head: str, body: str, registers: int = 10) -> str:
    return f".method {head}\n.registers {registers}\n{body}\n.end method\n"
