"""OkHttp's CertificatePinner: its own answers, its documentation, and the code there and back.

PATTERNS is what OkHttp 3.14.9, 4.2.2, 4.12.0 and 5.5.1 said when they were asked
(tests/real/test_toolchain.py asks them again); the model is held to the same.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings

from pincompiler.base.errors import InputError
from pincompiler.platforms.okhttp import OKHTTP_JAVA, OKHTTP_KOTLIN, instants, lower, objections
from pincompiler.platforms.okhttp.code import read, write_java, write_kotlin
from pincompiler.platforms.okhttp.model import Among, OkHttp, OkHttpEntry, less_or_more, together
from pincompiler.policy.enforcement import Key, PinSet, Reach
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App
from tests.platforms.models import DIGEST, PIN_A, A, B, C, calm, hosts, job, leaf, okhttps, under
from tests.real.test_toolchain import HOSTS, PATTERNS
from tests.strategies import TODAY

OLD, NEW = App(okhttp=(4, 2, 2)), App(okhttp=(4, 3))
OUTPUT = job().output

PATTERNS_OF_NAMES = [
    pattern.text
    for pattern in PATTERNS
    if all(label in ("", "*", "**") or label.isalnum() for label in pattern.text.rstrip(".").split("."))
]
"""Names; what becomes of ports and paths is no model's concern."""


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("text", PATTERNS_OF_NAMES)
def test_matches_what_okhttp_matches(text: str, deep: bool) -> None:  # noqa: FBT001
    (pattern,) = (p for p in PATTERNS if p.text == text)
    model = OkHttp((OkHttpEntry(text, (A,)),), deep)
    observed = {host for host in HOSTS if not model.accepts(host, leaf(B), TODAY)}
    # Where building the pinner throws there is nothing that could match.
    assert observed == ((pattern.new if deep else pattern.old) or set())


def test_enough_patterns_were_asked_about() -> None:
    assert {"api.x.test", "*.x.test", "**.x.test", "*.test", "a.*.x.test", "*", "**"} < set(PATTERNS_OF_NAMES)


def test_what_idna_refuses_stays_as_it_is() -> None:
    """As OkHttp throws on it, no client has such a pinner."""
    assert OkHttp((OkHttpEntry("*.\u00ad\u00fc\u200d..x", (A,)),)).names() == {"\u00ad\u00fc\u200d..x"}


def test_hosts_are_alike_in_all_but_their_pins() -> None:
    """A pinner knows nothing else of a host: neither anchors nor where failures are reported."""
    assert OkHttp((OkHttpEntry("a.test", (A,)),)).alike("a.test", "b.test")


# okhttp3.CertificatePinner's own documentation, "Wildcard Patterns" (4.3 and later).
DOCUMENTED = {
    "publicobject.com": ["publicobject.com"],
    "*.publicobject.com": ["www.publicobject.com", "mobile.publicobject.com"],
    "**.publicobject.com": [
        "publicobject.com",
        "www.publicobject.com",
        "us.www.publicobject.com",
        "mobile.publicobject.com",
    ],
}
ASKED = (
    "publicobject.com",
    "www.publicobject.com",
    "us.www.publicobject.com",
    "mobile.publicobject.com",
    "notpublicobject.com",
    "com",
)


@pytest.mark.parametrize("pattern", DOCUMENTED)
def test_the_documented_examples(pattern: str) -> None:
    model = OkHttp((OkHttpEntry(pattern, (A, B)),))
    matched = [host for host in ASKED if model.demand(host)]
    assert sorted(matched) == sorted(DOCUMENTED[pattern])
    assert all(model.deciding(host) == (f'add("{pattern}", …)',) for host in matched)


def test_pins_of_all_matching_patterns_are_a_union() -> None:
    """CertificatePinner: "If a host matches several patterns, any pin of them suffices" (findMatchingPins)."""
    model = OkHttp(
        (OkHttpEntry("**.x.test", (A,)), OkHttpEntry("*.x.test", (B,)), OkHttpEntry("api.x.test", (C,)))
    )
    for chain in (leaf(A), under(B), leaf(C)):
        assert model.accepts("api.x.test", chain, TODAY)
    assert not model.accepts("api.x.test", under(), TODAY)
    assert not model.accepts("www.x.test", leaf(C), TODAY)
    assert not model.accepts("x.test", leaf(B), TODAY)
    assert model.deciding("api.x.test") == (
        'add("api.x.test", …)',
        'add("*.x.test", …)',
        'add("**.x.test", …)',
    )


def test_there_is_no_expiry() -> None:
    model = OkHttp((OkHttpEntry("x.test", (A,)),))
    assert not model.accepts("x.test", leaf(B), date.max)
    assert instants(TODAY) == "never: OkHttp enforces until the app is updated"


def test_a_dot_at_the_end_of_the_url_slips_through() -> None:
    """HttpUrl keeps it, and no ordinary pattern matches; seen on every version."""
    model = OkHttp((OkHttpEntry("**.x.test", (A,)), OkHttpEntry("API.x.test", (A,))))
    assert model.accepts("api.x.test.", leaf(B), TODAY)
    assert not model.accepts("api.x.test", leaf(B), TODAY)
    assert not model.accepts("Api.X.TEST", leaf(B), TODAY)


@pytest.mark.slow
@calm
@given(okhttps, hosts)
def test_every_pattern_is_looked_at(model: OkHttp, host: str) -> None:
    """CertificatePinner.Pin.matchesHostname, told as it is written: a scan of all patterns."""

    def matches(pattern: str) -> bool:
        if pattern.startswith("**."):
            return model.deep and (host == pattern[3:] or host.endswith(pattern[2:]))
        if pattern.startswith("*."):
            old = not model.deep and host == pattern[2:] and "." not in host
            return old or (host.endswith(pattern[1:]) and "." not in host.removesuffix(pattern[1:]))
        return host == pattern

    wanted = {key.spki_sha256 for e in model.entries if matches(e.pattern) for key in e.keys}
    observed = model.demand(host)
    assert (set(observed[0].leaf) if observed else set()) == wanted
    assert model.demand(host) is observed or not observed
    assert set(model.deciding(host)) == {
        f'add("{e.pattern}", …)' for e in model.entries if matches(e.pattern)
    }


def test_what_a_pinner_was_given() -> None:
    model = OkHttp(
        (OkHttpEntry("x.test", (A,)), OkHttpEntry("*.x.test", (B,)), OkHttpEntry("**.Y.test", (C,)))
    )
    assert model.pin_sets() == (
        PinSet(("x.test",), Reach.NONE, (A,)),
        PinSet(("x.test",), Reach.ONE_LABEL, (B,)),
        PinSet(("y.test",), Reach.ALL, (C,)),
    )
    assert set(model.names()) == {"x.test", "y.test"}


# -- from the policy -----------------------------------------------------------------------------

POLICY = Policy(
    (
        PinSet(("z.test", "b.test"), Reach.ALL, (A, B)),
        PinSet(("a.test",), Reach.ONE_LABEL, (A,)),
        PinSet(("c.test",), Reach.NONE, (C,)),
        PinSet(("d.test",), Reach.ALL, (A,), enforce=False),
    )
)


@pytest.mark.parametrize("app", [NEW, App(), App(okhttp=(5, 0))])
def test_reaches_as_patterns(app: App) -> None:
    """One label is the host and `*.`: OkHttp's `*.` leaves the host itself out."""
    model = lower(POLICY, app, OUTPUT)
    assert [e.pattern for e in model.entries] == ["*.a.test", "a.test", "**.b.test", "c.test", "**.z.test"]
    assert model.deep
    assert not list(objections(POLICY, app, model))


@pytest.mark.parametrize("app", [OLD, App(okhttp=(3, 14, 9)), App(okhttp=(4, 2))])
def test_before_4_3_any_depth_becomes_one_label(app: App) -> None:
    """`**.` came with 4.3 (change log); before, it matched nothing without a word."""
    model = lower(POLICY, app, OUTPUT)
    assert [e.pattern for e in model.entries] == [
        *("*.a.test", "a.test", "*.b.test", "b.test", "c.test", "*.z.test", "z.test"),
    ]
    assert not model.deep


# -- code ----------------------------------------------------------------------------------------

WRITERS = {"Pins.kt": write_kotlin, "Pins.java": write_java}


@pytest.mark.slow
@pytest.mark.parametrize("path", WRITERS)
@settings(calm, max_examples=80)
@given(model=okhttps)
def test_what_is_written_is_read_back(path: str, model: OkHttp) -> None:
    written = WRITERS[path](model, job(path))
    again = read(written, NEW if model.deep else OLD)
    assert again == model
    assert again.policy_digest == DIGEST
    assert WRITERS[path](model, job(path)) == written


@pytest.mark.parametrize("target", [OKHTTP_KOTLIN, OKHTTP_JAVA], ids=lambda t: t.name)
def test_the_targets_read_what_they_write(target: object) -> None:
    assert isinstance(target, type(OKHTTP_JAVA))
    model = lower(POLICY, NEW, OUTPUT)
    assert target.write is not None
    assert target.read(target.write(model, job("Pins")), NEW) == model


def test_comments_and_other_strings_are_no_pins() -> None:
    code = f"""
    // .add("comment.test", "sha256/{PIN_A}")
    /* add("block.test", "sha256/{PIN_A}") */
    const val POLICY: String = "{DIGEST}"
    val url = "https://add(x"
    padd("no.test", "sha256/{PIN_A}")
    .add()
    .add("x.test", // add("y.test",
        "sha256/{PIN_A}", /* ) */)
    print("z.test")
    """
    assert read(code.encode(), NEW).entries == (OkHttpEntry("x.test", (A,)),)


@pytest.mark.parametrize(
    "pin",
    [
        "sha256/A",
        "sha1/AAAA-",
        "sha256/é",
    ],
)
def test_what_is_no_pin_is_refused(pin: str) -> None:
    code = f'const val POLICY: String = "{DIGEST}"\n.add("x.test", "{pin}")'
    with pytest.raises(InputError, match="is no SHA-256 pin"):
        read(code.encode(), NEW)


@pytest.mark.parametrize(
    "code", [b"", b"\xff\xfe", b'object Pins { val p = CertificatePinner.Builder().add("x", "y") }']
)
def test_code_of_others_is_refused(code: bytes) -> None:
    with pytest.raises(InputError, match=r"Pins\.kt: no pinner that pincompiler generated"):
        read(code, NEW)


def test_whether_a_pinner_is_less_or_more_than_all_together() -> None:
    """Only at hosts that it pins itself: others are other clients' business."""
    own, same = OkHttp((OkHttpEntry("a.example.com", (A,)),)), OkHttp((OkHttpEntry("a.example.com", (A,)),))
    elsewhere = OkHttp((OkHttpEntry("b.example.com", (B,)),))
    wide, exact = (
        OkHttp((OkHttpEntry("**.example.com", (B,)),)),
        OkHttp((OkHttpEntry("x.a.example.com", (B,)),)),
    )
    pairs = [
        ([own, same], [False, False]),
        ([own, elsewhere], [False, False]),
        (
            [own, wide],
            [True, True],
        ),  # at a.example.com the wide one takes B alone, and all together A as well
        ([own, exact], [False, False]),
        ([elsewhere, wide, exact], [False, False, False]),
        ([OkHttp((OkHttpEntry("*.example.com", (A,)),)), wide], [True, True]),
    ]
    for some, apart in pairs:
        assert list(less_or_more(some)) == apart


def test_pinners_together_pin_what_each_does() -> None:
    """As if all clients had all of them; one that is too old for `**.` makes that doubtful for all."""
    one, two = Key(bytes(32)), Key(bytes(31) + b"\1")
    first = OkHttp((OkHttpEntry("a.example.com", (one,)),), policy_digest="sha256/x")
    second = OkHttp((OkHttpEntry("a.example.com", (one,)), OkHttpEntry("**.example.com", (two,))), deep=False)
    both = together([first, second])
    assert both == OkHttp(
        (OkHttpEntry("a.example.com", (one,)), OkHttpEntry("**.example.com", (two,))), deep=False
    )
    assert both.policy_digest == "sha256/x"
    assert together([]) == OkHttp(())


def test_a_pinner_among_others_leaves_to_them_what_it_does_not_pin() -> None:
    own = OkHttp((OkHttpEntry("a.example.com", (A,)),))
    other = OkHttp((OkHttpEntry("a.example.com", (B,)), OkHttpEntry("*.example.org", (B,))))
    among = Among(own, together([own, other]))
    assert set(among.names()) == {"a.example.com", "example.org"}
    assert among.accepts("a.example.com", leaf(A), TODAY)
    assert not among.accepts("a.example.com", leaf(B), TODAY)
    assert among.accepts("x.example.org", leaf(B), TODAY)
    assert not among.accepts("x.example.org", leaf(A), TODAY)
    assert among.deciding("x.example.org") == ('add("*.example.org", …)',)
    assert among.entries_for("a.example.com") == (("a.example.com", Reach.NONE),)
    assert among.pin_sets() == own.pin_sets()


@pytest.mark.parametrize(
    ("version", "pinned", "unseen"),
    [
        (None, False, "URLs whose host ends in a dot"),
        ((5, 5, 1), False, "URLs whose host ends in a dot"),
        ((5, 5, 2), True, ""),
        ((6, 0), True, ""),
    ],
)
def test_a_dot_behind_the_host(version: tuple[int, ...] | None, pinned: bool, unseen: str) -> None:  # noqa: FBT001
    """Issue 9724 of OkHttp; tests/real/test_real_okhttp.py asks 5.5.1, which is the newest."""
    app = App(okhttp=version)
    policy = Policy((PinSet(("example.com",), Reach.NONE, (A, B)), PinSet(("b.test",), Reach.ALL, (A, B))))
    lowered = OKHTTP_KOTLIN.lower(policy, app, job().output)
    for model in (lowered, OKHTTP_KOTLIN.read(write_kotlin(lowered, job()), app)):
        assert bool(model.demand("Example.com.")) is bool(model.demand("x.b.test.")) is pinned
        assert bool(model.entries_for("example.com.")) is bool(model.deciding("example.com.")) is pinned
        assert not model.demand("example.com..")
    assert OKHTTP_KOTLIN.also_uncovered(app) == unseen
