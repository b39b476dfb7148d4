"""samples/environments/ built by Gradle and the Android Gradle Plugin: which of its files each build has, theirs to say.

The plugin is the newest that a registry has here, of 2017; what it is about, how source sets override each other and what
flavours may be called, is as its documents have it today.  It compiles Java alone, so that the Kotlin of the sample is
Java here.  An Android SDK is put together of Debian's aapt, Android's classes and dx.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests import parts
from tests.real.install import (
    ANDROID_GRADLE_VERSION,
    ANDROIDS,
    DX_VERSION,
    FRAMEWORK,
    lacking,
    tools_directory,
)
from tests.real.test_build_steps import run
from tests.real.test_walks import audited
from tests.sample_environments import PROJECT
from tests.test_cli import run as pincompiler

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.real
API: Final = 28
OKHTTP: Final = "okhttp-3.12.13"
"""The last of Java 7, to which this plugin compiles."""
BUILD_TOOLS: Final = "29.0.3"
OF_SDK: Final = ("aidl", "dexdump", "dx", "zipalign", "llvm-rs-cc", "bcc_compat")
OF_NDK: Final = (
    "arm-linux-androideabi",
    "aarch64-linux-android",
    "i686-linux-android",
    "x86_64-linux-android",
)
OPENED: Final = " ".join(f"--add-opens=java.base/java.{one}=ALL-UNNAMED" for one in ("io", "lang", "util"))
TOP: Final = "buildscript { dependencies { classpath fileTree(dir: '%s', include: '*.jar') } }\n"
APP: Final = """\
apply plugin: 'com.android.application'
android {
    compileSdkVersion %s
    buildToolsVersion '%s'
    compileOptions { sourceCompatibility 1.7; targetCompatibility 1.7 }
    defaultConfig { minSdkVersion 26; targetSdkVersion 28 }
    productFlavors { production {}; staging { applicationIdSuffix '.staging' } }
    lintOptions { checkReleaseBuilds false }
}
dependencies { compile fileTree(dir: '%s', include: 'ok*.jar') }
"""
NAMES: Final = """
def refused = [:]
%s.each { name ->
    try { android.productFlavors.create(name) } catch (all) { refused[name] = all.message }
}
throw new GradleException(refused.collect { "<${it.key}: ${it.value}>" }.join())
"""
SHOP: Final = """\
package com.example.shop;

public class Shop extends android.app.Activity {
    @Override protected void onStart() {
        super.onStart();
        new okhttp3.OkHttpClient.Builder().certificatePinner(Pins.certificatePinner()).build().dispatcher();
    }
}
"""


def sdk(folder: Path) -> Path:
    """What the plugin asks of an SDK; programs that it only looks for do nothing."""
    tools = folder / "build-tools" / BUILD_TOOLS
    (tools / "lib").mkdir(parents=True)
    (tools / "source.properties").write_text(f"Pkg.Revision={BUILD_TOOLS}\n", "utf-8")
    for name in (
        *OF_SDK,
        *(f"{one}-ld" for one in OF_NDK),
        "mipsel-linux-android-ld",
        "mips64el-linux-android-ld",
    ):
        (tools / name).write_text("#!/bin/sh\n", "utf-8")
        (tools / name).chmod(0o755)
    for name in ("renderscript/include", "renderscript/clang-include"):
        (tools / name).mkdir(parents=True)
    for name in ("jack.jar", "jill.jar"):
        (tools / name).touch()
    (tools / "aapt").symlink_to(shutil.which("aapt") or "")
    shutil.copy(tools_directory() / f"dx-{DX_VERSION}" / f"dalvik-dx-{DX_VERSION}.jar", tools / "lib/dx.jar")
    platform = folder / "platforms" / f"android-{API}"
    platform.mkdir(parents=True)
    told = f"Pkg.Revision=1\nAndroidVersion.ApiLevel={API}\nPlatform.Version=9\n"
    (platform / "source.properties").write_text(told, "utf-8")
    (platform / "build.prop").write_text(f"ro.build.version.sdk={API}\n", "utf-8")
    (platform / "framework.aidl").touch()
    with zipfile.ZipFile(platform / "android.jar", "w") as jar:
        for name, content in dict(_platform()).items():
            jar.writestr(name, content)
    return folder


def _platform() -> Iterator[tuple[str, bytes]]:
    """Android's resources and classes; those of Java as javac has them for version 8."""
    with zipfile.ZipFile(tools_directory() / FRAMEWORK) as framework:
        for name in ("resources.arsc", "AndroidManifest.xml"):
            yield name, framework.read(name)
    version = ANDROIDS[API]
    with zipfile.ZipFile(tools_directory() / f"android-{version}" / f"android-all-{version}.jar") as classes:
        for name in classes.namelist():
            if re.fullmatch(r"android/.*\.class", name):
                yield name, classes.read(name)
    home = Path(shutil.which("javac") or "").resolve().parents[1]
    with zipfile.ZipFile(home / "lib/ct.sym") as symbols:
        for name in symbols.namelist():
            found = re.fullmatch(r"[0-9A-Z]*8[0-9A-Z]*/(?:java\.base/)?(java/(?:lang|util|io)/.*)\.sig", name)
            if found:
                yield f"{found[1]}.class", symbols.read(name)


def in_java(project: Path) -> Path:
    """The sample with its Kotlin as Java, compiled by pincompiler."""
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("kotlin"))
    pins = project / "pins.toml"
    text = pins.read_text("utf-8").replace("kotlin", "java").replace("Pins.kt", "Pins.java")
    pins.write_text(text, "utf-8")
    main = project / "android/app/src/main"
    (main / "java/com/example/shop").mkdir(parents=True)
    (main / "java/com/example/shop/Shop.java").write_text(SHOP, "utf-8")
    manifest = main / "AndroidManifest.xml"
    named = manifest.read_text("utf-8").replace("<manifest ", '<manifest package="com.example.shop" ')
    manifest.write_text(named, "utf-8")
    assert pincompiler("compile", cwd=project).code == 0
    return project


@pytest.fixture(scope="module")
def android(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of Gradle's."""
    wanted = (
        f"android-gradle-{ANDROID_GRADLE_VERSION}",
        f"dx-{DX_VERSION}",
        OKHTTP,
        f"android-{ANDROIDS[API]}",
    )
    commands = [one for one in ("gradle", "aapt") if shutil.which(one) is None]
    parts.need([*lacking(*wanted, FRAMEWORK.name), *commands])
    folder = tmp_path_factory.mktemp("gradle")
    project = in_java(folder / "environments") / "android"
    (project / "local.properties").write_text(f"sdk.dir={sdk(folder / 'sdk')}\n", "utf-8")
    (project / "settings.gradle").write_text("include ':app'\n", "utf-8")
    (project / "build.gradle").write_text(TOP % (tools_directory() / wanted[0]).resolve(), "utf-8")
    (project / "app/build.gradle.kts").unlink()
    return project


def gradle(project: Path, *tasks: str, code: int = 0) -> str:
    options = ("--no-daemon", "--offline", "--console=plain", "-q")
    home = str(project.parent / "home")
    quick = {"GRADLE_OPTS": OPENED, "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
    return run("gradle", *options, *tasks, cwd=project, code=code, GRADLE_USER_HOME=home, **quick)


def test_each_build_of_gradle_has_its_own_pins(android: Path, tmp_path: Path) -> None:
    """A release has those of its flavour, and nothing else; a debug build what lets the proxy in."""
    okhttp = (tools_directory() / OKHTTP).resolve()
    (android / "app/build.gradle").write_text(APP % (API, BUILD_TOOLS, okhttp), "utf-8")
    gradle(android, "assembleProductionRelease", "assembleStagingRelease", "assembleStagingDebug")
    apks = {one.stem: one for one in (android / "app/build/outputs").rglob("*.apk")}
    assert apks.keys() == {
        "app-production-release-unsigned",
        "app-staging-release-unsigned",
        "app-staging-debug",
    }
    pins = android.parent / "pins.toml"
    for flavour in ("production", "staging"):
        apk = apks[f"app-{flavour}-release-unsigned"]
        assert audited(apk, flavour, tmp_path, pins) == (0, set())
    found = {"assessment-in-release", "debuggable-app", "unexpected-key"}
    assert audited(apks["app-staging-debug"], "staging", tmp_path, pins) == (1, found)
    with zipfile.ZipFile(apks["app-staging-debug"]) as archive:
        names = set(archive.namelist())
    assert names >= {"res/xml/network_security_config_debug.xml", "res/raw/pins_proxy.pem"}


def test_what_gradle_refuses_for_a_flavour_check_does_for_an_environment(
    android: Path, tmp_path: Path
) -> None:
    """Beside these, ``main`` is the name of a source set of all builds: it is taken without a word."""
    names = ["test", "testing", "lint", "debug", "release", "qa", "latest", "linted", "pre-prod", "debugging"]
    (android / "app/build.gradle").write_text(
        APP.partition("    productFlavors")[0] % (API, BUILD_TOOLS) + "}\n", "utf-8"
    )
    with (android / "app/build.gradle").open("a", encoding="utf-8") as script:
        script.write(NAMES % [*names])
    refused = dict(re.findall(r"<(\S+): (.*?)>", gradle(android, "tasks", code=1)))
    assert "start with 'test'" in refused["test"]
    text = (PROJECT / "pins.toml").read_text("utf-8")
    shutil.copytree(PROJECT / "certs", tmp_path / "certs")
    for name in names:
        renamed = text.replace("staging = {}", f"{name} = {{}}").replace('["staging"]', f'["{name}"]')
        (tmp_path / "pins.toml").write_text(renamed.replace('base = "android/app/nsc-base.xml"', ""), "utf-8")
        said = pincompiler("check", cwd=tmp_path).stdout
        assert ("[wrong-source-set]" in said) is (name in refused), (name, said)
