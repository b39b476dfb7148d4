"""Where something is, in a text or a file."""

from __future__ import annotations

from dataclasses import field

from pincompiler.records import dataclass

TomlPath = tuple[str | int, ...]
"""The way to a TOML value: table and key names, and indices into arrays, from the top."""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of text.  Lines and columns count from 1, columns in code points."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file: a span when it is known, else the TOML path that leads to one.

    Positions in a TOML text cost a second walk over it, so the reader hands out paths, and
    :func:`pincompiler.source.document.place` finds their spans once something has to be said.
    """

    file: str
    span: Span | None = None
    path: TomlPath = ()
    on_key: bool = False
    """Whether ``path`` means the name of the entry rather than its value."""
    member: str = ""
    """The file inside an app: ``classes2.dex``, ``res/xml/network_security_config.xml``."""
    symbol: str = ""
    """The method inside a DEX file: ``Lcom/example/Net;->client()Lokhttp3/OkHttpClient;``."""
    offset: int | None = field(default=None, compare=False)
    """Where in the method's bytecode, in code units of 16 bits, as dexdump prints it."""

    def at(self, *more: str | int, on_key: bool = False) -> Location:
        """The place of an entry below this one; a place that is no TOML path stays as it is."""
        if self.span is not None:
            return self
        return Location(self.file, None, (*self.path, *more), on_key)
