"""The hosts of the ``https://`` addresses that an app's code has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import DexError, containing, opcodes
from pincompiler.android.dex.scan import Wanted
from pincompiler.base.bounds import DOMAINS_BELOW
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.facts.common import Mechanism
from pincompiler.facts.nsc import NamedHost

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pincompiler.android.dex import Dex
    from pincompiler.shipped.android.source import Source

_ADDRESS: Final = lazy_regex(r"https://([\w.-]+)(?:[:/?#]|$)", re.ASCII)


def hosts_below(source: Source, domains: Sequence[str]) -> Iterator[NamedHost]:
    """Hosts below domains, each where the app's own code first names it; by a pass of its own if there are any."""
    if not domains:
        return
    found: dict[str, NamedHost] = {}
    some = source.bounded(
        domains, DOMAINS_BELOW.limit, "domains that are pinned without what is below them", Mechanism.NSC
    )
    for dex in source.program.files:
        try:
            for one in _in_file(source, dex, some):
                found.setdefault(one.host, one)
        except DexError:  # reported where the code was searched for everything else
            continue
    yield from found.values()


def _in_file(source: Source, dex: Dex, domains: Sequence[str]) -> Iterator[NamedHost]:
    ends = "|".join(map(re.escape, domains))
    pattern = containing(rf"https://[\w.-]+\.(?:{ends})(?=[:/?#\0])".encode())
    hosts: dict[int, str] = {}
    for number in dex.string_ids(pattern):
        match = _ADDRESS.match(dex.string(number))
        if match and match[1].lower().endswith(tuple(f".{domain}" for domain in domains)):
            hosts[number] = match[1].lower()
    if not hosts:
        return
    for site in dex.uses(Wanted(opcodes.CONST_STRING, frozenset(hosts))):
        code = source.code(site.method, site.offset)
        if code.owner.first_party:
            yield NamedHost(hosts[site.ref], code)
