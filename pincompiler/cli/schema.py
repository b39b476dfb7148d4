"""``pincompiler schema``."""

from __future__ import annotations

from typing import Annotated

import typer

from pincompiler.base.errors import UsageError
from pincompiler.cli import completing
from pincompiler.cli.console import out

EXAMPLES = ("pincompiler schema audit > audit.schema.json",)


def command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[COMMAND]",
            help="The command whose JSON is meant, or pins.toml; none: list them.",
            autocompletion=completing.schemas,
        ),
    ] = "",
) -> None:
    """Print the JSON Schema of what a command writes with -f json, or of pins.toml for editors."""
    from pincompiler.reports.schemas import INPUT, NAMES, published
    from pincompiler.source.tables import did_you_mean

    names = (*NAMES, INPUT)
    if not name:
        out("".join(f"{one}\n" for one in names))
        return
    if name not in names:
        suggestion = did_you_mean(name, names) or f"there is one of {', '.join(names)}"
        raise UsageError(f"no schema is called {name}; {suggestion}")
    out(published(name))
