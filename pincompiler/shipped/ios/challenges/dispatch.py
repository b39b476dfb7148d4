"""Which method of an image answers a message."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from pincompiler.base.bounds import OBJC_ANCESTORS, OBJC_ANSWERS
from pincompiler.ios.arm64.values import Token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pincompiler.ios.arm64.values import Value
    from pincompiler.ios.macho import MachO, ObjcClass, ObjcMethod

_INSTANCE, _CLASS, _OBJECT = "instance", "class", "object"


class Dispatch:
    """The methods of one image by selector and class."""

    def __init__(self, image: MachO) -> None:
        self._image = image

    @cached_property
    def _by_selector(self) -> Mapping[str, list[tuple[ObjcClass, ObjcMethod]]]:
        found: dict[str, list[tuple[ObjcClass, ObjcMethod]]] = defaultdict(list)
        for one in (*self._image.objc.categories, *self._image.objc.classes):
            for method in one.methods:
                found[method.selector].append((one, method))
        return found

    @cached_property
    def _above(self) -> Mapping[str, str]:
        return {one.name: one.superclass for one in self._image.objc.classes}

    @cached_property
    def _names(self) -> Mapping[int, str]:
        return {one.address: one.name for one in self._image.objc.classes}

    def class_of(self, value: Value) -> str:
        """The name of the class that a value is; empty if it is none, or not known."""
        if isinstance(value, int):
            return self._names.get(value, "")
        return value.name if value.kind == _CLASS else ""

    def owner(self, function: int) -> str:
        """The class of a method, or the symbol of a function; its address if it has no name."""
        name = self._owners.get(function) or self._image.symbols.at(function)
        return name or f"the function at {function:#x}"

    @cached_property
    def _owners(self) -> Mapping[int, str]:
        return {method.address: one.title for some in self._by_selector.values() for one, method in some}

    def implementations(self, receiver: Value, selector: str) -> tuple[int, ...]:
        """The addresses of the methods that may answer; none if it may be one of another image's."""
        known = self._by_selector.get(selector)
        if not known:
            return ()
        name = self.class_of(receiver)
        of_class = bool(name)
        if not name and isinstance(receiver, Token) and receiver.kind == _OBJECT:
            name = receiver.name
        if name:
            return self._inherited(name, selector, of_class=of_class)
        found = {method.address for _, method in known if not method.of_class}
        return tuple(sorted(found)) if len(found) <= OBJC_ANSWERS.limit else ()

    def _inherited(self, name: str, selector: str, *, of_class: bool) -> tuple[int, ...]:
        for _ in range(OBJC_ANCESTORS.limit):
            for one, method in self._by_selector[selector]:
                if one.name == name and method.of_class == of_class:
                    return (method.address,)
            name = self._above.get(name, "NSObject" if name != "NSObject" else "")
            if not name:
                break
        return ()
