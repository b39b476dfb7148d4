"""What we write for TrustKit-Android, read by TrustKit-Android 1.1.5 itself, started as an app starts it.

``TrustKit.initializeWithNetworkSecurityConfiguration(context)`` runs on the JVM, against the classes of Android 14: the
context, Android's reader of binary XML, its system properties, the queue of background tasks and two classes of
AndroidX are ours; chains are validated by signatures up to the device's one root.  From Android 7 on the pins are
checked below TrustKit by Android's NetworkSecurityTrustManager, which is the real one.  Nothing is sent: reports end
where the task that sends them would start.

The documented rows: https://github.com/datatheorem/TrustKit-Android, TrustKitConfigurationParser (the last domain of a
domain-config counts), DomainPinningPolicy (domain names, two pins when enforcing) and PinningTrustManager.
"""

from __future__ import annotations

import os
import struct
from base64 import b64decode
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.platforms.nsc.model import Nsc
from pincompiler.platforms.nsc.reader import read_xml
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.platforms.trustkit_android import _invalid, raised
from pincompiler.policy.enforcement import Chain, Key, PinSet, Reach
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Output
from tests.strategies import LEAVES, policies

from .certificates import make_chain
from .drawing import drawn
from .install import ANDROIDS, TRUSTKIT_VERSION
from .jvm import call, jars, java, oracle
from .test_real_nsc import hosts_around
from .toolchain import _bytes, _text, compile_resources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from . import certificates


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


@dataclass(frozen=True, slots=True)
class Launch:
    """An app that starts TrustKit with a configuration, and what it is asked then."""

    text: bytes
    hosts: Sequence[str]
    api: int = 23
    """Of the device: the last level on which TrustKit checks pins by itself, unless said otherwise."""
    served: Sequence[bytes] = ()
    """The root that the device trusts, and the chain that the first host presents, leaf first; DER."""


def told(launches: Sequence[Launch]) -> list[str | list[str]]:
    """For each launch why TrustKit refuses it, or what it has for each host, then what it makes of the chain.

    The device keeps UTC.
    """
    message = [struct.pack(">i", len(launches))]
    for one, launch in zip(compile_resources([one.text for one in launches]), launches, strict=True):
        assert one.binary, one.error
        message += [struct.pack(">i", launch.api), _bytes(one.binary)]
        message += [struct.pack(">i", len(launch.hosts)), *map(_text, launch.hosts)]
        message += [struct.pack(">i", len(launch.served)), *map(_bytes, launch.served)]
    command = [*java(), "-Duser.timezone=UTC", "-cp", classpath(), "TrustKitOracle"]
    lines = iter(call(command, b"".join(message)).decode().splitlines())
    answers: list[str | list[str]] = []
    for launch in launches:
        kind, _, words = next(lines).partition(" ")
        count = len(launch.hosts) + bool(launch.served)
        answers.append(b64decode(words).decode() if kind == "error" else [next(lines) for _ in range(count)])
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
    launches = [
        Launch(text, asked, (23, 34)[n % 2]) for n, (text, asked) in enumerate(zip(texts, hosts, strict=True))
    ]
    accepted = 0
    for text, model, asked, answer in zip(texts, models, hosts, told(launches), strict=True):
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


def nested(*parts: str) -> str:
    return f"<domain-config><domain>a.example.com</domain>{''.join(parts)}</domain-config>"


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
    "an empty pin-set cannot be enforced": (
        domain_config(DOMAIN, pin_set(), ENFORCED),
        "An empty pin-set was supplied",
    ),
    "what stands inside is enforced as what is around it": (
        domain_config(DOMAIN, pin_set(A, B), ENFORCED, nested(pin_set(A, B))),
        {"a.example.com": "true", "b.example.com": "true"},
    ),
    "and needs two pins likewise": (
        domain_config(DOMAIN, pin_set(A, B), ENFORCED, nested(pin_set(A))),
        "Less than two pins",
    ),
    "and some": (
        domain_config(DOMAIN, pin_set(A, B), ENFORCED, nested(pin_set())),
        "An empty pin-set was supplied",
    ),
    "unless it says otherwise": (
        domain_config(DOMAIN, pin_set(A, B), ENFORCED, nested(pin_set(A), "<trustkit-config/>")),
        {"a.example.com": "false", "b.example.com": "true"},
    ),
    "an empty pin-set that is not enforced is one": (
        domain_config(DOMAIN, pin_set(A, B), ENFORCED, nested(pin_set(), "<trustkit-config/>")),
        {"a.example.com": "false", "b.example.com": "true"},
    ),
    "the domain is not trimmed": (
        domain_config("<domain> example.com\n</domain>", pin_set(A, B)),
        "invalid domain",
    ),
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
    answers = told([Launch(text, hosts) for (text, _), hosts in zip(ROWS.values(), asked, strict=True)])
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
    for name, (text, wanted) in ROWS.items():
        problems = [problem for config in read_xml(text, name).configs for problem, _ in raised(config)]
        assert bool(problems) is isinstance(wanted, str), (name, problems)


def test_debug_overrides_without_anchors_swallow_domains() -> None:
    """Up to the end of the next trust-anchors; where none come TrustKit does not end, so that is not asked."""
    swallowed = domain_config(
        DOMAIN, pin_set(A, B), "<trust-anchors><certificates src='system'/></trust-anchors>"
    )
    texts = [
        swallowed.replace(b"<domain-config>", overrides + b"<domain-config>", 1)
        for overrides in (
            b"<debug-overrides/>",
            b"<debug-overrides><trust-anchors/></debug-overrides>",
        )
    ]
    answers = told([Launch(text, ("example.com",)) for text in texts])
    assert [answer[0].split(" ")[0] for answer in answers] == ["none", "policy"]
    assert [read_xml(text, "nsc.xml").unended is not None for text in texts] == [True, False]


def test_a_day_is_inherited_with_other_pins() -> None:
    """DomainPinningPolicy.Builder: by TrustKit, not by Android; a pin-set that names a day has its own."""
    dated = pin_set(A, B).replace("<pin-set>", '<pin-set expiration="2027-06-01">')
    later = pin_set(A, B).replace("<pin-set>", '<pin-set expiration="2027-07-01">')
    texts = [domain_config(DOMAIN, dated, nested(inner)) for inner in (pin_set(A, B), later, "")]
    answers = told([Launch(text, ("a.example.com",)) for text in texts])
    days = [datetime(2027, month, 1, tzinfo=UTC) for month in (6, 7, 6)]
    assert [answer[0].split(" ")[2] for answer in answers] == [str(round(d.timestamp() * 1000)) for d in days]
    read = [read_xml(text, "nsc.xml").configs[1] for text in texts]
    assert [one.trustkit_expires for one in read] == [day.date() for day in days]
    assert [one.expires for one in read] == [None, *(day.date() for day in days[1:])]


# -- chains -----------------------------------------------------------------------------------------------------------

HOST: Final = "api.example.com"
TODAY: Final = date.today()  # noqa: DTZ011 - TrustKit and Android ask the clock, so the test has to
OURS: Final = "https://reports.example.org/tls"
MAKERS: Final = "https://overmind.datatheorem.com/trustkit/report"
FAILED: Final = "Pin verification failed"
BOTH: Final = (23, 34)
"""TrustKit's own check, and Android's below it."""


@cache
def chain() -> certificates.Chain:
    return make_chain(HOST)


END: Final = b"</network-security-config>"
ANCHORED: Final = (
    b'<base-config><trust-anchors><certificates src="@android:drawable/btn_default"/></trust-anchors></base-config>'
    + END
)
"""For Android, which wants a chain to end in an anchor; whatever resource is asked for, the root is what is found."""


def launched(text: bytes, api: int, anchored: bytes = ANCHORED) -> Launch:
    leaf, intermediate, root = chain().certificates
    return Launch(text.replace(END, anchored), (HOST,), api, (root, leaf, intermediate))


def outcomes(launches: Sequence[Launch]) -> list[str]:
    """What became of the chain of each: ``accept`` or the words of the refusal, and where reports go."""
    answers = told(launches)
    assert all(isinstance(answer, list) for answer in answers), answers
    return [answer[-1] for answer in answers]


def test_chains_against_what_is_generated() -> None:
    """Each place of a chain pinned, with no end, one that has come, and one that is ahead; on both Androids."""
    target = target_named("trustkit-android")
    assert target.write
    digests = [b64decode(digest) for digest in chain().digests]
    launches, expected = [], []
    for pinned in (*digests, bytes(32)):
        for days in (None, -2, 2):
            ends = None if days is None else TODAY + timedelta(days=days)
            keys = (Key(pinned), Key(b"backup".ljust(32)))
            policy = Policy((PinSet(("example.com",), Reach.ALL, keys, ends, report_uris=(OURS,)),))
            model = target.lower(policy, App(), OUTPUT)
            passes = model.accepts(HOST, Chain(digests[0], tuple(digests[1:])), TODAY)
            for api in BOTH:
                launches.append(launched(target.write(model, Job("pins.toml", "sha256/", OUTPUT)), api))
                expected.append("accept" if passes else f"{FAILED}\t{OURS}")
    assert outcomes(launches) == expected
    assert min(expected.count("accept"), len(expected) - expected.count("accept")) >= 4, expected


STRANGERS: Final = pin_set(A, B)
CHAIN_ROWS: Final = {
    "enforced": ((DOMAIN, STRANGERS, ENFORCED), [f"{FAILED}\t{MAKERS}"] * 2),
    "what is not enforced passes through TrustKit, also where Android checks": (
        (DOMAIN, STRANGERS),
        [f"accept\t{MAKERS}"] * 2,
    ),
    "its makers hear nothing if they are told not to": (
        (DOMAIN, STRANGERS, '<trustkit-config enforcePinning="true" disableDefaultReportUri="true"/>'),
        [FAILED] * 2,
    ),
}
"""With what becomes of a chain that has none of the pins, on Android 6 and on Android 14."""


def test_chains_against_the_documented_rows() -> None:
    launches = [launched(domain_config(*body), api) for body, _ in CHAIN_ROWS.values() for api in BOTH]
    told_of = outcomes(launches)
    observed = {name: told_of[2 * n : 2 * n + 2] for n, name in enumerate(CHAIN_ROWS)}
    assert observed == {name: wanted for name, (_, wanted) in CHAIN_ROWS.items()}


def test_what_android_lets_through_is_let_through_from_android_7_on() -> None:
    """By an anchor that overrides pins, as those of a debuggable build do: why assessment builds are Android's affair."""
    overriding = ANCHORED.replace(b"/></trust-anchors>", b' overridePins="true"/></trust-anchors>')
    text = domain_config(DOMAIN, STRANGERS, ENFORCED)
    told_of = outcomes([launched(text, api, overriding) for api in BOTH])
    assert told_of == [f"{FAILED}\t{MAKERS}", "accept"]


def test_an_exempt_host_is_held_to_what_is_above_it_before_android_7() -> None:
    """TrustKitConfigurationParser keeps no domain without pins: what ``compile`` objects to below API 24."""
    target = target_named("trustkit-android")
    assert target.write
    strangers = PinSet(("example.com",), Reach.ALL, LEAVES[:2], report_uris=(OURS,))
    policy = Policy((strangers, PinSet((HOST,), Reach.NONE, (), enforce=False)))
    model = target.lower(policy, App(), OUTPUT)
    text = target.write(model, Job("pins.toml", "sha256/", OUTPUT))
    assert outcomes([launched(text, api) for api in BOTH]) == [f"{FAILED}\t{OURS}", "accept"]
    objected = [list(target.objections(policy, App(android_min_sdk=api), model)) for api in BOTH]
    assert [[o.hosts for o in found] for found in objected] == [[(HOST,)], []]


def test_an_empty_configuration_starts_and_pins_nothing() -> None:
    (answer,) = told([launched(b"<network-security-config>" + END, 34)])
    assert answer == ["none", "accept"]
