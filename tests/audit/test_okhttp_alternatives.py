"""A host that may be one of several texts: what OkHttp throws on is none that an app gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pincompiler.workflows import audit
from tests.apk.forge import simple_zip
from tests.dex import burdens
from tests.dex import writer as w
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path


def either(one: str, other: str) -> burdens.Files:
    """An app that adds a pin for one host or the other: which, it finds out when it runs."""
    code: list[w.Instruction | str] = []
    for instruction in burdens.pinning(0):
        if instruction == w.string(2, "h0.example.com"):
            code += [w.call("static", "Ljava/lang/System;", "identityHashCode", "()I"), (0x0A | 6 << 8,)]
            code += [w.string(2, one), w.if_zero(6, "end"), w.string(2, other), "end"]
        else:
            code.append(instruction)
    return burdens.app([w.Class(f"{burdens.APP}Net;", [burdens.static("all", [*code, w.RETURN])])])


@pytest.mark.parametrize(
    ("texts", "hosts", "complete"),
    [
        # Which of the two it is depends on what is not known: neither is pinned for certain.
        (("a.example.com", "b.example.com"), {"a.example.com", "b.example.com"}, False),
        (("https://a.example.com", "a.example.com"), {"a.example.com"}, False),
        (("a.example.com", "api.*.com"), {"a.example.com"}, False),
        # All that it may be is refused: then the app is at fault, and not its reader.
        (
            ("https://a.example.com", "https://b.example.com"),
            {"https://a.example.com", "https://b.example.com"},
            True,
        ),
    ],
)
def test_only_hosts_are_told(
    texts: tuple[str, str], hosts: set[str], *, complete: bool, tmp_path: Path
) -> None:
    path = tmp_path / "app.apk"
    path.write_bytes(simple_zip(either(*texts)))
    subject = audit.audit(path, audit.audit_options(TODAY, None, ()))
    assert {one.pin.host for one in subject.pins} == hosts
    assert subject.complete is complete
    told = "unmatched-pattern" in {one.rule for one in subject.findings}
    assert told is all(text.startswith("https://") for text in texts)
