"""What is wrong with the hand-written part of a file that is compiled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pincompiler.facts.kits import KitFacts
from pincompiler.platforms.nsc.model import Nsc
from pincompiler.rules.on_apps import APP_RULES
from pincompiler.rules.rule import Audited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from pincompiler.base.finding import Finding
    from pincompiler.policy.project import Project
    from pincompiler.verdicts.lowering import Lowering

_OF_TARGETS: Final = frozenset({"refused-nsc", "overridden-pins"})
"""Rules on what the objections of the target report of the same lines."""


def of_base(project: Project, lowering: Lowering, today: date) -> Iterator[Finding]:
    """What an audit finds in the whole file that is written, base and all; nothing where there is no base."""
    if lowering.output.base is None or not isinstance(lowering.effective, Nsc):
        return
    from pincompiler.shipped.android.alone import of_configuration

    title = str(project.root / lowering.output.base)
    audited = Audited(replace(of_configuration(lowering.effective, title), kits=KitFacts()), today)
    for rule in APP_RULES:
        if rule.app and rule.id not in _OF_TARGETS:
            for one in rule.app(audited):
                yield replace(one, target=lowering.output.name, evidence=None)
