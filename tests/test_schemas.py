"""The published JSON Schemas: made of the tables that write, and true of what the commands print."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pincompiler.reports.schemas import INPUT, NAMES, made
from tests import pages
from tests.json_schemas import SCHEMAS, closed, schema, validator
from tests.test_cli import ROOT, SAMPLES, run


@pytest.mark.parametrize("name", NAMES)
def test_what_is_published_is_what_the_tables_have(name: str, request: pytest.FixtureRequest) -> None:
    path = SCHEMAS / f"{name}.schema.json"
    if request.config.getoption("--update-golden"):
        path.write_text(made(name), "utf-8")
    assert path.read_text("utf-8") == made(name)


def test_every_published_schema_is_of_a_command_or_of_what_it_reads() -> None:
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{name}.schema.json" for name in (*NAMES, INPUT)}


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_printed(name: str) -> None:
    ran = run("schema", name, cwd=ROOT)
    assert (ran.code, json.loads(ran.stdout)) == (0, schema(name))
    assert run("schema", cwd=ROOT).stdout.split() == [*NAMES, INPUT]


def test_a_misspelt_schema_is_refused_with_the_right_one() -> None:
    ran = run("schema", "aduit", cwd=ROOT)
    assert ran.code == 2
    assert "no schema is called aduit" in ran.stderr


def objects(value: Any) -> list[dict[str, Any]]:
    """Every description of an object in a schema."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = [one for part in inner for one in objects(part)]
    return [value, *found] if isinstance(value, dict) and isinstance(value.get("properties"), dict) else found


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_described(name: str) -> None:
    for described in objects(schema(name)):
        assert described["description"].endswith(".")
        for field in described["properties"].values():
            assert field["description"].endswith(".")


def test_a_later_version_may_add_fields_and_may_not_take_one_away() -> None:
    printed = json.loads(run("check", "-f", "json", cwd=SAMPLES).stdout)
    assert validator("check", strict=False).is_valid(printed | {"later": 1})
    assert not validator("check", strict=True).is_valid(printed | {"later": 1})
    del printed["findings"]
    assert not validator("check", strict=False).is_valid(printed)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_tells_the_results_of_other_commands_from_its_own(name: str) -> None:
    printed = json.loads(run("check", "-f", "json", cwd=SAMPLES).stdout)
    assert validator(name, strict=False).is_valid(printed) is (name == "check")


def test_closing_a_schema_closes_every_object() -> None:
    strict = closed(schema("diff"))
    assert objects(strict)
    assert all(one["additionalProperties"] is False for one in objects(strict))
    Draft202012Validator.check_schema(strict)


def names(value: Any) -> set[str]:
    """All that a schema names: fields, and the values of a choice."""
    if isinstance(value, list):
        return {name for one in value for name in names(one)}
    if not isinstance(value, dict):
        return set()
    own = {*value.get("properties", ()), *(one for one in value.get("enum", ()))}
    return own | {name for one in value.values() for name in names(one)}


@pytest.mark.parametrize("name", ["verify", "impact", "plan", "audit"])
def test_the_manual_names_no_field_that_is_not_there(name: str) -> None:
    (paragraph,) = (one for one in pages.text(name).split("\n\n") if f"schemas/{name}.schema.json" in one)
    sentences = paragraph[paragraph.rindex("JSON") :]
    told = {word for word in re.findall("`([^`]+)`", sentences) if not word.startswith("-")}
    assert len(told) > 1
    assert told <= names(schema(name))
