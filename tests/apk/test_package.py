"""Apps as one thing: APKs, splits in archives and directories, and what is missing from them."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from pincompiler.android.apk import (
    AppFiles,
    MemberError,
    Package,
    PackageKind,
    SeveralAppsError,
    open_package,
    read_package,
)
from pincompiler.android.apk.opening import _Opening
from pincompiler.archives.archive import read_archive
from pincompiler.base.bounds import PARTS, RESOURCE_ITEMS, RESOURCE_VALUES, Bound
from pincompiler.base.errors import InputError
from tests.apk.forge import (
    DECIMAL,
    NSC_ID,
    REFERENCE,
    Attr,
    AxmlWriter,
    Member,
    Node,
    Res,
    android,
    app,
    arsc,
    axml,
    config,
    forge_zip,
    manifest,
    nsc,
    simple_zip,
    uses_nsc,
    with_attributes,
)
from tests.bounding import bounded

if TYPE_CHECKING:
    from pathlib import Path

LAND = config(orientation=2)


def apk(**changes: bytes | None) -> bytes:
    return simple_zip(app(**changes))


def read(**changes: bytes | None) -> Package:
    return read_package(apk(**changes), "app.apk")


def hosts(package: Package) -> dict[tuple[str, str], list[str]]:
    return {
        (one.qualifier, one.member): [domain.name for each in one.nsc.configs for domain in each.domains]
        for one in package.nsc_variants()
    }


def problems(package: Package) -> list[str]:
    return [problem.message for one in package.nsc_variants() for problem in one.nsc.problems]


def test_an_apk() -> None:
    package = read()
    assert package.kind is PackageKind.APK
    assert package.sha256 == hashlib.sha256(apk()).hexdigest()
    assert package.manifest.package == "a.b"
    assert set(package.members()) == set(app())
    assert list(package.dex_files()) == [("classes.dex", b"dex\n035\0")]
    assert hosts(package) == {("", "res/n.xml"): ["example.com"], ("v28", "res/n28.xml"): ["v28.example.com"]}
    assert package.files(NSC_ID) == (("", "res/n.xml"), ("v28", "res/n28.xml"))
    assert package.strings(NSC_ID) == ("res/n.xml", "res/n28.xml")
    assert (package.anomalies, package.unknowns) == ((), ())


def test_the_configuration_is_read_with_its_lines_and_policy() -> None:
    variant = read().nsc_variants()[0]
    assert variant.nsc.policy_digest == "abc"
    assert variant.root is not None
    where = variant.nsc.configs[0].where
    assert where is not None
    assert where.span is not None
    assert (where.file, where.member, where.span.line) == ("app.apk", "res/n.xml", 2)
    assert len(variant.nsc.configs[0].keys) == 1
    assert not variant.nsc.problems


def test_a_file_is_open_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "app.apk"
    path.write_bytes(apk())
    with open_package(path) as package:
        assert package.name == str(path)
        assert hosts(package) == hosts(read())
        assert package.read("classes.dex") == b"dex\n035\0"
        with pytest.raises(MemberError):
            package.read("none")
        with pytest.raises(MemberError):
            package.read("classes.dex", limit=3)


def test_without_a_configuration() -> None:
    package = read(**{"AndroidManifest.xml": manifest()})
    assert package.nsc_variants() == ()
    assert package.unknowns == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"res/n28.xml": None}, "the file res/n28.xml is missing"),
        ({"res/n28.xml": b"<xml/>"}, "breaks off|impossible size|cut off|before its root|no element"),
        ({"res/n28.xml": nsc()[:-60]}, "its XML is broken"),
        ({"res/n28.xml": axml(Node("pins", line=4))}, "its root is <pins>"),
        ({"resources.arsc": None}, "the resource @7f010000 is no file"),
        ({"resources.arsc": arsc({"xml": {"n": [Res((DECIMAL, 5))]}})}, "its resource is no file"),
        ({"resources.arsc": arsc({"xml": {"n": [Res((REFERENCE, 0x7F0F0000))]}})}, "@7f0f0000 is no file"),
    ],
)
def test_a_configuration_that_android_cannot_load(changes: dict[str, bytes | None], problem: str) -> None:
    package = read(**changes)
    assert len(problems(package)) == 1
    assert re.search(problem, problems(package)[0])
    assert package.unknowns == ()


def test_a_configuration_that_cannot_be_found_for_want_of_a_table() -> None:
    package = read(**{"resources.arsc": b"no table"})
    assert package.nsc_variants() == ()
    assert [one.what for one in package.unknowns] == ["resources.arsc", "networkSecurityConfig"]
    framework = read(**{"AndroidManifest.xml": manifest(uses_nsc(0x01010000))})
    assert framework.nsc_variants() == ()
    assert "Android itself" in framework.unknowns[0].why


def test_a_large_configuration_is_unknown() -> None:
    files = [Member(name.encode(), data) for name, data in app().items() if name != "res/n28.xml"]
    files.append(Member(b"res/n28.xml", nsc(), size=17 << 20))
    package = read_package(forge_zip(files))
    assert len(package.nsc_variants()) == 1
    assert package.unknowns[0].what == "res/n28.xml"


def test_the_debug_twin_is_found_by_name_in_the_apps_package() -> None:
    types = {"xml": {"n": [Res("res/n.xml")], "n_debug": [Res("res/d.xml"), Res("res/l.xml", LAND)]}}
    changes = {"res/d.xml": nsc("debug.test"), "res/l.xml": nsc("land.test")}
    package = read(**{"resources.arsc": arsc(types), **changes})
    twins = [(one.qualifier, one.member) for one in package.nsc_variants() if one.is_debug_twin]
    assert twins == [("", "res/d.xml"), ("land", "res/l.xml")]
    other = read(**{"resources.arsc": arsc(types, package="x.y"), **changes})
    assert not any(one.is_debug_twin for one in other.nsc_variants())


def test_references_to_certificates_are_not_problems() -> None:
    anchors = Node("certificates", [Attr("src", 0x7F020000, kind=REFERENCE), Attr("overridePins", True)])
    document = Node(
        "network-security-config",
        [],
        [
            Node(
                "domain-config",
                [],
                [Node("domain", [], ["a.test"]), Node("trust-anchors", [], [anchors])],
            )
        ],
    )
    types = {"xml": {"n": [Res("res/n.xml")]}, "raw": {"my_ca": [Res("res/ca.pem")]}}
    package = read(**{"resources.arsc": arsc(types), "res/n.xml": axml(document), "res/ca.pem": b"pem"})
    variant = package.nsc_variants()[0]
    assert not variant.nsc.problems
    assert variant.nsc.configs[0].overridden
    assert variant.root is not None
    assert variant.root.find(".//certificates").get("src") == "@7f020000"
    assert package.files(0x7F020000) == (("", "res/ca.pem"),)


def test_dex_files_in_and_out_of_order() -> None:
    extra = {f"classes{n}.dex": n.encode() for n in ("10", "2", "3", "1", "02", "5")}
    package = read(**extra, **{"assets/classes.dex": b"asset"})
    names = [name for name, _ in package.dex_files()]
    assert names[0] == "classes.dex"
    assert set(names) == {"classes.dex", *extra}
    assert {one.member for one in package.anomalies} == {f"classes{n}.dex" for n in ("1", "02", "5", "10")}


def test_a_dex_file_that_cannot_be_read() -> None:
    files = [Member(name.encode(), data) for name, data in app().items()]
    files.append(Member(b"classes2.dex", b"\xff" * 40, real_method=0))
    package = read_package(forge_zip(files))
    assert [name for name, _ in package.dex_files()] == ["classes.dex"]
    assert [one.what for one in package.unknowns] == ["classes2.dex"]
    assert "cannot be unpacked" in package.unknowns[0].why


def test_an_app_without_a_manifest() -> None:
    package = read(**{"AndroidManifest.xml": None})
    assert package.manifest.package == ""
    assert [one.what for one in package.unknowns] == ["AndroidManifest.xml"]
    broken = read(**{"AndroidManifest.xml": manifest()[:-40]})
    assert broken.unknowns[0].what == "AndroidManifest.xml"
    assert broken.manifest.package == "a.b"


def test_what_is_no_app(tmp_path: Path) -> None:
    for data in (b"", b"text", simple_zip({"Payload/x.app/Info.plist": b""}), simple_zip({"a.apk": b"text"})):
        with pytest.raises(InputError):
            read_package(data)
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError):
            open_package(path)


# --- splits ---------------------------------------------------------------------------------------

GERMAN = config(language=b"de")


def split(name: str, **more: bytes) -> bytes:
    return simple_zip({"AndroidManifest.xml": manifest(split=name), **more})


def splits() -> dict[str, bytes]:
    feature = arsc({"string": {"f": [Res("feature")]}}, number=0x80)
    land = arsc({"xml": {"n": [Res("res/n.xml", LAND)]}})
    return {
        "split_config.land.apk": split(
            "config.land", **{"resources.arsc": land, "res/n.xml": nsc("land.test")}
        ),
        "base.apk": apk(),
        "split_feature.apk": split("feature", **{"resources.arsc": feature, "classes.dex": b"dex\n036\0"}),
    }


EXPECTED = {
    ("", "{}base.apk!res/n.xml"): ["example.com"],
    ("v28", "{}base.apk!res/n28.xml"): ["v28.example.com"],
    ("land", "{}split_config.land.apk!res/n.xml"): ["land.test"],
}


def check_splits(package: Package, folder: str = "") -> None:
    assert hosts(package) == {
        (qualifier, member.format(folder)): names for (qualifier, member), names in EXPECTED.items()
    }
    assert [member for member, _ in package.dex_files()] == [
        f"{folder}base.apk!classes.dex",
        f"{folder}split_feature.apk!classes.dex",
    ]
    assert package.strings(0x80010000) == ("feature",)
    assert package.manifest.split == ""
    assert {one.split for one in package.manifests} == {"", "config.land", "feature"}
    assert package.read(f"{folder}base.apk!classes.dex") == b"dex\n035\0"
    assert f"{folder}split_feature.apk!classes.dex" in set(package.members())
    assert package.unknowns == ()


@pytest.mark.parametrize("method", [0, 8])
def test_splits_in_an_archive(method: int) -> None:
    package = read_package(simple_zip({**splits(), "info.json": b"{}", "icon.png": b""}, method), "app.apkm")
    assert package.kind is PackageKind.APKS
    check_splits(package)


def test_splits_of_bundletool() -> None:
    files = {f"splits/{name}": data for name, data in splits().items()}
    files |= {"toc.pb": b"", "standalones/standalone-hdpi.apk": apk(), "splits/base_2.apk": apk()}
    package = read_package(simple_zip(files), "app.apks")
    check_splits(package, "splits/")
    assert [one.member for one in package.anomalies] == ["standalones/standalone-hdpi.apk"]
    whole = read_package(simple_zip({"universal.apk": apk(), "toc.pb": b""}))
    assert [name for name, _ in whole.dex_files()] == ["universal.apk!classes.dex"]
    alone = read_package(simple_zip({f"standalones/{n}.apk": apk() for n in "abc"}))
    assert [name for name, _ in alone.dex_files()] == ["standalones/a.apk!classes.dex"]


def test_splits_in_a_directory(tmp_path: Path) -> None:
    for name, data in splits().items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "notes.txt").write_text("x")
    with open_package(tmp_path) as package:
        assert package.kind is PackageKind.SPLITS
        check_splits(package)
        lines = "".join(
            f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(splits().items())
        )
        assert package.sha256 == hashlib.sha256(lines.encode()).hexdigest()


def test_splits_that_are_missing_or_foreign() -> None:
    required = android("isSplitRequired", 0x01010591, True)
    package = read(**{"AndroidManifest.xml": manifest(uses_nsc(0x7F0A0000), required)})
    assert package.nsc_variants() == ()
    assert [one.what for one in package.unknowns] == ["splits", "networkSecurityConfig"]
    lonely = read_package(split("config.de"))
    assert "base is missing" in lonely.unknowns[0].why
    no_base = read_package(simple_zip({"config.de.apk": split("config.de")}))
    assert "base APK is missing" in no_base.unknowns[0].why
    broken = read_package(simple_zip({**splits(), "broken.apk": b"no zip"}))
    assert {one.what for one in broken.unknowns} == {"broken.apk"}


def several() -> dict[str, bytes]:
    """Two apps and two builds of a third, some in splits, and a file that is none."""
    other = simple_zip({"AndroidManifest.xml": manifest(package="x.y"), "classes.dex": b"dex\n"})
    builds = {
        f"m{code}.apk": simple_zip({"AndroidManifest.xml": manifest(version=code, package="m.n")})
        for code in (7, 8)
    }
    of_8 = simple_zip({"AndroidManifest.xml": manifest(version=8, package="m.n", split="config.de")})
    return {**splits(), "z.apk": other, **builds, "8.de.apk": of_8, "broken.apk": b"no zip"}


OF_SEVERAL = [
    ("base.apk", "split_config.land.apk", "split_feature.apk"),
    ("broken.apk",),
    ("m7.apk",),
    ("m8.apk", "8.de.apk"),
    ("z.apk",),
]


def test_a_directory_of_several_apps(tmp_path: Path) -> None:
    for name, data in several().items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(SeveralAppsError) as refused:
        open_package(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path}: holds several apps; name one of them: base.apk is a.b, broken.apk is no APK that can be read,"
        " m7.apk is m.n 7, m8.apk is m.n 8, z.apk is x.y"
    )
    assert sorted(map(sorted, refused.value.parts)) == sorted(map(sorted, OF_SEVERAL))
    assert [parts[0] for parts in refused.value.parts] == [parts[0] for parts in OF_SEVERAL]
    files = AppFiles(tmp_path)
    apps = [files.only(parts) for parts in refused.value.parts]
    assert [one.name for one in apps] == [str(tmp_path / parts[0]) for parts in OF_SEVERAL]
    with open_package(apps[0].path, parts=apps[0].parts) as package:
        assert (package.kind, package.name) == (PackageKind.SPLITS, str(tmp_path / "base.apk"))
        check_splits(package)
    with open_package(apps[3].path, parts=apps[3].parts) as package:
        assert [one.version_code for one in package.manifests] == [8, 8]
        assert package.unknowns == ()
    with open_package(apps[4].path, parts=apps[4].parts) as package:
        assert (package.kind, package.manifest.package, package.unknowns) == (PackageKind.APK, "x.y", ())


@pytest.mark.parametrize("method", [0, 8])
def test_an_archive_of_several_apps(method: int, tmp_path: Path) -> None:
    path = tmp_path / "all.apks"
    path.write_bytes(simple_zip({**several(), "notes.txt": b""}, method))
    with pytest.raises(SeveralAppsError) as refused:
        open_package(path)
    assert [parts[0] for parts in refused.value.parts] == [parts[0] for parts in OF_SEVERAL]
    first = AppFiles(path).only(refused.value.parts[0])
    with open_package(first.path, parts=first.parts) as package:
        assert (package.kind, package.name) == (PackageKind.APKS, f"{path}!base.apk")
        check_splits(package)
        of_first = package.sha256
    last = AppFiles(path).only(refused.value.parts[-1])
    with open_package(last.path, parts=last.parts) as package:
        assert (package.manifest.package, package.unknowns) == ("x.y", ())
        assert package.sha256 != of_first
    with pytest.raises(InputError, match="no ZIP archive"):
        open_package(path, parts=("broken.apk",))


def test_bases_without_splits_are_apps_of_their_own(tmp_path: Path) -> None:
    """Two builds of one version, of which the second differs in its resources alone."""
    (tmp_path / "prod.apk").write_bytes(apk())
    (tmp_path / "staging.apk").write_bytes(apk(**{"res/n.xml": nsc("staging.example.com")}))
    with pytest.raises(SeveralAppsError, match=r"prod\.apk is a\.b, staging\.apk is a\.b") as refused:
        open_package(tmp_path)
    assert refused.value.parts == (("prod.apk",), ("staging.apk",))


def test_splits_without_a_version_belong_to_the_only_base(tmp_path: Path) -> None:
    """Android wants it to be the same; there is no other app that they could be of."""
    base = simple_zip({"AndroidManifest.xml": manifest(version=7)})
    (tmp_path / "base.apk").write_bytes(base)
    (tmp_path / "de.apk").write_bytes(split("config.de"))
    with open_package(tmp_path) as package:
        assert [one.split for one in package.manifests] == ["", "config.de"]
        assert package.unknowns == ()


def test_more_apks_than_are_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "base.apk").write_bytes(apk())
    for number in range(300):
        (tmp_path / f"split{number:03}.apk").write_bytes(split(f"config.x{number}"))
    with open_package(tmp_path) as package:
        assert [one.what for one in package.unknowns] == ["split299.apk"]
        assert "more than 300" in package.unknowns[0].why


def test_a_second_base_with_other_code_is_read_too() -> None:
    second = apk(**{"classes.dex": b"dex\n039\0"})
    package = read_package(simple_zip({"base.apk": apk(), "base_2.apk": second}))
    assert [data for _, data in package.dex_files()] == [b"dex\n035\0", b"dex\n039\0"]


def test_oddities_of_splits_name_them() -> None:
    odd = forge_zip([Member(name.encode(), data, flags=1) for name, data in app().items()])
    package = read_package(simple_zip({"base.apk": odd}))
    assert {one.member for one in package.anomalies} == {
        "base.apk!AndroidManifest.xml",
        "base.apk!resources.arsc",
    }


def test_pythons_zipfile_agrees_on_the_forged_apks(tmp_path: Path) -> None:
    path = tmp_path / "a.apk"
    path.write_bytes(apk())
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == app()


def test_a_file_that_is_no_app_is_closed_again(tmp_path: Path) -> None:
    path = tmp_path / "app.apk"
    path.write_bytes(b"text")
    with pytest.raises(InputError, match="no ZIP archive"):
        open_package(path)
    (tmp_path / "text.apk").write_bytes(b"text")
    with pytest.raises(InputError, match="no readable APK"):
        open_package(tmp_path)


def test_neither_androguard_nor_lxml_is_imported_to_begin_with() -> None:
    """Start-up: what androguard costs alone is several times what reading an app does."""
    code = "import sys, pincompiler.android.apk; sys.exit('androguard' in sys.modules or 'lxml.etree' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_variants_without_end() -> None:
    many = [Res("res/n.xml", config(sdk=number)) for number in range(1, 600)]
    package = read(**{"resources.arsc": arsc({"xml": {"n": many}})})
    assert len(package.nsc_variants()) == 500
    assert "more than 500" in package.unknowns[0].why


def test_nested_bombs_do_not_add_up() -> None:
    large = simple_zip({**app(), "assets/a": bytes(1 << 20)}, 0)
    files = {f"split{n}.apk": large for n in range(3)}
    whole = simple_zip({"base.apk": large, **files})
    opening = _Opening("x", 1 << 20, nested_left=len(large) * 2)
    assert len(list(opening.nested(read_archive(whole), ()))) == 2
    assert len(opening.unknowns) == 2


def test_an_attribute_is_known_by_its_id_however_many_there_are() -> None:
    """AOSP's ResXMLTree bounds the resource ids by their chunk alone: one behind 65,535 others counts like the first."""
    others = [android(f"a{number}", 0x7F7F0000 + number, 0) for number in range(0x10001)]
    filling = [Node("meta-data", others[at : at + 1000]) for at in range(0, len(others), 1000)]
    first = with_attributes(Node("application", [], filling), uses_nsc())
    writer = AxmlWriter()
    for one in others:
        writer.ids.setdefault((one.name, one.id), len(writer.ids))
    document = writer.document(Node("manifest", [Attr("package", "a.b")], [first]))
    assert read(**{"AndroidManifest.xml": document}).manifest.nsc == NSC_ID


def test_each_module_beyond_the_bound_is_unknown() -> None:
    """A bundle's modules were cut without a word, and with them whatever code they have."""
    empty = {f"{name}/manifest/AndroidManifest.xml": b"" for name in ("base", "a", "b", "c")}
    bundle = simple_zip({**empty, "BundleConfig.pb": b""})
    with bounded(PARTS, 4):
        assert not [one for one in read_package(bundle).unknowns if "more than" in one.why]
    with bounded(PARTS, 2):
        cut = read_package(bundle)
    assert [part.name for part in cut.parts] == ["base", "a"]
    assert [one.what for one in cut.unknowns if "more than 2 modules" in one.why] == ["b/", "c/"]


@pytest.mark.parametrize(("bound", "limit"), [(RESOURCE_ITEMS, 2), (RESOURCE_VALUES, 1)])
def test_resources_that_are_not_read_to_their_end_are_unknown(bound: Bound, limit: int) -> None:
    values = {"pins": [Res(("one", "two", "three")), Res(("four",), LAND)]}
    package = read(**{"resources.arsc": arsc({"array": values})})
    assert package.strings(NSC_ID) == ("one", "two", "three", "four")
    assert not [one for one in package.unknowns if one.what == "resources"]
    with bounded(bound, limit):
        assert "three" not in package.strings(NSC_ID) or "four" not in package.strings(NSC_ID)
    assert [one.what for one in package.unknowns if one.what == "resources"] == ["resources"]
