"""Where an output goes, and how the file there names the pins.toml that it comes from.

What is read, edited, compared and written is one path, whatever the spelling: no option, ``-o DIR``,
``-o -``, with ``--check`` or without.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pincompiler.base.errors import InputError
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.platforms import plist
from pincompiler.platforms.ats import RECORD
from pincompiler.platforms.headers import header_line, named_source, noticed_source, safe_name
from pincompiler.platforms.registry import target_named
from pincompiler.source.document import read_if_there
from pincompiler.source.paths import entries, is_same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pincompiler.policy.project import Output, Project

_CHANGED = lazy_regex(r"-[0-9a-f]{8}\Z")


@dataclass(frozen=True, slots=True)
class Destination:
    """The place of one output, and what stands there."""

    path: Path
    """The file that is read, edited, compared and written."""
    begins_with: Path
    """For a part of a file: where the rest is read.  The same file; below another directory that has
    none yet, the project's own, of which it becomes a copy."""
    standing: bytes | None
    """Its content, None if there is no file."""
    source: str
    """How its header is to name the pins.toml."""
    said: str
    """The source that it names now; empty: it was not generated."""
    ours: bool
    """Whether that is this pins.toml."""
    found: bool
    """Whether the source was found as well, and is this pins.toml: not, where only its name decides."""

    def beginning(self) -> bytes:
        """What an edit begins with, empty for a new file.  InputError when it cannot be read."""
        content = self.standing if self.begins_with == self.path else read_if_there(self.begins_with)
        if content is not None and not content.strip():  # it may be the rest of a file that was cut short
            raise InputError(
                f"{self.begins_with}:1:1: not XML: no element found; delete the file to begin a new one"
            )
        return content or b""

    def settled(self, content: bytes) -> bytes:
        """What to write: the file as it is, if all that is new is how the header names the same source."""
        now, then = header_line(self.source).encode(), header_line(self.said).encode()
        same = self.ours and content.replace(now, then, 1) == self.standing
        return self.standing if same and self.standing else content


def destination(project: Project, output: Output, directory: Path | None = None) -> Destination:
    """Where an output goes below a directory; None: the project's own.  InputError when it cannot be read."""
    target, own = target_named(output.target), project.root / output.path
    path = own if directory is None else directory / output.path
    there = placed(project, path, edited=target.edits)
    return replace(there, begins_with=own) if there.standing is None and target.edits else there


def placed(project: Project, path: Path, *, edited: bool = False, named: str = "") -> Destination:
    """What stands at a path; ``edited`` is whether it is a property list of which only a part is ours.

    ``named`` is how other files of the folder name the pins.toml, if that is known.
    """
    standing = read_if_there(path)
    said = _said(standing, path, edited=edited) if standing else ""
    named = named or _source_name(project, path)
    found = _is_found(project, path, said, named) if said else False
    ours = _has_its_name(project, said) if found is None else found
    # Folders above the project are not called the same on every machine: what once named it does so still.
    kept = ours and "/" in said and not said.startswith("../")
    return Destination(path, path, standing, said if kept else named, said, ours, found is True)


def _said(content: bytes, path: Path, *, edited: bool) -> str:
    if not edited:
        return named_source(content)
    return noticed_source(record_in(content, str(path)).get("Notice")) if content.strip() else ""


@lru_cache(maxsize=2)
def record_in(content: bytes, file: str) -> Mapping[str, Any]:
    """What a property list says of the policies its sections were compiled from.  InputError as of plist.edit."""
    record = plist.entry(content, RECORD, file)
    return record if isinstance(record, dict) else {}


# -- the pins.toml, as its outputs name it ---------------------------------------------------------
#
# The name may not depend on where one stands or where the checkout is, or a file would become another's by
# moving.  So it is the path from the nearest folder that both are below ("pins.toml", "apps/mobile/pins.toml"), and
# means the first file of that name at or above the output.  Only where that is not the one meant, it leads up to
# it ("../pins.toml").


def _source_name(project: Project, path: Path) -> str:
    if project.source:
        return project.source
    root, folder = project.pins.parent.resolve(), _folder(path)
    shared = Path(os.path.commonpath((root, folder)))
    inner = root.relative_to(shared)
    nearer = (folder, *folder.parents)[: len(folder.parts) - len(shared.parts)]
    shadowed = any(os.path.lexists(above / inner / project.file) for above in nearer)
    folders = inner.parts if len(shared.parts) > 1 or not inner.parts else _known_folders(root)
    return "../" * (len(nearer) if shadowed else 0) + "/".join(map(safe_name, (*folders, project.file)))


def _folder(path: Path) -> Path:
    """The folder a file is written to, links followed."""
    return Path(os.path.realpath(path.parent))


def _known_folders(root: Path) -> tuple[str, ...]:
    """Folders by which a project is known where nothing else is shared: those of its checkout, or the last two."""
    top = next((above for above in (root, *root.parents) if os.path.lexists(above / ".git")), None)
    return root.parts[len(top.parts) - 1 :] if top and top.name else root.parts[1:][-2:]


def _is_found(project: Project, path: Path, name: str, named: str) -> bool | None:
    """Whether the source that the header of a file names is this project's pins.toml, which would be ``named``.

    What it names is looked for.  None: it is no more.
    """
    if name == named or project.source:  # that two came by standard input says nothing
        return name == named
    pins = project.pins.parent.resolve() / project.file
    found = next(_meant(name, pins.parent, _folder(path)), None)
    if found is not None and os.path.lexists(pins):
        return is_same(found, pins)
    return None


def _has_its_name(project: Project, name: str) -> bool:
    """Whether a pins.toml that moved would be named so; earlier releases put no digits behind a name that they changed."""
    return name.rpartition("/")[2] in (safe_name(project.file), noticed_source(header_line(project.file)))


def _meant(name: str, root: Path, folder: Path) -> Iterator[Path]:
    """The files that a header in a folder may mean by a name, the likeliest first."""
    above = (folder, *folder.parents)
    if name.startswith("../"):
        starts = above[:1]
    elif "/" in name:
        starts = (*above, *root.parents)
    else:  # nothing above the project
        starts = above[: above.index(root) + 1] if root in above else above
    paths = (_followed(start, name.split("/")) for start in starts)
    return (path for path in paths if path is not None)


def _followed(start: Path, names: Sequence[str]) -> Path | None:
    """The path of names as headers have them, from a folder; None where there is no such name."""
    at: Path | None = start
    for name in names:
        if at is None:
            return None
        if name == "..":
            at = at.parent
        elif os.path.lexists(at / name):
            at /= name
        else:  # it may have been changed for the header
            listed = entries(at) if _CHANGED.search(name) else ()
            at = next((entry for entry in listed if safe_name(entry.name) == name), None)
    return at
