"""Standard output and error as they may be found: closed, or on a disk that is full."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from pincompiler.base.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_OUT, _ERROR = 1, 2
"""The descriptors that POSIX gives them."""


class _Output(io.FileIO):
    """What is printed is what was asked for: if it cannot be written, that is an error and no traceback."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            raise  # whoever read it has stopped
        except OSError as error:
            raise OutputError(f"standard output: {error.strerror or error}") from error


class _Closed(io.RawIOBase):
    """Instead of a standard output that was closed before the start; once that is said, what is left goes nowhere."""

    said = False

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        if self.said:
            return memoryview(data).nbytes
        self.said = True
        raise OutputError("standard output is closed")


class _Remarks(io.FileIO):
    """What cannot be said on standard error stays unsaid; the exit code says the rest."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError:
            return memoryview(data).nbytes


def guard() -> None:
    """Let both say in words what they cannot do; a descriptor that is closed is given to no file that is opened."""
    for descriptor in range(_ERROR + 1):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # which takes the least number that is free
    # Whoever has put something else in their place has it keep its own rules.
    if sys.stdout is sys.__stdout__:
        sys.stdout = _text(_Closed() if sys.stdout is None else _Output(_OUT, "w", closefd=False), sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _text(_Remarks(_ERROR, "w", closefd=False), sys.stderr)


def _text(raw: io.RawIOBase, before: object) -> io.TextIOWrapper:
    """The same above as before the start."""
    buffered = io.BufferedWriter(raw)
    if isinstance(before, io.TextIOWrapper):
        lines = before.line_buffering
        return io.TextIOWrapper(buffered, before.encoding, before.errors, line_buffering=lines)
    return io.TextIOWrapper(buffered, "utf-8", "backslashreplace")


def abandon() -> None:
    """Let what is still to be printed go nowhere, so that nothing is tried again at exit."""
    if isinstance(getattr(sys.stdout.buffer, "raw", None), _Output):
        os.dup2(os.open(os.devnull, os.O_WRONLY), _OUT)
