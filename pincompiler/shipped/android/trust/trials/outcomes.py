"""All runs of a check under a trial, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.android.dex import opcodes
from pincompiler.android.running.choices import Runs
from pincompiler.android.running.image import Image
from pincompiler.android.running.java.library import JavaLibrary
from pincompiler.android.running.machine import Machine
from pincompiler.android.running.steps.place import NO_OBJECT
from pincompiler.android.running.values import JavaArray, NotKnown, Value
from pincompiler.base.bounds import RUN_APP_STEPS, RUN_CALL_STEPS, RUNS
from pincompiler.shipped.android.okhttp import engine
from pincompiler.shipped.android.trust.handshakes import makers
from pincompiler.shipped.android.trust.trials.material import Trial, guesses
from pincompiler.shipped.android.trust.trials.watching import (
    OF_THE_MACHINE,
    WATCHED,
    WHICH_ONE,
    TrialWatch,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator

    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.running.choices import RunEnd
    from pincompiler.shipped.android.source import Source
    from pincompiler.shipped.android.trust.trials.material import Guess, TakenFor

    Act = Callable[[Machine, TrialWatch], Value]
    """Runs the code that is tried; what it returns."""

THREW: Final = "threw"
NONE_MADE: Final = "a way on which no object is made"
"""What ends a run that says nothing of an object, since there is none."""
_TELLING: Final = tuple(
    f"L{name}"
    for name in (
        *("java/lang/", "java/util/", "java/text/", "java/io/", "android/util/Log;", "android/os/Build"),
        *(
            "java/security/cert/X509Certificate;",
            "java/security/cert/Certificate;",
            "java/security/Principal;",
        ),
        *("java/security/Key;", "java/security/PublicKey;", "javax/security/auth/x500/", "java/math/"),
        *(
            "java/security/cert/CertificateFactory;",
            "java/security/KeyStore;",
            "java/security/MessageDigest;",
        ),
        *("javax/net/ssl/SSLSocket;", "javax/net/ssl/SSLSession;", "javax/net/ssl/TrustManagerFactory;"),
    )
)
"""Classes of the platform that decide nothing by themselves: what of them has no model shows something, or does."""


class TrialOutcome(NamedTuple):
    """What the runs of one trial came to."""

    ends: frozenset[Hashable]
    """The different ends: :data:`THREW`, or what is returned with what was done; unknown values are None."""
    why: str
    """Why there may be others; empty if these are all."""
    by: tuple[str, ...]
    """What the branches were about that lead to one end or another."""
    asked: tuple[tuple[TakenFor, int], ...]
    shown: bool
    held: bool
    """Whether certificates or keys were compared as they are, with anything."""
    weighed: bool
    """Whether hashes of them were with what is not known, or parts of a key were asked for."""
    guesses: tuple[Guess, ...] = ()
    """The constants that the certificates may be compared with."""
    all_guesses: bool = True
    handed: bool = False
    """Whether certificates were handed to code that is not run."""
    given_away: str = ""
    """The first method that may do anything with them."""
    missing: bool = False
    """Whether something was called that may decide, and that is not known."""
    bounded: bool = False
    """Whether some run was ended early, so that it may do anything then."""

    @property
    def compares(self) -> bool:
        """Whether the code was given what identifies a certificate, or has certificates or keys that it may be held to."""
        return self.shown or self.handed or bool(self.asked) or bool(self.guesses)


class Trials:
    """Runs the checks of one app."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._images: dict[str, Image] = {}
        self._left_out = frozenset(engine(source))
        self._handshakes = dict(makers(source))
        self._library = JavaLibrary(source.resource)
        self.steps = 0

    def image(self, wanted: str = "") -> Image:
        """The code of the app, with a class of which objects are asked for."""
        if wanted not in self._images:
            watched = WATCHED | {wanted} | frozenset(self._handshakes)
            self._images[wanted] = Image(self._source.program, watched, self._left_out - {wanted})
        return self._images[wanted]

    def outcome(
        self,
        act: Act,
        trial: Trial,
        wanted: str = "",
        near: Collection[MethodBody] = (),
        *,
        look: bool = False,
        enough: Callable[[Hashable], bool] | None = None,
        most: int = RUNS.limit,
    ) -> TrialOutcome:
        """What running some code comes to: ``look`` for the constants that it may compare, stop at an end that is ``enough``.

        ``most`` are the runs that are made.
        """
        ends: dict[Hashable, None] = {}
        asked: dict[tuple[TakenFor, int], None] = {}
        by: dict[str, None] = {}
        why, given_away, shown, held, handed, missing, bounded = "", "", False, False, False, False, False
        weighed = False
        roots: list[Value] = []
        own: set[bytes] = set()
        for watch, end in self._runs(act, trial, wanted, near, most, look=look):
            by |= dict.fromkeys(fork.why for fork in end.machine.taken if fork.why != WHICH_ONE)
            if isinstance(end.returned, NotKnown) and end.returned.cls == "Z":
                by[end.returned.why] = None
            asked |= watch.asked
            shown |= watch.shown
            held |= watch.held
            weighed |= watch.weighed
            handed |= watch.handed
            given_away = given_away or watch.given_away
            missing |= any(not one.startswith(_TELLING) for one in end.machine.missing)
            bounded |= bool(end.stopped) and end.stopped != NONE_MADE
            own |= watch.own
            roots += _roots(end.machine) if look else ()
            said, stopped = _said(end, watch)
            why = why or (stopped if stopped != NONE_MADE else "")
            if not stopped:
                ends[said] = None
                if enough and enough(said):
                    break
        if self._left:
            why = why or "it goes more ways than are run"
        elif not ends:
            why = why or NONE_MADE
        found, whole = guesses(roots, asked, own) if look else ((), True)
        bounded |= self.steps > RUN_APP_STEPS.limit
        return TrialOutcome(
            *(frozenset(ends), why, tuple(by), tuple(asked), shown, held, weighed, found, whole),
            *(handed, given_away, missing, bounded),
        )

    def _runs(
        self, act: Act, trial: Trial, wanted: str, near: Collection[MethodBody], most: int, *, look: bool
    ) -> Iterator[tuple[TrialWatch, RunEnd]]:
        self._left = False
        if self.steps > RUN_APP_STEPS.limit:
            self._left = True
            return
        watch = TrialWatch(trial, wanted, self._handshakes)

        def make(decisions: tuple[int, ...]) -> Machine:
            nonlocal watch
            watch = TrialWatch(trial, wanted, self._handshakes)
            machine = Machine(self.image(wanted), self._library, decisions, watcher=watch, near=near)
            machine.patience = RUN_CALL_STEPS.limit
            machine.kept = [] if look else None
            return machine

        runs = Runs(make, lambda machine: act(machine, watch), most)
        for end in runs:
            self.steps += end.machine.steps
            yield watch, end
            if self.steps > RUN_APP_STEPS.limit:
                self._left = True
                return
        self._left = bool(runs.left)


def _said(end: RunEnd, watch: TrialWatch) -> tuple[Hashable, str]:
    """How a run ended, and why that is not known."""
    if end.stopped:
        return None, end.stopped
    if end.thrown is not None:
        if end.thrown.cls == NO_OBJECT and end.machine.supposes_null:
            return None, NONE_MADE  # whoever passes a null has no app that goes on
        known = end.thrown.cls not in OF_THE_MACHINE
        return THREW, "" if known else f"a run throws {end.thrown.cls[1:-1].replace('/', '.')}"
    value = end.returned if isinstance(end.returned, int) else None
    return (value, *watch.effects), ""


def _roots(machine: Machine) -> Iterator[Value]:
    """What a run had in its hands: its registers, the constants of its methods, and its static fields."""
    for frame in machine.kept or ():
        yield from frame.regs
    for code in {id(frame.code): frame.code for frame in machine.kept or ()}.values():
        for one in code.ops:
            if one.opcode in opcodes.CONST_STRING and one.reference is not None:
                yield code.dex.string(one.reference)
            elif one.opcode == opcodes.FILL_ARRAY_DATA:
                yield JavaArray("[B", list(code.body.array_data(one)))
    yield from machine.given
    yield from machine.statics()
