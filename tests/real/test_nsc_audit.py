"""What the audit says of network security configurations, in apps that aapt2 has built, and against Android's parser."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.android.apk import open_package
from pincompiler.android.constants.program import Program
from pincompiler.base.finding import Level
from pincompiler.facts import FIRST_PARTY, ShippedApp, State, VersionRange
from pincompiler.platforms.nsc.reader import read_xml
from pincompiler.rules.on_apps import APP_RULES
from pincompiler.rules.rule import Audited
from pincompiler.shipped.android import nsc
from pincompiler.shipped.android.source import Source
from pincompiler.workflows.audit import AuditOptions, audit
from tests.apk.aapt import build, bundle, demand_aapt2
from tests.builds import build_app

from .drawing import drawn
from .test_real_nsc import HOSTS, documents
from .toolchain import android_nsc

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.base.finding import Finding

pytestmark = pytest.mark.usefixtures("builds")

TODAY: Final = date(2026, 11, 24)
NAMES: Final = frozenset(
    (
        "refused-nsc",
        "ignored-nsc-element",
        "ignored-nsc-attribute",
        "unmatched-domain",
        "empty-pin-set",
        "empty-trust-anchors",
        "overridden-pins",
        "shadowed-domain",
        "nsc-variants-differ",
        "unpinned-old-android",
        "user-ca-trusted",
        "cleartext-pinned-host",
        "cleartext-traffic",
        "unlogged-certificates",
        "debuggable-app",
    )
)
RULES: Final = [rule for rule in APP_RULES if rule.id in NAMES]
FILE: Final = "res/xml/network_security_config.xml"
PIN: Final = "HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U="
PINNED: Final = f'<pin-set><pin digest="SHA-256">{PIN}</pin></pin-set>'


# Android 7 to 8.1 permit cleartext traffic by default, which would be one more note each time: not from 28 on.
def manifest(application: str = "", least: int = 28, target: int = 34, *, configured: bool = True) -> str:
    named = 'android:networkSecurityConfig="@xml/network_security_config"' if configured else ""
    return (
        '<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="com.example.shop">'
        f'<uses-sdk android:minSdkVersion="{least}" android:targetSdkVersion="{target}"/>'
        f"<application {named} {application}/></manifest>"
    )


def document(*bodies: str) -> str:
    return f"<network-security-config>{''.join(bodies)}</network-security-config>"


def domain(name: str, body: str = PINNED) -> str:
    return f'<domain-config><domain includeSubdomains="true">{name}</domain>{body}</domain-config>'


def anchors(*certificates: str) -> str:
    return f"<trust-anchors>{''.join(f'<certificates {one}/>' for one in certificates)}</trust-anchors>"


def read(path: Path) -> ShippedApp:
    """The app, as far as these rules look at it."""
    with open_package(path) as package:
        source = Source(str(path), package, Program(()), lambda _: FIRST_PARTY, dict.fromkeys(nsc.WANTED, ()))
        area = nsc.collect(source)
        return ShippedApp(str(path), package.kind.value, package.sha256, package.manifest, nsc=area)


def found(path: Path) -> list[Finding]:
    audited = Audited(read(path), TODAY)
    return [finding for rule in RULES if rule.app for finding in rule.app(audited)]


@pytest.fixture
def shop(tmp_path: Path) -> ShopBuilder:
    return ShopBuilder(tmp_path)


class ShopBuilder:
    """Builds one app after the other."""

    def __init__(self, top: Path) -> None:
        self.top, self.numbers = top, count()

    def __call__(self, nsc: str | None, sources: dict[str, str] | None = None, **more: object) -> Path:
        folder = self.top / f"app{next(self.numbers)}"
        files = {
            "AndroidManifest.xml": manifest(configured=nsc is not None),
            "res/values/s.xml": "<resources/>",
        }
        files |= {FILE: nsc} if nsc is not None else {}
        files |= sources or {}
        if more:
            demand_aapt2()
            folder.mkdir()
            return build(folder, files, **more)  # type: ignore[arg-type]
        return build_app(
            folder, manifest=files.pop("AndroidManifest.xml"), files=files, main="", libraries=()
        )


def test_a_sound_app_has_no_finding(shop: ShopBuilder) -> None:
    overrides = f"<debug-overrides>{anchors(USER)}</debug-overrides>"
    assert found(shop(document(domain("example.com"), overrides))) == []
    assert found(shop(None)) == []


# -- sound and unsound ---------------------------------------------------------------------------------

USER: Final = 'src="user"'
SYSTEM: Final = 'src="system"'
OVERRIDING: Final = 'src="user" overridePins="true"'


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        (domain("example.com", PINNED + anchors(SYSTEM, OVERRIDING)), {"overridden-pins"}),
        (domain("example.com", PINNED + anchors(SYSTEM, USER)), {"user-ca-trusted"}),
        (domain("example.com", anchors(OVERRIDING)), {"user-ca-trusted"}),
        (domain("example.com") + domain("api.example.com", ""), {"shadowed-domain"}),
        (domain("example.com", PINNED + domain("api.example.com", "")), set()),
        (domain("example.com", PINNED + domain("api.example.com", "<pin-set/>")), {"empty-pin-set"}),
        (domain("example.com") + domain("*.example.com"), {"unmatched-domain"}),
        (
            domain("localhost", "").replace(
                "<domain-config", '<domain-config cleartextTrafficPermitted="true"'
            ),
            set(),
        ),
        # Debuggable builds refuse it, which is a note here.
        (f"<debug-overrides>{PINNED}</debug-overrides>{domain('example.com')}", {"refused-nsc"}),
    ],
)
def test_one_flaw_is_one_finding(body: str, rules: set[str], shop: ShopBuilder) -> None:
    assert {finding.rule for finding in found(shop(document(body)))} == rules


def test_a_debuggable_build_obeys_debug_overrides(shop: ShopBuilder) -> None:
    """In itself, else in its _debug twin; a release obeys neither."""
    debuggable = {"AndroidManifest.xml": manifest('android:debuggable="true"')}
    overrides = document(f"<debug-overrides>{anchors(USER)}</debug-overrides>")
    twin = {"res/xml/network_security_config_debug.xml": overrides}
    release = shop(document(domain("example.com")), twin)
    assert found(release) == []
    debug = shop(document(domain("example.com")), {**debuggable, **twin})
    assert {one.rule for one in found(debug)} == {"debuggable-app", "overridden-pins"}
    (shipped,) = read(debug).shipped
    assert shipped.state is State.DISABLED
    plain = shop(document(domain("example.com")), debuggable)
    assert {one.rule for one in found(plain)} == {"debuggable-app"}


# -- facts -----------------------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.parametrize("form", ["apk", "short-paths", "aab"])
def test_pins_and_places_in_every_form(form: str, shop: ShopBuilder, tmp_path: Path) -> None:
    text = document("\n", domain("example.com", f"\n{PINNED}"))
    options = {
        "short-paths": {"optimize": ["--enable-resource-path-shortening"]},
        "aab": {"options": ["--proto-format"]},
    }
    path = shop(text, None, **options.get(form, {}))
    path = bundle(path, tmp_path / "app.aab") if form == "aab" else path
    app = read(path)
    (pin,) = app.pins
    assert (pin.host, pin.pin, pin.where.file) == ("example.com", PIN, str(path))
    assert pin.where.span is not None
    assert pin.where.span.line == 3
    assert pin.where.member == app.nsc.files[0].member
    assert (pin.where.member == FILE) is (form == "apk")


def test_variants_count_on_their_versions(shop: ShopBuilder) -> None:
    sources = {
        f"res/xml-{kind}/network_security_config.xml": document() for kind in ("v28", "v31", "land-v26")
    }
    path = shop(document(domain("example.com")), {**sources, "AndroidManifest.xml": manifest(least=21)})
    counted = {one.qualifier: one.api for one in read(path).nsc.files}
    assert counted == {
        "": VersionRange(24, 27),
        "v28": VersionRange(28, 30),
        "v31": VersionRange(31),
        "land-v26": VersionRange(26),
    }


@pytest.mark.parametrize(
    ("body", "state", "partly"),
    [
        (domain("example.com"), State.ACTIVE, False),
        (domain("example.com", PINNED + anchors(OVERRIDING)), State.DISABLED, False),
        (domain("example.com", PINNED + anchors(OVERRIDING)) + domain("a.example.com"), State.ACTIVE, True),
        (domain("example.com") * 2, State.BROKEN, False),
    ],
)
def test_states(body: str, state: State, partly: bool, shop: ShopBuilder) -> None:  # noqa: FBT001
    (shipped,) = read(shop(document(body))).shipped
    assert shipped.state is state
    assert bool(shipped.why) is (state is not State.ACTIVE or partly)
    assert (shipped.unenforced is not None) is partly
    if shipped.unenforced:
        assert shipped.unenforced.demand("b.example.com")
        assert not shipped.unenforced.demand("b.a.example.com")


# -- Android's own answers ----------------------------------------------------------------------------------

CLASSES: Final = {
    "system": "SystemCertificateSource",
    "user": "UserCertificateSource",
    "wfa": "WfaCertificateSource",
}


@pytest.mark.real
@pytest.mark.parametrize(("target", "debuggable"), [(34, False), (27, False), (23, False), (34, True)])
def test_anchors_and_cleartext_are_androids(target: int, debuggable: bool) -> None:  # noqa: FBT001
    """For every host of generated documents; anchors that override pins are asked first."""
    extra = [
        document(
            f'<base-config cleartextTrafficPermitted="{word}">{anchors(USER)}</base-config>',
            domain("x.test", body),
        )
        for word in ("no", "false", "true", "0")
        for body in ("", "<trust-anchors/>", anchors(SYSTEM, OVERRIDING))
    ]
    extra += [document(f"<debug-overrides>{anchors(USER)}</debug-overrides>", text[25:-26]) for text in extra]
    texts = [*drawn(documents(), 250), *(text.encode() for text in extra)]
    answers = android_nsc(texts, [HOSTS] * len(texts), target_sdk=target, debuggable=debuggable)
    compared = 0
    for text, answer in zip(texts, answers, strict=True):
        if answer.error:
            continue
        model = read_xml(text, "nsc.xml")
        if debuggable:
            model = model.debuggable(None, target)
        for host, told in zip(HOSTS, answer.hosts, strict=True):
            settings = model.settings(host)
            assert settings.permits_cleartext(target) is told.cleartext, text.decode()
            mine = [
                f"{CLASSES.get(one.source.strip(), 'ResourceCertificateSource')}{'!' if one.overrides_pins else ''}"
                for one in settings.trusted(target)
            ]
            assert sorted(mine) == sorted(told.anchors), text.decode()
            compared += 1
    assert compared > 1000


@pytest.mark.parametrize(("least", "levels"), [(24, [Level.NOTE]), (27, [Level.NOTE]), (28, [])])
def test_old_androids_permit_cleartext_to_every_app(
    least: int, levels: list[Level], shop: ShopBuilder
) -> None:
    """Whatever it aims at: the default depends on the target only since Android 9 (tests/real/test_androids.py)."""
    told = found(shop(document(domain("x.test")), {"AndroidManifest.xml": manifest(least=least)}))
    assert [one.level for one in told if one.rule == "cleartext-pinned-host"] == levels


def test_only_hosts_that_nothing_else_pins_are_a_gap(tmp_path: Path) -> None:
    """Not so those with an entry of their own, or pinned by OkHttp, nor names that end alike."""
    java = f"""
        import okhttp3.*;
        public final class Net {{
            public OkHttpClient client() {{
                return new OkHttpClient.Builder().certificatePinner(new CertificatePinner.Builder()
                    .add("ok.example.com", "sha256/{PIN}").build()).build();
            }}
            public String[] hosts() {{
                return new String[] {{
                    "https://ok.example.com/", "https://own.example.com", "https://example.com/a.example.com",
                    "https://notexample.com/", "http://clear.example.com/", "https://gap.example.com:8443/"
                }};
            }}
        }}"""
    configuration = document(
        domain("example.com").replace("true", "false"), domain("own.example.com", "<trust-anchors/>")
    )
    told = audit(build_app(tmp_path / "app", java=java, nsc=configuration), AuditOptions(TODAY)).findings
    assert [one.hosts for one in told if one.rule == "unpinned-subdomain"] == [("gap.example.com",)]
