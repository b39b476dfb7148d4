"""Archive anomalies: what deceives tools is a warning, what is merely odd a note, and news is nothing."""

from __future__ import annotations

from datetime import date

from pincompiler.archives.oddities import Anomaly
from pincompiler.base.finding import Finding, Level
from pincompiler.facts import ShippedApp
from pincompiler.rules.app import archive_anomaly
from pincompiler.rules.rule import Audited


def found(*anomalies: Anomaly) -> list[Finding]:
    assert archive_anomaly.RULE.app is not None
    audited = Audited(ShippedApp("a.apk", "apk", "", anomalies=anomalies), date(2026, 11, 24))
    return list(archive_anomaly.RULE.app(audited))


def test_an_anomaly_is_told_once_with_its_entries() -> None:
    what = "is marked as encrypted, which Android does not look at"
    (told,) = found(Anomaly(what, "classes.dex"), Anomaly(what, "AndroidManifest.xml"))
    assert told.level is Level.WARNING
    assert told.message == f"classes.dex (and 1 more): {what}"
    assert told.location is not None
    assert (told.location.file, told.location.member) == ("a.apk", "classes.dex")


def test_what_deceives_nobody_is_a_note() -> None:
    (told,) = found(Anomaly("states another size than it has", "resources.arsc"))
    assert told.level is Level.NOTE


def test_news_is_no_finding() -> None:
    assert found(Anomaly("is the same app for other devices or uses: not read", "x86.apk")) == []
    assert found() == []
