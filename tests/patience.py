"""How long a test waits before it says that something hangs.

Far above what anything takes on a machine with all cores busy: what is caught takes minutes, or for ever.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

HANG_S: Final = 60.0
"""Seconds of CPU time of this process."""
WAIT_S: Final = 900.0
"""Seconds on the clock, for another process or a server, which may get little of the machine."""


@contextmanager
def no_hang(what: str = "") -> Iterator[None]:
    """Fail if what is done inside takes as long as only a hang does."""
    start = time.process_time()
    yield
    took = time.process_time() - start
    assert took < HANG_S, f"{what or 'it'} took {took:.0f} s"
