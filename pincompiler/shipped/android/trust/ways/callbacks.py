"""Objects of the app that the platform, or the method itself, runs at once or soon: lambdas above all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.android.dex import opcodes
from pincompiler.android.dex.access import ACC_BRIDGE
from pincompiler.android.dex.refs import parameters
from pincompiler.shipped.android.trust.meanings import meaning
from pincompiler.shipped.android.trust.vocabulary import About
from pincompiler.shipped.android.trust.ways.lineage import UNSET, Made, Val
from pincompiler.shipped.android.trust.ways.statements import is_class_id, is_final

if TYPE_CHECKING:
    from pincompiler.android.dex.classes import ClassDef
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.shipped.android.trust.ways.asking import Others
    from pincompiler.shipped.android.trust.ways.lineage import Lineage

_RUNNING: Final = frozenset(
    {
        *("post", "postDelayed", "postAtFrontOfQueue", "postAtTime", "postOnAnimation", "runOnUiThread"),
        *("execute", "submit", "ifPresent", "ifPresentOrElse", "forEach", "thread", "thread$default"),
        *(
            "schedule",
            "scheduleAtFixedRate",
            "scheduleWithFixedDelay",
            "runAsync",
            "supplyAsync",
            "map",
            "flatMap",
        ),
        *("run", "accept", "apply", "call", "invoke", "start"),
    }
)
"""Methods that run what they are passed, or asked of, without asking anybody."""
_KEEPING: Final = opcodes.INSTANCE_PUTS | {*opcodes.INVOKE_FIXED, opcodes.RETURN_VOID}
"""Instructions of a constructor that calls that of its superclass and keeps what it is passed."""
_RUN: Final = ("run", "accept", "apply", "call", "get", "invoke", "test")


class Callback(NamedTuple):
    """What is run in the place of a call."""

    body: MethodBody
    passed: list[Val]
    """The object, and what it is given."""


def callback(others: Others, lineage: Lineage, ref: MethodRef, passed: list[Val]) -> Callback | None:
    """What a call runs of the app that has to do with what decides on an error; none if it runs nothing."""
    starts = ref.name in _RUNNING or (ref.class_name, ref.name) == ("Ljava/lang/Thread;", "<init>")
    handlers = [value for value in passed if starts and About.HANDLER & lineage.about(value.origin)]
    # Of code of the app's own it is seen what it runs.
    running = passed[:1] if others.program.class_def(ref.class_name) and not meaning(ref) else passed
    for value in running if handlers else ():
        cls = others.program.class_def(lineage.classes.get(value.origin, ""))
        body = _body(others, cls, ref) if cls else None
        if body is not None:
            # Of what it is asked for itself it gets the arguments; else what there is.
            given = passed[1:] if value is passed[0] else [one for one in handlers if one is not value]
            count = len(parameters(body.descriptor))
            return Callback(body, [value, *(given + [UNSET] * count)[:count]])
    return None


def deciding(
    others: Others, lineage: Lineage, ref: MethodRef, passed: list[Val], subject: Val
) -> Callback | None:
    """What a library's method runs of the app on what it is passed, as a stream does; none if it is not known."""
    for value in passed:
        cls = others.program.class_def(lineage.classes.get(value.origin, ""))
        body = _body(others, cls, ref) if cls else None
        if body is not None:
            # It is given an item of the subject, of which nothing is known but what the subject is about.
            return Callback(body, [value, *[Val(subject.origin)] * len(parameters(body.descriptor))])
    return None


def _body(others: Others, cls: ClassDef, ref: MethodRef) -> MethodBody | None:
    """The code of an object that a method runs: of the same name, or the one that it is there for."""
    own = [method for method in cls.methods if method.body and not method.access & ACC_BRIDGE]
    same = [
        method for method in own if (method.ref.name, method.ref.descriptor) == (ref.name, ref.descriptor)
    ]
    found = same or [method for method in own if method.ref.name in _RUN]
    return others.target(found[0].ref, opcodes.INVOKE_VIRTUAL) if found else None


def part_of(others: Others, constructor: MethodBody, passed: list[Val]) -> int | None:
    """Which of the classes that R8 merged into one an object is made of, if its constructor is given the number of one."""
    arriving = zip(constructor.parameters_at(), passed, strict=False)
    places = {place.register: value.number for place, value in arriving}
    for one in constructor.instructions:
        if one.opcode == opcodes.INSTANCE_PUT_NUMBER and is_class_id(
            others.program, constructor.dex.field_ref(one.reference or 0)
        ):
            return places.get(one.registers[0])
    return None


def kept_of(others: Others, ref: MethodRef, opcode: int, passed: list[Val]) -> Made | None:
    """What a new object keeps of what its constructor is passed, if that does nothing but keep it."""
    constructor = others.target(ref, opcode)
    if constructor is None or any(one.opcode not in _KEEPING for one in constructor.instructions):
        return None
    arriving = zip(constructor.parameters_at(), passed, strict=False)
    values = {place.register: value for place, value in arriving}
    made = Made()
    for one in constructor.instructions:
        if one.opcode in opcodes.INSTANCE_PUTS and (value := values.get(one.registers[0])):
            field = constructor.dex.field_ref(one.reference or 0)
            made = made.with_field(str(field), value, final=is_final(others.program, field))
    return made if made.fields or made.changing else None
