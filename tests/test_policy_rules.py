"""Rules on policies say of a host what its platform does to it: no more where entries add up, and no less.

What each rule should find is asked by brute force: every chain of a few keys is shown to the enforcement.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincompiler.base.finding import Level
from pincompiler.base.location import Location
from pincompiler.facts.common import Code
from pincompiler.facts.kits import CronetEntry, CronetPins
from pincompiler.keys.spki import public_keys
from pincompiler.platforms.ats import Ats, PinnedDomain, read_values
from pincompiler.platforms.nsc.model import Certificates, Domain, DomainConfig, Nsc, Settings
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.platforms.trustkit import TrustKit, TrustKitDomain
from pincompiler.policy.differences import differences
from pincompiler.policy.enforcement import Chain, Enforcement, Key, PinSet, Reach, Role
from pincompiler.policy.hosts import public_suffix
from pincompiler.policy.placeholders import placeholder
from pincompiler.policy.policy import Policy
from pincompiler.rules.every import examine
from pincompiler.rules.examined import of_file
from pincompiler.source.keys import _not_canonical
from tests.platforms import models
from tests.strategies import CAS, LEAVES, TODAY, UNKNOWN, hosts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pincompiler.base.finding import Finding

LEAF, NEXT, CA, ANY = LEAVES[0], LEAVES[1], CAS[0], UNKNOWN[0]
KEYS = (LEAF, NEXT, CA, ANY)
STRANGER = b"nobody's"
HORIZON = 30
FILE = Location("the-file")
CODE = Code(FILE, "Lcom/example/Net;", owner=None)  # type: ignore[arg-type]

CHAINS = tuple(
    Chain(leaf, cas)
    for leaf in (STRANGER, *(key.spki_sha256 for key in KEYS))
    for size in range(len(KEYS) + 1)
    for cas in combinations((key.spki_sha256 for key in KEYS), size)
)
"""Every chain that a few keys can be in, wherever their roles would put them."""


def found(enforcement: Enforcement, rule: str = "") -> list[Finding]:
    """What the rules find in it, as in a file."""
    some = examine(of_file(enforcement, {}, FILE, TODAY, HORIZON))
    return [finding for finding in some if rule in ("", finding.rule)]


def said(enforcement: Enforcement, rule: str = "") -> list[tuple[str, str]]:
    return [(finding.rule, finding.message) for finding in found(enforcement, rule)]


# -- examples of each platform -------------------------------------------------------------------


def okhttp(*entries: tuple[str, Key] | tuple[str, Key, Key], deep: bool = True) -> OkHttp:
    return OkHttp(tuple(OkHttpEntry(pattern, keys) for pattern, *keys in entries), deep)  # type: ignore[arg-type]


def ats(**domains: tuple[bool, tuple[Key, ...] | None, tuple[Key, ...] | None]) -> Ats:
    named = {name.replace("__", "."): domain for name, domain in domains.items()}
    return Ats(tuple(PinnedDomain(name, *domain) for name, domain in named.items()))


LOST = "so losing its key locks every user out"


def test_patterns_of_okhttp_add_up() -> None:
    both = okhttp(("*.depot.test", LEAF, NEXT), ("a.depot.test", ANY))
    assert said(both) == [
        ("overlapping-pin-sets", "a.depot.test is below depot.test, whose keys count for it too")
    ]


def test_the_name_itself_is_not_below_its_wildcard() -> None:
    assert said(okhttp(("*.depot.test", LEAF, NEXT), ("depot.test", ANY))) == [
        ("missing-backup-pin", f"depot.test has one pin, {LOST}")
    ]


@pytest.mark.parametrize(
    ("entries", "who"),
    [
        ([("*.depot.test", ANY), ("depot.test", LEAF, NEXT)], "any name one label below depot.test"),
        ([("**.depot.test", ANY), ("depot.test", LEAF)], "any name below depot.test"),
        (
            [("**.depot.test", ANY), ("*.depot.test", LEAF), ("depot.test", NEXT)],
            "any name two or more labels below depot.test",
        ),
        ([("**.depot.test", ANY)], "depot.test"),
    ],
)
def test_who_has_one_pin_is_named(entries: list[Any], who: str) -> None:
    assert said(okhttp(*entries), "missing-backup-pin") == [
        ("missing-backup-pin", f"{who} has one pin, {LOST}")
    ]


def test_an_old_okhttp_adds_nothing_for_a_double_star() -> None:
    """It takes the pattern and matches no host with it."""
    entries = (("**.depot.test", LEAF, NEXT), ("a.depot.test", ANY))
    assert said(okhttp(*entries, deep=False)) == [("missing-backup-pin", f"a.depot.test has one pin, {LOST}")]
    assert [rule for rule, _ in said(okhttp(*entries))] == ["overlapping-pin-sets"]


def test_one_key_in_two_patterns_is_one_key() -> None:
    twice = okhttp(("**.depot.test", ANY), ("a.depot.test", ANY))
    assert said(twice, "missing-backup-pin") == [
        ("missing-backup-pin", f"depot.test has one pin, {LOST}"),
        ("missing-backup-pin", f"a.depot.test has one pin, {LOST}"),
    ]


def test_a_pattern_that_adds_nothing_is_a_repeat() -> None:
    assert said(okhttp(("**.depot.test", LEAF, NEXT), ("a.depot.test", NEXT))) == [
        ("shadowed-pin-set", "a.depot.test repeats pins of depot.test, which count for it anyway")
    ]


def test_the_other_entries_that_count_are_shown() -> None:
    first, second = Location("first"), Location("second")
    entries = (OkHttpEntry("a.depot.test", (ANY,), first), OkHttpEntry("*.depot.test", (ANY,), second))
    ours = next(one for one in found(OkHttp(entries), "missing-backup-pin") if "a.depot.test" in one.hosts)
    assert ours.location == first.at("keys")
    assert ours.related == (("the pins here count too", second),)


def test_entries_of_nspinneddomains_add_up() -> None:
    model = ats(depot__test=(True, None, (CA,)), a__depot__test=(False, None, (CAS[1],)))
    assert said(model) == [
        ("missing-backup-pin", f"depot.test has one pin, {LOST}"),
        ("overlapping-pin-sets", "a.depot.test is below depot.test, whose keys count for it too"),
    ]


def test_an_entry_of_nspinneddomains_without_a_list_leaves_a_host_to_the_one_above() -> None:
    model = ats(depot__test=(True, (LEAF,), None), a__depot__test=(True, None, None))
    assert said(model, "missing-backup-pin") == [("missing-backup-pin", f"depot.test has one pin, {LOST}")]


def test_two_labels_below_an_entry_of_nspinneddomains_are_not_of_it() -> None:
    model = ats(depot__test=(True, (LEAF, NEXT), None), b__a__depot__test=(False, (LEAVES[2],), None))
    assert said(model) == [("missing-backup-pin", f"b.a.depot.test has one pin, {LOST}")]


@pytest.mark.parametrize(
    ("leaf", "ca", "message"),
    [
        ((LEAF,), (CA, CAS[1]), f"x.test has one server pin, which every chain must match, {LOST}"),
        ((LEAF, NEXT), (CA,), f"x.test has one CA pin, which every chain must match, {LOST}"),
        (
            (LEAF,),
            (CA,),
            "x.test has one server pin and one CA pin, and every chain must match both, so losing either key locks every user out",
        ),
    ],
)
def test_both_lists_of_nspinneddomains_need_a_backup(
    leaf: tuple[Key, ...], ca: tuple[Key, ...], message: str
) -> None:
    """A key of the one list is no backup for the other."""
    assert said(ats(x__test=(False, leaf, ca))) == [("missing-backup-pin", message)]


def test_a_key_in_both_lists_is_no_duplicate_and_twice_in_one_is() -> None:
    assert said(ats(x__test=(False, (LEAF, NEXT), (LEAF, CA))), "duplicate-pin") == []
    twice = ats(x__test=(False, (LEAF, NEXT, LEAF), None))
    assert [rule for rule, _ in said(twice)] == ["duplicate-pin"]
    assert [rule for rule, _ in said(ats(x__test=(False, (LEAF, LEAF, NEXT), (LEAF, CA))))] == [
        "duplicate-pin"
    ]


def test_a_list_that_nobody_can_meet_lacks_no_backup() -> None:
    assert said(ats(x__test=(False, (LEAF,), ())), "missing-backup-pin") == []


def test_one_name_in_two_spellings_of_nspinneddomains_repeats_no_pin() -> None:
    """They are entries of one domain, which add up."""

    def leaves(*keys: Key) -> dict[str, Any]:
        return {"NSPinnedLeafIdentities": [{"SPKI-SHA256-BASE64": key.pin} for key in keys]}

    entries = {"X.test": leaves(LEAF, NEXT), "x.test": leaves(LEAF, ANY)}
    assert said(read_values({"NSAppTransportSecurity": {"NSPinnedDomains": entries}})) == []


def config(*domains: Domain, pins: tuple[Key, ...] = (), **settings: Any) -> DomainConfig:
    return DomainConfig(domains, pins, settings=Settings(**settings))


WIDE, INNER = Domain("depot.test", include_subdomains=True), Domain("a.depot.test", include_subdomains=True)


def test_one_domain_config_decides() -> None:
    model = Nsc((config(WIDE, pins=(LEAF, NEXT)), config(INNER, pins=(ANY,))))
    assert said(model) == [
        ("missing-backup-pin", f"a.depot.test has one pin, {LOST}"),
        ("overlapping-pin-sets", "a.depot.test is below depot.test, whose keys do not count for it"),
    ]


def test_an_entry_without_pins_says_nothing_of_pins() -> None:
    """Such as one for cleartext, below or beside another of its kind, and be it a public suffix."""
    suffix = Domain("github.io", include_subdomains=True)
    assert said(Nsc((config(WIDE, INNER, suffix, cleartext=True),))) == []
    assert said(Nsc((config(WIDE, cleartext=True), config(INNER, cleartext=False)))) == []
    assert said(Nsc((config(WIDE, cleartext=True), config(INNER, pins=(LEAF, NEXT))))) == []


@pytest.mark.parametrize(
    "settings", [{"cleartext": True}, {"anchors": (Certificates("@raw/ca"),)}, {"transparency": True}]
)
def test_an_entry_with_settings_of_its_own_is_no_repeat(settings: dict[str, Any]) -> None:
    """A nested domain-config inherits the pins around it; to drop it would drop what it is there for."""
    around = config(WIDE, pins=(LEAF, NEXT))
    assert said(Nsc((around, config(INNER, pins=(LEAF, NEXT), **settings)))) == []
    assert said(Nsc((around, config(INNER, pins=(LEAF, NEXT))))) == [
        ("shadowed-pin-set", "a.depot.test is pinned by depot.test to the same keys already")
    ]


def test_an_entry_that_reports_elsewhere_is_no_repeat() -> None:
    around = TrustKitDomain("example.com", include_subdomains=True, keys=(LEAF, NEXT))
    inner = replace(around, name="a.example.com")
    assert [rule for rule, _ in said(TrustKit((inner, around)))] == ["shadowed-pin-set"]
    uris = ("https://reports.example.com/",)
    assert said(TrustKit((replace(inner, report_uris=uris), around))) == []
    whole = PinSet(("example.com",), Reach.ALL, (LEAF, NEXT))
    part = replace(whole, hosts=("a.example.com",))
    assert [rule for rule, _ in said(Policy((whole, part)))] == ["shadowed-pin-set"]
    assert said(Policy((whole, replace(part, report_uris=uris)))) == []


def test_an_entry_that_reaches_further_is_no_repeat_and_overrides_nothing() -> None:
    near = PinSet(("depot.test",), Reach.ONE_LABEL, (LEAF, NEXT))
    assert said(Policy((near, PinSet(("a.depot.test",), Reach.ALL, (LEAF, NEXT))))) == []
    assert [
        rule for rule, _ in said(Policy((near, PinSet(("a.depot.test",), Reach.NONE, (LEAF, NEXT)))))
    ] == ["shadowed-pin-set"]


def test_pins_that_have_ended_need_no_backup() -> None:
    ended = Policy((PinSet(("depot.test",), Reach.ALL, (ANY,), TODAY),))
    assert said(ended) == [("expired-pin-set", f"the pins of depot.test expired on {TODAY}")]


def test_a_public_suffix_counts_where_names_below_it_are_pinned() -> None:
    assert [rule for rule, _ in said(okhttp(("*.github.io", LEAF, NEXT)))] == ["public-suffix-pin"]
    assert [rule for rule, _ in said(okhttp(("**.github.io", LEAF, NEXT)))] == ["public-suffix-pin"]
    assert said(okhttp(("**.github.io", LEAF, NEXT), deep=False)) == []
    assert said(okhttp(("github.io", LEAF, NEXT))) == []


def test_keys_are_called_as_pins_toml_calls_them() -> None:
    known = {key.spki_sha256: replace(key, name=f"our-{key.name}") for key in (LEAF, CA)}
    shipped = okhttp(("*.depot.test", Key(LEAF.spki_sha256)), ("a.depot.test", Key(CA.spki_sha256)))
    told = [one.message for one in examine(of_file(shipped, known, FILE, TODAY, HORIZON))]
    assert "`our-leaf-0` is the only server key of a.depot.test" in told


def test_findings_of_one_pin_set_name_all_its_hosts() -> None:
    (finding,) = found(Policy((PinSet(("x.test", "y.test", "z.test"), Reach.ALL, (ANY,)),)))
    assert finding.hosts == ("x.test", "y.test", "z.test")
    assert finding.message.startswith("x.test (and 2 more) has one pin")
    assert (finding.level, finding.location) == (Level.ERROR, FILE.at("keys"))


# -- all of each platform --------------------------------------------------------------------------

some_keys = st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True).map(tuple)
some_days = st.none() | st.sampled_from(
    [TODAY + timedelta(days=n) for n in (-1, 0, 1, HORIZON, HORIZON + 1, 400)]
)


def named(names: st.SearchStrategy[str] = hosts) -> st.SearchStrategy[list[str]]:
    return st.lists(names, min_size=1, max_size=4, unique=True)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    sets, left = [], draw(named())
    while left:
        size = draw(st.integers(1, len(left)))
        own, left = tuple(left[:size]), left[size:]
        enforce = draw(st.integers(0, 3)) > 0
        keys = draw(some_keys) if enforce or draw(st.booleans()) else ()
        sets.append(PinSet(own, draw(st.sampled_from(Reach)), keys, draw(some_days), enforce))
    return Policy(tuple(sets))


@st.composite
def nscs(draw: st.DrawFn) -> Nsc:
    return Nsc(
        tuple(
            DomainConfig(
                tuple(Domain(host, draw(st.booleans())) for host in one.hosts),
                one.keys if one.enforce else (),
                one.expires if one.enforce else None,
            )
            for one in draw(policies()).sets
        )
    )


@st.composite
def okhttps(draw: st.DrawFn) -> OkHttp:
    patterns = st.builds(str.__add__, st.sampled_from(("", "*.", "**.")), hosts)
    entries = st.lists(st.builds(OkHttpEntry, patterns, some_keys), min_size=1, max_size=5)
    return OkHttp(tuple(draw(entries)), draw(st.booleans()))


@st.composite
def atses(draw: st.DrawFn, least: int = 0) -> Ats:
    lists = st.none() | st.lists(st.sampled_from(KEYS), min_size=least, max_size=3, unique=True).map(tuple)
    return Ats(
        tuple(
            PinnedDomain(
                host,
                draw(st.booleans()),
                _as(draw(lists), Role.LEAF),
                _as(draw(lists), Role.CA),
            )
            for host in sorted(draw(named()))
        )
    )


def _as(keys: tuple[Key, ...] | None, role: Role) -> tuple[Key, ...] | None:
    """As they are read: the list says whose they are."""
    return None if keys is None else tuple(replace(key, role=role) for key in keys)


@st.composite
def trustkits(draw: st.DrawFn) -> TrustKit:
    return TrustKit(
        tuple(
            TrustKitDomain(host, one.reach is Reach.ALL, one.keys, one.enforce, one.expires)
            for one in draw(policies()).sets
            for host in one.hosts
        )
    )


@st.composite
def cronets(draw: st.DrawFn) -> CronetPins:
    return CronetPins(
        tuple(
            CronetEntry(
                host,
                tuple(key.spki_sha256 for key in one.keys),
                one.reach is Reach.ALL,
                one.expires,
                CODE,
            )
            for one in draw(policies()).sets
            for host in one.hosts
        )
    )


ENFORCEMENTS: dict[str, st.SearchStrategy[Any]] = {
    "pins.toml": policies(),
    "nsc": nscs(),
    "okhttp": okhttps(),
    "ats": atses(),
    "trustkit": trustkits(),
    "cronet": cronets(),
}
each_platform = pytest.mark.parametrize("platform", ENFORCEMENTS)


def around(enforcement: Enforcement) -> list[str]:
    """Hosts of every sort: the names, those below and beside them, and those above."""
    names = set(enforcement.names())
    above = {name.partition(".")[2] for name in names} - {""}
    fronts = ("", "q.", "r.q.", "s.r.q.", "a.", "www.b.")
    return sorted({f"{front}{name}" for name in names | above for front in fronts})


def accepted(enforcement: Enforcement, host: str, day: date) -> list[Chain]:
    return [chain for chain in CHAINS if enforcement.accepts(host, chain, day)]


def pinned(enforcement: Enforcement, host: str, day: date) -> bool:
    return not all(enforcement.accepts(host, chain, day) for chain in CHAINS)


def rests_on_one_key(enforcement: Enforcement, host: str) -> bool:
    """Whether some key is in each chain that is accepted."""
    chains = accepted(enforcement, host, TODAY)
    if not chains:
        return False
    return bool(frozenset.intersection(*(frozenset((one.leaf, *one.cas)) for one in chains)))


def has_expired(enforcement: Enforcement, host: str) -> bool:
    return pinned(enforcement, host, date.min) and not pinned(enforcement, host, TODAY)


def expires_soon(enforcement: Enforcement, host: str) -> bool:
    end = TODAY + timedelta(days=HORIZON)
    return pinned(enforcement, host, TODAY) and not pinned(enforcement, host, end)


def rests_on_one_server(enforcement: Enforcement, host: str) -> bool:
    """Whether one key that the server may have does alone, it is known to be a server's, and so does a CA's."""
    if isinstance(enforcement, (Ats, CronetPins)):
        return False  # the one wants both, the other knows no roles
    alone = [
        key
        for key in KEYS
        if key.role is not Role.CA and enforcement.accepts(host, Chain(key.spki_sha256), TODAY)
    ]
    if len(alone) != 1 or alone[0].role is not Role.LEAF:
        return False
    above = (Chain(STRANGER, (key.spki_sha256,)) for key in KEYS if key.role is not Role.LEAF)
    other = any(enforcement.accepts(host, chain, TODAY) for chain in above)
    return other and pinned(enforcement, host, TODAY)


ORACLES: dict[str, Callable[[Enforcement, str], bool]] = {
    "missing-backup-pin": rests_on_one_key,
    "lone-leaf-key": rests_on_one_server,
    "expired-pin-set": has_expired,
    "expiring-pin-set": expires_soon,
}


@pytest.mark.parametrize(("above", "days"), [(None, None), (3, 10), (20, 20)])
def test_pins_of_a_name_above_take_over_in_cronet(above: int | None, days: int | None) -> None:
    """Those of the host end in ten days; as Cronet does then, the ones above it count, until they end as well."""

    def entry(host: str, left: int | None) -> CronetEntry:
        pins = tuple(key.spki_sha256 for key in LEAVES[:2])
        expires = TODAY + timedelta(left) if left else None
        return CronetEntry(host, pins, subdomains=True, expires=expires, code=CODE)

    enforcement = CronetPins((entry("example.com", above), entry("api.example.com", 10)))
    of_host = [one.message for one in found(enforcement, "expiring-pin-set") if one.hosts[0] != "example.com"]
    ends = [f"in {days} days, on {TODAY + timedelta(days)}"] if days else []
    assert [message.partition(" expire ")[2] for message in of_host] == ends


@pytest.mark.slow
@each_platform
@pytest.mark.parametrize("rule", ORACLES)
@settings(max_examples=60)
@given(st.data())
def test_a_rule_finds_the_hosts_of_which_it_is_true(platform: str, rule: str, data: st.DataObject) -> None:
    """One finding for each way in which entries come together, at the name of the most specific, and no other."""
    enforcement = data.draw(ENFORCEMENTS[platform])
    enforcing = {(host, one.reach) for one in enforcement.pin_sets() if one.enforce for host in one.hosts}
    ways = {
        tuple(one for one in enforcement.entries_for(host) if one in enforcing)
        for host in around(enforcement)
        if ORACLES[rule](enforcement, host)
    }
    told = found(enforcement, rule)
    assert {host for one in told for host in one.hosts} == {way[0][0] for way in ways}
    # Hosts of one pin-set are told together.
    owners = {(host, one.reach): n for n, one in enumerate(enforcement.pin_sets()) for host in one.hosts}
    assert len(told) == len({tuple(owners[one] for one in way) for way in ways})


@pytest.mark.slow
@each_platform
@settings(max_examples=100)
@given(st.data())
def test_the_entries_for_a_host_hold_its_keys(platform: str, data: st.DataObject) -> None:
    """They are among the pin-sets, most specific first, and nobody else's keys are demanded."""
    enforcement = data.draw(ENFORCEMENTS[platform])
    sets = {(host, one.reach): one for one in enforcement.pin_sets() for host in one.hosts}
    assert len(sets) == sum(len(one.hosts) for one in enforcement.pin_sets())
    for host in around(enforcement):
        entries = enforcement.entries_for(host)
        assert [len(name) for name, _ in entries] == sorted((len(name) for name, _ in entries), reverse=True)
        assert all(host == name or host.endswith(f".{name}") for name, _ in entries)
        keys = {key.spki_sha256 for one in entries if sets[one].enforce for key in sets[one].keys}
        demanded = {pin for clause in enforcement.demand(host) for pin in clause.leaf | clause.ca}
        assert demanded == keys
        assert len(enforcement.deciding(host)) >= len(entries)


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["nsc", "okhttp", "ats", "trustkit"])
@settings(max_examples=150)
@given(st.data())
def test_each_finding_is_of_an_entry_whatever_the_names(platform: str, data: st.DataObject) -> None:
    """Markup, stars, spaces and dots that no host has, as a hand may write them."""
    written = {
        "nsc": models.nscs(),
        "okhttp": models.okhttps,
        "ats": models.atses,
        "trustkit": models.trustkits(excluded=True),
    }
    enforcement: Enforcement = data.draw(written[platform])
    own = {host for one in enforcement.pin_sets() for host in one.hosts}
    for finding in found(enforcement):
        assert finding.location
        assert finding.rule in ("placeholder-pin", "weak-key") or (
            finding.hosts and set(finding.hosts) <= own
        )


# -- dropping an entry -----------------------------------------------------------------------------


def without(enforcement: Any, name: str) -> Enforcement:
    """The same configuration with no entry for a name."""
    if isinstance(enforcement, Policy):
        cut = (replace(one, hosts=_but(one.hosts, name)) for one in enforcement.sets)
        return Policy(tuple(one for one in cut if one.hosts))
    if isinstance(enforcement, Nsc):
        configs = (
            replace(one, domains=tuple(d for d in one.domains if d.name != name))
            for one in enforcement.configs
        )
        return Nsc(tuple(configs))
    if isinstance(enforcement, OkHttp):
        ends = {name, f"*.{name}", f"**.{name}"}
        kept = tuple(one for one in enforcement.entries if one.pattern not in ends)
        return OkHttp(kept, enforcement.deep)
    if isinstance(enforcement, CronetPins):
        return CronetPins(tuple(one for one in enforcement.entries if one.host != name))
    if isinstance(enforcement, Ats):
        return Ats(tuple(one for one in enforcement.domains if one.name != name))
    assert isinstance(enforcement, TrustKit)
    return TrustKit(tuple(one for one in enforcement.domains if one.name != name))


def _but(hosts: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(host for host in hosts if host != name)


def own_and_below(name: str) -> Iterator[str]:
    return (f"{front}{name}" for front in ("", "q.", "r.q."))


@pytest.mark.slow
@each_platform
@settings(max_examples=150)
@given(st.data())
def test_an_entry_is_a_repeat_if_nothing_changes_without_it(platform: str, data: st.DataObject) -> None:
    """And it meets another if a host that both reach is held to something else without it."""
    # What two empty lists block they block alike, which nobody would call a repeat.
    enforcement = data.draw(atses(least=1) if platform == "ats" else ENFORCEMENTS[platform])
    repeats, meets = set(), set()
    for name in {host for one in enforcement.pin_sets() for host in one.hosts}:
        rest = without(enforcement, name)
        if public_suffix(name) == name:
            continue  # TrustKit takes it for an island
        days = {date.min} | {c.until for host in own_and_below(name) for c in rest.demand(host) if c.until}
        days |= {c.until for host in own_and_below(name) for c in enforcement.demand(host) if c.until}
        held = {host for host in own_and_below(name) if any(pinned(rest, host, day) for day in days)}
        changed = {
            host
            for host in own_and_below(name)
            if any(accepted(rest, host, day) != accepted(enforcement, host, day) for day in days)
        }
        if held & changed:
            meets.add(name)
        elif held and not changed:
            assert not any(differences(enforcement, rest))
            repeats.add(name)
    assert {host for one in found(enforcement, "shadowed-pin-set") for host in one.hosts} == repeats
    assert {host for one in found(enforcement, "overlapping-pin-sets") for host in one.hosts} == meets


# -- placeholders ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *(
            "A" * 43,
            "B" * 43,
            "AB" * 21 + "A",
            "1234567890" * 4 + "123",
            "AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJKKK",
        ),
        *("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
        *("0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJ"),
        *(
            "A1B2C3D4E5F6G7H8I9J0K1L2M3N4O5P6Q7R8S9T0U1V",
            "x" * 20 + "y" * 23,
            "abcdefghijk" * 3 + "abcdefghij",
        ),
        *("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "REPLACE/WITH/YOUR/OWN/SPKI/PIN/HASH/BASE64A"),
        *("YourBackupPinGoesHereAndIs43LettersLongXYZQ", "VGhpcyBpcyBhIHRleHQgb2YgMzIgYnl0ZXMgbG9uZyE"),
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
    ],
)
def test_placeholders_are_known(text: str) -> None:
    """Repetitions, sequences, texts: what guides and templates write where a pin belongs."""
    assert placeholder(b64decode(text + "="))


@given(st.binary(min_size=32, max_size=32).map(lambda seed: hashlib.sha256(seed).digest()))
def test_hashes_are_no_placeholders(pin: bytes) -> None:
    assert not placeholder(pin)


def test_keys_of_public_cas_are_no_placeholders() -> None:
    """The public keys of 137 roots that browsers trust (certifi)."""
    import certifi

    keys = public_keys(Path(certifi.where()).read_bytes(), "roots")
    assert len(keys) > 100
    assert [key.kind for key in keys if placeholder(key.spki_sha256)] == []


def test_no_placeholder_is_corrected_into_a_pin() -> None:
    assert _not_canonical("B" * 43 + "=")[1] == "it is the 44 characters that `pincompiler pin` prints"
