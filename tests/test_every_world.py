"""No difference means the same verdict: an enumeration by hand of devices, anchors and chains, against differences().

Of every registered target, every kind of trust and every kind of pin: keys and whole certificates of servers and CAs,
certificates of which the hash alone is known, renewed ones, keys whose place is not known or that a platform cannot
hash; chains under CAs of the system, of the user, of the app, a server's own certificate as the anchor.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import combinations, permutations, product
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from pincompiler.platforms.nsc.model import Certificates, Domain, DomainConfig, Nsc, Settings
from pincompiler.platforms.registry import TARGETS
from pincompiler.platforms.target import Job
from pincompiler.policy.demand_table import Tabulated, tabulated
from pincompiler.policy.differences import differences
from pincompiler.policy.enforcement import Chain, Key, PinSet, Reach, Role
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Output
from pincompiler.policy.trust import SYSTEM_ALONE, Device, Store, Trust
from pincompiler.workflows.release_cache import ENFORCEMENT, indexed
from tests.strategies import CAS, TODAY, UNKNOWN, apps, days, spki
from tests.test_worlds import CA, HASH_ALONE, LEAF, OTHER, ROOT, SECOND, SERVER, WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.platforms.target import Target
    from pincompiler.policy.enforcement import Enforcement
    from pincompiler.policy.trust import Source

OUTPUT: Final = Output("any", PurePosixPath("res/xml/nsc.xml"))
ISSUER = Key(CA.spki_sha256, Role.CA, "issuer", whole=spki("CA certificate"))
ODD = Key(spki("odd"), None, "odd", "P-521")
"""TrustKit has no header for such a key."""
PINNED: Final = (LEAF, OTHER, WHOLE, HASH_ALONE, CA, CAS[1], ISSUER, UNKNOWN[0], ODD)
HOSTS: Final = ("x.test", "a.x.test", "b.a.x.test", "y.test")
SOON: Final = TODAY + timedelta(days=90)
SAMPLE: Final = 1_500
"""Worlds and chains that each pair without a difference is asked; all of them together are half a million."""


# -- what may happen -------------------------------------------------------------------------------

World = tuple[Device, Chain]


def leaves() -> Iterable[tuple[bytes, bytes]]:
    """Keys of servers, and the certificates that may have them: of a bare hash any may."""
    keys = (LEAF.spki_sha256, OTHER.spki_sha256, UNKNOWN[0].spki_sha256, ODD.spki_sha256, spki("stranger"))
    yield LEAF.spki_sha256, WHOLE.whole
    yield from product(keys, (b"", spki("renewed"), HASH_ALONE.whole))


def above() -> Iterable[tuple[tuple[bytes, bytes], ...]]:
    """Up to three CAs in any order, each by its key and certificate."""
    some = ((CA.spki_sha256, b""), (CA.spki_sha256, ISSUER.whole), (CAS[1].spki_sha256, b""))
    others = ((UNKNOWN[0].spki_sha256, b""), (ODD.spki_sha256, b""), (spki("stranger CA"), b""))
    for number in range(4):
        yield from permutations((*some, *others), number)


@cache
def chains() -> tuple[Chain, ...]:
    """Under a CA that nobody named, under each named one, whose key is then in it, and a server's own certificate."""
    found = []
    for (key, whole), cas in product(leaves(), above()):
        keys, certificates = tuple(key for key, _ in cas), tuple(one for _, one in cas if one)
        ends = [b"", *(one.identity for one in (ROOT, SECOND) if one.spki_sha256 in keys)]
        if not cas and key == LEAF.spki_sha256:
            ends.append(SERVER.identity)
        found += [Chain(key, keys, whole, certificates, anchor) for anchor in ends]
    return tuple(found)


@cache
def devices() -> tuple[Device, ...]:
    """Each store with up to two CAs, a stranger's among them."""
    known = (b"", ROOT.identity, SECOND.identity, SERVER.identity)
    stores = [frozenset(some) for number in range(3) for some in combinations(known, number)]
    return tuple(Device(system, user) for system, user in product(stores, stores))


def sampled(seed: int) -> list[World]:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    return [(chance.choice(devices()), chance.choice(chains())) for _ in range(SAMPLE)]


def shown(chain: Chain, host: str, *sides: Enforcement) -> Chain:
    """The chain with what is known of the keys in it that are pinned for a host."""
    own = {pin for side in sides for clause in side.demand(host) for pin in clause.pins}
    pins = (chain.leaf, *chain.cas)
    return replace(
        chain, keys=tuple(ODD if pin in own and pin == ODD.spki_sha256 else Key(pin) for pin in pins)
    )


def compare(left: Enforcement, right: Enforcement, seed: int) -> None:
    """Each difference is one, and where there is none the verdicts are the same."""
    found = list(differences(left, right))
    event("same" if not found else "different")
    for one in found:
        assert left.accepts(one.host, one.chain, one.day, one.world.device) is one.wanted
        assert right.accepts(one.host, one.chain, one.day, one.world.device) is not one.wanted
    for number, (device, chain) in enumerate(sampled(seed) if not found else ()):
        host, day = HOSTS[number % 4], (date(2026, 1, 1), TODAY, SOON)[number % 3]
        asked = shown(chain, host, left, right)
        assert left.accepts(host, asked, day, device) is right.accepts(host, asked, day, device), (
            *(host, asked, day, device),
        )


# -- what is compared ---------------------------------------------------------------------------------

seeds = st.integers(0, 2**32)
sources = st.lists(st.sampled_from([*Store, ROOT, SECOND]), unique=True, max_size=3).map(frozenset)
trusts = st.just(SYSTEM_ALONE) | st.builds(Trust, sources)
reaches = st.sampled_from(Reach)
ends = st.none() | st.sampled_from((TODAY, SOON))


@st.composite
def trusting(draw: st.DrawFn) -> Policy:
    sets = []
    for host in draw(st.lists(st.sampled_from(HOSTS[:3]), min_size=1, max_size=3, unique=True)):
        trust = draw(trusts)
        some = st.lists(st.sampled_from(PINNED), max_size=3, unique=True)
        keys = tuple(draw(some)) or (() if trust.anchors else (LEAF,))
        enforce = draw(st.sampled_from((True, True, False)))
        sets.append(PinSet((host,), draw(reaches), keys, draw(ends), enforce, trust=trust))
    return Policy(tuple(sets))


CERTIFICATES = (
    Certificates("system"),
    Certificates("user"),
    Certificates("user", overrides_pins=True),
    Certificates("@raw/root", anchors=(ROOT,)),
    Certificates("@raw/root", overrides_pins=True, anchors=(ROOT,)),
    Certificates("@raw/both", anchors=(ROOT, SECOND)),
    Certificates("@raw/server", anchors=(SERVER,)),
)
stated = st.none() | st.lists(st.sampled_from(CERTIFICATES), max_size=3).map(tuple)


@st.composite
def nscs(draw: st.DrawFn) -> Nsc:
    """Such as people write: anchors that override pins, and a server's certificate among them."""
    configs = []
    keys = st.lists(st.sampled_from((LEAF, OTHER, CA, CAS[1], UNKNOWN[0])), max_size=2, unique=True)
    for host in draw(st.lists(st.sampled_from(HOSTS[:3]), max_size=3, unique=True)):
        own = tuple(draw(keys))
        wide = draw(st.booleans())
        config = DomainConfig((Domain(host, wide),), own, draw(ends) if own else None)
        configs.append(replace(config, settings=Settings(draw(stated))))
    return Nsc(tuple(configs), base=Settings(draw(stated)), target_sdk=draw(st.sampled_from((23, 34))))


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(trusting() | nscs(), trusting() | nscs(), seeds)
def test_no_difference_means_the_same_in_every_world(
    left: Enforcement, right: Enforcement, seed: int
) -> None:
    compare(left, right, seed)


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(trusting() | nscs(), st.data(), seeds)
def test_what_differs_little_differs_seen(side: Policy | Nsc, data: st.DataObject, seed: int) -> None:
    """Two that have much in common: one host, one key or one source of anchors apart."""
    compare(side, data.draw(changed(side)), seed)


def changed(side: Policy | Nsc) -> st.SearchStrategy[Policy | Nsc]:
    """The enforcement with one thing in it replaced, which may be by the same."""
    if isinstance(side, Nsc):
        others = [st.builds(lambda own: replace(side, base=Settings(own)), stated)]
        for n, config in enumerate(side.configs):
            head, tail = side.configs[:n], side.configs[n + 1 :]
            others.append(
                st.builds(
                    lambda own, head=head, config=config, tail=tail: replace(
                        side, configs=(*head, replace(config, settings=Settings(own)), *tail)
                    ),
                    stated,
                )
            )
        return st.one_of(others)
    fields = {
        "keys": st.lists(st.sampled_from(PINNED), min_size=1, max_size=3, unique=True).map(tuple),
        "trust": trusts,
        "expires": ends,
        "reach": reaches,
    }

    def with_other(number: int, name: str, value: object) -> Policy:
        number %= len(side.sets)
        other: Any = {name: value}
        return Policy((*side.sets[:number], replace(side.sets[number], **other), *side.sets[number + 1 :]))

    return st.one_of(
        [st.builds(with_other, st.integers(0, 2), st.just(name), values) for name, values in fields.items()]
    )


def from_cache(enforcement: Enforcement) -> Tabulated:
    """What the cache of `impact` reads of what it has written."""
    again: Tabulated = ENFORCEMENT.read(json.loads(json.dumps(ENFORCEMENT.write(indexed(enforcement)))))
    return again


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.name)
@settings(max_examples=60, deadline=None)
@given(trusting(), st.none() | nscs(), apps, st.sampled_from((None, 23, 34)), seeds, days)
def test_no_target_differs_unseen(
    target: Target[Any],
    own: Policy,
    base: Nsc | None,
    app: App,
    target_sdk: int | None,
    seed: int,
    day: date,
) -> None:
    model = target.lower(own, replace(app, android_target_sdk=target_sdk), OUTPUT)
    if base and isinstance(model, Nsc) and target.merge:
        assert target.write
        text = target.write(base, Job("pins.toml", "sha256/", OUTPUT))
        model = target.merge(text, "base.xml", model)
    compare(own, model, seed)
    # A table of it means the same on every day, and comes back from JSON.
    again = from_cache(tabulated(model))
    for number, (device, chain) in enumerate(sampled(seed)[:300]):
        host = HOSTS[number % 4]
        asked = shown(chain, host, model)
        assert again.accepts(host, asked, day, device) is model.accepts(host, asked, day, device)


def test_a_table_keeps_overriding_anchors() -> None:
    """As configurations of apps have it: the CAs of users are free of pins."""
    nsc = Nsc((), base=Settings((Certificates("system"), Certificates("user", overrides_pins=True))))
    again = from_cache(nsc)
    assert again.trust("anything.test") == nsc.trust("anything.test")
    assert again.trust("anything.test") == Trust(frozenset(Store), frozenset({Store.USER}))


# -- builds for an assessment ----------------------------------------------------------------------

assessors = st.sampled_from((frozenset({SECOND}), frozenset({Store.USER}), frozenset({SECOND, Store.USER})))


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(trusting(), assessors, seeds)
def test_an_assessment_adds_the_chains_of_its_cas_and_no_others(
    own: Policy, added: frozenset[Source], seed: int
) -> None:
    """For every host, whatever is pinned; and it has a digest of its own."""
    assessed = replace(own, assessors=added)
    assert assessed.own_trust()
    assert assessed.digest() != own.digest()
    for device, chain in sampled(seed):
        named = SECOND in added and chain.anchor == SECOND.identity
        installed = Store.USER in added and chain.anchor in device.user
        for host in HOSTS:
            expected = own.accepts(host, chain, TODAY, device) or named or installed
            assert assessed.accepts(host, chain, TODAY, device) is expected


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(trusting(), assessors, seeds)
def test_android_joins_the_two_files_to_the_assessment(
    own: Policy, added: frozenset[Source], seed: int
) -> None:
    """Where the release is the same as pins.toml, so is the debuggable build."""
    nsc = {one.name: one for one in TARGETS}["nsc"]
    release = nsc.lower(own, App(), OUTPUT)
    assume(not any(differences(own, release)))
    assessed = replace(own, assessors=added)
    assert nsc.twin
    debuggable = nsc.twin.joined(release, nsc.twin.lower(assessed))
    assert not any(differences(assessed, debuggable))
    for device, chain in sampled(seed):
        for host in HOSTS:
            expected = assessed.accepts(host, chain, TODAY, device)
            assert debuggable.accepts(host, chain, TODAY, device) is expected
