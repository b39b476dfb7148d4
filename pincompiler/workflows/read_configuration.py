"""Any file that says which hosts are pinned: pins.toml, an NSC, an Info.plist, a shipped app."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pincompiler.android.apk import app_files, is_app_file
from pincompiler.archives.kinds import is_apple_folder, is_apple_name
from pincompiler.base.bounds import FILE_BYTES, SOURCE_BYTES
from pincompiler.base.errors import InputError, MalformedError
from pincompiler.base.existence import is_directory
from pincompiler.base.finding import Finding, Level
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.facts import InForce, Mechanism, ShippedApp, Unseen, VersionRange
from pincompiler.facts.kits import OS_ENFORCES as SINCE
from pincompiler.foreign.reading import knows, read_foreign
from pincompiler.platforms.ats import Ats
from pincompiler.platforms.nsc.model import Nsc
from pincompiler.policy.policy import Policy
from pincompiler.policy.trust import Anchor
from pincompiler.rules.rule import Audited
from pincompiler.source.document import Document, decode, read_bytes, read_document
from pincompiler.verdicts.in_force import configured, left_out, seen_whole, undermining, unseen
from pincompiler.workflows.compile import check_document
from pincompiler.workflows.raw_resources import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from pincompiler.platforms.nsc.model import Problem
    from pincompiler.platforms.trustkit import TrustKit
    from pincompiler.verdicts.subject import Subject

_ROOT = lazy_regex(rb"<(?:\w+:)?([A-Za-z][\w.-]*)[\s/>]")
_XML = lazy_regex(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*<|\xff\xfe<\0|\xfe\xff\0<")
"""How an XML text begins, in UTF-8 or UTF-16."""


@dataclass(frozen=True, slots=True)
class FileContents:
    """What one file has in force, and what of it cannot be compared with anything."""

    title: str
    in_force: tuple[InForce, ...]
    left_out: tuple[str, ...] = ()
    """What else decides on connections, or may: a sentence each."""
    undermined: tuple[str, ...] = ()
    """What of an app lets connections past its pins; likewise."""
    aside: tuple[str, ...] = ()
    """What decides for some builds or some connections only, and only files of the same kind can have, too; likewise."""
    lacking: str = ""
    """That nothing is pinned: a difference from others, and nothing to check or to take over."""
    refused: str = ""
    """Why Android refuses it."""
    app: ShippedApp | None = None
    subject: Subject | None = None
    """What an audit of the app found."""
    unread: tuple[str, ...] = ()
    """Files that it names and that are not at hand; a sentence each."""
    alone: Callable[[], ShippedApp] | None = None
    """Of a file that is no app: what gives the facts of an app that has it and nothing else."""

    literal: bool = False
    """Whether it is code, or like code: of what it computes nothing is known, and of its literals all."""
    by_platform: bool = False
    """Whether the configurations in force are of different platforms, which may make different things of it."""

    @property
    def doubts(self) -> tuple[str, ...]:
        """Everything that keeps it from being called the same as anything, each once."""
        own = (doubt for one in self.in_force for doubt in one.doubts)
        return tuple(dict.fromkeys((*own, *self.left_out, *self.undermined)))

    def refuse_lacking(self) -> None:
        """Raise InputError if nothing is pinned."""
        if self.lacking:
            raise InputError(f"{self.title}: {self.lacking}")

    def refuse_refused(self) -> None:
        """Raise InputError if Android refuses it."""
        if self.refused:
            raise InputError(self.refused)


def read_contents(path: Path, today: date, horizon: int = 30, environment: str = "") -> FileContents:
    """What a file has in force, by its content; an Info.plist may have two, an app a variant for some devices.

    ``horizon`` is how many days before an expiry an audit of an app warns; ``environment`` is of a pins.toml, empty:
    the release.
    Raises InputError when it is none of them, or is refused by the platform it is for; of an app that is said.
    """
    if path.suffix == ".toml":
        return _from_toml(read_document(path), path, today, environment)
    if is_app(path):
        return _from_app(path, today, horizon)
    data = read_bytes(path, (SOURCE_BYTES if knows(path.suffix) else FILE_BYTES).limit)
    root = _ROOT.search(data)
    text = _XML.match(data) is not None
    if data.startswith(b"bplist") or (root and root[1] == b"plist") or (text and path.suffix == ".plist"):
        return _from_plist(data, path)
    if text or path.suffix == ".xml":
        return _from_nsc(data, path)
    if knows(path.suffix):
        return _from_foreign(data, path)
    if str(path) == "-":
        return _from_toml(decode(data, "<stdin>"), path, today, environment)
    raise InputError(f"{path}: is no pins.toml, network security configuration, property list or source file")


def check_file(path: Path, today: date, horizon: int) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """What an audit finds in an app, or in one that has an NSC or a property list and nothing else; and what is unknown.

    Raises InputError as :func:`read_contents` does, but for a malformed file, and when nothing is pinned and nothing wrong.
    """
    from pincompiler.workflows.audit import findings, in_order

    try:
        contents = read_contents(path, today, horizon)
    except MalformedError as error:
        return in_order(findings(Audited(_malformed(error, str(path)), today, horizon=horizon), {})), ()
    if contents.app and contents.subject:
        subject = contents.subject
        if subject.complete and not (subject.pins or subject.findings):
            raise InputError(f"{path}: no pins were found in it")
        return subject.findings, tuple(unseen(contents.app, subject))
    unread: dict[Unseen, None] = {}
    if knows(path.suffix):
        raise InputError(
            f"{path}: is not checked by itself; run pincompiler init --from {path}, and check that"
        )
    found = findings(Audited(contents.alone(), today, horizon=horizon), unread) if contents.alone else []
    if not found:
        contents.refuse_lacking()
    doubts = (*contents.doubts, *contents.unread, *(f"{one.what}: {one.why}" for one in unread))
    return in_order(found), tuple(dict.fromkeys(doubts))


def _malformed(error: MalformedError, path: str) -> ShippedApp:
    """The facts of an app that has a malformed file and nothing else."""
    from pincompiler.platforms.nsc.reader import MalformedNscError
    from pincompiler.shipped.android import alone
    from pincompiler.shipped.ios import plists

    if isinstance(error, MalformedNscError):
        return alone.of_malformed(error.problems, path)
    return plists.of_malformed(error.faults, path)


def _from_toml(document: Document, path: Path, today: date, environment: str) -> FileContents:
    """The policy of a pins.toml whose text is sound."""
    root = Path.cwd() if str(path) == "-" else path.parent
    checked = check_document(document, root, today, targets=(), environment=environment)
    if not checked.readable:
        first = next(finding for finding in checked.findings if finding.level is Level.ERROR)
        raise InputError(f"{path}: {first.message}; run pincompiler check {path}")
    return FileContents(str(path), (configured(checked.project.policy, str(path)),))


def _from_nsc(data: bytes, path: Path) -> FileContents:
    from pincompiler.platforms.nsc.places import places
    from pincompiler.platforms.nsc.reader import parse_xml, read_tree, read_xml, take_unfilled
    from pincompiler.shipped.android.alone import of_configuration

    root = parse_xml(data, str(path))
    known = places(root, data)
    unfilled = tuple(
        f"{path}:{where.span.line if where.span else 1}: {text} is filled in when the app is built"
        for text, where in take_unfilled(root, str(path), known)
    )
    own = read_tree(root, str(path), known=known)
    twin = path.with_name(f"{path.stem}_debug{path.suffix}")
    # XmlConfigSource.parseDebugOverridesResource: Android asks for it where the file has no such element.
    added = own.overrides is None and twin.is_file()
    overrides = read_xml(read_bytes(twin), str(twin)).overrides if added else own.overrides
    nsc = replace(own, overrides=overrides).with_resources(lambda reference: beside(path, reference))
    in_force = (configured(nsc, str(path), api=VersionRange(SINCE), doubts=unfilled),)
    return FileContents(
        str(path),
        in_force,
        aside=tuple(_debuggable(nsc, path, twin.name if added else "its debug-overrides")),
        # What only old Androids refuse means something on the others.
        refused=_refused((one for one in nsc.problems if one.before is None), str(path)),
        unread=tuple(_unread(nsc, str(path))),
        alone=partial(of_configuration, nsc, str(path)),
    )


def _unread(nsc: Nsc, title: str) -> Iterator[str]:
    """The files of certificates that it trusts, and that are not beside it, or are no certificates."""
    settings = (nsc.base, *(config.settings for config in nsc.configs))
    sources = (source for some in settings for one in some.anchors or () for source in one.sources)
    for name in dict.fromkeys(
        one.name for one in sources if isinstance(one, Anchor) and one.unread and one.name.startswith("@")
    ):
        yield f"{title} trusts the CAs of {name}, which was not read"


def _debuggable(nsc: Nsc, path: Path, means: str) -> Iterator[str]:
    """Whom builds for debugging trust besides: an app is one build or the other, and its file is read as that has it."""
    sources = dict.fromkeys(one.source for one in nsc.overrides or ())
    if sources:
        yield (
            f"debuggable builds with {path.name} trust {', '.join(sources)} as well, by {means}: "
            "only release builds were compared"
        )


def is_app(path: Path) -> bool:
    """Whether a path is an app's by its name, a directory of its splits, or a folder with an app for Apple's systems."""
    if is_app_file(path.name) or is_apple_name(path.name) or is_apple_folder(path):
        return True
    try:
        return is_directory(path) and bool(app_files(path))
    except InputError:  # reading it will say why
        return False


def _from_app(path: Path, today: date, horizon: int) -> FileContents:
    """What an app has in force, and what else of it decides on connections."""
    from pincompiler.shipped import read_app
    from pincompiler.workflows.audit import audit_options, subject_of

    app = read_app(path)
    subject = subject_of(app, audit_options(today, None, (), horizon))
    refused = (_refused(file.problems, f"{path}!{file.title}") for file in app.nsc.counting)
    found = seen_whole(app)
    # What lets everything past has no pins that could be called the same as any others.
    beside, undermined = left_out(app, subject), undermining(app, subject)
    lacking = "" if found or beside or undermined else "no pins were found in it"
    # Nothing is claimed of pins that were not seen.
    hidden = InForce(Mechanism.NSC, str(path), Nsc(()), doubts=(*beside, *undermined))
    if app.main:
        hidden = configured(Ats(()), str(path), doubts=(*beside, *undermined))
    in_force = tuple(one for one in found if not one.process) or (hidden,)
    return FileContents(
        str(path),
        in_force,
        beside,
        undermined,
        aside=(*_of_engines(found), *_of_processes(app)),
        lacking=lacking,
        refused=next(filter(None, refused), ""),
        app=app,
        subject=subject,
    )


def _of_engines(found: Iterable[InForce]) -> Iterator[str]:
    """Which connections Cronet holds to its pins, where no network security configuration holds all of them."""
    mechanisms = {one.mechanism for one in found}
    if Mechanism.CRONET in mechanisms and Mechanism.NSC not in mechanisms:
        yield (
            "Cronet holds the connections of its own engines to its pins, and no others: none of the targets of "
            "pins.toml says that"
        )


def _of_processes(app: ShippedApp) -> Iterator[str]:
    """The other processes of an app for Apple's systems whose own Info.plist pins: the app's alone is compared."""
    for one in app.shipped:
        if one.process:
            yield f"{one.title} was not compared: it decides on the connections of that process alone"


def _refused(problems: Iterable[Problem], title: str) -> str:
    for problem in problems:
        line = f":{problem.where.span.line}" if problem.where.span else ""
        return f"{title}{line}: Android refuses this file: {problem.message}"
    return ""


def _from_plist(data: bytes, path: Path) -> FileContents:
    from pincompiler.platforms import ats, plist, trustkit
    from pincompiler.shipped.ios.plists import as_info, of_plist

    values = as_info(plist.load(data, str(path)), str(path))
    pinned, kit = ats.read_values(values), trustkit.read_values(values)
    doubts = tuple(
        f"{path}: {' › '.join(place)}: {text} is a build setting, which Xcode fills in"
        for place, text in plist.build_settings(values, (ats.SECTION, trustkit.SECTION))
    ) + tuple(f"{path}: {said}" for said in plist.variants(values))
    found = []
    if pinned.domains:
        found.append(configured(pinned, f"{path} (NSPinnedDomains)", doubts=doubts))
    if kit.domains:
        found.append(configured(kit, f"{path} (TrustKit)", doubts=doubts))
    refused = (
        f"{path}: TrustKit raises on this file: {kit.problems[0][1]}" if kit.problems and not doubts else ""
    )
    return FileContents(
        str(path),
        tuple(found) or (configured(pinned, str(path), doubts=doubts),),
        aside=tuple(_asking(kit, path)),
        lacking="" if found or doubts else "pins no host, neither by NSPinnedDomains nor by TrustKit",
        refused=refused,
        alone=partial(of_plist, data, str(path)),
    )


def _from_foreign(data: bytes, path: Path) -> FileContents:
    foreign = read_foreign(data, str(path), path.suffix)
    found = tuple(
        configured(one.enforcement, f"{path} ({one.platform})", doubts=foreign.doubts)
        for one in foreign.configurations
    )
    return FileContents(
        str(path),
        found or (configured(Policy(()), str(path), doubts=foreign.doubts),),
        aside=foreign.aside,
        by_platform=foreign.by_platform,
        literal=True,
    )


def _asking(kit: TrustKit, path: Path) -> Iterator[str]:
    """Which connections TrustKit is asked for: its pins say nothing of the others."""
    if kit.domains and kit.swizzle:
        yield (
            f"TrustKit is asked for every NSURLSession with a delegate (TSKSwizzleNetworkDelegates of {path.name}): "
            "to keep that, write swizzle = true in [target.trustkit]"
        )
    elif kit.domains:
        yield (
            f"TrustKit is asked for those connections only whose code asks it (TSKSwizzleNetworkDelegates of {path.name} "
            "is not true), and nobody knows which these are"
        )
