"""What is to be said of a host, in a line, with what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.base.records import dataclass
from pincompiler.keys.interception import intercepted_by
from pincompiler.tls.answers import Declined, Offer, Refused, Unreached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.tls.answers import Answer, Seen


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about a host."""

    level: Level
    code: str
    """What an alert may filter by."""
    message: str
    """To follow the name of the host; no full stop."""
    fix: str
    unknown: bool = False
    """Whether it is a failure to look, or what is not known of devices, and says nothing wrong of the server."""


def of_seen(seen: Seen) -> Iterator[Remark]:
    """What went wrong at the addresses of a host, and what could not be asked."""
    if seen.problem:
        yield Remark(
            Level.ERROR, "unreachable", seen.problem, "check the name, or pass --resolve", unknown=True
        )
    for visit in seen.visits:
        for offer, answer in visit.answers:
            if remark := of_answer(visit.address, offer, answer):
                yield remark
        by_offer = dict(visit.answers)
        old_tls = [by_offer.get(offer) for offer in (Offer.RSA, Offer.ECDSA)]
        if all(isinstance(answer, Declined) for answer in old_tls):
            yield Remark(
                Level.NOTE,
                "tls-1.3-only",
                f"at {visit.address} TLS 1.3 alone is spoken, so that a second certificate could not be asked for",
                "if it holds an RSA and an ECDSA certificate, pin both, and try each with --chain",
            )


def of_answer(address: str, offer: Offer, answer: Answer) -> Remark | None:
    """The remark on an answer, if it is not as it should be."""
    at = f" at {address}" if address else ""
    at += f" ({offer.value})" if offer is not Offer.ANY else ""
    if isinstance(answer, Unreached):
        fix = "check the address, the port and firewalls, or allow more time with --timeout"
        level = Level.NOTE if answer.elsewhere else Level.ERROR
        return Remark(level, "unreachable", f"{answer.problem}{at}", fix, unknown=True)
    if isinstance(answer, Refused):
        # Who signed it is unproven, and named only as a hint at where to look.
        if known := intercepted_by(answer.issuers):
            fix = "ask from a network that does not intercept TLS, or exempt the host there; never pin this"
            return Remark(Level.ERROR, "intercepted", f"is intercepted on this network, by {known}{at}", fix)
        return Remark(Level.ERROR, answer.code, f"{answer.problem}{at}", answer.fix)
    if isinstance(answer, Declined) and offer is Offer.ANY:
        return Remark(
            Level.ERROR, "handshake-refused", f"refuses the handshake: {answer.alert}{at}", "check the name"
        )
    return None
