"""The app is signed for development, and not for the store.

A build with `get-task-allow` lets whoever holds the device attach a debugger and change what the app does, its pins
included.  One whose provisioning profile names devices, or is for an enterprise's own, was never what the store hands
out: what an audit finds in it may be otherwise in the app that users have.

```xml
<!-- embedded.mobileprovision -->
<key>Entitlements</key>
<dict>
  <key>get-task-allow</key>
  <true/>
</dict>
<key>ProvisionedDevices</key>
<array>
  <string>00008030-001C2D8A0E38802E</string>
</array>
```

Use instead:

```xml
<!-- embedded.mobileprovision -->
<key>Entitlements</key>
<dict>
  <key>get-task-allow</key>
  <false/>
</dict>
```

References: CWE-489; MASVS-RESILIENCE-4; MASTG-TEST-0261; Apple: TN3125
"""

from pincompiler.base.location import Location
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """What the app's own provisioning profile says; its extensions are signed for the same."""
    app = audited.app
    if app.main and app.main.signed_for:
        where = Location(app.path, member="embedded.mobileprovision")
        message = f"the build {' and '.join(app.main.signed_for)}"
        yield RULE.in_file(where, message, "audit the build that is uploaded to the store", role="profile")


RULE = Rule("development-signed-app", Level.NOTE, __doc__, app=check)
