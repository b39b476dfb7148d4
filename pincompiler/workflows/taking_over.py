"""A pins.toml whose pins mean the same as those of what an app has already, in one file or in several."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pincompiler.base.errors import InputError, UsageError
from pincompiler.base.existence import is_file
from pincompiler.base.records import dataclass
from pincompiler.foreign.comments import beside
from pincompiler.foreign.gradle import BuildValue
from pincompiler.platforms.nsc.model import Nsc
from pincompiler.platforms.nsc.writer import pem
from pincompiler.platforms.okhttp.model import OkHttp
from pincompiler.policy.differences import asides, describe, differences, names_of
from pincompiler.policy.from_enforcement import lift, to_toml
from pincompiler.policy.policy import Policy
from pincompiler.roots.proposals import commented, proposals
from pincompiler.source.document import parse, read_bytes
from pincompiler.source.reader import read_project
from pincompiler.verdicts.in_force import configured
from pincompiler.workflows.compile import check_document
from pincompiler.workflows.naming import named as named_keys
from pincompiler.workflows.read_configuration import is_app, read_contents
from pincompiler.workflows.surroundings import look_around

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from pincompiler.facts import InForce
    from pincompiler.policy.differences import Difference
    from pincompiler.policy.enforcement import Enforcement, Role
    from pincompiler.policy.trust import Anchor
    from pincompiler.workflows.read_configuration import FileContents
    from pincompiler.workflows.surroundings import Surroundings


_FOLDER: Final = "certs"
"""Where the files of anchors are written, beside pins.toml."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A pins.toml to be, from what an app has already."""

    content: bytes
    """Empty: its sources mean different things, and nobody has said which of them counts."""
    left_out: tuple[str, ...] = ()
    """What of the sources was not compared with it; it has these sentences as well."""
    differing: tuple[str, ...] = ()
    """Where it is known to mean something else, for it cannot say what a source says; likewise."""
    apart: tuple[str, ...] = ()
    """Where the sources mean different things; likewise."""
    beside: Mapping[PurePosixPath, bytes] = MappingProxyType({})
    """The files of its anchors that are still to be written, by their paths below its directory."""
    unread: tuple[str, ...] = ()
    """What of the files around it was not looked at, or is computed; a sentence each."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A file to take over."""

    path: Path
    title: str
    """What pins.toml calls it."""
    contents: FileContents
    in_force: tuple[InForce, ...]
    """What is to be taken over."""
    elsewhere: tuple[InForce, ...] = ()
    """What other platforms make of it, where that may be something else."""


def taken_over(
    paths: Sequence[Path],
    today: date,
    directory: Path,
    environment: str = "",
    *,
    prefer: Path | None = None,
    alone: bool = False,
) -> TakenOver:
    """A pins.toml for a directory whose pins mean the same as those of some files.

    The same: proven by comparing what was written with each.  Where the files mean different things, the one to
    ``prefer`` counts.  ``alone`` is whether no file can be written beside it, so that only anchors which have one there
    already can be named.  Raises InputError, with a host that shows it, when no policy means the same as a file, when
    it is not known what the pins are, and when what is trusted is no certificate.
    """
    if prefer is not None and prefer not in paths:
        raise UsageError(f"--prefer {prefer} is none of the files of --from")
    ordered = sorted(dict.fromkeys(paths), key=lambda path: path != prefer)
    first, *others = [_source(path, today, environment, several=len(ordered) > 1) for path in ordered]
    apart = {one.path: tuple(_apart(first, one)) for one in others}
    sentences = tuple(sentence for some in apart.values() for sentence in some)
    if sentences and prefer is None:
        doubts = (doubt for one in (first, *others) for doubt in one.contents.doubts)
        return TakenOver(b"", tuple(dict.fromkeys(doubts)), apart=sentences)
    first.contents.refuse_lacking()
    agreeing = (first, *(one for one in others if not apart[one.path]))
    return _Taking(agreeing, directory, alone, sentences, today).done()


def _source(path: Path, today: date, environment: str, *, several: bool) -> _Source:
    """A file that is sound and known by itself, else InputError."""
    contents = read_contents(path, today, environment=environment)
    contents.refuse_refused()
    if not several:  # of several, that one pins nothing is a difference
        contents.refuse_lacking()
    for doubt in (doubt for one in contents.in_force for doubt in one.doubts):
        if not contents.literal:
            raise InputError(f"{path}: not everything in it is known: {doubt}")
        if not any(lift(one.enforcement).sets for one in contents.in_force):
            raise InputError(f"{path}: pins no host by literals: {doubt}")
    for one in contents.in_force:
        _refuse_damaged(one)
    title = str(path) if several else path.name
    if contents.by_platform:
        main = next(filter(_can_be_said, contents.in_force), contents.in_force[0])
        return _Source(
            path, title, contents, (main,), tuple(one for one in contents.in_force if one is not main)
        )
    first, *others = contents.in_force
    for other in others:
        _refuse_differences(first, other)
    wider = _with_names_themselves(first)
    if contents.literal and wider and not _can_be_said(first) and _can_be_said(wider):
        return _Source(path, title, contents, (wider,), (first,))
    return _Source(path, title, contents, contents.in_force)


def _with_names_themselves(one: InForce) -> InForce | None:
    """A pinner whose `*.host` is for the host as well, which is the nearest that pins.toml can say."""
    if not isinstance(one.enforcement, OkHttp):
        return None
    entries = one.enforcement.entries
    more = (
        replace(each, pattern=each.pattern.removeprefix("*."))
        for each in entries
        if each.pattern.startswith("*.")
    )
    return replace(one, enforcement=replace(one.enforcement, entries=(*entries, *more)))


def _can_be_said(one: InForce) -> bool:
    """Whether there is a policy that means the same."""
    return not any(_differing(one, configured(lift(one.enforcement), "pins.toml")))


def _apart(one: _Source, other: _Source) -> Iterator[str]:
    """On which hosts, chains and days two sources disagree; whom they trust is compared with what is written."""
    yield from _differing(one.in_force[0], other.in_force[0])


@dataclass(frozen=True, slots=True)
class _Taking:
    """What is written for sources that agree."""

    sources: tuple[_Source, ...]
    directory: Path
    alone: bool
    apart: tuple[str, ...]
    today: date

    def done(self) -> TakenOver:
        in_force = [one for source in self.sources for one in source.in_force]
        policy = self._policy(in_force)
        contents = [source.contents for source in self.sources]
        left_out = dict.fromkeys(said for one in contents for said in (*one.doubts, *one.aside))
        differing = dict[str, None]()
        for source in self.sources:
            for one in source.elsewhere:
                differing |= dict.fromkeys(_differing(one, configured(policy, "pins.toml")))
            for one in source.in_force:
                asides_of = asides(one.whole, policy)
                left_out |= dict.fromkeys(aside.said(source.title, "pins.toml") for aside in asides_of)
                differing |= dict.fromkeys(_of_trust(one, policy, source.title))
        around = look_around(self.directory, self._used(in_force), self._shipped())
        content = partial(
            to_toml,
            policy,
            [source.title for source in self.sources],
            left_out,
            differing,
            self.apart,
            self._notes(policy),
            skipped=dict.fromkeys(name for one in in_force for name in _skipped(one.enforcement, policy)),
            file_of=self._file_of,
            servers=[anchor for one in in_force for anchor in _servers(one.enforcement)],
            app=around.shown_app(),
        )
        beside = self._beside(policy)
        written = self._written(content, around, beside, in_force)
        pins = {key.spki_sha256 for pin_set in policy.sets for key in pin_set.keys}
        offered = "".join(f"{line}\n" for line in commented(proposals(pins, self.today)))
        written += f"\n{offered}".encode() if offered else b""
        return TakenOver(written, tuple(left_out), tuple(differing), self.apart, beside, around.unread)

    def _written(
        self,
        content: partial[bytes],
        around: Surroundings,
        beside: Mapping[PurePosixPath, bytes],
        in_force: Iterable[InForce],
    ) -> bytes:
        """The file, with the targets that can say all of it; proven to mean what its sources do."""
        given = {self.directory / file: data for file, data in beside.items()}
        written = content(targets=around.shown_targets({}))
        if around.targets:
            document = parse(written.decode(), "pins.toml")
            checked = check_document(document, self.directory, self.today, given=given)
            written = content(targets=around.shown_targets(around.refused(checked.findings)))
        self._prove(written, given, in_force)
        return written

    def _used(self, in_force: Iterable[InForce]) -> frozenset[str]:
        """The kinds of targets that the sources are of."""
        return frozenset(
            {"okhttp-kotlin"} if any(isinstance(one.enforcement, OkHttp) for one in in_force) else ()
        )

    def _shipped(self) -> Mapping[str, BuildValue]:
        """What the manifest of an app among the sources says."""
        for source in self.sources:
            app = source.contents.app
            if app and app.manifest.package:
                manifest, where = app.manifest, f"the manifest of {source.title}"
                return {
                    "android-min-sdk": BuildValue(str(manifest.min_sdk), where),
                    "android-target-sdk": BuildValue(str(manifest.target_sdk), where),
                }
        return {}

    def _policy(self, in_force: Sequence[InForce]) -> Policy:
        """The nearest policy; where one source knows that a key is a server's or a CA's, it is said of the key."""
        first, *others = (one.enforcement for one in in_force)
        named = self._is_named
        policy = lift(first, *others, named=named)
        _refuse_empty(policy, in_force[0].title)
        known = [lift(other, named=named) for other in others]
        called = [one.enforcement for one in in_force if isinstance(one.enforcement, Policy)]
        policy = named_keys(policy, called, self.today)
        better = _with_roles(policy, known)
        return policy if any(_differing(in_force[0], configured(better, "pins.toml"))) else better

    def _notes(self, policy: Policy) -> Mapping[str, tuple[str, ...]]:
        """What the sources say in comments of the pins and hosts of a policy."""
        wanted = {key.pin for pin_set in policy.sets for key in pin_set.keys}
        wanted |= {host for pin_set in policy.sets for host in pin_set.hosts}
        found: dict[str, tuple[str, ...]] = {}
        for path in (source.path for source in self.sources if is_file(source.path)):
            if not is_app(path):
                text = read_bytes(path).decode("utf-8", "replace")
                for one, notes in beside(text, path.suffix, wanted).items():
                    found[one] = tuple(dict.fromkeys((*found.get(one, ()), *notes)))
        return found

    def _is_named(self, anchor: Anchor) -> bool:
        return bool(self._file_of(anchor))

    def _file_of(self, anchor: Anchor) -> str:
        """The path of an anchor's file; empty: it can have none."""
        made = f"{_FOLDER}/{anchor.name}.pem" if anchor.der and not self.alone else ""
        return _below(self.directory, anchor) or made

    def _beside(self, policy: Policy) -> Mapping[PurePosixPath, bytes]:
        return {
            PurePosixPath(self._file_of(anchor)): pem(anchor.der)
            for pin_set in policy.sets
            for anchor in pin_set.trust.anchors
            if not _below(self.directory, anchor)
        }

    def _prove(self, content: bytes, given: Mapping[Path, bytes], in_force: Iterable[InForce]) -> None:
        """Raise InputError if what is written means anything else than a source."""
        reading = read_project(parse(content.decode(), "pins.toml"), self.directory, given)
        for finding in reading.findings:
            raise InputError(f"{self.sources[0].path}: cannot be said in pins.toml: {finding.message}")
        written = configured(reading.of().policy, "any pins.toml")
        for one in in_force:
            _refuse_differences(one, written)


def _with_roles(policy: Policy, others: Iterable[Policy]) -> Policy:
    """A policy whose keys have the role that other policies agree on, where it knows none."""
    known: dict[bytes, set[Role]] = {}
    for key in (key for other in others for pin_set in other.sets for key in pin_set.keys):
        if key.role:
            known.setdefault(key.spki_sha256, set()).add(key.role)
    agreed = {pin: next(iter(roles)) for pin, roles in known.items() if len(roles) == 1}
    sets = (
        replace(
            one, keys=tuple(replace(key, role=key.role or agreed.get(key.spki_sha256)) for key in one.keys)
        )
        for one in policy.sets
    )
    return replace(policy, sets=tuple(sets))


def _refuse_damaged(one: InForce) -> None:
    """Raise InputError if it is to trust what is no certificate: what Android makes of that, nobody should rely on."""
    for certificates in one.enforcement.damaged() if isinstance(one.enforcement, Nsc) else ():
        span = certificates.where.span if certificates.where else None
        place = f"{one.title}:{span.line}:{span.column}" if span else one.title
        raise InputError(f"{place}: {certificates.source} {certificates.damage}; mend the file first")


def _refuse_empty(policy: Policy, title: str) -> None:
    for pin_set in policy.sets:
        if pin_set.enforce and not (pin_set.keys or pin_set.trust.anchors):
            raise InputError(f"{title}: {pin_set.hosts[0]} accepts no chain at all; mend the file first")
    if not policy.sets:
        raise InputError(f"{title}: pins no host")


def _servers(enforcement: Enforcement) -> Iterator[Anchor]:
    """The anchors of an enforcement that are servers' certificates."""
    for name in enforcement.names():
        yield from (one for one in enforcement.trust(name).anchors if not (one.is_ca or one.unread))


def _skipped(enforcement: Enforcement, policy: Policy) -> Iterator[str]:
    """The hosts with pins that count for no chain, so that whom they trust says everything."""
    for name in enforcement.names():
        if enforcement.demand(name) and policy.trust(name).anchors and not policy.demand(name):
            yield name


def _below(directory: Path, anchor: Anchor) -> str:
    """The path of an anchor's file from a directory; empty if it is not below, or is of no file."""
    if anchor.where is None or anchor.where.member or anchor.where.path:
        return ""
    path, root = Path(anchor.where.file).resolve(), directory.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""


def _of_trust(one: InForce, policy: Policy, title: str) -> Iterator[str]:
    """Whom a file trusts, where the policy trusts others: once for all hosts of which the same is true."""
    names = names_of(one.whole, policy)
    groups: dict[Difference, list[Difference]] = {}
    for difference in differences(one.whole, policy):
        if difference.of_trust:
            groups.setdefault(replace(difference, name="", host="", depth=0), []).append(difference)
    for group in groups.values():
        # Names below a configured one that it does not reach are among those that nothing names.
        rest = next((other for other in group if not other.name), None)
        others = group if rest is None else [other for other in group if not other.depth and other.name]
        first = rest or group[0]
        more = len({other.name for other in others} - {first.name})
        also = [f"{more:,} more {'host' if more == 1 else 'hosts'}"] if more else []
        also += ["names below"] if rest is None and any(other.depth for other in group) else []
        likewise = f" (and {' and '.join(also)} likewise)" if also else ""
        yield describe(first, title, "pins.toml", names.__getitem__) + likewise


def _differing(left: InForce, right: InForce) -> Iterator[str]:
    """Where two accept other chains by their pins: a host, a chain and a day each."""
    names = names_of(left.whole, right.whole)
    for difference in differences(left.whole, right.whole):
        if not difference.of_trust:
            yield describe(difference, left.title, right.title, names.__getitem__)


def _refuse_differences(left: InForce, right: InForce) -> None:
    for sentence in _differing(left, right):
        raise InputError(f"{sentence}; mend the file first, or write pins.toml by hand")
