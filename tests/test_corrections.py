"""`check --fix`: what only one thing can be meant by is corrected, and nothing else of the file changes."""

from __future__ import annotations

import tomllib
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.source.corrections import corrected
from pincompiler.source.document import parse
from pincompiler.source.reader import read_project
from tests.strategies import LEAVES
from tests.test_cli import PIN_A, PIN_B, run

if TYPE_CHECKING:
    from pathlib import Path

URLSAFE = "X-zrZv_IbzjZUnhsbWlsecLbwjndTpG0ZynXOif7V-k"
"""The SHA-256 of "0", without padding and in the alphabet of URLs (RFC 4648 section 5)."""
STANDARD = "X+zrZv/IbzjZUnhsbWlsecLbwjndTpG0ZynXOif7V+k="

BROKEN = f"""# Pins of the shop.
version = 1   # the format

[keys.one]   # prefixed
spki-sha256 = "sha256/{PIN_A}"  # from the wiki
role = "leaf"

[keys.two]
spki-sha256 = '{URLSAFE}'   # of a URL

[keys.gone]
spki-sha256 = "{PIN_B}"

[[pin-set]]
hosts = [
    "https://api.example.com/v1",   # the API
    "www.example.com",
    "www.example.com",  # again
]
subdomains = "One_Label"
keys = ["one", "two", "one"]
"""
FIXED = f"""# Pins of the shop.
version = 1   # the format

[keys.one]   # prefixed
spki-sha256 = "{PIN_A}"  # from the wiki
role = "leaf"

[keys.two]
spki-sha256 = "{STANDARD}"   # of a URL

[[pin-set]]
hosts = [
    "api.example.com",   # the API
    "www.example.com",
    # again
]
subdomains = "one-label"
keys = ["one", "two"]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "pins.toml"
    path.write_bytes(text.encode())
    return path


def test_each_kind_of_mistake_is_corrected_in_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, BROKEN)
    ran = run("check", "--fix", cwd=tmp_path)
    assert path.read_text("utf-8") == FIXED
    assert (ran.code, ran.stderr.splitlines()[0]) == (0, "corrected pins.toml")
    assert '\n-subdomains = "One_Label"\n' in ran.stdout
    assert '\n+subdomains = "one-label"\n' in ran.stdout
    assert run("check", "--diff", cwd=tmp_path).stdout == ""


@pytest.mark.parametrize("prefix", ["sha256/", "sha256//", "SHA-256:", "pin-sha256="])
def test_a_pin_may_begin_with_the_stroke_of_its_prefix(prefix: str, tmp_path: Path) -> None:
    """As the SHA-256 of "70" does; curl writes two strokes before any pin."""
    pin = b64encode(sha256(b"70").digest()).decode()
    assert pin.startswith("/")
    lines = 'hosts = ["a.example"]\nkeys = ["k"]\n'
    path = write(tmp_path, f'version = 1\n[keys.k]\nspki-sha256 = "{prefix}{pin}"\n[[pin-set]]\n{lines}')
    run("check", "--fix", cwd=tmp_path)
    assert tomllib.loads(path.read_text("utf-8"))["keys"]["k"]["spki-sha256"] == pin


def test_a_diff_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, BROKEN)
    ran = run("check", "--diff", cwd=tmp_path)
    assert (ran.code, path.read_text("utf-8")) == (1, BROKEN)
    assert ran.stdout.startswith("--- a/pins.toml\n+++ b/pins.toml\n")
    assert (run("check", "--diff", cwd=tmp_path).stdout, run("check", "--fix", cwd=tmp_path).code) == (
        ran.stdout,
        0,
    )


@pytest.mark.parametrize("mark", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
def test_line_ends_and_a_mark_stay(mark: str, tmp_path: Path) -> None:
    path = write(tmp_path, mark + BROKEN.replace("\n", "\r\n"))
    run("check", "--fix", cwd=tmp_path)
    assert path.read_bytes().decode() == mark + FIXED.replace("\n", "\r\n")


def test_results_for_programs_have_no_diff_among_them(tmp_path: Path) -> None:
    write(tmp_path, BROKEN)
    assert run("check", "--fix", "-f", "gitlab", cwd=tmp_path).stdout == "[]\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('hosts = ["*.example.com"]\nkeys = ["a"]', "a wildcard means several things"),
        ('hosts = ["example.com"]\nkeys = ["b"]', "which key is meant nobody knows"),
        ('hosts = ["example.com"]\nkeys = ["a"]\nenforced = true', "nor which entry"),
    ],
)
def test_what_may_mean_several_things_is_left_alone(text: str, why: str, tmp_path: Path) -> None:
    whole = f'version = 1\n[keys.a]\nspki-sha256 = "{PIN_A}"\n[[pin-set]]\n{text}\n'
    path = write(tmp_path, whole)
    assert run("check", "--fix", cwd=tmp_path).code == 1, why
    assert path.read_text("utf-8") == whole


@pytest.mark.parametrize(
    "table",
    [
        f'keys.spare.spki-sha256 = "{PIN_B}"\n',
        f'# why it is there\n[keys.spare]\nspki-sha256 = "{PIN_B}"\n',
        f'[keys.spare]\n# a comment of its own\nspki-sha256 = "{PIN_B}"\n',
    ],
)
def test_an_unused_key_that_is_written_otherwise_is_left_alone(table: str, tmp_path: Path) -> None:
    head, rest = ("", table) if "[" in table else (table, "")
    whole = f'version = 1\n{head}[[pin-set]]\nhosts = ["a.example"]\nkeys = []\nenforce = false\n{rest}'
    path = write(tmp_path, whole)
    ran = run("check", "--fix", cwd=tmp_path)
    assert "unused-key" in ran.stdout
    assert path.read_text("utf-8") == whole


@pytest.mark.parametrize("file", ["-", "nsc.xml"])
def test_only_the_file_of_a_pins_toml_is_corrected(file: str, tmp_path: Path) -> None:
    ran = run("check", "--fix", file, cwd=tmp_path, stdin=BROKEN.encode())
    assert ran.code == 2
    assert "only a pins.toml can be corrected, in its file" in ran.stderr


BLANKS = st.sampled_from(["", " ", "\t"])
COMMENTS = st.sampled_from(["", " # one, two", ' # "]'])
SPELT = {"https://b.example/": "b.example", "c.example:443": "c.example"}
NAMES = st.sampled_from(["a.example", *SPELT, "d.example"])


@st.composite
def arrays(draw: st.DrawFn) -> str:
    """An array of hosts over one line or several, with comments, with and without a last comma."""
    names = draw(st.lists(NAMES, min_size=1, max_size=6))
    if draw(st.booleans()):
        return f"[{draw(BLANKS)}{', '.join(f'{chr(34)}{name}{chr(34)}' for name in names)}{draw(BLANKS)}]"
    lines = [f'{draw(BLANKS)}"{name}"{draw(BLANKS)},{draw(COMMENTS)}' for name in names]
    if draw(st.booleans()):
        lines[-1] = f'"{names[-1]}"{draw(COMMENTS)}'
    return "[\n" + "\n".join(lines) + "\n]"


@given(arrays(), BLANKS, COMMENTS)
def test_any_way_to_write_an_array_is_kept(
    tmp_path_factory: pytest.TempPathFactory, hosts: str, blank: str, comment: str
) -> None:
    """Each host once, spelt as a host; every comment stays; a second run changes nothing."""
    key = LEAVES[0]
    text = f'version = 1\n[keys.k]\nspki-sha256 = "{key.pin}"\n[[pin-set]]\nhosts{blank}={blank}{hosts}{comment}\nkeys = ["k"]\n'
    root = tmp_path_factory.getbasetemp()
    found = text
    for _ in range(3):
        found = corrected(found, read_project(parse(found, "pins.toml"), root).findings)
    before = tomllib.loads(text)["pin-set"][0]["hosts"]
    after = tomllib.loads(found)["pin-set"][0]["hosts"]
    assert after == list(dict.fromkeys(SPELT.get(name, name) for name in before))
    assert found.count("#") == text.count("#")
    assert corrected(found, read_project(parse(found, "pins.toml"), root).findings) == found
