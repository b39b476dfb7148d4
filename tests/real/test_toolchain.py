"""The harness against documented facts: each is told by the real part, none by us.

A pin which is in no chain makes the rules of matching visible: where the pattern matches, the chain
is refused; where it does not, the host is unpinned and the chain accepted.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from .certificates import Chain, make_chain
from .test_nsc_rows import PIN_A, A, document, domain
from .toolchain import (
    OKHTTP_VERSIONS,
    HostConfig,
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


def test_aapt2_blames_only_the_guilty() -> None:
    """Broken XML and an unknown attribute of Android's break the build, their neighbours do not."""
    good = document(domain("x.test", A))
    android = ' xmlns:android="http://schemas.android.com/apk/res/android"'
    documents = [
        good,
        b"<network-security-config>",
        good,
        document("<base-config android:nonsense='1'/>", android),
        good,
    ]
    answers = android_nsc(documents, [["x.test"]] * 5)
    assert [answer.refused_by for answer in answers] == [*(None, "aapt2", None, "aapt2", None)]
    pinned = (HostConfig(frozenset({PIN_A}), None, cleartext=False),)
    assert [answer.hosts for answer in answers] == [pinned, (), pinned, (), pinned]
    assert "d1.xml" in str(answers[1].error)
    assert "android:nonsense" in str(answers[3].error)
    assert answers[1].binary is None


def test_android_refuses_a_host_with_a_leading_dot() -> None:
    """Not even looked up, which must not pass for unpinned."""
    with pytest.raises(ToolError, match="must not begin with"):
        android_nsc([document(domain("x.test", A))], [[".x.test"]])


def test_every_document_needs_its_hosts() -> None:
    """A forgotten list would shift the answers."""
    with pytest.raises(ValueError, match="1 documents, but 0 lists of hosts"):
        android_nsc([document("")], [])


def test_our_attribute_on_the_root_survives_into_the_binary() -> None:
    """An auditor of an APK can find it; Android's tools namespace and comments are dropped."""
    policy = "sha256/" + "0123456789abcdef" * 4
    mark = f' xmlns:p="urn:pincompiler" p:policy="{policy}"'
    tools = ' xmlns:tools="http://schemas.android.com/tools" tools:policy="gone"'
    body = domain("x.test", A)
    marked, plain, dropped = compile_resources(
        [
            document(body, mark),
            document(body, ' policy="bare"'),
            b"<!-- comment gone -->" + document(body, tools),
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
