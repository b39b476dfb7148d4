"""The pins of the chains that a server shows, and a piece of pins.toml to paste."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.base.records import dataclass
from pincompiler.reports.findings.text import visible
from pincompiler.reports.verify.json import certificate
from pincompiler.tls.answers import Served
from pincompiler.tls.probing import look_at
from pincompiler.tls.remarks import Remark, of_seen
from pincompiler.tls.trust import trust
from pincompiler.verdicts.served import interception
from pincompiler.workflows.verify import endpoint

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pincompiler.keys.spki import PublicKey
    from pincompiler.tls.probing import Ways


@dataclass(frozen=True, slots=True)
class ServedPins:
    """What a server shows to whoever wants to pin it."""

    host: str
    port: int
    chains: tuple[tuple[PublicKey, ...], ...]
    """Validated, leaf first; several where addresses or kinds of keys differ.  Empty if intercepted."""
    remarks: tuple[Remark, ...]

    @property
    def failed(self) -> bool:
        """Whether the server shows something that must not be pinned."""
        return any(one.level is Level.ERROR and not one.unknown for one in self.remarks)

    @property
    def complete(self) -> bool:
        """Whether every address answered."""
        return not any(one.level is Level.ERROR and one.unknown for one in self.remarks)


def ask(host: str, ways: Ways, ca_file: Path | None, now: datetime) -> ServedPins:
    """Ask every address of ``HOST[:PORT]``; UsageError if that is none, InputError for a bad CA file."""
    seen = look_at(endpoint(host), ways, trust(ca_file, now))
    remarks = [*of_seen(seen)]
    answers = (answer for visit in seen.visits for _, answer in visit.answers)
    chains = tuple(dict.fromkeys(answer.chain for answer in answers if isinstance(answer, Served)))
    suspicious = [box for one in chains if (box := interception(one, private=ca_file is not None))]
    remarks += suspicious
    return ServedPins(seen.host, seen.port, () if suspicious else chains, tuple(dict.fromkeys(remarks)))


def as_text(found: ServedPins) -> str:
    """Every chain, and the fragment; nothing if there is no chain to pin."""
    if not found.chains:
        return ""
    return "\n".join((*map(_chain_text, found.chains), _fragment(found)))


def _chain_text(chain: tuple[PublicKey, ...]) -> str:
    return "".join(
        f"{'ca  ' if number else 'leaf'}  {visible(key.subject)}\n"
        f"      {key.algorithm}, until {key.certificate.not_after:%Y-%m-%d}\n"
        f'      spki-sha256 = "{_base64(key)}"\n'
        for number, key in enumerate(chain)
        if key.certificate
    )


def _fragment(found: ServedPins) -> str:
    """The server's own keys in a pin-set; what is missing is said where it belongs."""
    tables: list[str] = []
    names: list[str] = []
    for key in dict.fromkeys(chain[0] for chain in found.chains):
        name = f"{_word(found.host)}-{_word(key.algorithm)}"
        name = f"{name}-{len(names) + 1}" if name in names else name
        names.append(name)
        ends = f"{key.certificate.not_after:%Y-%m-%d}" if key.certificate else ""
        tables.append(
            f'[keys.{name}]  # the certificate ends {ends}\nspki-sha256 = "{_base64(key)}"\nrole = "leaf"\n'
        )
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        "# A chain in use holds no backup: add a key that no server shows yet, or losing these locks users out.\n"
        + "\n".join(tables)
        + f'\n[[pin-set]]\nhosts = ["{found.host}"]\nkeys = [{listed}]  # and the backup\n'
    )


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _base64(key: PublicKey) -> str:
    return b64encode(key.spki_sha256).decode("ascii")


def as_json(found: ServedPins) -> str:
    """The same for programs."""
    shown = {
        "version": 1,
        "command": "pin",
        "host": found.host,
        "port": found.port,
        "chains": [[certificate(key, number) for number, key in enumerate(chain)] for chain in found.chains],
        "remarks": [
            {"level": one.level.value, "code": one.code, "message": one.message, "next": one.fix}
            for one in found.remarks
        ],
        "fragment": _fragment(found) if found.chains else "",
    }
    return json.dumps(shown, indent=2) + "\n"
