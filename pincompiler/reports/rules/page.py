"""The documentation of a rule in its parts: why, wrong, right, and what it rests on."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.reports.findings.text import visible
from pincompiler.rules.every import RULES
from pincompiler.rules.references import reference_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pincompiler.rules.rule import Rule

_FENCE = lazy_regex(r"```(\w*)\n(.*?)```", re.DOTALL)
_GROUPS = (
    "Pin-sets, of pins.toml and of apps",
    "Shipped apps",
    "What targets make of a policy",
    "The text of pins.toml, keys, outputs and acceptances",
)
_CHANGES = "Changed lines"
_NAMES = {
    "xml": "XML",
    "toml": "pins.toml",
    "java": "Java",
    "kotlin": "Kotlin",
    "objc": "Objective-C",
    "swift": "Swift",
    "diff": _CHANGES,
}


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a diff with its sign: - for a line to take out, + for a new one, a space for one that stays."""

    mark: str
    text: str
    """The line with its sign, so that the sign is read where no colour is seen."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or code; one of the two is empty."""

    prose: str = ""
    code: str = ""
    language: str = ""

    @property
    def changes(self) -> tuple[DiffLine, ...]:
        """The lines of a diff; none for other code.  Between two places stands `...`."""
        if self.language != _CHANGES:
            return ()
        lines = ("..." if line == "@@" else line for line in self.code.split("\n"))
        return tuple(DiffLine(line[:1], line) for line in lines)


@dataclass(frozen=True, slots=True)
class Reference:
    """An id of a catalogue with its name there, or a document."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class RulePage:
    """A rule for people to read."""

    id: str
    level: str
    summary: str
    why: tuple[str, ...]
    """Paragraphs; names in backticks."""
    wrong: tuple[Block, ...]
    right: tuple[Block, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules on the same kind of thing, by their ids."""

    title: str
    rules: tuple[RulePage, ...]


def grouped(rules: Iterable[Rule]) -> tuple[RuleGroup, ...]:
    """The pages of rules as somebody looks them up: by what they check, then by the alphabet."""
    by_title: dict[str, list[RulePage]] = {title: [] for title in _GROUPS}
    for rule in sorted(rules, key=lambda rule: rule.id):
        by_title[_group(rule)].append(page(rule))
    return tuple(RuleGroup(title, tuple(some)) for title, some in by_title.items() if some)


def _group(rule: Rule) -> str:
    checks = (rule.policy, rule.app, rule.target)
    return next((title for title, check in zip(_GROUPS, checks, strict=False) if check), _GROUPS[-1])


def page(rule: Rule) -> RulePage:
    """The page of a rule."""
    wrong, _, right = rule.example.partition("\nUse instead:\n")
    return RulePage(
        rule.id,
        rule.level.value,
        rule.summary,
        tuple(block.prose for block in _blocks(rule.why)),
        tuple(_blocks(wrong)),
        tuple(_blocks(right)),
        tuple(Reference(one, reference_name(one)) for one in rule.references),
    )


def _blocks(text: str) -> Iterator[Block]:
    parts = _FENCE.split(text)
    for number in range(0, len(parts), 3):
        for paragraph in re.split(r"\n\s*\n", parts[number]):
            if words := " ".join(paragraph.split()):
                yield Block(prose=words)
        if number + 2 < len(parts):
            language = parts[number + 1]
            yield Block(code=parts[number + 2].rstrip("\n"), language=_NAMES.get(language, language))


@cache
def pages() -> Mapping[str, RulePage]:
    """Every rule's page by its id."""
    return {rule.id: page(rule) for rule in RULES}


def page_of(rule: str) -> RulePage:
    """The page of a rule; an empty one for a rule of another version of pincompiler."""
    return pages().get(rule) or RulePage(
        visible(rule), "", "A rule that this version does not know", (), (), (), ()
    )
