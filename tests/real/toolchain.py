"""Asks the real parts what they do: kotlinc, javac, OkHttp's pinner, aapt2, Android's NSC parser.

The parts are fetched by ``make tools``.  Starting a
JVM costs far more than a question, so every function takes many questions at once: gather first,
ask once.  Nothing here knows pincompiler; what comes back is what the real part said.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import os
import re
import struct
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from .install import (
    ANDROIDS,
    DX_VERSION,
    FRAMEWORK,
    KOTLIN_VERSION,
    OKHTTP_VERSIONS,
    tools_directory,
)
from .jvm import JVM, ToolError, call, jars, java, oracle, workshop

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "OKHTTP_VERSIONS",
    "Compiled",
    "HostConfig",
    "NscAnswer",
    "Question",
    "ToolError",
    "android_nsc",
    "compile_java",
    "compile_kotlin",
    "compile_resources",
    "okhttp_class_verdicts",
    "okhttp_verdicts",
]

_MANIFEST: Final = """\
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="pincompiler.tests">
  <application android:networkSecurityConfig="@xml/{name}"/>
</manifest>
"""


@dataclass(frozen=True, slots=True)
class Question:
    """Would this pinner let this chain through for this host?"""

    host: str
    """As OkHttp passes it: lower case, A-labels; it is not normalised on the way."""
    chain: tuple[bytes, ...]
    """DER certificates, leaf first, as the chain cleaner would hand them over."""
    entries: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Patterns, each with its pins, added in this order; no entry at all accepts everything."""
    pinner_class: str | None = None
    """A compiled class whose ready ``certificatePinner`` is asked instead of the entries."""


@dataclass(frozen=True, slots=True)
class HostConfig:
    """What Android has in force for one host."""

    pins: frozenset[str]
    """Base64 of the SHA-256 digests; empty means that the host is not pinned."""
    expires_ms: int | None
    """The last epoch millisecond at which the pins count, None when they never expire."""
    cleartext: bool
    """Whether traffic without TLS is permitted."""
    anchors: tuple[str, ...] = field(default=(), compare=False)
    """The classes of the sources of CAs, those first that override pins, with a ``!``."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """What aapt2 made of one XML text."""

    binary: bytes | None = field(repr=False)
    """The binary XML out of the linked APK, None when aapt2 refused."""
    error: str | None
    """What aapt2 said when it refused."""


@dataclass(frozen=True, slots=True)
class NscAnswer:
    """What becomes of one network security configuration."""

    hosts: tuple[HostConfig, ...]
    """One per host asked about, in that order; empty when the document was refused."""
    error: str | None
    """Why it was refused: ``<exception>: <message>`` of the parser, or the words of aapt2."""
    refused_by: Literal["aapt2", "parser"] | None
    """aapt2 breaks the build; the parser crashes the app at its first use of TLS."""
    binary: bytes | None = field(repr=False)
    """The compiled document as the APK carries it."""


def compile_kotlin(sources: Sequence[Path], okhttp: str, out: Path) -> None:
    """Compile all sources in one call of the Kotlin compiler; a warning is an error.

    The classes land in ``out``, for Java 8 as Android apps have them.  Raises
    :class:`ToolError` with the compiler's words.
    """
    out.mkdir(parents=True, exist_ok=True)
    options = ("-Werror", "-no-stdlib", "-no-reflect", "-jvm-target", "1.8")
    classpath = ("-cp", jars(f"okhttp-{_known(okhttp)}"))
    compiler = jars(f"kotlin-{KOTLIN_VERSION}")
    workshop().do("kotlinc", compiler, *options, *classpath, "-d", str(out), *map(str, sources))


def compile_java(sources: Sequence[Path], okhttp: str, out: Path) -> None:
    """Compile all sources in one call of javac, every lint on; a warning is an error.

    The classes land in ``out`` and may use what is there already.  Raises :class:`ToolError` with
    the compiler's words.
    """
    out.mkdir(parents=True, exist_ok=True)
    classpath = os.pathsep.join((jars(f"okhttp-{_known(okhttp)}"), str(out)))
    workshop().do("javac", "-Werror -Xlint:all -Xlint:-options", classpath, str(out), *map(str, sources))


def to_dex(classes_dir: Path, out: Path) -> None:
    """Turn compiled classes into one DEX file with dx; Android 8 and newer.  Raises :class:`ToolError`."""
    main = "com.android.dx.command.Main"
    options = ("--dex", "--min-sdk-version=26", f"--output={out}")
    call(["java", *JVM, "-cp", jars(f"dx-{DX_VERSION}"), main, *options, str(classes_dir)])


def okhttp_verdicts(
    version: str, questions: Sequence[Question], classes_dir: Path | None = None
) -> list[str]:
    """Put all questions to that OkHttp, in one JVM; one verdict per question, in order.

    ``accept`` and ``refuse`` are what ``CertificatePinner.check(host, certificates)`` did;
    ``throws:<name>`` is the simple name of any other exception, be it from building the pinner, from
    initialising its class, or from the check.  ``classes_dir`` is where classes named by questions
    are found.  Raises :class:`ToolError` for a question which cannot be put.
    """
    if not questions:
        return []
    library = jars(f"okhttp-{_known(version)}")
    path = [str(oracle("okhttp", version, library)), library]
    if classes_dir is not None:
        path.append(str(classes_dir))
    told = call([*java(), "-cp", os.pathsep.join(path), "PinnerOracle"], _encoded(questions))
    verdicts = told.decode().splitlines()
    if len(verdicts) != len(questions):
        raise ToolError(f"{len(questions)} questions, but {len(verdicts)} verdicts")
    for question, verdict in zip(questions, verdicts, strict=True):
        if verdict.startswith("misuse:"):
            raise ToolError(f"{question.pinner_class}: {verdict.removeprefix('misuse:')}")
    return verdicts


def okhttp_class_verdicts(
    version: str, classes_dir: Path, class_name: str, questions: Sequence[Question]
) -> list[str]:
    """Put all questions to the pinner of one compiled class.

    The pinner is the public static field ``certificatePinner``, else what the public static method
    ``certificatePinner()`` returns.  Questions bring only a host and a chain.
    """
    if any(question.entries for question in questions):
        raise ValueError("the pinner is the class's own: questions must have no entries")
    return okhttp_verdicts(
        version,
        [Question(q.host, q.chain, pinner_class=class_name) for q in questions],
        classes_dir,
    )


def compile_resources(documents: Sequence[bytes]) -> list[Compiled]:
    """Have aapt2 compile each XML text and link it into an APK, all at once if none is refused."""
    if not documents:
        return []
    names = [f"d{number}" for number in range(len(documents))]
    with tempfile.TemporaryDirectory(prefix="pincompiler-aapt2-") as scratch:
        top = Path(scratch)
        folder = top / "res" / "xml"
        folder.mkdir(parents=True)
        for name, document in zip(names, documents, strict=True):
            (folder / f"{name}.xml").write_bytes(document)
        return _compiled(top, names)


def _compiled(top: Path, names: Sequence[str]) -> list[Compiled]:
    """All at once if that goes well, else in halves, until whoever is to blame stands alone."""
    try:
        linked = _linked(top, names)
        return [Compiled(linked[name], None) for name in names]
    except ToolError as error:
        if len(names) == 1:
            words = str(error).replace(f"{top}{os.sep}", "")
            return [Compiled(None, words)]
    middle = len(names) // 2
    return _compiled(top, names[:middle]) + _compiled(top, names[middle:])


@dataclass(frozen=True, slots=True)
class Device:
    """What of an app and of the phone it runs on changes the meaning of a configuration."""

    timezone: str = "UTC"
    """Of the phone; the instant of an expiration depends on it."""
    target_sdk: int = 34
    debuggable: bool = False


def android_nsc(
    documents: Sequence[bytes],
    hosts_per_document: Sequence[Sequence[str]],
    *,
    timezone: str = "UTC",
    target_sdk: int = 34,
    debuggable: bool = False,
    api: int = 34,
) -> list[NscAnswer]:
    """Compile the XML texts with aapt2 and have the parser of that Android apply them, in one JVM.

    ``api`` is one of the levels of :data:`~tests.real.install.ANDROIDS`.  A host which Android will not even look
    up (one with a leading dot) raises :class:`ToolError`.
    """
    compiled = compile_resources(documents)
    devices = [Device(timezone, target_sdk, debuggable)] * len(compiled)
    return android_answers(compiled, hosts_per_document, devices, api)


def android_answers(
    compiled: Sequence[Compiled],
    hosts_per_document: Sequence[Sequence[str]],
    devices: Sequence[Device],
    api: int,
) -> list[NscAnswer]:
    """What the parser of that Android makes of documents which aapt2 has compiled, each on its device."""
    if len(compiled) != len(hosts_per_document):
        raise ValueError(f"{len(compiled)} documents, but {len(hosts_per_document)} lists of hosts")
    together = zip(compiled, hosts_per_document, devices, strict=True)
    parsed = iter(
        _parsed(
            [(one.binary, hosts, device) for one, hosts, device in together if one.binary is not None],
            ANDROIDS[api],
        )
    )
    return [
        NscAnswer((), one.error, "aapt2", None) if one.binary is None else next(parsed) for one in compiled
    ]


def _parsed(documents: Sequence[tuple[bytes, Sequence[str], Device]], version: str) -> list[NscAnswer]:
    """Put compiled documents and their hosts to Android's parser."""
    if not documents:
        return []
    android = jars(f"android-{version}")
    message = [struct.pack(">i", len(documents))]
    for binary, hosts, device in documents:
        message += [struct.pack(">ii", device.target_sdk, device.debuggable), _text(device.timezone)]
        message += [_bytes(binary), struct.pack(">i", len(hosts)), *map(_text, hosts)]
    path = os.pathsep.join((str(oracle("nsc", version, android)), _repaired(version, android), android))
    lines = iter(call([*java(), "-cp", path, "NscOracle"], b"".join(message)).decode().splitlines())
    answers = []
    for binary, hosts, _ in documents:
        kind, _, rest = next(lines).partition(" ")
        if kind == "error":
            answers.append(NscAnswer((), _decoded(rest), "parser", binary))
        else:
            configs = tuple(_host_config(host, next(lines)) for host in hosts)
            answers.append(NscAnswer(configs, None, None, binary))
    return answers


_ARRAYCOPY: Final = {
    f"([{kind}I[{kind}II)V".encode(): b"(Ljava/lang/Object;ILjava/lang/Object;II)V" for kind in "ZBCSIJFD"
}
"""Overloads of System.arraycopy that only Android's own java.lang.System has."""
_REPAIRED: Final = re.compile(r"android/util/[^/]+\.class|com/android/internal/util/[^/]+\.class")


def _repaired(version: str, android: str) -> str:
    """A folder with those classes of an old Android that call what only its java.lang had, now calling Java's.

    Robolectric does the same when it loads them.  In a class file a constant is its length and its bytes, and
    nothing refers to where it stands.
    """
    place = tools_directory() / "oracles" / f"repaired-{version}"
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as scratch, zipfile.ZipFile(android) as archive:
            half = Path(scratch, "classes")
            half.mkdir()
            for name in filter(_REPAIRED.fullmatch, archive.namelist()):
                old = archive.read(name)
                new = functools.reduce(_reworded, _ARRAYCOPY.items(), old)
                if new != old:
                    (half / name).parent.mkdir(parents=True, exist_ok=True)
                    (half / name).write_bytes(new)
            with contextlib.suppress(OSError):  # another process may be faster
                half.rename(place)
    return str(place)


def _reworded(code: bytes, change: tuple[bytes, bytes]) -> bytes:
    """A class file with one text of its pool of constants for another."""
    old, new = (b"\1" + struct.pack(">H", len(text)) + text for text in change)
    return code.replace(old, new)


def _host_config(host: str, line: str) -> HostConfig:
    kind, *fields = line.split(" ")
    if kind == "error":
        raise ToolError(f"Android refuses the host {host!r}: {_decoded(fields[0])}")
    cleartext, expires, anchors, *pins = fields
    return HostConfig(
        pins=frozenset(pins),
        expires_ms=None if expires == "never" else int(expires),
        cleartext=cleartext == "true",
        anchors=() if anchors == "-" else tuple(anchors.split(",")),
    )


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()


def _linked(top: Path, names: Sequence[str]) -> dict[str, bytes]:
    """The binary XML of the named documents, out of one APK."""
    with tempfile.TemporaryDirectory(dir=top) as scratch:
        work = Path(scratch)
        (work / "AndroidManifest.xml").write_text(_MANIFEST.format(name=names[0]), encoding="utf-8")
        sources = [top / "res" / "xml" / f"{name}.xml" for name in names]
        flats = work / "flat"
        flats.mkdir()
        call(["aapt2", "compile", "-o", str(flats), *map(str, sources)])
        apk = work / "linked.apk"
        call(
            [
                "aapt2",
                "link",
                *("-o", str(apk)),
                *("-I", str(tools_directory() / FRAMEWORK)),
                *("--manifest", str(work / "AndroidManifest.xml")),
                *("--min-sdk-version", "24"),
                *("--target-sdk-version", "34"),
                *(str(flat) for flat in sorted(flats.iterdir())),
            ]
        )
        with zipfile.ZipFile(apk) as archive:
            return {name: archive.read(f"res/xml/{name}.xml") for name in names}


def _encoded(questions: Sequence[Question]) -> bytes:
    """The questions as PinnerOracle reads them; every certificate is sent once."""
    table: dict[bytes, int] = {}
    body = [struct.pack(">i", len(questions))]
    for question in questions:
        body += [
            _text(question.pinner_class or ""),
            struct.pack(">i", len(question.entries)),
        ]
        for pattern, pins in question.entries:
            body += [_text(pattern), struct.pack(">i", len(pins)), *map(_text, pins)]
        numbers = [table.setdefault(der, len(table)) for der in question.chain]
        body += [
            _text(question.host),
            struct.pack(f">{len(numbers) + 1}i", len(numbers), *numbers),
        ]
    return b"".join([struct.pack(">i", len(table)), *map(_bytes, table), *body])


def _text(value: str) -> bytes:
    return _bytes(value.encode())


def _bytes(value: bytes) -> bytes:
    return struct.pack(">i", len(value)) + value


def _known(okhttp: str) -> str:
    if okhttp not in OKHTTP_VERSIONS:
        raise ValueError(f"OkHttp {okhttp} is not installed, only {', '.join(OKHTTP_VERSIONS)}")
    return okhttp
