"""Verdicts on servers for a terminal, or for the mail of a cron job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.reports.findings.text import LEVEL_COLOURS, painted, visible
from pincompiler.reports.verify.json import SAID
from pincompiler.verdicts.served import in_days
from pincompiler.verdicts.served_devices import ON_DEVICES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pincompiler.policy.enforcement import Key
    from pincompiler.tls.remarks import Remark
    from pincompiler.verdicts.served import Match, Requirements, ServerVerdict, ShownChain


def render(verdict: ServerVerdict, asked: Requirements, *, colour: bool) -> str:
    """A paragraph for a host."""
    return "".join(f"{line}\n" for line in _lines(verdict, asked, colour=colour))


def _lines(verdict: ServerVerdict, asked: Requirements, *, colour: bool) -> Iterator[str]:
    yield f"{verdict.host}:{verdict.port}"
    for one in verdict.chains:
        yield from _chain(one, asked)
    if verdict.pin_set and verdict.pin_set.keys and verdict.chains:
        backups = ", ".join(map(_key, verdict.backups)) or "none"
        yield f"  backup  {visible(backups)}"
        expires = verdict.pin_set.expires
        left = (expires - asked.today).days if expires else 0
        yield f"  pins    {f'end {expires}, {in_days(left)}' if expires else 'have no end'}"
    for remark in verdict.remarks:
        yield from _remark(remark, colour=colour)


def _chain(one: ShownChain, asked: Requirements) -> Iterator[str]:
    places: dict[str, list[str]] = {}
    for address, protocol in one.shown:
        places.setdefault(address, []).append(protocol)
    shown = (f"{address} {' and '.join(sorted(how))}" for address, how in places.items() if address)
    yield f"  {'; '.join(shown) or 'from a file'}"
    matched = {match.key.whole or match.key.spki_sha256: match for match in one.matches}
    for number, key in enumerate(one.chain):
        role = "ca" if number else "leaf"
        found = matched.get(key.whole) or matched.get(key.spki_sha256)
        ends = _ends(key.certificate.not_after, asked) if key.certificate else ""
        line = f"    {role:<4}  {key.algorithm:<8}  {ends}  {visible(key.subject)}"
        yield f"{line}  = {visible(_matched(found))}" if found else line
    width = max(len(outlook.who) for outlook in one.outlooks)
    days = [day for day, _ in one.outlooks[0].verdicts]
    heads = ["today" if day == asked.today else str(day) for day in days]
    yield f"    {'':<{width}}  {'  '.join(f'{head:<10}' for head in heads)}".rstrip()
    for outlook in one.outlooks:
        cells = "  ".join(f"{SAID[verdict.outcome]:<10}" for _, verdict in outlook.verdicts)
        yield f"    {visible(outlook.who):<{width}}  {cells}".rstrip()


def _ends(ends: datetime, asked: Requirements) -> str:
    if ends < asked.now:
        return f"ended {ends:%Y-%m-%d}"
    return f"ends {ends:%Y-%m-%d}, {in_days((ends - asked.now).days)}"


def _matched(match: Match) -> str:
    return f"{match.key.title} ({match.role.value})"


def _key(key: Key) -> str:
    return f"{key.title} ({key.role.value if key.role else 'leaf or ca'})"


def _remark(remark: Remark, *, colour: bool) -> Iterator[str]:
    level = painted(remark.level.value, LEVEL_COLOURS[remark.level], colour=colour)
    yield f"  {level}: {visible(remark.message)} [{remark.code}]"
    yield f"    next: {visible(remark.fix)}"


def summary(verdicts: Sequence[ServerVerdict]) -> str:
    """How many hosts are how, in a line."""
    bad = sum(one.failed(Level.ERROR) for one in verdicts)
    open_ones = [one for one in verdicts if not one.failed(Level.ERROR) and not one.complete]
    doubtful = sum(
        one.reached and any(remark.code in ON_DEVICES for remark in one.remarks) for one in open_ones
    )
    unknown = len(open_ones) - doubtful
    parts = [f"{len(verdicts) - bad - len(open_ones):,} of {len(verdicts):,} hosts fine"]
    parts += [f"{bad:,} with a problem"] if bad else []
    parts += [f"{unknown:,} not seen, or not at every address"] if unknown else []
    parts += [f"{doubtful:,} not known on every supported device"] if doubtful else []
    return "; ".join(parts)
