"""A call as the models of libraries see it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.base.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from pincompiler.android.constants.state import State
    from pincompiler.android.constants.values import Value
    from pincompiler.android.dex.classes import MethodRef

_PARAMETER: Final = lazy_regex(r"\[*(?:L[^;]*;|[A-Z])")


@lru_cache(maxsize=4096)
def parameters(descriptor: str) -> tuple[str, ...]:
    """Give the types of the parameters of a method's descriptor."""
    return tuple(_PARAMETER.findall(descriptor[1 : descriptor.rfind(")")]))


class Call(NamedTuple):
    """A call with its arguments; the receiver of an instance method is the first."""

    ref: MethodRef
    arguments: tuple[Value, ...]
    kinds: tuple[str, ...]
    """Declared type of each argument."""
    offset: int
    state: State

    @property
    def key(self) -> tuple[str, str]:
        """Class and name."""
        return self.ref.class_name, self.ref.name
