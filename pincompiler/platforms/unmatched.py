"""Names in a configuration that no host has, which every platform takes without a word."""

from __future__ import annotations

import re
from typing import Final

from pincompiler.base.lazy_regex import lazy_regex

_HOST: Final = lazy_regex(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_IPV6: Final = lazy_regex(r"[0-9a-f:.]*:[0-9a-f]*:[0-9a-f:.]*")


def never_matched(name: str, platform: str = "Android") -> str:
    """Why no connection can be to a host of this name, given as a platform compares it; empty if one can.

    ``platform`` is whose name the reason has.
    """
    if _HOST.fullmatch(name) or _IPV6.fullmatch(name):
        return ""
    reasons = (
        ("*" in name, f"{platform} knows no wildcards"),
        ("://" in name, "it is a URL and not a host name"),
        ("/" in name, "it has a path, and a host name has none"),
        (re.search(r":\d*\Z", name), "it has a port, and pins are for all ports of a host"),
        (name.startswith("."), "no host name begins with a dot"),
        (name.endswith("."), f"{platform} strips the dot at the end of a host before it compares"),
        (".." in name, "it has an empty label"),
        (
            not name.isascii(),
            f"{platform} does not convert international names: connections have the A-label, xn--…",
        ),
        (re.search(r"\s", name), "it contains white space"),
    )
    return next((reason for holds, reason in reasons if holds), "no host name has such characters")
