"""Libraries that the app has check less of a server than the platform does, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import DexError, opcodes
from pincompiler.facts.common import Mechanism
from pincompiler.facts.kits import LooseCheck, Looseness
from pincompiler.shipped.android.kits.known_calls import is_so, libraries, sites_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.android.dex.method import MethodBody
    from pincompiler.facts.common import Code
    from pincompiler.shipped.android.kits.known_calls import KnownLibrary, KnownUse
    from pincompiler.shipped.android.source import Source

_SWITCHES: Final = {
    "accepts-any-chain": Looseness.ANY_CHAIN,
    "accepts-any-name": Looseness.ANY_NAME,
    "sends-plain-text": Looseness.PLAIN_TEXT,
}
_IDLE: Final = frozenset({opcodes.NOP, opcodes.RETURN_VOID})


def collect(source: Source) -> tuple[LooseCheck, ...]:
    """Each place where a library is made to check less, or is used although it checks less by itself."""
    return tuple(dict.fromkeys(one for library in libraries() for one in _of(source, library)))


def _of(source: Source, library: KnownLibrary) -> Iterator[LooseCheck]:
    for key, looseness in _SWITCHES.items():
        for one, code in _made(source, library, library.of(key)):
            yield LooseCheck(code, library.name, looseness, one.words)
        for one, body in _bodies(source, library, library.of(key)):
            if _does_nothing(body):
                call = f"a {one.words} that does nothing"
                yield LooseCheck(source.code(body), library.name, looseness, call)
        yield from _by_default(source, library, key, looseness)
    for _, body in _bodies(source, library, library.of("checks")):
        if not _does_nothing(body):
            why = f"decides for {library.name} whom to trust, which was not followed"
            source.doubt(source.where(body).symbol, why, Mechanism.TRUST_MANAGER)


def _by_default(
    source: Source, library: KnownLibrary, key: str, looseness: Looseness
) -> Iterator[LooseCheck]:
    """Uses of a library that checks less by itself, in an app that never makes it check."""
    used = list(_made(source, library, library.of(f"{key}-by-default.uses")))
    cures = library.of(f"{key}-by-default.unless") if used else ()
    if any(True for _ in _made(source, library, cures)):
        return
    for one, code in used:
        yield LooseCheck(
            code, library.name, looseness, one.words, tuple(f"call {cure.words}" for cure in cures)
        )


def _made(source: Source, library: KnownLibrary, some: Iterable[KnownUse]) -> Iterator[tuple[KnownUse, Code]]:
    """Uses whose arguments are those of the table; what they are is a doubt where that is not known."""
    for one, site in sites_of(source, library, some):
        code = source.code(site.method, site.offset)
        try:
            so = is_so(source, one, site)
        except DexError as error:
            source.doubt(code.location.symbol, f"cannot be followed: {error}", Mechanism.TRUST_MANAGER)
            continue
        if so:
            yield one, code
        elif so is None:
            why = f"may call {one.words} of {library.name}: what it passes was not followed"
            source.doubt(code.location.symbol, why, Mechanism.TRUST_MANAGER)


def _bodies(
    source: Source, library: KnownLibrary, some: Iterable[KnownUse]
) -> Iterator[tuple[KnownUse, MethodBody]]:
    """Methods of the app's classes by which a library asks them to check."""
    for one in some:
        for cls in source.program.subclasses(one.class_name) if one.does_nothing else ():
            if library.is_its_own(cls.name) or not source.owner_of(cls.name).first_party:
                continue
            try:
                method = cls.method(one.name)
                if method is not None and method.body is not None and method.body.instructions:
                    yield one, method.body
            except DexError as error:
                why = f"it checks servers for {library.name} and cannot be read: {error}"
                source.doubt(cls.name, why, Mechanism.TRUST_MANAGER)


def _does_nothing(body: MethodBody) -> bool:
    return all(step.opcode in _IDLE for step in body.instructions)
