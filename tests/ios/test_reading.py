"""What an app for Apple's systems is packed in, and which of its bundles are processes."""

from __future__ import annotations

import io
import plistlib
import zipfile
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.base.bounds import PROCESSES
from pincompiler.base.errors import InputError
from pincompiler.facts import AppleMechanism, System
from pincompiler.shipped import read_app
from tests.ios.apps import EXTENSION, ROOT, files, info, ipa, packed, pinned, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HOST: Final = "api.example.com"
CONTENT: Final = files(info("Shop", **pinned(HOST)), info("Share"))
EVERYTHING: Final = frozenset(AppleMechanism)


def doubts(path: Path) -> dict[str, str]:
    """What leaves everything of a process unknown."""
    return {one.what: one.why for one in read_app(path).unseen if one.mechanisms == EVERYTHING}


def test_an_app_is_the_same_whatever_it_is_packed_in(tmp_path: Path) -> None:
    (tmp_path / "app.zip").write_bytes(packed(CONTENT, "Shop.app/"))
    (tmp_path / "x.zip").write_bytes(packed(CONTENT, "Shop.xcarchive/Products/Applications/Shop.app/"))
    archive = unpacked(tmp_path / "archived", CONTENT, "Shop.xcarchive/Products/Applications/Shop.app/")
    (archive / "Info.plist").write_bytes(plistlib.dumps({"ApplicationProperties": {}}))
    found = {
        read_app(path).kind: read_app(path)
        for path in (
            ipa(tmp_path, CONTENT),
            tmp_path / "app.zip",
            unpacked(tmp_path, CONTENT),
            tmp_path / "x.zip",
            archive,
            unpacked(tmp_path / "loose", CONTENT, f"out/{ROOT}"),
        )
    }
    assert set(found) == {"ipa", "app", "xcarchive"}
    facts = {
        tuple(
            (one.path, one.identifier, one.version, one.build, one.minimum, one.sdk)
            for one in app.ios.processes
        )
        for app in found.values()
    }
    assert facts == {
        (
            ("", "com.example.shop", "2.1", "42", "15.4", "18.2"),
            (EXTENSION, "com.example.share", "2.1", "42", "15.4", "18.2"),
        )
    }
    assert all([pin.where.member for pin in app.pins] == ["Info.plist"] * 2 for app in found.values())


def test_frameworks_and_resource_bundles_are_no_processes(tmp_path: Path) -> None:
    others = {
        f"{place}/Info.plist": plistlib.dumps(info("X", **pinned("no.example.com")))
        for place in ("Frameworks/X.framework", "X.bundle", "Frameworks/X.framework/Y.bundle")
    }
    app = read_app(ipa(tmp_path, CONTENT | others))
    assert [one.path for one in app.ios.processes] == ["", EXTENSION]
    assert {pin.host for pin in app.pins} == {HOST}


def test_apps_within_the_app_have_systems_of_their_own(tmp_path: Path) -> None:
    watch = info("W", CFBundleSupportedPlatforms=["WatchOS"], MinimumOSVersion="8.0")
    inner = {"Watch/W.app/Info.plist": watch, "Watch/W.app/PlugIns/E.appex/Info.plist": watch}
    app = read_app(ipa(tmp_path, CONTENT | {name: plistlib.dumps(one) for name, one in inner.items()}))
    found = {one.path: (one.system, str(one.versions)) for one in app.ios.processes}
    assert found == {
        "": (System.IOS, "iOS 15+"),
        EXTENSION: (System.IOS, "iOS 15+"),
        "Watch/W.app": (System.WATCHOS, "watchOS 8+"),
        "Watch/W.app/PlugIns/E.appex": (System.WATCHOS, "watchOS 8+"),
    }


def test_an_app_of_the_mac(tmp_path: Path) -> None:
    mac = info("Shop", **pinned(HOST), CFBundleSupportedPlatforms=["MacOSX"], LSMinimumSystemVersion="12.0")
    content = {
        "Contents/Info.plist": plistlib.dumps(mac | {"MinimumOSVersion": ""}),
        "Contents/MacOS/Shop": b"",
    }
    app = read_app(unpacked(tmp_path, content))
    assert [(one.system, str(one.versions)) for one in app.ios.processes] == [(System.MACOS, "macOS 12+")]
    assert [one.what for one in app.unseen] == ["Contents/MacOS/Shop"]


@pytest.mark.parametrize(
    ("plist", "why"),
    [
        (b"", "cannot be read: not XML: no element found"),
        (b"bplist00" + b"\xff" * 40, "cannot be read: not a property list: "),
        (plistlib.dumps([]), "cannot be read: not a property list with a dictionary at its root"),
        (
            plistlib.dumps(info("Shop", **{"NSAppTransportSecurity~ipad": {}})),
            "has NSAppTransportSecurity~ipad, and which devices take that instead is not documented",
        ),
        (
            plistlib.dumps(info("Shop", **pinned(HOST, pins=("$(PIN)",)))),
            "has $(PIN) in NSAppTransportSecurity › NSPinnedDomains › ",
        ),
    ],
)
def test_what_an_info_plist_does_not_say_is_unknown(plist: bytes, why: str, tmp_path: Path) -> None:
    found = doubts(ipa(tmp_path, CONTENT | {"Info.plist": plist}))
    assert list(found) == ["Info.plist"]
    assert found["Info.plist"].startswith(why)


def test_a_missing_info_plist_of_an_extension_is_no_process(tmp_path: Path) -> None:
    content = {name: data for name, data in CONTENT.items() if name != f"{EXTENSION}/Info.plist"}
    assert [one.path for one in read_app(ipa(tmp_path, content)).ios.processes] == [""]


def test_of_two_info_plists_nobody_knows_which_is_installed(tmp_path: Path) -> None:
    path = tmp_path / "Shop.ipa"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{ROOT}Info.plist", CONTENT["Info.plist"])
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(f"{ROOT}Info.plist", plistlib.dumps(info("Shop")))
    assert doubts(path) == {"Info.plist": "is in the archive more than once"}


def test_an_encrypted_entry_is_unknown(tmp_path: Path) -> None:
    data = bytearray(packed(CONTENT))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    (tmp_path / "Shop.ipa").write_bytes(data)
    assert doubts(tmp_path / "Shop.ipa") == {"Info.plist": "is marked as encrypted in the archive"}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = unpacked(tmp_path, CONTENT)
    (tmp_path / "elsewhere").write_bytes(CONTENT["Info.plist"])
    (folder / "Info.plist").unlink()
    (folder / "Info.plist").symlink_to(tmp_path / "elsewhere")
    assert doubts(folder) == {"Info.plist": "cannot be read: Info.plist is a link, which is not followed"}


def test_code_is_not_read_yet(tmp_path: Path) -> None:
    app = read_app(ipa(tmp_path, CONTENT))
    assert {(one.what, one.process, one.mechanisms) for one in app.unseen} == {
        ("Shop", "", frozenset({AppleMechanism.CODE})),
        (f"{EXTENSION}/Share", EXTENSION, frozenset({AppleMechanism.CODE})),
    }


def test_more_bundles_than_are_looked_at(tmp_path: Path) -> None:
    one = plistlib.dumps(info("E"))
    many = {f"PlugIns/{number}.appex/Info.plist": one for number in range(PROCESSES.limit)}
    app = read_app(ipa(tmp_path, CONTENT | many))
    assert len(app.ios.processes) == PROCESSES.limit
    assert ("the app", f"has more than {PROCESSES}") in {(each.what, each.why) for each in app.unseen}


# -- no app ----------------------------------------------------------------------------------------


def zipped(content: Mapping[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return whole.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.ipa", b"no archive", "is no ZIP archive"),
        ("a.ipa", zipped({"a.txt": b""}), "has no app for Apple's systems in it"),
        ("a.zip", zipped({"a.txt": b""}), "no Android app"),
        (
            "a.ipa",
            zipped({f"Payload/{x}.app/Info.plist": b"" for x in "AB"}),
            "holds several apps; name one of them: Payload/A.app, Payload/B.app",
        ),
    ],
)
def test_what_is_no_app_is_refused(name: str, data: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=why):
        read_app(tmp_path / name)


def test_an_android_app_stays_one(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"AndroidManifest.xml": b"", "Payload/A.app/Info.plist": b""}))
    assert read_app(tmp_path / "a.zip").system is System.ANDROID
