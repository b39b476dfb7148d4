"""``pincompiler report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincompiler.cli.console import ReportFormat, print_report
from pincompiler.cli.options import ReportAs, ReportTo

EXAMPLES = ("pincompiler report -f html -o report.html audit.json",)


def command(
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULTS...", help="What audit -f json has written; - is standard input."),
    ],
    output_format: ReportAs = ReportFormat.HTML,
    output: ReportTo = "-",
) -> None:
    """Write saved audits as another report: one page for reviewers, of one app or of many."""
    from pincompiler.reports.audit.json_reader import read_results

    print_report([subject for path in results for subject in read_results(path)], output_format, output)
