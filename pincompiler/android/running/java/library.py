"""The table of all models, and what becomes of a call that has none."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import MethodRef, parameters
from pincompiler.android.running.frame import CallKind
from pincompiler.android.running.java import (
    arrays,
    boxes,
    builders,
    certificates,
    characters,
    collections,
    functions,
    iterators,
    lists,
    maps,
    mathematics,
    nulls,
    objects,
    patterns,
    platform,
    streams,
    text,
    tokens,
    traces,
    updaters,
    utilities,
)
from pincompiler.android.running.java.tools import LANG, PRIMITIVES, UTIL, returned
from pincompiler.android.running.texts import units
from pincompiler.android.running.values import (
    NULL,
    OBJECT,
    STRING,
    Boxed,
    Instance,
    JavaArray,
    NotKnown,
    StoppedError,
    TextBuffer,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.android.dex.refs import FieldRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

_MODULES: Final = (
    *(text, builders, boxes, characters, mathematics, collections, iterators, lists, maps, arrays, utilities),
    *(objects, functions, patterns, platform, streams, tokens, traces, certificates, updaters),
)
VIRTUAL: Final[dict[tuple[str, str], Model]] = {
    key: model for one in _MODULES if hasattr(one, "VIRTUAL") for key, model in one.VIRTUAL.items()
}
"""Methods of objects, by the class or interface that declares them, and their name."""
STATIC: Final[dict[tuple[str, str], Model]] = {
    (cls, name): nulls.checked(model, (cls,), name)
    for one in _MODULES
    if hasattr(one, "STATIC")
    for (cls, name), model in one.STATIC.items()
}
_NEW: Final[dict[str, Model]] = {
    STRING: text.new_text,
    **dict.fromkeys(builders.BUILDERS, builders.new_buffer),
    **dict.fromkeys(PRIMITIVES, boxes.new_box),
    **dict.fromkeys((*collections.LISTS, *collections.SETS), collections.new_collection),
    **dict.fromkeys(maps.MAPS, maps.new_map),
    f"{UTIL}AbstractMap$SimpleEntry;": maps.new_entry,
    f"{UTIL}AbstractMap$SimpleImmutableEntry;": maps.new_entry,
    **objects.CONSTRUCTORS,
    **dict.fromkeys(platform.ADDRESSES, platform.new_address),
    platform.STREAM: platform.new_stream,
    mathematics.BIG: mathematics.new_big,
    tokens.TOKENIZER: tokens.new_tokenizer,
}
CONSTRUCTORS: Final = {cls: nulls.checked_new(model, cls) for cls, model in _NEW.items()}
_WRAPPED: Final = frozenset((*platform.ADDRESSES, platform.STREAM, mathematics.BIG, tokens.TOKENIZER))
"""Classes of which an object is a value of Python's, once its constructor was run."""
_HARMLESS: Final = frozenset(
    {"equals", "hashCode", "toString", "println", "print", "d", "e", "i", "v", "w", "wtf"}
)
"""Methods of no model that change nothing of what they are given, whoever has them: of ``Log``, and of all objects."""
_RUN: Final = (
    (f"{LANG}Runnable;", "run", "()V"),
    (f"{UTIL}concurrent/Callable;", "call", "()Ljava/lang/Object;"),
)
NEVER_NULL: Final = (
    *(f"Ljavax/net/ssl/{name}" for name in ("SSL", "HostnameVerifier;", "TrustManagerFactory;")),
    *("Ljavax/net/SocketFactory;", "Ljava/net/Socket;", "Ljava/net/URL", "Ljava/net/HttpURLConnection;"),
    *(f"{UTIL}TimeZone;", f"{UTIL}logging/Logger;", f"{UTIL}concurrent/locks/", f"{LANG}Thread;"),
    *("Landroid/content/Context;", "Landroid/content/res/Resources;", "Landroid/net/http/Ssl"),
)
"""How the types begin of which the platform passes and gives no null, by its documentation."""


_CHARSETS: Final = "Ljava/nio/charset/StandardCharsets;"
_CHARSET: Final = "Ljava/nio/charset/Charset;"
_CONSTANTS: Final[dict[tuple[str, str], Value | Callable[[], Value]]] = {
    **boxes.FIELDS,
    **{(f"{LANG}Boolean;", name): one for name, one in boxes.TRUTHS.items()},
    **{
        (f"{UTIL}Collections;", name): partial(utilities.constant, name)
        for name in ("EMPTY_LIST", "EMPTY_MAP", "EMPTY_SET")
    },
    (STRING, "CASE_INSENSITIVE_ORDER"): functions.ignoring_case,
}


class JavaLibrary:
    """What the platform does; ``resources`` gives the text, or the texts, that a resource is on every device."""

    def __init__(self, resources: Callable[[int], str | tuple[str, ...] | None]) -> None:
        self.resources = resources
        self._found: dict[tuple[str, str], Model | None] = {}

    def model(self, machine: Running, cls: str, name: str) -> Model | None:
        """The model of a virtual method of a class."""
        key = (cls, name)
        if key not in self._found:
            above = (*machine.supers(cls), OBJECT)
            found = next((one for cls in above if (one := VIRTUAL.get((cls, name)))), None)
            self._found[key] = found and nulls.checked(found, above, name)
        return self._found[key]

    # What the machine asks.

    def new(self, name: str) -> Value:
        """A new object of a class of the platform, before its constructor is run."""
        if name in builders.BUILDERS or name == STRING:
            return TextBuffer(name)
        if name in PRIMITIVES:
            return Boxed(name, 0)
        if name in objects.HOLDERS or name in _WRAPPED:
            return Wrapped(name, objects.HOLDERS.get(name))
        if name.startswith(f"{UTIL}AbstractMap$Simple"):
            return Wrapped(f"{UTIL}Map$Entry;", [NULL, NULL])
        found = utilities.new_of(name)
        return Instance(name, is_open=True) if found is None else found

    def static_field(self, machine: Running, ref: FieldRef) -> Value:
        """A constant of the platform."""
        constant = _CONSTANTS.get((ref.class_name, ref.name))
        if constant is not None:
            return constant() if callable(constant) else constant
        if ref.name == "TYPE" and ref.class_name in objects.TYPES:
            return machine.class_object(objects.TYPES[ref.class_name])
        if ref.class_name in {_CHARSETS, f"{UTIL}Locale;"}:
            return Wrapped(_CHARSET if ref.class_name == _CHARSETS else ref.class_name, ref.name)
        found = machine.part(
            machine.class_object(ref.class_name), ref, ref.descriptor, f"{ref.class_name}.{ref.name}"
        )
        if isinstance(found, NotKnown):
            found.is_there = True
        return found

    def static(self, machine: Running, ref: MethodRef, args: list[Value], returned: str) -> Value:
        """What a static method of the platform gives."""
        model = STATIC.get((ref.class_name, ref.name))
        if model is None:
            return self._unknown(machine, ref, args, returned)
        return self._asked(model, machine, ref, args)

    def special(self, machine: Running, ref: MethodRef, args: list[Value], returned: str) -> Value:
        """What a constructor, or a method of a superclass, of the platform gives."""
        if ref.name != "<init>":
            return self.virtual(machine, MethodRef(ref.class_name, ref.name, ref.descriptor), args, returned)
        model = CONSTRUCTORS.get(ref.class_name)
        if model is None and objects.THROWABLE in machine.supers(ref.class_name):
            model = objects.new_exception
        if model is not None:
            return self._asked(model, machine, ref, args)
        machine.forget(args[1:])
        return NULL

    def virtual(self, machine: Running, ref: MethodRef, args: list[Value], returned: str) -> Value:
        """What a method gives on an object, of which the app has no code for it."""
        model = self.model(machine, machine.class_of(args[0]), ref.name)
        if model is None and ref.class_name != machine.class_of(args[0]):
            model = self.model(machine, ref.class_name, ref.name)
        return (
            self._unknown(machine, ref, args, returned)
            if model is None
            else self._asked(model, machine, ref, args)
        )

    def on_unknown(self, machine: Running, ref: MethodRef, args: list[Value], returned: str) -> Value:
        """What a method gives on an unknown object."""
        if ref.name == "equals" and len(args) == 2 and args[0] is args[1]:
            return 1
        if ref.name == "toString" and machine.class_of(args[0]) == STRING:
            return args[0]
        return self._unknown(machine, ref, args, returned)

    # What has no model.

    def _asked(self, model: Model, machine: Running, ref: MethodRef, args: list[Value]) -> Value:
        try:
            return model(machine, args, ref)
        except (TypeError, ValueError, IndexError, AttributeError, KeyError, OverflowError):
            # A null that the model does not expect, or what no verifier lets through: it is not for the app to throw.
            raise StoppedError(f"{ref.class_name}->{ref.name} with what it does not take") from None

    def _unknown(self, machine: Running, ref: MethodRef, args: list[Value], returned: str) -> Value:
        found = self._resource(machine, ref, args)
        if found is not None:
            return found
        machine.not_run(ref, args)
        self._run_given(machine, ref, args)
        if ref.name not in _HARMLESS:
            self._lost(machine, ref, args)
        why = next((one.why for one in args if isinstance(one, NotKnown)), f"{ref.class_name}->{ref.name}")
        return NULL if returned == "V" else NotKnown(returned, why, is_there=returned.startswith(NEVER_NULL))

    def _lost(self, machine: Running, ref: MethodRef, args: list[Value]) -> None:
        """Forget what code that is not run was given; the platform writes no field of the app's objects."""
        machine.forget(args, fields=machine.is_defined(ref.class_name))

    def _run_given(self, machine: Running, ref: MethodRef, args: list[Value]) -> None:
        """Run what a thread, an executor or a handler is given, at once: that it is run at all is supposed."""
        if machine.is_defined(ref.class_name) or ref.name == "<init>":
            return
        for one in args:
            for kind, name, descriptor in _RUN:
                known = isinstance(one, Instance) and machine.is_instance(one, kind)
                if known and machine.has_code(machine.class_of(one), name, descriptor):
                    machine.invoke(CallKind.VIRTUAL, MethodRef(kind, name, descriptor), [one], "V")

    def _resource(self, machine: Running, ref: MethodRef, args: list[Value]) -> Value | None:
        """The text, or the texts, of a resource."""
        number = args[1] if len(args) == 2 else NULL
        wanted = ref.name in {"getString", "getText", "getStringArray", "getTextArray"}
        if (
            not wanted
            or parameters(ref.descriptor) != ("I",)
            or not isinstance(number, int)
            or number >> 24 != 0x7F
        ):
            return None
        found = self.resources(number)
        if found is None or isinstance(found, str) == ref.name.endswith("Array"):
            return None
        if isinstance(found, str):
            return units(found)
        machine.charge(len(found))
        return JavaArray(returned(ref), [units(one) for one in found])
