"""Which digests of policies an app carries, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.location import Location
from pincompiler.base.records import dataclass
from pincompiler.facts import Mechanism

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.facts import ShippedApp


@dataclass(frozen=True, slots=True)
class Carried:
    """One digest, or what looks like one."""

    digest: str
    title: str
    """How sentences call the place."""
    where: Location
    mechanism: str


def carried(app: ShippedApp) -> Iterator[Carried]:
    """Those of all configurations, whether they count on some device or not, and of the code, used or not.

    Of the code they are all of its hashes: pins look the same.
    """
    for file in app.nsc.files:
        if file.nsc.policy_digest:
            yield Carried(file.nsc.policy_digest, file.title, file.where, Mechanism.NSC.value)
    for one in app.shipped:
        digest = getattr(one.enforcement, "policy_digest", "")
        if digest and one.mechanism is not Mechanism.NSC and one.owner.first_party:
            where = one.where or Location(app.path)
            yield Carried(digest, one.title, where, one.mechanism.value)
    for found in app.okhttp.hashes:
        yield Carried(found.text, found.where.member, found.where, Mechanism.OKHTTP.value)
