"""The hosts of the addresses in an app's own code, in its resources and in its scripts.

An address is a constant that begins as one, ``https://api.example.com/v1``: a host that is put together at run time, or
given without a scheme, is not seen.  Files are read where they hold scripts or settings, by their names.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pincompiler.android.apk import MemberError
from pincompiler.android.dex import containing
from pincompiler.android.hermes import MAGIC, HermesError, strings
from pincompiler.base.bounds import (
    ADDRESS_PLACES,
    ADDRESSES_LISTED,
    ADDRESSES_NAMED,
    HERMES_BYTES,
    MEMBER_BYTES,
)
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.facts.addresses import AddressFacts, NamedHost
from pincompiler.facts.common import Mechanism
from pincompiler.policy.hosts import canonical_host
from pincompiler.shipped.android.source import Mention

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from pincompiler.shipped.android.source import Source, Want

_CONSTANTS: Final = (Mention(containing(rb"https?://\w")), Mention(containing(rb"wss?://\w")))
WANTED: Final[tuple[Want, ...]] = _CONSTANTS
_ADDRESS: Final = rb"(http|ws)(s?)://([A-Za-z0-9][A-Za-z0-9.-]*)(?![A-Za-z0-9.%{$@-])"
_BEGINNING: Final = lazy_regex(rb"\A" + _ADDRESS)
"""Of a constant: elsewhere in a text it is for readers."""
_IN_TABLE: Final = lazy_regex(_ADDRESS)
"""There the length of a text stands before it, which may be a letter as well."""
_QUOTED: Final = lazy_regex(rb"(?<=[\"'`=])" + _ADDRESS)
"""In scripts and settings: those in comments are for readers."""
_WIDE: Final = lazy_regex(rb"(?:h\0t\0t\0p|w\0s)\0(?:s\0)?:\0/\0/\0(?:[A-Za-z0-9.-]\0)+")
"""The same in UTF-16, as in old tables of resources."""
_SHORTEST: Final = len("ws://a.bc")
_TABLES: Final = ("resources.arsc", "resources.pb")
_SETTINGS: Final = lazy_regex(
    r"(?:.*[!/])?assets/.*\.(?:[cm]?js|html?|json|properties|ya?ml|bundle|jsbundle|env|conf|cfg|ini|plist|xml)"
    r"|(?:.*[!/])?res/raw/.*\.(?:json|properties|txt)"
)
_NO_ENDPOINTS: Final = frozenset(
    {
        *("schemas.android.com", "www.w3.org", "w3.org", "ns.adobe.com", "xmlpull.org", "java.sun.com"),
        *("schemas.xmlsoap.org", "schemas.microsoft.com", "xml.org", "xml.apache.org", "json-schema.org"),
        *("purl.org", "www.apache.org", "www.opensource.org", "opensource.org", "localhost"),
    }
)
"""Hosts of addresses that are names and licences: nobody connects to them."""


def collect(source: Source) -> AddressFacts:
    """Every host, first those of the code, each with the first places that name it."""
    code, files = _by_host(_in_code(source)), _by_host(_in_files(source))
    hosts = source.bounded(code, ADDRESSES_NAMED.limit, "hosts that the code names", Mechanism.NSC)
    listed = tuple(files)[: ADDRESSES_LISTED.limit]
    if len(files) > len(listed):
        source.remark("hosts", f"files name {len(files) - len(listed):,} more than are listed")
    named = (*(one for host in hosts for one in code[host]), *(one for host in listed for one in files[host]))
    return AddressFacts(codes=tuple(one.code for one in named if one.code), named=named)


def _by_host(named: Iterable[NamedHost]) -> dict[str, list[NamedHost]]:
    """The first places of each host."""
    found: dict[str, list[NamedHost]] = {}
    for one in named:
        places = found.setdefault(one.host, [])
        if len(places) < ADDRESS_PLACES.limit and one.where not in [other.where for other in places]:
            places.append(one)
    return found


def _in_code(source: Source) -> Iterator[NamedHost]:
    """Those that the app's own code has as constants."""
    for site in source.sites(*_CONSTANTS):
        if source.owner_of(site.method.class_name).first_party:
            text = site.method.dex.string(site.ref).encode("utf-8", "replace")
            hosts = dict(_hosts(_BEGINNING, text))
            if hosts:
                code = source.code(site.method, site.offset)
                for host, secure in hosts.items():
                    yield NamedHost(host, code.location, code, secure)


def _in_files(source: Source) -> Iterator[NamedHost]:
    """Those of tables of resources, and of files that hold scripts or settings."""
    for member in source.package.members():
        table = member.endswith(_TABLES)
        if table or _SETTINGS.fullmatch(member):
            try:
                data = source.package.read(member, (MEMBER_BYTES if table else HERMES_BYTES).limit)
            except MemberError as error:
                source.remark(member, f"cannot be searched for hosts: {error.why}")
                continue
            where = source.member(member)
            for pattern, text in _texts(data, table=table):
                yield from (NamedHost(host, where, None, secure) for host, secure in _hosts(pattern, text))


def _texts(data: bytes, *, table: bool) -> Iterator[tuple[re.Pattern[bytes], bytes]]:
    """What of a file to look for addresses in, and by which expression: all of it, or the strings that it has apart."""
    if data.startswith(MAGIC):
        with suppress(HermesError):  # reported where its pins are looked for
            for one in strings(data, _SHORTEST):
                yield _BEGINNING, one.encode("utf-8", "replace")
    elif table:
        yield _IN_TABLE, data
        yield from ((_IN_TABLE, match[0][::2]) for match in _WIDE.finditer(data))
    else:
        yield _QUOTED, data


def _hosts(pattern: re.Pattern[bytes], text: bytes) -> Iterator[tuple[str, bool]]:
    """The host of each address in a text, and whether TLS protects it."""
    for match in pattern.finditer(text):
        host = canonical_host(match[3].decode("ascii").lower().removesuffix("."))
        if isinstance(host, str) and "." in host and host not in _NO_ENDPOINTS:
            yield host, bool(match[2])
