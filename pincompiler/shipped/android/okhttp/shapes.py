"""Pins known by nothing but the call that they are passed in: a pattern, and an array of pins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pincompiler.android.constants.values import Items, Text
from pincompiler.android.dex import DexError
from pincompiler.facts.okhttp import Added, Library, Pinner, PinnerUse
from pincompiler.shipped.android.okhttp.drafts import doubted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.android.constants.values import Value
    from pincompiler.android.dex import Site
    from pincompiler.shipped.android.source import Source


def by_shape(source: Source, sites: Iterable[Site], library: Library | None) -> Iterator[Pinner]:
    """What calls pass that look like ``add``, in the methods that use a pin."""
    known = library or Library(None, 3, renamed=True)
    some = tuple(sites)
    for method in dict.fromkeys(site.method for site in some):
        code = source.code(method)
        added, doubts = [], []
        try:
            calls = tuple(source.program.flow(method).calls.values())
        except DexError as error:
            calls = ()
            doubts.append(f"cannot be followed: {error}")
        for values in calls:
            host, pins = values[-2:] if len(values) > 1 else (None, None)
            if isinstance(host, Text) and pins is not None and _all_pins(pins):
                added.append(Added(host.value, source.texts(pins) or (), code))
        if library and not added and not doubts:
            doubts.append("uses a pin, and for which host is not known")
        if added or library:
            said = tuple(doubted(source, code, doubt) for doubt in doubts)
            used = dict.fromkeys(site.method.dex.string(site.ref) for site in some if site.method == method)
            partial = () if added else (Added("", tuple(used), code),)
            yield Pinner(code, known, tuple(dict.fromkeys(added)), PinnerUse.UNKNOWN, (), said, partial)


def _all_pins(items: Value) -> bool:
    return (
        isinstance(items, Items)
        and bool(items.items)
        and all(isinstance(one, Text) and re.match(r"sha(256|1)/", one.value) for one in items.items)
    )
