"""androguard, asked in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from pincompiler.base.errors import InputError

_LARGEST: Final = 512 << 20
"""Bytes of one file: androguard holds an archive in memory several times over."""
_SECONDS: Final = 60
"""Its modules take 2 s to load; a build machine may have ten other things to do."""
_SECONDS_PER_MB: Final = 15
"""Measured: 2 s per MB of DEX on one free core."""
MEMORY: Final = 1 << 30
MEMORY_PER_BYTE: Final = 300
"""Measured: 85 bytes per byte of DEX."""


class AndroguardError(InputError):
    """androguard could not read a file, or not within its bounds."""


class Question(StrEnum):
    """What the process is asked."""

    DEX = "dex"
    APK = "apk"


def ask(question: Question, data: bytes) -> Any:
    """What androguard makes of a file, in the words of :mod:`.code` or :mod:`.container`."""
    if len(data) > _LARGEST:
        raise AndroguardError(f"it has more than {_LARGEST >> 20} MB")
    seconds = _SECONDS + _SECONDS_PER_MB * (len(data) >> 20)
    # The same modules as here, and none that happen to lie in the working directory.
    command = [sys.executable, "-P", "-m", "pincompiler.android.androguard.worker", question]
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    try:
        done = subprocess.run(  # noqa: S603 - no word of the command is from the file
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what it prints has no bound
            timeout=seconds,
            check=False,
            env={**os.environ, "PYTHONPATH": path},
        )
    except subprocess.TimeoutExpired as error:
        raise AndroguardError(f"it takes androguard more than {seconds} seconds") from error
    except OSError as error:
        raise AndroguardError(f"androguard cannot be started: {error.strerror}") from error
    if done.returncode:
        raise AndroguardError(f"androguard's process ended with status {done.returncode}")
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise AndroguardError(ascii(answer["error"])[1:-1])
    return answer
