"""A pin is not 32 bytes in base64.

A pin is the SHA-256 of a public key: 44 characters of base64, the last of them `=`.  With anything else,
such as a digest in hexadecimal or OkHttp's prefix, Android and TrustKit crash, and NSPinnedDomains accepts
no server.

```toml
[keys.backup]
spki-sha256 = "sha256/k2qNFzQyvGbcVjHMRpJAEXqOC1Mkas0BsEKmhMh2x9o="
role = "leaf"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "backup"]
```

Use instead:

```diff
 [keys.backup]
-spki-sha256 = "sha256/k2qNFzQyvGbcVjHMRpJAEXqOC1Mkas0BsEKmhMh2x9o="
+spki-sha256 = "k2qNFzQyvGbcVjHMRpJAEXqOC1Mkas0BsEKmhMh2x9o="
 role = "leaf"
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("malformed-pin", Level.ERROR, __doc__)
