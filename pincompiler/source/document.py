"""The text of a pins.toml, its values, and where each of them stands."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pincompiler.base.bounds import FILE_BYTES
from pincompiler.base.errors import InputError
from pincompiler.base.finding import Finding, Level
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import Location, Span
from pincompiler.base.records import dataclass
from pincompiler.source.paths import is_special
from pincompiler.source.toml_spans import TomlEntry, locate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pincompiler.base.location import TomlPath


_LONG_KEY = lazy_regex(r"""(?:\.[ \t]*["']?[A-Za-z0-9_-]*["']?[ \t]*){200}""")
"""More parts than a key needs, or a host name can have."""
_POSITION = lazy_regex(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML text and its values; without values if it is not TOML."""

    file: str
    text: str
    values: Mapping[str, Any]
    problems: tuple[Finding, ...] = ()


def read_bytes(path: Path, limit: int = FILE_BYTES.limit) -> bytes:
    """The content of a file, or of standard input for ``-``.

    Raises InputError when there is none, when it cannot be read, or when it has more than ``limit``
    bytes (it is then not read further).
    """
    try:
        if str(path) == "-":
            if sys.stdin is None:
                raise InputError("-: standard input is closed")
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with path.open("rb") as stream:
                data = stream.read(limit + 1)
    except OSError as error:
        hint = (
            "; pincompiler init writes one"
            if isinstance(error, FileNotFoundError) and path.suffix == ".toml"
            else ""
        )
        raise InputError(f"{path}: {error.strerror or error}{hint}") from error
    if len(data) > limit:
        raise InputError(f"{path}: more than {limit // 2**20} MB, which is no file of this kind")
    return data


def read_named(path: Path, limit: int = FILE_BYTES.limit) -> bytes:
    """The content of a file that another file names: a pipe there would be waited for without end.

    Raises InputError as :func:`read_bytes` does, and for what is no regular file.
    """
    if is_special(path):
        raise InputError(f"{path}: is no regular file")
    return read_bytes(path, limit)


def read_if_there(path: Path) -> bytes | None:
    """The content of a regular file, None if there is none.  InputError when it cannot be read."""
    return None if str(path) != "-" and not os.path.lexists(path) else read_named(path)


def read_document(path: Path) -> Document:
    """Read and parse; wrong content becomes a problem of the document, not an exception."""
    file = "<stdin>" if str(path) == "-" else str(path)
    return decode(read_bytes(path), file)


def decode(data: bytes, file: str) -> Document:
    """The same, of bytes already read."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return parse(data.decode(), file)
    except UnicodeDecodeError as error:
        return _not_utf8(file, data, error)


def parse(text: str, file: str) -> Document:
    """Parse a TOML text."""
    text = text.replace("\r\n", "\n")
    if long := _LONG_KEY.search(text):  # tomllib takes the square of its length in memory
        return Document(file, text, {}, (_invalid(file, "a key has hundreds of parts", _span(text, long)),))
    try:
        return Document(file, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        message, span = _toml_error(str(error), text)
    except RecursionError:
        message, span = "values are nested too deeply", Span(1, 1, 1, 1)
    except ValueError:
        message, span = "a number has more digits than anybody needs", _longest_number(text)
    return Document(file, text, {}, (_invalid(file, message, span),))


def place(finding: Finding, document: Document) -> Finding:
    """The finding with the spans of its places in the document."""
    related = tuple((what, _placed(where, document)) for what, where in finding.related)
    where = _placed(finding.location, document) if finding.location else None
    return replace(finding, location=where, related=related)


def _placed(where: Location, document: Document) -> Location:
    if where.span is not None or where.file != document.file:
        return where
    entries = _entries(document.text)
    path = where.path
    while path and path not in entries:
        path = path[:-1]
    entry = entries.get(path)
    if entry is None:
        return replace(where, span=Span(1, 1, 1, 1))
    return replace(where, span=entry.key if where.on_key else entry.value)


@lru_cache(maxsize=2)
def _entries(text: str) -> Mapping[TomlPath, TomlEntry]:
    return locate(text)


def _toml_error(message: str, text: str) -> tuple[str, Span]:
    """tomllib's message without its position, and the position (3.11 has it only in the message)."""
    found = _POSITION.search(message)
    last = text.count("\n") + 1, len(text.rpartition("\n")[2]) + 1
    line, column = (int(found[1]), int(found[2])) if found and found[1] else last
    return _POSITION.sub("", message), Span(line, column, line, column + 1)


def _longest_number(text: str) -> Span:
    return _span(text, max(re.finditer(r"\d+", text), key=lambda found: len(found[0])))


def _span(text: str, found: re.Match[str]) -> Span:
    """Where a match on one line stands."""
    line = text.count("\n", 0, found.start()) + 1
    column = found.start() - text.rfind("\n", 0, found.start())
    return Span(line, column, line, column + len(found[0]))


def _not_utf8(file: str, data: bytes, error: UnicodeDecodeError) -> Document:
    before = data[: error.start].decode("utf-8", "replace")
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    text = data.decode("utf-8", "replace")
    message = f"byte 0x{data[error.start]:02x} is not UTF-8"
    return Document(file, text, {}, (_invalid(file, message, Span(line, column, line, column + 1)),))


def _invalid(file: str, message: str, span: Span) -> Finding:
    message = message[:1].lower() + message[1:] if message[1:2].islower() else message
    return Finding(
        "invalid-toml", Level.ERROR, f"not TOML: {message}", Location(file, span), "mend the syntax"
    )
