"""The commands: parse, call, print, exit.  One module a command, which is loaded when it is asked for."""

from pincompiler.cli.program import app, main

__all__ = ["app", "main"]
