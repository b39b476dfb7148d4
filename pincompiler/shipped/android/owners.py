"""Whose code a class is: the app's own, a library's of the table, or unknown: by its package, or by R8's name."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pincompiler.archives.archive import MemberError
from pincompiler.base.bounds import HOOKS_BYTES
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import binary_name
from pincompiler.base.records import dataclass
from pincompiler.facts.common import FIRST_PARTY, UNIDENTIFIED, Owner

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pincompiler.android.apk import Manifest, Package

_TOP_LEVELS: Final = frozenset(
    [
        "com",
        "org",
        "net",
        "io",
        "de",
        "uk",
        "fr",
        "jp",
        "cn",
        "kr",
        "ru",
        "br",
        "in",
        "it",
        "es",
        "nl",
        "pl",
        "ch",
        "at",
        "se",
        "no",
        "fi",
        "dk",
        "cz",
        "eu",
        "us",
        "ca",
        "au",
        "tv",
        "me",
        "app",
        "dev",
        "co",
    ]
)
"""First labels that say nothing of an owner; of ``com.a.b`` as little is left as of ``a.b``."""
_SECOND_LEVELS: Final = frozenset(
    ["com", "co", "org", "net", "gov", "edu", "ac", "or", "ne", "go", "gob", "mil"]
)
"""Second labels below a country: ``uk.co.example`` is one organisation, ``uk.co`` is none."""
_SHARED: Final = frozenset(
    [
        "com.android",
        "com.google",
        "org.apache",
        "org.eclipse",
        "io.github",
        "com.github",
        "com.gitlab",
        "io.gitlab",
        "org.gitlab",
        "com.googlecode",
        "com.bitbucket",
        "org.bitbucket",
        "net.sourceforge",
        "com.sourceforge",
        "org.sourceforge",
        "org.codeberg",
        "com.jetbrains",
        "org.jetbrains",
        "com.ionicframework",
        "io.ionic",
        "com.appspot",
        "com.wordpress",
        "com.blogspot",
        "com.herokuapp",
    ]
)
"""Two labels under which many publish."""
_VENDORS: Final = frozenset(("com.android", "com.google", "org.apache", "org.eclipse", "org.jetbrains"))
"""Of those, the ones whose third label is a product of theirs and no other owner."""
_SHORT: Final = lazy_regex(r"[a-zA-Z][a-zA-Z0-9]?|[a-z]{2}[0-9]|[IlO0o1iL]{3,}|.*[^\x21-\x7e].*", re.ASCII)
"""What shrinkers call a package, with the dictionaries of look-alikes that some are given."""
_OF_A_PRODUCT: Final = 3
"""Dots in ``com.google.android.product``."""
_LARGE_SHARE: Final = 3
"""An organisation with one in so many of an app's components is the app's."""


@dataclass(frozen=True, slots=True)
class Owners:
    """Parts an app's own code from that of libraries and SDKs.

    The app's own are the packages of its manifest and its application class, and the organisation that
    these name; where the application id is another than the code's package, the organisation of many of
    its components; and those of the classes that Xposed loads.  A library's is only what the table has.
    A package that no table knows may be a library's or another of the app's: it counts as the app's own
    under its own name.  Names that say nothing are :data:`~pincompiler.facts.common.UNIDENTIFIED`.
    """

    manifest: Manifest
    loaded: tuple[str, ...] = ()
    """Classes that are started, and that the manifest does not name."""
    _prefixes: dict[str, Owner] = field(default_factory=dict, repr=False, compare=False)
    _known: dict[str, Owner] = field(default_factory=dict, repr=False, compare=False)
    """By package, for thousands of sites lie in a few packages."""

    def __post_init__(self) -> None:
        own = dict.fromkeys(self._own_packages(), FIRST_PARTY)
        self._prefixes.update({**libraries(), **own})

    def of(self, class_name: str) -> Owner:
        """The owner of a class, by its descriptor."""
        package = binary_name(class_name.lstrip("[")).rpartition(".")[0]
        if package not in self._known:
            self._known[package] = _longest(self._prefixes, package) or _by_name(package)
        return self._known[package]

    def _own_packages(self) -> Iterator[str]:
        """The prefixes of the app's own classes."""
        if self.manifest.package:
            yield self.manifest.package
        names = (self.manifest.application, *self.loaded, *self._leading())
        for package in (self.manifest.package, *(name.rpartition(".")[0] for name in names)):
            if package == self.manifest.package or _named(package):
                yield from _of_one_owner(package)

    def _leading(self) -> Iterator[str]:
        """One component of each organisation that owns a large share of the app's components."""
        named = [one.name for one in self.manifest.components if _named(one.name.rpartition(".")[0])]
        shares = Counter(organisation(name.rpartition(".")[0]) for name in named)
        # Where the code is in the package of the manifest, other organisations are SDKs.
        if shares[organisation(self.manifest.package)] * _LARGE_SHARE >= len(named):
            return
        for name in named:
            if shares.pop(organisation(name.rpartition(".")[0]), 0) * _LARGE_SHARE >= len(named):
                yield name


def hooks(package: Package) -> tuple[str, ...]:
    """The classes that Xposed loads into other apps: those of its modules that the app is one of."""
    name = "assets/xposed_init"
    if name not in package.members():  # as in nearly all apps
        return ()
    try:
        text = package.read(name, HOOKS_BYTES.limit).decode("utf-8", "replace")
    except MemberError as error:
        package.doubt(name, error.why)
        return ()
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _of_one_owner(package: str) -> Iterator[str]:
    """The shortest prefix that is the app's if the package is."""
    if ".".join(package.split(".")[:2]) not in _VENDORS:
        yield organisation(package)
        return
    yield package
    # A variant of an app has its application id and one label more.
    above = package.rpartition(".")[0]
    if above.count(".") >= _OF_A_PRODUCT and above not in libraries():
        yield above


def organisation(package: str) -> str:
    """The first labels of a package that name one organisation, two or three; all if there are no more."""
    labels = package.split(".")
    first = ".".join(labels[:2])
    country = len(labels[0]) == 2 and len(labels) > 2 and labels[1] in _SECOND_LEVELS
    return ".".join(labels[: 3 if country or first in _SHARED else 2])


@cache
def libraries() -> Mapping[str, Owner]:
    """The owner of each package prefix in the table of libraries."""
    text = Path(__file__).with_name("libraries.toml").read_text("utf-8")
    found: dict[str, Owner] = {}
    for line in tomllib.loads(text)["libraries"].splitlines():
        name, mark, prefixes = line.partition(": ")
        if mark and not line.startswith("#"):
            found.update(dict.fromkeys(prefixes.split(), Owner(name)))
    return MappingProxyType(found)


def _named(package: str) -> bool:
    """Whether a package is one that only its owner would use, and no library's of the table."""
    return bool(package) and _longest(libraries(), package) is None and _by_name(package) is not UNIDENTIFIED


def _longest(prefixes: Mapping[str, Owner], package: str) -> Owner | None:
    while package:
        if (found := prefixes.get(package)) is not None:
            return found
        package = package.rpartition(".")[0]
    return None


def _by_name(package: str) -> Owner:
    """Somebody who is not known, called by the package; or nobody, where no name shows anyone."""
    labels = package.split(".")
    speaking = labels[1:] if labels[0] in _TOP_LEVELS and len(labels) > 1 else labels
    if not package or all(_SHORT.fullmatch(label) for label in speaking):
        return UNIDENTIFIED
    return Owner(organisation(package), first_party=True)
