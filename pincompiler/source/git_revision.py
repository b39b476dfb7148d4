"""Files as git has them: ``git:REV:PATH``."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

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
        if there.suffix == ".toml":
            _add_named(there, revision, path, repository)
        yield there


def _copy(name: str, repository: Path, there: Path) -> None:
    """One file, with the directories above it."""
    try:
        there.parent.mkdir(parents=True, exist_ok=True)
        with there.open("wb") as stream:
            copy_blob(name, repository, stream)
    except OSError as error:
        raise InputError(f"no file can be made of it: {error.strerror or error}") from error


def _add_named(pins: Path, revision: str, path: str, repository: Path) -> None:
    """The keys' files and the targets' bases; what is missing or outside is reported by its reader."""
    # What is no TOML has no values; whoever reads the file reports that.
    for name in sorted(_files(decode(pins.read_bytes(), path).values)):
        if refused(name):
            continue
        # Not normalised: git knows `./` at the front only.
        found = str(PurePosixPath(path).parent / name)
        there = pins.parent / name
        try:
            _copy(f"{revision}:{'./' if path.startswith('./') else ''}{found}", repository, there)
        except AbsentError:
            there.unlink()
        except InputError as error:
            raise InputError(f"{name}: {error}") from error


def _files(values: Mapping[str, Any]) -> set[str]:
    tables = [table for key in ("keys", "target") for table in _tables(values.get(key))]
    texts = {table.get(entry) for table in tables for entry in ("file", "base")}
    return {text for text in texts if isinstance(text, str) and text}


def _tables(value: object) -> list[dict[str, Any]]:
    return [one for one in value.values() if isinstance(one, dict)] if isinstance(value, dict) else []
