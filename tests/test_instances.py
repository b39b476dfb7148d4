"""Several outputs of one kind: ``[target.ats.widget]`` beside ``[target.ats]``.

Each process of an iOS app reads the Info.plist of its own main bundle (NSBundle.main), so an extension needs the
pins a second time; Android modules and apps of one repository have a class or a file each.
"""

from __future__ import annotations

import json
import plistlib
from typing import TYPE_CHECKING

import pytest

from pincompiler.cli import completing
from tests.test_cli import SOUND, run

if TYPE_CHECKING:
    from pathlib import Path

TWO = f"""\
{SOUND}
[target.ats]
path = "ios/Shop/Info.plist"

[target.ats.widget]
path = "ios/Widget/Info.plist"
"""
CODE = f"""\
{SOUND}
[target.okhttp-kotlin.feed]
path = "feed/Pins.kt"
package = "com.example.feed"

[target.okhttp-kotlin.cart]
path = "cart/Pins.kt"
package = "com.example.cart"
"""


def made(root: Path, text: str) -> Path:
    (root / "pins.toml").write_text(text)
    return root


def pinned(path: Path) -> list[str]:
    section = plistlib.loads(path.read_bytes())["NSAppTransportSecurity"]["NSPinnedDomains"]
    return list(section)


def test_each_extension_gets_the_pins(tmp_path: Path) -> None:
    root = made(tmp_path, TWO)
    ran = run("compile", cwd=root)
    assert (ran.code, ran.stderr) == (0, "wrote ios/Shop/Info.plist\nwrote ios/Widget/Info.plist\n")
    for folder in ("Shop", "Widget"):
        assert pinned(root / "ios" / folder / "Info.plist") == ["h.example.com"]
    assert run("compile", "--check", cwd=root).code == 0


def test_a_kind_may_have_named_outputs_alone(tmp_path: Path) -> None:
    root = made(tmp_path, CODE)
    assert run("compile", cwd=root).code == 0
    assert "package com.example.feed" in (root / "feed/Pins.kt").read_text()
    assert "package com.example.cart" in (root / "cart/Pins.kt").read_text()


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("ats.widget", ["ios/Widget/Info.plist"]),
        ("ats", ["ios/Shop/Info.plist", "ios/Widget/Info.plist"]),
    ],
)
def test_one_output_or_a_kind_is_chosen(tmp_path: Path, asked: str, written: list[str]) -> None:
    ran = run("compile", "-t", asked, "-f", "json", cwd=made(tmp_path, TWO))
    assert [one["path"] for one in json.loads(ran.stdout)["artifacts"]] == written


def test_a_shell_completes_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ios").mkdir()
    monkeypatch.chdir(made(tmp_path, TWO) / "ios")
    assert completing.targets("ats") == ["ats", "ats.widget"]


def test_an_output_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    ran = run("compile", "-t", "ats.watch", cwd=made(tmp_path, TWO))
    assert ran.code == 2
    assert "has no [target.ats.watch]; it has: ats, ats.widget" in ran.stderr


def test_reports_call_each_by_its_name(tmp_path: Path) -> None:
    root = made(tmp_path, TWO)
    report = json.loads(run("compile", "-f", "json", cwd=root).stdout)
    assert report["targets"] == ["ats", "ats.widget"]
    assert [one["target"] for one in report["artifacts"]] == ["ats", "ats.widget"]
    explained = run("explain", "--host", "h.example.com", cwd=root).stdout
    assert "ats (ios/Shop/Info.plist)" in explained
    assert "ats.widget (ios/Widget/Info.plist)" in explained


def test_a_refusal_names_the_output(tmp_path: Path) -> None:
    deep = TWO.replace('keys = ["a", "b"]', 'keys = ["a", "b"]\nsubdomains = "all"')
    report = json.loads(run("check", "-f", "json", cwd=made(tmp_path, deep)).stdout)
    refused = [one["target"] for one in report["findings"] if one["rule"] == "unfaithful-target"]
    assert refused == ["ats", "ats.widget"]


@pytest.mark.parametrize(("target", "left"), [("ats", set()), ("ats.widget", {"ats"})])
def test_an_acceptance_is_of_a_kind_or_of_one(tmp_path: Path, target: str, left: set[str]) -> None:
    deep = TWO.replace('keys = ["a", "b"]', 'keys = ["a", "b"]\nsubdomains = "all"')
    accept = (
        f'[[accept]]\nrule = "unfaithful-target"\ntarget = "{target}"\nreason = "r"\nuntil = 2027-01-01\n'
    )
    report = json.loads(run("check", "-f", "json", cwd=made(tmp_path, deep + accept)).stdout)
    assert {one["target"] for one in report["findings"] if one["level"] == "error"} == left


def test_an_acceptance_of_an_output_that_is_not_there_is_refused(tmp_path: Path) -> None:
    accept = (
        '[[accept]]\nrule = "unfaithful-target"\ntarget = "ats.watch"\nreason = "r"\nuntil = 2027-01-01\n'
    )
    ran = run("check", cwd=made(tmp_path, TWO + accept))
    assert 'no target is called "ats.watch" [unknown-target]' in ran.stdout


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[target.ats-widget]\npath = "a/Info.plist"', "write [target.ats.widget] for one more of a kind"),
        (
            '[target.ats."my widget"]\npath = "a/Info.plist"',
            '"my widget" is no name for one of several targets',
        ),
        ('[target.ats."a.b"]\npath = "a/Info.plist"', '"a.b" is no name for one of several targets'),
        ('[target.ats.widget]\npath = "a.xml"', '"a.xml" is no name for ats'),
        ('[target.ats.widget]\npth = "a.plist"', "`pth` means nothing here"),
        ("[target.ats.widget.more]\npath = 'a.plist'", "`more` means nothing here"),
        ('[[target.ats]]\npath = "a/Info.plist"', "write [target.ats.NAME] for each"),
    ],
)
def test_what_is_no_output_is_said(tmp_path: Path, table: str, said: str) -> None:
    ran = run("check", cwd=made(tmp_path, f"{SOUND}{table}\n"))
    assert ran.code == 1
    assert said in ran.stdout


def test_two_of_a_kind_cannot_write_one_file(tmp_path: Path) -> None:
    """Both would write the same section; of two kinds each has its own."""
    one_file = TWO.replace("ios/Widget/Info.plist", "ios/Shop/Info.plist")
    ran = run("check", cwd=made(tmp_path, one_file))
    assert "ats.widget and ats would write the same file [conflicting-output]" in ran.stdout
    beside = one_file.replace("[target.ats.widget]", "[target.trustkit.widget]")
    assert "[conflicting-output]" not in run("check", cwd=made(tmp_path, beside)).stdout


def test_each_environment_has_each_output(tmp_path: Path) -> None:
    text = f"""\
{SOUND}environments = ["production"]

[environments]
production = {{ release = true }}
staging = {{ pinning = false }}

[target.nsc.wear]
path = "wear/src/{{environment}}/res/xml/nsc.xml"

[target.nsc.phone]
path = {{ production = "phone/src/main/res/xml/nsc.xml" }}
"""
    ran = run("compile", "-f", "json", cwd=made(tmp_path, text))
    assert [(one["target"], one["path"]) for one in json.loads(ran.stdout)["artifacts"]] == [
        ("nsc.wear", "wear/src/production/res/xml/nsc.xml"),
        ("nsc.phone", "phone/src/main/res/xml/nsc.xml"),
        ("nsc.wear", "wear/src/staging/res/xml/nsc.xml"),
    ]


def test_assessment_builds_have_a_file_for_each(tmp_path: Path) -> None:
    text = f"""\
{SOUND}
[assessment]
anchors = ["user"]

[target.nsc.wear]
path = "wear/src/main/res/xml/nsc.xml"

[target.nsc.phone]
path = "phone/src/main/res/xml/nsc.xml"
path-assessment = "phone/src/internal/res/xml/nsc_debug.xml"
"""
    root = made(tmp_path, text)
    ran = run("compile", cwd=root)
    assert ran.code == 0, ran.stdout
    assert (root / "wear/src/debug/res/xml/nsc_debug.xml").is_file()
    assert (root / "phone/src/internal/res/xml/nsc_debug.xml").is_file()
    without = run("check", cwd=made(tmp_path, text.replace('[assessment]\nanchors = ["user"]\n', "")))
    assert "`path-assessment` means nothing without [assessment]" in without.stdout


def test_the_file_of_a_dropped_output_beside_another_is_left_over(tmp_path: Path) -> None:
    root = made(tmp_path, CODE)
    assert run("compile", cwd=root).code == 0
    feed, _, _ = CODE.partition("[target.okhttp-kotlin.cart]")
    made(tmp_path, feed)
    assert "cart/Pins.kt is left over" in run("compile", "--check", cwd=root).stderr
    assert run("compile", cwd=root).code == 0
    assert not (root / "cart/Pins.kt").exists()
    assert (root / "feed/Pins.kt").exists()


def test_one_output_compiled_alone_leaves_the_others(tmp_path: Path) -> None:
    root = made(tmp_path, CODE)
    assert run("compile", cwd=root).code == 0
    ran = run("compile", "-t", "okhttp-kotlin.feed", cwd=root)
    assert (ran.code, ran.stderr) == (0, "unchanged feed/Pins.kt\n")
    assert (root / "cart/Pins.kt").exists()
