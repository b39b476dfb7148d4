"""Pins of keys and servers, ready to be pasted into pins.toml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pincompiler.reports.findings.text import visible
from pincompiler.roots.proposals import commented

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pincompiler.keys.spki import PublicKey
    from pincompiler.workflows.pin import Row
    from pincompiler.workflows.pin_server import ServedPins


def render(rows: Sequence[Row]) -> str:
    """A paragraph for each key, ready to be pasted below ``[keys.NAME]``."""
    return "".join(_paragraph(*row) for row in rows)


def _paragraph(file: str, index: int, key: PublicKey) -> str:
    until = f", until {key.certificate.not_after:%Y-%m-%d}" if key.certificate else ""
    role = key.role.value if key.role else "unknown"
    return (
        f"{visible(file)}{f' [{index}]' if index else ''}\n"
        f"  {key.kind}{f' of {visible(key.subject)}' if key.subject else ''}\n"
        f"  {key.algorithm}, role {role}{until}\n"
        f'  spki-sha256 = "{key.pin}"\n'
    )


def render_served(found: ServedPins) -> str:
    """Every chain, and the fragment; nothing if there is no chain to pin."""
    if not found.chains:
        return ""
    return "\n".join((*map(_chain_text, found.chains), fragment(found)))


def _chain_text(chain: tuple[PublicKey, ...]) -> str:
    return "".join(
        f"{'ca  ' if number else 'leaf'}  {visible(key.subject)}\n"
        f"      {key.algorithm}, until {key.certificate.not_after:%Y-%m-%d}\n"
        f'      spki-sha256 = "{key.pin}"\n'
        for number, key in enumerate(chain)
        if key.certificate
    )


def fragment(found: ServedPins) -> str:
    """The server's own keys in a pin-set; what is missing is said where it belongs."""
    tables: list[str] = []
    names: list[str] = []
    for key in dict.fromkeys(chain[0] for chain in found.chains):
        name = f"{_word(found.host)}-{_word(key.algorithm)}"
        name = f"{name}-{len(names) + 1}" if name in names else name
        names.append(name)
        ends = f"{key.certificate.not_after:%Y-%m-%d}" if key.certificate else ""
        tables.append(
            f'[keys.{name}]  # the certificate ends {ends}\nspki-sha256 = "{key.pin}"\nrole = "leaf"\n'
        )
    listed = ", ".join(f'"{name}"' for name in names)
    offered = "".join(f"{line}\n" for line in commented(found.backups))
    return (
        "# A chain in use holds no backup: add a key that no server shows yet, or losing these locks users out.\n"
        + "\n".join(tables)
        + (f"\n{offered}" if offered else "")
        + f'\n[[pin-set]]\nhosts = ["{found.host}"]\nkeys = [{listed}]  # and the backup\n'
    )


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
