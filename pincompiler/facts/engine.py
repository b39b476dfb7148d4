"""Which of the two readers an audit asks."""

from __future__ import annotations

from enum import StrEnum


class Engine(StrEnum):
    """What reads the code of an app."""

    FAST = "fast"
    """pincompiler's own index; androguard only for a DEX file that it cannot read."""
    ANDROGUARD = "androguard"
    """androguard's full analysis, a hundred times as slow; where the two disagree is reported as well."""
