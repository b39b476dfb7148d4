"""ZIP archives as Android reads them, and what is told of those that no tool writes."""

from __future__ import annotations

import io
import re
import struct
import tracemalloc
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest

from pincompiler.android.apk import read_package
from pincompiler.archives.archive import Archive, MemberError, read_archive
from pincompiler.archives.directory import ArchiveError
from pincompiler.archives.storage import File, Window, digest
from pincompiler.base.bounds import ARCHIVE_ENTRIES
from pincompiler.base.errors import InputError
from tests.apk.forge import Member, deflate, forge_zip, simple_zip
from tests.bounding import bounded
from tests.patience import no_hang

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"a.txt": b"hello" * 100, "dir/b.bin": bytes(range(256)), "empty": b""}


def told(archive: Archive) -> str:
    return "\n".join(f"{one.member}: {one.what}" for one in archive.anomalies)


@pytest.mark.parametrize("method", [0, 8])
def test_an_honest_archive_has_no_oddities(method: int) -> None:
    archive = read_archive(simple_zip(FILES, method))
    assert {name: archive.read(name) for name in archive.names()} == FILES
    assert archive.anomalies == ()
    assert "a.txt" in archive
    assert "c" not in archive
    assert list(archive.matching(re.compile(r".*\.txt"))) == ["a.txt"]


def test_pythons_archives_are_read_alike() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
        with archive.open("big64", "w", force_zip64=True) as member:
            member.write(b"zip64")
    mine = read_archive(written.getvalue())
    assert {name: mine.read(name) for name in mine.names()} == {**FILES, "big64": b"zip64"}
    assert mine.anomalies == ()


class Pipe(io.BytesIO):
    """What cannot go back: zipfile then writes sizes and checksum behind the data, and zeros in front of it."""

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError


def test_sizes_that_stand_behind_the_data_are_no_oddity() -> None:
    """A data descriptor (APPNOTE 4.3.9), as every signer that streams writes it; zeros without its flag are one."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"hello" * 100)
    data = pipe.getvalue()
    flags, sizes = data[6:8], data[18:26]
    assert (flags, sizes) == (b"\x08\0", bytes(8))
    mine = read_archive(data)
    assert (mine.read("a"), mine.anomalies) == (b"hello" * 100, ())
    unflagged = read_archive(data[:6] + b"\0\0" + data[8:])
    assert unflagged.read("a") == b"hello" * 100
    assert "two different sizes" in told(unflagged)


def test_files_are_read_in_place(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(simple_zip(FILES, 0))
    with File(path) as file:
        archive = Archive(file, "a.zip")
        assert archive.read("a.txt") == FILES["a.txt"]
        window = archive.window("dir/b.bin")
        assert isinstance(window, Window)
        assert window.read(250, 100) == bytes(range(250, 256))
        assert window.read(-1, 5) == window.read(256, 1) == window.read(0, -1) == b""
        assert digest(window) == digest(Window(window, 0, 256))
    with pytest.raises(InputError, match="cannot be read"):
        File(tmp_path / "none")


def test_what_is_no_archive() -> None:
    for data in (b"", b"PK", b"no zip" * 100, b"PK\x05\x06" + bytes(17), b"PK\x03\x04" + bytes(100)):
        with pytest.raises(ArchiveError):
            read_archive(data)
    assert read_archive(b"PK\x05\x06" + bytes(18)).names() == ()
    with pytest.raises(MemberError, match="has no nothing"):
        read_archive(simple_zip(FILES)).read("nothing")


@pytest.mark.parametrize(
    ("member", "oddity"),
    [
        (Member(b"m", b"data", flags=1), "encrypted"),
        (Member(b"m", b"data", flags=0x808), ""),
        (Member(b"m", b"data", method=0x7600, real_method=0), "unknown compression method 30208"),
        (Member(b"m", b"data" * 9, method=21, real_method=8), "unknown compression method 21"),
        (Member(b"m", b"data", local_method=0), "two different compression methods"),
        (Member(b"m", b"data", local_name=b"other"), "called otherwise"),
        (Member(b"m", b"data", extra=b"\xca\xfe\xff\xff", local_extra=b"\0"), ""),
        (Member(b"m", b"data", extra=b"erev0s.com", local_extra=b"\xff" * 300), ""),
        (Member(b"m", b"data", crc=1), "checksum"),
        (Member(b"m", b"data", method=0, packed=3), "two different sizes"),
    ],
)
def test_tricks_with_one_entry(member: Member, oddity: str) -> None:
    archive = read_archive(forge_zip([member, Member(b"n", b"next")]))
    assert archive.read("m") == member.data
    assert archive.read("n") == b"next"
    assert oddity in told(archive)
    assert bool(oddity) == bool(archive.anomalies)


def test_sizes_that_lie() -> None:
    short = read_archive(forge_zip([Member(b"m", b"data" * 50, size=7)]))
    assert short.read("m") == b"datadat"
    assert "more than the directory states" in told(short)
    long = read_archive(forge_zip([Member(b"m", b"data", size=700)]))
    assert long.read("m") == b"data"
    assert "less than the directory states" in told(long)
    gone = read_archive(forge_zip([Member(b"m", b"data", method=0, size=7000, packed=7000)]))
    assert gone.read("m").startswith(b"data")
    assert "cut off" in told(gone)


def test_entries_beyond_the_limit_leave_the_app_unknown() -> None:
    data = simple_zip({"AndroidManifest.xml": b"", "a": b"", "b": b""})
    assert "app.apk" not in {one.what for one in read_package(data).unknowns}
    with bounded(ARCHIVE_ENTRIES, 2):
        assert "app.apk" in {one.what for one in read_package(data).unknowns}


def test_of_two_entries_of_one_name_the_first_counts() -> None:
    archive = read_archive(forge_zip([Member(b"m", b"first"), Member(b"m", b"second")]))
    assert archive.names() == ("m",)
    assert archive.read("m") == b"first"
    assert "more than once" in told(archive)


def test_names_that_are_no_text() -> None:
    archive = read_archive(
        forge_zip([Member(b"\xff\n", b"1"), Member(b"nul\0", b"2"), Member(b"\xe2\x80\xae", b"3")])
    )
    assert [archive.read(name) for name in archive.names()] == [b"1", b"2", b"3"]
    assert told(archive).isprintable() or "\n" in told(archive)
    assert all(one.member.isprintable() for one in archive.anomalies)
    assert len(archive.anomalies) == 2


@pytest.mark.parametrize(
    ("data", "oddity"),
    [
        (forge_zip([Member(b"m", b"data")], before=b"MZ rubbish"), "does not begin with an entry"),
        (forge_zip([Member(b"m", b"data")], before=b"MZ rubbish", shifted=True), "stands before the archive"),
        (forge_zip([Member(b"m", b"data")], after=b"more"), "bytes after its end record"),
        (forge_zip([Member(b"m", b"data")], after=bytes(70_000)), "further from the end"),
        (forge_zip([Member(b"m", b"data")], comment=b"comment"), ""),
        (forge_zip([Member(b"m", b"data")], comment=b"PK\x05\x06" + b"\xee" * 30), "several end records"),
        (forge_zip([Member(b"m", b"data")], between=b"block"), "larger or smaller"),
        (forge_zip([Member(b"m", b"data")], count=0), "counts 0 entries"),
        (forge_zip([Member(b"m", b"data")], count=7), "counts 7 entries"),
    ],
)
def test_tricks_with_the_end_record(data: bytes, oddity: str) -> None:
    archive = read_archive(data)
    assert archive.read("m") == b"data"
    assert oddity in told(archive)
    assert bool(oddity) == bool(archive.anomalies)


def test_rubbish_between_the_records() -> None:
    raw = forge_zip([Member(b"a", b"1", extra=b"**"), Member(b"b", b"2")])
    at = raw.index(b"PK\1\2")
    broken = raw[: at + 30] + b"\0\0" + raw[at + 32 :]
    archive = read_archive(broken)
    assert archive.names() == ("a", "b")
    assert "rubbish" in told(archive)


def test_an_entry_that_leads_nowhere() -> None:
    raw = forge_zip([Member(b"m", b"data"), Member(b"n", b"next")])
    at = raw.index(b"PK\1\2")
    archive = read_archive(raw[: at + 42] + struct.pack("<I", 3) + raw[at + 46 :])
    with pytest.raises(MemberError, match="not where"):
        archive.read("m")
    assert archive.read("n") == b"next"
    rubbish = read_archive(forge_zip([Member(b"m", b"\xff" * 30, real_method=0)]))
    with pytest.raises(MemberError, match="cannot be unpacked"):
        rubbish.read("m")


@pytest.mark.slow
def test_a_bomb_is_refused_before_it_goes_off() -> None:
    bomb = deflate(bytes(64 << 20))
    honest = forge_zip([Member(b"m", bomb, real_method=0, size=64 << 20)])
    with pytest.raises(MemberError, match="more than"):
        read_archive(honest).read("m", limit=1 << 20)
    liar = forge_zip([Member(b"m", bomb, real_method=0, size=1000, crc=zlib.crc32(bytes(1000)))])
    archive = read_archive(liar)
    tracemalloc.start()
    assert archive.read("m") == bytes(1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20
    assert "more than the directory states" in told(archive)


@pytest.mark.slow
def test_the_largest_directory_is_fast() -> None:
    raw = forge_zip(Member(b"res/%d.xml" % number, b"", 0) for number in range(65_535))
    with no_hang():
        archive = read_archive(raw)
        assert archive.read("res/65534.xml") == b""
    assert len(archive.names()) == 65_535
    same = read_archive(forge_zip(Member(b"same", b"", 0) for _ in range(65_535)))
    assert len(same.anomalies) == 1
    odd = read_archive(forge_zip(Member(b"\xff%d" % number, b"", 0) for number in range(65_535)))
    assert len(odd.anomalies) == 101


def test_a_file_full_of_end_records_is_given_up_on() -> None:
    with no_hang(), pytest.raises(ArchiveError, match="has more than 500 end records"):
        read_archive(b"PK\x05\x06\xff" * 400_000)


def zip64(data: bytes, *, extra: bytes | None = None) -> bytes:
    """One stored entry whose sizes and place, and those of the directory, are in 64 bits only."""
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 45, 0, 0, 0, 0, zlib.crc32(data), len(data), len(data), 1, 0)
    head = (45, 45, 0, 0, 0, 0, zlib.crc32(data), 0xFFFFFFFF, 0xFFFFFFFF, 1)
    wide = struct.pack("<HH3Q", 1, 24, len(data), len(data), 0) if extra is None else extra
    wide = struct.pack("<HH", 0xCAFE, 2) + b"zz" + wide
    central = struct.pack("<4s6H3I5H2I", b"PK\1\2", *head, len(wide), 0, 0, 0, 0, 0xFFFFFFFF) + b"m" + wide
    start = len(local) + 1 + len(data)
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(central), start)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, start + len(central), 1)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return local + b"m" + data + central + record + locator + end


def test_sizes_of_64_bits() -> None:
    raw = zip64(b"data")
    assert zipfile.ZipFile(io.BytesIO(raw)).read("m") == b"data"
    archive = read_archive(raw)
    assert archive.read("m") == b"data"
    assert archive.anomalies == ()
    for extra in (
        b"",
        b"\1\0\xff\xff",
        struct.pack("<HHQ", 1, 8, 1 << 63),
        struct.pack("<HH3Q", 1, 24, 4, 4, 1 << 63),
    ):
        hostile = read_archive(zip64(b"data", extra=extra))
        with pytest.raises(MemberError):
            hostile.read("m")


def test_a_place_past_all_files(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zip64(b"data", extra=struct.pack("<HH3Q", 1, 24, 4, 4, (1 << 64) - 1)))
    with File(path) as file, pytest.raises(MemberError):
        Archive(file, "a").read("m")


EMPTY_BLOCKS = b"\0\0\0\xff\xff" * 1000
"""Stored blocks of no bytes, of which a deflated stream may have any number (RFC 1951 section 3.2.4)."""


def test_the_beginning_is_found_behind_empty_blocks() -> None:
    content = b"-----BEGIN CERTIFICATE-----" * 9
    raw = EMPTY_BLOCKS + deflate(content)
    member = Member(b"m", raw, real_method=0, crc=zlib.crc32(content), packed=len(raw), size=len(content))
    archive = read_archive(forge_zip([member]))
    assert archive.read("m") == content
    assert archive.head("m", 20) == content[:20]


def test_the_beginning_of_what_is_damaged_is_not_nothing() -> None:
    damaged = Member(b"m", b"\xff" * 100, real_method=0, packed=100, size=500)
    with pytest.raises(MemberError, match="cannot be unpacked"):
        read_archive(forge_zip([damaged])).head("m", 20)
