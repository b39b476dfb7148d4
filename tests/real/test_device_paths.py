"""The paths that Androids build, against Conscrypt's TrustManagerImpl with the stores of roots.json.

Roots have keys of the tests (:mod:`tests.stand_ins`); which of them a level has is what roots.json says of the real ones.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from pincompiler.roots.holding import Answer, Platform, holds
from pincompiler.roots.knowledge import known_roots
from pincompiler.tls.device_paths import DeviceView, device_views
from pincompiler.tls.keys import key_of
from tests.stand_ins import HOST, StandIns, made

from . import test_anchors

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography import x509

    from pincompiler.keys.spki import PublicKey

pytestmark = pytest.mark.usefixtures("real_tools")

CAS: Final = StandIns(
    x1="CN=ISRG Root X1,",
    x2="CN=ISRG Root X2,",
    dst="CN=DST Root CA X3,",
    gts="CN=GTS Root R1,",
    globalsign="CN=GlobalSign Root CA,",
    usertrust="CN=USERTrust RSA Certification Authority,",
    r46="CN=Sectigo Public Server Authentication Root R46,",
)
NOW: Final = datetime.now(UTC)
TERM: Final = ((NOW - timedelta(days=9)).date(), (NOW + timedelta(days=200)).date())
ENDED: Final = ((NOW - timedelta(days=900)).date(), (NOW - timedelta(days=9)).date())
LEVELS: Final = range(24, 36)
CHAINS: Final = 250


def pool() -> dict[str, x509.Certificate]:
    """What servers may show: a leaf under each of two intermediates of one key, roots, and who signed whom."""
    middle, leaf = "CN=Middle,O=Example", f"CN={HOST}"
    subjects, numbers = CAS.subjects, CAS.numbers
    found = {"leaf": made(leaf, 790, middle, 791, TERM, ca=False)}
    for by in CAS.roots:
        found[f"middle by {by}"] = made(middle, 791, subjects[by], numbers[by], TERM)
    crossed = ("x1 dst", "x2 x1", "gts globalsign", "r46 usertrust", "x1 x2", "usertrust globalsign")
    for one, by in (pair.split() for pair in crossed):
        found[f"{one} by {by}"] = CAS.cross(one, by, TERM)
        found[f"{one} by {by}, ended"] = CAS.cross(one, by, ENDED)
    # Signed by somebody who merely calls himself so.
    found["middle by a liar"] = made(middle, 791, subjects["x1"], 792, TERM)
    return found | {f"root {name}": one for name, one in CAS.roots.items()}


def key(one: x509.Certificate) -> PublicKey:
    return key_of(one.public_bytes(Encoding.DER))


def test_android_s_paths_are_conscrypt_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = pool()
    monkeypatch.setattr(test_anchors, "pool", lambda: known)
    names = [name for name in known if name != "leaf"]
    chance = random.Random(24)  # noqa: S311 - not for secrets
    chains = [("leaf", *chance.sample(names, chance.randint(1, 6))) for _ in range(CHAINS)]
    with CAS.known(tmp_path, monkeypatch):
        roots = {name: known_roots().by_name(CAS.subjects[name])[0] for name in CAS.roots}
        questions, expected = [], []
        at_hand = (key(known["leaf"]), *map(key, CAS.roots.values()))
        for chain in chains:
            views = device_views([known[name] for name in chain], at_hand, NOW)
            android = [view for view in views if view.platform is Platform.ANDROID]
            for level in LEVELS:
                answers = {name: holds(root, Platform.ANDROID, level).answer for name, root in roots.items()}
                store = tuple(f"root {name}" for name, answer in answers.items() if answer is Answer.YES)
                questions.append((store, chain))
                expected.append(next((v for v in android if v.first <= level <= (v.last or level)), None))
    by_hash = {one.fingerprint(hashes.SHA256()).hex(): one for one in known.values()}
    built = refused = 0
    for question, view, answer in zip(questions, expected, test_anchors.asked(questions), strict=True):
        path = tuple(key(by_hash[one]).spki_sha256 for one in answer)
        assert fits(view, path), (question, view, answer)
        built += bool(path)
        refused += not path
    assert min(built, refused) > 200


def fits(view: DeviceView | None, path: tuple[bytes, ...]) -> bool:
    """Whether the path that Conscrypt has built, or none, is what was said."""
    if view is None:
        return not path
    paths = [tuple(one.spki_sha256 for one in known) for known in view.paths]
    if not path:
        return view.refused is not Answer.NO
    # A store without what is not known of it builds the first; all the others have more roots.
    return bool(paths) and (path == paths[0] or (view.refused is Answer.UNKNOWN and path in paths))


def test_a_view_is_no_more_certain_than_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = pool()
    with CAS.known(tmp_path, monkeypatch):
        shown = [known["leaf"], known["middle by r46"]]
        views = device_views(shown, tuple(map(key, (*shown, CAS.roots["r46"]))), NOW)
        said = {(v.first, v.last): v.refused for v in views if v.platform is Platform.ANDROID}
    assert said == {
        (1, 23): Answer.UNKNOWN,
        (24, 33): Answer.YES,
        (34, 34): Answer.UNKNOWN,
        (35, None): Answer.NO,
    }
