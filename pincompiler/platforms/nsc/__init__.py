"""Target ``nsc``: Android's Network Security Configuration."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pincompiler.base.location import Location
from pincompiler.platforms.nsc.model import Certificates, Domain, DomainConfig, Nsc, Problem, Settings
from pincompiler.platforms.nsc.reader import read_xml
from pincompiler.platforms.nsc.writer import beside, beside_in, excerpt, resource, stated_anchors, write
from pincompiler.platforms.target import Objection, Target, Twin
from pincompiler.policy.enforcement import Reach
from pincompiler.policy.trust import Store, Trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.policy.enforcement import PinSet
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.project import App, Output


SINCE = 24
"""The API level of Android 7.0, the first that reads the file; apps that aim lower trust CAs of users by default."""


LEFT_OUT = (
    "a host that OkHttp reaches over the HTTP/2 connection of another, which it does where a certificate is for both: "
    "Android is not asked again, whatever pins and anchors the second has"
)
"""OkHttp's RealConnection.isEligible asks its own pinner and verifier of names (RFC 9113 section 9.1.1)."""


def lower(policy: Policy, app: App, _output: Output) -> Nsc:
    """The configuration nearest to a policy: hosts with the same keys, reach and expiry together."""
    groups: dict[object, tuple[PinSet, list[str]]] = {}
    for pin_set in policy.sets:
        if not (pin_set.decides or _inside_another(pin_set, policy)):
            continue
        keys = tuple(key.spki_sha256 for key in pin_set.public_keys)
        said = (keys, pin_set.reach, pin_set.expires, pin_set.trust)
        group = groups.setdefault(said, (pin_set, []))
        group[1].extend(pin_set.hosts)
    target_sdk = SINCE if app.android_target_sdk is None else app.android_target_sdk
    settings = {one.trust: _settings(one.trust, target_sdk) for one, _ in groups.values()}
    configs = [_config(one, tuple(sorted(hosts)), settings[one.trust]) for one, hosts in groups.values()]
    ordered = sorted(configs, key=lambda config: config.domains[0].name)
    return Nsc(tuple(ordered), target_sdk=target_sdk)


def _config(pin_set: PinSet, hosts: tuple[str, ...], settings: Settings) -> DomainConfig:
    # One label below cannot be said; any depth is, so that nothing is silently unpinned.
    wide = pin_set.reach is not Reach.NONE
    domains = tuple(Domain(host, wide) for host in hosts)
    keys = pin_set.public_keys
    return DomainConfig(domains, keys, pin_set.expires if keys else None, settings=settings)


def _settings(trust: Trust, target_sdk: int) -> Settings:
    usual = Settings()
    return usual if usual.trust(target_sdk) == trust else Settings(certificates_of(trust))


def certificates_of(trust: Trust) -> tuple[Certificates, ...]:
    """A ``<certificates>`` for each source, the device's stores first; the file of a named CA is called after it."""
    stores = tuple(Certificates(one.value) for one in Store if one in trust.sources)
    named = (Certificates(f"@raw/{resource(one.name)}", anchors=(one,)) for one in trust.anchors)
    return (*stores, *named)


def _inside_another(pin_set: PinSet, policy: Policy) -> bool:
    """Whether leaving the set out would put one of its hosts under another set's pins or trust."""
    return any(
        above.decides and above.reach is not Reach.NONE
        for host in pin_set.hosts
        for above in policy.above(host)
    )


def merge(base: Nsc, generated: Nsc) -> Nsc:
    """A hand-written configuration with the generated domain-configs behind its own, which inherit from its base."""
    taken = {domain.name for config in base.configs for domain in config.domains}
    again = [d.name for config in generated.configs for d in config.domains if d.name in taken]
    where = next((c.where for c in base.configs for d in c.domains if d.name in again), None)
    problems = tuple(
        Problem(
            f"{name} has a domain entry here and a pin-set in pins.toml; keep one", where or Location("base")
        )
        for name in again
    )
    inheriting = (_inheriting(one, base.base, generated.target_sdk) for one in generated.configs)
    return Nsc(
        (*base.configs, *inheriting),
        "",
        (*base.problems, *problems),
        base=base.base,
        overrides=base.overrides,
        unended=base.unended,
        oddities=base.oddities,
        target_sdk=generated.target_sdk,
    )


def _inheriting(config: DomainConfig, base: Settings, target_sdk: int) -> DomainConfig:
    own = stated_anchors(config, base, target_sdk)
    settings = base if own is None else replace(base, anchors=own, anchors_where=None)
    overridden = any(one.overrides_pins for one in settings.anchors or ())
    return replace(config, settings=settings, overridden=overridden)


def twin(policy: Policy) -> Nsc:
    """The ``_debug`` file beside the configuration, which Android reads in debuggable builds by its name.

    XmlConfigSource.parseDebugOverridesResource; what overrides nothing else leaves the release's file as it is.
    """
    anchors = certificates_of(Trust(policy.assessors))
    return Nsc((), overrides=tuple(replace(one, overrides_pins=True) for one in anchors))


def objections(policy: Policy, app: App, model: Nsc) -> Iterator[Objection]:
    """What Android would refuse or undo."""
    for problem in (one for one in model.problems if one.met(app.android_min_sdk)):
        message = f"Android refuses the file, so the app crashes at its first connection: {problem.message}"
        yield Objection((), message, "mend the base", problem.where)
    for config in model.configs:
        if config.overridden and config.keys and not policy.assessors:
            hosts = tuple(domain.name for domain in config.domains)
            message = f"the pins of {hosts[0]} are skipped for chains that end in an anchor with overridePins"
            yield Objection(hosts, message, "move such anchors to debug-overrides")


def read(data: bytes, app: App, file: str = "network_security_config.xml") -> Nsc:
    """The configuration in an XML text."""
    found = read_xml(data, file)
    return found if app.android_target_sdk is None else replace(found, target_sdk=app.android_target_sdk)


def instants(day: date) -> str:
    """SimpleDateFormat without a zone: 00:00 on the device's own clock."""
    before = max(day, date(1, 1, 2)) - timedelta(days=1)
    return (
        f"at {day.isoformat()} 00:00 on the device's own clock: from {before.isoformat()} 10:00 UTC (UTC+14) "
        f"to {day.isoformat()} 12:00 UTC (UTC-12)"
    )


def inert(app: App) -> str:
    """Android before 7.0 knows no Network Security Configuration."""
    least = app.android_min_sdk
    return f"Android {least} to 23 ignores the whole file" if least is not None and least < 24 else ""


NSC = Target(
    name="nsc",
    mechanism="nsc",
    title="Android's network security configuration",
    lower=lower,
    merge=merge,
    objections=objections,
    write=write,
    beside=beside,
    beside_in=beside_in,
    twin=Twin(twin, lambda release, added: release.debuggable(added, release.target_sdk)),
    read=read,
    instants=instants,
    left_out=LEFT_OUT,
    uncovered="Flutter and Dart, native TLS (curl, BoringSSL), code with its own TrustManager",
    options=frozenset({"base"}),
    suffixes=(".xml",),
    inert=inert,
    excerpt=excerpt,
)
