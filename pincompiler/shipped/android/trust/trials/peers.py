"""Checks of certificates outside trust managers: of what a connection shows, once its handshake is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.android.dex.refs import MethodRef
from pincompiler.android.running.frame import CallKind
from pincompiler.android.running.starts import any_values, callers, enter, makers, overrides
from pincompiler.android.running.values import StoppedError
from pincompiler.base.bounds import FEW_RUNS, RUN_LEVELS, RUN_STARTS, RUNS
from pincompiler.base.finding import Confidence
from pincompiler.base.location import java_name
from pincompiler.facts import Mechanism, Pin
from pincompiler.facts.common import UNIDENTIFIED
from pincompiler.shipped.android.trust.handshakes import readers
from pincompiler.shipped.android.trust.peers import TRIED, is_own
from pincompiler.shipped.android.trust.trials.making import made_by
from pincompiler.shipped.android.trust.trials.managers import pin_of, unknown_of
from pincompiler.shipped.android.trust.trials.material import Trial, mostly_other
from pincompiler.shipped.android.trust.trials.outcomes import NONE_MADE, THREW
from pincompiler.shipped.android.trust.trials.watching import REFUSING, EndedError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.running.machine import Machine
    from pincompiler.android.running.values import Value
    from pincompiler.facts import Algorithm
    from pincompiler.shipped.android.source import Source
    from pincompiler.shipped.android.trust.trials.material import Guess
    from pincompiler.shipped.android.trust.trials.outcomes import TrialOutcome, Trials
    from pincompiler.shipped.android.trust.trials.watching import TrialWatch

_CALLED_BY_ANDROID: Final = ("verify", "(Ljava/lang/String;Ljavax/net/ssl/SSLSession;)Z")
_ASKED_BY_ANDROID: Final = frozenset({"verify", "onReceivedSslError"})
_MORE: Final = "more code that looks at certificates than is run"
_IN_PART: Final = "so little of a hash is compared that other keys have it, too"
_SAYS_SO: Final = "whether its answer decides is not known"


class _Found(NamedTuple):
    """What running a check shows."""

    pins: tuple[tuple[Algorithm, str], ...] = ()
    why: str = ""
    """Why more may be so; empty if there is nothing to say."""
    has_constants: bool = False


class PeerPins:
    """What the app's own code knows keys or certificates by that a connection shows."""

    def __init__(self, source: Source, trials: Trials, managers: frozenset[str]) -> None:
        self._source, self._trials = source, trials
        self.pins: list[Pin] = []
        self.understood: set[str] = set()
        """Classes with a check whose pins are known, and nothing else is left to say of it."""
        methods = dict.fromkeys((*(site.method for site in source.sites(*TRIED)), *readers(source)))
        own = [one for one in methods if one.class_name not in managers and is_own(source, one.class_name)]
        for method in source.bounded(own, RUN_STARTS.limit, _MORE, Mechanism.TRUST_MANAGER):
            self._add(method)

    def _add(self, method: MethodBody) -> None:
        code = self._source.code(method)
        found = self._found(method)
        for algorithm, pin in found.pins:
            where = (Mechanism.TRUST_MANAGER, "", None, algorithm, pin, code.location, code.owner)
            self.pins.append(Pin(*where, confidence=Confidence.LIKELY))
        if found.pins and not found.why:
            self.understood.add(method.class_name)
        # What has lost its name may be a library's, which look at certificates for many reasons; and what Android asks
        # by itself is followed in all its ways, too.
        expected = code.owner != UNIDENTIFIED and method.name not in _ASKED_BY_ANDROID
        if found.why and (expected or found.has_constants):
            why = f"compares the server's certificate, and {java_name(found.why)}"
            self._source.doubt(code.location.symbol, why, Mechanism.TRUST_MANAGER, pins=not found.pins)

    def _found(self, method: MethodBody) -> _Found:
        """What a method pins: itself, or those that call it, where its answer is theirs to heed."""
        waiting = [(method, method, 0)]
        seen = {(method, method)}
        near: list[MethodBody] = []
        found: list[_Found] = []
        nearer: list[_Asked] = []
        while waiting:
            target, start, level = waiting.pop(0)
            near.append(start)
            # Who calls knows more, mostly: a few runs show whether that is asked for.
            for most in (FEW_RUNS.limit, RUNS.limit) if level < RUN_LEVELS.limit else (RUNS.limit,):
                asked = _Asked(self._trials, target, start, tuple(near), most)
                above = self._above(asked) if level < RUN_LEVELS.limit else []
                fresh = [one for one in above if one not in seen]
                if fresh or not asked.base.why:
                    break
            if level == 0 and not asked.base.why and not asked.base.compares:
                return _Found()
            seen.update(fresh)
            waiting += [(*one, level + 1) for one in fresh]
            if fresh:
                nearer.append(asked)
            else:
                found.append(asked.concluded())
        if not any(one.pins for one in found):
            # Who knows more may do too much to be run: what is known of what they call is something, too.
            found += [one.concluded() for one in nearer]
        pins = dict.fromkeys(pin for one in found for pin in one.pins)
        why = next((one.why for one in found if one.why), "")
        return _Found(tuple(pins), why, any(one.has_constants for one in found))

    def _above(self, asked: _Asked) -> list[tuple[MethodBody, MethodBody]]:
        """Who is to be asked instead: those that heed the answer of a method, or those that know what it is passed."""
        base, target = asked.base, asked.target
        if _is_clear(base, target):
            return []
        heeding = not base.why and _by_answer(base, target)
        passed = any(one == "a parameter" or one.startswith("the field") for one in base.by)
        if not (heeding or passed or (base.ends == {THREW} and not base.guesses)):
            return []
        image, start = self._trials.image(), target if heeding else asked.start
        by_others = not heeding and overrides(image, start)
        found = makers(image.program, start.class_name) if by_others else callers(image, start) or ()
        own = [one for one in found if is_own(self._source, one.class_name)]
        return [(one, one) if heeding else (target, one) for one in own]


class _Asked:
    """A method that looks at certificates, tried as some code calls it."""

    def __init__(
        self, trials: Trials, target: MethodBody, start: MethodBody, near: tuple[MethodBody, ...], most: int
    ) -> None:
        """``most`` are the runs in which it is found out what it does."""
        self._trials, self.target, self.start, self._near = trials, target, start, near
        self.base = self._run(Trial(trusted=True), look=True, most=most)

    def concluded(self) -> _Found:
        """What it pins, and what is not known of it."""
        base, target = self.base, self.target
        if not base.compares:
            return _Found()
        if base.given_away and not base.why:
            return _Found(why=f"they are handed to {base.given_away}, which is not followed")
        vague = any(_is_vague(one, target) for one in base.ends)
        refuses = vague or any(_is_refusal(one, target) for one in base.ends)
        heeded = [guess for guess in base.guesses if self._heeds(guess)] if refuses else []
        if any(self._heeds(one) for guess in heeded for one in mostly_other(guess)):
            return _Found((), _IN_PART, has_constants=True)
        pins = dict.fromkeys(map(pin_of, heeded))
        if pins and _by_answer(base, target):
            return _Found(tuple(pins), _SAYS_SO, has_constants=True)
        if not (refuses or base.why or base.guesses):
            return _Found()
        sure = pins and not base.why and len(base.ends) == 1 and not vague
        why = "" if sure else unknown_of(base, found=bool(pins))
        if not refuses and not base.why:
            why = "what it does then does not depend on the answer"
        return _Found(tuple(pins), why, has_constants=bool(base.guesses))

    def _heeds(self, guess: Guess) -> bool:
        """Whether a constant makes the difference to whether a connection goes on."""
        said = self._run(Trial(trusted=True, guess=guess), enough=self._is_let_in)
        return any(map(self._is_let_in, said.ends))

    def _is_let_in(self, end: Hashable) -> bool:
        """Whether an end is no refusal, and none that anybody comes to."""
        return end not in self.base.ends and not _is_refusal(end, self.target)

    def _run(
        self,
        trial: Trial,
        *,
        look: bool = False,
        enough: Callable[[Hashable], bool] | None = None,
        most: int = RUNS.limit,
    ) -> TrialOutcome:
        target = self.target
        ref = MethodRef(target.class_name, target.name, target.descriptor)

        def act(machine: Machine, watch: TrialWatch) -> Value:
            if self.start is target:
                return enter(machine, target)
            watch.target = ref
            try:
                owner = made_by(machine, watch, self.start)
            except EndedError as end:
                if end.thrown is not None:
                    raise end.thrown from None
                return end.returned
            if target.is_static or target.name == "<init>":
                raise StoppedError(NONE_MADE)
            watch.target, machine.near = None, ()
            given = any_values(target.descriptor, by_platform=target.name in _ASKED_BY_ANDROID)
            return machine.invoke(CallKind.VIRTUAL, ref, [owner, *given], ref.descriptor.rpartition(")")[2])

        wanted = "" if self.start is target else target.class_name
        peers = trial._replace(peers=True)
        return self._trials.outcome(act, peers, wanted, self._near, look=look, enough=enough, most=most)


def _is_clear(base: TrialOutcome, start: MethodBody) -> bool:
    """Whether nobody who calls a method knows more, or decides what it does not."""
    vague = any(_is_vague(one, start) for one in base.ends)
    sole = not base.why and len(base.ends) == 1 and bool(base.guesses) and not vague
    return sole and not _by_answer(base, start) and any(_is_refusal(one, start) for one in base.ends)


def _by_answer(base: TrialOutcome, start: MethodBody) -> bool:
    """Whether a method refuses by what it returns, to code of the app."""
    if (start.name, start.descriptor) == _CALLED_BY_ANDROID:
        return False
    return any(one != THREW and _is_refusal(one, start) and not _stops(one) for one in base.ends)


def _is_vague(end: Hashable, start: MethodBody) -> bool:
    """Whether a method answers, and what is not known."""
    return isinstance(end, tuple) and end[0] is None and start.descriptor.endswith(")Z")


def _is_refusal(end: Hashable, start: MethodBody) -> bool:
    no = isinstance(end, tuple) and end[0] == 0 and start.descriptor.endswith(")Z")
    return end == THREW or no or _stops(end)


def _stops(end: Hashable) -> bool:
    return isinstance(end, tuple) and bool(REFUSING & set(end[1:]))
