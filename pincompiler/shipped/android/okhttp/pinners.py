"""The pinners of an app: what each is given, and whether a client gets it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pincompiler.android.constants.values import (
    Created,
    FieldValue,
    Items,
    ResourceRef,
    Text,
    Value,
    possible,
)
from pincompiler.android.constants.variants import call_variants
from pincompiler.android.dex import DexError
from pincompiler.base.bounds import PATTERNS
from pincompiler.facts.okhttp import Added, Pinner, PinnerUse
from pincompiler.platforms.okhttp.pins import is_refused
from pincompiler.shipped.android.okhttp.drafts import Draft, Unsure, doubted
from pincompiler.shipped.android.okhttp.trace import ByValue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.facts import Code
    from pincompiler.shipped.android.okhttp.roles import Roles
    from pincompiler.shipped.android.okhttp.trace import Trace
    from pincompiler.shipped.android.okhttp.uses import OkHttpUses, Taken
    from pincompiler.shipped.android.source import Source


class Pinners:
    """All pinners that code of the app makes with one OkHttp."""

    def __init__(self, source: Source, roles: Roles, trace: Trace, uses: OkHttpUses) -> None:
        self.source = source
        self.roles = roles
        self.trace = trace
        self.uses = uses
        self.drafts: list[Draft] = []
        self.orphans: list[Draft] = []
        """What is added to builders of which no pinner is seen to be made."""
        self._by_value: ByValue[Draft] = ByValue(source.program.budget)
        self._by_builder: ByValue[Draft] = ByValue(source.program.budget)
        self._by_method: dict[MethodBody, list[Draft]] = {}
        self._pins_in: dict[MethodBody, list[Taken]] = {}

    def collect(self) -> None:
        """Find them and what they are given."""
        for made in self.uses.pinners:
            draft = Draft(made, frozenset(made.made))
            self.drafts.append(draft)
            self._by_method.setdefault(made.method, []).append(draft)
            self._by_value.add(draft.values, draft)
            self._by_builder.add(self.trace.down(made.receiver), draft)
        for pin in self.uses.pins:
            self._pins_in.setdefault(pin.method, []).append(pin)
        for add in self.uses.adds:
            self._give(self._owners(add), add)
        pins = {value: pin for pin in self.uses.pins for value in pin.made}
        for draft in self.drafts:
            if draft.made.ref and draft.made.ref.class_name == self.roles.pinner:
                self._constructed(draft, pins)
        if not self.roles.library.renamed:
            for shown in filter(self._shows_list, self.uses.others):
                self._listed(shown)
        self._settle()

    def _settle(self) -> None:
        """Run the code where following it gave up, or says that a pinner is given nothing."""
        if any(draft.unsure or draft.empty for draft in (*self.drafts, *self.orphans)):
            # Not before there is something to run: most apps have nothing, and the start of all would pay for it.
            from pincompiler.shipped.android.okhttp.settling import Settling

            settling = Settling(self.source, self.roles, self.uses)
            self.orphans = settling.settle(self.drafts, self.orphans)

    # What is added.

    def _owners(self, add: Taken) -> list[Draft]:
        """The pinners that a call of ``add`` is for."""
        given = self.trace.up(add.receiver)
        found = self._by_builder.of(given)
        if found:
            return found
        # Where calls were put into each other, the builder may be gone: then the method shows.
        found = self._by_method.get(add.method, [])
        if not found and len(self.drafts) == 1 and self.trace.is_open(given):
            found = self.drafts
        if found:
            return found
        orphan = Draft(add, frozenset())
        if not self.trace.is_open(given):
            self.orphans.append(orphan)
            return [orphan]
        orphan.takers = [add]
        self.orphans.append(orphan)
        return [orphan]

    def _give(self, drafts: list[Draft], add: Taken) -> None:
        """Note the pins of one call for the pinners that it may be for."""
        added, doubts = self._added(add)
        self.source.program.budget.spend(len(drafts) * len(added))
        sure = not doubts and _is_sure(add)
        for draft in drafts:
            if sure:
                draft.added += added
            else:
                draft.unsure.append(Unsure(add, tuple(added), tuple(doubts)))

    def _added(self, add: Taken) -> tuple[list[Added], list[str]]:
        """The pins of one call, and what is not known of them."""
        host, pins = add.arguments[-2:]
        code = self.source.code(add.method, add.offset)
        patterns, keys = self.source.texts(host), self.source.texts(pins)
        if patterns and "" in patterns:
            patterns = None  # OkHttp throws on it, so no app that runs adds it: something was not followed
        if isinstance(pins, Items) and pins.exact and not pins.items:
            return [], []
        if patterns is None or keys is None or len(patterns) > 1:
            apart = self._apart(add)
            if apart:
                return [Added(pattern, some, code) for pattern, some in apart], []
        if patterns is None and keys is None:
            return [], ["adds pins, and they and the host are computed at run time"]
        if patterns is None or keys is None:
            what = "host is" if patterns is None else "pins are"
            known = [Added(one, keys or (), code) for one in (patterns or ("",))[: PATTERNS.limit]]
            return known, [f"adds pins, and the {what} computed at run time"]
        doubts = []
        sound = self._sound(patterns)
        if sound != patterns:
            doubts.append("adds pins for a host that is computed at run time, or for one of several")
            patterns = sound
        if len(patterns) > 1 and len(keys) > 1 and not isinstance(pins, Items):
            doubts.append("adds pins for several hosts, and which are whose is not known")
        if len(patterns) > PATTERNS.limit:
            doubts.append(f"adds pins for {len(patterns):,} hosts, and only {PATTERNS.limit} were looked at")
        return [Added(pattern, keys, code) for pattern in patterns[: PATTERNS.limit]], doubts

    def _sound(self, patterns: tuple[str, ...]) -> tuple[str, ...]:
        """Those of which the host may be one: on others OkHttp throws, unless it throws on all of them."""
        version = self.roles.library.known_version
        return tuple(one for one in patterns if not is_refused(one, version)) or patterns

    def _apart(self, add: Taken) -> list[tuple[str, tuple[str, ...]]] | None:
        """Patterns and pins by the entries of loops and by callers; None if one of them is not known."""
        if add.ref is None:
            return None
        try:
            variants = call_variants(self.source.program, add.method, add.offset)
        except DexError:
            return None
        if len(variants) > PATTERNS.limit:
            return None
        found: dict[str, dict[str, None]] = {}
        for variant in variants:
            patterns, keys = (self.source.texts(value) for value in variant[-2:])
            if not patterns or "" in patterns or keys is None or (len(patterns) > 1 and len(keys) > 1):
                return None
            if self._sound(patterns) != patterns:
                return None
            for pattern in patterns:
                found.setdefault(pattern, {}).update(dict.fromkeys(keys))
        return [(pattern, tuple(keys)) for pattern, keys in found.items()]

    def _constructed(self, draft: Draft, pins: dict[Value, Taken]) -> None:
        """``new CertificatePinner(setOf(new Pin(…)), null)``."""
        given = draft.made.arguments[1] if len(draft.made.arguments) > 1 else None
        for one in possible(given) if given is not None else ():
            made = [pins.get(item) for item in one.items] if isinstance(one, Items) and one.exact else [None]
            for pin in made:
                if pin is not None:
                    self._give([draft], pin)
                elif not draft.added and not draft.unsure:
                    why = "makes a pinner of pins that could not be followed"
                    draft.unsure.append(Unsure(draft.made, (), (why,)))

    def _shows_list(self, call: Taken) -> bool:
        """Whether a call gives the list of a builder's pins, which OkHttp 4 and later do not hide."""
        ref = call.ref
        return (
            ref is not None and ref.class_name == self.roles.pins and ref.descriptor == "()Ljava/util/List;"
        )

    def _listed(self, shown: Taken) -> None:
        """``builder.pins += Pin(…)``: the pins that are made in the same method."""
        made = self._pins_in.get(shown.method, ())
        drafts = self._owners(shown)
        for pin in made:
            self._give(drafts, pin)
        if not made:
            code = self.source.code(shown.method, shown.offset)
            for draft in drafts:
                why = "takes the list of a pinner's pins, and what it adds is not known"
                self._doubt(draft, code, why, pins=True)

    def _doubt(self, draft: Draft, code: Code, why: str, *, pins: bool = False) -> None:
        draft.doubts.append(doubted(self.source, code, why, pins=pins))

    # What becomes of them.

    def given(self, value: Value) -> tuple[list[Draft], bool, bool]:
        """The pinners that a value may be; whether it may be the empty one, and whether it may be any other."""
        closure = self.trace.down(value)
        found = self._by_value.of(closure)
        default = any(self._is_default(one) for one in closure)
        return found, default, self.trace.is_open(closure)

    def _is_default(self, value: Value) -> bool:
        """``CertificatePinner.DEFAULT``, which is in a static field of the class."""
        return isinstance(value, FieldValue) and value.ref.class_name == self.roles.pinner

    def use(self, draft: Draft) -> PinnerUse:
        """What becomes of a pinner; its takers are known by now."""
        if draft.takers:
            return PinnerUse.ATTACHED if draft.values else PinnerUse.UNKNOWN
        if self._is_checked(draft):
            return PinnerUse.CHECKED
        if self._is_any_taken:
            return PinnerUse.LIKELY
        values = draft.values or frozenset(self.trace.up(draft.made.receiver))
        return PinnerUse.UNKNOWN if self.trace.escapes(draft.made.method, values) else PinnerUse.NEVER

    def _is_left(self, taker: Taken) -> bool:
        """Whether the builder that is given a pinner is new, and nothing else becomes of it: no client is built."""
        flow, roles = self.trace.flow(taker.method), self.roles
        targets = frozenset(self.trace.local(taker.receiver))
        if roles.client == roles.builder or not all(isinstance(one, Created) for one in targets):
            return False
        builds = (
            (ref := taker.method.called_at(offset)) is None
            or ref.class_name != roles.builder
            or ref.descriptor.endswith(f"){roles.client}")
            for offset, passed in flow.calls.items()
            if any(not targets.isdisjoint(self.trace.local(one)) for one in passed)
            and not _is_object(taker.method.called_at(offset))
        )
        kept = (*flow.writes.values(), *(() if flow.returned is None else (flow.returned,)))
        return not any(builds) and all(targets.isdisjoint(self.trace.local(one)) for one in kept)

    def _is_checked(self, draft: Draft) -> bool:
        """Whether code of the app has the pinner check a host."""
        found, is_open = self._checked
        return is_open or id(draft) in found

    @cached_property
    def _checked(self) -> tuple[frozenset[int], bool]:
        """The pinners, by id, that code of the app has check a host; whether any other may be one of them."""
        given = [self.given(asked.receiver) for asked in self.uses.asked]
        return frozenset(id(one) for found, _, _ in given for one in found), any(one[2] for one in given)

    @cached_property
    def _is_any_taken(self) -> bool:
        """Whether some builder of clients may be given any pinner."""
        return any(self.given(taker.arguments[-1])[2] for taker in self.uses.takers)

    def facts(self, clients: dict[int, list[Code]]) -> Iterator[Pinner]:
        """Each pinner that is given something, or is given to a client; ``clients`` are those that get it, by the draft's id."""
        for draft in (*self.drafts, *self.orphans):
            if draft.empty and not draft.takers:
                continue
            code, use = self.source.code(draft.made.method, draft.made.offset), self.use(draft)
            if (
                use is PinnerUse.ATTACHED
                and id(draft) not in clients
                and all(map(self._is_left, draft.takers))
            ):
                use = PinnerUse.NEVER
            if use is PinnerUse.UNKNOWN and not draft.takers:
                self._doubt(draft, code, "makes a pinner, and whether a client gets it is not known")
            yield Pinner(
                code,
                self.roles.library,
                tuple(dict.fromkeys(draft.added)),
                use,
                tuple(dict.fromkeys(clients.get(id(draft), ()))),
                tuple(dict.fromkeys(draft.doubts)),
                tuple(dict.fromkeys(draft.partial)),
            )


def _is_object(ref: MethodRef | None) -> bool:
    """Whether a call is of ``Object``, whose methods give nobody their object."""
    return ref is not None and ref.class_name == "Ljava/lang/Object;"


def _is_sure(add: Taken) -> bool:
    """Whether a call adds certain constants, none of them joined of several."""
    pattern, pins = add.arguments[-2:]
    listed = pins.items if isinstance(pins, Items) and pins.exact else (pins,)
    return all(isinstance(one, Text | ResourceRef) for one in (pattern, *listed))
