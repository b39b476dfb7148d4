"""Generated Kotlin, Java and Swift: no syntax error, whatever the size, and no part too large.

Real compilers are asked in tests/real; the grammars of tree-sitter are always there.
"""

from __future__ import annotations

import re
from datetime import date

import pytest
import tree_sitter_java
import tree_sitter_kotlin
import tree_sitter_swift
from hypothesis import given, settings
from tree_sitter import Language, Node, Parser

from pincompiler.base.errors import InputError
from pincompiler.platforms.okhttp.code import read as read_okhttp
from pincompiler.platforms.okhttp.code import write_java, write_kotlin
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.platforms.trustkit import TrustKit, TrustKitDomain
from pincompiler.platforms.trustkit_swift import TRUSTKIT_SWIFT
from pincompiler.platforms.trustkit_swift import read as read_swift
from pincompiler.platforms.trustkit_swift import write as write_swift
from pincompiler.policy.enforcement import Key, Role
from pincompiler.policy.project import App
from tests.platforms.models import DIGEST, PIN_A, A, B, C, calm, job, okhttps, trustkits

PARSERS = {
    "kt": Parser(Language(tree_sitter_kotlin.language())),
    "java": Parser(Language(tree_sitter_java.language())),
    "swift": Parser(Language(tree_sitter_swift.language())),
}
WRITERS = {"kt": write_kotlin, "java": write_java}
MANY = 10_000


def tree(language: str, code: bytes) -> Node:
    """The root of the syntax tree, which has no error in it."""
    root = PARSERS[language].parse(code).root_node
    assert not root.has_error, code.decode()[:2000]
    return root


@pytest.mark.parametrize(
    ("language", "code"),
    [("kt", "object A { val b = c( }"), ("java", "class A { int b = 1 }"), ("swift", "enum A { let b = [ }")],
)
def test_a_syntax_error_would_show(language: str, code: str) -> None:
    assert PARSERS[language].parse(code.encode()).root_node.has_error


@pytest.mark.slow
@pytest.mark.parametrize("language", WRITERS)
@settings(calm, max_examples=40)
@given(model=okhttps)
def test_any_pinner_is_well_formed(language: str, model: OkHttp) -> None:
    tree(language, WRITERS[language](model, job(f"Pins.{language}")))


@pytest.mark.slow
@settings(calm, max_examples=40)
@given(trustkits(excluded=False))
def test_any_trustkit_configuration_is_well_formed(model: TrustKit) -> None:
    tree("swift", write_swift(model, job("Pins.swift")))


@pytest.mark.parametrize("language", [*WRITERS, "swift"])
def test_names_of_keys_and_sources_end_no_comment(language: str) -> None:
    """A newline, `*/` or a quotation mark in what stands in a comment must not get out of it."""
    bad = '*/ } fun x() = "\n"); //\u2028\\u000a'
    key = Key(bytes(32), Role.CA, bad)
    if language == "swift":
        code = write_swift(TrustKit((TrustKitDomain("x.test", False, (key,)),)), job("P.swift", source=bad))
    else:
        code = WRITERS[language](OkHttp((OkHttpEntry("x.test", (key,)),)), job(f"P.{language}", source=bad))
    tree(language, code)
    assert b"fun x()" not in code
    assert b"\\u" not in code


# -- size ----------------------------------------------------------------------------------------


def pinner(entries: int, keys: int = 2) -> OkHttp:
    pins = tuple(Key(n.to_bytes(32), name=f"k{n}") for n in range(keys))
    return OkHttp(tuple(OkHttpEntry(f"**.h{n:05}.example.com", pins) for n in range(entries)))


@pytest.mark.slow
@pytest.mark.parametrize("language", WRITERS)
def test_ten_thousand_hosts(language: str) -> None:
    model = pinner(MANY)
    code = WRITERS[language](model, job(f"Pins.{language}"))
    tree(language, code)
    assert read_okhttp(code, App()) == model


def parts(code: bytes) -> list[tuple[int, int]]:
    """The entries and pins of each part."""
    bodies = re.split(rb"private (?:static final class|object) Part\d+", code)[1:]
    return [(body.count(b"builder.add("), body.count(b'"sha256/')) for body in bodies]


@pytest.mark.slow
@pytest.mark.parametrize("language", WRITERS)
@pytest.mark.parametrize("keys", [1, 2, 7, 700, 1500])
def test_parts_stay_far_below_what_a_method_may_hold(language: str, keys: int) -> None:
    """JVM specification 4.7.3: code_length is less than 65536.  20 + 9n bytes for an entry of n pins."""
    sizes = parts(WRITERS[language](pinner(600 if keys < 10 else 40, keys), job(f"Pins.{language}")))
    assert sum(entries for entries, _ in sizes) == (600 if keys < 10 else 40)
    for entries, pins in sizes:
        assert pins == entries * keys
        assert entries == 1 or 20 * entries + 9 * pins < 20_000
    assert len(sizes) < 45


@pytest.mark.parametrize("language", WRITERS)
def test_a_few_hosts_stand_in_one_expression(language: str) -> None:
    assert parts(WRITERS[language](pinner(32), job(f"Pins.{language}"))) == []
    assert parts(WRITERS[language](pinner(33), job(f"Pins.{language}"))) == [(33, 66)]


@pytest.mark.parametrize(("language", "guard"), [("kt", b"check("), ("java", b"IllegalStateException")])
def test_a_pinner_that_lost_its_pins_says_so_at_once(language: str, guard: bytes) -> None:
    """A shrinker or a merge gone wrong; a pinner that was meant to be empty is fine."""
    assert guard in WRITERS[language](pinner(1), job(f"Pins.{language}"))
    assert guard not in WRITERS[language](OkHttp(()), job(f"Pins.{language}"))


@pytest.mark.slow
def test_ten_thousand_hosts_in_swift() -> None:
    model = TrustKit(tuple(TrustKitDomain(f"h{n:05}.test", n % 2 == 0, (A, B)) for n in range(MANY)))
    code = write_swift(model, job("Pins.swift"))
    tree("swift", code)
    assert read_swift(code, App()) == model
    bodies = re.split(rb"private static func addPart\d+", code)[1:]
    sizes = [body.count(b'domains["') for body in bodies]
    assert sum(sizes) == MANY
    assert max(sizes) <= 100


# -- Swift there and back ------------------------------------------------------------------------


@pytest.mark.slow
@settings(calm, max_examples=80)
@given(trustkits(excluded=False))
def test_swift_is_read_back(model: TrustKit) -> None:
    written = write_swift(model, job("Pins.swift"))
    again = read_swift(written, App())
    assert again == model
    assert again.policy_digest == DIGEST
    assert write_swift(model, job("Pins.swift")) == written


@pytest.mark.parametrize(
    "code",
    [
        b"",
        b"import TrustKit",
        f'let policy = "{DIGEST}"'.encode(),
        b"kTSKSwizzleNetworkDelegates: true",
        b"\xff\xfe",
    ],
)
def test_swift_of_others_is_refused(code: bytes) -> None:
    with pytest.raises(InputError, match=r"Pins\.swift: no TrustKit code that pincompiler generated"):
        read_swift(code, App())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"            includeSubdomains: false,\n", b""),
        (b'expires: "2027-03-01"', b'expires: "2027-02-30"'),
        (b'expires: "2027-03-01"', b'expires: "soon"'),
    ],
)
def test_swift_that_was_edited_is_refused(old: bytes, new: bytes) -> None:
    domain = TrustKitDomain("x.test", False, (A, B), expires=date(2027, 3, 1))
    code = write_swift(TrustKit((domain,)), job("Pins.swift"))
    assert old in code
    with pytest.raises(InputError, match=r"Pins\.swift: was edited"):
        read_swift(code.replace(old, new), App())


def test_the_swift_target() -> None:
    """TrustKit's constants, which are what its documentation spells; kTSKExclude... is not among them."""
    code = write_swift(TrustKit((TrustKitDomain("x.test", True, (A, C)),), swizzle=True), job("Pins.swift"))
    for name in (
        "kTSKSwizzleNetworkDelegates: true",
        "kTSKPinnedDomains",
        "kTSKEnforcePinning: enforce",
        "kTSKIncludeSubdomains: includeSubdomains",
        "kTSKPublicKeyHashes: pins",
        "kTSKDisableDefaultReportUri: true",
        "kTSKReportUris: reportUris",
        "domain[kTSKExpirationDate] = expires",
        f'"{PIN_A}", // a',
    ):
        assert name.encode() in code
    assert TRUSTKIT_SWIFT.reports
