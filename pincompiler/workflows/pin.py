"""The keys of certificates, CSRs and public keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.errors import InputError
from pincompiler.keys.spki import KeyFileError, PublicKey, public_keys
from pincompiler.source.document import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable
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
