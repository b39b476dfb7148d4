"""pins.toml to a project, or to everything that is wrong with it."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pincompiler.base.bounds import shortened
from pincompiler.base.finding import Finding, Level
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import Location
from pincompiler.base.records import dataclass
from pincompiler.platforms.registry import TARGETS
from pincompiler.policy.enforcement import Key, PinSet, Reach
from pincompiler.policy.hosts import BadHost, canonical_host
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import Acceptance, App, Project
from pincompiler.policy.trust import SYSTEM_ALONE
from pincompiler.source.anchors import AnchorReader
from pincompiler.source.keys import KeyReader
from pincompiler.source.outputs import OutputReader
from pincompiler.source.plans import PlanReader
from pincompiler.source.tables import Reporter, TomlTable, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pincompiler.policy.project import Version
    from pincompiler.source.document import Document

_TOP = frozenset({"version", "app", "keys", "anchors", "pin-set", "target", "accept", "release", "rotation"})
_APP = frozenset({"android-min-sdk", "android-target-sdk", "ios-minimum", "okhttp"})
_PIN_SET = frozenset({"hosts", "subdomains", "keys", "trust", "expires", "enforce", "report-uris"})
_ACCEPT = frozenset({"rule", "target", "hosts", "places", "reason", "until"})
_REACHES: Mapping[str, Reach] = {reach.value: reach for reach in Reach}
_VERSION = lazy_regex(r"\d{1,4}(\.\d{1,6}){0,3}")
_REPORT_URI = lazy_regex(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?")


@dataclass(frozen=True, slots=True)
class Reading:
    """A project as far as it could be read, and what was wrong on the way.

    Pin-sets with an error in them are left out of the policy, so that one mistake is reported once.
    """

    project: Project
    findings: tuple[Finding, ...]


def read_project(document: Document, root: Path) -> Reading:
    """Read a document that stands in the directory ``root``."""
    reporter = Reporter()
    reader = _Reader(reporter, root, document.file)
    project = reader.project(TomlTable(document.values, Location(document.file), reporter))
    if document.problems:  # there was nothing to read
        return Reading(project, document.problems)
    return Reading(project, tuple(f for f in reporter.findings if f is not _INCOMPLETE))


def read_acceptances(document: Document) -> tuple[tuple[Acceptance, ...], tuple[Finding, ...]]:
    """The ``[[accept]]`` of a file that has nothing else, and what is wrong with them."""
    reporter = Reporter()
    reader = _Reader(reporter, Path(), document.file, hosts_are_known=False)
    top = TomlTable(document.values, Location(document.file), reporter)
    top.only(frozenset({"version", "accept"}))
    found = tuple(a for table in top.tables("accept") if (a := reader.acceptance(table)))
    return found, (*document.problems, *reporter.findings)


@dataclass(slots=True)
class _Reader:
    reporter: Reporter
    root: Path
    file: str
    hosts_are_known: bool = True
    """Whether acceptances may name no other hosts than those of the pin-sets."""
    first_named: dict[str, Location] = field(default_factory=dict)
    used_keys: set[str] = field(default_factory=set)

    def project(self, top: TomlTable) -> Project:
        top.only(_TOP)
        self._version(top)
        app = self._app(top.table("app"), top.where)
        key_reader = KeyReader(self.reporter, self.root)
        keys = key_reader.read(top)
        anchors = AnchorReader(self.reporter, key_reader)
        anchors.read(top)
        sets = tuple(s for table in top.tables("pin-set") if (s := self._pin_set(table, keys, anchors)))
        if top.is_empty("pin-set"):
            self.reporter.error(
                "missing-value", "no [[pin-set]] is given", top.where, "add one: nothing is pinned"
            )
        policy = Policy(sets)
        planned = PlanReader(self.reporter, self.root, keys)
        whole = not any(f.level is Level.ERROR for f in self.reporter.findings)
        rotations = planned.rotations(top, policy, whole=whole)
        self._unused(keys, self.used_keys | planned.used_keys)
        anchors.unused()
        inputs = {self.root / Path(self.file).name, *key_reader.files}
        outputs = OutputReader(self.reporter, self.root, inputs).read(top)
        accepts = tuple(a for table in top.tables("accept") if (a := self.acceptance(table)))
        known = tuple(key for key in keys.values() if key.known)
        name, releases = _file_name(self.file), planned.releases(top)
        inputs |= {self.root / output.base for output in outputs if output.base}
        return Project(
            self.root, name, policy, app, known, outputs, accepts, releases, rotations, frozenset(inputs)
        )

    def _unused(self, keys: Mapping[str, Key], used: set[str]) -> None:
        for name, key in keys.items():
            if name not in used and key.where and not key.retired:
                self.reporter.warning(
                    "unused-key", f"no pin-set uses the key `{name}`", key.where, "use it or drop it"
                )

    def _version(self, top: TomlTable) -> None:
        version = top.whole("version")
        if version is not None and version != 1:
            fix = "write version = 1, or use the pincompiler that knows this version"
            self.reporter.error(
                "invalid-value", f"version {version} is not known", top.where.at("version"), fix
            )
        elif "version" not in top:
            self.reporter.error(
                "missing-value", "`version` is missing", top.where, "begin the file with version = 1"
            )

    def _app(self, table: TomlTable | None, top: Location) -> App:
        if table is None:
            return App(where=top)
        table.only(_APP)
        return App(
            android_min_sdk=table.whole("android-min-sdk"),
            android_target_sdk=table.whole("android-target-sdk"),
            ios_minimum=self._app_version(table, "ios-minimum"),
            okhttp=self._app_version(table, "okhttp"),
            where=table.where,
        )

    def _app_version(self, table: TomlTable, key: str) -> Version | None:
        text = table.text(key)
        if text is None:
            return None
        if not _VERSION.fullmatch(text):
            fix = 'write it as "14.0" or "4.12.0"'
            self.reporter.error("invalid-value", f"`{text}` is no version", table.where.at(key), fix)
            return None
        return tuple(int(part) for part in text.split("."))

    # -- pin-sets --------------------------------------------------------------------------------

    def _pin_set(self, table: TomlTable, known: Mapping[str, Key], anchors: AnchorReader) -> PinSet | None:
        before = len(self.reporter.findings)
        table.only(_PIN_SET)
        enforce = table.flag("enforce", default=True)
        reach = table.choice("subdomains", _REACHES, Reach.NONE)
        hosts = self._hosts(table, reach)
        trust = anchors.trust(table)
        if trust is None:
            # The anchor itself is broken, which has been reported; the set means nothing without it.
            self.reporter.findings.append(_INCOMPLETE)
        alone = trust is None or bool(trust.anchors)
        keys = self._keys(table, known, may_be_empty=not enforce or alone)
        expires = table.day("expires")
        uris = self._report_uris(table)
        if any(f.level is Level.ERROR for f in self.reporter.findings[before:]):
            return None
        return PinSet(hosts, reach, keys, expires, enforce, uris, table.where, trust or SYSTEM_ALONE)

    def _hosts(self, table: TomlTable, reach: Reach) -> tuple[str, ...]:
        written = table.texts("hosts", required=True)
        if written == ():
            self.reporter.error(
                "missing-value", "the pin-set has no host", table.where.at("hosts"), "name one"
            )
        hosts = []
        for n, text in written or ():
            where = table.where.at("hosts", n)
            host = canonical_host(text)
            if isinstance(host, BadHost):
                self.reporter.error(host.rule, f"{_quoted(text)} {host.problem}", where, host.fix)
                continue
            if reach is not Reach.NONE and host[-1].isdigit():
                fix = 'an address has no subdomains: write subdomains = "none"'
                self.reporter.error(
                    "invalid-host", f"{host} is an address and cannot reach below", where, fix
                )
            first = self.first_named.setdefault(host, where)
            if first is where:
                hosts.append(host)
            else:
                again = f"{host} is named twice" + (f" (written {_quoted(text)})" if text != host else "")
                related = (("first named here", first),)
                fix = "name each host in one pin-set"
                self.reporter.error("duplicate-host", again, where, fix, related=related, hosts=(host,))
        return tuple(hosts)

    def _keys(self, table: TomlTable, known: Mapping[str, Key], *, may_be_empty: bool) -> tuple[Key, ...]:
        written = table.texts("keys", required=not may_be_empty) or ()
        if not may_be_empty and "keys" in table and table.is_empty("keys"):
            fix = "name two, or write enforce = false to exempt the hosts"
            self.reporter.error("missing-value", "the pin-set has no key", table.where.at("keys"), fix)
        keys: dict[str, Key] = {}
        for n, name in written:
            self.used_keys.add(name)
            if name not in known:
                fix = did_you_mean(name, known) or "add a [keys] table for it"
                where = table.where.at("keys", n)
                self.reporter.error("undefined-key", f"no key is called {_quoted(name)}", where, fix)
            elif name in keys:
                message, where = f"`{name}` stands twice in one pin-set", table.where.at("keys", n)
                self.reporter.error("duplicate-pin", message, where, "drop one")
            else:
                keys[name] = known[name]
        if any(not key.known for key in keys.values()):
            # The key itself is broken, which has been reported; the set means nothing without it.
            self.reporter.findings.append(_INCOMPLETE)
        return tuple(keys.values())

    def _report_uris(self, table: TomlTable) -> tuple[str, ...]:
        uris = table.texts("report-uris") or ()
        for n, uri in uris:
            if not _REPORT_URI.fullmatch(uri):
                where = table.where.at("report-uris", n)
                fix = 'write it like "https://reports.example.com/pins"'
                self.reporter.error("invalid-value", f"{_quoted(uri)} is no report URI", where, fix)
        return tuple(uri for _, uri in uris)

    # -- the record ------------------------------------------------------------------------------

    def acceptance(self, table: TomlTable) -> Acceptance | None:
        """One ``[[accept]]``; None if it is broken."""
        table.only(_ACCEPT)
        rule = table.text("rule", required=True)
        reason = table.text("reason", required=True)
        until = table.day("until", required=True)
        target = table.text("target") or ""
        known = {t.name for t in TARGETS}
        if target and target not in known:
            fix = did_you_mean(target, known)
            self.reporter.error(
                "unknown-target", f"no target is called {_quoted(target)}", table.where.at("target"), fix
            )
        hosts = self._accepted_hosts(table)
        # What is broken must not come to mean every target or every host.
        sound = hosts is not None and (target in known or "target" not in table)
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
            self.reporter.error("missing-value", "the acceptance names no host", table.where.at("hosts"), fix)
            return None
        hosts = []
        for n, text in written or ():
            host, where = canonical_host(text), table.where.at("hosts", n)
            if isinstance(host, BadHost):
                self.reporter.error(host.rule, f"{_quoted(text)} {host.problem}", where, host.fix)
            elif self.hosts_are_known and host not in self.first_named:
                fix = did_you_mean(host, self.first_named) or "name a host of a pin-set"
                self.reporter.error("invalid-host", f"no pin-set names {host}", where, fix)
            else:
                hosts.append(host)
        return tuple(hosts) if len(hosts) == len(written or ()) else None


_INCOMPLETE = Finding("", Level.ERROR, "")
"""Marks a pin-set that a broken key has made meaningless; never shown."""


def _file_name(file: str) -> str:
    """The name for headers of generated files, which is the same wherever the file was read from."""
    return "pins.toml" if file == "<stdin>" else Path(file).name


def _quoted(text: Any) -> str:
    shown = shortened(text)
    return f'"{shown}"' if shown.isprintable() else ascii(shown)
