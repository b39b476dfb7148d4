"""What Apple's and TrustKit's sources do with an Info.plist, row by row: each names where it is to be read.

Apple: the documentation of NSPinnedDomains, and of the published Security project (61901) SecPolicy.c,
SecPolicyServer.c, SecBase64.c and the property lists of its own tests.  TrustKit 3.0.7: parse_configuration.m,
configuration_utils.m, TSKPinningValidator.m, ssl_pin_verifier.m, TSKTrustKitConfig.m and domain_registry.

What a row expects of a host are the chains that pass, of these: ``A`` and ``B`` are servers with that key, ``a`` and
``b`` a stranger's server below a CA with it, ``Ab`` server A below CA B.  ``*`` is all of them: the host is not pinned.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pincompiler.platforms import ats, trustkit
from pincompiler.policy.differences import differences
from pincompiler.policy.enforcement import Chain, Enforcement, Key, PinSet, Reach, Role
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App
from tests.platforms.models import PIN_A, PIN_B, A, B, C, job, leaf, under
from tests.strategies import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CHAINS: Mapping[str, Chain] = {
    "A": leaf(A),
    "B": leaf(B),
    "a": under(A),
    "b": under(B),
    "Ab": Chain(A.spki_sha256, (C.spki_sha256, B.spki_sha256)),
}
LEAF, CA, WIDE = "NSPinnedLeafIdentities", "NSPinnedCAIdentities", "NSIncludesSubdomains"


def passing(model: Enforcement, host: str, day: date = TODAY) -> str:
    passed = [name for name, chain in CHAINS.items() if model.accepts(host, chain, day)]
    return "*" if len(passed) == len(CHAINS) else " ".join(passed)


def pins(*texts: object) -> list[object]:
    return [{"SPKI-SHA256-BASE64": text} for text in texts]


@dataclass(frozen=True)
class Row:
    """Entries of a property list, and what is observed of hosts."""

    source: str
    says: str
    entries: Mapping[str, Any]
    passes: Mapping[str, str] = field(default_factory=dict)
    raises: str = ""
    """What TrustKit raises at launch; nothing: it starts."""
    day: date = TODAY


def ids(row: Row) -> str:
    return f"{row.source}: {row.says}"


PARSE, DOC = "SecPolicy.c parseNSPinnedDomains", "developer.apple.com NSPinnedDomains"
LEAF_CHECK = "SecPolicyServer.c SecPolicyCheckLeafSPKISHA256"
CA_CHECK = "SecPolicyServer.c SecPolicyCheckCAspkiSHA256"
BASE64 = "SecBase64.c SecBase64Decode, told to stop on nothing"

NO_PINS: tuple[object, ...] = (
    PIN_A,
    7,
    [],
    {"spki": PIN_A},
    {"SPKI-SHA256-BASE64": 1},
    {"SPKI-SHA256-BASE64": ""},
)
ATS_ROWS = (
    # -- which entries count
    Row(
        DOC,
        "a domain is its own name only",
        {"x.test": {LEAF: pins(PIN_A)}},
        {"x.test": "A Ab", "a.x.test": "*"},
    ),
    Row(
        DOC,
        "with subdomains one additional path component",
        {"x.test": {WIDE: True, LEAF: pins(PIN_A)}},
        {"x.test": "A Ab", "a.x.test": "A Ab", "b.a.x.test": "*", "notx.test": "*", "test": "*"},
    ),
    Row(DOC, "no wildcard", {"*.x.test": {LEAF: pins(PIN_A)}}, {"x.test": "*", "a.x.test": "*"}),
    Row(DOC, "no port", {"x.test:443": {LEAF: pins(PIN_A)}}, {"x.test": "*"}),
    Row(
        DOC, "no trailing dot", {"x.test.": {WIDE: True, LEAF: pins(PIN_A)}}, {"x.test": "*", "x.test.": "*"}
    ),
    Row(
        PARSE,
        "one trailing dot of the host is stripped",
        {"x.test": {WIDE: True, LEAF: pins(PIN_A)}},
        {"x.test.": "A Ab", "a.x.test.": "A Ab", "x.test..": "*"},
    ),
    Row(PARSE, "case does not count", {"X.Test": {LEAF: pins(PIN_A)}}, {"x.test": "A Ab", "x.TEST": "A Ab"}),
    Row(
        PARSE,
        "entries of the host and of the name above are a union",
        {"a.x.test": {LEAF: pins(PIN_B)}, "x.test": {WIDE: True, LEAF: pins(PIN_A)}},
        {"a.x.test": "A B Ab", "x.test": "A Ab"},
    ),
    Row(
        PARSE,
        "a subdomain cannot be excluded",
        {"a.x.test": {}, "x.test": {WIDE: True, LEAF: pins(PIN_A)}},
        {"a.x.test": "A Ab"},
    ),
    Row(
        PARSE,
        "what does not include subdomains adds nothing to the name below",
        {"a.x.test": {LEAF: pins(PIN_B)}, "x.test": {LEAF: pins(PIN_A)}},
        {"a.x.test": "B"},
    ),
    Row(
        PARSE,
        "names that differ in case add up",
        {"X.test": {LEAF: pins(PIN_A)}, "x.test": {LEAF: pins(PIN_B)}},
        {"x.test": "A B Ab"},
    ),
    Row(
        "SecPolicy.c CopyParentDomainNameFromHostName",
        "a name without a dot has nothing above it",
        {"": {WIDE: True, LEAF: pins(PIN_A)}},
        {"test": "*", "x..": "*"},
    ),
    *(
        Row(
            PARSE,
            f"NSIncludesSubdomains is compared with kCFBooleanTrue, which {value!r} is not",
            {"x.test": {WIDE: value, LEAF: pins(PIN_A)}},
            {"x.test": "A Ab", "a.x.test": "*"},
        )
        for value in ("YES", "true", 1, False)
    ),
    # -- which certificates count
    Row(LEAF_CHECK, "a leaf identity is the server's", {"x.test": {LEAF: pins(PIN_A)}}, {"x.test": "A Ab"}),
    Row(
        CA_CHECK,
        "a CA identity is any above the server, and a chain of one has none",
        {"x.test": {CA: pins(PIN_B)}},
        {"x.test": "b Ab"},
    ),
    Row(DOC, "both lists must match", {"x.test": {LEAF: pins(PIN_A), CA: pins(PIN_B)}}, {"x.test": "Ab"}),
    Row(
        PARSE,
        "also when they come from two entries",
        {"a.x.test": {CA: pins(PIN_B)}, "x.test": {WIDE: True, LEAF: pins(PIN_A)}},
        {"a.x.test": "Ab"},
    ),
    Row(DOC, "any one of a list suffices", {"x.test": {LEAF: pins(PIN_A, PIN_B)}}, {"x.test": "A B Ab"}),
    # -- what is dropped
    *(
        Row(
            PARSE,
            f"an item like {item!r} is dropped and the list stays, which matches nothing",
            {"x.test": {LEAF: [item]}, "y.test": {LEAF: [item, *pins(PIN_A)]}},
            {"x.test": "", "y.test": "A Ab"},
        )
        for item in NO_PINS
    ),
    Row(
        "NSPinnedDomains_with_empty_spki.plist of PolicyTests.m",
        "an empty list is there, with nothing in it",
        {"x.test": {LEAF: []}, "y.test": {CA: []}},
        {"x.test": "", "y.test": ""},
    ),
    Row(
        "NSPinnedDomains_with_invalid_spki.plist of PolicyTests.m",
        "what is no list is there, with nothing in it",
        {"x.test": {LEAF: PIN_A}, "y.test": {CA: {"SPKI-SHA256-BASE64": PIN_A}}},
        {"x.test": "", "y.test": ""},
    ),
    Row(
        "NSPinnedDomains_without_spki.plist of PolicyTests.m",
        "without either list nothing is pinned",
        {"x.test": {}, "y.test": {WIDE: True}},
        {"x.test": "*", "y.test": "*"},
    ),
    Row(
        PARSE, "what is no dictionary is no entry", {"x.test": PIN_A, "y.test": pins(PIN_A)}, {"x.test": "*"}
    ),
    # -- base64
    *(
        Row(
            BASE64,
            f"{text!r} is {'the pin' if kept else 'never matched'}",
            {"x.test": {LEAF: pins(text)}},
            {"x.test": "A Ab" if kept else ""},
        )
        for text, kept in (
            (f" {PIN_A[:20]}\n\t{PIN_A[20:]}\n", True),
            (f"{PIN_A[:4]}é-_.{PIN_A[4:]}", True),
            (f"{PIN_A}AAAA", True),
            (PIN_A.rstrip("="), False),
            (f"sha256/{PIN_A}", False),
            ("AAAA", False),
            ("é", False),
            ("A", False),
        )
    ),
    Row(DOC, "there is no expiry", {"x.test": {LEAF: pins(PIN_A)}}, {"x.test": "A Ab"}, day=date.max),
)


@pytest.mark.parametrize("row", ATS_ROWS, ids=ids)
def test_ats(row: Row) -> None:
    model = ats.read_values({"NSAppTransportSecurity": {"NSPinnedDomains": row.entries}})
    assert {host: passing(model, host, row.day) for host in row.passes} == row.passes


def lowered(*sets: PinSet, app: App | None = None) -> ats.Ats:
    return ats.lower(Policy(sets), app or App(), job().output)


ATS_FACTS: tuple[tuple[str, Callable[[], object], object], ...] = (
    (
        "NSExceptionDomains: addresses are matched from iOS 17 on",
        lambda: [
            len(
                list(
                    ats.objections(
                        Policy(()), App(ios_minimum=least), lowered(PinSet(("192.0.2.1",), Reach.NONE, (A,)))
                    )
                )
            )
            for least in (None, (16, 4), (17,))
        ],
        [1, 1, 0],
    ),
    (
        f"{DOC}: iOS 14.0+",
        lambda: [bool(ats.inert(App(ios_minimum=least))) for least in ((13, 4), (14,), None)],
        [True, False, False],
    ),
    (
        f"{DOC}: no report-only, so that what is not enforced is left out",
        lambda: [d.name for d in lowered(PinSet(("x.test",), Reach.NONE, (A,), enforce=False)).domains],
        [],
    ),
    (
        f"{DOC}: a leaf or a CA cannot be said, so that both kinds are two lists",
        lambda: (
            lowered(
                PinSet(("x.test",), Reach.NONE, (replace(A, role=Role.LEAF), replace(B, role=Role.CA)))
            ).domains
        ),
        (ats.PinnedDomain("x.test", include_subdomains=False, leaf=(A,), ca=(B,)),),
    ),
    (
        "SecPolicy.c getNSPinnedIdentitiesForHostName: the main bundle's Info.plist, of each process its own",
        lambda: "app extensions with their own Info.plist" in ats.ATS.uncovered,
        True,
    ),
    (
        "developer.apple.com/forums/thread/681734: web views are not covered",
        lambda: "WKWebView and SFSafariViewController" in ats.ATS.uncovered,
        True,
    ),
    (
        f"{DOC}: no impact on other security requirements, nor they on it",
        lambda: passing(
            ats.read_values(
                {
                    "NSAppTransportSecurity": {
                        "NSAllowsArbitraryLoads": True,
                        "NSExceptionDomains": {"x.test": {"NSExceptionAllowsInsecureHTTPLoads": True}},
                        "NSPinnedDomains": {"x.test": {LEAF: pins(PIN_A)}},
                    }
                }
            ),
            "x.test",
        ),
        "A Ab",
    ),
)


@pytest.mark.parametrize(
    ("observed", "wanted"), [fact[1:] for fact in ATS_FACTS], ids=[f[0] for f in ATS_FACTS]
)
def test_ats_facts(observed: Callable[[], object], wanted: object) -> None:
    assert observed() == wanted


PARSER, LOOKUP = (
    "parse_configuration.m parseTrustKitConfiguration",
    "configuration_utils.m getPinningConfigurationKeyForDomain",
)
VALIDATOR = "TSKPinningValidator.m evaluateTrust"
REGISTRY = "registry_search.c GetRegistryLength"
EXCLUDE = "kSKExcludeSubdomainFromParentPolicy"
HASHES = "TSKPublicKeyHashes"
ONLY_A = {HASHES: [PIN_A], "TSKEnforcePinning": False}
SECOND = "AgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICE="
"""A second pin where two are needed, of nobody's key."""


def kit(*hashes: object, **more: object) -> dict[str, object]:
    return {HASHES: list(hashes or (PIN_A, SECOND)), **{f"TSK{key}": value for key, value in more.items()}}


HAS_A = "A a Ab"
TRUSTKIT_ROWS = (
    # -- pins
    Row(PARSER, "two pins to enforce", {"example.com": kit(PIN_A, SECOND)}, {"example.com": HAS_A}),
    Row(PARSER, "one does not do", {"example.com": kit(PIN_A)}, raises="example.com has 1 distinct pins and needs 2"),
    Row(PARSER, "nor does one twice", {"example.com": kit(PIN_A, PIN_A)}, raises="example.com has 1 distinct pins and needs 2"),
    Row(PARSER, "one does where nothing is enforced", {"example.com": kit(PIN_A, EnforcePinning=False)}, {"example.com": "*"}),
    Row(PARSER, "none never does", {"example.com": {"TSKEnforcePinning": False}}, raises="example.com has 0 distinct pins and needs 1"),
    *(
        Row(
            "NSData initWithBase64EncodedString:options:0",
            f"{text!r} is no pin",
            {"example.com": kit(PIN_A, SECOND, text)},
            raises=f"example.com has the pin {text!r}, which is no base64 of 32 bytes",
        )
        for text in (f"sha256/{PIN_A}", PIN_A.rstrip("="), f" {PIN_A}", f"{PIN_A}\n", "AAAA", "", "-_" * 21 + "A=", 7)
    ),
    # -- the keys of a domain, by TSKTrustKitConfig.h
    Row(PARSER, "TSKEnforcePinning is YES unless said otherwise", {"example.com": kit()}, {"example.com": HAS_A}),
    *(
        Row(
            "NSString boolValue",
            f"TSKEnforcePinning {value!r} is {meant}",
            {"example.com": kit(EnforcePinning=value)},
            {"example.com": HAS_A if meant == "YES" else "*"},
        )
        for value, meant in (("YES", "YES"), ("true", "YES"), ("1", "YES"), ("NO", "NO"), ("", "NO"), (0, "NO"), (2, "YES"))
    ),
    Row(PARSER, "TSKIncludeSubdomains is NO unless said otherwise", {"example.com": kit()}, {"a.example.com": "*"}),
    Row(
        LOOKUP,
        "TSKIncludeSubdomains is any depth, and the name itself",
        {"example.com": kit(IncludeSubdomains=True)},
        {"example.com": HAS_A, "a.example.com": HAS_A, "b.a.example.com": HAS_A, "notexample.com": "*"},
    ),
    *(
        Row(
            PARSER,
            f"{name} is a registry, which must not include subdomains",
            {name: kit(IncludeSubdomains=True)},
            raises=f"{name} is a public suffix and includes subdomains",
        )
        for name in ("com", "co.uk", "appspot.com", "azurewebsites.net")
    ),
    Row(PARSER, "a registry alone may be pinned", {"appspot.com": kit()}, {"appspot.com": HAS_A, "x.appspot.com": "*"}),
    Row(
        "TSKTrustKitConfig.m line 25",
        "the key that excludes lacks a T",
        {"a.example.com": {EXCLUDE: True}, "example.com": kit(IncludeSubdomains=True)},
        {"a.example.com": "*", "example.com": HAS_A},
    ),
    Row(
        "TSKTrustKitConfig.m line 25",
        "the spelling one expects is ignored, and then the pins are missing",
        {"a.example.com": {"TSKExcludeSubdomainFromParentPolicy": True}, "example.com": kit(IncludeSubdomains=True)},
        raises="a.example.com has 0 distinct pins and needs 2",
    ),
    Row(
        PARSER,
        "what is excluded has no other key",
        {"a.example.com": {EXCLUDE: True, "TSKIncludeSubdomains": True}, "example.com": kit(IncludeSubdomains=True)},
        raises=f"a.example.com has {EXCLUDE} and other keys beside it",
    ),
    Row(
        PARSER,
        "what is excluded is so from a policy above",
        {"a.example.com": {EXCLUDE: True}, "example.com": kit()},
        raises="a.example.com is excluded, and no entry above it includes subdomains",
    ),
    Row(
        LOOKUP,
        "only the exact name is excluded",
        {"a.example.com": {EXCLUDE: True}, "example.com": kit(IncludeSubdomains=True)},
        {"b.a.example.com": HAS_A},
    ),
    Row(PARSER, "report URIs that NSURL takes", {"example.com": kit(ReportUris=["https://r.test/x"])}, {"example.com": HAS_A}),
    *(
        Row(PARSER, f"the report URI {uri!r} is none", {"example.com": kit(ReportUris=[uri])}, raises=f"example.com has the report URI {uri!r}")
        for uri in ("", "https://r.test/a b", "https://bücher.test/", "<r>")
    ),
    Row(VALIDATOR, "the day before", {"example.com": kit(ExpirationDate="2027-03-01")}, {"example.com": HAS_A}, day=date(2027, 2, 28)),
    Row(VALIDATOR, "expired is not pinned", {"example.com": kit(ExpirationDate="2027-03-01")}, {"example.com": "*"}, day=date(2027, 3, 1)),
    *(
        Row(
            "NSDateFormatter yyyy-MM-dd",
            f"{text!r} is nil, which never expires",
            {"example.com": kit(ExpirationDate=text)},
            {"example.com": HAS_A},
            day=date.max,
        )
        for text in ("never", "", "2027-13-45", "2027-02-30", "2027-03-01T00:00:00Z")
    ),
    Row(
        "NSDateFormatter dateFromString:",
        "a date of the property list is no string",
        {"example.com": kit(ExpirationDate=datetime(2027, 3, 1, tzinfo=UTC))},
        raises="example.com has a TSKExpirationDate that is no string",
    ),
    *(
        Row(PARSER, f"{key} is not read", {"example.com": {**kit(), key: value}}, {"example.com": HAS_A})
        for key, value in (
            ("TSKPublicKeyAlgorithms", ["TSKAlgorithmRsa2048"]),
            ("TSKAdditionalTrustAnchors", [PIN_B]),
            ("TSKWhatever", "x"),
        )
    ),
    # -- domains
    Row(PARSER, "no domain", {}, raises="no domain is pinned"),
    *(
        Row(REGISTRY, f"{name} has none", {name: kit()}, raises=f"{name} is invalid: `{top}` is no public top-level domain that its table of July 2018 knows")
        for name, top in (
            ("localhost", "localhost"),
            ("shop.corp", "corp"),
            ("printer.local", "local"),
            ("shop.internal", "internal"),
            ("pin.test", "test"),
            ("example.gay", "gay"),
        )
    ),
    Row("registry_search.c IsStringASCII", "a U-label", {"bücher.com": kit()}, raises="bücher.com is not ASCII"),
    Row(REGISTRY, "an address has none", {"192.0.2.1": kit()}, raises="192.0.2.1 is an address"),
    Row(REGISTRY, "127 characters", {f"{'a' * 115}.example.com": kit()}, {f"{'a' * 115}.example.com": HAS_A}),
    Row(
        "registry_search.c IsValidHostname",
        "128 characters",
        {f"{'a' * 116}.example.com": kit()},
        raises=f"{'a' * 116}.example.com is longer than 127 characters",
    ),
    *(
        Row(REGISTRY, f"{name!r} is taken, and matches no host", {name: kit(IncludeSubdomains=True)}, {"example.com": "*", "a.example.com": "*"})
        for name in ("*.example.com", ".example.com", "example.com.", "EXAMPLE.COM", "exa mple.com")
    ),
    Row(
        LOOKUP,
        "the exact name, else the longest above",
        {"a.example.com": kit(PIN_B, SECOND, IncludeSubdomains=True), "example.com": kit(IncludeSubdomains=True), "x.example.com": kit(PIN_B, SECOND)},
        {"a.example.com": "B b Ab", "y.a.example.com": "B b Ab", "z.example.com": HAS_A, "x.example.com": "B b Ab", "y.x.example.com": HAS_A},
    ),
    Row(LOOKUP, "the host's case and its dot count", {"example.com": kit(IncludeSubdomains=True)}, {"EXAMPLE.com": "*", "example.com.": "*", "a.example.com.": "*"}),
    Row(
        "configuration_utils.m isSubdomain",
        "both have a registry of one length",
        {"appspot.com": kit(), "example.co.uk": kit(IncludeSubdomains=True), "withgoogle.com": kit()},
        {"a.example.co.uk": HAS_A, "x.appspot.com": "*"},
    ),
    # -- evaluation
    Row("ssl_pin_verifier.m verifyPublicKeyPin", "any certificate of the evaluated chain", {"example.com": kit(PIN_B, SECOND)}, {"example.com": "B b Ab"}),
)  # fmt: skip


def raised(model: trustkit.TrustKit) -> set[str]:
    told = {o.problem for o in trustkit.objections(Policy(()), App(), model)}
    return {problem.removeprefix("TrustKit raises at launch: ") for problem in told}


def blocked_by_hash(kind: str) -> set[tuple[str, bytes, str]]:
    """Host, server's key and algorithm of each chain that a policy accepts and TrustKit with the same keys does not."""
    keys = (A, Key(B.spki_sha256, Role.LEAF, "b", kind))
    model = trustkit.TrustKit((trustkit.TrustKitDomain("example.com", False, keys),))
    policy = Policy((PinSet(("example.com",), Reach.NONE, keys),))
    found = differences(policy, model)
    return {(one.host, one.chain.leaf, one.unhashable) for one in found if one.wanted}


@pytest.mark.parametrize("row", TRUSTKIT_ROWS, ids=ids)
def test_trustkit(row: Row) -> None:
    model = trustkit.read_values({"TSKConfiguration": {"TSKPinnedDomains": row.entries}})
    assert raised(model) == ({row.raises} if row.raises else set())
    assert {host: passing(model, host, row.day) for host in row.passes} == row.passes


def written(**more: Any) -> Mapping[str, Any]:
    """The one domain of a configuration as it is written."""
    domain = trustkit.TrustKitDomain("example.com", False, (A, B), **more)
    (configuration,) = (
        value
        for path, value in trustkit.entries(trustkit.TrustKit((domain,)), job("Info.plist")).items()
        if path == ("TSKConfiguration",)
    )
    return configuration  # type: ignore[return-value]


TRUSTKIT_FACTS: tuple[tuple[str, Callable[[], object], object], ...] = (
    (
        f"{PARSER}: TSKSwizzleNetworkDelegates is NO unless said otherwise",
        lambda: [
            trustkit.read_values({"TSKConfiguration": {"TSKPinnedDomains": {"example.com": kit()}, **said}}).swizzle
            for said in ({}, {"TSKSwizzleNetworkDelegates": True}, {"TSKSwizzleNetworkDelegates": "NO"})
        ],
        [False, True, False],
    ),
    (
        f"{PARSER}: TSKDisableDefaultReportUri is NO unless said otherwise, so it is always said",
        lambda: written()["TSKPinnedDomains"]["example.com"]["TSKDisableDefaultReportUri"],
        True,
    ),
    (
        f"{PARSER}: TSKPublicKeyAlgorithms is deprecated, and not written",
        lambda: set(written()["TSKPinnedDomains"]["example.com"]),
        {"TSKEnforcePinning", "TSKIncludeSubdomains", HASHES, "TSKDisableDefaultReportUri"},
    ),
    (
        "TrustKit.m: TSKIgnorePinningForUserDefinedTrustAnchors is of macOS, and not written",
        lambda: set(written()),
        {"TSKSwizzleNetworkDelegates", "TSKPinnedDomains"},
    ),
    (
        f"{PARSER}: TSKExpirationDate is a string",
        lambda: written(expires=date(2027, 3, 1))["TSKPinnedDomains"]["example.com"]["TSKExpirationDate"],
        "2027-03-01",
    ),
    ("TSKPinningValidator.m: from midnight UTC", lambda: trustkit.instants(date(2027, 3, 1)), "at 2027-03-01 00:00 UTC"),
    *(
        (
            f"TSKSPKIHashCache.m: a {kind} key cannot be hashed, and blocks before a match",
            lambda kind=kind: blocked_by_hash(kind),
            {("example.com", B.spki_sha256, kind)},
        )
        for kind in ("P-521", "Ed25519", "RSA-1024", "RSA-8192")
    ),
    *(
        (
            f"TSKSPKIHashCache.m: a {kind} key can be hashed",
            lambda kind=kind: blocked_by_hash(kind),
            set(),
        )
        for kind in ("RSA-2048", "RSA-3072", "RSA-4096", "P-256", "P-384")
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("observed", "wanted"), [fact[1:] for fact in TRUSTKIT_FACTS], ids=[fact[0] for fact in TRUSTKIT_FACTS]
)
def test_trustkit_facts(observed: Callable[[], object], wanted: object) -> None:
    assert observed() == wanted
