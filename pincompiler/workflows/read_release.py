"""What was shipped, read back: an app, an NSC, a property list or a pins.toml, from a file or from git."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pincompiler.base.errors import InputError
from pincompiler.facts import ApiRange, Mechanism, State
from pincompiler.platforms.ats import Ats
from pincompiler.platforms.nsc.model import Nsc
from pincompiler.platforms.okhttp.model import OkHttp
from pincompiler.platforms.trustkit import TrustKit
from pincompiler.policy.demand_table import HostTable, from_plain, table, tabulated, to_plain
from pincompiler.source.git_revision import SCHEME, checked_out
from pincompiler.verdicts.outlook import Anchors, Installed, Outcome, Release
from pincompiler.workflows.audit_cache import AuditCache, sha256_of
from pincompiler.workflows.read_configuration import is_app, read_configurations
from pincompiler.workflows.verify import project_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.facts import Shipped, ShippedApp
    from pincompiler.policy.enforcement import Enforcement
    from pincompiler.policy.project import Project, SupportedRelease

SINCE = 24
"""The API level of Android 7.0, the first that reads network security configurations."""
_WITHOUT_HOSTS = frozenset({Mechanism.KEYSTORE, Mechanism.TRUST_MANAGER, Mechanism.NATIVE, Mechanism.HYBRID})
"""Mechanisms whose pins are found and whose hosts are not."""


def read_release(
    text: str, today: date, cache: AuditCache | None = None, directory: Path | None = None
) -> Release:
    """A release by its name; one that cannot be read is a release with an error.

    Relative names are from ``directory``, as is the repository of ``git:REV:PATH``.
    """
    try:
        if text.startswith(SCHEME):
            with checked_out(text, directory or Path()) as path:
                return _read(path, text, today, cache)
        path = (directory or Path()) / text if text != "-" else Path(text)
        return _read(path, text, today, cache)
    except InputError as error:
        return Release(text, error=str(error).removeprefix(f"{text}: "))


def project_with_releases(pins: Path, first: date, last: date = date.max) -> Project:
    """A pins.toml that lists a release which is supported between two days, both included; else InputError."""
    project = project_of(pins)
    if not project.releases:
        raise InputError(
            f"{pins} has no [[release]], so nobody is known who could be locked out; add those you support"
        )
    if not project.supported(first, last):
        when = f"from {first} on" if last == date.max else f"between {first} and {last}"
        raise InputError(f"{pins} has no [[release]] that is supported {when}; add the newest")
    return project


def read_listed(
    entry: SupportedRelease, project: Project, today: date, cache: AuditCache | None = None
) -> Release:
    """A release of pins.toml, by the name it has there; what cannot be told of it is unknown.

    A digest tells what a release has if it is that of the policy that pins.toml has now.
    """
    if entry.file:
        return replace(read_release(entry.file, today, cache, project.root), title=entry.name)
    if entry.policy == project.policy.digest():
        return Release(entry.name, tuple(_of_project(project)))
    why = "pins.toml has another policy now; name the file of this one, such as git:REV:pins.toml"
    return Release(entry.name, (Installed("", "its policy", fixed=Outcome.UNKNOWN, why=why),))


def _read(path: Path, title: str, today: date, cache: AuditCache | None) -> Release:
    try:
        if is_app(path):
            return Release(title, _cached(path, cache) if cache and path.is_file() else _of_app(path))
        if path.suffix == ".toml":
            return Release(title, tuple(_of_project(project_of(path))))
        found = read_configurations(path, today)
    except InputError as error:
        raise InputError(str(error).replace(str(path), title)) from error
    return Release(
        title,
        tuple(
            _configured(
                one.enforcement, one.title.replace(str(path), title), doubts=one.doubts, api=ApiRange(SINCE)
            )
            for one in found
        ),
    )


def _of_project(project: Project) -> Iterator[Installed]:
    """What a pins.toml compiles to; without targets, what it means."""
    from pincompiler.workflows.lowering import lower

    models: dict[object, Any] = {}
    least = max(project.app.android_min_sdk or SINCE, SINCE)
    for output in project.outputs:
        lowered = lower(project, output, models)
        yield _configured(lowered.effective, f"{output.target} ({output.path})", api=ApiRange(least))
    if not project.outputs:
        yield Installed("pins.toml", "pins.toml", project.policy)


def _configured(
    enforcement: Enforcement, title: str, *, api: ApiRange, doubts: tuple[str, ...] = ()
) -> Installed:
    """One configuration; ``api`` is for the mechanism that is Android's own."""
    if isinstance(enforcement, Nsc):
        # The anchors of a release build; the default of old targets differs in the user's CAs only.
        return Installed("nsc", title, enforcement, api, doubts=doubts, anchors=_anchors(enforcement, 24))
    kinds = ((OkHttp, "okhttp"), (Ats, "ats"), (TrustKit, "trustkit"))
    mechanism = next((name for kind, name in kinds if isinstance(enforcement, kind)), "pins.toml")
    return Installed(mechanism, title, enforcement, doubts=doubts)


def _anchors(nsc: Nsc, target_sdk: int) -> HostTable[Anchors]:
    def anchors(host: str) -> Anchors:
        trusted = nsc.settings(host).trusted(target_sdk)
        return Anchors(
            tuple(dict.fromkeys(one.source for one in trusted)),
            tuple(dict.fromkeys(one.source for one in trusted if one.overrides_pins)),
        )

    # A label that no name ends in stands for all hosts that nothing is said of.
    return table(nsc.names(), anchors, anchors(""))


# -- apps ----------------------------------------------------------------------------------------


def _of_app(path: Path) -> tuple[Installed, ...]:
    from pincompiler.shipped import read_app

    return tuple(_in_app(read_app(path)))


def _in_app(app: ShippedApp) -> Iterator[Installed]:
    """Everything that decides on connections of an app, and what of it was not seen."""
    least = max(app.manifest.min_sdk, 1)
    for shipped in app.shipped:
        yield _in_force(shipped, least, app.manifest.target_sdk)
    if any(one.mechanism is Mechanism.NSC for one in app.shipped):
        if least < SINCE:
            why = f"Android ignores the network security configuration below API level {SINCE}"
            yield Installed("nsc", "Android", None, ApiRange(least, SINCE - 1), Outcome.UNPINNED, why)
    elif app.nsc.unresolved:
        why = "the network security configuration that the manifest names could not be read"
        yield Installed("nsc", "the manifest", fixed=Outcome.UNKNOWN, why=why)
    else:
        why = "the app has no network security configuration in force"
        yield Installed("nsc", "Android", None, ApiRange(least), Outcome.UNPINNED, why)
    for pin in app.pins:
        if pin.mechanism in _WITHOUT_HOSTS:
            what = pin.where.member or pin.where.symbol or "the app"
            why = f"{what} has {pin.mechanism.value} pins, and which hosts they are for is not known"
            yield Installed(pin.mechanism.value, what, fixed=Outcome.UNKNOWN, why=why)
    for unseen in app.unseen:
        if unseen.mechanisms:
            yield Installed("", unseen.what, fixed=Outcome.UNKNOWN, why=f"{unseen.what}: {unseen.why}")


def _in_force(shipped: Shipped, least: int, target_sdk: int) -> Installed:
    title = shipped.title if shipped.owner.first_party else f"{shipped.title} of {shipped.owner.name}"
    one = Installed(
        shipped.mechanism.value,
        title,
        tabulated(shipped.enforcement),
        ApiRange(max(shipped.api.first, least), shipped.api.last),
        why=shipped.why,
        unenforced=tabulated(shipped.unenforced) if shipped.unenforced else None,
        doubts=shipped.doubts,
    )
    if shipped.state is State.BROKEN:
        # The app crashes, at launch or at its first connection, to whichever host.
        return replace(one, fixed=Outcome.BLOCKED)
    if isinstance(shipped.enforcement, Nsc) and shipped.mechanism is Mechanism.NSC:
        # Whether pins are skipped hangs on the anchor in which the chain ends.
        return replace(one, anchors=_anchors(shipped.enforcement, target_sdk), unenforced=None)
    # What is put to no use has no say, and why is told of the hosts that it is for.
    return replace(one, unenforced=one.enforcement, doubts=()) if shipped.state is State.DISABLED else one


# -- kept ----------------------------------------------------------------------------------------


def _cached(path: Path, cache: AuditCache) -> tuple[Installed, ...]:
    """What an app has, from the cache if its content was read before."""
    key = sha256_of(path)
    kept = cache.load(key)
    if kept is not None:
        try:
            return tuple(map(_installed, kept))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            pass  # damaged, and written anew
    found = _of_app(path)
    cache.save(key, list(map(_plain, found)))
    return found


def _plain(one: Installed) -> dict[str, Any]:
    return {
        "mechanism": one.mechanism,
        "title": one.title,
        "enforcement": to_plain(one.enforcement) if one.enforcement else None,
        "api": [one.api.first, one.api.last] if one.api else None,
        "fixed": one.fixed.value if one.fixed else None,
        "why": one.why,
        "unenforced": to_plain(one.unenforced) if one.unenforced else None,
        "doubts": list(one.doubts),
        "anchors": _plain_anchors(one.anchors) if one.anchors else None,
    }


def _installed(values: Any) -> Installed:
    kept, without = values["enforcement"], values["unenforced"]
    anchors = values["anchors"]
    return Installed(
        str(values["mechanism"]),
        str(values["title"]),
        from_plain(kept) if kept is not None else None,
        ApiRange(*values["api"]) if values["api"] is not None else None,
        Outcome(values["fixed"]) if values["fixed"] is not None else None,
        str(values["why"]),
        from_plain(without) if without is not None else None,
        tuple(map(str, values["doubts"])),
        _kept_anchors(anchors) if anchors is not None else None,
    )


def _plain_anchors(known: HostTable[Anchors]) -> dict[str, Any]:
    def plain(one: Anchors) -> list[list[str]]:
        return [list(one.sources), list(one.overriding)]

    return {
        "rows": {name: list(map(plain, row)) for name, row in known.rows.items()},
        "other": plain(known.other),
    }


def _kept_anchors(values: Any) -> HostTable[Anchors]:
    def anchors(one: Any) -> Anchors:
        sources, overriding = one
        return Anchors(tuple(map(str, sources)), tuple(map(str, overriding)))

    rows = {}
    for name, (own, below, deeper) in values["rows"].items():
        rows[str(name)] = (anchors(own), anchors(below), anchors(deeper))
    return HostTable(rows, anchors(values["other"]))
