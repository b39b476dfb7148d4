"""Random policies, hosts, chains and days, small enough that they meet."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from hypothesis import strategies as st

from pincompiler.policy.enforcement import Chain, Key, PinSet, Reach, Role
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App

TODAY = date(2026, 11, 23)


def spki(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


LEAVES = tuple(Key(spki(f"leaf-{n}"), Role.LEAF, f"leaf-{n}") for n in range(3))
CAS = tuple(Key(spki(f"ca-{n}"), Role.CA, f"ca-{n}") for n in range(3))
UNKNOWN = tuple(Key(spki(f"unknown-{n}"), None, f"unknown-{n}") for n in range(2))
STRANGERS = (spki("stranger-1"), spki("stranger-2"))

labels = st.sampled_from(("a", "b", "www"))
# Under a plain domain, a public suffix of its own kind, one with public suffixes inside, and no TLD at all.
parents = st.sampled_from(
    ("example.com", "example.co.uk", "amazonaws.com", "s3.amazonaws.com", "shop.internal")
)
hosts = st.builds(lambda front, parent: ".".join([*front, parent]), st.lists(labels, max_size=3), parents)
reaches = st.sampled_from(Reach)
keys = st.lists(st.sampled_from((*LEAVES, *CAS, *UNKNOWN)), min_size=1, max_size=4, unique=True).map(tuple)
expiries = st.none() | st.sampled_from((TODAY, TODAY + timedelta(days=90), TODAY + timedelta(days=365)))
days = st.dates(TODAY - timedelta(days=10), TODAY + timedelta(days=400))
uris = st.lists(st.just("https://reports.example.com/pins"), max_size=1).map(tuple)

pin_sets = st.builds(
    PinSet,
    st.lists(hosts, min_size=1, max_size=2, unique=True).map(tuple),
    reaches,
    keys,
    expiries,
    st.sampled_from((True, True, True, False)),
    uris,
)


def _disjoint(sets: list[PinSet]) -> Policy:
    seen: set[str] = set()
    kept = []
    for pin_set in sets:
        own = tuple(host for host in pin_set.hosts if host not in seen)
        seen.update(own)
        if own:
            kept.append(
                PinSet(
                    own, pin_set.reach, pin_set.keys, pin_set.expires, pin_set.enforce, pin_set.report_uris
                )
            )
    return Policy(tuple(kept))


policies = st.lists(pin_sets, min_size=1, max_size=4).map(_disjoint)

# A key of a role stands only where that role does; that is what the role in pins.toml promises.
chains = st.builds(
    Chain,
    st.sampled_from([*(key.spki_sha256 for key in (*LEAVES, *UNKNOWN)), *STRANGERS]),
    st.lists(st.sampled_from([*(key.spki_sha256 for key in (*CAS, *UNKNOWN)), *STRANGERS]), max_size=3).map(
        tuple
    ),
)

apps = st.builds(
    App,
    android_min_sdk=st.sampled_from((None, 21, 24)),
    ios_minimum=st.sampled_from((None, (14, 0), (17, 0))),
    okhttp=st.sampled_from((None, (3, 14, 9), (4, 2, 2), (4, 3), (5, 1, 0))),
)
