"""The examples for Gradle, Xcode and fastlane, run as far as it goes without Android's and Apple's parts of them."""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import parts
from tests.patience import WAIT_S

pytestmark = pytest.mark.real
SAMPLES = Path(__file__).parents[2] / "samples"
STEPS = SAMPLES / "pipelines"
OURS = Path(sys.executable).parent / "pincompiler"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sample project, to be written to."""
    return shutil.copytree(SAMPLES, tmp_path / "project")


def run(*command: str, cwd: Path, code: int = 0, **environment: str) -> str:
    """What a command says; its exit code has to be that one."""
    path = f"{OURS.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | {"PATH": path} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=WAIT_S,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


# -- Gradle ----------------------------------------------------------------------------------------

# What the Android plugin would bring: the task that everything depends on, and the one that makes the APK.
APP = """\
apply from: "$rootDir/pipelines/pins.gradle"
task preBuild {}
task assembleRelease(type: Copy) {
    dependsOn preBuild
    from "$rootDir/audit/shop.apk"
    rename { 'app-release.apk' }
    into 'build/outputs/apk/release'
}
"""
NSC, KOTLIN = "src/main/res/xml/network_security_config.xml", "src/main/java/com/example/shop/Pins.kt"


class Gradle:
    """A build of the sample project; each answer is the state of ``compilePins`` after a run."""

    def __init__(self, project: Path, home: Path) -> None:
        parts.need(command for command in ("gradle",) if shutil.which(command) is None)
        self.project, self.home = project, str(home)
        self.app = project / "android" / "app"
        (project / "settings.gradle").write_text("include ':android:app'\n", "utf-8")
        (self.app / "build.gradle").write_text(APP, "utf-8")

    def run(self, task: str, code: int = 0) -> str:
        # Its daemon saves a second a run, and now and then does not stop.
        options = ("--no-daemon", "--offline", "--console=plain", f"-Ppincompiler={OURS}")
        return run("gradle", *options, task, cwd=self.project, code=code, GRADLE_USER_HOME=self.home)

    def compiled(self) -> bool:
        """Build; whether the pins were compiled, since something had changed."""
        said = self.run("preBuild")
        assert ":android:app:compilePins" in said
        return ":android:app:compilePins UP-TO-DATE" not in said


@pytest.fixture
def gradle(project: Path, tmp_path: Path) -> Gradle:
    return Gradle(project, tmp_path / "gradle")


def test_gradle_compiles_when_something_has_changed(gradle: Gradle) -> None:
    committed = {name: (gradle.app / name).read_bytes() for name in (NSC, KOTLIN)}
    assert gradle.compiled()
    assert not gradle.compiled()
    for changed in ("pins.toml", "certs/api-2026.pem", "android/nsc-base.xml"):
        path = gradle.project / changed
        path.write_bytes(path.read_bytes() + b"\n")
        assert gradle.compiled(), changed
    (gradle.app / NSC).write_bytes(committed[NSC] + b"\n")
    (gradle.app / KOTLIN).unlink()
    assert gradle.compiled(), "what it wrote was changed by hand"
    assert {name: (gradle.app / name).read_bytes() for name in (NSC, KOTLIN)} == committed

    # The sample app was released in a hurry: its audit stops the build, and leaves the page.
    assert "Execution failed for task ':android:app:auditPins'" in gradle.run("assembleRelease", code=1)
    assert "api-2027" in (gradle.app / "build/reports/pins.html").read_text("utf-8")


# -- Xcode -----------------------------------------------------------------------------------------


def xcode(project: Path, what: str, code: int = 0) -> str:
    """A Run Script phase, with what Xcode tells it."""
    product = project / "product"
    return run(
        "/bin/sh",
        str(STEPS / "xcode-pins.sh"),
        what,
        cwd=project / "ios",
        code=code,
        SRCROOT=str(project),
        INFOPLIST_FILE="ios/Shop/Info.plist",
        TARGET_BUILD_DIR=str(product),
        INFOPLIST_PATH="Shop.app/Info.plist",
    )


def test_xcode_compiles_and_looks_at_the_product(project: Path) -> None:
    source = project / "ios/Shop/Info.plist"
    committed = source.read_bytes()
    found = plistlib.loads(committed)
    security = found["NSAppTransportSecurity"]
    pinned = security.pop("NSPinnedDomains")
    source.write_bytes(plistlib.dumps(found))
    xcode(project, "compile")
    assert plistlib.loads(source.read_bytes()) == plistlib.loads(committed)

    # Xcode ships the binary form.
    shipped = project / "product/Shop.app/Info.plist"
    shipped.parent.mkdir(parents=True)
    security["NSPinnedDomains"] = pinned
    shipped.write_bytes(plistlib.dumps(found, fmt=plistlib.FMT_BINARY))
    xcode(project, "shipped")
    del pinned["api.example.com"]
    shipped.write_bytes(plistlib.dumps(found, fmt=plistlib.FMT_BINARY))
    assert "api.example.com" in xcode(project, "shipped", code=1)


def test_xcode_shows_a_mistake_at_its_line(project: Path) -> None:
    pins = project / "pins.toml"
    pins.write_text(
        pins.read_text("utf-8").replace('hosts = ["example.net"]', 'hosts = ["example..net"]', 1), "utf-8"
    )
    told = xcode(project, "compile", code=1)
    # As Xcode's issue navigator parses it: an absolute path, line, column, "error:".
    assert re.search(rf"^{re.escape(str(pins))}:\d+:\d+: error: ", told, re.MULTILINE)


def test_the_script_for_xcode_is_what_shells_take(project: Path) -> None:
    run(str(OURS.parent / "shellcheck"), "--shell=sh", str(STEPS / "xcode-pins.sh"), cwd=project)
    assert "usage" in xcode(project, "nothing", code=2)


# -- fastlane --------------------------------------------------------------------------------------

# The words of fastlane that the example uses, as its documentation has them.
WORDS = """\
module SharedValues
  GRADLE_APK_OUTPUT_PATH = :apk
end
LANES = {}
def desc(text); end
def lane(name, &block) = LANES[name] = block
def lane_context = { SharedValues::GRADLE_APK_OUTPUT_PATH => ARGV[2] }
def sh(*words)
  system(*words) or raise "Exit status of command was #{$?.exitstatus}"
end
load ARGV[0]
LANES.fetch(ARGV[1].to_sym).call({})
"""


def lane(project: Path, name: str, code: int = 0) -> str:
    parts.need(command for command in ("ruby",) if shutil.which(command) is None)
    folder = project / "fastlane"
    folder.mkdir(exist_ok=True)
    apk = str(project / "audit" / "shop.apk")
    return run("ruby", "-w", "-e", WORDS, str(STEPS / "Fastfile"), name, apk, cwd=folder, code=code)


def test_lanes_of_fastlane(project: Path) -> None:
    lane(project, "pins")
    assert "Exit status of command was 1" in lane(project, "audit_pins", code=1)
    assert "api-2027" in (project / "pins.html").read_text("utf-8")
    (project / "android/app" / KOTLIN).unlink()
    lane(project, "pins", code=1)
