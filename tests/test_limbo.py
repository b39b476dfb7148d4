"""Chains of x509-limbo's cases: what is read from a file is refused where a handshake is, and the manual counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import limbo, pages

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_the_cases(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    found = {name: limbo.tried(case, tmp_path) for name, case in limbo.CASES.items()}
    assert [name for name, one in found.items() if one.chain is not one.handshake] == []
    assert [name for name, one in found.items() if one.limbo and not one.chain] == []
    # What these refuse, no profile takes.
    for name in ("rfc5280::validity::expired-leaf", "rfc5280::chain-untrusted-root", "webpki::no-san"):
        assert not found[name].chain
    pages.held("verify", "limbo", limbo.table(found), update=request.config.getoption("--update-golden"))
