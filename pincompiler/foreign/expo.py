"""`sslPinning` of Expo's plugin @bam.tech/react-native-app-security, in app.json, app.config.js or app.config.ts.

Read in version 0.5.5, plugin/src/withSSLPinning.ts: on Android `*.host` becomes the patterns `*.host` and `host` of an
OkHttp ``CertificatePinner``, on iOS a domain of TrustKit that includes subdomains.  Its pins have no `sha256/`.  The
package before it, @bam.tech/react-native-ssl-pinning, has one `hostName` and `certificates`, which are the same hashes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.foreign.found import Foreign, OnPlatform, Taking
from pincompiler.foreign.literals import UNKNOWN, Literal
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.platforms.trustkit import TrustKit, TrustKitDomain

if TYPE_CHECKING:
    from pincompiler.foreign.literals import SourceText
    from pincompiler.policy.enforcement import Key

_FIRST = "@bam.tech/react-native-ssl-pinning"
_WILD = "*."


def read(source: SourceText) -> Foreign | None:
    """What the plugin is given in a file; None if it is not there."""
    taking, hosts = Taking(source), dict[str, tuple["Key", ...]]()
    for number, token in enumerate(source.tokens):
        if token.text == "sslPinning" and source.is_sign(number + 1, ":"):
            hosts |= _by_host(taking, source.value(number + 2)[0])
        elif _is_short(source, number):  # { sslPinning }, of a constant
            literal = source.constant(token.text) or Literal(UNKNOWN, token.at, token.end)
            hosts |= _by_host(taking, literal)
        elif token.text == _FIRST and source.is_sign(number + 1, ","):
            hosts |= _one_host(taking, source.value(number + 2)[0])
    if not (hosts or taking.doubts):
        return None
    return Foreign(_configurations(hosts), taking.doubts, by_platform=True)


def _is_short(source: SourceText, number: int) -> bool:
    """Whether an entry is the name of a constant alone, which is its value as well."""
    before = source.is_sign(number - 1, "{") or source.is_sign(number - 1, ",")
    after = source.is_sign(number + 1, "}") or source.is_sign(number + 1, ",")
    return source.name(number) == "sslPinning" and before and after


def _by_host(taking: Taking, given: Literal) -> dict[str, tuple[Key, ...]]:
    if "certs" in given.entries:  # react-native-ssl-pinning's, which names files
        taking.doubt(given, "names certificates of the app by files, which are not looked for")
        return {}
    return {
        host: taking.keys(pins, prefixed=False) for host, pins in taking.unwrapped(given, wild=True).items()
    }


def _one_host(taking: Taking, given: Literal) -> dict[str, tuple[Key, ...]]:
    host, pins = given.entries.get("hostName"), given.entries.get("certificates")
    if host is None or pins is None or host.text is None:
        taking.doubt(host or given, "names no host")
        return {}
    return {host.text: taking.keys(pins, prefixed=False)}


def _configurations(hosts: dict[str, tuple[Key, ...]]) -> tuple[OnPlatform, ...]:
    android: list[OkHttpEntry] = []
    apple: dict[str, TrustKitDomain] = {}
    for host, keys in ((host, keys) for host, keys in hosts.items() if keys):
        wild, name = host.startswith(_WILD), host.removeprefix(_WILD)
        android += (OkHttpEntry(one, keys) for one in ((host, name) if wild else (host,)))
        apple[name] = TrustKitDomain(name, wild, keys)
    return (
        OnPlatform("Android", OkHttp(tuple(android))),
        OnPlatform("iOS", TrustKit(tuple(apple.values()), swizzle=True)),
    )
