"""``[[accept]]``: findings that a team lives with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.location import Location
from pincompiler.platforms.registry import TARGETS
from pincompiler.policy.hosts import BadHost, canonical_host
from pincompiler.policy.project import Acceptance
from pincompiler.source import entries
from pincompiler.source.tables import Reporter, TomlTable, did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pincompiler.base.finding import Finding
    from pincompiler.source.document import Document


def read_acceptances(document: Document) -> tuple[tuple[Acceptance, ...], tuple[Finding, ...]]:
    """The ``[[accept]]`` of a file that has nothing else, and what is wrong with them."""
    reporter = Reporter()
    top = TomlTable(document.values, Location(document.file), reporter)
    top.only(frozenset({"version", "accept"}))
    found = AcceptanceReader(reporter, None).read(top.tables("accept"))
    return found, (*document.problems, *reporter.findings)


class AcceptanceReader:
    """Reads acceptances, which may name no other hosts than ``hosts``; None: of a file that knows no hosts.

    ``outputs`` are the targets by name that pins.toml has, of which some may be meant besides whole kinds.
    """

    def __init__(
        self, reporter: Reporter, hosts: Collection[str] | None, outputs: Iterable[str] = ()
    ) -> None:
        self._reporter = reporter
        self._hosts = hosts
        self._targets = frozenset(target.name for target in TARGETS).union(outputs)

    def read(self, tables: Iterable[TomlTable]) -> tuple[Acceptance, ...]:
        """The acceptances that some tables hold; a broken one is reported and left out."""
        return tuple(filter(None, map(self._acceptance, tables)))

    def _acceptance(self, table: TomlTable) -> Acceptance | None:
        alone = {entries.SCOPE} if self._hosts is None else frozenset()
        table.only(entries.ACCEPT.names.difference(alone))
        rule = table.text("rule", required=True)
        reason = table.text("reason", required=True)
        until = table.day("until", required=True)
        target = table.text("target") or ""
        # A file without pin-sets knows as little of outputs as of hosts.
        named = target.partition(".")[0] if self._hosts is None else target
        if named and named not in self._targets:
            fix = did_you_mean(target, self._targets)
            self._reporter.error(
                "unknown-target", f"no target is called {quoted(target)}", table.where.at("target"), fix
            )
        hosts = self._accepted_hosts(table)
        # What is broken must not come to mean every target or every host.
        sound = hosts is not None and (named in self._targets or "target" not in table)
        if rule is None or reason is None or until is None or not sound:
            return None
        places = tuple(text for _, text in table.texts("places") or ())
        return Acceptance(rule, reason, until, target, hosts or (), places, table.where)

    def _accepted_hosts(self, table: TomlTable) -> tuple[str, ...] | None:
        """The hosts of an acceptance, empty for all; None if anything is wrong with them."""
        written = table.texts("hosts")
        if written is None:
            return None if "hosts" in table else ()
        if written == ():
            fix = "name hosts, or leave `hosts` out to mean all"
            self._reporter.error(
                "missing-value", "the acceptance names no host", table.where.at("hosts"), fix
            )
            return None
        hosts = []
        for n, text in written or ():
            host, where = canonical_host(text), table.where.at("hosts", n)
            if isinstance(host, BadHost):
                self._reporter.error(host.rule, f"{quoted(text)} {host.problem}", where, host.fix)
            elif self._hosts is not None and host not in self._hosts:
                fix = did_you_mean(host, self._hosts) or "name a host of a pin-set"
                self._reporter.error("invalid-host", f"no pin-set names {host}", where, fix)
            else:
                hosts.append(host)
        return tuple(hosts) if len(hosts) == len(written or ()) else None
