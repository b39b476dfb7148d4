"""Decisions on trust that rest on constants beyond a bound of reading: these are unknown, and no checks.

Lists of many items are really compiled, by D8 and by R8: a pin among forty certificates is compared as among two, and
what is found in forty constants is known by nobody who does not look at all of them.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.android.dex import DexError
from pincompiler.base.bounds import WAY_ITEMS, WRITERS
from pincompiler.shipped import read_app
from pincompiler.shipped.android.trust import sockets
from pincompiler.shipped.android.trust.attaching import NO_CONTEXT
from tests.builds import build_app
from tests.real.conditions import (
    ALL_MODES,
    ELSE,
    ERROR,
    GIVEN,
    KEPT,
    KEYS,
    OPEN_PAGE,
    SILENT,
    UNKNOWN,
    WARNING,
    expected,
    filled,
    in_modes,
    said,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("builds")
MANY: Final = 40
NUMBERS: Final = ", ".join(map(str, range(MANY)))
PRINTS: Final = ", ".join(f'"{sha256(bytes([one])).hexdigest()}"' for one in range(MANY))
FEW: Final = ", ".join(PRINTS.split(", ")[:2])
PAGES: Final[dict[str, tuple[str, str]]] = {
    "FewKinds": (ERROR, "if (Arrays.asList(0, 1, 2, 3, 4, 5).contains(error.getPrimaryError()))" + ELSE),
    "ManyKinds": (UNKNOWN, f"if (Arrays.asList({NUMBERS}).contains(error.getPrimaryError()))" + ELSE),
    "KindsInSet": (
        UNKNOWN,
        f"if (new HashSet<>(Arrays.asList({NUMBERS})).contains(error.getPrimaryError()))" + ELSE,
    ),
    "KindsInTable": (
        UNKNOWN,
        f"int k = error.getPrimaryError(); int[] kinds = {{{NUMBERS}}}; if (kinds[k] == k)" + ELSE,
    ),
    "KindsElsewhere": (UNKNOWN, "if (Kinds.known(error.getPrimaryError()))" + ELSE),
    "Whatever": (
        ERROR,
        f'if (Arrays.asList({NUMBERS}).contains(7)) android.util.Log.d("a", "b"); handler.proceed();',
    ),
}
ELSEWHERE: Final = f"""\
import java.util.*;
final class Kinds {{
    static boolean known(int kind) {{ int[] kinds = {{{NUMBERS}}}; return kinds[kind] == kind; }}
}}
"""
MANAGER: Final = """\
import java.security.cert.*;
import java.util.*;
public final class NAME implements javax.net.ssl.X509TrustManager {
    static boolean strict = System.nanoTime() > 3;
    WRITERS
    @Override public void checkClientTrusted(X509Certificate[] chain, String type) {}
    @Override public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
    static String print(X509Certificate one) throws CertificateException {
        try {
            byte[] made = java.security.MessageDigest.getInstance("SHA-256").digest(one.getEncoded());
            return String.format("%064x", new java.math.BigInteger(1, made));
        } catch (java.security.NoSuchAlgorithmException e) { throw new CertificateException(e); }
    }
    @Override public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        BODY
    }
}
""".replace(
    "WRITERS",
    "\n    ".join(f"static void set{n}() {{ strict = System.nanoTime() > {n}; }}" for n in range(MANY)),
)
REFUSE: Final = ' throw new CertificateException("no");'
MANAGERS: Final[dict[str, tuple[str, str]]] = {
    "SoundList": (SILENT, f"if (!Arrays.asList({PRINTS}).contains(print(chain[0])))" + REFUSE),
    "SoundSet": (
        SILENT,
        f"Set<String> pins = new HashSet<>(Arrays.asList({PRINTS})); if (!pins.contains(print(chain[0])))"
        + REFUSE,
    ),
    "SoundLoop": (
        SILENT,
        f"String[] pins = {{{PRINTS}}}; for (String pin : pins) if (pin.equals(print(chain[0]))) return;"
        + REFUSE,
    ),
    "SoundItem": (
        SILENT,
        f"String[] pins = {{{PRINTS}}}; if (!print(chain[0]).equals(pins[7]))" + REFUSE,
    ),
    "BrokenFew": (ERROR, f"if (!Arrays.asList({FEW}).contains({FEW.split(', ')[0]}))" + REFUSE),
    "BrokenMany": (ERROR, f"if (!Arrays.asList({PRINTS}).contains({FEW.split(', ')[0]}))" + REFUSE),
    "BrokenIdle": (ERROR, f"boolean same = Arrays.asList({PRINTS}).contains(print(chain[0]));"),
    "BrokenItem": (
        ERROR,
        f'String[] pins = {{{PRINTS}}}; if (pins[7].startsWith("x"))' + REFUSE,
    ),
    "Written": (WARNING, "if (strict) Given.platform().checkServerTrusted(chain, type);"),
}


OF_PINS: Final = "compares certificates, and what it compares them with is only known at run time"
"""What is said of pins in a loop over more than a value may be: where they are read is another question."""


@in_modes(*ALL_MODES)
def test_a_decision_by_what_lies_beyond_a_bound_is_unknown(mode: str, tmp_path: Path) -> None:
    assert max(WAY_ITEMS.limit, WRITERS.limit) < MANY
    forms = [(OPEN_PAGE, PAGES), (MANAGER, MANAGERS)]
    java = [*filled(forms), GIVEN, KEYS, ELSEWHERE]
    apk = build_app(tmp_path / "a", java=java, shrink=mode, rules=KEPT)
    found = said(apk)
    assert found.pop("SoundLoop", UNKNOWN) == UNKNOWN
    assert found == {name: level for name, level in expected(forms).items() if level}
    whys = {one.why for one in read_app(apk).unseen if one.mechanisms} - {OF_PINS, NO_CONTEXT}
    assert whys == {"its decision on trust cannot be followed: a list has more than 16 items"}


OLD: Final = """\
import javax.net.ssl.*;
public final class Old {
    static void use(SSLSocket socket) { socket.setEnabledProtocols(new String[] {"TLSv1"}); }
}
"""


def test_a_call_that_cannot_be_followed_may_ask_for_old_protocols(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apk = build_app(tmp_path / "a", java=[OLD], libraries=())
    assert [one.versions for one in read_app(apk).trust.protocols] == [("TLSv1",)]

    def damaged(*_: object) -> None:
        raise DexError("damaged")

    monkeypatch.setattr(sockets, "arguments", damaged)
    app = read_app(apk)
    assert app.trust.protocols == ()
    whys = {one.why for one in app.unseen if "Old" in one.what}
    assert whys == {"which versions of TLS it asks for cannot be followed: damaged"}
