"""The pages for people name only what is there, and commits keep to their form."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.pages import MANUAL, ROOT
from tests.test_layers import LAYERS

if TYPE_CHECKING:
    from pathlib import Path

PAGES = (
    "README.md",
    "CHANGELOG.md",
    ".github/CONTRIBUTING.md",
    ".github/SECURITY.md",
    ".github/THREATS.md",
    "pincompiler/README.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in MANUAL.iterdir()),
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED = re.compile(
    r"`((?:\.github|pincompiler|templates|tests|samples)/[\w./-]*|[\w-]+/[\w-]+(?:/[\w-]+)*\.py)`"
)
"""Paths from the top, and modules from the package, in backticks."""
MADE = re.compile(r"`make ([\w-]+)`|^\$ make ([\w-]+)$", re.MULTILINE)
RULED = "099e1a006bf804b55c36f48b68ca6569848b4253"
"""The commit after which every subject has at most 72 characters."""

HOLDS = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
"""Tests by name."""

QUAINT = re.compile(r"\b(?:tells?|told|telling|judg(?:es?|ed|ing|ement))\b", re.IGNORECASE)
"""Words for which there are plainer ones: report, warn, show, check."""

SPEAKING = (
    "android",
    "base",
    "cli",
    "facts",
    "keys",
    "planning",
    "platforms",
    "policy",
    "reports",
    "roots",
    "rules",
    "shipped",
    "source",
    "tls",
    "verdicts",
    "workflows",
)
"""Folders whose strings somebody reads: all."""

every_page = pytest.mark.parametrize("page", PAGES)


def text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def spoken() -> list[Path]:
    return [path for folder in SPEAKING for path in sorted((ROOT / "pincompiler" / folder).rglob("*.py"))]


@every_page
def test_tests_that_are_named_are_there(page: str) -> None:
    named = HOLDS.findall(text(page))
    assert named or page != ".github/THREATS.md"
    for file, name in named:
        assert f"def {name}(" in text(file), (file, name)


@every_page
def test_links_lead_somewhere(page: str) -> None:
    for link in LINK.findall(text(page)):
        if link.startswith(("https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@every_page
def test_named_files_are_there(page: str) -> None:
    for name in NAMED.findall(text(page)):
        if "NAME" not in name:
            assert (ROOT / name).exists() or (ROOT / "pincompiler" / name).exists(), name


@every_page
def test_named_targets_of_make_are_there(page: str) -> None:
    targets = set(re.findall(r"^([\w-]+):", text("Makefile"), re.MULTILINE))
    assert {first or second for first, second in MADE.findall(text(page))} <= targets


def test_the_layers_are_those_of_the_test() -> None:
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", text("pincompiler/README.md"), re.MULTILINE)
    assert [tuple(re.findall(r"`(\w+)`", row)) for row in rows] == list(LAYERS)


@pytest.mark.parametrize(
    "path", [*map(ROOT.joinpath, PAGES), *(ROOT / "templates").iterdir()], ids=lambda path: path.name
)
def test_words_are_plain(path: Path) -> None:
    assert QUAINT.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", spoken(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_strings_have_plain_words(path: Path) -> None:
    """Docstrings, messages and help texts; the names of variables are nobody's business but the code's."""
    texts = [
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert [text for text in texts if QUAINT.search(text)] == []


def test_the_newest_version_has_its_changes() -> None:
    from pincompiler import __version__

    versions = re.findall(r"^## \[([^\]]+)\]", text("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == "Unreleased"
    assert __version__ in versions


def test_subjects_of_commits_fit_on_a_line() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("an archive has no commits")
    found = subprocess.run(
        [git, "log", "--format=%s", f"{RULED}..HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if found.returncode:
        pytest.skip("a shallow clone has no commits to check")
    assert [line for line in found.stdout.splitlines() if len(line) > 72] == []
