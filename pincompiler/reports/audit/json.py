"""Audits for programs: JSON whose shape is version 1 and stays.

``{"version": 1, "command": "audit", "runs": […], "subjects": […]}``; the fields are described by tables, from which
:mod:`.json_reader` reads them back, and the schema is made that is published.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pincompiler.base import json_tables
from pincompiler.base.json_kinds import (
    COUNT,
    DAY,
    DAY_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    TRUTH,
    Choice,
    Converted,
    Many,
    Maybe,
    NumberKind,
    TextKind,
    WrongError,
)
from pincompiler.base.json_tables import JsonTable, field, result
from pincompiler.base.records import dataclass
from pincompiler.facts import System, Unseen, VersionRange
from pincompiler.facts.ios import Process
from pincompiler.reports.audit.json_parts import FINDING, LOCATION, PIN, MarkedFinding
from pincompiler.reports.json_parts import MECHANISM
from pincompiler.verdicts.fingerprints import fingerprinted
from pincompiler.verdicts.headline import headline
from pincompiler.verdicts.hosts import HostVerdict, Means, Verdict
from pincompiler.verdicts.subject import Build, Endpoint, KnownKey, Pinned, Run, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.base.location import Location

_VERSION_CODE = NumberKind(1 - 2**64, 2**64 - 1, "version code")
"""64 bits, since Android 9."""
_Saved = tuple[Subject, int | None]
"""An app, and the number of its run."""


# -- how it was made -----------------------------------------------------------------------------

_KEY = JsonTable(
    "key",
    "A key of pins.toml.",
    (
        field("name", TEXT, "Its name there."),
        field("spki-sha256", TEXT, "Its pin, in base64.", "pin"),
        field("role", TEXT_OR_NULL, "`leaf` or `ca`; null: it is not known."),
        field("algorithm", TEXT_OR_NULL, "The kind of key, such as `P-256`; null: it is not known."),
        field("subject", TEXT_OR_NULL, "Of its certificate, as RFC 4514 writes it."),
        field("not-before", DAY_OR_NULL, "The first day of its certificate, in UTC.", "begins"),
        field("not-after", DAY_OR_NULL, "The last day of its certificate, in UTC.", "ends"),
        field("retired", TRUTH, "Whether pins.toml calls it retired."),
    ),
    KnownKey,
)
_RUN = JsonTable(
    "run",
    "How an audit was made, so that it can be made again.",
    (
        field("pincompiler", TEXT, "The version of pincompiler.", "version"),
        field("day", DAY, "The day on which expiries were checked."),
        field("expiring-within", COUNT, "Warnings of an expiry began this many days before.", "horizon"),
        field("engine", TEXT, "What read the code: `fast` or `androguard`."),
        field("pins", TEXT_OR_NULL, "The pins.toml, as it was named; null: without one."),
        field("policy", TEXT_OR_NULL, "The digest of its policy: `sha256/…`."),
        field("accept", TEXTS, "Files of acceptances besides.", "accepts"),
        field("keys", Many(_KEY), "The keys of pins.toml."),
        field("own-domains", TEXTS, "The domains whose hosts were called own.", "own_domains", before=()),
    ),
    Run,
)
_BUILD = JsonTable(
    "build",
    "A build of an app in the audit that this one was compared with.",
    (
        field("path", TEXT, "The file, as it was named."),
        field("package", TEXT, "The package."),
        field("version-name", TEXT, "The version for people."),
        field("version-code", _VERSION_CODE, "The version for Android."),
        field("sha256", TEXT, "The SHA-256 of the file, in hexadecimal."),
        field(
            "policy",
            Maybe(TEXT),
            "The digest of the pins.toml that it was held to; empty: it was held to none; null: that is not known.",
        ),
    ),
    Build,
)


# -- what it found -------------------------------------------------------------------------------


def _version_range(text: str) -> VersionRange:
    system, _, numbers = text.rpartition(" ")
    first, dash, last = numbers.removesuffix("+").partition("-")
    end = None if text.endswith("+") else int(last if dash else first)
    return VersionRange(int(first), end, System(system or System.ANDROID))


def _row(api: VersionRange, location: Location | None, **more: Any) -> HostVerdict:
    return HostVerdict(api=api, where=location, **more)


_PROCESS_OF = "Of an app for Apple's systems, the path of one of its `processes`; empty: the app itself."
_UNSEEN = JsonTable(
    "unseen",
    "What the audit could not see.",
    (
        field("what", TEXT, "The part of the app."),
        field("why", TEXT, "Why it was not seen: a sentence without its full stop."),
        field(
            "mechanisms",
            Many(MECHANISM, frozenset),
            "The mechanisms of which nothing may be said because of it.",
        ),
        field(
            "pins",
            TRUTH,
            "Whether it is pins, of which neither the host nor the key is known.",
            before=False,
        ),
        field("process", TEXT, _PROCESS_OF, before=""),
    ),
    Unseen,
)
_VERDICT = JsonTable(
    "verdict",
    "What becomes of connections that somebody in the middle answers.",
    (
        field(
            "host",
            TEXT,
            "The host; `*.example.com` stands for the names below, `*` for hosts that nobody names.",
        ),
        field("mechanism", MECHANISM, "What enforces, or does not."),
        field(
            "api",
            Converted(
                TextKind(
                    r"^([A-Za-z]{1,20} )?[0-9]{1,5}([+]|-[0-9]{1,5})?$",
                    "range of versions such as 24+ or iOS 14+",
                ),
                str,
                _version_range,
            ),
            "The Android API levels: `24+`, `21-23` or `28`; versions of another system have its name: `iOS 14+`.",
        ),
        field("verdict", Choice(Verdict), "What becomes of them."),
        field("why", TEXT, "A sentence without its full stop."),
        field("location", Maybe(LOCATION), "Where that is decided.", "where"),
        field(
            "by",
            Choice(Means),
            "What keeps others out: `pins`, trust anchors of the app alone (`cas`), or both.",
            before=Means.NOTHING,
        ),
        field("process", TEXT, _PROCESS_OF, before=""),
    ),
    HostVerdict,
)
_ENDPOINT = JsonTable(
    "endpoint",
    "A host that code of the app's own, a configuration, resources or scripts name.",
    (
        field("host", TEXT, "The host."),
        field("state", Choice(Pinned), "Whether its connections are pinned."),
        field(
            "own",
            Maybe(TRUTH),
            "Whether it is one of pins.toml, or below a domain of `--own-domains`; null: neither was given.",
        ),
        field("why", TEXT, "What decides: a sentence without its full stop."),
        field("named", Many(LOCATION), "The first places that name it."),
    ),
    Endpoint,
)


# -- apps ----------------------------------------------------------------------------------------

_PROCESS = JsonTable(
    "process",
    "The app itself, an extension, or an app nested in it, on one of Apple's systems.",
    (
        field("path", TEXT, "Its folder, below that of the app; empty: the app itself."),
        field("identifier", TEXT, "CFBundleIdentifier."),
        field("version", TEXT, "CFBundleShortVersionString."),
        field("build", TEXT, "CFBundleVersion."),
        field("system", Choice(System), "What it is for."),
        field("minimum", TEXT, "The oldest version of that on which it runs; empty: it does not say."),
        field("sdk", TEXT, "The version that it was built for; likewise."),
        field("extension-point", TEXT, "NSExtensionPointIdentifier, of an extension."),
        field("location", Maybe(LOCATION), "Its Info.plist.", "where"),
        field("read", TRUTH, "Whether that could be read.", "is_read"),
        field("signed-for", TEXTS, "What its provisioning profile says that no build for the store has."),
    ),
    Process,
)


@dataclass(frozen=True, slots=True)
class _Written:
    """An app as it is written."""

    subject: Subject
    run: int | None
    """The number of its run."""
    found: tuple[MarkedFinding, ...]
    """The findings of the app, then those that are fixed."""


def _subject(
    run: int | None, unknown: tuple[Unseen, ...], remarks: tuple[Unseen, ...], **more: Any
) -> _Saved:
    return Subject(unseen=unknown + remarks, **more), run


_SUBJECT = JsonTable(
    "subject",
    "The report on one app.",
    (
        field("path", TEXT, "The file, as it was named.", "subject.path"),
        field(
            "kind",
            TEXT,
            "`apk`, `apks`, `splits` or `aab` of Android, `ipa`, `app` or `xcarchive` of Apple's systems; empty: it could not be read.",
            "subject.kind",
        ),
        field("sha256", TEXT, "The SHA-256 of the file, in hexadecimal.", "subject.sha256"),
        field("package", TEXT, "The package, or the bundle identifier.", "subject.package"),
        field("version-name", TEXT, "The version for people.", "subject.version_name"),
        field(
            "version-code",
            _VERSION_CODE,
            "The version for Android; 0 of others, whose `processes` have a `build`.",
            "subject.version_code",
        ),
        field(
            "min-sdk",
            COUNT,
            "The lowest API level it runs on, or the first number of the version of another system.",
            "subject.min_sdk",
        ),
        field("target-sdk", COUNT, "The API level it was made for; likewise.", "subject.target_sdk"),
        field(
            "headline",
            TEXT,
            "The first sentence of the report.",
            lambda one: headline(one.subject),
            follows=True,
            before="",
        ),
        field(
            "complete",
            TRUTH,
            "Whether nothing remained unseen that matters.",
            "subject.complete",
            follows=True,
        ),
        field("error", TEXT_OR_NULL, "Why it could not be read at all.", "subject.error"),
        field(
            "run",
            Maybe(COUNT),
            "The number of its run among `runs`, from 0; null: that was not saved.",
            before=None,
        ),
        field(
            "unknown",
            Many(_UNSEEN),
            "What could not be seen, and makes verdicts unknown.",
            lambda one: [some for some in one.subject.unseen if some.mechanisms],
        ),
        field(
            "remarks",
            Many(_UNSEEN),
            "What could not be seen, and is of no consequence.",
            lambda one: [some for some in one.subject.unseen if not some.mechanisms],
        ),
        field("pins", Many(PIN), "Every pin that is in the app.", "subject.pins"),
        field(
            "verdicts",
            Many(_VERDICT),
            "By host, process, mechanism and range of versions of the system.",
            "subject.verdicts",
        ),
        field(
            "processes",
            Many(_PROCESS),
            "Of an app for Apple's systems, each with its own Info.plist: the app itself first.",
            "subject.processes",
            before=(),
        ),
        field(
            "endpoints",
            Many(_ENDPOINT),
            "Every host that the app was seen to name: own ones first, the worst before the better.",
            "subject.endpoints",
            before=(),
        ),
        field(
            "findings",
            Many(FINDING),
            "What is wrong.",
            lambda one: one.found[: len(one.subject.findings)],
        ),
        field(
            "baseline",
            Maybe(Many(_BUILD)),
            "The builds it was compared with: none where the saved audit lacks the app; null without `--baseline`.",
            "subject.baseline",
            before=None,
        ),
        field(
            "fixed",
            Many(FINDING),
            "What was found in them, and is not found now.",
            lambda one: one.found[len(one.subject.findings) :],
            before=(),
        ),
        field("gone", Many(PIN), "The pins that were in them, and are not here.", "subject.gone", before=()),
    ),
    _subject,
)


@dataclass(frozen=True, slots=True)
class _Report:
    runs: list[Run]
    subjects: list[_Written]


def _subjects(runs: tuple[Run, ...], subjects: tuple[_Saved, ...]) -> tuple[Subject, ...]:
    for number, (_, run) in enumerate(subjects):
        if run is not None and run >= len(runs):
            raise WrongError("is no index into runs", "run", number, "subjects")
    return tuple(one if run is None else replace(one, run=runs[run]) for one, run in subjects)


AUDIT = result(
    "audit",
    "What audits of apps found.",
    field("runs", Many(_RUN), "How the audits were made.", before=()),
    field("subjects", Many(_SUBJECT), "The apps, in the order in which they were named."),
    made=_subjects,
)


def render(subjects: Iterable[Subject]) -> str:
    """The report on all apps, in the order in which they were named."""
    subjects = tuple(subjects)
    # Apps of one run share it, and most often the very object.
    by_object = {id(subject.run): subject.run for subject in subjects}
    runs = [*dict.fromkeys(run for run in by_object.values() if run)]
    numbers = {number: runs.index(run) if run else None for number, run in by_object.items()}
    written = [_written(subject, numbers[id(subject.run)]) for subject in subjects]
    return json_tables.render(AUDIT, _Report(runs, written))


def _written(subject: Subject, run: int | None) -> _Written:
    return _Written(subject, run, tuple(MarkedFinding(*one) for one in fingerprinted(subject)))
