"""What the exploration of one method asks about others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from pincompiler.android.constants.program import Program
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.shipped.android.trust.vocabulary import About
    from pincompiler.shipped.android.trust.ways.lineage import Given
    from pincompiler.shipped.android.trust.ways.way import Ways


class Mode(NamedTuple):
    """How ways are asked for."""

    receiver: str = ""
    """The class of the object that is asked, if its methods complete those which it inherits."""
    directed: bool = False
    """Whether ways are kept apart by where each condition leads to, which is more work."""
    kind: int | None = None
    """Which error a WebView reports, if that is given: a constant of SslError."""
    failing: bool = False
    """Whether calls that are not followed may throw what is caught."""


class Others(Protocol):
    """The other methods of a program, as one of them calls them."""

    program: Program
    kind: int | None
    """Which error a WebView reports, if that is given."""
    failing: bool
    """Whether calls that are not followed may throw."""

    def target(self, ref: MethodRef, opcode: int) -> MethodBody | None:
        """The only code of the app that a call may run."""

    def ways(self, body: MethodBody, about: tuple[About, ...], given: tuple[Given, ...]) -> Ways | None:
        """The ways through a helper; none if they are not known, or are many."""
