"""NSPinnedDomains: Apple's documentation and source, what is skipped, and the way there and back."""

from __future__ import annotations

import plistlib
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from pincompiler.base.errors import InputError
from pincompiler.platforms import plist
from pincompiler.platforms.ats import ATS, Ats, PinnedDomain, entries, instants, lower, read, read_values
from pincompiler.platforms.ats_faults import left_alone
from pincompiler.policy.enforcement import Chain, PinSet, Reach, Role
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App
from tests.platforms.models import DIGEST, PIN_A, PIN_B, A, B, C, atses, calm, hosts, job, leaf, under
from tests.strategies import CAS, LEAVES, TODAY, UNKNOWN

OUTPUT = job().output


def read_pinned(**domains: Any) -> Ats:
    """The model of entries; two underscores in a name stand for a dot."""
    named = {name.replace("__", "."): entry for name, entry in domains.items()}
    return read_values({"NSAppTransportSecurity": {"NSPinnedDomains": named}})


def identity(pin: str) -> dict[str, str]:
    return {"SPKI-SHA256-BASE64": pin}


LEAF, CA, WIDE = "NSPinnedLeafIdentities", "NSPinnedCAIdentities", "NSIncludesSubdomains"

# developer.apple.com/news/?id=g9ejcf8y, "Identity Pinning: How to configure server certificates for your app".
DOCUMENTED = b"""<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
<key>NSAppTransportSecurity</key>
<dict>
    <key>NSPinnedDomains</key>
    <dict>
        <key>example.org</key>
        <dict>
            <key>NSIncludesSubdomains</key>
            <true/>
            <key>NSPinnedCAIdentities</key>
            <array>
                <dict>
                    <key>SPKI-SHA256-BASE64</key>
                    <string>r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=</string>
                </dict>
            </array>
        </dict>
        <key>example.net</key>
        <dict>
            <key>NSPinnedLeafIdentities</key>
            <array>
                <dict>
                    <key>SPKI-SHA256-BASE64</key>
                    <string>i9HaIScvf6T/skE3/A7QOq5n5cTYs8UHNOEFCnkguSI=</string>
                </dict>
                <dict>
                    <key>SPKI-SHA256-BASE64</key>
                    <string>i9HaIScvf6T/skE3/A7QOq5n5cTYs8UHNOEFCnkguSA=</string>
                </dict>
            </array>
        </dict>
    </dict>
</dict>
</dict>
</plist>
"""


def test_the_documented_example() -> None:
    model = read(DOCUMENTED, App())
    assert [(d.name, d.include_subdomains) for d in model.domains] == [
        ("example.net", False),
        ("example.org", True),
    ]
    net, org = model.domains
    assert (org.leaf, net.ca) == (None, None)
    assert org.ca is not None
    assert net.leaf is not None
    assert [key.pin for key in org.ca] == ["r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E="]
    assert [key.role for key in (*org.ca, *net.leaf)] == [Role.CA, Role.LEAF, Role.LEAF]
    # "A pinned CA public key must appear in a certificate chain either in an intermediate or root certificate."
    assert model.accepts("example.org", under(*org.ca), TODAY)
    assert model.accepts("www.example.org", Chain(b"x", (b"y", org.ca[0].spki_sha256)), TODAY)
    assert not model.accepts("www.example.org", leaf(org.ca[0]), TODAY)
    # One leaf key of several suffices, and only as the server's.
    assert all(model.accepts("example.net", leaf(key), TODAY) for key in net.leaf)
    assert not model.accepts("example.net", under(*net.leaf), TODAY)
    assert model.accepts("www.example.net", leaf(A), TODAY)


def test_entries_of_both_names_are_a_union() -> None:
    """SecPolicy.c: every matching entry appends to the same array."""
    model = Ats(
        (
            PinnedDomain("a.x.test", include_subdomains=True, leaf=(B,)),
            PinnedDomain("x.test", include_subdomains=True, leaf=(A,)),
        )
    )
    accepted = [k.name for k in (A, B, C) if model.accepts("a.x.test", leaf(k), TODAY)]
    assert accepted == ["a", "b"]
    # But the entry above the one above has no say.
    assert [k.name for k in (A, B, C) if model.accepts("b.a.x.test", leaf(k), TODAY)] == ["b"]
    assert model.deciding("A.x.test.") == (
        "NSPinnedDomains › a.x.test",
        "NSPinnedDomains › x.test, NSIncludesSubdomains",
    )
    assert model.deciding("x.test") == ("NSPinnedDomains › x.test",)
    assert model.deciding("b.x.test") == ("NSPinnedDomains › x.test, NSIncludesSubdomains",)
    assert model.deciding("y.test") == ()


def test_it_is_forever() -> None:
    """There is no expiry among the documented keys."""
    model = Ats((PinnedDomain("x.test", include_subdomains=False, leaf=(A,)),))
    assert not model.accepts("x.test", leaf(B), date.max)
    assert instants(TODAY) == "never: iOS enforces until the app is updated"


@pytest.mark.slow
@calm
@given(atses, hosts)
def test_every_entry_is_looked_at(model: Ats, host: str) -> None:
    """parseNSPinnedDomains, told as it is written: each entry is compared with the host and what is above it."""
    leaves: list[bytes] | None = None
    cas: list[bytes] | None = None
    for d in model.domains:
        if d.name == host or (d.include_subdomains and d.name == host.partition(".")[2]):
            if d.leaf is not None:
                leaves = [*(leaves or []), *(k.spki_sha256 for k in d.leaf)]
            if d.ca is not None:
                cas = [*(cas or []), *(k.spki_sha256 for k in d.ca)]
    demand = model.demand(host)
    wanted = [(frozenset(leaves), frozenset[bytes]())] if leaves is not None else []
    wanted += [(frozenset[bytes](), frozenset(cas))] if cas is not None else []
    assert [(c.leaf, c.ca) for c in demand] == wanted
    assert all(c.until is None for c in demand)


# -- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"NSAppTransportSecurity": "no dictionary"},
        {"NSAppTransportSecurity": {}},
        {"NSAppTransportSecurity": {"NSPinnedDomains": []}},
        {"NSAppTransportSecurity": {"NSPinnedDomains": {"x.test": "no dictionary"}}},
    ],
)
def test_nothing_to_read(values: dict[str, Any]) -> None:
    assert read_values(values) == Ats(())


@pytest.mark.parametrize("record", [{}, {"Pincompiler": 1}, {"Pincompiler": {}}, {"Pincompiler": {"ats": 1}}])
def test_a_plist_without_our_record(record: dict[str, Any]) -> None:
    assert read_values(record).policy_digest == ""


def test_what_is_no_plist_is_told_with_its_name() -> None:
    with pytest.raises(InputError, match=r"^Shop\.plist:1:1: not XML"):
        read(b"x", App(), "Shop.plist")


def test_pin_sets() -> None:
    model = read_pinned(
        x__test={WIDE: True, LEAF: [identity(PIN_A)], CA: [identity(PIN_B)]}, y__test={CA: []}
    )
    assert model.pin_sets() == (
        PinSet(("x.test",), Reach.ONE_LABEL, (A, B)),
        PinSet(("y.test",), Reach.NONE, ()),
    )
    assert set(model.names()) == {"x.test", "y.test"}


# -- there and back ------------------------------------------------------------------------------


@pytest.mark.slow
@settings(calm, max_examples=80)
@given(atses)
def test_what_is_written_is_read_back(model: Ats) -> None:
    written = plist.edit(b"", entries(model, job("Info.plist")), "Info.plist")
    again = read(written, App())
    assert again == model
    assert again.policy_digest == DIGEST
    binary = plistlib.dumps(plistlib.loads(written), fmt=plistlib.FMT_BINARY)
    assert read(binary, App()) == model


def test_what_stands_in_the_plist() -> None:
    """Apple's spelling of every key, and lists only where there are keys."""
    model = Ats(
        (
            PinnedDomain("x.test", include_subdomains=True, leaf=(A,)),
            PinnedDomain("y.test", include_subdomains=False, ca=(B,)),
        )
    )
    assert entries(model, job("Info.plist")) == {
        ("NSAppTransportSecurity", "NSPinnedDomains"): {
            "x.test": {WIDE: True, LEAF: [identity(PIN_A)]},
            "y.test": {WIDE: False, CA: [identity(PIN_B)]},
        },
        ("Pincompiler", "Notice"): "Generated by pincompiler from pins.toml. Do not edit.",
        ("Pincompiler", "ats"): DIGEST,
    }


# -- from the policy -----------------------------------------------------------------------------


def test_keys_go_by_their_role() -> None:
    policy = Policy(
        (
            PinSet(("z.test", "b.test"), Reach.ALL, (LEAVES[0], UNKNOWN[0])),
            PinSet(("a.test",), Reach.NONE, (CAS[0], CAS[1])),
            PinSet(("c.test",), Reach.ONE_LABEL, (LEAVES[0], CAS[0]), TODAY),
            PinSet(("d.test",), Reach.NONE, (LEAVES[0],), enforce=False),
        )
    )
    assert lower(policy, App(), OUTPUT).domains == (
        PinnedDomain("a.test", include_subdomains=False, ca=(CAS[0], CAS[1])),
        PinnedDomain("b.test", include_subdomains=True, leaf=(LEAVES[0], UNKNOWN[0])),
        PinnedDomain("c.test", include_subdomains=True, leaf=(LEAVES[0],), ca=(CAS[0],)),
        PinnedDomain("z.test", include_subdomains=True, leaf=(LEAVES[0], UNKNOWN[0])),
    )


def test_the_target_edits_a_plist() -> None:
    assert (ATS.edits, ATS.reports) == (True, False)


@pytest.mark.parametrize(
    "exceptions",
    [
        {"api.example.com": "not a dictionary"},
        {"api.example.com": {WIDE: True}},
        ["api.example.com"],
    ],
    ids=["no entry", "names alone", "no dictionary"],
)
def test_what_makes_no_exception_is_none(exceptions: object) -> None:
    pinned = {"api.example.com": {LEAF: [identity(PIN_A)]}}
    section = {"NSPinnedDomains": pinned, "NSExceptionDomains": exceptions}
    assert read_values({"NSAppTransportSecurity": section}).besides("api.example.com") == ""


@pytest.mark.parametrize(
    "key", ["NSAllowsArbitraryLoads", "NSAllowsArbitraryLoadsForMedia", "NSAllowsArbitraryLoadsInWebContent"]
)
@pytest.mark.parametrize(("value", "open_"), [(True, True), ("$(OPEN)", True), ("YES", True), (False, False)])
def test_what_opens_the_section_is_said_of_pinned_hosts(key: str, value: object, *, open_: bool) -> None:
    section = {"NSPinnedDomains": {"api.example.com": {LEAF: [identity(PIN_A)]}}, key: value}
    ats = read_values({"NSAppTransportSecurity": section})
    assert ats.besides("api.example.com") == (f"has {key}" if open_ else "")
    assert ats.besides("other.example.com") == ""


INSECURE = "NSExceptionAllowsInsecureHTTPLoads"


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (None, ""),
        ("YES", ""),
        ({}, ""),
        ({"NSAllowsArbitraryLoads": True}, "every host"),
        ({"NSAllowsArbitraryLoads": "YES"}, ""),
        ({"NSAllowsArbitraryLoads": True, "NSAllowsLocalNetworking": False}, ""),
        ({"NSExceptionDomains": ["a.example"]}, ""),
        (
            {"NSExceptionDomains": {"a.example": {INSECURE: True}, "b.example": {INSECURE: False}}},
            "a.example",
        ),
        ({"NSExceptionDomains": {"a.example": "open", "b.example": {WIDE: True}}}, ""),
        (
            {"NSExceptionDomains": {"a.example": {INSECURE: True}, "b.example": {INSECURE: True}}},
            "a.example (and 1 more)",
        ),
    ],
)
def test_where_a_delegate_alone_decides(section: object, said: str) -> None:
    """Apple's "NSAppTransportSecurity": any of the newer switches, whatever its value, ends NSAllowsArbitraryLoads."""
    values = {} if section is None else {"NSAppTransportSecurity": section}
    assert left_alone(values) == said
