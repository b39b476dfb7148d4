"""What is built is kept, built anew where it is damaged or unlike, and bounded."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests import builds, kept
from tests.parts import need
from tests.real.install import missing

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER: Final = builds.FOLDER


def builder(calls: list[str], text: str = "built") -> Callable[[Path], None]:
    def build(place: Path) -> None:
        calls.append(text)
        (place / "deep").mkdir()
        (place / "deep" / "file").write_text(text)

    return build


def test_the_same_is_built_once(tmp_path: Path) -> None:
    calls: list[str] = []
    for _ in range(3):
        place = kept.kept("key", builder(calls), tmp_path)
        assert (place / "deep" / "file").read_text() == "built"
    kept.kept("other", builder(calls), tmp_path)
    assert len(calls) == 2


@pytest.mark.parametrize("damage", ["changed", "gone", "added"])
def test_what_is_damaged_is_built_anew(damage: str, tmp_path: Path) -> None:
    calls: list[str] = []
    place = kept.kept("key", builder(calls), tmp_path)
    file = place / "deep" / "file"
    if damage == "changed":
        file.write_text("bUilt")
    elif damage == "gone":
        file.unlink()
    else:
        (place / "more").write_text("")
    assert (kept.kept("key", builder(calls), tmp_path) / "deep" / "file").read_text() == "built"
    assert not (place / "more").exists()
    assert len(calls) == 2
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


def test_what_fails_is_not_kept(tmp_path: Path) -> None:
    def fails(place: Path) -> None:
        (place / "file").write_text("half")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        kept.kept("key", fails, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_of_two_that_build_the_same_the_first_is_kept(tmp_path: Path) -> None:
    """Another process may be reading what it made."""
    calls: list[str] = []

    def slower(place: Path) -> None:
        kept.kept("key", builder(calls, "first"), tmp_path)
        builder(calls, "second")(place)

    place = kept.kept("key", slower, tmp_path)
    assert calls == ["first", "second"]
    assert (place / "deep" / "file").read_text() == "first"
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


def test_what_was_kept_before_is_not_taken_where_all_is_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    place = kept.kept("key", builder(calls, "old"), tmp_path)
    monkeypatch.setenv(kept.ANEW, "1")
    kept._built().discard(place)  # as another process sees it
    for _ in range(2):
        assert (kept.kept("key", builder(calls, "new"), tmp_path) / "deep" / "file").read_text() == "new"
    assert calls == ["old", "new"]


def test_what_was_longest_unused_goes_first(tmp_path: Path) -> None:
    for number, name in enumerate(("oldest", "older", "young")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(bytes(100))
        used = 1_000_000 * (1 + number) if name != "young" else (tmp_path / name).stat().st_mtime
        os.utime(tmp_path / name, (used, used))
    kept.prune(tmp_path, 300)
    assert {one.name for one in tmp_path.iterdir()} == {"oldest", "older", "young"}
    kept.prune(tmp_path, 250)
    assert {one.name for one in tmp_path.iterdir()} == {"older", "young"}
    kept.prune(tmp_path, 0)
    assert {one.name for one in tmp_path.iterdir()} == {"young"}


def test_a_key_is_of_every_part() -> None:
    keys = {kept.digest(part) for part in ("a", b"a", ["a"], {"a": "a"}, 1, "1", None, True)}
    assert len(keys) == 8
    with pytest.raises(TypeError):
        kept.digest(Path())


def test_what_is_committed_is_what_is_listed() -> None:
    """No more, no less, each file by its hash; all of it is small."""
    total = 0
    for listing in sorted(FOLDER.glob("*.txt")):
        listed = {content for _, _, content in builds._lines(listing)}
        with zipfile.ZipFile(listing.with_suffix(".zip")) as archive:
            assert set(archive.namelist()) == listed
            assert {builds._hash(archive.read(name)) for name in listed} == listed
        total += listing.stat().st_size + listing.with_suffix(".zip").stat().st_size
    assert {path.suffix for path in FOLDER.iterdir()} == {".txt", ".zip", ""}
    assert 500_000 < total < 2_200_000  # of which 400,000 are for iOS


@pytest.mark.real
def test_what_is_committed_was_made_by_these_tools() -> None:
    """Other versions make other bytes of the same source: then nothing was compared."""
    need(missing())
    here, there = builds.makers(), builds.written_by()
    need([] if here == there else [f"the tools of the golden builds ({there}; here are {here})"])
