"""What the calls that take hosts out of URLs do to constants.  A URL is the text it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pincompiler.android.constants.state import Box
from pincompiler.android.constants.values import Text, Value, possible, union

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.android.constants.call import Call

URLS: Final = ("Ljava/net/URL;", "Ljava/net/URI;")
_OKHTTP: Final = "Lokhttp3/HttpUrl;"
_HELPER: Final = "Lokhttp3/HttpUrl$Companion;"


def _init(call: Call) -> None:
    """``new URL(text)``; those of several arguments are not followed."""
    box = Box("text", (call.state.publish(call.arguments[1]),))
    if len(call.arguments) == 2:
        call.state.change(call.arguments[0], lambda _: box)


def _same(call: Call) -> Value | None:
    """What has a text for its last argument, and is known by it."""
    text = call.state.publish(call.arguments[-1])
    return text if all(isinstance(one, Text) for one in possible(text)) else None


def _host(call: Call) -> Value | None:
    urls = possible(call.state.publish(call.arguments[0]))
    hosts = [_host_of(one.value) for one in urls if isinstance(one, Text)]
    known = [Text(host) for host in hosts if host]
    return union(known) if len(known) == len(urls) else None


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


URL_MODELS: Final[dict[tuple[str, str], Callable[[Call], Value | None]]] = {
    **{(url, "<init>"): _init for url in URLS},
    **{(url, "getHost"): _host for url in (*URLS, "Landroid/net/Uri;")},
    **{(_OKHTTP, name): _host for name in ("host", "-deprecated_host")},
    ("Ljava/net/URI;", "create"): _same,
    ("Ljava/net/URI;", "toURL"): _same,
    ("Landroid/net/Uri;", "parse"): _same,
    **{(kind, name): _same for kind in (_OKHTTP, _HELPER) for name in ("get", "parse")},
}
"""Texts that are no constants give no answer."""
