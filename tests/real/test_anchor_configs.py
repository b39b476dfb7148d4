"""Whom configurations trust, anchor by anchor, against the parsers and trust managers of five Androids.

Configurations that we write and such that people do: inheritance, overridePins, the user's store, debug-overrides and
the resource of the name with ``_debug``, on devices that have CAs in one store, in both or in none.  Android's own code
says which sources of anchors a host has, in which order, and what becomes of paths that end in each of them.
"""

from __future__ import annotations

import os
import random
import struct
import tempfile
import zipfile
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import pytest
from cryptography.hazmat.primitives import hashes

from pincompiler.keys.anchors import anchors_in
from pincompiler.keys.spki import pinned_chain, public_keys
from pincompiler.platforms.nsc.reader import read_xml
from pincompiler.platforms.nsc.writer import pem
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.policy.enforcement import Key, PinSet, Reach
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Output
from pincompiler.policy.trust import SYSTEM_ALONE, Anchor, Device, Store, Trust
from tests import pki

from .install import ANDROIDS, FRAMEWORK, tools_directory
from .jvm import call, jars, java, oracle
from .test_anchors import identity, pool
from .toolchain import _bytes, _repaired, _text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pincompiler.platforms.nsc.model import Certificates, Nsc
    from pincompiler.policy.enforcement import Chain

pytestmark = pytest.mark.usefixtures("real_tools")

WRITTEN: Final = 250
BY_HAND: Final = 500
TODAY: Final = date.today()  # noqa: DTZ011 - Android asks the clock, so the test has to
HOSTS: Final = ("x.test", "a.x.test", "b.a.x.test", "y.test", "unrelated.test")
RESOURCES: Final = {
    # What each file of res/raw has: names of certificates of the pool.
    "root": ("root",),
    "again": ("root-again",),
    "rekeyed": ("root-rekeyed",),
    "folded": ("root-folded",),
    "inter": ("inter",),
    "ended": ("expired",),
    "beta": ("beta-root",),
    "server": ("self-signed",),
    "bundle": ("beta-root", "root"),
    "twice": ("root", "root-again"),
}
NAMED: Final = ("root", "inter", "beta-root")
"""Those that policies name, each by its own name."""
PATHS: Final = (
    ("leaf", "inter", "root"),
    ("leaf", "inter", "root-ended"),
    ("leaf", "inter", "root-rekeyed"),
    ("leaf", "inter", "root-renamed"),
    ("leaf", "inter"),
    ("leaf",),
    ("renewed", "inter", "root"),
    ("rekeyed-leaf", "inter", "root"),
    ("leaf", "inter", "cross", "beta-root"),
    ("beta-leaf", "beta-root"),
    ("self-signed",),
    ("self-signed-ca",),
)
PINNED: Final = ("leaf", "inter", "root", "beta-root", "self-signed", "self-signed-ca")
STORES: Final = ((), ("root",), ("root-again", "beta-root"), ("self-signed-ca", "inter"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A configuration, its resource with ``_debug``, and the app and device that have them."""

    text: bytes
    twin: bytes
    target_sdk: int
    debuggable: bool
    system: tuple[str, ...]
    user: tuple[str, ...]
    models: tuple[Nsc, ...]
    """What we say of them: read, and as it was before it was written."""

    @property
    def device(self) -> Device:
        return Device(frozenset(map(identity, self.system)), frozenset(map(identity, self.user)))


@cache
def content(resource: str) -> bytes:
    """As DER where its file has one certificate, and a name of an even length."""
    own = [pool()[name] for name in RESOURCES[resource]]
    return pki.der(own[0]) if len(own) == 1 and len(resource) % 2 == 0 else b"".join(map(pki.pem, own))


@cache
def files() -> dict[str, bytes]:
    """Each file of res/raw by the name of its resource."""
    written = {f"pins_{name.replace('-', '_')}": pem(pki.der(pool()[name])) for name in NAMED}
    return {**{name: content(name) for name in RESOURCES}, **written}


def held(reference: str) -> tuple[Anchor, ...] | None:
    return anchors_in(files()[reference.removeprefix("@raw/")], reference)


@cache
def chain(path: tuple[str, ...]) -> Chain:
    return pinned_chain([public_keys(pki.der(pool()[name]), name)[0] for name in path])


def pin(name: str) -> Key:
    return Key(public_keys(pki.der(pool()[name]), name)[0].spki_sha256, name=name)


# -- what we write -------------------------------------------------------------------------------

BASES: Final = (
    "",
    "<base-config>{}</base-config>",
    "<base-config/><domain-config><domain>legacy.test</domain>{}</domain-config>",
    "<debug-overrides>{}</debug-overrides>",
)


def policy(chance: random.Random) -> Policy:
    named = {
        name: Anchor(identity(name), pin(name).spki_sha256, name, der=pki.der(pool()[name])) for name in NAMED
    }
    sets = []
    for host in chance.sample(HOSTS[:4], chance.randint(1, 3)):
        possible: list[Store | Anchor] = [Store.SYSTEM, *named.values()]
        sources = frozenset(chance.sample(possible, chance.randint(1, 3)))
        trust = SYSTEM_ALONE if sources == SYSTEM_ALONE.sources or chance.random() < 0.3 else Trust(sources)
        least = 1 if trust is SYSTEM_ALONE else 0
        keys = tuple(map(pin, chance.sample(PINNED, chance.randint(least, 2))))
        ends = chance.choice((None, date(2020, 1, 1), date(2099, 1, 1)))
        reach = chance.choice((Reach.NONE, Reach.ALL))
        sets.append(PinSet((host,), reach, keys, ends, chance.random() < 0.8, trust=trust))
    return Policy(tuple(sets))


def written(chance: random.Random) -> tuple[bytes, Nsc]:
    """A policy lowered and written, with a base or without."""
    target = target_named("nsc")
    assert target.write is not None
    assert target.merge is not None
    output = Output("nsc", PurePosixPath("res/xml/nsc.xml"))
    inner = chance.choice(BASES).format(anchors(chance))
    base = f"<network-security-config>{inner}</network-security-config>".encode() if inner else b""
    lowered = target.lower(policy(chance), App(android_target_sdk=chance.choice((None, 34))), output)
    text = target.write(lowered, Job("pins.toml", "sha256/", output, base))
    return text, target.merge(base, "base", lowered).with_resources(held) if base else lowered


# -- what people write ---------------------------------------------------------------------------


def anchors(chance: random.Random) -> str:
    """A <trust-anchors> of up to three sources; the attribute is left out as often as it is there."""
    some = chance.choices(("system", "user", *(f"@raw/{name}" for name in RESOURCES)), k=chance.randint(0, 3))
    said = ("", "", ' overridePins="true"', ' overridePins="false"')
    inner = "".join(f'<certificates src="{one}"{chance.choice(said)}/>' for one in some)
    return f"<trust-anchors>{inner}</trust-anchors>"


def pins(chance: random.Random) -> str:
    ends = chance.choice(("", "", ' expiration="2020-01-01"', ' expiration="2099-01-01"'))
    some = chance.sample(PINNED, chance.randint(0, 2))
    inner = "".join(f'<pin digest="SHA-256">{pin(name).pin}</pin>' for name in some)
    return f"<pin-set{ends}>{inner}</pin-set>"


def domain_config(chance: random.Random, names: list[str], depth: int = 0) -> str:
    wide = chance.choice(("", ' includeSubdomains="true"'))
    parts = [f"<domain{wide}>{names.pop()}</domain>"]
    parts += [anchors(chance)] if chance.random() < 0.6 else []
    parts += [pins(chance)] if chance.random() < 0.6 else []
    if names and depth < 2 and chance.random() < 0.5:
        parts.append(domain_config(chance, names, depth + 1))
    chance.shuffle(parts)
    return f"<domain-config>{''.join(parts)}</domain-config>"


def by_hand(chance: random.Random) -> tuple[bytes, None]:
    names = chance.sample(HOSTS[:4], 4)
    parts = [domain_config(chance, names) for _ in range(chance.randint(1, 2)) if names]
    parts += [f"<base-config>{anchors(chance)}</base-config>"] if chance.random() < 0.4 else []
    parts += [overrides(chance)] if chance.random() < 0.4 else []
    chance.shuffle(parts)
    return f"<network-security-config>{''.join(parts)}</network-security-config>".encode(), None


def overrides(chance: random.Random) -> str:
    inner = anchors(chance) if chance.random() < 0.8 else ""
    return f"<debug-overrides>{inner}</debug-overrides>"


def twin(chance: random.Random) -> bytes:
    """None, or one whose other elements count for nothing."""
    if chance.random() < 0.4:
        return b""
    blind = chance.choice(("", "<base-config><trust-anchors/></base-config>", "<domain-config/>"))
    inner = overrides(chance) if chance.random() < 0.8 else ""
    return f"<network-security-config>{blind}{inner}</network-security-config>".encode()


@cache
def questions() -> tuple[Asked, ...]:
    """The same in each run."""
    chance = random.Random(20261129)  # noqa: S311 - not for secrets
    return tuple(asked(make(chance), chance) for make in [written] * WRITTEN + [by_hand] * BY_HAND)


def asked(made: tuple[bytes, Nsc | None], chance: random.Random) -> Asked:
    text, lowered = made
    other, target, debuggable = twin(chance), chance.choice((34, 34, 23)), chance.random() < 0.4
    read = read_xml(text, "nsc.xml").with_resources(held)
    models = [replace(read, target_sdk=target), *([lowered] if lowered and target >= 24 else [])]
    if debuggable:
        found = read_xml(other, "nsc_debug.xml").with_resources(held) if other else None
        models = [read.debuggable(found, target)]
    return Asked(text, other, target, debuggable, chance.choice(STORES), chance.choice(STORES), tuple(models))


# -- asked ------------------------------------------------------------------------------------------


@cache
def linked() -> tuple[dict[bytes, bytes], dict[int, bytes]]:
    """Each document as aapt2 compiles it, and the content of each resource by its id."""
    documents = dict.fromkeys(text for one in questions() for text in (one.text, one.twin) if text)
    names = {text: f"d{number}" for number, text in enumerate(documents)}
    with tempfile.TemporaryDirectory(prefix="pincompiler-aapt2-") as scratch:
        top = Path(scratch)
        for folder in ("res/xml", "res/raw"):
            (top / folder).mkdir(parents=True)
        for text, name in names.items():
            (top / f"res/xml/{name}.xml").write_bytes(text)
        for name, data in files().items():
            (top / f"res/raw/{name}.pem").write_bytes(data)
        (top / "AndroidManifest.xml").write_text('<manifest package="pincompiler.tests"/>')
        call(["aapt2", "compile", "-o", str(top / "flat.zip"), "--dir", str(top / "res")])
        out = ["-o", str(top / "app.apk"), "--emit-ids", str(top / "ids"), "--min-sdk-version", "24"]
        given = ["-I", str(tools_directory() / FRAMEWORK), "--manifest", str(top / "AndroidManifest.xml")]
        call(["aapt2", "link", *out, *given, str(top / "flat.zip")])
        ids = dict(line.split(" = ") for line in (top / "ids").read_text().splitlines())
        with zipfile.ZipFile(top / "app.apk") as archive:
            binaries = {text: archive.read(f"res/xml/{name}.xml") for text, name in names.items()}
    return binaries, {int(ids[f"pincompiler.tests:raw/{name}"], 16): data for name, data in files().items()}


def numbers(names: Sequence[str]) -> bytes:
    listed = list(pool())
    return struct.pack(f">{len(names) + 1}i", len(names), *map(listed.index, names))


def message() -> bytes:
    binaries, resources = linked()
    parts = [struct.pack(">i", len(pool())), *(_bytes(pki.der(one)) for one in pool().values())]
    parts.append(struct.pack(">i", len(resources)))
    for number, data in resources.items():
        parts += [struct.pack(">i", number), _bytes(data)]
    parts.append(struct.pack(">i", len(questions())))
    for one in questions():
        parts += [struct.pack(">ii", one.target_sdk, one.debuggable), _bytes(binaries[one.text])]
        parts += [_bytes(binaries[one.twin] if one.twin else b""), numbers(one.system), numbers(one.user)]
        parts += [struct.pack(">i", len(HOSTS)), *map(_text, HOSTS)]
        parts += [struct.pack(">i", len(PATHS)), *map(numbers, PATHS)]
    return b"".join(parts)


def answers(api: int) -> Iterator[list[str] | str]:
    """Of each question the line of each host, or why Android refused the configuration."""
    version = ANDROIDS[api]
    android = jars(f"android-{version}")
    path = os.pathsep.join((str(oracle("nsc", version, android)), _repaired(version, android), android))
    lines = iter(call([*java(), "-cp", path, "AnchorConfigs"], message()).decode().splitlines())
    for first in lines:
        yield first if first != "hosts" else [next(lines) for _ in HOSTS]


def source(one: Certificates) -> str:
    """As the oracle prints one."""
    kept = {
        pool()[name].fingerprint(hashes.SHA256()).hex()
        for name in RESOURCES.get(one.source.removeprefix("@raw/"), ())
    }
    if one.source.startswith("@raw/pins_"):
        name = one.source.removeprefix("@raw/pins_").replace("_", "-")
        kept = {pool()[name].fingerprint(hashes.SHA256()).hex()}
    return (",".join(sorted(kept)) or one.source.capitalize()) + "!" * one.overrides_pins


@pytest.mark.parametrize("api", ANDROIDS)
def test_each_android_trusts_whom_the_model_says(api: int) -> None:
    accepted = refused = overriding = twins = lowered = 0
    for one, answer in zip(questions(), answers(api), strict=True):
        assert isinstance(answer, list), (answer, one)
        read, *models = one.models
        lowered += len(models)
        twins += one.debuggable and bool(one.twin) and read.overrides is not None
        for host, line in zip(HOSTS, answer, strict=True):
            said, _, verdicts = line.partition(" ")
            # Android sorts those that override pins before the others, and keeps their order otherwise.
            own = read.settings(host).trusted(one.target_sdk)
            mine = [source(some) for some in sorted(own, key=lambda some: not some.overrides_pins)]
            assert mine == [some for some in said.split(";") if some], (one, host)
            for model in (read, *models):
                ours = "".join("RA"[model.accepts(host, chain(path), TODAY, one.device)] for path in PATHS)
                assert ours == verdicts, (one, host, PATHS)
            accepted += verdicts.count("A")
            refused += verdicts.count("R")
            overriding += "!" in said
    assert len(questions()) >= 500
    assert min(accepted, refused) > 5_000, (accepted, refused)
    assert min(overriding, twins, lowered) > 80, (overriding, twins, lowered)
