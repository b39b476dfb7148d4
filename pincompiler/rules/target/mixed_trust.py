"""A host trusts other CAs than a name above that reaches it.

Clients with HTTP/2 share a connection between hosts that one certificate is for (RFC 9113 section 9.1.1), as OkHttp
does: whom the first host trusts then counts for the second, of which the network security configuration is not asked
again.  Hosts under one wildcard certificate should trust the same CAs, or have certificates of their own.  Targets
that cannot say whom a host trusts refuse such hosts anyway, so the rule is silent there.

```toml
[anchors.company-root]
file = "certs/shop-ca.pem"

[[pin-set]]
hosts = ["example.com"]
subdomains = "all"
keys = ["api-2026", "api-2027"]

[[pin-set]]
hosts = ["intranet.example.com"]
trust = ["company-root"]

[target.nsc]
path = "network_security_config.xml"
```

Use instead:

```diff
 hosts = ["intranet.example.com"]
-trust = ["company-root"]
+trust = ["system", "company-root"]
+keys = ["api-2026", "api-2027"]
@@
 hosts = ["example.com"]
+trust = ["system", "company-root"]
 subdomains = "all"
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028; RFC 9113 section 9.1.1
"""

from pincompiler.policy.enforcement import Reach
from pincompiler.rules.rule import Findings, Level, Lowered, Rule


def check(lowered: Lowered) -> Findings:
    """Hosts with other trust than a set above that would reach them, where the target can say so."""
    policy, target = lowered.policy, lowered.name
    for pin_set in policy.sets if lowered.model.own_trust() else ():
        for host in pin_set.hosts:
            for above in policy.above(host):
                if above.reach is not Reach.NONE and above.trust != pin_set.trust:
                    message = f"{host} trusts other CAs than {above.title}, which reaches it"
                    related = (("the set above it", above.where),) if above.where else ()
                    fix = "trust the same in both, or let no certificate be for both hosts"
                    where = pin_set.where_host(host)
                    yield RULE.at(where, message, fix, hosts=(host,), target=target, related=related)


RULE = Rule("mixed-trust", Level.WARNING, __doc__, target=check)
