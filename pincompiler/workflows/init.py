"""A first pins.toml, to fill in or from :mod:`pincompiler.workflows.taking_over`, and how it is written."""

from __future__ import annotations

import errno
import os
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pincompiler.base.errors import OutputError, UsageError
from pincompiler.policy.from_enforcement import template
from pincompiler.policy.hosts import BadHost, canonical_host
from pincompiler.source.document import parse
from pincompiler.source.reader import read_project
from pincompiler.workflows.compile import Artifact
from pincompiler.workflows.surroundings import look_around
from pincompiler.workflows.write import is_stream, stale, write_all, write_stream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def fresh(hosts: tuple[str, ...], directory: Path) -> tuple[bytes, tuple[str, ...]]:
    """A pins.toml to fill in, for a directory, and what around it is not known.  UsageError for what is no host."""
    names = []
    for text in hosts:
        host = canonical_host(text)
        if isinstance(host, BadHost):
            raise UsageError(f'"{text}" {host.problem}: {host.fix}')
        names.append(host)
    around = look_around(directory)
    written = partial(template, tuple(dict.fromkeys(names)), around.shown_app())
    if not around.targets:
        return written(), around.unread
    document = parse(written(around.shown_targets({})).decode(), "pins.toml")
    refused = around.refused(read_project(document, directory).findings)
    return written(around.shown_targets(refused)), around.unread


def write(path: Path, content: bytes, beside: Mapping[PurePosixPath, bytes]) -> tuple[Path, ...]:
    """Write a new file, and others beside it, all or none; or the file alone to a pipe or device.

    Returns what was written.  OutputError if that cannot be done, UsageError for what is there.
    """
    if is_stream(path):
        write_stream(path, content)
        return (path,)
    if os.path.lexists(path):
        raise UsageError(f"{path} exists; write elsewhere with -o FILE, or print with -o -")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: {os.strerror(errno.ENOENT)}; nothing was written")
    own = Artifact("", PurePosixPath(path.name), content)
    artifacts = (own, *(Artifact("", file, pem) for file, pem in beside.items()))
    changed = stale(artifacts, path.parent)
    for one in changed:
        if os.path.lexists(path.parent / one.path):
            raise UsageError(
                f"{path.parent / one.path} exists and is another file; write elsewhere with -o FILE"
            )
    write_all(changed, path.parent)
    return tuple(path.parent / one.path for one in changed)
