"""The app as a whole."""

from __future__ import annotations

from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING

from pincompiler.android.apk.manifest import Manifest
from pincompiler.base.finding import Use
from pincompiler.base.records import dataclass
from pincompiler.facts.addresses import AddressFacts
from pincompiler.facts.bundled import BundledFacts
from pincompiler.facts.common import Reached, System, VersionRange
from pincompiler.facts.ios import IosFacts
from pincompiler.facts.kits import KitFacts
from pincompiler.facts.loading import LoadingFacts
from pincompiler.facts.nsc import NscFacts
from pincompiler.facts.okhttp import OkHttpFacts
from pincompiler.facts.plists import PlistFacts
from pincompiler.facts.trust import TrustFacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pincompiler.archives.oddities import Anomaly
    from pincompiler.facts.common import Area, Code, InForce, Pin, Unseen
    from pincompiler.facts.ios import Process


@dataclass(frozen=True, slots=True)
class ShippedApp:
    """Everything the rules may ask of a shipped app."""

    path: str
    """The file or directory as it was given."""
    kind: str
    """``apk``, ``apks``, ``splits`` or ``aab`` of Android, ``ipa``, ``app`` or ``xcarchive`` of Apple's systems; empty for a
    file that is none of them, taken for an app that has nothing else."""
    sha256: str
    manifest: Manifest = field(default_factory=Manifest)
    """Android's."""
    nsc: NscFacts = field(default_factory=NscFacts)
    okhttp: OkHttpFacts = field(default_factory=OkHttpFacts)
    trust: TrustFacts = field(default_factory=TrustFacts)
    bundled: BundledFacts = field(default_factory=BundledFacts)
    kits: KitFacts = field(default_factory=KitFacts)
    loading: LoadingFacts = field(default_factory=LoadingFacts)
    plists: PlistFacts = field(default_factory=PlistFacts)
    addresses: AddressFacts = field(default_factory=AddressFacts)
    ios: IosFacts = field(default_factory=IosFacts)
    anomalies: tuple[Anomaly, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    reached: Mapping[str, Reached] = field(default_factory=lambda: MappingProxyType({}))
    """By :attr:`Code.used`, for every place that some fact names."""

    @property
    def main(self) -> Process | None:
        """The app itself, of one for Apple's systems; None: it is Android's."""
        return self.ios.processes[0] if self.ios.processes else None

    @property
    def system(self) -> System:
        """What it is for."""
        return self.main.system if self.main else System.ANDROID

    @property
    def package(self) -> str:
        """What distinguishes it from other apps: Android's package, or the bundle identifier."""
        return self.main.identifier if self.main else self.manifest.package

    @property
    def version_name(self) -> str:
        """The version for people."""
        return self.main.version if self.main else self.manifest.version_name

    @property
    def least(self) -> VersionRange:
        """The versions of the system that the app itself supports."""
        return self.runs_on[""]

    @property
    def runs_on(self) -> Mapping[str, VersionRange]:
        """The versions of the system that it supports, by process; Android's apps have one, which has no name."""
        if not self.main:
            return MappingProxyType({"": VersionRange(max(self.manifest.min_sdk, 1))})
        return MappingProxyType({one.path: one.versions for one in self.ios.processes})

    @property
    def areas(self) -> tuple[Area, ...]:
        """All areas, in the order of the report."""
        found = self.nsc, self.okhttp, self.kits, self.bundled, self.trust, self.loading
        return *found, self.plists, self.ios, self.addresses

    @property
    def pins(self) -> tuple[Pin, ...]:
        """The inventory, of every mechanism."""
        return tuple(pin for area in self.areas for pin in area.pins)

    @property
    def shipped(self) -> tuple[InForce, ...]:
        """Every configuration as an enforcement: what the verdicts and the drift are made from."""
        return tuple(one for area in self.areas for one in area.shipped)

    @property
    def complete(self) -> bool:
        """Whether nothing remained unseen that matters."""
        return not any(one.mechanisms for one in self.unseen)

    def reach(self, code: Code) -> Reached:
        """Whether the code is ever used."""
        return self.reached.get(code.used, Reached(Use.REFERENCED))
