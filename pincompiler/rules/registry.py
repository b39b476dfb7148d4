"""The registry of all rules, in the order in which `explain --all` shows them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.base.finding import Finding
    from pincompiler.rules.examined import Examined
    from pincompiler.rules.rule import Lowered, Rule

# fmt: off
_ORDER: Final = (
    # What a target makes of the policy.
    ("target", "unfaithful-target inert-target unmanaged-pin unreported-failure shared-connection"),
    ("text", "hand-written-output foreign-output"),
    # The policy by itself.
    ("policy", """
        missing-backup-pin lone-leaf-key duplicate-pin placeholder-pin certificate-fingerprint
        weak-key expired-pin-set expiring-pin-set past-due-pin-set expiry-past-certificate
        expiry-at-certificate-end public-suffix-pin shadowed-pin-set overlapping-pin-sets
        mismatched-host certificate-needs-reissue lone-certificate-pin
    """),
    # The public root CAs that are pinned.
    ("policy", "root-certificate-hash distrusted-ca departing-ca young-root"),
    # Whom it trusts.
    ("text", "anchor-is-leaf anchor-is-private-key unused-anchor expiry-without-keys"),
    ("policy", "expired-anchor expiring-anchor user-store-trusted"),
    ("target", "mixed-trust"),
    # The record of accepted findings.
    ("text", "expired-acceptance unused-acceptance unknown-rule"),
    # The text of pins.toml; reported by its reader.
    ("text", """
        invalid-toml unknown-key wrong-type missing-value invalid-value invalid-host wildcard-host
        duplicate-host undefined-key unused-key conflicting-key malformed-pin unreadable-key
        private-key-file ambiguous-key escaping-path unknown-target conflicting-output
        unknown-environment empty-environment wrong-source-set unassessed-target
    """),
    # What it says of releases and rotations; likewise.
    ("text", """
        duplicate-release reversed-dates conflicting-release malformed-digest unpinned-rotation
        idle-rotation disconnected-rotation
    """),
    # How the app differs from pins.toml.
    ("app", """
        missing-host missing-key unexpected-key retired-key narrower-reach wider-reach
        changed-expiry changed-trust unlisted-host wrong-environment stale-artifact
        absent-mechanism assessment-in-release
    """),
    # Libraries that pin by their own means.
    ("app", """
        uninitialised-trustkit unattached-trustkit reporting-only-trustkit
        crashing-trustkit-config dropped-trustkit-domain third-party-pin-reports
        bypassable-cronet-pins crashing-cronet-pins nocheck-server-trust
        pinned-without-certificates detached-certificate-check
    """),
    # Property lists of Apple's platforms.
    ("app", """
        refused-plist blocked-host unreadable-identity unmatched-pinned-domain misplaced-pins ignored-plist-key
        joint-identities loosened-pinned-host crashing-trustkit-plist endless-trustkit-pins
        unenforced-trustkit-domain hardened-trustkit-domain
    """),
    # Apps for Apple's systems.
    ("app", "unpinned-extension development-signed-app"),
    # Certificates that the app brings along.
    ("app", """
        expired-bundled-certificate expiring-bundled-certificate lone-bundled-leaf interception-ca
        bundled-private-key
    """),
    # Code that decides on trust by itself.
    ("app", """
        permissive-trust-manager swallowed-certificate-error validity-only-trust-manager
        name-only-trust-manager skipped-certificate-check unheeded-pins permissive-hostname-verifier
        weak-hostname-verifier global-trust-override webview-ignores-tls-errors
        unverified-tls-socket insecure-socket-factory outdated-tls-protocol loose-library-check
    """),
    # The network security configuration, the manifest and the archive.
    ("app", """
        unnamed-nsc refused-nsc ignored-nsc-element ignored-nsc-attribute unmatched-domain empty-pin-set
        empty-trust-anchors overridden-pins shadowed-domain unpinned-subdomain nsc-variants-differ
        unpinned-old-android user-ca-trusted cleartext-pinned-host cleartext-traffic
        unlogged-certificates debuggable-app archive-anomaly
    """),
    # What cannot be seen.
    ("app", "loads-code-at-run-time"),
    # OkHttp in code.
    ("app", """
        unattached-pinner unpinned-client cleared-pinner pinner-behind-permissive-trust
        malformed-okhttp-pin sha1-pin unmatched-pattern
    """),
)
"""Each rule once, with its folder; its module is named like its id."""
# fmt: on


def _rules(folder: str, ids: str) -> Iterator[Rule]:
    for one in ids.split():
        yield import_module(f"pincompiler.rules.{folder}.{one.replace('-', '_')}").RULE


RULES: Final = tuple(rule for folder, ids in _ORDER for rule in _rules(folder, ids))
APP_RULES: Final = tuple(rule for folder, ids in _ORDER if folder == "app" for rule in _rules(folder, ids))
"""The rules on shipped apps."""


def references(rule: str) -> tuple[str, ...]:
    """The ids of CWE, MASVS, MASTG and MASWE that a rule refers to; none for a rule of another version."""
    return _catalogued().get(rule, ())


@cache
def _catalogued() -> dict[str, tuple[str, ...]]:
    catalogues = ("CWE-", "MASVS-", "MASTG-", "MASWE-")
    return {rule.id: tuple(one for one in rule.references if one.startswith(catalogues)) for rule in RULES}


def examine(examined: Examined, *, shipped: bool = False) -> Iterator[Finding]:
    """What the rules on enforcements find in one; in a shipped one without those that check apps."""
    for rule in RULES:
        if rule.policy and not (shipped and rule.app):
            yield from rule.policy(examined)


def examine_target(lowered: Lowered) -> Iterator[Finding]:
    """What the rules on targets find in a lowered policy."""
    for rule in RULES:
        if rule.target:
            yield from rule.target(lowered)
