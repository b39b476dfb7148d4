"""`make bench`: how long the commands take, and whether growth and ratios stay within their bars.

Every number is the CPU time (user and system) of a whole process, the median of some runs, so that
a busy machine does not show; memory is the peak resident size.  Ratios are of numbers taken in turn.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from pincompiler.platforms.registry import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PYTHON = sys.executable
SIZES = (1, 100, 1_000, 10_000)
EVERY = tuple(target.name for target in TARGETS)
ANCHORED = ("nsc", "trustkit-android")
"""Those that can say that a host trusts a CA of the app."""
CAS = "cas"
OPTIONS = {".kt": 'package = "com.example"\n', ".java": 'package = "com.example"\n'}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took."""

    seconds: float
    megabytes: float


def process(*arguments: str, cwd: Path, code: int = 0) -> Cost:
    """Run Python with arguments, quietly; the run has to end with that exit code."""
    child = os.fork()
    if child == 0:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # installed programs have their bytecode
        os.chdir(cwd)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        os.execv(PYTHON, [PYTHON, *arguments])  # noqa: S606
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != code:
        sys.exit(f"python {' '.join(arguments)} failed")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(run: Callable[[], Cost], times: int) -> Cost:
    """The median of some runs, each number by itself."""
    costs = [run() for _ in range(times)]
    return Cost(statistics.median(c.seconds for c in costs), statistics.median(c.megabytes for c in costs))


# -- input -----------------------------------------------------------------------------------------


def pin(text: str) -> str:
    """The pin of a key that nobody has."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def targets(names: Iterable[str] = EVERY) -> str:
    """Targets of these names, each with a file of its own."""
    return "".join(
        f'[target.{target.name}]\npath = "{"P" if ending in OPTIONS or ending == ".swift" else "p"}ins{n}{ending}"\n'
        f"{OPTIONS.get(ending, '')}"
        for n, target in enumerate(TARGETS)
        for ending in target.suffixes
        if target.name in names
    )


def own_keys(count: int) -> str:
    """Each host with a pin-set and two keys of its own."""
    return "".join(map(own_key, range(count)))


def own_key(n: int) -> str:
    return (
        f'[keys.now-{n}]\nspki-sha256 = "{pin(f"now-{n}")}"\nrole = "leaf"\n\n'
        f'[keys.next-{n}]\nspki-sha256 = "{pin(f"next-{n}")}"\nrole = "leaf"\n\n'
        f'[[pin-set]]\nhosts = ["service-{n}.example.com"]\nkeys = ["now-{n}", "next-{n}"]\n\n'
    )


def shared_keys(count: int) -> str:
    """Each host with a pin-set of its own, and two of twenty keys."""
    used = sorted({key % 20 for n in range(count) for key in (n, n + 1)})
    keys = "".join(f'[keys.key-{n}]\nspki-sha256 = "{pin(str(n))}"\nrole = "leaf"\n\n' for n in used)
    return keys + "".join(
        f'[[pin-set]]\nhosts = ["service-{n}.example.com"]\nkeys = ["key-{n % 20}", "key-{(n + 1) % 20}"]\n\n'
        for n in range(count)
    )


def anchored(count: int) -> str:
    """The same as with own keys, where each tenth host trusts a CA of its own and has no keys."""
    some = [n for n in range(count) if n % 10 == 0]
    anchors = "".join(f'[anchors.root-{n}]\nfile = "{CAS}/{n}.pem"\n\n' for n in some)
    return anchors + "".join(
        f'[[pin-set]]\nhosts = ["service-{n}.example.com"]\ntrust = ["root-{n}"]\n\n'
        if n % 10 == 0
        else own_key(n)
        for n in range(count)
    )


def write_cas(folder: Path, count: int) -> None:
    """The certificates of their CAs; keys do not differ, which nothing asks for."""
    (folder / CAS).mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(0, count, 10):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Root {n}")])
        made = x509.CertificateBuilder(name, name, key.public_key(), n + 1, begins, begins + timedelta(9000))
        ca = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        certificate = ca.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
        (folder / CAS / f"{n}.pem").write_bytes(certificate)


SHAPES = {"own keys": (own_keys, EVERY), "shared keys": (shared_keys, EVERY), "own CAs": (anchored, ANCHORED)}
"""The bar against the parser is for the first and the last: there input and output grow alike.  The second has a
quarter of the input and nearly all of the output, so its ratio says how terse the input is."""


# -- measurements ----------------------------------------------------------------------------------


def parse_and_dump(text: str, times: int) -> float:
    """CPU seconds of tomllib.loads and json.dumps on the same data, in this process."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        json.dumps(tomllib.loads(text))
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def start_up(folder: Path) -> Iterator[tuple[str, float, float]]:
    """`--version` against an empty Python."""
    pairs = [
        (process("-c", "pass", cwd=folder), process("-m", "pincompiler", "--version", cwd=folder))
        for _ in range(15)
    ]
    bare = statistics.median(p.seconds for p, _ in pairs)
    ours = statistics.median(p.seconds for _, p in pairs)
    print(f"python -c pass {bare * 1000:8.0f} ms\n--version      {ours * 1000:8.0f} ms\n")
    yield "--version / python -c pass", statistics.median(o.seconds / b.seconds for b, o in pairs), 8


def commands(folder: Path) -> Iterator[tuple[str, float, float]]:
    """check and compile into every target, for each shape and size."""
    print(
        f"{'hosts':>7} {'':<12} {'check':>9} {'compile':>9} {'MB':>6} {'MB':>6}   parse + dump, and compile as its multiple"
    )
    write_cas(folder, SIZES[-1])
    for shape, (make, names) in SHAPES.items():
        memory = {}
        for count in SIZES:
            times = 3 if count == SIZES[-1] else 5
            text = f"version = 1\n\n{targets(names)}\n{make(count)}"
            (folder / "pins.toml").write_text(text)
            check = median(lambda: process("-m", "pincompiler", "check", cwd=folder), times)
            ours = median(lambda: process("-m", "pincompiler", "compile", "-o", "out", cwd=folder), times)
            base = parse_and_dump(text, times)
            memory[count] = ours.megabytes
            print(
                f"{count:>7,} {shape:<12} {check.seconds:7.2f} s {ours.seconds:7.2f} s {check.megabytes:6.0f} {ours.megabytes:6.0f}"
                f"   {base * 1000:6.0f} ms {ours.seconds / base:6.1f} x"
            )
        if make is not shared_keys:
            yield f"compile 10,000 hosts with {shape} / (tomllib + json.dumps)", ours.seconds / base, 6
        # What Python and the libraries take by themselves does not grow.
        small, middle, large = memory[1], memory[1_000], memory[10_000]
        yield f"memory above 1 host, {shape}: 10,000 / 1,000 hosts", (large - small) / (middle - small), 13
    print()


def growth(folder: Path) -> Iterator[tuple[str, float, float]]:
    """Each target by itself, 10,000 hosts against 1,000, without what start-up takes."""
    print(f"{'target':<18} {'1,000':>9} {'10,000':>9} {'growth':>8}")
    idle = median(lambda: process("-m", "pincompiler", "--version", cwd=folder), 5).seconds
    for target in TARGETS:
        taken = []
        for count, times in ((1_000, 5), (10_000, 3)):
            (folder / "pins.toml").write_text(f"version = 1\n\n{targets()}\n{own_keys(count)}")
            arguments = (
                "-m",
                "pincompiler",
                "compile",
                "-t",
                target.name,
                "-o",
                f"one-{count}-{target.name}",
            )
            taken.append(median(lambda: process(*arguments, cwd=folder), times).seconds)  # noqa: B023
        ratio = (taken[1] - idle) / (taken[0] - idle)
        print(f"{target.name:<18} {taken[0]:7.2f} s {taken[1]:7.2f} s {ratio:7.1f} x")
        yield f"growth of {target.name}, 10,000 / 1,000 hosts", ratio, 13


def refusal(folder: Path) -> Iterator[tuple[str, float, float]]:
    """A policy that four targets cannot keep for any host: every difference is found, named and told."""
    taken = []
    for count in (1_000, 10_000):
        text = own_keys(count).replace("[[pin-set]]", '[[pin-set]]\nexpires = 9999-01-01\nsubdomains = "all"')
        (folder / "pins.toml").write_text(f"version = 1\n\n{targets()}\n{text}")
        taken.append(median(lambda: process("-m", "pincompiler", "check", cwd=folder, code=1), 3).seconds)
    print(f"{'refused':<18} {taken[0]:7.2f} s {taken[1]:7.2f} s {taken[1] / taken[0]:7.1f} x\n")
    yield "growth of a refusal, 10,000 / 1,000 hosts", taken[1] / taken[0], 13


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = [*start_up(folder), *commands(folder), *growth(folder), *refusal(folder)]
    for what, measured, bar in results:
        print(f"{'ok  ' if measured <= bar else 'OVER'} {measured:6.1f} of at most {bar:>3}   {what}")
    if any(measured > bar for _, measured, bar in results):
        sys.exit("a bar was missed")


if __name__ == "__main__":
    main()
