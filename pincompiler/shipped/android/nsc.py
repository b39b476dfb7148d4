"""The network security configuration, and what the manifest says of traffic."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import NSC_PINS, SHOWN_LONG, shortened
from pincompiler.base.finding import Confidence
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.facts.common import Algorithm, InForce, Mechanism, Pin, State, VersionRange
from pincompiler.facts.nsc import NscFacts, NscFile, anchors_called
from pincompiler.platforms.nsc.model import Nsc
from pincompiler.policy.enforcement import Reach
from pincompiler.shipped.android.source import New

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.android.apk import NscVariant
    from pincompiler.platforms.nsc.model import DomainConfig
    from pincompiler.shipped.android.source import Source, Want

_POLICY: Final = New("Landroid/security/NetworkSecurityPolicy$Builder;")
"""Since API level 37.2: a policy made by calls, with what the XML says in it or without."""
WANTED: tuple[Want, ...] = (_POLICY,)

SINCE: Final = 24
"""The API level of Android 7.0, before which there is no network security configuration."""
_VERSION: Final = lazy_regex(r"(?:(.*)-)?v([0-9]+)|(.+)|", re.DOTALL)


def collect(source: Source) -> NscFacts:
    """Every variant, as the build has it in force, and the debug twin."""
    found = of_files(_files(source), tuple(_unnamed(source)))
    if len(found.pins) > NSC_PINS.limit:
        why = f"it has more than {NSC_PINS.limit:,} pairs of host and pin, and the inventory ends there"
        source.doubt((*found.counting, *found.unnamed)[0].title, why, Mechanism.NSC)
    for site in source.sites(_POLICY):
        place = f"{site.method.class_name}->{site.method.name}"
        why = "builds a NetworkSecurityPolicy, which from Android 17 (API level 37.2) on can stand in place of the file"
        source.doubt(place, why, Mechanism.NSC)
    manifest = source.package.manifest
    unresolved = manifest.unread or (manifest.nsc is not None and not found.files)
    return replace(found, pins=found.pins[: NSC_PINS.limit], unresolved=unresolved)


def of_files(files: tuple[NscFile, ...], unnamed: tuple[NscFile, ...] = ()) -> NscFacts:
    """What they say by themselves; of pins one more than are counted."""
    facts = NscFacts(files=files, unnamed=unnamed)
    pins = tuple(islice(_all_pins(facts.counting, unnamed), NSC_PINS.limit + 1))
    return replace(facts, pins=pins, shipped=tuple(_shipped(one) for one in facts.counting))


def _files(source: Source) -> tuple[NscFile, ...]:
    variants = source.package.nsc_variants()
    twin = next((one for one in variants if one.is_debug_twin), None)
    plain = [one for one in variants if not one.is_debug_twin]
    ranges = api_ranges((one.qualifier for one in plain), max(SINCE, source.package.manifest.min_sdk))
    files = [_file(source, one, twin, ranges[one.qualifier]) for one in plain]
    files += [_file(source, one, None, None) for one in variants if one.is_debug_twin]
    return tuple(files)


def _unnamed(source: Source) -> Iterator[NscFile]:
    """Configurations with pins that no manifest names; what names one of them may not have been read."""
    if source.package.manifest.unread:
        return
    for one in source.package.other_nscs():
        if any(config.keys or config.refused for config in one.nsc.configs):
            yield NscFile(one.qualifier, one.member, one.nsc, source.member(one.member))


def _file(source: Source, variant: NscVariant, twin: NscVariant | None, api: VersionRange | None) -> NscFile:
    manifest = source.package.manifest
    nsc = replace(variant.nsc, target_sdk=manifest.target_sdk)
    twins = variant.is_debug_twin  # of which a debuggable build reads debug-overrides alone
    problems = tuple(one for one in variant.nsc.problems if one.debug is twins or variant.root is None)
    if manifest.debuggable and not variant.is_debug_twin:
        problems = nsc.problems
        if nsc.overrides is None and twin is not None:
            problems += tuple(one for one in twin.nsc.problems if one.debug or twin.root is None)
        nsc = nsc.debuggable(twin.nsc if twin else None, manifest.target_sdk)
    problems = tuple(one for one in problems if one.met(api.first if api else None))
    where = source.member(variant.member or "AndroidManifest.xml")
    return NscFile(variant.qualifier, variant.member, nsc, where, api, problems, variant.is_debug_twin)


def api_ranges(qualifiers: Iterable[str], first: int) -> dict[str, VersionRange | None]:
    """On which API levels each variant counts, from the first that matters; None: on none of them.

    Of variants that differ by version only, Android takes the highest that the device has.  Other
    qualifiers come before the version when it chooses, so each of them is a range of its own.
    """
    groups: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for qualifier in qualifiers:
        found = _VERSION.fullmatch(qualifier)
        kind, version, other = found.groups() if found else (None, None, qualifier)
        groups[kind or other or ""][int(version or 0)] = qualifier
    ranges: dict[str, VersionRange | None] = {}
    for group in groups.values():
        starts = sorted(group)
        for start, following in zip(starts, [*starts[1:], None], strict=True):
            begin, end = max(first, start), following - 1 if following is not None else None
            ranges[group[start]] = VersionRange(begin, end) if end is None or end >= begin else None
    return ranges


def _shipped(file: NscFile) -> InForce:
    assert file.api is not None  # noqa: S101 - for the type checker
    if file.problems:
        first = file.problems[0]
        line = f" (line {first.where.span.line})" if first.where.span and file.member else ""
        why = f"Android refuses {file.title}, and the app crashes at its first connection: {first.message}{line}"
        return _as(file, file.nsc, State.BROKEN, why)
    pinned = [config for config in file.nsc.configs if config.keys]
    skipped = [config for config in pinned if config.overridden]
    unmatched = {one.name: one.unmatched for config in pinned for one in config.domains if one.unmatched}
    sources = dict.fromkeys(
        anchor.source for one in skipped for anchor in one.settings.anchors or () if anchor.overrides_pins
    )
    reasons = [f"no host matches {shortened(name)}: {why}" for name, why in unmatched.items()]
    reasons[2:] = [f"and of {len(reasons) - 2:,} more, too"] if len(reasons) > 2 else []
    if skipped:
        reasons.append(
            f"chains that end in {', '.join(map(anchors_called, sources))} skip the pins (overridePins)"
        )
    why = "; ".join(reasons)
    if skipped and len(skipped) == len(pinned):
        return _as(file, file.nsc, State.DISABLED, why)
    idle = (
        # Those that are enforced stay in it without pins: each may hide one above it.
        Nsc(tuple(one if one.overridden else replace(one, keys=()) for one in file.nsc.configs))
        if skipped
        else None
    )
    shipped = _as(file, file.nsc, State.ACTIVE, why)
    return replace(shipped, unenforced=idle, unmatched=tuple(unmatched.items()))


def _as(file: NscFile, nsc: Nsc, state: State, why: str) -> InForce:
    assert file.api is not None  # noqa: S101 - for the type checker
    return InForce(Mechanism.NSC, file.title, nsc, file.where, api=file.api, state=state, why=why)


def _all_pins(counting: Iterable[NscFile], unnamed: Iterable[NscFile]) -> Iterator[Pin]:
    """Those that count, and then those that are nothing but in the app."""
    for file in counting:
        yield from _pins(file, Confidence.CONFIRMED)
    for file in unnamed:
        yield from _pins(file, Confidence.CANDIDATE)


def _pins(file: NscFile, confidence: Confidence) -> Iterator[Pin]:
    for config in file.nsc.configs:
        yield from _pins_of(config, file, confidence)


def _pins_of(config: DomainConfig, file: NscFile, confidence: Confidence) -> Iterator[Pin]:
    pins = [(key.pin, key.where) for key in config.keys] + [*config.refused]
    # A config that Android refuses may have no domain at all.
    for domain in config.domains or (None,):
        reach = None
        if domain is not None:
            reach = Reach.ALL if domain.include_subdomains else Reach.NONE
        for pin, where in pins:
            yield Pin(
                Mechanism.NSC,
                domain.name if domain else "",
                reach,
                Algorithm.SPKI_SHA256,
                shortened(pin, SHOWN_LONG),
                where or config.where or file.where,
                expires=config.expires,
                confidence=confidence,
            )
