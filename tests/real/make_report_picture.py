"""Takes the picture of the README: ``python -m tests.real.make_report_picture`` writes samples/audit/report.png.

The picture says in itself of which page it is, so that a test tells without a browser when it is stale.
"""

from __future__ import annotations

import hashlib
import struct
import sys
import zlib
from pathlib import Path
from typing import Final

SAMPLES: Final = Path(__file__).parents[2] / "samples" / "audit"
PAGE: Final = SAMPLES / "report.html"
PICTURE: Final = SAMPLES / "report.png"
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEYWORD: Final = b"Source\0"
"""A keyword of the PNG specification, 11.3.3.2; the digest of the page is its text."""
_WIDTH = 1100
"""CSS pixels."""
_END = "Math.ceil(document.querySelectorAll('details.group')[1].getBoundingClientRect().bottom) + 12"
"""Below the second finding."""


def digest() -> bytes:
    """What a picture of the page as it is now says: SHA-256, in hexadecimal."""
    return hashlib.sha256(PAGE.read_bytes()).hexdigest().encode()


def source_of(picture: bytes) -> bytes:
    """What a picture says of its page; empty if it says nothing."""
    at = len(_SIGNATURE)
    while at < len(picture):
        length, kind = struct.unpack_from(">I4s", picture, at)
        content = picture[at + 8 : at + 8 + length]
        if kind == b"tEXt" and content.startswith(_KEYWORD):
            return content.removeprefix(_KEYWORD)
        at += 12 + length
    return b""


def with_source(picture: bytes, source: bytes) -> bytes:
    """The picture with a chunk that says what it is of, behind its header."""
    end = len(_SIGNATURE) + 25
    content = b"tEXt" + _KEYWORD + source
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    return picture[:end] + chunk + picture[end:]


def main() -> None:
    from tests.real import browser

    with browser.chromium() as driver:
        browser.set_up(driver, _WIDTH)
        driver.get(PAGE.as_uri())
        browser.set_up(driver, _WIDTH, height=browser.value(driver, _END))
        browser.picture(driver, PICTURE, whole=False)
    PICTURE.write_bytes(with_source(PICTURE.read_bytes(), digest()))
    sys.stdout.write(f"wrote {PICTURE.relative_to(SAMPLES.parents[1])}: {PICTURE.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
