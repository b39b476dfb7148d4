"""Conditions that lead through fields, objects, collections and caught exceptions, in WebViews, managers and verifiers.

What a method puts there and takes out again is the same; what another adds is not known.  Each form is really compiled,
by D8 and by R8 in both modes, and stands beside sound twins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.real.conditions import (
    CHECK,
    ELSE,
    ERROR,
    FIELDS,
    KOTLIN_MANAGER,
    KOTLIN_PAGE,
    MANAGER,
    OR_CANCEL,
    PIN,
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
    members="""\
    interface Pinner { void pin(SslError error); }
    enum Sort { GOOD, BAD }
    static final class Other {
        private final SslErrorHandler handler; private final SslError error;
        Other(SslErrorHandler handler, SslError error) { this.handler = handler; this.error = error; }
        void decide() { if (error.getPrimaryError() >= SslError.SSL_IDMISMATCH) handler.proceed(); else handler.cancel(); }
    }
    static final byte[] PIN = {1, 2, 3};
    static final Set<Integer> ALLOWED = new HashSet<>(Arrays.asList(1, 2, 3));
    static final List<Integer> DATES = Arrays.asList(SslError.SSL_EXPIRED, SslError.SSL_DATE_INVALID);
    static final Set<Integer> GROWING = new HashSet<>();
    static void allow(int kind) { GROWING.add(kind); }
    static final int[] KINDS = {3, 4};
    static final Set<String> HOSTS = new HashSet<>(Arrays.asList("a.example", "b.example"));
    static int depth(int n) { return n == 0 ? 0 : depth(n - 1); }
    int kind; String url; Pinner other = (Pinner) (Object) new Object();
    boolean lax = System.nanoTime() > 3;
"""
)
DER: Final = 'byte[] der = android.net.http.SslCertificate.saveState(error.getCertificate()).getByteArray("x509-certificate");'
ASK: Final = (
    'new android.app.AlertDialog.Builder(view.getContext()).setPositiveButton("yes", (d, w) -> handler.proceed())'
    '.setNegativeButton("no", (d, w) -> handler.cancel()).show();'
)
PAGES: Final[dict[str, tuple[str, str]]] = {
    "FieldKind": (ERROR, "kind = error.getPrimaryError(); if (kind >= 0)" + ELSE),
    "FieldKindUntrusted": (
        ERROR,
        "kind = error.getPrimaryError(); if (kind == SslError.SSL_UNTRUSTED)" + ELSE,
    ),
    "FieldUrl": (ERROR, 'url = error.getUrl(); if (url.startsWith("https"))' + ELSE),
    "PostedKind": (
        ERROR,
        "view.post(() -> { if (error.getPrimaryError() == 3) handler.proceed(); else handler.cancel(); });",
    ),
    "PostedAddress": (
        ERROR,
        'view.post(() -> { if (error.getUrl().startsWith("https")) handler.proceed(); else handler.cancel(); });',
    ),
    "PostedDates": (
        ERROR,
        "view.post(() -> { if (error.getPrimaryError() == 4) handler.proceed(); else handler.cancel(); });",
    ),
    "OtherObject": (ERROR, "new Other(handler, error).decide();"),
    "Scheme": (
        ERROR,
        'switch (android.net.Uri.parse(error.getUrl()).getScheme()) { case "https": handler.proceed(); break; default: handler.cancel(); }',
    ),
    "HostSwitch": (
        WARNING,
        'switch (android.net.Uri.parse(error.getUrl()).getHost()) { case "pay.example.com": handler.proceed(); break; default: handler.cancel(); }',
    ),
    "PatternFind": (
        ERROR,
        'if (java.util.regex.Pattern.compile("^https://").matcher(error.getUrl()).find())' + ELSE,
    ),
    "PatternHost": (
        WARNING,
        'if (java.util.regex.Pattern.compile("^https://pay\\\\.example\\\\.com/").matcher(error.getUrl()).find())'
        + ELSE,
    ),
    "TextUtils": (
        ERROR,
        'if (!android.text.TextUtils.isEmpty(error.getUrl()) & android.text.TextUtils.equals("https", android.net.Uri.parse(error.getUrl()).getScheme()))'
        + ELSE,
    ),
    "ObjectsEquals": (
        ERROR,
        'if (Objects.equals(java.net.URI.create(error.getUrl()).getScheme(), "https"))' + ELSE,
    ),
    "NewUri": (
        ERROR,
        'try { if (new java.net.URI(error.getUrl()).getScheme().equals("https")) handler.proceed(); else handler.cancel(); } catch (java.net.URISyntaxException e) { handler.cancel(); }',
    ),
    "Switches": (
        ERROR,
        "switch (error.getPrimaryError()) { case SslError.SSL_EXPIRED: handler.cancel(); return; case SslError.SSL_NOTYETVALID: handler.cancel(); return; } handler.proceed();",
    ),
    "Mapped": (
        ERROR,
        "int severity; switch (error.getPrimaryError()) { case SslError.SSL_UNTRUSTED: severity = 1; break; case SslError.SSL_IDMISMATCH: severity = 2; break; default: severity = 9; } if (severity < 5)"
        + ELSE,
    ),
    "MappedDates": (
        WARNING,
        "int severity; switch (error.getPrimaryError()) { case SslError.SSL_EXPIRED: severity = 1; break; case SslError.SSL_NOTYETVALID: severity = 2; break; default: severity = 9; } if (severity < 5)"
        + ELSE,
    ),
    "MappedText": (
        ERROR,
        'String what = error.getPrimaryError() == SslError.SSL_UNTRUSTED ? "untrusted" : "other"; if (what.equals("untrusted"))'
        + ELSE,
    ),
    "MappedTextDates": (
        WARNING,
        'String what = error.getPrimaryError() == SslError.SSL_EXPIRED ? "expired" : "other"; if (what.equals("expired"))'
        + ELSE,
    ),
    "MappedBox": (ERROR, "Boolean fine = error.getPrimaryError() != SslError.SSL_EXPIRED; if (fine)" + ELSE),
    "Enum": (
        ERROR,
        "Sort sort = error.getPrimaryError() == 3 ? Sort.BAD : Sort.GOOD; if (sort == Sort.BAD)" + ELSE,
    ),
    "Bits": (
        ERROR,
        "int allowed = 1 << SslError.SSL_UNTRUSTED | 1 << SslError.SSL_EXPIRED; if ((allowed >> error.getPrimaryError() & 1) == 1)"
        + ELSE,
    ),
    "BitsDates": (
        ERROR,
        "int allowed = 1 << SslError.SSL_DATE_INVALID | 1 << SslError.SSL_EXPIRED; if ((allowed >> error.getPrimaryError() & 1) == 1)"
        + ELSE,
    ),
    "Modulo": (UNKNOWN, "if (error.getPrimaryError() % 2 == 1)" + ELSE),
    "StaticSet": (ERROR, "if (ALLOWED.contains(error.getPrimaryError()))" + ELSE),
    "StaticSetDates": (ERROR, "if (DATES.contains(error.getPrimaryError()))" + ELSE),
    "MutableSet": (UNKNOWN, "if (GROWING.contains(error.getPrimaryError()))" + ELSE),
    "StaticArray": (
        ERROR,
        "for (int one : KINDS) if (error.hasError(one)) { handler.proceed(); return; } handler.cancel();",
    ),
    "Recursive": (WARNING, "if (depth(error.getPrimaryError()) >= 0)" + ELSE),
    "CaughtOther": (
        UNKNOWN,
        "try { other.pin(error); handler.cancel(); } catch (RuntimeException e) { handler.proceed(); }",
    ),
    "CaughtParse": (
        UNKNOWN,
        "try { Integer.parseInt(error.getUrl()); handler.cancel(); } catch (NumberFormatException e) { handler.proceed(); }",
    ),
    "Certificates": (
        ERROR,
        "android.net.http.SslCertificate c = error.getCertificate(); String cn = c.getIssuedTo().getCName(); String host = android.net.Uri.parse(error.getUrl()).getHost(); if (cn.equals(host))"
        + ELSE,
    ),
    "SelfSigned": (
        ERROR,
        "android.net.http.SslCertificate c = error.getCertificate(); if (c.getIssuedTo().getDName().equals(c.getIssuedBy().getDName()))"
        + ELSE,
    ),
    "LogsPin": (
        ERROR,
        DER + ' if (Arrays.equals(der, PIN)) android.util.Log.d("x", "pinned"); handler.proceed();',
    ),
    "PinAndHost": (
        SILENT,
        DER
        + ' boolean ok = Arrays.equals(der, PIN); ok &= error.getUrl().startsWith("https"); if (ok)'
        + ELSE,
    ),
    "PinOrUntrusted": (ERROR, DER + " if (Arrays.equals(der, PIN) | error.getPrimaryError() == 3)" + ELSE),
    "PinAndUntrusted": (SILENT, DER + " if (Arrays.equals(der, PIN) & error.getPrimaryError() == 3)" + ELSE),
    "PinDigest": (
        SILENT,
        'try { byte[] hash = java.security.MessageDigest.getInstance("SHA-256").digest(error.getCertificate().getX509Certificate().getPublicKey().getEncoded()); if (java.security.MessageDigest.isEqual(hash, PIN)) handler.proceed(); else handler.cancel(); } catch (java.security.NoSuchAlgorithmException e) { handler.cancel(); }',
    ),
    "PinHex": (
        SILENT,
        'String hex = ""; for (byte b : error.getCertificate().getX509Certificate().getPublicKey().getEncoded()) hex += Integer.toHexString(b & 0xff); if (hex.equals("aa"))'
        + ELSE,
    ),
    "AskUser": (
        WARNING,
        'String text; switch (error.getPrimaryError()) { case 3: text = "untrusted"; break; case 2: text = "mismatch"; break; default: text = "error"; } new android.app.AlertDialog.Builder(view.getContext()).setMessage(text).setPositiveButton("yes", (d, w) -> handler.proceed()).setNegativeButton("no", (d, w) -> handler.cancel()).show();',
    ),
    "AskUserUntrusted": (WARNING, "if (error.getPrimaryError() == 3) " + ASK + " else handler.cancel();"),
    "DebugUntrusted": (WARNING, "if (error.getPrimaryError() == 3 & lax)" + ELSE),
    "LogsKind": (
        SILENT,
        'int k = error.getPrimaryError(); android.util.Log.w("x", "tls " + k + " " + error.getUrl()); if (k == 3) android.util.Log.w("x", "untrusted"); handler.cancel();',
    ),
    "SuperUnless": (
        ERROR,
        "if (error.getPrimaryError() == 3 || error.getPrimaryError() == 2) handler.proceed(); else super.onReceivedSslError(view, handler, error);",
    ),
    "AndroidVersion": (WARNING, "if (android.os.Build.VERSION.SDK_INT < 30 & error != null)" + ELSE),
    "NotHosts": (ERROR, "if (!HOSTS.contains(android.net.Uri.parse(error.getUrl()).getHost()))" + ELSE),
    "InHosts": (WARNING, "if (HOSTS.contains(android.net.Uri.parse(error.getUrl()).getHost()))" + ELSE),
    "AnyCase": (ERROR, 'if (error.getUrl().toUpperCase().contains("HTTPS"))' + ELSE),
    "EndsWithNothing": (ERROR, 'if (error.getUrl().endsWith(""))' + ELSE),
    "ViewUrl": (ERROR, 'String at = view.getUrl(); if (at != null && at.startsWith("https://"))' + ELSE),
}
KOTLIN_PAGES: Final[dict[str, tuple[str, str, str]]] = {
    "KtSealed": (
        ERROR,
        "val go = when (error?.primaryError) { null -> false; SslError.SSL_EXPIRED -> false; else -> true }; if (go)"
        + OR_CANCEL,
        "",
    ),
    "KtCompanion": (
        ERROR,
        "if (error?.primaryError in allowed)" + OR_CANCEL,
        "companion object { private val allowed = setOf(SslError.SSL_UNTRUSTED, SslError.SSL_IDMISMATCH) }",
    ),
    "KtCompanionDates": (
        WARNING,
        "if (error?.primaryError in allowed)" + OR_CANCEL,
        "private val allowed = listOf(SslError.SSL_EXPIRED, SslError.SSL_NOTYETVALID)",
    ),
    "KtExt": (
        ERROR,
        "if (error.fine)" + OR_CANCEL,
        "private val SslError?.fine: Boolean get() = this != null && primaryError != SslError.SSL_DATE_INVALID",
    ),
    "KtTake": (
        ERROR,
        'error?.takeIf { it.url.startsWith("https://") }?.let { handler?.proceed() } ?: handler?.cancel()',
        "",
    ),
    "KtWhenUrl": (
        ERROR,
        'when { error?.url.isNullOrBlank() -> handler?.cancel(); error!!.url.startsWith("http") -> handler?.proceed(); else -> handler?.cancel() }',
        "",
    ),
    "KtScheme": (
        ERROR,
        'when (android.net.Uri.parse(error?.url).scheme?.lowercase()) { "https", "wss" -> handler?.proceed(); else -> handler?.cancel() }',
        "",
    ),
    "KtHostIn": (
        WARNING,
        'if (android.net.Uri.parse(error?.url).host in setOf("a.example", "b.example"))' + OR_CANCEL,
        "",
    ),
    "KtHostNotIn": (
        ERROR,
        'if (android.net.Uri.parse(error?.url).host !in setOf("a.example", "b.example"))' + OR_CANCEL,
        "",
    ),
    "KtAnyOf": (UNKNOWN, "if (listOf(0, 1, 2, 3, 4, 5).any { error!!.hasError(it) })" + OR_CANCEL, ""),
    "KtRunOr": (
        ERROR,
        "runCatching { error!!.url }.onSuccess { if (it.isNotBlank()) handler?.proceed() }",
        "",
    ),
    "KtRunFail": (
        UNKNOWN,
        "runCatching { pinner!!.check(error) }.onFailure { handler?.proceed() }",
        'fun interface Pinner { fun check(e: SslError?) }; var pinner: Pinner? = System.getenv()["x"] as? Pinner',
    ),
    "KtSoundPinnedRun": (
        SILENT,
        "runCatching { require(error!!.certificate.x509Certificate!!.publicKey.encoded.contentEquals(pin)) }.onSuccess { handler?.proceed() }.onFailure { handler?.cancel() }",
        PIN,
    ),
    "KtSoundPinnedOnly": (
        SILENT,
        "val same = runCatching { error!!.certificate.x509Certificate!!.publicKey.encoded.contentEquals(pin) }.getOrDefault(false); if (same)"
        + OR_CANCEL,
        PIN,
    ),
}
MORE: Final = """
    static final byte[] PIN = {1, 2, 3};
    CertificateException failed;
    static boolean trusted(X509TrustManager platform, X509Certificate[] chain, String type) {
        try { platform.checkServerTrusted(chain, type); return true; } catch (CertificateException e) { return false; }
    }
"""
MANAGERS: Final[dict[str, tuple[str, str]]] = {
    "SwCause": (
        ERROR,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (e.getCause() == null) throw e; }}",
    ),
    "SwMessage": (
        ERROR,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (e.getMessage() == null || e.getMessage().isEmpty()) throw e; }}",
    ),
    "SwNotExpired": (
        ERROR,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (e instanceof CertificateExpiredException) throw e; }}",
    ),
    "SwExpired": (
        WARNING,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (!(e instanceof CertificateExpiredException)) throw e; }}",
    ),
    "SwCauseExpired": (
        WARNING,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (!(e.getCause() instanceof CertificateNotYetValidException)) throw e; }}",
    ),
    "SwCausePath": (
        ERROR,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (e.getCause() instanceof CertPathValidatorException) return; throw e; }}",
    ),
    "SwClass": (
        ERROR,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (!(e instanceof CertificateException)) throw e; }}",
    ),
    "SwField": (
        ERROR,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ level = 3; if (level < 0) throw e; }}",
    ),
    "KeptAndThrown": (
        SILENT,
        f"failed = null; try {{ {CHECK} }} catch (CertificateException e) {{ failed = e; }} if (failed != null) throw failed;",
    ),
    "KeptAndForgotten": (ERROR, f"try {{ {CHECK} }} catch (CertificateException e) {{ failed = e; }}"),
    "SwFlag": (WARNING, f"try {{ {CHECK} }} catch (CertificateException e) {{ if (strict) throw e; }}"),
    "SwAndFlag": (
        WARNING,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (strict & e != null) throw e; }}",
    ),
    "SwOrFlagSound": (
        SILENT,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (strict | e != null) throw e; }}",
    ),
    "SwBoolean": (ERROR, f"if (!trusted(platform, chain, type) && chain == null) {THROW}"),
    "SwBooleanSound": (SILENT, f"if (!trusted(platform, chain, type)) {THROW}"),
    "SwBooleanSound2": (SILENT, f"if (!trusted(platform, chain, type) & chain.length > 0) {THROW}"),
    "SwBooleanIgnored": (
        ERROR,
        'boolean ok = trusted(platform, chain, type); if (!ok) android.util.Log.w("x", type);',
    ),
    "SwHolder": (
        ERROR,
        f"Exception[] held = new Exception[1]; try {{ {CHECK} }} catch (CertificateException e) {{ held[0] = e; }} if (held[0] != null & type == null) {THROW}",
    ),
    "SwHolderSound": (
        SILENT,
        f"Exception[] held = new Exception[1]; try {{ {CHECK} }} catch (CertificateException e) {{ held[0] = e; }} if (held[0] != null) {THROW}",
    ),
    "ComparesForgets": (ERROR, 'if (!known.contains(chain[0])) android.util.Log.w("x", "unknown");'),
    "ComparesForgetsHash": (
        ERROR,
        'boolean same = Arrays.equals(chain[0].getEncoded(), PIN); android.util.Log.d("x", "" + same);',
    ),
    "ComparesForgetsThrow": (
        ERROR,
        f"boolean same = known.contains(chain[0]); if (chain.length > 20) {THROW}",
    ),
    "CountSound": (
        SILENT,
        f"int good = 0; for (X509Certificate one : chain) if (known.contains(one)) good++; if (good == 0) {THROW}",
    ),
    "CountSoundBool": (
        SILENT,
        f"boolean good = false; for (X509Certificate one : chain) good |= known.contains(one); if (!good) {THROW}",
    ),
    "AllSoundBool": (
        SILENT,
        f"boolean good = true; for (X509Certificate one : chain) good &= known.contains(one); if (!good) {THROW}",
    ),
    "XorSound": (SILENT, f"if (known.contains(chain[0]) ^ true) {THROW}"),
    "XorBroken": (ERROR, f"boolean same = known.contains(chain[0]); if (same ^ same) {THROW}"),
    "TernSound": (SILENT, f"int bad = known.contains(chain[0]) ? 0 : 1; if (bad > 0) {THROW}"),
    "DiffSound": (
        UNKNOWN,
        f"int difference = 0; byte[] der = chain[0].getEncoded(); for (int i = 0; i < der.length; i++) difference |= der[i] ^ PIN[i]; if (difference != 0) {THROW}",
    ),
    "NameAnd": (
        ERROR,
        f'if (!chain[0].getSubjectDN().getName().contains("Example") & !chain[0].getIssuerDN().getName().contains("CA")) {THROW}',
    ),
    "NameAndCheckSound": (
        SILENT,
        f'if (!chain[0].getSubjectDN().getName().contains("Example")) {THROW} {CHECK}',
    ),
    "NameOrCheck": (
        ERROR,
        f'if (chain[0].getSubjectDN().getName().contains("Example") | chain.length == 1) return; {CHECK}',
    ),
}
KOTLIN_MANAGERS: Final[dict[str, tuple[str, str]]] = {
    "KmGetOrNull": (ERROR, "runCatching { platform.checkServerTrusted(chain, type) }.getOrNull()"),
    "KmMapCatching": (
        ERROR,
        "runCatching { platform.checkServerTrusted(chain, type) }.onFailure { e -> if (e.message == null) throw e }",
    ),
    "KmOnFailureClass": (
        ERROR,
        "runCatching { platform.checkServerTrusted(chain, type) }.onFailure { if (it !is CertificateException) throw it }",
    ),
    "KmOnFailureOther": (
        SILENT,
        "runCatching { platform.checkServerTrusted(chain, type) }.onFailure { if (it is Exception) throw it }",
    ),
    "KmTryExpr": (
        ERROR,
        f"val ok = try {{ {CHECK} true }} catch (e: Exception) {{ false }}; if (!ok && type == null) throw CertificateException()",
    ),
    "KmTryExprSound": (
        SILENT,
        f"val ok = try {{ {CHECK} true }} catch (e: Exception) {{ false }}; if (!ok) throw CertificateException()",
    ),
    "KmTryAndSound": (
        SILENT,
        f"val ok = try {{ {CHECK} true }} catch (e: Exception) {{ false }}; if (ok.not() and (chain != null)) throw CertificateException()",
    ),
    "KmUse": (
        ERROR,
        "if (runCatching { platform.checkServerTrusted(chain, type) }.isSuccess or true) return else throw CertificateException()",
    ),
    "KmSuccessSound": (
        SILENT,
        "if (runCatching { platform.checkServerTrusted(chain, type) }.isSuccess) return else throw CertificateException()",
    ),
}
VERIFIERS: Final[dict[str, tuple[str, str]]] = {
    "HIgnoresAnswer": (ERROR, f'boolean ok = {VERIFY}; if (!ok) android.util.Log.w("x", host); return true;'),
    "HOrTrue": (ERROR, f"return {VERIFY} | true;"),
    "HMany": (ERROR, f"boolean[] said = {{{VERIFY}, true}}; return said[1];"),
    "HArraySound": (SILENT, f"boolean[] said = {{{VERIFY}, true}}; return said[0];"),
    "HField": (ERROR, f"last = {VERIFY}; last = true; return last;"),
    "HFieldSound": (SILENT, f"last = {VERIFY}; return last;"),
    "HTernary": (ERROR, f"return {VERIFY} ? true : host != null;"),
    "HTernarySound": (SILENT, f"return host != null ? {VERIFY} : false;"),
    "HCatch": (
        ERROR,
        f"try {{ return {VERIFY} | session.getPeerCertificates() != null; }} catch (SSLPeerUnverifiedException e) {{ return false; }}",
    ),
    "HAltNames": (
        ERROR,
        "try { return ((X509Certificate) session.getPeerCertificates()[0]).getSubjectAlternativeNames() != null; } catch (Exception e) { return false; }",
    ),
    "HAltSound": (
        SILENT,
        "try { for (List<?> one : ((X509Certificate) session.getPeerCertificates()[0]).getSubjectAlternativeNames()) if (host.equals(one.get(1))) return true; return false; } catch (Exception e) { return false; }",
    ),
    "HAltBool": (
        SILENT,
        "try { boolean found = false; for (List<?> one : ((X509Certificate) session.getPeerCertificates()[0]).getSubjectAlternativeNames()) found |= host.equals(one.get(1)); return found; } catch (Exception e) { return false; }",
    ),
    "HAltForgets": (
        ERROR,
        'try { boolean found = false; for (List<?> one : ((X509Certificate) session.getPeerCertificates()[0]).getSubjectAlternativeNames()) found |= host.equals(one.get(1)); if (!found) android.util.Log.w("x", host); return true; } catch (Exception e) { return false; }',
    ),
    "HPrincipal": (
        SILENT,
        "try { return host.equals(session.getPeerPrincipal().getName().substring(3)); } catch (SSLPeerUnverifiedException e) { return false; }",
    ),
    "HProtocol": (ERROR, 'return session.getProtocol().equals("TLSv1.3") & host != null;'),
    "HNotLocal": (ERROR, f'return !host.endsWith(".local") | {VERIFY};'),
    "HLocal": (WARNING, f'return host.endsWith(".local") | {VERIFY};'),
    "HStrictSound": (SILENT, f'return host.endsWith(".example.com") & {VERIFY};'),
}
NOT_FOLLOWED: Final = dict.fromkeys(("KtCompanion", "KtCompanionDates", "KtWhenUrl", "KtRunOr"), UNKNOWN)
"""What R8 makes of Kotlin's library under other names, and what is then not followed."""


@pytest.mark.slow
@in_modes("", "debug", "r8", "r8-full")
def test_conditions_are_followed_to_what_they_rest_on(mode: str, tmp_path: Path) -> None:
    verifier = VERIFIER.replace("other;", "other; boolean last;", 1)
    manager = MANAGER.replace("MORE", FIELDS + MORE)
    check_forms(
        tmp_path,
        mode,
        [(PAGE, PAGES), (manager, MANAGERS), (verifier, VERIFIERS)],
        [(KOTLIN_PAGE, KOTLIN_PAGES), (KOTLIN_MANAGER, KOTLIN_MANAGERS)],
        unlike=NOT_FOLLOWED if mode.startswith("r8") else None,
    )
