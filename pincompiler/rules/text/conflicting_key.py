"""A key has both a file and a pin.

The pin follows from the file, so a second pin is of no use while the two agree.  They stop agreeing when one
is replaced and the other forgotten, and then nobody knows which of the two the server has.

```toml
[keys.api-2026]
file = "certs/api-2026.pem"
spki-sha256 = "k2qNFzQyvGbcVjHMRpJAEXqOC1Mkas0BsEKmhMh2x9o="

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```

Use instead:

```diff
 file = "certs/api-2026.pem"
-spki-sha256 = "k2qNFzQyvGbcVjHMRpJAEXqOC1Mkas0BsEKmhMh2x9o="
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("conflicting-key", Level.ERROR, __doc__)
