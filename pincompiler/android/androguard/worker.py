"""The process that runs androguard: a file on standard input, what it holds as JSON on standard output."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from pincompiler.android.androguard.process import Question
from pincompiler.base.bounds import ANDROGUARD_MEMORY, ANDROGUARD_MEMORY_A_BYTE, SHOWN_LONG


def main() -> None:
    """Answer one question."""
    data = sys.stdin.buffer.read()
    # androguard prints here and there: only the answer may reach the pipe.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        _limit(ANDROGUARD_MEMORY.limit + ANDROGUARD_MEMORY_A_BYTE.limit * len(data))
        json.dump(_answer(Question(sys.argv[1]), data), out)


def _answer(question: Question, data: bytes) -> Any:
    from androguard.util import logger

    logger.disable("androguard")
    try:
        if question is Question.DEX:
            from pincompiler.android.androguard.code import read_dex

            return read_dex(data)
        from pincompiler.android.androguard.container import read_apk

        return read_apk(data)
    except Exception as error:  # noqa: BLE001 - androguard raises all kinds of things for a malformed file
        return {"error": f"{type(error).__name__}: {error}".removesuffix(": ")[: SHOWN_LONG.limit]}


def _limit(memory: int) -> None:
    """Bound the memory of this process where the system can; elsewhere time alone is bounded."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or hard > memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, hard))


if __name__ == "__main__":
    main()
