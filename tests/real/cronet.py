"""The real Cronet, Chromium 133's network stack: asked through its C interface, in a process of its own.

It comes from PyPI, pinned by version and checksum in ``cronet.txt``.  Trust it takes from an NSS database below ``HOME``.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.real.fetching import run
from tests.real.install import tools_directory

if TYPE_CHECKING:
    from collections.abc import Sequence

CRONET: Final = "cronet-0.1.6"
_PROBE: Final = Path(__file__).with_name("cronet_probe.py")


@dataclass(frozen=True, slots=True)
class Pins:
    """One entry of an engine's parameters."""

    host: str
    hashes: tuple[str, ...]
    """``sha256/`` and base64."""
    subdomains: bool
    expires_ms: int
    """Of the Unix epoch."""


def library() -> Path | None:
    """The shared library, if it is there."""
    return next(iter(sorted((tools_directory() / CRONET).glob("python_cronet.libs/libcronet*.so"))), None)


def lacking() -> list[str]:
    """What of it is missing."""
    absent = [] if library() else [CRONET]
    return absent if shutil.which("certutil") else [*absent, "certutil"]


def fetch() -> None:
    """Unpack the wheel; :class:`FetchError` if pip cannot."""
    place = tools_directory() / CRONET
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        half = Path(scratch, "whole")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps"]
        whole = ["--python-version", "3.11", "--only-binary", ":all:", "--target", str(half)]
        wanted = ["--require-hashes", "-r", str(Path(__file__).with_name("cronet.txt"))]
        run([*pip, *whole, *wanted], f"installing {CRONET}")
        shutil.rmtree(place, ignore_errors=True)
        half.rename(place)


def ask(port: int, root: bytes, questions: Sequence[tuple[Sequence[Pins], Sequence[str]]]) -> list[list[str]]:
    """Of each engine with these pins what becomes of a request to each host, all of which are the server at a port.

    ``accepted``, ``refused`` for want of a pinned key, or what else Cronet says; ``root`` is the only CA, in PEM.
    """
    found = library()
    assert found
    asked = [
        {"pins": [[one.host, one.hashes, one.subdomains, one.expires_ms] for one in pins], "hosts": hosts}
        for pins, hosts in questions
    ]
    with tempfile.TemporaryDirectory() as home:
        store = Path(home, ".pki", "nssdb")
        store.mkdir(parents=True)
        Path(home, "root.pem").write_bytes(root)
        database = ["-d", f"sql:{store}"]
        run(["certutil", "-N", *database, "--empty-password"], "making an NSS database")
        run(["certutil", "-A", *database, "-n", "root", "-t", "C,,", "-i", f"{home}/root.pem"], "adding a CA")
        given, told = Path(home, "questions.json"), Path(home, "answers.json")
        given.write_text(json.dumps({"library": str(found), "port": port, "questions": asked}))
        # What it opens by itself it finds beside it, and only if it is told before it starts.
        surroundings = {**os.environ, "HOME": home, "LD_LIBRARY_PATH": str(found.parent)}
        run([sys.executable, str(_PROBE), str(given), str(told)], "asking Cronet", environment=surroundings)
        answers: list[list[str]] = json.loads(told.read_text())
        return answers
