"""Whose code a class is, told by the names that real libraries and apps have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.android.apk import read_package
from pincompiler.android.apk.manifest import Component, Manifest
from pincompiler.base.bounds import HOOKS_BYTES
from pincompiler.facts import FIRST_PARTY, UNIDENTIFIED
from pincompiler.shipped.android.owners import Owners, hooks, libraries
from tests.apk.forge import simple_zip
from tests.bounding import bounded

SHOP = Owners(Manifest(package="com.example.shop", application="com.example.shop.App"))


@pytest.mark.parametrize(
    ("descriptor", "owner"),
    [
        ("Lokhttp3/CertificatePinner;", "OkHttp"),
        ("Lcom/squareup/okhttp/internal/Util;", "OkHttp"),
        ("Lcom/squareup/picasso/Picasso;", "Square Picasso"),
        ("Lokio/Buffer;", "Okio"),
        ("Lkotlin/jvm/internal/Intrinsics;", "Kotlin"),
        ("Landroidx/core/app/CoreComponentFactory;", "AndroidX"),
        ("Landroidx/multidex/MultiDex$V14;", "Multidex"),
        ("Landroid/support/v4/app/Fragment;", "Android Support Library"),
        ("Lcom/google/android/gms/dynamite/DynamiteModule;", "Google Play Services"),
        ("Lcom/google/android/gms/internal/ads/zzcz;", "Google Mobile Ads"),
        ("Lcom/google/firebase/crashlytics/internal/Logger;", "Firebase Crashlytics"),
        ("Lcom/google/gson/Gson;", "Google Gson"),
        ("Lcom/facebook/FacebookActivity;", "Facebook SDK"),
        ("Lcom/facebook/react/ReactActivity;", "React Native"),
        ("Lcom/facebook/imagepipeline/core/ImagePipeline;", "Fresco"),
        ("Lcom/rabbitmq/client/TrustEverythingTrustManager;", "RabbitMQ"),
        ("Lorg/acra/util/NaiveTrustManager;", "ACRA"),
        ("Lio/netty/handler/ssl/util/InsecureTrustManagerFactory$1;", "Netty"),
        ("Lcom/loopj/android/http/MySSLSocketFactory$1;", "Android Asynchronous Http Client"),
        ("Lorg/apache/http/conn/ssl/NoopHostnameVerifier;", "Apache HttpClient"),
        ("Lorg/apache/cordova/engine/SystemWebViewClient;", "Apache Cordova"),
        ("Lcom/unity3d/services/ads/UnityAds;", "Unity Ads"),
        ("Lj$/time/Instant;", "desugared Java"),
        ("[Lokhttp3/Protocol;", "OkHttp"),
    ],
)
def test_libraries_by_their_longest_prefix(descriptor: str, owner: str) -> None:
    found = SHOP.of(descriptor)
    assert (found.name, found.first_party) == (owner, False)


def test_a_prefix_ends_with_a_label() -> None:
    """``okhttp3x`` is nobody's OkHttp, and ``com.googles`` not Google."""
    assert SHOP.of("Lokhttp3x/core/Net;").name == "okhttp3x.core"
    assert SHOP.of("Lcom/googles/search/Net;").name == "com.googles"


@pytest.mark.parametrize(
    "descriptor", ["La/b/c;", "Lew;", "Lz9/c;", "Lb/a/a/a/a/e/p;", "Lcom/a/b;", "LIlIl/O0;"]
)
def test_names_that_shrinkers_give_tell_no_owner(descriptor: str) -> None:
    assert SHOP.of(descriptor) is UNIDENTIFIED


@pytest.mark.parametrize(
    ("descriptor", "name"),
    [
        ("Lcom/acme/sdk/internal/Net;", "com.acme"),
        ("Luk/co/senab/other/Net;", "uk.co.senab"),
        ("Lio/github/someone/lib/Net;", "io.github.someone"),
    ],
)
def test_what_no_table_knows_may_be_the_app_s_own(descriptor: str, name: str) -> None:
    """A third party is only who is known as one: an app's own modules have whatever package their makers chose."""
    found = SHOP.of(descriptor)
    assert (found.name, found.first_party, found.known) == (name, True, False)
    assert found.words == f"{name} (not known)"


def test_who_is_known() -> None:
    assert SHOP.of("Lcom/example/shop/Net;").known
    assert SHOP.of("Lokio/Buffer;").known
    assert not UNIDENTIFIED.known
    assert [one.words for one in (FIRST_PARTY, UNIDENTIFIED)] == ["first-party", "unidentified"]


@pytest.mark.parametrize(
    ("package", "own", "foreign"),
    [
        ("com.example.shop.debug", "Lcom/example/shop/Net;", "Lcom/acme/Net;"),
        ("uk.co.example.app", "Luk/co/example/net/Net;", "Luk/co/other/Net;"),
        ("io.github.someone.app", "Lio/github/someone/core/Net;", "Lio/github/another/Net;"),
        ("com.google.android.apps.thing", "Lcom/google/android/apps/thing/Net;", "Lcom/google/gson/Gson;"),
        ("com.android.insecurebankv2", "Lcom/android/insecurebankv2/Net;", "Lcom/android/volley/Request;"),
        # The maker of a library ships an app of its own.
        ("com.facebook.katana", "Lcom/facebook/katana/Net;", "Lcom/facebook/react/ReactActivity;"),
        ("org.videolan.vlc", "Lorg/videolan/vlc/Net;", "Lokhttp3/OkHttpClient;"),
    ],
)
def test_the_organisation_of_the_package_is_first_party(package: str, own: str, foreign: str) -> None:
    owners = Owners(Manifest(package=package))
    assert owners.of(own) is FIRST_PARTY
    assert owners.of(foreign) != FIRST_PARTY


def activities(*names: str) -> tuple[Component, ...]:
    return tuple(Component("activity", name) for name in names)


def test_code_in_another_package_than_the_application_id() -> None:
    """The components say where the code is, and libraries' components do not."""
    components = activities("net.maker.ui.Main", "net.maker.ui.Login", "com.facebook.FacebookActivity")
    owners = Owners(Manifest(package="com.brand.app", components=components))
    assert owners.of("Lnet/maker/net/Client;") is FIRST_PARTY
    assert owners.of("Lcom/facebook/login/Net;").name == "Facebook SDK"


def test_an_sdk_with_an_activity_is_not_the_app() -> None:
    components = activities("com.brand.app.Main", "com.brand.app.Login", "com.acme.sdk.Popup")
    owners = Owners(Manifest(package="com.brand.app", components=components))
    assert owners.of("Lcom/acme/sdk/Net;").name == "com.acme"


def test_the_application_class_is_the_app_unless_it_is_a_library_s() -> None:
    own = Owners(Manifest(package="com.brand.app", application="net.maker.App"))
    assert own.of("Lnet/maker/Net;") is FIRST_PARTY
    packed = Owners(Manifest(package="com.brand.app", application="androidx.multidex.MultiDexApplication"))
    assert packed.of("Landroidx/core/Net;").name == "AndroidX"


def test_the_table_is_well_formed() -> None:
    table = libraries()
    assert len(table) > 900
    for prefix, owner in table.items():
        assert owner.name
        assert not owner.first_party
        assert all(label and not label[0].isdigit() for label in prefix.split(".")), prefix
        assert prefix not in {"com", "org", "net", "io", "com.example", "com.android", "io.github"}


LABELS = st.text(st.characters(codec="utf-8", exclude_characters="/;"), min_size=1, max_size=6)


@pytest.mark.slow
@given(st.lists(LABELS, max_size=6), st.lists(LABELS, min_size=2, max_size=5))
def test_every_name_has_one_owner_and_the_app_its_own(labels: list[str], package: list[str]) -> None:
    owners = Owners(Manifest(package=".".join(package)))
    found = owners.of(f"L{'/'.join(labels)};")
    assert found == owners.of(f"L{'/'.join(labels)};")
    assert found.name
    if not any("." in label for label in package):
        assert owners.of(f"L{'/'.join(package)}/Net;") is FIRST_PARTY


def test_a_list_of_hooks_that_is_too_long_is_unknown() -> None:
    package = read_package(simple_zip({"AndroidManifest.xml": b"", "assets/xposed_init": b"a.b.Hook\n"}))
    assert hooks(package) == ("a.b.Hook",)
    with bounded(HOOKS_BYTES, 8):
        assert hooks(package) == ()
    assert "assets/xposed_init" in {one.what for one in package.unknowns}
