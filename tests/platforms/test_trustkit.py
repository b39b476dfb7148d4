"""TrustKit for iOS: what raises at launch, which entry decides, and the way there and back.

Facts are from TrustKit 3.0.7's sources, named at each test; its tables are of July 2018.
"""

from __future__ import annotations

import plistlib
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from publicsuffixlist import PublicSuffixList

from pincompiler.keys.spki import PublicKey, pinned_chain
from pincompiler.platforms import plist
from pincompiler.platforms.trustkit import (
    TRUSTKIT,
    TrustKit,
    TrustKitDomain,
    entries,
    expiration,
    lower,
    objections,
    read,
    read_values,
    strict_pin,
)
from pincompiler.platforms.trustkit_registry import dead_ends, unknown_top_level_domains
from pincompiler.platforms.trustkit_swift import TRUSTKIT_SWIFT
from pincompiler.policy.enforcement import Chain, Key, PinSet, Reach
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App
from tests.platforms.models import (
    DIGEST,
    PIN_A,
    PIN_B,
    A,
    B,
    C,
    calm,
    hosts,
    job,
    leaf,
    trustkits,
)
from tests.strategies import TODAY
from tests.strategies import hosts as known_hosts

OUTPUT = job().output
MARCH = date(2027, 3, 1)
EXCLUDE = "kSKExcludeSubdomainFromParentPolicy"


def kit(name: str, *keys: Key, wide: bool = False, **more: Any) -> TrustKitDomain:
    return TrustKitDomain(name, wide, keys or (A, B), **more)


def test_hosts_are_alike_whose_failures_are_reported_to_the_same_places() -> None:
    here, there = ("https://reports.test/a",), ("https://reports.test/b",)
    read = TrustKit(
        (
            kit("a.test", wide=True, report_uris=here),
            kit("b.test", report_uris=here),
            kit("c.test", report_uris=there),
        )
    )
    assert read.alike("a.test", "b.test")
    assert read.alike("deep.a.test", "b.test")
    assert not read.alike("b.test", "c.test")
    assert not read.alike("a.test", "not-pinned.test")


def read_pinned(**domains: Any) -> TrustKit:
    """The model of entries; two underscores in a name stand for a dot."""
    named = {name.replace("__", "."): entry for name, entry in domains.items()}
    return read_values({"TSKConfiguration": {"TSKPinnedDomains": named}})


def told(*domains: TrustKitDomain) -> list[str]:
    return [o.problem for o in objections(Policy(()), App(), TrustKit(domains))]


# TrustKit's README, "Getting Started", as the property list it stands for.
DOCUMENTED = plistlib.dumps(
    {
        "TSKConfiguration": {
            "TSKSwizzleNetworkDelegates": True,
            "TSKPinnedDomains": {
                "yahoo.com": {
                    "TSKExpirationDate": "2017-12-01",
                    "TSKPublicKeyHashes": [
                        "HXXQgxueCIU5TTLHob/bPbwcKOKw6DkfsTWYHbxbqTY=",
                        "0SDf3cRToyZJaMsoS17oF72VMavLxj/N7WBNasNuiR8=",
                    ],
                    "TSKEnforcePinning": False,
                    "TSKReportUris": ["https://example.com/report"],
                }
            },
        }
    }
)


def test_the_documented_example() -> None:
    model = read(DOCUMENTED, App())
    (only,) = model.domains
    assert (only.name, only.include_subdomains, only.enforce) == ("yahoo.com", False, False)
    assert [key.pin for key in only.keys] == [
        "HXXQgxueCIU5TTLHob/bPbwcKOKw6DkfsTWYHbxbqTY=",
        "0SDf3cRToyZJaMsoS17oF72VMavLxj/N7WBNasNuiR8=",
    ]
    assert (only.expires, only.report_uris) == (date(2017, 12, 1), ("https://example.com/report",))
    assert (model.swizzle, model.problems, model.policy_digest) == (True, (), "")
    assert model.accepts("yahoo.com", leaf(C), date(2017, 1, 1))


# -- which entry decides -------------------------------------------------------------------------


def test_any_depth_and_the_most_specific() -> None:
    """configuration_utils.m, getPinningConfigurationKeyForDomain: exact, else the longest parent that includes."""
    model = TrustKit(
        (kit("a.example.com", B, wide=True), kit("example.com", A, wide=True), kit("x.example.com", C))
    )
    accepted = {
        host: "".join(k.name for k in (A, B, C) if model.accepts(host, leaf(k), TODAY))
        for host in (
            "example.com",
            "z.example.com",
            "a.example.com",
            "y.z.a.example.com",
            "x.example.com",
            "y.x.example.com",
        )
    }
    assert accepted == {
        "example.com": "a",
        "z.example.com": "a",
        "a.example.com": "b",
        "y.z.a.example.com": "b",
        "x.example.com": "c",
        "y.x.example.com": "a",
    }
    assert model.deciding("y.z.a.example.com") == ("TSKPinnedDomains › a.example.com",)
    assert model.deciding("x.example.com") == ("TSKPinnedDomains › x.example.com",)
    assert model.deciding("example.org") == ()


def test_a_public_suffix_in_between_ends_it() -> None:
    """configuration_utils.m, isSubdomain: both must have a registry of the same length."""
    model = TrustKit((kit("amazonaws.com", A, wide=True),))
    assert not model.accepts("db.amazonaws.com", leaf(B), TODAY)
    assert model.accepts("bucket.s3.amazonaws.com", leaf(B), TODAY)
    assert model.deciding("bucket.s3.amazonaws.com") == ()
    assert "s3.amazonaws.com" in set(model.names())


SUFFIXES = PublicSuffixList(accept_unknown=False)


@pytest.mark.slow
@calm
@given(
    st.lists(st.tuples(known_hosts, st.booleans()), max_size=5, unique_by=lambda pair: pair[0]), known_hosts
)
def test_every_entry_is_looked_at(listed: list[tuple[str, bool]], host: str) -> None:
    """configuration_utils.m, told as it is written: a scan of all entries."""
    model = TrustKit(
        tuple(TrustKitDomain(name, wide, (Key(bytes([n] * 32)),)) for n, (name, wide) in enumerate(listed))
    )
    exact = [n for n, (name, _) in enumerate(listed) if name == host]
    around = [
        (len(name), n)
        for n, (name, wide) in enumerate(listed)
        if wide
        and host.endswith(f".{name}")
        and SUFFIXES.publicsuffix(host) == SUFFIXES.publicsuffix(name) != name
    ]
    if any(wide and SUFFIXES.publicsuffix(name) == name for name, wide in listed):
        return  # it raises at launch
    wanted = exact or [n for _, n in sorted(around)[-1:]]
    demand = model.demand(host)
    assert [set(clause.leaf) for clause in demand] == [{bytes([n] * 32)} for n in wanted]


def test_what_is_not_enforced_shadows_what_is() -> None:
    """One entry counts: report-only inside an enforced one is report-only, an excluded one is exempt."""
    model = TrustKit(
        (
            kit("a.example.com", A, B, wide=True, enforce=False),
            TrustKitDomain("b.example.com", include_subdomains=False, keys=(), excluded=True),
            kit("example.com", A, wide=True),
        )
    )
    for host in ("a.example.com", "x.a.example.com", "b.example.com"):
        assert model.accepts(host, leaf(C), TODAY)
    # TSKExclude…: "only the exact domain"; what is below falls back to the parent.
    assert not model.accepts("x.b.example.com", leaf(C), TODAY)
    assert [s.enforce for s in model.pin_sets()] == [False, False, True]


def test_pin_sets() -> None:
    model = TrustKit((kit("example.com", A, B, wide=True, expires=MARCH, report_uris=("https://r.test/",)),))
    assert model.pin_sets() == (
        PinSet(("example.com",), Reach.ALL, (A, B), MARCH, report_uris=("https://r.test/",)),
    )


# -- what raises at launch -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "problem"),
    [
        # Its search loses a rule on the way to an inner node; asked of TrustKit's own registry code.
        (kit("advisor.ws"), "advisor.ws is invalid: its table of July 2018 has a gap at advisor.ws"),
        (
            kit("db.amazonaws.com"),
            "db.amazonaws.com is invalid: its table of July 2018 has a gap at amazonaws.com",
        ),
    ],
)
def test_raises(domain: TrustKitDomain, problem: str) -> None:
    assert told(domain) == [f"TrustKit raises at launch: {problem}"]


@pytest.mark.parametrize(
    "domain",
    [
        kit("example.com", wide=True),
        kit("a.b.example.co.uk", wide=True),
        kit("shop.xn--p1ai", wide=True),
        kit("co.uk"),
        kit("shop.appspot.com", wide=True),
        kit("x.advisor.ws"),
        kit("bucket.s3.amazonaws.com"),
        kit("example.com", A, enforce=False),
        TrustKitDomain("a.example.com", False, (), excluded=True),
        # TSKSPKIHashCache.m knows these, and what it is not told.
        *(
            kit("example.com", A, Key(bytes(32), algorithm=kind))
            for kind in ("RSA-2048", "RSA-3072", "RSA-4096", "P-256", "P-384", "")
        ),
    ],
)
def test_does_not_raise(domain: TrustKitDomain) -> None:
    assert told(domain) == []


def test_tables_are_of_names() -> None:
    """What came after July 2018 came after April 2016; nobody lacks the common ones."""
    newer, older = unknown_top_level_domains("trustkit"), unknown_top_level_domains("trustkit-android")
    assert newer <= older
    assert {"gay"} <= newer
    assert not {"com", "uk", "app", "io"} & older
    assert all("." not in name and name == name.lower() for name in older)
    assert all("." not in child for children in dead_ends().values() for child in children)


# -- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "size"),
    [
        # NSData initWithBase64EncodedString:options:0, asked of Foundation; and CC_SHA256_DIGEST_LENGTH.
        (PIN_A, 32),
        (PIN_A.rstrip("="), None),
        (f" {PIN_A}", None),
        (f"{PIN_A}\n", None),
        (f"sha256/{PIN_A}", None),
        ("-_" * 21 + "A=", None),
        ("é" * 44, None),
        ("AAAA", None),
        ("", None),
        (b"no string", None),
        (None, None),
        # Trailing bits that no encoder sets are taken.
        (PIN_A[:-2] + "F=", 32),
    ],
)
def test_pins_are_read_strictly(text: object, size: int | None) -> None:
    pin = strict_pin(text)
    assert (len(pin) if pin else None) == size


@pytest.mark.parametrize(
    ("text", "day"),
    [
        # NSDateFormatter yyyy-MM-dd in UTC, asked of Foundation; what it cannot read never expires.
        ("2027-03-01", MARCH),
        ("2027-3-1", MARCH),
        ("27-03-01", date(27, 3, 1)),
        ("2027-13-45", None),
        ("2027-02-30", None),
        ("2027-03-01T00:00:00Z", None),
        ("0-1-1", None),
        ("never", None),
        ("", None),
        (date(2027, 3, 1), None),
        (None, None),
        ("2027/03/01", MARCH),
        ("2027-03-01 ", MARCH),
    ],
)
def test_dates(text: object, day: date | None) -> None:
    assert expiration(text) == day


@pytest.mark.parametrize(
    ("entry", "read_as"),
    [
        # TSKTrustKitConfig.h: the defaults.
        ({"TSKPublicKeyHashes": [PIN_A, PIN_B]}, kit("example.com")),
        ({}, TrustKitDomain("example.com", False, ())),
        ({"TSKPublicKeyHashes": PIN_A}, TrustKitDomain("example.com", False, ())),
        (
            {"TSKPublicKeyHashes": [PIN_A, PIN_B], "TSKEnforcePinning": False, "TSKIncludeSubdomains": True},
            kit("example.com", wide=True, enforce=False),
        ),
        (
            {"TSKPublicKeyHashes": [PIN_A, PIN_B], "TSKReportUris": ["https://r.test/", 7]},
            kit("example.com", report_uris=("https://r.test/",)),
        ),
        ({"TSKPublicKeyHashes": [PIN_A, PIN_B], "TSKReportUris": "https://r.test/"}, kit("example.com")),
        # TSKTrustKitConfig.m, line 25: the constant's value lacks a T; the spelling one expects is ignored.
        ({EXCLUDE: True}, TrustKitDomain("example.com", False, (), excluded=True)),
        ({"TSKExcludeSubdomainFromParentPolicy": True}, TrustKitDomain("example.com", False, ())),
    ],
)
def test_an_entry(entry: dict[str, Any], read_as: TrustKitDomain) -> None:
    assert read_pinned(example__com=entry).domains == (read_as,)


@pytest.mark.parametrize(
    ("configuration", "place", "problem"),
    [
        ({}, (), "no domain is pinned"),
        ({"TSKPinnedDomains": {}}, (), "no domain is pinned"),
        ({"TSKPinnedDomains": []}, ("TSKPinnedDomains",), "TSKPinnedDomains is no dictionary"),
        (
            {"TSKPinnedDomains": {"example.com": "text"}},
            ("TSKPinnedDomains", "example.com"),
            "the entry of example.com is no dictionary",
        ),
        ([], (), "TSKConfiguration is no dictionary"),
    ],
)
def test_a_configuration_of_nothing(configuration: Any, place: tuple[str, ...], problem: str) -> None:
    """parse_configuration.m: "TrustKit was initialized with no pinned domains", or a message that nobody understands."""
    model = read_values({"TSKConfiguration": configuration})
    assert model == TrustKit((), problems=((("TSKConfiguration", *place), problem),))


def test_no_configuration() -> None:
    assert read_values({}) == TrustKit(())


# -- there and back ------------------------------------------------------------------------------


@pytest.mark.slow
@settings(calm, max_examples=80)
@given(trustkits(excluded=True))
def test_what_is_written_is_read_back(model: TrustKit) -> None:
    written = plist.edit(b"", entries(model, job("Info.plist")), "Info.plist")
    again = read(written, App())
    assert (again.domains, again.swizzle, again.policy_digest) == (model.domains, model.swizzle, DIGEST)
    if model.domains and not any(domain.excluded for domain in model.domains):
        assert again.problems == ()


def test_what_stands_in_the_plist() -> None:
    """Every default that matters is written; failures are never sent to TrustKit's makers."""
    model = TrustKit(
        (
            TrustKitDomain("a.example.com", include_subdomains=False, keys=(), excluded=True),
            kit("example.com", wide=True, expires=MARCH, report_uris=("https://r.test/",)),
        ),
        swizzle=True,
    )
    assert entries(model, job("Info.plist")) == {
        ("TSKConfiguration",): {
            "TSKSwizzleNetworkDelegates": True,
            "TSKPinnedDomains": {
                "a.example.com": {EXCLUDE: True},
                "example.com": {
                    "TSKEnforcePinning": True,
                    "TSKIncludeSubdomains": True,
                    "TSKPublicKeyHashes": [PIN_A, PIN_B],
                    "TSKDisableDefaultReportUri": True,
                    "TSKReportUris": ["https://r.test/"],
                    "TSKExpirationDate": "2027-03-01",
                },
            },
        },
        ("Pincompiler", "Notice"): "Generated by pincompiler from pins.toml. Do not edit.",
        ("Pincompiler", "trustkit"): DIGEST,
    }


# -- from the policy -----------------------------------------------------------------------------


def test_exempt_hosts_borrow_the_pins_around_them() -> None:
    """parse_configuration.m wants a pin even where nothing is enforced; outside any set there is no need."""
    policy = Policy(
        (
            PinSet(("example.com",), Reach.ALL, (A, B), MARCH, report_uris=("https://r.test/",)),
            PinSet(("a.example.com",), Reach.ALL, (), enforce=False),
            PinSet(("b.example.com",), Reach.NONE, (C,), enforce=False),
            PinSet(("example.org",), Reach.NONE, (A, B)),
            PinSet(("a.example.org",), Reach.NONE, (), enforce=False),
        )
    )
    model = lower(policy, App(), OUTPUT)
    assert model.domains == (
        kit("a.example.com", A, B, wide=True, enforce=False),
        kit("b.example.com", C, enforce=False),
        kit("example.com", A, B, wide=True, expires=MARCH, report_uris=("https://r.test/",)),
        kit("example.org", A, B),
    )
    assert not list(objections(policy, App(), model))


@pytest.mark.slow
@calm
@given(hosts)
def test_any_name_is_judged(name: str) -> None:
    assert len(told(kit(name))) <= 1


def test_the_target_edits_a_plist_and_reports() -> None:
    assert (TRUSTKIT.edits, TRUSTKIT.reports) == (True, True)


# ssl_pin_verifier.m: from the root to the leaf, the first match ends it, and so does a key that has no hash.
@pytest.mark.parametrize(
    ("algorithms", "pinned", "refused"),
    [
        ("P-256 P-384", (), ""),
        ("P-256 P-521", (), "P-521"),
        ("P-256 P-521", (0,), "P-521"),
        ("P-521 P-256", (1,), ""),
        ("P-521 P-256", (0,), "P-521"),
    ],
)
def test_a_chain_with_a_key_that_has_no_hash(algorithms: str, pinned: tuple[int, ...], refused: str) -> None:
    chain = pinned_chain(
        [
            PublicKey("certificate", bytes([number]) * 32, algorithm, f"CN={number}", None)
            for number, algorithm in enumerate(algorithms.split())
        ]
    )
    keys = tuple(Key(bytes([number]) * 32) for number in pinned or (9,))
    told = TrustKit((TrustKitDomain("example.com", include_subdomains=False, keys=keys),)).refuses(
        "example.com", chain
    )
    assert bool(told) is bool(refused)
    assert refused in told


def test_a_host_that_is_not_pinned_may_show_any_key() -> None:
    chain = Chain(b"1", keys=(Key(b"1", algorithm="P-521"),))
    model = TrustKit((TrustKitDomain("example.com", include_subdomains=False, keys=(Key(b"2"),)),))
    assert model.accepts("other.example.com", chain, date(2026, 11, 29))
    assert not model.refuses("other.example.com", chain)


@pytest.mark.parametrize(("version", "hashed"), [(None, True), ((3, 0, 5), True), ((3, 0, 4), False)])
def test_rsa_3072_came_with_3_0_5(version: tuple[int, ...] | None, hashed: bool) -> None:  # noqa: FBT001
    """TSKSPKIHashCache.m, tag by tag; RSA-2048 is in all of them, whatever issue 352 of TrustKit says."""
    app = App(trustkit=version)
    policy = Policy((PinSet(("example.com",), Reach.NONE, (A, B)),))
    for target in (TRUSTKIT, TRUSTKIT_SWIFT):
        kinds = target.lower(policy, app, job().output).hashable()
        assert kinds is not None
        assert ("RSA-3072" in kinds) is hashed
        assert "RSA-2048" in kinds
