"""What a misspelt name was probably meant to be."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_LONGEST: Final = 40
"""Letters of the longest name that is compared: longer ones resemble none that is known."""


@cache
def nearest(name: str, known: tuple[str, ...]) -> str:
    """The known name that was probably meant: nearly the same letters."""
    letters = _letters(name)
    if not letters or len(name) > _LONGEST:
        return ""
    distances = [(_distance(letters, _letters(one)), one) for one in known]
    distance, meant = min(distances, default=(_LONGEST, ""))
    return meant if distance <= (2 if len(meant) > 6 else 1) else ""


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _distance(one: str, other: str) -> int:
    """Letters to insert, delete or replace (Levenshtein)."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, row[0] = row[0], at
        for number, there in enumerate(other, 1):
            before, row[number] = (
                row[number],
                min(row[number] + 1, row[number - 1] + 1, before + (letter != there)),
            )
    return row[-1]
