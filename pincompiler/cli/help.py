"""``pincompiler help``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pincompiler.base.errors import UsageError
from pincompiler.cli import completing
from pincompiler.cli.console import out

EXAMPLES = ("pincompiler help verify",)


def command(
    topic: Annotated[
        str,
        typer.Argument(
            metavar="[TOPIC]", help="The page to show; none: list them.", autocompletion=completing.topics
        ),
    ] = "",
) -> None:
    """Show a page of the manual."""
    from pincompiler.reports.manual import TOPICS, page, summary
    from pincompiler.source.tables import did_you_mean

    if not topic:
        width = max(map(len, TOPICS))
        out("".join(f"{one:{width}}  {summary(one)}\n" for one in TOPICS))
        return
    if topic not in TOPICS:
        raise UsageError(
            f"no page is called {topic}; {did_you_mean(topic, TOPICS) or 'see pincompiler help'}"
        )
    text = page(topic)
    if sys.stdout.isatty():
        _show(text)
    else:
        out(text)


def _show(text: str) -> None:
    """A page as a terminal can have it: paragraphs and tables as wide as it is."""
    from rich.console import Console
    from rich.markdown import Markdown

    from pincompiler.base.lazy_regex import lazy_regex

    comments = lazy_regex(r"<!--.*?-->\n|</?details>|<summary>.*?</summary>")
    Console(highlight=False).print(Markdown(comments.sub("", text), hyperlinks=False))
