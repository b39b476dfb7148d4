"""Rules on what Apple's platforms and TrustKit make of a property list."""

from pincompiler.platforms.plist_faults import FaultKind
from pincompiler.rules.rule import Audited, Findings, Level, Rule

__all__ = ("FaultKind", "Level", "faults", "faulty")


def faulty(name: str, level: Level, doc: str, kind: FaultKind) -> Rule:
    """The rule on one kind of fault."""

    def check(audited: Audited) -> Findings:
        return faults(rule, audited, kind)

    rule = Rule(name, level, doc, app=check)
    return rule


def faults(rule: Rule, audited: Audited, kind: FaultKind) -> Findings:
    """The findings of one kind; no more than warnings where no host is blocked or loses pins."""
    for one in audited.app.plists.faults:
        fault = one.fault
        if fault.kind is kind:
            own = rule.level if fault.grave or rule.level is not Level.ERROR else Level.WARNING
            yield rule.in_file(
                one.where, fault.message, fault.fix, level=own, hosts=fault.hosts, role=fault.message
            )
