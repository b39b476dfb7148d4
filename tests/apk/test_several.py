"""Several apps in one place: whatever is there is an app of its own, or is said not to be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from pincompiler.android.apk import AppFiles, SeveralAppsError, open_package
from pincompiler.base.errors import InputError
from pincompiler.cli.program import app as cli
from tests.apk.forge import manifest, simple_zip

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def apk(package: str = "a.b", version: int = 7, split: str = "") -> bytes:
    return simple_zip({"AndroidManifest.xml": manifest(package=package, version=version, split=split)})


def folder(place: Path, files: Mapping[str, bytes]) -> Path:
    place.mkdir()
    for name, data in files.items():
        (place / name).write_bytes(data)
    return place


def subjects(*arguments: object, data: bytes = b"") -> dict[str, dict[str, Any]]:
    ran = CliRunner().invoke(cli, ["audit", "-f", "json", *map(str, arguments)], input=data)
    return {one["path"]: one for one in json.loads(ran.stdout)["subjects"]}


BUNDLE = simple_zip({"base/manifest/AndroidManifest.xml": b"", "BundleConfig.pb": b""})
BANK = simple_zip({"base.apk": apk("com.bank"), "config.de.apk": apk("com.bank", split="config.de")})


@pytest.mark.parametrize("name", ["bank.apks", "bank.xapk", "bank.apkm", "Bank.XAPK"])
@pytest.mark.parametrize("beside", [{"one.apk": apk()}, {"one.apk": apk(), "de.apk": apk(split="config.de")}])
def test_an_archive_beside_apks_is_an_app(name: str, beside: dict[str, bytes], tmp_path: Path) -> None:
    place = folder(tmp_path / "all", {**beside, name: BANK, "notes.txt": b"x"})
    found = subjects(place)
    one = place / "one.apk"
    assert {path: app["package"] for path, app in found.items()} == {
        str(one): "a.b",
        str(place / name): "com.bank",
    }
    assert all(app["complete"] for app in found.values())
    with pytest.raises(SeveralAppsError, match=f"{name} is an archive of its own"):
        open_package(place)


def test_an_archive_of_several_apps_beside_others(tmp_path: Path) -> None:
    inner = simple_zip({"x.apk": apk("x.y"), "z.apk": apk("z.z")})
    place = folder(tmp_path / "all", {"both.apks": inner, "one.apk": apk(), "two.aab": BUNDLE})
    assert [*subjects(place)] == [
        f"{place}/both.apks!x.apk",
        f"{place}/both.apks!z.apk",
        f"{place}/one.apk",
        f"{place}/two.aab",
    ]


@pytest.mark.parametrize("name", ["bank.apks", "bank.aab"])
def test_an_archive_alone_in_a_folder(name: str, tmp_path: Path) -> None:
    place = folder(tmp_path / "all", {name: BUNDLE if name.endswith("aab") else BANK})
    assert [*subjects(place)] == [str(place / name)]


def test_an_archive_in_an_archive_is_said_not_to_be_read(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(simple_zip({"one.apk": apk(), "bank.xapk": BANK}))
    found = subjects(path)
    assert found[f"{path}!one.apk"]["package"] == "a.b"
    assert "to be unpacked first" in found[f"{path}!bank.xapk"]["error"]
    path.write_bytes(simple_zip({"bank.xapk": BANK}))
    with pytest.raises(InputError, match="xapk is an archive of its own, to be unpacked first"):
        open_package(path)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("code", [6, 8])
def test_splits_of_another_version_are_another_app(packed: bool, code: int, tmp_path: Path) -> None:  # noqa: FBT001
    """ApkLiteParseUtils.parseClusterPackageLite: "inconsistent version code", and nothing is installed."""
    files = {
        "base.apk": apk(),
        "de.apk": apk(split="config.de"),
        "fr.apk": apk(version=code, split="config.fr"),
    }
    path = tmp_path / "all.apks"
    if packed:
        path.write_bytes(simple_zip(files))
    else:
        folder(path, files)
    with pytest.raises(SeveralAppsError) as refused:
        open_package(path)
    assert refused.value.parts == (("base.apk", "de.apk"), ("fr.apk",))
    whole, rest = subjects(path).values()
    assert whole["complete"]
    assert not rest["complete"]
    assert "base" in rest["unknown"][0]["why"]


def test_two_bases_beside_an_older_split(tmp_path: Path) -> None:
    files = {"prod.apk": apk(), "staging.apk": apk(), "old.apk": apk(version=6, split="config.de")}
    with pytest.raises(SeveralAppsError) as refused:
        open_package(folder(tmp_path / "all", files))
    assert refused.value.parts == (("old.apk",), ("prod.apk",), ("staging.apk",))


def test_several_on_standard_input(tmp_path: Path) -> None:
    data = simple_zip({"base.apk": apk(), "de.apk": apk(split="config.de"), "z.apk": apk("z.z")})
    found = subjects("-", data=data)
    assert {path: app["package"] for path, app in found.items()} == {
        "<stdin>!base.apk": "a.b",
        "<stdin>!z.apk": "z.z",
    }
    assert AppFiles(tmp_path / "-").name == f"{tmp_path}/-"
    (lone,) = subjects("-", data=apk()).values()
    assert (lone["path"], lone["package"]) == ("<stdin>", "a.b")
