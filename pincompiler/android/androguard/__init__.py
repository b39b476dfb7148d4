"""androguard as the second opinion: what pincompiler reads of an app, read by other people's code.

:class:`AndroguardDex` answers what :class:`pincompiler.android.dex.Dex` answers, from androguard's analysis;
:func:`disagreements` compares archive, manifest and NSC.  androguard runs in a process of its own, with
bounds on time and memory: it sets itself none, and a hostile file can make it loop or swell.  Only
:mod:`.worker`, :mod:`.code` and :mod:`.container` are loaded there, and only there; so nothing
of androguard is ever imported by an audit.
"""

from pincompiler.android.androguard.crosscheck import Compared, EngineDisagreement, disagreements
from pincompiler.android.androguard.index import AndroguardDex
from pincompiler.android.androguard.process import AndroguardError

__all__ = ["AndroguardDex", "AndroguardError", "Compared", "EngineDisagreement", "disagreements"]
