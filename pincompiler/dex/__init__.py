"""Reading Dalvik code: an index over DEX files, and the flow of constants through methods.

:class:`Dex` answers what one file contains and where it is used; :class:`Program` puts several files
together; :func:`arguments` says what a call passes.  :mod:`.values` has the kinds of answers.
"""

from pincompiler.dex import opcodes
from pincompiler.dex.format import DexError
from pincompiler.dex.index import Dex, Site
from pincompiler.dex.program import Program, arguments
from pincompiler.dex.strings import StringPattern, containing, exactly

__all__ = [
    "Dex",
    "DexError",
    "Program",
    "Site",
    "StringPattern",
    "arguments",
    "containing",
    "exactly",
    "opcodes",
]
