"""What once failed is read or refused now, and the fuzzer itself finds faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.__main__ import Batch, cases, run
from tests.fuzz.targets import TARGETS, Target, attempt, seeds_of
from tests.patience import no_hang

PAST = sorted((Path(__file__).parent / "past").iterdir())


@pytest.mark.parametrize("path", PAST, ids=lambda path: path.name)
def test_what_once_failed(path: Path) -> None:
    with no_hang(path.name):
        attempt(TARGETS[path.name.rpartition("-")[0]], path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_sound_input_is_taken(name: str) -> None:
    for data in seeds_of(name):
        TARGETS[name].read(data)


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_a_batch_without_a_failure(name: str) -> None:
    """`make fuzz` tries more."""
    tried = run(Batch(name, 0, 150))
    assert not tried.failures
    assert cases(Batch(name, 0, 150)) == cases(Batch(name, 0, 150))


def test_a_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    (sound,) = seeds_of("nsc")

    def read(data: bytes) -> None:
        if len(data) != len(sound):
            raise IndexError

    monkeypatch.setitem(TARGETS, "nsc", Target(read, TARGETS["nsc"].seeds))
    failures = run(Batch("nsc", 0, 200)).failures
    assert 0 < len(failures) < 200
    assert all("IndexError" in why and len(data) != len(sound) for data, why in failures)
