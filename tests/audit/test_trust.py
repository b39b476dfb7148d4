"""Shapes of bytecode that compilers and shrinkers make of decisions on trust, written by hand."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from pincompiler.android.constants.program import Program
from pincompiler.android.dex import Dex, DexError
from pincompiler.facts.trust import Decides, Flaw, When
from pincompiler.shipped.android.trust.deciders import _flaws
from pincompiler.shipped.android.trust.pins import decoded
from pincompiler.shipped.android.trust.ways import Explorer
from tests.builds import assemble
from tests.dex.smali import class_file, method

if TYPE_CHECKING:
    from pincompiler.shipped.android.trust.flaws import TrustFlaw

CHECK = "public checkServerTrusted([Ljava/security/cert/X509Certificate;Ljava/lang/String;)V"
VERIFY = "public verify(Ljava/lang/String;Ljavax/net/ssl/SSLSession;)Z"
DELEGATE = (
    "invoke-interface {v0, p1, p2}, Ljavax/net/ssl/X509TrustManager;"
    "->checkServerTrusted([Ljava/security/cert/X509Certificate;Ljava/lang/String;)V"
)
FIELD = "iget-object v0, p0, La;->tm:Ljavax/net/ssl/X509TrustManager;"
GET_CLASS = "invoke-virtual {p1}, Ljava/lang/Object;->getClass()Ljava/lang/Class;"
"""How R8 writes a null test of what must not be null."""
ONE_ITEM = "if-eqz p1, :a\narray-length v0, p1\nconst/4 v1, 0x1\nif-ne v0, v1, :a"
DATES = (
    "const/4 v0, 0x0\naget-object v0, p1, v0\n"
    "invoke-virtual {v0}, Ljava/security/cert/X509Certificate;->checkValidity()V"
)
CLOCK = (
    "invoke-static {}, Ljava/lang/System;->nanoTime()J\nmove-result-wide v2\n"
    "const-wide/16 v4, 0x5\ncmp-long v1, v2, v4"
)
CLASS_ID = ".field public final synthetic id:I\n"
SHAPES: dict[str, tuple[str, set[Flaw]]] = {
    "nothing": (method(CHECK, "return-void"), {Flaw.ACCEPTS_ALL}),
    "nops and gotos": (method(CHECK, "nop\ngoto :b\n:a\nreturn-void\n:b\ngoto :a"), {Flaw.ACCEPTS_ALL}),
    "a lock": (method(CHECK, "monitor-enter p0\nmonitor-exit p0\nreturn-void"), {Flaw.ACCEPTS_ALL}),
    "a loop": (
        method(
            CHECK, "array-length v0, p1\n:a\nif-lez v0, :b\nadd-int/lit8 v0, v0, -1\ngoto :a\n:b\nreturn-void"
        ),
        {Flaw.ACCEPTS_ALL},
    ),
    "a check that is never reached": (
        method(CHECK, f"const/4 v1, 0x1\nif-nez v1, :a\n{FIELD}\n{DELEGATE}\n:a\nreturn-void"),
        {Flaw.ACCEPTS_ALL},
    ),
    "a check": (method(CHECK, f"{FIELD}\n{DELEGATE}\nreturn-void"), set()),
    "a handler that falls through to the return": (
        method(
            CHECK,
            f"{FIELD}\n:s\n{DELEGATE}\n:e\ngoto :r\n"
            ".catch Ljava/security/cert/CertificateException; {:s .. :e} :h\n:h\nmove-exception v1\n:r\nreturn-void",
        ),
        {Flaw.SWALLOWS},
    ),
    "a handler that is the return": (
        method(CHECK, f"{FIELD}\n:s\n{DELEGATE}\n:e\n:h\nreturn-void\n.catchall {{:s .. :e}} :h"),
        {Flaw.SWALLOWS},
    ),
    "a handler of another exception first": (
        method(
            CHECK,
            f"{FIELD}\n:s\n{DELEGATE}\n:e\nreturn-void\n"
            ".catch Ljava/io/IOException; {:s .. :e} :i\n.catchall {:s .. :e} :h\n"
            ":i\nreturn-void\n:h\nmove-exception v1\nthrow v1",
        ),
        set(),
    ),
    "a handler beside the call": (
        method(
            CHECK,
            f"{FIELD}\n{DELEGATE}\n:s\ninvoke-virtual {{p0}}, Ljava/lang/Object;->notify()V\n:e\nreturn-void\n"
            ".catchall {:s .. :e} :h\n:h\nreturn-void",
        ),
        set(),
    ),
    "dates only of a chain of one": (
        method(CHECK, f"{ONE_ITEM}\n{DATES}\nreturn-void\n:a\n{FIELD}\n{DELEGATE}\nreturn-void"),
        {Flaw.VALIDITY_ONLY},
    ),
    "nothing for a chain of one": (
        method(CHECK, f"{ONE_ITEM}\nreturn-void\n:a\n{FIELD}\n{DELEGATE}\nreturn-void"),
        {Flaw.SKIPS},
    ),
    "dates, and then a check": (
        method(CHECK, f"{ONE_ITEM}\n{DATES}\n:a\n{FIELD}\n{DELEGATE}\nreturn-void"),
        set(),
    ),
    "a chain without certificates": (
        method(
            CHECK,
            f"if-eqz p1, :a\narray-length v0, p1\nif-lez v0, :a\n{FIELD}\n{DELEGATE}\nreturn-void\n:a\nreturn-void",
        ),
        set(),
    ),
    "a name lets pass": (
        method(
            CHECK,
            "const/4 v1, 0x0\naget-object v0, p1, v1\n"
            "invoke-virtual {v0}, Ljava/security/cert/X509Certificate;->getSubjectDN()Ljava/security/Principal;\n"
            'move-result-object v0\nconst-string v1, "CN=us"\n'
            "invoke-virtual {v0, v1}, Ljava/lang/Object;->equals(Ljava/lang/Object;)Z\nmove-result v0\n"
            f"if-nez v0, :a\n{FIELD}\n{DELEGATE}\n:a\nreturn-void",
        ),
        {Flaw.NAME_ONLY},
    ),
    "a check behind a null test of the chain, by a call": (
        method(CHECK, f"{GET_CLASS}\nif-eqz p1, :a\n{FIELD}\n{DELEGATE}\n:a\nreturn-void"),
        set(),
    ),
    "no check but null tests in a helper": (
        method(CHECK, f"invoke-static {{p1}}, La;->n(Ljava/lang/Object;)V\n{GET_CLASS}\nreturn-void")
        + method(
            "static n(Ljava/lang/Object;)V",
            "if-nez p0, :a\nnew-instance v0, Ljava/lang/NullPointerException;\n"
            "invoke-direct {v0}, Ljava/lang/NullPointerException;-><init>()V\nthrow v0\n:a\nreturn-void",
        ),
        {Flaw.ACCEPTS_ALL},
    ),
    "a check of what is no chain": (
        method(CHECK, f"array-length v1, p1\nif-gtz v1, :a\n{FIELD}\n{DELEGATE}\n:a\nreturn-void"),
        {Flaw.ACCEPTS_ALL},
    ),
    "nothing for a long chain": (
        method(
            CHECK,
            f"array-length v1, p1\nconst/16 v2, 0x28\nif-gt v1, v2, :a\n{FIELD}\n{DELEGATE}\n:a\nreturn-void",
        ),
        {Flaw.SKIPS},
    ),
    "a switch on a number that is known": (
        method(
            CHECK,
            f"const/4 v1, 0x5\nsparse-switch v1, :t\n{FIELD}\n{DELEGATE}\nreturn-void\n:z\nreturn-void\n"
            ":t\n.sparse-switch\n0x5 -> :z\n.end sparse-switch",
        ),
        {Flaw.ACCEPTS_ALL},
    ),
    "a switch on a number that it has not": (
        method(
            CHECK,
            f"const/4 v1, 0x5\npacked-switch v1, :t\n{FIELD}\n{DELEGATE}\nreturn-void\n:z\nreturn-void\n"
            ":t\n.packed-switch 0x0\n:z\n:z\n.end packed-switch",
        ),
        set(),
    ),
    "one class of two that R8 merged": (
        CLASS_ID
        + method(
            CHECK,
            f"iget v1, p0, La;->id:I\npacked-switch v1, :t\n{FIELD}\n{DELEGATE}\nreturn-void\n:z\nreturn-void\n"
            ":t\n.packed-switch 0x0\n:z\n.end packed-switch",
        ),
        {Flaw.ACCEPTS_ALL},
    ),
    "two sound ones that R8 merged": (
        CLASS_ID
        + method(
            CHECK,
            f"iget v1, p0, La;->id:I\nif-eqz v1, :z\n{FIELD}\n{DELEGATE}\nreturn-void\n:z\n"
            "new-instance v0, Ljava/security/cert/CertificateException;\n"
            "invoke-direct {v0}, Ljava/security/cert/CertificateException;-><init>()V\nthrow v0",
        ),
        set(),
    ),
}
UNREAD: dict[str, tuple[str, When]] = {
    "a delegate that may be missing": (
        f"{FIELD}\nif-eqz v0, :a\n{DELEGATE}\n:a\nreturn-void",
        When.UNREAD,
    ),
    "the clock": (
        f"{CLOCK}\nif-lez v1, :a\n{FIELD}\n{DELEGATE}\n:a\nreturn-void",
        When.UNREAD,
    ),
    "what code says that nobody sees": (
        (
            "invoke-static {}, Lelse;->says()Z\nmove-result v1\n"
            f"if-nez v1, :a\n{FIELD}\n{DELEGATE}\n:a\nreturn-void"
        ),
        When.ANSWER,
    ),
    "two settings": (
        (
            f"iget-boolean v1, p0, La;->one:Z\niget-boolean v2, p0, La;->two:Z\n"
            f"if-eqz v1, :c\nif-eqz v2, :c\nreturn-void\n:c\n{FIELD}\n{DELEGATE}\nreturn-void"
        ),
        When.SETTING,
    ),
    "the clock beside a log": (
        (
            f"{CLOCK}\nif-lez v1, :l\nconst/4 v2, 0x0\n:l\n{CLOCK}\n"
            f"if-lez v1, :a\n{FIELD}\n{DELEGATE}\n:a\nreturn-void"
        ),
        When.UNREAD,
    ),
}
"""Trust managers that check under a condition: what it is called."""
BOTH = (
    "invoke-interface {p3, p1, p2}, Ljavax/net/ssl/HostnameVerifier;"
    "->verify(Ljava/lang/String;Ljavax/net/ssl/SSLSession;)Z\nmove-result v0\n"
    "const/4 v1, 0x0\nif-eqz p1, :n\nconst/4 v1, 0x1\n:n"
).replace("p3", "v2")
"""What another verifier says, and whether the host is null."""
VERIFIERS: dict[str, tuple[str, set[Flaw]]] = {
    "true": (method(VERIFY, "const/4 v0, 0x1\nreturn v0"), {Flaw.ACCEPTS_ALL}),
    "false": (method(VERIFY, "const/4 v0, 0x0\nreturn v0"), set()),
    "true twice": (
        method(VERIFY, "const/4 v0, 0x1\nif-eqz p1, :a\nmove v1, v0\nreturn v1\n:a\nreturn v0"),
        {Flaw.ACCEPTS_ALL},
    ),
    "not false": (method(VERIFY, "const/4 v0, 0x0\nxor-int/lit8 v0, v0, 0x1\nreturn v0"), {Flaw.ACCEPTS_ALL}),
    "true of what is not null": (
        method(
            VERIFY, "const/4 v0, 0x1\nif-eqz p1, :a\nif-eqz p2, :a\nreturn v0\n:a\nconst/4 v0, 0x0\nreturn v0"
        ),
        {Flaw.ACCEPTS_ALL},
    ),
    "nothing of what it computes": (
        method(
            VERIFY, f"{BOTH}\nand-int/2addr v0, v1\nxor-int v0, v0, v0\nxor-int/lit8 v0, v0, 0x1\nreturn v0"
        ),
        {Flaw.ACCEPTS_ALL},
    ),
    "another verifier or a null test": (
        method(VERIFY, f"{BOTH}\nor-int v0, v1, v0\nreturn v0"),
        {Flaw.ACCEPTS_ALL},
    ),
    "another verifier and a null test": (method(VERIFY, f"{BOTH}\nand-int v0, v0, v1\nreturn v0"), set()),
    "the contrary of another verifier's contrary": (
        method(VERIFY, f"{BOTH}\nxor-int/2addr v0, v1\nxor-int/lit8 v0, v0, 0x1\nreturn v0"),
        set(),
    ),
    "another verifier or a flag": (
        method(VERIFY, f"{BOTH}\niget-boolean v1, p0, La;->lax:Z\nor-int/2addr v0, v1\nreturn v0"),
        {Flaw.SKIPS},
    ),
    "another verifier and a flag": (
        method(VERIFY, f"{BOTH}\niget-boolean v1, p0, La;->lax:Z\nand-int/2addr v0, v1\nreturn v0"),
        set(),
    ),
    "true by a helper": (
        method(VERIFY, "invoke-static {p1}, La;->h(Ljava/lang/String;)Z\nmove-result v0\nreturn v0")
        + method("static h(Ljava/lang/String;)Z", "const/4 v0, 0x1\nreturn v0"),
        {Flaw.ACCEPTS_ALL},
    ),
    "what code says that nobody sees": (
        method(
            VERIFY,
            "invoke-static {p1, p2}, Lelse;->h(Ljava/lang/String;Ljavax/net/ssl/SSLSession;)Z\nmove-result v0\nreturn v0",
        ),
        set(),
    ),
}


def judged(data: bytes, decides: Decides) -> set[Flaw]:
    return {one.flaw for one in told(data, decides)}


def told(data: bytes, decides: Decides) -> tuple[TrustFlaw, ...]:
    program = Program([Dex(data, "classes.dex")])
    cls = program.class_def("La;")
    assert cls
    name = "checkServerTrusted" if decides is Decides.CHAIN else "verify"
    found = cls.method(name)
    assert found
    answer = _flaws(Explorer(program), found, decides)
    assert answer is not None
    return answer


def compiled(body: str) -> bytes:
    fields = ".field tm:Ljavax/net/ssl/X509TrustManager;\n"
    return assemble({"a": class_file("La;", fields + body)})


@pytest.mark.usefixtures("builds")
@pytest.mark.parametrize("name", SHAPES)
def test_shapes_of_checks(name: str) -> None:
    body, flaws = SHAPES[name]
    assert judged(compiled(body), Decides.CHAIN) == flaws


@pytest.mark.usefixtures("builds")
@pytest.mark.parametrize("name", UNREAD)
def test_conditions_are_called_what_they_are(name: str) -> None:
    body, when = UNREAD[name]
    (one,) = told(compiled(method(CHECK, body)), Decides.CHAIN)
    assert (one.flaw, one.when) == (Flaw.SKIPS, when)


@pytest.mark.usefixtures("builds")
def test_what_makes_no_difference_is_no_condition() -> None:
    """A test before a loop over trust managers, of which it does not matter where it leads to."""
    body = (
        f"{CLOCK}\nif-lez v1, :l\nconst/4 v2, 0x0\n:l\niget-object v6, p0, La;->all:[Ljavax/net/ssl/X509TrustManager;\n"
        "array-length v7, v6\nconst/4 v8, 0x0\n:n\nif-ge v8, v7, :r\naget-object v0, v6, v8\n"
        f"{DELEGATE}\nadd-int/lit8 v8, v8, 0x1\ngoto :n\n:r\nreturn-void"
    )
    assert told(compiled(method(CHECK, body, 14)), Decides.CHAIN) == ()


@pytest.mark.usefixtures("builds")
@pytest.mark.parametrize("name", VERIFIERS)
def test_shapes_of_verifiers(name: str) -> None:
    body, flaws = VERIFIERS[name]
    assert judged(compiled(body), Decides.HOST) == flaws


@pytest.mark.usefixtures("builds")
def test_damaged_code_is_refused_or_judged() -> None:
    """Flipped bits end in an answer or in DexError, and soon."""
    whole = compiled(SHAPES["a handler of another exception first"][0])
    random = Random(20261123)  # noqa: S311 - not for secrets
    answers = 0
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(random.randint(1, 3)):
            data[random.randrange(0x70, len(data))] ^= 1 << random.randrange(8)
        try:
            program = Program([Dex(bytes(data), "classes.dex")])
            for cls in (program.files[0].class_at(0),):
                for one in cls.methods:
                    if one.body:
                        _flaws(Explorer(program), one, Decides.CHAIN)
            answers += 1
        except DexError:
            continue
    assert answers


@pytest.mark.usefixtures("builds")
def test_many_branches_end_soon() -> None:
    """A way for each combination of branches would be 2 to the power of 60."""
    parts = [
        f"invoke-virtual {{p2}}, Ljava/lang/String;->length()I\nmove-result v0\nif-eqz v0, :l{n}\nadd-int/lit8 v{1 + n % 8}, v0, {n}\n:l{n}"
        for n in range(60)
    ]
    body = method(CHECK, "\n".join(["const/4 v1, 0x0", *parts]) + "\nreturn-void", 14)
    program = Program([Dex(compiled(body), "classes.dex")])
    explorer = Explorer(program)
    cls = program.class_def("La;")
    assert cls
    found = cls.method("checkServerTrusted")
    assert found
    _flaws(explorer, found, Decides.CHAIN)
    assert explorer.steps > -2000


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("ab" * 32, 32),
        (":".join(["AB"] * 32), 32),
        ("ab" * 20, 20),
        ("sha256/" + "A" * 43 + "=", 32),
        ("A" * 27 + "=", 20),
        ("ab" * 31, None),
        ("CN=Example", None),
        ("", None),
    ],
)
def test_hashes_are_known_by_their_spelling(text: str, length: int | None) -> None:
    digest = decoded(text)
    assert (digest and len(digest)) == length
