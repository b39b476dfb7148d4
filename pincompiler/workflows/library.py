"""What ``import pincompiler`` offers: the commands as functions, without files written or exits taken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from pincompiler.verdicts.subject import Subject
    from pincompiler.workflows.compile import Artifact, Checked


def load(path: str | Path, today: date) -> Checked:
    """A pins.toml with everything that is to be said about it, for a day.

    ``findings`` are sorted as they stand in the file; ``ok`` is whether none is an error.  Raises InputError
    when the file cannot be read; broken TOML is a finding.
    """
    from pincompiler.workflows.compile import check

    return check(Path(path), today)


def compile(checked: Checked, directory: str | Path | None = None) -> tuple[Artifact, ...]:  # noqa: A001 - what it is called everywhere else
    """The files of every configured target: ``path``, below a directory, and ``content`` for that place.

    The directory is that of pins.toml if none is given.  A property list that stands there is edited, and
    one that only the project has is copied.  None if there is an error.  Nothing is written.  Raises
    InputError when a file to be edited or merged cannot be.
    """
    from pincompiler.workflows.compile import artifacts

    return artifacts(checked, Path(directory) if directory is not None else None) if checked.ok else ()


def audit_app(path: str | Path, today: date, pins: str | Path | None = None) -> Subject:
    """What a shipped app enforces, and with a pins.toml how it drifted from it, for a day.

    An app that cannot be read is a subject with an ``error``.  Raises InputError when pins.toml has errors.
    """
    from pincompiler.workflows.audit import audit, audit_options

    return audit(Path(path), audit_options(today, Path(pins) if pins else None, ()))
