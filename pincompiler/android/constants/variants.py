"""What one call passes, by the items of loops and by callers."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from pincompiler.android.constants.values import Parameter, Value, leaves
from pincompiler.base.bounds import CALLER_HOPS, PICKS, WRITERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.android.constants.flow import MethodFlow
    from pincompiler.android.constants.program import Program
    from pincompiler.android.dex.method import MethodBody


def call_variants(program: Program, body: MethodBody, offset: int) -> tuple[tuple[Value, ...], ...]:
    """What the call at ``offset`` passes, by the items of loops and by callers.

    What belongs together stays together: the host and the pins of one entry, of one caller.
    """
    program.budget.ask()
    found: dict[tuple[Value, ...], None] = {}
    for given in _contexts(program, body, offset, 0):
        for passed in _picked(program, body, offset, given):
            found[passed] = None
    return tuple(found)


def _contexts(program: Program, body: MethodBody, offset: int, hops: int) -> list[tuple[Value, ...] | None]:
    """What callers pass to a method, if the call in it passes any of that on."""
    flow = program.follow(body, None, lambda flow: flow.calls.get(offset, ()))
    passed = flow.calls.get(offset, ()) if flow else ()
    # The receiver is what the call is for, and no constant.
    own = [leaf for value in passed[1:] for leaf in leaves(value) if isinstance(leaf, Parameter)]
    if hops >= CALLER_HOPS.limit or not any(one.method == body for one in own):
        return [None]
    sites = program.call_sites(body.class_name, body.name, body.descriptor)
    if not sites or len(sites) > WRITERS.limit:
        return [None]
    found: list[tuple[Value, ...] | None] = []
    for site in sites:
        for given in _contexts(program, site.method, site.offset, hops + 1):
            found += _picked(program, site.method, site.offset, given)
    return found or [None]


def _picked(
    program: Program, body: MethodBody, offset: int, given: tuple[Value, ...] | None
) -> list[tuple[Value, ...]]:
    """What a call passes, for each combination of the items that loops take."""

    def asked(flow: MethodFlow) -> Iterable[Value]:
        return flow.calls.get(offset, ())

    flow = program.follow(body, given, asked)
    if flow is None or offset not in flow.calls:
        return []
    combinations = list(islice(product(*map(range, flow.choices.values())), PICKS.limit + 1))
    if not flow.choices or len(combinations) > PICKS.limit:
        return [flow.calls[offset]]
    flows = [
        program.follow(body, given, asked, tuple(zip(flow.choices, some, strict=True)))
        for some in combinations
    ]
    return [one.calls[offset] for one in flows if one and offset in one.calls]
