"""What tests share: a fixed day, and the directory that the examples of rules are written for."""

from __future__ import annotations

import os
import random
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests import parts, pki
from tests.builds import BUILT, GOLDEN, only_real, write_golden
from tests.real.install import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

# A busy machine is no failure; CI tries the same examples each time, a developer's machine always new ones,
# and fewer of them for make test-fast.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.register_profile("fast", settings.get_profile("here"), max_examples=25)
settings.load_profile("ci" if os.environ.get("CI") else "here")

PROVING = (
    "platforms/",
    "test_policy.py",
    "test_fidelity.py",
    "test_worlds.py",
    "test_assessments.py",
    "test_mismatches.py",
    "test_mismatches_trust.py",
    "test_excerpts.py",
    "test_claims.py",
    "test_destinations.py",
    "audit/test_okhttp_pins.py",
    "audit/test_check_files.py",
)

SAMPLE_CERTS = Path(__file__).parent.parent / "samples" / "certs"

RSA_1024 = """\
-----BEGIN CERTIFICATE-----
MIICDTCCAXagAwIBAgIUMO7TDbTrAhOxHTxnzjRW/lw2N+8wDQYJKoZIhvcNAQEL
BQAwGjEYMBYGA1UEAwwPb2xkLmV4YW1wbGUuY29tMB4XDTI2MTEyMzE4MDIyNFoX
DTQ2MTExODE4MDIyNFowGjEYMBYGA1UEAwwPb2xkLmV4YW1wbGUuY29tMIGfMA0G
CSqGSIb3DQEBAQUAA4GNADCBiQKBgQCtt3dLbsI3CVDEeF+v2TnEyOREbIhjGaJC
o6J1O+B/MsIJ/UfexL/pJlEXb6x5TkldP1ZC0ll8ZpvPDSjDzSasRVfmk9hJZ4qu
I+OJiGIpfZKLKIO+eo/6jyi9ZDuKa376YijAUiv6GUlI/kP1ILznFdKg4Bnq/OiS
2UzJgnXx/QIDAQABo1AwTjAdBgNVHQ4EFgQUWpN2BskjgH7euJ8i1C7Q1S2kN6Qw
HwYDVR0jBBgwFoAUWpN2BskjgH7euJ8i1C7Q1S2kN6QwDAYDVR0TAQH/BAIwADAN
BgkqhkiG9w0BAQsFAAOBgQAx7k5P5UNWdI3fQ8+FXVw9B1sPb8JzGP3NAiEDijfX
rcSOEwVqqY0LYu33OC6r4zRz8NguECFDTOYbdruHdgmy4vsYCurKCUnfLu1cA7sf
3ZboprX4qcW2ToBO0lDso42XxrKcCBl/zwFdrkWOBdYMy0LOP7P5gFAAqIHObDN9
vQ==
-----END CERTIFICATE-----
"""
"""A server's certificate of 1024 bits; a fixed one, since libraries cease to make such keys."""

NSC_BASE = """\
<?xml version="1.0" encoding="utf-8"?>
<network-security-config>
    <base-config cleartextTrafficPermitted="false" />
    <debug-overrides>
        <trust-anchors>
            <certificates src="user" />
        </trust-anchors>
    </debug-overrides>
</network-security-config>
"""

NSC_BASE_WITH_PINS = """\
<?xml version="1.0" encoding="utf-8"?>
<network-security-config>
    <domain-config>
        <domain includeSubdomains="false">legacy.example.com</domain>
        <pin-set>
            <pin digest="SHA-256">2V0mMxGLCGJH3cG1yOfzHDuIWMCQgjxh4sWUpPfOqTo=</pin>
            <pin digest="SHA-256">Zbs8xqFHwRkl5C3Vb8pPfb0aWv1y2uNpU4IbRjVOm0E=</pin>
        </pin-set>
    </domain-config>
</network-security-config>
"""


@pytest.fixture(scope="session")
def today() -> date:
    """The day on which the examples of rules are judged."""
    return date(2026, 11, 23)


@pytest.fixture(scope="session")
def example_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the examples of rules name; not to be written to, see ``example_root``."""
    root = tmp_path_factory.mktemp("examples")
    certs = root / "certs"
    shutil.copytree(SAMPLE_CERTS, certs)
    whole = (certs / "api-2026.pem").read_bytes()
    files = {
        "ended.pem": pki.pem(pki.certificate(key=pki.private_key(number=11), ends=date(2026, 10, 1))),
        "spring.pem": pki.pem(pki.certificate(key=pki.private_key(number=12), ends=date(2027, 4, 1))),
        "ended-ca.pem": pki.pem(
            pki.certificate("Old Root", pki.private_key(number=14), ca=True, ends=date(2026, 10, 1))
        ),
        "ending-ca.pem": pki.pem(
            pki.certificate("Ending Root", pki.private_key(number=15), ca=True, ends=date(2026, 12, 10))
        ),
        "rsa1024.pem": RSA_1024.encode(),
        "api.key": pki.private(pki.private_key(number=13)),
        "bundle.pem": (certs / "shop-ca.pem").read_bytes() + (certs / "backup-ca.pem").read_bytes(),
        "truncated.pem": whole[: len(whole) // 2],
        "leaf.p12": pki.pkcs12_store(),
    }
    for file, content in files.items():
        (certs / file).write_bytes(content)
    android = root / "android"
    android.mkdir()
    (android / "nsc-base.xml").write_text(NSC_BASE, encoding="utf-8")
    (android / "by_hand.xml").write_text(NSC_BASE, encoding="utf-8")
    (android / "base-with-pins.xml").write_text(NSC_BASE_WITH_PINS, encoding="utf-8")
    return root


@pytest.fixture
def example_root(example_files: Path, tmp_path: Path) -> Path:
    """A project directory of the test's own, with the files that the examples of rules name."""
    root = tmp_path / "project"
    shutil.copytree(example_files, root)
    return root


@pytest.fixture(
    scope="module", params=[GOLDEN, pytest.param(BUILT, marks=(pytest.mark.real, pytest.mark.builds))]
)
def builds(request: pytest.FixtureRequest) -> str:
    """Run the test twice, with golden builds and with real ones; see :mod:`tests.builds`."""
    if request.param == BUILT:
        parts.need(missing())
    return str(request.param)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Rewrite the committed outputs and builds.")
    parser.addoption(
        "--shuffle", metavar="SEED", type=int, help="Run the files, and the tests of each, in a random order."
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what starts real parts and what proves the models, and put the longest first."""
    items[:] = [item for item in items if not only_real(item)]
    part = config.getoption("keyword") or any("::" in argument for argument in config.args)
    if (
        config.getoption("--update-golden")
        and part
        and any(item.get_closest_marker("builds") for item in items)
    ):
        raise pytest.UsageError("golden builds are written for whole files of tests: no -k, no single test")
    for item in items:
        if parts.is_real(item):
            item.add_marker(parts.MARK)
        if _proves(item):
            item.add_marker("proves")
    # Whole files go to one process or the other: they end at about the same time if what is left is short.
    items.sort(key=lambda item: item.get_closest_marker(parts.MARK) is None)
    seed = config.getoption("--shuffle")
    if seed is not None:
        shuffled(items, seed)


def _proves(item: pytest.Item) -> bool:
    """Whether a test is one of those that run every branch of the models: in processes of their own, which are traced.

    To trace all tests takes twice the time, and what another test has cached is not run again.
    """
    place = item.path.relative_to(Path(__file__).parent).as_posix()
    return place.startswith(PROVING) and item.get_closest_marker(parts.MARK) is None


def shuffled(items: list[pytest.Item], seed: int) -> None:
    """Put files in a random order, and the tests within each; the same in every process."""
    chance = random.Random(seed)  # noqa: S311
    files = sorted({item.path for item in items})
    chance.shuffle(files)
    place = {path: number for number, path in enumerate(files)}
    chance.shuffle(items)
    items.sort(key=lambda item: place[item.path])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    parts.running(item)
    try:
        return (yield)
    finally:
        parts.running(None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--update-golden"):
        write_golden()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, in one block."""
    stats = terminalreporter.stats
    lines = parts.summary([*stats.get("skipped", ()), *stats.get("failed", ()), *stats.get("error", ())])
    if lines:
        terminalreporter.section("left out", red=True)
        for line in lines:
            terminalreporter.line(line)
