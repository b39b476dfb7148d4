"""From a project to what each of its outputs will enforce; nothing is checked here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pincompiler.base.existence import is_file
from pincompiler.base.finding import Finding, Level
from pincompiler.platforms.registry import target_named
from pincompiler.source.document import read_bytes
from pincompiler.verdicts.lowering import Lowering

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.policy.project import Output, Project


def missing_base(output: Output, root: Path) -> Finding | None:
    """The finding on a hand-written base that is not there."""
    if output.base is None or output.where is None or is_file(root / output.base):
        return None
    message, fix = f'"{output.base}" is no file', "put the hand-written part there"
    return Finding("invalid-value", Level.ERROR, message, output.where.at("base"), fix, target=output.target)


def lower(project: Project, output: Output, models: dict[object, Any]) -> Lowering:
    """Lower once for all targets that are one platform in two languages; InputError for an unreadable base."""
    target = target_named(output.target)
    key = (target.lower, output.swizzle)
    if key not in models:
        models[key] = target.lower(project.policy, project.app, output)
    model = models[key]
    if output.base is None or target.merge is None:
        return Lowering(output, model, model)
    base = target.read(read_bytes(project.root / output.base), project.app, str(project.root / output.base))
    return Lowering(output, model, target.merge(base, model))
