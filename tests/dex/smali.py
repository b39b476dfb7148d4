"""Assemble DEX files from smali text with Debian's assembler (package libsmali-java)."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def assemble(sources: dict[str, str], scratch: Path) -> bytes:
    """Give the DEX file of some classes; skip where there is no assembler."""
    if shutil.which("smali") is None:
        if os.environ.get("PINCOMPILER_REQUIRE_TOOLS"):
            pytest.fail("smali is absent: apt-get install libsmali-java")
        pytest.skip("smali is absent: apt-get install libsmali-java")
    folder = scratch / "smali"
    folder.mkdir()
    for name, text in sources.items():
        (folder / f"{name}.smali").write_text(text, "utf-8")
    out = scratch / "classes.dex"
    subprocess.run(["smali", "assemble", "-a", "26", "-o", out, folder], check=True)
    return out.read_bytes()


def class_file(name: str, body: str, extends: str = "Ljava/lang/Object;", access: str = "public") -> str:
    return f'.class {access} {name}\n.super {extends}\n.source "Source.java"\n{body}\n'


def method(head: str, body: str, registers: int = 10) -> str:
    return f".method {head}\n.registers {registers}\n{body}\n.end method\n"
