"""``[environments]``: where builds of the app talk to, and which entries of pins.toml count for which of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import shortened
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.policy.project import UNNAMED, Environment
from pincompiler.source import entries
from pincompiler.source.tables import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.base.location import Location
    from pincompiler.source.tables import Reporter, TomlTable

_NAME = lazy_regex(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
"""What becomes the name of a folder."""
PLACE: Final = "{environment}"
"""Where a path has the name of the environment."""


class EnvironmentReader:
    """Reads the environments of a project, and for which of them an entry counts.

    A pins.toml that declares none has one without a name, for which everything counts.
    """

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self.known: tuple[Environment, ...] = (UNNAMED,)

    def read(self, top: TomlTable) -> None:
        """Read them; those that are wrong are reported and known all the same, lest every mention is wrong, too."""
        if "environments" not in top:
            return
        found = tuple(self._environment(name, table) for name, table in top.named_tables("environments"))
        where = top.where.at("environments")
        releases = [one for one in found if one.release]
        if not releases:
            fix = "write release = true for the one that users get"
            self._reporter.error("missing-value", "no environment is the release", where, fix)
        for second in releases[1:]:
            message = f"`{second.name}` is a second release beside `{releases[0].name}`"
            fix = "mark the one that audit, verify, impact and plan mean when nothing is said"
            self._reporter.error("invalid-value", message, (second.where or where).at("release"), fix)
        self.known = found or self.known

    def _environment(self, name: str, table: TomlTable) -> Environment:
        table.only(entries.ENVIRONMENT.names)
        if not _NAME.fullmatch(name) or len(name) > 64:
            shown = shortened(name if name.isprintable() else ascii(name))
            fix = "lower-case letters and digits with single - between them, a letter first, 64 at most"
            message = f'"{shown}" is no name for an environment, after which folders are called'
            self._reporter.error("invalid-value", message, table.where, fix)
        release, pinning = table.flag("release", default=False), table.flag("pinning", default=True)
        if release and not pinning:
            message = f"`{name}` is the release, and pins nothing"
            fix = "drop `pinning`, or mark another environment as the release"
            self._reporter.error("invalid-value", message, table.where.at("pinning"), fix)
        return Environment(name, release, pinning, table.where)

    @property
    def release(self) -> Environment:
        """The one that is meant when nothing is said."""
        return next((one for one in self.known if one.release), self.known[0])

    def scope(self, table: TomlTable, *, everywhere: bool) -> frozenset[str]:
        """For which environments an entry counts.

        Where it does not say so, for all of them, or for the release alone.
        """
        if "environments" not in table:
            return frozenset(one.name for one in (self.known if everywhere else (self.release,)))
        if table.is_empty("environments"):
            fix = "name one, or leave `environments` out"
            where = table.where.at("environments")
            self._reporter.error("missing-value", "the entry counts for no environment", where, fix)
        named = table.texts("environments") or ()
        return frozenset(name for number, name in named if self._is_known(name, table, number))

    def _is_known(self, name: str, table: TomlTable, number: int) -> bool:
        names = [one.name for one in self.known if one.name]
        if name in names:
            return True
        shown = shortened(name) if name.isprintable() else ascii(shortened(name))[1:-1]
        fix = did_you_mean(name, names) or "declare it in [environments]"
        where = table.where.at("environments", number)
        self._reporter.error("unknown-environment", f"no environment is called `{shown}`", where, fix)
        return False

    def tables(self, top: TomlTable, key: str, environment: Environment) -> Iterator[TomlTable]:
        """The tables of an array that count for an environment; those that do not say so count for the release."""
        for table in top.tables(key):
            if environment.name in self.scope(table, everywhere=False):
                yield table

    def text(
        self, table: TomlTable, key: str, environment: Environment, *, required: bool = False
    ) -> tuple[str | None, Location]:
        """A text for an environment, and its place: with the name put in, or chosen from a table of all of them.

        The table may leave out those that pin nothing, of which then nothing is written.
        """
        where = table.where.at(key)
        if not table.holds_table(key):
            text = table.text(key, required=required)
            return (None if text is None else self._filled(text, where, environment)), where
        choice = table.table(key)
        names = frozenset(one.name for one in self.known if one.name)
        if choice is None or not names:
            message, fix = f"`{key}` chooses by environment, and none is declared", "declare [environments]"
            self._reporter.error("unknown-environment", message, where, fix)
            return None, where
        choice.only(names)
        return choice.text(environment.name, required=environment.pinning), where.at(environment.name)

    def _filled(self, text: str, where: Location, environment: Environment) -> str | None:
        if environment is UNNAMED:
            if PLACE not in text:
                return text
            message, fix = f"{PLACE} stands for nothing here", "declare [environments], or write the folder"
            self._reporter.error("unknown-environment", message, where, fix)
            return None
        filled = text.replace(PLACE, environment.name)
        if "{" not in filled and "}" not in filled:
            return filled
        self._reporter.error(
            "invalid-value", "a path has braces that mean nothing", where, f"only {PLACE} does"
        )
        return None
