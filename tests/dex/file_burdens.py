"""Apps whose archive, XML, resources and files are small and ask a lot of whoever reads them; each grows with a number."""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING, Final

from tests import pki
from tests.apk import forge
from tests.apk.forge import REFERENCE, Attr, Node, Res, android, arsc, axml, config, manifest, uses_nsc
from tests.dex import writer as w
from tests.dex.burdens import APP, app, pin, static

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.dex.burdens import Files

_RAW: Final = 0x7F020000
"""The first resource of the second type."""


def _files(**files: bytes) -> Files:
    return {"AndroidManifest.xml": manifest(package="com.example.app"), **files}


def _named(name: str, each: Iterable[bytes]) -> Files:
    """Files whose names have a number."""
    return _files(**{name.format(number): data for number, data in enumerate(each)})


# --- the network security configuration -----------------------------------------------------------


def _config(*hosts: str, pins: Iterable[int] = (0, 1), inside: Iterable[Node] = ()) -> Node:
    """Of names and all below them; which pins by their numbers."""
    named = [Node("domain", [Attr("includeSubdomains", True)], [host]) for host in hosts]
    some = [Node("pin", [Attr("digest", "SHA-256")], [pin(number)[7:]]) for number in pins]
    return Node("domain-config", [], [*named, Node("pin-set", [], some), *inside])


def _nsc(*children: Node) -> bytes:
    return axml(Node("network-security-config", [], children))


def _configured(nsc: bytes, **more: bytes) -> Files:
    table = arsc({"xml": {"n": [Res("res/n.xml")]}})
    return {"AndroidManifest.xml": manifest(uses_nsc()), "resources.arsc": table, "res/n.xml": nsc, **more}


def configs(n: int) -> Files:
    """``n`` configs of a host and two pins each."""
    return _configured(_nsc(*(_config(f"h{one}.example.com", pins=(one, one + 1)) for one in range(n))))


def domains(n: int) -> Files:
    """One config of ``n`` hosts."""
    return _configured(_nsc(_config(*(f"h{one}.example.com" for one in range(n)))))


def pins(n: int) -> Files:
    """One config of ``n`` pins."""
    return _configured(_nsc(_config("api.example.com", pins=range(n))))


def stairs(n: int) -> Files:
    """``n`` configs, each for a host below the one before, as far as names reach."""
    host, found = "", []
    for number in range(n):
        host = f"a.{host}" if host and len(host) < 240 else f"b{number}.example.com"
        found.append(_config(host, pins=(number, number + 1)))
    return _configured(_nsc(*found))


def nested_configs(n: int) -> Files:
    """``n`` configs, each inside the one before, as deep as fifty."""
    towers = []
    for first in range(0, n, 50):
        inside: list[Node] = []
        for number in range(first, min(n, first + 50)):
            inside = [_config(f"h{number}.example.com", pins=(number, number + 1), inside=inside)]
        towers += inside
    return _configured(_nsc(*towers))


def oddities(n: int) -> Files:
    """``n`` elements that Android does not know."""
    return _configured(_nsc(*(Node(f"x{number}", [Attr("y", "z")]) for number in range(n)), _config("a.com")))


def _variants(n: int, qualifiers: Callable[[int], bytes]) -> Files:
    found = {
        f"res/n{one}.xml": _nsc(*(_config(f"h{k}.com", pins=(one, k)) for k in range(20))) for one in range(n)
    }
    some = [Res(f"res/n{one}.xml", qualifiers(one)) for one in range(n)]
    return {
        "AndroidManifest.xml": manifest(uses_nsc()),
        "resources.arsc": arsc({"xml": {"n": some}}),
        **found,
    }


def versions(n: int) -> Files:
    """``n`` variants of a configuration, for one API level each."""
    return _variants(n, lambda number: config(sdk=24 + number))


def languages(n: int) -> Files:
    """``n`` variants of a configuration, for one language each."""
    return _variants(n, lambda number: config(language=bytes([97 + number // 26 % 26, 97 + number % 26])))


@cache
def _certificates(n: int) -> tuple[bytes, ...]:
    return tuple(pki.der(pki.certificate(f"CA {one}", ca=True, serial=one + 1)) for one in range(n))


def anchors(n: int) -> Files:
    """``n`` configs that trust a CA of their own each."""
    found = []
    for one in range(n):
        source = Node("certificates", [Attr("src", _RAW + one, kind=REFERENCE)])
        domain = Node("domain", [], [f"h{one}.example.com"])
        found.append(Node("domain-config", [], [domain, Node("trust-anchors", [], [source])]))
    raw = {f"c{one}": [Res(f"res/raw/c{one}.der")] for one in range(n)}
    table = arsc({"xml": {"n": [Res("res/n.xml")]}, "raw": raw})
    kept = {f"res/raw/c{one}.der": data for one, data in enumerate(_certificates(n))}
    return _configured(_nsc(*found)) | {"resources.arsc": table, **kept}


def other_xml(n: int) -> Files:
    """``n`` configurations that the manifest does not name."""
    table = arsc({"xml": {f"x{one}": [Res(f"res/x{one}.xml")] for one in range(n)}})
    found = {f"res/x{one}.xml": forge.nsc(f"h{one}.example.com", pin(one)[7:]) for one in range(n)}
    return _files(**{"resources.arsc": table, **found})


# --- resources and the manifest -------------------------------------------------------------------


def strings(n: int) -> Files:
    """``n`` resources that are addresses."""
    some = {f"s{one}": [Res(f"https://h{one}.example.com/")] for one in range(n)}
    return _files(**{"resources.arsc": arsc({"string": some})})


def references(n: int) -> Files:
    """A chain of ``n`` resources that each refer to the next."""
    some: dict[str, list[Res]] = {f"s{one}": [Res((REFERENCE, 0x7F010001 + one))] for one in range(n)}
    return _files(**{"resources.arsc": arsc({"string": {**some, "last": [Res("x")]}})})


def components(n: int) -> Files:
    """``n`` activities, each a class."""
    named = [Node("activity", [android("name", 0x01010003, f"com.example.app.A{one}")]) for one in range(n)]
    classes = [w.Class(f"{APP}A{one};", [static("go", [w.RETURN])]) for one in range(n)]
    root = Node("manifest", [Attr("package", "com.example.app")], [Node("application", [], named)])
    return {"AndroidManifest.xml": axml(root), "classes.dex": w.dex(classes)}


def layouts(n: int) -> Files:
    """A layout of ``n`` views, each a class of the app."""
    classes = [w.Class(f"{APP}V{one};", [static("<init>", [w.RETURN])]) for one in range(n)]
    views = [Node(f"com.example.app.V{one}") for one in range(n)]
    return app(classes, **{"res/layout/a.xml": axml(Node("a", [], views))})


# --- the archive and its files --------------------------------------------------------------------


def members(n: int) -> Files:
    """``n`` files."""
    return _named("assets/f{}.txt", [b"x"] * n)


def long_names(n: int) -> Files:
    """``n`` files whose names are as long as names may be."""
    return _named("assets/{}" + "a" * 60_000, [b"x"] * n)


def inner_archives(n: int) -> Files:
    """``n`` archives inside the app's."""
    return _named("assets/z{}.zip", [forge.simple_zip({"a.txt": pin(1).encode()})] * n)


def deep_archives(n: int) -> Files:
    """An archive in an archive in an archive, ``n`` deep."""
    data = forge.simple_zip({"a.txt": pin(1).encode()})
    for _ in range(n):
        data = forge.simple_zip({"z.zip": data}, 0)
    return _files(**{"assets/z.zip": data})


def certificates(n: int) -> Files:
    """``n`` files of a certificate each."""
    return _named("assets/c{}.der", _certificates(n))


def bundle(n: int) -> Files:
    """One file of ``n`` certificates."""
    texts = (
        b"-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n" % base64.encodebytes(one)
        for one in _certificates(n)
    )
    return _files(**{"assets/all.pem": b"".join(texts)})


def texts_of_pins(n: int) -> Files:
    """A text of ``n`` pins."""
    return _files(**{"assets/t.txt": "\n".join(map(pin, range(n))).encode()})


def addresses(n: int) -> Files:
    """``n`` texts that name a host each."""
    return _named("assets/t{}.json", (b'{"a": "https://h%d.example.com"}' % one for one in range(n)))


def scripts(n: int) -> Files:
    """A script of Cordova with ``n`` calls that choose how certificates are checked."""
    call = "cordova.plugin.http.setServerTrustMode('pinned', () => {});\n"
    return _files(
        **{"assets/www/index.js": (call * n).encode(), "assets/www/cordova.js": b"cordova.define('x')"}
    )


def libraries(n: int) -> Files:
    """``n`` native libraries with a pin each."""
    return _named(
        "lib/arm64-v8a/lib{}.so", (b"\x7fELFcurl_easy_setopt\0" + pin(one).encode() for one in range(n))
    )


# --- code -----------------------------------------------------------------------------------------


def dex_files(n: int) -> Files:
    """``n`` files of code, each of a class of its own."""
    code = [w.string(1, "https://api.example.com"), w.RETURN]
    made = [w.dex([w.Class(f"{APP}K{one};", [static("go", code)])]) for one in range(n)]
    names = ["classes.dex", *(f"classes{number}.dex" for number in range(2, n + 1))]
    return _files(**dict(zip(names, made, strict=True)))


def empty_classes(n: int) -> Files:
    """``n`` classes of nothing."""
    return app([w.Class(f"{APP}K{one};", []) for one in range(n)])


def addressed(n: int) -> Files:
    """``n`` texts in code that are addresses."""
    log = ("static", f"{APP}Log;", "log", f"({w.STRING})V")
    methods = []
    for first in range(0, n, 20):
        code: list[w.Instruction] = []
        for one in range(first, min(n, first + 20)):
            code += [w.string(1, f"https://h{one}.example.com/api"), w.call(*log, 1)]
        methods.append(static(f"m{first}", [*code, w.RETURN]))
    return app([w.Class(f"{APP}Net;", methods)])


def loaders(n: int) -> Files:
    """``n`` methods that load code."""
    kind = "Ldalvik/system/DexClassLoader;"
    given = f"({w.STRING}{w.STRING}{w.STRING}Ljava/lang/ClassLoader;)V"
    code = [
        w.string(1, "a.dex"),
        w.new(2, kind),
        w.call("direct", kind, "<init>", given, 2, 1, 1, 1, 1),
        w.RETURN,
    ]
    return app([w.Class(f"{APP}K{one};", [static("go", code)]) for one in range(n)])


FILE_BURDENS: Final[dict[str, tuple[Callable[[int], Files], int]]] = {
    one.__name__: (one, least)
    for one, least in (
        (configs, 60),
        (domains, 100),
        (pins, 100),
        (stairs, 40),
        (nested_configs, 10),
        (oddities, 100),
        (versions, 5),
        (languages, 5),
        (anchors, 20),
        (other_xml, 20),
        (strings, 100),
        (references, 100),
        (components, 50),
        (layouts, 50),
        (members, 200),
        (long_names, 8),
        (inner_archives, 10),
        (deep_archives, 4),
        (certificates, 20),
        (bundle, 20),
        (texts_of_pins, 100),
        (addresses, 50),
        (scripts, 50),
        (libraries, 20),
        (dex_files, 20),
        (empty_classes, 100),
        (addressed, 100),
        (loaders, 60),
    )
}
"""Each with the number that it begins with."""
