"""Findings for a terminal: place first, then the source line with a caret, then what to do."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.base.location import java_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pincompiler.base.finding import Finding
    from pincompiler.base.location import Location, Span
    from pincompiler.verdicts.subject import Subject

LEVEL_COLOURS = {Level.ERROR: "31;1", Level.WARNING: "33;1", Level.NOTE: "36;1"}
_WIDTH = 160
"""Source lines are cut to so many characters."""


def render(findings: Iterable[Finding], file: str, text: str, *, colour: bool = False) -> str:
    """All findings; ``file`` is the source whose ``text`` is at hand for the source lines."""
    lines = text.split("\n")
    return "".join(f"{_one(finding, file, lines, colour=colour)}\n" for finding in said_once(findings))


def said_once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings without those that repeat another for a second target of one platform."""
    return tuple(
        {
            (f.rule, f.level, f.message, f.location, f.environments): f for f in reversed(tuple(findings))
        }.values()
    )[::-1]


def summary(findings: Sequence[Finding]) -> str:
    """ "2 errors, 1 warning", or nothing."""
    findings = said_once(findings)
    counts = ((level, sum(finding.level is level for finding in findings)) for level in Level)
    return ", ".join(f"{n:,} {level.value}{'s' if n > 1 else ''}" for level, n in counts if n)


def tally(subject: Subject) -> str:
    """The findings on an app, counted, and that there may be more."""
    if subject.error:
        return "could not be read"
    said = summary(subject.findings) or "no findings"
    return said if subject.complete else f"{said}; not everything was seen"


def visible(text: str) -> str:
    """The text with everything invisible or reordering spelt out; a terminal shows what is there."""
    if text.isprintable():
        return text
    return "".join(
        c if c == "\t" or not unicodedata.category(c).startswith(("C", "Z")) or c == " " else _escaped(c)
        for c in text
    )


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{{{code:x}}}"


def _one(finding: Finding, file: str, lines: Sequence[str], *, colour: bool) -> str:
    head = f"{_at(finding.location)}{painted(finding.level.value, LEVEL_COLOURS[finding.level], colour=colour)}: {visible(finding.message)} [{finding.rule}]{_of(finding)}"
    shown = [head]
    where = finding.location
    if where and where.span and where.file == file and where.span.line <= len(lines):
        shown += _source(where.span, lines[where.span.line - 1], visible(finding.fix))
    elif finding.fix:
        shown.append(f"     | {visible(finding.fix)}")
    for what, other in finding.related:
        shown.append(f"     = {_at(other)}{what}")
    return "\n".join(shown)


def _of(finding: Finding) -> str:
    """The environments it is about, if it is not about all."""
    return f" in {', '.join(finding.environments)}" if finding.environments else ""


def _at(where: Location | None) -> str:
    return f"{placed(where)}: " if where else ""


def placed(where: Location) -> str:
    """``pins.toml:10:10``; of what is in an app also the file in it, and the method."""
    place = f":{where.span.line}:{where.span.column}" if where.span else ""
    inside = f"!{where.member}" if where.member and where.member != where.file else ""
    symbol = f" {java_name(where.symbol)}" if where.symbol else ""
    return visible(f"{where.file}{inside}{place}{symbol}")


def painted(text: str, code: str, *, colour: bool) -> str:
    """The text in the colour of an SGR code, if colours are wanted."""
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


def _source(span: Span, line: str, fix: str) -> list[str]:
    """The line, and carets below the part that is meant."""
    line = line.replace("\t", " ")
    end = span.end_column if span.end_line == span.line else len(line) + 1
    # Cut a long line around what is meant.
    start = max(0, min(span.column - 1, len(line)) - _WIDTH // 2) if len(line) > _WIDTH else 0
    before = visible(line[start : span.column - 1])
    meant = visible(line[span.column - 1 : end - 1])[: _WIDTH // 2]
    after = visible(line[end - 1 : start + _WIDTH])
    carets = "^" * max(1, _cells(meant))
    return [
        f"{span.line:>4} | {before}{meant}{after}".rstrip(),
        f"     | {' ' * _cells(before)}{carets}{f' {fix}' if fix else ''}",
    ]


def _cells(text: str) -> int:
    """Columns of a terminal; East Asian wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )
