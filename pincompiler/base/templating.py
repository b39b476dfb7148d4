"""Source code and pages from templates that hold no decisions; every literal in them is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pincompiler.base.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from jinja2 import Environment

_PLAIN = lazy_regex(r"[A-Za-z0-9 !#%&'()*+,./:;<=>?@^_`{|}~-]*")
"""What stands for itself in every language; nearly all that is ever written."""
_BACKTICKS = lazy_regex(r"``?([^`]+)``?")
_NO_COMMENT = lazy_regex(r"[^A-Za-z0-9._, -]+")


def render(template: str, **values: object) -> bytes:
    """A template filled in, as UTF-8; StrictUndefined: a value it asks for and lacks is a bug."""
    return _environment().get_template(template).render(**values).encode()


def render_page(template: str, **values: object) -> str:
    """An HTML page; every value is escaped, and every string was made :func:`visible` before."""
    return _pages().get_template(template).render(**values)


def template_root() -> Path:
    """The directory of the templates: in the wheel, inside the package; in a checkout, beside it."""
    package = Path(__file__).parents[1]
    return next(path for path in (package / "templates", package.parent / "templates") if path.is_dir())


def string_literal(text: str, special: str = '"\\') -> str:
    """A double-quoted literal of Java, and of Kotlin with ``$`` among the special characters."""
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    escaped = (f"\\{c}" if c in special else c if " " <= c <= "~" else _utf16(c) for c in text)
    return f'"{"".join(escaped)}"'


def kotlin_literal(text: str) -> str:
    """A string literal of Kotlin, without templates."""
    return string_literal(text, '"\\$')


def swift_literal(text: str) -> str:
    """A string literal of Swift; escaping the backslash also disarms interpolation."""
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    escaped = (f"\\{c}" if c in '"\\' else c if " " <= c <= "~" else f"\\u{{{ord(c):x}}}" for c in text)
    return f'"{"".join(escaped)}"'


def swift_optional(value: object | None) -> str:
    """A string literal of Swift, or nil."""
    return "nil" if value is None else swift_literal(str(value))


def toml_literal(text: str) -> str:
    """A basic string of TOML."""
    escaped = (f"\\{c}" if c in '"\\' else c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(escaped)}"'


def comment_text(text: str) -> str:
    """Words for a comment, which they cannot end: a line, without ``*/`` and the like."""
    return _NO_COMMENT.sub("_", text)


def toml_comment(text: str) -> str:
    """Words for a comment of TOML, which ends with its line and has no control characters."""
    return "".join(c if c.isprintable() else "_" for c in text)


def _utf16(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[n : n + 4]}" for n in range(0, len(units), 4))


def _prose(text: str) -> str:
    """Words with names in backticks, single or double, as HTML."""
    from markupsafe import Markup, escape

    parts = _BACKTICKS.split(text)
    shown = (
        escape(part) if n % 2 == 0 else Markup("<code>{}</code>").format(part) for n, part in enumerate(parts)
    )
    return Markup("").join(shown)


@cache
def _pages() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(template_root()),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = _prose
    return environment


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - source code, not HTML: literals go through filters
        loader=FileSystemLoader(template_root()),
        undefined=StrictUndefined,
        auto_reload=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "java": string_literal,
        "kotlin": kotlin_literal,
        "swift": swift_literal,
        "swift_optional": swift_optional,
        "toml": toml_literal,
        "comment": comment_text,
        "toml_comment": toml_comment,
    }
    return environment
