"""What pinners get where following gave up: decided by running the code, as far as the runs go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.facts.okhttp import Added
from pincompiler.platforms.okhttp.pins import is_refused
from pincompiler.shipped.android.okhttp.drafts import doubted
from pincompiler.shipped.android.okhttp.running import RunPins

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.facts import Code
    from pincompiler.shipped.android.okhttp.drafts import Draft
    from pincompiler.shipped.android.okhttp.roles import Roles
    from pincompiler.shipped.android.okhttp.running import Ran
    from pincompiler.shipped.android.okhttp.uses import OkHttpUses
    from pincompiler.shipped.android.okhttp.watching import PinGiven
    from pincompiler.shipped.android.source import Source

_VARIES: Final = "gives a pinner these pins or others, by a condition that is not known"
_MORE: Final = "gives a pinner pins, and what else it may give depends on what is not known"
_LOST: Final = "makes a pinner, and what that is given could not be followed"
_CUT: Final = "makes a pinner, and what that is given could not be run to its end"


class Settling:
    """Decides what is unsure of the pinners of one OkHttp."""

    def __init__(self, source: Source, roles: Roles, uses: OkHttpUses) -> None:
        self._source = source
        self._uses = uses
        self._version = roles.library.known_version
        methods = {one.method for kind in (uses.pinners, uses.adds, uses.pins) for one in kind}
        self._run = RunPins(source, roles, methods)
        self._places: dict[PinGiven, Code] = {}
        """Where each pin is added that some run added."""
        self._covered: set[PinGiven] = set()

    def settle(self, drafts: list[Draft], orphans: list[Draft]) -> list[Draft]:
        """Decide for each draft; the orphans that are left."""
        for draft in drafts:
            if draft.unsure or draft.empty or orphans:
                self._decide(draft, self._run.pinner(draft.made.method, draft.made.offset))
        left = []
        for orphan in orphans:
            made = orphan.made
            ran = self._run.added(made.method, made.offset)
            if not (ran.complete and ran.given and self._covered.issuperset(ran.given)):
                self._decide(orphan, ran)
                left.append(orphan)
        return left

    def _decide(self, draft: Draft, ran: Ran) -> None:
        everything = (*(added for one in draft.unsure for added in one.added), *draft.added)
        followed = [(added.pattern, pin) for added in everything if added.pattern for pin in added.pins]
        ran = ran._replace(given=self._sound(ran.given))
        agreed = set(followed) == {(one.pattern, one.pin) for one in ran.given}
        if ran.complete:
            self._covered.update(ran.given)
            if not agreed:
                draft.added = list(self._added(draft, ran.given))
            elif not draft.added:
                draft.added = [added for one in draft.unsure for added in one.added]
            draft.unsure = []
            refused = all(is_refused(one.pattern or "", self._version) for one in ran.given)
            if ran.varies and not (ran.given and refused):
                self._doubt(draft, _VARIES)
            return
        self._keep_followed(draft)
        if ran.given and not agreed:
            known = set(followed)
            draft.added += self._added(
                draft, (one for one in ran.given if (one.pattern, one.pin) not in known)
            )
            if not draft.doubts:
                self._doubt(draft, _MORE)
        elif not followed and not draft.doubts:
            self._doubt(draft, _LOST, pins=True)
        if ran.cut and draft.doubts:
            self._doubt(draft, f"{_CUT}: {ran.cut}")

    def _sound(self, given: tuple[PinGiven, ...]) -> tuple[PinGiven, ...]:
        """Those that OkHttp takes, unless it throws on all of them."""
        return tuple(one for one in given if not is_refused(one.pattern or "", self._version)) or given

    def _keep_followed(self, draft: Draft) -> None:
        for one in draft.unsure:
            draft.added += (added for added in one.added if added.pattern and added.pins)
            draft.partial += (added for added in one.added if not (added.pattern and added.pins))
            code = self._source.code(one.add.method, one.add.offset)
            draft.doubts += [doubted(self._source, code, doubt, pins=not one.added) for doubt in one.doubts]
        draft.unsure = []

    def _doubt(self, draft: Draft, why: str, *, pins: bool = False) -> None:
        code = self._source.code(draft.made.method, draft.made.offset)
        draft.doubts.append(doubted(self._source, code, why, pins=pins))

    # Where pins are added.

    def _added(self, draft: Draft, given: Iterable[PinGiven]) -> Iterator[Added]:
        """Pins by pattern, in the order of the runs, each with the place of the first call that adds one."""
        found: dict[str, dict[str, None]] = {}
        places: dict[str, Code] = {}
        for one in given:
            if one.pattern is not None and one.pin is not None:
                found.setdefault(one.pattern, {})[one.pin] = None
                places.setdefault(one.pattern, self._place(draft, one))
        for pattern, pins in found.items():
            yield Added(pattern, tuple(pins), places[pattern])

    def _place(self, draft: Draft, given: PinGiven) -> Code:
        if not self._places:
            for add in (*self._uses.adds, *self._uses.pins):
                code = self._source.code(add.method, add.offset)
                for one in self._run.seen_at(add.method, add.offset):
                    self._places.setdefault(one, code)
        found = self._places.get(given)
        return self._source.code(draft.made.method, draft.made.offset) if found is None else found
