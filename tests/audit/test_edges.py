"""What findings say at the edges: defaults that nothing decides, places that are not known, one more and one less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pincompiler.android.apk.manifest import Manifest
from pincompiler.base.finding import Confidence, Level, Use
from pincompiler.base.location import Location
from pincompiler.facts import InForce, Mechanism, ShippedApp, VersionRange
from pincompiler.facts.common import FIRST_PARTY, Code, Owner, Reached
from pincompiler.facts.kits import CronetEntry, KitFacts
from pincompiler.facts.nsc import NscFacts, NscFile
from pincompiler.facts.okhttp import Added, Library, OkHttpFacts, Pinner, PinnerUse
from pincompiler.platforms.nsc.model import Domain, DomainConfig, Nsc, Settings
from pincompiler.policy.enforcement import Key, PinSet, Reach
from pincompiler.policy.policy import Policy
from pincompiler.rules.app import (
    bypassable_cronet_pins,
    cleartext_traffic,
    stale_artifact,
    unattached_pinner,
    user_ca_trusted,
)
from pincompiler.rules.rule import Audited
from tests.strategies import TODAY, spki

if TYPE_CHECKING:
    from pincompiler.base.finding import Finding
    from pincompiler.rules.rule import Rule

ONE, TWO = Key(spki("one")), Key(spki("two"))
POLICY = Policy((PinSet(("api.example.com",), Reach.NONE, (ONE, TWO)),))
WHERE = Location("app.apk", member="res/xml/n.xml")
SINCE = Manifest(min_sdk=21, target_sdk=34)


def found(rule: Rule, app: ShippedApp, policy: Policy | None = None) -> list[Finding]:
    assert rule.app is not None
    return list(rule.app(Audited(app, TODAY, policy)))


def app(manifest: Manifest = SINCE, **areas: object) -> ShippedApp:
    return ShippedApp("app.apk", "apk", "", manifest, **areas)  # type: ignore[arg-type]


def configured(settings: Settings, *configs: DomainConfig, unresolved: bool = False) -> NscFacts:
    file = NscFile("", WHERE.member, Nsc(configs, base=settings), WHERE, VersionRange(24))
    return NscFacts(files=(file,), unresolved=unresolved)


@pytest.mark.parametrize(
    "host", ["localhost", "shop.localhost", "127.0.0.1", "127.8.9.10", "::1", "10.0.2.2"]
)
def test_traffic_on_the_device_itself_is_no_finding(host: str) -> None:
    assert not cleartext_to(host)


@pytest.mark.parametrize(
    "host",
    ["127.example.com", "127.0.0.1.example.com", "notlocalhost", "localhost.example.com", "128.0.0.1", "127"],
)
def test_a_name_is_not_the_device_for_how_it_begins(host: str) -> None:
    """Only addresses of 127.0.0.0/8 and names in localhost are (RFC 1122 section 3.2.1.3, RFC 6761 section 6.3)."""
    assert [one.hosts for one in cleartext_to(host)] == [(host,)]


def cleartext_to(host: str) -> list[Finding]:
    config = DomainConfig((Domain(host, False),), settings=Settings(cleartext=True, cleartext_where=WHERE))
    return found(cleartext_traffic.RULE, app(nsc=configured(Settings(cleartext=False), config)))


# -- what Android does where nothing is said -----------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "user", "cleartext"), [(23, 1, 1), (24, 0, 1), (27, 0, 1), (28, 0, 0), (34, 0, 0)]
)
def test_an_old_target_is_a_note(target: int, user: int, cleartext: int) -> None:
    subject = app(Manifest(target_sdk=target), nsc=NscFacts())
    for rule, count in ((user_ca_trusted.RULE, user), (cleartext_traffic.RULE, cleartext)):
        some = found(rule, subject)
        assert [(one.level, one.evidence and one.evidence.role) for one in some] == [
            (Level.NOTE, "target")
        ] * count
        assert all(one.message.endswith(f"the app targets API level {target}") for one in some)


@pytest.mark.parametrize("cleartext", [None, True])
def test_nothing_is_said_of_defaults_where_the_configuration_cannot_be_found(cleartext: bool | None) -> None:  # noqa: FBT001
    """It is unknown: the configuration decides, and there is one."""
    subject = app(Manifest(target_sdk=21, cleartext=cleartext), nsc=NscFacts(unresolved=True))
    assert found(user_ca_trusted.RULE, subject) == []
    assert found(cleartext_traffic.RULE, subject) == []


def test_a_configuration_that_says_nothing_leaves_the_defaults() -> None:
    old = app(Manifest(target_sdk=23), nsc=configured(Settings()))
    assert [one.evidence and one.evidence.role for one in found(user_ca_trusted.RULE, old)] == ["target"]
    assert [one.evidence and one.evidence.role for one in found(cleartext_traffic.RULE, old)] == ["target"]
    decided = app(Manifest(target_sdk=23), nsc=configured(Settings(anchors=(), cleartext=False)))
    assert found(user_ca_trusted.RULE, decided) == []
    assert found(cleartext_traffic.RULE, decided) == []


def test_the_manifests_word_on_cleartext_counts_without_a_configuration_only() -> None:
    permitting = Manifest(target_sdk=34, cleartext=True)
    assert [one.level for one in found(cleartext_traffic.RULE, app(permitting, nsc=NscFacts()))] == [
        Level.WARNING
    ]
    assert found(cleartext_traffic.RULE, app(permitting, nsc=configured(Settings()))) == []
    forbidding = Manifest(target_sdk=23, cleartext=False)
    assert found(cleartext_traffic.RULE, app(forbidding, nsc=NscFacts())) == []


@pytest.mark.parametrize(
    ("hosts", "said"),
    [
        (("a.example.com",), "traffic without TLS is permitted to a.example.com"),
        (
            ("a.example.com", "b.example.com"),
            "traffic without TLS is permitted to a.example.com (and 1 more)",
        ),
        (("localhost", "a.example.com"), "traffic without TLS is permitted to a.example.com"),
        (("localhost", "127.0.0.9", "10.0.2.2", "10.0.3.2", "::1", "x.localhost"), ""),
    ],
)
def test_hosts_that_cleartext_is_permitted_to(hosts: tuple[str, ...], said: str) -> None:
    config = DomainConfig(
        tuple(Domain(host, include_subdomains=False) for host in hosts),
        settings=Settings(cleartext=True, cleartext_where=WHERE),
    )
    some = found(cleartext_traffic.RULE, app(nsc=configured(Settings(), config)))
    assert [one.message for one in some] == [said] * bool(said)


# -- places and numbers in sentences -------------------------------------------------------------------


@pytest.mark.parametrize("where", [None, WHERE])
def test_what_is_stale_is_shown_at_its_file_or_at_the_app(where: Location | None) -> None:
    fresh, stale = POLICY.digest(), "0123456789ab"
    for digest, count in ((fresh, 0), ("", 0), (stale, 1)):
        shipped = InForce(Mechanism.NSC, "n.xml", Nsc((), policy_digest=digest), where)
        some = found(stale_artifact.RULE, app(nsc=NscFacts(shipped=(shipped,))), POLICY)
        assert [one.location for one in some] == [where or Location("app.apk")] * count
        assert all(stale in one.message and fresh in one.message for one in some)
    library = InForce(
        Mechanism.NSC, "n.xml", Nsc((), policy_digest=stale), where, Owner("Other", first_party=False)
    )
    assert found(stale_artifact.RULE, app(nsc=NscFacts(shipped=(library,))), POLICY) == []
    assert found(stale_artifact.RULE, app(nsc=NscFacts(shipped=(shipped,)))) == []


@pytest.mark.parametrize(
    ("patterns", "said"),
    [
        (("a",), "for a"),
        (("a", "b"), "for a and 1 more"),
        (("a", "b", "a", "c"), "for a and 2 more"),
        (("a", "a"), "for a"),
    ],
)
@pytest.mark.parametrize("renamed", [False, True])
def test_the_hosts_of_a_pinner_that_no_client_is_given(
    patterns: tuple[str, ...], said: str, *, renamed: bool
) -> None:
    code = Code(
        Location("app.apk", member="classes.dex", symbol="La/B;->c()V"), "La/B;", Owner("", first_party=True)
    )
    library = Library((4, 12, 0), 3, renamed=renamed)
    added = tuple(Added(pattern, ("sha256/AAAA",), code) for pattern in patterns)
    reached = {code.used: Reached(Use.REACHABLE)}
    for use, count in ((PinnerUse.NEVER, 1), (PinnerUse.LIKELY, 0), (PinnerUse.ATTACHED, 0)):
        pinner = Pinner(code, library, added, use)
        some = found(unattached_pinner.RULE, app(okhttp=OkHttpFacts(pinners=(pinner,)), reached=reached))
        assert [one.message for one in some] == [f"no client is given the CertificatePinner {said}"] * count
        for one in some:
            assert one.hosts == tuple(dict.fromkeys(patterns))
            assert one.level is Level.ERROR
            assert one.evidence
            assert one.evidence.confidence is (Confidence.LIKELY if renamed else Confidence.CONFIRMED)


@pytest.mark.parametrize(
    ("hosts", "said"),
    [(("a",), "of a for"), (("a", "b"), "of a and 1 more for"), (("a", "b", "c"), "of a and 2 more for")],
)
def test_the_hosts_of_pins_that_cronet_skips(hosts: tuple[str, ...], said: str) -> None:
    code = Code(Location("app.apk", member="classes.dex", symbol="La/B;->c()V"), "La/B;", FIRST_PARTY)
    entries = tuple(
        CronetEntry(host, (bytes(32),), False, None, code, bypass=Confidence.LIKELY) for host in hosts
    )
    (one,) = found(bypassable_cronet_pins.RULE, app(kits=KitFacts(cronet=entries)))
    assert said in one.message
    assert one.hosts == hosts
    forbidden = tuple(CronetEntry(host, (bytes(32),), False, None, code) for host in hosts)
    assert found(bypassable_cronet_pins.RULE, app(kits=KitFacts(cronet=forbidden))) == []
