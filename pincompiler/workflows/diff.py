"""Two configurations, or two builds of an app, side by side: who would accept what, and what changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pincompiler.base.records import dataclass
from pincompiler.facts import AppleMechanism, InForce, Mechanism
from pincompiler.facts.kits import CronetPins
from pincompiler.platforms.ats import Ats
from pincompiler.platforms.nsc.model import Nsc, Settings
from pincompiler.platforms.trustkit import TrustKit
from pincompiler.policy.differences import Difference, asides, describe, differences, names_of
from pincompiler.verdicts.changes import Changes, changes, since
from pincompiler.verdicts.in_force import configured, seen_whole
from pincompiler.workflows.read_configuration import FileContents, read_contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from pincompiler.facts import ShippedApp
    from pincompiler.platforms.nsc.model import Reporting
    from pincompiler.policy.trust import Trust


_KINDS: Final = (Nsc, CronetPins)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A difference between two named configurations."""

    left: str
    right: str
    difference: Difference
    sentence: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two files compare."""

    disagreements: tuple[Disagreement, ...]
    doubts: tuple[str, ...]
    """What remains unknown of either, so that there may be more differences."""
    changes: Changes | None = None
    """Between two apps."""

    @property
    def differ(self) -> bool:
        """Whether anything is not the same."""
        return bool(self.disagreements or (self.changes and self.changes.any))


def compare(left: Path, right: Path, today: date, environment: str = "") -> Comparison:
    """Every disagreement of what two files describe.

    Like is compared with like; a kind of configuration that only one of them has, with all of the other.  Of
    two apps, taken for an older and a newer build, also what audits find in them.  Raises InputError when one of
    them cannot be read.  Of a pins.toml it is the release that is compared, or the ``environment`` of that name.
    """
    here, there = (read_contents(one, today, environment=environment) for one in (left, right))
    if here.app and there.app:
        return _compare_apps(here, there)
    for one in (here, there):
        one.refuse_refused()
    # What was not seen whole is neither the same nor different: it is unknown.
    known = [(a, b) for a, b in _pairs(here.in_force, there.in_force) if not (a.doubts or b.doubts)]
    found = tuple(one for a, b in known for one in _compare(a, b))
    doubts = (*here.doubts, *there.doubts, *_asides(known), *_unlike(here, there))
    return Comparison(found, tuple(dict.fromkeys(doubts)))


def _unlike(here: FileContents, there: FileContents) -> Iterator[str]:
    """What only another of the same kind could say: whom builds for debugging trust, and what is for Cronet alone."""
    for one, other in ((here, there), (there, here)):
        kinds = {type(its.enforcement) for its in other.in_force}
        own = next((its for its in _KINDS if isinstance(one.in_force[0].enforcement, its)), None)
        yield from (one.aside if own and own not in kinds else ())


def _asides(pairs: Iterable[tuple[InForce, InForce]]) -> Iterator[str]:
    """What differs besides pins, of two of a kind, or where one of the two kinds stands alone."""
    pairs = list(pairs)
    alike = {type(a.enforcement) for a, b in pairs if type(a.enforcement) is type(b.enforcement)}
    for a, b in pairs:
        kinds = {type(a.enforcement), type(b.enforcement)}
        if len(kinds) == 1 or not kinds & alike:
            yield from (one.said(a.title, b.title) for one in asides(a.enforcement, b.enforcement))
            yield from _elsewhere(a, b)


def _elsewhere(a: InForce, b: InForce) -> Iterator[str]:
    """What differs of two of a kind for some builds, or some connections, of the same hosts."""
    left, right = a.enforcement, b.enforcement
    if isinstance(left, Nsc) and isinstance(right, Nsc):
        here, there = _debug(left), _debug(right)
        if here != there or here.unread:
            yield f"{a.title} and {b.title} trust other CAs in debuggable builds (debug-overrides)"
        if _trustkit_settings(left) != _trustkit_settings(right):
            yield f"{a.title} and {b.title} have other instructions for TrustKit-Android (trustkit-config)"
    if isinstance(left, TrustKit) and isinstance(right, TrustKit) and left.swizzle is not right.swizzle:
        swizzling = a if left.swizzle else b
        yield f"of the two only {swizzling.title} asks TrustKit for every connection (TSKSwizzleNetworkDelegates)"


def _trustkit_settings(nsc: Nsc) -> dict[str, Reporting]:
    return {
        domain.name: config.reporting
        for config in nsc.configs
        if config.reporting
        for domain in config.domains
    }


def _debug(nsc: Nsc) -> Trust:
    """Whom debuggable builds trust besides."""
    return Settings(nsc.overrides or ()).trust(nsc.target_sdk)


def _pairs(here: tuple[InForce, ...], there: tuple[InForce, ...]) -> Iterator[tuple[InForce, InForce]]:
    """Of two Info.plists, both with ATS and TrustKit, each with its own kind: what both allow is no difference."""
    common = {type(one.enforcement) for one in here} & {type(one.enforcement) for one in there}
    for a in here:
        for b in there:
            kinds = {type(a.enforcement), type(b.enforcement)}
            if len(kinds) == 1 or not kinds <= common:
                yield a, b


def _compare_apps(old: FileContents, new: FileContents) -> Comparison:
    """Mechanism by mechanism; what an app has none of shows in its pins and findings."""
    assert old.app and new.app and old.subject and new.subject  # noqa: S101, PT018 - for the type checker
    # Who names two builds has said that they are of one app, whatever their packages.
    changed = changes([since([old.subject], new.subject)])
    if old.app.sha256 == new.app.sha256:
        return Comparison((), (), changed)
    here, there = _mechanisms(old.app), _mechanisms(new.app)
    pairs = [(a, b) for a in here for b in there if _alike(a, b)]
    found = tuple(one for a, b in pairs for one in _compare(a, b))
    # The same findings in both are no difference, and no reason to call the rest the same.
    same = not (found or changed.any)
    doubts = [
        f"{one.title}: {doubt}"
        for one in (old, new)
        for doubt in (*one.left_out, *(one.undermined if same else ()))
    ]
    return Comparison(found, tuple(dict.fromkeys((*doubts, *_asides(pairs)))), changed)


def _alike(a: InForce, b: InForce) -> bool:
    """Whether they are of one kind, for connections of the same process."""
    return type(a.enforcement) is type(b.enforcement) and a.process == b.process


def _mechanisms(app: ShippedApp) -> tuple[InForce, ...]:
    """What an app has in force; without a network security configuration, Android's own."""
    if app.main:
        own = seen_whole(app)
        pinned = {one.process for one in own if isinstance(one.enforcement, Ats)}
        bare = (one for one in app.runs_on if one not in pinned)
        hidden = {one.process for one in app.unseen if AppleMechanism.ATS in one.mechanisms}
        title = f"{app.path} (without NSPinnedDomains)"
        return (
            *own,
            *(replace(configured(Ats(()), title), process=one) for one in bare if one not in hidden),
        )
    known = any(one.mechanism is Mechanism.NSC for one in app.shipped)
    if known or app.nsc.unresolved or any(Mechanism.NSC in one.mechanisms for one in app.unseen):
        return seen_whole(app)
    defaults = Nsc((), target_sdk=app.manifest.target_sdk)
    title = f"{app.path} (without a network security configuration)"
    return (*seen_whole(app), InForce(Mechanism.NSC, title, defaults))


def _compare(left: InForce, right: InForce) -> list[Disagreement]:
    # Of two of a kind, whoever validates chains before is compared by itself.
    alike = type(left.enforcement) is type(right.enforcement)
    here, there = (one.enforcement if alike else one.whole for one in (left, right))
    names = names_of(here, there)
    return [
        Disagreement(
            left.title, right.title, found, describe(found, left.title, right.title, names.__getitem__)
        )
        for found in differences(here, there)
    ]
