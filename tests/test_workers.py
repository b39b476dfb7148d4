"""Processes that die, hang or are interrupted cost what they were doing, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from multiprocessing import get_all_start_methods
from pathlib import Path
from typing import Any

import pytest

from pincompiler.base.workers import Allowance, Died, Split, supervised

ENDS = {
    "exit": "ended with status 3",
    "kill": "was ended by SIGKILL, as the system does when memory runs out",
    "signal": "was ended by SIGTERM",
    "leave": "ended with status 4",
    "bug": "ended with status 1, as after the traceback of a bug",
}


def end(way: str) -> None:
    """End this process."""
    if way in ("kill", "signal"):
        os.kill(os.getpid(), signal.SIGKILL if way == "kill" else signal.SIGTERM)
    elif way == "exit":
        os._exit(3)
    elif way == "leave":
        sys.exit(4)
    raise ZeroDivisionError


def work(task: Any) -> Any:
    """What the task says."""
    what, *given = task
    if what in ENDS:
        end(what)
    elif what == "split":
        return Split(tuple(given))
    elif what == "hang":
        Path(given[0]).write_text(str(os.getpid()))
        while True:
            pass
    elif what == "late":
        time.sleep(given[0])
    elif what == "eat":
        try:
            return len(bytes(given[0] << 20))
        except MemoryError:
            return "memory ran out"
    return os.getpid() if what == "pid" else given[-1]


def alive(pid: int) -> bool:
    """Whether a process runs, or is at least not known to have ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid: int) -> bool:
    """Whether a process ends before anybody would lose patience."""
    patience = time.monotonic() + 30
    while alive(pid) and time.monotonic() < patience:
        time.sleep(0.01)
    return not alive(pid)


def test_results_come_in_order_whatever_is_done_first() -> None:
    tasks = [("late", 0.2, "a"), ("now", "b"), ("late", 0.1, "c"), ("now", "d")]
    for jobs in (1, 2, 4, 9):
        assert list(supervised(work, tasks, jobs)) == ["a", "b", "c", "d"]
    assert list(supervised(work, [], 2)) == []


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("way", ENDS)
def test_a_process_that_dies_costs_its_task(way: str, jobs: int, capfd: pytest.CaptureFixture[str]) -> None:
    tasks = [("now", "a"), (way,), ("now", "b"), (way,), (way,), ("now", "c"), ("now", "d")]
    dead = Died((way,), ENDS[way])
    assert list(supervised(work, tasks, jobs)) == ["a", dead, "b", dead, dead, "c", "d"]
    assert capfd.readouterr().err.count("\nZeroDivisionError") == (3 if way == "bug" else 0)


def test_a_process_that_dies_idle_costs_nothing() -> None:
    with closing(supervised(work, [("pid",)] * 4, 1)) as results:
        pids = []
        for pid in results:
            pids.append(pid)
            os.kill(pid, signal.SIGKILL)
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert len(set(pids)) == 4


def test_a_task_can_turn_out_to_be_several() -> None:
    inner = ("split", ("now", "b"), ("exit",), ("split",), ("now", "c"))
    tasks = [("late", 0.1, "a"), inner, ("now", "d")]
    for jobs in (1, 3):
        assert list(supervised(work, tasks, jobs)) == ["a", "b", Died(("exit",), ENDS["exit"]), "c", "d"]


def test_results_larger_than_a_pipe_holds() -> None:
    large = ["x" * (1 << 22), "y" * (1 << 22), "z"]
    assert list(supervised(work, [("now", text) for text in large], 2)) == large


def test_closing_ends_what_hangs(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with closing(supervised(work, [("late", 0.5, "a"), ("hang", str(file))], 2)) as results:
        assert next(results) == "a"
        while not (file.is_file() and file.read_text()):
            time.sleep(0.01)
        assert alive(int(file.read_text()))
    assert not alive(int(file.read_text()))


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_task_that_takes_too_long_is_stopped(jobs: int, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    tasks = [("now", "a"), ("hang", str(file)), ("now", "b"), ("late", 0.1, "c")]
    dead = Died(tasks[1], "took more than 2 s and was stopped")
    assert list(supervised(work, tasks, jobs, Allowance(seconds=2))) == ["a", dead, "b", "c"]
    assert not alive(int(file.read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts a process's data")
def test_a_task_that_takes_too_much_memory_costs_itself() -> None:
    tasks = [("eat", 1), ("eat", 4_000), ("eat", 2)]
    found = list(supervised(work, tasks, 2, Allowance(megabytes=1_000)))
    assert found == [1 << 20, "memory ran out", 2 << 20]


HANGING = """
from tests.test_workers import supervised, work
list(supervised(work, [("hang", "one"), ("now", "a"), ("hang", "two")], 2))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("number", "group"), [("SIGINT", True), ("SIGINT", False), ("SIGKILL", False)])
def test_no_process_outlives_the_one_that_started_it(number: str, group: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """An interruption from the terminal reaches all processes, one by `kill` the first alone."""
    with subprocess.Popen(
        [sys.executable, "-c", HANGING],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Whoever runs the tests in the background has them ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as parent:
        files = [tmp_path / "one", tmp_path / "two"]
        while not all(file.is_file() and file.read_text() for file in files):
            assert parent.poll() is None
            time.sleep(0.01)
        (os.killpg if group else os.kill)(parent.pid, signal.Signals[number])
        assert parent.stderr
        said = parent.stderr.read().decode()
    assert all(gone(int(file.read_text())) for file in files)
    assert said.count("Traceback") == (1 if number == "SIGINT" else 0), "the workers have nothing to say"


@pytest.mark.slow
@pytest.mark.parametrize("way", sorted(set(get_all_start_methods()) - {"fork"}))
def test_no_module_of_the_working_directory_is_run(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """macOS spawns; Linux has a server that forks from Python 3.14 on: both begin with a program of their own."""
    hostile, program = tmp_path / "hostile", tmp_path / "bin" / "program.py"
    for name in ("multiprocessing", "pickle"):
        (hostile / name).mkdir(parents=True)
        (hostile / name / "__init__.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')", "utf-8")
    program.parent.mkdir()
    program.write_text(
        "import multiprocessing\n"
        "from pincompiler.base.workers import supervised\n"
        "from tests.test_workers import work\n"
        "if __name__ == '__main__':\n"
        f"    multiprocessing.set_start_method({way!r})\n"
        "    print(list(supervised(work, [('say', 1), ('say', 2)], 2)))\n",
        "utf-8",
    )
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    done = subprocess.run(
        [sys.executable, program],
        cwd=hostile,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not (tmp_path / "ran").exists()
    assert (done.returncode, done.stdout) == (0, "[1, 2]\n"), done.stderr
