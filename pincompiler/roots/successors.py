"""Which roots a CA has for the time after one of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.roots.holding import Answer, Platform, holds
from pincompiler.roots.knowledge import known_roots

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pincompiler.roots.root import Root

_ORGANISATION = lazy_regex(r"(?:^|[,+])O=((?:[^,+\\]|\\.)*)")
_OWNERS: Final = (
    ("amazon", "starfield services"),
    ("sectigo", "comodo", "the usertrust network", "addtrust"),
    ("starfield technologies", "godaddy", "the go daddy group"),
    ("digicert", "baltimore", "cybertrust", "verisign", "geotrust", "thawte", "symantec"),
    ("google trust services", "globalsign ecc root ca - r4", "globalsign root ca - r2"),
    ("globalsign",),
    ("internet security research group",),
    ("identrust", "digital signature trust"),
)
"""What the organisations or names of one CA's roots begin with, in lower case: CCADB's "CA Owner", 2026."""
_FIT: Final = timedelta(days=365)
"""How long a root has to stay to be pinned for a later day: `departing-ca` warns of those that stay shorter."""


def successors(root: Root, oldest: Mapping[Platform, int], today: date) -> tuple[Root, ...]:
    """The CA's other roots that stay longer; first those that most supported versions have for certain.

    They are in Mozilla's list, with no end to new certificates, and planned to stay for longer, and for a year.  ``oldest`` are the
    oldest versions that the app supports; of a platform that it does not name, all that are known count.
    """
    known = known_roots()
    versions = [(Platform.ANDROID, level) for level in known.levels]
    versions += [(Platform.IOS, major) for major in known.ios]
    asked = [one for one in versions if one[1] >= oldest.get(one[0], 0)]
    order = {one: -sum(_has(one, *version) for version in asked) for one in _staying(root, today)}
    return tuple(
        sorted(order, key=lambda one: (order[one], -(one.planned_end or date.max).toordinal(), one.name))
    )


def _has(root: Root, platform: Platform, version: int) -> bool:
    return holds(root, platform, version).answer is Answer.YES


def _staying(root: Root, today: date) -> Iterator[Root]:
    owner = _owner(root)
    for one in known_roots().all() if owner else ():
        stays = one.mozilla and not (one.left_mozilla or one.distrusted_after or one.chrome_until)
        ends = min(one.planned_end or date.min, one.last_day)
        later = ends > (root.planned_end or date.min) and ends - today > _FIT
        if stays and later and one != root and _owner(one) == owner:
            yield one


def _owner(root: Root) -> str:
    """The owner of a root, by the name that stands first in the table; else its organisation."""
    organisation = _ORGANISATION.search(root.subject)
    named = (root.name.lower(), organisation[1].lower() if organisation else "")
    for name in named:
        for owner in _OWNERS:
            if name.startswith(owner):
                return owner[0]
    return named[1]
