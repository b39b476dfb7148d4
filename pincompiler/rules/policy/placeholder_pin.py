"""A pin is a placeholder or was copied from documentation.

No server has such a key.  Alone, the pin blocks every connection; beside a real one it looks like a backup
and is none.  The rule knows pins of repeated letters and of letters or bytes in their order, texts that were
encoded, words such as `placeholder`, the SHA-256 of nothing, and the sample pins of the documentation of Android,
OkHttp, TrustKit and TrustKit-Android.

```toml
[keys.backup]
spki-sha256 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
role = "leaf"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "backup"]
```

Use instead:

```diff
 [keys.backup]
-spki-sha256 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
-role = "leaf"
+file = "certs/api-2027.csr"
```

References: CWE-1188; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.policy.enforcement import Key
from pincompiler.policy.placeholders import placeholder
from pincompiler.rules.rule import Examined, Findings, Level, Rule

SAMPLES = {
    "7HIpactkIAq2Y49orFOOQKurWxmmSFZhBCoQYcRhJ3Y=": "Android's documentation",
    "fwza0LRMXouZHRC8Ei+4PyuldPDcf3UKgO/04cDM1oE=": "Android's documentation",
    "afwiKY3RxoMmLkuRW1l7QsPZTJPwDS2pdDROQjXw8ig=": "OkHttp's documentation",
    "HXXQgxueCIU5TTLHob/bPbwcKOKw6DkfsTWYHbxbqTY=": "TrustKit's documentation",
    "0SDf3cRToyZJaMsoS17oF72VMavLxj/N7WBNasNuiR8=": "TrustKit's documentation",
    "TQEtdMbmwFgYUifM4LDF+xgEtd0z69mPGmkp014d6ZY=": "TrustKit's documentation",
    "rFjc3wG7lTZe43zeYTvPq8k4xdDEutCmIhI5dn4oCeE=": "TrustKit's documentation",
    "k3XnEYQCK79AtL9GYnT/nyhsabas03V+bhRQYHQbpXU=": "TrustKit-Android's documentation",
    "2kOi4HdYYsvTR1sTIR7RHwlf2SescTrpza9ZrWy7poQ=": "TrustKit-Android's documentation",
}
"""Sample pins of public documentation; those of real CAs in them are left out, since they may be meant."""


def check(examined: Examined) -> Findings:
    """Keys whose pin nobody can have."""
    for key in examined.keys:
        what = _what(key)
        if what:
            where = key.where.at("spki-sha256") if key.where and key.where.path else key.where
            hosts = examined.hosts_of(key)
            fix = "put the pin of a key of yours: pincompiler pin FILE"
            yield RULE.at(where, f"the pin of `{key.title}` is {what}", fix, hosts=hosts)


def _what(key: Key) -> str:
    source = SAMPLES.get(key.pin)
    return f"the sample of {source}" if source else placeholder(key.spki_sha256)


RULE = Rule("placeholder-pin", Level.ERROR, __doc__, policy=check)
