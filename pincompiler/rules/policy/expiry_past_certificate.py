"""A pin-set outlives the certificate of a server key in it.

When the certificate ends before the pins do, the server must renew it with the very same key, or every app
built with these pins is locked out.  Public certificates last 200 days since March 2026, 100 from March 2027
and 47 from March 2029 (CA/Browser Forum ballot SC-081), and most servers make a new key at each renewal by
default (`certbot --reuse-key` keeps the key).

```toml
[keys.spring]
file = "certs/spring.pem"  # its certificate ends on 2027-04-01

[[pin-set]]
hosts = ["api.example.com"]
keys = ["spring", "backup-ca"]
expires = 2028-01-01
```

Use instead:

```diff
-keys = ["spring", "backup-ca"]
-expires = 2028-01-01
+keys = ["spring", "api-2027"]
+expires = 2027-03-01
```

References: CABF SC-081v3
"""

from pincompiler.policy.enforcement import Role
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Hosts whose pins end later than the notAfter of a server certificate among them."""
    for held in examined.ending():
        ends = held.asked.ends
        for number, key in enumerate(held.keys):
            if (
                ends
                and key.certificate
                and key.role is not Role.CA
                and key.certificate.not_after.date() < ends
            ):
                ended = key.certificate.not_after.date().isoformat()
                message = (
                    f"{held.title} is pinned until {ends.isoformat()}, and `{key.title}` ends on {ended}"
                )
                fix = "renew with the same key, or let the pins end first"
                yield RULE.at(held.where("expires"), message, fix, hosts=held.hosts, kind=str(number))


RULE = Rule("expiry-past-certificate", Level.WARNING, __doc__, policy=check)
