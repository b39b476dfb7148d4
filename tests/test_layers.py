"""Arrows point one way: a folder imports only from the layers below its own, and no module imports itself back."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.apk.forge import manifest, simple_zip

PACKAGE = Path(__file__).parent.parent / "pincompiler"

LAYERS = (
    # From the bottom up; folders of one layer know nothing of each other.
    ("base",),
    ("policy",),
    ("keys", "archives", "roots"),
    ("platforms", "tls"),
    ("android", "foreign", "ios", "source"),
    ("facts",),
    ("shipped", "verdicts"),
    ("rules",),
    ("planning",),
    ("workflows",),
    ("reports",),
    ("cli",),
)
LOOSE = {"__init__.py", "__main__.py", "_version.py"}
"""All that may lie outside a folder.  `__init__` hands out the public names, each when it is first asked for."""
# What only some modules may touch.
CONFINED = {
    "androguard": tuple(f"android/androguard/{name}.py" for name in ("worker", "code", "container")),
    "lxml": (
        "platforms/nsc/",
        "android/apk/",
        "android/androguard/crosscheck.py",
        "reports/audit/junit.py",
        "reports/pipelines/junit.py",
    ),
    "cryptography": (
        *(f"keys/{name}.py" for name in ("certificates", "decoding", "names", "stores", "spki")),
        "tls/",
        *(f"workflows/{name}.py" for name in ("verify", "impact")),
    ),
    "subprocess": ("base/git.py", "android/androguard/process.py"),
    "multiprocessing": ("base/workers.py",),
    "warnings": ("base/quiet.py",),
    "isal": ("archives/archive.py",),
    "OpenSSL": ("tls/",),
    "socket": ("tls/",),
    "certifi": ("tls/keys.py",),
    "jinja2": ("base/templating.py",),
    "markupsafe": ("base/templating.py",),
    "rich": ("cli/help.py",),
    "typer": ("cli/",),
    "plistlib": ("platforms/plist.py",),
    "publicsuffixlist": ("policy/hosts.py",),
    "idna": ("policy/hosts.py",),
    "tomllib": (
        "source/toml_spans.py",
        "source/corrections.py",
        "source/document.py",
        "rules/references.py",
        "shipped/android/owners.py",
        "shipped/android/kits/known_calls.py",
    ),
}


FILES = sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py"))


@cache
def parsed(file: str) -> ast.Module:
    """A module's syntax, for the tests that need it: every process collects these, and few run them."""
    return ast.parse((PACKAGE / file).read_text("utf-8"))


def modules() -> dict[str, ast.Module]:
    return {file: parsed(file) for file in FILES}


@cache
def imports(file: str) -> frozenset[str]:
    """Every dotted name that a module imports, wherever the statement stands."""
    found = set()
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def file_of(dotted: str) -> str | None:
    """The file of this package that a dotted name is in: the module itself, or the one that has the name."""
    parts = dotted.split(".")[1:]
    while parts:
        for file in ("/".join(parts) + ".py", "/".join([*parts, "__init__.py"])):
            if file in FILES:
                return file
        parts.pop()
    return "__init__.py" if dotted.split(".", maxsplit=1)[0] == "pincompiler" else None


def arrows(file: str) -> set[str]:
    """The other files of the package that one imports."""
    return {found for name in imports(file) if (found := file_of(name)) and found != file}


def layer(file: str) -> int:
    return next(number for number, folders in enumerate(LAYERS) if file.split("/", maxsplit=1)[0] in folders)


def test_a_folder_says_where_a_line_belongs() -> None:
    assert {file.split("/")[0] for file in FILES if "/" in file} == {n for row in LAYERS for n in row}
    assert {file for file in FILES if "/" not in file} == LOOSE
    assert len(LAYERS) <= 12


@pytest.mark.parametrize("file", [file for file in FILES if "/" in file])
def test_imports_point_down(file: str) -> None:
    own = file.split("/", maxsplit=1)[0]
    others = {found for found in arrows(file) if found.split("/")[0] != own} - {"_version.py"}
    assert "__init__.py" not in others, "inside, names are imported from the modules that have them"
    assert not {found for found in others if layer(found) >= layer(file)}


def test_no_module_leads_back_to_itself() -> None:
    inside = {file: arrows(file) for file in FILES if file not in LOOSE}
    try:
        TopologicalSorter(inside).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_libraries_are_confined() -> None:
    strayed = [
        f"{file} imports {name}"
        for file in FILES
        for name in imports(file)
        if (places := CONFINED.get(name.split(".")[0])) and not file.startswith(places)
    ]
    assert not strayed


def test_the_clock_is_read_only_by_the_cli() -> None:
    readers = {
        file
        for file, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("today", "now", "utcnow")
        and isinstance(node.value, ast.Name)
        if node.value.id in ("date", "datetime", "time")
    }
    assert readers == {"cli/options.py"}


def test_a_public_class_name_means_one_thing() -> None:
    named = Counter(
        node.name
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert not {name for name, times in named.items() if times > 1}


def test_an_audit_loads_no_more_than_it_asks(tmp_path: Path) -> None:
    """What runs code, and the rules on pins.toml, would cost each audit a third of its start."""
    app = tmp_path / "app.apk"
    app.write_bytes(simple_zip({"AndroidManifest.xml": manifest()}))
    script = (
        "import sys; from pathlib import Path; from datetime import date\n"
        "from pincompiler.workflows.audit import audit, audit_options\n"
        "found = audit(Path(sys.argv[1]), audit_options(date(2026, 1, 1), None, ()))\n"
        "print(found.error, *sys.modules, sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", script, app], check=True, capture_output=True, text=True)
    error, *loaded = done.stdout.splitlines()
    assert not error
    assert "pincompiler.rules.app.debuggable_app" in loaded
    unasked = ("pincompiler.android.running", "pincompiler.rules.text.", "pincompiler.rules.policy.")
    assert [one for one in loaded if one.startswith((*unasked, "cryptography.x509"))] == []
