"""A host is not a host name.

Android and NSPinnedDomains compare the text with the server's name, character by character.  Text with a
scheme, a port, a path or a stray space equals no name: the host stays unpinned, without an error.  OkHttp and
TrustKit throw when they are set up, except for old versions of OkHttp, which match nothing or drop the port.

```toml
[[pin-set]]
hosts = ["https://api.example.com/v1"]
keys = ["api-2026", "api-2027"]
```

Use instead:

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("invalid-host", Level.ERROR, __doc__)
