"""``[assessment]``: builds that are made to be looked into, and where their files go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.platforms.registry import target_named
from pincompiler.policy.trust import Anchor, Store
from pincompiler.source import entries
from pincompiler.source.outputs import declared
from pincompiler.source.source_sets import report_tests, source_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pincompiler.policy.project import Environment, Output, Project
    from pincompiler.policy.trust import Source
    from pincompiler.source.anchors import AnchorReader
    from pincompiler.source.environments import EnvironmentReader
    from pincompiler.source.outputs import OutputReader
    from pincompiler.source.tables import Reporter, TomlTable

PATH = "path-assessment"


class AssessmentReader:
    """Reads whom assessment builds trust, and gives projects their assessments."""

    def __init__(
        self, reporter: Reporter, environments: EnvironmentReader, anchors: AnchorReader, top: TomlTable
    ) -> None:
        self._reporter = reporter
        self._top = top
        self._table = table = top.table("assessment")
        self._assessors: frozenset[Source] = frozenset()
        self._scope: frozenset[str] = frozenset()
        pinning = {one.name for one in environments.known if one.pinning}
        self._everywhere = True
        if table is None:
            self._senseless(top)
        else:
            table.only(entries.ASSESSMENT.names)
            self._assessors = anchors.assessors(table)
            named = environments.scope(table, everywhere=True)
            self._scope = named & pinning
            # Debug builds of what pins nothing have the source set of the build type, too.
            self._everywhere = named == {one.name for one in environments.known}
            self._unasked(top, [one for one in environments.known if one.name not in self._scope])

    def _senseless(self, top: TomlTable) -> None:
        """Report places of files that are not written, and that nobody would look for."""
        for _, table in declared(top):
            if PATH in table:
                message = f"`{PATH}` means nothing without [assessment]"
                fix = "drop it, or say in [assessment] who may look into such builds"
                self._reporter.error("unknown-key", message, table.where.at(PATH), fix)

    def _unasked(self, top: TomlTable, without: Sequence[Environment]) -> None:
        """Report places of files for environments whose builds nobody looks into."""
        for _, table in declared(top):
            places = table.table(PATH) if PATH in table and table.holds_table(PATH) else None
            for one in without if places else ():
                if places and one.name in places:
                    why = "is not in [assessment] environments" if one.pinning else "pins nothing"
                    message = f"`{PATH}` has a place for `{one.name}`, which {why}: no file is written there"
                    fix = f"drop {one.name}" + (", or name it there" if one.pinning else "")
                    self._reporter.error("unknown-environment", message, places.where.at(one.name), fix)

    def assessed(self, projects: Sequence[Project], outputs: OutputReader) -> Iterator[Project]:
        """The projects, with assessments where they are to have some."""
        released = [output.path for one in projects for output in one.outputs]
        count = 0
        for project in (replace(one, abandoned=tuple(_abandoned(one))) for one in projects):
            if not self._assessors or project.environment.name not in self._scope:
                yield project
                continue
            own = tuple(
                found
                for output in project.outputs
                if (found := self._output(project, output, outputs, released))
            )
            count += len(own)
            self._pinned(project)
            policy = replace(project.policy, assessors=self._assessors)
            yield replace(project, assessed=replace(project, policy=policy, outputs=own))
        wrong = any(finding.level is Level.ERROR for finding in self._reporter.findings)
        if self._table and released and not (count or wrong):
            fix = f"give a target {PATH}"
            self._reporter.error(
                "missing-value", "no file is written for assessment builds", self._table.where, fix
            )

    def _pinned(self, project: Project) -> None:
        """Report keys of assessors among the pins, which let them into builds that are not for an assessment."""
        pinned = {key.spki_sha256 for one in project.policy.sets for key in one.public_keys}
        shared = sorted(
            one.name for one in self._assessors if isinstance(one, Anchor) and one.spki_sha256 in pinned
        )
        if shared and self._table:
            builds = f"{project.title} pins" if project.title else "the release pins"
            message = f"{builds} the key of the anchor `{shared[0]}` as well"
            fix = "give assessment builds a CA of their own"
            self._reporter.error("invalid-value", message, self._table.where.at("anchors"), fix)

    def _output(
        self, project: Project, output: Output, outputs: OutputReader, released: list[PurePosixPath]
    ) -> Output | None:
        """The output that assessment builds have instead, or besides; None, and a warning: none."""
        target = target_named(output.target)
        assert output.where is not None  # noqa: S101 - every output that is read has a place
        if why := target.unassessed(project.app):
            self._unassessed(
                output, why, "look into builds on newer devices, that aim at Android 7 and newer"
            )
            return None
        if target.twin is None and Store.USER in self._assessors:
            named = " and ".join(sorted(one.name for one in self._assessors if isinstance(one, Anchor)))
            beside = f"beside {named}, [assessment] has" if named else "[assessment] has"
            why = f'{beside} "user", which stands for CAs that nobody can pin beforehand'
            fix = (
                f'drop "user", and the CA is pinned there: {named}'
                if named
                else "name the CAs of the proxies"
            )
            self._unassessed(output, why, fix)
            return None
        path = outputs.assessment(output, self._top, project.environment) or self._beside(project, output)
        if path is None:
            self._unassessed(output, "where its file goes is not known", f"write {PATH}")
            return None
        found = replace(output, path=path, entry=PATH)
        if target.twin and path.stem != f"{output.path.stem}_debug":
            message = f'Android looks for "{output.path.stem}_debug.xml", not for "{path.name}"'
            self._reporter.error("invalid-value", message, found.where_path or output.where, "call it that")
            return None
        if _in_releases(path, released, android=bool(target.mechanism)):
            message = f'"{path}" would be in builds for release, too'
            fix = "write it below src/debug, or another source set that no release has"
            self._reporter.error("assessment-in-release", message, found.where_path or output.where, fix)
            return None
        outputs.unshared(found, output.where.at(PATH))
        if target.mechanism:
            report_tests(self._reporter, found, found.where_path or output.where)
        return found

    def _unassessed(self, output: Output, why: str, fix: str) -> None:
        if output.where:
            message = f"assessment builds keep the pins of {output.name}: {why}"
            self._reporter.warning("unassessed-target", message, output.where, fix, target=output.name)

    def _beside(self, project: Project, output: Output) -> PurePosixPath | None:
        """Where Gradle has the file for debuggable builds: in the source set of the build type, or of the variant."""
        places = _beside(output, project.environment.name)
        # What is not for the builds of all environments is not for those of the build type.
        return next((path for name, path in places.items() if self._everywhere or name != "debug"), None)


def _abandoned(project: Project) -> Iterator[Output]:
    """Where files for assessments of an environment may be, whether it has any now; what PATH once named is not known."""
    for output in project.outputs:
        for path in _beside(output, project.environment.name).values():
            yield replace(output, path=path, base=None, entry=PATH)


def _beside(output: Output, environment: str) -> dict[str, PurePosixPath]:
    """Where a file for debuggable builds may be, by the name of Gradle's source set, that of most builds first.

    Code needs one of its own in either build, since a class may be in one source set only; resources override.
    """
    path, twin = output.path, target_named(output.target).twin
    place = source_set(path)
    if place is None:
        return {}
    name = path.parts[place]
    if name.endswith(("release", "Release")):
        sets: tuple[str, ...] = (f"{name[: -len('release')]}{'debug' if name == 'release' else 'Debug'}",)
    elif twin is None:
        return {}
    else:
        sets = ("debug", f"{environment}Debug") if name == environment else ("debug",)
    file = f"{path.stem}_debug{path.suffix}" if twin else path.name
    before, after = path.parts[:place], path.parts[place + 1 : -1]
    return {one: PurePosixPath(*before, one, *after, file) for one in sets}


def _in_releases(path: PurePosixPath, released: list[PurePosixPath], *, android: bool) -> bool:
    """Whether a file is in a source set that releases are built from, as far as names say so.

    Case does not count, as it does not on macOS and Windows.  Without source sets Android builds have all files of a
    folder; Xcode's have those that a target names.
    """
    path, *others = (PurePosixPath(str(one).casefold()) for one in (path, *released))
    place = source_set(path)
    if place is None:
        return path in others or (android and path.parent in {one.parent for one in others})
    name = path.parts[place]
    folders = {one.parts[: place + 1] for one in others if source_set(one) == place}
    return name == "main" or name.endswith("release") or path.parts[: place + 1] in folders
