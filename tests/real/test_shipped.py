"""The loop closes: what compile writes, built into an app by aapt2, is what the app is read to enforce."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pincompiler import compiler
from pincompiler.comparing import compare
from pincompiler.configurations import read_configurations
from pincompiler.errors import InputError
from tests.apk.aapt import build, demand_aapt2
from tests.strategies import TODAY

SAMPLES = Path(__file__).parent.parent.parent / "samples"
NSC = SAMPLES / "android/app/src/main/res/xml/network_security_config.xml"
MANIFEST = """\
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="com.example.shop">
    <uses-sdk android:minSdkVersion="26" android:targetSdkVersion="34" />
    <application {} />
</manifest>
"""
CONFIGURED = 'android:networkSecurityConfig="@xml/network_security_config"'


@pytest.fixture(autouse=True)
def _aapt2() -> None:
    demand_aapt2()


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLES / "certs", tmp_path / "certs")
    return Path(shutil.copy(SAMPLES / "pins.toml", tmp_path))


def app(folder: Path, nsc: str, more: dict[str, str] | None = None) -> Path:
    folder.mkdir()
    sources = {"AndroidManifest.xml": MANIFEST.format(CONFIGURED), "res/xml/network_security_config.xml": nsc}
    return build(folder, {**sources, **(more or {})})


def test_what_was_compiled_is_what_is_shipped(pins: Path, tmp_path: Path) -> None:
    apk = app(tmp_path / "app", NSC.read_text("utf-8"))
    assert compare(pins, apk, TODAY) == ()
    (shipped,) = read_configurations(apk, TODAY)
    policy = compiler.check(pins, TODAY).project.policy
    assert getattr(shipped.enforcement, "policy_digest", "") == policy.digest()


MUTATIONS = {
    "a pin dropped": (r"<pin [^>]*>qhxc[^<]*</pin>", "", "api.example.com with leaf key `api-2027`"),
    "expired": (
        "<pin-set>",
        '<pin-set expiration="2026-01-01">',
        "from 2026-01-01 api.example.com is pinned",
    ),
    "subdomains dropped": (
        'includeSubdomains="true"',
        'includeSubdomains="false"',
        "b.example.net is pinned",
    ),
    "a host dropped": (r"<domain [^>]*>auth[^<]*</domain>", "", "auth.example.com is pinned by"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_mutation_is_told(name: str, pins: Path, tmp_path: Path) -> None:
    pattern, replacement, sentence = MUTATIONS[name]
    text, count = re.subn(pattern, replacement, NSC.read_text("utf-8"))
    assert count
    found = compare(pins, app(tmp_path / "app", text), TODAY)
    assert any(item.sentence.startswith(sentence) for item in found), [item.sentence for item in found]


def test_a_variant_that_lacks_the_pins_is_told(pins: Path, tmp_path: Path) -> None:
    """On devices of Android 9 and newer another file counts."""
    bare = {"res/xml-v28/network_security_config.xml": "<network-security-config/>"}
    found = compare(pins, app(tmp_path / "app", NSC.read_text("utf-8"), bare), TODAY)
    assert {item.right for item in found} == {
        f"{tmp_path}/app/app.apk!res/xml-v28/network_security_config.xml (v28)"
    }


def test_an_app_without_a_configuration_is_not_called_unpinned(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    apk = build(
        tmp_path / "app",
        {
            "AndroidManifest.xml": MANIFEST.format(""),
            "res/values/s.xml": "<resources><string name='a'>b</string></resources>",
        },
    )
    with pytest.raises(
        InputError, match="has no network security configuration, and pins in its code are not read"
    ):
        read_configurations(apk, TODAY)
