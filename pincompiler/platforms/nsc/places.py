"""Where the elements of an XML text begin: libxml2 knows the line of a tag's end, and no column."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pincompiler.base.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element as Element

_MARKUP = lazy_regex(
    r"""<(?:
        !--.*?-->
        | !\[CDATA\[.*?\]\]>
        | \?.*?\?>
        | !DOCTYPE(?:"[^"]*"|'[^']*'|<!--.*?-->|\[(?:"[^"]*"|'[^']*'|<!--.*?-->|[^]"'])*\]|[^]["'>])*>
        | (?P<tag>[^\s!?/>]+(?:"[^"]*"|'[^']*'|[^"'>])*)>
    )""",
    re.VERBOSE | re.DOTALL,
)


def places(root: Element, data: bytes) -> Mapping[Element, tuple[int, int]]:
    """The line and column, from 1 and in characters, of each element of a text; none if an entity brings some along."""
    elements = list(root.iter("*"))
    # Of a file with a byte order mark lxml does not know the encoding.
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    encoding = "utf-16" if wide else root.getroottree().docinfo.encoding or "utf-8"
    text = data.decode(encoding, "replace").removeprefix("\ufeff")
    starts = [found.start() for found in _MARKUP.finditer(text) if found["tag"]]
    return dict(zip(elements, _positions(text, starts), strict=True)) if len(starts) == len(elements) else {}


def _positions(text: str, starts: list[int]) -> Iterator[tuple[int, int]]:
    line, begin = 1, 0
    for start in starts:
        line += text.count("\n", begin, start)
        begin = start
        yield line, start - text.rfind("\n", 0, start)
