"""Live handshakes on loopback: what the pins of each platform say of a chain is what our models say of it.

A root, an intermediate and a leaf for each kind of key; the root is not sent, and can be pinned.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from base64 import b64decode
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pincompiler.keys.anchors import anchors_in
from pincompiler.platforms.nsc.reader import read_xml
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.policy.enforcement import Chain, Key
from pincompiler.policy.project import Output
from pincompiler.policy.trust import Anchor, Device
from tests import parts

from .certificates import KINDS, make_chain
from .install import ANDROIDS, OKHTTP_VERSIONS
from .jvm import call, jars, java, oracle
from .serving import MITMPROXY, intercepted, mitmdump, served
from .toolchain import _bytes, _repaired, _text, compile_java, compile_kotlin, compile_resources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from . import certificates

pytestmark = pytest.mark.usefixtures("real_tools")

HOST: Final = "api.pin.test"
PLACES: Final = ("leaf", "intermediate", "root", "stranger")
STRANGER: Final = bytes(32)
TODAY: Final = date.today()  # noqa: DTZ011 - Android asks the clock, so the test has to


@cache
def chain(kind: str) -> certificates.Chain:
    return make_chain(HOST, kind)


def pin_at(place: str, kind: str) -> bytes:
    return STRANGER if place == "stranger" else b64decode(chain(kind).digests[PLACES.index(place)])


def presented(kind: str) -> Chain:
    leaf, *cas = map(b64decode, chain(kind).digests)
    return Chain(leaf, tuple(cas), anchor=anchors(kind)[0].identity)


def anchors(kind: str) -> tuple[Anchor, ...]:
    """The root, as the only CA of a resource."""
    return anchors_in(chain(kind).certificates[2], "@raw/root") or ()


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    """A server for each kind of key."""
    from contextlib import ExitStack

    folder = tmp_path_factory.mktemp("servers")
    with ExitStack() as stack:
        found = {}
        for kind in KINDS:
            pem = folder / f"{kind}.pem"
            pem.write_bytes(chain(kind).server)
            found[kind] = stack.enter_context(served(pem))
        yield found


# -- OkHttp with the generated pinner ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pinner:
    """A generated class, and the model that it was written from; none at all without a name."""

    name: str
    model: OkHttp


@cache
def pinners() -> tuple[tuple[str, str, Pinner], ...]:
    """By kind of key and place: the pinner of that place in the chain, in Kotlin and in Java by turns."""
    found: list[tuple[str, str, Pinner]] = []
    for kind in KINDS:
        for place in PLACES:
            model = OkHttp((OkHttpEntry("*.pin.test", (Key(pin_at(place, kind)),)),))
            suffix = ("kt", "java")[len(found) // len(PLACES) % 2 ^ len(found) % 2]
            package = f"com.example.{kind.lower().replace('-', '')}.{place}.{suffix}"
            found.append((kind, place, Pinner(f"{package}.Pins", model)))
    return tuple(found)


def compiled(version: str, folder: Path) -> Path:
    """The classes of all pinners."""
    sources: dict[str, list[Path]] = {"kt": [], "java": []}
    for _, _, pinner in pinners():
        package = pinner.name.rpartition(".")[0]
        suffix = package.rpartition(".")[2]
        target = "okhttp-kotlin" if suffix == "kt" else "okhttp-java"
        path = folder / package.replace(".", "/") / f"Pins.{suffix}"
        path.parent.mkdir(parents=True)
        write = target_named(target).write
        assert write is not None
        job = Job("pins.toml", "sha256/", Output(target, PurePosixPath(path.name), package))
        path.write_bytes(write(pinner.model, job))
        sources[suffix].append(path)
    compile_kotlin(sources["kt"], version, folder / "classes")
    compile_java(sources["java"], version, folder / "classes")
    return folder / "classes"


def fetched(
    version: str, classes: Path | None, asked: Sequence[tuple[str, int, Sequence[bytes]]], host: str = HOST
) -> list[str]:
    """What OkHttp says of each: a pinner's class, a port, and the CAs that the client trusts."""
    library = jars(f"okhttp-{version}")
    path = [str(oracle("okhttp", version, library)), library, *([str(classes)] if classes else [])]
    message = [struct.pack(">i", len(asked))]
    for name, port, roots in asked:
        message += [_text(name), _text(host), struct.pack(">ii", port, len(roots)), *map(_bytes, roots)]
    return (
        call([*java(), "-cp", os.pathsep.join(path), "LiveClient"], b"".join(message)).decode().splitlines()
    )


@pytest.mark.parametrize("version", OKHTTP_VERSIONS)
def test_okhttp(version: str, ports: dict[str, int], tmp_path: Path) -> None:
    classes = compiled(version, tmp_path)
    asked = [(pinner.name, ports[kind], chain(kind).certificates[2:]) for kind, _, pinner in pinners()]
    told = fetched(version, classes, asked)
    expected = [
        "200" if pinner.model.accepts(HOST, presented(kind), TODAY) else "refuse"
        for kind, _, pinner in pinners()
    ]
    assert dict(zip(pinners(), told, strict=True)) == dict(zip(pinners(), expected, strict=True))
    assert expected.count("200") == 3 * expected.count("refuse") == 12
    # Of a chain whose root the client does not trust, no pin makes a good one.
    name = next(p.name for kind, place, p in pinners() if (kind, place) == ("P-256", "leaf"))
    (told_untrusted,) = fetched(version, classes, [(name, ports["P-256"], chain("P-384").certificates[2:])])
    assert told_untrusted.startswith("throws:javax.net.ssl.SSLHandshakeException")


# -- curl ---------------------------------------------------------------------------------------------


def curl(port: int, ca: Path, *pins: bytes, host: str = HOST) -> int:
    """How curl ends: 0, 60 for a chain that does not end in a CA, or 90 for a pin that does not match."""
    demand = ";".join(f"sha256//{Key(pin).pin}" for pin in pins)
    command = ["curl", "--silent", "--noproxy", "*", "--max-time", "30", "--cacert", str(ca)]
    command += ["--resolve", f"{host}:{port}:127.0.0.1", *(["--pinnedpubkey", demand] if pins else [])]
    return subprocess.run([*command, f"https://{host}:{port}/"], check=False, capture_output=True).returncode


def pem_of(folder: Path, *ders: bytes) -> Path:
    path = folder / "cas.pem"
    path.write_bytes(b"".join(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in ders))
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_curl_looks_at_the_leaf_only(kind: str, ports: dict[str, int], tmp_path: Path) -> None:
    parts.need([] if shutil.which("curl") else ["curl"])
    ca = pem_of(tmp_path, chain(kind).certificates[2])
    told = {place: curl(ports[kind], ca, pin_at(place, kind)) for place in PLACES}
    assert told == {"leaf": 0, "intermediate": 90, "root": 90, "stranger": 90}
    assert curl(ports[kind], ca, STRANGER, pin_at("leaf", kind)) == 0


# -- Android ------------------------------------------------------------------------------------------


def configuration(pin: bytes, expires: date | None, *, overrides: bool) -> bytes:
    written = f' expiration="{expires}"' if expires else ""
    # Any reference will do: whatever resource is asked for, the root's certificate is what is found.
    anchor = f'<certificates src="@android:drawable/btn_default" overridePins="{str(overrides).lower()}"/>'
    return (
        '<network-security-config><domain-config><domain includeSubdomains="true">pin.test</domain>'
        f'<pin-set{written}><pin digest="SHA-256">{Key(pin).pin}</pin></pin-set>'
        f"<trust-anchors>{anchor}</trust-anchors></domain-config></network-security-config>"
    ).encode()


CASES: Final = tuple(
    (kind, place, days, overrides)
    for kind in KINDS
    for place in PLACES
    for days, overrides in ((None, False), (-2, False), (2, False), (None, True))
)
"""With the days from today on which the pins end, and whether the anchor overrides them."""


@pytest.mark.parametrize("api", ANDROIDS)
def test_androids_own_check(api: int, ports: dict[str, int]) -> None:
    texts = [
        configuration(
            pin_at(place, kind), None if days is None else TODAY + timedelta(days), overrides=overrides
        )
        for kind, place, days, overrides in CASES
    ]
    version = ANDROIDS[api]
    android = jars(f"android-{version}")
    message = [struct.pack(">i", len(texts))]
    expected = []
    for (kind, *_), text, compiled_one in zip(CASES, texts, compile_resources(texts), strict=True):
        assert compiled_one.binary
        message += [_bytes(compiled_one.binary), _bytes(chain(kind).certificates[2])]
        message += [_text(HOST), struct.pack(">i", ports[kind])]
        model = read_xml(text, "nsc.xml").with_resources(lambda _, kind=kind: anchors(kind))  # type: ignore[misc]
        # The device's stores are empty: the root is the app's own.
        accepted = model.accepts(HOST, presented(kind), TODAY, Device(frozenset(), frozenset()))
        expected.append("accept" if accepted else "refuse")
    path = os.pathsep.join((str(oracle("nsc", version, android)), _repaired(version, android), android))
    told = call([*java(), "-cp", path, "LivePins"], b"".join(message)).decode().splitlines()
    assert dict(zip(CASES, told, strict=True)) == dict(zip(CASES, expected, strict=True))
    # A stranger's pin: in force, and to end in two days.
    assert expected.count("refuse") == 2 * len(KINDS)


# -- mitmproxy ----------------------------------------------------------------------------------------


def test_mitmproxy_is_blocked_by_the_pin_alone(ports: dict[str, int], tmp_path: Path) -> None:
    """The client trusts the proxy's CA: without a pin it gets through, with one it does not."""
    parts.need([] if mitmdump().is_file() else [MITMPROXY])
    root = chain("P-256").certificates[2]
    classes = compiled("4.12.0", tmp_path / "pinners")
    names = {place: p.name for kind, place, p in pinners() if kind == "P-256"}
    with intercepted(ports["P-256"], pem_of(tmp_path, root), tmp_path / "mitmproxy") as (port, ca):
        theirs = x509.load_pem_x509_certificate(ca.read_bytes()).public_bytes(Encoding.DER)
        roots = (root, theirs)
        asked = [("", port, roots), ("", port, (root,))]
        asked += [(names[place], port, roots) for place in PLACES]
        unpinned, untrusted, *pinned = fetched("4.12.0", classes, asked)
        both = pem_of(tmp_path, *roots)
        assert (curl(port, both), curl(port, both, pin_at("leaf", "P-256"))) == (0, 90)
    assert unpinned == "200"
    assert untrusted.startswith("throws:javax.net.ssl.SSLHandshakeException")
    assert pinned == ["refuse"] * len(PLACES)
