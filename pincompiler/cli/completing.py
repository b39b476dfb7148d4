"""What a shell may complete: rules, targets, pages, and the hosts and environments of the pins.toml at hand, here or in a folder above."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pincompiler.base.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.policy.project import Project

_PINS = Path("pins.toml")


def rules(incomplete: str) -> list[str]:
    """Ids of rules."""
    from pincompiler.rules.every import RULES

    return _beginning(incomplete, (rule.id for rule in RULES))


def topics(incomplete: str) -> list[str]:
    """Pages of the manual."""
    from pincompiler.reports.manual import TOPICS

    return _beginning(incomplete, TOPICS)


def schemas(incomplete: str) -> list[str]:
    """What has a schema."""
    from pincompiler.reports.schemas import INPUT, NAMES

    return _beginning(incomplete, (*NAMES, INPUT))


def targets(incomplete: str) -> list[str]:
    """The targets that pins.toml has, or all that there are."""
    from pincompiler.platforms.registry import TARGETS

    named = [output.name for project in _projects() for output in project.outputs]
    return _beginning(incomplete, named or (target.name for target in TARGETS))


def hosts(incomplete: str) -> list[str]:
    """Hosts that pins.toml pins."""
    return _beginning(
        incomplete, (host for project in _projects() for one in project.policy.sets for host in one.hosts)
    )


def environments(incomplete: str) -> list[str]:
    """Environments that pins.toml declares."""
    return _beginning(incomplete, (project.environment.name for project in _projects()))


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name and name.startswith(incomplete)]


def _projects() -> tuple[Project, ...]:
    """What pins.toml says as far as it can be read; a shell is no place for its errors."""
    from pincompiler.source.document import read_document
    from pincompiler.source.paths import nearest_above
    from pincompiler.source.reader import read_project

    try:
        pins = nearest_above(_PINS.name, Path.cwd(), os.environ.get("HOME", "")) or _PINS
        return read_project(read_document(pins), pins.parent).projects
    except InputError:
        return ()
