"""What every test of the real parts shares."""

from __future__ import annotations

import pytest

from tests import parts

from .install import missing


@pytest.fixture(scope="session")
def real_tools() -> None:
    """Skip what needs the real parts where one is missing, or fail; see :mod:`tests.parts`."""
    parts.need(missing())
