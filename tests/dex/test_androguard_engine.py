"""androguard as the engine: the same answers as the index, the fallback, and disagreements told."""

from __future__ import annotations

import subprocess
import sys
import zipfile
import zlib
from functools import cache
from random import Random
from struct import pack
from typing import TYPE_CHECKING, Any, Final

import pytest

from pincompiler.android.androguard import (
    AndroguardDex,
    AndroguardError,
    crosscheck,
    disagreements,
    index,
    process,
)
from pincompiler.android.apk import open_package, read_package
from pincompiler.android.constants.program import Program
from pincompiler.android.dex import Dex, DexError, opcodes
from pincompiler.android.dex.scan import Wanted
from pincompiler.base.bounds import ANDROGUARD_BYTES, ANDROGUARD_SECONDS
from pincompiler.base.errors import InputError
from pincompiler.facts import Mechanism
from pincompiler.shipped import COLLECTORS, Engine, read_app
from pincompiler.shipped.android.source import IN_CODE, find
from tests.apk.aapt import build, demand_aapt2
from tests.apk.forge import Member, app, forge_zip, manifest, simple_zip
from tests.apk.test_aapt2 import FORMS, SOURCES
from tests.bounding import bounded
from tests.builds import assemble
from tests.dex import apks, fetch
from tests.dex.smali import class_file, method

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pincompiler.android.apk import Package
    from pincompiler.android.dex import Site

SETTINGS: Final = "settings_apk-debug.apk"
FAMILIES: Final = {
    "calls": opcodes.INVOKES,
    "strings": opcodes.CONST_STRING,
    "static reads": opcodes.STATIC_GETS,
    "instance reads": opcodes.INSTANCE_GETS,
    "writes": opcodes.STATIC_PUTS | opcodes.INSTANCE_PUTS,
    "new instances": opcodes.NEW_INSTANCE,
    "class literals": opcodes.CONST_CLASS,
    "casts and arrays": frozenset((0x1F, 0x20, 0x23, 0x24, 0x25)),
}


def cases() -> Iterator[str]:
    for apk, member in apks.dex_members():
        with zipfile.ZipFile(fetch.folder() / apk) as archive:
            if archive.getinfo(member).file_size <= apks.SMALL:
                yield f"{apk}!{member}"


@cache
def both(case: str) -> tuple[Dex, AndroguardDex]:
    """A real DEX file, read by both."""
    apk, member = case.split("!")
    data = apks.read(apk, member)
    return Dex(data, member), AndroguardDex(data, member)


@pytest.fixture(scope="module", params=list(cases()) or ["none"])
def pair(request: pytest.FixtureRequest) -> tuple[Dex, AndroguardDex]:
    apks.require_apks()
    return both(request.param)


def every(dex: Dex, family: frozenset[int]) -> Wanted:
    """All instructions of a family, whatever they refer to."""
    layout = dex.layout
    tables = len(layout.strings), len(layout.types), len(layout.fields) // 4, len(layout.methods) // 4
    return Wanted(family, frozenset(range(max(tables))))


def plain(sites: tuple[Site, ...]) -> list[tuple[object, ...]]:
    """Sites, without the reader that their methods belong to."""
    return [
        (body.class_index, body.method, body.access, body.code, site.offset, site.opcode, site.ref)
        for site in sites
        for body in (site.method,)
    ]


# -- the same answers ------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.parametrize("family", FAMILIES)
def test_all_uses_in_the_same_order(pair: tuple[Dex, AndroguardDex], family: str) -> None:
    fast, slow = (plain(dex.uses(every(pair[0], FAMILIES[family]))) for dex in pair)
    assert fast == slow


@pytest.mark.real
def test_what_collectors_want(pair: tuple[Dex, AndroguardDex]) -> None:
    wants = [want for collector in COLLECTORS.values() for want in collector.WANTED]
    fast, slow = (find(Program([dex]), wants, {}) for dex in pair)
    assert {want: plain(sites) for want, sites in fast.items()} == {
        want: plain(sites) for want, sites in slow.items()
    }


@pytest.mark.real
def test_names(pair: tuple[Dex, AndroguardDex]) -> None:
    fast, slow = pair
    for ask, table, width in (
        ("string", "strings", 1),
        ("type_name", "types", 1),
        ("proto", "protos", 3),
        ("field_ref", "fields", 4),
        ("method_ref", "methods", 4),
    ):
        count = len(getattr(fast.layout, table)) // width
        assert count == len(getattr(slow.layout, table)) // width
        assert [getattr(fast, ask)(n) for n in range(count)] == [getattr(slow, ask)(n) for n in range(count)]


@pytest.mark.real
def test_ids(pair: tuple[Dex, AndroguardDex]) -> None:
    fast, slow = pair
    chance = Random(zlib.crc32(fast.data))  # noqa: S311
    for number in chance.sample(range(len(fast.strings)), min(len(fast.strings), 200)):
        text = fast.string(number)
        assert fast.strings.find(text) == slow.strings.find(text) == number
        assert fast.type_id(text) == slow.type_id(text)
        assert fast.method_refs(None, text) == slow.method_refs(None, text)
        assert fast.method_refs(text, None) == slow.method_refs(text, None)
        assert fast.field_refs(None, text) == slow.field_refs(None, text)
    assert slow.strings.find("absent from every file") is None
    assert slow.type_id("Labsent/from/every/File;") is None
    for pattern in apks.PIN_PATTERNS:
        assert fast.string_ids(pattern) == slow.string_ids(pattern)


@pytest.mark.real
def test_classes(pair: tuple[Dex, AndroguardDex]) -> None:
    def told(dex: Dex) -> list[object]:
        classes = [dex.class_at(number) for number in range(len(dex.layout.classes) // 8)]
        return [
            (
                *(cls.name, cls.access, cls.superclass, cls.interfaces, cls.source_file, cls.static_values),
                *cls.fields,
                *((one.method, one.ref, one.access, one.body and one.body.code) for one in cls.methods),
            )
            for cls in classes
        ]

    fast, slow = pair
    assert told(fast) == told(slow)


@pytest.mark.real
def test_subclasses(pair: tuple[Dex, AndroguardDex]) -> None:
    fast, _ = pair
    types = [fast.type_name(number) for number in range(len(fast.layout.types))]
    chance = Random(zlib.crc32(fast.data))  # noqa: S311
    bases = {*apks.BASES, *chance.sample(types, min(len(types), 300)), "Labsent/from/every/File;"}
    found = [
        {base: [cls.index for cls in some] for base, some in dex.subclasses(bases).items()} for dex in pair
    ]
    assert found[0] == found[1]


@pytest.mark.real
def test_methods_are_read_alike(pair: tuple[Dex, AndroguardDex]) -> None:
    """A body of androguard's finding has the same instructions, lines and handlers."""
    wanted = every(pair[0], opcodes.INVOKES)
    bodies = [list(dict.fromkeys(site.method for site in dex.uses(wanted)))[:200] for dex in pair]
    for fast, slow in zip(*bodies, strict=True):
        assert (fast.class_name, fast.name, fast.lines) == (slow.class_name, slow.name, slow.lines)
        assert (fast.instructions, fast.handlers) == (slow.instructions, slow.handlers)


# -- what androguard's cross-references lack -------------------------------------------------------

OMITTED: Final = {
    "new-instance v0, LMain;": opcodes.NEW_INSTANCE,
    "const-class v0, LMain;": opcodes.CONST_CLASS,
    "const-class v0, [I": opcodes.CONST_CLASS,
    "const-class v0, [Lother/Class;": opcodes.CONST_CLASS,
    "invoke-virtual {v0}, [Lother/Class;->clone()Ljava/lang/Object;": opcodes.INVOKES,
    "invoke-virtual {v0}, [I->clone()Ljava/lang/Object;": opcodes.INVOKES,
    "sget-object v0, Lorg/apache/http/conn/ssl/SSLSocketFactory;->ALLOW:Ljava/lang/Object;": opcodes.STATIC_GETS,
    "sput-object v0, Lother/Class;->field:Ljava/lang/Object;": opcodes.STATIC_PUTS,
    "iget-object v0, v0, Lother/Class;->field:Ljava/lang/Object;": opcodes.INSTANCE_GETS,
    "iput-object v0, v0, Lother/Class;->field:Ljava/lang/Object;": opcodes.INSTANCE_PUTS,
}


def micro(body: str) -> bytes:
    source = class_file("LMain;", method("public static go()V", f"{body}\nreturn-void"))
    return assemble({"Main": source})


@pytest.mark.slow
@pytest.mark.usefixtures("builds")
@pytest.mark.parametrize("line", OMITTED)
def test_both_find_what_cross_references_omit(line: str) -> None:
    data = micro(f"const/4 v0, 0x0\n{line}")
    fast, slow = Dex(data, "classes.dex"), AndroguardDex(data, "classes.dex")
    wanted = every(fast, OMITTED[line])
    assert len(fast.uses(wanted)) == 1
    assert plain(fast.uses(wanted)) == plain(slow.uses(wanted))


@pytest.mark.slow
@pytest.mark.usefixtures("builds")
def test_a_call_on_an_array_is_none_on_its_class() -> None:
    """androguard's cross-references take the one for the other."""
    call = "invoke-virtual {{v0}}, {}Ljava/lang/Object;->clone()Ljava/lang/Object;"
    data = micro(f"const/4 v0, 0x0\n{call.format('[')}\n{call.format('')}")
    for dex in (Dex(data, "classes.dex"), AndroguardDex(data, "classes.dex")):
        (site,) = dex.call_sites(dex.method_refs("Ljava/lang/Object;", "clone"))
        (array,) = dex.call_sites(dex.method_refs("[Ljava/lang/Object;", "clone"))
        assert (array.offset, site.offset) == (1, 4)


# -- whole apps ------------------------------------------------------------------------------------


@pytest.mark.real
def test_a_real_app_has_the_same_facts_by_both() -> None:
    apks.require_apks()
    path = fetch.folder() / "appium-uiautomator2-server-debug-androidTest.apk"
    assert read_app(path, Engine.ANDROGUARD) == read_app(path)


@pytest.mark.real
@pytest.mark.parametrize("apk", [SETTINGS, "ApiDemos-debug.apk"])
def test_a_large_app_has_the_same_facts_by_both(apk: str) -> None:
    apks.require_apks()
    assert read_app(fetch.folder() / apk, Engine.ANDROGUARD) == read_app(fetch.folder() / apk)


@pytest.mark.real
def test_androguard_is_not_imported_here() -> None:
    """Neither by default nor as the engine: it runs in a process of its own."""
    apks.require_apks()
    path = fetch.folder() / "appium-uiautomator2-server-debug-androidTest.apk"
    program = (
        "import sys; from pathlib import Path; from pincompiler.shipped import Engine, read_app\n"
        "def of(*names): return sorted(set(names) & set(sys.modules))\n"
        f"read_app(Path({str(path)!r}))\n"
        "print(of('androguard', 'loguru', 'pincompiler.android.androguard', 'subprocess'))\n"
        f"read_app(Path({str(path)!r}), Engine.ANDROGUARD)\n"
        "print(of('androguard', 'loguru', 'pincompiler.android.androguard'))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n['pincompiler.android.androguard']\n"
    assert not done.stderr


# -- the fallback ----------------------------------------------------------------------------------


def written(folder: Path, *dexes: bytes) -> Path:
    """An app of some DEX files."""
    names = (f"classes{number or ''}.dex" for number in (0, *range(2, 100)))
    path = folder / "app.apk"
    path.write_bytes(simple_zip({**app(), **dict(zip(names, dexes, strict=False))}))
    return path


def with_size(data: bytes, size: int) -> bytes:
    """Another file_size in the header: androguard does not mind, the fast reader takes it for truncated."""
    return data[:32] + size.to_bytes(4, "little") + data[36:]


@pytest.fixture(scope="module")
def sound() -> bytes:
    return micro('const-string v0, "text"')


@pytest.mark.real
def test_androguard_reads_what_the_fast_reader_cannot(sound: bytes, tmp_path: Path) -> None:
    odd = with_size(sound, len(sound) + 4)
    with pytest.raises(DexError, match="truncated"):
        Dex(odd, "classes.dex")
    found = read_app(written(tmp_path, odd))
    assert [(one.what, one.mechanisms) for one in found.unseen] == [("classes.dex", frozenset())]
    assert found.unseen[0].why.startswith("was read by androguard, for pincompiler's own reader finds: trunc")
    assert found.complete


@pytest.mark.real
@pytest.mark.parametrize("data", [b"packed", b"dex\n035\0", b"dex\n035\0" + bytes(200)], ids=len)
def test_what_neither_reads_is_a_doubt(data: bytes, tmp_path: Path) -> None:
    for engine in Engine:
        (doubt,) = (
            one for one in read_app(written(tmp_path, data), engine).unseen if one.what.endswith("dex")
        )
        assert doubt.why.startswith("cannot be read: ")
        assert doubt.mechanisms == IN_CODE


@pytest.mark.real
def test_androguard_is_tried_on_few_files(
    sound: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def ask(question: object, data: bytes) -> Any:
        asked.append((question, len(data)))
        raise AndroguardError("no")

    monkeypatch.setattr(index, "ask", ask)
    odd = with_size(sound, len(sound) + 4)
    found = read_app(written(tmp_path, *[odd] * 20, b"encrypted", sound))
    assert len(asked) == 4
    assert len([one for one in found.unseen if one.mechanisms]) == 21


# -- what does not go as it should -----------------------------------------------------------------


@pytest.mark.real
def test_what_androguard_cannot_read_is_read_but_not_trusted(sound: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, sound)
    with bounded(ANDROGUARD_SECONDS, 0):
        found = read_app(path, Engine.ANDROGUARD)
    doubts = {one.mechanisms: one.why for one in found.unseen}
    assert "is not cross-checked: androguard cannot read it: it takes androguard more than" in doubts[IN_CODE]
    assert "could not be compared on its manifest" in doubts[frozenset()]
    assert not found.complete
    assert read_app(path).complete


@pytest.mark.real
def test_code_that_cannot_be_disassembled_is_a_doubt(tmp_path: Path) -> None:
    """An opcode that does not exist: Android refuses the class, a packer may put another there."""
    data = micro('const-string v0, "before"\nnop\nconst-string v0, "behind"')
    whole = AndroguardDex(data, "classes.dex")
    assert whole.lost == ()
    (place,) = (
        4 + body.code + 16
        for body in {site.method for site in whole.uses(every(whole, opcodes.CONST_STRING))}
    )
    damaged = AndroguardDex(data[:place] + b"\x3e" + data[place + 1 :], "classes.dex")
    assert damaged.lost == ("LMain;->go()V",)
    loads = damaged.uses(every(damaged, opcodes.CONST_STRING))
    assert [damaged.string(site.ref) for site in loads] == ["before"]
    found = read_app(written(tmp_path, data[:place] + b"\x3e" + data[place + 1 :]), Engine.ANDROGUARD)
    assert [(one.why, one.mechanisms) for one in found.unseen if "to its end" in one.why] == [
        ("androguard cannot read to its end the code of LMain;->go()V", IN_CODE)
    ]


@pytest.mark.real
def test_a_wrong_checksum_says_nothing_of_the_contents(sound: bytes) -> None:
    odd = sound[:8] + b"\0\0\0\0" + sound[12:]
    dex = AndroguardDex(odd, "classes.dex")
    assert dex.strings.find("text") is not None


@pytest.mark.real
def test_damaged_files_are_read_or_refused(sound: bytes) -> None:
    """One process each, so few of them; what it may say is checked by its type."""
    chance = Random(2)  # noqa: S311
    outcomes = set()
    for _ in range(12):
        damaged = bytearray(sound)
        for _ in range(2):
            damaged[chance.randrange(32, len(damaged))] = chance.randrange(256)
        try:
            dex = AndroguardDex(bytes(damaged), "classes.dex")
            for family in FAMILIES.values():
                dex.uses(every(dex, family))
            for number in range(len(dex.layout.classes) // 8):
                _ = dex.class_at(number).methods, dex.class_at(number).fields
            outcomes.add("read")
        except DexError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}


@pytest.mark.real
def test_a_string_without_an_end_is_refused(sound: bytes) -> None:
    """Where androguard itself would go on for ever."""
    head = b"\x02\x20\0\0"  # of the map's entry for string data: then come their number and offset
    at = sound.rindex(head) + len(head)
    unended = sound[:at] + pack("<II", 1, len(sound)) + sound[at + 8 :] + b"\x04text"
    with pytest.raises(DexError, match="a string does not end"):
        AndroguardDex(unended, "classes.dex")


@pytest.mark.real
def test_a_file_too_large_is_refused_unread() -> None:
    with bounded(ANDROGUARD_BYTES, 100), pytest.raises(AndroguardError, match="more than 100 bytes"):
        process.ask(process.Question.DEX, bytes(101))


@pytest.mark.real
def test_memory_is_bounded() -> None:
    pytest.importorskip("resource")
    program = (
        "from pincompiler.android.androguard import worker; worker._limit(200 << 20)\n"
        "try: bytes(300 << 20)\n"
        "except MemoryError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"


# -- manifests and resources -----------------------------------------------------------------------


def told(package: Package) -> list[tuple[str, str]]:
    return [(one.what, one.why) for one in disagreements(package)]


@pytest.mark.real
@pytest.mark.parametrize("form", [name for name in FORMS if name != "proto"])
def test_what_aapt2_builds_is_read_alike(tmp_path: Path, form: str) -> None:
    demand_aapt2()
    options, optimize = FORMS[form]
    with open_package(build(tmp_path, SOURCES, options=options, optimize=optimize)) as package:
        assert len(package.nsc_variants()) > 1
        assert told(package) == []


@pytest.mark.real
def test_a_bundle_is_not_compared(tmp_path: Path) -> None:
    demand_aapt2()
    with open_package(build(tmp_path, SOURCES, options=FORMS["proto"][0])) as package:
        ((_, why),) = told(package)
    assert why.endswith("androguard reads no app bundles")


@pytest.mark.real
def test_real_apps_are_read_alike() -> None:
    apks.require_apks()
    for apk in fetch.APKS:
        with open_package(fetch.folder() / apk) as package:
            assert told(package) == [], apk


@pytest.mark.real
def test_every_fact_is_compared(sound: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever androguard says otherwise is told, one thing at a time."""
    data = simple_zip({**app(), "classes.dex": sound})
    answer = process.ask(process.Question.APK, data)
    path = next(iter(answer["files"]))
    tag, attributes, text, children = answer["files"][path]
    changes: dict[str, dict[str, Any]] = {
        "the package": {"package": "other.app"},
        "the split": {"split": "config.de"},
        "networkSecurityConfig": {"nsc": 0x7F010001},
        "the components": {"components": [["activity", "a.b.Other"]]},
        "which DEX files": {"dex": {**answer["dex"], "classes2.dex": ""}},
        "its contents": {"dex": dict.fromkeys(answer["dex"], "")},
        "its files": {"files": {}},
        "what it says": {"files": {**answer["files"], path: [tag, {**attributes, "x": "y"}, text, children]}},
        "what it says ": {"files": {**answer["files"], path: [tag, attributes, text, children[1:]]}},
        "what it says  ": {"files": {**answer["files"], path: [tag, attributes, "text", children]}},
        "what it says   ": {"files": {**answer["files"], path: None}},
    }
    facts = {
        "versionName": ("version-name", "other"),
        "versionCode": ("version-code", "77"),
        "versionCode ": ("version-code-major", "1"),
        "minSdkVersion": ("min-sdk", "3"),
        "minSdkVersion ": ("min-sdk", "VanillaIceCream"),
        "targetSdkVersion": ("target-sdk", "99"),
        "debuggable": ("debuggable", "true"),
        "testOnly": ("test-only", "true"),
        "usesCleartextTraffic": ("cleartext", "false"),
        "the application class": ("application", ".Other"),
        "appComponentFactory": ("component-factory", ".Other"),
    }
    for what, (name, value) in facts.items():
        changes[what] = {"facts": {**answer["facts"], name: [value]}}
    for what, change in changes.items():
        monkeypatch.setattr(crosscheck, "ask", lambda *_, change=change: {**answer, **change})
        with read_package(data) as package:
            reasons = [why for _, why in told(package)]
        assert any(f"disagree on {what.strip()}" in why for why in reasons), what
    monkeypatch.setattr(crosscheck, "ask", lambda *_: answer)
    with read_package(data) as package:
        assert told(package) == []


@pytest.mark.real
def test_a_disagreement_makes_the_mechanisms_unknown(sound: bytes, tmp_path: Path) -> None:
    """Two manifests in one archive: Android took the first, androguard takes the last."""
    files = [Member(name.encode(), data) for name, data in {**app(), "classes.dex": sound}.items()]
    other = Member(b"AndroidManifest.xml", manifest(package="other.app"))
    path = tmp_path / "app.apk"
    path.write_bytes(forge_zip([*files, other]))
    found = read_app(path, Engine.ANDROGUARD)
    reasons = {one.why: one.mechanisms for one in found.unseen}
    why = "the two engines disagree on the package: 'a.b'; androguard has 'other.app'"
    assert reasons[why] == frozenset(Mechanism)
    assert not found.complete
    path.write_bytes(forge_zip(files))
    assert read_app(path, Engine.ANDROGUARD).complete


@pytest.mark.real
def test_both_refuse_what_is_no_app(tmp_path: Path) -> None:
    (tmp_path / "none.apk").write_bytes(b"none")
    for engine in Engine:
        with pytest.raises(InputError):
            read_app(tmp_path / "none.apk", engine)
