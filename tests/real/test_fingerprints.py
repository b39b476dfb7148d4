"""A finding stays the same finding from build to build, whatever R8 calls things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pincompiler.verdicts.fingerprints import fingerprints
from pincompiler.workflows.audit import AuditOptions, audit
from pincompiler.workflows.diff import compare
from tests.real.apps import build_app
from tests.real.conditions import GIVEN
from tests.real.test_trust import managers
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("real_tools")


def test_findings_keep_their_fingerprints_when_names_are_made_up_anew(tmp_path: Path) -> None:
    """The same app, shrunk twice, the second time with other names and with code before its own."""
    words = tmp_path / "words.txt"
    words.write_text("\n".join(f"{a}{b}" for a in "zyxwvu" for b in "zyxwvutsrq"), "utf-8")
    anew = f"-obfuscationdictionary {words}\n-classobfuscationdictionary {words}"
    told, apps = [], []
    for name, rules in (("first", ""), ("second", anew)):
        java = [*managers(sound=False), GIVEN]
        apk = build_app(tmp_path / name, java=java, libraries=(), shrink="r8-full", rules=rules)
        apps.append(apk)
        subject = audit(apk, AuditOptions(TODAY))
        places = {finding.location.symbol for finding in subject.findings if finding.location}
        prints = dict(zip(fingerprints(subject.package, subject.findings), subject.findings, strict=True))
        told.append((places, {print_: finding.rule for print_, finding in prints.items()}))
    (places, before), (moved, after) = told
    assert len(before) > 5
    assert places != moved
    assert after == before
    found = compare(apps[0], apps[1], TODAY).changes
    assert found
    assert (len(found.unchanged), found.any) == (len(before), False)
