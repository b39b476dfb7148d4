"""What becomes of a new certificate, for a terminal, or for the mail of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.reports.findings.text import painted, visible
from pincompiler.reports.names import java_name
from pincompiler.verdicts.chain_verdicts import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pincompiler.verdicts.candidate import Candidate
    from pincompiler.verdicts.outlook import Fate, FateRow, Period, Release

_COLOURS = {Outcome.BLOCKED: "31", Outcome.UNKNOWN: "33", Outcome.UNPINNED: "36", Outcome.WORKS: "32"}


def render(
    found: Sequence[tuple[Release, tuple[Fate, ...]]], candidates: Iterable[Candidate], *, colour: bool
) -> str:
    """The chains, and a paragraph for each release and host."""
    lines = [line for one in candidates for line in _chain(one)]
    for release, fates in found:
        if release.error:
            lines += ["", f"{visible(release.title)}: could not be read: {visible(release.error)}"]
        for fate in fates:
            lines += ["", *_fate(fate, colour=colour)]
    return "".join(f"{line}\n" for line in lines)


def _chain(one: Candidate) -> Iterator[str]:
    if not one.path:
        yield f"chain for {one.host}: {visible(one.problem)}"
        return
    valid = f", valid {one.first} to {one.last}" if one.first and one.last else ""
    yield f"chain for {one.host}{valid}"
    for number, key in enumerate(one.path):
        yield f"  {'ca  ' if number else 'leaf'}  {key.algorithm:<8}  {visible(key.subject)}"


def _fate(fate: Fate, *, colour: bool) -> Iterator[str]:
    days = "; ".join(_days(span, colour=colour) for span in fate.spans())
    yield f"{visible(fate.release.title)}  {fate.host}: {days}"
    wide = max((16, *(len(_head(row)) for row in fate.rows)))
    for row in fate.rows:
        for number, span in enumerate(row.spans):
            head = _head(row) if not number else ""
            yield f"  {head:<{wide}}  {_days(span, colour=colour)}  {java_name(span.verdict.why)}".rstrip()


def _head(row: FateRow) -> str:
    if not row.mechanism:
        return "not seen" if row.title else "no pins"
    return f"{row.mechanism}, {row.api.words}" if row.api else row.mechanism


def _days(span: Period, *, colour: bool) -> str:
    outcome = painted(span.verdict.outcome.value, _COLOURS[span.verdict.outcome], colour=colour)
    return f"{outcome} {span.first} to {span.last}"


def summary(
    found: Sequence[tuple[Release, tuple[Fate, ...]]], candidates: Iterable[Candidate]
) -> Iterator[str]:
    """How it comes out, and what to do next, a line each."""
    unread = [release for release, _ in found if release.error]
    worst = {release.title: _worst(fates) for release, fates in found if not release.error}
    counts = ", ".join(
        f"{number:,} {outcome.value}"
        for outcome in Outcome
        if (number := sum(one is outcome for one in worst.values()))
    )
    releases = f"{len(found):,} release{'' if len(found) == 1 else 's'}"
    yield f"{releases}: {counts or 'none could be read'}{f', {len(unread):,} not read' if unread else ''}"
    refused = [one for one in candidates if one.fix and not one.path]
    if refused and Outcome.BLOCKED in worst.values():
        yield f"next: {refused[0].fix}"
        return
    blocked = next(
        (
            fate
            for _, fates in found
            for fate in fates
            if any(_is(one, Outcome.BLOCKED) for one in fate.spans())
        ),
        None,
    )
    if blocked:
        first = next(span for span in blocked.spans() if _is(span, Outcome.BLOCKED))
        yield (
            f"next: do not deploy it for {blocked.host} while {blocked.release.title} is supported: "
            f"from {first.first} on, {java_name(first.verdict.why)}"
        )


def _is(span: Period, outcome: Outcome) -> bool:
    return span.verdict.outcome is outcome


def _worst(fates: Iterable[Fate]) -> Outcome:
    """The worst of all hosts and days; that some host is not pinned does not make a release unpinned."""
    outcomes = {span.verdict.outcome for fate in fates for span in fate.spans()}
    order = (Outcome.BLOCKED, Outcome.UNKNOWN, Outcome.WORKS, Outcome.UNPINNED)
    return next(one for one in order if one in outcomes)
