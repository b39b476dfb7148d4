"""Random models: whatever a platform's writer can write, not only what policies are lowered to."""

from __future__ import annotations

import string
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from pincompiler.platforms.ats import Ats, PinnedDomain
from pincompiler.platforms.nsc.model import Domain, DomainConfig, Nsc, Reporting
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.platforms.target import Job
from pincompiler.platforms.trustkit import TrustKit, TrustKitDomain
from pincompiler.policy.enforcement import Chain, Key, Role
from pincompiler.policy.project import Output

if TYPE_CHECKING:
    from collections.abc import Iterable

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""

DIGEST = "sha256/" + "A" * 43 + "="
A, B, C = (Key(bytes([n] * 32), None, name) for n, name in ((1, "a"), (2, "b"), (3, "c")))
PIN_A, PIN_B, PIN_C = A.pin, B.pin, C.pin


def job(path: str = "Pins.kt", base: bytes = b"", source: str = "pins.toml") -> Job:
    return Job(source, DIGEST, Output("any", PurePosixPath(path), "com.example.shop"), base)


def leaf(key: Key) -> Chain:
    """A chain whose server has this key."""
    return Chain(key.spki_sha256)


def under(*cas: Key) -> Chain:
    """A chain of a stranger's key below these CAs."""
    return Chain(b"stranger", tuple(ca.spki_sha256 for ca in cas))


# -- strategies ----------------------------------------------------------------------------------

_names = st.just("") | st.from_regex(r"[A-Za-z0-9]{1,8}([._-][A-Za-z0-9]{1,4}){0,2}", fullmatch=True)
keys = st.builds(
    Key, st.binary(min_size=32, max_size=32) | st.just(A.spki_sha256), st.sampled_from((None, *Role)), _names
)


def some_keys(least: int = 1) -> st.SearchStrategy[tuple[Key, ...]]:
    """Keys of different pins."""
    return st.lists(keys, min_size=least, max_size=4, unique_by=lambda key: key.pin).map(tuple)


labels = st.sampled_from(("a", "b", "xn--bcher-kva", "test", "0-9"))
hosts = st.lists(labels, min_size=1, max_size=4).map(".".join)
"""Canonical hosts, few enough that they meet."""

_printable = string.ascii_lowercase + string.digits + string.punctuation + " "
odd_names = st.text(_printable, min_size=1).filter(lambda text: text == text.strip())
"""What a hand may have written where a host belongs: what markup is made of included."""
report_uris = st.lists(
    st.from_regex(
        r"https?://[a-z0-9.-]{1,9}(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,9})?", fullmatch=True
    ),
    max_size=2,
).map(tuple)
"""All that pins.toml lets through."""


def unique(names: st.SearchStrategy[str], most: int = 5) -> st.SearchStrategy[list[str]]:
    return st.lists(names, unique=True, max_size=most)


@st.composite
def nscs(draw: st.DrawFn, names: st.SearchStrategy[str] = hosts | odd_names, least: int = 0) -> Nsc:
    configs = []
    left = draw(unique(names))
    while left:
        size = draw(st.integers(1, len(left)))
        own, left = left[:size], left[size:]
        pinned = draw(some_keys(least))
        configs.append(
            DomainConfig(
                tuple(Domain(name, draw(st.booleans())) for name in own),
                pinned,
                draw(st.none() | st.dates()) if pinned else None,
                draw(st.none() | st.builds(Reporting, st.booleans(), st.booleans(), report_uris)),
            )
        )
    return Nsc(tuple(configs))


patterns = st.builds(str.__add__, st.sampled_from(("", "*.", "**.")), hosts)
entries = st.builds(OkHttpEntry, patterns, some_keys())
okhttps = st.builds(OkHttp, st.lists(entries, max_size=6).map(tuple), st.booleans())


def _sorted(domains: Iterable[PinnedDomain]) -> Ats:
    return Ats(tuple(sorted(domains, key=lambda domain: domain.name)))


_identities = st.none() | some_keys(0)
atses = st.lists(
    st.builds(PinnedDomain, hosts | odd_names, st.booleans(), _identities, _identities),
    max_size=5,
    unique_by=lambda domain: domain.name,
).map(_sorted)

_kit_domains = st.builds(
    TrustKitDomain,
    hosts,
    st.booleans(),
    some_keys(0),
    st.booleans(),
    st.none() | st.dates(),
    report_uris,
)
_excluded = st.builds(TrustKitDomain, hosts, st.just(value=False), st.just(()), excluded=st.just(value=True))


def trustkits(*, excluded: bool) -> st.SearchStrategy[TrustKit]:
    """Configurations in the order of their names; with or without entries that only exclude."""
    domains = _kit_domains | _excluded if excluded else _kit_domains
    listed = st.lists(domains, max_size=5, unique_by=lambda domain: domain.name)
    return st.builds(
        lambda domains, swizzle: TrustKit(tuple(sorted(domains, key=lambda d: d.name)), swizzle),
        listed,
        st.booleans(),
    )


# -- configurations with a DOCTYPE ----------------------------------------------------------------

DOCTYPES = {
    "alone": ("SYSTEM 'nsc.dtd'", '<domain includeSubdomains="true">x.test</domain>', True),
    "text": ("[<!ENTITY h 'x'>]", "<domain>&h;.test</domain>", False),
    "attribute": ("[<!ENTITY d 'true'>]", '<domain includeSubdomains="&d;">x.test</domain>', True),
    "elements": ("[<!ENTITY h '<domain>x.test</domain>'>]", "&h;", False),
    "default": ("[<!ATTLIST domain includeSubdomains CDATA 'true'>]", "<domain>x.test</domain>", True),
    "default, and said": (
        "[<!ATTLIST domain includeSubdomains CDATA 'true' note CDATA #IMPLIED>]",
        '<domain includeSubdomains="false">x.test</domain>',
        False,
    ),
}
"""A DOCTYPE, a domain, and whether it reaches below; tests/real/test_real_nsc.py asks aapt2 and Android."""


def with_doctype(name: str) -> bytes:
    doctype, inner, _ = DOCTYPES[name]
    pins = f'<pin-set><pin digest="SHA-256">{PIN_A}</pin></pin-set>'
    body = f"<network-security-config><domain-config>{inner}{pins}</domain-config></network-security-config>"
    return f"<!DOCTYPE network-security-config {doctype}>{body}".encode()
