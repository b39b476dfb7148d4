"""Whenever `check` finds nothing in a file, every name in it that is to be pinned is a host's, is pinned and lets chains in.

Files are made at random, most of them with a mistake or two, and judged here by what the platforms read, restated; the
models that `check` asks are held to the platforms themselves in tests/real.
"""

from __future__ import annotations

import plistlib
import re
from base64 import b64decode
from collections import Counter
from typing import Any, Final

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from lxml import etree

from pincompiler.platforms import trustkit
from pincompiler.platforms.nsc.reader import read_xml
from pincompiler.policy.enforcement import Chain
from pincompiler.rules.rule import Audited
from pincompiler.shipped.android.alone import of_configuration
from pincompiler.shipped.ios.plists import of_plist
from pincompiler.workflows.audit import findings
from tests.strategies import TODAY

A, B = "HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=", "UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q="
NAME: Final = re.compile(r"(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)*")
STRANGER: Final = bytes(range(32))


def mostly(good: str, *bad: str) -> st.SearchStrategy[str]:
    """Of ten, nine are as they should be."""
    return st.integers(0, 9).flatmap(
        lambda number: st.sampled_from(bad) if number == 0 and bad else st.just(good)
    )


NAMES: Final = ("api.example.com", "shop.example.org", "example.net")
WRONG_NAMES: Final = (
    "*.example.com",
    "https://example.com",
    "a.example.com:443",
    "b.example.com.",
    "",
    "a b",
    "x_y..com",
)
WRONG_PINS: Final = (f"sha256/{A}", A[:-1], "c2hvcnQ=", "", "A" * 43 + "=", A[:20], A.replace("+", "-"))


@st.composite
def nscs(draw: st.DrawFn) -> str:
    names = list(NAMES)
    parts = [draw(configs(names)) for _ in range(draw(st.integers(1, 2)))]
    parts += draw(st.lists(st.sampled_from(GENERAL), max_size=1))
    return f"<network-security-config>{''.join(draw(st.permutations(parts)))}</network-security-config>"


GENERAL: Final = (
    '<base-config cleartextTrafficPermitted="false"/>',
    '<debug-overrides><trust-anchors><certificates src="user"/></trust-anchors></debug-overrides>',
    '<base-config><trust-anchors><certificates src="user" overridePins="true"/></trust-anchors></base-config>',
    "<base-config><pin-set/></base-config>",
    "<domain>example.com</domain>",
)


@st.composite
def configs(draw: st.DrawFn, names: list[str], depth: int = 0) -> str:
    name = draw(mostly(names.pop() if names else NAMES[0], *WRONG_NAMES))
    element = draw(mostly("pin-set", "pinset", "pin_set"))
    end = draw(mostly("", ' expiration="2020-01-01"', ' expiration="01.01.2028"', ' expiration="28-01-01"'))
    digest = draw(mostly('digest="SHA-256"', 'digest="sha256"', ""))
    pins = "".join(f"<pin {digest}>{draw(mostly(pin, *WRONG_PINS))}</pin>" for pin in draw(mostly2))
    parts = [f'<domain includeSubdomains="{draw(mostly("true", "false", "yes"))}">{name}</domain>']
    parts += [f"<{element}{end}>{pins}</{element}>"] if draw(st.integers(0, 5)) else []
    parts += draw(
        st.lists(st.sampled_from(("<trust-anchors/>", "<!-- c -->", f"<pin>{A}</pin>")), max_size=1)
    )
    if names and depth < 2 and draw(st.booleans()):
        parts.append(draw(configs(names, depth + 1)))
    return f"<domain-config>{''.join(draw(st.permutations(parts)))}</domain-config>"


mostly2 = st.sampled_from([(A, B)] * 6 + [(B, A), (A,), (A, A), ()])
counted: Counter[tuple[str, bool]] = Counter()


@seed(16)
@settings(max_examples=400, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(nscs())
def check_nsc(text: str) -> None:
    nsc = read_xml(text.encode(), "nsc.xml")
    unseen: dict[Any, None] = {}
    found = findings(Audited(of_configuration(nsc, "nsc.xml"), TODAY), unseen)
    counted["nsc", bool(found or unseen)] += 1
    if found or unseen:
        return
    assert not nsc.problems, text
    for config in etree.fromstring(text).iter("domain-config"):
        # Own pins, else those of the config around; what is no <pin-set> is nobody's.
        around = [config, *config.iterancestors("domain-config")]
        meant = [pin for one in around for pin in one.iterfind("*/pin")][:2]
        for domain in config.iterchildren("domain"):
            assert NAME.fullmatch(domain.text or ""), text
            if not meant:
                continue
            texts = {pin.text for pin in meant}
            assert texts <= {A, B}, text
            accepted = [
                nsc.accepts(domain.text or "", Chain(b64decode(one)), TODAY)
                for one in sorted(map(str, texts))
            ]
            assert all(accepted), text
            assert not nsc.accepts(domain.text or "", Chain(STRANGER), TODAY), text


def test_network_security_configurations() -> None:
    counted.clear()
    check_nsc()
    assert min(counted["nsc", False], counted["nsc", True]) > 30, counted


VALUES: Final = st.one_of(st.booleans(), st.sampled_from(["YES", "NO", 1, 0, [True], ""]))


@st.composite
def kits(draw: st.DrawFn) -> dict[str, Any]:
    entries = {}
    for good in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True)):
        wrong = (
            "*.example.com",
            "Shop.example.org",
            "10.0.0.1",
            "localhost",
            "example.corp",
            "a.example.com.",
            "com",
        )
        entry: dict[str, Any] = {"TSKDisableDefaultReportUri": True}
        key = draw(mostly(trustkit.PINS, "TSKPublicKeyHash", "kTSKPublicKeyHashes"))
        entry[key] = [draw(mostly(pin, *WRONG_PINS)) for pin in draw(mostly2)]
        for key, value in (
            ("TSKIncludeSubdomains", VALUES),
            ("TSKEnforcePinning", VALUES),
            (trustkit.EXPIRES, st.sampled_from(["2030-01-01", "2020-01-01", "01.02.2030", 5])),
            (trustkit.EXCLUDE, VALUES),
        ):
            if draw(st.integers(0, 7)) == 0:
                entry[key] = draw(value)
        entries[draw(mostly(good, *wrong))] = entry
    return entries


@seed(16)
@settings(max_examples=400, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(kits())
def check_kit(entries: dict[str, Any]) -> None:
    values = {"CFBundleName": "x", "TSKConfiguration": {"TSKPinnedDomains": entries}}
    app = of_plist(plistlib.dumps(values), "Info.plist")
    unseen: dict[Any, None] = {}
    found = findings(Audited(app, TODAY), unseen)
    counted["kit", bool(found or unseen)] += 1
    if found or unseen:
        return
    (shipped,) = app.shipped
    for name, entry in entries.items():
        # parse_configuration.m: what raises; and connections ask for hosts in small letters.
        assert NAME.fullmatch(name), entries
        assert name in NAMES, entries
        hashes = entry[trustkit.PINS]
        assert {A, B} == set(hashes), entries
        assert all(shipped.enforcement.accepts(name, Chain(b64decode(pin)), TODAY) for pin in (A, B)), entries
        assert not shipped.enforcement.accepts(name, Chain(STRANGER), TODAY), entries


def test_configurations_of_trustkit() -> None:
    counted.clear()
    check_kit()
    assert min(counted["kit", False], counted["kit", True]) > 30, counted
