"""Files that are not what pins.toml says, as findings: what `compile --check` is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Finding, Level
from pincompiler.base.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path, PurePosixPath


def outdated(
    stale: Iterable[PurePosixPath],
    left_over: Iterable[PurePosixPath],
    left_in: Iterable[PurePosixPath],
    directory: Path,
) -> Iterator[Finding]:
    """One for each file below ``directory`` that `compile` would write or remove, or that is to be mended by hand."""
    run = "run pincompiler compile"
    for rule, paths, what, fix in (
        ("stale-output", stale, "is stale", run),
        ("left-over-output", left_over, "is left over from what pins.toml said once", run),
        (
            "left-over-output",
            left_in,
            "has pins from what pins.toml said once",
            "take them out, or delete it",
        ),
    ):
        for path in paths:
            yield Finding(rule, Level.ERROR, f"{path} {what}", Location(str(directory / path)), fix)
