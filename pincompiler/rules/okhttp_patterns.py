"""What the rules on the entries of OkHttp's pinners have in common."""

from pincompiler.base.bounds import SHOWN_LONG, shortened
from pincompiler.facts.okhttp import Added, Library
from pincompiler.rules.rule import Audited, Findings, Mechanism, Rule


def added(audited: Audited) -> list[tuple[Added, Library]]:
    """The patterns that the app's own code adds to pinners, with their pins and the OkHttp that reads them."""
    return [
        (one, pinner.library)
        for pinner in audited.app.okhttp.pinners
        for one in pinner.added
        if one.code.owner.first_party
    ]


def entry(rule: Rule, audited: Audited, one: Added, message: str, fix: str, shown: str) -> Findings:
    """The finding on one pattern or one pin of it."""
    return rule.in_code(
        audited,
        one.code,
        message,
        fix,
        hosts=(one.pattern,),
        mechanism=Mechanism.OKHTTP.value,
        shown=(shortened(shown, SHOWN_LONG),),
        role=shown,
    )
