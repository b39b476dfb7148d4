"""Domains of a network security configuration that are no host's: for every part of a report they pin nothing.

ApplicationConfig.getConfigForHostname takes one dot from the end of the host, and none from that of a domain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.facts import Mechanism
from pincompiler.platforms.nsc.model import Domain, DomainConfig, Nsc
from pincompiler.policy.differences import differences
from pincompiler.policy.enforcement import Key
from pincompiler.verdicts.headline import headline
from pincompiler.verdicts.hosts import Verdict
from pincompiler.workflows.audit import audit, audit_options
from pincompiler.workflows.read_configuration import check_file
from tests.apk.forge import Attr, Node, android, axml, manifest, simple_zip, uses_nsc
from tests.apk.forge import app as forged
from tests.strategies import TODAY, spki

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pincompiler.verdicts.subject import Subject

A, B, C, D = (Key(spki(name)) for name in "abcd")
DEAD: Final = ("pay.shop.example.", "*.pay.shop.example", "pay.shop.example:443", ".pay.shop.example")


PINS_TOML: Final = f"""\
version = 1
[keys.a]
spki-sha256 = "{A.pin}"
[keys.b]
spki-sha256 = "{B.pin}"
[[pin-set]]
hosts = ["shop.example"]
keys = ["a", "b"]
subdomains = "all"
[target.nsc]
path = "n.xml"
"""


def config(name: str, *keys: Key, below: bool = False) -> Node:
    domain = Node("domain", [Attr("includeSubdomains", below)], [name])
    pins = [Node("pin", [Attr("digest", "SHA-256")], [key.pin]) for key in keys]
    return Node("domain-config", [], [domain, *([Node("pin-set", [], pins)] if pins else [])])


def audited(folder: Path, *configs: Node, pins: str = "") -> Subject:
    """An app for Android 9 and newer, held to a pins.toml if there is one."""
    levels = (("minSdkVersion", 0x0101020C, 28), ("targetSdkVersion", 0x01010270, 34))
    sdk = Node("uses-sdk", [android(*one, kind=0x10) for one in levels])
    files = forged(
        **{"AndroidManifest.xml": manifest(uses_nsc(), children=[sdk]), "classes.dex": None},
        **dict.fromkeys(("res/n.xml", "res/n28.xml"), axml(Node("network-security-config", [], configs))),
    )
    path = folder / "app.apk"
    path.write_bytes(simple_zip(files))
    toml = folder / "pins.toml" if pins else None
    if toml:
        toml.write_text(pins, "utf-8")
    return audit(path, audit_options(TODAY, toml, ()))


def rules(subject: Subject) -> set[str]:
    return {one.rule for one in subject.findings}


@pytest.mark.parametrize("name", DEAD)
@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("own", [(C, D), (A, B), (C,)], ids=["other keys", "the parent's keys", "one key"])
def test_beside_a_pinned_parent(name: str, wide: bool, own: tuple[Key, ...], tmp_path: Path) -> None:  # noqa: FBT001
    parent = config("shop.example", A, B, below=True)
    subject = audited(tmp_path, parent, config(name, *own, below=wide))
    assert {(one.host, one.verdict) for one in subject.verdicts} == {
        ("shop.example", Verdict.ENFORCED),
        (name, Verdict.DISABLED),
    }
    assert {(one.pin.host, one.enforced) for one in subject.pins} == {("shop.example", True), (name, False)}
    # What it says is of no host: no rule has anything to say of its pins but the one that is about its name.
    assert rules(subject) == {"unmatched-domain"}
    assert headline(subject) == "The pins of 2 hosts are enforced in part: 1 disabled, 1 enforced."


@pytest.mark.parametrize("name", DEAD)
def test_without_pins_beside_a_pinned_parent(name: str, tmp_path: Path) -> None:
    subject = audited(tmp_path, config("shop.example", A, B, below=True), config(name))
    assert {(one.host, one.verdict) for one in subject.verdicts} == {("shop.example", Verdict.ENFORCED)}
    assert rules(subject) == {"unmatched-domain"}
    said = "shop.example is pinned on every Android version that the app supports."
    assert headline(subject) == said


@pytest.mark.parametrize("name", DEAD)
def test_alone(name: str, tmp_path: Path) -> None:
    subject = audited(tmp_path, config(name, A, B, below=True))
    assert {(one.host, one.verdict) for one in subject.verdicts} == {(name, Verdict.DISABLED)}
    assert headline(subject) == f"The pins of {name} are not enforced: nsc API 28+ disabled."
    assert rules(subject) == {"unmatched-domain"}


def test_it_is_no_drift(tmp_path: Path) -> None:
    """Nor does it take the place of the host that was meant."""
    subject = audited(
        tmp_path, config("shop.example", A, B, below=True), config("pay.shop.example.", C), pins=PINS_TOML
    )
    assert rules(subject) == {"unmatched-domain"}
    subject = audited(tmp_path, config("shop.example.", A, B, below=True), pins=PINS_TOML)
    assert "missing-host" in rules(subject)


LABELS = st.sampled_from(("a", "b", "shop"))
NAMES = st.lists(LABELS, min_size=1, max_size=3).map(".".join)
WRITTEN = st.builds(
    "{}{}{}".format, st.sampled_from(("", "", "*.", ".")), NAMES, st.sampled_from(("", "", "."))
)


def looked_up(domains: Iterable[tuple[str, bool, Key | None]], host: str) -> Key | None:
    """The scan of ApplicationConfig.getConfigForHostname as AOSP has it, of a host without a dot in front."""
    name, best, found = host.lower(), "", None
    name = name.removesuffix(".")
    for domain, wide, key in domains:
        if domain == name:
            return key
        before = len(name) - len(domain) - 1
        if wide and name.endswith(domain) and before >= 0 and name[before] == "." and len(domain) > len(best):
            best, found = domain, key
    return found


@given(
    st.dictionaries(WRITTEN, st.tuples(st.booleans(), st.sampled_from((A, B, None))), max_size=6),
    NAMES,
    st.sampled_from(("", ".")),
)
def test_the_scan_of_android_decides(
    entries: dict[str, tuple[bool, Key | None]], host: str, dot: str
) -> None:
    model = Nsc(
        tuple(
            DomainConfig((Domain(name, wide),), (key,) if key else ())
            for name, (wide, key) in entries.items()
        )
    )
    key = looked_up(((name, *said) for name, said in entries.items()), host + dot)
    wanted = {key.spki_sha256} if key else set()
    assert {pin for clause in model.demand(host + dot) for pin in clause.leaf} == wanted
    # Names that no host has make no difference to any host, and are not spoken of.
    living = tuple(one for one in model.configs if one.matched)
    assert {*model.names()} == {one.domains[0].name for one in living}
    assert not [*differences(model, Nsc(living))]
    assert {name for one in model.pin_sets() for name in one.hosts} == {*model.names()}


def test_rows_of_other_mechanisms_are_not_made_up(tmp_path: Path) -> None:
    subject = audited(tmp_path, config("pay.shop.example.", A, B))
    assert {one.mechanism for one in subject.verdicts} == {Mechanism.NSC}


@pytest.mark.parametrize("name", DEAD)
def test_check_of_the_file_alone_says_so(name: str, tmp_path: Path) -> None:
    """With no rule to say it, a file that pins nobody would have no findings."""
    path = tmp_path / "n.xml"
    pins = "".join(f'<pin digest="SHA-256">{key.pin}</pin>' for key in (A, B))
    inner = f"<domain>{name}</domain><pin-set>{pins}</pin-set>"
    path.write_text(
        f"<network-security-config><domain-config>{inner}</domain-config></network-security-config>"
    )
    findings, doubts = check_file(path, TODAY, 30)
    assert ({one.rule for one in findings}, doubts) == ({"unmatched-domain"}, ())
    assert {one.location and one.location.file for one in findings} == {str(path)}


def test_check_of_the_file_alone_tells_what_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "n.xml"
    inner = f'<domain>shop.example</domain><pinset><pin digest="SHA-256">{A.pin}</pin></pinset>'
    path.write_text(
        f"<network-security-config><domain-config>{inner}</domain-config></network-security-config>"
    )
    findings, _ = check_file(path, TODAY, 30)
    assert "ignored-nsc-element" in {one.rule for one in findings}
