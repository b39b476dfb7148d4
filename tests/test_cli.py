"""The commands as people and scripts meet them: what goes where, and the exit codes.

Most run inside this process, through the program's own ``main``; where the process itself matters
(pipes, imports, signals) they run as one.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import plistlib
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import event, given, settings

from pincompiler import cli
from pincompiler._version import __roots__, __version__
from pincompiler.platforms import plist
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.policy.project import App, Output
from tests import json_schemas, parts, pki
from tests.patience import WAIT_S
from tests.strategies import apps, policies

if TYPE_CHECKING:
    from pincompiler.policy.policy import Policy

SAMPLES = Path(__file__).parent.parent / "samples"
ROOT = SAMPLES.parent
TODAY = "2026-11-23"

PIN_A = "OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c="
PIN_B = "qhxcigFVtf7yBCQe/jlYT7pUFM0YzXEKsB9NFmBQo4k="
PIN_C = "g/B9ka/Y+/3ah7eOQnwS0Yq9PuJ00YJzr51NTm5LboM="
PIN_D = "dRNma0eoTs+T6eUmdL5MnpZ/b1WPHwUOzbJjIy5sIME="
KEYS = f"""\
version = 1

[keys.a]
spki-sha256 = "{PIN_A}"
role = "leaf"

[keys.b]
spki-sha256 = "{PIN_B}"
role = "leaf"

"""
"""The beginning of a pins.toml: two keys, not in use yet."""
SOUND = f'{KEYS}[[pin-set]]\nhosts = ["h.example.com"]\nkeys = ["a", "b"]\n'

NSC = "android/app/src/main/res/xml/network_security_config.xml"
KOTLIN = "android/app/src/main/java/com/example/shop/Pins.kt"
JAVA = "android/legacy/src/main/java/com/example/shop/legacy/Pins.java"
INFO = "ios/Shop/Info.plist"
SWIFT = "ios/Shop/Pins.swift"
TK_ANDROID = "android/trustkit/src/main/res/xml/network_security_config.xml"
OUTPUTS = (NSC, KOTLIN, JAVA, INFO, SWIFT, TK_ANDROID)
DIGEST = "sha256/UkrF/++Y0dsFFqtGrnm/6HhknamYjRWIjfz5/gBiwoc="
"""Of samples/pins.toml, as its committed outputs have it."""

COMMANDS = ("check", "compile", "init", "pin", "explain", "diff", "audit", "verify", "impact", "plan")
OF_NOW = ("pin", "verify", "impact")
"""Commands that judge certificates made for a test, which begin now."""


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code and its two streams."""

    code: int
    stdout: str
    stderr: str


class _Stream(io.TextIOWrapper):
    """A standard stream that can pretend to be a terminal."""

    tty = False

    def isatty(self) -> bool:
        return self.tty

    def written(self) -> str:
        self.flush()
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode("utf-8", "surrogateescape")


def _stream(data: bytes = b"", *, tty: bool = False, errors: str = "strict") -> _Stream:
    stream = _Stream(io.BytesIO(data), encoding="utf-8", errors=errors, newline="\n", write_through=True)
    stream.tty = tty
    return stream


def dated(arguments: tuple[str, ...]) -> list[str]:
    """The arguments, on the fixed day where the command asks for one."""
    given = {"--help", "--today"}.intersection(arguments)
    if arguments and arguments[0] in COMMANDS and arguments[0] not in OF_NOW and not given:
        return [arguments[0], "--today", TODAY, *arguments[1:]]
    return list(arguments)


def run(*arguments: str, cwd: Path, stdin: bytes = b"", tty: bool = False) -> Ran:
    """Run ``pincompiler`` in this process; whatever it raises that is no exit is a traceback, and raised."""
    out, err = _stream(tty=tty), _stream(tty=tty, errors="backslashreplace")
    hook, argv, streams = sys.excepthook, sys.argv, (sys.stdin, sys.stdout, sys.stderr)
    sys.argv = ["pincompiler", *dated(arguments)]
    sys.stdin, sys.stdout, sys.stderr = _stream(stdin), out, err
    code: object = None
    try:
        with contextlib.chdir(cwd):
            cli.main()
    except SystemExit as exit_:
        code = exit_.code
    finally:
        sys.excepthook, sys.argv = hook, argv
        sys.stdin, sys.stdout, sys.stderr = streams
        gc.enable()
    assert isinstance(code, int), "a command ends with an exit code"
    ran = Ran(code, out.written(), err.written())
    if "json" in arguments and ran.stdout:
        json_schemas.hold(arguments[0], ran.stdout)
    return ran


def process(*arguments: str, cwd: Path = ROOT, **environment: str) -> Ran:
    """Run ``pincompiler`` as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "pincompiler", *dated(arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        check=False,
        timeout=WAIT_S,
    )
    return Ran(
        done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    )


def snapshot(root: Path, *, contents: bool = True) -> dict[str, object]:
    """Everything below a directory: kinds, rights, times and contents."""
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        state = path.lstat()
        what: object = state.st_size
        if path.is_symlink():
            what = path.readlink()
        elif path.is_file() and contents:
            what = path.read_bytes()
        changed = state.st_mtime_ns if path.is_file() else 0
        found[str(path.relative_to(root))] = (state.st_mode, state.st_ino, changed, what)
    return found


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of samples/, outputs and all, to be changed at will."""
    root = tmp_path / "shop"
    shutil.copytree(SAMPLES, root, ignore=shutil.ignore_patterns("demo.py", "__pycache__"))
    return root


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# -- check ---------------------------------------------------------------------------------------


def test_check_of_a_sound_file(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(SOUND, encoding="utf-8")
    ran = run("check", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (0, "")
    assert re.fullmatch(r"pins\.toml: no findings; policy sha256/[A-Za-z0-9+/]{43}=\n", ran.stderr)


ONE_KEY = SOUND.replace('["a", "b"]', '["a"]')


def test_check_tells_findings_on_stdout_and_counts_them_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(ONE_KEY, encoding="utf-8")
    ran = run("check", cwd=tmp_path)
    assert ran.code == 1
    assert ran.stdout.count("[unused-key]") == 1
    assert ran.stdout.count("[missing-backup-pin]") == 1
    assert re.match(r"pins\.toml: 1 error, 1 warning", ran.stderr)


def test_check_reads_standard_input(tmp_path: Path) -> None:
    (tmp_path / "k.pem").write_bytes(pki.pem(pki.certificate()))
    text = f'{SOUND}\n[keys.c]\nfile = "k.pem"\n'.replace('["a", "b"]', '["a", "c"]')
    ran = run("check", "-", cwd=tmp_path, stdin=text.encode())
    assert ran.code == 0
    assert ran.stdout.startswith("<stdin>:7:")
    assert "[unused-key]" in ran.stdout


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 1), ("note", 1), ("nonsense", 2)])
def test_fail_on(level: str, code: int, tmp_path: Path) -> None:
    text = f'{SOUND}\n[keys.c]\nspki-sha256 = "3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M="\n'
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    ran = run("check", "--fail-on", level, cwd=tmp_path)
    assert ran.code == code
    assert ("[unused-key]" in ran.stdout) is (code < 2)


@pytest.mark.parametrize(("days", "count"), [("0", 0), ("29", 0), ("30", 1), ("365", 1)])
def test_expiring_within(days: str, count: int, tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(f"{SOUND}expires = 2026-12-23\n", encoding="utf-8")
    ran = run("check", "--expiring-within", days, cwd=tmp_path)
    assert ran.code == 0
    assert ran.stdout.count("expire in 30 days, on 2026-12-23 [expiring-pin-set]") == count


def test_check_of_what_cannot_be_read(tmp_path: Path) -> None:
    ran = run("check", "absent.toml", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert (
        ran.stderr
        == "pincompiler: error: absent.toml: No such file or directory; pincompiler init writes one\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--nonsense"),
        ("check", "-f", "xml"),
        ("check", "--expiring-within", "-1"),
        ("nonsense",),
        ("pin",),
        ("diff", "pins.toml"),
        ("explain",),
        ("explain", "unused-key", "--all"),
        ("init", "a.example.com", "--from", "x.xml"),
        ("compile", "-o", "-", "--check"),
    ],
)
def test_usage(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(SOUND, encoding="utf-8")
    ran = run(*arguments, cwd=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.strip()
    assert [path.name for path in tmp_path.iterdir()] == ["pins.toml"]


@pytest.mark.slow
def test_a_day_that_is_none(tmp_path: Path) -> None:
    ran = process("check", "--today", "tomorrow", cwd=tmp_path)
    assert ran.code == 2
    assert ran.stderr == "pincompiler: error: --today tomorrow: write YYYY-MM-DD\n"


def test_json_of_check(tmp_path: Path) -> None:
    text = f'version = 1\n\n[[pin-set]]\nhosts = ["a.example.com", "A.example.com."]\nkeys = ["a"]\n\n[keys.a]\nspki-sha256 = "{PIN_A}"\n'
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    ran = run("check", "-f", "json", cwd=tmp_path)
    assert (ran.code, ran.stderr) == (1, "")
    assert json.loads(ran.stdout) == {
        "version": 1,
        "roots": __roots__,
        "command": "check",
        "source": "pins.toml",
        "policy": "",
        "targets": [],
        "findings": [
            {
                "rule": "duplicate-host",
                "level": "error",
                "message": 'a.example.com is named twice (written "A.example.com.")',
                "fix": "name each host in one pin-set",
                "target": "",
                "hosts": ["a.example.com"],
                "location": {
                    "file": "pins.toml",
                    "line": 4,
                    "column": 27,
                    "end-line": 4,
                    "end-column": 43,
                },
                "related": [
                    {
                        "message": "first named here",
                        "location": {
                            "file": "pins.toml",
                            "line": 4,
                            "column": 10,
                            "end-line": 4,
                            "end-column": 25,
                        },
                    }
                ],
            }
        ],
    }


def test_json_of_a_sound_file_and_of_the_sample(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(SOUND, encoding="utf-8")
    found = json.loads(run("check", "-f", "json", cwd=tmp_path).stdout)
    assert (found["version"], found["findings"]) == (1, [])
    found = json.loads(run("check", "-f", "json", cwd=SAMPLES).stdout)
    assert found["policy"] == DIGEST
    assert sorted(found["targets"]) == sorted(
        ["nsc", "okhttp-kotlin", "okhttp-java", "ats", "trustkit", "trustkit-swift", "trustkit-android"]
    )


def test_json_of_a_file_that_is_no_toml(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text("version =", encoding="utf-8")
    ran = run("check", "-f", "json", cwd=tmp_path)
    assert ran.code == 1
    assert [found["rule"] for found in json.loads(ran.stdout)["findings"]] == ["invalid-toml"]


@pytest.mark.parametrize("file", [NSC, INFO])
def test_check_of_what_an_app_has(file: str) -> None:
    ran = run("check", file, cwd=SAMPLES)
    assert (ran.code, ran.stdout) == (0, "")
    assert ran.stderr == f"{file}: no findings\n"


# -- colour ----------------------------------------------------------------------------------------


def test_colour_is_for_terminals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    (tmp_path / "pins.toml").write_text(ONE_KEY, encoding="utf-8")
    assert "\x1b" not in run("check", cwd=tmp_path).stdout
    on_terminal = run("check", cwd=tmp_path, tty=True).stdout
    assert "\x1b[31;1merror\x1b[0m" in on_terminal
    assert "\x1b[33;1mwarning\x1b[0m" in on_terminal
    monkeypatch.setenv("NO_COLOR", "")
    assert "\x1b[" in run("check", cwd=tmp_path, tty=True).stdout, "an empty NO_COLOR asks for nothing"
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("check", cwd=tmp_path, tty=True).stdout
    assert "\x1b" not in run("check", "-f", "json", cwd=tmp_path, tty=True).stdout


# -- compile ---------------------------------------------------------------------------------------


def test_compile_of_current_files_changes_nothing(shop: Path) -> None:
    before = snapshot(shop)
    ran = run("compile", cwd=shop)
    assert (ran.code, ran.stdout) == (0, "")
    assert ran.stderr.splitlines() == [f"unchanged {path}" for path in OUTPUTS]
    assert snapshot(shop) == before


def test_compile_writes_what_is_missing_and_nothing_else(shop: Path) -> None:
    before = snapshot(shop)
    (shop / KOTLIN).unlink()
    edit(shop / JAVA, "api.example.com", "api.example.org")
    ran = run("compile", "pins.toml", cwd=shop)
    assert (ran.code, ran.stdout) == (0, "")
    assert ran.stderr.splitlines() == [
        f"{'wrote' if path in (KOTLIN, JAVA) else 'unchanged'} {path}" for path in OUTPUTS
    ]
    after = snapshot(shop)
    assert {path for path in before if before[path] != after[path]} == {KOTLIN, JAVA}
    for path in (KOTLIN, JAVA):
        assert (shop / path).read_bytes() == (SAMPLES / path).read_bytes()


def test_compile_from_another_directory(shop: Path, tmp_path: Path) -> None:
    (shop / KOTLIN).unlink()
    ran = run("compile", "shop/pins.toml", cwd=tmp_path)
    assert ran.code == 0
    assert (shop / KOTLIN).read_bytes() == (SAMPLES / KOTLIN).read_bytes()


def test_compile_of_standard_input(shop: Path) -> None:
    (shop / NSC).unlink()
    content = (shop / "pins.toml").read_bytes()
    (shop / "pins.toml").unlink()
    ran = run("compile", "-t", "nsc", "-", cwd=shop, stdin=content)
    assert (ran.code, ran.stdout) == (0, "")
    assert ran.stderr == f"wrote {NSC}\n"
    assert DIGEST in (shop / NSC).read_text(encoding="utf-8")


def test_one_target(shop: Path) -> None:
    for path in OUTPUTS:
        (shop / path).unlink()
    assert run("compile", "-t", "nsc", "--target", "ats", cwd=shop).code == 0
    assert [path for path in OUTPUTS if (shop / path).exists()] == [NSC, INFO]
    values = plistlib.loads((shop / INFO).read_bytes())
    assert sorted(values) == ["NSAppTransportSecurity", "Pincompiler"]
    assert values["Pincompiler"]["ats"] == DIGEST


@pytest.mark.parametrize("name", ["okhttp", "NSC", "", "trustkit"])
def test_a_target_that_is_not_there(name: str, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(f'{SOUND}[target.nsc]\npath = "a.xml"\n', encoding="utf-8")
    ran = run("compile", "-t", name, "p.toml", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr == f"pincompiler: error: p.toml has no [target.{name}]; it has: nsc\n"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a = ", "invalid-toml"),
        (f'{SOUND}[target.nsc]\npath = "../a.xml"\n', "escaping-path"),
        (f'{SOUND}[target.nsc]\npaht = "a.xml"\n', "unknown-key"),
        (f'{SOUND}[target.nsk]\npath = "a.xml"\n', "unknown-target"),
    ],
)
def test_a_target_with_an_error_is_not_called_absent(text: str, rule: str, tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    ran = run("compile", "-t", "nsc", cwd=tmp_path)
    assert ran.code == 1
    assert f"[{rule}]" in ran.stdout
    assert ran.stderr.endswith("nothing was written\n")


def test_no_target_at_all_is_said(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(SOUND, encoding="utf-8")
    ran = run("compile", cwd=tmp_path)
    assert "[target." in ran.stderr, "silence would look like success"


def test_compile_to_standard_output(shop: Path) -> None:
    before = snapshot(shop)
    ran = run("compile", "-t", "okhttp-java", "-o", "-", cwd=shop)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout == (SAMPLES / JAVA).read_text(encoding="utf-8")
    assert snapshot(shop) == before


def test_only_one_file_goes_to_standard_output(shop: Path) -> None:
    ran = run("compile", "-o", "-", "-t", "nsc", "-t", "okhttp-kotlin", cwd=shop)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.endswith(
        f"pincompiler: error: -o - prints one file, and there are 2: {NSC}, {KOTLIN}; choose with -t TARGET\n"
    )
    shared = run("compile", "-o", "-", "-t", "ats", "-t", "trustkit", cwd=shop)
    assert (shared.code, shared.stdout) == (0, (SAMPLES / INFO).read_text(encoding="utf-8"))


def test_standard_output_has_only_the_product_even_with_warnings(tmp_path: Path) -> None:
    text = f'{SOUND}expires = 2026-12-01\n[target.nsc]\npath = "a.xml"\n'
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    ran = run("compile", "-o", "-", cwd=tmp_path)
    assert ran.code == 0
    assert ran.stdout.startswith("<?xml ")
    assert ran.stdout.endswith("</network-security-config>\n")
    assert "[expiring-pin-set]" in ran.stderr


def test_compile_below_a_directory(shop: Path, tmp_path: Path) -> None:
    before = snapshot(shop)
    ran = run("compile", "-o", str(tmp_path / "out/deep"), "pins.toml", cwd=shop)
    assert (ran.code, ran.stdout) == (0, "")
    for path in OUTPUTS:
        written = (tmp_path / "out/deep" / path).read_text(encoding="utf-8")
        # Only the header differs: there a bare name would be another file.
        source = "shop/pins.toml"
        assert written.replace(f"from {source}.", "from pins.toml.") == (SAMPLES / path).read_text("utf-8")
        assert written.count(source) == 1
    assert snapshot(shop) == before
    again = run("compile", "-o", str(tmp_path / "out/deep"), "pins.toml", cwd=shop)
    assert again.stderr.splitlines() == [f"unchanged {path}" for path in OUTPUTS]


def test_errors_stop_everything(shop: Path) -> None:
    for path in OUTPUTS:
        (shop / path).unlink()
    edit(shop / "pins.toml", '"api-2026", "api-2027", "offline"', '"api-2026"')
    before = snapshot(shop)
    ran = run("compile", cwd=shop)
    assert ran.code == 1
    assert "[missing-backup-pin]" in ran.stdout
    assert ran.stderr.endswith("nothing was written\n")
    assert snapshot(shop) == before


DIFF = """\
--- a/out/Pins.java
+++ b/out/Pins.java
@@ -1,4 +1,4 @@
-// Generated by pincompiler from pins.toml, last year.
+// Generated by pincompiler from pins.toml. Do not edit.
{0}
 package a.b;
{0}
""".replace("{0}", " ")  # lines of context are never empty


def test_compile_check(tmp_path: Path) -> None:
    text = f'{SOUND}[target.okhttp-java]\npath = "out/Pins.java"\npackage = "a.b"\n'
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    absent = run("compile", "--check", cwd=tmp_path)
    assert absent.code == 1
    assert absent.stdout.startswith("--- a/out/Pins.java\n+++ b/out/Pins.java\n@@ -0,0 +1,")
    assert absent.stderr == "out/Pins.java is stale; run pincompiler compile\n"
    assert [path.name for path in tmp_path.iterdir()] == ["pins.toml"]
    run("compile", cwd=tmp_path)
    current = run("compile", "--check", cwd=tmp_path)
    assert (current.code, current.stdout, current.stderr) == (0, "", "")
    edit(tmp_path / "out/Pins.java", ". Do not edit.", ", last year.")
    before = snapshot(tmp_path)
    stale = run("compile", "--check", cwd=tmp_path)
    assert stale.code == 1
    assert stale.stdout == DIFF
    assert stale.stderr == "out/Pins.java is stale; run pincompiler compile\n"
    assert snapshot(tmp_path) == before


def test_the_diff_tells_files_apart_that_differ_in_their_ends_only(tmp_path: Path) -> None:
    """Otherwise a release engineer sees "stale" and an empty diff."""
    text = f'{SOUND}[target.okhttp-java]\npath = "Pins.java"\npackage = "a.b"\n'
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    run("compile", cwd=tmp_path)
    made = (tmp_path / "Pins.java").read_bytes()
    for content in (made.replace(b"\n", b"\r\n"), made.rstrip(b"\n")):
        (tmp_path / "Pins.java").write_bytes(content)
        ran = run("compile", "--check", cwd=tmp_path)
        assert ran.code == 1
        assert "@@" in ran.stdout


def test_the_diff_can_be_applied(tmp_path: Path) -> None:
    text = f'{SOUND}[target.okhttp-java]\npath = "Pins.java"\npackage = "a.b"\n'
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    run("compile", cwd=tmp_path)
    made = (tmp_path / "Pins.java").read_text(encoding="utf-8")
    edit(tmp_path / "Pins.java", "h.example.com", "old.example.com")
    diff = run("compile", "--check", cwd=tmp_path).stdout
    subprocess.run(["git", "apply"], input=diff.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "Pins.java").read_text(encoding="utf-8") == made


def test_json_of_compile(tmp_path: Path) -> None:
    text = f'{SOUND}[target.nsc]\npath = "a.xml"\n[target.ats]\npath = "I.plist"\n'
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    ran = run("compile", "-f", "json", cwd=tmp_path)
    assert (ran.code, ran.stderr) == (0, "")
    found = json.loads(ran.stdout)
    assert re.fullmatch(r"sha256/[A-Za-z0-9+/]{43}=", found.pop("policy"))
    assert found == {
        "version": 1,
        "roots": __roots__,
        "command": "compile",
        "source": "pins.toml",
        "targets": ["nsc", "ats"],
        "left-over": [],
        "left-in": [],
        "artifacts": [
            {"target": "nsc", "path": "a.xml", "stale": True},
            {"target": "ats", "path": "I.plist", "stale": True},
        ],
        "findings": [],
    }
    again = json.loads(run("compile", "-f", "json", "--check", cwd=tmp_path).stdout)
    assert [artifact["stale"] for artifact in again["artifacts"]] == [False, False]
    (tmp_path / "a.xml").unlink()
    stale = run("compile", "-f", "json", "--check", cwd=tmp_path)
    assert stale.code == 1
    assert [artifact["stale"] for artifact in json.loads(stale.stdout)["artifacts"]] == [True, False]
    assert not (tmp_path / "a.xml").exists()


def test_hand_written_files_are_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(f'{SOUND}[target.nsc]\npath = "a.xml"\n', encoding="utf-8")
    by_hand = "<network-security-config/>\n"
    (tmp_path / "a.xml").write_text(by_hand, encoding="utf-8")
    ran = run("compile", cwd=tmp_path)
    assert ran.code == 1
    assert ran.stdout == (
        "pins.toml:15:8: error: a.xml was not generated by pincompiler and would be overwritten"
        " [hand-written-output]\n"
        '  15 | path = "a.xml"\n'
        "     |        ^^^^^^^ keep it with `base` or `pincompiler init --from`, delete it, or pass --force\n"
    )
    assert ran.stderr.endswith("nothing was written\n")
    assert (tmp_path / "a.xml").read_text(encoding="utf-8") == by_hand
    assert run("compile", "--force", cwd=tmp_path).code == 0
    assert "h.example.com" in (tmp_path / "a.xml").read_text(encoding="utf-8")
    assert run("compile", cwd=tmp_path).code == 0


def identity(*pins: str) -> list[dict[str, str]]:
    return [{"SPKI-SHA256-BASE64": pin} for pin in pins]


BY_HAND: dict[str, tuple[str, dict[str, object], str]] = {
    "a CA beside the leaf": (
        "ats",
        {"NSPinnedLeafIdentities": identity(PIN_A, PIN_B), "NSPinnedCAIdentities": identity(PIN_C)},
        f"I.plist pins {PIN_C} as ca for h.example.com by hand, which would be dropped",
    ),
    "other leaves": (
        "ats",
        {"NSPinnedLeafIdentities": identity(PIN_C, PIN_A, PIN_D)},
        f"I.plist pins {PIN_C} as leaf for h.example.com and 1 more by hand, which would be dropped",
    ),
    "another key of TrustKit": (
        "trustkit",
        {"TSKPublicKeyHashes": [PIN_A, PIN_C], "TSKEnforcePinning": False},
        f"I.plist pins {PIN_C} for h.example.com by hand, which would be dropped",
    ),
    "the same leaves": ("ats", {"NSPinnedLeafIdentities": identity(PIN_B, PIN_A)}, ""),
    "one of them": ("trustkit", {"TSKPublicKeyHashes": [PIN_B]}, ""),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_pins_by_hand_of_a_host_that_pins_toml_knows_are_not_dropped_in_silence(
    name: str, tmp_path: Path
) -> None:
    target, entry, said = BY_HAND[name]
    (tmp_path / "pins.toml").write_text(f'{SOUND}[target.{target}]\npath = "I.plist"\n', encoding="utf-8")
    sections: dict[str, dict[str, object]] = {
        "ats": {"NSAppTransportSecurity": {"NSPinnedDomains": {"h.example.com": entry}}},
        "trustkit": {"TSKConfiguration": {"TSKPinnedDomains": {"h.example.com": entry}}},
    }
    standing = plistlib.dumps(sections[target])
    (tmp_path / "I.plist").write_bytes(standing)
    ran = run("compile", cwd=tmp_path)
    assert (ran.code, "hand-written-output" in ran.stdout) == ((1, True) if said else (0, False)), ran.stdout
    assert said in ran.stdout
    assert ((tmp_path / "I.plist").read_bytes() == standing) is bool(said)
    assert run("compile", "--force", cwd=tmp_path).code == 0
    assert run("compile", cwd=tmp_path).code == 0, "what was compiled is no hand's"


def test_a_plist_with_pins_by_hand_is_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(f'{SOUND}[target.ats]\npath = "I.plist"\n', encoding="utf-8")
    pinned = {"NSIncludesSubdomains": True, "NSPinnedLeafIdentities": [{"SPKI-SHA256-BASE64": PIN_A}]}
    values = {"NSAppTransportSecurity": {"NSPinnedDomains": {"x.com": pinned, "y.com": pinned}}}
    (tmp_path / "I.plist").write_bytes(plistlib.dumps(values))
    before = snapshot(tmp_path)
    ran = run("compile", cwd=tmp_path)
    assert ran.code == 1
    assert (
        "I.plist pins x.com and 1 more by hand, which pins.toml does not know [hand-written-output]"
        in ran.stdout
    )
    assert snapshot(tmp_path) == before
    assert run("compile", "--force", cwd=tmp_path).code == 0
    section = plistlib.loads((tmp_path / "I.plist").read_bytes())["NSAppTransportSecurity"]
    assert list(section["NSPinnedDomains"]) == ["h.example.com"]


def test_a_base_is_not_its_own_output(tmp_path: Path) -> None:
    """Compiling would lose the hand-written file, and the next time merge the output with itself."""
    text = f'{SOUND}[target.nsc]\npath = "a.xml"\nbase = "./a.xml"\n'
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    (tmp_path / "a.xml").write_text("<network-security-config/>\n", encoding="utf-8")
    ran = run("check", cwd=tmp_path)
    assert ran.code == 1
    assert "[conflicting-output]" in ran.stdout


# -- init ------------------------------------------------------------------------------------------


def test_init_from_nothing(tmp_path: Path) -> None:
    ran = run("init", "API.example.com.", "münchen.example", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (0, "")
    assert ran.stderr == "wrote pins.toml; now run: pincompiler check pins.toml\n"
    text = (tmp_path / "pins.toml").read_text(encoding="utf-8")
    assert 'hosts = ["api.example.com", "xn--mnchen-3ya.example"]' in text
    assert text.startswith("# The certificate pins of this app, for every platform.\n")
    checked = run("check", cwd=tmp_path)
    assert set(re.findall(r": error: .*\[([a-z-]+)\]", checked.stdout)) == {"unreadable-key"}


def test_init_fills_in_to_something_sound(tmp_path: Path) -> None:
    """What the comments tell to do makes the file sound."""
    run("init", "api.example.com", cwd=tmp_path)
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs/api.example.com.pem").write_bytes(pki.pem(pki.certificate(names=("api.example.com",))))
    (tmp_path / "certs/next.csr").write_bytes(pki.pem(pki.request(key=pki.private_key(number=1))))
    ran = run("check", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (0, "")


def test_init_to_standard_output_and_elsewhere(tmp_path: Path) -> None:
    ran = run("init", "a.example.com", "-o", "-", cwd=tmp_path)
    assert (ran.code, ran.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
    assert run("init", "a.example.com", "-o", "other.toml", cwd=tmp_path).code == 0
    assert (tmp_path / "other.toml").read_text(encoding="utf-8") == ran.stdout


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text("mine", encoding="utf-8")
    ran = run("init", "a.example.com", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr == (
        "pincompiler: error: pins.toml exists; write elsewhere with -o FILE, or print with -o -\n"
    )
    assert (tmp_path / "pins.toml").read_text(encoding="utf-8") == "mine"
    (tmp_path / "link.toml").symlink_to("nowhere.toml")
    assert run("init", "-o", "link.toml", cwd=tmp_path).code == 2
    assert not (tmp_path / "nowhere.toml").exists()
    ran = run("init", "-o", "no/such/pins.toml", cwd=tmp_path)
    assert ran.code == 2
    assert (
        ran.stderr
        == "pincompiler: error: no/such/pins.toml: No such file or directory; nothing was written\n"
    )


@pytest.mark.parametrize(
    ("host", "message"),
    [
        (
            "https://a.example.com/x",
            '"https://a.example.com/x" is a URL, and no platform matches one: write "a.example.com"',
        ),
        (
            "a.example.com:443",
            '"a.example.com:443" has a port, and pins are for all ports of a host: write "a.example.com"',
        ),
        (
            "a_b.example.com",
            "\"a_b.example.com\" has the label 'a_b': labels are 1 to 63 letters, digits and inner hyphens",
        ),
    ],
)
def test_init_of_what_is_no_host(host: str, message: str, tmp_path: Path) -> None:
    ran = run("init", host, cwd=tmp_path)
    assert (ran.code, ran.stderr) == (2, f"pincompiler: error: {message}\n")
    assert list(tmp_path.iterdir()) == []


NSC_BY_HAND = f"""\
<?xml version="1.0" encoding="utf-8"?>
<network-security-config>
    <base-config cleartextTrafficPermitted="false"/>
    <domain-config>
        <domain includeSubdomains="true">Example.com</domain>
        <domain>api.example.org</domain>
        <pin-set expiration="2027-03-01">
            <pin digest="SHA-256">{PIN_A}</pin>
            <pin digest="SHA-256">{PIN_B}</pin>
        </pin-set>
        <domain-config>
            <domain includeSubdomains="true">open.example.com</domain>
            <pin-set/>
        </domain-config>
    </domain-config>
</network-security-config>
"""


ATS_BY_HAND = {
    "NSAppTransportSecurity": {
        "NSPinnedDomains": {
            "example.com": {"NSIncludesSubdomains": True, "NSPinnedCAIdentities": identity(PIN_C, PIN_D)},
            "h.example.net": {"NSPinnedLeafIdentities": identity(PIN_A, PIN_B)},
        }
    }
}
TRUSTKIT_BY_HAND = {
    "TSKConfiguration": {
        "TSKSwizzleNetworkDelegates": False,
        "TSKPinnedDomains": {
            "h.example.net": {
                "TSKPublicKeyHashes": [PIN_A, PIN_B],
                "TSKReportUris": ["https://r.example.com/x"],
                "TSKDisableDefaultReportUri": True,
                "TSKExpirationDate": "2027-03-01",
            },
            "beta.example.net": {"TSKPublicKeyHashes": [PIN_B, PIN_A], "TSKEnforcePinning": False},
        },
    }
}
BOTH_AGREEING = {
    "NSAppTransportSecurity": {
        "NSPinnedDomains": {
            "h.example.net": {"NSPinnedLeafIdentities": identity(PIN_A, PIN_B)},
        }
    },
    "TSKConfiguration": {"TSKPinnedDomains": {"h.example.net": {"TSKPublicKeyHashes": [PIN_A, PIN_B]}}},
}


def taken_over(name: str, content: bytes, root: Path, left_out: str = "", differing: str = "") -> str:
    """The pins.toml that init makes of a file: it checks without errors, and its pins mean the same.

    ``left_out`` is what it cannot say, ``differing`` what diff could not compare.
    """
    (root / name).write_bytes(content)
    ran = run("init", "--from", name, cwd=root)
    assert (ran.code, ran.stdout) == (3 if left_out else 0, ""), ran.stderr
    assert left_out in ran.stderr
    checked = run("check", cwd=root)
    assert ": error: " not in checked.stdout, checked.stdout
    compared = run("diff", "pins.toml", name, cwd=root)
    assert (compared.code, compared.stdout) == (3 if differing else 0, "")
    same = f"pins.toml and {name} accept the same chains for every host on every day\n"
    assert (differing or same) in compared.stderr
    text = (root / "pins.toml").read_text(encoding="utf-8")
    assert ("the meaning is the same" in text) is not bool(left_out)
    return text


def test_init_from_an_nsc(tmp_path: Path) -> None:
    text = taken_over("nsc.xml", NSC_BY_HAND.encode(), tmp_path)
    assert "# Taken from nsc.xml; the meaning is the same.\n" in text
    for part in ('hosts = ["example.com"]', 'hosts = ["api.example.org"]', 'hosts = ["open.example.com"]'):
        assert text.count(part) == 1
    assert text.count("expires = 2027-03-01\n") == 2
    assert text.count("enforce = false\n") == 1
    assert sorted(re.findall(r'spki-sha256 = "(.+)"', text)) == [PIN_A, PIN_B]


def test_what_an_nsc_says_of_cleartext_alone_is_no_pin_set(tmp_path: Path) -> None:
    """Exceptions for emulators and local servers; no name lies below an address, whatever a file says."""
    exceptions = """
    <domain-config cleartextTrafficPermitted="true">
        <domain includeSubdomains="true">192.168.1.10</domain>
        <domain includeSubdomains="true">fd00::7</domain>
        <domain includeSubdomains="true">dev.example.org</domain>
        <domain>legacy.example.com</domain>
    </domain-config>
</network-security-config>"""
    text = NSC_BY_HAND.replace("</network-security-config>", exceptions)
    hosts = tomllib.loads(taken_over("nsc.xml", text.encode(), tmp_path))["pin-set"]
    assert {(tuple(one["hosts"]), one.get("enforce", True)) for one in hosts} == {
        (("example.com",), True),
        (("api.example.org",), True),
        (("legacy.example.com",), False),  # which is below one that is pinned
        (("open.example.com",), False),
    }


def test_an_address_is_pinned_by_itself(tmp_path: Path) -> None:
    text = NSC_BY_HAND.replace("Example.com", "203.0.113.7")
    (first, *_) = tomllib.loads(taken_over("nsc.xml", text.encode(), tmp_path))["pin-set"]
    assert first["hosts"][0] == "203.0.113.7"
    assert first["subdomains"] == "none"


def test_init_from_a_plist_with_ats(tmp_path: Path) -> None:
    text = taken_over("Info.plist", plistlib.dumps(ATS_BY_HAND), tmp_path)
    assert 'subdomains = "one-label"' in text


def test_init_from_a_binary_plist(tmp_path: Path) -> None:
    taken_over("Info.plist", plistlib.dumps(ATS_BY_HAND, fmt=plistlib.FMT_BINARY), tmp_path)


ASKING = "TrustKit is asked for those connections only whose code asks it"


def test_init_from_a_plist_with_trustkit(tmp_path: Path) -> None:
    text = taken_over("Info.plist", plistlib.dumps(TRUSTKIT_BY_HAND), tmp_path, ASKING)
    assert 'report-uris = ["https://r.example.com/x"]' in text
    assert "expires = 2027-03-01\n" in text
    assert re.search(
        r'hosts = \["beta\.example\.net"\]\nsubdomains = "none".*\nkeys = .*\nenforce = false\n', text
    )


def test_init_from_the_samples_outputs(tmp_path: Path) -> None:
    for number, path in enumerate((NSC, TK_ANDROID)):
        (tmp_path / str(number)).mkdir()
        debug = "debuggable builds with x.xml trust user as well" if path == NSC else ""
        taken_over("x.xml", (SAMPLES / path).read_bytes(), tmp_path / str(number), debug, debug)


def test_init_from_a_plist_whose_sections_disagree(tmp_path: Path) -> None:
    (tmp_path / "Info.plist").write_bytes(plistlib.dumps(ATS_BY_HAND | TRUSTKIT_BY_HAND))
    ran = run("init", "--from", "Info.plist", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert re.search(r"NSPinnedDomains.*TrustKit|TrustKit.*NSPinnedDomains", ran.stderr)
    assert "; mend the file first, or write pins.toml by hand" in ran.stderr
    assert not (tmp_path / "pins.toml").exists()


def test_init_from_a_plist_whose_sections_agree(tmp_path: Path) -> None:
    """NSPinnedDomains wants the keys as leaves, TrustKit takes them anywhere: say the key is a leaf's."""
    values = {
        "NSAppTransportSecurity": {"NSPinnedDomains": {"h.example.net": {}}},
        "TSKConfiguration": {
            "TSKPinnedDomains": {
                "h.example.net": {"TSKPublicKeyHashes": [PIN_A, PIN_B], "TSKEnforcePinning": False}
            }
        },
    }
    taken_over("Info.plist", plistlib.dumps(values), tmp_path, ASKING)


def test_init_loses_no_report_uri_of_the_second_section(tmp_path: Path) -> None:
    """Either it is in the result, or the file is refused; silence is neither."""
    values = {
        "NSAppTransportSecurity": {"NSPinnedDomains": {"h.example.net": {}}},
        "TSKConfiguration": {
            "TSKPinnedDomains": {
                "h.example.net": {
                    "TSKPublicKeyHashes": [PIN_A, PIN_B],
                    "TSKEnforcePinning": False,
                    "TSKReportUris": ["https://r.example.com/x"],
                }
            }
        },
    }
    (tmp_path / "Info.plist").write_bytes(plistlib.dumps(values))
    ran = run("init", "--from", "Info.plist", cwd=tmp_path)
    if ran.code == 3:
        assert ASKING in ran.stderr
        assert "https://r.example.com/x" in (tmp_path / "pins.toml").read_text(encoding="utf-8")
    else:
        assert (ran.code, "https://r.example.com/x" in ran.stderr) == (2, True)


CANNOT_BE_SAID: dict[str, dict[str, object]] = {
    "leaf-and-ca": {
        "NSAppTransportSecurity": {
            "NSPinnedDomains": {
                "h.example.com": {
                    "NSPinnedLeafIdentities": identity(PIN_A),
                    "NSPinnedCAIdentities": identity(PIN_B),
                }
            }
        }
    },
    "union": {
        "NSAppTransportSecurity": {
            "NSPinnedDomains": {
                "example.com": {"NSIncludesSubdomains": True, "NSPinnedLeafIdentities": identity(PIN_A)},
                "h.example.com": {
                    "NSIncludesSubdomains": False,
                    "NSPinnedCAIdentities": identity(PIN_B),
                },
            }
        }
    },
    "nobody": {
        "NSAppTransportSecurity": {"NSPinnedDomains": {"h.example.com": {"NSPinnedLeafIdentities": []}}}
    },
}


@pytest.mark.parametrize("name", CANNOT_BE_SAID)
def test_init_refuses_what_cannot_be_said(name: str, tmp_path: Path) -> None:
    (tmp_path / "Info.plist").write_bytes(plistlib.dumps(CANNOT_BE_SAID[name]))
    ran = run("init", "--from", "Info.plist", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert "h.example.com" in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert not (tmp_path / "pins.toml").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.xml", None, "absent.xml: No such file or directory"),
        ("x.xml", b"", "x.xml:1:1: not XML: Document is empty"),
        (
            "x.txt",
            b"hello",
            "x.txt: is no pins.toml, network security configuration, property list or source file",
        ),
        ("x.xml", b"<resources/>", "x.xml:1:1: its root is <resources> and not <network-security-config>"),
        (
            "I.plist",
            plistlib.dumps({"A": 1}),
            "I.plist: pins no host, neither by NSPinnedDomains nor by TrustKit",
        ),
        (
            "x.xml",
            b"<network-security-config>\n<domain-config/></network-security-config>",
            "x.xml:2: Android refuses this file: a domain-config has no <domain> of its own",
        ),
    ],
)
def test_init_from_nothing_of_use(name: str, content: bytes | None, message: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    ran = run("init", "--from", name, cwd=tmp_path)
    assert (ran.code, ran.stderr) == (2, f"pincompiler: error: {message}\n")


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("origin")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nsc", "trustkit-android", "ats", "trustkit"])
@settings(max_examples=60)
@given(policy=policies, app=apps)
def test_init_from_whatever_an_app_has(name: str, origin: Path, policy: Policy, app: App) -> None:
    """Either pins.toml means the same, or one sentence says why it cannot."""
    target = target_named(name)
    output = Output(name, PurePosixPath("x"))
    model, job = target.lower(policy, app, output), Job("pins.toml", policy.digest(), output)
    file = "x.plist" if target.entries else "x.xml"
    content = b""
    if target.write:
        content = target.write(model, job)
    elif target.entries:
        content = plist.edit(b"<plist><dict/></plist>", target.entries(model, job), "x.plist")
    (origin / file).write_bytes(content)
    (origin / "pins.toml").unlink(missing_ok=True)
    ran = run("init", "--from", file, cwd=origin)
    if ran.code != (3 if name == "trustkit" else 0):
        event("refused")
        assert (ran.code, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
        assert ran.stderr.startswith("pincompiler: error: ")
        return
    event("taken over")
    compared = run("diff", file, "pins.toml", cwd=origin)
    assert (compared.code, compared.stdout) == (0, "")


# -- pin -------------------------------------------------------------------------------------------

PIN_FILES = ("api-2026.pem", "api-2027.csr", "offline.pub", "shop-ca.pem")


def test_pin_on_every_kind_of_file() -> None:
    """The pins are those that OpenSSL computed of samples/certs, written here by hand."""
    ran = run("pin", *(f"certs/{name}" for name in PIN_FILES), cwd=SAMPLES)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout == (
        "certs/api-2026.pem\n"
        "  certificate of CN=api.example.com,O=Example Shop\n"
        "  P-256, role leaf, until 2046-09-01\n"
        f'  spki-sha256 = "{PIN_A}"\n'
        "certs/api-2027.csr\n"
        "  request of CN=api.example.com,O=Example Shop\n"
        "  P-256, role leaf\n"
        f'  spki-sha256 = "{PIN_B}"\n'
        "certs/offline.pub\n"
        "  public key\n"
        "  P-384, role unknown\n"
        '  spki-sha256 = "3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M="\n'
        "certs/shop-ca.pem\n"
        "  certificate of CN=Shop CA,O=Example Shop\n"
        "  P-256, role ca, until 2046-09-01\n"
        '  spki-sha256 = "g/B9ka/Y+/3ah7eOQnwS0Yq9PuJ00YJzr51NTm5LboM="\n'
    )


def test_pin_of_a_bundle_and_of_standard_input(tmp_path: Path) -> None:
    bundle = (SAMPLES / "certs/shop-ca.pem").read_bytes() + (SAMPLES / "certs/backup-ca.pem").read_bytes()
    ran = run("pin", "-", cwd=tmp_path, stdin=bundle)
    assert ran.code == 0
    assert [line for line in ran.stdout.splitlines() if not line.startswith(" ")] == ["-", "- [1]"]
    from_der = run("pin", "-", cwd=tmp_path, stdin=pki.public(pki.private_key("RSA-3072"), Encoding.DER))
    assert "\n  RSA-3072, role unknown\n" in from_der.stdout


def test_pin_goes_on_after_a_bad_file(tmp_path: Path) -> None:
    for name in ("api-2026.pem", "shop-ca.pem"):
        shutil.copy(SAMPLES / "certs" / name, tmp_path)
    (tmp_path / "my key.pem").write_bytes(pki.private(pki.private_key()))
    (tmp_path / "empty").touch()
    ran = run("pin", "api-2026.pem", "empty", "my key.pem", "absent", ".", "shop-ca.pem", cwd=tmp_path)
    assert ran.code == 2
    assert [line for line in ran.stdout.splitlines() if not line.startswith(" ")] == [
        "api-2026.pem",
        "shop-ca.pem",
    ]
    assert ran.stderr.splitlines() == [
        "pincompiler: error: empty is empty; give it a certificate, a request or a public key",
        (
            "pincompiler: error: my key.pem is a private key, which has no place beside an app's sources; "
            "openssl pkey -in 'my key.pem' -pubout -out 'my key.pub.pem'"
        ),
        "pincompiler: error: absent: No such file or directory",
        "pincompiler: error: .: Is a directory",
    ]


def test_the_command_for_a_private_key_can_be_pasted(tmp_path: Path) -> None:
    name = "$(touch owned); .key"
    (tmp_path / name).write_bytes(pki.private(pki.private_key()))
    ran = run("pin", name, cwd=tmp_path)
    command = ran.stderr.strip().partition("sources; ")[2]
    parts.need_command("openssl")
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True, capture_output=True)
    assert not (tmp_path / "owned").exists()
    assert run("pin", "$(touch owned); .pub.pem", cwd=tmp_path).code == 0


def test_json_of_pin() -> None:
    ran = run("pin", "-f", "json", "certs/api-2026.pem", "certs/offline.pub", "absent", cwd=SAMPLES)
    assert ran.code == 2
    assert json.loads(ran.stdout) == {
        "version": 1,
        "roots": __roots__,
        "command": "pin",
        "keys": [
            {
                "file": "certs/api-2026.pem",
                "index": 0,
                "kind": "certificate",
                "subject": "CN=api.example.com,O=Example Shop",
                "role": "leaf",
                "algorithm": "P-256",
                "not-after": "2046-09-01T00:00:00+00:00",
                "spki-sha256": PIN_A,
            },
            {
                "file": "certs/offline.pub",
                "index": 0,
                "kind": "public key",
                "subject": "",
                "role": None,
                "algorithm": "P-384",
                "not-after": None,
                "spki-sha256": "3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M=",
            },
        ],
    }


# -- explain ---------------------------------------------------------------------------------------


def test_explain_a_rule(tmp_path: Path) -> None:
    ran = run("explain", "unused-key", cwd=tmp_path)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.startswith("# unused-key (warning)\n\nA key is in no pin-set.\n\n## Why is this bad?\n")


def test_explain_every_rule(tmp_path: Path) -> None:
    ran = run("explain", "--all", cwd=tmp_path)
    assert ran.code == 0
    titles = re.findall(r"^# ([a-z0-9-]+) \((?:error|warning|note)\)$", ran.stdout, re.MULTILINE)
    modules = {path.stem for path in (ROOT / "pincompiler/rules").glob("*/*.py")} - {"__init__"}
    assert sorted(titles) == sorted(name.replace("_", "-") for name in modules)


def test_explain_what_is_no_rule(tmp_path: Path) -> None:
    ran = run("explain", "unused-keys", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr == "pincompiler: error: no rule is called unused-keys; did you mean `unused-key`?\n"
    ran = run("explain", "xyzzy", cwd=tmp_path)
    assert ran.stderr == "pincompiler: error: no rule is called xyzzy; see pincompiler explain --all\n"


EXPLAINED = """\
h.example.com

  pins.toml
    decided by    [[pin-set]] h.example.com, subdomains = "none"
    needs one of  a (leaf), b (leaf)

  nsc (a.xml)
    decided by    <domain includeSubdomains="false">h.example.com</domain>
    needs one of  a (leaf), b (leaf)
    ends          at 2027-03-01 00:00 on the device's own clock: from 2027-02-28 10:00 UTC (UTC+14) to 2027-03-01 12:00 UTC (UTC-12)
    does not see  Flutter and Dart, native TLS (curl, BoringSSL), code with its own TrustManager
    leaves out    a host that OkHttp reaches over the HTTP/2 connection of another, which it does where a certificate is for both: Android is not asked again, whatever pins and anchors the second has

  ats (I.plist)
    decided by    NSPinnedDomains › h.example.com
    needs one of  a (leaf), b (leaf)
    ends          never: iOS enforces until the app is updated
    does not see  WKWebView and SFSafariViewController, app extensions with their own Info.plist, native TLS
    leaves out    which CAs a device trusts: those that users and profiles install count as the system's

  trustkit (I.plist)
    decided by    TSKPinnedDomains › h.example.com
    needs one of  a (leaf), b (leaf)
    ends          at 2027-03-01 00:00 UTC
    does not see  WKWebView, sessions whose delegate does not ask TrustKit (unless it swizzles), native TLS
    leaves out    which CAs a device trusts: those that users and profiles install count as the system's
"""
EXPIRING = (
    f'{SOUND}expires = 2027-03-01\n[target.nsc]\npath = "a.xml"\n'
    '[target.ats]\npath = "I.plist"\n[target.trustkit]\npath = "I.plist"\n'
)


def test_explain_a_host_with_the_instants_at_which_its_pins_end(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(EXPIRING, encoding="utf-8")
    ran = run("explain", "--host", "h.example.com", "--pins", "p.toml", cwd=tmp_path)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout == EXPLAINED


def test_explain_a_host_that_is_not_pinned(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(SOUND, encoding="utf-8")
    ran = run("explain", "--host", "other.example.com", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (0, "other.example.com\n\n  pins.toml\n    not pinned\n")


def test_json_of_explain(tmp_path: Path) -> None:
    text = f'{SOUND}expires = 2027-03-01\n[target.trustkit]\npath = "I.plist"\n'
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    ran = run("explain", "--host", "h.example.com", "-f", "json", cwd=tmp_path)
    assert ran.code == 0
    assert json.loads(ran.stdout) == {
        "version": 1,
        "roots": __roots__,
        "command": "explain",
        "host": "h.example.com",
        "enforcements": [
            {
                "who": "pins.toml",
                "pinned": True,
                "decided-by": ['[[pin-set]] h.example.com, subdomains = "none"'],
                "needs": ["a (leaf), b (leaf)"],
                "trusts": ["the system's CAs"],
                "ends": "",
                "does-not-see": "",
                "leaves-out": "",
            },
            {
                "who": "trustkit (I.plist)",
                "pinned": True,
                "decided-by": ["TSKPinnedDomains › h.example.com"],
                "needs": ["a (leaf), b (leaf)"],
                "trusts": ["the system's CAs"],
                "ends": "at 2027-03-01 00:00 UTC",
                "does-not-see": "WKWebView, sessions whose delegate does not ask TrustKit (unless it swizzles), native TLS",
                "leaves-out": "which CAs a device trusts: those that users and profiles install count as the system's",
            },
        ],
    }


def test_explain_a_rule_in_json(tmp_path: Path) -> None:
    """-f json is accepted, so it is obeyed."""
    ran = run("explain", "unused-key", "-f", "json", cwd=tmp_path)
    if ran.code == 0:
        assert json.loads(ran.stdout)["version"] == 1
    else:
        assert (ran.code, ran.stdout) == (2, "")


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("*.example.com", '"*.example.com" has a wildcard, which means three things on four platforms: '),
        ("h.example.com:443", '"h.example.com:443" has a port, and pins are for all ports of a host: '),
    ],
)
def test_explain_what_is_no_host(host: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(SOUND, encoding="utf-8")
    ran = run("explain", "--host", host, cwd=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"pincompiler: error: {message}")


def test_explain_with_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text("version = ", encoding="utf-8")
    ran = run("explain", "--host", "a.com", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr == "pincompiler: error: pins.toml has errors; run pincompiler check pins.toml\n"


# -- diff ------------------------------------------------------------------------------------------

KINDS = ("pins.toml", NSC, INFO)
DEBUG = (
    "debuggable builds with network_security_config.xml trust user as well, by its debug-overrides: only release "
    "builds were compared"
)
SAME = {*((kind, kind) for kind in KINDS), (NSC, "pins.toml"), ("pins.toml", NSC)}


@pytest.mark.parametrize("left", KINDS)
@pytest.mark.parametrize("right", KINDS)
def test_diff_of_any_two_kinds(left: str, right: str) -> None:
    """NSPinnedDomains of the sample stops one label deep, TrustKit does not."""
    ran = run("diff", left, right, cwd=SAMPLES)
    debug = "" if left == right or NSC not in (left, right) else f"unknown: {DEBUG}\n"
    if (left, right) in SAME:
        same = f"{left} and {right} accept the same chains for every host on every day\n"
        assert (ran.code, ran.stdout, ran.stderr) == (3 if debug else 0, "", debug or same)
    else:
        assert (ran.code, ran.stderr) == (1, debug)
        assert ran.stdout.endswith("\n")
        assert all("example.net" in line for line in ran.stdout.splitlines())


def test_diff_says_it_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "left.toml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "right.toml").write_text(SOUND.replace("h.ex", "g.ex"), encoding="utf-8")
    ran = run("diff", "left.toml", "right.toml", cwd=tmp_path)
    assert ran.code == 1
    assert sorted(ran.stdout.splitlines()) == [
        "g.example.com is not pinned by left.toml, and right.toml accepts only chains with `a` or `b`",
        "h.example.com is pinned by left.toml and not by right.toml",
    ]
    found = json.loads(run("diff", "left.toml", "right.toml", "-f", "json", cwd=tmp_path).stdout)
    assert (found["version"], found["command"]) == (1, "diff")
    by_host = {item["host"]: item for item in found["differences"]}
    assert by_host["h.example.com"] == {
        "host": "h.example.com",
        "from": None,
        "chain": {"leaf": None, "cas": [], "leaf-certificate": None},
        "anchor": "",
        "store": "system",
        "accepted-by": "right.toml",
        "refused-by": "left.toml",
        "message": "h.example.com is pinned by left.toml and not by right.toml",
    }


def test_diff_from_a_day_on(tmp_path: Path) -> None:
    (tmp_path / "left.toml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "right.toml").write_text(f"{SOUND}expires = 2027-03-01\n", encoding="utf-8")
    ran = run("diff", "left.toml", "right.toml", cwd=tmp_path)
    assert ran.stdout == "from 2027-03-01 h.example.com is pinned by left.toml and not by right.toml\n"
    found = json.loads(run("diff", "left.toml", "right.toml", "-f", "json", cwd=tmp_path).stdout)
    assert [item["from"] for item in found["differences"]] == ["2027-03-01"]


def test_json_of_no_difference(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(SOUND, encoding="utf-8")
    ran = run("diff", "p.toml", "p.toml", "-f", "json", cwd=tmp_path)
    assert (ran.code, ran.stderr) == (0, "")
    assert json.loads(ran.stdout) == {
        "version": 1,
        "command": "diff",
        "roots": __roots__,
        "differences": [],
        "unknown": [],
    }


def test_diff_of_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "sound.toml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "bad.toml").write_text(SOUND + "x = 1\n", encoding="utf-8")
    ran = run("diff", "sound.toml", "bad.toml", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr == (
        "pincompiler: error: bad.toml: `x` means nothing here; run pincompiler check bad.toml\n"
    )
    ran = run("diff", "sound.toml", "absent.xml", cwd=tmp_path)
    assert (ran.code, ran.stderr) == (2, "pincompiler: error: absent.xml: No such file or directory\n")


def test_diff_reads_standard_input(tmp_path: Path) -> None:
    ran = run("diff", NSC, "-", cwd=SAMPLES, stdin=(SAMPLES / NSC).read_bytes())
    assert (ran.code, ran.stdout) == (0, "")
    (tmp_path / "pins.toml").write_text(SOUND, encoding="utf-8")
    ran = run("diff", "-", "pins.toml", cwd=tmp_path, stdin=SOUND.encode())
    assert (ran.code, ran.stdout) == (0, ""), "a pins.toml may come that way too, as it does for check"


# -- the program -----------------------------------------------------------------------------------


def test_version(tmp_path: Path) -> None:
    ran = run("--version", cwd=tmp_path)
    assert (ran.code, ran.stdout, ran.stderr) == (0, f"pincompiler {__version__}\n", "")


def test_help_names_the_exit_codes_and_every_command(tmp_path: Path) -> None:
    ran = run("--help", cwd=tmp_path)
    assert (ran.code, ran.stderr) == (0, "")
    words = " ".join(ran.stdout.split())
    assert "Exit codes: 0 fine; 1 " in words
    for command in COMMANDS:
        assert re.search(rf"^  {command} +\S", ran.stdout, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_has_an_example(command: str, tmp_path: Path) -> None:
    ran = run(command, "--help", cwd=tmp_path)
    assert (ran.code, ran.stderr) == (0, "")
    assert re.search(rf"Examples?:\n    pincompiler {command}\b", ran.stdout)
    assert "--today" in ran.stdout
    assert run(command, "-h", cwd=tmp_path).stdout == ran.stdout


@pytest.mark.slow
def test_a_reader_that_stops_gives_no_traceback() -> None:
    """`pincompiler explain --all | head -1`; the pages are more than a pipe holds."""
    for command in (["explain", "--all"], ["pin", *["samples/certs/shop-ca.pem"] * 2000]):
        with subprocess.Popen(
            [sys.executable, "-m", "pincompiler", *command],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            assert running.stdout.readline()
            running.stdout.close()
            assert running.stderr.read() == b""
            assert running.wait(timeout=WAIT_S) in (0, 1, 141)


@pytest.mark.slow
def test_standard_input_that_is_closed(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$0" -m pincompiler check - <&-', sys.executable],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"pincompiler: error: ")
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_terminals_that_know_few_characters(encoding: str, tmp_path: Path) -> None:
    text = SOUND.replace("h.example.com", "例え.example:1")
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    ran = process("check", cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert ran.code == 1
    assert "Traceback" not in ran.stderr
    assert ":12:10: error: " in ran.stdout


def test_a_file_name_that_is_no_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff.toml")
    try:
        (tmp_path / name).write_text(SOUND, encoding="utf-8")
    except OSError:
        pytest.skip("this file system has only UTF-8 names")
    (tmp_path / "b.toml").write_text(SOUND.replace("h.ex", "g.ex"), encoding="utf-8")
    for arguments, code in (
        (("check", name), 0),
        (("check", "-f", "json", name), 0),
        (("diff", name, "b.toml"), 1),
        (("diff", "-f", "json", name, "b.toml"), 1),
        (("explain", "--pins", name, "--host", "h.example.com"), 0),
        (("pin", name), 2),
    ):
        assert run(*arguments, cwd=tmp_path).code == code


def test_file_names_cannot_steer_the_terminal(tmp_path: Path) -> None:
    name = "a\x1b[31m\u202e.pem"
    (tmp_path / name).write_bytes(b"")
    for arguments in (("pin", name), ("check", name), ("diff", name, name), ("init", "--from", name)):
        ran = run(*arguments, cwd=tmp_path)
        assert ran.code == 2
        assert "\x1b" not in ran.stdout + ran.stderr
        assert "\u202e" not in ran.stdout + ran.stderr


HEAVY = ("androguard", "lxml", "jinja2", "cryptography", "publicsuffixlist", "OpenSSL", "certifi", "socket")


def _imported(*arguments: str, cwd: Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "pincompiler", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    return {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line
    }


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("plain")
    targets = '[target.nsc]\npath = "a.xml"\n[target.okhttp-kotlin]\npath = "Pins.kt"\npackage = "a"\n'
    (root / "pins.toml").write_text(f"{SOUND}{targets}", encoding="utf-8")
    return root


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("--version",), ("check",), ("explain", "unused-key"), ("--help",)])
def test_what_is_not_used_is_not_imported(arguments: tuple[str, ...], plain: Path) -> None:
    imported = _imported(*arguments, cwd=plain)
    assert "pincompiler" in imported
    assert imported & set(HEAVY) == set()
