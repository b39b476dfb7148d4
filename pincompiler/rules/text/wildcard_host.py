"""A host has a wildcard.

To OkHttp, `*.` stands for exactly one label and leaves the name itself out.  To Android, it is a character
like any other, so the entry matches no host and nothing is pinned, without an error.  NSPinnedDomains
allows none.  pins.toml says with `subdomains` how deep the pins go; the name itself is always
included.

```toml
[[pin-set]]
hosts = ["*.example.com"]
keys = ["api-2026", "api-2027"]
```

Use instead:

```toml
[[pin-set]]
hosts = ["example.com"]
subdomains = "one-label"
keys = ["api-2026", "api-2027"]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("wildcard-host", Level.ERROR, __doc__)
