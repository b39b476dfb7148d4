"""What is known of one public root CA."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import field
from datetime import date
from typing import TYPE_CHECKING, Any

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

_ATTRIBUTE = lazy_regex(r"(?:^|[,+])(CN|OU|O)=((?:[^,+\\]|\\.)*)")
_ESCAPED = lazy_regex(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Root:
    """A public root CA: a name and a key, whichever certificates it has had."""

    subject: str
    """RFC 4514 text."""
    spki_sha256: bytes
    """Of its SubjectPublicKeyInfo: the pin."""
    since: date
    """The first day of its oldest certificate."""
    certificates: Mapping[bytes, date] = field(compare=False)
    """SHA-256 of each of its certificates, with its last day."""
    android: tuple[tuple[int, int], ...] = ()
    """API levels, both included, whose Android has it as first released."""
    removed_by: Mapping[int, str] | None = field(default=None, compare=False)
    """API levels with the first later tag of AOSP without it."""
    added_by: Mapping[int, str] | None = field(default=None, compare=False)
    """API levels with the first later tag of AOSP that has it."""
    macos: tuple[tuple[str, str], ...] = ()
    """Releases of macOS that have it, both included."""
    mozilla: tuple[tuple[date, date | None], ...] = ()
    """Days of the first and last release of certifi that has it; None: the newest has it."""
    distrusted_after: date | None = None
    """Mozilla's products refuse certificates of servers that were issued later."""
    chrome_until: date | None = None
    """Chrome refuses certificates of servers that were first logged later."""
    planned_end: date | None = None
    """The day by the age of its key on which Mozilla and Chrome plan to have it no more (Mozilla Root Store Policy 7.4)."""

    @property
    def pin(self) -> str:
        """The pin in canonical base64."""
        return b64encode(self.spki_sha256).decode("ascii")

    @property
    def name(self) -> str:
        """How sentences call it: its common name, else its unit or organisation; its unit where that names it better."""
        return name_of(self.subject)

    @property
    def last_day(self) -> date:
        """The last day of the certificate that ends last."""
        return max(self.certificates.values())

    @property
    def left_mozilla(self) -> date | None:
        """The day of the last release of certifi that has it, where a newer one has not; None: it has not left."""
        return self.mozilla[-1][1] if self.mozilla else None


def name_of(subject: str) -> str:
    """How sentences call a CA of a subject in RFC 4514 text; the text itself where it has no such attribute."""
    found: dict[str, str] = {}
    for one in _ATTRIBUTE.finditer(subject):
        found.setdefault(one[1], _ESCAPED.sub(r"\1", one[2]))
    common = found.get("CN", "")
    if common and common == found.get("O"):
        # GlobalSign's R3 and R6, say, differ in their units alone.
        return found.get("OU", common)
    return common or found.get("OU") or found.get("O") or subject


def root_of(row: Mapping[str, Any]) -> Root:
    """A row of roots.json."""
    return Root(
        row["subject"],
        b64decode(row["spki"]),
        date.fromisoformat(row["since"]),
        {bytes.fromhex(one): date.fromisoformat(day) for one, day in row["certs"].items()},
        tuple((first, last) for first, last in row.get("android", ())),
        _by_level(row.get("android_removed_by", {})),
        _by_level(row.get("android_added_by", {})),
        tuple((first, last) for first, last in row.get("macos", ())),
        tuple((date.fromisoformat(first), _day(last)) for first, last in row.get("mozilla", ())),
        _day(row.get("mozilla_distrust_after")),
        _day(row.get("chrome_sct_not_after")),
        _day(row.get("mozilla_planned_end")),
    )


def _by_level(tags: Mapping[str, str]) -> dict[int, str]:
    return {int(level): tag for level, tag in tags.items()}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
