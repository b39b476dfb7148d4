"""pins.toml as a JSON Schema, for editors: what :mod:`pincompiler.source.entries` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pincompiler.platforms.registry import TARGETS
from pincompiler.source import entries
from pincompiler.source.entries import OptionKind, TableShape, TomlOption, TomlOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pincompiler.platforms.target import Target

_TEXT: Mapping[str, Any] = {"type": "string", "pattern": r"\S"}
_KINDS: Mapping[OptionKind, Mapping[str, Any]] = {
    OptionKind.TEXT: _TEXT,
    OptionKind.TEXTS: {"type": "array", "items": {"type": "string"}},
    OptionKind.TEXT_OR_TEXTS: {"anyOf": [_TEXT, {"type": "array", "items": {"type": "string"}}]},
    OptionKind.BY_ENVIRONMENT: {
        "anyOf": [_TEXT, {"type": "object", "additionalProperties": {"type": "string"}}]
    },
    OptionKind.FLAG: {"type": "boolean"},
    OptionKind.NUMBER: {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
    OptionKind.DAY: {"type": "string", "format": "date"},
    OptionKind.VERSION: {"type": "string", "pattern": r"^\d{1,4}(\.\d{1,6}){0,3}$"},
}


def schema() -> dict[str, Any]:
    """A JSON Schema (2020-12) of pins.toml for editors; days are strings of RFC 3339, as taplo hands them over."""
    properties = {one.name: _entry(one) for one in (entries.VERSION, entries.ROOT)}
    properties |= {one.name: _table(one) for one in entries.TABLES}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pins.toml",
        "description": "The certificate pinning of an app, which pincompiler compiles and audits.",
        "type": "object",
        "properties": properties,
        "required": [entries.VERSION.name, entries.PIN_SET.name],
        "additionalProperties": False,
    }


def _table(table: TomlOptions) -> dict[str, Any]:
    if table is entries.TARGET:
        kinds = {target.name: _target(target) for target in TARGETS}
        return _described(table, {"type": "object", "properties": kinds, "additionalProperties": False})
    one = _object(table.entries)
    if table.shape is TableShape.NAMED:
        return _described(table, {"type": "object", "additionalProperties": one})
    if table.shape is TableShape.ARRAY:
        return _described(table, {"type": "array", "items": one})
    return _described(table, one)


def _target(target: Target[Any]) -> dict[str, Any]:
    """Its own table, or those of its instances."""
    known = entries.of_target(target)
    one = _object(
        tuple(
            TomlOption(
                entry.name,
                entry.kind,
                entry.meaning,
                required=entry.name == "path" or entry.name in target.required,
            )
            for entry in entries.TARGET.entries
            if entry.name in known
        )
    )
    # Without a path of its own it only holds those of its instances.
    return {**one, "required": [], "additionalProperties": one, "description": target.title}


def _object(those: tuple[TomlOption, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {entry.name: _entry(entry) for entry in those},
        "required": [entry.name for entry in those if entry.required],
        "additionalProperties": False,
    }


def _entry(entry: TomlOption) -> dict[str, Any]:
    choices = {"enum": list(entry.choices)} if entry.choices else {}
    fixed = {"const": 1} if entry is entries.VERSION else {}
    return {**_KINDS[entry.kind], **choices, **fixed, "description": _sentence(entry.meaning)}


def _described(table: TomlOptions, content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "description": _sentence(table.meaning)}


def _sentence(meaning: str) -> str:
    return f"{meaning[:1].upper()}{meaning[1:]}."
