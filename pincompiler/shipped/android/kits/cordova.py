"""cordova-plugin-advanced-http: the trust mode that the app's scripts choose.

From its CordovaServerTrust 3.3.1: ``nocheck`` accepts every certificate for every host, ``pinned`` only
chains to a certificate in ``www/certificates``, ``legacy`` all CAs installed on the device.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pincompiler.android.apk import MemberError
from pincompiler.base.bounds import SCRIPT_BYTES, SCRIPT_CALLS, SCRIPTS
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.facts.common import Mechanism
from pincompiler.facts.kits import HybridTrust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.shipped.android.source import Source

_PLUGIN = "Lcom/silkimen/cordovahttp/CordovaHttpPlugin;"
_SCRIPT = lazy_regex(r"(?:base/)?assets/www/(?!plugins/).*\.(?:js|html?)")
"""The plugin's own scripts, in ``plugins``, define the call and do not make it."""
_CALL = lazy_regex(rb"""setServerTrustMode\(\s*['"`](default|legacy|nocheck|pinned)['"`]""")


def collect(source: Source) -> tuple[HybridTrust, ...]:
    """Every choice in a script of an app that has the plugin."""
    if source.program.class_def(_PLUGIN) is None:
        return ()
    found = tuple(islice(_choices(source), SCRIPT_CALLS.limit + 1))
    return source.bounded(found, SCRIPT_CALLS.limit, "calls of setServerTrustMode", Mechanism.HYBRID)


def _choices(source: Source) -> Iterator[HybridTrust]:
    scripts = [member for member in source.package.members() if _SCRIPT.fullmatch(member.rpartition("!")[2])]
    if len(scripts) > SCRIPTS.limit:
        source.doubt("assets/www", f"has more than {SCRIPTS.limit:,} scripts", Mechanism.HYBRID)
    for member in scripts[: SCRIPTS.limit]:
        try:
            text = source.package.read(member, SCRIPT_BYTES.limit)
        except MemberError as error:
            source.doubt(member, error.why, Mechanism.HYBRID)
            continue
        for call in _CALL.finditer(text):
            line = text.count(b"\n", 0, call.start()) + 1
            yield HybridTrust(call[1].decode("ascii"), source.member(member, line))
