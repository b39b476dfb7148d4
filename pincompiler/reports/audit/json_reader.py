"""Saved audits, read back: the JSON that :mod:`.json` writes, to the same subjects.

A file may come from anywhere, so nothing in it is believed: what is not as it should be is refused with
its place, ``audit.json: subjects[0].findings[2].level: …``.  What it does not know, a later pincompiler
wrote, and is left alone; what an earlier one did not write yet has its default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base import json_tables
from pincompiler.base.bounds import RESULT_BYTES
from pincompiler.reports.audit.json import AUDIT
from pincompiler.source.document import read_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.verdicts.subject import Subject


def read_results(path: Path) -> tuple[Subject, ...]:
    """The apps of a saved audit, or of standard input for ``-``.  InputError when it cannot be read or is no such file."""
    return parse(read_bytes(path, RESULT_BYTES.limit), str(path))


def parse(data: bytes, name: str) -> tuple[Subject, ...]:
    """The apps of a saved audit; ``name`` is how messages call it.  InputError if it is none."""
    found: tuple[Subject, ...] = json_tables.parse(AUDIT, data, name)
    return found
