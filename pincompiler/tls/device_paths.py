"""The paths that devices build from the certificates that a server shows, each with the roots of its own store.

Android: ``TrustManagerImpl.checkTrustedRecursive`` of Conscrypt, the same from Android 7.0 on.  From the server's certificate
up, a CA of the store that signed the last certificate ends the path, and else the first of the shown ones with the
issuer's name that is in date goes on; a way that ends nowhere is gone back.  The dates of the store's CA do not count.

Apple documents no order (SecTrust builds all paths, and prefers some), so of iOS every root that the certificates lead to
is an end of its own.

Which roots a store has, :func:`pincompiler.roots.holding.holds` says.  Of a root whose certificate is at hand nowhere, its
name alone is compared, as no key of it is known to check the signature with.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature

from pincompiler.base.bounds import PATH_CERTIFICATES
from pincompiler.base.records import dataclass
from pincompiler.keys.decoding import DamagedError, decoding
from pincompiler.keys.spki import PublicKey
from pincompiler.policy.enforcement import Role
from pincompiler.policy.trust import Certificate
from pincompiler.roots.holding import Answer, Platform, expected
from pincompiler.roots.knowledge import folded, known_roots
from pincompiler.tls.keys import certificate, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cryptography import x509

    from pincompiler.roots.root import Root

Path = tuple[PublicKey, ...]
if TYPE_CHECKING:
    _Met = tuple[tuple[x509.Certificate, ...], Root]


@dataclass(frozen=True, slots=True)
class DeviceView:
    """What devices of some versions, both included, make of the certificates that a server shows."""

    platform: Platform
    first: int
    last: int | None
    """None: and of all later ones."""
    paths: tuple[Path, ...]
    """Those that they may build, from the server's certificate to a root; several where their store is not known."""
    refused: Answer
    """Whether they build none: *unknown* where it hangs on what is not known of their store."""
    followed: bool = False
    """Whether another path takes over once a certificate of one of these has ended."""
    lacking: tuple[str, ...] = ()
    """The subjects of the roots at which the path might end, of those that they lack, or may lack."""
    why: str = ""
    """Why it is not known, a sentence without its full stop, where that is not for the store."""


def device_views(shown: Sequence[x509.Certificate], path: Path, moment: datetime) -> tuple[DeviceView, ...]:
    """What each version of Android and iOS makes of certificates, the server's own first, at a moment.

    ``path`` is the one that was validated here.  None, if the certificates lead to no public root that is known: of
    other CAs' chains nothing new can be said.
    """
    try:
        with decoding():
            building = _Building(shown[: PATH_CERTIFICATES.limit], path, moment)
            if not building.ends:
                return ()
            if len(shown) > PATH_CERTIFICATES.limit:
                why = f"the server shows more than {PATH_CERTIFICATES}"
                return tuple(DeviceView(one, 1, None, (path,), Answer.UNKNOWN, why=why) for one in Platform)
            return (*building.android(), *building.ios())
    except DamagedError:
        return ()


class _Building:
    """All that is asked of one set of certificates."""

    def __init__(self, shown: Sequence[x509.Certificate], path: Path, moment: datetime) -> None:
        self._shown, self._path, self._moment = tuple(shown), path, moment
        self._known = known_roots()
        self._issuers: dict[x509.Certificate, tuple[Root, ...]] = {}
        self._signatures: dict[tuple[x509.Certificate, x509.Certificate], bool] = {}
        self._stores: dict[tuple[frozenset[Root], tuple[Root, ...]], tuple[bool, tuple[Path, ...], bool]] = {}
        self._at_hand: dict[tuple[str, bytes], tuple[x509.Certificate, PublicKey]] = {}
        for key in (*self._path[1:], *self._keys(self._shown[1:])):
            name = (folded(key.subject), key.spki_sha256)
            if key.der and name not in self._at_hand:
                self._at_hand[name] = (certificate(key.der), key)
        self.ends: dict[Root, tuple[x509.Certificate, ...]] = {}
        """Each root that the certificates lead to, with the certificates below it."""
        for below, root in self._met(None):
            self.ends.setdefault(root, below)

    @staticmethod
    def _keys(shown: Sequence[x509.Certificate]) -> Iterator[PublicKey]:
        from cryptography.hazmat.primitives.serialization import Encoding

        return (key_of(one.public_bytes(Encoding.DER)) for one in shown)

    # -- paths -------------------------------------------------------------------------------------

    def _met(self, held: frozenset[Root] | None, at: datetime | None = None) -> Iterator[_Met]:
        """The roots in the order in which Conscrypt meets them, each with what is below; ``None``: whichever there are."""
        moment = at or self._moment
        seen = {self._shown[0]}

        def on(below: tuple[x509.Certificate, ...]) -> Iterator[_Met]:
            last = below[-1]
            if last.issuer == last.subject:
                return
            yield from ((below, root) for root in self._roots_over(last) if held is None or root in held)
            for one in self._shown[1:]:
                if (
                    one not in seen
                    and one.subject == last.issuer
                    and _in_date(one, moment)
                    and self._signed(last, one)
                ):
                    seen.add(one)
                    yield from on((*below, one))

        return on(self._shown[:1])

    def _roots_over(self, one: x509.Certificate) -> tuple[Root, ...]:
        if one not in self._issuers:
            named = self._known.by_name(one.issuer.rfc4514_string())
            self._issuers[one] = tuple(root for root in named if self._may_have_signed(root, one))
        return self._issuers[one]

    def _may_have_signed(self, root: Root, one: x509.Certificate) -> bool:
        found = self._at_hand.get((folded(root.subject), root.spki_sha256))
        if found:
            return self._signed(one, found[0])
        # Another CA of that name is not the root, and one that made itself such a name least of all.
        others = (each for (name, _), (each, _) in self._at_hand.items() if name == folded(root.subject))
        return not any(self._signed(one, other) for other in others)

    def _signed(self, below: x509.Certificate, by: x509.Certificate) -> bool:
        """Whether a certificate has the name and the signature of another."""
        if (below, by) not in self._signatures:
            try:
                below.verify_directly_issued_by(by)
            except (InvalidSignature, TypeError, ValueError):
                self._signatures[below, by] = False
            else:
                self._signatures[below, by] = True
        return self._signatures[below, by]

    def _followed(self, held: frozenset[Root], met: _Met) -> bool:
        """Whether a store leads to another path once one has ended, before the server's certificate does."""
        ends = min(one.not_valid_after_utc for one in met[0])
        if ends >= self._shown[0].not_valid_after_utc:
            return False
        return next(self._met(held, ends + timedelta(seconds=1)), None) is not None

    def _made(self, below: tuple[x509.Certificate, ...], root: Root) -> Path:
        """A path, with the validated one's record of the root where that ends in it."""
        last = self._path[-1]
        own = (folded(last.subject), last.spki_sha256) == (folded(root.subject), root.spki_sha256)
        return (*self._keys(below), last if own else self._anchor(root))

    def _anchor(self, root: Root) -> PublicKey:
        """A root as the end of a path, of which the file has the certificate that ends last."""
        ends, digest = max((day, digest) for digest, day in root.certificates.items())
        found = self._at_hand.get((folded(root.subject), root.spki_sha256))
        identity = sha256(f"{folded(root.subject)} {root.pin}".encode()).digest()
        facts = Certificate(
            root.subject,
            datetime.combine(ends, time(23, 59, 59), UTC),
            digest,
            "",
            self_signed=True,
            identity=identity,
        )
        algorithm = found[1].algorithm if found else ""
        return PublicKey("certificate", root.spki_sha256, algorithm, root.subject, Role.CA, facts)

    # -- devices -----------------------------------------------------------------------------------

    def android(self) -> Iterator[DeviceView]:
        """By API levels; those whose devices make the same of it are one."""
        last = self._known.unknown_from
        return self._joined(Platform.ANDROID, [self._on_android(level) for level in range(1, last + 1)])

    def _on_android(self, level: int) -> DeviceView:
        answers = {root: expected(root, Platform.ANDROID, level) for root in self.ends}
        held = frozenset(root for root, one in answers.items() if one.answer is Answer.YES)
        unsure = tuple(root for root, one in answers.items() if one.answer is Answer.UNKNOWN)
        if (held, unsure) not in self._stores:
            self._stores[held, unsure] = self._in_store(held, unsure)
        sure, paths, followed = self._stores[held, unsure]
        exact = all(one.surely_absent for one in answers.values())
        refused = Answer.NO if sure else Answer.YES if exact else Answer.UNKNOWN
        return self._view(Platform.ANDROID, level, paths, refused, followed=followed)

    def _in_store(
        self, held: frozenset[Root], unsure: tuple[Root, ...]
    ) -> tuple[bool, tuple[Path, ...], bool]:
        """Whether a store leads to a path for certain, to which it may lead, and whether another follows one."""
        # Of a store with some of the unsure roots, the first that is met ends the path, as if it were the only one.
        worlds = (held, *(held | {root} for root in unsure))
        met = [next(self._met(world), None) for world in worlds]
        found = dict.fromkeys(one for one in met if one)
        paths = tuple(dict.fromkeys(self._made(*one) for one in found))
        followed = any(self._followed(held | set(unsure), one) for one in found)
        return met[0] is not None, paths, followed

    def ios(self) -> Iterator[DeviceView]:
        """By major versions, of which nothing is certain enough to call a chain refused."""
        majors = list(self._known.ios)
        return self._joined(Platform.IOS, [self._on_ios(major) for major in (*majors, majors[-1] + 1)])

    def _on_ios(self, major: int) -> DeviceView:
        answers = {root: expected(root, Platform.IOS, major).answer for root in self.ends}
        may = [root for root, answer in answers.items() if answer is not Answer.NO]
        paths = tuple(self._made(self.ends[root], root) for root in may)
        refused = Answer.NO if Answer.YES in answers.values() else Answer.UNKNOWN
        followed = any(self._followed(frozenset(may), (self.ends[root], root)) for root in may)
        return self._view(Platform.IOS, major, paths, refused, followed=followed)

    def _view(
        self, platform: Platform, version: int, paths: tuple[Path, ...], refused: Answer, *, followed: bool
    ) -> DeviceView:
        lacking = () if refused is Answer.NO else tuple(one.subject for one in self.ends)
        return DeviceView(platform, version, version, paths, refused, followed, lacking)

    @staticmethod
    def _joined(platform: Platform, views: Sequence[DeviceView]) -> Iterator[DeviceView]:
        """Views of versions in their order, those that say the same as one; the last is of all that come after."""
        first = 0
        for number, one in enumerate(views):
            following = views[number + 1] if number + 1 < len(views) else None
            if following and _said(following) == _said(one):
                continue
            begins = views[first]
            last = one.last if following else None
            yield DeviceView(platform, begins.first, last, one.paths, one.refused, one.followed, one.lacking)
            first = number + 1


def _said(view: DeviceView) -> tuple[object, ...]:
    return view.paths, view.refused, view.followed, view.lacking


def _in_date(one: x509.Certificate, moment: datetime) -> bool:
    return one.not_valid_before_utc <= moment <= one.not_valid_after_utc
