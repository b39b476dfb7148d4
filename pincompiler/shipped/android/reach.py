"""Whether code of the app is ever used: followed back, method by method, to what Android starts.

A method runs if a method that runs calls it; if it is one that its class has from elsewhere (an override,
a listener's), if its class is used; a class is used where it is made, where its static members are, and
where it is named.  That is more than ever runs, and less than the whole library.  What is called by name
(reflection, services, layouts) is seen as referred to.

Each step back is one pass over the code for everything that is asked; a DEX file that does not name what is
looked for is left out.
"""

from __future__ import annotations

from collections import deque
from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.android.dex import DexError, opcodes
from pincompiler.android.dex.access import ACC_FINAL, ACC_INTERFACE, ACC_PRIVATE, ACC_STATIC
from pincompiler.android.dex.scan import Wanted
from pincompiler.base.bounds import (
    REACH_ANCESTORS,
    REACH_AT_ONCE,
    REACH_BYTES,
    REACH_NODES,
    REACH_STEPS,
    REACH_TIMES,
    REACH_VISITS,
)
from pincompiler.base.finding import Use
from pincompiler.base.location import binary_name
from pincompiler.base.records import dataclass
from pincompiler.facts.common import Reached
from pincompiler.shipped.android.named_in_files import NamedInFiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pincompiler.android.dex import Dex
    from pincompiler.shipped.android.source import Source

_OBJECT: Final = frozenset(("toString", "equals", "hashCode", "finalize", "clone"))
_MARKERS: Final = frozenset(
    ("Ljava/lang/Cloneable;", "Ljava/io/Serializable;", "Ljava/util/RandomAccess;", "Ljava/rmi/Remote;")
)
"""Interfaces without methods."""
_USES: Final = opcodes.NEW_INSTANCE | opcodes.CONST_CLASS
_LITERALS: Final = frozenset(opcodes.CONST_CLASS)
_STATICS: Final = opcodes.STATIC_GETS | opcodes.STATIC_PUTS


class _Node(NamedTuple):
    """A method, or the use of a class where there is no name."""

    class_name: str
    name: str = ""
    descriptor: str = ""


def reached(source: Source, asked: Iterable[str]) -> Mapping[str, Reached]:
    """How each class, given by descriptor, or method, given as ``Lcom/example/Net;->get()V``, is used."""
    symbols = {symbol: _node(symbol) for symbol in asked}
    if not symbols:
        return MappingProxyType({})
    search = _Search(source, NamedInFiles(source.package))
    classes = [_Node(node.class_name) for node in symbols.values() if node.name and search.by_name(node)]
    search.run(dict.fromkeys((*symbols.values(), *classes)))
    return MappingProxyType({symbol: search.answer(node) for symbol, node in symbols.items()})


def _node(symbol: str) -> _Node:
    class_name, _, method = symbol.partition("->")
    name, mark, rest = method.partition("(")
    return _Node(class_name, name, mark + rest) if mark else _Node(class_name)


@dataclass(slots=True, eq=False)
class _Search:
    """The way back from what is asked, one pass over the code after the other."""

    source: Source
    names: NamedInFiles
    callers: dict[_Node, dict[_Node, None]] = field(default_factory=dict)
    """What leads to each node that was looked at; the nodes of one class have it in common."""
    asks: dict[_Node, int] = field(default_factory=dict)
    """By node, a bit for each question that it leads to."""
    settled: int = 0
    """The questions that a way was found for."""
    mentioned: dict[str, bool] = field(default_factory=dict)
    cut: int = 0
    """The questions that led too far."""
    unread: bool = False
    """Whether some code could not be read, which leaves no question sure."""
    starts: dict[str, bool] = field(default_factory=dict)
    methods: dict[str, dict[_Node, int]] = field(default_factory=dict)
    left: int = 0
    """Bytes of DEX files that may still be searched."""
    visits: int = field(default_factory=lambda: REACH_VISITS.limit)
    """Nodes that answers may still go through, all of them together."""

    def run(self, asked: Iterable[_Node]) -> None:
        """Follow everything back until it is settled, nothing is left, or it leads too far."""
        for number, node in enumerate(asked):
            self.asks[node] = 1 << number
            self._settle(node)
        self.left = max(
            REACH_BYTES.limit, REACH_TIMES.limit * sum(len(dex.data) for dex in self.source.program.files)
        )
        for _ in range(REACH_STEPS.limit):
            waiting = self._plain()
            if not waiting:
                return
            if len(waiting) > REACH_AT_ONCE.limit or len(self.callers) > REACH_NODES.limit or self.left < 0:
                break
            self._scan(waiting)
        for node in (*waiting, *self._fresh()):
            self.cut |= self.asks[node]

    def _fresh(self) -> list[_Node]:
        """What was not looked at yet and leads to a question that is not settled."""
        return [node for node, bits in self.asks.items() if node not in self.callers and bits & ~self.settled]

    def _link(self, caller: _Node, callee: _Node) -> None:
        """Remember that one leads to the other, and hence to all that the other leads to."""
        self.callers[callee][caller] = None
        waiting = [(caller, self.asks[callee])]
        while waiting:
            node, bits = waiting.pop()
            if bits & ~self.asks.get(node, 0):
                self.asks[node] = self.asks.get(node, 0) | bits
                self._settle(node)
                waiting += [(one, bits) for one in self.callers.get(node, ())]

    def _settle(self, node: _Node) -> None:
        if self._starts(node.class_name):
            self.settled |= self.asks[node]

    def _starts(self, class_name: str) -> bool:
        """Whether Android makes objects of a class by itself, or a library does by the app's XML."""
        known = self.starts.get(class_name)
        if known is None:
            known = self.names.in_manifest(class_name) or self.names.in_resources(class_name)
            self.starts[class_name] = known
        return known

    # Steps that need no code.

    def _plain(self) -> list[_Node]:
        """Take all steps for which no code has to be searched; give what remains to be searched for."""
        remaining = []
        while fresh := self._fresh():
            for node in fresh:
                self.callers[node] = {}
                further = self._without_code(node)
                if further is None:
                    remaining.append(node)
                for one in further or ():
                    self._link(one, node)
        for node in remaining:
            if not self.asks[node] & ~self.settled:
                del self.callers[node]  # another question may lead to it yet
        return [node for node in remaining if node in self.callers]

    def _without_code(self, node: _Node) -> list[_Node] | None:
        """What leads to a node by the structure of classes; None if calls have to be found."""
        if node.name == "<clinit>" or (node.name and self._inherits(node)):
            return [_Node(node.class_name)]
        return None

    def _inherits(self, node: _Node) -> bool:
        """Whether a method may be called by the name that a supertype gives it."""
        access = self._access(node)
        if access is None:  # what a class makes of a method that it does not have itself
            inherited = (node._replace(class_name=one) for one in self._ancestors(node.class_name))
            return any(self._access(one) is not None for one in inherited)
        if node.name == "<init>" or access & (ACC_STATIC | ACC_PRIVATE):
            return False
        ancestors = self._ancestors(node.class_name)
        for ancestor in ancestors:
            if ancestor == "Ljava/lang/Object;":
                if node.name in _OBJECT:
                    return True
            elif self.source.program.class_def(ancestor) is None:
                if ancestor not in _MARKERS:  # Android's: it may have such a method
                    return True
            elif self._access(node._replace(class_name=ancestor)) is not None:
                return True
        return len(ancestors) >= REACH_ANCESTORS.limit

    def _access(self, node: _Node) -> int | None:
        """The access flags of a method; none if its class has no such method."""
        known = self.methods.get(node.class_name)
        if known is None:
            cls = self.source.program.class_def(node.class_name)
            known = {_Node(*one.ref): one.access for one in cls.methods} if cls else {}
            self.methods[node.class_name] = known
        return known.get(node)

    def _ancestors(self, class_name: str) -> list[str]:
        """All supertypes, the program's and Android's."""
        found: dict[str, None] = {}
        waiting = deque([class_name])
        while waiting and len(found) < REACH_ANCESTORS.limit:
            cls = self.source.program.class_def(waiting.popleft())
            for one in (cls.superclass, *cls.interfaces) if cls else ():
                if one is not None and one not in found:
                    found[one] = None
                    waiting.append(one)
        return list(found)

    # Steps through code.

    def _scan(self, nodes: list[_Node]) -> None:
        """One pass over the code for what leads to some nodes."""
        below = self._below(nodes)
        for dex in self.source.program.files:
            try:
                for caller, callee in list(self._found(dex, nodes, below)):
                    self._link(caller, callee)
            except DexError as error:
                self.source.doubt(dex.name, f"its code cannot be followed: {error}")
                self.unread = True

    def _below(self, nodes: Iterable[_Node]) -> dict[str, list[str]]:
        """Classes by whose name a method may be called, too: direct subclasses; those that implement."""
        program = self.source.program
        classes: dict[str, None] = {}
        interfaces: dict[str, None] = {}
        for node in nodes:
            access = cls.access if (cls := program.class_def(node.class_name)) else ACC_FINAL
            if access & ACC_INTERFACE:
                interfaces[node.class_name] = None
            elif node.name not in ("", "<init>") and not access & ACC_FINAL:
                classes[node.class_name] = None
        found: dict[str, list[str]] = {}
        for dex in program.files:
            for name, below in dex.subclasses(interfaces).items() if interfaces else ():
                found.setdefault(name, []).extend(one.name for one in below)
            for name in classes:
                found.setdefault(name, []).extend(dex.heirs(name))
        return found

    def _found(
        self, dex: Dex, nodes: Iterable[_Node], below: Mapping[str, list[str]]
    ) -> Iterator[tuple[_Node, _Node]]:
        """Each method of one file that leads to a node, and that node."""
        by_use = self._by_use(dex, nodes, below)
        wanted = [Wanted(family, frozenset(found)) for family, found in by_use.items() if found]
        self.left -= len(dex.data) if wanted else 0
        for site in dex.uses(*wanted) if wanted else ():
            caller = _Node(site.method.class_name, site.method.name, site.method.descriptor)
            for family, found in by_use.items():
                for node in found.get(site.ref, ()) if site.opcode in family else ():
                    if family is opcodes.CONST_STRING:
                        self.mentioned[node.class_name] = True
                    else:
                        yield caller, node
        for node in nodes:
            if not node.name:  # an interface is used where something implements it
                for one in below.get(node.class_name, ()):
                    yield _Node(one), node

    def _by_use(
        self, dex: Dex, nodes: Iterable[_Node], below: Mapping[str, list[str]]
    ) -> dict[frozenset[int], dict[int, list[_Node]]]:
        """By family of instructions and id, the nodes that such an instruction leads to."""
        found: dict[frozenset[int], dict[int, list[_Node]]] = {}
        for family, ids in (
            (opcodes.INVOKES, self._invoked),
            (_USES, self._named),
            (_LITERALS, self._made_by_name),
            (_STATICS, self._static_fields),
            (opcodes.CONST_STRING, self._strings),
        ):
            by_id = found[family] = {}
            for node in nodes:
                for number in ids(dex, node, below):
                    by_id.setdefault(number, []).append(node)
        return found

    def _invoked(self, dex: Dex, node: _Node, below: Mapping[str, list[str]]) -> Iterator[int]:
        if not node.name:
            # Of a class itself: its constructors, which subclasses call, and what is static.
            for number in dex.method_refs(node.class_name, None):
                ref = dex.method_ref(number)
                if ref.name == "<init>" or (self._access(_Node(*ref)) or 0) & ACC_STATIC:
                    yield number
            return
        for name in (node.class_name, *below.get(node.class_name, ())):
            for number in dex.method_refs(name, node.name):
                if dex.method_ref(number).descriptor == node.descriptor:
                    yield number

    def _named(self, dex: Dex, node: _Node, _: Mapping[str, list[str]]) -> Iterator[int]:
        number = None if node.name else dex.type_id(node.class_name)
        if number is not None:
            yield number

    def _made_by_name(self, dex: Dex, node: _Node, _: Mapping[str, list[str]]) -> Iterator[int]:
        """Of a constructor, the class: whoever has its literal may make an object by reflection."""
        number = dex.type_id(node.class_name) if node.name == "<init>" else None
        if number is not None:
            yield number

    def _static_fields(self, dex: Dex, node: _Node, _: Mapping[str, list[str]]) -> Iterator[int]:
        if not node.name:
            yield from dex.field_refs(node.class_name, None)

    def _strings(self, dex: Dex, node: _Node, _: Mapping[str, list[str]]) -> Iterator[int]:
        number = dex.strings.find(binary_name(node.class_name)) if not node.name else None
        if number is not None:
            yield number

    # Answers.

    def answer(self, node: _Node) -> Reached:
        """How a node that was asked for is used."""
        before: dict[_Node, _Node | None] = {node: None}
        waiting = deque([node])
        outside = False
        while waiting and self.visits > 0:
            one = waiting.popleft()
            self.visits -= 1
            outside = outside or _nest(one.class_name) != _nest(node.class_name)
            outside = outside or self.mentioned.get(one.class_name, False)
            if self._starts(one.class_name):
                return Reached(Use.REACHABLE, tuple(_chain(one, before)))
            for caller in self.callers.get(one, ()):
                if caller not in before:
                    before[caller] = one
                    waiting.append(caller)
        if (
            outside
            or waiting
            or self.unread
            or self.cut & self.asks[node]
            or any(self.names.elsewhere(one.class_name) for one in before)
        ):
            return Reached(Use.REFERENCED)
        if len(before) == 1 and self.by_name(node):
            used = self.answer(_Node(node.class_name)).use
            return Reached(Use.PRESENT if used is Use.PRESENT else Use.REFERENCED)
        return Reached(Use.PRESENT)

    def by_name(self, node: _Node) -> bool:
        """Whether layouts, scripts or event buses may call a method that no code calls."""
        access = self._access(node)
        hidden = access is None or access & (ACC_STATIC | ACC_PRIVATE) or node.name == "<init>"
        return not hidden and not self._inherits(node)


def _chain(node: _Node, before: Mapping[_Node, _Node | None]) -> Iterator[str]:
    last = None
    step: _Node | None = node
    while step is not None:
        if step.class_name != last:
            yield step.class_name
        last, step = step.class_name, before[step]


def _nest(class_name: str) -> str:
    """The outermost class that a class is written in, by its name."""
    folder, slash, simple = class_name.removesuffix(";").rpartition("/")
    outer = simple.partition("$")[0]
    return f"{folder}{slash}{outer}" if outer.strip("-L") else class_name
