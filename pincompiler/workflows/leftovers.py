"""Files that an earlier compile has written, and that pins.toml does not account for any more."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from pincompiler.base.errors import InputError
from pincompiler.base.existence import is_file
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.platforms.registry import target_named
from pincompiler.source.document import read_bytes
from pincompiler.source.paths import entries, is_special, one_file
from pincompiler.workflows.destinations import placed
from pincompiler.workflows.lowering import lower
from pincompiler.workflows.overwriting import references

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path, PurePosixPath

    from pincompiler.policy.project import Output, Project
    from pincompiler.workflows.compile import Artifact, Checked

_RAW = lazy_regex(rb"@raw/(\w+)")


def left_over(
    checked: Checked, artifacts: Collection[Artifact], directory: Path
) -> tuple[PurePosixPath, ...]:
    """The files that this pins.toml once had written, and that nothing in it accounts for now.

    Those are certificates beside outputs, what assessment builds had, and files of an output's name in folders beside its
    own, as environments and ``path-assessment`` have them.  They are known by their header, or the line behind them, and by
    where it leads: what could be somebody else's is not among them, nor what a configuration names
    that is not of this pins.toml, nor what an environment needs that was not asked for.
    """
    wanted = {one.path for one in artifacts} | _wanted(checked, directory)
    found: dict[PurePosixPath, None] = {}
    for project, output in _places(checked):
        folder = target_named(output.target).beside_in(output)
        some = [folder / entry.name for entry in entries(directory / folder)] if folder else []
        some = [output.path, *(path for path in some if path.suffix in {".pem", ".xml"})]
        some += _alike(output, directory)
        some = [path for path in some if path not in wanted and os.path.lexists(directory / path)]
        inputs = {one_file(one) for one in project.inputs} if some else set()
        gone = [path for path in some if _was_written(project, directory / path, inputs)]
        elsewhere = references(project, output, directory) if gone else {}
        found |= dict.fromkeys(path for path in gone if path.stem not in elsewhere)
    return tuple(found)


def left_in(checked: Checked, directory: Path) -> tuple[PurePosixPath, ...]:
    """The property lists that have pins of this pins.toml, and that nothing in it accounts for now.

    They are beside an output, or called like one in a folder beside its own.  Only a part of such a file was ours, and
    a build may take it still, which would be without pins: they are for people to mend, and nothing removes them.
    """
    outputs = [(one, out) for one, out in _places(checked) if target_named(out.target).edits]
    found: dict[PurePosixPath, None] = {}
    wanted = _wanted(checked, directory) if outputs else set()
    for project, output in outputs:
        folder, above = output.path.parent, output.path.parent.parent
        some = [folder / entry.name for entry in entries(directory / folder)]
        some += [above / entry.name / output.path.name for entry in entries(directory / above)]
        for path in some:
            if path.suffix == ".plist" and path not in wanted and _has_our_pins(project, directory / path):
                found[path] = None
    return tuple(found)


def _has_our_pins(project: Project, path: Path) -> bool:
    if path.is_symlink() or not is_file(path):
        return False
    try:
        return placed(project, path, edited=True).found
    except InputError:  # what cannot be edited was not written by us
        return False


def _wanted(checked: Checked, directory: Path) -> set[PurePosixPath]:
    """What this pins.toml accounts for, other environments than those that were asked for included."""
    paths = {output.path for one in checked.variants for output in one.project.outputs}
    return paths.union(path for one in checked.others for path in _needed(one, directory))


def _places(checked: Checked) -> Iterator[tuple[Project, Output]]:
    """The outputs, and where others of their targets may stand from before."""
    for variant in checked.variants:
        outputs = [one.output for one in variant.lowered]
        names = {one.name for one in outputs}
        before = (one for one in variant.project.abandoned if one.name in names)
        yield from ((variant.project, one) for one in (*outputs, *before))


def _alike(output: Output, directory: Path) -> Iterator[PurePosixPath]:
    """Where else a file of its name may be: in each folder beside its own."""
    path = output.path
    if not target_named(output.target).edits:
        above = path.parent.parent
        yield from (above / one.name / path.name for one in entries(directory / above))


def _needed(project: Project, directory: Path) -> Iterator[PurePosixPath]:
    """The outputs of an environment, and the certificates to which they refer, as they should be and as they are."""
    for variant in (project, project.assessed) if project.assessed else (project,):
        for output in variant.outputs:
            yield output.path
            target = target_named(output.target)
            yield from target.beside(lower(variant, replace(output, base=None), {}).model, output)
            folder, standing = target.beside_in(output), directory / output.path
            if folder and standing.is_file():
                names = _RAW.findall(read_bytes(standing))
                yield from (folder / f"{name.decode()}.pem" for name in names)


def _was_written(project: Project, path: Path, inputs: Collection[str]) -> bool:
    if path.is_symlink() or is_special(path) or path.is_dir():
        return False
    return placed(project, path).found and one_file(path) not in inputs
