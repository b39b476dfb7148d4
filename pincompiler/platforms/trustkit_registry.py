"""Which names TrustKit for iOS takes for domains: those for which its copy of domain_registry knows a registry.

Facts are from TrustKit 3.0.7: registry_search.c, and its tables of July 2018.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pincompiler.policy.hosts import is_ip_address, public_suffix

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 127
"""Characters of a name that its registry code looks at (kMaxHostnameLen)."""


@lru_cache(maxsize=1 << 14)
def unregistered(name: str) -> tuple[str, str] | None:
    """Why registry_search.c has no registry for a name, and what to do."""
    if len(name) > _LONGEST:
        return f"{name} is longer than {_LONGEST} characters", "use ats for this host"
    if not name.isascii():
        return f"{name} is not ASCII", "write its A-label"
    if is_ip_address(name):
        return f"{name} is an address", "pin a host name"
    bare = name.lower().strip(".")
    top = bare.rpartition(".")[2]
    if public_suffix(bare) is None or top in unknown_top_level_domains("trustkit"):
        known = "is no public top-level domain that its table of July 2018 knows"
        return f"{name} is invalid: `{top}` {known}", "use ats for this host"
    if dead_end := _dead_end(bare):
        return f"{name} is invalid: its table of July 2018 has a gap at {dead_end}", "use ats for this host"
    return None


def _dead_end(name: str) -> str:
    """The name in TrustKit's table at which its search for a registry loses its way, or nothing."""
    below, above = "", name
    while above:
        children = dead_ends().get(above)
        if children is not None and (not below or (children and below not in children)):
            return above
        below, _, above = above.partition(".")
    return ""


@cache
def unknown_top_level_domains(table: str) -> frozenset[str]:
    """The top-level domains of today's root that the table of ``trustkit`` or ``trustkit-android`` lacks."""
    return frozenset(_facts(f"{table}-unknown-tlds.txt"))


@cache
def dead_ends() -> Mapping[str, frozenset[str]]:
    """Names that TrustKit's table has as inner nodes only, with the labels below that it does know.

    Without such labels only the name itself is refused, with them every other name below it as well.
    """
    pairs = (line.split("\t") for line in _facts("trustkit-dead-ends.txt"))
    return {name: frozenset(rest.removeprefix("all-but:").split(",")) - {"bare"} for name, rest in pairs}


def _facts(file: str) -> list[str]:
    text = Path(__file__).with_name(file).read_text("ascii")
    return [line for line in text.splitlines() if not line.startswith("#")]
