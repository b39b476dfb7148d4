"""What iOS code answers when it is asked whether a server is to be trusted."""

from __future__ import annotations

from enum import StrEnum

from pincompiler.base.records import dataclass


class ChallengeVerdict(StrEnum):
    """What a handler makes of a server's chain; the value is a clause about the handler."""

    ACCEPTS_ALL = "accepts every server, and evaluates nothing"
    IGNORES_RESULT = "has the chain evaluated, and accepts it whatever comes out"
    SKIPS = "accepts every server under a condition"
    COMPARES_ONLY = "compares the certificate, and accepts it although the system refuses the chain"
    EVALUATES = "accepts what the system trusts"
    PINS = "accepts what the system trusts and what it compares"
    LEAVES = "leaves the decision to the system"
    REFUSES = "accepts no server"
    UNKNOWN = "decides in a way that was not understood"

    @property
    def unsound(self) -> bool:
        """Whether a server with anybody's certificate may be accepted."""
        return self in (
            ChallengeVerdict.ACCEPTS_ALL,
            ChallengeVerdict.IGNORES_RESULT,
            ChallengeVerdict.SKIPS,
            ChallengeVerdict.COMPARES_ONLY,
        )


@dataclass(frozen=True, slots=True)
class ChallengeHandler:
    """A method that answers challenges, and what it was found to do."""

    owner: str
    """Its class, or class and category: ``Delegate``, ``NSObject(Loose)``."""
    selector: str
    address: int
    """Of its code, in the image."""
    verdict: ChallengeVerdict
    why: str
    """What was not understood, or on what it depends; empty if there is nothing to add."""
    anchored: bool
    """Whether it sets anchors of its own before it has a chain evaluated."""
    nameless: bool
    """Whether it has a chain evaluated without the host's name (a policy of basic X.509, or of no host)."""
