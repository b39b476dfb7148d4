"""The examples of every rule on apps, built into real apps: the first breaks the rule, the second does not."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pincompiler import audit
from pincompiler.rules.app import APP_RULES

from .apps import App, build_apps

if TYPE_CHECKING:
    from pincompiler.finding import Finding
    from pincompiler.rules.rule import Rule

pytestmark = pytest.mark.usefixtures("real_tools")

TODAY = date(2026, 11, 23)
_FENCE = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
ELSEWHERE = re.compile(r"com\.datatheorem|org\.chromium|trustkit-config|```js|```text")
"""Examples of libraries that are no part of this build, which tests/real/test_kits.py has, or of no app at
all: tests/audit/test_nsc_archive.py."""
BUILT = tuple(rule for rule in APP_RULES if not ELSEWHERE.search(rule.doc))


def sides(rule: Rule) -> dict[str, list[tuple[str, str]]]:
    """The fences of the wrong and of the right example: language and text."""
    wrong, _, right = rule.doc.partition("## Example")[2].partition("Use instead:")
    return {"wrong": _FENCE.findall(wrong), "right": _FENCE.findall(right)}


def app_of(fences: list[tuple[str, str]]) -> App:
    """An app that has the code and the XML of an example."""
    texts = {language: [text for kind, text in fences if kind == language] for language in ("java", "kotlin")}
    files: dict[str, str | bytes] = {}
    nsc = manifest = ""
    for kind, text in fences:
        if kind == "xml" and "<manifest" in text:
            manifest = text
        elif kind == "xml" and nsc:
            files["res/xml-v28/network_security_config.xml"] = text
        elif kind == "xml":
            nsc = text
    if "@raw/" in nsc:
        for name in re.findall(r"@raw/(\w+)", nsc):
            files[f"res/raw/{name}.pem"] = (
                Path(__file__).parents[2] / "samples/certs/shop-ca.pem"
            ).read_bytes()
    return App(java=texts["java"], kotlin=texts["kotlin"], nsc=nsc, manifest=manifest, files=files)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Every example as an app, made in one go."""
    wanted = {f"{rule.id}-{side}": app_of(fences) for rule in BUILT for side, fences in sides(rule).items()}
    made = build_apps(tmp_path_factory.mktemp("rules"), wanted)
    return {(rule.id, side): made[f"{rule.id}-{side}"] for rule in BUILT for side in ("wrong", "right")}


def found(rule: Rule, side: str, built: dict[tuple[str, str], Path], folder: Path) -> list[Finding]:
    """What the audit finds in an example, held to its pins.toml if it has one."""
    pins = next((text for kind, text in sides(rule)[side] if kind == "toml"), None)
    path = folder / "pins.toml"
    if pins is not None:
        path.write_text(pins, encoding="utf-8")
    asked = audit.question(TODAY, path if pins is not None else None, ())
    subject = audit.audit(built[rule.id, side], asked)
    assert not subject.error
    assert not [one for one in subject.unseen if "bug of pincompiler" in one.why]
    return [finding for finding in subject.findings if finding.rule == rule.id]


@pytest.mark.parametrize("rule", BUILT, ids=lambda rule: rule.id)
def test_first_example_breaks_the_rule(
    rule: Rule, built: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    own = found(rule, "wrong", built, tmp_path)
    assert own
    assert rule.level in {finding.level for finding in own}
    assert all(finding.fix and finding.location for finding in own)


@pytest.mark.parametrize("rule", BUILT, ids=lambda rule: rule.id)
def test_second_example_does_not(rule: Rule, built: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    assert found(rule, "right", built, tmp_path) == []
