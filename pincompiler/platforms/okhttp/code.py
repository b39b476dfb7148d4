"""OkHttp's CertificatePinner as Kotlin and Java code, written and read back."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from typing import TYPE_CHECKING

from pincompiler.base.errors import InputError
from pincompiler.base.finding import Snippet
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.base.templating import render
from pincompiler.platforms.headers import header_line
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry, takes_dots_off, understands_deep
from pincompiler.policy.enforcement import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.platforms.target import Job
    from pincompiler.policy.project import App

# A method holds 64 KiB of bytecode and a class 65,535 constants: an entry of n pins takes about
# 20 + 9n bytes and n + 1 constants, so parts of these sizes are far from both.
_INLINE = 32
"""Up to so many entries stand in one expression."""
_PART = 256
"""Entries in a part, at most."""
_PART_PINS = 1024
"""Pins in a part, at most, unless one entry alone has more."""


@dataclass(frozen=True, slots=True)
class PinLine:
    """One pin as an argument."""

    text: str
    """``sha256/`` and base64."""
    title: str
    """The key's name and role, for the comment."""
    end: str
    """What follows the literal in Java: a comma, or the end of the call."""


@dataclass(frozen=True, slots=True)
class AddCall:
    """One ``add`` with its arguments."""

    pattern: str
    pins: tuple[PinLine, ...]


def write_kotlin(model: OkHttp, job: Job) -> bytes:
    """A Kotlin object with the pinner."""
    return _write("okhttp.kt.j2", model, job)


def write_java(model: OkHttp, job: Job) -> bytes:
    """A Java class with the pinner."""
    return _write("okhttp.java.j2", model, job)


def _write(template: str, model: OkHttp, job: Job) -> bytes:
    calls = [_call(entry) for entry in model.entries]
    inline = len(calls) <= _INLINE
    return render(
        template,
        header=header_line(job.source),
        package=job.output.package,
        name=job.output.path.stem,
        digest=job.digest,
        calls=calls if inline else [],
        parts=[] if inline else list(enumerate(_parts(calls), 1)),
        guards=["pins nothing"] if calls else [],
    )


def excerpt_kotlin(model: OkHttp, host: str) -> Snippet | None:
    """The calls that add the pins of a host; None if there are none."""
    return _excerpt("kotlin", "", model, host)


def excerpt_java(model: OkHttp, host: str) -> Snippet | None:
    """The same in Java."""
    return _excerpt("java", "builder", model, host)


def _excerpt(language: str, receiver: str, model: OkHttp, host: str) -> Snippet | None:
    calls = [_call(entry) for entry in model.entries if entry.pattern.lstrip("*.") == host]
    if not calls:
        return None
    text = render("okhttp_excerpt.j2", language=language, receiver=receiver, calls=calls)
    return Snippet(language, text.decode().rstrip("\n"))


def _call(entry: OkHttpEntry) -> AddCall:
    last = len(entry.keys) - 1
    lines = (
        PinLine(f"sha256/{key.pin}", key.label, ");" if n == last else ",")
        for n, key in enumerate(entry.keys)
    )
    return AddCall(entry.pattern, tuple(lines))


def _parts(calls: list[AddCall]) -> Iterator[list[AddCall]]:
    part: list[AddCall] = []
    pins = 0
    for call in calls:
        if part and (len(part) == _PART or pins + len(call.pins) > _PART_PINS):
            yield part
            part, pins = [], 0
        part.append(call)
        pins += len(call.pins)
    yield part


# -- reading -------------------------------------------------------------------------------------

_TOKEN = lazy_regex(r'"((?:[^"\\]|\\.)*)"|//[^\n]*|/\*[\s\S]*?\*/|\badd\(|([();])')
_DIGEST = lazy_regex(r'\bPOLICY\b[^=\n]*=\s*"(sha256/[A-Za-z0-9+/=]+)"')


def read(data: bytes, app: App, file: str = "Pins.kt") -> OkHttp:
    """The pinner of generated code: every ``add("pattern", "sha256/…", …)`` with literal arguments.

    It understands what the writer writes, not Kotlin and Java.  InputError for anything else.
    """
    text = data.decode("utf-8", "replace")
    digest = _DIGEST.search(text)
    if digest is None:
        raise InputError(f"{file}: no pinner that pincompiler generated: it has no POLICY")
    deep, undotted = understands_deep(app.okhttp), takes_dots_off(app.okhttp)
    return OkHttp(tuple(_read_entries(text)), deep, digest[1], undotted)


def _read_entries(text: str) -> Iterator[OkHttpEntry]:
    arguments: list[str] | None = None
    for token in _TOKEN.finditer(text):
        if token[0] == "add(":
            arguments = []
        elif arguments is not None and token[1] is not None:
            arguments.append(token[1])
        elif arguments and token[2] == ")":
            yield OkHttpEntry(arguments[0], tuple(_read_key(pin) for pin in arguments[1:]))
            arguments = None


def _read_key(pin: str) -> Key:
    try:
        return Key(b64decode(pin.removeprefix("sha256/"), validate=True))
    except (Base64Error, ValueError) as error:
        raise InputError(f"{pin} is no SHA-256 pin") from error
