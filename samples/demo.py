"""`make demo`: compiles the sample projects, and real public CAs, and shows what came out."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import certifi

SAMPLES = Path(__file__).parent


def main() -> None:
    directory = Path(sys.argv[1])
    shutil.rmtree(directory, ignore_errors=True)
    shop, environments, public = (directory / name for name in ("shop", "environments", "public-cas"))
    shutil.copytree(SAMPLES, shop, ignore=shutil.ignore_patterns("environments"))
    shutil.copytree(SAMPLES / "environments", environments)
    # Nothing generated yet but the entries of the Info.plist, which stay beside the team's own.
    (shop / "ios" / "Shop" / "Pins.swift").unlink()
    for artifact in (shop / "android" / "app", shop / "android" / "legacy", shop / "android" / "trustkit"):
        shutil.rmtree(artifact, ignore_errors=True)
    for generated in ("xml", "raw", "Pins.kt", "Pins.swift"):
        for path in environments.rglob(generated):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (public / "certs").mkdir(parents=True)
    shutil.copy(certifi.where(), public / "certs" / "cacert.pem")
    shutil.copy(SAMPLES / "public-cas.toml", public / "pins.toml")
    for project in (shop, environments, public):
        for arguments in (
            ("check", "pins.toml"),
            ("compile", "pins.toml"),
            ("compile", "--check", "pins.toml"),
        ):
            run(project, *arguments)
    run(environments, "explain", "--host", "api.staging.example.com", "-e", "staging")
    run(public, "explain", "--host", "letsencrypt.org")


def run(project: Path, *arguments: str) -> None:
    print(f"\n{project}$ pincompiler {' '.join(arguments)}", flush=True)
    subprocess.run([sys.executable, "-m", "pincompiler", *arguments], cwd=project, check=True)


if __name__ == "__main__":
    main()
