"""Fetch every real part that can be had: ``python -m tests.real.fetch_all``, which is ``make tools``.

What cannot be had here is named and left out: the tests that want it say so at the end of their run.  In CI that is a
failure at once.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests import parts
from tests.dex import fetch
from tests.real import cronet, install, judges, packages, serving, swift
from tests.real.fetching import FetchError, ended, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOG: Final = "fetch.log"


@dataclass(frozen=True, slots=True)
class Step:
    """Something to fetch unless it is there."""

    title: str
    lacking: Callable[[], list[str]]
    fetch: Callable[[], None]


STEPS: Final = (
    Step("jars of Kotlin, OkHttp, R8 and Android", install.lacking_jars, install.fetch_jars),
    Step("the table for aapt2", install.lacking_framework, install.fetch_framework),
    Step("Swift", swift.lacking, swift.fetch),
    Step("real apps", fetch.lacking_apks, fetch.fetch_apks),
    Step("SARIF's validator", fetch.lacking_validator, fetch.fetch_validator),
    Step("taplo", fetch.lacking_taplo, fetch.fetch_taplo),
    Step("axe-core", judges.lacking_axe, judges.fetch_axe),
    Step("a schema of JUnit XML", judges.lacking_schema, judges.fetch_schema),
    Step("mitmproxy", serving.lacking, serving.fetch),
    Step("Cronet", cronet.lacking, cronet.fetch),
)


def steps() -> Iterator[Step]:
    """The Debian packages, where this process may install them, and all else."""
    wanted = packages.wanted() if packages.installable() else []
    if wanted:
        title = f"Debian packages {' '.join(wanted)}"
        yield Step(title, packages.wanted, lambda: packages.apt_install(wanted))
    yield from STEPS


def lacking() -> list[str]:
    """All that is not there."""
    commands = [command for group in packages.GROUPS for command in group.absent()]
    return commands + [name for step in STEPS for name in step.lacking()]


def take(step: Step) -> str:
    """Fetch it; all that was said if it cannot be had, else nothing."""
    say(f"{step.title}: fetching")
    began = time.monotonic()
    try:
        step.fetch()
    except (FetchError, OSError) as error:
        say(f"{step.title}: left out: {str(error).partition(chr(10))[0]}")
        return f"== {step.title}\n{error}\n"
    say(f"{step.title}: here, after {time.monotonic() - began:.0f} s")
    return ""


def main() -> int:
    if not lacking():
        say("real parts: all are there")
        return 0
    tools = install.tools_directory()
    say(f"real parts: fetching into {tools.name}/ what is missing, 2 GB and some minutes if that is all")
    log = "".join(take(step) for step in steps() if step.lacking())
    absent = lacking()
    if not absent:
        say("real parts: all are there")
        return 0
    if log and tools.is_dir():
        (tools / LOG).write_text(log, encoding="utf-8")
        say(f"what the commands said: {tools.name}/{LOG}")
    say("left out:")
    for title in packages.titles(absent):
        say(f"  {title}")
    say(f"to bring them: {packages.cure()}")
    return int(parts.required())


if __name__ == "__main__":
    sys.exit(ended(main))
