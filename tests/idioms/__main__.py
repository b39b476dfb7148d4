"""Measure how general an audit is: ``python -m tests.idioms --sources 1000``; see ``make idioms``."""

from __future__ import annotations

import argparse
import multiprocessing
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.idioms.making import made, parted
from tests.idioms.measuring import measured
from tests.idioms.reporting import BARS, listed, summary

if TYPE_CHECKING:
    from tests.idioms.making import Made
    from tests.idioms.measuring import Measured


def main() -> int:
    """Exit code 1 if some bar is missed."""
    asked = argparse.ArgumentParser(prog="python -m tests.idioms", description=__doc__)
    asked.add_argument("--seed", type=int, default=17)
    asked.add_argument("--sources", type=int, default=1000, help="each becomes three apps")
    asked.add_argument("--batch", type=int, default=125, help="sources that are compiled and shrunk at once")
    asked.add_argument("--only", default="", help="apps of this place of the check only")
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--out", type=Path, default=Path("build/idioms"))
    options = asked.parse_args()
    began = time.monotonic()
    apps = made(options.seed, options.sources)
    batches = parted([one for one in apps if options.only in {"", one.site}], options.batch)
    found: list[Measured] = []
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for some in pool.imap(_batch, batches):
            found += some
            print(f"{len(found):,} apps, {time.monotonic() - began:.0f} s", flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    text = "\n".join((*summary(found), "faults", *listed(found), ""))
    (options.out / "report.txt").write_text(text, "utf-8")
    print(*summary(found), f"every fault: {options.out / 'report.txt'}", sep="\n")
    return int(not all(bar.met(found) for bar in BARS))


def _batch(batch: list[Made]) -> list[Measured]:
    return list(measured(batch))


if __name__ == "__main__":
    raise SystemExit(main())
