"""Target ``nsc``: Android's Network Security Configuration."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pincompiler.platforms.nsc.merging import merge
from pincompiler.platforms.nsc.model import Certificates, Domain, DomainConfig, Nsc, Settings
from pincompiler.platforms.nsc.reader import read_xml
from pincompiler.platforms.nsc.writer import beside, beside_in, excerpt, resource, write
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


def lower(policy: Policy, app: App, output: Output) -> Nsc:
    """The configuration nearest to a policy: hosts with the same keys, reach and expiry together.

    Whom hosts trust is left to a hand-written base where pins.toml does not say it.
    """
    groups: dict[tuple[object, ...], tuple[PinSet, list[str]]] = {}
    for pin_set in policy.sets:
        if not (pin_set.decides or _inside_another(pin_set, policy)):
            continue
        keys = tuple(key.spki_sha256 for key in pin_set.public_keys)
        inherits = output.base is not None and not pin_set.states_trust
        said = (keys, pin_set.reach, pin_set.expires, pin_set.trust, inherits)
        group = groups.setdefault(said, (pin_set, []))
        group[1].extend(pin_set.hosts)
    target_sdk = SINCE if app.android_target_sdk is None else app.android_target_sdk
    settings = {one.trust: Settings(certificates_of(one.trust)) for one, _ in groups.values()}
    inherited = Settings()
    configs = [
        _config(one, tuple(sorted(hosts)), inherited if said[-1] else settings[one.trust])
        for said, (one, hosts) in groups.items()
    ]
    ordered = sorted(configs, key=lambda config: config.domains[0].name)
    return Nsc(tuple(ordered), target_sdk=target_sdk)


def _config(pin_set: PinSet, hosts: tuple[str, ...], settings: Settings) -> DomainConfig:
    # One label below cannot be said; any depth is, so that nothing is silently unpinned.
    wide = pin_set.reach is not Reach.NONE
    domains = tuple(Domain(host, wide) for host in hosts)
    keys = pin_set.public_keys
    return DomainConfig(domains, keys, pin_set.expires if keys else None, settings=settings)


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
