"""Code that decides on trust by itself: trust managers, hostname verifiers, WebView clients, sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.facts.trust import Decider, Decides, TrustFacts
from pincompiler.shipped.android.source import CallsOf
from pincompiler.shipped.android.trust import attaching, proxies, sockets, uses
from pincompiler.shipped.android.trust.attaching import Attaching
from pincompiler.shipped.android.trust.deciders import TRUST_MANAGERS, deciders
from pincompiler.shipped.android.trust.meanings import HANDLER
from pincompiler.shipped.android.trust.peers import WANTED as PEERS
from pincompiler.shipped.android.trust.peers import doubt_peers
from pincompiler.shipped.android.trust.pins import TrustPins
from pincompiler.shipped.android.trust.proxies import doubt_proxies
from pincompiler.shipped.android.trust.trials import peers as checks
from pincompiler.shipped.android.trust.trials.managers import Managers
from pincompiler.shipped.android.trust.trials.outcomes import Trials
from pincompiler.shipped.android.trust.trials.peers import PeerPins
from pincompiler.shipped.android.trust.ways import Explorer

if TYPE_CHECKING:
    from typing import TypeAlias

    from pincompiler.facts.trust import InsecureFactory, OldProtocols, Override, RawSocket, StockDecider
    from pincompiler.shipped.android.source import Source, Want

    _Named: TypeAlias = Decider | StockDecider | Override | RawSocket | InsecureFactory | OldProtocols

_PROCEED: Final = CallsOf(HANDLER, "proceed")
WANTED: tuple[Want, ...] = (
    _PROCEED,
    *uses.WANTED,
    *sockets.WANTED,
    *PEERS,
    *checks.WANTED,
    *attaching.WANTED,
    *proxies.WANTED,
)


def collect(source: Source) -> TrustFacts:
    """The facts."""
    explorer = Explorer(source.program)
    trials = Trials(source)
    running = Managers(source, trials)
    found = tuple(deciders(source, explorer, running.refuse, web=bool(source.sites(_PROCEED))))
    tried = TrustPins(source, explorer, running)
    managers = frozenset(cls.name for cls in source.program.subclasses(*TRUST_MANAGERS))
    peers = PeerPins(source, trials, managers)
    doubt_peers(source, peers.understood)
    found = tuple(one for one in found if not tried.refutes(one))
    Attaching(source).doubt(tried.pinning)
    doubt_proxies(source)
    flawed = {one.code.class_name for one in found if one.decides is Decides.CHAIN}
    found = (*found, *(one for one in tried.flawed if one.code.class_name not in flawed))
    handed = uses.TrustUses(
        source, {one.code.class_name for one in found if one.decides is not Decides.ERROR}
    )
    found = tuple(uses.with_uses(found, handed))
    stock = tuple(sockets.stock_deciders(source))
    overrides = tuple(uses.overrides(source, handed, found))
    raw = tuple(sockets.raw_sockets(source))
    insecure = tuple(sockets.insecure_factories(source))
    old = tuple(sockets.old_protocols(source))
    named: tuple[_Named, ...] = (*found, *stock, *overrides, *raw, *insecure, *old)
    codes = tuple(one.code for one in named if one.code.owner.first_party or _is_told(one))
    return TrustFacts(
        pins=(*tried.pins, *peers.pins),
        codes=codes,
        deciders=found,
        stock=stock,
        overrides=overrides,
        sockets=raw,
        insecure=insecure,
        protocols=old,
    )


def _is_told(one: _Named) -> bool:
    """Whether a library's class is spoken of if it is reached; nobody asks how the others are reached."""
    return isinstance(one, Decider) and (bool(one.uses) or one.decides is Decides.ERROR)
