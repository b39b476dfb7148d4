"""What decides on the connections of an app: as far as it can be compared, and as devices have it.

Both are made of the same facts.  A comparison takes what was seen whole and counts, and names the rest; a device has
all of it, each part with its doubts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pincompiler.base.finding import Confidence
from pincompiler.base.location import java_name
from pincompiler.facts import (
    NO_VERSION,
    AppleMechanism,
    FileMechanism,
    InForce,
    Mechanism,
    State,
    System,
    VersionRange,
)
from pincompiler.facts.kits import OS_ENFORCES as SINCE
from pincompiler.platforms.ats import Ats
from pincompiler.platforms.nsc.model import Nsc
from pincompiler.platforms.okhttp.model import OkHttp, together
from pincompiler.platforms.trustkit import TrustKit
from pincompiler.policy.demand_table import tabulated
from pincompiler.policy.policy import Policy
from pincompiler.verdicts.headline import lets_past

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.facts import ShippedApp
    from pincompiler.facts.common import AnyMechanism, AppMechanism
    from pincompiler.policy.enforcement import Enforcement
    from pincompiler.verdicts.subject import Subject

_WITHOUT_HOSTS = frozenset({Mechanism.KEYSTORE, Mechanism.TRUST_MANAGER, Mechanism.NATIVE, Mechanism.HYBRID})
"""Mechanisms whose pins are found and whose hosts are not."""
_MECHANISMS = (
    (Nsc, Mechanism.NSC),
    (OkHttp, Mechanism.OKHTTP),
    (Ats, AppleMechanism.ATS),
    (TrustKit, AppleMechanism.TRUSTKIT),
)
_NOTHING = Policy(())


def configured(
    enforcement: Enforcement, title: str, *, api: VersionRange = NO_VERSION, doubts: tuple[str, ...] = ()
) -> InForce:
    """What a file has in force, or what pins.toml compiles to; ``api`` is where an NSC counts."""
    mechanism = next(
        (one for kind, one in _MECHANISMS if isinstance(enforcement, kind)), FileMechanism.POLICY
    )
    counts = api if isinstance(enforcement, Nsc) else NO_VERSION
    return InForce(mechanism, title, enforcement, api=counts, doubts=doubts)


def mechanisms_of(app: ShippedApp) -> Iterable[AppMechanism]:
    """All that there are on its system."""
    return Mechanism if app.system is System.ANDROID else AppleMechanism


# -- to be compared ------------------------------------------------------------------------------


def active(app: ShippedApp, mechanism: AppMechanism) -> tuple[InForce, ...]:
    """What the app itself has of a mechanism, put to use."""
    return tuple(
        one
        for one in app.shipped
        if one.mechanism is mechanism and one.state is State.ACTIVE and one.owner.first_party
    )


def comparable(app: ShippedApp, mechanism: AppMechanism) -> tuple[InForce, ...]:
    """What was seen whole and counts: what was not is neither the same nor different.

    Clients may share the work, so their pinners are compared as one.
    """
    hidden = {unseen.process for unseen in app.unseen if mechanism in unseen.mechanisms}
    some = tuple(one for one in active(app, mechanism) if one.process not in hidden)
    if mechanism is not Mechanism.OKHTTP:
        return tuple(one for one in some if not one.doubts)
    if any(one.doubts for one in some):
        return ()
    if len(some) < 2:
        return some
    pinners = [one.enforcement for one in some if isinstance(one.enforcement, OkHttp)]
    return (replace(some[0], title="the OkHttp pinners", enforcement=together(pinners)),)


def seen_whole(app: ShippedApp) -> tuple[InForce, ...]:
    """Each configuration of an app that was seen whole and counts, by the name of the app."""
    found = [
        replace(one, title=_titled(app, one))
        for mechanism in mechanisms_of(app)
        for one in comparable(app, mechanism)
    ]
    # Of several configurations, for one Android each, the first stands for all: each is compared by itself as well.
    android = next((one.enforcement for one in found if one.mechanism is Mechanism.NSC), None)
    found = [one if one.mechanism is Mechanism.NSC else replace(one, validated_by=android) for one in found]
    made = [one for one in app.okhttp.shipped if one.owner.first_party]
    seen = not any(Mechanism.OKHTTP in one.mechanisms for one in app.unseen)
    if made and seen and all(one.state is State.DISABLED and not one.doubts for one in made):
        title = f"{app.path} (OkHttp, whose pins no client is given)"
        found.append(InForce(Mechanism.OKHTTP, title, OkHttp(())))
    return tuple(found)


def _titled(app: ShippedApp, one: InForce) -> str:
    if one.mechanism is Mechanism.NSC:
        return f"{app.path}!{one.title}"
    kind = "OkHttp" if one.mechanism is Mechanism.OKHTTP else one.title
    return f"{app.path} ({kind})"


def left_out(app: ShippedApp, subject: Subject) -> tuple[str, ...]:
    """What of an app decides on connections, or may, and cannot be compared with pins for hosts."""
    return tuple(dict.fromkeys((*unseen(app, subject), *_elsewhere(app, subject))))


def undermining(app: ShippedApp, subject: Subject) -> tuple[str, ...]:
    """What an audit finds in an app that lets connections past its pins, or makes some of them worthless."""
    idle = (f"{one.title}: {one.why}" for one in app.shipped if _seems_to_enforce(one))
    found = (f"{one.message} [{one.rule}]" for one in subject.findings if lets_past(one))
    return tuple(dict.fromkeys((*idle, *found)))


def _seems_to_enforce(one: InForce) -> bool:
    """Whether some of it does not; of OkHttp what no client is given is left out anyway."""
    if not one.owner.first_party:
        return False
    without = one.state is State.DISABLED and one.mechanism not in {Mechanism.OKHTTP, Mechanism.TRUSTKIT}
    return one.state is State.BROKEN or one.unenforced is not None or bool(one.unmatched) or without


def unseen(app: ShippedApp, subject: Subject) -> Iterator[str]:
    """What of an app could not be read or followed, each once."""
    doubts = dict.fromkeys(doubt for one in app.shipped for doubt in one.doubts)
    for one in subject.unseen:
        if one.mechanisms and f"{one.what} {one.why}" not in doubts:
            yield java_name(f"{one.what}: {one.why}")
    yield from doubts


def _elsewhere(app: ShippedApp, subject: Subject) -> Iterator[str]:
    """What of an app decides on connections in another way than by pins of its own for known hosts."""
    if app.nsc.unresolved:
        yield _UNRESOLVED
    for one in app.shipped:
        if not one.owner.first_party and any(one.enforcement.names()):
            yield java_name(f"{one.title}: pins of {one.owner.name}, for connections of its own")
        elif one.state is State.UNKNOWN:
            yield f"{one.title}: {one.why}"
    for pin in (found.pin for found in subject.pins if not found.pin.host):
        place = java_name(pin.where.symbol) or pin.where.member or subject.path
        if pin.confidence is Confidence.CANDIDATE:
            yield f"{place}: what may be {pin.mechanism.value} pins, and nothing is seen to use it"
        else:
            yield f"{place}: {pin.mechanism.value} pins, for hosts that are not known"


_UNRESOLVED = "the network security configuration that the manifest names could not be read"


# -- on devices ----------------------------------------------------------------------------------


def on_devices(app: ShippedApp) -> Iterator[InForce]:
    """Everything that decides on connections of an app, and what of it was not seen; enforcements are tables."""
    least = app.least.first
    for shipped in app.shipped:
        yield _on_devices(shipped, app.runs_on[shipped.process].first)
    if app.main:
        pass  # Apple's systems do nothing of their own that depends on the app
    elif any(one.mechanism is Mechanism.NSC for one in app.shipped):
        if least < SINCE:
            why = f"Android ignores the network security configuration below API level {SINCE}"
            yield _nothing(VersionRange(least, SINCE - 1), why)
    elif app.nsc.unresolved:
        yield _unknown(Mechanism.NSC, "the manifest", _UNRESOLVED)
    else:
        yield _nothing(VersionRange(least), "the app has no network security configuration in force")
    for pin in app.pins:
        if pin.mechanism in _WITHOUT_HOSTS:
            what = pin.where.member or pin.where.symbol or "the app"
            why = f"{what} has {pin.mechanism.value} pins, and which hosts they are for is not known"
            yield _unknown(pin.mechanism, what, why)
    for one in app.unseen:
        if one.mechanisms:
            yield _unknown(FileMechanism.ANY, one.what, f"{one.what}: {one.why}")


def _on_devices(shipped: InForce, least: int) -> InForce:
    title = shipped.title if shipped.owner.first_party else f"{shipped.title} of {shipped.owner.name}"
    one = InForce(
        shipped.mechanism,
        title,
        tabulated(shipped.enforcement),
        api=shipped.api.within(least),
        state=shipped.state,
        why=shipped.why,
        unenforced=tabulated(shipped.unenforced) if shipped.unenforced else None,
        doubts=(*shipped.doubts, shipped.why) if shipped.state is State.UNKNOWN else shipped.doubts,
    )
    if not isinstance(shipped.enforcement, Nsc) or shipped.mechanism is not Mechanism.NSC:
        return one
    # Whether pins are skipped hangs on the anchor in which the chain ends.
    state = State.ACTIVE if shipped.state is State.DISABLED else shipped.state
    return replace(one, state=state, unenforced=None)


def _nothing(api: VersionRange, why: str) -> InForce:
    return InForce(Mechanism.NSC, "Android", _NOTHING, api=api, state=State.DISABLED, why=why)


def _unknown(mechanism: AnyMechanism, title: str, why: str) -> InForce:
    return InForce(mechanism, title, _NOTHING, api=NO_VERSION, doubts=(why,))
