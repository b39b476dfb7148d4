"""One pins.toml, every platform's certificate pinning, provably the same.

As a library::

    load(path, today)                what a pins.toml says, checked: its findings, its policy, each target
    compile(checked)                 the files that it compiles to, as bytes; nothing is written
    audit_app(path, today, pins)     what a shipped app enforces, as a Subject

These names, and the records that they return, are what is public; everything else may change from one version to
the next.  Each loads what it needs when it is first asked for.  They raise :class:`InputError` when a file cannot be
read; what is wrong in one is a :class:`Finding` of the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler._version import __version__ as __version__

if TYPE_CHECKING:
    from pincompiler.base.errors import InputError as InputError
    from pincompiler.base.finding import Finding as Finding
    from pincompiler.base.finding import Level as Level
    from pincompiler.verdicts.hosts import HostVerdict as HostVerdict
    from pincompiler.verdicts.hosts import Verdict as Verdict
    from pincompiler.verdicts.subject import Subject as Subject
    from pincompiler.workflows.compile import Artifact as Artifact
    from pincompiler.workflows.compile import Checked as Checked
    from pincompiler.workflows.library import audit_app as audit_app
    from pincompiler.workflows.library import compile as compile  # noqa: A004 - what it is called everywhere else
    from pincompiler.workflows.library import load as load

_HOMES = {
    "Artifact": "workflows.compile",
    "Checked": "workflows.compile",
    "Finding": "base.finding",
    "HostVerdict": "verdicts.hosts",
    "InputError": "base.errors",
    "Level": "base.finding",
    "Subject": "verdicts.subject",
    "Verdict": "verdicts.hosts",
    "audit_app": "workflows.library",
    "compile": "workflows.library",
    "load": "workflows.library",
}

__all__ = [*_HOMES]  # noqa: PLE0604 - what is public and where it lives is said once


def __getattr__(name: str) -> object:
    """A name of the library, from the module that has it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pincompiler' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"pincompiler.{_HOMES[name]}"), name)
