"""``pincompiler explain``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pincompiler.base.errors import UsageError
from pincompiler.cli import completing
from pincompiler.cli.console import PageFormat, out
from pincompiler.cli.options import EnvironmentName, Today, day_of, nearest_pins

if TYPE_CHECKING:
    from datetime import date

EXAMPLES = (
    "pincompiler explain unfaithful-target",
    "pincompiler explain --host api.example.com",
)

PinsOption = Annotated[
    Path | None,
    typer.Option("--pins", metavar="FILE", help="For --host: the pins file, if not the one here or above."),
]


def command(
    rule: Annotated[
        str,
        typer.Argument(
            metavar="RULE", help="The id in brackets behind a finding.", autocompletion=completing.rules
        ),
    ] = "",
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="HOST",
            help="Show what every target does for this host.",
            autocompletion=completing.hosts,
        ),
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Explain every rule.")] = False,
    pins: PinsOption = None,
    output_format: Annotated[
        PageFormat, typer.Option("-f", "--format", help="How to print; html and markdown are for rules.")
    ] = PageFormat.TEXT,
    environment: EnvironmentName = "",
    today: Today = "",
) -> None:
    """Explain a rule, or who decides on a host."""
    if sum(map(bool, (rule, host, every))) != 1:
        raise UsageError("explain one of RULE, --host HOST and --all")
    if host and output_format in (PageFormat.HTML, PageFormat.MARKDOWN):
        raise UsageError("--host is printed as text or json")
    if environment and not host:
        raise UsageError("-e goes with --host: rules are the same in every environment")
    page = (
        _host_page(host, pins or nearest_pins(), environment, output_format, day_of(today))
        if host
        else _rule_pages(rule, output_format)
    )
    out(page)


def _host_page(host: str, pins: Path, environment: str, output_format: PageFormat, today: date) -> str:
    from pincompiler.workflows import compile as compiler
    from pincompiler.workflows.explain import explain_host

    checked = compiler.check(pins, today, environment=environment)
    if not checked.readable:
        raise UsageError(f"{pins} has errors; run pincompiler check {pins}")
    found = explain_host(checked, host)
    if output_format is PageFormat.JSON:
        from pincompiler.reports.explain import json

        return json.render_host(host, found)
    from pincompiler.reports.explain import text

    return text.render_host(host, found)


def _rule_pages(name: str, output_format: PageFormat) -> str:
    from pincompiler.rules.every import RULES
    from pincompiler.source.tables import did_you_mean

    ids = [rule.id for rule in RULES]
    if name and name not in ids:
        raise UsageError(
            f"no rule is called {name}; {did_you_mean(name, ids) or 'see pincompiler explain --all'}"
        )
    chosen = [rule for rule in RULES if name in ("", rule.id)]
    if output_format is PageFormat.HTML:
        from pincompiler.reports.audit import html
        from pincompiler.reports.rules.page import grouped

        return html.render_rules(grouped(chosen))
    if output_format is PageFormat.MARKDOWN:
        from pincompiler.reports.audit import markdown as audit_markdown
        from pincompiler.reports.rules.page import grouped

        return audit_markdown.render_rules(grouped(chosen))
    if output_format is PageFormat.JSON:
        from pincompiler.reports.explain import json

        return json.render_rules(chosen)
    from pincompiler.reports.explain import text

    return "\n".join(map(text.render_rule, chosen))
