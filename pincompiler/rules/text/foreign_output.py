"""A file that another pins.toml generated is in the way of an output.

The header of the file, or the notice in an Info.plist, names another pins.toml.  If two of them, say of
production and of staging, write one file, the last one compiled decides which pins ship, and the app is
released with the other's.  Give each a path of its own, or write each below a directory of its own with
`-o`.  If the other one has been renamed or does not write the file any more, pass `--force` once.

A header with a bare name means the nearest file of that name at or above the output.  Where that is another
file, the header names folders: `../pins.toml` seen from the output, or `mobile/pins.toml` for an output
elsewhere.  Moving the project or compiling from another directory changes nothing.

A pins.toml on standard input has no place.  Without `--name` its header has the digest of its policy, so that a
policy that means something else is another's; with `--name pins.toml` it is the file of that name.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[target.nsc]
path = "android/staging.xml"
```

Use instead:

```diff
 [target.nsc]
-path = "android/staging.xml"
+path = "android/production.xml"
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("foreign-output", Level.ERROR, __doc__)
