"""A certificate chain that a server is to show, as clients validate it."""

from __future__ import annotations

from dataclasses import field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pincompiler.base.records import dataclass
from pincompiler.keys.spki import pinned_chain
from pincompiler.policy.trust import SYSTEM_ALONE, Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from pincompiler.keys.spki import PublicKey
    from pincompiler.policy.enforcement import Chain
    from pincompiler.policy.trust import Source, Trust
    from pincompiler.tls.device_paths import DeviceView

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A certificate chain that a server of a host is to show."""

    host: str
    path: tuple[PublicKey, ...] = ()
    """The validated path, from the server's own certificate to the trust anchor; empty: there is none."""
    problem: str = ""
    """Why no client should accept it, to follow "the server"."""
    fix: str = ""
    misnamed: bool = False
    """Whether the server's certificate is for other hosts, so that it does not matter who vouches for it."""
    declared: bool = False
    """Whether the user named the anchors that devices trust."""
    assumed: bool = False
    """Whether it is taken for trusted, wherever it ends: a plan of keys, whose certificates are still to come."""
    anchors: frozenset[bytes] = frozenset()
    """The identities of the app's own CAs by which the path was validated: their dates are Android's no matter."""
    views: tuple[DeviceView, ...] = field(default=(), compare=False)
    """What devices make of it with the stores of their versions; none: nothing is known of that, or it has no say."""
    own: Mapping[Trust, Candidate] = field(default_factory=dict, compare=False)
    """The same chain, as it is validated by those who trust others than the system's CAs."""

    def under(self, trust: Trust) -> Candidate:
        """The chain, as it is validated by those who trust these."""
        return self if self.assumed or trust == SYSTEM_ALONE else self.own[trust]

    @property
    def chain(self) -> Chain:
        """Its pins."""
        return pinned_chain(self.path)

    def ends_in(self, sources: Iterable[Source]) -> bool:
        """Whether a platform that trusts these would end the path at one of those that are known."""
        return self.anchor_of(sources) is not None

    def anchor_of(self, sources: Iterable[Source]) -> str | None:
        """What the first of these is called at which a platform that trusts them would end the path, if at any."""
        known = {one.identity: one.name for one in sources if not isinstance(one, Store)}
        passed = (key.certificate.identity for key in self.path[1:] or self.path if key.certificate)
        return next((known[one] for one in passed if one in known), None)

    @property
    def first(self) -> date | None:
        """The first day on which all of it but the anchor is valid, in UTC."""
        return max((day for key in self._below if (day := _first_day(key))), default=None)

    @property
    def last(self) -> date | None:
        """The last day on which all of it but the anchor is valid to the day's end, in UTC."""
        return min((_last_day(key) for key in self._below if key.certificate), default=None)

    @property
    def anchor_last(self) -> date | None:
        """The same of the last anchor, which some platforms hold to its dates and others do not."""
        return _last_day(self.path[-1]) if self.path and self.path[-1].certificate else None

    @property
    def _below(self) -> tuple[PublicKey, ...]:
        known = (key.certificate.identity if key.certificate else b"" for key in self.path)
        ends = next((number for number, one in enumerate(known) if one in self.anchors), None)
        return (self.path[:-1] or self.path) if ends is None else self.path[:ends]


def _first_day(key: PublicKey) -> date | None:
    begins = key.certificate.not_before if key.certificate else None
    return begins.date() if begins else None


def _last_day(key: PublicKey) -> date:
    assert key.certificate is not None, "paths are made of certificates"  # noqa: S101
    return last_whole_day(key.certificate.not_after)


def last_whole_day(end: datetime) -> date:
    """The last day on which what ends at an instant is valid to the day's end, both in UTC.

    RFC 5280 section 4.1.2.5: notAfter itself is still inside.
    """
    return (end + timedelta(seconds=1)).date() - DAY
