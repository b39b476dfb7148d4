"""One pins.toml, every platform's certificate pinning, provably the same.

As a library::

    load(path, today)                what a pins.toml says, judged: its findings, its policy, each target
    compile(checked)                 the files that it compiles to, as bytes; nothing is written
    audit_app(path, today, pins)     what a shipped app enforces, as a Subject

Each loads what it needs when it is first asked for.  They raise :class:`InputError` when a file cannot be
read; what is wrong in one is a :class:`Finding` of the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from pincompiler.compiler import Artifact as Artifact
    from pincompiler.compiler import Checked as Checked
    from pincompiler.errors import InputError as InputError
    from pincompiler.finding import Finding as Finding
    from pincompiler.finding import Level as Level
    from pincompiler.library import audit_app as audit_app
    from pincompiler.library import compile as compile  # noqa: A004 - what it is called everywhere else
    from pincompiler.library import load as load
    from pincompiler.subject import Subject as Subject
    from pincompiler.verdicts import HostVerdict as HostVerdict
    from pincompiler.verdicts import Verdict as Verdict

_HOMES = {
    "Artifact": "compiler",
    "Checked": "compiler",
    "Finding": "finding",
    "HostVerdict": "verdicts",
    "InputError": "errors",
    "Level": "finding",
    "Subject": "subject",
    "Verdict": "verdicts",
    "audit_app": "library",
    "compile": "library",
    "load": "library",
}


def __getattr__(name: str) -> object:
    """A name of the library, from the module that has it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pincompiler' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"pincompiler.{_HOMES[name]}"), name)
