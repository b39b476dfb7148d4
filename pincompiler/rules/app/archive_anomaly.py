"""The archive of the app is not what a build tool writes.

Such archives are made to be read one way by Android and another way by those who inspect them: entries
marked as encrypted, unknown compression methods, entries twice, sizes and names that contradict one
another.  The app was read as Android reads it; other tools may have seen another app.

```text
AndroidManifest.xml   compression method 30208, marked as encrypted
classes.dex           present twice
```

Use instead:

```text
AndroidManifest.xml   deflated
classes.dex           deflated
```

References: CWE-693; MASVS-RESILIENCE-2
"""

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import Location
from pincompiler.rules.rule import Audited, Findings, Level, Rule

_INFORMATION = lazy_regex(r"is the same app for other devices or uses: not read")
_DECEPTIVE = lazy_regex(
    r"marked as encrypted|more than once|unknown compression method|Android refuses|not loaded by Android"
    r"|two different (?:compression methods|sizes)|called otherwise|instead of binary XML|two texts|several end records"
)
"""What makes tools see something else than Android does."""


def check(audited: Audited) -> Findings:
    """Each kind of anomaly once, with how many entries have it."""
    found: dict[str, list[str]] = {}
    for one in audited.app.anomalies:
        if not _INFORMATION.search(one.what):
            found.setdefault(one.what, []).append(one.member)
    for what, members in found.items():
        more = f" (and {len(members) - 1:,} more)" if len(members) > 1 else ""
        yield RULE.in_file(
            Location(audited.app.path, member=members[0]),
            f"{members[0] or 'the archive'}{more}: {what}",
            "build the app anew, and ask who has changed it since",
            level=Level.WARNING if _DECEPTIVE.search(what) else Level.NOTE,
            role=what,
        )


RULE = Rule("archive-anomaly", Level.WARNING, __doc__, app=check)
