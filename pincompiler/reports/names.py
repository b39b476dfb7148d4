"""Names for people: classes and methods as Java's compiler writes them, mechanisms by what they are called."""

from __future__ import annotations

from pincompiler.base import location
from pincompiler.facts import Mechanism
from pincompiler.reports.findings.text import visible

_MECHANISMS = {
    Mechanism.NSC: "Network security configuration",
    Mechanism.OKHTTP: "OkHttp",
    Mechanism.TRUSTKIT: "TrustKit-Android",
    Mechanism.KEYSTORE: "Bundled certificates",
    Mechanism.TRUST_MANAGER: "Trust manager in code",
    Mechanism.CRONET: "Cronet",
    Mechanism.NATIVE: "Native code",
    Mechanism.HYBRID: "Hybrid framework",
}


def java_name(text: str) -> str:
    """The text with its classes and methods as Java's compiler writes them; everything invisible is spelt out."""
    return visible(location.java_name(text))


def mechanism_name(mechanism: str) -> str:
    """What people call a mechanism that the reports for programs know by its id."""
    known = {one.value: name for one, name in _MECHANISMS.items()}
    return known.get(mechanism) or visible(mechanism)
