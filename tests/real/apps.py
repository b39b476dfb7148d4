"""Builds Android apps from source with the real tools: javac, kotlinc, D8, R8, aapt2.

    from tests.real.apps import App, build_app, build_apps

    apk = build_app(
        tmp_path / "app",
        java='''
            public final class Net {
                okhttp3.OkHttpClient client() { return new okhttp3.OkHttpClient(); }
            }
        ''',
        nsc="<network-security-config>…</network-security-config>",
        shrink="r8-full",
    )

* ``java``, ``kotlin``: one source, several, or a mapping from file names to sources.  A source without a
  package line is of ``com.example.app``, in its first line, so that line numbers stay.  They may use
  ``android.*``, the libraries, and the app's ``R``.
* An activity ``com.example.app.Main`` is made that calls what the top-level classes offer (constructors and
  methods that take nothing, the others where a class has none of these, with arguments that nobody can
  foresee), so that all of it is reachable.  Not so if a source declares ``Main``, or with ``main=""``.
* ``files`` go in by their path in an app: ``res/…`` through aapt2, everything else (``assets/…``, ``lib/…``)
  as it is.  ``nsc`` is short for ``res/xml/network_security_config.xml``, which the usual manifest names.
* ``libraries`` are folders of ``.tools/``; they are carried along whole unless ``carried=False``, or shrunk
  and renamed with the app by R8.
* ``form``: an APK, a directory of ``splits``, an archive of them (``apks``), or a bundle (``aab``).

The first app of a process takes some seconds, the next ones of Java a fraction of one; R8 takes seconds
each.  The JVM lives as long as the process; the libraries' DEX files are kept in ``.tools/``, and the apps by
:mod:`tests.kept`.  Needs the fixture ``real_tools``; :mod:`tests.builds` has the same function for apps that are
committed, too.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import shutil
import tempfile
import textwrap
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from tests.kept import digest, kept

from .install import ANDROID_VERSION, FRAMEWORK, KOTLIN_VERSION, R8_VERSION, tools_directory
from .jvm import JVM, ToolError, call, jars, tools, workshop
from .kits import STUBBED, make_stubs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Sources = str | Sequence[str] | Mapping[str, str]

__all__ = ["PACKAGE", "App", "ToolError", "build_app", "build_apps"]

PACKAGE: Final = "com.example.app"
MAIN: Final = f"{PACKAGE}.Main"
LEAST_API: Final = 26
NSC: Final = "res/xml/network_security_config.xml"
WHOLE: Final = ("app.apk", "splits", "app.apks", "app.aab")
"""What an app of each form is called."""
_MANIFEST: Final = "AndroidManifest.xml"

_USUAL_MANIFEST: Final = """\
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="{package}">
    <uses-sdk android:minSdkVersion="{api}" android:targetSdkVersion="34" />
    <uses-permission android:name="android.permission.INTERNET" />
    <application{attributes}>{activity}</application>
</manifest>
"""
_ACTIVITY: Final = """
        <activity android:name="{name}" android:exported="true">
            <intent-filter>
                <action android:name="android.intent.action.MAIN" />
                <category android:name="android.intent.category.LAUNCHER" />
            </intent-filter>
        </activity>
    """
_MAIN: Final = """\
package {package};
public final class Main extends android.app.Activity {{
    @Override protected void onCreate(android.os.Bundle state) {{
        super.onCreate(state);
        try {{
            use();
        }} catch (Throwable failure) {{
            throw new IllegalStateException(failure);
        }}
    }}
    @SuppressWarnings("unchecked")
    private void use() throws Throwable {{
        {calls}
    }}
}}
"""
_RULES: Final = "-dontwarn **\n-keepattributes SourceFile,LineNumberTable\n"
"""Beside the rules which aapt2 makes of the manifest."""
_LEFT_OUT: Final = re.compile(
    r".*/|.*\.class|META-INF/(MANIFEST\.MF|INDEX\.LIST|LICENSE.*|.*\.(SF|RSA|DSA)|(maven|proguard|versions)/.*)"
)
"""What does not get from a jar into an app."""


@dataclass(frozen=True, slots=True)
class App:
    """An app to be built; the module's documentation tells the parts."""

    java: Sources = ()
    kotlin: Sources = ()
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    nsc: str = ""
    manifest: str = ""
    """The whole text; else the usual one: least API 26, target 34, the activity."""
    main: str | None = None
    """The activity of the usual manifest; None: the one which is made; empty: none."""
    libraries: tuple[str, ...] = ("okhttp-4.12.0",)
    carried: bool = True
    """Whether the app carries the libraries, and is not only compiled against them."""
    shrink: Literal["", "r8", "r8-full"] = ""
    """Whether R8 shrinks and renames app and libraries, in its compatible or its full mode."""
    rules: str = ""
    """More rules for R8, beside those for what the manifest names."""
    dexer: Literal["d8", "dx"] = "d8"
    debug: bool = False
    """Compile to DEX for debugging: with the names of variables."""
    debuggable: bool = False
    version: tuple[str, str] | None = None
    """Name and code, unless the manifest has them."""
    least_api: int = LEAST_API
    optimize: tuple[str, ...] = ()
    """Options of ``aapt2 optimize``."""
    shorten: bool = False
    """Shorten the paths of resources."""
    split_by: tuple[str, ...] = ("de",)
    """Configurations which get APKs of their own in the forms ``splits`` and ``apks``."""
    form: Literal["apk", "splits", "apks", "aab"] = "apk"

    def key(self) -> str:
        """The hash of all its parts, the versions of libraries among them."""
        parts = {one.name: getattr(self, one.name) for one in fields(self)}
        parts["java"], parts["kotlin"] = dict(_named(self.java, ".java")), dict(_named(self.kotlin, ".kt"))
        return digest(
            {name: dict(part) if isinstance(part, Mapping) else part for name, part in parts.items()}
        )


def build_app(folder: Path, **parts: Any) -> Path:
    """Build the :class:`App` of these parts in a new folder; the path of the file, or of the splits.

    Raises :class:`ToolError` with the words of whichever tool refuses.
    """
    return _copied(App(**parts), folder)


def build_apps(folder: Path, apps: Mapping[str, App]) -> dict[str, Path]:
    """Build each app in the folder of its name below ``folder``."""
    return {name: _copied(app, folder / name) for name, app in apps.items()}


OWN: Final = "own.json"
"""Beside an app that is kept: the names of the files in it that are made of its own source and resources."""


def built(app: App) -> Path:
    """The folder where an app is kept, which is built unless it is there; nobody may write to it."""
    recipe = digest(Path(__file__).read_text("utf-8"), tools())
    return kept(f"app-{digest(app.key(), recipe)}", lambda place: _build(app, place))


def _build(app: App, place: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="pincompiler-app-") as scratch:
        building = _Building(app, Path(scratch))
        whole = building.build()
        shutil.move(whole, place / whole.name)
        (place / OWN).write_text(json.dumps(building.own), "utf-8")


def _copied(app: App, folder: Path) -> Path:
    """A copy of the app as it is kept, for a test to do with as it likes."""
    (whole,) = (one for one in built(app).iterdir() if one.name in WHOLE)
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / whole.name
    if whole.is_dir():
        return Path(shutil.copytree(whole, copy))
    return Path(shutil.copyfile(whole, copy))


class _Building:
    """One app while it is built."""

    def __init__(self, app: App, folder: Path) -> None:
        self.app = app
        self.top = folder
        self.java = dict(_named(app.java, ".java"))
        self.kotlin = dict(_named(app.kotlin, ".kt"))
        self.classes = folder / "classes"
        self.generated = folder / "generated"
        self.own: list[str] = []
        self.main = app.main
        if self.main is None:
            declared = any("Main" in _declared(text) for text in (*self.java.values(), *self.kotlin.values()))
            self.main = MAIN if self.has_code or declared else ""

    @property
    def has_code(self) -> bool:
        return bool(self.java or self.kotlin)

    def build(self) -> Path:
        self.top.mkdir(parents=True, exist_ok=True)
        resources = self._link()
        self._compile()
        members = list(self._members())
        return self._packed(resources, members)

    # -- resources --------------------------------------------------------------------------------

    def _link(self) -> list[Path]:
        """The APKs of manifest and resources, the base first."""
        files = dict(self.app.files)
        if self.app.nsc:
            files[NSC] = self.app.nsc
        files[_MANIFEST] = self.app.manifest or self._manifest()
        for name, content in files.items():
            if name == _MANIFEST or name.startswith("res/"):
                _write(self.top / name, content)
        base = self.top / "base.apk"
        link = ["aapt2", "link", "-o", str(base), "-I", str(tools_directory() / FRAMEWORK)]
        link += ["--manifest", str(self.top / _MANIFEST), "--auto-add-overlay"]
        link += ["--java", str(self.generated), "--proguard", str(self.top / "manifest.pro")]
        if self.app.version:
            name, code = self.app.version
            link += ["--version-name", name, "--version-code", code]
        link += ["--debug-mode"] * self.app.debuggable + ["--proto-format"] * (self.app.form == "aab")
        splits = []
        if self.app.form in {"splits", "apks"}:
            splits = [self.top / f"config.{name}.apk" for name in self.app.split_by]
            for name, split in zip(self.app.split_by, splits, strict=True):
                link += ["--split", f"{split}:{name}"]
        if (self.top / "res").is_dir():
            call(["aapt2", "compile", "--dir", str(self.top / "res"), "-o", str(self.top / "res.zip")])
            link.append(str(self.top / "res.zip"))
        call(link)
        return [self._optimized(base), *splits]

    def _optimized(self, base: Path) -> Path:
        options = [*self.app.optimize, *["--enable-resource-path-shortening"] * self.app.shorten]
        if not options:
            return base
        better = self.top / "optimized.apk"
        call(["aapt2", "optimize", *options, "-o", str(better), str(base)])
        return better

    def _manifest(self) -> str:
        attributes = (
            ' android:networkSecurityConfig="@xml/network_security_config"' if self._configured else ""
        )
        activity = _ACTIVITY.format(name=self.main) if self.main else ""
        return _USUAL_MANIFEST.format(
            package=PACKAGE, api=self.app.least_api, attributes=attributes, activity=activity
        )

    @property
    def _configured(self) -> bool:
        return bool(self.app.nsc) or NSC in self.app.files

    # -- code -------------------------------------------------------------------------------------

    def _compile(self) -> None:
        self.classes.mkdir(exist_ok=True)
        if not self.has_code:
            return
        source = self.top / "src"
        for name, text in {**self.java, **self.kotlin}.items():
            _write(source / name, text)
        java = [str(source / name) for name in self.java]
        java += [str(path) for path in sorted(self.generated.rglob("*.java"))]
        against = os.pathsep.join((*self._libraries(), _android()))
        if self.kotlin:
            kotlin = [str(source / name) for name in self.kotlin]
            options = ["-nowarn", "-no-stdlib", "-no-reflect", "-jvm-target", "1.8", "-cp", against]
            compiler = jars(f"kotlin-{KOTLIN_VERSION}")
            workshop().do("kotlinc", compiler, *options, "-d", str(self.classes), *kotlin, *java)
        everything = os.pathsep.join((str(self.classes), against))
        if java:
            workshop().do("javac", "-nowarn", everything, str(self.classes), *java)
        if self.app.main is None and not (self.classes / "com/example/app/Main.class").exists():
            calls = workshop().do("entries", str(self.classes), against).replace("\n", "\n        ").strip()
            _write(source / "Main.java", _MAIN.format(package=PACKAGE, calls=calls))
            workshop().do("javac", "-nowarn", everything, str(self.classes), str(source / "Main.java"))

    def _libraries(self) -> list[str]:
        return [jar for folder in self.app.libraries for jar in _library(folder)]

    def _members(self) -> Iterator[tuple[str, bytes]]:
        """What goes into the base beside manifest and resources, by path in an APK."""
        for name, content in self.app.files.items():
            if name != _MANIFEST and not name.startswith("res/"):
                yield name, content.encode() if isinstance(content, str) else content
        if not self.has_code:
            return
        libraries = self._libraries() if self.app.carried else []
        out = self.top / "dex"
        out.mkdir()
        if self.app.shrink:
            yield from self._shrunk(libraries, out)
            return
        if self.app.dexer == "dx":
            _dx(self.classes, out / "classes.dex", self.app.least_api)
        else:
            against, mode = os.pathsep.join(self._libraries()), "debug" if self.app.debug else "release"
            api = str(self.app.least_api)
            workshop().do("d8", str(self.classes), against, _android(), api, str(out), mode)
        own = sorted(out.glob("*.dex"))
        self.own += map(_dex_name, range(len(own)))
        for number, dex in enumerate((*own, *_dexed(tuple(libraries), self.app.least_api))):
            yield _dex_name(number), dex.read_bytes()
        yield from _bundled(libraries)

    def _shrunk(self, libraries: list[str], out: Path) -> Iterator[tuple[str, bytes]]:
        program = os.pathsep.join((str(self.classes), *libraries))
        rest = [] if self.app.carried else self._libraries()
        rules = "\n".join(
            (_RULES, (self.top / "manifest.pro").read_text("utf-8"), self._kept(libraries), self.app.rules)
        )
        mode = "compat" if self.app.shrink == "r8" else "full"
        library = os.pathsep.join((_interface(), *rest))
        workshop().do("r8", program, library, str(self.app.least_api), str(out), rules, mode)
        for path in sorted(out.rglob("*")):
            name = path.relative_to(out).as_posix()
            if path.is_file() and not _LEFT_OUT.fullmatch(name):
                self.own.append(name)
                yield name, path.read_bytes()

    def _kept(self, libraries: list[str]) -> str:
        """The rules which the libraries bring along for those who shrink them."""
        texts = []
        for jar in libraries:
            with zipfile.ZipFile(jar) as archive:
                names = [name for name in archive.namelist() if re.fullmatch(r"META-INF/proguard/.+", name)]
                texts += [archive.read(name).decode() for name in names]
        return "\n".join(texts)

    # -- packing ----------------------------------------------------------------------------------

    def _packed(self, resources: list[Path], members: list[tuple[str, bytes]]) -> Path:
        base, *splits = resources
        with zipfile.ZipFile(base) as archive:
            self.own += archive.namelist()
        if self.app.form == "aab":
            return self._bundle(base, members)
        with zipfile.ZipFile(base, "a", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members:
                archive.writestr(name, content)
        if self.app.form == "apk":
            return base.rename(self.top / "app.apk")
        names = ["base.apk", *(f"split_{split.name}" for split in splits)]
        if self.app.form == "splits":
            folder = self.top / "splits"
            folder.mkdir()
            for name, path in zip(names, resources, strict=True):
                path.rename(folder / name)
            return folder
        whole = self.top / "app.apks"
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr("toc.pb", b"")
            for name, path in zip(names, resources, strict=True):
                archive.write(path, f"splits/{name}")
        return whole

    def _bundle(self, base: Path, members: list[tuple[str, bytes]]) -> Path:
        """One module, laid out as bundletool does."""
        whole = self.top / "app.aab"
        with zipfile.ZipFile(base) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
            new.writestr("BundleConfig.pb", b"")
            parts = [(name, old.read(name)) for name in old.namelist()] + members
            for name, content in parts:
                new.writestr(f"base/{_place_in_bundle(name)}", content)
        return whole


def _place_in_bundle(name: str) -> str:
    if name == _MANIFEST:
        return f"manifest/{name}"
    if re.fullmatch(r"classes\d*\.dex", name):
        return f"dex/{name}"
    return name if name == "resources.pb" or name.startswith(("res/", "assets/", "lib/")) else f"root/{name}"


def _dex_name(number: int) -> str:
    return f"classes{number + 1 if number else ''}.dex"


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


# -- sources -------------------------------------------------------------------------------------------

_PACKAGE_LINE: Final = re.compile(r"^[ \t]*package[ \t]+([\w.]+)", re.MULTILINE)
_TYPE: Final = re.compile(
    r"^(?:package [\w.]+; ?)?(?P<before>(?:@\w+ |public |final |abstract |open |internal |private |data |enum |sealed |fun )*)"
    r"(?:class|interface|enum|object|@interface)\s+(?P<name>\w+)",
    re.MULTILINE,
)


def _declared(text: str) -> list[str]:
    """The top-level types, what is public first."""
    found = list(_TYPE.finditer(text))
    found.sort(key=lambda one: "public" not in one["before"])
    return [one["name"] for one in found]


def _named(sources: Sources, suffix: str) -> Iterator[tuple[str, str]]:
    """The path and the whole text of each source."""
    if isinstance(sources, Mapping):
        given: Iterable[tuple[str, str]] = sources.items()
    else:
        texts = [sources] if isinstance(sources, str) else list(sources)
        given = (("", text) for text in texts)
    for number, (name, text) in enumerate(given):
        source = textwrap.dedent(text)
        package = _PACKAGE_LINE.search(source)
        if package is None:
            mark = ";" if suffix == ".java" else "\n"
            source = f"package {PACKAGE}{mark} {source.lstrip()}" if mark == ";" else _in_package(source)
        folder = (package[1] if package else PACKAGE).replace(".", "/")
        types = _declared(textwrap.dedent(text).lstrip())
        file = name or f"{types[0] if types else f'Source{number}'}{suffix}"
        yield (file if "/" in file else f"{folder}/{file}"), source


def _in_package(kotlin: str) -> str:
    """Kotlin takes the package after annotations of the file, and before everything else."""
    annotations = re.match(r"(?:\s*@file:[^\n]+\n)*", kotlin)
    cut = annotations.end() if annotations else 0
    return f"{kotlin[:cut]}package {PACKAGE}; {kotlin[cut:].lstrip()}"


# -- libraries -----------------------------------------------------------------------------------------


def _android() -> str:
    return jars(f"android-{ANDROID_VERSION}")


_OFFERED: Final = re.compile(
    r"(?!.*(?:/internal/|\$\d|Proto))(?:android/(?!car/|icu/|adservices/|health/|hardware/|media/|service/)"
    r"|dalvik/|org/(?:apache|json|xmlpull)/).+\.class"
)
"""What an SDK's android.jar has, about: R8 reads the whole of it, and takes twice the time for all of Android."""


@functools.cache
def _interface() -> str:
    """Java 8 and the better part of Android's classes, as R8 wants them: made once and kept."""
    place = tools_directory() / "oracles" / f"interface-{ANDROID_VERSION}.jar"
    if place.is_file():
        return str(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_suffix(f".{os.getpid()}")
    java = Path(workshop().do("home"), "lib", "ct.sym")
    with (
        zipfile.ZipFile(half, "w") as out,
        zipfile.ZipFile(java) as old,
        zipfile.ZipFile(_android()) as android,
    ):
        classes = {
            found[1] + ".class": (old, name)
            for name in old.namelist()
            if (found := re.fullmatch(r"\w*8\w*/(?:java\.[\w.]+/)?((?!jdk\.|META-INF)[^.]+)\.sig", name))
        }
        for name in android.namelist():
            if _OFFERED.fullmatch(name):
                classes.setdefault(name, (android, name))
        for name, (archive, member) in classes.items():
            out.writestr(name, archive.read(member))
    half.replace(place)
    return str(place)


@functools.cache
def _library(folder: str) -> tuple[str, ...]:
    """The jars of a library; without those which are empty or are for the compiler only."""
    if folder.startswith(STUBBED):
        make_stubs(folder)
    found = jars(folder).split(os.pathsep)
    if not found[0]:
        raise ToolError(f"{folder} is not installed (run: make tools)")
    return tuple(jar for jar in found if not re.search(r"/(annotations-13\.0|okio-3\.6\.0)\.jar$", jar))


@functools.cache
def _dexed(libraries: tuple[str, ...], api: int) -> tuple[Path, ...]:
    """The libraries as DEX files, made once by D8 and kept."""
    if not libraries:
        return ()
    digest = hashlib.sha256(f"{R8_VERSION} {api}".encode())
    for jar in libraries:
        digest.update(f"{Path(jar).name} {Path(jar).stat().st_size} ".encode())
    place = tools_directory() / "dexed" / digest.hexdigest()[:16]
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=".half-", dir=place.parent))
        try:
            workshop().do("d8", os.pathsep.join(libraries), "", _android(), str(api), str(half), "release")
            half.rename(place)
        except OSError:
            # Another process was faster, which is as good.
            if not place.is_dir():
                raise
        finally:
            shutil.rmtree(half, ignore_errors=True)
    return tuple(sorted(place.glob("*.dex")))


def dexed_library(folder: str) -> bytes:
    """A small library as one DEX file."""
    (dex,) = _dexed(_library(folder), LEAST_API)
    return dex.read_bytes()


def _bundled(libraries: list[str]) -> Iterator[tuple[str, bytes]]:
    """The libraries' files that are no classes, which get into an app as well."""
    seen = set()
    for jar in libraries:
        with zipfile.ZipFile(jar) as archive:
            for name in archive.namelist():
                if not _LEFT_OUT.fullmatch(name) and name not in seen:
                    seen.add(name)
                    yield name, archive.read(name)


def _dx(classes: Path, out: Path, api: int) -> None:
    from .install import DX_VERSION

    options = ("--dex", f"--min-sdk-version={api}", f"--output={out}")
    call(
        [
            "java",
            *JVM,
            "-cp",
            jars(f"dx-{DX_VERSION}"),
            "com.android.dx.command.Main",
            *options,
            str(classes),
        ]
    )
