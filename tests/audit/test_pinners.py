"""Several pinners in one app: each is judged as its client has it, neither united nor told of twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pincompiler.android.apk.manifest import Manifest
from pincompiler.base.location import Location
from pincompiler.facts import InForce, Mechanism, ShippedApp
from pincompiler.facts.nsc import NscFacts
from pincompiler.facts.okhttp import OkHttpFacts
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.policy.enforcement import Key
from pincompiler.workflows import read_configuration as configurations
from pincompiler.workflows.audit import audit_options, subject_of
from tests.strategies import TODAY, spki

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO, OTHER = (Key(spki(name)) for name in ("one", "two", "other"))
HOST = "api.example.com"

PINS = f"""\
version = 1

[keys.one]
spki-sha256 = "{ONE.pin}"
role = "leaf"

[keys.two]
spki-sha256 = "{TWO.pin}"
role = "leaf"

[[pin-set]]
hosts = ["{HOST}", "www.example.com"]
keys = ["one", "two"]
"""


def pinner(**patterns: tuple[Key, ...]) -> OkHttp:
    """A pinner; two underscores in a name stand for a dot, and ``any`` for a star."""
    spelled = {name.replace("__", ".").replace("any", "*"): keys for name, keys in patterns.items()}
    return OkHttp(tuple(OkHttpEntry(pattern, keys) for pattern, keys in spelled.items()))


def app(*pinners: OkHttp) -> ShippedApp:
    shipped = tuple(
        InForce(Mechanism.OKHTTP, f"pinner {n}", one, Location("app.apk", member=f"classes{n}.dex"))
        for n, one in enumerate(pinners)
    )
    facts = OkHttpFacts(shipped=shipped)
    return ShippedApp("app.apk", "apk", "", Manifest(min_sdk=24, target_sdk=34), nsc=NscFacts(), okhttp=facts)


def told(subject: ShippedApp, pins: Path | None = None) -> list[tuple[str, str]]:
    found = subject_of(subject, audit_options(TODAY, pins, ())).findings
    return [(one.rule, one.message) for one in found]


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    path = tmp_path / "pins.toml"
    path.write_text(PINS, encoding="utf-8")
    return path


LOST = "has one pin, so losing its key locks every user out"


def test_a_pinner_is_no_backup_for_another() -> None:
    found = told(app(pinner(api__example__com=(ONE,)), pinner(any__example__com=(TWO, OTHER))))
    assert found == [("missing-backup-pin", f"{HOST} {LOST}")]


def test_patterns_of_one_pinner_add_up() -> None:
    found = told(app(pinner(api__example__com=(ONE,), any__example__com=(TWO, OTHER))))
    assert found == [("overlapping-pin-sets", f"{HOST} is below example.com, whose keys count for it too")]


def test_check_judges_them_one_by_one_as_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    both = app(pinner(api__example__com=(ONE,)), pinner(any__example__com=(TWO, OTHER)))
    monkeypatch.setattr("pincompiler.shipped.read_app", lambda *_: both)
    found, _ = configurations.check_file(tmp_path / "app.apk", TODAY, 30)
    assert [one.message for one in found] == [f"{HOST} {LOST}"]


def test_the_same_pinner_in_two_places_is_told_of_once() -> None:
    assert told(app(*(pinner(api__example__com=(ONE,)),) * 2)) == [("missing-backup-pin", f"{HOST} {LOST}")]


def test_a_client_with_fewer_keys_has_drifted_though_another_has_them_all(pins: Path) -> None:
    whole = {"api__example__com": (ONE, TWO), "www__example__com": (ONE, TWO)}
    assert told(app(pinner(**whole)), pins) == []
    found = told(app(pinner(**whole), pinner(api__example__com=(ONE,))), pins)
    assert [one for one in found if one[0] == "missing-key"] == [
        ("missing-key", f"in pinner 1, `two` is missing for {HOST}")
    ]


def test_two_clients_with_one_key_each_do_not_make_two_keys(pins: Path) -> None:
    rest = pinner(www__example__com=(ONE, TWO))
    found = told(app(pinner(api__example__com=(ONE,)), pinner(api__example__com=(TWO,)), rest), pins)
    assert [one for one in found if one[0] == "missing-key"] == [
        ("missing-key", f"in pinner 0, `two` is missing for {HOST}"),
        ("missing-key", f"in pinner 1, `one` is missing for {HOST}"),
    ]


def test_clients_that_share_the_work_have_not_drifted(pins: Path) -> None:
    apart = (pinner(api__example__com=(ONE, TWO)), pinner(www__example__com=(ONE, TWO)))
    assert told(app(*apart), pins) == []


def test_what_all_clients_lack_is_told_once(pins: Path) -> None:
    found = told(app(pinner(api__example__com=(ONE, TWO)), pinner(api__example__com=(TWO,))), pins)
    assert sorted(message for rule, message in found if rule in ("missing-host", "missing-key")) == [
        "in pinner 1, `one` is missing for api.example.com",
        "in the OkHttp pinners, www.example.com is not pinned",
    ]
