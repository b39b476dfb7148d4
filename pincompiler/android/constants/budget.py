"""How much work it may take to follow the code of one app; what takes more is unknown, and is said to be.

A step is what takes two to five millionths of a second: an instruction run, a few parts of a value copied, a
class looked at.  Large apps take some 25,000, and one of 70 pinners that R8 put into a single method 700,000;
tests/dex/burdens.py has those that would take any number.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.format import DexError
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from pincompiler.android.dex.method import MethodBody

APP_STEPS: Final = 4_000_000
"""For all questions about one app."""
QUESTION_STEPS: Final = 250_000
"""For one question, after which it leads into no further methods: others have to be answered, too.  The method
that it is about may take as many again."""
VALUE_NODES: Final = 8_192
"""Parts of one value, what holds one twice counting it twice: every look at a value is a walk over them."""
VALUE_DEPTH: Final = 24
"""Parts of one value that lie one inside the other."""
TEXT_LENGTH: Final = 65_536
"""Characters of one text; what a compiler writes is no longer (``CONSTANT_Utf8``, JVMS 4.4.7)."""
SEARCHES: Final = 64
"""Times that all DEX files of an app may be searched for the uses of something; small ones more often."""
SEARCHED: Final = 1 << 30
"""Bytes of DEX files that are searched in all, at least."""
MOST_ANCESTORS: Final = 200
"""Superclasses of one class."""
LEAST_SEARCHED: Final = 1 << 16
"""Bytes that a search of one file counts for, at least."""


class TooMuchError(DexError):
    """To follow this takes more steps than there are."""

    def __init__(self) -> None:
        super().__init__("it is too much to follow")


@dataclass(slots=True)
class Budget:
    """What is left of the steps for one app, and what was given up for want of them."""

    steps: int = APP_STEPS
    question: int = QUESTION_STEPS
    searches: int = SEARCHED
    """Bytes of DEX files that may yet be searched for uses."""
    spent: bool = False
    """Whether something was given up that no single method is to blame for."""
    given_up: dict[MethodBody, str] = field(default_factory=dict)
    """Methods of which an answer lacks something, each with what was too much."""

    def ask(self) -> None:
        """Begin with another question."""
        self.question = QUESTION_STEPS

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
        if self.question < -QUESTION_STEPS:
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
