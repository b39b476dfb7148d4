"""Trust managers made of key stores that the app fills itself, followed from ``init`` back to the files."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.program import arguments
from pincompiler.android.constants.values import NULL, Parameter, Returned
from pincompiler.android.dex import DexError
from pincompiler.base.bounds import STORE_CALLS
from pincompiler.base.records import dataclass
from pincompiler.facts.bundled import BundledTrust
from pincompiler.facts.common import Mechanism
from pincompiler.keys.stores import read_store
from pincompiler.shipped.android.bundled.tracing import (
    Content,
    Tracer,
    is_called,
    members_read,
    origins,
    passed,
    passwords,
)
from pincompiler.shipped.android.source import CallsOf

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.android.constants.values import Value
    from pincompiler.android.dex import Site
    from pincompiler.keys.certificates import BundledCertificate, StoreFile
    from pincompiler.shipped.android.source import Source, Want

_MANAGERS: Final = "Ljavax/net/ssl/TrustManagerFactory;"
_STORE: Final = "Ljava/security/KeyStore;"
MADE: Final = CallsOf(_MANAGERS, "init", "(Ljava/security/KeyStore;)V")
ATTACHED: Final = CallsOf("Ljavax/net/ssl/SSLContext;", "init")
ASKED: Final = CallsOf(_MANAGERS, "getTrustManagers")
LOADED: Final = CallsOf(_STORE, "load", "(Ljava/io/InputStream;[C)V")
PUT: Final = CallsOf(_STORE, "setCertificateEntry")
WANTED: Final[tuple[Want, ...]] = (MADE, ATTACHED, ASKED, LOADED, PUT)
_PLATFORM_STORES: Final = ("AndroidCAStore", "AndroidKeyStore")
_UNFILLED: Final = "a key store that nothing is seen to fill"
_UNUSED: Final = "puts a certificate into a key store of which no trust manager is seen to be made"
_UNATTACHED: Final = (
    "trust managers are made here of certificates, and no SSLContext that was followed is given them"
)


@dataclass(slots=True)
class Filled:
    """What code puts into one key store."""

    content: Content = field(default_factory=Content)
    passwords: dict[str, None] = field(default_factory=dict)

    def add(self, other: Filled) -> None:
        """Join what is put into another."""
        self.content.add(other.content)
        self.passwords |= other.passwords


@dataclass(slots=True)
class Trusting:
    """The key stores of one app and what is made of them.

    A key store and a factory are known by the ``getInstance`` that made them.  Code of libraries
    is left alone: what it may trust is not what its users chose.
    """

    source: Source
    opened: dict[str, dict[str, None]] = field(default_factory=dict)
    """Files loaded as key stores, each with the constant passwords they are opened with."""
    _stores: dict[Value, Filled] = field(default_factory=dict)
    _trust: list[tuple[BundledTrust, frozenset[Value]]] = field(default_factory=list)
    """Each with the factories that it may be."""
    _attached: set[Value] = field(default_factory=set)
    """Factories whose managers some SSLContext is given."""
    _asked: set[Value] = field(default_factory=set)
    """What some code asks for managers: factories, or values that may be any."""
    _loose: bool = False
    """Whether some SSLContext is given trust managers that could not be followed."""

    def collect(self) -> tuple[BundledTrust, ...]:
        """All trust managers of key stores that the app brings along."""
        # Nearly all there are of the device's own store.
        made = [s for s in self._own(MADE) if not self._is_of_platform(s)]
        self._each(LOADED, self._load)
        if made:
            self._each(PUT, self._put)
            self._all(made, self._make)
        else:
            self._each(PUT, self._doubt_unused)
        if self._trust:
            self._each(ATTACHED, self._attach)
            self._all(list(self.source.sites(ASKED)), self._ask)
        found = tuple(replace(one, attached=self._is_attached(mine)) for one, mine in self._trust)
        for one in found:
            if one.attached is False:
                self.source.doubt(one.code.location.symbol, _UNATTACHED, Mechanism.KEYSTORE)
        return found

    def _own(self, want: Want) -> list[Site]:
        """Calls in the app's own code."""
        owner = self.source.owner_of
        return [one for one in self.source.sites(want) if owner(one.method.class_name).first_party]

    def _each(self, want: Want, step: Callable[[Site], None]) -> None:
        self._all(self._own(want), step)

    def _all(self, sites: list[Site], step: Callable[[Site], None]) -> None:
        what = "calls that fill or use key stores"
        for site in self.source.bounded(sites, STORE_CALLS.limit, what, Mechanism.KEYSTORE):
            self._try(site, step)

    def _try(self, site: Site, step: Callable[[Site], None]) -> None:
        try:
            step(site)
        except DexError as error:
            where = self.source.where(site.method, site.offset)
            self.source.doubt(where.symbol, f"cannot be followed: {error}", Mechanism.KEYSTORE)

    def _is_of_platform(self, site: Site) -> bool:
        """Whether ``init`` is given null, which stands for the device's store."""
        try:
            passed = self.source.program.flow(site.method).calls.get(site.offset, ())
        except DexError:
            return False  # which is reported when it is followed
        return len(passed) > 1 and passed[1] == NULL

    def _origins(self, value: Value) -> tuple[Value, ...]:
        found = origins(self.source.program, value)
        return tuple(one for one in found if one != NULL)

    def _load(self, site: Site) -> None:
        store, stream, password = arguments(self.source.program, site)[:3]
        if stream == NULL:  # an empty store, to be filled
            return
        content = Tracer(self.source).content(stream)
        known = dict.fromkeys(passwords(self.source, password))
        for member in content.members:
            self.opened.setdefault(member, {}).update(known)
        self._fill(store, Filled(content, known))

    def _put(self, site: Site) -> None:
        store, _, certificate = arguments(self.source.program, site)[:3]
        content = Tracer(self.source).content(certificate)
        self._fill(store, Filled(content))

    def _doubt_unused(self, site: Site) -> None:
        """Report as unknown what a key store is for that no trust manager is made of, unless it is the device's."""
        stores = self._origins(arguments(self.source.program, site)[0])
        if not stores or not all(map(self._is_device_store, stores)):
            where = self.source.where(site.method, site.offset)
            self.source.doubt(where.symbol, _UNUSED, Mechanism.KEYSTORE)

    def _fill(self, store: Value, filled: Filled) -> None:
        for one in self._origins(store):
            self._stores.setdefault(one, Filled()).add(filled)

    def _attach(self, site: Site) -> None:
        managers = arguments(self.source.program, site)[2]
        for one in self._origins(managers):
            if isinstance(one, Returned) and one.ref.class_name == _MANAGERS:
                factory = passed(self.source.program, one)[:1]
                self._attached.update(found for value in factory for found in self._origins(value))
            else:
                self._loose = True

    def _ask(self, site: Site) -> None:
        self._asked.update(self._origins(arguments(self.source.program, site)[0]))

    def _is_asked(self, factories: frozenset[Value]) -> bool:
        """Whether some code asks one of some factories for its managers, or may do."""
        is_known = all(isinstance(one, Returned) and one.ref.class_name == _MANAGERS for one in self._asked)
        return not is_known or bool(factories & self._asked)

    def _is_attached(self, factories: frozenset[Value]) -> bool | None:
        if factories & self._attached:
            return True
        return None if self._loose and self._is_asked(factories) else False

    def _make(self, site: Site) -> None:
        factory, store = arguments(self.source.program, site)[:2]
        stores = [one for one in self._origins(store) if not self._is_device_store(one)]
        whole = Filled()
        for one in stores:
            if one in self._stores:
                whole.add(self._stores[one])
            elif isinstance(one, Parameter) and not is_called(self.source.program, one):
                whole.content.uncalled = True
            else:
                whole.content.gaps[_UNFILLED] = None
        if stores:
            found = self._certificates(whole)
            self._check(site, found, whole.content, frozenset(self._origins(factory)))

    def _certificates(self, whole: Filled) -> tuple[BundledCertificate, ...]:
        """What is in the files and constants that a store is filled with."""
        found: dict[bytes, BundledCertificate] = {}
        content = whole.content
        for member, data in members_read(self.source, content):
            _add(read_store(data, whole.passwords), member, found, content)
        for literal in content.literals:
            _add(read_store(literal, whole.passwords), "a constant", found, content)
        if not found and not content.gaps and not content.uncalled:
            content.gaps[_UNFILLED] = None
        return tuple(found.values())

    def _check(
        self,
        site: Site,
        certificates: tuple[BundledCertificate, ...],
        content: Content,
        factories: frozenset[Value],
    ) -> None:
        code = self.source.code(site.method, site.offset)
        if content.gaps and code.owner.first_party:
            why = f"trust managers are made here of {next(iter(content.gaps))}"
            self.source.doubt(code.location.symbol, why, Mechanism.KEYSTORE)
        if certificates:
            files = tuple(content.members)
            self._trust.append(
                (BundledTrust(code, certificates, files, complete=not content.gaps), factories)
            )

    def _is_device_store(self, store: Value) -> bool:
        """Whether it is one that the device fills."""
        if not isinstance(store, Returned) or store.ref.class_name != _STORE:
            return False
        kinds = [self.source.texts(value) for value in passed(self.source.program, store)[:1]]
        return bool(kinds) and bool(kinds[0]) and all(kind in _PLATFORM_STORES for kind in kinds[0] or ())


def _add(
    store: StoreFile | None, what: str, found: dict[bytes, BundledCertificate], content: Content
) -> None:
    """Add the certificates of one file."""
    if store is None:
        content.gaps[f"{what}, which is no certificate"] = None
        return
    if store.unread:
        content.gaps[f"{what}, of which {store.unread}"] = None
    found.update((one.sha256, one) for one in store.certificates)
