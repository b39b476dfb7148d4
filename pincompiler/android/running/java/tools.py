"""What models have in common: names of the platform, what is unknown, arrays and boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from pincompiler.android.running.numbers import int32, int64
from pincompiler.android.running.values import NULL, Boxed, JavaArray, JavaList, NotKnown, StoppedError, Value
from pincompiler.base.bounds import ARRAY_ELEMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running

    Model: TypeAlias = Callable[[Running, list[Value], MethodRef], Value]

LANG: Final = "Ljava/lang/"
UTIL: Final = "Ljava/util/"
ENTRY: Final = "Ljava/util/Map$Entry;"
PRIMITIVES: Final = {
    "Ljava/lang/Integer;": "I",
    "Ljava/lang/Long;": "J",
    "Ljava/lang/Short;": "S",
    "Ljava/lang/Byte;": "B",
    "Ljava/lang/Character;": "C",
    "Ljava/lang/Boolean;": "Z",
    "Ljava/lang/Float;": "F",
    "Ljava/lang/Double;": "D",
}
BOXES: Final = {kind: cls for cls, kind in PRIMITIVES.items()}


def returned(ref: MethodRef) -> str:
    """The type that a method gives."""
    return ref.descriptor[ref.descriptor.rfind(")") + 1 :]


def any_of(ref: MethodRef, why: str = "") -> Value:
    """What is known of what a method gives: its type."""
    kind = returned(ref)
    return NULL if kind == "V" else NotKnown(kind, why or f"{ref.class_name}->{ref.name}")


def strict(models: Mapping[tuple[str, str], Model]) -> dict[tuple[str, str], Model]:
    """The same models; where an argument is unknown they give something unknown."""
    return {key: _strict(model) for key, model in models.items()}


def _strict(model: Model) -> Model:
    def known(m: Running, args: list[Value], ref: MethodRef) -> Value:
        for one in args:
            if isinstance(one, NotKnown):
                return any_of(ref, one.why)
        return model(m, args, ref)

    return known


def on(cls: str, models: Mapping[str, Model]) -> dict[tuple[str, str], Model]:
    """Models of one class by its name and theirs."""
    return {(cls, name): model for name, model in models.items()}


def box(kind: str, value: Value) -> Value:
    """A value of a primitive type as an object; others are objects already."""
    if kind not in BOXES:
        return value
    if isinstance(value, NotKnown):
        return NotKnown(BOXES[kind], value.why)
    return Boxed(BOXES[kind], value) if isinstance(value, int) else value


def bytes_of(value: Value) -> bytes | None:
    """The content of a ``byte[]``; None where some of it is unknown."""
    if not isinstance(value, JavaArray) or not all(isinstance(one, int) for one in value.items):
        return None
    return bytes(one & 255 for one in value.items if isinstance(one, int))


def byte_array(m: Running, data: bytes) -> JavaArray:
    """A ``byte[]``."""
    m.charge(len(data))
    if len(data) > ARRAY_ELEMENTS.limit:
        raise StoppedError("an array of too many elements")
    return JavaArray("[B", [one - 256 if one > 127 else one for one in data])


def array(m: Running, kind: str, some: list[Value]) -> JavaArray:
    """An array of a type, as in ``[I``."""
    m.charge(len(some))
    return JavaArray(kind, some)


def list_of(
    m: Running, some: Iterable[Value], cls: str = "Ljava/util/ArrayList;", *, fixed: bool = False
) -> JavaList:
    """A list of the platform."""
    found = JavaList(cls, some, is_fixed=fixed)
    m.charge(len(found.items))
    return found


def wrap64(value: int, kind: str) -> int:
    """A number within the bounds of its primitive type."""
    return int64(value) if kind == "J" else int32(value)
