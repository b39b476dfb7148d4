"""The examples of the rules on apps, built into real apps: the first breaks the rule, the second does not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.base.finding import Level
from pincompiler.rules.registry import APP_RULES
from pincompiler.workflows.audit import audit, audit_options
from tests.builds import build_app
from tests.real.apps import NSC, PACKAGE
from tests.real.kits import stubs, trustkit
from tests.rule_examples import FENCE, halves

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from pincompiler.base.finding import Finding
    from pincompiler.rules.rule import Rule
    from pincompiler.verdicts.subject import Subject

pytestmark = pytest.mark.usefixtures("builds")

NOT_BUILT: Final = {"archive-anomaly": "no build tool writes such an archive: tests/apk forges them"}
"""Rules whose examples are no app, and why."""
BUILT: Final = [rule for rule in APP_RULES if rule.id not in NOT_BUILT]

PLACE: Final = re.compile(r"<!-- (res/\S+) -->\n")
"""The first line of an XML that is not the configuration itself but a variant of it, or something else."""
CODE: Final = ("java", "kotlin", "js")
SCRIPT: Final = "assets/www/js/index.js"

every_built_rule = pytest.mark.parametrize("rule", BUILT, ids=lambda rule: rule.id)


@dataclass(slots=True)
class Example:
    """One half of the examples of a rule, as an app."""

    code: dict[str, list[str]] = field(default_factory=dict)
    """Sources by language."""
    files: dict[str, str | bytes] = field(default_factory=dict)
    manifest: str = ""
    pins: str = ""

    @property
    def package(self) -> str:
        found = re.search(r'\bpackage="([^"]+)"', self.manifest)
        return found[1] if found else PACKAGE

    def languages(self) -> list[str]:
        """Each says the same in its way, and is an app of its own."""
        return list(self.code) or [""]


def examples(rule: Rule) -> tuple[Example, Example]:
    wrong, right = halves(rule.doc)
    return example(wrong), example(right)


def example(text: str) -> Example:
    found = Example()
    for language, content in FENCE.findall(text):
        if language in CODE:
            found.code.setdefault(language, []).append(content)
        elif language == "toml":
            found.pins = content
        elif language != "xml":
            pytest.fail(f"examples of an app have no {language}")
        elif "<manifest" in content:
            found.manifest = content
        else:
            place = PLACE.match(content)
            found.files[place[1] if place else NSC] = content
    return found


def libraries(example: Example) -> tuple[str, ...]:
    """Those which the sources name, and no others: they take time to read."""
    text = "\n".join(source for sources in example.code.values() for source in sources)
    names = []
    if re.search(r"\bokhttp3\.", text) or "kotlin" in example.code:
        names.append("okhttp-4.12.0")
    if "com.squareup.okhttp." in text:
        names.append("okhttp-2.7.5")
    if "com.datatheorem." in text:
        names.append(trustkit())
    if "js" in example.code or re.search(
        r"\b(?:org\.chromium|org\.conscrypt|io\.approov|com\.appmattus)\.", text
    ):
        names.append(stubs())
    return tuple(names)


def packaged(sources: list[str], package: str) -> list[str]:
    return [text if re.match(r"\s*package\b", text) else f"package {package}; {text}" for text in sources]


def audited(example: Example, folder: Path, today: date) -> Iterator[Subject]:
    """What the audit says of the app, once for each language."""
    pins = None
    if example.pins:
        pins = folder / "pins.toml"
        pins.write_text(example.pins, encoding="utf-8")
    asked = audit_options(today, pins, ())
    for language in example.languages():
        files = dict(example.files)
        code = {language: packaged(example.code[language], example.package)} if language in CODE[:2] else {}
        if language == "js":
            files[SCRIPT] = "\n".join(example.code["js"])
            code = {"java": ["public final class Shell {}"]}
        apk = build_app(
            folder / (language or "plain"),
            files=files,
            manifest=example.manifest,
            libraries=libraries(example),
            **code,
        )
        yield audit(apk, asked)


def findings(subject: Subject, rule: Rule) -> list[Finding]:
    assert not subject.error
    assert [one for one in subject.unseen if "bug of pincompiler" in one.why] == []
    return [finding for finding in subject.findings if finding.rule == rule.id]


@every_built_rule
def test_first_example_breaks_the_rule(rule: Rule, tmp_path: Path, today: date) -> None:
    for subject in audited(examples(rule)[0], tmp_path, today):
        own = findings(subject, rule)
        assert own, f"not found; found were {subject.findings}, unseen were {subject.unseen}"
        assert rule.level in {finding.level for finding in own}
        assert all(finding.fix and finding.location for finding in own)


@every_built_rule
def test_second_example_does_not(rule: Rule, tmp_path: Path, today: date) -> None:
    for subject in audited(examples(rule)[1], tmp_path, today):
        assert findings(subject, rule) == []
        # Nor does following the advice break another rule, or hide the rule behind a doubt.
        assert [finding for finding in subject.findings if finding.level is Level.ERROR] == []


def test_exceptions_are_rules() -> None:
    assert {rule.id for rule in APP_RULES} >= NOT_BUILT.keys()
