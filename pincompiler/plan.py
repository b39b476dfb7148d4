"""A plan's pins.toml and the releases that it lists, read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.errors import InputError
from pincompiler.planning.schedule import Member
from pincompiler.releases import read_listed
from pincompiler.verify import project_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from pincompiler.cache import Cache
    from pincompiler.project import Project


def prepare(pins: Path) -> Project:
    """Read a pins.toml.  InputError if that fails, or if there is nothing in it to plan with."""
    project = project_of(pins)
    if not project.releases:
        raise InputError(
            f"{pins} has no [[release]], so nobody is known whom a rotation could lock out; add those you support"
        )
    return project


def members(project: Project, today: date, cache: Cache | None) -> Iterator[Member]:
    """Each release of a project, read; an app of it may take its time."""
    return (Member(entry, read_listed(entry, project, today, cache)) for entry in project.releases)
