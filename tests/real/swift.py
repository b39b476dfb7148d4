"""Type-check Swift without a Mac.

The compiler, and the ``plutil`` of Apple's Foundation, are Debian trixie's ``swiftlang``.  It is unpacked, not
installed, below ``.tools/swift`` (or ``$PINCOMPILER_TOOLS/swift``) together with the few libraries and headers it
needs, and runs through its own loader: no root, no chroot, nothing of the host changes.  The mirror is the one which
the host's apt uses.  480 MB are fetched, 450 MB stay.

``import TrustKit`` finds a module made from ``swift_stub/TrustKit.swift``.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from tests.patience import WAIT_S
from tests.real.fetching import FetchError, demand, run

RELEASE: Final = "trixie"
COMPILER_PACKAGE: Final = "swiftlang"
SUPPORT_PACKAGES: Final = (
    "libswiftlang",
    "libc6",
    "libc6-dev",
    "libgcc-s1",
    "libstdc++6",
    "libtinfo6",
    "libuuid1",
    "libzstd1",
    "linux-libc-dev",
    "zlib1g",
)
STUBS: Final = Path(__file__).resolve().parent / "swift_stub"

_SWIFT: Final = Path("usr/libexec/swift")
_FRONTEND: Final = _SWIFT / "bin" / "swift-frontend"
_PLUTIL: Final = _SWIFT / "bin" / "plutil"
_LIBRARY: Final = _SWIFT / "lib" / "swift"
_LISTING: Final = "contents.json"
_KEYRING: Final = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_PLAIN: Final = {"LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}

# The package holds a debugger, a linker, an editor's server and modules for bare metal as well.
_WANTED: Final = (
    "./usr/libexec/swift/bin/swift-frontend",
    "./usr/libexec/swift/bin/plutil",
    "./usr/libexec/swift/lib/clang",
    *(
        f"./usr/libexec/swift/lib/swift/{name}"
        for name in (
            "Block",
            "CoreFoundation",
            "_FoundationCShims",
            "_foundation_unicode",
            "clang",
            "dispatch",
            "linux",
            "os",
            "shims",
        )
    ),
)


class ToolError(Exception):
    """The compiler refuses its input or is missing; the message says why."""


def _place() -> Path:
    """The unpacked tree: ``swift`` below ``$PINCOMPILER_TOOLS`` or this checkout's ``.tools``."""
    chosen = os.environ.get("PINCOMPILER_TOOLS")
    tools = Path(chosen).absolute() if chosen else Path(__file__).resolve().parents[2] / ".tools"
    return tools / "swift"


def available() -> str | None:
    """None when the compiler is there, else what is missing and how to get it."""
    place = _place()
    try:
        listing = json.loads((place / _LISTING).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        listing = None
    wanted = sorted((COMPILER_PACKAGE, *SUPPORT_PACKAGES))
    tools = all((place / tool).is_file() for tool in (_FRONTEND, _PLUTIL))
    if isinstance(listing, dict) and sorted(listing) == wanted and tools:
        return None
    return "Swift is not installed (run: make tools)"


def typecheck(sources: list[Path], *, language: str = "5") -> None:
    """Check files as one module of an app; ToolError carries the compiler's errors or warnings.

    The language is ``"5"`` or ``"6"``: the latter has the strict concurrency rules.
    """
    lacking = available()
    if lacking is not None:
        raise ToolError(lacking)
    place = _place()
    modules = _stub_modules(place)
    _frontend(
        place,
        "-typecheck",
        "-parse-as-library",
        "-warnings-as-errors",
        *("-module-name", "GeneratedPins"),
        *("-swift-version", language),
        *("-I", str(modules)),
        *(str(source) for source in sources),
    )


def lint(plists: list[Path]) -> None:
    """Have plutil, the one of Apple's Foundation, read property lists; ToolError with what it says if one is bad."""
    lacking = available()
    if lacking is not None:
        raise ToolError(lacking)
    # Without the dashes it takes no file at all; and it ends with 0 whatever it says.
    said = _tool(_place(), _PLUTIL, "-lint", "--", *map(str, plists))
    if not {f"{path}: OK" for path in plists} <= set(said.splitlines()):
        raise ToolError(f"plutil: {said.strip()}")


def _stub_modules(place: Path) -> Path:
    """A folder with the compiled stubs, made when they are asked for the first time."""
    stubs = sorted(STUBS.glob("*.swift"))
    digest = hashlib.sha256()
    for stub in stubs:
        digest.update(stub.name.encode() + b"\0" + stub.read_bytes() + b"\0")
    folder = place / "stubs" / digest.hexdigest()[:16]
    if folder.is_dir():
        return folder
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch) / "modules"
        made.mkdir()
        for stub in stubs:
            _frontend(
                place,
                "-emit-module",
                "-parse-as-library",
                *("-module-name", stub.stem),
                *("-o", str(made / f"{stub.stem}.swiftmodule")),
                str(stub),
            )
        try:
            made.rename(folder)
        except OSError:
            # Another process of the same test run was faster.
            if not folder.is_dir():
                raise
    return folder


def _loader(place: Path) -> Path:
    found = sorted(place.glob("usr/lib/*-linux-gnu*/ld-linux-*.so.*"))
    if not found:
        raise ToolError(f"{place} has no dynamic loader")
    return found[0]


def _frontend(place: Path, *arguments: str) -> None:
    """Run the compiler against its own headers."""
    _tool(
        place,
        _FRONTEND,
        *arguments,
        *("-resource-dir", str(place / _LIBRARY)),
        *("-sdk", str(place)),
        *("-module-cache-path", str(place / "module-cache")),
        *("-diagnostic-style", "llvm"),
    )


def _tool(place: Path, tool: Path, *arguments: str) -> str:
    """Run one of the package's programs on its own libraries; its standard output."""
    loader = _loader(place)
    folders = (loader.parent, *(place / _LIBRARY / name for name in ("linux", "host")))
    libraries = ":".join(str(folder) for folder in folders)
    return _run([str(loader), "--library-path", libraries, str(place / tool), *arguments], "Swift")


def _run(command: list[str], purpose: str) -> str:
    """Run a command to its end; its standard output, or an error which quotes it."""
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=WAIT_S,
        )
    except OSError as error:
        raise ToolError(f"{purpose}: cannot run {command[0]}: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"{purpose}: no answer within {WAIT_S:g} s") from error
    if done.returncode:
        said = (done.stdout + done.stderr).strip()
        raise ToolError(f"{purpose}: ended with {done.returncode}\n{said[:8000]}")
    return done.stdout


def _mirror() -> str:
    """The Debian archive which the host's apt is set up to use."""
    purpose = "asking apt for its mirror"
    fields = "$(ORIGIN)\t$(LABEL)\t$(REPO_URI)"
    targets = run(["apt-get", "indextargets", "--format", fields, "Created-By: Packages"], purpose)
    for line in targets.splitlines():
        origin, label, address = line.split("\t")
        if (origin, label) == ("Debian", "Debian"):
            return address
    # apt knows no origins as long as it has not read its lists; what it would read, it does know.
    end = f"/dists/{_host_release()}/InRelease'"
    for line in run(["apt-get", "update", "--print-uris"], purpose).splitlines():
        quoted = line.split(" ")[0]
        if quoted.endswith(end):
            return quoted.removeprefix("'").removesuffix(end)
    raise FetchError("apt is not set up with a Debian archive")


def _host_release() -> str:
    """The code name of the Debian which this is, or nothing."""
    try:
        fields = platform.freedesktop_os_release()
    except OSError:
        return ""
    return fields.get("VERSION_CODENAME", "") if fields.get("ID") == "debian" else ""


def _apt_configuration(scratch: Path) -> Path:
    """A file which makes apt keep everything in the scratch folder and see one release."""
    for name in ("lists/partial", "cache/archives/partial"):
        (scratch / name).mkdir(parents=True)
    (scratch / "status").touch()
    signed = f"Signed-By: {_KEYRING}\n" if _KEYRING.is_file() else ""
    (scratch / "debian.sources").write_text(
        f"Types: deb\nURIs: {_mirror()}\nSuites: {RELEASE}\nComponents: main\nTargets: Packages\n{signed}",
        encoding="utf-8",
    )
    settings: dict[str, object] = {
        "Dir::State::lists": scratch / "lists",
        "Dir::State::status": scratch / "status",
        "Dir::Cache": scratch / "cache",
        "Dir::Etc::sourcelist": scratch / "debian.sources",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "APT::Default-Release": "",
    }
    if os.geteuid() == 0:
        # The unprivileged user cannot look into a folder made for this process alone.
        settings["APT::Sandbox::User"] = "root"
    # The host's hooks tidy up the host; they have no business here.
    hooks = ("APT::Update", "DPkg")
    lines = [f'{name} "{value}";' for name, value in settings.items()]
    lines += [f"#clear {hook}::Pre-Invoke;" for hook in hooks]
    lines += [f"#clear {hook}::Post-Invoke;" for hook in hooks]
    lines += ["#clear APT::Update::Post-Invoke-Success;"]
    configuration = scratch / "apt.conf"
    configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return configuration


def _download(scratch: Path) -> list[Path]:
    """Have apt fetch the packages, checked against the archive's signature."""
    apt = ["apt-get", "--config-file", str(_apt_configuration(scratch)), "--quiet"]
    run([*apt, "update", "--error-on=any"], f"reading the list of {RELEASE}", cwd=scratch, environment=_PLAIN)
    debs = scratch / "debs"
    debs.mkdir()
    run(
        [*apt, "download", COMPILER_PACKAGE, *SUPPORT_PACKAGES],
        f"fetching packages of {RELEASE}, 480 MB",
        cwd=debs,
        environment=_PLAIN,
    )
    return sorted(debs.glob("*.deb"))


def _unpack(deb: Path, root: Path) -> tuple[str, str]:
    """Unpack one package, the compiler's only in part; its name and version."""
    fields = "${Package}\t${Version}"
    name, version = run(["dpkg-deb", "--show", "--showformat", fields, str(deb)], "reading a package").split(
        "\t"
    )
    if name == COMPILER_PACKAGE:
        tar = ["tar", "--extract", "--directory", str(root), *_WANTED]
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE) as reading:
            done = subprocess.run(tar, stdin=reading.stdout, capture_output=True, text=True, check=False)
        if done.returncode or reading.returncode:
            raise FetchError(f"unpacking {deb.name}: {done.stderr.strip()[-3000:]}")
    else:
        run(["dpkg-deb", "--extract", str(deb), str(root)], f"unpacking {deb.name}")
    deb.unlink()
    return name, version


def lacking() -> list[str]:
    """The compiler, if it is missing."""
    return [] if available() is None else ["swift"]


def fetch() -> None:
    """Fetch and unpack the compiler unless it is there; :class:`FetchError` if it cannot be had."""
    if not lacking():
        return
    demand("apt-get", "dpkg-deb", "tar")
    place = _place()
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".swift-", dir=place.parent) as folder:
        scratch = Path(folder)
        root = scratch / "root"
        root.mkdir()
        versions = dict(_unpack(deb, root) for deb in _download(scratch))
        for needless in ("usr/share", "etc"):
            shutil.rmtree(root / needless, ignore_errors=True)
        # Compiling the stub is the proof that nothing is missing.
        try:
            _stub_modules(root)
        except ToolError as error:
            raise FetchError(f"the packages of {RELEASE} do not run here\n{error}") from error
        shutil.rmtree(root / "stubs")
        shutil.rmtree(root / "module-cache", ignore_errors=True)
        (root / _LISTING).write_text(json.dumps(versions, indent=1), encoding="utf-8")
        if place.exists():
            shutil.rmtree(place)
        root.rename(place)
    if available() is not None:
        raise FetchError(f"{place} is still incomplete: {sorted(versions)}")
