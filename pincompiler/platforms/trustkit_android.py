"""Target ``trustkit-android``: a Network Security Configuration with TrustKit-Android's extension.

From Android 7 on the operating system enforces the pins and TrustKit reports; before, TrustKit does
both, and it reads the file its own way (TrustKitConfigurationParser, DomainPinningPolicy): only the
last domain of a domain-config counts, and enforcing wants two distinct pins.

Whom chains may end in is Android's affair from version 7 on, as ``<trust-anchors>`` has it.  Before, TrustKit asks the
platform's own trust manager (SystemTrustManager), which knows no anchor of the app and trusts what users install:
hosts with anchors are refused for apps that run there, and that users' CAs count is left out of the model, since
the pins keep them out as long as they are in force.

In a debuggable build Android 7 and newer read the file of the name with ``_debug``, and TrustKit, which leaves validation
to Android there (PinningTrustManager), takes what Android takes.  Before, TrustKit knows ``<debug-overrides>`` of its own
file alone, which a release would have, and turns off all pins for them (TrustManagerBuilder).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pincompiler.platforms.nsc import NSC, SINCE, instants, read
from pincompiler.platforms.nsc import lower as lower_nsc
from pincompiler.platforms.nsc import objections as nsc_objections
from pincompiler.platforms.nsc.merging import merge
from pincompiler.platforms.nsc.model import Nsc, Reporting
from pincompiler.platforms.nsc.writer import beside, beside_in, excerpt, write
from pincompiler.platforms.target import Objection, Target
from pincompiler.platforms.trustkit_registry import unknown_top_level_domains
from pincompiler.policy.hosts import is_ip_address, public_suffix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.platforms.nsc.model import DomainConfig
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.project import App, Output


UNENDED = (
    "reads past the end of a <debug-overrides> without <trust-anchors>: it drops the domains up to those of another "
    "element, and starts for ever if none come"
)
"""TrustKitConfigurationParser.readDebugOverrides."""
MEND_UNENDED = "give it <trust-anchors />, or drop it"


def lower(policy: Policy, app: App, output: Output) -> Nsc:
    """The plain configuration with one domain in each domain-config, and TrustKit's element in it."""
    plain = lower_nsc(policy, app, output)
    configs = [single for config in plain.configs for single in _singles(config, policy)]
    return replace(plain, configs=tuple(sorted(configs, key=lambda config: config.domains[0].name)))


def _singles(config: DomainConfig, policy: Policy) -> Iterator[DomainConfig]:
    for domain in config.domains:
        pin_set = policy.covering(domain.name)
        uris = pin_set.report_uris if pin_set else ()
        reporting = Reporting(bool(config.keys), disable_default_uri=True, uris=uris)
        yield replace(config, domains=(domain,), reporting=reporting)


def objections(policy: Policy, app: App, model: Nsc) -> Iterator[Objection]:
    """What Android refuses, and what TrustKit-Android raises on when the app starts it."""
    yield from nsc_objections(policy, app, model)
    if model.unended:
        yield Objection((), f"TrustKit-Android {UNENDED}", MEND_UNENDED, model.unended)
    for config in model.configs:
        for problem, remedy in raised(config):
            message = f"TrustKit-Android raises at launch: {problem}"
            yield Objection((config.domains[-1].name,), message, remedy)
        if config.reporting and len(config.domains) > 1:
            hosts = tuple(domain.name for domain in config.domains[:-1])
            message = f"TrustKit-Android keeps only the last domain of a domain-config and drops {hosts[0]}"
            yield Objection(hosts, message, "write one domain in each domain-config")
    if _is_old(app):
        yield from _passed_over(model)
        yield from _untrusted(model)


def _is_old(app: App) -> bool:
    """Whether it runs where TrustKit pins by itself."""
    return app.android_min_sdk is not None and app.android_min_sdk < SINCE


def _passed_over(model: Nsc) -> Iterator[Objection]:
    """Before Android 7 TrustKit pins, and it keeps no domain without a pin-set (TrustKitConfigurationParser)."""
    kept = Nsc(tuple(config for config in model.configs if config.keys))
    for config in model.configs:
        for domain in config.domains if not config.keys else ():
            if kept.demand(domain.name):
                message = f"TrustKit-Android passes over {domain.name}, which has no pins, and holds it to those above"
                yield Objection((domain.name,), message, "use nsc for it, or aim at Android 7 and newer")


def _untrusted(model: Nsc) -> Iterator[Objection]:
    """Before Android 7 the system's trust manager validates chains (SystemTrustManager), and knows no other anchors."""
    for config in model.configs:
        anchors = config.settings.trust(model.target_sdk).anchors
        if anchors:
            hosts = tuple(domain.name for domain in config.domains)
            message = (
                f"before Android 7 TrustKit-Android asks the system's trust manager of {hosts[0]}, which does not know "
                f"{', '.join(one.name for one in anchors[:3])}"
            )
            yield Objection(hosts, message, "aim at Android 7 and newer, or trust the system")


def unassessed(app: App) -> str:
    """TrustKitConfigurationParser knows no other file."""
    return (
        "before Android 7 TrustKit-Android pins by itself, and reads no file for debuggable builds"
        if _is_old(app)
        else ""
    )


def raised(config: DomainConfig) -> Iterator[tuple[str, str]]:
    """What makes TrustKit-Android raise when the app starts it, and the remedy (DomainPinningPolicy)."""
    if not config.domains:
        return
    name = config.domains[-1].name
    if config.spelling:
        yield config.spelling, "write it as the target trustkit-android does"
    if config.keys and (problem := _invalid(name)):
        yield problem, "use nsc for this host"
    if config.reporting and config.reporting.enforce:
        if len({key.spki_sha256 for key in config.keys}) == 1:
            yield f"{name} has one pin and needs two", "add a backup key"
        elif not config.keys and config.pin_set:
            yield f"{name} has an empty pin-set and is to be enforced", 'write enforcePinning="false" for it'


def _invalid(name: str) -> str:
    """DomainValidator: what is no name under a top-level domain of its table."""
    top = name.rpartition(".")[2]
    if is_ip_address(name) or "." not in name:
        return f"{name} is no domain name"
    if public_suffix(name) is None or top in unknown_top_level_domains("trustkit-android"):
        return f"`{top}` of {name} is no top-level domain that its table of April 2016 knows"
    return ""


TRUSTKIT_ANDROID = Target(
    name="trustkit-android",
    mechanism="nsc",
    title="TrustKit-Android",
    lower=lower,
    merge=merge,
    objections=objections,
    write=write,
    beside=beside,
    beside_in=beside_in,
    twin=NSC.twin,
    read=read,
    instants=instants,
    left_out=f"{NSC.left_out}; and before Android 7 the CAs of users, whom the system's own trust manager trusts there",
    uncovered=NSC.uncovered,
    options=frozenset({"base"}),
    suffixes=(".xml",),
    reports=True,
    unassessed=unassessed,
    excerpt=excerpt,
)
