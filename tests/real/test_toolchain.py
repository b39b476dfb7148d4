"""The harness against documented facts: each is told by the real part, none by us.

A pin which is in no chain makes the rules of matching visible: where the pattern matches, the chain
is refused; where it does not, the host is unpinned and the chain accepted.
"""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from .certificates import Chain, make_chain
from .toolchain import (
    OKHTTP_VERSIONS,
    HostConfig,
    NscAnswer,
    Question,
    ToolError,
    android_nsc,
    compile_java,
    compile_kotlin,
    compile_resources,
    okhttp_class_verdicts,
    okhttp_verdicts,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("real_tools")

OLD: Final = ("3.12.13", "3.14.9", "4.2.2")
"""Before ``**.`` and the strict patterns came with 4.3."""
NEW: Final = ("4.3.1", "4.12.0", "5.5.1")
CHAIN: Final = make_chain("api.x.test")
NO_KEY: Final = "sha256/" + base64.b64encode(bytes(32)).decode()
"""A pin which no key has."""
IAE: Final = "throws:IllegalArgumentException"


def test_the_versions_are_the_ones_whose_rules_differ() -> None:
    """The facts below are stated for these and no other."""
    assert (*OLD, *NEW) == OKHTTP_VERSIONS


# --- OkHttp ---------------------------------------------------------------------------------------

HOSTS: Final = (
    "x.test",
    "api.x.test",
    "a.b.x.test",
    "notx.test",
    "api.x.test.",
    "a.xn--bcher-kva.test",
    "127.0.0.1",
    "::1",
    "test",
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which of HOSTS a pattern pins; None where building the pinner throws."""

    text: str
    old: frozenset[str] | None
    new: frozenset[str] | None


def _pattern(text: str, old: Sequence[str] | None, new: Sequence[str] | None) -> Pattern:
    return Pattern(
        text,
        None if old is None else frozenset(old),
        None if new is None else frozenset(new),
    )


def _everywhere(text: str, *hosts: str) -> Pattern:
    return _pattern(text, hosts, hosts)


PATTERNS: Final = (
    _everywhere("api.x.test", "api.x.test"),
    _everywhere("API.X.Test", "api.x.test"),
    _everywhere("*.x.test", "api.x.test"),
    _pattern("**.x.test", [], ["x.test", "api.x.test", "a.b.x.test"]),
    _everywhere("api.x.test.", "api.x.test."),
    _everywhere("*.bücher.test", "a.xn--bcher-kva.test"),
    _everywhere("127.0.0.1", "127.0.0.1"),
    _everywhere("[::1]", "::1"),
    _pattern("::1", None, ["::1"]),
    # Of all the patterns with one star, only one over a single label pins the apex, and only once.
    _pattern("*.test", ["x.test", "notx.test", "test"], ["x.test", "notx.test"]),
    _pattern("a.*.x.test", [], None),
    _pattern("*a.x.test", [], None),
    _pattern("***.x.test", [], None),
    _pattern("*.*.x.test", [], None),
    _pattern("*", [], None),
    _pattern("**", [], None),
    _pattern("*.", None, []),
    _pattern("https://api.x.test", [], None),
    _pattern("api.x.test:8443", ["api.x.test"], None),
    _pattern("api.x.test/path", ["api.x.test"], None),
    _pattern("api.x.test ", ["api.x.test"], None),
    _pattern("", None, None),
    _pattern(".x.test", None, None),
    _pattern("x..test", None, None),
)


@pytest.mark.parametrize("version", OKHTTP_VERSIONS)
def test_okhttp_patterns(version: str) -> None:
    """The whole table of patterns, in one JVM."""
    told = iter(
        okhttp_verdicts(
            version,
            [
                Question(host, CHAIN.certificates, ((pattern.text, (NO_KEY,)),))
                for pattern in PATTERNS
                for host in HOSTS
            ],
        )
    )
    observed = {pattern.text: {host: next(told) for host in HOSTS} for pattern in PATTERNS}
    expected = {}
    for pattern in PATTERNS:
        matched = pattern.old if version in OLD else pattern.new
        expected[pattern.text] = {
            host: IAE if matched is None else ("refuse" if host in matched else "accept") for host in HOSTS
        }
    assert observed == expected


LEAF_DIGEST: Final = CHAIN.digests[0]
PINS: Final[Mapping[str, str]] = {
    CHAIN.pins[0]: "accept",
    CHAIN.pins[1]: "accept",
    CHAIN.pins[2]: "accept",
    NO_KEY: "refuse",
    "sha256/" + LEAF_DIGEST.rstrip("="): "accept",
    "sha256/" + LEAF_DIGEST.replace("+", "-").replace("/", "_"): "accept",
    f"sha256/ {LEAF_DIGEST[:9]} {LEAF_DIGEST[9:]}\n": "accept",
    "sha256/": "refuse",
    "sha256/AAAA": "refuse",
    "sha1/AAAAAAAAAAAAAAAAAAAAAAAAAAA=": "refuse",
    LEAF_DIGEST: IAE,
    "SHA256/" + LEAF_DIGEST: IAE,
    "sha512/" + LEAF_DIGEST: IAE,
    "md5/AAAA": IAE,
    "sha256/!!!!": IAE,
}


@pytest.mark.parametrize("version", OKHTTP_VERSIONS)
def test_okhttp_pins(version: str) -> None:
    """How a pin may be written, and that any certificate of the chain may be the pinned one."""
    told = okhttp_verdicts(
        version,
        [Question("x.test", CHAIN.certificates, (("x.test", (pin,)),)) for pin in PINS],
    )
    expected = dict(PINS)
    if version in {"4.2.2", "4.3.1"}:
        expected["sha256/!!!!"] = "throws:KotlinNullPointerException"
    assert dict(zip(PINS, told, strict=True)) == expected


def _union_questions(chain: Chain) -> list[Question]:
    leaf = chain.pins[0]
    return [
        Question("api.x.test", chain.certificates, entries)
        for entries in (
            (("*.x.test", (leaf,)), ("api.x.test", (NO_KEY,))),
            (("api.x.test", (NO_KEY,)), ("*.x.test", (leaf,))),
            (("api.x.test", (NO_KEY, leaf)),),
            (("api.x.test", (NO_KEY,)), ("y.test", (leaf,))),
            (("api.x.test", (NO_KEY, NO_KEY)),),
            (("api.x.test", ()),),
            (),
        )
    ]


@pytest.mark.parametrize("version", OKHTTP_VERSIONS)
def test_okhttp_unites_the_pins_of_all_matching_patterns(version: str) -> None:
    """A wrong exact pin is made good by a wildcard's; no pin at all accepts everything."""
    assert okhttp_verdicts(version, _union_questions(CHAIN)) == [
        *("accept", "accept", "accept"),
        *("refuse", "refuse"),
        *("accept", "accept"),
    ]


def test_okhttp_verdicts_depend_on_the_chain() -> None:
    """Certificates go over as they are, and each question has its own."""
    other = make_chain("api.x.test")
    entries = (("api.x.test", (CHAIN.pins[1],)),)
    chains = (
        CHAIN.certificates,
        other.certificates,
        CHAIN.certificates[:1],
        CHAIN.certificates[1:2],
        (other.certificates[0], CHAIN.certificates[1]),
    )
    questions = [Question("api.x.test", chain, entries) for chain in chains]
    assert okhttp_verdicts("4.12.0", questions) == [
        *("accept", "refuse", "refuse"),
        *("accept", "accept"),
    ]


def test_okhttp_needs_no_jvm_for_no_question() -> None:
    """Nothing asked, nothing answered, whatever the version."""
    assert okhttp_verdicts("9.9.9", []) == []


def test_okhttp_refuses_a_version_which_is_not_there() -> None:
    """A misspelt version must not be answered by whatever is on the class path."""
    with pytest.raises(ValueError, match=r"4\.13\.0 is not installed"):
        okhttp_verdicts("4.13.0", [Question("x.test", CHAIN.certificates)])


# --- Kotlin and Java ------------------------------------------------------------------------------

KOTLIN_PINS: Final = """\
package generated

import okhttp3.CertificatePinner

object KotlinPins {
    @JvmField
    val certificatePinner: CertificatePinner = CertificatePinner.Builder()
        .add("api.x.test", "PIN")
        .build()
}

object KotlinMethod {
    @JvmStatic
    fun certificatePinner(): CertificatePinner = KotlinPins.certificatePinner
}

object KotlinFailing {
    @JvmField
    val certificatePinner: CertificatePinner = CertificatePinner.Builder().build()
        .also { check(it != CertificatePinner.DEFAULT) { "no pins" } }
}
"""

JAVA_PINS: Final = """\
package generated;

import okhttp3.CertificatePinner;

public final class JavaPins {
    public static final CertificatePinner certificatePinner =
        new CertificatePinner.Builder().add("api.x.test", "PIN").build();

    private JavaPins() {}
}
"""

JAVA_OTHERS: Final = """\
package generated;

import okhttp3.CertificatePinner;

public final class JavaMethod {
    private JavaMethod() {}

    public static CertificatePinner certificatePinner() {
        return new CertificatePinner.Builder().add("api.x.test", "PIN", "md5/no").build();
    }
}
"""


def _sources(folder: Path, pin: str, **texts: str) -> list[Path]:
    """Files of the given names and texts; ``Name_kt`` becomes ``Name.kt``."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in texts.items():
        path = folder / name.replace("_", ".")
        path.write_text(text.replace("PIN", pin), encoding="utf-8")
        paths.append(path)
    return paths


@pytest.mark.parametrize("version", OKHTTP_VERSIONS)
def test_compiled_classes_answer_for_their_own_pinner(version: str, tmp_path: Path) -> None:
    """Field and method, Kotlin and Java, against every OkHttp; an initialiser's exception shows."""
    kotlin = _sources(tmp_path, CHAIN.pins[0], Pins_kt=KOTLIN_PINS)
    java = _sources(tmp_path, NO_KEY, JavaPins_java=JAVA_PINS, JavaMethod_java=JAVA_OTHERS)
    out = tmp_path / "classes"
    compile_kotlin(kotlin, version, out)
    compile_java(java, version, out)
    expected = {
        "KotlinPins": ["accept", "refuse", "accept"],
        "KotlinMethod": ["accept", "refuse", "accept"],
        "KotlinFailing": ["throws:IllegalStateException"],
        "JavaPins": ["refuse", "refuse", "accept"],
        "JavaMethod": [IAE, IAE, IAE],
    }
    questions = [
        Question("api.x.test", CHAIN.certificates),
        Question("api.x.test", make_chain().certificates),
        Question("y.test", make_chain().certificates),
    ]
    told = okhttp_verdicts(
        version,
        [
            Question(q.host, q.chain, pinner_class=f"generated.{name}")
            for name, verdicts in expected.items()
            for q in questions[: len(verdicts)]
        ],
        out,
    )
    assert told == [verdict for verdicts in expected.values() for verdict in verdicts]
    assert okhttp_class_verdicts(version, out, "generated.KotlinPins", questions) == expected["KotlinPins"]


def test_a_class_without_a_pinner_is_no_verdict(tmp_path: Path) -> None:
    """A misspelt class, a private field or a wrong type are the asker's mistakes."""
    text = """\
    public final class {name} {{
        {member}
        private {name}() {{}}
    }}
    """
    members = {
        "Hidden": "static final Object certificatePinner = null;",
        "Instance": "public Object certificatePinner() { return this; }",
        "Wrong": 'public static final String certificatePinner = "pins";',
    }
    sources = _sources(
        tmp_path,
        NO_KEY,
        **{f"{name}_java": text.format(name=name, member=member) for name, member in members.items()},
    )
    compile_java(sources, "4.12.0", tmp_path)
    question = Question("x.test", CHAIN.certificates)
    for name, complaint in {
        "Hidden": "NoSuchMethodException",
        "Instance": "is not static",
        "Wrong": "is no CertificatePinner",
        "Absent": "ClassNotFoundException",
    }.items():
        with pytest.raises(ToolError, match=complaint):
            okhttp_class_verdicts("4.12.0", tmp_path, name, [question])


def test_a_class_takes_no_entries(tmp_path: Path) -> None:
    """Entries would be ignored, so they are refused."""
    with pytest.raises(ValueError, match="must have no entries"):
        okhttp_class_verdicts(
            "4.12.0",
            tmp_path,
            "X",
            [Question("x.test", CHAIN.certificates, (("x.test", (NO_KEY,)),))],
        )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("val pinner = okhttp3.CertificatePinner.Builder().ad()", "'ad'"),
        ('@Deprecated("") fun f() {}; fun g() = f()', "warnings found and -Werror"),
        ("fun f(: Int", "error"),
    ],
)
def test_kotlin_refuses(text: str, complaint: str, tmp_path: Path) -> None:
    """An unknown method, a mere warning, and bad syntax."""
    with pytest.raises(ToolError) as raised:
        compile_kotlin(_sources(tmp_path, NO_KEY, Bad_kt=text), "4.12.0", tmp_path / "out")
    assert complaint in str(raised.value)
    assert "Bad.kt:1:" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "class Bad { Object o = new okhttp3.CertificatePinner.Builder().ad(); }",
            "symbol:   method ad()",
        ),
        ("class Bad { java.util.List raw; }", "warning: [rawtypes]"),
        ("class Bad { var later = 1; }", "error"),
        ("class Bad {", "reached end of file"),
    ],
)
def test_java_refuses(text: str, complaint: str, tmp_path: Path) -> None:
    """An unknown method, a mere warning, what Java 8 did not have, and bad syntax."""
    with pytest.raises(ToolError) as raised:
        compile_java(_sources(tmp_path, NO_KEY, Bad_java=text), "4.12.0", tmp_path / "out")
    assert complaint in str(raised.value)
    assert "Bad.java:1:" in str(raised.value)


# --- Android's network security configuration -----------------------------------------------------

PIN_A: Final = base64.b64encode(bytes([1] * 32)).decode()
PIN_B: Final = base64.b64encode(bytes([2] * 32)).decode()


def _document(body: str, root: str = "") -> bytes:
    return f"<network-security-config{root}>{body}</network-security-config>".encode()


def _pin_set(*pins: str, expiration: str | None = None) -> str:
    written = "" if expiration is None else f' expiration="{expiration}"'
    body = "".join(f'<pin digest="SHA-256">{pin}</pin>' for pin in pins)
    return f"<pin-set{written}>{body}</pin-set>"


def _domain(name: str, body: str = "", subdomains: str = "true", rest: str = "") -> str:
    return (
        f'<domain-config{rest}><domain includeSubdomains="{subdomains}">{name}</domain>{body}</domain-config>'
    )


A: Final = _pin_set(PIN_A)
B: Final = _pin_set(PIN_B)


@dataclass(frozen=True, slots=True)
class Selection:
    """The pins which Android has in force per host, in short: ``A``, ``B``, ``AB`` or nothing."""

    document: bytes
    hosts: Mapping[str, str]


SELECTIONS: Final[Mapping[str, Selection]] = {
    "any depth, apex included, and no other": Selection(
        _document(_domain("x.test", A)),
        {"x.test": "A", "a.x.test": "A", "a.b.x.test": "A", "notx.test": "", "test": ""},
    ),
    "without subdomains": Selection(
        _document(_domain("x.test", A, "false")), {"x.test": "A", "a.x.test": ""}
    ),
    "subdomains are left out by default": Selection(
        _document(f"<domain-config><domain>x.test</domain>{A}</domain-config>"),
        {"x.test": "A", "a.x.test": ""},
    ),
    "numbers and capitals are booleans, yes is not": Selection(
        _document(
            _domain("one.test", A, "1")
            + _domain("true.test", A, "TRUE")
            + _domain("yes.test", A, "yes")
            + _domain("nought.test", A, "0")
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
        _document(_domain("x.test", A) + _domain("api.x.test", B)),
        {"x.test": "A", "a.x.test": "A", "api.x.test": "B", "y.api.x.test": "B"},
    ),
    "the order does not matter": Selection(
        _document(_domain("api.x.test", B) + _domain("x.test", A)),
        {"x.test": "A", "a.x.test": "A", "api.x.test": "B", "y.api.x.test": "B"},
    ),
    "an exact match wins, but only for itself": Selection(
        _document(_domain("x.test", A) + _domain("api.x.test", B, "false")),
        {"api.x.test": "B", "y.api.x.test": "A"},
    ),
    "hosts are lowered and lose one dot": Selection(
        _document(_domain("X.Test", A)),
        {"x.test.": "A", "A.X.TEST": "A", "x.test..": ""},
    ),
    "a star, a dot, a port and a U-label are taken literally": Selection(
        _document(
            _domain("*.star.test", A)
            + _domain("dot.test.", A)
            + _domain("port.test:443", A)
            + _domain("bücher.test", A)
            + _domain("https://url.test", A)
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
        _document(_domain("127.0.0.1", A, "false")), {"127.0.0.1": "A", "127.0.0.2": ""}
    ),
    "a child inherits the pins": Selection(
        _document(_domain("x.test", A + _domain("api.x.test"))),
        {"api.x.test": "A", "b.api.x.test": "A", "x.test": "A"},
    ),
    "a child's pins replace, they do not add": Selection(
        _document(_domain("x.test", A + _domain("api.x.test", B))),
        {"api.x.test": "B", "x.test": "A"},
    ),
    "a child's empty pin-set turns pinning off": Selection(
        _document(_domain("x.test", A + _domain("api.x.test", "<pin-set/>"))),
        {"api.x.test": "", "b.api.x.test": "", "x.test": "A", "b.x.test": "A"},
    ),
    "a config without pins does not inherit from a shorter name beside it": Selection(
        _document(_domain("x.test", A) + _domain("api.x.test")),
        {"api.x.test": "", "b.api.x.test": "", "x.test": "A"},
    ),
    "a child need not be below its parent": Selection(
        _document(_domain("x.test", A + _domain("y.test"))), {"a.y.test": "A"}
    ),
    "several pins and several domains": Selection(
        _document(
            "<domain-config><domain>x.test</domain><domain>y.test</domain>"
            + _pin_set(PIN_A, PIN_B, PIN_A)
            + "</domain-config>"
        ),
        {"x.test": "AB", "y.test": "AB", "z.test": ""},
    ),
    "text is trimmed, padding may lack, the digest's case does not matter": Selection(
        _document(
            "<domain-config><domain>\n x.test </domain><pin-set>"
            f'<pin digest="sha-256">\n {PIN_A.rstrip("=")} </pin></pin-set></domain-config>'
        ),
        {"x.test": "A"},
    ),
    "unknown elements and attributes are skipped": Selection(
        _document(
            '<unknown><domain-config/></unknown><pinset p="1"/>'
            + _domain("x.test", '<trustkit-config enforcePinning="true"/>' + A)
            + _domain("y.test", f"<pinset>{A}</pinset>", rest=' unknown="1"'),
            ' unknown="1"',
        ),
        {"x.test": "A", "y.test": ""},
    ),
    "a namespaced attribute of ours on the root is skipped": Selection(
        _document(_domain("x.test", A), ' xmlns:p="urn:pincompiler" p:policy="sha256/0123"'),
        {"x.test": "A"},
    ),
    "errors in debug-overrides do not show in a release": Selection(
        _document("<debug-overrides><pin-set/></debug-overrides>" + _domain("x.test", A)),
        {"x.test": "A"},
    ),
}


@pytest.fixture(scope="module")
def selections() -> dict[str, NscAnswer]:
    """All of SELECTIONS, answered by one JVM."""
    told = android_nsc(
        [one.document for one in SELECTIONS.values()],
        [list(one.hosts) for one in SELECTIONS.values()],
    )
    return dict(zip(SELECTIONS, told, strict=True))


@pytest.mark.parametrize("name", SELECTIONS)
def test_android_selects(name: str, selections: dict[str, NscAnswer]) -> None:
    """Which config applies to a host, and what it inherits."""
    answer = selections[name]
    assert (answer.refused_by, answer.error) == (None, None)
    letters = {PIN_A: "A", PIN_B: "B"}
    observed = {
        host: "".join(sorted(letters[pin] for pin in config.pins))
        for host, config in zip(SELECTIONS[name].hosts, answer.hosts, strict=True)
    }
    assert observed == SELECTIONS[name].hosts


def _with_pin(element: str) -> bytes:
    return _document(_domain("x.test", f"<pin-set>{element}</pin-set>"))


REFUSALS: Final[Mapping[str, tuple[bytes, str]]] = {
    "same domain twice": (
        _document(_domain("x.test", A) + _domain(" X.test", B, "false")),
        "ParserException: x.test has already been specified",
    ),
    "same domain twice, nested": (
        _document(_domain("x.test", A + _domain("x.test", B))),
        "ParserException: x.test has already been specified",
    ),
    "no domain": (
        _document(f"<domain-config>{A}</domain-config>"),
        "ParserException: No domain elements in domain-config",
    ),
    "only a child has a domain": (
        _document(f"<domain-config>{_domain('x.test', A)}</domain-config>"),
        "ParserException: No domain elements in domain-config",
    ),
    "empty domain": (
        _document(_domain(" ", A)),
        "ParserException: Domain name missing",
    ),
    "element in a domain": (
        _document(_domain("x<b/>.test", A)),
        "ParserException: domain contains additional elements",
    ),
    "comment inside a domain": (
        _document(_domain("x<!-- -->.test", A)),
        "ParserException: domain contains additional elements",
    ),
    "two pin-sets": (
        _document(_domain("x.test", A + B)),
        "ParserException: Multiple pin-set elements not allowed",
    ),
    "pins for all": (
        _document(f"<base-config>{A}</base-config>"),
        "ParserException: pin-set element not allowed in base-config",
    ),
    "two base-configs": (
        _document("<base-config/><base-config/>"),
        "ParserException: Only one base-config allowed",
    ),
    "no digest": (
        _with_pin(f"<pin>{PIN_A}</pin>"),
        "ParserException: Unsupported pin digest algorithm: null",
    ),
    "other digest": (
        _with_pin(f'<pin digest="SHA256">{PIN_A}</pin>'),
        "ParserException: Unsupported pin digest algorithm: SHA256",
    ),
    "empty pin": (
        _with_pin('<pin digest="SHA-256"/>'),
        "ParserException: Missing pin digest",
    ),
    "OkHttp's prefix": (
        _with_pin(f'<pin digest="SHA-256">sha256/{PIN_A}</pin>'),
        "ParserException: Invalid pin digest",
    ),
    "hexadecimal": (
        _with_pin(f'<pin digest="SHA-256">{"ab" * 32}</pin>'),
        "ParserException: digest length 48 does not match expected length",
    ),
    "comment inside a pin": (
        _with_pin(f'<pin digest="SHA-256">{PIN_A[:4]}<!-- -->{PIN_A[4:]}</pin>'),
        "ParserException: digest length 3 does not match expected length",
    ),
    "no such day": (
        _document(_domain("x.test", _pin_set(PIN_A, expiration="2027-02-30"))),
        "ParserException: Invalid expiration date in pin-set",
    ),
    "no day at all": (
        _document(_domain("x.test", _pin_set(PIN_A, expiration="never"))),
        "ParserException: Invalid expiration date in pin-set",
    ),
    "other root": (
        b"<network-config/>",
        "XmlPullParserException: Unexpected start tag: found network-config",
    ),
}


@pytest.fixture(scope="module")
def refusals() -> dict[str, NscAnswer]:
    """All of REFUSALS, answered by one JVM."""
    documents = [document for document, _ in REFUSALS.values()]
    told = android_nsc(documents, [["x.test"]] * len(documents))
    return dict(zip(REFUSALS, told, strict=True))


@pytest.mark.parametrize("name", REFUSALS)
def test_android_refuses(name: str, refusals: dict[str, NscAnswer]) -> None:
    """What crashes an app at its first use of TLS, though it builds."""
    answer = refusals[name]
    assert answer.refused_by == "parser"
    assert answer.hosts == ()
    assert answer.error is not None
    assert answer.error.startswith(REFUSALS[name][1])
    assert answer.binary is not None


def test_a_debuggable_app_reads_debug_overrides() -> None:
    """The same document which a release accepts crashes the debug build."""
    document = SELECTIONS["errors in debug-overrides do not show in a release"].document
    (answer,) = android_nsc([document], [["x.test"]], debuggable=True)
    assert answer.error is not None
    assert answer.error.startswith("ParserException: pin-set element not allowed in debug-overrides")


def test_aapt2_blames_only_the_guilty() -> None:
    """Broken XML and an unknown attribute of Android's break the build, their neighbours do not."""
    good = _document(_domain("x.test", A))
    android = ' xmlns:android="http://schemas.android.com/apk/res/android"'
    documents = [
        good,
        b"<network-security-config>",
        good,
        _document("<base-config android:nonsense='1'/>", android),
        good,
    ]
    answers = android_nsc(documents, [["x.test"]] * 5)
    assert [answer.refused_by for answer in answers] == [*(None, "aapt2", None, "aapt2", None)]
    pinned = (HostConfig(frozenset({PIN_A}), None, cleartext=False),)
    assert [answer.hosts for answer in answers] == [pinned, (), pinned, (), pinned]
    assert "d1.xml" in str(answers[1].error)
    assert "android:nonsense" in str(answers[3].error)
    assert answers[1].binary is None


def test_cleartext_is_inherited_and_depends_on_the_target() -> None:
    """From the nearest config which says so, else from the platform."""
    off = ' cleartextTrafficPermitted="false"'
    document = _document(
        f'<base-config cleartextTrafficPermitted="true"/>{_domain("x.test", A)}'
        + _domain("y.test", _domain("a.y.test"), rest=off)
    )
    hosts = ["x.test", "y.test", "a.y.test", "z.test"]
    plain = _document(_domain("x.test", A))
    said, silent = android_nsc([document, plain], [hosts, ["x.test", "z.test"]])
    assert [host.cleartext for host in said.hosts] == [True, False, False, True]
    assert [host.cleartext for host in silent.hosts] == [False, False]
    (older,) = android_nsc([plain], [["x.test", "z.test"]], target_sdk=27)
    assert [host.cleartext for host in older.hosts] == [True, True]


def _instant(year: int, month: int, day: int, offset_hours: float = 0) -> int:
    zone = dt.timezone(dt.timedelta(hours=offset_hours))
    return round(dt.datetime(year, month, day, tzinfo=zone).timestamp() * 1000)


@pytest.mark.parametrize(
    ("timezone", "offset_hours"),
    [("UTC", 0), ("Pacific/Kiritimati", 14), ("Etc/GMT+12", -12), ("Asia/Kolkata", 5.5)],
)
def test_pins_expire_at_the_devices_own_midnight(timezone: str, offset_hours: float) -> None:
    """The start of the named day, wherever the device believes to be."""
    document = _document(_domain("x.test", _pin_set(PIN_A, expiration="2027-06-01")))
    (answer,) = android_nsc([document], [["x.test", "y.test"]], timezone=timezone)
    assert answer.hosts[0].expires_ms == _instant(2027, 6, 1, offset_hours)
    assert answer.hosts[1].expires_ms is None


def test_dates_are_read_generously() -> None:
    """What follows a date is ignored, and two digits are a year of the first century."""
    written = {
        "2027-06-01": _instant(2027, 6, 1),
        "2027-6-1": _instant(2027, 6, 1),
        "2027-06-01T23:59Z": _instant(2027, 6, 1),
        " 2027-06-01": _instant(2027, 6, 1),
        # By the Julian calendar, then two days from ours; nineteen centuries ago either way.
        "27-06-01": _instant(27, 5, 30),
    }
    documents = [_document(_domain("x.test", _pin_set(PIN_A, expiration=text))) for text in written]
    answers = android_nsc(documents, [["x.test"]] * len(documents))
    assert [answer.hosts[0].expires_ms for answer in answers] == list(written.values())


def test_pins_and_expiration_are_inherited_as_one() -> None:
    """A child's own pins without a date never expire, whatever the parent's do."""
    dated = _pin_set(PIN_A, expiration="2027-06-01")
    document = _document(_domain("x.test", dated + _domain("a.x.test") + _domain("b.x.test", B)))
    (answer,) = android_nsc([document], [["x.test", "a.x.test", "b.x.test"]])
    june = _instant(2027, 6, 1)
    assert [host.expires_ms for host in answer.hosts] == [june, june, None]
    assert [host.pins for host in answer.hosts] == [
        frozenset({PIN_A}),
        frozenset({PIN_A}),
        frozenset({PIN_B}),
    ]


def test_android_refuses_a_host_with_a_leading_dot() -> None:
    """Not even looked up, which must not pass for unpinned."""
    with pytest.raises(ToolError, match="must not begin with"):
        android_nsc([_document(_domain("x.test", A))], [[".x.test"]])


def test_every_document_needs_its_hosts() -> None:
    """A forgotten list would shift the answers."""
    with pytest.raises(ValueError, match="1 documents, but 0 lists of hosts"):
        android_nsc([_document("")], [])


def test_our_attribute_on_the_root_survives_into_the_binary() -> None:
    """An auditor of an APK can find it; Android's tools namespace and comments are dropped."""
    policy = "sha256/" + "0123456789abcdef" * 4
    mark = f' xmlns:p="urn:pincompiler" p:policy="{policy}"'
    tools = ' xmlns:tools="http://schemas.android.com/tools" tools:policy="gone"'
    body = _domain("x.test", A)
    marked, plain, dropped = compile_resources(
        [
            _document(body, mark),
            _document(body, ' policy="bare"'),
            b"<!-- comment gone -->" + _document(body, tools),
        ]
    )
    assert marked.binary is not None
    assert plain.binary is not None
    assert dropped.binary is not None
    for text in ("urn:pincompiler", "policy", policy):
        assert text.encode() in marked.binary
    assert b"bare" in plain.binary
    assert b"urn:pincompiler" not in plain.binary
    assert b"x.test" in dropped.binary
    assert b"gone" not in dropped.binary
