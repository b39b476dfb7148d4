"""The installer must never take a part for the whole, and its absence must show."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import pytest

from . import install
from .fetching import FetchError
from .install import Coordinate, Group

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
    with pytest.raises(FetchError, match="Maven delivered no helper-"):
        install._put_in_place(fetched, GROUP, tmp_path / "place")
    assert not (tmp_path / "place").exists()


def test_a_delivery_which_is_no_jar_is_not_put_in_place(tmp_path: Path) -> None:
    """A page which says that there is nothing is no jar."""
    fetched = _delivery(tmp_path / "fetched", "thing-1.jar")
    (fetched / "helper-7.jar").write_text("<html>", encoding="utf-8")
    with pytest.raises(FetchError, match=r"helper-7\.jar is not a jar"):
        install._put_in_place(fetched, GROUP, tmp_path / "place")
    assert not (tmp_path / "place").exists()


def test_a_delivery_replaces_what_was_broken(tools: Path, tmp_path: Path) -> None:
    """Running the installer again is the cure."""
    (tools / GROUP.folder / "thing-1.jar").write_bytes(b"")
    assert _lacks_group(tools)
    fetched = _delivery(tmp_path / "again", "thing-1.jar", "helper-7.jar")
    install._put_in_place(fetched, GROUP, tools / GROUP.folder)
    assert not _lacks_group(tools)


MVN: Final = """\
#!/bin/sh
echo "$@" >> "$LOG"
mkdir -p thing-1/target/dependency
case "$*" in
    *-Dmaven.repo.local=*) cp "$JARS"/*.jar thing-1/target/dependency ;;
    *) printf half > thing-1/target/dependency/thing-1.jar ;;
esac
"""


def test_a_download_that_broke_off_in_the_cache_is_fetched_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Maven takes what is in its cache without looking at it."""
    jars = _delivery(tmp_path / "jars", "thing-1.jar", "helper-7.jar")
    programs = _programs(
        tmp_path / "bin", mvn=MVN, java="#!/bin/sh\n", javac="#!/bin/sh\necho javac 17.0.1\n"
    )
    sums = tmp_path / "sums"
    sums.write_text(
        "".join(
            f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  thing-1/{jar.name}\n" for jar in jars.iterdir()
        )
    )
    for name, value in (
        ("PATH", f"{programs}:/usr/bin:/bin"),
        ("LOG", tmp_path / "log"),
        ("JARS", jars),
        ("PINCOMPILER_TOOLS", tmp_path / "tools"),
    ):
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(install, "GROUPS", (GROUP,))
    monkeypatch.setattr(install, "CHECKSUMS", sums)
    assert install.lacking_jars() == ["thing-1"]
    install.fetch_jars()
    assert install.lacking_jars() == []
    assert len((tmp_path / "log").read_text().splitlines()) == 2
    install.fetch_jars()
    assert len((tmp_path / "log").read_text().splitlines()) == 2, "nothing is fetched twice"


def _programs(folder: Path, **scripts: str) -> Path:
    folder.mkdir()
    for name, script in scripts.items():
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    return folder


def test_a_jdk_that_is_too_old_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = "#!/bin/sh\necho javac 11.0.2\n"
    monkeypatch.setenv("PATH", f"{_programs(tmp_path / 'bin', mvn=MVN, java=old, javac=old)}:/usr/bin:/bin")
    with pytest.raises(FetchError, match=r"javac is version 11\.0\.2; 17 or newer is needed"):
        install._check_java()


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
    assert "1 test not made, for want of:" in done.stdout
    assert "  Java: a JDK, Kotlin, OkHttp, R8, Android's classes: 1 test" in done.stdout
    assert done.returncode == (0 if outcome == "skipped" else 1)
