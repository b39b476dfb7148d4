"""What the tests of other analysers show of TLS: the broken forms are findings, the sound ones silent.

The forms are theirs, written anew: find-sec-bugs (WEAK_TRUST_MANAGER, WEAK_HOSTNAME_VERIFIER), CryptoAPI-Bench (dummy
certificate validation, dummy host name verifier), CodeQL (java/insecure-trustmanager, java/insecure-hostname-verifier,
java/ignored-hostname-verification, java/improper-webview-certificate-validation), sonar-kotlin (S4830, S5527), semgrep
(bypass-tls-verification) and Android Lint (TrustAllX509TrustManager, BadHostnameVerifier, CustomX509TrustManager).

Two of them are at odds with the platform.  sonar-kotlin and find-sec-bugs report an empty ``checkClientTrusted``, and
``getAcceptedIssuers`` that gives null: a client asks neither (RFC 8446 §4.4.2.4: the client validates the server's
certificate; JSSE asks ``checkClientTrusted`` on servers alone).  Android Lint reports every trust manager of an app's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.real.conditions import (
    ALL_MODES,
    CHECK,
    ERROR,
    KEYS,
    KOTLIN_MANAGER,
    KOTLIN_PAGE,
    KOTLIN_VERIFIER,
    MANAGER,
    OPEN_PAGE,
    SILENT,
    THROW,
    VERIFIER,
    VERIFY,
    check_forms,
    in_modes,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("builds")
MANAGERS: Final[dict[str, tuple[str, str]]] = {
    "Empty": (ERROR, ""),
    "Prints": (ERROR, 'System.err.println("UNKNOWN SERVER: " + chain[0].getSubjectDN());'),
    "Swallows": (ERROR, f"try {{ {CHECK} }} catch (CertificateException e) {{ e.printStackTrace(); }}"),
    "LooksAtDates": (
        ERROR,
        f"if (chain != null && chain.length == 1) {{ chain[0].checkValidity(); }} else {{ {CHECK} }}",
    ),
    "LooksAtDatesOfAll": (ERROR, "for (X509Certificate one : chain) { one.checkValidity(); }"),
    "LooksAtNames": (
        ERROR,
        f'if (!chain[0].getIssuerX500Principal().getName().contains("CN=Example CA")) {THROW}',
    ),
    "NullIsBad": (ERROR, "if (chain == null || chain.length == 0) throw new IllegalArgumentException();"),
    "Delegates": (SILENT, CHECK),
    "Refuses": (SILENT, THROW),
    "DoesNotSupport": (SILENT, 'throw new UnsupportedOperationException("clients only");'),
    "TellsWhy": (
        SILENT,
        f'try {{ {CHECK} }} catch (CertificateException e) {{ android.util.Log.w("x", e); throw e; }}',
    ),
}
VERIFIERS: Final[dict[str, tuple[str, str]]] = {
    "SaysYes": (ERROR, "return true;"),
    "SaysYesLater": (ERROR, "boolean answer = false; if (host != null) answer = true; return answer;"),
    "DropsTheAnswer": (ERROR, f"{VERIFY}; return true;"),
    "LogsTheAnswer": (ERROR, f'if (!{VERIFY}) android.util.Log.w("x", host); return true;'),
    "HeedsTheAnswer": (SILENT, f"return {VERIFY};"),
    "SaysNo": (SILENT, "return false;"),
}
PAGES: Final[dict[str, tuple[str, str]]] = {
    "GoesOn": (ERROR, "handler.proceed();"),
    "GoesOnIfUntrusted": (
        ERROR,
        "if (error.hasError(SslError.SSL_UNTRUSTED)) handler.proceed(); else handler.cancel();",
    ),
    "Cancels": (SILENT, "handler.cancel();"),
    "LeavesIt": (SILENT, "super.onReceivedSslError(view, handler, error);"),
}
KOTLIN: Final = (
    (
        KOTLIN_MANAGER,
        {"KEmpty": (ERROR, ""), "KTodo": (SILENT, 'TODO("not here")'), "KDelegates": (SILENT, CHECK)},
    ),
    (KOTLIN_VERIFIER, {"KSaysYes": (ERROR, "return true"), "KSaysNo": (SILENT, "return false")}),
    (KOTLIN_PAGE, {"KGoesOn": (ERROR, "handler?.proceed()"), "KCancels": (SILENT, "handler?.cancel()")}),
)
CLIENTS: Final = (
    MANAGER.replace("NAME", "AsksNobodyElse")
    .replace("MORE", "")
    .replace("BODY", CHECK)
    .replace("throw new CertificateException();\n", "\n")
    .replace("return new X509Certificate[0];", "return null;")
)
"""A sound client whose other two methods are empty."""


@in_modes(*ALL_MODES)
def test_forms_of_other_analysers(mode: str, tmp_path: Path) -> None:
    java = ((MANAGER, MANAGERS), (VERIFIER, VERIFIERS), (OPEN_PAGE, PAGES))
    check_forms(tmp_path, mode, java, KOTLIN, beside=(CLIENTS, KEYS))
