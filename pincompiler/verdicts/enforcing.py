"""Whether the pins of an app are demanded of anybody."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from typing import TYPE_CHECKING

from pincompiler.base.finding import Confidence
from pincompiler.facts import Algorithm, Mechanism, State
from pincompiler.facts.okhttp import PinnerUse
from pincompiler.policy.hosts import is_no_name
from pincompiler.verdicts.related import Related

if TYPE_CHECKING:
    from datetime import date

    from pincompiler.facts import InForce, Pin, ShippedApp
    from pincompiler.facts.common import AnyMechanism


class Enforcing:
    """What the configurations of an app that are in force demand: asked of each pin, looked up once a host."""

    def __init__(self, app: ShippedApp, today: date) -> None:
        self._today = today
        self._shipped = app.shipped
        self._related = Related(self._shipped)
        self._demanded: dict[tuple[AnyMechanism, str | None, str], frozenset[bytes]] = {}
        idle = (one for one in app.okhttp.pinners if one.use is PinnerUse.NEVER)
        self._vain = {added.code.location for one in idle for added in (*one.added, *one.partial)}
        self._unknown: dict[tuple[AnyMechanism, str | None], bool] = {}

    def demands(self, pin: Pin) -> bool | None:
        """Whether some configuration in force demands this pin; None if its hosts or its use are not known.

        Of a configuration of Android's, that a pin has no host is known.
        """
        if not (pin.host or pin.confidence is Confidence.CANDIDATE or pin.mechanism is Mechanism.NSC):
            return False if pin.where in self._vain else None
        try:
            wanted = b64decode(pin.pin, validate=True)
        except (Base64Error, ValueError):
            return False
        length = 20 if pin.algorithm is Algorithm.SPKI_SHA1 else 32  # OkHttp also takes SHA-1
        # Only OkHttp has patterns; elsewhere a star is a part of a name that no host has.
        host = pin.host.lower().lstrip("*.") if pin.mechanism is Mechanism.OKHTTP else pin.host.lower()
        # Of Apple's systems each file has its own pins.
        member = None if isinstance(pin.mechanism, Mechanism) else pin.where.member
        if self._is_unknown(pin.mechanism, member):
            return None
        demanded = self._of(pin.mechanism, member, host)
        return len(wanted) == length and not is_no_name(host) and wanted in demanded

    def _is_unknown(self, mechanism: AnyMechanism, member: str | None) -> bool:
        """Whether it was not seen if some configuration is put to use."""
        key = mechanism, member
        if key not in self._unknown:
            unknown = (one for one in self._shipped if one.state is State.UNKNOWN)
            self._unknown[key] = any(_is_of(mechanism, member, one) for one in unknown)
        return self._unknown[key]

    def _of(self, mechanism: AnyMechanism, member: str | None, host: str) -> frozenset[bytes]:
        """All that is demanded for a name and those below it."""
        key = mechanism, member, host
        if key not in self._demanded:
            self._demanded[key] = frozenset(
                one
                for shipped in map(self._shipped.__getitem__, self._related.of(host))
                if shipped.state is State.ACTIVE and _is_of(mechanism, member, shipped)
                if host not in dict(shipped.unmatched)
                for probe in (host, f"x.{host}", f"x.x.{host}")
                for clause in shipped.enforced(probe)
                if clause.in_force(self._today)
                for one in clause.leaf | clause.ca
            )
        return self._demanded[key]


def _is_of(mechanism: AnyMechanism, member: str | None, shipped: InForce) -> bool:
    """Whether the pins of a mechanism, in some file where that matters, may be those of a configuration."""
    same = member is None or shipped.where is None or shipped.where.member == member
    return shipped.mechanism is mechanism and same
