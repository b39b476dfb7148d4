"""How long a report of 200 apps with 10,000 findings takes to render, and to load in Chromium."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))

from pincompiler.reports.audit import html, junit
from pincompiler.reports.audit import json as audit_json
from pincompiler.reports.audit import markdown as audit_markdown
from pincompiler.reports.audit.json_reader import parse
from pincompiler.rules.every import RULES
from tests.audit.test_reports import SUBJECT
from tests.real import browser

if TYPE_CHECKING:
    from pincompiler.base.finding import Finding

APPS, EACH, RULES_EACH = 200, 50, 12
LIMIT_RENDER, LIMIT_LOAD = 5.0, 2.0


def _finding(number: int) -> Finding:
    """Of all kinds of findings, and of several rules."""
    finding = SUBJECT.findings[number % len(SUBJECT.findings)]
    rule = RULES[number % RULES_EACH].id
    return replace(finding, rule=rule, message=f"{finding.message}, place {number}")


def main() -> None:
    """Print the times; exit with 1 if one is too long."""
    findings = tuple(sorted(map(_finding, range(EACH)), key=lambda one: (one.level.value, one.rule)))
    subjects = [replace(SUBJECT, package=f"com.example.app{n}", findings=findings) for n in range(APPS)]
    slow = False
    for name, render in (
        ("html", html),
        ("markdown", audit_markdown),
        ("junit", junit),
        ("json", audit_json),
    ):
        start = perf_counter()
        text = render.render(subjects)
        took = perf_counter() - start
        slow |= took > LIMIT_RENDER
        print(f"{name}: {took:.2f} s, {len(text) / 1e6:.1f} MB")
    start = perf_counter()
    parse(text.encode(), "audit.json")
    print(f"read back: {perf_counter() - start:.2f} s")
    with tempfile.TemporaryDirectory() as folder, browser.chromium() as driver:
        page = Path(folder) / "report.html"
        page.write_text(html.render(subjects), "utf-8")
        browser.set_up(driver, 1280)
        driver.get(page.as_uri())
        loaded = browser.value(driver, "performance.timing.loadEventEnd - performance.timing.navigationStart")
        print(f"load in Chromium: {loaded / 1000:.2f} s")
        slow |= loaded / 1000 > LIMIT_LOAD
    sys.exit(slow)


if __name__ == "__main__":
    main()
