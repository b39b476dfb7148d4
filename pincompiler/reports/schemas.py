"""JSON Schemas of what the commands print with ``-f json``, and of pins.toml: made of the tables that write and read.

The files below ``pincompiler/schemas/`` are published; a test holds them to the tables.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

from pincompiler.base.json_tables import schema_of

if TYPE_CHECKING:
    from pincompiler.base.json_tables import JsonTable

NAMES = ("check", "compile", "pin", "explain", "diff", "verify", "impact", "plan", "audit")
"""The commands that have one, in the order of the help."""


INPUT = "pins.toml"
"""What else has a schema: the file that people write."""


def tables(name: str) -> tuple[JsonTable, ...]:
    """The shapes of a command's results."""
    from pincompiler.reports.audit.json import AUDIT
    from pincompiler.reports.diff.json import DIFF
    from pincompiler.reports.explain.json import HOST, RULES
    from pincompiler.reports.findings.json import CHECK, COMPILE
    from pincompiler.reports.impact.json import IMPACT
    from pincompiler.reports.pin.json import KEYS, SERVER
    from pincompiler.reports.plan.json import PLAN
    from pincompiler.reports.verify.json import VERIFY

    return {
        "check": (CHECK,),
        "compile": (COMPILE,),
        "pin": (KEYS, SERVER),
        "explain": (RULES, HOST),
        "diff": (DIFF,),
        "verify": (VERIFY,),
        "impact": (IMPACT,),
        "plan": (PLAN,),
        "audit": (AUDIT,),
    }[name]


def made(name: str) -> str:
    """The schema of a command's results or of pins.toml, as the tables have it."""
    if name == INPUT:
        from pincompiler.source.entries_schema import schema

        return json.dumps(schema(), indent=2) + "\n"
    return json.dumps(schema_of(tables(name)), indent=2) + "\n"


def published(name: str) -> str:
    """The schema of a command's results or of pins.toml, as it is published."""
    return (files("pincompiler") / "schemas" / f"{name}.schema.json").read_text("utf-8")
