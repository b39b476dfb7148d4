"""pins.toml to a project, or to everything that is wrong with it."""

from __future__ import annotations

from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pincompiler.base.errors import InputError
from pincompiler.base.finding import Correction, Finding, Level
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import Location
from pincompiler.base.records import dataclass
from pincompiler.policy.enforcement import Key, PinSet, Reach
from pincompiler.policy.hosts import BadHost, canonical_host
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Project
from pincompiler.policy.trust import SYSTEM_ALONE
from pincompiler.source import entries
from pincompiler.source.acceptances import AcceptanceReader
from pincompiler.source.anchors import AnchorReader
from pincompiler.source.assessments import AssessmentReader
from pincompiler.source.environments import EnvironmentReader
from pincompiler.source.keys import KeyReader
from pincompiler.source.outputs import OutputReader, declared
from pincompiler.source.paths import below, root_of
from pincompiler.source.plans import PlanReader
from pincompiler.source.tables import Reporter, TomlTable, did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from pincompiler.policy.project import Environment, Version
    from pincompiler.source.document import Document

_REACHES: Mapping[str, Reach] = {reach.value: reach for reach in Reach}
_VERSION = lazy_regex(r"\d{1,4}(\.\d{1,6}){0,3}")
_REPORT_URI = lazy_regex(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a pins.toml says as far as it could be read, and what was wrong on the way.

    Pin-sets with an error in them are left out of the policy, so that one mistake is reported once.
    """

    projects: tuple[Project, ...]
    """One for each environment, in their order; one alone where none is declared."""
    findings: tuple[Finding, ...]

    def of(self, environment: str = "") -> Project:
        """What it says for an environment, by default for the release.  InputError if there is none of that name."""
        found = [one for one in self.projects if environment in ("", one.environment.name)]
        if not found:
            known = ", ".join(one.environment.name for one in self.projects) or "none"
            file = self.projects[0].pins
            raise InputError(f"{file} has no environment called {environment}; it has: {known}")
        return next((one for one in found if one.environment.release), found[0])


def read_project(document: Document, root: Path, given: Mapping[Path, bytes] | None = None) -> Reading:
    """Read a document that stands in the directory ``root``; ``given`` are files that are still to be written there."""
    reporter = Reporter()
    top = TomlTable(document.values, Location(document.file), reporter)
    reader = _Reader(reporter, root_of(top, root, reporter), root, document.file, given or {})
    projects = reader.projects(top)
    if document.problems:  # there was nothing to read
        return Reading(projects, document.problems)
    # What is read for each environment is wrong once.
    found = dict.fromkeys(one for one in reporter.findings if one is not _INCOMPLETE)
    return Reading(projects, tuple(found))


@dataclass(frozen=True, slots=True)
class _Scoped:
    """A pin-set and the environments for which it counts; None: it is broken, and means nothing."""

    pin_set: PinSet | None
    scope: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Common:
    """What is read once for all environments."""

    top: TomlTable
    app: App
    keys: Mapping[str, Key]
    environments: EnvironmentReader
    outputs: OutputReader
    whole: bool
    """Whether nothing is wrong with the pin-sets."""


@dataclass(slots=True)
class _Reader:
    reporter: Reporter
    root: Path
    directory: Path
    """Where the file stands: ``root``, or below that."""
    file: str
    given: Mapping[Path, bytes]
    first_named: dict[str, list[tuple[Location, frozenset[str]]]] = field(default_factory=dict)
    """Where hosts are named, and for which environments."""
    used_keys: set[str] = field(default_factory=set)

    def projects(self, top: TomlTable) -> tuple[Project, ...]:
        """One for each environment: each knows what counts for it, and nothing of the others."""
        top.only(entries.TOP)
        self._version(top)
        app = self._app(top.table("app"), top.where)
        environments = EnvironmentReader(self.reporter)
        environments.read(top)
        key_reader = KeyReader(self.reporter, self.root, self.given)
        keys = key_reader.read(top)
        anchors = AnchorReader(self.reporter, key_reader)
        anchors.read(top)
        sets = [self._scoped(table, keys, anchors, environments) for table in top.tables("pin-set")]
        if top.is_empty("pin-set"):
            self.reporter.error(
                "missing-value", "no [[pin-set]] is given", top.where, "add one: nothing is pinned"
            )
        assessments = AssessmentReader(self.reporter, environments, anchors, top)
        whole = not any(f.level is Level.ERROR for f in self.reporter.findings)
        inputs = {self.directory / Path(self.file).name, *key_reader.files}
        outputs = OutputReader(self.reporter, self.root, inputs, environments)
        common = _Common(top, app, keys, environments, outputs, whole)
        released = [self._project(one, self._policy(one, sets), common) for one in environments.known]
        found = tuple(assessments.assessed(released, outputs))
        self._unused(keys, self.used_keys)
        anchors.unused()
        inputs |= {self.root / output.base for one in found for output in one.outputs if output.base}
        return tuple(replace(one, inputs=frozenset(inputs)) for one in found)

    def _policy(self, environment: Environment, sets: Iterable[_Scoped]) -> Policy:
        counting = [one.pin_set for one in sets if environment.name in one.scope]
        if environment.name and environment.pinning and not counting:
            message = f"no pin-set counts for `{environment.name}`"
            fix = "add one, or write pinning = false if its builds pin nothing"
            where = environment.where or Location(self.file)
            self.reporter.error("empty-environment", message, where, fix)
        return Policy(tuple(one for one in counting if one and environment.pinning))

    def _project(self, environment: Environment, policy: Policy, common: _Common) -> Project:
        top, environments = common.top, common.environments
        planned = PlanReader(self.reporter, self.root, common.keys)
        rotations = planned.rotations(
            environments.tables(top, "rotation", environment), policy, whole=common.whole
        )
        self.used_keys |= planned.used_keys
        hosts = [
            host
            for host, named in self.first_named.items()
            if any(environment.name in scope for _, scope in named)
        ]
        accepted = AcceptanceReader(self.reporter, hosts, (name for name, _ in declared(top)))
        return Project(
            self.root,
            _file_name(self.file),
            policy,
            common.app,
            tuple(key for key in common.keys.values() if key.known),
            common.outputs.read(top, environment),
            accepted.read(environments.tables(top, "accept", environment)),
            planned.releases(environments.tables(top, "release", environment)),
            rotations,
            environment=environment,
            folder=below(self.directory, self.root),
        )

    def _unused(self, keys: Mapping[str, Key], used: set[str]) -> None:
        for name, key in keys.items():
            if name not in used and key.where and not key.retired:
                message = f"no pin-set uses the key `{name}`"
                gone = Correction(removes=True)
                self.reporter.warning("unused-key", message, key.where, "use it or drop it", correction=gone)

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
        table.only(entries.APP.names)
        return App(
            android_min_sdk=table.whole("android-min-sdk"),
            android_target_sdk=table.whole("android-target-sdk"),
            ios_minimum=self._app_version(table, "ios-minimum"),
            okhttp=self._app_version(table, "okhttp"),
            trustkit=self._app_version(table, "trustkit"),
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

    def _scoped(
        self,
        table: TomlTable,
        keys: Mapping[str, Key],
        anchors: AnchorReader,
        environments: EnvironmentReader,
    ) -> _Scoped:
        scope = environments.scope(table, everywhere=True)
        if "environments" in table:
            for one in environments.known:
                if one.name in scope and not one.pinning:
                    message = f"the pin-set is for `{one.name}`, which pins nothing (pinning = false)"
                    fix = "drop one of the two"
                    self.reporter.error("invalid-value", message, table.where.at("environments"), fix)
        return _Scoped(self._pin_set(table, keys, anchors, scope), scope)

    def _pin_set(
        self, table: TomlTable, known: Mapping[str, Key], anchors: AnchorReader, scope: frozenset[str]
    ) -> PinSet | None:
        before = len(self.reporter.findings)
        table.only(entries.PIN_SET.names)
        enforce = table.flag("enforce", default=True)
        reach = table.choice("subdomains", _REACHES, Reach.NONE)
        hosts = self._hosts(table, reach, scope)
        trust = anchors.trust(table)
        if trust is None:
            # The anchor itself is broken, which has been reported; the set means nothing without it.
            self.reporter.findings.append(_INCOMPLETE)
        keyless = not enforce or trust is not SYSTEM_ALONE
        keys = self._keys(table, known, may_be_empty=keyless)
        expires = self._expires(table, keyless=keyless and table.is_empty("keys"))
        uris = self._report_uris(table)
        if any(f.level is Level.ERROR for f in self.reporter.findings[before:]):
            return None
        trusted, said = trust or SYSTEM_ALONE, "trust" in table
        return PinSet(hosts, reach, keys, expires, enforce, uris, table.where, trusted, said)

    def _expires(self, table: TomlTable, *, keyless: bool) -> date | None:
        """When its keys end; None: never, or it needs none and has none."""
        expires = table.day("expires")
        if expires is None or not keyless:
            return expires
        message = "`expires` ends the keys of a pin-set, and this one has none"
        fix = "drop it: whom a pin-set trusts has no end"
        self.reporter.warning("expiry-without-keys", message, table.where.at("expires"), fix)
        return None

    def _hosts(self, table: TomlTable, reach: Reach, scope: frozenset[str]) -> tuple[str, ...]:
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
                correction = Correction(host.host) if host.host else None
                said = f"{quoted(text)} {host.problem}"
                self.reporter.error(host.rule, said, where, host.fix, correction=correction)
                continue
            if reach is not Reach.NONE and host[-1].isdigit():
                fix = 'an address has no subdomains: write subdomains = "none"'
                self.reporter.error(
                    "invalid-host", f"{host} is an address and cannot reach below", where, fix
                )
            named = self.first_named.setdefault(host, [])
            first = next((place for place, other in named if not scope.isdisjoint(other)), None)
            named.append((where, scope))
            if first is None:
                hosts.append(host)
            else:
                again = f"{host} is named twice" + (f" (written {quoted(text)})" if text != host else "")
                related = (("first named here", first),)
                fix = "name each host in one pin-set"
                # A set that names nothing else would be left without a host.
                correction = Correction(removes=True) if hosts else None
                self.reporter.error(
                    *("duplicate-host", again, where, fix),
                    related=related,
                    hosts=(host,),
                    correction=correction if first.path[:2] == where.path[:2] else None,
                )
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
                self.reporter.error("undefined-key", f"no key is called {quoted(name)}", where, fix)
            elif name in keys:
                message, where = f"`{name}` stands twice in one pin-set", table.where.at("keys", n)
                self.reporter.error(
                    "duplicate-pin", message, where, "drop one", correction=Correction(removes=True)
                )
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
                self.reporter.error("invalid-value", f"{quoted(uri)} is no report URI", where, fix)
        return tuple(uri for _, uri in uris)


_INCOMPLETE = Finding("", Level.ERROR, "")
"""Marks a pin-set that a broken key has made meaningless; never shown."""


def _file_name(file: str) -> str:
    """The name for headers of generated files, which is the same wherever the file was read from."""
    return "pins.toml" if file == "<stdin>" else Path(file).name
