"""Why work could not be done, in words fit for a terminal.

Wrong *content* is a :class:`~pincompiler.base.finding.Finding`; failure to *look* is one of these.
Anything else that is raised is a bug and tracebacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pincompiler.base.location import Location


class PincompilerError(Exception):
    """The work could not be done; ``str()`` says why and what to do about it, whatever was read, as a terminal can show it."""

    def __str__(self) -> str:
        return printable(super().__str__())


class UsageError(PincompilerError):
    """The question itself makes no sense: an option that does not fit, two that exclude each other."""


class InputError(PincompilerError):
    """Something to be read cannot be: absent, unreadable, too large or not what it should be."""


class MalformedError(InputError):
    """A file was read and is not of its form; ``check`` reports every fault, and all others refuse by the first."""

    def __init__(self, faults: tuple[tuple[Location, str], ...]) -> None:
        """``faults``: at least one, each with its place."""
        self.faults = faults
        where, message = faults[0]
        place = f":{where.span.line}:{where.span.column}" if where.span else ""
        super().__init__(f"{where.file}{place}: {message}")


class OutputError(PincompilerError):
    """Something to be written cannot be; nothing was changed."""


def printable(text: str) -> str:
    """A text of a file, or a library's that quotes it, as a terminal can show it: the rest is escaped as in Python."""
    return text if text.isprintable() else ascii(text)[1:-1]
