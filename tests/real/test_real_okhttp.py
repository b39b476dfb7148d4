"""Our model of OkHttp against OkHttp itself, and the generated code against kotlinc, javac and the JVM.

The keys in the policies are those of certificates made on the spot, so that the pins mean something to
``CertificatePinner.check``, which is what is asked.
"""

from __future__ import annotations

import functools
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.keys.spki import public_keys
from pincompiler.platforms.okhttp import lower
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.policy.enforcement import Chain, Key, PinSet
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Output
from pincompiler.workflows import compile as compiler
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
NUMBER: Final = 10_500


@dataclass(frozen=True, slots=True)
class Case:
    """A pinner, a host and a chain; pins are made-up ones."""

    entries: tuple[tuple[str, tuple[bytes, ...]], ...]
    host: str
    chain: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Of two cases the one to look at is the one of less to read."""
        pins = sum(len(some) for _, some in self.entries)
        return 100 * (len(self.entries) + pins + len(self.chain)) + len(repr(self.entries)) + len(self.host)

    def question(self) -> Question:
        written = tuple(
            (pattern, tuple(f"sha256/{Key(real_pin(pin)).pin}" for pin in some))
            for pattern, some in self.entries
        )
        return Question(self.host, certificates_of(self.chain), written)

    def expected(self, *, deep: bool) -> str:
        entries = tuple(
            OkHttpEntry(pattern, tuple(Key(real_pin(pin)) for pin in some)) for pattern, some in self.entries
        )
        return WORDS[OkHttp(entries, deep).accepts(self.host, chain_of(self.chain), TODAY)]

    def smaller(self) -> Iterator[Case]:
        """The case with one thing taken away."""
        for n in range(len(self.entries) if len(self.entries) > 1 else 0):
            yield replace(self, entries=self.entries[:n] + self.entries[n + 1 :])
        for n, (pattern, pins) in enumerate(self.entries):
            for one in pins if len(pins) > 1 else ():
                entries = (*self.entries[:n], (pattern, (one,)), *self.entries[n + 1 :])
                yield replace(self, entries=entries)
        for n in range(len(self.chain) if len(self.chain) > 1 else 0):
            yield replace(self, chain=self.chain[:n] + self.chain[n + 1 :])
        shorter = self.host.partition(".")[2]
        if shorter.strip("."):
            yield replace(self, host=shorter)


def random_case(chance: Random, *, deep: bool) -> Case:
    """Few labels, so that patterns often match, and each other."""

    def name() -> str:
        return ".".join(chance.choices(LABELS, k=chance.choice((1, 2, 2, 3, 3, 4))))

    def pattern(host: str) -> str:
        near = chance.choice((host, host.partition(".")[2] or host, host.partition(".")[2] or host, name()))
        text = chance.choice(("", "*.", "**.")) + near
        if (
            not deep and chance.random() < 0.05
        ):  # 4.3 refuses to build what earlier ones take, and never match
            return chance.choice((f"a.*.{near}", f"*a.{near}", f"***.{near}", "*", "**", f"*.*.{near}"))
        return chance.choice((text, text, text, text.upper(), f"{text}."))

    host = name()
    entries = tuple(
        (pattern(host), tuple(chance.sample(MADE_UP, chance.choice((1, 1, 2)))))
        for _ in range(chance.choice((1, 1, 2, 3, 4)))
    )
    chain = tuple(chance.choices(MADE_UP, k=chance.choice((1, 2, 3))))
    return Case(entries, host + chance.choice(("", "", "", "", ".")), chain)


def disagreements(version: str, cases: Sequence[Case]) -> list[tuple[Case, str]]:
    """The cases in which that OkHttp says something else than our model, and what it says; in one JVM."""
    deep = version_of(version) >= (4, 3)
    told = okhttp_verdicts(version, [case.question() for case in cases])
    return [(case, word) for case, word in zip(cases, told, strict=True) if word != case.expected(deep=deep)]


def smallest(version: str, found: list[tuple[Case, str]]) -> str:
    """Of the cases that disagree, taken apart as far as they still do, the one with the least to read."""
    best = min(found, key=lambda one: one[0].size)
    while True:
        found = disagreements(version, list(best[0].smaller()))
        if not found:
            case, word = best
            return f"OkHttp {version} says {word}: {case.question().entries}, {case.host}, chain {len(case.chain)}"
        best = min(found, key=lambda one: one[0].size)


@pytest.mark.parametrize("version", OKHTTP_VERSIONS)
def test_random_patterns(version: str) -> None:
    """More than ten thousand (patterns, host, chain), with the verdicts of both well mixed."""
    deep = version_of(version) >= (4, 3)
    chance = Random(20261123)  # noqa: S311
    cases = list({random_case(chance, deep=deep): None for _ in range(NUMBER)})
    assert len(cases) >= 10_000
    found = disagreements(version, cases)
    assert not found, smallest(version, found)
    verdicts = [case.expected(deep=deep) for case in cases]
    assert min(verdicts.count(word) for word in WORDS.values()) > 2500


def test_a_disagreement_is_told_by_its_smallest_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Held against an OkHttp that knows no ``**.``, a model that does is found out by one pattern with one pin."""
    monkeypatch.setattr(sys.modules[__name__], "version_of", lambda _: (4, 3))
    case = Case(
        (("b.test", MADE_UP[:2]), ("**.x.test", MADE_UP[1:3]), ("*.test", MADE_UP[:1])), "a.x.test", STRANGERS
    )
    told = smallest("3.14.9", disagreements("3.14.9", [case]))
    assert re.fullmatch(
        r"OkHttp 3.14.9 says accept: \(\('\*\*.x.test', \('sha256/\S+',\)\),\), x.test, chain 1", told
    )


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
    entries = tuple(OkHttpEntry(f"**.h{n:05}.example.com", pins) for n in range(10_000))
    generated = Generated(tmp_path)
    emptied = generated.add(OkHttp((OkHttpEntry("x.test", pins),)), "emptied")
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
