"""Code that cannot be seen, told by what packers and plugins leave in an app's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pincompiler.android.apk import read_package
from pincompiler.android.constants.program import Program
from pincompiler.base.bounds import ARCHIVE_ENTRIES, DIRECTORY_BYTES, END_RECORDS, INNER_BYTES
from pincompiler.facts import Mechanism
from pincompiler.shipped.android import loading
from pincompiler.shipped.android.owners import Owners
from pincompiler.shipped.android.source import Source, find
from tests.apk.forge import Attr, Node, android, axml, simple_zip
from tests.bounding import bounded

if TYPE_CHECKING:
    from pincompiler.android.apk import Package
    from pincompiler.facts.loading import LoadingFacts

DEX = b"dex\n035\0" + bytes(120)
NAME = 0x01010003


def read(members: dict[str, bytes], application: str = "", *activities: str) -> tuple[Source, LoadingFacts]:
    """The facts about an app of some files, without any code."""
    children = tuple(Node("activity", (android("name", NAME, one),)) for one in activities)
    attributes = (android("name", NAME, application),) if application else ()
    top = Node("manifest", (Attr("package", "a.b"),), (Node("application", attributes, children),))
    return looked_into(opened(members, axml(top)))


def opened(members: dict[str, bytes], manifest: bytes = b"") -> Package:
    return read_package(simple_zip({"AndroidManifest.xml": manifest, **members}), "app.apk")


def looked_into(package: Package) -> tuple[Source, LoadingFacts]:
    program = Program(())
    owner_of = Owners(package.manifest).of
    source = Source("app.apk", package, program, owner_of, find(program, loading.WANTED, {}))
    return source, loading.collect(source)


PACKED = {
    "lib/arm64-v8a/libjiagu.so": "Qihoo 360 Jiagu",
    "assets/libjiagu_x86.so": "Qihoo 360 Jiagu",
    "lib/armeabi-v7a/libDexHelper-x86.so": "SecNeo or Bangcle",
    "lib/armeabi/libsecexe.so": "SecNeo or Bangcle",
    "assets/ijiami.dat": "Ijiami",
    "lib/armeabi/libexecmain.so": "Ijiami",
    "lib/armeabi/libshellx-2.10.6.0.so": "Tencent Legu",
    "assets/0OO00l111l1l": "Tencent Legu",
    "lib/x86/libtup.so": "Tencent Legu",
    "lib/x86/libbaiduprotect.so": "Baidu Protect",
    "lib/x86/libnesec.so": "NetEase Yidun",
    "assets/classes.dex.dat": "DexProtector",
}


@pytest.mark.parametrize("member", PACKED)
def test_a_packer_leaves_everything_unknown(member: str) -> None:
    source, facts = read({member: b"\x7fELF"})
    assert facts.packer == PACKED[member]
    (unseen,) = source.unseen
    assert (unseen.what, unseen.mechanisms) == ("packer", frozenset(Mechanism))
    assert facts.packer in unseen.why


@pytest.mark.parametrize(
    "member",
    [
        "lib/arm64-v8a/libjiaguar.so",
        "lib/arm64-v8a/libshell.so",
        "lib/arm64-v8a/libexec.so",
        "lib/arm64-v8a/libsqlcipher.so",
        "assets/ijiamilk.txt",
        "res/libjiagu.so",
        "libjiagu.so",
    ],
)
def test_names_that_only_resemble_a_packer_s_leave_nothing_unknown(member: str) -> None:
    source, facts = read({member: b"\x7fELF"})
    assert (facts.packer, dict(source.unseen)) == ("", {})


@pytest.mark.parametrize(
    ("application", "packer"),
    [
        ("com.stub.StubApp", "Qihoo 360 Jiagu"),
        ("com.secneo.apkwrapper.AW", "SecNeo or Bangcle"),
        ("com.tencent.StubShell.TxAppEntry", "Tencent Legu"),
        ("com.baidu.protect.StubApplication", "Baidu Protect"),
    ],
)
def test_a_stub_application_is_a_packer_s(application: str, packer: str) -> None:
    assert read({}, application)[1].packer == packer


def test_an_application_class_that_no_file_has_is_unknown() -> None:
    source, _ = read({}, "com.example.App")
    assert [(one.what, one.mechanisms) for one in source.unseen] == [
        ("com.example.App", frozenset(Mechanism))
    ]


def test_components_without_any_code_are_told() -> None:
    """One class that was forgotten in the manifest is nothing; all of them gone is a packer, or a lost split."""
    for names in (("a.b.One",), ("a.b.One", "a.b.Two", "a.b.Three")):
        (unseen,) = read({}, "", *names)[0].unseen
        assert unseen.what == "components"
    assert not read({})[0].unseen


@pytest.mark.parametrize(
    ("member", "content", "unknown"),
    [
        ("assets/plugin.dex", DEX, True),
        ("assets/plugin.jar", simple_zip({"classes.dex": DEX}), True),
        ("res/raw/plugin.zip", simple_zip({"classes.dex": DEX}, 0), True),
        ("assets/plugin.jar", simple_zip({"a/B.class": b"\xca\xfe\xba\xbe"}), False),
        ("assets/plugin.dex", b"no dex at all", False),
        ("assets/plugin.jar", b"PK\x03\x04 and nothing that follows from it", False),
        # To be installed, perhaps; and what a known SDK brings along for itself.
        ("assets/other.apk", simple_zip({"classes.dex": DEX}), False),
        ("assets/audience_network.dex", DEX, False),
        ("plugin.dex", DEX, False),
    ],
)
def test_code_among_the_assets(member: str, content: bytes, *, unknown: bool) -> None:
    source, _ = read({member: content})
    assert [one.what for one in source.unseen] == ([member] if unknown else [])
    assert all(Mechanism.NSC not in one.mechanisms for one in source.unseen)


def test_a_dex_file_behind_a_gap_is_unknown() -> None:
    source, _ = read({"classes.dex": DEX, "classes3.dex": DEX})
    assert [one.what for one in source.unseen] == ["classes3.dex"]
    assert not read({"classes.dex": DEX, "classes2.dex": DEX})[0].unseen


def test_an_archive_that_is_not_opened_leaves_code_unknown() -> None:
    """It may hold code that the app loads; what was opened and holds none leaves nothing unknown."""
    inner = simple_zip({"a.txt": bytes(1000)})
    source, facts = read({"assets/a.zip": inner})
    assert (facts.embedded, source.unseen) == ((), {})
    with bounded(INNER_BYTES, len(inner) - 1):
        source, _ = read({"assets/a.zip": inner})
    assert [one.what for one in source.unseen] == ["assets/a.zip"]


def test_an_archive_with_more_than_is_looked_at_leaves_code_unknown() -> None:
    inner = simple_zip({"a.txt": b"a", "b.txt": b"b", "classes.dex": DEX})
    for bound, limit in ((ARCHIVE_ENTRIES, 2), (DIRECTORY_BYTES, 100), (END_RECORDS, 0)):
        package = opened({"assets/a.zip": inner})
        with bounded(bound, limit):
            source, facts = looked_into(package)
        assert not facts.embedded
        assert [one.what for one in source.unseen] == ["assets/a.zip"], bound
        assert all(Mechanism.OKHTTP in one.mechanisms for one in source.unseen)


def test_components_are_looked_for_however_many_there_are() -> None:
    """Sixty that are there, by the order of their names, hide no hundred that are packed."""
    source, _ = read({"classes.dex": DEX}, "", *(f"a.b.C{number:03}" for number in range(200)))
    assert [one.why.startswith("no DEX file has 200 of 200") for one in source.unseen] == [True]
