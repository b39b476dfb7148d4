"""What a register holds while code is run.

Numbers of any primitive type are their bits as a signed ``int``, as Dalvik has them: a ``float`` is the ``int`` of the
same 32 bits.  0 is ``null`` as well.  A string is a ``str`` of UTF-16 units.  All other objects are a :class:`Thing`.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from pincompiler.android.dex.refs import FieldRef

OBJECT = "Ljava/lang/Object;"
STRING = "Ljava/lang/String;"
CLASS = "Ljava/lang/Class;"
NULL = 0


class Thing:
    """An object."""

    __slots__ = ("cls",)

    def __init__(self, cls: str) -> None:
        self.cls = cls
        """Descriptor of its class."""


class NotKnown(Thing):
    """Any value of a type; two reads of one are the same value."""

    __slots__ = ("is_there", "why")

    def __init__(self, kind: str, why: str, *, is_there: bool = False) -> None:
        super().__init__(kind)
        self.why = why
        self.is_there = is_there
        """Whether it is known that it is not null."""

    def __repr__(self) -> str:
        return f"?{self.cls} ({self.why})"


class Instance(Thing):
    """An object of a class of the app, or one of a class of the platform that no model keeps anything of."""

    __slots__ = ("extra", "fields", "is_open")

    def __init__(self, cls: str, *, is_open: bool = False) -> None:
        super().__init__(cls)
        self.fields: dict[FieldRef, Value] = {}
        self.extra: dict[str, Any] = {}
        """What models and watchers keep of it: the message of an exception, the name of an enum's constant."""
        self.is_open = is_open
        """Whether a field that was not written may hold anything."""


class JavaArray(Thing):
    """An array; its class is its type, as in ``[I``."""

    __slots__ = ("items",)

    def __init__(self, cls: str, items: list[Value]) -> None:
        super().__init__(cls)
        self.items = items


class ClassObject(Thing):
    """``Some.class``; a machine has one for each name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        super().__init__(CLASS)
        self.name = name


class Boxed(Thing):
    """A number as an object."""

    __slots__ = ("value",)

    def __init__(self, cls: str, value: int) -> None:
        super().__init__(cls)
        self.value = value


class TextBuffer(Thing):
    """A ``StringBuilder``; its text is None where that is unknown."""

    __slots__ = ("text",)

    def __init__(self, cls: str, text: str | None = "") -> None:
        super().__init__(cls)
        self.text = text


class Collected(Thing):
    """A collection of the platform."""

    __slots__ = ("is_fixed", "is_open")

    def __init__(self, cls: str, *, is_fixed: bool = False) -> None:
        super().__init__(cls)
        self.is_fixed = is_fixed
        """Whether it refuses changes."""
        self.is_open = False
        """Whether code that was not run may have changed it."""


class JavaList(Collected):
    """A list, a queue or a stack."""

    __slots__ = ("items", "part_of")

    def __init__(self, cls: str, items: Iterable[Value] = (), *, is_fixed: bool = False) -> None:
        super().__init__(cls, is_fixed=is_fixed)
        self.items = list(items)
        self.part_of: JavaList | None = None
        """The list that changes with it."""


class JavaMap(Collected):
    """A map: by what makes keys equal, the key and the value."""

    __slots__ = ("capacity", "entries", "threshold", "to_front")

    def __init__(self, cls: str, *, is_fixed: bool = False) -> None:
        super().__init__(cls, is_fixed=is_fixed)
        self.entries: dict[Hashable, tuple[Value, Value]] = {}
        self.threshold = 0
        """What the table is to begin with, if that was said."""
        self.capacity = 0
        """Places in the table of a ``HashMap``, which say in what order it gives its keys; 0 before the first."""
        self.to_front: dict[Hashable, int] = {}
        """Keys that were put before others of their place: what ``merge`` and its like do."""

    def grow(self, size: int) -> None:
        """Have the table that Java has for so many keys."""
        self.capacity = self.capacity or self.threshold or 16
        if size * 4 > self.capacity * 3:
            self.capacity *= 2


class JavaSet(Collected):
    """A set: the keys of a map, which may be that of somebody else."""

    __slots__ = ("map", "shown_of")

    def __init__(
        self, cls: str, of: JavaMap, *, is_fixed: bool = False, shown_of: JavaMap | None = None
    ) -> None:
        super().__init__(cls, is_fixed=is_fixed)
        self.map = of
        self.shown_of = shown_of
        """The map whose entries these are."""


class Walk(Thing):
    """An iterator: what is left, one ahead at most."""

    __slots__ = ("ahead", "last", "owner", "rest")

    def __init__(self, rest: Iterator[Value], owner: Collected | None = None) -> None:
        super().__init__("Ljava/util/ListIterator;")
        self.rest, self.owner = rest, owner
        self.ahead: list[Value] = []
        self.last: Value = NULL

    def has_next(self) -> bool:
        """Whether there is one more."""
        if not self.ahead:
            self.ahead = list(islice(self.rest, 1))
        return bool(self.ahead)


class Wrapped(Thing):
    """An object of the platform that is a value of Python: a charset, a pattern, a digest, an entry of a map."""

    __slots__ = ("value",)

    def __init__(self, cls: str, value: Any) -> None:
        super().__init__(cls)
        self.value = value


Value: TypeAlias = int | str | Thing


class ThrownError(Exception):
    """An exception of the app's, on its way to a handler."""

    def __init__(self, value: Thing) -> None:
        super().__init__(value.cls)
        self.value = value


class StoppedError(Exception):
    """A run ends here: a bound is reached, or the code does what is not run.  The message says which."""


class BoundReachedError(StoppedError):
    """A run ends here at a bound of its length, and what it would have gone on to do is not known at all.

    Not so where it branches too often: what its branches rest on can be followed without running it.
    """
