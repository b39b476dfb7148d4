"""``pincompiler init``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincompiler.base.errors import UsageError
from pincompiler.cli.console import FINE, NOT_EVERYTHING, incomplete, out, talk
from pincompiler.cli.options import EnvironmentName, Today, day_of, refuse_idle_environment

EPILOG = "Example: pincompiler init --from app/src/main/res/xml/network_security_config.xml -o pins.toml"


def command(
    hosts: Annotated[list[str] | None, typer.Argument(metavar="HOST...", help="Hosts to pin.")] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Take over the pins of an NSC, an Info.plist or an app."),
    ] = None,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE|-", help="Where to write.")
    ] = "pins.toml",
    environment: EnvironmentName = "",
    today: Today = "",
) -> None:
    """Write a commented pins.toml to start from.

    Without --from, the keys remain to be filled in.  With --from, the pins provably mean the same as those of
    the file; whatever else in the file decides on connections is left out, and named.
    """
    from pincompiler.workflows import init as starter
    from pincompiler.workflows.write import is_stream

    if source is not None and hosts:
        raise UsageError("name hosts or --from FILE, not both")
    refuse_idle_environment(environment, source)
    path = Path(output)
    alone = output == "-" or is_stream(path)
    if source:
        directory = Path() if output == "-" else path.parent
        found = starter.taken_over(source, day_of(today), directory, environment, alone=alone)
    else:
        found = starter.TakenOver(starter.fresh(tuple(hosts or ())), (), (), {})
    if output == "-":
        out(found.content)
    else:
        first, *others = starter.write(path, found.content, found.beside)
        for other in others:
            talk(f"wrote {other}")
        talk(f"wrote {first}{f'; now run: pincompiler check {first}' if first.is_file() else ''}")
    for sentence in found.differing:
        talk(f"different: {sentence}")
    raise typer.Exit(incomplete(found.left_out) or (NOT_EVERYTHING if found.differing else FINE))
