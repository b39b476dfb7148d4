"""A pin is the fingerprint of a certificate instead of the hash of its public key.

A fingerprint covers the whole certificate, a pin only the SubjectPublicKeyInfo; the two never match, so the
pin blocks every connection.  The mistake is easy: browsers and `openssl x509 -fingerprint` show fingerprints.
Hexadecimal digests are refused for the same reason, and a digest in base64 is compared with the certificates
of the other keys.

```toml
[keys.pasted]
spki-sha256 = "D15PXE+atnwnSVvfqBmO+V5UIglDqShqBZi+rHFnFEY="  # of all of certs/api-2026.pem
role = "leaf"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "pasted"]
```

Use instead:

```diff
-[keys.pasted]
-spki-sha256 = "D15PXE+atnwnSVvfqBmO+V5UIglDqShqBZi+rHFnFEY="  # of all of certs/api-2026.pem
-role = "leaf"
+[keys.api-2027]
+file = "certs/api-2027.csr"
@@
-keys = ["api-2026", "pasted"]
+keys = ["api-2026", "api-2027"]
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028; RFC 7469 section 2.4
"""

from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Pins that equal the fingerprint of a certificate at hand."""
    fingerprints = {key.certificate.sha256: key for key in examined.keys if key.certificate}
    for key in examined.keys:
        other = fingerprints.get(key.spki_sha256)
        if other is not None:
            where = key.where.at("spki-sha256") if key.where and key.where.path else key.where
            message = f"the pin of `{key.title}` is the fingerprint of the certificate of `{other.title}`"
            yield RULE.at(where, message, f'write "{other.pin}"')


RULE = Rule("certificate-fingerprint", Level.ERROR, __doc__, policy=check)
