"""The rules of the network security configuration (semantics.md, B1), each asked of the parser of every Android there is.

One call of aapt2 for all rows, one JVM for each Android: 7.0 (API level 24, the first), 9, 13, 14 and 15, the newest whose
classes Java 17 loads.  Rules that came later cannot be asked: certificate transparency (API 36), the configuration for
localhost and encrypted client hellos (API 37).  Where a level differs the row says from which one on, and why.

Our model is held to the same answers; ``tests/platforms/test_nsc.py`` does so without a JVM.
"""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import pytest

from pincompiler.platforms.nsc.reader import read_xml

from .install import ANDROIDS
from .test_androids import Comparison
from .toolchain import Device, android_answers, compile_resources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .toolchain import Compiled, NscAnswer

pytestmark = pytest.mark.usefixtures("real_tools")

PIN_A: Final = base64.b64encode(bytes([1] * 32)).decode()
PIN_B: Final = base64.b64encode(bytes([2] * 32)).decode()


def document(body: str, root: str = "") -> bytes:
    return f"<network-security-config{root}>{body}</network-security-config>".encode()


def pin_set(*pins: str, expiration: str | None = None) -> str:
    written = "" if expiration is None else f' expiration="{expiration}"'
    body = "".join(f'<pin digest="SHA-256">{pin}</pin>' for pin in pins)
    return f"<pin-set{written}>{body}</pin-set>"


def domain(name: str, body: str = "", subdomains: str = "true", rest: str = "") -> str:
    return (
        f'<domain-config{rest}><domain includeSubdomains="{subdomains}">{name}</domain>{body}</domain-config>'
    )


A: Final = pin_set(PIN_A)
B: Final = pin_set(PIN_B)


@dataclass(frozen=True, slots=True)
class Selection:
    """The pins which Android has in force per host, in short: ``A``, ``B``, ``AB`` or nothing."""

    text: bytes
    hosts: Mapping[str, str]


SELECTIONS: Final[Mapping[str, Selection]] = {
    "any depth, apex included, and no other": Selection(
        document(domain("x.test", A)),
        {"x.test": "A", "a.x.test": "A", "a.b.x.test": "A", "notx.test": "", "test": ""},
    ),
    "without subdomains": Selection(document(domain("x.test", A, "false")), {"x.test": "A", "a.x.test": ""}),
    "subdomains are left out by default": Selection(
        document(f"<domain-config><domain>x.test</domain>{A}</domain-config>"),
        {"x.test": "A", "a.x.test": ""},
    ),
    "numbers and capitals are booleans, yes is not": Selection(
        document(
            domain("one.test", A, "1")
            + domain("true.test", A, "TRUE")
            + domain("yes.test", A, "yes")
            + domain("nought.test", A, "0")
        ),
        {
            "a.one.test": "A",
            "a.true.test": "A",
            "a.yes.test": "",
            "yes.test": "A",
            "a.nought.test": "",
        },
    ),
    "the longest wins, without union": Selection(
        document(domain("x.test", A) + domain("api.x.test", B)),
        {"x.test": "A", "a.x.test": "A", "api.x.test": "B", "y.api.x.test": "B"},
    ),
    "the order does not matter": Selection(
        document(domain("api.x.test", B) + domain("x.test", A)),
        {"x.test": "A", "a.x.test": "A", "api.x.test": "B", "y.api.x.test": "B"},
    ),
    "an exact match wins, but only for itself": Selection(
        document(domain("x.test", A) + domain("api.x.test", B, "false")),
        {"api.x.test": "B", "y.api.x.test": "A"},
    ),
    "hosts are lowered and lose one dot": Selection(
        document(domain("X.Test", A)),
        {"x.test.": "A", "A.X.TEST": "A", "x.test..": ""},
    ),
    "a star, a dot, a port and a U-label are taken literally": Selection(
        document(
            domain("*.star.test", A)
            + domain("dot.test.", A)
            + domain("port.test:443", A)
            + domain("bücher.test", A)
            + domain("https://url.test", A)
        ),
        {
            "a.star.test": "",
            "star.test": "",
            "dot.test": "",
            "dot.test.": "",
            "port.test": "",
            "xn--bcher-kva.test": "",
            "bücher.test": "A",
            "url.test": "",
        },
    ),
    "an address is a name like any other": Selection(
        document(domain("127.0.0.1", A, "false")), {"127.0.0.1": "A", "127.0.0.2": ""}
    ),
    "a child inherits the pins": Selection(
        document(domain("x.test", A + domain("api.x.test"))),
        {"api.x.test": "A", "b.api.x.test": "A", "x.test": "A"},
    ),
    "a child's pins replace, they do not add": Selection(
        document(domain("x.test", A + domain("api.x.test", B))),
        {"api.x.test": "B", "x.test": "A"},
    ),
    "a child's empty pin-set turns pinning off": Selection(
        document(domain("x.test", A + domain("api.x.test", "<pin-set/>"))),
        {"api.x.test": "", "b.api.x.test": "", "x.test": "A", "b.x.test": "A"},
    ),
    "a config without pins does not inherit from a shorter name beside it": Selection(
        document(domain("x.test", A) + domain("api.x.test")),
        {"api.x.test": "", "b.api.x.test": "", "x.test": "A"},
    ),
    "a child need not be below its parent": Selection(
        document(domain("x.test", A + domain("y.test"))), {"a.y.test": "A"}
    ),
    "several pins and several domains": Selection(
        document(
            "<domain-config><domain>x.test</domain><domain>y.test</domain>"
            + pin_set(PIN_A, PIN_B, PIN_A)
            + "</domain-config>"
        ),
        {"x.test": "AB", "y.test": "AB", "z.test": ""},
    ),
    "text is trimmed, padding may lack, the digest's case does not matter": Selection(
        document(
            "<domain-config><domain>\n x.test </domain><pin-set>"
            f'<pin digest="sha-256">\n {PIN_A.rstrip("=")} </pin></pin-set></domain-config>'
        ),
        {"x.test": "A"},
    ),
    "unknown elements and attributes are skipped": Selection(
        document(
            '<unknown><domain-config/></unknown><pinset p="1"/>'
            + domain("x.test", '<trustkit-config enforcePinning="true"/>' + A)
            + domain("y.test", f"<pinset>{A}</pinset>", rest=' unknown="1"'),
            ' unknown="1"',
        ),
        {"x.test": "A", "y.test": ""},
    ),
    "a namespaced attribute of ours on the root is skipped": Selection(
        document(domain("x.test", A), ' xmlns:p="urn:pincompiler" p:policy="sha256/0123"'),
        {"x.test": "A"},
    ),
    "errors in debug-overrides do not show in a release": Selection(
        document("<debug-overrides><pin-set/></debug-overrides>" + domain("x.test", A)),
        {"x.test": "A"},
    ),
}


def with_pin(element: str) -> bytes:
    return document(domain("x.test", f"<pin-set>{element}</pin-set>"))


def anchors(*sources: str, overrides: str = "") -> str:
    extra = f' overridePins="{overrides}"' if overrides else ""
    return f"<trust-anchors>{''.join(f'<certificates src={chr(34)}{source}{chr(34)}{extra}/>' for source in sources)}</trust-anchors>"


class Refusal(NamedTuple):
    """What a parser throws, which crashes an app at its first use of TLS, though it builds."""

    text: bytes
    message: str
    device: Device = Device()
    until: int | None = None
    """The first API level that takes it; None: none does."""


REFUSALS: Final[Mapping[str, Refusal]] = {
    "same domain twice": Refusal(
        document(domain("x.test", A) + domain(" X.test", B, "false")),
        "ParserException: x.test has already been specified",
    ),
    "same domain twice, nested": Refusal(
        document(domain("x.test", A + domain("x.test", B))),
        "ParserException: x.test has already been specified",
    ),
    "no domain": Refusal(
        document(f"<domain-config>{A}</domain-config>"),
        "ParserException: No domain elements in domain-config",
    ),
    "only a child has a domain": Refusal(
        document(f"<domain-config>{domain('x.test', A)}</domain-config>"),
        "ParserException: No domain elements in domain-config",
    ),
    "empty domain": Refusal(
        document(domain(" ", A)),
        "ParserException: Domain name missing",
    ),
    "element in a domain": Refusal(
        document(domain("x<b/>.test", A)),
        "ParserException: domain contains additional elements",
    ),
    "comment inside a domain": Refusal(
        document(domain("x<!-- -->.test", A)),
        "ParserException: domain contains additional elements",
    ),
    "two pin-sets": Refusal(
        document(domain("x.test", A + B)),
        "ParserException: Multiple pin-set elements not allowed",
    ),
    "pins for all": Refusal(
        document(f"<base-config>{A}</base-config>"),
        "ParserException: pin-set element not allowed in base-config",
    ),
    "two base-configs": Refusal(
        document("<base-config/><base-config/>"),
        "ParserException: Only one base-config allowed",
    ),
    "no digest": Refusal(
        with_pin(f"<pin>{PIN_A}</pin>"),
        "ParserException: Unsupported pin digest algorithm: null",
    ),
    "other digest": Refusal(
        with_pin(f'<pin digest="SHA256">{PIN_A}</pin>'),
        "ParserException: Unsupported pin digest algorithm: SHA256",
    ),
    "empty pin": Refusal(
        with_pin('<pin digest="SHA-256"/>'),
        "ParserException: Missing pin digest",
    ),
    "OkHttp's prefix": Refusal(
        with_pin(f'<pin digest="SHA-256">sha256/{PIN_A}</pin>'),
        "ParserException: Invalid pin digest",
    ),
    "hexadecimal": Refusal(
        with_pin(f'<pin digest="SHA-256">{"ab" * 32}</pin>'),
        "ParserException: digest length 48 does not match expected length",
    ),
    "comment inside a pin": Refusal(
        with_pin(f'<pin digest="SHA-256">{PIN_A[:4]}<!-- -->{PIN_A[4:]}</pin>'),
        "ParserException: digest length 3 does not match expected length",
    ),
    "no such day": Refusal(
        document(domain("x.test", pin_set(PIN_A, expiration="2027-02-30"))),
        "ParserException: Invalid expiration date in pin-set",
    ),
    "no day at all": Refusal(
        document(domain("x.test", pin_set(PIN_A, expiration="never"))),
        "ParserException: Invalid expiration date in pin-set",
    ),
    "other root": Refusal(
        b"<network-config/>",
        "XmlPullParserException: Unexpected start tag: found network-config",
    ),
    "same domain twice, whatever it includes": Refusal(
        document(domain("x.test", A, "false") + domain("x.test", A)),
        "ParserException: x.test has already been specified",
    ),
    "two debug-overrides": Refusal(
        document("<debug-overrides/><debug-overrides/>"),
        "ParserException: Only one debug-overrides allowed",
        Device(debuggable=True),
    ),
    "pins in debug-overrides": Refusal(
        document(f"<debug-overrides>{A}</debug-overrides>"),
        "ParserException: pin-set element not allowed in debug-overrides",
        Device(debuggable=True),
    ),
    "a domain in base-config": Refusal(
        document("<base-config><domain>x.test</domain></base-config>"),
        "ParserException: domain element not allowed in base-config",
    ),
    "a domain-config in base-config": Refusal(
        document(f"<base-config>{domain('x.test', A)}</base-config>"),
        "ParserException: Nested domain-config not allowed in base-config",
    ),
    "two trust-anchors": Refusal(
        document(domain("x.test", anchors("user") + anchors("user"))),
        "ParserException: Multiple trust-anchor elements not allowed",
    ),
    "element in a pin": Refusal(
        with_pin(f'<pin digest="SHA-256">{PIN_A}<b/></pin>'),
        "ParserException: pin contains additional elements",
    ),
    "too short": Refusal(
        with_pin('<pin digest="SHA-256">AAAA</pin>'),
        "ParserException: digest length 3 does not match expected length",
    ),
    "certificates without a source": Refusal(
        document("<base-config><trust-anchors><certificates/></trust-anchors></base-config>"),
        "ParserException: certificates element missing src attribute",
    ),
    "certificates of an unknown source": Refusal(
        document(f"<base-config>{anchors('System')}</base-config>"),
        "ParserException: Unknown certificates src",
    ),
    "certificates of Passpoint, before Android 10": Refusal(
        document(f"<base-config>{anchors('wfa')}</base-config>"),
        "ParserException: Unknown certificates src",
        until=29,
    ),
}


class Setting(NamedTuple):
    """What is in force for hosts beside the pins."""

    text: bytes
    asked: Literal["cleartext", "anchors", "expires_ms"]
    hosts: Mapping[str, object]
    device: Device = Device()
    since: int = 0
    """The first API level of which this is true."""
    before: Mapping[str, object] = MappingProxyType({})
    """What is true of the levels below."""


def instant(year: int, month: int, day: int, offset_hours: float = 0) -> int:
    zone = dt.timezone(dt.timedelta(hours=offset_hours))
    return round(dt.datetime(year, month, day, tzinfo=zone).timestamp() * 1000)


JUNE: Final = "2027-06-01"
DATED: Final = document(domain("x.test", pin_set(PIN_A, expiration=JUNE)))
PLAIN: Final = document(domain("x.test", A))
SYSTEM, USER, FILE = "SystemCertificateSource", "UserCertificateSource", "ResourceCertificateSource"
OVERRIDING: Final = document(f"<debug-overrides>{anchors('user')}</debug-overrides>{domain('x.test', A)}")

SETTINGS: Final[Mapping[str, Setting]] = {
    # -- B1.3 and B1.5: until when
    **{
        f"pins end at midnight in {zone}": Setting(
            DATED, "expires_ms", {"x.test": instant(2027, 6, 1, hours), "y.test": None}, Device(zone)
        )
        for zone, hours in (
            ("UTC", 0),
            ("Pacific/Kiritimati", 14),
            ("Etc/GMT+12", -12),
            ("Asia/Kolkata", 5.5),
        )
    },
    **{
        f"the date {text!r}": Setting(
            document(domain("x.test", pin_set(PIN_A, expiration=text))), "expires_ms", {"x.test": told}
        )
        for text, told in {
            "2027-6-1": instant(2027, 6, 1),
            # What follows is ignored.
            "2027-06-01T23:59Z": instant(2027, 6, 1),
            "2027-06-01x": instant(2027, 6, 1),
            " 2027-06-01": instant(2027, 6, 1),
            # Two digits are a year of the first century; by the Julian calendar, then two days from ours.
            "27-06-01": instant(27, 5, 30),
        }.items()
    },
    "a child's own pins without a date never expire": Setting(
        document(
            domain("x.test", pin_set(PIN_A, expiration=JUNE) + domain("a.x.test") + domain("b.x.test", B))
        ),
        "expires_ms",
        {"x.test": instant(2027, 6, 1), "a.x.test": instant(2027, 6, 1), "b.x.test": None},
    ),
    # -- B1.5: cleartext
    "cleartext is inherited from the nearest that says so": Setting(
        document(
            f'<base-config cleartextTrafficPermitted="true"/>{domain("x.test", A)}'
            + domain("y.test", domain("a.y.test"), rest=' cleartextTrafficPermitted="false"')
        ),
        "cleartext",
        {"x.test": True, "y.test": False, "a.y.test": False, "z.test": True},
    ),
    "cleartext is refused to apps that aim at 28, by Androids that know of it": Setting(
        PLAIN,
        "cleartext",
        {"x.test": False, "z.test": False},
        Device(target_sdk=28),
        since=28,
        before={"x.test": True, "z.test": True},
    ),
    "cleartext is permitted to apps that aim at 27": Setting(
        PLAIN, "cleartext", {"x.test": True, "z.test": True}, Device(target_sdk=27)
    ),
    # -- B1.5: trust anchors
    "the system's CAs": Setting(PLAIN, "anchors", {"x.test": (SYSTEM,), "z.test": (SYSTEM,)}),
    "and the user's for apps that aim at 23": Setting(
        PLAIN, "anchors", {"x.test": (SYSTEM, USER)}, Device(target_sdk=23)
    ),
    "anchors of a child replace those around it": Setting(
        document(
            f"<base-config>{anchors('system', 'user')}</base-config>"
            + domain("x.test", anchors("user") + domain("a.x.test") + domain("b.x.test", anchors("system")))
        ),
        "anchors",
        {"z.test": (SYSTEM, USER), "x.test": (USER,), "a.x.test": (USER,), "b.x.test": (SYSTEM,)},
    ),
    "anchors of a file": Setting(
        document(domain("x.test", anchors("@android:drawable/btn_default"))), "anchors", {"x.test": (FILE,)}
    ),
    "an empty list trusts nobody": Setting(
        document(domain("x.test", "<trust-anchors/>")), "anchors", {"x.test": (), "z.test": (SYSTEM,)}
    ),
    "pins are not overridden unless it is said": Setting(
        document(domain("x.test", A + anchors("user", overrides="false"))), "anchors", {"x.test": (USER,)}
    ),
    "pins are overridden where it is said": Setting(
        document(domain("x.test", A + anchors("user", overrides="true"))),
        "anchors",
        {"x.test": (f"{USER}!",)},
    ),
    "debug-overrides are inert in a release": Setting(OVERRIDING, "anchors", {"x.test": (SYSTEM,)}),
    "debug-overrides override pins unless it is said": Setting(
        OVERRIDING, "anchors", {"x.test": (f"{USER}!", SYSTEM)}, Device(debuggable=True)
    ),
}


# -- asking --------------------------------------------------------------------------------------------


@cache
def told(api: int) -> Mapping[str, NscAnswer]:
    """Every row, answered by one JVM."""
    rows = {
        **{name: (row.text, list(row.hosts), Device()) for name, row in SELECTIONS.items()},
        **{name: (row.text, ["x.test"], row.device) for name, row in REFUSALS.items()},
        **{name: (row.text, list(row.hosts), row.device) for name, row in SETTINGS.items()},
    }
    assert len(rows) == len(SELECTIONS) + len(REFUSALS) + len(SETTINGS)
    hosts, devices = [hosts for _, hosts, _ in rows.values()], [device for *_, device in rows.values()]
    answers = android_answers(compiled(tuple(text for text, *_ in rows.values())), hosts, devices, api)
    return dict(zip(rows, answers, strict=True))


@cache
def compiled(texts: tuple[bytes, ...]) -> list[Compiled]:
    return compile_resources(texts)


every_android = pytest.mark.parametrize("api", ANDROIDS)


@every_android
@pytest.mark.parametrize("name", SELECTIONS)
def test_selects(name: str, api: int) -> None:
    """Which config applies to a host, and what it inherits."""
    answer = told(api)[name]
    assert (answer.refused_by, answer.error) == (None, None)
    letters = {PIN_A: "A", PIN_B: "B"}
    observed = {
        host: "".join(sorted(letters[pin] for pin in config.pins))
        for host, config in zip(SELECTIONS[name].hosts, answer.hosts, strict=True)
    }
    assert observed == SELECTIONS[name].hosts


@every_android
@pytest.mark.parametrize("name", REFUSALS)
def test_refuses(name: str, api: int) -> None:
    answer, row = told(api)[name], REFUSALS[name]
    if row.until is not None and api >= row.until:
        assert answer.refused_by is None
        return
    assert answer.refused_by == "parser"
    assert answer.hosts == ()
    assert answer.binary is not None
    assert answer.error is not None
    assert answer.error.startswith(row.message)


@every_android
@pytest.mark.parametrize("name", SETTINGS)
def test_has_in_force(name: str, api: int) -> None:
    answer, row = told(api)[name], SETTINGS[name]
    observed = {host: getattr(one, row.asked) for host, one in zip(row.hosts, answer.hosts, strict=True)}
    assert observed == (row.hosts if api >= row.since else row.before)


@every_android
def test_our_model_has_the_same_in_force(api: int) -> None:
    asked = [(name, row.text, tuple(row.hosts), Device()) for name, row in SELECTIONS.items()]
    asked += [(name, row.text, tuple(row.hosts), row.device) for name, row in SETTINGS.items()]
    for name, text, hosts, device in asked:
        Comparison(text, device, api, told(api)[name], read_xml(text, name), hosts).check()
