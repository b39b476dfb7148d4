"""The registry of all rules, in the order in which `explain --all` shows them.

Rules are loaded by kind, as they are asked for (:mod:`.every`, :mod:`.on_apps`): half of them check no app, and an
audit of one would pay for them at each start.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.rules.rule import Rule

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
    ("app", """
        permissive-challenge-handler ignored-trust-result conditional-challenge-handler unevaluated-chain
        nameless-chain-evaluation
        unpinned-extension development-signed-app
    """),
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


def rules_in(*folders: str) -> Iterator[Rule]:
    """The rules in some folders."""
    for folder, ids in _ORDER:
        if folder in folders:
            yield from (_loaded(folder, one) for one in ids.split())


def _loaded(folder: str, name: str) -> Rule:
    rule: Rule = import_module(f"pincompiler.rules.{folder}.{name.replace('-', '_')}").RULE
    return rule


@cache
def references(rule: str) -> tuple[str, ...]:
    """The ids of CWE, MASVS, MASTG and MASWE that a rule refers to; none for a rule of another version."""
    folder = next((folder for folder, ids in _ORDER if rule in ids.split()), "")
    catalogues = ("CWE-", "MASVS-", "MASTG-", "MASWE-")
    found = _loaded(folder, rule).references if folder else ()
    return tuple(one for one in found if one.startswith(catalogues))
