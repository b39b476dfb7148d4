"""Android's own validation of chains, Conscrypt's TrustManagerImpl, as the judge of what an anchor is.

The spine says that an anchor is known by its name and key, that its dates do not count, and that a server's
certificate may be one.  Each question is a set of anchors and a chain; what the spine expects is worked out by a
search for paths that knows nothing but that.
"""

from __future__ import annotations

import os
import random
import struct
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Final

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from pincompiler.keys.anchors import anchors_in
from pincompiler.keys.spki import identity_of, pinned_chain, public_keys
from pincompiler.platforms.nsc.model import Certificates, Domain, DomainConfig, Nsc, Settings
from pincompiler.policy.trust import Device, Trust
from pincompiler.tls.answers import Served
from pincompiler.tls.trust import trust, validated
from tests import pki
from tests.test_anchors import of_version_1
from tests.test_fitness import ANY, CLIENT, Made
from tests.test_fitness import chain as fit_chain

from .install import CONSCRYPT_JVM_VERSION
from .jvm import call, jars, java, oracle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("real_tools")

HOST: Final = "api.example.com"
NOW: Final = datetime.now(UTC)
NOWHERE: Final = Device(frozenset(), frozenset())
QUESTIONS: Final = 4_000

Question = tuple[tuple[str, ...], tuple[str, ...]]
"""The names of the anchors, and of the certificates that the server shows."""


def made(
    subject: str, key: int, issuer: str, signer: int, *, ca: bool | None, ended: bool = False
) -> x509.Certificate:
    """A certificate that ended yesterday, or that ends tomorrow; with ``ca=None``, one without basicConstraints."""
    end = NOW + timedelta(days=-1 if ended else 300)
    own, above = pki.private_key(number=key), pki.private_key(number=signer)
    builder = (
        x509.CertificateBuilder()
        .subject_name(pki.name(subject))
        .issuer_name(pki.name(issuer))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=600))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return builder.sign(above, hashes.SHA256())


@cache
def pool() -> dict[str, x509.Certificate]:
    """Two hierarchies, and what is renewed, has ended, has another key or is signed by the other."""
    return {
        "root": made("Alpha Root", 31, "Alpha Root", 31, ca=True),
        "inter": made("Alpha Inter", 32, "Alpha Root", 31, ca=True),
        "leaf": made("alpha leaf", 33, "Alpha Inter", 32, ca=False),
        "renewed": made("alpha leaf", 33, "Alpha Inter", 32, ca=False),
        "expired": made("alpha leaf", 33, "Alpha Inter", 32, ca=False, ended=True),
        "other-leaf": made("other leaf", 34, "Alpha Inter", 32, ca=False),
        "rekeyed-leaf": made("alpha leaf", 35, "Alpha Inter", 32, ca=False),
        "root-again": made("Alpha Root", 31, "Alpha Root", 31, ca=True),
        "root-ended": made("Alpha Root", 31, "Alpha Root", 31, ca=True, ended=True),
        "root-rekeyed": made("Alpha Root", 36, "Alpha Root", 36, ca=True),
        "root-folded": made("ALPHA  root", 31, "ALPHA  root", 31, ca=True),
        "root-renamed": made("Alpha Root 2", 31, "Alpha Root 2", 31, ca=True),
        "inter-ended": made("Alpha Inter", 32, "Alpha Root", 31, ca=True, ended=True),
        "beta-root": made("Beta Root", 37, "Beta Root", 37, ca=True),
        "cross": made("Alpha Root", 31, "Beta Root", 37, ca=True),
        "beta-leaf": made("beta leaf", 38, "Beta Root", 37, ca=False),
        "self-signed": made("self", 39, "self", 39, ca=False),
        "self-signed-ca": made("own", 40, "own", 40, ca=True),
    }


SHOWN: Final = {
    "alpha": ("leaf", "inter"),
    "alpha with its root": ("leaf", "inter", "root"),
    "alpha without the intermediate": ("leaf",),
    "alpha out of order": ("leaf", "root", "inter"),
    "renewed": ("renewed", "inter"),
    "expired": ("expired", "inter"),
    "under an ended intermediate": ("leaf", "inter-ended"),
    "cross": ("leaf", "inter", "cross"),
    "cross and its root": ("leaf", "inter", "cross", "beta-root"),
    "another server": ("other-leaf", "inter"),
    "another key": ("rekeyed-leaf", "inter"),
    "beta": ("beta-leaf",),
    "self-signed": ("self-signed",),
    "a CA as the server": ("self-signed-ca",),
}
TABLE: Final = {
    # What is accepted where only this certificate is trusted: names of chains.
    "root": {"alpha", "renewed", "cross"},
    "inter": {"alpha", "renewed", "cross"},
    "leaf": {"alpha", "renewed", "expired", "cross"},
    "expired": {"alpha", "renewed", "expired", "cross"},
    "cross": {"alpha", "renewed", "cross"},
    "beta-root": {"cross"},
    "self-signed": {"self-signed"},
}
COMPARED: Final = ("alpha", "renewed", "expired", "cross", "self-signed")


def asked(questions: Iterable[Question]) -> list[tuple[str, ...]]:
    """The path that Conscrypt builds for each question, by the hashes of its certificates; empty: it refuses."""
    listed = list(questions)
    message = [struct.pack(">i", len(listed))]
    for question in listed:
        for names in question:
            message.append(struct.pack(">i", len(names)))
            for der in (pki.der(pool()[name]) for name in names):
                message += [struct.pack(">i", len(der)), der]
    path = jars(f"conscrypt-openjdk-{CONSCRYPT_JVM_VERSION}")
    classes = oracle("conscrypt", CONSCRYPT_JVM_VERSION, path)
    said = call([*java(), "-cp", os.pathsep.join((str(classes), path)), "AnchorOracle"], b"".join(message))
    return [tuple(line.split()) if line != "refuse" else () for line in said.decode().splitlines()]


def identity(name: str) -> bytes:
    one = pool()[name]
    return identity_of(one.subject, one.public_key())


def paths(question: Question) -> Iterator[tuple[str, ...]]:
    """Every path from the server's certificate to an anchor: an anchor is a name and a key, and has no dates."""
    anchors, shown = question
    known = {identity(name) for name in anchors}

    def above(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        last = path[-1]
        if identity(last) in known:
            # It goes on to anchors above, if there are any: pins of those count as well.
            yield path
        elif pool()[last].not_valid_after_utc < NOW:
            return
        if plain(pool()[last].issuer) == plain(pool()[last].subject):
            return  # whoever is its own issuer has none above
        for name in anchors:
            if name not in path and issued(last, name):
                yield from above((*path, name))
        for name in shown if identity(last) not in known else ():
            if name not in path and issued(last, name):
                yield from above((*path, name))

    return above(shown[:1])


@cache
def issued(name: str, by: str) -> bool:
    """By name, without regard to case and runs of white space, and by signature."""
    below, key = pool()[name], pool()[by].public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    if plain(below.issuer) != plain(pool()[by].subject):
        return False
    try:
        key.verify(below.signature, below.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def plain(name: x509.Name) -> list[list[str]]:
    return [str(one.value).lower().split() for one in name]


def questions() -> list[Question]:
    """Each one or two anchors with each chain, and others by chance: the same in each run."""
    names = tuple(pool())
    few = [(some, shown) for n in (0, 1, 2) for some in combinations(names, n) for shown in SHOWN.values()]
    chance = random.Random(14)  # noqa: S311 - not for secrets
    more: list[Question] = []
    while len(few) + len(more) < QUESTIONS:
        anchors = tuple(chance.sample(names, chance.randint(0, 4)))
        more.append((anchors, tuple(chance.sample(names, chance.randint(1, 5)))))
    return few + more


def model(anchors: tuple[str, ...]) -> Nsc:
    found = tuple(one for name in anchors for one in anchors_in(pki.der(pool()[name]), name) or ())
    settings = Settings((Certificates("@raw/anchors", anchors=found),))
    return Nsc((DomainConfig((Domain(HOST, include_subdomains=False),), settings=settings),))


@pytest.mark.parametrize("anchor", TABLE)
def test_the_table_of_one_anchor(anchor: str) -> None:
    answers = asked([((anchor,), SHOWN[name]) for name in COMPARED])
    assert {name for name, path in zip(COMPARED, answers, strict=True) if path} == TABLE[anchor]


def test_conscrypt_knows_anchors_by_name_and_key() -> None:
    asked_ = questions()
    assert len(asked_) >= 2_000
    by_hash = {one.fingerprint(hashes.SHA256()).hex(): name for name, one in pool().items()}
    accepted = 0
    for question, answer in zip(asked_, asked(asked_), strict=True):
        found = list(paths(question))
        assert bool(answer) == bool(found), question
        if answer:
            accepted += 1
            names = tuple(by_hash[one] for one in answer)
            assert identity(names[-1]) in map(identity, question[0])
            chain = pinned_chain([public_keys(pki.der(pool()[one]), one)[0] for one in names])
            assert model(question[0]).accepts(HOST, chain, date(2026, 11, 29), NOWHERE), question
    assert 200 < accepted < len(asked_) - 200


def test_chains_from_a_file_are_validated_as_conscrypt_validates_them() -> None:
    """The same answers, and where both accept, paths of the same names and keys."""
    asked_ = questions()
    by_hash = {one.fingerprint(hashes.SHA256()).hex(): name for name, one in pool().items()}
    odd = []
    for question, answer in zip(asked_, asked(asked_), strict=True):
        wanted = [identity(by_hash[one]) for one in answer]
        shown = tuple(pool()[name] for name in question[1])
        anchors = [one for name in question[0] for one in anchors_in(pki.der(pool()[name]), name)]
        found = validated(trust(None, NOW, Trust(frozenset(anchors)), shown), shown, HOST)
        path = found.chain if isinstance(found, Served) else ()
        same = [one.certificate.identity for one in path if one.certificate] == wanted
        # Of two anchors with one name and key, Conscrypt goes on from whichever its index has first.
        twice = len({identity(name) for name in question[0]}) < len(question[0])
        if not (same or (twice and bool(path) is bool(wanted))):
            odd.append((question, [by_hash[one] for one in answer], [one.subject for one in path], found))
    assert odd == []


UNSAID: Final = {
    "silent-root": made("Silent Root", 41, "Silent Root", 41, ca=None),
    "silent-inter": made("Silent Inter", 42, "Silent Root", 41, ca=None),
    "no-ca": made("No CA", 43, "No CA", 43, ca=False),
    "below-silent": made("below silent", 44, "Silent Root", 41, ca=False),
    "below-inter": made("below inter", 45, "Silent Inter", 42, ca=False),
    "below-no-ca": made("below no ca", 46, "No CA", 43, ca=False),
}
"""Certificates that do not say that they are CAs', or that they are not, and what they have signed."""


@pytest.mark.parametrize("version", [3, 1])
def test_whether_an_anchor_says_that_it_is_a_ca_does_not_matter(
    version: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Between server and anchor it does: a chain by way of such a certificate is refused."""
    known = dict(UNSAID)
    if version == 1:
        silent = [("silent-root", "Silent Root", 41, 41), ("silent-inter", "Silent Inter", 42, 41)]
        for name, subject, key, signer in silent:
            keys = pki.private_key(number=key), pki.private_key(number=signer)
            made_ = of_version_1(tmp_path, subject, keys[0], "Silent Root", keys[1])
            known[name] = x509.load_pem_x509_certificate(made_)
            assert known[name].version is x509.Version.v1
    monkeypatch.setitem(globals(), "pool", lambda: known)
    questions_ = {
        (("silent-root",), ("below-silent",)): True,
        (("no-ca",), ("below-no-ca",)): True,
        (("silent-inter",), ("below-inter",)): True,
        (("silent-root",), ("below-inter", "silent-inter")): False,
        (("silent-root", "silent-inter"), ("below-inter",)): True,
        (("silent-root",), ("below-no-ca",)): False,
    }
    for (question, wanted), answer in zip(questions_.items(), asked(questions_), strict=True):
        shown = tuple(known[name] for name in question[1])
        anchors = [one for name in question[0] for one in anchors_in(pki.der(known[name]), name)]
        found = validated(trust(None, NOW, Trust(frozenset(anchors)), shown), shown, HOST)
        path = found.chain if isinstance(found, Served) else ()
        assert (bool(answer), bool(path)) == (wanted, wanted), (question, answer, found)
        assert [one.whole.hex() for one in path] == list(answer), question


FIT: Final = {
    "plain": (Made(), True),
    "a root for clients": (Made(root=(CLIENT,)), True),
    "a small key of the root": (Made(small="root"), True),
    "a leaf for clients": (Made(leaf=(CLIENT,)), False),
    "a leaf for anything": (Made(leaf=(ANY,)), True),
    "a CA for clients": (Made(middle=(CLIENT,)), True),
    "a small key of the server": (Made(small="leaf"), True),
}
"""Chains of test_fitness, and whether Conscrypt takes them where the app names their root."""
STRICTER: Final = {"a leaf for anything", "a CA for clients", "a small key of the server"}
"""What OpenSSL's handshake refuses all the same, which `verify` and `impact` go by."""


def test_what_is_asked_of_chains_under_an_anchor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the anchor; below it we refuse what Conscrypt refuses, and what OpenSSL does besides."""
    chains = {name: fit_chain(made_) for name, (made_, _) in FIT.items()}
    known = {
        f"{name} {n}": one
        for name, c in chains.items()
        for n, one in enumerate((c.leaf, c.intermediate, c.root))
    }
    monkeypatch.setitem(globals(), "pool", lambda: known)
    answers = asked(((f"{name} 2",), (f"{name} 0", f"{name} 1")) for name in FIT)
    for (name, (_, wanted)), answer in zip(FIT.items(), answers, strict=True):
        c = chains[name]
        anchors = frozenset(anchors_in(pki.der(c.root), "root"))
        found = validated(trust(None, NOW, Trust(anchors), c.served), c.served, HOST)
        assert bool(answer) is wanted, name
        assert isinstance(found, Served) is (wanted and name not in STRICTER), name
