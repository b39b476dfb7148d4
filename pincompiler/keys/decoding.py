"""The border to cryptography's decoders: whatever they raise for what is in a file is one error."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pincompiler.base.quiet import quietly

if TYPE_CHECKING:
    from collections.abc import Iterator


class DamagedError(ValueError):
    """Not what it claims to be, or of a kind that cryptography does not know; ``str()`` is its own sentence."""


@contextmanager
def decoding() -> Iterator[None]:
    """Decode in here what comes from outside; raises DamagedError, however cryptography refuses it, and never warns.

    Not all that it raises is a ValueError: a version of X.509 that does not exist (RFC 5280 section 4.1.2.1), an
    extension that is there twice, a kind of name that nobody uses (``x400Address``, section 4.2.1.6), an
    algorithm or a parameter that OpenSSL lacks.  TypeError is its answer to an encrypted key without password.
    """
    from cryptography import x509
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm

    try:
        with quietly():
            yield
    except (
        ValueError,
        TypeError,
        OverflowError,
        UnsupportedAlgorithm,
        InternalError,
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise DamagedError(str(error)) from error
