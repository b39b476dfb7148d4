"""What an audit reports of the example of each rule, and of apps full of trust decisions, whole: the text a user reads.

Other tests ask for a finding; these show what stands around it, and a change of any word as a difference of a file
below ``tests/golden/audits``.  ``make golden`` writes them; read what changed.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from typer.testing import CliRunner

from pincompiler.cli.program import app as cli
from pincompiler.reports.audit import junit, markdown, sarif, text
from pincompiler.workflows.audit import audit, audit_options
from tests.builds import build_app
from tests.real import test_app_rules, test_idioms, test_trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from pincompiler.rules.rule import Rule
    from pincompiler.verdicts.subject import Subject

FOLDER: Final = Path(__file__).parents[1] / "golden" / "audits"
SAMPLE: Final = Path(__file__).parents[2] / "samples" / "audit" / "shop.apk"
_SUM: Final = re.compile(r"\b[0-9a-f]{64}\b")
"""Of an app that is packed here; another zlib packs otherwise."""
_VERSION: Final = re.compile(r'(?<=pincompiler: `)[^`]+|(?<="version": ")\d+\.\d+\.\d+(?=")')


def trust(*sources: str) -> Callable[[Path], Path]:
    return lambda folder: build_app(folder, java=list(sources), libraries=())


APPS: Final[dict[str, Callable[[Path], Path]]] = {
    "trust-managers": trust(*test_trust.managers(sound=True), *test_trust.managers(sound=False)),
    "web-clients": trust(*test_trust.pages()),
    "sockets": trust(*test_trust.calls()),
    "okhttp": test_idioms.app,
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports name apps as they were given: short names, the same everywhere."""
    monkeypatch.chdir(tmp_path)


def hold(name: str, reported: str, request: pytest.FixtureRequest) -> None:
    """Compare with the file of this name, or write it."""
    path = FOLDER / name
    shown = _VERSION.sub("VERSION", _SUM.sub("SHA-256", reported))
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(shown, "utf-8")
    assert shown == path.read_text("utf-8"), "`make golden` writes what is reported now; read what changed"


def of_examples(subjects: Iterator[Subject]) -> str:
    return "\n".join(text.render([one]) for one in subjects)


@test_app_rules.every_built_rule
def test_the_example_of_a_rule(rule: Rule, today: date, request: pytest.FixtureRequest) -> None:
    wrong, _ = test_app_rules.examples(rule)
    hold(f"{rule.id}.txt", of_examples(test_app_rules.audited(wrong, Path(), today)), request)


@pytest.mark.slow
@pytest.mark.parametrize("name", APPS)
def test_an_app_of_many_parts(name: str, today: date, request: pytest.FixtureRequest) -> None:
    subject = audit(APPS[name](Path(name)), audit_options(today, None, ()))
    hold(f"apps/{name}.txt", text.render([subject]), request)


@pytest.mark.parametrize("form", ["md", "sarif", "junit"])
def test_the_sample_in_every_form(form: str, today: date, request: pytest.FixtureRequest) -> None:
    """The web page is held by ``samples/audit/report.html``."""
    Path("shop.apk").write_bytes(SAMPLE.read_bytes())
    subject = audit(Path("shop.apk"), audit_options(today, None, ()))
    render = {"md": markdown.render, "sarif": sarif.render, "junit": junit.render}[form]
    hold(f"apps/shop.{form}", render([subject]), request)


IMPACT: Final = "impact --chain certs/api-2026.pem --host api.example.com --ca-file certs/shop-ca.pem"
COMMANDS: Final = {
    "plan.json": "plan -f json --today 2026-11-25 --no-cache",
    "plan.html": "plan -f html --today 2026-11-25 --no-cache",
    "impact.json": f"{IMPACT} --today 2026-11-25 --until 2027-12-31 --no-cache -f json pins.toml shop.apk",
    "impact.txt": f"{IMPACT} --today 2030-01-02 --no-cache pins.toml shop.apk",
    "audit.json": "audit -f json --pins pins.toml --today 2026-11-23 shop.apk",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_on_the_sample(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    shutil.copytree(SAMPLE.parents[1], tmp_path, dirs_exist_ok=True)
    shutil.copy(SAMPLE, "shop.apk")
    done = CliRunner().invoke(cli, COMMANDS[name].split())
    assert not done.exception or isinstance(done.exception, SystemExit)
    hold(f"commands/{name}", done.stdout, request)


def test_every_file_is_of_some_test() -> None:
    named = {f"{rule.id}.txt" for rule in test_app_rules.BUILT} | {f"apps/{name}.txt" for name in APPS}
    named |= {f"commands/{name}" for name in COMMANDS} | {
        f"apps/shop.{form}" for form in ("md", "sarif", "junit")
    }
    assert {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*")} == named
