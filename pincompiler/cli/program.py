"""The program: which commands there are, and how every refusal ends."""

from __future__ import annotations

import sys
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from pincompiler._version import __version__
from pincompiler.base.errors import PincompilerError, UsageError
from pincompiler.cli import streams
from pincompiler.cli.console import COULD_NOT_LOOK, PROBLEM, talk
from pincompiler.cli.once import OnceCommand

if TYPE_CHECKING:
    from typing import Any

COMMANDS = {
    "check": "Check a pins.toml, an NSC, a property list or a shipped app.",
    "compile": "Write every target for every environment, or nothing.",
    "init": "Write a commented pins.toml to start from.",
    "pin": "Print the SPKI pins of certificates, CSRs, keys and servers.",
    "verify": "Connect to pinned hosts: do they show keys that are pinned?",
    "impact": "Show what a new certificate does to released apps.",
    "plan": "Show for each [[rotation]] from which day on it is safe.",
    "explain": "Explain a rule, or who decides on a host.",
    "diff": "Show on which hosts two configurations disagree.",
    "audit": "Report what shipped apps enforce, with evidence.",
    "report": "Write saved audits in another form, such as one page of HTML.",
    "schema": "Print the JSON Schema of what a command writes with -f json.",
    "help": "Show a page of the manual.",
}
"""In the order of the help, each in a line; each is a module of this package with a ``command`` and its ``EXAMPLES``."""


class _Commands(TyperGroup):
    """Commands by name: to build those that nobody asked for takes a tenth of a start."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        # Their names are what is suggested for a misspelt one.
        self.commands: Any = dict.fromkeys(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - typer's signature
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"pincompiler.cli.{cmd_name}")
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        epilog = _epilog(module.EXAMPLES)
        single.command(cmd_name, cls=OnceCommand, epilog=epilog)(module.command)
        return typer.main.get_command(single)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - typer's signature
        """List the commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _epilog(examples: tuple[str, ...]) -> str:
    """Examples on lines of their own: click leaves a paragraph behind a backspace as it is."""
    lines = "\n".join(f"  {one}" for one in examples)
    return f"\b\nExample{'s' if len(examples) > 1 else ''}:\n{lines}"


app = typer.Typer(
    name="pincompiler",
    cls=_Commands,
    help="One pins.toml, every platform's certificate pinning, provably the same.",
    epilog="Exit codes: 0 fine; 1 what was asked about has a problem; 2 could not look; 3 looked, but not at everything.",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def run() -> None:
    """Run the program; every refusal that is no bug ends here."""
    streams.guard()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except PincompilerError as error:
        streams.abandon()
        talk(f"pincompiler: error: {error}")
        sys.exit(COULD_NOT_LOOK)
    except BrokenPipeError:
        # Whoever read our output has stopped; say nothing more, not even at exit.
        streams.abandon()
        sys.exit(PROBLEM)


def _version(*, verbose: bool) -> None:
    sys.stdout.write(f"pincompiler {__version__}\n")
    if verbose:
        from pincompiler.roots.knowledge import known_roots

        sys.stdout.write(f"{known_roots().title}\n")


@app.callback(invoke_without_command=True)
def _program(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="With --version: also what it knows of root CAs, and as of when."),
    ] = False,
) -> None:
    # A terminal that lacks a character shows its code instead of ending the program.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if version:
        _version(verbose=verbose)
        raise typer.Exit
    if verbose:
        raise UsageError("--verbose goes with --version")
    if context.invoked_subcommand is None:
        sys.stdout.write(f"{context.get_help()}\n")
