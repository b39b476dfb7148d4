"""`make bench`: a new certificate, and a plan of rotations, held to fifty releases whose audits are kept.

Whole processes that start anew; the least wall time of some runs, since other work only ever adds to it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import date, timedelta
from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "samples"
RELEASES = 50
ROTATIONS = 10
RUNS = 5
BAR = 1.0
"""For `plan` as for `impact`, whose bar is the project's own: they read the same and judge the same."""
HOSTS = ("api.example.com", "auth.example.com")
PINS = {
    "a": "OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c=",
    "b": "qhxcigFVtf7yBCQe/jlYT7pUFM0YzXEKsB9NFmBQo4k=",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        apps = [folder / f"shop-{number}.apk" for number in range(RELEASES)]
        for number, app in enumerate(apps):
            # The sample app with another file in it, so that no two have one hash.
            app.write_bytes((SAMPLES / "audit" / "shop.apk").read_bytes())
            with zipfile.ZipFile(app, "a") as archive:
                archive.writestr("assets/build", str(number))
        impact = [
            *(sys.executable, "-m", "pincompiler", "impact", "--host", "api.example.com"),
            *("--chain", str(SAMPLES / "certs" / "api-2026.pem")),
            *("--ca-file", str(SAMPLES / "certs" / "shop-ca.pem"), *map(str, apps)),
        ]
        (folder / "pins.toml").write_text(planned(apps))
        plan = [
            *(sys.executable, "-m", "pincompiler", "plan", "--today", "2026-11-25"),
            str(folder / "pins.toml"),
        ]
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment["XDG_CACHE_HOME"] = str(folder / "cache")
        first = run(impact, environment)
        entries = len(list((folder / "cache" / "pincompiler").iterdir()))
        assert entries == RELEASES, "every audit is kept"
        again = min(run(impact, environment) for _ in range(RUNS))
        ahead = min(run(plan, environment) for _ in range(RUNS))
    print(f"impact on {RELEASES} apps, each audited anew    {first:5.2f} s")
    print(f"the same with their audits kept        {again:5.2f} s")
    print(f"plan of {ROTATIONS} rotations for them           {ahead:5.2f} s\n")
    for name, taken in ("impact on", again), (f"plan of {ROTATIONS} rotations for", ahead):
        mark = "ok" if taken <= BAR else "OVER"
        print(f"{mark:<5}{taken:6.2f} of at most {BAR:3.1f}   seconds, {name} {RELEASES} releases")
    sys.exit(max(again, ahead) > BAR)


def planned(apps: list[Path]) -> str:
    """A release each fortnight, supported for a year; two keys that take turns at two hosts."""
    days = [date(2026, 1, 1) + timedelta(days=14 * number) for number in range(RELEASES)]
    keys = "".join(f'[keys.{name}]\nspki-sha256 = "{pin}"\n' for name, pin in PINS.items())
    hosts = ", ".join(f'"{host}"' for host in HOSTS)
    tables = [f'version = 1\n{keys}[[pin-set]]\nhosts = [{hosts}]\nkeys = ["a", "b"]\n']
    tables += [
        f'[[release]]\nname = "{app.stem}"\ndate = {day}\nsupport-until = {day + timedelta(days=365)}\n'
        f'file = "{app.name}"\n'
        for app, day in zip(apps, days, strict=True)
    ]
    tables += [
        f'[[rotation]]\nhost = "{host}"\nfrom = "{"ab"[number % 2]}"\nto = "{"ba"[number % 2]}"\n'
        f"date = {date(2027, 1, 1) + timedelta(days=60 * number)}\n"
        for host in HOSTS
        for number in range(ROTATIONS // 2)
    ]
    return "".join(tables)


def run(command: list[str], environment: dict[str, str]) -> float:
    """Seconds that it takes; whatever it finds, it has to have looked."""
    start = time.perf_counter()
    done = subprocess.run(
        command,
        env=environment,
        cwd=SAMPLES.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    assert done.returncode in {0, 1, 3}, done.stderr.decode()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
