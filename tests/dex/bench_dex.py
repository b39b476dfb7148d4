"""How long the index takes, against the time to inflate the same files: ``python tests/dex/bench_dex.py``.

Both run in this process, in turns; the medians of the CPU time and their ratio are shown per APK.
"""

from __future__ import annotations

import statistics
import sys
import time
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

sys.path.insert(0, str(Path(__file__).parents[2]))

from pincompiler.android.dex.index import Dex
from pincompiler.android.dex.opcodes import CONST_STRING, INVOKES
from pincompiler.android.dex.scan import Wanted
from tests.dex import apks, fetch

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS: Final = 9


def ask(data: bytes) -> int:
    """Find pin-shaped strings, calls of the target methods and trust managers."""
    dex = Dex(data, "classes.dex")
    methods: set[int] = set()
    for cls, names in apks.TARGETS.items():
        for name in names:
            methods.update(dex.method_refs(cls, name))
    strings = frozenset(dex.string_ids(*apks.PIN_PATTERNS))
    sites = dex.uses(Wanted(INVOKES, frozenset(methods)), Wanted(CONST_STRING, strings))
    return len(sites) + sum(map(len, dex.subclasses(apks.BASES[:5]).values()))


def clock(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def measure(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        files = [archive.read(name) for name in archive.namelist() if name.endswith(".dex")]
    packed = [(zlib.compress(data, 6), len(data)) for data in files]
    inflating, asking = [], []
    for _ in range(ROUNDS):
        inflating.append(clock(lambda: [zlib.decompress(data, bufsize=size) for data, size in packed]))
        asking.append(clock(lambda: [ask(data) for data in files]))
    inflate, index = statistics.median(inflating), statistics.median(asking)
    size = sum(map(len, files)) / 1e6
    print(
        f"{path.name:52} {size:5.1f} MB  inflate {inflate:6.1f} ms  index {index:6.1f} ms  ratio {index / inflate:.2f}"
    )


if __name__ == "__main__":
    for apk in fetch.APKS:
        measure(fetch.folder() / apk)
