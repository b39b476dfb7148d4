"""A check that is failed and forgiven: "pinned, or something else" is as open as the something else.

Whoever makes a certificate can fail every comparison with a key, so that what decides is the other condition.  Each form
is really compiled, by D8 and by R8 in both modes, and stands beside sound twins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.real.conditions import (
    ALL_MODES,
    CHECK,
    ELSE,
    ERROR,
    MANAGER,
    SILENT,
    THROW,
    UNKNOWN,
    VERIFIER,
    VERIFY,
    WARNING,
    check_forms,
    in_modes,
    page,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("builds")
PAGE: Final = page(
    "java.security.cert.X509Certificate",
    members="""\
    static final byte[] PIN = {1, 2, 3};
    static boolean pinned(X509Certificate one) {
        try {
            return Arrays.equals(java.security.MessageDigest.getInstance("SHA-256").digest(one.getEncoded()), PIN);
        } catch (java.security.GeneralSecurityException e) { return false; }
    }
    static void need(X509Certificate one) throws Exception { if (!pinned(one)) throw new Exception(); }
""",
).replace("BODY", "X509Certificate leaf = error.getCertificate().getX509Certificate();\n        BODY")
PAGES: Final[dict[str, tuple[str, str]]] = {
    "PinOrVersion": (WARNING, "if (pinned(leaf) || android.os.Build.VERSION.SDK_INT > 30)" + ELSE),
    "PinOrFlagInside": (
        WARNING,
        'if (pinned(leaf)) handler.proceed(); else if (Boolean.getBoolean("lax"))' + ELSE,
    ),
    "PinOrName": (ERROR, 'if (pinned(leaf) || leaf.getSubjectDN().getName().contains("Example"))' + ELSE),
    "PinOrKind": (ERROR, "if (pinned(leaf) || error.getPrimaryError() == SslError.SSL_DATE_INVALID)" + ELSE),
    "PinOrAddress": (ERROR, "if (pinned(leaf) | URLUtil.isValidUrl(error.getUrl()))" + ELSE),
    "PinOrNot": (
        ERROR,
        'if (pinned(leaf)) handler.proceed(); else { android.util.Log.d("x", "y"); handler.proceed(); }',
    ),
    "PinForgiven": (
        UNKNOWN,
        (
            "try { need(leaf); handler.proceed(); }"
            " catch (Exception e) { if (e.getMessage() == null) handler.proceed(); else handler.cancel(); }"
        ),
    ),
    "SoundPin": (SILENT, "if (pinned(leaf))" + ELSE),
    "SoundNot": (SILENT, "if (!pinned(leaf) | handler == null) handler.cancel(); else handler.proceed();"),
    "SoundNeed": (
        SILENT,
        "try { need(leaf); } catch (Exception e) { handler.cancel(); return; } handler.proceed();",
    ),
    "SoundEither": (
        SILENT,
        "if (pinned(leaf) || Arrays.equals(leaf.getPublicKey().getEncoded(), PIN))" + ELSE,
    ),
    "SoundPinAndVersion": (SILENT, "if (pinned(leaf) && android.os.Build.VERSION.SDK_INT > 30)" + ELSE),
}
PINNED: Final = """\
    static boolean pinned(X509Certificate one) {
        try {
            byte[] key = MessageDigest.getInstance("SHA-256").digest(one.getPublicKey().getEncoded());
            return "OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c=".equals(android.util.Base64.encodeToString(key, 2));
        } catch (java.security.GeneralSecurityException e) { return false; }
    }
"""
MANAGERS: Final[dict[str, tuple[str, str]]] = {
    "ManagerFlag": (WARNING, f"if (!pinned(chain[0])) {{ if (lax) return; {THROW} }}"),
    "ManagerOrFlag": (WARNING, f"if (pinned(chain[0]) | lax) return; {THROW}"),
    "ManagerName": (
        ERROR,
        f'if (!pinned(chain[0]) && !chain[0].getSubjectDN().getName().contains("Example")) {THROW}',
    ),
    "ManagerLength": (ERROR, f"if (!pinned(chain[0])) {{ if (chain.length == 1) return; {THROW} }}"),
    "ManagerType": (ERROR, f'if (!pinned(chain[0])) {{ if (type.equals("RSA")) {THROW} }}'),
    "SoundAny": (SILENT, f"for (X509Certificate one : chain) if (pinned(one)) return; {THROW}"),
    "SoundFlagged": (
        SILENT,
        f"boolean found = false; for (X509Certificate one : chain) found |= pinned(one); if (!found) {THROW}",
    ),
    "SoundCounted": (
        SILENT,
        f"int found = 0; for (X509Certificate one : chain) if (pinned(one)) found++; if (found == 0) {THROW}",
    ),
    "SoundElse": (SILENT, f"if (!pinned(chain[0])) {{ {CHECK} }}"),
    "SoundAlso": (SILENT, f"if (!pinned(chain[0]) | chain.length == 0) {THROW} {CHECK}"),
}
VERIFIERS: Final[dict[str, tuple[str, str]]] = {
    "VerifierPin": (
        WARNING,
        (
            "try { if (Arrays.equals(session.getPeerCertificates()[0].getEncoded(), new byte[32])) return true;"
            ' return Boolean.getBoolean("lax"); } catch (Exception e) { return false; }'
        ),
    ),
    "VerifierFlag": (WARNING, f'if (!{VERIFY}) return Boolean.getBoolean("lax"); return true;'),
    "VerifierLength": (UNKNOWN, f"if (!{VERIFY}) return host.length() > 2; return true;"),
    "SoundVerifier": (SILENT, f"if (!{VERIFY}) return false; return host.length() > 0 | session.isValid();"),
}


@in_modes(*ALL_MODES)
def test_what_forgives_a_failed_check_decides(mode: str, tmp_path: Path) -> None:
    manager = MANAGER.replace("MORE", PINNED)
    check_forms(tmp_path, mode, [(PAGE, PAGES), (manager, MANAGERS), (VERIFIER, VERIFIERS)])
