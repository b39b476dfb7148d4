"""samples/ is the first golden case: what compile writes is what is committed, and reads back the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pincompiler.platforms.registry import TARGETS, target_named
from pincompiler.policy.differences import differences
from pincompiler.workflows import compile as compiler
from pincompiler.workflows import write as outputs
from tests.strategies import TODAY

SAMPLES = Path(__file__).parent.parent / "samples"
CASES = [
    SAMPLES / "pins.toml",
    SAMPLES / "environments" / "pins.toml",
    *sorted((Path(__file__).parent / "golden").glob("*/pins.toml")),
]


@pytest.mark.parametrize("pins", CASES, ids=lambda p: p.parent.name)
def test_committed_outputs_are_current(pins: Path, request: pytest.FixtureRequest) -> None:
    checked = compiler.check(pins, TODAY)
    assert checked.ok, checked.findings
    artifacts = compiler.artifacts(checked)
    if request.config.getoption("--update-golden"):
        outputs.write_all(artifacts, pins.parent)
    assert {str(a.path) for a in outputs.stale(artifacts, pins.parent)} == set()


@pytest.mark.parametrize("pins", CASES, ids=lambda p: p.parent.name)
def test_committed_outputs_read_back_to_what_was_meant(pins: Path) -> None:
    checked = compiler.check(pins, TODAY)
    for variant in checked.variants:
        for lowering in variant.lowered:
            target = target_named(lowering.output.target)
            model = target.read((pins.parent / lowering.output.path).read_bytes(), checked.project.app)
            assert model.policy_digest == lowering.said.digest()
            if target.twin and variant.project.policy.assessors:
                continue  # it means something beside the release's file alone: tests/test_assessments.py
            assert model == lowering.effective
            assert model.policy_digest == variant.project.policy.digest()
            assert not list(differences(lowering.effective, model))


def test_the_samples_show_every_target() -> None:
    checked = compiler.check(SAMPLES / "pins.toml", TODAY)
    assert {output.target for output in checked.project.outputs} == {target.name for target in TARGETS}


def test_compiling_from_nothing_gives_the_same_bytes(tmp_path: Path) -> None:
    """All but the Info.plist, which is edited, is made anew; twice."""
    for name in ("pins.toml", "certs", "android/nsc-base.xml", "ios/Shop/Info.plist"):
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        source = SAMPLES / name
        shutil.copytree(source, place) if source.is_dir() else shutil.copy(source, place)
    for _ in range(2):
        checked = compiler.check(tmp_path / "pins.toml", TODAY)
        outputs.write_all(compiler.artifacts(checked), tmp_path)
        for lowering in checked.lowered:
            path = lowering.output.path
            assert (tmp_path / path).read_bytes() == (SAMPLES / path).read_bytes()
