"""A script turns cordova-plugin-advanced-http's certificate checks off.

## Why is this bad?

In the mode `nocheck` the plugin accepts every certificate for every host: anybody between the device and
the server reads and changes the traffic.

## Example

```js
cordova.plugin.http.setServerTrustMode('nocheck', start, fail);
```

Use instead:

```js
cordova.plugin.http.setServerTrustMode('pinned', start, fail);
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Confidence, Level
from pincompiler.facts import Mechanism
from pincompiler.rules.rule import Audited, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.base.finding import Finding


def check(audited: Audited) -> Iterator[Finding]:
    """Choices of that mode in scripts; whether such a script runs in a release cannot be told."""
    for one in audited.app.kits.hybrid:
        if one.mode == "nocheck":
            yield RULE.in_file(
                one.where,
                "setServerTrustMode('nocheck') accepts every certificate for every host",
                "use the mode pinned, or default",
                mechanism=Mechanism.HYBRID.value,
                confidence=Confidence.LIKELY,
                role="nocheck",
            )


RULE = Rule("nocheck-server-trust", Level.ERROR, __doc__, app=check)
