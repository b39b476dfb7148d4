"""An app held against pins.toml: what that compiles to for the app's system, and where the app differs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pincompiler.facts import Mechanism, State
from pincompiler.facts.common import Unseen
from pincompiler.platforms.okhttp.model import Among, OkHttp, less_or_more
from pincompiler.rules.rule import Audited
from pincompiler.verdicts.drift import Drift, DriftKind, drift
from pincompiler.verdicts.in_force import active, comparable, mechanisms_of
from pincompiler.workflows.held_to import held_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from pincompiler.facts import InForce, ShippedApp
    from pincompiler.facts.common import AppMechanism
    from pincompiler.policy.enforcement import Enforcement
    from pincompiler.policy.project import Project
    from pincompiler.verdicts.lowering import Lowering
    from pincompiler.workflows.compile import Checked


def held_against(app: ShippedApp, checked: Checked, environment: str, today: date, horizon: int) -> Audited:
    """An app with what a pins.toml says of it.  InputError as of :func:`held_to`."""
    held, meant, foreign, traces = held_to(app, checked, environment)
    project, expected = held.project, tuple(_for_system(app, held.lowered))
    found = tuple(
        one for mechanism in mechanisms_of(app) for one in _drift(app, mechanism, expected, project)
    )
    return Audited(
        app,
        today,
        project.policy,
        horizon,
        project,
        expected,
        found,
        meant,
        foreign,
        traces,
    )


def unread(audited: Audited) -> Iterator[Unseen]:
    """Whom hosts are to trust by a hand-written base that names resources which are not beside it."""
    for one in audited.expected:
        names = (anchor.name for host in one.wanted.names() for anchor in one.effective.trust(host).unread)
        for name in dict.fromkeys(names):
            why = f"trusts the CAs of {name}, which was not read, so that the app's cannot be compared with them"
            yield Unseen(str(one.output.base), why, frozenset({Mechanism.NSC}))


def _for_system(app: ShippedApp, lowered: Iterable[Lowering]) -> Iterator[Lowering]:
    """Those of the targets that are for the app's system."""
    return (one for one in lowered if isinstance(one.mechanism, Mechanism) is (app.main is None))


def _drift(
    app: ShippedApp, mechanism: AppMechanism, expected: tuple[Lowering, ...], project: Project
) -> tuple[Drift, ...]:
    """How what the app has of one mechanism differs; of several targets for it, from the nearest."""
    candidates = [one.effective for one in expected if one.mechanism is mechanism]
    if not expected and _pins_one_of(app, mechanism, set(project.policy.names())):
        candidates = [project.policy]
    known = (*project.keys, *(project.assessed.policy.assessor_keys if project.assessed else ()))
    found: dict[object, Drift] = {}
    for shipped, alone in _clients(app, mechanism):
        drifts = [
            drift(wanted, _among(shipped, wanted) if alone else shipped, project.policy, known)
            for wanted in candidates
        ]
        for one in min(drifts, key=len, default=()):
            if one.kind is DriftKind.HOST_MISSING and shipped.process:
                continue  # which hosts an extension asks is its own affair: `unpinned-extension`
            # What is true of all pinners together is true of each.
            apart = shipped.title if mechanism is not Mechanism.OKHTTP else ""
            found.setdefault((one.kind, one.host, one.said, apart), one)
    return tuple(found.values())


def _clients(app: ShippedApp, mechanism: AppMechanism) -> Iterator[tuple[InForce, bool]]:
    """What is comparable; and alone, each pinner that holds its client to less or more for a host that others pin too.

    Of a file whose use was not seen it is known what it says.
    """
    whole = comparable(app, mechanism)
    unused = (one for one in app.shipped if (one.mechanism, one.state) == (mechanism, State.UNKNOWN))
    yield from ((one, False) for one in (*whole, *unused))
    some = active(app, mechanism) if mechanism is Mechanism.OKHTTP and whole else ()
    pinners = [one.enforcement for one in some if isinstance(one.enforcement, OkHttp)]
    if len(pinners) > 1:
        yield from ((one, True) for one, differs in zip(some, less_or_more(pinners), strict=True) if differs)


def _among(shipped: InForce, wanted: Enforcement) -> InForce:
    """A pinner by itself: hosts that it does not pin are others' business."""
    assert isinstance(shipped.enforcement, OkHttp)  # noqa: S101 - for the type checker
    return replace(shipped, enforcement=Among(shipped.enforcement, wanted))


def _pins_one_of(app: ShippedApp, mechanism: AppMechanism, hosts: set[str]) -> bool:
    return any(one.enforcement.demand(host) for one in comparable(app, mechanism) for host in hosts)
