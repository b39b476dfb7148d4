"""What handlers of challenges accept: their code is run with chains that it should and should not accept."""

from pincompiler.shipped.ios.challenges.verdict import HANDLERS, challenge_handlers, verdict_on, verify_blocks

__all__ = ["HANDLERS", "challenge_handlers", "verdict_on", "verify_blocks"]
