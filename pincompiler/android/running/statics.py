"""Static fields, and the initialisers of classes that fill them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.android.running.doubts import doubt_if_empty
from pincompiler.android.running.values import NotKnown, Value

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import FieldRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.image import Image
    from pincompiler.android.running.java.library import JavaLibrary


class Statics:
    """The static fields of one run; each class is initialised when it is first used, as the platform does."""

    def __init__(self, machine: Running, image: Image, library: JavaLibrary) -> None:
        self._machine, self._image, self._library = machine, image, library
        self.values: dict[FieldRef, Value] = {}
        """What the fields hold of classes that were initialised."""
        self._written: set[FieldRef] = set()
        self._initialised: set[str] = set()
        self._initialising: list[str] = []

    def initialise(self, name: str) -> None:
        """Run the static initialiser of a class, if that was not done."""
        if name in self._initialised:
            return
        self._initialised.add(name)
        cls = self._image.program.class_def(name)
        if cls is None:
            return
        if cls.superclass:
            self.initialise(cls.superclass)
        for field in cls.fields:
            if field.is_static:
                self.values[field.ref] = self._image.first_value(cls, field, self._machine.class_object)
        method = None if name in self._image.left_out else cls.method("<clinit>", "()V")
        if method is not None and method.body is not None:
            self._initialising.append(name)
            try:
                self._machine.run(self._image.prepared(method.body), [])
            finally:
                self._initialising.pop()

    def get(self, ref: FieldRef) -> Value:
        """What a field holds; unknown if code writes it that is not on the way here."""
        self.initialise(ref.class_name)
        if ref not in self.values:
            return self._library.static_field(self._machine, ref)
        if ref not in self._written and ref.class_name not in self._initialising:
            self._written.add(ref)
            doubt_if_empty(self.values[ref])
            writers = self._image.writers(ref)
            if writers and not any(frame.code.body in writers for frame in self._machine.frames):
                self.values[ref] = NotKnown(ref.descriptor, f"{ref.name}, which other code writes")
        return self.values[ref]

    def put(self, ref: FieldRef, value: Value) -> None:
        """Write a field."""
        self.initialise(ref.class_name)
        self.values[ref] = value
        if ref.class_name not in self._initialising:
            self._written.add(ref)
