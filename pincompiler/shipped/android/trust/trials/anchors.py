"""Models of what validates paths of certificates: the anchors that an app names, or those of the device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from pincompiler.android.running.java.contents import items
from pincompiler.android.running.java.tools import any_of
from pincompiler.android.running.values import NULL, Instance, NotKnown, Value, Wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.java.certificates import MadeCertificate
    from pincompiler.android.running.machine import Machine
    from pincompiler.shipped.android.trust.trials.material import Trial

    _Run = Callable[[], Value]


class Watch(Protocol):
    """What is asked of whoever watches a trial."""

    trial: Trial
    certificate: MadeCertificate
    held: bool


_SECURITY: Final = "Ljava/security/"
STORE: Final = f"{_SECURITY}KeyStore;"
_ANCHORS, _SYSTEM = "anchors", "of the system"
"""What an object is known to trust, and the CAs of the device."""


def anchor(_w: Watch, _m: Machine, args: list[Value], _ref: MethodRef, _run: _Run) -> Value:
    """``new TrustAnchor(certificate, …)``; one of a name and a key is not known."""
    if isinstance(args[0], Instance):
        args[0].extra[_ANCHORS] = [args[1]]
    return NULL


def anchors(_w: Watch, m: Machine, args: list[Value], _ref: MethodRef, _run: _Run) -> Value:
    """``new PKIXParameters(…)``, of a set of anchors or of a key store."""
    given = None if isinstance(args[1], NotKnown) or m.class_of(args[1]) == STORE else items(m, args[1])
    held = [one.extra.get(_ANCHORS) if isinstance(one, Instance) else None for one in given or ()]
    if isinstance(args[0], Instance) and given is not None and None not in held:
        args[0].extra[_ANCHORS] = [one for some in held for one in some or ()]
    elif isinstance(args[0], Instance) and isinstance(args[1], Wrapped):
        args[0].extra[_ANCHORS] = args[1].value
    return NULL


def path(w: Watch, m: Machine, args: list[Value], ref: MethodRef, _run: _Run) -> Value:
    """``CertPathValidator.validate``: against the device's anchors, or against those that the app names."""
    params = args[2]
    anchors = params.extra.get(_ANCHORS) if isinstance(params, Instance) else None
    if anchors == _SYSTEM:
        is_valid = w.trial.trusted
    else:
        w.held = True
        known = [one.value for one in anchors or () if isinstance(one, Wrapped)]
        is_valid = w.certificate in known
        if not is_valid and (anchors is None or len(known) < len(anchors)):
            is_valid = not m.decide(2, 0, "the anchors of a path")
    if not is_valid:
        m.throw(f"{_SECURITY}cert/CertPathValidatorException;", "no trust anchor")
    return any_of(ref)


def store(_w: Watch, _m: Machine, args: list[Value], _ref: MethodRef, run: _Run) -> Value:
    """``KeyStore.getInstance``: Android has the device's CAs in one of a name of its own."""
    return Wrapped(STORE, _SYSTEM) if args[0] == "AndroidCAStore" else run()
