"""The hosts that an app names in addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.facts.common import Area

if TYPE_CHECKING:
    from pincompiler.base.location import Location
    from pincompiler.facts.common import Code


@dataclass(frozen=True, slots=True)
class NamedHost:
    """A host in an address of the app, such as ``https://api.example.com/v1``."""

    host: str
    """In small letters, without a dot at its end."""
    where: Location
    code: Code | None = None
    """The code of the app's own that has it; None for files."""
    secure: bool = True
    """Whether the address is one of TLS."""


@dataclass(frozen=True, slots=True)
class AddressFacts(Area):
    """All of them, each host with a few places that name it."""

    named: tuple[NamedHost, ...] = ()
