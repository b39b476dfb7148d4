"""The stores of Android, macOS, Mozilla and Chrome, read from local copies of what their makers publish."""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.roots.certificates import RootKey, Roots

TAGGED = {
    24: ("7.0", ["7.0.0"]),
    25: ("7.1", ["7.1.0", "7.1.1", "7.1.2"]),
    26: ("8.0", ["8.0.0"]),
    27: ("8.1", ["8.1.0"]),
    28: ("9", ["9.0.0"]),
    29: ("10", ["10.0.0"]),
    30: ("11", ["11.0.0"]),
    31: ("12", ["12.0.0"]),
    32: ("12L", ["12.1.0"]),
    33: ("13", ["13.0.0"]),
    34: ("14", ["14.0.0"]),
    35: ("15", ["15.0.0"]),
}
"""API levels with the name of the release and what its tags in AOSP begin with."""
BY_DATE = {
    19: ("4.4", "f730950"),
    21: ("5.0", "f954c71"),
    22: ("5.1", "2a48c26"),
    23: ("6.0", "71a9d03"),
}
"""Before Android 7.0 the store was part of another project: the state of this one at the last update before the release."""
IOS = {
    "10.11": "9",
    "10.12": "10",
    "10.13": "11",
    "10.14": "12",
    "10.15": "13",
    "11": "14",
    "12": "15",
    "13": "16",
    "14": "17",
    "15": "18",
    "26": "26",
}
"""Versions of macOS with the major version of iOS of the same year."""


def git(repository: Path, *arguments: str) -> bytes:
    """What a git command prints; CalledProcessError if it fails."""
    return subprocess.run(["git", "-C", repository, *arguments], capture_output=True, check=True).stdout


def lines(repository: Path, *arguments: str) -> list[str]:
    """The lines of it."""
    return git(repository, *arguments).decode().splitlines()


def has(repository: Path, spec: str) -> bool:
    """Whether a repository has an object."""
    asked = ["git", "-C", str(repository), "rev-parse", "-q", "--verify", spec]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def newest(repository: Path) -> list[str]:
    """The newest commit of a repository, and its day."""
    return git(repository, "log", "-1", "--format=%H %cs", "--all").decode().split()


class Trees:
    """Directories of certificates of one repository; each file is parsed once."""

    def __init__(self, path: Path, roots: Roots) -> None:
        self._path, self._roots = path, roots
        self._seen: dict[str, frozenset[RootKey]] = {}

    def read(self, spec: str, pattern: str = ".") -> frozenset[RootKey]:
        """The roots in a directory, of files whose names fit."""
        found: set[RootKey] = set()
        for line in lines(self._path, "ls-tree", "-r", spec):
            described, name = line.split("\t", 1)
            _, kind, blob = described.split()
            if kind != "blob" or not re.search(pattern, name):
                continue
            if blob not in self._seen:
                self._seen[blob] = self._roots.of_file(git(self._path, "cat-file", "blob", blob))
            found |= self._seen[blob]
        return frozenset(found)


@dataclass(frozen=True)
class AndroidStore:
    """The store of an API level: as first released, and after each later change."""

    facts: dict[str, object]
    first: frozenset[RootKey]
    later: tuple[tuple[str, frozenset[RootKey]], ...] = ()


def android(path: Path, roots: Roots) -> dict[int, AndroidStore]:
    """The stores of a mirror of platform/system/ca-certificates with the tags of AOSP."""
    trees, found = Trees(path, roots), {}
    for level, (release, commit) in BY_DATE.items():
        first = trees.read(f"{commit}:files", r"\.\d+$")
        facts = {"release": release, "source": commit, "grade": "approximate", "roots": len(first)}
        found[level] = AndroidStore(facts, first)
    for level, (release, prefixes) in TAGGED.items():
        tags_of: dict[str, list[str]] = {}
        for tag in _tags(path, prefixes):
            tags_of.setdefault(git(path, "rev-parse", f"{tag}:files").decode().strip(), []).append(tag)
        (tree, own), *others = tags_of.items()
        first = trees.read(tree, r"\.\d+$")
        later = tuple((tags[0], trees.read(one, r"\.\d+$")) for one, tags in others)
        facts = {
            "release": release,
            "source": own[0],
            "tree": tree[:12],
            "tags": sum(map(len, tags_of.values())),
            "grade": "tag",
            "roots": len(first),
            "later": [tag for tag, _ in later],
        }
        found[level] = AndroidStore(facts, first, later)
    return dict(sorted(found.items()))


def _tags(path: Path, prefixes: list[str]) -> Iterator[str]:
    for begin in ("android-", "android-security-"):
        for prefix in prefixes:
            pattern = f"refs/tags/{begin}{prefix}_r*"
            named = lines(path, "for-each-ref", "--format=%(refname:short)", pattern)
            yield from (
                tag
                for tag in sorted(named, key=lambda one: int(one.rsplit("_r", 1)[1]))
                if has(path, f"{tag}:files")
            )


def version(text: str) -> tuple[int, ...]:
    """A version as numbers."""
    return tuple(map(int, text.split(".")))


def macos(certificates: Path, releases: Path, roots: Roots) -> dict[str, tuple[str, frozenset[RootKey]]]:
    """The revision and roots of each release's store, by the commit that distribution-macOS names."""
    trees, found = Trees(certificates, roots), {}
    for tag in lines(releases, "tag"):
        link = git(releases, "ls-tree", tag, "security_certificates").decode().split()
        if len(link) < 3 or not has(releases, f"{tag}:release.json"):
            continue
        named = json.loads(git(releases, "show", f"{tag}:release.json"))["release"]
        number = re.search(r"(\d+(?:\.\d+)+)$", named)
        if not number or version(number[1]) < (10, 11):
            continue
        folder = next(one for one in ("certificates/roots", "roots") if has(certificates, f"{link[2]}:{one}"))
        found[number[1]] = (link[2][:12], trees.read(f"{link[2]}:{folder}"))
    return dict(sorted(found.items(), key=lambda one: version(one[0])))


def mozilla(folder: Path, roots: Roots) -> dict[str, frozenset[RootKey]]:
    """Mozilla's list as releases of certifi have it, by their days."""
    found = {}
    for file in folder.glob("certifi-*"):
        numbers = re.match(r"certifi-(\d+)\.(\d+)\.(\d+)", file.name)
        if not numbers:
            continue
        year = int(numbers[1]) + (2000 if int(numbers[1]) < 100 else 0)
        found[f"{year:04d}-{int(numbers[2]):02d}-{int(numbers[3]):02d}"] = roots.of_file(_bundle(file))
    return dict(sorted(found.items()))


def _bundle(file: Path) -> bytes:
    if file.suffix == ".whl":
        return zipfile.ZipFile(file).read("certifi/cacert.pem")
    with tarfile.open(file) as archive:
        name = next(one for one in archive.getnames() if one.endswith("certifi/cacert.pem"))
        member = archive.extractfile(name)
        assert member
        return member.read()


BUNDLES = ("x509roots/fallback/bundle/bundle.go", "x509roots/fallback/bundle.go")


def distrusted(path: Path) -> dict[str, str]:
    """Certificates by SHA-256 with CKA_NSS_SERVER_DISTRUST_AFTER, over the history of golang/crypto's bundle."""
    found: dict[str, str] = {}
    for commit in lines(path, "log", "--reverse", "--format=%H", "--", *BUNDLES):
        for where in BUNDLES:
            if not has(path, f"{commit}:{where}"):
                continue
            text = git(path, "show", f"{commit}:{where}").decode()
            for entry in re.split(r"\n\t\{\n", text)[1:]:
                digest = re.search(r'sha256Hash:\s*"([0-9a-f]{64})"', entry)
                when = re.search(r'[dD]istrustAfter:?\s*"?([0-9T:Z-]{20})', entry)
                if digest and when:
                    found[digest[1]] = when[1][:10]
    return found
