"""Libraries that pin by their own means, in really compiled apps: each sound, and unsound in one way."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from pincompiler.base.finding import Confidence, Level
from pincompiler.facts import Algorithm, Mechanism, State
from pincompiler.policy.enforcement import Chain, Reach
from pincompiler.shipped import read_app
from pincompiler.verdicts.hosts import Verdict, verdicts
from pincompiler.workflows.audit import AuditOptions, subject_of
from tests import pki
from tests.builds import build_app
from tests.real.kits import stubs, trustkit
from tests.test_cli import run

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.facts import ShippedApp

pytestmark = pytest.mark.usefixtures("builds")

TODAY: Final = date(2026, 11, 23)
ONE: Final = "OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c="
TWO: Final = "qhxcigFVtf7yBCQe/jlYT7pUFM0YzXEKsB9NFmBQo4k="
KITS: Final = re.compile(r".*(trustkit|cronet|server-trust|third-party-pin-reports).*")


def read(folder: Path, **parts: Any) -> ShippedApp:
    return read_app(build_app(folder, **{"libraries": (stubs(),), "dexer": "d8", **parts}))


def told(app: ShippedApp) -> dict[str, list[str]]:
    """Messages by rule, of the rules of this area."""
    found: dict[str, list[str]] = {}
    for finding in subject_of(app, AuditOptions(TODAY)).findings:
        if KITS.fullmatch(finding.rule):
            found.setdefault(finding.rule, []).append(finding.message)
    return found


def verdict(app: ShippedApp, host: str, mechanism: Mechanism) -> dict[str, tuple[Verdict, str]]:
    rows = verdicts(app, None, TODAY)
    return {
        str(row.api): (row.verdict, row.why) for row in rows if (row.host, row.mechanism) == (host, mechanism)
    }


# -- TrustKit ------------------------------------------------------------------------------------------

MANIFEST: Final = """\
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="com.example.app">
  <uses-sdk android:minSdkVersion="{api}" android:targetSdkVersion="34" />
  <application{nsc}>
    <activity android:name=".Main" android:exported="true"><intent-filter>
      <action android:name="android.intent.action.MAIN" />
      <category android:name="android.intent.category.LAUNCHER" />
    </intent-filter></activity>
  </application>
</manifest>
"""
NAMED: Final = ' android:networkSecurityConfig="@xml/{}"'
MAIN: Final = """
import com.datatheorem.android.trustkit.TrustKit;
public final class Main extends android.app.Activity {
    @Override protected void onCreate(android.os.Bundle state) {
        super.onCreate(state);
        TrustKit.initializeWithNetworkSecurityConfiguration(this);
        System.out.println(TrustKit.getInstance().getSSLSocketFactory("api.example.com"));
    }
}
"""
NSC: Final = f"""\
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <pin-set expiration="2030-01-01">
      <pin digest="SHA-256">{ONE}</pin>
      <pin digest="SHA-256">{TWO}</pin>
    </pin-set>
    <trustkit-config enforcePinning="true" disableDefaultReportUri="true" />
    <domain-config>
      <domain>free.api.example.com</domain>
      <trustkit-config enforcePinning="false" disableDefaultReportUri="true" />
    </domain-config>
  </domain-config>
</network-security-config>
"""


def trusted(
    folder: Path, *, api: int = 21, nsc: str = NSC, main: str = MAIN, name: str = "", **more: Any
) -> ShippedApp:
    """An app with the real TrustKit."""
    named = name or "network_security_config"
    manifest = MANIFEST.format(api=api, nsc=NAMED.format(named) if nsc else "")
    files = {f"res/xml/{named}.xml": nsc} if nsc else {}
    parts = {"libraries": (trustkit(),), "least_api": max(api, 26), **more}
    return read(folder, manifest=manifest, files=files, java=main, **parts)


def test_what_trustkit_enforces_depends_on_android(tmp_path: Path) -> None:
    app = trusted(tmp_path / "app")
    assert verdict(app, "api.example.com", Mechanism.TRUSTKIT).keys() == {"21+"}
    assert verdict(app, "api.example.com", Mechanism.TRUSTKIT)["21+"][0] is Verdict.ENFORCED
    free = verdict(app, "free.api.example.com", Mechanism.TRUSTKIT)
    assert free["21-23"] == (Verdict.DISABLED, "enforcePinning is not true for it, so TrustKit only reports")
    assert free["24+"][0] is Verdict.ENFORCED
    assert told(app) == {
        "reporting-only-trustkit": [
            "TrustKit only reports for free.api.example.com: at API level 21-23 a wrong key passes"
        ]
    }
    kits = [pin for pin in app.pins if pin.mechanism is Mechanism.TRUSTKIT]
    assert {(pin.host, pin.reach, pin.pin, pin.expires) for pin in kits if "free" not in pin.host} == {
        ("api.example.com", Reach.ALL, pin, date(2030, 1, 1)) for pin in (ONE, TWO)
    }


def test_where_android_enforces_report_only_is_no_finding(tmp_path: Path) -> None:
    app = trusted(tmp_path / "app", api=24)
    assert told(app) == {}
    assert not [pin for pin in app.pins if pin.mechanism is Mechanism.TRUSTKIT]


@pytest.mark.parametrize(("api", "level"), [(21, Level.ERROR), (24, Level.WARNING)])
def test_a_configuration_that_nobody_starts(api: int, level: Level, tmp_path: Path) -> None:
    idle = MAIN.replace("TrustKit.initializeWithNetworkSecurityConfiguration(this);", "")
    app = trusted(tmp_path / "app", api=api, main=idle)
    found = [f for f in subject_of(app, AuditOptions(TODAY)).findings if f.rule == "uninitialised-trustkit"]
    harm = "at API level 21-23 nothing is pinned" if api < 24 else "no failure is reported"
    configured = next(finding for finding in found if "configured" in finding.message)
    assert configured.message.endswith(f"and the app never starts it: {harm}")
    assert configured.level is level
    assert any("throws IllegalStateException" in finding.message for finding in found)
    assert verdict(app, "api.example.com", Mechanism.TRUSTKIT)[f"{api}+"] == (
        Verdict.DISABLED,
        "the app never starts TrustKit",
    )


def test_a_library_that_merely_came_along_is_nothing(tmp_path: Path) -> None:
    plain = re.sub(r"<trustkit-config[^>]*>", "", NSC)
    main = "public final class Main extends android.app.Activity {}"
    app = trusted(tmp_path / "app", nsc=plain, main=main)
    assert app.kits.trustkit is None
    assert told(app) == {}


@pytest.mark.real
def test_trustkit_renamed_by_r8_is_known_by_what_it_says(tmp_path: Path) -> None:
    app = trusted(tmp_path / "app", shrink="r8-full")
    kit = app.kits.trustkit
    assert kit is not None
    assert (kit.bundled, kit.named, kit.is_started) == (True, False, True)
    assert set(told(app)) == {"reporting-only-trustkit"}
    # Beside it an app that has the configuration and no TrustKit.
    main = "public final class Main extends android.app.Activity {}"
    bare = trusted(tmp_path / "bare", main=main, shrink="r8-full")
    assert "it is not in the app" in told(bare)["uninitialised-trustkit"][0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('<pin digest="SHA-256">' + TWO + "</pin>", ""), "api.example.com has one pin and needs two"),
        (("api.example.com", "api.example.internal"), "is no top-level domain that its table"),
        (("api.example.com", "10.0.0.1"), "10.0.0.1 is no domain name"),
        (("</network-security-config>", "<debug-overrides/></network-security-config>"), "starts for ever"),
    ],
    ids=["one pin", "unknown top-level domain", "address", "debug-overrides"],
)
def test_what_trustkit_refuses_breaks_the_app(change: tuple[str, str], sentence: str, tmp_path: Path) -> None:
    nsc = NSC.replace(*change)
    app = trusted(tmp_path / "app", nsc=nsc)
    assert any(sentence in message for message in told(app)["crashing-trustkit-config"])
    assert {one.state for one in app.kits.shipped} >= {State.BROKEN}


def test_the_resource_that_trustkit_looks_for_has_to_be_the_manifests(tmp_path: Path) -> None:
    other = trusted(tmp_path / "other", name="pins")
    (message,) = told(other)["crashing-trustkit-config"]
    assert message.endswith("it looks for @xml/network_security_config, and the manifest's is @xml/pins")
    given = MAIN.replace("Configuration(this)", "Configuration(this, R.xml.pins)")
    assert "crashing-trustkit-config" not in told(trusted(tmp_path / "given", name="pins", main=given))
    wrong = MAIN.replace("Configuration(this)", "Configuration(this, android.R.xml.config)").replace(
        "android.R.xml.config", "0x7f0a0001"
    )
    assert "another resource" in told(trusted(tmp_path / "wrong", main=wrong))["crashing-trustkit-config"][0]
    absent = trusted(tmp_path / "absent", nsc="")
    assert "has no android:networkSecurityConfig" in told(absent)["crashing-trustkit-config"][0]


# -- Cronet --------------------------------------------------------------------------------------------

CRONET: Final = """
import java.util.*;
import org.chromium.net.CronetEngine;
public final class Net {
    FIELDS
    public static CronetEngine engine(android.content.Context context) throws Exception {
        BEFORE
        return new CronetEngine.Builder(context)
            .enableHttp2(true)
            .addPublicKeyPins("api.example.com", PINS, true, UNTIL)
            MORE
            .build();
    }
}
"""
HELD: Final = ".enablePublicKeyPinningBypassForLocalTrustAnchors(false)"
BOTH: Final = "new HashSet<>(Arrays.asList(ONE, TWO))"
ANDROID: Final = 'android.util.Base64.decode("{}", android.util.Base64.DEFAULT)'


def cronet(folder: Path, **change: str) -> ShippedApp:
    parts = {
        "FIELDS": "",
        "BEFORE": "",
        "PINS": "pins()",
        "UNTIL": "new Date(1893456000000L)",
        "MORE": HELD,
        "ONE": ANDROID.format(ONE),
        "TWO": ANDROID.format(TWO),
        **change,
    }
    text = CRONET
    for name in ("FIELDS", "BEFORE", "PINS", "UNTIL", "MORE", "ONE", "TWO"):
        text = text.replace(name, parts[name])
    return read(folder, java=text.replace("pins()", parts.get("SET", "pins()")))


def of(text: str) -> bytes:
    return b64decode(text)


WAYS: Final = {
    "android base64, list": {"PINS": BOTH},
    "java base64, adds": {
        "BEFORE": f'Set<byte[]> p = new HashSet<>(); p.add(Base64.getDecoder().decode("{ONE}")); p.add(TWO);',
        "PINS": "p",
    },
    "hexless literal": {
        "FIELDS": f"static final byte[] FIRST = {{{', '.join(str((b ^ 128) - 128) for b in of(ONE))}}};",
        "PINS": "new LinkedHashSet<>(Arrays.asList(FIRST, TWO))",
    },
    "static set": {
        "FIELDS": "static final Set<byte[]> P; static { Set<byte[]> p = new HashSet<>(); p.add(ONE); p.add(TWO); P = p; }",
        "PINS": "P",
    },
    "helper": {
        "FIELDS": "static byte[] pin(String text) { return android.util.Base64.decode(text, 0); }",
        "BEFORE": f'Set<byte[]> p = new HashSet<>(); p.add(pin("{ONE}")); p.add(pin("{TWO}"));',
        "PINS": "p",
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_pins_of_cronet_are_read(way: str, tmp_path: Path) -> None:
    app = cronet(tmp_path / "app", **WAYS[way])
    assert not [one for one in app.unseen if one.mechanisms == {Mechanism.CRONET}]
    (shipped,) = app.kits.shipped
    found = {
        (pin.host, pin.reach, pin.pin, pin.expires) for pin in app.pins if pin.mechanism is Mechanism.CRONET
    }
    assert found == {("api.example.com", Reach.ALL, pin, date(2030, 1, 1)) for pin in (ONE, TWO)}
    good, bad = Chain(of(TWO)), Chain(bytes(32))
    assert shipped.enforcement.accepts("x.api.example.com", good, TODAY)
    assert not shipped.enforcement.accepts("x.api.example.com", bad, TODAY)
    assert shipped.enforcement.accepts("x.api.example.com", bad, date(2030, 1, 1))
    assert shipped.enforcement.accepts("example.com", bad, TODAY)
    assert told(app) == {}


KOTLIN: Final = f"""
import android.util.Base64
import org.chromium.net.CronetEngine
import java.util.Date

private const val PIN = "{TWO}"

object Net {{
    fun engine(context: android.content.Context): CronetEngine = CronetEngine.Builder(context)
        .addPublicKeyPins(
            "api.example.com",
            setOf(Base64.decode("{ONE}", Base64.DEFAULT), Base64.decode(PIN, Base64.NO_WRAP)),
            false,
            Date(1893456000000L),
        )
        .enablePublicKeyPinningBypassForLocalTrustAnchors(false)
        .build()
}}
"""


def test_pins_of_cronet_are_read_from_kotlin(tmp_path: Path) -> None:
    app = read(tmp_path / "app", kotlin=KOTLIN, libraries=(stubs(), "kotlin-2.4.20"), carried=False)
    found = {(pin.host, pin.reach, pin.pin) for pin in app.pins if pin.mechanism is Mechanism.CRONET}
    assert found == {("api.example.com", Reach.NONE, pin) for pin in (ONE, TWO)}
    assert told(app) == {}


@pytest.mark.parametrize(
    ("until", "day"),
    [
        ("new Date(1893456000000L)", date(2030, 1, 1)),
        ("new Date(1893456000001L)", date(2030, 1, 2)),
        ("new GregorianCalendar(2030, Calendar.JANUARY, 1).getTime()", date(2030, 1, 1)),
        ('Date.from(java.time.Instant.parse("2030-01-01T00:00:00Z"))', date(2030, 1, 1)),
        ("Date.from(java.time.Instant.ofEpochSecond(1893456000L))", date(2030, 1, 1)),
        ("new Date(System.currentTimeMillis() + 1000L)", None),
    ],
)
def test_ends_of_cronet_pins(until: str, day: date | None, tmp_path: Path) -> None:
    app = cronet(tmp_path / "app", PINS=BOTH, UNTIL=until)
    (entry,) = app.kits.cronet
    assert entry.expires == day
    (shipped,) = app.kits.shipped
    assert bool(shipped.doubts) is (day is None)


def test_a_set_that_seems_empty_is_not_taken_for_empty(tmp_path: Path) -> None:
    """It is filled after it was put into its field."""
    fields = "static final Set<byte[]> P = new HashSet<>(); static { P.add(ONE); P.add(TWO); }"
    app = cronet(tmp_path / "app", FIELDS=fields, PINS="P")
    pins = {pin.pin for pin in app.pins if pin.mechanism is Mechanism.CRONET}
    assert pins == {ONE, TWO} or [one for one in app.unseen if one.mechanisms == {Mechanism.CRONET}]


def test_pins_computed_at_run_time_are_unknown(tmp_path: Path) -> None:
    app = cronet(tmp_path / "app", PINS=BOTH, ONE='System.getProperty("pin").getBytes()')
    assert app.kits.cronet == ()
    (doubt,) = [one for one in app.unseen if one.mechanisms == {Mechanism.CRONET}]
    assert "pins are computed at run time" in doubt.why


@pytest.mark.parametrize(
    ("more", "confidence"),
    [
        ("", Confidence.CONFIRMED),
        (HELD.replace("false", "true"), Confidence.CONFIRMED),
        (HELD, None),
        (HELD.replace("false", 'Boolean.getBoolean("hold")'), None),
    ],
    ids=["default", "allowed", "forbidden", "unknown"],
)
def test_bypassing_for_installed_authorities(
    more: str, confidence: Confidence | None, tmp_path: Path
) -> None:
    app = cronet(tmp_path / "app", PINS=BOTH, MORE=more)
    (entry,) = app.kits.cronet
    assert entry.bypass is confidence
    assert ("bypassable-cronet-pins" in told(app)) is (confidence is not None)
    # What a run decides is unknown, and not taken for forbidden.
    said = "Boolean.getBoolean" in more
    assert [one.why for one in app.unseen if "bypass" in one.why] == [
        "says whether installed CAs bypass pins, and what it says is computed at run time"
    ] * said
    taken = run("init", "--from", app.path, "-o", "-", cwd=tmp_path)
    assert (taken.code, "the meaning is the same" in taken.stdout) == (2 if said else 3, False)
    compared = run("diff", app.path, app.path, cwd=tmp_path)
    assert compared.code == 0, "one app is the same as itself"


ASSESSED: Final = f"""
version = 1

[keys]
one = {{ spki-sha256 = "{ONE}", role = "leaf" }}
two = {{ spki-sha256 = "{TWO}", role = "leaf" }}

[anchors.proxy]
file = "proxy.pem"

[assessment]
anchors = ["proxy"]

[[pin-set]]
hosts = ["api.example.com"]
subdomains = "all"
keys = ["one", "two"]

[target.nsc]
path = "app/src/main/res/xml/nsc.xml"
"""


WITHOUT: Final = ASSESSED.replace('[assessment]\nanchors = ["proxy"]\n', "").replace(
    '[anchors.proxy]\nfile = "proxy.pem"\n', ""
)


@pytest.mark.parametrize(("more", "left"), [("", True), (HELD, False)], ids=["default", "forbidden"])
def test_the_bypass_alone_is_a_trace_of_an_assessment(more: str, left: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """An error where pins.toml has assessments, of which a release may have nothing; else a warning."""
    app = cronet(tmp_path / "app", PINS=BOTH, MORE=more)
    (tmp_path / "proxy.pem").write_bytes(pki.pem(pki.certificate("mitmproxy", ca=True)))
    for text, level in ((ASSESSED, "error"), (WITHOUT, "")):
        (tmp_path / "pins.toml").write_text(text, "utf-8")
        ran = run("audit", "--pins", "pins.toml", app.path, cwd=tmp_path)
        traces = [line for line in ran.stdout.splitlines() if "[assessment-in-release]" in line]
        assert len(traces) == (left and bool(level)), ran.stdout
        assert all(f"{level}: " in line and "skips its pins" in line for line in traces)


def test_a_second_builder_that_forbids_it_does_not_speak_for_the_first(tmp_path: Path) -> None:
    second = f"new CronetEngine.Builder(context){HELD}.build();"
    app = cronet(tmp_path / "app", PINS=BOTH, MORE="", BEFORE=second)
    assert [entry.bypass for entry in app.kits.cronet] == [Confidence.LIKELY]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ONE": "new byte[31]"}, "a pin for api.example.com has 31 bytes"),
        ({"ONE": ANDROID.format("AAAA")}, "a pin for api.example.com has 3 bytes"),
    ],
)
def test_what_cronet_refuses(change: dict[str, str], sentence: str, tmp_path: Path) -> None:
    app = cronet(tmp_path / "app", PINS=BOTH, **change)
    assert told(app) == {
        "crashing-cronet-pins": [f"CronetEngine.Builder.addPublicKeyPins throws: {sentence}"]
    }


# -- others --------------------------------------------------------------------------------------------

RUN_TIME: Final = {
    "Wultra SSL pinning": "new com.wultra.android.sslpinning.CertStoreConfiguration.Builder(null, null)",
    "Approov": 'io.approov.service.okhttp.ApproovService.initialize(null, "config")',
    "react-native-ssl-pinning": "new com.toyberman.RNSslPinningPackage()",
    "react-native-ssl-public-key-pinning": "new com.sslpublickeypinning.SslPublicKeyPinningPackage()",
    "react-native-pinch": "new com.localz.PinchPackage()",
}


@pytest.mark.parametrize("title", RUN_TIME)
def test_pins_that_arrive_at_run_time_are_unknown(title: str, tmp_path: Path) -> None:
    app = read(tmp_path / "app", java=f"public final class Net {{ public Net() {{ {RUN_TIME[title]}; }} }}")
    (found,) = app.kits.run_time
    assert found.title == title
    assert [one.mechanisms for one in app.unseen if one.what == title] == [{found.mechanism}]
    idle = read(tmp_path / "idle", java="public final class Net {}")
    assert idle.kits.run_time == ()
    assert not [one for one in idle.unseen if one.what == title]


PIN_MANAGER: Final = """
import java.security.cert.X509Certificate;
public final class Pins implements org.conscrypt.CertPinManager {
    public void checkChainPinning(String host, java.util.List<X509Certificate> chain) {}
}
"""


def test_a_pin_manager_for_conscrypt_decides_in_code(tmp_path: Path) -> None:
    app = read(tmp_path / "app", java=PIN_MANAGER)
    (found,) = app.kits.run_time
    assert found.code.class_name == "Lcom/example/app/Pins;"
    assert [one.what for one in app.unseen if one.mechanisms == {Mechanism.TRUST_MANAGER}] == [found.title]


NETTY: Final = """
import io.netty.handler.ssl.util.FingerprintTrustManagerFactory;
public final class Net {{
    public static Object trusted() {{
        return FingerprintTrustManagerFactory.builder("SHA-256").fingerprints("{}").build();
    }}
}}
"""


def test_fingerprints_of_netty_are_in_the_inventory(tmp_path: Path) -> None:
    app = read(tmp_path / "app", java=NETTY.format(of(ONE).hex(":").upper()))
    (pin,) = app.kits.pins
    assert (pin.algorithm, pin.pin, pin.mechanism) == (Algorithm.CERTIFICATE, ONE, Mechanism.TRUST_MANAGER)
    assert read(tmp_path / "none", java=NETTY.format("no fingerprint")).kits.pins == ()


def test_fingerprints_that_netty_is_given_at_run_time_are_a_doubt(tmp_path: Path) -> None:
    """Which certificates it accepts then is not known; the one that is written down is a pin all the same."""
    known = of(ONE).hex()
    app = read(tmp_path / "app", java=NETTY.format(f'{known}", System.getProperty("pin") + "'))
    assert [pin.pin for pin in app.kits.pins] == [ONE]
    (doubt,) = [one for one in app.unseen if one.mechanisms == {Mechanism.TRUST_MANAGER}]
    assert doubt.pins
    assert "only known at run time" in doubt.why
