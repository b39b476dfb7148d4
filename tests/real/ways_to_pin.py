"""Thirty-one ways in which Kotlin hands pins to OkHttp: what stands in a class, and what builds its pinner.

HOST, A, B and AB are a host, two pins, and both pins in one text.
"""

from __future__ import annotations

from typing import Final

A: Final = "sha256/OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c="
B: Final = "sha256/qhxcigFVtf7yBCQe/jlYT7pUFM0YzXEKsB9NFmBQo4k="
WAYS: Final[dict[str, tuple[str, str]]] = {
    "dataparam": (
        "data class Cfg(val host: String)\nclass F(private val c: Cfg) { fun p() = CertificatePinner.Builder().add(c.host, A, B).build() }",
        'F(Cfg("HOST")).p()',
    ),
    "datadefault": (
        'data class Cfg(val flag: Boolean, val host: String = "HOST")\nclass F(private val c: Cfg) { fun p() = CertificatePinner.Builder().add(c.host, A, B).build() }',
        "F(Cfg(flag())).p()",
    ),
    "defaultarg": (
        'fun p(n: Int, host: String = "HOST") = CertificatePinner.Builder().add(host, A, B).build()',
        "p(1)",
    ),
    "defaultctor": (
        'class F(val n: Int, private val host: String = "HOST") { fun p() = CertificatePinner.Builder().add(host, A, B).build() }',
        "F(2).p()",
    ),
    "sealedobj": (
        'sealed class E(val host: String) { object Prod : E("HOST"); object Stg : E("stg") }\nfun p(e: E) = CertificatePinner.Builder().add(e.host, A, B).build()',
        "p(E.Prod)",
    ),
    "sealedset": (
        'sealed class E(val host: String, val pins: Set<String>) { object Prod : E("HOST", setOf(A, B)) }\nfun p(e: E) = CertificatePinner.Builder().apply { e.pins.forEach { add(e.host, it) } }.build()',
        "p(E.Prod)",
    ),
    "sealedurl": (
        'sealed class E(val url: String) { object Prod : E("https://HOST/") }\nfun p(e: E) = CertificatePinner.Builder().add(e.url.toHttpUrl().host, A, B).build()',
        "p(E.Prod)",
    ),
    "flatmap": (
        'val m = mapOf("HOST" to listOf(A, B))',
        "m.flatMap { (h, ps) -> ps.map { h to it } }.fold(CertificatePinner.Builder()) { b, (h, p) -> b.add(h, p) }.build()",
    ),
    "flatmapfor": (
        'val m = mapOf("HOST" to listOf(A, B))',
        "CertificatePinner.Builder().apply { for ((h, p) in m.flatMap { (h, ps) -> ps.map { h to it } }) add(h, p) }.build()",
    ),
    "foldpairs": (
        'val m = listOf("HOST" to A, "HOST" to B)',
        "m.fold(CertificatePinner.Builder()) { b, (h, p) -> b.add(h, p) }.build()",
    ),
    "mappairs": (
        "val m = listOf(A, B)",
        'CertificatePinner.Builder().apply { m.map { "HOST" to it }.forEach { (h, p) -> add(h, p) } }.build()',
    ),
    "filtered": (
        'val m = listOf(A, B, "x")',
        'CertificatePinner.Builder().add("HOST", *m.filter { it.startsWith("sha256/") }.toTypedArray()).build()',
    ),
    "mapref": (
        "data class D(val pin: String)\nval m = listOf(D(A), D(B))",
        'CertificatePinner.Builder().add("HOST", *m.map(D::pin).toTypedArray()).build()',
    ),
    "maplambda": (
        "data class D(val pin: String)\nval m = listOf(D(A), D(B))",
        'CertificatePinner.Builder().add("HOST", *m.map { it.pin }.toTypedArray()).build()',
    ),
    "enumgetter": (
        'enum class P(val k: String) { X(A.removePrefix("sha256/")), Y(B.removePrefix("sha256/")); val asPin: String get() = "sha256/$k" }',
        'CertificatePinner.Builder().add("HOST", *P.entries.map { it.asPin }.toTypedArray()).build()',
    ),
    "zip": (
        "",
        'CertificatePinner.Builder().apply { listOf("HOST", "HOST").zip(listOf(A, B)) { h, p -> h to p }.forEach { (h, p) -> add(h, p) } }.build()',
    ),
    "zipplain": (
        "",
        'CertificatePinner.Builder().apply { listOf("HOST", "HOST").zip(listOf(A, B)).forEach { (h, p) -> add(h, p) } }.build()',
    ),
    "groupby": (
        'data class D(val h: String, val pin: String)\nval m = listOf(D("HOST", A), D("HOST", B))',
        "CertificatePinner.Builder().apply { m.groupBy({ it.h }, { it.pin }).forEach { (h, ps) -> add(h, *ps.toTypedArray()) } }.build()",
    ),
    "abstractprop": (
        'abstract class X { abstract val host: String; fun p() = CertificatePinner.Builder().add(host, A, B).build() }\nclass Y : X() { override val host = "HOST" }',
        "Y().p()",
    ),
    "interfaceprop": (
        'interface X { val host: String }\nobject Y : X { override val host get() = "HOST" }\nclass Z(val x: X) { fun p() = CertificatePinner.Builder().add(x.host, A, B).build() }',
        "Z(Y).p()",
    ),
    "varfield": (
        'class O { var host: String = ""; var pins = mutableListOf<String>() }\nfun p(o: O) = CertificatePinner.Builder().apply { o.pins.forEach { add(o.host, it) } }.build()',
        'p(O().apply { host = "HOST"; pins.add(A); pins.add(B) })',
    ),
    "ownbuilder": (
        "class Bu { private val m = LinkedHashMap<String, MutableList<String>>(); fun pin(h: String, vararg p: String) = apply { m.getOrPut(h) { mutableListOf() }.addAll(p) }\nfun build(): CertificatePinner { val b = CertificatePinner.Builder(); for ((h, ps) in m) for (p in ps) b.add(h, p); return b.build() } }",
        'Bu().pin("HOST", A, B).build()',
    ),
    "ownbuilderlist": (
        'class Bu { private val l = ArrayList<String>(); fun pin(p: String) = apply { l.add(p) }\nfun build() = CertificatePinner.Builder().add("HOST", *l.toTypedArray()).build() }',
        "Bu().pin(A).pin(B).build()",
    ),
    "lambdaprovider": (
        'fun p(pins: () -> List<String>) = CertificatePinner.Builder().add("HOST", *pins().toTypedArray()).build()',
        "p { listOf(A, B) }",
    ),
    "splitconst": (
        "const val S = AB",
        'CertificatePinner.Builder().apply { S.split(",").forEach { add("HOST", it) } }.build()',
    ),
    "splitconsttrim": (
        "const val S = AB",
        'CertificatePinner.Builder().apply { S.split(",").map(String::trim).filter { it.isNotEmpty() }.forEach { add("HOST", it) } }.build()',
    ),
    "whenenv": (
        'fun host(n: String) = when (n) { "prod" -> "HOST"; "stg" -> "stg.example.org"; else -> error("x") }',
        'CertificatePinner.Builder().add(host("prod"), A, B).build()',
    ),
    "sequence": (
        "",
        'CertificatePinner.Builder().also { b -> sequenceOf(A, B).map { it.trim() }.forEach { b.add("HOST", it) } }.build()',
    ),
    "buildlist": (
        "",
        'CertificatePinner.Builder().add("HOST", *buildList { add(A); addAll(listOf(B)) }.toTypedArray()).build()',
    ),
    "generic": (
        "class S<T>(val p: T)\nfun <T> make(h: String, vararg k: String, f: (CertificatePinner) -> T): S<T> = S(f(CertificatePinner.Builder().add(h, *k).build()))",
        'make("HOST", A, B) { it }.p',
    ),
    "crossobj": (
        'object Keys { val all = arrayOf(A, B) }\nobject Hosts { val api: String by lazy { "HOST" } }',
        "CertificatePinner.Builder().add(Hosts.api, *Keys.all).build()",
    ),
}


def source() -> str:
    """One file with a class for each way, whose client has the pinner; the host is the name of the way."""
    text = f"""\
import okhttp3.CertificatePinner
import okhttp3.HttpUrl.Companion.toHttpUrl
import okhttp3.OkHttpClient
const val A = "{A}"
const val B = "{B}"
fun flag() = System.nanoTime() > 5
internal fun use(pinner: CertificatePinner): OkHttpClient = OkHttpClient.Builder().certificatePinner(pinner).build()
"""
    for name, (declared, pinner) in WAYS.items():
        host = f"{name}.example.com"
        both = f'"{A},{B}"' if name == "splitconst" else f'"{A}, {B}"'
        own = declared.replace("= AB", f"= {both}").replace("HOST", host)
        if own.startswith("const"):
            own = f"companion object {{ {own} }}"
        text += (
            f"class W{name} {{\n{own}\nfun client(): OkHttpClient = use({pinner.replace('HOST', host)})\n}}\n"
        )
    return text
