"""What a rule is: an id, a level, a check, and its page, which is also its test.

A rule's module imports from here what every rule needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from pincompiler.base.finding import Confidence, Evidence, Finding, Level, Use
from pincompiler.base.records import dataclass
from pincompiler.facts.common import Mechanism
from pincompiler.rules.examined import Examined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from pincompiler.base.finding import Snippet
    from pincompiler.base.location import Location
    from pincompiler.facts import Code, ShippedApp
    from pincompiler.facts.nsc import NscFile
    from pincompiler.platforms.target import Target
    from pincompiler.policy.differences import Remembered
    from pincompiler.policy.enforcement import Enforcement
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.project import App, Project
    from pincompiler.policy.trust import Anchor
    from pincompiler.verdicts.drift import Drift, DriftKind
    from pincompiler.verdicts.lowering import Lowering

__all__ = (
    "Audited",
    "Confidence",
    "Examined",
    "Finding",
    "Findings",
    "Level",
    "Lowered",
    "Mechanism",
    "Rule",
)

Findings: TypeAlias = Iterator[Finding]
"""What a check gives."""

_FENCE, _REFERENCES = "\n```", "\nReferences: "


@dataclass(frozen=True, slots=True)
class Lowered:
    """A policy and what one target makes of it."""

    policy: Policy
    wanted: Remembered
    """The policy's verdicts, remembered from target to target."""
    app: App
    target: Target[Any]
    name: str
    """Of the output, as users write it behind ``target.``."""
    model: Enforcement
    today: date
    where: Location | None = None
    """The place of ``[target.NAME]``."""
    unmanaged: frozenset[str] = frozenset()
    """Names that come from a hand-written base and not from the policy."""
    mechanisms: frozenset[str] = frozenset()
    """Of all targets of the project, this one's among them; as :attr:`Target.mechanism`."""


@dataclass(frozen=True, slots=True)
class Traces:
    """By what an assessment build is known, wherever it is found."""

    digests: frozenset[str]
    """Of what its files say."""
    anchors: tuple[Anchor, ...]


@dataclass(frozen=True, slots=True)
class Audited:
    """A shipped app, with what pins.toml says of it."""

    app: ShippedApp
    today: date
    policy: Policy | None = None
    """What pins.toml means, if there is one."""
    horizon: int = 30
    """Warn this many days before an expiry."""
    project: Project | None = None
    """The pins.toml that ``policy`` is of."""
    expected: tuple[Lowering, ...] = ()
    """What it compiles to, for each mechanism of Android that it has a target for."""
    drift: tuple[Drift, ...] = ()
    """Where the app differs from that."""
    meant: str = ""
    """The environment that the app should be of."""
    foreign: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The digests that files of other environments alone have, with the names of these."""
    traces: Traces | None = None
    """Those of the assessments of pins.toml; None: it has none, or there is none."""

    def remedy(self, host: str, mechanism: str = "") -> Snippet | None:
        """What pins.toml compiles to for a host, by one mechanism or by the first that has it."""
        found = (one.excerpt(host) for one in self.expected if mechanism in ("", one.mechanism))
        return next((one for one in found if one), None)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that should not be.  Its id reads well after "allow"."""

    id: str
    level: Level
    doc: str
    """The docstring of its module: summary, why it is bad, example, what to use instead, references."""
    policy: Callable[[Examined], Findings] | None = None
    """Checks one enforcement."""
    target: Callable[[Lowered], Findings] | None = None
    """Checks what a target makes of a policy."""
    app: Callable[[Audited], Findings] | None = None
    """Checks a shipped app.  A rule without any check is reported by the reader of pins.toml."""

    @property
    def page(self) -> str:
        """Its documentation for people, in Markdown, with headings, without the references."""
        return f"{self.summary}.\n\n## Why is this bad?\n\n{self.why}\n\n## Example\n\n{self.example}"

    @property
    def why(self) -> str:
        """The paragraphs below the summary: why it is bad, and what to do."""
        return self._body[: self._body.index(_FENCE)].strip()

    @property
    def example(self) -> str:
        """The wrong code, and below "Use instead:" the right code, or the lines that change."""
        return self._body[self._body.index(_FENCE) :].strip()

    @property
    def _body(self) -> str:
        return self.doc.partition(_REFERENCES)[0].strip().partition("\n")[2]

    @property
    def references(self) -> tuple[str, ...]:
        """Ids of CWE 4.18, MASVS 2.1, MASTG and MASWE (2026-11), then RFCs, documents and other tools' rules."""
        given = self.doc.partition(_REFERENCES)[2].strip()
        return tuple(given.split("; ")) if given else ()

    @property
    def summary(self) -> str:
        """The first line of its documentation, without the full stop."""
        return self.doc.strip().partition("\n")[0].rstrip(".")

    def at(self, where: Location | None, message: str, fix: str, **more: Any) -> Finding:
        """A finding of this rule."""
        return Finding(self.id, self.level, message, where, fix, **more)

    def drifted(self, audited: Audited, kind: DriftKind, fix: str) -> Findings:
        """A finding for each drift of a kind, at its line in pins.toml, with the place in the app beside it."""
        for one in audited.drift:
            if one.kind is kind:
                pin_set = audited.policy.covering(one.host) if audited.policy else None
                listed = pin_set is not None and one.host in pin_set.hosts
                where = pin_set.where_host(one.host) if pin_set and listed else one.shipped.where
                related = (("shipped here", one.shipped.where),) if one.shipped.where else ()
                yield Finding(
                    self.id,
                    self.level,
                    f"in {one.shipped.title}, {one.said}",
                    where,
                    fix,
                    (one.host,),
                    related=related,
                    evidence=Evidence(
                        mechanism=one.mechanism.value,
                        api=str(one.shipped.api),
                        role=one.pin.hex(),
                        remedy=audited.remedy(one.host, one.mechanism.value),
                    ),
                )

    def in_file(
        self, where: Location, message: str, fix: str, *, level: Level | None = None, **more: Any
    ) -> Finding:
        """A finding in a file of a shipped app; see :meth:`in_code` for ``more``."""
        hosts, related = more.pop("hosts", ()), more.pop("related", ())
        chosen = level or self.level
        return Finding(
            self.id, chosen, message, where, fix, hosts, related=related, evidence=Evidence(**more)
        )

    def in_nsc(self, file: NscFile, where: Location | None, message: str, fix: str, **more: Any) -> Finding:
        """A finding in a network security configuration; where the place is not known, in its file."""
        more = {"mechanism": Mechanism.NSC.value, "api": str(file.api), **more}
        return self.in_file(where or file.where, message, fix, **more)

    def in_code(
        self, audited: Audited, code: Code, message: str, fix: str, *, level: Level | None = None, **more: Any
    ) -> Findings:
        """The finding in code of a shipped app; none for code of a library that merely came along.

        ``more`` are ``hosts`` and ``related`` of :class:`Finding` and the fields of :class:`Evidence`.  What
        a library can do is no more than a note, and only if the app uses the class: its author has put a
        switch before it as a rule.  What nothing refers to is no more than a note either, nor what may
        be a library that is not known, or whose name a shrinker took, unless it is reached.
        """
        reached = audited.app.reach(code)
        chosen = level or self.level
        if not code.owner.first_party:
            if reached.use is not Use.REACHABLE:
                return
            chosen = Level.NOTE
            more = {"confidence": Confidence.LIKELY, **more}
        elif reached.use is Use.PRESENT or (not code.owner.known and reached.use is not Use.REACHABLE):
            chosen = Level.NOTE
        evidence = {"confidence": Confidence.CONFIRMED, **more}
        yield self.in_file(
            code.location,
            message,
            fix,
            level=chosen,
            owner=code.owner.name,
            first_party=code.owner.first_party,
            use=reached.use,
            chain=reached.chain,
            **evidence,
        )
