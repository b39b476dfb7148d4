"""Regular expressions that are compiled when they are first used.

A start of the program knows some hundred of them and uses a few; to compile the rest costs it a tenth.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

__all__ = ["lazy_regex"]

_METHODS = ("match", "fullmatch", "search", "finditer", "findall", "split", "sub")

if TYPE_CHECKING:
    from re import compile as lazy_regex
else:

    class lazy_regex:  # noqa: N801 - stands where re.compile would
        """What ``re.compile`` gives, later.  A wrong expression raises re.error when it is first used."""

        def __init__(self, expression: str | bytes, flags: int = 0) -> None:
            self.pattern = expression
            self._flags = flags

        def __getattr__(self, name: str) -> Any:
            if name not in _METHODS:
                raise AttributeError(name)
            compiled = re.compile(self.pattern, self._flags)
            for method in _METHODS:
                setattr(self, method, getattr(compiled, method))
            return getattr(compiled, name)

        def __eq__(self, other: object) -> bool:
            return isinstance(other, lazy_regex) and self._key() == other._key()

        def __hash__(self) -> int:
            return hash(self._key())

        def _key(self) -> tuple[str | bytes, int]:
            return self.pattern, self._flags
