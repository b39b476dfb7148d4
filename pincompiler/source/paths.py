"""Paths that a pins.toml may name: relative ones, inside its own directory."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pincompiler.location import Location
    from pincompiler.source.tables import Reporter


def inside(text: str, root: Path, where: Location, reporter: Reporter) -> PurePosixPath | None:
    """The path if it stays below ``root``, symbolic links followed; else None, and a finding."""
    if len(text) > 1000:
        message = f"a path of {len(text):,} characters is longer than systems take"
        reporter.error("escaping-path", message, where, "shorten it")
        return None
    path = PurePosixPath(text)
    if not text.isprintable() or "\\" in text:
        reporter.error("escaping-path", f"{text!a} is no portable path", where, "use printable names and /")
        return None
    if path.is_absolute() or ".." in path.parts or path.parts[:1] == ("~",):
        fix = "write a path below the directory of pins.toml"
        reporter.error("escaping-path", f'"{text}" leaves the project directory', where, fix)
        return None
    if not path.parts:
        reporter.error("escaping-path", f'"{text}" names no file', where, "name a file")
        return None
    try:
        resolved = (root / path).resolve()
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        reporter.error("escaping-path", f'"{text}" cannot be followed: {error}', where, "mend the link")
        return None
    if not resolved.is_relative_to(root.resolve()):
        fix = "let it be inside the project directory"
        reporter.error("escaping-path", f'"{text}" leads out of the project directory by a link', where, fix)
        return None
    return path
