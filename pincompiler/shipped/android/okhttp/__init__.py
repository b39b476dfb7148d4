"""OkHttp in a shipped app: what its code pins, and which clients pin it.

The classes of OkHttp are known by their names, or where R8 changed these, by what survives: see
:mod:`.roles`.  What is computed at run time, or cannot be followed, is a doubt.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import containing, exactly
from pincompiler.base.bounds import PINNER_HOSTS, shortened
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.facts import InForce, Mechanism, Pin, State
from pincompiler.facts.okhttp import Client, Library, OkHttpFacts, Pinner, PinnerUse, WrittenHash
from pincompiler.platforms.okhttp.model import (
    OkHttp,
    OkHttpEntry,
    split_pattern,
    takes_dots_off,
    understands_deep,
)
from pincompiler.platforms.okhttp.pins import fault_of
from pincompiler.policy.enforcement import Reach
from pincompiler.policy.hosts import at_and_above, plain
from pincompiler.shipped.android.okhttp.clients import Clients
from pincompiler.shipped.android.okhttp.decoding import algorithm_of, key_of, shown
from pincompiler.shipped.android.okhttp.drafts import place
from pincompiler.shipped.android.okhttp.pinners import Pinners
from pincompiler.shipped.android.okhttp.roles import Roles, calls_of, named, renamed
from pincompiler.shipped.android.okhttp.shapes import by_shape
from pincompiler.shipped.android.okhttp.trace import Trace
from pincompiler.shipped.android.okhttp.uses import adds_by_pin, field_takers, sites_of, uses_of
from pincompiler.shipped.android.source import CallsOf, Mention, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.android.dex import Site
    from pincompiler.base.location import Location
    from pincompiler.policy.project import Version
    from pincompiler.shipped.android.source import Want

_NAMED: Final = {
    3: (
        "Lokhttp3/CertificatePinner;",
        "Lokhttp3/CertificatePinner$Builder;",
        "Lokhttp3/CertificatePinner$Pin;",
        "Lokhttp3/OkHttpClient;",
        "Lokhttp3/OkHttpClient$Builder;",
    ),
    2: (
        "Lcom/squareup/okhttp/CertificatePinner;",
        "Lcom/squareup/okhttp/CertificatePinner$Builder;",
        "Lcom/squareup/okhttp/OkHttpClient;",
    ),
}
_CALLS: Final = {major: tuple(CallsOf(name, None) for name in names) for major, names in _NAMED.items()}
_RETROFIT: Final = CallsOf("Lretrofit2/Retrofit$Builder;", "client")
_VERSION: Final = Mention(containing(rb"okhttp/[0-9]+\.[0-9]+\.[0-9]+"))
_REFUSAL: Final = Mention(containing(b"Certificate pinning failure!"))
_PREFIX: Final = Mention(containing(b"pins must start with "))
_PIN: Final = Mention(exactly(51, rb"sha256/[A-Za-z0-9+/]{43}="))
_HASH: Final = lazy_regex(r"sha256/[A-Za-z0-9+/]{43}=")
_BARE: Final = Mention(exactly(44, rb"[A-Za-z0-9+/]{43}="))
_HEX: Final = Mention(exactly(64, rb"[0-9A-Fa-f]{64}"))
_DIGEST: Final = Mention(containing(rb"Policy sha256/[A-Za-z0-9+/]{43}= pins nothing"))


WANTED: tuple[Want, ...] = (*_CALLS[3], *_CALLS[2], _RETROFIT, _VERSION, _REFUSAL, _PREFIX, _PIN, _BARE, _HEX)


def collect(source: Source) -> OkHttpFacts:
    """The facts."""
    libraries: list[Library] = []
    pinners: list[Pinner] = []
    clients: list[Client] = []
    for library, roles, sites in _libraries(source):
        libraries.append(library)
        if roles is not None:
            made, some = _followed(source, roles, sites)
            pinners += made
            clients += some
    full = [pinner for pinner in pinners if not pinner.is_empty]
    if not full and not any(not library.renamed for library in libraries):
        full += _by_shape(source, libraries[0] if libraries else None)
    pinners = [*full, *(pinner for pinner in pinners if pinner.is_empty)]
    digest = _digest(source)
    codes = [p.code for p in pinners] + [a.code for p in pinners for a in p.added] + [c.code for c in clients]
    return OkHttpFacts(
        tuple(dict.fromkeys(pin for pinner in pinners for pin in _pins(pinner))),
        tuple(_shipped(pinner, digest) for pinner in _compared(source, full)),
        tuple(dict.fromkeys((*codes, *(c.cleared for c in clients if c.cleared)))),
        tuple(libraries),
        tuple(pinners),
        tuple(clients),
        tuple(_hashes(source)),
    )


def engine(source: Source) -> Iterator[str]:
    """Classes of an app's OkHttp that talk to servers, by descriptor: clients, their builders, and calls."""
    for library, known, _ in _libraries(source):
        roles = known or renamed(source.program, library, source.sites(_REFUSAL), ())
        if roles is not None:
            yield from (roles.client, roles.builder, *calls_of(source.program, roles))


# -- what there is -------------------------------------------------------------------------------


def _libraries(source: Source) -> Iterator[tuple[Library, Roles | None, tuple[Site, ...]]]:
    """Every OkHttp of the app, with its classes if they are known, and the calls of them."""
    program = source.program
    found = False
    for major, calls in _CALLS.items():
        sites = source.sites(*calls)
        if sites or any(program.class_def(name) for name in _NAMED[major]):
            found = True
            prefix = "Lcom/squareup/okhttp/" if major == 2 else "Lokhttp3/"
            version, where = _version(source, prefix)
            library = Library(version, major, renamed=False, where=where)
            yield library, named(library), sites
    version, where = _version(source, "")
    refusals, prefixes = source.sites(_REFUSAL), source.sites(_PREFIX)
    if found or not (version or refusals or prefixes):
        return
    library = Library(version, 2 if version and version < (3,) else 3, renamed=True, where=where)
    roles = renamed(program, library, refusals, prefixes) if prefixes else None
    if prefixes and roles is None:
        source.doubt("OkHttp", "was renamed beyond recognition, and parses pins", Mechanism.OKHTTP)
    yield library, roles, tuple(sites_of(program, roles.classes)) if roles else ()


def _version(source: Source, prefix: str) -> tuple[Version | None, Location | None]:
    """The version in the user agent, as the library's own code has it."""
    found: list[tuple[Version, Location]] = []
    for site in source.sites(_VERSION):
        match = re.fullmatch(r"okhttp/(\d+(?:\.\d+)+)[\w.-]*", site.method.dex.string(site.ref))
        if match and site.method.class_name.startswith(prefix):
            version = tuple(int(part) for part in match[1].split("."))
            found.append((version, source.where(site.method)))
    if not found:
        for dex, text in source.strings(_VERSION):
            if match := re.fullmatch(r"okhttp/(\d+(?:\.\d+)+)[\w.-]*", text):
                found.append((tuple(int(part) for part in match[1].split(".")), source.member(dex.name)))
    return max(found, key=lambda one: one[0]) if found else (None, None)


def _digest(source: Source) -> str:
    """The digest of the policy that compiled code carries."""
    texts = (text for _, text in source.strings(_DIGEST))
    found = (_HASH.search(text) for text in texts)
    return next((match[0] for match in found if match), "")


def _hashes(source: Source) -> Iterator[WrittenHash]:
    """Each hash of a file once."""
    found: dict[tuple[str, str], None] = {}
    for dex, text in source.strings(_PIN, _DIGEST):
        found |= {(dex.name, one): None for one in _HASH.findall(text)}
    found |= {(dex.name, text): None for dex, text in source.strings(_BARE, _HEX)}
    for name, one in found:
        yield WrittenHash(one, source.member(name))


def _by_shape(source: Source, library: Library | None) -> Iterator[Pinner]:
    """Where OkHttp is not recognised, or its classes are not.

    If R8 removed OkHttp's parser of pins, the app cannot pin by it: strings that look like pins are for something else.
    """
    if library is None or source.sites(_PREFIX):
        yield from by_shape(source, source.sites(_PIN), library)


# -- what it does --------------------------------------------------------------------------------


def _followed(
    source: Source, roles: Roles, sites: Iterable[Site]
) -> tuple[tuple[Pinner, ...], tuple[Client, ...]]:
    some = tuple(sites)
    uses = uses_of(source, roles, (*some, *source.sites(_RETROFIT)))
    if roles.library.renamed:
        uses.adds[:] = dict.fromkeys(adds_by_pin(source, roles, some))
    if (uses.adds or uses.pins) and (roles.library.renamed or not uses.takers):
        uses.takers.extend(field_takers(source, roles))
    trace = Trace(source.program, roles)
    pinners = Pinners(source, roles, trace, uses)
    pinners.collect()
    clients = Clients(source, trace, uses, pinners)
    attached = clients.collect()
    found = tuple(pinners.facts(attached)), clients.facts()
    if trace.cut:
        source.doubt(
            "OkHttp", "some of its objects lead through too much code to be followed", Mechanism.OKHTTP
        )
    return found


def _compared(source: Source, pinners: list[Pinner]) -> tuple[Pinner, ...]:
    """The pinners that are asked for the hosts that their patterns may match; they are few unless an app is made to take long."""
    own = [{split_pattern(added.pattern)[1] for added in pinner.added} for pinner in pinners]
    below = Counter(name for host in set().union(*own) for name in set(at_and_above(host)))
    pairs = accumulate(sum(below[plain(host)] for host in hosts) for hosts in own)
    most = sum(count <= PINNER_HOSTS.limit for count in pairs)
    return source.bounded(pinners, most, "pinners", Mechanism.OKHTTP)


# -- as pins and enforcements --------------------------------------------------------------------


def _pins(pinner: Pinner) -> Iterator[Pin]:
    for added in pinner.added:
        wildcard, _ = split_pattern(added.pattern)
        reach = {"": Reach.NONE, "*.": Reach.ONE_LABEL, "**.": Reach.ALL}[wildcard]
        for pin in added.pins:
            yield Pin(
                Mechanism.OKHTTP,
                added.pattern,
                reach,
                algorithm_of(pin),
                shown(pin),
                added.code.location,
                added.code.owner,
            )
    for added in pinner.partial:
        for pin in added.pins:
            where, owner = added.code.location, added.code.owner
            yield Pin(Mechanism.OKHTTP, "", None, algorithm_of(pin), shown(pin), where, owner)


def _shipped(pinner: Pinner, digest: str) -> InForce:
    entries = dict.fromkeys(
        OkHttpEntry(added.pattern, tuple(map(key_of, added.pins)), added.code.location)
        for added in pinner.added
    )
    detached, known = pinner.use is PinnerUse.NEVER, pinner.library.known_version
    vain = tuple(entry for entry in entries if fault_of(entry.pattern, known))
    deep = understands_deep(pinner.library.version)
    otherwise = (one.pattern for one in pinner.partial if one.pattern and not fault_of(one.pattern, known))
    more = f" and {len(vain) - 1:,} more patterns" if len(vain) > 1 else ""
    no_host = f"no host matches {shortened(vain[0].pattern)}{more}" if vain else ""
    return InForce(
        Mechanism.OKHTTP,
        f"the CertificatePinner of {place(pinner.code)}",
        OkHttp(tuple(entries), deep, digest, takes_dots_off(pinner.library.version)),
        pinner.code.location,
        pinner.code.owner,
        state=State.DISABLED if detached else State.ACTIVE,
        why="no client is given the pinner" if detached else no_host,
        unenforced=OkHttp(vain, deep) if vain and not detached else None,
        doubts=pinner.doubts,
        pinned_otherwise=tuple(dict.fromkeys(split_pattern(one)[1] for one in otherwise)),
    )
