"""Drift in the words of a release; complete, for it is told from the differences."""

from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath

import pytest
from hypothesis import given

from pincompiler.facts import InForce, Mechanism
from pincompiler.platforms.nsc import NSC
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.policy.differences import differences
from pincompiler.policy.enforcement import Enforcement, Key, PinSet, Reach
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Output
from pincompiler.verdicts.drift import Drift, DriftKind, drift
from tests.strategies import policies, spki

ONE, TWO, OLD = (Key(spki(name), None, name) for name in ("one", "two", "old"))
HOST = "api.example.com"


def policy(*keys: Key, host: str = HOST, reach: Reach = Reach.NONE, expires: date | None = None) -> Policy:
    return Policy((PinSet((host,), reach, keys or (ONE, TWO), expires),))


def drifted(wanted: Policy, actual: Enforcement) -> tuple[Drift, ...]:
    keys = {key: None for pin_set in wanted.sets for key in pin_set.keys}
    return drift(wanted, InForce(Mechanism.NSC, "the app", actual), wanted, keys)


def told(wanted: Policy, actual: Enforcement) -> list[tuple[DriftKind, str, str]]:
    return [(one.kind, one.host, one.said) for one in drifted(wanted, actual)]


CASES = {
    "the same": (policy(), policy(), []),
    "a host is missing": (
        policy(),
        policy(host="www.example.com"),
        [
            (DriftKind.HOST_MISSING, HOST, "api.example.com is not pinned"),
            (
                DriftKind.HOST_UNKNOWN,
                "www.example.com",
                "www.example.com is pinned, and pins.toml does not know it",
            ),
        ],
    ),
    "a key is missing": (
        policy(),
        policy(ONE),
        [(DriftKind.KEY_MISSING, HOST, "`two` is missing for api.example.com")],
    ),
    "a key is too many": (
        policy(),
        policy(ONE, TWO, OLD),
        [
            (
                DriftKind.KEY_UNKNOWN,
                HOST,
                f"a key that pins.toml does not know, {OLD.pin}, is pinned for api.example.com",
            )
        ],
    ),
    "narrower": (
        policy(reach=Reach.ALL),
        policy(reach=Reach.ONE_LABEL),
        [(DriftKind.NARROWER, HOST, "not all names below api.example.com are pinned")],
    ),
    "wider": (
        policy(),
        policy(reach=Reach.ALL),
        [(DriftKind.WIDER, HOST, "names below api.example.com are pinned that pins.toml leaves alone")],
    ),
    "ends earlier": (
        policy(expires=date(2027, 6, 30)),
        policy(expires=date(2027, 1, 31)),
        [
            (
                DriftKind.EXPIRY,
                HOST,
                "the pins of api.example.com end on 2027-01-31, and pins.toml says on 2027-06-30",
            )
        ],
    ),
    "never ends": (
        policy(expires=date(2027, 6, 30)),
        policy(),
        [(DriftKind.EXPIRY, HOST, "the pins of api.example.com end never, and pins.toml says on 2027-06-30")],
    ),
    "other keys below": (
        policy(reach=Reach.ONE_LABEL),
        OkHttp((OkHttpEntry(HOST, (ONE, TWO)), OkHttpEntry(f"*.{HOST}", (ONE,)))),
        [(DriftKind.KEY_MISSING, HOST, "`two` is missing for names below api.example.com")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_kind(name: str) -> None:
    wanted, actual, expected = CASES[name]
    assert told(wanted, actual) == expected


def test_a_missing_key_is_told_once_though_names_below_miss_it_too() -> None:
    wanted, actual = policy(reach=Reach.ALL), policy(ONE, reach=Reach.ALL)
    assert told(wanted, actual) == [(DriftKind.KEY_MISSING, HOST, "`two` is missing for api.example.com")]


@pytest.mark.slow
@given(policies, policies)
def test_drift_is_told_of_each_name_that_differs_and_of_no_other(wanted: Policy, actual: Policy) -> None:
    differing = {difference.name for difference in differences(wanted, actual)}
    assert {one.host for one in drifted(wanted, actual)} == differing


@pytest.mark.slow
@given(policies)
def test_what_was_compiled_has_not_drifted(wanted: Policy) -> None:
    lowered = NSC.lower(wanted, App(), Output("nsc", PurePosixPath("nsc.xml")))
    found = drift(lowered, InForce(Mechanism.NSC, "the app", lowered), wanted, ())
    assert found == ()
