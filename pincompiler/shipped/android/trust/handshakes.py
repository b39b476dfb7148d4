"""OkHttp's ``Handshake``, which has the certificates of a server: under its name, or where R8 took that away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import DexError, exactly, opcodes
from pincompiler.android.dex.scan import Wanted
from pincompiler.shipped.android.source import CallsOf, Mention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.android.dex.method import MethodBody
    from pincompiler.shipped.android.source import Source, Want

HANDSHAKES: Final = ("Lokhttp3/Handshake;", "Lcom/squareup/okhttp/Handshake;")
NAMED: Final = tuple(CallsOf(name, None) for name in HANDSHAKES)
"""Its calls where it has its name."""
_REFUSAL: Final = Mention(exactly(18, b"tlsVersion == NONE"))
"""OkHttp's refusal to make one of a session without TLS, which R8 leaves as it is."""
_LISTS: Final = ("Ljava/util/List;", "Lkotlin/Lazy;")
WANTED: tuple[Want, ...] = (*NAMED, _REFUSAL)


def makers(source: Source) -> Iterator[tuple[str, MethodBody]]:
    """The class without its name, and the method of OkHttp that makes one of a session."""
    for site in source.sites(_REFUSAL):
        given = site.method.descriptor.rpartition(")")[2]
        if given.startswith("L") and given not in HANDSHAKES:
            yield given, site.method


def readers(source: Source) -> Iterator[MethodBody]:
    """The methods that ask one without its name for certificates, or for what it keeps of them."""
    names = {name for name, _ in makers(source)}
    for dex in source.program.files if names else ():
        calls, reads = set[int](), set[int]()
        for name in names:
            calls.update(one for one in dex.method_refs(name, None) if _gives(dex.method_ref(one).descriptor))
            reads.update(one for one in dex.field_refs(name, None) if _gives(dex.field_ref(one).descriptor))
        wanted = (Wanted(opcodes.INVOKES, frozenset(calls)), Wanted(opcodes.INSTANCE_GETS, frozenset(reads)))
        try:
            sites = dex.uses(*wanted)
        except DexError:  # which is reported where all code is searched
            continue
        yield from (site.method for site in sites if site.method.class_name not in names)


def _gives(descriptor: str) -> bool:
    """Whether a method without parameters gives a list, or a field is one or an object of which R8 took the name."""
    kind = descriptor.removeprefix("()")
    return kind in _LISTS or (kind.startswith("L") and kind.count("/") == 0)
