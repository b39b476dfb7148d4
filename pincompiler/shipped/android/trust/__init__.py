"""Code that decides on trust by itself: trust managers, hostname verifiers, WebView clients, sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.facts.trust import Decider, Decides, TrustFacts
from pincompiler.shipped.android.source import CallsOf
from pincompiler.shipped.android.trust import attaching, proxies, sockets, uses
from pincompiler.shipped.android.trust.attaching import Attaching
from pincompiler.shipped.android.trust.deciders import TRUST_MANAGERS, deciders
from pincompiler.shipped.android.trust.handshakes import readers
from pincompiler.shipped.android.trust.meanings import HANDLER
from pincompiler.shipped.android.trust.peers import TRIED, doubt_peers
from pincompiler.shipped.android.trust.peers import WANTED as PEERS
from pincompiler.shipped.android.trust.proxies import doubt_proxies
from pincompiler.shipped.android.trust.ways import Explorer

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import TypeAlias

    from pincompiler.android.dex.classes import ClassDef
    from pincompiler.facts.trust import InsecureFactory, OldProtocols, Override, RawSocket, StockDecider
    from pincompiler.shipped.android.source import Source, Want
    from pincompiler.shipped.android.trust.pins import TrustPins
    from pincompiler.shipped.android.trust.trials.managers import Managers
    from pincompiler.shipped.android.trust.trials.outcomes import Trials
    from pincompiler.shipped.android.trust.trials.peers import PeerPins

    _Named: TypeAlias = Decider | StockDecider | Override | RawSocket | InsecureFactory | OldProtocols

_PROCEED: Final = CallsOf(HANDLER, "proceed")
WANTED: tuple[Want, ...] = (
    _PROCEED,
    *uses.WANTED,
    *sockets.WANTED,
    *PEERS,
    *attaching.WANTED,
    *proxies.WANTED,
)


def collect(source: Source) -> TrustFacts:
    """The facts."""
    explorer = Explorer(source.program)
    managers = frozenset(cls.name for cls in source.program.subclasses(*TRUST_MANAGERS))
    running = _running(source) if _has_checks(source, managers) else None
    refuses = running[1].refuse if running else _is_not_known
    found = tuple(deciders(source, explorer, refuses, web=bool(source.sites(_PROCEED))))
    ran = _run(source, explorer, managers, *running) if running else None
    doubt_peers(source, ran[1].understood if ran else ())
    if ran:
        found = tuple(one for one in found if not ran[0].refutes(one))
        flawed = {one.code.class_name for one in found if one.decides is Decides.CHAIN}
        found = (*found, *(one for one in ran[0].flawed if one.code.class_name not in flawed))
    Attaching(source).doubt(ran[0].pinning if ran else ())
    doubt_proxies(source)
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
        pins=(*ran[0].pins, *ran[1].pins) if ran else (),
        codes=codes,
        deciders=found,
        stock=stock,
        overrides=overrides,
        sockets=raw,
        insecure=insecure,
        protocols=old,
    )


def _has_checks(source: Source, managers: Collection[str]) -> bool:
    """Whether there are trust managers, or other checks of certificates: else what runs code is not even loaded."""
    return bool(managers or source.sites(*TRIED)) or any(True for _ in readers(source))


def _running(source: Source) -> tuple[Trials, Managers]:
    from pincompiler.shipped.android.trust.trials.managers import Managers
    from pincompiler.shipped.android.trust.trials.outcomes import Trials

    trials = Trials(source)
    return trials, Managers(source, trials)


def _run(
    source: Source, explorer: Explorer, managers: frozenset[str], trials: Trials, running: Managers
) -> tuple[TrustPins, PeerPins]:
    """What running trust managers and other checks shows."""
    from pincompiler.shipped.android.trust.pins import TrustPins
    from pincompiler.shipped.android.trust.trials.peers import PeerPins

    return TrustPins(source, explorer, running), PeerPins(source, trials, managers)


def _is_not_known(_cls: ClassDef) -> bool:
    """Nothing of the kind is run in this app."""
    return False


def _is_told(one: _Named) -> bool:
    """Whether a library's class is spoken of if it is reached; nobody asks how the others are reached."""
    return isinstance(one, Decider) and (bool(one.uses) or one.decides is Decides.ERROR)
