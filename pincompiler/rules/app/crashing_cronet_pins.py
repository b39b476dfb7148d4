"""Cronet refuses a pin or a host: the app crashes where it adds them.

`addPublicKeyPins` throws IllegalArgumentException for a pin that is not the 32 bytes of a SHA-256 and
for a host that is no host name: an IP address, a URL, a wildcard.

```java
public final class Net {
    public static HttpEngine engine(Context context) {
        Set<byte[]> pins = new HashSet<>();
        pins.add(Base64.decode("HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=", Base64.DEFAULT));
        pins.add(Base64.decode("UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=", Base64.DEFAULT));
        return new HttpEngine.Builder(context)
                .addPublicKeyPins("*.example.com", pins, true, Instant.parse("2030-01-01T00:00:00Z"))
                .setEnablePublicKeyPinningBypassForLocalTrustAnchors(false)
                .build();
    }
}
```

Use instead:

```diff
         return new HttpEngine.Builder(context)
-                .addPublicKeyPins("*.example.com", pins, true, Instant.parse("2030-01-01T00:00:00Z"))
+                .addPublicKeyPins("api.example.com", pins, true, Instant.parse("2030-01-01T00:00:00Z"))
                 .setEnablePublicKeyPinningBypassForLocalTrustAnchors(false)
```

References: CWE-755; MASVS-NETWORK-2; MASWE-0028
"""

from collections.abc import Iterator

from pincompiler.base.bounds import shortened
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.facts.kits import CronetEntry
from pincompiler.rules.rule import Audited, Findings, Level, Mechanism, Rule

_DIGITS = lazy_regex(r"[0-9.]*")
_FORBIDDEN = lazy_regex(r"[\x00-,/:-@\[-`{-\x7f]|(?:^|\.)-|-(?:\.|$)|\.\.|^\.")
"""What IDN.toASCII refuses with USE_STD3_ASCII_RULES: other ASCII than letters, digits and inner hyphens."""
_LONGEST = 255


def check(audited: Audited) -> Findings:
    """Entries that CronetEngineBuilderImpl throws for."""
    for entry in audited.app.kits.cronet:
        for what, fix in _refused(entry):
            yield from RULE.in_code(
                audited,
                entry.code,
                f"{entry.builder}.addPublicKeyPins throws: {what}",
                fix,
                hosts=(entry.host,),
                mechanism=Mechanism.CRONET.value,
            )


def _refused(entry: CronetEntry) -> Iterator[tuple[str, str]]:
    host = entry.host
    if _DIGITS.fullmatch(host) or _FORBIDDEN.search(host) or len(host) > _LONGEST:
        yield f"`{shortened(host)}` is no host name", "give a host name without scheme, port or wildcard"
    for pin in entry.pins:
        if len(pin) != 32:
            yield f"a pin for {host} has {len(pin)} bytes", "give the SHA-256 of the SubjectPublicKeyInfo"
            return


RULE = Rule("crashing-cronet-pins", Level.ERROR, __doc__, app=check)
