"""The ids of CWE, MASVS, MASTG and MASWE that belong to a rule, from ``references.toml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any


def references(rule: str) -> tuple[str, ...]:
    """``CWE-295``, ``MASVS-NETWORK-2``, ``MASTG-TEST-0242``, ``MASWE-0028``, in this order; maybe none."""
    entry = _table().get(rule, {})
    return (
        *(f"CWE-{number}" for number in entry.get("cwe", ())),
        *(f"MASVS-{name}" for name in entry.get("masvs", ())),
        *(f"MASTG-TEST-{number:04}" for number in entry.get("mastg", ())),
        *(f"MASWE-{number:04}" for number in entry.get("maswe", ())),
    )


def reference_name(reference: str) -> str:
    """What the catalogue calls an id; nothing for what is in none, such as an RFC."""
    return str(_names().get(reference, ""))


@cache
def _names() -> dict[str, Any]:
    import tomllib

    text = Path(__file__).with_name("reference-names.toml").read_text("utf-8")
    return dict(tomllib.loads(text)["names"])


@cache
def _table() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(Path(__file__).with_name("references.toml").read_text("utf-8"))
