"""The loop closes: what compile writes, built into an app by aapt2, is what the app is read to enforce."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from pincompiler.base.errors import InputError
from pincompiler.cli.program import app as cli
from pincompiler.shipped import read_app
from pincompiler.workflows import compile as compiler
from pincompiler.workflows.diff import Comparison, compare
from pincompiler.workflows.read_configuration import read_contents
from pincompiler.workflows.taking_over import taken_over
from tests.apk.aapt import build, demand_aapt2
from tests.apk.forge import manifest, simple_zip
from tests.real.toolchain import compile_java, compile_kotlin, to_dex
from tests.strategies import TODAY

pytestmark = pytest.mark.real

SAMPLES = Path(__file__).parent.parent.parent / "samples"
NSC = SAMPLES / "android/app/src/main/res/xml/network_security_config.xml"
MANIFEST = """\
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="com.example.shop">
    <uses-sdk android:minSdkVersion="26" android:targetSdkVersion="34" />
    <application {} />
</manifest>
"""
CONFIGURED = 'android:networkSecurityConfig="@xml/network_security_config"'


@pytest.fixture(autouse=True)
def _aapt2() -> None:
    demand_aapt2()


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLES / "certs", tmp_path / "certs")
    return Path(shutil.copy(SAMPLES / "pins.toml", tmp_path))


def app(folder: Path, nsc: str, more: dict[str, str] | None = None) -> Path:
    folder.mkdir()
    sources = {"AndroidManifest.xml": MANIFEST.format(CONFIGURED), "res/xml/network_security_config.xml": nsc}
    return build(folder, {**sources, **(more or {})})


def test_what_was_compiled_is_what_is_shipped(pins: Path, tmp_path: Path) -> None:
    apk = app(tmp_path / "app", NSC.read_text("utf-8"))
    assert compare(pins, apk, TODAY) == Comparison((), ())
    (shipped,) = read_contents(apk, TODAY).in_force
    policy = compiler.check(pins, TODAY).project.policy
    assert getattr(shipped.enforcement, "policy_digest", "") == policy.digest()


MUTATIONS = {
    "a pin dropped": (r"<pin [^>]*>qhxc[^<]*</pin>", "", "api.example.com with leaf key `api-2027`"),
    "expired": (
        "<pin-set>",
        '<pin-set expiration="2026-01-01">',
        "from 2026-01-01 api.example.com is pinned",
    ),
    "subdomains dropped": (
        'includeSubdomains="true"',
        'includeSubdomains="false"',
        "b.example.net is pinned",
    ),
    "a host dropped": (r"<domain [^>]*>auth[^<]*</domain>", "", "auth.example.com is pinned by"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_mutation_is_told(name: str, pins: Path, tmp_path: Path) -> None:
    pattern, replacement, sentence = MUTATIONS[name]
    text, count = re.subn(pattern, replacement, NSC.read_text("utf-8"))
    assert count
    found = compare(pins, app(tmp_path / "app", text), TODAY).disagreements
    assert any(item.sentence.startswith(sentence) for item in found), [item.sentence for item in found]


def test_a_variant_that_lacks_the_pins_is_told(pins: Path, tmp_path: Path) -> None:
    """On devices of Android 9 and newer another file counts."""
    bare = {"res/xml-v28/network_security_config.xml": "<network-security-config/>"}
    found = compare(pins, app(tmp_path / "app", NSC.read_text("utf-8"), bare), TODAY).disagreements
    assert {item.right for item in found} == {
        f"{tmp_path}/app/app.apk!res/xml-v28/network_security_config.xml (v28)"
    }


BARE = {
    "AndroidManifest.xml": MANIFEST.format(""),
    "res/values/s.xml": "<resources><string name='pinned'>api.example.com</string></resources>",
}


def test_an_app_without_any_pin_differs_and_has_nothing_to_take_over(pins: Path, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    apk = build(tmp_path / "app", BARE)
    sentences = [one.sentence for one in compare(pins, apk, TODAY).disagreements]
    assert f"api.example.com is pinned by {pins} and not by {apk}" in sentences
    with pytest.raises(InputError, match="no pins were found in it"):
        taken_over([apk], TODAY, tmp_path)


# -- pins in code ----------------------------------------------------------------------------------

JAVA = SAMPLES / "android/legacy/src/main/java/com/example/shop/legacy/Pins.java"
KOTLIN = SAMPLES / "android/app/src/main/java/com/example/shop/Pins.kt"
CLIENT = """\
package com.example.shop;
import okhttp3.OkHttpClient;
public final class Net {
    public static OkHttpClient client() {
        return new OkHttpClient.Builder().certificatePinner(PINS).build();
    }
}
"""


def coded(folder: Path, *sources: tuple[str, str]) -> Path:
    """An APK whose code is compiled from Java and Kotlin."""
    classes = folder / "classes"
    kotlin: list[Path] = []
    java: list[Path] = []
    folder.mkdir()
    for name, text in sources:
        (folder / name).write_text(text, "utf-8")
        (kotlin if name.endswith(".kt") else java).append(folder / name)
    if kotlin:
        compile_kotlin(kotlin, "4.12.0", classes)
    if java:
        compile_java(java, "4.12.0", classes)
    to_dex(classes, folder / "classes.dex")
    (folder / "apk").mkdir()
    apk = build(folder / "apk", BARE)
    with zipfile.ZipFile(apk, "a") as archive:
        archive.write(folder / "classes.dex", "classes.dex")
    return apk


@pytest.mark.usefixtures("real_tools")
@pytest.mark.parametrize(
    ("file", "pinner"),
    [
        (KOTLIN, "com.example.shop.Pins.certificatePinner"),
        (JAVA, "com.example.shop.legacy.Pins.certificatePinner()"),
    ],
    ids=["kotlin", "java"],
)
def test_generated_code_is_what_is_shipped(file: Path, pinner: str, pins: Path, tmp_path: Path) -> None:
    source = (file.name, file.read_text("utf-8"))
    apk = coded(tmp_path / "app", source, ("Net.java", CLIENT.replace("PINS", pinner)))
    assert compare(pins, apk, TODAY) == Comparison((), ())
    (shipped,) = read_contents(apk, TODAY).in_force
    policy = compiler.check(pins, TODAY).project.policy
    assert getattr(shipped.enforcement, "policy_digest", "") == policy.digest()


@pytest.mark.usefixtures("real_tools")
def test_a_pinner_that_no_client_is_given_pins_nothing(pins: Path, tmp_path: Path) -> None:
    apk = coded(tmp_path / "app", (JAVA.name, JAVA.read_text("utf-8")))
    (first, *_) = compare(pins, apk, TODAY).disagreements
    assert first.sentence == (
        f"api.example.com is pinned by {pins} and not by {apk} (OkHttp, whose pins no client is given)"
    )


@pytest.mark.usefixtures("real_tools")
def test_a_pin_dropped_from_the_code_is_told(pins: Path, tmp_path: Path) -> None:
    text, count = re.subn(r'"sha256/qhxc[^"]*", // api-2027, leaf\n', "", JAVA.read_text("utf-8"))
    assert count == 2
    client = CLIENT.replace("PINS", "com.example.shop.legacy.Pins.certificatePinner()")
    found = compare(pins, coded(tmp_path / "app", (JAVA.name, text), ("Net.java", client)), TODAY)
    assert [item.sentence.split(" is accepted")[0] for item in found.disagreements] == [
        "api.example.com with leaf key `api-2027` and no pinned CA",
        "auth.example.com with leaf key `api-2027` and no pinned CA",
    ]


RENAMED = """\
package n;
public final class I {
    static final class b {
        b a(String host, String... pins) { return this; }
    }
    public static b c() { return new b().a("api.example.com", "sha256/A", "sha256/B"); }
}
"""


@pytest.mark.usefixtures("real_tools")
def test_okhttp_renamed_is_known_by_what_it_is_given(tmp_path: Path) -> None:
    """As R8 leaves it: other names, the same arguments."""
    one, two = (f"{letter * 43}=" for letter in "AE")
    text = RENAMED.replace("sha256/A", f"sha256/{one}").replace("sha256/B", f"sha256/{two}")
    (shipped,) = read_contents(coded(tmp_path / "app", ("I.java", text)), TODAY).in_force
    (pin_set,) = shipped.enforcement.pin_sets()
    assert (pin_set.hosts, [key.pin for key in pin_set.keys]) == (("api.example.com",), [one, two])


RUN_TIME = CLIENT.replace(
    "PINS",
    'new okhttp3.CertificatePinner.Builder().add(System.getProperty("host"), "sha256/PIN").build()',
)


@pytest.mark.usefixtures("real_tools")
def test_what_is_computed_at_run_time_is_unknown(pins: Path, tmp_path: Path) -> None:
    apk = coded(tmp_path / "app", ("Net.java", RUN_TIME.replace("PIN", f"{'A' * 43}=")))
    (shipped,) = read_contents(apk, TODAY).in_force
    doubt, elsewhere = shipped.doubts
    assert re.fullmatch(r"Lcom/example/shop/Net;->client .* the host is computed at run time", doubt)
    assert elsewhere.endswith(": okhttp pins, for hosts that are not known")
    ran = CliRunner().invoke(cli, ["check", str(apk)])
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert ran.stderr.endswith(f"unknown: {doubt}\n")
    # Not seen is not missing: nothing is claimed of an app whose pins are not known.
    assert compare(pins, apk, TODAY) == Comparison((), (doubt, elsewhere))
    ran = CliRunner().invoke(cli, ["diff", str(pins), str(apk)])
    assert (ran.exit_code, ran.stdout, ran.stderr) == (3, "", f"unknown: {doubt}\nunknown: {elsewhere}\n")


NOTHING_ELSE = {"AndroidManifest.xml": manifest(package="com.example.shop")}
"""An app of whose package only the code is there."""


@pytest.mark.usefixtures("real_tools")
def test_damaged_code_is_a_doubt_or_an_answer(tmp_path: Path) -> None:
    """Flipped and cut bytes, a fixed choice of them, end in no exception and in no silence about pins."""
    client = CLIENT.replace("PINS", "com.example.shop.legacy.Pins.certificatePinner()")
    coded(tmp_path / "app", (JAVA.name, JAVA.read_text("utf-8")), ("Net.java", client))
    whole = (tmp_path / "app" / "classes.dex").read_bytes()
    random = Random(20261123)  # noqa: S311 - not for secrets
    outcomes = set()
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(random.randint(1, 4)):
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        data = data[: random.choice((len(data), random.randrange(len(data))))]
        (tmp_path / "app.apk").write_bytes(simple_zip({**NOTHING_ELSE, "classes.dex": bytes(data)}))
        read = read_app(tmp_path / "app.apk")
        outcomes.add((bool(read.okhttp.pins), not read.complete))
    assert {(True, False), (False, True)} <= outcomes


def test_unreadable_code_does_not_hide_what_the_configuration_lacks(pins: Path, tmp_path: Path) -> None:
    """Nor does the configuration make up for the code: both are told."""
    text = NSC.read_text("utf-8").replace('includeSubdomains="true"', 'includeSubdomains="false"')
    apk = app(tmp_path / "app", text)
    with zipfile.ZipFile(apk, "a") as archive:
        archive.writestr("classes.dex", b"dex\n035\0nonsense")
    ran = CliRunner().invoke(cli, ["diff", str(pins), str(apk)])
    assert ran.exit_code == 1
    assert ran.stdout.startswith("b.example.net is pinned by ")
    assert "(OkHttp)" not in ran.stdout
    assert ran.stderr.startswith("unknown: classes.dex")
