"""Correct in a pins.toml what only one thing can be meant by."""

from __future__ import annotations

from difflib import SequenceMatcher
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.source.corrections import corrected
from pincompiler.source.document import decode, parse, read_bytes
from pincompiler.source.reader import read_project
from pincompiler.workflows.compile import Artifact

if TYPE_CHECKING:
    from pathlib import Path

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def fixed(pins: Path) -> Artifact | None:
    """The file as it should be; None if there is nothing to correct.

    Comments, blanks, line ends and a byte order mark stay.  InputError if it cannot be read.
    """
    content = read_bytes(pins)
    document = decode(content, str(pins))
    if document.problems:
        return None
    text, before = document.text, ""
    # A correction may show the next, such as a key that nothing uses any more; each takes a finding away.
    while text != before:
        findings = read_project(parse(text, document.file), pins.parent).findings
        errors = [finding for finding in findings if finding.level is Level.ERROR]
        # A key may be unused only since another entry misspells it.
        before, text = text, corrected(text, errors or findings)
    if text == document.text:
        return None
    return Artifact("pins.toml", PurePosixPath(pins.name), _as_it_was(content.decode(), text).encode())


def _as_it_was(raw: str, text: str) -> str:
    """The text with the line ends and the mark that the file has."""
    mark = _BOM if raw.startswith(_BOM) else ""
    before, after = raw.removeprefix(_BOM).split("\n"), text.split("\n")
    if "\r\n" not in raw:
        return f"{mark}{text}"
    plain = [line.removesuffix("\r") for line in before]
    lines: list[str] = []
    for kind, start, end, first, last in SequenceMatcher(None, plain, after, autojunk=False).get_opcodes():
        # A line that is new is written as the others are.
        lines += before[start:end] if kind == "equal" else [f"{line}\r" for line in after[first:last]]
    return mark + "\n".join(lines)
