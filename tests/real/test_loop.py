"""The loop closes: what compile writes, built into an app, is found to be what pins.toml says, and nothing else is.

Each mutation of the sources then gives its finding, and no other that matters.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from typer.testing import CliRunner

from pincompiler.base.finding import Level
from pincompiler.cli.program import app as cli
from pincompiler.workflows.audit import audit, audit_options
from tests.conftest import SAMPLE_CERTS
from tests.real.apps import NSC, build_app
from tests.real.install import OKHTTP_VERSIONS
from tests.real.kits import trustkit
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("real_tools")

PINS: Final = """\
version = 1

[app]
android-min-sdk = 26
android-target-sdk = 34
okhttp = "4.12.0"

[keys.api-2026]
file = "certs/api-2026.pem"

[keys.api-2027]
file = "certs/api-2027.csr"

[keys.offline]
file = "certs/offline.pub"
role = "leaf"

[keys.shop-ca]
file = "certs/shop-ca.pem"

[keys.backup-ca]
file = "certs/backup-ca.pem"

[[pin-set]]
hosts = ["api.example.com", "auth.example.com"]
keys = ["api-2026", "api-2027", "offline"]

[[pin-set]]
hosts = ["example.net"]
subdomains = "all"
keys = ["shop-ca", "backup-ca"]

[target.nsc]
path = "network_security_config.xml"

[target.okhttp-LANGUAGE]
path = "Pins.SUFFIX"
package = "com.example.app"
"""
NET: Final = """\
package com.example.app;
import okhttp3.*;
public final class Net {
    private static final OkHttpClient CLIENT = new OkHttpClient.Builder().certificatePinner(PINNER).build();
    public static int status() throws java.io.IOException {
        Request request = new Request.Builder().url("https://api.example.com/v1").build();
        try (Response response = CLIENT.newCall(request).execute()) { return response.code(); }
    }
}
"""
TRUST_ALL: Final = """\
package com.example.app;
import java.security.cert.X509Certificate;
import javax.net.ssl.*;
public final class Careless implements X509TrustManager {
    public static SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Careless()}, null);
        return context;
    }
    @Override public void checkClientTrusted(X509Certificate[] chain, String type) {}
    @Override public void checkServerTrusted(X509Certificate[] chain, String type) {}
    @Override public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
}
"""
ANY_HOST: Final = """\
package com.example.app;
import javax.net.ssl.*;
public final class Upload {
    public static void open(HttpsURLConnection connection) { connection.setHostnameVerifier((host, session) -> true); }
}
"""
SECOND: Final = """\
package com.example.app;
import okhttp3.*;
public final class Second {
    public static Object status() throws java.io.IOException {
        return MADE.newCall(new Request.Builder().url("https://auth.example.com/").build()).execute().code();
    }
}
"""
LOST_PIN: Final = (r'"sha256/qhxc[^\n]*\n', "")
MORE: Final = (
    ('keys = ["api-2026", "api-2027", "offline"]', 'keys = ["api-2026", "api-2027", "offline", "backup-ca"]'),
    (
        'hosts = ["api.example.com", "auth.example.com"]\n',
        'hosts = ["api.example.com", "auth.example.com"]\nsubdomains = "all"\n',
    ),
)
"""What pins.toml may come to say after the app was built."""


@dataclass(slots=True)
class Project:
    """A pins.toml with what was compiled from it, and the sources around that."""

    pins: Path
    files: dict[str, str]
    """By name: the NSC by its path in an app, the others as source files."""

    def edit(self, name: str, pattern: str, replacement: str) -> None:
        self.files[name], count = re.subn(pattern, replacement, self.files[name])
        assert count, f"{pattern} is not in {name}"

    @property
    def code(self) -> str:
        """The file with the generated pinner."""
        return next(name for name in self.files if name.startswith("Pins."))

    def demand_more(self, *, reach: bool = True) -> None:
        """Of an app that is built already: a key that it lacks, and a host below which it has no pins."""
        text = self.pins.read_text("utf-8")
        for old, new in MORE[: 1 + reach]:
            assert old in text
            text = text.replace(old, new)
        self.pins.write_text(text, encoding="utf-8")

    def build(self, folder: Path, **how: Any) -> Path:
        java = {name: text for name, text in self.files.items() if name.endswith(".java")}
        kotlin = {name: text for name, text in self.files.items() if name.endswith(".kt")}
        rest = {name: text for name, text in self.files.items() if name not in {**java, **kotlin}}
        manifest = rest.pop("AndroidManifest.xml", "")
        return build_app(folder, java=java, kotlin=kotlin, files=rest, manifest=manifest, **how)

    def findings(self, apk: Path) -> set[str]:
        """The rules that find something which matters; nothing may be left unseen."""
        subject = audit(apk, audit_options(TODAY, self.pins, ()))
        assert not subject.error
        assert [one for one in subject.unseen if one.mechanisms] == []
        return {one.rule for one in subject.findings if one.level is not Level.NOTE}


def project(folder: Path, language: str = "java", okhttp: str = "4.12.0") -> Project:
    suffix, pinner = {
        "java": ("java", "Pins.certificatePinner()"),
        "kotlin": ("kt", "Pins.certificatePinner"),
    }[language]
    folder.mkdir(exist_ok=True)
    path = folder / "pins.toml"
    shutil.copytree(SAMPLE_CERTS, folder / "certs")
    text = PINS.replace("LANGUAGE", language).replace("SUFFIX", suffix).replace("4.12.0", okhttp)
    if tuple(map(int, okhttp.split("."))) < (4, 3):
        text = text.replace('subdomains = "all"\n', "")  # which such an OkHttp cannot do
    path.write_text(text, encoding="utf-8")
    ran = CliRunner().invoke(cli, ["compile", str(path)])
    assert ran.exit_code == 0, ran.stderr
    generated = {NSC: "network_security_config.xml", f"Pins.{suffix}": f"Pins.{suffix}"}
    files = {name: (folder / written).read_text("utf-8") for name, written in generated.items()}
    return Project(path, {**files, "Net.java": NET.replace("PINNER", pinner)})


# -- sound -----------------------------------------------------------------------------------------

HOW: Final[dict[str, dict[str, Any]]] = {
    "plain": {},
    "debug": {"debug": True},
    "dx": {"dexer": "dx", "carried": False},
    "r8": {"shrink": "r8"},
    "r8-full": {"shrink": "r8-full", "shorten": True},
    "r8 repackaged": {"shrink": "r8-full", "rules": "-repackageclasses ''\n-allowaccessmodification"},
    "short": {"shorten": True},
    "splits": {"form": "splits"},
    "apks": {"form": "apks"},
    "aab": {"form": "aab"},
}


# R8 takes ten seconds for such an app: each of its ways once.
ONCE: Final = {"r8": "java", "r8-full": "java", "r8 repackaged": "kotlin"}


@pytest.mark.parametrize(
    ("language", "how"),
    [
        (language, how)
        for language in ("java", "kotlin")
        for how in HOW
        if ONCE.get(how, language) == language
    ],
)
def test_what_was_compiled_is_what_is_shipped(language: str, how: str, tmp_path: Path) -> None:
    """And in each form the same is seen to be missing once it is."""
    made = project(tmp_path / "project", language)
    apk = made.build(tmp_path / "app", **HOW[how])
    assert made.findings(apk) == set()
    arguments = ["audit", "--pins", str(made.pins), "--fail-on", "warning", "--today", str(TODAY)]
    ran = CliRunner().invoke(cli, [*arguments, str(apk)])
    assert ran.exit_code == 0, ran.output

    if how in ONCE:
        made.demand_more()
    else:
        made.edit(made.code, *LOST_PIN)
        made.edit(NSC, r'includeSubdomains="true"', 'includeSubdomains="false"')
        apk = made.build(tmp_path / "worse", **HOW[how])
    older = {"stale-artifact"} if how in ONCE else set()
    assert made.findings(apk) == {"missing-key", "narrower-reach"} | older
    assert CliRunner().invoke(cli, [*arguments, str(apk)]).exit_code == 1


@pytest.mark.parametrize(
    ("version", "shrink"),
    [*((version, "") for version in OKHTTP_VERSIONS), ("3.14.9", "r8-full"), ("5.5.1", "r8-full")],
)
def test_every_okhttp_ships_what_was_compiled(version: str, shrink: str, tmp_path: Path) -> None:
    """And a pin that is lost from the code is missing."""
    made = project(tmp_path / "project", "kotlin" if version > "4" else "java", version)
    how = {"libraries": (f"okhttp-{version}",), "shrink": shrink}
    apk = made.build(tmp_path / "app", **how)
    assert made.findings(apk) == set()
    if shrink:
        made.demand_more(reach=False)
    else:
        made.edit(made.code, *LOST_PIN)
        apk = made.build(tmp_path / "worse", **how)
    assert made.findings(apk) == {"missing-key"} | ({"stale-artifact"} if shrink else set())


KIT: Final = """\
package com.example.app;
import com.datatheorem.android.trustkit.TrustKit;
public final class Main extends android.app.Activity {
    @Override protected void onCreate(android.os.Bundle state) {
        super.onCreate(state);
        TrustKit.initializeWithNetworkSecurityConfiguration(this);
        System.out.println(TrustKit.getInstance().getSSLSocketFactory("api.example.com"));
    }
}
"""


def test_trustkit_for_android_ships_what_was_compiled(tmp_path: Path) -> None:
    """It reads the configuration that Android reads."""
    made = project(tmp_path / "project")
    text = made.pins.read_text("utf-8").replace("[target.okhttp-java]", "[target.trustkit-android]")
    made.pins.write_text(
        text.replace("Pins.java", "kit.xml").replace('package = "com.example.app"\n', ""), "utf-8"
    )
    ran = CliRunner().invoke(cli, ["compile", str(made.pins)])
    assert ran.exit_code == 0, ran.stderr
    made.files = {NSC: made.pins.with_name("kit.xml").read_text("utf-8"), "Main.java": KIT}
    libraries = {"libraries": (trustkit(),)}
    assert made.findings(made.build(tmp_path / "app", **libraries)) == set()
    made.edit(NSC, r"<pin [^>]*>qhxc[^<]*</pin>", "")
    assert made.findings(made.build(tmp_path / "worse", **libraries)) == {"missing-key"}


# -- mutated ---------------------------------------------------------------------------------------

CODE: Final = "Pins.java"
BASE: Final = r"<base-config[^>]*>"
Edit = tuple[str, str, str]


def edits(*found: Edit, **added: str) -> tuple[tuple[Edit, ...], dict[str, str]]:
    """What is changed in which file by which pattern, and which sources come along."""
    return found, {f"{name}.java": text for name, text in added.items()}


NOBODYS: Final = "lYhLzZB7MxJbSWnk3VFgA3ZLiSL7G7/4zZd9mGg1vu0="
"""A pin of no key: what is hashed is a text."""
MUTATIONS: Final[dict[str, tuple[tuple[tuple[Edit, ...], dict[str, str]], set[str]]]] = {
    "a pin dropped from the NSC": (edits((NSC, r"<pin [^>]*>qhxc[^<]*</pin>", "")), {"missing-key"}),
    "a pin dropped from the code": (edits((CODE, r'"sha256/qhxc[^\n]*\n', "")), {"missing-key"}),
    "a pin added to the NSC": (
        edits((NSC, r"(<!-- offline, leaf -->)", rf'<pin digest="SHA-256">{NOBODYS}</pin>')),
        {"unexpected-key"},
    ),
    "an expiry that has come": (
        edits((NSC, "<pin-set>", '<pin-set expiration="2026-01-01">')),
        {"changed-expiry", "expired-pin-set"},
    ),
    "an expiry far ahead": (
        edits((NSC, "<pin-set>", '<pin-set expiration="2027-09-01">')),
        {"changed-expiry"},
    ),
    "a host dropped from the NSC": (edits((NSC, r"<domain [^>]*>auth[^<]*</domain>", "")), {"missing-host"}),
    "a host dropped from the code": (
        edits((CODE, r'(?s)builder\.add\(\s*"auth.*?\);', "")),
        {"missing-host"},
    ),
    "a host misspelt in the code": (
        edits((CODE, '"auth.', '"oauth.')),
        {"missing-host", "unlisted-host", "mismatched-host"},
    ),
    "narrower in the NSC": (edits((NSC, 'includeSubdomains="true"', "")), {"narrower-reach"}),
    "narrower in the code": (edits((CODE, r'"\*\*\.', '"')), {"narrower-reach"}),
    "one label below instead of everything, in the code": (
        edits((CODE, r'"\*\*\.', '"*.')),
        {"missing-host"},
    ),
    "wider in the NSC": (
        edits((NSC, 'includeSubdomains="false"', 'includeSubdomains="true"')),
        {"wider-reach"},
    ),
    "a pinner that no client is given": (
        edits(("Net.java", r"new OkHttpClient.Builder\(\).*;", "new OkHttpClient();")),
        {"unattached-pinner"},
    ),
    "a second client without a pinner": (
        edits(Second=SECOND.replace("MADE", "new OkHttpClient()")),
        {"unpinned-client"},
    ),
    "a pinner taken away again": (
        edits(
            ("Net.java", "private static final OkHttpClient", "static final OkHttpClient"),
            Second=SECOND.replace(
                "MADE", "Net.CLIENT.newBuilder().certificatePinner(CertificatePinner.DEFAULT).build()"
            ),
        ),
        {"cleared-pinner"},
    ),
    "a trust manager that accepts all": (edits(Careless=TRUST_ALL), {"permissive-trust-manager"}),
    "a verifier that accepts all": (edits(Upload=ANY_HOST), {"permissive-hostname-verifier"}),
    "the user's CAs for a pinned host": (
        edits(
            (
                NSC,
                r"(?s)(<domain-config>.*?</pin-set>)",
                r'\1<trust-anchors><certificates src="system"/><certificates src="user"/></trust-anchors>',
            )
        ),
        {"user-ca-trusted", "changed-trust"},
    ),
    "the user's CAs, and pins that do not count for them": (
        edits(
            (
                NSC,
                r"(?s)(<domain-config>.*?</pin-set>)",
                (
                    r'\1<trust-anchors><certificates src="system"/>'
                    r'<certificates src="user" overridePins="true"/></trust-anchors>'
                ),
            )
        ),
        {"overridden-pins"},
    ),
    "cleartext for a pinned host": (
        edits((NSC, "<domain-config>", '<domain-config cleartextTrafficPermitted="true">')),
        {"cleartext-pinned-host"},
    ),
    "an old artifact": (
        edits((NSC, 'policy="sha256/[^"]*"', f'policy="sha256/{"Q" * 42}E="')),
        {"stale-artifact"},
    ),
    "an NSC that Android refuses": (edits((NSC, 'digest="SHA-256"', 'digest="SHA-1"')), {"refused-nsc"}),
    "a pin-set whose name is misspelt": (
        edits((NSC, r"(</?)pin-set", r"\1pinset")),
        {"ignored-nsc-element", "missing-host"},
    ),
    "the keys of another pin-set": (
        edits((NSC, r"(?s)(<domain [^>]*>auth[^<]*</domain>)(.*)(<domain [^>]*>example.net)", r"\2\1\3")),
        {"missing-key", "unexpected-key"},
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_mutation_gives_its_finding_and_no_other(name: str, tmp_path: Path) -> None:
    (changes, added), expected = MUTATIONS[name]
    made = project(tmp_path / "project")
    for change in changes:
        made.edit(*change)
    made.files |= added
    assert made.findings(made.build(tmp_path / "app")) == expected


def test_a_key_retired_since_is_told(tmp_path: Path) -> None:
    made = project(tmp_path / "project")
    apk = made.build(tmp_path / "app")
    text = made.pins.read_text("utf-8").replace('"api-2026", "api-2027"', '"api-2027"')
    made.pins.write_text(text.replace('api-2026.pem"', 'api-2026.pem"\nretired = true'), encoding="utf-8")
    # It is also a key that the host should not have, and the app was compiled before.
    assert made.findings(apk) == {"retired-key", "unexpected-key", "stale-artifact"}


def test_a_configuration_that_the_manifest_does_not_name_is_missing(tmp_path: Path) -> None:
    made = project(tmp_path / "project")
    made.files["res/xml/other.xml"] = made.files.pop(NSC)
    assert made.findings(made.build(tmp_path / "app")) == {"absent-mechanism", "unnamed-nsc"}


def test_code_that_was_not_built_in_is_missing(tmp_path: Path) -> None:
    made = project(tmp_path / "project")
    made.files = {NSC: made.files[NSC]}
    assert made.findings(made.build(tmp_path / "app")) == {"absent-mechanism"}


def test_a_variant_without_the_pins_is_told(tmp_path: Path) -> None:
    """On devices of Android 9 and newer another file counts."""
    made = project(tmp_path / "project")
    made.files["res/xml-v28/network_security_config.xml"] = "<network-security-config/>"
    assert made.findings(made.build(tmp_path / "app")) == {"missing-host"}


def test_an_okhttp_that_knows_no_deep_patterns_is_told(tmp_path: Path) -> None:
    """Before 4.3 ``**.`` is a pattern that matches nothing."""
    made = project(tmp_path / "project")
    apk = made.build(tmp_path / "app", libraries=("okhttp-3.14.9",))
    assert made.findings(apk) == {"unmatched-pattern", "missing-host"}
