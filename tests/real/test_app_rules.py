"""The examples of the rules on apps, built into real apps: the first breaks the rule, the second does not.

A page leaves out what every app has: imports, the keys of pins.toml, the rest of the manifest, the start of TrustKit.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

from pincompiler.rules.on_apps import APP_RULES
from pincompiler.workflows.audit import audit, audit_options
from tests.builds import build_app
from tests.real.apps import NSC, PACKAGE
from tests.real.kits import LOOSE_STUBS, stubs, trustkit
from tests.rule_examples import FENCE, completed, halves, is_of_bundles, is_of_plist, is_of_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from pincompiler.base.finding import Finding
    from pincompiler.rules.rule import Rule
    from pincompiler.verdicts.subject import Subject

pytestmark = pytest.mark.usefixtures("builds")

NOT_BUILT: Final = {"archive-anomaly": "no build tool writes such an archive: tests/apk forges them"}
"""Rules whose examples are no app, and why."""
SEVERAL: Final = {"uninitialised-trustkit": 2}
"""Rules whose example is found more than once: here TrustKit is used, and configured, and never started."""
BESIDE: Final = {"cleartext-pinned-host"}
"""What is said of the second examples too: a note on every configuration that leaves cleartext undecided."""
BUILT: Final = [
    rule
    for rule in APP_RULES
    if not (
        rule.id in NOT_BUILT or is_of_plist(rule.doc) or is_of_bundles(rule.doc) or is_of_program(rule.doc)
    )
]
"""Those on property lists are in tests/audit/test_check_files.py, on several of an app in tests/ios/test_rules.py."""

PLACE: Final = re.compile(r"<!-- (res/\S+) -->\n")
"""The first line of an XML that is not the configuration itself but a variant of it, or something else."""
FRAGMENT: Final = re.compile(r"<(uses-sdk|application)\b[^>]*>")
"""A part of a manifest that an example shows by itself."""
MANIFEST: Final = """\
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="com.example.shop">
  {uses-sdk}
  {application}
</manifest>
"""
KEYS: Final = {
    "api-2026": 'spki-sha256 = "HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U="\nrole = "leaf"',
    "api-2027": 'spki-sha256 = "UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q="\nrole = "leaf"',
}
"""The usual keys of pins.toml, whose pins stand in the examples."""
TARGET: Final = '\n[target.nsc]\npath = "network_security_config.xml"\n'
STARTED: Final = """\
public class App extends Application {
    @Override public void onCreate() {
        super.onCreate();
        TrustKit.initializeWithNetworkSecurityConfiguration(this);
    }

    public SSLSocketFactory sockets() {
        return TrustKit.getInstance().getSSLSocketFactory("api.example.com");
    }
}
"""
"""TrustKit-Android as it is meant to be used, for examples that show its configuration alone."""
IMPORTS: Final = [
    "android.app.Application",
    "android.content.Context",
    "android.content.res.Resources",
    "android.net.SSLCertificateSocketFactory",
    "android.net.http.HttpEngine",
    "android.net.http.SslError",
    "android.security.keystore.KeyGenParameterSpec",
    "android.security.keystore.KeyProperties",
    "android.util.Base64",
    "android.webkit.SslErrorHandler",
    "android.webkit.WebView",
    "android.webkit.WebViewClient",
    "com.datatheorem.android.trustkit.TrustKit",
    "java.io.InputStream",
    "java.net.URL",
    "java.nio.charset.StandardCharsets",
    "java.security.KeyPair",
    "java.security.KeyPairGenerator",
    "java.security.KeyStore",
    "java.security.MessageDigest",
    "java.security.cert.CertificateException",
    "java.security.cert.CertificateFactory",
    "java.security.cert.X509Certificate",
    "java.time.Instant",
    "java.util.HashSet",
    "java.util.Set",
    "javax.net.ssl.HttpsURLConnection",
    "javax.net.ssl.SSLContext",
    "javax.net.ssl.SSLParameters",
    "javax.net.ssl.SSLSocket",
    "javax.net.ssl.SSLSocketFactory",
    "javax.net.ssl.TrustManager",
    "javax.net.ssl.TrustManagerFactory",
    "javax.net.ssl.X509TrustManager",
    "okhttp3.CertificatePinner",
    "okhttp3.OkHttpClient",
]
"""What sources may name without importing it."""
CERTIFICATES: Final = {
    "api_example_com": (
        "MIIBODCB4KADAgECAggu49rt3RkDpzAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5jb20wHhcNMj"
        "UwNTAxMTIwMDAwWhcNMjYwNjAxMTIwMDAwWjAaMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIB"
        "BggqhkjOPQMBBwNCAAQ1Vf1uxiL/huIX8o/5doISGufwku/alNWhbCCfNnnmYhb0rM3DO0llih2O/Ce0taQtS+fxPn"
        "fu0NZCx3iF+Hn+oxAwDjAMBgNVHRMBAf8EAjAAMAoGCCqGSM49BAMCA0cAMEQCIByiM/G5ciIYkjNL2N8uTID4QPtb"
        "W9NBraTkjsWdn2dFAiARjQruAa0uH6Ibrst4T4NxxF++sWdIc7IPtQRRvc3EcQ=="
    ),
    "api_example_com_2036": (
        "MIIBOTCB4KADAgECAggC/toIw2cTpDAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5jb20wHhcNMj"
        "YxMDAxMTIwMDAwWhcNMzYxMDAxMTIwMDAwWjAaMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIB"
        "BggqhkjOPQMBBwNCAATxmFPbZvzG1wk1mUcxL/+OnGMmdCaRCJApe++F55gqC5u8BQpETNCH6f3xHVZapmHjnYaIij"
        "ota6F72YNBs3FgoxAwDjAMBgNVHRMBAf8EAjAAMAoGCCqGSM49BAMCA0gAMEUCIQD8z3S7oePcb4oNofvEonV9cgf9"
        "7ZkqqLMi+kB3EmMkuAIgf+YdHAl1JsRxp/qNkE4FHzorg1QVfug+7qHDryEJkK8="
    ),
    "example_ca_1": (
        "MIIBNTCB3aADAgECAgh2Ofl+ZXIU0zAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDEwHhcNMTYxMj"
        "EwMTIwMDAwWhcNMjYxMjEwMTIwMDAwWjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDEwWTATBgcqhkjOPQIBBggqhkjO"
        "PQMBBwNCAATq2cOiyLYlFEZTaOvhzx4m8b3HluRd+URNnux1AJxhs9XOzc+wAmdvTLAW1F2hJ5Ip0kW9AUZzCA8eVV"
        "iVo8pcoxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIH52MoiPKQ7NnKFR15BNCih93NpEOSd3"
        "au7tOpVjjIgkAiB+5iUz2BV/jAP/HZh9kbNUvYVYWv8rbcATu952b0Z9ww=="
    ),
    "example_ca_2": (
        "MIIBNTCB3aADAgECAghHHLext1Q4+jAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDIwHhcNMjYwMT"
        "AxMTIwMDAwWhcNNDYwMTAxMTIwMDAwWjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDIwWTATBgcqhkjOPQIBBggqhkjO"
        "PQMBBwNCAASC/Uw4Y+bqo47qV/bvcpaoFMSCUonvOCVGRWsW64/g0QTJSdiLp4C6vLJkWp7Cqb8Ev4AGMI34483Db5"
        "GKQK8LoxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIF0T+G2i0Vrg0YND74yCTH8EBajPc1Uc"
        "7MeEkh+VrofWAiBF7krTzEF/ZYj4p8ngymFqLOl5gzQWXRqZVZ1UBuLL4g=="
    ),
    "mitmproxy": (
        "MIIBWTCB/6ADAgECAghm2otzz3DpOjAKBggqhkjOPQQDAjAoMRIwEAYDVQQDDAltaXRtcHJveHkxEjAQBgNVBAoMCW"
        "1pdG1wcm94eTAeFw0yNjAxMDExMjAwMDBaFw0zNjAxMDExMjAwMDBaMCgxEjAQBgNVBAMMCW1pdG1wcm94eTESMBAG"
        "A1UECgwJbWl0bXByb3h5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE6SXqrhDNlA3QgPrJr12ar8DvAiqhfi6vEX"
        "QYYYyDsbYZvf8Giib+8zQHB9mXXAdwRQ3/4vOb8krEQxJ0+OjghKMTMBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjO"
        "PQQDAgNJADBGAiEAmVmzHh9Miqo0tgml/Q31BH5oiwLACxkvN9fkWWAYyKECIQCkXRudENup5Ligt+0dILH78gltMs"
        "LaaIOUKiea31b4Ww=="
    ),
}
"""Files below res/raw that sources name: DER in base64."""
SUFFIXES: Final = {"java": "java", "kotlin": "kt"}
CODE: Final = (*SUFFIXES, "js")
SCRIPT: Final = "assets/www/js/index.js"

every_built_rule = pytest.mark.parametrize("rule", BUILT, ids=lambda rule: rule.id)


@dataclass(slots=True)
class Example:
    """One half of the examples of a rule, as an app."""

    code: dict[str, list[str]] = field(default_factory=dict)
    """Sources by language."""
    files: dict[str, str | bytes] = field(default_factory=dict)
    manifest: str = ""
    pins: str = ""

    @property
    def package(self) -> str:
        found = re.search(r'\bpackage="([^"]+)"', self.manifest)
        return found[1] if found else PACKAGE

    def languages(self) -> list[str]:
        """Each says the same in its way, and is an app of its own."""
        return list(self.code) or [""]


def examples(rule: Rule) -> tuple[Example, Example]:
    wrong, right = halves(rule.doc)
    return example(wrong), example(right)


def example(text: str) -> Example:
    found = Example()
    parts: dict[str, str] = {}
    for language, content in FENCE.findall(text):
        if language in CODE:
            found.code.setdefault(language, []).append(content)
        elif language == "toml":
            found.pins = completed(content if "[target." in content else content + TARGET, KEYS)
        elif language != "xml":
            pytest.fail(f"examples of an app have no {language}")
        elif fragment := FRAGMENT.match(content):
            parts[fragment[1]] = content.strip()
        else:
            place = PLACE.match(content)
            found.files[place[1] if place else NSC] = content
    if "<trustkit-config" in str(found.files.get(NSC)) and not found.code:
        found.code["java"] = [STARTED]
    found.manifest = manifest(parts, found)
    for source in found.code.get("java", ()):
        for name in re.findall(r"\bR\.raw\.(\w+)", source):
            found.files[f"res/raw/{name}.der"] = base64.b64decode(CERTIFICATES[name])
    return found


def manifest(parts: dict[str, str], found: Example) -> str:
    """The manifest with what an example shows of it; empty, which means the usual one, if that is nothing."""
    own = any("extends Application" in source for source in found.code.get("java", ()))
    if not parts and not own:
        return ""
    name = ' android:name=".App"' if own else ""
    configuration = ' android:networkSecurityConfig="@xml/network_security_config"' if found.files else ""
    usual = {
        "uses-sdk": '<uses-sdk android:minSdkVersion="24" android:targetSdkVersion="34" />',
        "application": f"<application{name}{configuration} />",
    }
    return MANIFEST.format_map({**usual, **parts})


def libraries(example: Example) -> tuple[str, ...]:
    """Those which the sources name, and no others: they take time to read."""
    text = "\n".join(imports(source) + source for sources in example.code.values() for source in sources)
    names = []
    if re.search(r"\bokhttp3\.", text) or "kotlin" in example.code:
        names.append("okhttp-4.12.0")
    if "com.squareup.okhttp." in text:
        names.append("okhttp-2.7.5")
    if "com.datatheorem." in text:
        names.append(trustkit())
    if "js" in example.code or re.search(
        r"\b(?:org\.chromium|org\.conscrypt|io\.approov|com\.appmattus)\.", text
    ):
        names.append(stubs())
    if "org.jsoup." in text:
        names.append(stubs(LOOSE_STUBS))
    return tuple(names)


def plugins(script: str) -> list[str]:
    """What a script needs of Cordova's plugins besides the stubs."""
    checker = "package nl.xservices.plugins; public final class SSLCertificateChecker {}"
    return [checker] if "sslCertificateChecker" in script else []


def packaged(sources: list[str], package: str, suffix: str) -> dict[str, str]:
    """Whole files by their names, with the imports in the first line, so that line numbers are the page's."""
    files = {}
    for text in sources:
        (name, *_) = re.findall(r"\bclass (\w+)", text)
        files[f"{name}.{suffix}"] = f"package {package}; {imports(text)}{text}"
    return files


def imports(text: str) -> str:
    """The imports of what a source names without saying where it is from."""
    named = frozenset(re.findall(r"(?<![.\w])[A-Z]\w+", text))
    return "".join(f"import {name}; " for name in IMPORTS if name.rpartition(".")[2] in named)


def audited(example: Example, folder: Path, today: date) -> Iterator[Subject]:
    """What the audit says of the app, once for each language."""
    pins = None
    if example.pins:
        pins = folder / "pins.toml"
        pins.write_text(example.pins, encoding="utf-8")
    asked = audit_options(today, pins, ())
    for language in example.languages():
        files = dict(example.files)
        code: dict[str, Any] = {}
        if language in SUFFIXES:
            code[language] = packaged(example.code[language], example.package, SUFFIXES[language])
        if language == "js":
            script = "\n".join(example.code["js"])
            files[SCRIPT] = script
            code = {"java": ["public final class Shell {}", *plugins(script)]}
        apk = build_app(
            folder / (language or "plain"),
            files=files,
            manifest=example.manifest,
            libraries=libraries(example),
            **code,
        )
        yield audit(apk, asked)


def findings(subject: Subject, rule: Rule) -> list[Finding]:
    assert not subject.error
    assert [one for one in subject.unseen if "bug of pincompiler" in one.why] == []
    return [finding for finding in subject.findings if finding.rule == rule.id]


@every_built_rule
def test_first_example_breaks_the_rule(rule: Rule, tmp_path: Path, today: date) -> None:
    for subject in audited(examples(rule)[0], tmp_path, today):
        own = findings(subject, rule)
        assert len(own) == SEVERAL.get(rule.id, 1), (
            f"found were {subject.findings}, unseen were {subject.unseen}"
        )
        assert rule.level in {finding.level for finding in own}
        assert all(finding.fix and finding.location for finding in own)


@every_built_rule
def test_second_example_does_not(rule: Rule, tmp_path: Path, today: date) -> None:
    for subject in audited(examples(rule)[1], tmp_path, today):
        assert findings(subject, rule) == []
        # Nor does following the advice break another rule.
        assert [finding for finding in subject.findings if finding.rule not in BESIDE] == []


def test_exceptions_are_rules() -> None:
    assert {rule.id for rule in APP_RULES} >= NOT_BUILT.keys() | SEVERAL.keys() | BESIDE
