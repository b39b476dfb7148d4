"""What was shipped, read back: an app, an NSC, a property list or a pins.toml, from a file or from git."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pincompiler.base.errors import InputError
from pincompiler.base.existence import is_file
from pincompiler.base.json_kinds import WrongError
from pincompiler.facts import NO_VERSION, FileMechanism, InForce
from pincompiler.facts.kits import OS_ENFORCES as SINCE
from pincompiler.policy.policy import Policy
from pincompiler.source.git_revision import SCHEME, checked_out
from pincompiler.verdicts.by_device import oldest_of
from pincompiler.verdicts.in_force import configured, on_devices
from pincompiler.verdicts.outlook import Release
from pincompiler.workflows.audit_cache import AuditCache, sha256_of
from pincompiler.workflows.read_configuration import is_app, read_contents
from pincompiler.workflows.release_cache import RELEASE
from pincompiler.workflows.verify import project_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.facts import ShippedApp
    from pincompiler.facts.common import System
    from pincompiler.policy.project import Project, SupportedRelease


def read_release(
    text: str,
    today: date,
    cache: AuditCache | None = None,
    directory: Path | None = None,
    environment: str = "",
) -> Release:
    """A release by its name; one that cannot be read is a release with an error.

    Of a pins.toml it is the release, or the ``environment`` of that name.
    Relative names are from ``directory``, as is the repository of ``git:REV:PATH``.
    """
    try:
        if text.startswith(SCHEME):
            with checked_out(text, directory or Path()) as path:
                return _read(path, text, today, cache, environment)
        path = (directory or Path()) / text if text != "-" else Path(text)
        return _read(path, text, today, cache, environment)
    except InputError as error:
        return Release(text, error=str(error).removeprefix(f"{text}: "))


def project_with_releases(pins: Path, first: date, last: date = date.max, environment: str = "") -> Project:
    """A pins.toml that lists a release which is supported between two days, both included; else InputError."""
    project = project_of(pins, environment)
    if not project.releases:
        raise InputError(
            f"{pins} has no [[release]], so no users are known who could be locked out; add the releases you support"
        )
    if not project.supported(first, last):
        when = f"from {first} on" if last == date.max else f"between {first} and {last}"
        raise InputError(f"{pins} has no [[release]] that is supported {when}; add the newest")
    return project


def read_listed(
    entry: SupportedRelease, project: Project, today: date, cache: AuditCache | None = None
) -> Release:
    """A release of pins.toml, by the name it has there; what cannot be read is unknown.

    A digest is known if it is that of the policy that pins.toml has now.
    """
    if entry.file:
        return replace(_of_file(entry.file, project, today, cache), title=entry.name)
    if entry.policy == project.policy.digest():
        return Release(entry.name, tuple(_of_project(project)), oldest=oldest_of(project.app))
    why = "pins.toml has another policy now; name the file of this one, such as git:REV:pins.toml"
    return Release(
        entry.name, (InForce(FileMechanism.ANY, "its policy", Policy(()), api=NO_VERSION, doubts=(why,)),)
    )


def _of_file(text: str, project: Project, today: date, cache: AuditCache | None) -> Release:
    """Of a pins.toml the environment of the project, under whichever name it was the release."""
    environment = "" if project.environment.release else project.environment.name
    return read_release(text, today, cache, project.root, environment)


def _read(path: Path, title: str, today: date, cache: AuditCache | None, environment: str) -> Release:
    try:
        if is_app(path):
            in_force = _cached(path, cache) if cache and is_file(path) else _of_app(path)
            return Release(title, in_force, oldest=_oldest(in_force))
        if path.suffix == ".toml":
            project = project_of(path, environment)
            return Release(title, tuple(_of_project(project)), oldest=oldest_of(project.app))
        found = read_contents(path, today)
    except InputError as error:
        raise InputError(str(error).replace(str(path), title)) from error
    return Release(
        title, tuple(replace(one, title=one.title.replace(str(path), title)) for one in found.in_force)
    )


def _oldest(in_force: Iterable[InForce]) -> dict[System, int]:
    """Of an app, the oldest versions on which something counts: on the oldest that it supports something does."""
    found: dict[System, int] = {}
    for one in in_force:
        if one.api != NO_VERSION:
            found[one.api.system] = min(one.api.first, found.get(one.api.system, one.api.first))
    return found


def _of_project(project: Project) -> Iterator[InForce]:
    """What a pins.toml compiles to; without targets, what it means."""
    from pincompiler.workflows.lowering import lower

    models: dict[object, Any] = {}
    least = max(project.app.android_min_sdk or SINCE, SINCE)
    for output in project.outputs:
        yield lower(project, output, models).in_force(least)
    if not project.outputs:
        yield configured(project.policy, "pins.toml")


def _of_app(path: Path) -> tuple[InForce, ...]:
    return tuple(on_devices(_app(path)))


def _app(path: Path) -> ShippedApp:
    from pincompiler.shipped import read_app

    return read_app(path)


# -- kept ----------------------------------------------------------------------------------------


def _cached(path: Path, cache: AuditCache) -> tuple[InForce, ...]:
    """What an app has, from the cache if its content was read before."""
    key = sha256_of(path)
    kept = cache.load(key)
    if kept is not None:
        try:
            return RELEASE.read(kept)  # type: ignore[no-any-return]
        except WrongError:
            pass  # damaged, and written anew
    app = _app(path)
    found = tuple(on_devices(app))
    if app.sha256 == key:  # else it was replaced meanwhile
        cache.save(key, RELEASE.write(found))
    return found
