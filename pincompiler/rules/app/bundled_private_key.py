r"""A private key is in the app, open to anyone who has the app.

Every user has the key, and can pose as the client, or the server, that the key stands for.  A password in the
code protects nothing.  A key that identifies a device has to be made on that device.  A key whose password is
not in the code is a note.

```java
public final class Identity {
    private static final String KEY =
        "-----BEGIN PRIVATE KEY-----\n"
        + "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHo3Em8XSbdQZ7c1h\n"
        + "qLeA5KnvFKLE3QvrYMt5Lb/AnSKhRANCAARIG8s2rQH1pRdLqqBLRUDszSkTEfCZ\n"
        + "9DEaYybzDuqHzU2cmKZmQgW+rKNU7EsErNDQ05Bi2G8EdTPQQDXevI8r\n"
        + "-----END PRIVATE KEY-----\n";

    public static byte[] key() {
        return KEY.getBytes(StandardCharsets.UTF_8);
    }
}
```

Use instead:

```java
public final class Identity {
    public static KeyPair make() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "AndroidKeyStore");
        generator.initialize(new KeyGenParameterSpec.Builder("identity", KeyProperties.PURPOSE_SIGN)
            .setDigests(KeyProperties.DIGEST_SHA256)
            .build());
        return generator.generateKeyPair();
    }
}
```

References: CWE-321; MASVS-CRYPTO-2
"""

from pincompiler.facts.bundled import CertificateFile
from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Rule

_FIX = "take it out of the app, have it revoked, and make keys on the device, in the Android Keystore"


def check(audited: Audited) -> Findings:
    """Keys that are not encrypted, or whose password is in the code; of others, that they are there."""
    for file in audited.app.bundled.files:
        if not file.store.private_keys:
            continue
        how, confidence = _opened(file)
        level = Level.NOTE if confidence is Confidence.CANDIDATE else RULE.level
        message = f"{file.title} holds a private key{how}"
        role = f"private key in {file.store.container}"
        if file.code:
            yield from RULE.in_code(
                audited, file.code, message, _FIX, level=level, confidence=confidence, role=role
            )
        else:
            yield RULE.in_file(file.where, message, _FIX, level=level, confidence=confidence, role=role)


def _opened(file: CertificateFile) -> tuple[str, Confidence]:
    """How anyone gets at the key, and how sure that is."""
    if file.store.open_keys:
        locked = file.store.container in ("PKCS#12", "JKS", "JCEKS", "BKS")
        return (
            " whose password is empty or in the code" if locked else " in the clear"
        ), Confidence.CONFIRMED
    if file.passwords:
        return ", and the password of the store is in the code", Confidence.LIKELY
    return ", locked by a password that was not found in the code", Confidence.CANDIDATE


RULE = Rule("bundled-private-key", Level.WARNING, __doc__, app=check)
