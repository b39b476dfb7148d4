"""The README and the pages of the manual, as tests read and rewrite them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
MANUAL = ROOT / "pincompiler" / "manual"
README = "README"


def place(topic: str) -> Path:
    return ROOT / "README.md" if topic == README else MANUAL / f"{topic}.md"


def text(topic: str) -> str:
    return place(topic).read_text("utf-8")


def blocks(topic: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text(topic), re.DOTALL | re.MULTILINE)


def held(topic: str, mark: str, now: str, *, update: bool) -> None:
    """What stands between ``<!-- mark -->`` and ``<!-- /mark -->`` is this; with ``update`` it becomes so."""
    between = re.compile(rf"(?<=<!-- {mark} -->\n).*?(?=<!-- /{mark} -->)", re.DOTALL)
    assert between.search(text(topic)), mark
    if update:
        place(topic).write_text(between.sub(lambda _: now, text(topic)), "utf-8")
    assert between.findall(text(topic)) == [now]
