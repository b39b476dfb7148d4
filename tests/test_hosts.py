"""Host names: what people write, and the one form that every platform can match."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.policy.hosts import (
    BadHost,
    at_and_above,
    canonical_host,
    is_ip_address,
    public_suffix,
    public_suffixes_below,
)

LABEL_63 = "a" * 63
NAME_253 = ".".join((LABEL_63, LABEL_63, LABEL_63, "b" * 61))

# -- good names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("api.example.com", "api.example.com"),
        ("API.Example.COM", "api.example.com"),
        ("api.example.com.", "api.example.com"),
        ("API.EXAMPLE.COM.", "api.example.com"),
        ("localhost", "localhost"),
        ("a", "a"),
        ("a-b.c--d.com", "a-b.c--d.com"),
        ("3com.com", "3com.com"),
        ("1.2.3.com", "1.2.3.com"),
        ("a.b1", "a.b1"),
        ("123.example", "123.example"),
        (f"{LABEL_63}.com", f"{LABEL_63}.com"),
        (NAME_253, NAME_253),
        (f"{NAME_253}.", NAME_253),
        (NAME_253.upper(), NAME_253),
        # U-labels become A-labels; the punycode is that of RFC 3492's and the registries' own examples.
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("MÜNCHEN.DE.", "xn--mnchen-3ya.de"),
        ("mu\N{COMBINING DIAERESIS}nchen.de", "xn--mnchen-3ya.de"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"),
        ("مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"),
        ("api.bücher.example", "api.xn--bcher-kva.example"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("XN--MNCHEN-3YA.de", "xn--mnchen-3ya.de"),
        ("xn--strae-oqa.de", "xn--strae-oqa.de"),
        # What input methods of East Asia write for letters and full stops:
        ("ｅｘａｍｐｌｅ．ｃｏｍ", "example.com"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("FASS.de", "fass.de"),
        ("\N{KELVIN SIGN}elvin.com", "kelvin.com"),
    ],
)
def test_good_names(text: str, host: str) -> None:
    assert canonical_host(text) == host


@pytest.mark.parametrize(
    "address",
    ["192.0.2.1", "0.0.0.0", "255.255.255.255", "127.0.0.1", "10.0.0.9"],  # noqa: S104
)
def test_ipv4_addresses(address: str) -> None:
    assert canonical_host(address) == address
    assert is_ip_address(address)


@pytest.mark.parametrize("host", ["example.com", "1.2.3.com", "a.b1", "", "1.2.3", "1.2.3.4.5", "256.1.1.1"])
def test_what_is_no_address(host: str) -> None:
    assert not is_ip_address(host)


def test_an_ideographic_full_stop_may_also_end_a_name() -> None:
    assert canonical_host("例え。テスト。") == "xn--r8jz45g.xn--zckzah"


# -- bad names -------------------------------------------------------------------------------------

INVISIBLE = "take it out"
LABELS = "labels are 1 to 63 letters, digits and inner hyphens"
NUMBER = ("ends in a number and is no IPv4 address", "write a host name")
DEVIATION = "which IDNA 2003 and IDNA 2008 turn into different names"
A_LABEL = "write the A-label (xn--…) that your server's certificate has"
URL = "is a URL, and no platform matches one"
PORT = "has a port, and pins are for all ports of a host"
IPV6 = ("is an IPv6 address, which no two platforms spell alike", "pin a host name")


@pytest.mark.parametrize(
    ("text", "problem", "fix"),
    [
        ("", "is empty", "write a host name"),
        (".", "is empty", "write a host name"),
        ("..", "has an empty label", LABELS),
        ("a..b", "has an empty label", LABELS),
        (".a.com", "has an empty label", LABELS),
        ("a.com..", "has an empty label", LABELS),
        (f"{LABEL_63}a.com", f"has the label '{LABEL_63}a'", LABELS),
        (f"{NAME_253}b", "has 254 characters; a host name has 1 to 253", "write a host name"),
        ("x" * 300, "has 300 characters; a host name has 1 to 253", "write a host name"),
        ("-a.com", "has the label '-a'", LABELS),
        ("a-.com", "has the label 'a-'", LABELS),
        ("_dmarc.example.com", "has the label '_dmarc'", LABELS),
        ("a_b.com", "has the label 'a_b'", LABELS),
        ("a,b.com", "has the label 'a,b'", LABELS),
        ("$(id).com", "has the label '$(id)'", LABELS),
        ('a"b.com', "has the label 'a\"b'", LABELS),
        ("user@example.com", "has the label 'user@example'", LABELS),
        # Characters that nobody sees, or that turn the text around:
        ("a b.com", "has the invisible character SPACE", INVISIBLE),
        (" a.com", "has the invisible character SPACE", INVISIBLE),
        ("a.com\n", "has the invisible character U+000A", INVISIBLE),
        ("a.com\x00.evil.com", "has the invisible character U+0000", INVISIBLE),
        ("a\u00a0b.com", "has the invisible character NO-BREAK SPACE", INVISIBLE),
        ("a\u00adb.com", "has the invisible character SOFT HYPHEN", INVISIBLE),
        ("a\u200bb.com", "has the invisible character ZERO WIDTH SPACE", INVISIBLE),
        ("\ufeffa.com", "has the invisible character ZERO WIDTH NO-BREAK SPACE", INVISIBLE),
        ("\u202emoc.a", "has the invisible character RIGHT-TO-LEFT OVERRIDE", INVISIBLE),
        ("\u200fa.com", "has the invisible character RIGHT-TO-LEFT MARK", INVISIBLE),
        ("a\u2028.com", "has the invisible character LINE SEPARATOR", INVISIBLE),
        # Characters that two generations of IDNA treat differently:
        ("faß.de", f"has LATIN SMALL LETTER SHARP S, {DEVIATION}", A_LABEL),
        ("βόλος.com", f"has GREEK SMALL LETTER FINAL SIGMA, {DEVIATION}", A_LABEL),
        ("نامه\u200cای.com", f"has ZERO WIDTH NON-JOINER, {DEVIATION}", A_LABEL),
        ("ශ්\u200dරී.com", f"has ZERO WIDTH JOINER, {DEVIATION}", A_LABEL),
        # More than a name:
        ("https://api.example.com", URL, 'write "api.example.com"'),
        ("HTTPS://api.example.com:8443/v1?x#y", URL, 'write "api.example.com"'),
        ("https://user:pass@api.example.com/", URL, 'write "api.example.com"'),
        ("wss://api.example.com", URL, 'write "api.example.com"'),
        ("api.example.com:443", PORT, 'write "api.example.com"'),
        ("api.example.com:", PORT, 'write "api.example.com"'),
        ("192.0.2.1:8080", PORT, 'write "192.0.2.1"'),
        ("api.example.com/v1", "has a path", 'write "api.example.com"'),
        ("//api.example.com", "has a path", None),
        ("::1", *IPV6),
        ("[::1]", *IPV6),
        ("[2001:db8::1]:443", *IPV6),
        ("fe80::1%eth0", *IPV6),
        ("::ffff:192.0.2.1", *IPV6),
        # Numbers that some parsers take for addresses and some for names:
        ("example.1", *NUMBER),
        ("1.2.3", *NUMBER),
        ("1.2.3.4.5", *NUMBER),
        ("256.1.1.1", *NUMBER),
        ("2130706433", *NUMBER),
        ("0x7f.0.0.1", *NUMBER),
        ("010.0.0.1", *NUMBER),
    ],
)
def test_bad_names(text: str, problem: str, fix: str | None) -> None:
    found = canonical_host(text)
    assert isinstance(found, BadHost)
    assert (found.rule, found.problem) == ("invalid-host", problem)
    assert fix is None or found.fix == fix


@pytest.mark.parametrize("text", ["01.02.03.04", "00.0.0.0", "1.2.3.04", "192.000.002.001"])
def test_addresses_with_leading_zeros(text: str) -> None:
    """C libraries read them as octal, browsers too, Java does not: two names for different machines."""
    found = canonical_host(text)
    assert isinstance(found, BadHost), f"taken for {found}"
    assert not is_ip_address(text)


@pytest.mark.parametrize("text", ["1.2.3.0x4", "example.0xff", "192.0.2.0x1"])
def test_numbers_in_hexadecimal(text: str) -> None:
    """The WHATWG URL standard ends a host in no such label unless it is an IPv4 address."""
    assert isinstance(canonical_host(text), BadHost)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("*.example.com", "example.com"),
        ("**.example.com", "example.com"),
        ("*.EXAMPLE.com", "example.com"),
        ("*.co.uk", "co.uk"),
    ],
)
def test_wildcards(text: str, rest: str) -> None:
    assert canonical_host(text) == BadHost(
        "wildcard-host",
        "has a wildcard, which means three things on four platforms",
        f'write hosts = ["{rest}"] and subdomains = "one-label" or "all"',
    )


@pytest.mark.parametrize(
    "text", ["*", "api.*.com", "a*.example.com", "*example.com", "https://*.example.com"]
)
def test_wildcards_that_mean_nothing(text: str) -> None:
    assert canonical_host(text) == BadHost(
        "wildcard-host", "has a wildcard that no platform understands", "name the hosts"
    )


@pytest.mark.parametrize(
    "text",
    [
        "*.",
        "**.",
        "*.*.example.com",
        "https://",
        ":443",
        "https://[::1]:8443/",
        "a.com/x:80",
        "/",
        "//a.com",
        "https:///x",
    ],
)
def test_no_fix_proposes_what_would_be_refused_again(text: str) -> None:
    found = canonical_host(text)
    assert isinstance(found, BadHost)
    for proposed in found.fix.split('"')[1::2]:
        if proposed not in ("one-label", "all"):
            assert isinstance(canonical_host(proposed), str), f"{text!r}: {found.fix}"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "☕.example",
            "xn--a.com",
            "xn--.com",
            "xn--zz9999999999.com",
            "a.١",
            "％.com",
            "\ud800.com",
            "\u0301a.com",
        ),
        *("é" * 60 + ".com", ".".join(["é" * 20] * 15), "aא.com", "·.com", "xn--ß.de"),
    ],
)
def test_names_that_idna_refuses(text: str) -> None:
    found = canonical_host(text)
    assert isinstance(found, BadHost)
    assert found.rule == "invalid-host"
    assert found.problem
    assert found.fix
    assert len(found.problem) < 400


def test_length_counts_after_conversion() -> None:
    """21 labels of 11 characters and their dots are 251; converted they are more than 253."""
    assert isinstance(canonical_host(".".join(["ü" * 11] * 21)), BadHost)
    assert canonical_host("ü" * 20 + ".de") == "xn--" + ("ü" * 20).encode("punycode").decode() + ".de"


@given(st.text(max_size=40) | st.from_regex(r"\A[a-zA-Z0-9.*:/ ßüé_-]{0,40}\Z"))
def test_what_comes_out_goes_in_again(text: str) -> None:
    host = canonical_host(text)
    if isinstance(host, BadHost):
        assert host.rule in ("invalid-host", "wildcard-host")
        assert host.problem
        assert host.fix
        return
    assert canonical_host(host) == host
    assert canonical_host(f"{host}.") == host
    assert canonical_host(host.upper()) == host
    assert host.isascii()
    assert host == host.lower()
    assert 1 <= len(host) <= 253
    assert all(1 <= len(label) <= 63 for label in host.split("."))


# -- public suffixes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "suffix"),
    [
        ("example.com", "com"),
        ("com", "com"),
        ("a.b.example.co.uk", "co.uk"),
        ("co.uk", "co.uk"),
        ("uk", "uk"),
        ("example.github.io", "github.io"),
        ("github.io", "github.io"),
        ("bucket.s3.amazonaws.com", "s3.amazonaws.com"),
        ("amazonaws.com", "com"),
        # A wildcard rule, and its exceptions:
        ("a.b.ck", "b.ck"),
        ("www.ck", "ck"),
        ("x.www.ck", "ck"),
        ("city.kawasaki.jp", "kawasaki.jp"),
        ("x.y.kawasaki.jp", "y.kawasaki.jp"),
        # Its own A-labels:
        ("example.xn--p1ai", "xn--p1ai"),
        ("a.xn--55qx5d.cn", "xn--55qx5d.cn"),
    ],
)
def test_public_suffix(host: str, suffix: str) -> None:
    assert public_suffix(host) == suffix


@pytest.mark.parametrize("host", ["shop.internal", "printer.local", "localhost", "a.b.corp", "192.0.2.1"])
def test_no_public_suffix(host: str) -> None:
    assert public_suffix(host) is None


def test_public_suffixes_below() -> None:
    below = set(public_suffixes_below({"uk", "github.io"}))
    assert {"co.uk", "org.uk", "ltd.uk"} <= below
    assert not {name for name in below if not name.endswith((".uk", ".github.io"))}
    assert "uk" not in below
    assert "github.io" not in below


def test_public_suffixes_below_a_plain_domain() -> None:
    assert list(public_suffixes_below({"example.com"})) == []
    assert list(public_suffixes_below(set())) == []
    assert "s3.amazonaws.com" in set(public_suffixes_below({"amazonaws.com"}))


def test_public_suffixes_below_speak_a_labels_and_no_wildcards() -> None:
    below = set(public_suffixes_below({"cn", "kawasaki.jp", "jp", "ck"}))
    assert "xn--55qx5d.cn" in below
    assert all(name.isascii() and "*" not in name and "!" not in name for name in below)


def test_a_name_and_those_above_it() -> None:
    assert list(at_and_above("Api.Example.com.")) == ["api.example.com", "example.com", "com"]
    assert list(at_and_above("localhost")) == ["localhost"]
    long = f"{'a.' * 500}com"
    found = list(at_and_above(long))
    assert found[:2] == [long, long[2:]]
    assert max(one.count(".") for one in found[2:]) == 126  # of 127 labels, the most that DNS has
    assert found[-1] == "com"
    assert len(found) == 2 + 127
