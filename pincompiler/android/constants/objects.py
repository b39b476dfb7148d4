"""What the fields of one object hold, told apart from those of others of its class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.android.constants.values import (
    Created,
    FieldValue,
    Parameter,
    Value,
    is_collection,
    is_constant,
    possible,
    union,
)
from pincompiler.android.dex.access import ACC_FINAL

if TYPE_CHECKING:
    from pincompiler.android.constants.program import Program
    from pincompiler.android.dex.refs import FieldRef


def read_field_of(program: Program, value: Value, ref: FieldRef) -> Value | None:
    """Give what a field of an object holds, if it is constant and only the object's constructor writes it."""
    found = program.field(ref)
    if found is None or not found[1].access & ACC_FINAL:
        return None
    objects: list[Value] = []
    for one in possible(value):
        objects += possible(program.stored(one.ref)) if isinstance(one, FieldValue) else (one,)
    held = [_constructed(program, one, found[1].ref) if isinstance(one, Created) else None for one in objects]
    known = [one for one in held if one is not None and (is_constant(one) or is_collection(one))]
    return union(known) if objects and len(known) == len(held) else None


def _constructed(program: Program, made: Created, ref: FieldRef) -> Value | None:
    """Give what the constructor of one object writes to a field."""
    key = (made, ref)
    if key in program.busy:
        return None
    program.busy.add(key)
    try:
        maker = program.analyse(made.method, None, frozenset())
        calls = maker.calls if maker else {}
        program.budget.follow(len(calls) >> 3)
        for offset, passed in calls.items():
            if passed and passed[0] == made and _is_constructor(made, offset):
                return _initialised(program, made, offset, ref)
        return None
    finally:
        program.busy.discard(key)


def _is_constructor(made: Created, offset: int) -> bool:
    reference = made.method.reference_at(offset)
    if reference is None:
        return False
    called = made.method.dex.method_ref(reference)
    return called.name == "<init>" and called.class_name == made.descriptor


def _initialised(program: Program, made: Created, offset: int, ref: FieldRef) -> Value | None:
    constructor = program.method(made.method.dex.method_ref(made.method.reference_at(offset) or 0))
    maker = program.follow(made.method, None, lambda flow: flow.calls.get(offset, ())[1:])
    if constructor is None or constructor.body is None or maker is None:
        return None
    body = constructor.body
    passed = (Parameter(body, 0, body.class_name), *maker.calls[offset][1:])
    flow = program.follow(body, passed, lambda flow: program.written(flow, ref))
    written = program.written(flow, ref) if flow else []
    return union(written) if written else None
