"""`init --from` several files: one pins.toml if they mean the same, else where they differ; and what `--prefer` does."""

from __future__ import annotations

import plistlib
import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.test_cli import KEYS, PIN_A, PIN_B, PIN_C, SOUND, identity, run

if TYPE_CHECKING:
    from pathlib import Path


def nsc(host: str, *pins: str, below: bool = False) -> bytes:
    lines = "".join(f'<pin digest="SHA-256">{pin}</pin>' for pin in pins)
    domain = f'<domain includeSubdomains="{str(below).lower()}">{host}</domain>'
    return (
        f"<network-security-config><domain-config>{domain}<pin-set>{lines}</pin-set></domain-config>"
        "</network-security-config>"
    ).encode()


def info(host: str, *pins: str, below: bool = False) -> bytes:
    entry = {"NSIncludesSubdomains": below, "NSPinnedLeafIdentities": identity(*pins)}
    return plistlib.dumps({"NSAppTransportSecurity": {"NSPinnedDomains": {host: entry}}})


def files(root: Path, **content: bytes) -> Path:
    for name, data in content.items():
        (root / name.replace("_", ".")).write_bytes(data)
    return root


BOTH = ("init", "--from", "nsc.xml", "--from", "Info.plist")


@pytest.mark.parametrize("order", [("nsc.xml", "Info.plist"), ("Info.plist", "nsc.xml")])
def test_sources_that_mean_the_same_are_one_file(tmp_path: Path, order: tuple[str, ...]) -> None:
    """The NSC takes a key at any place; that it is a server's own, the property list knows."""
    root = files(
        tmp_path, nsc_xml=nsc("h.example.com", PIN_A, PIN_B), Info_plist=info("h.example.com", PIN_B, PIN_A)
    )
    ran = run("init", *(word for name in order for word in ("--from", name)), cwd=root)
    assert (ran.code, ran.stdout) == (0, ""), ran.stderr
    text = (root / "pins.toml").read_text()
    for name in order:
        assert f"# Taken from {name}; the meaning is the same.\n" in text
        compared = run("diff", "pins.toml", name, cwd=root)
        assert (compared.code, compared.stdout) == (0, "")
    values = tomllib.loads(text)
    assert {(one["spki-sha256"], one["role"]) for one in values["keys"].values()} == {
        (PIN_A, "leaf"),
        (PIN_B, "leaf"),
    }


def test_sources_that_differ_are_refused_with_a_chain(tmp_path: Path) -> None:
    root = files(
        tmp_path, nsc_xml=nsc("h.example.com", PIN_A, PIN_B), Info_plist=info("h.example.com", PIN_A, PIN_C)
    )
    ran = run(*BOTH, cwd=root)
    assert (ran.code, ran.stdout) == (1, "")
    first, *_, last = ran.stderr.splitlines()
    assert first.startswith("different: ")
    assert "h.example.com" in first
    assert last == "nothing was written: choose the one that counts with --prefer FILE, or mend the others"
    assert not (root / "pins.toml").exists()


@pytest.mark.parametrize(("chosen", "pins"), [("nsc.xml", {PIN_A, PIN_B}), ("Info.plist", {PIN_A, PIN_C})])
def test_the_preferred_one_counts_and_the_difference_is_kept(
    tmp_path: Path, chosen: str, pins: set[str]
) -> None:
    root = files(
        tmp_path, nsc_xml=nsc("h.example.com", PIN_A, PIN_B), Info_plist=info("h.example.com", PIN_A, PIN_C)
    )
    ran = run(*BOTH, "--prefer", chosen, cwd=root)
    assert ran.code == 3
    text = (root / "pins.toml").read_text()
    assert set(re.findall(r'spki-sha256 = "(.+)"', text)) == pins
    for line in (line for line in ran.stderr.splitlines() if line.startswith("different: ")):
        assert f"# - {line.removeprefix('different: ')}\n" in text
    assert run("diff", "pins.toml", chosen, cwd=root).code == 0


def test_a_source_that_pins_nothing_is_a_difference(tmp_path: Path) -> None:
    root = files(tmp_path, nsc_xml=nsc("h.example.com", PIN_A, PIN_B), Info_plist=plistlib.dumps({"A": 1}))
    ran = run(*BOTH, cwd=root)
    assert ran.code == 1
    assert "different: h.example.com is pinned by nsc.xml and not by Info.plist" in ran.stderr
    assert run(*BOTH, "--prefer", "nsc.xml", cwd=root).code == 3
    (root / "pins.toml").unlink()
    refused = run(*BOTH, "--prefer", "Info.plist", cwd=root)
    assert (refused.code, "pins no host" in refused.stderr) == (2, True)


def test_names_two_labels_below_tell_the_platforms_apart(tmp_path: Path) -> None:
    """NSIncludesSubdomains means one label, includeSubdomains any number (Apple's documentation; ApplicationConfig)."""
    root = files(
        tmp_path,
        nsc_xml=nsc("example.com", PIN_A, PIN_B, below=True),
        Info_plist=info("example.com", PIN_A, PIN_B, below=True),
    )
    ran = run(*BOTH, cwd=root)
    assert ran.code == 1
    assert re.search(
        r"different: \w+\.\w+\.example\.com is pinned by nsc\.xml and not by Info\.plist", ran.stderr
    )


def test_three_sources_and_only_one_disagrees(tmp_path: Path) -> None:
    root = files(
        tmp_path,
        nsc_xml=nsc("h.example.com", PIN_A, PIN_B),
        Info_plist=info("h.example.com", PIN_A, PIN_B),
        old_toml=f'{KEYS}[[pin-set]]\nhosts = ["h.example.com"]\nkeys = ["a"]\n'.encode(),
    )
    ran = run(*BOTH, "--from", "old.toml", "--prefer", "nsc.xml", cwd=root)
    assert ran.code == 3
    text = (root / "pins.toml").read_text()
    assert "# Taken from Info.plist;" in text
    assert "# Taken from old.toml" not in text
    assert "old.toml" in text


def test_who_is_preferred_is_a_source(tmp_path: Path) -> None:
    root = files(tmp_path, nsc_xml=nsc("h.example.com", PIN_A, PIN_B))
    ran = run("init", "--from", "nsc.xml", "--prefer", "other.xml", cwd=root)
    assert (ran.code, "--prefer other.xml is none of the files of --from" in ran.stderr) == (2, True)
    assert run("init", "--prefer", "nsc.xml", cwd=root).code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "-f", "text", "-f", "json"),
        ("compile", "-o", "a", "--output", "b"),
        ("verify", "--connect", "127.0.0.1", "--connect", "127.0.0.2"),
        ("init", "-o", "a.toml", "-o", "b.toml"),
        ("diff", "--today", "2026-01-01", "--today", "2026-01-02", "pins.toml", "pins.toml"),
    ],
)
def test_a_value_that_is_given_twice_is_not_dropped(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    root = files(tmp_path, pins_toml=SOUND.encode())
    ran = run(*arguments, cwd=root)
    assert (ran.code, ran.stdout) == (2, "")
    assert "is given twice, and takes one value" in ran.stderr
    assert {one.name for one in root.iterdir()} == {"pins.toml"}


def test_switches_may_be_repeated(tmp_path: Path) -> None:
    assert run("compile", "--check", "--check", cwd=files(tmp_path, pins_toml=SOUND.encode())).code == 0
