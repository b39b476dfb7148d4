"""The public root CAs among pinned keys, and what is said of them; for the rules on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.roots.holding import UPDATED_BY_PLAY, Platform, release_of
from pincompiler.roots.knowledge import known_roots
from pincompiler.roots.successors import successors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.policy.enforcement import Key
    from pincompiler.policy.project import App
    from pincompiler.roots.root import Root
    from pincompiler.rules.rule import Examined


def pinned_roots(examined: Examined) -> Iterator[tuple[Key, Root]]:
    """The keys that are those of public roots, or their certificates."""
    known = known_roots()
    for key in examined.keys:
        if root := known.by_certificate(key.whole) if key.whole else known.by_pin(key.spki_sha256):
            yield key, root


def root_of(key: Key) -> Root | None:
    """The public root whose key, or whose certificate, is pinned."""
    known = known_roots()
    return known.by_certificate(key.whole) if key.whole else known.by_pin(key.spki_sha256)


def called(key: Key, root: Root) -> str:
    """``the pin of `ca` is the key of ISRG Root X1``, for the beginning of a message."""
    what = "the certificate" if key.whole else "the key"
    return f"`{key.title}` is {what} of {root.name}"


def oldest(app: App | None) -> dict[Platform, int]:
    """The oldest versions that an app supports, as far as it is known."""
    found = {}
    if app and app.android_min_sdk:
        found[Platform.ANDROID] = app.android_min_sdk
    if app and app.ios_minimum:
        found[Platform.IOS] = app.ios_minimum[0]
    return found


def next_roots(root: Root, examined: Examined) -> str:
    """What to pin instead, for a fix: two roots of the same CA that stay, as far as any are known."""
    found = successors(root, oldest(examined.app), examined.today)[:2]
    return " or ".join(f"{one.name} ({one.pin})" for one in found) or "another root of a CA that you use"


def on_devices(root: Root) -> str:
    """What Android has made of a root that left Mozilla's list, a clause; empty: it never had it."""
    if not root.android:
        return ""
    last = root.android[-1][1]
    newest = known_roots().unknown_from - 1
    if last == newest:
        return f"Android {release_of(last)} still has it"
    following = release_of(last + 1)
    updated = ", where Google Play updates the list" if last + 1 >= UPDATED_BY_PLAY else ""
    return f"Android {following} and newer came without it{updated}"
