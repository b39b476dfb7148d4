"""``pincompiler check``."""

from __future__ import annotations

import typer

from pincompiler.base.finding import Level
from pincompiler.cli.console import PROBLEM, PipelineFormat, incomplete, print_bare_findings, print_findings
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
    today: Today = "",
) -> None:
    """Check a pins.toml, an NSC, a property list or a shipped app.

    Of a pins.toml it checks the text, the policy, and what each target can make of the policy, in every environment; of an app, all that
    audit checks; of an NSC or a property list, what audit would find in an app that has it and nothing else.
    """
    from pincompiler.workflows import compile as compiler
    from pincompiler.workflows import read_configuration as configurations

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
