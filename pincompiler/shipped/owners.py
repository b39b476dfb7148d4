"""Whose code a class is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pincompiler.facts.common import FIRST_PARTY, Owner

if TYPE_CHECKING:
    from pincompiler.apk import Manifest


@dataclass(frozen=True, slots=True)
class Owners:
    """Tells an app's own code from that of libraries and SDKs."""

    manifest: Manifest

    def of(self, class_name: str) -> Owner:  # noqa: ARG002 - the table of libraries is to come
        """The owner of a class, by its descriptor."""
        return FIRST_PARTY
