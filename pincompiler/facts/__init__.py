"""What is in a shipped app, as far as pinning goes: frozen, and free of how it was read.

:class:`ShippedApp` is all that the rules see.  Each area has a module with its kinds of facts; what fills
them in is :mod:`pincompiler.shipped`.
"""

from pincompiler.facts.app import ShippedApp
from pincompiler.facts.common import (
    FIRST_PARTY,
    NO_VERSION,
    UNIDENTIFIED,
    Algorithm,
    AppleMechanism,
    Area,
    Code,
    FileMechanism,
    InForce,
    Mechanism,
    Owner,
    Pin,
    Reached,
    State,
    System,
    Unseen,
    VersionRange,
)
from pincompiler.facts.nsc import NscFile

__all__ = [
    "FIRST_PARTY",
    "NO_VERSION",
    "UNIDENTIFIED",
    "Algorithm",
    "AppleMechanism",
    "Area",
    "Code",
    "FileMechanism",
    "InForce",
    "Mechanism",
    "NscFile",
    "Owner",
    "Pin",
    "Reached",
    "ShippedApp",
    "State",
    "System",
    "Unseen",
    "VersionRange",
]
