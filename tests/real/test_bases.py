"""What is left of a hand-written base, by the parsers of five Androids: of every host they differ in pins alone."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.bases import HOSTS, Merged, merged

from .install import ANDROIDS
from .toolchain import Compiled, Device, android_answers, compile_resources

if TYPE_CHECKING:
    from pincompiler.policy.enforcement import Demand

pytestmark = pytest.mark.usefixtures("real_tools")


@cache
def files() -> tuple[list[Merged], list[Compiled]]:
    """Each as it was and as it is written, compiled for all Androids."""
    found = list(merged(1629, 600))
    texts = [text for one in found for text in (one.base, one.text)]
    return found, compile_resources(texts)


def pins(demand: Demand) -> frozenset[str]:
    return frozenset(b64encode(pin).decode() for clause in demand for pin in clause.leaf)


@pytest.mark.parametrize("debuggable", [False, True], ids=["release", "debuggable"])
@pytest.mark.parametrize("api", ANDROIDS)
def test_every_host_keeps_its_settings(api: int, *, debuggable: bool) -> None:
    found, binaries = files()
    device = Device(debuggable=debuggable)
    answers = android_answers(binaries, [HOSTS] * len(binaries), [device] * len(binaries), api)
    compared = pinned = 0
    for one, before, after in zip(found, answers[::2], answers[1::2], strict=True):
        assert (before.error is None) is (after.error is None), (one, before.error, after.error)
        if before.error is not None:
            continue
        is_refused = one.is_refused
        for host, here, there in zip(HOSTS, before.hosts, after.hosts, strict=True):
            said = (api, host, one.base.decode(), one.text.decode())
            assert ({*here.anchors}, here.cleartext) == ({*there.anchors}, there.cleartext), said
            compared += 1
            if not is_refused and one.is_held(host):
                covered = one.policy.covering(host)
                assert there.pins == (pins(one.policy.demand(host)) if covered else here.pins), said
                pinned += covered is not None
    assert min(compared, pinned * 5) > 5_000, (compared, pinned)
