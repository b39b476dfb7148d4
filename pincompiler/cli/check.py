"""``pincompiler check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincompiler.base.errors import UsageError
from pincompiler.base.finding import Level
from pincompiler.cli.console import (
    FINE,
    PROBLEM,
    PipelineFormat,
    incomplete,
    out,
    print_bare_findings,
    print_findings,
    talk,
)
from pincompiler.cli.options import (
    FailOnLevel,
    Horizon,
    OnlyEnvironment,
    PinsFile,
    PrintAs,
    Today,
    day_of,
    refuse_idle_environment,
)

Fix = Annotated[
    bool, typer.Option("--fix", help="Correct what only one thing can be meant by, and show it as a diff.")
]
ShowDiff = Annotated[
    bool, typer.Option("--diff", help="Only show what --fix would change; exit 1 if there is anything.")
]
EXAMPLES = (
    "pincompiler check",
    "pincompiler check app/src/main/res/xml/network_security_config.xml",
)


def command(
    pins: PinsFile,
    output_format: PrintAs = PipelineFormat.TEXT,
    expiring_within: Horizon = 30,
    fail_on: FailOnLevel = Level.ERROR,
    environment: OnlyEnvironment = "",
    fix: Fix = False,
    diff: ShowDiff = False,
    today: Today = "",
) -> None:
    """Check a pins.toml, an NSC, a property list or a shipped app.

    Of a pins.toml it checks the text, the policy, and what each target can make of the policy, in every environment; of an app, all that
    audit checks; of an NSC or a property list, what audit would find in an app that has it and nothing else.
    """
    from pincompiler.workflows import compile as compiler
    from pincompiler.workflows import read_configuration as configurations

    if fix or diff:
        changed = _fixed(pins, write=not diff, shown=diff or output_format is PipelineFormat.TEXT)
        if diff:
            raise typer.Exit(PROBLEM if changed else FINE)
    day = day_of(today)
    doubts: tuple[str, ...] = ()
    if str(pins) == "-" or pins.suffix == ".toml":
        checked = compiler.check(pins, day, expiring_within, environment=environment or None)
        findings = checked.findings
        print_findings("check", checked, findings, output_format)
    else:
        refuse_idle_environment(environment, pins)
        findings, doubts = configurations.check_file(pins, day, expiring_within)
        print_bare_findings(pins, findings, doubts, output_format)
    failed = any(finding.level.rank <= fail_on.rank for finding in findings)
    code = incomplete(doubts)
    raise typer.Exit(PROBLEM if failed else code)


def _fixed(pins: Path, *, write: bool, shown: bool) -> bool:
    """Correct what can be, or only show it; whether there is anything."""
    from pincompiler.workflows.fix import fixed
    from pincompiler.workflows.write import unified, write_all

    if str(pins) == "-" or pins.suffix != ".toml":
        raise UsageError(f"{pins}: only a pins.toml can be corrected, in its file")
    artifact = fixed(pins)
    if artifact is None:
        return False
    if shown:
        out(unified(artifact, pins.parent))
    if write:
        write_all([artifact], pins.parent)
        talk(f"corrected {pins}")
    return True
