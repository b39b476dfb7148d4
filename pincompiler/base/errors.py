"""Why work could not be done, in words fit for a terminal.

Wrong *content* is a :class:`~pincompiler.base.finding.Finding`; failure to *look* is one of these.
Anything else that is raised is a bug and tracebacks.
"""


class PincompilerError(Exception):
    """The work could not be done; ``str()`` says why and what to do about it."""


class UsageError(PincompilerError):
    """The question itself makes no sense: an option that does not fit, two that exclude each other."""


class InputError(PincompilerError):
    """Something to be read cannot be: absent, unreadable, too large or not what it should be."""


class OutputError(PincompilerError):
    """Something to be written cannot be; nothing was changed."""


def printable(text: str) -> str:
    """A library's words as one line that a terminal can show: they quote the file that was read."""
    line = " ".join(text.split())
    return line if line.isprintable() else ascii(line)[1:-1]
