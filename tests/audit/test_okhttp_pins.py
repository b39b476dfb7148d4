"""What OkHttp makes of the texts of pins and patterns, by its documentation."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.platforms.okhttp.pins import fault_of, hash_of, is_refused


@given(
    st.binary(max_size=64), st.sampled_from(["sha1/", "sha256/"]), st.sampled_from(["", "=", "\n", " =\r\n"])
)
def test_any_base64_is_read_whatever_its_length_and_end(data: bytes, prefix: str, end: str) -> None:
    text = b64encode(data).decode()
    assert hash_of(prefix + text + end) == data
    assert hash_of(prefix + text.rstrip("=").replace("+", "-").replace("/", "_")) == data


@pytest.mark.parametrize(
    "pin", ["md5/AAAA", "AAAA", "", "sha256:AAAA", "SHA256/AAAA", "sha256/A", "sha256/AA=A", "sha1/é"]
)
def test_what_okhttp_throws_on_is_no_hash(pin: str) -> None:
    assert hash_of(pin) is None


@pytest.mark.parametrize(
    ("pattern", "old", "new"),
    [
        ("api.example.com", True, True),
        ("API.example.com", True, True),
        ("*.example.com", True, True),
        ("**.example.com", False, True),
        ("127.0.0.1", True, True),
        ("::1", True, True),
        ("api.*.com", False, False),
        ("*.*.example.com", False, False),
        ("*", False, False),
        ("https://api.example.com", False, False),
        ("api.example.com.", False, False),
        ("api.example.com:443", True, False),
        ("api.example.com/v1", True, False),
    ],
)
def test_which_patterns_can_match(pattern: str, *, old: bool, new: bool) -> None:
    assert (not fault_of(pattern, (3, 14, 9)), not fault_of(pattern, (4, 2, 2))) == (old, old)
    assert (not fault_of(pattern, (4, 12, 0)), not fault_of(pattern, None)) == (new, new)


@pytest.mark.parametrize(
    ("pattern", "thrown"), [("api.*.com", True), ("api.example.com/v1", True), ("api.example.com.", False)]
)
def test_which_patterns_okhttp_throws_on(pattern: str, *, thrown: bool) -> None:
    """``CertificatePinner.Pin`` of 4.3 and newer; one before 4.3 takes them, and they match nothing."""
    assert (is_refused(pattern, (4, 12, 0)), is_refused(pattern, (3, 14, 9))) == (thrown, False)
