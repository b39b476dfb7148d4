"""The network security configuration, and what the manifest says of traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.facts.common import Area

if TYPE_CHECKING:
    from pincompiler.base.location import Location
    from pincompiler.facts.common import VersionRange
    from pincompiler.platforms.nsc.model import Nsc, Problem


@dataclass(frozen=True, slots=True)
class NscFile:
    """The network security configuration on some devices."""

    qualifier: str
    """Which devices: ``v28``, ``land``; empty for all that no other variant is for."""
    member: str
    nsc: Nsc
    """As this build has it in force: with the anchors of debug-overrides if it is debuggable."""
    where: Location
    api: VersionRange | None = None
    """Where it counts; None for a file that no supported device ever uses."""
    problems: tuple[Problem, ...] = ()
    """Why Android refuses it in this build: the app then crashes at its first connection."""
    is_debug_twin: bool = False
    """Whether it is the ``_debug`` file beside the configuration, of which debug-overrides alone count."""

    @property
    def title(self) -> str:
        """How sentences call it: ``res/xml/network_security_config.xml (v28)``."""
        name = self.member or "the network security configuration"
        return f"{name} ({self.qualifier})" if self.qualifier else name


@dataclass(frozen=True, slots=True)
class NscFacts(Area):
    """All of it."""

    files: tuple[NscFile, ...] = ()
    unresolved: bool = False
    """Whether the manifest names a configuration of which no file could be found, or cannot be read itself."""
    unnamed: tuple[NscFile, ...] = ()
    """Configurations with pins that the manifest does not name, so that Android reads none of them."""

    @property
    def counting(self) -> tuple[NscFile, ...]:
        """Those that some device uses, the debug twin left out."""
        return tuple(one for one in self.files if one.api is not None and not one.is_debug_twin)

    @property
    def read(self) -> tuple[NscFile, ...]:
        """Those that count and that Android does not refuse: what it does with the others does not matter."""
        return tuple(one for one in self.counting if not one.problems)


def anchors_called(source: str) -> str:
    """What sentences call the CAs of a ``src``."""
    known = {"system": "any CA of the system", "user": "a CA that the user installed"}
    return known.get(source, f"a CA of {source}")
