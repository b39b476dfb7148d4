"""The table of what may stand in pins.toml: the readers, the JSON Schema for editors and the manual say the same."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from pincompiler.reports.schemas import INPUT, made
from pincompiler.rules.every import RULES
from pincompiler.source import entries
from pincompiler.source.document import parse
from pincompiler.source.entries import OptionKind as Kind
from pincompiler.source.entries import TableShape
from pincompiler.source.reader import read_project
from tests import pages
from tests.json_schemas import SCHEMAS
from tests.rule_examples import FENCE, completed, halves
from tests.test_cli import ROOT, SAMPLES, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pincompiler.source.entries import TomlOption, TomlOptions

OF_FORM = {"unknown-key", "wrong-type", "missing-value", "invalid-value", "unknown-target"}
"""Rules that a schema may see as well; what names, hosts and files mean it cannot know."""
WRONG: dict[Kind, object] = {
    Kind.TEXT: 1,
    Kind.TEXTS: "one",
    Kind.TEXT_OR_TEXTS: 1,
    Kind.BY_ENVIRONMENT: 1,
    Kind.FLAG: "yes",
    Kind.NUMBER: "one",
    Kind.DAY: "soon",
    Kind.VERSION: 14,
}
SOUND = {"version": 1, "pin-set": [{"hosts": ["a.example"], "keys": [], "enforce": False}]}
WITH = {"package": "okhttp-kotlin", "swizzle": "trustkit", "base": "nsc"}
"""Targets that have entries of their own."""

OF_BUNDLE: dict[str, object] = {"file": "bundle.pem"}
ACCEPTED = {"rule": "weak-key", "reason": "old", "until": date(2027, 1, 1)}
BESIDE: dict[str, dict[str, object]] = {
    "index": OF_BUNDLE,
    "subject": OF_BUNDLE,
    "pin": OF_BUNDLE,
    "places": ACCEPTED,
    "path-assessment": {"path": "Info.plist"},
}
"""What has to stand beside an entry before anybody reads it."""


def complaints(values: dict[str, Any]) -> list[str]:
    """What the schema says of a pins.toml, whose days editors hand over as strings."""
    plain = json.loads(json.dumps(values, default=str))
    checker = Draft202012Validator(
        json.loads(made(INPUT)), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [error.message for error in checker.iter_errors(plain)]


def of_form(text: str, root: Path) -> list[str]:
    """What the readers say of the form of a pins.toml."""
    found = read_project(parse(text, "pins.toml"), root).findings
    return [finding.message for finding in found if finding.rule in OF_FORM]


def toml(values: dict[str, Any]) -> str:
    """A small TOML text: inline tables are TOML as well."""
    return "".join(f"{name} = {inline(value)}\n" for name, value in values.items())


def inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value)


def holding(table: TomlOptions, content: dict[str, object]) -> dict[str, Any]:
    """A pins.toml in which a table of this kind has a content."""
    if table is entries.TARGET:
        target = next((WITH[name] for name in content if name in WITH), "ats")
        proxy = {"anchors": {"proxy": {**OF_BUNDLE, "index": 1}}, "assessment": {"anchors": ["proxy"]}}
        return {**SOUND, **proxy, "target": {target: {"path": "Info.plist", **content}}}
    if table.shape is TableShape.NAMED:
        return {**SOUND, table.name: {"one": content}}
    if table.shape is TableShape.ARRAY:
        return {**SOUND, table.name: [content]}
    return {**SOUND, table.name: content}


def every_entry() -> Iterator[Any]:
    for table in entries.TABLES:
        for entry in table.entries:
            yield pytest.param(table, entry, id=f"{table.name}-{entry.name}")


def project_files() -> list[Path]:
    return [*sorted(SAMPLES.rglob("*pins.toml")), SAMPLES / "kinds.toml", SAMPLES / "public-cas.toml"]


def test_what_is_published_is_what_the_table_says(request: pytest.FixtureRequest) -> None:
    path = SCHEMAS / f"{INPUT}.schema.json"
    if request.config.getoption("--update-golden"):
        path.write_text(made(INPUT), "utf-8")
    assert path.read_text("utf-8") == made(INPUT)
    Draft202012Validator.check_schema(json.loads(made(INPUT)))
    assert run("schema", INPUT, cwd=ROOT).stdout == made(INPUT)


@pytest.mark.parametrize("path", project_files(), ids=lambda path: path.relative_to(SAMPLES).as_posix())
def test_the_samples_are_as_the_schema_has_it(path: Path) -> None:
    assert complaints(tomllib.loads(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_schema_refuses_nothing_that_the_readers_take(rule: Any, tmp_path: Path) -> None:
    """Of each rule the example and its correction."""
    keys = {f"api-{year}": f'spki-sha256 = "{year}"' for year in (2026, 2027)}
    fences = (fence for half in halves(rule.doc) for fence in FENCE.findall(half))
    for text in (completed(text, keys) for language, text in fences if language == "toml"):
        if not parse(text, "pins.toml").problems and not of_form(text, tmp_path):
            assert complaints(tomllib.loads(text)) == []


@pytest.mark.parametrize(("table", "entry"), [*every_entry()])
def test_a_value_of_another_kind_is_refused_by_both(
    table: TomlOptions, entry: TomlOption, tmp_path: Path
) -> None:
    certificates = ("api-2026.pem", "shop-ca.pem")
    bundle = b"".join((SAMPLES / "certs" / name).read_bytes() for name in certificates)
    (tmp_path / "bundle.pem").write_bytes(bundle)
    values = holding(table, {**BESIDE.get(entry.name, {}), entry.name: WRONG[entry.kind]})
    assert any(f"`{entry.name}`" in one for one in of_form(toml(values), tmp_path))
    assert complaints(values)


@pytest.mark.parametrize("table", entries.TABLES, ids=lambda table: table.name)
def test_an_unknown_entry_is_refused_by_both(table: TomlOptions, tmp_path: Path) -> None:
    values = holding(table, {"colour": "red"})
    assert "`colour` means nothing here" in of_form(toml(values), tmp_path)
    assert complaints(values)


@pytest.mark.parametrize("name", [entry.name for entry in entries.KEY.entries if entry.choices])
def test_words_are_those_that_the_reader_takes(name: str, tmp_path: Path) -> None:
    (entry,) = (one for one in entries.KEY.entries if one.name == name)
    for word in (*entry.choices, "other"):
        values = holding(entries.KEY, {"file": "a.pem", name: word})
        refused = any("cannot be" in one for one in of_form(toml(values), tmp_path))
        assert refused is (word == "other")
        assert bool(complaints(values)) is refused


def table_of_the_manual() -> str:
    head = "| entry | value | meaning |\n|---|---|---|\n"
    parts = [head + rows((entries.VERSION, entries.ROOT))]
    for table in entries.TABLES:
        meaning = f"{table.meaning[0].upper()}{table.meaning[1:]}."
        parts.append(f"\n## `{table.title}`\n\n{meaning}\n\n{head}{rows(table.entries)}")
    return "".join(parts)


def rows(some: tuple[TomlOption, ...]) -> str:
    return "".join(f"| `{one.name}` | {words_of(one)} | {one.meaning} |\n" for one in some)


def words_of(one: TomlOption) -> str:
    choices = " or ".join(f"`{json.dumps(word)}`" for word in one.choices)
    return f"{choices or one.kind.value}{'; required' if one.required else ''}"


def test_the_manual_has_every_entry(request: pytest.FixtureRequest) -> None:
    pages.held(INPUT, "entries", table_of_the_manual(), update=request.config.getoption("--update-golden"))
