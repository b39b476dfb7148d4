"""``[anchors.NAME]``: a CA that the app brings along, and ``trust``, which names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.bounds import shortened
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.policy.enforcement import Role
from pincompiler.policy.trust import SYSTEM_ALONE, Anchor, Store, Trust
from pincompiler.source import entries
from pincompiler.source.tables import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pincompiler.keys.spki import PublicKey
    from pincompiler.policy.trust import Source
    from pincompiler.source.keys import KeyReader
    from pincompiler.source.tables import Reporter, TomlTable

_NAME = lazy_regex(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
"""What becomes the name of a resource: no two anchors may have the same (aapt2 allows a-z, 0-9 and _)."""
_STORES: Mapping[str, Store] = {one.value: one for one in Store}


def _identity_of(key: PublicKey) -> bytes:
    """Certificates with one key and several names are several CAs."""
    return key.certificate.identity if key.certificate else key.spki_sha256


class AnchorReader:
    """Reads the anchors of a project, and which of them a pin-set trusts."""

    def __init__(self, reporter: Reporter, keys: KeyReader) -> None:
        self._reporter = reporter
        self._keys = keys
        self._known: dict[str, Anchor] = {}
        self._used: set[str] = set()
        self._trusted: set[Anchor] = set()

    def read(self, top: TomlTable) -> tuple[Anchor, ...]:
        """Every anchor; a broken one has an empty identity."""
        self._known = {name: self._anchor(name, table) for name, table in top.named_tables("anchors")}
        return tuple(self._known.values())

    def _anchor(self, name: str, table: TomlTable) -> Anchor:
        table.only(entries.ANCHOR.names)
        sound = not self._misnamed(name, table)
        if table.text("file", required=True) is None:
            return Anchor(b"", name=name, where=table.where)
        found = self._keys.from_file(table, _identity_of, anchor=True)
        if found is None or not sound or self._refused(name, found, table):
            return Anchor(b"", name=name, where=table.where)
        is_ca = found.role is not Role.LEAF
        return Anchor(
            *(_identity_of(found), found.spki_sha256, name, is_ca, found.certificate, found.der, table.where)
        )

    def _misnamed(self, name: str, table: TomlTable) -> bool:
        if name in _STORES:
            message, fix = f"`{name}` is a store of the device", "give the anchor another name"
        elif not _NAME.fullmatch(name) or len(name) > 64:
            shown = shortened(name if name.isprintable() else ascii(name))
            message = f'"{shown}" is no name for an anchor, after which a resource is called'
            fix = "lower-case letters and digits with single - between them, 64 at most"
        else:
            return False
        self._reporter.error("invalid-value", message, table.where, fix)
        return True

    def _refused(self, name: str, found: PublicKey, table: TomlTable) -> bool:
        where = table.where.at("file")
        if found.certificate is None:
            message = f"the file of `{name}` is a {found.kind}, and an anchor is a CA's certificate"
            self._reporter.error("unreadable-key", message, where, "give it the CA's certificate")
            return True
        if found.role is Role.LEAF:
            message = f"the certificate of `{name}` is a server's and no CA's"
            fix = 'make it a key: [keys.NAME] with file and pin = "certificate" or pin = "key"'
            self._reporter.error("anchor-is-leaf", message, where, fix)
            return True
        return False

    # -- trust -----------------------------------------------------------------------------------

    def trust(self, table: TomlTable) -> Trust | None:
        """Whom a pin-set trusts; None if an anchor is broken or there is none, which has been reported."""
        if "trust" not in table:
            return SYSTEM_ALONE
        if table.is_empty("trust"):
            fix = 'name "system" or an anchor, or leave `trust` out to mean the system'
            self._reporter.error("missing-value", "the pin-set trusts nobody", table.where.at("trust"), fix)
        sources = self._named(table, "trust", _STORES)
        self._trusted.update(one for one in sources if isinstance(one, Anchor))
        if not sources or any(isinstance(one, Anchor) and not one.identity for one in sources):
            return None
        found = Trust(sources)
        return SYSTEM_ALONE if found == SYSTEM_ALONE else found

    def assessors(self, table: TomlTable) -> frozenset[Source]:
        """Whom assessment builds trust besides; none if an anchor is broken, or the release trusts it as well."""
        if table.is_empty("anchors"):
            fix = 'name the CAs of the proxies, or "user" for whatever CA the tester installs'
            where = table.where.at("anchors") if "anchors" in table else table.where
            self._reporter.error("missing-value", "nobody can look into such builds", where, fix)
        found = self._named(table, "anchors", {"user": Store.USER})
        if shared := sorted(one.name for one in found if isinstance(one, Anchor) and one in self._trusted):
            message = f"the release trusts the anchor `{shared[0]}` as well"
            fix = "give assessment builds a CA of their own"
            self._reporter.error("invalid-value", message, table.where.at("anchors"), fix)
        return frozenset(one for one in found if not isinstance(one, Anchor) or one.identity)

    def _named(self, table: TomlTable, key: str, stores: Mapping[str, Store]) -> frozenset[Source]:
        """The sources that an array names."""
        sources: dict[str, Source] = {}
        for number, name in table.texts(key) or ():
            where = table.where.at(key, number)
            source = stores.get(name) or self._known.get(name)
            self._used.add(name)
            if source is None:
                fix = did_you_mean(name, (*stores, *self._known))
                shown = f'"{shortened(name)}"' if name.isprintable() else ascii(shortened(name))
                self._reporter.error("undefined-key", f"no anchor is called {shown}", where, fix)
                sources[name] = Anchor(b"", name=name)
            elif name in sources:
                self._reporter.error(
                    "duplicate-pin", f"`{name}` stands twice in one {key}", where, "drop one"
                )
            else:
                sources[name] = source
        return frozenset(sources.values())

    def unused(self) -> None:
        """Report anchors that no pin-set trusts."""
        for name, anchor in self._known.items():
            if name not in self._used and anchor.where:
                message = f"no pin-set trusts the anchor `{name}`"
                self._reporter.warning("unused-anchor", message, anchor.where, "trust it or drop it")
