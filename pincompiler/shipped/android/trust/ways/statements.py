"""Instructions after which control goes on to the next: what each makes, of what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.values import Number, Returned, Text
from pincompiler.android.dex import opcodes
from pincompiler.android.dex.access import ACC_FINAL, ACC_SYNTHETIC
from pincompiler.shipped.android.trust.meanings import CHAIN_LENGTH, HANDLER, X509
from pincompiler.shipped.android.trust.ways.contracts import ABOVE
from pincompiler.shipped.android.trust.ways.lineage import SUBJECTS, Val
from pincompiler.shipped.android.trust.ways.way import Event

if TYPE_CHECKING:
    from pincompiler.android.constants.program import Program
    from pincompiler.android.dex.decoding import Instruction
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import FieldRef
    from pincompiler.shipped.android.trust.ways.frontier import State
    from pincompiler.shipped.android.trust.ways.lineage import Lineage

_FLAGS: Final = ("Landroid/content/pm/ApplicationInfo;", "flags")
_NEW_ARRAYS: Final = opcodes.FILLED_NEW_ARRAYS | {opcodes.NEW_ARRAY}
_NOTHING: Final = opcodes.MONITORS | {opcodes.NOP, opcodes.CHECK_CAST, opcodes.FILL_ARRAY_DATA}
_PUTS: Final = opcodes.INSTANCE_PUTS | opcodes.STATIC_PUTS
_GETS: Final = opcodes.INSTANCE_GETS | opcodes.STATIC_GETS
_MADE_FINAL: Final = ACC_SYNTHETIC | ACC_FINAL
_CHOICES: Final = frozenset({"I", "Ljava/lang/String;"})
_THIS: Final = -1
"""Origin of the receiver."""


def is_class_id(program: Program, ref: FieldRef) -> bool:
    """Whether R8 made a field to tell the classes apart that it merged."""
    found = program.field(ref) if ref.descriptor == "I" else None
    return found is not None and found[1].access & _MADE_FINAL == _MADE_FINAL


class Statements:
    """Those of one method."""

    __slots__ = ("_body", "_caught", "_lineage", "_program")

    def __init__(self, program: Program, body: MethodBody, lineage: Lineage) -> None:
        self._program = program
        self._body = body
        self._lineage = lineage
        self._caught = {handler.target: handler.exception for handler in body.handlers}

    def step(self, one: Instruction, registers: list[Val], state: State) -> State:
        """Run an instruction on the registers."""
        code, used = one.opcode, one.registers
        made = self._made_here(one)
        if made is not None:
            registers[used[0]] = made
        elif code in opcodes.MOVES:
            registers[used[0]] = registers[used[1]]
        elif code in opcodes.MOVE_RESULTS:
            registers[used[0]] = state.result
        elif code in opcodes.ARRAY_PUTS:
            value, array = registers[used[0]], registers[used[1]]
            self._lineage.holds.setdefault(array.origin, set()).add(value.origin)
        elif code in _PUTS:
            return self._put(one, registers, state)
        elif code in _GETS:
            registers[used[0]] = self._get(one, registers)
        elif code in _NEW_ARRAYS:
            return self._array(one, registers, state)
        elif code not in _NOTHING and used:
            registers[used[0]] = self._computed(one, registers)
        return state

    def _made_here(self, one: Instruction) -> Val | None:
        """What an instruction makes of nothing: constants and objects."""
        code = one.opcode
        if code in opcodes.CONSTS:
            return Val(one.offset, one.literal or 0)
        if code == opcodes.MOVE_EXCEPTION:
            self._lineage.tells.setdefault(one.offset, set()).add("exception")
            self._lineage.classes[one.offset] = self._caught.get(one.offset) or "Ljava/lang/Throwable;"
        elif code in opcodes.NEW_INSTANCE:
            self._lineage.classes[one.offset] = self._body.dex.type_name(one.reference or 0)
        elif code not in opcodes.CONST_STRING and code not in opcodes.CONST_CLASS:
            return None
        return Val(one.offset, something=True)

    def _array(self, one: Instruction, registers: list[Val], state: State) -> State:
        value = Val(one.offset, something=True)
        if one.opcode == opcodes.NEW_ARRAY:
            registers[one.registers[0]] = value
            return state
        made_of = self._lineage.made_of.setdefault(one.offset, set())
        made_of.update(registers[r].origin for r in one.registers)
        return state._replace(result=value)

    def _computed(self, one: Instruction, registers: list[Val]) -> Val:
        """Arithmetic, comparisons, items of arrays."""
        code, used = one.opcode, one.registers
        sources = [registers[r] for r in (used if code in opcodes.BINARY_2ADDR else used[1:])]
        numbers = [source.number for source in sources] + [one.literal] * (code in opcodes.XOR_LITERALS)
        if code in opcodes.XORS and {*numbers} <= {0, 1}:
            return Val(one.offset, int({*numbers} == {0, 1}))
        if code == opcodes.INSTANCE_OF and self._is_surely(sources[0], one):
            return Val(one.offset, 1)
        if code == opcodes.INSTANCE_OF and sources[0].number == 0:
            return Val(one.offset, 0)
        made_of = self._lineage.made_of.setdefault(one.offset, set())
        if code == opcodes.INSTANCE_OF:
            self._lineage.cast[one.offset] = sources[0].origin
        if code in opcodes.XOR_LITERALS:
            self._lineage.tells.setdefault(one.offset, set()).add("negated")
        if code == opcodes.ARRAY_LENGTH:
            filled = sources[0].filled
            labels = {"length", CHAIN_LENGTH} if filled else {"length"}
            self._lineage.tells.setdefault(one.offset, set()).update(labels)
            return Val(one.offset, something=filled)
        if code in opcodes.ARRAY_GETS:
            made_of.update(source.origin for source in sources)
            first = sources[1].number == 0
            self._lineage.tells.setdefault(one.offset, set()).add("first-item" if first else "any-item")
            self._lineage.objects.update({one.offset} if code == opcodes.ARRAY_GET_OBJECT else ())
            if sources[0].filled:
                self._lineage.classes[one.offset] = X509
                return Val(one.offset, something=True)
        else:
            made_of.update(source.origin for source in sources if source.number is None)
        return Val(one.offset)

    def _is_surely(self, value: Val, one: Instruction) -> bool:
        """Whether an object is of the class that it is asked for."""
        kind = self._lineage.classes.get(value.origin, "")
        asked = self._body.dex.type_name(one.reference or 0)
        return value.something and asked in {kind, "Ljava/lang/Object;", *ABOVE.get(kind, ())}

    # Fields.

    def _get(self, one: Instruction, registers: list[Val]) -> Val:
        ref = self._body.dex.field_ref(one.reference or 0)
        labels = self._lineage.tells.setdefault(one.offset, set())
        self._lineage.names[one.offset] = f"{ref.class_name}->{ref.name}"
        if ref.descriptor[0] in "L[":
            self._object(one, ref)
        if (ref.class_name, ref.name) == _FLAGS:
            labels.add("debuggable")
        elif ref.class_name == "Landroid/os/Build$VERSION;":
            labels.add("android-version")
        elif ref.descriptor == "Z" and ref.name == "DEBUG":
            labels |= {"flag", "debug-build"}
        elif ref.descriptor == "Z":
            labels.add("flag")
        else:
            held = one.opcode in opcodes.INSTANCE_GETS
            holder = registers[one.registers[1]].origin if held else _THIS
            if held and (holder != _THIS or self._body.is_static):
                # Of what an object of another class holds as much is known as of that object.
                self._lineage.made_of.setdefault(one.offset, set()).add(holder)
            else:
                labels |= self._kept(ref, held=held)
                if "class-id" in labels:
                    return Val(one.offset, self._lineage.parts.get(_THIS))
        if one.opcode in opcodes.STATIC_GETS and ref.descriptor == "Z":
            return Val(one.offset, self._constant(ref))
        return Val(one.offset, something=one.opcode in opcodes.STATIC_GETS and self._is_single(ref))

    def _object(self, one: Instruction, ref: FieldRef) -> None:
        """Remember what is known of an object by the field that it comes from."""
        self._lineage.objects.add(one.offset)
        self._lineage.classes[one.offset], part = self._held_in(ref)
        if part is not None:
            self._lineage.parts[one.offset] = part
        if ref.descriptor == HANDLER:
            self._lineage.tells.setdefault(one.offset, set()).add("handler")

    def _held_in(self, ref: FieldRef) -> tuple[str, int | None]:
        """The class, and its part, of what is in a field: the only thing of its type that the object was given."""
        classes = [(one, self._program.class_def(one[0])) for one in self._lineage.held]
        found = [
            one
            for one, cls in classes
            if cls and ref.descriptor in {cls.name, cls.superclass, *cls.interfaces}
        ]
        return found[0] if len(found) == 1 else (ref.descriptor, None)

    def _is_single(self, ref: FieldRef) -> bool:
        """Whether a static field holds the only object of its class, as those of Kotlin's objects do."""
        found = self._program.field(ref)
        return ref.descriptor == ref.class_name and (found is None or bool(found[1].access & ACC_FINAL))

    def _kept(self, ref: FieldRef, *, held: bool) -> set[str]:
        """What a field tells of that the class has, or ``held`` that the object has itself."""
        if held and is_class_id(self._program, ref):
            return {"class-id"}
        return {"field"} if self._is_choice(ref) else set()

    def _is_choice(self, ref: FieldRef) -> bool:
        """Whether a field is of a type in which settings are kept: a number, a text, an enum."""
        if ref.descriptor in _CHOICES:
            return True
        cls = self._program.class_def(ref.descriptor)
        return cls is not None and cls.superclass == "Ljava/lang/Enum;"

    def _constant(self, ref: FieldRef) -> int | None:
        """The value of a static final field, as R8 would have put it here."""
        found = self._program.field(ref)
        if found is None or not found[1].access & ACC_FINAL:
            return None
        value = self._program.stored(ref)
        if isinstance(value, Returned) and value.ref.name == "parseBoolean":
            passed = self._program.flow(value.method).calls.get(value.offset, ())
            return int(passed[0].value == "true") if passed and isinstance(passed[0], Text) else None
        return value.value if isinstance(value, Number) else None

    def _put(self, one: Instruction, registers: list[Val], state: State) -> State:
        value = registers[one.registers[0]]
        if one.opcode in opcodes.INSTANCE_PUTS:
            holder = registers[one.registers[1]].origin
            if holder != _THIS or self._body.is_static:
                self._lineage.holds.setdefault(holder, set()).add(value.origin)
        labels = self._lineage.labels_of(value.origin)
        if labels & SUBJECTS or "exception" in labels:
            ref = self._body.dex.field_ref(one.reference or 0)
            events = {Event("kept", f"{ref.class_name}->{ref.name}", one.offset)}
            if (
                "handler" in labels and self._body.name != "<init>"
            ):  # whoever makes an object sees that itself
                events.add(Event("handed", ref.class_name, one.offset))
            return state._replace(events=state.events | events)
        return state
