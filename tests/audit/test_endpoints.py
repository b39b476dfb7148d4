"""The hosts that an app names: where they are found, whether they are pinned, and whose they are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
from typer.testing import CliRunner

from pincompiler.cli.program import app as cli
from pincompiler.verdicts.headline import headline
from pincompiler.verdicts.subject import Pinned
from pincompiler.workflows.audit import audit, audit_options
from tests.apk.forge import Attr, Node, Res, android, arsc, axml, simple_zip, uses_nsc
from tests.audit.test_bundled import HERMES
from tests.builds import assemble
from tests.dex.smali import class_file, method

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.verdicts.subject import Endpoint, Subject

pytestmark = pytest.mark.usefixtures("builds")
DAY: Final = date(2026, 11, 23)
PINS: Final = ("HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=", "UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=")
MANIFEST: Final = Node(
    "manifest",
    (Attr("package", "a.b"),),
    (
        Node("uses-sdk", (android("minSdkVersion", 0x0101020C, 24, 0x10),)),
        Node("application", (uses_nsc(),), (Node("activity", (android("name", 0x01010003, "a.b.Main"),)),)),
    ),
)
CONFIGURATION: Final = Node(
    "network-security-config",
    (),
    (
        Node(
            "domain-config",
            (Attr("cleartextTrafficPermitted", "false"),),
            (
                Node("domain", (Attr("includeSubdomains", "true"),), ("api.example.com",)),
                Node("pin-set", (), tuple(Node("pin", (Attr("digest", "SHA-256"),), (pin,)) for pin in PINS)),
            ),
        ),
    ),
)


def code(*texts: str, name: str = "La/b/Main;") -> dict[str, str]:
    """A class whose onCreate has some constants."""
    lines = "\n".join(f'const-string v0, "{text}"' for text in texts)
    head = "public onCreate(Landroid/os/Bundle;)V"
    return {
        name[1:-1].replace("/", "."): class_file(
            name, method(head, f"{lines}\nreturn-void"), "Landroid/app/Activity;"
        )
    }


def audited(
    tmp_path: Path, sources: dict[str, str], files: dict[str, bytes] | None = None, own: tuple[str, ...] = ()
) -> Subject:
    """An app whose configuration pins api.example.com and what is below it."""
    members = {
        "AndroidManifest.xml": axml(MANIFEST),
        "resources.arsc": arsc({"xml": {"n": [Res("res/n.xml")]}}),
        "res/n.xml": axml(CONFIGURATION),
        "classes.dex": assemble(sources),
    }
    path = tmp_path / "app.apk"
    path.write_bytes(simple_zip({**members, **(files or {})}))
    return audit(path, audit_options(DAY, None, (), own_domains=own))


def by_host(subject: Subject) -> dict[str, Endpoint]:
    return {one.host: one for one in subject.endpoints}


def test_addresses_in_code_are_named_with_what_becomes_of_them(tmp_path: Path) -> None:
    texts = (
        "https://api.example.com/v1?x=y",
        "HTTPS://no.example/",
        "https://V2.API.example.com:8443",
        "https://cdn.example.org.",
        "wss://live.example.net/socket",
    )
    found = by_host(audited(tmp_path, code(*texts)))
    assert {host: one.state for host, one in found.items()} == {
        "api.example.com": Pinned.PINNED,
        "v2.api.example.com": Pinned.PINNED,
        "cdn.example.org": Pinned.NOT_PINNED,
        "live.example.net": Pinned.NOT_PINNED,
    }
    assert {one.own for one in found.values()} == {None}
    assert "res/n.xml does not pin it" in found["cdn.example.org"].why
    (where,) = found["live.example.net"].named
    assert where.symbol == "La/b/Main;->onCreate(Landroid/os/Bundle;)V"


@pytest.mark.parametrize(
    "text",
    [
        "http://schemas.android.com/apk/res/android",
        "https://%s.example.com/",
        "https://${tenant}.example.com",
        "https://localhost:8080/",
        "https://",
        "ahttps://api.example.org/",
        "see https://api.example.org/",
        "https://user@api.example.org/",
        "https://api_x.example.org/",
    ],
)
def test_what_is_no_address_of_a_host_is_not_named(text: str, tmp_path: Path) -> None:
    assert by_host(audited(tmp_path, code(text))).keys() == {"api.example.com"}


def test_addresses_of_libraries_are_not(tmp_path: Path) -> None:
    library = code("https://library.example/", name="Lcom/google/firebase/Main;")
    assert by_host(audited(tmp_path, {**code("x"), **library})).keys() == {"api.example.com"}


def test_resources_scripts_and_bytecode_name_hosts(tmp_path: Path) -> None:
    files = {
        "resources.arsc": arsc(
            {"xml": {"n": [Res("res/n.xml")]}, "string": {"s": [Res("https://res.example.org/")]}}
        ),
        "assets/public/main.js": b"// https://comment.example/\nfetch('https://script.example.org/v1')",
        "assets/config.json": b'{"base": "https:\\/\\/no.example", "url": "https://json.example.org"}',
        "assets/LICENSE": b"https://licence.example.org/",
        "assets/index.android.bundle": HERMES[0].read_bytes(),
    }
    found = by_host(audited(tmp_path, code("x"), files))
    assert found.keys() == {
        *("api.example.com", "res.example.org", "script.example.org", "json.example.org"),
        *("cdn.example.org", "long.example", "xn--gre-6ka2f.example"),
    } - {"xn--gre-6ka2f.example"}
    assert [one.member for one in found["res.example.org"].named] == ["resources.arsc"]


def test_the_reader_says_which_are_own_and_the_headline_answers(tmp_path: Path) -> None:
    sources = code("https://api.example.com/", "https://cdn.example.org/", "https://ads.example.net/")
    subject = audited(tmp_path, sources, own=("example.com",))
    assert {one.host: one.own for one in subject.endpoints} == {
        "api.example.com": True,
        "cdn.example.org": False,
        "ads.example.net": False,
    }
    assert "; every own host that was found is pinned (1)" in headline(subject)
    both = audited(tmp_path, sources, own=("example.com", "example.org"))
    assert [one.host for one in both.endpoints] == ["cdn.example.org", "api.example.com", "ads.example.net"]
    assert "; not every own host is pinned: cdn.example.org (not pinned)" in headline(both)
    nobody = audited(tmp_path, sources)
    assert "own host" not in headline(nobody)


def test_nothing_is_called_pinned_where_something_is_not_known(tmp_path: Path) -> None:
    """A runtime of its own may connect past the configuration: it is unknown, and so is what it protects."""
    files = {"lib/arm64-v8a/libflutter.so": b"\x7fELF" + bytes(100)}
    subject = audited(tmp_path, code("https://api.example.com/"), files, own=("example.com",))
    (one,) = subject.endpoints
    assert (one.state, "libflutter.so" in one.why) == (Pinned.UNKNOWN, True)
    said = headline(subject)
    assert said.startswith("Whether api.example.com has pins is not known")
    assert "; not every own host is pinned: api.example.com (unknown)" in said


def test_pins_toml_says_it_as_well_and_what_is_no_domain_is_refused(tmp_path: Path) -> None:
    audited(tmp_path, code("https://api.example.com/", "https://cdn.example.org/"))
    pins = tmp_path / "pins.toml"
    pins.write_text(
        'version = 1\n[[pin-set]]\nhosts = ["api.example.com", "absent.example"]\nkeys = ["a", "b"]\n'
        '[keys.a]\nspki-sha256 = "HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U="\n'
        '[keys.b]\nspki-sha256 = "UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q="\n',
        "utf-8",
    )
    subject = audit(tmp_path / "app.apk", audit_options(DAY, pins, ()))
    assert {one.host: (one.own, one.state) for one in subject.endpoints} == {
        "absent.example": (True, Pinned.NOT_PINNED),
        "api.example.com": (True, Pinned.PINNED),
        "cdn.example.org": (False, Pinned.NOT_PINNED),
    }
    assert "; not every own host is pinned: absent.example (not pinned)" in headline(subject)
    words = ["audit", "--own-domains", "example.com,https://x/", str(tmp_path / "app.apk")]
    ran = CliRunner().invoke(cli, words)
    assert str(ran.exception) == "--own-domains: https://x/ is a URL, and no platform matches one"
