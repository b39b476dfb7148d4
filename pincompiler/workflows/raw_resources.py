"""The certificates that a configuration refers to, in the folder of raw resources beside its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pincompiler.base.errors import InputError
from pincompiler.base.location import Location
from pincompiler.source.document import read_bytes
from pincompiler.source.paths import entries

if TYPE_CHECKING:
    from pincompiler.policy.trust import Anchor


def beside(path: Path, reference: str) -> tuple[Anchor, ...] | None:
    """The CAs of ``@raw/NAME``, in the folder of such resources beside the one of a configuration."""
    from pincompiler.keys.anchors import anchors_in, one_resource

    kind, _, name = reference.removeprefix("@").rpartition("/")
    folder = path.resolve().parent
    resources = folder.parent if folder.name.partition("-")[0] == "xml" else folder
    files = [
        one
        for place in resources.glob(f"{kind}*")
        if kind == "raw" and place.name.partition("-")[0] == kind
        for one in entries(place)
        if one.name.partition(".")[0] == name and one.is_file()
    ]
    try:
        return one_resource(anchors_in(read_bytes(one), reference, Location(_shown(one))) for one in files)
    except InputError:  # it cannot be read, and is not known
        return None


def _shown(path: Path) -> str:
    """A path as users write it, from the working directory where it is below that."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
