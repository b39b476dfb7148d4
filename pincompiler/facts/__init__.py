"""What is in a shipped app, as far as pinning goes: frozen, and free of how it was read.

:class:`ShippedApp` is all that the rules see.  Each area has a module with its kinds of facts; what fills
them in is :mod:`pincompiler.shipped`.
"""

from pincompiler.facts.app import ShippedApp
from pincompiler.facts.common import (
    FIRST_PARTY,
    UNIDENTIFIED,
    Algorithm,
    ApiRange,
    Area,
    Code,
    Mechanism,
    Owner,
    Pin,
    Reached,
    Shipped,
    State,
    Unseen,
)
from pincompiler.facts.nsc import NscFile

__all__ = [
    "FIRST_PARTY",
    "UNIDENTIFIED",
    "Algorithm",
    "ApiRange",
    "Area",
    "Code",
    "Mechanism",
    "NscFile",
    "Owner",
    "Pin",
    "Reached",
    "Shipped",
    "ShippedApp",
    "State",
    "Unseen",
]
