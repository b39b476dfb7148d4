"""What pins.toml means: the most specific name decides, any one of its keys suffices, until its day."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from pincompiler.base.location import Location
from pincompiler.facts.common import Code, Owner
from pincompiler.facts.kits import CronetEntry, CronetPins
from pincompiler.policy.differences import Remembered, describe, differences
from pincompiler.policy.enforcement import Chain, Clause, Key, PinSet, Reach, Role, out_of_force
from pincompiler.policy.policy import Policy
from tests.platforms.models import calm
from tests.strategies import CAS, LEAVES, TODAY, UNKNOWN, chains, days, hosts, policies, spki

LEAF, OTHER, CA = LEAVES[0], LEAVES[1], CAS[0]
MARCH = date(2027, 3, 1)


def one(host: str, reach: Reach = Reach.NONE, *keys: Key, enforce: bool = True) -> PinSet:
    return PinSet((host,), reach, keys or (LEAF,), enforce=enforce)


POLICY = Policy(
    (
        one("none.test"),
        one("one.test", Reach.ONE_LABEL),
        one("all.test", Reach.ALL),
        one("in.all.test", Reach.NONE, OTHER),
        one("off.all.test", Reach.ONE_LABEL, OTHER, enforce=False),
    )
)


@pytest.mark.parametrize(
    ("host", "decides"),
    [
        ("none.test", "none.test"),
        ("NONE.test.", "none.test"),
        ("a.none.test", ""),
        ("notnone.test", ""),
        ("one.test", "one.test"),
        ("a.one.test", "one.test"),
        ("b.a.one.test", ""),
        ("all.test", "all.test"),
        ("c.b.a.all.test", "all.test"),
        ("in.all.test", "in.all.test"),
        ("a.in.all.test", "all.test"),
        ("a.off.all.test", "off.all.test"),
        ("b.a.off.all.test", "all.test"),
        ("test", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_that_reaches_decides(host: str, decides: str) -> None:
    found = POLICY.covering(host)
    assert (found.hosts[0] if found else "") == decides
    reach = found.reach.value if found else ""
    assert POLICY.deciding(host) == ((f'[[pin-set]] {decides}, subdomains = "{reach}"',) if decides else ())


def test_a_set_of_several_hosts_names_the_one_that_matched() -> None:
    policy = Policy((PinSet(("x.test", "y.test"), Reach.ALL, (LEAF,)),))
    assert policy.deciding("b.a.y.test") == ('[[pin-set]] y.test, subdomains = "all"',)
    assert set(policy.names()) == {"x.test", "y.test"}


def test_the_sets_above_a_host() -> None:
    """Whether they reach it or not, nearest first."""
    assert [s.hosts[0] for s in POLICY.above("x.in.all.test")] == ["in.all.test", "all.test"]
    assert list(POLICY.above("all.test")) == []


def test_what_a_policy_says_something_of() -> None:
    """Pins that are enforced, not those that are tried out; and nothing of a host that no set reaches."""
    tried = PinSet(("tried.test",), Reach.NONE, (LEAF,), enforce=False)
    policy = Policy((PinSet(("x.test",), Reach.ALL, (LEAF,)), tried))
    said = [host for host in ("x.test", "a.x.test", "tried.test", "y.test") if policy.says(host)]
    assert said == ["x.test", "a.x.test"]


@pytest.mark.parametrize(
    ("chain", "accepted"),
    [
        (Chain(LEAF.spki_sha256), True),
        (Chain(b"", (LEAF.spki_sha256,)), True),
        (Chain(b"", (b"", CA.spki_sha256)), True),
        (Chain(b"", (OTHER.spki_sha256,)), False),
        (Chain(b""), False),
    ],
)
def test_any_key_of_the_chain_suffices(chain: Chain, accepted: bool) -> None:  # noqa: FBT001
    """RFC 7469, 2.6: the set of the chain's pins and that of the host's meet."""
    policy = Policy((one("x.test", Reach.NONE, LEAF, CA),))
    assert policy.accepts("x.test", chain, TODAY) is accepted
    assert policy.accepts("y.test", chain, TODAY)


def test_the_day_itself_is_the_first_without_pins() -> None:
    policy = Policy((replace(one("x.test"), expires=MARCH),))
    assert not policy.accepts("x.test", Chain(b""), date(2027, 2, 28))
    assert policy.accepts("x.test", Chain(b""), MARCH)


def test_all_clauses_have_to_be_met() -> None:
    nobody: frozenset[bytes] = frozenset()
    leaf, ca = Clause(frozenset({b"l"}), nobody), Clause(nobody, frozenset({b"c"}))
    assert [clause.met_by(Chain(b"l", (b"x",))) for clause in (leaf, ca)] == [True, False]
    assert [clause.met_by(Chain(b"x", (b"c",))) for clause in (leaf, ca)] == [False, True]
    assert [clause.met_by(Chain(b"c", (b"l",))) for clause in (leaf, ca)] == [False, False]


# -- keys and sets -------------------------------------------------------------------------------


def test_a_key_is_its_pin() -> None:
    """RFC 7469, 2.4: base64 of the SHA-256 of the SubjectPublicKeyInfo."""
    key = Key(spki("x"), Role.CA, "backup")
    assert key == Key(spki("x"), Role.LEAF, "other")
    assert key.pin == b64encode(spki("x")).decode()
    assert (key.title, key.label) == ("backup", "backup, ca")
    assert Key(spki("x")).title == f"{key.pin[:8]}…"
    assert (Key(spki("x")).known, Key(b"", whole=spki("c")).known, Key(b"").known) == (True, True, False)
    assert Key(b"", whole=bytes(32)).title == "00000000…"
    assert (Key(spki("x")).label, Key(spki("x"), None, "a").label) == ("key without a name", "a")


def test_the_place_of_a_host() -> None:
    where = Location("pins.toml", None, ("pin-set", 2))
    both = PinSet(("a.test", "b.test"), Reach.NONE, (LEAF,), where=where)
    assert both.where_host("b.test") == Location("pins.toml", None, ("pin-set", 2, "hosts", 1))
    assert replace(both, where=None).where_host("b.test") is None
    # Read from another kind of file, there is only the set's own place.
    assert replace(both, where=Location("nsc.xml")).where_host("b.test") == Location("nsc.xml")


# -- the digest ----------------------------------------------------------------------------------


def test_what_the_digest_is_of() -> None:
    plain = Policy((one("x.test"),))
    same = Policy((replace(one("x.test"), keys=(replace(LEAF, name="another name"),)),))
    assert plain.digest() == same.digest()
    others = [
        one("y.test"),
        one("x.test", Reach.ALL),
        one("x.test", Reach.NONE, OTHER),
        one("x.test", Reach.NONE, replace(LEAF, role=None)),
        one("x.test", enforce=False),
        replace(one("x.test"), expires=MARCH),
        replace(one("x.test"), report_uris=("https://r.test/",)),
    ]
    digests = {Policy((other,)).digest() for other in others} | {plain.digest()}
    assert len(digests) == 8
    assert all(digest.startswith("sha256/") and len(digest) == 51 for digest in digests)


@pytest.mark.slow
@calm
@given(policies)
def test_hosts_together_or_apart_mean_the_same(policy: Policy) -> None:
    apart = Policy(tuple(replace(s, hosts=(host,)) for s in policy.sets for host in s.hosts))
    assert apart.digest() == policy.digest()
    assert not list(differences(policy, apart))


# -- remembered, and told ------------------------------------------------------------------------


@pytest.mark.slow
@calm
@given(policies, hosts, chains, days)
def test_remembering_changes_nothing(policy: Policy, host: str, chain: Chain, day: date) -> None:
    remembered = Remembered(policy)
    assert remembered.demand(host) is remembered.demand(host)
    assert remembered.accepts(host, chain, day) == policy.accepts(host, chain, day)
    assert remembered.deciding(host) == policy.deciding(host)
    assert remembered.entries_for(host) == policy.entries_for(host)
    assert remembered.alike(host, "www.example.com") == policy.alike(host, "www.example.com")
    assert remembered.pin_sets() == policy.sets
    assert set(remembered.names()) == set(policy.names())


def test_many_keys_are_counted_rather_than_listed() -> None:
    many = Policy((PinSet(("x.test",), Reach.NONE, (*LEAVES, *UNKNOWN)),))
    (found,) = differences(Policy(()), many)
    names = {key.spki_sha256: key.name for key in (*LEAVES, *UNKNOWN)}
    told = describe(found, "A", "B", names.__getitem__)
    assert told.startswith("x.test is not pinned by A, and B accepts only chains with `")
    assert told.count("`") == 6
    assert told.endswith("` or 2 more")


def test_a_demand_that_nobody_can_meet() -> None:
    """An empty list of NSPinnedDomains: pinned to nothing."""
    blocked = Policy((PinSet(("x.test",), Reach.NONE, ()),))
    (found,) = differences(Policy(()), blocked)
    assert describe(found, "A", "B", str) == (
        "x.test is not pinned by A, and B accepts only chains with a key that does not exist"
    )


def test_one_demand_after_the_other() -> None:
    """As of Cronet, where pins of a name above come to count when those below have ended."""
    one, other = LEAVES[:2]
    first, second = date(2027, 1, 1), date(2028, 1, 1)
    pins = [frozenset({key.spki_sha256}) for key in (one, other)]
    demand = (Clause(pins[0], pins[0], first), Clause(pins[1], pins[1], second, since=first))
    in_force = [[clause.in_force(day) for clause in demand] for day in (TODAY, first, second)]
    assert in_force == [[True, False], [False, True], [False, False]]
    assert out_of_force(demand, second) == "its pins ended on 2028-01-01"
    assert out_of_force(demand[1:], TODAY) == "it is not pinned before 2027-01-01"


def entry(host: str, key: Key, day: date, *, wide: bool) -> CronetEntry:
    code = Code(Location("classes.dex"), "Lapp/Net;", Owner("first-party", first_party=True))
    return CronetEntry(host, (key.spki_sha256,), wide, day, code)


def test_what_counts_for_cronet_when_an_entry_ends() -> None:
    """TransportSecurityState; tests/real/test_cronet.py asks the real one."""
    one, other, third = (*LEAVES[:2], CAS[0])
    days = date(2027, 1, 1), date(2028, 1, 1), date(2029, 1, 1)
    pins = CronetPins(
        (
            entry("test", third, days[2], wide=True),
            entry("a.test", other, days[1], wide=False),
            entry("b.a.test", one, days[0], wide=True),
            entry("c.b.a.test", other, days[0], wide=True),
        )
    )
    counting: dict[str, list[tuple[date | None, Key]]] = {
        "test": [(None, third)],
        "a.test": [(None, other), (days[1], third)],
        "x.a.test": [(days[1], third)],
        "x.b.a.test": [(None, one), (days[1], third)],
        "c.b.a.test": [(None, other), (days[1], third)],
        "elsewhere": [],
    }
    for host, wanted in counting.items():
        found = [(clause.since, clause.leaf) for clause in pins.demand(host)]
        assert found == [(since, frozenset({key.spki_sha256})) for since, key in wanted], host
        assert len(pins.deciding(host)) == len(pins.entries_for(host)) == len(wanted)
    parent = CronetPins(pins.entries[:1])
    # The day on which they come to differ, and the name to which it happens.
    assert {(d.name, d.day) for d in differences(pins, parent) if d.name == "b.a.test"} == {
        ("b.a.test", date.min)
    }
