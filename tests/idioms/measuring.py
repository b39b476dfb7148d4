"""What an audit says of a generated app, held to what the app is."""

from __future__ import annotations

import tempfile
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pincompiler.base.finding import Confidence, Level
from pincompiler.verdicts.hosts import Verdict
from pincompiler.workflows.audit import AuditOptions, audit
from tests.idioms.building import BUILDS, built, packed
from tests.idioms.making import PINNER
from tests.idioms.words import UNPINNED, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pincompiler.verdicts.subject import Subject
    from tests.idioms.making import Made

TODAY: Final = date(2026, 11, 23)


class Answer(StrEnum):
    """What an audit comes to."""

    FOUND = "found"
    """Every pin of a sound app, or a finding on one that is none."""
    RIGHT = "right"
    """Nothing where nothing is."""
    UNKNOWN = "unknown"
    CLEAN = "wrong clean"
    """A complete audit without the pins of a sound app, or without a finding on a worthless check."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One audit of one build."""

    app: Made
    build: str
    answer: Answer
    alarms: tuple[str, ...]
    """Rules that find an error or a warning in a sound app, or in one that does not pin."""
    invented: tuple[str, ...]
    """Pins that are in no source, and pins of hosts that have none."""
    said: str
    """What to read of the report."""


def measured(batch: Sequence[Made]) -> Iterator[Measured]:
    """Every app of a batch, in each build."""
    place = built(batch)
    with tempfile.TemporaryDirectory(prefix="pincompiler-idioms-") as scratch:
        for one in batch:
            for build in BUILDS:
                path = Path(scratch, f"{one.name}-{build}.apk")
                path.write_bytes(packed(one, place, build))
                yield compared(one, build, audit(path, AuditOptions(TODAY)))
                path.unlink()


def compared(app: Made, build: str, subject: Subject) -> Measured:
    """What a report on an app is worth."""
    serious = tuple(
        dict.fromkeys(
            one.rule for one in subject.findings if one.level is not Level.NOTE and not one.accepted
        )
    )
    sound = app.state is State.SOUND or app.state in UNPINNED - {State.EMPTY}
    return Measured(
        app,
        build,
        _answer(app, subject, serious),
        serious if sound else (),
        tuple(_invented(app, subject)),
        _said(subject, serious),
    )


def _answer(app: Made, subject: Subject, serious: tuple[str, ...]) -> Answer:
    unknown = not subject.complete or any(row.verdict is Verdict.UNKNOWN for row in subject.verdicts)
    if app.state is State.SOUND:
        if _found(app, subject):
            return Answer.FOUND
    elif app.state in {State.ABSENT, State.DECOY}:
        return Answer.UNKNOWN if unknown else Answer.RIGHT
    elif serious:
        return Answer.FOUND
    elif app.state is State.EMPTY and not _pins(subject) and app.site != PINNER:
        # Nothing is pinned, and nothing is said to be.
        return Answer.UNKNOWN if unknown else Answer.RIGHT
    return Answer.UNKNOWN if unknown else Answer.CLEAN


def _pins(subject: Subject) -> list[tuple[str, str]]:
    """Host and pin of what the report calls a pin."""
    return [
        (one.pin.host, _canonical(one.pin.pin))
        for one in subject.pins
        if one.pin.confidence is not Confidence.CANDIDATE
    ]


def _canonical(pin: str) -> str:
    try:
        return b64encode(b64decode(pin.removeprefix("sha256/"))).decode()
    except (Base64Error, ValueError):
        return pin


def _found(app: Made, subject: Subject) -> bool:
    """Whether every pin is there, of OkHttp for its host."""
    found = {pin for host, pin in _pins(subject) if app.site != PINNER or host == app.host}
    return found >= set(app.pins) or (bool(app.certificates) and found >= set(app.certificates))


def _invented(app: Made, subject: Subject) -> Iterator[str]:
    for host, pin in _pins(subject):
        if pin not in {*app.pins, *app.certificates}:
            yield f"{pin} of {host or 'no host'}"
        elif host not in {"", app.host}:
            yield f"a pin of {host}"


def _said(subject: Subject, serious: tuple[str, ...]) -> str:
    words = [*serious, f"{len(_pins(subject))} pins", "complete" if subject.complete else "incomplete"]
    return f"{', '.join(words)}{': ' + subject.error if subject.error else ''}"
