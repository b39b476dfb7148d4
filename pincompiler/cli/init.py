"""``pincompiler init``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincompiler.base.errors import UsageError
from pincompiler.cli.console import incomplete, out, talk
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

    if source is not None and hosts:
        raise UsageError("name hosts or --from FILE, not both")
    refuse_idle_environment(environment, source)
    left_out: tuple[str, ...] = ()
    if source:
        content, left_out = starter.taken_over(
            source, day_of(today), Path() if output == "-" else Path(output).parent, environment
        )
    else:
        content = starter.fresh(tuple(hosts or ()))
    if output == "-":
        out(content)
    else:
        path = Path(output)
        starter.write(path, content)
        talk(f"wrote {path}{f'; now run: pincompiler check {path}' if path.is_file() else ''}")
    raise typer.Exit(incomplete(left_out))
