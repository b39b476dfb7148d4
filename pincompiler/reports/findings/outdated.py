"""Files that are not what pins.toml says, as findings: what `compile --check` is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Finding, Level
from pincompiler.base.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path, PurePosixPath


def outdated(
    stale: Iterable[PurePosixPath], left_over: Iterable[PurePosixPath], directory: Path
) -> Iterator[Finding]:
    """One for each file below ``directory`` that `compile` would write or remove."""
    for rule, paths, what in (
        ("stale-output", stale, "is stale"),
        ("left-over-output", left_over, "is left over from what pins.toml said once"),
    ):
        for path in paths:
            where = Location(str(directory / path))
            yield Finding(rule, Level.ERROR, f"{path} {what}", where, "run pincompiler compile")
