"""What a command found, as every form for pipelines takes it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath, PurePosixPath
from typing import TYPE_CHECKING

from pincompiler.base.location import java_name
from pincompiler.base.records import dataclass
from pincompiler.verdicts.fingerprints import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.base.finding import Finding


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file, what is wrong with it, and what remains unknown."""

    command: str
    file: str
    """As it was named."""
    findings: tuple[Finding, ...]
    unknown: tuple[str, ...] = ()
    """Sentences without their full stops."""
    error: str = ""
    """Why it could not be read."""

    def below(self, folder: PurePosixPath) -> Inspected:
        """The same with files as they are called from above ``folder``: pipelines know them from their checkout's top."""
        if folder == PurePosixPath():
            return self
        return replace(
            self, file=_below(folder, self.file), findings=tuple(_moved(one, folder) for one in self.findings)
        )


def _moved(finding: Finding, folder: PurePosixPath) -> Finding:
    where = finding.location
    if where is None:
        return finding
    return replace(finding, location=replace(where, file=_below(folder, where.file)))


def _below(folder: PurePosixPath, file: str) -> str:
    pure = PurePath(file)
    return file if pure.is_absolute() or file.startswith("<") else str(PurePosixPath(folder, pure.as_posix()))


def sentence(finding: Finding) -> str:
    """The message, where it is in an app, what to do, and why it is accepted."""
    where = finding.location
    symbol = java_name(where.symbol) if where and where.symbol else where.member if where else ""
    said = [f"{finding.message}{f' ({symbol})' if symbol else ''}."]
    said += [f"In {', '.join(finding.environments)}."] if finding.environments else []
    said += [f"Fix: {finding.fix}."] if finding.fix else []
    said += [f"Accepted: {finding.accepted}."] if finding.accepted else []
    return " ".join(said)


def fingerprints(inspected: Inspected) -> Iterator[str]:
    """One for each finding, all different, that lines which move do not change: 32 hexadecimal digits."""
    return numbered(
        "\0".join((inspected.command, one.rule, one.target, one.message, *one.hosts))
        for one in inspected.findings
    )
