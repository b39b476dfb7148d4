"""Which classes of an app play which part of OkHttp: by their names, or where R8 changed these, by structure.

What survives renaming: the sentences that a pinner's refusals begin with, and who holds and takes whom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import opcodes
from pincompiler.android.dex.access import ACC_FINAL
from pincompiler.android.dex.refs import MethodRef, parameters
from pincompiler.base.bounds import PIN_HOLDERS
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.android.constants.program import Program
    from pincompiler.android.dex import Site
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.facts.okhttp import Library

STRING: Final = "Ljava/lang/String;"
STRINGS: Final = "[Ljava/lang/String;"


@dataclass(frozen=True, slots=True)
class Roles:
    """The classes of one OkHttp, by descriptor; empty where there is none or it is not known."""

    library: Library
    pinner: str
    pins: str
    """``CertificatePinner.Builder``."""
    pin: str
    """``CertificatePinner.Pin``, since 3.x."""
    client: str
    builder: str
    """``OkHttpClient.Builder``; in OkHttp 2 the client itself, which can be changed."""
    merged: frozenset[MethodRef] = frozenset()
    """Methods of the app that R8 put into one of these classes, as it does where it merges two."""

    @property
    def classes(self) -> frozenset[str]:
        """All of them."""
        return frozenset((self.pinner, self.pins, self.pin, self.client, self.builder)) - {""}

    def is_own(self, method: MethodBody) -> bool:
        """Whether a method is part of this OkHttp itself; where names are gone, of its known classes."""
        if self.library.renamed:
            return self.has(MethodRef(method.class_name, method.name, method.descriptor))
        return method.class_name.startswith(
            "Lcom/squareup/okhttp/" if self.library.major == 2 else "Lokhttp3/"
        )

    def has(self, ref: MethodRef) -> bool:
        """Whether a method is one of these classes' own."""
        return ref.class_name in self.classes and ref not in self.merged

    # What a call does, by what it takes and gives.

    def is_fluent(self, ref: MethodRef) -> bool:
        """Whether a call returns its receiver, as the methods of builders do."""
        returned = _returned(ref)
        return returned == ref.class_name and returned in {self.pins, self.builder} and ref.name != "clone"

    def adds(self, ref: MethodRef) -> bool:
        """Whether a call gives a builder of pinners a pattern and its pins."""
        return ref.class_name == self.pins and parameters(ref.descriptor) == (STRING, STRINGS)

    def makes_pin(self, ref: MethodRef) -> bool:
        """Whether a call makes one pin for a pattern."""
        given = parameters(ref.descriptor)
        if ref.class_name != self.pin or ref.name != "<init>" or not self.pin:
            return False
        # R8 takes a parameter away that all callers pass the same for: a host, mostly.
        return given == (STRING, STRING) or (self.library.renamed and given in {(STRING,), ()})

    def makes_pinner(self, ref: MethodRef) -> bool:
        """Whether a call makes a pinner, by its builder or directly."""
        if ref.class_name == self.pinner and ref.name == "<init>":
            return True
        return ref.class_name == self.pins and _returned(ref) == self.pinner and ref not in self.merged

    def takes_pinner(self, ref: MethodRef) -> bool:
        """Whether a call gives a client's builder a pinner."""
        return ref.class_name == self.builder and parameters(ref.descriptor) == (self.pinner,)

    def asks_pinner(self, ref: MethodRef) -> bool:
        """Whether a call has a pinner check a host."""
        return (
            ref.class_name == self.pinner
            and STRING in parameters(ref.descriptor)[:1]
            and ref.name != "<init>"
        )

    def makes_client(self, ref: MethodRef) -> bool:
        """Whether a call makes a client that was none before."""
        if ref.class_name == self.client and ref.name == "<init>":
            return parameters(ref.descriptor) in {(), (self.builder,)}
        return (
            self.client != self.builder and ref.class_name == self.builder and _returned(ref) == self.client
        )

    def derives(self, ref: MethodRef) -> bool:
        """Whether a call makes a client's builder, or in OkHttp 2 a client, of another client."""
        if self.client == self.builder:
            return ref.class_name == self.client and ref.name == "clone"
        if ref.class_name == self.builder and ref.name == "<init>":
            return parameters(ref.descriptor) == (self.client,)
        return ref.class_name == self.client and _returned(ref) == self.builder


def calls_of(program: Program, roles: Roles) -> Iterator[str]:
    """Classes of calls, which a client makes of itself: they talk to servers, and are made of nothing that is pinned."""
    for dex in program.files:
        for number in dex.method_refs(None, "<init>"):
            ref = dex.method_ref(number)
            cls = (
                program.class_def(ref.class_name)
                if parameters(ref.descriptor)[:1] == (roles.client,)
                else None
            )
            above = [cls, *map(program.class_def, cls.interfaces)] if cls else []
            if any(one and "Ljava/lang/Cloneable;" in one.interfaces for one in above):
                yield ref.class_name


def _returned(ref: MethodRef) -> str:
    return ref.descriptor[ref.descriptor.rfind(")") + 1 :]


def named(library: Library) -> Roles:
    """The classes of an OkHttp that kept its names."""
    if library.major == 2:
        client = "Lcom/squareup/okhttp/OkHttpClient;"
        pinner = "Lcom/squareup/okhttp/CertificatePinner"
        return Roles(library, f"{pinner};", f"{pinner}$Builder;", "", client, client)
    pinner, client = "Lokhttp3/CertificatePinner", "Lokhttp3/OkHttpClient"
    return Roles(
        library, f"{pinner};", f"{pinner}$Builder;", f"{pinner}$Pin;", f"{client};", f"{client}$Builder;"
    )


def renamed(
    program: Program, library: Library, refusals: Iterable[Site], prefixes: Iterable[Site]
) -> Roles | None:
    """The classes of an OkHttp that lost its names; none if they are unknown.

    ``refusals`` use the sentence with which a pinner refuses a chain, ``prefixes`` that with which a pin of
    the wrong form is refused.
    """
    pinners = dict.fromkeys(site.method.class_name for site in refusals)
    pins = dict.fromkeys(site.method.class_name for site in prefixes)
    for pinner in pinners:
        for client, builder in _clients(program, pinner):
            makers = _makers(program, pinner)
            maker = next(makers, "")
            merged = frozenset(_merged(program, maker))
            return Roles(library, pinner, maker, next(iter(pins), ""), client, builder, merged)
    return None


def _merged(program: Program, maker: str) -> Iterator[MethodRef]:
    """Methods of the builder of pinners that add pins: OkHttp's own are only given them."""
    cls = program.class_def(maker)
    for method in cls.methods if cls else ():
        calls = (
            [one for one in method.body.instructions if one.opcode in opcodes.INVOKES] if method.body else []
        )
        refs = (cls.dex.method_ref(one.reference or 0) for one in calls) if cls else ()
        if any(ref.class_name == maker and parameters(ref.descriptor) == (STRING, STRINGS) for ref in refs):
            yield method.ref


def _clients(program: Program, pinner: str) -> Iterator[tuple[str, str]]:
    """Two classes that hold a pinner, of which one is made of the other alone."""
    holders = dict.fromkeys(
        ref.class_name
        for dex in program.files
        for number in dex.field_refs(None, None)
        if (ref := dex.field_ref(number)).descriptor == pinner and ref.class_name != pinner
    )
    some = list(holders)[: PIN_HOLDERS.limit]
    # A builder may be made of a client as well; but only a client keeps its pinner for good.
    for client in sorted(some, key=lambda name: not _keeps(program, name, pinner)):
        for builder in some:
            cls = program.class_def(client)
            if client != builder and cls and cls.method("<init>", f"({builder})V"):
                yield client, builder


def _keeps(program: Program, name: str, pinner: str) -> bool:
    """Whether a class has its pinner in a field that is final."""
    cls = program.class_def(name)
    fields = cls.fields if cls else ()
    return any(one.ref.descriptor == pinner and one.access & ACC_FINAL for one in fields)


def _makers(program: Program, pinner: str) -> Iterator[str]:
    """Classes that hold a list and nothing else, and give a pinner: what R8 leaves of the builder of pinners."""
    givers = dict.fromkeys(
        ref.class_name
        for dex in program.files
        for number in dex.method_refs(None, None)
        if (ref := dex.method_ref(number)).class_name != pinner and ref.descriptor == f"(){pinner}"
    )
    for name in givers:
        cls = program.class_def(name)
        held = [one.ref.descriptor for one in cls.fields if not one.is_static] if cls else []
        if held in (["Ljava/util/List;"], ["Ljava/util/ArrayList;"]):
            yield name
