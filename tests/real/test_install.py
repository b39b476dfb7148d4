"""The installer must never take a part for the whole, and its absence must show."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import pytest

from . import install
from .install import Coordinate, Group, InstallError

GROUP: Final = Group(
    folder="thing-1",
    coordinates=(Coordinate("group", "thing", "1"),),
    required=("thing-1.jar", "helper-"),
)


def _delivery(folder: Path, *names: str) -> Path:
    """What Maven would have copied."""
    folder.mkdir()
    for name in names:
        with zipfile.ZipFile(folder / name, "w") as jar:
            jar.writestr("name", name)
    return folder


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of tools in which only GROUP is wanted, and is there."""
    monkeypatch.setattr(install, "GROUPS", (GROUP,))
    fetched = _delivery(tmp_path / "fetched", "thing-1.jar", "helper-7.jar")
    root = tmp_path / "tools"
    root.mkdir()
    install._put_in_place(fetched, GROUP, root / GROUP.folder)
    return root


def _lacks_group(tools: Path) -> bool:
    return GROUP.folder in install.missing(tools)


def test_a_whole_folder_is_whole(tools: Path) -> None:
    """The counterpart of what follows."""
    assert not _lacks_group(tools)


def test_a_lost_jar_is_noticed(tools: Path) -> None:
    """Also one which no beginning of a name asks for by itself."""
    (tools / GROUP.folder / "helper-7.jar").unlink()
    assert _lacks_group(tools)


def test_a_shortened_jar_is_noticed(tools: Path) -> None:
    """A full disk leaves such files behind."""
    jar = tools / GROUP.folder / "thing-1.jar"
    jar.write_bytes(jar.read_bytes()[:-1])
    assert _lacks_group(tools)


def test_an_added_jar_is_noticed(tools: Path) -> None:
    """It would come onto the class path."""
    (tools / GROUP.folder / "other.jar").write_bytes(b"")
    assert _lacks_group(tools)


def test_a_changed_wish_is_noticed(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder made for other coordinates does not serve."""
    wanted = Group(GROUP.folder, (Coordinate("group", "thing", "1", ("x",)),), GROUP.required)
    monkeypatch.setattr(install, "GROUPS", (wanted,))
    assert _lacks_group(tools)


def test_a_folder_without_its_listing_is_not_whole(tools: Path) -> None:
    """Nor one whose listing is no JSON."""
    listing = tools / GROUP.folder / "contents.json"
    listing.write_text("{", encoding="utf-8")
    assert _lacks_group(tools)
    listing.unlink()
    assert _lacks_group(tools)


def test_an_incomplete_delivery_is_not_put_in_place(tmp_path: Path) -> None:
    """The folder must not even appear."""
    fetched = _delivery(tmp_path / "fetched", "thing-1.jar")
    with pytest.raises(InstallError, match="Maven delivered no helper-"):
        install._put_in_place(fetched, GROUP, tmp_path / "place")
    assert not (tmp_path / "place").exists()


def test_a_delivery_which_is_no_jar_is_not_put_in_place(tmp_path: Path) -> None:
    """A page which says that there is nothing is no jar."""
    fetched = _delivery(tmp_path / "fetched", "thing-1.jar")
    (fetched / "helper-7.jar").write_text("<html>", encoding="utf-8")
    with pytest.raises(InstallError, match=r"helper-7\.jar is not a jar"):
        install._put_in_place(fetched, GROUP, tmp_path / "place")
    assert not (tmp_path / "place").exists()


def test_a_delivery_replaces_what_was_broken(tools: Path, tmp_path: Path) -> None:
    """Running the installer again is the cure."""
    (tools / GROUP.folder / "thing-1.jar").write_bytes(b"")
    assert _lacks_group(tools)
    fetched = _delivery(tmp_path / "again", "thing-1.jar", "helper-7.jar")
    install._put_in_place(fetched, GROUP, tools / GROUP.folder)
    assert not _lacks_group(tools)


def test_check_reports_and_fetches_nothing(tmp_path: Path) -> None:
    """Every group by name, and the folder stays empty."""
    done = subprocess.run(
        [sys.executable, install.__file__, "--check"],
        env={**os.environ, "PINCOMPILER_TOOLS": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    for group in install.GROUPS:
        assert f"{group.folder} is missing" in done.stdout
    assert done.stdout.rstrip().endswith("incomplete")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_command_is_quoted() -> None:
    """Its words, its end and the purpose."""
    script = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    with pytest.raises(InstallError) as raised:
        install._run([sys.executable, "-c", script], "trying")
    assert str(raised.value) == f"trying: {sys.executable} ended with 3\nout\nerr"


def test_an_absent_command_is_named() -> None:
    """Not a traceback."""
    with pytest.raises(InstallError, match="cannot run no-such-command"):
        install._run(["no-such-command"], "trying")


@pytest.mark.slow
@pytest.mark.parametrize(("require", "outcome"), [("", "skipped"), ("1", "error")])
def test_missing_tools_skip_or_fail(require: str, outcome: str, tmp_path: Path) -> None:
    """Skipping is for a developer's machine; where the tools are required it is a failure."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs"),
            str(Path(__file__).with_name("test_toolchain.py")),
            *("-k", "unites_the_pins and 4.12.0"),
        ],
        env={
            **os.environ,
            "PINCOMPILER_TOOLS": str(tmp_path),
            "PINCOMPILER_REQUIRE_TOOLS": require,
            "CI": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"1 {outcome}" in done.stdout
    assert "okhttp-4.12.0: 1 test not made (run: make tools)" in done.stdout
    assert done.returncode == (0 if outcome == "skipped" else 1)
