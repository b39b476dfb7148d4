"""The app is debuggable.

Whoever holds the device can attach a debugger and read or change whatever the app does.  In a debuggable
build Android also obeys `<debug-overrides>`, whose certificate authorities are trusted for all hosts and
are not held to any pin: then it is an error.

```xml
<application android:debuggable="true" />
```

Use instead:

```xml
<application android:debuggable="false" />
```

References: CWE-489; MASVS-RESILIENCE-4; MASTG-TEST-0226
"""

from pincompiler.base.location import Location
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """``android:debuggable``, and what it means for the pins."""
    app = audited.app
    if app.manifest.debuggable:
        added = [anchor for file in app.nsc.counting for anchor in file.nsc.overrides or ()]
        skip = " and skip the pins" if any(anchor.overrides_pins for anchor in added) else ""
        pins = f", so the CAs of debug-overrides are trusted{skip}" if added else ""
        where = Location(app.path, member="AndroidManifest.xml")
        fix = "audit and ship a release build"
        level = Level.ERROR if added else Level.WARNING
        yield RULE.in_file(where, f"the app is debuggable{pins}", fix, level=level)


RULE = Rule("debuggable-app", Level.WARNING, __doc__, app=check)
