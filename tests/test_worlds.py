"""Whom enforcements trust: worlds that tell them apart, each against a device and a chain made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pincompiler.platforms.nsc.model import Certificates, Domain, DomainConfig, Nsc, Settings
from pincompiler.policy.differences import asides, describe, differences, names_of
from pincompiler.policy.enforcement import Chain, Enforcement, Key, PinSet, Reach, Role
from pincompiler.policy.policy import Policy
from pincompiler.policy.trust import SYSTEM_ALONE, Anchor, Device, Regard, Store, Trust
from tests.strategies import CAS, LEAVES, TODAY, spki

if TYPE_CHECKING:
    from datetime import date

    from pincompiler.policy.enforcement import Demand, EntryId

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


def test_which_keys_of_a_chain_have_the_pinned_certificate_and_which_another() -> None:
    leaf, none = frozenset({LEAF.spki_sha256}), frozenset[bytes]()
    (pinned,) = differences(policy(WHOLE, OTHER), policy(OTHER))
    assert (pinned.certified, pinned.renewed) == (leaf, none)
    (renewed,) = differences(policy(WHOLE), policy(LEAF))
    assert (renewed.certified, renewed.renewed) == (none, leaf)
    issuer = Key(CA.spki_sha256, Role.CA, "issuer", whole=spki("CA certificate"))
    (above,) = differences(policy(issuer, LEAF), policy(LEAF))
    assert (above.certified, above.renewed) == (frozenset({CA.spki_sha256}), none)


def test_a_certificate_that_is_known_by_its_hash_alone() -> None:
    assert told(policy(HASH_ALONE, OTHER), policy(OTHER)) == [
        "x.test with the certificate `partner` and no pinned CA is accepted by A and refused by B"
    ]
    assert told(policy(HASH_ALONE), policy(HASH_ALONE)) == []


class Adding(Enforcement):
    """What several policies demand of one host, as platforms that add entries up."""

    def __init__(self, *policies: Policy) -> None:
        self.policies = policies

    def names(self) -> tuple[str, ...]:
        return ("x.test",)

    def demand(self, host: str) -> Demand:
        return tuple(clause for one in self.policies for clause in one.demand(host))

    def deciding(self, host: str) -> tuple[str, ...]:
        return tuple(entry for one in self.policies for entry in one.deciding(host))

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        return tuple(entry for one in self.policies for entry in one.entries_for(host))

    def pin_sets(self) -> tuple[PinSet, ...]:
        return tuple(found for one in self.policies for found in one.pin_sets())


def test_a_certificate_that_is_known_by_its_hash_alone_may_have_any_key() -> None:
    both = Adding(policy(HASH_ALONE), policy(LEAF))
    assert [one.chain for one in differences(both, policy(OTHER)) if one.wanted] == [
        Chain(LEAF.spki_sha256, (), HASH_ALONE.whole)
    ]


def test_a_renewed_certificate_of_a_ca() -> None:
    """Its key is the same, which is all that most platforms compare."""
    issuer = Key(CA.spki_sha256, Role.CA, "issuer", whole=spki("CA certificate"))
    renewed = "x.test with another key under a renewed certificate with the key of `issuer`"
    assert told(policy(issuer), policy(CA)) == [f"{renewed} is accepted by B and refused by A"]
    assert told(policy(issuer, LEAF), policy(LEAF)) == [
        "x.test with another key under the certificate `issuer` is accepted by A and refused by B"
    ]
    # The renewed certificate is that of the anchor itself, whose key alone says nothing.
    assert told(policy(issuer, trust=OWN), policy(CA, trust=OWN)) == [
        f"{renewed} is accepted by B and refused by A"
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


def test_the_key_of_a_proxy_is_one_more_pin_where_the_device_decides() -> None:
    """Not of sets that pin nothing; a CA that is known by no key adds none."""
    report = PinSet(("r.test",), Reach.NONE, (LEAF,), enforce=False)
    own = Policy((PinSet(("x.test",), Reach.NONE, (LEAF, OTHER)), report))
    found = replace(own, assessors=frozenset({SECOND})).as_pins()
    assert [one.keys for one in found.sets] == [(LEAF, OTHER, Key(SECOND.spki_sha256)), (LEAF,)]
    assert found.sets[0].keys[2].role is Role.CA
    assert not found.assessors
    users = replace(own, assessors=frozenset({Store.USER}))
    assert users.as_pins() is users
    assert own.as_pins() is own
