"""What the other commands make of apps for Apple's systems, and that an audit of an APK loads nothing of them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.base.errors import InputError
from pincompiler.facts import AppleMechanism, System
from pincompiler.workflows.audit_cache import AuditCache
from pincompiler.workflows.diff import compare
from pincompiler.workflows.read_configuration import check_file
from pincompiler.workflows.read_release import read_release
from pincompiler.workflows.taking_over import taken_over
from tests import builds as golden
from tests.apk.forge import app as android
from tests.apk.forge import simple_zip
from tests.ios.apps import EXTENSION, OTHER, PINS, files, info, ipa, pinned
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("builds")

HOST: Final = "api.example.com"
MAIN: Final = "int main(void) { return [[NSObject new] isEqual:nil]; }"


def built(folder: Path, name: str, *pins: str, hosts: tuple[str, ...] = (HOST,)) -> Path:
    """An app of which everything is known."""
    content = files(info("Shop", **pinned(*hosts, pins=pins or PINS)))
    return ipa(folder, content | {"Shop": golden.program(MAIN)}, name)


def test_check_reports_what_an_audit_does(tmp_path: Path) -> None:
    content = files(info("Shop", **pinned(HOST, NSAllowsArbitraryLoads=True)))
    findings, doubts = check_file(ipa(tmp_path, content), TODAY, 30)
    assert [one.rule for one in findings] == ["loosened-pinned-host"]
    assert list(doubts) == ["Shop: it is no Mach-O file"]
    assert check_file(built(tmp_path, "sound.ipa"), TODAY, 30) == ((), ())
    with pytest.raises(InputError, match="no pins were found in it"):
        check_file(built(tmp_path, "bare.ipa", hosts=()), TODAY, 30)


def test_two_builds_are_compared_process_by_process(tmp_path: Path) -> None:
    old, same = built(tmp_path, "old.ipa"), built(tmp_path / "..", "same.ipa")
    assert not compare(old, same, TODAY).differ
    found = compare(old, built(tmp_path, "new.ipa", PINS[0], OTHER), TODAY)
    assert not found.doubts
    assert [one.difference.name for one in found.disagreements] == [HOST, HOST]
    assert found.changes
    assert {one.pin.pin for one in found.changes.new_pins} == {OTHER}
    lost = compare(old, built(tmp_path, "lost.ipa", hosts=()), TODAY)
    assert [one.right for one in lost.disagreements] == [f"{tmp_path / 'lost.ipa'} (without NSPinnedDomains)"]


def test_an_app_is_compared_with_pins_toml(tmp_path: Path) -> None:
    shipped = built(tmp_path, "app.ipa")
    keys = "".join(f'[keys.k{n}]\nspki-sha256 = "{pin}"\nrole = "leaf"\n' for n, pin in enumerate(PINS))
    sets = f'[[pin-set]]\nhosts = ["{HOST}"]\nsubdomains = "none"\nkeys = ["k0", "k1"]\n'
    (tmp_path / "pins.toml").write_text(f"version = 1\n{keys}{sets}")
    assert not compare(shipped, tmp_path / "pins.toml", TODAY).differ


def test_init_takes_over_what_an_app_pins(tmp_path: Path) -> None:
    found = taken_over((built(tmp_path, "app.ipa"),), TODAY, tmp_path)
    assert all(pin in found.content.decode() for pin in PINS)
    assert not found.left_out
    content = files(info("Shop", **pinned(HOST)), info("Share", **pinned("other.example.com")))
    both = taken_over((ipa(tmp_path, content | {"Shop": golden.program(MAIN)}),), TODAY, tmp_path)
    assert "other.example.com" not in both.content.decode()
    assert any(EXTENSION in sentence for sentence in both.left_out)


def test_a_release_has_what_devices_have_and_is_kept(tmp_path: Path) -> None:
    path, cache = built(tmp_path, "app.ipa"), AuditCache(tmp_path / "kept")
    fresh, kept = (read_release(str(path), TODAY, cache) for _ in range(2))
    for release in (fresh, kept):
        assert not release.error
        (one,) = release.in_force
        assert (one.mechanism, one.api.system, str(one.api)) == (AppleMechanism.ATS, System.IOS, "iOS 15+")
        assert one.enforcement.demand(HOST)
        assert not one.doubts


def test_an_audit_of_an_apk_loads_nothing_of_apples(tmp_path: Path) -> None:
    (tmp_path / "app.apk").write_bytes(simple_zip(android()))
    code = (
        "import sys, datetime, pathlib; from pincompiler import audit_app\n"
        "found = audit_app(pathlib.Path(sys.argv[1]), datetime.date(2026, 11, 23))\n"
        "print(found.error, *(one for one in sys.modules if one.startswith(('pincompiler.ios', 'pincompiler.shipped.ios'))))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "app.apk")], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == []
