"""How much work it may take to follow the code of one app; what takes more is unknown, and is said to be.

A step is what takes two to five millionths of a second: an instruction run, a few parts of a value copied, a
class looked at.  Large apps take some 25,000, and one of 70 pinners that R8 put into a single method 700,000;
tests/dex/burdens.py has those that would take any number.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.format import DexError
from pincompiler.base.bounds import APP_STEPS, QUESTION_STEPS, SEARCHED_BYTES
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from pincompiler.android.dex.method import MethodBody

LEAST_SEARCHED: Final = 1 << 16
"""Bytes that a search of one file counts for, at least."""


class TooMuchError(DexError):
    """To follow this takes more steps than there are."""

    def __init__(self) -> None:
        super().__init__("it is too much to follow")


@dataclass(slots=True)
class Budget:
    """What is left of the steps for one app, and what was given up for want of them."""

    steps: int = field(default_factory=lambda: APP_STEPS.limit)
    question: int = field(default_factory=lambda: QUESTION_STEPS.limit)
    """Left for the question under way, before it leads into no further methods; the method that it is about may take
    as many again."""
    searches: int = field(default_factory=lambda: SEARCHED_BYTES.limit)
    """Bytes of DEX files that may yet be searched for uses."""
    spent: bool = False
    """Whether something was given up that no single method is to blame for."""
    given_up: dict[MethodBody, str] = field(default_factory=dict)
    """Methods of which an answer lacks something, each with what was too much."""

    def ask(self) -> None:
        """Begin with another question."""
        self.question = QUESTION_STEPS.limit

    @property
    def leads_too_far(self) -> bool:
        """Whether the question under way leads into no further methods."""
        return self.question < 0

    def follow(self, steps: int) -> None:
        """Take some steps for the question under way.

        Raises TooMuchError if there are none left for the app, or if the method that it is about takes as many
        as those that it leads to may.
        """
        self.question -= steps
        self.spend(steps)
        if self.question < -QUESTION_STEPS.limit:
            raise TooMuchError

    def spend(self, steps: int) -> None:
        """Take some steps for anything else.  Raises TooMuchError if there are none left for the app."""
        self.steps -= steps
        if self.steps < 0:
            self.spent = True
            raise TooMuchError

    def give_up(self, method: MethodBody, why: str) -> None:
        """Note that an answer about a method lacks something; for want of steps for the app, all do."""
        if not self.spent:
            self.given_up[method] = why

    def search(self, size: int) -> bool:
        """Whether a file of some bytes may be searched once more."""
        self.searches -= max(size, LEAST_SEARCHED)
        self.spent |= self.searches < 0
        return self.searches >= 0
