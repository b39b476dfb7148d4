"""What is known of root CAs against what others have published, the source beside each."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest

from pincompiler._version import __roots__
from pincompiler.roots.holding import Answer, Grade, Platform, holds, release_of
from pincompiler.roots.knowledge import FILE, Knowledge, known_roots
from pincompiler.roots.root import Root, name_of
from tests import pages
from tests.roots.make_roots import planned, ranges
from tests.test_cli import run

if TYPE_CHECKING:
    from pathlib import Path

X1, X2, DST = "CN=ISRG Root X1,", "CN=ISRG Root X2,", "CN=DST Root CA X3,"
ENTRUST = (
    "CN=Entrust Root Certification Authority - EC1,",
    "CN=Entrust Root Certification Authority - G2,",
    "CN=Entrust Root Certification Authority,OU",
    "CN=Entrust.net Certification Authority (2048)",
    "CN=AffirmTrust Commercial,",
    "CN=AffirmTrust Networking,",
    "CN=AffirmTrust Premium,",
    "CN=AffirmTrust Premium ECC,",
)
AMAZON = {
    # Amazon Trust Services' repository, "Public key hash".
    "CN=Amazon Root CA 1,": "fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2",
    "CN=Amazon Root CA 2,": "7f4296fc5b6a4e3b35d3c369623e364ab1af381d8fa7121533c9d6c633ea2461",
    "CN=Amazon Root CA 3,": "36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9",
    "CN=Amazon Root CA 4,": "f7ecded5c66047d28ed6466b543c40e0743abe81d109254dcf845d4c2c7853c5",
    "CN=Starfield Services Root Certificate Authority - G2,": "2b071c59a0a0ae76b0eadb2bad23bad4"
    "580b69c3601b630c2eaf0613afa83f92",
}


@cache
def root(begins: str) -> Root:
    (found,) = (one for one in known_roots().all() if one.subject.startswith(begins))
    return found


def on_android(begins: str, level: int) -> Answer:
    return holds(root(begins), Platform.ANDROID, level).answer


def on_macos(begins: str, release: str) -> bool:
    order = known_roots().macos
    at = order.index(release)
    return any(order.index(first) <= at <= order.index(last) for first, last in root(begins).macos)


def in_mozilla(begins: str, day: str) -> bool:
    asked = date.fromisoformat(day)
    return any(first <= asked <= (last or date.max) for first, last in root(begins).mozilla)


def left(begins: str, after: str, before: str) -> bool:
    day = root(begins).left_mozilla
    return day is not None and date.fromisoformat(after) <= day < date.fromisoformat(before)


def first_in_mozilla(begins: str) -> date:
    return root(begins).mozilla[0][0]


# -- published by others -----------------------------------------------------------------------------


def test_let_s_encrypt_s_table_of_compatibility() -> None:
    """Let's Encrypt, Certificate Compatibility; Standing on Our Own Two Feet (2020-11-06)."""
    assert on_android(X1, 25) is Answer.YES
    assert on_android(X1, 24) is Answer.NO
    assert on_macos(X1, "10.12.1")
    assert not on_macos(X1, "10.12")
    assert on_macos(X1, "10.12.6"), "iOS 10"
    assert not on_macos(X1, "10.11.6"), "iOS 9"
    assert first_in_mozilla(X1) < date(2016, 11, 16), "Firefox 50"
    assert set(root(DST).certificates.values()) == {date(2021, 9, 30)}
    assert on_android(DST, 24) is on_android(DST, 19) is Answer.YES
    assert left(DST, "2021-09-30", "2022-06-01")


def test_sectigo_s_roots_came_with_macos_10_12_1() -> None:
    """Sectigo knowledge base, Sectigo Root Certificates."""
    for one in ("CN=USERTrust RSA Certification Authority,", "CN=COMODO RSA Certification Authority,"):
        assert on_macos(one, "10.12.1")
        assert not on_macos(one, "10.12")


@pytest.mark.parametrize("begins", AMAZON)
def test_amazon_publishes_the_hashes_of_its_keys(begins: str) -> None:
    assert root(begins).spki_sha256.hex() == AMAZON[begins]


@pytest.mark.parametrize("begins", ENTRUST)
def test_entrust_s_last_days(begins: str) -> None:
    """Mozilla dev-security-policy, 2024-07-31; SSLMate, The Entrust Distrust Will Be More Disruptive."""
    assert root(begins).distrusted_after == date(2024, 11, 30)
    assert root(begins).chrome_until == date(2024, 11, 11)


def test_roots_that_left_mozilla_s_list() -> None:
    for one in ("CN=Chambers of Commerce Root - 2008,", "CN=Global Chambersign Root - 2008,"):
        assert left(one, "2020-12-05", "2021-05-30"), "Firefox 88; Mozilla dev-security-policy, 2021"
    trustcor, tugra = "CN=TrustCor RootCert CA-1,", "CN=E-Tugra Global Root CA RSA v3,"
    assert in_mozilla(trustcor, "2022-09-24")
    assert not in_mozilla(trustcor, "2022-12-07"), "CVE-2022-23491"
    assert in_mozilla(tugra, "2023-05-07")
    assert not in_mozilla(tugra, "2023-07-22"), "CVE-2023-37920"
    assert first_in_mozilla("CN=GLOBALTRUST 2020,") == date(2021, 5, 30)
    assert not in_mozilla("CN=GLOBALTRUST 2020,", "2024-07-04"), "CVE-2024-39689"
    for one in ("CN=GlobalSign Root CA,", "CN=AAA Certificate Services,"):
        assert in_mozilla(one, "2025-01-31"), "GlobalSign support, TLS roots; Mozilla, Root CA Lifecycles"
        assert not in_mozilla(one, "2025-04-26")
    assert root("OU=ePKI Root").distrusted_after == date(2025, 4, 15), "Mozilla dev-security-policy, 2025"


def test_roots_that_are_in_it_and_since_when() -> None:
    for unit in ("R3", "R6"):
        assert root(f"CN=GlobalSign,O=GlobalSign,OU=GlobalSign Root CA - {unit}").left_mozilla is None
    assert root("CN=GlobalSign,O=GlobalSign,OU=GlobalSign Root CA - R3").planned_end == date(2027, 4, 15)
    for one in ("CN=Certainly Root R1,", "CN=Certainly Root E1,"):
        assert date(2022, 5, 31) < first_in_mozilla(one) <= date(2022, 7, 31), "Firefox 103"
    ssl_com = root("CN=SSL.com TLS RSA Root CA 2022,")
    assert ssl_com.mozilla[0][0] > date(2023, 5, 2), "CCADB's public discussion ended then"
    digest = "8faf7d2e2cb4709bb8e0b33666bf75a5dd45b5de480f8ea8d4bfe6bebc17f2ed"
    assert bytes.fromhex(digest) in ssl_com.certificates


def test_wosign_and_startcom_left_in_2017() -> None:
    wosign = "CN=Certification Authority of WoSign,"
    assert on_android(wosign, 26) is Answer.YES
    assert on_android(wosign, 27) is Answer.NO
    last = root("CN=StartCom Certification Authority G2,").left_mozilla
    assert last is not None
    assert last.year == 2017


# -- what is answered, and how certainly ---------------------------------------------------------------


def test_what_is_absent_where_google_play_updates_is_unknown() -> None:
    r46 = "CN=Sectigo Public Server Authentication Root R46,"
    assert [on_android(r46, level) for level in (33, 34, 35, 36)] == [
        *(Answer.NO, Answer.UNKNOWN, Answer.YES, Answer.UNKNOWN)
    ]
    assert "Google Play updates its list" in holds(root(r46), Platform.ANDROID, 34).source
    assert "newer than the list of 2025-02" in holds(root(X1), Platform.ANDROID, 36).source


def test_what_is_approximate_blocks_nothing() -> None:
    for level in range(1, 24):
        for one in (X1, DST):
            found = holds(root(one), Platform.ANDROID, level)
            assert not found.surely_absent
            assert found.grade is Grade.APPROXIMATE
    assert on_android(X1, 23) is Answer.UNKNOWN
    assert on_android(DST, 18) is Answer.UNKNOWN
    for every in known_roots().all():
        assert not any(holds(every, Platform.IOS, major).surely_absent for major in range(9, 28))


def test_what_a_patch_changed_is_unknown() -> None:
    trustcor = "CN=TrustCor RootCert CA-1,"
    assert on_android(trustcor, 29) is Answer.YES
    found = holds(root(trustcor), Platform.ANDROID, 33)
    assert found.answer is Answer.UNKNOWN
    assert "android-" in found.source


def test_versions_of_ios_are_known_as_far_as_they_go() -> None:
    answers = [holds(root(X1), Platform.IOS, major) for major in (9, 10, 11, 18, 26, 27)]
    assert [one.answer for one in answers] == [
        *(Answer.UNKNOWN, Answer.UNKNOWN, Answer.YES, Answer.YES, Answer.YES, Answer.UNKNOWN)
    ]
    assert answers[0].source == "iOS 9 was not shipped with it (Apple's store of macOS 10.11)"
    assert answers[1].source == "an update of iOS 10 changed it"
    assert holds(root(DST), Platform.IOS, 17).answer is Answer.NO


def test_a_level_between_two_known_ones_is_no_gap() -> None:
    assert on_android(DST, 20) is Answer.YES, "Android for watches alone"


def test_releases_are_called_as_their_makers_do() -> None:
    assert [release_of(level) for level in (24, 25, 32, 35, 36, 37, 12)] == [
        *("7.0", "7.1", "12L", "15", "16", "17", "API 12")
    ]


# -- the file ------------------------------------------------------------------------------------------


def test_the_file_is_what_it_says() -> None:
    known = known_roots()
    assert f"{known.made}" == __roots__
    assert FILE.stat().st_size < 300_000
    assert known.count == len(list(known.all())) > 350
    keys = [(one.subject, one.spki_sha256) for one in known.all()]
    assert len(set(keys)) == len(keys)
    for level, one in known.levels.items():
        had = sum(any(first <= level <= last for first, last in it.android) for it in known.all())
        assert had == json.loads(FILE.read_text("utf-8"))["android"][str(level)]["roots"], one.release


def test_roots_are_found_by_key_name_and_certificate() -> None:
    one, known = root(X1), known_roots()
    assert known.by_pin(one.spki_sha256) == one
    assert known.by_name("cn=isrg  root x1,O=Internet Security Research Group,C=US") == (one,)
    assert all(known.by_certificate(digest) == one for digest in one.certificates)
    assert known.by_pin(bytes(32)) is known.by_certificate(bytes(32)) is None
    assert known.by_name("CN=ISRG Root X1") == ()


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("CN=ISRG Root X1,O=Internet Security Research Group,C=US", "ISRG Root X1"),
        ("CN=GlobalSign,O=GlobalSign,OU=GlobalSign Root CA - R3", "GlobalSign Root CA - R3"),
        (r"O=Digital Signature\, Trust,C=US", "Digital Signature, Trust"),
        ("OU=ePKI Root Certification Authority,O=Chunghwa Telecom,C=TW", "ePKI Root Certification Authority"),
        ("C=ES", "C=ES"),
    ],
)
def test_names_for_sentences(subject: str, name: str) -> None:
    assert name_of(subject) == name


def test_the_plan_of_the_root_programs() -> None:
    """Mozilla Root Store Policy 7.4."""
    assert planned("1998-09-01") == "2025-04-15"
    assert planned("2009-03-18") == "2027-04-15"
    assert planned("2015-06-04") == "2030-06-04"
    assert ranges([1, 2, 3, 5, 6], lambda one: one != 3) == [[1, 2], [5, 6]]


def test_version_says_what_is_known() -> None:
    ran = run("--version", "--verbose", cwd=FILE.parent)
    assert ran.code == 0
    assert f"as of {__roots__}" in ran.stdout
    assert "Android 4.4 to 15 (list of 2025-02), iOS 9 to 26" in ran.stdout
    assert run("--verbose", cwd=FILE.parent).code == 2


def test_who_knows_little_of_the_present_is_reminded(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(
        'version = 1\n[keys.a]\nspki-sha256 = "C5+lpZ7tcVwmwQIMcRtPbsQtWLABXhQzejna0wHFr8M="\n'
        '[[pin-set]]\nhosts = ["a.example.com"]\nkeys = ["a"]\n'
        '[[release]]\nname = "1"\ndate = 2026-01-01\nfile = "pins.toml"\n',
        encoding="utf-8",
    )
    said = [
        run("plan", "pins.toml", "--today", day, cwd=tmp_path).stderr for day in ("2027-10-20", "2027-10-21")
    ]
    assert ["root CAs and devices are known as of" in one for one in said] == [False, True]


def test_other_files_can_be_asked() -> None:
    content = json.loads(FILE.read_text("utf-8"))
    few = Knowledge(content | {"roots": content["roots"][:3]})
    assert few.count == 3
    assert few.by_pin(root(X1).spki_sha256) is None


def test_every_answer_is_what_its_row_says() -> None:
    """All roots on all versions, by the file itself: no yes or no goes beyond its row and its grade."""
    content = json.loads(FILE.read_text("utf-8"))
    rows = {(row["subject"], row["spki"]): row for row in content["roots"]}
    for one in known_roots().all():
        row = rows[one.subject, one.pin]
        for level in range(1, 40):
            found = holds(one, Platform.ANDROID, level)
            shipped = any(first <= level <= last for first, last in row.get("android", ()))
            changed = {*row.get("android_removed_by", ()), *row.get("android_added_by", ())}
            if found.answer is Answer.NO:
                assert 24 <= level <= 33
                assert not shipped
                assert str(level) not in changed
                assert content["android"][str(level)]["source"] in found.source
            elif found.answer is Answer.YES:
                assert shipped or level == 20
                assert level <= 35
                assert str(level) not in changed


def test_the_figures_of_the_manual_are_those_of_the_file() -> None:
    known, page = known_roots(), pages.text("roots")
    newest = known.unknown_from - 1
    still = [
        one
        for one in known.all()
        if one.left_mozilla and any(first <= newest <= last for first, last in one.android)
    ]
    chrome = sum(one.chrome_until is not None for one in known.all())
    assert f"knows {known.count} public root CAs" in page
    assert f"{len(still)} roots that left it are in Android {release_of(newest)}'s store" in page
    assert f"{len(known.macos)} releases of macOS" in page
    assert f"{json.loads(FILE.read_text('utf-8'))['mozilla']['certifi_releases']} releases of certifi" in page
    assert {12: "twelve roots"}[chrome] in page
