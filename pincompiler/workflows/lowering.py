"""From a project to what each of its outputs will enforce; nothing is checked here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pincompiler.base.existence import is_file
from pincompiler.base.finding import Finding, Level
from pincompiler.platforms.registry import target_named
from pincompiler.source.document import read_bytes
from pincompiler.verdicts.lowering import Lowering
from pincompiler.workflows.raw_resources import beside

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.platforms.nsc.model import Nsc
    from pincompiler.policy.project import Output, Project
    from pincompiler.policy.trust import Anchor


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
    merged, before = (
        _with_resources(one, model, project, output)
        for one in (target.merge(data, file, model), target.read(data, project.app, file))
    )
    unmanaged = frozenset(merged.names()) - frozenset(model.names())
    return Lowering(output, model, merged, replace(wanted, base=before), policy, unmanaged)


def _with_resources(nsc: Nsc, generated: Nsc, project: Project, output: Output) -> Nsc:
    """With the CAs of the resources that a base refers to, as far as they lie beside it or beside the output."""
    own = {one.source: one.anchors for config in generated.configs for one in config.settings.anchors or ()}
    places = tuple(project.root / one for one in (output.path, output.base) if one is not None)

    def anchors_of(reference: str) -> tuple[Anchor, ...] | None:
        found = (beside(place, reference) for place in places)
        return own.get(reference) or next((one for one in found if one is not None), None)

    return nsc.with_resources(anchors_of)
