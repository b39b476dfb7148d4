"""Pins of which the host is not known, or hosts of which the pins are not, are told; so are those Android refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.facts import Mechanism
from pincompiler.verdicts.headline import headline
from pincompiler.verdicts.hosts import Verdict
from pincompiler.workflows.audit import audit, audit_options
from tests.apk.forge import Attr, Node, android, axml, manifest, simple_zip, uses_nsc
from tests.apk.forge import app as forged
from tests.dex import burdens
from tests.dex import writer as w
from tests.strategies import TODAY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pincompiler.verdicts.subject import Subject

WITHOUT_HOST: Final = "Pins were found, and for which hosts they count is not known"
RUN_TIME: Final = "com.example.app.Net.all adds pins, and the {} computed at run time"
ANY_TEXT: Final = (w.call("static", "Ljava/lang/System;", "lineSeparator", f"(){w.STRING}"),)
ENGINE: Final = "Lorg/chromium/net/CronetEngine$Builder;"
DECODE: Final = ("static", "Landroid/util/Base64;", "decode", f"({w.STRING}I)[B")
SINGLETON: Final = ("static", "Ljava/util/Collections;", "singleton", "(Ljava/lang/Object;)Ljava/util/Set;")
PIN: Final = "A" * 43 + "="


def audited(folder: Path, files: Mapping[str, bytes]) -> Subject:
    path = folder / "app.apk"
    path.write_bytes(simple_zip(files))
    return audit(path, audit_options(TODAY, None, ()))


def code(instructions: list[w.Instruction]) -> dict[str, bytes]:
    return burdens.app([w.Class(f"{burdens.APP}Net;", [burdens.static("all", [*instructions, w.RETURN])])])


def okhttp(*unknown: int) -> dict[str, bytes]:
    """A client with a pinner, with what the program learns at run time in place of some texts, by register."""
    return code(_without(*unknown))


def _without(*unknown: int) -> list[w.Instruction]:
    found: list[w.Instruction] = []
    for instruction in burdens.pinning(0):
        texts = {2: w.string(2, "h0.example.com"), 5: w.string(5, burdens.pin(0))}
        register = next((one for one in unknown if instruction == texts[one]), None)
        found += [instruction] if register is None else [*ANY_TEXT, w.result(register)]
    return found


def cronet(*, host: bool, pins: bool) -> dict[str, bytes]:
    """An engine with pins of its own; what is not known is learnt at run time."""
    return code(
        [
            *burdens.made(0, ENGINE),
            *([w.string(1, "pay.example.com")] if host else [*ANY_TEXT, w.result(1)]),
            *([w.string(2, PIN)] if pins else [*ANY_TEXT, w.result(2)]),
            w.const(3, 0),
            w.call(*DECODE, 2, 3),
            w.result(2),
            w.call(*SINGLETON, 2),
            w.result(2),
            w.call(
                "virtual",
                ENGINE,
                "addPublicKeyPins",
                f"({w.STRING}Ljava/util/Set;ZLjava/util/Date;){ENGINE}",
                0,
                1,
                2,
                3,
                3,
            ),
        ]
    )


def rows(subject: Subject, mechanism: Mechanism) -> dict[str, Verdict]:
    return {one.host: one.verdict for one in subject.verdicts if one.mechanism is mechanism}


@pytest.mark.parametrize(
    ("files", "mechanism"),
    [(okhttp(2), Mechanism.OKHTTP), (cronet(host=False, pins=True), Mechanism.CRONET)],
    ids=["okhttp", "cronet"],
)
def test_pins_for_a_host_that_is_computed(
    files: dict[str, bytes], mechanism: Mechanism, tmp_path: Path
) -> None:
    subject = audited(tmp_path, files)
    assert [(one.pin.mechanism, one.pin.host, one.pin.reach, one.enforced) for one in subject.pins] == [
        (mechanism, "", None, None)
    ]
    assert (subject.verdicts, subject.complete) == ((), False)
    assert headline(subject).startswith(f"{WITHOUT_HOST}; not everything was seen: com.example.app.Net")


@pytest.mark.parametrize(
    ("files", "mechanism", "host"),
    [
        (okhttp(5), Mechanism.OKHTTP, "h0.example.com"),
        (cronet(host=True, pins=False), Mechanism.CRONET, "pay.example.com"),
    ],
    ids=["okhttp", "cronet"],
)
def test_a_host_with_pins_that_are_computed(
    files: dict[str, bytes], mechanism: Mechanism, host: str, tmp_path: Path
) -> None:
    subject = audited(tmp_path, files)
    assert rows(subject, mechanism) == {host: Verdict.UNKNOWN}
    assert (subject.pins, subject.complete) == ((), False)
    assert headline(subject).startswith(f"Whether {host} has pins is not known: ")


@pytest.mark.parametrize(
    ("files", "mechanism"),
    [(okhttp(2, 5), Mechanism.OKHTTP), (cronet(host=False, pins=False), Mechanism.CRONET)],
    ids=["okhttp", "cronet"],
)
def test_pins_of_which_nothing_is_known(
    files: dict[str, bytes], mechanism: Mechanism, tmp_path: Path
) -> None:
    """A call that pins is no proof of their absence."""
    subject = audited(tmp_path, files)
    assert (subject.pins, subject.verdicts, subject.complete) == ((), (), False)
    said = headline(subject)
    assert said.startswith("Pins are given, and neither their hosts nor their keys are known; ")
    assert (
        f"com.example.app.Net.all() ({mechanism})" in said or f"com.example.app.Net.all ({mechanism})" in said
    )


def test_they_may_be_for_the_hosts_of_others(tmp_path: Path) -> None:
    """What has a row is not all of what is pinned."""
    whole = [*burdens.pinning(0), w.RETURN]
    hidden = [*_without(2, 5), w.RETURN]
    methods = [burdens.static("all", whole), burdens.static("some", hidden)]
    subject = audited(tmp_path, burdens.app([w.Class(f"{burdens.APP}Net;", methods)]))
    assert rows(subject, Mechanism.OKHTTP).keys() == {"h0.example.com"}
    assert "okhttp pins count for hosts that are not known" in headline(subject)


def test_what_is_known_in_full_is_no_part_of_it(tmp_path: Path) -> None:
    subject = audited(tmp_path, okhttp())
    assert {one.pin.host for one in subject.pins} == {"h0.example.com"}
    assert rows(subject, Mechanism.OKHTTP) == {"h0.example.com": Verdict.ENFORCED}
    subject = audited(tmp_path, cronet(host=True, pins=True))
    assert {one.pin.host for one in subject.pins} == {"pay.example.com"}
    assert rows(subject, Mechanism.CRONET) == {"pay.example.com": Verdict.ENFORCED}


# -- what Android refuses --------------------------------------------------------------------------


def configuration(
    *names: str, pin: str = PIN, digest: str = "SHA-256", root: str = "network-security-config"
) -> bytes:
    domains = [Node("domain", [], [name]) for name in names]
    pins = Node("pin-set", [], [Node("pin", [Attr("digest", digest)], [pin])])
    return axml(Node(root, [], [Node("domain-config", [], [*domains, pins])]))


def with_configuration(folder: Path, content: bytes) -> Subject:
    least = Node("uses-sdk", [android("minSdkVersion", 0x0101020C, 24, kind=0x10)])
    files = forged(
        **{"AndroidManifest.xml": manifest(uses_nsc(), children=[least]), "classes.dex": None},
        **dict.fromkeys(("res/n.xml", "res/n28.xml"), content),
    )
    return audited(folder, files)


@pytest.mark.parametrize(
    "content",
    [
        configuration(pin=PIN),
        configuration(pin="AAAA"),
        configuration(pin=PIN, digest="SHA-1"),
        configuration("", pin=PIN),
    ],
    ids=["no domain", "no domain, and a short pin", "no domain, and another hash", "an empty domain"],
)
def test_pins_of_a_configuration_that_names_no_host(content: bytes, tmp_path: Path) -> None:
    subject = with_configuration(tmp_path, content)
    assert {(one.pin.host, one.enforced) for one in subject.pins} == {("", False)}
    assert headline(subject) == f"{WITHOUT_HOST}."


@pytest.mark.parametrize(
    "content",
    [
        configuration("api.example.com", pin="AAAA"),
        configuration("api.example.com", pin=PIN, digest="SHA-1"),
        configuration("api.example.com", pin="not base64 at all!"),
        configuration("api.example.com", root="network-security"),
        configuration("api.example.com")[:-8],
    ],
    ids=["a short pin", "another hash", "no base64", "another root", "cut short"],
)
def test_pins_that_android_refuses(content: bytes, tmp_path: Path) -> None:
    subject = with_configuration(tmp_path, content)
    assert {(one.pin.host, one.enforced) for one in subject.pins} == {("api.example.com", False)}
    assert rows(subject, Mechanism.NSC) == {"api.example.com": Verdict.BROKEN}
    assert headline(subject).startswith("The pins of api.example.com are not enforced: nsc API 24-27 broken")
    assert "refused-nsc" in {one.rule for one in subject.findings}


def test_a_configuration_of_which_nothing_can_be_read(tmp_path: Path) -> None:
    subject = with_configuration(tmp_path, b"\3\0\x08\0\x08\0\0\0")
    assert not subject.pins
    assert headline(subject) == (
        "No pins were found outside the network security configuration, which Android refuses."
    )


def test_a_text_that_is_no_pin_is_shown_in_part(tmp_path: Path) -> None:
    subject = with_configuration(tmp_path, configuration("api.example.com", pin="!" * 5_000))
    assert {one.pin.pin for one in subject.pins} == {"!" * 299 + "…"}


POLICY: Final = "Landroid/security/NetworkSecurityPolicy$Builder;"


@pytest.mark.parametrize("made", [True, False])
def test_a_policy_built_in_code_leaves_the_configuration_unknown(made: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """NetworkSecurityPolicy.Builder of API level 37.2: its domain-configs come to those of the file, or replace them."""
    what = burdens.made(0, POLICY) if made else [w.const(0, 0)]
    found = audited(tmp_path, {**forged(), "classes.dex": code(what)["classes.dex"]})
    said = "builds a NetworkSecurityPolicy, which from Android 17 (API level 37.2) on can stand in place of the file"
    assert found.complete is not made
    assert (said in {one.why for one in found.unseen}) is made
    assert (Verdict.UNKNOWN in {one.verdict for one in found.verdicts}) is made
