"""Progress bars: for long work, on a terminal only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


def shown(results: Iterator[T], count: int, label: str, *, slow: bool = False) -> Iterator[T]:
    """The results, with a progress bar on a terminal if there are several, or if each takes its time."""
    if (count < 2 and not slow) or not sys.stderr.isatty():
        yield from results
        return
    with typer.progressbar(results, length=count, label=label, file=sys.stderr) as bar:
        yield from bar
