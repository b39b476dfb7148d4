"""androguard, asked in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

from pincompiler.base.bounds import ANDROGUARD_BYTES, ANDROGUARD_SECONDS, ANDROGUARD_SECONDS_A_MB
from pincompiler.base.errors import InputError


class AndroguardError(InputError):
    """androguard could not read a file, or not within its bounds."""


class Question(StrEnum):
    """What the process is asked."""

    DEX = "dex"
    APK = "apk"


def ask(question: Question, data: bytes) -> Any:
    """What androguard makes of a file, in the words of :mod:`.code` or :mod:`.container`."""
    if len(data) > ANDROGUARD_BYTES.limit:
        raise AndroguardError(f"it has more than {ANDROGUARD_BYTES}")
    seconds = ANDROGUARD_SECONDS.limit + ANDROGUARD_SECONDS_A_MB.limit * (len(data) >> 20)
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
