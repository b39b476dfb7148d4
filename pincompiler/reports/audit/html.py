"""Audits as one HTML file: no network, no server, readable without JavaScript, and on paper.

The page may be mailed around and comes from what an app says, so a Content-Security-Policy in it lets
nothing be loaded, and runs no script but the one of the template, by its hash.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING

from pincompiler._version import __roots__, __version__
from pincompiler.base.templating import render_page, template_root
from pincompiler.reports.audit.view import view

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pincompiler.reports.rules.page import RuleGroup
    from pincompiler.verdicts.subject import Subject

_FEW = 3
"""Up to so many apps, what is in folds is unfolded."""
_MANY = 20
"""Up to so many apps are laid out at once, so that a picture of the whole page has all of them."""


def render(subjects: Sequence[Subject]) -> str:
    """The report on all apps."""
    shown = view(subjects)
    return render_page(
        "report.html.j2",
        report=shown,
        version=__version__,
        roots=__roots__,
        several=shown.apps if len(shown.apps) > 1 else (),
        # A heading is one level below the one above it.
        part="h3" if len(shown.apps) > 1 else "h2",
        name="h4" if len(shown.apps) > 1 else "h3",
        late="app late" if len(shown.apps) > _MANY else "app",
        opened="open" if len(shown.apps) <= _FEW else "",
        **page_parts("report.css", "report.js"),
    )


def render_rules(groups: Iterable[RuleGroup]) -> str:
    """The reference of rules."""
    return render_page("rules.html.j2", groups=tuple(groups), version=__version__, **page_parts("report.css"))


def page_parts(*names: str) -> dict[str, str]:
    """Our own style sheet and script, and the policy that allows exactly them."""
    texts = {name.partition(".")[2]: (template_root() / name).read_text("utf-8") for name in names}
    allowed = {kind: f"'sha256-{_digest(text)}'" for kind, text in texts.items()}
    script = f" script-src {allowed['js']};" if "js" in allowed else ""
    policy = f"default-src 'none'; style-src {allowed['css']};{script} base-uri 'none'; form-action 'none'"
    return {**texts, "policy": policy}


def _digest(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
