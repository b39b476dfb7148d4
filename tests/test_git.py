"""git is asked for objects only: whatever a repository configures, nothing of it is run."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pincompiler.base import git
from pincompiler.base.bounds import GIT_BYTES, GIT_SECONDS
from pincompiler.base.errors import InputError
from pincompiler.workflows.read_release import read_release
from tests.bounding import bounded
from tests.strategies import TODAY
from tests.test_cli import run
from tests.test_plan import pins, release

ABSENT = "1" * 40
GIT = shutil.which("git") or "git"


def do(repository: Path, *command: str) -> None:
    """What a developer does in a repository."""
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(
        ["git", *identity, *command],
        cwd=repository,
        env={"PATH": os.environ["PATH"], "HOME": str(repository.parent)},
        input=b"protocol=https\nhost=h.invalid\n\n",
        check=False,
        capture_output=True,
        timeout=60,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    made = tmp_path / "repository"
    made.mkdir()
    (made / "a.txt").write_text("old\n")
    do(made, "init", "-q")
    do(made, "add", ".")
    do(made, "commit", "-qm", "1")
    do(made, "tag", "v1")
    (made / "a.txt").write_text("new\n")
    do(made, "commit", "-qam", "2")
    return made


def blob(name: str, directory: Path) -> bytes:
    content = io.BytesIO()
    git.copy_blob(name, directory, content)
    return content.getvalue()


# -- what a repository names to be run ---------------------------------------------------------------

PROMISOR = '[extensions]\npartialClone = o\n[remote "o"]\npromisor = true\nurl = {url}\n'
FETCH = ("cat-file", "blob", f"{ABSENT}:a.txt")
# The configuration, with RUN for the command; and what starts it in a git that nobody holds back.
PLANTED = {
    "fsmonitor": ("[core]\nfsmonitor = RUN\n", ("status",)),
    "hooks path": ("[core]\nhooksPath = HOOKS\n", ("commit", "--allow-empty", "-m", "3")),
    "credentials": ('[credential]\nhelper = "!RUN"\n', ("credential", "fill")),
    "external diff": ("[diff]\nexternal = RUN\n", ("diff", "v1")),
    "text for diffs": ('[diff "x"]\ntextconv = RUN\n', ("diff", "v1")),
    "filter": ('[filter "x"]\nsmudge = RUN\nclean = RUN\n', ("cat-file", "--filters", "v1:a.txt")),
    "alias": ('[alias]\nx = "!RUN"\n', ("x",)),
    "editor": ("[core]\neditor = RUN\n", ("commit", "--allow-empty")),
    "partial clone": (PROMISOR.format(url=".") + 'uploadpack = "RUN"\n', FETCH),
    "partial clone by ext": (
        PROMISOR.format(url='"ext::RUN"') + '[protocol "ext"]\nallow = always\n',
        FETCH,
    ),
    "partial clone by ssh": (PROMISOR.format(url="ssh://h.invalid/x") + "[core]\nsshCommand = RUN\n", FETCH),
    "partial clone by proxy": (PROMISOR.format(url="git://h.invalid/x") + "[core]\ngitProxy = RUN\n", FETCH),
}


def plant(repository: Path, text: str) -> Path:
    """Put it into the configuration of a repository; the file that is there once the command has run."""
    ran = repository.parent / "RAN"
    command = repository.parent / "command"
    command.write_text(f"#!/bin/sh\ntouch {ran}\n")
    command.chmod(0o755)
    hooks = repository.parent / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "pre-commit", "read-object", "post-checkout"):
        shutil.copy(command, hooks / name)
    (repository / ".git" / "info" / "attributes").write_text("*.txt diff=x filter=x\n")
    with (repository / ".git" / "config").open("a") as config:
        config.write(text.replace("RUN", str(command)).replace("HOOKS", str(hooks)))
    return ran


@pytest.mark.parametrize("name", PLANTED)
def test_nothing_that_a_repository_names_is_run(name: str, repository: Path) -> None:
    text, starts = PLANTED[name]
    ran = plant(repository, text)
    assert blob("v1:a.txt", repository) == b"old\n"
    with pytest.raises(InputError):
        blob(f"{ABSENT}:a.txt", repository)
    assert not ran.exists()
    do(repository, *starts)
    assert ran.exists(), "it was not planted where git finds it"


@pytest.mark.parametrize("way", ["include.path", "config.worktree"])
def test_nor_what_its_configuration_leads_to(way: str, repository: Path) -> None:
    ran = plant(repository, "[extensions]\nworktreeConfig = true\n[core]\nrepositoryformatversion = 1\n")
    other = repository / ".git" / ("config.worktree" if way == "config.worktree" else "other")
    other.write_text(PROMISOR.format(url=".") + f'uploadpack = "{repository.parent / "command"}"\n')
    if way == "include.path":
        do(repository, "config", "include.path", "other")
    with pytest.raises(InputError):
        blob(f"{ABSENT}:a.txt", repository)
    assert not ran.exists()
    do(repository, *FETCH)
    assert ran.exists()


def embedded(repository: Path) -> tuple[Path, Path]:
    """A folder that a clone brings along and that is a bare repository; and what is there once it was obeyed."""
    ran, folder = repository.parent / "RAN", repository / "mobile"
    (folder / "refs").mkdir(parents=True)
    (folder / "objects").mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    command = PROMISOR.format(url=".") + f'uploadpack = "touch {ran}; git-upload-pack"\n'
    (folder / "config").write_text(f"[core]\nrepositoryformatversion = 1\nbare = true\n{command}")
    return folder, ran


def test_a_folder_of_a_clone_is_no_repository(repository: Path) -> None:
    folder, ran = embedded(repository)
    text = pins("a", "b") + release("4.1", "2026-03-01", file=f"git:{ABSENT}:pins.toml")
    (folder / "pins.toml").write_text(text)
    found = run("plan", "--no-cache", "--today", str(TODAY), "mobile/pins.toml", cwd=repository)
    assert found.code == 2
    assert "git says: cannot use bare repository" in found.stdout
    assert not ran.exists()
    do(folder, *FETCH)
    assert ran.exists()


def stand_in(folder: Path, script: str) -> str:
    """A PATH on which git is a script."""
    folder.mkdir()
    (folder / "git").write_text(f"#!{sys.executable}\nimport os, sys\n{script}")
    (folder / "git").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def test_a_git_from_before_these_settings_runs_nothing_either(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, ran = embedded(repository)
    old = f"""
words = [word for word in sys.argv[1:]]
at = words.index("safe.bareRepository=explicit")
del words[at - 1 : at + 1]
del os.environ["GIT_NO_LAZY_FETCH"]
os.execv({GIT!r}, ["git", *words])
"""
    monkeypatch.setenv("PATH", stand_in(tmp_path / "bin", old))
    with pytest.raises(InputError, match="nothing is fetched here"):
        blob(f"{ABSENT}:pins.toml", folder)
    assert not ran.exists()


def test_git_is_not_taken_from_the_working_directory(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "RAN"
    stand_in(tmp_path / "clone", f"open({str(ran)!r}, 'w')\n")
    monkeypatch.chdir(tmp_path / "clone")
    for entry in ("", ".", "../clone"):
        monkeypatch.setenv("PATH", os.pathsep.join((entry, str(Path(GIT).parent))))
        assert blob("v1:a.txt", repository) == b"old\n"
    monkeypatch.setenv("PATH", ".")
    with pytest.raises(InputError, match="git cannot be run"):
        blob("v1:a.txt", repository)
    assert not ran.exists()


# -- which repository it is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variables",
    [
        {"GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/index", "GIT_PREFIX": ""},
        {"GIT_DIR": "{other}/.git", "GIT_WORK_TREE": "{other}"},
        {"GIT_OBJECT_DIRECTORY": "{other}/.git/objects"},
        {"GIT_COMMON_DIR": "{other}/.git"},
        {"GIT_NAMESPACE": "x", "GIT_TRACE": "1", "GIT_CONFIG_PARAMETERS": "'core.bare'='true'"},
    ],
)
def test_it_is_the_one_that_the_directory_is_in(
    variables: dict[str, str], repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hooks have these of git itself, for the repository that is being committed to."""
    (tmp_path / "other").mkdir()
    do(tmp_path / "other", "init", "-q")
    (repository / "inner").mkdir()
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(other=tmp_path / "other"))
    assert blob("v1:a.txt", repository / "inner") == b"old\n"


def test_a_linked_worktree_and_a_submodule_have_a_git_file(repository: Path, tmp_path: Path) -> None:
    do(repository, "worktree", "add", "-q", str(tmp_path / "tree"), "v1")
    assert (tmp_path / "tree" / ".git").is_file()
    assert blob("HEAD:./a.txt", tmp_path / "tree") == b"old\n"
    do(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repository), "sub")
    assert (repository / "sub" / ".git").is_file()
    assert blob("HEAD:a.txt", repository / "sub") == b"new\n"


def test_what_a_revision_holds_is_not_replaced(repository: Path) -> None:
    do(repository, "replace", "v1:a.txt", "HEAD:a.txt")
    assert blob("v1:a.txt", repository) == b"old\n"


# -- what is said when it cannot be had --------------------------------------------------------------


def error(text: str, repository: Path) -> str:
    return read_release(text, TODAY, None, repository).error


def test_the_reason_is_that_of_git(repository: Path, tmp_path: Path) -> None:
    assert error("git:v1:b.txt", repository) == "git says: path 'b.txt' does not exist in 'v1'"
    assert error("git:v9:a.txt", repository) == "git says: invalid object name 'v9'."
    assert error("git:v1:a.txt", tmp_path).startswith("git says: not a git repository")


def test_a_repository_of_another_owner_is_refused_in_words_that_help(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """git's own switch for its tests stands in for another owner."""
    script = (
        f"os.environ['GIT_TEST_ASSUME_DIFFERENT_OWNER'] = '1'\nos.execv({GIT!r}, ['git', *sys.argv[1:]])\n"
    )
    monkeypatch.setenv("PATH", stand_in(tmp_path / "bin", script))
    said = error("git:v1:a.txt", repository)
    assert said.startswith(f"git says: detected dubious ownership in repository at '{repository}'")
    assert "safe.directory" in said
    for name, value in (("COUNT", "1"), ("KEY_0", "safe.directory"), ("VALUE_0", str(repository))):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    assert blob("v1:a.txt", repository) == b"old\n"


@pytest.mark.parametrize("kept", ["blob:none", "tree:0"])
def test_a_partial_clone_is_not_completed(kept: str, repository: Path, tmp_path: Path) -> None:
    do(repository, "config", "uploadpack.allowFilter", "true")
    do(tmp_path, "clone", "-q", f"--filter={kept}", f"file://{repository}", "clone")
    assert "git show v1:a.txt fetches it" in error("git:v1:a.txt", tmp_path / "clone")
    do(tmp_path / "clone", "show", "v1:a.txt")
    assert blob("v1:a.txt", tmp_path / "clone") == b"old\n"


def test_the_keys_of_a_partial_clone_are_not_taken_for_missing(repository: Path, tmp_path: Path) -> None:
    text = pins("a", "b").replace("[keys.c]\n", '[keys.file]\nfile = "certs/a.pem"\n[keys.c]\n')
    (repository / "certs").mkdir()
    (repository / "certs" / "a.pem").write_text("x")
    (repository / "pins.toml").write_text(text)
    do(repository, "add", ".")
    do(repository, "commit", "-qm", "3")
    do(repository, "config", "uploadpack.allowFilter", "true")
    do(tmp_path, "clone", "-qn", "--filter=blob:none", f"file://{repository}", "clone")
    do(tmp_path / "clone", "cat-file", "blob", "HEAD:pins.toml")
    assert error("git:HEAD:pins.toml", tmp_path / "clone").startswith("certs/a.pem: the clone is partial")


def test_git_that_never_ends_is_ended(repository: Path) -> None:
    (repository / ".git" / "HEAD").unlink()
    os.mkfifo(repository / ".git" / "HEAD")
    with bounded(GIT_SECONDS, 0.5):
        assert error("git:v1:a.txt", repository) == "git takes more than 0.5 seconds"


def test_a_file_without_end_is_refused(repository: Path) -> None:
    with bounded(GIT_BYTES, 3):
        assert error("git:v1:a.txt", repository) == "the file has more than 3 bytes"
    with bounded(GIT_BYTES, 4):
        assert blob("v1:a.txt", repository) == b"old\n"


@pytest.mark.parametrize(
    "text",
    ["git:v1:", "git::a.txt", "git:-v1:a.txt", "git:v1:a\0.txt", "git:v1:..", "git:v1:a\n.txt", "git:v1:."],
)
def test_names_that_no_file_can_have(text: str, repository: Path) -> None:
    assert error(text, repository).endswith("write git:REV:PATH, such as git:v4.2:pins.toml")


def test_a_name_longer_than_file_systems_take(repository: Path) -> None:
    """git has it; Linux does not."""
    name = "n" * 300
    tree = (
        subprocess.run(
            ["git", "mktree"],
            input=b"100644 blob " + blob_id(repository) + f"\t{name}\n".encode(),
            cwd=repository,
            capture_output=True,
            check=True,
        )
        .stdout.decode()
        .strip()
    )
    assert "no file can be made of it: File name too long" in error(f"git:{tree}:{name}", repository)


def blob_id(repository: Path) -> bytes:
    done = subprocess.run(["git", "rev-parse", "v1:a.txt"], cwd=repository, capture_output=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("name", ["pins.toml/a.pem", "../a.pem", "a\\u0000b", "/etc/hostname", "x" * 5000])
def test_keys_that_no_file_beside_pins_toml_can_have(name: str, repository: Path) -> None:
    (repository / "pins.toml").write_text(pins("a", "b") + f'[keys.file]\nfile = "{name}"\n')
    do(repository, "add", ".")
    do(repository, "commit", "-qm", "3")
    assert ("no file can be made" if name.startswith("pins.toml/") else "has errors") in error(
        "git:HEAD:pins.toml", repository
    )
