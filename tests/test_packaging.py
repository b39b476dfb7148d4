"""The wheel, built and installed as users get it: all it needs is inside, and it does the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from pincompiler._version import __version__
from pincompiler.reports.schemas import NAMES
from tests.test_cli import OUTPUTS, ROOT, SAMPLES, TODAY

TEMPLATES = {path.name for path in (ROOT / "templates").iterdir()}


@dataclass(frozen=True)
class Installed:
    """A wheel, and a virtual environment that has it."""

    wheel: Path
    home: Path

    def run(self, program: str, *arguments: str, cwd: Path) -> str:
        """Standard output of a program of the environment; nothing of this process shows through."""
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COVERAGE"))
        }
        done = subprocess.run(
            [self.home / "bin" / program, *arguments],
            cwd=cwd,
            env=clean,
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    root = tmp_path_factory.mktemp("packaging")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", root / "dist", ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = (root / "dist").iterdir()
    home = root / "venv"
    venv.create(home, symlinks=True)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", home / "bin/python", "--disable-pip-version-check"),
            *("install", "--quiet", "--no-deps", "--no-index", wheel),
        ],
        check=True,
        capture_output=True,
    )
    # The dependencies are this environment's.  Paths named in a .pth file have their own .pth files
    # ignored, so this checkout, which is installed here as editable, does not come along.
    (site,) = home.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return Installed(wheel, home)


@pytest.mark.slow
def test_the_wheel_has_what_is_needed_and_no_more(installed: Installed) -> None:
    names = set(ZipFile(installed.wheel).namelist())
    assert {f"pincompiler/templates/{name}" for name in TEMPLATES} <= names
    assert {
        "pincompiler/platforms/trustkit-unknown-tlds.txt",
        "pincompiler/platforms/trustkit-android-unknown-tlds.txt",
        "pincompiler/roots/roots.json",
        "pincompiler/rules/reference-names.toml",
        *(f"pincompiler/schemas/{name}.schema.json" for name in NAMES),
        "pincompiler/shipped/android/libraries.toml",
        f"pincompiler-{__version__}.dist-info/entry_points.txt",
        f"pincompiler-{__version__}.dist-info/licenses/LICENSE",
    } <= names
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "pincompiler").rglob("*.py")}
    assert sources <= names
    assert {name.partition("/")[0] for name in names} == {
        "pincompiler",
        f"pincompiler-{__version__}.dist-info",
    }
    assert {Path(name).suffix for name in names} <= {
        *(".py", ".j2", ".css", ".js", ".txt", ".toml", ".typed", "", ".md", ".json"),
    }


@pytest.mark.slow
def test_what_runs_is_what_was_installed(installed: Installed, tmp_path: Path) -> None:
    where = installed.run("python", "-c", "import pincompiler; print(pincompiler.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.home)
    for program in (("pincompiler",), ("python", "-m", "pincompiler")):
        assert installed.run(*program, "--version", cwd=tmp_path) == f"pincompiler {__version__}\n"


@pytest.mark.slow
def test_compiling_the_samples_from_an_empty_directory(installed: Installed, tmp_path: Path) -> None:
    shop, empty = tmp_path / "shop", tmp_path / "empty"
    empty.mkdir()
    for name in ("pins.toml", "certs", "android/nsc-base.xml", "ios/Shop/Info.plist"):
        (shop / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (SAMPLES / name).is_dir() else shutil.copy
        copy(SAMPLES / name, shop / name)
    pins = str(shop / "pins.toml")
    installed.run("pincompiler", "compile", "--today", TODAY, "-o", ".", pins, cwd=empty)
    written = {str(path.relative_to(empty)): path for path in empty.rglob("*") if path.is_file()}
    assert sorted(written) == sorted(OUTPUTS)
    for name, path in written.items():
        # Only the header differs: there a bare name would be another file.
        content = path.read_text("utf-8").replace("from shop/pins.toml.", "from pins.toml.")
        assert content == (SAMPLES / name).read_text("utf-8"), name


@pytest.mark.slow
def test_init_has_its_template(installed: Installed, tmp_path: Path) -> None:
    text = installed.run("pincompiler", "init", "api.example.com", "-o", "-", cwd=tmp_path)
    assert 'hosts = ["api.example.com"]\n' in text


@pytest.mark.slow
def test_every_module_can_be_imported(installed: Installed, tmp_path: Path) -> None:
    """With the dependencies that are declared: none is there for the tests only."""
    modules = sorted(
        str(path.relative_to(ROOT).with_suffix("")).replace("/", ".").removesuffix(".__init__")
        for path in (ROOT / "pincompiler").rglob("*.py")
        if path.name != "__main__.py"
    )
    test_only = "pytest", "hypothesis", "certifi", "coverage", "tree_sitter", "hatchling", "mypy"
    program = (
        f"import importlib, sys; [importlib.import_module(name) for name in {modules!r}];"
        f" print(sorted(set(sys.modules) & set({test_only!r})))"
    )
    assert installed.run("python", "-c", program, cwd=tmp_path) == "[]\n"
