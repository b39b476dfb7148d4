"""What stands where an output goes and is not ours: somebody's own, another pins.toml's, or an input."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from itertools import product
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pincompiler.base.existence import is_file
from pincompiler.platforms import plist
from pincompiler.platforms.headers import noticed_source
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.rules.text import conflicting_output, foreign_output, hand_written_output
from pincompiler.source.document import read_if_there
from pincompiler.source.paths import entries, is_same, one_file
from pincompiler.workflows.destinations import destination, record_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from pincompiler.base.finding import Finding
    from pincompiler.policy.enforcement import Enforcement, Key
    from pincompiler.policy.project import Output, Project
    from pincompiler.rules.rule import Rule
    from pincompiler.verdicts.lowering import Lowering
    from pincompiler.workflows.destinations import Destination

_Obstacle = tuple["Rule", str, str]
"""What is wrong, in which words, and what to do."""

_BY_HAND = "keep it with `base` or `pincompiler init --from`, delete it, or pass --force"
_FOREIGN = "give each pins.toml its own path, or pass --force if this one is to write it from now on"


def in_the_way(
    project: Project,
    lowerings: Sequence[Lowering],
    directory: Path,
    written: dict[str, Path],
    *,
    force: bool,
) -> Iterator[Finding]:
    """Why outputs may not be written below a directory; ``force`` overrules all but conflicts.

    ``written`` has the files that other environments write, and those of this one afterwards.
    Raises InputError when what stands there cannot be read.
    """
    for lowering in lowerings:
        output, place = lowering.output, destination(project, lowering.output, directory)
        found = _conflict(project, place, written)
        if not found and not force:
            found = (
                _other_spelling(place, directory)
                or _foreign(project, place, edits=target_named(output.target).edits)
                or _by_hand(project, lowering, place)
            )
        beside = target_named(output.target).beside(lowering.model, output).items()
        files = {directory / path: content for path, content in beside}
        found = found or _same_resource(files)
        changed = [path for path in files if _changes(path, files[path])]
        inputs = {one_file(one) for one in project.inputs} if changed else set()
        others = _references(project, output, directory) if changed and not force else {}
        lost = (_beside(place, path, inputs, others, force=force) for path in changed)
        if found := found or next((one for one in lost if one), None):
            rule, message, fix = found
            where = output.where.at("path") if output.where else None
            yield rule.at(where, message, fix, target=output.target)


def _conflict(project: Project, place: Destination, written: dict[str, Path]) -> _Obstacle | None:
    """Below another directory, an output may be an input, and links make one file of two."""
    if os.path.lexists(place.path) and any(is_same(one, place.path) for one in project.inputs):
        message = f"{place.path} is an input, and would be overwritten"
        return conflicting_output.RULE, message, "write below another directory"
    first = written.setdefault(one_file(place.path), place.path)
    if first == place.path:
        return None
    return conflicting_output.RULE, f"{first} and {place.path} are one file", "let no link join them"


def _changes(path: Path, content: bytes) -> bool:
    """Whether what stands in a place would be replaced.  Writing refuses a link, whatever it leads to."""
    return os.path.lexists(path) and not path.is_symlink() and read_if_there(path) != content


def _beside(
    place: Destination, path: Path, inputs: Collection[str], others: Mapping[str, Path], *, force: bool
) -> _Obstacle | None:
    """What stands where a file goes that an output refers to: ours, if the output there is ours and refers to it."""
    if one_file(path) in inputs:
        message = f"{path} is an input, and would be overwritten"
        return conflicting_output.RULE, message, "keep the anchor's file somewhere else"
    if force:
        return None
    if other := others.get(path.stem):
        message = f"{other} refers to {path.name} as well, and would trust another CA"
        return foreign_output.RULE, message, "name the anchor differently, or pass --force"
    name = rb"(?<!\w)%b(?!\w)" % re.escape(path.stem.encode())
    if place.ours and re.search(name, place.standing or b""):
        return None
    message = f"{path} was not generated by pincompiler and would be overwritten"
    return hand_written_output.RULE, message, "name the anchor differently, delete the file, or pass --force"


def _references(project: Project, output: Output, directory: Path) -> Mapping[str, Path]:
    """The resources that configurations beside an output name and that are not of this pins.toml, each with one."""
    folder = (directory / output.path).parent
    folders = entries(folder.parent) if _is_xml(folder) else (folder,)
    found: dict[str, Path] = {}
    for path in (one for each in folders if _is_xml(each) or each == folder for one in entries(each)):
        if path.suffix == ".xml" and is_file(path) and path != directory / output.path:
            other = replace(output, path=PurePosixPath(path.relative_to(directory)))
            standing = destination(project, other, directory)
            if not standing.ours:
                names = re.findall(rb"@(?:\w+:)?raw/(\w+)", standing.standing or b"")
                found.update((name.decode(), path) for name in names)
    return found


def _is_xml(folder: Path) -> bool:
    return folder.name.partition("-")[0] == "xml"


def _same_resource(files: Collection[Path]) -> _Obstacle | None:
    """A file beside them that makes the same resource: aapt2 refuses two, whatever follows the first dot."""
    for folder in {path.parent for path in files if path.parent.is_dir()}:
        own = {path.name: path for path in files if path.parent == folder}
        names = {name.partition(".")[0]: path for name, path in own.items()}
        for entry in entries(folder):
            path = names.get(entry.name.partition(".")[0])
            if path and entry.name not in own:
                message = f"{entry} and {path} are one resource, which a build refuses"
                return conflicting_output.RULE, message, "name the anchor differently, or delete the file"
    return None


def _other_spelling(place: Destination, directory: Path) -> _Obstacle | None:
    """A file that is not in the way here, but is where case does not count: macOS, Windows."""
    at = directory
    for part in place.path.relative_to(directory).parts:
        if not os.path.lexists(at / part):
            file = one_file(at / part)
            other = next((entry for entry in entries(at) if one_file(entry) == file), None)
            message = f"{other} stands there, which is the same as {at / part} on macOS and Windows"
            return (hand_written_output.RULE, message, "write it in `path` as it is") if other else None
        at /= part
    return None


def _foreign(project: Project, place: Destination, *, edits: bool) -> _Obstacle | None:
    # Writing refuses a link, whatever it leads to.
    if place.ours or not place.said or place.path.is_symlink():
        return None
    made = f"the pins in {place.path} were" if edits else f"{place.path} was"
    message = f"{made} generated from {place.said} and would be overwritten"
    fix = f"pass --name {place.said} if this is that file, or --force if it is to write it from now on"
    return foreign_output.RULE, message, fix if project.source else _FOREIGN


def _by_hand(project: Project, lowering: Lowering, place: Destination) -> _Obstacle | None:
    if target_named(lowering.output.target).edits:
        lost = _lost_entries(project, lowering, place)
    else:
        ours = place.said or not (place.standing or b"").strip()
        lost = "" if ours else f"{place.path} was not generated by pincompiler and would be overwritten"
    return (hand_written_output.RULE, lost, _BY_HAND) if lost else None


def _lost_entries(project: Project, lowering: Lowering, place: Destination) -> str:
    """What somebody wrote in a section that is to be ours."""
    target, file = target_named(lowering.output.target), place.begins_with
    content = place.beginning()
    if not content or target.entries is None:
        return ""
    record = record_in(content, str(file))
    if noticed_source(record.get("Notice")) and isinstance(record.get(target.name), str):
        return ""
    values = plist.load(content, str(file))
    section = target.read(content, project.app, str(file))
    names = sorted(set(section.names()) - set(project.policy.names()))
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    if names:
        return f"{file} pins {names[0]}{more} by hand, which pins.toml does not know"
    if lost_pins := [*_lost_pins(section, lowering.model)]:
        host, key = lost_pins[0]
        role = f" as {key.role.value}" if key.role else ""
        more = f" and {len(lost_pins) - 1} more" if len(lost_pins) > 1 else ""
        return f"{file} pins {key.pin}{role} for {host}{more} by hand, which would be dropped"
    job = Job(place.source, project.policy.digest(), lowering.output)
    known = {*project.policy.names(), *section.names()}
    lost = (
        entry
        for path, new in target.entries(lowering.model, job).items()
        for entry in _dropped(values, path, new)
        if entry.lower() not in known
    )
    entry = next(lost, "")
    return f"{file} has {entry} by hand, which would be dropped" if entry else ""


def _lost_pins(standing: Enforcement, written: Enforcement) -> Iterator[tuple[str, Key]]:
    """The pins of a section, each with its host, that are not in the same place of what replaces it."""
    kept: dict[str, list[Key]] = {}
    for one in written.pin_sets():
        for host in one.hosts:
            kept.setdefault(host, []).extend(one.keys)
    for one in standing.pin_sets():
        for host, key in product(one.hosts, one.keys):
            same = (other for other in kept.get(host, ()) if other == key)
            if not any(other.role is key.role or None in (other.role, key.role) for other in same):
                yield host, key


def _dropped(values: Any, path: plist.KeyPath, new: object) -> Iterator[str]:
    """The names of entries that are gone when the one at a path is set."""
    old = values
    for depth, name in enumerate(path):
        if not isinstance(old, dict):  # a flag says nothing in its place; a text may be a build setting
            yield from path[depth - 1 : depth] if isinstance(old, str | list) and old else ()
            return
        old = old.get(name, {})
    if isinstance(new, dict):
        yield from (key for key in old if key not in new) if isinstance(old, dict) else path[-1:]
