"""Bad input of every kind: told in a clear message, exit 1 or 2, no traceback, and nothing written.

The commands run inside this process, so that whatever they raise by mistake fails the test.
"""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from pincompiler.base.bounds import FILE_BYTES
from pincompiler.base.errors import PincompilerError
from pincompiler.base.finding import Level
from pincompiler.keys.spki import KeyFileError, public_keys
from pincompiler.platforms import plist
from pincompiler.platforms.registry import TARGETS, target_named
from pincompiler.policy.project import App
from pincompiler.source.document import Document, parse, read_document
from pincompiler.workflows import compile as compiler
from tests import pki
from tests.patience import WAIT_S
from tests.strategies import TODAY
from tests.test_cli import KEYS, ROOT, SAMPLES, Ran, run, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pincompiler.platforms.target import Target

T = TypeVar("T")

fuzzed = settings(
    max_examples=150,
    deadline=timedelta(seconds=WAIT_S),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

NSC = "android/app/src/main/res/xml/network_security_config.xml"
INFO = "ios/Shop/Info.plist"


def policy(
    hosts: str = '"h.example.com"', more: str = "", targets: str = '[target.nsc]\npath = "out/nsc.xml"\n'
) -> str:
    return f'{KEYS}[[pin-set]]\nhosts = [{hosts}]\nkeys = ["a", "b"]\n{more}\n{targets}'


def refused(root: Path, content: str | bytes, *, code: int = 1) -> str:
    """Standard output of ``check`` and ``compile``, which refuse alike and leave everything as it was."""
    data = content.encode() if isinstance(content, str) else content
    (root / "pins.toml").write_bytes(data)
    before = snapshot(root)
    checked, compiled = run("check", cwd=root), run("compile", cwd=root)
    assert (checked.code, compiled.code) == (code, code), checked.stdout + checked.stderr
    assert snapshot(root) == before
    assert compiled.stdout == checked.stdout
    assert checked.stdout or checked.stderr.startswith("pincompiler: error: ")
    visible(checked)
    visible(compiled)
    return checked.stdout or checked.stderr


def visible(ran: Ran) -> None:
    """Nothing printed may steer a terminal or reorder its text."""
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", ran.stdout + ran.stderr)


def heads(text: str) -> list[str]:
    """The first line of every finding, without the file's name."""
    return re.findall(r"^pins\.toml:(.+)$", text, re.MULTILINE)


# -- the text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "head"),
    [
        (b"version = \n", "1:11: error: not TOML: invalid value [invalid-toml]"),
        (b"\x00\x01\x02", "1:1: error: not TOML: invalid statement [invalid-toml]"),
        (b"version = 1\nversion = 2\n", "2:12: error: not TOML: cannot overwrite a value [invalid-toml]"),
        (b"version = 1\n[a]\n[a]\n", "3:3: error: not TOML: cannot declare ('a',) twice [invalid-toml]"),
        (b"version = 1\nx = '\xff'\n", "2:6: error: not TOML: byte 0xff is not UTF-8 [invalid-toml]"),
        (b"\xef\xbb\xbfx = '\xff'\n", "1:6: error: not TOML: byte 0xff is not UTF-8 [invalid-toml]"),
        (b"\xff\xfev\x00", "1:1: error: not TOML: byte 0xff is not UTF-8 [invalid-toml]"),
        (b"a = 2027-02-30\n", "1:5: error: not TOML: invalid date or datetime [invalid-toml]"),
    ],
    ids=["value", "binary", "twice", "table-twice", "latin-1", "bom", "utf-16", "date"],
)
def test_not_toml(content: bytes, head: str, tmp_path: Path) -> None:
    assert heads(refused(tmp_path, content)) == [head]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"# nothing\n", b"\r\n"])
def test_empty(content: bytes, tmp_path: Path) -> None:
    assert heads(refused(tmp_path, content)) == [
        "1:1: error: `version` is missing [missing-value]",
        "1:1: error: no [[pin-set]] is given [missing-value]",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "a = " + "[" * 10_000 + "]" * 10_000,
        "a = " + "{a=" * 10_000 + "1" + "}" * 10_000,
        "a = " + "[" * 10_000,
    ],
    ids=["arrays", "inline-tables", "unclosed"],
)
def test_ten_thousand_levels_of_values(content: str, tmp_path: Path) -> None:
    (head,) = heads(refused(tmp_path, content))
    assert head == "1:1: error: not TOML: values are nested too deeply [invalid-toml]"


@pytest.mark.parametrize("form", ["[{}]\nx = 1", "{} = 1", "[[{}]]\nx = 1"])
def test_ten_thousand_levels_of_tables(form: str, tmp_path: Path) -> None:
    deep = form.format(".".join(["a"] * 10_000))
    found = refused(tmp_path, f"version = 1\n{deep}\n")
    assert found.startswith("pins.toml:")
    assert found.endswith("\n")


@pytest.mark.slow
def test_levels_of_tables_do_not_eat_the_memory(tmp_path: Path) -> None:
    """A key of 20,000 parts is 40 kB; noting every part's own path takes gigabytes."""
    (tmp_path / "pins.toml").write_text(f"version = 1\n{'.'.join(['a'] * 20_000)} = 1\n", encoding="utf-8")
    done = subprocess.run(
        ["sh", "-c", 'ulimit -v 1000000; exec "$0" -m pincompiler check', sys.executable],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=WAIT_S,
    )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert done.stdout.startswith(b"pins.toml:")


@pytest.mark.parametrize(
    ("number", "head"),
    [
        ("9" * 5000, "1:11: error: not TOML: "),
        ("0x" + "f" * 5000, "1:11: error: "),
        ("-1", "1:11: error: `version` is negative [invalid-value]"),
    ],
    ids=["decimal", "hexadecimal", "negative"],
)
def test_numbers_without_end(number: str, head: str, tmp_path: Path) -> None:
    text = refused(tmp_path, policy().replace("version = 1", f"version = {number}"))
    assert heads(text)[0].startswith(head)
    assert "sys.set_int_max_str_digits" not in text


@pytest.mark.slow
@pytest.mark.parametrize("content", ["pins.toml", "certs/big.pem", "base.xml", "out.plist"])
def test_a_file_over_the_limit_is_not_read(content: str, tmp_path: Path) -> None:
    (tmp_path / "certs").mkdir()
    targets = '[target.nsc]\npath = "o.xml"\nbase = "base.xml"\n[target.ats]\npath = "out.plist"\n'
    keys = policy(targets=targets).replace('spki-sha256 = "OlK', 'file = "certs/big.pem" #', 1)
    text = keys if content == "certs/big.pem" else policy(targets=targets)
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    (tmp_path / "base.xml").write_text("<network-security-config/>", encoding="utf-8")
    with (tmp_path / content).open("ab") as stream:
        stream.truncate(FILE_BYTES.limit + 1)
    before = snapshot(tmp_path, contents=False)
    ran = run("compile", cwd=tmp_path)
    assert ran.code in (1, 2)
    assert re.search(rf"{content}: more than \d\d MB, which is no ", ran.stdout + ran.stderr)
    assert snapshot(tmp_path, contents=False) == before


def test_an_endless_file_is_not_read_for_ever(tmp_path: Path) -> None:
    ran = run("check", "/dev/zero", cwd=tmp_path)
    assert ran.code == 2
    assert ran.stderr == "pincompiler: error: /dev/zero: more than 64 MB, which is no file of this kind\n"


@pytest.mark.parametrize("argument", [".", "absent.toml", "absent/pins.toml", "", "x" * 300])
@pytest.mark.parametrize("command", ["check", "compile"])
def test_no_file(command: str, argument: str, tmp_path: Path) -> None:
    ran = run(command, argument, cwd=tmp_path)
    assert ran.code == 2
    assert ran.stdout == ""
    shown = re.escape(argument or ".")
    reasons = "No such file or directory(; pincompiler init writes one)?|Is a directory|File name too long"
    assert re.fullmatch(rf"pincompiler: error: {shown}: ({reasons})\n", ran.stderr)


# -- hosts ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('"a\\"b.example.com"', '"a"b.example.com" has the label \'a"b\''),
        ("'${jndi}.example.com'", "\"${jndi}.example.com\" has the label '${jndi}'"),
        ('"a\\nb.example.com"', "'a\\nb.example.com' has the invisible character U+000A"),
        ('"a*/b.example.com"', '"a*/b.example.com" has a wildcard that no platform understands'),
        ('"a/*b.example.com"', '"a/*b.example.com" has a wildcard that no platform understands'),
        ('"a\\u0000b.example.com"', "'a\\x00b.example.com' has the invisible character U+0000"),
        ('"\\u202Emoc.elpmaxe"', "'\\u202emoc.elpmaxe' has the invisible character RIGHT-TO-LEFT OVERRIDE"),
        ('"a\\u001b[31m.com"', "'a\\x1b[31m.com' has the invisible character U+001B"),
        (
            '"' + "x" * 300 + '"',
            '"' + "x" * 79 + '…" has 300 characters; a host name has 1 to 253',
        ),
        ('"<domain>.example.com"', "\"<domain>.example.com\" has the label '<domain>'"),
        ('"a.example.com\\\\"', "\"a.example.com\\\" has the label 'com\\\\'"),
    ],
    ids=["quote", "dollar", "newline", "end", "start", "nul", "rtl", "escape", "long", "tag", "backslash"],
)
def test_hosts(written: str, message: str, tmp_path: Path) -> None:
    (head,) = heads(refused(tmp_path, policy(written)))
    assert head.split(": error: ")[1].rpartition(" [")[0] == message


def test_a_hundred_thousand_characters_of_a_host_are_not_repeated(tmp_path: Path) -> None:
    found = refused(tmp_path, policy('"' + "ä" * 100_000 + '.example.com"'))
    assert len(found) < 2000


# -- paths, packages, keys, report URIs ----------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "../nsc.xml",
        "a/../../nsc.xml",
        "/tmp/nsc.xml",  # noqa: S108 - refused
        "~/nsc.xml",
        "a\\\\nsc.xml",
        "a\\u0000.xml",
        "a\\n.xml",
        "\\u202Elmx.a.xml",
        "C:\\\\nsc.xml",
        "//server/share/nsc.xml",
        ".",
    ],
)
def test_paths_that_escape(path: str, tmp_path: Path) -> None:
    for entry in (
        f'[target.nsc]\npath = "{path}"\n',
        f'[target.nsc]\npath = "a.xml"\nbase = "{path}"\n',
        f'[target.nsc]\npath = "a.xml"\n[keys.c]\nfile = "{path}"\n',
    ):
        found = heads(refused(tmp_path, policy(targets=entry)))
        assert [head.rpartition("[")[2] for head in found if ": error:" in head] == ["escaping-path]"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "package",
    [
        "com.example; import evil",
        "com.example\\nimport evil",
        "com.example{",
        "com.example */",
        "com..example",
        ".com",
        "com.",
        "Com.Example",
        "com.example.class",
        "com.example.fun",
        "1com",
        "com.exämple",
        "com/example",
        "",
        " ",
        "a" * 201,
    ],
)
@pytest.mark.parametrize("target", ["okhttp-kotlin", "okhttp-java"])
def test_packages(package: str, target: str, tmp_path: Path) -> None:
    ending = {"okhttp-kotlin": "kt", "okhttp-java": "java"}[target]
    entry = f'[target.{target}]\npath = "Pins.{ending}"\npackage = "{package}"\n'
    (head,) = heads(refused(tmp_path, policy(targets=entry)))
    assert head.endswith(("is no package [invalid-value]", "`package` is blank [invalid-value]"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "Pins extends Evil.java",
        "Pins{}.java",
        "pins.java",
        "Pïns.java",
        "P$ins.java",
        "Pins.kt",
        "Pins",
        ".java",
        # The generated class would hide what it is made of:
        "CertificatePinner.java",
        "String.java",
    ],
)
def test_names_of_classes(name: str, tmp_path: Path) -> None:
    entry = f'[target.okhttp-java]\npath = "a/{name}"\npackage = "a"\n'
    (head,) = heads(refused(tmp_path, policy(targets=entry)))
    assert head.endswith("[invalid-value]")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        '"a b"',
        '"*/ evil()"',
        '"a\\nb"',
        '"-->"',
        '"a--b"',
        '""',
        '"\\u202Ea"',
        '"a\\u0000"',
        '"é"',
        "'\"'",
        "'${x}'",
        f'"{"k" * 65}"',
    ],
)
def test_names_of_keys(name: str, tmp_path: Path) -> None:
    pin = "Zbs8xqFHwRkl5C3Vb8pPfb0aWv1y2uNpU4IbRjVOm0E="
    text = f'{policy()}\n[keys.{name}]\nspki-sha256 = "{pin}"\nrole = "leaf"\n'
    found = heads(refused(tmp_path, text.replace('"a", "b"', f'"a", "b", {name}')))
    assert len(found) == 1
    assert found[0].endswith(" is no name for a key [invalid-value]")


@pytest.mark.slow
@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        'https://reports.example.com/\\"); evil(\\"',
        "https://reports.example.com/\\n",
        "https://reports.example.com/</report-uri>",
        "https://reports.example.com/]",
        "https://user:password@reports.example.com/",
        "https://reports.example.com/\\\\(evil)",
        "https://reports.example.com/é",
        "",
    ],
)
def test_report_uris(uri: str, tmp_path: Path) -> None:
    (head,) = heads(refused(tmp_path, policy(more=f'report-uris = ["{uri}"]')))
    assert head.endswith(" is no report URI [invalid-value]")


ALL_TARGETS = """\
[target.nsc]
path = "o/nsc.xml"
[target.trustkit-android]
path = "o/tk.xml"
[target.okhttp-kotlin]
path = "o/Pins.kt"
package = "a.b"
[target.okhttp-java]
path = "o/Pins.java"
package = "a.b"
[target.ats]
path = "o/Info.plist"
[target.trustkit]
path = "o/Info.plist"
[target.trustkit-swift]
path = "o/Pins.swift"
"""


@pytest.mark.parametrize("path", ["/*/", "/--!", "/$(id)", "/$x", "/'", "/a&b;c=%22", "/@!~,+:"])
def test_report_uris_that_look_like_code_are_text(path: str, tmp_path: Path) -> None:
    """They are legal in a URI; each language quotes them, and what is written reads back the same."""
    more = f'report-uris = ["https://reports.example.com{path}"]'
    document = parse(policy(more=more, targets=ALL_TARGETS), "pins.toml")
    assert read_back(document, tmp_path) == 7


def test_the_name_of_the_pins_file_cannot_end_a_comment(tmp_path: Path) -> None:
    name = "x*_ --> */ evil();.toml".replace("/", "")
    (tmp_path / name).write_text(policy(targets=ALL_TARGETS), encoding="utf-8")
    assert run("compile", name, cwd=tmp_path).code == 0
    for file in ("Pins.kt", "Pins.java", "Pins.swift"):
        first = (tmp_path / "o" / file).read_text(encoding="utf-8").partition("\n")[0]
        assert re.fullmatch(r"// Generated by pincompiler from [\w.-]+\. Do not edit\.", first)
    first, second = (tmp_path / "o/nsc.xml").read_text(encoding="utf-8").split("\n")[:2]
    assert re.fullmatch(r"<!-- Generated by pincompiler from [\w.-]+\. Do not edit\. -->", second)
    assert "--" not in second[4:-3]


# -- property lists ------------------------------------------------------------------------------

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def plist_of(body: str, head: str = HEAD) -> bytes:
    return f'{head}<plist version="1.0">\n<dict>\n{body}\n</dict>\n</plist>\n'.encode()


LAUGHS = HEAD + (
    '<!DOCTYPE plist [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {y} "{f"&{x};" * 10}">' for x, y in pairwise("abcdefghij"))
    + "]>\n"
)

BAD_PLISTS = {
    "binary": (plistlib.dumps({"A": 1}, fmt=plistlib.FMT_BINARY), r"is a binary property list; run plutil"),
    "truncated-binary": (b"bplist00\x00", r"is a binary property list; run plutil"),
    "not-xml": (b"{ A = 1; }", r":1:1: not XML: "),
    "cut-short": (plist_of("<key>A</key>")[:-12], r"not XML: |has no value"),
    "twice": (
        plist_of("<key>A</key><true/>\n<key>A</key><false/>"),
        r":5:\d+: the key A stands twice in one dictionary",
    ),
    "no-value": (plist_of("<key>A</key>"), r":5:\d+: the key A has no value"),
    "no-key": (plist_of("<true/>"), r":4:\d+: <true> in a dictionary without a <key> before it"),
    "entity": (
        plist_of("<key>&a;</key><true/>", HEAD + '<!DOCTYPE plist [<!ENTITY a "b">]>\n'),
        r"declares the entity a, which no property list needs",
    ),
    "file-entity": (
        plist_of("<key>&a;</key><true/>", HEAD + '<!DOCTYPE plist [<!ENTITY a SYSTEM "/etc/passwd">]>\n'),
        r"declares the entity a, which no property list needs",
    ),
    "laughs": (plist_of("<key>&j;</key><true/>", LAUGHS), r"declares the entity a, "),
    "array": (b"<plist><array/></plist>", r"not a property list with a dictionary at its root"),
    "wrong-root": (b"<resources/>", r"not a property list: its root is <resources>"),
    "latin-1": (
        plist_of("", '<?xml version="1.0" encoding="ISO-8859-1"?>\n'),
        r"its encoding is ISO-8859-1; save it as UTF-8",
    ),
    "utf-16": (plist_of("", '<?xml version="1.0"?>').decode().encode("utf-16"), r"UTF-8"),
}
"""Contents of an Info.plist, and what is said of each."""


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD_PLISTS)
@pytest.mark.parametrize("target", ["ats", "trustkit"])
def test_property_lists_to_be_edited(name: str, target: str, tmp_path: Path) -> None:
    content, message = BAD_PLISTS[name]
    (tmp_path / "Info.plist").write_bytes(content)
    (tmp_path / "pins.toml").write_text(
        policy(targets=f'[target.{target}]\npath = "Info.plist"\n'), encoding="utf-8"
    )
    before = snapshot(tmp_path)
    for force in ((), ("--force",)):
        ran = run("compile", *force, cwd=tmp_path)
        assert ran.code == 2, ran.stderr
        assert re.search(message, ran.stderr), ran.stderr
        assert "Info.plist" in ran.stderr
        assert snapshot(tmp_path) == before


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_an_empty_property_list_is_refused_or_begun(force: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "Info.plist").touch()
    text = policy(targets='[target.ats]\npath = "Info.plist"\n')
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    ran = run("compile", *force, cwd=tmp_path)
    if ran.code == 0:
        values = plistlib.loads((tmp_path / "Info.plist").read_bytes())
        assert list(values["NSAppTransportSecurity"]["NSPinnedDomains"]) == ["h.example.com"]
    else:
        assert (ran.code, (tmp_path / "Info.plist").read_bytes()) == (2, b"")
        assert ran.stderr.startswith("pincompiler: error: Info.plist:1:1: not XML: ")


def test_a_property_list_is_named_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "ios").mkdir()
    (tmp_path / "ios/Info.plist").write_bytes(b"nonsense")
    text = policy(targets='[target.ats]\npath = "ios/Info.plist"\n')
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    for force in ((), ("--force",)):
        assert run("compile", *force, cwd=tmp_path).stderr.startswith(
            "pincompiler: error: ios/Info.plist:1:1: not XML: "
        )


BAD_VALUES = {
    "date": "<key>A</key><date>yesterday</date>",
    "integer": "<key>A</key><integer>one</integer>",
    "no-integer": "<key>A</key><integer/>",
    "real": "<key>A</key><real>x</real>",
    "digits": f"<key>A</key><integer>{'9' * 5000}</integer>",
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_property_lists_with_broken_values(name: str, tmp_path: Path) -> None:
    (tmp_path / "Info.plist").write_bytes(plist_of(BAD_VALUES[name]))
    for arguments in (("diff", "Info.plist", "Info.plist"), ("init", "--from", "Info.plist")):
        ran = run(*arguments, cwd=tmp_path)
        assert ran.code == 2
        assert ran.stdout == ""
        assert re.match(r"pincompiler: error: Info\.plist:\d+:\d+: the text of <\w+> is no ", ran.stderr)
    assert [path.name for path in tmp_path.iterdir()] == ["Info.plist"]


def test_a_binary_property_list_whose_keys_are_no_strings() -> None:
    """Apple's tools write none; a reader must survive it all the same."""
    made = plistlib.dumps(
        {"NSAppTransportSecurity": {"NSPinnedDomains": {"k": {}, "l": {}}}}, fmt=plistlib.FMT_BINARY
    )
    assert made.count(b"\x51k") == 1
    odd = made.replace(b"\x51k", b"\x10\x07")
    assert list(plistlib.loads(odd)["NSAppTransportSecurity"]["NSPinnedDomains"]) == [7, "l"]
    _only_refusals(lambda data: target_named("ats").read(data, App()), odd)


@pytest.mark.parametrize("levels", [150, 10_000])
def test_deep_property_lists(levels: int, tmp_path: Path) -> None:
    deep = "<array>" * levels + "</array>" * levels
    (tmp_path / "Info.plist").write_bytes(plist_of(f"<key>A</key>{deep}"))
    text = policy(targets='[target.ats]\npath = "Info.plist"\n')
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    ran = run("compile", cwd=tmp_path)
    if levels < 200:
        assert ran.code == 0
    else:
        assert ran.code == 2
        assert "Info.plist" in ran.stderr
        assert "nested too deeply" in ran.stderr


SHORT = {
    "root": "<dict/>",
    "root-with-space": "<dict />",
    "parent": "<dict><key>NSAppTransportSecurity</key><dict/><key>Z</key><string>z</string></dict>",
    "parent-in-lines": (
        "<dict>\n\t<key>NSAppTransportSecurity</key>\n\t<dict/>\n\t<key>Z</key>\n\t<string>z</string>\n</dict>"
    ),
    "section": (
        "<dict>\n<key>NSAppTransportSecurity</key>\n<dict>\n<key>NSPinnedDomains</key>\n<dict/>\n"
        "<key>Y</key>\n<true/>\n</dict>\n<key>Z</key>\n<string>z</string>\n</dict>"
    ),
    "wrong-type": "<dict><key>NSAppTransportSecurity</key><true/><key>Z</key><string>z</string></dict>",
    "record": "<dict><key>Pincompiler</key><dict/><key>Z</key><string>z</string></dict>",
    "neighbour": "<dict><key>X</key><array/><key>Z</key><string>z</string></dict>",
    "whole": "<dict></dict>",
}
"""Property lists in which an element closes itself, as plutil and Xcode write empty ones."""


@pytest.mark.slow
@pytest.mark.parametrize("name", SHORT)
def test_elements_that_close_themselves(name: str, tmp_path: Path) -> None:
    content = f'{HEAD}<plist version="1.0">\n{SHORT[name]}\n</plist>\n'.encode()
    (tmp_path / "Info.plist").write_bytes(content)
    text = policy(targets='[target.ats]\npath = "Info.plist"\n')
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    assert run("compile", cwd=tmp_path).code == 0
    before, after = plistlib.loads(content), plistlib.loads((tmp_path / "Info.plist").read_bytes())
    section = after.pop("NSAppTransportSecurity")
    assert list(section.pop("NSPinnedDomains")) == ["h.example.com"]
    assert section == ({"Y": True} if name == "section" else {})
    assert sorted(after.pop("Pincompiler")) == ["Notice", "ats"]
    for ours in ("NSAppTransportSecurity", "Pincompiler"):
        before.pop(ours, None)
    assert after == before
    assert run("compile", "--check", cwd=tmp_path).code == 0


# -- a hand-written base of the NSC --------------------------------------------------------------


def nsc_of(body: str, before: str = "") -> bytes:
    return f"{HEAD}{before}<network-security-config>\n{body}\n</network-security-config>\n".encode()


PIN = "Zbs8xqFHwRkl5C3Vb8pPfb0aWv1y2uNpU4IbRjVOm0E="
DOMAIN = "<domain-config><domain>{}</domain></domain-config>\n"
WITH_PINS = (
    "<domain-config><domain>h.example.com</domain>"
    f'<pin-set><pin digest="SHA-256">{PIN}</pin></pin-set></domain-config>'
)

UNREADABLE_BASES = {
    "empty": (b"", r"base\.xml:\d+:\d+: not XML: "),
    "not-xml": (b"nonsense", r"base\.xml:\d+:\d+: not XML: "),
    "cut-short": (nsc_of("")[:-12], r"base\.xml:\d+:\d+: not XML: "),
    "wrong-root": (
        b"<resources/>",
        r"base\.xml:1:1: its root is <resources> and not <network-security-config>",
    ),
    "xxe": (
        nsc_of(DOMAIN.format("&x;"), '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'),
        r"base\.xml:\d+:\d+: Entity 'x' not defined in this file",
    ),
    "laughs": (
        nsc_of(DOMAIN.format("&j;"), LAUGHS.replace(HEAD, "").replace("plist", "x")),
        r"base\.xml: ",
    ),
    "deep": (nsc_of("<a>" * 10_000 + "</a>" * 10_000), r"base\.xml: Excessive depth"),
    "pins": (b"version = 1\n", r"base\.xml:\d+:\d+: not XML: "),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", UNREADABLE_BASES)
@pytest.mark.parametrize("target", ["nsc", "trustkit-android"])
def test_bases_that_cannot_be_read(name: str, target: str, tmp_path: Path) -> None:
    content, message = UNREADABLE_BASES[name]
    (tmp_path / "base.xml").write_bytes(content)
    text = policy(targets=f'[target.{target}]\npath = "o.xml"\nbase = "base.xml"\n')
    assert re.search(message, refused(tmp_path, text, code=2))


def test_a_base_that_is_not_there(tmp_path: Path) -> None:
    text = policy(targets='[target.nsc]\npath = "o.xml"\nbase = "android/base.xml"\n')
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    ran = run("compile", cwd=tmp_path)
    assert ran.code in (1, 2)
    assert "android/base.xml" in ran.stdout + ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["pins.toml"]


REFUSED_BASES = {
    "duplicate-domain": (DOMAIN.format("x.com") * 2, (4, 16), "x.com has already been specified"),
    "duplicate-in-case": (
        DOMAIN.format("x.com") + DOMAIN.format("X.COM"),
        (4, 16),
        "x.com has already been specified",
    ),
    "same-host-pinned": (WITH_PINS, (3, 16), "h.example.com has pins here and by pins.toml; keep one"),
    "two-bases": ("<base-config/>\n<base-config/>", (4, 1), "only one base-config is allowed"),
    "no-domain": ("<domain-config/>", (3, 1), "a domain-config has no <domain> of its own"),
    "source": (
        '<base-config><trust-anchors><certificates src="x"/></trust-anchors></base-config>',
        (3, 29),
        'the certificates src "x" is unknown',
    ),
    "short-pin": (
        WITH_PINS.replace(PIN, "AAAA").replace("h.example.com", "x.com"),
        (3, 47),
        "a pin has 3 bytes instead of 32",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED_BASES)
def test_bases_that_android_refuses(name: str, tmp_path: Path) -> None:
    body, (line, column), message = REFUSED_BASES[name]
    (tmp_path / "base.xml").write_bytes(nsc_of(body))
    found = refused(tmp_path, policy(targets='[target.nsc]\npath = "o.xml"\nbase = "base.xml"\n'))
    errors = [text for text in found.splitlines() if ": error: " in text]
    assert len(errors) == 1
    assert errors[0].startswith(f"base.xml:{line}:{column}: error: Android refuses the file")
    assert errors[0].endswith(f": {message} [unfaithful-target]")


def test_a_base_is_named_as_seen_from_here(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/base.xml").write_bytes(nsc_of("<domain-config/>"))
    (tmp_path / "app/pins.toml").write_text(
        policy(targets='[target.nsc]\npath = "o.xml"\nbase = "base.xml"\n'), encoding="utf-8"
    )
    assert run("check", "app/pins.toml", cwd=tmp_path).stdout.startswith("app/base.xml:3:1: error: ")


@pytest.mark.parametrize("value", ["²", "٣", "9" * 5000, "-1", "TrUe", "", "\u00a0true"])
def test_odd_booleans_in_a_base_are_no_traceback(value: str, tmp_path: Path) -> None:
    body = f'<domain-config><domain includeSubdomains="{value}">x.com</domain></domain-config>'
    (tmp_path / "base.xml").write_bytes(nsc_of(body))
    (tmp_path / "pins.toml").write_text(
        policy(targets='[target.nsc]\npath = "o.xml"\nbase = "base.xml"\n'), encoding="utf-8"
    )
    assert run("check", cwd=tmp_path).code in (0, 1)


# -- key files -----------------------------------------------------------------------------------


def _constrained(*extensions: x509.ExtensionType) -> bytes:
    key = pki.private_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(pki.name("x"))
        .issuer_name(pki.name("x"))
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2030, 1, 1, tzinfo=UTC))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return pki.der(builder.sign(key, pki.SHA256))


def _swapped(data: bytes, old: str, new: str) -> bytes:
    """One place of a DER file, by its hexadecimal bytes; the length stays."""
    before, after = bytes.fromhex(old), bytes.fromhex(new)
    assert data.count(before) >= 1
    assert len(before) == len(after)
    return data.replace(before, after, 1)


def _doubled() -> bytes:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.99"), b"\x30\x00")
    return _swapped(
        _constrained(x509.BasicConstraints(ca=False, path_length=None), odd), "0603551d63", "0603551d13"
    )


WHOLE = pki.pem(pki.certificate())
BAD_KEYS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "k.pem is empty [unreadable-key]"),
    "blank": (b" \r\n\t", "k.pem is empty [unreadable-key]"),
    "half-a-pem": (WHOLE[: len(WHOLE) // 2], "k.pem holds a damaged certificate"),
    "half-a-der": (
        pki.der(pki.certificate())[:200],
        "k.pem is a damaged or truncated DER file [unreadable-key]",
    ),
    "pkcs12": (
        pki.pkcs12_store(b"x"),
        "k.pem is a PKCS#12 store, which may hold private keys [unreadable-key]",
    ),
    "pkcs7-der": (pki.pkcs7_bundle(Encoding.DER), "k.pem is a PKCS#7 bundle [unreadable-key]"),
    "pkcs7-pem": (pki.pkcs7_bundle(Encoding.PEM), "k.pem is a PKCS#7 bundle [unreadable-key]"),
    "private": (
        pki.private(pki.private_key()),
        "k.pem is a private key, which has no place beside an app's sources [private-key-file]",
    ),
    "private-der": (
        pki.private(pki.private_key(), Encoding.DER),
        "k.pem is a private key, which has no place beside an app's sources [private-key-file]",
    ),
    "private-openssl": (
        pki.private(pki.private_key(), form=PrivateFormat.TraditionalOpenSSL),
        "k.pem is a private key, which has no place beside an app's sources [private-key-file]",
    ),
    "encrypted": (
        pki.private(pki.private_key(), password=b"x"),
        "k.pem is a private key, which has no place beside an app's sources [private-key-file]",
    ),
    "encrypted-der": (
        pki.private(pki.private_key(), Encoding.DER, password=b"x"),
        "k.pem is a private key, which has no place beside an app's sources [private-key-file]",
    ),
    "private-beside": (
        WHOLE + pki.private(pki.private_key()),
        "k.pem has a private key beside its certificate, which has no place beside an app's sources [private-key-file]",
    ),
    "text": (b"hello\n", "k.pem is neither PEM nor DER [unreadable-key]"),
    "zeros": (bytes(2**20), "k.pem is neither PEM nor DER [unreadable-key]"),
    "not-base64": (
        b"-----BEGIN CERTIFICATE-----\n\xff\xff\n-----END CERTIFICATE-----\n",
        "k.pem holds a damaged certificate",
    ),
    "crl": (b"-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n", "k.pem holds only X509 CRL ["),
    "version": (_swapped(_constrained(), "a003020102", "a003020109"), "k.pem "),
    "version-2": (_swapped(_constrained(), "a003020102", "a003020101"), "k.pem "),
    "extension-twice": (_doubled(), "k.pem "),
    "not-ascii-name": (
        _swapped(
            _constrained(x509.SubjectAlternativeName([x509.DNSName("x.y")])), "8203782e79", "8203ff2e79"
        ),
        "k.pem ",
    ),
    "many-beginnings": (b"-----BEGIN CERTIFICATE-----\n" * 50_000, "k.pem holds a damaged certificate"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD_KEYS)
def test_key_files(name: str, tmp_path: Path) -> None:
    content, message = BAD_KEYS[name]
    (tmp_path / "k.pem").write_bytes(content)
    text = re.sub(r'spki-sha256 = "OlK.*', 'file = "k.pem"', policy())
    (head,) = heads(refused(tmp_path, text))
    assert head.startswith(f"4:8: error: {message}")
    ran = run("pin", "k.pem", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith("pincompiler: error: k.pem ")
    assert "ParseError" not in head, "the parser's own debug output says nothing to a release engineer"


def test_a_serial_number_that_is_not_positive_is_no_news(tmp_path: Path) -> None:
    """cryptography warns of it; old roots in every trust store have one, and it changes no pin."""
    data = _swapped(_constrained(), "020105", "0201ff")
    (tmp_path / "k.der").write_bytes(data)
    ran = run("pin", "k.der", cwd=tmp_path)
    assert (ran.code, ran.stderr) == (0, "")


# -- whatever --------------------------------------------------------------------------------------

TOKENS = [
    *('"', "'", '"""', "[", "]", "[[", "]]", "{", "}", "=", ",", ".", "#", "\\", "\n", "\r\n", "\t", "\x00"),
    *(
        "é",
        "\u202e",
        "\u200d",
        "字",
        "1",
        "-1",
        "true",
        "2027-02-30",
        "2026-11-23",
        "0001-01-01",
        "9999-12-31",
    ),
    *(
        "inf",
        "1e9",
        '"none"',
        '"one-label"',
        '"all"',
        '"example.co.uk"',
        '"*.a.com"',
        '"ß.de"',
        "1979-05-27T07:32:00",
    ),
    *("subdomains", "keys", "hosts", "expires", "enforce", "file", "index = 1", "base", "swizzle = true"),
    *(
        "../",
        "~",
        "/",
        "0x" + "f" * 20,
        "<",
        ">",
        "&",
        "]]>",
        "<!--",
        "-->",
        "&#0;",
        "&amp;",
        "<key>",
        "<dict/>",
    ),
]


@st.composite
def mutated(draw: st.DrawFn, seed: bytes) -> bytes:
    """A text with a few places overwritten, cut, doubled or filled with something of interest."""
    data = seed
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 12)))
        piece = draw(
            st.sampled_from(TOKENS).map(str.encode) | st.binary(max_size=4) | st.just(data[start:end] * 2)
        )
        data = data[:start] + piece + data[end:]
    return data


def attempted(work: Callable[[], T]) -> T | str:
    """What comes of some work, or the words in which it is refused; nothing else may be raised."""
    try:
        return work()
    except (PincompilerError, KeyFileError) as error:
        return str(error)


def _only_refusals(read: Callable[[bytes], object], data: bytes) -> None:
    assert attempted(lambda: read(data))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project directory with the samples' inputs; nothing is written to it but a pins.toml."""
    root = tmp_path_factory.mktemp("fuzz")
    shutil.copytree(SAMPLES / "certs", root / "certs")
    (root / "android").mkdir()
    shutil.copy(SAMPLES / "android/nsc-base.xml", root / "android")
    (root / "ios/Shop").mkdir(parents=True)
    shutil.copy(SAMPLES / INFO, root / INFO)
    return root


SAMPLE = (SAMPLES / "pins.toml").read_bytes()


def read_back(document: Document, root: Path) -> int:
    """How many generated files there were; each means what the compiler had promised."""
    checked = compiler.check_document(document, root, TODAY)
    for finding in checked.findings:
        assert finding.rule
        assert finding.message
        span = finding.location.span if finding.location else None
        assert span is None or 1 <= span.line <= document.text.count("\n") + 1
    if not checked.ok:
        assert any(finding.level is Level.ERROR for finding in checked.findings)
        return 0
    written = {artifact.path: artifact.content for artifact in compiler.artifacts(checked)}
    for lowering in checked.lowered:
        target = target_named(lowering.output.target)
        assert target.read(written[lowering.output.path], checked.project.app) == lowering.effective
    return len(checked.lowered)


@pytest.mark.slow
@fuzzed
@given(mutated(SAMPLE) | st.binary(max_size=200))
@example(SAMPLE)
def test_any_pins_toml(project: Path, data: bytes) -> None:
    path = project / "pins.toml"
    path.write_bytes(data)
    count = attempted(lambda: read_back(read_document(path), project))
    if isinstance(count, str):
        assert count
        event("could not look")
    else:
        event("compiled" if count else "refused")
        assert count == 7 or data != SAMPLE


KEY_NAMES = st.sampled_from(["a", "b", "A.1", "k-2_x", "0"])
HOST_NAMES = st.sampled_from(
    [
        "example.com",
        "a.example.com",
        "b.a.example.com",
        "MÜNCHEN.de",
        "x.co.uk",
        "192.0.2.7",
        "shop.internal.",
    ]
)
URIS = st.from_regex(
    r"https?://[a-z0-9.-]{1,9}(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,12})?", fullmatch=True
)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def projects(draw: st.DrawFn) -> str:
    """A sound pins.toml of odd but legal values, for some of the targets."""
    names = draw(st.lists(KEY_NAMES, min_size=2, max_size=4, unique=True))
    lines = ["version = 1"]
    for number, name in enumerate(names):
        role = draw(st.sampled_from(["", 'role = "leaf"', 'role = "ca"']))
        pin = b64encode(bytes([number + 1, *range(31)])).decode()
        lines += [f"[keys.{_quoted(name)}]", f'spki-sha256 = "{pin}"', role]
    hosts = draw(st.lists(HOST_NAMES, min_size=1, max_size=4, unique=True))
    for host in hosts:
        used = draw(st.lists(st.sampled_from(names), min_size=2, max_size=4, unique=True))
        lines += ["[[pin-set]]", f"hosts = [{_quoted(host)}]", f"keys = [{', '.join(map(_quoted, used))}]"]
        lines.append(draw(st.sampled_from(["", 'subdomains = "all"', 'subdomains = "one-label"'])))
        lines.append(draw(st.sampled_from(["", "", "expires = 2027-03-01", "enforce = false"])))
        uris = draw(st.lists(URIS, max_size=2))
        lines.append(f"report-uris = [{', '.join(map(_quoted, uris))}]" if uris else "")
    tables = [f"[target.{part}" for part in ALL_TARGETS.split("[target.")[1:]]
    lines += draw(st.lists(st.sampled_from(tables), min_size=1, max_size=4, unique=True))
    return "\n".join(lines) + "\n"


@pytest.mark.slow
@fuzzed
@given(projects())
def test_what_compiles_reads_back_the_same(project: Path, text: str) -> None:
    event("compiled" if read_back(parse(text, "pins.toml"), project) else "refused")


SEEDS = {
    "nsc": NSC,
    "trustkit-android": "android/trustkit/src/main/res/xml/network_security_config.xml",
    "okhttp-kotlin": "android/app/src/main/java/com/example/shop/Pins.kt",
    "okhttp-java": "android/legacy/src/main/java/com/example/shop/legacy/Pins.java",
    "ats": INFO,
    "trustkit": INFO,
    "trustkit-swift": "ios/Shop/Pins.swift",
}


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@settings(parent=fuzzed, max_examples=80)
@given(st.data())
def test_any_artifact(target: Target[object], data: st.DataObject) -> None:  # type: ignore[type-var]
    seed = (SAMPLES / SEEDS[target.name]).read_bytes()
    _only_refusals(lambda content: target.read(content, App()), data.draw(mutated(seed)))


BASE = nsc_of(
    "<!-- mine -->\n<base-config cleartextTrafficPermitted='false'><trust-anchors>"
    "<certificates src='system' overridePins='false'/></trust-anchors></base-config>\n"
    "<domain-config><domain includeSubdomains='true'>x.com</domain>"
    f"<pin-set expiration='2027-03-01'><pin digest='SHA-256'>{PIN}</pin></pin-set>"
    "<domain-config><domain>a.x.com</domain></domain-config></domain-config>\n<debug-overrides/>"
)


@pytest.mark.slow
@fuzzed
@given(mutated(BASE))
@example(BASE)
def test_any_base(project: Path, data: bytes) -> None:
    (project / "any.xml").write_bytes(data)
    text = policy(targets='[target.nsc]\npath = "o.xml"\nbase = "any.xml"\n')
    count = attempted(lambda: read_back(parse(text, "pins.toml"), project))
    assert count != ""
    assert count == 1 or data != BASE


ODD_ARTIFACTS = [
    ("okhttp-kotlin", 'const val POLICY = "sha256/x="\nadd("a.com", "sha256/é")'),
    ("okhttp-java", 'String POLICY = "sha256/x=";\nadd("a.com", "sha256/é");'),
    (
        "trustkit-swift",
        'let policy = "sha256/x="\nkTSKSwizzleNetworkDelegates: true\ndomains["a"] = domain(\n        )',
    ),
    (
        "trustkit-swift",
        (
            'let policy = "sha256/x="\nkTSKSwizzleNetworkDelegates: true\n'
            'domains["a"] = domain(enforce: true, includeSubdomains: true, expires: "soon"\n        )'
        ),
    ),
]


@pytest.mark.parametrize(("name", "text"), ODD_ARTIFACTS)
def test_artifacts_that_somebody_edited(name: str, text: str) -> None:
    with pytest.raises(PincompilerError):
        target_named(name).read(text.encode(), App())


RICH = plistlib.dumps(
    {
        "Made": datetime(2026, 1, 1),  # noqa: DTZ001 - property lists have no zones
        "Icon": b"\x00\x01",
        "Count": [1, 2**40, 1.5, True],
        "NSAppTransportSecurity": {"NSPinnedDomains": {"x.com": {"NSIncludesSubdomains": True}}},
        "TSKConfiguration": {"TSKPinnedDomains": {"x.com": {"TSKPublicKeyHashes": ["a"]}}},
    }
)


@pytest.mark.slow
@settings(parent=fuzzed, max_examples=100)
@given(mutated(RICH) | mutated(plistlib.dumps(plistlib.loads(RICH), fmt=plistlib.FMT_BINARY)))
@example(RICH.replace(b"2026-01-01T00:00:00Z", b"now"))
def test_any_property_list(data: bytes) -> None:
    for name in ("ats", "trustkit"):
        _only_refusals(lambda content, name=name: target_named(name).read(content, App()), data)  # type: ignore[misc]


@pytest.mark.slow
@settings(parent=fuzzed, max_examples=100)
@given(
    mutated(RICH)
    | mutated((SAMPLES / INFO).read_bytes())
    | st.sampled_from(sorted(SHORT)).flatmap(lambda name: mutated(f"<plist>{SHORT[name]}</plist>".encode()))
)
def test_editing_keeps_the_rest_of_any_property_list(data: bytes) -> None:
    section = ("NSAppTransportSecurity", "NSPinnedDomains")
    before = attempted(lambda: plist.load(data, "Info.plist"))
    edited = attempted(lambda: plist.edit(data, {section: {"a.com": {}}}, "Info.plist"))
    if isinstance(before, str) or isinstance(edited, str):
        assert "Info.plist" in (before if isinstance(before, str) else str(edited))
        return
    after = plist.load(edited, "Info.plist")
    event("edited")
    pins = after["NSAppTransportSecurity"].pop("NSPinnedDomains")
    assert pins == {"a.com": {}}
    rest = before.get("NSAppTransportSecurity")
    assert after.pop("NSAppTransportSecurity") == (
        {key: value for key, value in rest.items() if key != "NSPinnedDomains"}
        if isinstance(rest, dict)
        else {}
    )
    before.pop("NSAppTransportSecurity", None)
    assert plistlib.dumps(after) == plistlib.dumps(before)


KEY_FILES = [
    pki.der(pki.certificate()),
    pki.pem(pki.certificate(key=pki.private_key("RSA-2048"))),
    pki.der(pki.request(ca=True)),
    pki.public(pki.private_key("P-384"), Encoding.DER),
    pki.pkcs7_bundle(Encoding.DER),
    pki.pkcs12_store(),
    pki.private(pki.private_key(), Encoding.DER),
]


@pytest.mark.slow
@settings(parent=fuzzed, max_examples=400)
@given(st.sampled_from(KEY_FILES).flatmap(mutated) | st.binary(max_size=100))
def test_any_key_file(data: bytes) -> None:
    _only_refusals(lambda content: public_keys(content, "k.pem"), data)


# -- the surroundings ----------------------------------------------------------------------------


def test_a_name_of_three_hundred_characters(tmp_path: Path) -> None:
    """Longer than any file system takes: refused like any other name that cannot be written."""
    long = "x" * 300
    for entry in (f'[target.nsc]\npath = "{long}.xml"\n', f'[target.ats]\npath = "{long}.plist"\n'):
        (tmp_path / "pins.toml").write_text(policy(targets=entry), encoding="utf-8")
        ran = run("compile", cwd=tmp_path)
        assert ran.code in (1, 2)
        assert "File name too long" in ran.stdout + ran.stderr
    for command in (
        ("init", "-o", f"{long}.toml"),
        ("init", "--from", f"{long}.apk"),
        ("audit", f"{long}.apk"),
        ("check", f"{long}.apk"),
        ("diff", "pins.toml", long),
    ):
        ran = run(*command, cwd=tmp_path)
        assert ran.code == 2
        assert "File name too long" in ran.stdout + ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["pins.toml"]


def test_inputs_with_a_name_of_three_hundred_characters(tmp_path: Path) -> None:
    """What pins.toml names is a finding with its place, and an argument that is no file is taken for a host."""
    long = "x" * 300
    (tmp_path / "pins.toml").write_text(
        policy(targets=f'[target.nsc]\npath = "n.xml"\nbase = "{long}.xml"\n'), encoding="utf-8"
    )
    ran = run("check", cwd=tmp_path)
    assert ran.code == 1
    assert "is no file [invalid-value]" in ran.stdout
    (tmp_path / "pins.toml").write_text(f'version = 1\n[keys.a]\nfile = "{long}.pem"\n', encoding="utf-8")
    ran = run("check", cwd=tmp_path)
    assert ran.code == 1
    assert "File name too long [unreadable-key]" in ran.stdout
    assert "put it there" not in ran.stdout
    assert run("verify", f"{long}.example", cwd=tmp_path).code == 2


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "9999-12-31"])
def test_the_first_and_the_last_day_there_is(day: str, tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(
        policy(more=f"expires = {day}", targets=ALL_TARGETS), encoding="utf-8"
    )
    assert run("check", cwd=tmp_path).code == 1  # OkHttp has no expiry
    ran = run("explain", "--host", "h.example.com", cwd=tmp_path)
    assert ran.code == 0
    assert f"at {day} 00:00 UTC" in ran.stdout


@pytest.mark.parametrize("days", ["3000000", "99999999999999999999"])
def test_a_horizon_beyond_the_calendar(days: str, tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(policy(more="expires = 2030-01-01"), encoding="utf-8")
    ran = run("check", "--expiring-within", days, cwd=tmp_path)
    assert ran.code in (0, 2)
    assert "expiring-pin-set" in ran.stdout or ran.stderr.startswith(("pincompiler: error: ", "Usage: "))
