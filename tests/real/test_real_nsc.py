"""Our reader and model of the NSC against Android's own parser, through aapt2.

What Android refuses we call a problem, and the other way round; for what it accepts, the pins and their last
instant are the same for every host.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import strategies as st

from pincompiler.base.errors import InputError
from pincompiler.platforms.nsc.model import Nsc
from pincompiler.platforms.nsc.reader import read_xml
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.policy.project import App, Output
from tests.platforms.models import DOCTYPES, with_doctype
from tests.strategies import policies

from .drawing import drawn
from .toolchain import android_nsc

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.usefixtures("real_tools")

Told = tuple[frozenset[str], int | None]
"""The pins in force for a host, and the millisecond at which they end."""


def ours(model: Nsc, host: str) -> Told:
    """What our model demands, in Android's terms; on a device that keeps UTC."""
    clauses = model.demand(host)
    if not clauses:
        return frozenset(), None
    (clause,) = clauses
    day = clause.until
    pins = frozenset(b64encode(pin).decode() for pin in clause.leaf)
    if day is None:
        return pins, None
    return pins, round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def androids(
    documents: list[bytes], hosts: list[list[str]], *, debuggable: bool = False
) -> list[list[Told] | str]:
    """What Android has in force for each host, or why it refused the document."""
    answers = android_nsc(documents, hosts, debuggable=debuggable)
    return [
        answer.error or [(host.pins, host.expires_ms if host.pins else None) for host in answer.hosts]
        for answer in answers
    ]


def hosts_around(names: Iterable[str]) -> list[str]:
    found = {"unrelated.test"}
    for name in names:
        above = name.partition(".")[2] or "above"
        found |= {name, f"q.{name}", f"r.q.{name}", f"q{name}", f"q.{above}", above, f"{name}.", name.upper()}
    return sorted(host for host in found if not host.startswith("."))


# -- what we write -------------------------------------------------------------------------------

BASE: Final = b"""\
<network-security-config xmlns:tools="http://schemas.android.com/tools" tools:ignore="X">
    <base-config cleartextTrafficPermitted="false"><!-- kept --></base-config>
    <domain-config>
        <domain>legacy.test</domain>
        <pin-set><pin digest="SHA-256">AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=</pin></pin-set>
    </domain-config>
    <debug-overrides><trust-anchors><certificates src="user"/></trust-anchors></debug-overrides>
</network-security-config>
"""


@pytest.mark.parametrize("base", [b"", BASE], ids=["alone", "with a base"])
@pytest.mark.parametrize("name", ["nsc", "trustkit-android"])
def test_what_is_generated_means_what_was_lowered(name: str, base: bytes) -> None:
    target = target_named(name)
    assert target.write is not None
    assert target.merge is not None
    output = Output(name, PurePosixPath("nsc.xml"))
    documents, hosts, expected = [], [], []
    for policy in drawn(policies, 80):
        lowered = target.lower(policy, App(), output)
        documents.append(target.write(lowered, Job("pins.toml", "sha256/", output, base)))
        model = target.merge(base, "base", lowered) if base else lowered
        hosts.append(hosts_around(model.names()))
        expected.append([ours(model, host) for host in hosts[-1]])
    assert androids(documents, hosts) == expected
    assert androids(documents, hosts, debuggable=True) == expected
    assert sum(bool(pins) for told in expected for pins, _ in told) > 300


# -- what people write ---------------------------------------------------------------------------

PINS: Final = tuple(b64encode(bytes([n] * 32)).decode() for n in (1, 2, 251))
NAMES: Final = ("x.test", "a.x.test", "b.a.x.test", "y.test", "test", "A.Y.test", "a.x.test.", "*.x.test")
HOSTS: Final = hosts_around([name.lower() for name in NAMES])


def mostly(usual: str, *others: str, weight: int = 12) -> st.SearchStrategy[str]:
    """The usual text, and now and then another one."""
    return st.sampled_from((usual,) * weight + others) if others else st.just(usual)


def around(text: str) -> st.SearchStrategy[str]:
    """A text as it is, or with something about it, or in it."""
    half = len(text) // 2
    front, back = text[:half], text[half:]
    return mostly(
        text,
        f"\n  {text}\t",
        f"<!-- c -->{text}<!-- d -->",
        f" <!-- c --> {text} <!-- d --> ",
        f"{front}<!-- c -->{back}",
        f"{text}<!-- c -->{text}",
        f"{front}<?pi?>{back}",
        f"{front}<![CDATA[{back}]]>",
        f"<![CDATA[{text}]]>",
        f"{front}<b/>{back}",
        f"<b/>{text}",
        f"{front} {back}",
        f"&#160;{text}",
        f"&#{ord(text[0])};{text[1:]}",
        "",
        "  ",
        "<!-- c -->",
        weight=250,
    )


booleans = mostly(
    "true",
    "false",
    "TRUE",
    "True",
    "tRUE",
    "yes",
    "1",
    "0",
    "-1",
    "01",
    "0x1",
    "0x0",
    " true",
    "+1",
    "",
    "²",
    "1.0",
    weight=6,
)
dates = mostly(
    "2027-06-01",
    *(
        "2026-1-1",
        " 2028-02-29",
        "2027-06-01T00:00Z",
        "2027-06-01x",
        "2027- 06-\t1",
        "0002027-06-01",
        "9999-12-31",
    ),
    *(
        "2027-02-29",
        "2027-13-01",
        "2027-06-00",
        "0000-01-01",
        "2027/06/01",
        "20270601",
        "never",
        "",
        "2027-06",
    ),
    *("2027 -06-01", "+2027-06-01", "-2027-06-01", "2027--6-1", "&#10;2027-06-01", "&#160;2027-06-01"),
    *("292278995-01-01", "٢٠٢٧-٠٦-٠١", "2027.0-06-01", "01-06-2027"),
    weight=80,
)
digests = mostly("SHA-256", "sha-256", "SHA256", "SHA-1", "", " SHA-256", "sha256/", weight=250)
sources = mostly(
    "system",
    "user",
    "wfa",
    "System",
    "",
    " system",
    "@android:drawable/btn_default",
    "@",
    "all",
    "@null",
    weight=80,
)


@st.composite
def pin_elements(draw: st.DrawFn) -> str:
    pin = draw(st.sampled_from(PINS))
    kinds = (
        pin.rstrip("="),
        f"{pin}=",
        f"sha256/{pin}",
        pin.replace("+", "-").replace("/", "_"),
        f"{pin[:9]}={pin[9:]}",
        "ab" * 32,
        "AAAA",
        f"{pin[:-2]}F=",
        f"{pin[:-1]} =",
    )
    text = draw(mostly(pin, *kinds, weight=250))
    attribute = draw(mostly(f'digest="{draw(digests)}"', "", f'x:digest="{draw(digests)}"', weight=250))
    return f"<pin {attribute}>{draw(around(text))}</pin>"


@st.composite
def pin_set_elements(draw: st.DrawFn) -> str:
    date = draw(mostly("", f' expiration="{draw(dates)}"', weight=1))
    pins = draw(st.lists(pin_elements(), max_size=3))
    return f"<pin-set{date}>{draw(mostly('', '<pinn/>', 'text'))}{''.join(pins)}</pin-set>"


@st.composite
def anchor_elements(draw: st.DrawFn) -> str:
    some = draw(
        st.lists(
            st.builds('<certificates src="{}" overridePins="{}"/>'.format, sources, booleans), max_size=2
        )
    )
    return f"<trust-anchors>{''.join(some)}{draw(mostly('', '<certificates/>', weight=150))}</trust-anchors>"


@st.composite
def domain_elements(draw: st.DrawFn, names: list[str]) -> str:
    if not names or draw(st.integers(0, 150)) == 0:
        name = draw(st.sampled_from((*NAMES, "*.x.test", "x.test.", "x .test")))
    else:
        name = names.pop(0)
    prefix = draw(mostly("", "x:", weight=20))
    attribute = draw(
        mostly(
            f'includeSubdomains="{draw(booleans)}"', "", f'x:includeSubdomains="{draw(booleans)}"', weight=6
        )
    )
    return f"<{prefix}domain {attribute}>{draw(around(name))}</{prefix}domain>"


@st.composite
def config_elements(draw: st.DrawFn, names: list[str], depth: int = 0) -> str:
    parts = [draw(domain_elements(names)) for _ in range(draw(st.sampled_from((1,) * 24 + (2, 2, 0))))]
    parts += [draw(pin_set_elements()) for _ in range(draw(st.sampled_from((1,) * 30 + (0, 0, 0, 2))))]
    parts += [draw(anchor_elements()) for _ in range(draw(st.sampled_from((0,) * 24 + (1, 1, 1, 2))))]
    if depth < 2:
        parts += [draw(config_elements(names, depth + 1)) for _ in range(draw(st.sampled_from((0, 0, 0, 1))))]
    parts += draw(
        st.lists(
            st.sampled_from(('<trustkit-config enforcePinning="1"/>', "<pinset><pin/></pinset>", "text")),
            max_size=1,
        )
    )
    return f"<domain-config>{''.join(draw(st.permutations(parts)))}</domain-config>"


STRAY: Final = (
    "<domain>z.test</domain>",
    "<pin-set/>",
    "<domain-config/>",
    "<trust-anchors/>",
    "<x/>",
    "text",
)


@st.composite
def general_elements(draw: st.DrawFn, name: str) -> str:
    parts = draw(st.lists(anchor_elements(), max_size=1))
    parts += [draw(st.sampled_from(STRAY))] if draw(st.integers(0, 20)) == 0 else []
    return f"<{name}>{''.join(parts)}</{name}>"


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    names = list(draw(st.permutations(NAMES)))
    parts = [draw(config_elements(names)) for _ in range(draw(st.integers(1, 3)))]
    parts += [
        draw(general_elements("base-config"))
        for _ in range(draw(st.sampled_from((0,) * 12 + (1, 1, 1, 1, 2))))
    ]
    parts += [
        draw(general_elements("debug-overrides"))
        for _ in range(draw(st.sampled_from((0,) * 12 + (1, 1, 1, 1, 2))))
    ]
    parts += draw(
        st.lists(st.sampled_from(("<x><domain-config/></x>", "<!-- c -->", "<domain>q</domain>")), max_size=1)
    )
    body = "".join(draw(st.permutations(parts)))
    default = draw(mostly("", ' xmlns="urn:y"', weight=20))
    return f'<network-security-config xmlns:x="urn:x"{default}>{body}</network-security-config>'.encode()


def test_random_documents() -> None:
    """Both refuse or both accept; what is accepted means the same.

    A debuggable build reads debug-overrides as well: what it alone refuses, we call a problem, too.
    """
    texts = drawn(documents(), 600)
    release = androids(texts, [HOSTS] * len(texts))
    debuggable = androids(texts, [HOSTS] * len(texts), debuggable=True)
    accepted = 0
    for text, in_release, in_debug in zip(texts, release, debuggable, strict=True):
        model = read_xml(text, "nsc.xml")
        told = [problem.message for problem in model.problems if problem.met(34)]
        assert bool(told) is isinstance(in_debug, str), (text.decode(), told, in_debug)
        if not isinstance(in_release, str):
            accepted += bool(any(pins for pins, _ in in_release))
            assert [ours(model, host) for host in HOSTS] == in_release, text.decode()
    refused = sum(isinstance(one, str) for one in debuggable)
    assert accepted > 100
    assert refused > 100


def test_what_is_no_such_document_is_refused_by_both() -> None:
    """aapt2 breaks the build, or Android throws."""
    texts = [
        b"<network-security-config>",
        b"<resources/>",
        b"<network-security-config>&e;</network-security-config>",
        b"\xff",
    ]
    assert all(isinstance(one, str) for one in androids(texts, [["x.test"]] * len(texts)))
    for text in texts:
        with pytest.raises(InputError):
            read_xml(text, "nsc.xml")


def test_what_a_doctype_says_counts_in_both() -> None:
    """Android takes what aapt2 fills in."""
    texts = [*map(with_doctype, DOCTYPES)]
    answers = androids(texts, [["x.test", "a.x.test"]] * len(texts))
    for text, answer in zip(texts, answers, strict=True):
        model = read_xml(text, "nsc.xml")
        assert [ours(model, host) for host in ("x.test", "a.x.test")] == answer, text


def test_a_report_only_or_empty_configuration_pins_nothing() -> None:
    """Nothing at all, and domains without pins."""
    write = target_named("nsc").write
    assert write is not None
    output = Output("nsc", PurePosixPath("nsc.xml"))
    (policy,) = drawn(policies, 1)
    model = target_named("nsc").lower(policy, App(), output)
    bare = Nsc(tuple(replace(config, keys=(), expires=None) for config in model.configs))
    texts = [write(one, Job("pins.toml", "sha256/", output)) for one in (Nsc(()), bare)]
    hosts = hosts_around(policy.names())
    assert androids(texts, [hosts, hosts]) == [[(frozenset(), None)] * len(hosts)] * 2
