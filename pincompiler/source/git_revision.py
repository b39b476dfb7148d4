"""Files as git has them: ``git:REV:PATH``."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pincompiler.base.bounds import PATH_LETTERS
from pincompiler.base.errors import InputError
from pincompiler.base.git import AbsentError, copy_blob
from pincompiler.source.document import decode
from pincompiler.source.paths import refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEME = "git:"


@contextmanager
def checked_out(text: str, repository: Path) -> Iterator[Path]:
    """The file that ``git:REV:PATH`` names, in a directory that is gone afterwards.

    ``PATH`` is from the top of the repository that ``repository`` is in, or with ``./`` from there.  With a
    pins.toml come the files that it names.  Raises InputError if git does not have it.
    """
    revision, _, path = text.removeprefix(SCHEME).partition(":")
    file = PurePosixPath(path).name
    if not revision or revision.startswith("-") or file in ("", "..") or not text.isprintable():
        raise InputError(f"{text}: write git:REV:PATH, such as git:v4.2:pins.toml")
    with TemporaryDirectory(prefix="pincompiler-") as made:
        there = Path(made) / file
        try:
            _copy(f"{revision}:{path}", repository, there)
        except InputError as error:
            raise InputError(f"{text}: {error}") from error
        yield _with_named(there, revision, path, repository) if there.suffix == ".toml" else there


def _copy(name: str, repository: Path, there: Path) -> None:
    """One file, with the directories above it."""
    try:
        there.parent.mkdir(parents=True, exist_ok=True)
        with there.open("wb") as stream:
            copy_blob(name, repository, stream)
    except OSError as error:
        raise InputError(f"no file can be made of it: {error.strerror or error}") from error


def _with_named(copied: Path, revision: str, path: str, repository: Path) -> Path:
    """A pins.toml with the files that it names; what is missing or outside is reported by its reader."""
    # What is no TOML has no values; whoever reads the file reports that.
    values = decode(copied.read_bytes(), path).values
    up = _leads_up(values.get("root"))
    root, pins = copied.parent, copied.parent.joinpath(*("below",) * up, copied.name)
    if up:
        (root / ".git").mkdir()  # its reader looks for the top of a repository
        pins.parent.mkdir(parents=True)
        copied.rename(pins)
    for name in sorted(_files(values)):
        if refused(name):
            continue
        there = root / name
        try:
            _copy(f"{revision}:{_in_repository(path, up, name)}", repository, there)
        except AbsentError:
            there.unlink(missing_ok=True)
        except InputError as error:
            raise InputError(f"{name}: {error}") from error
    return pins


def _leads_up(root: object) -> int:
    """How many folders up a `root` leads; what is no such path is reported by its reader."""
    sane = isinstance(root, str) and len(root) <= PATH_LETTERS.limit
    parts = PurePosixPath(str(root)).parts if sane else ()
    return len(parts) if set(parts) == {".."} else 0


def _in_repository(path: str, up: int, name: str) -> str:
    """What git calls a file that a pins.toml names: from the top, or with `./` from where git is asked."""
    folder = PurePosixPath(path).parent
    kept = folder.parts[: len(folder.parts) - up] if up <= len(folder.parts) else ()
    # Not normalised: git knows `./` at the front only.
    before = "./" if path.startswith("./") else ""
    return before + "../" * (up - len(folder.parts)) + str(PurePosixPath(*kept) / name)


def _files(values: Mapping[str, Any]) -> set[str]:
    """Of keys and anchors, and the bases of targets."""
    tables = [table for key in ("keys", "anchors", "target") for table in _tables(values.get(key))]
    tables += [one for table in _tables(values.get("target")) for one in _tables(table)]
    texts = {table.get(entry) for table in tables for entry in ("file", "base")}
    return {text for text in texts if isinstance(text, str) and text}


def _tables(value: object) -> list[dict[str, Any]]:
    return [one for one in value.values() if isinstance(one, dict)] if isinstance(value, dict) else []
