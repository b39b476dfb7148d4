"""Names in certificates, held to OpenSSL's own comparison."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincompiler.keys.names import is_for, names_in
from tests import pki
from tests.tls_servers import signed

if TYPE_CHECKING:
    from cryptography import x509


NAMES = (
    "example.com",
    "api.example.com",
    "API.Example.com",
    "*.example.com",
    "*.com",
    "*",
    "a*.example.com",
    "*.*.example.com",
    "api.*.com",
    "*.api.example.com",
    "xn--bcher-kva.example.com",
)
HOSTS = (
    "example.com",
    "api.example.com",
    "a.api.example.com",
    "com",
    "example.org",
    "xn--bcher-kva.example.com",
    "apiexample.com",
)


@cache
def certificate(name: str) -> x509.Certificate:
    return signed("x", pki.private_key(), "x", pki.private_key(), names=[name], ends=timedelta(days=1))


@cache
def openssl_agrees(name: str, host: str) -> bool:
    said = pki.openssl("x509", "-noout", "-checkhost", host, stdin=pki.pem(certificate(name))).decode()
    assert "does match" in said or "does NOT match" in said
    return "does match" in said


# What OpenSSL accepts, and RFC 9525 section 6.3 does not: a wildcard that is only a part of a label.
PARTIAL = {"a*.example.com"}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("host", HOSTS)
def test_names_match_as_openssl_says(name: str, host: str) -> None:
    ours = is_for(names_in(certificate(name)), host)
    assert ours == (openssl_agrees(name, host) and name not in PARTIAL)


LABELS = st.sampled_from(("a", "b", "*", "example", "com", "B"))
DOTTED = st.lists(LABELS, min_size=1, max_size=4).map(".".join)


@pytest.mark.slow
@settings(max_examples=60)
@given(DOTTED, st.lists(st.sampled_from(("a", "b", "example", "com")), min_size=1, max_size=4).map(".".join))
def test_any_names_match_as_openssl_says(name: str, host: str) -> None:
    assert is_for(names_in(certificate(name)), host) == openssl_agrees(name, host)


def test_the_subject_does_not_count() -> None:
    bare = pki.certificate("api.example.com")
    assert names_in(bare) == ()
    assert not is_for(names_in(bare), "api.example.com")


def test_addresses_match_addresses_only() -> None:
    assert is_for(("192.0.2.1",), "192.0.2.1")
    assert not is_for(("192.0.2.1",), "192.0.2.10")
    assert not is_for(("*.0.2.1",), "192.0.2.1")
