"""One place for every spelling of the destination, and nothing that is somebody else's is lost there.

What a property list means is read by plistlib; who wrote a file is known, since the test wrote it.
"""

from __future__ import annotations

import os
import plistlib
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pincompiler
from tests.platforms.models import calm
from tests.test_cli import PIN_A, SOUND, run, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OTHER = SOUND.replace("h.example.com", "other.example.com")
NSC = '[target.nsc]\npath = "res/nsc.xml"\n'
ATS = '[target.ats]\npath = "Info.plist"\n'
TRUSTKIT = '[target.trustkit]\npath = "Info.plist"\n'
KOTLIN = '[target.okhttp-kotlin]\npath = "Pins.kt"\npackage = "a.b"\n'
INFO = {"CFBundleName": "Shop & Söhne", "NSCameraUsageDescription": "photos", "UIDeviceFamily": [1, 2]}
FORCED = ("--force",)


def pins(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def plist_of(path: Path, values: dict[str, Any] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(plistlib.dumps(INFO if values is None else values))
    return path


def others(data: bytes) -> dict[str, Any]:
    """What is not ours in a property list."""
    values = plistlib.loads(data)
    for name in ("Pincompiler", "TSKConfiguration"):
        values.pop(name, None)
    security = values.get("NSAppTransportSecurity", {})
    security.pop("NSPinnedDomains", None)
    return values if security else {key: values[key] for key in values if key != "NSAppTransportSecurity"}


def is_pinned(path: Path, host: str = "h.example.com") -> bool:
    values = plistlib.loads(path.read_bytes())
    return host in values["NSAppTransportSecurity"]["NSPinnedDomains"]


# -- nothing is lost -------------------------------------------------------------------------------

SPELLINGS = {
    "none": ("Info.plist", ()),
    ".": ("Info.plist", ("-o", ".")),
    "absolute": ("Info.plist", ("-o", "{root}")),
    "up and down": ("Info.plist", ("-o", "out/..")),
    "a link to the project": ("Info.plist", ("-o", "{root}-link")),
    "below": ("out/Info.plist", ("-o", "out")),
    "elsewhere": ("../away/Info.plist", ("-o", "../away")),
    "a link elsewhere": ("../away/Info.plist", ("-o", "away-link")),
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")

entries = st.dictionaries(
    st.sampled_from(("CFBundleName", "Ünïcode <&>", "UIDeviceFamily", "h.example.com", "ats")),
    st.one_of(st.text("ab <&>é\n", max_size=5), st.booleans(), st.integers(0, 9), st.just({"a": ["b"]})),
    max_size=4,
)
lists = st.builds(
    lambda rest, security: rest | ({"NSAppTransportSecurity": security} if security else {}),
    entries,
    st.dictionaries(
        st.sampled_from(("NSAllowsArbitraryLoads", "NSExceptionDomains")), st.booleans(), max_size=2
    ),
)


@pytest.mark.slow
@pytest.mark.parametrize("spelling", SPELLINGS)
@settings(calm, max_examples=30)
@given(
    values=lists,
    end=st.sampled_from(("\n", "\r\n")),
    encoding=st.sampled_from(ENCODINGS),
    binary=st.booleans(),
)
def test_what_is_not_ours_stands_there_after(
    spelling: str,
    tmp_path_factory: pytest.TempPathFactory,
    values: dict[str, Any],
    end: str,
    encoding: str,
    binary: bool,  # noqa: FBT001 - given by name
) -> None:
    root = tmp_path_factory.mktemp("a") / "project"
    (root / "out").mkdir(parents=True)
    (root.parent / "away").mkdir()
    (root.parent / "project-link").symlink_to(root)
    (root / "away-link").symlink_to(root.parent / "away")
    pins(root / "pins.toml", SOUND + ATS + TRUSTKIT)
    plist_of(root / "Info.plist", {"CFBundleName": "the project's own"})
    name, options = SPELLINGS[spelling]
    text = (
        plistlib.dumps(values)
        .decode()
        .replace("\n", end)
        .replace("</dict>", "<!-- ours, too -->\n</dict>", 1)
    )
    if encoding.startswith("utf-16-"):
        text = text.partition("?>")[2].strip()  # without a declaration or mark only its zeros tell
    before = plistlib.dumps(values, fmt=plistlib.FMT_BINARY) if binary else text.encode(encoding)
    file = root / name
    file.write_bytes(before)
    arguments = [option.format(root=root) for option in options]

    assert run("compile", "--check", *arguments, cwd=root).code != 0
    assert file.read_bytes() == before
    ran = run("compile", *arguments, cwd=root)
    if binary or encoding.startswith("utf-16"):
        assert (ran.code, file.read_bytes()) == (2, before)
        assert ("binary" if binary else "UTF-16") in ran.stderr
        return
    after = file.read_bytes()
    assert ran.code == 0
    assert others(after) == others(before)
    assert after.count(b"<!-- ours, too -->") == before.count(b"<!-- ours, too -->")
    assert is_pinned(file)
    assert run("compile", "--check", *arguments, cwd=root).code == 0
    own = plistlib.loads((root / "Info.plist").read_bytes())
    assert file.samefile(root / "Info.plist") or own == {"CFBundleName": "the project's own"}


@pytest.mark.parametrize("own", [True, False])
def test_a_directory_without_a_property_list_gets_a_copy(own: bool, tmp_path: Path) -> None:  # noqa: FBT001
    pins(tmp_path / "pins.toml", SOUND + ATS)
    before = plist_of(tmp_path / "Info.plist").read_bytes() if own else b""
    ran = run("compile", "-o", "out", cwd=tmp_path)
    assert (ran.code, ran.stderr) == (0, "wrote Info.plist\n")
    written = tmp_path / "out/Info.plist"
    assert is_pinned(written)
    assert others(written.read_bytes()) == (INFO if own else {})
    assert (tmp_path / "Info.plist").exists() is own
    assert not own or (tmp_path / "Info.plist").read_bytes() == before


@pytest.mark.parametrize("options", [(), ("--check",), ("-f", "json")])
def test_a_copy_that_has_grown_old_is_told(options: tuple[str, ...], tmp_path: Path) -> None:
    """The next build ships last month's version number otherwise, and nothing says so."""
    pins(tmp_path / "pins.toml", SOUND + ATS)
    plist_of(tmp_path / "Info.plist", {"CFBundleVersion": "1"})
    run("compile", "-o", "out", cwd=tmp_path)
    assert "differs" not in run("compile", "-o", "out", *options, cwd=tmp_path).stderr
    plist_of(tmp_path / "Info.plist", {"CFBundleVersion": "2"})
    ran = run("compile", "-o", "out", *options, cwd=tmp_path)
    assert ran.code == 0
    assert (
        "out/Info.plist differs from Info.plist in more than its pins and keeps that; delete it" in ran.stderr
    )
    assert others((tmp_path / "out/Info.plist").read_bytes()) == {"CFBundleVersion": "1"}


def test_standard_output_shows_the_projects_own(tmp_path: Path) -> None:
    pins(tmp_path / "pins.toml", SOUND + ATS)
    before = plist_of(tmp_path / "Info.plist").read_bytes()
    ran = run("compile", "-o", "-", cwd=tmp_path)
    assert ran.code == 0
    assert others(ran.stdout.encode()) == INFO
    assert (tmp_path / "Info.plist").read_bytes() == before


def test_the_library_computes_for_the_place(tmp_path: Path) -> None:
    pins(tmp_path / "pins.toml", SOUND + ATS)
    plist_of(tmp_path / "Info.plist", {"A": "own"})
    plist_of(tmp_path / "out/Info.plist", {"A": "out"})
    checked = pincompiler.load(tmp_path / "pins.toml", date(2026, 11, 23))
    (own,), (out,), (new,) = (
        pincompiler.compile(checked),
        pincompiler.compile(checked, tmp_path / "out"),
        pincompiler.compile(checked, tmp_path / "new"),
    )
    assert [others(made.content)["A"] for made in (own, out, new)] == ["own", "out", "own"]


# -- by hand ---------------------------------------------------------------------------------------

LEAF = {"NSPinnedLeafIdentities": [{"SPKI-SHA256-BASE64": PIN_A}]}
BY_HAND: Mapping[str, tuple[dict[str, Any], str]] = {
    "a setting of TrustKit": (
        {"TSKConfiguration": {"TSKIgnorePinningForUserDefinedTrustAnchors": True}},
        "TSKIgnore",
    ),
    "a host in another case": ({"NSAppTransportSecurity": {"NSPinnedDomains": {"X.com": LEAF}}}, "x.com"),
    "a host that is not filled in": (
        {"NSAppTransportSecurity": {"NSPinnedDomains": {"x.com": "to do"}}},
        "x.com",
    ),
    "a build setting": ({"NSAppTransportSecurity": "$(ATS)"}, "NSAppTransportSecurity"),
    "a build setting deeper": ({"NSAppTransportSecurity": {"NSPinnedDomains": "$(PINS)"}}, "NSPinnedDomains"),
    "a build setting for TrustKit": ({"TSKConfiguration": "$(TSK)"}, "TSKConfiguration"),
    "our name": ({"Pincompiler": "a tool of our own"}, "Pincompiler"),
    "a digest without the notice": (
        {"Pincompiler": {"ats": "d"}, "NSAppTransportSecurity": {"NSPinnedDomains": {"x.com": LEAF}}},
        "x.com",
    ),
}


@pytest.mark.parametrize("kind", BY_HAND)
@pytest.mark.parametrize("options", [(), ("-o", "out")])
def test_sections_by_hand_are_kept(kind: str, options: tuple[str, ...], tmp_path: Path) -> None:
    values, said = BY_HAND[kind]
    pins(tmp_path / "pins.toml", SOUND + ATS + TRUSTKIT)
    plist_of(tmp_path / "out/Info.plist" if options else tmp_path / "Info.plist", values)
    before = snapshot(tmp_path)
    for check in ((), ("--check",)):
        ran = run("compile", *options, *check, cwd=tmp_path)
        assert ran.code == 1
        assert "[hand-written-output]" in ran.stdout + ran.stderr
        assert said in ran.stdout + ran.stderr
    assert snapshot(tmp_path) == before
    assert run("compile", *options, *FORCED, cwd=tmp_path).code == 0


def test_pins_by_hand_of_known_hosts_are_taken_over(tmp_path: Path) -> None:
    """Whoever names a host in pins.toml wants its pins from there."""
    pins(tmp_path / "pins.toml", SOUND + ATS + TRUSTKIT)
    plist_of(
        tmp_path / "Info.plist", {"NSAppTransportSecurity": {"NSPinnedDomains": {"H.Example.com": LEAF}}}
    )
    assert run("compile", cwd=tmp_path).code == 0


@pytest.mark.parametrize(
    "text",
    [
        "// Once generated by hand.\n// Generated by pincompiler from pins.toml. Do not edit.\n",
        "package a.b\n// Generated by pincompiler from pins.toml. Do not edit.\n",
        'const val QUOTED = "Generated by pincompiler from pins.toml. Do not edit."\n',
        "// See Generated by pincompiler from pins.toml. Do not edit.\n",
    ],
)
def test_a_file_that_quotes_the_header_is_not_generated(text: str, tmp_path: Path) -> None:
    pins(tmp_path / "pins.toml", SOUND + KOTLIN)
    pins(tmp_path / "Pins.kt", text)
    ran = run("compile", cwd=tmp_path)
    assert (ran.code, (tmp_path / "Pins.kt").read_text("utf-8")) == (1, text)
    assert "[hand-written-output]" in ran.stdout


@pytest.mark.parametrize("change", [b"\xef\xbb\xbf{}", b"\n\n{}"])
def test_a_generated_file_that_an_editor_saved_is_still_ours(change: bytes, tmp_path: Path) -> None:
    pins(tmp_path / "pins.toml", SOUND + KOTLIN + NSC)
    run("compile", cwd=tmp_path)
    for file in (tmp_path / "Pins.kt", tmp_path / "res/nsc.xml"):
        before = file.read_bytes()
        file.write_bytes(change.replace(b"{}", before.replace(b"\n", b"\r\n")))
        if file.suffix == ".xml" and change.startswith(b"\n"):
            continue  # XML begins with its declaration; what does not is no file of ours
        assert (
            run("compile", "-t", "nsc" if file.suffix == ".xml" else "okhttp-kotlin", cwd=tmp_path).code == 0
        )
        assert file.read_bytes() == before


# -- another's -------------------------------------------------------------------------------------


def refused(root: Path, *arguments: str, by: str) -> None:
    """Compiling is refused for a file of another pins.toml, also by ``--check``, and nothing changes."""
    before = snapshot(root)
    for more in ((), ("--check",)):
        ran = run("compile", *arguments, *more, cwd=root)
        assert ran.code == 1, arguments
        assert f"was generated from {by} and would be overwritten [foreign-output]" in ran.stdout + ran.stderr
    assert snapshot(root) == before


@pytest.mark.parametrize("target", [NSC, ATS, TRUSTKIT, KOTLIN])
@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("prod.toml", "staging.toml"), None),
        (("Pins.toml", "pins.toml"), None),
        (("pins.toml", "pins.toml.bak"), None),
        (("生产.toml", "测试.toml"), "-"),
        (("a b.toml", "a_b.toml"), "a_b.toml-"),
    ],
)
def test_two_pins_files_in_one_folder(
    target: str, names: tuple[str, str], shown: str | None, tmp_path: Path
) -> None:
    first, second = names
    pins(tmp_path / first, SOUND + target)
    pins(tmp_path / second, OTHER + target)
    assert run("compile", first, cwd=tmp_path).code == 0
    ran = run("compile", second, cwd=tmp_path)
    assert (ran.code, "[foreign-output]" in ran.stdout) == (1, True)
    assert (shown or first) in ran.stdout
    assert run("compile", "--check", first, cwd=tmp_path).code == 0
    assert run("compile", second, *FORCED, cwd=tmp_path).code == 0
    assert run("compile", "--check", second, cwd=tmp_path).code == 0
    assert run("compile", first, cwd=tmp_path).code == 1


@pytest.mark.slow
@pytest.mark.parametrize("target", [NSC, ATS, KOTLIN])
@pytest.mark.parametrize(
    "folders", [("mobile", "server"), ("apps/prod/ios", "apps/staging/ios"), ("プロド", "テスト")]
)
@pytest.mark.parametrize("out", ["out", "deep/er/out", "../away"])
def test_two_folders_that_write_to_a_third(
    target: str, folders: tuple[str, str], out: str, tmp_path: Path
) -> None:
    root = tmp_path / "checkout"
    first, second = (
        pins(root / folder / "pins.toml", text + target)
        for folder, text in zip(folders, (SOUND, OTHER), strict=True)
    )
    assert run("compile", str(first), "-o", out, cwd=root).code == 0
    assert run("compile", "--check", "-o", str((root / out).resolve()), cwd=first.parent).code == 0
    ran = run("compile", "-o", os.path.relpath(root / out, second.parent), cwd=second.parent)
    assert (ran.code, "[foreign-output]" in ran.stdout) == (1, True)
    assert run("compile", "--check", str(first), "-o", out, cwd=root).code == 0


@pytest.mark.slow
@pytest.mark.parametrize("target", [NSC, ATS, KOTLIN])
@pytest.mark.parametrize(
    ("first", "second", "out"),
    [
        ("app1/src/prod", "app2/src/prod", "build"),
        ("one/ios/app/config/prod", "two/ios/app/config/prod", "one/ios/build"),
        ("r1", "r2", "out"),
        ("r1/mobile", "r2/mobile", "out"),
        ("x", "y/a/x", "y/a/out"),
    ],
)
@pytest.mark.parametrize("checkouts", ["none", "one", "each"])
def test_folders_that_are_called_the_same(
    target: str, first: str, second: str, out: str, checkouts: str, tmp_path: Path
) -> None:
    for text, folder in ((SOUND, first), (OTHER, second)):
        pins(tmp_path / folder / "pins.toml", text + target)
        if checkouts == "each":
            (tmp_path / folder.partition("/")[0] / ".git").mkdir(exist_ok=True)
    if checkouts == "one":
        (tmp_path / ".git").mkdir()
    for ours, theirs in ((first, second), (second, first)):
        assert run("compile", f"{ours}/pins.toml", "-o", out, *FORCED, cwd=tmp_path).code == 0
        ran = run("compile", f"{theirs}/pins.toml", "-o", out, cwd=tmp_path)
        assert (ran.code, "[foreign-output]" in ran.stdout) == (1, True)
        assert run("compile", "--check", f"{ours}/pins.toml", "-o", out, cwd=tmp_path).code == 0


def test_one_project_inside_another(tmp_path: Path) -> None:
    outer = SOUND + NSC.replace("res/", "mobile/res/") + ATS.replace("Info", "mobile/Info")
    pins(tmp_path / "pins.toml", outer)
    pins(tmp_path / "mobile/pins.toml", OTHER + NSC + ATS)
    assert run("compile", cwd=tmp_path).code == 0
    assert run("compile", "--check", cwd=tmp_path).code == 0
    refused(tmp_path, "mobile/pins.toml", by="../../pins.toml")
    assert run("compile", "mobile/pins.toml", *FORCED, cwd=tmp_path).code == 0
    refused(tmp_path, by="pins.toml")
    assert run("compile", "--check", cwd=tmp_path / "mobile").code == 0


def test_into_the_tree_of_another(tmp_path: Path) -> None:
    pins(tmp_path / "mobile/pins.toml", SOUND + NSC)
    pins(tmp_path / "server/pins.toml", OTHER + NSC)
    run("compile", cwd=tmp_path / "mobile")
    refused(tmp_path, "server/pins.toml", "-o", "mobile", by="pins.toml")


# -- and the same by other words -------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("out", [(), ("-o", "{tmp}/checkout/out"), ("-o", "{tmp}/away")])
@pytest.mark.parametrize("below", ["", "mobile/"])
@pytest.mark.parametrize("git", [True, False])
def test_nothing_becomes_anothers_by_moving(
    out: tuple[str, ...],
    below: str,
    git: bool,  # noqa: FBT001 - given by name
    tmp_path: Path,
) -> None:
    """Other directories, other spellings, a renamed checkout, one without its .git: a later compile goes through."""
    root = tmp_path / "checkout"
    file = pins(root / f"{below}pins.toml", SOUND + NSC + ATS + KOTLIN)
    if git:
        (root / ".git").mkdir()
    (tmp_path / "link").symlink_to(root)

    def options(name: str) -> list[str]:
        return [option.format(tmp=tmp_path).replace("/checkout/", f"/{name}/") for option in out]

    assert run("compile", *options("checkout"), cwd=file.parent).code == 0
    for cwd, name in (
        (root, f"{below}pins.toml"),
        (tmp_path, f"checkout/{below}pins.toml"),
        (tmp_path, f"./link/{below}pins.toml"),
        (tmp_path, str(file)),
        (file.parent, "./pins.toml"),
    ):
        assert run("compile", "--check", *options("checkout"), name, cwd=cwd).code == 0, name
    if git:
        (root / ".git").rmdir()
        assert run("compile", "--check", *options("checkout"), cwd=file.parent).code == 0
    root.rename(tmp_path / "moved")
    moved = tmp_path / "moved" / below
    assert run("compile", "--check", *options("moved"), cwd=moved).code == 0
    pins(moved / "pins.toml", OTHER + NSC + ATS + KOTLIN)
    assert run("compile", *options("moved"), cwd=moved).code == 0


def test_an_output_that_was_moved(tmp_path: Path) -> None:
    """Its header counts folders that are others now."""
    pins(tmp_path / "a/pins.toml", OTHER)
    pins(tmp_path / "pins.toml", SOUND + NSC.replace("res/", "a/"))
    run("compile", cwd=tmp_path)
    (tmp_path / "a/b").mkdir()
    (tmp_path / "a/nsc.xml").rename(tmp_path / "a/b/nsc.xml")
    (tmp_path / "a/pins.toml").unlink()
    pins(tmp_path / "pins.toml", SOUND + NSC.replace("res/", "a/b/"))
    assert run("compile", cwd=tmp_path).code == 0


@pytest.mark.parametrize(("name", "legacy"), [("pins.toml", "pins.toml"), ("生产 a.toml", "_a.toml")])
@pytest.mark.parametrize("out", ["", "../out"])
def test_what_earlier_releases_wrote_is_ours(name: str, legacy: str, out: str, tmp_path: Path) -> None:
    """They put the bare name into every header; it is current if the rest is, and can be overwritten."""
    root = tmp_path / "project"
    pins(root / name, SOUND + NSC + ATS)
    options = ("-o", out) if out else ()
    run("compile", name, *options, cwd=root)
    for file in (root / out / "res/nsc.xml", root / out / "Info.plist"):
        head, _, tail = file.read_text("utf-8").partition("by pincompiler from ")
        file.write_text(f"{head}by pincompiler from {legacy}{tail[tail.index('. Do not') :]}", "utf-8")
    before = snapshot(tmp_path)
    assert run("compile", "--check", name, *options, cwd=root).code == 0
    assert run("compile", name, *options, cwd=root).code == 0
    assert snapshot(tmp_path) == before
    pins(root / name, OTHER + NSC + ATS)
    assert run("compile", name, *options, cwd=root).code == 0
    assert is_pinned(root / out / "Info.plist", "other.example.com")


# -- names of one file -----------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["info.plist", "link/Info.plist", "INFO.plist"])
def test_two_spellings_of_one_property_list(other: str, tmp_path: Path) -> None:
    """Each target would edit the file as it was, and the second one drop the first one's pins."""
    (tmp_path / "link").symlink_to(".")
    pins(tmp_path / "pins.toml", SOUND + ATS + TRUSTKIT.replace("Info.plist", other))
    plist_of(tmp_path / "Info.plist")
    before = snapshot(tmp_path)
    ran = run("compile", *FORCED, cwd=tmp_path)
    assert (ran.code, "[conflicting-output]" in ran.stdout) == (1, True)
    assert "in both" in ran.stdout
    assert snapshot(tmp_path) == before


def test_two_outputs_that_a_link_joins_elsewhere(tmp_path: Path) -> None:
    text = f'{SOUND}[target.nsc]\npath = "a/x.xml"\n[target.trustkit-android]\npath = "b/x.xml"\n'
    pins(tmp_path / "pins.toml", text)
    (tmp_path / "out/a").mkdir(parents=True)
    (tmp_path / "out/b").symlink_to("a")
    ran = run("compile", "-o", "out", *FORCED, cwd=tmp_path)
    assert (ran.code, "are one file [conflicting-output]" in ran.stdout) == (1, True)
    assert list((tmp_path / "out/a").iterdir()) == []


@pytest.mark.parametrize(
    ("stands", "path"),
    [("info.plist", "Info.plist"), ("IOS/Info.plist", "ios/Info.plist"), ("Ínfo.plist", "I\u0301nfo.plist")],
)
@pytest.mark.parametrize("options", [(), ("-o", "out")])
def test_a_file_that_is_the_same_on_a_mac(
    stands: str, path: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    """A checkout on macOS has room for one of them, and the other's content would be gone."""
    pins(tmp_path / "pins.toml", SOUND + ATS.replace("Info.plist", path))
    plist_of(tmp_path / "out" / stands if options else tmp_path / stands)
    before = snapshot(tmp_path)
    ran = run("compile", *options, cwd=tmp_path)
    assert (ran.code, "on macOS and Windows [hand-written-output]" in ran.stdout) == (1, True)
    assert snapshot(tmp_path) == before
    assert run("compile", *options, *FORCED, cwd=tmp_path).code == 0


@pytest.mark.parametrize("link", [True, False])
def test_an_input_below_the_directory(link: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """Not even by force: the base would be merged with itself the next time."""
    pins(tmp_path / "pins.toml", f'{SOUND}[target.nsc]\npath = "nsc.xml"\nbase = "hand/nsc.xml"\n')
    base = pins(tmp_path / "hand/nsc.xml", "<network-security-config/>\n")
    if link:
        (tmp_path / "linked").mkdir()
        (tmp_path / "linked/nsc.xml").hardlink_to(base)
    before = snapshot(tmp_path)
    ran = run("compile", "-o", "linked" if link else "hand", *FORCED, cwd=tmp_path)
    assert (ran.code, "is an input, and would be overwritten [conflicting-output]" in ran.stdout) == (1, True)
    assert snapshot(tmp_path) == before


def test_a_base_by_another_name(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(".")
    pins(tmp_path / "pins.toml", f'{SOUND}[target.nsc]\npath = "nsc.xml"\nbase = "link/nsc.xml"\n')
    pins(tmp_path / "nsc.xml", "<network-security-config/>\n")
    ran = run("check", cwd=tmp_path)
    assert (ran.code, "[conflicting-output]" in ran.stdout) == (1, True)


def test_a_hard_link_leaves_its_other_name_alone(tmp_path: Path) -> None:
    pins(tmp_path / "pins.toml", SOUND + ATS)
    before = plist_of(tmp_path / "Info.plist").read_bytes()
    (tmp_path / "backup.plist").hardlink_to(tmp_path / "Info.plist")
    assert run("compile", cwd=tmp_path).code == 0
    assert is_pinned(tmp_path / "Info.plist")
    assert (tmp_path / "backup.plist").read_bytes() == before


@pytest.mark.parametrize("options", [(), FORCED])
def test_a_read_only_file(options: tuple[str, ...], tmp_path: Path) -> None:
    """Somebody protected it, or has not checked it out: moving a new one over it would not ask."""
    pins(tmp_path / "pins.toml", SOUND + ATS + NSC)
    plist_of(tmp_path / "Info.plist").chmod(0o444)
    before = snapshot(tmp_path)
    ran = run("compile", *options, cwd=tmp_path)
    assert (ran.code, ran.stderr) == (
        2,
        "pincompiler: error: Info.plist: is read-only; nothing was written\n",
    )
    assert snapshot(tmp_path) == before
