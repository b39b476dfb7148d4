"""A bound that is reached takes nothing away in silence: what it hides leaves the app unknown.

Each bound is made as low as it goes, and the apps of other tests are audited again: whatever an audit then does not
find any more, it says that it has not seen all.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.base import bounds
from pincompiler.base.bounds import TABLE, Beyond, Bound
from pincompiler.facts.common import UNIDENTIFIED
from pincompiler.workflows import audit
from tests import builds
from tests.apk.forge import simple_zip
from tests.bounding import bounded, consulted
from tests.strategies import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pincompiler.verdicts.subject import Subject

ASKED: Final = audit.audit_options(TODAY, None, ())
OF_AN_APP: Final = [
    name
    for name, bound in TABLE.items()
    if bound.beyond in (Beyond.UNKNOWN, Beyond.USED, Beyond.TRUSTED)
    and not name.startswith(("ANDROGUARD", "RESCUED"))
    and bound is not bounds.ADDRESSES
]
OF_CLIENTS: Final = ("unpinned-client", "pinner-behind-permissive-trust")
NESTED: Final = frozenset({"levels", "calls", "callers", "methods", "values", "methods and fields"})
"""What may be none at all: units of depths."""


@cache
def keys() -> list[str]:
    return sorted(key for key in builds._index() if key.startswith("app-"))


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("apps")
    found = {key: folder / f"{key}.apk" for key in keys()}
    for key, path in found.items():
        path.write_bytes(simple_zip(builds._golden(key)))
    return found


@cache
def audited(path: Path) -> tuple[Subject, set[str]]:
    """What an audit says, and the bounds that it came to."""
    with consulted() as names:
        return audit.audit(path, ASKED), names


def limits(bound: Bound) -> Iterator[int]:
    """As low as it goes; a text at least as long as names are, for what is longer is none."""
    yield 40 if bound is bounds.TEXT_LETTERS else 1
    if bound.unit in NESTED:
        yield 0


def lost(whole: Subject, less: Subject) -> list[str]:
    """What is found no more: findings by rule and place, pins and their ends, verdicts of hosts."""
    return sorted(told(whole) - told(less))


def told(subject: Subject) -> set[str]:
    """Of libraries and of classes that lost their names, an audit promises less, and what a client is given is told
    where it is seen: a trust manager that accepts all is a finding by itself."""
    findings = [
        one
        for one in subject.findings
        if (one.evidence is None or one.evidence.first_party) and one.rule not in OF_CLIENTS
    ]
    pins = [one.pin for one in subject.pins if one.pin.owner != UNIDENTIFIED]
    return {
        *(f"{one.rule} at {one.location.symbol or one.location.member}" for one in findings if one.location),
        *(f"{pin.mechanism} {pin.host} {pin.pin} until {pin.expires}" for pin in pins),
        *(f"{row.host} {row.mechanism} {row.api} {row.verdict} {row.why}" for row in subject.verdicts),
    }


def doubts(subject: Subject) -> set[object]:
    return {one for one in subject.unseen if one.mechanisms}


def reached(name: str, paths: list[Path]) -> int:
    """How many apps a bound leaves unknown that were not; what is lost of others is a failure."""
    count = 0
    for path in paths:
        whole, names = audited(path)
        for limit in limits(TABLE[name]) if name in names else ():
            with bounded(TABLE[name], limit):
                less = audit.audit(path, ASKED)
            if doubts(less) - doubts(whole):
                count += 1
            else:
                assert not lost(whole, less), f"{name} at {limit}: {path}"
    return count


@pytest.mark.slow
@pytest.mark.parametrize("name", OF_AN_APP)
def test_some_apps(name: str, apps: dict[str, Path]) -> None:
    reached(name, [apps[key] for key in keys()[::60]])


@pytest.mark.slow
@pytest.mark.parametrize("name", OF_AN_APP)
def test_many_apps(name: str, apps: dict[str, Path]) -> None:
    reached(name, list(apps.values())[::16])
