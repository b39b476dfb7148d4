"""The two examples of a rule's page: the wrong one as it stands there, the right one with its changes applied.

A page leaves out what every reader knows; what is compiled or built is the completed example.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FENCE: Final = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
_MEMBER: Final = re.compile(
    r"```xml\n<!-- ((?:\S+/)?(?:Info\.plist|embedded\.mobileprovision)) -->\n(.*?)```", re.DOTALL
)
_SEPARATOR: Final = "\nUse instead:\n"


def halves(doc: str) -> tuple[str, str]:
    """What stands above and below "Use instead", from the first code on, the latter in full.

    A page writes the right example in full, or the changed lines alone, in ```diff blocks: hunks parted by
    ``@@``, each with as much context as makes its place the only one in all blocks of the example.
    """
    before, separator, right = doc.partition(_SEPARATOR)
    assert separator
    wrong = before[before.index("\n```") :]
    languages = {language for language, _ in FENCE.findall(right)}
    if "diff" not in languages:
        return wrong, right
    assert languages == {"diff"}, "the right example is written in full, or as changes, not as both"
    changed = wrong
    for _, changes in FENCE.findall(right):
        for hunk in re.split(r"^@@\n", changes, flags=re.MULTILINE):
            changed = _applied(hunk, changed)
    return wrong, changed


def _applied(hunk: str, text: str) -> str:
    lines = hunk.splitlines()
    assert all(line[:1] in {"", " ", "-", "+"} for line in lines), f"no hunk of a diff: {hunk}"
    old, new = ("".join(f"\n{line[1:]}" for line in lines if line[:1] != sign) + "\n" for sign in "+-")
    assert old != new, f"nothing is changed: {hunk}"
    places = text.count(old)
    assert places == 1, f"fits {places} places of the example: {hunk}"
    return text.replace(old, new)


def completed(pins: str, keys: Mapping[str, str]) -> str:
    """A pins.toml with what an example may leave out: the version, and the usual keys that it names."""
    version = "" if re.search(r"^version\b", pins, re.MULTILINE) else "version = 1\n"
    used = [name for name in keys if f'"{name}"' in pins and f"[keys.{name}]" not in pins]
    tables = "".join(f"\n[keys.{name}]\n{keys[name]}\n" for name in used)
    return f"{version}{pins}{tables}"


def is_of_plist(doc: str) -> bool:
    """Whether an example is a part of an Info.plist."""
    return "```xml\n<key>" in doc


def is_of_bundles(doc: str) -> bool:
    """Whether an example is of several property lists of an app for Apple's systems."""
    return _MEMBER.search(doc) is not None


def is_of_program(doc: str) -> bool:
    """Whether an example is a method of an iOS app, in Objective-C."""
    return "```objc\n" in doc


def bundled_plists(half: str) -> dict[str, str]:
    """Those of one half of an example, by their paths in the app."""
    return {found[1]: whole_plist(found[2]) for found in _MEMBER.finditer(half)}


def plist_of(half: str) -> str:
    """The Info.plist with the entries that one half of an example shows."""
    ((_, entries),) = FENCE.findall(half)
    return whole_plist(entries)


def whole_plist(entries: str) -> str:
    """The property list with some entries."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n{entries}</dict>\n</plist>\n'
    )
