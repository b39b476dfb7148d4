"""What pinners are given while an app's code is run: the objects as they are, not the calls that may have made them."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple

from pincompiler.android.dex.refs import parameters
from pincompiler.android.running.java.contents import items
from pincompiler.android.running.java.tools import any_of, bytes_of
from pincompiler.android.running.texts import characters, hash_of
from pincompiler.android.running.values import NULL, Collected, Instance, JavaArray, JavaList, NotKnown, Value
from pincompiler.shipped.android.okhttp.roles import STRING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import FieldRef, MethodRef
    from pincompiler.android.running.machine import Machine
    from pincompiler.android.running.values import ThrownError
    from pincompiler.shipped.android.okhttp.roles import Roles

    Place = tuple[MethodBody, int]


class PinGiven(NamedTuple):
    """One pin for one pattern; what is unknown of it is None."""

    pattern: str | None
    pin: str | None


class MadePinner(NamedTuple):
    """A pinner that a run made."""

    places: frozenset[Place]
    """The calls that were under way."""
    given: tuple[PinGiven, ...]


_ANY = PinGiven(None, None)


class PinWatch:
    """Writes down what a run gives to pinners; clients are not run."""

    def __init__(self, roles: Roles) -> None:
        self.roles = roles
        self.pinners: list[MadePinner] = []
        self.added: dict[Place, dict[PinGiven, None]] = {}
        """What was added while each call was under way."""

    # Calls.

    def call(
        self, machine: Machine, ref: MethodRef, args: list[Value], returned: str, run: Callable[[], Value]
    ) -> Value:
        """What a call of OkHttp gives."""
        roles = self.roles
        if ref.class_name in {roles.client, roles.builder} and roles.has(ref):
            return self._of_client(ref, args, returned)
        if ref.class_name == roles.pin and roles.has(ref):
            return self._of_pin(machine, ref, args, run)
        if ref.class_name == roles.pinner and ref.name == "equals":
            return int(
                args[0] is args[-1]
            )  # builders compare the new with the old, to keep what they know of routes
        if roles.makes_pinner(ref):
            return self._pinner(machine, ref, args, run)
        return (
            run()
            if roles.library.renamed or not roles.has(ref)
            else self._of_builder(machine, ref, args, returned)
        )

    def put(self, machine: Machine, thing: Instance, ref: FieldRef, value: Value) -> None:
        """A write to a field of OkHttp's, which says nothing by itself."""

    def known(self, _machine: Machine, unknown: NotKnown) -> Value:
        """Nothing is known of an unknown object."""
        return unknown

    def lost(self, machine: Machine, values: Iterable[Value]) -> None:
        """What becomes of other objects says nothing of pins."""

    def not_run(self, machine: Machine, ref: MethodRef, args: list[Value]) -> None:
        """What other code makes of its arguments says nothing of pins."""

    def refuses(self, _thrown: ThrownError) -> bool:
        """No exception is asked for."""
        return False

    def _of_client(self, ref: MethodRef, args: list[Value], returned: str) -> Value:
        receiver = args[0] if args else NULL
        if ref.name == "<init>":
            if isinstance(receiver, Instance):
                receiver.is_open = True
            return NULL
        if returned == ref.class_name and returned == self.roles.builder:
            return receiver
        if returned in {self.roles.builder, self.roles.client}:
            return Instance(returned, is_open=True)
        return NULL if returned == "V" else NotKnown(returned, f"OkHttp's {ref.name}")

    def _of_builder(self, machine: Machine, ref: MethodRef, args: list[Value], returned: str) -> Value:
        """What the builder of pinners does, by OkHttp's documentation: its code may not be in the file."""
        builder = args[0] if args else NULL
        if ref.name == "<init>" and isinstance(builder, Instance):
            builder.extra["given"], builder.is_open = [], False
            return NULL
        held = _held(builder)
        if held is None:
            self._note(machine, _pairs(machine, *args[-2:]) if self.roles.adds(ref) else ())
            return builder if returned == ref.class_name else any_of(ref)
        if self.roles.adds(ref):
            found = tuple(_pairs(machine, *args[-2:]))
            held += found
            self._note(machine, found)
            return builder
        if returned == "Ljava/util/List;" and isinstance(builder, Instance):
            return builder.extra.setdefault("pins", JavaList("Ljava/util/ArrayList;"))  # type: ignore[no-any-return]
        return builder if returned == ref.class_name else NULL

    def _of_pin(self, machine: Machine, ref: MethodRef, args: list[Value], run: Callable[[], Value]) -> Value:
        """``new Pin(pattern, pin)``, kept as it is written: to take it apart would take OkHttp some thousand steps."""
        made, whole = args[0], parameters(ref.descriptor) == (STRING, STRING)
        if not isinstance(made, Instance):
            return run()
        if ref.name == "<init>":
            if not whole and self.roles.library.renamed:
                run()
            given = PinGiven(_text(args[1]), _text(args[2])) if whole else _read_pin(made)
            made.extra["given"] = given
            self._note(machine, (given,))
            return NULL
        given = made.extra.get("given", _ANY)
        if ref.name == "hashCode":
            return hash_of(f"{given.pattern} {given.pin}")
        if ref.name == "equals":
            other = args[1].extra.get("given") if isinstance(args[1], Instance) else None
            return int(made is args[1] or (None not in given and given == other))
        return run()

    def _pinner(self, machine: Machine, ref: MethodRef, args: list[Value], run: Callable[[], Value]) -> Value:
        made: Value = args[0]
        constructed = ref.name == "<init>"
        if self.roles.library.renamed:
            result = run()
            made = made if constructed else result
            given = tuple(self._content(machine, made))
        else:
            pins = made.extra.get("pins") if isinstance(made, Instance) else None
            listed = args[1] if constructed else pins
            some = () if listed is None else self._of_pins(machine, listed)
            added = [] if constructed else _held(made)
            given = (*((_ANY,) if added is None else added), *some)
            result = NULL if constructed else Instance(self.roles.pinner)
        self.pinners.append(MadePinner(self._places(machine), tuple(dict.fromkeys(given))))
        machine.note()
        return result

    # What they hold.

    def _content(self, machine: Machine, pinner: Value) -> Iterator[PinGiven]:
        """The pins of a pinner that OkHttp's own code made."""
        if not isinstance(pinner, Instance) or pinner.is_open:
            yield _ANY
            return
        for value in pinner.fields.values():
            kind = machine.class_of(value)
            if isinstance(value, NotKnown):
                if value.cls.startswith("Ljava/util/"):
                    yield _ANY
            elif isinstance(value, Collected | Instance) and machine.image.is_subtype(
                kind, "Ljava/util/Collection;"
            ):
                yield from self._of_pins(machine, value)

    def _of_pins(self, machine: Machine, listed: Value) -> Iterator[PinGiven]:
        some = None if isinstance(listed, NotKnown | int) else items(machine, listed)
        if some is None:
            yield _ANY
        for one in some or ():
            found = one.extra.get("given") if isinstance(one, Instance) else None
            yield _ANY if found is None else found

    def _note(self, machine: Machine, found: Iterable[PinGiven]) -> None:
        for place in self._places(machine):
            self.added.setdefault(place, {}).update(dict.fromkeys(found))
        machine.note()

    @staticmethod
    def _places(machine: Machine) -> frozenset[Place]:
        """The calls under way; not those that a static initialiser only happens to be run in."""
        found: list[Place] = []
        for frame in reversed(machine.frames):
            found.append((frame.code.body, frame.offset))
            if frame.code.ref.name == "<clinit>":
                break
        return frozenset(found)


def _held(builder: Value) -> list[PinGiven] | None:
    """What a builder was given; None of one that is unknown, or that code had which was not run."""
    if not isinstance(builder, Instance) or "given" not in builder.extra:
        return None
    found: list[PinGiven] = builder.extra["given"]
    return None if builder.is_open else found


def _text(value: Value) -> str | None:
    return characters(value) if isinstance(value, str) else None


def _pairs(machine: Machine, pattern: Value, pins: Value) -> Iterator[PinGiven]:
    some = items(machine, pins) if isinstance(pins, JavaArray) else None
    if some is None:
        yield PinGiven(_text(pattern), None)
    for one in some or ():
        yield PinGiven(_text(pattern), _text(one))


def _read_pin(made: Instance) -> PinGiven:
    """A pin that R8 gave another constructor: its pattern, the name of its hash, and the hash."""
    texts = [one for one in made.fields.values() if isinstance(one, str)]
    kinds = [one for one in texts if one.rstrip("/") in {"sha256", "sha1"}]
    patterns = [one for one in texts if one not in kinds]
    pattern = next((one for one in patterns if "*" in one), patterns[0] if patterns else None)
    for value in made.fields.values():
        for inner in value.fields.values() if isinstance(value, Instance) else ():
            data = bytes_of(inner) if isinstance(inner, JavaArray) and inner.cls == "[B" else None
            if data is not None:
                kind = kinds[0].rstrip("/") if kinds else {20: "sha1"}.get(len(data), "sha256")
                return PinGiven(pattern, f"{kind}/{b64encode(data).decode()}")
    return PinGiven(pattern, None)
