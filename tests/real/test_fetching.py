"""What fetches the real parts says how far it is, fails in one line, and never with a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.real import environment, fetch_all, fetching, packages, serving
from tests.real.fetching import FetchError, cause, run

ROOT: Final = Path(__file__).parents[2]


# -- a command ---------------------------------------------------------------------------------------


def test_a_failing_command_is_quoted_after_a_line_that_says_why() -> None:
    script = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    with pytest.raises(FetchError) as raised:
        run([sys.executable, "-c", script], "trying")
    assert str(raised.value) == "trying: err\nout\nerr"


def test_a_command_that_fails_without_a_word() -> None:
    with pytest.raises(FetchError, match=r"^trying: ended with 3\n$"):
        run(["sh", "-c", "exit 3"], "trying")


def test_an_absent_command_is_named() -> None:
    with pytest.raises(FetchError, match=r"^trying: cannot run no-such-command: No such file or directory$"):
        run(["no-such-command"], "trying")
    with pytest.raises(FetchError, match=r"^not on the PATH: no-such-command, nor-this$"):
        fetching.demand("no-such-command", "sh", "nor-this")


def test_who_waits_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command ends when it has been spoken of: nothing here depends on time."""
    heard: list[str] = []

    def say(words: str) -> None:
        heard.append(words)
        if "half way" in words:
            (tmp_path / "go").touch()

    monkeypatch.setattr(fetching, "say", say)
    monkeypatch.setattr(fetching, "BEAT_S", 0.05)
    script = "echo half way; until [ -e go ]; do sleep 0.05; done; echo all"
    assert run(["sh", "-c", script], "fetching it", cwd=tmp_path) == "half way\nall\n"
    assert any(line.startswith("  fetching it, ") and line.endswith(" so far: half way") for line in heard)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        # pip, apt-get, Maven and npm without a network; pip and apt-get draw a conclusion that misleads.
        (
            "WARNING: Retrying: [Errno -3] Temporary failure in name resolution\nERROR: No matching distribution\n",
            "its registry cannot be reached (temporary failure in name resolution)",
        ),
        (
            "W: Failed to fetch x  Temporary failure resolving 'x'\nE: Unable to locate package maven\n",
            "its registry cannot be reached (temporary failure resolving)",
        ),
        (
            "[ERROR] Could not transfer x: Unknown host x\n[ERROR] -> [Help 1]\n",
            "its registry cannot be reached (unknown host)",
        ),
        ("npm ERR! code ENOTFOUND\nnpm ERR! A log is in x\n", "its registry cannot be reached (enotfound)"),
        (
            "[ERROR] Plugin x could not be resolved: (certificate_unknown) PKIX path building failed: y\n",
            "its registry's certificate is not trusted here (PKIX path building failed)",
        ),
        # What fails for another reason says it first.
        ("Reading lists\nE: Unable to locate package mavn\nE: more\n", "Unable to locate package mavn"),
        ("npm ERR! code E404\nnpm ERR! 404 Not Found\n", "code E404"),
        ("working\nit broke\n\n", "it broke"),
        ("", ""),
    ],
)
def test_the_cause_is_one_line(said: str, why: str) -> None:
    assert cause(said) == why


def test_who_interrupts_gets_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> int:
        raise KeyboardInterrupt

    assert fetching.ended(main) == 130
    assert capsys.readouterr().err == "interrupted\n"
    assert fetching.ended(lambda: 3) == 3


# -- all parts -----------------------------------------------------------------------------------------


def python(module: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run one of the commands of the Makefile; no index of packages is asked."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=os.environ | {"PIP_NO_INDEX": "1", "CI": "", "PINCOMPILER_REQUIRE_TOOLS": ""} | changes,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_machine_without_any_program_fetches_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    tools = tmp_path / "tools"
    done = python("tests.real.fetch_all", PATH=str(tmp_path / "bin"), PINCOMPILER_TOOLS=str(tools))
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("  ")]
    for step in fetch_all.STEPS:
        assert len([line for line in lines if line.startswith(f"{step.title}: left out: ")]) == 1
    assert "jars of Kotlin, OkHttp, R8 and Android: left out: not on the PATH: java, javac, mvn" in lines
    assert {path.name for path in tools.iterdir() if not path.name.startswith("apks")} <= {
        fetch_all.LOG,
        "axe-core-4.14.1",
        "pytest-8.4.2",
    }
    assert len(lines) < 25


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("1", 1)])
def test_what_is_missing_stops_ci(
    ci: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise FetchError("it is not to be had\nall that was said")

    (tmp_path / "tools").mkdir()
    steps = fetch_all.Step("Swift", lambda: ["swift"], refuse), fetch_all.Step("other", list, refuse)
    monkeypatch.setattr(fetch_all, "STEPS", steps)
    monkeypatch.setattr(packages, "installable", lambda: False)
    for name, value in (("CI", ci), ("PINCOMPILER_REQUIRE_TOOLS", ""), ("PINCOMPILER_TOOLS", "tools")):
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    assert fetch_all.main() == code
    said = capsys.readouterr().err.splitlines()
    assert said[1:4] == [
        "Swift: fetching",
        "Swift: left out: it is not to be had",
        "what the commands said: tools/fetch.log",
    ]
    assert (said[4], "  Swift and plutil" in said) == ("left out:", True)
    assert (tmp_path / "tools/fetch.log").read_text() == "== Swift\nit is not to be had\nall that was said\n"


def test_every_part_belongs_to_a_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the block at the end of a run could have a line for each."""
    monkeypatch.setenv("PINCOMPILER_TOOLS", str(tmp_path))
    names = {name for step in fetch_all.STEPS for name in step.lacking()}
    assert len(names) > 20
    assert {name for name in names if packages.group_of(name) is None} == set()
    assert len(packages.titles(names)) > 4


def test_an_environment_that_pip_cannot_finish_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """mitmproxy's program is there long before all that it needs."""
    monkeypatch.setenv("PINCOMPILER_TOOLS", str(tmp_path))

    def broken(command: list[str], _purpose: str) -> str:
        if "venv" not in command:
            program = Path(command[0]).with_name("mitmdump")
            program.parent.mkdir(parents=True)
            program.touch()
            raise FetchError("it broke off")
        return ""

    monkeypatch.setattr(serving, "run", broken)
    with pytest.raises(FetchError, match="it broke off"):
        serving.fetch()
    assert serving.lacking() == [serving.MITMPROXY]
    assert list(tmp_path.iterdir()) == []


# -- Debian packages -------------------------------------------------------------------------------------

APT: Final = """\
#!/bin/sh
shift 2
echo "$@" >> "$FOLDER/log"
case "$1:$*" in
    update:*) touch "$FOLDER/lists" ;;
    install:*nowhere*) [ -e "$FOLDER/lists" ] && echo "E: Unable to locate package nowhere" >&2; exit 100 ;;
    install:*) [ -e "$FOLDER/lists" ] || { echo "E: Unable to locate package git" >&2; exit 100; } ;;
esac
"""


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log of an apt-get that knows all packages but one, once it has read its lists."""
    for name, script in (("apt-get", APT), ("dpkg", "#!/bin/sh\necho dpkg $* >> $FOLDER/log\n")):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("FOLDER", str(tmp_path))
    return tmp_path / "log"


INSTALL: Final = "install --yes --no-install-recommends"


def test_lists_that_were_never_read_are_read(apt: Path) -> None:
    packages.apt_install(["git", "make"])
    packages.apt_install(["git"])
    assert apt.read_text().splitlines() == [
        f"{INSTALL} git make",
        "dpkg --configure --pending",
        "update --error-on=any",
        f"{INSTALL} git make",
        f"{INSTALL} git",
    ]


def test_a_package_that_is_not_there_does_not_keep_the_others_away(apt: Path) -> None:
    with pytest.raises(FetchError, match=r"^installing Debian packages: Unable to locate package nowhere\n"):
        packages.apt_install(["git", "nowhere", "make"])
    assert apt.read_text().splitlines()[-1] == f"{INSTALL} git make"


def test_make_packages_fails_in_one_line(
    apt: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = ["git", "nowhere"]
    monkeypatch.setattr(packages, "wanted", lambda: missing)
    monkeypatch.setattr(packages, "installable", lambda: bool(apt))
    assert packages.main() == 1
    assert capsys.readouterr().err == "installing Debian packages: Unable to locate package nowhere\n"
    missing.clear()
    assert packages.main() == 0
    assert capsys.readouterr().err == "Debian packages: all are there\n"


def test_who_may_not_install_packages_gets_the_command(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "wanted", lambda: ["maven"])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not packages.installable()
    assert packages.cure() == "sudo make packages && make tools"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert packages.installable()
    assert packages.cure().startswith("make tools, ")
    (apt.parent / "apt-get").unlink()
    monkeypatch.setenv("PATH", str(apt.parent))
    assert not packages.installable()
    assert packages.cure().startswith("docker run ")


# -- Python packages ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_index_that_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    """And what was left half made is made anew."""
    place = tmp_path / "venv"
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").symlink_to("nowhere")
    done = python("tests.real.environment", str(place))
    assert (done.returncode, done.stdout) == (1, "")
    # On a busy machine it also says how far it is.
    first, last = (line for line in done.stderr.splitlines() if not line.startswith("  "))
    assert first.startswith("Python packages: fetching into ")
    assert last.startswith("nothing runs without the Python packages: installing ")
    assert (place / "bin" / "python").exists()
    assert not (place / ".ready").exists()


def test_a_python_without_pip_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Debian's is; the words are its."""

    def debian(_command: list[str], purpose: str) -> str:
        raise FetchError(
            f"{purpose}: x\nOn Debian/Ubuntu systems, you need to install the python3-venv\npackage"
        )

    monkeypatch.setattr(environment, "run", debian)
    monkeypatch.setattr(packages, "installable", lambda: False)
    with pytest.raises(
        FetchError, match=r"^Debian's python3-venv is missing: sudo apt-get install python3-venv$"
    ):
        environment.make(tmp_path / "venv")
