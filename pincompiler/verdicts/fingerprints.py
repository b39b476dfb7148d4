"""What makes a finding the same finding in the next build.

Not its line, its offset or the number of its DEX file, which move with every build; nor a name that a
shrinker has made up: where one stands, the role of the place stands in for it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pincompiler.base.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.base.finding import Finding
    from pincompiler.verdicts.subject import Subject

_MADE_UP = lazy_regex(r"L(?:[a-zA-Z0-9]{1,3}/)*[a-zA-Z0-9]{1,3}(?:\$[a-zA-Z0-9]{1,3})*;")
"""A class that R8 or ProGuard has renamed: ``La/b/c;``, ``Lb0/a$b;``."""
_GENERATED = lazy_regex(r"\$\$(?:ExternalSynthetic)?Lambda\S*?;|\$\d+;")
"""The tail of a class that the compiler has numbered."""


def fingerprints(package: str, findings: Iterable[Finding]) -> Iterator[str]:
    """A fingerprint for each finding of an app: 32 hexadecimal digits, all different."""
    return numbered("\0".join(_meaning(package, finding)) for finding in findings)


def numbered(meanings: Iterable[str]) -> Iterator[str]:
    """A fingerprint for each meaning: 32 hexadecimal digits, all different, for equal ones are counted."""
    seen: dict[str, int] = {}
    for meaning in meanings:
        seen[meaning] = seen.get(meaning, 0) + 1
        text = f"{meaning}\0{seen[meaning]}"
        yield hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def fingerprinted(subject: Subject) -> Iterator[tuple[Finding, str]]:
    """Each finding of an app, then each one that is fixed, with its fingerprint."""
    # In one count: of two of a kind of which one is fixed, that one keeps a fingerprint of its own.
    findings = (*subject.findings, *subject.fixed)
    return zip(findings, fingerprints(subject.package, findings), strict=True)


def _meaning(package: str, finding: Finding) -> Iterator[str]:
    evidence = finding.evidence
    yield "pincompiler/1"
    yield package
    yield finding.rule
    yield ",".join(sorted(finding.hosts))
    if evidence:
        yield evidence.mechanism
        yield evidence.owner
        yield evidence.role
    yield _place(finding)


def _place(finding: Finding) -> str:
    """The class and method, where their names are the author's; a file that is no code."""
    where = finding.location
    if where is None:
        return ""
    if where.symbol:
        owner, _, method = where.symbol.partition("->")
        if _MADE_UP.fullmatch(owner):
            return ""
        return f"{_GENERATED.sub(';', owner)}->{method.partition('(')[0]}" if method else owner
    # A shortened resource path is made up as well; what it is comes from the rule and the role.
    return "" if where.member.startswith("res/") else where.member.rpartition("!")[2]
