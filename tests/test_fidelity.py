"""differences(): complete, exact, and silent only about what is the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from pincompiler.platforms.ats import Ats, PinnedDomain
from pincompiler.platforms.registry import TARGETS
from pincompiler.platforms.trustkit import TrustKit, TrustKitDomain
from pincompiler.policy.differences import describe, differences
from pincompiler.policy.enforcement import Chain, Clause, Enforcement, Key, PinSet, Reach, Role
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Output
from pincompiler.policy.worlds import STRANGER
from tests.strategies import CAS, LEAVES, UNKNOWN, apps, chains, days, hosts, policies, spki

if TYPE_CHECKING:
    from random import Random

    from pincompiler.platforms.target import Target
    from pincompiler.policy.enforcement import Demand, EntryId

OUTPUT = Output("any", PurePosixPath("out"))
LEAF_1, LEAF_2, CA_1, CA_2 = LEAVES[0], LEAVES[1], CAS[0], CAS[1]


def policy(*sets: PinSet) -> Policy:
    return Policy(sets)


def one(host: str, reach: Reach, *keys: Key, expires: date | None = None, enforce: bool = True) -> PinSet:
    return PinSet((host,), reach, keys, expires, enforce)


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.name)
@settings(max_examples=300, deadline=None)
@given(policies, apps, hosts, chains, days)
def test_no_difference_means_same_verdict(
    target: Target[Any], policy: Policy, app: App, host: str, chain: Chain, day: date
) -> None:
    model = target.lower(policy, app, OUTPUT)
    if not any(differences(policy, model)):
        event("faithful")
        assert model.accepts(host, chain, day) == policy.accepts(host, chain, day)


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.name)
@settings(max_examples=150, deadline=None)
@given(policies, apps)
def test_every_difference_is_one(target: Target[Any], policy: Policy, app: App) -> None:
    model = target.lower(policy, app, OUTPUT)
    for found in differences(policy, model):
        assert policy.accepts(found.host, found.chain, found.day) is found.wanted
        assert model.accepts(found.host, found.chain, found.day) is not found.wanted


KINDS = st.lists(st.sampled_from(("", "P-256", "P-521", "Ed25519")), min_size=5, max_size=5)


def of_kinds(policy: Policy, kinds: list[str]) -> Policy:
    """The policy with keys of these algorithms."""
    known = dict(zip((*LEAVES[:2], *CAS[:2], UNKNOWN[0]), kinds, strict=True))
    return Policy(
        tuple(
            replace(one, keys=tuple(replace(key, algorithm=known.get(key, "")) for key in one.keys))
            for one in policy.sets
        )
    )


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(policies, KINDS, hosts, chains, days)
def test_keys_that_a_platform_cannot_hash_are_told(
    policy: Policy, kinds: list[str], host: str, chain: Chain, day: date
) -> None:
    """Between pins.toml, NSPinnedDomains and TrustKit; of keys that nobody pins for the host no kind is known."""
    policy = of_kinds(policy, kinds)
    known = {key.spki_sha256: key for one in policy.sets for key in one.keys}
    own = {pin for clause in policy.demand(host) for pin in clause.leaf | clause.ca}
    keys = tuple(known[pin] if pin in own else Key(pin) for pin in (chain.leaf, *chain.cas))
    chain = replace(chain, keys=keys)
    kit, ats = (
        target.lower(policy, App(), OUTPUT) for target in TARGETS if target.name in ("trustkit", "ats")
    )
    for left, right in ((policy, kit), (kit, policy), (ats, kit)):
        found = tuple(differences(left, right))
        for one in found:
            assert left.accepts(one.host, one.chain, one.day) is one.wanted
            assert right.accepts(one.host, one.chain, one.day) is not one.wanted
        event(f"hash: {any(one.unhashable for one in found)}, same: {not found}")
        if not found:
            assert left.accepts(host, chain, day) == right.accepts(host, chain, day)


def test_a_ca_that_cannot_be_hashed_ends_the_search_above_a_pinned_key() -> None:
    """NSPinnedDomains may want both keys; TrustKit looks from the root down and gives up before it meets the leaf."""
    ca = replace(CA_1, algorithm="P-521")
    ats = Ats((PinnedDomain("example.com", include_subdomains=False, leaf=(LEAF_1,), ca=(ca,)),))
    kit = TrustKit((TrustKitDomain("example.com", include_subdomains=False, keys=(LEAF_1,)),))
    found = [one for one in differences(ats, kit) if one.wanted]
    assert [(one.chain, one.unhashable) for one in found] == [
        (Chain(LEAF_1.spki_sha256, (ca.spki_sha256,)), "P-521")
    ]
    assert describe(found[0], "A", "B", lambda pin: {LEAF_1.spki_sha256: "l", ca.spki_sha256: "c"}[pin]) == (
        "example.com with leaf key `l` under CA `c` is accepted by A and refused by B, which cannot hash P-521 keys"
    )


class WantsBoth(Enforcement):
    """Chains for a host need two CAs, as of entries that are in force together."""

    def __init__(self, *cas: Key) -> None:
        self.cas = cas

    def names(self) -> tuple[str, ...]:
        return ("example.com",)

    def demand(self, host: str) -> Demand:
        nothing: frozenset[bytes] = frozenset()
        wanted = tuple(Clause(nothing, frozenset({ca.spki_sha256})) for ca in self.cas)
        return wanted if host == "example.com" else ()

    def deciding(self, host: str) -> tuple[str, ...]:
        return ("both",) if self.demand(host) else ()

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        return (("example.com", Reach.NONE),) if self.demand(host) else ()

    def pin_sets(self) -> tuple[PinSet, ...]:
        return (PinSet(("example.com",), Reach.NONE, self.cas),)


def test_a_ca_that_is_needed_stays_below_one_that_cannot_be_hashed() -> None:
    root, below = replace(CA_1, algorithm="P-521"), CA_2
    kit = TrustKit((TrustKitDomain("example.com", include_subdomains=False, keys=(root, below)),))
    found = [one for one in differences(WantsBoth(root, below), kit) if one.wanted]
    assert [(one.chain.cas, one.unhashable) for one in found] == [
        ((below.spki_sha256, root.spki_sha256), "P-521")
    ]


def test_what_accepts_nothing_accepts_nothing_above_an_unhashable_key_either() -> None:
    ca = replace(CA_1, algorithm="P-521")
    ats = Ats((PinnedDomain("example.com", include_subdomains=False, leaf=(), ca=(ca,)),))
    kit = TrustKit((TrustKitDomain("example.com", include_subdomains=False, keys=(LEAF_1,)),))
    assert [one.wanted for one in differences(ats, kit)] == [False]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(policies, policies, hosts, chains, days)
def test_two_policies(left: Policy, right: Policy, host: str, chain: Chain, day: date) -> None:
    if not any(differences(left, right)):
        event("same")
        assert left.accepts(host, chain, day) == right.accepts(host, chain, day)


@pytest.mark.slow
@given(policies)
def test_a_policy_does_not_differ_from_itself(policy: Policy) -> None:
    assert not list(differences(policy, policy))


@pytest.mark.slow
@given(policies, st.randoms())
def test_the_order_of_pin_sets_means_nothing(policy: Policy, random: Random) -> None:
    sets = list(policy.sets)
    random.shuffle(sets)
    assert Policy(tuple(sets)).digest() == policy.digest()
    assert not list(differences(policy, Policy(tuple(sets))))


# -- what each kind of difference is called --------------------------------------------------------


def sentences(left: Policy, right: Policy) -> list[str]:
    names = {key.spki_sha256: key.name for key in (*LEAVES, *CAS, *UNKNOWN)}
    return [describe(found, "A", "B", names.__getitem__) for found in differences(left, right)]


def test_unpinned_on_one_side() -> None:
    left = policy(one("example.com", Reach.ALL, LEAF_1))
    right = policy(one("example.com", Reach.ONE_LABEL, LEAF_1))
    assert sentences(left, right) == ["a.b.example.com is pinned by A and not by B"]
    assert sentences(right, left) == [
        "a.b.example.com is not pinned by A, and B accepts only chains with `leaf-0`"
    ]


def test_more_keys_on_one_side() -> None:
    left = policy(one("example.com", Reach.NONE, LEAF_1))
    right = policy(one("example.com", Reach.NONE, LEAF_1, CA_1))
    assert sentences(left, right) == [
        "example.com with another key under CA `ca-0` is accepted by B and refused by A"
    ]
    other = policy(one("example.com", Reach.NONE, LEAF_1, LEAF_2))
    assert sentences(other, left) == [
        "example.com with leaf key `leaf-1` and no pinned CA is accepted by A and refused by B"
    ]


def test_expiry_on_one_side() -> None:
    left = policy(one("example.com", Reach.NONE, LEAF_1, expires=date(2027, 3, 1)))
    right = policy(one("example.com", Reach.NONE, LEAF_1))
    assert sentences(left, right) == [
        "from 2027-03-01 example.com is not pinned by A, and B accepts only chains with `leaf-0`"
    ]
    assert sentences(right, left) == ["from 2027-03-01 example.com is pinned by A and not by B"]


def test_each_direction_is_told_once_and_the_earliest_day_first() -> None:
    left = policy(one("example.com", Reach.NONE, LEAF_1, expires=date(2027, 3, 1)))
    right = policy(one("example.com", Reach.NONE, LEAF_2, expires=date(2028, 3, 1)))
    found = list(differences(left, right))
    assert [(f.wanted, f.day) for f in found] == [(False, date.min), (True, date.min)]
    assert [f.chain for f in found] == [Chain(LEAF_2.spki_sha256), Chain(LEAF_1.spki_sha256)]


def test_a_key_of_a_known_role_is_put_only_there() -> None:
    # As a leaf it would be told apart by NSPinnedDomains' leaf list; as a CA it never is one.
    ca = policy(one("example.com", Reach.NONE, CA_1))
    (ats,) = (target for target in TARGETS if target.name == "ats")
    assert not list(differences(ca, ats.lower(ca, App(), OUTPUT)))
    unknown = policy(one("example.com", Reach.NONE, UNKNOWN[0]))
    (found,) = differences(unknown, ats.lower(unknown, App(), OUTPUT))
    assert found.chain == Chain(STRANGER, (UNKNOWN[0].spki_sha256,))


def test_contradicting_roles_mean_either() -> None:
    pin = spki("contested")
    left = policy(one("example.com", Reach.NONE, Key(pin, Role.LEAF)))
    (ats,) = (target for target in TARGETS if target.name == "ats")
    right = ats.lower(policy(one("example.com", Reach.NONE, Key(pin, Role.CA))), App(), OUTPUT)
    assert {found.chain for found in differences(left, right)} == {Chain(pin)}


@example(["b", "a"])
@given(st.lists(st.sampled_from(["a", "b", "x2", "unused-0"]), max_size=3))
def test_the_labels_made_up_are_in_no_name(front: list[str]) -> None:
    name = ".".join([*front, "example.com"])
    left = policy(one(name, Reach.ALL, LEAF_1))
    right = policy(one(name, Reach.NONE, LEAF_1))
    found = [f.host.removesuffix(name).rstrip(".").split(".") for f in differences(left, right)]
    assert [len(labels) for labels in found] == [1, 2]
    assert not {label for labels in found for label in labels} & set(name.split("."))


def test_an_address_has_nothing_below_it() -> None:
    left = policy(one("192.0.2.1", Reach.NONE, LEAF_1))
    assert [found.host for found in differences(left, policy())] == ["192.0.2.1"]
