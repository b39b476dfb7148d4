"""Every rule is listed, documented in one form, and does what its two examples say."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import TYPE_CHECKING

import pytest

from pincompiler.base.finding import Level
from pincompiler.rules import policy, target, text
from pincompiler.rules.every import RULES as EVERY_RULE
from pincompiler.rules.on_apps import APP_RULES
from pincompiler.workflows.compile import artifacts, check, overwritten
from pincompiler.workflows.write import write_all
from tests.rule_examples import FENCE, completed, halves

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from pincompiler.base.finding import Finding
    from pincompiler.rules.rule import Rule

FOLDERS = (text, policy, target)
MODULES = {
    module.name: f"{folder.__name__}.{module.name}"
    for folder in FOLDERS
    for module in pkgutil.iter_modules(folder.__path__)
}
"""Every module that is a rule, with its place."""

RULES = tuple(rule for rule in EVERY_RULE if rule not in APP_RULES)
"""Those on pins.toml; tests/audit/test_app_rules.py and tests/real/test_app_rules.py have those on apps."""

OF_COMPILING = {
    "hand-written-output": "needs the output to exist, and is told by compile, not by check: tested below",
    "foreign-output": "the same",
}
"""Rules whose examples `check` alone cannot judge, and why."""

FORM = re.compile(
    r"(?P<summary>[^\n]+)\.\n\n"
    r"(?P<why>.+?)\n\n"
    r"```toml\n(?P<wrong>.+?)```\n\n"
    r"Use instead:\n\n```(?:toml|diff)\n.+?```\n"
    r"(?:\nReferences: [^\n]+\n)?",
    re.DOTALL,
)

FILES = {"api-2026": "api-2026.pem", "api-2027": "api-2027.csr", "backup-ca": "backup-ca.pem"}
KEYS = {name: f'file = "certs/{file}"' for name, file in FILES.items()}
"""The usual keys, which an example need not define."""

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
every_checked_rule = pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.id not in OF_COMPILING], ids=lambda rule: rule.id
)


def parts(rule: Rule) -> re.Match[str]:
    found = FORM.fullmatch(rule.doc)
    assert found, "the documentation lacks a part, or has its parts in another order"
    return found


def example(rule: Rule, kind: str) -> str:
    """The wrong example, or the right one."""
    text = halves(rule.doc)[("wrong", "right").index(kind)]
    ((language, code),) = FENCE.findall(text)
    assert language == "toml"
    return completed(code, KEYS)


def judged(example: str, root: Path, today: date) -> tuple[Finding, ...]:
    path = root / "pins.toml"
    path.write_text(example, encoding="utf-8")
    return check(path, today).findings


# -- listing -------------------------------------------------------------------------------------


def test_every_rule_module_is_listed_once() -> None:
    assert sorted(rule.id.replace("-", "_") for rule in RULES) == sorted(MODULES)


@every_rule
def test_id_is_the_name_of_the_module(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    module = importlib.import_module(MODULES[rule.id.replace("-", "_")])
    assert module.RULE is rule
    assert rule.doc == module.__doc__


def test_exceptions_are_rules() -> None:
    assert {rule.id for rule in RULES} >= OF_COMPILING.keys()


# -- documentation -------------------------------------------------------------------------------


@every_rule
def test_documentation_has_its_four_parts(rule: Rule) -> None:
    found = parts(rule)
    assert rule.doc.count("```") == 4
    assert "\n## " not in rule.doc, "the headings come by themselves"
    assert example(rule, "wrong") == completed(found["wrong"], KEYS)
    assert rule.summary == found["summary"]
    assert example(rule, "wrong") != example(rule, "right")


@every_rule
def test_why_is_prose_that_ends_in_a_full_stop(rule: Rule) -> None:
    why = parts(rule)["why"]
    assert "```" not in why
    assert why.endswith(".")
    assert len(why.split()) >= 15, "too short to convince anybody"


# -- examples ------------------------------------------------------------------------------------


@every_checked_rule
def test_first_example_breaks_the_rule(rule: Rule, example_root: Path, today: date) -> None:
    findings = judged(example(rule, "wrong"), example_root, today)
    own = [finding for finding in findings if finding.rule == rule.id]
    assert own, f"not found; found were {findings}"
    assert {finding.level for finding in own} == {rule.level}
    assert all(finding.fix for finding in own)
    assert all(finding.location and finding.location.span for finding in own)


@every_checked_rule
def test_second_example_does_not(rule: Rule, example_root: Path, today: date) -> None:
    findings = judged(example(rule, "right"), example_root, today)
    assert [finding for finding in findings if finding.rule == rule.id] == []
    assert [finding for finding in findings if finding.level is Level.ERROR] == []


@pytest.mark.slow
@every_checked_rule
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(
    rule: Rule, example_root: Path, today: date
) -> None:
    path = example_root / "pins.toml"
    for kind in ("wrong", "right"):
        text = example(rule, kind)
        path.write_bytes(text.encode())
        unix = check(path, today).findings
        path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
        assert check(path, today).findings == unix


def test_hand_written_output(example_root: Path, today: date) -> None:
    """Its first example is refused over a person's file, its second one writes beside it."""
    rule = next(rule for rule in RULES if rule.id == "hand-written-output")
    path = example_root / "pins.toml"
    told = {}
    for kind in ("wrong", "right"):
        path.write_text(example(rule, kind), encoding="utf-8")
        checked = check(path, today)
        assert checked.ok
        told[kind] = [(f.rule, f.level, f.target) for f in overwritten(checked, example_root)]
    assert told == {"wrong": [("hand-written-output", Level.ERROR, "nsc")], "right": []}


def test_foreign_output(example_root: Path, today: date) -> None:
    """Its first example is refused where staging.toml has written, its second one writes beside it."""
    rule = next(rule for rule in RULES if rule.id == "foreign-output")
    text = example(rule, "wrong")
    (example_root / "staging.toml").write_text(text, encoding="utf-8")
    staging = check(example_root / "staging.toml", today)
    write_all(artifacts(staging), example_root)
    told = {}
    for kind in ("wrong", "right"):
        (example_root / "pins.toml").write_text(example(rule, kind), encoding="utf-8")
        checked = check(example_root / "pins.toml", today)
        assert checked.ok
        told[kind] = [(f.rule, f.level, f.target) for f in overwritten(checked, example_root)]
    assert told == {"wrong": [("foreign-output", Level.ERROR, "nsc")], "right": []}
