"""How two configurations or builds differ, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.reports.audit import changes_text
from pincompiler.reports.findings.text import visible

if TYPE_CHECKING:
    from pincompiler.workflows.diff import Comparison


def render(found: Comparison) -> str:
    """A sentence a line."""
    lines = [item.sentence for item in found.disagreements]
    lines += changes_text.render(found.changes).split("\n") if found.changes else ()
    return "".join(f"{visible(line)}\n" for line in lines)
