"""Runs what fetches the real parts: it says how far it is, and when it fails, why in one line.

Needs nothing but the standard library: it also runs before there is an environment.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

BEAT_S: Final = 15.0
"""Seconds between two words of a command that takes its time."""
_SHOWN: Final = 150
_UNREACHED: Final = re.compile(
    r"temporary failure (?:in name resolution|resolving)|could not resolve|unknown host|name or service not known"
    r"|network is unreachable|no route to host|connection (?:refused|reset)|EAI_AGAIN|ENOTFOUND|ECONNREFUSED"
    r"|connect timed out|connection timed out|read timed out|timed out after",
    re.IGNORECASE,
)
_UNTRUSTED: Final = re.compile(
    r"PKIX path building failed|certificate verif\w+ failed|SELF_SIGNED_CERT\w*|UNABLE_TO_(?:GET|VERIFY)\w*",
    re.IGNORECASE,
)
_COMPLAINT: Final = re.compile(r"(?:E: |\[ERROR\] |ERROR: |npm (?:ERR!|error) )(?P<words>.*\S)")


class FetchError(Exception):
    """A part cannot be had; the first line of the message says which and why, the others quote a command."""


def say(words: str) -> None:
    """Tell whoever waits."""
    print(words, file=sys.stderr, flush=True)


def demand(*commands: str) -> None:
    """Raise :class:`FetchError` if one of these commands is not on the PATH."""
    absent = [command for command in commands if shutil.which(command) is None]
    if absent:
        raise FetchError(f"not on the PATH: {', '.join(absent)}")


def run(
    command: Sequence[str],
    purpose: str,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run a command to its end; its standard output.

    Every :data:`BEAT_S` seconds it says that the command still runs, and the last that this said.  There is no limit
    of time: how long a download takes is not known.  :class:`FetchError` with the cause if it cannot be run or fails.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        except OSError as error:
            raise FetchError(f"{purpose}: cannot run {command[0]}: {error.strerror}") from error
        try:
            code = _awaited(process, purpose, (err, out))
        except BaseException:
            # Not killed: that would leave dpkg's work half done.
            process.terminate()
            process.wait()
            raise
        said = _read(out)
        if code:
            everything = said + _read(err)
            raise FetchError(f"{purpose}: {cause(everything) or f'ended with {code}'}\n{everything.strip()}")
        return said


def _awaited(process: subprocess.Popen[bytes], purpose: str, said: tuple[IO[bytes], ...]) -> int:
    began = time.monotonic()
    while True:
        try:
            return process.wait(BEAT_S)
        except subprocess.TimeoutExpired:
            lines = [line for file in said for line in _read(file).splitlines() if line.strip()]
            last = f": {lines[-1].strip()[:_SHOWN]}" if lines else ""
            say(f"  {purpose}, {time.monotonic() - began:.0f} s so far{last}")


def _read(file: IO[bytes]) -> str:
    # Not by the file's own position, at which the command writes.
    size = os.fstat(file.fileno()).st_size
    return os.pread(file.fileno(), size, 0).decode(errors="replace")


def ended(main: Callable[[], int]) -> int:
    """The exit code of a command; whoever interrupts it knows that he did."""
    try:
        return main()
    except KeyboardInterrupt:
        say("interrupted")
        return 130


def cause(said: str) -> str:
    """Why a command failed, in one line of what it said: that the network is away before what follows from it."""
    unreached, untrusted = _UNREACHED.search(said), _UNTRUSTED.search(said)
    if untrusted is not None:
        return f"its registry's certificate is not trusted here ({untrusted[0]})"
    if unreached is not None:
        return f"its registry cannot be reached ({unreached[0].lower()})"
    complaint = _COMPLAINT.search(said)
    lines = said.split("\n") if complaint is None else [complaint["words"]]
    return next((line.strip()[:_SHOWN] for line in reversed(lines) if line.strip()), "")
