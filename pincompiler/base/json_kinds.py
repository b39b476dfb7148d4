"""Kinds of values in JSON: for each how a value is written, read back and described by a JSON Schema.

The schemas are of JSON Schema 2020-12.  What is read may come from anywhere: each kind checks the type and the size
of a value, and nothing else is done with a value that is wrong.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from enum import StrEnum

Schema = dict[str, Any]
MOST = 2**31 - 1
"""The largest count, line or offset: what a signed integer of 32 bits has."""


class WrongError(Exception):
    """A JSON value that is not as it should be; ``str()`` completes "PLACE …".

    ``steps`` lead to the value: names and indices, the innermost first.
    """

    def __init__(self, what: str, *steps: str | int) -> None:
        super().__init__(what)
        self.steps: list[str | int] = [*steps]

    @property
    def place(self) -> str:
        """``subjects[0].findings[2].level``; empty for the whole."""
        parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in reversed(self.steps))
        return "".join(parts).removeprefix(".")


class Kind(ABC):
    """A kind of values; unless it says otherwise a value is written as it is."""

    __slots__ = ()

    def write(self, value: Any) -> Any:
        """The value as ``json.dumps`` takes it."""
        return value

    @abstractmethod
    def read(self, value: Any) -> Any:
        """The value again, of what ``json.loads`` found.  WrongError if it is none of this kind."""

    @abstractmethod
    def schema(self, named: dict[str, Schema]) -> Schema:
        """The JSON Schema of the kind; what has a name is put into ``named``, and referred to."""


@dataclass(frozen=True, slots=True)
class TextKind(Kind):
    """A string; its length is bounded by that of the file."""

    pattern: str = ""
    """What all of it has to match, between ``^`` and ``$``, in the syntax that Python and ECMA-262 share."""
    called: str = "string"
    """To complete "is no …"."""

    def read(self, value: Any) -> str:
        """The string.  WrongError if it is none, or does not match."""
        if not isinstance(value, str) or (self.pattern and not re.fullmatch(self.pattern, value)):
            raise WrongError(f"is no {self.called}")
        return value

    def schema(self, named: dict[str, Schema]) -> Schema:  # noqa: ARG002 - it has no name
        """A string, with its pattern."""
        return {"type": "string"} | ({"pattern": self.pattern} if self.pattern else {})


@dataclass(frozen=True, slots=True)
class NumberKind(Kind):
    """A whole number between two others, both included."""

    least: int = 0
    most: int = MOST
    called: str = ""

    def read(self, value: Any) -> int:
        """The number.  WrongError if it is none, or too small or too large."""
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise WrongError(f"is no {self.called or f'number from {self.least} to {self.most}'}")
        return value

    def schema(self, named: dict[str, Schema]) -> Schema:  # noqa: ARG002 - it has no name
        """An integer with its bounds."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class TruthKind(Kind):
    """True or false."""

    def read(self, value: Any) -> bool:
        """The truth value.  WrongError if it is none."""
        if not isinstance(value, bool):
            raise WrongError("is neither true nor false")
        return value

    def schema(self, named: dict[str, Schema]) -> Schema:  # noqa: ARG002 - it has no name
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Constant(Kind):
    """One value, whatever the record."""

    value: str | int

    def write(self, value: Any) -> str | int:  # noqa: ARG002 - whatever it is
        """The constant."""
        return self.value

    def read(self, value: Any) -> str | int:
        """The constant.  WrongError for any other value."""
        if value != self.value or type(value) is not type(self.value):
            raise WrongError(f"is not {self.value}")
        return self.value

    def schema(self, named: dict[str, Schema]) -> Schema:  # noqa: ARG002 - it has no name
        """The constant."""
        return {"const": self.value}


@dataclass(frozen=True, slots=True)
class Converted(Kind):
    """What is no JSON value, and stands there as a string of one pattern."""

    form: TextKind
    to_text: Callable[[Any], str]
    from_text: Callable[[str], Any]
    """ValueError for a string that matches and yet stands for nothing, such as the 30th of February."""
    format: str = ""
    """As JSON Schema calls the form."""

    def write(self, value: Any) -> str:
        """The string of a value."""
        return self.to_text(value)

    def read(self, value: Any) -> Any:
        """The value of a string.  WrongError if the string stands for none."""
        text = self.form.read(value)
        try:
            return self.from_text(text)
        except ValueError as error:
            raise WrongError(f"is no {self.form.called}") from error

    def schema(self, named: dict[str, Schema]) -> Schema:
        """A string with its pattern, and its format if that has a name."""
        return self.form.schema(named) | ({"format": self.format} if self.format else {})


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """A member of an enumeration, by its value; an empty value is none."""

    kind: type[StrEnum]
    others: tuple[type[StrEnum], ...] = ()
    """Further ones; of a value that several have, it is the member of the first."""

    def write(self, value: Any) -> str:
        """The value of a member."""
        return str(value.value)

    def read(self, value: Any) -> StrEnum:
        """The member.  WrongError if there is none of the value."""
        if not isinstance(value, str) or value not in self._values():
            raise WrongError(f"is none of {', '.join(self._values())}")
        return next(kind(value) for kind in (self.kind, *self.others) if value in set(kind))

    def schema(self, named: dict[str, Schema]) -> Schema:  # noqa: ARG002 - it has no name
        """The values."""
        return {"enum": self._values()}

    def _values(self) -> list[str]:
        known = (one.value for kind in (self.kind, *self.others) for one in kind)
        return [*dict.fromkeys(value for value in known if value)]


@dataclass(frozen=True, slots=True)
class Maybe(Kind):
    """A value, or null for one that means nothing."""

    kind: Kind
    nothing: Any = None
    """What null stands for."""

    def write(self, value: Any) -> Any:
        """Null, or what the kind makes of the value."""
        return None if value == self.nothing else self.kind.write(value)

    def read(self, value: Any) -> Any:
        """The value that null stands for, or what the kind makes of the value."""
        return self.nothing if value is None else self.kind.read(value)

    def schema(self, named: dict[str, Schema]) -> Schema:
        """What the kind has, or null."""
        schema = self.kind.schema(named)
        if "type" in schema:
            return schema | {"type": [schema["type"], "null"]}
        return {"anyOf": [schema, {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class Many(Kind):
    """An array; its length is bounded by the number of values of the file."""

    kind: Kind
    made: Callable[[Iterable[Any]], Any] = tuple
    """What is made of the values that were read; values of what has no order of its own are written sorted."""

    def write(self, value: Any) -> list[Any]:
        """The values, one by one."""
        ordered = sorted(value) if self.made is frozenset else value
        return [*map(self.kind.write, ordered)]

    def read(self, value: Any) -> Any:
        """The values.  WrongError if one of them is wrong, or this is no array."""
        if not isinstance(value, list):
            raise WrongError("is no array")
        found = []
        for number, one in enumerate(value):
            try:
                found.append(self.kind.read(one))
            except WrongError as error:
                error.steps.append(number)
                raise
        return self.made(found)

    def schema(self, named: dict[str, Schema]) -> Schema:
        """An array."""
        return {"type": "array", "items": self.kind.schema(named)}


@dataclass(frozen=True, slots=True)
class Named(Kind):
    """An object whose names belong to the data, such as hosts, and whose values are of one kind."""

    kind: Kind

    def write(self, value: Any) -> dict[str, Any]:
        """The values, by name."""
        return {name: self.kind.write(one) for name, one in value.items()}

    def read(self, value: Any) -> dict[str, Any]:
        """The values by name.  WrongError if one of them is wrong, or this is no object."""
        if not isinstance(value, dict):
            raise WrongError("is no object")
        found = {}
        for name, one in value.items():
            try:
                found[name] = self.kind.read(one)
            except WrongError as error:
                error.steps.append(name)
                raise
        return found

    def schema(self, named: dict[str, Schema]) -> Schema:
        """An object, whatever its names."""
        return {"type": "object", "additionalProperties": self.kind.schema(named)}


def _from_base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except Base64Error as error:
        raise ValueError(text) from error


TEXT = TextKind()
TEXT_OR_NULL = Maybe(TEXT, "")
"""A string; null for an empty one."""
TEXTS = Many(TEXT)
TRUTH = TruthKind()
COUNT = NumberKind()
DAY = Converted(
    TextKind(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "date such as 2026-11-23"),
    date.isoformat,
    date.fromisoformat,
    "date",
)
DAY_OR_NULL = Maybe(DAY)
MOMENT = Converted(
    TextKind(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+]00:00$", "moment in UTC"),
    datetime.isoformat,
    datetime.fromisoformat,
    "date-time",
)
BASE64 = Converted(
    TextKind(r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$", "base64"),
    lambda value: b64encode(value).decode("ascii"),
    _from_base64,
)
PIN = TextKind(r"^[A-Za-z0-9+/]{43}=$", "SHA-256 in base64")
"""The SHA-256 of a SubjectPublicKeyInfo (RFC 7469 section 2.4)."""
