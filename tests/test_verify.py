"""`verify` and `pin --connect` as people and cron jobs meet them, on real handshakes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
import tomllib
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from pincompiler.keys.spki import public_keys
from pincompiler.platforms.registry import target_named
from pincompiler.policy.enforcement import Chain as PinnedChain
from pincompiler.policy.project import App
from pincompiler.reports.verify import text as verify_text
from pincompiler.tls.answers import Offer, Seen, Served, Visit
from pincompiler.tls.keys import public_anchors
from pincompiler.verdicts.served import server_verdict
from pincompiler.workflows.verify import VerifyRequest, prepare
from tests import pages, pki, tls_servers
from tests.patience import WAIT_S
from tests.test_cli import ROOT, SAMPLES, Ran, run
from tests.tls_servers import HOST, Chain, chain, context, listening, tls, usual

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography import x509

SPARE = b64encode(sha256(b"spare").digest()).decode()
"""The pin of a key that no server shows."""
EXPIRES = datetime.now(UTC).date() + timedelta(days=50)
TARGETS = """
[target.nsc]
path = "nsc.xml"

[target.okhttp-kotlin]
path = "Pins.kt"
package = "com.example"

[target.ats]
path = "Info.plist"

[target.trustkit-swift]
path = "Pins.swift"

"""
LEAF, CA, SPARE_KEY = "leaf", "ca", ("spare", SPARE, "leaf")


def pin(certificate: x509.Certificate) -> str:
    """As OpenSSL computes it."""
    return b64encode(pki.openssl_pin(pki.pem(certificate))).decode()


def pins(
    *keys: tuple[str, str, str], hosts: tuple[str, ...] = (HOST,), more: str = "", targets: str = TARGETS
) -> str:
    tables = "".join(
        f'[keys.{name}]\nspki-sha256 = "{pinned}"\nrole = "{role}"\n\n' for name, pinned, role in keys
    )
    listed = ", ".join(f'"{name}"' for name, _, _ in keys)
    named = ", ".join(f'"{host}"' for host in hosts)
    return f"version = 1\n\n{tables}[[pin-set]]\nhosts = [{named}]\nkeys = [{listed}]\n{more}\n{targets}"


def usual_keys(one: Chain | None = None) -> tuple[tuple[str, str, str], ...]:
    return ("now", pin((one or usual()).leaf), LEAF), SPARE_KEY


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A pins.toml of the usual server, its CA, and its chain."""
    (tmp_path / "pins.toml").write_text(pins(*usual_keys(), more=f"expires = {EXPIRES}\n"))
    roots = (usual(kind).root for kind in ("P-256", "RSA-2048"))
    (tmp_path / "ca.pem").write_bytes(b"".join(map(pki.pem, roots)))
    (tmp_path / "chain.pem").write_bytes(b"".join(map(pki.pem, usual().served)))
    return tmp_path


def verify(project: Path, port: int, *more: str, ca: str = "ca.pem", tty: bool = False) -> Ran:
    trusted = ("--ca-file", ca) if ca else ()
    patient = ("--retries", "0", *(() if "--timeout" in more else ("--timeout", "600")))
    return run("verify", "--connect", f"127.0.0.1:{port}", *trusted, *patient, *more, cwd=project, tty=tty)


def hosts(ran: Ran) -> list[dict[str, Any]]:
    document = json.loads(ran.stdout)
    assert (document["version"], document["command"]) == (1, "verify")
    return list(document["hosts"])


def codes(ran: Ran) -> set[str]:
    return {remark["code"] for host in hosts(ran) for remark in host["remarks"]}


# -- fine ------------------------------------------------------------------------------------------


def test_a_sound_server(project: Path) -> None:
    with tls(context(usual())) as server:
        ran = verify(project, server.port)
        (found,) = hosts(verify(project, server.port, "-f", "json"))
    assert ran.code == 0
    assert ran.stderr == "1 of 1 hosts fine\n"
    last = EXPIRES - timedelta(days=1)
    assert re.search(r"^    leaf  P-256 .* CN=api.example.com  = now \(leaf\)$", ran.stdout, re.MULTILINE)
    assert re.search(rf"^ +today +{last} +{EXPIRES}$", ran.stdout, re.MULTILINE)
    assert re.search(r"^    nsc \(nsc.xml\) +accepts +accepts +not pinned$", ran.stdout, re.MULTILINE)
    assert re.search(r"^    ats \(Info.plist\) +accepts +accepts +accepts$", ran.stdout, re.MULTILINE)
    assert f"  pins    end {EXPIRES}, in 50 days\n" in ran.stdout
    assert found["pins-days-left"] == 50
    (only,) = found["chains"]
    assert [one["spki-sha256"] for one in only["certificates"]] == [
        b64encode(one).decode() for one in usual().pins()
    ]
    assert only["certificate-days-left"] == 59
    assert only["ca-days-left"] == 2999
    assert only["matches"] == [{"key": "now", "spki-sha256": pin(usual().leaf), "role": "leaf"}]
    assert found["backups"] == [{"key": "spare", "spki-sha256": SPARE, "role": "leaf"}]
    assert {shown["protocol"] for shown in only["shown"]} == {"TLS 1.2", "TLS 1.3"}
    assert found["remarks"] == []


def test_the_same_chain_from_a_file(project: Path) -> None:
    ran = run("verify", "--chain", "chain.pem", "--ca-file", "ca.pem", "-f", "json", cwd=project)
    assert ran.code == 0
    (found,) = hosts(ran)
    assert found["chains"][0]["matches"][0]["key"] == "now"
    assert found["chains"][0]["shown"] == [{"address": None, "protocol": None}]


def test_what_targets_do_is_what_their_files_say(project: Path) -> None:
    """The models that are asked, against the files that are written, read back."""
    accepted = '\n[[accept]]\nrule = "unfaithful-target"\nreason = "shown here"\nuntil = 9999-01-01\n'
    with (project / "pins.toml").open("a") as file:
        file.write(accepted)
    assert run("compile", cwd=project).code == 0
    with tls(context(usual())) as server:
        (found,) = hosts(verify(project, server.port, "-f", "json"))
    served = PinnedChain(usual().pins()[0], usual().pins()[1:])
    told = {
        row["who"]: {d["day"]: d["outcome"] for d in row["days"]} for row in found["chains"][0]["outlook"]
    }
    files = {
        "nsc": "nsc.xml",
        "okhttp-kotlin": "Pins.kt",
        "ats": "Info.plist",
        "trustkit-swift": "Pins.swift",
    }
    assert set(told) == {"pins.toml", *(f"{name} ({file})" for name, file in files.items())}
    for name, path in files.items():
        written = target_named(name).read((project / path).read_bytes(), App(), path)
        for day, outcome in told[f"{name} ({path})"].items():
            on = date.fromisoformat(day)
            stranger = PinnedChain(b"x" * 32)
            expected = (
                "not pinned"
                if written.accepts(HOST, stranger, on)
                else "accepts"
                if written.accepts(HOST, served, on)
                else "blocks"
            )
            assert outcome == expected


@pytest.mark.parametrize(
    "arguments", [(), ("pins.toml",), (HOST,), ("pins.toml", HOST), ("pins.toml", "API.Example.com.")]
)
def test_pins_and_hosts_are_told_apart(arguments: tuple[str, ...], project: Path) -> None:
    with tls(context(usual())) as server:
        ran = verify(project, server.port, *arguments, "-f", "json")
    assert ran.code == 0
    assert [host["host"] for host in hosts(ran)] == [HOST]


def test_a_port_and_a_resolved_address(project: Path) -> None:
    with tls(context(usual())) as server:
        at = f"{HOST}:{server.port}"
        ran = run("verify", "--ca-file", "ca.pem", "--resolve", f"{at}:127.0.0.1", at, cwd=project)
    assert ran.code == 0
    assert ran.stdout.startswith(f"{at}\n  127.0.0.1 TLS 1.2 and TLS 1.3\n")


def test_the_manual_shows_a_verdict_as_it_is_printed(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    shutil.copytree(SAMPLES / "certs", tmp_path / "certs")
    (found,) = pages.blocks("tour", "toml")
    dated = found.replace('subdomains = "all"', "expires = 2027-06-01")
    (tmp_path / "pins.toml").write_text(dated, "utf-8")
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    asked = prepare(VerifyRequest(tmp_path / "pins.toml", (), now, now.date())).question
    path = tuple(
        public_keys((SAMPLES / "certs" / file).read_bytes(), file)[0]
        for file in ("api-2026.pem", "shop-ca.pem")
    )
    answers = tuple(
        (offer, Served(version, path))
        for offer, version in ((Offer.ANY, "TLS 1.3"), (Offer.ECDSA, "TLS 1.2"))
    )
    verdict = server_verdict(Seen(HOST, 443, (Visit("192.0.2.17", answers),)), asked)
    shown = verify_text.render(verdict, asked, colour=False)
    part = f"```\n$ pincompiler verify\n{shown}```\n"
    pages.held("verify", "verify", part, update=request.config.getoption("--update-golden"))


# -- pins that do not fit --------------------------------------------------------------------------


def test_a_certificate_with_a_key_that_nobody_pinned(project: Path) -> None:
    (project / "pins.toml").write_text(pins(("old", SPARE, LEAF), ("other", pin(usual("P-384").leaf), LEAF)))
    with tls(context(usual())) as server:
        ran = verify(project, server.port)
    assert ran.code == 1
    assert "no key of its chain is pinned: apps are locked out [no-pin-matches]" in ran.stdout
    assert re.search(r"^    ats \(Info.plist\) +blocks$", ran.stdout, re.MULTILINE)


def test_one_of_two_certificates_is_not_pinned(project: Path) -> None:
    with tls(context(usual(), usual("RSA-2048"))) as server:
        ran = verify(project, server.port, "-f", "json")
    assert ran.code == 1
    assert codes(ran) == {"no-pin-matches"}
    assert [len(one["matches"]) for one in hosts(ran)[0]["chains"]] == [1, 0]


def test_a_backup_that_is_the_other_certificate_is_none(project: Path) -> None:
    keys = ("now", pin(usual().leaf), LEAF), ("rsa", pin(usual("RSA-2048").leaf), LEAF)
    (project / "pins.toml").write_text(pins(*keys))
    with tls(context(usual(), usual("RSA-2048"))) as server:
        ran = verify(project, server.port, "-f", "json")
    assert ran.code == 1
    assert codes(ran) == {"no-backup"}


def test_a_backup_that_is_the_issuer_is_none(project: Path) -> None:
    keys = ("now", pin(usual().leaf), LEAF), ("issuer", pin(usual().intermediate), CA)
    (project / "pins.toml").write_text(pins(*keys, targets=""))
    with tls(context(usual())) as server:
        ran = verify(project, server.port, "-f", "json")
    assert codes(ran) == {"no-backup"}
    assert [(m["key"], m["role"]) for m in hosts(ran)[0]["chains"][0]["matches"]] == [
        ("now", "leaf"),
        ("issuer", "ca"),
    ]


def test_a_key_in_another_role_than_it_was_given(project: Path) -> None:
    (project / "pins.toml").write_text(pins(("now", pin(usual().leaf), CA), ("spare", SPARE, CA)))
    with tls(context(usual())) as server:
        ran = verify(project, server.port, "-f", "json")
    assert ran.code == 1
    # NSPinnedDomains looks for CAs above the server's certificate only.
    assert codes(ran) == {"wrong-role", "target-blocks"}
    messages = [remark["message"] for remark in hosts(ran)[0]["remarks"]]
    assert "is blocked by ats (Info.plist) today" in messages


def test_a_pinned_key_that_trustkit_cannot_hash(project: Path) -> None:
    """Of a pin alone nobody knows the kind of its key; TSKSPKIHashCache.m knows five."""
    one = usual("P-521")
    (project / "ca.pem").write_bytes(pki.pem(one.root))
    (project / "pins.toml").write_text(pins(*usual_keys(one)))
    with tls(context(one)) as server:
        ran = verify(project, server.port, "-f", "json")
    (remark,) = hosts(ran)[0]["remarks"]
    assert (ran.code, remark["code"]) == (1, "target-blocks")
    assert remark["message"] == (
        "is blocked by trustkit-swift (Pins.swift) today, which cannot hash the P-521 key of "
        "CN=Example Shop Root, and refuses such chains"
    )


def test_a_configuration_that_trusts_other_cas(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(project / "ca.pem"))
    anchors = '<trust-anchors><certificates src="@raw/ca"/></trust-anchors>'
    (project / "base.xml").write_text(
        f"<network-security-config><base-config>{anchors}</base-config></network-security-config>"
    )
    (project / "pins.toml").write_text(
        pins(*usual_keys(), targets='[target.nsc]\npath = "nsc.xml"\nbase = "base.xml"\n')
    )
    # Hosts of pins.toml have the anchors of the base, unless pins.toml says whom they trust.
    asked = ("verify", "--chain", "chain.pem", "-f", "json", "--fail-on", "warning")
    ran = run(*asked, cwd=project)
    assert (ran.code, codes(ran)) == (1, {"other-anchors"})
    said = (project / "pins.toml").read_text().replace("[[pin-set]]\n", '[[pin-set]]\ntrust = ["system"]\n')
    (project / "pins.toml").write_text(said)
    ran = run(*asked, cwd=project)
    assert (ran.code, codes(ran)) == (0, set())


ANCHOR = '[anchors.shop]\nfile = "root.pem"\n'


@pytest.fixture
def anchored(project: Path) -> Path:
    """A pins.toml that trusts the CA of the usual server, and has its key for one host of two."""
    (project / "root.pem").write_bytes(pki.pem(usual().root))
    keys = pins(*usual_keys(), more='trust = ["shop"]\n', targets='[target.nsc]\npath = "nsc.xml"\n')
    (project / "pins.toml").write_text(keys.replace("[[pin-set]]", f"{ANCHOR}[[pin-set]]"))
    return project


def test_a_host_is_validated_by_the_cas_that_it_trusts(anchored: Path) -> None:
    """No --ca-file: the CA is in no store of this machine, and in pins.toml."""
    with tls(context(usual())) as server:
        ran = verify(anchored, server.port, "-f", "json", ca="")
    assert (ran.code, codes(ran)) == (0, set())
    ran = run("verify", "--chain", "chain.pem", cwd=anchored)
    assert (ran.code, ran.stderr) == (0, "1 of 1 hosts fine\n")


def test_a_ca_file_adds_nothing_to_anchors_that_are_alone(anchored: Path) -> None:
    """It is what devices have besides; where pins.toml names anchors alone, no store has a say."""
    (anchored / "root.pem").write_bytes(pki.pem(pki.certificate("Another Root", ca=True)))
    ran = run("verify", "--chain", "chain.pem", "--ca-file", "ca.pem", "-f", "json", cwd=anchored)
    assert ran.code == 1
    assert codes(ran) <= {"untrusted", "incomplete-chain"}
    assert codes(ran)
    text = (anchored / "pins.toml").read_text().replace('trust = ["shop"]', 'trust = ["system", "shop"]')
    (anchored / "pins.toml").write_text(text)
    ran = run("verify", "--chain", "chain.pem", "--ca-file", "ca.pem", "-f", "json", cwd=anchored)
    assert (ran.code, codes(ran)) == (0, set())


def test_a_host_that_its_anchor_alone_decides_on_is_asked(anchored: Path) -> None:
    """With the intermediate CA for an anchor, too, at which Android ends."""
    for anchor in (usual().root, usual().intermediate):
        (anchored / "root.pem").write_bytes(pki.pem(anchor))
        decides = f'version = 1\n{ANCHOR}[[pin-set]]\nhosts = ["{HOST}"]\ntrust = ["shop"]\n'
        (anchored / "pins.toml").write_text(decides)
        ran = run("verify", "--chain", "chain.pem", cwd=anchored)
        assert (ran.code, ran.stderr) == (0, "1 of 1 hosts fine\n")
        assert "backup" not in ran.stdout


def test_a_renewed_certificate_is_the_backup_of_the_one_that_is_served(project: Path) -> None:
    """Both have one key, and only one of them is shown."""
    one = usual()
    renewed = pki.certificate(HOST, one.key)
    tables = ""
    for name, certificate in (("now", one.leaf), ("next", renewed)):
        (project / f"{name}.pem").write_bytes(pki.pem(certificate))
        tables += f'[keys.{name}]\nfile = "{name}.pem"\npin = "certificate"\n'
    named = f'[[pin-set]]\nhosts = ["{HOST}"]\nkeys = ["now", "next"]\n'
    (project / "pins.toml").write_text(f"version = 1\n{tables}{named}")
    ran = run("verify", "--chain", "chain.pem", "--ca-file", "ca.pem", "-f", "json", cwd=project)
    (found,) = hosts(ran)
    assert (ran.code, [one["key"] for one in found["backups"]]) == (0, ["next"])


def test_a_host_that_is_not_pinned(project: Path) -> None:
    other = chain(names=("www.example.com",))
    with tls(context(other)) as server:
        ran = verify(project, server.port, "www.example.com", "-f", "json")
    assert ran.code == 1
    assert codes(ran) == {"not-pinned"}


def test_pins_that_have_ended(project: Path) -> None:
    (project / "pins.toml").write_text(pins(*usual_keys(), more="expires = 2026-01-01\n"))
    with tls(context(usual())) as server:
        ran = verify(project, server.port, "-f", "json")
    assert ran.code == 1
    assert "pins-ended" in codes(ran)


@pytest.mark.parametrize(
    ("days", "code", "threshold"), [(10, 0, "error"), (10, 1, "warning"), (40, 0, "warning")]
)
def test_a_certificate_that_ends_soon(days: int, code: int, threshold: str, project: Path) -> None:
    soon = chain(ends=timedelta(days=days, hours=1))
    with tls(context(soon)) as server:
        ran = verify(project, server.port, "-f", "json", "--fail-on", threshold)
    assert ran.code == code
    assert codes(ran) == ({"certificate-ends"} if days < 30 else set())


# -- interception ----------------------------------------------------------------------------------


def test_an_interceptor_that_is_not_trusted_is_named(project: Path) -> None:
    box = chain(root_name="mitmproxy")
    with tls(context(box)) as server:
        ran = verify(project, server.port, ca="")
    assert ran.code == 1
    assert "error: is intercepted on this network, by mitmproxy at 127.0.0.1" in ran.stdout


def test_an_interceptor_that_is_trusted_is_named(project: Path) -> None:
    box = chain("P-384", root_name="Zscaler Root CA")
    (project / "box.pem").write_bytes(pki.pem(box.root))
    with tls(context(box)) as server:
        ran = verify(project, server.port, ca="box.pem")
        pinning = pin_connect(project, server.port, ca="box.pem")
    assert ran.code == 1
    assert "error: is intercepted on this network, by Zscaler [intercepted]" in ran.stdout
    assert (pinning.code, pinning.stdout) == (1, "")
    assert "never pin this" in pinning.stderr


def test_a_box_without_a_name_in_the_systems_store_is_told_from_a_public_ca(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = chain("P-384", root_name="Corp Gateway")
    (project / "system.pem").write_bytes(pki.pem(box.root))
    monkeypatch.setenv("SSL_CERT_FILE", str(project / "system.pem"))
    with tls(context(box)) as server:
        ran = verify(project, server.port, ca="")
        pinning = pin_connect(project, server.port, ca="")
    assert ran.code == 1
    assert (
        "ends in CN=Corp Gateway, which this machine trusts and the public does not [intercepted]"
        in ran.stdout
    )
    assert (pinning.code, pinning.stdout) == (1, "")


def test_a_private_ca_in_the_systems_store_is_fine_if_it_is_pinned(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(project / "ca.pem"))
    with tls(context(usual())) as server:
        assert verify(project, server.port, ca="").code == 0


def test_what_hangs_below_a_public_ca_is_no_interception_whatever_its_name(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = chain("P-384", root_name="Sophos Shop CA")
    (project / "shop.pem").write_bytes(pki.pem(shop.root))
    public = frozenset({pki.openssl_pin(pki.pem(shop.root))})
    monkeypatch.setattr("pincompiler.tls.keys.public_anchors", lambda: public)
    with tls(context(shop)) as server:
        ran = verify(project, server.port, "-f", "json", ca="shop.pem")
        pinning = pin_connect(project, server.port, ca="shop.pem")
    assert codes(ran) == {"no-pin-matches"}
    assert pinning.code == 0


def test_public_anchors_are_mozillas() -> None:
    """ISRG Root X1, as Let's Encrypt's own page of its chains has its pin."""
    anchors = public_anchors()
    assert "C5+lpZ7tcVwmwQIMcRtPbsQtWLABXhQzejna0wHFr8M=" in {b64encode(one).decode() for one in anchors}
    assert 100 < len(anchors) < 300


def test_what_a_certificate_says_cannot_steer_the_terminal(project: Path) -> None:
    odd = chain(names=("\x1b]0;x\x07.example.com",), root_name="\x1b[2J\u202emitmproxy")
    (project / "odd.pem").write_bytes(pki.pem(odd.root))
    with tls(context(odd)) as server:
        told = [verify(project, server.port, ca=ca) for ca in ("odd.pem", "ca.pem")]
        told.append(pin_connect(project, server.port, ca="odd.pem"))
    for ran in told:
        assert ran.code == 1
        assert not {"\x1b", "\x07", "\u202e"} & set(ran.stdout + ran.stderr)


# -- could not look --------------------------------------------------------------------------------


def test_no_answer_is_no_verdict(project: Path) -> None:
    with listening(tls_servers.stall) as server:
        ran = verify(project, server.port, "--timeout", "0.3", "-f", "json")
    assert ran.code == 2
    (found,) = hosts(ran)
    assert (found["reached"], found["complete"], codes(ran)) == (False, False, {"unreachable"})


def test_an_address_that_does_not_answer_leaves_the_verdict_open(project: Path) -> None:
    with tls(context(usual())) as server:
        at = f"{HOST}:{server.port}"
        ran = run(
            "verify",
            "--ca-file",
            "ca.pem",
            "--retries",
            "0",
            "--resolve",
            f"{at}:127.0.0.1,127.0.0.2",
            at,
            cwd=project,
        )
    assert ran.code == 3
    assert "error: cannot be reached: connection refused at 127.0.0.2 [unreachable]" in ran.stdout
    assert ran.stderr == "0 of 1 hosts fine; 1 not seen, or not at every address\n"


def test_tls_1_3_alone_is_told_because_the_other_certificate_cannot_be_asked_for(project: Path) -> None:
    made = context(usual())
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    with tls(made) as server:
        ran = verify(project, server.port, "-f", "json")
        pinned = pin_connect(project, server.port)
    assert ran.code == 0
    assert codes(ran) == {"tls-1.3-only"}
    # Whoever pins what is shown has to know that more may be.
    assert (pinned.code, "a second certificate could not be asked for" in pinned.stderr) == (0, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--ca-file", "no.pem"), "no.pem"),
        (("--ca-file", "pins.toml"), "no trust anchors could be read"),
        (("--chain", "no.pem"), "no.pem"),
        (("--chain", "pins.toml"), "holds no PEM certificates"),
        (("--chain", "chain.pem", "--connect", "127.0.0.1"), "--chain connects to nobody"),
        (("--connect", "localhost"), "no numeric address"),
        (("--connect", "127.0.0.1:0"), "no port between 1 and 65535"),
        (("--connect", "[::1"), "no numeric address"),
        (("--resolve", "api.example.com:443"), "no numeric address"),
        (("--resolve", "api.example.com:x:127.0.0.1"), "no port between"),
        (("api.example.com:99999",), "no port between"),
        (("*.example.com",), "*.example.com"),
        (("https://api.example.com/",), "is a URL"),
        (("::1",), "is an IPv6 address"),
        (("[::1]:443",), "is an IPv6 address"),
        (("no.toml",), "no.toml"),
    ],
)
def test_questions_that_make_no_sense(arguments: tuple[str, ...], said: str, project: Path) -> None:
    ran = run("verify", *arguments, cwd=project)
    assert (ran.code, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_a_chain_that_is_written_upside_down(project: Path) -> None:
    (project / "odd.pem").write_bytes(b"".join(map(pki.pem, reversed(usual().served))))
    ran = run("verify", "--chain", "odd.pem", "--ca-file", "ca.pem", cwd=project)
    assert (ran.code, ran.stdout) == (2, "")
    assert "odd.pem: begins with the certificate of a CA; write the server's first" in ran.stderr


def test_a_chain_for_other_hosts_has_nothing_to_be_judged_by(project: Path) -> None:
    other = chain(names=("www.example.org",))
    (project / "other.pem").write_bytes(b"".join(map(pki.pem, other.served)))
    ran = run("verify", "--chain", "other.pem", "--ca-file", "ca.pem", cwd=project)
    assert ran.code == 2
    assert "other.pem is for no host of pins.toml" in ran.stderr
    named = run("verify", "--chain", "other.pem", "--ca-file", "ca.pem", HOST, cwd=project)
    assert named.code == 1
    assert "[wrong-host]" in named.stdout


# -- many hosts ------------------------------------------------------------------------------------


def test_many_hosts_in_the_order_of_the_file_and_a_bar_on_a_terminal_only(project: Path) -> None:
    names = tuple(f"h{n}.example.com" for n in range(12))
    many = chain(names=names)
    (project / "pins.toml").write_text(pins(*usual_keys(many), hosts=names))
    with tls(context(many)) as server:
        piped = verify(project, server.port, "-f", "json")
        shown = verify(project, server.port, "-f", "json", tty=True)
    assert piped.code == shown.code == 0
    assert tuple(host["host"] for host in hosts(piped)) == names
    assert piped.stderr == "12 of 12 hosts fine\n"
    assert "verifying" in shown.stderr
    assert piped.stdout == shown.stdout


def test_one_bad_host_does_not_hide_the_others(project: Path) -> None:
    names = ("a.example.com", "b.example.com")
    both = chain(names=("a.example.com",))
    (project / "pins.toml").write_text(pins(*usual_keys(both), hosts=names))
    with tls(context(both)) as server:
        ran = verify(project, server.port, "-f", "json")
    first, second = hosts(ran)
    assert ran.code == 1
    assert first["remarks"] == []
    assert [remark["code"] for remark in second["remarks"]] == ["wrong-host"]


@pytest.mark.slow
def test_ctrl_c_does_not_wait_for_servers_that_stall(project: Path) -> None:
    names = tuple(f"h{n}.example.com" for n in range(12))
    (project / "pins.toml").write_text(pins(*usual_keys(), hosts=names))
    # Whoever runs the tests in the background has them ignore it, and what they start.
    heeding = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pincompiler.cli import main; main()"
    )
    command = [sys.executable, "-c", heeding, "verify", "--timeout", "600", "--jobs", "4"]
    with (
        listening(tls_servers.stall) as server,
        subprocess.Popen(
            [*command, "--connect", f"127.0.0.1:{server.port}"],
            cwd=project,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as running,
    ):
        ends = time.monotonic() + WAIT_S
        while server.most_at_once < 4 and time.monotonic() < ends:
            time.sleep(0.05)
        assert server.most_at_once == 4, "as many as --jobs says"
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=300)  # half of --timeout
    assert running.returncode != 0
    assert (out, b"Traceback" in err) == (b"", False)


# -- pin --connect ---------------------------------------------------------------------------------


def pin_connect(project: Path, port: int, *more: str, ca: str = "ca.pem") -> Ran:
    at = f"{HOST}:{port}"
    trusted = ("--ca-file", ca) if ca else ()
    return run("pin", "--connect", at, "--resolve", f"{at}:127.0.0.1", *trusted, *more, cwd=project)


def test_pins_of_a_server_are_a_piece_of_pins_toml(project: Path) -> None:
    with tls(context(usual(), usual("RSA-2048"))) as server:
        ran = pin_connect(project, server.port)
        as_json = json.loads(pin_connect(project, server.port, "-f", "json").stdout)
    assert ran.code == 0
    assert "holds no backup" in ran.stderr
    fragment = ran.stdout[ran.stdout.index("# A chain in use holds no backup") :]
    assert as_json["fragment"] == fragment
    parsed = tomllib.loads(f"version = 1\n{fragment}")
    leaves = {pin(usual().leaf), pin(usual("RSA-2048").leaf)}
    assert {key["spki-sha256"] for key in parsed["keys"].values()} == leaves
    assert parsed["pin-set"] == [{"hosts": [HOST], "keys": list(parsed["keys"])}]
    assert [[one["role"] for one in path] for path in as_json["chains"]] == [["leaf", "ca", "ca"]] * 2
    assert {one["not-after"][:10] for path in as_json["chains"] for one in path} <= {
        f"{one.not_valid_after_utc:%Y-%m-%d}"
        for kind in ("P-256", "RSA-2048")
        for one in (usual(kind).leaf, usual(kind).intermediate, usual(kind).root)
    }
    (project / "pins.toml").write_text(f"version = 1\n\n{fragment}")
    checked = run("check", "-f", "json", cwd=project)
    assert "invalid-toml" not in checked.stdout


def test_a_lone_certificate_as_pasted_asks_for_its_backup(project: Path) -> None:
    with tls(context(usual())) as server:
        fragment = json.loads(pin_connect(project, server.port, "-f", "json").stdout)["fragment"]
    (project / "pins.toml").write_text(f"version = 1\n\n{fragment}")
    checked = run("check", "-f", "json", cwd=project)
    assert checked.code == 1
    assert {finding["rule"] for finding in json.loads(checked.stdout)["findings"]} >= {"missing-backup-pin"}


def test_nothing_is_pinned_of_a_server_that_is_not_trusted(project: Path) -> None:
    with tls(context(usual())) as server:
        ran = pin_connect(project, server.port, ca="")
    assert (ran.code, ran.stdout) == (1, "")
    assert "ends before any trusted CA" in ran.stderr


def test_nothing_is_pinned_of_a_server_that_does_not_answer(project: Path) -> None:
    with listening(tls_servers.hang_up) as server:
        ran = pin_connect(project, server.port)
    assert (ran.code, ran.stdout) == (2, "")


def test_pins_of_two_servers_are_both_shown(project: Path) -> None:
    with tls(context(usual())) as one, tls(context(usual("RSA-2048"))) as other:
        ran = pin_connect(project, one.port, "--connect", f"localhost:{other.port}")
        as_json = pin_connect(project, one.port, "--connect", f"localhost:{other.port}", "-f", "json")
    assert pin(usual().leaf) in ran.stdout
    assert "localhost" in ran.stderr  # the second was asked: its certificate is for another host
    assert ran.code == 1
    assert (as_json.code, as_json.stdout) == (2, "")
    assert "-f json is of one server" in as_json.stderr


@pytest.mark.parametrize("arguments", [(), ("chain.pem", "--connect", HOST)])
def test_pin_takes_files_or_a_server(arguments: tuple[str, ...], project: Path) -> None:
    ran = run("pin", *arguments, cwd=project)
    assert (ran.code, ran.stdout) == (2, "")
    assert "either FILEs or --connect HOST" in ran.stderr
