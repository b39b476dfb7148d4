"""What devices make of the certificates that a server shows, for `verify`: refusals, and pins that their paths miss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.base.finding import Level
from pincompiler.facts import FileMechanism
from pincompiler.roots.cross_signs import cross_signers
from pincompiler.roots.holding import Answer
from pincompiler.roots.knowledge import known_roots
from pincompiler.roots.root import name_of
from pincompiler.tls.answers import Served
from pincompiler.tls.device_paths import device_views
from pincompiler.tls.remarks import Remark
from pincompiler.verdicts.by_device import PLATFORMS, by_device, words
from pincompiler.verdicts.candidate import Candidate
from pincompiler.verdicts.chain_verdicts import Outcome, verdict_on
from pincompiler.verdicts.outlook import on_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from pincompiler.facts import InForce
    from pincompiler.facts.common import System
    from pincompiler.tls.answers import Seen
    from pincompiler.verdicts.by_device import DevicePart
    from pincompiler.verdicts.chain_verdicts import ChainVerdict

ON_DEVICES: Final = ("store-lacks-root", "other-path")
"""The codes of the remarks on devices."""
_BAD = (Outcome.BLOCKED, Outcome.UNKNOWN)
_ALL_PATHS: Final = "pin a key that is in the paths of all supported devices"


def about_devices(
    seen: Seen, in_force: Sequence[InForce], oldest: Mapping[System, int], now: datetime, today: date
) -> Iterator[Remark]:
    """The versions that make another thing of what was shown than this machine, or may; once where it was shown often."""
    answers = [answer for visit in seen.visits for _, answer in visit.answers if isinstance(answer, Served)]
    if not oldest:
        return
    # What a pins.toml means is what its targets enforce, where it has any.
    targets = tuple(one for one in in_force if one.mechanism is not FileMechanism.POLICY) or in_force
    for answer in {(one.chain, one.shown): one for one in answers}.values():
        views = device_views(answer.shown or (), answer.chain, now) if answer.shown else ()
        candidate = Candidate(seen.host, answer.chain, views=views)
        for one in targets if views else ():
            here = verdict_on(one, candidate, today).outcome
            for part in by_device(one, targets, oldest, candidate) if here is not Outcome.UNKNOWN else ():
                verdict = on_part(one, part, today)
                if here is Outcome.BLOCKED:
                    if part.differs and verdict.outcome is not Outcome.BLOCKED:
                        yield _let_pass(one, part, verdict)
                elif part.differs and verdict.outcome in _BAD:
                    yield _remark(one, part, verdict, today)


def _let_pass(one: InForce, part: DevicePart, verdict: ChainVerdict) -> Remark:
    """What is blocked by the path that was validated here, and not by another, or not for certain."""
    message = f"is let pass by {one.title} on {words(part.versions)}: chains end in another root there"
    if verdict.outcome is Outcome.UNKNOWN:
        message = f"may be let pass by {one.title} on {verdict.why}"
    return Remark(Level.NOTE, "other-path", message, _ALL_PATHS)


def _remark(one: InForce, part: DevicePart, verdict: ChainVerdict, today: date) -> Remark:
    unknown = verdict.outcome is Outcome.UNKNOWN
    level = Level.WARNING if unknown else Level.ERROR
    if part.refused is not Answer.NO:
        verb = "may be" if unknown else "is"
        return Remark(
            level,
            "store-lacks-root",
            f"{verb} refused on {verdict.why}",
            _served_as_well(part, today),
            unknown,
        )
    if unknown:
        message = f"may be blocked by {one.title} on {verdict.why}"
    else:
        root = name_of(part.paths[0].path[-1].subject)
        message = f"is blocked by {one.title} on {words(part.versions)}: chains end in {root} there, and {verdict.why}"
    return Remark(level, "other-path", message, _ALL_PATHS, unknown)


def _served_as_well(part: DevicePart, today: date) -> str:
    platform = PLATFORMS[part.versions.system]
    ends = {part.versions.first, part.versions.last or part.versions.first}
    for subject in part.lacking:
        for root in known_roots().by_name(subject):
            for by, until in cross_signers(root, [(platform, version) for version in ends], today):
                end = f" (until {until})" if until else ""
                return f"serve the certificate by which {by.name} signed {root.name} as well{end}"
    return "serve a chain to a root that they have as well, or raise the app's minimum version"
