"""The registry of compile targets.

The order is that of tables and of writing; the targets that edit one Info.plist follow each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pincompiler.platforms.ats import ATS
from pincompiler.platforms.nsc import NSC
from pincompiler.platforms.okhttp import OKHTTP_JAVA, OKHTTP_KOTLIN
from pincompiler.platforms.trustkit import TRUSTKIT
from pincompiler.platforms.trustkit_android import TRUSTKIT_ANDROID
from pincompiler.platforms.trustkit_swift import TRUSTKIT_SWIFT

if TYPE_CHECKING:
    from pincompiler.platforms.target import Target

TARGETS: tuple[Target[Any], ...] = (
    NSC,
    OKHTTP_KOTLIN,
    OKHTTP_JAVA,
    ATS,
    TRUSTKIT,
    TRUSTKIT_SWIFT,
    TRUSTKIT_ANDROID,
)


def target_named(name: str) -> Target[Any]:
    """The target of that name; KeyError if there is none."""
    return {target.name: target for target in TARGETS}[name]
