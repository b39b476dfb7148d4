"""Verdicts on servers, for any policy and chain: fine is said where no enforcement blocks, and only there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from pincompiler.base.finding import Level
from pincompiler.facts import FileMechanism
from pincompiler.keys.spki import PublicKey, pinned_chain
from pincompiler.platforms.registry import TARGETS
from pincompiler.policy.enforcement import Chain, Key, PinSet, Reach, Role
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Output
from pincompiler.policy.trust import Certificate
from pincompiler.tls.answers import Declined, Offer, Seen, Served, Unreached, Visit
from pincompiler.verdicts.chain_verdicts import Outcome
from pincompiler.verdicts.in_force import configured
from pincompiler.verdicts.served import Requirements, ServerVerdict, in_days, server_verdict
from tests.strategies import LEAVES, STRANGERS, TODAY, apps, chains, days, hosts, policies

if TYPE_CHECKING:
    from pincompiler.policy.enforcement import Enforcement

NOW = datetime.combine(TODAY, time(12), UTC)
HOST = "a.example.com"


def shown(chain: Chain, ends: timedelta = timedelta(days=400)) -> tuple[PublicKey, ...]:
    """A validated path of these keys."""
    facts = Certificate("CN=x", NOW + ends, bytes(32), "sha256", self_signed=False)
    return tuple(
        PublicKey("certificate", pin, "P-256", "CN=x", None, facts) for pin in (chain.leaf, *chain.cas)
    )


def seen(*paths: tuple[PublicKey, ...], host: str = HOST) -> Seen:
    """A host that shows these at one address each."""
    visits = (Visit(f"192.0.2.{n}", ((Offer.ANY, Served("TLS 1.3", path)),)) for n, path in enumerate(paths))
    return Seen(host, 443, tuple(visits))


def question(policy: Policy, *targets: tuple[str, Enforcement], today: date = TODAY) -> Requirements:
    now = datetime.combine(today, time(12), UTC)
    in_force = (configured(policy, "pins.toml"), *(configured(model, name) for name, model in targets))
    return Requirements(policy, in_force, now, today, 30, private=True)


def lowered(policy: Policy, app: App) -> list[tuple[str, Enforcement]]:
    """What every target makes of the policy."""
    return [
        (target.name, target.lower(policy, app, Output(target.name, PurePosixPath("x"), package="a")))
        for target in TARGETS
    ]


def test_what_a_target_makes_has_its_platforms_name() -> None:
    """``pins.toml`` is what a policy is called that is compiled to nothing yet."""
    for title, model in lowered(Policy(()), App()):
        assert configured(model, title).mechanism is not FileMechanism.POLICY, title


def codes(verdict: ServerVerdict, level: Level = Level.NOTE) -> set[str]:
    return {remark.code for remark in verdict.remarks if remark.level.rank <= level.rank}


@pytest.mark.slow
@settings(max_examples=300)
@given(policies, apps, hosts, chains, days)
def test_fine_means_that_no_enforcement_blocks(
    policy: Policy, app: App, host: str, chain: Chain, today: date
) -> None:
    targets = lowered(policy, app)
    verdict = server_verdict(seen(shown(chain), host=host), question(policy, *targets, today=today))
    everybody = [policy, *(enforcement for _, enforcement in targets)]
    blocked = not all(enforcement.accepts(host, chain, today) for enforcement in everybody)
    fine = not verdict.failed(Level.ERROR)
    event(f"fine: {fine}, blocked: {blocked}")
    assert not (fine and blocked)
    if fine:
        pin_set = policy.covering(host)
        assert pin_set is not None
        last = pin_set.expires - timedelta(days=1) if pin_set.expires else today
        assert policy.accepts(host, chain, last)
        assert {key.spki_sha256 for key in pin_set.keys} - {chain.leaf, *chain.cas}, "a backup is left"
    if "no-pin-matches" in codes(verdict, Level.ERROR):
        assert blocked


KINDS = st.lists(st.sampled_from(("P-256", "P-256", "RSA-2048", "P-521", "Ed25519")), min_size=4, max_size=4)


@given(policies, apps, hosts, chains, days, KINDS)
def test_the_outlook_is_what_each_enforcement_says(
    policy: Policy, app: App, host: str, chain: Chain, today: date, kinds: list[str]
) -> None:
    """Of keys of every kind: TrustKit cannot hash them all."""
    asked = question(policy, *lowered(policy, app), today=today)
    path = tuple(replace(key, algorithm=kind) for key, kind in zip(shown(chain), kinds, strict=False))
    (one,) = server_verdict(seen(path, host=host), asked).chains
    event(f"hash: {any(outlook.why for outlook in one.outlooks)}")
    chain, stranger = pinned_chain(path), Chain(b"", ())
    for known, outlook in zip(asked.in_force, one.outlooks, strict=True):
        for day, verdict in outlook.verdicts:
            accepted = known.enforcement.accepts(host, chain, day)
            assert (verdict.outcome is Outcome.BLOCKED) == (not accepted)
            assert (verdict.outcome is Outcome.UNPINNED) == known.enforcement.accepts(host, stranger, day)


# -- one by one ------------------------------------------------------------------------------------

NOW_KEY, NEXT_KEY = LEAVES[:2]
SET = PinSet((HOST,), Reach.NONE, (NOW_KEY, NEXT_KEY), TODAY + timedelta(days=90))
GOOD = shown(Chain(NOW_KEY.spki_sha256, STRANGERS))


def of_set(pin_set: PinSet, *paths: tuple[PublicKey, ...]) -> set[str]:
    return codes(server_verdict(seen(*(paths or (GOOD,))), question(Policy((pin_set,)))))


def test_a_sound_server_has_no_remarks() -> None:
    assert of_set(SET) == set()


def test_addresses_in_the_middle_of_a_rotation_leave_no_backup() -> None:
    assert of_set(SET, GOOD, shown(Chain(NEXT_KEY.spki_sha256, STRANGERS))) == {"no-backup"}


def test_two_addresses_with_one_chain_are_one_row() -> None:
    (one,) = server_verdict(seen(GOOD, GOOD), question(Policy((SET,)))).chains
    assert [address for address, _ in one.shown] == ["192.0.2.0", "192.0.2.1"]


def test_a_retired_key_is_no_backup_and_not_to_be_served() -> None:
    lost = Key(NEXT_KEY.spki_sha256, Role.LEAF, "lost", retired=True)
    assert of_set(replace_keys(NOW_KEY, lost)) == {"no-backup"}
    assert of_set(replace_keys(NOW_KEY, lost, LEAVES[2]), shown(Chain(lost.spki_sha256))) == {"retired-key"}


def replace_keys(*keys: Key) -> PinSet:
    return replace(SET, keys=keys)


def test_a_report_only_set_locks_nobody_out() -> None:
    verdict = server_verdict(
        seen(shown(Chain(STRANGERS[0]))), question(Policy((replace(SET, enforce=False, expires=None),)))
    )
    assert not verdict.failed(Level.ERROR)
    assert codes(verdict, Level.WARNING) == {"no-pin-matches"}
    assert codes(verdict) == {"no-pin-matches", "report-only"}


def test_a_renewed_certificate_is_named_with_the_pin_of_the_old_one() -> None:
    leaf, *_above = GOOD
    old = replace(NOW_KEY, whole=b"\1" * 32, certificate=leaf.certificate)
    verdict = server_verdict(seen(GOOD), question(Policy((replace_keys(old, NEXT_KEY),))))
    (found,) = (one for one in verdict.remarks if one.code == "no-pin-matches")
    assert f"which was renewed with the key of `{old.title}`, and pins.toml pins the whole" in found.message
    assert found.message.endswith(": apps are locked out")
    assert 'pin its key (pin = "key")' in found.fix


def test_ends_are_told_in_time() -> None:
    assert of_set(replace(SET, expires=TODAY + timedelta(days=31))) == set()
    assert of_set(replace(SET, expires=TODAY + timedelta(days=30))) == {"pins-end"}
    assert of_set(replace(SET, expires=TODAY)) == {"pins-ended"}
    assert of_set(SET, shown(Chain(NOW_KEY.spki_sha256, STRANGERS), timedelta(days=29))) == {
        "certificate-ends"
    }


def test_the_last_day_of_a_pin_set_is_today() -> None:
    (one,) = server_verdict(
        seen(GOOD), question(Policy((replace(SET, expires=TODAY + timedelta(days=1)),)))
    ).chains
    assert [(day, verdict.outcome) for day, verdict in one.outlooks[0].verdicts] == [
        (TODAY, Outcome.WORKS),
        (TODAY + timedelta(days=1), Outcome.UNPINNED),
    ]


def test_a_server_that_was_not_met_has_no_verdict() -> None:
    for silent, reached in (
        (Seen(HOST, 443, (), "has no address"), False),
        (Seen(HOST, 443, (Visit("192.0.2.1", ((Offer.ANY, Unreached("is silent")),)),)), False),
    ):
        verdict = server_verdict(silent, question(Policy((SET,))))
        assert (verdict.reached, verdict.complete, verdict.failed(Level.NOTE)) == (reached, False, False)


def test_an_address_that_this_machine_has_no_way_to_does_not_count() -> None:
    far = Visit("2001:db8::1", ((Offer.ANY, Unreached("cannot be reached", elsewhere=True)),))
    verdict = server_verdict(Seen(HOST, 443, (*seen(GOOD).visits, far)), question(Policy((SET,))))
    assert verdict.complete
    assert [(remark.level, remark.code) for remark in verdict.remarks] == [(Level.NOTE, "unreachable")]


def test_a_host_with_addresses_that_were_not_asked_is_not_seen_whole() -> None:
    more = replace(seen(GOOD), problem="has 41 addresses, of which 32 were asked")
    verdict = server_verdict(more, question(Policy((SET,))))
    assert (verdict.reached, verdict.complete, codes(verdict)) == (True, False, {"unreachable"})


def test_a_handshake_that_is_refused_is_an_error() -> None:
    visit = Visit("192.0.2.1", ((Offer.ANY, Declined("unrecognized name")),))
    verdict = server_verdict(Seen(HOST, 443, (visit,)), question(Policy((SET,))))
    assert verdict.failed(Level.ERROR)


def test_days_in_words() -> None:
    assert [in_days(days) for days in (-3, 0, 1, 2, 1000)] == [
        "today", "today", "tomorrow", "in 2 days", "in 1,000 days",
    ]  # fmt: skip
