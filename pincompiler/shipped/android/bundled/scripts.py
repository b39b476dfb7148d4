"""Whom the scripts of a Cordova or Capacitor app have its requests trust.

Read were cordova-plugin-http 1.2.0 and cordova-plugin-advanced-http 1.11.1, 2.0.1, 2.5.1 and 3.3.1:

* ``setServerTrustMode``, before 3.0 also ``setSSLCertMode``: ``nocheck`` accepts every certificate for every host,
  ``pinned`` only chains to a ``.cer`` file of ``www/certificates``, ``legacy`` the system's CAs and no user's.
* ``acceptAllCerts(true)`` and ``enableSSLPinning(true)`` before 2.0; the latter takes ``.cer`` files of ``assets``, too.
* ``validateDomainName(false)`` before 1.6.2.

cordova-plugin-sslcertificatechecker 6.0.0 compares fingerprints on a connection of its own, and ends it.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from pincompiler.android.apk import MemberError
from pincompiler.base.bounds import SCRIPT_BYTES, SCRIPT_CALLS, SCRIPTS, shortened
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.facts.bundled import ScriptTrust, Trusts
from pincompiler.facts.common import Mechanism

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pincompiler.base.location import Location
    from pincompiler.shipped.android.source import Source

    Reader = Callable[[Source, Location, re.Match[bytes]], Iterator[ScriptTrust]]

_HTTP: Final = (
    "Lcom/silkimen/cordovahttp/CordovaHttpPlugin;",
    "Lcom/synconset/cordovahttp/CordovaHttpPlugin;",
    "Lcom/synconset/CordovaHTTP/CordovaHttpPlugin;",
)
"""Cordova makes plugins by the names that res/xml/config.xml has, so that no shrinker renames them."""
_CHECKER: Final = ("Lnl/xservices/plugins/SSLCertificateChecker;",)
_SCRIPT: Final = lazy_regex(r"(?:base/)?assets/(?:www|public)/(?!plugins/).*\.(?:[cm]?js|html?)")
"""The plugins' own scripts, in ``plugins``, define the calls and do not make them."""
_MODES: Final = {
    **dict.fromkeys(("default", "legacy"), Trusts.SYSTEM),
    "nocheck": Trusts.EVERYBODY,
    "pinned": Trusts.CERTIFICATES,
}
_YES: Final = {"true": True, "!0": True, "false": False, "!1": False}
_SWITCHES: Final = {
    "acceptAllCerts": (Trusts.SYSTEM, Trusts.EVERYBODY),
    "enableSSLPinning": (Trusts.SYSTEM, Trusts.CERTIFICATES),
    "validateDomainName": (Trusts.ANY_NAME, Trusts.SYSTEM),
}
"""What each does with false, and with true."""
_NAMES: Final = ("setServerTrustMode", "setSSLCertMode", *_SWITCHES)
_CALL: Final = lazy_regex(
    # http.name(…), http["name"](…), http.name?.(…), and cordova.exec(…, "name", […]).
    rb"(?<![\w$])(" + "|".join(_NAMES).encode() + rb")(?:['\"`]?\]?\s*(?:\?\.)?\(|['\"`]\s*,\s*\[)"
)
_CHECK: Final = lazy_regex(
    rb"(?<![\w$])sslCertificateChecker['\"`]?\]?\s*\??\.?\s*\[?['\"`]?check['\"`]?\]?\s*\("
)
_LITERAL: Final = r"""'[^'\n]*'|"[^"\n]*"|`[^`]*`|!0|!1|\btrue\b|\bfalse\b"""
_LABEL: Final = lazy_regex(r"(?:[\w$]+\s*\??\.\s*)*([\w$]+)")
_DEFINED: Final = lazy_regex(rb"\s*\{")
_ARGUMENT_BYTES: Final = 400
"""What a call's first argument is looked for in: a mode, or a choice of two."""


def collect(source: Source) -> tuple[ScriptTrust, ...]:
    """Every choice in a script of an app that has one of the plugins."""
    plugins = ((_HTTP, _CALL, _made), (_CHECKER, _CHECK, _checked))
    there = [(call, read) for names, call, read in plugins if any(map(source.program.class_def, names))]
    found = tuple(islice(_choices(source, there), SCRIPT_CALLS.limit + 1)) if there else ()
    return source.bounded(found, SCRIPT_CALLS.limit, "calls that set whom scripts trust", Mechanism.HYBRID)


def _choices(source: Source, plugins: Iterable[tuple[re.Pattern[bytes], Reader]]) -> Iterator[ScriptTrust]:
    scripts = [member for member in source.package.members() if _SCRIPT.fullmatch(member.rpartition("!")[2])]
    for member in source.bounded(scripts, SCRIPTS.limit, "scripts", Mechanism.HYBRID):
        try:
            text = source.package.read(member, SCRIPT_BYTES.limit)
        except MemberError as error:
            source.doubt(member, error.why, Mechanism.HYBRID)
            continue
        for pattern, read in plugins:
            for call in pattern.finditer(text):
                yield from read(source, source.member(member, text.count(b"\n", 0, call.start()) + 1), call)


def _checked(_source: Source, where: Location, _call: re.Match[bytes]) -> Iterator[ScriptTrust]:
    yield ScriptTrust("sslCertificateChecker.check", Trusts.APART, where)


def _made(source: Source, where: Location, call: re.Match[bytes]) -> Iterator[ScriptTrust]:
    """What one call sets: each mode that it may be given; one that is not known is a doubt."""
    name, text = call[1].decode("ascii"), call.string
    argument, end = _first_argument(text, call.end())
    if _DEFINED.match(text, end):  # ``acceptAllCerts(e) {``: a method of that name
        return
    values = _values(argument, text)
    known = dict.fromkeys(one for value in values if (one := _trusts(name, value)))
    if argument and not known:
        why = f"sets by {name}({shortened(argument)}) whom the app's requests trust, which was not followed"
        source.doubt(f"{where.member}:{where.span.line if where.span else 1}", why, Mechanism.HYBRID)
    for trusts in known:
        shown = next(value for value in values if _trusts(name, value) is trusts)
        said = f"'{shown}'" if name not in _SWITCHES else str(_YES[shown]).lower()
        files = _certificates(source, name) if trusts is Trusts.CERTIFICATES else ()
        yield ScriptTrust(f"{name}({said})", trusts, where, files)


def _trusts(name: str, value: str) -> Trusts | None:
    """What a call with a value does; None if the value is none that it takes."""
    if name in _SWITCHES:
        return _SWITCHES[name][_YES[value]] if value in _YES else None
    return _MODES.get(value)


def _first_argument(text: bytes, start: int) -> tuple[str, int]:
    """The text of a call's first argument, and where its parentheses are closed or the piece ends."""
    piece = text[start : start + _ARGUMENT_BYTES].decode("latin-1")
    depth, first, quote = 1, -1, ""
    for at, letter in enumerate(piece):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"`":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        if first < 0 and (depth == 0 or (depth == 1 and letter == "," and not quote)):
            first = at
        if depth == 0:
            return piece[:first].strip(), start + at + 1
    return piece[: max(first, 0)].strip(), start + len(piece)


def _values(argument: str, text: bytes) -> tuple[str, ...]:
    """The constants that an argument may be: those that stand in it, or that its name is given in the script."""
    found = re.findall(_LITERAL, argument)
    label = _LABEL.fullmatch(argument)
    if not found and label:
        given = rf"""(?<![\w$])["']?{re.escape(label[1])}["']?\s*[:=](?!=)\s*({_LITERAL})"""
        found = re.findall(given, text.decode("latin-1"))
    return tuple(dict.fromkeys(one if one in _YES else one[1:-1] for one in found))


def _certificates(source: Source, name: str) -> tuple[str, ...]:
    """The files that the plugin trusts when it pins: their ending is compared as it is written."""
    folders = r"(?:www/certificates/)?" if name in _SWITCHES else r"www/certificates/"
    taken = re.compile(rf"(?:base/)?assets/{folders}[^/]*\.cer")
    return tuple(one for one in source.package.members() if taken.fullmatch(one.rpartition("!")[2]))
