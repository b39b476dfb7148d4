"""Runs real parts: programs to their end, and one JVM that compiles whatever a test process wants compiled."""

from __future__ import annotations

import atexit
import functools
import hashlib
import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.patience import WAIT_S

from .install import CHECKSUMS, R8_VERSION, tools_directory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import IO

JVM: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
# R8 and Kotlin's compiler run too briefly here for the second compiler of the JVM to pay: half the time.
# Without it the JVM keeps a fifth of the room for code, says so on standard output when that is full, which is
# where our answers are, and stops compiling.
_WORKSHOP: Final = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:ReservedCodeCacheSize=240m",
    "-XX:+DisplayVMOutputToStderr",
    "-Xshare:auto",
    # Most of what a job makes is dropped when it ends: a tenth of the time goes to moving it about otherwise.
    *("-Xms1500m", "-Xmx1500m", "-Xmn900m"),
)
_SOURCES: Final = Path(__file__).resolve().parent / "java"


class ToolError(Exception):
    """A real part refused its input; the message is what it said."""


def jars(folder: str) -> str:
    """A class path of every jar of a folder of the tools."""
    return os.pathsep.join(str(jar) for jar in sorted((tools_directory() / folder).glob("*.jar")))


def java() -> list[str]:
    return ["java", *JVM]


def javac(sources: Iterable[Path], classpath: str, out: Path, *options: str) -> None:
    call(
        [
            "javac",
            *(f"-J{flag}" for flag in JVM),
            *options,
            *("-encoding", "UTF-8"),
            *("-cp", classpath),
            *("-d", str(out)),
            *map(str, sources),
        ]
    )


@functools.cache
def oracle(name: str, version: str, classpath: str) -> Path:
    """The classes of one of our Java programs, compiled when it is first asked for."""
    sources = sorted((_SOURCES / name).rglob("*.java"))
    digest = hashlib.sha256(classpath.encode())
    for source in sources:
        digest.update(source.read_bytes())
    place = tools_directory() / "oracles" / f"{name}-{version}-{digest.hexdigest()[:12]}"
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=".half-", dir=place.parent))
    try:
        # The framework's classes refer to annotations which are not among them: warnings galore.
        javac(sources, classpath, half, "-nowarn", "-implicit:none")
        half.rename(place)
    except OSError:
        # Another process was faster, which is as good.
        if not place.is_dir():
            raise
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return place


def call(command: Sequence[str], given: bytes = b"") -> bytes:
    """Run a program to its end; its standard output, or :class:`ToolError` with what it said."""
    try:
        done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=WAIT_S)
    except OSError as error:
        raise ToolError(f"cannot run {command[0]}: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"{command[0]} did not end within {WAIT_S:g} s") from error
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace").strip()
        raise ToolError(said or f"{command[0]} ended with {done.returncode}")
    return done.stdout


@functools.cache
def tools() -> dict[str, str]:
    """The versions of all that makes apps, our own workshop among them."""
    javac, aapt2 = _said("javac", "-version"), _said("aapt2", "version")
    pinned = hashlib.sha256(CHECKSUMS.read_bytes()).hexdigest()
    sources = b"".join(path.read_bytes() for path in sorted((_SOURCES / "workshop").rglob("*.java")))
    return {"javac": javac, "aapt2": aapt2, "jars": pinned, "workshop": hashlib.sha256(sources).hexdigest()}


def _said(*command: str) -> str:
    """What a program says of itself, wherever it says it."""
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=WAIT_S)
    return f"{done.stdout} {done.stderr}".strip()


class Workshop:
    """A JVM which does one job after the other; see ``java/workshop/Workshop.java``."""

    def __init__(self) -> None:
        r8 = jars(f"r8-{R8_VERSION}")
        path = os.pathsep.join((str(oracle("workshop", R8_VERSION, r8)), r8))
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._process = subprocess.Popen(
            ["java", *_WORKSHOP, "-cp", path, "Workshop"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        atexit.register(self._close)

    def _close(self) -> None:
        self._process.kill()
        self._process.wait()

    def do(self, *job: str) -> str:
        """What the tool said; :class:`ToolError` with its words if it refuses."""
        message = [struct.pack(">i", len(job))]
        for text in job:
            data = text.encode()
            message += [struct.pack(">i", len(data)), data]
        given, answers = self._process.stdin, self._process.stdout
        assert given is not None
        assert answers is not None
        given.write(b"".join(message))
        given.flush()
        done = self._read(answers, 1)
        (length,) = struct.unpack(">i", self._read(answers, 4))
        said = self._read(answers, length).decode(errors="replace")
        if done != b"\1":
            raise ToolError(f"{job[0]}: {said}")
        return said

    def _read(self, answers: IO[bytes], length: int) -> bytes:
        data = answers.read(length)
        if len(data) < length:
            self._log.seek(0)
            raise ToolError(f"the JVM ended: {self._log.read()[-2000:].decode(errors='replace')}")
        return data


@functools.cache
def workshop() -> Workshop:
    """The one of this process, started when it is first asked for."""
    return Workshop()
