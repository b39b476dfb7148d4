"""From a shipped app to the facts about it: one module for each area, all of one shape.

A collector module has ``WANTED``, what it looks for in the code, and ``collect``, which makes an area of
facts of what was found.  What it cannot see it says with :meth:`Source.doubt`; a collector that fails
is such a doubt too, and keeps none of the others from being heard.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pincompiler.android.apk import app_files, open_package
from pincompiler.android.constants.budget import TooMuchError
from pincompiler.android.constants.program import Program
from pincompiler.android.dex import DexError
from pincompiler.archives.kinds import NoAppError, is_apple_folder, is_apple_name
from pincompiler.base.bounds import GIVEN_UP
from pincompiler.facts import Mechanism, ShippedApp, Unseen
from pincompiler.facts.engine import Engine
from pincompiler.shipped.android import addresses, bundled, engines, kits, loading, nsc, okhttp, trust
from pincompiler.shipped.android.owners import Owners, hooks
from pincompiler.shipped.android.reach import reached
from pincompiler.shipped.android.source import IN_CODE, Source, find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pincompiler.android.apk import Package
    from pincompiler.android.dex import Dex
    from pincompiler.facts import Reached

__all__ = ["COLLECTORS", "Engine", "read_app"]

COLLECTORS = {
    "nsc": nsc,
    "okhttp": okhttp,
    "trust": trust,
    "bundled": bundled,
    "kits": kits,
    "loading": loading,
    "addresses": addresses,
}


def read_app(
    path: Path,
    engine: Engine = Engine.FAST,
    parts: tuple[str, ...] = (),
    sought: Mapping[str, bytes] = MappingProxyType({}),
) -> ShippedApp:
    """The facts about an app: of Android, or of Apple's systems; ``parts`` are its APKs among those of others.

    ``sought`` are certificates, by their names, that are searched for in all files of an app, in any form.
    With androguard as the engine, what the fast one sees otherwise is among the unseen.
    Raises InputError if it cannot be opened, as SeveralAppsError if it is not one; whatever cannot be read inside is among the unseen.
    """
    if not parts and (is_apple_name(path.name) or (is_apple_folder(path) and not app_files(path))):
        return _of_apple(path, sought)
    try:
        return _of_android(path, engine, parts, sought)
    except NoAppError as error:
        try:
            return _of_apple(path, sought)
        except NoAppError:
            raise error from None


def _of_apple(path: Path, sought: Mapping[str, bytes]) -> ShippedApp:
    from pincompiler.shipped.ios.reading import read_ios_app

    return read_ios_app(path, sought)


def _of_android(
    path: Path, engine: Engine, parts: tuple[str, ...], sought: Mapping[str, bytes]
) -> ShippedApp:
    with open_package(path, parts=parts) as package:
        if engine is Engine.FAST:
            return _read(package.name, package, engines.fast, sought)
        app = _read(package.name, package, engines.androguard, sought)
        own = _read(package.name, package, engines.own, sought)
        unseen = dict.fromkeys((*app.unseen, *engines.disagreements(package, own, app)))
        return replace(app, unseen=tuple(unseen))


def _read(
    path: str,
    package: Package,
    code: Callable[[Package, dict[Unseen, None]], Iterator[Dex]],
    sought: Mapping[str, bytes],
) -> ShippedApp:
    unseen: dict[Unseen, None] = {}
    program = Program(code(package, unseen))
    owners = Owners(package.manifest, hooks(package))
    wanted = [want for collector in COLLECTORS.values() for want in collector.WANTED]
    source = Source(path, package, program, owners.of, find(program, wanted, unseen), unseen, sought)
    areas: dict[str, Any] = {}
    for name, collector in COLLECTORS.items():
        try:
            areas[name] = collector.collect(source)
        except TooMuchError:
            unseen[Unseen(f"the code ({name})", "is too much to follow", IN_CODE)] = None
        except DexError as error:
            unseen[Unseen(f"the code ({name})", f"is damaged: {error}", IN_CODE)] = None
        except MemoryError:
            raise  # no bug, and the next part would meet it too
        except Exception as error:  # noqa: BLE001 - a bug, or a file that found one: reported, and not silencing the rest
            source.doubt(name, f"reading this part failed, which is a bug of pincompiler: {error!r}")
    for unknown in package.unknowns:
        mechanisms = IN_CODE if unknown.what.endswith(".dex") else frozenset(Mechanism)
        unseen[Unseen(unknown.what, unknown.why, mechanisms)] = None
    places = {place.used: None for area in areas.values() for place in area.codes}
    ways: Mapping[str, Reached] = MappingProxyType({})
    try:
        ways = reached(source, places)
    except DexError as error:
        unseen[Unseen("the code (calls)", f"is damaged: {error}", frozenset())] = None
    _given_up(source)
    return ShippedApp(
        path,
        package.kind.value,
        package.sha256,
        package.manifest,
        **areas,
        anomalies=package.anomalies,
        unseen=tuple(unseen),
        reached=ways,
    )


def _given_up(source: Source) -> None:
    """Say what of the code was too much to follow; what a library does leaves nothing of the app unknown."""
    budget = source.program.budget
    own = [one for one in budget.given_up if source.owner_of(one.class_name).first_party]
    for method in source.bounded(own, GIVEN_UP.limit, "the code", *IN_CODE):
        source.doubt(source.where(method).symbol, budget.given_up[method], *IN_CODE)
    for name, why in source.program.damaged.items():
        source.doubt(name, f"cannot be searched: {why}", *IN_CODE)
    if budget.spent:
        source.doubt(
            "the code", "is more than an audit follows, and what else is in it is not known", *IN_CODE
        )
