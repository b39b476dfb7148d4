"""Rules on what Android ignores or misreads in a network security configuration."""

from pincompiler.platforms.nsc.oddities import OddityKind
from pincompiler.rules.rule import Audited, Findings, Level, Rule

__all__ = ("OddityKind", "odd")


def odd(name: str, level: Level, doc: str, kind: OddityKind) -> Rule:
    """The rule on one kind of oddity; a warning where no pins are lost."""

    def check(audited: Audited) -> Findings:
        for file in audited.app.nsc.read:
            for one in file.nsc.oddities:
                if one.kind is kind:
                    grave = rule.level if one.pinning else Level.WARNING
                    message = f"{one.message}{f' (for {one.hosts[0]})' if one.hosts else ''}"
                    yield rule.in_nsc(
                        file, one.where, message, one.fix, level=grave, hosts=one.hosts, role=one.message
                    )

    rule = Rule(name, level, doc, app=check)
    return rule
