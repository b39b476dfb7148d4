"""``pincompiler init``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pincompiler.base.errors import UsageError
from pincompiler.cli.console import FINE, NOT_EVERYTHING, PROBLEM, incomplete, out, talk
from pincompiler.cli.options import (
    EnvironmentName,
    Today,
    day_of,
    refuse_idle_environment,
    refuse_second_reader,
)

if TYPE_CHECKING:
    from datetime import date

    from pincompiler.workflows.taking_over import TakenOver

EXAMPLES = (
    "pincompiler init api.example.com",
    "pincompiler init --from app-release.apk -o pins.toml",
)


Hosts = Annotated[list[str] | None, typer.Argument(metavar="HOST...", help="Hosts to pin.")]
Sources = Annotated[
    list[Path] | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Take over the pins of an NSC, an Info.plist or an app; may be repeated.",
    ),
]
Prefer = Annotated[
    Path | None,
    typer.Option("--prefer", metavar="FILE", help="Which of them counts where they mean different things."),
]
Output = Annotated[str, typer.Option("-o", "--output", metavar="FILE|-", help="Where to write.")]


def command(
    hosts: Hosts = None,
    sources: Sources = None,
    prefer: Prefer = None,
    output: Output = "pins.toml",
    environment: EnvironmentName = "",
    today: Today = "",
) -> None:
    """Write a commented pins.toml to start from.

    Without --from, the keys remain to be filled in.  With --from, the pins provably mean the same as those of
    every file; whatever else in a file decides on connections is left out, and named.  Gradle's, Xcode's and other
    files around the new one fill its [app] and [target.*].
    """
    if sources and hosts:
        raise UsageError("name hosts or --from FILE, not both")
    refuse_idle_environment(environment, *(sources or ()))
    refuse_second_reader(*(sources or ()))
    if prefer and not sources:
        raise UsageError("--prefer chooses among the files of --from")
    found = _found(tuple(hosts or ()), sources or [], prefer, output, environment, day_of(today))
    if not found.content:
        incomplete(found.left_out)
        _refuse_apart(found.apart)
    _write(found, output)
    for sentence in found.unread:
        talk(f"not filled in: {sentence}")
    differing = (*found.differing, *found.apart)
    for sentence in differing:
        talk(f"different: {sentence}")
    raise typer.Exit(incomplete(found.left_out) or (NOT_EVERYTHING if differing else FINE))


def _found(
    hosts: tuple[str, ...],
    sources: list[Path],
    prefer: Path | None,
    output: str,
    environment: str,
    today: date,
) -> TakenOver:
    """What is to be written, of the sources or for the hosts."""
    from pincompiler.workflows import taking_over
    from pincompiler.workflows.init import fresh
    from pincompiler.workflows.write import is_stream

    directory = Path() if output == "-" else Path(output).parent
    if not sources:
        content, unread = fresh(hosts, directory)
        return taking_over.TakenOver(content, unread=unread)
    alone = output == "-" or is_stream(Path(output))
    return taking_over.taken_over(sources, today, directory, environment, prefer=prefer, alone=alone)


def _write(found: TakenOver, output: str) -> None:
    """Print it, or write it with what stands beside it."""
    if output == "-":
        out(found.content)
        return
    from pincompiler.workflows.init import write

    first, *others = write(Path(output), found.content, found.beside)
    for other in others:
        talk(f"wrote {other}")
    talk(f"wrote {first}{f'; now run: pincompiler check {first}' if first.is_file() else ''}")


def _refuse_apart(sentences: tuple[str, ...]) -> NoReturn:
    for sentence in sentences:
        talk(f"different: {sentence}")
    talk("nothing was written: choose the one that counts with --prefer FILE, or mend the others")
    raise typer.Exit(PROBLEM)
