"""What an app for Apple's systems enforces, process by process, as far as its property lists say."""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING, Any, Final

import pytest

from pincompiler.reports.audit import html, json, junit, markdown, sarif, text
from pincompiler.reports.audit.json_reader import parse
from pincompiler.verdicts.headline import headline
from pincompiler.workflows.audit import audit, audit_options
from tests.ios.apps import EXTENSION, OTHER, PINS, files, info, ipa, pinned, trustkit
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.verdicts.subject import Subject

HOST: Final = "api.example.com"
KEYS: Final = "".join(
    f'[keys.api-{2026 + number}]\nspki-sha256 = "{pin}"\nrole = "leaf"\n' for number, pin in enumerate(PINS)
)


def audited(folder: Path, content: dict[str, bytes], pins: str = "") -> Subject:
    (folder / "pins.toml").write_text(pins)
    return audit(ipa(folder, content), audit_options(TODAY, folder / "pins.toml" if pins else None, ()))


def rows(subject: Subject) -> list[tuple[str, str, str, str, str]]:
    return [
        (row.host, row.process, row.mechanism.value, str(row.api), row.verdict.value)
        for row in subject.verdicts
    ]


def rules(subject: Subject) -> list[tuple[str, str]]:
    return [(one.rule, one.level.value) for one in subject.findings]


def policy(*hosts: str, targets: str = "", subdomains: str = "none") -> str:
    named = ", ".join(f'"{host}"' for host in hosts)
    return (
        f'version = 1\n{KEYS}\n[[pin-set]]\nhosts = [{named}]\nsubdomains = "{subdomains}"\n'
        f'keys = ["api-2026", "api-2027"]\n{targets}'
    )


ATS: Final = '[target.ats]\npath = "Info.plist"\n'


# -- verdicts --------------------------------------------------------------------------------------


def test_ats_pins_from_ios_14_on_and_code_hides_nothing_of_that(tmp_path: Path) -> None:
    subject = audited(tmp_path, files(info("Shop", **pinned(HOST))))
    assert rows(subject) == [(HOST, "", "ats", "iOS 15+", "enforced")]
    assert not subject.complete
    assert headline(subject) == (
        "The pins of api.example.com are enforced: ats iOS 15+ enforced; not everything was seen: Shop (code)."
    )
    assert [found.enforced for found in subject.pins] == [True, True]


def test_older_systems_ignore_it_and_addresses_come_later(tmp_path: Path) -> None:
    main = info("Shop", **pinned(HOST, "192.0.2.7"), MinimumOSVersion="13.0")
    assert rows(audited(tmp_path, files(main))) == [
        (HOST, "", "ats", "iOS 13", "not covered"),
        (HOST, "", "ats", "iOS 14+", "enforced"),
        (HOST, "", "code", "iOS 13+", "unknown"),
        ("192.0.2.7", "", "ats", "iOS 13", "not covered"),
        ("192.0.2.7", "", "ats", "iOS 14-16", "not covered"),
        ("192.0.2.7", "", "ats", "iOS 17+", "enforced"),
        ("192.0.2.7", "", "code", "iOS 13+", "unknown"),
    ]


def test_each_process_has_its_own_pins(tmp_path: Path) -> None:
    subject = audited(tmp_path, files(info("Shop", **pinned(HOST)), info("Share")))
    assert rows(subject) == [
        (HOST, "", "ats", "iOS 15+", "enforced"),
        (HOST, EXTENSION, "ats", "iOS 15+", "not covered"),
        (HOST, EXTENSION, "code", "iOS 15+", "unknown"),
    ]
    assert rules(subject) == [("unpinned-extension", "warning")]
    (found,) = subject.findings
    assert found.hosts == (HOST,)
    assert found.location
    assert found.location.member == f"{EXTENSION}/Info.plist"


def test_an_extension_with_the_same_pins_is_no_finding(tmp_path: Path) -> None:
    subject = audited(tmp_path, files(info("Shop", **pinned(HOST)), info("Share", **pinned(HOST))))
    assert {row[-1] for row in rows(subject)} == {"enforced"}
    assert not subject.findings


def test_trustkit_in_a_plist_counts_only_where_its_code_is(tmp_path: Path) -> None:
    subject = audited(tmp_path, files(info("Shop", **trustkit("tk.example.com"))))
    verdicts = {row[2]: row[-1] for row in rows(subject)}
    assert verdicts == {"ats": "not covered", "trustkit": "unknown", "code": "unknown"}
    assert [found.enforced for found in subject.pins] == [None, None]
    assert headline(subject).startswith("Whether tk.example.com has pins is not known: ")


def test_an_app_without_pins_is_never_clean(tmp_path: Path) -> None:
    subject = audited(tmp_path, files(info("Shop")))
    assert not subject.complete
    assert headline(subject) == "No pins were found; not everything was seen: Shop (code)."
    asked = audited(tmp_path, files(info("Shop")), policy(HOST, targets=ATS))
    assert rows(asked) == [
        (HOST, "", "ats", "iOS 15+", "not covered"),
        (HOST, "", "code", "iOS 15+", "unknown"),
    ]
    assert not asked.complete


def test_an_unreadable_info_plist_leaves_its_process_unknown(tmp_path: Path) -> None:
    content = files(info("Shop", **pinned(HOST)), info("Share")) | {f"{EXTENSION}/Info.plist": b"<plist>"}
    subject = audited(tmp_path, content)
    assert rows(subject)[1:] == [
        (HOST, EXTENSION, "ats", "iOS 1+", "unknown"),
        (HOST, EXTENSION, "code", "iOS 1+", "unknown"),
    ]
    assert not subject.findings


def test_a_switch_that_reopens_a_pinned_host_and_a_development_build(tmp_path: Path) -> None:
    profile = plistlib.dumps({"Entitlements": {"get-task-allow": True}, "ProvisionedDevices": []})
    content = files(info("Shop", **pinned(HOST, NSAllowsArbitraryLoads=True)))
    subject = audited(tmp_path, content | {"embedded.mobileprovision": b"0\x82" + profile + b"\0signature"})
    assert rules(subject) == [("loosened-pinned-host", "warning"), ("development-signed-app", "note")]
    assert subject.findings[1].message == (
        "the build lets a debugger be attached (get-task-allow) and is for named devices (ProvisionedDevices)"
    )


def test_an_empty_list_refuses_every_chain(tmp_path: Path) -> None:
    subject = audited(tmp_path, files(info("Shop", **pinned(HOST, pins=()))))
    assert rows(subject)[0] == (HOST, "", "ats", "iOS 15+", "broken")
    assert ("blocked-host", "error") in rules(subject)


# -- drift -----------------------------------------------------------------------------------------


def test_what_was_compiled_has_not_drifted(tmp_path: Path) -> None:
    wanted = policy(HOST, targets=ATS)
    subject = audited(tmp_path, files(info("Shop", **pinned(HOST))), wanted)
    assert not subject.findings
    assert subject.endpoints[0].own is True


@pytest.mark.parametrize(
    ("main", "expected"),
    [
        (pinned("other.example.com"), {"missing-host", "unlisted-host"}),
        (pinned(HOST, pins=(PINS[0], OTHER)), {"missing-key", "unexpected-key"}),
        (pinned(HOST, wide=True), {"wider-reach"}),
    ],
)
def test_each_drift_is_its_finding(main: dict[str, Any], expected: set[str], tmp_path: Path) -> None:
    subject = audited(tmp_path, files(info("Shop", **main)), policy(HOST, targets=ATS))
    assert {rule for rule, _ in rules(subject)} == expected


def test_an_extension_is_held_to_the_keys_and_not_to_the_hosts(tmp_path: Path) -> None:
    wanted = policy(HOST, "www.example.com", targets=ATS)
    own = pinned(HOST, pins=(PINS[0], OTHER))
    subject = audited(
        tmp_path, files(info("Shop", **pinned(HOST, "www.example.com")), info("Share", **own)), wanted
    )
    assert {rule for rule, _ in rules(subject)} == {"missing-key", "unexpected-key", "unpinned-extension"}


def test_a_trustkit_plist_is_compared_although_its_use_was_not_seen(tmp_path: Path) -> None:
    wanted = policy(HOST, targets='[target.trustkit]\npath = "Info.plist"\n')
    same = audited(tmp_path, files(info("Shop", **trustkit(HOST))), wanted)
    assert not same.findings
    other = audited(
        tmp_path, files(info("Shop", **trustkit(HOST, TSKPublicKeyHashes=[PINS[0], OTHER]))), wanted
    )
    assert {rule for rule, _ in rules(other)} == {"missing-key", "unexpected-key"}


def test_a_lacking_section_is_an_absent_mechanism(tmp_path: Path) -> None:
    subject = audited(tmp_path, files(info("Shop")), policy(HOST, targets=ATS))
    assert rules(subject) == [("absent-mechanism", "warning")]


def test_targets_of_android_are_no_business_of_an_ios_app(tmp_path: Path) -> None:
    nsc = '[target.nsc]\npath = "network_security_config.xml"\n'
    subject = audited(tmp_path, files(info("Shop", **pinned(HOST))), policy(HOST, targets=ATS + nsc))
    assert not subject.findings


# -- reports ---------------------------------------------------------------------------------------


def test_a_saved_audit_is_read_back(tmp_path: Path) -> None:
    main = info("Shop", **pinned(HOST), **trustkit("tk.example.com"), MinimumOSVersion="13.4")
    subject = audited(tmp_path, files(main, info("Share")), policy(HOST, targets=ATS))
    saved = json.render([subject])
    (again,) = parse(saved.encode(), "audit.json")
    assert json.render([again]) == saved
    assert again.processes == subject.processes
    for report in (text, html, markdown, junit, sarif):
        assert report.render([again]) == report.render([subject])


def test_reports_name_the_system_and_the_process(tmp_path: Path) -> None:
    subject = audited(
        tmp_path,
        files(info("Shop", **pinned(HOST), MinimumOSVersion="13.4"), info("Share", MinimumOSVersion="13.4")),
    )
    shown = text.render([subject])
    assert "Shop.ipa: com.example.shop 2.1, ipa, iOS 13.4+, aimed at 18.2" in shown
    assert f"ats in {EXTENSION}" in shown
    assert "API" not in shown
    page = markdown.render([subject])
    assert "| Host | Mechanism | iOS 13 | iOS 14+ |" in page
    assert f"| `{HOST}` | NSPinnedDomains | – not covered | ✓ enforced |" in page
    assert f"NSPinnedDomains in {EXTENSION} (iOS)" in page
    assert f"{HOST} by ats in {EXTENSION} on iOS 13+" in junit.render([subject])
    assert "Android" not in page + html.render([subject]).partition("<script>")[0]
