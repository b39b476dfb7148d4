"""TrustKit-Android: whether it is there, started and used, and what of its configuration it enforces.

From com.datatheorem.android.trustkit 1.1.5: TrustKit (what starting it demands), TrustKitConfigurationParser
and DomainPinningPolicy (what it reads and refuses), PinningTrustManager (what it enforces: below API
level 24 its own pins, if ``enforcePinning``; from there on whatever Android does).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pincompiler.android.constants.program import arguments
from pincompiler.android.constants.values import Number, possible
from pincompiler.android.dex import DexError
from pincompiler.android.dex.strings import reading
from pincompiler.base.records import dataclass
from pincompiler.facts.common import Algorithm, InForce, Mechanism, Pin, State, VersionRange
from pincompiler.facts.kits import OS_ENFORCES, TrustKitAndroid, TrustKitAndroidDomain, TrustKitPins, below_os
from pincompiler.platforms.nsc.model import DomainConfig, Nsc
from pincompiler.policy.enforcement import Reach
from pincompiler.shipped.android.source import CallsOf, Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.android.apk.package import NscVariant
    from pincompiler.android.dex import Site
    from pincompiler.base.location import Location
    from pincompiler.facts import Code
    from pincompiler.shipped.android.source import Source, Want

_PACKAGE = "Lcom/datatheorem/android/trustkit/"
_KIT = f"{_PACKAGE}TrustKit;"
_START = CallsOf(_KIT, "initializeWithNetworkSecurityConfiguration")
_ATTACH = (
    CallsOf(_KIT, "getSSLSocketFactory"),
    CallsOf(_KIT, "getTrustManager"),
    *(
        CallsOf(f"{_PACKAGE}pinning/{helper};", name)
        for helper in ("OkHttp3Helper", "OkHttp2Helper")
        for name in ("getSSLSocketFactory", "getTrustManager", "getPinningInterceptor")
    ),
)
_INSTANCE = CallsOf(_KIT, "getInstance")
_ALREADY = Mention(reading("TrustKit has already been initialized"))
"""What starting it twice says: in the code that starts it, whatever the names."""
_DEFAULT_RESOURCE = "network_security_config"

WANTED: tuple[Want, ...] = (_START, _INSTANCE, *_ATTACH, _ALREADY)


@dataclass(frozen=True, slots=True)
class FoundTrustKit:
    """What there is of TrustKit-Android."""

    trustkit: TrustKitAndroid | None = None
    pins: tuple[Pin, ...] = ()
    shipped: tuple[InForce, ...] = ()


def collect(source: Source) -> FoundTrustKit:
    """The facts; none where neither the code nor the configuration knows TrustKit-Android."""
    variants = [variant for variant in _variants(source) if not variant.is_debug_twin]
    started, used, attached = (_outside(source.sites(*w)) for w in ((_START,), (_INSTANCE,), _ATTACH))
    named = bool(started or used or attached or source.program.class_def(_KIT))
    bundled = named or bool(source.sites(_ALREADY))
    configured = tuple(
        _at(source, variant, config)
        for variant in variants
        for config in variant.nsc.configs
        if config.reporting is not None
    )
    if not configured and not (started or used or attached) and (named or not bundled):
        return FoundTrustKit()
    kit = TrustKitAndroid(
        bundled,
        named,
        _codes(source, started),
        _codes(source, [*used, *attached]),
        bool(attached) or (bundled and not named),
        tuple(
            domain_of(config, _at(source, variant, config))
            for variant in variants
            for config in variant.nsc.configs
        ),
        configured,
        tuple(_mismatches(source, started)),
        tuple(_unended(source, variants)),
    )
    return FoundTrustKit(kit, tuple(_pins(source, variants)), tuple(_shipped(source, kit, variants)))


def _variants(source: Source) -> tuple[NscVariant, ...]:
    return source.package.nsc_variants()


def _outside(sites: Iterable[Site]) -> list[Site]:
    """Calls by others than TrustKit itself."""
    return [site for site in sites if not site.method.class_name.startswith(_PACKAGE)]


def _codes(source: Source, sites: Iterable[Site]) -> tuple[Code, ...]:
    return tuple(dict.fromkeys(source.code(site.method, site.offset) for site in sites))


def _at(source: Source, variant: NscVariant, config: DomainConfig) -> Location:
    return source.member(variant.member, _line(config.where))


def _line(where: Location | None) -> int | None:
    return where.span.line if where and where.span else None


def domain_of(config: DomainConfig, where: Location) -> TrustKitAndroidDomain:
    """A ``<domain-config>`` as TrustKit-Android takes it."""
    # Most apps have no TrustKit, and this brings along what compiling needs.
    from pincompiler.platforms.trustkit_android import raised

    reporting = config.reporting
    names = tuple(domain.name for domain in config.domains)
    return TrustKitAndroidDomain(
        names[-1] if names else "",
        bool(config.keys),
        bool(reporting and reporting.enforce),
        not (reporting and reporting.disable_default_uri),
        where,
        tuple(raised(config)),
        names[:-1] if config.keys else (),
    )


def _unended(source: Source, variants: Iterable[NscVariant]) -> Iterator[tuple[Location, str, str]]:
    for variant in variants:
        if variant.nsc.unended:
            yield unended_at(source.member(variant.member, _line(variant.nsc.unended)))


def unended_at(where: Location) -> tuple[Location, str, str]:
    """A ``<debug-overrides>`` past whose end TrustKit-Android reads, what comes of it, and a remedy."""
    from pincompiler.platforms.trustkit_android import MEND_UNENDED, UNENDED

    return where, f"TrustKit {UNENDED}", MEND_UNENDED


# -- starting ------------------------------------------------------------------------------------


def _mismatches(source: Source, started: Iterable[Site]) -> Iterator[tuple[Code, str]]:
    """Calls that start it with another resource than the manifest's, for which it raises."""
    for site in started:
        why = _mismatch(source, site)
        if why:
            yield source.code(site.method, site.offset), why


def _mismatch(source: Source, site: Site) -> str:
    wanted = source.package.manifest.nsc
    if wanted is None:
        return "the manifest has no android:networkSecurityConfig"
    name = source.package.resources.name(wanted)
    try:
        given = arguments(source.program, site)[1:]
    except DexError as error:
        source.doubt("TrustKit", f"its start cannot be followed: {error}", Mechanism.TRUSTKIT)
        return ""
    if not given:  # the context alone: TrustKit looks for the resource by its name
        if name is not None and (name.type, name.entry) != ("xml", _DEFAULT_RESOURCE):
            return f"it looks for @xml/{_DEFAULT_RESOURCE}, and the manifest's is @{name.type}/{name.entry}"
        return ""
    values = possible(given[0])
    if all(isinstance(one, Number) and one.value != wanted for one in values):
        shown = f"@{name.type}/{name.entry}" if name else f"@{wanted:08x}"
        return f"it is given another resource than {shown}, the manifest's"
    return ""


# -- what it enforces ----------------------------------------------------------------------------


def _pins(source: Source, variants: Iterable[NscVariant]) -> Iterator[Pin]:
    """The pins that it enforces itself: none where Android always does."""
    if below_os(source.package.manifest.min_sdk) is None:
        return
    for variant in variants:
        for config in variant.nsc.configs:
            if config.domains:
                domain = config.domains[-1]
                reach = Reach.ALL if domain.include_subdomains else Reach.NONE
                where = _at(source, variant, config)
                for key in config.keys:
                    spki, trustkit = Algorithm.SPKI_SHA256, Mechanism.TRUSTKIT
                    yield Pin(trustkit, domain.name, reach, spki, key.pin, where, expires=config.expires)


def _shipped(source: Source, kit: TrustKitAndroid, variants: Iterable[NscVariant]) -> Iterator[InForce]:
    below = below_os(source.package.manifest.min_sdk)
    for variant in variants:
        state, why = _state(kit)
        plain = _one(source, variant, variant.nsc)
        if kit.mismatches and kit.is_started:
            if below is not None:
                source.doubt(plain.title, kit.mismatches[0][1], Mechanism.TRUSTKIT)
            broken = f"TrustKit raises at launch: {kit.mismatches[0][1]}"
            yield replace(plain, api=VersionRange(OS_ENFORCES), state=State.BROKEN, why=broken)
            continue
        yield replace(plain, api=VersionRange(OS_ENFORCES), state=state, why=why)
        if below is not None:
            enforced = _one(source, variant, _kept(variant.nsc, enforcing=True))
            yield replace(enforced, api=below, state=state, why=why)
            reported = _kept(variant.nsc, enforcing=False)
            if reported.configs:
                only = "enforcePinning is not true for it, so TrustKit only reports"
                shipped = _one(source, variant, reported)
                yield replace(shipped, api=below, state=State.DISABLED, why=why or only)


def _one(source: Source, variant: NscVariant, nsc: Nsc) -> InForce:
    where = source.member(variant.member)
    return InForce(Mechanism.TRUSTKIT, f"TrustKit with {variant.member}", TrustKitPins(nsc), where)


def _state(kit: TrustKitAndroid) -> tuple[State, str]:
    """What becomes of it as a whole."""
    if not kit.is_started:
        return State.DISABLED, "the app never starts TrustKit"
    problem = next((problem for domain in kit.domains for problem, _ in domain.raised), "")
    if problem:
        return State.BROKEN, f"TrustKit raises at launch: {problem}"
    if kit.unended:
        return State.BROKEN, "TrustKit reads past the end of a <debug-overrides> without <trust-anchors>"
    if not kit.attached:
        return State.DISABLED, "no connection is made through TrustKit"
    return State.ACTIVE, ""


def _kept(nsc: Nsc, *, enforcing: bool) -> Nsc:
    """The configuration as TrustKit reads it: the last domain of each config with pins.

    Those that do not enforce hide, where they are nearer, those that do.
    """
    kept = []
    for config in nsc.configs:
        enforces = bool(config.reporting and config.reporting.enforce)
        if config.keys and config.domains and (enforcing or not enforces):
            keys = config.keys if enforces is enforcing else ()
            kept.append(DomainConfig(config.domains[-1:], keys, config.trustkit_expires, where=config.where))
    return Nsc(tuple(kept))
