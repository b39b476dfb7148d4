"""`plan`: what is said of rotations, with days and releases worked out by hand; tests/test_schedule.py has the proof."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64decode
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from pincompiler.facts import InForce, Mechanism
from pincompiler.planning.lifetimes import longest, renewals
from pincompiler.planning.schedule import Member
from pincompiler.planning.support import expiries
from pincompiler.policy.enforcement import Key, PinSet, Reach
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import SupportedRelease
from pincompiler.verdicts.outlook import Release
from tests import pki
from tests.test_cli import PIN_A, PIN_B, PIN_C, PIN_D, SAMPLES, run

if TYPE_CHECKING:
    from pathlib import Path

TODAY = "2026-11-25"
NSC = '[target.nsc]\npath = "nsc.xml"\n'
ATS = '[target.ats]\npath = "Info.plist"\n'


def pins(*keys: str, targets: str = NSC, expires: str = "", hosts: str = '"api.example.com"') -> str:
    """A pins.toml with these of the keys ``a``, ``b``, ``c`` and ``ca``."""
    known = {"a": (PIN_A, "leaf"), "b": (PIN_B, "leaf"), "c": (PIN_C, "leaf"), "ca": (PIN_D, "ca")}
    tables = "".join(
        f'[keys.{name}]\nspki-sha256 = "{pin}"\nrole = "{role}"\n' for name, (pin, role) in known.items()
    )
    end = f"expires = {expires}\n" if expires else ""
    named = ", ".join(f'"{key}"' for key in keys)
    return f"version = 1\n{tables}[[pin-set]]\nhosts = [{hosts}]\nkeys = [{named}]\n{end}{targets}"


def release(name: str, day: str, until: str = "", *, file: str = "pins.toml", policy: str = "") -> str:
    """A ``[[release]]``."""
    end = f"support-until = {until}\n" if until else ""
    what = f'policy = "{policy}"' if policy else f'file = "{file}"'
    return f'[[release]]\nname = "{name}"\ndate = {day}\n{end}{what}\n'


def rotation(old: str, new: str, day: str, host: str = "api.example.com") -> str:
    """A ``[[rotation]]``; keys are TOML."""
    return f'[[rotation]]\nhost = "{host}"\nfrom = {old}\nto = {new}\ndate = {day}\n'


A_TO_B = '"a"', '"b"'


def plan(folder: Path, text: str, *more: str, today: str = TODAY, **files: str) -> tuple[int, Any]:
    """The exit code and the JSON; ``files`` are other pins.tomls, by their stems."""
    (folder / "pins.toml").write_text(text)
    for stem, content in files.items():
        (folder / f"{stem}.toml").write_text(content)
    ran = run("plan", "--today", today, "--no-cache", "-f", "json", *more, cwd=folder)
    assert ran.stdout, ran.stderr
    return ran.code, json.loads(ran.stdout)


def said(folder: Path, text: str, **files: str) -> str:
    """The only rotation's next step."""
    (_, report) = plan(folder, text, **files)
    (one,) = report["rotations"]
    return str(one["next"])


# -- safe or not ---------------------------------------------------------------------------------


def test_a_rotation_that_every_release_is_ready_for_is_safe(tmp_path: Path) -> None:
    text = pins("a", "b") + release("4.2", "2026-09-01", "2027-09-01") + rotation(*A_TO_B, "2027-03-01")
    code, report = plan(tmp_path, text)
    (one,) = report["rotations"]
    assert (code, one["verdict"], one["refusals"], one["next"]) == (0, "safe", [], None)


def test_a_release_without_the_new_key_puts_it_off_until_its_support_has_ended(tmp_path: Path) -> None:
    text = pins("a", "b") + release("4.1", "2026-03-01", "2027-05-31", file="old.toml")
    text += release("4.2", "2026-09-01") + rotation(*A_TO_B, "2027-03-01")
    code, report = plan(tmp_path, text, old=pins("a", "c"))
    (one,) = report["rotations"]
    assert (code, one["verdict"], one["first-safe-date"]) == (1, "unsafe", "2027-06-01")
    assert one["accepted-from"] == "4.2"
    (refusal,) = one["refusals"]
    assert (refusal["release"], refusal["mechanism"], refusal["served"]) == ("4.1", "nsc", "to")
    assert refusal["android"] == {"first": 24, "last": None}
    assert (refusal["from"], refusal["to"]) == ("2027-03-01", "2027-05-31")
    assert one["next"] == ("rotate on 2027-06-01 or later: until then 4.1 refuses b; 4.2 and newer accept it")


@pytest.mark.parametrize(("until", "code"), [("2027-02-28", 0), ("2027-03-01", 1)])
def test_on_its_day_the_new_key_is_met_already(until: str, code: int, tmp_path: Path) -> None:
    text = pins("a", "b") + release("4.1", "2026-03-01", until, file="old.toml")
    assert plan(tmp_path, text + rotation(*A_TO_B, "2027-03-01"), old=pins("a", "c"))[0] == code


@pytest.mark.parametrize(("day", "code"), [("2027-03-01", 1), ("2027-03-02", 0)])
def test_on_its_day_the_old_key_is_still_met(day: str, code: int, tmp_path: Path) -> None:
    text = pins("b", "c") + release("5.0", day) + rotation(*A_TO_B, "2027-03-01")
    assert plan(tmp_path, text)[0] == code


def test_pins_end_a_day_later_by_a_clock_that_is_behind(tmp_path: Path) -> None:
    """The set ends on 02-01; on that day some devices show 01-31, and refuse the new key."""
    text = pins("a", "b") + release("4.1", "2026-03-01", file="old.toml") + rotation(*A_TO_B, "2027-02-01")
    code, report = plan(tmp_path, text, old=pins("a", "c", expires="2027-02-01"))
    (one,) = report["rotations"]
    assert (code, one["first-safe-date"], one["refusals"][0]["to"]) == (1, "2027-02-02", "2027-02-01")


def test_a_release_that_drops_the_old_key_too_early_is_named(tmp_path: Path) -> None:
    text = pins("b", "c") + release("4.2", "2026-09-01", file="old.toml") + release("5.0", "2027-01-10")
    code, report = plan(tmp_path, text + rotation(*A_TO_B, "2027-03-01"), old=pins("a", "b"))
    (one,) = report["rotations"]
    assert (code, one["first-safe-date"]) == (1, TODAY)
    assert one["next"] == f"rotate between {TODAY} and 2027-01-09: then 5.0 comes, which refuses a"
    # With a release that does not have the new key yet, there is no day left.
    text += release("4.1", "2026-03-01", "2027-02-01", file="older.toml")
    _, report = plan(tmp_path, text + rotation(*A_TO_B, "2027-03-01"), older=pins("a", "c"))
    (one,) = report["rotations"]
    assert one["first-safe-date"] is None
    assert one["next"] == "keep a in 5.0: it is served until 2027-03-01"


def test_a_release_without_an_end_of_support_leaves_no_day(tmp_path: Path) -> None:
    text = pins("a", "b") + release("4.1", "2026-03-01", file="old.toml") + release("4.2", "2026-09-01")
    text += rotation(*A_TO_B, "2027-03-01")
    assert said(tmp_path, text, old=pins("a", "c")) == (
        "set a support-until for 4.1, which refuses b; 4.2 and newer accept it"
    )


def test_a_key_that_nobody_pins_has_to_be_shipped_first(tmp_path: Path) -> None:
    of_it = release("4.2", "2026-09-01") + rotation(*A_TO_B, "2027-03-01")
    next_step = said(tmp_path, pins("a", "c") + of_it)
    assert next_step == "add b to the pin-set of api.example.com, and ship a release with it"
    old = of_it.replace("pins.toml", "old.toml")
    next_step = said(tmp_path, pins("a", "b") + old, old=pins("a", "c"))
    assert next_step == (
        "ship a release that accepts b: the newest one does not, as none of its pins is in the chain: "
        '<domain includeSubdomains="false">api.example.com</domain>'
    )


def test_a_pinned_key_that_trustkit_cannot_hash_is_no_key_to_rotate_to(tmp_path: Path) -> None:
    """TSKSPKIHashCache.m knows five kinds of keys; the NSC takes any."""
    (tmp_path / "b.pem").write_bytes(pki.pem(pki.certificate(key=pki.private_key("P-521"))))
    text = pins("a", "b", targets='[target.trustkit]\npath = "Info.plist"\n' + NSC)
    text = text.replace(f'[keys.b]\nspki-sha256 = "{PIN_B}"', '[keys.b]\nfile = "b.pem"')
    text += release("4.2", "2026-09-01") + rotation(*A_TO_B, "2027-03-01")
    code, report = plan(tmp_path, text)
    (one,) = report["rotations"]
    assert (code, one["verdict"], one["first-safe-date"]) == (1, "unsafe", None)
    assert [refusal["mechanism"] for refusal in one["refusals"]] == ["trustkit"]
    assert one["next"].endswith(
        "as trustkit (Info.plist) cannot hash the P-521 key of b, and refuses such chains"
    )


def test_a_rotation_that_was_made_too_early_is_to_be_undone(tmp_path: Path) -> None:
    text = pins("a", "b") + release("4.1", "2026-03-01", "2027-05-31", file="old.toml")
    text += release("4.2", "2026-09-01") + rotation(*A_TO_B, "2026-11-01")
    assert said(tmp_path, text, old=pins("a", "c")).startswith("go back to a, and rotate on 2027-06-01")


def test_a_rotation_does_not_wait_beyond_the_next_one(tmp_path: Path) -> None:
    text = pins("a", "b", "c") + release("4.1", "2026-03-01", "2027-05-31", file="old.toml")
    text += release("4.2", "2026-09-01")
    text += rotation(*A_TO_B, "2027-03-01") + rotation('"b"', '"c"', "2027-04-01")
    code, report = plan(tmp_path, text, old=pins("a", "c"))
    first, second = report["rotations"]
    assert (code, first["first-safe-date"], second["first-safe-date"]) == (1, None, None)
    assert first["next"] == ("move the next rotation of api.example.com too: 4.1 refuses b until then")


def test_the_chain_above_a_key_counts_where_it_is_written(tmp_path: Path) -> None:
    """NSPinnedDomains with a server's key and a CA's wants both; the NSC takes either."""
    both = pins("a", "b", "ca", targets=ATS) + release("4.2", "2026-09-01", "2027-09-01")
    assert said(tmp_path, both + rotation(*A_TO_B, "2027-03-01")).startswith(
        'if ca is above these keys, write from = ["a", "ca"] and to = ["b", "ca"]; else '
    )
    chains = rotation('["a", "ca"]', '["b", "ca"]', "2027-03-01")
    assert plan(tmp_path, both + chains)[0] == 0


def test_the_key_of_a_ca_is_served_above_a_server_whom_nobody_knows(tmp_path: Path) -> None:
    """In NSPinnedDomains, a CA's key in the place of a server's would not count."""
    text = pins("ca", "c", targets="") + release("4.2", "2026-09-01", file="ats.toml")
    chain = rotation('"ca"', '["b", "ca"]', "2027-03-01")
    assert plan(tmp_path, text + chain, ats=pins("ca", targets=ATS))[0] == 0


# -- unknown -------------------------------------------------------------------------------------


def test_a_digest_is_known_if_it_is_that_of_pins_toml(tmp_path: Path) -> None:
    now = pins("a", "b")
    (tmp_path / "pins.toml").write_text(now)
    digest = json.loads(run("check", "-f", "json", cwd=tmp_path).stdout)["policy"]
    text = now + release("4.2", "2026-09-01", policy=digest) + rotation(*A_TO_B, "2027-03-01")
    assert plan(tmp_path, text)[0] == 0
    # Of another one nothing is known: neither safe nor unsafe.
    text = text.replace(digest, f"sha256/{PIN_A}").replace("date = 2026-09-01", "date = 2026-12-24")
    code, report = plan(tmp_path, text)
    (one,) = report["rotations"]
    assert (code, one["verdict"]) == (3, "unknown")
    assert {refusal["outcome"] for refusal in one["refusals"]} == {"unknown"}
    assert one["next"].startswith("look into 4.2: pins.toml has another policy now; name the file")


def test_a_release_that_cannot_be_read_is_told_and_one_that_is_blocked_outweighs_it(tmp_path: Path) -> None:
    text = pins("a", "b") + release("4.1", "2026-03-01", file="none.apk") + release("4.2", "2026-09-01")
    code, report = plan(tmp_path, text + rotation(*A_TO_B, "2027-03-01"))
    assert (code, report["rotations"][0]["verdict"]) == (2, "unknown")
    assert report["releases"][0]["error"] == "cannot be read: No such file or directory"
    assert plan(tmp_path, text + rotation('"a"', '"c"', "2027-03-01"))[0] == 1


@pytest.mark.parametrize(
    ("overriding", "code"), [("system", 0), ("user", 1), ("@raw/own", 3)], ids=["all", "users", "own"]
)
def test_anchors_that_skip_the_pins_count_if_chains_end_in_them(
    overriding: str, code: int, tmp_path: Path
) -> None:
    """Which CA a chain of the future ends in is not known; that it is none that the user installed, is."""
    other = "" if overriding == "system" else '<certificates src="system"/>'
    (tmp_path / "nsc.xml").write_text(
        "<network-security-config><domain-config><domain>api.example.com</domain>"
        f'<pin-set><pin digest="SHA-256">{PIN_A}</pin></pin-set><trust-anchors>{other}'
        f'<certificates src="{overriding}" overridePins="true"/></trust-anchors>'
        "</domain-config></network-security-config>"
    )
    text = pins("a", "b") + release("4.2", "2026-09-01", file="nsc.xml") + rotation(*A_TO_B, "2027-03-01")
    assert plan(tmp_path, text)[0] == code


def test_a_release_that_trusts_its_own_ca_alone_is_asked_for_that_ca(tmp_path: Path) -> None:
    """Android builds chains to these anchors only; which CA issues the next certificate, the rotation has to say."""
    own, another = (
        pki.certificate(name, ca=True, key=pki.private_key("P-256", n))
        for n, name in ((41, "Own"), (42, "Next"))
    )
    (tmp_path / "own.pem").write_bytes(pki.pem(own))
    (tmp_path / "next.pem").write_bytes(pki.pem(another))
    (tmp_path / "res" / "raw").mkdir(parents=True)
    (tmp_path / "res" / "xml").mkdir()
    (tmp_path / "res" / "raw" / "own.pem").write_bytes(pki.pem(own))
    (tmp_path / "res" / "xml" / "nsc.xml").write_text(
        "<network-security-config><domain-config><domain>api.example.com</domain>"
        '<trust-anchors><certificates src="@raw/own"/></trust-anchors></domain-config></network-security-config>'
    )
    text = pins("a", "b") + '[keys.own]\nfile = "own.pem"\n[keys.next]\nfile = "next.pem"\n'
    text += release("4.2", "2026-09-01", file="res/xml/nsc.xml")
    for old, new, code in (
        ('"a"', '"b"', 3),
        ('["a", "own"]', '["b", "next"]', 3),
        ('["a", "own"]', '["b", "own"]', 0),
    ):
        found, report = plan(tmp_path, text + rotation(old, new, "2027-03-01"))
        assert found == code
        (one,) = report["rotations"]
        reasons = {refusal["why"] for refusal in one["refusals"]}
        assert reasons == ({f"res/xml/nsc.xml trusts @raw/own alone there; {NAME_THE_CA}"} if code else set())


NAME_THE_CA = "name the key of the CA in the rotation as well"


def test_without_releases_there_is_nobody_to_plan_for(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(pins("a", "b") + rotation(*A_TO_B, "2027-03-01"))
    ran = run("plan", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert "has no [[release]], so no users are known who could be locked out" in ran.stderr


def test_a_release_of_the_past_need_not_be_there_any_more(tmp_path: Path) -> None:
    text = pins("a", "b") + release("4.0", "2026-01-01", "2026-11-24", file="gone.apk")
    text += release("4.2", "2026-09-01") + rotation(*A_TO_B, "2027-03-01")
    code, report = plan(tmp_path, text)
    assert (code, [one["release"] for one in report["releases"]]) == (0, ["4.2"])


# -- what releases are ---------------------------------------------------------------------------


def test_a_shipped_app_is_a_release(tmp_path: Path) -> None:
    """samples/audit/README has what it pins: the certificate of 2026, by its NSC."""
    shutil.copytree(SAMPLES / "certs", tmp_path / "certs")
    shutil.copy(SAMPLES / "audit" / "shop.apk", tmp_path)
    keys = '[keys.now]\nfile = "certs/api-2026.pem"\n[keys.next]\nfile = "certs/api-2027.csr"\n'
    text = f'version = 1\n{keys}[[pin-set]]\nhosts = ["api.example.com"]\nkeys = ["now", "next"]\n'
    text += release("4.1", "2026-03-01", "2027-05-31", file="shop.apk")
    code, report = plan(tmp_path, text + rotation('"now"', '"next"', "2027-03-01"))
    (one,) = report["rotations"]
    assert (code, one["first-safe-date"]) == (1, "2027-06-01")
    assert {(refusal["mechanism"], refusal["served"]) for refusal in one["refusals"]} == {("nsc", "to")}


def test_a_release_of_git_is_read_from_the_repository_of_pins_toml(tmp_path: Path) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    (tmp_path / "pins.toml").write_text(pins("a", "c"))
    for command in (("init", "-q"), ("add", "."), (*identity, "commit", "-qm", "1"), ("tag", "v4.1")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    text = pins("a", "b") + release("4.1", "2026-03-01", "2027-05-31", file="git:v4.1:pins.toml")
    code, report = plan(tmp_path, text + rotation(*A_TO_B, "2027-03-01"))
    assert (code, report["rotations"][0]["first-safe-date"]) == (1, "2027-06-01")


# -- keys, pin-sets, lifetimes -------------------------------------------------------------------


def test_keys_are_retired_when_nobody_meets_them_any_more(tmp_path: Path) -> None:
    text = pins("a", "b", "c") + release("4.2", "2026-09-01", "2027-09-01")
    _, report = plan(tmp_path, text + rotation(*A_TO_B, "2027-03-01"))
    first, second = report["keys"]
    assert (first["key"], first["needed-until"], first["retire-from"]) == ("a", "2027-03-01", "2027-03-02")
    assert (second["key"], second["needed-until"], second["retire-from"]) == ("b", "2027-09-01", None)
    assert first["needed-by"] == ["4.2"]
    assert report["backups"] == ["c"]


def test_a_key_is_not_retired_by_a_plan_that_fails(tmp_path: Path) -> None:
    text = pins("a", "c") + release("4.2", "2026-09-01", "2027-09-01") + rotation(*A_TO_B, "2027-03-01")
    (tmp_path / "pins.toml").write_text(text)
    shown = run("plan", "--today", TODAY, cwd=tmp_path).stdout
    assert "  a  undecided: the rotation of api.example.com on 2027-03-01 has to be safe first\n" in shown
    assert [one["retire-from"] for one in plan(tmp_path, text)[1]["keys"]] == [None, None]


def test_a_key_that_another_host_has_as_well_is_not_retired(tmp_path: Path) -> None:
    both = pins("a", "b", hosts='"api.example.com", "auth.example.com"')
    text = both + release("4.2", "2026-09-01", "2027-09-01") + rotation(*A_TO_B, "2027-03-01")
    first, _ = plan(tmp_path, text)[1]["keys"]
    assert (first["also-pinned-for"], first["retire-from"]) == (["auth.example.com"], None)


@pytest.mark.parametrize(
    ("old", "new", "day", "words"),
    [
        ("a", "b", "2027-03-01", "retired, and still served: rotate away from it"),
        ("b", "a", "2026-03-01", "retired"),
    ],
)
def test_a_retired_key_is_not_to_be_served(old: str, new: str, day: str, words: str, tmp_path: Path) -> None:
    text = pins("a", "c").replace("[keys.b]\n", "[keys.b]\nretired = true\n")
    text += release("4.2", "2026-09-01", "2027-09-01") + rotation(f'"{old}"', f'"{new}"', day)
    (tmp_path / "pins.toml").write_text(text)
    assert f"  b  {words}\n" in run("plan", "--today", TODAY, cwd=tmp_path).stdout


def test_a_ca_that_is_pinned_carries_the_keys_below_it(tmp_path: Path) -> None:
    text = pins("a", "ca") + release("4.2", "2026-09-01", "2027-09-01")
    code, report = plan(tmp_path, text + rotation('["a", "ca"]', '["b", "ca"]', "2027-03-01"))
    needed = {one["key"]: one["needed-until"] for one in report["keys"]}
    assert (code, needed) == (0, {"a": None, "ca": "2027-09-01", "b": None})


@pytest.mark.parametrize(("following", "found"), [("2027-02-01", 0), ("2027-02-02", 1)])
def test_pins_that_end_before_the_next_release_are_told(following: str, found: int, tmp_path: Path) -> None:
    text = pins("a", "b", expires="2027-02-01") + release("4.2", "2026-09-01")
    _, report = plan(tmp_path, text + release("4.3", following))
    assert len(report["expiring"]) == found
    for one in report["expiring"]:
        assert (one["release"], one["expires"], one["next-release"]) == ("4.2", "2027-02-01", "4.3")
        assert (one["hosts"], one["mechanisms"]) == (["api.example.com"], ["nsc"])


@pytest.mark.parametrize(("used", "found"), [(True, 1), (False, 0)])
def test_pins_that_are_put_to_no_use_end_without_a_word(used: bool, found: int) -> None:  # noqa: FBT001
    end = date(2027, 2, 1)
    policy = Policy((PinSet(("api.example.com",), Reach.NONE, (Key(b64decode(PIN_A)),), end),))
    installed = InForce(Mechanism.OKHTTP, "a pinner", policy, unenforced=None if used else policy)
    member = Member(SupportedRelease("4.2", date(2026, 9, 1)), Release("4.2", (installed,)))
    assert len(list(expiries((member,), date.fromisoformat(TODAY)))) == found


def test_without_a_next_release_pins_have_to_last_as_long_as_support(tmp_path: Path) -> None:
    text = pins("a", "b", expires="2027-02-01")
    for until, found in (("2027-01-31", 0), ("2027-02-01", 1), ("", 1)):
        _, report = plan(tmp_path, text + release("4.2", "2026-09-01", until))
        assert len(report["expiring"]) == found


@pytest.mark.parametrize(
    ("issued", "days"),
    [
        ("2026-03-14", 398),
        ("2026-03-15", 200),
        ("2027-03-14", 200),
        ("2027-03-15", 100),
        ("2029-03-14", 100),
        ("2029-03-15", 47),
        ("2031-01-01", 47),
    ],
)
def test_certificates_get_shorter_on_the_days_of_ballot_sc_081v3(issued: str, days: int) -> None:
    assert longest(date.fromisoformat(issued)) == days


def test_renewals_are_counted_from_each_certificate_to_the_next() -> None:
    """200 days from 2026-09-01, 100 from 2027-03-20, and the one of 2027-06-28 lasts."""
    found = renewals(date(2026, 9, 1), date(2027, 9, 1))
    assert list(map(str, found)) == ["2027-03-20", "2027-06-28"]
    assert list(renewals(date(2026, 9, 1), date(2027, 3, 19))) == []
    assert list(map(str, renewals(date(2029, 3, 10), date(2029, 9, 20)))) == [
        "2029-06-18",
        "2029-08-04",
        "2029-09-20",
    ]


def test_a_plan_counts_renewals_for_each_release_and_backups_of_each_pin_set(tmp_path: Path) -> None:
    text = pins("a", "b", "c") + release("4.2", "2026-09-01", "2027-09-01") + release("4.3", "2027-01-01")
    lifetimes = plan(tmp_path, text)[1]["lifetimes"]
    assert [(one["release"], one["renewals"]) for one in lifetimes["releases"]] == [("4.2", 2), ("4.3", None)]
    assert lifetimes["pin-sets"] == [{"hosts": ["api.example.com"], "backup-keys": 2}]
    # A new certificate of a pinned CA needs no pin of its own.
    assert plan(tmp_path, text.replace('"c"]', '"ca"]'))[1]["lifetimes"]["pin-sets"] == []


@pytest.mark.slow
@pytest.mark.parametrize("today", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_the_ends_of_time_are_days_like_any_other(today: str, form: str, tmp_path: Path) -> None:
    text = pins("a", "b", expires="9999-12-31") + release("1", "0001-01-01", "9999-12-31")
    text += release("2", "9999-12-31") + rotation(*A_TO_B, "9999-12-31")
    (tmp_path / "pins.toml").write_text(text)
    assert run("plan", "--today", today, "-f", form, cwd=tmp_path).code == 0


# -- the page ------------------------------------------------------------------------------------


def page(folder: Path, text: str, **files: str) -> Any:
    """The page, parsed."""
    (folder / "pins.toml").write_text(text)
    for stem, content in files.items():
        (folder / f"{stem}.toml").write_text(content)
    return html.document_fromstring(run("plan", "--today", TODAY, "-f", "html", cwd=folder).stdout)


def test_the_page_says_what_the_text_says(tmp_path: Path) -> None:
    text = pins("a", "b", "c", expires="2027-02-01") + release(
        "4.1", "2026-03-01", "2027-05-31", file="old.toml"
    )
    text += release("4.2", "2026-09-01") + rotation(*A_TO_B, "2027-03-01")
    shown = page(tmp_path, text, old=pins("a", "c"))
    words = " ".join(shown.text_content().split())
    lines = run("plan", "--today", TODAY, cwd=tmp_path).stdout.splitlines()
    said = [line.strip() for line in lines if "refuses" in line or "backup" in line or "not pinned" in line]
    assert len(said) >= 5
    assert "4.2: api.example.com loses its pins on 2027-02-01 (nsc)" in words
    for line in said:
        title, _, rest = line.removeprefix("next: ").partition("  ")
        assert title in words
        assert rest in words


def test_the_calendar_of_a_plan_has_servers_releases_and_ends(tmp_path: Path) -> None:
    text = pins("a", "b", expires="2027-02-01") + release("4.1", "2026-03-01", "2027-05-31", file="old.toml")
    text += release("4.2", "2026-09-01") + rotation(*A_TO_B, "2027-03-01")
    shown = page(tmp_path, text, old=pins("a", "c"))
    rows = [" ".join(one.text_content().split()) for one in shown.xpath("//div[@class='calendar']//li")]
    # By their ends; what has none comes last.
    assert rows == [
        "Pins of api.example.com in 4.2 (nsc), until 2027-02-01 (in 68 days)",
        "api.example.com serves a, from 2026-11-25 until 2027-03-01 (in 96 days)",
        "4.1 is supported, from 2026-03-01 until 2027-05-31 (in 187 days)",
        "api.example.com serves b: unsafe, first safe on 2027-06-01, from 2027-03-01 on",
        "4.2 is supported, from 2026-09-01 on",
    ]
    kinds = [one.get("class") for one in shown.xpath("//div[@class='calendar']//rect")]
    assert kinds == ["pins", "pins", "release", "over", "release"]


def test_the_page_runs_nothing_and_escapes_everything(tmp_path: Path) -> None:
    text = pins("a", "b") + release("<script>alert(1)</script>", "2026-09-01")
    shown = page(tmp_path, text)
    assert not shown.xpath("//script")
    assert "<script>alert(1)</script>" in shown.text_content()
    (policy,) = shown.xpath("//meta[@http-equiv='Content-Security-Policy']")
    assert policy.get("content").startswith("default-src 'none'; style-src 'sha256-")


# -- where it goes -------------------------------------------------------------------------------


def test_a_release_that_is_out_had_another_pins_toml_than_the_next_one_will(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(
        pins("a", "b") + release("4.2", "2026-09-01") + release("4.3", "2026-12-01")
    )
    shown = run("plan", "--today", TODAY, cwd=tmp_path).stdout
    assert "  4.2  2026-09-01 on  pins.toml as it is now; what was shipped is git:REV:pins.toml\n" in shown
    assert "  4.3  2026-12-01 on  pins.toml\n" in shown


def test_a_plan_is_written_whole_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(pins("a", "b") + release("4.2", "2026-09-01"))
    ran = run("plan", "-f", "json", "-o", "plan.json", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (0, "")
    assert json.loads((tmp_path / "plan.json").read_text())["command"] == "plan"
    assert ran.stderr == "pins.toml: 1 release, 0 rotations\n"
