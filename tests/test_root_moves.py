"""The outages that came from CAs moving their roots: what is said with the data of the day before.

Each row of the expected answers is from what was published of the outage, and from the stores of roots.json.
"""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pincompiler.base.bounds import PATH_CERTIFICATES
from tests import pki, tls_servers
from tests.stand_ins import HOST, StandIns, made
from tests.test_cli import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cryptography import x509

CAS = StandIns(
    x1="CN=ISRG Root X1,",
    x2="CN=ISRG Root X2,",
    dst="CN=DST Root CA X3,",
    gts="CN=GTS Root R1,",
    globalsign="CN=GlobalSign Root CA,",
    usertrust="CN=USERTrust RSA Certification Authority,",
    r46="CN=Sectigo Public Server Authentication Root R46,",
    entrust="CN=Entrust Root Certification Authority - G2,",
)


@pytest.fixture(autouse=True)
def stores(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    with CAS.known(tmp_path_factory.mktemp("roots"), monkeypatch):
        yield


def pins_toml(folder: Path, pins: Sequence[str], app: str, more: str = "") -> None:
    keys = "".join(f'[keys.{name}]\nspki-sha256 = "{CAS.pin(name)}"\nrole = "ca"\n' for name in pins)
    listed = ", ".join(f'"{name}"' for name in pins)
    (folder / "pins.toml").write_text(
        f'version = 1\n[app]\n{app}\n{keys}\n[[pin-set]]\nhosts = ["{HOST}"]\nkeys = [{listed}]\n'
        f'[target.nsc]\npath = "nsc.xml"\n{more}',
        encoding="utf-8",
    )


def serve(folder: Path, chain: Sequence[x509.Certificate], trusted: Sequence[str]) -> None:
    """What the server is to show, and the roots that this machine has."""
    (folder / "chain.pem").write_bytes(b"".join(map(pki.pem, chain)))
    (folder / "machine.pem").write_bytes(b"".join(pki.pem(CAS.roots[name]) for name in trusted))


def impact(folder: Path, today: str) -> tuple[int, dict[str, tuple[str, str]]]:
    """The exit code, and by ranges of API levels what becomes of connections today, and why."""
    ran = run(
        *("impact", "--chain", "chain.pem", "--ca-file", "machine.pem", "--host", HOST, "--today", today),
        *("--until", today, "-f", "json", "pins.toml"),
        cwd=folder,
    )
    report: Any = json.loads(ran.stdout)
    (host,) = report["releases"][0]["hosts"]
    found = {}
    for row in host["mechanisms"]:
        (day,) = row["days"]
        api = row["android"]
        last = api["last"] if api["last"] is not None else ""
        found[f"{api['first']}-{last}"] = (day["outcome"], day["why"])
    return ran.code, found


def outcomes(found: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {api: outcome for api, (outcome, _) in found.items()}


def term(day: str) -> tuple[date, date]:
    begins = date.fromisoformat(day)
    return begins - timedelta(days=10), begins + timedelta(days=80)


# -- 2021-09-30: DST Root CA X3 ends ---------------------------------------------------------------

DAY_BEFORE = "2021-09-29"
CROSSED = (date(2021, 1, 20), date(2024, 9, 30))


def test_2021_whoever_pins_the_old_root_is_locked_out_where_the_new_one_is_known(tmp_path: Path) -> None:
    """Android 7.1.1 and newer have ISRG Root X1 and end there (Let's Encrypt, Extending Android Compatibility)."""
    serve(tmp_path, (*CAS.issued("x1", term(DAY_BEFORE)), CAS.cross("x1", "dst", CROSSED)), ["x1", "dst"])
    pins_toml(tmp_path, ["dst", "usertrust"], "android-min-sdk = 24")
    code, found = impact(tmp_path, DAY_BEFORE)
    assert (code, outcomes(found)) == (1, {"24-24": "works", "25-": "blocked"})
    assert found["25-"][1].startswith("none of its pins is in the chain")


def test_2021_the_new_root_s_pin_is_met_by_both_paths(tmp_path: Path) -> None:
    serve(tmp_path, (*CAS.issued("x1", term(DAY_BEFORE)), CAS.cross("x1", "dst", CROSSED)), ["x1", "dst"])
    pins_toml(tmp_path, ["x1", "usertrust"], "android-min-sdk = 21")
    code, found = impact(tmp_path, DAY_BEFORE)
    assert (code, set(outcomes(found).values())) == (0, {"works"})


def test_android_does_not_mind_that_the_store_s_root_has_ended(tmp_path: Path) -> None:
    """Let's Encrypt's cross-sign lived on this until 2024-09-30."""
    day = "2023-05-01"
    serve(tmp_path, (*CAS.issued("x1", term(day)), CAS.cross("x1", "dst", CROSSED)), ["x1"])
    pins_toml(tmp_path, ["dst", "x1"], "android-min-sdk = 24")
    assert impact(tmp_path, day)[0] == 0


# -- 2024: the cross-sign is no longer served ------------------------------------------------------


def test_2024_android_7_0_refuses_the_short_chain(tmp_path: Path) -> None:
    """Let's Encrypt, Shortening the Chain of Trust: Android 7.0 and older lack ISRG Root X1."""
    day = "2024-09-29"
    serve(tmp_path, CAS.issued("x1", term(day)), ["x1"])
    pins_toml(tmp_path, ["x1", "x2"], "android-min-sdk = 24")
    code, found = impact(tmp_path, day)
    assert code == 1
    assert outcomes(found) == {"24-24": "blocked", "25-": "works"}
    assert found["24-24"][1] == (
        "Android 7.0: ISRG Root X1 is not in its store (AOSP android-7.0.0_r1); from 7.1 on it is"
    )
    pins_toml(tmp_path, ["x1", "x2"], "android-min-sdk = 25")
    assert impact(tmp_path, day)[0] == 0, "no device of the app is concerned"
    pins_toml(tmp_path, ["x1", "x2"], "")
    assert impact(tmp_path, day)[0] == 0, "nobody said which devices there are"


# -- GTS --------------------------------------------------------------------------------------------

GTS_CROSSED = (date(2020, 6, 19), date(2028, 1, 28))


def test_gts_without_its_cross_sign_is_refused_below_android_10(tmp_path: Path) -> None:
    day = "2024-06-01"
    serve(tmp_path, CAS.issued("gts", term(day)), ["gts"])
    pins_toml(tmp_path, ["gts", "globalsign"], "android-min-sdk = 26")
    code, found = impact(tmp_path, day)
    assert (code, outcomes(found)) == (1, {"26-28": "blocked", "29-": "works"})
    assert found["26-28"][1] == (
        "Android 8.0 to 9: GTS Root R1 is not in their stores (AOSP android-8.0.0_r1 to android-9.0.0_r1); "
        "from 10 on it is"
    )


def test_gts_with_its_cross_sign_ends_where_the_device_s_store_has_it_end(tmp_path: Path) -> None:
    day = "2024-06-01"
    serve(
        tmp_path,
        (*CAS.issued("gts", term(day)), CAS.cross("gts", "globalsign", GTS_CROSSED)),
        ["gts", "globalsign"],
    )
    pins_toml(tmp_path, ["globalsign", "x1"], "android-min-sdk = 26")
    code, found = impact(tmp_path, day)
    assert (code, outcomes(found)) == (1, {"26-28": "works", "29-": "blocked"})


# -- Entrust ----------------------------------------------------------------------------------------


def test_entrust_s_distrust_is_that_of_browsers_and_not_of_android(tmp_path: Path) -> None:
    day = "2024-12-20"
    serve(tmp_path, CAS.issued("entrust", term(day)), ["entrust"])
    pins_toml(tmp_path, ["entrust", "x1"], "android-min-sdk = 26")
    code, found = impact(tmp_path, day)
    assert (code, set(outcomes(found).values())) == (0, {"works"})
    said = run("check", "pins.toml", "--today", day, cwd=tmp_path).stdout
    assert "`entrust` is the key of Entrust Root Certification Authority - G2: Mozilla refuses" in said


# -- 2025 and 2026: Sectigo's new roots ------------------------------------------------------------

R46_CROSSED = (date(2021, 3, 22), date(2038, 1, 18))


def test_sectigo_s_new_root_alone_is_refused_up_to_android_13_and_unknown_on_14(tmp_path: Path) -> None:
    day = "2026-11-30"
    serve(tmp_path, CAS.issued("r46", term(day)), ["r46"])
    pins_toml(tmp_path, ["r46", "usertrust"], "android-min-sdk = 26")
    code, found = impact(tmp_path, day)
    assert (code, outcomes(found)) == (1, {"26-33": "blocked", "34-34": "unknown", "35-": "works"})
    assert found["34-34"][1] == (
        "Android 14: whether Sectigo Public Server Authentication Root R46 is in its store is not known: "
        "Android 14 came without it (AOSP android-14.0.0_r1), and Google Play updates its list"
    )
    pins_toml(tmp_path, ["r46", "usertrust"], "android-min-sdk = 34")
    assert impact(tmp_path, day)[0] == 3, "nothing is blocked for what is not known"


def test_sectigo_s_cross_sign_keeps_the_old_pin_alive_on_old_devices_alone(tmp_path: Path) -> None:
    day = "2026-11-30"
    chain = (*CAS.issued("r46", term(day)), CAS.cross("r46", "usertrust", R46_CROSSED))
    serve(tmp_path, chain, ["r46", "usertrust"])
    pins_toml(tmp_path, ["usertrust", "x1"], "android-min-sdk = 26")
    code, found = impact(tmp_path, day)
    assert (code, outcomes(found)) == (1, {"26-33": "works", "34-34": "unknown", "35-": "blocked"})
    pins_toml(tmp_path, ["r46", "x1"], "android-min-sdk = 26")
    assert impact(tmp_path, day)[0] == 0


# -- what nothing is said of ------------------------------------------------------------------------


def test_a_private_ca_with_a_public_root_s_name_is_not_that_root(tmp_path: Path) -> None:
    day = "2026-11-30"
    other = StandIns(x2="CN=ISRG Root X2,")
    other.numbers["x2"] = 795
    subject = other.subjects["x2"]
    root = made(subject, 795, subject, 795, (date(2020, 1, 1), date(2040, 1, 1)))
    serve(tmp_path, other.issued("x2", term(day)), [])
    (tmp_path / "machine.pem").write_bytes(pki.pem(root))
    pins_toml(tmp_path, ["x2", "x1"], "android-min-sdk = 24")
    assert list(outcomes(impact(tmp_path, day)[1])) == ["24-"]


def test_of_an_app_with_cas_of_its_own_nothing_is_said_by_stores(tmp_path: Path) -> None:
    day = "2024-09-29"
    serve(tmp_path, CAS.issued("x1", term(day)), ["x1"])
    (tmp_path / "x1.pem").write_bytes(pki.pem(CAS.roots["x1"]))
    pins_toml(tmp_path, ["x1", "x2"], "android-min-sdk = 24", '[anchors.x1]\nfile = "x1.pem"\n')
    text = (tmp_path / "pins.toml").read_text("utf-8")
    text = text.replace("keys = [", 'trust = ["system", "x1"]\nkeys = [')
    (tmp_path / "pins.toml").write_text(text, "utf-8")
    code, found = impact(tmp_path, day)
    assert (code, outcomes(found)) == (0, {"24-": "works"})


# -- verify -----------------------------------------------------------------------------------------


def verify(folder: Path, today: str) -> tuple[int, list[tuple[str, str, str, str]]]:
    """The exit code, and what is said of devices: level, code, message and fix."""
    ran = run(
        *("verify", "--chain", "chain.pem", "--ca-file", "machine.pem", "--today", today, "-f", "json"),
        "pins.toml",
        cwd=folder,
    )
    report: Any = json.loads(ran.stdout)
    (host,) = report["hosts"]
    said = [(one["level"], one["code"], one["message"], one["next"]) for one in host["remarks"]]
    return ran.code, [one for one in said if one[1] in ("store-lacks-root", "other-path")]


def test_verify_names_the_cross_sign_that_old_devices_need(tmp_path: Path) -> None:
    """Let's Encrypt signs ISRG Root X2 with X1 for this (Chains of Trust)."""
    day = "2026-11-30"
    serve(tmp_path, CAS.issued("x2", term(day)), ["x2"])
    pins_toml(tmp_path, ["x2", "x1"], "android-min-sdk = 25")
    code, said = verify(tmp_path, day)
    assert (code, said) == (
        1,
        [
            (
                "error",
                "store-lacks-root",
                (
                    "is refused on Android 7.1 to 13: ISRG Root X2 is not in their stores "
                    "(AOSP android-7.1.0_r1 to android-13.0.0_r1); from 14 on it is"
                ),
                "serve the certificate by which ISRG Root X1 signed ISRG Root X2 as well (until 2032-09-02)",
            )
        ],
    )
    crossed = CAS.cross("x2", "x1", (date(2026, 5, 13), date(2032, 9, 2)))
    serve(tmp_path, (*CAS.issued("x2", term(day)), crossed), ["x2", "x1"])
    assert verify(tmp_path, day) == (0, [])


def test_verify_says_where_chains_end_elsewhere(tmp_path: Path) -> None:
    day = "2026-11-30"
    chain = (*CAS.issued("r46", term(day)), CAS.cross("r46", "usertrust", R46_CROSSED))
    serve(tmp_path, chain, ["usertrust"])
    pins_toml(tmp_path, ["usertrust", "x1"], "android-min-sdk = 26")
    code, said = verify(tmp_path, day)
    assert code == 1
    assert {(level, code) for level, code, _, _ in said} == {
        ("warning", "other-path"),
        ("error", "other-path"),
    }
    assert len(said) == 2
    (blocked,) = (message for level, _, message, _ in said if level == "error")
    assert blocked == (
        "is blocked by nsc (nsc.xml) on Android 15 and newer: chains end in Sectigo Public Server Authentication "
        f'Root R46 there, and none of its pins is in the chain: <domain includeSubdomains="false">{HOST}</domain>'
    )


def test_verify_says_which_devices_let_pass_what_is_blocked_here(tmp_path: Path) -> None:
    """The same chain where this machine has the new root, and ends there."""
    chain = (*CAS.issued("r46", term("2026-11-30")), CAS.cross("r46", "usertrust", R46_CROSSED))
    serve(tmp_path, chain, ["r46"])
    pins_toml(tmp_path, ["usertrust", "x1"], "android-min-sdk = 26")
    code, said = verify(tmp_path, "2026-11-30")
    assert (code, {one[:2] for one in said}) == (1, {("note", "other-path")})
    assert [message for _, _, message, _ in said] == [
        "is let pass by nsc (nsc.xml) on Android 8.0 to 13: chains end in another root there",
        (
            "may be let pass by nsc (nsc.xml) on Android 14: which path is built hangs on what is not known of the store; "
            "by one of their paths, none of its pins is in the chain: "
            f'<domain includeSubdomains="false">{HOST}</domain>'
        ),
    ]


def test_verify_is_silent_where_nobody_said_which_devices_there_are(tmp_path: Path) -> None:
    day = "2026-11-30"
    serve(tmp_path, CAS.issued("x2", term(day)), ["x2"])
    pins_toml(tmp_path, ["x2", "x1"], "")
    assert verify(tmp_path, day) == (0, [])


def test_what_ios_was_not_shipped_with_is_a_warning(tmp_path: Path) -> None:
    day = "2026-11-30"
    serve(tmp_path, CAS.issued("x2", term(day)), ["x2"])
    pins_toml(tmp_path, ["x2", "x1"], 'ios-minimum = "14.0"', '[target.ats]\npath = "Info.plist"\n')
    code, said = verify(tmp_path, day)
    assert (code, [(one[0], one[2]) for one in said]) == (
        3,
        [
            (
                "warning",
                (
                    "may be refused on iOS 14 to 15: whether ISRG Root X2 is in their stores is not known: "
                    "iOS 14 was not shipped with it (Apple's store of macOS 11.0.1)"
                ),
            )
        ],
    )


def test_of_real_servers_what_they_send_is_asked_about(tmp_path: Path) -> None:
    """By a handshake, not from a file: what is sent beside the validated path counts on devices."""
    today = datetime.now(UTC).date()
    crossed = CAS.cross("r46", "usertrust", R46_CROSSED)
    serve(tmp_path, [], ["r46"])
    pins_toml(tmp_path, ["r46", "x1"], "android-min-sdk = 26")
    found = []
    for more in ((), (crossed,)):
        leaf, middle = CAS.issued("r46", (today - timedelta(days=9), today + timedelta(days=80)))
        shown = tls_servers.Chain(pki.private_key(number=790), leaf, middle, CAS.roots["r46"])
        sent = (leaf, middle, *more)
        with tls_servers.tls(tls_servers.context(shown, served=sent)) as server:
            ran = run(
                *(
                    "verify",
                    "--ca-file",
                    "machine.pem",
                    "--connect",
                    f"127.0.0.1:{server.port}",
                    "-f",
                    "json",
                ),
                "pins.toml",
                cwd=tmp_path,
            )
        found.append({one["code"] for one in json.loads(ran.stdout)["hosts"][0]["remarks"]})
    assert ["store-lacks-root" in codes for codes in found] == [True, False]


# -- plan -------------------------------------------------------------------------------------------


def plan(folder: Path, new: str, more: str = "", *, ios: str = "17.0") -> Any:
    text = (
        f'[[release]]\nname = "4.1"\ndate = 2026-09-15\nsupport-until = 2027-12-31\nfile = "pins.toml"\n{more}'
        f'[[rotation]]\nhost = "{HOST}"\nfrom = "usertrust"\nto = "{new}"\ndate = 2027-03-01\n'
    )
    pins_toml(folder, ["usertrust", new], f'android-min-sdk = 26\nios-minimum = "{ios}"', text)
    ran = run("plan", "pins.toml", "--today", "2026-11-30", "-f", "json", cwd=folder)
    text_ran = run("plan", "pins.toml", "--today", "2026-11-30", cwd=folder)
    return json.loads(ran.stdout)["root-moves"], text_ran.stdout


def test_a_plan_to_move_to_a_young_root_names_the_devices_that_lack_it(tmp_path: Path) -> None:
    """Sectigo's move of 2025: USERTrust RSA has signed R46 (knowledge base)."""
    moves, text = plan(tmp_path, "r46")
    assert [(one["root"], one["lacking"], one["releases"], one["signed-by"]) for one in moves] == [
        (
            "Sectigo Public Server Authentication Root R46",
            "Android 8.0 to 13",
            ["4.1"],
            ["USERTrust RSA Certification Authority"],
        )
    ], "iOS 17 got it by an update, with the store of macOS 14.4"
    assert (
        f"{HOST} moves to Sectigo Public Server Authentication Root R46 on 2027-03-01: Android 8.0 to 13 accept it "
        "only by the certificate with which USERTrust RSA Certification Authority signed it (4.1)"
    ) in text
    html = run("plan", "pins.toml", "--today", "2026-11-30", "-f", "html", cwd=tmp_path).stdout
    assert "Roots that devices lack" in html
    assert "Android 8.0 to 13 accept it only by the certificate" in html


def test_what_ios_came_without_may_have_come_by_an_update(tmp_path: Path) -> None:
    _, text = plan(tmp_path, "x2", ios="14.0")
    assert (
        "iOS 14 was not shipped with it; devices that no update has brought it accept it only by the certificate with "
        "which ISRG Root X1 signed it (4.1)"
    ) in text


def test_a_plan_to_move_to_a_root_that_all_have_says_nothing(tmp_path: Path) -> None:
    moves, text = plan(tmp_path, "globalsign")
    assert moves == []
    assert "Roots that devices lack" not in text


# -- backups ----------------------------------------------------------------------------------------


def test_pin_connect_offers_the_ca_s_other_roots(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    leaf, middle = CAS.issued("x2", (today - timedelta(days=9), today + timedelta(days=80)))
    serve(tmp_path, [], ["x2"])
    shown = tls_servers.Chain(pki.private_key(number=790), leaf, middle, CAS.roots["x2"])
    with tls_servers.tls(tls_servers.context(shown)) as server:
        asked = ("pin", "--connect", f"{HOST}:{server.port}", "--resolve", f"{HOST}:{server.port}:127.0.0.1")
        text = run(*asked, "--ca-file", "machine.pem", cwd=tmp_path).stdout
        report: Any = json.loads(run(*asked, "--ca-file", "machine.pem", "-f", "json", cwd=tmp_path).stdout)
    # X1 leaves before X2 does: nothing of the CA stays longer.
    assert report["backups"] == []
    assert "Backups that fit" not in text


def test_a_chain_of_an_old_root_is_offered_its_successors(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    leaf, middle = CAS.issued("x1", (today - timedelta(days=9), today + timedelta(days=80)))
    serve(tmp_path, [], ["x1"])
    shown = tls_servers.Chain(pki.private_key(number=790), leaf, middle, CAS.roots["x1"])
    with tls_servers.tls(tls_servers.context(shown)) as server:
        asked = ("pin", "--connect", f"{HOST}:{server.port}", "--resolve", f"{HOST}:{server.port}:127.0.0.1")
        text = run(*asked, "--ca-file", "machine.pem", cwd=tmp_path).stdout
    offered = text[text.index("# Backups that fit") :]
    assert (
        "# [keys.isrg-root-x2]  # ISRG Root X2, in Mozilla's list until 2035-09-04 as planned, on Android 14 and newer\n"
        f'# spki-sha256 = "{CAS.pin("x2")}"\n# role = "ca"\n'
    ) in offered
    plain = "".join(line.removeprefix("# ") for line in offered.splitlines(keepends=True)[1:4])
    assert tomllib.loads(plain)["keys"]["isrg-root-x2"]["role"] == "ca"


def test_init_offers_them_for_roots_that_an_app_pins(tmp_path: Path) -> None:
    (tmp_path / "nsc.xml").write_text(
        f"<network-security-config><domain-config><domain>{HOST}</domain><pin-set>"
        f'<pin digest="SHA-256">{CAS.pin("x1")}</pin></pin-set></domain-config></network-security-config>',
        encoding="utf-8",
    )
    text = run("init", "--from", "nsc.xml", "-o", "-", cwd=tmp_path).stdout
    assert f'# spki-sha256 = "{CAS.pin("x2")}"' in text
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    assert run("check", "pins.toml", cwd=tmp_path).code in (0, 1)
    assert run("diff", "nsc.xml", "pins.toml", cwd=tmp_path).code == 0


# -- what is not known ------------------------------------------------------------------------------


def test_a_path_that_another_takes_over_is_not_called_blocked(tmp_path: Path) -> None:
    """Of two cross-signs Conscrypt leaves aside the one that has ended."""
    day = "2026-11-30"
    short = CAS.cross("r46", "usertrust", (date(2021, 3, 22), date(2026, 12, 31)))
    other = CAS.cross("r46", "globalsign", R46_CROSSED)
    serve(tmp_path, (*CAS.issued("r46", term(day)), short, other), ["r46"])
    pins_toml(tmp_path, ["usertrust", "globalsign"], "android-min-sdk = 33")
    asked = ("impact", "--chain", "chain.pem", "--ca-file", "machine.pem", "--host", HOST, "--today", day)
    ran = run(*asked, "-f", "json", "pins.toml", cwd=tmp_path)
    rows = json.loads(ran.stdout)["releases"][0]["hosts"][0]["mechanisms"]
    (old,) = (row for row in rows if row["android"] == {"first": 33, "last": 33})
    assert [(one["to"], one["outcome"]) for one in old["days"]] == [
        ("2026-12-30", "works"),
        ("2027-02-17", "unknown"),
    ]
    assert (
        old["days"][1]["why"]
        == "a certificate of the path has ended on 2026-12-30, and another path takes over"
    )


def test_more_certificates_than_are_put_together_are_unknown(tmp_path: Path) -> None:
    day = "2026-11-30"
    more = [made(f"CN=More {n}", 793, "CN=Nobody", 794, term(day)) for n in range(PATH_CERTIFICATES.limit)]
    serve(tmp_path, (*CAS.issued("x1", term(day)), *more), ["x1"])
    pins_toml(tmp_path, ["x1", "x2"], "android-min-sdk = 26")
    code, found = impact(tmp_path, day)
    assert (code, found) == (
        3,
        {"26-": ("unknown", f"Android 8.0 and newer: the server shows more than {PATH_CERTIFICATES}")},
    )


def test_versions_of_ios_are_rows_of_their_own(tmp_path: Path) -> None:
    day = "2026-11-30"
    serve(tmp_path, CAS.issued("x2", term(day)), ["x2"])
    pins_toml(tmp_path, ["x2", "x1"], 'ios-minimum = "14.0"', '[target.ats]\npath = "Info.plist"\n')
    asked = ("impact", "--chain", "chain.pem", "--ca-file", "machine.pem", "--host", HOST, "--today", day)
    ran = run(*asked, "--until", day, "pins.toml", cwd=tmp_path)
    lines = [line.split() for line in ran.stdout.splitlines() if line.startswith("  ats")]
    assert ran.code == 3
    ran = run(*asked, "--until", day, "-f", "json", "pins.toml", cwd=tmp_path)
    rows = json.loads(ran.stdout)["releases"][0]["hosts"][0]["mechanisms"]
    assert [row["ios"] for row in rows if row["mechanism"] == "ats"] == [
        {"first": 14, "last": 15},
        {"first": 16, "last": None},
    ]
    assert [line[:4] for line in lines] == [
        ["ats,", "iOS", "14-15", "unknown"],
        ["ats,", "iOS", "16+", "works"],
    ]
