"""`init --from` several files: one pins.toml if they mean the same, else where they differ; and what `--prefer` does."""

from __future__ import annotations

import plistlib
import re
import tomllib
from typing import TYPE_CHECKING, Any

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


# -- names and comments ----------------------------------------------------------------------------

ISRG = "C5+lpZ7tcVwmwQIMcRtPbsQtWLABXhQzejna0wHFr8M="
"""ISRG Root X1, as Let's Encrypt publishes it (letsencrypt.org/certificates)."""


def values_of(root: Path, *sources: str) -> tuple[dict[str, Any], str]:
    ran = run("init", *(word for name in sources for word in ("--from", name)), "-o", "-", cwd=root)
    return tomllib.loads(ran.stdout), ran.stdout


def test_keys_are_named_after_their_host_and_the_year(tmp_path: Path) -> None:
    """In the order of the source: the next one is that of another year."""
    root = files(tmp_path, nsc_xml=nsc("api.example.com", PIN_B, PIN_A))
    values, _ = values_of(root, "nsc.xml")
    assert {name: one["spki-sha256"] for name, one in values["keys"].items()} == {
        "api-example-com-2026": PIN_B,
        "api-example-com-2026-2": PIN_A,
    }


def test_a_key_of_several_hosts_is_named_after_what_they_have_in_common(tmp_path: Path) -> None:
    one, _, two = nsc("api.shop.example.com", PIN_A, PIN_B).decode().partition("</domain>")
    more = "<domain>auth.shop.example.com</domain>"
    root = files(tmp_path, nsc_xml=f"{one}</domain>{more}{two}".encode())
    values, _ = values_of(root, "nsc.xml")
    assert list(values["keys"]) == ["shop-example-com-2026", "shop-example-com-2026-2"]


def test_a_public_root_has_its_name_and_role(tmp_path: Path) -> None:
    root = files(tmp_path, nsc_xml=nsc("h.example.com", ISRG, PIN_A))
    values, text = values_of(root, "nsc.xml")
    assert values["keys"]["isrg-root-x1"] == {"spki-sha256": ISRG, "role": "ca"}
    assert "# The public root CA ISRG Root X1.\n[keys.isrg-root-x1]" in text
    (root / "pins.toml").write_text(text)
    assert run("diff", "pins.toml", "nsc.xml", cwd=root).code == 0


def test_names_of_another_pins_toml_are_kept(tmp_path: Path) -> None:
    root = files(tmp_path, old_toml=SOUND.encode(), nsc_xml=nsc("h.example.com", PIN_B, PIN_A))
    values, _ = values_of(root, "nsc.xml", "old.toml")
    assert {name: one["spki-sha256"] for name, one in values["keys"].items()} == {"a": PIN_A, "b": PIN_B}


def test_an_address_makes_a_name(tmp_path: Path) -> None:
    root = files(tmp_path, nsc_xml=nsc("203.0.113.7", PIN_A, PIN_B))
    values, _ = values_of(root, "nsc.xml")
    assert list(values["keys"]) == ["key-203-0-113-7-2026", "key-203-0-113-7-2026-2"]


COMMENTED = f"""\
<?xml version="1.0" encoding="utf-8"?>
<!-- Generated by pincompiler from pins.toml. Do not edit. -->
<network-security-config>
    <!-- <pin digest="SHA-256">{PIN_C}</pin> of last year -->

    <!-- The API; ask the platform
         team before you change it -->
    <domain-config>
        <domain includeSubdomains="false">api.example.com</domain> <!-- also for the watch -->
        <pin-set>
            <pin digest="SHA-256">{PIN_A}</pin>  <!-- served now -->
            <!-- in the safe -->
            <pin digest="SHA-256">{PIN_B}</pin>
            <!-- not of a pin -->
        </pin-set>
    </domain-config>
</network-security-config>
"""


def above(text: str, line: str) -> list[str]:
    """The comments right above a line."""
    lines = text.splitlines()
    number, found = lines.index(line) - 1, list[str]()
    while lines[number].startswith("# "):
        found.insert(0, lines[number][2:])
        number -= 1
    return [one for one in found if not one.startswith("Add role")]


def test_comments_stay_with_what_they_are_of(tmp_path: Path) -> None:
    _, text = values_of(files(tmp_path, nsc_xml=COMMENTED.encode()), "nsc.xml")
    assert above(text, "[keys.api-example-com-2026]") == ["served now"]
    assert above(text, "[keys.api-example-com-2026-2]") == ["in the safe"]
    assert above(text, "[[pin-set]]") == [
        "The API; ask the platform team before you change it",
        "also for the watch",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "x.kt",
            (
                f'val p = CertificatePinner.Builder()\n    // served now\n    .add("h.example.com", "sha256/{PIN_A}")\n'
                f'    .add("h.example.com", "sha256/{PIN_B}") // in the safe\n    .build()\n'
            ),
        ),
        (
            "x.m",
            (
                '@{ kTSKPinnedDomains : @{ @"h.example.com" : @{ kTSKPublicKeyHashes : @[\n'
                f'  @"{PIN_A}", // served now\n  /* in the safe */\n  @"{PIN_B}" ] }} }} }}\n'
            ),
        ),
        (
            "x.toml",
            (
                f'version = 1\n# served now\n[keys.a]\nspki-sha256 = "{PIN_A}"\n[keys.b]\nspki-sha256 = "{PIN_B}" # in the safe\n'
                '[[pin-set]]\nhosts = ["h.example.com"]\nkeys = ["a", "b"]\n'
            ),
        ),
    ],
)
def test_comments_of_code_are_kept(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    _, found = values_of(tmp_path, name)
    first, second = re.findall(r"\[keys\..*\]", found)
    assert above(found, first) == ["served now"]
    assert above(found, second) == ["in the safe"]


def test_a_comment_cannot_end_a_line_of_pins_toml(tmp_path: Path) -> None:
    evil = COMMENTED.replace("served now", "x\u2028[keys.evil]\u0085\u202espki")
    values, text = values_of(files(tmp_path, nsc_xml=evil.encode()), "nsc.xml")
    assert "evil" not in values["keys"]
    assert text.isascii() or all(c.isprintable() for c in text.replace("\n", ""))
