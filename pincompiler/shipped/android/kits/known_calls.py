"""The table of calls by which an app has a library pin, or check less than the platform: ``calls.toml``."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pincompiler.android.constants.program import arguments
from pincompiler.android.constants.values import Number, Text, Unknown, Value, possible
from pincompiler.android.dex.refs import parameters
from pincompiler.base.records import dataclass
from pincompiler.facts.common import Mechanism
from pincompiler.shipped.android.source import CallsOf, Read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.android.dex import Site
    from pincompiler.shipped.android.source import Source, Want

_USE: Final = re.compile(r"([\w.$]+?)(\+?)\.([\w$]+|<init>)(\{\}|\(([^)]*)\))?")
_TYPES: Final = {"boolean": "Z", "int": "I"}
_VALUES: Final = {"true", "false", "null"}
ROLES: Final = frozenset({"host", "url", "pins", "files", "nsc", "nsc-of-the-manifest", "given"})
"""What arguments are that pin."""


@dataclass(frozen=True, slots=True)
class KnownUse:
    """One use of a library, as a line of the table writes it."""

    text: str
    class_name: str
    """The descriptor of the class."""
    name: str
    below: bool
    """Whether calls of subclasses are meant, too."""
    is_read: bool = False
    """Whether it is the read of a static field."""
    does_nothing: bool = False
    """Whether it is a method of a class below that does nothing."""
    arguments: tuple[str, ...] | None = None
    """What each argument is: a value, a role, ``*``; None: whatever is passed."""
    kinds: tuple[str, ...] = ()
    """The type of each, as a descriptor; empty where any will do."""

    @property
    def want(self) -> Want:
        """What is looked for in the code."""
        if self.is_read:
            return Read(self.class_name, self.name)
        return CallsOf(None if self.below else self.class_name, self.name)

    @property
    def words(self) -> str:
        """The call for readers: ``Connection.validateTLSCertificates(false)``."""
        simple = self.class_name.rpartition("/")[2].rstrip(";").replace("$", ".")
        if self.name == "<init>":
            simple, name = f"new {simple}", ""
        else:
            name = f".{self.name}"
        if self.arguments is None:
            return f"{simple}{name}"
        return f"{simple}{name}({', '.join(one if one in _VALUES else '…' for one in self.arguments)})"


@dataclass(frozen=True, slots=True)
class KnownLibrary:
    """A library, and what the table knows of it."""

    name: str
    source: str
    mechanism: Mechanism
    why: str
    uses: tuple[tuple[str, tuple[KnownUse, ...]], ...]
    """By the keys of the table."""

    def of(self, key: str) -> tuple[KnownUse, ...]:
        """The uses below a key."""
        return dict(self.uses).get(key, ())

    def is_its_own(self, class_name: str) -> bool:
        """Whether a class is one of the library's, or lies below one of its packages."""
        packages = (use.class_name.rpartition("/")[0] for _, uses in self.uses for use in uses)
        return class_name.startswith(tuple(f"{package}/" for package in packages))


KEYS: Final = (
    *("accepts-any-chain", "accepts-any-name", "sends-plain-text", "checks", "pins", "starts"),
    *(
        f"{key}-by-default.{part}"
        for key in ("accepts-any-chain", "accepts-any-name")
        for part in ("uses", "unless")
    ),
)


@cache
def libraries() -> tuple[KnownLibrary, ...]:
    """All of the table.

    Raises:
        ValueError: A line of it is none.

    """
    text = Path(__file__).with_name("calls.toml").read_text("utf-8")
    return tuple(_library(one) for one in tomllib.loads(text)["library"])


def _library(table: dict[str, Any]) -> KnownLibrary:
    flat: dict[str, Any] = {}
    for key, value in table.items():
        flat |= (
            {f"{key}.{part}": inner for part, inner in value.items()}
            if isinstance(value, dict)
            else {key: value}
        )
    if unknown := flat.keys() - {"name", "source", "mechanism", "why", *KEYS}:
        raise ValueError(f"{table['name']}: {sorted(unknown)}")
    uses = tuple((key, tuple(map(use, flat[key]))) for key in KEYS if key in flat)
    mechanism = Mechanism(table.get("mechanism", "trust-manager"))
    return KnownLibrary(table["name"], table["source"], mechanism, table.get("why", ""), uses)


def use(text: str) -> KnownUse:
    """A use as the table writes it.

    Raises:
        ValueError: It is none.

    """
    found = _USE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    owner, below, name, tail, inner = found.groups()
    written = [one.strip() for one in inner.split(",")] if inner else []
    pairs = [_argument(one) for one in written]
    return KnownUse(
        text,
        f"L{owner.replace('.', '/')};",
        name,
        bool(below),
        is_read=tail is None and name != "<init>" and name[0].isupper(),
        does_nothing=tail == "{}",
        arguments=None if inner is None else tuple(value for _, value in pairs),
        kinds=tuple(kind for kind, _ in pairs),
    )


def _argument(text: str) -> tuple[str, str]:
    """The type of an argument, empty for any, and what it is."""
    kind, _, value = text[1:].partition(" ") if text.startswith("@") else ("", "", text)
    value = value or "*"
    if value not in {"*", *_VALUES, *ROLES}:
        raise ValueError(text)
    return (_TYPES.get(kind) or f"L{kind.replace('.', '/')};") if kind else "", value


def sites_of(
    source: Source, library: KnownLibrary, some: Iterable[KnownUse]
) -> Iterator[tuple[KnownUse, Site]]:
    """Where the app's own code has one of these uses, whatever its arguments are."""
    for one in some:
        if one.does_nothing:
            continue
        for site in source.sites(one.want):
            name = site.method.class_name
            if library.is_its_own(name) or not source.owner_of(name).first_party:
                continue
            if one.is_read or _is_meant(source, one, site):
                yield one, site


def _is_meant(source: Source, one: KnownUse, site: Site) -> bool:
    """Whether a call is of the class, and has the parameters."""
    ref = site.method.dex.method_ref(site.ref)
    kinds = parameters(ref.descriptor)
    if one.arguments is not None and len(one.arguments) != len(kinds):
        return False
    if any(wanted not in {"", kind} for wanted, kind in zip(one.kinds, kinds, strict=False)):
        return False
    if not one.below or ref.class_name == one.class_name:
        return True
    above = source.program.ancestry(ref.class_name)
    return any(one.class_name in {cls.superclass, *cls.interfaces} for cls in above)


def is_so(source: Source, one: KnownUse, site: Site) -> bool | None:
    """Whether the arguments of a call are those of the table; None if that is not known.

    Raises:
        DexError: The code cannot be read.

    """
    if one.is_read or not one.arguments or not _VALUES & set(one.arguments):
        return True
    passed = arguments(source.program, site)[-len(one.arguments) :]
    found = [_holds(value, wanted) for value, wanted in zip(passed, one.arguments, strict=False)]
    if False in found:
        return False
    return None if None in found else True


def _holds(value: Value, wanted: str) -> bool | None:
    """Whether a value is as the table writes it on every path; None if it may be."""
    if wanted not in _VALUES:
        return True
    found = {_is_one(one, wanted) for one in possible(value)}
    return found.pop() if len(found) == 1 else None


def _is_one(value: Value, wanted: str) -> bool | None:
    if isinstance(value, Number):
        return bool(value.value) == (wanted == "true")
    if wanted == "null" and not isinstance(value, Unknown):
        return False if isinstance(value, Text) else None
    return None
