"""`make bench`, second half: how long an audit takes and how much memory, beside what others take.

The apps are public test APKs from npm (tests/dex/fetch.py).  Times are CPU seconds (user and system) of
whole processes or of this one, medians of runs in turn; only the speed-up of two jobs is by the clock.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))

from pincompiler.android.constants.program import Program
from pincompiler.android.dex import Dex
from pincompiler.reports.audit import json as audit_json
from pincompiler.shipped import COLLECTORS, read_app
from pincompiler.shipped.android.source import find
from pincompiler.workflows import audit
from tests.bench import median, process
from tests.dex import fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

APPS = {"ApiDemos-debug.apk": 50, "appium-uiautomator2-server-v10.6.6.apk": 75}
"""With how many times faster than androguard an audit has to be: 7 MB of DEX, 14 MB of DEX."""
TODAY = date(2026, 11, 23)
ROUNDS = 7
ANALYZE = """
import sys
from loguru import logger
logger.remove()
from androguard.misc import AnalyzeAPK
AnalyzeAPK(sys.argv[1])
"""
PINS = r"sha(256|1)/[A-Za-z0-9+/=]{28,44}|-----BEGIN [A-Z ]+-----"
"""What people grep for."""

Bar = tuple[str, float, float]


def dex_members(app: Path) -> dict[str, bytes]:
    """The DEX files of an app."""
    with zipfile.ZipFile(app) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.endswith(".dex")}


def against_androguard(app: Path, times_faster: int) -> Iterator[Bar]:
    """The whole process, and androguard's own full analysis."""
    arguments = ("-m", "pincompiler", "audit", "--exit-zero", "-f", "json", str(app))
    ours = median(lambda: process(*arguments, cwd=Path.cwd()), ROUNDS)
    theirs = median(lambda: process("-c", ANALYZE, str(app), cwd=Path.cwd()), 3)
    sizes = [len(data) / 2**20 for data in dex_members(app).values()]
    limit = 70 + 2 * max(sizes)
    print(
        f"{app.name:<42} {sum(sizes):5.1f} MB of DEX   audit {ours.seconds * 1000:5.0f} ms {ours.megabytes:5.0f} MB"
        f"   AnalyzeAPK {theirs.seconds:5.1f} s {theirs.megabytes:6.0f} MB"
    )
    yield f"{app.name}: audit x {times_faster} / AnalyzeAPK", times_faster * ours.seconds / theirs.seconds, 1
    yield f"{app.name}: memory x 10 / AnalyzeAPK", 10 * ours.megabytes / theirs.megabytes, 1
    yield f"{app.name}: memory / (70 MB + 2 x largest DEX)", ours.megabytes / limit, 1


def clock(work: Callable[[], object]) -> float:
    """CPU seconds of this process, and of those it started."""
    before = spent()
    work()
    return spent() - before


def spent() -> float:
    """What it has taken up to now."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def paired(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int = ROUNDS
) -> tuple[float, float]:
    """The medians of two things done in turn."""
    pairs = [(clock(ours), clock(theirs)) for _ in range(rounds)]
    return statistics.median(one for one, _ in pairs), statistics.median(other for _, other in pairs)


def shell(command: str, *arguments: str) -> None:
    """A pipeline, its output thrown away."""
    subprocess.run(["/bin/sh", "-c", command, "sh", *arguments], stdout=subprocess.DEVNULL, check=False)


def in_process(app: Path) -> Iterator[Bar]:
    """What is left when Python and the imports are paid: beside inflating, and beside unzip and grep."""
    files = dex_members(app)
    packed = [(zlib.compress(data, 6), len(data)) for data in files.values()]
    wanted = [want for collector in COLLECTORS.values() for want in collector.WANTED]
    engine, inflate = paired(
        lambda: find(Program(Dex(data, name) for name, data in files.items()), wanted, {}),
        lambda: [zlib.decompress(data, bufsize=size) for data, size in packed],
        9,
    )
    yield f"{app.name}: DEX engine, all that the collectors ask / inflating the DEX", engine / inflate, 1.2
    facts = statistics.median(clock(lambda: read_app(app)) for _ in range(ROUNDS))
    asked = audit.audit_options(TODAY, None, ())
    whole, grep = paired(
        lambda: audit_json.render([audit.audit(app, asked)]),
        lambda: shell('unzip -p "$1" | LC_ALL=C grep -aoE "$2"', str(app), PINS),
    )
    print(
        f"{app.name:<42} inflate {inflate * 1000:4.0f} ms   DEX engine {engine * 1000:4.0f} ms   all facts {facts * 1000:4.0f} ms"
        f"   audit {whole * 1000:4.0f} ms"
        f"   unzip -p | grep {grep * 1000:4.0f} ms"
    )
    yield f"{app.name}: audit after imports / (unzip -p | grep)", whole / grep, 2


def growth(app: Path, folder: Path) -> Iterator[Bar]:
    """One DEX file, and eight of it."""
    name, data = max(dex_members(app).items(), key=lambda item: len(item[1]))
    apps = []
    for count in (1, 8):
        path = folder / f"{count}-{app.name}"
        with zipfile.ZipFile(app) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as copy:
            copy.writestr("AndroidManifest.xml", source.read("AndroidManifest.xml"))
            for number in range(1, count + 1):
                copy.writestr(f"classes{number if number > 1 else ''}.dex", data)
        apps.append(path)
    one, eight = paired(lambda: read_app(apps[0]), lambda: read_app(apps[1]), 5)
    print(f"{name} of {app.name}: once {one * 1000:.0f} ms, eight times {eight * 1000:.0f} ms")
    yield "8 x the DEX / 1 x", eight / one, 8.5


def jobs(app: Path, folder: Path) -> Iterator[Bar]:
    """Two dozen copies, one after the other and two at a time, by the clock."""
    copies = [shutil.copy(app, folder / f"copy-{number}.apk") for number in range(24)]
    taken: dict[int, list[float]] = {}
    for count in (1, 2, 1, 2, 1, 2):
        started = time.perf_counter()
        process(
            "-m",
            "pincompiler",
            "audit",
            "--exit-zero",
            "-f",
            "json",
            "-j",
            str(count),
            *map(str, copies),
            cwd=folder,
        )
        taken.setdefault(count, []).append(time.perf_counter() - started)
    one, two = min(taken[1]), min(taken[2])
    print(f"24 apps: one job {one:.2f} s, two jobs {two:.2f} s\n")
    yield "1.7 / speed-up of two jobs", 1.7 * two / one, 1


def main() -> None:
    fetch.fetch_apks()
    apps = {fetch.folder() / name: times for name, times in APPS.items()}
    results: list[Bar] = []
    for app, times_faster in apps.items():
        results += [*against_androguard(app, times_faster), *in_process(app)]
    with tempfile.TemporaryDirectory() as name:
        first, largest = apps
        results += [*growth(first, Path(name)), *jobs(largest, Path(name))]
    for what, measured, bar in results:
        print(f"{'ok  ' if measured <= bar else 'OVER'} {measured:6.2f} of at most {bar:>4}   {what}")
    if any(measured > bar for _, measured, bar in results):
        sys.exit("a bar was missed")


if __name__ == "__main__":
    main()
