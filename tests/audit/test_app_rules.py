"""Every rule on shipped apps is listed once, documented in one form, and catalogued."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import pincompiler.rules
import pincompiler.rules.app
from pincompiler.base.finding import Level
from pincompiler.reports.audit import html, markdown
from pincompiler.reports.rules.page import grouped, page
from pincompiler.rules.every import RULES
from pincompiler.rules.on_apps import APP_RULES
from pincompiler.rules.references import reference_name
from pincompiler.rules.registry import references
from pincompiler.rules.rule import Rule
from tests.rule_examples import FENCE, halves

FORM = re.compile(
    r"(?P<summary>[^\n]+)\.\n\n"
    r"(?P<why>(?:(?!```).)+?)\n\n"
    r"(?P<wrong>```(?:java|kotlin|objc|xml|toml|js|text)\n.+?```.*?)\n\n"
    r"Use instead:\n\n(?P<right>.*?```(?:java|kotlin|objc|xml|toml|js|text|diff)\n.+?```.*?)\n\n"
    r"References: [^\n]+\n",
    re.DOTALL,
)
every_rule = pytest.mark.parametrize("rule", APP_RULES, ids=lambda rule: rule.id)


def test_every_module_is_listed_once() -> None:
    modules = {module.name for module in pkgutil.iter_modules(pincompiler.rules.app.__path__)}
    assert sorted(rule.id.replace("-", "_") for rule in APP_RULES) == sorted(modules)


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
    wrong, right = halves(rule.doc)
    assert FENCE.findall(wrong) != FENCE.findall(right)
    assert len(found["why"].split()) >= 15, "too short to convince anybody"
    assert found["why"].endswith(".")
    assert "\n## " not in rule.doc, "the headings come by themselves"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_references_are_ids_that_the_catalogues_have_in_their_order(rule: Rule) -> None:
    """A rule on apps names its weakness at least."""
    found = references(rule.id)
    assert rule.references[: len(found)] == found, "ids of catalogues come first"
    catalogues = ["CWE", "MASVS", "MASTG", "MASWE"]
    assert [one.partition("-")[0] for one in found] == sorted(
        (one.partition("-")[0] for one in found), key=catalogues.index
    )
    assert found or rule not in APP_RULES
    assert not found or found[0].startswith("CWE-")
    assert [one for one in found if not reference_name(one)] == []


# -- changed lines -------------------------------------------------------------------------------------

PAGE = """A thing.

So.

```java
a();
b();
a();
```

Use instead:

```diff
{}
```
"""


@pytest.mark.parametrize(
    ("changes", "right"),
    [("-b();", "a();\na();\n"), (" b();\n+c();\n a();", "a();\nb();\nc();\na();\n")],
    ids=["removed", "added"],
)
def test_changes_make_the_right_example(changes: str, right: str) -> None:
    assert FENCE.findall(halves(PAGE.format(changes))[1]) == [("java", right)]


@pytest.mark.parametrize("changes", ["-a();\n+c();", "-d();", " b();", "+c();", "@ b();"])
def test_changes_that_fit_nowhere_twice_or_change_nothing_fail(changes: str) -> None:
    with pytest.raises(AssertionError):
        halves(PAGE.format(changes))


def test_pages_show_what_goes_and_what_comes() -> None:
    rule = Rule("a-thing", Level.NOTE, PAGE.format("-a();\n+<c>();\n b();\n@@\n-x"))
    assert [line.mark for line in page(rule).right[0].changes] == ["-", "+", " ", ".", "-"]
    assert "<del>-a();</del>\n<ins>+&lt;c&gt;();</ins>\n b();\n...\n" in html.render_rules(grouped([rule]))
    assert "```diff\n-a();\n+<c>();\n b();\n@@\n-x\n```\n" in markdown.render_rules(grouped([rule]))
