"""Verdicts on servers as findings at the hosts of pins.toml, for build pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.base.location import Location
    from pincompiler.verdicts.served import ServerVerdict


def findings(verdicts: Iterable[ServerVerdict]) -> Iterator[Finding]:
    """What is wrong with each host; a remark's code stands for the rule."""
    for verdict in verdicts:
        where = _place(verdict)
        for remark in verdict.remarks:
            if not remark.unknown:
                said = f"{verdict.host}:{verdict.port} {remark.message}"
                yield Finding(remark.code, remark.level, said, where, remark.fix, (verdict.host,))


def doubts(verdicts: Iterable[ServerVerdict]) -> Iterator[str]:
    """What could not be asked."""
    for verdict in verdicts:
        for remark in verdict.remarks:
            if remark.unknown:
                yield f"{verdict.host}:{verdict.port} {remark.message}"


def _place(verdict: ServerVerdict) -> Location | None:
    """The host's own entry, or the pin-set that reaches it."""
    pin_set = verdict.pin_set
    if pin_set is None:
        return None
    return pin_set.where_host(verdict.host) if verdict.host in pin_set.hosts else pin_set.where
