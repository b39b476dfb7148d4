"""What a value in the code holds that came out of a file: a stream, a certificate, some bytes.

Followed are the ways in which Android apps open their own files (assets, raw resources, class path), the
streams that Java and Okio wrap around others, and constants that never were in a file.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import field
from typing import TYPE_CHECKING, Final

from pincompiler.android.apk import MemberError
from pincompiler.android.constants.values import (
    Created,
    Items,
    Number,
    Parameter,
    Returned,
    Text,
    Value,
    leaves,
)
from pincompiler.android.dex import opcodes
from pincompiler.base.bounds import FILE_DEPTH, FILE_STEPS, IMPLEMENTATIONS, STORE_BYTES
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import java_name
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.android.constants.program import Program
    from pincompiler.shipped.android.source import Source

ASSETS: Final = "Landroid/content/res/AssetManager;"
FACTORY: Final = "Ljava/security/cert/CertificateFactory;"
_WRAPPERS: Final = lazy_regex(
    r"Ljava/io/(?:ByteArray|Buffered|Data|Sequence|Pushback|Filter|Object)InputStream;"
    r"|Ljava/io/(?:InputStreamReader|BufferedReader);"
    r"|Ljava/util/zip/(?:GZIP|Inflater)InputStream;"
)
_THROUGH: Final = frozenset(
    {"next", "iterator", "get", "toArray", "inputStream", "buffered", "first", "cast"}
)
"""Calls whose result comes out of their receiver or first argument, whatever that is."""
_OKIO: Final = lazy_regex(r"L(?:okio|com/android/okhttp/okio)/(?:Buffer|BufferedSource|BufferedSink|Okio.*);")
_DECODERS: Final = frozenset({"Landroid/util/Base64;", "Ljava/util/Base64$Decoder;"})


@dataclass(slots=True)
class Content:
    """Where the content of a value comes from."""

    members: dict[str, None] = field(default_factory=dict)
    literals: dict[bytes, None] = field(default_factory=dict)
    gaps: dict[str, None] = field(default_factory=dict)
    """What could not be followed; empty if all of it is known."""
    uncalled: bool = False
    """Whether some of it can never be had: from callers, or implementations, that do not exist."""

    def add(self, other: Content) -> None:
        """Join what another value may hold."""
        self.members |= other.members
        self.literals |= other.literals
        self.gaps |= other.gaps
        self.uncalled |= other.uncalled


def origins(program: Program, value: Value) -> tuple[Value, ...]:
    """Everything that a value, or the items of it, may originally be."""
    found: dict[Value, None] = {}
    for leaf in leaves(value):
        for one in program.origins(leaf):
            inner = tuple(leaves(one))
            found.update(dict.fromkeys(inner or (one,)))
    return tuple(found)


def passed(program: Program, returned: Returned) -> tuple[Value, ...]:
    """What was passed to the call that returned something."""
    return program.call_arguments(returned.method, returned.offset) or ()


def is_called(program: Program, parameter: Parameter) -> bool:
    """Whether anything may call the method, be it through a type that its class extends."""
    body = parameter.method
    return bool(program.call_sites(None, body.name, body.descriptor))


def constructor(program: Program, created: Created) -> tuple[Value, ...]:
    """What the constructor of a new object was passed, the object itself left out."""
    return next((values for name, values in _calls_on(program, created) if name == "<init>"), ())


def written(program: Program, created: Created) -> Iterator[tuple[Value, ...]]:
    """What is written to a new object in the method that made it."""
    return (values[:1] for name, values in _calls_on(program, created) if name.startswith("write"))


def _calls_on(program: Program, created: Created) -> Iterator[tuple[str, tuple[Value, ...]]]:
    """Names and arguments of the methods called on a new object in the method that made it."""
    program.budget.spend(len(created.method.instructions) >> 3)
    for instruction in created.method.instructions:
        if instruction.opcode not in opcodes.INVOKES or instruction.offset < created.offset:
            continue
        ref = created.method.dex.method_ref(instruction.reference or 0)
        if ref.class_name == created.descriptor:
            values = program.call_arguments(created.method, instruction.offset) or ()
            if values and values[0] == created:
                yield ref.name, values[1:]


@dataclass(slots=True)
class Tracer:
    """Follows values of one app; may raise DexError on malformed code."""

    source: Source
    steps: int = field(default_factory=lambda: FILE_STEPS.limit)

    def content(self, value: Value, depth: int = 0) -> Content:
        """What a stream, a certificate, an array of bytes or a text comes from."""
        content = Content()
        if depth == 0:
            self.steps = FILE_STEPS.limit
        if isinstance(value, Items) and value.items and all(isinstance(one, Number) for one in value.items):
            numbers = [one.value & 0xFF for one in value.items if isinstance(one, Number)]
            content.literals[bytes(numbers)] = None
            return content
        for one in self._origins(value):
            self.steps -= 1
            if self.steps < 0 or depth > FILE_DEPTH.limit:
                content.gaps["it leads too far"] = None
                break
            self._one(one, content, depth)
        return content

    def _one(self, one: Value, content: Content, depth: int) -> None:
        program = self.source.program
        if isinstance(one, Text):
            content.literals[one.value.encode("utf-8", "replace")] = None
        elif isinstance(one, Created) and _WRAPPERS.fullmatch(one.descriptor):
            self._all(constructor(program, one)[:1], content, depth)
        elif isinstance(one, Created) and _OKIO.fullmatch(one.descriptor):
            for values in written(program, one):
                self._all(values, content, depth)
        elif isinstance(one, Created):
            file = one.descriptor == "Ljava/io/FileInputStream;"
            what = java_name(one.descriptor)
            self._gap(content, "a file that is not in the app" if file else f"an object of {what}")
        elif isinstance(one, Parameter):
            if is_called(program, one):
                self._gap(content, "a parameter")
            else:
                content.uncalled = True
        elif isinstance(one, Returned):
            self._call(one, content, depth)
        elif not (isinstance(one, Number) and one.value == 0):  # null holds nothing
            self._gap(content, "a value that is computed at run time")

    def _all(self, values: tuple[Value, ...], content: Content, depth: int) -> None:
        if not values:
            self._gap(content, "an object whose constructor is not seen")
        for value in values:
            content.add(self.content(value, depth + 1))

    @staticmethod
    def _gap(content: Content, what: str) -> None:
        content.gaps[what] = None

    def _call(self, one: Returned, content: Content, depth: int) -> None:
        """What a call gives that lies outside the program."""
        name, values = one.ref.name, passed(self.source.program, one)
        if (found := self._opened(one, values)) is not None:
            content.members |= dict.fromkeys(found)
            if not found:
                self._gap(content, f"the file that {name} opens")
        elif one.ref.class_name == FACTORY and name.startswith("generateCertificate"):
            self._all(values[1:2], content, depth)
        elif one.ref.class_name in _DECODERS:
            at = 0 if one.ref.class_name.startswith("Landroid") else 1
            self._decoded(values[at : at + 1], content, depth)
        elif name in ("getBytes", "trim", "toCharArray", "toByteArray", "encodeToByteArray"):
            self._all(values[:1], content, depth)
        elif _OKIO.fullmatch(one.ref.class_name) and name.startswith("write"):
            self._all(values[:2], content, depth)
        elif _OKIO.fullmatch(one.ref.class_name) or name in _THROUGH:
            self._all(values[:1], content, depth)
        else:
            self._implemented(one, content, depth)

    def _implemented(self, one: Returned, content: Content, depth: int) -> None:
        """What the methods return that an abstract one stands for."""
        program, why = self.source.program, f"what {one.ref.class_name}->{one.ref.name} returns"
        method = program.method(one.ref)
        if method is None or method.body is not None:
            self._gap(content, why)
            return
        some = [
            cls.method(one.ref.name, one.ref.descriptor) for cls in program.subclasses(one.ref.class_name)
        ]
        bodies = [method.body for method in some if method is not None and method.body is not None]
        content.uncalled |= not bodies
        for body in bodies[: IMPLEMENTATIONS.limit]:
            returned = program.flow(body).returned
            if returned is not None:
                content.add(self.content(returned, depth + 1))
        if len(bodies) > IMPLEMENTATIONS.limit:
            self._gap(content, why)

    def _decoded(self, values: tuple[Value, ...], content: Content, depth: int) -> None:
        inner = Content()
        self._all(values, inner, depth)
        for literal in inner.literals:
            try:
                content.literals[b64decode(literal)] = None
            except (Base64Error, ValueError):
                self._gap(content, "a text that is no base64")
        content.gaps |= inner.gaps
        if inner.members:
            self._gap(content, "a file that is decoded")

    def _opened(self, one: Returned, values: tuple[Value, ...]) -> tuple[str, ...] | None:
        """The members that a call opens, empty if they are not known; None if it opens none."""
        name, returned = one.ref.name, one.ref.descriptor.rpartition(")")[2]
        if returned != "Ljava/io/InputStream;":
            return None
        if name == "open" and one.ref.class_name == ASSETS:
            return tuple(self._named(text, "assets/") for text in self._texts(values[1:2]))
        if name == "openRawResource":
            found = [one for value in values[1:2] for one in self._origins(value)]
            numbers = [one.value for one in found if isinstance(one, Number)]
            files = [self.source.package.files(number) for number in numbers]
            return tuple(member for some in files for _, member in some) if len(numbers) == len(found) else ()
        if name == "getResourceAsStream":
            return tuple(self._named(text, "") for text in self._texts(values[1:2]))
        return None

    def _origins(self, value: Value) -> tuple[Value, ...]:
        return origins(self.source.program, value)

    def _texts(self, values: tuple[Value, ...]) -> tuple[str, ...]:
        """Every text that an argument may be; none if there may be others."""
        found: dict[str, None] = {}
        for one in (one for value in values for one in self._origins(value)):
            texts = self.source.texts(one)
            if texts is None:
                return ()
            found |= dict.fromkeys(texts)
        return tuple(found)

    def _named(self, path: str, folder: str) -> str:
        """The member of a path; a file of an asset pack or a split is in another part of the app."""
        path = re.sub(r"/{2,}|(?:^|/)\./", "/", path).lstrip("/")
        wanted = f"{folder}{path}"
        for part in self.source.package.parts:
            if part.resource(wanted) in part.archive:
                return part.shown(part.resource(wanted))
        return wanted


def passwords(source: Source, value: Value) -> tuple[str, ...]:
    """The constants that a ``char[]`` may hold."""
    found: dict[str, None] = {}
    for one in origins(source.program, value):
        if isinstance(one, Text):
            found[one.value] = None
        elif isinstance(one, Returned) and one.ref.name == "toCharArray":
            for text in passed(source.program, one)[:1]:
                found |= dict.fromkeys(source.texts(text) or ())
    if isinstance(value, Items) and value.exact and value.items:
        letters = [one.value for one in value.items if isinstance(one, Number)]
        if len(letters) == len(value.items):
            found["".join(chr(one & 0xFFFF) for one in letters)] = None
    return tuple(found)


def members_read(source: Source, content: Content) -> Iterator[tuple[str, bytes]]:
    """The files among the content, unpacked; those that are not there, or cannot be read, are gaps."""
    for member in content.members:
        try:
            yield member, source.package.read(member, STORE_BYTES.limit)
        except MemberError as error:
            absent = member not in frozenset(source.package.members())
            why = "is not in the app" if absent else f"cannot be read: {error.why}"
            content.gaps[f"the file {member}, which {why}"] = None
