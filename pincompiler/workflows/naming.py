"""Names for keys that come without: after the CA that they are known to be of, else after host and year."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, count
from typing import TYPE_CHECKING

from pincompiler.base.bounds import shortened
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.policy.enforcement import Role
from pincompiler.roots.knowledge import known_roots

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pincompiler.policy.enforcement import Key
    from pincompiler.policy.policy import Policy

_WORD = lazy_regex(r"[a-z0-9]+")


def named(policy: Policy, others: Iterable[Policy], today: date) -> Policy:
    """A policy whose keys have the names that ``others`` know them by, or names of their own.

    A key of a public root CA is called after that, and is a CA's; any other after the hosts that it is pinned for, and
    the year, since the next one is that of another.
    """
    hosts: dict[bytes, list[str]] = {}
    for pin_set in policy.sets:
        for key in pin_set.keys:
            hosts.setdefault(_identity(key), []).extend(pin_set.hosts)
    known = {_identity(key): key.name for one in others for pin_set in one.sets for key in pin_set.keys}
    found: dict[bytes, Key] = {}
    taken: set[str] = set()
    for key in {_identity(key): key for pin_set in policy.sets for key in pin_set.keys}.values():
        identity = _identity(key)
        root = None if key.whole else known_roots().by_pin(key.spki_sha256)
        role = Role.CA if root and key.role is None else key.role
        wanted = (
            known.get(identity) or (_slug(root.name) if root else "") or _of_hosts(hosts[identity], today)
        )
        name = _free(wanted, taken)
        found[identity] = replace(key, name=name, role=role, root=root.name if root else "")
    sets = (replace(one, keys=tuple(found[_identity(key)] for key in one.keys)) for one in policy.sets)
    return replace(policy, sets=tuple(sets))


def _identity(key: Key) -> bytes:
    return key.whole or key.spki_sha256


def _free(wanted: str, taken: set[str]) -> str:
    numbered = (f"{wanted}-{number}" for number in count(2))
    name = next(one for one in chain([wanted], numbered) if one not in taken)
    taken.add(name)
    return name


def _of_hosts(hosts: list[str], today: date) -> str:
    """A host, or of several what the names of all end in."""
    first, *others = dict.fromkeys(hosts)
    labels = first.split(".")
    shared = [".".join(labels[number:]) for number in range(len(labels) - 1)]
    common = (one for one in shared if all(f".{host}".endswith(f".{one}") for host in others))
    return f"{_slug(next(common, first)) or 'key'}-{today.year}"


def _slug(text: str) -> str:
    """Words as TOML takes them for a key without quotes, a letter first."""
    words = "-".join(_WORD.findall(text.lower()))
    return shortened(words).rstrip("-…") if words[:1].isalpha() else f"key-{words}" if words else ""
