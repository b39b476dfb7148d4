"""`make bench`: what hostile apps cost, and what becomes of the others beside them.

Work on an app is within 1.3 of linear from 1 to 8 times its size, for every generator of tests/dex, or ends where a
bound says *unknown*.  Of five hundred apps one that hangs, one that dies and one that eats memory cost themselves alone.
Times are CPU seconds of this process.

python tests/bench_hostile.py [NAME...]
"""

from __future__ import annotations

import gc
import os
import resource
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent.parent))

from pincompiler.base.workers import Allowance
from pincompiler.reports.audit import json as audit_json
from pincompiler.shipped import read_app
from pincompiler.workflows import audit
from tests.apk.forge import simple_zip
from tests.dex.burdens import BURDENS
from tests.dex.file_burdens import FILE_BURDENS
from tests.strategies import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.dex.burdens import Files

MOST = 1.3
"""How many times the work may grow of what the app does."""
LEAST_S = 0.05
"""What the smaller app takes at least, so that what every audit takes does not count; or it is as small at 8 times."""
BOUNDED_S = 10.0
"""What an app takes at most whose work is bounded."""
APPS = 500
ASKED = audit.audit_options(TODAY, None, ())


class Cost(NamedTuple):
    """Of one audit, with its report."""

    seconds: float
    size: int
    """Bytes, unpacked."""
    complete: bool


def cost(path: Path, files: Files, rounds: int = 2) -> Cost:
    """The least of some rounds."""
    path.write_bytes(simple_zip(files))
    taken = []
    for _ in range(rounds):
        gc.collect()
        began = time.process_time()
        subject = audit.audit(path, ASKED)
        audit_json.render([subject])
        taken.append(time.process_time() - began)
    return Cost(min(taken), sum(map(len, files.values())), subject.complete)


def growth(path: Path, make: Callable[[int], Files], least: int) -> tuple[float, Cost, Cost]:
    """How many times the work grows of what the app does, from the size at which it takes long enough to 8 times that."""
    nothing, count = cost(path, make(1)), least
    while (one := cost(path, make(count))).seconds - nothing.seconds < LEAST_S and count < 16 * least:
        count *= 2
    eight = cost(path, make(8 * count), 1)
    larger = (eight.size - nothing.size) / max(1, one.size - nothing.size)
    work = (eight.seconds - nothing.seconds) / max(LEAST_S, one.seconds - nothing.seconds)
    return work / larger, one, eight


def linear(folder: Path, names: list[str]) -> Iterator[str]:
    """What grows faster than its app without an end."""
    gc.disable()
    for name, (make, least) in sorted((BURDENS | FILE_BURDENS).items()):
        if names and name not in names:
            continue
        times, one, eight = growth(folder / "app.apk", make, least)
        bounded = not eight.complete and eight.seconds <= BOUNDED_S
        over = times > MOST and not bounded
        print(
            f"{'OVER' if over else 'ok  '} {name:<16} {one.seconds * 1000:7.0f} ms {eight.seconds * 1000:7.0f} ms"
            f"   {times:5.2f} x linear{'' if eight.complete else ', unknown'}",
            flush=True,
        )
        if over:
            yield name
    gc.enable()


@contextmanager
def hostile(deeds: dict[Path, Callable[[], object]]) -> Iterator[None]:
    """While some paths are read, things happen, in the processes that are forked of this one."""

    def reading(path: Path, *more: Any) -> object:
        return deeds[path]() if path in deeds else read_app(path, *more)

    with mock.patch.object(audit, "read_app", reading):
        yield


def survivors(folder: Path) -> Iterator[str]:
    """What goes wrong among five hundred apps of which three are hostile, with two jobs."""
    data = (Path(__file__).parents[1] / "samples" / "audit" / "shop.apk").read_bytes()
    paths = [folder / f"{number}.apk" for number in range(APPS)]
    for path in paths:
        path.write_bytes(data)
    bad = {
        paths[100]: "the process that read it took more than 5 s and was stopped",
        paths[200]: "the process that read it was ended by SIGKILL, as the system does when memory runs out",
        paths[300]: "memory ran out",
    }
    deeds: tuple[Callable[[], object], ...] = (
        lambda: time.sleep(600),
        lambda: os.kill(os.getpid(), 9),
        lambda: [bytes(1 << 24) for _ in range(1 << 12)],
    )
    began = time.monotonic()
    with hostile(dict(zip(bad, deeds, strict=True))):
        found = list(audit.audit_all(paths, ASKED, 2, Allowance(5, 1024)))
    took, memory = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    alone = audit.audit(paths[0], ASKED)
    if [Path(one.path) for one in found] != paths:
        yield "an app is missing, or out of its order"
    for path, one in zip(paths, found, strict=False):
        if one.error != bad.get(path, ""):
            yield f"{path.name}: {one.error}"
        if path not in bad and one.findings and len(one.findings) != len(alone.findings):
            yield f"{path.name}: {len(one.findings)} findings"
    print(f"{APPS} apps, {len(bad)} of them hostile, two jobs: {took:.0f} s, {memory} MB")
    print(*(f"    {Path(one.path).name}: {one.error}" for one in found if one.error), sep="\n")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wrong = [] if sys.argv[1:] else list(survivors(folder))
        wrong += linear(folder, sys.argv[1:])
    if wrong:
        sys.exit(f"a bar was missed: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
