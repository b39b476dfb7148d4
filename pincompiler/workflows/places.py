"""Where in pins.toml the findings of a command stand, by line and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.source.document import place, read_document

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pincompiler.base.finding import Finding


def placed(findings: Iterable[Finding], pins: Path) -> tuple[Finding, ...]:
    """The findings with their spans.  What came by standard input is gone: its findings keep the file alone."""
    found = tuple(findings)
    if not found or str(pins) == "-":
        return found
    document = read_document(pins)
    return tuple(place(one, document) for one in found)
