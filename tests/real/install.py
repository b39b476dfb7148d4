"""Fetch the jars which the tests ask, and the table that aapt2 links against.

Everything lands below ``.tools/`` next to ``tests/`` (or below ``$PINCOMPILER_TOOLS``):

* ``okhttp-<version>/`` one folder per OkHttp, with its okio and a kotlin-stdlib;
* ``kotlin-<version>/`` the Kotlin compiler and what it needs to run;
* ``android-<version>/`` Android's framework classes, the real implementation;
* ``r8-<version>/``, ``dx-<version>/`` the compilers to DEX, and the shrinker; ``smali-<version>/``;
* ``trustkit-<version>/``, ``conscrypt-<version>/`` what an archive for Android has for a jar;
* ``httpclient-<version>/`` Apache's, with what it needs; ``kotlin-stdlib-<version>/`` for apps without OkHttp 3;
* ``android-gradle-<version>/`` the Android Gradle Plugin, with what it and a newer Java need;
* ``framework-res/`` the resource table which aapt2 links against, out of Debian's package.

Jars come through ``mvn`` and must have the checksums in ``parts.sha256``.  A folder appears under its name only when
it is complete: it is filled elsewhere, checked, and renamed.  Needs nothing but the standard library; a second run
takes a fraction of a second.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.real.fetching import FetchError, demand, run

OKHTTP_VERSIONS: Final = ("3.12.13", "3.14.9", "4.2.2", "4.3.1", "4.12.0", "5.5.1")
KOTLIN_VERSION: Final = "2.4.20"
ANDROIDS: Final = {
    24: "7.0.0_r1-robolectric-r1",
    28: "9-robolectric-4913185-2",
    33: "13-robolectric-9030017",
    34: "14-robolectric-10818077",
    35: "15-robolectric-13954326",
}
"""By API level: the first with a network security configuration, to the last whose classes Java 17 loads."""
ANDROID_VERSION: Final = ANDROIDS[34]
"""What apps are compiled against."""
DX_VERSION: Final = "9.0.0_r3"
"""Android's compiler to DEX before D8."""
R8_VERSION: Final = "9.2.39"
"""R8 and D8, Android's shrinker and compiler to DEX, in one jar."""
OLD_OKHTTP_VERSION: Final = "2.7.5"
"""The last OkHttp in the package com.squareup.okhttp; its pinner is built otherwise, and nothing compiles to it."""
SMALI_VERSION: Final = "2.5.2"
TRUSTKIT_VERSION: Final = "1.1.5"
CONSCRYPT_VERSION: Final = "2.5.3"
CONSCRYPT_JVM_VERSION: Final = "2.5.2"
"""The newest for the JVM, with Android's own TrustManagerImpl in it."""
HTTPCLIENT_VERSION: Final = "4.5.14"
"""Apache's, in the package that Android once had."""
ANDROID_GRADLE_VERSION: Final = "2.3.0"
"""The last Android Gradle Plugin in a registry that tests reach."""
JAXB: Final = (
    ("javax.xml.bind", "jaxb-api"),
    ("com.sun.xml.bind", "jaxb-impl"),
    ("com.sun.xml.bind", "jaxb-core"),
)
"""Java had it before version 11, and the plugin reads the list of an SDK's packages by it."""
MINIMUM_JAVA: Final = 17

_COPY_GOAL: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_KOTLIN: Final = "org.jetbrains.kotlin"
_LISTING: Final = "contents.json"
_FRAMEWORK_PACKAGE: Final = "android-framework-res"
SIGNER: Final = "apksigner"
"""Android's signer of apps."""
CHECKSUMS: Final = Path(__file__).with_name("parts.sha256")
"""Of every jar, as ``sha256sum --check`` reads them in ``.tools``."""


@dataclass(frozen=True, slots=True)
class Coordinate:
    """One artifact of a Maven repository."""

    group: str
    artifact: str
    version: str
    excluded: tuple[str, ...] = ()
    """Artifacts of the Kotlin group which must not come along."""
    archive: bool = False
    """Whether it is an archive for Android, of which the classes are taken, and nothing comes along."""

    def as_xml(self) -> str:
        """The ``<dependency>`` element which asks for this artifact."""
        exclusions = "".join(
            f"<exclusion><groupId>{_KOTLIN}</groupId><artifactId>{name}</artifactId></exclusion>"
            for name in self.excluded
        )
        kind = ""
        if self.archive:
            kind = "<type>aar</type>"
            exclusions = "<exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion>"
        return (
            f"<dependency><groupId>{self.group}</groupId><artifactId>{self.artifact}</artifactId>{kind}"
            f"<version>{self.version}</version><exclusions>{exclusions}</exclusions></dependency>"
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Jars which are used together, in a folder of their own."""

    folder: str
    coordinates: tuple[Coordinate, ...]
    required: tuple[str, ...]
    """Beginnings of jar names; the folder is whole only if each begins a name."""


def _okhttp(version: str) -> Group:
    # Gradle would raise an app's kotlin-stdlib to that of its compiler, whatever OkHttp asks for,
    # and the -jdk7, -jdk8 and -common artifacts are empty or repeated ever since it contains them.
    main = Coordinate(
        "com.squareup.okhttp3",
        "okhttp-jvm" if version.startswith("5.") else "okhttp",
        version,
        excluded=("kotlin-stdlib-jdk7", "kotlin-stdlib-jdk8", "kotlin-stdlib-common"),
    )
    stdlib = Coordinate(_KOTLIN, "kotlin-stdlib", KOTLIN_VERSION)
    return Group(
        folder=f"okhttp-{version}",
        coordinates=(main, stdlib),
        required=(
            f"{main.artifact}-{version}.jar",
            "okio-",
            f"kotlin-stdlib-{KOTLIN_VERSION}.jar",
        ),
    )


GROUPS: Final = (
    *(_okhttp(version) for version in OKHTTP_VERSIONS),
    Group(
        folder=f"kotlin-{KOTLIN_VERSION}",
        coordinates=(Coordinate(_KOTLIN, "kotlin-compiler-embeddable", KOTLIN_VERSION),),
        required=(
            f"kotlin-compiler-embeddable-{KOTLIN_VERSION}.jar",
            f"kotlin-stdlib-{KOTLIN_VERSION}.jar",
        ),
    ),
    Group(
        folder=f"kotlin-stdlib-{KOTLIN_VERSION}",
        coordinates=(Coordinate(_KOTLIN, "kotlin-stdlib", KOTLIN_VERSION),),
        required=(f"kotlin-stdlib-{KOTLIN_VERSION}.jar",),
    ),
    *(
        Group(
            folder=f"android-{version}",
            coordinates=(Coordinate("org.robolectric", "android-all", version),),
            required=(f"android-all-{version}.jar",),
        )
        for version in ANDROIDS.values()
    ),
    Group(
        folder=f"smali-{SMALI_VERSION}",
        coordinates=(Coordinate("org.smali", "smali", SMALI_VERSION),),
        required=(f"smali-{SMALI_VERSION}.jar", "dexlib2-", "antlr-runtime-"),
    ),
    Group(
        folder=f"trustkit-{TRUSTKIT_VERSION}",
        coordinates=(
            Coordinate("com.datatheorem.android.trustkit", "trustkit", TRUSTKIT_VERSION, archive=True),
        ),
        required=(f"trustkit-{TRUSTKIT_VERSION}.jar",),
    ),
    Group(
        folder=f"conscrypt-{CONSCRYPT_VERSION}",
        coordinates=(Coordinate("org.conscrypt", "conscrypt-android", CONSCRYPT_VERSION, archive=True),),
        required=(f"conscrypt-android-{CONSCRYPT_VERSION}.jar",),
    ),
    Group(
        folder=f"conscrypt-openjdk-{CONSCRYPT_JVM_VERSION}",
        coordinates=(Coordinate("org.conscrypt", "conscrypt-openjdk-uber", CONSCRYPT_JVM_VERSION),),
        required=(f"conscrypt-openjdk-uber-{CONSCRYPT_JVM_VERSION}.jar",),
    ),
    Group(
        folder=f"httpclient-{HTTPCLIENT_VERSION}",
        coordinates=(Coordinate("org.apache.httpcomponents", "httpclient", HTTPCLIENT_VERSION),),
        required=(f"httpclient-{HTTPCLIENT_VERSION}.jar", "httpcore-", "commons-logging-"),
    ),
    Group(
        folder=f"dx-{DX_VERSION}",
        coordinates=(Coordinate("com.jakewharton.android.repackaged", "dalvik-dx", DX_VERSION),),
        required=(f"dalvik-dx-{DX_VERSION}.jar",),
    ),
    Group(
        folder=f"r8-{R8_VERSION}",
        coordinates=(Coordinate("com.android.tools", "r8", R8_VERSION),),
        required=(f"r8-{R8_VERSION}.jar",),
    ),
    Group(
        folder=f"android-gradle-{ANDROID_GRADLE_VERSION}",
        coordinates=(
            Coordinate("com.android.tools.build", "gradle", ANDROID_GRADLE_VERSION),
            *(Coordinate(group, name, "2.3.0") for group, name in JAXB),
            Coordinate("javax.activation", "activation", "1.1.1"),
        ),
        required=(f"gradle-{ANDROID_GRADLE_VERSION}.jar", "builder-", "jaxb-impl-", "activation-"),
    ),
    Group(
        folder=f"okhttp-{OLD_OKHTTP_VERSION}",
        coordinates=(Coordinate("com.squareup.okhttp", "okhttp", OLD_OKHTTP_VERSION),),
        required=(f"okhttp-{OLD_OKHTTP_VERSION}.jar", "okio-"),
    ),
)

FRAMEWORK: Final = Path("framework-res") / "framework-res.apk"


def tools_directory() -> Path:
    """Where the parts are kept: ``$PINCOMPILER_TOOLS``, else ``.tools`` of this checkout."""
    chosen = os.environ.get("PINCOMPILER_TOOLS")
    if chosen:
        return Path(chosen).absolute()
    return Path(__file__).resolve().parents[2] / ".tools"


def missing(tools: Path | None = None) -> list[str]:
    """The names of all that is not there yet; empty when everything is installed."""
    root = tools_directory() if tools is None else tools
    absent = [group.folder for group in GROUPS if not _is_whole(root / group.folder, group)]
    if not (root / FRAMEWORK).is_file():
        absent.append(FRAMEWORK.name)
    commands = ("java", "javac", "aapt2", SIGNER)
    return absent + [command for command in commands if shutil.which(command) is None]


def lacking(*names: str) -> list[str]:
    """Those of some parts, and of a JDK, that are missing."""
    return [name for name in missing() if name in {*names, "java", "javac"}]


def _is_whole(folder: Path, group: Group) -> bool:
    """Whether the folder holds exactly what was written down when it was made."""
    try:
        listing: object = json.loads((folder / _LISTING).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return listing == _listing(folder, group)


def _listing(folder: Path, group: Group) -> dict[str, object]:
    return {
        "asked": [f"{c.group}:{c.artifact}:{c.version}:{','.join(c.excluded)}" for c in group.coordinates],
        "jars": {jar.name: jar.stat().st_size for jar in sorted(folder.glob("*.jar"))},
    }


def _check_java() -> None:
    demand("java", "javac", "mvn")
    said = run(["javac", "-version"], "asking the JDK's version").split()
    version = said[-1] if said else "unknown"
    major = version.split(".")[0]
    if not major.isdecimal() or int(major) < MINIMUM_JAVA:
        raise FetchError(f"javac is version {version}; {MINIMUM_JAVA} or newer is needed")


def _fetch_jars(groups: list[Group], tools: Path) -> None:
    """Have Maven fetch all groups in one run, then put each folder in its place."""
    _check_java()
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=tools) as scratch:
        top = Path(scratch)
        _write_projects(groups, top)
        try:
            _copy_jars(groups, top)
        except FetchError:
            # A download that broke off stays in the user's cache, which Maven trusts; what is away stays away.
            _copy_jars(groups, top, f"-Dmaven.repo.local={top / 'cache'}")
        for group in groups:
            _put_in_place(_delivery(top, group), group, tools / group.folder)


def _write_projects(groups: list[Group], top: Path) -> None:
    """A project for Maven, with a module for each group that depends on its jars."""
    modules = "".join(f"<module>{group.folder}</module>" for group in groups)
    whole = _pom("tools", f"<packaging>pom</packaging><modules>{modules}</modules>")
    (top / "pom.xml").write_text(whole, encoding="utf-8")
    for group in groups:
        dependencies = "".join(c.as_xml() for c in group.coordinates)
        (top / group.folder).mkdir()
        one = _pom(group.folder, f"<dependencies>{dependencies}</dependencies>")
        (top / group.folder / "pom.xml").write_text(one, encoding="utf-8")


def _delivery(top: Path, group: Group) -> Path:
    """Where Maven puts the jars of a group."""
    return top / group.folder / "target" / "dependency"


def _copy_jars(groups: list[Group], top: Path, *options: str) -> None:
    for group in groups:
        shutil.rmtree(_delivery(top, group), ignore_errors=True)
    maven = ["mvn", "--batch-mode", "--update-snapshots", "--strict-checksums", _COPY_GOAL]
    run([*maven, "-DincludeScope=runtime", *options], f"fetching {len(groups)} groups of jars", cwd=top)
    for group in groups:
        _take_classes(_delivery(top, group))
        _check_sums(_delivery(top, group), group, CHECKSUMS)


def _take_classes(fetched: Path) -> None:
    """Of each archive for Android the classes, as a jar of its name."""
    for archive in fetched.glob("*.aar"):
        with zipfile.ZipFile(archive) as whole, archive.with_suffix(".jar").open("wb") as out:
            out.write(whole.read("classes.jar"))
        archive.unlink()


def _check_sums(fetched: Path, group: Group, sums: Path) -> None:
    """Every jar is the one that was pinned, or nothing is taken."""
    lines = (line.partition("  ") for line in sums.read_text("utf-8").splitlines())
    pinned = {name: digest for digest, _, name in lines}
    for jar in sorted(fetched.glob("*.jar")):
        name = f"{group.folder}/{jar.name}"
        if pinned.get(name) != hashlib.sha256(jar.read_bytes()).hexdigest():
            raise FetchError(f"{name} is not the file that {sums.name} pins")


def _pom(artifact: str, body: str) -> str:
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>pincompiler.tests</groupId>"
        f"<artifactId>{artifact}</artifactId><version>0</version>{body}</project>\n"
    )


def _put_in_place(fetched: Path, group: Group, place: Path) -> None:
    names = sorted(jar.name for jar in fetched.glob("*.jar"))
    for beginning in group.required:
        if not any(name.startswith(beginning) for name in names):
            raise FetchError(f"{group.folder}: Maven delivered no {beginning}…, only {names}")
    for name in names:
        if not zipfile.is_zipfile(fetched / name):
            raise FetchError(f"{group.folder}: {name} is not a jar")
    (fetched / _LISTING).write_text(json.dumps(_listing(fetched, group), indent=1), encoding="utf-8")
    if place.exists():
        shutil.rmtree(place)
    fetched.rename(place)


def _fetch_framework(tools: Path) -> None:
    """Keep the table that aapt2 links against."""
    table = _packaged_framework()
    if table is None:
        raise FetchError(f"the Debian package {_FRAMEWORK_PACKAGE} is not installed")
    place = tools / FRAMEWORK
    place.parent.mkdir(exist_ok=True)
    half = place.with_suffix(f".{os.getpid()}")
    shutil.copyfile(table, half)
    half.replace(place)


def _packaged_framework() -> Path | None:
    """Where the distribution's package put the framework's resource table."""
    try:
        files = run(["dpkg-query", "--listfiles", _FRAMEWORK_PACKAGE], "looking for it").split("\n")
    except FetchError:
        return None
    found = [Path(name) for name in files if name.endswith("/framework-res.apk") and Path(name).is_file()]
    return found[0] if found else None


def lacking_jars() -> list[str]:
    """The folders of jars that are not there, or not whole."""
    return [group.folder for group in GROUPS if not _is_whole(tools_directory() / group.folder, group)]


def fetch_jars() -> None:
    """Fetch the jars that are missing; :class:`FetchError` if one cannot be had."""
    tools_directory().mkdir(parents=True, exist_ok=True)
    absent = set(lacking_jars())
    if absent:
        _fetch_jars([group for group in GROUPS if group.folder in absent], tools_directory())


def lacking_framework() -> list[str]:
    """The resource table, if it is missing."""
    return [] if (tools_directory() / FRAMEWORK).is_file() else [FRAMEWORK.name]


def fetch_framework() -> None:
    """Keep the resource table unless it is there; :class:`FetchError` if its package is not installed."""
    if lacking_framework():
        tools_directory().mkdir(parents=True, exist_ok=True)
        _fetch_framework(tools_directory())
