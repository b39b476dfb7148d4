"""Frozen slotted dataclasses that cost a program little until they are used.

The standard library writes and compiles up to six methods for each class, used or not: of the start of an
audit that was a third.  Here a class gets shared methods, and its ``__init__`` is written when its first
instance is made.  It remains a dataclass: ``fields``, ``replace``, ``match`` and pickling work as ever.
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
else:

    def dataclass(
        *,
        slots: bool,
        frozen: bool = False,
        eq: bool = True,
        repr: bool = True,  # noqa: A002 - the standard name
        **options: bool,
    ) -> Callable:
        """Make a class a dataclass with slots; the options are those of the standard library."""

        def decorate(cls: type) -> type:
            own = vars(cls).keys()
            # Without a docstring the standard library makes one, by a costly look at the signature.
            cls.__doc__ = cls.__doc__ or cls.__name__
            plain = dataclasses.dataclass(cls, init=False, repr=False, eq=False, slots=slots, **options)
            return _with_methods(plain, {"__repr__", *own} if not repr else own, frozen=frozen, eq=eq)

        return decorate


def _with_methods(cls: Any, own: Any, *, frozen: bool, eq: bool) -> type:
    """The class with what it does not define itself."""
    names = tuple(field.name for field in fields(cls) if field.compare)
    content = attrgetter(*names) if names else type
    methods: dict[str, Any] = {"__init__": _first_init(cls), "__repr__": _repr}
    if eq:
        methods["__eq__"] = _eq(content)
        methods["__hash__"] = _hash(content) if frozen else None
    if frozen:
        methods |= {"__setattr__": _setattr, "__delattr__": _delattr}
        methods |= {"__getstate__": _getstate, "__setstate__": _setstate}
    for name, method in methods.items():
        if name not in own:
            setattr(cls, name, method)
    return cls  # type: ignore[no-any-return]


def _first_init(cls: type) -> Callable[..., None]:
    def init(self: object, *values: object, **named: object) -> None:
        own = _init(cls)
        cls.__init__ = own  # type: ignore[misc]
        own(self, *values, **named)

    return init


def _init(cls: Any) -> Callable[..., None]:
    """The ``__init__`` of a class, written as the standard library would."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_missing": MISSING}
    parameters = ["self"]
    lines = []
    given = [field for field in fields(cls) if field.init]
    for field in sorted(given, key=lambda field: bool(field.kw_only)):
        if field.kw_only and "*" not in parameters:
            parameters.append("*")
        parameters.append(_parameter(field, known))
        value = field.name
        if field.default_factory is not MISSING:
            value = f"_of_{value}() if {value} is _missing else {value}"
        lines.append(f" _set(self, {field.name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    source = f"def __init__({', '.join(parameters)}):\n" + "\n".join(lines or [" pass"])
    exec(source, known)  # noqa: S102 - the names of fields, as in the standard library
    return known["__init__"]  # type: ignore[no-any-return]


def _parameter(field: Field[Any], known: dict[str, Any]) -> str:
    if field.default is not MISSING:
        known[f"_of_{field.name}"] = field.default
        return f"{field.name}=_of_{field.name}"
    if field.default_factory is not MISSING:
        known[f"_of_{field.name}"] = field.default_factory
        return f"{field.name}=_missing"
    return field.name


def _eq(content: Callable[[Any], object]) -> Callable[[object, object], bool]:
    def eq(self: object, other: object) -> bool:
        return content(self) == content(other) if other.__class__ is self.__class__ else NotImplemented

    return eq


def _hash(content: Callable[[Any], object]) -> Callable[[object], int]:
    def hashed(self: object) -> int:
        return hash(content(self))

    return hashed


def _repr(self: Any) -> str:
    shown = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr)
    return f"{type(self).__qualname__}({shown})"


def _setattr(self: object, name: str, value: object) -> None:  # noqa: ARG001 - refused whatever it is
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: object, name: str) -> None:  # noqa: ARG001 - likewise
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[object]:
    return [getattr(self, field.name) for field in fields(self)]


def _setstate(self: Any, state: list[object]) -> None:
    for field, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
