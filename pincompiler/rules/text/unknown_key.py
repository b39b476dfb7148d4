"""An entry means nothing where it stands.

## Why is this bad?

It is misspelt, or belongs to another table, and would be skipped without a word.  A skipped `subdomains`
leaves hosts unpinned, a skipped `expires` pins them for ever, and nobody learns of it before the first
key is replaced.

## Example

```toml
[[pin-set]]
hosts = ["example.com"]
include-subdomains = true
keys = ["api-2026", "api-2027"]
```

Use instead:

```toml
[[pin-set]]
hosts = ["example.com"]
subdomains = "all"
keys = ["api-2026", "api-2027"]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("unknown-key", Level.ERROR, __doc__)
