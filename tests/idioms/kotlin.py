"""Pinning code in Kotlin."""

from __future__ import annotations

from typing import Final

from tests.idioms.words import DECODED, HASHES, Arrival, Encoding, Language, Site, State

ARRIVALS: Final = {
    "literal": Arrival("listOf(#ONE, #TWO)"),
    "constant": Arrival(
        "listOf(FIRST, SECOND)",
        "companion object { const val FIRST = #ONE\nconst val SECOND = #TWO }",
        text=True,
    ),
    "field": Arrival("pins", "private val pins = listOf(#ONE, #TWO)"),
    "top level": Arrival("PINS", beside="private val PINS = listOf(#ONE, #TWO)"),
    "constructor parameter": Arrival(
        "pins", parameter="private val pins: List<#T>", given="listOf(#ONE, #TWO)"
    ),
    "vararg parameter": Arrival("pins.toList()", parameter="private vararg val pins: #T", given="#ONE, #TWO"),
    "array": Arrival("pins.toList()", "private val pins = arrayOf(#ONE, #TWO)"),
    "set": Arrival("pins.toList()", "private val pins = setOf(#ONE, #TWO)"),
    "map by host": Arrival(
        'pins.getValue("#NAME")', 'private val pins = mapOf("#NAME" to listOf(#ONE, #TWO))'
    ),
    "map of names": Arrival(
        "pins.values.toList()", 'private val pins = linkedMapOf("current" to #ONE, "backup" to #TWO)'
    ),
    "map each": Arrival(
        "collected()",
        """\
private val pins = mapOf("current" to #ONE, "backup" to #TWO)
private fun collected(): List<#T> { val out = ArrayList<#T>(); pins.forEach { (_, pin) -> out.add(pin) }; return out }
""",
    ),
    "enum": Arrival(
        "Pin.entries.map { it.value }",
        beside="internal enum class Pin(val value: #T) { CURRENT(#ONE), BACKUP(#TWO) }",
    ),
    "resource array": Arrival(
        "context.resources.getStringArray(0x7f010000).toList()",
        parameter="private val context: Context",
        given="this",
        text=True,
    ),
    "resource string": Arrival(
        'context.getString(0x7f020000).split(",")',
        parameter="private val context: Context",
        given="this",
        text=True,
    ),
    "own builder": Arrival(
        "pins",
        beside="""\
internal class Pins { private val all = ArrayList<#T>()
fun with(pin: #T) = apply { all.add(pin) }
fun build(): List<#T> = all.toList() }
""",
        parameter="private val pins: List<#T>",
        given="Pins().with(#ONE).with(#TWO).build()",
    ),
    "companion": Arrival("PINS", "companion object { private val PINS = listOf(#ONE, #TWO) }"),
    "object": Arrival("Keys.all.toList()", beside="internal object Keys { val all = arrayOf(#ONE, #TWO) }"),
    "default of constructor": Arrival("pins", parameter="private val pins: List<#T> = listOf(#ONE, #TWO)"),
    "default argument": Arrival(
        "pins(1)", "private fun pins(most: Int = 2, all: List<#T> = listOf(#ONE, #TWO)) = all.take(most + 1)"
    ),
    "lambda": Arrival("pins()", parameter="private val pins: () -> List<#T>", given="{ listOf(#ONE, #TWO) }"),
    "lazy": Arrival("pins", "private val pins by lazy { listOf(#ONE, #TWO) }"),
    "lateinit": Arrival(
        "pins", "private lateinit var pins: List<#T>\ninit { pins = mutableListOf(#ONE, #TWO) }"
    ),
    "abstract property": Arrival(
        "source.pins",
        "private val source: PinSource = OurPins()",
        """\
internal abstract class PinSource { abstract val pins: List<#T> }
internal class OurPins : PinSource() { override val pins = listOf(#ONE, #TWO) }
""",
    ),
    "interface": Arrival(
        "source.pins()",
        beside="""\
internal interface PinSource { fun pins(): List<#T> }
internal class OurPins : PinSource { override fun pins() = listOf(#ONE, #TWO) }
""",
        parameter="private val source: PinSource",
        given="OurPins()",
    ),
    "options": Arrival(
        "options.pins",
        beside="internal class Options { var pins: List<#T> = emptyList(); var retries = 3 }",
        parameter="private val options: Options",
        given="Options().apply { pins = listOf(#ONE, #TWO); retries = 1 }",
    ),
    "data classes": Arrival(
        "keys.map { it.pin }",
        'private val keys = listOf(Key("current", #ONE), Key("backup", #TWO))',
        "internal data class Key(val name: String, val pin: #T)",
    ),
    "mapped reference": Arrival(
        "keys.map(Key::pin)",
        "private val keys = listOf(Key(1, #ONE), Key(2, #TWO))",
        "internal data class Key(val number: Int, val pin: #T)",
    ),
    "sealed class": Arrival(
        "environment.pins",
        beside="""\
internal sealed class Environment(val pins: List<#T>) { object Live : Environment(listOf(#ONE, #TWO)) }
""",
        parameter="private val environment: Environment",
        given="Environment.Live",
    ),
    "when": Arrival(
        'pins("live")',
        """\
private fun pins(name: String): List<#T> = when (name) { "live" -> listOf(#ONE, #TWO); else -> emptyList() }
""",
    ),
    "coroutine local": Arrival(
        "awaited { load() }",
        beside="""\
private suspend fun pause() = suspendCoroutine<Unit> { it.resume(Unit) }
private suspend fun load(): List<#T> { val first = #ONE; pause(); val second = #TWO; pause(); return listOf(first, second) }
private fun <R> awaited(block: suspend () -> R): R { var out: Result<R>? = null
block.startCoroutine(object : Continuation<R> { override val context = EmptyCoroutineContext
override fun resumeWith(result: Result<R>) { out = result } })
return out!!.getOrThrow() }
""",
    ),
    "split": Arrival('JOINED.split(",")', "companion object { private const val JOINED = #BOTH }", text=True),
    "split and trimmed": Arrival(
        'JOINED.split(",").map { it.trim() }.filter { it.isNotEmpty() }',
        "companion object { private const val JOINED = #BOTH }",
        text=True,
    ),
    "concatenated": Arrival(
        "listOf(head + tail, #TWO)", "private val head = #LEFT\nprivate val tail = #RIGHT", text=True
    ),
    "joined": Arrival('listOf(listOf(#LEFT, #RIGHT).joinToString(""), #TWO)', text=True),
    "reversed": Arrival("listOf(#BACK.reversed(), #TWO)", text=True),
    "lines": Arrival('""" #ONE,\n #TWO """.trim().split(",").map { it.trim().trim(\'"\') }', text=True),
    "buildList": Arrival("buildList { add(#ONE); addAll(listOf(#TWO)) }"),
    "mutable list": Arrival(
        "pins", "private val pins = mutableListOf<#T>().apply { add(#ONE); this += #TWO }"
    ),
    "init block": Arrival(
        "pins", "private val pins = ArrayList<#T>()\ninit { pins.add(#ONE); pins.add(#TWO) }"
    ),
    "sequence": Arrival("sequenceOf(#ONE, #TWO).map { it }.toList()"),
    "pairs": Arrival(
        'keys.filter { it.first == "live" }.map { it.second }',
        'private val keys = listOf("live" to #ONE, "live" to #TWO)',
    ),
    "generic holder": Arrival(
        "held.value", "private val held = Held(listOf(#ONE, #TWO))", "internal class Held<V>(val value: V)"
    ),
    "delegated": Arrival(
        "pins",
        "private val pins: List<#T> by Given(listOf(#ONE, #TWO))",
        """\
internal class Given<V>(private val value: V) {
operator fun getValue(self: Any?, property: kotlin.reflect.KProperty<*>): V = value }
""",
    ),
}

_EACH_TEXT: Final = HASHES | {Encoding.KEY}
COMPARISONS: Final = {
    "contains": (_EACH_TEXT, "return #PINS.contains(#HAVE)"),
    "in a set": (_EACH_TEXT, "return #HAVE in #PINS.toHashSet()"),
    "any": (_EACH_TEXT, "val have = #HAVE\nreturn #PINS.any { it == have }"),
    "any, ignoring case": (
        frozenset({Encoding.HEX, Encoding.COLONS, Encoding.KEY}),
        "val have = #HAVE\nreturn #PINS.any { it.equals(have, ignoreCase = true) }",
    ),
    "loop": (_EACH_TEXT, "for (pin in #PINS) { if (pin == #HAVE) return true }\nreturn false"),
    "flag in a loop": (
        _EACH_TEXT,
        "var found = false\nval have = #HAVE\nfor (pin in #PINS) { if (have.equals(pin)) { found = true; break } }\nreturn found",
    ),
    "none": (_EACH_TEXT, "val have = #HAVE\nreturn !#PINS.none { pin -> pin == have }"),
    "index": (_EACH_TEXT, "return #PINS.indexOf(#HAVE) >= 0"),
    "first or null": (_EACH_TEXT, "val have = #HAVE\nreturn #PINS.firstOrNull { it == have } != null"),
    "decoded, isEqual": (
        DECODED,
        "val have = #HASH\nreturn #PINS.any { MessageDigest.isEqual(decoded(it), have) }",
    ),
    "decoded, contentEquals": (
        DECODED,
        "for (pin in #PINS) { if (decoded(pin).contentEquals(#HASH)) return true }\nreturn false",
    ),
    "Arrays.equals": (
        frozenset({Encoding.BYTES}),
        "for (pin in #PINS) { if (Arrays.equals(pin, #HASH)) return true }\nreturn false",
    ),
    "isEqual": (
        frozenset({Encoding.BYTES}),
        "val have = #HASH\nreturn #PINS.any { MessageDigest.isEqual(it, have) }",
    ),
    "contentEquals": (
        frozenset({Encoding.BYTES}),
        "val have = #HASH\nreturn #PINS.any { it.contentEquals(have) }",
    ),
    "byte by byte": (
        frozenset({Encoding.BYTES}),
        """\
val have = #HASH
for (pin in #PINS) { var same = pin.size == have.size
if (same) { for (at in pin.indices) { if (pin[at] != have[at]) same = false } }
if (same) return true }
return false""",
    ),
    "same certificate": (frozenset({Encoding.CERTIFICATE}), "return #PINS.any { parsed(it) == #CERT }"),
    "same key": (
        frozenset({Encoding.CERTIFICATE}),
        "return #PINS.any { parsed(it).publicKey == #CERT.publicKey }",
    ),
    "same bytes": (
        frozenset({Encoding.CERTIFICATE}),
        "for (pin in #PINS) { if (Arrays.equals(parsed(pin).encoded, #CERT.encoded)) return true }\nreturn false",
    ),
    "signed by": (
        frozenset({Encoding.CERTIFICATE}),
        """\
for (pin in #PINS) { try { #CERT.verify(parsed(pin).publicKey); return true } catch (e: GeneralSecurityException) { continue } }
return false""",
    ),
}

SHAPES: Final = {
    "method": ("private fun matches(cert: X509Certificate): Boolean {\n#BODY\n}", "", "matches(#IT)"),
    "object": (
        "",
        "internal object Checks { fun matches(cert: X509Certificate, pins: List<#T>): Boolean {\n#BODY\n} }",
        "Checks.matches(#IT, #ALL)",
    ),
    "interface": (
        "private val checker: Checker = PinChecker(#ALL)",
        """\
internal interface Checker { fun ok(cert: X509Certificate): Boolean }
internal class PinChecker(private val pins: List<#T>) : Checker { override fun ok(cert: X509Certificate): Boolean {\n#BODY\n} }
""",
        "checker.ok(#IT)",
    ),
}
REACHES: Final = {
    "leaf": "private fun trusted(chain: List<X509Certificate>): Boolean = #CALL(chain[0])",
    "any": "private fun trusted(chain: List<X509Certificate>): Boolean = chain.any { #CALL(it) }",
    "any, loop": """\
private fun trusted(chain: List<X509Certificate>): Boolean { for (one in chain) { if (#CALL(one)) return true }
return false }""",
}
HAVE: Final = {
    Encoding.BASE64: "Base64.encodeToString(#HASH, Base64.NO_WRAP)",
    Encoding.PREFIXED: '"sha256/" + java.util.Base64.getEncoder().encodeToString(#HASH)',
    Encoding.HEX: '#HASH.joinToString("") { "%02x".format(it) }',
    Encoding.COLONS: '#HASH.joinToString(":") { "%02X".format(it) }',
    Encoding.KEY: "hex(#CERT.publicKey.encoded)",
}

_PEER: Final = ".map { it as X509Certificate }"
_OPEN: Final = 'val connection = URL("https://#NAME/").openConnection() as HttpsURLConnection'
_USE_MANAGER: Final = f"""\
fun go(context: Context) {{ val ssl = SSLContext.getInstance("TLS")
ssl.init(null, arrayOf<TrustManager>(Manager()), null)
{_OPEN}
connection.sslSocketFactory = ssl.socketFactory
connection.inputStream.close() }}
"""
_UNPINNED: Final = 'throw SSLPeerUnverifiedException("pin")'
SITES: Final = {
    "trust manager": Site(
        "chain.asList()",
        'throw CertificateException("pin")',
        f"""\
private inner class Manager : X509TrustManager {{ private val platform = Platform.manager()
override fun checkClientTrusted(chain: Array<X509Certificate>, type: String) {{ throw CertificateException() }}
override fun getAcceptedIssuers(): Array<X509Certificate> = platform.acceptedIssuers
override fun checkServerTrusted(chain: Array<X509Certificate>, type: String) {{ platform.checkServerTrusted(chain, type)
#CHECK }} }}
{_USE_MANAGER}""",
    ),
    "extended trust manager": Site(
        "chain.asList()",
        'throw CertificateException("pin")',
        f"""\
private inner class Manager : X509ExtendedTrustManager() {{ private val platform = Platform.manager()
override fun checkClientTrusted(chain: Array<X509Certificate>, type: String) {{ throw CertificateException() }}
override fun checkClientTrusted(chain: Array<X509Certificate>, type: String, at: Socket?) {{ throw CertificateException() }}
override fun checkClientTrusted(chain: Array<X509Certificate>, type: String, at: SSLEngine?) {{ throw CertificateException() }}
override fun getAcceptedIssuers(): Array<X509Certificate> = platform.acceptedIssuers
private fun check(chain: Array<X509Certificate>, type: String) {{ platform.checkServerTrusted(chain, type)
#CHECK }}
override fun checkServerTrusted(chain: Array<X509Certificate>, type: String) {{ check(chain, type) }}
override fun checkServerTrusted(chain: Array<X509Certificate>, type: String, at: Socket?) {{ check(chain, type) }}
override fun checkServerTrusted(chain: Array<X509Certificate>, type: String, at: SSLEngine?) {{ check(chain, type) }} }}
{_USE_MANAGER}""",
    ),
    "hostname verifier": Site(
        f"session.peerCertificates{_PEER}",
        "return false",
        f"""\
private inner class Verifier : HostnameVerifier {{ override fun verify(host: String, session: SSLSession): Boolean {{
if (!HttpsURLConnection.getDefaultHostnameVerifier().verify(host, session)) return false
#CHECK
return true }} }}
fun go(context: Context) {{ {_OPEN}
connection.hostnameVerifier = Verifier()
connection.inputStream.close() }}
""",
    ),
    "interceptor": Site(
        f"chain.connection()!!.handshake()!!.peerCertificates{_PEER}",
        _UNPINNED,
        """\
private inner class Guard : Interceptor { override fun intercept(chain: Interceptor.Chain): Response {
#CHECK
return chain.proceed(chain.request()) } }
fun go(context: Context) { val client = OkHttpClient.Builder().addNetworkInterceptor(Guard()).build()
client.newCall(Request.Builder().url("https://#NAME/").build()).execute().close() }
""",
    ),
    "event listener": Site(
        f"handshake!!.peerCertificates{_PEER}",
        'throw IllegalStateException("pin")',
        """\
private inner class Watch : EventListener() { override fun secureConnectEnd(call: Call, handshake: Handshake?) {
#CHECK } }
fun go(context: Context) { val client = OkHttpClient.Builder().eventListener(Watch()).build()
client.newCall(Request.Builder().url("https://#NAME/").build()).execute().close() }
""",
    ),
    "handshake of a response": Site(
        f"response.handshake!!.peerCertificates{_PEER}",
        f"response.close(); {_UNPINNED}",
        """\
fun go(context: Context) {
val response = OkHttpClient().newCall(Request.Builder().url("https://#NAME/").build()).execute()
#CHECK
Log.d("Net", response.body!!.string()) }
""",
    ),
    "HttpsURLConnection": Site(
        f"connection.serverCertificates{_PEER}",
        f"connection.disconnect(); {_UNPINNED}",
        f"""\
fun go(context: Context) {{ {_OPEN}
connection.connect()
#CHECK
Log.d("Net", String(connection.inputStream.readBytes())) }}
""",
    ),
    "SSLSocket": Site(
        f"socket.session.peerCertificates{_PEER}",
        f"socket.close(); {_UNPINNED}",
        """\
fun go(context: Context) { val socket = SSLSocketFactory.getDefault().createSocket("#NAME", 443) as SSLSocket
socket.startHandshake()
if (!HttpsURLConnection.getDefaultHostnameVerifier().verify("#NAME", socket.session)) throw SSLException("name")
#CHECK
socket.outputStream.write(1) }
""",
    ),
    "WebView": Site(
        "listOf(error.certificate.x509Certificate!!)",
        "handler.cancel(); return",
        """\
private inner class Page : WebViewClient() {
override fun onReceivedSslError(view: WebView, handler: SslErrorHandler, error: SslError) {
#CHECK
#PROCEED } }
fun go(context: Context) { val view = WebView(context)
view.webViewClient = Page()
view.loadUrl("https://#NAME/") }
""",
    ),
    "X509TrustManagerExtensions": Site(
        "served",
        f"connection.disconnect(); {_UNPINNED}",
        f"""\
fun go(context: Context) {{ {_OPEN}
connection.connect()
val sent = connection.serverCertificates.map {{ it as X509Certificate }}.toTypedArray()
val served = X509TrustManagerExtensions(Platform.manager()).checkServerTrusted(sent, "RSA", "#NAME")
#CHECK
Log.d("Net", String(connection.inputStream.readBytes())) }}
""",
    ),
    "KeyStore": Site(
        "",
        "",
        f"""\
fun go(context: Context) {{ val store = KeyStore.getInstance(KeyStore.getDefaultType())
store.load(null, null)
var number = 0
for (pin in #PINS) store.setCertificateEntry("ca" + number++, parsed(pin))
val factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm())
factory.init(store)
val ssl = SSLContext.getInstance("TLS")
ssl.init(null, #CHECK, null)
{_OPEN}
connection.sslSocketFactory = ssl.socketFactory
connection.inputStream.close() }}
""",
        (State.DETACHED,),
    ),
    "CertificatePinner": Site("", "", "", (State.FLAG, State.EMPTY, State.DETACHED)),
}
HOSTS: Final = {
    "literal": ("", '"#NAME"'),
    "constant": ('private val host = "#NAME"', "host"),
    "URL": ('private val base = "https://#NAME/v1/"', "URL(base).host"),
    "URI": ('private val base = "https://#NAME:8443/v1/"', "java.net.URI.create(base).host"),
    "Uri": ('private val base = "https://#NAME/v1/"', "android.net.Uri.parse(base).host!!"),
    "HttpUrl": ('private val base = "https://#NAME/v1/"', "base.toHttpUrl().host"),
    "HttpUrl.Builder": (
        "",
        'HttpUrl.Builder().scheme("https").host("#NAME").addPathSegment("v1").build().host',
    ),
    "lazy": ('private val host by lazy { "#NAME" }', "host"),
    "interpolated": ('private val domain = "example.com"', '"#LABEL.$domain"'),
    "getter": ('private val host get() = "#NAME"', "host"),
    "removePrefix": ('private val base = "https://#NAME"', 'base.removePrefix("https://")'),
    "first of a list": ('private val hosts = listOf("#NAME", "other.example.org")', "hosts.first()"),
}
ADDINGS: Final = {
    "spread": "builder.add(#HOST, *#PINS.toTypedArray())",
    "one by one": "val all = #PINS\nbuilder.add(#HOST, all[0]).add(#HOST, all[1])",
    "for": "for (pin in #PINS) builder.add(#HOST, pin)",
    "forEach": "#PINS.forEach { builder.add(#HOST, it) }",
    "fold": "#PINS.fold(builder) { to, pin -> to.add(#HOST, pin) }",
    "apply": "val all = #PINS\nbuilder.apply { add(#HOST, all.first()); add(#HOST, all.last()) }",
    "map of hosts": "mapOf(#HOST to #PINS).forEach { (host, some) -> builder.add(host, *some.toTypedArray()) }",
    "map entries": "for ((host, some) in mapOf(#HOST to #PINS)) for (pin in some) builder.add(host, pin)",
    "extension": "builder.ours(#HOST, #PINS)",
}
PREFIXED: Final = {
    Encoding.BASE64: '#ARRIVED.map { "sha256/$it" }',
    Encoding.PREFIXED: "#ARRIVED",
    Encoding.HEX: '#ARRIVED.map { "sha256/" + it.decodeHex().base64() }',
    Encoding.BYTES: '#ARRIVED.map { "sha256/" + Base64.encodeToString(it, Base64.NO_WRAP) }',
    Encoding.CERTIFICATE: "#ARRIVED.map { CertificatePinner.pin(parsed(it)) }",
}
CHECKS: Final = {
    State.SOUND: "if (!trusted(#CHAIN)) { #REFUSE }",
    State.EMPTY: "if (!trusted(#CHAIN)) { #REFUSE }",
    State.FLAG: "if (Flags.strict && !trusted(#CHAIN)) { #REFUSE }",
    State.LOGGED: 'if (!trusted(#CHAIN)) { Log.w("Net", "pins differ") }',
    State.IGNORED: "trusted(#CHAIN)",
    State.SWALLOWED: """\
try { if (!trusted(#CHAIN)) { throw IllegalStateException("pin") } } catch (e: Exception) { Log.w("Net", e) }""",
}
_CALL: Final = 'client.newCall(Request.Builder().url("https://#NAME/").build()).execute().close()'
OKHTTP: Final = {
    State.SOUND: f"""\
fun go(context: Context) {{ val builder = CertificatePinner.Builder()
#ADD
val client = OkHttpClient.Builder().certificatePinner(builder.build()).build()
{_CALL} }}
""",
    State.FLAG: f"""\
fun go(context: Context) {{ val builder = CertificatePinner.Builder()
if (Flags.strict) {{ #ADD }}
val client = OkHttpClient.Builder().certificatePinner(builder.build()).build()
{_CALL} }}
""",
    State.DETACHED: f"""\
fun go(context: Context) {{ val builder = CertificatePinner.Builder()
#ADD
Log.d("Net", builder.build().toString())
val client = OkHttpClient.Builder().build()
{_CALL} }}
""",
    State.EMPTY: f"""\
fun go(context: Context) {{ val builder = CertificatePinner.Builder()
for (pin in #PINS) builder.add(#HOST, pin)
val client = OkHttpClient.Builder().certificatePinner(builder.build()).build()
{_CALL} }}
""",
    State.ABSENT: f"fun go(context: Context) {{ val client = OkHttpClient.Builder().build()\n{_CALL} }}\n",
}
HELPERS: Final = {
    "Platform.": """\
internal object Platform { fun manager(): X509TrustManager {
val made = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm())
made.init(null as KeyStore?)
return made.trustManagers.first { it is X509TrustManager } as X509TrustManager } }
""",
    "hash(": 'internal fun hash(data: ByteArray): ByteArray = MessageDigest.getInstance("SHA-256").digest(data)\n',
    "hex(": 'internal fun hex(data: ByteArray): String = data.joinToString("") { "%02x".format(it) }\n',
    "parsed(": """\
internal fun parsed(text: String): X509Certificate = CertificateFactory.getInstance("X.509")
.generateCertificate(ByteArrayInputStream(Base64.decode(text, Base64.DEFAULT))) as X509Certificate
""",
    "decoded(": "internal fun decoded(text: String): ByteArray = #DECODE\n",
    "ours(": """\
internal fun CertificatePinner.Builder.ours(host: String, pins: List<String>) { for (pin in pins) add(host, pin) }
""",
}
FRAME: Final = """\
package #PACKAGE
import android.content.Context
import android.net.http.SslError
import android.net.http.X509TrustManagerExtensions
import android.util.Base64
import android.util.Log
import android.webkit.*
import java.io.ByteArrayInputStream
import java.net.Socket
import java.net.URL
import java.security.*
import java.security.cert.CertificateException
import java.security.cert.CertificateFactory
import java.security.cert.X509Certificate
import java.util.Arrays
import javax.net.ssl.*
import kotlin.coroutines.*
import okhttp3.*
import okhttp3.HttpUrl.Companion.toHttpUrl
import okio.ByteString.Companion.decodeHex

internal object Flags { @JvmField @Volatile var strict = false }
#HELPERS
#BESIDE
internal class Net(#PARAMETER) {
#MEMBERS
}
"""
MAIN: Final = """\
package #PACKAGE
class Main : android.app.Activity() {
override fun onCreate(state: android.os.Bundle?) { super.onCreate(state)
Flags.strict = intent.getBooleanExtra("strict", false)
Net(#GIVEN).go(this) } }
"""
KOTLIN: Final = Language(
    name="Kotlin",
    suffix=".kt",
    bytes_type="ByteArray",
    bytes_literal=("byteArrayOf(", ")"),
    arrivals=ARRIVALS,
    none=Arrival("emptyList<#T>()"),
    comparisons=COMPARISONS,
    shapes=SHAPES,
    reaches=REACHES,
    have=HAVE,
    sites=SITES,
    hosts=HOSTS,
    addings=ADDINGS,
    prefixed=PREFIXED,
    checks=CHECKS,
    okhttp=OKHTTP,
    frame=FRAME,
    helpers=HELPERS,
    main=MAIN,
    decoy="""\
private fun whole(file: java.io.File): Boolean =
"#DECOY" == Base64.encodeToString(hash(file.readBytes()), Base64.NO_WRAP)
init { Log.d("Net", whole(java.io.File("/data/local/tmp/update.bin")).toString()) }
""",
    empty="if (#PINS.isEmpty()) return true",
)
