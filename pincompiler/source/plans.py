"""``[[release]]`` and ``[[rotation]]``: who is out there, and what the servers are going to change."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.policy.hosts import BadHost, canonical_host
from pincompiler.policy.project import Rotation, SupportedRelease
from pincompiler.source import entries
from pincompiler.source.git_revision import SCHEME
from pincompiler.source.keys import canonical_hash
from pincompiler.source.paths import inside
from pincompiler.source.tables import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pincompiler.base.location import Location
    from pincompiler.policy.enforcement import Key
    from pincompiler.policy.policy import Policy
    from pincompiler.source.tables import Reporter, TomlTable

_DIGEST = "sha256/"


class PlanReader:
    """Reads the releases and rotations of one environment; what is wrong in one leaves it out."""

    def __init__(self, reporter: Reporter, root: Path, keys: Mapping[str, Key]) -> None:
        self._reporter = reporter
        self._root = root
        self._keys = keys
        self._named: dict[str, Location] = {}
        self.used_keys: set[str] = set()

    # -- releases --------------------------------------------------------------------------------

    def releases(self, tables: Iterable[TomlTable]) -> tuple[SupportedRelease, ...]:
        """The releases by their days; those of one day as they stand in the file."""
        found = (self._release(table) for table in tables)
        return tuple(sorted(filter(None, found), key=lambda one: one.day))

    def _release(self, table: TomlTable) -> SupportedRelease | None:
        before = len(self._reporter.findings)
        table.only(entries.RELEASE.names)
        name = table.text("name", required=True)
        day = table.day("date", required=True)
        until = table.day("support-until")
        policy, file = table.text("policy") or "", table.text("file") or ""
        self._unnamed_before(name, table)
        if day and until and until < day:
            message = f"the support of `{name}` ends on {until}, before it begins on {day}"
            fix = "`support-until` is the last day of support, `date` the day of the release"
            self._reporter.error("reversed-dates", message, table.where.at("support-until"), fix)
        self._has_content(name, policy, file, table)
        if name is None or day is None or self._failed_since(before):
            return None
        return SupportedRelease(name, day, until, policy, file, table.where)

    def _unnamed_before(self, name: str | None, table: TomlTable) -> None:
        if name is None:
            return
        where = table.where.at("name")
        if not name.isprintable():
            self._reporter.error(
                "invalid-value", f"{name!a} is no name for a release", where, "use letters and digits"
            )
        first = self._named.setdefault(name, where)
        if first is not where:
            message = f"two releases are called `{name}`"
            related = (("first named here", first),)
            self._reporter.error("duplicate-release", message, where, "rename one", related=related)

    def _has_content(self, name: str | None, policy: str, file: str, table: TomlTable) -> None:
        if policy and file:
            fix = "keep the file; the policy follows from it"
            where = table.where.at("policy", on_key=True)
            self._reporter.error("conflicting-release", f"`{name}` has a policy and a file", where, fix)
        elif policy:
            self._is_digest(policy, table.where.at("policy"))
        elif file.startswith(SCHEME):
            revision, _, path = file.removeprefix(SCHEME).partition(":")
            if not revision or not path or revision.startswith("-"):
                fix = 'write it like "git:v4.2:pins.toml"'
                where = table.where.at("file")
                self._reporter.error("invalid-value", f'"{file}" is no git:REV:PATH', where, fix)
        elif file:
            inside(file, self._root, table.where.at("file"), self._reporter)
        elif "policy" not in table and "file" not in table:
            fix = 'add file = "…" (an app, a pins.toml, git:REV:PATH) or policy = "sha256/…"'
            message = f"`{name}` has neither file nor policy" if name else "there is neither file nor policy"
            self._reporter.error("missing-value", message, table.where, fix)

    def _is_digest(self, text: str, where: Location) -> None:
        if not (text.startswith(_DIGEST) and canonical_hash(text.removeprefix(_DIGEST))):
            fix = "copy what `pincompiler check` printed, or what the generated file of that release says"
            message = "the policy is no digest: sha256/ and 44 characters of base64"
            self._reporter.error("malformed-digest", message, where, fix)

    # -- rotations -------------------------------------------------------------------------------

    def rotations(self, tables: Iterable[TomlTable], policy: Policy, *, whole: bool) -> tuple[Rotation, ...]:
        """The rotations host by host, each by day; ``whole``: the policy has every pin-set that counts."""
        read = (self._rotation(table, policy, whole=whole) for table in tables)
        found = [one for one in read if one]
        order = {host: n for n, host in enumerate(dict.fromkeys(one.host for one in found))}
        found.sort(key=lambda one: (order[one.host], one.day))
        for _, some in groupby(found, key=lambda one: one.host):
            for first, second in pairwise(some):
                self._follows(first, second)
        return tuple(found)

    def _rotation(self, table: TomlTable, policy: Policy, *, whole: bool) -> Rotation | None:
        before = len(self._reporter.findings)
        table.only(entries.ROTATION.names)
        host = self._host(table, policy, whole=whole)
        old, new = self._chain("from", table), self._chain("to", table)
        day = table.day("date", required=True)
        if old and old == new:
            message = "the rotation leads to the keys it comes from"
            fix = "name the next key, or drop the rotation: a new certificate for the same key changes no pin"
            self._reporter.error("idle-rotation", message, table.where.at("to"), fix)
        if day is None or self._failed_since(before):
            return None
        if not (old and new and all(key.known for key in (*old, *new))):
            return None  # a broken key, which has been reported
        return Rotation(host, old, new, day, table.where)

    def _host(self, table: TomlTable, policy: Policy, *, whole: bool) -> str:
        text = table.text("host", required=True)
        if text is None:
            return ""
        host, where = canonical_host(text), table.where.at("host")
        if isinstance(host, BadHost):
            shown = text if text.isprintable() else ascii(text)[1:-1]
            self._reporter.error(host.rule, f'"{shown}" {host.problem}', where, host.fix)
            return ""
        covering = policy.covering(host)
        if whole and not (covering and covering.keys):
            fix = did_you_mean(host, policy.names()) or "name a host of a pin-set"
            message = f"no pin-set covers {host}, so only older releases mind what it serves"
            self._reporter.warning("unpinned-rotation", message, where, fix, hosts=(host,))
        return host

    def _chain(self, entry: str, table: TomlTable) -> tuple[Key, ...]:
        found = []
        for n, (name, where) in enumerate(table.text_or_texts(entry, required=True)):
            self.used_keys.add(name)
            key = self._keys.get(name)
            if key is None:
                shown = name if name.isprintable() else ascii(name)[1:-1]
                fix = did_you_mean(name, self._keys) or "add a [keys] table for it"
                self._reporter.error("undefined-key", f'no key is called "{shown}"', where, fix)
                continue
            if n and key.role and key.role.value == "leaf":
                message = f"`{name}` is the key of a server, and stands above another one"
                fix = "write the server's key first, then those of the CAs above it"
                self._reporter.error("invalid-value", message, where, fix)
            found.append(key)
        if entry in table and table.is_empty(entry):
            self._reporter.error(
                "missing-value", f"`{entry}` names no key", table.where.at(entry), "name one"
            )
        return tuple(found)

    def _follows(self, first: Rotation, second: Rotation) -> None:
        where = second.where
        assert where is not None  # noqa: S101 - every rotation that is read has a place
        related = (("the one before it", first.where),) if first.where else ()
        if first.day == second.day:
            message = f"{second.host} is rotated twice on {second.day}"
            fix = "give each its own day: clients may meet both keys on it"
            self._reporter.error("disconnected-rotation", message, where.at("date"), fix, related=related)
        elif first.after != second.before:
            served = ", ".join(key.title for key in first.after)
            message = f"{second.host} does not serve this on {second.day}: since {first.day} it is {served}"
            fix = "begin with what the rotation before it leads to"
            self._reporter.error("disconnected-rotation", message, where.at("from"), fix, related=related)

    def _failed_since(self, before: int) -> bool:
        return any(finding.level is Level.ERROR for finding in self._reporter.findings[before:])
