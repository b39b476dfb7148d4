"""Fields and methods as code names them, and the types in their descriptors."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from pincompiler.android.dex.access import ACC_STATIC
from pincompiler.base.lazy_regex import lazy_regex

WIDE: Final = frozenset("JD")
"""Types whose values take two registers: ``long`` and ``double``."""
_PARAMETER: Final = lazy_regex(r"\[*(?:L[^;]*;|[A-Z])")


class FieldRef(NamedTuple):
    """A field as code names it."""

    class_name: str
    name: str
    descriptor: str


class MethodRef(NamedTuple):
    """A method as code names it."""

    class_name: str
    name: str
    descriptor: str
    """Parameters and return type, as in ``(I)V``."""


class FieldDef(NamedTuple):
    """A field as its class defines it."""

    field: int
    """Its field id."""
    ref: FieldRef
    access: int

    @property
    def is_static(self) -> bool:
        """Whether it belongs to the class."""
        return bool(self.access & ACC_STATIC)


@lru_cache(maxsize=4096)
def parameters(descriptor: str) -> tuple[str, ...]:
    """The types of the parameters in a method's descriptor, without the receiver."""
    return tuple(_PARAMETER.findall(descriptor[1 : descriptor.rfind(")")]))
