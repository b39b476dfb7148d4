"""Generated Swift against the real Swift compiler, with TrustKit's public API as a stub."""

from __future__ import annotations

from datetime import date
from pathlib import Path, PurePosixPath

import pytest

from pincompiler.platforms.target import Job
from pincompiler.platforms.trustkit import TrustKit, TrustKitDomain
from pincompiler.platforms.trustkit_swift import TRUSTKIT_SWIFT
from pincompiler.policy.project import Output
from pincompiler.workflows import compile as compiler
from tests import parts
from tests.strategies import LEAVES

from . import swift

pytestmark = pytest.mark.real

SAMPLES = Path(__file__).parent.parent.parent / "samples"


@pytest.fixture(autouse=True)
def _real_swift() -> None:
    parts.need(swift.lacking())


@pytest.mark.parametrize("language", ["5", "6"])
def test_the_sample_compiles(language: str) -> None:
    checked = compiler.check(SAMPLES / "pins.toml", date(2026, 11, 23))
    (output,) = (
        lowering.output for lowering in checked.lowered if lowering.output.target == "trustkit-swift"
    )
    swift.typecheck([SAMPLES / output.path], language=language)


def test_the_compiler_is_asked_for_real(tmp_path: Path) -> None:
    """A misspelt name of TrustKit's API is refused, so that passing means something."""
    text = (SAMPLES / "ios" / "Shop" / "Pins.swift").read_text("utf-8")
    wrong = tmp_path / "Pins.swift"
    wrong.write_text(text.replace("kTSKEnforcePinning", "kTSKEnforcePining"), "utf-8")
    with pytest.raises(swift.ToolError, match="kTSKEnforcePining"):
        swift.typecheck([wrong])


def test_ten_thousand_hosts_compile(tmp_path: Path) -> None:
    domains = (TrustKitDomain(f"host-{n}.example.com", n % 2 == 0, LEAVES[:2]) for n in range(10_000))
    output = Output("trustkit-swift", PurePosixPath("Pins.swift"))
    assert TRUSTKIT_SWIFT.write
    path = tmp_path / "Pins.swift"
    path.write_bytes(TRUSTKIT_SWIFT.write(TrustKit(tuple(domains)), Job("pins.toml", "sha256/none", output)))
    swift.typecheck([path])
