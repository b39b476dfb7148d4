"""``[assessment]``: builds that are made to be looked into, and where their files go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.platforms.registry import target_named
from pincompiler.policy.trust import Store
from pincompiler.source.environments import SCOPED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pincompiler.policy.project import Output, Project
    from pincompiler.policy.trust import Source
    from pincompiler.source.anchors import AnchorReader
    from pincompiler.source.environments import EnvironmentReader
    from pincompiler.source.outputs import OutputReader
    from pincompiler.source.tables import Reporter, TomlTable

PATH = "path-assessment"
_ASSESSMENT = frozenset({"anchors"}) | SCOPED


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
        if table is not None:
            table.only(_ASSESSMENT)
            self._assessors = anchors.assessors(table)
            self._scope = environments.scope(table, everywhere=True) & pinning
            self._everywhere = self._scope == pinning

    def assessed(self, projects: Sequence[Project], outputs: OutputReader) -> Iterator[Project]:
        """The projects, with assessments where they are to have some."""
        released = [output.path for one in projects for output in one.outputs]
        count = 0
        for project in projects:
            if not self._assessors or project.environment.name not in self._scope:
                yield project
                continue
            own = tuple(
                found
                for output in project.outputs
                if (found := self._output(project, output, outputs, released))
            )
            count += len(own)
            policy = replace(project.policy, assessors=self._assessors)
            yield replace(project, assessed=replace(project, policy=policy, outputs=own))
        wrong = any(finding.level is Level.ERROR for finding in self._reporter.findings)
        if self._table and released and not (count or wrong):
            fix = f"give a target {PATH}"
            self._reporter.error(
                "missing-value", "no file is written for assessment builds", self._table.where, fix
            )

    def _output(
        self, project: Project, output: Output, outputs: OutputReader, released: list[PurePosixPath]
    ) -> Output | None:
        """The output that assessment builds have instead, or besides; None, and a warning: none."""
        target = target_named(output.target)
        assert output.where is not None  # noqa: S101 - every output that is read has a place
        if not target.assessable or (target.twin is None and Store.USER in self._assessors):
            why = (
                "nobody knows the keys of the CAs that users install"
                if target.assessable
                else f"{target.title} reads no file for debuggable builds"
            )
            self._unassessed(output, why, "name the proxies' CAs" if target.assessable else "use nsc")
            return None
        path = outputs.assessment(target, self._top, project.environment) or self._beside(project, output)
        if path is None:
            self._unassessed(output, "where its file goes is not known", f"write {PATH}")
            return None
        found = replace(output, path=path, entry=PATH)
        if target.twin and path.stem != f"{output.path.stem}_debug":
            message = f'Android looks for "{output.path.stem}_debug.xml", not for "{path.name}"'
            self._reporter.error("invalid-value", message, found.where_path or output.where, "call it that")
            return None
        if _in_releases(path, released):
            message = f'"{path}" would be in builds for release, too'
            fix = "write it below src/debug, or another source set that no release has"
            self._reporter.error("assessment-in-release", message, found.where_path or output.where, fix)
            return None
        outputs.unshared(target, path, output.where.at(PATH))
        return found

    def _unassessed(self, output: Output, why: str, fix: str) -> None:
        if output.where:
            message = f"assessment builds keep the pins of {output.target}: {why}"
            self._reporter.warning("unassessed-target", message, output.where, fix, target=output.target)

    def _beside(self, project: Project, output: Output) -> PurePosixPath | None:
        """Where Gradle has the file for debuggable builds: in the source set of the build type, or of the variant.

        Code needs one of its own in either build, since a class may be in one source set only; resources override.
        """
        path = output.path
        place = _source_set(path)
        if place is None:
            return None
        name = path.parts[place]
        if name.endswith(("release", "Release")):
            other = f"{name[: -len('release')]}{'debug' if name == 'release' else 'Debug'}"
        elif target_named(output.target).twin is None:
            return None
        elif self._everywhere:
            other = "debug"
        elif name == project.environment.name:
            other = f"{name}Debug"
        else:
            return None
        file = f"{path.stem}_debug{path.suffix}" if target_named(output.target).twin else path.name
        return PurePosixPath(*path.parts[:place], other, *path.parts[place + 1 : -1], file)


def _source_set(path: PurePosixPath) -> int | None:
    """Which part of a path is the name of a source set of Gradle's; None: none is."""
    parts = path.parts[:-2]
    return next((n + 1 for n, part in enumerate(parts) if part == "src"), None)


def _in_releases(path: PurePosixPath, released: list[PurePosixPath]) -> bool:
    """Whether a file is in a source set that releases are built from, as far as names say so."""
    place = _source_set(path)
    if place is None:
        return path in released
    name = path.parts[place]
    folders = {one.parts[: place + 1] for one in released if _source_set(one) == place}
    return name == "main" or name.endswith(("release", "Release")) or path.parts[: place + 1] in folders
