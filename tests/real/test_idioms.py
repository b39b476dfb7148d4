"""The ways in which apps write their pins down: all of them in one app, in Kotlin and Java, renamed and not."""

from __future__ import annotations

import zipfile
from base64 import b64decode
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.base.finding import Level
from pincompiler.shipped import read_app
from pincompiler.workflows.audit import AuditOptions, audit
from tests.builds import build_app

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("builds")
TODAY: Final = date(2026, 11, 23)
ONE: Final = "sha256/OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c="
TWO: Final = "sha256/qhxcigFVtf7yBCQe/jlYT7pUFM0YzXEKsB9NFmBQo4k="
BARE: Final = (ONE.removeprefix("sha256/"), TWO.removeprefix("sha256/"))
BYTES: Final = "T2xLQkNhMFFjWVZXdjZvZUFTWE1wTEluTUtiVHFqZXN0bHhjTXlXS1k1Yz0="

HEAD: Final = """\
import android.content.Context
import android.net.Uri
import android.util.Base64
import java.net.URI
import java.net.URL
import okhttp3.CertificatePinner
import okhttp3.HttpUrl.Companion.toHttpUrl
import okhttp3.OkHttpClient

const val ONE = "SHA256_ONE"
const val TWO = "SHA256_TWO"
internal fun use(pinner: CertificatePinner): OkHttpClient = OkHttpClient.Builder().certificatePinner(pinner).build()
""".replace("SHA256_ONE", ONE).replace("SHA256_TWO", TWO)

# By the host, of which the first label is the name: what a class has, and then what it builds.
KOTLIN: Final[dict[str, tuple[str, str]]] = {
    "literal": ("", 'CertificatePinner.Builder().add("HOST", ONE, TWO).build()'),
    "chained": ("", 'CertificatePinner.Builder().add("HOST", ONE).add("HOST", TWO).build()'),
    "applied": ("", 'CertificatePinner.Builder().apply { add("HOST", ONE); add("HOST", TWO) }.build()'),
    "spread": ("val keys = arrayOf(ONE, TWO)", 'CertificatePinner.Builder().add("HOST", *keys).build()'),
    "spreadlist": (
        "val keys = listOf(ONE, TWO)",
        'CertificatePinner.Builder().add("HOST", *keys.toTypedArray()).build()',
    ),
    "foreach": (
        "val keys = listOf(ONE, TWO)",
        'CertificatePinner.Builder().also { to -> keys.forEach { to.add("HOST", it) } }.build()',
    ),
    "forin": (
        "val keys = setOf(ONE, TWO)",
        'CertificatePinner.Builder().run { for (pin in keys) add("HOST", pin); build() }',
    ),
    "fold": (
        "val keys = listOf(ONE, TWO)",
        'keys.fold(CertificatePinner.Builder()) { to, pin -> to.add("HOST", pin) }.build()',
    ),
    "mapped": (
        "val keys = listOf(BARE_ONE, BARE_TWO)",
        'CertificatePinner.Builder().add("HOST", *keys.map { "sha256/$it" }.toTypedArray()).build()',
    ),
    "map": (
        'val keys = mapOf("HOST" to listOf(ONE, TWO))',
        (
            "CertificatePinner.Builder().apply {"
            " for ((host, some) in keys) add(host, *some.toTypedArray()) }.build()"
        ),
    ),
    "mapeach": (
        'val keys = mapOf("HOST" to arrayOf(ONE, TWO))',
        "CertificatePinner.Builder().apply { keys.forEach { (host, some) -> add(host, *some) } }.build()",
    ),
    "pairs": (
        'val keys = listOf("HOST" to ONE, "HOST" to TWO)',
        "CertificatePinner.Builder().apply { keys.forEach { (host, pin) -> add(host, pin) } }.build()",
    ),
    "data": (
        'data class Entry(val host: String, val pin: String)\nval keys = listOf(Entry("HOST", ONE), Entry("HOST", TWO))',
        "CertificatePinner.Builder().apply { keys.forEach { add(it.host, it.pin) } }.build()",
    ),
    "enum": (
        'enum class Pin(val host: String, val value: String) { FIRST("HOST", ONE), SECOND("HOST", TWO) }',
        "CertificatePinner.Builder().apply { Pin.values().forEach { add(it.host, it.value) } }.build()",
    ),
    "enumentry": (
        "enum class Pin(val value: String) { FIRST(ONE), SECOND(TWO) }",
        'CertificatePinner.Builder().add("HOST", Pin.FIRST.value, Pin.SECOND.value).build()',
    ),
    "companion": (
        'companion object { const val H = "HOST"; private val PINS = arrayOf(ONE, TWO) }',
        "CertificatePinner.Builder().add(H, *PINS).build()",
    ),
    "lazy": (
        'val pinner by lazy { CertificatePinner.Builder().add("HOST", ONE, TWO).build() }',
        "pinner",
    ),
    "lazyhost": (
        'val host by lazy { "HOST" }',
        "CertificatePinner.Builder().add(host, ONE, TWO).build()",
    ),
    "getter": (
        'val host get() = "HOST"\nval keys: List<String> get() = listOf(ONE, TWO)',
        "CertificatePinner.Builder().add(host, *keys.toTypedArray()).build()",
    ),
    "url": (
        'val base = "https://HOST/v1/"',
        "CertificatePinner.Builder().add(URL(base).host, ONE, TWO).build()",
    ),
    "jnuri": (
        'val base = "https://HOST/v1/"',
        "CertificatePinner.Builder().add(URI.create(base).host, ONE, TWO).build()",
    ),
    "uri": (
        'val base = "https://HOST:8443/v1/"',
        "CertificatePinner.Builder().add(Uri.parse(base).host!!, ONE, TWO).build()",
    ),
    "httpurl": (
        'val base = "https://HOST/v1/"',
        "CertificatePinner.Builder().add(base.toHttpUrl().host, ONE, TWO).build()",
    ),
    "removeprefix": (
        'val base = "https://HOST"',
        'CertificatePinner.Builder().add(base.removePrefix("https://"), ONE, TWO).build()',
    ),
    "resource": (
        "lateinit var context: Context",
        (
            "CertificatePinner.Builder().add(context.getString(R.string.host),"
            " *context.resources.getStringArray(R.array.pins)).build()"
        ),
    ),
    "base64": (
        'val secret = "BYTES"',
        (
            "CertificatePinner.Builder().add("
            '"HOST", "sha256/" + String(Base64.decode(secret, Base64.DEFAULT)), TWO).build()'
        ),
    ),
    "buildconfig": (
        "",
        'CertificatePinner.Builder().add("HOST", *BuildConfig.PINS.split(",").toTypedArray()).build()',
    ),
    "buildlist": (
        "val keys = buildList { add(ONE); add(TWO) }",
        'CertificatePinner.Builder().add("HOST", *keys.toTypedArray()).build()',
    ),
    "mutable": (
        "val keys = mutableListOf<String>().apply { add(ONE); this += TWO }",
        'CertificatePinner.Builder().add("HOST", *keys.toTypedArray()).build()',
    ),
    "lines": (
        'val text = """\n        SHA256_ONE\n        SHA256_TWO\n    """.trimIndent()',
        'CertificatePinner.Builder().add("HOST", *text.lines().toTypedArray()).build()',
    ),
    "bytes": (
        "val key = byteArrayOf(KEY)",
        (
            'CertificatePinner.Builder().add("HOST", "sha256/" + Base64.encodeToString(key, Base64.NO_WRAP), TWO)'
            ".build()"
        ),
    ),
    "when": (
        "fun pin(number: Int) = when (number) { 0 -> ONE; else -> TWO }",
        'CertificatePinner.Builder().add("HOST", pin(0), pin(1)).build()',
    ),
    "extension": (
        "fun CertificatePinner.Builder.ours(host: String) = add(host, ONE, TWO)",
        'CertificatePinner.Builder().ours("HOST").build()',
    ),
    "default": (
        (
            'fun made(host: String = "HOST", vararg keys: String = arrayOf(ONE, TWO)) ='
            " CertificatePinner.Builder().add(host, *keys).build()"
        ),
        "made()",
    ),
    "constructor": (
        'class Config(val host: String, val keys: List<String>)\nval config = Config("HOST", listOf(ONE, TWO))',
        "CertificatePinner.Builder().add(config.host, *config.keys.toTypedArray()).build()",
    ),
    "interpolated": (
        'val domain = "example.com"',
        'CertificatePinner.Builder().add("interpolated.$domain", ONE, TWO).build()',
    ),
    "joined": (
        'val parts = listOf("joined", "example", "com")',
        'CertificatePinner.Builder().add(parts.joinToString("."), ONE, TWO).build()',
    ),
    "hosts": (
        'val hosts = arrayOf("HOST")\nval keys = arrayOf(ONE, TWO)',
        "CertificatePinner.Builder().apply { for (h in hosts) for (p in keys) add(h, p) }.build()",
    ),
}
JAVA: Final[dict[str, tuple[str, str]]] = {
    "jliteral": ("", 'return new CertificatePinner.Builder().add("HOST", ONE, TWO).build();'),
    "jarray": (
        "static final String[] PINS = {ONE, TWO};",
        'return new CertificatePinner.Builder().add("HOST", PINS).build();',
    ),
    "jtwodim": (
        'static final String[][] PINS = {{"HOST", ONE}, {"HOST", TWO}};',
        (
            "CertificatePinner.Builder to = new CertificatePinner.Builder();"
            " for (String[] pair : PINS) to.add(pair[0], pair[1]); return to.build();"
        ),
    ),
    "jmap": (
        'static final Map<String, String> PINS = new HashMap<>();\nstatic { PINS.put("HOST", ONE); }',
        (
            "CertificatePinner.Builder to = new CertificatePinner.Builder();"
            " for (Map.Entry<String, String> one : PINS.entrySet()) to.add(one.getKey(), one.getValue(), TWO);"
            " return to.build();"
        ),
    ),
    "jmaplist": (
        (
            "static final Map<String, List<String>> PINS = new LinkedHashMap<>();\n"
            'static { PINS.put("HOST", Arrays.asList(ONE, TWO)); }'
        ),
        (
            "CertificatePinner.Builder to = new CertificatePinner.Builder();"
            " for (String host : PINS.keySet()) for (String pin : PINS.get(host)) to.add(host, pin);"
            " return to.build();"
        ),
    ),
    "jmapeach": (
        'static final Map<String, String> PINS = new HashMap<>();\nstatic { PINS.put("HOST", ONE); }',
        (
            "CertificatePinner.Builder to = new CertificatePinner.Builder();"
            " PINS.forEach((host, pin) -> to.add(host, pin, TWO)); return to.build();"
        ),
    ),
    "jtoarray": (
        "final List<String> pins = new ArrayList<>();",
        (
            "pins.add(ONE); pins.add(TWO);"
            ' return new CertificatePinner.Builder().add("HOST", pins.toArray(new String[0])).build();'
        ),
    ),
    "jenum": (
        "enum Pin { A(ONE), B(TWO); final String value; Pin(String value) { this.value = value; } }",
        (
            "CertificatePinner.Builder to = new CertificatePinner.Builder();"
            ' for (Pin pin : Pin.values()) to.add("HOST", pin.value); return to.build();'
        ),
    ),
    "jurl": (
        'static final String BASE = "https://HOST/v1/";',
        (
            "try { return new CertificatePinner.Builder().add(new java.net.URL(BASE).getHost(), ONE, TWO).build(); }"
            " catch (java.net.MalformedURLException e) { throw new IllegalStateException(e); }"
        ),
    ),
    "jhttpurl": (
        'static final HttpUrl BASE = HttpUrl.get("https://HOST/v1/");',
        "return new CertificatePinner.Builder().add(BASE.host(), ONE, TWO).build();",
    ),
    "jhttpurlbuilder": (
        'static final HttpUrl BASE = new HttpUrl.Builder().scheme("https").host("HOST").build();',
        "return new CertificatePinner.Builder().add(BASE.host(), ONE, TWO).build();",
    ),
    "juri": (
        'static final String BASE = "https://HOST/v1/";',
        "return new CertificatePinner.Builder().add(android.net.Uri.parse(BASE).getHost(), ONE, TWO).build();",
    ),
    "jformat": (
        "",
        (
            'return new CertificatePinner.Builder().add(String.format("%s.example.com", "jformat"),'
            ' "sha256/".concat(BARE_ONE), TWO).build();'
        ),
    ),
    "jbuilder": (
        "",
        (
            'StringBuilder text = new StringBuilder("jbuilder"); text.append(\'.\').append("example.com");'
            " return new CertificatePinner.Builder().add(text.toString(), ONE, TWO).build();"
        ),
    ),
    "jstream": (
        "static final List<String> PINS = Arrays.asList(ONE, TWO);",
        'return new CertificatePinner.Builder().add("HOST", PINS.stream().toArray(String[]::new)).build();',
    ),
    "jsubstring": (
        'static final String BASE = "https://HOST/v1";',
        (
            'String host = BASE.substring("https://".length(), BASE.lastIndexOf("/"));'
            " return new CertificatePinner.Builder().add(host, ONE, TWO).build();"
        ),
    ),
    "jreplace": (
        'static final String BASE = "https://HOST";',
        'return new CertificatePinner.Builder().add(BASE.replace("https://", ""), ONE, TWO).build();',
    ),
    "jinterface": (
        (
            "interface Provider { String host(); String[] pins(); }\n"
            "static final class Ours implements Provider {"
            ' public String host() { return "HOST"; } public String[] pins() { return new String[] {ONE, TWO}; } }'
        ),
        (
            "Provider provider = new Ours(); CertificatePinner.Builder to = new CertificatePinner.Builder();"
            " return to.add(provider.host(), provider.pins()).build();"
        ),
    ),
    "jternary": (
        "",
        (
            'String host = System.nanoTime() > 0 ? "HOST" : "HOST";'
            " return new CertificatePinner.Builder().add(host, ONE, TWO).build();"
        ),
    ),
}


UNKNOWN: Final = {"lazyhost", "jhttpurlbuilder"}
"""What cannot be run where the file has no Kotlin and no OkHttp: it is unknown, and is never called clean."""
DOUBTED: Final = {"jtoarray"}
"""A list of an object, which other code may have filled before."""
FILES: Final = {
    "res/values/pins.xml": (
        '<resources><string name="host">resource.example.com</string><string-array name="pins">'
        f"<item>{ONE}</item><item>{TWO}</item></string-array></resources>"
    )
}


def filled(text: str, name: str) -> str:
    key = ", ".join(str(byte - 256 if byte > 127 else byte) for byte in b64decode(BARE[0]))
    words = {
        "HOST": f"{name}.example.com",
        "BYTES": BYTES,
        "KEY": key,
        "SHA256_ONE": ONE,
        "SHA256_TWO": TWO,
        "BARE_ONE": f'"{BARE[0]}"',
        "BARE_TWO": f'"{BARE[1]}"',
    }
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def kotlin() -> str:
    classes = [
        f"class K{name.title()} {{\n{filled(members, name)}\nfun client(): OkHttpClient = use({filled(made, name)})\n}}\n"
        for name, (members, made) in KOTLIN.items()
    ]
    return HEAD + "".join(classes)


def java() -> list[str]:
    head = f'static final String ONE = "{ONE}";\nstatic final String TWO = "{TWO}";\n'
    classes = [
        "import okhttp3.*;\nimport java.util.*;\n"
        f"public final class J{name.title()} {{\n{head}{filled(members, name)}\n"
        f"CertificatePinner pinner() {{\n{filled(body, name)}\n}}\n"
        "public OkHttpClient client() { return new OkHttpClient.Builder().certificatePinner(pinner()).build(); }\n}"
        for name, (members, body) in JAVA.items()
    ]
    return [
        *classes,
        # Kotlin hides the constructor, and Java does not.
        (
            "import okhttp3.*;\npublic final class JConstructed { public static CertificatePinner"
            " of(java.util.Set<CertificatePinner.Pin> pins) { return new CertificatePinner(pins, null); } }"
        ),
        f'public final class BuildConfig {{ public static final String PINS = "{ONE},{TWO}"; }}',
    ]


def app(folder: Path) -> Path:
    return build_app(folder, kotlin={"Idioms.kt": kotlin()}, java=java(), files=FILES)


def test_pins_are_found_however_they_are_written(tmp_path: Path) -> None:
    apk = app(tmp_path / "app")
    found = read_app(apk)
    pinned: dict[str, set[str]] = {}
    for pinner in found.okhttp.pinners:
        for added in pinner.added:
            pinned.setdefault(added.pattern, set()).update(added.pins)
    with zipfile.ZipFile(apk) as archive:
        unknown = set() if "classes2.dex" in archive.namelist() else UNKNOWN
    names = (KOTLIN.keys() | JAVA.keys()) - unknown
    assert pinned == {f"{name}.example.com": {ONE, TWO} for name in names}
    assert len([one for one in found.unseen if "at run time" in one.why]) == len(unknown | DOUBTED)
    # All of them are sound: each client has its pinner, and each pinner two pins.
    assert [
        finding for finding in audit(apk, AuditOptions(TODAY)).findings if finding.level is not Level.NOTE
    ] == []


@pytest.mark.real
@pytest.mark.slow
def test_pins_that_r8_spread_over_everything_make_no_false_finding(tmp_path: Path) -> None:
    """In full mode it puts all of this into one method, and merges classes of the app with OkHttp's."""
    apk = build_app(
        tmp_path / "app",
        kotlin={"Idioms.kt": kotlin()},
        java=java(),
        files=FILES,
        libraries=("okhttp-4.12.0",),
        shrink="r8-full",
    )
    app = read_app(apk)
    added = {one.pattern: set(one.pins) for pinner in app.okhttp.pinners for one in pinner.added}
    names = {f"{name}.example.com" for name in KOTLIN.keys() | JAVA.keys()}
    assert set(added) <= names
    assert len(added) > len(names) / 2
    assert set().union(*added.values()) == {ONE, TWO}
    # What could not be followed is told, and every client has a pinner.
    assert any("at run time" in one.why for one in app.unseen)
    assert [
        finding for finding in audit(apk, AuditOptions(TODAY)).findings if finding.level is not Level.NOTE
    ] == []
