"""Apps that are small and ask a lot of whoever follows their code; each grows with a number."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tests.apk.forge import manifest
from tests.dex import writer as w

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Files = dict[str, bytes]

PINNER: Final = "Lokhttp3/CertificatePinner;"
PINS: Final = "Lokhttp3/CertificatePinner$Builder;"
CLIENT: Final = "Lokhttp3/OkHttpClient;"
BUILDER: Final = "Lokhttp3/OkHttpClient$Builder;"
REQUEST: Final = "Lokhttp3/Request;"
REQUESTS: Final = "Lokhttp3/Request$Builder;"
LIST: Final = "Ljava/util/ArrayList;"
STRINGS: Final = "[Ljava/lang/String;"
BUILDERS: Final = "Ljava/lang/StringBuilder;"
CHAIN: Final = "[Ljava/security/cert/X509Certificate;"
TRUST_MANAGER: Final = "Ljavax/net/ssl/X509TrustManager;"
CONTEXT: Final = "Ljavax/net/ssl/SSLContext;"
APP: Final = "Lcom/example/app/"
CHECK: Final = f"({CHAIN}{w.STRING})V"
ADD: Final = f"({w.STRING}{STRINGS}){PINS}"


def app(classes: Iterable[w.Class], **files: bytes) -> Files:
    """The files of an app of some classes."""
    return {
        "AndroidManifest.xml": manifest(package="com.example.app"),
        "classes.dex": w.dex(classes),
        **files,
    }


def pin(number: int) -> str:
    """A pin like no other."""
    return f"sha256/{number:042d}A="


def made(register: int, kind: str) -> list[w.Instruction]:
    """A new object whose constructor takes nothing."""
    return [w.new(register, kind), w.call("direct", kind, "<init>", "()V", register)]


def pinning(number: int) -> list[w.Instruction]:
    """A pinner for one host in v0, a client with it in v1."""
    return [
        *made(0, PINS),
        w.const(4, 1),
        w.new_array(3, 4, STRINGS),
        w.string(5, pin(number)),
        w.const(4, 0),
        w.put_item(5, 3, 4),
        _host(number),
        w.call("virtual", PINS, "add", ADD, 0, 2, 3),
        w.result(0),
        w.call("virtual", PINS, "build", f"(){PINNER}", 0),
        w.result(0),
        *made(1, BUILDER),
        w.call("virtual", BUILDER, "certificatePinner", f"({PINNER}){BUILDER}", 1, 0),
        w.result(1),
        w.call("virtual", BUILDER, "build", f"(){CLIENT}", 1),
        w.result(1),
    ]


def _host(number: int) -> w.Instruction:
    return w.string(2, f"h{number}.example.com")


def calling(number: int) -> list[w.Instruction]:
    """A call by the client in v1."""
    return [
        *made(6, REQUESTS),
        w.string(7, f"https://h{number}.example.com/"),
        w.call("virtual", REQUESTS, "url", f"({w.STRING}){REQUESTS}", 6, 7),
        w.result(6),
        w.call("virtual", REQUESTS, "build", f"(){REQUEST}", 6),
        w.result(6),
        w.call("virtual", CLIENT, "newCall", f"({REQUEST})Lokhttp3/Call;", 1, 6),
    ]


def static(
    name: str, code: Sequence[w.Instruction | str], descriptor: str = "()V", registers: int = 16
) -> w.Method:
    return w.Method(name, descriptor, code, registers=registers)


# --- OkHttp ---------------------------------------------------------------------------------------


def pinners(n: int) -> Files:
    """``n`` classes, each with a pinner, a client and a call; one method uses all of them."""
    classes = [
        w.Class(
            f"{APP}N{number};",
            [
                static("client", [*pinning(number), w.give(1)], f"(){CLIENT}"),
                static(
                    "go",
                    [
                        w.call("static", f"{APP}N{number};", "client", f"(){CLIENT}"),
                        w.result(1),
                        *calling(number),
                        w.RETURN,
                    ],
                ),
            ],
        )
        for number in range(n)
    ]
    code: list[w.Instruction] = []
    for number in range(n):
        name = f"{APP}N{number};"
        code += [w.call("static", name, "client", f"(){CLIENT}"), w.result(1), *calling(number)]
        code += [w.call("static", name, "go", "()V")]
    return app([*classes, w.Class(f"{APP}Main;", [static("main", [*code, w.RETURN])])])


def one_method(n: int) -> Files:
    """``n`` pinners with their clients and calls in one method."""
    code = [one for number in range(n) for one in (*pinning(number), *calling(number))]
    return app([w.Class(f"{APP}Net;", [static("all", [*code, w.RETURN])])])


def fluent(n: int) -> Files:
    """One pinner that is given ``n`` hosts in one expression: each call is on what the one before returns."""
    code: list[w.Instruction] = made(0, PINS)
    for number in range(n):
        code += pinning(number)[2:10]
    code += [w.call("virtual", PINS, "build", f"(){PINNER}", 0), w.result(0), *made(1, BUILDER)]
    code += [
        w.call("virtual", BUILDER, "certificatePinner", f"({PINNER}){BUILDER}", 1, 0),
        w.result(1),
        w.call("virtual", BUILDER, "build", f"(){CLIENT}", 1),
        w.RETURN,
    ]
    return app([w.Class(f"{APP}Net;", [static("all", code)])])


def clients(n: int) -> Files:
    """One pinner, and ``n`` clients that are each derived from the one before."""
    code: list[w.Instruction] = [*pinning(0)]
    for _ in range(n):
        code += [w.call("virtual", CLIENT, "newBuilder", f"(){BUILDER}", 1), w.result(1)]
        code += [w.call("virtual", BUILDER, "build", f"(){CLIENT}", 1), w.result(1)]
    return app([w.Class(f"{APP}Net;", [static("all", [*code, *calling(0), w.RETURN])])])


def calls(n: int) -> Files:
    """One client in a field, and ``n`` methods that call with it."""
    field = (f"{APP}Net;", "client", CLIENT)
    first = static("<clinit>", [*pinning(0), w.put_static(1, field), w.RETURN])
    users = [
        static(f"m{number}", [w.get_static(1, field), *calling(number), w.RETURN]) for number in range(n)
    ]
    return app([w.Class(f"{APP}Net;", [first, *users], [("client", CLIENT, 0x19)])])


def adders(n: int) -> Files:
    """One builder that a method hands on ``n`` times to a helper with a host and a pin each."""
    net = f"{APP}Net;"
    descriptor = f"({PINS}{w.STRING}{w.STRING})V"
    helper = static(
        "add",
        [
            w.const(4, 1),
            w.new_array(3, 4, STRINGS),
            w.const(4, 0),
            w.put_item(15, 3, 4),
            w.call("virtual", PINS, "add", ADD, 13, 14, 3),
            w.RETURN,
        ],
        descriptor,
    )
    code = made(0, PINS)
    for number in range(n):
        code += [w.string(1, f"h{number}.example.com"), w.string(2, pin(number))]
        code += [w.call("static", net, "add", descriptor, 0, 1, 2)]
    code += [w.call("virtual", PINS, "build", f"(){PINNER}", 0), w.result(0), *made(1, BUILDER)]
    code += [w.call("virtual", BUILDER, "certificatePinner", f"({PINNER}){BUILDER}", 1, 0), w.RETURN]
    return app([w.Class(net, [helper, static("all", code)])])


def callers(n: int) -> Files:
    """A host that is handed through three helpers, each with ``n`` callers (at most 16 are told apart)."""
    net = f"{APP}Net;"
    descriptor = f"(I{w.STRING})V"
    body = [
        *made(0, PINS),
        w.const(4, 1),
        w.new_array(3, 4, STRINGS),
        w.string(5, pin(0)),
        w.const(4, 0),
        w.put_item(5, 3, 4),
        w.call("virtual", PINS, "add", ADD, 0, 15, 3),
        w.RETURN,
    ]
    methods = [static("add", body, descriptor)]
    below = ["add"]
    for depth in range(3):
        above = [f"c{depth}_{number}" for number in range(min(n, 16))]
        for number, name in enumerate(above):
            code: list[w.Instruction] = []
            for one in below:
                if depth == 2:
                    code.append(w.string(15, f"h{number}.example.com"))
                code.append(w.call("static", net, one, descriptor, 14, 15))
            methods.append(static(name, [*code, w.RETURN], descriptor))
        below = above
    return app([w.Class(net, methods)])


def pinned_with(
    build: Sequence[w.Instruction | str],
    *more: w.Class,
    registers: int = 16,
    behind: Sequence[w.Instruction | str] = (),
    catches: Sequence[tuple[int, int, str, str]] = (),
) -> Files:
    """A pinner that is given what some code leaves in v3: an array, or a list, of pins."""
    code: list[w.Instruction | str] = [
        *build,
        *made(0, PINS),
        w.string(2, "api.example.com"),
        w.call("virtual", PINS, "add", ADD, 0, 2, 3),
        w.call("virtual", PINS, "build", f"(){PINNER}", 0),
        w.RETURN,
        *behind,
    ]
    method = w.Method("all", "()V", code, registers=registers, catches=catches)
    return app([w.Class(f"{APP}Net;", [method]), *more])


def _for_hosts(hosts: Iterable[str]) -> Files:
    """A method with a pinner and a client for each of some hosts, whose pins are all different."""
    methods = []
    for number, host in enumerate(hosts):
        body = [w.string(2, host) if one == _host(number) else one for one in pinning(number)]
        methods.append(static(f"m{number}", [*body, w.RETURN]))
    return app([w.Class(f"{APP}Net;", methods)])


def one_host(n: int) -> Files:
    """``n`` pinners of one host."""
    return _for_hosts(["api.example.com"] * n)


def wild_hosts(n: int) -> Files:
    """``n`` pinners of all names below one, and as many of a name below it each."""
    return _for_hosts(["**.example.com"] * n + [f"h{number}.example.com" for number in range(n)])


def long_hosts(n: int) -> Files:
    """``n`` pinners of names with thousands of labels, which are no host's."""
    return _for_hosts(f"h{number}.{'a.' * 2000}com" for number in range(n))


def handed(n: int) -> Files:
    """``n`` methods that pin a host to what they are handed."""
    methods = []
    for number in range(n):
        code = [*made(0, PINS), _host(number), w.call("virtual", PINS, "add", ADD, 0, 2, 15)]
        code += [w.call("virtual", PINS, "build", f"(){PINNER}", 0), w.RETURN]
        methods.append(static(f"m{number}", code, f"({STRINGS})V"))
    return app([w.Class(f"{APP}Net;", methods)])


# --- values ---------------------------------------------------------------------------------------


def nested(n: int) -> Files:
    """Lists of ``n`` lists of ``n`` lists … five deep, each a list of its own that is held ``n`` times."""
    code: list[w.Instruction | str] = [w.string(5, pin(0))]
    for _ in range(5):
        code += made(3, LIST)
        code += [w.call("virtual", LIST, "add", "(Ljava/lang/Object;)Z", 3, 5)] * n
        code += [w.move(5, 3)]
    return pinned_with(code)


def sharing(n: int) -> Files:
    """A chain of ``n`` final fields, each a list that holds the one before twice."""
    data = f"{APP}Data;"
    fields = [(f"f{number:05d}", LIST, 0x19) for number in range(n)]
    code: list[w.Instruction] = [w.string(5, pin(0))]
    for name, kind, _ in fields:
        code += made(3, LIST)
        code += [w.call("virtual", LIST, "add", "(Ljava/lang/Object;)Z", 3, 5)] * 2
        code += [w.put_static(3, (data, name, kind)), w.get_static(5, (data, name, kind))]
    held = w.Class(data, [static("<clinit>", [*code, w.RETURN])], fields)
    return pinned_with([w.get_static(3, (data, fields[-1][0], LIST))], held)


def returned(n: int) -> Files:
    """``n`` methods, each of which returns a list of what the one before returns, four times."""
    data = f"{APP}Data;"
    methods = [static("m0", [*made(0, LIST), w.give(0)], f"(){LIST}")]
    for number in range(1, n + 1):
        code: list[w.Instruction | str] = [*made(0, LIST)]
        for _ in range(4):
            code += [w.call("static", data, f"m{number - 1}", f"(){LIST}"), w.result(1)]
            code += [w.call("virtual", LIST, "add", "(Ljava/lang/Object;)Z", 0, 1)]
        methods.append(static(f"m{number}", [*code, w.give(0)], f"(){LIST}"))
    last = [w.call("static", data, f"m{n}", f"(){LIST}"), w.result(3)]
    return pinned_with(last, w.Class(data, methods))


def doubling(n: int) -> Files:
    """A text that is joined with itself ``n`` times."""
    code: list[w.Instruction | str] = [w.string(3, "sha256/")]
    for _ in range(n):
        code += [w.call("virtual", w.STRING, "concat", f"({w.STRING}){w.STRING}", 3, 3), w.result(3)]
    return pinned_with(code)


def builders(n: int) -> Files:
    """A text builder that is appended to itself ``n`` times, beside what is not known."""
    code: list[w.Instruction | str] = [*made(3, BUILDERS)]
    code += [w.call("static", "Ljava/lang/System;", "lineSeparator", f"(){w.STRING}"), w.result(5)]
    append = ("virtual", BUILDERS, "append", f"(Ljava/lang/CharSequence;){BUILDERS}")
    for _ in range(n):
        code += [w.call(*append, 3, 5), w.call(*append, 3, 3)]
    return pinned_with([*code, w.call("virtual", BUILDERS, "toString", f"(){w.STRING}", 3), w.result(3)])


def branches(n: int) -> Files:
    """A text of ``n`` parts, each of which depends on a branch."""
    code: list[w.Instruction | str] = [*made(3, BUILDERS)]
    for number in range(n):
        code += [
            w.call("static", "Ljava/lang/System;", "nanoTime", "()J"),
            (0x0B | 6 << 8,),
            w.string(5, "a"),
            w.if_zero(6, f"l{number}"),
            w.string(5, "b"),
            f"l{number}",
            w.call("virtual", BUILDERS, "append", f"({w.STRING}){BUILDERS}", 3, 5),
        ]
    return pinned_with([*code, w.call("virtual", BUILDERS, "toString", f"(){w.STRING}", 3), w.result(3)])


def added(n: int) -> Files:
    """One list that ``n`` texts are added to, and that is handed on after each."""
    code: list[w.Instruction | str] = [*made(3, LIST)]
    for number in range(n):
        code += [w.string(5, pin(number)), w.call("virtual", LIST, "add", "(Ljava/lang/Object;)Z", 3, 5)]
        code += [w.call("static", f"{APP}Log;", "log", "(Ljava/util/List;)V", 3)]
    return pinned_with(code)


def arrays(n: int) -> Files:
    """``n`` arrays of four thousand items, each handed on."""
    code: list[w.Instruction | str] = []
    for _ in range(n):
        code += [w.const(4, 4096), w.new_array(3, 4, STRINGS)]
        code += [w.call("static", f"{APP}Log;", "log", f"({STRINGS})V", 3)]
    return pinned_with(code)


# --- methods --------------------------------------------------------------------------------------


def chain(n: int) -> Files:
    """``n`` methods that each return what the next one does."""
    data = f"{APP}Data;"
    methods = [static("m0", [w.string(0, pin(0)), w.give(0)], f"(){w.STRING}")]
    for number in range(1, n + 1):
        code = [w.call("static", data, f"m{number - 1}", f"(){w.STRING}"), w.result(0), w.give(0)]
        methods.append(static(f"m{number}", code, f"(){w.STRING}"))
    return pinned_with(
        [w.call("static", data, f"m{n}", f"(){w.STRING}"), w.result(3)], w.Class(data, methods)
    )


def wide(n: int) -> Files:
    """Methods that put together what ``n`` others return, three deep."""
    data = f"{APP}Data;"
    names, methods = ["leaf"], [static("leaf", [w.string(0, "x"), w.give(0)], f"(){w.STRING}")]
    for depth in range(3):
        below, names = names, [f"d{depth}_{number}" for number in range(n)]
        for name in names:
            code = made(0, BUILDERS)
            for one in below:
                code += [w.call("static", data, one, f"(){w.STRING}"), w.result(1)]
                code += [w.call("virtual", BUILDERS, "append", f"({w.STRING}){BUILDERS}", 0, 1)]
            code += [w.call("virtual", BUILDERS, "toString", f"(){w.STRING}", 0), w.result(0), w.give(0)]
            methods.append(static(name, code, f"(){w.STRING}"))
    return pinned_with(
        [w.call("static", data, names[0], f"(){w.STRING}"), w.result(3)], w.Class(data, methods)
    )


def constants(n: int) -> Files:
    """``n`` static fields that one initialiser fills by a helper each, and ``n`` pinners of them."""
    data = f"{APP}Data;"
    fields = [(f"f{number:05d}", w.STRING, 0x19) for number in range(n)]
    descriptor = f"({w.STRING}){w.STRING}"
    code: list[w.Instruction] = []
    for number, (name, kind, _) in enumerate(fields):
        code += [w.string(0, f"h{number}.example.com"), w.call("static", data, "same", descriptor, 0)]
        code += [w.result(0), w.put_static(0, (data, name, kind))]
    held = w.Class(
        data, [static("<clinit>", [*code, w.RETURN]), static("same", [w.give(15)], descriptor)], fields
    )
    nets = []
    for number, (name, kind, _) in enumerate(fields):
        body = pinning(number)
        body = [w.get_static(2, (data, name, kind)) if one == _host(number) else one for one in body]
        nets.append(static(f"n{number}", [*body, w.RETURN]))
    return app([held, w.Class(f"{APP}Net;", nets)])


def switches(n: int) -> Files:
    """A switch of ``n`` targets, each of which makes a text; all of them meet again."""
    labels = [f"l{number}" for number in range(n)]
    jump, table = w.switch(4, labels)
    code: list[w.Instruction | str] = [w.const(4, 0), w.string(3, "x"), *jump, w.goto("end")]
    for number, label in enumerate(labels):
        code += [label, w.string(3, pin(number)), w.goto("end")]
    return pinned_with([*code, "end"], behind=table)


def handlers(n: int) -> Files:
    """``n`` calls, each inside the range of ``n`` handlers."""
    calls = [w.call("static", f"{APP}Log;", "log", "()V")] * n
    catches = [(0, 3 * n, "Ljava/lang/RuntimeException;", "end")] * n
    return pinned_with([*calls, w.string(3, pin(0)), "end"], catches=catches)


def registers(n: int) -> Files:
    """``n`` branches in a method of sixty thousand registers."""
    code: list[w.Instruction | str] = []
    for number in range(n):
        code += [w.const(4, number), w.if_zero(4, f"l{number}"), w.string(3, pin(number)), f"l{number}"]
    return pinned_with(code, registers=60_000)


def iterators(n: int) -> Files:
    """A list that is put into a list, by way of an iterator, ``n`` times."""
    code: list[w.Instruction | str] = [w.string(5, pin(0))]
    for _ in range(n):
        code += made(3, LIST)
        code += [w.call("virtual", LIST, "add", "(Ljava/lang/Object;)Z", 3, 5)]
        code += [w.call("virtual", LIST, "iterator", "()Ljava/util/Iterator;", 3), w.result(5)]
    return pinned_with([*code, w.move(3, 5)])


def items(n: int) -> Files:
    """An item of an item of an item ``n`` times, of an array that nobody knows."""
    code: list[w.Instruction | str] = [
        w.call("static", "Ljava/lang/System;", "arrays", "()[Ljava/lang/Object;"),
        w.result(3),
        w.const(4, 0),
    ]
    return pinned_with([*code, *[w.get_item(3, 3, 4)] * n])


def texts(n: int) -> Files:
    """A text of sixty thousand letters that is changed ``n`` times."""
    code: list[w.Instruction | str] = [w.string(3, "sha256/" + "aB" * 30_000)]
    for number in range(n):
        name = "toLowerCase" if number % 2 else "toUpperCase"
        code += [w.call("virtual", w.STRING, name, f"(){w.STRING}", 3), w.result(3)]
    return pinned_with(code)


def replaced(n: int) -> Files:
    """A text of which each letter is replaced by ``n`` letters, five times."""
    kinds = "(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;"
    code: list[w.Instruction | str] = [w.string(3, "a"), w.string(4, "a"), w.string(5, "a" * n)]
    for _ in range(5):
        code += [w.call("virtual", w.STRING, "replace", kinds, 3, 4, 5), w.result(3)]
    return pinned_with(code)


def searches(n: int) -> Files:
    """``n`` fields that anything may write, and as many pinners for what is in them: each is a search of all code."""
    data = f"{APP}Data;"
    fields = [(f"f{number:05d}", w.STRING, 0x9) for number in range(n)]
    nets = []
    for number, (name, kind, _) in enumerate(fields):
        set_it = [w.string(0, f"h{number}.example.com"), w.put_static(0, (data, name, kind)), w.RETURN]
        body = [
            w.get_static(2, (data, name, kind)) if one == _host(number) else one for one in pinning(number)
        ]
        nets += [static(f"s{number}", set_it), static(f"n{number}", [*body, w.RETURN])]
    return app([w.Class(data, (), fields), w.Class(f"{APP}Net;", nets)])


def sockets(n: int) -> Files:
    """``n`` sockets of one method, each talked through."""
    factory, socket = "Ljavax/net/ssl/SSLSocketFactory;", "Ljava/net/Socket;"
    code: list[w.Instruction] = []
    for _ in range(n):
        code += [
            w.string(1, "api.example.com"),
            w.const(2, 443),
            w.call("virtual", factory, "createSocket", f"({w.STRING}I){socket}", 15, 1, 2),
            w.result(3),
            w.call("virtual", socket, "getOutputStream", "()Ljava/io/OutputStream;", 3),
        ]
    return app([w.Class(f"{APP}Net;", [static("all", [*code, w.RETURN], f"({factory})V")])])


# --- classes --------------------------------------------------------------------------------------


def managers(n: int) -> Files:
    """``n`` trust managers that accept everything."""
    return app(
        w.Class(
            f"{APP}T{number};",
            [w.Method("checkServerTrusted", CHECK, [w.RETURN], w.PUBLIC)],
            interfaces=(TRUST_MANAGER,),
        )
        for number in range(n)
    )


def verifiers(n: int) -> Files:
    """``n`` verifiers of host names that accept everything."""
    kind, session = "Ljavax/net/ssl/HostnameVerifier;", "Ljavax/net/ssl/SSLSession;"
    code = [w.const(0, 1), (0x0F,)]
    return app(
        w.Class(
            f"{APP}V{number};",
            [w.Method("verify", f"({w.STRING}{session})Z", code, w.PUBLIC)],
            interfaces=(kind,),
        )
        for number in range(n)
    )


def web_clients(n: int) -> Files:
    """``n`` clients of WebViews that go on after every error."""
    web, handler = "Landroid/webkit/WebView;", "Landroid/webkit/SslErrorHandler;"
    code = [w.call("virtual", handler, "proceed", "()V", 14), w.RETURN]
    given = f"({web}{handler}Landroid/net/http/SslError;)V"
    return app(
        w.Class(
            f"{APP}W{number};",
            [w.Method("onReceivedSslError", given, code, w.PUBLIC)],
            super_class="Landroid/webkit/WebViewClient;",
        )
        for number in range(n)
    )


def comparing(n: int) -> Files:
    """``n`` trust managers that compare the server's key with a pin of their own."""
    certificate, key = "Ljava/security/cert/X509Certificate;", "Ljava/security/PublicKey;"
    refusal = "Ljava/security/cert/CertificateException;"
    classes = []
    for number in range(n):
        code: list[w.Instruction | str] = [w.const(1, 0), w.get_item(1, 14, 1)]
        code += [w.call("virtual", certificate, "getPublicKey", f"(){key}", 1), w.result(1)]
        code += [w.call("interface", key, "getEncoded", "()[B", 1), w.result(1), w.string(2, pin(number))]
        code += [w.call("virtual", w.STRING, "equals", "(Ljava/lang/Object;)Z", 2, 1), w.result(0)]
        code += [w.if_zero(0, "bad"), w.RETURN, "bad", *made(3, refusal), w.throw(3)]
        check = w.Method("checkServerTrusted", CHECK, code, w.PUBLIC)
        classes.append(w.Class(f"{APP}T{number};", [check], interfaces=(TRUST_MANAGER,)))
    return app(classes)


def _maze(n: int, number: int, registers: int = 16) -> w.Class:
    """A trust manager with 2 to the power of ``n`` ways through it."""
    code: list[w.Instruction | str] = []
    for place in range(n):
        code += [
            w.string(0, f"setting{place}"),
            w.call("static", "Ljava/lang/Boolean;", "getBoolean", f"({w.STRING})Z", 0),
            (0x0A,),
            w.if_zero(0, f"l{place}"),
            w.call("static", "Ljava/lang/System;", "gc", "()V"),
            f"l{place}",
        ]
    check = w.Method("checkServerTrusted", CHECK, [*code, w.RETURN], w.PUBLIC, registers)
    return w.Class(f"{APP}T{number};", [check], interfaces=(TRUST_MANAGER,))


def paths(n: int) -> Files:
    """A trust manager with 2 to the power of ``n`` ways through it."""
    return app([_maze(n, 0)])


def mazes(n: int) -> Files:
    """``n`` trust managers with 65,536 ways through each."""
    return app(_maze(16, number) for number in range(n))


def broad(n: int) -> Files:
    """``n`` trust managers whose methods have sixty thousand registers."""
    return app(_maze(16, number, 60_000) for number in range(n))


def overloads(n: int) -> Files:
    """A trust manager with ``n`` forms of its check."""
    kinds = [f"{APP}K{number};" for number in range(n)]
    forms = [
        w.Method("checkServerTrusted", f"({CHAIN}{w.STRING}{kind})V", [w.RETURN], w.PUBLIC) for kind in kinds
    ]
    return app([w.Class(f"{APP}T;", forms, interfaces=(TRUST_MANAGER,))])


def heirs(n: int) -> Files:
    """A chain of ``n`` classes that each extend the one before; the first is a trust manager."""
    names = [f"{APP}T{number};" for number in range(n)]
    check = w.Method("checkServerTrusted", CHECK, [w.RETURN], w.PUBLIC)
    other = w.Method("other", "()V", [w.RETURN], w.PUBLIC)
    first = w.Class(names[0], [check, other], interfaces=(TRUST_MANAGER,))
    rest = [
        w.Class(name, [other, w.Method("more", "()V", [w.RETURN], w.PUBLIC)], super_class=above)
        for above, name in pairwise(names)
    ]
    return app([first, *rest])


def implementers(n: int) -> Files:
    """``n`` classes that each implement the same ``n`` interfaces."""
    kinds = (*(f"{APP}I{number};" for number in range(n)), TRUST_MANAGER)
    check = w.Method("checkServerTrusted", CHECK, [w.RETURN], w.PUBLIC)
    return app(w.Class(f"{APP}T{number};", [check], interfaces=kinds) for number in range(n))


def reaching(n: int) -> Files:
    """``n`` methods with a pinner, called by one that ``8 n`` others call."""
    net, hub = f"{APP}Net;", f"{APP}Hub;"
    pinning_methods = [static(f"m{number}", [*pinning(number), w.RETURN]) for number in range(n)]
    code = [w.call("static", net, f"m{number}", "()V") for number in range(n)]
    callers = [
        w.Class(f"{APP}C{number};", [static("go", [w.call("static", hub, "all", "()V"), w.RETURN])])
        for number in range(8 * n)
    ]
    return app([w.Class(net, pinning_methods), w.Class(hub, [static("all", [*code, w.RETURN])]), *callers])


def contexts(n: int) -> Files:
    """``n`` calls that install one trust manager, which comes from a chain of helpers."""
    manager = f"{APP}T;"
    check = w.Method("checkServerTrusted", CHECK, [w.RETURN], w.PUBLIC)
    init = w.Method("<init>", "()V", [w.RETURN], w.PUBLIC)
    trusting = w.Class(manager, [check, init], interfaces=(TRUST_MANAGER,))
    given = "([Ljavax/net/ssl/KeyManager;[Ljavax/net/ssl/TrustManager;Ljava/security/SecureRandom;)V"
    code: list[w.Instruction] = []
    for _ in range(n):
        code += [
            w.string(0, "TLS"),
            w.call("static", CONTEXT, "getInstance", f"({w.STRING}){CONTEXT}", 0),
            w.result(0),
            w.const(1, 1),
            w.new_array(2, 1, "[Ljavax/net/ssl/TrustManager;"),
            *made(3, manager),
            w.const(1, 0),
            w.put_item(3, 2, 1),
            w.call("virtual", CONTEXT, "init", given, 0, 1, 2, 1),
        ]
    return app([trusting, w.Class(f"{APP}Net;", [static("all", [*code, w.RETURN])])])


def stores(n: int) -> Files:
    """``n`` trust managers of key stores that are filled from an asset."""
    store, factory = "Ljava/security/KeyStore;", "Ljavax/net/ssl/TrustManagerFactory;"
    stream, assets = "Ljava/io/InputStream;", "Landroid/content/res/AssetManager;"
    code: list[w.Instruction] = []
    for _ in range(n):
        code += [
            w.string(0, "BKS"),
            w.call("static", store, "getInstance", f"({w.STRING}){store}", 0),
            w.result(1),
            w.string(2, "ca.bks"),
            w.call("virtual", assets, "open", f"({w.STRING}){stream}", 15, 2),
            w.result(2),
            w.const(3, 0),
            w.call("virtual", store, "load", f"({stream}[C)V", 1, 2, 3),
            w.call("static", factory, "getInstance", f"({w.STRING}){factory}", 0),
            w.result(4),
            w.call("virtual", factory, "init", f"({store})V", 4, 1),
        ]
    return app([w.Class(f"{APP}Net;", [static("all", [*code, w.RETURN], f"({assets})V")])])


def copies(n: int) -> Files:
    """``n`` files with the same forty trust managers and pinners; Android takes the first."""
    files = managers(40)
    pinned = pinners(40)
    names = ["classes.dex", *(f"classes{number}.dex" for number in range(2, 2 * n + 1))]
    dexes = [one["classes.dex"] for _ in range(n) for one in (files, pinned)]
    return {**files, **dict(zip(names, dexes, strict=True))}


BURDENS: Final[dict[str, tuple[Callable[[int], Files], int]]] = {
    one.__name__: (one, least)
    for one, least in (
        (pinners, 60),
        (one_method, 60),
        (fluent, 60),
        (clients, 60),
        (calls, 60),
        (adders, 60),
        (callers, 2),
        (one_host, 60),
        (wild_hosts, 30),
        (long_hosts, 8),
        (handed, 60),
        (nested, 8),
        (sharing, 8),
        (returned, 4),
        (doubling, 20),
        (builders, 20),
        (branches, 20),
        (added, 250),
        (arrays, 20),
        (chain, 100),
        (wide, 6),
        (constants, 60),
        (switches, 250),
        (handlers, 60),
        (registers, 20),
        (iterators, 20),
        (items, 100),
        (texts, 60),
        (replaced, 5),
        (searches, 30),
        (sockets, 60),
        (managers, 100),
        (verifiers, 100),
        (web_clients, 60),
        (comparing, 60),
        (paths, 5),
        (mazes, 12),
        (broad, 10),
        (overloads, 100),
        (heirs, 100),
        (implementers, 50),
        (reaching, 30),
        (contexts, 60),
        (stores, 30),
        (copies, 5),
    )
}
"""Each with the number that it begins with."""
