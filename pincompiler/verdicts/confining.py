"""Whether somebody in the middle is kept out by whom a configuration trusts, whatever pins there are: CA pinning.

Somebody in the middle has a certificate of a CA that nobody named: one of the system's store, or one that the user
was brought to install.  Both are worlds of :mod:`pincompiler.policy.worlds`, and the enforcement's own trust answers.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import shortened
from pincompiler.facts.bundled import CA_BUNDLE
from pincompiler.policy.trust import Regard, Store
from pincompiler.policy.worlds import BROUGHT, ORDINARY

if TYPE_CHECKING:
    from pincompiler.policy.trust import Anchor, Trust
    from pincompiler.policy.worlds import World

_SHOWN: Final = 3
"""CAs that are named."""
_STORES: Final = {Store.SYSTEM: "the system's CAs", Store.USER: "CAs that the user installs"}


class Confinement(StrEnum):
    """What a trust alone does to somebody in the middle."""

    NONE = "none"
    """Certificates of the system's CAs, or of those that users install, are good enough."""
    CAS = "cas"
    """Only CAs that the app brings along are: CA pinning."""
    LIST = "list"
    """The same, of so many CAs that they are a store of the app's own and no choice."""
    UNREAD = "unread"
    """Only what stands in a file that was not read."""
    NOBODY = "nobody"
    """No chain at all is accepted."""


def confinement(trust: Trust) -> Confinement:
    """What whom a host is left to does by itself."""
    if _admits(trust, ORDINARY) or _admits(trust, BROUGHT):
        return Confinement.NONE
    if trust.unread:
        return Confinement.UNREAD
    if not trust.anchors:
        return Confinement.NOBODY
    return Confinement.LIST if len(trust.anchors) > CA_BUNDLE else Confinement.CAS


def _admits(trust: Trust, world: World) -> bool:
    return trust.regard(world.identity, world.device) is not Regard.REFUSED


def confined_to(trust: Trust) -> str:
    """What a sentence says of a host for which :attr:`Confinement.CAS` holds."""
    if not any(one.is_ca for one in trust.anchors):
        return f"trusted only with the key of {cas_of(trust)}, a server's certificate as trust anchor, on any day"
    return f"trusted only through the app's own CA{'s' if len(trust.anchors) > 1 else ''} {cas_of(trust)}"


def trusted_besides(trust: Trust) -> str:
    """Who is trusted where nobody is kept out, if that is not the system alone; empty: it is."""
    stores = [_STORES[one] for one in Store if one in trust.sources]
    own = [f"the app's own {cas_of(trust)}"] if trust.anchors else []
    return " and ".join((*stores, *own)) if own or Store.USER in trust.sources else ""


def cas_of(trust: Trust) -> str:
    """The CAs that the app names: by their files and subjects."""
    titles = [_title(one) for one in trust.anchors[:_SHOWN]]
    more = [f"{len(trust.anchors) - _SHOWN:,} more"] if len(trust.anchors) > _SHOWN else []
    return ", ".join(titles + more)


def _title(anchor: Anchor) -> str:
    """By its file, and by its subject where the name does not have that already."""
    subject = anchor.certificate.subject if anchor.certificate else ""
    known = f" ({shortened(subject)})" if subject and f"({subject})" not in anchor.name else ""
    return f"{shortened(anchor.name)}{known}"
