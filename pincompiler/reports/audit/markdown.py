"""Audits as Markdown, for pull requests and tickets: the same order as the page, and short.

Whatever an app says stands in it as text: what Markdown or HTML would make something of is escaped, and
names stand in code spans that they cannot end.  Source: GitHub Flavored Markdown 0.29, §2.4 and §6.3.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.reports.audit.view import view
from pincompiler.reports.findings.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pincompiler.reports.audit.since import Overview
    from pincompiler.reports.audit.view import AppView, Group, Item, PinUse
    from pincompiler.reports.rules.page import Block, RuleGroup, RulePage
    from pincompiler.verdicts.subject import Subject

_SPECIAL = lazy_regex(r"([\\`*_{}\[\]()#+!|~$])")
_LIVELY = lazy_regex(r"@|#\d|GH-\d|://|www\.|:\w+:", re.IGNORECASE)
"""What GitHub makes a mention, a reference, a link or an emoji of, escaped or not, but in a code span."""
_HARMLESS = lazy_regex(r"[A-Za-z0-9 .,;'\"=/?%:-]*")


def render(subjects: Sequence[Subject]) -> str:
    """The report on all apps."""
    report = view(subjects)
    lines = [f"# Certificate pinning of {plain(report.title)}", ""]
    if report.day:
        lines += [f"As of {plain(report.day)}.", ""]
    if len(report.apps) > 1:
        rows = [[plain(app.title), plain(app.said), plain(app.headline)] for app in report.apps]
        lines += [*_table(["App", "Findings", "Hosts"], rows), ""]
    for app in report.apps:
        lines += _app(app, several=len(report.apps) > 1)
    return "\n".join(lines).rstrip("\n") + "\n"


def plain(text: str) -> str:
    """The text as itself, on one line; not for the very start of one."""
    return " ".join(map(_word, visible(text).split(" ")))


def _word(word: str) -> str:
    if _LIVELY.search(word):
        return code(word.replace("|", "\\x7c"))
    if _HARMLESS.fullmatch(word):
        return word
    word = word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", word)


def code(text: str) -> str:
    """The text in a code span with more backticks than it has; pipes are escaped for tables."""
    text = visible(text)
    if not text:
        return ""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{edge}{text}{edge}{fence}"


def _cell(text: str) -> str:
    """A code span in a table, where a pipe ends the cell even inside it."""
    return plain(text) if "|" in text or "\\" in text else code(text)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def fenced(text: str, language: str = "") -> Iterator[str]:
    """A code block with a longer fence than any in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{language}"
    yield from text.split("\n")
    yield fence


def _app(app: AppView, *, several: bool) -> Iterator[str]:
    if several:
        yield from (f"## {plain(app.title)}", "")
    findings = "" if app.error else f" Findings: {plain(app.said)}."
    yield from (f"**{plain(app.headline)}**{findings}", "")
    if app.since:
        yield from _since(app.since)
    new = [group for group in app.groups if group.change == "new"]
    if new:
        yield from ("### New findings", "")
        for group in new:
            yield from _group(group)
    for fact in app.facts:
        yield f"- {fact.name}: {code(fact.value)}"
    yield ""
    if not app.error:
        yield from _body(app)
    if app.run:
        yield from ("### How this was made", "")
        yield from (f"- {pair.name}: {code(pair.value)}" for pair in app.run)
        yield ""


def _body(app: AppView) -> Iterator[str]:
    yield from ("### Hosts", "")
    api = [column.api for column in app.matrix.columns]
    rows = (
        [_cell(host.host), row.mechanism, *cells]
        for host in app.matrix.hosts
        for row in host.rows
        for cells in [[f"{cell.sign} {cell.verdict}" for cell in row.cells for _ in range(cell.span)]]
    )
    yield from _table(["Host", "Mechanism", *api], rows)
    yield ""
    if app.since:
        yield from _briefly("Fixed", app.groups, "fixed")
        yield from _briefly("Unchanged findings", app.groups, "unchanged")
    else:
        yield from ("### Findings", "")
        yield from () if app.groups else ("None.", "")
        for group in app.groups:
            yield from _group(group)
    if app.endpoints:
        yield from ("### Endpoints", "")
        named = ([_cell(one.host), one.state, one.own, plain(one.why)] for one in app.endpoints)
        yield from _table(["Host that the app names", "State", "Whose", "What decides"], named)
        yield ""
    yield from ("### Pins", "")
    pins = ([plain(pin.name), _cell(pin.pin), "<br>".join(map(_use, pin.uses))] for pin in app.pins)
    yield from _table(["Key", "Pin", "Where it stands"], pins) if app.pins else ("None were found.",)
    yield ""
    if app.calendar:
        yield from ("### Rotation calendar", "")
        ends = ([bar.ends, plain(bar.what), bar.said] for bar in app.calendar.bars)
        yield from _table(["Ends", "What", ""], ends)
        yield ""
    yield from ("### What was not looked at", "")
    seen = "Every file and every part of the code that matters here was read."
    yield from (f"- {code(one.name)}: {plain(one.value)}" for one in app.unseen) if app.unseen else (seen,)
    yield ""


def _use(use: PinUse) -> str:
    return plain(f"{use.host}, {use.mechanism}: {use.state}") + (" **(new)**" if use.change == "new" else "")


def _since(since: Overview) -> Iterator[str]:
    build = f" since {plain(since.build)}" if since.build else ""
    yield from (f"**Changes{build}:** {plain(since.said)}", "")
    if since.doubt:
        yield from (plain(since.doubt), "")
    yield from (f"- pin gone: {plain(one.where)}: {code(one.pin)}" for one in since.gone)
    yield ""


def _briefly(title: str, groups: Iterable[Group], change: str) -> Iterator[str]:
    """A line for each finding: what is unchanged need not be shown again in full."""
    some = [(group, item) for group in groups if group.change == change for item in group.items]
    if not some:
        return
    yield from (f"### {title}", "")
    for group, item in some:
        where = f", {code(item.where)}" if item.where else ""
        yield f"- {group.level}: {plain(item.message)} ({code(group.rule.id)}{where})"
    yield ""


def _group(group: Group) -> Iterator[str]:
    rule = group.rule
    yield from (f"#### {group.level}: {_prose(rule.summary)} ({code(rule.id)})", "")
    if rule.why:
        yield from (_prose(rule.why[0]), "")
    named = "; ".join(f"{one.id} {one.name}".strip() for one in rule.references)
    if named:
        yield from (f"See {plain(named)}", "")
    for item in group.items:
        yield from _item(item)


def _item(item: Item) -> Iterator[str]:
    accepted = f" (accepted: {plain(item.accepted)})" if item.accepted else ""
    where = f"<br>{code(item.where)}" if item.where else ""
    # Asterisks around nothing would be a rule.
    yield f"- **{plain(item.message.strip()) or 'no message'}**{accepted}{where}"
    if item.chain:
        yield f"  - reached by {' › '.join(map(code, item.chain))}"
    for line in item.shown.split("\n") if item.shown else ():
        yield f"  - {code(line)}"
    for fact in item.facts:
        yield f"  - {plain(fact.name)}: {code(fact.value)}"
    if item.fix:
        yield f"  - fix: {plain(item.fix)}"
    if item.remedy:
        yield "  - pins.toml compiles to this here:"
        yield ""
        yield from (f"    {line}".rstrip() for line in fenced(item.remedy, item.language))
    yield ""


# -- rules ---------------------------------------------------------------------------------------


def _prose(text: str) -> str:
    """Our own words, in which names are in backticks: those become code spans, the rest is text."""
    parts = re.split(r"``?([^`]+)``?", text)
    return "".join(code(part) if number % 2 else plain(part) for number, part in enumerate(parts))


def render_rules(groups: Iterable[RuleGroup]) -> str:
    """The reference of rules."""
    groups = tuple(groups)
    lines = ["# Rules of pincompiler"]
    for group in groups:
        lines += ["", f"{group.title}:", ""]
        lines += _table(
            ["Rule", "Level", "What is wrong"],
            ([f"[{rule.id}](#{rule.id})", rule.level, _prose(rule.summary)] for rule in group.rules),
        )
    for group in groups:
        lines += ["", f"## {group.title}"]
        for rule in group.rules:
            lines += ["", *_rule(rule)]
    return "\n".join(lines) + "\n"


def _rule(rule: RulePage) -> Iterator[str]:
    yield from (f"### {rule.id}", "", f"*{rule.level}*: {_prose(rule.summary)}.")
    for paragraph in rule.why:
        yield from ("", _prose(paragraph))
    yield from ("", "Wrong:")
    yield from _blocks(rule.wrong)
    yield from ("", "Use instead:")
    yield from _blocks(rule.right)
    if rule.references:
        yield from ("", "References:", "")
        yield from (
            f"- {plain(one.id)}{f': {plain(one.name)}' if one.name else ''}" for one in rule.references
        )


def _blocks(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        yield ""
        if block.code:
            language = "toml" if block.language == "pins.toml" else block.language.lower()
            yield from fenced(block.code, "diff" if block.changes else language)
        else:
            yield _prose(block.prose)
