"""Audits as the annotations of GitHub and GitLab take them: the findings of each app, and its unknowns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.reports.names import java_name
from pincompiler.reports.pipelines.inspected import Inspected

if TYPE_CHECKING:
    from pincompiler.verdicts.subject import Subject


def inspected(subject: Subject) -> Inspected:
    """What is wrong with an app, and what of it was not seen; what is fixed is no annotation."""
    doubts = (f"{one.what}: {one.why}" for one in subject.unseen if one.mechanisms)
    return Inspected("audit", subject.path, subject.findings, tuple(map(java_name, doubts)), subject.error)
