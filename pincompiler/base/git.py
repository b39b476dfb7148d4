"""git, asked for files of old revisions: the one place that starts it.

A repository that was cloned or unpacked is foreign: its configuration, hooks and attributes name programs, and
git runs them.  Here git gets only commands that read objects, a configuration that outranks the repository's,
and an environment of its own, so that nothing in a repository is run and nothing is fetched.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from tempfile import TemporaryFile
from threading import Timer
from typing import IO, TYPE_CHECKING, Final

from pincompiler.base.bounds import GIT_BYTES, GIT_MESSAGE, GIT_SECONDS
from pincompiler.base.errors import InputError
from pincompiler.base.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK: Final = 1 << 18

_SETTINGS = {
    # A folder of a clone may look like a bare repository, with a configuration that came with the clone.
    "safe.bareRepository": "explicit",
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "credential.helper": "",
    "protocol.allow": "never",
}
_ENVIRONMENT = {
    # A partial clone fetches what it lacks, by a command that its configuration names.
    "GIT_NO_LAZY_FETCH": "1",
    # For versions of git that do not know that; no transport is called none.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}
# The user's own settings, among them which repositories of other owners are safe.  Not GIT_DIR and the like: git
# sets them for hooks, and which repository is meant follows from the directory alone.
_KEPT = lazy_regex(
    r"HOME|XDG_CONFIG_HOME|USERPROFILE|SYSTEMROOT|SUDO_UID|GIT_CEILING_DIRECTORIES"
    r"|GIT_DISCOVERY_ACROSS_FILESYSTEM|GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)",
    re.ASCII,
)
_SEARCHED = {"PATH": os.defpath, "LD_LIBRARY_PATH": ""}
_NOT_FETCHED = ("lazy fetching disabled", "from promisor remote", "' not allowed")
_ABSENT = ("does not exist in", "exists on disk, but not in")


class AbsentError(InputError):
    """The revision is there, and has no such file."""


def copy_blob(name: str, directory: Path, into: IO[bytes]) -> None:
    """Copy the file that ``REV:PATH`` names out of the repository that a directory is in.

    Filters and attributes do not apply, nor do replacements of objects.  Raises AbsentError if the revision has no
    such file, and InputError for every other reason that it cannot be had.
    """
    said = _run(["cat-file", "blob", name], directory, into)
    if said is None:
        return
    if any(word in said for word in _NOT_FETCHED):
        raise InputError(
            "the clone is partial and lacks the file, and nothing is fetched here; if you trust the repository,"
            f" git show {name} fetches it"
        )
    first = next((line for line in said.split("\n") if line.startswith("fatal: ")), said.split("\n")[0])
    problem = f"git says: {first.removeprefix('fatal: ')}{_advice(first)}"
    raise AbsentError(problem) if any(word in first for word in _ABSENT) else InputError(problem)


def _advice(said: str) -> str:
    if "dubious ownership" in said:
        return "; if you trust its owner: git config --global --add safe.directory DIR"
    return "; name a directory with a .git" if "safe.bareRepository" in said else ""


def _run(arguments: list[str], directory: Path, into: IO[bytes]) -> str | None:
    """Run git in a directory; None if all is well, else its messages."""
    environment = dict(_environment())
    settings = [word for key, value in _SETTINGS.items() for word in ("-c", f"{key}={value}")]
    program = shutil.which("git", path=environment["PATH"])
    if not program:
        raise InputError("git cannot be run: it is in no absolute directory of PATH")
    command = [program, "--no-pager", "--no-replace-objects", *settings, "-C", str(directory), *arguments]
    with TemporaryFile() as messages:
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell, and the program is not the repository's
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=messages, env=environment
            )
        except OSError as error:
            raise InputError(f"git cannot be run: {error.strerror or error}") from error
        _copy(process, into)
        messages.seek(0)
        said = messages.read(GIT_MESSAGE.limit).decode("utf-8", "replace").strip()
    return (said or f"exit code {process.returncode}") if process.returncode else None


def _environment() -> Iterator[tuple[str, str]]:
    yield from _ENVIRONMENT.items()
    yield from ((name, value) for name, value in os.environ.items() if _KEPT.fullmatch(name))
    for name, otherwise in _SEARCHED.items():
        # What is relative to the working directory may be the repository's.
        places = filter(os.path.isabs, os.environ.get(name, otherwise).split(os.pathsep))
        yield name, os.pathsep.join(places)


def _copy(process: subprocess.Popen[bytes], into: IO[bytes]) -> None:
    """Copy the output of a process until it has ended.  InputError if it takes too long or is too much."""
    late = Timer(GIT_SECONDS.limit, process.kill)
    late.start()
    try:
        with process:
            whole = _copied(process.stdout, into)
            if not whole:
                process.kill()
        if late.finished.is_set():
            raise InputError(f"git takes more than {GIT_SECONDS}")
        if not whole:
            raise InputError(f"the file has more than {GIT_BYTES}")
    finally:
        late.cancel()


def _copied(stream: IO[bytes] | None, into: IO[bytes]) -> bool:
    """Copy to the end of a stream; False if it has too much."""
    left = GIT_BYTES.limit
    while stream and left >= 0 and (chunk := stream.read(_CHUNK)):
        left -= len(chunk)
        into.write(chunk)
    return left >= 0
