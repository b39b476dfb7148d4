"""The chains that a server shows to whoever wants to pin it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.base.records import dataclass
from pincompiler.roots.proposals import proposals
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
    from pincompiler.roots.root import Root
    from pincompiler.tls.probing import ProbeOptions


@dataclass(frozen=True, slots=True)
class ServedPins:
    """What a server shows to whoever wants to pin it."""

    host: str
    port: int
    chains: tuple[tuple[PublicKey, ...], ...]
    """Validated, leaf first; several where addresses or kinds of keys differ.  Empty if intercepted."""
    remarks: tuple[Remark, ...]
    backups: tuple[Root, ...]
    """Other roots of the public CAs of the chains, to pin beside them."""

    @property
    def failed(self) -> bool:
        """Whether the server shows something that must not be pinned."""
        return any(one.level is Level.ERROR and not one.unknown for one in self.remarks)

    @property
    def complete(self) -> bool:
        """Whether every address answered."""
        return not any(one.level is Level.ERROR and one.unknown for one in self.remarks)


def ask(host: str, ways: ProbeOptions, ca_file: Path | None, now: datetime) -> ServedPins:
    """Ask every address of ``HOST[:PORT]``; UsageError if that is none, InputError for a bad CA file."""
    seen = look_at(endpoint(host), ways, trust(ca_file, now))
    remarks = [*of_seen(seen)]
    answers = (answer for visit in seen.visits for _, answer in visit.answers)
    chains = tuple(dict.fromkeys(answer.chain for answer in answers if isinstance(answer, Served)))
    suspicious = [box for one in chains if (box := interception(one, private=ca_file is not None))]
    remarks += suspicious
    kept = () if suspicious else chains
    above = tuple({key.spki_sha256: None for chain in kept for key in chain[1:]})
    said = tuple(dict.fromkeys(remarks))
    return ServedPins(seen.host, seen.port, kept, said, proposals(above, now.date()))
