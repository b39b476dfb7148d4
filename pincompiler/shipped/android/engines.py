"""Who reads the code: pincompiler's own index, androguard, or the one where the other cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import Dex, DexError
from pincompiler.base.bounds import METHODS_NAMED, RESCUED, RESCUED_BYTES
from pincompiler.facts import Mechanism, ShippedApp, Unseen
from pincompiler.shipped.android.source import IN_CODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.android.androguard import AndroguardDex
    from pincompiler.android.apk import Package

_MAGIC: Final = b"dex\n"


def fast(package: Package, unseen: dict[Unseen, None]) -> Iterator[Dex]:
    """The DEX files by pincompiler's own index; androguard's where that fails, if it looks worth a try."""
    rescues = RESCUED.limit
    for name, data in package.dex_files():
        try:
            yield Dex(data, name)
        except DexError as error:
            rescued = None
            # What is encrypted begins with anything; androguard does not read it either.
            if rescues and data.startswith(_MAGIC) and len(data) <= RESCUED_BYTES.limit:
                rescues -= 1
                rescued = _rescued(name, data, unseen)
            if rescued is not None:
                why = f"was read by androguard, for pincompiler's own reader finds: {error}"
                unseen[Unseen(name, why, frozenset())] = None
                yield rescued
            else:
                unseen[Unseen(name, f"cannot be read: {error}", IN_CODE)] = None


def own(package: Package, unseen: dict[Unseen, None]) -> Iterator[Dex]:
    """The DEX files by pincompiler's own index and nothing else."""
    for name, data in package.dex_files():
        try:
            yield Dex(data, name)
        except DexError as error:
            unseen[Unseen(name, f"cannot be read: {error}", IN_CODE)] = None


def androguard(package: Package, unseen: dict[Unseen, None]) -> Iterator[Dex]:
    """The DEX files by androguard; by pincompiler's own index where that fails, which is a doubt."""
    for name, data in package.dex_files():
        try:
            yield _by_androguard(name, data, unseen)
        except DexError as error:
            try:
                dex = Dex(data, name)
            except DexError as other:
                unseen[Unseen(name, f"cannot be read: {other}; and {error}", IN_CODE)] = None
                continue
            why = f"was read by pincompiler's own reader and is not cross-checked: {error}"
            unseen[Unseen(name, why, IN_CODE)] = None
            yield dex


def _rescued(name: str, data: bytes, unseen: dict[Unseen, None]) -> Dex | None:
    try:
        return _by_androguard(name, data, unseen)
    except DexError:
        return None


def _by_androguard(name: str, data: bytes, unseen: dict[Unseen, None]) -> AndroguardDex:
    from pincompiler.android.androguard import AndroguardDex

    dex = AndroguardDex(data, name)
    if dex.lost:
        more = (
            f" and {len(dex.lost) - METHODS_NAMED.limit} more" if len(dex.lost) > METHODS_NAMED.limit else ""
        )
        shown = ", ".join(ascii(name)[1:-1] for name in dex.lost[: METHODS_NAMED.limit])
        why = f"androguard cannot read to its end the code of {shown}{more}"
        unseen[Unseen(name, why, IN_CODE)] = None
    return dex


def disagreements(package: Package, one: ShippedApp, other: ShippedApp) -> Iterator[Unseen]:
    """What the engines do not agree on: what the app's files are, and the facts in its code."""
    from pincompiler.android.androguard import Compared
    from pincompiler.android.androguard import disagreements as of_files

    mechanisms: dict[Compared, frozenset[Mechanism]] = {
        Compared.MANIFEST: frozenset(Mechanism),
        Compared.NSC: frozenset({Mechanism.NSC}),
        Compared.CODE: IN_CODE,
        Compared.NOTHING: frozenset(),
    }
    for found in of_files(package):
        yield Unseen(found.what, found.why, mechanisms[found.subject])
    for name in ShippedApp.__dataclass_fields__:
        # These two grow while the package is read, whoever reads its code.
        if name not in {"unseen", "anomalies"} and getattr(one, name) != getattr(other, name):
            yield Unseen(name, f"the two engines disagree on the facts about {name}", IN_CODE)
