"""Who decides on a host, and the pages of rules, for programs: JSON whose shape is version 1 and stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base import json_tables
from pincompiler.base.json_kinds import TEXT, TEXTS, TRUTH, Many
from pincompiler.base.json_tables import JsonTable, field, result
from pincompiler.reports.json_parts import LEVEL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.rules.rule import Rule
    from pincompiler.workflows.explain import Explanation

_ENFORCEMENT = JsonTable(
    "enforcement",
    "What pins.toml, or a target, does for the host.",
    (
        field("who", TEXT, "`pins.toml`, or the target and its file."),
        field(
            "pinned",
            TRUTH,
            "Whether a key or a certificate is demanded of chains.",
            lambda one: bool(one.demands),
        ),
        field("decided-by", TEXTS, "The entries that count; none: the host is not pinned."),
        field(
            "needs",
            TEXTS,
            "The accepted keys and certificates of each demand; all demands have to be met.",
            "demands",
        ),
        field(
            "trusts", TEXTS, "In whom chains may end: the device's stores, then CAs of the app.", "trusted"
        ),
        field("ends", TEXT, "The instants at which the pins end; may be empty."),
        field("does-not-see", TEXT, "Connections that are not seen; may be empty.", "uncovered"),
        field(
            "leaves-out",
            TEXT,
            "What the answer leaves out of the question besides; may be empty.",
            "left_out",
        ),
    ),
)
HOST = result(
    "explain",
    "Who decides on a host.",
    field("host", TEXT, "The host, as it was named.", lambda pair: pair[0]),
    field("enforcements", Many(_ENFORCEMENT), "The policy first, then each target.", lambda pair: pair[1]),
)
_RULE = JsonTable(
    "rule",
    "The page of a rule.",
    (
        field("id", TEXT, "The id, as findings name it."),
        field("level", LEVEL, "How much a finding of it matters."),
        field("summary", TEXT, "What is wrong, in a line."),
        field("text", TEXT, "The page, in Markdown.", "page"),
        field("references", TEXTS, "The ids of CWE, MASVS, MASTG and MASWE, and documents."),
    ),
)
RULES = result(
    "explain",
    "The pages of rules.",
    field("rules", Many(_RULE), "The rule that was named, or all.", list),
)


def render_host(host: str, explanations: tuple[Explanation, ...]) -> str:
    """``{"version": 1, "command": "explain", "host": …, "enforcements": […]}``."""
    return json_tables.render(HOST, (host, explanations))


def render_rules(rules: Iterable[Rule]) -> str:
    """``{"version": 1, "command": "explain", "rules": […]}``."""
    return json_tables.render(RULES, rules)
