"""Pins that a trust manager of the app's own compares hashes with.

A manager is tried (:mod:`.trials`); the constants near one of which the trial leaves something unknown are likely pins.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.values import LONG, FieldValue, Items, Number, Text, leaves, possible
from pincompiler.android.dex import DexError
from pincompiler.android.dex.calls import calls_in
from pincompiler.android.dex.refs import parameters
from pincompiler.base.bounds import PIN_DEPTH, PIN_FIELDS, PIN_METHODS
from pincompiler.base.finding import Confidence
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import java_name
from pincompiler.facts import Algorithm, Code, Mechanism, Pin
from pincompiler.facts.common import UNIDENTIFIED
from pincompiler.facts.trust import Decider, Decides, Flaw, When
from pincompiler.shipped.android.trust.deciders import ROLES, TRUST_MANAGERS
from pincompiler.shipped.android.trust.meanings import CHECKS
from pincompiler.shipped.android.trust.trials.managers import Managers, Says

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.android.constants.values import Value
    from pincompiler.android.dex.classes import ClassDef
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.shipped.android.source import Source
    from pincompiler.shipped.android.trust.trials.managers import Tried
    from pincompiler.shipped.android.trust.ways import Explorer

_DIGESTS: Final = {32: Algorithm.SPKI_SHA256, 20: Algorithm.SPKI_SHA1}
_COMPARED: Final = ("Ljava/security/", "[Ljava/security/", "[B")
"""Types of certificates, of keys and of hashes."""
_HANDED_ON: Final = "hands certificates on through more calls than are followed"
_UNUSED: Final = "has what may be pins, and lets in all that Android trusts on each way that was found"
_FLAWS: Final = {Says.HOLLOW: Flaw.UNHEEDED, Says.PARTIAL: Flaw.PARTIAL, Says.OPEN: Flaw.ACCEPTS_ALL}
_LONGER: Final = "may compare certificates with a text that is longer than is followed"
_KEY: Final = lazy_regex(r"30[0-9a-f]{150,4000}", re.IGNORECASE)
"""A public key as X.509 writes it, in hexadecimal digits, as OWASP's example compares it."""


class TrustPins:
    """What the app's own trust managers know keys or certificates by."""

    def __init__(self, source: Source, explorer: Explorer, managers: Managers) -> None:
        self._source, self._explorer = source, explorer
        self.pins: list[Pin] = []
        self.pinning: dict[str, None] = {}
        """Classes of managers that have some of these."""
        self.flawed: list[Decider] = []
        """Managers that let in everything, or that have pins and let in what these are not of."""
        self._managers = managers
        for cls in source.program.subclasses(*TRUST_MANAGERS):
            if source.owner_of(cls.name).first_party:
                try:
                    self._add(cls, managers.tried(cls))
                except DexError as error:
                    why = f"it may pin and cannot be followed: {error}"
                    source.doubt(cls.name, why, Mechanism.TRUST_MANAGER)

    def refutes(self, decider: Decider) -> bool:
        """Whether it is known by running a trust manager that it does not let in everything, as seems to be."""
        seems = decider.flaw in {Flaw.ACCEPTS_ALL, Flaw.SWALLOWS} and decider.when is When.ALWAYS
        cls = self._source.program.class_def(decider.code.class_name)
        if decider.decides is not Decides.CHAIN or not seems or cls is None:
            return False
        return self._managers.refuse(cls)

    def _add(self, cls: ClassDef, tried: Tried) -> None:
        check = check_of(cls)
        if tried.says in _FLAWS:
            self.flawed.append(self._flawed(cls, tried))
            return
        unused = tried.says is Says.PLAIN and not tried.has_constants
        if unused and check is not None and self._source.program.makings(cls.name):
            self._doubt_unused(cls)
            return
        known = list(self._tried(cls, tried)) if tried.pins else []
        if tried.says is Says.UNKNOWN and check is not None:
            named = {(one.algorithm, one.pin) for one in known}
            near = _of(self._source, self._explorer, cls, check)
            known += (one for one in near if (one.algorithm, one.pin) not in named)
        self.pins += known
        if known:
            self.pinning[cls.name] = None
        # What nobody makes an object of decides nothing; what has lost its name may be a library's, and then has its pins.
        counts = known or tried.has_constants or self._source.owner_of(cls.name) != UNIDENTIFIED
        if not (tried.why and self._source.program.makings(cls.name)):
            return
        if tried.compares or (counts and (known or tried.bounded)):
            may = "compares" if tried.compares else "may compare"
            why = f"{may} certificates, and {java_name(tried.why)}"
            self._source.doubt(self._code(cls).location.symbol, why, Mechanism.TRUST_MANAGER, pins=not known)

    def _doubt_unused(self, cls: ClassDef) -> None:
        """Report as unknown what a manager has that may be pins, where no way was found on which it compares them."""
        checks = [m.body for m in cls.methods if m.ref.name in CHECKS and m.body]
        if any(True for check in checks for _ in _of(self._source, self._explorer, cls, check)):
            self._source.doubt(self._code(cls).location.symbol, _UNUSED, Mechanism.TRUST_MANAGER)

    def _flawed(self, cls: ClassDef, tried: Tried) -> Decider:
        shown = tuple(f"has {pin}" for _, pin in tried.pins)
        flaw = _FLAWS[tried.says]
        what = (self._code(cls), Decides.CHAIN, ROLES[Decides.CHAIN], flaw)
        return Decider(*what, confidence=Confidence.LIKELY, shown=shown)

    def _tried(self, cls: ClassDef, tried: Tried) -> Iterator[Pin]:
        code = self._code(cls)
        for algorithm, pin in tried.pins:
            yield Pin(
                *(Mechanism.TRUST_MANAGER, "", None, algorithm, pin, code.location, code.owner),
                confidence=Confidence.LIKELY,
            )

    def _code(self, cls: ClassDef) -> Code:
        """The place of a class's check, or of the nearest that it inherits."""
        found = (check_of(one) for one in self._source.program.ancestry(cls.name))
        check = next((one for one in found if one is not None), None)
        if check is None:
            raise DexError("it has no code of its own")
        code = self._source.code(check)
        return Code(code.location, cls.name, self._source.owner_of(cls.name))


def check_of(cls: ClassDef) -> MethodBody | None:
    """The first form of a class's own check of servers."""
    return next(
        (m.body for m in cls.methods if m.ref.name in CHECKS and m.body and "Server" in m.ref.name), None
    )


def _of(source: Source, explorer: Explorer, cls: ClassDef, check: MethodBody) -> Iterator[Pin]:
    where = source.where(check)
    reached, cut = _reached(explorer, check)
    bodies = source.bounded(reached, PIN_METHODS.limit, where.symbol, Mechanism.TRUST_MANAGER)
    called = {(ref.class_name, ref.name) for body in bodies for ref, _ in calls_in(body)}
    names = {name for _, name in called}
    compares = ("Ljava/security/MessageDigest;", "digest") in called or "getPublicKey" in names
    found: dict[tuple[Algorithm, str], None] = {}
    long = False
    for value in _values(source, bodies, where.symbol) if compares and "getEncoded" in names else ():
        long |= LONG in leaves(value)
        for digest in _digests(value):
            algorithm = _DIGESTS[len(digest)] if "getPublicKey" in names else Algorithm.CERTIFICATE
            found[algorithm, b64encode(digest).decode("ascii")] = None
    owner = source.owner_of(cls.name)
    for bound, why in ((cut, _HANDED_ON), (long, _LONGER)):
        if bound and found:
            source.doubt(where.symbol, why, Mechanism.TRUST_MANAGER)
    for algorithm, pin in found:
        yield Pin(
            Mechanism.TRUST_MANAGER, "", None, algorithm, pin, where, owner, confidence=Confidence.LIKELY
        )


def _reached(explorer: Explorer, check: MethodBody) -> tuple[list[MethodBody], bool]:
    """A method and what it calls of the app, two deep; and whether certificates or hashes go on from there."""
    found = [check]
    depths = {check: 0}
    cut = False
    for body in found:
        for ref, opcode in calls_in(body):
            target = explorer.target(ref, opcode)
            if target is None or target in depths or len(found) > PIN_METHODS.limit:
                continue
            if depths[body] < PIN_DEPTH.limit:
                depths[target] = depths[body] + 1
                found.append(target)
            else:
                cut |= any(kind.startswith(_COMPARED) for kind in parameters(ref.descriptor))
    return found, cut


def _values(source: Source, bodies: Iterable[MethodBody], what: str) -> Iterator[Value]:
    """What their calls are passed, fields followed to what is written to them."""
    fields: dict[Value, None] = {}
    for body in bodies:
        flow = source.program.flow(body)
        for offset, passed in flow.calls.items():
            followed = source.program.call_arguments(body, offset) or passed
            for value in (*passed, *followed):
                yield value
                fields |= {leaf: None for leaf in leaves(value) if isinstance(leaf, FieldValue)}
    kinds = ("Ljava/lang/String;", "Ljava/util/", "[", "Ljava/lang/Object;")
    texts = [one for one in fields if isinstance(one, FieldValue) and one.ref.descriptor.startswith(kinds)]
    for one in source.bounded(texts, PIN_FIELDS.limit, f"the fields of {what}", Mechanism.TRUST_MANAGER):
        yield from source.program.origins(one)


def _digests(value: Value) -> Iterator[bytes]:
    """The hashes of 32 or 20 bytes that a value is or holds."""
    for one in possible(value):
        if isinstance(one, Items):
            numbers = [item.value & 255 for item in one.items if isinstance(item, Number)]
            if one.exact and len(numbers) == len(one.items) and len(numbers) in _DIGESTS and any(numbers):
                yield bytes(numbers)
    for leaf in leaves(value):
        if isinstance(leaf, Text):
            digest = decoded(leaf.value)
            if digest:
                yield digest


def decoded(text: str) -> bytes | None:
    """The hash that a text spells: hexadecimal with or without separators, or base64; a whole key is hashed."""
    bare = re.sub(r"^sha-?(256|1)[/:]", "", text.strip(), flags=re.IGNORECASE)
    digits = re.sub(r"(?<=[0-9a-fA-F]{2})[: ](?=[0-9a-fA-F]{2})", "", bare)
    if re.fullmatch(r"[0-9a-fA-F]{64}|[0-9a-fA-F]{40}", digits):
        return bytes.fromhex(digits)
    if _KEY.fullmatch(digits) and len(digits) % 2 == 0:
        return hashlib.sha256(bytes.fromhex(digits)).digest()
    if re.fullmatch(r"[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{27}=", bare):
        try:
            return b64decode(bare)
        except (Base64Error, ValueError):
            return None
    return None
