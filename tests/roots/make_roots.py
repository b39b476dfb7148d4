"""``make roots SOURCES=folder``: writes pincompiler/roots/roots.json from local copies of the stores' own histories.

Nothing is downloaded, and only facts are written: names, hashes of keys and certificates, days and releases.  The
folder holds bare git copies named ``aosp`` (platform/system/ca-certificates with the tags of AOSP), ``conscrypt``,
``apple`` (security_certificates), ``macos`` (distribution-macOS) and ``gox509`` (golang/crypto), and ``certifi``, a
folder with the releases of certifi from PyPI.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pincompiler.roots.knowledge import FILE
from tests.roots import stores
from tests.roots.certificates import RootKey, Roots

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

VERSION = FILE.parents[1] / "_version.py"
CHROME = Path(__file__).with_name("chrome.json")
PLAN = (
    ("2006-01-01", "2025-04-15"),
    ("2008-01-01", "2026-04-15"),
    ("2010-01-01", "2027-04-15"),
    ("2012-01-01", "2028-04-15"),
    ("2014-04-15", "2029-04-15"),
)
"""Mozilla Root Store Policy 7.4, and Chrome alike: a key made before the first day is out for TLS on the second."""


def planned(since: str) -> str:
    """The day on which a root is to leave, of a key that was made on its certificate's first day, or before."""
    later = f"{int(since[:4]) + 15}{since[4:]}"
    return next((day for before, day in PLAN if since < before), later)


def ranges(order: Sequence[Any], member: Callable[[Any], bool]) -> list[list[Any]]:
    """The first and last of each run of members."""
    found: list[list[Any]] = []
    for number, one in enumerate(order):
        if member(one):
            if found and number and found[-1][1] == order[number - 1]:
                found[-1][1] = one
            else:
                found.append([one, one])
    return found


class Making:
    """All stores, and the rows that follow from them."""

    def __init__(self, sources: Path) -> None:
        self.sources, self.roots = sources, Roots()
        self.android = stores.android(sources / "aosp", self.roots)
        self.apex = stores.Trees(sources / "conscrypt", self.roots).read(
            "HEAD:apex/ca-certificates/files", r"\.\d+$"
        )
        self.macos = stores.macos(sources / "apple", sources / "macos", self.roots)
        self.mozilla = stores.mozilla(sources / "certifi", self.roots)
        self.distrusted = stores.distrusted(sources / "gox509")
        self.chrome = json.loads(CHROME.read_text("utf-8"))

    def row(self, key: RootKey) -> dict[str, Any]:
        """What is known of a root, as the file has it."""
        certificates = self.roots.certificates[key]
        row: dict[str, Any] = {
            "subject": key[0],
            "spki": key[1],
            "since": self.roots.since[key],
            "certs": dict(sorted(certificates.items(), key=lambda one: (one[1], one[0]))),
            "android": ranges(tuple(self.android), lambda level: key in self.android[level].first),
            "android_removed_by": self._changed(key, had=True),
            "android_added_by": self._changed(key, had=False),
            "conscrypt": key in self.apex,
            "macos": ranges(tuple(self.macos), lambda release: key in self.macos[release][1]),
        }
        days = tuple(self.mozilla)
        row["mozilla"] = [
            [first, None if last == days[-1] else last]
            for first, last in ranges(days, lambda day: key in self.mozilla[day])
        ]
        if row["mozilla"] and row["mozilla"][-1][1] is None:
            row["mozilla_planned_end"] = planned(row["since"])
        row["mozilla_distrust_after"] = min(
            (self.distrusted[one] for one in certificates if one in self.distrusted), default=None
        )
        chrome = self.chrome["roots"]
        row["chrome_sct_not_after"] = next((chrome[one] for one in certificates if one in chrome), None)
        return {name: value for name, value in row.items() if value}

    def _changed(self, key: RootKey, *, had: bool) -> dict[str, str]:
        """The first later tag of each level that has lost the root, or gained it."""
        return {
            str(level): next(tag for tag, held in store.later if (key in held) is not had)
            for level, store in self.android.items()
            if (key in store.first) is had and any((key in held) is not had for _, held in store.later)
        }

    def head(self) -> dict[str, Any]:
        """What the file says of itself and its sources."""
        days, conscrypt = tuple(self.mozilla), self.sources / "conscrypt"
        named = "--format=%h %cs %s"
        listed = stores.git(conscrypt, "log", "-1", named, "HEAD", "--", "apex/ca-certificates")
        revisions = {one: stores.newest(self.sources / one) for one in ("aosp", "apple", "macos", "gox509")}
        return {
            "format": 1,
            "unknown_android_from": max(self.android) + 1,
            "made": max(days[-1], revisions["gox509"][1]),
            "android": {str(level): store.facts for level, store in self.android.items()},
            "conscrypt": {
                "revision": stores.newest(conscrypt)[0][:12],
                "roots": len(self.apex),
                "list": listed.decode().strip(),
            },
            "macos": {release: revision for release, (revision, _) in self.macos.items()},
            "ios_of_macos": stores.IOS,
            "mozilla": {"certifi_releases": len(days), "first": days[0], "last": days[-1]},
            "sources": {**revisions, "chrome": self.chrome["source"]},
        }


STORES = ("android", "android_added_by", "conscrypt", "macos", "mozilla")


def main(sources: Path) -> None:
    made = Making(sources)
    rows = [row for key in sorted(made.roots.certificates) if not row_is_empty(row := made.row(key))]
    head = json.dumps(made.head(), ensure_ascii=False, indent=1)
    listed = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    FILE.write_text(f'{head[:-2]},\n "roots": [\n{listed}\n]}}\n', encoding="utf-8")
    unread = [digest for digest, key in made.roots.of_certificate.items() if key is None]
    revised = re.sub(r'(__roots__ = )"[^"]*"', rf'\1"{made.head()["made"]}"', VERSION.read_text("utf-8"))
    VERSION.write_text(revised, encoding="utf-8")
    print(f"{len(rows)} roots of {len(made.roots.of_certificate)} certificates", file=sys.stderr)
    for digest in unread:
        print(f"not parsed: {digest}", file=sys.stderr)


def row_is_empty(row: dict[str, Any]) -> bool:
    return not any(one in row for one in STORES)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("name the folder of the sources: make roots SOURCES=folder")
    main(Path(sys.argv[1]))
