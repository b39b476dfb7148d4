"""What an app's trust managers pin, found by trying them."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.android.dex.access import ACC_ABSTRACT, ACC_INTERFACE
from pincompiler.android.dex.format import DexError
from pincompiler.android.dex.refs import MethodRef, parameters
from pincompiler.android.running.frame import CallKind
from pincompiler.android.running.starts import any_object, callers
from pincompiler.android.running.values import NotKnown, Value
from pincompiler.base.bounds import RUN_LEVELS
from pincompiler.facts import Algorithm
from pincompiler.shipped.android.trust.trials.making import made_by
from pincompiler.shipped.android.trust.trials.material import Guess, TakenFor, Trial, mostly_other
from pincompiler.shipped.android.trust.trials.outcomes import THREW, Trials

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from pincompiler.android.dex.classes import ClassDef, MethodDef
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.running.machine import Machine
    from pincompiler.shipped.android.source import Source
    from pincompiler.shipped.android.trust.trials.outcomes import Act, TrialOutcome
    from pincompiler.shipped.android.trust.trials.watching import TrialWatch

CHAIN: Final = "[Ljava/security/cert/X509Certificate;"


_FOR_NOTHING: Final = "it compares parts or hashes of them, and refuses none on any way that was found"


class Says(StrEnum):
    """What trying a check shows."""

    PINS = "pins"
    """It refuses what Android trusts, and lets it in with a constant that it knows."""
    HOLLOW = "hollow"
    """It asks for keys or hashes, has constants of that kind, and lets in what Android trusts all the same."""
    PARTIAL = "partial"
    """It compares so little of a hash that other keys have it, too."""
    OPEN = "open"
    """It lets in every chain, whatever Android says of it."""
    PLAIN = "plain"
    """It lets in whatever Android trusts, and asks for no key or hash."""
    REFUSES = "refuses"
    """It refuses everything, and asks for no key or hash."""
    UNKNOWN = "unknown"


class Tried(NamedTuple):
    """What is known of a check, once it was tried."""

    says: Says
    pins: tuple[tuple[Algorithm, str], ...] = ()
    why: str = ""
    """Why it is unknown, or why what is known may not be all."""
    compares: bool = False
    """Whether it was given the bytes of a certificate, or its key."""
    has_constants: bool = False
    """Whether something in the app may be what it compares with."""
    bounded: bool = False
    """Whether some run of it was ended early, so that it may do anything."""


def pin_of(guess: Guess) -> tuple[Algorithm, str]:
    """A constant as a pin."""
    if guess.kind in {TakenFor.KEY, TakenFor.CERTIFICATE}:
        digest = hashlib.sha256(guess.data).digest()
        found = Algorithm.SPKI_SHA256 if guess.kind is TakenFor.KEY else Algorithm.CERTIFICATE
    else:
        digest = guess.data
        of_key = Algorithm.SPKI_SHA256 if len(digest) == hashlib.sha256().digest_size else Algorithm.SPKI_SHA1
        found = of_key if guess.kind is TakenFor.KEY_HASH else Algorithm.CERTIFICATE
    return found, b64encode(digest).decode("ascii")


class Managers:
    """Tries trust managers."""

    def __init__(self, source: Source, trials: Trials) -> None:
        self._source, self._trials = source, trials
        self._refusing: dict[str, bool] = {}

    def tried(self, cls: ClassDef) -> Tried:
        """What a class of trust managers does, in all forms in which Android asks it."""
        found = [self._of(cls, method) for method in self._checks(cls)]
        return together(found) if found else Tried(Says.PLAIN)

    def refuse(self, cls: ClassDef) -> bool:
        """Whether a class of trust managers is known to refuse all that Android does not trust, whatever it shows."""
        if cls.name not in self._refusing:
            try:
                self._refusing[cls.name] = self._refuses(cls)
            except DexError:  # which is reported where its pins are looked for
                self._refusing[cls.name] = False
        return self._refusing[cls.name]

    def _refuses(self, cls: ClassDef) -> bool:
        starts = self._first(cls)
        trials = [Trial(trusted=False), Trial(trusted=False, alone=True)]
        said = [
            self._trials.outcome(self._act(cls, check, start), trial, cls.name, (start,) if start else ())
            for check in self._checks(cls)
            for start in starts
            for trial in trials
        ]
        return bool(said) and all(one.ends == {THREW} and not one.why for one in said)

    def _checks(self, cls: ClassDef) -> list[MethodDef]:
        """The forms of its check, its own and inherited ones."""
        if cls.access & (ACC_ABSTRACT | ACC_INTERFACE):
            return []
        found: dict[str, MethodDef] = {}
        for one in self._source.program.ancestry(cls.name):
            for method in one.named("checkServerTrusted"):
                if method.body and method.ref.descriptor.startswith(f"({CHAIN}"):
                    found.setdefault(method.ref.descriptor, method)
        return list(found.values())

    def _of(self, cls: ClassDef, method: MethodDef) -> Tried:
        """What a check does, on objects as they are made; where that leaves something unknown, as callers make them."""
        waiting: list[tuple[MethodBody | None, int]] = [(one, 0) for one in self._first(cls)]
        seen: set[MethodBody | None] = {one for one, _ in waiting}
        near: list[MethodBody] = []
        found: list[Tried] = []
        nearer: list[_Trial] = []
        while waiting:
            start, level = waiting.pop(0)
            if start is not None:
                near.append(start)
            trial = _Trial(self._trials, self._act(cls, method, start), cls.name, tuple(near))
            above = [] if trial.is_clear or level >= RUN_LEVELS.limit else self._above(cls, start)
            fresh = [one for one in above if one not in seen]
            seen.update(fresh)
            waiting += [(one, level + 1) for one in fresh]
            if fresh:
                nearer.append(trial)
            else:
                found.append(trial.tried())
        whole = together(found)
        if whole.says is Says.UNKNOWN and not whole.pins and nearer:
            # Who knows more may do too much to be run: what is known of what they call is something, too.
            return together([whole, *(one.tried() for one in nearer)])
        return whole

    def _first(self, cls: ClassDef) -> list[MethodBody | None]:
        """Where to begin: with nothing but the class, if a constructor of it needs no more."""
        plain = cls.method("<init>", "()V") is not None
        return [None] if plain else list(self._above(cls, None)) or [None]

    def _above(self, cls: ClassDef, start: MethodBody | None) -> list[MethodBody]:
        """Who knows more: the makers of a class's objects, or the callers of one."""
        if start is not None:
            return callers(self._trials.image(cls.name), start) or []
        sites = self._source.program.makings(cls.name)
        makers = dict.fromkeys(one.method for one in sites)
        return [one for one in makers if one.class_name != cls.name or one.is_static]

    def _act(self, cls: ClassDef, method: MethodDef, start: MethodBody | None) -> Act:
        ref = MethodRef(cls.name, method.ref.name, method.ref.descriptor)

        def act(machine: Machine, watch: TrialWatch) -> Value:
            manager = any_object(machine, cls.name) if start is None else made_by(machine, watch, start)
            machine.near = ()
            args = [manager, *_given(machine, watch, method)]
            return machine.invoke(CallKind.VIRTUAL, ref, args, ref.descriptor.rpartition(")")[2])

        return act


class _Trial:
    """A check, tried as objects are made at one start."""

    def __init__(self, trials: Trials, act: Act, wanted: str, near: tuple[MethodBody, ...]) -> None:
        self._trials, self._act, self._wanted, self._near = trials, act, wanted, near
        self._base = trials.outcome(act, Trial(trusted=True), wanted, near, look=True)
        self._compares = self._base.compares

    @property
    def is_clear(self) -> bool:
        """Whether nobody has to be asked who knows more."""
        base = self._base
        return not base.why and (
            THREW not in base.ends or (base.ends == {THREW} and (bool(base.guesses) or not self._compares))
        )

    def tried(self) -> Tried:
        """What it does."""
        base = self._base
        if base.given_away and not base.why and (THREW not in base.ends or not self._compares):
            return Tried(Says.UNKNOWN, why=f"it hands them to {base.given_away}", compares=True)
        if not base.why and base.ends == {THREW} and not self._compares:
            return Tried(Says.REFUSES)
        if not base.why and THREW not in base.ends:
            return self._unpinned()
        heeded = [guess for guess in base.guesses if self._heeds(guess)]
        found = dict.fromkeys(map(pin_of, heeded))
        if any(self._heeds(one) for guess in heeded for one in mostly_other(guess)):
            return Tried(Says.PARTIAL, tuple(found), compares=True)
        why = unknown_of(base, found=bool(found))
        says = Says.UNKNOWN if base.why or base.ends != {THREW} or not found else Says.PINS
        return Tried(says, tuple(found), why, self._compares, bool(base.guesses), base.bounded)

    def _heeds(self, guess: Guess) -> bool:
        """Whether a constant makes the difference to whether what Android trusts is let in."""
        return _lets_in(self._outcome(Trial(trusted=True, guess=guess), otherwise=self._base), self._base)

    def _unpinned(self) -> Tried:
        """What a check does that lets in all that Android trusts."""
        base, anybody = self._base, self._outcome(Trial(trusted=False))
        if (
            anybody.ends
            and THREW not in anybody.ends
            and not (anybody.why or anybody.missing or base.missing)
        ):
            return Tried(Says.OPEN, compares=self._compares)
        # One that lets in a key besides what Android trusts does not pin it, and heeds it all the same.
        besides = (self._outcome(Trial(trusted=False, guess=guess)) for guess in base.guesses)
        if base.weighed and not base.guesses:
            return Tried(Says.UNKNOWN, why=_FOR_NOTHING, compares=True)
        if not (base.asked or base.held) or not base.guesses:
            return Tried(Says.PLAIN, compares=self._compares)
        if any(_lets_in(said, anybody) for said in besides):
            return Tried(Says.PLAIN, compares=self._compares, has_constants=True)
        return Tried(Says.HOLLOW, tuple(dict.fromkeys(map(pin_of, base.guesses))), compares=self._compares)

    def _outcome(self, trial: Trial, otherwise: TrialOutcome | None = None) -> TrialOutcome:
        """What a trial comes to; if it is compared with another one, as far as that takes."""

        def enough(end: Hashable) -> bool:
            return otherwise is not None and end != THREW and end not in otherwise.ends

        return self._trials.outcome(self._act, trial, self._wanted, self._near, enough=enough)


def _lets_in(said: TrialOutcome, otherwise: TrialOutcome) -> bool:
    """Whether a constant makes the difference: with it, something lets in that refuses otherwise."""
    more = said.ends - otherwise.ends - {THREW}
    return bool(more) or (bool(said.ends) and THREW not in said.ends and THREW in otherwise.ends)


def unknown_of(base: TrialOutcome, *, found: bool) -> str:
    """What is not known after a trial, as a sentence goes on; ``found`` if some constant made a difference."""
    if base.why:
        return f"could not be run to its end: {base.why}"
    if len(base.ends) > 1:
        return f"what it lets in also depends on {', '.join(base.by[:3]) or 'more than was found'}"
    if not base.all_guesses:
        return "it has more constants than are tried"
    return "" if found else "what it compares them with is only known at run time"


def _given(machine: Machine, watch: TrialWatch, method: MethodDef) -> Iterator[Value]:
    for kind in parameters(method.ref.descriptor):
        if kind == CHAIN:
            yield watch.chain(machine)
        else:
            yield (
                "ECDHE_RSA" if kind == "Ljava/lang/String;" else NotKnown(kind, "a parameter", is_there=True)
            )


def together(found: list[Tried]) -> Tried:
    """What several forms of one check do: pins of any, and what is not known of some."""
    pins = tuple(dict.fromkeys(pin for one in found for pin in one.pins if one.says is not Says.HOLLOW))
    said = {one.says for one in found}
    why = next((one.why for one in found if one.why), "")
    compares, constants = any(one.compares for one in found), any(one.has_constants for one in found)
    bounded = any(one.bounded for one in found)
    if Says.OPEN not in said and (
        Says.UNKNOWN in said or (Says.PINS in said and said & {Says.HOLLOW, Says.PLAIN})
    ):
        why = why or "another form of its check lets in what this one refuses"
        return Tried(Says.UNKNOWN, pins, why, compares, constants, bounded)
    for says in (Says.OPEN, Says.PARTIAL, Says.PINS, Says.HOLLOW, Says.PLAIN):
        if says in said:
            return Tried(says, pins if says is Says.PINS else found[0].pins, why, compares, constants)
    return Tried(Says.REFUSES)
