"""Cronet skips its pins for certificates of CAs that were installed on the device.

By default Cronet, and Android's HttpEngine with it, pins only connections whose certificate comes from a CA
that the system shipped with.  A CA that a user, an administrator or malware installed, once the device trusts
it for the app, may answer for every pinned host.  An app may choose that, for debugging and for inspected
networks; the choice should be made and not inherited.

```java
public final class Net {
    public static HttpEngine engine(Context context) {
        Set<byte[]> pins = new HashSet<>();
        pins.add(Base64.decode("HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=", Base64.DEFAULT));
        pins.add(Base64.decode("UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=", Base64.DEFAULT));
        return new HttpEngine.Builder(context)
                .addPublicKeyPins("api.example.com", pins, true, Instant.parse("2030-01-01T00:00:00Z"))
                .build();
    }
}
```

Use instead:

```diff
                 .addPublicKeyPins("api.example.com", pins, true, Instant.parse("2030-01-01T00:00:00Z"))
+                .setEnablePublicKeyPinningBypassForLocalTrustAnchors(false)
                 .build();
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028
"""

from itertools import groupby

from pincompiler.rules.rule import Audited, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Pins given to a builder that keeps Cronet's default; one finding for each method."""
    open_to = [entry for entry in audited.app.kits.cronet if entry.bypass is not None]
    for _, some in groupby(open_to, key=lambda entry: entry.code.location.symbol):
        entries = tuple(some)
        hosts = tuple(dict.fromkeys(entry.host for entry in entries))
        more = f" and {len(hosts) - 1:,} more" if len(hosts) > 1 else ""
        name = "setEnable" if entries[0].builder.startswith("Http") else "enable"
        yield from RULE.in_code(
            audited,
            entries[0].code,
            f"{entries[0].builder} skips the pins of {hosts[0]}{more} for CAs installed on the device",
            f"call {name}PublicKeyPinningBypassForLocalTrustAnchors(false)",
            hosts=hosts,
            mechanism=Mechanism.CRONET.value,
            confidence=entries[0].bypass,
        )


RULE = Rule("bypassable-cronet-pins", Level.WARNING, __doc__, app=check)
