"""The list of certificates that WultraSSLPinning takes from its server, or has as `fallbackCertificates`.

README of wultra/ssl-pinning-android: `{"fingerprints": [{"name", "fingerprint", "expires", "signature"}, …]}`; a fingerprint
is SHA-256 of the whole certificate in base64, `name` the host.  What has expired is dropped, and a host without any is
refused.  The library looks for newer lists by itself, signed with a key of the app.
"""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

from pincompiler.foreign.found import Foreign, OnPlatform, Taking, key_of
from pincompiler.policy.enforcement import Key, PinSet, Reach, Role
from pincompiler.policy.policy import Policy

if TYPE_CHECKING:
    from pincompiler.foreign.literals import Literal, SourceText

_ASIDE = "WultraSSLPinning takes newer lists from its server than {file} while the app runs"


def read(source: SourceText, top: Literal) -> Foreign | None:
    """The certificates of each host; None if the file is another's."""
    listed = top.entries.get("fingerprints")
    if listed is None or not any("fingerprint" in one.entries for one in listed.items):
        return None
    taking, hosts = Taking(source), dict[str, list[Key]]()
    for one in listed.items:
        name, text = one.entries.get("name"), one.entries.get("fingerprint")
        same = key_of(text.text, prefixed=False) if text and text.text else None
        if name is None or name.text is None or same is None or text is None:
            taking.doubt(text or one, "is no fingerprint of a host: SHA-256 in base64")
            continue
        whole = b64decode(text.text or "")
        hosts.setdefault(name.text.lower(), []).append(Key(b"", Role.LEAF, whole=whole))
    sets = (PinSet((host,), Reach.NONE, tuple(dict.fromkeys(keys))) for host, keys in hosts.items())
    found = OnPlatform("WultraSSLPinning", Policy(tuple(sets)))
    return Foreign((found,), taking.doubts, (_ASIDE.format(file=source.file),))
