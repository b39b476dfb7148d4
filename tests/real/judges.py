"""What judges the reports: axe-core for pages, and a schema of JUnit XML.

axe-core comes from npm, the schema out of the sources of pytest on PyPI, each pinned by version and checksum; they land
in ``.tools/`` and a second run takes no time.
"""

from __future__ import annotations

import hashlib
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

from tests import parts
from tests.dex import fetch
from tests.real.fetching import FetchError, run
from tests.real.install import tools_directory

_AXE: Final = "axe-core@4.14.1"
_PYTEST: Final = "8.4.2"
_PYTEST_SUM: Final = "86c0d0b93306b961d58d62a4db4879f27fe25513d4b969df351abdddb3c30e01"
_SCHEMA: Final = "junit-10.xsd"


def axe() -> Path:
    """The script that looks for what a page keeps from people."""
    return tools_directory() / _AXE.replace("@", "-") / "axe.min.js"


def junit_schema() -> Path:
    """The schema of Jenkins' xunit plug-in, as pytest holds its own reports to it."""
    return tools_directory() / f"pytest-{_PYTEST}" / _SCHEMA


def need(part: Path) -> Path:
    """The part; skip the running test, or fail it in CI, where it is missing."""
    parts.need(_absent(part))
    return part


def _absent(part: Path) -> list[str]:
    return [] if part.is_file() else [part.name]


def lacking_axe() -> list[str]:
    """The script, if it is missing."""
    return _absent(axe())


def fetch_axe() -> None:
    """Fetch the script; :class:`FetchError` if it cannot be had."""
    fetch.fetch(_AXE, (axe().name,), axe().parent)


def lacking_schema() -> list[str]:
    """The schema, if it is missing."""
    return _absent(junit_schema())


def fetch_schema() -> None:
    """Take the schema out of the sources of pytest; :class:`FetchError` if they cannot be had."""
    place = junit_schema()
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps"]
        source = ["--no-binary", "pytest", "-d", scratch, f"pytest=={_PYTEST}"]
        run([*pip, *source], "fetching the sources of pytest")
        (archive,) = Path(scratch).glob("*.tar.gz")
        if hashlib.sha256(archive.read_bytes()).hexdigest() != _PYTEST_SUM:
            raise FetchError(f"{archive.name} is not the package that was pinned")
        with tarfile.open(archive) as tar:
            content = tar.extractfile(f"pytest-{_PYTEST}/testing/example_scripts/{_SCHEMA}")
            if content is None:
                raise FetchError(f"{archive.name} has no {_SCHEMA}")
            half = Path(scratch, _SCHEMA)
            half.write_bytes(content.read())
        half.replace(place)
