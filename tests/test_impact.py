"""`impact`: what a new certificate does to releases, held to real certificates and to the enforcements themselves."""

from __future__ import annotations

import contextlib
import json
import os
import plistlib
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.base.json_kinds import WrongError
from pincompiler.facts import InForce, Mechanism, State, VersionRange
from pincompiler.platforms.nsc.model import Certificates, Settings
from pincompiler.policy.demand_table import tabulated
from pincompiler.policy.differences import differences
from pincompiler.workflows.audit_cache import AuditCache, code_digest, user_directory
from pincompiler.workflows.read_release import read_release
from pincompiler.workflows.release_cache import RELEASE
from tests import pki
from tests.json_schemas import places, put
from tests.platforms.models import nscs, trustkits
from tests.test_cli import SAMPLES, run
from tests.test_verify import CA, LEAF, SPARE_KEY, pin, pins
from tests.tls_servers import CA_NAME, HOST, signed, usual

if TYPE_CHECKING:
    from pincompiler.platforms.nsc.model import Nsc
    from pincompiler.platforms.trustkit import TrustKit

TODAY = datetime.now(UTC).date()
APK = SAMPLES / "audit" / "shop.apk"


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's audits are kept."""
    base = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(base))
    return base / "pincompiler"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A new chain, the anchor above it, and nothing shipped yet."""
    (tmp_path / "new.pem").write_bytes(b"".join(map(pki.pem, usual().served)))
    (tmp_path / "root.pem").write_bytes(pki.pem(usual().root))
    return tmp_path


def nsc(folder: Path, *pinned: str, expires: date | None = None, more: str = "") -> str:
    """A network security configuration with these pins."""
    end = f' expiration="{expires}"' if expires else ""
    listed = "".join(f'<pin digest="SHA-256">{one}</pin>' for one in pinned)
    (folder / "nsc.xml").write_text(
        "<network-security-config><domain-config>"
        f'<domain includeSubdomains="true">{HOST}</domain><pin-set{end}>{listed}</pin-set>{more}'
        "</domain-config></network-security-config>"
    )
    return "nsc.xml"


def impact(folder: Path, *arguments: str, ca: bool = True) -> tuple[int, Any]:
    """The exit code and the JSON."""
    trusted = ("--ca-file", "root.pem") if ca else ()
    ran = run("impact", "--chain", "new.pem", *trusted, "-f", "json", *arguments, cwd=folder)
    return ran.code, json.loads(ran.stdout)


def days(report: Any, release: int = 0) -> list[tuple[str, str, str]]:
    """From, to and outcome of a cell."""
    shown = report["releases"][release]["hosts"][0]["days"]
    return [(one["from"], one["to"], one["outcome"]) for one in shown]


@pytest.mark.parametrize("which", [0, 1, 2], ids=["leaf", "intermediate", "anchor"])
def test_an_nsc_takes_any_key_of_the_validated_path(which: int, folder: Path) -> None:
    wanted = pin((*usual().served, usual().root)[which])
    code, report = impact(folder, nsc(folder, wanted, SPARE_KEY[1]))
    assert (code, [outcome for _, _, outcome in days(report)]) == (0, ["works"])
    assert report["releases"][0]["hosts"][0]["days"][0]["keys"] == [wanted]


def test_a_release_without_the_new_keys_is_blocked_until_its_pins_end(folder: Path) -> None:
    end = TODAY + timedelta(days=20)
    code, report = impact(folder, nsc(folder, SPARE_KEY[1], expires=end))
    first, second = days(report)
    assert code == 1
    assert first == (str(TODAY), str(end - timedelta(days=1)), "blocked")
    assert second == (str(end), report["until"], "unpinned")


def test_the_time_line_ends_with_the_chain_or_is_told_when_it_ended(folder: Path) -> None:
    last = usual().leaf.not_valid_after_utc.date() - timedelta(days=1)
    code, report = impact(folder, nsc(folder, pin(usual().leaf)))
    assert (code, report["until"]) == (0, str(last))
    until = str(last + timedelta(days=9))
    code, report = impact(folder, "--until", until, nsc(folder, pin(usual().leaf)))
    assert (code, days(report)[-1]) == (1, (str(last + timedelta(days=1)), until, "blocked"))


def test_a_chain_of_tomorrow_is_blocked_today(folder: Path) -> None:
    begins = usual().leaf.not_valid_before_utc.date()
    day = begins - timedelta(days=3)
    code, report = impact(folder, "--today", str(day), nsc(folder, pin(usual().leaf)))
    assert code == 1
    assert days(report)[0] == (str(day), str(begins - timedelta(days=1)), "blocked")
    assert days(report)[1][::2] == (str(begins), "works")


def test_a_chain_that_nobody_should_accept_is_blocked_everywhere(folder: Path) -> None:
    code, report = impact(folder, nsc(folder, pin(usual().leaf)), ca=False)
    assert (code, days(report)[0][2]) == (1, "blocked")
    why = report["releases"][0]["hosts"][0]["days"][0]["why"]
    assert why == "the server shows a chain that ends before any trusted CA"
    code, report = impact(folder, "--host", "other.example.org", nsc(folder, pin(usual().leaf)))
    assert (code, days(report)[0][2]) == (1, "blocked")
    assert report["chains"][0]["problem"]


def test_anchors_of_the_app_itself_are_not_guessed_at(folder: Path) -> None:
    more = '<trust-anchors><certificates src="@raw/ca"/></trust-anchors>'
    code, report = impact(folder, nsc(folder, pin(usual().leaf), more=more), ca=False)
    assert (code, days(report)[0][2]) == (3, "unknown")
    code, report = impact(folder, nsc(folder, pin(usual().leaf), more=more))
    assert (code, days(report)[0][2]) == (0, "works")


def test_roles_count_where_the_platform_minds_them(folder: Path) -> None:
    """NSPinnedDomains asks the leaf list for the leaf only: an intermediate there blocks, and the NSC takes it."""
    wrong = pins(("now", pin(usual().intermediate), LEAF), SPARE_KEY)
    (folder / "pins.toml").write_text(wrong)
    code, report = impact(folder, "pins.toml")
    told = {
        one["mechanism"]: one["days"][0]["outcome"] for one in report["releases"][0]["hosts"][0]["mechanisms"]
    }
    assert code == 1
    assert told == {"nsc": "works", "okhttp": "works", "ats": "blocked", "trustkit": "works"}
    (folder / "pins.toml").write_text(
        pins(("now", pin(usual().intermediate), CA), (SPARE_KEY[0], SPARE_KEY[1], CA))
    )
    code, report = impact(folder, "pins.toml")
    deciding = [one["days"][0]["keys"] for one in report["releases"][0]["hosts"][0]["mechanisms"]]
    assert (code, deciding) == (0, [[pin(usual().intermediate)]] * 4)


@pytest.mark.parametrize(("pinned", "outcome"), [("root", "works"), ("leaf", "blocked")])
def test_trustkit_gives_up_at_a_key_that_it_cannot_hash(pinned: str, outcome: str, folder: Path) -> None:
    """TSKSPKIHashCache.m and ssl_pin_verifier.m: from the root down, a match ends it, as does a P-521 key before."""
    root, key = usual().root, pki.private_key("P-521")
    leaf = signed(HOST, key, CA_NAME, pki.private_key("P-256", 71), names=[HOST])
    (folder / "new.pem").write_bytes(pki.pem(leaf))
    hashes = [{"root": pin(root), "leaf": pin(leaf)}[pinned], SPARE_KEY[1]]
    domain = {"TSKPublicKeyHashes": hashes, "TSKEnforcePinning": True}
    with (folder / "Info.plist").open("wb") as file:
        plistlib.dump({"TSKConfiguration": {"TSKPinnedDomains": {HOST: domain}}}, file)
    _, report = impact(folder, "Info.plist")
    assert [one[2] for one in days(report)] == [outcome]
    why = report["releases"][0]["hosts"][0]["days"][0]["why"]
    assert why.startswith(
        "ca P-256 " if pinned == "root" else "Info.plist (TrustKit) cannot hash the P-521 key"
    )


def test_a_release_of_git_comes_with_the_files_of_its_keys(folder: Path) -> None:
    (folder / "app" / "certs").mkdir(parents=True)
    (folder / "app" / "certs" / "now.pem").write_bytes(pki.pem(usual().leaf))
    toml = pins(("now", "", LEAF), SPARE_KEY, targets="").replace(
        'spki-sha256 = ""', 'file = "certs/now.pem"'
    )
    (folder / "app" / "pins.toml").write_text(toml)
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (("init", "-q"), ("add", "app"), (*identity, "commit", "-qm", "1"), ("rm", "-rqf", "app")):
        subprocess.run(["git", *command], cwd=folder, check=True)
    code, report = impact(folder, "git:HEAD:app/pins.toml")
    assert (code, days(report)[0][2]) == (0, "works")
    code, report = impact(folder, "git:HEAD:app/none.toml")
    assert code == 2
    assert "git says" in report["releases"][0]["error"]


def test_every_kind_of_release_comes_from_git_as_well(folder: Path) -> None:
    nsc(folder, SPARE_KEY[1])
    pinned = {
        "NSPinnedLeafIdentities": [{"SPKI-SHA256-BASE64": one} for one in (pin(usual().leaf), SPARE_KEY[1])]
    }
    with (folder / "Info.plist").open("wb") as file:
        plistlib.dump({"NSAppTransportSecurity": {"NSPinnedDomains": {HOST: pinned}}}, file)
    names = {"shop.apk": "blocked", "nsc.xml": "blocked", "Info.plist": "works"}
    shutil.copy(APK, folder / "shop.apk")
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (
        ("init", "-q"),
        ("add", *names),
        (*identity, "commit", "-qm", "1"),
        ("rm", "-rqf", *names),
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    code, report = impact(folder, *(f"git:HEAD:{name}" for name in names))
    assert (code, [days(report, number)[0][2] for number in range(3)]) == (1, list(names.values()))
    assert [one["release"] for one in report["releases"]] == [f"git:HEAD:{name}" for name in names]


def test_one_release_that_is_blocked_outweighs_one_that_cannot_be_read(folder: Path) -> None:
    assert impact(folder, "none.xml", nsc(folder, pin(usual().leaf)))[0] == 2
    assert impact(folder, "none.xml", nsc(folder, SPARE_KEY[1]))[0] == 1


def test_the_text_says_what_to_do_next(folder: Path) -> None:
    ran = run("impact", "--chain", "new.pem", "--ca-file", "root.pem", nsc(folder, SPARE_KEY[1]), cwd=folder)
    assert f"nsc.xml  {HOST}: blocked {TODAY} to " in ran.stdout
    assert f"next: do not deploy it for {HOST} while nsc.xml is supported" in ran.stderr


def test_an_app_is_told_by_mechanism_and_android_version(folder: Path) -> None:
    # The certificate of the samples is one that the app's configuration pins.
    chain, anchor = SAMPLES / "certs" / "api-2026.pem", SAMPLES / "certs" / "shop-ca.pem"
    ran = run(
        *("impact", "--chain", str(chain), "--ca-file", str(anchor), "--until", "2027-01-01"),
        *("--today", "2026-11-25", "-f", "json", str(APK)),
        cwd=folder,
    )
    (cell,) = (one for one in json.loads(ran.stdout)["releases"][0]["hosts"] if one["host"] == HOST)
    rows = [(one["mechanism"], one["android"], one["days"][0]["outcome"]) for one in cell["mechanisms"]]
    assert ("nsc", {"first": 26, "last": None}, "works") in rows


def listed(folder: Path, name: str, file: str, first: date, last: date | None) -> None:
    """A release more in the folder's pins.toml."""
    path = folder / "pins.toml"
    before = path.read_text() if path.exists() else pins(("now", pin(usual().leaf), LEAF), SPARE_KEY)
    end = f"support-until = {last}\n" if last else ""
    path.write_text(f'{before}[[release]]\nname = "{name}"\ndate = {first}\n{end}file = "{file}"\n')


def test_releases_of_pins_toml_count_as_long_as_they_are_supported(folder: Path) -> None:
    old, (ago, soon) = nsc(folder, SPARE_KEY[1]), (TODAY - timedelta(days=90), TODAY + timedelta(days=5))
    listed(folder, "4.0", old, ago, TODAY - timedelta(days=1))
    listed(folder, "4.2", "pins.toml", soon, None)
    code, report = impact(folder, "--pins", "pins.toml")
    assert (code, [one["release"] for one in report["releases"]]) == (0, ["4.2"])
    assert days(report)[0] == (str(soon), report["until"], "works")
    # With one that is supported a little longer there is somebody who is blocked, and only so long.
    listed(folder, "4.1", old, ago, soon)
    code, report = impact(folder, "--pins", "pins.toml")
    assert (code, [one["release"] for one in report["releases"]]) == (1, ["4.1", "4.2"])
    assert days(report) == [(str(TODAY), str(soon), "blocked")]
    # Others may be named beside them.
    code, report = impact(folder, "--pins", "pins.toml", "--until", str(TODAY), "pins.toml")
    assert [one["release"] for one in report["releases"]] == ["4.1", "pins.toml"]


def test_a_list_of_releases_that_are_all_past_is_no_answer(folder: Path) -> None:
    listed(folder, "4.0", "pins.toml", TODAY - timedelta(days=90), TODAY - timedelta(days=1))
    for command in (("impact", "--chain", "new.pem", "--ca-file", "root.pem", "--pins"), ("plan",)):
        ran = run(*command, "pins.toml", "--today", str(TODAY), cwd=folder)
        assert (ran.code, ran.stdout) == (2, "")
        assert "has no [[release]] that is supported " in ran.stderr
    ran = run("impact", "--chain", "new.pem", "--ca-file", "root.pem", cwd=folder)
    assert (ran.code, "name a RELEASE, or with --pins" in ran.stderr) == (2, True)


# -- the cache -----------------------------------------------------------------------------------


def test_what_is_kept_of_an_app_means_the_same(tmp_path: Path) -> None:
    kept = AuditCache(tmp_path / "kept")
    fresh, first, second = (read_release(str(APK), TODAY, one) for one in (None, kept, kept))
    assert first.in_force == fresh.in_force
    assert len(second.in_force) == len(fresh.in_force)
    for was, now in zip(fresh.in_force, second.in_force, strict=True):
        assert (was.mechanism, was.title, was.api) == (now.mechanism, now.title, now.api)
        assert (was.state, was.why) == (now.state, now.why)
        assert was.doubts == now.doubts
        assert was.enforcement.trust("api.example.com") == now.enforcement.trust("api.example.com")
        assert not list(differences(was.enforcement, now.enforcement))


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"values": 1}', None])
def test_a_damaged_entry_is_ignored_and_written_anew(damage: bytes | None, tmp_path: Path) -> None:
    kept = AuditCache(tmp_path)
    before = read_release(str(APK), TODAY, kept)
    (entry,) = tmp_path.iterdir()
    whole = entry.read_bytes()
    # The last of these is whole as JSON, and has no configurations in it.
    entry.write_bytes(whole.replace(b'"mechanism"', b'"mechanic"') if damage is None else damage)
    assert len(read_release(str(APK), TODAY, kept).in_force) == len(before.in_force)
    assert entry.read_bytes() == whole
    assert [one.name for one in tmp_path.iterdir()] == [entry.name]


def test_an_entry_is_believed_only_where_nobody_else_may_have_written_it(tmp_path: Path) -> None:
    kept = AuditCache(tmp_path / "kept")

    def written() -> Path:
        kept.save("key", ["mine"])
        (entry,) = kept.directory.iterdir()
        return entry

    assert kept.load("key") is None
    entry = written()
    assert kept.load("key") == ["mine"]
    for mode in (0o620, 0o602):
        entry.chmod(mode)
        assert kept.load("key") is None
        entry.chmod(0o600)
    for mode in (0o770, 0o707):
        kept.directory.chmod(mode)
        assert kept.load("key") is None
        kept.directory.chmod(0o700)
    entry.rename(tmp_path / "elsewhere")
    entry.symlink_to(tmp_path / "elsewhere")
    assert kept.load("key") is None
    entry.unlink()
    os.mkfifo(entry)
    assert kept.load("key") is None
    entry.unlink()
    assert kept.load("key") is None
    written()
    assert kept.load("key") == ["mine"]


def test_an_entry_of_another_user_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = AuditCache(tmp_path)
    kept.save("key", ["mine"])
    own = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: own + 1)
    assert kept.load("key") is None


def test_an_app_that_is_replaced_while_it_is_read_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, app = AuditCache(tmp_path / "kept"), tmp_path / "app.apk"
    app.write_bytes(APK.read_bytes())
    monkeypatch.setattr("pincompiler.workflows.read_release.sha256_of", lambda _: "0" * 64)
    read_release(str(app), TODAY, kept)
    assert not kept.directory.exists()


def test_what_other_code_found_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = AuditCache(tmp_path / "kept")
    kept.save("key", ["yesterday's verdict"])
    assert kept.load("key") == ["yesterday's verdict"]
    # A working copy: its version stands still, and one of its files does not.
    (tmp_path / "rules").mkdir()
    rule = tmp_path / "rules" / "rule.py"
    rule.write_text("LIMIT = 1")
    before = code_digest(rule.parent)
    rule.write_text("LIMIT = 2")
    assert code_digest(rule.parent) != before
    monkeypatch.setattr("pincompiler.workflows.audit_cache._this_code", lambda: code_digest(rule.parent))
    assert kept.load("key") is None
    kept.save("key", ["today's"])
    (tmp_path / "rules" / "rule.cpython-311.pyc").write_bytes(b"of the same code")
    assert kept.load("key") == ["today's"]


def test_no_cache_keeps_nothing(folder: Path, cache: Path) -> None:
    impact(folder, "--no-cache", str(APK))
    assert not cache.exists()
    impact(folder, str(APK))
    assert len(list(cache.iterdir())) == 1


def test_the_cache_is_where_xdg_says() -> None:
    assert user_directory({"XDG_CACHE_HOME": "/c", "HOME": "/h"}) == Path("/c/pincompiler")
    assert user_directory({"XDG_CACHE_HOME": "c", "HOME": "/h"}) == Path("/h/.cache/pincompiler")
    assert user_directory({}) is None


@given(nscs())
def test_what_is_kept_of_an_nsc_has_its_verdicts(enforcement: Nsc) -> None:
    trusted = Settings((Certificates("user", overrides_pins=True), Certificates("@raw/ca")))
    nsc = replace(enforcement, base=trusted)
    one = InForce(Mechanism.NSC, "nsc", tabulated(nsc), api=VersionRange(24))
    (read,) = again([replace(one, enforcement=nsc)])
    assert read == one
    assert not list(differences(nsc, read.enforcement))
    assert read.enforcement.trust("unnamed.invalid") == trusted.trust(24)


@given(trustkits(excluded=True), st.sampled_from(State), st.none() | st.integers(0, 99))
def test_what_is_kept_of_a_library_is_all_of_it(
    enforcement: TrustKit, state: State, last: int | None
) -> None:
    known = tabulated(enforcement)
    api = VersionRange(0, last)
    one = InForce(
        Mechanism.TRUSTKIT, "t", known, api=api, state=state, why="w", unenforced=known, doubts=("d",)
    )
    assert again([one]) == (one,)
    assert known.hashable() == enforcement.hashable() is not None


def again(found: list[InForce]) -> tuple[InForce, ...]:
    """What is kept, and read back from JSON."""
    kept: tuple[InForce, ...] = RELEASE.read(json.loads(json.dumps(RELEASE.write(found))))
    return kept


KEPT = RELEASE.write(read_release(str(APK), TODAY).in_force)
OTHER: tuple[Any, ...] = (None, 1, -1, 99, "x", "", [], [1], {}, {"x": [[]]}, True, 1.5)


@given(st.sampled_from(places(KEPT)[1:]), st.sampled_from(OTHER))
def test_what_is_kept_and_damaged_ends_in_no_traceback(path: tuple[str | int, ...], value: object) -> None:
    with contextlib.suppress(WrongError):
        RELEASE.read(put(KEPT, path, value))


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ((0, "mechanism"), "x", "[0].mechanism: is no mechanism"),
        ((0, "enforcement", "decisions"), [], "[0].enforcement.rows: is no index into decisions"),
        ((0, "api"), None, "[0].api: is no object"),
    ],
)
def test_what_is_kept_and_wrong_is_refused(path: tuple[str | int, ...], value: object, told: str) -> None:
    with pytest.raises(WrongError) as caught:
        RELEASE.read(put(KEPT, path, value))
    assert f"{caught.value.place}: {caught.value}" == told


@given(trustkits(excluded=True))
def test_a_table_of_trustkit_has_its_verdicts(enforcement: TrustKit) -> None:
    for name in enforcement.names():
        for host in (name, f"q.{name}", f"r.q.{name}", f"s.r.q.{name}"):
            assert tabulated(enforcement).demand(host) == enforcement.demand(host)
