"""What stands at a path.  A name that is too long for a file, or that may not be looked at, is neither kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def is_directory(path: Path) -> bool:
    """Whether it is a directory; opening what is none will say why not."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_file(path: Path) -> bool:
    """Whether it is a regular file; opening what is none will say why not."""
    try:
        return path.is_file()
    except OSError:
        return False
