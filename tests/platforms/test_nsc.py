"""The Network Security Configuration: Android's own answers, its documentation, and the way there and back.

SELECTIONS and REFUSALS are what the XmlConfigSource and ApplicationConfig of five Androids said when they were asked
(tests/real/test_nsc_rows.py asks them again); the reader is held to the same.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pincompiler.base.bounds import NSC_LOOKS
from pincompiler.base.errors import InputError
from pincompiler.base.location import Location, Span
from pincompiler.keys.spki import KeyFileError
from pincompiler.platforms.nsc import NSC, inert, instants, lower, objections, read
from pincompiler.platforms.nsc.merging import merge
from pincompiler.platforms.nsc.model import (
    Certificates,
    Domain,
    DomainConfig,
    Nsc,
    Problem,
    Reporting,
    Settings,
)
from pincompiler.platforms.nsc.reader import decode_base64, expiration, read_xml
from pincompiler.platforms.nsc.writer import write
from pincompiler.platforms.target import Job
from pincompiler.platforms.unmatched import never_matched
from pincompiler.policy.differences import differences
from pincompiler.policy.enforcement import Clause, PinSet, Reach, any_of
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Output
from pincompiler.policy.trust import SYSTEM_ALONE, Anchor, Store, Trust
from tests import pki
from tests.bounding import bounded
from tests.platforms.models import (
    DIGEST,
    DOCTYPES,
    PIN_A,
    PIN_B,
    PIN_C,
    A,
    B,
    C,
    calm,
    hosts,
    job,
    leaf,
    nscs,
    under,
    with_doctype,
)
from tests.real.test_nsc_rows import REFUSALS, SELECTIONS
from tests.strategies import TODAY

JUNE = date(2027, 6, 1)
POLICY = Policy(())
OUTPUT = job().output


def config(body: str, root: str = "") -> bytes:
    return f"<network-security-config{root}>{body}</network-security-config>".encode()


def domain(name: str, body: str = "", subdomains: str = "true") -> str:
    return f'<domain-config><domain includeSubdomains="{subdomains}">{name}</domain>{body}</domain-config>'


def pin_set(*pins: str, rest: str = "") -> str:
    body = "".join(f'<pin digest="SHA-256">{pin}</pin>' for pin in pins)
    return f"<pin-set{rest}>{body}</pin-set>"


def problems(body: str) -> list[str]:
    return [problem.message for problem in read_xml(config(body), "nsc.xml").problems]


def pinned(model: Nsc, host: str) -> str:
    """The letters of the keys that count for a host."""
    (clause,) = model.demand(host) or (Clause(frozenset(), frozenset()),)
    assert clause.leaf == clause.ca
    return "".join(key.name for key in (A, B, C) if key.spki_sha256 in clause.leaf)


# -- what Android answered -----------------------------------------------------------------------


@pytest.mark.parametrize("name", SELECTIONS)
def test_selects_as_android_does(name: str) -> None:
    model = read(SELECTIONS[name].text, App())
    # An error in debug-overrides shows in debuggable builds only; we tell it of any.
    assert bool(model.problems) is (name == "errors in debug-overrides do not show in a release")
    observed = {host: pinned(model, host).upper() for host in SELECTIONS[name].hosts}
    assert observed == SELECTIONS[name].hosts


@pytest.mark.parametrize("name", REFUSALS)
def test_refuses_as_android_does(name: str) -> None:
    document = REFUSALS[name].text
    if name == "other root":
        with pytest.raises(InputError, match="its root is <network-config>"):
            read_xml(document, "nsc.xml")
    else:
        assert read_xml(document, "nsc.xml").problems


# -- what Android's documentation says -----------------------------------------------------------

# developer.android.com/privacy-and-security/security-config, "Pin certificates".
DOCUMENTED = """\
<?xml version="1.0" encoding="utf-8"?>
<network-security-config>
    <domain-config>
        <domain includeSubdomains="true">example.com</domain>
        <pin-set expiration="2018-01-01">
            <pin digest="SHA-256">7HIpactkIAq2Y49orFOOQKurWxmmSFZhBCoQYcRhJ3Y=</pin>
            <!-- backup pin -->
            <pin digest="SHA-256">fwza0LRMXouZHRC8Ei+4PyuldPDcf3UKgO/04cDM1oE=</pin>
        </pin-set>
    </domain-config>
</network-security-config>
"""


def test_the_documented_example() -> None:
    model = read(DOCUMENTED.encode(), App())
    (only,) = model.configs
    assert only.domains == (Domain("example.com", include_subdomains=True),)
    assert [key.pin for key in only.keys] == [
        "7HIpactkIAq2Y49orFOOQKurWxmmSFZhBCoQYcRhJ3Y=",
        "fwza0LRMXouZHRC8Ei+4PyuldPDcf3UKgO/04cDM1oE=",
    ]
    assert only.expires == date(2018, 1, 1)
    assert only.where == Location("network_security_config.xml", Span(3, 5, 3, 5))
    assert model.problems == ()
    assert model.policy_digest == ""


def test_any_certificate_of_the_chain_may_be_the_pinned_one() -> None:
    """NetworkSecurityTrustManager.checkPins: from the root down, the first match passes."""
    model = Nsc((DomainConfig((Domain("x.test", include_subdomains=False),), (A, B)),))
    for chain in (leaf(A), leaf(B), under(A), under(C, B)):
        assert model.accepts("x.test", chain, TODAY)
    for chain in (leaf(C), under(C), under()):
        assert not model.accepts("x.test", chain, TODAY)
        assert model.accepts("y.test", chain, TODAY)


def test_pins_are_off_from_the_start_of_the_day() -> None:
    """NetworkSecurityTrustManager.checkPins: skipped once now is past 00:00 of that date."""
    model = read(config(domain("x.test", pin_set(PIN_A, rest=' expiration="2027-06-01"'))), App())
    assert not model.accepts("x.test", leaf(B), date(2027, 5, 31))
    assert model.accepts("x.test", leaf(B), JUNE)
    assert instants(JUNE) == (
        "at 2027-06-01 00:00 on the device's own clock: from 2027-05-31 10:00 UTC (UTC+14) "
        "to 2027-06-01 12:00 UTC (UTC-12)"
    )


def test_pins_and_their_date_are_inherited_as_one() -> None:
    """NetworkSecurityConfig.Builder.getEffectivePinSet: the nearest pin-set, as a unit."""
    dated = pin_set(PIN_A, rest=' expiration="2027-06-01"')
    inner = domain("a.x.test") + domain("b.x.test", pin_set(PIN_B)) + domain("c.x.test", pin_set())
    model = read(config(domain("x.test", dated + inner)), App())
    by_name = {c.domains[0].name: ([key.pin for key in c.keys], c.expires) for c in model.configs}
    assert by_name == {
        "x.test": ([PIN_A], JUNE),
        "a.x.test": ([PIN_A], JUNE),
        "b.x.test": ([PIN_B], None),
        "c.x.test": ([], None),
    }


def test_before_android_7_the_file_is_ignored() -> None:
    """developer.android.com: "in Android 7.0 (API level 24) and higher"."""
    assert inert(App(android_min_sdk=23)) == "Android 23 to 23 ignores the whole file"
    assert inert(App(android_min_sdk=24)) == ""
    assert inert(App()) == ""


@pytest.mark.slow
@calm
@given(nscs(hosts), hosts)
def test_the_longest_name_decides(model: Nsc, host: str) -> None:
    """ApplicationConfig.getConfigForHostname, told as it is written: a scan of all domains."""
    every = [(d, c) for c in model.configs for d in c.domains]
    exact = [(d, c) for d, c in every if d.name == host]
    around = [(d, c) for d, c in every if d.include_subdomains and host.endswith(f".{d.name}")]
    chosen = (exact or sorted(around, key=lambda pair: len(pair[0].name))[-1:])[:1]
    wanted = frozenset(key.spki_sha256 for _, c in chosen for key in c.keys)
    observed = model.demand(host)
    assert (observed[0].leaf if observed else frozenset()) == wanted
    assert model.deciding(host) == tuple(
        f'<domain includeSubdomains="{"true" if d.include_subdomains else "false"}">{d.name}</domain>'
        for d, _ in chosen
    )
    assert model.demand(f"{host.upper()}.") == observed


def test_pin_sets_of_both_reaches() -> None:
    model = read(
        config(
            f"<domain-config><domain>x.test</domain>{domain('y.test')[15:-16]}{pin_set(PIN_A)}</domain-config>"
        ),
        App(),
    )
    assert model.pin_sets() == (
        PinSet(("x.test",), Reach.NONE, (A,)),
        PinSet(("y.test",), Reach.ALL, (A,)),
    )
    assert set(model.names()) == {"x.test", "y.test"}


# -- leniency ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "size"),
    [
        # android.util.Base64.Decoder with DEFAULT: the states of its table, and what it skips.
        ("", 0),
        ("A", None),
        ("AA", 1),
        ("AA=", None),
        ("AA==", 1),
        ("AA===", None),
        ("AAA", 2),
        ("AAA=", 2),
        ("AAA==", None),
        ("AAAA", 3),
        ("AAAA=", None),
        ("=", None),
        ("AA=A", None),
        ("A A\nA-_.é!A", 3),
        (PIN_A, 32),
        (PIN_A.rstrip("="), 32),
        ("ab" * 32, 48),
        (f"sha256/{PIN_A}", None),
    ],
)
def test_base64_is_androids(text: str, size: int | None) -> None:
    decoded = decode_base64(text)
    assert (None if decoded is None else len(decoded)) == size


@pytest.mark.parametrize(
    ("text", "day"),
    [
        # java.text.SimpleDateFormat("yyyy-MM-dd"), not lenient; each asked of Android 14's code.
        ("2027-06-01", JUNE),
        ("2027-6-1", JUNE),
        (" \t2027-\t6- 1 or later", JUNE),
        ("2027-06-01T23:59Z", JUNE),
        ("0000002027-0000000000006-1", JUNE),
        ("٢٠٢٧-٠٦-٠١", JUNE),
        ("27-06-01", date(27, 6, 1)),
        ("2028-02-29", date(2028, 2, 29)),
        ("2027-02-29", None),
        ("2027-13-01", None),
        ("2027-06-00", None),
        ("0-1-1", None),
        ("\n2027-06-01", None),
        ("2027 -06-01", None),
        ("2027--6-1", None),
        ("-2027-06-01", None),
        ("2027/06/01", None),
        ("31-12-2026", None),
        ("20270601", None),
        ("292278995-01-01", None),
        (f"{'9' * 5000}-01-01", None),
        ("never", None),
        ("", None),
    ],
)
def test_dates_are_read_as_java_does(text: str, day: date | None) -> None:
    assert expiration(text) == day


@pytest.mark.parametrize(("text", "day"), [("10000-01-01", (1, 1)), ("12000-02-29", (2, 29))])
def test_a_date_past_pythons_last_is_centuries_away(text: str, day: tuple[int, int]) -> None:
    found = expiration(text)
    assert found is not None
    assert (found.month, found.day) == day
    assert found.year >= 9600


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # What aapt2 makes of an attribute that no resource declares; asked of aapt2 and Android 14.
        *((text, True) for text in ("true", "TRUE", "True", " true ", "1", "-1", "001", "0x1", "0xffffffff")),
        *((text, False) for text in ("false", "tRUE", "yes", "on", "", "0", "-0", "00", "0x0", "+1", "1.0")),
        *((text, False) for text in ("²", "１", "0X1", "0x000000001000", "9" * 5000)),
    ],
)
def test_booleans_are_aapts(text: str, value: bool) -> None:  # noqa: FBT001
    (only,) = read(config(domain("x.test", subdomains=text)), App()).configs
    assert only.domains[0].include_subdomains is value


def test_comments_and_instructions_around_text_do_not_count() -> None:
    """aapt2 drops both and trims; asked of Android 14."""
    name = "<!-- c --> x<?pi?>.te<![CDATA[st]]> <!-- d -->\n<!-- e -->"
    pin = f"\n<!-- leaf --> {PIN_A[:9]} <?pi?>{PIN_A[9:]}"
    model = read(config(domain(name, pin_set(pin))), App())
    assert model.problems == ()
    assert pinned(model, "x.test") == "a"


def test_namespaces_of_elements_do_not_count() -> None:
    """XmlPullParser.getName() is the local name; attributes are asked for without a namespace."""
    body = domain("x.test", pin_set(PIN_A))
    assert pinned(read(config(body, ' xmlns="urn:y"'), App()), "a.x.test") == "a"
    prefixed = body.replace("<", "<y:").replace("<y:/", "</y:")
    assert pinned(read(config(prefixed, ' xmlns:y="urn:y"'), App()), "a.x.test") == "a"
    attribute = body.replace("includeSubdomains", "y:includeSubdomains")
    assert pinned(read(config(attribute, ' xmlns:y="urn:y"'), App()), "a.x.test") == ""


def test_trustkits_element() -> None:
    """TrustKitConfigurationParser: both attributes are false by default, report-uri is text."""
    said = (
        '<trustkit-config enforcePinning="true"><report-uri> https://r.test/ </report-uri></trustkit-config>'
    )
    quiet = '<trustkit-config disableDefaultReportUri="true"/>'
    model = read(config(domain("x.test", said) + domain("y.test", quiet) + domain("z.test")), App())
    assert [c.reporting for c in model.configs] == [
        Reporting(enforce=True, disable_default_uri=False, uris=("https://r.test/",)),
        Reporting(enforce=False, disable_default_uri=True),
        None,
    ]


# -- refusals ------------------------------------------------------------------------------------

ANCHORS = "<trust-anchors>{}</trust-anchors>"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        # XmlConfigSource's ParserExceptions, in our words.
        ("<base-config/><base-config/>", "only one base-config is allowed"),
        ("<debug-overrides/><debug-overrides/>", "only one debug-overrides is allowed"),
        ("<base-config><domain>x</domain></base-config>", "<domain> is not allowed in <base-config>"),
        ("<base-config><pin-set/></base-config>", "<pin-set> is not allowed in <base-config>"),
        (f"<base-config>{domain('x')}</base-config>", "<domain-config> is not allowed in <base-config>"),
        ("<debug-overrides><pin-set/></debug-overrides>", "<pin-set> is not allowed in <debug-overrides>"),
        (domain("x", "<pin-set/><pin-set/>"), "a second <pin-set> in one domain-config"),
        (domain("x", "<trust-anchors/>" * 2), "a second <trust-anchors> in one domain-config"),
        (
            f"<base-config>{'<trust-anchors/>' * 2}</base-config>",
            "a second <trust-anchors> in one base-config",
        ),
        ("<domain-config/>", "a domain-config has no <domain> of its own"),
        (domain(""), "a <domain> is empty"),
        (domain("<!-- x.test -->"), "a <domain> is empty"),
        (domain("x<b/>"), "<domain> contains another element"),
        (domain("x<!-- -->y"), "a comment divides the text of <domain>, and Android reads one part only"),
        (domain("x") + domain("X"), "x has already been specified"),
        (domain("x", domain("x")), "x has already been specified"),
        (domain("x", f"<pin-set><pin>{PIN_A}</pin></pin-set>"), "the pin digest (none) is not SHA-256"),
        (domain("x", "<pin-set><pin digest='SHA256'/></pin-set>"), "the pin digest SHA256 is not SHA-256"),
        (domain("x", pin_set(f"{PIN_A}<b/>")), "<pin> contains another element"),
        (
            domain("x", pin_set("AA<!-- -->AA")),
            "a comment divides the text of <pin>, and Android reads one part only",
        ),
        (domain("x", pin_set(f"sha256/{PIN_A}")), "a pin is not base64"),
        (domain("x", pin_set("")), "a pin has 0 bytes instead of 32"),
        (domain("x", pin_set("AAAA")), "a pin has 3 bytes instead of 32"),
        (
            domain("x", pin_set(PIN_A, rest=' expiration="soon"')),
            'the expiration "soon" is no date of the form yyyy-MM-dd',
        ),
        (domain("x", ANCHORS.format("<certificates/>")), "<certificates> has no src"),
        (domain("x", ANCHORS.format('<certificates src="@"/>')), 'the certificates src "@" is unknown'),
        (
            "<debug-overrides>" + ANCHORS.format('<certificates src="all"/>') + "</debug-overrides>",
            'the certificates src "all" is unknown',
        ),
    ],
)
def test_refuses(body: str, told: str) -> None:
    assert problems(body) == [told]


@pytest.mark.parametrize("source", ["system", "user", "@raw/ca", "@*android:raw/c_a", " @raw/ca ", "@null"])
def test_anchors_that_android_knows(source: str) -> None:
    assert problems(domain("x", ANCHORS.format(f'<certificates src="{source}"/>'))) == []


def test_passpoint_cas_are_unknown_before_android_10() -> None:
    """WfaCertificateSource came with API level 29; Android 9 says "Unknown certificates src" (tests/real)."""
    body = domain("x", ANCHORS.format('<certificates src="wfa"/>'))
    (problem,) = read_xml(config(body), "nsc.xml").problems
    assert (problem.message, problem.before) == (
        'the certificates src "wfa" is unknown before Android 10',
        29,
    )
    assert [problem.met(api) for api in (None, 24, 28, 29)] == [True, True, True, False]


def test_everything_is_told_at_once_with_its_line() -> None:
    body = f"\n{domain('x', pin_set('AAAA'))}\n{domain('x')}\n<domain-config/>"
    told = read_xml(config(body), "nsc.xml").problems
    assert [(p.where.span.line if p.where.span else 0, p.message) for p in told] == [
        (2, "a pin has 3 bytes instead of 32"),
        (3, "x has already been specified"),
        (4, "a domain-config has no <domain> of its own"),
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "nsc.xml:1:1: not XML"),
        (b"<network-security-config>", "nsc.xml:1:26: not XML"),
        (b"\xff\xfe\x00", "nsc.xml:1:1: not XML"),
        (b"<a>\n&e;</a>", "nsc.xml:2:4: not XML"),
        (b"<a>" * 300, "nsc.xml: Excessive depth"),
        (b"<resources/>", "nsc.xml:1:1: its root is <resources> and not <network-security-config>"),
        (
            b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><network-security-config>&e;</network-security-config>",
            "nsc.xml:1:69: Entity 'e' not defined in this file, and aapt2 leaves it out",
        ),
        (
            b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>\n<network-security-config>&e;</network-security-config>",
            "nsc.xml:2:29: Entity 'e' not defined in this file, and aapt2 leaves it out",
        ),
    ],
)
def test_no_configuration_at_all(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        read_xml(data, "nsc.xml")


@pytest.mark.parametrize("name", DOCTYPES)
def test_what_a_doctype_says_inside_the_file_counts(name: str) -> None:
    model = read(with_doctype(name), App())
    assert [bool(model.demand(host)) for host in ("x.test", "a.x.test")] == [True, DOCTYPES[name][2]]
    assert not model.problems


def test_elements_have_the_place_where_they_begin() -> None:
    """Whatever stands before that looks like one; where an entity brings elements along, their lines are all there is."""
    head = "<!DOCTYPE network-security-config [<!ENTITY e '>'> <!-- ]>' -->]>"
    text = (
        f"{head}<!-- <domain> > -->\r\n<network-security-config><?x <domain>?>\n"
        "\t<domain-config\n cleartextTrafficPermitted = '>'><domain\n>\u00fc.test</domain>"
        "<domain>y.test</domain><![CDATA[<domain>]]>\n</domain-config></network-security-config>"
    )
    for encoding in ("utf-8", "utf-16"):
        (only,) = read(text.encode(encoding), App()).configs
        spans = [one and one.span for one in (only.where, *(domain.where for domain in only.domains))]
        assert spans == [Span(3, 2, 3, 2), Span(4, 34, 4, 34), Span(5, 17, 5, 17)]
    (only,) = read(with_doctype("elements"), App()).configs
    assert only.domains[0].where
    assert only.domains[0].where.span == Span(1, 1, 1, 1)


# -- pins that are not checked -------------------------------------------------------------------

SKIPPING = ANCHORS.format('<certificates src="user"/><certificates src="system" overridePins="true"/>')
CHECKING = ANCHORS.format('<certificates src="system"/>')


@pytest.mark.parametrize(
    ("body", "overridden"),
    [
        # NetworkSecurityTrustManager.isPinningEnforced; NetworkSecurityConfig.Builder for inheritance.
        (domain("x", pin_set(PIN_A)), [False]),
        (domain("x", pin_set(PIN_A) + SKIPPING), [True]),
        (domain("x", pin_set(PIN_A) + SKIPPING + domain("y") + domain("z", CHECKING)), [True, True, False]),
        (f"<base-config>{SKIPPING}</base-config>" + domain("x", pin_set(PIN_A)), [True]),
        (domain("x", pin_set(PIN_A) + CHECKING) + f"<base-config>{SKIPPING}</base-config>", [False]),
        # Of debug-overrides a release build knows nothing.
        (f"<debug-overrides>{SKIPPING}</debug-overrides>" + domain("x", pin_set(PIN_A)), [False]),
    ],
)
def test_anchors_that_override_pins(body: str, overridden: list[bool]) -> None:
    model = read(config(body), App())
    assert [c.overridden for c in model.configs] == overridden
    told = [o.hosts[0] for o in objections(POLICY, App(), model)]
    assert told == [c.domains[0].name for c in model.configs if c.overridden]


def test_objections_name_the_place() -> None:
    here = Problem("it is broken", Location("base", Span(7, 1, 7, 1)))
    (told,) = objections(POLICY, App(), Nsc((), "", (here,)))
    assert told.problem == (
        "Android refuses the file, so the app crashes at its first connection: it is broken"
    )
    assert told.where == here.where


# -- writing -------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(calm, max_examples=100)
@given(nscs())
def test_what_is_written_is_read_back(model: Nsc) -> None:
    written = write(model, job("nsc.xml"))
    again = read(written, App())
    assert again == model
    assert again.policy_digest == DIGEST
    assert write(model, job("nsc.xml")) == written


def test_the_text_is_quiet_under_lint() -> None:
    """LINT's NetworkSecurityConfigDetector: attributes explicit, no white space in texts, ISO dates."""
    model = Nsc(
        (
            DomainConfig((Domain("x.test", include_subdomains=False),), (A, B), JUNE),
            DomainConfig(
                (Domain("y.test", include_subdomains=True),),
                reporting=Reporting(enforce=False, disable_default_uri=True, uris=("https://r.test/?a&b",)),
            ),
        )
    )
    assert (
        write(model, job("nsc.xml", source="a -- b.toml")).decode()
        == f"""\
<?xml version="1.0" encoding="utf-8"?>
<!-- Generated by pincompiler from a__-_b.toml. Do not edit. -->
<network-security-config xmlns:pincompiler="urn:pincompiler" pincompiler:policy="{DIGEST}">
    <domain-config>
        <domain includeSubdomains="false">x.test</domain>
        <pin-set expiration="2027-06-01">
            <!-- a -->
            <pin digest="SHA-256">{PIN_A}</pin>
            <!-- b -->
            <pin digest="SHA-256">{PIN_B}</pin>
        </pin-set>
    </domain-config>
    <domain-config>
        <domain includeSubdomains="true">y.test</domain>
        <trustkit-config enforcePinning="false" disableDefaultReportUri="true">
            <report-uri>https://r.test/?a&amp;b</report-uri>
        </trustkit-config>
    </domain-config>
</network-security-config>
"""
    )


def told(element: etree._Element) -> list[object]:
    """An element with all that is in it, its comments and its layout included."""
    return [(one.tag, one.text, dict(one.attrib)) for one in element.iter()]


BASES = {
    "nothing": b"<network-security-config/>",
    "blank": b"<network-security-config>\n</network-security-config>",
    "one line": config('<base-config cleartextTrafficPermitted="false"/>'),
    "comments": config("\n  <!-- first -->\n  <base-config/>\n  <!-- last -->\n"),
    "whole": config(
        f"\n\t<base-config>{CHECKING}</base-config>\n\t"
        + domain("Legacy.test", f"\n<!-- kept --> {pin_set(PIN_C)}")
        + "\n\t<debug-overrides/>\n",
        ' xmlns:tools="http://schemas.android.com/tools" tools:ignore="X"',
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BASES)
@settings(calm, max_examples=20)
@given(model=nscs(hosts))
def test_a_base_is_kept_and_added_to(name: str, model: Nsc) -> None:
    base = BASES[name]
    written = write(model, job("nsc.xml", base))
    assert read(written, App()) == merge(base, "base", model)
    before, after = etree.fromstring(base), etree.fromstring(written)
    for old, new in zip(before, after, strict=False):
        assert told(old) == told(new)
    assert len(after) == len(before) + len(model.configs)
    assert {key: after.get(key) for key in before.attrib} == dict(before.attrib)


@pytest.mark.parametrize(
    ("certificates", "trusted"),
    [
        ('<certificates src="system"/>', SYSTEM_ALONE),
        ('<certificates src="system"/><certificates src="user"/>', Trust(frozenset(Store))),
        ("", Trust(frozenset())),
    ],
)
def test_generated_entries_inherit_from_the_base_config(certificates: str, trusted: Trust) -> None:
    """NetworkSecurityConfig.Builder.getEffectiveTrustAnchors and the like: what a config does not say, its parent does."""
    around = f"<trust-anchors>{certificates}</trust-anchors>"
    base = config(f'<base-config cleartextTrafficPermitted="false">{around}</base-config>')
    model = Nsc((DomainConfig((Domain("x.test", include_subdomains=True),), (A,)),))
    merged, written = merge(base, "base", model), read(write(model, job("nsc.xml", base)), App())
    assert merged == written
    assert merged.base == written.base
    assert merged.settings("x.test") == written.settings("x.test")
    assert merged.settings("x.test").cleartext is False
    assert merged.trust("x.test") == written.trust("x.test") == trusted


def test_trust_in_pins_toml_goes_before_that_of_the_base() -> None:
    """What somebody wrote of a host counts, and not what is meant for all."""
    around = '<trust-anchors><certificates src="user" overridePins="true"/></trust-anchors>'
    base = config(f"<base-config>{around}</base-config>")
    own = Settings((Certificates("system"),))
    model = Nsc((DomainConfig((Domain("x.test", include_subdomains=True),), (A,), settings=own),))
    merged, written = merge(base, "base", model), read(write(model, job("nsc.xml", base)), App())
    assert merged.trust("x.test") == written.trust("x.test") == SYSTEM_ALONE
    assert merged.trust("y.test").overriding == {Store.USER}
    assert not list(objections(Policy(()), App(), merged))


def test_a_base_cannot_lift_the_pins_of_generated_entries() -> None:
    skipping = '<trust-anchors><certificates src="system" overridePins="true"/></trust-anchors>'
    base = config(f"<base-config>{skipping}</base-config>")
    merged = merge(base, "base", Nsc((DomainConfig((Domain("x.test", include_subdomains=True),), (A,)),)))
    own = config(f"<domain-config><domain>x.test</domain>{skipping}{pin_set(PIN_A)}</domain-config>")
    for model in (merged, read(own, App())):
        (objection,) = objections(Policy(()), App(), model)
        assert objection.problem.startswith("the pins of x.test are skipped")


PINNED = Nsc((DomainConfig((Domain("x.test", include_subdomains=True),), (A, B)),))
COMPANY = '<trust-anchors><certificates src="@raw/root"/></trust-anchors>'


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        (domain("X.test", pin_set(PIN_C)), "x.test has pins here and by pins.toml; keep one"),
        (domain("X.test", COMPANY), "x.test has trust-anchors here and by pins.toml; keep one"),
        (
            domain("X.test", "<trustkit-config/>"),
            "x.test has a trustkit-config here and by pins.toml; keep one",
        ),
    ],
)
def test_what_both_say_of_a_host_is_refused(inner: str, said: str) -> None:
    """Neither may be lost without a word."""
    whole = replace(
        PINNED.configs[0],
        settings=Settings((Certificates("system"),)),
        reporting=Reporting(enforce=True, disable_default_uri=True),
    )
    (problem,) = merge(config("\n\n" + inner + domain("y.test")), "base", Nsc((whole,))).problems
    assert problem.message == said
    assert problem.where.span == Span(3, 16, 3, 16)


def test_pins_are_put_into_the_config_of_their_host() -> None:
    """Its other settings are where their author put them, laid out as they were."""
    base = config(
        f"""
  <!-- ours -->
  <domain-config cleartextTrafficPermitted="false">
    <domain includeSubdomains="true">X.test</domain>
    {COMPANY}
  </domain-config>
"""
    )
    written = write(PINNED, job("nsc.xml", base)).decode()
    assert (
        f"""
  <!-- ours -->
  <domain-config cleartextTrafficPermitted="false">
    <domain includeSubdomains="true">X.test</domain>
    {COMPANY}
    <pin-set>
      <!-- a -->
      <pin digest="SHA-256">{PIN_A}</pin>
      <!-- b -->
      <pin digest="SHA-256">{PIN_B}</pin>
    </pin-set>
  </domain-config>
"""
        in written
    )


@pytest.mark.parametrize(
    ("inner", "host", "pinned"),
    [
        # Of several domains one is pinned.
        (
            f"<domain-config>{COMPANY}<domain>y.test</domain><domain>x.test</domain></domain-config>",
            "y.test",
            False,
        ),
        # Another is inside, and would inherit the pins.
        (domain("x.test", COMPANY + domain("y.test")), "y.test", False),
        (domain("x.test", COMPANY + domain("y.test", domain("z.test"))), "z.test", False),
        # A name below the pinned one that has settings of its own.
        (domain("a.x.test", COMPANY), "a.x.test", True),
        # The pinned one is below that of the base.
        (domain("test", COMPANY), "other.test", False),
        # There are pins around both.
        (domain("y.test", pin_set(PIN_C) + COMPANY + domain("x.test", domain("z.test"))), "z.test", False),
    ],
)
def test_settings_stay_where_pins_are_put(inner: str, host: str, pinned: bool) -> None:  # noqa: FBT001 - parametrized
    """The configurations before and after differ in the pins of x.test, and of what is below it, alone."""
    base = config(f'<base-config cleartextTrafficPermitted="false"/>{inner}')
    before, after = read(base, App()), read(write(PINNED, job("nsc.xml", base)), App())
    assert not after.problems
    assert after == merge(base, "base", PINNED)
    for name in (host, "x.test", "deep.x.test", "y.test", "other"):
        assert after.settings(name) == before.settings(name)
    assert after.demand("x.test") == any_of((A, B))
    assert after.demand(host) == (any_of((A, B)) if pinned else before.demand(host))


def test_a_name_that_reaches_too_short_is_not_widened_over_other_settings() -> None:
    """What lies below it would get its trust anchors; without them it may reach there."""
    for inner, reaches in ((COMPANY, False), ("", True)):
        written = write(PINNED, job("nsc.xml", config(domain("x.test", inner, "false"))))
        assert bool(read(written, App()).demand("a.x.test")) is reaches


def test_a_demand_for_public_logs_that_has_ended_stays_ended() -> None:
    """NetworkSecurityConfig: trust anchors around it have ended it, which those of its own would not."""
    logs, system = '<certificateTransparency enabled="true"/>', COMPANY.replace("@raw/root", "system")
    inner = f"{COMPANY}<domain>z.test</domain>{domain('y.test', system + domain('x.test'))}"
    base = config(f"<base-config>{logs}</base-config><domain-config>{inner}</domain-config>")
    for name in ("x.test", "y.test"):
        model = Nsc((DomainConfig((Domain(name, include_subdomains=True),), (A,)),))
        after = read(write(model, job("nsc.xml", base)), App())
        assert after.settings("unrelated.test").transparency is True
        assert not after.settings("x.test").transparency
        assert after.settings("x.test").trust(24) == SYSTEM_ALONE


def test_a_base_may_say_what_pins_toml_says_and_exempt_hosts_stay_as_they_are() -> None:
    inner = domain("x.test", COMPANY.replace("@raw/root", "system")) + domain("y.test", COMPANY)
    exempt = DomainConfig((Domain("y.test", include_subdomains=True),))
    said = replace(PINNED.configs[0], settings=Settings((Certificates("system"),)))
    written = write(Nsc((said, exempt)), job("nsc.xml", config(inner))).decode()
    assert written.count("<trust-anchors>") == 2
    model = read(written.encode(), App())
    assert (bool(model.demand("x.test")), model.demand("y.test")) == (True, ())


def test_a_base_that_android_refuses_stays_refused() -> None:
    (problem,) = merge(config("<domain-config/>"), "base", Nsc(())).problems
    assert problem.message == "a domain-config has no <domain> of its own"


# -- from the policy -----------------------------------------------------------------------------


def test_hosts_of_the_same_meaning_stand_together() -> None:
    policy = Policy(
        (
            PinSet(("z.test", "a.test"), Reach.NONE, (A, B)),
            PinSet(("m.test",), Reach.NONE, (A, B)),
            PinSet(("n.test",), Reach.ALL, (A, B)),
            PinSet(("o.test",), Reach.NONE, (A, B), JUNE),
            PinSet(("p.test",), Reach.NONE, (A, B), enforce=False),
        )
    )
    lowered = lower(policy, App(), OUTPUT)
    assert [[d.name for d in c.domains] for c in lowered.configs] == [
        ["a.test", "m.test", "z.test"],
        ["n.test"],
        ["o.test"],
    ]


def test_an_exempt_host_is_written_only_where_it_is_one() -> None:
    """A domain-config without pins: AOSP applies one config, and this one pins nothing."""
    sets = (
        PinSet(("x.test",), Reach.ALL, (A, B)),
        PinSet(("a.x.test", "b.x.test"), Reach.NONE, (C,), JUNE, enforce=False),
        PinSet(("y.test",), Reach.NONE, (A, B)),
        PinSet(("a.y.test",), Reach.NONE, (), enforce=False),
    )
    lowered = lower(Policy(sets), App(), OUTPUT)
    assert [([d.name for d in c.domains], c.keys, c.expires) for c in lowered.configs] == [
        (["a.x.test", "b.x.test"], (), None),
        (["x.test"], (A, B), None),
        (["y.test"], (A, B), None),
    ]


def test_the_target_says_so() -> None:
    assert (NSC.reports, NSC.edits, NSC.suffixes) == (False, False, (".xml",))


@calm
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text of a domain, an attribute or a pin makes the reader fall over."""
    root = etree.Element("network-security-config")
    one = etree.SubElement(root, "domain-config")
    try:
        etree.SubElement(one, "domain", includeSubdomains=text).text = text or None
        pins = etree.SubElement(one, "pin-set", expiration=text)
        etree.SubElement(pins, "pin", digest="SHA-256").text = text or None
    except ValueError:  # no XML can hold it
        return
    model = read(etree.tostring(root), App())
    assert model.problems
    assert all(not c.keys for c in model.configs)


# -- settings besides pins -------------------------------------------------------------------------


def test_settings_are_inherited_each_as_a_whole() -> None:
    """NetworkSecurityConfig.Builder: own, else the parent's, else the base's, else the platform's."""
    user = '<trust-anchors><certificates src="user"/></trust-anchors>'
    logged = "<certificateTransparency/>"
    inner = domain("b.x.test", ANCHORS.format("")) + domain("c.x.test", logged)
    opened = domain("x.test", user + inner).replace(
        "<domain-config>", '<domain-config y:cleartextTrafficPermitted="no">', 1
    )
    text = config(f'<base-config cleartextTrafficPermitted="false"/>{opened}', ' xmlns:y="urn:y"')
    model = read(text, App())
    by_host = {host: model.settings(host) for host in ("x.test", "b.x.test", "c.x.test", "z.test")}
    # Whatever is no boolean permits: the default of getAttributeBooleanValue there is true.
    assert [one.cleartext for one in by_host.values()] == [True, True, True, False]
    assert [one.anchors for one in by_host.values()] == [
        (Certificates("user"),),
        (),
        (Certificates("user"),),
        None,
    ]
    assert [one.transparency for one in by_host.values()] == [None, None, False, None]
    column = text.index(b"<certificateTransparency") + 1
    where = Location("network_security_config.xml", Span(1, column, 1, column))
    assert by_host["c.x.test"].transparency_where == where
    assert model.config("q.x.test") is model.configs[0]
    assert model.config("z.test") is None


@pytest.mark.parametrize(
    ("source", "own", "demanded"),
    [
        ("system", "", True),
        ("user", "", False),
        ("@raw/root", "", False),
        ("@raw/root", "<certificateTransparency/>", False),
        ("@raw/root", '<certificateTransparency enabled="true"/>', True),
    ],
)
def test_own_anchors_end_the_demand_for_public_logs(source: str, own: str, demanded: bool) -> None:  # noqa: FBT001
    """developer.android.com, "Network security configuration", certificateTransparency: the order of evaluation."""
    text = (
        '<network-security-config><base-config><certificateTransparency enabled="true"/></base-config>'
        f"<domain-config><domain>x.test</domain>{own}"
        f'<trust-anchors><certificates src="{source}"/></trust-anchors></domain-config></network-security-config>'
    )
    nsc = read_xml(text.encode(), "nsc.xml")
    assert ("demands public logs" in nsc.besides("x.test")) is demanded
    assert nsc.besides("other.test") == "demands public logs of certificates"
    (config,) = nsc.configs
    assert config.settings.lapsed is (not demanded and not own)
    assert config.settings.exempt is (source != "system" and not own)


def test_defaults_depend_on_the_target() -> None:
    """NetworkSecurityConfig.getDefaultBuilder."""
    unsaid = Settings()
    assert [unsaid.permits_cleartext(target) for target in (27, 28)] == [True, False]
    assert [[a.source for a in unsaid.trusted(target)] for target in (23, 24)] == [
        ["system", "user"],
        ["system"],
    ]
    assert Settings((Certificates("user"),), cleartext=False).trusted(34) == (Certificates("user"),)
    assert not Settings(cleartext=False).permits_cleartext(20)


def test_a_debuggable_build_trusts_more() -> None:
    """XmlConfigSource.addDebugAnchorsIfNeeded; in debug-overrides, anchors override pins unless they say no."""
    body = ANCHORS.format('<certificates src="user"/><certificates src="@raw/ca" overridePins="false"/>')
    model = read(
        config(f"<debug-overrides>{body}</debug-overrides>{domain('x.test', pin_set(PIN_A))}"), App()
    )
    added = (Certificates("user", overrides_pins=True), Certificates("@raw/ca"))
    assert model.overrides == added
    assert model.settings("x.test").anchors is None
    assert not model.configs[0].overridden
    debuggable = model.debuggable(None, 34)
    assert (
        debuggable.settings("x.test").anchors == debuggable.base.anchors == (Certificates("system"), *added)
    )
    assert debuggable.configs[0].overridden
    assert not replace(model, overrides=added[1:]).debuggable(None, 34).configs[0].overridden
    assert read(config("<debug-overrides/>"), App()).overrides == ()
    assert read(config(""), App()).overrides is None


def test_hosts_whose_pins_end_on_other_days_for_trustkit_android_are_not_alike() -> None:
    """TrustKitConfigurationParser: a config without a day of its own has that of the one around, for its own pins too."""
    own = pin_set(PIN_A)
    around = own.replace("<pin-set", '<pin-set expiration="2030-01-01"', 1)
    text = config(domain("x.test", around + domain("b.x.test", own)) + domain("y.test", own))
    model = read(text, App())
    assert model.demand("b.x.test") == model.demand("y.test")
    assert not model.alike("b.x.test", "y.test")
    assert model.alike("b.x.test", "b.x.test")


def test_the_resource_called_debug_counts_where_the_file_has_no_overrides() -> None:
    """XmlConfigSource.parseDebugOverridesResource; an empty element is one, and so is that of the other file."""
    user = ANCHORS.format('<certificates src="user"/>')
    twin = read(config(f"<base-config>{user}</base-config><debug-overrides>{user}</debug-overrides>"), App())
    pinned = domain("x.test", pin_set(PIN_A))
    added = (Certificates("user", overrides_pins=True),)
    bare = read(config(pinned), App())
    assert bare.debuggable(twin, 34).settings("x.test").anchors == (Certificates("system"), *added)
    assert bare.debuggable(twin, 23).settings("x.test").anchors == (
        *(Certificates("system"), Certificates("user")),
        *added,
    )
    for own in ("<debug-overrides/>", f"<debug-overrides>{ANCHORS.format('')}</debug-overrides>"):
        blind = read(config(own + pinned), App()).debuggable(twin, 34)
        assert blind.settings("x.test").anchors is None
    assert bare.debuggable(read(config(""), App()), 34).settings("x.test").anchors is None
    assert bare.debuggable(None, 23).target_sdk == 23


def test_what_only_a_debuggable_build_refuses_is_marked() -> None:
    again = "<debug-overrides><pin-set/></debug-overrides><debug-overrides/>"
    told = read_xml(config(again), "nsc.xml").problems
    assert {problem.message: problem.debug for problem in told} == {
        "only one debug-overrides is allowed": False,
        "<pin-set> is not allowed in <debug-overrides>": True,
    }


def test_pins_know_their_lines() -> None:
    text = config("\n" + domain("x.test", "\n" + pin_set(PIN_A) + "\n" + pin_set(PIN_B)[9:-10]))
    (only,) = read_xml(
        text.replace(b"</pin-set>\n", b"\n").replace(b"</domain-config>", b"</pin-set></domain-config>"), "n"
    ).configs
    assert [key.where.span.line for key in only.keys if key.where and key.where.span] == [3, 4]
    assert only.pin_set == Location("n", Span(3, 1, 3, 1))


# -- oddities --------------------------------------------------------------------------------------


def odd(body: str) -> list[tuple[str, str, bool]]:
    found = read_xml(config(body, ' xmlns:y="urn:y"'), "nsc.xml").oddities
    return [
        (one.message.removesuffix(": it is skipped without a word"), one.fix, one.pinning) for one in found
    ]


@pytest.mark.parametrize(
    ("body", "said", "fix", "pinning"),
    [
        ("<domin-config/>", "Android knows no <domin-config>", "write <domain-config>", True),
        (domain("x", "<pinset/>"), "Android knows no <pinset>", "write <pin-set>", True),
        (domain("x", "<Pin-Set/>"), "Android knows no <Pin-Set>", "write <pin-set>", True),
        (domain("x", "<domains/>"), "Android knows no <domains>", "write <domain>", True),
        (domain("x", "<trust-anchor/>"), "Android knows no <trust-anchor>", "write <trust-anchors>", False),
        (domain("x", "<pin/>"), "<pin> counts only inside <pin-set>", "move it into <pin-set>", True),
        ("<pin-set/>", "<pin-set> counts only inside <domain-config>", "move it into <domain-config>", True),
        (
            "<trust-anchors/>",
            "<trust-anchors> counts only inside <base-config>",
            "move it into <base-config>",
            False,
        ),
        (
            "<flavour><p/><domain-config/></flavour>",
            "Android knows no <flavour>, and skips the <domain-config> in it",
            "take <flavour> away",
            True,
        ),
        (
            domain("x", pin_set(PIN_A)).replace("includeSubdomains", "includeSubDomains"),
            "Android knows no includeSubDomains on <domain>",
            "write includeSubdomains",
            True,
        ),
        (
            domain("x").replace("includeSubdomains", "y:includeSubdomains"),
            "includeSubdomains counts only without a namespace",
            "take its prefix away",
            False,
        ),
        (
            domain("x", "<pin-set Expiration='2027-01-01'/>"),
            "Android knows no Expiration on <pin-set>",
            "write expiration",
            False,
        ),
        (
            "<domain-config expiration='2027-01-01'><domain>x</domain></domain-config>",
            "expiration on <domain-config> is skipped without a word: it belongs on <pin-set>",
            "move it to <pin-set>",
            False,
        ),
        (
            "<domain-config><domain cleartextTrafficPermitted='false'>x</domain></domain-config>",
            "cleartextTrafficPermitted on <domain> is skipped without a word: it belongs on <domain-config>",
            "move it to <domain-config>",
            False,
        ),
        (
            domain("x", subdomains="yes"),
            'includeSubdomains="yes" is no boolean to Android, which takes it for false',
            'write includeSubdomains="true"',
            False,
        ),
        # These resemble nothing that Android knows, and somebody meant something by them.
        (
            "<release-overrides><option/></release-overrides>",
            "Android knows no <release-overrides>",
            "take it away, or write what is meant",
            False,
        ),
        (
            "<é/>",
            "Android knows no <é>",
            "take it away, or write what is meant",
            False,
        ),
        (
            domain("x", "<pin-set><pni digest='SHA-256'>AAAA</pni></pin-set>"),
            "Android knows no <pni>",
            "take it away, or write what is meant",
            True,
        ),
        (
            "<debug-overrides><certificateTransparency enabled='false'/></debug-overrides>",
            "<certificateTransparency> counts only inside <base-config>",
            "move it into <base-config>",
            False,
        ),
        (
            "<base-config cleartextTrafficPermitted='No'/>",
            'cleartextTrafficPermitted="No" is no boolean to Android, which takes it for true',
            'write cleartextTrafficPermitted="false"',
            False,
        ),
    ],
)
def test_what_android_skips_is_told(body: str, said: str, fix: str, pinning: bool) -> None:  # noqa: FBT001
    assert odd(body) == [(said, fix, pinning)]


@pytest.mark.parametrize(
    "body",
    [
        DOCUMENTED.partition("?>")[2].partition("<network-security-config>")[2].partition("</network-")[0],
        domain("x", '<trustkit-config enforcePinning="true"><report-uri>u</report-uri></trustkit-config>'),
        domain("x", '<certificateTransparency enabled="true"/><domainEncryption mode="enabled"/>'),
        '<base-config y:cleartextTrafficPermitted="false" y:ignore="1" hstsEnforced="true" note="a"/>',
        domain("x", subdomains="no"),
        domain("x", subdomains="1"),
        "<base-config cleartextTrafficPermitted='off course'/>",
        # Android throws on these, or a release does not look at them.
        "<base-config><pin-set/></base-config>",
        "<debug-overrides><trustanchors/></debug-overrides>",
        "<!-- <pinset/> --><?pinset?>",
    ],
)
def test_what_is_meant_to_be_there_is_not_told(body: str) -> None:
    assert odd(body) == []


def test_oddities_name_their_hosts_and_have_an_end() -> None:
    (one,) = read_xml(config(domain("X.test", "<pinset/>")), "nsc.xml").oddities
    assert one.hosts == ("x.test",)
    *some, last = read_xml(config("<pinset/>" * 1000), "nsc.xml").oddities
    assert len(some) == 100
    assert "not all of it was looked at" in last.message
    assert last.pinning
    assert len(read_xml(config("<pinset/>" * 100), "nsc.xml").oddities) == 100


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("*.example.com", "wildcards"),
        ("a.*.example.com", "wildcards"),
        ("https://example.com", "URL"),
        ("example.com/path", "path"),
        ("example.com:443", "port"),
        (".example.com", "begins with a dot"),
        ("example.com.", "strips the dot"),
        ("a..example.com", "empty label"),
        ("bücher.example", "A-label"),
        ("a b.example", "white space"),
        ("user@example.com", "characters"),
        *(
            (name, "")
            for name in (
                "example.com",
                "a_b.example",
                "10.0.2.2",
                "localhost",
                "::1",
                "xn--bcher-kva.example",
            )
        ),
    ],
)
def test_names_that_no_host_has(name: str, why: str) -> None:
    told = never_matched(name)
    assert (why in told) if why else told == ""


# -- trust anchors -----------------------------------------------------------------------------------


ROOT = Anchor(b"i" * 32, A.spki_sha256, "company-root", der=pki.der(pki.certificate("Company Root", ca=True)))


def test_named_anchors_are_written_beside() -> None:
    """XmlConfigSource.parseTrustAnchors and ResourceCertificateSource: a resource, by its name without an ending."""
    trust = Trust(frozenset({Store.SYSTEM, ROOT}))
    policy = Policy((PinSet(("x.test",), Reach.ALL, (A,), JUNE, trust=trust),))
    output = Output("nsc", PurePosixPath("app/src/main/res/xml-v24/nsc.xml"))
    model = lower(policy, App(), output)
    text = write(model, Job("pins.toml", DIGEST, output)).decode()
    assert re.findall(r'src="([^"]+)"', text) == ["system", "@raw/pins_company_root"]
    assert "overridePins" not in text
    assert model.trust("a.x.test") == trust
    assert model.trust("y.test") is SYSTEM_ALONE
    ((path, content),) = NSC.beside(model, output).items()
    assert path == PurePosixPath("app/src/main/res/raw/pins_company_root.pem")
    # Conscrypt's factory takes a file for PEM by its first byte.
    assert content.startswith(b"-----BEGIN CERTIFICATE-----\n")
    assert x509.load_pem_x509_certificate(content).public_bytes(Encoding.DER) == ROOT.der
    assert max(map(len, content.splitlines())) == 64
    assert read(text.encode(), App()) == model
    elsewhere = Output("nsc", PurePosixPath("nsc.xml"))
    assert list(NSC.beside(model, elsewhere)) == [PurePosixPath("raw/pins_company_root.pem")]


def test_old_targets_say_that_they_trust_the_system_alone() -> None:
    """NetworkSecurityConfig.getDefaultBuilder trusts CAs of users for apps that aim below API level 24."""
    policy = Policy((PinSet(("x.test",), Reach.NONE, (A,)),))
    model = lower(policy, App(android_target_sdk=23), OUTPUT)
    text = write(model, job("nsc.xml"))
    assert b'<certificates src="system"/>' in text
    assert not [one for one in differences(policy, model) if policy.covering(one.host)]
    assert read(text, App(android_target_sdk=23)).trust("x.test") == SYSTEM_ALONE
    assert Nsc((), target_sdk=23).trust("x.test").sources == {Store.SYSTEM, Store.USER}
    assert b"trust-anchors" not in write(lower(policy, App(android_target_sdk=24), OUTPUT), job("nsc.xml"))


def test_an_excerpt_says_whom_it_trusts() -> None:
    trust = Trust(frozenset({ROOT}))
    model = lower(Policy((PinSet(("x.test",), Reach.NONE, (), trust=trust),)), App(), OUTPUT)
    snippet = NSC.excerpt(model, "x.test") if NSC.excerpt else None
    assert snippet
    assert '<certificates src="@raw/pins_company_root"/>' in snippet.text
    assert "pin-set" not in snippet.text


# -- what is not looked at ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "much",
    [
        "<strange/>" * 30,
        "<base-config {}/>".format(" ".join(f'a{n}="x"' for n in range(30))),
        "<domain-config>{}</domain-config>".format("<strange b='1'/>" * 30),
    ],
    ids=["elements", "attributes", "further in"],
)
def test_what_is_not_looked_at_is_said(much: str) -> None:
    """However much there is that Android does not know, pins may stand behind it."""
    whole = read_xml(config(f"{much}<pinset/>"), "nsc.xml").oddities
    assert "Android knows no <pinset>: it is skipped without a word" in [one.message for one in whole]
    with bounded(NSC_LOOKS, 20):
        *_, last = read_xml(config(f"{much}<pinset/>"), "nsc.xml").oddities
    assert "not all of it was looked at" in last.message
    assert last.pinning


def test_an_element_is_found_however_far_inside() -> None:
    inside = "<x/>" * 1500 + "<pin-set/>"
    (one,) = read_xml(config(f"<strange>{inside}</strange>"), "nsc.xml").oddities
    assert "skips the <pin-set> in it" in one.message


def test_what_is_no_file_of_certificates_is_kept_as_damage() -> None:
    """Of the configs and of the base, in their order; debug-overrides are no business of a release."""
    text = (
        '<network-security-config><base-config><trust-anchors><certificates src="@raw/b"/></trust-anchors>'
        '</base-config><domain-config><domain>x.test</domain><trust-anchors><certificates src="system"/>'
        '<certificates src="@raw/a"/><certificates src="@raw/c"/></trust-anchors></domain-config><debug-overrides>'
        '<trust-anchors><certificates src="@raw/a"/></trust-anchors></debug-overrides></network-security-config>'
    )

    def anchors_of(reference: str) -> None:
        if reference != "@raw/c":
            raise KeyFileError(f"is no {reference}", "")

    nsc = read_xml(text.encode(), "nsc.xml").with_resources(anchors_of)
    assert [(one.source, one.damage) for one in nsc.damaged()] == [
        ("@raw/a", "is no @raw/a"),
        ("@raw/b", "is no @raw/b"),
    ]
    assert [one.name for one in nsc.trust("x.test").unread] == ["@raw/a", "@raw/c"]
