"""What every test of the real parts shares."""

from __future__ import annotations

import os
from typing import Final

import pytest

from .toolchain import available

REQUIRE: Final = "PINCOMPILER_REQUIRE_TOOLS"


@pytest.fixture(scope="session")
def real_tools() -> None:
    """Skip what needs the real parts where they are missing; fail if ``REQUIRE`` is set to 1."""
    reason = available()
    if reason is None:
        return
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
