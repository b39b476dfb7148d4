"""Files written all together or not at all, and only where they change."""

from __future__ import annotations

import os
import tempfile
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from pincompiler.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pincompiler.compiler import Artifact


def stale(artifacts: Iterable[Artifact], directory: Path) -> tuple[Artifact, ...]:
    """The artifacts whose file is absent or other than it should be.

    Raises OutputError where a file cannot be looked at.
    """
    return tuple(
        artifact for artifact in artifacts if _current(directory / artifact.path) != artifact.content
    )


def unified(artifact: Artifact, directory: Path) -> str:
    """The diff from the file as it is to the file as it should be, as ``diff -u`` prints it."""
    before = _lines(_current(directory / artifact.path) or b"")
    name = str(artifact.path)
    lines = unified_diff(before, _lines(artifact.content), f"a/{name}", f"b/{name}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(content: bytes) -> list[str]:
    """The lines with their ends, by which alone files may differ."""
    *lines, last = content.decode("utf-8", "replace").split("\n")
    return [*(f"{line}\n" for line in lines), *([last] if last else [])]


def write_all(artifacts: Sequence[Artifact], directory: Path) -> None:
    """Write every artifact below a directory, making directories as needed.

    Each goes to a temporary file beside its place first; only when all are on the disk are they moved,
    and a move that fails undoes those before it.  Raises OutputError; then nothing has changed.
    """
    made: list[Path] = []
    staged: list[tuple[Path, Path]] = []
    try:
        for artifact in artifacts:
            path = directory / artifact.path
            _refuse_links(path, directory)
            made += _make_directories(path.parent)
            staged.append((_stage(path, artifact.content), path))
        _move_all(staged)
    except OSError as error:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
        for folder in reversed(made):
            folder.rmdir()
        place = error.filename2 or error.filename or directory
        raise OutputError(f"{place}: {error.strerror or error}; nothing was written") from error


def _current(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}") from error


def _refuse_links(path: Path, directory: Path) -> None:
    """A link could lead anywhere, and replacing it would surprise whoever made it."""
    if path.is_symlink():
        raise OutputError(f"{path}: is a symbolic link; name the file it leads to; nothing was written")
    if not path.resolve().is_relative_to(directory.resolve()):
        raise OutputError(f"{path}: leads out of {directory} by a symbolic link; nothing was written")


def _make_directories(folder: Path) -> list[Path]:
    """Make a directory and those above it; returns what was made, outermost first."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir()
    return missing[::-1]


def _stage(path: Path, content: bytes) -> Path:
    """The content in a file beside its place, on the disk, with the rights the place has or would get."""
    if path.is_dir():
        raise IsADirectoryError(21, "is a directory", str(path))
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
    except OSError:
        Path(name).unlink()
        raise
    return Path(name)


def _move_all(staged: Sequence[tuple[Path, Path]]) -> None:
    undo: list[tuple[Path, bytes | None]] = []
    try:
        for temporary, path in staged:
            before = _current(path)
            temporary.replace(path)
            undo.append((path, before))
    except OSError:
        for path, before in undo:
            if before is None:
                path.unlink()
            else:
                path.write_bytes(before)
        raise


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
