"""Who makes certificates for other people's hosts: tools on a developer's machine, boxes at a network's edge."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pincompiler.base.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterable

TOOLS = lazy_regex(
    r"\b(?:mitmproxy|Charles Proxy|PortSwigger|DO_NOT_TRUST\w*|OWASP (?:ZAP|Zed Attack Proxy)|ZAP Root CA"
    r"|Proxyman|HTTP Toolkit|AnyProxy|Burp Suite|whistle\.\d+)\b",
    re.IGNORECASE,
)
"""As they name themselves in the certificates they make; DO_NOT_TRUST is Fiddler's."""
BOXES = lazy_regex(
    r"\b(?:Zscaler|Netskope|Forti(?:net|gate|Gate CA)|FortiClient|Palo Alto Networks|Blue ?Coat|Cisco Umbrella"
    r"|Cisco Secure Access|Check Point|Forcepoint|Websense|Skyhigh|McAfee Web Gateway|Barracuda|SonicWall"
    r"|WatchGuard|Untangle|Cato Networks|iboss|Menlo Security|Sophos|Kaspersky|ESET SSL Filter"
    r"|(?:Avast|AVG) [\w/ ]*(?:Shield|Root)|Bitdefender|Securly|Lightspeed|GoGuardian|Squid)\b",
    re.IGNORECASE,
)
"""Gateways and virus scanners that read TLS; no public CA bears such a name."""


def intercepted_by(names: Iterable[str]) -> str:
    """The name of the tool or box that one of these issuers is, as it is written there; empty: none known."""
    for name in names:
        if found := TOOLS.search(name) or BOXES.search(name):
            return found[0]
    return ""
