"""Public root CAs among pinned keys: what is called by which name, and what is said of which."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import pytest

from pincompiler.base.location import Location
from pincompiler.facts import Mechanism
from pincompiler.facts.common import Algorithm, Pin
from pincompiler.keys.stores import read_store
from pincompiler.policy.enforcement import Reach
from pincompiler.roots.holding import Platform
from pincompiler.roots.knowledge import known_roots
from pincompiler.roots.successors import successors
from pincompiler.verdicts.named_pins import named
from pincompiler.workflows.compile import check
from tests.test_cli import run
from tests.test_root_stores import root

if TYPE_CHECKING:
    from pincompiler.base.finding import Finding

TODAY = date(2026, 11, 30)
RULES = {"distrusted-ca", "departing-ca", "root-certificate-hash", "young-root"}
X1, X2 = "CN=ISRG Root X1,", "CN=ISRG Root X2,"
R6 = "CN=GlobalSign,O=GlobalSign,OU=GlobalSign Root CA - R6"
R3 = "CN=GlobalSign,O=GlobalSign,OU=GlobalSign Root CA - R3"
STRANGER = base64.b64encode(hashlib.sha256(b"a key that nobody has").digest()).decode()


def found(
    tmp_path: Path, pins: dict[str, str], app: str = "", today: date = TODAY, more: str = ""
) -> dict[str, Finding]:
    """What is said of a pin-set of these pins, by the names of the keys."""
    keys = "".join(f'[keys.{name}]\nspki-sha256 = "{pin}"\n' for name, pin in pins.items())
    listed = ", ".join(f'"{name}"' for name in pins)
    text = f'version = 1\n{app}\n{keys}\n[[pin-set]]\nhosts = ["api.example.com"]\nkeys = [{listed}]\n{more}'
    path = tmp_path / "pins.toml"
    path.write_text(text, encoding="utf-8")
    of_roots = [one for one in check(path, today).findings if one.rule in RULES]
    return {one.message.split("`")[1]: one for one in of_roots}


def check_all(tmp_path: Path, pins: dict[str, str], app: str) -> list[tuple[str, str]]:
    """The rule and message of each finding on public roots."""
    found(tmp_path, pins, app)
    return [(one.rule, one.message) for one in check(tmp_path / "pins.toml", TODAY).findings]


def pin(begins: str) -> str:
    return root(begins).pin


@pytest.mark.parametrize(
    ("begins", "today", "said"),
    [
        (
            "CN=DST Root CA X3,",
            TODAY,
            (
                "its certificate ended on 2021-09-30; Mozilla's list last had it on 2021-10-08; "
                "Android 14 and newer came without it, where Google Play updates the list"
            ),
        ),
        (
            "CN=AddTrust External CA Root,",
            TODAY,
            (
                "its certificate ended on 2020-05-30; Mozilla's list last had it on 2020-04-05; "
                "Android 12 and newer came without it"
            ),
        ),
        (
            # Published: Mozilla's and Chrome's announcements of 2024; the root is in AOSP's android-15.0.0_r1.
            "CN=AffirmTrust Commercial,",
            date(2025, 1, 31),
            (
                "Mozilla refuses certificates that were issued after 2024-11-30; "
                "Chrome refuses those first logged after 2024-11-11"
            ),
        ),
        ("CN=AffirmTrust Commercial,", date(2024, 10, 1), ""),
        ("CN=DST Root CA X3,", date(2021, 9, 29), ""),
        (X1, TODAY, ""),
    ],
)
def test_what_is_said_of_roots_that_went(tmp_path: Path, begins: str, today: date, said: str) -> None:
    one = found(tmp_path, {"ca": pin(begins), "other": STRANGER}, today=today).get("ca")
    gone = one is not None and one.rule == "distrusted-ca"
    assert gone is bool(said)
    if one and gone:
        assert one.message == f"`ca` is the key of {root(begins).name}: {said}"


def test_leaving_mozilla_s_list_and_leaving_devices_are_two_sentences(tmp_path: Path) -> None:
    one = found(tmp_path, {"ca": pin("CN=AAA Certificate Services,")})["ca"]
    assert "Mozilla's list last had it on 2025-01-31; Android 15 still has it" in one.message


def test_departing_roots_are_named_with_the_day_a_year_ahead(tmp_path: Path) -> None:
    one = found(tmp_path, {"ca": pin(R3), "other": STRANGER})["ca"]
    assert one.rule == "departing-ca"
    assert one.message == (
        "`ca` is the key of GlobalSign Root CA - R3, "
        "which is planned out of Mozilla's and Chrome's lists on 2027-04-15"
    )
    assert not found(tmp_path, {"ca": pin(R3), "other": STRANGER}, today=date(2026, 4, 14))
    assert found(tmp_path, {"ca": pin(R3), "other": STRANGER}, today=date(2026, 4, 15)), "365 days before"
    assert not found(tmp_path, {"ca": pin(R3), "next": pin(R6)}), "its successor is pinned beside it"


@pytest.mark.parametrize(
    ("begins", "day", "ends"),
    [
        # The outages of the days after: Sectigo, AddTrust External CA Root expiring; Let's Encrypt, DST Root CA X3.
        ("CN=AddTrust External CA Root,", date(2020, 5, 29), "2020-05-30"),
        ("CN=DST Root CA X3,", date(2021, 9, 29), "2021-09-30"),
        ("CN=DST Root CA X3,", date(2020, 10, 1), "2021-09-30"),
        ("CN=DST Root CA X3,", date(2020, 9, 1), ""),
    ],
)
def test_a_root_s_own_end_is_warned_of_before_it(tmp_path: Path, begins: str, day: date, ends: str) -> None:
    said = found(tmp_path, {"ca": pin(begins), "other": STRANGER}, today=day)
    assert [f"certificate ends on {ends}" in one.message for one in said.values()] == ([True] if ends else [])
    if "AddTrust" in begins:
        return  # Mozilla had dropped it weeks before, which a root that stays beside it does not mend.
    assert not found(tmp_path, {"ca": pin(begins), "next": pin(X1)}, today=day), (
        "a root that stays is beside it"
    )


def test_what_was_announced_is_warned_of_before_it_counts(tmp_path: Path) -> None:
    """Mozilla's and Chrome's announcements on Entrust of 2024-06 and 2024-07."""
    said = found(
        tmp_path, {"ca": pin("CN=AffirmTrust Commercial,"), "other": STRANGER}, today=date(2024, 10, 1)
    )
    assert said["ca"].message == (
        "`ca` is the key of AffirmTrust Commercial, "
        "of which Chrome refuses certificates that are first logged after 2024-11-11"
    )


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_time_are_days_like_any_other(tmp_path: Path, day: date) -> None:
    found(tmp_path, {"ca": pin(R3), "x2": pin(X2)}, "[app]\nandroid-min-sdk = 24", today=day)


def test_every_root_of_the_plan_of_2027_is_warned_of(tmp_path: Path) -> None:
    """Mozilla Root Store Policy 7.4: keys of 2008 and 2009 leave on 2027-04-15."""
    due = [
        one
        for one in known_roots().all()
        if one.mozilla and not one.left_mozilla and date(2008, 1, 1) <= one.since < date(2010, 1, 1)
    ]
    assert len(due) == 16
    warned = found(tmp_path, {f"ca-{number}": one.pin for number, one in enumerate(due)})
    assert len(warned) == len(due)
    rest = [one for one in warned.values() if "on 2027-04-15" not in one.message]
    # Chrome's announcement of 2025: it issues no more already.
    assert ["NetLock Arany" in one.message and one.rule == "distrusted-ca" for one in rest] == [True]


def test_a_fingerprint_of_a_root_is_shown_its_pin(tmp_path: Path) -> None:
    # DigiCert Global Root G2 as DigiCert lists it: SHA-256 fingerprint CB:3C:CB:B7:…
    (digest,) = root("CN=DigiCert Global Root G2,").certificates
    one = found(tmp_path, {"ca": base64.b64encode(digest).decode(), "other": STRANGER})["ca"]
    assert (one.rule, one.fix) == (
        "root-certificate-hash",
        'write "i7WTqTvh0OioIruIfFR4kMPnBqrS2rdiVPl/s2uC/CY="',
    )
    assert one.location
    assert one.location.span
    assert one.location.span.line == 4


@pytest.mark.parametrize("key", [True, False])
def test_a_root_s_hash_in_hexadecimal_is_shown_as_its_pin(tmp_path: Path, *, key: bool) -> None:
    one = root("CN=DigiCert Global Root G2,")
    digest = one.spki_sha256 if key else next(iter(one.certificates))
    path = tmp_path / "pins.toml"
    path.write_text(f'version = 1\n[keys.ca]\nspki-sha256 = "{digest.hex()}"\n', encoding="utf-8")
    (said,) = (one for one in check(path, TODAY).findings if one.rule == "malformed-pin")
    assert said.fix.endswith('"i7WTqTvh0OioIruIfFR4kMPnBqrS2rdiVPl/s2uC/CY="')
    assert ("certificate" in said.fix) is not key


def test_roots_that_supported_devices_lack(tmp_path: Path) -> None:
    app = '[app]\nandroid-min-sdk = 24\nios-minimum = "15.1"'
    only = found(tmp_path, {"x2": pin(X2), "other": STRANGER}, app)
    assert only["x2"].message == ("`x2` is the key of ISRG Root X2, which Android 7.0 to 13 do not have"), (
        "iOS 15 got it with the store of macOS 12.3"
    )
    assert not found(tmp_path, {"x2": pin(X2), "x1": pin(X1)}, "[app]\nandroid-min-sdk = 25")
    both = found(tmp_path, {"x2": pin(X2), "x1": pin(X1)}, app)
    assert both["x1"].message.endswith("which Android 7.0 does not have")
    assert not found(tmp_path, {"x2": pin(X2), "other": STRANGER}), "nobody says which devices there are"
    assert not found(tmp_path, {"x2": pin(X2), "other": STRANGER}, "[app]\nandroid-min-sdk = 34")
    assert "iOS 12 to 14 were not shipped with" in (
        found(tmp_path, {"x2": pin(X2), "other": STRANGER}, '[app]\nios-minimum = "12.0"')["x2"].message
    )


def test_a_root_that_came_and_went_is_missing_before_and_after(tmp_path: Path) -> None:
    """AOSP has it from android-7.1.0_r1 to 9.0.0's tags; Apple's store from macOS 10.14 to 11."""
    app = '[app]\nandroid-min-sdk = 24\nios-minimum = "12.0"'
    (one,) = (one for one in known_roots().all() if one.name == "Certplus Root CA G1")
    said = check_all(tmp_path, {"ca": one.pin, "other": STRANGER}, app)
    (young,) = (message for rule, message in said if rule == "young-root")
    assert young == (
        "`ca` is the key of Certplus Root CA G1, which Android 7.0 does not have, and which Android 10 to 13 do not "
        "have, and which iOS 15 to 26 were not shipped with"
    )


def test_what_leaves_within_a_year_is_no_advice(tmp_path: Path) -> None:
    """Sectigo's COMODO ECC and GlobalSign R3 are of 2008 and 2009, and planned to leave on 2027-04-15."""
    for begins, owned in (("CN=AddTrust External CA Root,", "COMODO RSA"), ("CN=GlobalSign Root CA,", "R6")):
        fix = found(tmp_path, {"ca": pin(begins), "other": STRANGER})["ca"].fix
        assert owned in fix
        assert "COMODO ECC" not in fix
        assert "R3 (" not in fix
    assert "COMODO ECC" in (
        found(tmp_path, {"ca": pin("CN=AddTrust External CA Root,")}, today=date(2025, 11, 30))["ca"].fix
    )


def test_what_is_known_by_date_alone_is_not_said(tmp_path: Path) -> None:
    said = found(tmp_path, {"x1": pin(X1), "other": STRANGER}, "[app]\nandroid-min-sdk = 19")
    assert said["x1"].message.endswith("which Android 7.0 does not have")


def test_roots_are_named_in_generated_files_and_by_explain(tmp_path: Path) -> None:
    found(tmp_path, {"main": pin(X1), "other": STRANGER}, more='[target.nsc]\npath = "nsc.xml"\n')
    assert run("compile", "pins.toml", cwd=tmp_path).code == 0
    assert "<!-- main, ISRG Root X1 -->" in (tmp_path / "nsc.xml").read_text("utf-8")
    ran = run("explain", "--host", "api.example.com", "--pins", "pins.toml", cwd=tmp_path)
    assert "main (leaf or ca, ISRG Root X1), other (leaf or ca)" in ran.stdout


def test_successors_are_the_ca_s_own_and_those_that_most_devices_have() -> None:
    names = [one.name for one in successors(root(R3), {Platform.ANDROID: 29}, TODAY)]
    assert "GlobalSign Root CA - R6" in names[:2]
    assert not any(name.endswith("R4") for name in names), "Google Trust Services owns it"
    x1 = successors(root("CN=DST Root CA X3,"), {Platform.ANDROID: 24}, TODAY)
    assert next(one.name for one in x1) == "IdenTrust Commercial Root CA 1"
    assert (
        successors(root("CN=Starfield Services Root Certificate Authority - G2,"), {}, TODAY)[0].name
        == "Amazon Root CA 1"
    )
    assert successors(root("CN=Izenpe.com,O=IZENPE S.A.,"), {}, TODAY) == ()


# -- audits -----------------------------------------------------------------------------------------


def test_dead_roots_that_are_shipped_are_named(tmp_path: Path) -> None:
    addtrust = pin("CN=AddTrust External CA Root,")
    (tmp_path / "nsc.xml").write_text(
        "<network-security-config><domain-config><domain>api.example.com</domain><pin-set>"
        f'<pin digest="SHA-256">{addtrust}</pin><pin digest="SHA-256">{STRANGER}</pin>'
        "</pin-set></domain-config></network-security-config>",
        encoding="utf-8",
    )
    said = run("check", "nsc.xml", cwd=tmp_path).stdout
    assert "is the key of AddTrust External CA Root: its certificate ended on 2020-05-30" in said
    assert "[distrusted-ca]" in said
    where = Location("app.apk", member="res/xml/nsc.xml")
    shipped = Pin(Mechanism.NSC, "api.example.com", Reach.NONE, Algorithm.SPKI_SHA256, addtrust, where)
    assert named(shipped).what == "public root AddTrust External CA Root"
    assert named(replace(shipped, pin=STRANGER)).what == ""


def test_a_bundled_certificate_of_a_public_root_is_called_that() -> None:
    pem = Path(certifi.where()).read_bytes()
    store = read_store(pem)
    assert store
    (x1,) = (one for one in store.certificates if "ISRG Root X1" in one.subject)
    digest = base64.b64encode(x1.sha256).decode()
    where = Location("app.apk", member="assets/ca.pem")
    bundled = Pin(
        Mechanism.KEYSTORE,
        "",
        None,
        Algorithm.CERTIFICATE,
        digest,
        where,
        what="CN=ISRG Root X1, ends 2035-06-04",
    )
    assert named(bundled).what == "public root ISRG Root X1: CN=ISRG Root X1, ends 2035-06-04"
    # A fingerprint where a key's hash belongs is no name of a key.
    assert named(replace(bundled, algorithm=Algorithm.SPKI_SHA256)).what == bundled.what
    assert named(replace(bundled, algorithm=Algorithm.SPKI_SHA1)).what == bundled.what
    assert named(replace(bundled, pin="not base64")).what == bundled.what
