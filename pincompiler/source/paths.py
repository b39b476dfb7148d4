"""Paths that a pins.toml may name: relative ones, inside its own directory, or a `root` above that it says."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from unicodedata import normalize

from pincompiler.base.bounds import PATH_LETTERS
from pincompiler.source.tables import quoted

if TYPE_CHECKING:
    from pincompiler.base.location import Location
    from pincompiler.source.tables import Reporter, TomlTable


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


# -- root -------------------------------------------------------------------------------------------

_REPOSITORY = (".git", ".hg", ".jj", ".svn")


def top_of(folder: Path) -> Path | None:
    """The top of the repository that a folder is in; None: it is in none."""
    folder = folder.resolve()
    return next((one for one in (folder, *folder.parents) if holds_repository(one)), None)


def holds_repository(folder: Path) -> bool:
    """Whether a folder is the top of a repository."""
    return any(os.path.lexists(folder / name) for name in _REPOSITORY)


def nearest_above(name: str, folder: Path, home: str) -> Path | None:
    """The file of a name in a folder or the nearest above it, as far as these are one owner's.

    The last that is looked at is the top of a repository, the home, or the one below what everybody may write to, where
    anybody could put such a file.
    """
    folder = folder.resolve()
    ends = {Path(os.path.realpath(home))} if home else set()
    for one in (folder, *folder.parents):
        if one != folder and _is_everybodys(one):
            return None
        if os.path.lexists(one / name) and not (one / name).is_dir():
            return one / name
        if one in ends or holds_repository(one):
            return None
    return None


def _is_everybodys(folder: Path) -> bool:
    try:
        return bool(folder.stat().st_mode & stat.S_IWOTH)
    except OSError:
        return True


def root_of(top: TomlTable, directory: Path, reporter: Reporter) -> Path:
    """The directory from which a file in ``directory`` names paths: its own, or one above that its `root` leads to.

    What a clone may read and write ends with the clone: `root` stays in the repository, and where there is none,
    below the folder in which the program was started.
    """
    text = top.text("root")
    if text is None:
        return directory
    parts = PurePosixPath(text[: PATH_LETTERS.limit]).parts
    where, problem, fix = top.where.at("root"), "", ""
    above = (directory.resolve(), *directory.resolve().parents)
    bound = top_of(directory) or Path.cwd().resolve()
    if set(parts) - {".."}:
        problem, fix = (
            f"{quoted(text)} does not lead up",
            'write ".." or "../..", as far as the shared folder',
        )
    elif len(parts) >= len(above) or not above[len(parts)].is_relative_to(bound):
        problem = f"{quoted(text)} leads out of the repository"
        fix = "name a folder inside it; outside of any repository, start pincompiler in that folder"
    if problem:
        reporter.error("escaping-path", problem, where, fix)
        return directory
    found = above[len(parts)]
    return found if directory.is_absolute() else Path(os.path.relpath(found))


def below(folder: Path, root: Path) -> PurePosixPath:
    """Where a folder is below a root that is it, or above it."""
    return PurePosixPath(folder.resolve().relative_to(root.resolve()))


# -- paths ------------------------------------------------------------------------------------------


def refused(text: str) -> tuple[str, str] | None:
    """What is wrong with the text of a path, and what to do; None: it stays below wherever it starts."""
    path = PurePosixPath(text)
    if len(text) > PATH_LETTERS.limit:
        return f"a path of {len(text):,} characters is longer than systems take", "shorten it"
    if not text.isprintable() or "\\" in text:
        return f"{text!a} is no portable path", "use printable names and /"
    if ".." in path.parts:
        return (
            f'"{text}" has a `..`, which may lead anywhere',
            "write the path without it; `root` may lead up",
        )
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
