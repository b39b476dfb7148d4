"""Instructions after which control goes on to the next: what each makes, of what."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.arithmetic import BINARY, CONVERSIONS, LITERAL
from pincompiler.android.constants.values import Items, Number, Returned, Text, bound_of
from pincompiler.android.dex import opcodes
from pincompiler.android.dex.access import ACC_ENUM, ACC_FINAL, ACC_SYNTHETIC
from pincompiler.shipped.android.trust.exceptions import ancestry
from pincompiler.shipped.android.trust.meanings import HANDLER, X509
from pincompiler.shipped.android.trust.vocabulary import NOTHING, SUBJECTS, About, EventKind
from pincompiler.shipped.android.trust.ways.constants import contents, item_of
from pincompiler.shipped.android.trust.ways.contracts import ABOVE
from pincompiler.shipped.android.trust.ways.lineage import (
    THIS,
    Contents,
    Cut,
    Made,
    Single,
    Thrown,
    Val,
    Words,
    cut_among,
    made_at,
)
from pincompiler.shipped.android.trust.ways.way import Event

if TYPE_CHECKING:
    from pincompiler.android.constants.program import Program
    from pincompiler.android.constants.values import Value
    from pincompiler.android.dex.decoding import Instruction
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import FieldRef
    from pincompiler.shipped.android.trust.ways.frontier import Progress
    from pincompiler.shipped.android.trust.ways.lineage import Inside, Lineage, Origin

_COLLECTIONS: Final = ("Ljava/util/Collection;", "Ljava/util/List;", "Ljava/util/Set;", "[I")
_FLAGS: Final = ("Landroid/content/pm/ApplicationInfo;", "flags")
_NEW_ARRAYS: Final = opcodes.FILLED_NEW_ARRAYS | {opcodes.NEW_ARRAY}
_NOTHING: Final = opcodes.MONITORS | {opcodes.NOP, opcodes.CHECK_CAST}
_RESULTS: Final = opcodes.MOVE_RESULTS | {opcodes.MOVE_EXCEPTION}
_PUTS: Final = opcodes.INSTANCE_PUTS | opcodes.STATIC_PUTS
_GETS: Final = opcodes.INSTANCE_GETS | opcodes.STATIC_GETS
_ARITHMETIC: Final = BINARY | LITERAL | CONVERSIONS
_MADE_FINAL: Final = ACC_SYNTHETIC | ACC_FINAL
_BOOLEAN: Final = "Ljava/lang/Boolean;"
_TRUTHS: Final = {"FALSE": 0, "TRUE": 1}
OF_CLASS: Final = "instanceof "
"""How a test is named that asks for the class of an exception, which follows."""
_FAILURE: Final = "Lkotlin/Result$Failure;"
_CHOICES: Final = frozenset({"I", "Ljava/lang/String;"})


def _fill(registers: list[Val], array: Val, items: tuple[Inside, ...] | None) -> None:
    """Have an array hold some items, in whichever registers it is."""
    for number, value in enumerate(registers):
        if value.origin == array.origin:
            registers[number] = value._replace(inside=None if items is None else contents(items))


def _cut_of(value: Value | None, *, many: bool = False) -> Cut | None:
    """The bound by which a value is not known, if that is why."""
    bound = bound_of(value) if value else None
    return Cut(bound.why, many) if bound else None


def is_final(program: Program, ref: FieldRef) -> bool:
    """Whether a field of the app keeps what it is given at first."""
    found = program.field(ref)
    return found is not None and bool(found[1].access & ACC_FINAL)


def is_class_id(program: Program, ref: FieldRef) -> bool:
    """Whether R8 made a field to keep the classes apart that it merged."""
    found = program.field(ref) if ref.descriptor == "I" else None
    return found is not None and found[1].access & _MADE_FINAL == _MADE_FINAL


def _of_field(ref: FieldRef) -> About:
    """What a field is about by its name and type, whoever has it."""
    if (ref.class_name, ref.name) == _FLAGS:
        return About.DEBUGGABLE
    if ref.class_name == "Landroid/os/Build$VERSION;":
        return About.ANDROID_VERSION
    if ref.descriptor != "Z":
        return NOTHING
    return About.FLAG | About.DEBUG_BUILD if ref.name == "DEBUG" else About.FLAG


class Statements:
    """Those of one method."""

    __slots__ = ("_body", "_caught", "_lineage", "_program", "_stored")

    def __init__(self, program: Program, body: MethodBody, lineage: Lineage, *, stored: bool) -> None:
        self._program = program
        self._body = body
        self._lineage = lineage
        self._stored = stored
        self._caught = {handler.target: handler.exception for handler in body.handlers}

    def step(self, one: Instruction, registers: list[Val], state: Progress) -> Progress:
        """Run an instruction on the registers."""
        code, used = one.opcode, one.registers
        made = self._made_here(one)
        if made is not None:
            registers[used[0]] = made
        elif code in opcodes.MOVES:
            registers[used[0]] = registers[used[1]]
        elif code in _RESULTS:
            registers[used[0]] = self._result(one, state)
        elif code in opcodes.ARRAY_PUTS:
            self._put_item(one, registers)
        elif code == opcodes.FILL_ARRAY_DATA:
            _fill(registers, registers[used[0]], self._body.array_data(one))
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
        code, here = one.opcode, made_at(one.offset)
        if code in opcodes.CONSTS:
            return Val(here, one.literal or 0)
        if code in opcodes.NEW_INSTANCE:
            self._lineage.classes[here] = self._body.dex.type_name(one.reference or 0)
            self._lineage.new.add(here)
        elif code in opcodes.CONST_STRING:
            return Val(here, something=True, inside=Words(self._body.dex.string(one.reference or 0)))
        elif code not in opcodes.CONST_CLASS:
            return None
        return Val(here, something=True)

    def _result(self, one: Instruction, state: Progress) -> Val:
        """What the call before returned, or what was caught."""
        if one.opcode != opcodes.MOVE_EXCEPTION:
            return state.result
        here, thrown = made_at(one.offset), state.result.inside
        self._lineage.add(here, About.EXCEPTION)
        self._lineage.classes[here] = self._caught.get(one.offset) or "Ljava/lang/Throwable;"
        return Val(here, something=True, inside=thrown if isinstance(thrown, Thrown) else None)

    def _array(self, one: Instruction, registers: list[Val], state: Progress) -> Progress:
        value = Val(made_at(one.offset), something=True)
        if one.opcode == opcodes.NEW_ARRAY:
            size = registers[one.registers[1]].number
            inside = None if size is None or size < 0 else contents(repeat(None, size))
            registers[one.registers[0]] = value._replace(inside=inside)
            return state
        self._lineage.make(value.origin, (registers[r].origin for r in one.registers))
        kind = self._body.dex.type_name(one.reference or 0)[1:]
        items = tuple(item_of(registers[r], kind) for r in one.registers)
        return state._replace(result=value._replace(inside=contents(items)))

    def _put_item(self, one: Instruction, registers: list[Val]) -> None:
        value, array, index = (registers[used] for used in one.registers)
        self._lineage.holds.setdefault(array.origin, set()).add(value.origin)
        if isinstance(array.inside, Contents):
            items, at = array.inside.items, index.number
            item = value.inside if one.opcode == opcodes.ARRAY_PUT_OBJECT else value.number
            known = at is not None and 0 <= at < len(items)
            _fill(registers, array, (*items[:at], item, *items[(at or 0) + 1 :]) if known else None)

    def _computed(self, one: Instruction, registers: list[Val]) -> Val:
        """Arithmetic, comparisons, items of arrays."""
        code, used, here = one.opcode, one.registers, made_at(one.offset)
        sources = [registers[r] for r in (used if code in opcodes.BINARY_2ADDR else used[1:])]
        number = self._folded(one, sources)
        if number is not None:
            return Val(here, number)
        if code == opcodes.INSTANCE_OF:
            return self._class_test(sources[0], one)
        if code == opcodes.ARRAY_LENGTH:
            filled = sources[0].filled
            self._lineage.add(here, About.LENGTH | About.CHAIN_LENGTH if filled else About.LENGTH)
            return Val(here, something=filled)
        if code in opcodes.ARRAY_GETS:
            return self._item(one, sources)
        self._lineage.make(here, (source.origin for source in sources if source.number is None))
        return Val(here, inside=cut_among(sources))

    def _folded(self, one: Instruction, sources: list[Val]) -> int | None:
        """What arithmetic makes of constants."""
        operation = _ARITHMETIC.get(one.opcode)
        if operation is None:
            return None
        numbers = [source.number for source in sources] + [one.literal] * (one.opcode in LITERAL)
        if None in numbers or not self._lineage.folds(made_at(one.offset), sources):
            return None
        first, second = (number or 0 for number in (*numbers, 0)[:2])
        return operation(first, second)

    def _class_test(self, value: Val, one: Instruction) -> Val:
        """Whether an object is of a class."""
        here = made_at(one.offset)
        self._lineage.bools.add(here)
        if value.number == 0 or self._is_surely_not(value, one):
            return Val(here, 0)
        if self._is_surely(value, one):
            return Val(here, 1)
        if self._lineage.about(value.origin) & About.EXCEPTION:
            self._lineage.names[here] = f"{OF_CLASS}{self._body.dex.type_name(one.reference or 0)}"
        self._lineage.make(here, (value.origin,))
        self._lineage.cast[here] = value.origin
        return Val(here)

    def _is_surely_not(self, value: Val, one: Instruction) -> bool:
        """Whether an object of which the class is known is of none that the app, or Kotlin's library, has besides."""
        kind = self._lineage.classes.get(value.origin, "")
        asked = self._body.dex.type_name(one.reference or 0)
        if asked == _FAILURE and self._lineage.is_plain(value):
            return True
        if isinstance(value.inside, Thrown):
            return value.inside.kind not in ancestry(self._program, asked) and not self._is_surely(value, one)
        if not self._lineage.is_exact(value) or self._program.class_def(asked) is None:
            return False
        above = list(self._program.ancestry(kind))
        return all(asked != one.name and asked not in one.interfaces for one in above)

    def _item(self, one: Instruction, sources: list[Val]) -> Val:
        """An item of an array."""
        here, (array, index) = made_at(one.offset), sources
        items, at = array.inside.items if isinstance(array.inside, Contents) else (), index.number
        if at is not None and 0 <= at < len(items):
            item = items[at]
            if one.opcode == opcodes.ARRAY_GET_OBJECT:
                return Val(here, something=item is not None, inside=item)
            if isinstance(item, int):
                return Val(here, item)
        self._lineage.make(here, (source.origin for source in sources))
        self._lineage.add(here, About.ITEM)
        if one.opcode == opcodes.ARRAY_GET_OBJECT:
            self._lineage.objects.add(here)
        if isinstance(array.inside, Cut) and at is not None:
            return Val(here, inside=array.inside._replace(many=False))
        if not sources[0].filled:
            return Val(here)
        self._lineage.classes[here] = X509
        return Val(here, something=True)

    def _is_surely(self, value: Val, one: Instruction) -> bool:
        """Whether an object is of the class that it is asked for."""
        kind = self._lineage.classes.get(value.origin, "")
        asked = self._body.dex.type_name(one.reference or 0)
        if isinstance(value.inside, Thrown) and asked in ancestry(self._program, value.inside.kind):
            return True
        return value.something and asked in {kind, "Ljava/lang/Object;", *ABOVE.get(kind, ())}

    # Fields.

    def _get(self, one: Instruction, registers: list[Val]) -> Val:
        ref, here = self._body.dex.field_ref(one.reference or 0), made_at(one.offset)
        self._lineage.names[here] = f"{ref.class_name}->{ref.name}"
        kept = registers[one.registers[1]].inside if one.opcode in opcodes.INSTANCE_GETS else None
        if isinstance(kept, Made) and (value := kept.value(str(ref))):
            return value
        if ref.descriptor[0] in "L[":
            self._object(here, ref)
        elif ref.descriptor == "Z":
            self._lineage.bools.add(here)
        single = one.opcode in opcodes.STATIC_GETS and self._is_single(ref)
        about = _of_field(ref)
        if not about and not single:
            held = one.opcode in opcodes.INSTANCE_GETS
            holder = registers[one.registers[1]].origin if held else THIS
            if held and (holder != THIS or self._body.is_static):
                # A field of another object is about whatever that object is about.
                self._lineage.make(here, (holder,))
            else:
                about = self._kept(ref, held=held)
        self._lineage.add(here, about)
        if about is About.CLASS_ID:
            return Val(here, self._lineage.parts.get(THIS))
        if one.opcode in opcodes.STATIC_GETS and ref.descriptor == "Z":
            constant = self._constant(ref)
            return Val(here, inside=constant) if isinstance(constant, Cut) else Val(here, constant)
        if ref.class_name == _BOOLEAN and ref.name in _TRUTHS:
            return Val(here, something=True, inside=_TRUTHS[ref.name])
        if single:
            return self._single(here, ref)
        inside = self._collection(ref) if self._stored and ref.descriptor.startswith(_COLLECTIONS) else None
        return Val(here, something=inside is not None, inside=inside)

    def _collection(self, ref: FieldRef) -> Contents | Cut | None:
        """The constants in a list, a set or an array that a field is given at first."""
        value = self._program.stored(ref) if is_final(self._program, ref) else None
        if not isinstance(value, Items) or not value.exact:
            return _cut_of(value, many=True)
        items = (one.value if isinstance(one, Number) else None for one in value.items)
        return contents(items, growing=ref.descriptor[0] != "[")

    def _single(self, here: Origin, ref: FieldRef) -> Val:
        """What a field has that holds the only object of its class, or one of an enum's."""
        field, cls = self._program.field(ref), self._program.class_def(ref.descriptor)
        if cls is None or cls.access & ACC_FINAL:
            self._lineage.exact.add(here)
        of_enum = field is not None and field[1].access & ACC_ENUM
        return Val(here, something=True, inside=Single(ref) if of_enum else None)

    def _object(self, here: Origin, ref: FieldRef) -> None:
        """Remember what is known of an object by the field that it comes from."""
        self._lineage.objects.add(here)
        self._lineage.classes[here], part = self._held_in(ref)
        if part is not None:
            self._lineage.parts[here] = part
        if ref.descriptor == HANDLER:
            self._lineage.add(here, About.HANDLER)

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

    def _kept(self, ref: FieldRef, *, held: bool) -> About:
        """What a field of the class, or a ``held`` one of the object itself, is about."""
        if held and is_class_id(self._program, ref):
            return About.CLASS_ID
        return About.FIELD if self._is_choice(ref) else NOTHING

    def _is_choice(self, ref: FieldRef) -> bool:
        """Whether a field is of a type in which settings are kept: a number, a text, an enum."""
        if ref.descriptor in _CHOICES:
            return True
        cls = self._program.class_def(ref.descriptor)
        return cls is not None and cls.superclass == "Ljava/lang/Enum;"

    def _constant(self, ref: FieldRef) -> int | Cut | None:
        """The value of a static final field, as R8 would have put it here."""
        found = self._program.field(ref)
        if found is None or not found[1].access & ACC_FINAL:
            return None
        value = self._program.stored(ref)
        if isinstance(value, Returned) and value.ref.name == "parseBoolean":
            passed = self._program.flow(value.method).calls.get(value.offset, ())
            return int(passed[0].value == "true") if passed and isinstance(passed[0], Text) else None
        return value.value if isinstance(value, Number) else _cut_of(value)

    def _keep(self, one: Instruction, registers: list[Val], value: Val) -> None:
        """Have a new object, or the receiver, hold a value in a field."""
        ref, holder = self._body.dex.field_ref(one.reference or 0), registers[one.registers[1]]
        made = holder.inside if isinstance(holder.inside, Made) else Made()
        kept = made.with_field(str(ref), value, final=is_final(self._program, ref))
        for number, other in enumerate(registers):
            if other.origin == holder.origin:
                registers[number] = other._replace(inside=kept)

    def _put(self, one: Instruction, registers: list[Val], state: Progress) -> Progress:
        value = registers[one.registers[0]]
        if one.opcode in opcodes.INSTANCE_PUTS:
            holder = registers[one.registers[1]].origin
            if holder != THIS or self._body.is_static:
                self._lineage.holds.setdefault(holder, set()).add(value.origin)
            if holder in self._lineage.new or holder == THIS:
                self._keep(one, registers, value)
        about = self._lineage.about(value.origin)
        if not about & (SUBJECTS | About.EXCEPTION):
            return state
        ref = self._body.dex.field_ref(one.reference or 0)
        events = {Event(EventKind.KEPT, f"{ref.class_name}->{ref.name}", one.offset)}
        if about & About.HANDLER and self._body.name != "<init>":  # whoever makes an object sees that itself
            events.add(Event(EventKind.HANDED, ref.class_name, one.offset))
        return state._replace(events=state.events | events)
