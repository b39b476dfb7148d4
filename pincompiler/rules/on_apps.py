"""The rules on shipped apps."""

from __future__ import annotations

from typing import Final

from pincompiler.rules.registry import rules_in

APP_RULES: Final = tuple(rules_in("app"))
"""In their order."""
