"""Conditions that are computed without a branch, and refusals that are put into objects, in managers and verifiers.

``a & b`` of null tests is no more a condition than ``a && b`` is; a comparison that nothing is refused by is no check;
what ``runCatching`` caught is there.  Each form is really compiled, by D8 and by R8 in both modes, beside sound twins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.real.conditions import (
    ALL_MODES,
    CHECK,
    ERROR,
    EXTENDED,
    FIELDS,
    KOTLIN_MANAGER,
    KOTLIN_VERIFIER,
    MANAGER,
    SILENT,
    THROW,
    UNKNOWN,
    VERIFIER,
    VERIFY,
    WARNING,
    check_forms,
    in_modes,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("builds")
MANAGERS: Final[dict[str, tuple[str, str]]] = {
    "MRefuseNullAnd": (ERROR, f"if (Objects.isNull(chain) | Objects.isNull(type)) {THROW}"),
    "MNonNullAnd": (ERROR, f"if (!(Objects.nonNull(chain) & chain.length > 0)) {THROW}"),
    "MCount": (ERROR, f"int n = chain == null ? 0 : 1; n += type == null ? 0 : 1; if (n < 2) {THROW}"),
    "MXor": (ERROR, f"if (Objects.isNull(chain) ^ Objects.isNull(type)) {THROW}"),
    "MOrReturn": (ERROR, f"if (chain != null | type != null) return; {CHECK}"),
    "MFlagOr": (ERROR, f"if (strict | chain != null) return; {CHECK}"),
    "MFlagAnd": (WARNING, f"if (strict & chain != null) return; {CHECK}"),
    "MSwallowNull": (
        ERROR,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (type == null) throw e; }}",
    ),
    "MSwallowNullAnd": (
        ERROR,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (Objects.isNull(type) & Objects.isNull(chain)) throw e; }}",
    ),
    "MSwallowMsg": (ERROR, f"try {{ {CHECK} }} catch (CertificateException e) {{ if (e == null) throw e; }}"),
    "MSwallowEmpty": (
        ERROR,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (chain.length == 0) throw e; }}",
    ),
    "MSwallowHelper": (ERROR, f"try {{ {CHECK} }} catch (CertificateException e) {{ need(type); }}"),
    "MSwallowLater": (
        ERROR,
        f"CertificateException kept = null; try {{ {CHECK} }} catch (CertificateException e) {{ kept = e; }} if (kept != null && type == null) throw kept;",
    ),
    "MSoundLater": (
        SILENT,
        f"CertificateException kept = null; try {{ {CHECK} }} catch (CertificateException e) {{ kept = e; }} if (kept != null) throw kept;",
    ),
    "MSoundLaterAnd": (
        SILENT,
        f"CertificateException kept = null; try {{ {CHECK} }} catch (CertificateException e) {{ kept = e; }} if (kept != null & type != null) throw kept;",
    ),
    "MSoundAnd": (SILENT, f"if (Objects.isNull(chain) | Objects.isNull(type)) {THROW} {CHECK}"),
    "MSoundOk": (
        SILENT,
        f"boolean ok; try {{ {CHECK} ok = true; }} catch (CertificateException e) {{ ok = false; }} if (!ok | chain == null) {THROW}",
    ),
    "MOkNever": (
        ERROR,
        f"boolean ok; try {{ {CHECK} ok = true; }} catch (CertificateException e) {{ ok = false; }} if (!ok & chain == null) {THROW}",
    ),
    "MType": (ERROR, f'if (type.equals("RSA") | type.contains("ECDHE")) return; {CHECK}'),
    "MTypeEmpty": (ERROR, f'if ("".equals(type)) {CHECK}'),
    "MPinOr": (SILENT, f"if (!(known.contains(chain[0]) | known.contains(chain[chain.length - 1]))) {THROW}"),
    "MPinOrNull": (ERROR, f"if (!(known.contains(chain[0]) | chain[0] != null)) {THROW}"),
    "MOptional": (ERROR, "Optional.ofNullable(chain).orElseThrow(CertificateException::new);"),
    "MDatesAnd": (ERROR, f"if (chain[0].getNotAfter() == null | chain[0].getSubjectDN() == null) {THROW}"),
}
KOTLIN_MANAGERS: Final[dict[str, tuple[str, str]]] = {
    "KmOnFailureNull": (
        ERROR,
        "runCatching { platform.checkServerTrusted(chain, type) }.onFailure { if (type == null) throw it }",
    ),
    "KmOnFailureChain": (
        ERROR,
        "runCatching { platform.checkServerTrusted(chain, type) }.onFailure { if (chain.isNullOrEmpty()) throw it }",
    ),
    "KmOnFailureLog": (
        ERROR,
        'runCatching { platform.checkServerTrusted(chain, type) }.onFailure { android.util.Log.w("x", it) }',
    ),
    "KmExceptionOrNull": (
        ERROR,
        "val e = runCatching { platform.checkServerTrusted(chain, type) }.exceptionOrNull(); if (e != null && type == null) throw e",
    ),
    "KmRecover": (ERROR, "runCatching { platform.checkServerTrusted(chain, type) }.recover { }.getOrThrow()"),
    "KmGetOrElse": (
        ERROR,
        "runCatching { platform.checkServerTrusted(chain, type) }.getOrElse { if (chain == null) throw it }",
    ),
    "KmIsFailure": (
        ERROR,
        "val r = runCatching { platform.checkServerTrusted(chain, type) }; if (r.isFailure && chain == null) throw CertificateException()",
    ),
    "KmSoundOnFailure": (
        SILENT,
        "runCatching { platform.checkServerTrusted(chain, type) }.onFailure { throw it }",
    ),
    "KmSoundOnFailureIf": (
        SILENT,
        "runCatching { platform.checkServerTrusted(chain, type) }.onFailure { if (type != null) throw it }",
    ),
    "KmSoundGetOrThrow": (SILENT, "runCatching { platform.checkServerTrusted(chain, type) }.getOrThrow()"),
    "KmSoundGetOrElse": (
        SILENT,
        "runCatching { platform.checkServerTrusted(chain, type) }.getOrElse { throw CertificateException(it) }",
    ),
    "KmSoundIsFailure": (
        SILENT,
        "val r = runCatching { platform.checkServerTrusted(chain, type) }; if (r.isFailure) throw CertificateException()",
    ),
    "KmSoundException": (
        SILENT,
        "runCatching { platform.checkServerTrusted(chain, type) }.exceptionOrNull()?.let { throw it }",
    ),
    "KmSoundFold": (
        SILENT,
        "runCatching { platform.checkServerTrusted(chain, type) }.fold({ }, { throw it })",
    ),
    "KmAnd": (ERROR, "if ((chain == null) or (type == null)) throw CertificateException()"),
    "KmSoundAnd": (
        SILENT,
        "if ((chain == null) or (type == null)) throw CertificateException() else platform.checkServerTrusted(chain, type)",
    ),
    "KmAll": (ERROR, "require(chain!!.all { it != null })"),
}
EXTENDED_MANAGERS: Final[dict[str, tuple[str, str]]] = {
    "XAnd": (ERROR, f"if (Objects.isNull(socket) | Objects.isNull(chain)) {THROW}"),
    "XSwallow": (
        ERROR,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (socket == null) throw e; }}",
    ),
    "XReturn": (ERROR, f"if (socket != null & chain != null) return; {CHECK}"),
    "XSound": (SILENT, f"if (socket == null | chain == null) {THROW} {CHECK}"),
}
VERIFIERS: Final[dict[str, tuple[str, str]]] = {
    "VNonNullAnd": (ERROR, "return Objects.nonNull(host) & Objects.nonNull(session);"),
    "VNonNullOr": (ERROR, "return Objects.nonNull(host) | Objects.nonNull(session);"),
    "VXor": (ERROR, "return Objects.isNull(host) ^ Objects.nonNull(session);"),
    "VNotIsNull": (ERROR, "return !Objects.isNull(host) & !Objects.isNull(session);"),
    "VOrVerify": (ERROR, f"return Objects.nonNull(host) | {VERIFY};"),
    "VCount": (ERROR, "int n = (host == null ? 0 : 1) + (session == null ? 0 : 1); return n == 2;"),
    "VFlagOrVerify": (WARNING, f"return lax | {VERIFY};"),
    "VBoxed": (ERROR, "Boolean ok = host != null; return ok;"),
    "VLogical": (ERROR, "return Boolean.logicalOr(host != null, session == null);"),
    "VVerifyOrNot": (ERROR, f"boolean ok = {VERIFY}; return ok | !ok;"),
    "VIgnored": (ERROR, f"boolean ok = {VERIFY}; ok |= session != null; return ok;"),
    "VLength": (
        ERROR,
        "try { return session.getPeerCertificates().length >= 2; } catch (SSLPeerUnverifiedException e) { return false; }",
    ),
    "VDates": (
        ERROR,
        "try { return ((X509Certificate) session.getPeerCertificates()[0]).getNotAfter().after(new Date()); } catch (SSLPeerUnverifiedException e) { return false; }",
    ),
    "VNameThere": (
        ERROR,
        "try { return session.getPeerPrincipal().getName().length() > 3; } catch (SSLPeerUnverifiedException e) { return false; }",
    ),
    "VCipher": (ERROR, 'return session.getCipherSuite().contains("TLS");'),
    "VEmpty": (ERROR, 'return !"".equals(host) & session.isValid();'),
    "VSoundAnd": (SILENT, f"return Objects.nonNull(host) & {VERIFY};"),
    "VSoundAnd2": (SILENT, f"boolean ok = {VERIFY}; ok &= session != null; return ok;"),
    "VSoundNot": (SILENT, f"if (!{VERIFY} | host == null) return false; return true;"),
    "VSoundOrFalse": (SILENT, f"return host == null | {VERIFY};"),
    "VClock": (UNKNOWN, f"return System.nanoTime() > 5 | {VERIFY};"),
    "VAllButOne": (ERROR, f'return !host.equals("pay.example.com") || {VERIFY};'),
}
KOTLIN_VERIFIERS: Final[dict[str, tuple[str, str]]] = {
    "KvAnd": (ERROR, "return (host != null) and (session != null)"),
    "KvOr": (ERROR, f"return (host != null) or {VERIFY}"),
    "KvNot": (ERROR, "return !((host == null) or (session == null))"),
    "KvXor": (ERROR, "return (host == null) xor (session != null)"),
    "KvAll": (ERROR, "return listOf(host, session).all { it != null }"),
    "KvSound": (SILENT, f"return (host != null) and {VERIFY}"),
    "KvRun": (ERROR, "return runCatching { requireNotNull(session) }.isSuccess"),
    "KvRunSound": (SILENT, f"return runCatching {{ {VERIFY} }}.getOrDefault(false)"),
    "KvRunBroken": (ERROR, f"return runCatching {{ {VERIFY} }}.isSuccess"),
}


@in_modes(*ALL_MODES)
def test_conditions_are_what_they_come_to(mode: str, tmp_path: Path) -> None:
    extended = EXTENDED.replace("import java.net.Socket;", "import java.net.Socket; import java.util.*;")
    verifier = VERIFIER.replace("other;", "other; boolean lax = System.nanoTime() > 3;", 1)
    manager = MANAGER.replace("MORE", FIELDS)
    check_forms(
        tmp_path,
        mode,
        [(manager, MANAGERS), (extended, EXTENDED_MANAGERS), (verifier, VERIFIERS)],
        [(KOTLIN_MANAGER, KOTLIN_MANAGERS), (KOTLIN_VERIFIER, KOTLIN_VERIFIERS)],
    )
