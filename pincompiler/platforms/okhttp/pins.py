"""What OkHttp makes of the texts of patterns and pins: what it throws on, and what matches nothing.

Facts are from the sources of 2.7.5, 3.14.9, 4.2.2, 4.12.0 and 5.x, and runs of them.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Final

from pincompiler.base.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from pincompiler.policy.project import Version

_PREFIXES: Final = ("sha256/", "sha1/")
_STRICT_SINCE: Final = (4, 3)
_LABELS: Final = lazy_regex(r"[^*/:?#@\\\s\0-\x20]+")
"""What may stand in a host: no wildcard, and nothing that ends a host in a URL."""
_IPV6: Final = lazy_regex(r"\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]?")


def hash_of(pin: str) -> bytes | None:
    """The hash that a pin is of; none if OkHttp throws on it.

    ``String.decodeBase64`` of Okio: padding and line ends at the end and white space anywhere are skipped,
    either alphabet, and any length.
    """
    prefix = next((one for one in _PREFIXES if pin.startswith(one)), None)
    if prefix is None:
        return None
    body = re.sub(r"[\n\r \t]", "", pin.removeprefix(prefix).rstrip("=\n\r \t"))
    if not re.fullmatch(r"[A-Za-z0-9+/_-]*", body) or len(body) % 4 == 1:
        return None
    return urlsafe_b64decode(body.replace("+", "-").replace("/", "_") + "=" * (-len(body) % 4))


_THROWS = "OkHttp throws on it"


def fault_of(pattern: str, version: Version | None) -> str:
    """Why a pattern matches nothing, or OkHttp throws on it; empty for one that can match.

    An OkHttp of unknown version is taken for a new one.
    """
    strict = version is None or version >= _STRICT_SINCE
    wildcard = "**." if pattern.startswith("**.") else "*." if pattern.startswith("*.") else ""
    if wildcard == "**." and not strict:
        return "only OkHttp 4.3 and newer know `**.`"
    rest = pattern.removeprefix(wildcard)
    if "*" in rest:
        why = "a star may only stand alone in front"
        return f"{_THROWS}, for {why}" if strict else why
    if rest.endswith("."):
        return "a host of a URL ends in no dot"
    if _LABELS.fullmatch(rest) or _IPV6.fullmatch(rest):
        return ""
    if strict:
        return f"{_THROWS}, for it is no host"
    return "it is a URL and no host" if "://" in rest else ""


def is_refused(pattern: str, version: Version | None) -> bool:
    """Whether OkHttp throws on a pattern, so that no app which runs adds it."""
    return fault_of(pattern, version).startswith(_THROWS)
