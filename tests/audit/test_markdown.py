"""Markdown from hostile apps, read by a parser of CommonMark with tables: what an app says stays text in its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pincompiler.base.finding import Snippet
from pincompiler.reports.audit import markdown as audit_markdown
from pincompiler.reports.findings.text import visible
from pincompiler.reports.rules.page import grouped, pages
from pincompiler.rules.every import RULES
from pincompiler.verdicts.changes import compared
from pincompiler.verdicts.subject import KnownKey, Run, Subject
from tests.audit.test_audit_reader import SUBJECTS
from tests.audit.test_reports import IN_CODE, SUBJECT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markdown_it.token import Token

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!--",
    "<br>",
    "&lt;b&gt;",
    "[a](http://127.0.0.1/)",
    "![a](http://127.0.0.1/)",
    "![a][1]",
    "[1]: http://127.0.0.1/",
    "<http://127.0.0.1/>",
    "a | b || c \\| d",
    "`",
    "``` ` ``",
    "`a` | `b",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "---",
    "***bold*** _soft_ ~~gone~~",
    "a\n\n# heading\n\n<b>",
    "    code",
    "\\",
    "a\\`b\\",
    "~~~",
    "$x$ \\(x\\)",
)
RUN = Run("1", date(2026, 11, 23))
HEADINGS = [
    "Hosts",
    "Findings",
    "warning: A pin-set has expired (expired-pin-set)",
    "warning: A key of pins.toml is not in the shipped app (missing-key)",
    "Pins",
    "Rotation calendar",
    "What was not looked at",
    "How this was made",
]
"""All but the first, in which the app is named."""


def parsed(text: str) -> list[Token]:
    """Block tokens and, behind each, the inline ones in it."""
    blocks = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [token for block in blocks for token in (block, *(block.children or ()))]


def lively(tokens: Iterable[Token]) -> Counter[str]:
    """What does more than show text."""
    kinds = ("html_inline", "html_block", "link_open", "image", "s_open", "em_open", "blockquote_open", "hr")
    return Counter(token.type for token in tokens if token.type in kinds and token.content != "<br>")


def headings(tokens: list[Token]) -> list[str]:
    return [shown(tokens[n + 1]) for n, token in enumerate(tokens) if token.type == "heading_open"]


def shown(inline: Token) -> str:
    """The words of a paragraph, a heading or a cell."""
    return "".join(token.content for token in inline.children or () if token.type != "html_inline")


def hostile(text: str) -> Subject:
    """An app in which everything that it can name is called so."""
    finding = replace(SUBJECT.findings[1], message=text, fix=text, hosts=(text,))
    evidence = replace(IN_CODE, chain=(text,), shown=(text, text), remedy=Snippet("xml", f"{text}\n{text}"))
    pin = replace(SUBJECT.pins[0], pin=replace(SUBJECT.pins[0].pin, host=text, pin=text))
    return replace(
        SUBJECT,
        package=text,
        version_name=text,
        findings=(replace(finding, evidence=evidence), replace(finding, rule="missing-key", accepted=text)),
        pins=(pin,),
        verdicts=(replace(SUBJECT.verdicts[0], host=text),),
        unseen=(replace(SUBJECT.unseen[0], what=text, why=text),),
        run=replace(RUN, keys=(KnownKey(text, text, ends=date(2027, 1, 1)),)),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_what_an_app_says_is_text(text: str) -> None:
    tokens = parsed(audit_markdown.render([hostile(text)]))
    assert lively(tokens) == Counter()
    assert headings(tokens)[1:] == HEADINGS
    assert sum(token.type == "table_open" for token in tokens) == 3


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\n" not in text])
def test_what_an_app_says_is_shown_as_it_is(text: str) -> None:
    """To the letter, in its own cell of its table; only spaces may be fewer."""
    tokens = parsed(audit_markdown.render([hostile(text)]))
    cells = [
        " ".join(shown(tokens[n + 1]).split()) for n, token in enumerate(tokens) if token.type == "td_open"
    ]
    words = " ".join(visible(text).split())
    verdict, pin, ends = cells[:3], cells[3:6], cells[6:]
    assert [one.replace("\\x7c", "|") for one in verdict[:1]] == [words]
    assert verdict[1] == "Network security configuration"
    assert [one.replace("\\x7c", "|") for one in pin[:2]] == [words, words]
    assert len(ends) == 6


@pytest.mark.slow
@given(st.lists(SUBJECTS, min_size=1, max_size=2), st.lists(SUBJECTS, max_size=1))
def test_whatever_is_saved_makes_no_more_than_text(now: list[Subject], before: list[Subject]) -> None:
    for subjects in (now, compared(before, now)):
        assert lively(parsed(audit_markdown.render(subjects))) == Counter()


def test_the_parser_sees_what_it_is_asked_for() -> None:
    """Were it not so, nothing above could fail."""
    live = "<b>\n\n[a](b) ![a](b) ~~a~~ *a* <i>\n\n> a\n\n---\n"
    assert lively(parsed(live)) == Counter(
        html_block=1, link_open=1, image=1, s_open=1, em_open=1, html_inline=1, blockquote_open=1, hr=1
    )


def test_the_reference_of_rules_links_to_itself_and_has_no_html() -> None:
    tokens = parsed(audit_markdown.render_rules(grouped(RULES)))
    found = lively(tokens)
    assert found.keys() == {"link_open", "em_open"}
    links = [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
    ids = [one for one in headings(tokens) if one in pages()]
    assert links == [f"#{one}" for one in ids]
    assert {*ids} == {*pages()}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", ""),
        ("a", "`a`"),
        ("a`b", "``a`b``"),
        ("``a`b", "``` ``a`b ```"),
        ("a`", "`` a` ``"),
        (" a", "`  a `"),
        ("a ", "` a  `"),
        (" ", "`   `"),
    ],
)
def test_a_code_span_is_fenced_by_more_backticks_than_it_has(text: str, written: str) -> None:
    """And parted from them where it begins or ends with one, or with a space, of which CommonMark takes one."""
    assert audit_markdown.code(text) == written
    (paragraph,) = (token for token in MarkdownIt().parse(f"x{written}x") if token.type == "inline")
    spans = [child.content for child in paragraph.children or () if child.type == "code_inline"]
    assert "".join(spans).strip() == text.strip()
