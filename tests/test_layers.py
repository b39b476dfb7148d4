"""Arrows point one way: a module imports only from the layers below its own."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "pincompiler"

# From the bottom up; a folder stands for all in it.  Modules of one layer may use each other.
LAYERS = (
    (
        "records",
        "regexes",
        "errors",
        "git",
        "workers",
        "quiet",
        "cache",
        "location",
        "toml_spans",
        "hosts",
        "templating",
        "decoding",
        "dex",
        "engine",
    ),
    ("finding", "policy"),
    ("fidelity", "tabulated", "certificate_files", "java_stores", "spki", "project", "interception", "tls"),
    ("platforms",),
    ("apk",),
    ("androguard",),
    ("facts",),
    ("drift", "verdicts", "verification", "outlook"),
    ("planning",),
    ("subject", "fingerprints", "changes", "headline"),
    ("source", "revisions"),
    ("rules", "shipped", "lowering", "destinations"),
    ("overwriting",),
    ("compiler", "reports"),
    ("lift", "outputs"),
    (
        "audit",
        "configurations",
        "starter",
        "pinning",
        "comparing",
        "explain",
        "verify",
        "pin_served",
        "releases",
        "impact",
    ),
    ("library",),
    ("cli",),
    ("__main__",),
)
# What only some modules may touch.
CONFINED = {
    "androguard": ("androguard/worker.py", "androguard/code.py", "androguard/container.py"),
    "lxml": ("platforms/nsc/", "apk/", "androguard/crosscheck.py", "reports/junit.py"),
    "cryptography": ("certificate_files.py", "decoding.py", "spki.py", "tls/", "verify.py", "impact.py"),
    "subprocess": ("git.py", "androguard/process.py"),
    "multiprocessing": ("workers.py",),
    "warnings": ("quiet.py",),
    "isal": ("apk/archive.py",),
    "OpenSSL": ("tls/",),
    "socket": ("tls/",),
    "certifi": ("tls/keys.py",),
    "jinja2": ("templating.py",),
    "markupsafe": ("templating.py",),
    "typer": ("cli/",),
    "plistlib": ("platforms/plist.py",),
    "publicsuffixlist": ("hosts.py",),
    "idna": ("hosts.py",),
    "tomllib": ("toml_spans.py", "source/document.py", "rules/references.py", "shipped/owners.py"),
}


@cache
def modules() -> dict[str, ast.Module]:
    return {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")
    }


def imports(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def layer(dotted: str) -> int:
    name = dotted.split(".")[1]
    return next(n for n, layer in enumerate(LAYERS) if name in layer)


def test_imports_point_down() -> None:
    upward = []
    for file, tree in modules().items():
        if file == "__init__.py":
            continue
        own = layer("pincompiler." + file.removesuffix(".py").replace("/", "."))
        for name in imports(tree):
            internal = name.startswith("pincompiler.") and name != "pincompiler.__version__"
            if internal and layer(name) > own:
                upward.append(f"{file} imports {name}")
    assert not upward


def test_every_module_has_a_layer() -> None:
    named = {name for layer in LAYERS for name in layer}
    present = {file.split("/")[0].removesuffix(".py") for file in modules()} - {"__init__"}
    assert present == named


def test_libraries_are_confined() -> None:
    strayed = [
        f"{file} imports {name}"
        for file, tree in modules().items()
        for name in imports(tree)
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
