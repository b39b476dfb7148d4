"""How long public CAs may make certificates, and so how often a server gets a new one.

CA/Browser Forum, ballot SC-081v3 (Baseline Requirements for TLS server certificates, section 6.3.2).  A CA of
one's own is not bound by it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMITS = ((date(2026, 3, 15), 200), (date(2027, 3, 15), 100), (date(2029, 3, 15), 47))
"""From which day of issuance on, how many days a certificate is valid at most."""
BEFORE = 398
"""Days, for what was issued earlier."""


def longest(issued: date) -> int:
    """The days for which a certificate that is issued on a day is valid at most."""
    return next((days for since, days in reversed(LIMITS) if issued >= since), BEFORE)


def renewals(first: date, last: date) -> Iterator[date]:
    """The days up to ``last`` on which a server needs a new certificate that got one on ``first``.

    Each is used to its very end, so in practice there are more.
    """
    day = first
    while (last - day).days >= longest(day):
        day += timedelta(days=longest(day))
        yield day
