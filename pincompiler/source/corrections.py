"""Mechanical corrections of a pins.toml: the text changes where they say, and nowhere else.

A correction names an entry by its path.  Comments, blanks, quotes of other values and line ends stay as they are: the
edit is made in the text, at the places that :mod:`pincompiler.source.toml_spans` finds, and proved by reading it again.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.source.toml_spans import locate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pincompiler.base.finding import Correction, Finding
    from pincompiler.base.location import Span, TomlPath

_COMMA = lazy_regex(r"[ \t]*,[ \t]*")
_CODE = lazy_regex(r"\s*[^\s#]")


@dataclass(frozen=True, slots=True)
class _Edit:
    """Replace the characters from ``start`` to ``end`` of the text."""

    start: int
    end: int
    text: str
    path: TomlPath
    removes: bool


def corrected(text: str, findings: Iterable[Finding]) -> str:
    """The text with the corrections that its findings have, all or none of them.

    ``text`` is valid TOML, its line ends are LF, and the findings' places are paths in it.
    """
    edits: list[_Edit] = []
    for edit in sorted(_Places(text).edits(findings), key=lambda edit: edit.start):
        # One inside of what another removes has nothing left to correct.
        if not edits or edit.start >= edits[-1].end:
            edits.append(edit)
    made = _made(text, edits)
    return made if _proved(text, made, edits) else text


def _made(text: str, edits: Sequence[_Edit]) -> str:
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join((*parts, text[at:]))


def _proved(before: str, after: str, edits: Sequence[_Edit]) -> bool:
    """Whether the values are those from before, with these corrections and nothing else."""
    wanted: dict[Any, Any] = tomllib.loads(before)
    # From the last to the first, so that the indices of those that are to be removed stay right.
    for edit in reversed(edits):
        _correct(wanted, edit)
    try:
        return tomllib.loads(after) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _correct(values: dict[Any, Any], edit: _Edit) -> None:
    holder: Any = values
    for step in edit.path[:-1]:
        holder = holder[step]
    if not edit.removes:
        holder[edit.path[-1]] = json.loads(edit.text)
        return
    del holder[edit.path[-1]]
    if not holder and len(edit.path) > 1 and isinstance(edit.path[-1], str):
        del values[edit.path[0]]  # [keys] is nowhere in the text when the last [keys.NAME] is gone


class _Places:
    """Where the entries of a text stand, by offset."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._entries = locate(text)
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._last: dict[TomlPath, int] = {}
        for path, entry in self._entries.items():
            self._last[path[:2]] = max(self._last.get(path[:2], 0), entry.value.end_line)

    def edits(self, findings: Iterable[Finding]) -> Iterator[_Edit]:
        """What the findings' corrections are in the text; one that cannot be made there is none."""
        wanted: dict[TomlPath, Correction] = {}
        for finding in findings:
            if finding.correction and finding.location and finding.location.path in self._entries:
                wanted.setdefault(finding.location.path, finding.correction)
        for path, correction in wanted.items():
            place = self._place(path, correction)
            if place:
                new = "" if correction.removes else json.dumps(correction.text, ensure_ascii=False)
                yield _Edit(*place, new, path, correction.removes)

    def _place(self, path: TomlPath, correction: Correction) -> tuple[int, int] | None:
        span = self._entries[path].value
        if not correction.removes:
            return self._offsets(span)
        return self._item(span) if isinstance(path[-1], int) else self._table(path)

    def _offsets(self, span: Span) -> tuple[int, int]:
        return (
            self._starts[span.line - 1] + span.column - 1,
            self._starts[span.end_line - 1] + span.end_column - 1,
        )

    def _item(self, span: Span) -> tuple[int, int]:
        """An item of an array with its comma; a line that has nothing else goes with it."""
        text, (start, end) = self._text, self._offsets(span)
        if behind := _COMMA.match(text, end):
            end = behind.end()
        else:
            before = start
            while text[before - 1].isspace():
                before -= 1
            start = before - 1 if text[before - 1] == "," else start
        line = text.rfind("\n", 0, start) + 1
        if not text[line:start].strip() and text[end : end + 1] == "\n":
            return line, end + 1
        return start, end

    def _table(self, path: TomlPath) -> tuple[int, int] | None:
        """A table with a header of its own, to its last line with code.  None: it is written otherwise.

        A comment inside, or right above, may be all that anybody knows of it: then it is its author's to drop.
        """
        first, last = self._entries[path].key.line, self._last[path[:2]]
        if len(path) != 2 or not self._lines[first - 1].startswith("["):
            return None
        around = self._lines[max(first - 2, 0) : last]
        if any(line.strip() and not _CODE.match(line) for line in around):
            return None
        while last < len(self._lines) - 1 and not self._lines[last].strip():
            last += 1
        return self._starts[first - 1], min(self._starts[last], len(self._text))
