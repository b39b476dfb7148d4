"""Anchors that are wrong, hostile, too many, or written where others are: a finding at its place, nothing written."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests import pki
from tests.test_anchors import ANCHOR, KIOSK, LEAF_KEY, NSC, OWN, ROOT, ROOT_KEY, SPARE, pin_set
from tests.test_cli import run
from tests.test_outputs import elsewhere, unprivileged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["elsewhere"]  # a fixture

NAMESAKE = pki.certificate("Company Root of 2030", ROOT_KEY, ca=True)
"""With the key of the other, and another name: another CA."""
RENEWED = pki.certificate("kiosk.example.com", LEAF_KEY, serial=7)


def refused(root: Path, *parts: str) -> list[str]:
    """What compile says, by place, rule and message; nothing may have been written."""
    (root / "pins.toml").write_text("\n".join(("version = 1", *parts, NSC)), encoding="utf-8")
    before = sorted(root.rglob("*"))
    ran = run("compile", cwd=root)
    assert (ran.code, ran.stderr.splitlines()[-1]) == (1, "nothing was written"), ran.stderr
    assert sorted(root.rglob("*")) == before
    return [line.removeprefix("pins.toml:") for line in ran.stdout.splitlines() if ": error: " in line]


def made(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def led_out(path: Path) -> None:
    outside = path.parent.parent / f"{path.parent.name}.pem"
    outside.write_bytes(pki.pem(ROOT))
    path.symlink_to(outside)


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a directory": (lambda path: path.mkdir(), "root.pem: Is a directory [unreadable-key]"),
    "a pipe": (os.mkfifo, "root.pem: is no regular file [unreadable-key]"),
    "a link out of the project": (
        led_out,
        '"root.pem" leads out of the project directory by a link [escaping-path]',
    ),
    "a link to a device": (
        lambda path: path.symlink_to("/dev/zero"),
        '"root.pem" leads out of the project directory by a link [escaping-path]',
    ),
    "a link to itself": (
        lambda path: path.symlink_to(path.name),
        '"root.pem" cannot be followed: its links lead in a circle [escaping-path]',
    ),
    "too large": (
        made(pki.pem(ROOT) + b"#" * (16 << 20)),
        "root.pem: more than 16 MB, which is no file of this kind [unreadable-key]",
    ),
    "nothing but white space": (made(b" \n\t\n"), "root.pem is empty [unreadable-key]"),
    "cut short": (made(pki.der(ROOT)[:-9]), "root.pem is a damaged or truncated DER file [unreadable-key]"),
    "several CAs": (
        made(pki.pem(ROOT) + pki.pem(pki.certificate("Another Root", LEAF_KEY, ca=True))),
        "root.pem holds 2 different keys that fit [ambiguous-key]",
    ),
    "two CAs with one key": (
        made(pki.pem(ROOT) + pki.pem(NAMESAKE)),
        "root.pem holds 2 certificates of one key that fit [ambiguous-key]",
    ),
    "a store of Java": (
        made(pki.truststore(ROOT, b"changeit")),
        "root.pem is a PKCS#12 store, which may hold private keys [unreadable-key]",
    ),
    "a PKCS#7 bundle": (
        made(pki.pkcs7_bundle(Encoding.PEM)),
        "root.pem is a PKCS#7 bundle [unreadable-key]",
    ),
    "a key before its certificate": (
        made(pki.private(ROOT_KEY) + pki.pem(ROOT)),
        (
            "root.pem has a private key beside its certificate, which has no place beside an app's sources "
            "[anchor-is-private-key]"
        ),
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_anchor(name: str, tmp_path: Path) -> None:
    make, expected = FILES[name]
    root = tmp_path / "project"
    root.mkdir()
    make(root / "root.pem")
    assert refused(root, ANCHOR, OWN) == [f"3:8: error: {expected}"]


def test_an_unreadable_file(elsewhere: Path) -> None:
    (elsewhere / "root.pem").mkdir()
    assert refused(elsewhere, ANCHOR, OWN), "all that is needed is loaded while it can be"
    (elsewhere / "root.pem").rmdir()
    (elsewhere / "root.pem").write_bytes(pki.pem(ROOT))
    (elsewhere / "root.pem").chmod(0)
    with unprivileged():
        (elsewhere / "pins.toml").unlink()
        assert refused(elsewhere, ANCHOR, OWN) == ["3:8: error: root.pem: Permission denied [unreadable-key]"]


def test_of_two_cas_with_one_key_one_is_chosen(tmp_path: Path) -> None:
    """Android knows a CA by its name, too: the other would be trusted in its place."""
    (tmp_path / "root.pem").write_bytes(pki.pem(ROOT) + pki.pem(NAMESAKE))
    text = '\nsubject = "Company Root of 2030"\n'
    (tmp_path / "pins.toml").write_text("version = 1\n" + ANCHOR.rstrip() + text + OWN + NSC)
    assert run("compile", cwd=tmp_path).code == 0
    written = (tmp_path / "app/res/raw/pins_company_root.pem").read_bytes()
    assert x509.load_pem_x509_certificate(written) == NAMESAKE


def test_a_renewed_anchor_in_one_file_with_the_old_is_the_same_anchor(tmp_path: Path) -> None:
    again = pki.certificate("Company Root", ROOT_KEY, ca=True, serial=11)
    (tmp_path / "root.pem").write_bytes(pki.pem(ROOT) + pki.pem(again))
    (tmp_path / "pins.toml").write_text("version = 1\n" + ANCHOR + OWN + NSC)
    assert run("compile", cwd=tmp_path).code == 0


@pytest.mark.parametrize(("how", "code"), [("certificate", 1), ("key", 0)])
def test_a_whole_certificate_beside_the_renewed_one_is_chosen(how: str, code: int, tmp_path: Path) -> None:
    """They have one key, which is no choice where the key is pinned, and one where the whole is."""
    (tmp_path / "leaf.pem").write_bytes(
        pki.pem(pki.certificate("kiosk.example.com", LEAF_KEY)) + pki.pem(RENEWED)
    )
    text = f'{KIOSK}pin = "{how}"\n{SPARE}' + pin_set('keys = ["kiosk", "spare"]')
    (tmp_path / "pins.toml").write_text("version = 1\n" + text)
    ran = run("check", cwd=tmp_path)
    assert (ran.code, "leaf.pem holds 2 certificates of one key that fit" in ran.stdout) == (code, bool(code))


NAMES = {
    "Company Root": "a blank and capitals",
    "company_root": "it would be written as company-root is",
    "company--root": "two signs",
    "../../../etc/x": "a way out",
    "a/b": "a folder",
    "x.xml": "a suffix",
    "": "nothing",
    "ünï": "other letters",
    "a\u202eb": "a sign that turns the text around",
    "n" * 65: "too long",
}


@pytest.mark.parametrize("name", NAMES, ids=NAMES.values())
def test_a_name_that_is_no_resource(name: str, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(pki.pem(ROOT))
    text = ANCHOR.replace("company-root", f'"{name}"')
    (found,) = refused(tmp_path, text, OWN.replace("company-root", name))
    assert found.endswith("is no name for an anchor, after which a resource is called [invalid-value]")
    assert re.match(r"\d+:\d+: error: ", found)
    assert "\u202e" not in found


@pytest.mark.parametrize("name", ["class", "null", "int", "con", "r", "a-1"])
def test_words_of_java_are_no_resources_of_ours(name: str, tmp_path: Path) -> None:
    """R.raw.class would not compile: ours begin with pins_."""
    (tmp_path / "root.pem").write_bytes(pki.pem(ROOT))
    text = "version = 1\n" + ANCHOR.replace("company-root", name) + OWN.replace("company-root", name) + NSC
    (tmp_path / "pins.toml").write_text(text)
    assert run("compile", cwd=tmp_path).code == 0
    assert (tmp_path / f"app/res/raw/pins_{name.replace('-', '_')}.pem").is_file()


def test_an_anchor_that_is_not_there_is_one_finding(tmp_path: Path) -> None:
    """Keys are not missing where an anchor was meant to decide."""
    for table in ("", "[anchors]\n"):
        (found,) = refused(tmp_path, table + OWN)
        assert found.endswith('no anchor is called "company-root" [undefined-key]')


# -- too many ---------------------------------------------------------------------------------------


def many(root: Path, number: int) -> None:
    """Different CAs in one file each, all of which one host trusts."""
    names = [f"root-{n}" for n in range(number)]
    key = pki.private_key(number=50)
    tables = []
    for name in names:
        (root / f"{name}.pem").write_bytes(pki.pem(pki.certificate(name, key, ca=True)))
        tables.append(ANCHOR.replace("company-root", name).replace("root.pem", f"{name}.pem"))
    trust = ", ".join(f'"{name}"' for name in names)
    text = "version = 1\n" + "".join(tables) + OWN.replace('"company-root"', trust) + NSC
    (root / "pins.toml").write_text(text)


@pytest.mark.slow
def test_many_anchors_take_time_in_proportion(tmp_path: Path) -> None:
    """Ten thousand took three minutes to write: each was compared with each.  No bound but that of pins.toml's size."""
    took = []
    for number in (500, 2_000):
        root = tmp_path / str(number)
        root.mkdir()
        many(root, number)
        start = time.process_time()
        assert run("compile", cwd=root).code == 0
        took.append(time.process_time() - start)
        written = list((root / "app/res/raw").iterdir())
        assert len(written) == number
        assert sum(one.stat().st_size for one in written) < 1_000 * number
        # Those of another policy are replaced by none of ours, which looks at each as well.
        for one in root.glob("root-*.pem"):
            one.write_bytes(pki.pem(ROOT))
        start = time.process_time()
        assert run("compile", cwd=root).code == 0
        took.append(time.process_time() - start)
    # Four times as many: sixteen times as long if each were compared with each.
    assert max(took[2] / took[0], took[3] / took[1]) < 8, took


# -- where others write ------------------------------------------------------------------------------


def two_files(root: Path) -> tuple[Path, Path]:
    """Of production and of staging, which write resources of one app; each with an anchor of one name."""
    for name in ("production", "staging"):
        (root / f"{name}.pem").write_bytes(pki.pem(ROOT))
        text = ANCHOR.replace("root.pem", f"{name}.pem") + OWN + NSC.replace("nsc.xml", f"{name}.xml")
        (root / f"{name}.toml").write_text("version = 1\n" + text)
    return root / "production.toml", root / "staging.toml"


def test_two_policies_share_a_resource_as_long_as_it_is_one_ca(tmp_path: Path) -> None:
    """Else the one that was compiled last would decide whom the other trusts."""
    production, staging = two_files(tmp_path)
    assert run("compile", str(production), cwd=tmp_path).code == 0
    assert run("compile", str(staging), cwd=tmp_path).code == 0
    raw = tmp_path / "app/res/raw/pins_company_root.pem"
    before = raw.read_bytes()
    (tmp_path / "staging.pem").write_bytes(pki.pem(NAMESAKE))
    ran = run("compile", str(staging), cwd=tmp_path)
    assert ran.code == 1
    assert (
        "production.xml refers to pins_company_root.pem as well, and would trust another CA [foreign-output]"
        in ran.stdout
    )
    assert raw.read_bytes() == before
    assert run("compile", str(staging), "--force", cwd=tmp_path).code == 0
    assert x509.load_pem_x509_certificate(raw.read_bytes()) == NAMESAKE


def test_two_targets_of_one_policy_share_a_resource(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(pki.pem(ROOT))
    kit = NSC.replace("nsc]", "trustkit-android]").replace("nsc.xml", "kit.xml")
    (tmp_path / "pins.toml").write_text("version = 1\n" + ANCHOR + OWN + NSC + kit)
    assert run("compile", cwd=tmp_path).code == 0
    (tmp_path / "root.pem").write_bytes(pki.pem(NAMESAKE))
    assert run("compile", cwd=tmp_path).code == 0
    written = (tmp_path / "app/res/raw/pins_company_root.pem").read_bytes()
    assert x509.load_pem_x509_certificate(written) == NAMESAKE


def test_environments_share_a_resource(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(pki.pem(ROOT))
    environments = "[environments]\nproduction = { release = true }\nstaging = {}\n"
    text = environments + ANCHOR + OWN + NSC.replace("nsc.xml", "nsc_{environment}.xml")
    (tmp_path / "pins.toml").write_text("version = 1\n" + text)
    assert run("compile", cwd=tmp_path).code == 0
    (tmp_path / "root.pem").write_bytes(pki.pem(NAMESAKE))
    assert run("compile", cwd=tmp_path).code == 0
    assert sorted(one.name for one in (tmp_path / "app/res/raw").iterdir()) == ["pins_company_root.pem"]
    assert run("compile", "--check", cwd=tmp_path).code == 0
