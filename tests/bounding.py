"""Bounds made lower for a test, wherever they are used: an app need not be large to reach them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.base.bounds import Bound


@contextmanager
def bounded(bound: Bound, limit: float) -> Iterator[None]:
    """Within, a bound of ``pincompiler.base.bounds`` has another limit."""
    before = bound.limit
    object.__setattr__(bound, "limit", limit)
    try:
        yield
    finally:
        object.__setattr__(bound, "limit", before)
