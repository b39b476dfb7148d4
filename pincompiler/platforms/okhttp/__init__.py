"""Targets ``okhttp-kotlin`` and ``okhttp-java``: OkHttp's CertificatePinner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.platforms.okhttp.code import excerpt_java, excerpt_kotlin, read, write_java, write_kotlin
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry, takes_dots_off, understands_deep
from pincompiler.platforms.target import Target
from pincompiler.policy.enforcement import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from pincompiler.platforms.target import Objection
    from pincompiler.policy.enforcement import PinSet
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.project import App, Output


def lower(policy: Policy, app: App, _output: Output) -> OkHttp:
    """The patterns nearest to a policy, in the order of their hosts."""
    deep = understands_deep(app.okhttp)
    entries = [entry for pin_set in policy.sets for entry in _entries(pin_set, deep=deep)]
    return OkHttp(tuple(sorted(entries, key=_order)), deep, undotted=takes_dots_off(app.okhttp))


def _entries(pin_set: PinSet, *, deep: bool) -> Iterator[OkHttpEntry]:
    keys = pin_set.public_keys
    for host in pin_set.hosts if keys else ():
        if pin_set.reach is Reach.ALL and deep:
            yield OkHttpEntry(f"**.{host}", keys)
            continue
        yield OkHttpEntry(host, keys)
        if pin_set.reach is not Reach.NONE:
            yield OkHttpEntry(f"*.{host}", keys)


def _order(entry: OkHttpEntry) -> tuple[str, str]:
    return entry.pattern.lstrip("*."), entry.pattern


def objections(_policy: Policy, _app: App, _model: OkHttp) -> Iterator[Objection]:
    """None: every pattern made of a checked host is one that every version takes."""
    return iter(())


def dotted(app: App) -> str:
    """The URLs that OkHttp up to 5.5.1 does not see."""
    return "" if takes_dots_off(app.okhttp) else "URLs whose host ends in a dot"


def instants(_day: date) -> str:
    """OkHttp has no expiry."""
    return "never: OkHttp enforces until the app is updated"


LEFT_OUT = (
    "whom the client trusts before it looks at pins: the CAs of the system, or those that the app's network security "
    "configuration or its own trust manager names"
)

OKHTTP_KOTLIN = Target(
    name="okhttp-kotlin",
    mechanism="okhttp",
    title="OkHttp",
    lower=lower,
    objections=objections,
    write=write_kotlin,
    excerpt=excerpt_kotlin,
    read=read,
    instants=instants,
    left_out=LEFT_OUT,
    uncovered="everything that does not use this OkHttpClient",
    also_uncovered=dotted,
    options=frozenset({"package"}),
    required=frozenset({"package"}),
    suffixes=(".kt",),
)

OKHTTP_JAVA = Target(
    name="okhttp-java",
    mechanism="okhttp",
    title="OkHttp",
    lower=lower,
    objections=objections,
    write=write_java,
    excerpt=excerpt_java,
    read=read,
    instants=instants,
    left_out=LEFT_OUT,
    uncovered=OKHTTP_KOTLIN.uncovered,
    also_uncovered=dotted,
    options=frozenset({"package"}),
    required=frozenset({"package"}),
    suffixes=(".java",),
)
