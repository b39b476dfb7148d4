"""Writing: all or nothing, nothing that is current, no links followed, and no litter.

The tests may run as root, whom no directory refuses; those on rights take another user's for a while.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest

from pincompiler.base.errors import OutputError
from pincompiler.workflows import write as outputs
from pincompiler.workflows.compile import Artifact
from tests.test_cli import SAMPLES, SOUND, run, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOBODY = 65534


def artifact(path: str, content: bytes = b"new\n") -> Artifact:
    return Artifact("any", PurePosixPath(path), content)


def refused(root: Path, *artifacts: Artifact) -> str:
    """Why they are not written; after which everything is as it was."""
    before = snapshot(root)
    with pytest.raises(OutputError) as raised:
        outputs.write_all(artifacts, root)
    assert snapshot(root) == before
    return str(raised.value)


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A directory that every user may reach and nobody owns; pytest's own are private to the tester."""
    root = Path(tempfile.mkdtemp(prefix="pincompiler-test-"))
    root.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(root, NOBODY, NOBODY)
    yield root
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    shutil.rmtree(root)


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Without root's power to write everywhere; the effective user takes the capabilities along."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def folder(path: Path, mode: int = 0o755) -> Path:
    """A directory of the unprivileged user's own."""
    path.mkdir()
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    path.chmod(mode)
    return path


# -- what is written -----------------------------------------------------------------------------


def test_directories_are_made(tmp_path: Path) -> None:
    outputs.write_all(
        [artifact("a/b/c.xml", b"1"), artifact("a/b/d/e.kt", b"2"), artifact("f", b"3")], tmp_path
    )
    files = {str(p.relative_to(tmp_path)): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert files == {"a/b/c.xml": b"1", "a/b/d/e.kt": b"2", "f": b"3"}


def test_the_output_directory_itself_is_made(tmp_path: Path) -> None:
    outputs.write_all([artifact("c.xml")], tmp_path / "x/y")
    assert (tmp_path / "x/y/c.xml").read_bytes() == b"new\n"


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
def test_rights_are_kept(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "c.xml"
    path.write_bytes(b"old\n")
    path.chmod(mode)
    outputs.write_all([artifact("c.xml")], tmp_path)
    assert (path.stat().st_mode & 0o7777, path.read_bytes()) == (mode, b"new\n")


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600), (0o002, 0o664)])
def test_new_files_have_the_usual_rights(umask: int, mode: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        outputs.write_all([artifact("d/c.xml")], tmp_path)
        assert os.umask(umask) == umask, "the process keeps its own umask"
    finally:
        os.umask(before)
    assert (tmp_path / "d/c.xml").stat().st_mode & 0o7777 == mode


def test_only_what_is_stale_counts(tmp_path: Path) -> None:
    (tmp_path / "same").write_bytes(b"new\n")
    (tmp_path / "other").write_bytes(b"old\n")
    (tmp_path / "ends").write_bytes(b"new\r\n")
    made = [artifact(name) for name in ("same", "other", "ends", "absent", "no/such/folder")]
    assert [str(found.path) for found in outputs.stale(made, tmp_path)] == [
        "other",
        "ends",
        "absent",
        "no/such/folder",
    ]


def test_no_name_is_half_written(tmp_path: Path) -> None:
    """A reader of the old file goes on reading the old content: the name is moved, not its bytes."""
    (tmp_path / "c.xml").write_bytes(b"old\n")
    with (tmp_path / "c.xml").open("rb") as reader:
        outputs.write_all([artifact("c.xml")], tmp_path)
        assert reader.read() == b"old\n"
    assert [path.name for path in tmp_path.iterdir()] == ["c.xml"]


# -- what is no file -----------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder in which every command that has -o finds what it needs."""
    shutil.copytree(SAMPLES, tmp_path / "samples")
    result = run("audit", "-f", "json", "-o", "audit.json", "samples/audit/shop.apk", cwd=tmp_path)
    assert (result.code, result.stdout) == (1, "")
    return tmp_path


WITH_OUTPUT = {
    "audit": ("audit", "--exit-zero", "samples/audit/shop.apk"),
    "report": ("report", "-f", "text", "audit.json"),
    "plan": ("plan", "--no-cache", "samples/pins.toml"),
    "init": ("init", "api.example.com"),
}


@pytest.mark.parametrize("name", WITH_OUTPUT)
def test_a_pipe_is_written_to(name: str, place: Path) -> None:
    command = WITH_OUTPUT[name]
    os.mkfifo(place / "pipe")
    expected = run(*command, "-o", "-", cwd=place)
    reader = os.open(place / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 1 << 20)
    result = run(*command, "-o", "pipe", cwd=place)
    assert os.read(reader, 1 << 20).decode() == expected.stdout
    os.close(reader)
    assert (result.code, result.stdout, (place / "pipe").is_fifo()) == (expected.code, "", True)


@pytest.mark.parametrize("link", [False, True])
@pytest.mark.parametrize("name", WITH_OUTPUT)
def test_a_device_is_written_to(name: str, link: bool, place: Path) -> None:  # noqa: FBT001
    ours, terminal = os.openpty()
    path = os.ttyname(terminal)
    if link:
        (place / "link").symlink_to(path)
    result = run(*WITH_OUTPUT[name], "-o", "link" if link else path, cwd=place)
    assert (result.code in (0, 3), result.stdout, Path(path).is_char_device()) == (True, "", True)
    assert os.read(ours, 100)
    os.close(ours)
    os.close(terminal)
    assert (place / "link").is_symlink() is link


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/{}", "/proc/self/fd/{}"])
def test_what_is_open_already_goes_on_where_it_is(name: str, place: Path) -> None:
    """As a shell opens it: what was written before, by whomever, is not lost."""
    with (place / "log").open("wb") as log:
        log.write(b"before\n")
        log.flush()
        if name == "/dev/stdout":
            command = [sys.executable, "-m", "pincompiler", "init", "-o", name, "api.example.com"]
            environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
            subprocess.run(command, stdout=log, stderr=subprocess.DEVNULL, env=environment, check=True)
        else:
            result = run("init", "-o", name.format(log.fileno()), "api.example.com", cwd=place)
            assert result.code == 0
        log.write(b"after\n")
    content = (place / "log").read_text()
    assert content.startswith("before\n# The certificate pins")
    assert content.endswith("after\n")


def make_socket(path: Path) -> None:
    # Its name may have a hundred characters.
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


def make_link(path: Path) -> None:
    path.with_name("file").write_bytes(b"old")
    path.symlink_to("file")


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "folder": (Path.mkdir, "is a directory"),
    "socket": (make_socket, "is no regular file"),
    "link": (make_link, "is a symbolic link; name the file it leads to"),
    "nowhere": (lambda path: path.symlink_to("none"), "is a symbolic link"),
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("name", WITH_OUTPUT)
def test_what_can_be_neither_written_to_nor_replaced(
    name: str, kind: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, said = REFUSED[kind]
    make(place / "out")
    before = snapshot(place)
    monkeypatch.setattr("pincompiler.workflows.audit.audit_all", None)  # refused before the work is done
    result = run(*WITH_OUTPUT[name], "-o", "out", cwd=place)
    assert (result.code, result.stdout) == (2, "")
    assert f"out: {said}" in result.stderr
    assert snapshot(place) == before


def test_an_error_of_a_device_is_told(place: Path) -> None:
    result = run("init", "-o", "/dev/full", "api.example.com", cwd=place)
    assert (result.code, result.stderr) == (2, "pincompiler: error: /dev/full: No space left on device\n")


@pytest.mark.parametrize("more", [(), ("--check",), ("--force",)])
@pytest.mark.parametrize(("target", "path"), [("nsc", "a.xml"), ("ats", "Info.plist")])
def test_a_target_that_is_a_pipe_is_not_waited_for(
    target: str, path: str, more: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "pins.toml").write_text(f'{SOUND}[target.{target}]\npath = "{path}"\n')
    os.mkfifo(tmp_path / path)
    result = run("compile", *more, cwd=tmp_path)
    assert (result.code, (tmp_path / path).is_fifo()) == (2, True)
    assert f"{path}: is no regular file" in result.stderr


# -- what cannot be written ----------------------------------------------------------------------


def test_a_directory_where_a_file_should_be(tmp_path: Path) -> None:
    (tmp_path / "Pins.kt").mkdir()
    message = refused(tmp_path, artifact("new/a.xml"), artifact("Pins.kt"))
    assert message == f"{tmp_path}/Pins.kt: is a directory; nothing was written"


def test_a_file_where_a_directory_should_be(tmp_path: Path) -> None:
    (tmp_path / "app").write_bytes(b"")
    message = refused(tmp_path, artifact("new/a.xml"), artifact("app/src/a.xml"))
    assert message.endswith("Not a directory; nothing was written")
    assert f"{tmp_path}/app" in message


@pytest.mark.parametrize("leads_to", ["real.xml", "absent.xml", "/etc/hostname"])
def test_a_link_in_place_of_a_file(leads_to: str, tmp_path: Path) -> None:
    (tmp_path / "real.xml").write_bytes(b"mine\n")
    (tmp_path / "a.xml").symlink_to(leads_to)
    message = refused(tmp_path, artifact("new/b.xml"), artifact("real2.xml"), artifact("a.xml"))
    assert message == f"{tmp_path}/a.xml: is a symbolic link; name the file it leads to; nothing was written"


def test_a_link_out_in_place_of_a_directory(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (inside / "app").symlink_to(outside)
    before = snapshot(tmp_path)
    message = refused(inside, artifact("new/b.xml"), artifact("app/src/a.xml"))
    assert message == f"{inside}/app/src/a.xml: leads out of {inside} by a symbolic link; nothing was written"
    assert snapshot(tmp_path) == before


def test_a_link_that_stays_inside(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "app").symlink_to("real")
    outputs.write_all([artifact("app/a.xml")], tmp_path)
    assert (tmp_path / "real/a.xml").read_bytes() == b"new\n"
    assert (tmp_path / "app").is_symlink()


def test_one_output_inside_another(tmp_path: Path) -> None:
    message = refused(tmp_path, artifact("a.xml"), artifact("a.xml/Pins.kt"))
    assert message.endswith("; nothing was written")


def test_a_read_only_directory(elsewhere: Path) -> None:
    folder(elsewhere / "open")
    (folder(elsewhere / "closed") / "a.xml").write_bytes(b"old\n")
    (elsewhere / "closed").chmod(0o555)
    with unprivileged():
        message = refused(elsewhere, artifact("open/new/b.xml"), artifact("open/c"), artifact("closed/a.xml"))
    assert message == f"{elsewhere}/closed/a.xml: Permission denied; nothing was written", "no temporary name"


def test_a_directory_that_cannot_be_made(elsewhere: Path) -> None:
    folder(elsewhere / "closed", 0o555)
    with unprivileged():
        message = refused(elsewhere, artifact("new/b.xml"), artifact("closed/new/a.xml"))
    assert message == f"{elsewhere}/closed/new: Permission denied; nothing was written"


def test_a_directory_that_cannot_be_searched(elsewhere: Path) -> None:
    folder(elsewhere / "closed", 0o000)
    with unprivileged():
        with pytest.raises(OutputError, match=r"closed/a\.xml: Permission denied$"):
            outputs.stale([artifact("closed/a.xml")], elsewhere)
        with pytest.raises(OutputError, match=r"Permission denied; nothing was written$"):
            outputs.write_all([artifact("new/b.xml"), artifact("closed/a.xml")], elsewhere)
    assert [path.name for path in elsewhere.iterdir()] == ["closed"]


def test_a_file_that_cannot_be_read(elsewhere: Path) -> None:
    (elsewhere / "a.xml").write_bytes(b"old\n")
    (elsewhere / "a.xml").chmod(0o000)
    with unprivileged(), pytest.raises(OutputError, match=r"a\.xml: Permission denied$"):
        outputs.stale([artifact("a.xml")], elsewhere)


def test_a_name_too_long(tmp_path: Path) -> None:
    for path in ("x" * 300, f"{'y' * 300}/a.xml"):
        assert refused(tmp_path, artifact("new/b.xml"), artifact(path)).endswith(
            "File name too long; nothing was written"
        )


# -- failures of the machine -----------------------------------------------------------------------


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.xml").write_bytes(b"old\n")
    synced = []

    def fsync(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    message = refused(tmp_path, artifact("a.xml"), artifact("new/b.xml"), artifact("c.xml"))
    assert message.endswith("No space left on device; nothing was written")


def test_a_directory_in_the_middle_that_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one above it was made already, and goes again."""
    make = Path.mkdir

    def mkdir(path: Path) -> None:
        if path.name == "three":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        make(path)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    assert "No space left on device" in refused(tmp_path, artifact("a"), artifact("one/two/three/a.xml"))


@pytest.mark.parametrize("last", [1, 2, 3])
def test_a_move_that_fails_undoes_those_before_it(
    last: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.xml").write_bytes(b"old\n")
    (tmp_path / "a.xml").chmod(0o640)
    replace, moved = Path.replace, []

    def failing(path: Path, target: Path) -> Path:
        moved.append(target.name)
        if len(moved) == last:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path), None, str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", failing)
    made = [artifact("a.xml"), artifact("new/b.xml"), artifact("c.xml")]
    with pytest.raises(OutputError, match=r"Input/output error; nothing was written$") as raised:
        outputs.write_all(made, tmp_path)
    assert moved == ["a.xml", "b.xml", "c.xml"][:last]
    assert str(raised.value).startswith(f"{tmp_path}/{made[last - 1].path}: ")
    assert [path.name for path in tmp_path.iterdir()] == ["a.xml"]
    assert (tmp_path / "a.xml").read_bytes() == b"old\n"
    assert (tmp_path / "a.xml").stat().st_mode & 0o777 == 0o640


def test_an_interruption_leaves_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(KeyboardInterrupt):
        outputs.write_all([artifact("new/a.xml")], tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("last", [1, 2, 3])
def test_an_interruption_while_files_are_moved_undoes_those_before_it(
    last: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.xml").write_bytes(b"old\n")
    replace, moved = Path.replace, []

    def interrupted(path: Path, target: Path) -> Path:
        moved.append(target.name)
        if len(moved) == last:
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        outputs.write_all([artifact("a.xml"), artifact("new/b.xml"), artifact("c.xml")], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.xml"]
    assert (tmp_path / "a.xml").read_bytes() == b"old\n"


def test_what_a_killed_run_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    left = [".a.xml.abcd1234.pincompiler", ".a.xml.x.pincompiler"]
    kept = [".a.xml.swp", ".b.xml.abcd1234.pincompiler", "a.xml.abcd1234.pincompiler"]
    for name in (*left, *kept, ".a.xml.atwork12.pincompiler"):
        (tmp_path / name).write_bytes(b"x")
    os.mkfifo(tmp_path / ".a.xml.pipe5678.pincompiler")
    with (tmp_path / ".a.xml.atwork12.pincompiler").open("rb") as another_run:
        fcntl.flock(another_run, fcntl.LOCK_EX)
        outputs.write_all([artifact("a.xml")], tmp_path)
    names = {*kept, "a.xml", ".a.xml.atwork12.pincompiler", ".a.xml.pipe5678.pincompiler"}
    assert {one.name for one in tmp_path.iterdir()} == names


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_killed_leaves_nothing_that_the_next_does_not_mend(
    how: signal.Signals, tmp_path: Path
) -> None:
    """Killed when the first temporary file is there, or a little later: whole files, old or new, and no litter."""
    kill_runs(tmp_path, how, 6, random.Random(7))  # noqa: S311


def kill_runs(root: Path, how: signal.Signals, times: int, chance: random.Random) -> None:
    """Kill compile at the moment when it writes, again and again; PINS is what it writes into five places."""
    whole = {n: compiled(root, PINS.replace("NAME", f"n{n}")) for n in (0, 1)}
    assert all(whole[0][name] != whole[1][name] for name in whole[0])
    for number in range(times):
        compiled(root, PINS.replace("NAME", f"n{number % 2}"))
        (root / "pins.toml").write_text(PINS.replace("NAME", f"n{1 - number % 2}"), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "pincompiler", "compile"],
            cwd=root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None and not list(root.rglob("*.pincompiler")):
            pass
        time.sleep(chance.random() / 50)
        process.send_signal(how)
        process.wait()
        for name, content in outputs_of(root).items():
            assert content in (whole[0][name], whole[1][name])
        assert outputs_of(root).keys() == whole[0].keys()
        mixed = outputs_of(root) != whole[1 - number % 2]
        assert run("compile", "--check", cwd=root).code == (1 if mixed else 0)
        assert run("compile", cwd=root).code == 0
        assert outputs_of(root) == whole[1 - number % 2]
        assert not list(root.rglob("*.pincompiler"))


PINS = f"""\
{SOUND.replace("h.example.com", "NAME.example.com")}
[target.nsc]
path = "a/nsc.xml"
[target.okhttp-kotlin]
path = "b/Pins.kt"
package = "a"
[target.okhttp-java]
path = "b/Pins.java"
package = "a"
[target.ats]
path = "Info.plist"
[target.trustkit-swift]
path = "Pins.swift"
"""


def compiled(root: Path, text: str) -> dict[str, bytes]:
    """What compile makes of a pins.toml."""
    (root / "pins.toml").write_text(text, encoding="utf-8")
    ran = run("compile", cwd=root)
    assert ran.code == 0, ran.stdout + ran.stderr
    return outputs_of(root)


def outputs_of(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.suffix in (".xml", ".kt", ".java", ".plist", ".swift")
    }


# -- the same through the command ------------------------------------------------------------------

TARGETS = f"""\
{SOUND}
[target.nsc]
path = "new/nsc.xml"
[target.okhttp-kotlin]
path = "app/Pins.kt"
package = "a"
"""


def compile_refused(root: Path) -> str:
    (root / "pins.toml").write_text(TARGETS, encoding="utf-8")
    before = snapshot(root)
    run("--version", cwd=root)
    # The tests' own directory may be one that only its owner can return to.
    with contextlib.chdir(root), unprivileged():
        ran = run("compile", cwd=root)
    assert snapshot(root) == before
    assert ran.code in (1, 2)
    assert ran.code == 1 or ran.stdout == ""
    return ran.stdout + ran.stderr


def _loaded(root: Path) -> None:
    """Everything imported, while the interpreter's own files can still be read."""
    (root / "pins.toml").write_text(TARGETS, encoding="utf-8")
    run("compile", "-t", "nsc", "-o", "-", cwd=root)
    run("compile", "--check", cwd=root)


def test_compile_into_a_read_only_directory(elsewhere: Path) -> None:
    _loaded(elsewhere)
    folder(elsewhere / "app", 0o555)
    assert compile_refused(elsewhere) == (
        "pincompiler: error: app/Pins.kt: Permission denied; nothing was written\n"
    )


def test_compile_into_a_directory_that_cannot_be_searched(elsewhere: Path) -> None:
    _loaded(elsewhere)
    folder(elsewhere / "app", 0o000)
    assert "app/Pins.kt: Permission denied" in compile_refused(elsewhere)


def test_compile_onto_a_link(elsewhere: Path) -> None:
    folder(elsewhere / "app")
    (elsewhere / "mine.kt").write_text("// Generated by pincompiler from x. Do not edit.\n", encoding="utf-8")
    (elsewhere / "app/Pins.kt").symlink_to("../mine.kt")
    _loaded(elsewhere)
    assert compile_refused(elsewhere) == (
        "pincompiler: error: app/Pins.kt: is a symbolic link; name the file it leads to; nothing was written\n"
    )


def test_compile_onto_a_link_out_of_the_project(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "app").mkdir(parents=True)
    (root / "app/Pins.kt").symlink_to(tmp_path / "elsewhere.kt")
    (root / "pins.toml").write_text(TARGETS, encoding="utf-8")
    before = snapshot(tmp_path)
    ran = run("compile", cwd=root)
    assert ran.code == 1
    assert '"app/Pins.kt" leads out of the project directory by a link [escaping-path]' in ran.stdout
    assert snapshot(tmp_path) == before


def test_two_names_of_one_file(tmp_path: Path) -> None:
    """By a link inside the project: the second target would overwrite the first."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    text = f'{SOUND}[target.nsc]\npath = "real/a.xml"\n[target.trustkit-android]\npath = "link/a.xml"\n'
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    ran = run("compile", cwd=tmp_path)
    assert ran.code == 1
    assert "[conflicting-output]" in ran.stdout
    assert list((tmp_path / "real").iterdir()) == []


def test_an_output_that_is_an_input(tmp_path: Path) -> None:
    """Compiling must not overwrite the pins file itself or a key, whatever --force says."""
    for name in ("nsc.xml", "./nsc.xml"):
        text = f'{SOUND}[target.nsc]\npath = "{name}"\n'
        (tmp_path / "nsc.xml").write_text(text, encoding="utf-8")
        (tmp_path / "pins.toml").unlink(missing_ok=True)
        ran = run("compile", "--force", "nsc.xml", cwd=tmp_path)
        assert ran.code in (1, 2)
        assert (tmp_path / "nsc.xml").read_text(encoding="utf-8") == text
