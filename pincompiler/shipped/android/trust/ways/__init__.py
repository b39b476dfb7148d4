"""Every way through a small method: what was called and tested on it, and how it ends.

A method is run on abstract values, one state for each way that differs in what matters; calls of the
app's own code are run likewise, a few deep.  Values remember which instruction made them, so that
what a test rests on can be read afterwards.  The number of steps is bounded; where that is not enough,
the answer says that it is not complete.
"""

from pincompiler.shipped.android.trust.ways.asking import Mode
from pincompiler.shipped.android.trust.ways.explorer import PLAINLY, Explorer
from pincompiler.shipped.android.trust.ways.lineage import Given
from pincompiler.shipped.android.trust.ways.statements import OF_CLASS
from pincompiler.shipped.android.trust.ways.way import NOT_SET, SET, Event, Test, Way, Ways

__all__ = [
    "NOT_SET",
    "OF_CLASS",
    "PLAINLY",
    "SET",
    "Event",
    "Explorer",
    "Given",
    "Mode",
    "Test",
    "Way",
    "Ways",
]
