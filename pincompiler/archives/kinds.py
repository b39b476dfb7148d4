"""Whose app a file or folder is, as far as its name says, and what is raised for what is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.base.errors import InputError
from pincompiler.base.existence import is_directory

if TYPE_CHECKING:
    from pathlib import Path

_FOLDERS: Final = (".app", ".xcarchive")


class NoAppError(InputError):
    """A file, an archive or a folder has no app in it."""


def is_apple_name(name: str) -> bool:
    """Whether a file or folder is an app for Apple's systems by its name."""
    return name.lower().endswith((".ipa", *_FOLDERS))


def is_apple_folder(path: Path) -> bool:
    """Whether a folder is such an app, or has one in it."""
    if not is_directory(path):
        return False
    if path.name.lower().endswith(_FOLDERS):
        return True
    try:
        return any(is_directory(one) for place in _PLACES for one in path.glob(f"{place}*.app"))
    except OSError:  # reading it will say why
        return False


_PLACES: Final = ("", "Payload/", "Products/Applications/")
