"""Generated property lists against the plutil of Apple's Foundation: what we write is sound, what it refuses we do."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from pincompiler.base.errors import InputError
from pincompiler.platforms import plist
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.policy.project import App, Output
from tests import parts
from tests.strategies import policies

from . import swift
from .drawing import drawn

pytestmark = pytest.mark.real

SAMPLE = Path(__file__).parent.parent.parent / "samples" / "ios" / "Shop" / "Info.plist"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
"""


@pytest.fixture(autouse=True)
def _real_plutil() -> None:
    parts.need(swift.lacking())


def test_what_is_generated(tmp_path: Path) -> None:
    """Policies of all kinds, by turns into a new file, a team's own, and one that has pins already."""
    written = [SAMPLE]
    bases = (b"", SAMPLE.read_bytes(), f'{HEAD}<plist version="1.0"><dict/></plist>\n'.encode())
    for number, policy in enumerate(drawn(policies, 60)):
        data = bases[number % len(bases)]
        for name in ("ats", "trustkit"):
            target, output = target_named(name), Output(name, PurePosixPath("Info.plist"))
            assert target.entries is not None
            job = Job("pins.toml", "sha256/", output)
            data = plist.edit(data, target.entries(target.lower(policy, App(), output), job), "Info.plist")
        written.append(tmp_path / f"{number}.plist")
        written[-1].write_bytes(data)
    swift.lint(written)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<dict>",
        "<dict><true/></dict>",
        "<dict><key>A</key></dict>",
        "<dict><key>A</key><key>B</key><true/></dict>",
        "<dict><key>A</key><string>b</dict>",
        "<dict><key>A</key><wrong/></dict>",
        "<dict><key>A</key><integer>x</integer></dict>",
        "<dict><key>A</key><date>yesterday</date></dict>",
        "<dict><key>A</key><string>a & b</string></dict>",
        "<dict><key>A</key><string>&x;</string></dict>",
    ],
)
def test_what_plutil_refuses(body: str, tmp_path: Path) -> None:
    path = tmp_path / "Info.plist"
    path.write_text(f'{HEAD}<plist version="1.0">\n{body}\n</plist>\n', "utf-8")
    with pytest.raises(swift.ToolError, match="NSCocoaErrorDomain Code=3840"):
        swift.lint([path])
    with pytest.raises(InputError):
        plist.load(path.read_bytes(), "Info.plist")
