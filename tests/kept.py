"""What real tools built, kept in ``.cache/built/`` by the hash of what it was built from and of the tools.

The same source is built once, not once a run: the real tests take seconds instead of minutes.  An entry is a folder
that is renamed into its place when it is whole, so that processes may build side by side; one whose files are not
those that were written down is built anew.  ``PINCOMPILER_BUILD_ANEW=1`` takes nothing of what is kept, and ``make
clean`` removes it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

ANEW: Final = "PINCOMPILER_BUILD_ANEW"
_SUMS: Final = "sums.json"
_MOST_BYTES: Final = 1 << 30
"""Of all that is kept; what was longest unused goes first."""
_YOUNG_S: Final = 3600
"""What was used within an hour stays: another process may be copying it."""


def digest(*parts: object) -> str:
    """The hash of what can be written as JSON, of bytes too; the same in every process."""
    text = json.dumps(parts, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(part: object) -> str:
    if not isinstance(part, bytes):
        raise TypeError(f"no hash of a {type(part).__name__}")
    return f"bytes {part.hex()}"


def kept(key: str, build: Callable[[Path], None], top: Path | None = None) -> Path:
    """The folder of this key, filled by ``build`` unless it is there and whole; nobody may write to it.

    Whatever ``build`` raises is raised, and nothing is kept then.
    """
    top = top or directory()
    place = top / key
    if _is_whole(place) and (not os.environ.get(ANEW) or place in _built()):
        os.utime(place)
        return place
    top.mkdir(parents=True, exist_ok=True)
    if not _built():
        prune(top)
    half = Path(tempfile.mkdtemp(prefix=".half-", dir=top))
    try:
        build(half)
        (half / _SUMS).write_text(json.dumps(_sums(half)), "utf-8")
        _put(half, place)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    _built().add(place)
    return place


def directory() -> Path:
    """Where everything is kept: ``.cache/built`` of this checkout."""
    return Path(__file__).resolve().parents[1] / ".cache" / "built"


@cache
def _built() -> set[Path]:
    """What this process built, which is never old."""
    return set()


def _put(half: Path, place: Path) -> None:
    """Rename a whole entry into its place, which may hold an old or a damaged one, or that of a faster process."""
    if not os.environ.get(ANEW) and _is_whole(place):
        return
    old = Path(tempfile.mkdtemp(prefix=".old-", dir=place.parent))
    try:
        if place.exists():
            place.rename(old / "entry")
        half.rename(place)
    except OSError:  # another process came between
        if not _is_whole(place):
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _sums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != _SUMS
    }


def _is_whole(place: Path) -> bool:
    """Whether an entry has the files that were written down, and no others."""
    try:
        written: object = json.loads((place / _SUMS).read_text("utf-8"))
        return written == _sums(place)
    except (OSError, ValueError):
        return False


def prune(top: Path, most: int = _MOST_BYTES) -> None:
    """Remove what was longest unused until no more than ``most`` bytes are left."""
    entries = []
    for path in top.iterdir():
        try:
            size = sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
            entries.append((path.stat().st_mtime, size, path))
        except OSError:  # another process is removing it
            continue
    total = sum(size for _, size, _ in entries)
    for used, size, path in sorted(entries):
        if total <= most or used > time.time() - _YOUNG_S:
            return
        shutil.rmtree(path, ignore_errors=True)
        total -= size
