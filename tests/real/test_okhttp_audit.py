"""OkHttp in really built apps: pairs of which one is sound and the other is not, in Java and Kotlin, renamed and not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pytest

from pincompiler.facts.okhttp import PinnerUse, Pinning
from pincompiler.shipped import read_app
from pincompiler.verdicts.hosts import Verdict
from pincompiler.workflows.audit import AuditOptions, audit
from pincompiler.workflows.read_configuration import check_file
from tests.builds import build_app

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.facts.okhttp import OkHttpFacts

pytestmark = pytest.mark.usefixtures("builds")
TODAY = date(2026, 11, 23)
ONE = "sha256/OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c="
TWO = "sha256/qhxcigFVtf7yBCQe/jlYT7pUFM0YzXEKsB9NFmBQo4k="
SHA1 = "sha1/BOGTsVLDcPLoV8xDIFV4cHjXNB4="
OWN = {
    "unattached-pinner",
    "unpinned-client",
    "cleared-pinner",
    "malformed-okhttp-pin",
    "sha1-pin",
    "unmatched-pattern",
}


@dataclass(frozen=True)
class Case:
    """An app, and what is to be found in it."""

    code: str
    pinned: dict[str, set[str]] = field(default_factory=dict)
    rules: frozenset[str] = frozenset()


def java(body: str, pins: dict[str, set[str]] | None = None, *rules: str) -> Case:
    text = f"import okhttp3.*;\nimport java.util.*;\npublic final class Net {{\n{body}\n}}\n"
    return Case(text, {"api.example.com": {ONE, TWO}} if pins is None else pins, frozenset(rules))


PINNER = f"""
    static CertificatePinner pinner() {{
        return new CertificatePinner.Builder().add("api.example.com", "{ONE}", "{TWO}").build();
    }}"""
GIVEN = "public static OkHttpClient one() { return new OkHttpClient.Builder().certificatePinner(pinner()).build(); }"

JAVA = {
    "attached": java(f"{PINNER}\n{GIVEN}"),
    "unattached": java(
        f"{PINNER}\npublic static Object keep() {{ return pinner(); }}\n"
        "public static OkHttpClient one() { return new OkHttpClient.Builder().build(); }",
        None,
        "unattached-pinner",
    ),
    "by a field": java(
        f"{PINNER}\nprivate final CertificatePinner kept = pinner();\n"
        "public OkHttpClient one() { return new OkHttpClient.Builder().certificatePinner(kept).build(); }"
    ),
    "by a parameter": java(
        f"{PINNER}\nstatic void pin(OkHttpClient.Builder to, CertificatePinner with) {{ to.certificatePinner(with); }}\n"
        "public static OkHttpClient one() { OkHttpClient.Builder to = new OkHttpClient.Builder();"
        " pin(to, pinner()); return to.build(); }"
    ),
    "asked by hand": java(
        f"{PINNER}\npublic static void ask(List<java.security.cert.Certificate> chain) throws Exception"
        ' { pinner().check("api.example.com", chain); }'
    ),
    "unpinned": java(
        f"{PINNER}\n{GIVEN}\npublic static OkHttpClient two() {{ return new OkHttpClient(); }}",
        None,
        "unpinned-client",
    ),
    "derived": java(
        f"{PINNER}\n{GIVEN}\npublic static OkHttpClient two() {{ return one().newBuilder().build(); }}"
    ),
    "a common base": java(
        f"{PINNER}\nstatic final OkHttpClient BASE = new OkHttpClient();\n"
        "public static OkHttpClient one() { return BASE.newBuilder().certificatePinner(pinner()).build(); }"
    ),
    "for another host": java(
        f"{PINNER}\n{GIVEN}\npublic static Object two() throws Exception {{ return new OkHttpClient().newCall("
        'new Request.Builder().url("https://cdn.example.net/a").build()).execute(); }'
    ),
    "for the pinned host": java(
        f"{PINNER}\n{GIVEN}\npublic static Object two() throws Exception {{ return new OkHttpClient().newCall("
        'new Request.Builder().url("https://api.example.com/a").build()).execute(); }',
        None,
        "unpinned-client",
    ),
    "helper of two clients": java(
        f"{PINNER}\nstatic OkHttpClient.Builder base() {{ return new OkHttpClient.Builder(); }}\n"
        "public static OkHttpClient one() { return base().certificatePinner(pinner()).build(); }\n"
        "public static OkHttpClient two() { return base().build(); }",
        None,
        "unpinned-client",
    ),
    "cleared": java(
        f"{PINNER}\n{GIVEN}\npublic static OkHttpClient two()"
        " { return one().newBuilder().certificatePinner(CertificatePinner.DEFAULT).build(); }",
        None,
        "cleared-pinner",
    ),
    "cleared by an empty one": java(
        f"{PINNER}\n{GIVEN}\npublic static OkHttpClient two()"
        " { return one().newBuilder().certificatePinner(new CertificatePinner.Builder().build()).build(); }",
        None,
        "cleared-pinner",
    ),
    "perhaps cleared": java(
        f"{PINNER}\n{GIVEN}\npublic static OkHttpClient two(boolean careless)"
        " { OkHttpClient.Builder to = one().newBuilder();"
        " if (careless) to.certificatePinner(CertificatePinner.DEFAULT); return to.build(); }",
        None,
        "cleared-pinner",
    ),
    "sha1": java(PINNER.replace(TWO, SHA1) + GIVEN, {"api.example.com": {ONE, SHA1}}, "sha1-pin"),
    "cut off": java(
        PINNER.replace(TWO, TWO[:-8]) + GIVEN, {"api.example.com": {ONE, TWO[:-8]}}, "malformed-okhttp-pin"
    ),
    "a URL": java(
        PINNER.replace("api.example.com", "https://api.example.com") + GIVEN,
        {"https://api.example.com": {ONE, TWO}},
        "unmatched-pattern",
    ),
    "deep": java(PINNER.replace("api.", "**.") + GIVEN, {"**.example.com": {ONE, TWO}}),
    "a loop over keys": java(
        f'static final String[] KEYS = {{"{ONE}", "{TWO}"}};\nstatic CertificatePinner pinner() {{'
        "CertificatePinner.Builder to = new CertificatePinner.Builder();"
        f' for (String key : KEYS) to.add("api.example.com", key); return to.build(); }}\n{GIVEN}'
    ),
    "a loop over hosts": java(
        "static CertificatePinner pinner() { CertificatePinner.Builder to = new CertificatePinner.Builder();"
        f' for (String host : Arrays.asList("a.example.com", "b.example.com")) to.add(host, "{ONE}", "{TWO}");'
        f" return to.build(); }}\n{GIVEN}",
        {"a.example.com": {ONE, TWO}, "b.example.com": {ONE, TWO}},
    ),
    "pins as objects": java(
        "static CertificatePinner pinner() { return new CertificatePinner(Collections.singleton("
        f'new CertificatePinner.Pin("api.example.com", "{ONE}")), null); }}\n{GIVEN}',
        {"api.example.com": {ONE}},
    ),
}


def found(facts: OkHttpFacts) -> dict[str, set[str]]:
    pinned: dict[str, set[str]] = {}
    for pinner in facts.pinners:
        for added in pinner.added:
            pinned.setdefault(added.pattern, set()).update(added.pins)
    return pinned


@pytest.mark.parametrize("name", JAVA)
def test_java(name: str, tmp_path: Path) -> None:
    case = JAVA[name]
    apk = build_app(tmp_path / "app", java=case.code)
    assert found(read_app(apk).okhttp) == case.pinned
    subject = audit(apk, AuditOptions(TODAY))
    assert {finding.rule for finding in subject.findings} & OWN == case.rules
    if "unmatched-pattern" in case.rules:
        assert not any(one.enforced for one in subject.pins)
        assert Verdict.ENFORCED not in {row.verdict for row in subject.verdicts}


CLIENT = "public static OkHttpClient {}() {{ return new OkHttpClient.Builder().certificatePinner(new CertificatePinner.Builder(){}.build()).build(); }}"
THREE = "sha256/sxJOnxwlmO6iDipbBjusz71px814lg1DFowFpmcAJxI="
WIDE = f'.add("*.example.com", "{ONE}", "{TWO}")'
ALONE = f'.add("api.example.com", "{THREE}")'


@pytest.mark.parametrize(
    ("clients", "backup"),
    [
        ((WIDE + ALONE,), []),
        ((WIDE, ALONE), ["api.example.com has one pin, so losing its key locks every user out"]),
        ((WIDE.replace("*.", "**.") + ALONE,), []),
        (
            (WIDE.replace("*.", "") + ALONE,),
            ["api.example.com has one pin, so losing its key locks every user out"],
        ),
    ],
)
def test_patterns_of_one_client_add_up_and_say_nothing_of_another(
    clients: tuple[str, ...], backup: list[str], tmp_path: Path
) -> None:
    """In the words of `audit` and of `check` alike."""
    body = "\n".join(CLIENT.format(f"client{n}", given) for n, given in enumerate(clients))
    apk = build_app(tmp_path / "app", java=java(body).code)
    audited = audit(apk, AuditOptions(TODAY)).findings
    checked, doubts = check_file(apk, TODAY, 30)
    assert doubts == ()
    for findings in (audited, checked):
        assert [one.message for one in findings if one.rule == "missing-backup-pin"] == backup
    told = {(one.rule, one.message) for one in checked}
    assert told <= {(one.rule, one.message) for one in audited}
    assert not any("do not count" in message for _, message in told)


KOTLIN = f"""\
import okhttp3.CertificatePinner
import okhttp3.OkHttpClient

object Net {{
    private val pinner by lazy {{
        CertificatePinner.Builder().apply {{ add("api.example.com", "{ONE}", "{TWO}") }}.build()
    }}
    private val base by lazy {{ OkHttpClient.Builder().apply {{ GIVEN }}.build() }}
    fun client(): OkHttpClient = base
    fun other(): OkHttpClient = base.newBuilder().build()
}}
"""


@pytest.mark.parametrize(
    ("given", "rules", "pinning"),
    [
        ("certificatePinner(pinner)", set(), Pinning.PINNED),
        ("retryOnConnectionFailure(pinner.pins.isEmpty())", {"unattached-pinner"}, Pinning.NONE),
    ],
    ids=["attached", "unattached"],
)
def test_kotlin(given: str, rules: set[str], pinning: Pinning, tmp_path: Path) -> None:
    apk = build_app(tmp_path / "app", kotlin=KOTLIN.replace("GIVEN", given))
    facts = read_app(apk).okhttp
    assert found(facts) == {"api.example.com": {ONE, TWO}}
    assert {client.pinning for client in facts.clients if client.code.owner.first_party} == {pinning}
    told = {finding.rule for finding in audit(apk, AuditOptions(TODAY)).findings}
    assert told & OWN == rules


RENAMED = f"""\
import okhttp3.*;
public final class Net {{
    static OkHttpClient pinned;
    static synchronized OkHttpClient one() {{
        if (pinned == null) pinned = new OkHttpClient.Builder().certificatePinner(
            new CertificatePinner.Builder().add("api.example.com", "{ONE}", "{TWO}").build()).build();
        return pinned;
    }}
    static int code(OkHttpClient with, String url) throws Exception {{
        return with.newCall(new Request.Builder().url(url).build()).execute().code();
    }}
    public static void use() throws Exception {{
        System.out.println(code(one(), "https://api.example.com/"));
        System.out.println(code(one().newBuilder().certificatePinner(CertificatePinner.DEFAULT).build(), "https://b.test/"));
    }}
}}
"""
UNPINNED = """\
import okhttp3.*;
public final class Net {
    public static void use() throws Exception {
        System.out.println("PIN" + new OkHttpClient().newCall(
            new Request.Builder().url("https://api.example.com/").build()).execute().code());
        System.out.println("PIN");
    }
}
""".replace("PIN", ONE)


@pytest.mark.parametrize("version", ["3.14.9", "4.12.0", "5.5.1"])
@pytest.mark.real
def test_okhttp_renamed_by_r8(version: str, tmp_path: Path) -> None:
    libraries = (f"okhttp-{version}",)
    apk = build_app(tmp_path / "pinned", java=RENAMED, libraries=libraries, shrink="r8-full")
    facts = read_app(apk).okhttp
    (library,) = facts.libraries
    assert library.renamed
    assert library.title == f"OkHttp {version}"
    assert found(facts) == {"api.example.com": {ONE, TWO}}
    assert {pinner.use for pinner in facts.pinners} == {PinnerUse.ATTACHED}
    assert {client.pinning for client in facts.clients} >= {Pinning.PINNED, Pinning.CLEARED}
    told = {finding.rule for finding in audit(apk, AuditOptions(TODAY)).findings}
    assert told & OWN == {"cleared-pinner"}

    bare = build_app(tmp_path / "bare", java=UNPINNED, libraries=libraries, shrink="r8-full")
    app = read_app(bare)
    assert [library.title for library in app.okhttp.libraries] == [f"OkHttp {version}"]
    assert (app.okhttp.pinners, app.okhttp.pins) == ((), ())
    assert not [one for one in app.unseen if "pin" in one.why]


OLD = """\
import com.squareup.okhttp.*;
public final class Net {
    public static OkHttpClient one() {
        OkHttpClient made = new OkHttpClient();
        made.setCertificatePinner(new CertificatePinner.Builder().add("api.example.com", "PIN").build());
        return made;
    }
    public static OkHttpClient two() { return one().clone(); }
}
"""


@pytest.mark.parametrize(("pin", "rules"), [(SHA1, {"sha1-pin"}), (ONE, {"malformed-okhttp-pin"})])
def test_okhttp_2(pin: str, rules: set[str], tmp_path: Path) -> None:
    apk = build_app(tmp_path / "app", java=OLD.replace("PIN", pin), libraries=("okhttp-2.7.5",))
    facts = read_app(apk).okhttp
    assert {client.pinning for client in facts.clients if client.code.owner.first_party} == {Pinning.PINNED}
    subject = audit(apk, AuditOptions(TODAY))
    assert {finding.rule for finding in subject.findings} & OWN == rules
    if pin == SHA1:
        assert [one.enforced for one in subject.pins] == [True]
