"""The registry of rules on shipped apps, in the order in which `explain --all` tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pincompiler.rules.rule import Rule

APP_RULES: tuple[Rule, ...] = ()
