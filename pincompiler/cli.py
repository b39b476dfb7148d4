"""The commands: parse, call, print, exit.  The only place that reads the clock."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from datetime import UTC, date, datetime, time
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from pincompiler import __version__
from pincompiler.console import (
    COULD_NOT_LOOK,
    FINE,
    NOT_EVERYTHING,
    PROBLEM,
    FailOn,
    Format,
    PageFormat,
    ReportFormat,
    incomplete,
    out,
    print_artifact,
    print_bare_findings,
    print_findings,
    print_report,
    print_stale,
    print_verdicts,
    talk,
    tell_written,
)
from pincompiler.engine import Engine
from pincompiler.errors import PincompilerError, UsageError
from pincompiler.finding import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.audit import Question
    from pincompiler.compiler import Checked
    from pincompiler.subject import Subject


app = typer.Typer(
    name="pincompiler",
    help="One pins.toml, every platform's certificate pinning, provably the same.",
    epilog="Exit codes: 0 fine; 1 what was asked about has a problem; 2 could not look; 3 looked, but not at everything.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


PinsFile = Annotated[Path, typer.Argument(metavar="PINS.TOML", help="The pins file; - is standard input.")]
OutputFormat = Annotated[Format, typer.Option("-f", "--format", help="How to print findings.")]
Horizon = Annotated[
    int,
    typer.Option(
        "--expiring-within", min=0, metavar="DAYS", help="Tell of pins that expire within so many days."
    ),
]
Resolve = Annotated[
    list[str] | None,
    typer.Option(
        "--resolve", metavar="HOST:PORT:ADDR", help="Take this address for a host; may be repeated."
    ),
]
CaFile = Annotated[
    Path | None,
    typer.Option("--ca-file", metavar="FILE", help="Trust these CAs (PEM) instead of the system's."),
]
Timeout = Annotated[
    float, typer.Option("--timeout", min=0.1, max=600, metavar="SECONDS", help="For each handshake.")
]
Today = Annotated[str, typer.Option("--today", hidden=True, metavar="YYYY-MM-DD")]

PINS = Path("pins.toml")
LARGE = 64 << 20
"""Bytes of an app that is not audited in the blink of an eye."""
T = TypeVar("T")


def main() -> None:
    """Run the program; every refusal that is no bug ends here."""
    # A short life of large trees without cycles: looking for cycles costs a fifth of the time.
    gc.disable()
    # Nor is there anything to look for at the end of it.
    atexit.register(gc.freeze)
    try:
        app()
    except PincompilerError as error:
        talk(f"pincompiler: error: {error}")
        sys.exit(COULD_NOT_LOOK)
    except BrokenPipeError:
        # Whoever read our output has stopped; say nothing more, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(PROBLEM)


def _version(value: bool) -> None:  # noqa: FBT001 - typer's signature
    if value:
        sys.stdout.write(f"pincompiler {__version__}\n")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[  # noqa: ARG001 - its callback has it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    # A terminal that lacks a character shows its code instead of ending the program.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@app.command(epilog="Example: pincompiler check -f json pins.toml")
def check(
    pins: PinsFile = PINS,
    output_format: OutputFormat = Format.TEXT,
    expiring_within: Horizon = 30,
    fail_on: Annotated[
        Level, typer.Option("--fail-on", help="The mildest level that makes the exit code 1.")
    ] = Level.ERROR,
    today: Today = "",
) -> None:
    """Judge a pins.toml, an NSC, an Info.plist or a shipped app.

    A pins.toml is judged by its text, its policy, and what each target can make of it; the others by the
    rules on policies.
    """
    from pincompiler import compiler, configurations

    day = _day(today)
    doubts: tuple[str, ...] = ()
    if str(pins) == "-" or pins.suffix == ".toml":
        checked = compiler.check(pins, day, expiring_within)
        findings = checked.findings
        print_findings("check", checked, findings, output_format)
    else:
        findings, doubts = configurations.judged(pins, day, expiring_within)
        print_bare_findings("check", pins, findings, output_format, unknown=list(doubts))
    failed = any(finding.level.rank <= fail_on.rank for finding in findings)
    code = incomplete(doubts)
    raise typer.Exit(PROBLEM if failed else code)


@app.command(name="compile", epilog="Example: pincompiler compile -t nsc -t ats")
def compile_(
    pins: PinsFile = PINS,
    target: Annotated[
        list[str] | None, typer.Option("-t", "--target", help="Only this target; may be repeated.")
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "-o", "--output", metavar="DIR|-", help="Write below DIR, or one file to standard output."
        ),
    ] = "",
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; print a diff and exit 1 if a file is stale.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that a person wrote.")] = False,
    expiring_within: Horizon = 30,
    output_format: OutputFormat = Format.TEXT,
    today: Today = "",
) -> None:
    """Write every target, or nothing if there is an error.

    What [target.*] names is written below the directory of pins.toml, or below DIR.
    """
    from pincompiler import compiler, outputs

    to_stdout, as_json = output == "-", output_format is Format.JSON
    if to_stdout and (as_json or check_only):
        raise UsageError("-o - prints the file itself; it goes with neither --check nor -f json")
    checked = compiler.check(pins, _day(today), expiring_within, target)
    if checked.readable:
        _known_targets(target or (), checked)
    directory = Path(output) if output and not to_stdout else checked.project.root
    findings = [*checked.findings]
    if checked.ok and not to_stdout and not force:
        findings += compiler.overwritten(checked, directory)
    failed = any(finding.level is Level.ERROR for finding in findings)
    if not as_json:
        # What is accepted or merely worth knowing is for `check`; a build log shows what matters.
        told = [finding for finding in findings if finding.level is not Level.NOTE]
        print_findings("compile", checked, told, output_format, to_stderr=to_stdout or check_only)
    artifacts = () if failed else compiler.artifacts(checked)
    if to_stdout and not failed:
        print_artifact(artifacts)
        return
    stale = outputs.stale(artifacts, directory)
    if not check_only:
        outputs.write_all(stale, directory)
    if as_json:
        changed = [{"target": a.target, "path": str(a.path), "stale": a in stale} for a in artifacts]
        print_findings("compile", checked, findings, output_format, artifacts=changed)
    elif failed:
        talk("nothing was written")
    elif check_only:
        print_stale(stale, directory)
    else:
        tell_written(artifacts, stale)
    raise typer.Exit(PROBLEM if failed or (check_only and stale) else FINE)


@app.command(
    epilog="Example: pincompiler init --from app/src/main/res/xml/network_security_config.xml -o pins.toml"
)
def init(
    hosts: Annotated[list[str] | None, typer.Argument(metavar="HOST...", help="Hosts to pin.")] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Take over an NSC, an Info.plist or an app, with the same meaning."
        ),
    ] = None,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE|-", help="Where to write.")
    ] = "pins.toml",
    today: Today = "",
) -> None:
    """Write a commented pins.toml to start from.

    Without --from its keys are to be filled in; with it, it means the same as the file, which is proven.
    """
    from pincompiler import starter

    if source is not None and hosts:
        raise UsageError("name hosts or --from FILE, not both")
    content = starter.taken_over(source, _day(today)) if source else starter.fresh(tuple(hosts or ()))
    if output == "-":
        out(content)
        return
    path = Path(output)
    starter.write(path, content)
    talk(f"wrote {path}; now run: pincompiler check {path}")


@app.command(epilog="Examples: pincompiler pin certs/*.pem; pincompiler pin --connect api.example.com")
def pin(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="Certificates, CSRs, public keys; - is standard input."),
    ] = None,
    connect: Annotated[
        str,
        typer.Option(
            "--connect", metavar="HOST[:PORT]", help="Instead, take the validated chains that a server shows."
        ),
    ] = "",
    resolve: Resolve = None,
    ca_file: CaFile = None,
    timeout: Timeout = 10,
    output_format: OutputFormat = Format.TEXT,
    today: Today = "",
) -> None:
    """Print the SPKI pins of certificates, CSRs and keys, or of the chain that a server shows."""
    if bool(files) == bool(connect):
        raise UsageError("name either FILEs or --connect HOST")
    if connect:
        raise typer.Exit(_pin_served(connect, resolve or (), ca_file, timeout, output_format, today))
    from pincompiler import pinning

    rows, refusals = pinning.pins(files or ())
    out(pinning.as_json(rows) if output_format is Format.JSON else pinning.as_text(rows))
    for refusal in refusals:
        talk(f"pincompiler: error: {refusal}")
    raise typer.Exit(COULD_NOT_LOOK if refusals else FINE)


def _pin_served(
    host: str,
    resolve: Iterable[str],
    ca_file: Path | None,
    timeout: float,
    output_format: Format,
    today: str,
) -> int:
    """Print what a server shows, ready for pins.toml; the exit code."""
    from pincompiler import pin_served
    from pincompiler.tls.probing import Ways
    from pincompiler.verify import with_resolved

    ways = with_resolved(Ways(timeout), tuple(resolve), "")
    found = pin_served.ask(host, ways, ca_file, _now(today))
    out(pin_served.as_json(found) if output_format is Format.JSON else pin_served.as_text(found))
    for remark in found.remarks:
        talk(f"pincompiler: {remark.level.value}: {found.host} {remark.message}; {remark.fix}")
    if found.chains and not found.failed:
        talk("warning: a chain in use holds no backup: pin a second key that no server shows yet")
    if found.failed:
        return PROBLEM
    return FINE if found.complete else NOT_EVERYTHING if found.chains else COULD_NOT_LOOK


@app.command(
    epilog="Examples: pincompiler verify pins.toml; pincompiler verify --chain new.pem api.example.com"
)
def verify(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PINS.TOML] [HOST[:PORT]...]", help="The pins file, and hosts; none: all that it pins."
        ),
    ] = None,
    chain: Annotated[
        Path | None,
        typer.Option(
            "--chain", metavar="FILE", help="Connect to nobody: judge a PEM chain, the server's first."
        ),
    ] = None,
    resolve: Resolve = None,
    connect: Annotated[
        str, typer.Option("--connect", metavar="ADDR[:PORT]", help="Ask this address for every host.")
    ] = "",
    ca_file: CaFile = None,
    timeout: Timeout = 10,
    retries: Annotated[
        int, typer.Option("--retries", min=0, max=10, metavar="N", help="Ask again where nothing was learnt.")
    ] = 1,
    jobs: Annotated[
        int, typer.Option("-j", "--jobs", min=1, max=256, metavar="N", help="Hosts to ask at a time.")
    ] = 16,
    output_format: OutputFormat = Format.TEXT,
    fail_on: Annotated[
        Level, typer.Option("--fail-on", help="The mildest level that makes the exit code 1.")
    ] = Level.ERROR,
    expiring_within: Horizon = 30,
    today: Today = "",
) -> None:
    """Connect to pinned hosts: does a pinned key match, is there a backup, and until when?

    Only validated chains count. Every address is asked, for RSA and ECDSA certificates, by TLS 1.2 and 1.3.
    """
    from pincompiler import verify as verifying
    from pincompiler.tls.probing import Ways

    if chain and (connect or resolve):
        raise UsageError("--chain connects to nobody; leave out --connect and --resolve")
    ways = verifying.with_resolved(Ways(timeout, retries, jobs), resolve or (), connect)
    pins, hosts = _pins_and_hosts(arguments or [])
    request = verifying.Request(pins, tuple(hosts), _now(today), _day(today), expiring_within, ca_file, chain)
    prepared = verifying.prepare(request)
    waiting = verifying.verdicts(prepared, ways)
    found = print_verdicts(
        _shown(waiting, len(prepared.endpoints), "verifying"), prepared.question, output_format
    )
    if any(verdict.failed(fail_on) for verdict in found):
        raise typer.Exit(PROBLEM)
    if any(not verdict.reached for verdict in found):
        raise typer.Exit(COULD_NOT_LOOK)
    raise typer.Exit(FINE if all(verdict.complete for verdict in found) else NOT_EVERYTHING)


def _pins_and_hosts(arguments: list[str]) -> tuple[Path, list[str]]:
    """The first argument is the pins file if it looks like one, or is a file."""
    first = arguments[0] if arguments else ""
    if first == "-" or first.endswith(".toml") or (first and Path(first).is_file()):
        return Path(first), arguments[1:]
    return PINS, arguments


@app.command(
    epilog="Examples: pincompiler explain unfaithful-target; pincompiler explain --host api.example.com"
)
def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The id in brackets behind a finding.")] = "",
    host: Annotated[str, typer.Option("--host", help="Tell what every target does for this host.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every rule.")] = False,
    pins: Annotated[Path, typer.Option("--pins", metavar="FILE", help="The pins file for --host.")] = PINS,
    output_format: Annotated[
        PageFormat, typer.Option("-f", "--format", help="How to print; html and markdown are for rules.")
    ] = PageFormat.TEXT,
    today: Today = "",
) -> None:
    """Explain a rule, or who decides on a host."""
    if sum(map(bool, (rule, host, every))) != 1:
        raise UsageError("explain one of RULE, --host HOST and --all")
    if host and output_format in (PageFormat.HTML, PageFormat.MARKDOWN):
        raise UsageError("--host is printed as text or json")
    out(_host_page(host, pins, output_format, _day(today)) if host else _rule_pages(rule, output_format))


@app.command(epilog="Example: pincompiler diff pins.toml ios/Shop/Info.plist")
def diff(
    left: Annotated[Path, typer.Argument(help="A pins.toml, NSC, Info.plist or app.")],
    right: Annotated[Path, typer.Argument(help="Another.")],
    output_format: OutputFormat = Format.TEXT,
    today: Today = "",
) -> None:
    """Tell on which hosts two configurations disagree."""
    from pincompiler import comparing

    found = comparing.compare(left, right, _day(today))
    out(comparing.as_json(found) if output_format is Format.JSON else comparing.as_text(found))
    if not (found.disagreements or found.doubts) and output_format is Format.TEXT:
        talk(f"{left} and {right} accept the same chains for every host on every day")
    code = incomplete(found.doubts)
    raise typer.Exit(PROBLEM if found.disagreements else code)


@app.command(epilog="Example: pincompiler audit --pins pins.toml -f sarif -o audit.sarif app-release.apk")
def audit(
    apps: Annotated[
        list[Path],
        typer.Argument(
            metavar="APP...", help="APK, APKS, XAPK, APKM or AAB files, or directories of split APKs."
        ),
    ],
    pins: Annotated[
        Path | None, typer.Option("--pins", metavar="FILE", help="The pins.toml that the apps are held to.")
    ] = None,
    output_format: Annotated[
        ReportFormat, typer.Option("-f", "--format", help="How to write the report.")
    ] = ReportFormat.TEXT,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE|-", help="Write the report to a file.")
    ] = "-",
    fail_on: Annotated[
        FailOn,
        typer.Option("--fail-on", help="The mildest level that makes the exit code 1; or what is new."),
    ] = FailOn.ERROR,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline", metavar="FILE", help="What audit -f json wrote before; tell what changed."
        ),
    ] = None,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found or remains unknown.")
    ] = False,
    accept: Annotated[
        list[Path] | None,
        typer.Option(
            "--accept", metavar="FILE", help="A file of [[accept]] tables beside those of pins.toml."
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option("-j", "--jobs", min=1, metavar="N", help="Apps to audit at a time.")
    ] = 1,
    engine: Annotated[
        Engine, typer.Option("--engine", help="Who reads the code; androguard is the slow cross-check.")
    ] = Engine.FAST,
    expiring_within: Horizon = 30,
    today: Today = "",
) -> None:
    """Tell what shipped Android apps enforce: verdicts, findings with evidence, and every pin.

    With --pins, also where they have drifted from pins.toml.
    """
    from pincompiler import audit as auditing

    if fail_on is FailOn.NEW and baseline is None:
        raise UsageError("--fail-on new needs --baseline FILE")
    before = None
    if baseline is not None:
        from pincompiler.reports.audit_reader import read_results

        before = read_results(baseline)
    asked = auditing.question(_day(today), pins, accept or (), expiring_within, engine)
    subjects = tuple(_watched(apps, asked, jobs))
    print_report(subjects, output_format, output)
    new = False
    if before is not None:
        from pincompiler.changes import as_text, changes

        found = changes(before, subjects)
        new = any(finding.level is not Level.NOTE for finding in found.new)
        for line in as_text(found).split("\n"):
            talk(line)
    wrong = new if fail_on is FailOn.NEW else _failed(subjects, Level(fail_on.value))
    raise typer.Exit(FINE if exit_zero else _verdict(subjects, wrong=wrong))


@app.command(epilog="Example: pincompiler report -f html -o report.html audit.json")
def report(
    results: Annotated[
        list[Path], typer.Argument(metavar="RESULTS...", help="What audit -f json has written.")
    ],
    output_format: Annotated[
        ReportFormat, typer.Option("-f", "--format", help="How to write the report.")
    ] = ReportFormat.HTML,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE|-", help="Write the report to a file.")
    ] = "-",
) -> None:
    """Write saved audits as another report: one page for reviewers, of one app or of many."""
    from pincompiler.reports.audit_reader import read_results

    print_report([subject for path in results for subject in read_results(path)], output_format, output)


def _watched(apps: list[Path], asked: Question, jobs: int) -> Iterator[Subject]:
    """The audits, with a progress bar for long work on a terminal."""
    from pincompiler.audit import audit_all

    slow = asked.engine is not Engine.FAST or any(
        app.is_file() and app.stat().st_size > LARGE for app in apps
    )
    return _shown(audit_all(apps, asked, jobs), len(apps), "auditing", slow=slow)


def _shown(results: Iterator[T], count: int, label: str, *, slow: bool = False) -> Iterator[T]:
    """The results, with a progress bar on a terminal if there are several, or if each takes its time."""
    if (count < 2 and not slow) or not sys.stderr.isatty():
        yield from results
        return
    with typer.progressbar(results, length=count, label=label, file=sys.stderr) as bar:
        yield from bar


def _failed(subjects: tuple[Subject, ...], threshold: Level) -> bool:
    from pincompiler.audit import failed

    return any(failed(subject, threshold) for subject in subjects)


def _verdict(subjects: tuple[Subject, ...], *, wrong: bool) -> int:
    """1 if anything is wrong; else 2 if an app could not be read; else 3 if something remained unknown."""
    if wrong:
        return PROBLEM
    if any(subject.error for subject in subjects):
        return COULD_NOT_LOOK
    return FINE if all(subject.complete for subject in subjects) else NOT_EVERYTHING


def _day(text: str) -> date:
    if not text:
        return date.today()  # noqa: DTZ011 - the developer's own day; no verdict hangs on its zone
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--today {text}: write YYYY-MM-DD") from error


def _now(text: str) -> datetime:
    """The instant by which certificates are judged; a day that was given stands for its noon in UTC."""
    return datetime.combine(_day(text), time(12), UTC) if text else datetime.now(UTC)


def _known_targets(wanted: Iterable[str], checked: Checked) -> None:
    configured = {output.target for output in checked.project.outputs}
    for name in wanted:
        if name not in configured:
            listed = ", ".join(sorted(configured)) or "none"
            raise UsageError(f"{checked.document.file} has no [target.{name}]; it has: {listed}")


def _host_page(host: str, pins: Path, output_format: PageFormat, today: date) -> str | bytes:
    import json as json_module

    from pincompiler import compiler
    from pincompiler import explain as explaining

    checked = compiler.check(pins, today)
    if not checked.readable:
        raise UsageError(f"{pins} has errors; run pincompiler check {pins}")
    found = explaining.explain_host(checked, host)
    if output_format is PageFormat.JSON:
        shown = {
            "version": 1,
            "command": "explain",
            "host": host,
            "enforcements": explaining.host_json(found),
        }
        return json_module.dumps(shown, indent=2, ensure_ascii=True) + "\n"
    return explaining.host_text(host, found)


def _rule_pages(name: str, output_format: PageFormat) -> str:
    from pincompiler.explain import rule_text, rules_json
    from pincompiler.rules.registry import RULES
    from pincompiler.source.tables import did_you_mean

    ids = [rule.id for rule in RULES]
    if name and name not in ids:
        raise UsageError(
            f"no rule is called {name}; {did_you_mean(name, ids) or 'see pincompiler explain --all'}"
        )
    chosen = [rule for rule in RULES if name in ("", rule.id)]
    if output_format is PageFormat.HTML:
        from pincompiler.reports import html
        from pincompiler.reports.rule_page import page

        return html.render_rules(map(page, chosen))
    if output_format is PageFormat.MARKDOWN:
        from pincompiler.reports import audit_markdown
        from pincompiler.reports.rule_page import page

        return audit_markdown.render_rules(map(page, chosen))
    return rules_json(chosen) if output_format is PageFormat.JSON else "\n".join(map(rule_text, chosen))
