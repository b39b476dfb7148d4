"""Paths that a pins.toml may name: relative ones, inside its own directory."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from unicodedata import normalize

from pincompiler.base.bounds import PATH_LETTERS

if TYPE_CHECKING:
    from pincompiler.base.location import Location
    from pincompiler.source.tables import Reporter


def is_special(path: Path) -> bool:
    """Whether it is a pipe, a device or a socket, which reading may wait for without end."""
    try:
        mode = path.stat().st_mode
    except OSError:  # there is none, or reading and writing it reports why that fails
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def inside(text: str, root: Path, where: Location, reporter: Reporter) -> PurePosixPath | None:
    """The path if it stays below ``root``, symbolic links followed; else None, and a finding."""
    problem = refused(text) or _led_out(text, root)
    if problem:
        reporter.error("escaping-path", problem[0], where, problem[1])
        return None
    return PurePosixPath(text)


def refused(text: str) -> tuple[str, str] | None:
    """What is wrong with the text of a path, and what to do; None: it stays below wherever it starts."""
    path = PurePosixPath(text)
    if len(text) > PATH_LETTERS.limit:
        return f"a path of {len(text):,} characters is longer than systems take", "shorten it"
    if not text.isprintable() or "\\" in text:
        return f"{text!a} is no portable path", "use printable names and /"
    if ".." in path.parts:
        return f'"{text}" has a `..`, which may lead anywhere', "write the path without it"
    if path.is_absolute() or path.parts[:1] == ("~",):
        return f'"{text}" leaves the project directory', "write a path below the directory of pins.toml"
    return None if path.parts else (f'"{text}" names no file', "name a file")


def _led_out(text: str, root: Path) -> tuple[str, str] | None:
    """Whether links on the way lead elsewhere."""
    try:
        resolved = (root / text).resolve()
    except (OSError, RuntimeError):  # RuntimeError: a loop of links, before Python 3.13
        return f'"{text}" cannot be followed: its links lead in a circle', "mend the link"
    if resolved.is_relative_to(root.resolve()):
        return None
    return f'"{text}" leads out of the project directory by a link', "let it be inside the project directory"


def one_file(path: Path) -> str:
    """What all names of a file have in common: links are followed, and on macOS and Windows case does not count."""
    return normalize("NFC", os.path.realpath(path)).lower()


def is_same(path: Path, other: Path) -> bool:
    """Whether two paths lead to one file; not, if one of them cannot be looked at."""
    try:
        return path.samefile(other)
    except OSError:
        return False


def entries(folder: Path) -> tuple[Path, ...]:
    """What is in a folder, by name; nothing if that cannot be looked at."""
    try:
        return tuple(sorted(folder.iterdir()))
    except OSError:
        return ()
