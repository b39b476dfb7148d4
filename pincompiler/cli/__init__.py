"""The commands: parse, call, print, exit.  One module a command, which is loaded when it is asked for."""

import atexit
import gc


def main() -> None:
    """Run the program that the command line asks for."""
    # A short life of large trees without cycles: looking for cycles costs a fifth of the time.
    gc.disable()
    # Nor is there anything to look for at the end of it.
    atexit.register(gc.freeze)
    from pincompiler.base.quiet import silence
    from pincompiler.cli.program import run

    silence()
    run()
