"""Roots to pin as backups beside what is pinned or served: what the same CA goes on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.roots.holding import Answer, Platform, holds, release_of
from pincompiler.roots.knowledge import known_roots
from pincompiler.roots.successors import successors

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date

    from pincompiler.roots.root import Root

_EACH = 2


def proposals(
    pins: Collection[bytes], today: date, oldest: Mapping[Platform, int] | None = None
) -> tuple[Root, ...]:
    """For each pin of a public root two others of its CA that stay longer, those that most devices have; each once.

    ``oldest`` are the oldest versions that the app supports, as far as they are known.
    """
    known = known_roots()
    roots = [root for pin in pins if (root := known.by_pin(pin))]
    found: dict[Root, None] = {}
    for root in roots:
        others = (one for one in successors(root, oldest or {}, today) if one.spki_sha256 not in pins)
        found |= dict.fromkeys(one for one, _ in zip(others, range(_EACH), strict=False))
    return tuple(found)


def commented(roots: Collection[Root]) -> Iterator[str]:
    """Lines of TOML in comments that offer roots as backups; none without any."""
    if not roots:
        return
    yield "# Backups that fit: other roots of the CA, which stay longer.  A root lets in every certificate of its CA."
    for one in roots:
        name = "".join(
            letter if letter.isascii() and letter.isalnum() else "-" for letter in one.name.lower()
        )
        yield f"# [keys.{'-'.join(filter(None, name.split('-')))}]  # {one.name}{_until(one)}{_since(one)}"
        yield f'# spki-sha256 = "{one.pin}"'
        yield '# role = "ca"'


def _until(root: Root) -> str:
    return f", in Mozilla's list until {root.planned_end} as planned" if root.planned_end else ""


def _since(root: Root) -> str:
    levels = list(known_roots().levels)
    had = [level for level in levels if holds(root, Platform.ANDROID, level).answer is Answer.YES]
    following = levels[levels.index(had[0]) :] if had else []
    return f", on Android {release_of(had[0])} and newer" if had and had == following else ""
