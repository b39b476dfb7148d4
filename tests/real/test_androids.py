"""Our reading of a network security configuration against the parsers of five Androids, through aapt2.

Two thousand random files, each on a device of some time zone and in an app of some target: refused or not, and
for every host the same pins, the same instant at which they end, the same anchors, the same cleartext.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import pytest

from pincompiler.platforms.nsc.reader import read_xml

from .drawing import drawn
from .install import ANDROIDS
from .test_real_nsc import HOSTS, documents
from .toolchain import Compiled, Device, android_answers, compile_resources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pincompiler.platforms.nsc.model import Nsc

    from .toolchain import HostConfig, NscAnswer

pytestmark = pytest.mark.usefixtures("real_tools")

NUMBER: Final = 2_100
ZONES: Final = (
    "UTC",
    "Pacific/Kiritimati",  # the first to see a day: UTC+14
    "Pacific/Pago_Pago",  # the last: UTC-11
    "America/Los_Angeles",
    "Asia/Kathmandu",
    "America/Santiago",  # summer begins at midnight, so that a day has none
    "Africa/Cairo",
)
TARGETS: Final = (34, 28, 27, 23)
CLASSES: Final = {
    "system": "SystemCertificateSource",
    "user": "UserCertificateSource",
    "wfa": "WfaCertificateSource",
}
GREGORIAN: Final = date(1600, 1, 1)
"""Java's calendar is another one before, when all pins had expired."""


@cache
def compiled() -> tuple[tuple[bytes, Compiled], ...]:
    """The files, compiled once for all Androids."""
    texts = [*drawn(documents(), NUMBER), *map(dated, SPECIAL_DAYS)]
    return tuple(zip(texts, compile_resources(texts), strict=True))


SPECIAL_DAYS: Final = (
    "2027-04-30",  # Cairo has no midnight
    "2027-09-05",  # nor has Santiago
    "2027-03-14",
    "2027-11-07",
    "1970-01-01",
    "2038-01-20",
    "26-01-01",
)


def dated(day: str) -> bytes:
    pin = b64encode(bytes(32)).decode()
    return (
        '<network-security-config><domain-config><domain includeSubdomains="true">x.test</domain>'
        f'<pin-set expiration="{day}"><pin digest="SHA-256">{pin}</pin></pin-set></domain-config>'
        "</network-security-config>"
    ).encode()


def device(number: int, *, debuggable: bool) -> Device:
    return Device(ZONES[number % len(ZONES)], TARGETS[number // len(ZONES) % len(TARGETS)], debuggable)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One file on one device: what Android has in force, and what our model says of it."""

    text: bytes
    device: Device
    api: int
    answer: NscAnswer
    model: Nsc
    hosts: Sequence[str]

    def check(self) -> None:
        """Every host; an assertion names the file, the device and the host."""
        model, target = self.model, self.device.target_sdk
        if self.device.debuggable:
            model = model.debuggable(None, target)
        for host, told in zip(self.hosts, self.answer.hosts, strict=True):
            at = (self.text.decode(), self.device, self.api, host)
            self._check_pins(model, host, told, at)
            settings = model.settings(host)
            assert settings.permits_cleartext(target, self.api) is told.cleartext, at
            mine = [
                f"{CLASSES.get(one.source.strip(), 'ResourceCertificateSource')}{'!' * one.overrides_pins}"
                for one in settings.trusted(target)
            ]
            assert sorted(mine) == sorted(told.anchors), at

    def _check_pins(self, model: Nsc, host: str, told: HostConfig, at: object) -> None:
        clauses = model.demand(host)
        pins = frozenset(b64encode(pin).decode() for clause in clauses for pin in clause.leaf)
        assert pins == told.pins, at
        for clause in clauses:
            assert (clause.until is None) is (told.expires_ms is None), at
            if clause.until is not None and told.expires_ms is not None:
                self._check_days(clause.until, told.expires_ms, at)

    def _check_days(self, until: date, expires_ms: int, at: object) -> None:
        """Pins count while the clock is not past the instant: NetworkSecurityTrustManager.checkPins."""
        zone = ZoneInfo(self.device.timezone)
        if until < GREGORIAN:
            assert expires_ms < datetime(1601, 1, 1, tzinfo=UTC).timestamp() * 1000, at
            return
        # Python takes a midnight that a zone skips for the instant at which it skips it, as Java does.
        midnight = datetime.combine(until, time(), tzinfo=zone)
        assert midnight.timestamp() * 1000 == expires_ms, at
        for days in (-1, 0, 1):
            if date.min + timedelta(1) < until < date.max - timedelta(1):
                noon = datetime.combine(until + timedelta(days), time(12), tzinfo=zone)
                in_force = noon.timestamp() * 1000 <= expires_ms
                assert in_force is (days < 0), at


def refusals(model: Nsc, *, debuggable: bool, api: int) -> list[str]:
    """Why our reader thinks that this build crashes on that Android."""
    return [one.message for one in model.problems if (debuggable or not one.debug) and one.met(api)]


@pytest.mark.parametrize("debuggable", [False, True], ids=["release", "debuggable"])
@pytest.mark.parametrize("api", ANDROIDS)
def test_each_android_agrees(api: int, *, debuggable: bool) -> None:
    files = compiled()
    devices = [device(number, debuggable=debuggable) for number in range(len(files))]
    answers = android_answers([one for _, one in files], [HOSTS] * len(files), devices, api)
    accepted = pinned = 0
    for (text, _), on, answer in zip(files, devices, answers, strict=True):
        model = read_xml(text, "nsc.xml")
        told = refusals(model, debuggable=debuggable, api=api)
        if answer.refused_by != "aapt2":
            assert bool(told) is (answer.error is not None), (text.decode(), told, answer.error, on, api)
        if answer.error is None:
            Comparison(text, on, api, answer, model, HOSTS).check()
            accepted += 1
            pinned += any(host.pins for host in answer.hosts)
    assert len(files) > 2_000
    assert min(pinned, len(files) - accepted) > 500, (pinned, accepted)
