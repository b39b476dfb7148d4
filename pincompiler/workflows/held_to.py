"""Which environment of a pins.toml an app is held to, and by what others and assessments are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.policy.trust import Anchor
from pincompiler.rules.carried import carried
from pincompiler.rules.rule import Traces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pincompiler.facts import ShippedApp
    from pincompiler.workflows.compile import Checked, Variant


def held_to(
    app: ShippedApp, checked: Checked, environment: str
) -> tuple[Variant, str, Mapping[str, str], Traces | None]:
    """What an app is held to, the environment it should be of, digests of others with their names, and traces.

    InputError if there is no environment of the name.
    """
    meant = checked.of(environment)
    own = set(meant.digests)
    foreign = {
        digest: one.project.title for one in checked.released for digest in one.digests if digest not in own
    }
    return _recognised(app, checked, meant), meant.project.title, foreign, _traces(checked)


def _recognised(app: ShippedApp, checked: Checked, meant: Variant) -> Variant:
    """The environment whose files the app has, by their digests: the one that is meant if it has some of that."""
    there = {one.digest for one in carried(app)}
    found = (one for one in (meant, *checked.released) if not there.isdisjoint(one.digests))
    return next(found, meant)


def sought(checked: Checked) -> dict[str, bytes]:
    """What no release has in any form: the certificates of those who may look into assessment builds, by name."""
    traces = _traces(checked)
    return {one.name: one.der for one in traces.anchors if one.der} if traces else {}


def _traces(checked: Checked) -> Traces | None:
    """By what the assessment builds of any environment are known."""
    assessed = [one for one in checked.variants if one.project.policy.assessors]
    if not assessed:
        return None
    anchors = {
        source: None
        for one in assessed
        for source in one.project.policy.assessors
        if isinstance(source, Anchor)
    }
    return Traces(frozenset(digest for one in assessed for digest in one.digests), tuple(anchors))
