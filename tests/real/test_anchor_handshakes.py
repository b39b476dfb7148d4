"""Handshakes on loopback with servers of a private CA: curl and OkHttp accept what our models say of anchors.

Each client trusts one certificate and nothing else.  The chains are those of :mod:`tests.real.test_anchors`, where
Android's own validation is asked the same.  Which certificates that are no CA's an engine takes for an anchor, and
whether it looks at dates, is its own affair and no model's: the table says so for each.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.keys.spki import pinned_chain, public_keys
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.policy.enforcement import Key, PinSet, Reach
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Output
from pincompiler.policy.trust import Anchor, Device, Trust
from tests import parts, pki

from .install import OKHTTP_VERSIONS
from .serving import served
from .test_anchors import COMPARED, HOST, SHOWN, TABLE, identity, issued, paths, pool
from .test_handshake import curl, fetched, pem_of
from .toolchain import compile_java

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pincompiler.policy.enforcement import Chain, Enforcement

pytestmark = pytest.mark.usefixtures("real_tools")

TODAY: Final = date.today()  # noqa: DTZ011 - clients ask the clock, so the test has to
NOWHERE: Final = Device(frozenset(), frozenset())
KEYS: Final = {"leaf": 33, "renewed": 33, "expired": 33, "self-signed": 39}
"""The number of the key of each server's certificate."""
SERVERS: Final = ("leaf", "expired", "self-signed")
"""Certificates of servers: what an engine makes of them as anchors is not what Android does."""
CURL: Final = {**TABLE, "leaf": {"alpha", "cross"}, "expired": set()}
"""OpenSSL with partial chains, as curl asks for since 7.68: an anchor of a server is that certificate, within its dates."""
JSSE: Final = {**TABLE, "leaf": {"alpha", "cross"}, "expired": {"expired"}}
"""The JVM takes the certificate of a server that it has in its store, whatever its dates."""
OUTPUT: Final = Output("okhttp-java", PurePosixPath("Pins.java"), "com.example")
PINNED: Final = ("leaf", "inter", "root", "beta-root", "stranger")


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    """A server for each chain of the table."""
    folder = tmp_path_factory.mktemp("servers")
    with ExitStack() as stack:
        found = {}
        for name in COMPARED:
            leaf, *above = SHOWN[name]
            pem = folder / f"{name}.pem"
            key = pki.private(pki.private_key(number=KEYS[leaf]))
            pem.write_bytes(key + b"".join(pki.pem(pool()[one]) for one in (leaf, *above)))
            found[name] = stack.enter_context(served(pem))
        yield found


def pin(name: str) -> bytes:
    return bytes(32) if name == "stranger" else public_keys(pki.der(pool()[name]), name)[0].spki_sha256


@cache
def presented(path: tuple[str, ...]) -> Chain:
    return pinned_chain([public_keys(pki.der(pool()[name]), name)[0] for name in path])


def policy(anchor: str, *pins: str) -> Policy:
    """Of pins.toml, where a host trusts one anchor of its own."""
    trust = Trust(frozenset({Anchor(identity(anchor), pin(anchor), anchor)}))
    return Policy((PinSet((HOST,), Reach.NONE, tuple(Key(pin(one)) for one in pins), trust=trust),))


def accepted(model: Enforcement, anchor: str, name: str, device: Device) -> bool:
    """Whether it accepts a path from what the server shows to the anchor."""
    found = paths(((anchor,), SHOWN[name]))
    return any(model.accepts(HOST, presented(path), TODAY, device) for path in found)


# -- curl ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("anchor", TABLE)
def test_curl(anchor: str, ports: dict[str, int], tmp_path: Path) -> None:
    parts.need([] if shutil.which("curl") else ["curl"])
    file = pem_of(tmp_path, pki.der(pool()[anchor]))
    told = {name: curl(ports[name], file, host=HOST) for name in COMPARED}
    assert {name for name, code in told.items() if code == 0} == CURL[anchor]
    assert {code for code in told.values() if code} <= {60}
    for name in COMPARED if anchor not in SERVERS else ():
        # curl compares the server's own key alone.
        for own in ((), ("leaf",), ("stranger",)):
            code = curl(ports[name], file, *map(pin, own), host=HOST)
            assert (code == 0) is accepted(policy(anchor, *own), anchor, name, NOWHERE), (name, own, code)
            assert code in {0, 60, 90}


# -- OkHttp ---------------------------------------------------------------------------------------------


def pinner(place: str) -> Policy:
    return Policy((PinSet((HOST,), Reach.NONE, (Key(pin(place)),)),))


def compiled(version: str, folder: Path) -> Path:
    """A class with the pinner of each place."""
    sources = []
    target = target_named("okhttp-java")
    assert target.write is not None
    for place in PINNED:
        package = f"com.example.{place.replace('-', '')}"
        output = Output("okhttp-java", PurePosixPath("Pins.java"), package)
        path = folder / package.replace(".", "/") / "Pins.java"
        path.parent.mkdir(parents=True)
        model = target.lower(pinner(place), App(), output)
        path.write_bytes(target.write(model, Job("pins.toml", "sha256/", output)))
        sources.append(path)
    compile_java(sources, version, folder / "classes")
    return folder / "classes"


def cleaned(anchor: str, shown: tuple[str, ...]) -> tuple[str, ...]:
    """The path that OkHttp compares pins with: BasicCertificateChainCleaner.

    An anchor that is not its own issuer is no end: what the server shows above it counts as well.
    """
    path, left = list(shown[:1]), list(shown[1:])
    while path[-1:] != [anchor] or not issued(anchor, anchor):
        if path[-1] != anchor and issued(path[-1], anchor):
            path.append(anchor)
            continue
        above = next((one for one in left if issued(path[-1], one)), None)
        if above is None:
            break
        left.remove(above)
        path.append(above)
    return tuple(path)


@pytest.mark.parametrize("version", OKHTTP_VERSIONS)
def test_okhttp(version: str, ports: dict[str, int], tmp_path: Path) -> None:
    """The store of the JVM is the system's to OkHttp's model; to a policy with an anchor of its own it is that."""
    classes = compiled(version, tmp_path)
    places = ("", *PINNED)
    asked = [(anchor, name, place) for anchor in TABLE for name in COMPARED for place in places]
    told = fetched(
        version,
        classes,
        [
            (
                f"com.example.{place.replace('-', '')}.Pins" if place else "",
                ports[name],
                [pki.der(pool()[anchor])],
            )
            for anchor, name, place in asked
        ],
        HOST,
    )
    answers = dict(zip(asked, told, strict=True))
    for anchor, expected in JSSE.items():
        assert {name for name in COMPARED if answers[anchor, name, ""] == "200"} == expected
    lowered = {place: target_named("okhttp-java").lower(pinner(place), App(), OUTPUT) for place in PINNED}
    for (anchor, name, place), answer in answers.items():
        if anchor in SERVERS:
            # Its chain cleaner looks for a CA above: a pinned host is always refused.
            assert not place or answer != "200", (anchor, name, place)
            continue
        validated = accepted(policy(anchor), anchor, name, NOWHERE)
        if not place:
            assert (answer == "200") is validated, (anchor, name, answer)
            continue
        chain = replace(presented(cleaned(anchor, SHOWN[name])), anchor=identity(anchor))
        held = policy(anchor, place).accepts(HOST, chain, TODAY, NOWHERE)
        assert (answer == "200") is (validated and held), (anchor, name, place, answer)
        installed = Device(frozenset({identity(anchor)}), frozenset())
        held = lowered[place].accepts(HOST, chain, TODAY, installed)
        assert (answer == "200") is (validated and held), (anchor, name, place, answer)
    assert min(told.count("refuse"), told.count("200")) > 20
