"""The programs of an app: which processes run them, and what of their code may decide on certificates.

A process runs its own executable, the libraries beside it, and what they load from the app's frameworks.  Every
Mach-O file is found by its first bytes, whatever it is called; an Xcode 16 build for debugging has its code in a library.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pincompiler.archives.archive import MemberError
from pincompiler.base.bounds import CANDIDATES, PLIST_BYTES
from pincompiler.base.errors import InputError
from pincompiler.base.finding import Confidence, Use
from pincompiler.base.location import Location
from pincompiler.facts import Algorithm, AppleMechanism, Code, Owner, Pin, Reached, Unseen
from pincompiler.facts.challenges import ChallengeVerdict
from pincompiler.facts.ios import AppProgram, AskedMethod, first_number
from pincompiler.ios.macho import is_macho
from pincompiler.platforms import plist
from pincompiler.shipped.ios.images import CODE_CPUS, MachOError, summarised, unreadable
from pincompiler.shipped.ios.libraries import (
    AFNETWORKING,
    TRUSTKIT_ASKED,
    TRUSTKIT_CALLS,
    library_of_class,
    library_of_file,
    owner_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pincompiler.facts.challenges import ChallengeHandler
    from pincompiler.ios.bundles import Bundle
    from pincompiler.ios.container import AppContainer
    from pincompiler.shipped.ios.images import ImageSummary

_HEAD: Final = 16
_FRAMEWORK_PLISTS: Final = (".framework/Info.plist", ".framework/Resources/Info.plist")
_OLD_CPUS: Final = ("armv6", "armv7", "armv7s")
_WITHOUT_32_BIT: Final = 11
"""The first iOS that runs no program of these processors."""
_RUNTIMES: Final[tuple[tuple[str, Callable[[str], bool]], ...]] = (
    ("the app's own code is .NET, which is not read", lambda file: file.lower().endswith(".dll")),
    ("the app's own code is Unity's, which is not read", lambda file: file.endswith("/global-metadata.dat")),
)
_ALAMOFIRE: Final = "Alamofire"
IN_CODE: Final = frozenset({AppleMechanism.CODE})


class Programs:
    """All of an app, read once each."""

    def __init__(
        self, container: AppContainer, bundles: Iterable[Bundle], identifiers: Mapping[str, str]
    ) -> None:
        """``identifiers`` are those of the app and its frameworks, by the folders they are in."""
        self._container = container
        self._bundles = tuple(bundles)
        self._identifiers = identifiers
        self.summaries = dict(self._read())
        self._of_process = {one.path: frozenset(self._run_by(one)) for one in self._bundles}

    # -- reading -----------------------------------------------------------------------------------

    def _read(self) -> Iterator[tuple[str, ImageSummary]]:
        executables = {one.executable for one in self._bundles}
        for file in self._container.files:
            named = file in executables
            try:
                if is_macho(self._container.head(file, _HEAD)):
                    yield file, summarised(self._container.read(file))
                elif named:
                    yield file, unreadable("it is no Mach-O file")
            except MemberError as error:
                yield file, unreadable(f"it cannot be read: {error.why}")
            except MachOError as error:
                yield file, unreadable(str(error))
            if odd := self._container.oddity(file) if named else "":
                yield file, unreadable(f"it {odd}")

    def _run_by(self, bundle: Bundle) -> Iterator[str]:
        """The files that a process runs: those in its folder, and whatever they load."""
        others = [one.inside for one in self._bundles if one.path and one.path != bundle.path]
        waiting = [
            file
            for file in self.summaries
            if file.startswith(bundle.inside) and not file.startswith(_deeper(bundle.inside, others))
        ]
        seen: set[str] = set()
        while waiting:
            file = waiting.pop()
            if file not in seen:
                seen.add(file)
                yield file
                waiting += self._loaded(self.summaries[file].libraries)

    def _loaded(self, libraries: Iterable[str]) -> Iterator[str]:
        """The app's own files among some libraries: dyld finds ``@rpath/X.framework/X`` by the end of its path."""
        for name in libraries:
            if name.startswith("@"):
                end = "/" + name.partition("/")[2]
                yield from (file for file in self.summaries if f"/{file}".endswith(end))

    # -- facts -------------------------------------------------------------------------------------

    def facts(self) -> tuple[AppProgram, ...]:
        """Each program with the processes that run it."""
        return tuple(
            AppProgram(
                file,
                self._owner(file),
                tuple(path for path, files in self._of_process.items() if file in files),
                one.cpus,
                one.unread,
                one.libraries,
            )
            for file, one in self.summaries.items()
        )

    def _owner(self, file: str) -> Owner:
        framework = file.partition(".framework/")[0] + ".framework"
        return owner_of(file, self._identifiers.get(framework, ""), self._identifiers.get("", ""))

    def entitlements(self, executable: str) -> bytes:
        """Those with which a program was signed; empty: none."""
        found = self.summaries.get(executable)
        return found.entitlements if found else b""

    def doubts(self, bundle: Bundle) -> Iterator[Unseen]:
        """What of a process's code may pin, or accept any certificate: a reason for each program that may."""
        executable = bundle.executable
        if executable not in self.summaries:
            why = "is not there, so that its code was not read" if executable else "names no executable"
            yield Unseen(executable or bundle.plist, why, IN_CODE, process=bundle.path)
        for file in sorted(self._of_process[bundle.path]):
            one = self.summaries[file]
            found = (*self._of_program(file, one), *_of_slices(one, bundle))
            for why, counts in found:
                yield Unseen(file, why, IN_CODE if counts else frozenset(), process=bundle.path)
        yield from self.pinning(bundle)
        if not bundle.path:
            yield from self._runtimes()

    def _runtimes(self) -> Iterator[Unseen]:
        """What runs code of the app's own that is no program."""
        for why, is_there in _RUNTIMES:
            file = next((one for one in self._container.files if is_there(one)), "")
            if file:
                yield Unseen(file, why, IN_CODE)

    def _of_program(self, file: str, one: ImageSummary) -> Iterator[tuple[str, bool]]:
        """Predicates, and whether they leave anything unknown: what a known library does by itself does not."""
        own = self._owner(file).first_party
        yield from ((why, True) for why in one.unread)
        if one.more_candidates:
            yield f"has more texts in the shape of a pin than {CANDIDATES}", True
        yield from ((why, own) for why in one.decides)
        for handler in one.handlers:
            owner, said = self._owner_of(file, handler), f"{symbol(handler)} is asked whom to trust"
            if not owner.first_party:
                yield f"{said}, and is of {owner.name}", False
            elif handler.verdict is ChallengeVerdict.UNKNOWN:
                yield f"{said}, and {handler.verdict.value}{f': {handler.why}' if handler.why else ''}", True
            elif handler.verdict is ChallengeVerdict.SKIPS:
                yield f"{said}, and {handler.verdict.value}", True
        if own:
            yield from ((why, True) for why in self._libraries(file, one))

    def _libraries(self, file: str, one: ImageSummary) -> Iterator[str]:
        """What code of the app's own has libraries trust."""
        for title, selector in one.bypasses:
            yield f"+[{title} {selector}] may accept any certificate, by a private method of Apple's"
        if library_of_file(file) != _ALAMOFIRE and any(map(_of_alamofire, one.handlers)):
            yield "has Alamofire in it, and whom that is to trust is not followed yet"
        if one.alamofire:
            yield f"chooses whom Alamofire trusts ({', '.join(sorted(one.alamofire))}), which is not followed yet"
        if told := one.sent & set(AFNETWORKING):
            yield f"chooses whom AFNetworking trusts ({min(told)}), which is not followed yet"
        if (told := one.sent & set(TRUSTKIT_CALLS)) and self._trustkit_near(one):
            yield f"configures TrustKit in code ({min(told)}), which is not followed yet"

    def _owner_of(self, file: str, handler: ChallengeHandler) -> Owner:
        library = library_of_class(handler.owner)
        return Owner(library) if library else self._owner(file)

    def asked(self) -> Iterator[AskedMethod]:
        """The methods that are asked whom to trust."""
        for file, one in self.summaries.items():
            processes = tuple(path for path, files in self._of_process.items() if file in files)
            for handler in one.handlers:
                where = Location(self._container.name, member=file, symbol=symbol(handler))
                code = Code(where, handler.owner, self._owner_of(file, handler))
                yield AskedMethod(code, handler, processes)

    def reached(self) -> Mapping[str, Reached]:
        """Whether anything refers to their classes; one that a category extends is there anyway."""
        found = {}
        for one in self.summaries.values():
            for handler in one.handlers:
                name, _, category = handler.owner.partition("(")
                used = (
                    bool(category)
                    or name in one.named
                    or any(name in each.named for each in self.summaries.values())
                )
                found[symbol(handler)] = Reached(Use.REFERENCED if used else Use.PRESENT)
        return found

    def pinning(self, bundle: Bundle) -> Iterator[Unseen]:
        """Methods of the app's own that compare chains with something, for hosts that are not known."""
        for one in self.asked():
            if bundle.path in one.processes and one.code.owner.first_party and _compares(one.handler):
                why = f"{symbol(one.handler)} {one.handler.verdict.value}, for hosts that are not known"
                yield Unseen(one.code.location.member, why, IN_CODE, pins=True, process=bundle.path)

    def _trustkit_near(self, one: ImageSummary) -> bool:
        return one.loads("TrustKit")

    def candidates(self) -> Iterator[Pin]:
        """Texts in the shape of a pin: real apps have keys and hashes of that shape, so that nothing is concluded."""
        for file, one in self.summaries.items():
            for text in one.candidates:
                yield Pin(
                    AppleMechanism.CODE,
                    "",
                    None,
                    Algorithm.SPKI_SHA256,
                    text.decode("ascii"),
                    Location(self._container.name, member=file),
                    self._owner(file),
                    confidence=Confidence.CANDIDATE,
                )

    def trustkit(self, bundle: Bundle, *, swizzles: bool) -> tuple[bool | None, str]:
        """Whether a process puts TrustKit's plist to use: None if that is not known, with the reason, or that it does not."""
        files = [(file, self.summaries[file]) for file in sorted(self._of_process[bundle.path])]
        loading = [file for file, one in files if one.loads("TrustKit")]
        if not loading:
            hidden = next((f"{file}: {one.unread[0]}" for file, one in files if one.unread), "")
            if hidden or not files:
                return None, f"whether the app loads TrustKit was not seen: {hidden or 'it has no program'}"
            return False, "no program of the app loads TrustKit, so that nobody reads this"
        if swizzles:
            return True, ""
        asking = [
            file for file, one in files if one.sent & set(TRUSTKIT_ASKED) and "TrustKit" not in one.classes
        ]
        static = [file for file, one in files if "TrustKit" in one.classes]
        hidden = next((f"{file}: {one.unread[0]}" for file, one in files if one.unread), "")
        if asking or static or hidden:
            return None, "whether the code that asks TrustKit is in use was not seen"
        return False, "TSKSwizzleNetworkDelegates is not true, and no code asks TrustKit"


def identifiers(container: AppContainer, main: Bundle) -> dict[str, str]:
    """The bundle identifiers of the app and its frameworks, by the folders they are in; of the app, the empty one."""
    found = {"": main.text("CFBundleIdentifier")}
    for file in container.files:
        if file.endswith(_FRAMEWORK_PLISTS):
            try:
                values = plist.load(container.read(file, PLIST_BYTES.limit), file)
            except (MemberError, InputError):
                continue
            name = values.get("CFBundleIdentifier")
            found[file[: file.index(".framework/") + len(".framework")]] = (
                name if isinstance(name, str) else ""
            )
    return found


def _deeper(inside: str, others: Iterable[str]) -> tuple[str, ...]:
    """The folders of other processes that lie in one's own."""
    return tuple(one for one in others if one.startswith(inside) and one != inside)


def symbol(handler: ChallengeHandler) -> str:
    """As debuggers show the method."""
    return f"-[{handler.owner} {handler.selector}]"


def _of_alamofire(handler: ChallengeHandler) -> bool:
    return library_of_class(handler.owner) == _ALAMOFIRE


def _compares(handler: ChallengeHandler) -> bool:
    """Whether it accepts less than the system does, as far as it decides at all."""
    return handler.anchored or handler.verdict in (ChallengeVerdict.PINS, ChallengeVerdict.COMPARES_ONLY)


def _of_slices(one: ImageSummary, bundle: Bundle) -> Iterator[tuple[str, bool]]:
    """Slices beside the one that was read, where some device that the process supports runs them."""
    if not set(one.cpus) & set(CODE_CPUS):
        return
    for cpu in one.cpus:
        old = cpu in _OLD_CPUS and first_number(bundle.text("MinimumOSVersion")) < _WITHOUT_32_BIT
        if cpu.startswith("arm") and cpu not in CODE_CPUS and (old or cpu not in _OLD_CPUS):
            yield f"its slice for {cpu} processors, which older devices run, is not read", True


def once(unseen: Iterable[Unseen]) -> tuple[Unseen, ...]:
    """Remarks once, though several processes run the program."""
    found = (one if one.mechanisms else replace(one, process="") for one in unseen)
    return tuple(dict.fromkeys(found))
