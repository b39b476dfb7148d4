"""From a shipped app to its report: facts, verdicts, drift, findings.

::

    app -> App (facts) -+-> verdicts: host x mechanism x Android versions -----------+
                        +-> rules on policies, for each configuration it ships ---+  +-> Subject
    pins.toml -> policy +-> drift -> rules on apps ---------------- acceptances --+--+
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import field, replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pincompiler._version import __version__
from pincompiler.android.apk import AppFiles, SeveralAppsError
from pincompiler.base.errors import InputError, UsageError
from pincompiler.base.finding import Evidence, Finding, Level
from pincompiler.base.records import dataclass
from pincompiler.base.workers import UNBOUNDED, Allowance, Died, Split, supervised
from pincompiler.facts import State, System, Unseen
from pincompiler.facts.engine import Engine
from pincompiler.facts.ios import first_number
from pincompiler.policy.hosts import BadHost, canonical_host
from pincompiler.policy.project import App
from pincompiler.rules.on_apps import APP_RULES
from pincompiler.rules.rule import Audited
from pincompiler.shipped import read_app
from pincompiler.verdicts.endpoints import endpoints
from pincompiler.verdicts.enforcing import Enforcing
from pincompiler.verdicts.hosts import HostVerdicts
from pincompiler.verdicts.named_pins import named
from pincompiler.verdicts.subject import InventoryPin, KnownKey, Run, Subject
from pincompiler.workflows.drifting import held_against, unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from pincompiler.base.location import Location
    from pincompiler.facts import InForce, ShippedApp
    from pincompiler.policy.enforcement import Key
    from pincompiler.policy.project import Acceptance
    from pincompiler.rules.rule import Rule
    from pincompiler.workflows.compile import Checked


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """What the apps are audited for; small and the same for all of them."""

    today: date
    horizon: int = 30
    """Warn this many days before an expiry."""
    engine: Engine = Engine.FAST
    checked: Checked | None = None
    """The pins.toml, read and checked."""
    acceptances: tuple[Acceptance, ...] = ()
    """Of pins.toml and of the files besides."""
    run: Run | None = None
    """The question as the report shows it."""
    environment: str = ""
    """Of pins.toml, that the apps should be of; empty: the release."""
    sought: Mapping[str, bytes] = field(default_factory=dict)
    """Certificates that no app should have in any of its files, by their names."""


def audit_options(
    today: date,
    pins: Path | None,
    accepts: Iterable[Path],
    horizon: int = 30,
    engine: Engine = Engine.FAST,
    environment: str = "",
    own_domains: Iterable[str] = (),
) -> AuditOptions:
    """Read what the apps are to be held to.  InputError when pins.toml or a file of acceptances is broken."""
    checked = project = None
    hidden: Mapping[str, bytes] = {}
    acceptances: list[Acceptance] = []
    if pins is not None:
        from pincompiler.source.document import read_document
        from pincompiler.workflows.compile import check_document
        from pincompiler.workflows.held_to import sought

        document = read_document(pins)
        checked = check_document(document, pins.parent, today, horizon)
        if not checked.readable:
            raise InputError(f"{pins} has errors; run pincompiler check {pins}")
        project, hidden = checked.of(environment).project, sought(checked)
        acceptances += project.acceptances
    named = tuple(accepts)
    for path in named:
        acceptances += _acceptances(path, today)
    run = Run(
        __version__,
        today,
        horizon,
        engine.value,
        str(pins) if pins else "",
        project.policy.digest() if project else "",
        tuple(map(str, named)),
        tuple(map(_known, project.keys)) if project else (),
        tuple(map(_domain, own_domains)),
    )
    return AuditOptions(today, horizon, engine, checked, tuple(acceptances), run, environment, hidden)


def _domain(text: str) -> str:
    """A domain whose hosts are the reader's own.  UsageError for what is none."""
    host = canonical_host(text.strip().lower().removeprefix("*."))
    if isinstance(host, BadHost):
        raise UsageError(f"--own-domains: {text.strip() or 'an empty domain'} {host.problem}")
    return host


def _known(key: Key) -> KnownKey:
    certificate = key.certificate
    begins = certificate.not_before if certificate else None
    return KnownKey(
        key.name,
        key.pin,
        key.role.value if key.role else "",
        key.algorithm,
        certificate.subject if certificate else "",
        begins.date() if begins else None,
        certificate.not_after.date() if certificate else None,
        key.retired,
    )


def _acceptances(path: Path, today: date) -> tuple[Acceptance, ...]:
    from pincompiler.rules.acceptances import unknown_rules
    from pincompiler.source.acceptances import read_acceptances
    from pincompiler.source.document import place, read_document

    document = read_document(path)
    found, problems = read_acceptances(document)
    for problem in (*problems, *unknown_rules(found, today)):
        placed = place(problem, document)
        line = f":{placed.location.span.line}" if placed.location and placed.location.span else ""
        raise InputError(f"{document.file}{line}: {placed.message}")
    return found


def audit(path: Path, asked: AuditOptions) -> Subject:
    """Audit one app; one that cannot be read, or is several, is a subject with an error."""
    files = AppFiles(path)
    try:
        return _audit(files, asked)
    except SeveralAppsError as error:
        return _unread(files, str(error), asked)


def _audit(files: AppFiles, asked: AuditOptions) -> Subject:
    try:
        app = read_app(files.path, asked.engine, files.parts, asked.sought)
        return subject_of(app, asked)
    except SeveralAppsError:
        raise
    except InputError as error:
        return _unread(files, str(error), asked)
    except MemoryError:
        return _unread(files, "memory ran out", asked)


def _unread(files: AppFiles, why: str, asked: AuditOptions) -> Subject:
    return Subject(files.name, error=why.removeprefix(f"{files.name}: "), run=asked.run)


def audit_all(
    paths: Sequence[Path], asked: AuditOptions, jobs: int = 1, allowance: Allowance = UNBOUNDED
) -> Iterator[Subject]:
    """Audit apps in the order in which they are named, and each of several in a directory or an archive.

    Of several, and wherever there is an allowance, each is read in a process that is watched, ``jobs`` of them at a
    time: an app that brings down its process or takes more than is allowed is a subject with an error, and costs no
    other.  An app on standard input is read in this process.
    """
    for streamed, some in groupby(paths, lambda path: str(path) == "-"):
        files = tuple(map(AppFiles, some))
        if streamed:  # which is this process's alone
            for one in files:
                found = _audit_or_split(one, asked)
                yield from (
                    (_audit(app, asked) for app in found.tasks) if isinstance(found, Split) else (found,)
                )
            continue
        alone = len(paths) == 1 and allowance == UNBOUNDED
        found = _audit_or_split(files[0], asked) if alone else Split(files)
        if isinstance(found, Split):
            yield from _watched(found.tasks, asked, jobs, allowance)
        else:
            yield found


def _audit_or_split(files: AppFiles, asked: AuditOptions) -> Subject | Split:
    try:
        return _audit(files, asked)
    except SeveralAppsError as error:
        return Split(tuple(map(files.only, error.parts)))


def _watched(
    files: Iterable[AppFiles], asked: AuditOptions, jobs: int, allowance: Allowance
) -> Iterator[Subject]:
    with closing(supervised(partial(_audit_or_split, asked=asked), files, jobs, allowance)) as results:
        for found in results:
            died = isinstance(found, Died)
            yield _unread(found.task, f"the process that read it {found.why}", asked) if died else found


def subject_of(app: ShippedApp, asked: AuditOptions) -> Subject:
    """The report on an app whose facts are known."""
    unseen = dict.fromkeys(app.unseen)
    checked = asked.checked
    audited = (
        held_against(app, checked, asked.environment, asked.today, asked.horizon)
        if checked
        else Audited(app, asked.today, horizon=asked.horizon)
    )
    unseen |= dict.fromkeys(unread(audited))
    found = findings(audited, unseen)
    shown = tuple(found)
    if asked.acceptances:
        from pincompiler.rules.acceptances import applied

        shown = tuple(applied(found, asked.acceptances, asked.today))
    if asked.checked:
        from pincompiler.source.document import place

        shown = tuple(place(finding, asked.checked.document) for finding in shown)
    known, enforcing = HostVerdicts(app, asked.today), Enforcing(app, asked.today)
    return Subject(
        app.path,
        app.kind,
        app.sha256,
        app.package,
        app.version_name,
        0 if app.main else app.manifest.version_code,
        app.least.first if app.main else app.manifest.min_sdk,
        first_number(app.main.sdk) if app.main else app.manifest.target_sdk,
        tuple(InventoryPin(named(pin), enforcing.demands(pin)) for pin in app.pins),
        known.all_rows(audited.policy),
        in_order(shown),
        tuple(sorted(unseen, key=lambda one: not one.mechanisms)),
        endpoints=endpoints(app, audited.policy, asked.run.own_domains if asked.run else (), known),
        run=asked.run,
        processes=app.ios.processes,
    )


# -- rules ---------------------------------------------------------------------------------------


def findings(audited: Audited, unseen: dict[Unseen, None]) -> list[Finding]:
    """What all rules find in an app, or in a file that is one's; a rule that fails is put among the unseen."""
    return [*_of_policies(audited), *_of_apps(audited, unseen)]


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings as reports have them, each once."""
    return tuple(sorted(dict.fromkeys(found), key=_order))


def _of_apps(audited: Audited, unseen: dict[Unseen, None]) -> Iterator[Finding]:
    """What the rules on apps find; one that fails is reported, and silences no other."""
    for rule in APP_RULES:
        found, failure = _run(rule, audited)
        yield from found
        if failure:
            unseen[Unseen(f"rule {rule.id}", failure)] = None


def _run(rule: Rule, audited: Audited) -> tuple[list[Finding], str]:
    assert rule.app is not None  # noqa: S101 - for the type checker
    try:
        return list(rule.app(audited)), ""
    except MemoryError:
        raise  # no bug, and the next rule would meet it too
    except Exception as error:  # noqa: BLE001 - whatever it is, the other rules have to be heard
        return [], f"failed, which is a bug of pincompiler: {error!r}"


_COUNTING: Final = frozenset({State.ACTIVE, State.UNKNOWN})


def _of_policies(audited: Audited) -> Iterator[Finding]:
    """What the rules on policies find in each configuration that the app has in force."""
    app = audited.app
    names = {key.spki_sha256: key for key in audited.project.keys} if audited.project else {}
    in_force = [one for one in app.shipped if one.owner.first_party and one.state in _COUNTING]
    saying = [one for one in in_force if one.enforcement.pin_sets() or one.enforcement.own_trust()]
    if not saying:
        return
    from pincompiler.rules.every import examine
    from pincompiler.rules.examined import of_file

    for shipped in saying:
        # A file by itself says nothing of the app's minimum.
        known = _supporting(app, shipped) if app.kind else None
        examined = of_file(shipped.enforcement, names, shipped.where, audited.today, audited.horizon, known)
        counts = shipped.api.within(app.runs_on[shipped.process].first)
        evidence = Evidence(api=str(counts), mechanism=shipped.mechanism.value)
        for finding in examine(examined, shipped=True):
            where = _inside(finding.location, app, shipped)
            related = () if app.kind else finding.related
            yield replace(finding, location=where, related=related, evidence=evidence, kind="")


def _supporting(app: ShippedApp, shipped: InForce) -> App:
    """What rules may know of the versions on which a configuration counts."""
    first = app.runs_on[shipped.process].first
    if app.main is None:
        return App(app.manifest.min_sdk)
    return App(ios_minimum=(first,)) if shipped.api.system is System.IOS else App()


def _inside(where: Location | None, app: ShippedApp, shipped: InForce) -> Location | None:
    """The place in the app; the reader of an NSC names the member only."""
    # A file by itself is no container: what it refers to lies beside it.
    if where is None or where.file == app.path or not app.kind:
        return where or shipped.where
    return replace(where, file=app.path, member=where.member or where.file, path=())


# -- the report ----------------------------------------------------------------------------------


def _order(finding: Finding) -> tuple[object, ...]:
    where = finding.location
    span = where.span if where and where.span else None
    place_ = (where.file, where.member, span.line if span else 0, where.symbol) if where else ("", "", 0, "")
    return finding.level.rank, finding.rule, place_, finding.message


def failed(subject: Subject, threshold: Level) -> bool:
    """Whether some finding is as grave as the threshold."""
    return any(finding.level.rank <= threshold.rank for finding in subject.findings)
