"""What the commands print as JSON, held to the published schemas by a validator that others wrote."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

import pincompiler

SCHEMAS = Path(pincompiler.__file__).parent / "schemas"


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    return found


def closed(value: Any) -> Any:
    """The schema without room for fields that it does not describe."""
    if isinstance(value, list):
        return [closed(one) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: closed(one) for name, one in value.items()}
    return found | ({"additionalProperties": False} if isinstance(found.get("properties"), dict) else {})


@cache
def validator(name: str, *, strict: bool) -> Draft202012Validator:
    """Of the published schema; a strict one refuses what the schema does not describe."""
    found = schema(name)
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(closed(found) if strict else found, format_checker=FormatChecker())


def hold(name: str, printed: str) -> None:
    """Whatever a command has printed is what its schema describes, all of it; a report is that of an audit."""
    name = "audit" if name == "report" else name
    errors = validator(name, strict=True).iter_errors(json.loads(printed))
    assert [f"{one.json_path}: {one.message}" for one in errors] == []


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The ways to all values in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, one in inner for place in places(one, (*path, step)))]


def put(whole: Any, path: tuple[str | int, ...], value: object) -> Any:
    """A copy with another value in one place."""
    found = at = json.loads(json.dumps(whole))
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return found
