"""Findings for programs: JSON whose shape is version 1 and stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base import json_tables
from pincompiler.base.json_kinds import COUNT, TEXT, TEXTS, TRUTH, Many, Maybe
from pincompiler.base.json_tables import JsonTable, field, result
from pincompiler.base.records import dataclass
from pincompiler.reports.json_parts import LEVEL, of_span

if TYPE_CHECKING:
    from pincompiler.base.finding import Finding
    from pincompiler.policy.project import Project
    from pincompiler.workflows.compile import Checked


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that `compile` writes, or that `compile --check` compares."""

    target: str
    path: str
    stale: bool


@dataclass(frozen=True, slots=True)
class EnvironmentPolicy:
    """An environment of a pins.toml that was checked."""

    name: str
    release: bool
    pinning: bool
    policy: str
    assessment: tuple[str, ...] | None = None
    """None: none of its builds may be looked into."""


@dataclass(frozen=True, slots=True)
class FindingsReport:
    """What `check` and `compile` found in one file."""

    source: str
    policy: str
    targets: tuple[str, ...]
    findings: tuple[Finding, ...]
    artifacts: tuple[WrittenFile, ...] = ()
    """Of `compile`."""
    left_over: tuple[str, ...] = ()
    """Likewise."""
    left_in: tuple[str, ...] = ()
    """Likewise."""
    unknown: tuple[str, ...] | None = None
    """What remains unknown of another file than a pins.toml; None: that was not asked."""
    environments: tuple[EnvironmentPolicy, ...] | None = None
    """None: the file declares none."""
    assessment: tuple[str, ...] | None = None
    """Of the environment that ``policy`` is of; None: none of its builds may be looked into."""


LOCATION = JsonTable(
    "location",
    "A place in a file; without a line the whole file is meant.",
    (
        field("file", TEXT, "The file, as it was named."),
        field("line", COUNT, "The first line, from 1.", of_span("line"), optional=True),
        field("column", COUNT, "The first column, from 1, in code points.", of_span("column"), optional=True),
        field("end-line", COUNT, "The last line.", of_span("end_line"), optional=True),
        field(
            "end-column",
            COUNT,
            "The column behind the last character.",
            of_span("end_column"),
            optional=True,
        ),
    ),
)
RELATED = JsonTable(
    "related",
    "Another place that matters.",
    (
        field("message", TEXT, "What the place has to do with the finding.", lambda pair: pair[0]),
        field("location", LOCATION, "The place.", lambda pair: pair[1]),
    ),
)
FINDING = JsonTable(
    "finding",
    "One wrong thing.",
    (
        field("rule", TEXT, "The id of the rule; `pincompiler explain RULE` has its page."),
        field("level", LEVEL, "How much it matters."),
        field("message", TEXT, "A sentence that names the host or the key, without its full stop."),
        field("fix", TEXT, "What to do; may be empty."),
        field(
            "target", TEXT, "The target it is about, as pins.toml names it: `ats`, `ats.widget`; empty: none."
        ),
        field("hosts", TEXTS, "The hosts it is about."),
        field("location", Maybe(LOCATION), "Where it is; null: in the file as a whole."),
        field("related", Many(RELATED), "Other places that matter."),
        field(
            "environments",
            TEXTS,
            "The environments it is about; absent: all that were checked.",
            lambda finding: finding.environments or None,
            optional=True,
        ),
    ),
)
_ASSESSMENT = "The digests of its assessment builds, the policy's first, then what their files carry; absent:"
_ENVIRONMENT = JsonTable(
    "environment",
    "An environment that pins.toml declares.",
    (
        field("name", TEXT, "Its name."),
        field("release", TRUTH, "Whether it is the one that users get."),
        field("pinning", TRUTH, "Whether its builds pin anything."),
        field("policy", TEXT, "The digest of its policy; empty: there is none to be read."),
        field(
            "assessment", TEXTS, f"{_ASSESSMENT} [assessment] has none of this environment.", optional=True
        ),
    ),
)
_ARTIFACT = JsonTable(
    "artifact",
    "A file of a target.",
    (
        field("target", TEXT, "The target, as pins.toml names it."),
        field("path", TEXT, "The file, below the directory that is written to."),
        field("stale", TRUTH, "Whether the file was not as it should be."),
    ),
)
_HEAD = (
    field("source", TEXT, "The file that was checked, as it was named."),
    field(
        "policy",
        TEXT,
        "The digest of the policy: `sha256/…`, of several environments that of the release; empty: there is none to be read.",
    ),
    field("assessment", TEXTS, f"{_ASSESSMENT} pins.toml has no [assessment] of it.", optional=True),
    field(
        "environments",
        Many(_ENVIRONMENT),
        "The environments that were checked; absent where pins.toml declares none.",
        optional=True,
    ),
    field("targets", TEXTS, "The targets that pins.toml names."),
)
_FINDINGS = field("findings", Many(FINDING), "What is wrong.")
CHECK = result(
    "check",
    "What is wrong with a pins.toml, a network security configuration, an Info.plist or an app.",
    *_HEAD,
    field(
        "unknown",
        TEXTS,
        "What remains unknown of the file; absent for a pins.toml, which is read whole or not at all.",
        optional=True,
    ),
    _FINDINGS,
)
COMPILE = result(
    "compile",
    "What was compiled, or why nothing was.",
    *_HEAD,
    field("artifacts", Many(_ARTIFACT), "The files of all targets; none where an error refuses them."),
    field(
        "left-over",
        TEXTS,
        "Files that pins.toml once had written and has no more: removed, and with `--check` still there.",
    ),
    field(
        "left-in",
        TEXTS,
        "Property lists with pins of what pins.toml once said, which nothing in it accounts for: yours to mend.",
    ),
    _FINDINGS,
)
_TABLES = {table.title: table for table in (CHECK, COMPILE)}


def environments(checked: Checked) -> tuple[EnvironmentPolicy, ...]:
    """The environments that were checked; none where pins.toml declares none."""
    projects = (one.project for one in checked.released)
    return tuple(
        EnvironmentPolicy(
            one.environment.name,
            one.environment.release,
            one.environment.pinning,
            one.policy.digest() if checked.readable else "",
            assessment(checked, one),
        )
        for one in projects
        if one.environment.name
    )


def assessment(checked: Checked, project: Project) -> tuple[str, ...] | None:
    """The digests by which files of assessment builds are known; None where there are none, or nothing can be read."""
    if not checked.readable:
        return None
    assessed = (one for one in checked.variants if one.project is project.assessed)
    return next((one.digests for one in assessed), None)


def render(command: str, report: FindingsReport) -> str:
    """``{"version": 1, "command": …, "findings": […]}`` and what the command has besides."""
    return json_tables.render(_TABLES[command], report)
