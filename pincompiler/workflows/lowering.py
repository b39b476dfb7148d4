"""From a project to what each of its outputs will enforce; nothing is checked here."""

from __future__ import annotations

from dataclasses import replace
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
    return Finding("invalid-value", Level.ERROR, message, output.where.at("base"), fix, target=output.name)


def lower(project: Project, output: Output, models: dict[object, Any]) -> Lowering:
    """Lower once for all targets that are one platform in two languages; InputError for an unreadable base."""
    target, policy = target_named(output.target), project.policy
    if target.twin and policy.assessors:
        released = replace(project, policy=replace(policy, assessors=frozenset()))
        release = lower(released, output, models)
        twin = target.twin.lower(policy)
        return Lowering(
            replace(output, base=None),
            twin,
            target.twin.joined(release.effective, twin),
            replace(policy, base=release.wanted.base),
            replace(policy, sets=()),
            release.unmanaged,
        )
    wanted = policy.as_pins()
    key = (target.lower, output.swizzle, output.base is None)
    if key not in models:
        models[key] = target.lower(wanted, project.app, output)
    model = models[key]
    if output.base is None or target.merge is None:
        return Lowering(output, model, model, wanted, policy)
    data, file = read_bytes(project.root / output.base), str(project.root / output.base)
    merged = target.merge(data, file, model)
    unmanaged = frozenset(merged.names()) - frozenset(model.names())
    wanted = replace(wanted, base=target.read(data, project.app, file))
    return Lowering(output, model, merged, wanted, policy, unmanaged)
