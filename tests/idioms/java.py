"""Pinning code in Java."""

from __future__ import annotations

from typing import Final

from tests.idioms.words import DECODED, HASHES, Arrival, Encoding, Language, Site, State

ARRIVALS: Final = {
    "literal": Arrival("Arrays.asList(#ONE, #TWO)"),
    "constant": Arrival(
        "Arrays.asList(FIRST, SECOND)",
        "static final String FIRST = #ONE;\nstatic final String SECOND = #TWO;",
        text=True,
    ),
    "static field": Arrival("PINS", "private static final List<#T> PINS = Arrays.asList(#ONE, #TWO);"),
    "static array": Arrival("Arrays.asList(PINS)", "private static final #T[] PINS = {#ONE, #TWO};"),
    "field": Arrival("pins", "private final List<#T> pins = Arrays.asList(#ONE, #TWO);"),
    "constructor parameter": Arrival("pins", parameter="List<#T> pins", given="Arrays.asList(#ONE, #TWO)"),
    "vararg parameter": Arrival("Arrays.asList(pins)", parameter="#T... pins", given="#ONE, #TWO"),
    "static block": Arrival(
        "PINS",
        "private static final List<#T> PINS = new ArrayList<>();\nstatic { PINS.add(#ONE); PINS.add(#TWO); }",
    ),
    "linked list": Arrival(
        "pins",
        "private final LinkedList<#T> pins = new LinkedList<>();\n{ pins.add(#ONE); pins.addLast(#TWO); }",
    ),
    "set": Arrival(
        "new ArrayList<>(PINS)",
        "private static final Set<#T> PINS = new LinkedHashSet<>(Arrays.asList(#ONE, #TWO));",
    ),
    "unmodifiable list": Arrival(
        "PINS",
        """\
private static final List<#T> PINS;
static { List<#T> all = new ArrayList<>(); all.add(#ONE); all.add(#TWO); PINS = Collections.unmodifiableList(all); }
""",
    ),
    "map by host": Arrival(
        'PINS.get("#NAME")',
        """\
private static final Map<String, List<#T>> PINS = new HashMap<>();
static { PINS.put("#NAME", Arrays.asList(#ONE, #TWO)); }
""",
    ),
    "map of names": Arrival(
        "new ArrayList<>(pins.values())",
        """\
private final Map<String, #T> pins = new LinkedHashMap<>();
{ pins.put("current", #ONE); pins.put("backup", #TWO); }
""",
    ),
    "map each": Arrival(
        "collected()",
        """\
private final Map<String, #T> pins = new TreeMap<>();
{ pins.put("current", #ONE); pins.put("backup", #TWO); }
private List<#T> collected() { List<#T> out = new ArrayList<>(); pins.forEach((name, pin) -> out.add(pin)); return out; }
""",
    ),
    "enum": Arrival(
        "Pin.all()",
        beside="""\
enum Pin { CURRENT(#ONE), BACKUP(#TWO); final #T value; Pin(#T value) { this.value = value; }
static List<#T> all() { List<#T> out = new ArrayList<>(); for (Pin one : values()) out.add(one.value); return out; } }
""",
    ),
    "resource array": Arrival(
        "Arrays.asList(context.getResources().getStringArray(0x7f010000))",
        parameter="Context context",
        given="this",
        text=True,
    ),
    "resource string": Arrival(
        'Arrays.asList(context.getString(0x7f020000).split(","))',
        parameter="Context context",
        given="this",
        text=True,
    ),
    "own builder": Arrival(
        "pins",
        beside="""\
final class Pins { private final List<#T> all = new ArrayList<>();
Pins with(#T pin) { all.add(pin); return this; }
List<#T> build() { return Collections.unmodifiableList(all); } }
""",
        parameter="List<#T> pins",
        given="new Pins().with(#ONE).with(#TWO).build()",
    ),
    "other class": Arrival(
        "Arrays.asList(Keys.all())",
        beside="final class Keys { private Keys() { }\nstatic #T[] all() { return new #T[] {#ONE, #TWO}; } }",
    ),
    "overload": Arrival(
        "pins()",
        "private List<#T> pins() { return pins(#ONE, #TWO); }\nprivate List<#T> pins(#T a, #T b) { return Arrays.asList(a, b); }",
    ),
    "supplier": Arrival(
        "pins.get()",
        parameter="java.util.function.Supplier<List<#T>> pins",
        given="() -> Arrays.asList(#ONE, #TWO)",
    ),
    "method reference": Arrival(
        "pins.get()",
        "static List<#T> ours() { return Arrays.asList(#ONE, #TWO); }",
        parameter="java.util.function.Supplier<List<#T>> pins",
        given="Net::ours",
    ),
    "lazy": Arrival(
        "pins()",
        """\
private List<#T> pins;
private synchronized List<#T> pins() { if (pins == null) { pins = Arrays.asList(#ONE, #TWO); } return pins; }
""",
    ),
    "holder": Arrival(
        "Holder.PINS",
        "private static final class Holder { static final List<#T> PINS = Arrays.asList(#ONE, #TWO); }",
    ),
    "abstract method": Arrival(
        "source.pins()",
        "private final PinSource source = new OurPins();",
        """\
abstract class PinSource { abstract List<#T> pins(); }
final class OurPins extends PinSource { @Override List<#T> pins() { return Arrays.asList(#ONE, #TWO); } }
""",
    ),
    "interface": Arrival(
        "source.pins()",
        beside="""\
interface PinSource { List<#T> pins(); }
final class OurPins implements PinSource { @Override public List<#T> pins() { return Arrays.asList(#ONE, #TWO); } }
""",
        parameter="PinSource source",
        given="new OurPins()",
    ),
    "base class": Arrival(
        "source.pins",
        beside="""\
class PinSource { final List<#T> pins; PinSource(#T a, #T b) { pins = Arrays.asList(a, b); } }
final class OurPins extends PinSource { OurPins() { super(#ONE, #TWO); } }
""",
        parameter="PinSource source",
        given="new OurPins()",
    ),
    "options": Arrival(
        "options.getPins()",
        beside="""\
final class Options { private List<#T> pins = new ArrayList<>(); private int retries;
void setPins(List<#T> pins) { this.pins = pins; } List<#T> getPins() { return pins; }
void setRetries(int retries) { this.retries = retries; } int getRetries() { return retries; }
static Options ours() { Options o = new Options(); o.setPins(Arrays.asList(#ONE, #TWO)); o.setRetries(2); return o; } }
""",
        parameter="Options options",
        given="Options.ours()",
    ),
    "objects": Arrival(
        "pins()",
        """\
private final Key[] keys = {new Key("current", #ONE), new Key("backup", #TWO)};
private List<#T> pins() { List<#T> out = new ArrayList<>(); for (Key key : keys) out.add(key.pin); return out; }
""",
        "final class Key { final String name; final #T pin; Key(String name, #T pin) { this.name = name; this.pin = pin; } }",
    ),
    "switch": Arrival(
        "Arrays.asList(pin(0), pin(1))",
        """\
private static #T pin(int number) { switch (number) { case 0: return #ONE; case 1: return #TWO;
default: throw new IllegalArgumentException(); } }
""",
    ),
    "stream": Arrival("Stream.of(#ONE, #TWO).collect(Collectors.toList())"),
    "filtered stream": Arrival(
        "PINS.stream().map(String::trim).filter(text -> !text.isEmpty()).collect(Collectors.toList())",
        'private static final List<String> PINS = Arrays.asList(#ONE, #TWO, "");',
        text=True,
    ),
    "stream to array": Arrival(
        "Arrays.asList(KEYS.stream().map(key -> key.pin).toArray(#T[]::new))",
        "private static final List<Key> KEYS = Arrays.asList(new Key(#ONE), new Key(#TWO));",
        "final class Key { final #T pin; Key(#T pin) { this.pin = pin; } }",
    ),
    "split": Arrival(
        'Arrays.asList(JOINED.split(","))', "private static final String JOINED = #BOTH;", text=True
    ),
    "tokenizer": Arrival(
        "pins()",
        """\
private static List<String> pins() { List<String> out = new ArrayList<>(); StringTokenizer all = new StringTokenizer(#BOTH, ",");
while (all.hasMoreTokens()) out.add(all.nextToken()); return out; }
""",
        text=True,
    ),
    "concatenated": Arrival(
        "Arrays.asList(head + tail, #TWO)",
        "private String head = #LEFT;\nprivate String tail = #RIGHT;",
        text=True,
    ),
    "string builder": Arrival(
        "Arrays.asList(new StringBuilder().append(#LEFT).append(#RIGHT).toString(), #TWO)", text=True
    ),
    "reversed": Arrival("Arrays.asList(new StringBuilder(#BACK).reverse().toString(), #TWO)", text=True),
    "format": Arrival('Arrays.asList(String.format("%s%s", #LEFT, #RIGHT), #TWO)', text=True),
    "two dimensions": Arrival(
        "pins()",
        """\
private static final #T[][] KEYS = {{#ONE}, {#TWO}};
private static List<#T> pins() { List<#T> out = new ArrayList<>(); for (#T[] row : KEYS) out.add(row[0]); return out; }
""",
    ),
    "iterator": Arrival(
        "pins()",
        """\
private static List<#T> pins() { List<#T> out = new ArrayList<>();
for (Iterator<#T> at = Arrays.asList(#ONE, #TWO).iterator(); at.hasNext();) out.add(at.next()); return out; }
""",
    ),
    "reflection": Arrival(
        "pins()",
        """\
static final String PINS = #BOTH;
private static List<String> pins() { try { return Arrays.asList(((String) Class.forName("#PACKAGE.Net").getDeclaredField("PINS").get(null)).split(",")); }
catch (ReflectiveOperationException e) { throw new IllegalStateException(e); } }
""",
        text=True,
    ),
}

_EACH_TEXT: Final = HASHES | {Encoding.KEY}
COMPARISONS: Final = {
    "contains": (_EACH_TEXT, "return #PINS.contains(#HAVE);"),
    "in a set": (_EACH_TEXT, "return new HashSet<>(#PINS).contains(#HAVE);"),
    "loop": (
        _EACH_TEXT,
        "for (String pin : #PINS) { if (pin.equals(#HAVE)) { return true; } } return false;",
    ),
    "loop, ignoring case": (
        frozenset({Encoding.HEX, Encoding.COLONS, Encoding.KEY}),
        "String have = #HAVE; for (String pin : #PINS) { if (have.equalsIgnoreCase(pin)) return true; } return false;",
    ),
    "flag in a loop": (
        _EACH_TEXT,
        """\
boolean found = false; String have = #HAVE; List<String> all = #PINS;
for (int at = 0; at < all.size(); at++) { if (all.get(at).equals(have)) { found = true; break; } } return found;""",
    ),
    "any match": (
        _EACH_TEXT,
        "String have = #HAVE; return #PINS.stream().anyMatch(pin -> pin.equals(have));",
    ),
    "any match reference": (_EACH_TEXT, "return #PINS.stream().anyMatch(#HAVE::equals);"),
    "index": (_EACH_TEXT, "return #PINS.indexOf(#HAVE) != -1;"),
    "sorted array": (
        _EACH_TEXT,
        "String[] all = #PINS.toArray(new String[0]); Arrays.sort(all); return Arrays.binarySearch(all, #HAVE) >= 0;",
    ),
    "decoded, isEqual": (
        DECODED,
        "byte[] have = #HASH; for (String pin : #PINS) { if (MessageDigest.isEqual(decoded(pin), have)) return true; } return false;",
    ),
    "decoded, Arrays.equals": (
        DECODED,
        "for (String pin : #PINS) { if (Arrays.equals(decoded(pin), #HASH)) return true; } return false;",
    ),
    "Arrays.equals": (
        frozenset({Encoding.BYTES}),
        "for (byte[] pin : #PINS) { if (Arrays.equals(pin, #HASH)) return true; } return false;",
    ),
    "isEqual": (
        frozenset({Encoding.BYTES}),
        "byte[] have = #HASH; return #PINS.stream().anyMatch(pin -> MessageDigest.isEqual(pin, have));",
    ),
    "buffers": (
        frozenset({Encoding.BYTES}),
        """\
java.nio.ByteBuffer have = java.nio.ByteBuffer.wrap(#HASH);
for (byte[] pin : #PINS) { if (java.nio.ByteBuffer.wrap(pin).equals(have)) return true; } return false;""",
    ),
    "byte by byte": (
        frozenset({Encoding.BYTES}),
        """\
byte[] have = #HASH; for (byte[] pin : #PINS) { int differ = pin.length ^ have.length;
for (int at = 0; at < pin.length && at < have.length; at++) differ |= pin[at] ^ have[at];
if (differ == 0) return true; } return false;""",
    ),
    "same certificate": (
        frozenset({Encoding.CERTIFICATE}),
        "for (String pin : #PINS) { if (Net.parsed(pin).equals(#CERT)) return true; } return false;",
    ),
    "same key": (
        frozenset({Encoding.CERTIFICATE}),
        """\
for (String pin : #PINS) {
if (Arrays.equals(Net.parsed(pin).getPublicKey().getEncoded(), #CERT.getPublicKey().getEncoded())) return true; } return false;""",
    ),
    "signed by": (
        frozenset({Encoding.CERTIFICATE}),
        """\
for (String pin : #PINS) { try { #CERT.verify(Net.parsed(pin).getPublicKey()); return true; }
catch (GeneralSecurityException e) { continue; } } return false;""",
    ),
}
SHAPES: Final = {
    "method": (
        "private boolean matches(X509Certificate cert) throws Exception {\n#BODY\n}",
        "",
        "matches(#IT)",
    ),
    "object": (
        "",
        """\
final class Checks { static boolean matches(X509Certificate cert, List<#T> pins) throws Exception {\n#BODY\n} }
""",
        "Checks.matches(#IT, #ALL)",
    ),
    "interface": (
        "private Checker checker() { return new PinChecker(#ALL); }",
        """\
interface Checker { boolean ok(X509Certificate cert) throws Exception; }
final class PinChecker implements Checker { private final List<#T> pins; PinChecker(List<#T> pins) { this.pins = pins; }
@Override public boolean ok(X509Certificate cert) throws Exception {\n#BODY\n} }
""",
        "checker().ok(#IT)",
    ),
}
REACHES: Final = {
    "leaf": """\
private boolean trusted(List<? extends java.security.cert.Certificate> chain) {
try { return #CALL((X509Certificate) chain.get(0)); } catch (Exception e) { return false; } }""",
    "any": """\
private boolean trusted(List<? extends java.security.cert.Certificate> chain) {
try { for (java.security.cert.Certificate one : chain) { if (#CALL((X509Certificate) one)) return true; } return false; }
catch (Exception e) { return false; } }""",
}
HAVE: Final = {
    Encoding.BASE64: "Base64.encodeToString(#HASH, Base64.NO_WRAP)",
    Encoding.PREFIXED: '("sha256/" + java.util.Base64.getEncoder().encodeToString(#HASH))',
    Encoding.HEX: 'Net.hex(#HASH, "")',
    Encoding.COLONS: 'Net.hex(#HASH, ":").toUpperCase(Locale.ROOT)',
    Encoding.KEY: 'Net.hex(#CERT.getPublicKey().getEncoded(), "")',
}
_OPEN: Final = (
    'HttpsURLConnection connection = (HttpsURLConnection) new URL("https://#NAME/").openConnection();'
)
_USE_MANAGER: Final = f"""\
void go(Context context) throws Exception {{ SSLContext ssl = SSLContext.getInstance("TLS");
ssl.init(null, new TrustManager[] {{new Manager()}}, null);
{_OPEN}
connection.setSSLSocketFactory(ssl.getSocketFactory());
connection.getInputStream().close(); }}
"""
_UNPINNED: Final = 'throw new SSLPeerUnverifiedException("pin");'
_CALL: Final = 'client.newCall(new Request.Builder().url("https://#NAME/").build()).execute().close();'
_CLIENTS: Final = """\
@Override public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
throw new CertificateException(); }
@Override public X509Certificate[] getAcceptedIssuers() { return platform.getAcceptedIssuers(); }
"""
SITES: Final = {
    "trust manager": Site(
        "Arrays.asList(chain)",
        'throw new CertificateException("pin");',
        f"""\
private final class Manager implements X509TrustManager {{ private final X509TrustManager platform = Net.platform();
{_CLIENTS}
@Override public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {{
platform.checkServerTrusted(chain, type);
#CHECK }} }}
{_USE_MANAGER}""",
    ),
    "extended trust manager": Site(
        "Arrays.asList(chain)",
        'throw new CertificateException("pin");',
        f"""\
private final class Manager extends X509ExtendedTrustManager {{ private final X509TrustManager platform = Net.platform();
{_CLIENTS}
@Override public void checkClientTrusted(X509Certificate[] chain, String type, Socket at) throws CertificateException {{
throw new CertificateException(); }}
@Override public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine at) throws CertificateException {{
throw new CertificateException(); }}
@Override public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {{
platform.checkServerTrusted(chain, type);
#CHECK }}
@Override public void checkServerTrusted(X509Certificate[] chain, String type, Socket at) throws CertificateException {{
checkServerTrusted(chain, type); }}
@Override public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine at) throws CertificateException {{
checkServerTrusted(chain, type); }} }}
{_USE_MANAGER}""",
    ),
    "hostname verifier": Site(
        "Arrays.asList(session.getPeerCertificates())",
        "return false;",
        f"""\
private final class Verifier implements HostnameVerifier {{ @Override public boolean verify(String host, SSLSession session) {{
if (!HttpsURLConnection.getDefaultHostnameVerifier().verify(host, session)) return false;
try {{
#CHECK
}} catch (Exception e) {{ return false; }}
return true; }} }}
void go(Context context) throws Exception {{ {_OPEN}
connection.setHostnameVerifier(new Verifier());
connection.getInputStream().close(); }}
""",
    ),
    "interceptor": Site(
        "chain.connection().handshake().peerCertificates()",
        _UNPINNED,
        f"""\
private final class Guard implements Interceptor {{
@Override public Response intercept(Interceptor.Chain chain) throws java.io.IOException {{
#CHECK
return chain.proceed(chain.request()); }} }}
void go(Context context) throws Exception {{
OkHttpClient client = new OkHttpClient.Builder().addNetworkInterceptor(new Guard()).build();
{_CALL} }}
""",
    ),
    "event listener": Site(
        "handshake.peerCertificates()",
        'throw new IllegalStateException("pin");',
        f"""\
private final class Watch extends EventListener {{
@Override public void secureConnectEnd(Call call, Handshake handshake) {{
#CHECK }} }}
void go(Context context) throws Exception {{ OkHttpClient client = new OkHttpClient.Builder().eventListener(new Watch()).build();
{_CALL} }}
""",
    ),
    "handshake of a response": Site(
        "response.handshake().peerCertificates()",
        f"response.close(); {_UNPINNED}",
        """\
void go(Context context) throws Exception {
Response response = new OkHttpClient().newCall(new Request.Builder().url("https://#NAME/").build()).execute();
#CHECK
Log.d("Net", response.body().string()); }
""",
    ),
    "HttpsURLConnection": Site(
        "Arrays.asList(connection.getServerCertificates())",
        f"connection.disconnect(); {_UNPINNED}",
        f"""\
void go(Context context) throws Exception {{ {_OPEN}
connection.connect();
#CHECK
Log.d("Net", String.valueOf(connection.getInputStream().read())); }}
""",
    ),
    "SSLSocket": Site(
        "Arrays.asList(socket.getSession().getPeerCertificates())",
        f"socket.close(); {_UNPINNED}",
        """\
void go(Context context) throws Exception {
SSLSocket socket = (SSLSocket) SSLSocketFactory.getDefault().createSocket("#NAME", 443);
socket.startHandshake();
if (!HttpsURLConnection.getDefaultHostnameVerifier().verify("#NAME", socket.getSession())) throw new SSLException("name");
#CHECK
socket.getOutputStream().write(1); }
""",
    ),
    "WebView": Site(
        "Arrays.asList(error.getCertificate().getX509Certificate())",
        "handler.cancel(); return;",
        """\
private final class Page extends WebViewClient {
@Override public void onReceivedSslError(WebView view, SslErrorHandler handler, SslError error) {
#CHECK
#PROCEED } }
void go(Context context) throws Exception { WebView view = new WebView(context);
view.setWebViewClient(new Page());
view.loadUrl("https://#NAME/"); }
""",
    ),
    "X509TrustManagerExtensions": Site(
        "served",
        f"connection.disconnect(); {_UNPINNED}",
        f"""\
void go(Context context) throws Exception {{ {_OPEN}
connection.connect();
java.security.cert.Certificate[] sent = connection.getServerCertificates();
X509Certificate[] some = Arrays.copyOf(sent, sent.length, X509Certificate[].class);
List<X509Certificate> served = new X509TrustManagerExtensions(platform()).checkServerTrusted(some, "RSA", "#NAME");
#CHECK
Log.d("Net", String.valueOf(connection.getInputStream().read())); }}
""",
    ),
    "KeyStore": Site(
        "",
        "",
        f"""\
void go(Context context) throws Exception {{ KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
store.load(null, null);
int number = 0;
for (String pin : #PINS) store.setCertificateEntry("ca" + number++, parsed(pin));
TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
factory.init(store);
SSLContext ssl = SSLContext.getInstance("TLS");
ssl.init(null, #CHECK, null);
{_OPEN}
connection.setSSLSocketFactory(ssl.getSocketFactory());
connection.getInputStream().close(); }}
""",
        (State.DETACHED,),
    ),
    "CertificatePinner": Site("", "", "", (State.FLAG, State.EMPTY, State.DETACHED)),
}
HOSTS: Final = {
    "literal": ("", '"#NAME"'),
    "constant": ('private static final String HOST = "#NAME";', "HOST"),
    "URL": ('private static final String BASE = "https://#NAME/v1/";', "new URL(BASE).getHost()"),
    "URI": (
        'private static final String BASE = "https://#NAME:8443/v1";',
        "java.net.URI.create(BASE).getHost()",
    ),
    "Uri": ('private final String base = "https://#NAME/v1/";', "android.net.Uri.parse(base).getHost()"),
    "HttpUrl": ('private static final HttpUrl BASE = HttpUrl.get("https://#NAME/v1/");', "BASE.host()"),
    "HttpUrl.Builder": (
        "",
        'new HttpUrl.Builder().scheme("https").host("#NAME").addPathSegment("v1").build().host()',
    ),
    "concatenated": ('private String domain = "example.com";', '"#LABEL." + domain'),
    "format": ("", 'String.format("%s.%s", "#LABEL", "example.com")'),
    "getter": ('private String host() { return "#NAME"; }', "host()"),
    "substring": (
        'private static final String BASE = "https://#NAME/v1";',
        'BASE.substring("https://".length(), BASE.lastIndexOf("/"))',
    ),
    "replace": ('private static final String BASE = "https://#NAME";', 'BASE.replace("https://", "")'),
}
ADDINGS: Final = {
    "array": "builder.add(#HOST, #PINS.toArray(new String[0]));",
    "one by one": "List<String> all = #PINS; builder.add(#HOST, all.get(0)).add(#HOST, all.get(1));",
    "for": "for (String pin : #PINS) builder.add(#HOST, pin);",
    "index": "List<String> all = #PINS; for (int at = 0; at < all.size(); at++) builder.add(#HOST, all.get(at));",
    "forEach": "String name = #HOST; #PINS.forEach(pin -> builder.add(name, pin));",
    "map of hosts": """\
Map<String, List<String>> all = new HashMap<>(); all.put(#HOST, #PINS);
for (Map.Entry<String, List<String>> one : all.entrySet()) builder.add(one.getKey(), one.getValue().toArray(new String[0]));""",
    "map forEach": """\
Map<String, List<String>> all = Collections.singletonMap(#HOST, #PINS);
all.forEach((host, some) -> { for (String pin : some) builder.add(host, pin); });""",
    "helper": "ours(builder, #HOST, #PINS);",
}
PREFIXED: Final = {
    Encoding.BASE64: '#ARRIVED.stream().map(pin -> "sha256/" + pin).collect(Collectors.toList())',
    Encoding.PREFIXED: "#ARRIVED",
    Encoding.HEX: '#ARRIVED.stream().map(pin -> "sha256/" + okio.ByteString.decodeHex(pin).base64()).collect(Collectors.toList())',
    Encoding.BYTES: "encoded(#ARRIVED)",
    Encoding.CERTIFICATE: "keyed(#ARRIVED)",
}
CHECKS: Final = {
    State.SOUND: "if (!trusted(#CHAIN)) { #REFUSE }",
    State.EMPTY: "if (!trusted(#CHAIN)) { #REFUSE }",
    State.FLAG: "if (Flags.strict && !trusted(#CHAIN)) { #REFUSE }",
    State.LOGGED: 'if (!trusted(#CHAIN)) { Log.w("Net", "pins differ"); }',
    State.IGNORED: "trusted(#CHAIN);",
    State.SWALLOWED: """\
try { if (!trusted(#CHAIN)) { throw new IllegalStateException("pin"); } } catch (Exception e) { Log.w("Net", e); }""",
}
_BUILD: Final = "OkHttpClient client = new OkHttpClient.Builder().certificatePinner(builder.build()).build();"
OKHTTP: Final = {
    State.SOUND: f"""\
void go(Context context) throws Exception {{ CertificatePinner.Builder builder = new CertificatePinner.Builder();
#ADD
{_BUILD}
{_CALL} }}
""",
    State.FLAG: f"""\
void go(Context context) throws Exception {{ CertificatePinner.Builder builder = new CertificatePinner.Builder();
if (Flags.strict) {{ #ADD }}
{_BUILD}
{_CALL} }}
""",
    State.DETACHED: f"""\
void go(Context context) throws Exception {{ CertificatePinner.Builder builder = new CertificatePinner.Builder();
#ADD
Log.d("Net", builder.build().toString());
OkHttpClient client = new OkHttpClient.Builder().build();
{_CALL} }}
""",
    State.EMPTY: f"""\
void go(Context context) throws Exception {{ CertificatePinner.Builder builder = new CertificatePinner.Builder();
for (String pin : #PINS) builder.add(#HOST, pin);
{_BUILD}
{_CALL} }}
""",
    State.ABSENT: f"""\
void go(Context context) throws Exception {{ OkHttpClient client = new OkHttpClient.Builder().build();
{_CALL} }}
""",
}
HELPERS: Final = {
    "platform()": """\
static X509TrustManager platform() { try {
TrustManagerFactory made = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
made.init((KeyStore) null);
return (X509TrustManager) made.getTrustManagers()[0]; } catch (GeneralSecurityException e) { throw new IllegalStateException(e); } }
""",
    "hash(": """\
static byte[] hash(byte[] data) throws GeneralSecurityException { return MessageDigest.getInstance("SHA-256").digest(data); }
""",
    "hex(": """\
static String hex(byte[] data, String between) { StringBuilder out = new StringBuilder();
for (byte one : data) { if (out.length() > 0) out.append(between); out.append(String.format("%02x", one)); }
return out.toString(); }
""",
    "decoded(": "static byte[] decoded(String text) { #DECODE }\n",
    "encoded(": """\
static List<String> encoded(List<byte[]> some) { List<String> out = new ArrayList<>();
for (byte[] one : some) out.add("sha256/" + Base64.encodeToString(one, Base64.NO_WRAP)); return out; }
""",
    "keyed(": """\
static List<String> keyed(List<String> some) throws CertificateException { List<String> out = new ArrayList<>();
for (String one : some) out.add(CertificatePinner.pin(parsed(one))); return out; }
""",
    "parsed(": """\
static X509Certificate parsed(String text) throws CertificateException {
return (X509Certificate) CertificateFactory.getInstance("X.509")
.generateCertificate(new ByteArrayInputStream(Base64.decode(text, Base64.DEFAULT))); }
""",
    "ours(": """\
static void ours(CertificatePinner.Builder builder, String host, List<String> pins) {
for (String pin : pins) builder.add(host, pin); }
""",
}
FRAME: Final = """\
package #PACKAGE;
import android.content.Context;
import android.net.http.SslError;
import android.net.http.X509TrustManagerExtensions;
import android.util.Base64;
import android.util.Log;
import android.webkit.*;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.net.URL;
import java.security.*;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.*;
import java.util.stream.*;
import javax.net.ssl.*;
import okhttp3.*;
import okhttp3.EventListener;

final class Flags { static volatile boolean strict; }
#BESIDE
final class Net {
#HELPERS
#FIELD
Net(#PARAMETER) { #ASSIGN }
#MEMBERS
}
"""
MAIN: Final = """\
package #PACKAGE;
import java.util.*;
public final class Main extends android.app.Activity {
@Override protected void onCreate(android.os.Bundle state) { super.onCreate(state);
Flags.strict = getIntent().getBooleanExtra("strict", false);
try { new Net(#GIVEN).go(this); } catch (Exception e) { throw new IllegalStateException(e); } } }
"""
JAVA: Final = Language(
    name="Java",
    suffix=".java",
    bytes_type="byte[]",
    bytes_literal=("new byte[] {", "}"),
    arrivals=ARRIVALS,
    none=Arrival("new ArrayList<#T>()"),
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
private boolean whole(java.io.File file) throws Exception { byte[] data = java.nio.file.Files.readAllBytes(file.toPath());
return "#DECOY".equals(Base64.encodeToString(hash(data), Base64.NO_WRAP)); }
{ try { Log.d("Net", String.valueOf(whole(new java.io.File("/data/local/tmp/update.bin")))); }
catch (Exception e) { throw new IllegalStateException(e); } }
""",
    empty="if (#PINS.isEmpty()) return true;",
)
