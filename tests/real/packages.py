"""What the real parts are, by group, and the Debian packages that they need: ``python3 -m tests.real.packages``.

Root on a Debian has them installed by ``make tools``, through ``apt-get``, which checks signatures; anybody else is told
the command.  Needs nothing but the standard library: ``make packages`` starts it before there is an environment.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from tests.real.fetching import FetchError, ended, run, say

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Group:
    """Real parts that come together."""

    title: str
    names: tuple[str, ...]
    """What a test that wants one calls it; patterns of :mod:`fnmatch`."""
    commands: tuple[str, ...] = ()
    """Programs that must be on the PATH, for these parts or to fetch them."""
    packages: tuple[str, ...] = ()
    """Debian's, that bring the commands."""

    def absent(self) -> list[str]:
        """The commands that are not there."""
        return [command for command in self.commands if shutil.which(command) is None]


# A JRE alone, which other packages bring along, has no javac.
_JARS: Final = ("okhttp-*", "kotlin-*", "android-*", "smali-*", "r8-*", "dx-*", "trustkit-*", "conscrypt-*")
GROUPS: Final = (
    Group(
        "Java: a JDK, Kotlin, OkHttp, R8, Android's classes",
        ("java", "javac", "keytool", "httpclient-*", *_JARS),
        ("java", "javac", "keytool", "mvn"),
        ("default-jdk-headless", "maven"),
    ),
    Group(
        "Android's build tools",
        ("aapt", "aapt2", "apksigner", "framework-res.apk"),
        ("aapt2", "apksigner"),
        ("aapt", "android-framework-res", "apksigner"),
    ),
    Group("Swift and plutil", ("swift",), ("apt-get", "dpkg-deb", "tar")),
    Group(
        "clang and lld, which make programs for iOS",
        ("clang-*", "ld64*"),
        ("clang-19", "ld64.lld-19"),
        ("clang-19", "lld-19"),
    ),
    Group("build steps", ("gradle", "ruby"), ("gradle", "ruby"), ("gradle", "ruby")),
    Group(
        "Chromium",
        ("chromium", "chromedriver"),
        ("chromium", "chromedriver"),
        ("chromium", "chromium-driver"),
    ),
    Group(
        "from npm: real apps, SARIF's validator, taplo, axe-core",
        ("*.apk", "sarif-*", "taplo*", "axe*"),
        ("npm",),
        ("npm",),
    ),
    Group(
        "from PyPI: mitmproxy, Cronet, a schema of JUnit XML",
        ("mitmproxy-*", "cronet-*", "certutil", "junit*"),
        ("certutil",),
        ("libnss3-tools",),
    ),
    Group("curl and openssl", ("curl", "openssl"), ("curl", "openssl"), ("curl", "openssl")),
)


_UNKNOWN: Final = re.compile(
    r"^E: (?:Unable to locate package (\S+)|Package '(\S+)' has no installation candidate)", re.MULTILINE
)


_PURPOSE: Final = "installing Debian packages"
_QUIETLY: Final = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def group_of(name: str) -> Group | None:
    """The group of a part that a test wants."""
    return next((group for group in GROUPS if any(fnmatchcase(name, one) for one in group.names)), None)


def titles(names: Iterable[str]) -> list[str]:
    """The groups that some parts and commands belong to."""
    absent = set(names)
    return [
        group.title
        for group in GROUPS
        if absent.intersection(group.commands) or group in {group_of(name) for name in absent}
    ]


def wanted() -> list[str]:
    """The Debian packages of all groups that lack a command."""
    return [package for group in GROUPS if group.absent() for package in group.packages]


def installable() -> bool:
    """Whether this process may install Debian packages."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def cure() -> str:
    """The one command that brings what is missing."""
    if not wanted() or installable():
        return "make tools, where the package registries can be reached"
    if shutil.which("apt-get") is not None:
        return "sudo make packages && make tools"
    return (
        """docker run --rm -v "$PWD:/p:ro" debian:12 sh -c 'apt-get update && apt-get install -y git make """
        """python3-venv && cp -r /p /q && cd /q && rm -rf .venv .tools && make test'"""
    )


def apt_install(packages: list[str]) -> None:
    """Have apt-get install packages; :class:`FetchError` if it cannot, naming those it does not know."""
    try:
        _apt("install", *packages)
    except FetchError:
        # The usual reason is a machine which has never read its lists.
        _apt_install_of_today(packages)


def _apt_install_of_today(packages: list[str]) -> None:
    """The same after what was interrupted is done, and the lists are read anew; some may be of no use here."""
    run(["dpkg", "--configure", "--pending"], _PURPOSE, environment=_QUIETLY)
    try:
        _apt("update", "--error-on=any")
        stale = None
    except FetchError as error:
        stale = error
    try:
        _apt("install", *packages)
    except FetchError as error:
        unknown = {name for found in _UNKNOWN.findall(str(error)) for name in found if name}
        if stale is not None or not unknown < set(packages):
            raise stale or error from error
        if unknown:
            _apt("install", *(name for name in packages if name not in unknown))
        raise


def _apt(task: str, *options: str) -> None:
    always = ("--yes", "--no-install-recommends") if task == "install" else ()
    # Another apt may be at work: a new machine brings itself up to date.
    run(["apt-get", "-o", "DPkg::Lock::Timeout=300", task, *always, *options], _PURPOSE, environment=_QUIETLY)


def main() -> int:
    """Install what is missing; 1 if that fails."""
    if not (packages := wanted()):
        say("Debian packages: all are there")
        return 0
    if not installable():
        say(f"Debian packages are installed by root on a Debian; missing: {' '.join(packages)}")
        return 1
    try:
        apt_install(packages)
    except FetchError as error:
        say(str(error).partition("\n")[0])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(ended(main))
