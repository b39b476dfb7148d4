"""Apps that were damaged, by accident or to deceive: a clear error, or a report marked incomplete.

The app is samples/audit/shop.apk.  What is damaged is the archive, or one member of it behind intact
archive headers, so that the readers inside get their share.
"""

from __future__ import annotations

import zipfile
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from pincompiler.base.bounds import RESCUED
from pincompiler.reports.audit import json as audit_json
from pincompiler.reports.audit import sarif
from pincompiler.reports.audit import text as audit_text
from pincompiler.workflows import audit
from tests.apk.forge import simple_zip
from tests.bounding import bounded
from tests.builds import assemble
from tests.dex.smali import class_file, method
from tests.patience import no_hang
from tests.strategies import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.verdicts.subject import Subject

SHOP = Path(__file__).parents[2] / "samples" / "audit" / "shop.apk"
ASKED = audit.audit_options(TODAY, None, ())


@pytest.fixture(autouse=True)
def _no_rescue() -> Iterator[None]:
    """androguard takes most of a second for each broken file; it has tests of its own."""
    with bounded(RESCUED, 0):
        yield


def audited(data: bytes, folder: Path) -> Subject:
    """The report on a file with these bytes; every form of it can be written."""
    path = folder / "app.apk"
    path.write_bytes(data)
    with no_hang():
        subject = audit.audit(path, ASKED)
    for render in (audit_json.render, audit_text.render, sarif.render):
        assert render([subject])
    assert not [one for one in subject.unseen if "bug of pincompiler" in one.why], subject.unseen
    return subject


def members() -> dict[str, bytes]:
    with zipfile.ZipFile(SHOP) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.startswith("META-INF")}


def flipped(data: bytes, random: Random) -> bytes:
    """The bytes with one to eight of them changed."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 8)):
        place = random.randrange(len(changed))
        changed[place] ^= 1 << random.randrange(8)
    return bytes(changed)


def test_the_app_itself_is_read_whole(tmp_path: Path) -> None:
    subject = audited(SHOP.read_bytes(), tmp_path)
    assert subject.complete
    assert {finding.rule for finding in subject.findings} >= {"permissive-hostname-verifier"}
    assert audited(simple_zip(members()), tmp_path).findings == subject.findings


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_flipped_bits_in_the_archive(seed: int, tmp_path: Path) -> None:
    random, data = Random(seed), SHOP.read_bytes()  # noqa: S311
    for _ in range(150):
        audited(flipped(data, random), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["AndroidManifest.xml", "classes.dex", "resources.arsc", "res/xml/network_security_config.xml"]
)
@pytest.mark.parametrize("seed", range(2))
def test_flipped_bits_in_a_member(name: str, seed: int, tmp_path: Path) -> None:
    random, files = Random(f"{name} {seed}"), members()  # noqa: S311
    for _ in range(125):
        audited(simple_zip({**files, name: flipped(files[name], random)}), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["AndroidManifest.xml", "classes.dex", "resources.arsc", "res/xml/network_security_config.xml"]
)
def test_a_member_that_was_cut_short(name: str, tmp_path: Path) -> None:
    files = members()
    step = max(1, len(files[name]) // 60)
    for length in range(0, len(files[name]), step):
        audited(simple_zip({**files, name: files[name][:length]}), tmp_path)


def test_an_archive_that_was_cut_short_is_no_clean_app(tmp_path: Path) -> None:
    data = SHOP.read_bytes()
    for length in range(0, len(data), len(data) // 120):
        subject = audited(data[:length], tmp_path)
        assert not subject.complete


def test_a_lost_dex_file_is_told(tmp_path: Path) -> None:
    """A manifest with an activity and no code for it cannot be called clean."""
    files = members()
    del files["classes.dex"]
    assert not audited(simple_zip(files), tmp_path).complete


@pytest.mark.slow
@pytest.mark.parametrize("manifest", [None, b"", b"no XML"])
def test_nothing_is_said_of_a_manifest_that_cannot_be_read(manifest: bytes | None, tmp_path: Path) -> None:
    """What it would permit by default, and to which version of Android it aims, is not known."""
    files = members()
    del files["AndroidManifest.xml"]
    subject = audited(
        simple_zip(files if manifest is None else {**files, "AndroidManifest.xml": manifest}), tmp_path
    )
    assert not subject.complete
    assert not [one for one in subject.unseen if str(tmp_path) in one.why]
    assert not [
        one for one in subject.findings if one.location and one.location.member == "AndroidManifest.xml"
    ]


@pytest.mark.slow
def test_an_archive_of_65_535_entries(tmp_path: Path) -> None:
    files = {**members(), **{f"assets/{number}": b"x" for number in range(65_535 - len(members()))}}
    subject = audited(simple_zip(files), tmp_path)
    assert {finding.rule for finding in subject.findings} >= {"permissive-hostname-verifier"}


@pytest.mark.slow
def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A gigabyte of nothing that takes a megabyte in the archive."""
    path = tmp_path / "bomb.apk"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members().items():
            archive.writestr(name, data)
        with archive.open("classes2.dex", "w", force_zip64=True) as out:
            for _ in range(1024):
                out.write(bytes(1 << 20))
    with no_hang():
        subject = audit.audit(path, ASKED)
    assert not subject.complete


TRUSTING = method(
    "public checkServerTrusted([Ljava/security/cert/X509Certificate;Ljava/lang/String;)V", "return-void"
)


@pytest.mark.real
@pytest.mark.parametrize(
    "above",
    [
        {"Lcom/example/app/A;": "Lcom/example/app/A;"},
        {"Lcom/example/app/A;": "Lcom/example/app/B;", "Lcom/example/app/B;": "Lcom/example/app/A;"},
    ],
)
def test_classes_that_extend_themselves(above: dict[str, str], tmp_path: Path) -> None:
    """Android refuses them; whoever looks for what a class inherits must come to an end."""
    body = f".implements Ljavax/net/ssl/X509TrustManager;\n{TRUSTING}"
    classes = {f"C{n}": class_file(name, body, extends) for n, (name, extends) in enumerate(above.items())}
    dex = assemble(classes)
    subject = audited(simple_zip({**members(), "classes.dex": dex}), tmp_path)
    assert {"permissive-trust-manager"} <= {finding.rule for finding in subject.findings}


@pytest.mark.real
def test_a_table_of_fifty_thousand_strings(tmp_path: Path) -> None:
    loads = (f'const-string/jumbo v0, "sha256/{number:043d}="' for number in range(50_000))
    dex = assemble({"Many": class_file("Lcom/example/app/Many;", _methods(loads))})
    subject = audited(simple_zip({**members(), "classes.dex": dex}), tmp_path)
    assert subject.error == ""


def _methods(lines: Iterator[str]) -> str:
    """As many methods as it takes, since one may have 65,536 units of code."""
    chunks = iter(lambda: tuple(islice(lines, 10_000)), ())
    return "".join(
        method(f"public static m{number}()V", "\n".join((*chunk, "return-void")))
        for number, chunk in enumerate(chunks)
    )
