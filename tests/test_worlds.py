"""Whom enforcements trust: worlds that tell them apart, each against a device and a chain made by hand."""

from __future__ import annotations

import json
from datetime import date
from itertools import product
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from pincompiler.platforms.nsc.model import Certificates, Domain, DomainConfig, Nsc, Settings
from pincompiler.platforms.registry import TARGETS
from pincompiler.policy.demand_table import Tabulated, tabulated
from pincompiler.policy.differences import asides, describe, differences, names_of
from pincompiler.policy.enforcement import Chain, Key, PinSet, Reach, Role
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Output
from pincompiler.policy.trust import SYSTEM_ALONE, Anchor, Device, Regard, Store, Trust
from pincompiler.workflows.release_cache import ENFORCEMENT, indexed
from tests.strategies import CAS, LEAVES, TODAY, days, spki

if TYPE_CHECKING:
    from pincompiler.platforms.target import Target
    from pincompiler.policy.enforcement import Enforcement

OUTPUT = Output("any", PurePosixPath("res/xml/nsc.xml"))
LEAF, OTHER, CA = LEAVES[0], LEAVES[1], CAS[0]
ROOT = Anchor(spki("root identity"), CA.spki_sha256, "company-root", der=b"root")
SECOND = Anchor(spki("second identity"), CAS[1].spki_sha256, "second-root", der=b"second")
SERVER = Anchor(spki("server identity"), LEAF.spki_sha256, "server", is_ca=False, der=b"server")
OWN = Trust(frozenset({ROOT}))
BOTH = Trust(frozenset({Store.SYSTEM, ROOT}))
USERS = Trust(frozenset({Store.SYSTEM, Store.USER}))
WHOLE = Key(LEAF.spki_sha256, Role.LEAF, "kiosk", whole=spki("kiosk certificate"))
HASH_ALONE = Key(b"", Role.LEAF, "partner", whole=spki("partner certificate"))

NOWHERE = Device(frozenset(), frozenset())
HAS_ROOT = Device(frozenset({ROOT.identity}), frozenset())
BROUGHT = Device(frozenset(), frozenset({ROOT.identity}))
PUBLIC = Device(frozenset({b""}), frozenset())
PROXIED = Device(frozenset(), frozenset({b""}))


def policy(*keys: Key, trust: Trust = SYSTEM_ALONE, expires: date | None = None) -> Policy:
    return Policy((PinSet(("x.test",), Reach.NONE, keys, expires, trust=trust),))


def target(name: str) -> Target[Any]:
    return {one.name: one for one in TARGETS}[name]


def told(left: Enforcement, right: Enforcement) -> list[str]:
    names = names_of(left, right)
    return [describe(one, "A", "B", names.__getitem__) for one in differences(left, right)]


# -- the question ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trust", "accepted"),
    [
        # On devices: without the CA, with it in the system's store, installed by the user, and other CAs.
        (SYSTEM_ALONE, [False, True, False, True, False]),
        (OWN, [True, True, True, False, False]),
        (BOTH, [True, True, True, True, False]),
        (USERS, [False, True, True, True, True]),
        (Trust(frozenset()), [False] * 5),
    ],
)
def test_in_whom_chains_may_end(trust: Trust, accepted: list[bool]) -> None:
    under_root = Chain(b"x", (CA.spki_sha256,), anchor=ROOT.identity)
    under_another = Chain(b"x", (b"y",))
    asked = [(under_root, NOWHERE), (under_root, HAS_ROOT), (under_root, BROUGHT)]
    asked += [(under_another, PUBLIC), (under_another, PROXIED)]
    own = policy(trust=trust) if trust.anchors else policy(CA, trust=trust)
    chains = [(Chain(one.leaf, (CA.spki_sha256,), anchor=one.anchor), device) for one, device in asked]
    assert [own.accepts("x.test", chain, TODAY, device) for chain, device in chains] == accepted


def test_without_a_device_the_chain_was_validated_already() -> None:
    chain = Chain(LEAF.spki_sha256, (b"y",), anchor=spki("whichever CA"))
    assert policy(LEAF).accepts("x.test", chain, TODAY)
    assert not policy(LEAF, trust=OWN).accepts("x.test", chain, TODAY)


def test_the_end_ends_the_clauses_and_not_the_trust() -> None:
    """NetworkSecurityConfig: an expired pin-set leaves the trust-anchors in force."""
    ended = policy(OTHER, trust=OWN, expires=TODAY)
    assert ended.accepts("x.test", Chain(b"x", (CA.spki_sha256,), anchor=ROOT.identity), TODAY, NOWHERE)
    assert not ended.accepts("x.test", Chain(b"x", (b"y",)), TODAY, PUBLIC)


def test_a_whole_certificate_is_not_its_key() -> None:
    own = policy(WHOLE)
    assert own.accepts("x.test", Chain(LEAF.spki_sha256, (), WHOLE.whole), TODAY)
    assert not own.accepts("x.test", Chain(LEAF.spki_sha256, (), spki("a renewed certificate")), TODAY)
    above = policy(Key(CA.spki_sha256, Role.CA, whole=spki("CA certificate")))
    assert above.accepts("x.test", Chain(b"x", (b"y",), b"", (spki("CA certificate"),)), TODAY)
    assert not above.accepts("x.test", Chain(b"x", (CA.spki_sha256,)), TODAY)


def test_an_anchor_is_its_name_and_key() -> None:
    """Another certificate with the same subject and key is the same anchor (TrustedCertificateIndex)."""
    assert Anchor(ROOT.identity, b"", "another name", is_ca=False) == ROOT
    assert OWN.regard(ROOT.identity, NOWHERE) is Regard.HELD


def test_an_override_counts_wherever_else_the_ca_is() -> None:
    """NetworkSecurityConfig sorts anchors with overridePins before the others."""
    trust = Trust(frozenset({Store.SYSTEM, Store.USER}), frozenset({Store.USER}))
    everywhere = Device(frozenset({ROOT.identity}), frozenset({ROOT.identity}))
    assert trust.regard(ROOT.identity, everywhere) is Regard.FREE
    assert trust.regard(ROOT.identity, HAS_ROOT) is Regard.HELD


# -- the digest --------------------------------------------------------------------------------------


def test_the_digest_is_of_trust_and_of_whole_certificates() -> None:
    different = [
        policy(LEAF),
        policy(LEAF, trust=OWN),
        policy(LEAF, trust=BOTH),
        policy(LEAF, trust=Trust(frozenset({SECOND}))),
        policy(WHOLE),
        policy(HASH_ALONE),
        policy(trust=OWN),
    ]
    assert len({one.digest() for one in different}) == len(different)
    again = Trust(frozenset({Anchor(ROOT.identity, b"", "other name")}))
    assert policy(LEAF, trust=OWN).digest() == policy(LEAF, trust=again).digest()
    assert policy(LEAF, trust=Trust(frozenset({Store.SYSTEM}))).digest() == policy(LEAF).digest()


# -- differences and their words -------------------------------------------------------------------------


def test_a_renewed_certificate() -> None:
    renewed = "x.test with a renewed certificate with the key of `kiosk` and no pinned CA is accepted by B"
    assert told(policy(WHOLE), policy(LEAF)) == [f"{renewed} and refused by A"]
    assert told(policy(WHOLE, OTHER), policy(WHOLE)) == [
        "x.test with leaf key `leaf-1` and no pinned CA is accepted by A and refused by B"
    ]


def test_no_certificate_is_renewed_where_only_another_host_pins_one() -> None:
    kiosk = PinSet(("kiosk.test",), Reach.NONE, (WHOLE,))
    left, right = (Policy((*policy(*keys).pin_sets(), kiosk)) for keys in ((LEAF, OTHER), (OTHER,)))
    assert told(left, right) == [
        "x.test with leaf key `leaf-0` and no pinned CA is accepted by A and refused by B"
    ]


def test_a_certificate_that_is_known_by_its_hash_alone() -> None:
    assert told(policy(HASH_ALONE, OTHER), policy(OTHER)) == [
        "x.test with the certificate `partner` and no pinned CA is accepted by A and refused by B"
    ]
    assert told(policy(HASH_ALONE), policy(HASH_ALONE)) == []


def test_a_renewed_certificate_of_a_ca() -> None:
    """Its key is the same, which is all that most platforms compare."""
    issuer = Key(CA.spki_sha256, Role.CA, "issuer", whole=spki("CA certificate"))
    renewed = "x.test with another key under a renewed certificate with the key of `issuer`"
    assert told(policy(issuer), policy(CA)) == [f"{renewed} is accepted by B and refused by A"]
    assert told(policy(issuer, LEAF), policy(LEAF)) == [
        "x.test with another key under the certificate `issuer` is accepted by A and refused by B"
    ]


UNDER_ROOT = (
    "x.test under `company-root` is accepted by A and refused by B"
    " on devices that do not have `company-root` installed"
)


def test_a_ca_that_is_not_installed() -> None:
    assert told(policy(LEAF, trust=OWN), policy(LEAF)) == [
        "x.test with leaf key `leaf-0` under any CA of the system is accepted by B and refused by A",
        UNDER_ROOT.replace("x.test", "x.test with leaf key `leaf-0`"),
    ]
    assert told(policy(trust=OWN), Policy(())) == [
        "x.test under any CA of the system is accepted by B and refused by A",
        UNDER_ROOT,
    ]
    assert told(policy(CA, trust=BOTH), policy(CA)) == [UNDER_ROOT]


def test_cas_of_users() -> None:
    assert told(policy(LEAF), policy(LEAF, trust=USERS)) == [
        "x.test with leaf key `leaf-0` under a CA that the user installed is accepted by B and refused by A"
    ]


def test_a_file_that_was_not_read_is_neither_the_same_nor_different() -> None:
    unread = Certificates("@raw/ca")
    config = DomainConfig(
        (Domain("x.test", include_subdomains=False),), (LEAF,), settings=Settings((unread,))
    )
    nsc = Nsc((config,))
    assert nsc.trust("x.test").unread
    assert told(nsc, policy(LEAF)) == [
        "x.test with leaf key `leaf-0` under any CA of the system is accepted by B and refused by A"
    ]
    # Its CA may be the one that the other names.
    assert told(nsc, policy(LEAF, trust=OWN)) == []
    for left, right in ((nsc, policy(LEAF, trust=OWN)), (nsc, nsc)):
        (aside,) = asides(left, right)
        assert aside.left == "trusts the CAs of @raw/ca, which was not read"
        # What the other has besides is its own affair: it may trust a CA that was read.
        assert "platform" not in aside.said("A", "B")
    assert asides(nsc, policy(LEAF, trust=OWN))[0].said("A", "B") == (
        "for x.test, A trusts the CAs of @raw/ca, which was not read, unlike B:"
        " which connections only one of them makes was not compared"
    )
    # Two that have the same file may still want other keys of it.
    assert len(told(nsc, Nsc((DomainConfig(config.domains, (OTHER,), settings=config.settings),)))) == 2


def test_a_server_certificate_as_the_anchor_pins_its_key() -> None:
    """Conscrypt's path is then the certificate alone: a renewed one is as good, and no CA is above it."""
    leaf = Nsc(
        (
            DomainConfig(
                (Domain("x.test", include_subdomains=False),),
                settings=Settings((Certificates("@raw/server", anchors=(SERVER,)),)),
            ),
        )
    )
    chain = Chain(LEAF.spki_sha256, (), spki("renewed"), anchor=SERVER.identity)
    assert leaf.accepts("x.test", chain, TODAY, NOWHERE)
    found = list(differences(policy(LEAF), leaf))
    assert [(one.wanted, one.world.is_leaf) for one in found] == [(True, False), (False, True)]


# -- every world: an enumeration by hand, against what differences() says ---------------------------------

ANCHORS = (ROOT, SECOND)
CERTIFICATES = (
    (LEAF.spki_sha256, WHOLE.whole),
    (LEAF.spki_sha256, spki("renewed")),
    (OTHER.spki_sha256, b""),
    (spki("f"), HASH_ALONE.whole),
    (spki("f"), spki("f2")),
)
sources = st.lists(st.sampled_from([*Store, *ANCHORS]), unique=True, max_size=3).map(frozenset)
trusts = st.just(SYSTEM_ALONE) | st.builds(Trust, sources)
some_keys = st.lists(st.sampled_from((LEAF, OTHER, WHOLE, HASH_ALONE, *CAS[:2])), max_size=3, unique=True)


@st.composite
def trusting(draw: st.DrawFn) -> Policy:
    sets = []
    for host in ("x.test", "a.x.test"):
        trust = draw(trusts)
        keys = tuple(draw(some_keys)) or (() if trust.anchors else (LEAF,))
        expires = draw(st.none() | st.just(TODAY))
        reach = draw(st.sampled_from(Reach))
        sets.append(
            PinSet((host,), reach, keys, expires, draw(st.sampled_from((True, True, False))), trust=trust)
        )
    return Policy(tuple(sets[: draw(st.integers(1, 2))]))


def overriding(trust: Trust) -> Trust:
    """The same, with the CAs of users free of pins, as configurations of apps have it."""
    return Trust(trust.sources | {Store.USER}, frozenset({Store.USER}))


def every_world() -> list[tuple[Device, bytes, tuple[bytes, ...]]]:
    """Each device and anchor, with CAs above the server's certificate."""
    known = (
        frozenset[bytes](),
        frozenset({b""}),
        frozenset({ROOT.identity}),
        frozenset({b"", ROOT.identity}),
    )
    ends = ((b"", ()), (ROOT.identity, (CA.spki_sha256,)), (SECOND.identity, (CAS[1].spki_sha256,)))
    above = ((), (CAS[1].spki_sha256,), (CA.spki_sha256,))
    return [
        (Device(system, user), anchor, (*middle, *last))
        for system, user, (anchor, last), middle in product(known, known, ends, above)
    ]


WORLDS = every_world()


def same_everywhere(left: Enforcement, right: Enforcement) -> bool:
    for host in ("x.test", "a.x.test", "b.a.x.test", "y.test"):
        for day in (date(2026, 1, 1), TODAY):
            for (device, anchor, cas), (leaf, whole) in product(WORLDS, CERTIFICATES):
                chain = Chain(leaf, cas, whole, anchor=anchor)
                if left.accepts(host, chain, day, device) is not right.accepts(host, chain, day, device):
                    return False
    return True


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(trusting(), trusting())
def test_no_difference_means_the_same_in_every_world(left: Policy, right: Policy) -> None:
    found = list(differences(left, right))
    event("same" if not found else "different")
    if not found:
        assert same_everywhere(left, right)
    for one in found:
        assert left.accepts(one.host, one.chain, one.day, one.device) is one.wanted
        assert right.accepts(one.host, one.chain, one.day, one.device) is not one.wanted


def from_cache(enforcement: Enforcement) -> Tabulated:
    """What the cache of `impact` reads of what it has written."""
    again: Tabulated = ENFORCEMENT.read(json.loads(json.dumps(ENFORCEMENT.write(indexed(enforcement)))))
    return again


@pytest.mark.slow
@pytest.mark.parametrize("name", [one.name for one in TARGETS])
@settings(max_examples=60, deadline=None)
@given(trusting(), st.sampled_from((None, 23, 34)), days)
def test_no_target_differs_unseen(name: str, own: Policy, target_sdk: int | None, day: date) -> None:
    model = target(name).lower(own, App(android_target_sdk=target_sdk), OUTPUT)
    found = list(differences(own, model))
    if not found:
        assert same_everywhere(own, model)
    for one in found:
        assert own.accepts(one.host, one.chain, one.day, one.device) is one.wanted
        assert model.accepts(one.host, one.chain, one.day, one.device) is not one.wanted
    # A table of it means the same on every day, and comes back from JSON.
    again = from_cache(tabulated(model))
    for (device, anchor, cas), (leaf, whole) in product(WORLDS[:40], CERTIFICATES):
        chain = Chain(leaf, cas, whole, anchor=anchor)
        assert again.accepts("x.test", chain, day, device) is model.accepts("x.test", chain, day, device)


def test_a_table_keeps_overriding_anchors() -> None:
    nsc = Nsc((), base=Settings((Certificates("system"), Certificates("user", overrides_pins=True))))
    again = from_cache(nsc)
    assert again.trust("anything.test") == nsc.trust("anything.test") == overriding(SYSTEM_ALONE)
    assert from_cache(policy(LEAF)).trust("x.test") is SYSTEM_ALONE
