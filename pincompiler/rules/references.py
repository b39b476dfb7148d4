"""What the catalogues call the ids of CWE, MASVS, MASTG and MASWE that rules refer to."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any


def reference_name(reference: str) -> str:
    """What the catalogue calls an id; nothing for what is in none, such as an RFC."""
    return str(_names().get(reference, ""))


@cache
def _names() -> dict[str, Any]:
    import tomllib

    text = Path(__file__).with_name("reference-names.toml").read_text("utf-8")
    return dict(tomllib.loads(text)["names"])
