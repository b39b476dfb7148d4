"""What is in a shipped app, as far as pinning goes: frozen, and free of how it was read.

:class:`ShippedApp` is all that the rules see.  Each area has a module with its kinds of facts; what fills
them in is :mod:`pincompiler.shipped`.
"""

from pincompiler.facts.app import ShippedApp
from pincompiler.facts.common import (
    FIRST_PARTY,
    NO_API,
    UNIDENTIFIED,
    Algorithm,
    ApiRange,
    Area,
    Code,
    FileMechanism,
    InForce,
    Mechanism,
    Owner,
    Pin,
    Reached,
    State,
    Unseen,
)
from pincompiler.facts.nsc import NscFile

__all__ = [
    "FIRST_PARTY",
    "NO_API",
    "UNIDENTIFIED",
    "Algorithm",
    "ApiRange",
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
    "Unseen",
]
