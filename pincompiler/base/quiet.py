"""Warnings of libraries, which are meant for whoever calls them and give a user nothing to act on.

What a certificate has that its platforms take all the same (a common name of 65 characters, a country of seven, a
serial number below zero) is a warning of cryptography's each time it is looked at.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILTERS = RLock()
"""Python's filters are one list for all threads."""


@contextmanager
def quietly() -> Iterator[None]:
    """Read in here what comes from outside: no warning is shown or raised; one thread at a time.

    Also where pincompiler is a library, and whatever filters the program has set.
    """
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def silence() -> None:
    """Show no warning from now on; for processes that are pincompiler's own.

    Filters stay as they are, so what a developer makes an error is one.
    """
    warnings.showwarning = lambda *_args, **_more: None
