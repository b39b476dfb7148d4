"""Where running begins: a method with unknown parameters, or its callers, who know more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.android.dex import opcodes
from pincompiler.android.dex.refs import parameters
from pincompiler.android.dex.scan import Wanted
from pincompiler.android.running.doubts import doubt_if_empty
from pincompiler.android.running.java.library import NEVER_NULL
from pincompiler.android.running.values import NULL, OBJECT, Instance, NotKnown, ThrownError, Value
from pincompiler.base.bounds import RUN_CALLERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.android.constants.linked import Linked
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.running.image import Image
    from pincompiler.android.running.machine import Machine


def enter(machine: Machine, body: MethodBody) -> Value:
    """Run a method as if code that is not known had called it; what it returns."""
    machine.initialise(body.class_name)
    if body.name == "<clinit>":
        return NULL
    code = machine.image.prepared(body)
    unknown = any_values(body.descriptor)
    if body.is_static:
        return machine.run(code, unknown)
    receiver = Instance(body.class_name) if body.name == "<init>" else any_object(machine, body.class_name)
    return machine.run(code, [receiver, *unknown])


def any_values(descriptor: str, *, by_platform: bool = False) -> list[Value]:
    """What a method may be passed; nothing is null that the platform passes."""
    return [
        NotKnown(kind, "a parameter", is_there=by_platform or kind.startswith(NEVER_NULL))
        for kind in parameters(descriptor)
    ]


def any_object(machine: Machine, name: str) -> Instance:
    """An object of which nothing is known but what its one constructor writes, and nothing else does."""
    made = Instance(name)
    cls = machine.image.program.class_def(name)
    constructors = [one.body for one in cls.named("<init>") if one.body] if cls else []
    if len(constructors) == 1:
        unknown = any_values(constructors[0].descriptor)
        before = len(machine.frames)
        try:
            machine.run(machine.image.prepared(constructors[0]), [made, *unknown])
        except ThrownError:
            del machine.frames[before:]
    for ref, value in tuple(made.fields.items()):
        if machine.image.writers(ref):
            del made.fields[ref]
        else:
            doubt_if_empty(value)
    made.is_open = True
    return made


def callers(image: Image, body: MethodBody) -> list[MethodBody] | None:
    """The methods that call one, or that make the object it belongs to; None if they are too many."""
    if body.name == "<clinit>":
        return []
    program = image.program
    found = dict.fromkeys(_calling(image, body))
    if (not found or len(found) > RUN_CALLERS.limit) and not body.is_static and body.name != "<init>":
        found = dict.fromkeys(_making(program, body.class_name))
    found.pop(body, None)
    return list(found) if len(found) <= RUN_CALLERS.limit else None


def makers(program: Linked, name: str) -> list[MethodBody]:
    """The methods that make objects of a class, or read the one that it makes itself; none if they are too many."""
    found = list(dict.fromkeys(_making(program, name)))
    return found if len(found) <= RUN_CALLERS.limit else []


def overrides(image: Image, body: MethodBody) -> bool:
    """Whether a method may be one that a library or the platform calls, by a type above its class."""
    if body.is_static or body.name == "<init>":
        return False
    above = [
        (one, image.program.class_def(one)) for one in image.supers(body.class_name)[1:] if one != OBJECT
    ]
    return any(cls is None or cls.method(body.name, body.descriptor) for _, cls in above)


def _calling(image: Image, body: MethodBody) -> Iterator[MethodBody]:
    """Who calls a method by its name, through its class or a type above it."""
    through = {body.class_name}
    if not body.is_static and body.name != "<init>":
        through.update(image.supers(body.class_name))
        through.update(_below(image.program, body.class_name))
    for name in through:
        for site in image.program.call_sites(name, body.name, body.descriptor):
            if image.program.counts(site.method):
                yield site.method


def _below(program: Linked, name: str) -> Iterator[str]:
    for dex in program.files:
        yield from dex.heirs(name)


def _making(program: Linked, name: str) -> Iterator[MethodBody]:
    """Who makes objects of a class; of a class that makes its one object itself, who reads it."""
    for site in program.makings(name):
        if site.method.class_name != name:
            yield site.method
        elif site.method.name == "<clinit>":
            yield from _reading(program, name)
        elif site.method.is_static:
            yield site.method


def _reading(program: Linked, name: str) -> Iterator[MethodBody]:
    for dex in program.files:
        fields = dex.field_refs(name, None)
        ids = frozenset(one for one in fields if dex.field_ref(one).descriptor == name)
        if ids and program.budget.search(len(dex.data)):
            for site in dex.uses(Wanted(opcodes.STATIC_GETS, ids)):
                yield site.method
