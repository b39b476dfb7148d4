"""A pin-set expires on the very day its certificate does.

The end of a certificate says nothing about when an app may stop pinning.  Certificates are renewed weeks
before they end, and their lives shrink to 47 days by 2029 (CA/Browser Forum ballot SC-081), so pins that
copy notAfter would have to be released anew with each renewal.  Pin keys, keep the key across renewals,
and choose the day by your release calendar.

```toml
[keys.spring]
file = "certs/spring.pem"  # its certificate ends on 2027-04-01

[[pin-set]]
hosts = ["api.example.com"]
keys = ["spring", "api-2027"]
expires = 2027-04-01
```

Use instead:

```diff
-expires = 2027-04-01
+expires = 2027-03-01
```

References: CABF SC-081v3
"""

from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Hosts whose pins end on the day of a pinned certificate's notAfter."""
    for held in examined.ending():
        for key in held.keys:
            if key.certificate and key.certificate.not_after.date() == held.asked.ends:
                message = f"the pins of {held.title} end on the day the certificate of `{key.title}` does"
                fix = "choose the day by your releases, not by the certificate"
                yield RULE.at(held.where("expires"), message, fix, hosts=held.hosts, kind=key.title)


RULE = Rule("expiry-at-certificate-end", Level.WARNING, __doc__, policy=check)
