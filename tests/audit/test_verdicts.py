"""The table that a reviewer reads first: each verdict, and what may not be concluded."""

from __future__ import annotations

from datetime import date

import pytest

from pincompiler.android.apk.manifest import Manifest
from pincompiler.facts import InForce, Mechanism, ShippedApp, State, Unseen, VersionRange
from pincompiler.facts.kits import KitFacts
from pincompiler.facts.nsc import NscFacts
from pincompiler.facts.okhttp import OkHttpFacts
from pincompiler.platforms.nsc.model import Domain, DomainConfig, Nsc
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.policy.enforcement import Demand, Key, PinSet, Reach
from pincompiler.policy.policy import Policy
from pincompiler.verdicts.hosts import Verdict, verdicts
from pincompiler.verdicts.related import Related
from tests.strategies import TODAY, spki

KEY, OTHER = Key(spki("one")), Key(spki("two"))
POLICY = Policy((PinSet(("api.example.com",), Reach.NONE, (KEY, OTHER)),))
CODE = frozenset({Mechanism.OKHTTP})
SINCE_24 = VersionRange(24)


def nsc(
    host: str = "api.example.com", *, wide: bool = False, expires: date | None = None, keys: int = 2
) -> Nsc:
    config = DomainConfig((Domain(host, wide),), (KEY, OTHER)[:keys], expires)
    return Nsc((config,))


def pinner(*patterns: str, key: Key = KEY) -> OkHttp:
    return OkHttp(tuple(OkHttpEntry(pattern, (key,)) for pattern in patterns))


def shipped(
    enforcement: Nsc | OkHttp,
    *,
    api: VersionRange = SINCE_24,
    state: State = State.ACTIVE,
    doubts: tuple[str, ...] = (),
) -> InForce:
    mechanism = Mechanism.NSC if isinstance(enforcement, Nsc) else Mechanism.OKHTTP
    why = "" if state is State.ACTIVE else f"it is {state.value}"
    return InForce(mechanism, mechanism.value, enforcement, api=api, state=state, why=why, doubts=doubts)


def app(*some: InForce, min_sdk: int = 24, unseen: tuple[Unseen, ...] = ()) -> ShippedApp:
    of_nsc = tuple(one for one in some if one.mechanism is Mechanism.NSC)
    of_code = tuple(one for one in some if one.mechanism is Mechanism.OKHTTP)
    return ShippedApp(
        "app.apk",
        "apk",
        "",
        Manifest(min_sdk=min_sdk),
        nsc=NscFacts(shipped=of_nsc),
        okhttp=OkHttpFacts(shipped=of_code),
        kits=KitFacts(),
        unseen=unseen,
    )


def table(subject: ShippedApp, policy: Policy | None = POLICY) -> list[tuple[str, str, str, str]]:
    rows = verdicts(subject, policy, TODAY)
    return [(row.host, row.mechanism.value, str(row.api), row.verdict.value) for row in rows]


def only(subject: ShippedApp) -> tuple[Verdict, str]:
    (row,) = verdicts(subject, POLICY, TODAY)
    return row.verdict, row.why


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (shipped(nsc()), Verdict.ENFORCED),
        (shipped(nsc(expires=date(2026, 11, 24))), Verdict.ENFORCED),
        (shipped(nsc(expires=TODAY)), Verdict.EXPIRED),
        (shipped(nsc("www.example.com")), Verdict.NOT_COVERED),
        (shipped(nsc(keys=0)), Verdict.NOT_COVERED),
        (shipped(nsc(), state=State.BROKEN), Verdict.BROKEN),
        (shipped(nsc("www.example.com"), state=State.BROKEN), Verdict.BROKEN),
        (shipped(nsc(), state=State.DISABLED), Verdict.DISABLED),
        (shipped(nsc("www.example.com"), doubts=("it was cut short",)), Verdict.UNKNOWN),
        (shipped(nsc(), doubts=("it was cut short",)), Verdict.ENFORCED),
    ],
)
def test_each_verdict_on_an_nsc(one: InForce, verdict: Verdict) -> None:
    rows = {row.host: row.verdict for row in verdicts(app(one), POLICY, TODAY)}
    assert rows["api.example.com"] is verdict


def test_pins_that_no_certificate_can_meet_are_broken() -> None:
    broken = shipped(pinner("api.example.com", key=Key(b"no hash at all")))
    rows = {row.mechanism: row.verdict for row in verdicts(app(broken), POLICY, TODAY)}
    assert rows == {Mechanism.NSC: Verdict.NOT_COVERED, Mechanism.OKHTTP: Verdict.BROKEN}


def test_a_broken_nsc_is_broken_for_hosts_it_does_not_name() -> None:
    """Android's parser fails for the whole file, and the app crashes at its first connection."""
    assert only(app(shipped(Nsc(()), state=State.BROKEN)))[0] is Verdict.BROKEN


def test_below_24_the_nsc_is_not_read() -> None:
    assert table(app(shipped(nsc()), min_sdk=21)) == [
        ("api.example.com", "nsc", "21-23", "not covered"),
        ("api.example.com", "nsc", "24+", "enforced"),
    ]


def test_variants_cut_the_range_and_equal_neighbours_are_joined() -> None:
    plain = shipped(nsc(), api=VersionRange(24, 27))
    newer = shipped(nsc("www.example.com"), api=VersionRange(28))
    assert ("api.example.com", "nsc", "24-27", "enforced") in table(app(plain, newer))
    assert ("api.example.com", "nsc", "28+", "not covered") in table(app(plain, newer))
    same = shipped(nsc(), api=VersionRange(28))
    assert table(app(plain, same)) == [("api.example.com", "nsc", "24+", "enforced")]


def test_the_worst_of_variants_for_the_same_versions_counts() -> None:
    """A landscape variant without the pins leaves some devices without them."""
    rows = table(app(shipped(nsc()), shipped(nsc(keys=0))))
    assert rows == [("api.example.com", "nsc", "24+", "not covered")]


def test_the_best_of_several_clients_speaks_for_okhttp() -> None:
    other = shipped(pinner("www.example.com"), api=VersionRange(1))
    ours = shipped(pinner("api.example.com"), api=VersionRange(1))
    rows = {(row.host, row.mechanism): row.verdict for row in verdicts(app(other, ours), POLICY, TODAY)}
    assert rows["api.example.com", Mechanism.OKHTTP] is Verdict.ENFORCED
    assert rows["www.example.com", Mechanism.OKHTTP] is Verdict.ENFORCED


def test_what_was_not_seen_is_neither_missing_nor_there() -> None:
    packed = (Unseen("libjiagu.so", "the code is packed", CODE),)
    assert table(app(unseen=packed)) == [
        ("api.example.com", "nsc", "24+", "not covered"),
        ("api.example.com", "okhttp", "24+", "unknown"),
    ]
    assert ("api.example.com", "okhttp", "24+", "enforced") in table(
        app(shipped(pinner("api.example.com"), api=VersionRange(1)), unseen=packed)
    )


def test_a_remark_makes_nothing_unknown() -> None:
    assert table(app(unseen=(Unseen("x", "of no importance", frozenset()),))) == [
        ("api.example.com", "nsc", "24+", "not covered")
    ]


def test_names_below_have_a_row_where_they_fare_otherwise() -> None:
    both = Policy((PinSet(("example.com",), Reach.ALL, (KEY,)),))
    narrow = app(shipped(nsc("example.com")))
    assert table(narrow, both) == [
        ("example.com", "nsc", "24+", "enforced"),
        ("*.example.com", "nsc", "24+", "not covered"),
    ]
    wide = app(shipped(nsc("example.com", wide=True)))
    assert table(wide, both) == [("example.com", "nsc", "24+", "enforced")]
    assert table(narrow, None) == [("example.com", "nsc", "24+", "enforced")]


def test_a_wildcard_of_okhttp_is_a_row_of_its_own() -> None:
    rows = table(app(shipped(pinner("*.example.com"), api=VersionRange(1))), None)
    assert ("*.example.com", "okhttp", "24+", "enforced") in rows
    assert ("example.com", "okhttp", "24+", "not covered") in rows


def test_the_reason_names_entry_and_end() -> None:
    verdict, why = only(app(shipped(nsc(expires=date(2027, 1, 31)))))
    assert verdict is Verdict.ENFORCED
    assert why == ('nsc: <domain includeSubdomains="false">api.example.com</domain>, until 2027-01-31')


def test_without_hosts_there_is_no_row() -> None:
    assert table(app(), None) == []


def test_who_does_not_name_a_host_says_of_it_what_it_says_of_any_other() -> None:
    """So that of thousands of configurations only those are asked that name it."""
    some = (
        shipped(pinner("api.example.com")),
        shipped(nsc("example.com", wide=True)),
        shipped(pinner("*.example.org", "**.net")),
        shipped(pinner("www.example.com"), doubts=("what it pins is not known",)),
        shipped(Nsc(())),
    )
    related = Related(some)
    hosts = (
        "example.com",
        "API.example.com.",
        "x.www.example.com",
        "x.example.org",
        "a.b.net",
        "com",
        "other",
    )
    for host in hosts:
        naming = related.of(host)
        assert naming == sorted(set(naming))
        for number, one in enumerate(some):
            if number not in naming:
                assert one.enforcement.demand(host) == one.enforcement.demand("unrelated.invalid")
                assert one.enforcement.trust(host) == one.enforcement.trust("unrelated.invalid")
    assert [related.of(host) for host in hosts] == [[1], [0, 1], [1, 3], [2], [2], [], []]


def test_thousands_of_clients_are_asked_for_their_own_hosts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    demand = OkHttp.demand

    def counting(self: OkHttp, host: str) -> Demand:
        asked.append(host)
        return demand(self, host)

    monkeypatch.setattr(OkHttp, "demand", counting)
    counts = []
    for many in (100, 200):
        asked.clear()
        rows = verdicts(app(*(shipped(pinner(f"h{n}.example.com")) for n in range(many))), None, TODAY)
        assert sum(row.verdict is Verdict.ENFORCED for row in rows) == many
        counts.append(len(asked))
    assert counts[1] <= 2.1 * counts[0]
