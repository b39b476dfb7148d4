"""``pincompiler verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincompiler.base.errors import UsageError
from pincompiler.base.existence import is_file
from pincompiler.base.finding import Level
from pincompiler.cli.console import PipelineFormat, exit_code, print_verdicts
from pincompiler.cli.options import (
    CaFile,
    EnvironmentName,
    FailOnLevel,
    Horizon,
    PrintAs,
    Resolve,
    Timeout,
    Today,
    day_of,
    nearest_pins,
    now_of,
    remind_of_age,
)
from pincompiler.cli.progress import shown

EXAMPLES = (
    "pincompiler verify",
    "pincompiler verify --chain new.pem api.example.com",
)
PinsAndHosts = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PINS.TOML] [HOST[:PORT]...]", help="The pins file, and hosts; none: all that it pins."
    ),
]
Chain = Annotated[
    Path | None,
    typer.Option("--chain", metavar="FILE", help="Connect to nobody: check a PEM chain, the server's first."),
]
Connect = Annotated[
    str, typer.Option("--connect", metavar="ADDR[:PORT]", help="Ask this address for every host.")
]
Retries = Annotated[
    int,
    typer.Option(
        "--retries", min=0, max=10, metavar="N", help="How often to ask again where no answer came."
    ),
]
Jobs = Annotated[
    int, typer.Option("-j", "--jobs", min=1, max=256, metavar="N", help="Hosts to ask at a time.")
]


def command(
    arguments: PinsAndHosts = None,
    chain: Chain = None,
    resolve: Resolve = None,
    connect: Connect = "",
    ca_file: CaFile = None,
    timeout: Timeout = 10,
    retries: Retries = 1,
    jobs: Jobs = 16,
    output_format: PrintAs = PipelineFormat.TEXT,
    fail_on: FailOnLevel = Level.ERROR,
    expiring_within: Horizon = 30,
    environment: EnvironmentName = "",
    today: Today = "",
) -> None:
    """Connect to pinned hosts: does a pinned key match, is there a backup, and until when?

    Only validated chains count. Every address is asked, for RSA and ECDSA certificates, by TLS 1.2 and 1.3.
    """
    from pincompiler.tls.probing import ProbeOptions
    from pincompiler.workflows import verify as verifying

    if chain and (connect or resolve):
        raise UsageError("--chain connects to nobody; leave out --connect and --resolve")
    ways = verifying.with_resolved(ProbeOptions(timeout, retries, jobs), resolve or (), connect)
    pins, hosts = _pins_and_hosts(arguments or [])
    request = verifying.VerifyRequest(
        pins, tuple(hosts), now_of(today), day_of(today), expiring_within, ca_file, chain, environment
    )
    prepared = verifying.prepare(request)
    remind_of_age(request.today)
    waiting = verifying.verdicts(prepared, ways)
    found = print_verdicts(
        shown(waiting, len(prepared.endpoints), "verifying"), prepared.question, pins, output_format
    )
    wrong = any(verdict.failed(fail_on) for verdict in found)
    unread = any(not verdict.reached for verdict in found)
    unknown = not all(verdict.complete for verdict in found)
    raise typer.Exit(exit_code(wrong=wrong, unread=unread, unknown=unknown))


def _pins_and_hosts(arguments: list[str]) -> tuple[Path, list[str]]:
    """The first argument is the pins file if it looks like one, or is a file."""
    first = arguments[0] if arguments else ""
    if first == "-" or first.endswith(".toml") or (first and is_file(Path(first))):
        return Path(first), arguments[1:]
    return nearest_pins(), arguments
