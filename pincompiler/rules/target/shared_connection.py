"""A connection of one host may serve another, of which Android is not asked again.

OkHttp, which is below Retrofit, Ktor, Coil and most of what Android apps use, takes an open HTTP/2 connection for every
host at its address that the server's certificate names (RFC 9113 section 9.1.1).  The pins of a network security
configuration are checked in the handshake, for the host that was asked for first; the second gets the connection
whatever is pinned for it.  OkHttp's own `CertificatePinner` is asked for each host.  The rule reports pinned hosts that
have one certificate, or one key, where no target for OkHttp stands beside the configuration.

```toml
[[pin-set]]
hosts = ["api.example.com", "www.example.com"]
keys = ["api-2026", "api-2027"]

[target.nsc]
path = "network_security_config.xml"
```

Use instead:

```diff
 [target.nsc]
 path = "network_security_config.xml"
+
+[target.okhttp-kotlin]
+path = "Pins.kt"
+package = "com.example.shop"
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028; RFC 9113 section 9.1.1
"""

from collections.abc import Iterator

from pincompiler.keys.names import is_for
from pincompiler.policy.enforcement import Key, Role
from pincompiler.policy.policy import Policy
from pincompiler.rules.rule import Findings, Level, Lowered, Mechanism, Rule


def check(lowered: Lowered) -> Findings:
    """The first server's key that two pinned hosts have, where only Android itself is to check pins on Android."""
    if lowered.target.mechanism != Mechanism.NSC or Mechanism.OKHTTP in lowered.mechanisms:
        return
    for key, hosts in _shared(lowered.policy):
        message = (
            f"{hosts[0]} and {hosts[1]} have the certificate of `{key.title}`, so OkHttp may use one connection for "
            "both, which Android checks for the first"
        )
        fix = "add the target okhttp-kotlin or okhttp-java, whose pins OkHttp asks for each host"
        yield RULE.at(lowered.where, message, fix, hosts=hosts, target=lowered.name)
        return  # the remedy is the same for all


def _shared(policy: Policy) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """Each key of a server that several pinned hosts have: as its certificate says, else as the pin-sets do."""
    by_key: dict[Key, list[str]] = {}
    below: dict[str, list[str]] = {}
    for pin_set in policy.sets:
        for host in pin_set.hosts if pin_set.in_force else ():
            below.setdefault(host.partition(".")[2], []).append(host)
            for key in pin_set.in_force:
                if key.role is Role.LEAF:
                    by_key.setdefault(key, []).append(host)
    for key, hosts in by_key.items():
        names = key.certificate.names if key.certificate else None
        found = tuple(dict.fromkeys(hosts if names is None else _named(names, below)))
        if len(found) > 1:
            yield key, found


def _named(names: tuple[str, ...], below: dict[str, list[str]]) -> Iterator[str]:
    """The pinned hosts, kept by what is above their first label, that a certificate is for."""
    for name in names:
        yield from (host for host in below.get(name.lower().partition(".")[2], ()) if is_for((name,), host))


RULE = Rule("shared-connection", Level.NOTE, __doc__, target=check)
