"""The file of an anchor has a private key in it.

An anchor is a public certificate that goes into the app, and everybody can take it out again.  Whoever has the
private key of a CA that apps trust can be the server of every host that trusts it.  Take the certificate alone,
and treat a CA's private key that was committed as lost: make a new CA.

```toml
[anchors.company-root]
file = "certs/api.key"

[[pin-set]]
hosts = ["intranet.example.com"]
trust = ["company-root"]
```

Use instead:

```diff
-file = "certs/api.key"
+file = "certs/shop-ca.pem"
```

References: CWE-321; MASVS-NETWORK-1; MASWE-0028
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("anchor-is-private-key", Level.ERROR, __doc__)
