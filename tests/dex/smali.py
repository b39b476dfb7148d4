"""Classes written in smali, the text of DEX files; :func:`tests.builds.assemble` makes a DEX file of them."""

from __future__ import annotations


def class_file(name: str, body: str, extends: str = "Ljava/lang/Object;", access: str = "public") -> str:
    return f'.class {access} {name}\n.super {extends}\n.source "Source.java"\n{body}\n'


def method(head: str, body: str, registers: int = 10) -> str:
    return f".method {head}\n.registers {registers}\n{body}\n.end method\n"
