"""The manual: Markdown pages below ``pincompiler/manual/``, one a topic of ``pincompiler help``."""

from __future__ import annotations

from importlib.resources import files

TOPICS = (
    "tour",
    "pins.toml",
    "environments",
    "assessment",
    "targets",
    "commands",
    "exit-codes",
    "json",
    "outputs",
    "verify",
    "impact",
    "plan",
    "audit",
    "limits",
    "roots",
    "rules",
    "pipelines",
    "library",
    "figures",
)
"""In the order in which a reader needs them; each is the file of that name."""


def page(topic: str) -> str:
    """A page, as Markdown; its first line is its heading."""
    return (files("pincompiler") / "manual" / f"{topic}.md").read_text("utf-8")


def summary(topic: str) -> str:
    """What a page is about: its heading."""
    return page(topic).partition("\n")[0].removeprefix("# ")
