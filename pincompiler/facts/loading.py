"""Code that an audit cannot see: packed, encrypted, loaded at run time, or native."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.facts.common import Area

if TYPE_CHECKING:
    from pincompiler.base.location import Location
    from pincompiler.facts.common import Code


@dataclass(frozen=True, slots=True)
class Loader:
    """A place where the app loads code from a file or from memory."""

    code: Code
    what: str
    """The class that loads: ``DexClassLoader``."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file of the app that holds code, and is not where Android looks for code."""

    where: Location
    what: str
    """``a DEX file``, ``an archive with classes.dex``."""


@dataclass(frozen=True, slots=True)
class LoadingFacts(Area):
    """All of it."""

    loaders: tuple[Loader, ...] = ()
    """Those that Android and the libraries need for their own ends are left out."""
    embedded: tuple[Embedded, ...] = ()
    packer: str = ""
    """The name of the packer that the app went through, if it is a known one."""
