"""Records in JSON, both ways from one table: each field is described once, and written, read and documented by that.

A result carries ``"version": 1``: its fields stay, and later versions of pincompiler may add some.  So the schema
that is published requires every field and forbids no other, and the reader leaves alone what it does not know.
"""

from __future__ import annotations

import json
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pincompiler._version import __roots__
from pincompiler.base.bounds import RESULT_VALUES
from pincompiler.base.errors import InputError
from pincompiler.base.json_kinds import TEXT, Constant, Kind, Schema, WrongError
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

VERSION = 1
"""Of the shape of all results."""
_NEVER: Any = object()
_ROOTS = "The day of the newest source of what it knows of public root CAs and the devices that have them."


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a JSON object; :func:`field` makes one."""

    name: str
    kind: Kind
    doc: str
    get: Callable[[Any], Any]
    """Its value, of the record that is written."""
    key: str
    """The parameter of :attr:`JsonTable.made` that takes what is read; empty: it is checked, and follows from others."""
    optional: bool
    """Whether it is left out where its value is None."""
    before: Any
    """What a result has for it that was written before the field was added; a result without it is refused if none."""


def field(
    name: str,
    kind: Kind,
    doc: str,
    of: str | Callable[[Any], Any] = "",
    *,
    follows: bool = False,
    optional: bool = False,
    before: Any = _NEVER,
) -> Field:
    """A field whose value is the attribute ``of``, with dots for attributes of attributes, or what a function gives.

    Without ``of`` the attribute has the name of the field, with underscores.  The parameter that takes what is read
    has the name of the attribute, but where ``of`` has a dot or is a function, that of the field.
    """
    own = name.replace("-", "_")
    attribute = of if isinstance(of, str) else ""
    get = of if callable(of) else attrgetter(attribute or own)
    key = attribute if attribute.isidentifier() else own
    return Field(name, kind, doc, get, "" if follows else key, optional, before)


@dataclass(frozen=True, slots=True)
class JsonTable(Kind):
    """A kind of record, as a JSON object."""

    title: str
    """Its name in the schema."""
    doc: str
    fields: tuple[Field, ...]
    made: Callable[..., Any] = dict
    """What is made of the values that were read, by name; it may raise WrongError."""

    def write(self, value: Any) -> dict[str, Any]:
        """The object of a record."""
        found = {}
        for one in self.fields:
            content = one.get(value)
            if content is not None or not one.optional:
                found[one.name] = one.kind.write(content)
        return found

    def read(self, value: Any) -> Any:
        """The record.  WrongError with its place if a field is wrong, or this is no object."""
        if not isinstance(value, dict):
            raise WrongError("is no object")
        found = {one.key: _field_of(value, one) for one in self.fields}
        found.pop("", None)
        return self.made(**found)

    def schema(self, named: dict[str, Schema]) -> Schema:
        """A reference to the object's description."""
        if self.title not in named:
            named[self.title] = {}
            named[self.title] |= self.described(named)
        return {"$ref": f"#/$defs/{self.title}"}

    def described(self, named: dict[str, Schema]) -> Schema:
        """The description of the object and of all its fields."""
        return {
            "description": self.doc,
            "type": "object",
            "properties": {
                one.name: one.kind.schema(named) | {"description": one.doc} for one in self.fields
            },
            "required": [one.name for one in self.fields if not one.optional],
        }


def _field_of(value: dict[str, Any], one: Field) -> Any:
    if one.name not in value:
        if one.before is _NEVER and not one.optional:
            raise WrongError("is missing", one.name)
        return None if one.optional else one.before
    try:
        return one.kind.read(value[one.name])
    except WrongError as error:
        error.steps.append(one.name)
        raise


def result(command: str, doc: str, *fields: Field, made: Callable[..., Any] = dict) -> JsonTable:
    """The table of what ``-f json`` of a command prints; as all of them it says its version and command first."""
    head = (
        Field(
            "version",
            Constant(VERSION),
            "The version of the shape, which stays.",
            _nothing,
            "",
            False,
            _NEVER,
        ),
        Field("command", Constant(command), "The command that wrote it.", _nothing, "", False, _NEVER),
        Field("roots", TEXT, _ROOTS, lambda _: __roots__, "", True, ""),
    )
    return JsonTable(command, doc, (*head, *fields), made)


def _nothing(_record: Any) -> None:
    """Of a constant nothing needs to be known."""


def render(table: JsonTable, record: Any) -> str:
    """A record as the text of a JSON object."""
    return json.dumps(table.write(record), indent=2) + "\n"


def parse(table: JsonTable, data: bytes, name: str) -> Any:
    """The record of a saved result; ``name`` is how messages call the file.

    Raises InputError with the place of what is wrong: ``audit.json: subjects[0].findings[2].level: …``.
    """
    # Counted by what stands before them.
    if sum(map(data.count, (b",", b"[", b"{"))) > RESULT_VALUES.limit:
        raise InputError(f"{name}: has more than {RESULT_VALUES}")
    try:
        found = json.loads(data, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: is no JSON: {error}") from error
    head = found if isinstance(found, dict) else {}
    if (head.get("command"), head.get("version")) != (table.title, VERSION):
        raise InputError(f"{name}: is no result of pincompiler {table.title} -f json, version {VERSION}")
    try:
        return table.read(found)
    except WrongError as error:
        raise InputError(f"{name}: {error.place}: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object none of whose names stands twice: of two values one reader takes the first, another the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice in one object")
    return found


def _no_number(text: str) -> None:
    """``NaN`` and ``Infinity``, which Python reads and JSON does not have (RFC 8259 section 6)."""
    raise ValueError(f"{text} is no number")


def schema_of(tables: Sequence[JsonTable]) -> Schema:
    """The JSON Schema of a command's results, each of which is one of the tables."""
    named: dict[str, Schema] = {}
    shapes = [table.described(named) for table in tables]
    title = tables[0].title
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:pincompiler:schema:{title}:{VERSION}",
        "title": f"pincompiler {title} -f json, version {VERSION}",
    }
    found = head | (shapes[0] if len(shapes) == 1 else {"anyOf": shapes})
    return found | ({"$defs": dict(sorted(named.items()))} if named else {})
