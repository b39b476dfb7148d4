"""Trust managers and verifiers that are made by ``java.lang.reflect.Proxy``: no class of the app implements them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import DexError, opcodes
from pincompiler.facts.common import Mechanism
from pincompiler.shipped.android.source import CallsOf
from pincompiler.shipped.android.trust.deciders import TRUST_MANAGERS

if TYPE_CHECKING:
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.shipped.android.source import Source

_MADE: Final = CallsOf("Ljava/lang/reflect/Proxy;", "newProxyInstance")
_DECIDING: Final = frozenset(
    {*TRUST_MANAGERS, "Ljavax/net/ssl/TrustManager;", "Ljavax/net/ssl/HostnameVerifier;"}
)
WANTED: Final = (_MADE,)


def doubt_proxies(source: Source) -> None:
    """Report as unknown where the app's own code makes such a proxy."""
    for method in dict.fromkeys(site.method for site in source.sites(_MADE)):
        if source.owner_of(method.class_name).first_party and _names_one(method):
            why = "makes by a Proxy what decides on trust, which is not followed"
            source.doubt(source.where(method).symbol, why, Mechanism.TRUST_MANAGER)


def _names_one(method: MethodBody) -> bool:
    """Whether a method names a type of what decides on trust."""
    try:
        return any(
            one.opcode in opcodes.CONST_CLASS and method.dex.type_name(one.reference or 0) in _DECIDING
            for one in method.instructions
        )
    except DexError:
        return True
