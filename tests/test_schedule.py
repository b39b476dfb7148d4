"""`plan`'s verdicts held to a simulated fleet: every supported client on every day, asked by the platform models.

The simulation knows nothing of intervals or of :mod:`pincompiler.verdicts.outlook`.  It walks through the days; on each
of them every release that is supported is on some device, whatever the adoption, and on each device the clock
is a day behind, right, or a day ahead; every platform of the release is asked for every chain that is served.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from pincompiler.base.records import dataclass
from pincompiler.planning.schedule import ENDLESS, Member, Safety, needs, rotation_verdicts
from pincompiler.platforms.registry import target_named
from pincompiler.policy.enforcement import Chain, Key, PinSet, Reach, Role
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Output, Rotation, SupportedRelease
from pincompiler.verdicts.chain_verdicts import Outcome
from pincompiler.verdicts.in_force import configured
from pincompiler.verdicts.outlook import Release
from tests.platforms.models import calm
from tests.strategies import CAS, LEAVES, UNKNOWN, spki

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.planning.schedule import RotationVerdict
    from pincompiler.policy.enforcement import Enforcement

TODAY = date(2026, 11, 23)
DAYS = 24
"""Everything that happens does so within so many days around today."""
END = TODAY + timedelta(days=2 * DAYS + 3)
"""By then nothing changes any more."""
HOST, OTHER = "api.example.com", "auth.example.com"
PLATFORMS = ("nsc", "okhttp-kotlin", "ats", "trustkit")

days = st.integers(-6, DAYS).map(lambda n: TODAY + timedelta(days=n))
SERVERS, AUTHORITIES = (*LEAVES[:2], UNKNOWN[0]), CAS[:2]
CHAINS: tuple[tuple[Key, ...], ...] = (
    *((leaf,) for leaf in SERVERS),
    *((leaf, ca) for leaf in SERVERS[:2] for ca in AUTHORITIES),
    *((ca,) for ca in AUTHORITIES),
)


@dataclass(frozen=True, slots=True)
class Shipped:
    """A release as the simulation knows it."""

    name: str
    first: date
    last: date
    models: tuple[tuple[str, Enforcement], ...]


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Pins of none, one or both hosts, few enough keys that rotations meet them."""
    sets = []
    for host in draw(st.sampled_from(((HOST,), (HOST,), (HOST, OTHER), ()))):
        # Most releases pin most keys, else nothing is ever safe; NSPinnedDomains minds the kinds.
        kind = draw(st.sampled_from((SERVERS, AUTHORITIES, SERVERS + AUTHORITIES)))
        left_out = draw(st.sets(st.sampled_from(kind), max_size=len(kind) // 2))
        keys = tuple(key for key in kind if key not in left_out)
        expires = draw(st.none() | st.none() | days)
        enforce = draw(st.sampled_from((True, True, True, False)))
        sets.append(PinSet((host,), Reach.NONE, keys, expires, enforce))
    return Policy(tuple(sets))


@st.composite
def fleets(draw: st.DrawFn) -> list[Shipped]:
    """Releases, some of them still to come, some without an end of support."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        first = draw(days)
        supported = draw(st.none() | st.integers(0, DAYS))
        last = date.max if supported is None else first + timedelta(days=supported)
        policy = draw(policies())
        models = {}
        for name in draw(st.lists(st.sampled_from(PLATFORMS), min_size=1, max_size=2, unique=True)):
            output = Output(name, PurePosixPath("any"), "com.example.shop")
            models[name.partition("-")[0]] = target_named(name).lower(policy, App(), output)
        found.append(Shipped(f"{number}.0", first, last, tuple(models.items())))
    return found


@st.composite
def rotations(draw: st.DrawFn) -> tuple[Rotation, ...]:
    """One, two or three of a host, each beginning where the last one ended, and maybe one of another host."""
    found = []
    for host in draw(st.sampled_from(((HOST,), (HOST,), (HOST, OTHER)))):
        on = sorted(draw(st.sets(days, min_size=1, max_size=3)))
        served = draw(st.sampled_from(CHAINS))
        for day in on:
            following = draw(st.sampled_from([chain for chain in CHAINS if chain != served]))
            found.append(Rotation(host, served, following, day))
            served = following
    return tuple(found)


# -- the simulation ------------------------------------------------------------------------------


def shown(keys: tuple[Key, ...]) -> Chain:
    """What a server with these keys presents; above a CA's key nobody knows the server's."""
    pins = [key.spki_sha256 for key in keys]
    return Chain(spki("nobody"), tuple(pins)) if keys[0].role is Role.CA else Chain(pins[0], tuple(pins[1:]))


def met(of_host: list[Rotation], day: date) -> set[tuple[Key, ...]]:
    """What clients may meet on a day."""
    before = [one for one in of_host if one.day < day]
    found = {before[-1].after if before else of_host[0].before}
    for one in of_host:
        if one.day == day:
            found |= {one.before, one.after}
    return found


Blocked = set[tuple[date, str, str, tuple[Key, ...]]]
"""Day, release, platform and keys."""


def simulate(of_host: list[Rotation], fleet: list[Shipped], first: date, last: date) -> Blocked:
    """Every client that is ever blocked."""
    found = set()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for keys in met(of_host, day):
            for release in fleet:
                if release.first <= day <= release.last:
                    for platform, model in release.models:
                        for offset in (-1, 0, 1):
                            clock = day + timedelta(days=offset)
                            if not model.accepts(of_host[0].host, shown(keys), clock):
                                found.add((day, release.name, platform, keys))
    return found


def around(verdict: RotationVerdict, of_host: list[Rotation]) -> tuple[date, date]:
    """The days that a rotation answers for."""
    number = of_host.index(verdict.rotation)
    first = max(TODAY, of_host[number - 1].day) if number else TODAY
    return first, of_host[number + 1].day if number + 1 < len(of_host) else END


def moved(of_host: list[Rotation], number: int, day: date) -> list[Rotation]:
    """One of the rotations on another day, and as if there were no others."""
    one = of_host[number]
    return [Rotation(one.host, one.before, one.after, day)]


def members(fleet: list[Shipped]) -> tuple[Member, ...]:
    """The same fleet as the code under test has it."""
    return tuple(
        Member(
            SupportedRelease(one.name, one.first, None if one.last == date.max else one.last),
            Release(one.name, tuple(configured(model, name) for name, model in one.models)),
        )
        for one in fleet
    )


def hosts(planned: tuple[Rotation, ...]) -> Iterator[list[Rotation]]:
    """The rotations of each host."""
    return (list(some) for _, some in groupby(planned, key=lambda one: one.host))


# -- the proof -----------------------------------------------------------------------------------


@pytest.mark.slow
@settings(calm, max_examples=150)
@given(fleets(), rotations())
def test_a_safe_plan_blocks_nobody_and_an_unsafe_one_whom_it_names(
    fleet: list[Shipped], planned: tuple[Rotation, ...]
) -> None:
    verdicts = list(rotation_verdicts(planned, members(fleet), TODAY))
    assert [one.rotation for one in verdicts] == list(planned)
    for of_host in hosts(planned):
        own = [one for one in verdicts if one.rotation in of_host]
        everywhere = simulate(of_host, fleet, TODAY, END)
        if all(one.safety is Safety.SAFE for one in own):
            assert not everywhere
        for one in own:
            event(one.safety.value)
            first, last = around(one, of_host)
            found = simulate(
                moved(of_host, of_host.index(one.rotation), one.rotation.day), fleet, first, last
            )
            assert (one.safety is Safety.UNSAFE) == bool(found)
            assert named(one) == found
        # No day is left to nobody.
        assert set().union(*map(named, own)) >= everywhere


def named(verdict: RotationVerdict) -> Blocked:
    """Every client that a verdict says is blocked."""
    found = set()
    for one in verdict.refusals:
        assert one.outcome is Outcome.BLOCKED
        day = one.first
        while day <= min(one.last, END):
            found.add((day, one.release, one.mechanism, one.served))
            day += timedelta(days=1)
    return found


def on(day: int) -> date:
    return TODAY + timedelta(days=day)


def pinning(name: str, first: int, last: int, *keys: Key) -> Shipped:
    """A release whose Android pins these keys for good."""
    policy = Policy((PinSet((HOST,), Reach.NONE, keys),))
    model = target_named("nsc").lower(policy, App(), Output("nsc", PurePosixPath("any")))
    return Shipped(name, on(first), on(last), (("nsc", model),))


TWICE = (
    Rotation(HOST, LEAVES[:1], LEAVES[1:2], on(5)),
    Rotation(HOST, LEAVES[1:2], LEAVES[2:3], on(10)),
)


# The day from which the second key is safe is that of the rotation to the third.
@example([pinning("1.0", -1, 9, LEAVES[0], LEAVES[2])], TWICE)
# The second key has to go before 2.0, and cannot on the day on which it comes.
@example([pinning("1.0", -1, 20, *LEAVES), pinning("2.0", 8, 20, LEAVES[2])], TWICE)
@example([pinning("1.0", -1, 20, *LEAVES), pinning("2.0", 6, 20, LEAVES[2])], TWICE)
@pytest.mark.slow
@settings(calm, max_examples=150)
@given(fleets(), rotations())
def test_the_first_safe_date_is_safe_and_none_before_it_is(
    fleet: list[Shipped], planned: tuple[Rotation, ...]
) -> None:
    for of_host in hosts(planned):
        for number, one in enumerate(rotation_verdicts(of_host, members(fleet), TODAY)):
            first, last = around(one, of_host)
            # A rotation does not fall on the day of another one.
            before, after = of_host[:number], of_host[number + 1 :]
            earliest = max([TODAY, *(other.day + timedelta(days=1) for other in before)])
            latest = after[0].day - timedelta(days=1) if after else END
            if first > last:
                assert one.safety is Safety.SAFE
                continue
            possible = [earliest + timedelta(days=n) for n in range((latest - earliest).days + 1)]
            old = {day for day, *_ in simulate(moved(of_host, number, date.max), fleet, first, last)}
            new = {day for day, *_ in simulate(moved(of_host, number, date.min), fleet, first, last)}
            safe = [
                day
                for day in possible
                if all(other > day for other in old) and all(other < day for other in new)
            ]
            if one.safety is Safety.SAFE:
                assert one.first_safe is None
                assert one.past or one.rotation.day in safe
            else:
                event(f"a first safe date: {bool(safe)}")
                assert one.first_safe == (safe[0] if safe else None)
                if one.first_safe:
                    assert not simulate(moved(of_host, number, one.first_safe), fleet, first, last)


@pytest.mark.slow
@settings(calm, max_examples=80)
@given(fleets(), rotations())
def test_a_key_that_is_retired_is_nobodys_only_way(
    fleet: list[Shipped], planned: tuple[Rotation, ...]
) -> None:
    """As long as a key is needed, and no longer, a stranger in its place is refused."""
    verdicts = list(rotation_verdicts(planned, members(fleet), TODAY))
    for need in needs(verdicts, members(fleet), Policy(()), TODAY):
        stranger = Key(spki("stranger-1"), need.key.role)
        refused = set()
        for of_host in hosts(planned):
            without = [
                Rotation(
                    one.host,
                    tuple(stranger if key == need.key else key for key in one.before),
                    tuple(stranger if key == need.key else key for key in one.after),
                    one.day,
                )
                for one in of_host
            ]
            refused |= {one for one in simulate(without, fleet, TODAY, END) if stranger in one[3]}
        last = max((day for day, *_ in refused), default=None)
        event(f"needed: {last is not None}")
        assert last == (END if need.needed_until == ENDLESS else need.needed_until)
        day = need.retirable(TODAY)
        if day:
            # Nobody meets it from then on, and so nobody is left without a way.
            assert last is None or last < day
            later = [day + timedelta(days=n) for n in range((END - day).days)]
            assert not any(
                need.key in keys for of_host in hosts(planned) for d in later for keys in met(of_host, d)
            )
        else:
            unsafe = any(
                need.key in (*one.rotation.before, *one.rotation.after)
                for one in verdicts
                if one.safety is not Safety.SAFE
            )
            served = any(need.key in keys for of_host in hosts(planned) for keys in met(of_host, END))
            assert unsafe or served
        if last and last != END:
            assert set(need.needed_by) == {release for day, release, *_ in refused if day == last}
