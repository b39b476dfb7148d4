"""Models of what compares certificates, keys and their hashes, whole or as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from pincompiler.android.running.java.tools import bytes_of
from pincompiler.android.running.values import JavaArray, Value
from pincompiler.shipped.android.trust.trials.material import held_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.java.certificates import MadeCertificate
    from pincompiler.android.running.machine import Machine

    _Run = Callable[[], Value]


class ComparisonWatch(Protocol):
    """What is asked of whoever watches a trial."""

    certificate: MadeCertificate
    own: set[bytes]
    held: bool
    weighed: bool


COLLECTIONS: Final = tuple(
    f"Ljava/util/{name};" for name in ("Collection", "List", "Set", "ArrayList", "HashSet", "LinkedHashSet")
)
TEXT_TESTS: Final = (
    *(
        "compareTo",
        "compareToIgnoreCase",
        "contains",
        "contentEquals",
        "endsWith",
        "equals",
        "equalsIgnoreCase",
    ),
    *("indexOf", "length", "matches", "regionMatches", "startsWith"),
)
"""What of ``String`` says how one is, or whether two are alike."""


def compared(w: ComparisonWatch, _m: Machine, args: list[Value], _ref: MethodRef, run: _Run) -> Value:
    """A comparison of whole certificates, of keys, or of the bytes of one."""
    some = [bytes_of(one) if isinstance(one, JavaArray) else getattr(one, "value", None) for one in args]
    w.held |= any(one in some for one in (w.certificate, *w.certificate))
    w.weighed |= None in some and any(one in w.own for one in some if isinstance(one, bytes))
    return run()


def looked_up(w: ComparisonWatch, m: Machine, args: list[Value], ref: MethodRef, run: _Run) -> Value:
    """A search of a collection for a certificate, a key or a hash, or for what spells one."""
    w.weighed |= any(data in w.own for data in held_by(args[1:]))
    return compared(w, m, args, ref, run)


def compared_in_bulk(w: ComparisonWatch, _m: Machine, args: list[Value], _ref: MethodRef, run: _Run) -> Value:
    """A comparison of all that collections have."""
    found = any(data in w.own for data in held_by(args))
    w.held |= found
    w.weighed |= found
    return run()


def compared_as_text(w: ComparisonWatch, _m: Machine, args: list[Value], ref: MethodRef, run: _Run) -> Value:
    """A test of what spells a hash or a key; how long a message is that has one, as logs ask, is none."""
    of = [one for one in args if isinstance(one, str) and not (ref.name == "length" and " " in one)]
    w.weighed |= any(data in w.own for data in held_by(of))
    return run()
