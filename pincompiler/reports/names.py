"""Names for people: classes and methods as Java's compiler writes them, mechanisms by what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base import location
from pincompiler.facts import AppleMechanism, Mechanism, System
from pincompiler.reports.findings.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

_MECHANISMS: Mapping[str, str] = {
    Mechanism.NSC: "Network security configuration",
    Mechanism.OKHTTP: "OkHttp",
    Mechanism.TRUSTKIT: "TrustKit-Android",
    Mechanism.KEYSTORE: "Bundled certificates",
    Mechanism.TRUST_MANAGER: "Trust manager in code",
    Mechanism.CRONET: "Cronet",
    Mechanism.NATIVE: "Native code",
    Mechanism.HYBRID: "Hybrid framework",
}
_APPLE: Mapping[str, str] = {
    AppleMechanism.ATS: "NSPinnedDomains",
    AppleMechanism.TRUSTKIT: "TrustKit",
    AppleMechanism.CODE: "The app's own code",
}


def java_name(text: str) -> str:
    """The text with its classes and methods as Java's compiler writes them; everything invisible is spelt out."""
    return visible(location.java_name(text))


def mechanism_name(mechanism: str, system: System = System.ANDROID) -> str:
    """What people call a mechanism that the reports for programs know by its id."""
    known = _MECHANISMS if system is System.ANDROID else _APPLE
    return known.get(mechanism) or visible(mechanism)


def versions(text: str) -> str:
    """What people call the versions of a system that :class:`VersionRange` writes so: API levels have no name there."""
    return f"API {text}" if text[:1].isdigit() else text
