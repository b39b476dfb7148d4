"""JavaMail, whose properties say whether it asks for the host's name: by itself it does not.

From com.sun.mail.util.SocketFetcher 1.6.7: the name is compared if ``mail.PROTOCOL.ssl.checkserveridentity`` is
``true``; with ``mail.PROTOCOL.ssl.trust`` of ``*`` every certificate is trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.values import FieldValue, Number, Text, Value, possible
from pincompiler.android.dex import DexError, containing, exactly
from pincompiler.facts.common import Mechanism
from pincompiler.facts.kits import LooseCheck, Looseness
from pincompiler.shipped.android.source import CallsOf, Mention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.android.dex import Site
    from pincompiler.shipped.android.source import Source, Want

_LIBRARY: Final = "JavaMail"
_SESSIONS: Final = tuple(
    CallsOf("Ljavax/mail/Session;", name) for name in ("getInstance", "getDefaultInstance")
)
_PROPERTY: Final = Mention(containing(rb"mail\.\w+\.(?:ssl\.|starttls\.|socketFactory)[\w.]*"))
_PROTOCOL: Final = Mention(exactly(5, rb"(?:smtps|imaps|pop3s)"))
WANTED: Final[tuple[Want, ...]] = (*_SESSIONS, _PROPERTY, _PROTOCOL)
_IDENTITY, _TRUST = ".ssl.checkserveridentity", ".ssl.trust"
_CURE: Final = 'set the property mail.….ssl.checkserveridentity to "true"'


def collect(source: Source) -> tuple[LooseCheck, ...]:
    """Sessions over TLS in an app that has no name compared, and properties that have everything trusted."""
    sessions = [site for site in source.sites(*_SESSIONS) if _is_own(source, site)]
    if not sessions:
        return ()
    properties = [(site, _text(site)) for site in source.sites(_PROPERTY) if _is_own(source, site)]
    found = list(_trusting(source, properties))
    asked = [_told(source, site, key, "true") for site, key in properties if key.endswith(_IDENTITY)]
    tls = [site for site, key in properties if not key.endswith((_IDENTITY, _TRUST))]
    tls += [site for site in source.sites(_PROTOCOL) if _is_own(source, site)]
    if tls and not any(one is not False for one in asked):
        for site in sessions:
            code = source.code(site.method, site.offset)
            call = f"Session.{site.method.dex.method_ref(site.ref).name}"
            found.append(LooseCheck(code, _LIBRARY, Looseness.ANY_NAME, call, (_CURE,)))
    return tuple(dict.fromkeys(found))


def _is_own(source: Source, site: Site) -> bool:
    return source.owner_of(site.method.class_name).first_party


def _text(site: Site) -> str:
    return site.method.dex.string(site.ref)


def _trusting(source: Source, properties: list[tuple[Site, str]]) -> Iterator[LooseCheck]:
    """Properties by which the certificates of all servers are trusted."""
    for site, key in properties:
        if key.endswith(_TRUST) and _told(source, site, key, "*"):
            code = source.code(site.method, site.offset)
            yield LooseCheck(code, _LIBRARY, Looseness.ANY_CHAIN, f'the property {key} as "*"')


def _told(source: Source, site: Site, key: str, wanted: str) -> bool | None:
    """Whether a property is set to a value where it is named; None, and a doubt, if that is not known."""
    try:
        calls = tuple(source.program.flow(site.method).calls.values())
    except DexError:
        calls = ()
    values = [
        passed[index + 1]
        for passed in calls
        for index, one in enumerate(passed[:-1])
        if Text(key) in possible(one)
    ]
    found = {_is(one, wanted) for value in values for one in possible(value)}
    if len(found) == 1 and None not in found:
        return found.pop()
    where = source.where(site.method).symbol
    source.doubt(where, f"what it sets {key} to was not followed", Mechanism.TRUST_MANAGER)
    return None


def _is(value: Value, wanted: str) -> bool | None:
    """Whether a value is a text; ``true`` may be a boolean, too."""
    if isinstance(value, Text):
        return value.value == wanted
    if isinstance(value, Number) and wanted == "true":
        return bool(value.value)
    if isinstance(value, FieldValue) and value.ref.class_name == "Ljava/lang/Boolean;":
        return wanted == value.ref.name.lower()
    return None
