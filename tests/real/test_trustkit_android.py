"""What we write for TrustKit-Android, read by TrustKit-Android's own classes: refused or not, and the same policies.

The documented rows: https://github.com/datatheorem/TrustKit-Android, TrustKitConfigurationParser (the last domain of a
domain-config counts) and DomainPinningPolicy (domain names, two pins when enforcing).
"""

from __future__ import annotations

import os
import struct
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.platforms.nsc.model import Nsc
from pincompiler.platforms.nsc.reader import read_xml
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.platforms.trustkit_android import _invalid, raised
from pincompiler.policy import Policy
from pincompiler.project import App, Output
from tests.strategies import LEAVES, policies

from .drawing import drawn
from .install import ANDROIDS, TRUSTKIT_VERSION
from .jvm import call, jars, java, oracle
from .test_real_nsc import hosts_around
from .toolchain import _bytes, _text, compile_resources

if TYPE_CHECKING:
    from collections.abc import Sequence


pytestmark = pytest.mark.usefixtures("real_tools")

OUTPUT: Final = Output("trustkit-android", PurePosixPath("network_security_config.xml"))
A, B = (key.pin for key in LEAVES[:2])


@cache
def classpath() -> str:
    android = jars(f"android-{ANDROIDS[34]}")
    known = os.pathsep.join(
        (str(oracle("nsc", ANDROIDS[34], android)), jars(f"trustkit-{TRUSTKIT_VERSION}"), android)
    )
    return os.pathsep.join((str(oracle("trustkit", TRUSTKIT_VERSION, known)), known))


def told(texts: Sequence[bytes], hosts: Sequence[Sequence[str]]) -> list[str | list[str]]:
    """For each document why TrustKit refuses it, or what it has for each host; on a device that keeps UTC."""
    message = [struct.pack(">i", len(texts))]
    for one, asked in zip(compile_resources(texts), hosts, strict=True):
        assert one.binary, one.error
        message += [_bytes(one.binary), struct.pack(">i", len(asked)), *map(_text, asked)]
    command = [*java(), "-Duser.timezone=UTC", "-cp", classpath(), "TrustKitOracle"]
    lines = iter(call(command, b"".join(message)).decode().splitlines())
    answers: list[str | list[str]] = []
    for asked in hosts:
        kind, _, words = next(lines).partition(" ")
        answers.append(b64decode(words).decode() if kind == "error" else [next(lines) for _ in asked])
    return answers


def expected(model: Nsc, host: str) -> str:
    """Our reading, in the words of the oracle."""
    if _invalid(host):
        return "invalid"
    # What has no pins is passed over, so that the host is held to those of what is above it.
    config = Nsc(tuple(one for one in model.configs if one.keys)).config(host)
    if config is None:
        return "none"
    enforced = "true" if config.reporting and config.reporting.enforce else "false"
    ends = "never"
    if config.expires:
        ends = str(round(datetime.combine(config.expires, time(), tzinfo=UTC).timestamp() * 1000))
    return " ".join(["policy", enforced, ends, *sorted(key.pin for key in config.keys)])


def in_order(line: str) -> str:
    """The pins of an answer sorted, and without the number of addresses that reports go to."""
    kind, *words = line.split(" ")
    return " ".join([kind, *words[:2], *sorted(words[3:])]) if kind == "policy" else kind


def test_random_policies() -> None:
    """As generated; one pin where two are needed, and names that its table does not know, are refused by both."""
    target = target_named("trustkit-android")
    assert target.write
    texts = []
    for number, policy in enumerate(drawn(policies, 500)):
        backed = policy
        if number % 5:
            sets = (replace(one, keys=tuple(dict.fromkeys((*one.keys, *LEAVES[:2])))) for one in policy.sets)
            backed = Policy(tuple(sets))
        texts.append(target.write(target.lower(backed, App(), OUTPUT), Job("pins.toml", "sha256/", OUTPUT)))
        if number % 2:
            texts[-1] = texts[-1].replace(b"shop.internal<", b"shop.example.com<")
    models = [read_xml(text, "nsc.xml") for text in texts]
    hosts = [
        [host for host in hosts_around(model.names()) if host == host.lower().rstrip(".") and "." in host]
        for model in models
    ]
    accepted = 0
    for text, model, asked, answer in zip(texts, models, hosts, told(texts, hosts), strict=True):
        problems = [problem for config in model.configs for problem, _ in raised(config)]
        assert isinstance(answer, str) is bool(problems), (text.decode(), problems, answer)
        if not isinstance(answer, str):
            accepted += any(line != "none" for line in answer)
            assert {h: in_order(a) for h, a in zip(asked, answer, strict=True)} == {
                h: expected(model, h) for h in asked
            }, text.decode()
    assert min(accepted, len(texts) - accepted) > 50, accepted


def domain_config(*parts: str) -> bytes:
    body = "".join(parts)
    return (
        f"<network-security-config><domain-config>{body}</domain-config></network-security-config>".encode()
    )


def pin_set(*pins: str, digest: str = "SHA-256") -> str:
    written = "".join(f'<pin digest="{digest}">{pin}</pin>' for pin in pins)
    return f"<pin-set>{written}</pin-set>"


DOMAIN: Final = '<domain includeSubdomains="true">example.com</domain>'
ENFORCED: Final = '<trustkit-config enforcePinning="true"/>'
ROWS: Final = {
    "the last domain counts": (
        domain_config("<domain>example.org</domain>", DOMAIN, pin_set(A, B), ENFORCED),
        {"example.org": "none", "a.example.com": "true"},
    ),
    "enforcing has to be asked for": (domain_config(DOMAIN, pin_set(A, B)), {"example.com": "false"}),
    "an element without the attribute asks for nothing": (
        domain_config(DOMAIN, pin_set(A, B), "<trustkit-config/>"),
        {"example.com": "false"},
    ),
    "one pin will do for reports": (domain_config(DOMAIN, pin_set(A)), {"example.com": "false"}),
    "one pin does not to enforce": (domain_config(DOMAIN, pin_set(A), ENFORCED), "Less than two pins"),
    "two that are the same are one": (domain_config(DOMAIN, pin_set(A, A), ENFORCED), "Less than two pins"),
    "the digest is spelled one way": (domain_config(DOMAIN, pin_set(A, B, digest="sha-256")), "digest"),
    "localhost is no domain": (domain_config("<domain>localhost</domain>", pin_set(A, B)), "invalid domain"),
    "an address is none": (domain_config("<domain>192.0.2.1</domain>", pin_set(A, B)), "invalid domain"),
    "a domain without pins is passed over": (
        domain_config("<domain>localhost</domain>"),
        {"example.com": "none"},
    ),
}


def test_the_documented_rows() -> None:
    asked = [list(row[1]) if isinstance(row[1], dict) else [] for row in ROWS.values()]
    answers = told([text for text, _ in ROWS.values()], asked)
    observed: dict[str, object] = {}
    for (name, (_, wanted)), hosts, answer in zip(ROWS.items(), asked, answers, strict=True):
        if isinstance(answer, str):
            observed[name] = wanted if isinstance(wanted, str) and wanted in answer else answer
        else:
            observed[name] = {
                h: line.split(" ")[1] if line != "none" else line
                for h, line in zip(hosts, answer, strict=True)
            }
    assert observed == {name: wanted for name, (_, wanted) in ROWS.items()}
