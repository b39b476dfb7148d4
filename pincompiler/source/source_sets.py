"""Gradle's source sets: which builds of an Android app have a file, as far as its path says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.source.environments import PLACE

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from pincompiler.base.location import Location
    from pincompiler.policy.project import Environment, Output
    from pincompiler.source.environments import EnvironmentReader
    from pincompiler.source.tables import Reporter, TomlTable

_TESTS: Final = lazy_regex(r"(?:test|androidTest|screenshotTest|testFixtures)(?:[A-Z].*)?")
"""Source sets that tests are built from; the Android Gradle Plugin makes them."""
_NO_FLAVOUR: Final = lazy_regex(r"test.*|lint|main|androidtest|screenshottest")
"""What no flavour and no build type is called, on file systems that know no case, too."""
_BUILD_TYPES: Final = frozenset({"debug", "release"})
"""Those that every app has."""
_WHY: Final = {
    "main": "src/main is in the builds of all environments",
    "lint": "Gradle refuses that name",
    "debug": "a build type has that name, and Gradle refuses a flavour called so",
    "release": "a build type has that name, and Gradle refuses a flavour called so",
}
_OF_TESTS: Final = "such source sets are those of tests, and in no app"
_FIX: Final = "call it otherwise, or give `path` a table with the source set of each environment"


def source_set(path: PurePosixPath) -> int | None:
    """Which part of a path is the name of a source set of Gradle's; None: none is."""
    parts = path.parts[:-2]
    return next((n + 1 for n, part in enumerate(parts) if part == "src"), None)


def report_tests(reporter: Reporter, output: Output, where: Location) -> None:
    """Report an output of an Android app that is in a source set of tests."""
    place = source_set(output.path)
    name = output.path.parts[place] if place is not None else ""
    if _TESTS.fullmatch(name):
        message = f"no build of the app has a file of src/{name}: {_OF_TESTS}"
        fix = "write it below src/main, or the source set of a flavour or build type"
        reporter.warning("wrong-source-set", message, where, fix, target=output.name)


class SourceSetChecker:
    """Reports outputs that no build of the app would have, or those of other environments as well.

    The names are those that the Android Gradle Plugin refuses or has taken (``checkName`` and ``addProductFlavor`` of its
    VariantManager, LegacyVariantInputManager since version 4.1).
    """

    def __init__(self, reporter: Reporter, environments: EnvironmentReader) -> None:
        self._reporter = reporter
        self._environments = environments
        self._said: set[str] = set()

    def check(self, output: Output, table: TomlTable, environment: Environment, where: Location) -> None:
        """Report the source set that the output of an environment is in."""
        place = source_set(output.path)
        if place is None:
            return
        written = "" if table.holds_table("path") else table.text("path") or ""
        name = output.path.parts[place]
        if environment.name and f"src/{PLACE}" in written and name.startswith(environment.name):
            self._filled(environment, name)
        else:
            report_tests(self._reporter, output, where)

    def _filled(self, environment: Environment, name: str) -> None:
        """One that is called after its environment, once for each."""
        taken = environment.name in _BUILD_TYPES
        # Where environments are the build types themselves, each has its source set.
        others = {one.name for one in self._environments.known} - _BUILD_TYPES
        alone = name == environment.name
        if not (_NO_FLAVOUR.fullmatch(environment.name) or (taken and (others or not alone))):
            return
        if environment.name in self._said or environment.where is None:
            return
        self._said.add(environment.name)
        why = _WHY.get(environment.name, _OF_TESTS)
        message = f"`{environment.name}` cannot be a flavour of Gradle's, whose builds have src/{name}: {why}"
        report = self._reporter.warning if taken and alone else self._reporter.error
        report("wrong-source-set", message, environment.where, _FIX)
