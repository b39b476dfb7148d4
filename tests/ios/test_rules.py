"""The examples of the rules on apps for Apple's systems, put into apps: the first breaks the rule, the second none."""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING

import pytest

from pincompiler.rules.on_apps import APP_RULES
from pincompiler.workflows.audit import audit, audit_options
from tests.ios.apps import files, info, ipa
from tests.rule_examples import bundled_plists, halves, is_of_bundles
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.base.finding import Finding
    from pincompiler.rules.rule import Rule

RULES = [rule for rule in APP_RULES if is_of_bundles(rule.doc)]


def found(folder: Path, half: str) -> tuple[Finding, ...]:
    content = files(info("Shop"))
    for name, text in bundled_plists(half).items():
        own = plistlib.loads(text.encode())
        bundle = name.removesuffix("Info.plist").rstrip("/").rpartition("/")[2].partition(".")[0]
        content[name] = plistlib.dumps(info(bundle or "Shop") | own if name.endswith("Info.plist") else own)
    return audit(ipa(folder, content), audit_options(TODAY, None, ())).findings


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_examples_of_rules(rule: Rule, tmp_path: Path) -> None:
    wrong, right = halves(rule.doc)
    assert [(one.rule, one.level) for one in found(tmp_path, wrong)] == [(rule.id, rule.level)]
    assert not found(tmp_path, right)


def test_there_are_such_rules() -> None:
    assert {"unpinned-extension", "development-signed-app"} <= {rule.id for rule in RULES}
