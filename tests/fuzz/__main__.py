"""``make fuzz``: damaged inputs for every reader, in batches that are watched; what fails is kept in ``past``.

python -m tests.fuzz [--cases N] [--seed N] [--jobs N] [--figures FILE] [TARGET...]
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import random
import sys
import time
import traceback
from pathlib import Path
from typing import NamedTuple

from pincompiler.base.workers import Allowance, Died, supervised
from tests.fuzz.mutating import mutated
from tests.fuzz.targets import TARGETS, attempt, seeds_of

PAST = Path(__file__).parent / "past"
BATCH = 500
SLOW_S = 5.0
"""Seconds of CPU time that no damaged copy of a small input may take."""


class Batch(NamedTuple):
    """Some cases of a target, which follow from a number."""

    target: str
    number: int
    cases: int


class Tried(NamedTuple):
    """What came of a batch."""

    batch: Batch
    slowest: float
    """Seconds of CPU time."""
    failures: tuple[tuple[bytes, str], ...]


def cases(batch: Batch) -> list[bytes]:
    """The inputs of a batch, the same in every run."""
    seeds = seeds_of(batch.target)
    chance = random.Random(f"{batch.target} {batch.number}")  # noqa: S311
    return [mutated(chance.choice(seeds), chance, seeds) for _ in range(batch.cases)]


def run(batch: Batch) -> Tried:
    """Read all of a batch."""
    gc.collect()  # workers look for no cycles of themselves: one app leaves few
    slowest, failures = 0.0, []
    for data in cases(batch):
        began = time.process_time()
        try:
            attempt(TARGETS[batch.target], data)
        except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
            failures.append((data, traceback.format_exc()))
        took = time.process_time() - began
        slowest = max(slowest, took)
        if took > SLOW_S:
            failures.append((data, f"took {took:.1f} s"))
    return Tried(batch, slowest, tuple(failures))


def keep(target: str, data: bytes) -> Path:
    """Put an input where make test reads it."""
    PAST.mkdir(exist_ok=True)
    path = PAST / f"{target}-{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    return path


class Figures(NamedTuple):
    """What came of a target, a line of the file of figures."""

    target: str
    seed: int
    cases: int
    seconds: int
    """By the clock, of all processes together."""
    slowest_ms: int
    failures: int

    def __str__(self) -> str:
        return (
            f"{self.target:<12} {self.cases:>10,} {self.seconds:>8} {self.slowest_ms:>6} ms  {self.failures}"
        )


def tried(name: str, cases: int, seed: int, jobs: int) -> Figures:
    """Try so many cases of a target; what fails is printed, each kind once, and kept."""
    batches = [Batch(name, seed * 1_000_000 + number, BATCH) for number in range(-(-cases // BATCH))]
    began, slowest, wrong = time.monotonic(), 0.0, 0
    kinds: set[str] = set()
    for found in supervised(run, batches, jobs, Allowance(seconds=900, megabytes=4_000)):
        if isinstance(found, Died):
            wrong += 1
            print(f"{found.task}: the process {found.why}", file=sys.stderr)
            continue
        slowest = max(slowest, found.slowest)
        wrong += len(found.failures)
        for data, why in found.failures:
            kind = "\n".join(why.rstrip().split("\n")[-3:])
            if kind not in kinds:
                print(f"{keep(name, data)}\n{why}", file=sys.stderr)
            kinds.add(kind)
    took = round(time.monotonic() - began)
    return Figures(name, seed, len(batches) * BATCH, took, round(slowest * 1000), wrong)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--cases", type=int, default=20_000, help="for each target (20,000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--figures", type=Path, help="a file that the figures are added to, a line of JSON a target"
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    asked = parser.parse_args()
    total, failed = 0, 0
    print(f"{'target':<12} {'cases':>10} {'seconds':>8} {'slowest':>9}  failures")
    for name in asked.targets or TARGETS:
        found = tried(name, round(asked.cases * TARGETS[name].share), asked.seed, asked.jobs)
        print(found, flush=True)
        if asked.figures:
            with asked.figures.open("a") as file:
                file.write(json.dumps(found._asdict()) + "\n")
        total, failed = total + found.cases, failed + found.failures
    print(f"{total:,} cases, {failed} failures")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
