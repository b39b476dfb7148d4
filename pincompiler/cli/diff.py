"""``pincompiler diff``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincompiler.cli.console import PROBLEM, Format, incomplete, out, talk
from pincompiler.cli.options import (
    EnvironmentName,
    OutputFormat,
    Today,
    day_of,
    refuse_idle_environment,
    refuse_second_reader,
)

EXAMPLES = (
    "pincompiler diff pins.toml ios/Shop/Info.plist",
    "pincompiler diff old.apk new.apk",
)


def command(
    left: Annotated[
        Path, typer.Argument(metavar="A", help="One of the two: a pins.toml, NSC, Info.plist or app.")
    ],
    right: Annotated[Path, typer.Argument(metavar="B", help="The other.")],
    output_format: OutputFormat = Format.TEXT,
    environment: EnvironmentName = "",
    today: Today = "",
) -> None:
    """Show on which hosts two configurations disagree.

    For two builds of an app, also show which findings and pins are new, gone or unchanged.
    """
    from pincompiler.workflows.diff import compare

    refuse_second_reader(left, right)
    refuse_idle_environment(environment, left, right)
    found = compare(left, right, day_of(today), environment)
    if output_format is Format.JSON:
        from pincompiler.reports.diff import json

        out(json.render(found))
    else:
        from pincompiler.reports.diff import text

        out(text.render(found))
    if not (found.differ or found.doubts) and output_format is Format.TEXT:
        talk(f"{left} and {right} accept the same chains for every host on every day")
    code = incomplete(found.doubts)
    raise typer.Exit(PROBLEM if found.differ else code)
