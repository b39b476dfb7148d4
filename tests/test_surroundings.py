"""`init` looks around: what Gradle, Xcode and Info.plists say fills [app] and [target.*], each with its place."""

from __future__ import annotations

import os
import plistlib
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from pincompiler.base.bounds import FOLDERS_DEEP, FOLDERS_LOOKED
from pincompiler.foreign import gradle, xcode
from pincompiler.workflows import surroundings
from tests.test_cli import PIN_A, PIN_B, run
from tests.test_taking_over import info, nsc

if TYPE_CHECKING:
    from pathlib import Path

CATALOG = """\
[versions]
okhttp = "4.12.0"
min-sdk = "26"

[libraries]
okhttp = { module = "com.squareup.okhttp3:okhttp", version.ref = "okhttp" }

[plugins]
android-application = { id = "com.android.application", version = "8.5.0" }
"""
KOTLIN = """\
plugins {
    alias(libs.plugins.android.application)
}
android {
    namespace = "com.example.shop"
    defaultConfig {
        minSdk = libs.versions.min.sdk.get().toInt()
        targetSdk = 35
    }
    productFlavors {
        create("production") { dimension = "stage" }
        create("staging") { dimension = "stage" }
    }
}
dependencies { implementation(libs.okhttp) }
"""
GROOVY = """\
apply plugin: 'com.android.application'
android {
    namespace 'com.example.old'
    defaultConfig {
        minSdkVersion rootProject.ext.minSdkVersion
        targetSdkVersion 34 // 'minSdk 19'
    }
    productFlavors { live { } }
}
dependencies { implementation "com.squareup.okhttp3:okhttp:3.14.9" }
"""
MANIFEST = '<manifest xmlns:android="x"><application {}/></manifest>'


def project(*targets: tuple[str, str, str, str]) -> str:
    """A project.pbxproj with targets: name, product type, INFOPLIST_FILE, IPHONEOS_DEPLOYMENT_TARGET."""
    objects = ""
    for n, (name, kind, path, least) in enumerate(targets):
        settings = f'INFOPLIST_FILE = "{path}";' + (
            f" IPHONEOS_DEPLOYMENT_TARGET = {least};" if least else ""
        )
        objects += (
            f'T{n} /* {name} */ = {{ isa = PBXNativeTarget; buildConfigurationList = L{n} /* list */; name = "{name}"; '
            f'productType = "com.apple.product-type.{kind}"; }};\n'
            f"L{n} = {{ isa = XCConfigurationList; buildConfigurations = ( C{n} /* Debug */, ); }};\n"
            f"C{n} = {{ isa = XCBuildConfiguration; buildSettings = {{ {settings} }}; name = Debug; }};\n"
        )
    return f"// !$*UTF8*$!\n{{ archiveVersion = 1; objects = {{\n{objects}}}; rootObject = X; }}\n"


def laid(root: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def begun(root: Path, *arguments: str) -> tuple[dict[str, Any], str]:
    ran = run("init", *arguments, "-o", "-", cwd=root)
    assert ran.code in (0, 3), ran.stderr
    return tomllib.loads(ran.stdout), ran.stdout


PLIST = plistlib.dumps({"CFBundleName": "Shop", "CFBundlePackageType": "APPL"})
EXTENSION = plistlib.dumps({"CFBundleName": "Widget", "NSExtension": {}})


def test_a_gradle_app_fills_app_and_targets(tmp_path: Path) -> None:
    root = laid(
        tmp_path,
        gradle__libs_DOT_versions_DOT_toml=CATALOG,
        build_DOT_gradle_DOT_kts="plugins { alias(libs.plugins.android.application) apply false }",
        app__build_DOT_gradle_DOT_kts=KOTLIN,
        app__src__main__kotlin__x_DOT_kt="",
        app__src__main__AndroidManifest_DOT_xml=MANIFEST.format('android:networkSecurityConfig="@xml/nsc"'),
    )
    values, text = begun(root, "api.example.com")
    assert values["app"] == {"android-min-sdk": 26, "android-target-sdk": 35, "okhttp": "4.12.0"}
    assert values["target"] == {"nsc": {"path": "app/src/main/res/xml/nsc.xml"}}
    for line in (
        "android-min-sdk = 26  # gradle/libs.versions.toml:3\n",
        "android-target-sdk = 35  # app/build.gradle.kts:8\n",
        'okhttp = "4.12.0"  # gradle/libs.versions.toml:2\n',
        "# app/build.gradle.kts:5: an Android app\n",
        '# path = "app/src/main/kotlin/com/example/shop/Pins.kt"\n# package = "com.example.shop"\n',
    ):
        assert line in text
    assert (
        "# app/build.gradle.kts:11: flavours production, staging; with [environments] of these names" in text
    )


def test_groovy_and_old_android(tmp_path: Path) -> None:
    """minSdk 21 is below the first Android with a network security configuration, so that OkHttp pins there."""
    root = laid(
        tmp_path,
        android__build_DOT_gradle="buildscript {\n  ext {\n    minSdkVersion = 21\n  }\n}\n",
        android__app__build_DOT_gradle=GROOVY,
    )
    values, text = begun(root, "api.example.com")
    assert values["app"] == {"android-min-sdk": 21, "android-target-sdk": 34, "okhttp": "3.14.9"}
    assert "android-min-sdk = 21  # android/build.gradle:3\n" in text
    assert values["target"]["okhttp-kotlin"] == {
        "path": "android/app/src/main/java/com/example/old/Pins.kt",
        "package": "com.example.old",
    }
    assert "Android 21 to 23 reads no network security configuration" in text


@pytest.mark.parametrize("computed", ['minSdk = versionOf("min")', "minSdk = 20 + extra", "minSdk(minimum)"])
def test_what_gradle_computes_is_said_and_not_guessed(tmp_path: Path, computed: str) -> None:
    text = KOTLIN.replace("minSdk = libs.versions.min.sdk.get().toInt()", computed)
    root = laid(
        tmp_path,
        app__build_DOT_gradle_DOT_kts=text.replace(
            "alias(libs.plugins.android.application)", 'id("com.android.application")'
        ),
    )
    ran = run("init", "api.example.com", cwd=root)
    assert "not filled in: android-min-sdk is computed at app/build.gradle.kts:7\n" in ran.stderr
    assert "android-min-sdk" not in tomllib.loads((root / "pins.toml").read_text())["app"]


def test_a_library_is_no_app(tmp_path: Path) -> None:
    text = KOTLIN.replace("alias(libs.plugins.android.application)", 'id("com.android.library")')
    values, _ = begun(laid(tmp_path, lib__build_DOT_gradle_DOT_kts=text), "api.example.com")
    assert "target" not in values


def test_an_app_of_a_convention_plugin_is_one(tmp_path: Path) -> None:
    text = KOTLIN.replace("alias(libs.plugins.android.application)", 'id("shop.android.application")')
    text = text.replace("targetSdk = 35", 'applicationId = "com.example.shop"')
    values, _ = begun(laid(tmp_path, app__build_DOT_gradle_DOT_kts=text), "api.example.com")
    assert values["target"]["nsc"]["path"].startswith("app/src/main/")


def test_two_android_apps_have_a_target_each(tmp_path: Path) -> None:
    text = KOTLIN.replace("alias(libs.plugins.android.application)", 'id("com.android.application")')
    root = laid(
        tmp_path,
        phone__build_DOT_gradle_DOT_kts=text,
        wear__build_DOT_gradle_DOT_kts=text.replace("35", "34"),
    )
    values, _ = begun(root, "api.example.com")
    assert values["app"]["android-target-sdk"] == 34
    assert values["target"]["nsc"]["path"] == "phone/src/main/res/xml/network_security_config.xml"
    assert values["target"]["nsc"]["wear"]["path"] == "wear/src/main/res/xml/network_security_config.xml"


def test_an_xcode_project_gives_the_app_and_its_extensions(tmp_path: Path) -> None:
    text = project(
        ("Shop", "application", "Shop/Info.plist", "15.0"),
        ("Shop Widget", "app-extension", "$(SRCROOT)/Widget/Info.plist", "16.4"),
        ("ShopTests", "bundle.unit-test", "Tests/Info.plist", "13.0"),
        ("Later", "app-extension", "$(PLISTS)/Info.plist", ""),
    )
    root = laid(
        tmp_path,
        ios__Shop_DOT_xcodeproj__project_DOT_pbxproj=text,
        ios__Shop__Info_DOT_plist=PLIST,
        ios__Widget__Info_DOT_plist=PLIST,
        ios__Tests__Info_DOT_plist=PLIST,
    )
    ran = run("init", "api.example.com", "-o", "-", cwd=root)
    values = tomllib.loads(ran.stdout)
    assert values["app"] == {"ios-minimum": "15.0"}
    assert values["target"]["ats"] == {
        "path": "ios/Shop/Info.plist",
        "shop-widget": {"path": "ios/Widget/Info.plist"},
    }
    assert 'ios-minimum = "15.0"  # ios/Shop.xcodeproj/project.pbxproj\n' in ran.stdout
    assert (
        "the Info.plist of Later is computed, or elsewhere: $(PLISTS)/Info.plist" in ran.stderr
        or ran.code == 0
    )


def test_info_plists_without_a_project(tmp_path: Path) -> None:
    root = laid(
        tmp_path,
        Shop__Info_DOT_plist=PLIST,
        Widget__Info_DOT_plist=EXTENSION,
        ShopTests__Info_DOT_plist=PLIST,
        Kit__Info_DOT_plist=plistlib.dumps({"CFBundlePackageType": "FMWK"}),
    )
    values, _ = begun(root, "api.example.com")
    assert values["target"]["ats"] == {"path": "Shop/Info.plist", "widget": {"path": "Widget/Info.plist"}}


def test_a_trustkit_app_gets_that_target(tmp_path: Path) -> None:
    plist = plistlib.dumps({"CFBundlePackageType": "APPL", "TSKConfiguration": {}})
    values, _ = begun(laid(tmp_path, Shop__Info_DOT_plist=plist), "api.example.com")
    assert values["target"] == {"trustkit": {"path": "Shop/Info.plist"}}


def test_what_a_target_cannot_say_is_proposed_with_the_reason(tmp_path: Path) -> None:
    """NSIncludesSubdomains means one label, and the policy means all of them: `check` has no error afterwards."""
    root = laid(
        tmp_path, nsc_DOT_xml=nsc("example.com", PIN_A, PIN_B, below=True), Shop__Info_DOT_plist=PLIST
    )
    values, text = begun(root, "--from", "nsc.xml")
    assert "target" not in values
    assert "# It cannot say all of this: " in text
    assert '# [target.ats]\n# path = "Shop/Info.plist"\n' in text
    assert run("init", "--from", "nsc.xml", cwd=root).code == 0
    assert run("check", cwd=root).code == 0


def test_what_was_taken_over_can_be_compiled_at_once(tmp_path: Path) -> None:
    root = laid(
        tmp_path, Shop__Info_DOT_plist=info("h.example.com", PIN_A, PIN_B), Widget__Info_DOT_plist=EXTENSION
    )
    assert run("init", "--from", "Shop/Info.plist", cwd=root).code == 0
    assert run("check", cwd=root).code == 0
    assert run("compile", cwd=root).code == 0
    compared = run("diff", "Shop/Info.plist", "Widget/Info.plist", cwd=root)
    assert (compared.code, compared.stdout) == (0, "")


# -- hostile trees ---------------------------------------------------------------------------------


def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    outside = laid(tmp_path / "outside", build_DOT_gradle_DOT_kts='plugins { id("com.android.application") }')
    root = tmp_path / "clone"
    root.mkdir()
    (root / "app").symlink_to(outside)
    (root / "loop").symlink_to(root)
    (root / "Info.plist").symlink_to("/etc/passwd")
    os.mkfifo(root / "build.gradle")
    (root / "x.xcodeproj").symlink_to(outside)
    (root / "y.xcodeproj").mkdir()
    os.mkfifo(root / "y.xcodeproj/project.pbxproj")
    values, _ = begun(root, "api.example.com")
    assert "target" not in values


@pytest.mark.parametrize("name", ["node_modules", "Pods", "build", ".hidden", "X.framework"])
def test_what_others_wrote_is_passed_over(tmp_path: Path, name: str) -> None:
    values, _ = begun(
        laid(tmp_path, **{f"{name.replace('.', '_DOT_')}__x__Info_DOT_plist": PLIST}), "a.example.com"
    )
    assert "target" not in values


def test_more_than_anybody_has_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    monkeypatch.setattr(surroundings, "FOLDERS_LOOKED", replace(FOLDERS_LOOKED, limit=10))
    for n in range(30):
        (tmp_path / f"f{n:02}").touch()
    (tmp_path / "sub").mkdir()
    found = surroundings.look_around(tmp_path)
    assert found.unread == ("more than 10 entries are below the directory: not all were looked at",)
    monkeypatch.undo()
    deep = tmp_path.joinpath(*["d"] * (FOLDERS_DEEP.limit + 1))
    deep.mkdir(parents=True)
    found = surroundings.look_around(tmp_path)
    assert found.unread == (f"folders more than {FOLDERS_DEEP} deep were not looked into",)


@pytest.mark.parametrize(
    "folder", ['a"]\npath = "x', "a'b", "ä ö", "{environment}", "a\\b", "..x", "$(touch owned)"]
)
def test_names_of_folders_stay_in_their_quotes(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "Info.plist").write_bytes(PLIST)
    values, _ = begun(tmp_path, "api.example.com")
    found = values.get("target", {}).get("ats", {}).get("path")
    assert found in (None, f"{folder}/Info.plist")
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("namespace", ["com.class.x", "Not A Package", 'x"]\n[keys.evil', "com.${name}"])
def test_a_package_that_is_none_is_not_proposed(tmp_path: Path, namespace: str) -> None:
    quoted = namespace.replace('"', '\\"').replace("\n", "\\n")
    text = KOTLIN.replace("com.example.shop", quoted).replace("libs.versions.min.sdk.get().toInt()", "21")
    text = text.replace("alias(libs.plugins.android.application)", 'id("com.android.application")')
    text = text.replace("libs.okhttp", '"com.squareup.okhttp3:okhttp:4.12.0"')
    root = laid(tmp_path, app__build_DOT_gradle_DOT_kts=text, nsc_DOT_xml=nsc("h.example.com", PIN_A, PIN_B))
    for arguments in (("h.example.com",), ("--from", "nsc.xml")):
        values, _ = begun(root, *arguments)
        assert "okhttp-kotlin" not in values["target"]
        assert "evil" not in values["keys"]


@pytest.mark.parametrize("part", ["{", "(", '"', "/*", "a = ", "= ;", "{ a = (", "//"])
def test_damaged_projects_end(part: str) -> None:
    assert xcode.read_project(part * 5_000) == ()
    module = gradle.read_module(part * 5_000, "build.gradle", (), {})
    assert not module.application


def test_a_damaged_catalog_says_nothing(tmp_path: Path) -> None:
    root = laid(
        tmp_path, gradle__libs_DOT_versions_DOT_toml="[versions\n", app__build_DOT_gradle_DOT_kts=KOTLIN
    )
    values, _ = begun(root, "api.example.com")
    assert "target" not in values
    values = {"versions": 5, "libraries": {"a": 7, "b": {"version": []}}, "plugins": {"c": 9}}
    assert gradle.read_catalog(values, "x", "").okhttp is None
