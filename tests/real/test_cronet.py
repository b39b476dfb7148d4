"""Our model of Cronet's pins against the real Cronet: which entry decides on a host, and what comes after its end."""

from __future__ import annotations

import random
from base64 import b64decode, b64encode
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pincompiler.base.location import Location
from pincompiler.facts.common import Code, Owner
from pincompiler.facts.kits import CronetEntry, CronetPins
from pincompiler.policy.enforcement import Chain
from tests import parts

from .certificates import Chain as Made
from .certificates import make_chain
from .cronet import Pins, ask, lacking
from .serving import served

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

NAMES: Final = ("pin.test", "a.pin.test", "b.a.pin.test", "c.b.a.pin.test")
HOSTS: Final = (*NAMES, "d.a.pin.test", "other.test", "A.pin.test.")
TODAY: Final = date.today()  # noqa: DTZ011 - Cronet asks the clock, so the test has to
DAYS: Final = (TODAY - timedelta(30), TODAY + timedelta(30), TODAY + timedelta(60))
WRONG: Final = bytes(32)
CODE: Final = Code(Location("classes.dex"), "Lapp/Net;", Owner("first-party", first_party=True))
RANDOM: Final = 120


@cache
def chain() -> Made:
    return make_chain(HOSTS[0], more=HOSTS[1:-1])


def entries(seed: int) -> tuple[CronetEntry, ...]:
    """Two to four, some of them for one name."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    right = [b64decode(digest) for digest in chain().digests]
    return tuple(
        CronetEntry(
            chance.choice((chance.choice(NAMES), f"{chance.choice(NAMES)}.", chance.choice(NAMES).upper())),
            (chance.choice((*right, *([WRONG] * 3))),),
            chance.random() < 0.5,
            chance.choice(DAYS),
            CODE,
        )
        for _ in range(chance.randint(2, 4))
    )


def as_given(entry: CronetEntry) -> Pins:
    assert entry.expires
    day = datetime.combine(entry.expires, time(), tzinfo=None).timestamp() * 1000
    hashes = tuple(f"sha256/{b64encode(pin).decode()}" for pin in entry.pins)
    return Pins(entry.host, hashes, entry.subdomains, int(day))


def test_the_model_is_what_cronet_does(tmp_path: Path) -> None:
    parts.need(lacking())
    questions = [entries(seed) for seed in range(RANDOM)]
    (tmp_path / "server.pem").write_bytes(chain().server)
    root = x509.load_der_x509_certificate(chain().certificates[2]).public_bytes(Encoding.PEM)
    with served(tmp_path / "server.pem") as port:
        answers = ask(port, root, [(tuple(map(as_given, one)), HOSTS) for one in questions])
    leaf, *cas = map(b64decode, chain().digests)
    accepted = refused = after = 0
    for given, told in zip(questions, answers, strict=True):
        model = CronetPins(given)
        for host, answer in zip(HOSTS, told, strict=True):
            ours = model.accepts(host, Chain(leaf, tuple(cas)), TODAY)
            assert answer == ("accepted" if ours else "refused"), (host, given)
            accepted += ours
            refused += not ours
            after += any(one.since for one in model.demand(host))
    assert min(accepted, refused, after * 3) > RANDOM, (accepted, refused, after)
