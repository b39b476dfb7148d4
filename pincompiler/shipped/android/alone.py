"""A network security configuration without an app: the facts of an app that has nothing else.

What hangs on the rest of an app is taken as today's apps have it, so that what is said of the file alone is said of
every such app.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pincompiler.android.apk.manifest import Manifest
from pincompiler.base.location import Location
from pincompiler.facts import ShippedApp, VersionRange
from pincompiler.facts.kits import KitFacts, TrustKitAndroid
from pincompiler.facts.nsc import NscFile
from pincompiler.platforms.nsc.model import Nsc
from pincompiler.shipped.android.kits.trustkit import domain_of, unended_at
from pincompiler.shipped.android.nsc import of_files

if TYPE_CHECKING:
    from pincompiler.platforms.nsc.model import Problem

USUAL: Final = Manifest(min_sdk=29, target_sdk=36)
"""The levels at which no default of Android trusts users' CAs, permits cleartext traffic or demands public logs."""


def of_configuration(nsc: Nsc, path: str) -> ShippedApp:
    """The facts; where TrustKit-Android is configured, it is taken to be started."""
    where = Location(path)
    problems = tuple(one for one in nsc.problems if not one.debug and one.met(USUAL.min_sdk))
    known = replace(nsc, target_sdk=USUAL.target_sdk)
    file = NscFile("", path, known, where, VersionRange(USUAL.min_sdk), problems)
    kits = KitFacts(trustkit=_trustkit(nsc, where))
    return ShippedApp(path, "", "", manifest=USUAL, nsc=of_files((file,)), kits=kits)


def of_malformed(problems: tuple[Problem, ...], path: str) -> ShippedApp:
    """The facts where the file is no configuration, for these reasons."""
    return of_configuration(Nsc((), problems=problems), path)


def _trustkit(nsc: Nsc, where: Location) -> TrustKitAndroid | None:
    configured = tuple(one.where or where for one in nsc.configs if one.reporting)
    if not configured:
        return None
    domains = tuple(domain_of(one, one.where or where) for one in nsc.configs)
    unended = (unended_at(nsc.unended),) if nsc.unended else ()
    return TrustKitAndroid(
        bundled=True,
        named=False,
        started=(),
        used=(),
        attached=True,
        domains=domains,
        configured=configured,
        unended=unended,
    )
