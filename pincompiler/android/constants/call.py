"""A call as the models of libraries see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pincompiler.android.constants.state import FlowState
    from pincompiler.android.constants.values import Value
    from pincompiler.android.dex.refs import MethodRef


class Call(NamedTuple):
    """A call with its arguments; the receiver of an instance method is the first."""

    ref: MethodRef
    arguments: tuple[Value, ...]
    kinds: tuple[str, ...]
    """Declared type of each argument."""
    offset: int
    state: FlowState

    @property
    def key(self) -> tuple[str, str]:
        """Class and name."""
        return self.ref.class_name, self.ref.name
