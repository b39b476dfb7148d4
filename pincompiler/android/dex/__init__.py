"""Reading Dalvik code: :class:`Dex` is an index over one file, what it contains and where that is used."""

from pincompiler.android.dex import opcodes
from pincompiler.android.dex.format import DexError
from pincompiler.android.dex.index import Dex, Site
from pincompiler.android.dex.strings import StringPattern, containing, exactly

__all__ = [
    "Dex",
    "DexError",
    "Site",
    "StringPattern",
    "containing",
    "exactly",
    "opcodes",
]
