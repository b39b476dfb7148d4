"""Host names as people write them, and as every platform can match them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pincompiler.base.bounds import HOST_LABELS
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from publicsuffixlist import PublicSuffixList

_PLAIN = lazy_regex(r"(?=.{1,253}\Z)(?!.*xn--)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.(?!\Z)|\Z))+")
_LABEL = lazy_regex(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SCHEME = lazy_regex(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_PORT = lazy_regex(r":\d*\Z")
_IPV4 = lazy_regex(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!\Z)|\Z)){4}", re.ASCII)
_NUMBER = lazy_regex(r"\d+|0x[0-9a-f]*", re.ASCII)
"""A last label that makes browsers and resolvers take the whole for an address (WHATWG URL, RFC 1123 2.1)."""
_INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp")
# IDNA 2003 and 2008 turn these into different names: sharp s, final sigma, the joiners.
_DEVIATIONS = "\N{LATIN SMALL LETTER SHARP S}\N{GREEK SMALL LETTER FINAL SIGMA}\u200c\u200d"


@dataclass(frozen=True, slots=True)
class BadHost:
    """Why a text is no host name that can be pinned on every platform."""

    rule: str
    problem: str
    """Completes "HOST …": "has a port"."""
    fix: str
    host: str = ""
    """The host that is meant, if the text has one and more than that; canonical."""


def canonical_host(text: str) -> str | BadHost:
    """The name in lower-case A-labels without a trailing dot (RFC 1123, RFC 5891), or why not.

    Platforms differ in what they fold: OkHttp lower-cases and converts U-labels, the NSC does not
    convert, TrustKit compares case and all.  So the compiler folds, and writes what all match.
    """
    if _PLAIN.fullmatch(text) and not _ends_in_number(text):
        return text
    return _unusual(text)


def is_ip_address(host: str) -> bool:
    """Whether a canonical host is an IPv4 literal."""
    return host[-1:].isdigit() and _IPV4.fullmatch(host) is not None


def _ends_in_number(host: str) -> bool:
    return _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def _unusual(text: str) -> str | BadHost:
    invisible = (c for c in text if unicodedata.category(c) in _INVISIBLE and c not in _DEVIATIONS)
    if bad := next(invisible, ""):
        name = unicodedata.name(bad, f"U+{ord(bad):04X}")
        return BadHost("invalid-host", f"has the invisible character {name}", "take it out")
    if refused := _wildcard(text) or _more_than_a_name(text):
        return refused
    # IDNA takes the full stops of other scripts for dots as well (UTS 46).
    host = re.sub("[.\u3002\uff0e\uff61]\\Z", "", text)
    if _IPV4.fullmatch(host):
        return host
    name_or_not = _a_labels(host)
    return name_or_not if isinstance(name_or_not, BadHost) else _checked(name_or_not)


def is_no_name(name: str) -> bool:
    """Whether no host can be called so, nor be below it: a configured name with a star in it."""
    return "*" in name


def _wildcard(text: str) -> BadHost | None:
    if "*" not in text:
        return None
    plain = re.sub(r"\A(?:\*{1,2}\.)+", "", text)
    host = "" if "*" in plain else canonical_host(plain)
    if not isinstance(host, str) or not host:
        return BadHost("wildcard-host", "has a wildcard that no platform understands", "name the hosts")
    return BadHost(
        "wildcard-host",
        "has a wildcard, which means three things on four platforms",
        f'write hosts = ["{host}"] and subdomains = "one-label" or "all"',
    )


def _more_than_a_name(text: str) -> BadHost | None:
    """What a URL has and a host has not."""
    scheme = _SCHEME.match(text)
    rest = text[scheme.end() :] if scheme else text
    if not scheme and (text.startswith("[") or ("/" not in text and text.count(":") > 1)):
        problem = "is an IPv6 address, which no two platforms spell alike"
        return BadHost("invalid-host", problem, "pin a host name")
    if not (scheme or "/" in text or _PORT.search(text)):
        return None
    problem = (
        "is a URL, and no platform matches one"
        if scheme
        else "has a path"
        if "/" in text
        else "has a port, and pins are for all ports of a host"
    )
    host = canonical_host(_PORT.sub("", re.split(r"[/?#]", rest)[0].rpartition("@")[2]))
    if isinstance(host, BadHost):
        return BadHost("invalid-host", problem, "write a host name")
    return BadHost("invalid-host", problem, f'write "{host}"', host)


def _a_labels(host: str) -> str | BadHost:
    if host.isascii() and "xn--" not in host.lower():
        return host.lower()
    import idna

    if found := next((char for char in host if char in _DEVIATIONS), ""):
        name = unicodedata.name(found)
        return BadHost(
            "invalid-host",
            f"has {name}, which IDNA 2003 and IDNA 2008 turn into different names",
            "write the A-label (xn--…) that your server's certificate has",
        )
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as error:
        return BadHost(
            "invalid-host", f"is no valid internationalised name: {error}", "write its A-label (xn--…)"
        )


def _checked(host: str) -> str | BadHost:
    if not host or len(host) > 253:
        problem = f"has {len(host)} characters; a host name has 1 to 253" if host else "is empty"
        return BadHost("invalid-host", problem, "write a host name")
    for label in host.split("."):
        if not _LABEL.fullmatch(label):
            shown = f"the label {label!r}" if label else "an empty label"
            return BadHost(
                "invalid-host", f"has {shown}", "labels are 1 to 63 letters, digits and inner hyphens"
            )
    if _ends_in_number(host):
        return BadHost("invalid-host", "ends in a number and is no IPv4 address", "write a host name")
    return host


# -- public suffixes -----------------------------------------------------------------------------


@cache
def _suffix_list() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)


@lru_cache(maxsize=1 << 14)
def public_suffix(host: str) -> str | None:
    """The suffix of a canonical host under which the public may register names.

    Of today's Public Suffix List, private section included; None below a top-level domain that it
    does not know, such as ``internal``.
    """
    return _suffix_list().publicsuffix(host)


def public_suffixes_below(names: Collection[str]) -> Iterator[str]:
    """Each public suffix that is strictly below one of the names, in the list's order."""
    for rule in _suffix_rules():
        above = rule
        while above := above.partition(".")[2]:
            if above in names:
                yield rule
                break


@cache
def _suffix_rules() -> tuple[str, ...]:
    """The list's plain and wildcard rules, without exceptions; a wildcard as the name above it."""
    from publicsuffixlist import PSLFILE

    with Path(PSLFILE).open(encoding="utf-8") as lines:
        rules = (line.strip() for line in lines)
        kept = [r.removeprefix("*.") for r in rules if r and not r.startswith(("//", "!"))]
    return tuple(r if r.isascii() else r.encode("idna").decode("ascii") for r in kept)


def plain(name: str) -> str:
    """A name as two are compared: without regard to case and to the dot at its end."""
    return name.lower().rstrip(".")


def at_and_above(host: str) -> Iterator[str]:
    """A plain name, and those above it that DNS can have; a host of more labels is nobody's."""
    name = plain(host)
    yield name
    _, dot, above = name.partition(".")
    if not dot:
        return
    yield above
    labels = above.rsplit(".", HOST_LABELS.limit)[1:]
    for number in range(len(labels)):
        yield ".".join(labels[number:])
