"""``pincompiler pin``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pincompiler.base.errors import UsageError
from pincompiler.cli.console import COULD_NOT_LOOK, FINE, NOT_EVERYTHING, PROBLEM, Format, out, talk
from pincompiler.cli.options import CaFile, OutputFormat, Resolve, Timeout, Today, now_of

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLES = (
    "pincompiler pin certs/*.pem",
    "pincompiler pin --connect api.example.com",
)

_WORST = (PROBLEM, COULD_NOT_LOOK, NOT_EVERYTHING)


def command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="Certificates, CSRs, public keys; - is standard input."),
    ] = None,
    connect: Annotated[
        list[str] | None,
        typer.Option(
            "--connect",
            metavar="HOST[:PORT]",
            help="Instead, take the validated chains that a server shows; may be repeated.",
        ),
    ] = None,
    resolve: Resolve = None,
    ca_file: CaFile = None,
    timeout: Timeout = 10,
    output_format: OutputFormat = Format.TEXT,
    today: Today = "",
) -> None:
    """Print the SPKI pins of certificates, CSRs and keys, or of the chain that a server shows."""
    if bool(files) == bool(connect):
        raise UsageError("name either FILEs or --connect HOST")
    if connect:
        if len(connect) > 1 and output_format is Format.JSON:
            raise UsageError("-f json is of one server; ask each of --connect by itself")
        codes = [_pin_served(one, resolve or (), ca_file, timeout, output_format, today) for one in connect]
        raise typer.Exit(next((one for one in _WORST if one in codes), FINE))
    from pincompiler.workflows.pin import pins

    rows, refusals = pins(files or ())
    if output_format is Format.JSON:
        from pincompiler.reports.pin import json

        out(json.render(rows))
    else:
        from pincompiler.reports.pin import text

        out(text.render(rows))
    for refusal in refusals:
        talk(f"pincompiler: error: {refusal}")
    raise typer.Exit(COULD_NOT_LOOK if refusals else FINE)


def _pin_served(
    host: str,
    resolve: Iterable[str],
    ca_file: Path | None,
    timeout: float,
    output_format: Format,
    today: str,
) -> int:
    """Print what a server shows, ready for pins.toml; the exit code."""
    from pincompiler.tls.probing import ProbeOptions
    from pincompiler.workflows.pin_server import ask
    from pincompiler.workflows.verify import with_resolved

    ways = with_resolved(ProbeOptions(timeout), tuple(resolve), "")
    found = ask(host, ways, ca_file, now_of(today))
    if output_format is Format.JSON:
        from pincompiler.reports.pin import json

        out(json.render_served(found))
    else:
        from pincompiler.reports.pin import text

        out(text.render_served(found))
    for remark in found.remarks:
        talk(f"pincompiler: {remark.level.value}: {found.host} {remark.message}; {remark.fix}")
    if found.chains and not found.failed:
        talk("warning: a chain in use holds no backup: pin a second key that no server shows yet")
    if found.failed:
        return PROBLEM
    return FINE if found.complete else NOT_EVERYTHING if found.chains else COULD_NOT_LOOK
