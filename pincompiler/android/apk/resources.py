"""What a resource id stands for on all devices, whatever table it is in.

Every configuration of a resource is asked for at once: which one a user gets depends on a device
that an audit does not know.  References are followed, as Android follows them.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from pincompiler.base.bounds import RESOURCE_STEPS, RESOURCE_VALUES
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class ResourceReference:
    """Another resource: one of the framework's, or one that is missing, once all are followed."""

    id: int

    def __str__(self) -> str:
        return f"@{self.id:08x}"


Content = str | int | float | bool | ResourceReference | None
"""A string or the path of a file, a number, a reference, or ``@null``."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a resource."""

    qualifier: str
    """The devices it is for, as ``land-v28``; empty for all others."""
    content: Content | tuple[Content, ...]
    """A tuple for arrays, plurals and other bags."""
    part: str = ""
    """Which split or module says so; a path is one in there."""


@dataclass(frozen=True, slots=True)
class ResourceName:
    """The name of a resource, ``package:type/entry``."""

    package: str
    type: str
    entry: str

    def __str__(self) -> str:
        return f"{self.package}:{self.type}/{self.entry}"


class Table(Protocol):
    """One resource table."""

    lost: dict[str, None]
    """Why resources that were asked for were not read to their end."""

    def values(self, identifier: int) -> Iterator[Value]:
        """The values as they stand there, references not followed."""

    def name(self, identifier: int) -> ResourceName | None:
        """What it is called here."""

    def identify(self, name: ResourceName) -> int | None:
        """The id of what is called so."""

    def identifiers(self, kind: str) -> Iterator[int]:
        """The ids of all resources of a type; some may come twice."""


@dataclass(frozen=True, slots=True)
class Resources:
    """All tables of an app: a split adds configurations to the resources of its base."""

    tables: tuple[Table, ...] = ()
    _lost: dict[str, None] = field(default_factory=dict, repr=False)

    @property
    def lost(self) -> tuple[str, ...]:
        """What of the resources that were asked for was not read, as far as any were asked for by now."""
        return (*self._lost, *(why for table in self.tables for why in table.lost))

    def values(self, identifier: int) -> tuple[Value, ...]:
        """Every value in every configuration, references followed, each once.

        The qualifiers of a reference and of what it leads to are joined.
        """
        return tuple(_Search(self.tables, self._lost).values(identifier))

    def strings(self, identifier: int) -> tuple[str, ...]:
        """Every string that the resource or an item of it can be."""
        search = _Search(self.tables, self._lost)
        found: dict[str, None] = {}
        for value in search.values(identifier):
            items = value.content if isinstance(value.content, tuple) else (value.content,)
            for item in items:
                if isinstance(item, str):
                    found[item] = None
                elif isinstance(item, ResourceReference):
                    inner = (other.content for other in search.values(item.id))
                    found.update((text, None) for text in inner if isinstance(text, str))
        return tuple(found)

    def name(self, identifier: int) -> ResourceName | None:
        """What it is called; shrinkers may have given many the same name."""
        return next((name for table in self.tables if (name := table.name(identifier))), None)

    def identify(self, name: ResourceName) -> int | None:
        """AOSP's ``getIdentifier``."""
        return next((found for table in self.tables if (found := table.identify(name))), None)

    def identifiers(self, kind: str) -> tuple[int, ...]:
        """The ids of all resources of a type, such as ``xml``."""
        return tuple(dict.fromkeys(one for table in self.tables for one in table.identifiers(kind)))


@dataclass(slots=True, eq=False, repr=False)
class _Search:
    """One question and what it may still cost."""

    tables: tuple[Table, ...]
    lost: dict[str, None]
    left: int = field(default_factory=lambda: RESOURCE_VALUES.limit)

    def values(self, identifier: int) -> dict[Value, None]:
        """All values of an id in the order of the tables."""
        found: dict[Value, None] = {}
        self._collect(identifier, "", (), found)
        return found

    def _collect(self, identifier: int, outer: str, way: tuple[int, ...], found: dict[Value, None]) -> None:
        """``way`` is how the id was come to, which a circle would repeat."""
        nothing = True
        for table in self.tables:
            for value in table.values(identifier):
                nothing = False
                self.left -= 1
                if self.left < 0:
                    self.lost[
                        f"the resource {ResourceReference(identifier)} has more than {RESOURCE_VALUES}"
                    ] = None
                    return
                inner = "" if value.qualifier == outer else value.qualifier
                qualifier = "-".join(part for part in (outer, inner) if part)
                target = value.content.id if isinstance(value.content, ResourceReference) else None
                if (
                    target is None
                    or target == identifier
                    or target in way
                    or len(way) >= RESOURCE_STEPS.limit
                ):
                    found[Value(qualifier, value.content, value.part)] = None
                else:
                    self._collect(target, qualifier, (*way, identifier), found)
        if nothing and way:
            found[Value(outer, ResourceReference(identifier))] = None
