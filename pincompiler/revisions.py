"""Files as git has them: ``git:REV:PATH``."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pincompiler.errors import InputError
from pincompiler.source.document import decode

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
    if not revision or not path or revision.startswith("-"):
        raise InputError(f"{text}: write git:REV:PATH, such as git:v4.2:pins.toml")
    content = _blob(revision, path, repository, text)
    with TemporaryDirectory(prefix="pincompiler-") as made:
        there = Path(made) / PurePosixPath(path).name
        there.write_bytes(content)
        if there.suffix == ".toml":
            _add_named(content, revision, path, repository, there.parent)
        yield there


def _blob(revision: str, path: str, repository: Path, text: str) -> bytes:
    command = ["git", "-C", str(repository), "cat-file", "blob", f"{revision}:{path}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell
    except OSError as error:
        raise InputError(f"{text}: git cannot be run: {error.strerror or error}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ").split("\n")[0]
        raise InputError(f"{text}: git says: {said}")
    return done.stdout


def _add_named(content: bytes, revision: str, path: str, repository: Path, directory: Path) -> None:
    """The keys' files and the targets' bases; what is missing or outside will be told by who wants it."""
    # What is no TOML has no values; that is told by whoever reads the file.
    for name in sorted(_files(decode(content, path).values)):
        relative = PurePosixPath(name)
        if relative.is_absolute() or ".." in relative.parts:
            continue
        # Not normalised: git knows `./` at the front only.
        found = str(PurePosixPath(path).parent / relative)
        try:
            data = _blob(revision, f"./{found}" if path.startswith("./") else found, repository, name)
        except InputError:
            continue
        there = directory / relative
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(data)


def _files(values: Mapping[str, Any]) -> set[str]:
    tables = [table for key in ("keys", "target") for table in _tables(values.get(key))]
    texts = {table.get(entry) for table in tables for entry in ("file", "base")}
    return {text for text in texts if isinstance(text, str) and text}


def _tables(value: object) -> list[dict[str, Any]]:
    return [one for one in value.values() if isinstance(one, dict)] if isinstance(value, dict) else []
