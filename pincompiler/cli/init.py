"""``pincompiler init``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincompiler.cli.console import out, talk
from pincompiler.cli.options import Today, day_of
from pincompiler.errors import UsageError

EPILOG = "Example: pincompiler init --from app/src/main/res/xml/network_security_config.xml -o pins.toml"


def command(
    hosts: Annotated[list[str] | None, typer.Argument(metavar="HOST...", help="Hosts to pin.")] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Take over an NSC, an Info.plist or an app, with the same meaning."
        ),
    ] = None,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE|-", help="Where to write.")
    ] = "pins.toml",
    today: Today = "",
) -> None:
    """Write a commented pins.toml to start from.

    Without --from its keys are to be filled in; with it, it means the same as the file, which is proven.
    """
    from pincompiler import starter

    if source is not None and hosts:
        raise UsageError("name hosts or --from FILE, not both")
    content = starter.taken_over(source, day_of(today)) if source else starter.fresh(tuple(hosts or ()))
    if output == "-":
        out(content)
        return
    path = Path(output)
    starter.write(path, content)
    talk(f"wrote {path}{f'; now run: pincompiler check {path}' if path.is_file() else ''}")
