"""Our model of OkHttp against OkHttp itself, and the generated code against kotlinc, javac and the JVM.

The keys in the policies are those of certificates made on the spot, so that the pins mean something to
``CertificatePinner.check``, which is what is asked.
"""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import strategies as st

from pincompiler import compiler
from pincompiler.platforms.okhttp import lower
from pincompiler.platforms.okhttp.model import Entry, OkHttp
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.policy import Chain, Key, PinSet, Policy
from pincompiler.project import App, Output
from pincompiler.spki import public_keys
from tests import pki
from tests.strategies import CAS, LEAVES, STRANGERS, TODAY, UNKNOWN, policies

from .drawing import drawn
from .toolchain import (
    OKHTTP_VERSIONS,
    Question,
    compile_java,
    compile_kotlin,
    okhttp_verdicts,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

pytestmark = pytest.mark.usefixtures("real_tools")

SAMPLES: Final = Path(__file__).parent.parent.parent / "samples"
DIGEST: Final = "sha256/" + "A" * 43 + "="
WORDS: Final = {True: "accept", False: "refuse"}


def version_of(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


# -- real keys for the made-up ones --------------------------------------------------------------


@functools.cache
def certificate(pin: bytes) -> bytes:
    """A certificate that stands for a made-up pin."""
    key = pki.private_key(number=int.from_bytes(pin[:6]))
    return pki.der(pki.certificate(key=key))


@functools.cache
def real_pin(pin: bytes) -> bytes:
    """The pin of that certificate's key."""
    (key,) = public_keys(certificate(pin), "made")
    return key.spki_sha256


def real_policy(policy: Policy) -> Policy:
    """The policy with real keys."""

    def real(pin_set: PinSet) -> PinSet:
        return replace(
            pin_set, keys=tuple(Key(real_pin(k.spki_sha256), k.role, k.name) for k in pin_set.keys)
        )

    return Policy(tuple(map(real, policy.sets)))


MADE_UP: Final = tuple(key.spki_sha256 for key in (*LEAVES, *CAS, *UNKNOWN)) + STRANGERS
CHAINS: Final = (
    *((pin,) for pin in MADE_UP),
    *((STRANGERS[0], STRANGERS[1], ca.spki_sha256) for ca in CAS),
    (LEAVES[0].spki_sha256, CAS[0].spki_sha256),
)
"""By made-up pins, the server's first."""


def chain_of(pins: Sequence[bytes]) -> Chain:
    return Chain(real_pin(pins[0]), tuple(map(real_pin, pins[1:])))


def certificates_of(pins: Sequence[bytes]) -> tuple[bytes, ...]:
    return tuple(map(certificate, pins))


def hosts_around(names: Iterable[str]) -> list[str]:
    """Each name, what is below it, beside it and above it, and what a URL may end in."""
    found = {"unrelated.test"}
    for name in names:
        above = name.partition(".")[2] or "above"
        found |= {name, f"q.{name}", f"r.q.{name}", f"q{name}", f"q.{above}", above, f"{name}."}
    return sorted(found)


# -- the model alone -----------------------------------------------------------------------------

LABELS: Final = ("a", "b", "x", "test", "xn--bcher-kva")
names = st.lists(st.sampled_from(LABELS), min_size=1, max_size=4).map(".".join)
patterns = st.builds(str.__add__, st.sampled_from(("", "*.", "**.")), names)
spellings = st.sampled_from((str, str, str.upper, lambda text: f"{text}."))
entries = st.lists(
    st.tuples(
        st.builds(lambda text, spelled: str(spelled(text)), patterns, spellings),
        st.lists(st.sampled_from(MADE_UP), min_size=1, max_size=2, unique=True),
    ),
    min_size=1,
    max_size=4,
)
hosts = st.builds(lambda name, dot: name + dot, names, st.sampled_from(("", "", "", ".")))
chains = st.lists(st.sampled_from(MADE_UP), min_size=1, max_size=3)
cases = st.tuples(entries, st.lists(hosts, min_size=2, max_size=4), chains)


@pytest.mark.parametrize("version", OKHTTP_VERSIONS)
def test_random_patterns(version: str) -> None:
    deep = version_of(version) >= (4, 3)
    questions, expected = [], []
    for listed, asked, pins in drawn(cases, 800):
        keyed = [(pattern, tuple(Key(real_pin(pin)) for pin in some)) for pattern, some in listed]
        model = OkHttp(tuple(Entry(pattern, keys) for pattern, keys in keyed), deep)
        written = tuple((pattern, tuple(f"sha256/{k.pin}" for k in keys)) for pattern, keys in keyed)
        for host in asked:
            questions.append(Question(host, certificates_of(pins), written))
            expected.append(WORDS[model.accepts(host, chain_of(pins), TODAY)])
    told = okhttp_verdicts(version, questions)
    wrong = [(q.host, q.entries, t) for q, e, t in zip(questions, expected, told, strict=True) if e != t]
    assert not wrong, wrong[:5]
    assert len(told) > 2000
    assert min(told.count(word) for word in WORDS.values()) > 100


# -- generated code ------------------------------------------------------------------------------


class Generated:
    """Kotlin and Java of many models, below one directory, and the classes made of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sources: dict[str, list[Path]] = {"okhttp-kotlin": [], "okhttp-java": []}

    def add(self, model: OkHttp, name: str) -> tuple[str, str]:
        """Write both; the names of the classes that they will be."""
        made = []
        for target, suffix in (("okhttp-kotlin", "kt"), ("okhttp-java", "java")):
            package = f"com.example.{name}.{suffix}"
            path = self.root / package.replace(".", "/") / f"Pins.{suffix}"
            path.parent.mkdir(parents=True)
            write = target_named(target).write
            assert write is not None
            output = Output(target, PurePosixPath(path.name), package)
            path.write_bytes(write(model, Job("pins.toml", DIGEST, output)))
            self.sources[target].append(path)
            made.append(f"{package}.Pins")
        return made[0], made[1]

    def compile(self, version: str) -> Path:
        """One call of each compiler, warnings being errors; where the classes are."""
        out = self.root / "classes"
        compile_kotlin(self.sources["okhttp-kotlin"], version, out)
        compile_java(self.sources["okhttp-java"], version, out)
        return out


@pytest.mark.parametrize("version", OKHTTP_VERSIONS)
def test_generated_classes_do_what_was_meant(version: str, tmp_path: Path) -> None:
    """Thirty random policies and the committed sample, with one call of each compiler."""
    generated = Generated(tmp_path)
    asked = [*sample_questions(version, generated), *random_questions(version, generated)]
    told = okhttp_verdicts(version, [question for question, _ in asked], generated.compile(version))
    wrong = [(q.pinner_class, q.host, t) for (q, e), t in zip(asked, told, strict=True) if e != t]
    assert not wrong, wrong[:5]
    assert min(told.count(word) for word in WORDS.values()) > 1000


def random_questions(version: str, generated: Generated) -> Iterator[tuple[Question, str]]:
    """With the verdicts of our model, of a policy lowered for that version."""
    app, output = App(okhttp=version_of(version)), Output("any", PurePosixPath("Pins"))
    for number, made_up in enumerate(drawn(policies, 30)):
        policy = real_policy(made_up)
        model = lower(policy, app, output)
        for name in generated.add(model, f"p{number}"):
            for host in hosts_around(policy.names()):
                for pins in CHAINS:
                    question = Question(host, certificates_of(pins), pinner_class=name)
                    yield question, WORDS[model.accepts(host, chain_of(pins), TODAY)]


def sample_questions(version: str, generated: Generated) -> Iterator[tuple[Question, str]]:
    """Of the files as they are, with the certificates they were compiled from; `**.` is for 4.3 and later."""
    leaf, ca, backup = (
        pki.openssl("x509", "-outform", "der", stdin=(SAMPLES / "certs" / name).read_bytes())
        for name in ("api-2026.pem", "shop-ca.pem", "backup-ca.pem")
    )
    stranger = certificate(STRANGERS[0])
    unpinned_before_4_3 = WORDS[version_of(version) < (4, 3)]
    expected = {
        ("api.example.com", (leaf, ca)): "accept",
        ("auth.example.com", (stranger, leaf)): "accept",
        ("api.example.com", (stranger, ca)): "refuse",
        ("www.example.com", (stranger, ca)): "accept",
        ("beta.example.org", (stranger,)): "accept",
        ("example.net", (stranger, backup)): "accept",
        ("example.net", (leaf,)): unpinned_before_4_3,
        ("a.b.example.net", (leaf,)): unpinned_before_4_3,
        ("a.b.example.net", (stranger, ca)): "accept",
    }
    for lowering in compiler.check(SAMPLES / "pins.toml", TODAY).lowered:
        output = lowering.output
        if output.target in generated.sources:
            generated.sources[output.target].append(SAMPLES / output.path)
            for (host, chain), word in expected.items():
                yield Question(host, chain, pinner_class=f"{output.package}.{output.path.stem}"), word


def test_ten_thousand_hosts_and_a_pinner_without_any(tmp_path: Path) -> None:
    """No method is too large, no pool of constants overflows, and what was compiled loads.

    Generated code checks itself: had a merge or a shrinker emptied it, loading the class would throw.
    """
    pins = tuple(Key(real_pin(key.spki_sha256), key.role, key.name) for key in LEAVES[:2])
    entries = tuple(Entry(f"**.h{n:05}.example.com", pins) for n in range(10_000))
    generated = Generated(tmp_path)
    emptied = generated.add(OkHttp((Entry("x.test", pins),)), "emptied")
    for path in (path for paths in generated.sources.values() for path in paths):
        text = path.read_text("utf-8")
        without = re.sub(r"\n\s*(?:builder)?\.add\([^)]*\);?", "", text)
        assert without != text
        path.write_text(without, "utf-8")
    classes = generated.add(OkHttp(entries), "many")
    # JVM specification 4.7.3 and 4.1: 65,535 bytes of code, as many constants.
    out = generated.compile("4.12.0")
    good, bad = certificates_of(MADE_UP[:1]), certificates_of(STRANGERS)
    asked = [
        Question(f"a.h{n:05}.example.com", chain, pinner_class=name)
        for name in classes
        for n in (0, 255, 256, 5000, 9_999)
        for chain in (good, bad)
    ]
    asked += [Question("x.test", bad, pinner_class=name) for name in emptied]
    told = okhttp_verdicts("4.12.0", asked, out)
    assert told == ["accept", "refuse"] * 10 + ["throws:IllegalStateException"] * 2
