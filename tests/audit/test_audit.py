"""The audit as a whole: what the command prints and exits with, and that nothing silences the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import pincompiler.workflows.audit as auditing
from pincompiler.android.apk import SeveralAppsError
from pincompiler.base.finding import Finding, Level
from pincompiler.cli.audit import LARGE
from pincompiler.cli.program import app as cli
from pincompiler.facts import Area, ShippedApp
from pincompiler.rules.app import missing_host
from pincompiler.rules.on_apps import APP_RULES
from pincompiler.shipped import read_app
from pincompiler.workflows.audit import AuditOptions, audit
from tests import json_schemas
from tests.apk.forge import app, manifest, nsc, simple_zip, uses_nsc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typer.testing import Result

    from pincompiler.rules.rule import Audited

SAMPLE = Path(__file__).parents[2] / "samples" / "audit" / "shop.apk"
TODAY = "2026-11-23"
ONE = "OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c="
TWO = "qhxcigFVtf7yBCQe/jlYT7pUFM0YzXEKsB9NFmBQo4k="
PINS = f"""\
version = 1

[keys.one]
spki-sha256 = "{ONE}"

[keys.two]
spki-sha256 = "{TWO}"

[[pin-set]]
hosts = ["example.com"]
subdomains = "all"
keys = ["one", "two"]

[target.nsc]
path = "nsc.xml"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """An app whose NSC pins example.com and all below to one of the two keys; it has no code."""
    files = app(**{"res/n.xml": nsc(pin=ONE), "res/n28.xml": nsc(pin=ONE), "classes.dex": None})
    return put(tmp_path / "shop.apk", files)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """An app with a manifest and nothing else: worth notes at most."""
    return put(tmp_path / "bare.apk", {"AndroidManifest.xml": manifest()})


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    path = tmp_path / "pins.toml"
    path.write_text(PINS, encoding="utf-8")
    return path


def put(path: Path, files: dict[str, bytes]) -> Path:
    path.write_bytes(simple_zip(files))
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["audit", "--today", TODAY, *map(str, arguments)])


def subjects(result: Result) -> list[dict[str, Any]]:
    json_schemas.hold("audit", result.stdout)
    found = json.loads(result.stdout)
    assert (found["version"], found["command"]) == (1, "audit")
    return list(found["subjects"])


def rules(subject: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in subject["findings"]}


# -- what is said ------------------------------------------------------------------------------------


def test_an_app_is_told_as_the_issue_lays_it_down(shop: Path) -> None:
    (found,) = subjects(run("-f", "json", shop))
    assert found["path"] == str(shop)
    assert (found["kind"], found["package"], found["complete"]) == ("apk", "a.b", True)
    verdict = next(row for row in found["verdicts"] if row["api"] == "24-27")
    assert (verdict["host"], verdict["mechanism"], verdict["verdict"]) == ("example.com", "nsc", "enforced")
    assert {(pin["host"], pin["algorithm"], pin["pin"], pin["enforced"]) for pin in found["pins"]} == {
        ("example.com", "spki-sha256", ONE, True)
    }
    lone = next(finding for finding in found["findings"] if finding["rule"] == "missing-backup-pin")
    assert lone["location"]["member"] == "res/n.xml"
    assert lone["location"]["line"] in {2, 3, 4, 5}
    assert lone["references"][0] == "CWE-693"


def test_drift_stands_at_its_line_of_the_pins_file(shop: Path, pins: Path) -> None:
    result = run("-f", "json", "--pins", pins, shop)
    (found,) = subjects(result)
    missing = [finding for finding in found["findings"] if finding["rule"] == "missing-key"]
    assert {finding["host"] for finding in missing} == {"example.com"}
    assert {finding["location"]["file"] for finding in missing} == {str(pins)}
    assert {finding["location"]["line"] for finding in missing} == {10}
    assert "`two` is missing for example.com" in missing[0]["message"]
    assert result.exit_code == 1


REMEDY = f"""\
      fix: run pincompiler compile and build again
      + <domain-config>
      +     <domain includeSubdomains="true">example.com</domain>
      +     <pin-set>
      +         <!-- one -->
      +         <pin digest="SHA-256">{ONE}</pin>
      +         <!-- two -->
      +         <pin digest="SHA-256">{TWO}</pin>
      +     </pin-set>
      + </domain-config>
"""


def test_the_fix_is_written_for_the_hosts_and_keys_of_the_app(shop: Path, bare: Path, pins: Path) -> None:
    assert REMEDY in run("--pins", pins, shop).stdout
    assert (
        REMEDY.replace(
            "run pincompiler compile and build again", "build the app with what pincompiler compile writes"
        )
        in run("--pins", pins, bare).stdout
    )
    markdown = run("-f", "markdown", "--pins", pins, shop).stdout
    assert "\n    ```xml\n    <domain-config>\n" in markdown
    page = run("-f", "html", "--pins", pins, shop).stdout
    assert f"&lt;!-- two --&gt;\n        &lt;pin digest=&#34;SHA-256&#34;&gt;{TWO}&lt;/pin&gt;" in page


def test_why_and_what_it_rests_on_stand_beside_the_findings(shop: Path, pins: Path) -> None:
    page = run("-f", "html", "--pins", pins, shop).stdout
    group = page.partition("A key of pins.toml is not in the shipped app")[2].partition("</details>")[0]
    markdown = run("-f", "markdown", "--pins", pins, shop).stdout
    part = markdown.partition("#### error: A key of pins.toml is not in the shipped app")[2].partition(
        "####"
    )[0]
    for told in (group, part):
        first = told.index("every installed copy of this build stops connecting")
        assert first < told.index("MASVS-NETWORK-2") < told.index("missing for example.com")


def test_what_means_the_same_has_not_drifted(pins: Path, shop: Path) -> None:
    pins.write_text(
        PINS.replace('keys = ["one", "two"]', 'keys = ["one"]').replace(
            "[keys.two]", "[keys.two]\nretired = true"
        ),
        encoding="utf-8",
    )
    (found,) = subjects(run("-f", "json", "--pins", pins, shop))
    drift = {
        "missing-host",
        "missing-key",
        "unexpected-key",
        "narrower-reach",
        "wider-reach",
        "unlisted-host",
    }
    assert not rules(found) & drift


def test_text_has_verdicts_then_findings_then_pins(shop: Path, pins: Path) -> None:
    shown = run("--pins", pins, shop).stdout
    places = [shown.index(title) for title in ("\nVerdicts\n", "\nFindings\n", "\nPins\n")]
    assert places == sorted(places)
    assert shown.index("error: ") < shown.index("warning: ")


# -- exit codes --------------------------------------------------------------------------------------


def test_exit_code_1_from_the_level_asked_for(shop: Path, bare: Path) -> None:
    assert run(bare).exit_code == 0
    assert run("--fail-on", "note", bare).exit_code == 1
    assert run("--fail-on", "note", "--exit-zero", bare).exit_code == 0
    assert run(shop).exit_code == 1


@pytest.mark.slow
def test_exit_code_3_when_something_remained_unseen(tmp_path: Path) -> None:
    files = {"AndroidManifest.xml": manifest(), "classes.dex": b"dex\n035\0"}
    result = run("-f", "json", put(tmp_path / "damaged.apk", files))
    (found,) = subjects(result)
    assert (found["complete"], result.exit_code) == (False, 3)
    assert [one["what"] for one in found["unknown"]] == ["classes.dex"]


def test_a_bad_file_does_not_stop_the_others(bare: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.apk"
    bad.write_bytes(b"no archive")
    result = run("-f", "json", bad, tmp_path / "absent.apk", bare)
    first, second, third = subjects(result)
    assert (first["path"], first["error"]) == (str(bad), "is no ZIP archive")
    assert second["error"] == "cannot be read: No such file or directory"
    assert f"{bad}: is no ZIP archive" in result.stderr.splitlines()
    assert third["package"] == "a.b"
    assert result.exit_code == 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_app_on_standard_input(bare: Path, jobs: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pincompiler", "audit", "-f", "json", "-j", str(jobs), "-", bare],
        input=bare.read_bytes(),
        capture_output=True,
        check=False,
    )
    streamed, named = json.loads(ran.stdout)["subjects"]
    assert (streamed["path"], named["path"]) == ("<stdin>", str(bare))
    assert streamed["sha256"] == named["sha256"]
    assert "cleartext-traffic" in rules(streamed) == rules(named)


def test_nothing_on_standard_input() -> None:
    result = CliRunner().invoke(cli, ["audit", "-"], input="")
    assert result.stdout == "<stdin>: The app could not be read: is no ZIP archive.\n"
    assert result.exit_code == 2


def shown_on(terminal: int) -> bytes:
    """All that was written to it: a read gives a part, and fails once the other end is closed and nothing is left."""
    told = b""
    with suppress(OSError):
        while part := os.read(terminal, 1 << 16):
            told += part
    return told


@pytest.mark.slow
@pytest.mark.parametrize(("names", "shown"), [(["bare"], False), (["bare", "bare"], True), (["large"], True)])
def test_a_progress_bar_for_several_or_large_files(bare: Path, names: list[str], shown: bool) -> None:  # noqa: FBT001
    large = bare.with_name("large.apk")
    with large.open("wb") as sparse:
        sparse.truncate(LARGE)
        sparse.seek(LARGE)
        sparse.write(bare.read_bytes())
    ours, terminal = os.openpty()
    try:
        apps = [{"bare": bare, "large": large}[name] for name in names]
        subprocess.run(
            [sys.executable, "-m", "pincompiler", "audit", "-f", "json", *apps],
            stdout=subprocess.DEVNULL,
            stderr=terminal,
            check=False,
        )
    finally:
        os.close(terminal)
    told = shown_on(ours)
    os.close(ours)
    assert (b"auditing" in told) is shown
    assert b"bare.apk" in told or b"large.apk" in told


# -- acceptances -------------------------------------------------------------------------------------

ACCEPT = """\
[[accept]]
rule = "missing-backup-pin"
hosts = ["example.com"]
reason = "the second key is being made"
until = {}
"""


def test_an_accepted_finding_is_a_note_until_its_day(shop: Path, tmp_path: Path) -> None:
    record = tmp_path / "accept.toml"
    record.write_text(ACCEPT.format("2026-11-24"), encoding="utf-8")
    result = run("-f", "json", "--fail-on", "warning", "--accept", record, shop)
    (found,) = subjects(result)
    accepted = [finding for finding in found["findings"] if finding["rule"] == "missing-backup-pin"]
    assert {finding["level"] for finding in accepted} == {"note"}
    assert {finding["accepted"] for finding in accepted} == {"the second key is being made"}
    record.write_text(ACCEPT.format("2026-11-23"), encoding="utf-8")
    assert run("--fail-on", "warning", "--accept", record, shop).exit_code == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            ACCEPT.replace("reason", "raison").format("2026-12-01"),
            "accept.toml:4: `raison` means nothing here",
        ),
        (ACCEPT.replace("until = {}", ""), "`until` is missing"),
        (
            ACCEPT.replace("missing-backup", "missing-backups").format("2026-12-01"),
            'no rule is called "missing-b',
        ),
        ("pins = 1", "accept.toml:1: `pins` means nothing here"),
    ],
)
def test_a_broken_record_is_refused(text: str, said: str, shop: Path, tmp_path: Path) -> None:
    record = tmp_path / "accept.toml"
    record.write_text(text, encoding="utf-8")
    result = run("--accept", record, shop)
    assert result.exception is not None
    assert said in str(result.exception)


def test_a_place_can_be_accepted_by_pattern(shop: Path, tmp_path: Path) -> None:
    record = tmp_path / "accept.toml"
    place = ACCEPT.replace('hosts = ["example.com"]', 'places = ["res/n28*"]').format("2026-12-01")
    record.write_text(place, encoding="utf-8")
    (found,) = subjects(run("-f", "json", "--accept", record, shop))
    backups = [finding for finding in found["findings"] if finding["rule"] == "missing-backup-pin"]
    levels = {finding["location"]["member"]: finding["level"] for finding in backups}
    assert levels == {"res/n.xml": "error", "res/n28.xml": "note"}


@pytest.mark.parametrize("pattern", ["com.example.app.Upload*", "Lcom/example/app/Upload*"])
def test_a_place_in_code_is_accepted_by_either_spelling(pattern: str, tmp_path: Path) -> None:
    record = tmp_path / "accept.toml"
    text = ACCEPT.replace('hosts = ["example.com"]', f'places = ["{pattern}"]').format("2026-12-01")
    record.write_text(text.replace("missing-backup-pin", "permissive-hostname-verifier"), encoding="utf-8")
    (found,) = subjects(run("-f", "json", "--accept", record, SAMPLE))
    (verifier,) = [one for one in found["findings"] if one["rule"] == "permissive-hostname-verifier"]
    assert (verifier["level"], verifier["accepted"]) == ("note", "the second key is being made")


# -- robustness --------------------------------------------------------------------------------------


def test_a_rule_that_crashes_is_told_and_silences_no_other(
    shop: Path, pins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crashing(audited: Audited) -> Iterator[Finding]:
        yield missing_host.RULE.at(None, f"before the crash in {audited.app.path}", "")
        raise ZeroDivisionError

    broken = replace(missing_host.RULE, app=crashing)
    others = tuple(broken if rule is missing_host.RULE else rule for rule in APP_RULES)
    monkeypatch.setattr(auditing, "APP_RULES", others)
    result = run("-f", "json", "--pins", pins, shop)
    (found,) = subjects(result)
    assert [one["what"] for one in found["remarks"] + found["unknown"]] == ["rule missing-host"]
    assert "missing-key" in rules(found)
    assert not found["complete"]


def test_every_collector_has_its_area() -> None:
    """One that ``areas`` left out would have pins that nobody sees."""
    from pincompiler.shipped import COLLECTORS

    bare: Any = ShippedApp("", "", "")
    areas = {one.name for one in fields(bare) if isinstance(getattr(bare, one.name), Area)}
    # Those of Apple's systems are read by pincompiler.shipped.ios.
    assert areas == {*COLLECTORS, "plists", "ios"}
    for name in areas:
        found = replace(getattr(bare, name), pins=(name,), shipped=(name,))
        app = replace(bare, **{name: found})
        assert (app.pins, app.shipped) == ((name,), (name,))


def test_a_collector_that_crashes_is_told_and_silences_no_other(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pincompiler import shipped

    class Broken:
        WANTED = ()

        @staticmethod
        def collect(source: object) -> None:
            raise KeyError(source.__class__.__name__)

    monkeypatch.setitem(shipped.COLLECTORS, "trust", Broken)
    (found,) = subjects(run("-f", "json", shop))
    assert [one["what"] for one in found["unknown"]] == ["trust"]
    assert found["pins"]


def test_jobs_change_nothing_but_the_time(shop: Path, pins: Path, tmp_path: Path) -> None:
    other = put(tmp_path / "other.apk", {"AndroidManifest.xml": manifest(uses_nsc())})
    bad = tmp_path / "bad.apk"
    bad.write_bytes(b"")
    files = [shop, bad, other, shop]
    alone = run("-f", "json", "--pins", pins, *files)
    together = run("-f", "json", "--pins", pins, "--jobs", "3", *files)
    assert alone.stdout == together.stdout
    assert len(subjects(alone)) == 4


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize(
    ("end", "said"),
    [
        (lambda: os._exit(3), "the process that read it ended with status 3"),
        (lambda: os.kill(os.getpid(), 9), "the process that read it was ended by SIGKILL"),
        (lambda: bytearray(1 << 62), "memory ran out"),
    ],
)
def test_an_app_that_ends_its_process_costs_no_other(
    end: Callable[[], object], said: str, jobs: str, shop: Path, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = {str(path): subjects(run("-f", "json", path))[0] for path in (shop, bare)}
    deadly = shop.with_name("deadly.apk")

    def reading(path: Path, *more: Any) -> object:
        return end() if path == deadly else read_app(path, *more)

    monkeypatch.setattr(auditing, "read_app", reading)
    result = run("-f", "json", "--jobs", jobs, "--fail-on", "error", bare, deadly, shop, deadly, bare)
    found = subjects(result)
    assert [one["path"] for one in found] == [str(path) for path in (bare, deadly, shop, deadly, bare)]
    assert [one["error"].startswith(said) for one in found if one["error"]] == [True, True]
    assert [one for one in found if not one["error"]] == [alone[str(path)] for path in (bare, shop, bare)]
    assert result.exit_code == 1  # as for the shop alone, which has errors
    assert run("-j", jobs, bare, deadly).exit_code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="its permissions are others")
def test_an_app_that_may_not_be_read_costs_no_other(shop: Path, bare: Path) -> None:
    closed = shop.with_name("closed.apk")
    closed.write_bytes(shop.read_bytes())
    closed.chmod(0)
    # Root may read it, unless root's powers are left behind.
    powerless = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()
    program = (*powerless, sys.executable, "-m", "pincompiler", "audit", "-f", "json", "-j", "2")
    done = subprocess.run([*program, bare, closed, shop], capture_output=True, check=False)
    found = json.loads(done.stdout)["subjects"]
    assert [one["path"] for one in found] == [str(path) for path in (bare, closed, shop)]
    assert [one["error"] for one in found] == [None, "cannot be read: Permission denied", None]
    assert done.returncode == 1  # as for the shop alone, which has errors


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts a process's data")
@pytest.mark.parametrize("several", [False, True])
def test_an_app_that_takes_too_much_is_given_up(
    several: bool,  # noqa: FBT001
    shop: Path,
    bare: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that hangs and one that eats memory, alone and among others."""
    hungry, endless = shop.with_name("hungry.apk"), shop.with_name("endless.apk")

    def reading(path: Path, *more: Any) -> object:
        if path == hungry:
            return [bytes(1 << 24) for _ in range(1 << 12)]
        if path == endless:
            time.sleep(600)
        return read_app(path, *more)

    monkeypatch.setattr(auditing, "read_app", reading)
    others = (bare, bare) if several else ()
    for bad, said, options in (
        (endless, "the process that read it took more than 3 s and was stopped", ("--timeout", "3")),
        (hungry, "memory ran out", ("--memory", "1024")),
    ):
        result = run("-f", "json", "-j", "2", *options, bad, *others)
        found = subjects(result)
        assert [one["path"] for one in found] == [str(path) for path in (bad, *others)]
        assert [one["error"] for one in found] == [said, *(None for _ in others)]
        assert result.exit_code == 2


@pytest.mark.parametrize("archive", [False, True])
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_several_apps_in_one_place_are_audited_one_by_one(
    archive: bool,  # noqa: FBT001
    jobs: str,
    shop: Path,
    bare: Path,
    tmp_path: Path,
) -> None:
    files = {
        "a.apk": shop.read_bytes(),
        "b.apk": simple_zip({"AndroidManifest.xml": manifest(package="x.y")}),
        "b.de.apk": simple_zip({"AndroidManifest.xml": manifest(package="x.y", split="config.de")}),
        "c.apk": b"no archive",
        "d.apk": simple_zip({"AndroidManifest.xml": manifest(package="x.z")}),
    }
    together = tmp_path / ("all.apks" if archive else "all")
    if archive:
        put(together, files)
    else:
        together.mkdir()
        for name, data in files.items():
            (together / name).write_bytes(data)
    between = "!" if archive else "/"
    result = run("-f", "json", "-j", jobs, bare, together, bare)
    first, a, b, c, d, last = subjects(result)
    assert (first, result.exit_code) == (last, 1)
    assert [one["path"] for one in (a, b, c, d)] == [f"{together}{between}{name}.apk" for name in "abcd"]
    assert [one["package"] for one in (a, b, d)] == ["a.b", "x.y", "x.z"]
    assert [one["complete"] for one in (a, b, d)] == [True] * 3
    assert "is no ZIP archive" in c["error"]
    (alone,) = subjects(run("-f", "json", shop))
    assert rules(a) == rules(alone)
    assert [one["host"] for one in a["pins"]] == [one["host"] for one in alone["pins"]]
    assert subjects(run("-f", "json", "-j", jobs, together)) == [a, b, c, d]


def test_who_asks_of_one_app_is_told_that_there_are_several(shop: Path, tmp_path: Path) -> None:
    together = tmp_path / "all"
    together.mkdir()
    shop.rename(together / "a.apk")
    put(together / "b.apk", {"AndroidManifest.xml": manifest(package="x.y")})
    said = f"{together}: holds several apps; name one of them: a.apk is a.b, b.apk is x.y"
    chain = SAMPLE.parents[1] / "certs" / "shop-ca.pem"
    for arguments in (
        ("diff", str(together), str(SAMPLE)),
        ("check", str(together)),
        ("init", "--from", str(together), "-o", "-"),
    ):
        with pytest.raises(SeveralAppsError) as refused:
            CliRunner().invoke(cli, ["--", *arguments], catch_exceptions=False)
        assert str(refused.value) == said
    told = CliRunner().invoke(cli, ["impact", "--host", "a.example", "--chain", str(chain), str(together)])
    assert said.removeprefix(f"{together}: ") in told.stdout
    assert told.exit_code in (1, 2)
    streamed = CliRunner().invoke(
        cli, ["audit", "-"], input=simple_zip({p.name: p.read_bytes() for p in together.iterdir()})
    )
    named = [line for line in streamed.stdout.splitlines() if line.startswith("<stdin>!")]
    assert [line.partition(":")[0] for line in named[:2]] == ["<stdin>!a.apk", "<stdin>!b.apk"]
    both = tmp_path / "both.zip"
    put(both, {p.name: p.read_bytes() for p in together.iterdir()})
    with pytest.raises(SeveralAppsError, match="holds several apps; unpack it and name one of them"):
        read_app(both)
    found = audit(together, AuditOptions(date(2026, 11, 23)))
    assert found.error == said.removeprefix(f"{together}: ")


EVERY_FORM = """
import sys
from datetime import date
from pincompiler import audit_app
from pincompiler.cli.console import ReportFormat, report
app = audit_app(sys.argv[1], date(2026, 11, 23), sys.argv[2])
for form in ReportFormat:
    print(report([app], form, colour=False))
"""


@pytest.mark.slow
def test_the_order_of_sets_changes_nothing(shop: Path, pins: Path) -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", EVERY_FORM, shop, pins],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0].count(b"missing-key") > 6
    assert said[0] == said[1]


def test_the_report_goes_to_a_file_whole_or_not_at_all(shop: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.sarif"
    result = run("-f", "sarif", "-o", target, shop)
    assert result.stdout == ""
    assert json.loads(target.read_text("utf-8"))["version"] == "2.1.0"
    lost = run("-o", tmp_path / "no" / "folder" / "report.txt", shop)
    assert lost.exit_code in {0, 2} or lost.exception is not None


def test_levels_are_ordered() -> None:
    assert [level.rank for level in (Level.ERROR, Level.WARNING, Level.NOTE)] == [0, 1, 2]
