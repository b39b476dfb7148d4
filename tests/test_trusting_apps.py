"""Apps and files that bring CAs along, and what becomes of chains under them: `impact` and `verify`.

What is expected is what Conscrypt's TrustManagerImpl does: an anchor is a name and a key, be it a CA's or a server's,
its dates do not count, and a store of the device has a say only where the configuration names it.
"""

from __future__ import annotations

import json
import re
import zipfile
from base64 import b64decode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.facts import InForce, Mechanism, ShippedApp
from pincompiler.facts.nsc import NscFacts
from pincompiler.facts.okhttp import OkHttpFacts
from pincompiler.keys.anchors import anchors_in
from pincompiler.platforms.nsc.model import Certificates, Domain, DomainConfig, Nsc, Settings
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.policy.differences import differences
from pincompiler.policy.enforcement import Key, PinSet, Reach
from pincompiler.policy.policy import Policy
from pincompiler.policy.trust import Trust
from pincompiler.policy.validated import Validated
from pincompiler.verdicts.in_force import seen_whole
from tests import pki
from tests.apk.anchored import app, trusting
from tests.platforms.models import nscs, trustkits
from tests.test_cli import run
from tests.test_verify import LEAF, SPARE_KEY, pin, pins
from tests.tls_servers import CA_NAME, HOST, Chain, context, signed, tls, usual

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography import x509

    from pincompiler.platforms.trustkit import TrustKit

OTHER = pki.certificate("Another Root", ca=True)
ROOT_KEY, LEAF_KEY = pki.private_key(number=81), pki.private_key(number=82)
ROOT = signed("Private Root", ROOT_KEY, "Private Root", ROOT_KEY, ca=True, ends=timedelta(days=900))
ENDED_ROOT = signed(
    *("Private Root", ROOT_KEY, "Private Root", ROOT_KEY),
    ca=True,
    starts=timedelta(days=-900),
    ends=timedelta(days=-3),
)


def leaf(*, starts: int = -10, ends: int = 60) -> x509.Certificate:
    """A certificate of the private CA for the usual host, with one key."""
    first, last = timedelta(days=starts), timedelta(days=ends)
    return signed(HOST, LEAF_KEY, "Private Root", ROOT_KEY, names=[HOST], starts=first, ends=last)


SERVED = leaf()


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "chain.pem").write_bytes(pki.pem(SERVED))
    (tmp_path / "root.pem").write_bytes(pki.pem(ROOT))
    return tmp_path


def impact(folder: Path, *more: str, host: str = HOST) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON; no CA is named unless asked for."""
    ran = run("impact", "--chain", "chain.pem", "--host", host, "-f", "json", *more, cwd=folder)
    return ran.code, json.loads(ran.stdout)


def outcomes(report: dict[str, Any], release: int = 0) -> list[tuple[str, str]]:
    """Of each mechanism on its first day."""
    rows = report["releases"][release]["hosts"][0]["mechanisms"]
    return [(one["mechanism"], one["days"][0]["outcome"]) for one in rows]


def why(report: dict[str, Any]) -> str:
    return str(report["releases"][0]["hosts"][0]["days"][0]["why"])


@pytest.mark.parametrize(
    ("trusted", "outcome", "code"),
    [
        (pki.pem(ROOT), "works", 0),
        (pki.der(ROOT), "works", 0),
        (pki.pem(ENDED_ROOT), "works", 0),
        (pki.pem(OTHER) + pki.pem(ROOT), "works", 0),
        (pki.pem(OTHER), "blocked", 1),
        (pki.pem(SERVED), "works", 0),
        (pki.pem(leaf(ends=50)), "works", 0),
        (b"nothing that could be read", "unknown", 3),
    ],
    ids=["ca", "der", "ended ca", "bundle", "other ca", "leaf", "renewed leaf", "unread"],
)
def test_an_app_that_trusts_its_own_ca_answers_for_itself(
    trusted: bytes, outcome: str, code: int, folder: Path
) -> None:
    app(folder / "a.apk", trusting(HOST, [0]), raw={"ca": trusted})
    for cached in ((), (), ("--no-cache",)):
        found, report = impact(folder, "a.apk", *cached)
        assert (found, outcomes(report)) == (code, [("nsc", outcome)])
    vouched = report["chains"][0]["problem"] is None
    assert vouched is (outcome == "works"), "no client should accept it is said of what no release accepts"


def test_an_ended_server_certificate_is_refused_under_its_ca_and_taken_as_an_anchor(folder: Path) -> None:
    """TrustManagerImpl has nothing to validate below an anchor that is the server's own."""
    (folder / "chain.pem").write_bytes(pki.pem(leaf(starts=-90, ends=-5)))
    app(folder / "ca.apk", trusting(HOST, [0]), raw={"ca": pki.pem(ROOT)})
    app(folder / "leaf.apk", trusting(HOST, [0]), raw={"ca": pki.pem(SERVED)})
    code, report = impact(folder, "ca.apk", "leaf.apk")
    assert (code, outcomes(report), outcomes(report, 1)) == (1, [("nsc", "blocked")], [("nsc", "works")])
    assert "has ended" in why(report)


def test_a_name_that_the_certificate_does_not_have_is_refused_under_an_own_ca(folder: Path) -> None:
    app(folder / "a.apk", trusting("other.example.org", [0]), raw={"ca": pki.pem(ROOT)})
    code, report = impact(folder, "a.apk", host="other.example.org")
    assert (code, outcomes(report)) == (1, [("nsc", "blocked")])
    assert "and not for other.example.org" in why(report)


def test_below_android_7_the_stores_decide(folder: Path) -> None:
    app(folder / "a.apk", trusting(HOST, [0]), raw={"ca": pki.pem(ROOT)}, least=21)
    code, report = impact(folder, "a.apk")
    assert (code, outcomes(report)) == (1, [("nsc", "works"), ("nsc", "blocked")])
    code, report = impact(folder, "a.apk", "--ca-file", "root.pem")
    assert (code, outcomes(report)) == (0, [("nsc", "works"), ("nsc", "unpinned")])


def test_each_variant_is_asked_by_its_own_cas(folder: Path) -> None:
    """One resource trusts the CA and the newer one another: each counts where Android has it."""
    raw = {"ca": pki.pem(ROOT), "other": pki.pem(OTHER)}
    app(folder / "a.apk", trusting(HOST, [0]), raw=raw, newer=[trusting(HOST, [1])])
    code, report = impact(folder, "a.apk")
    rows = report["releases"][0]["hosts"][0]["mechanisms"]
    found = {one["android"]["first"]: one["days"][0]["outcome"] for one in rows}
    assert (code, found) == (1, {24: "works", 28: "blocked"})


@pytest.mark.parametrize(
    ("sources", "ca_file", "outcome"),
    [
        (("user",), "", "unknown"),
        (("user",), "root.pem", "unpinned"),
        (("user", 0), "", "unknown"),
        (("system", 0), "", "blocked"),
        (("system", 0), "root.pem", "unpinned"),
        ((0,), "root.pem", "blocked"),
        (("system",), "root.pem", "unpinned"),
    ],
)
def test_only_where_stores_decide_a_ca_file_has_a_say(
    sources: tuple[str | int, ...], ca_file: str, outcome: str, folder: Path
) -> None:
    raw = {"other": pki.pem(OTHER)} if 0 in sources else {}
    app(folder / "a.apk", trusting(HOST, sources), raw=raw)
    _, report = impact(folder, "a.apk", *(("--ca-file", ca_file) if ca_file else ()))
    assert outcomes(report) == [("nsc", outcome)]


@pytest.mark.parametrize(
    ("pinned", "outcome"),
    [(pin(SERVED), "works"), (pin(ROOT), "works"), (SPARE_KEY[1], "blocked")],
    ids=["leaf", "ca", "spare"],
)
def test_pins_count_besides_an_own_ca(pinned: str, outcome: str, folder: Path) -> None:
    app(folder / "a.apk", trusting(HOST, [0], [pinned]), raw={"ca": pki.pem(ROOT)})
    assert outcomes(impact(folder, "a.apk")[1]) == [("nsc", outcome)]


def test_a_ca_above_a_servers_anchor_is_in_no_path(folder: Path) -> None:
    """TrustManagerImpl returns the path of one certificate, so a pin of its CA fails."""
    (folder / "chain.pem").write_bytes(pki.pem(SERVED) + pki.pem(ROOT))
    app(folder / "a.apk", trusting(HOST, [0], [pin(ROOT)]), raw={"ca": pki.pem(SERVED)})
    assert outcomes(impact(folder, "a.apk")[1]) == [("nsc", "blocked")]


def test_chains_under_an_anchor_that_overrides_skip_the_pins(folder: Path) -> None:
    app(folder / "a.apk", trusting(HOST, [0], [SPARE_KEY[1]], overriding=[0]), raw={"ca": pki.pem(ROOT)})
    report = impact(folder, "a.apk")[1]
    assert outcomes(report) == [("nsc", "unpinned")]
    assert why(report) == "chains that end in @raw/ca skip the pins (overridePins)"


@pytest.mark.parametrize("more", [(), ("--ca-file", "root.pem")], ids=["", "with the CA"])
@pytest.mark.parametrize("source", [0, "user"])
def test_who_vouches_does_not_matter_where_the_names_are_at_fault(
    source: int | str, more: tuple[str, ...], folder: Path
) -> None:
    app(folder / "a.apk", trusting("other.example.com", [source]), raw={"ca": pki.pem(ROOT)})
    ran = run("impact", "--chain", "chain.pem", "--host", "other.example.com", *more, "a.apk", cwd=folder)
    assert ran.code == 1
    assert f"the server shows a certificate for {HOST}, and not for other.example.com" in ran.stdout
    assert ran.stderr.splitlines()[-1] == "next: have it issued for other.example.com as well"


def anchored(*, targets: str) -> str:
    keys = pins(("now", pin(SERVED), LEAF), SPARE_KEY, more='trust = ["own"]\n', targets=targets)
    return keys.replace("[[pin-set]]", '[anchors.own]\nfile = "root.pem"\n[[pin-set]]')


OKHTTP = '[target.okhttp-kotlin]\npath = "Pins.kt"\npackage = "a.b"\n'


def test_okhttp_leaves_trust_to_the_configuration_of_its_app(folder: Path) -> None:
    """Its pinner sees chains that Android has validated, by whatever the app's configuration trusts."""
    nsc = '[target.nsc]\npath = "nsc.xml"\n'
    (folder / "pins.toml").write_text(anchored(targets=nsc + OKHTTP))
    code, report = impact(folder, "pins.toml")
    assert (code, outcomes(report)) == (0, [("nsc", "works"), ("okhttp", "works")])
    (folder / "pins.toml").write_text(anchored(targets=OKHTTP))
    code, report = impact(folder, "pins.toml")
    assert (code, outcomes(report)) == (1, [("okhttp", "blocked")]), "no configuration: the system's CAs"


@pytest.mark.parametrize(
    ("trust", "outcome", "said"),
    [
        ('"own"', "works", "its pins ended on 2020-01-01; ends in own, and"),
        ('"own", "system"', "unpinned", ""),
    ],
)
def test_the_end_of_pins_does_not_end_whom_a_host_trusts(
    trust: str, outcome: str, said: str, folder: Path
) -> None:
    """An expired pin-set leaves <trust-anchors> in force: NetworkSecurityTrustManager looks for the anchor first."""
    keys = anchored(targets="").replace('trust = ["own"]', f"trust = [{trust}]\nexpires = 2020-01-01")
    (folder / "pins.toml").write_text(keys)
    _, report = impact(folder, "pins.toml")
    assert outcomes(report) == [("pins.toml", outcome)]
    assert why(report).startswith(said or "its pins ended on 2020-01-01")


def test_no_advice_of_a_ca_file_where_every_app_says_whom_it_trusts(folder: Path) -> None:
    app(folder / "a.apk", trusting(HOST, [0]), raw={"ca": pki.pem(ROOT)})
    ran = run("impact", "--chain", "chain.pem", "a.apk", cwd=folder)
    assert (ran.code, ran.stderr) == (0, "1 release: 1 works\n")
    assert ran.stdout.startswith(f"chain for {HOST}, valid ")
    assert "ends in @raw/ca, and res/n.xml trusts no CA of the device there" in ran.stdout


# -- verify ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["file", "server"])
def test_verify_takes_an_ended_anchor_as_android_does_and_says_who_does_not(by: str, folder: Path) -> None:
    (folder / "root.pem").write_bytes(pki.pem(ENDED_ROOT))
    (folder / "pins.toml").write_text(anchored(targets='[target.nsc]\npath = "nsc.xml"\n'))
    if by == "file":
        ran = run("verify", "--chain", "chain.pem", "-f", "json", cwd=folder)
    else:
        with tls(context(Chain(LEAF_KEY, SERVED, ROOT, ROOT))) as server:
            at = ("--connect", f"127.0.0.1:{server.port}", "--timeout", "600", "--retries", "0")
            ran = run("verify", *at, "-f", "json", cwd=folder)
    (host,) = json.loads(ran.stdout)["hosts"]
    assert (ran.code, [(one["level"], one["code"]) for one in host["remarks"]]) == (
        0,
        [("warning", "anchor-ended")],
    )
    ended = ENDED_ROOT.not_valid_after_utc.date()
    assert host["remarks"][0]["message"] == (
        f"ends in CN=Private Root, which ended on {ended}: Android accepts that of an anchor of the app, "
        "and OpenSSL, Java and Apple do not"
    )


def test_verify_says_of_a_certificate_that_it_has_ended(folder: Path) -> None:
    (folder / "root.pem").write_bytes(pki.pem(ENDED_ROOT))
    (folder / "pins.toml").write_text(anchored(targets=""))
    ran = run("verify", "--chain", "chain.pem", cwd=folder)
    ended = ENDED_ROOT.not_valid_after_utc.date()
    assert re.search(rf"^ +ca +\S+ +ended {ended}  CN=Private Root$", ran.stdout, re.MULTILINE), ran.stdout


@pytest.mark.parametrize(("starts", "ends", "code"), [(-90, -5, "expired"), (5, 60, "not-yet-valid")])
def test_verify_minds_the_dates_below_an_anchor(starts: int, ends: int, code: str, folder: Path) -> None:
    (folder / "chain.pem").write_bytes(pki.pem(leaf(starts=starts, ends=ends)))
    (folder / "pins.toml").write_text(anchored(targets=""))
    ran = run("verify", "--chain", "chain.pem", HOST, "-f", "json", cwd=folder)
    (host,) = json.loads(ran.stdout)["hosts"]
    assert (ran.code, [one["code"] for one in host["remarks"]][:1]) == (1, [code])


def test_verify_advises_to_name_the_ca_where_the_host_trusts_others(folder: Path) -> None:
    (folder / "root.pem").write_bytes(pki.pem(OTHER))
    (folder / "pins.toml").write_text(anchored(targets=""))
    ran = run("verify", "--chain", "chain.pem", cwd=folder)
    assert ran.code == 1
    assert "name its CA under [anchors]" in ran.stdout
    assert "--ca-file" not in ran.stdout


def test_the_chain_of_a_public_ca_is_no_chain_of_the_apps_own(folder: Path) -> None:
    """The system vouches for it, and the app asks nobody but its own CA."""
    (folder / "chain.pem").write_bytes(b"".join(map(pki.pem, usual().served)))
    (folder / "system.pem").write_bytes(pki.pem(usual().root))
    app(folder / "a.apk", trusting(HOST, [0]), raw={"ca": pki.pem(ROOT)})
    code, report = impact(folder, "a.apk", "--ca-file", "system.pem")
    assert (code, outcomes(report)) == (1, [("nsc", "blocked")])
    assert why(report).startswith("res/n.xml trusts @raw/ca and not the system's CAs, and the server shows ")
    assert CA_NAME in report["chains"][0]["certificates"][-1]["subject"]


# -- init --------------------------------------------------------------------------------------------------


def taken_over(folder: Path, source: str, *more: str) -> tuple[int, str]:
    """The exit code of `init --from`, and what it says on standard error."""
    ran = run("init", "--from", source, *more, cwd=folder)
    return ran.code, ran.stderr


def files(folder: Path) -> set[str]:
    """What was written beside the inputs."""
    found = (one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
    return {one for one in found if one.endswith((".toml", ".pem"))} - {"chain.pem", "root.pem"}


def packed(folder: Path, apk: Path, form: str) -> str:
    """An app in one of the forms in which apps come; the name of it."""
    if form == "apk":
        return apk.name
    if form == "directory":
        (folder / "app").mkdir()
        apk.rename(folder / "app" / "base.apk")
        return "app"
    member = {"apks": "splits/base-master.apk", "xapk": "base.apk"}[form]
    with zipfile.ZipFile(folder / f"app.{form}", "w") as archive:
        archive.write(apk, member)
    apk.unlink()
    return f"app.{form}"


@pytest.mark.parametrize("form", ["apk", "directory", "apks", "xapk"])
def test_the_cas_of_an_app_are_written_beside_pins_toml(form: str, folder: Path) -> None:
    apk = app(
        folder / "a.apk",
        trusting(HOST, [0], [pin(SERVED), SPARE_KEY[1]]),
        trusting("open.example.com", ["system", 1]),
        raw={"pins_company_root": pki.der(ROOT), "partner": pki.pem(OTHER)},
    )
    name = packed(folder, apk, form)
    code, said = taken_over(folder, name)
    assert (code, said.splitlines()[:2]) == (
        0,
        ["wrote certs/company-root.pem", "wrote certs/partner.pem"],
    )
    assert files(folder) == {"pins.toml", "certs/company-root.pem", "certs/partner.pem"}
    assert (folder / "certs/company-root.pem").read_bytes() == pki.pem(ROOT)
    text = (folder / "pins.toml").read_text()
    assert '[anchors.company-root]\nfile = "certs/company-root.pem"\n' in text
    assert 'trust = ["system", "partner"]' in text
    assert "the meaning is the same" in text
    assert run("diff", name, "pins.toml", cwd=folder).code == 0
    assert run("check", "pins.toml", cwd=folder).code in {0, 1}


def test_what_an_app_trusts_compiles_to_the_same_again(folder: Path) -> None:
    app(folder / "a.apk", trusting(HOST, [0]), raw={"company_root": pki.pem(ROOT)})
    assert taken_over(folder, "a.apk")[0] == 0
    with (folder / "pins.toml").open("a") as file:
        file.write('[target.nsc]\npath = "res/xml/nsc.xml"\n')
    assert run("compile", cwd=folder).code == 0
    ran = run("diff", "a.apk", "res/xml/nsc.xml", cwd=folder)
    assert (ran.code, ran.stdout) == (0, "")


def test_each_certificate_of_a_bundle_is_an_anchor_of_its_own(folder: Path) -> None:
    """ResourceCertificateSource takes all of them; twice the same name and key is one."""
    again = pki.pem(ENDED_ROOT)
    app(folder / "a.apk", trusting(HOST, [0]), raw={"ca": pki.pem(OTHER) + pki.pem(ROOT) + again})
    assert taken_over(folder, "a.apk")[0] == 0
    assert files(folder) == {"pins.toml", "certs/ca-cn-another-root.pem", "certs/ca-cn-private-root.pem"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (pki.pem(ROOT)[:-90] + b"\n-----END CERTIFICATE-----\n", "holds a damaged certificate"),
        (pki.pkcs12_store(), "is a PKCS#12 store"),
        (pki.public(ROOT_KEY, Encoding.PEM), "holds a public key"),
        (pki.private(ROOT_KEY), "is a private key"),
    ],
    ids=["empty", "damaged", "pkcs12", "public key", "private key"],
)
def test_what_is_no_certificate_is_refused_and_nothing_is_written(
    content: bytes, why: str, folder: Path
) -> None:
    app(folder / "a.apk", trusting(HOST, [0]), raw={"ca": content})
    code, said = taken_over(folder, "a.apk")
    assert (code, files(folder)) == (2, set())
    assert re.search(rf"a\.apk!res/n\.xml:\d+:\d+: @raw/ca {re.escape(why)}", said)
    assert "BEGIN" not in said, "no content of a key is shown"


def test_whom_pins_toml_cannot_trust_is_left_out_and_said(folder: Path) -> None:
    app(folder / "a.apk", trusting(HOST, ["user", 0]), raw={"ca": pki.pem(ROOT)})
    code, said = taken_over(folder, "a.apk")
    assert code == 3
    assert "under a CA that the user installed is accepted by a.apk and refused by pins.toml" in said
    assert 'trust = ["ca"]' in (folder / "pins.toml").read_text()


def test_the_certificate_of_a_server_becomes_its_key(folder: Path) -> None:
    app(folder / "a.apk", trusting(HOST, [0]), raw={"kiosk": pki.pem(SERVED)})
    code, _ = taken_over(folder, "a.apk")
    text = (folder / "pins.toml").read_text()
    assert (code, files(folder)) == (3, {"pins.toml"})
    assert re.search(r"# Of the server's certificate @raw/kiosk: as an anchor it is a name and a key", text)
    assert f'spki-sha256 = "{pin(SERVED)}"\nrole = "leaf"' in text


@pytest.mark.parametrize("output", ["-", "/dev/stdout"])
def test_without_a_place_beside_it_anchors_are_left_out(output: str, folder: Path) -> None:
    app(folder / "a.apk", trusting(HOST, [0]), raw={"ca": pki.pem(ROOT)})
    code, said = taken_over(folder, "a.apk", "-o", output)
    assert (code, files(folder)) == (3, set())
    assert "under `@raw/ca` is accepted by a.apk and refused by pins.toml" in said


def test_a_file_that_stands_there_is_kept(folder: Path) -> None:
    app(folder / "a.apk", trusting(HOST, [0]), raw={"ca": pki.pem(ROOT)})
    (folder / "certs").mkdir()
    (folder / "certs/ca.pem").write_bytes(b"mine")
    code, said = taken_over(folder, "a.apk")
    assert (code, files(folder), (folder / "certs/ca.pem").read_bytes()) == (2, {"certs/ca.pem"}, b"mine")
    assert "certs/ca.pem exists and is another file" in said
    (folder / "certs/ca.pem").write_bytes(pki.pem(ROOT))
    assert taken_over(folder, "a.apk")[0] == 0


def test_no_link_leads_the_files_of_anchors_elsewhere(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app(folder / "a.apk", trusting(HOST, [0]), raw={"ca": pki.pem(ROOT)})
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (folder / "certs").symlink_to(elsewhere)
    code, said = taken_over(folder, "a.apk")
    assert (code, list(elsewhere.iterdir()), (folder / "pins.toml").exists()) == (2, [], False)
    assert "leads out of" in said


@pytest.mark.parametrize(
    ("first", "second", "named"),
    [
        ("company_root", "company__root", ["company-root", "company-root-2"]),
        ("x" * 60, "x" * 61, ["x" * 50, "x" * 50 + "-2"]),
        ("system", "user", ["ca-system", "ca-user"]),
    ],
)
def test_names_of_resources_that_collide_stay_apart(
    first: str, second: str, named: list[str], folder: Path
) -> None:
    raw = {first: pki.pem(ROOT), second: pki.pem(OTHER)}
    app(folder / "a.apk", trusting(HOST, [0, 1]), raw=raw)
    assert taken_over(folder, "a.apk")[0] == 0
    assert files(folder) == {"pins.toml", *(f"certs/{one}.pem" for one in named)}


def test_an_nsc_elsewhere_brings_its_certificates_along(folder: Path) -> None:
    """Its resources are not below the directory of pins.toml, so they are copied."""
    (folder / "old/res/xml").mkdir(parents=True)
    (folder / "old/res/raw").mkdir()
    (folder / "new").mkdir()
    (folder / "old/res/raw/ca.crt").write_bytes(pki.der(ROOT))
    (folder / "old/res/xml/nsc.xml").write_text(
        f"<network-security-config><domain-config><domain>{HOST}</domain><trust-anchors>"
        '<certificates src="@raw/ca"/></trust-anchors></domain-config></network-security-config>'
    )
    code, _ = taken_over(folder, "old/res/xml/nsc.xml", "-o", "new/pins.toml")
    assert (code, files(folder)) == (0, {"new/pins.toml", "new/certs/ca.pem"})
    assert run("diff", "old/res/xml/nsc.xml", "new/pins.toml", cwd=folder).code == 0


# -- what leaves trust to Android ----------------------------------------------------------------------------


@pytest.mark.parametrize("configured", [True, False])
def test_okhttp_of_an_app_is_compared_under_the_cas_of_its_configuration(*, configured: bool) -> None:
    """With pins.toml that trusts the same CA no difference is left; without a configuration the system decides."""
    anchors = anchors_in(pki.pem(ROOT), "@raw/ca")
    key = Key(b64decode(pin(SERVED)))
    own = Trust(frozenset(anchors))
    policy = Policy((PinSet((HOST,), Reach.NONE, (key,), trust=own),))
    pinner = InForce(Mechanism.OKHTTP, "OkHttp", OkHttp((OkHttpEntry(HOST, (key,)),)))
    settings = Settings((Certificates("@raw/ca", anchors=anchors),))
    nsc = Nsc((DomainConfig((Domain(HOST, include_subdomains=False),), (key,), settings=settings),))
    found = NscFacts(shipped=(InForce(Mechanism.NSC, "nsc.xml", nsc),)) if configured else NscFacts()
    shipped = ShippedApp("a.apk", "", "", nsc=found, okhttp=OkHttpFacts(shipped=(pinner,)))
    rows = {one.mechanism: [*differences(one.whole, policy)] for one in seen_whole(shipped)}
    if configured:
        assert rows == {Mechanism.NSC: [], Mechanism.OKHTTP: []}
    else:
        assert [one.of_trust for one in rows[Mechanism.OKHTTP]] == [True, True]


@given(nscs(), trustkits(excluded=True), st.sampled_from([HOST, "b.example.org", "a.b.example.org"]))
def test_pins_are_those_of_one_and_trust_is_that_of_the_other(nsc: Nsc, pins_of: TrustKit, host: str) -> None:
    both = Validated(pins_of, nsc)
    assert (both.demand(host), both.trust(host)) == (pins_of.demand(host), nsc.trust(host))
    assert both.deciding(host) == pins_of.deciding(host)
    assert both.entries_for(host) == pins_of.entries_for(host)
    assert set(both.names()) == {*nsc.names(), *pins_of.names()}
    assert (both.own_trust(), both.pin_sets()) == (nsc.own_trust(), pins_of.pin_sets())
    assert (both.hashable(), both.besides(host)) == (pins_of.hashable(), pins_of.besides(host))
    assert both.alike(host, "b.example.org") == (
        nsc.alike(host, "b.example.org") and pins_of.alike(host, "b.example.org")
    )
