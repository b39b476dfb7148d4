"""TrustKit-Android: one file, read by two parsers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings

from pincompiler.platforms.headers import header_line
from pincompiler.platforms.nsc.model import Domain, DomainConfig, Nsc, Reporting
from pincompiler.platforms.nsc.reader import read_xml
from pincompiler.platforms.nsc.writer import write
from pincompiler.platforms.registry import TARGETS, target_named
from pincompiler.platforms.trustkit_android import TRUSTKIT_ANDROID, lower, objections
from pincompiler.policy.enforcement import Key, PinSet, Reach
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App
from tests.platforms.models import A, B, C, calm, job, nscs

OUTPUT = job().output
POLICY = Policy(())
JUNE = date(2027, 6, 1)
ON = Reporting(enforce=True, disable_default_uri=True)
OFF = Reporting(enforce=False, disable_default_uri=True)


UNKNOWN_TO_IT = "`{top}` of {name} is no top-level domain that its table of April 2016 knows"


def config(*names: str, keys: tuple[Key, ...] = (A, B), reporting: Reporting | None = ON) -> DomainConfig:
    return DomainConfig(
        tuple(Domain(name, include_subdomains=False) for name in names), keys, None, reporting
    )


def told(*configs: DomainConfig) -> list[str]:
    return [o.problem for o in objections(POLICY, App(), Nsc(configs))]


def test_one_domain_in_each_config() -> None:
    """TrustKitConfigurationParser.readDomainConfig: setHostname overwrites, so only the last domain is kept."""
    uris = ("https://r.test/",)
    policy = Policy(
        (
            PinSet(("z.example.com", "a.example.com"), Reach.ALL, (A, B), JUNE, report_uris=uris),
            PinSet(("c.example.com",), Reach.ALL, (A, B), JUNE),
            PinSet(("b.a.example.com",), Reach.NONE, (C,), enforce=False),
            PinSet(("example.org",), Reach.NONE, (A,), enforce=False),
        )
    )
    model = lower(policy, App(), OUTPUT)
    assert [([d.name for d in c.domains], c.keys, c.expires, c.reporting) for c in model.configs] == [
        (["a.example.com"], (A, B), JUNE, Reporting(True, True, uris)),
        (["b.a.example.com"], (), None, OFF),
        (["c.example.com"], (A, B), JUNE, ON),
        (["z.example.com"], (A, B), JUNE, Reporting(True, True, uris)),
    ]
    assert not list(objections(policy, App(), model))


@pytest.mark.slow
@settings(calm, max_examples=60)
@given(nscs())
def test_what_is_written_is_read_back(model: Nsc) -> None:
    assert TRUSTKIT_ANDROID.read(write(model, job("nsc.xml")), App()) == model


@pytest.mark.parametrize(
    ("configs", "problem"),
    [
        # DomainValidator, with its table of April 2016.
        *(
            ((config(name),), f"TrustKit-Android raises at launch: {name} is no domain name")
            for name in ("192.0.2.1", "localhost", "com")
        ),
        *(
            (
                (config(name),),
                f"TrustKit-Android raises at launch: {UNKNOWN_TO_IT.format(top=top, name=name)}",
            )
            # charity was delegated in 2018: TrustKit for iOS knows it, TrustKit for Android does not.
            for name, top in (
                ("shop.internal", "internal"),
                ("shop.corp", "corp"),
                ("example.gay", "gay"),
                ("example.charity", "charity"),
            )
        ),
        # DomainPinningPolicy: "less than two pins" when it enforces.
        (
            (config("example.com", keys=(A,)),),
            "TrustKit-Android raises at launch: example.com has one pin and needs two",
        ),
        (
            (config("example.com", keys=(A, Key(A.spki_sha256))),),
            "TrustKit-Android raises at launch: example.com has one pin and needs two",
        ),
        (
            (config("a.example.com", "b.example.com"),),
            "TrustKit-Android keeps only the last domain of a domain-config and drops a.example.com",
        ),
        # What Android itself undoes is told as well.
        (
            (DomainConfig((Domain("example.com", include_subdomains=False),), (A, B), overridden=True),),
            "the pins of example.com are skipped for chains that end in an anchor with overridePins",
        ),
    ],
)
def test_objects(configs: tuple[DomainConfig, ...], problem: str) -> None:
    assert told(*configs) == [problem]


@pytest.mark.parametrize(
    "one",
    [
        config("example.com"),
        config("a.b.example.co.uk"),
        # Without pins TrustKit-Android skips the entry before it looks at the name.
        config("shop.internal", keys=(), reporting=OFF),
        config("example.com", keys=(A,), reporting=OFF),
        # Without its element, it is Android's business alone.
        config("a.example.com", "b.example.com", keys=(A,), reporting=None),
        DomainConfig(()),
    ],
)
def test_does_not_object(one: DomainConfig) -> None:
    assert told(one) == []


# -- the registry --------------------------------------------------------------------------------


def test_targets_are_found_by_name() -> None:
    assert [target_named(target.name) for target in TARGETS] == list(TARGETS)
    with pytest.raises(KeyError):
        target_named("no-such-target")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("pins.toml", "pins.toml"),
        ("a b.toml", "a_b.toml"),
        ("x*/y", "x_y"),
        ("a--b", "a_-b"),
        ("a-", "a_"),
        ("a\nb\u2028c\u202ed", "a_b_c_d"),
    ],
)
def test_the_header_ends_no_comment(source: str, shown: str) -> None:
    """XML 1.0, 2.5: no ``--`` in a comment and no ``-`` before its end; ``*/`` ends those of Kotlin and Java."""
    assert header_line(source) == f"Generated by pincompiler from {shown}. Do not edit."


@pytest.mark.parametrize(("least", "told_of"), [(21, ["a.example.com"]), (24, []), (None, [])])
def test_a_host_without_pins_below_one_with_pins(least: int | None, told_of: list[str]) -> None:
    """TrustKit keeps no domain without a pin-set, so before Android 7 it holds the host to the pins above.

    Told by TrustKit 1.1.5 itself (tests/real/test_trustkit_android.py): the policy of a.example.com is the parent's.
    """
    parent = DomainConfig((Domain("example.com", include_subdomains=True),), (A, B), None, ON)
    child, other = (config(name, keys=(), reporting=OFF) for name in ("a.example.com", "a.example.org"))
    found = objections(POLICY, App(android_min_sdk=least), Nsc((parent, child, other)))
    assert [host for objection in found for host in objection.hosts] == told_of


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        # TrustKitConfigurationParser.readPinSet compares the digest as it stands.
        (
            '<domain>example.com</domain><pin-set><pin digest="sha-256">PIN</pin></pin-set>',
            "the pin digest sha-256 is not spelled SHA-256",
        ),
        # DomainPinningPolicy asks for a domain name before it trims.
        (
            '<domain>\n example.com </domain><pin-set><pin digest="SHA-256">PIN</pin></pin-set>',
            "white space stands around example.com",
        ),
        # Of a domain without pins it asks nothing.
        ("<domain> example.com </domain>", ""),
        # An empty pin-set is none to enforce, by what is around it as well.
        (
            '<domain>example.com</domain><pin-set/><trustkit-config enforcePinning="true"/>',
            "example.com has an empty pin-set and is to be enforced",
        ),
        ("<domain>example.com</domain><pin-set/><trustkit-config/>", ""),
        ('<domain>example.com</domain><trustkit-config enforcePinning="true"/>', ""),
    ],
)
def test_what_a_hand_wrote(body: str, problem: str) -> None:
    text = f"<network-security-config><domain-config>{body.replace('PIN', A.pin)}</domain-config></network-security-config>"
    told = [o.problem for o in objections(POLICY, App(), read_xml(text.encode(), "base.xml"))]
    assert told == [f"TrustKit-Android raises at launch: {problem}"] * bool(problem)


@pytest.mark.parametrize(("inside", "count"), [("", 1), ("<trust-anchors />", 0)])
def test_debug_overrides_of_a_base(inside: str, count: int) -> None:
    """TrustKitConfigurationParser.readDebugOverrides looks for the end of trust-anchors, and for no other."""
    base = f"<network-security-config><debug-overrides>{inside}</debug-overrides></network-security-config>"
    assert TRUSTKIT_ANDROID.merge
    model = TRUSTKIT_ANDROID.merge(base.encode(), "base.xml", Nsc((config("example.com"),)))
    found = list(objections(POLICY, App(), model))
    assert [o.where and o.where.span and o.where.span.line for o in found] == [1] * count
    assert all("reads past the end of a <debug-overrides>" in o.problem for o in found)
