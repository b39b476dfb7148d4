"""Every rule on shipped apps is listed once, documented in one form, and catalogued."""

from __future__ import annotations

import importlib
import pkgutil
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pincompiler.rules
import pincompiler.rules.app
from pincompiler.rules.app import APP_RULES
from pincompiler.rules.registry import RULES

if TYPE_CHECKING:
    from pincompiler.rules.rule import Rule

HELPERS = frozenset({"leniency"})
"""Modules of the package that are no rules."""
FORM = re.compile(
    r"(?P<summary>[^\n]+)\.\n\n"
    r"## Why is this bad\?\n\n(?P<why>.+?)\n\n"
    r"## Example\n\n(?P<wrong>.*?```(?:java|kotlin|xml|toml|js|text)\n.+?```.*?)\n\n"
    r"Use instead:\n\n(?P<right>.*?```(?:java|kotlin|xml|toml|js|text)\n.+?```.*?)\n",
    re.DOTALL,
)
every_rule = pytest.mark.parametrize("rule", APP_RULES, ids=lambda rule: rule.id)


def test_every_module_is_listed_once() -> None:
    modules = {module.name for module in pkgutil.iter_modules(pincompiler.rules.app.__path__)}
    assert sorted(rule.id.replace("-", "_") for rule in APP_RULES) == sorted(modules - HELPERS)


def test_ids_are_unique_among_all_rules() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))


@every_rule
def test_id_is_the_name_of_the_module(rule: Rule) -> None:
    module = importlib.import_module(f"pincompiler.rules.app.{rule.id.replace('-', '_')}")
    assert module.RULE is rule
    assert rule.doc == module.__doc__
    assert rule.app is not None


@every_rule
def test_documentation_has_its_four_parts(rule: Rule) -> None:
    found = FORM.fullmatch(rule.doc)
    assert found, "the documentation lacks a part, or has its parts in another order"
    assert found["wrong"] != found["right"]
    assert len(found["why"].split()) >= 15, "too short to convince anybody"
    assert found["why"].endswith(".")


def test_the_catalogue_knows_every_rule_on_apps_and_no_other() -> None:
    """And its ids are such as the catalogues have."""
    path = Path(pincompiler.rules.__file__).parent / "references.toml"
    table = {key: value for key, value in tomllib.loads(path.read_text("utf-8")).items() if key != "version"}
    assert {rule.id for rule in APP_RULES} <= table.keys() <= {rule.id for rule in RULES}
    for entry in table.values():
        assert entry.keys() <= {"cwe", "masvs", "mastg", "maswe"}
        assert entry["cwe"]
        assert set(entry.get("masvs", ())) <= {
            "NETWORK-1",
            "NETWORK-2",
            "RESILIENCE-1",
            "RESILIENCE-2",
            "RESILIENCE-4",
            "CODE-1",
            "CODE-3",
            "CRYPTO-2",
            "STORAGE-1",
            "PLATFORM-2",
        }
        assert all(200 <= number < 400 for number in entry.get("mastg", ()))
        assert all(0 < number < 120 for number in entry.get("maswe", ()))
