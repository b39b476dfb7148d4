"""What makes a WebView go on: no condition, one that every attacker meets, or one that lets some pages pass.

An SslError has one kind, of which an attacker's own certificate is SSL_UNTRUSTED, one of another host SSL_IDMISMATCH, and
an expired one SSL_DATE_INVALID, whoever signed it (Chromium's SslUtil and X509Util); SSL_EXPIRED and SSL_NOTYETVALID are
not reported; its address begins with https; names and dates are written by whoever makes the certificate.
Each form is really compiled, by D8 and by R8 in both modes, and stands beside others that differ in what they let pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.real.conditions import (
    ALL_MODES,
    ELSE,
    ERROR,
    KEYS,
    KOTLIN_PAGE,
    OPEN_PAGE,
    OR_CANCEL,
    PIN,
    SILENT,
    UNKNOWN,
    WARNING,
    check_forms,
    in_modes,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("builds")
KINDS: Final[dict[str, tuple[str, str]]] = {
    "KGe0": (ERROR, "if (error.getPrimaryError() >= 0)" + ELSE),
    "KLe5": (ERROR, "if (error.getPrimaryError() <= 5)" + ELSE),
    "KNot99": (ERROR, "if (error.getPrimaryError() != 99)" + ELSE),
    "KLess6": (ERROR, "int kind = error.getPrimaryError(); if (kind < SslError.SSL_MAX_ERROR)" + ELSE),
    "KChain": (
        ERROR,
        "int k = error.getPrimaryError(); if (k == 0 || k == 1 || k == 2 || k == 3 || k == 4 || k == 5)"
        + ELSE,
    ),
    "KSwitch": (
        ERROR,
        "switch (error.getPrimaryError()) { case 0: case 1: case 2: case 3: case 4: case 5: handler.proceed(); break; default: handler.cancel(); }",
    ),
    "KSwitchMsg": (
        ERROR,
        'String m; switch (error.getPrimaryError()) { case 3: m = "u"; break; case 2: m = "i"; break; default: m = "d"; } android.util.Log.d("x", m); handler.proceed();',
    ),
    "KUntrusted": (ERROR, "if (error.getPrimaryError() == SslError.SSL_UNTRUSTED)" + ELSE),
    "KMismatch": (ERROR, "if (error.getPrimaryError() == SslError.SSL_IDMISMATCH)" + ELSE),
    "KInvalid": (ERROR, "if (error.getPrimaryError() == SslError.SSL_INVALID)" + ELSE),
    "KHasUntrusted": (ERROR, "if (error.hasError(SslError.SSL_UNTRUSTED))" + ELSE),
    "KHasNotDates": (
        ERROR,
        "if (!error.hasError(SslError.SSL_EXPIRED) && !error.hasError(SslError.SSL_DATE_INVALID))" + ELSE,
    ),
    "KHasAny": (
        UNKNOWN,
        "boolean any = false; for (int i = 0; i < 6; i++) any |= error.hasError(i); if (any)" + ELSE,
    ),
    "KNotExpired": (
        ERROR,
        "if (error.getPrimaryError() == SslError.SSL_EXPIRED) handler.cancel(); else handler.proceed();",
    ),
    "KBoth": (
        ERROR,
        "int k = error.getPrimaryError(); if (k == SslError.SSL_EXPIRED || k == SslError.SSL_UNTRUSTED)"
        + ELSE,
    ),
    "KShift": (ERROR, "if ((1 << error.getPrimaryError() & 0x3f) != 0)" + ELSE),
    "KTable": (
        ERROR,
        "boolean[] ok = {true, true, true, true, true, true}; if (ok[error.getPrimaryError()])" + ELSE,
    ),
    "KHelper": (ERROR, "if (fine(error))" + ELSE),
    "KPlus": (ERROR, "if (error.getPrimaryError() + 1 > 0)" + ELSE),
    "KMax": (ERROR, "if (Math.max(error.getPrimaryError(), 0) >= 0)" + ELSE),
    "KAnd": (ERROR, "if (error.getPrimaryError() >= 0 & error.getPrimaryError() < 6)" + ELSE),
    "KList": (ERROR, "if (Arrays.asList(2, 3, 5).contains(error.getPrimaryError()))" + ELSE),
    "KListDates": (ERROR, "if (Arrays.asList(0, 1, 4).contains(error.getPrimaryError()))" + ELSE),
    "KString": (ERROR, 'if (error.toString().startsWith("primary error"))' + ELSE),
    "KDates": (ERROR, "int k = error.getPrimaryError(); if (k == 0 || k == 1 || k == 4)" + ELSE),
    "KDateSwitch": (
        ERROR,
        "switch (error.getPrimaryError()) { case 0: case 1: case 4: handler.proceed(); break; default: handler.cancel(); }",
    ),
    "KHasDate": (ERROR, "if (error.hasError(SslError.SSL_DATE_INVALID))" + ELSE),
    "KUntrustedLax": (WARNING, "if (error.getPrimaryError() == 3 && lax)" + ELSE),
    "KUntrustedPin": (
        SILENT,
        'if (error.getPrimaryError() == 3 && Arrays.equals(android.net.http.SslCertificate.saveState(error.getCertificate()).getByteArray("x509-certificate"), PIN))'
        + ELSE,
    ),
    "KNever": (SILENT, "if (error.getPrimaryError() > 5)" + ELSE),
    "KNegative": (SILENT, "if (error.getPrimaryError() < 0)" + ELSE),
}
"""Which error it is."""
ADDRESSES: Final[dict[str, tuple[str, str]]] = {
    "AHttps": (ERROR, 'if (error.getUrl().startsWith("https"))' + ELSE),
    "AHttp": (ERROR, 'if (error.getUrl().startsWith("http"))' + ELSE),
    "AScheme": (ERROR, 'if (error.getUrl().contains("://"))' + ELSE),
    "AColon": (ERROR, "if (error.getUrl().indexOf(':') > 0)" + ELSE),
    "AIndex": (ERROR, 'if (error.getUrl().indexOf("https") == 0)' + ELSE),
    "AIndexN": (ERROR, 'if (error.getUrl().indexOf("https:") != -1)' + ELSE),
    "ALower": (ERROR, 'if (error.getUrl().toLowerCase(Locale.ROOT).trim().startsWith("https://"))' + ELSE),
    "AUri": (ERROR, 'if ("https".equals(android.net.Uri.parse(error.getUrl()).getScheme()))' + ELSE),
    "AUriIgnore": (
        ERROR,
        'if (android.net.Uri.parse(error.getUrl()).getScheme().equalsIgnoreCase("HTTPS"))' + ELSE,
    ),
    "AUriHost": (ERROR, "if (android.net.Uri.parse(error.getUrl()).getHost() != null)" + ELSE),
    "AUrl": (
        ERROR,
        'try { if (new java.net.URL(error.getUrl()).getProtocol().equals("https")) handler.proceed(); else handler.cancel(); } catch (java.net.MalformedURLException e) { handler.cancel(); }',
    ),
    "AUtil": (ERROR, "if (URLUtil.isHttpsUrl(error.getUrl()))" + ELSE),
    "AUtilNet": (ERROR, "if (URLUtil.isNetworkUrl(error.getUrl()))" + ELSE),
    "ANotHttp": (ERROR, 'if (!error.getUrl().startsWith("http://"))' + ELSE),
    "ASub": (ERROR, 'if (error.getUrl().substring(0, 5).equals("https"))' + ELSE),
    "AChar": (ERROR, "if (error.getUrl().charAt(0) == 'h')" + ELSE),
    "ALong": (ERROR, "if (error.getUrl().length() > 5)" + ELSE),
    "ANotEmptyString": (ERROR, 'if (!"".equals(error.getUrl()))' + ELSE),
    "AContainsNothing": (ERROR, 'if (error.getUrl().contains(""))' + ELSE),
    "ADot": (ERROR, 'if (error.getUrl().contains("."))' + ELSE),
    "AMatches": (ERROR, 'if (error.getUrl().matches("https://.*"))' + ELSE),
    "AView": (ERROR, 'if (view.getUrl().startsWith("https"))' + ELSE),
    "AHelper": (ERROR, "if (secure(error.getUrl()))" + ELSE),
    "AHost": (WARNING, 'if (error.getUrl().startsWith("https://pay.example.com/"))' + ELSE),
    "AHostContains": (WARNING, 'if (error.getUrl().contains("pay.example.com"))' + ELSE),
    "AUriHostIs": (
        WARNING,
        'if ("pay.example.com".equals(android.net.Uri.parse(error.getUrl()).getHost()))' + ELSE,
    ),
    "AHttpOnly": (SILENT, 'if (error.getUrl().startsWith("http://"))' + ELSE),
    "AAllButOne": (
        ERROR,
        'if (error.getUrl().contains("pay.example.com")) handler.cancel(); else handler.proceed();',
    ),
}
"""The address of the page."""
CERTIFICATES: Final[dict[str, tuple[str, str]]] = {
    "CName": (ERROR, 'if (error.getCertificate().getIssuedTo().getCName().equals("pay.example.com"))' + ELSE),
    "CIssuer": (ERROR, 'if (error.getCertificate().getIssuedBy().getOName().contains("Example"))' + ELSE),
    "CDates": (ERROR, "if (error.getCertificate().getValidNotAfterDate().after(new Date()))" + ELSE),
    "CNameThere": (ERROR, "if (error.getCertificate().getIssuedTo().getCName().length() > 0)" + ELSE),
    "CVerify": (
        SILENT,
        "try { error.getCertificate().getX509Certificate().verify(key); handler.proceed(); } catch (Exception e) { handler.cancel(); }",
    ),
    "CTrusted": (
        SILENT,
        'try { platform.checkServerTrusted(new java.security.cert.X509Certificate[] {error.getCertificate().getX509Certificate()}, "RSA"); handler.proceed(); } catch (java.security.cert.CertificateException e) { handler.cancel(); }',
    ),
    "CValidity": (
        ERROR,
        "try { error.getCertificate().getX509Certificate().checkValidity(); handler.proceed(); } catch (Exception e) { handler.cancel(); }",
    ),
    "CVerifyOwn": (
        ERROR,
        "try { java.security.cert.X509Certificate c = error.getCertificate().getX509Certificate(); c.verify(c.getPublicKey()); handler.proceed(); } catch (Exception e) { handler.cancel(); }",
    ),
}
"""What is in the certificate."""
COMPUTED: Final[dict[str, tuple[str, str]]] = {
    "BAnd": (ERROR, "if (Objects.nonNull(handler) & Objects.nonNull(error))" + ELSE),
    "BOr": (ERROR, "if (handler != null | error != null)" + ELSE),
    "BXor": (ERROR, "if (Objects.isNull(error) ^ true)" + ELSE),
    "BCount": (ERROR, "int n = 0; if (handler != null) n++; if (error != null) n += 2; if (n == 3)" + ELSE),
    "BProduct": (
        ERROR,
        "int a = Objects.nonNull(handler) ? 2 : 0, b = view != null ? 3 : 0; if (a * b == 6)" + ELSE,
    ),
    "BLogical": (ERROR, "if (Boolean.logicalAnd(handler != null, error != null))" + ELSE),
    "BBoxed": (ERROR, "Boolean ok = error != null; if (Boolean.TRUE.equals(ok))" + ELSE),
    "BBoxed2": (ERROR, "Boolean ok = Boolean.valueOf(error != null); if (ok)" + ELSE),
    "BNotFlagOr": (ERROR, "if (lax | error != null)" + ELSE),
    "BFlagAnd": (WARNING, "if (lax & error != null)" + ELSE),
    "BFlagOrPin": (
        WARNING,
        'if (lax | Arrays.equals(android.net.http.SslCertificate.saveState(error.getCertificate()).getByteArray("x509-certificate"), PIN))'
        + ELSE,
    ),
    "BSoundPin": (
        SILENT,
        'if (error != null & Arrays.equals(android.net.http.SslCertificate.saveState(error.getCertificate()).getByteArray("x509-certificate"), PIN))'
        + ELSE,
    ),
    "BClockAnd": (UNKNOWN, "if (System.nanoTime() > 5 & error != null)" + ELSE),
}
"""Booleans that are computed."""
KOTLIN_PAGES: Final[dict[str, tuple[str, str, str]]] = {
    "KtIn": (ERROR, "if (error?.primaryError in 0..5)" + OR_CANCEL, ""),
    "KtWhen": (
        ERROR,
        "when (error?.primaryError) { SslError.SSL_UNTRUSTED, SslError.SSL_EXPIRED -> handler?.proceed(); else -> handler?.cancel() }",
        "",
    ),
    "KtWhenDates": (
        WARNING,
        "when (error?.primaryError) { SslError.SSL_NOTYETVALID, SslError.SSL_EXPIRED -> handler?.proceed(); else -> handler?.cancel() }",
        "",
    ),
    "KtWhenNN": (
        ERROR,
        "val k = error!!.primaryError; when (k) { 0, 1, 2, 3, 4, 5 -> handler!!.proceed(); else -> handler!!.cancel() }",
        "",
    ),
    "KtListOf": (
        ERROR,
        "if (error?.primaryError in listOf(SslError.SSL_UNTRUSTED, SslError.SSL_IDMISMATCH))" + OR_CANCEL,
        "",
    ),
    "KtSetOf": (ERROR, "if (setOf(2, 3).contains(error!!.primaryError))" + OR_CANCEL, ""),
    "KtExpiredList": (
        ERROR,
        "if (error?.primaryError in listOf(SslError.SSL_EXPIRED, SslError.SSL_DATE_INVALID))" + OR_CANCEL,
        "",
    ),
    "KtNotDates": (ERROR, "if (error?.hasError(SslError.SSL_EXPIRED) == false)" + OR_CANCEL, ""),
    "KtHas": (ERROR, "if (error?.hasError(SslError.SSL_UNTRUSTED) == true)" + OR_CANCEL, ""),
    "KtHttps": (ERROR, 'if (error?.url?.startsWith("https") == true)' + OR_CANCEL, ""),
    "KtHttpsIgnore": (ERROR, 'if (error!!.url.startsWith("HTTPS", ignoreCase = true))' + OR_CANCEL, ""),
    "KtContains": (ERROR, 'if ("://" in error!!.url)' + OR_CANCEL, ""),
    "KtUri": (ERROR, 'if (android.net.Uri.parse(error?.url).scheme == "https")' + OR_CANCEL, ""),
    "KtRegex": (ERROR, 'if (Regex("^https?://.*").matches(error!!.url))' + OR_CANCEL, ""),
    "KtBefore": (ERROR, 'if (error!!.url.substringBefore(":") == "https")' + OR_CANCEL, ""),
    "KtHost": (WARNING, 'if (error?.url?.contains("pay.example.com") == true)' + OR_CANCEL, ""),
    "KtAnd": (ERROR, "if ((handler != null) and (error != null)) handler!!.proceed()", ""),
    "KtOr": (
        ERROR,
        "if ((handler == null) or (error == null)) handler?.cancel() else handler!!.proceed()",
        "",
    ),
    "KtXor": (ERROR, "if ((handler == null) xor (error != null)) handler?.proceed()", ""),
    "KtNot": (ERROR, "if ((handler == null).not() and !(error == null)) handler!!.proceed()", ""),
    "KtAll": (ERROR, "if (listOf(view, handler, error).all { it != null }) handler?.proceed()", ""),
    "KtAny": (ERROR, "if (arrayOf(view, handler, error).none { it == null }) handler?.proceed()", ""),
    "KtFlagOr": (ERROR, "if (lax or (error != null))" + OR_CANCEL, "var lax = System.nanoTime() > 3"),
    "KtFlagAnd": (WARNING, "if (lax and (error != null))" + OR_CANCEL, "var lax = System.nanoTime() > 3"),
    "KtSoundPin": (
        SILENT,
        "val ok = (error != null) and (error?.certificate?.x509Certificate?.publicKey?.encoded?.contentEquals(pin) == true); if (ok)"
        + OR_CANCEL,
        PIN,
    ),
    "KtRunCatching": (
        ERROR,
        "runCatching { require(error != null) }.onSuccess { handler?.proceed() }.onFailure { handler?.cancel() }",
        "",
    ),
    "KtRunFold": (ERROR, "runCatching { checkNotNull(handler) }.getOrNull()?.proceed()", ""),
}
UNSEEN: Final = {
    "r8": {"KtIn": UNKNOWN, "KtSetOf": UNKNOWN, "KtRegex": WARNING},
    "r8-full": {"KtIn": UNKNOWN, "KtSetOf": UNKNOWN},
}
"""What R8 makes of Kotlin's library under other names, and what is then not followed."""


@in_modes(*ALL_MODES)
def test_what_anybody_can_bring_about_is_no_condition(mode: str, tmp_path: Path) -> None:
    check_forms(
        tmp_path,
        mode,
        [(OPEN_PAGE, table) for table in (KINDS, ADDRESSES, CERTIFICATES, COMPUTED)],
        [(KOTLIN_PAGE, KOTLIN_PAGES)],
        beside=(KEYS,),
        unlike=UNSEEN.get(mode),
    )
