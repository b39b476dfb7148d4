"""Hosts that an app leaves to CAs of its own: CA pinning, in every form of the report, and where it is none.

What Android does is from NetworkSecurityConfig (a ``<trust-anchors>`` replaces the one around it), XmlConfigSource
(read from API level 24 on) and NetworkSecurityTrustManager (chains end in one of the anchors, or are refused).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from pincompiler.android.apk.manifest import Manifest
from pincompiler.facts import InForce, Mechanism, ShippedApp, State, VersionRange
from pincompiler.facts.nsc import NscFacts
from pincompiler.platforms.nsc.model import Certificates, Domain, DomainConfig, Nsc, Settings
from pincompiler.policy.policy import Policy
from pincompiler.policy.trust import Anchor
from pincompiler.verdicts.hosts import EVERY_OTHER, Means, Verdict, verdicts
from tests import pki
from tests.apk.forge import (
    NSC_ID,
    REFERENCE,
    Attr,
    Node,
    Res,
    android,
    arsc,
    axml,
    manifest,
    simple_zip,
    uses_nsc,
)
from tests.apk.forge import app as forged
from tests.strategies import TODAY, spki
from tests.test_cli import run

if TYPE_CHECKING:
    from pathlib import Path

HOST = "intranet.example.com"
ROOT = pki.pem(pki.certificate("Company Root", pki.private_key(number=31), ca=True))
SECOND = pki.pem(pki.certificate("Second Root", pki.private_key(number=32), ca=True))
SERVER = pki.pem(pki.certificate("intranet.example.com", pki.private_key(number=33)))
FILES = {
    "root": ROOT,
    "second": SECOND,
    "both": ROOT + SECOND,
    "server": SERVER,
    "damaged": b"no certificate",
}
PINS = (
    '<pin-set{}><pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>'
    '<pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin></pin-set>'
)
ENDED = PINS.format(' expiration="2020-01-01"')
PINNED = PINS.format("")


def anchors(*sources: str) -> str:
    """``<trust-anchors>``; a source with ``!`` overrides pins."""
    some = (f'<certificates src="{one.strip("!")}" overridePins="{"!" in one}"/>' for one in sources)
    return f"<trust-anchors>{''.join(some)}</trust-anchors>".replace("True", "true").replace("False", "false")


def config(inside: str, host: str = HOST) -> str:
    return f'<domain-config cleartextTrafficPermitted="false"><domain>{host}</domain>{inside}</domain-config>'


OWN = config(anchors("@raw/root"))


def binary(element: etree._Element) -> Node:
    """The element as aapt2 writes it: references are numbers."""

    def attribute(name: str, text: str) -> Attr:
        if text.startswith("@raw/"):
            return Attr(name, 0x7F020000 + list(FILES).index(text[5:]), kind=REFERENCE)
        return Attr(name, text)

    attributes = [attribute(str(name), str(text)) for name, text in element.attrib.items()]
    children: list[Node | str] = [binary(child) for child in element]
    return Node(str(element.tag), attributes, [element.text, *children] if element.text else children)


def app(to: Path, inside: str, *, min_sdk: int = 24, target_sdk: int = 34) -> Path:
    """An APK with a configuration and the files that it may refer to."""
    sdk = [
        android("minSdkVersion", 0x0101020C, min_sdk),
        android("targetSdkVersion", 0x01010270, target_sdk),
    ]
    raw = {name: [Res(f"res/{name}.pem")] for name in FILES}
    files = {
        "AndroidManifest.xml": manifest(uses_nsc(NSC_ID), children=[Node("uses-sdk", sdk)]),
        "resources.arsc": arsc({"xml": {"n": [Res("res/n.xml")]}, "raw": raw}),
        "res/n.xml": axml(
            binary(etree.fromstring(f"<network-security-config>{inside}</network-security-config>"))
        ),
        **{f"res/{name}.pem": content for name, content in FILES.items()},
        "classes.dex": None,
        "res/n28.xml": None,
    }
    to.write_bytes(simple_zip(forged(**files)))
    return to


@dataclass
class Seen:
    """What JSON has of an app."""

    code: int
    headline: str
    rows: dict[str, tuple[str, str, str]]
    rules: set[str]


def audited(apk: Path, *more: str) -> Seen:
    done = run("audit", str(apk), "-f", "json", "--today", TODAY.isoformat(), *more, cwd=apk.parent)
    (subject,) = json.loads(done.stdout)["subjects"]
    rows = {
        f"{row['host']} {row['api']}": (row["verdict"], row["by"], row["why"]) for row in subject["verdicts"]
    }
    return Seen(done.code, subject["headline"], rows, {one["rule"] for one in subject["findings"]})


ONLY = "trusted only through the app's own CA @raw/root (CN=Company Root)"
CONFINED = f"{HOST} is trusted only through trust anchors of the app (CA pinning) on every Android version that the app supports"
KINDS = {
    "a CA of its own": (OWN, ("enforced", "cas", f"res/n.xml: CA pinning, {ONLY}"), f"{CONFINED}."),
    "two of them in one file": (
        config(anchors("@raw/both")),
        (
            "enforced",
            "cas",
            (
                "res/n.xml: CA pinning, trusted only through the app's own CAs "
                "@raw/both (CN=Company Root), @raw/both (CN=Second Root)"
            ),
        ),
        f"{CONFINED}.",
    ),
    "the certificate of a server": (
        config(anchors("@raw/server")),
        (
            "enforced",
            "cas",
            (
                "res/n.xml: CA pinning, trusted only with the key of @raw/server (CN=intranet.example.com), "
                "a server's certificate as trust anchor, on any day"
            ),
        ),
        f"{CONFINED}.",
    ),
    "a CA of its own and pins": (
        config(anchors("@raw/root") + PINNED),
        (
            "enforced",
            "pins and cas",
            f'res/n.xml: <domain includeSubdomains="false">{HOST}</domain>, and {ONLY}',
        ),
        f"{HOST} is pinned on every Android version that the app supports.",
    ),
    "pins that have ended leave the CA": (
        config(anchors("@raw/root") + ENDED),
        ("enforced", "cas", f"res/n.xml: CA pinning, {ONLY}; its pins ended on 2020-01-01"),
        f"{CONFINED}, but one error stands against it.",
    ),
    "pins that its chains skip": (
        config(anchors("@raw/root!") + PINNED),
        (
            "enforced",
            "cas",
            f"res/n.xml: CA pinning, {ONLY}; chains that end in a CA of @raw/root skip the pins (overridePins)",
        ),
        f"{CONFINED}, but one error stands against it.",
    ),
    "the system beside it": (
        config(anchors("system", "@raw/root")),
        (
            "not covered",
            "nothing",
            "res/n.xml does not pin it, and trusts the system's CAs and the app's own @raw/root (CN=Company Root)",
        ),
        f"{HOST} has no pins: nsc API 24+ not covered.",
    ),
    "the system beside it, and pins that have ended": (
        config(anchors("system", "@raw/root") + ENDED),
        ("expired", "nothing", "its pins ended on 2020-01-01"),
        f"The pins of {HOST} are not enforced: nsc API 24+ expired.",
    ),
    "CAs of users beside it": (
        config(anchors("user", "@raw/root")),
        (
            "not covered",
            "nothing",
            "res/n.xml does not pin it, and trusts CAs that the user installs and the app's own @raw/root (CN=Company Root)",
        ),
        f"{HOST} has no pins: nsc API 24+ not covered.",
    ),
    "CAs of users alone": (
        config(anchors("user")),
        ("not covered", "nothing", "res/n.xml does not pin it, and trusts CAs that the user installs"),
        f"{HOST} has no pins: nsc API 24+ not covered.",
    ),
    "nobody": (
        config(anchors()),
        ("broken", "nothing", "res/n.xml trusts no CA, so that every certificate is refused"),
        f"The pins of {HOST} are not enforced: nsc API 24+ broken.",
    ),
    "a file that cannot be read": (
        config(anchors("@raw/damaged")),
        ("unknown", "nothing", "res/n.xml trusts only the CAs in @raw/damaged, which could not be read"),
        f"Whether {HOST} has pins is not known: nsc API 24+ unknown.",
    ),
    "inherited from around": (
        f"<domain-config><domain>example.com</domain>{anchors('@raw/root')}{config('')}</domain-config>",
        ("enforced", "cas", f"res/n.xml: CA pinning, {ONLY}"),
        "2 hosts are trusted only through trust anchors of the app (CA pinning) on every Android version that the app supports.",
    ),
    "of base-config": (
        f"<base-config>{anchors('@raw/root')}</base-config>{config('')}",
        ("enforced", "cas", f"res/n.xml: CA pinning, {ONLY}"),
        (
            f"{HOST} and every other are trusted only through trust anchors of the app (CA pinning) "
            "on every Android version that the app supports."
        ),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_whom_a_host_is_left_to(kind: str, tmp_path: Path) -> None:
    inside, row, headline = KINDS[kind]
    seen = audited(app(tmp_path / "a.apk", inside))
    assert seen.rows[f"{HOST} 24+"] == row
    assert seen.headline == headline
    assert (seen.code == 3) == (row[0] == "unknown")


def test_on_old_devices_the_file_does_not_count(tmp_path: Path) -> None:
    """Before API level 24 there is no configuration, and users' CAs are trusted by default."""
    seen = audited(app(tmp_path / "a.apk", OWN, min_sdk=21))
    assert seen.rows[f"{HOST} 21-23"] == (
        "not covered",
        "nothing",
        (
            "Android ignores the network security configuration below API level 24: it trusts the system's CAs and "
            "those that users install, and not @raw/root (CN=Company Root)"
        ),
    )
    assert seen.rows[f"{HOST} 24+"][:2] == ("enforced", "cas")
    assert seen.headline == (
        f"The CA pinning of {HOST} is undermined by unpinned-old-android: "
        "nsc API 21-23 not covered, nsc API 24+ enforced."
    )


def test_hosts_that_nobody_names(tmp_path: Path) -> None:
    base = f"<base-config>{anchors('@raw/root')}</base-config>"
    seen = audited(app(tmp_path / "a.apk", base))
    assert {key: row[:2] for key, row in seen.rows.items()} == {"* 24+": ("enforced", "cas")}
    assert seen.headline == (
        "Every host is trusted only through trust anchors of the app (CA pinning) "
        "on every Android version that the app supports."
    )
    mixed = audited(app(tmp_path / "b.apk", base + config(anchors("system"), "www.example.com")))
    assert mixed.headline == (
        "The CA pinning of www.example.com and every other is enforced in part: 1 not covered, 1 enforced."
    )


def test_some_hosts_have_pins_and_some_a_ca(tmp_path: Path) -> None:
    both = OWN + config(PINNED, "api.example.com")
    assert audited(app(tmp_path / "a.apk", both)).headline == (
        "All 2 hosts with pins are pinned on every Android version that the app supports, 1 of them by CA pinning alone."
    )
    three = both + config("", "www.example.com")
    assert audited(app(tmp_path / "b.apk", three)).headline == (
        "The pins and CA pinning of 3 hosts are enforced in part: 1 not covered, 2 enforced."
    )


def test_what_else_is_said_of_such_hosts(tmp_path: Path) -> None:
    """Cleartext goes past the CA, an own entry below pinned names is not unpinned, and users' CAs are named."""
    open_ = OWN.replace('"false"', '"true"', 1)
    assert "cleartext-pinned-host" in audited(app(tmp_path / "a.apk", open_)).rules
    assert audited(app(tmp_path / "b.apk", OWN)).rules == set()
    above = f'<domain-config><domain includeSubdomains="true">example.com</domain>{PINNED}</domain-config>'
    assert "shadowed-domain" not in audited(app(tmp_path / "c.apk", above + OWN)).rules
    assert "shadowed-domain" in audited(app(tmp_path / "d.apk", above + config(""))).rules
    users = audited(app(tmp_path / "e.apk", config(anchors("user", "@raw/root"))))
    assert users.rules == {"user-ca-trusted"}


def test_every_form_says_it(tmp_path: Path) -> None:
    apk = app(tmp_path / "a.apk", OWN)
    for form in ("text", "html", "markdown", "junit", "sarif"):
        said = run("audit", str(apk), "-f", form, "--today", TODAY.isoformat(), cwd=tmp_path).stdout
        if form == "junit":
            (case,) = etree.fromstring(said.encode()).iter("testcase")
            assert case.get("name") == f"{HOST} by nsc on API 24+"
            assert len(case) == 0
            continue
        said = said.replace("\\", "")  # Markdown's own
        assert CONFINED in said
        # SARIF has findings alone, and the sentence of each app; Markdown's table has no room for reasons.
        row = {"sarif": CONFINED, "markdown": "✓ enforced (CA pinning)"}.get(
            form, "trusted only through the app"
        )
        assert row in said


# -- the model alone -----------------------------------------------------------------------------------


def shipped(nsc: Nsc, **more: object) -> ShippedApp:
    one = InForce(Mechanism.NSC, "nsc", nsc, api=VersionRange(24), **more)  # type: ignore[arg-type]
    return ShippedApp("a.apk", "apk", "", Manifest(min_sdk=24), nsc=NscFacts(shipped=(one,)))


def left_to(*some: Anchor) -> Nsc:
    settings = Settings((Certificates("@raw/list", anchors=some),))
    return Nsc((DomainConfig((Domain(HOST, include_subdomains=False),), settings=settings),))


def test_a_list_of_public_cas_is_no_choice() -> None:
    """More than :data:`CA_BUNDLE` CAs in one place are what Mozilla or a phone trusts, and anybody's certificate."""
    many = tuple(Anchor(spki(f"CA {n}"), name=f"CA {n}") for n in range(21))
    (row,) = verdicts(shipped(left_to(*many)), None, TODAY)
    assert (row.verdict, row.by) == (Verdict.NOT_COVERED, Means.NOTHING)
    assert row.why == "nsc does not pin it, and trusts 21 CAs that the app brings along"
    (row,) = verdicts(shipped(left_to(*many[:20])), None, TODAY)
    assert (row.verdict, row.by) == (Verdict.ENFORCED, Means.CAS)
    assert row.why.endswith("CA 0, CA 1, CA 10, 17 more")


def test_a_refused_file_confines_nobody() -> None:
    one = Anchor(spki("CA"), name="CA")
    (row,) = verdicts(shipped(left_to(one), state=State.BROKEN, why="Android refuses it"), None, TODAY)
    assert (row.verdict, row.why) == (Verdict.BROKEN, "Android refuses it")


def test_doubts_of_pins_are_none_of_whom_a_host_trusts() -> None:
    one = Anchor(spki("CA"), name="CA")
    (row,) = verdicts(shipped(left_to(one), doubts=("it was cut short",)), None, TODAY)
    assert (row.verdict, row.by) == (Verdict.ENFORCED, Means.CAS)


def test_apps_that_aim_at_old_androids_are_not_confined() -> None:
    """Their default are the system's CAs and those of users."""
    assert verdicts(shipped(Nsc((), target_sdk=23)), Policy(()), TODAY) == ()
    assert EVERY_OTHER not in {row.host for row in verdicts(shipped(Nsc(())), None, TODAY)}


# -- public logs of certificates (API level 36) --------------------------------------------------------

LOGGED = '<base-config><certificateTransparency enabled="true"/></base-config>'
BESIDE = config(anchors("system", "@raw/root"))


def unlogged(apk: Path) -> list[str]:
    done = run("audit", str(apk), "-f", "json", "--today", TODAY.isoformat(), cwd=apk.parent)
    (subject,) = json.loads(done.stdout)["subjects"]
    return [one["message"] for one in subject["findings"] if one["rule"] == "unlogged-certificates"]


OFF = [
    (
        f"Certificate Transparency is switched off for {HOST}, since it has trust anchors of its own "
        "beside the system's"
    )
]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (LOGGED + BESIDE, OFF),
        (LOGGED + config(anchors("system", "user")), OFF),
        (LOGGED + config(anchors("system")), []),
        # Such CAs log nothing, and nobody else may serve the host.
        (LOGGED + OWN, []),
        (LOGGED + config(anchors("system", "@raw/root") + '<certificateTransparency enabled="true"/>'), []),
        # Nobody demanded it.
        (BESIDE, []),
        # Pins stand for it.
        (LOGGED + config(anchors("system", "@raw/root") + PINNED), []),
    ],
)
def test_anchors_of_its_own_end_the_demand_for_public_logs(
    inside: str, expected: list[str], tmp_path: Path
) -> None:
    """developer.android.com, "Network security configuration", certificateTransparency: the order of evaluation."""
    assert unlogged(app(tmp_path / "a.apk", inside)) == expected


def test_public_logs_are_the_default_of_later_targets(tmp_path: Path) -> None:
    assert unlogged(app(tmp_path / "a.apk", BESIDE, target_sdk=37)) == OFF
    assert unlogged(app(tmp_path / "b.apk", BESIDE, target_sdk=36)) == []
