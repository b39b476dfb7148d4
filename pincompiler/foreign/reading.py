"""Which reader knows a file: by its ending, and by what is in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pincompiler.base.errors import InputError
from pincompiler.foreign import expo, okhttp, pinset, public_keys, ssl_config, trustkit, wultra
from pincompiler.foreign.literals import SourceText
from pincompiler.foreign.tokens import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pincompiler.foreign.found import Foreign
    from pincompiler.foreign.literals import Literal

_JVM, _APPLE, _SCRIPTS = (okhttp.read,), (trustkit.read,), (expo.read, public_keys.read)
_READERS: Mapping[str, tuple[Callable[[SourceText], Foreign | None], ...]] = {
    **dict.fromkeys((".kt", ".kts", ".java"), _JVM),
    **dict.fromkeys((".swift", ".m", ".mm", ".h"), _APPLE),
    **dict.fromkeys((".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs"), _SCRIPTS),
    ".json": (expo.read,),
}
_OF_JSON: tuple[Callable[[SourceText, Literal], Foreign | None], ...] = (
    pinset.read,
    ssl_config.read,
    wultra.read,
)
KNOWN = (
    "pins of a CertificatePinner or a TSKConfiguration, of pinset.json, ssl_config.json, Wultra's fingerprints, "
    "or of sslPinning and initializeSslPinning"
)


def knows(suffix: str) -> bool:
    """Whether files of an ending are read."""
    return suffix in LANGUAGES


def read_foreign(data: bytes, file: str, suffix: str) -> Foreign:
    """The pins of a file.  InputError if it is no text, no JSON, or has none."""
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: byte 0x{data[error.start]:02x} is not UTF-8") from error
    if suffix == ".json":
        _refuse_malformed(text, file)
    source = SourceText(text, file, suffix)
    found = [one for read in _READERS[suffix] if (one := read(source))]
    if suffix == ".json" and not found:
        top, _ = source.value(0)
        found = [one for read in _OF_JSON if (one := read(source, top))]
    if not found:
        raise InputError(f"{file}: has none of what is read in such a file: {KNOWN}")
    first, *others = found
    for other in others:
        first = first.and_more(other)
    return first


def _refuse_malformed(text: str, file: str) -> None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{file}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from error
    except RecursionError as error:
        raise InputError(f"{file}: not JSON: values are nested too deeply") from error
    except ValueError as error:
        raise InputError(f"{file}: not JSON: {error}") from error
