"""The CAs in a file that an app brings along for a configuration to trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.keys.spki import KeyFileError, public_keys
from pincompiler.policy.enforcement import Role
from pincompiler.policy.trust import Anchor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.base.location import Location


def anchors_in(data: bytes, title: str, where: Location | None = None) -> tuple[Anchor, ...]:
    """Each certificate of a file, PEM or DER, as an anchor; KeyFileError where it has something else, or nothing.

    ResourceCertificateSource of Android takes every certificate of the file, a server's among them.  ``title`` is what
    messages call the file; of several certificates each has its subject as well, and no place of its own.
    """
    found = public_keys(data, title)
    several = len(found) > 1
    anchors = []
    for key in found:
        if key.certificate is None:
            raise KeyFileError(
                f"holds a {key.kind}, and an anchor is a certificate", "give it the CA's certificate"
            )
        name = f"{title} ({key.subject})" if several else title
        is_ca = key.role is not Role.LEAF
        anchors.append(
            Anchor(
                *(key.certificate.identity, key.spki_sha256, name, is_ca, key.certificate, key.der),
                where=None if several else where,
            )
        )
    return tuple(anchors)


def one_resource(files: Iterable[tuple[Anchor, ...]]) -> tuple[Anchor, ...] | None:
    """The CAs of a resource of which a device takes one of several files; None unless all have the same."""
    found = {frozenset(one): one for one in files}
    return next(iter(found.values())) if len(found) == 1 else None
