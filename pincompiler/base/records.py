"""Frozen slotted dataclasses that cost a program little until they are used.

The standard library looks at each field, and writes and compiles up to six methods for each class, used or not:
of the start of an audit that was a third.  Here a class gets its slots and shared methods at once; its
``__init__`` is written when its first instance is made, and what the standard library wants to know of it is
found out when that asks.  It remains a dataclass: ``fields``, ``replace``, ``match`` and pickling work as ever.
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
            made = _slotted(cls) if slots and _is_plain(cls, options) else _standard(cls, slots, options)
            return _with_methods(made, {"__repr__", *own} if not repr else own, frozen=frozen, eq=eq)

        return decorate


_KNOWN_TO_THE_LIBRARY = ("__dataclass_fields__", "__dataclass_params__", "__match_args__")
_NO_FIELD = ("ClassVar", "InitVar", "KW_ONLY")


class _Later:
    """An attribute of a class that the standard library is asked for when somebody looks."""

    def __init__(self, name: str, plain: type) -> None:
        self.name, self.plain, self.cls = name, plain, plain

    def __get__(self, instance: object, owner: type) -> object:
        described: Any = dataclasses.dataclass(self.plain, init=False, repr=False, eq=False)
        for name in _KNOWN_TO_THE_LIBRARY:
            setattr(self.cls, name, getattr(described, name))
        return getattr(self.cls, self.name)


def _is_plain(cls: type, options: dict[str, bool]) -> bool:
    """Whether the slots follow from the annotations alone."""
    inherited = {name for base in cls.__mro__[1:-1] for name in vars(base).get("__slots__", ())}
    return (
        not options
        and all(
            isinstance(kind, str) and not any(n in kind for n in _NO_FIELD)
            for kind in cls.__annotations__.values()
        )
        and all(
            "__record__" in vars(base) for base in cls.__mro__[1:-1] if "__dataclass_fields__" in vars(base)
        )
        and inherited.isdisjoint(vars(cls))
    )


def _slotted(cls: type) -> type:
    """The class with slots for its fields, as the standard library makes it."""
    namespace = dict(vars(cls))
    own = {name: namespace.pop(name, MISSING) for name in cls.__annotations__}
    namespace.pop("__dict__", None)
    namespace.pop("__weakref__", None)
    record: dict[str, Any] = {}
    for base in reversed(cls.__mro__[1:-1]):
        record |= vars(base).get("__record__", {})
    later = [_Later(name, cls) for name in _KNOWN_TO_THE_LIBRARY if name not in namespace]
    namespace |= {"__slots__": tuple(n for n in own if n not in record), "__record__": record | own}
    namespace |= {item.name: item for item in later}
    made = type(cls)(cls.__name__, cls.__bases__, namespace)
    made.__qualname__ = cls.__qualname__
    for item in later:
        item.cls = made
    return made


def _standard(cls: type, slots: bool, options: dict[str, bool]) -> type:  # noqa: FBT001 - an option handed on
    """The class as the standard library makes it, but for the methods."""
    made: Any = dataclasses.dataclass(cls, init=False, repr=False, eq=False, slots=slots, **options)
    made.__record__ = {field.name: field for field in fields(made)}
    return made  # type: ignore[no-any-return]


def _with_methods(cls: Any, own: Any, *, frozen: bool, eq: bool) -> type:
    """The class with what it does not define itself."""
    methods: dict[str, Any] = {"__init__": _first_init(cls), "__repr__": _repr}
    if eq:
        methods |= _first_comparison(cls, frozen=frozen)
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
    known: dict[str, Any] = {"_missing": MISSING}
    parameters = ["self"]
    lines = []
    given = [(name, of) for name, of in cls.__record__.items() if not isinstance(of, Field) or of.init]
    for name, of in sorted(given, key=lambda item: _by_keyword(item[1])):
        if _by_keyword(of) and "*" not in parameters:
            parameters.append("*")
        default, factory = (of.default, of.default_factory) if isinstance(of, Field) else (of, MISSING)
        value = name
        if factory is not MISSING:
            known[f"_of_{name}"], value = factory, f"_of_{name}() if {name} is _missing else {name}"
            parameters.append(f"{name}=_missing")
        elif default is not MISSING:
            known[f"_of_{name}"] = default
            parameters.append(f"{name}=_of_{name}")
        else:
            parameters.append(name)
        # A slot's own setter takes two thirds of the time of object.__setattr__, which looks for it.
        known[f"_set_{name}"] = getattr(cls, name).__set__
        lines.append(f" _set_{name}(self, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    source = f"def __init__({', '.join(parameters)}):\n" + "\n".join(lines or [" pass"])
    exec(source, known)  # noqa: S102 - the names of fields, as in the standard library
    return known["__init__"]  # type: ignore[no-any-return]


def _by_keyword(default: object) -> bool:
    return isinstance(default, Field) and default.kw_only is True


def _first_comparison(cls: Any, *, frozen: bool) -> dict[str, Any]:
    """``__eq__`` and ``__hash__`` that find out at the first call what they compare."""

    def write() -> tuple[Any, Any]:
        names = [n for n, of in cls.__record__.items() if not isinstance(of, Field) or of.compare]
        content = attrgetter(*names) if names else type
        written = _eq(content), _hash(content) if frozen else None
        for name, first, now in zip(("__eq__", "__hash__"), (first_eq, first_hash), written, strict=True):
            if vars(cls).get(name) is first:
                setattr(cls, name, now)
        return written

    def first_eq(self: object, other: object) -> bool:
        return write()[0](self, other)  # type: ignore[no-any-return]

    def first_hash(self: object) -> int:
        return write()[1](self)  # type: ignore[no-any-return]

    return {"__eq__": first_eq, "__hash__": first_hash if frozen else None}


def _eq(content: Callable[[Any], object]) -> Callable[[object, object], bool]:
    def eq(self: object, other: object) -> bool:
        return content(self) == content(other) if other.__class__ is self.__class__ else NotImplemented

    return eq


def _hash(content: Callable[[Any], object]) -> Callable[[object], int]:
    def hashed(self: object) -> int:
        return hash(content(self))

    return hashed


def _repr(self: Any) -> str:
    names = [name for name, of in self.__record__.items() if not isinstance(of, Field) or of.repr]
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
    return f"{type(self).__qualname__}({shown})"


def _setattr(self: object, name: str, value: object) -> None:  # noqa: ARG001 - refused whatever it is
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: object, name: str) -> None:  # noqa: ARG001 - likewise
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[object]:
    return [getattr(self, name) for name in self.__record__]


def _setstate(self: Any, state: list[object]) -> None:
    for name, value in zip(self.__record__, state, strict=True):
        object.__setattr__(self, name, value)
