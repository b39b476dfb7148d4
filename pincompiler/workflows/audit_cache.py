"""What is costly to find out of a file, kept by the hash of its content: any entry may be gone at any time.

An entry decides who is locked out by a rotation.  It is believed only where nobody but the user can have written it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import stat
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from pincompiler._version import __version__
from pincompiler.base.errors import InputError
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class AuditCache:
    """A directory of JSON files; what other code wrote is not read."""

    directory: Path

    def load(self, key: str) -> Any | None:
        """What was kept; None if there is nothing, or nothing that is whole."""
        try:
            kept = json.loads(_own_content(self._path(key)))
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(kept, dict) or (kept.get("code"), kept.get("key")) != (_this_code(), key):
            return None
        return kept.get("values")

    def save(self, key: str, values: Any) -> None:
        """Keep JSON values, whole or not at all; a directory that cannot be written keeps nothing."""
        path = self._path(key)
        content = json.dumps({"code": _this_code(), "key": key, "values": values}).encode("ascii")
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
                try:
                    file.write(content)
                    file.close()
                    Path(file.name).replace(path)
                except OSError:
                    Path(file.name).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.directory / f"{key}-{__version__}.json"


def _own_content(path: Path) -> bytes:
    """A file's content; OSError if others may have written it or put it there, and nothing waits for a pipe."""
    if not _is_own(path.parent.stat()):
        raise PermissionError(f"{path.parent} is not the user's alone")
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:
        found = os.fstat(file.fileno())
        if not (stat.S_ISREG(found.st_mode) and _is_own(found)):
            raise PermissionError(f"{path} is not the user's alone")
        return file.read()


def _is_own(found: os.stat_result) -> bool:
    """Whether it belongs to the user, and nobody else may write it; where users have no number it is not asked."""
    if not hasattr(os, "getuid"):
        return True
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@functools.cache
def _this_code() -> str:
    """What distinguishes this program from one that may find something else: in a checkout the version stands still."""
    return code_digest(Path(__file__).parents[1])


def code_digest(package: Path) -> str:
    """The SHA-256 of all files of a package, but for the bytecode that Python makes of them, in hexadecimal."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix != ".pyc" and path.is_file():
            name = path.relative_to(package).as_posix()
            digest.update(f"{name}\0{sha256_of(path)}\n".encode())
    return digest.hexdigest()


def user_directory(environment: Mapping[str, str]) -> Path | None:
    """Where this program keeps such files (XDG Base Directory Specification); None if there is no home."""
    base = Path(environment.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        # A relative path is to be ignored.
        home = Path(environment.get("HOME") or environment.get("USERPROFILE", ""))
        if not home.is_absolute():
            return None
        base = home / ".cache"
    return base / "pincompiler"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal.  InputError if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
