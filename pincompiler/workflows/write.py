"""Files written all together or not at all, and only where they change."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from contextlib import ExitStack, suppress
from difflib import unified_diff
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pincompiler.base.errors import OutputError
from pincompiler.base.interruptions import uninterrupted
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.source.paths import is_special

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import PurePosixPath

    from pincompiler.workflows.compile import Artifact

_TEMPORARY = ".pincompiler"
"""With which the names of temporary files end."""
_STREAMS = {"/dev/stdout": 1, "/dev/stderr": 2}
_STREAM = lazy_regex(r"/(?:dev|proc/self)/fd/([0-9]{1,9})", re.ASCII)


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


def write_all(artifacts: Sequence[Artifact], directory: Path, removed: Iterable[PurePosixPath] = ()) -> None:
    """Write every artifact below a directory, making directories as needed, and remove what is left over.

    Each goes to a temporary file beside its place first; only when all are on the disk are they moved,
    and a move that fails undoes those before it.  What a run that was killed left there is removed.
    Raises OutputError; then nothing has changed.
    """
    paths = [directory / artifact.path for artifact in artifacts]
    sweep(paths)
    made: list[Path] = []
    staged: list[tuple[Path, Path]] = []
    done = False
    opened = ExitStack()
    try:
        others = frozenset(paths)
        for path in paths:
            _refuse(path, others, directory)
        for path, artifact in zip(paths, artifacts, strict=True):
            _make_directories(path.parent, made)
            _stage(path, artifact.content, staged, opened)
        with uninterrupted():
            _move_all(staged, [directory / path for path in removed])
            done = True
    except OSError as error:
        place = next((path for temporary, path in staged if str(temporary) == error.filename), error.filename)
        raise OutputError(f"{place or directory}: {error.strerror or error}; nothing was written") from error
    finally:
        opened.close()
        if not done:  # be it by an error or by an interruption
            for temporary, _ in staged:
                temporary.unlink(missing_ok=True)
            for folder in reversed(made):
                folder.rmdir()


def is_stream(path: Path) -> bool:
    """Whether it is a pipe, a character device such as /dev/null, or a descriptor that is open already.

    These are written to as they are.  Raises OutputError for what is there and cannot be replaced either.
    """
    if _descriptor(path) is not None or (is_special(path) and _takes_bytes(path.stat().st_mode)):
        return True
    try:
        _refuse(path, frozenset(), path.parent)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}; nothing was written") from error
    return False


def _takes_bytes(mode: int) -> bool:
    """Unlike a socket, and unlike a disk, whose content they would destroy."""
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def write_stream(path: Path, content: bytes) -> None:
    """Write to a pipe, a device or a descriptor that is open (see :func:`is_stream`).

    Raises OutputError if that fails; a part may have been written.
    """
    descriptor = _descriptor(path)
    try:
        # What was opened for appending, or has been written to, goes on where it is.
        with path.open("wb") if descriptor is None else os.fdopen(os.dup(descriptor), "wb") as stream:
            stream.write(content)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}") from error


def _descriptor(path: Path) -> int | None:
    found = _STREAM.fullmatch(str(path))
    return int(found[1]) if found else _STREAMS.get(str(path))


def _current(path: Path) -> bytes | None:
    try:
        if is_special(path):
            raise OutputError(f"{path}: is no regular file; nothing was written")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}") from error


def _refuse(path: Path, others: Collection[Path], directory: Path) -> None:
    """A link could lead anywhere, and replacing it or what is write-protected would surprise whoever made it so."""
    if path.is_symlink():
        raise OutputError(f"{path}: is a symbolic link; name the file it leads to; nothing was written")
    if not path.resolve().is_relative_to(directory.resolve()):
        raise OutputError(f"{path}: leads out of {directory} by a symbolic link; nothing was written")
    if is_special(path):
        raise OutputError(f"{path}: is no regular file; nothing was written")
    if path.is_dir():
        raise OutputError(f"{path}: is a directory; nothing was written")
    if path.exists() and not path.stat().st_mode & 0o222:
        raise OutputError(f"{path}: is read-only; nothing was written")
    if any(above in others for above in path.parents):
        raise OutputError(f"{path}: is below another output; nothing was written")


def _make_directories(folder: Path, made: list[Path]) -> None:
    """Make a directory and those above it, noting each in ``made``, outermost first."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def _stage(path: Path, content: bytes, staged: list[tuple[Path, Path]], opened: ExitStack) -> None:
    """Put the content on the disk beside its place, with the rights the place has or would get."""
    try:
        handle, name = tempfile.mkstemp(prefix=_beginning(path), suffix=_TEMPORARY, dir=path.parent)
    except OSError as error:
        error.filename = str(path)
        raise
    staged.append((Path(name), path))
    stream = opened.enter_context(os.fdopen(handle, "wb"))
    locked = _locked(stream)
    stream.write(content)
    stream.flush()
    os.fsync(stream.fileno())
    if not locked:  # Windows moves no file that is open
        stream.close()
    Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())


def sweep(paths: Iterable[Path]) -> None:
    """Remove the temporary files that runs which were killed left beside these paths."""
    for path in paths:
        begins = _beginning(path)
        with suppress(OSError):  # which whoever writes there will meet again
            for one in path.parent.iterdir():
                if one.name.startswith(begins) and one.name.endswith(_TEMPORARY) and _is_left(one):
                    one.unlink(missing_ok=True)


def _beginning(path: Path) -> str:
    """Of the names of temporary files for a path."""
    return f".{path.name[:100]}."


def _is_left(temporary: Path) -> bool:
    """Whether the run that made it is gone: as long as it runs it holds a lock, which dies with it."""
    if not stat.S_ISREG(temporary.lstat().st_mode):
        return False
    with temporary.open("rb") as file:
        return _locked(file)


def _locked(file: IO[bytes]) -> bool:
    """Lock an open file; False if somebody else has, or where there are no such locks."""
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _move_all(staged: Sequence[tuple[Path, Path]], removed: Iterable[Path]) -> None:
    undo: list[tuple[Path, bytes | None]] = []
    done = False
    try:
        for temporary, path in staged:
            before = _current(path)
            temporary.replace(path)
            undo.append((path, before))
        for path in removed:
            before = _current(path)
            path.unlink()
            undo.append((path, before))
        done = True
    finally:
        for path, before in undo if not done else ():
            if before is None:
                path.unlink()
            else:
                path.write_bytes(before)


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
