"""The pins of certificates, CSRs and public keys, to be read or copied."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

from pincompiler.base.errors import InputError
from pincompiler.keys.spki import KeyFileError, PublicKey, public_keys
from pincompiler.reports.findings.text import visible
from pincompiler.source.document import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Row = tuple[str, int, PublicKey]
"""The file, the key's index in it, and the key."""


def pins(files: Iterable[Path]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The keys of all files, and why some files have none; one bad file stops no other."""
    rows: list[Row] = []
    refusals: list[str] = []
    for file in files:
        try:
            keys = public_keys(read_bytes(file), str(file))
        except KeyFileError as error:
            refusals.append(f"{file} {error}; {error.fix}")
        except InputError as error:
            refusals.append(str(error))
        else:
            rows += ((str(file), n, key) for n, key in enumerate(keys))
    return tuple(rows), tuple(refusals)


def as_text(rows: Sequence[Row]) -> str:
    """A paragraph for each key, ready to be pasted below ``[keys.NAME]``."""
    return "".join(_paragraph(*row) for row in rows)


def _paragraph(file: str, index: int, key: PublicKey) -> str:
    until = f", until {key.certificate.not_after:%Y-%m-%d}" if key.certificate else ""
    role = key.role.value if key.role else "unknown"
    return (
        f"{visible(file)}{f' [{index}]' if index else ''}\n"
        f"  {key.kind}{f' of {visible(key.subject)}' if key.subject else ''}\n"
        f"  {key.algorithm}, role {role}{until}\n"
        f'  spki-sha256 = "{_base64(key.spki_sha256)}"\n'
    )


def as_json(rows: Sequence[Row]) -> str:
    """The same for programs."""
    keys = [
        {
            "file": file,
            "index": index,
            "kind": key.kind,
            "subject": key.subject,
            "role": key.role.value if key.role else None,
            "algorithm": key.algorithm,
            "not-after": key.certificate.not_after.isoformat() if key.certificate else None,
            "spki-sha256": _base64(key.spki_sha256),
        }
        for file, index, key in rows
    ]
    return json.dumps({"version": 1, "command": "pin", "keys": keys}, indent=2) + "\n"


def _base64(pin: bytes) -> str:
    return b64encode(pin).decode("ascii")
